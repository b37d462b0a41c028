#!/bin/bash
# Logical replication to a second database with medsched, as doc/operations.md recommends it: what
# arrives, what is checked there and what is not.
. test/suites/lib.bash

data=$(query "SHOW data_directory")
query "ALTER SYSTEM SET wal_level = 'logical'"
as_server pg_ctl -s -w -D "$data" -m fast restart >/dev/null

query "CREATE DATABASE reports"
query "CREATE EXTENSION medsched; SELECT medsched.create_tables()" -d reports >/dev/null
load_regimens

there()
{
	query "$1" -d reports
}

# Waits until a query gives the same in both databases, or five seconds.
same()
{
	local wanted

	wanted=$(query "$2")
	for _ in $(seq 50); do
		[ "$(there "$2")" != "$wanted" ] || break
		sleep 0.1
	done
	equals "$1" "$(there "$2")" "$wanted"
}

# The publisher is in this cluster: a subscription that made its own slot would wait for itself.
query "$(sed -n '/^    CREATE PUBLICATION medsched/,/;$/p' doc/operations.md)"
equals "doc/operations.md publishes every table" "$(query "SELECT c.relname FROM pg_class AS c
	WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind = 'r'
	EXCEPT SELECT p.tablename FROM pg_publication_tables AS p")" ""
query "SELECT pg_create_logical_replication_slot('reports', 'pgoutput')" >/dev/null
there "CREATE SUBSCRIPTION medsched CONNECTION 'host=$PGHOST port=$PGPORT user=$PGUSER dbname=$PGDATABASE'
	PUBLICATION medsched WITH (create_slot = false, slot_name = 'reports')"

all="SELECT (SELECT md5(string_agg(m::text, '|' ORDER BY id)) FROM medsched.medications AS m),
	(SELECT md5(string_agg(s::text, '|' ORDER BY id)) FROM medsched.schedules AS s),
	(SELECT md5(string_agg(d::text, '|' ORDER BY schedule_id, scheduled_for)) FROM medsched.dose_taken AS d),
	(SELECT md5(string_agg(v::text, '|' ORDER BY schedule_id, scheduled_for)) FROM medsched.moved_doses AS v),
	(SELECT md5(string_agg(r::text, '|' ORDER BY r.event, r.day_of_week)) FROM medsched.routines AS r)"
same "what was there arrives" "$all"
equals "and its doses are the same" "$(fingerprint -d reports)" "$(fingerprint)"
equals "nothing breaks a rule there" "$(there "SELECT * FROM medsched.check_integrity()")" ""

user=11111111-1111-4111-8111-111111111111
schedule=11111111-0000-4001-8000-000000000001
query "SELECT medsched.mark_dose_taken('$user', '$schedule', '2026-03-02 06:30-05')" >/dev/null
query "SELECT medsched.skip_dose('$user', '$schedule', '2026-03-03 06:30-05', 'away')" >/dev/null
query "SELECT medsched.mark_dose_taken('$user', '$schedule', '2026-03-04 06:30-05')" >/dev/null
query "SELECT medsched.undo_dose('$user', '$schedule', '2026-03-04 06:30-05')" >/dev/null
query "SELECT medsched.move_dose('$user', '$schedule', '2026-03-05 06:30-05', '2026-03-05 09:00-05')" >/dev/null
query "SELECT medsched.set_routine('$user', '{\"CM\": \"07:30\"}', effective_from => '2026-03-05Z')" >/dev/null
same "doses marked, skipped, undone and moved arrive" "$all"
query "SELECT medsched.create_medication('$user', 'ibuprofen',
	'[{\"starts_at\": \"2026-03-01T08:00\", \"time_zone\": \"Europe/Berlin\", \"rrule\": \"FREQ=DAILY\"}]')" >/dev/null
query "SELECT medsched.revise_schedule('$user', '$schedule', '2026-03-10Z', '{\"dose_amount\": 100}')" >/dev/null
query "SELECT medsched.change_time_zone('$user', 'Europe/Berlin', '2026-04-01Z')" >/dev/null
query "SELECT medsched.inactivate_medication(user_id, id, '2026-05-01Z') FROM medsched.medications
	WHERE user_id = '$user' AND name = 'ibuprofen'" >/dev/null
same "a medication, a revision, a journey and an inactivation arrive" "$all"
equals "and their doses are the same" "$(fingerprint -d reports)" "$(fingerprint)"
query "SELECT medsched.erase_user('$user')" >/dev/null
same "an erasure arrives" "$all"
equals "of everything" "$(there "SELECT count(*) FROM medsched.medications WHERE user_id = '$user'")" 0

# The triggers do not fire for what is replicated.
bad="SET session_replication_role = replica;
	INSERT INTO medsched.medications (user_id, id, name) VALUES ('$user', '22222222-2222-4222-8222-222222222222', 'without a schedule')"
query "$bad"
same "what breaks a rule arrives as well" "$all"
equals "and check_integrity tells it there" "$(there "SELECT rule, row_id FROM medsched.check_integrity()")" \
	"medication_has_schedule|22222222-2222-4222-8222-222222222222"
query "SET session_replication_role = replica; DELETE FROM medsched.medications WHERE user_id = '$user'"
same "until it is mended where it comes from" "$all"

# CHECKs and the domains' are made, by what that server knows.
errors()
{
	there "SELECT apply_error_count > 0 FROM pg_stat_subscription_stats WHERE subname = 'medsched'"
}
there "ALTER DOMAIN medsched.time_zone ADD CONSTRAINT known CHECK (VALUE <> 'Europe/Paris') NOT VALID"
query "SELECT medsched.create_medication('$user', 'aspirin',
	'[{\"starts_at\": \"2026-03-01T08:00\", \"time_zone\": \"Europe/Paris\"}]')" >/dev/null
for _ in $(seq 50); do
	[ "$(errors)" != t ] || break
	sleep 0.1
done
equals "a zone that is not known there stops the subscription" "$(errors)" t
there "ALTER DOMAIN medsched.time_zone DROP CONSTRAINT known"
same "which goes on when it is mended" "$all"

# Once it is on its own, the rules hold for what is written from then on.
there "ALTER SUBSCRIPTION medsched DISABLE; ALTER SUBSCRIPTION medsched SET (slot_name = NONE)"
there "DROP SUBSCRIPTION medsched"
output=$(there "DELETE FROM medsched.medications" 2>&1) || true
contains "on its own, it keeps the rules" "$output" "cannot be deleted"
query "SELECT pg_drop_replication_slot('reports')" >/dev/null
finish
