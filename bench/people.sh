#!/bin/bash
# bench/people.sh [--rounds N] [--calls N] [--publish]
#
# What a week's list costs of people whose doses are moved, counted from the last one or follow
# others, against people with none of that, in both editions and by turns: the people of
# bench/sql/people.sql.  Prints the medians of the rounds; with --publish it writes them to
# doc/performance.md.  dev/bench people runs it, inside dev/with-cluster.
set -euo pipefail

rounds=9
calls=400
publish=false
while [ $# -gt 0 ]; do
	case $1 in
		--rounds | --calls)
			declare "${1#--}=$2"
			shift 2
			;;
		--publish)
			publish=true
			shift
			;;
		*)
			echo "usage: dev/bench people [--rounds N] [--calls N] [--publish]" >&2
			exit 2
			;;
	esac
done

cd "$(dirname "$0")/.."
declare -A database=([native]=$PGDATABASE [managed]=medsched_managed)
at=$(date -u +'%Y-%m-%d %H:00:00+00')
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

quietly()
{
	PGOPTIONS='-c client_min_messages=warning -c timezone=UTC' psql -XAtq -v ON_ERROR_STOP=1 -v reference="$at" "$@" >/dev/null
}

make -s managed
quietly -c "CREATE DATABASE ${database[managed]}"
quietly -d "${database[managed]}" -f medsched-managed--*.sql -c 'SELECT medsched.create_tables()'
for edition in native managed; do
	quietly -d "${database[$edition]}" -f bench/sql/people.sql -c 'VACUUM (FREEZE, ANALYZE)'
done

# The microseconds of a call, in a session that has made it before: the first is left out.
call()
{
	cat >"$tmp/week.sql" <<-SQL
		\\set nth random(1, 20)
		SELECT * FROM medsched.upcoming_doses(md5('$1' || :nth)::uuid, timestamptz '$at' - interval '3 days', timestamptz '$at' + interval '4 days');
	SQL
	rm -f "$tmp"/log.*
	pgbench -n -M prepared -t $((calls + 1)) --random-seed "$((round + 1))" -l --log-prefix "$tmp/log" -f "$tmp/week.sql" \
		"${database[$2]}" >/dev/null 2>&1
	awk 'NR > 1 { sum += $3 } END { print sum / (NR - 1) }' "$tmp"/log.*
}

median()
{
	sort -n | awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

kinds=(usual moved counted both following)
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
			if (native == usual_native) printf "| %s | 1 (%.0f µs) | 1 (%.0f µs) |\n", title, native, managed
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
	# Between the head of the table and the line after it.
	awk -v rows="$tmp/rows" '
		/^[|]/ && table { next }
		{ table = 0; print }
		/^[|] of four schedules [|] native [|] managed [|]/ { getline; print; while ((getline row <rows) > 0) print row; table = 1 }' doc/performance.md >"$tmp/performance.md"
	cat "$tmp/performance.md" >doc/performance.md
fi
