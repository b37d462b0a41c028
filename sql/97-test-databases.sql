-- Databases for tests, which are emptied again and again.

-- The mark of a database for tests: a table of the tables' owner, whose comment is the database's name, so that one that came
-- with a dump or a template does not count.  The catalog can be read by whoever truncates.
CREATE OR REPLACE FUNCTION medsched._is_test_database()
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM pg_class AS c
                   JOIN pg_class AS m ON m.oid = to_regclass('medsched.medications') AND m.relowner = c.relowner
                  WHERE c.oid = to_regclass('medsched._test_database') AND obj_description(c.oid, 'pg_class') = current_database());
END
$$;

COMMENT ON FUNCTION medsched._is_test_database() IS
  'Internal: whether the database was marked as one for tests';

CREATE OR REPLACE FUNCTION medsched.reset_for_tests()
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
SET row_security = off
AS $$
DECLARE
  names CONSTANT text[] := '{medications,schedules,dose_taken,person_settings,substance_limits,stock_entries,moved_doses,routines,reminder_rules,reminder_snoozes,stock_reminder_rules,stock_reminder_queue,reminder_queue,reminders_held,reminder_changes,reminders_dropped,change_history}';
  name text;
  tables text[];
  used boolean;
BEGIN
  PERFORM medsched._check_tables();
  PERFORM medsched._check_owned(names, 'reset_for_tests'::text, NULL::text);
  tables := ARRAY(SELECT format('medsched.%I', t.name) FROM unnest(names) WITH ORDINALITY AS t (name, nth)
                   WHERE to_regclass('medsched.' || t.name) IS NOT NULL ORDER BY t.nth);

  IF NOT medsched._is_test_database() THEN
    IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
      RAISE 'a database becomes one for tests at READ COMMITTED alone'
        USING ERRCODE = 'object_not_in_prerequisite_state', CONSTRAINT = 'database_is_for_tests', DETAIL = 'Rows that came after the transaction''s snapshot would be lost.',
        HINT = 'Call medsched.reset_for_tests() outside a transaction.';
    END IF;
    -- Look before others are kept waiting, and once more when no row can come.
    FOR locked IN 0..1 LOOP
      IF locked = 1 THEN
        EXECUTE format('LOCK TABLE %s', array_to_string(tables, ', '));
      END IF;
      FOREACH name IN ARRAY tables LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO used;
        IF used THEN
          RAISE 'database "%" is not a test database', current_database()
            USING ERRCODE = 'object_not_in_prerequisite_state', CONSTRAINT = 'database_is_for_tests',
            DETAIL = format('medsched.reset_for_tests() was not called before rows came to "%s".', name),
            HINT = 'Create a database for tests, and call medsched.reset_for_tests() before anything is written to it.';
        END IF;
      END LOOP;
    END LOOP;
    DROP TABLE IF EXISTS medsched._test_database;
    CREATE TABLE medsched._test_database ();
    EXECUTE format('COMMENT ON TABLE medsched._test_database IS %L', current_database());
  END IF;
  EXECUTE format('TRUNCATE %s RESTART IDENTITY CASCADE', array_to_string(tables, ', '));
END
$$;

COMMENT ON FUNCTION medsched.reset_for_tests() IS
  'Empties all tables of medsched, and every table that refers to them, in a database for tests: one in which it was called before while they were empty. In any other it raises 55000. For the tables'' owner';
