#!/bin/bash
# Three servers with medsched behind a proxy, as plproxy_functions() makes it: every function answers as on one server alone, and
# refuses in the same words; what is of all persons is put together; a person is on one shard, wherever that is; and a shard that is
# down concerns its own persons. A person is moved while eight writers record their doses and servers are killed.
. test/suites/lib.bash
. test/suites/node.bash
. test/shards/cluster.bash

start_shards
alone=$PGDATABASE
export PGDATABASE=proxy
query "SELECT medsched.create_tables()" -o /dev/null

# refusal SQL [PSQL ARGUMENT...]: the error of a statement, and only its first line.
refusal()
{
	query "$1" "${@:2}" 2>&1 | grep -m 1 ERROR || true
}

# Every public function, with everything that a caller sees of it.
surface()
{
	query "
		SET search_path = pg_catalog;
		SELECT p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.proisstrict, obj_description(p.oid, 'pg_proc')
		FROM pg_proc AS p
		WHERE p.pronamespace = 'medsched'::regnamespace AND p.proname !~ '^_' AND 'internal'::regtype <> ALL (p.proargtypes)
		  AND (p.prorettype <> 'trigger'::regtype OR p.proname = 'erase_with_account')
		UNION ALL
		SELECT t.typname, string_agg(format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum),
		  format_type(t.typbasetype, t.typtypmod), t.typnotnull,
		  concat(obj_description(t.oid, 'pg_type'), (SELECT string_agg(concat(c.conname, pg_get_constraintdef(c.oid)), ',') FROM pg_constraint AS c WHERE c.contypid = t.oid))
		FROM pg_type AS t LEFT JOIN pg_class AS r ON r.oid = t.typrelid
		LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND NOT a.attisdropped
		WHERE t.typnamespace = 'medsched'::regnamespace AND t.typname !~ '^_' AND (t.typtype = 'd' OR r.relkind = 'c')
		GROUP BY t.oid
		ORDER BY 1, 2" -d "$1"
}
equals "the proxy has every public function and type, with arguments, defaults, results and comments" "$(surface proxy)" "$(surface "$alone")"
succeeds "which are many" [ "$(surface proxy | wc -l)" -gt 110 ]

# A person's story, from prescription to erasure.
query "SELECT medsched.reset_for_tests()" -o /dev/null
query "CREATE EXTENSION pgtap" -U postgres
succeeds "the story is told as on one server" diff <(grep -v '^[\]' test/expected/story.out) <(psql -Xq -f test/sql/story.sql 2>&1)

# Each call, on one server and at the proxy, but of what writes the script.  Rows are sorted: of some the order is that of ids by chance.
sed "/'plproxy_functions'/d; /'partition_doses'/d; /'import_user'/d" test/prepared/calls.sql | sed '/^CREATE TEMPORARY TABLE calls/,/^-- Functions that no call/!d' >"$shards_at/calls.sql"
columns="ALTER TABLE medsched.medications ADD COLUMN ref text; ALTER TABLE medsched.schedules ADD COLUMN ref text"
query "$columns" -d "$alone"
on_each_shard "$columns"
for database in "$alone" proxy; do
	psql -XAtq -d "$database" -v calls="$shards_at/calls.sql" -f test/shards/calls.sql 2>&1 | sort >"$shards_at/$database.answers" || true
done
succeeds "each call is answered as on one server" diff "$shards_at/$alone.answers" "$shards_at/proxy.answers"
succeeds "there are many" grep -qE '^[12][0-9][0-9] calls$' "$shards_at/proxy.answers"
succeeds "and of them errors with the names of constraints" [ "$(grep -cE '\|[0-9A-Z]{5} medsched\.' "$shards_at/proxy.answers")" -gt 20 ]

# Sixty people, on one server and on the shards.
for database in "$alone" proxy; do
	psql -Xq -v ON_ERROR_STOP=1 -d "$database" -f test/shards/people.sql >/dev/null
done
equals "each shard has some of them" "$(for shard in 0 1 2; do on_shard "$shard" "SELECT count(DISTINCT user_id) BETWEEN 10 AND 30 FROM medsched.medications"; done)" $'t\nt\nt'
for question in "scheduled_doses('2026-01-01Z', '2026-01-05Z')" "due_doses('2026-01-01Z', '2026-01-05Z')" "adherence_of_all('2026-01-01Z', '2026-01-05Z')" \
	"covered_days_of_all('2026-01-01', '2026-02-01')" "due_refills('2026-01-01Z', '2026-04-01Z', '2026-01-05Z')" "check_integrity()"; do
	# Their medications got ids of their own.
	answers=()
	for database in "$alone" proxy; do
		answers+=("$(query "SELECT to_jsonb(r) - '{medication_id,medication_ids}'::text[] FROM medsched.$question AS r" -d "$database" | sort | md5sum)")
	done
	equals "all of them, put together: $question" "${answers[1]}" "${answers[0]}"
done
# Some of them, by name, in the order of one server; the same twice, and one whom nobody knows.
several="(SELECT array_agg(u.id) || ARRAY[min(u.id::text), '00000000-0000-0000-0000-00000000000f']::uuid[] FROM (SELECT DISTINCT user_id FROM medsched.scheduled_doses('2026-01-01Z', '2026-01-02Z')) AS u (id) WHERE u.id::text ~ '[0-4]\$')"
for question in "upcoming_doses_of($several, '2026-01-01Z', '2026-01-05Z')" "next_doses_of($several, '2026-01-01Z', 2)"; do
	answers=()
	for database in "$alone" proxy; do
		answers+=("$(query "SELECT to_jsonb(r) - '{medication_id}'::text[] FROM medsched.$question AS r" -d "$database")")
	done
	succeeds "there are some: ${question%%(*}" [ "$(wc -l <<<"${answers[0]}")" -gt 30 ]
	equals "several, in order: ${question%%(*}" "${answers[1]}" "${answers[0]}"
done
# What a session says goes along.
ann=00000000-0000-4000-8000-000000000001
home=$(query "SELECT medsched_proxy.shard_of('$ann', false)")
query "BEGIN; SELECT set_config('medsched.changed_by', 'a nurse', true); SELECT medsched.rename_medication('$ann', medication_id, 'Renamed') FROM medsched.current_schedules('$ann'); COMMIT" >/dev/null
equals "who changes something is in the shard's history" \
	"$(on_shard "$home" "SELECT changed_by FROM medsched.change_history WHERE user_id = '$ann' ORDER BY id DESC LIMIT 1")" "a nurse"
doses="SELECT d.scheduled_for AT TIME ZONE 'UTC', d.local_time FROM medsched.upcoming_doses('$ann', '02/01/2026 00:00:00 UTC', '04/01/2026 00:00:00 UTC') AS d"
equals "dates are the caller's, whatever their style" "$(query "SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'; SET TimeZone = 'Asia/Kolkata'; $doses")" \
	$'02/01/2026 08:00:00|02/01/2026 08:00:00\n03/01/2026 08:00:00|03/01/2026 08:00:00'
equals "and so are its bounds" "$(refusal "BEGIN; SET LOCAL medsched.max_doses = 1; $doses")" "ERROR:  more than 1 doses in the window"
on_shard "$home" "BEGIN; LOCK TABLE medsched.medications IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3)" -o /dev/null &
locker=$!
until [ "$(on_shard "$home" "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 'medsched.medications'::regclass")" = 1 ]; do sleep 0.05; done
equals "who waits for a lock waits as long as they say" "$(refusal "SET lock_timeout = 200; SELECT medsched.medications_of('$ann')" -v VERBOSITY=verbose)" \
	"ERROR:  55P03: canceling statement due to lock timeout"
equals "or for a statement" "$(refusal "SET statement_timeout = 200; SELECT medsched.medications_of('$ann')")" "ERROR:  canceling statement due to statement timeout"
wait "$locker"
contains "errors are in the caller's time zone" "$(query "SET TimeZone = 'Asia/Kolkata'; SELECT medsched.upcoming_doses('$ann', '2026-01-02Z', '2026-01-01Z')" 2>&1 || true)" \
	"2026-01-02 05:30:00+05:30"

equals "a read-only transaction writes nothing" "$(refusal "BEGIN READ ONLY; SELECT medsched.erase_user('$ann')")" "ERROR:  cannot write to a shard in a read-only transaction"
succeeds "but reads" query "BEGIN READ ONLY; SELECT medsched.upcoming_doses('$ann', '2026-01-02Z', '2026-01-03Z')" -o /dev/null
equals "a snapshot would be older than a person's move" "$(refusal "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT medsched.next_doses('$ann')")" \
	"ERROR:  a shard is called at READ COMMITTED alone"
equals "nobody is nobody's" "$(refusal "SELECT medsched.next_doses(NULL)")" "$(refusal "SELECT medsched.next_doses(NULL)" -d "$alone")"
equals "what cannot be called at a proxy says so" "$(refusal "SELECT medsched.plproxy_functions('medsched')")" "ERROR:  medsched.plproxy_functions cannot be called at a proxy"
contains "and the script lists it" "$(grep -m 1 '^-- These' "$shards_at/proxy.sql")" "erase_with_account(), import_user(document jsonb), partition_doses(by interval, keep interval, ahead integer, most integer), plproxy_functions(cluster text)"

# The script.
equals "it is for a database of its own" "$(psql -Xq -U postgres -d "$alone" -f "$shards_at/proxy.sql" 2>&1 | grep -om 1 'ERROR.*')" "ERROR:  medsched is installed in database \"$alone\""
query "CREATE VIEW doses AS SELECT * FROM medsched.next_doses('$ann')" -U postgres
query "CREATE FUNCTION medsched.next_doses(user_id uuid) RETURNS int LANGUAGE sql RETURN 1" -U postgres
succeeds "it can be run again, under the application's views" psql -Xq -U postgres -v ON_ERROR_STOP=1 -f "$shards_at/proxy.sql"
equals "and takes away what another version had" "$(surface proxy)" "$(surface "$alone")"
equals "NULL is no cluster" "$(refusal "SELECT medsched.plproxy_functions(NULL)" -d "$alone")" "ERROR:  cluster must not be null"
equals "nor is what is no name" "$(refusal "SELECT medsched.plproxy_functions('x''y')" -d "$alone")" "ERROR:  invalid name of a cluster: \"x'y\""

# Doses that are due in a moment, to be reminded of then.
due_at=$(($(date +%s) + 8))
query "SELECT medsched.create_medication(person, 'Now', jsonb_build_array(jsonb_build_object('starts_at', to_timestamp($due_at) AT TIME ZONE 'UTC', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY;COUNT=2')))
	FROM (SELECT format('00000000-0000-4000-8000-%s', lpad(n::text, 12, 'f'))::uuid AS person FROM generate_series(1, 12) AS n) AS p" -o /dev/null

# A person who is being moved: both shards have her.
other=$(((home + 1) % shards))
on_shard "$home" "COPY (SELECT user_id, id, name FROM medsched.medications WHERE user_id = '$ann') TO STDOUT" -U postgres >"$shards_at/medications"
on_shard "$home" "COPY (SELECT user_id, id, medication_id, starts_at, time_zone, rrule FROM medsched.schedules WHERE user_id = '$ann') TO STDOUT" -U postgres >"$shards_at/schedules"
count="SELECT count(*) FROM medsched.scheduled_doses('2026-01-01Z', '2026-01-05Z')"
before=$(query "$count")
query "INSERT INTO medsched_proxy.persons VALUES ('$ann', $home, $other)" -U postgres
psql -Xq -h "$shards_at/$other" -p 5432 -d medsched -v ON_ERROR_STOP=1 -1 -c "\\copy medsched.medications (user_id, id, name) FROM '$shards_at/medications'" \
	-c "\\copy medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) FROM '$shards_at/schedules'"
equals "a copy of her counts once" "$(query "$count")" "$before"
query "UPDATE medsched_proxy.persons SET shard = $other, moving_to = NULL" -U postgres
on_shard "$home" "SELECT medsched.erase_user('$ann')" -o /dev/null
doses="SELECT d.scheduled_for FROM medsched.upcoming_doses('$ann', '2026-01-01Z', '2026-01-03Z') AS d"
equals "where she is now, her doses are" "$(query "$doses" | wc -l)" 2
equals "and everybody's" "$(query "$count")" "$before"
write="SELECT medsched.mark_dose_taken('$ann', '00000000-0000-4000-9000-000000000001', '2026-01-04 08:00Z', '2026-01-04 08:00Z')"
query "SELECT pg_advisory_lock(1835361395, medsched_proxy.slot_of('$ann')), pg_sleep(1.5)" -o /dev/null &
locker=$!
until [ "$(query "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1835361395")" = 1 ]; do sleep 0.05; done
equals "while she is moved, a write waits" "$(refusal "SET statement_timeout = 300; $write")" "ERROR:  canceling statement due to statement timeout"
succeeds "but no question" query "SET statement_timeout = 1000; $doses" -o /dev/null
succeeds "and then it is made" query "$write" -o /dev/null
wait "$locker"

# The queue of reminders is a queue of each shard.
until [ "$(date +%s)" -gt "$due_at" ]; do sleep 0.2; done
claimed=$(query "SELECT token FROM medsched.claim_reminders(5)")
equals "as many reminders as are asked for are claimed" "$(sort -u <<<"$claimed" | wc -l)" 5
equals "then the others, of all shards" "$(query "SELECT count(DISTINCT user_id) FROM medsched.claim_reminders(100)")" 7
equals "the shard that has one completes it" "$(query "SELECT medsched.complete_reminder('$(head -n 1 <<<"$claimed")'), medsched.complete_reminder(gen_random_uuid())")" "t|f"
equals "several, of whichever shards" "$(query "SELECT r FROM medsched.complete_reminders('{$(tail -n 4 <<<"$claimed" | paste -sd ,)}') AS r" | sort)" "$(tail -n 4 <<<"$claimed" | sort)"
equals "the next is the first of all" "$(query "SELECT medsched.next_reminder_at()")" \
	"$(on_each_shard "SELECT extract(epoch FROM medsched.next_reminder_at()), medsched.next_reminder_at()" | sort -t '|' -n | head -n 1 | cut -d '|' -f 2)"

# A shard that is down.
stop_shard 2
here() { query "SELECT person FROM (SELECT format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid AS person FROM generate_series(2, 60) AS n) AS p WHERE medsched_proxy.shard_of(person, false) $1 ORDER BY 1"; }
there=$(here "= 2" | head -n 1)
equals "whose shard is down is told, at once" "$(refusal "SET statement_timeout = 2000; SELECT medsched.next_doses('$there')")" "ERROR:  shard 2 does not answer"
equals "as a lost connection" "$(refusal "SELECT medsched.next_doses('$there')" -v VERBOSITY=sqlstate)" "ERROR:  08006"
equals "what is of all is not told in part" "$(refusal "SELECT medsched.due_doses('2026-01-01Z', '2026-01-05Z')")" "ERROR:  a shard does not answer"
equals "nobody else notices" "$(query "SELECT count(*) FROM unnest('{$(here "<> 2" | paste -sd ,)}'::uuid[]) AS person, medsched.upcoming_doses(person, '2026-01-01Z', '2026-01-03Z')")" \
	"$(($(here "<> 2" | wc -l) * 2))"
equals "nor does what any shard can answer" "$(query "SELECT count(medsched.version()) FROM generate_series(1, 20)")" 20
equals "that all are queued is not said while one is not asked" "$(refusal "SELECT medsched.fill_reminders()")" "ERROR:  a shard does not answer"
succeeds "nor the queue of the others' reminders" query "SELECT medsched.claim_reminders(1), medsched.next_reminder_at()" -o /dev/null
start_shard 2
equals "when it is back, so are its people" "$(query "SELECT count(*) FROM medsched.upcoming_doses('$there', '2026-01-01Z', '2026-01-03Z')")" 2

# An application: its own tables are at the proxy.
build_api
direct=$PGHOST
start_pooler
succeeds "the API's migrations run at the proxy" node examples/api/build/src/migrate.js
node_tests test/shards application.test.mjs

# A person is moved while eight writers record their doses through PgBouncer, and one counts them; and whatever has a part in it is
# killed at some step. WHAT is the script, a shard, or the proxy, whose sessions end.
bea=00000000-0000-4000-8000-0000000000be
hourly=00000000-0000-4000-8000-00000000be01
query "SELECT medsched.create_medication('$bea', 'zinc', '[{\"id\": \"$hourly\", \"starts_at\": \"2020-01-01 00:00\", \"time_zone\": \"UTC\", \"rrule\": \"FREQ=HOURLY\"}]')" >/dev/null
at=$(query "SELECT medsched_proxy.shard_of('$bea', false)")
where() { query "SELECT medsched_proxy.shard_of('$bea', false)"; }
cat >"$shards_at/hook" <<HOOK
#!/bin/bash
read -r step what <"$shards_at/then"
[ "\$1" = "\$step" ] || exit 0
echo "none none" >"$shards_at/then"
cd "$PWD" && . dev/lib.sh
case \$what in
	script) kill -9 "\$2" ;;
	proxy) psql -XAtq -h "$direct" -U postgres -d proxy -c "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = 'proxy' AND pid <> pg_backend_pid()" >/dev/null ;;
	*) as_server pg_ctl -s -w -D "$shards_at/\$what/data" -m immediate stop ;;
esac
HOOK
chmod +x "$shards_at/hook"
# move SHARD [STEP WHAT]: how it ends.
move()
{
	echo "${2:-none} ${3:-none}" >"$shards_at/then"
	MEDSCHED_MOVE_HOOK=$shards_at/hook dev/move-person --wait 20 --proxy "host=$direct dbname=proxy user=postgres" "$bea" "$1" 2>&1
}
mkfifo "$shards_at/end"
node test/shards/recording.mjs "$bea" "$hourly" <"$shards_at/end" >"$shards_at/happened" 2>&1 &
recording=$!
exec {end}>"$shards_at/end"
to=$(((at + 1) % shards))
equals "a person is moved while doses are recorded" "$(move "$to")" "$bea is on shard $to"
for kill in "locked source" "copied target" "copied proxy" "switched script" "switched source" "erased script"; do
	read -r step what <<<"$kill"
	at=$to
	to=$(((at + 1) % shards))
	case $what in
		source) what=$at ;;
		target) what=$to ;;
	esac
	move "$to" "$step" "$what" >"$shards_at/output" || true
	[[ $what != [0-9] ]] || start_shard "$what"
	again=$(move "$to" || true)
	equals "$kill is killed: run again, it is over" "$again $(where) $(on_each_shard "SELECT count(*) FROM medsched.medications WHERE user_id = '$bea'" | paste -sd ' ')" \
		"$bea is on shard $to $to $(for shard in 0 1 2; do [ "$shard" = "$to" ] && echo 1 || echo 0; done | paste -sd ' ')"
done
move $(((to + 1) % shards)) copied script >/dev/null || true
equals "it can be given up" "$(dev/move-person --undo --proxy "host=$direct dbname=proxy user=postgres" "$bea" $(((to + 1) % shards)) 2>&1) $(where)" "$bea stays where they were $to"
echo >&"$end"
wait "$recording" || fail "who records fails: $(cat "$shards_at/happened")"
# happened JAVASCRIPT: of what happened, which is h.
happened() { node -p "const h = JSON.parse(fs.readFileSync('$shards_at/happened')); $1"; }
succeeds "many doses were recorded meanwhile" [ "$(happened "h.recorded.length > 200 && h.interrupted > 0")" = true ]
equals "nobody was refused but by a server that was down" "$(happened "h.refused.join()")" ""
equals "who counts never saw fewer" "$(happened "h.fewer.length")" 0
on_shard "$to" "SELECT to_char(scheduled_for AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.000\"Z\"') FROM medsched.dose_taken WHERE user_id = '$bea' ORDER BY 1" >"$shards_at/there"
happened "h.recorded.sort().join('\n')" >"$shards_at/recorded"
equals "none of them is lost, or twice" "$(comm -13 "$shards_at/there" "$shards_at/recorded" | wc -l) $(uniq -d "$shards_at/recorded" | wc -l)" "0 0"
# One whose answer was lost was recorded, and would be told of at the next try.
succeeds "there are no others but those whose answers were lost" [ "$(comm -23 "$shards_at/there" "$shards_at/recorded" | wc -l)" -le 8 ]
equals "each was recorded once" "$(on_shard "$to" "SELECT count(*) - count(DISTINCT h.scheduled_for) FROM medsched.change_history AS h WHERE h.user_id = '$bea' AND h.table_name = 'dose_taken'")" 0
equals "no rule is broken" "$(query "SELECT count(*) FROM medsched.check_integrity() AS c WHERE c.user_id = '$bea'")" 0

# A worker who completes a reminder of hers while she is moved waits where she leaves, and completes it where she arrives.  Which shard is
# asked first would be by chance.
cat >"$shards_at/complete" <<HOOK
#!/bin/bash
[ "\$1" = copied ] || exit 0
psql -XAtq -h "$direct" -d proxy -U postgres -c "SELECT medsched.complete_reminder('00000000-0000-4000-8000-0000000000f1')" >"$shards_at/completed" 2>&1 &
sleep 0.5
HOOK
chmod +x "$shards_at/complete"
for _ in 1 2 3 4; do
	at=$to
	to=$(((at + 1) % shards))
	on_shard "$at" "INSERT INTO medsched.reminders_held (token, user_id, schedule_id, event, lease_ends_at, said_at, said_dose, kind, nth, attempt)
		SELECT '00000000-0000-4000-8000-0000000000f1', s.user_id, s.id, '', now() + interval '1 hour', now(), now(), 'due', 0, 1 FROM medsched.schedules AS s WHERE s.user_id = '$bea' LIMIT 1"
	MEDSCHED_MOVE_HOOK=$shards_at/complete dev/move-person --wait 20 --proxy "host=$direct dbname=proxy user=postgres" "$bea" "$to" >/dev/null 2>&1
	for _ in $(seq 100); do [ ! -s "$shards_at/completed" ] || break; sleep 0.1; done
	equals "what is completed while she is moved is completed" "$(cat "$shards_at/completed") $(on_shard "$to" "SELECT count(*) FROM medsched.reminders_held AS h WHERE h.user_id = '$bea'")" "t 0"
	rm "$shards_at/completed"
done
finish
