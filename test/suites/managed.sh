#!/bin/bash
# The managed edition: the same pgTAP files with the same expected output, by a
# role that is no superuser; but for those in test/managed-exceptions.
if [ "${MEDSCHED_EDITION:-}" != managed ]; then
	MEDSCHED_EDITION=managed exec dev/with-cluster "$0" "$@"
fi
. test/suites/lib.bash

if [ $# -gt 0 ]; then
	tests=("$@")
else
	tests=()
	for file in test/sql/*.sql; do
		name=$(basename -s .sql "$file")
		grep -q "^$name:" test/managed-exceptions || tests+=("$name")
	done
fi

run_regress build/managed "${tests[*]}" \
	REGRESS_OPTS="--inputdir=test --outputdir=build/managed --use-existing --dbname=$PGDATABASE"

# Run again, the file changes nothing, nor who may call what.  pg_dump marks each
# dump with a key of its own.
catalog()
{
	pg_dump -s -n medsched | sed '/^\\\(un\)\?restrict /d'
}
psql -Xq -v ON_ERROR_STOP=1 -c 'REVOKE EXECUTE ON FUNCTION medsched.mark_dose_taken FROM PUBLIC'
before=$(catalog)
succeeds "the file runs again" psql -Xq -v ON_ERROR_STOP=1 -f medsched-managed--*.sql
after=$(catalog)
equals "and changes nothing" "$(md5sum <<<"$after")" "$(md5sum <<<"$before")"
contains "a schema of another role's is refused" "$(
	{
		echo 'BEGIN; CREATE ROLE stranger; GRANT stranger TO CURRENT_USER; GRANT CREATE ON DATABASE medsched TO stranger;'
		echo 'SET ROLE stranger;'
		cat medsched-managed--*.sql
	} | psql -Xq -v ON_ERROR_STOP=1 2>&1 || true)" 'schema "medsched" belongs to another role'
psql -Xq -v ON_ERROR_STOP=1 -f medsched-managed--*.sql &
succeeds "two that run it at once wait for each other" psql -Xq -v ON_ERROR_STOP=1 -f medsched-managed--*.sql
succeeds "the other, too" wait $!
equals "it gives back what it sets for the rest of a transaction" "$(
	{
		echo 'BEGIN; SET LOCAL search_path = public; SET LOCAL client_min_messages = error;'
		cat medsched-managed--*.sql
		echo 'SHOW search_path; SHOW check_function_bodies; SHOW client_min_messages;'
	} | psql -XAtq -v ON_ERROR_STOP=1 | xargs)" "public on error"
equals "no name of C is left in it" "$(grep -c 'MODULE_PATHNAME\|LANGUAGE C' medsched-managed--*.sql)" 0
equals "nor a command of psql's" "$(grep -c '^\\' medsched-managed--*.sql)" 0
# But for those that write rows: the suite regress looks at these, in catalog.
equals "a function that sets no search_path is internal, has its caller's rights, and is in no CHECK" "$(psql -XAtq <<-'SQL'
	SELECT p.oid::regprocedure
	  FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
	 WHERE p.pronamespace = 'medsched'::regnamespace AND l.lanname = 'plpgsql'
	   AND NOT coalesce(p.proconfig::text LIKE '%search_path=%', false)
	   AND p.proname NOT IN ('create_medication', 'inactivate_medication', 'reactivate_medication', 'revise_schedule',
	                         'change_time_zone', 'take_as_needed', 'mark_dose_taken', 'mark_dose_taken_by_id', 'skip_dose',
	                         'skip_dose_by_id', 'undo_dose')
	   AND (p.prosecdef OR NOT starts_with(p.proname, '_')
	        OR EXISTS (SELECT FROM pg_depend AS d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
	                                                AND d.classid IN ('pg_constraint'::regclass, 'pg_trigger'::regclass)))
SQL
	)" ""

finish
