\i test/setup.psql
BEGIN;
SELECT plan(59);

-- The times of day of what occurrences gives, in the zone asked for.
CREATE FUNCTION pg_temp.local_times(rrule text, starts_at timestamp, zone text, window_start timestamptz,
  window_end timestamptz, rdates timestamp[] DEFAULT '{}', exdates timestamp[] DEFAULT '{}')
RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(o AT TIME ZONE zone, 'MM-DD HH24:MI'), ', ' ORDER BY o)
  FROM medsched.occurrences(rrule, starts_at, zone, window_start, window_end, rdates, exdates) AS o
$$;

-- The window: half-open, and any part of the set.
SELECT is(pg_temp.local_times('FREQ=DAILY', '2026-03-01 08:00', 'UTC', '2026-03-02 08:00Z', '2026-03-04 08:00Z'),
  '03-02 08:00, 03-03 08:00', 'the start is in the window, the end is not');
SELECT is(pg_temp.local_times('FREQ=DAILY', '2026-03-01 08:00', 'UTC', '2026-03-02 08:00:00.000001Z', '2026-03-03 08:00:00.000001Z'),
  '03-03 08:00', 'a bound may be any microsecond');
SELECT is_empty($$SELECT medsched.occurrences('FREQ=DAILY', '2026-03-01 08:00', 'UTC', '2026-03-02', '2026-03-02')$$,
  'an empty window is empty');
SELECT is_empty($$SELECT medsched.occurrences('FREQ=DAILY', '2026-03-01 08:00', 'UTC', '2025-01-01', '2026-03-01')$$,
  'nothing comes before starts_at');
SELECT is(pg_temp.local_times('FREQ=WEEKLY;BYDAY=MO', '2026-03-05 08:00', 'UTC', '2026-03-01', '2026-03-17'),
  '03-09 08:00, 03-16 08:00', 'starts_at is a dose only where the rule says so');
SELECT is(pg_temp.local_times(NULL, '2026-03-05 08:00', 'Asia/Kolkata', '2026-03-01', '2026-04-01'),
  '03-05 08:00', 'without a rule there is one dose, at starts_at');
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=YEARLY', '0001-01-01 00:00', 'UTC', '0001-01-01Z', '0003-01-01Z') AS o$$,
  $$VALUES ('0001-01-01 00:00Z'::timestamptz), ('0002-01-01 00:00Z')$$, 'years begin at 1');
SELECT is((SELECT max(o) FROM medsched.occurrences('FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31', '2026-01-01 23:59', 'UTC', '9990-01-01Z', '294000-01-01Z') AS o),
  '9999-12-31 23:59Z', 'and end at 9999');

-- Extra and excluded dates.
SELECT is(pg_temp.local_times('FREQ=WEEKLY', '2026-03-02 08:00', 'Europe/Berlin', '2026-03-01', '2026-03-20',
    rdates => '{2026-03-03 12:00, 2026-03-09 08:00}', exdates => '{2026-03-16 08:00}'),
  '03-02 08:00, 03-03 12:00, 03-09 08:00', 'rdates are added once, exdates taken out');
SELECT is(pg_temp.local_times('FREQ=WEEKLY', '2026-03-02 08:00', 'UTC', '2026-03-01', '2026-03-10',
    rdates => '{2026-03-05 08:00, 2026-03-05 08:00, 2026-03-04 08:00}', exdates => '{2026-03-04 08:00}'),
  '03-02 08:00, 03-05 08:00, 03-09 08:00', 'an excluded extra date is excluded; order and repetition do not matter');
SELECT is(pg_temp.local_times('FREQ=WEEKLY', '2026-03-02 08:00', 'UTC', '2026-02-01', '2026-03-10',
    rdates => '{2026-02-05 08:00}'),
  '03-02 08:00, 03-09 08:00', 'starts_at bounds the extra dates too');
SELECT is_empty($$SELECT medsched.occurrences(NULL, '2026-03-02 08:00', 'UTC', '2026-01-01', '2027-01-01', exdates => '{2026-03-02 08:00}')$$,
  'the one dose can be excluded');
SELECT is(pg_temp.local_times('FREQ=DAILY;COUNT=3', '2026-03-02 08:00', 'UTC', '2026-03-01', '2026-04-01', exdates => '{2026-03-03 08:00}'),
  '03-02 08:00, 03-04 08:00', 'COUNT counts before exdates');

-- UNTIL in its three forms, COUNT.
SELECT is(pg_temp.local_times('FREQ=DAILY;UNTIL=20260304', '2026-03-02 23:30', 'America/New_York', '2026-03-01', '2026-04-01'),
  '03-02 23:30, 03-03 23:30, 03-04 23:30', 'a bare date includes that whole local day');
SELECT is(pg_temp.local_times('FREQ=DAILY;UNTIL=20260304T080000', '2026-03-02 08:00', 'America/New_York', '2026-03-01', '2026-04-01'),
  '03-02 08:00, 03-03 08:00, 03-04 08:00', 'a local time is on the wall clock, and included');
SELECT is(pg_temp.local_times('FREQ=DAILY;UNTIL=20260304T130000Z', '2026-03-02 08:00', 'America/New_York', '2026-03-01', '2026-04-01'),
  '03-02 08:00, 03-03 08:00, 03-04 08:00', 'a UTC time is an instant, and included');
SELECT is(pg_temp.local_times('FREQ=DAILY;UNTIL=20260304T125959Z', '2026-03-02 08:00', 'America/New_York', '2026-03-01', '2026-04-01'),
  '03-02 08:00, 03-03 08:00', 'a second earlier it is not');
SELECT is(pg_temp.local_times('FREQ=HOURLY;INTERVAL=12;UNTIL=20260303', '2026-03-02 08:00', 'America/New_York', '2026-03-01', '2026-04-01'),
  '03-02 08:00, 03-02 20:00, 03-03 08:00, 03-03 20:00', 'the same for hours');
SELECT is((SELECT count(*)::int FROM medsched.occurrences('FREQ=DAILY;COUNT=1000;BYHOUR=8,20', '2020-01-01 09:00', 'UTC', '2020-01-01', '2030-01-01')),
  1000, 'COUNT is the number of occurrences');
SELECT is((SELECT max(o) FROM medsched.occurrences('FREQ=DAILY;COUNT=1000;BYHOUR=8,20;BYMINUTE=0', '2020-01-01 09:00', 'UTC', '2020-01-01', '2030-01-01') AS o),
  timestamptz '2020-01-01 20:00Z' + 499 * interval '1 day' + interval '12 hours', 'the first day has one of its two, so the thousandth is a morning');
SELECT is((SELECT count(*)::int FROM medsched.occurrences('FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=500', '2006-01-02 08:00', 'UTC', '2009-01-01', '2030-01-01')),
  500 - 3 * 156 - 2, 'COUNT is reached from a start long ago: 156 weeks and a Monday and a Wednesday come first');
SELECT is(pg_temp.local_times('FREQ=HOURLY;INTERVAL=8;COUNT=4', '2026-03-28 20:00', 'Europe/Berlin', '2026-03-01', '2026-04-01'),
  '03-28 20:00, 03-29 05:00, 03-29 13:00, 03-29 21:00', 'and across a change of offset in elapsed time');

-- Cycles: 21 days on, 7 off, from the day of starts_at.
SELECT is((SELECT count(*)::int FROM medsched.occurrences('FREQ=DAILY', '2026-01-01 08:00', 'Europe/Berlin', '2026-01-01', '2026-02-26', cycle_days_on => 21, cycle_days_off => 7)),
  42, 'two cycles of 28 days have 42 days on');
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=DAILY', '2026-03-08 08:00', 'Europe/Berlin', '2026-03-27', '2026-04-06', cycle_days_on => 21, cycle_days_off => 7) AS o$$,
  $$VALUES ('2026-03-27 07:00Z'::timestamptz), ('2026-03-28 07:00Z'), ('2026-04-05 06:00Z')$$, 'days are counted on the wall clock, across a change of offset');
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=HOURLY;INTERVAL=12', '2026-01-01 20:00', 'UTC', '2026-01-02', '2026-01-06', cycle_days_on => 2, cycle_days_off => 2) AS o$$,
  $$VALUES ('2026-01-02 08:00Z'::timestamptz), ('2026-01-02 20:00Z'), ('2026-01-05 08:00Z'), ('2026-01-05 20:00Z')$$, 'hours go on counting through the days off');
SELECT is((SELECT count(*)::int FROM medsched.occurrences('FREQ=DAILY;COUNT=28', '2026-01-01 08:00', 'UTC', '2026-01-01', '2027-01-01', cycle_days_on => 21, cycle_days_off => 7)),
  21, 'COUNT counts what the rule gives, before the cycle');
SELECT is((SELECT count(*)::int FROM medsched.occurrences('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-22', '2026-01-29', rdates => '{2026-01-23 08:00}', cycle_days_on => 21, cycle_days_off => 7)),
  1, 'an extra date stands in the days off too');
SELECT ok(NOT medsched.is_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-22 08:00Z', cycle_days_on => 21, cycle_days_off => 7), 'a day off is no occurrence');
SELECT ok(medsched.is_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-29 08:00Z', cycle_days_on => 21, cycle_days_off => 7), 'the day after is one again');
SELECT is(medsched.next_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-21 08:00Z', cycle_days_on => 21, cycle_days_off => 7), '2026-01-29 08:00Z', 'next_occurrence passes over the days off');
SELECT is(medsched.previous_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-29 08:00Z', cycle_days_on => 21, cycle_days_off => 7), '2026-01-21 08:00Z', 'and previous_occurrence too');
SELECT is(medsched.next_occurrence('FREQ=SECONDLY;BYDAY=FR', '2026-01-01 08:00', 'UTC', '2026-01-01', cycle_days_on => 1, cycle_days_off => 6), NULL, 'a cycle that never meets its rule has no occurrence');

-- Counting.
SELECT is(medsched.count_occurrences('FREQ=DAILY;BYHOUR=8,20', '2020-01-01 08:00', 'Europe/Berlin', '2026-03-01 00:00+01', '2026-04-01 00:00+02'),
  62::bigint, 'two a day in March, of 743 hours');
SELECT is(medsched.count_occurrences('FREQ=DAILY', '2020-01-01 08:00', 'UTC', '2026-03-01', '2026-03-11', rdates => '{2026-03-02 12:00}', exdates => '{2026-03-03 08:00, 2026-03-04 08:00}'),
  9::bigint, 'with what is added and left out');
SELECT throws_ok($$SELECT medsched.count_occurrences('FREQ=SECONDLY', '2026-01-01', 'UTC', '2026-01-01', '2026-02-01')$$, '54000', 'more than 100000 doses in the window');

-- Membership, next and previous.
SELECT ok(medsched.is_occurrence('FREQ=MONTHLY;BYDAY=-1FR', '2016-03-02 21:00', 'Europe/Berlin', '2026-02-27 20:00Z'), 'the last Friday of February 2026');
SELECT ok(NOT medsched.is_occurrence('FREQ=MONTHLY;BYDAY=-1FR', '2016-03-02 21:00', 'Europe/Berlin', '2026-02-20 20:00Z'), 'not the one before');
SELECT ok(NOT medsched.is_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-02 08:00:00.5Z'), 'half a second off is no occurrence');
SELECT ok(NOT medsched.is_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', 'infinity'), 'nor is infinity');
SELECT is(medsched.next_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '-infinity'), '2026-01-01 08:00Z', 'the first of all');
SELECT is(medsched.next_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-01 08:00Z'), '2026-01-02 08:00Z', 'after, not at');
SELECT is(medsched.next_occurrence('FREQ=DAILY;COUNT=3', '2026-01-01 08:00', 'UTC', '2026-01-03 08:00Z'), NULL, 'none after the last');
SELECT is(medsched.next_occurrence('FREQ=DAILY;COUNT=3', '2026-01-01 08:00', 'UTC', '2026-01-03 08:00Z', rdates => '{2026-06-01 08:00}'), '2026-06-01 08:00Z', 'but an extra date may come after');
SELECT is(medsched.next_occurrence('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01 08:00', 'UTC', '-infinity'), NULL, 'the 30th of February never comes');
SELECT is(medsched.previous_occurrence('FREQ=DAILY;COUNT=3', '2026-01-01 08:00', 'UTC', 'infinity'), '2026-01-03 08:00Z', 'the last of all');
SELECT is(medsched.previous_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-01-01 08:00Z'), NULL, 'none before the first');
SELECT is(medsched.previous_occurrence('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', '1896-02-29 08:00', 'UTC', '1904-02-29 08:00Z'), '1896-02-29 08:00Z', '1900 was no leap year');

-- Bad arguments are errors, not empty answers.
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', NULL, 'UTC', '2026-01-01', '2026-01-02')$$, '22004', 'starts_at must not be null');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '2026-01-01', NULL, '2026-01-01', '2026-01-02')$$, '22004', 'time_zone must not be null');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '2026-01-01', 'UTC', NULL, '2026-01-02')$$, '22004', 'window_start must not be null');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', 'infinity')$$, '22023', 'window_end must be finite');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-02', '2026-01-01')$$, '22023', 'window_end must not be before window_start');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', 'infinity', 'UTC', '2026-01-01', '2026-01-02')$$, '22023', 'starts_at must be finite');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '2026-01-01 08:00:00.5', 'UTC', '2026-01-01', '2026-01-02')$$, '22023', 'starts_at must be a whole second');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '0001-01-01 08:00 BC', 'UTC', '2026-01-01', '2026-01-02')$$, '22023', 'starts_at is out of range');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', rdates => '{NULL}')$$, '22004', 'rdates must not contain a null');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', cycle_days_on => 21)$$, '22023', 'invalid cycle of 21 days on and 0 days off');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=SECONDLY', '2026-01-01', 'UTC', '2026-01-01', '2026-02-01')$$, '54000', 'more than 100000 doses in the window');
SELECT throws_ok($$SELECT medsched.next_occurrence('FREQ=DAILY', '2026-01-01', 'UTC', NULL)$$, '22004', 'after must not be null');

SELECT * FROM finish();
ROLLBACK;
