-- The tables.

CREATE OR REPLACE FUNCTION medsched._check_tables()
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  missing text;
BEGIN
  missing := (SELECT t.name FROM unnest('{dose_taken,schedules,medications,substance_limits,stock_entries}'::text[]) WITH ORDINALITY AS t (name, nth)
               WHERE to_regclass('medsched.' || t.name) IS NULL ORDER BY t.nth LIMIT 1);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = format('table "medsched.%s" does not exist', missing),
      HINT = 'Create the tables with SELECT medsched.create_tables().';
  END IF;
END
$$;
