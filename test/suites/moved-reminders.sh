#!/bin/bash
# The reminders of a person whom dev/move-person moves, from the native edition to the managed one and back: one database at a time
# hands them out, whenever the script is killed; what a worker holds, it holds where the person is; and nothing stays behind.
. test/suites/lib.bash

at=$(mktemp -d /tmp/medsched.XXXXXX)
chmod 755 "$at"
trap 'rm -rf "$at"' EXIT
make -s managed
for database in native managed; do
	query "CREATE DATABASE $database"
	MEDSCHED_EDITION=$database install_medsched "$database" 2>&1
	query "SELECT medsched.create_tables(), medsched.enable_reminders()" -d "$database" >/dev/null
done
query "CREATE DATABASE proxy"
psql -Xq -v ON_ERROR_STOP=1 -v one=dbname=native -v other=dbname=managed -d proxy -f test/directory.psql

ann=00000000-0000-4000-8000-00000000000a
daily=00000000-0000-4000-8000-0000000000a1
zinc=00000000-0000-4000-8000-0000000000a2

# anew DATABASE: Ann is there alone, with a dose due at 8 on each day and a stock of three, and nothing was said yet.
anew()
{
	local database

	for database in native managed; do
		query "SELECT medsched.erase_user('$ann')" -d "$database" >/dev/null
		query "DROP SCHEMA IF EXISTS medsched_moves CASCADE" -d "$database" 2>/dev/null
	done
	query "DELETE FROM medsched_proxy.persons; UPDATE medsched_proxy.slots SET shard = $([ "$1" = native ] && echo 0 || echo 1)" -d proxy
	query "
		INSERT INTO medsched.medications (user_id, id, name) VALUES ('$ann', '$zinc', 'zinc');
		INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit)
		VALUES ('$ann', '$daily', '$zinc', '2026-01-01 08:00', 'UTC', 'FREQ=DAILY', 1, 'tablet');
		INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount, unit, occurred_at) VALUES ('$ann', '$zinc', 'counted', 3, 'tablet', '2030-01-01 07:00Z')" -1 -d "$1"
	query "DELETE FROM medsched.reminder_changes;
		INSERT INTO medsched.reminder_queue (user_id, schedule_id, look_at) VALUES ('$ann', '$daily', '2030-01-01 08:00Z');
		INSERT INTO medsched.stock_reminder_queue (user_id, medication_id, look_at) VALUES ('$ann', '$zinc', '2030-01-01 09:00Z')" -d "$1"
}

# claim DATABASE TIME: what is handed out there then, for a minute.
claim()
{
	query "SELECT r.kind || ' ' || r.attempt || ' ' || r.token FROM medsched._claim_reminders(10, '1 minute', 'w', '2030-01-01 $2Z') AS r
		UNION ALL SELECT r.kind || ' ' || r.attempt || ' ' || r.token FROM medsched._claim_stock_reminders(10, '1 minute', 'w', '2030-01-01 $2Z') AS r" -d "$1"
}

# said DATABASE TIME: that, without the tokens.
said()
{
	claim "$@" | sed 's/ [^ ]*$//' | paste -sd ,
}

# How many seconds a move waits for locks.
wait=5

# move ARGUMENT...: what the script says.
move()
{
	dev/move-person --wait "$wait" "$@" 2>&1 || true
}

# killed STEP ARGUMENT...: it is killed there.
killed()
{
	cat >"$at/hook" <<-HOOK
		#!/bin/bash
		[ "\$1" != "$1" ] || kill -9 "\$2"
	HOOK
	chmod +x "$at/hook"
	MEDSCHED_MOVE_HOOK=$at/hook dev/move-person --wait 5 "${@:2}" >/dev/null 2>&1 || true
}

# meanwhile STEP COMMAND ARGUMENT...: a command is run there, in this suite's words.
meanwhile()
{
	cat >"$at/hook" <<-HOOK
		#!/bin/bash
		[ "\$1" = "$1" ] || exit 0
		psql -XAtq -c "$3" -d "$2" >"$at/meanwhile" 2>&1
	HOOK
	chmod +x "$at/hook"
	MEDSCHED_MOVE_HOOK=$at/hook move "${@:4}"
}

# Filling the queue of the target would find the copy, and hand it out.
anew native
contains "nobody is moved to where the queue is being filled" "$(move "$ann" dbname=native dbname=managed)" \
	"the queue of reminders is not filled where they are to go: call SELECT medsched.fill_reminders() there until it returns 0"
equals "and nothing is begun" "$(query "SELECT to_regclass('medsched_moves.persons') IS NOT NULL AND EXISTS (SELECT FROM medsched.medications)" -d managed)" f
for database in native managed; do
	query "SELECT medsched.fill_reminders()" -d "$database" >/dev/null
done

for from in native managed; do
	to=managed
	shard=1
	if [ "$from" = managed ]; then
		to=native
		shard=0
	fi

	# One database at a time.
	anew "$from"
	killed copied "$ann" "dbname=$from" "dbname=$to"
	equals "from $from: a copy is not handed out" "$(said "$to" 09:00)" ""
	equals "nor its stock's, while the source hands out" "$(said "$from" 09:00)" "due 1,refill 1"
	equals "given up" "$(move --undo "$ann" "dbname=$from" "dbname=$to")" "$ann stays where they were"
	equals "it stays where it is held" "$(said "$to" 09:30)|$(said "$from" 09:00:30)|$(said "$from" 09:02)" "||due 2,refill 2"

	anew "$from"
	killed copied "$ann" "dbname=$from" "dbname=$to"
	equals "killed, and run again" "$(move "$ann" "dbname=$from" "dbname=$to")" "$ann is in dbname=$to"
	equals "it is said where they are, once" "$(said "$from" 09:00)|$(said "$to" 09:00)|$(said "$to" 09:00:30)" "|due 1,refill 1|"

	anew "$from"
	killed left "$ann" "dbname=$from" "dbname=$to"
	equals "killed when the source let go, nobody hands out" "$(said "$from" 09:00)|$(said "$to" 09:00)" "|"
	query "UPDATE medsched.schedules SET dose_amount = 2 WHERE user_id = '$ann'; UPDATE medsched.reminder_changes SET since = '2030-01-01 08:30Z'" -d "$to"
	equals "nor what comes after a change there" "$(said "$to" 08:30)" ""
	equals "until it is run again" "$(move "$ann" "dbname=$from" "dbname=$to")" "$ann is in dbname=$to"
	equals "and then it is said" "$(said "$to" 09:00)" "due 1,refill 1"

	# Behind a proxy.
	anew "$from"
	meanwhile copied "$to" "SELECT FROM medsched._claim_reminders(10, '1 minute', 'w', '2030-01-01 09:00Z')" --proxy dbname=proxy "$ann" "$shard" >/dev/null
	equals "behind a proxy, who claims the copy claims nothing" "$(said "$to" 09:00)" "due 1,refill 1"
	anew "$from"
	killed switched --proxy dbname=proxy "$ann" "$shard"
	contains "the directory has them at the target: it is too late to give up" "$(move --undo --proxy dbname=proxy "$ann" "$shard")" "run it without --undo"
	equals "run again, it is over" "$(move --proxy dbname=proxy "$ann" "$shard")" "$ann is on shard $shard"
	equals "and it is said there alone" "$(said "$from" 09:00)|$(said "$to" 09:00)" "|due 1,refill 1"
	anew "$from"
	killed arrived --proxy dbname=proxy "$ann" "$shard"
	equals "the target hands out before the source lets go" "$(said "$to" 09:00)" "due 1,refill 1"

	# What a worker holds.
	anew "$from"
	held=$(claim "$from" 09:00)
	tokens=$(cut -d ' ' -f 3 <<<"$held" | paste -sd ,)
	move "$ann" "dbname=$from" "dbname=$to" >/dev/null
	equals "what is held goes along, and is nobody else's" "$(said "$to" 09:00:30)" ""
	equals "it is over with the lease" "$(query "SELECT h.lease_ends_at FROM medsched.reminders_held AS h UNION ALL SELECT q.look_at FROM medsched.stock_reminder_queue AS q" -d "$to" | sort -u)" \
		"2030-01-01 09:01:00+00"
	equals "it is completed where they are, and only there" \
		"$(query "SELECT count(*) FROM medsched.complete_reminders('{$tokens}')" -d "$from") $(query "SELECT count(*) FROM medsched.complete_reminders('{$tokens}')" -d "$to")" "0 2"
	equals "nothing stays behind" "$(query "SELECT (SELECT count(*) FROM medsched.reminder_queue), (SELECT count(*) FROM medsched.reminders_held),
		(SELECT count(*) FROM medsched.stock_reminder_queue), (SELECT count(*) FROM medsched.reminder_changes), (SELECT count(*) FROM medsched.reminders_dropped)" -d "$from")" "0|0|0|0|0"
	equals "and they are moved back" "$(move "$ann" "dbname=$to" "dbname=$from")" "$ann is in dbname=$from"
	equals "where nothing is said again" "$(said "$from" 09:30)" ""
	anew "$from"
	claim "$from" 09:00 >/dev/null
	move "$ann" "dbname=$from" "dbname=$to" >/dev/null
	equals "not completed, it is handed out again" "$(said "$to" 09:01:01)" "due 2,refill 2"
	anew "$from"
	tokens=$(claim "$from" 09:00 | cut -d ' ' -f 3)
	for token in $tokens; do
		query "SELECT medsched.fail_reminder('$token', '1 hour', 'no network')" -d "$from" >/dev/null
	done
	query "UPDATE medsched.reminder_queue SET look_at = '2030-01-01 09:10Z' WHERE error IS NOT NULL; UPDATE medsched.stock_reminder_queue SET look_at = '2030-01-01 09:10Z'" -d "$from"
	move "$ann" "dbname=$from" "dbname=$to" >/dev/null
	equals "what failed is said when it was to be" "$(said "$to" 09:09)|$(said "$to" 09:10)" "|due 2,refill 2"

	# A worker completes a reminder while the script locks what comes before it in the order of the tables: what is due next is not
	# handed out from what is left.
	anew "$from"
	claim "$from" 09:00 >/dev/null
	query "UPDATE medsched.reminders_held SET next_at = '2030-01-01 08:30Z';
		INSERT INTO medsched.reminders_dropped (user_id, dropped_at, doses, reason) SELECT '$ann', '2029-01-01Z', 1, 'late' FROM generate_series(1, 30000)" -d "$from"
	query "DO \$\$ BEGIN
		WHILE (SELECT d.xmax = '0' FROM medsched.reminders_dropped AS d ORDER BY d.id LIMIT 1) AND clock_timestamp() < now() + interval '1 minute' LOOP END LOOP;
		PERFORM FROM medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)); END \$\$" -d "$from" &
	worker=$!
	# The script begins with all these locks again when the worker comes between.
	wait=60
	meanwhile copied "$from" "SELECT count(*) FROM medsched._claim_reminders(10, '1 minute', 'w', '2030-01-02 08:00Z')" "$ann" "dbname=$from" "dbname=$to" >/dev/null
	wait=5
	wait "$worker" || fail "the worker fails"
	equals "what a worker completes while rows are locked stays where it is locked" "$(cat "$at/meanwhile")" 0
	equals "and goes along" "$(query "SELECT q.look_at FROM medsched.reminder_queue AS q" -d "$to")" "2030-01-01 08:30:00+00"
	# A row that came too late.
	anew "$from"
	move "$ann" "dbname=$from" "dbname=$to" >/dev/null
	query "INSERT INTO medsched.reminder_queue (user_id, schedule_id, look_at) VALUES ('$ann', '$daily', '2030-01-01 08:00Z')" -d "$from"
	equals "a row of the queue that came when they had left does not keep them away" "$(move "$ann" "dbname=$to" "dbname=$from")" "$ann is in dbname=$from"
done

# Reminders are enabled in one of the two.
query "CREATE DATABASE silent"
install_medsched silent 2>&1
query "SELECT medsched.create_tables()" -d silent >/dev/null
anew native
contains "nobody who is reminded is moved to where nobody is" "$(move "$ann" "dbname=native" "dbname=silent")" "has rows of a table that is not here"
equals "they stay" "$(query "SELECT count(*) FROM medsched.medications" -d native) $(query "SELECT count(*) FROM medsched.medications" -d silent)" "1 0"
query "SELECT medsched.erase_user('$ann')" -d native >/dev/null
query "SELECT medsched.create_medication('$ann', 'zinc', '[{\"id\": \"$daily\", \"starts_at\": \"2026-01-01 08:00\", \"time_zone\": \"UTC\", \"rrule\": \"FREQ=DAILY\"}]')" -d silent >/dev/null
equals "who is not reminded is moved to where others are" "$(move "$ann" "dbname=silent" "dbname=native")" "$ann is in dbname=native"
equals "and is reminded from then on" "$(query "SELECT count(*) FROM medsched.reminder_changes" -d native)" 1

# Sessions that are lost, a target that is full, and two at once.
lose() { echo "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a WHERE a.datname = '$1' AND a.pid <> pg_backend_pid()"; }
for lost in native managed; do
	anew native
	contains "the session of the $lost edition is lost: it is given up" "$(meanwhile erased "$lost" "$(lose "$lost")" "$ann" "dbname=native" "dbname=managed")" \
		"$([ "$lost" = native ] && echo "run it again" || echo "$ann stays where they were")"
	equals "one hands out" "$(said managed 09:00)|$(said native 09:00)" "|due 1,refill 1"
	equals "and then it is moved" "$(move "$ann" "dbname=native" "dbname=managed")" "$ann is in dbname=managed"
done
anew native
equals "that of the target is lost when the source has let go: it has another" "$(meanwhile left managed "$(lose managed)" "$ann" "dbname=native" "dbname=managed" | tail -n 1)" "$ann is in dbname=managed"
equals "and hands out" "$(said managed 09:00)" "due 1,refill 1"
anew native
query "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE disk_full; END \$\$;
	CREATE TRIGGER full_disk BEFORE INSERT ON medsched.stock_entries FOR EACH ROW EXECUTE FUNCTION full_disk()" -d managed
contains "the target is full" "$(move "$ann" "dbname=native" "dbname=managed")" "$ann stays where they were"
query "DROP FUNCTION full_disk() CASCADE" -d managed 2>/dev/null
equals "two move them at once" "$(wait=60
	move "$ann" "dbname=native" "dbname=managed" >"$at/other" &
	move "$ann" "dbname=native" "dbname=managed"
	wait
	cat "$at/other")" "$ann is in dbname=managed
$ann is in dbname=managed"
equals "and they are there once" "$(said native 09:00)|$(said managed 09:00)" "|due 1,refill 1"

# What is no person.
contains "no user" "$(move "$ann'; DROP TABLE x" "dbname=native" "dbname=managed")" "is no uuid"
contains "no shard" "$(move --proxy dbname=proxy "$ann" 7)" "there is no shard 7"
contains "no proxy" "$(move --proxy "dbname=proxy host='/nowhere'" "$ann" 1)" "/nowhere"
finish
