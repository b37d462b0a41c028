-- What somebody could put into schema medsched, before the extension comes or
-- afterwards, to be found in place of what its SQL means.  Run as the schema's
-- owner.  The environment's SCRIPT is a file with the extension's SQL; the
-- variable signatures, its functions as a JSON array of
-- {"name": …, "types": [type, …], "names": [argument, …]}.
\set ON_ERROR_STOP 1
\set script `cat "$SCRIPT"`
SET client_min_messages = warning;
SET check_function_bodies = off;
SET search_path = pg_catalog, pg_temp;
SELECT set_config('planting.script', :'script', false), set_config('planting.signatures', :'signatures', false) \g /dev/null

CREATE FUNCTION pg_temp.plant(name text, types regtype[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE FUNCTION medsched.%I(%s) RETURNS text LANGUAGE plpgsql AS %L',
    name, array_to_string(types, ', '), format('BEGIN RAISE ''planted %s''; END', name));
EXCEPTION
  -- It is there, or has a pseudo-type that PL/pgSQL does not take.
  WHEN duplicate_function OR feature_not_supported OR invalid_function_definition THEN NULL;
END
$$;

DO $$
DECLARE
  script CONSTANT text := current_setting('planting.script');
  -- What it calls, by name; and of that what it calls in schema medsched.
  called text[];
  ours_called text[];
  -- Types that the script's expressions have, and those that literals and NULLs could become.
  pool regtype[] := '{text,int,bigint,numeric,float8,boolean,date,time,timestamp,timestamptz,
    interval,jsonb,uuid,text[],int[],time[],timestamp[],anyelement,anyarray}';
  operators CONSTANT text[] := '{=,<>,<,>,<=,>=,||,+,-,*,/,%,->,->>,#>>,?,@>,~,!~}';
  f record;
  name text;
  leftarg regtype;
  rightarg regtype;
  n int;
BEGIN
  SELECT array_agg(DISTINCT m[1]) INTO called FROM regexp_matches(script, '\m([a-z_0-9]+) ?\(', 'g') AS m;
  SELECT array_agg(DISTINCT m[1]) INTO ours_called FROM regexp_matches(script, 'medsched\.([a-z_0-9]+) ?\(', 'g') AS m;

  -- Types by the names of those that are no keywords.
  FOREACH name IN ARRAY '{text,date,jsonb,uuid,timestamptz,record,regclass,regtype,bool,int4,int8}'::text[] LOOP
    IF to_regtype('medsched.' || name) IS NULL THEN
      EXECUTE format('CREATE DOMAIN medsched.%I AS text', name);
    END IF;
  END LOOP;

  -- Operators, for every pair of types.
  FOREACH leftarg IN ARRAY pool LOOP
    FOREACH rightarg IN ARRAY pool LOOP
      PERFORM pg_temp.plant('planted', ARRAY[leftarg, rightarg]);
      FOREACH name IN ARRAY operators LOOP
        IF NOT EXISTS (SELECT FROM pg_operator AS o
                        WHERE o.oprname = name AND o.oprnamespace = 'medsched'::regnamespace
                          AND o.oprleft = leftarg AND o.oprright = rightarg) THEN
          EXECUTE format('CREATE OPERATOR medsched.%s (FUNCTION = medsched.planted, LEFTARG = %s, RIGHTARG = %s)',
            name, leftarg, rightarg);
        END IF;
      END LOOP;
    END LOOP;
  END LOOP;

  -- Functions by every name that the script calls: PostgreSQL's own as they
  -- are; theirs and the extension's with one argument of another type, or with
  -- fewer arguments.  (One more with a default makes a call ambiguous: an
  -- error, never another function.)
  pool := array_remove(pool || to_regtype('medsched.rrule') || to_regtype('medsched.time_zone'), NULL);
  FOR f IN
    SELECT p.proname, ARRAY(SELECT t::regtype FROM unnest(p.proargtypes::oid[]) AS t) AS types, false AS ours
      FROM pg_proc AS p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace
       AND p.proname ~ '^[a-z_0-9]+$'
       AND p.proname = ANY (called)
    UNION ALL
    SELECT s->>'name', ARRAY(SELECT to_regtype(t) FROM jsonb_array_elements_text(s->'types') AS t), true
      FROM jsonb_array_elements(current_setting('planting.signatures')::jsonb) AS s
     WHERE s->>'name' = ANY (ours_called)
       -- Types of the extension's own may be still to come.
       AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(s->'types') AS t WHERE to_regtype(t) IS NULL)
  LOOP
    FOR n IN 1 .. cardinality(f.types) LOOP
      FOREACH leftarg IN ARRAY pool LOOP
        PERFORM pg_temp.plant(f.proname, f.types[:n - 1] || leftarg || f.types[n + 1:]);
      END LOOP;
      PERFORM pg_temp.plant(f.proname, f.types[:n - 1]);
    END LOOP;
    IF NOT f.ours THEN
      PERFORM pg_temp.plant(f.proname, f.types);
    END IF;
  END LOOP;

  -- With a column's own type where an argument has its name: as exact a match as
  -- the call of a body that leaves out a cast.
  IF to_regtype('medsched.rrule') IS NOT NULL THEN
    FOR f IN
      SELECT s->>'name' AS proname,
             ARRAY(SELECT CASE WHEN a.name IN ('rrule', 'time_zone') AND a.type = 'text'::regtype
                            THEN to_regtype('medsched.' || a.name) ELSE a.type END
                     FROM (SELECT t.name::regtype, s->'names'->>(t.nth - 1)::int, t.nth
                             FROM jsonb_array_elements_text(s->'types') WITH ORDINALITY AS t (name, nth)) AS a (type, name, nth)
                    ORDER BY a.nth) AS types
        FROM jsonb_array_elements(current_setting('planting.signatures')::jsonb) AS s
    LOOP
      PERFORM pg_temp.plant(f.proname, f.types);
    END LOOP;
  END IF;

  -- What has the very signature of one of the extension's is another test's.
  FOR f IN
    SELECT p.oid::regprocedure AS signature
      FROM pg_proc AS p
      JOIN jsonb_array_elements(current_setting('planting.signatures')::jsonb) AS s ON s->>'name' = p.proname
     WHERE p.pronamespace = 'medsched'::regnamespace AND p.proowner = to_regrole(current_user)
       AND ARRAY(SELECT unnest(p.proargtypes::oid[])) = ARRAY(SELECT to_regtype(t)::oid FROM jsonb_array_elements_text(s->'types') AS t)
  LOOP
    EXECUTE format('DROP FUNCTION %s', f.signature);
  END LOOP;
END
$$;
