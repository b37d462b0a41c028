\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(26);

\set ann '''00000000-0000-4000-8000-00000000000a'''
CREATE FUNCTION pg_temp.fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM medsched.create_medication('00000000-0000-4000-8000-00000000000a', 'zinc',
    '[{"id": "00000000-0000-4000-8000-0000000000a1", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]');
  PERFORM medsched.mark_dose_taken('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-0000000000a1', '2026-01-02 08:00Z');
  INSERT INTO medsched.person_settings (user_id) VALUES ('00000000-0000-4000-8000-00000000000a');
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED;
END
$$;
CREATE FUNCTION pg_temp.rows() RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', (SELECT count(*) FROM medsched.medications), (SELECT count(*) FROM medsched.schedules), (SELECT count(*) FROM medsched.dose_taken),
                   (SELECT count(*) FROM medsched.person_settings))
$$;
CREATE FUNCTION pg_temp.refused(relation text) RETURNS text LANGUAGE sql AS $$
  SELECT format('55000 medsched.database_is_for_tests: database "%s" is not a test database | medsched.reset_for_tests() was not called before rows came to "medsched.%s".'
    ' | Create a database for tests, and call medsched.reset_for_tests() before anything is written to it.', current_database(), relation)
$$;

-- A database in use.
SELECT pg_temp.fill() \g /dev/null
SELECT is(pg_temp.failure('SELECT medsched.reset_for_tests()'), pg_temp.refused('medications'), 'a database in use is not reset');
SELECT is(pg_temp.rows(), '1 1 1 1', 'nothing is gone');
SELECT is(pg_temp.failure('TRUNCATE medsched.medications CASCADE'),
  '23001 medsched.medications.medications_not_truncated: table "medications" cannot be truncated | Medications are kept, with their schedules and the doses recorded.'
  ' | To end a medication, call medsched.inactivate_medication(). To empty a database for tests, call medsched.reset_for_tests().', 'nor is it truncated');
SELECT is(to_regclass('medsched._test_database'), NULL, 'or marked');
SELECT medsched.erase_user(:ann) \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO medsched.person_settings (user_id) VALUES (:ann);
SELECT is(pg_temp.failure('SELECT medsched.reset_for_tests()'), pg_temp.refused('person_settings'), 'one row of any table is use');
SELECT medsched.erase_user(:ann) \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

-- A database for tests: marked while it is empty.
SELECT lives_ok('SELECT medsched.reset_for_tests()', 'where the tables are empty');
SELECT lives_ok('SELECT medsched.reset_for_tests()', 'it can be called as often');
SELECT pg_temp.fill() \g /dev/null
SELECT is(pg_temp.rows(), '1 1 1 1', 'then tests write');
SELECT lives_ok('SELECT medsched.reset_for_tests()', 'it empties');
SELECT is(pg_temp.rows(), '0 0 0 0', 'all tables');
SELECT pg_temp.fill() \g /dev/null
SELECT lives_ok('TRUNCATE medsched.medications, medsched.schedules, medsched.dose_taken, medsched.stock_entries, medsched.moved_doses, medsched.routines', 'other tools may use TRUNCATE there');
SELECT is(pg_temp.rows(), '0 0 0 1', 'which empties what they name');
SELECT alike(pg_temp.failure('SELECT medsched.reset_for_tests(); DELETE FROM medsched.medications; SELECT pg_temp.fill(); DELETE FROM medsched.medications'),
  '23001 medsched.medications.medications_not_deleted: %', 'but no rule is off');

-- The history of changes, and the application's tables that refer to ours.
SELECT medsched.reset_for_tests() \g /dev/null
SELECT medsched.enable_history() \g /dev/null
CREATE TABLE refills (id int GENERATED ALWAYS AS IDENTITY, user_id uuid, medication_id uuid, FOREIGN KEY (user_id, medication_id) REFERENCES medsched.medications);
CREATE TABLE others (name text);
INSERT INTO others VALUES ('kept');
SELECT pg_temp.fill() \g /dev/null
INSERT INTO refills (user_id, medication_id) SELECT m.user_id, m.id FROM medsched.medications AS m;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT lives_ok('SELECT medsched.reset_for_tests()', 'with a history and tables that refer to ours');
SELECT is(pg_temp.rows(), '0 0 0 0', 'all are empty');
SELECT is_empty('SELECT FROM medsched.change_history', 'so is the history');
SELECT is_empty('SELECT FROM refills', 'and what refers to them');
SELECT isnt_empty('SELECT FROM others', 'not what does not');
INSERT INTO refills DEFAULT VALUES;
SELECT is((SELECT r.id FROM refills AS r), 1, 'numbers begin anew');
DELETE FROM refills;
SELECT pg_temp.fill() \g /dev/null
SELECT is((SELECT min(h.id) FROM medsched.change_history AS h), 1::bigint, 'those of the history, too');

-- A mark that came with a dump or a template is another database's.
COMMENT ON TABLE medsched._test_database IS 'another';
SELECT is(pg_temp.failure('SELECT medsched.reset_for_tests()'), pg_temp.refused('medications'), 'another database''s mark is none');
SELECT alike(pg_temp.failure('TRUNCATE medsched.medications CASCADE'), '23001 medsched.medications.medications_not_truncated: %', 'nor for TRUNCATE');
SELECT alike(pg_temp.failure('TRUNCATE medsched.change_history'), '23001 medsched.change_history.change_history_not_truncated: %', 'of the history, too');
SELECT medsched.erase_user(:ann) \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT lives_ok('SELECT medsched.reset_for_tests()', 'while it is empty, it is marked anew');

-- Only the tables' owner.
CREATE ROLE tester;
GRANT tester TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO tester;
GRANT ALL ON ALL TABLES IN SCHEMA medsched TO tester;
CREATE FUNCTION pg_temp.as_tester() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text := 'done';
BEGIN
  SET LOCAL ROLE tester;
  BEGIN
    PERFORM medsched.reset_for_tests();
  EXCEPTION WHEN OTHERS THEN
    said := SQLSTATE || ': ' || SQLERRM;
  END;
  RESET ROLE;
  RETURN said;
END
$$;
SELECT is(pg_temp.as_tester(), '42501: must be owner of table medsched.medications', 'who does not own the tables does not reset them, whatever the rights');
DROP TABLE medsched.person_settings CASCADE;
CREATE VIEW medsched.person_settings AS SELECT 1 AS user_id;
SELECT is(pg_temp.failure('SELECT medsched.reset_for_tests()'), '42809: "medsched.person_settings" is not a table | Rename it or drop it, then call medsched.reset_for_tests() again.', 'a view is no table');

SELECT * FROM finish();
ROLLBACK;
