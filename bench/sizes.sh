#!/bin/bash
# bench/sizes.sh [--people N] [--publish]
#
# What so many people, each of four schedules and ten recorded doses, take on disk, table by table, and how long it takes to put
# their doses into partitions. Prints sizes for a million rows; with --publish it writes them to doc/scaling.md. dev/bench sizes
# runs it, inside dev/with-cluster.
set -euo pipefail

. "$(dirname "$0")/editions.bash"

read_options 'dev/bench sizes' people=100000 -- "$@"

quietly -v people="$people" <<'SQL'
SELECT medsched.enable_history(), medsched.enable_reminders();
SET session_replication_role = replica;   -- no triggers
INSERT INTO medsched.medications (user_id, id, name) SELECT md5('person ' || n)::uuid, md5('medication ' || n)::uuid, 'Metformin 500 mg' FROM generate_series(1, :people) AS n;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit, instructions)
SELECT md5('person ' || n)::uuid, md5('schedule ' || n || ' ' || s)::uuid, md5('medication ' || n)::uuid, '2026-01-01 00:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20', 1, 'tablet', 'with food'
  FROM generate_series(1, :people) AS n, generate_series(1, 4) AS s;
-- In the order of time, as an application records them: ten weeks.
INSERT INTO medsched.dose_taken (user_id, scheduled_for, schedule_id, taken_at)
SELECT md5('person ' || n)::uuid, date_trunc('day', timestamptz :'reference') - interval '1 week' * w, md5('schedule ' || n || ' 1')::uuid, now()
  FROM generate_series(10, 1, -1) AS w, generate_series(1, :people) AS n;
INSERT INTO medsched.moved_doses (user_id, scheduled_for, schedule_id, due_at, moved_by)
SELECT md5('person ' || n)::uuid, date_trunc('day', timestamptz :'reference'), md5('schedule ' || n || ' 1')::uuid, date_trunc('day', timestamptz :'reference') + interval '1 hour', 'daughter'
  FROM generate_series(1, :people) AS n;
RESET session_replication_role;
SELECT count(medsched.mark_dose_taken(p.user_id, d.schedule_id, d.scheduled_for))
  FROM (SELECT md5('person ' || n)::uuid AS user_id FROM generate_series(1, 1000) AS n) AS p,
       medsched.upcoming_doses(p.user_id, timestamptz :'reference' - interval '3 days', timestamptz :'reference') AS d;
SELECT medsched.fill_reminders(2147483647);
SQL
quietly -c 'VACUUM (FREEZE, ANALYZE)'

# row TITLE TABLE...: how much a million rows of the first are, with what others have of theirs.
row()
{
	local tables

	tables=$(printf "'medsched.%s'::regclass, " "${@:2}")
	psql -XAtqc "SELECT format('| %s | %s million | %s MB | %s MB |', '$1', round(n / 1e6, 2), round(bytes / 1e6), round(bytes / n))
		FROM (SELECT (SELECT count(*) FROM medsched.$2) AS n, sum(pg_total_relation_size(t)) AS bytes FROM unnest(ARRAY[${tables%, }]) AS t) AS s"
}

{
	row 'medications' medications
	row 'schedules' schedules
	row 'recorded doses' dose_taken
	row 'moved doses' moved_doses
	row 'schedules in the queue of reminders' reminder_queue
	row 'changes in the history' change_history
} | tee "$tmp/rows"
if $publish; then
	write_rows doc/scaling.md '^[|] rows of [|] measured with [|]'
fi

# Each call of partition_doses by itself.
psql -XAtq -c '\timing on' -c 'SELECT medsched.partition_doses()' -c 'SELECT medsched.partition_doses(most => 10000000)' -c 'SELECT medsched.partition_doses()' |
	awk '/^Time/ { n++; took[n] = $2 } END { printf "partition_doses: %.0f ms to begin, %.0f ms to move all, %.0f ms to find nothing more\n", took[1], took[2], took[3] }'
