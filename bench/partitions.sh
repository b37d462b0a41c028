#!/bin/bash
# bench/partitions.sh [--rounds N] [--calls N] [--publish]
#
# What the main calls cost where dose_taken is in 36 months of partitions, as partition_doses() makes them, against the same
# rows in one table, in both editions and by turns.  Prints the ratios of the medians; with --publish it writes them to
# doc/scaling.md.  dev/bench partitions runs it, inside dev/with-cluster.
set -euo pipefail

. "$(dirname "$0")/editions.bash"

read_options 'dev/bench partitions' rounds=9 calls=400 -- "$@"
make_databases -f bench/sql/partitions.sql
for edition in native managed; do
	database[$edition.months]=${database[$edition]}_months
	quietly -d postgres -c "CREATE DATABASE ${database[$edition.months]} TEMPLATE ${database[$edition]}"
	while [ "$(psql -XAtq -d "${database[$edition.months]}" -c 'SELECT medsched.partition_doses(most => 10000000)')" = t ]; do :; done
	quietly -d "${database[$edition.months]}" -c 'VACUUM (FREEZE, ANALYZE)'
done

for kind in week:usual counted:counted; do
	cat >"$tmp/${kind%:*}.sql" <<-SQL
		\\set nth random(0, 39)
		SELECT d.* FROM people AS p, medsched.upcoming_doses(p.user_id, timestamptz '$at' - interval '3 days', timestamptz '$at' + interval '4 days') AS d
		 WHERE p.kind = '${kind#*:}' AND p.n = :nth;
	SQL
done
cat >"$tmp/adherence.sql" <<SQL
\\set nth random(0, 39)
SELECT a.* FROM people AS p, medsched.adherence(p.user_id, timestamptz '$at' - interval '30 days', timestamptz '$at') AS a WHERE p.kind = 'usual' AND p.n = :nth;
SQL
cat >"$tmp/mark.sql" <<SQL
SELECT t.* FROM (SELECT nextval('turn') AS n OFFSET 0) AS turn JOIN people AS p ON p.kind = 'recording' AND p.n = turn.n % 40,
  medsched.mark_dose_taken(p.user_id, p.schedule_id, date_trunc('hour', timestamptz '$at') - turn.n / 40 * interval '30 minutes') AS t;
SQL
kinds=(week counted adherence mark)

# first KIND DATABASE: the milliseconds of a call that is the first of its connection.
first()
{
	rm -f "$tmp"/log.*
	pgbench -n -t 1 -l --log-prefix "$tmp/log" -f "$tmp/$1.sql" "${database[$2]}" >/dev/null 2>&1
	awk '{ print $3 / 1000 }' "$tmp"/log.*
}

for ((round = 0; round <= rounds; round++)); do
	for kind in "${kinds[@]}"; do
		for edition in native native.months managed managed.months; do
			call "$kind" "$edition" >>"$tmp/$kind.$edition.took"
		done
	done
	for edition in native native.months managed managed.months; do
		first week "$edition" >>"$tmp/first.$edition.took"
	done
	[ "$round" -gt 0 ] || rm "$tmp"/*.took    # warming up
done

# row TITLE KIND
row()
{
	local edition

	printf '| %s' "$1"
	for edition in native managed; do
		awk -v plain="$(median <"$tmp/$2.$edition.took")" -v months="$(median <"$tmp/$2.$edition.months.took")" \
			'BEGIN { printf " | %.2f ms | %.2f ms | %.2f×", plain, months, months / plain }'
	done
	echo ' |'
}

{
	row "a week of a person, \`upcoming_doses\`" week
	row "the same with a schedule counted from its last dose" counted
	row "how a person did in 30 days, \`adherence\`" adherence
	row "record a dose, \`mark_dose_taken\`" mark
	row "the first week's list of a connection" first
} | tee "$tmp/rows"
if $publish; then
	write_rows doc/scaling.md '^[|] call [|] native, one table [|]'
fi
