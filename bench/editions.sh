#!/bin/bash
# bench/editions.sh [--users N] [--rounds N] [--calls N] [--publish]
#
# The managed edition against the native one, in one cluster and by turns: a week
# of four schedules, recording a dose, and the first call of a connection.  Prints
# the medians of the rounds and whether they meet their targets; with --publish it
# writes them to doc/managed.md.  dev/bench editions runs it, inside dev/with-cluster.
set -euo pipefail

. "$(dirname "$0")/editions.bash"

read_options 'dev/bench editions' users=200 rounds=9 calls=300 -- "$@"
make_databases -v users="$users" -f bench/sql/data.sql -f bench/sql/to_take.sql

write_calls "$users"

for ((round = 0; round <= rounds; round++)); do
	for edition in native managed; do
		for what in week take; do
			call "$what" "$edition" >>"$tmp/$what.$edition"
			first_call "$what" "$edition" >>"$tmp/first_$what.$edition"
			first_call one "$edition" >>"$tmp/one.$edition"
		done
	done
	[ "$round" -gt 0 ] || rm "$tmp"/*.native "$tmp"/*.managed    # warming up
done

# What is measured, its title, the most that managed may be times native, and in milliseconds; and
# the milliseconds that native may be beyond SELECT 1 as the first statement.
status=0
one=$(median <"$tmp/one.native")
printf '%-42s %10s %10s %7s  %s\n' "medians of $rounds rounds, in ms" native managed ratio target
while IFS='|' read -r what title most_ratio most_ms most_native; do
	native=$(median <"$tmp/$what.native")
	managed=$(median <"$tmp/$what.managed")
	awk -v title="$title" -v native="$native" -v managed="$managed" '
		# Two figures are what holds from run to run.
		function ms(value) { return sprintf(value < 1 ? "%.2f ms" : "%.1f ms", value) }
		BEGIN { sub(/[a-z_]+$/, "`&`", title); printf "| %s | %s | %s | %.1f× |\n", title, ms(native), ms(managed), managed / native }' >>"$tmp/rows"
	awk -v title="$title" -v native="$native" -v managed="$managed" -v most_ratio="$most_ratio" -v most_ms="$most_ms" \
		-v most_native="$most_native" -v one="$one" '
		BEGIN {
			met = (most_ratio == "" || managed / native <= most_ratio) && (most_ms == "" || managed <= most_ms) &&
				(most_native == "" || native - one <= most_native)
			target = (most_ratio != "" ? "at most " most_ratio "x" : "") (most_ratio != "" && most_ms != "" ? ", " : "") \
				(most_ms != "" ? "under " most_ms " ms" : "") \
				(most_native != "" ? sprintf(", native at most %s ms beyond SELECT 1 (%.2f)", most_native, native - one) : "")
			printf "%-42s %10.3f %10.3f %6.1fx  %s: %s\n", title, native, managed, managed / native, target, met ? "met" : "MISSED"
			exit !met
		}' || status=1
done <<-TARGETS
	week|a week of four schedules, upcoming_doses|6|1.0
	take|record a dose, mark_dose_taken|8|
	first_week|first call of a connection, upcoming_doses||15|3
	first_take|first call of a connection, mark_dose_taken||15|3
TARGETS
if $publish; then
	write_rows doc/managed.md '^[|] [|] native [|] managed [|]'
fi
exit $status
