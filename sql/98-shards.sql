-- Past one machine: persons on several databases, the shards, behind a database that has none of them, the proxy, which runs
-- each call on the right shard with PL/Proxy.  What a shard does for that; sql/98-proxy.sql writes the proxy's side.

CREATE OR REPLACE FUNCTION medsched._adopt_settings(settings text[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Text goes over the wire: dates and intervals in the one form that reads the same everywhere.
  PERFORM set_config('DateStyle', 'ISO', true), set_config('IntervalStyle', 'postgres', true), set_config('TimeZone', settings[1], true);
  IF settings[2] IS NOT NULL THEN
    PERFORM set_config('medsched.changed_by', settings[2], true);
  END IF;
  IF settings[3] IS NOT NULL THEN
    PERFORM set_config('medsched.grace', settings[3], true);
  END IF;
  IF settings[4] IS NOT NULL THEN
    PERFORM set_config('medsched.max_doses', settings[4], true);
  END IF;
  IF settings[5] IS NOT NULL THEN
    PERFORM set_config('lock_timeout', settings[5], true);
  END IF;
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._adopt_settings(text[]) IS
  'Internal: takes over, for a transaction, the settings of a session at the proxy: TimeZone, medsched.changed_by, medsched.grace, medsched.max_doses, lock_timeout';

-- PL/Proxy passes an error on without the names of its constraint, table and schema.  So the proxy asks for them, after
-- the call has failed: the call is made once more, and undone whatever comes of it.
CREATE OR REPLACE FUNCTION medsched._refusal(call text, settings text[], OUT code text, OUT message text, OUT detail text, OUT hint text,
  OUT schema_name text, OUT table_name text, OUT column_name text, OUT constraint_name text)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._adopt_settings(settings);
  EXECUTE call;
  SET CONSTRAINTS ALL IMMEDIATE;
  RAISE EXCEPTION USING ERRCODE = 'P0001', MESSAGE = 'undone';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME;
END
$$;

COMMENT ON FUNCTION medsched._refusal(text, text[]) IS
  'Internal: the error of a call, with all its fields; what the call does is undone';
