#!/bin/bash
# bench/people.sh [--rounds N] [--calls N] [--publish]
#
# What a week's list costs of people whose doses are moved, counted from the last one or follow
# others, against people with none of that, in both editions and by turns: the people of
# bench/sql/people.sql.  Prints the medians of the rounds; with --publish it writes them to
# doc/performance.md.  dev/bench people runs it, inside dev/with-cluster.
set -euo pipefail

. "$(dirname "$0")/editions.bash"

read_options 'dev/bench people' rounds=9 calls=400 -- "$@"
make_databases -f bench/sql/people.sql

kinds=(usual moved counted both following)
for kind in "${kinds[@]}"; do
	cat >"$tmp/$kind.sql" <<-SQL
		\\set nth random(1, 20)
		SELECT * FROM medsched.upcoming_doses(md5('$kind' || :nth)::uuid, timestamptz '$at' - interval '3 days', timestamptz '$at' + interval '4 days');
	SQL
done
for ((round = 0; round <= rounds; round++)); do
	for edition in native managed; do
		for kind in "${kinds[@]}"; do
			call "$kind" "$edition" >>"$tmp/$kind.$edition"
		done
	done
	[ "$round" -gt 0 ] || rm "$tmp"/*.native "$tmp"/*.managed    # warming up
done

row()
{
	awk -v title="$1" -v native="$(median <"$tmp/$2.native")" -v managed="$(median <"$tmp/$2.managed")" \
		-v usual_native="$(median <"$tmp/usual.native")" -v usual_managed="$(median <"$tmp/usual.managed")" 'BEGIN {
			if (native == usual_native) printf "| %s | 1 (%.0f µs) | 1 (%.0f µs) |\n", title, native * 1000, managed * 1000
			else printf "| %s | %.2f× | %.2f× |\n", title, native / usual_native, managed / usual_managed }'
}

{
	row 'none of that' usual
	row 'four doses moved' moved
	row 'a schedule counted from its last dose' counted
	row 'both' both
	row 'a schedule that follows another' following
} | tee "$tmp/rows"
if $publish; then
	write_rows doc/performance.md '^[|] of four schedules [|] native [|] managed [|]'
fi
