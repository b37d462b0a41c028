\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(25);

-- Closing an account of the application's, by each of the ways in doc/operations.md.
\set ann '''00000000-0000-4000-8000-00000000000a'''
\set ben '''00000000-0000-4000-8000-00000000000b'''
CREATE SCHEMA app;
CREATE TABLE app.users (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TEMPORARY VIEW left_over AS
  SELECT 'account' AS of, u.id AS user_id FROM app.users AS u
  UNION ALL SELECT DISTINCT 'health data', m.user_id FROM medsched.medications AS m
  UNION ALL SELECT 'settings', p.user_id FROM medsched.person_settings AS p;
CREATE FUNCTION pg_temp.fill() RETURNS void LANGUAGE sql AS $$
  INSERT INTO app.users VALUES ('00000000-0000-4000-8000-00000000000a', 'Ann'), ('00000000-0000-4000-8000-00000000000b', 'Ben') ON CONFLICT DO NOTHING;
  SELECT medsched.create_medication(u.id, 'zinc', format('[{"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]', u.id)::jsonb)
    FROM app.users AS u WHERE NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = u.id);
  SELECT medsched.mark_dose_taken(u.id, u.id, '2026-01-02 08:00Z') FROM app.users AS u;
  INSERT INTO medsched.person_settings (user_id) SELECT u.id FROM app.users AS u ON CONFLICT DO NOTHING;
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED;
$$;
CREATE FUNCTION pg_temp.left_over() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('%s of %s', l.of, right(l.user_id::text, 1)), ', ' ORDER BY l.of, l.user_id) FROM left_over AS l
$$;
\set all_of_both '''account of a, account of b, health data of a, health data of b, settings of a, settings of b'''
\set all_of_ben '''account of b, health data of b, settings of b'''

SELECT pg_temp.fill() \g /dev/null
SELECT is(pg_temp.failure(format('DELETE FROM medsched.medications WHERE id = %L', m.id)), format('23001 medsched.medications.medications_not_deleted: medication "%s" cannot be deleted'
  ' | Medications are kept, with the doses recorded. | Inactivate it: call medsched.inactivate_medication(). To close an account, call medsched.erase_user().', m.id),
  'the refusal to delete a medication names the way') FROM medsched.medications AS m WHERE m.user_id = :ann;
DELETE FROM app.users WHERE id = :ann;
SELECT is(pg_temp.left_over(), 'account of b, health data of a, health data of b, settings of a, settings of b', 'without more, health data stay without a person');
SELECT pg_temp.fill() \g /dev/null

-- A foreign key that refuses: the person is erased first.
SAVEPOINT before;
ALTER TABLE medsched.medications ADD CONSTRAINT medications_account FOREIGN KEY (user_id) REFERENCES app.users;
ALTER TABLE medsched.person_settings ADD CONSTRAINT person_settings_account FOREIGN KEY (user_id) REFERENCES app.users;
SELECT alike(pg_temp.failure(format('DELETE FROM app.users WHERE id = %L', :ann)), '23503 medsched.medications.medications_account: update or delete on table "users" violates foreign key%', 'a foreign key refuses');
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :ann), 'VALUES (1::bigint, 1::bigint, 1::bigint)', 'until the person');
SELECT lives_ok(format('DELETE FROM app.users WHERE id = %L', :ann), 'is erased');
SELECT is(pg_temp.left_over(), :all_of_ben, 'then nothing is left, and everything of others');
SELECT pg_temp.fill() \g /dev/null

-- The trigger that erases with the account, with that foreign key.
CREATE TRIGGER erase_with_account BEFORE DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION medsched.erase_with_account('id');
SELECT lives_ok(format('DELETE FROM app.users WHERE id = %L', :ann), 'the trigger erases the person with the account');
SELECT is(pg_temp.left_over(), :all_of_ben, 'and nobody else');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'which is well at commit');
SET CONSTRAINTS ALL DEFERRED;
SELECT pg_temp.fill() \g /dev/null
DELETE FROM app.users;
SELECT is(pg_temp.left_over(), NULL, 'several accounts at once');
SELECT lives_ok($$INSERT INTO app.users VALUES (gen_random_uuid(), 'Eve'); DELETE FROM app.users$$, 'and one of which nothing is recorded');
SELECT pg_temp.fill() \g /dev/null

-- With a foreign key that cascades, which by itself is refused.
ALTER TABLE medsched.medications DROP CONSTRAINT medications_account,
  ADD CONSTRAINT medications_account FOREIGN KEY (user_id) REFERENCES app.users ON DELETE CASCADE;
ALTER TABLE medsched.person_settings DROP CONSTRAINT person_settings_account,
  ADD CONSTRAINT person_settings_account FOREIGN KEY (user_id) REFERENCES app.users ON DELETE CASCADE;
ALTER TABLE app.users DISABLE TRIGGER erase_with_account;
SELECT alike(pg_temp.failure(format('DELETE FROM app.users WHERE id = %L', :ann)), '23001 medsched.medications.medications_not_deleted: % | % | %call medsched.erase_user().', 'CASCADE is refused');
ALTER TABLE app.users ENABLE TRIGGER erase_with_account;
SELECT lives_ok(format('DELETE FROM app.users WHERE id = %L', :ann), 'with the trigger it is not');
SELECT is(pg_temp.left_over(), :all_of_ben, 'and leaves nothing');
SELECT pg_temp.fill() \g /dev/null

-- What refuses to be erased keeps the account.
CREATE TABLE app.refills (user_id uuid, medication_id uuid, FOREIGN KEY (user_id, medication_id) REFERENCES medsched.medications);
INSERT INTO app.refills SELECT m.user_id, m.id FROM medsched.medications AS m WHERE m.user_id = :ann;
SELECT alike(pg_temp.failure(format('DELETE FROM app.users WHERE id = %L', :ann)), '23503 app.refills.%', 'what cannot be erased');
SELECT is(pg_temp.left_over(), :all_of_both, 'keeps the account');
ROLLBACK TO before;

-- The right to is the same as to erase.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
CREATE TRIGGER erase_with_account BEFORE DELETE ON app.users FOR EACH ROW EXECUTE FUNCTION medsched.erase_with_account('id');
CREATE ROLE desk;
GRANT desk TO CURRENT_USER;
GRANT USAGE ON SCHEMA app, medsched TO desk;
GRANT SELECT, DELETE ON app.users TO desk;
CREATE FUNCTION pg_temp.at_the_desk(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text := 'done';
BEGIN
  SET LOCAL ROLE desk;
  BEGIN
    EXECUTE sql;
  EXCEPTION WHEN OTHERS THEN
    said := SQLSTATE || ': ' || SQLERRM;
  END;
  RESET ROLE;
  RETURN said;
END
$$;
SELECT is(pg_temp.at_the_desk(format('DELETE FROM app.users WHERE id = %L', :ann)), '42501: permission denied for table medications', 'who may delete accounts alone erases nobody');
-- Unless a function of the owner's does both.
CREATE FUNCTION app.close_account(person uuid) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS 'DELETE FROM app.users WHERE id = $1';
SELECT is(pg_temp.at_the_desk(format('SELECT app.close_account(%L)', :ann)), 'done', 'a function of the owner''s');
SELECT is(pg_temp.left_over(), :all_of_ben, 'lets them');

-- The trigger is for one column, which holds the person's id.
CREATE TABLE app.accounts (number int, person text, PRIMARY KEY (number));
INSERT INTO app.accounts VALUES (1, '00000000-0000-4000-8000-00000000000b'), (2, NULL), (3, 'somebody');
CREATE TRIGGER erase_with_account BEFORE DELETE ON app.accounts FOR EACH ROW EXECUTE FUNCTION medsched.erase_with_account('person');
SELECT is(pg_temp.failure('DELETE FROM app.accounts WHERE number = 3'), '22P02: invalid input syntax for type uuid: "somebody"', 'a column that holds no id');
SELECT lives_ok('DELETE FROM app.accounts WHERE number = 2', 'an account of nobody');
SELECT lives_ok('DELETE FROM app.accounts WHERE number = 1', 'an id that is text');
SELECT is(pg_temp.left_over(), 'account of b', 'is an id');
DROP TRIGGER erase_with_account ON app.accounts;
CREATE TRIGGER erase_with_account BEFORE DELETE ON app.accounts FOR EACH ROW EXECUTE FUNCTION medsched.erase_with_account('id');
SELECT is(pg_temp.failure('DELETE FROM app.accounts'), '42703: column "id" of table "accounts" does not exist'
  ' | Give the trigger the name of the column that holds the person''s id: medsched.erase_with_account(''user_id'').', 'a column that is not there');
DROP TRIGGER erase_with_account ON app.accounts;
\set wrong '''39P01: function "erase_with_account" was not fired as the trigger it is made for | Create it BEFORE DELETE … FOR EACH ROW, with one argument: the name of the column that holds the person''''s id.'''
CREATE FUNCTION pg_temp.fired(event text, arguments text, sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  EXECUTE format('CREATE TRIGGER wrong %s EXECUTE FUNCTION medsched.erase_with_account(%s)', event, arguments);
  said := pg_temp.failure(sql);
  DROP TRIGGER wrong ON app.accounts;
  RETURN said;
END
$$;
SELECT is(string_agg(DISTINCT pg_temp.fired(event, arguments, sql), ' and '), :wrong, 'nor at another event, or without the column')
  FROM (VALUES ('AFTER DELETE ON app.accounts FOR EACH ROW', '''person''', 'DELETE FROM app.accounts'), ('BEFORE DELETE ON app.accounts FOR EACH ROW', '', 'DELETE FROM app.accounts'),
               ('BEFORE DELETE ON app.accounts FOR EACH STATEMENT', '''person''', 'DELETE FROM app.accounts'),
               ('BEFORE UPDATE ON app.accounts FOR EACH ROW', '''person''', 'UPDATE app.accounts SET number = 4')) AS t (event, arguments, sql);

SELECT * FROM finish();
ROLLBACK;
