-- What the managed edition would have been at 0.1.0, which it never was: made of this
-- version's file, for test/suites/upgrade.sh, which adds create_tables() as it was.
-- What stands in for that version's own code goes to a schema beside it.
CREATE SCHEMA earlier;

-- The rows had columns of their own, and no type; some functions had fewer arguments.
DO $earlier$
DECLARE
  now record;
BEGIN
  FOR now IN
    SELECT p.oid, p.proname AS name, p.pronargs - coalesce(e.fewer, 0) AS n, p.proretset, p.provolatile,
           regexp_replace(pg_get_function_arguments(p.oid), coalesce(', ' || e.first_new || ' .*', '^$'), '') AS arguments, format_type(p.prorettype, NULL) AS result,
           obj_description(p.oid, 'pg_proc') AS comment,
           (SELECT string_agg(format('OUT %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
              FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0) AS columns
      FROM pg_proc AS p
      JOIN pg_type AS t ON t.oid = p.prorettype
      LEFT JOIN (VALUES ('create_medication', 1, 'own_columns'), ('schedule_from_times', 3, 'every')) AS e (name, fewer, first_new) ON e.name = p.proname
     WHERE p.pronamespace = 'medsched'::regnamespace
       AND (p.proname IN ('upcoming_doses', 'next_doses', 'scheduled_doses', 'due_doses', 'mark_dose_taken', 'mark_dose_taken_by_id', 'skip_dose',
                          'skip_dose_by_id', 'undo_dose', 'undo_dose_by_id', 'take_as_needed') OR e.name IS NOT NULL)
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET SCHEMA earlier', now.oid::regprocedure);
    EXECUTE format('CREATE FUNCTION medsched.%I(%s) RETURNS %s LANGUAGE sql %s AS %L', now.name,
      concat_ws(', ', now.arguments, now.columns),
      CASE WHEN now.columns IS NULL THEN now.result WHEN now.proretset THEN 'SETOF record' ELSE 'record' END,
      CASE now.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
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
