\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(33);

-- What is recorded is listed, though it be no dose any more.  Rows are loaded with the trigger off, as if the time zone data
-- had said something else when they were recorded.
\i test/id.psql

CREATE FUNCTION pg_temp.listed(person text, first text, last text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', to_char(d.scheduled_for AT TIME ZONE 'UTC', 'DD HH24:MI'), to_char(d.local_time, 'HH24:MI'), d.medication_name, d.status), ', ')
    FROM medsched.upcoming_doses(pg_temp.id(person), first::timestamptz, last::timestamptz) AS d
$$;
CREATE FUNCTION pg_temp.reported(person text, first text, last text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', to_char(d.scheduled_for AT TIME ZONE 'UTC', 'DD HH24:MI'), to_char(d.local_time, 'HH24:MI'), d.medication_name, d.status,
                              CASE WHEN d.on_time THEN 'on time' END, CASE WHEN d.missed THEN '!' END), ', ' ORDER BY d.scheduled_for, d.medication_name)
    FROM medsched.scheduled_doses(first::timestamptz, last::timestamptz) AS d WHERE d.user_id = pg_temp.id(person)
$$;
CREATE FUNCTION pg_temp.adherence(person text, first text, last text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', a.medication_name, a.scheduled, a.taken, a.skipped, a.missed, a.on_time, a.percentage), ', ')
    FROM medsched.adherence(pg_temp.id(person), first::timestamptz, last::timestamptz) AS a
$$;
CREATE FUNCTION pg_temp.by_day(person text, first text, last text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', to_char(a.day, 'DD'), a.scheduled, a.taken, a.skipped, a.missed, a.on_time, a.percentage), ', ')
    FROM medsched.adherence_by_day(pg_temp.id(person), first::timestamptz, last::timestamptz) AS a
$$;
CREATE FUNCTION pg_temp.prescribe(schedule text, starts_at text, time_zone text, rrule text, effective_from text, ends_at text, as_needed boolean DEFAULT false)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(left(schedule, 1)), pg_temp.id(left(schedule, 2)), left(schedule, 2)) ON CONFLICT DO NOTHING;
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, effective_from, ends_at, as_needed)
  VALUES (pg_temp.id(left(schedule, 1)), pg_temp.id(schedule), pg_temp.id(left(schedule, 2)), starts_at::timestamp, time_zone, rrule,
          effective_from::timestamptz, ends_at::timestamptz, as_needed)
$$;
CREATE FUNCTION pg_temp.load(schedule text, at text, taken_at text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at)
  VALUES (pg_temp.id(left(schedule, 1)), pg_temp.id(schedule), at::timestamptz, CASE WHEN taken_at IS NULL THEN 'skipped' ELSE 'taken' END, taken_at::timestamptz)
$$;

-- Ann takes a1 at 08:00 in Berlin, in January at 07:00Z.  With a clock two hours ahead of UTC it was 06:00Z: of the 10th, 11th
-- and 12th.  That of the 13th was recorded since.
SELECT pg_temp.prescribe('a11', '2026-01-05 08:00', 'Europe/Berlin', 'FREQ=DAILY', NULL, NULL) \g /dev/null
-- Ben's are beyond every bound: of b11 and b12, of which one ends where the other takes effect; of b2, which is inactive.
SELECT pg_temp.prescribe('b11', '2026-01-05 08:00', 'UTC', 'FREQ=DAILY', NULL, '2026-01-11Z'),
       pg_temp.prescribe('b12', '2026-01-05 08:00', 'UTC', 'FREQ=DAILY', '2026-01-11Z', NULL),
       pg_temp.prescribe('b21', '2026-01-05 09:00', 'UTC', 'FREQ=DAILY', NULL, NULL) \g /dev/null
UPDATE medsched.medications SET inactivated_at = '2026-01-10Z' WHERE id = pg_temp.id('b2');
-- Cid's are as needed, until the 10th.
SELECT pg_temp.prescribe('c11', '2026-01-05 08:00', 'UTC', NULL, NULL, '2026-01-10Z', true) \g /dev/null
ALTER TABLE medsched.dose_taken DISABLE TRIGGER dose_is_scheduled;
SELECT pg_temp.load(s, at, taken_at) FROM (VALUES
  ('a11', '2026-01-10 06:00Z', '2026-01-10 06:50Z'), ('a11', '2026-01-11 06:00Z', NULL), ('a11', '2026-01-12 06:00Z', '2026-01-12 09:00Z'),
  ('a11', '2026-01-13 07:00Z', '2026-01-13 07:01Z'),
  ('b11', '2026-01-11 08:00Z', '2026-01-11 08:00Z'), ('b12', '2026-01-10 08:00Z', '2026-01-10 08:00Z'), ('b21', '2026-01-10 09:00Z', '2026-01-10 09:00Z'),
  ('c11', '2026-01-09 10:00:00.5Z', '2026-01-09 10:00Z'), ('c11', '2026-01-10 10:00Z', '2026-01-10 10:00Z'),
  ('c11', '2026-01-10 11:00:00.000001Z', '2026-01-10 11:00Z')) AS t (s, at, taken_at) \g /dev/null
ALTER TABLE medsched.dose_taken ENABLE TRIGGER dose_is_scheduled;

SELECT is(pg_temp.listed('a', '2026-01-10', '2026-01-14'),
  '10 06:00 07:00 a1 taken, 10 07:00 08:00 a1 missed, 11 06:00 07:00 a1 skipped, 11 07:00 08:00 a1 missed, '
  '12 06:00 07:00 a1 taken, 12 07:00 08:00 a1 missed, 13 07:00 08:00 a1 taken', 'what is recorded is listed where it was recorded');
SELECT is(pg_temp.reported('a', '2026-01-10', '2026-01-14'),
  '10 06:00 07:00 a1 taken on time, 10 07:00 08:00 a1 missed !, 11 06:00 07:00 a1 skipped, 11 07:00 08:00 a1 missed !, '
  '12 06:00 07:00 a1 taken, 12 07:00 08:00 a1 missed !, 13 07:00 08:00 a1 taken on time', 'and reported');
SELECT is(pg_temp.adherence('a', '2026-01-10', '2026-01-14'), 'a1 7 3 1 3 2 42.9', 'and counted');
SELECT is(pg_temp.by_day('a', '2026-01-10', '2026-01-14'), '10 2 1 0 1 1 50.0, 11 2 0 1 1 0 0.0, 12 2 1 0 1 0 50.0, 13 1 1 0 0 1 100.0', 'on its day');
SELECT is(pg_temp.listed('a', '2026-01-12 06:00Z', '2026-01-12 07:00Z'), '12 06:00 07:00 a1 taken', 'from its instant on');
SELECT is(pg_temp.listed('a', '2026-01-12 06:00:00.000001Z', '2026-01-12 07:00Z'), NULL, 'not after it');
SELECT is(pg_temp.listed('a', '2026-01-12 05:00Z', '2026-01-12 06:00Z'), NULL, 'nor before it');
SELECT is((SELECT string_agg(d.scheduled_for::text, ', ' ORDER BY d.scheduled_for) FROM medsched.due_doses('2026-01-10', '2026-01-14') AS d WHERE d.user_id = pg_temp.id('a')),
  '2026-01-10 07:00:00+00, 2026-01-11 07:00:00+00, 2026-01-12 07:00:00+00', 'a notifier has what is not recorded');
SELECT is((SELECT string_agg(d.scheduled_for::text, ', ') FROM medsched.next_doses(pg_temp.id('a'), '2026-01-10', 4) AS d),
  '2026-01-10 07:00:00+00, 2026-01-11 07:00:00+00, 2026-01-12 07:00:00+00, 2026-01-14 07:00:00+00', 'and so has what comes next');
SELECT is_empty($$(SELECT dose_id, scheduled_for, local_time, status FROM medsched.upcoming_doses(pg_temp.id('a'), '2026-01-01', '2026-02-01')
                   EXCEPT SELECT dose_id, scheduled_for, local_time, status FROM medsched.scheduled_doses('2026-01-01', '2026-02-01') WHERE user_id = pg_temp.id('a'))$$,
  'both lists give the same doses');

SELECT is(pg_temp.listed('b', '2026-01-09', '2026-01-12'),
  '09 08:00 08:00 b1 missed, 09 09:00 09:00 b2 missed, 10 08:00 08:00 b1 missed, 10 08:00 08:00 b1 taken, 10 09:00 09:00 b2 taken, '
  '11 08:00 08:00 b1 taken, 11 08:00 08:00 b1 missed', 'beyond the bounds of a schedule and of its medication');
SELECT is(pg_temp.reported('b', '2026-01-10', '2026-01-11'), '10 08:00 08:00 b1 missed !, 10 08:00 08:00 b1 taken on time, 10 09:00 09:00 b2 taken on time',
  'and reported');
SELECT is(pg_temp.listed('b', '2026-01-10 08:30', '2026-01-11'), '10 09:00 09:00 b2 taken', 'where the window begins after the bound');
SELECT is(pg_temp.adherence('b', '2026-01-10 08:30', '2026-01-11'), 'b2 1 1 0 0 1 100.0', 'and counted');
SELECT is(pg_temp.listed('c', '2026-01-09', '2026-01-11'), '09 10:00 10:00 c1 taken, 10 10:00 10:00 c1 taken, 10 11:00 11:00 c1 taken', 'as needed, after the end');
SELECT results_eq($$SELECT scheduled_for::text, local_time::text, dose_id = medsched.dose_id(schedule_id, date_trunc('milliseconds', scheduled_for)) FROM medsched.upcoming_doses(pg_temp.id('c'), '2026-01-09', '2026-01-11')$$,
  $$VALUES ('2026-01-09 10:00:00.5+00', '2026-01-09 10:00:00.5', true), ('2026-01-10 10:00:00+00', '2026-01-10 10:00:00', true),
           ('2026-01-10 11:00:00.000001+00', '2026-01-10 11:00:00.000001', NULL)$$, 'what no handle can name has none');
SELECT is((SELECT count(*) FROM medsched.scheduled_doses('2026-01-09', '2026-01-11') AS d WHERE d.user_id = pg_temp.id('c')), 0::bigint, 'and is in no report');

SELECT is((SELECT string_agg(replace(i.row_id, '00000000-0000-0000-0000-000000000', '') || ': ' || i.problem, ', ' ORDER BY i.row_id) FROM medsched.check_integrity() AS i
            WHERE i.rule = 'dose_is_scheduled' AND i.user_id = pg_temp.id('a')),
  'a11 2026-01-10 06:00:00+00: The schedule has no dose then: medsched.explain_dose() tells why., '
  'a11 2026-01-11 06:00:00+00: The schedule has no dose then: medsched.explain_dose() tells why., '
  'a11 2026-01-12 06:00:00+00: The schedule has no dose then: medsched.explain_dose() tells why.', 'check_integrity names them');

-- Moved along ---------------------------------------------------------------------------

-- Of d11, 08:00 and 09:00, both were recorded on the 10th: 06:00Z and 07:00Z.  08:00 is 07:00Z now, and recorded.  Of d12 the
-- 12th was left out since.  d13 goes by another clock, and d21 is as needed.
SELECT pg_temp.prescribe('d11', '2026-01-05 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,9', NULL, NULL),
       pg_temp.prescribe('d12', '2026-01-05 08:00', 'Europe/Berlin', 'FREQ=DAILY', NULL, '2026-01-13Z'),
       pg_temp.prescribe('d13', '2026-01-05 08:00', 'Europe/Paris', 'FREQ=DAILY', NULL, NULL),
       pg_temp.prescribe('d21', '2026-01-05 08:00', 'Europe/Berlin', NULL, NULL, NULL, true) \g /dev/null
UPDATE medsched.schedules SET exdates = '{2026-01-12 08:00}' WHERE id = pg_temp.id('d12');
ALTER TABLE medsched.dose_taken DISABLE TRIGGER dose_is_scheduled;
SELECT pg_temp.load(s, at, at) FROM (VALUES
  ('d11', '2026-01-10 06:00Z'), ('d11', '2026-01-10 07:00Z'), ('d12', '2026-01-11 06:00Z'), ('d12', '2026-01-12 06:00Z'),
  ('d12', '2026-01-13 06:00Z'), ('d12', '2026-01-11 05:00Z'), ('d13', '2026-01-10 06:00Z'), ('d21', '2026-01-10 06:00Z')) AS t (s, at) \g /dev/null
ALTER TABLE medsched.dose_taken ENABLE TRIGGER dose_is_scheduled;
CREATE TEMP TABLE moved AS SELECT * FROM medsched.move_recorded_doses('Europe/Berlin', '2 hours', '2026-01-10', '2026-01-14');
SELECT is((SELECT string_agg(concat_ws(' ', right(m.schedule_id::text, 3), m.former_scheduled_for, m.scheduled_for, m.problem), ', ' ORDER BY m.user_id, m.former_scheduled_for, m.schedule_id) FROM moved AS m),
  'a11 2026-01-10 06:00:00+00 2026-01-10 07:00:00+00, a11 2026-01-11 06:00:00+00 2026-01-11 07:00:00+00, a11 2026-01-12 06:00:00+00 2026-01-12 07:00:00+00, '
  'd11 2026-01-10 06:00:00+00 The dose at 2026-01-10 07:00:00+00 is recorded as well., '
  'd12 2026-01-11 05:00:00+00 The schedule has no dose at 2026-01-11 06:00:00+00., '
  'd12 2026-01-11 06:00:00+00 2026-01-11 07:00:00+00, '
  'd12 2026-01-12 06:00:00+00 The schedule has no dose at 2026-01-12 07:00:00+00., '
  'd12 2026-01-13 06:00:00+00 The schedule has no dose at 2026-01-13 07:00:00+00.', 'each dose that is none any more is moved, or it is said why not');
SELECT is(pg_temp.listed('a', '2026-01-10', '2026-01-14'),
  '10 07:00 08:00 a1 taken, 11 07:00 08:00 a1 skipped, 12 07:00 08:00 a1 taken, 13 07:00 08:00 a1 taken', 'and each is listed once');
SELECT is(pg_temp.adherence('a', '2026-01-10', '2026-01-14'), 'a1 4 3 1 0 2 75.0', 'and counted once');
SELECT is(pg_temp.listed('d', '2026-01-12', '2026-01-13 08:00'),
  '12 06:00 07:00 d1 taken, 12 07:00 08:00 d1 missed, 12 07:00 08:00 d1 missed, 12 08:00 09:00 d1 missed, 13 06:00 07:00 d1 taken, 13 07:00 08:00 d1 missed, 13 07:00 08:00 d1 missed',
  'what stays is listed where it is');
SELECT is((SELECT count(*) FROM medsched.move_recorded_doses('Europe/Berlin', '2 hours', '2026-01-10', '2026-01-14') AS m WHERE m.problem IS NULL), 0::bigint, 'a second time nothing moves');
SELECT is_empty($$SELECT * FROM medsched.move_recorded_doses('Europe/Berlin', '2 hours', '2026-02-01', '2026-02-02')$$, 'nor does what lies elsewhere');

-- The former handle names no dose any more: it can record none beside the one that moved.
SELECT is_empty($$SELECT * FROM medsched.undo_dose_by_id(pg_temp.id('a'), medsched.dose_id(pg_temp.id('a11'), '2026-01-10 06:00Z'))$$, 'nothing is recorded by the former handle');
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken_by_id(pg_temp.id('a'), medsched.dose_id(pg_temp.id('a11'), '2026-01-10 06:00Z'))$$),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-10 06:00:00+00'
  ' | The nearest doses are at 2026-01-09 07:00:00+00 and at 2026-01-10 07:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.', 'nor can be');

SELECT is(pg_temp.failure(format('SELECT * FROM medsched.move_recorded_doses(%s)', args)), error, args) FROM (VALUES
  ($$NULL, '2 hours', '2026-01-10', '2026-01-14'$$, '22004: time_zone must not be null'),
  ($$'UTC', NULL, '2026-01-10', '2026-01-14'$$, '22004: former_offset must not be null'),
  ($$'UTC', '2 hours', NULL, '2026-01-14'$$, '22004: window_start must not be null'),
  ($$'UTC', '2 hours', '2026-01-10', '-infinity'$$, '22023: window_end must be finite | Give the window that you will show, for example one week.'),
  ($$'Nowhere', '2 hours', '2026-01-10', '2026-01-14'$$, '22023: time zone "Nowhere" is not known | Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not taken, because they do not follow a place when its rules change. | The names are in the view pg_timezone_names.'),
  ($$'UTC', '25 hours', '2026-01-10', '2026-01-14'$$, '22023: former_offset must be from -24 to 24 hours | It is 25:00:00. | It is how far the clock was ahead of UTC, such as "2 hours".'),
  ($$'UTC', '2 hours', '2026-01-14', '2026-01-10'$$, '22023: window_end must not be before window_start | The window is from 2026-01-14 00:00:00+00 to 2026-01-10 00:00:00+00.')) AS t (args, error);

SELECT * FROM finish();
ROLLBACK;
