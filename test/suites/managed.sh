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
# refused_after SQL: what the file says to a schema to which a superuser did that; nothing of it stays.
refused_after()
{
	{
		echo "BEGIN; $1; RESET ROLE; SET SESSION AUTHORIZATION $PGUSER;"
		cat medsched-managed--*.sql
	} | PGUSER=postgres psql -Xq -v ON_ERROR_STOP=1 2>&1 || true
}
contains "one in which another may create is refused" \
	"$(refused_after 'CREATE ROLE stranger; GRANT CREATE ON SCHEMA medsched TO stranger')" 'stranger may create in schema "medsched"'
contains "or everybody" "$(refused_after 'GRANT CREATE ON SCHEMA medsched TO PUBLIC')" 'PUBLIC may create in schema "medsched"'
contains "one with another's functions is refused" \
	"$(refused_after 'CREATE ROLE stranger; ALTER FUNCTION medsched.version() OWNER TO stranger')" \
	'function medsched.version() belongs to another role than its schema'
contains "or with another's tables of ours" \
	"$(refused_after 'CREATE ROLE stranger; ALTER TABLE medsched._late_check OWNER TO stranger')" \
	'relation medsched._late_check belongs to another role than its schema'

# The rules and erasing have the rights of the role that installed medsched, for its own tables alone.
for table in medications schedules dose_taken substance_limits stock_entries moved_doses; do
	contains "nothing is recorded while $table is another's" "$(PGUSER=postgres psql -Xq -v ON_ERROR_STOP=1 2>&1 <<-SQL || true
		BEGIN; CREATE ROLE stranger; GRANT USAGE ON SCHEMA medsched TO stranger; ALTER TABLE medsched.$table OWNER TO stranger;
		SELECT medsched.create_medication('00000000-0000-4000-8000-00000000000a', 'x', '[{"starts_at": "2026-01-01 08:00", "time_zone": "UTC"}]') \\gset
		SELECT medsched.mark_dose_taken('00000000-0000-4000-8000-00000000000a', id, '2026-01-01 08:00Z') FROM medsched.schedules;
	SQL
	)" "table \"medsched.$table\" belongs to another role than medsched"
	contains "nor erased" "$(PGUSER=postgres psql -Xq -v ON_ERROR_STOP=1 2>&1 <<-SQL || true
		BEGIN; CREATE ROLE stranger; GRANT USAGE ON SCHEMA medsched TO stranger; ALTER TABLE medsched.$table OWNER TO stranger;
		SELECT medsched.erase_user('00000000-0000-4000-8000-00000000000a');
	SQL
	)" "table \"medsched.$table\" belongs to another role than medsched"
done
equals "whatever has those rights and names a table looks whose it is" "$(query "
	SELECT p.oid::regprocedure FROM pg_proc AS p
	 WHERE p.pronamespace = 'medsched'::regnamespace AND p.prosecdef
	   AND p.prosrc ~ 'medsched[.](medications|schedules|dose_taken|substance_limits|stock_entries|moved_doses)' AND p.prosrc !~ '_check_owner'")" ""

# The server's time zone data may lose a name: whose schedule has it does not stop the answers about others.
equals "a schedule whose zone is gone is left out, and named" "$(PGUSER=postgres psql -XAtq <<-'SQL' 2>&1 | sed 's/^psql:[^ ]* //'
	BEGIN;
	SELECT medsched.create_medication('00000000-0000-4000-8000-00000000000a', 'x',
	  '[{"id": "00000000-0000-4000-8000-0000000000a1", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') \g /dev/null
	SELECT medsched.create_medication('00000000-0000-4000-8000-00000000000b', 'y',
	  '[{"id": "00000000-0000-4000-8000-0000000000b1", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') \g /dev/null
	SET session_replication_role = replica;
	ALTER DOMAIN medsched.time_zone DROP CONSTRAINT time_zone_is_known;
	UPDATE medsched.schedules SET time_zone = 'US/Nowhere' WHERE id = '00000000-0000-4000-8000-0000000000a1';
	SELECT schedule_id FROM medsched.due_doses('2026-01-02Z', '2026-01-03Z');
	SELECT user_id FROM medsched.adherence_of_all('2026-01-02Z', '2026-01-03Z');
	SELECT rule, row_id, problem FROM medsched.check_integrity();
SQL
)" 'WARNING:  schedule "00000000-0000-4000-8000-0000000000a1" is left out: time zone "US/Nowhere" is not known
HINT:  medsched.check_integrity() lists the schedules that cannot be read.
00000000-0000-4000-8000-0000000000b1
WARNING:  schedule "00000000-0000-4000-8000-0000000000a1" is left out: time zone "US/Nowhere" is not known
HINT:  medsched.check_integrity() lists the schedules that cannot be read.
00000000-0000-4000-8000-00000000000b
schedule_has_dose|00000000-0000-4000-8000-0000000000a1|Its doses cannot be computed: time zone "US/Nowhere" is not known.'
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
	   AND p.proname NOT IN ('create_medication', 'create_medication_returning', 'add_schedule', 'end_schedule', 'correct_schedule',
	                         'update_medication', 'rename_medication', 'inactivate_medication', 'reactivate_medication', 'revise_schedule',
	                         'change_time_zone', 'move_recorded_doses', 'record_extra_dose', 'take_as_needed', 'mark_dose_taken', 'mark_dose_taken_by_id', 'skip_dose',
	                         'skip_dose_by_id', 'undo_dose', 'erase_with_account', 'set_substance_limits', 'set_routine', 'set_person_settings', 'record_reports',
	                         'remove_substance_limits', 'set_reminder_rules', 'remove_reminder_rules', 'set_stock_reminder_rules', 'remove_stock_reminder_rules', 'snooze_dose', 'record_stock_entry', 'delete_stock_entry', 'import_user', 'move_dose', 'move_dose_by_id', 'move_doses', 'moved_dose_is_scheduled')
	   AND (p.prosecdef OR NOT starts_with(p.proname, '_')
	        OR EXISTS (SELECT FROM pg_depend AS d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
	                                                AND d.classid IN ('pg_constraint'::regclass, 'pg_trigger'::regclass)))
SQL
	)" ""

finish
