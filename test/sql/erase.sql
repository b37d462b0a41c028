\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(67);

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''

-- Ann has two medications with three schedules, one of which replaced another,
-- and three doses recorded; Ben has one of each.
CREATE FUNCTION pg_temp.fill() RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name) VALUES
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', 'x'),
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a2', 'y'),
    ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000b1', 'z')
  ON CONFLICT DO NOTHING;
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, replaces) VALUES
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '00000000-0000-0000-0000-0000000000a1', '2026-01-01', 'UTC', 'FREQ=DAILY', NULL),
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a12', '00000000-0000-0000-0000-0000000000a1', '2026-01-01', 'UTC', 'FREQ=DAILY', '00000000-0000-0000-0000-000000000a11'),
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '00000000-0000-0000-0000-0000000000a2', '2026-01-01', 'UTC', 'FREQ=DAILY', NULL),
    ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11', '00000000-0000-0000-0000-0000000000b1', '2026-01-01', 'UTC', 'FREQ=DAILY', NULL)
  ON CONFLICT DO NOTHING;
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-01'),
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02'),
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-01'),
    ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11', '2026-01-01')
  ON CONFLICT DO NOTHING
$$;
CREATE TEMPORARY VIEW left_over AS
  SELECT user_id, 'medications' AS of, count(*) AS n FROM medsched.medications GROUP BY 1
  UNION ALL SELECT user_id, 'schedules', count(*) FROM medsched.schedules GROUP BY 1
  UNION ALL SELECT user_id, 'dose_taken', count(*) FROM medsched.dose_taken GROUP BY 1;
\set ben_has 'VALUES (' :ben '::uuid, ''medications'', 1::bigint), (' :ben ', ''schedules'', 1), (' :ben ', ''dose_taken'', 1)'
\set not_deleted '''23001 medsched.medications.medications_not_deleted: %'''

SELECT pg_temp.fill() \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :ann), 'VALUES (2::bigint, 3::bigint, 3::bigint)', 'erase_user says what it removed');
SELECT set_eq('TABLE left_over', :'ben_has', 'nothing of the user is left, and everything of others');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'which is well at commit');
SET CONSTRAINTS ALL DEFERRED;
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :ann), 'VALUES (0::bigint, 0::bigint, 0::bigint)', 'who is gone is gone');
SELECT throws_ok('SELECT medsched.erase_user(NULL)', '22004', 'user_id must not be null', 'nobody in particular cannot be erased');

-- The way is closed behind it.
SELECT pg_temp.fill() \g /dev/null
SELECT alike(pg_temp.failure(format('DELETE FROM medsched.medications WHERE user_id = %L', u)), :not_deleted, 'no medication is deleted, of ' || who)
FROM (VALUES (:ann, 'who was erased'), (:ben, 'who was not')) AS t (u, who);

-- Nor does a failure leave it open: a table of the application's holds on.
CREATE TABLE refills (user_id uuid, medication_id uuid, FOREIGN KEY (user_id, medication_id) REFERENCES medsched.medications);
INSERT INTO refills VALUES (:ann, '00000000-0000-0000-0000-0000000000a2');
SELECT alike(pg_temp.failure(format('SELECT medsched.erase_user(%L)', :ann)),
  '23503 %.refills.refills_user_id_medication_id_fkey: update or delete on table "medications" violates foreign key constraint '
  '"refills_user_id_medication_id_fkey" on table "refills" | %', 'what refers to a medication of the user holds everything');
SELECT set_eq(format('SELECT of, n FROM left_over WHERE user_id = %L', :ann),
  $$VALUES ('medications', 2::bigint), ('schedules', 3), ('dose_taken', 3)$$, 'nobody is half erased');
SELECT alike(pg_temp.failure(format('DELETE FROM medsched.medications WHERE user_id = %L', :ann)), :not_deleted, 'nor deleted afterwards');
DROP TABLE refills;

-- Who would borrow its way from a trigger takes nobody else along.
CREATE FUNCTION pg_temp.borrow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM medsched.dose_taken WHERE user_id = '00000000-0000-0000-0000-00000000000b';
  DELETE FROM medsched.schedules WHERE user_id = '00000000-0000-0000-0000-00000000000b';
  DELETE FROM medsched.medications WHERE user_id = '00000000-0000-0000-0000-00000000000b';
  RETURN OLD;
END
$$;
CREATE TRIGGER borrow BEFORE DELETE ON medsched.medications FOR EACH ROW
  WHEN (OLD.user_id = '00000000-0000-0000-0000-00000000000a') EXECUTE FUNCTION pg_temp.borrow();
SELECT is(pg_temp.failure(format('SELECT medsched.erase_user(%L)', :ann)),
  '23001 medsched.medications.medications_not_deleted: medication "00000000-0000-0000-0000-0000000000b1" cannot be deleted'
  ' | Medications are kept, with the doses recorded. | Inactivate it: call medsched.inactivate_medication(). To close an account, call medsched.erase_user().', 'a trigger cannot borrow its way');
DROP TRIGGER borrow ON medsched.medications;

-- One that erases another on the way closes the other's way alone.
CREATE FUNCTION pg_temp.also() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM medsched.erase_user('00000000-0000-0000-0000-00000000000b');
  RETURN OLD;
END
$$;
CREATE TRIGGER also BEFORE DELETE ON medsched.dose_taken FOR EACH ROW
  WHEN (OLD.user_id = '00000000-0000-0000-0000-00000000000a') EXECUTE FUNCTION pg_temp.also();
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :ann), 'VALUES (2::bigint, 3::bigint, 3::bigint)', 'one within the other');
SELECT is_empty('TABLE left_over', 'erases both');
DROP TRIGGER also ON medsched.dose_taken;

-- A trigger that keeps a row.
SELECT pg_temp.fill() \g /dev/null
CREATE FUNCTION pg_temp.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER zzz_keep BEFORE DELETE ON medsched.medications FOR EACH ROW
  WHEN (OLD.id = '00000000-0000-0000-0000-0000000000a2') EXECUTE FUNCTION pg_temp.keep();
SELECT is(pg_temp.failure(format('SELECT medsched.erase_user(%L)', :ann)),
  '55000 medsched.medications.user_erased_whole: not everything of user "00000000-0000-0000-0000-00000000000a" can be erased'
  ' | Rows would be left in "medsched.medications": a trigger or a rule keeps them.'
  ' | Look at the triggers that the application has on the table.', 'what a trigger keeps is not passed over');
DROP TRIGGER zzz_keep ON medsched.medications;

-- Roles: the right is DELETE on the three tables, which their owner gives, who need not own the function.
SET CONSTRAINTS ALL IMMEDIATE;
CREATE ROLE keeper;
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA medsched TO keeper, clerk;
ALTER TABLE medsched.medications OWNER TO keeper;
ALTER TABLE medsched.schedules OWNER TO keeper;
ALTER TABLE medsched.dose_taken OWNER TO keeper;
ALTER TABLE medsched.substance_limits OWNER TO keeper;
ALTER TABLE medsched.stock_entries OWNER TO keeper;
ALTER TABLE medsched.moved_doses OWNER TO keeper;
ALTER TABLE medsched.routines OWNER TO keeper;
ALTER TABLE medsched.person_settings OWNER TO keeper;
\set denied '''42501: permission denied for table %'''
CREATE FUNCTION pg_temp.erased(role text, who text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  BEGIN
    SELECT e::text INTO result FROM medsched.erase_user(who::uuid) AS e;
    RAISE EXCEPTION SQLSTATE 'TS000';
  EXCEPTION
    WHEN SQLSTATE 'TS000' THEN NULL;
    WHEN OTHERS THEN result := SQLSTATE || ': ' || SQLERRM;
  END;
  RESET ROLE;
  RETURN result;
END
$$;
CREATE FUNCTION pg_temp.as_keeper(sql text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN SET LOCAL ROLE keeper; EXECUTE sql; RESET ROLE; END
$$;
\set nobody '''00000000-0000-0000-0000-0000000000ff'''
SELECT is(pg_temp.erased('clerk', who), '42501: permission denied for table medications', 'it is not for everybody: ' || what)
  FROM (VALUES (:ann, 'a user who is there'), (:nobody, 'nor tells who is there')) AS t (who, what);
SELECT is(pg_temp.erased('keeper', :ann), '(2,3,3)', 'it is for the tables'' owner');
SELECT pg_temp.as_keeper('GRANT SELECT, INSERT, UPDATE ON medsched.medications, medsched.schedules, medsched.dose_taken TO clerk') \g /dev/null
SELECT is(pg_temp.erased('clerk', :ann), '42501: permission denied for table medications', 'not for who may change everything');
-- One privilege after the other.
SELECT pg_temp.as_keeper('GRANT DELETE ON medsched.dose_taken TO clerk') \g /dev/null
SELECT is(pg_temp.erased('clerk', :ann), '42501: permission denied for table medications', 'DELETE of doses is to undo');
SELECT pg_temp.as_keeper('GRANT DELETE ON medsched.medications TO clerk') \g /dev/null
SELECT is(pg_temp.erased('clerk', :ann), '42501: permission denied for table schedules', 'every table counts');
SELECT pg_temp.as_keeper('GRANT DELETE ON medsched.schedules TO clerk') \g /dev/null
SELECT is(pg_temp.erased('clerk', :ann), '(2,3,3)', 'the owner gives the right to');
SELECT pg_temp.as_keeper('REVOKE DELETE ON medsched.dose_taken FROM clerk') \g /dev/null
SELECT is(pg_temp.erased('clerk', :ann), '42501: permission denied for table dose_taken', 'and takes it back');
SELECT pg_temp.as_keeper('GRANT DELETE ON medsched.dose_taken TO clerk; REVOKE UPDATE, INSERT ON medsched.medications, medsched.schedules, medsched.dose_taken FROM clerk') \g /dev/null
SELECT is(pg_temp.erased('clerk', :ann), '(2,3,3)', 'SELECT and DELETE are all it takes');
SET ROLE clerk;
SELECT alike(pg_temp.failure(format('DELETE FROM medsched.medications WHERE user_id = %L', :ben)), :not_deleted, 'and no more than that');
RESET ROLE;

-- Row security: whether rows are hidden makes no difference to the answer.
CREATE FUNCTION pg_temp.policies(qual text, kind text, command text, tab text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY partly ON medsched.%I AS %s FOR %s TO clerk USING (%s)', tab, kind, command, qual);
END
$$;
SELECT pg_temp.as_keeper('ALTER TABLE medsched.medications ENABLE ROW LEVEL SECURITY; ALTER TABLE medsched.schedules ENABLE ROW LEVEL SECURITY; ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY') \g /dev/null
SELECT is(pg_temp.erased('keeper', :ann), '(2,3,3)', 'row security does not apply to the owner');
SELECT is(pg_temp.erased('clerk', who), '42501: row security may hide rows of "medsched.medications" from "clerk"', 'without a policy: ' || what)
  FROM (VALUES (:ann, 'who has rows'), (:nobody, 'who has none')) AS t (who, what);
SELECT pg_temp.policies('true', 'permissive', 'ALL', tab) FROM unnest('{medications,schedules,dose_taken}'::text[]) AS tab \g /dev/null
SELECT is(pg_temp.erased('clerk', :ann), '(2,3,3)', 'a policy shows all rows');
SELECT is(pg_temp.failure(format('DO $do$ BEGIN CREATE POLICY more ON medsched.%I AS RESTRICTIVE FOR %s TO clerk USING (%s); SET LOCAL ROLE clerk; PERFORM medsched.erase_user(%L); END $do$', tab, command, qual, who)),
  '42501: row security may hide rows of "medsched.' || tab || '" from "clerk" | Nobody is half erased.'
  ' | Call medsched.erase_user() as the tables'' owner, or as a role that a policy USING (true) shows all rows of the three tables.',
  tab || ', ' || command || ', ' || what)
  FROM unnest('{medications,schedules,dose_taken}'::text[]) AS tab
 CROSS JOIN unnest('{ALL,SELECT,DELETE}'::text[]) AS command
 CROSS JOIN (VALUES ('user_id <> ''00000000-0000-0000-0000-00000000000a''', :ann, 'hiding rows'),
                    ('user_id <> ''00000000-0000-0000-0000-00000000000a''', :nobody, 'hiding none'),
                    ('NULL', :nobody, 'hiding all')) AS t (qual, who, what);
SELECT is(pg_temp.failure(format('DO $do$ BEGIN CREATE POLICY more ON medsched.%1$I AS RESTRICTIVE FOR %2$s TO %3$s USING (%4$s); SET LOCAL ROLE clerk; PERFORM medsched.erase_user(%5$L); RESET ROLE; DROP POLICY more ON medsched.%1$I; END $do$', tab, command, role, qual, :nobody)),
  'no error', tab || ', ' || command || ', ' || role || ': ' || qual)
  FROM unnest('{medications,dose_taken}'::text[]) AS tab
 CROSS JOIN (VALUES ('ALL', 'clerk', 'true'), ('ALL', 'keeper', 'false'), ('UPDATE', 'clerk', 'false')) AS t (command, role, qual);
SELECT pg_temp.as_keeper('ALTER POLICY partly ON medsched.schedules USING (user_id IS NOT NULL)') \g /dev/null
SELECT is(pg_temp.erased('clerk', :nobody), '42501: row security may hide rows of "medsched.schedules" from "clerk"', 'what is not plainly true may hide rows');
SELECT pg_temp.as_keeper('ALTER POLICY partly ON medsched.schedules USING (true)') \g /dev/null
SELECT pg_temp.as_keeper('ALTER TABLE medsched.schedules FORCE ROW LEVEL SECURITY') \g /dev/null
SELECT is(pg_temp.erased('keeper', :nobody), '42501: row security may hide rows of "medsched.schedules" from "keeper"', 'FORCE binds the owner as well');
SELECT pg_temp.as_keeper('ALTER TABLE medsched.schedules NO FORCE ROW LEVEL SECURITY') \g /dev/null

SET ROLE clerk;
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :ann), 'VALUES (2::bigint, 3::bigint, 3::bigint)', 'who may, can');
SELECT alike(pg_temp.failure(format('DELETE FROM medsched.medications WHERE user_id = %L', :ben)), :not_deleted, 'and no more');
RESET ROLE;
SELECT set_eq('TABLE left_over', :'ben_has', 'others keep what they have');

SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'all is well at commit');
SELECT * FROM finish();
ROLLBACK;
