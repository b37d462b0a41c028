\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(23);

-- Many doses of a schedule in one transaction: each is checked against the schedule as it is then,
-- whatever the transaction did to it after the first.
\i test/id.psql
\set ann '''00000000-0000-0000-0000-00000000000a'''

INSERT INTO medsched.medications (user_id, id, name) SELECT :ann, pg_temp.id('a' || m), 'x' FROM generate_series(1, 3) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, rdates)
SELECT :ann, pg_temp.id('a' || m || '1'), pg_temp.id('a' || m), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY',
       CASE m WHEN 2 THEN '{2026-01-01 12:00}'::timestamp[] ELSE '{}' END
  FROM generate_series(1, 3) AS m;
SET CONSTRAINTS ALL IMMEDIATE;

-- Records the dose of a schedule at 08:00 on a day of January, then changes something, then records those of other
-- days, all of it in one transaction within this one: says what is in the way, and then nothing of it stays.
CREATE FUNCTION pg_temp.doses(schedule text, first int, last int) RETURNS text LANGUAGE sql AS $$
  SELECT format($q$
    INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
    SELECT '00000000-0000-0000-0000-00000000000a', %L, timestamptz '2025-12-31 08:00Z' + make_interval(days => d) FROM generate_series(%s, %s) AS d;$q$,
    pg_temp.id(schedule), first, last)
$$;
CREATE FUNCTION pg_temp.record(schedule text, day int, change text, first int, last int) RETURNS text LANGUAGE sql AS $$
  SELECT substring(pg_temp.failure(pg_temp.doses(schedule, day, day) || format(change, pg_temp.id(schedule), pg_temp.id(left(schedule, 2))) || ';' || pg_temp.doses(schedule, first, last))
                   FROM '[^|]*[^| ]')
$$;
CREATE FUNCTION pg_temp.recorded(schedule text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', count(*), to_char(max(d.scheduled_for) AT TIME ZONE 'UTC', 'DD HH24:MI')) FROM medsched.dose_taken AS d
   WHERE d.user_id = '00000000-0000-0000-0000-00000000000a' AND d.schedule_id = pg_temp.id(schedule)
$$;

-- All at once, in turns.
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT :ann, pg_temp.id('a' || m || '1'), timestamptz '2026-01-01 08:00Z' + make_interval(days => d)
  FROM generate_series(0, 4) AS d, generate_series(1, 3) AS m ORDER BY d, m;
SELECT is(pg_temp.recorded('a11'), '5 05 08:00', 'doses of three schedules in turns');
SELECT is(pg_temp.recorded('a21'), '5 05 08:00', 'of the second');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (:ann, pg_temp.id('a21'), '2026-01-01 12:00Z');
SELECT is(pg_temp.recorded('a21'), '6 05 08:00', 'and one that its rdates add');
SELECT throws_ok($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', pg_temp.id('a11'), timestamptz '2026-01-06 08:00Z' + make_interval(hours => h) FROM unnest('{0,24,49,72}'::int[]) AS h$$,
  '23514', 'schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-08 09:00:00+00', 'one among them that is none');
SELECT throws_ok($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', pg_temp.id(s), timestamptz '2026-01-06 08:00Z' + make_interval(hours => h)
    FROM (VALUES ('a11', 0), ('a21', 0), ('a11', 24), ('a21', 24), ('a11', -114)) AS d (s, h)$$,
  '23514', 'schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-01 14:00:00+00', 'or of one of two schedules');
SELECT throws_ok($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT u::uuid, pg_temp.id('a11'), '2026-01-06 08:00Z' FROM unnest('{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000b}'::text[]) AS u$$,
  '23503', NULL, 'or of another person');

-- What the transaction changes between two doses counts for the second.
SELECT is(pg_temp.record('a11', 6, 'SELECT 1', 7, 8), 'no error', 'nothing changes');
SELECT is(pg_temp.record('a11', 9, $$UPDATE medsched.schedules SET ends_at = '2026-01-10Z' WHERE id = %L$$, 10, 11),
  '23514 medsched.dose_taken.dose_after_end: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-10 08:00:00+00', 'it ends');
SELECT is(pg_temp.recorded('a11'), '8 08 08:00', 'nothing of that stays');
SELECT is(pg_temp.record('a11', 9, $$UPDATE medsched.schedules SET ends_at = '2026-01-12Z' WHERE id = %L$$, 10, 11), 'no error', 'it ends later');
SELECT is(pg_temp.record('a11', 12, 'SELECT 1', 12, 12),
  '23514 medsched.dose_taken.dose_after_end: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-12 08:00:00+00', 'it has ended');
SELECT is(pg_temp.record('a21', 6, $$UPDATE medsched.medications SET inactivated_at = '2026-01-08Z' WHERE id = %2$L$$, 7, 8),
  '23514 medsched.dose_taken.dose_after_inactivation: schedule "00000000-0000-0000-0000-000000000a21" has no dose at 2026-01-08 08:00:00+00', 'its medication is inactivated');
SELECT is(pg_temp.record('a21', 6, $$UPDATE medsched.medications SET name = 'y' WHERE id = %2$L$$, 7, 8), 'no error', 'its medication is renamed');
SELECT is(pg_temp.record('a31', 6, $$UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;UNTIL=20260107T080000Z' WHERE id = %L$$, 7, 8),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a31" has no dose at 2026-01-08 08:00:00+00', 'its rule ends');
SELECT is(pg_temp.record('a31', 6, $$UPDATE medsched.schedules SET exdates = '{2026-01-08 08:00}' WHERE id = %L$$, 7, 8),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a31" has no dose at 2026-01-08 08:00:00+00', 'a date is left out');
SELECT is(pg_temp.record('a31', 6, $$CLUSTER medsched.schedules USING schedules_pkey; UPDATE medsched.schedules SET exdates = '{2026-01-08 08:00}' WHERE id = %L$$, 7, 8),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a31" has no dose at 2026-01-08 08:00:00+00', 'or after all rows have moved');
SELECT is(pg_temp.record('a31', 6, $$CLUSTER medsched.medications USING medications_pkey; CLUSTER medsched.schedules USING schedules_pkey$$, 7, 8), 'no error', 'rows move, and no more');
SELECT is(pg_temp.record('a31', 9, $$DELETE FROM medsched.dose_taken WHERE schedule_id = %1$L;
    INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone) VALUES ('00000000-0000-0000-0000-00000000000a', pg_temp.id('a32'), %2$L, '2026-01-01 20:00', 'UTC');
    DELETE FROM medsched.schedules WHERE id = %1$L;
    INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES ('00000000-0000-0000-0000-00000000000a', %1$L, %2$L, '2026-01-01 09:00', 'UTC', 'FREQ=DAILY')$$, 10, 11),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a31" has no dose at 2026-01-10 08:00:00+00', 'it is deleted, and there again at another hour');

-- What is undone by a savepoint counts no more.
SAVEPOINT longer;
UPDATE medsched.schedules SET ends_at = NULL WHERE id = pg_temp.id('a11');
SELECT is(pg_temp.record('a11', 12, 'SELECT 1', 13, 14), 'no error', 'its end is taken away');
ROLLBACK TO longer;
SELECT is(pg_temp.record('a11', 12, 'SELECT 1', 12, 12),
  '23514 medsched.dose_taken.dose_after_end: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-12 08:00:00+00', 'and comes back');
SELECT is(pg_temp.recorded('a11'), '11 11 08:00', 'with what was recorded before');

-- More schedules by turns than are remembered at once, which work_mem bounds.
SET LOCAL work_mem = '64kB';
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
SELECT :ann, md5('schedule ' || s)::uuid, pg_temp.id('a2'), timestamp '2026-01-01' + make_interval(mins => s), 'UTC', 'FREQ=DAILY' FROM generate_series(1, 300) AS s;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT :ann, md5('schedule ' || s)::uuid, timestamptz '2026-01-01Z' + make_interval(days => d, mins => s) FROM generate_series(0, 2) AS d, generate_series(1, 300) AS s ORDER BY d, s;
SELECT is((SELECT count(*) FROM medsched.dose_taken AS d WHERE d.schedule_id IN (SELECT md5('schedule ' || s)::uuid FROM generate_series(1, 300) AS s)), 900::bigint,
  'doses of many schedules in turns');
SELECT throws_ok($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', md5('schedule ' || s)::uuid, timestamptz '2026-01-04Z' + make_interval(days => d, mins => CASE WHEN d = 1 AND s = 250 THEN 249 ELSE s END)
    FROM generate_series(0, 1) AS d, generate_series(1, 300) AS s ORDER BY d, s$$,
  '23514', format('schedule "%s" has no dose at 2026-01-05 04:09:00+00', md5('schedule 250')::uuid), 'one among them that is none');

SELECT * FROM finish();
ROLLBACK;
