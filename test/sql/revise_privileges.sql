\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(23);

-- What those who change schedules need, and that row security holds for them.
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS ann \gset
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000b', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000b11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS ben \gset
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

CREATE ROLE nurse;
GRANT nurse TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO nurse;
DO $$BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO nurse', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END$$;
CREATE FUNCTION pg_temp.as_nurse(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  SET LOCAL ROLE nurse;
  result := pg_temp.failure(sql);
  RESET ROLE;
  RETURN result;
END
$$;
CREATE TEMPORARY TABLE calls (n int GENERATED ALWAYS AS IDENTITY, call text);
INSERT INTO calls (call) VALUES
  ($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-05', '{"id": "00000000-0000-0000-0000-000000000a12", "dose_amount": 2}')$$),
  ($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-03', '{"dose_amount": 3}')$$),
  ($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-00000000000a', 'Europe/Berlin', '2026-01-06')$$),
  (format($$SELECT medsched.inactivate_medication('00000000-0000-0000-0000-00000000000a', %L, '2026-01-10')$$, :'ann')),
  (format($$SELECT medsched.reactivate_medication('00000000-0000-0000-0000-00000000000a', %L, '2026-01-12')$$, :'ann'));
CREATE TEMPORARY TABLE looks AS SELECT * FROM (VALUES
  (format($$SELECT medsched.schedule_history('00000000-0000-0000-0000-00000000000a', %L)$$, :'ann')),
  ($$SELECT medsched.schedule_overview('00000000-0000-0000-0000-00000000000a')$$),
  ($$SELECT medsched.explain_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02')$$),
  ($$SELECT medsched.check_integrity()$$)) AS t (look);

GRANT SELECT ON medsched.medications, medsched.schedules, medsched.dose_taken, medsched.moved_doses TO nurse;
SELECT is(pg_temp.as_nurse(look), 'no error', 'who may read, may: ' || substring(look FROM 'medsched\.\w+')) FROM looks;
SELECT alike(pg_temp.as_nurse(call), '42501: permission denied for table %', 'but not: ' || substring(call FROM 'medsched\.\w+')) FROM calls ORDER BY n;

GRANT UPDATE ON medsched.medications TO nurse;
GRANT INSERT, UPDATE ON medsched.schedules TO nurse;
SELECT is(pg_temp.as_nurse(call), 'no error', 'who may write as well, may: ' || substring(call FROM 'medsched\.\w+')) FROM calls ORDER BY n;
SELECT is((SELECT count(*)::int FROM medsched.schedules WHERE user_id = '00000000-0000-0000-0000-00000000000a'), 5,
  'the first, its two revisions, the journey of what was not over, and what was taken up again');

-- Row security.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.medications ENABLE ROW LEVEL SECURITY;
ALTER TABLE medsched.schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON medsched.medications USING (user_id = current_setting('app.person')::uuid);
CREATE POLICY own ON medsched.schedules USING (user_id = current_setting('app.person')::uuid);
CREATE POLICY own ON medsched.dose_taken USING (user_id = current_setting('app.person')::uuid);
SET LOCAL app.person = '00000000-0000-0000-0000-00000000000a';

SELECT is(pg_temp.as_nurse($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11', '2026-01-05', '{"dose_amount": 2}')$$),
  'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000b11" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.', 'Ben''s schedule is not there for Ann');
SELECT is(pg_temp.as_nurse($$SELECT medsched.explain_dose('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11', '2026-01-05')$$),
  'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000b11" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.', 'nor to be explained');
SELECT is(pg_temp.as_nurse(format('SELECT medsched.reactivate_medication(''00000000-0000-0000-0000-00000000000b'', %L)', :'ben')),
  format('P0002 medsched.medications.medication_exists: medication "%s" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.', :'ben'), 'nor his medication');
SELECT is(pg_temp.as_nurse(format('SELECT medsched.schedule_history(''00000000-0000-0000-0000-00000000000b'', %L)', :'ben')),
  format('P0002 medsched.medications.medication_exists: medication "%s" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.', :'ben'), 'nor its history');
SELECT is(pg_temp.as_nurse($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-00000000000b', 'Europe/Berlin')$$), 'no error', 'she may move what she sees of him');
SELECT is((SELECT count(*)::int FROM medsched.schedules WHERE user_id = '00000000-0000-0000-0000-00000000000b'), 1, 'which is nothing');
SELECT is(pg_temp.as_nurse($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-00000000000a', 'Asia/Kolkata', '2026-02-01')$$), 'no error', 'her own she may move');

-- Doses that the caller cannot see hold, and are not named.
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT s.user_id, s.id, d.scheduled_for
  FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-02-05', '2026-02-06') AS d JOIN medsched.schedules AS s ON s.id = d.schedule_id;
ALTER POLICY own ON medsched.dose_taken USING (false);
SELECT alike(pg_temp.as_nurse($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-00000000000a', 'Europe/Berlin', '2026-02-04')$$),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "%" has recorded doses that would no longer be scheduled | Choose %', 'doses out of sight keep their schedule');

SELECT * FROM finish();
ROLLBACK;
