-- medsched @VERSION@, the managed edition: for a server that loads no C of others.
-- Run it by the role that is to own medsched; run again, it updates.
--
-- It is one statement, so it happens as a whole or not at all, and anything that
-- sends SQL can run it: on its own, or in a transaction with other migrations.

DO $medsched_managed$
DECLARE
  -- What is set here for the rest of the transaction is given back at the end.
  given_search_path pg_catalog.text := pg_catalog.current_setting('search_path');
  given_check_function_bodies pg_catalog.text := pg_catalog.current_setting('check_function_bodies');
  given_client_min_messages pg_catalog.text := pg_catalog.current_setting('client_min_messages');
  version_there pg_catalog.text;
  there pg_catalog.int4[];
BEGIN
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL client_min_messages = warning;

IF EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'medsched') THEN
  RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'medsched is installed as an extension in this database',
    HINT = 'Update it with ALTER EXTENSION medsched UPDATE.';
END IF;
-- Two deployments at once: the second waits, and finds everything there.
PERFORM pg_advisory_xact_lock(hashtextextended('medsched.create_tables', 0));
CREATE SCHEMA IF NOT EXISTS medsched;
@BEGIN@

IF EXISTS (SELECT FROM pg_proc AS p WHERE p.oid = to_regprocedure('medsched.version()') AND pg_has_role(p.proowner, 'USAGE')) THEN
  EXECUTE 'SELECT medsched.version()' INTO version_there;
  there := string_to_array(version_there, '.');
ELSIF to_regprocedure('medsched.create_tables()') IS NOT NULL THEN
  RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'schema "medsched" has a state of the managed edition from before its first release',
    HINT = 'Dump the data, drop the schema, run this file, call medsched.create_tables(), and load the data.';
END IF;
IF there > string_to_array('@VERSION@', '.')::int[] THEN
  RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('medsched %s is installed, which is later than @VERSION@', version_there),
    HINT = format('Run the file of medsched %s or later.', version_there);
END IF;

-- What CREATE OR REPLACE cannot do, from the version that is there to this one.
@UPDATES@

@TOPICS@

PERFORM set_config('check_function_bodies', given_check_function_bodies, true),
        set_config('client_min_messages', given_client_min_messages, true),
        set_config('search_path', given_search_path, true);
END
$medsched_managed$;
