\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(7);

ALTER TABLE medsched.schedules ADD COLUMN ref text;
ALTER TABLE medsched.medications ADD COLUMN ref text;
SELECT pg_temp.failure('SELECT 1') \g /dev/null

-- What somebody puts before pg_catalog is not found by ours, which are compiled here.
CREATE SCHEMA app;
SAVEPOINT trapped;
CREATE FUNCTION app.gen_random_uuid() RETURNS uuid LANGUAGE plpgsql AS $$BEGIN RAISE 'trap'; END$$;
CREATE FUNCTION app.trapped(int, int) RETURNS int LANGUAGE plpgsql AS $$BEGIN RAISE 'trap'; END$$;
CREATE OPERATOR app.+ (FUNCTION = app.trapped, LEFTARG = int, RIGHTARG = int);
CREATE FUNCTION app.trapped(uuid, uuid) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'trap'; END$$;
CREATE OPERATOR app.= (FUNCTION = app.trapped, LEFTARG = uuid, RIGHTARG = uuid);
CREATE FUNCTION app.trapped(text, text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'trap'; END$$;
CREATE OPERATOR app.<> (FUNCTION = app.trapped, LEFTARG = text, RIGHTARG = text);
CREATE DOMAIN app.uuid AS text CHECK (VALUE IS NULL);
CREATE DOMAIN app.text AS pg_catalog.text CHECK (VALUE IS NULL);
CREATE DOMAIN app.jsonb AS pg_catalog.text CHECK (VALUE IS NULL);
CREATE DOMAIN app.timestamptz AS pg_catalog.text CHECK (VALUE IS NULL);
INSERT INTO medsched.medications (user_id, id, name) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', 'Aspirin');
SET LOCAL search_path = app, pg_catalog, public;
SELECT pg_temp.failure($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Zinc',
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "ref": "rx-1"}, {"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "dose_amount": 0}]', NULL, '{"ref": "rx-2"}')$$) AS creating,
       pg_temp.failure($$SELECT medsched.inactivate_medication('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2026-03-01Z')$$) AS inactivating \gset
ROLLBACK TO SAVEPOINT trapped;
SELECT is(:'creating'::text, '23514 medsched.schedules.schedules_dose_amount_positive: schedules[1].dose_amount must be finite and above 0 | It is 0.',
          'creating a medication is not trapped');
SELECT is(:'inactivating'::text, 'no error', 'nor is inactivating one');

-- What an application hangs on the tables finds its own names, whichever way the rows are written.
SET LOCAL search_path = app, public;
CREATE TABLE audit (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit VALUES (TG_TABLE_NAME || ' ' || TG_OP);
  RETURN NULL;
END
$$;
CREATE TRIGGER app_note AFTER INSERT OR UPDATE ON medsched.medications FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER app_note AFTER INSERT OR UPDATE ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION note();

SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS metformin \gset
SELECT results_eq('SELECT what FROM audit', $$VALUES ('medications INSERT'), ('schedules INSERT')$$, 'creating a medication');
DELETE FROM audit;
SELECT lives_ok($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Aspirin',
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "ref": "rx-1"}]', NULL, '{"ref": "rx-2"}')$$, 'with columns of its own, too');
SELECT results_eq('SELECT what FROM audit', $$VALUES ('medications INSERT'), ('schedules INSERT')$$, 'likewise');
DELETE FROM audit;
SELECT medsched.inactivate_medication('00000000-0000-0000-0000-00000000000a', :'metformin', '2026-02-01Z') \g /dev/null
SELECT results_eq('SELECT what FROM audit', $$VALUES ('medications UPDATE')$$, 'inactivating one');

CREATE TRIGGER app_note AFTER INSERT OR UPDATE OR DELETE ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION note();
SELECT id AS aspirin FROM medsched.schedules WHERE ref = 'rx-1' \gset
DELETE FROM audit;
SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', :'aspirin', '2026-01-02 08:00Z') \g /dev/null
SELECT medsched.undo_dose('00000000-0000-0000-0000-00000000000a', :'aspirin', '2026-01-02 08:00Z') \g /dev/null
SELECT medsched.skip_dose_by_id('00000000-0000-0000-0000-00000000000a', medsched.dose_id(:'aspirin', '2026-01-02 08:00Z')) \g /dev/null
SELECT medsched.undo_dose_by_id('00000000-0000-0000-0000-00000000000a', medsched.dose_id(:'aspirin', '2026-01-02 08:00Z')) \g /dev/null
SELECT medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a', medsched.dose_id(:'aspirin', '2026-01-02 08:00Z')) \g /dev/null
SELECT results_eq('SELECT what FROM audit', $$VALUES ('dose_taken INSERT'), ('dose_taken DELETE'), ('dose_taken INSERT'), ('dose_taken DELETE'), ('dose_taken INSERT')$$,
                  'recording and undoing doses');
SELECT * FROM finish();
ROLLBACK;
