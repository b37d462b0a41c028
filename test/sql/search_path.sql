\i test/setup.psql
BEGIN;
SELECT plan(35);

-- A schema full of traps: operators, functions, tables and types of the names
-- that our queries use, each of which gives itself away.
CREATE SCHEMA trap;
CREATE FUNCTION trap.sprung() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'trap sprung'; END$$;
CREATE FUNCTION trap.uuids(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE FUNCTION trap.instants(timestamptz, timestamptz) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE FUNCTION trap.times(timestamp, timestamp) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE FUNCTION trap.texts(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE FUNCTION trap.numbers(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE FUNCTION trap.ints(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
DO $$
DECLARE
  operator text;
  functions text[] := '{uuids,uuid,instants,timestamptz,times,timestamp,texts,text,numbers,numeric,ints,int}';
BEGIN
  FOREACH operator IN ARRAY '{=,<>,<,>,<=,>=,~}'::text[] LOOP
    FOR i IN 1 .. array_length(functions, 1) BY 2 LOOP
      EXECUTE format('CREATE OPERATOR trap.%s (FUNCTION = trap.%I, LEFTARG = %s, RIGHTARG = %3$s)', operator, functions[i], functions[i + 1]);
    END LOOP;
  END LOOP;
END
$$;
CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz WHERE trap.sprung()';
CREATE FUNCTION trap.gen_random_uuid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid WHERE trap.sprung()';
CREATE FUNCTION trap.isfinite(timestamptz) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE FUNCTION trap.date_trunc(text, timestamp) RETURNS timestamp LANGUAGE sql AS 'SELECT NULL::timestamp WHERE trap.sprung()';
CREATE FUNCTION trap.hashtextextended(text, bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint WHERE trap.sprung()';
CREATE FUNCTION trap.format(text, text, text, text) RETURNS text LANGUAGE sql AS $$SELECT 'x' WHERE trap.sprung()$$;
CREATE FUNCTION trap.to_regclass(text) RETURNS regclass LANGUAGE sql AS 'SELECT NULL::regclass WHERE trap.sprung()';
CREATE FUNCTION trap.upcoming_doses(uuid, timestamptz, timestamptz) RETURNS SETOF text LANGUAGE sql AS $$SELECT 'x' WHERE trap.sprung()$$;
CREATE FUNCTION trap.check_rrule(text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE FUNCTION trap.check_time_zone(text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.sprung()';
CREATE TABLE trap.medications ();
CREATE TABLE trap.schedules ();
CREATE TABLE trap.dose_taken ();
CREATE TABLE trap.substance_limits ();
CREATE TABLE trap.stock_entries ();
CREATE TABLE trap.moved_doses ();
CREATE TABLE trap.routines ();
CREATE TABLE trap.pg_trigger (tgrelid oid, tgname name);
CREATE TEMP TABLE medications ();
CREATE TEMP TABLE schedules ();
CREATE TEMP TABLE dose_taken ();
CREATE TEMP TABLE pg_trigger (tgrelid oid, tgname name);

-- What a call answers, or its error, with the traps first in the path.
CREATE FUNCTION pg_temp.trapped(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
  path text := current_setting('search_path');
BEGIN
  SET LOCAL search_path = trap, pg_temp, pg_catalog, public;
  EXECUTE call INTO result;
  PERFORM pg_catalog.set_config('search_path', path, true);
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;

SELECT is(pg_temp.trapped(call), 'P0001: trap sprung', 'a trap: ' || call)
FROM (VALUES ($$SELECT '00000000-0000-0000-0000-00000000000a'::uuid = '00000000-0000-0000-0000-00000000000a'::uuid$$),
             ($$SELECT 'a'::text = 'a'::text$$), ($$SELECT '2026-01-01'::timestamptz > '2026-01-01'::timestamptz$$),
             ($$SELECT gen_random_uuid()$$), ($$SELECT now()$$)) AS t (call);

-- Plans are made under the hostile path, and later used under it.
SELECT set_config('test.medication', pg_temp.trapped($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"},
    {"starts_at": "2026-01-01T12:00:00", "time_zone": "UTC", "ends_at": "2026-02-01T00:00:00Z", "dose_amount": 1, "grace": "1 hour", "rdates": ["2026-01-03T12:00"]}]')$$), true) \g /dev/null
SELECT is((SELECT count(*) FROM medsched.schedules WHERE medication_id = current_setting('test.medication')::uuid), 2::bigint, 'create_medication');
SELECT is(pg_temp.trapped($$SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-04')$$), '5', 'upcoming_doses');
SELECT is(pg_temp.trapped($$SELECT newly_taken FROM medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')$$), 'true', 'mark_dose_taken');
SELECT is(pg_temp.trapped($$SELECT newly_taken FROM medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')$$), 'false', 'mark_dose_taken, again');
SELECT is(pg_temp.trapped($$SELECT newly_taken FROM medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a',
  medsched.dose_id('00000000-0000-0000-0000-000000000a11', '2026-01-03 08:00Z'))$$), 'true', 'mark_dose_taken_by_id, dose_id');
SELECT is(pg_temp.trapped($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 09:00Z')$$),
  '23514: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-02 09:00:00+00', 'dose_is_scheduled');
SELECT is(pg_temp.trapped($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')$$),
  'P0002: schedule "00000000-0000-0000-0000-000000000a11" not found', 'a schedule not found');
SELECT is(pg_temp.trapped($$SELECT newly_skipped FROM medsched.skip_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-04 08:00Z', 'away')$$), 'true', 'skip_dose');
SELECT is(pg_temp.trapped($$SELECT reason FROM medsched.undo_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-04 08:00Z')$$), 'away', 'undo_dose');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed, min_interval, max_per_24h)
VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', current_setting('test.medication')::uuid, '2026-01-01', 'UTC', true, '4 hours', 2);
SELECT is(pg_temp.trapped($$SELECT newly_taken FROM medsched.take_as_needed('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-02 08:00Z')$$), 'true', 'take_as_needed');
SELECT is(pg_temp.trapped($$SELECT medsched.take_as_needed('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-02 11:00Z')$$),
  '23514: the dose at 2026-01-02 11:00:00+00 is too close to another', 'as_needed_min_interval');
SELECT is(pg_temp.trapped($$SELECT medsched.next_as_needed_at('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-02 08:00Z')$$),
  '2026-01-02 12:00:00+00', 'next_as_needed_at');
SELECT is(pg_temp.trapped($$WITH u AS (UPDATE medsched.schedules SET rrule = 'FREQ=MONTHLY' WHERE id OPERATOR(pg_catalog.=) '00000000-0000-0000-0000-000000000a11' RETURNING 1) SELECT 1 FROM u$$),
  '23514: schedule "00000000-0000-0000-0000-000000000a11" has recorded doses that would no longer be scheduled', 'recorded_dose_keeps_schedule');
SELECT is(pg_temp.trapped(format('WITH u AS (UPDATE medsched.medications SET inactivated_at = ''2026-01-02'' WHERE id OPERATOR(pg_catalog.=) %L RETURNING 1) SELECT 1 FROM u', current_setting('test.medication'))),
  format('23514: medication "%s" has recorded doses that would no longer be scheduled', current_setting('test.medication')), 'recorded_dose_keeps_medication');
SELECT is(pg_temp.trapped(format('SELECT medsched.inactivate_medication(''00000000-0000-0000-0000-00000000000a'', %L, ''2026-06-01Z'')', current_setting('test.medication'))),
  '2026-06-01 00:00:00+00', 'inactivate_medication');

-- The life of another medication: revised, moved, inactivated, taken up again, inspected, erased.
SELECT set_config('test.other', pg_temp.trapped($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000c', 'Warfarin',
  '[{"id": "00000000-0000-0000-0000-000000000c11", "starts_at": "2026-01-01T20:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "rdates": ["2026-01-03T12:00"]}]')$$), true) \g /dev/null
SELECT is(pg_temp.trapped(call), result, name)
FROM (VALUES
  ('revise_schedule', $$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-000000000c11', '2026-01-05Z',
     '{"id": "00000000-0000-0000-0000-000000000c12", "dose_amount": 2}')$$, '00000000-0000-0000-0000-000000000c12'),
  ('recorded_dose_keeps_schedule', $$WITH m AS (SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-000000000c12', '2026-01-06 19:00Z'))
     SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-000000000c12', '2026-01-06Z', '{"dose_amount": 2}') FROM m$$,
     '23514: schedule "00000000-0000-0000-0000-000000000c12" has doses recorded at or after 2026-01-06 00:00:00+00'),
  ('change_time_zone', $$SELECT count(*) FROM medsched.change_time_zone('00000000-0000-0000-0000-00000000000c', 'America/New_York', '2026-01-10 21:00Z')$$, '1'),
  ('inactivate_medication', format($$SELECT medsched.inactivate_medication('00000000-0000-0000-0000-00000000000c', %L, '2026-02-01Z')$$, current_setting('test.other')), '2026-02-01 00:00:00+00'),
  ('reactivate_medication', format($$SELECT count(*) FROM medsched.reactivate_medication('00000000-0000-0000-0000-00000000000c', %L, '2026-02-10Z')$$, current_setting('test.other')), '1'),
  ('schedule_history', format($$SELECT count(*) FROM medsched.schedule_history('00000000-0000-0000-0000-00000000000c', %L)$$, current_setting('test.other')), '4'),
  ('explain_dose', $$SELECT is_dose FROM medsched.explain_dose('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-000000000c12', '2026-01-06 19:00Z')$$, 'true'),
  ('schedule_overview', $$SELECT count(*) FROM medsched.schedule_overview('00000000-0000-0000-0000-00000000000c')$$, '4'),
  ('check_integrity', $$SELECT count(*) FROM medsched.check_integrity()$$, '0'),
  ('erase_user', $$SELECT schedules FROM medsched.erase_user('00000000-0000-0000-0000-00000000000c')$$, '4')) AS t (name, call, result);

SELECT is(pg_temp.trapped($$WITH d AS (DELETE FROM medsched.medications RETURNING 1) SELECT 1 FROM d$$),
  format('23001: medication "%s" cannot be deleted', current_setting('test.medication')), 'medications_not_deleted');
DELETE FROM medsched.dose_taken;
CREATE FUNCTION pg_temp.delete_schedules() RETURNS void LANGUAGE sql AS 'DELETE FROM medsched.schedules; SET CONSTRAINTS ALL IMMEDIATE';
SELECT is(pg_temp.trapped('SELECT pg_temp.delete_schedules()'),
  format('23514: medication "%s" has no schedule', current_setting('test.medication')), 'medication_has_schedule');
SET CONSTRAINTS ALL IMMEDIATE;

-- The tables are made of what is in pg_catalog, whatever comes first.
DROP TABLE medsched.routines, medsched.stock_entries, medsched.moved_doses, medsched.dose_taken, medsched.schedules, medsched.medications, medsched.substance_limits;
SELECT is(pg_temp.trapped('SELECT medsched.create_tables()'), '', 'create_tables');
SELECT is_empty($$SELECT d.objid FROM pg_depend d JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND d.refobjid = o.oid WHERE o.oprnamespace = 'trap'::regnamespace AND d.classid <> 'pg_amop'::regclass
                  UNION ALL SELECT d.objid FROM pg_depend d JOIN pg_proc p ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
                   WHERE p.pronamespace = 'trap'::regnamespace AND d.classid NOT IN ('pg_operator'::regclass, 'pg_proc'::regclass)$$, 'nothing of the tables depends on a trap');
SELECT is((SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid::regclass::text LIKE 'medsched.%' AND NOT tgisinternal), 39::bigint, 'every trigger is there');

SELECT * FROM finish();
ROLLBACK;
