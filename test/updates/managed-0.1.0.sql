-- What the managed edition would have been at 0.1.0, which it never was: made of this
-- version's file, for test/suites/upgrade.sh, with the tables that it makes.
-- What stands in for that version's own code goes to a schema beside it.
CREATE SCHEMA earlier;

-- Functions that return rows had columns of their own, and no type, and some had fewer arguments: how many each had.
DO $earlier$
DECLARE
  now record;
BEGIN
  FOR now IN
    WITH earlier (name, arguments) AS (
      VALUES ('upcoming_doses', 3), ('next_doses', 3), ('scheduled_doses', 2), ('due_doses', 2), ('mark_dose_taken', 7),
        ('mark_dose_taken_by_id', 6), ('skip_dose', 6), ('skip_dose_by_id', 5), ('undo_dose', 3), ('undo_dose_by_id', 2),
        ('take_as_needed', 6), ('change_time_zone', 3), ('create_medication', 4), ('schedule_from_times', 5),
        ('schedule_from_sig', 4), ('schedule_from_fhir', 4), ('describe_schedule', 12)
    )
    SELECT p.oid, p.proname AS name, e.arguments AS n, p.proretset, p.provolatile,
           p.prorettype::regtype AS type,
           (SELECT string_agg(format('%I %s', p.proargnames[i], format_type(p.proargtypes[i - 1], NULL))
                              || coalesce(' DEFAULT ' || pg_get_function_arg_default(p.oid, i), ''), ', ' ORDER BY i)
              FROM generate_series(1, e.arguments) AS i) AS arguments,
           (SELECT string_agg(format('OUT %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
              FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0) AS columns
      FROM earlier AS e
      JOIN pg_proc AS p ON p.proname = e.name AND p.pronamespace = 'medsched'::regnamespace AND p.pronargs >= e.arguments
      JOIN pg_type AS t ON t.oid = p.prorettype
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET SCHEMA earlier', now.oid::regprocedure);
    EXECUTE format('CREATE FUNCTION medsched.%I(%s) RETURNS %s LANGUAGE sql %s AS %L', now.name,
      concat_ws(', ', now.arguments, now.columns),
      CASE WHEN now.columns IS NULL THEN now.type::text WHEN now.proretset THEN 'SETOF record' ELSE 'record' END,
      CASE now.provolatile WHEN 's' THEN 'STABLE' WHEN 'i' THEN 'IMMUTABLE' ELSE 'VOLATILE' END,
      format('SELECT * FROM earlier.%I(%s)', now.name, (SELECT string_agg('$' || i, ', ' ORDER BY i) FROM generate_series(1, now.n) AS i)));
  END LOOP;
END
$earlier$;

-- A type lacked columns, functions were missing or are gone, and of one the arguments were others.
ALTER TYPE medsched.recorded_dose DROP ATTRIBUTE recorded_at, DROP ATTRIBUTE despite_limits;
CREATE FUNCTION medsched._gone(int) RETURNS int LANGUAGE sql RETURN $1;
DROP FUNCTION medsched.percentage_taken(bigint, bigint, bigint);
CREATE FUNCTION medsched.percentage_taken(taken bigint, missed bigint) RETURNS numeric LANGUAGE sql RETURN 0.0;
REVOKE ALL ON FUNCTION medsched.erase_user(uuid) FROM PUBLIC;
DROP FUNCTION medsched._shortened(text);
CREATE OR REPLACE FUNCTION medsched.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN '0.1.0'::text;

-- Of others there were fewer arguments.
ALTER FUNCTION medsched.adherence_by_day(uuid, timestamptz, timestamptz, time) SET SCHEMA earlier;
CREATE FUNCTION medsched.adherence_by_day(user_id uuid, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (day date, scheduled bigint, taken bigint, skipped bigint, missed bigint, on_time bigint, percentage numeric)
LANGUAGE sql STABLE AS 'SELECT * FROM earlier.adherence_by_day($1, $2, $3, NULL)';
