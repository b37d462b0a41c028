#!/bin/bash
# dev/move-person: a person goes to and fro between a server with the native edition and one with the managed edition, while
# eight writers record their doses and one reader counts them, as a proxy would; it is killed at each step, and so are the
# servers.  No dose is lost or recorded twice, and the reader never sees fewer.
. test/suites/lib.bash

at=$(mktemp -d /tmp/medsched.XXXXXX)
chmod 755 "$at"
[ "$(id -u)" -ne 0 ] || chown "$(server_user)" "$at"
writers=()
stop_all()
{
	local server

	[ ${#writers[@]} -eq 0 ] || kill "${writers[@]}" 2>/dev/null || true
	for server in 0 1; do
		as_server pg_ctl -s -D "$at/$server/data" -m immediate stop >/dev/null 2>&1 || true
	done
	rm -rf "$at"
}
trap stop_all EXIT

start()
{
	as_server pg_ctl -s -w -D "$at/$1/data" -l "$at/$1/log" start
}

as_server mkdir "$at/0"
as_server initdb -D "$at/0/data" -A trust -U postgres -E UTF8 --locale=C --no-sync --no-instructions >/dev/null
as_server cp -r "$at/0" "$at/1"
make -s managed
for server in 0 1; do
	# What was committed is on the disk, as far as a server that is killed is concerned.
	as_server tee -a "$at/$server/data/postgresql.conf" >/dev/null <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$at/$server'
		fsync = off
		full_page_writes = off
		jit = off
		timezone = 'UTC'
	CONF
	start "$server"
done
# on SERVER SQL
on()
{
	query "$2" -h "$at/$1" -p 5432 -U owner -d medsched "${@:3}"
}
for server in 0 1; do
	query "CREATE ROLE owner LOGIN CREATEDB" -h "$at/$server" -p 5432 -U postgres -d postgres
	query "CREATE DATABASE medsched OWNER owner" -h "$at/$server" -p 5432 -U postgres -d postgres
done
query "CREATE EXTENSION medsched" -h "$at/0" -p 5432 -U owner -d medsched
PGOPTIONS='-c client_min_messages=warning' psql -Xq -v ON_ERROR_STOP=1 -h "$at/1" -p 5432 -U owner -d medsched -f medsched-managed--*.sql
for server in 0 1; do
	on "$server" "SELECT medsched.create_tables(), medsched.enable_history(), medsched.enable_reminders(); SELECT medsched.fill_reminders()" >/dev/null
done
one="host=$at/0 port=5432 user=owner dbname=medsched"
other="host=$at/1 port=5432 user=owner dbname=medsched"

# A directory as doc/scaling.md has it, and what calls there do; the calls go through dblink.
export PGUSER=postgres
query "CREATE DATABASE directory" -d postgres
export PGDATABASE=directory
ann=00000000-0000-4000-8000-00000000000a
hourly=00000000-0000-4000-8000-0000000000a1
psql -Xq -v ON_ERROR_STOP=1 -v one="$one" -v other="$other" <<SQL
SET client_min_messages = warning;
CREATE EXTENSION dblink;
\i test/directory.psql
CREATE TABLE recorded (dose int PRIMARY KEY);
CREATE TABLE refused (message text);
CREATE TABLE counted (doses bigint, nth int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE ended (); -- with a row: everybody ends

-- Runs a statement where the person is, as a call through a proxy does.
CREATE FUNCTION call(writes boolean, statement text) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
  place text;
BEGIN
  IF writes THEN
    PERFORM pg_advisory_xact_lock_shared(1835361395, medsched_proxy.slot_of('$ann'));
  END IF;
  PERFORM pg_advisory_xact_lock_shared(1835361396, medsched_proxy.slot_of('$ann'));
  place := coalesce((SELECT p.shard FROM medsched_proxy.persons AS p WHERE p.user_id = '$ann'), 0);
  IF place <> ALL (coalesce(dblink_get_connections(), '{}')) THEN
    PERFORM dblink_connect(place, (SELECT s.connection FROM medsched_proxy.shards AS s WHERE s.shard::text = place));
  END IF;
  RETURN (SELECT r.answer FROM dblink(place, statement) AS r (answer text));
EXCEPTION WHEN OTHERS THEN
  IF place = ANY (dblink_get_connections()) THEN
    PERFORM dblink_disconnect(place);
  END IF;
  RETURN 'error: ' || SQLERRM;
END
\$\$;
-- Records each eighth dose, the next when that is recorded.
CREATE PROCEDURE record_doses(writer int) LANGUAGE plpgsql AS \$\$
DECLARE
  dose int := writer;
  answer text;
BEGIN
  WHILE NOT EXISTS (SELECT FROM ended) LOOP
    answer := call(true, format('SELECT scheduled_for FROM medsched.mark_dose_taken(%L, %L, %L)', '$ann', '$hourly',
                                timestamptz '2020-01-01 00:00Z' + dose * interval '1 hour'));
    IF answer LIKE 'error%' THEN
      INSERT INTO refused VALUES (answer);
    ELSE
      INSERT INTO recorded VALUES (dose);
      dose := dose + 8;
    END IF;
    COMMIT;
    PERFORM pg_sleep(0.01);
  END LOOP;
END
\$\$;
CREATE PROCEDURE count_doses() LANGUAGE plpgsql AS \$\$
DECLARE
  answer text;
BEGIN
  WHILE NOT EXISTS (SELECT FROM ended) LOOP
    answer := call(false, 'SELECT count(*) FROM medsched.dose_taken WHERE user_id = ''$ann''');
    IF answer NOT LIKE 'error%' THEN
      INSERT INTO counted (doses) VALUES (answer::bigint);
    END IF;
    COMMIT;
    PERFORM pg_sleep(0.01);
  END LOOP;
END
\$\$;
SQL
on 0 "SELECT medsched.create_medication('$ann', 'zinc', '[{\"id\": \"$hourly\", \"starts_at\": \"2020-01-01 00:00\", \"time_zone\": \"UTC\", \"rrule\": \"FREQ=HOURLY\"}]')" >/dev/null
on 0 "INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at) SELECT '$ann', '$hourly', t, t
	FROM generate_series(timestamptz '2024-01-01Z', timestamptz '2024-01-20Z', '1 hour') AS t"
before=$(on 0 "SELECT count(*) FROM medsched.dose_taken")
for writer in 0 1 2 3 4 5 6 7; do
	query "CALL record_doses($writer)" >/dev/null 2>"$at/writer.$writer" &
	writers+=($!)
done
query "CALL count_doses()" >/dev/null 2>"$at/reader" &
writers+=($!)

# What happens at a step: "STEP script|0|1", in the file "then".
cat >"$at/hook" <<HOOK
#!/bin/bash
read -r step what <"$at/then"
[ "\$1" = "\$step" ] || exit 0
echo "none none" >"$at/then"
case \$what in
	script) kill -9 "\$2" ;;
	*) "$at/stop" "\$what" ;;
esac
HOOK
cat >"$at/stop" <<STOP
#!/bin/bash
cd "$PWD" && . dev/lib.sh && as_server pg_ctl -s -w -D "$at/\$1/data" -m immediate stop
STOP
chmod +x "$at/hook" "$at/stop"

# move SHARD [STEP WHAT]: how it ends.
move()
{
	echo "${2:-none} ${3:-none}" >"$at/then"
	MEDSCHED_MOVE_HOOK=$at/hook dev/move-person --wait 20 --proxy "dbname=directory" "$ann" "$1" 2>&1
}

shard()
{
	query "SELECT coalesce((SELECT p.shard FROM medsched_proxy.persons AS p WHERE p.user_id = '$ann'), 0)"
}

target=1
equals "a person is moved to the other edition" "$(move 1)" "$ann is on shard 1"
equals "and that is where they are" "$(shard)" 1
for kill in "leaving script" "locked 1" "copied script" "copied 0" "switched script" "switched 0" "erased script" "left 1" "done script"; do
	read -r step what <<<"$kill"
	source=$target
	target=$((1 - target))
	move "$target" "$step" "$what" >"$at/output" || true
	[ "$what" = script ] || start "$what"
	again=$(move "$target" || true)
	if [ "$again" = "$ann is on shard $target" ]; then
		equals "$kill is killed: run again, it is over" "$(shard) $(on "$source" "SELECT count(*) FROM medsched.medications") $(on "$target" "SELECT count(*) FROM medsched.medications") $(
			on "$target" "SELECT count(*) FROM medsched_moves.persons")" "$target 0 1 0"
	else
		fail "$kill is killed: run again, it is over"
		cat "$at/output"
		echo "$again"
	fi
done

# An interrupted move is given up.
move $((1 - target)) copied script >/dev/null || true
equals "it can be given up" "$(dev/move-person --undo --proxy "dbname=directory" "$ann" $((1 - target)) 2>&1)" "$ann stays where they were"
equals "and leaves no copy" "$(shard) $(on $((1 - target)) "SELECT count(*) FROM medsched.medications")" "$target 0"

query "INSERT INTO ended DEFAULT VALUES"
wait "${writers[@]}" || fail "a writer failed: $(cat "$at"/writer.* "$at/reader")"
writers=()
succeeds "many doses were recorded meanwhile" [ "$(query "SELECT count(*) FROM recorded")" -gt 100 ]
query "COPY (SELECT timestamptz '2020-01-01 00:00Z' + dose * interval '1 hour' FROM recorded) TO STDOUT" >"$at/recorded"
on "$target" "CREATE TABLE recorded (at timestamptz)"
on "$target" "\\copy recorded FROM '$at/recorded'"
equals "none of them is lost" "$(on "$target" "SELECT count(*) FROM recorded AS r WHERE NOT EXISTS (SELECT FROM medsched.dose_taken AS d WHERE d.scheduled_for = r.at)")" 0
# One whose answer was lost was recorded, and would be told of at the next try.
succeeds "there are no others but those whose answers were lost" [ "$(on "$target" "SELECT count(*) - $before - (SELECT count(*) FROM recorded) BETWEEN 0 AND 8 FROM medsched.dose_taken")" = t ]
equals "each was recorded once" "$(on "$target" "SELECT count(*) - count(DISTINCT h.scheduled_for) FROM medsched.change_history AS h WHERE h.table_name = 'dose_taken'")" 0
equals "who counts never sees fewer" "$(query "SELECT count(*) FROM (SELECT doses < lag(doses) OVER (ORDER BY nth) AS fewer FROM counted) AS c WHERE fewer")" 0
equals "no rule is broken" "$(on "$target" "SELECT count(*) FROM medsched.check_integrity()")" 0
equals "nobody was refused but by a server that was down" "$(query "SELECT DISTINCT message FROM refused WHERE message !~ 'connection|terminat|shutting down|starting up'")" ""

# Without a directory.
from=$one to=$other
[ "$target" = 0 ] || from=$other to=$one
directly()
{
	dev/move-person --wait 5 "$@" 2>&1 || true
}
# A worker who has a reminder of hers in hand, and changes that nobody has looked at for reminders yet.
on "$target" "INSERT INTO medsched.reminder_queue (user_id, schedule_id, look_at) VALUES ('$ann', '$hourly', '2026-01-01Z') ON CONFLICT DO NOTHING;
	INSERT INTO medsched.reminder_changes (since, user_id, schedule_id) VALUES ('2026-01-02Z', '$ann', '$hourly')"
on "$target" "BEGIN; DELETE FROM medsched.reminder_queue WHERE user_id = '$ann'; SELECT pg_sleep(1.5);
	INSERT INTO medsched.reminders_held (token, user_id, schedule_id, event, lease_ends_at, said_at, said_dose, kind, nth, attempt)
	VALUES ('00000000-0000-4000-8000-0000000000f1', '$ann', '$hourly', '', '2026-01-01 00:01Z', '2026-01-01Z', '2026-01-01Z', 'due', 0, 1); COMMIT" -o /dev/null &
worker=$!
sleep 0.5
equals "without a directory, while a worker has a reminder of theirs" "$(directly "$ann" "$from" "$to")" "$ann is in $to"
wait "$worker" || fail "the worker fails"
equals "what it holds goes along, and what is still to be looked at" "$(on $((1 - target)) "
	SELECT (SELECT string_agg(h.token::text, ' ') FROM medsched.reminders_held AS h), (SELECT count(*) FROM medsched.reminder_changes AS c WHERE c.since = '2026-01-02Z')")" \
	"00000000-0000-4000-8000-0000000000f1|1"
equals "again, it is nothing" "$(directly "$ann" "$from" "$to")" "$ann is in $to"
contains "who waited makes nothing anew where they were" "$(on "$target" "SELECT medsched.create_medication('$ann', 'late', '[{\"starts_at\": \"2026-01-01 08:00\", \"time_zone\": \"UTC\"}]')" 2>&1 || true)" \
	"user \"$ann\" was moved to another database"
contains "nor rules for all that they have" "$(on "$target" "SELECT medsched.set_reminder_rules('$ann', ahead_by => '5 minutes')" 2>&1 || true)" "user \"$ann\" was moved to another database"
on $((1 - target)) "UPDATE medsched.schedules SET dose_amount = 1; ALTER TABLE medsched.stock_entries ADD COLUMN batch text;
	INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount, batch) SELECT user_id, id, 'dispensed', 30, 'b' FROM medsched.medications"
refusal=$(directly "$ann" "$to" "$from")
contains "a column that the target lacks is told of" "$refusal" '$.stock_entries[0].batch is no column of table "medsched.stock_entries" that is written'
contains "and everything stays" "$refusal" "$ann stays where they were"
equals "as it was" "$(on $((1 - target)) "SELECT count(*) FROM medsched.medications") $(on "$target" "SELECT count(*) FROM medsched.medications")" "1 0"
on "$target" "ALTER TABLE medsched.stock_entries ADD COLUMN batch text"
equals "back again" "$(directly "$ann" "$to" "$from")" "$ann is in $from"
equals "one database is not two" "$(directly "$ann" "$from" "$from")" "move-person: the two are one database"
on $((1 - target)) "DELETE FROM medsched_moves.persons; INSERT INTO medsched.person_settings (user_id) VALUES ('$ann')"
contains "a person who is in both is not moved" "$(directly "$ann" "$from" "$to")" "$ann is in both databases"
equals "nobody is no uuid" "$(directly nobody "$from" "$to")" 'move-person: "nobody" is no uuid'
finish
