#!/bin/bash
# bench/recording.sh [--rounds N] [--calls N] [--publish]
#
# What the functions that write cost against plain statements that write the same, in both editions
# and by turns: recording a dose, once and again; a medication with two schedules; revising a
# schedule of somebody with a long history.  The plain tables have the same columns and keys, and
# none of the rules.  Prints the medians of the rounds and whether they meet their targets; with
# --publish it writes them to doc/performance.md.  dev/bench recording runs it, inside dev/with-cluster.
set -euo pipefail

. "$(dirname "$0")/editions.bash"

read_options 'dev/bench recording' rounds=9 calls=500 -- "$@"
# From a client and inside the server, each in its turn, doses that are not recorded and as many that are.
persons=$((2 * 2 * (rounds + 1) * (calls + 2) / 112 + 1))
make_databases -v persons="$persons" -f bench/sql/recording.sql

# What is called, of the dose whose turn it is: bench.dose() in bench/sql/recording.sql.
write_call()
{
	cat >"$tmp/$1.sql" <<-SQL
		\\set n :n + 1
		\\set p :n % $persons
		\\set r :n / $persons
		\\set s :r % 2
		\\set k :r / 2
		$2
	SQL
}
user="md5('person ' || :p)::uuid"
schedule="md5('schedule ' || :p || ' ' || :s)::uuid"
at="timestamptz '2026-01-05 07:00Z' + :k * interval '12 hours'"
write_call mark "SELECT t.* FROM medsched.mark_dose_taken($user, $schedule, $at, $at) AS t;"
write_call plain "INSERT INTO plain.dose_taken (user_id, schedule_id, scheduled_for, taken_at) VALUES ($user, $schedule, $at, $at) ON CONFLICT DO NOTHING;"
write_call look "SELECT taken_at FROM plain.dose_taken WHERE user_id = $user AND schedule_id = $schedule AND scheduled_for = $at;"
cp "$tmp/mark.sql" "$tmp/repeat.sql"

cat >"$tmp/create.sql" <<-'SQL'
	SELECT medsched.create_medication(gen_random_uuid(), 'Metformin 500 mg',
	  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8", "dose_amount": 1, "dose_unit": "tablet"},
	    {"starts_at": "2026-01-01T20:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=20", "dose_amount": 2, "dose_unit": "tablet"}]');
SQL
# The same rows, in tables with the rules and in tables without.
for schema in medsched plain; do
	cat >"$tmp/insert_$schema.sql" <<-SQL
		WITH m AS (INSERT INTO $schema.medications (user_id, name) VALUES (gen_random_uuid(), 'Metformin 500 mg') RETURNING user_id, id),
		  s AS (INSERT INTO $schema.schedules (user_id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit)
		        SELECT user_id, id, '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8', 1, 'tablet' FROM m)
		INSERT INTO $schema.schedules (user_id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit)
		SELECT user_id, id, '2026-01-01 20:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=20', 2, 'tablet' FROM m RETURNING medication_id;
	SQL
done
for history in true false; do
	cat >"$tmp/revise_$history.sql" <<-SQL
		BEGIN;
		SELECT medsched.revise_schedule(s.user_id, s.id, '2026-11-27Z', '{"dose_amount": 2, "dose_unit": "tablet"}')
		  FROM bench.revising AS r JOIN medsched.schedules AS s USING (user_id) WHERE r.history = $history;
		ROLLBACK;
	SQL
done

# The milliseconds of a call inside the server, in a transaction of its own: inside WHAT EDITION START.
inside()
{
	psql -XAtq -d "${database[$2]}" -c 'SET synchronous_commit = off' -c "CALL bench.run('$1', $3, $calls, $persons)" | awk '{ print $1 / 1000 }'
}

for ((round = 0; round <= rounds; round++)); do
	for edition in native managed; do
		for what in create insert_medsched insert_plain revise_true revise_false; do
			call "$what" "$edition" >>"$tmp/client_$what.$edition"
		done
		for what in mark plain repeat look nothing; do
			start=$((2 * round * (calls + 2)))
			case $what in repeat | look) start=$((start + 56 * persons)) ;; esac
			[ "$what" = nothing ] || call "$what" "$edition" -D n=$((start - 1)) >>"$tmp/client_$what.$edition"
			inside "$what" "$edition" $((start + calls + 2)) >>"$tmp/server_$what.$edition"
		done
	done
	[ "$round" -gt 0 ] || rm "$tmp"/*.native "$tmp"/*.managed    # warming up
done

# time_of WHAT EDITION LESS: the median of what was measured, without that of a loop that does LESS.
time_of()
{
	awk -v time="$(median <"$tmp/$1.$2")" -v less="$([ -z "$3" ] || median <"$tmp/$3.$2")" 'BEGIN { print time - less }'
}

# What is measured, against what, what is taken off both, its title, and the most that it may be, native.
status=0
printf '%-58s %s\n' "medians of $rounds rounds, in µs" '        native               managed'
while IFS='|' read -r what against less title most; do
	awk -v title="$title" -v most="$most" \
		-v native="$(time_of "$what" native "$less")" -v native_against="$(time_of "$against" native "$less")" \
		-v managed="$(time_of "$what" managed "$less")" -v managed_against="$(time_of "$against" managed "$less")" -v rows="$tmp/rows" '
		BEGIN {
			ratio = native / native_against
			printf "%-58s %6.0f /%6.0f = %.2fx  %6.0f /%6.0f = %.2fx  %s\n", title, native * 1000, native_against * 1000, ratio,
				managed * 1000, managed_against * 1000, managed / managed_against,
				most == "" ? "" : "at most " most "x: " (ratio <= most ? "met" : "MISSED")
			printf "| %s | %.0f µs | %.2f× | %.0f µs | %.2f× |\n", title, native * 1000, ratio, managed * 1000, managed / managed_against >>rows
			exit most != "" && ratio > most
		}' || status=1
done <<-TARGETS
	client_mark|client_plain||record a dose, against a plain INSERT, from a client|1.5
	server_mark|server_plain|server_nothing|the same inside the server|2
	client_repeat|client_look||record it again, against a look-up by key, from a client|1.3
	server_repeat|server_look|server_nothing|the same inside the server|
	client_create|client_insert_medsched||a medication with two schedules, against the same INSERTs|2
	client_create|client_insert_plain||the same, against INSERTs into tables without the rules|
	client_revise_true|client_revise_false||revise a schedule: 50,000 doses recorded, against none|1.1
TARGETS
if $publish; then
	write_rows doc/performance.md '^[|] of writing [|] native [|]'
fi
exit $status
