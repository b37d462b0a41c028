#!/bin/bash
# bench/everybody.sh [--people N] [--rounds N] [--schedules N]
#
# What a report about everybody costs: against asking of each person in turn (target: no more),
# in the managed edition against the native one (target: 15 times), and the memory that one
# process takes of itself at so many schedules (target: 64 MB).  Native and managed by turns, each with
# the workers that the planner gives it.  Prints the medians of the rounds.  dev/bench everybody
# runs it, inside dev/with-cluster.
set -euo pipefail

. "$(dirname "$0")/editions.bash"

read_options 'dev/bench everybody' people=1000 rounds=3 schedules=1000000 -- "$@"
make_databases -v "users=$people" -v others=0 -f bench/sql/data.sql

month="timestamptz '$at' - interval '30 days', timestamptz '$at'"
week="timestamptz '$at' - interval '7 days', timestamptz '$at'"
hour="timestamptz '$at', timestamptz '$at' + interval '1 hour'"
persons='(SELECT DISTINCT user_id FROM medsched.medications) AS p'
declare -A report=(
	[adherence_of_all]="SELECT count(*), sum(taken), max(percentage) FROM medsched.adherence_of_all($month)"
	[scheduled_doses]="SELECT count(*), max(dose_id), max(local_time), max(status) FROM medsched.scheduled_doses($week)"
	[due_doses]="SELECT count(*), max(dose_id) FROM medsched.due_doses($hour)")
declare -A by_person=(
	[adherence_of_all]="SELECT count(*), sum(taken), max(percentage) FROM $persons CROSS JOIN LATERAL medsched.adherence(p.user_id, $month)"
	[scheduled_doses]="SELECT count(*), max(dose_id), max(local_time), max(status) FROM $persons CROSS JOIN LATERAL medsched.upcoming_doses(p.user_id, $week)"
	[due_doses]="SELECT count(*), max(dose_id) FROM $persons CROSS JOIN LATERAL medsched.upcoming_doses(p.user_id, $hour) AS d WHERE d.taken_at IS NULL")

# milliseconds EDITION QUERY: of the second of two runs in a session.
milliseconds()
{
	PGOPTIONS='-c timezone=UTC' psql -XAtq -d "${database[$1]}" -c '\timing on' -c "$2" -c "$2" | awk '$1 == "Time:" { time = $2 } END { print time }'
}

for ((round = 0; round < rounds; round++)); do
	for name in "${!report[@]}"; do
		for edition in native managed; do
			milliseconds "$edition" "${report[$name]}" >>"$tmp/$name.$edition"
		done
		milliseconds native "${by_person[$name]}" >>"$tmp/$name.by_person"
	done
done
for name in adherence_of_all scheduled_doses due_doses; do
	awk -v name="$name" -v native="$(median <"$tmp/$name.native")" -v managed="$(median <"$tmp/$name.managed")" \
		-v by_person="$(median <"$tmp/$name.by_person")" 'BEGIN {
			printf "%s: %.1f ms; person by person %.1f ms, %.2f times (target: at least 1); managed %.1f ms, %.1f times (target: at most 15)\n",
				name, native, by_person, by_person / native, managed, managed / native }'
done

# Schedules alone: what is held for each of them would show, whatever was recorded.
quietly -d "${database[native]}" -v schedules="$schedules" <<-'SQL'
	SET session_replication_role = replica;
	INSERT INTO medsched.medications (user_id, id, name)
	SELECT md5('many ' || n / 4)::uuid, md5('many medication ' || n)::uuid, 'Ramipril' FROM generate_series(1, :schedules) AS n;
	INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
	SELECT md5('many ' || n / 4)::uuid, md5('many schedule ' || n)::uuid, md5('many medication ' || n)::uuid, '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY'
	  FROM generate_series(1, :schedules) AS n;
	ANALYZE medsched.medications, medsched.schedules;
SQL
server=$(head -1 "$(psql -XAtqc 'SHOW data_directory' -U postgres)/postmaster.pid")
for name in adherence_of_all scheduled_doses due_doses; do
	psql -XAtq -d "${database[native]}" -c "${report[$name]}" >/dev/null &
	most=0
	while kill -0 $! 2>/dev/null; do
		for process in $(pgrep -P "$server" || true); do
			size=$(awk '$1 == "RssAnon:" { print $2 }' "/proc/$process/status" 2>/dev/null || true)
			[ "${size:-0}" -le "$most" ] || most=$size
		done
		sleep 0.1
	done
	wait $!
	echo "$name of $schedules schedules: $((most / 1024)) MB in the largest process (target: at most 64)"
done
