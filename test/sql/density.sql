\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(53);

-- How many doses a schedule may have: on a day, and by its COUNT.

\set user '00000000-0000-0000-0000-00000000000d'

CREATE FUNCTION pg_temp.create(schedule jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT nullif(pg_temp.failure(format('SELECT medsched.create_medication(%L, %L, %L)', '00000000-0000-0000-0000-00000000000d', 'Drops',
    jsonb_build_array('{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin"}'::jsonb || schedule))), 'no error')
$$;

-- The bound itself is allowed, one more is not -----------------------------------

-- What each rule can have in 24 hours, counted by hand: steps that fit into 86,400
-- seconds, at most as many as the BY parts let pass, times the times of each step.
CREATE TEMP TABLE rules (rrule text, per_day int);
INSERT INTO rules VALUES
  ('FREQ=SECONDLY', 86400),
  ('FREQ=SECONDLY;INTERVAL=7', 12343),
  ('FREQ=SECONDLY;INTERVAL=60', 1440),
  ('FREQ=SECONDLY;INTERVAL=86400', 1),
  ('FREQ=SECONDLY;INTERVAL=86399', 2),
  ('FREQ=SECONDLY;INTERVAL=2147483647', 1),
  ('FREQ=SECONDLY;BYSECOND=0,30', 2880),
  ('FREQ=SECONDLY;BYHOUR=8;BYSECOND=0,30', 120),
  ('FREQ=SECONDLY;BYHOUR=8,20;BYMINUTE=0,15;BYSECOND=0', 4),
  ('FREQ=SECONDLY;INTERVAL=3600;BYSECOND=0,30', 24),
  ('FREQ=SECONDLY;COUNT=17', 17),
  ('FREQ=SECONDLY;COUNT=1', 1),
  ('FREQ=MINUTELY', 1440),
  ('FREQ=MINUTELY;INTERVAL=7', 206),
  ('FREQ=MINUTELY;BYSECOND=0,20,40', 4320),
  ('FREQ=MINUTELY;BYSECOND=0,20,40;BYSETPOS=2', 1440),
  ('FREQ=MINUTELY;BYSECOND=0,20,40;BYSETPOS=1,-3,3', 2880),
  ('FREQ=MINUTELY;BYHOUR=9,10,11', 180),
  ('FREQ=MINUTELY;BYHOUR=9,10,11;BYMINUTE=0,30;BYDAY=MO', 6),
  ('FREQ=HOURLY', 24),
  ('FREQ=HOURLY;INTERVAL=5', 5),
  ('FREQ=HOURLY;INTERVAL=8', 3),
  ('FREQ=HOURLY;BYMINUTE=0,15,30,45;BYSECOND=0,30', 192),
  ('FREQ=HOURLY;BYMINUTE=0,15,30,45;BYSECOND=0,30;BYSETPOS=-1', 24),
  ('FREQ=DAILY', 1),
  ('FREQ=DAILY;BYHOUR=8,12,20;BYMINUTE=0,30', 6),
  ('FREQ=DAILY;BYHOUR=8,12,20;BYMINUTE=0,30;BYSETPOS=1,-1,-6,7', 2),
  ('FREQ=WEEKLY;BYHOUR=8,12,20;BYMINUTE=0,30', 6),
  ('FREQ=MONTHLY;BYHOUR=8,12,20;BYMINUTE=0,30;BYSETPOS=-1', 1),
  ('FREQ=YEARLY;BYHOUR=8,12,20;BYMINUTE=0,30;COUNT=3', 3);

SET LOCAL medsched.max_doses_per_day = 86400;
SELECT is(pg_temp.create(jsonb_build_object('rrule', rrule)), NULL, rrule || ' within the highest setting') FROM rules WHERE per_day = 86400;

CREATE FUNCTION pg_temp.edge(rrule text, per_day int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  below text := 'not tried';
  at_it text;
BEGIN
  PERFORM set_config('medsched.max_doses_per_day', per_day::text, true);
  at_it := pg_temp.create(jsonb_build_object('rrule', rrule));
  IF per_day > 1 THEN
    PERFORM set_config('medsched.max_doses_per_day', (per_day - 1)::text, true);
    below := pg_temp.create(jsonb_build_object('rrule', rrule));
  END IF;
  PERFORM set_config('medsched.max_doses_per_day', '1440', true);
  RETURN concat_ws(' / ', coalesce(at_it, 'taken'), below);
END
$$;
SELECT is(pg_temp.edge(rrule, per_day),
  'taken / ' || CASE WHEN per_day = 1 THEN 'not tried' ELSE format(
    '23514 medsched.schedules.schedule_density: schedules[0]: schedule can have %s doses a day'
    ' | At most %s are allowed in 24 hours, of rrule and rdates together.'
    ' | Name fewer times, or write a longer step: FREQ=HOURLY rather than SECONDLY.'
    ' The setting medsched.max_doses_per_day is the bound.', per_day, per_day - 1) END,
  format('%s: %s a day', rrule, per_day))
  FROM rules;

-- Single dates count with the rule's: the most of them within 24 hours.
SELECT is(pg_temp.create(jsonb_build_object('rrule', 'FREQ=MINUTELY', 'rdates', '{2027-01-01 00:00:30}'::timestamp[])),
  '23514 medsched.schedules.schedule_density: schedules[0]: schedule can have 1441 doses a day'
  ' | At most 1440 are allowed in 24 hours, of rrule and rdates together.'
  ' | Name fewer times, or write a longer step: FREQ=HOURLY rather than SECONDLY. The setting medsched.max_doses_per_day is the bound.',
  'dates beside a rule');
CREATE FUNCTION pg_temp.dates(n int, step interval) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_agg(timestamp '2027-01-01' + i * step) FROM generate_series(1, n) AS i
$$;
SELECT is(pg_temp.create(jsonb_build_object('rdates', pg_temp.dates(1440, '1 second'))), NULL, '1440 dates in a day');
SELECT alike(pg_temp.create(jsonb_build_object('rdates', pg_temp.dates(1441, '1 second'))), '23514 % can have 1441 doses a day %', 'one more');
SELECT alike(pg_temp.create(jsonb_build_object('rdates', pg_temp.dates(1441, '59 seconds'))), '23514 % can have 1441 doses a day %', 'in all but 24 hours');
SELECT is(pg_temp.create(jsonb_build_object('rdates', pg_temp.dates(1441, '1 minute'))), NULL, 'in 24 hours: the last is a day after the first');
SELECT is(pg_temp.create(jsonb_build_object('rdates', pg_temp.dates(10000, '1 hour'))), NULL, '10000 dates in 14 months');
SELECT is(pg_temp.create(jsonb_build_object('rdates', pg_temp.dates(720, '1 second') || pg_temp.dates(720, '1 second') || pg_temp.dates(1440, '1 second'))),
  NULL, 'a date given twice is one dose');
SELECT is(pg_temp.create('{"as_needed": true}'), NULL, 'as needed there is nothing to count');

-- COUNT ------------------------------------------------------------------------

SELECT is(pg_temp.create('{"rrule": "FREQ=DAILY;COUNT=100000"}'), NULL, 'a COUNT of 100000');
SELECT is(pg_temp.create('{"rrule": "FREQ=DAILY;COUNT=100001"}'),
  '23514 medsched.schedules.schedule_density: schedules[0]: schedule counts 100001 doses | A COUNT is at most 100000.'
  ' | Leave COUNT out, or say with UNTIL or ends_at when the schedule ends.', 'and one more');

-- A row that is denser already ---------------------------------------------------

SET LOCAL medsched.max_doses_per_day = 86400;
SELECT medsched.create_medication(:'user', 'Pump',
  '[{"id": "00000000-0000-0000-0000-0000000000d1", "starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=SECONDLY;INTERVAL=30"}]') AS pump \gset
SET LOCAL medsched.max_doses_per_day = 1440;
SELECT lives_ok($$UPDATE medsched.schedules SET instructions = 'slowly' WHERE id = '00000000-0000-0000-0000-0000000000d1'$$,
  'a lower setting does not touch what is there');
SELECT lives_ok($$UPDATE medsched.schedules SET starts_at = '2026-01-01 09:00' WHERE id = '00000000-0000-0000-0000-0000000000d1'$$,
  'nor what stays as dense');
SELECT lives_ok($$UPDATE medsched.schedules SET rrule = 'FREQ=SECONDLY;INTERVAL=45' WHERE id = '00000000-0000-0000-0000-0000000000d1'$$,
  'or becomes less so');
SELECT throws_ok($$UPDATE medsched.schedules SET rrule = 'FREQ=SECONDLY;INTERVAL=30' WHERE id = '00000000-0000-0000-0000-0000000000d1'$$,
  '23514', 'schedule can have 2880 doses a day', 'denser again it must not become');
SELECT lives_ok($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-00000000000d', 'America/New_York', '2026-03-01Z')$$,
  'its person can travel');
SELECT is((SELECT array_agg(s.time_zone::text ORDER BY s.created_at, s.effective_from NULLS FIRST) FROM medsched.schedules AS s WHERE s.medication_id = :'pump'),
  '{Europe/Berlin,America/New_York}', 'on the same schedule');
SELECT lives_ok($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000d', id, '2026-04-01Z', '{"dose_amount": 2}')
                    FROM medsched.schedules WHERE replaces = '00000000-0000-0000-0000-0000000000d1'$$, 'and have it revised');
SELECT is(pg_temp.failure($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000d', id, '2026-05-01Z',
                    '{"rrule": "FREQ=SECONDLY;INTERVAL=44", "starts_at": "2026-05-01T00:00"}')
                    FROM medsched.schedules WHERE dose_amount = 2$$),
  '23514 medsched.schedules.schedule_density: schedule can have 1964 doses a day'
  ' | At most 1440 are allowed in 24 hours, of rrule and rdates together.'
  ' | Name fewer times, or write a longer step: FREQ=HOURLY rather than SECONDLY. The setting medsched.max_doses_per_day is the bound.',
  'but not made denser');

-- The setting is not everybody's to change ----------------------------------------

SELECT is(current_setting('medsched.max_doses_per_day'), '1440', 'a dose a minute unless set');
SELECT throws_ok('SET LOCAL medsched.max_doses_per_day = 0', '22023',
  '0 is outside the valid range for parameter "medsched.max_doses_per_day" (1 .. 86400)', '0 is none');
SELECT throws_ok('SET LOCAL medsched.max_doses_per_day = 86401', '22023',
  '86401 is outside the valid range for parameter "medsched.max_doses_per_day" (1 .. 86400)', 'a second is the least step');
CREATE ROLE regress_medsched_dense;
SET LOCAL ROLE regress_medsched_dense;
SELECT throws_ok('SET LOCAL medsched.max_doses_per_day = 86400', '42501',
  'permission denied to set parameter "medsched.max_doses_per_day"', 'whoever writes schedules cannot raise it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
