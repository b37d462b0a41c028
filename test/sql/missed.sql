\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(41);

-- When a dose is missed, and how early it is on time.  Told by the clock: whole hours from now.
\i test/id.psql
\set ann '''00000000-0000-0000-0000-00000000000a'''
SET LOCAL medsched.grace = '2h';

-- a1 every hour on the hour, the last dose half an hour ago, by a UTC clock; a2 is the same, but missed when the next is due;
-- a3 is a2 with a grace of ten minutes; a4 has its last dose half an hour ago.
CREATE FUNCTION pg_temp.ago(length interval) RETURNS timestamptz LANGUAGE sql STABLE RETURN date_trunc('second', now()) - length;
INSERT INTO medsched.medications (user_id, id, name) SELECT :ann, pg_temp.id(m), m FROM unnest('{a1,a2,a3,a4}'::text[]) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, grace, missed_when_next, ends_at)
SELECT :ann, pg_temp.id(m || '1'), pg_temp.id(m), timezone('UTC', pg_temp.ago('330 minutes')), 'UTC', 'FREQ=HOURLY', grace::interval, next,
       CASE WHEN ends THEN pg_temp.ago('20 minutes') END
  FROM (VALUES ('a1', NULL, false, false), ('a2', NULL, true, false), ('a3', '10 minutes', true, false), ('a4', NULL, true, true)) AS t (m, grace, next, ends);

CREATE FUNCTION pg_temp.listed(medication text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', round(extract(epoch FROM pg_temp.ago('0') - d.scheduled_for) / 60), d.status), ', ')
    FROM medsched.upcoming_doses(pg_temp.id('a'), pg_temp.ago('160 minutes'), pg_temp.ago('-50 minutes')) AS d WHERE d.medication_name = medication
$$;
CREATE FUNCTION pg_temp.reported(medication text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', round(extract(epoch FROM pg_temp.ago('0') - d.scheduled_for) / 60), d.status, CASE WHEN d.missed THEN '!' END), ', ' ORDER BY d.scheduled_for)
    FROM medsched.scheduled_doses(pg_temp.ago('160 minutes'), pg_temp.ago('-50 minutes')) AS d WHERE d.medication_name = medication
$$;
CREATE FUNCTION pg_temp.due(medication text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', round(extract(epoch FROM pg_temp.ago('0') - d.scheduled_for) / 60), d.status), ', ' ORDER BY d.scheduled_for)
    FROM medsched.due_doses(pg_temp.ago('160 minutes'), pg_temp.ago('-50 minutes')) AS d WHERE d.medication_name = medication
$$;
CREATE FUNCTION pg_temp.counted(medication text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', a.scheduled, a.taken, a.missed) FROM medsched.adherence(pg_temp.id('a'), pg_temp.ago('160 minutes'), pg_temp.ago('-50 minutes')) AS a WHERE a.medication_name = medication
$$;

-- Doses are 150, 90 and 30 minutes ago, and 30 to come.
SELECT is(pg_temp.listed(m), listed, m || ' as listed') FROM (VALUES
  ('a1', '150 missed, 90 due, 30 due, -30 upcoming'),
  ('a2', '150 missed, 90 missed, 30 due, -30 upcoming'),
  ('a3', '150 missed, 90 missed, 30 missed, -30 upcoming'),
  ('a4', '150 missed, 90 missed, 30 due')) AS t (m, listed);
SELECT is(pg_temp.reported(m), listed, m || ' as reported') FROM (VALUES
  ('a1', '150 missed !, 90 due, 30 due, -30 upcoming'),
  ('a2', '150 missed !, 90 missed !, 30 due, -30 upcoming'),
  ('a3', '150 missed !, 90 missed !, 30 missed !, -30 upcoming'),
  ('a4', '150 missed !, 90 missed !, 30 due')) AS t (m, listed);
SELECT is(pg_temp.due(m), pg_temp.listed(m), m || ' for a notifier') FROM unnest('{a1,a2,a3,a4}'::text[]) AS m;
SELECT is(pg_temp.counted(m), counted, m || ' as counted') FROM (VALUES ('a1', '4 0 1'), ('a2', '4 0 2'), ('a3', '4 0 3'), ('a4', '3 0 2')) AS t (m, counted);

-- One that is recorded is not missed, however late, and the others stay as they are.
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a21'), pg_temp.ago('90 minutes')) \g /dev/null
SELECT is(pg_temp.listed('a2'), '150 missed, 90 taken, 30 due, -30 upcoming', 'recorded after all');
SELECT is(pg_temp.reported('a2'), '150 missed !, 90 taken, 30 due, -30 upcoming', 'and reported');
SELECT is(pg_temp.counted('a2'), '4 1 1', 'and counted');
-- The next dose is the next that there is: an exdate takes it away.
UPDATE medsched.schedules SET exdates = ARRAY[timezone('UTC', pg_temp.ago('30 minutes'))] WHERE id = pg_temp.id('a31');
UPDATE medsched.schedules SET grace = '2 hours' WHERE id = pg_temp.id('a31');
SELECT is(pg_temp.listed('a3'), '150 missed, 90 due, -30 upcoming', 'no dose comes between');
SELECT is(pg_temp.reported('a3'), '150 missed !, 90 due, -30 upcoming', 'nor in the report');
SELECT is(pg_temp.counted('a3'), '3 0 1', 'nor is it counted');

SELECT is(medsched.dose_status(now() - '30 minutes'::interval, NULL, '1 hour', next_dose), status, CASE WHEN next_dose IS NULL THEN 'no next one' ELSE 'before the next one' END) FROM (VALUES
  (NULL::timestamptz, 'due'), (now() + interval '1 microsecond', 'due')) AS t (next_dose, status);
SELECT is(medsched.dose_status(now() - '30 minutes'::interval, NULL, '1 hour', now()), 'missed', 'the next one''s time has come');
SELECT is(medsched.dose_status(now() - '30 minutes'::interval, 'taken', '1 hour', now()), 'taken', 'recorded');
SELECT is(medsched.dose_status(now() + '30 minutes'::interval, NULL, '1 hour', now()), 'upcoming', 'to come');

-- On time -------------------------------------------------------------------------------
SELECT is(medsched.is_on_time('2026-01-10 08:00Z', taken_at::timestamptz, '1 hour', tolerance::interval), on_time, taken_at || ' ' || coalesce(tolerance, 'as grace')) FROM (VALUES
  ('2026-01-10 07:00Z', NULL, true), ('2026-01-10 06:59:59Z', NULL, false),
  ('2026-01-10 07:50Z', '10 minutes', true), ('2026-01-10 07:49:59.999999Z', '10 minutes', false), ('2026-01-10 09:00Z', '10 minutes', true),
  ('2026-01-10 08:00Z', '0', true), ('2026-01-10 02:00Z', '6 hours', true)) AS t (taken_at, tolerance, on_time);
SELECT is(pg_temp.failure($$SELECT medsched.is_on_time('2026-01-10 08:00Z', '2026-01-10 08:00Z', '1 hour', '-1 hour')$$),
  '22023: tolerance_before must be from 0 to 366 days | It is -01:00:00.', 'no tolerance');

-- As keys of a schedule in JSON.
SELECT medsched.create_medication(pg_temp.id('b'), 'b', jsonb_build_array(jsonb_build_object('id', pg_temp.id('b11'), 'starts_at', '2026-01-01T08:00', 'time_zone', 'UTC',
  'rrule', 'FREQ=DAILY', 'tolerance_before', '15 minutes', 'missed_when_next', true))) \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('b'), pg_temp.id('b11'), '2026-01-20Z', jsonb_build_object('id', pg_temp.id('b12'), 'missed_when_next', null)) \g /dev/null
SELECT results_eq($$SELECT tolerance_before, missed_when_next FROM medsched.schedules WHERE user_id = pg_temp.id('b') ORDER BY id$$,
  $$VALUES (interval '15 minutes', true), ('15 minutes', false)$$, 'given, copied, and back to the default');
SELECT medsched.mark_dose_taken(pg_temp.id('b'), pg_temp.id('b11'), at::timestamptz, at::timestamptz - early::interval) FROM (VALUES
  ('2026-01-10 08:00Z', '15 minutes'), ('2026-01-11 08:00Z', '16 minutes'), ('2026-01-12 08:00Z', '-1 hour')) AS t (at, early) \g /dev/null
SELECT is((SELECT string_agg(d.on_time::text, ' ' ORDER BY d.scheduled_for) FROM medsched.scheduled_doses('2026-01-10', '2026-01-13') AS d WHERE d.user_id = pg_temp.id('b')),
  'true false true', 'reported as on time');
SELECT is((SELECT concat_ws(' ', a.taken, a.on_time) FROM medsched.adherence(pg_temp.id('b'), '2026-01-10', '2026-01-13') AS a), '3 2', 'and counted');
SELECT is(split_part(pg_temp.failure(sql), ' | Failing row', 1), error, error) FROM (VALUES
  ($$SELECT medsched.create_medication(pg_temp.id('c'), 'c', '[{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "tolerance_before": "-1 minute"}]')$$,
   '23514 medsched.schedules.schedules_tolerance_before_in_range: schedules[0].tolerance_before must be from 0 to 366 days | It is -00:01:00.'),
  ($$UPDATE medsched.schedules SET tolerance_before = '366 days 1 microsecond' WHERE id = pg_temp.id('b12')$$,
   '23514 medsched.schedules.schedules_tolerance_before_in_range: new row for relation "schedules" violates check constraint "schedules_tolerance_before_in_range"'),
  ($$SELECT medsched.create_medication(pg_temp.id('c'), 'c', '[{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "missed_when_next": "yes"}]')$$,
   '22023: schedules[0].missed_when_next must be true or false')) AS t (sql, error);

SELECT * FROM finish();
ROLLBACK;
