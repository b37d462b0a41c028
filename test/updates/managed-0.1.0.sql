-- What the managed edition would have been at 0.1.0, which it never was: made of this
-- version's file, for test/suites/upgrade.sh, which adds create_tables() as it was.
-- What stands in for that version's own code goes to a schema beside it.
CREATE SCHEMA earlier;

-- The rows had columns of their own, and no type; create_medication had no own_columns.
DO $earlier$
DECLARE
  now record;
BEGIN
  FOR now IN
    SELECT p.oid, p.proname AS name, p.pronargs - CASE p.proname WHEN 'create_medication' THEN 1 ELSE 0 END AS n, p.proretset, p.provolatile,
           regexp_replace(pg_get_function_arguments(p.oid), ', own_columns .*', '') AS arguments,
           obj_description(p.oid, 'pg_proc') AS comment,
           (SELECT string_agg(format('OUT %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
              FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0) AS columns
      FROM pg_proc AS p
      JOIN pg_type AS t ON t.oid = p.prorettype
     WHERE p.pronamespace = 'medsched'::regnamespace
       AND (p.proname !~ '^_' AND t.typtype = 'c' AND t.typnamespace = 'medsched'::regnamespace OR p.proname = 'create_medication')
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET SCHEMA earlier', now.oid::regprocedure);
    EXECUTE format('CREATE FUNCTION medsched.%I(%s) RETURNS %s LANGUAGE sql %s AS %L', now.name,
      concat_ws(', ', now.arguments, now.columns),
      CASE WHEN now.columns IS NULL THEN 'uuid' WHEN now.proretset THEN 'SETOF record' ELSE 'record' END,
      CASE now.provolatile WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
      format('SELECT * FROM earlier.%I(%s)', now.name, (SELECT string_agg('$' || i, ', ' ORDER BY i) FROM generate_series(1, now.n) AS i)));
  END LOOP;
END
$earlier$;

-- A type lacked a column, functions were missing or are gone, and of one the arguments were others.
ALTER TYPE medsched.recorded_dose DROP ATTRIBUTE recorded_at;
CREATE FUNCTION medsched._gone(int) RETURNS int LANGUAGE sql RETURN $1;
DROP FUNCTION medsched.percentage_taken(bigint, bigint, bigint);
CREATE FUNCTION medsched.percentage_taken(taken bigint, missed bigint) RETURNS numeric LANGUAGE sql RETURN 0.0;
REVOKE ALL ON FUNCTION medsched.erase_user(uuid) FROM PUBLIC;
DROP FUNCTION medsched.create_tables(), medsched._shortened(text);
CREATE OR REPLACE FUNCTION medsched.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN '0.1.0'::text;
