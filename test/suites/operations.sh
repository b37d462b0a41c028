#!/bin/bash
# What doc/operations.md gives to be run does what it says there, as it is written there.
. test/suites/lib.bash
need partman
link_extension pg_partman

# block HEADING NTH: an indented block of a section; of a list's, without the list's indentation.
block()
{
	awk -v heading="## $1" -v wanted="$2" '
		/^## / { inside = $0 == heading }
		inside && /^(  )?    / { if (!code) nth++; code = 1; if (nth == wanted) print; next }
		inside && /^$/ { if (code && nth == wanted) print; next }
		inside { code = 0 }' doc/operations.md
}

# run_block HEADING NTH DATABASE
run_block()
{
	block "$1" "$2" | psql -Xq -o /dev/null -v ON_ERROR_STOP=1 -d "$3"
}

# database NAME: a new one, with medsched and two people.
database()
{
	query "CREATE DATABASE $1"
	query "CREATE EXTENSION medsched; SELECT medsched.create_tables()" -d "$1" >/dev/null
	query "SELECT medsched.create_medication(u::uuid, 'aspirin', jsonb_build_array(jsonb_build_object('id', s,
			'starts_at', '2026-03-01T08:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY')))
		FROM (VALUES ('$ann', '$anns'), ('$ben', '$bens')) AS t (u, s)" -d "$1" >/dev/null
}
ann=11111111-1111-4111-8111-111111111111
anns=11111111-0000-4000-8000-000000000001
ben=22222222-2222-4222-8222-222222222222
bens=22222222-0000-4000-8000-000000000001

database roles
succeeds "the roles" run_block Roles 1 roles
as_app()
{
	psql -XAtq -U app -d roles -v VERBOSITY=sqlstate 2>&1
}
equals "the application does what it needs to" "$(as_app <<SQL
SELECT count(*) FROM medsched.upcoming_doses('$ann', '2026-03-02Z', '2026-03-03Z');
SELECT newly_taken FROM medsched.mark_dose_taken('$ann', '$anns', '2026-03-02 08:00Z');
SELECT outcome FROM medsched.undo_dose('$ann', '$anns', '2026-03-02 08:00Z');
SELECT newly_skipped FROM medsched.skip_dose('$ann', '$anns', '2026-03-02 08:00Z');
SELECT medsched.revise_schedule('$ann', '$anns', '2026-03-05Z', '{"dose_amount": 2}') IS NOT NULL;
SELECT medsched.create_medication('$ann', 'x', '[{"starts_at": "2026-03-01T08:00", "time_zone": "UTC"}]') IS NOT NULL;
SQL
)" $'1\nt\ntaken\nt\nt\nt'

succeeds "row security" run_block "Row security" 1 roles
# One session, as a pooler gives it to one client after the other.
equals "a person's transaction has their rows, and what comes after it in the session has none" "$(as_app <<SQL
SELECT count(*) FROM medsched.upcoming_doses('$ann', '2026-03-02Z', '2026-03-03Z');
BEGIN;
SELECT set_config('app.user_id', '$ann', true);
SELECT count(*), count(DISTINCT user_id) FROM medsched.schedules;
SELECT count(*) FROM medsched.upcoming_doses('$ann', '2026-03-02Z', '2026-03-03Z');
SELECT count(*) FROM medsched.upcoming_doses('$ben', '2026-03-02Z', '2026-03-03Z');
COMMIT;
SELECT count(*) FROM medsched.upcoming_doses('$ann', '2026-03-02Z', '2026-03-03Z');
SELECT medsched.mark_dose_taken('$ann', '$anns', '2026-03-03 08:00Z');
SELECT medsched.create_medication('$ann', 'x', '[{"starts_at": "2026-03-01T08:00", "time_zone": "UTC"}]');
BEGIN;
SELECT set_config('app.user_id', '$ben', true);
SELECT newly_taken FROM medsched.mark_dose_taken('$ben', '$bens', '2026-03-02 08:00Z');
SELECT medsched.mark_dose_taken('$ann', '$anns', '2026-03-03 08:00Z');
COMMIT;
SELECT count(*) FROM medsched.dose_taken;
SQL
)" "$(printf '%s\n' 0 "$ann" "3|1" 1 0 0 "ERROR:  P0002" "ERROR:  42501" "$ben" t "ERROR:  P0002" 0)"

database reminders
query "UPDATE medsched.schedules SET dose_amount = 1;
	INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount) SELECT m.user_id, m.id, 'counted', 0 FROM medsched.medications AS m WHERE m.user_id = '$ann';
	SELECT medsched.enable_reminders();
	GRANT USAGE ON SCHEMA medsched TO app; GRANT SELECT ON medsched.schedules TO app" -d reminders >/dev/null
succeeds "the workers' role" run_block Reminders 2 reminders
succeeds "and who sets rules" run_block Reminders 3 reminders
equals "an application sets them" "$(query "SELECT medsched.set_reminder_rules('$ann', again_every => '1 hour', again_at_most => 2),
		medsched.set_stock_reminder_rules('$ann', time_zone => 'Europe/Berlin')" -U app -d reminders)" "|"
day=$(query "SELECT date_trunc('day', now(), 'UTC')")
query "UPDATE medsched.reminder_changes SET since = timestamptz '$day' - interval '1 day'" -d reminders
worker="SELECT count(*) >= 0 FROM medsched.claim_reminders(10);
SELECT count(*) FROM medsched._claim_reminders(10, '1 minute', 'worker', timestamptz '$day' + interval '32 hours');
SELECT bool_and(medsched.extend_lease(h.token)) FROM medsched.reminders_held AS h;
SELECT bool_and(medsched.fail_reminder(h.token)) FROM medsched.reminders_held AS h;
SELECT count(*) FROM medsched._claim_reminders(10, '1 minute', 'worker', timestamptz '$day' + interval '33 hours');
SELECT bool_and(medsched.complete_reminder(h.token)) FROM medsched.reminders_held AS h;
SELECT medsched.next_reminder_at() IS NOT NULL"
equals "a worker does what it needs to, before the queue is filled" "$(query "$worker" -U reminder_worker -d reminders 2>&1)" $'t\n1\nt\nt\n1\nt\nt'
equals "of stocks, too" "$(query "SELECT count(*) FROM medsched._claim_stock_reminders(10, '1 minute', 'worker', timestamptz '$day' + interval '36 hours');
	SELECT bool_and(medsched.fail_reminder(q.token)) FROM medsched.stock_reminder_queue AS q" -U reminder_worker -d reminders 2>&1)" $'1\nt'
succeeds "which is filled" run_block Reminders 1 reminders
equals "it is" "$(query "SELECT medsched.fill_reminders()" -d reminders)" 0
equals "and goes on" "$(query "$worker" -U reminder_worker -d reminders 2>&1)" $'t\n1\nt\nt\n1\nt\nt'

query "SELECT medsched.enable_history(); CREATE ROLE auditor LOGIN; GRANT USAGE ON SCHEMA medsched TO auditor" -d roles >/dev/null
succeeds "who may read the history of changes" run_block "History of changes" 1 roles
succeeds "and of whom" run_block "History of changes" 2 roles
equals "the application writes it, and does not read it" "$(as_app <<SQL
BEGIN;
SELECT set_config('app.user_id', '$ann', true);
SELECT newly_taken FROM medsched.mark_dose_taken('$ann', '$anns', '2026-03-04 08:00Z');
SELECT count(*) FROM medsched.change_history;
COMMIT;
SQL
)" "$(printf '%s\n' "$ann" t "ERROR:  42501")"
query "SELECT medsched.mark_dose_taken('$ann', '$anns', '2026-03-04 08:00Z'), medsched.mark_dose_taken('$ben', '$bens', '2026-03-04 08:00Z')" -d roles >/dev/null
equals "an auditor reads one person's" "$(psql -XAtq -U auditor -d roles <<SQL
SELECT count(*) FROM medsched.change_history;
BEGIN;
SELECT set_config('app.user_id', '$ben', true);
SELECT operation FROM medsched.dose_history('$ben', '$bens', '2026-03-04 08:00Z');
SELECT count(*) FROM medsched.dose_history('$ann', '$anns', '2026-03-04 08:00Z');
COMMIT;
SQL
)" "$(printf '%s\n' 0 "$ben" INSERT 0)"
query "CREATE SCHEMA archive" -d roles
succeeds "it is stopped" run_block "History of changes" 3 roles
equals "for good" "$(query "SELECT medsched.create_tables(); SELECT newly_taken FROM medsched.mark_dose_taken('$ann', '$anns', '2026-03-03 08:00Z');
	SELECT count(*) FROM archive.change_history" -d roles | xargs)" "t 2"

database accounts
query "CREATE SCHEMA app; CREATE TABLE app.users (id uuid PRIMARY KEY); INSERT INTO app.users VALUES ('$ann'), ('$ben')" -d accounts
succeeds "a foreign key that refuses" run_block "Closing an account" 1 accounts
equals "and a person erased before the account" "$(query "SELECT string_agg(id::text, ' '), (SELECT string_agg(user_id::text, ' ') FROM medsched.medications)
	FROM app.users" -d accounts)" "$ann|$ann"
contains "which else is refused" "$(query "DELETE FROM app.users" -d accounts 2>&1 || true)" 'violates foreign key constraint "medications_account"'
succeeds "a trigger that erases" run_block "Closing an account" 2 accounts
equals "with the account" "$(query "DELETE FROM app.users; SELECT (SELECT count(*) FROM app.users), (SELECT count(*) FROM medsched.medications)" -d accounts)" "0|0"

# What comes to a database while it is to be reset for the first time.
database tests
contains "a database in use is not reset" "$(query "SELECT medsched.reset_for_tests()" -d tests 2>&1 || true)" 'database "tests" is not a test database'
query "SELECT medsched.erase_user('$ann'), medsched.erase_user('$ben')" -d tests >/dev/null
contains "nor marked where rows may be out of sight" \
	"$(query "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT medsched.reset_for_tests()" -d tests 2>&1 || true)" "becomes one for tests at READ COMMITTED alone"
psql -Xq -d tests -o /dev/null <<-SQL &
	BEGIN; INSERT INTO medsched.person_settings VALUES ('$ann'); SELECT pg_sleep(2); COMMIT;
SQL
until [ "$(query "SELECT count(*) FROM pg_locks WHERE relation = 'medsched.person_settings'::regclass AND mode = 'RowExclusiveLock'" -d tests)" != 0 ]; do
	sleep 0.1
done
contains "a row that is not committed yet is waited for, and seen" "$(query "SELECT medsched.reset_for_tests()" -d tests 2>&1 || true)" \
	'rows came to "medsched.person_settings"'
wait $!
query "SELECT medsched.erase_user('$ann'), medsched.reset_for_tests()" -d tests >/dev/null
query "INSERT INTO medsched.person_settings VALUES ('$ann'); SELECT medsched.reset_for_tests()" -d tests >/dev/null
equals "a marked one is" "$(query "SELECT count(*) FROM medsched.person_settings" -d tests)" 0
query "CREATE DATABASE copied TEMPLATE tests"
query "INSERT INTO medsched.person_settings VALUES ('$ann')" -d copied
contains "a copy of it is not" "$(query "SELECT medsched.reset_for_tests()" -d copied 2>&1 || true)" 'database "copied" is not a test database'

database kept
succeeds "the event trigger" run_block "Dump and restore" 1 kept
for statement in "DROP EXTENSION medsched CASCADE" "DROP SCHEMA medsched CASCADE"; do
	contains "$statement is refused" "$(query "$statement" -d kept 2>&1 || true)" "holds people's schedules"
done
equals "and all is there" "$(query "SELECT count(rrule), count(time_zone) FROM medsched.schedules" -d kept)" "2|2"
query "DROP EVENT TRIGGER keep_medsched" -d kept
contains "without CASCADE it is refused at any rate" "$(query "DROP EXTENSION medsched" -d kept 2>&1 || true)" "cannot drop extension medsched"
query "DROP EXTENSION medsched CASCADE" -d kept 2>/dev/null
equals "with it, rules and time zones are gone, the doses are not" "$(query "SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute
	WHERE attrelid = 'medsched.schedules'::regclass AND attname IN ('rrule', 'time_zone', 'starts_at') AND NOT attisdropped" -d kept)" starts_at

database parts
query "CREATE SCHEMA archive; SELECT medsched.mark_dose_taken('$ann', '$anns', '2026-03-02 08:00Z')" -d parts >/dev/null
succeeds "other partitions" run_block Partitions 3 parts
equals "hold what was recorded, and what is" "$(query "SELECT (medsched.mark_dose_taken('$ann', '$anns', '2026-03-02 08:00Z')).newly_taken,
	(medsched.mark_dose_taken('$ann', '$anns', '2026-03-03 08:00Z')).newly_taken" -d parts)" "f|t"
contains "and the rules in them" "$(query "SELECT medsched.mark_dose_taken('$ann', '$anns', '2025-03-03 08:00Z')" -d parts 2>&1 || true)" "has no dose at"

# Months as partitions, by pg_partman's side, of a role that is no superuser.
database months
query "CREATE ROLE owner_of_tables; GRANT USAGE, CREATE ON SCHEMA medsched TO owner_of_tables; CREATE SCHEMA partman; CREATE EXTENSION pg_partman SCHEMA partman;
	CREATE PUBLICATION doses FOR TABLE medsched.dose_taken WHERE (outcome = 'taken');
	INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) SELECT '$ann', '$anns', at FROM generate_series(timestamptz '2026-03-01 08:00Z', '2026-05-20 08:00Z', '1 day') AS at;
	DO \$\$ DECLARE t regclass; BEGIN
		FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'medsched'::regnamespace AND relkind = 'r' LOOP EXECUTE format('ALTER TABLE %s OWNER TO owner_of_tables', t); END LOOP;
	END \$\$" -d months
months()
{
	query "SET ROLE owner_of_tables; $(block Partitions 1)" -d months 2>&1 || true
}
# refusal SQL
refusal()
{
	query "$1" -d months 2>&1 | grep -om 1 'ERROR.*' || true
}
equals "another role partitions nothing" "$(refusal "SELECT medsched.partition_doses()")" "ERROR:  must be owner of table medsched.dose_taken"
equals "nor does a snapshot that is older than the lock" "$(refusal "BEGIN ISOLATION LEVEL REPEATABLE READ; SET ROLE owner_of_tables; SELECT medsched.partition_doses()")" \
	"ERROR:  doses are put into partitions at READ COMMITTED alone"
contains "a publication must hide the partitions" "$(months)" "ALTER PUBLICATION doses SET (publish_via_partition_root = true);"
query "ALTER PUBLICATION doses SET (publish_via_partition_root = true); ALTER PUBLICATION doses OWNER TO owner_of_tables; GRANT CREATE ON DATABASE months TO owner_of_tables" -d months
(
	echo 'BEGIN; SELECT FROM medsched.dose_taken LIMIT 1; SELECT pg_sleep(30);'
) | psql -Xq -d months -o /dev/null &
reader=$!
until [ "$(query "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid() AND wait_event = 'PgSleep'")" = 1 ]; do sleep 0.1; done
contains "who is in the way is not waited for" "$(months)" "canceling statement due to lock timeout"
query "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'months' AND query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()" -o /dev/null
wait "$reader" 2>/dev/null || true
contains "pg_partman's table must be writable" "$(months)" "pg_partman does not learn"
succeeds "it is made so" run_block Partitions 2 months
equals "call by call, it ends" "$(months; months)" $'t\nf'
equals "with all doses" "$(query "SELECT count(*), count(DISTINCT tableoid) FROM medsched.dose_taken WHERE scheduled_for < '2026-06-01Z'" -d months)" "81|3"
equals "published as before" "$(query "SELECT pg_get_expr(prqual, prrelid), prrelid::regclass FROM pg_publication_rel" -d months)" "(outcome = 'taken'::text)|medsched.dose_taken"
equals "known to pg_partman" "$(query "SELECT partition_interval, premake, retention FROM partman.part_config WHERE parent_table = 'medsched.dose_taken'" -d months)" "1 mon|3|"
succeeds "whose maintenance makes the months to come" query "SET TimeZone = 'UTC'; UPDATE partman.part_config SET premake = 5; SELECT partman.run_maintenance('medsched.dose_taken')" -d months -o /dev/null
equals "of the tables' owner, without a gap" "$(query "SELECT count(*) >= 6, bool_and(first = before OR before IS NULL), bool_and(c.relowner = 'owner_of_tables'::regrole)
	FROM (SELECT relation, first, lag(after) OVER (ORDER BY first) AS before FROM medsched._dose_partitions() WHERE first >= date_trunc('month', now(), 'UTC')) AS p
	JOIN pg_class AS c ON c.oid = p.relation" -d months)" "t|t|t"
equals "in which doses are recorded" "$(query "SELECT (medsched.mark_dose_taken('$ann', '$anns', date_trunc('month', now(), 'UTC') + '5 months 8 hours')).newly_taken" -d months)" t
equals "and partition_doses agrees" "$(months)" f
query "CREATE DATABASE restored"
pg_dump -d months | psql -Xq -v ON_ERROR_STOP=1 -o /dev/null -d restored
equals "a dump has them all" "$(query "SELECT count(*), count(DISTINCT tableoid) FROM medsched.dose_taken" -d restored)" "$(query "SELECT count(*), count(DISTINCT tableoid) FROM medsched.dose_taken" -d months)"
contains "and the rules" "$(query "SELECT medsched.mark_dose_taken('$ann', '$anns', '2026-03-03 09:00Z')" -d restored 2>&1 || true)" "has no dose at"

# As if the data had said until now that Berlin is two hours ahead in January.
database zones
query "UPDATE medsched.schedules SET time_zone = 'Europe/Berlin', starts_at = '2026-01-01 08:00'; ALTER TABLE medsched.dose_taken DISABLE TRIGGER dose_is_scheduled;
	INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) SELECT s.user_id, s.id, at FROM medsched.schedules AS s, generate_series(timestamptz '2026-01-05 06:00Z', '2026-01-06 06:00Z', '1 day') AS at;
	ALTER TABLE medsched.dose_taken ENABLE TRIGGER dose_is_scheduled" -d zones
equals "what new time zone data leaves behind is found" "$(block "Time zone data" 1 | psql -XAtq -d zones | wc -l)" 4
succeeds "and moved along" run_block "Time zone data" 2 zones
equals "so that each is listed once, as taken" "$(query "SELECT string_agg(concat(d.scheduled_for, ' ', d.status), ', ') FROM medsched.upcoming_doses('$ann', '2026-01-05Z', '2026-01-07Z') AS d" -d zones)" \
	"2026-01-05 07:00:00+00 taken, 2026-01-06 07:00:00+00 taken"
equals "and nothing is left" "$(block "Time zone data" 1 | psql -XAtq -d zones)" ""

finish
