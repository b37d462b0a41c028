#!/bin/bash
# A schema medsched that somebody prepared, or goes on filling: nothing that the
# extension's SQL means is looked up where others can put something.
. test/suites/lib.bash

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

createuser mallory
# plant EDITION: into the database, by all names that the edition knows.
plant()
{
	local signatures

	signatures=$(query "
		SELECT jsonb_agg(jsonb_build_object('name', p.proname, 'types', p.proargtypes::regtype[], 'names', p.proargnames))
		FROM pg_proc AS p WHERE p.pronamespace = 'medsched'::regnamespace" -d "$1")
	SCRIPT=$files/$1.script PGUSER=mallory psql -XAtq -v signatures="$signatures" -f test/prepared/plant.sql
}

# bound_to_planted: what depends on something of mallory's and is not hers.
bound_to_planted()
{
	# Nobody has counted what was planted, and the planner would look at each pair.
	PGOPTIONS='-c enable_nestloop=off' query "
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

# calls SEARCH_PATH: what every function answers.
calls()
{
	psql -XAtq -v search_path="$1" -f test/prepared/calls.sql 2>&1 || true
}

# prepared EDITION: in a database that has it and nothing else, its answers are those of the one that is prepared.
prepared()
{
	local PGDATABASE=prepared_$1 MEDSCHED_EDITION=$1

	createdb "$PGDATABASE"
	query "CREATE SCHEMA medsched"
	if [ "$1" = native ]; then
		query "ALTER SCHEMA medsched OWNER TO mallory"
	else
		query "GRANT CREATE, USAGE ON SCHEMA medsched TO mallory"
	fi
	plant "$1"
	equals "$1: there is much to be caught by" "$(query "
		SELECT (SELECT count(*) > 4000 FROM pg_proc WHERE proowner = 'mallory'::regrole),
		       (SELECT count(*) > 4000 FROM pg_operator WHERE oprowner = 'mallory'::regrole)")" "t|t"
	succeeds "it is installed" install_medsched "$PGDATABASE"
	equals "and nothing in it means what was planted" "$(bound_to_planted)" ""
	succeeds "nor do the tables come to mean it" query "SELECT medsched.create_tables(); SELECT medsched.enable_reminders()" -o /dev/null
	equals "as the catalog says" "$(bound_to_planted)" ""

	# Who may put things there goes on, with types of ours at hand.
	plant "$1"

	# A body that is a string is looked up when it runs: of one in SQL the parser
	# says what it finds, under the function's own search_path or else for a caller
	# whose search_path has the schema first.
	psql -XAtq -v ON_ERROR_STOP=1 <<-'SQL'
		CREATE SCHEMA parsed;
		SELECT format('SET search_path = %s; CREATE FUNCTION parsed.f%s(%s) RETURNS %s LANGUAGE sql BEGIN ATOMIC %s; END',
		         coalesce((SELECT substr(c, 13) FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%'), 'medsched, pg_catalog'),
		         p.oid,
		         regexp_replace(pg_get_function_arguments(p.oid), '\m(uuid|text|date|jsonb|regclass)\M', 'pg_catalog.\1', 'g'),
		         regexp_replace(pg_get_function_result(p.oid), '\m(uuid|text|date|jsonb|record)\M', 'pg_catalog.\1', 'g'),
		         rtrim(regexp_replace(p.prosrc, '\m' || p.proname || '\.', 'f' || p.oid || '.', 'g'), E' \n;'))
		FROM pg_proc AS p
		JOIN pg_language AS l ON l.oid = p.prolang
		WHERE p.pronamespace = 'medsched'::regnamespace AND p.proowner <> 'mallory'::regrole
		  AND l.lanname = 'sql' AND p.prosqlbody IS NULL
		  -- In the managed edition an internal one can leave it to the function called.
		  AND (p.prosrc LIKE '%OPERATOR(%' OR p.proconfig::text LIKE '%search_path=%') \gexec
	SQL
	equals "some bodies in SQL are strings" "$(query "SELECT count(*) > 4 FROM pg_proc WHERE pronamespace = 'parsed'::regnamespace")" t
	equals "none of them finds what was planted" "$(bound_to_planted)" ""

	# Those in PL/pgSQL say it by running: everything planted raises an error.
	PGDATABASE=$1 calls pg_catalog >"$files/$1.clean"
	calls medsched,pg_catalog >"$files/$1.planted"
	sed -i 's/database "[a-z_]*" is not/database is not/' "$files/$1.clean" "$files/$1.planted"
	equals "every function is called" "$(grep 'no call of' "$files/$1.clean" || true)" ""
	equals "each time that it is to be" "$(grep -c '^[0-9]*|' "$files/$1.clean") calls" "$(tail -n 1 "$files/$1.clean")"
	succeeds "and answers as it does elsewhere" diff -U0 "$files/$1.clean" "$files/$1.planted"
}


for edition in native; do
	cat sql/[0-9]*.sql sql/$edition/[0-9]*.sql >"$files/$edition.script"
	createdb $edition
	MEDSCHED_EDITION=$edition install_medsched $edition
	query "SELECT medsched.create_tables()" -d $edition -o /dev/null
	prepared $edition
done

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
	    -- A type of ours would be refused before a function that takes it.
	    AND NOT EXISTS (SELECT FROM pg_type AS t WHERE t.oid = ANY (p.proargtypes) AND t.typnamespace = 'medsched'::regnamespace)
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
