\i test/setup.psql
BEGIN;
SELECT plan(7);

-- CET names a zone with summer time and an abbreviation without: in a schedule it is the zone, in whatever function.
CREATE TEMP TABLE zone AS
SELECT z.name, gen_random_uuid() AS user_id
  FROM pg_timezone_names AS z JOIN pg_timezone_abbrevs AS a ON a.abbrev = upper(z.name)
 WHERE z.name !~ '^(posix|right)/';
SELECT isnt_empty('SELECT FROM zone', 'there are such names');
-- Debian has CET and most others in a package of its own, tzdata-legacy, from version 13 on.
SELECT coalesce(max(name), 'Europe/Berlin') AS cet FROM zone WHERE name = 'CET' \gset

SELECT count(medsched.create_medication(user_id, 'at night', jsonb_build_array(jsonb_build_object(
  'starts_at', '2025-06-30 23:30', 'time_zone', name, 'rrule', 'FREQ=DAILY;COUNT=2')))) FROM zone \g /dev/null
SELECT is_empty($$
  SELECT z.name, d.local_time FROM zone AS z, medsched.upcoming_doses(z.user_id, '2025-06-29Z', '2025-07-04Z') AS d
   WHERE d.local_time NOT IN ('2025-06-30 23:30', '2025-07-01 23:30')
$$, 'upcoming_doses() tells the time of the zone');
SELECT is_empty($$
  SELECT time_zone, local_time FROM medsched.scheduled_doses('2025-06-29Z', '2025-07-04Z')
   WHERE local_time NOT IN ('2025-06-30 23:30', '2025-07-01 23:30')
$$, 'so does scheduled_doses()');
SELECT is_empty($$
  SELECT z.name, a.day FROM zone AS z, medsched.adherence_by_day(z.user_id, '2025-06-29Z', '2025-07-04Z') AS a
   WHERE a.day NOT IN ('2025-06-30', '2025-07-01')
$$, 'a dose is of the day that it has there');
SELECT is(count(*), (SELECT 2 * count(*) FROM zone), 'every dose was looked at') FROM medsched.scheduled_doses('2025-06-29Z', '2025-07-04Z');

-- 22:30Z is half past midnight in summer there, and the day before by the abbreviation.
SELECT is(medsched.schedule_from_fhir('{"repeat": {"timeOfDay": ["08:00"], "boundsPeriod": {"start": "2025-06-30T22:30:00Z"}}}', NULL, :'cet') ->> 'starts_at',
          medsched.schedule_from_fhir('{"repeat": {"timeOfDay": ["08:00"], "boundsPeriod": {"start": "2025-06-30T22:30:00Z"}}}', NULL, 'Europe/Brussels') ->> 'starts_at',
          'a FHIR Timing''s instant is of the zone''s day');
SELECT is(medsched.schedule_from_fhir('{"repeat": {"period": 8, "periodUnit": "h", "boundsPeriod": {"start": "2025-06-30T22:30:00Z"}}}', NULL, :'cet') ->> 'starts_at',
          medsched.schedule_from_fhir('{"repeat": {"period": 8, "periodUnit": "h", "boundsPeriod": {"start": "2025-06-30T22:30:00Z"}}}', NULL, 'Europe/Brussels') ->> 'starts_at',
          'and of its hour');

SELECT * FROM finish();
ROLLBACK;
