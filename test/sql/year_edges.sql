\i test/setup.psql
BEGIN;
SELECT plan(18);

-- Doses are at instants of the years 1 to 9999 in UTC, whatever year the clock shows; in 1
-- Tokyo was 9:18:59 ahead of UTC and New York 4:56:02 behind.
SELECT is((medsched.next_occurrence(rrule, start, zone, '-infinity'), medsched.previous_occurrence(rrule, start, zone, 'infinity'))::text,
    (first, last)::text, concat_ws(' ', rrule, start, zone))
FROM (VALUES
  ('FREQ=DAILY', timestamp '0001-01-01', 'Asia/Tokyo', timestamptz '0001-01-01 14:41:01Z', timestamptz '9999-12-30 15:00Z'),
  ('FREQ=HOURLY;INTERVAL=24', '0001-01-01', 'Asia/Tokyo', '0001-01-01 14:41:01Z', '9999-12-31 14:41:01Z'),
  (NULL, '0001-01-01', 'Asia/Tokyo', NULL, NULL),
  ('FREQ=DAILY', '9999-12-31 18:59:59', 'America/New_York', '9999-12-31 23:59:59Z', '9999-12-31 23:59:59Z'),
  ('FREQ=DAILY', '9999-12-31 19:00', 'America/New_York', NULL, NULL),
  ('FREQ=HOURLY', '9999-12-31 18:00', 'America/New_York', '9999-12-31 23:00Z', '9999-12-31 23:00Z'),
  (NULL, '9999-12-31 19:00', 'America/New_York', NULL, NULL),
  (NULL, '0001-01-01', 'UTC', '0001-01-01 00:00Z', '0001-01-01 00:00Z')) AS t (rrule, start, zone, first, last);
SELECT is(medsched.is_occurrence('FREQ=DAILY', start::timestamp, zone, at), wanted, concat_ws(' ', start, zone, at))
FROM (VALUES ('0001-01-01', 'UTC', timestamptz '0001-12-31 00:00Z BC', false), ('0001-01-01', 'UTC', '0001-01-01 00:00Z', true),
  ('0001-01-01', 'Asia/Tokyo', '0001-12-31 14:41:01Z BC', false), ('0001-01-01', 'Asia/Tokyo', '0001-01-01 14:41:01Z', true),
  ('9999-12-30 19:00', 'America/New_York', '10000-01-01 00:00Z', false), ('9999-12-30 19:00', 'America/New_York', '9999-12-31 00:00Z', true)) AS t (start, zone, at, wanted);
SELECT is(medsched.count_occurrences('FREQ=DAILY', '0001-01-01', 'Asia/Tokyo', '0010-01-01 BC', '0001-01-03Z'), 2::bigint, 'a window before all');
SELECT is(medsched.count_occurrences('FREQ=DAILY', '9999-12-29 19:00', 'America/New_York', '9999-12-01Z', '20000-01-01Z'), 2::bigint, 'a window after all');
SELECT is(medsched.describe_schedule('FREQ=DAILY', '0001-01-01', 'Asia/Tokyo'), 'every day at 00:00, Asia/Tokyo, from 2 January 1', 'in words');
SELECT is(medsched.describe_schedule('FREQ=DAILY', '9999-12-31 19:00', 'America/New_York'), 'every day at 19:00, America/New_York, never by this rule', 'the last evening');

SELECT * FROM finish();
ROLLBACK;
