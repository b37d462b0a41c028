#!/bin/bash
# dev/bench shards [--publish] [--people N] [--seconds N]
#
# Calls a second, and what one costs, of one server asked directly, and at a proxy before 1, 2 and 3 shards, each
# a server of its own on this machine: pgbench, prepared statements, 1 and 16 clients, of whom each call is about a person
# by chance.  --publish writes the table in doc/scaling.md.
set -euo pipefail

cd "$(dirname "$0")/.."
. test/suites/lib.bash
. test/shards/cluster.bash

people=3000
seconds=5
publish=
while [ $# -gt 0 ]; do
	case $1 in
		--publish) publish=1 ;;
		--people) people=$2; shift ;;
		--seconds) seconds=$2; shift ;;
		*) die "usage: dev/bench shards [--publish] [--people N] [--seconds N]" ;;
	esac
	shift
done

start_shards >&2
export PGDATABASE=proxy
query "SELECT medsched.create_tables(), medsched.reset_for_tests()" -o /dev/null

# Six doses a day; each call records one that is not recorded.
people_sql="
	SELECT medsched.create_medication(md5('person ' || n)::uuid, 'x', jsonb_build_array(jsonb_build_object('id', md5('schedule ' || n)::uuid,
	         'starts_at', '2000-01-01 00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY;BYHOUR=0,4,8,12,16,20')))
	  FROM generate_series(1, $people) AS n"
cat >"$shards_at/week.sql" <<-SQL
	\set n random(1, $people)
	SELECT count(*) FROM medsched.upcoming_doses(md5('person ' || :n)::uuid, '2000-03-01Z', '2000-03-08Z');
SQL
cat >"$shards_at/record.sql" <<-SQL
	\set n random(1, $people)
	\set dose random(1, 20000)
	SELECT newly_taken FROM medsched.mark_dose_taken(md5('person ' || :n)::uuid, md5('schedule ' || :n)::uuid, '2000-01-02Z'::timestamptz + :dose * interval '4 hours');
SQL

# run NAME SCRIPT CLIENTS PGBENCH_ARGUMENT...: calls a second, and milliseconds of one.
run()
{
	pgbench -n -M prepared -c "$3" -j 2 -T "$seconds" -f "$shards_at/$2.sql" "${@:4}" 2>/dev/null |
		sed -n 's/^latency average = \([0-9.]*\) ms/\1/p; s/^tps = \([0-9]*\).*/\1/p' | paste -sd ' '
}

# measure NAME PGBENCH_ARGUMENT...: a row of the table.
measure()
{
	local script one many row="| $1 |"

	for script in week record; do
		# The first calls of a session are others'.
		run "$1" "$script" 16 "${@:2}" >/dev/null
		read -r one _ <<<"$(run "$1" "$script" 1 "${@:2}")"
		read -r _ many <<<"$(run "$1" "$script" 16 "${@:2}")"
		row+=" $one ms | $many |"
	done
	echo "$row"
}

# On one server, first.
on_shard 0 "$people_sql" -o /dev/null
on_shard 0 "VACUUM ANALYZE" -U postgres
table="| | a week, one client | a week, calls a second of 16 | recording, one client | recording, calls a second of 16 |
|---|---|---|---|---|
$(measure "one server, asked directly" -h "$shards_at/0" -p 5432 medsched)"

for n in 1 2 3; do
	query "SELECT medsched.reset_for_tests()" -o /dev/null
	query "UPDATE medsched_proxy.slots SET shard = slot % $n" -U postgres
	query "$people_sql" -o /dev/null
	on_each_shard "VACUUM ANALYZE" -U postgres
	table+=$'\n'$(measure "at the proxy, $n shard$([ "$n" = 1 ] || echo s)" proxy)
done
echo "$table"

if [ -n "$publish" ]; then
	TABLE=$table perl -0777 -pi -e 's/(<!-- measured by dev\/bench shards -->\n).*?(<!-- end -->)/$1\n$ENV{TABLE}\n\n$2/s' doc/scaling.md
fi
