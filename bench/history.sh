#!/bin/bash
# dev/with-cluster bench/history.sh [ROUNDS] [SECONDS]
#
# What the history of changes costs: mark_dose_taken by pgbench, one connection, with and without it by turns.  Prints the
# medians of the rounds.
set -euo pipefail

rounds=${1:-9}
seconds=${2:-3}
script=$(mktemp)
trap 'rm -f "$script"' EXIT

# A hundred people of six doses a day; each dose is recorded once.
psql -Xq -v ON_ERROR_STOP=1 -o /dev/null <<'SQL'
SELECT medsched.enable_history();
CREATE TABLE people AS
  SELECT n, md5('person ' || n)::uuid AS user_id, md5('schedule ' || n)::uuid AS schedule_id FROM generate_series(0, 99) AS n;
ALTER TABLE people ADD PRIMARY KEY (n);
SELECT medsched.create_medication(user_id, 'x', jsonb_build_array(jsonb_build_object('id', schedule_id, 'starts_at', '2000-01-01 00:00',
         'time_zone', 'UTC', 'rrule', 'FREQ=DAILY;BYHOUR=0,4,8,12,16,20')))
  FROM people;
CREATE SEQUENCE turn;
SQL
cat >"$script" <<'SQL'
SELECT t.* FROM (SELECT nextval('turn') AS n OFFSET 0) AS turn
  JOIN people AS p ON p.n = turn.n % 100,
  medsched.mark_dose_taken(p.user_id, p.schedule_id, '2000-06-01 00:00Z'::timestamptz + turn.n / 100 * interval '4 hours') AS t;
SQL

for _ in $(seq "$rounds"); do
	for side in DISABLE ENABLE; do
		psql -Xq -c "ALTER TABLE medsched.dose_taken $side TRIGGER record_change"
		echo "$side $(pgbench -n -c 1 -M prepared -T "$seconds" -f "$script" | sed -n 's/^latency average = \([0-9.]*\) ms/\1/p')"
	done
done | sort -k1,1 -k2,2n | awk '
	{ took[$1, ++n[$1]] = $2 }
	END {
		without = took["DISABLE", int((n["DISABLE"] + 1) / 2)]
		with = took["ENABLE", int((n["ENABLE"] + 1) / 2)]
		printf "mark_dose_taken: %.3f ms without the history, %.3f ms with it: %.3f ms more\n", without, with, with - without
	}'
psql -XAtq -c "SELECT format('a row of the history: %s bytes with its index', pg_total_relation_size('medsched.change_history') / count(*))
	FROM medsched.change_history"
