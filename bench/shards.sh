#!/bin/bash
# dev/bench shards [--publish] [--people N] [--seconds N] [--rounds N]
#
# What a call costs, and how many there are a second, of one server asked directly, and at a proxy before 1, 2 and 3 shards, each
# a server of its own on this machine: pgbench, prepared statements, 1 and 16 clients, of whom each call is about a person by
# chance. All ways in turn, round by round; the figures are medians. The processor's time is that of all servers, without pgbench:
# what it allows is as many calls a second as the machine's cores have time for. --publish writes the table in doc/scaling.md.
set -euo pipefail

cd "$(dirname "$0")/.."
. test/suites/lib.bash
. test/shards/cluster.bash

people=1000
seconds=2
rounds=5
publish=
while [ $# -gt 0 ]; do
	case $1 in
		--publish) publish=1 ;;
		--people) people=$2; shift ;;
		--seconds) seconds=$2; shift ;;
		--rounds) rounds=$2; shift ;;
		*) die "usage: dev/bench shards [--publish] [--people N] [--seconds N] [--rounds N]" ;;
	esac
	shift
done

start_shards >&2
export PGDATABASE=proxy
query "SELECT medsched.create_tables(), medsched.reset_for_tests()" -o /dev/null

# Each way has people of its own, where its slots say; the server that is asked directly has those of one shard.
set_slots()
{
	query "UPDATE medsched_proxy.slots SET shard = slot % $1 WHERE shard <> slot % $1" -U postgres
}
# Six doses a day; each call records one that is not recorded.
for n in 1 2 3; do
	set_slots "$n"
	query "
		SELECT medsched.create_medication(md5('person $n ' || n)::uuid, 'x', jsonb_build_array(jsonb_build_object('id', md5('schedule $n ' || n)::uuid,
		         'starts_at', '2000-01-01 00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY;BYHOUR=0,4,8,12,16,20')))
		  FROM generate_series(1, $people) AS n" -o /dev/null
	cat >"$shards_at/week.$n.sql" <<-SQL
		\set n random(1, $people)
		SELECT count(*) FROM medsched.upcoming_doses(md5('person $n ' || :n)::uuid, '2000-03-01Z', '2000-03-08Z');
	SQL
	cat >"$shards_at/record.$n.sql" <<-SQL
		\set n random(1, $people)
		\set dose random(1, 20000)
		SELECT newly_taken FROM medsched.mark_dose_taken(md5('person $n ' || :n)::uuid, md5('schedule $n ' || :n)::uuid, '2000-01-02Z'::timestamptz + :dose * interval '4 hours');
	SQL
done
on_each_shard "VACUUM ANALYZE" -U postgres

postmasters=("$(head -n 1 "$(query "SHOW data_directory" -U postgres)/postmaster.pid")")
for shard in $(seq 0 $((shards - 1))); do
	postmasters+=("$(head -n 1 "$shards_at/$shard/data/postmaster.pid")")
done
# busy: the seconds of a processor that the servers' sessions took that have ended.
busy()
{
	local pid

	for pid in "${postmasters[@]}"; do
		awk '{ sub(/.*\) /, ""); print $14 + $15 }' "/proc/$pid/stat"
	done | awk -v hertz="$(getconf CLK_TCK)" '{ sum += $1 } END { print sum / hertz }'
}

# run WAY SCRIPT CLIENTS: milliseconds of a call, calls a second, and milliseconds of a processor for each.
run()
{
	local way=(proxy) n=$1 before result

	if [ "$n" = 0 ]; then
		way=(-h "$shards_at/0" -p 5432 medsched)
		n=1
	else
		set_slots "$n"
	fi
	before=$(busy)
	result=$(pgbench -n -M prepared -c "$3" -j 2 -T "$seconds" -f "$shards_at/$2.$n.sql" "${way[@]}" 2>/dev/null |
		sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p; s/^latency average = \([0-9.]*\) ms/\1/p; s/^tps = \([0-9]*\).*/\1/p' | paste -sd ' ')
	# Sessions on the shards end after those that they were for.
	sleep 0.3
	awk -v before="$before" -v after="$(busy)" '{ print $2, $3, (after - before) * 1000 / $1 }' <<<"$result"
}

# median FILE COLUMN
median()
{
	cut -d ' ' -f "$2" "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

for round in $(seq 0 "$rounds"); do
	for way in 0 1 2 3; do
		for script in week record; do
			for clients in 1 16; do
				# The first round is others'.
				if [ "$round" = 0 ]; then
					run "$way" "$script" "$clients" >/dev/null
				else
					run "$way" "$script" "$clients" >>"$shards_at/$way.$script.$clients"
				fi
			done
		done
	done
done

cores=$(nproc)
table="| | a week, one client | of it the processor's | calls a second of 16 | $cores cores allow | recording, one client | of it the processor's | calls a second of 16 | $cores cores allow |
|---|---|---|---|---|---|---|---|---|"
for way in 0 1 2 3; do
	case $way in
		0) row="| one server, asked directly |" ;;
		1) row="| at the proxy, 1 shard |" ;;
		*) row="| at the proxy, $way shards |" ;;
	esac
	for script in week record; do
		one=$shards_at/$way.$script.1
		many=$shards_at/$way.$script.16
		row+=$(printf ' %.2f ms | %.2f ms | %d | %d |' "$(median "$one" 1)" "$(median "$one" 3)" "$(median "$many" 2)" \
			"$(awk -v cores="$cores" -v cost="$(median "$many" 3)" 'BEGIN { print int(cores * 1000 / cost) }')")
	done
	table+=$'\n'$row
done
echo "$table"
echo
echo "$people people for each way, medians of $rounds runs of $seconds s; load average $(cut -d ' ' -f 1 /proc/loadavg) of $cores cores."

if [ -n "$publish" ]; then
	TABLE=$table perl -0777 -pi -e 's/(<!-- measured by dev\/bench shards -->\n).*?(<!-- end -->)/$1\n$ENV{TABLE}\n\n$2/s' doc/scaling.md
fi
