#!/bin/bash
# A schema medsched that somebody prepared, or goes on filling: nothing that the
# extension's SQL means is looked up where others can put something.
. test/suites/lib.bash

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
cat sql/[0-9]*.sql sql/native/[0-9]*.sql >"$files/script"
signatures=$(query "
	SELECT jsonb_agg(jsonb_build_object('name', p.proname, 'types', p.proargtypes::oid[], 'names', p.proargnames))
	FROM pg_proc AS p
	JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	WHERE e.extname = 'medsched'")

createuser mallory
plant()
{
	SCRIPT=$files/script PGUSER=mallory psql -XAtq -v signatures="$signatures" -f test/prepared/plant.sql
}

# bound_to_planted: what depends on something of mallory's and is not hers.
bound_to_planted()
{
	query "
		WITH hers AS (
		  SELECT 'pg_proc'::regclass AS class, oid FROM pg_proc WHERE proowner = 'mallory'::regrole
		  UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator WHERE oprowner = 'mallory'::regrole
		  UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typowner = 'mallory'::regrole)
		SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) || ': ' ||
		       pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
		FROM pg_depend AS d
		JOIN hers AS h ON h.class = d.refclassid AND h.oid = d.refobjid
		LEFT JOIN hers AS i ON i.class = d.classid AND i.oid = d.objid
		WHERE i.oid IS NULL
		ORDER BY 1 LIMIT 5"
}

createdb prepared
export PGDATABASE=prepared
query "CREATE SCHEMA medsched AUTHORIZATION mallory"
plant
equals "there is much to be caught by" "$(query "
	SELECT (SELECT count(*) > 4000 FROM pg_proc WHERE proowner = 'mallory'::regrole),
	       (SELECT count(*) > 4000 FROM pg_operator WHERE oprowner = 'mallory'::regrole)")" "t|t"
succeeds "the extension comes" query "CREATE EXTENSION medsched"
equals "and nothing in it means what was planted" "$(bound_to_planted)" ""
succeeds "nor do the tables come to mean it" query "SELECT medsched.create_tables()" -o /dev/null
equals "as the catalog says" "$(bound_to_planted)" ""

# The owner of the schema goes on, with the extension's types at hand.
plant

# A body that is a string is looked up when it runs: of one in SQL the parser
# says what it finds, under the function's own search_path or else for a caller
# whose search_path has the schema first.
psql -XAtq -v ON_ERROR_STOP=1 <<-'SQL'
	CREATE SCHEMA parsed;
	SELECT format('SET search_path = %s; CREATE FUNCTION parsed.f%s(%s) RETURNS %s LANGUAGE sql BEGIN ATOMIC %s; END',
	         coalesce((SELECT substr(c, 13) FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%'), 'medsched, pg_catalog'),
	         p.oid,
	         regexp_replace(pg_get_function_arguments(p.oid), '\m(uuid|text|date|jsonb)\M', 'pg_catalog.\1', 'g'),
	         regexp_replace(pg_get_function_result(p.oid), '\m(uuid|text|date|jsonb)\M', 'pg_catalog.\1', 'g'),
	         rtrim(regexp_replace(p.prosrc, '\m' || p.proname || '\.', 'f' || p.oid || '.', 'g'), E' \n;'))
	FROM pg_proc AS p
	JOIN pg_language AS l ON l.oid = p.prolang
	JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	WHERE p.pronamespace = 'medsched'::regnamespace AND l.lanname = 'sql' AND p.prosqlbody IS NULL \gexec
SQL
equals "some bodies in SQL are strings" "$(query "SELECT count(*) > 4 FROM pg_proc WHERE pronamespace = 'parsed'::regnamespace")" t
equals "none of them finds what was planted" "$(bound_to_planted)" ""

# Those in PL/pgSQL say it by running: everything planted raises an error.
# calls SCHEMA...: what the functions of forms answer, one digest a call.
calls()
{
	query "
		SET search_path = $1;
		WITH fhir (timing) AS (VALUES
		  ('{\"code\": {\"coding\": [{\"code\": \"BID\"}]}}'),
		  ('{\"code\": {\"coding\": [{\"code\": \"Q6H\"}]}, \"repeat\": {\"boundsDuration\": {\"value\": 10, \"code\": \"d\"}}}'),
		  ('{\"repeat\": {\"frequency\": 3, \"period\": 1, \"periodUnit\": \"d\", \"count\": 9}}'),
		  ('{\"repeat\": {\"frequency\": 2, \"period\": 1, \"periodUnit\": \"wk\", \"dayOfWeek\": [\"tue\", \"thu\"]}}'),
		  ('{\"repeat\": {\"when\": [\"ACM\", \"HS\"], \"offset\": 30, \"boundsDuration\": {\"value\": 2, \"unit\": \"mo\"}}}'),
		  ('{\"repeat\": {\"timeOfDay\": [\"08:00\", \"20:30\"], \"boundsPeriod\": {\"start\": \"2027-03-01\", \"end\": \"2027-04\"}}}'),
		  ('{\"repeat\": {\"period\": 90, \"periodUnit\": \"min\", \"boundsPeriod\": {\"start\": \"2027-03-01T09:00:00+01:00\", \"end\": \"2027-03-02T09:00:00+01:00\"}}}'),
		  ('{\"repeat\": {\"period\": 8, \"periodUnit\": \"h\", \"boundsDuration\": {\"value\": 1, \"code\": \"mo\"}}}')),
		sig (sig) AS (VALUES ('BID'), ('q 8 h'), ('QOD'), ('WEEKLY'), ('MONTHLY'), ('PRN'), ('Q6H PRN'), ('TID PRN'))
		SELECT pg_catalog.left(pg_catalog.md5(medsched.schedule_from_fhir(timing::pg_catalog.jsonb, '2027-03-01'::pg_catalog.date,
		         'Europe/Berlin'::pg_catalog.text, '{\"CM\": \"07:30\"}'::pg_catalog.jsonb)::pg_catalog.text), 6) FROM fhir
		UNION ALL
		SELECT pg_catalog.left(pg_catalog.md5(medsched.schedule_from_sig(sig::pg_catalog.text, '2027-03-01'::pg_catalog.date,
		         'Europe/Berlin'::pg_catalog.text, '{\"HS\": \"22:30\"}'::pg_catalog.jsonb)::pg_catalog.text), 6) FROM sig
		UNION ALL
		SELECT pg_catalog.left(pg_catalog.md5(medsched.schedule_from_times('{08:00,20:30}'::time[], '2027-03-01'::pg_catalog.date,
		         'Europe/Berlin'::pg_catalog.text, days, '2027-04-01'::pg_catalog.date)::pg_catalog.text), 6)
		FROM (VALUES (NULL::int[]), ('{1,3}')) AS t (days)
		UNION ALL
		SELECT pg_catalog.left(pg_catalog.md5(medsched.describe_schedule(user_id, id)), 6) FROM medsched.schedules" -o "$files/$1" || true
}
load_regimens
calls medsched,pg_catalog
PGDATABASE=medsched load_regimens
PGDATABASE=medsched calls pg_catalog
equals "functions in PL/pgSQL answer as they do elsewhere" "$(cat "$files/medsched,pg_catalog")" "$(cat "$files/pg_catalog")"
equals "all of them" "$(wc -l <"$files/pg_catalog")" 34

# What has the very name and arguments of something of ours is not taken over.
createdb taken
psql -XAtq -d medsched >"$files/taken.sql" <<-'SQL'
	SELECT format('SELECT pg_temp.refused(%L, %L);', signature, statement)
	FROM (
	  SELECT p.oid::regprocedure::text AS signature,
	         format('CREATE FUNCTION %s RETURNS %s LANGUAGE plpgsql AS %L', p.oid::regprocedure,
	           CASE WHEN pg_get_function_result(p.oid) ~ 'medsched|TABLE|record' THEN 'void'
	                ELSE pg_get_function_result(p.oid) END,
	           'BEGIN RAISE ''planted''; END') AS statement
	  FROM pg_proc AS p
	  JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	  WHERE p.pronamespace = 'medsched'::regnamespace AND 'internal'::regtype <> ALL (p.proargtypes)
	  UNION ALL
	  SELECT t.oid::regtype::text,
	         format(CASE t.typtype WHEN 'd' THEN 'CREATE DOMAIN %s AS text' ELSE 'CREATE TYPE %s AS (planted text)' END, t.oid::regtype)
	  FROM pg_type AS t
	  JOIN pg_depend AS d ON d.deptype = 'e'
	   AND (d.classid, d.objid) IN (('pg_type'::regclass, t.oid), ('pg_class'::regclass, t.typrelid))
	  WHERE t.typnamespace = 'medsched'::regnamespace
	    -- Array types come with theirs; from PostgreSQL 18 on the extension counts them too.
	    AND t.typcategory <> 'A'
	) AS t
SQL
psql -XAtq -d taken >"$files/taken" <<-SQL
	CREATE SCHEMA medsched;
	CREATE FUNCTION pg_temp.refused(what text, statement text) RETURNS text LANGUAGE plpgsql AS \$\$
	BEGIN
	  BEGIN
	    EXECUTE statement;
	    CREATE EXTENSION medsched;
	    RETURN what || ' was taken over';
	  EXCEPTION
	    -- Not a member of the extension; another result or other defaults; a type that exists.
	    WHEN object_not_in_prerequisite_state OR invalid_function_definition OR duplicate_object THEN
	      RETURN 'refused';
	  END;
	EXCEPTION WHEN OTHERS THEN
	  RETURN concat_ws(' ', what, SQLSTATE, SQLERRM);
	END
	\$\$;
	\i $files/taken.sql
SQL
equals "what has a function's or a type's name is refused" "$(sort -u "$files/taken")" refused
equals "each of them" "$(wc -l <"$files/taken")" "$(wc -l <"$files/taken.sql")"

finish
