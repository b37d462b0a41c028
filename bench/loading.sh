#!/bin/bash
# bench/loading.sh [--rounds N] [--doses N] [--publish]
#
# Many recorded doses at once: 50,000 by INSERT ... SELECT and by COPY, into medsched.dose_taken with all its rules, and into a table
# with the same columns, keys and foreign key, and no rules, by turns; the medians of the rounds, in microseconds a dose (target: 1.4
# times). Then an app's tables with so many doses, moved over by clients/drizzle/moving-over/move.sql, with what it tells on its way.
# --publish writes the table in doc/performance.md. dev/bench loading runs it, inside dev/with-cluster.
set -euo pipefail

. "$(dirname "$0")/editions.bash"

read_options 'dev/bench loading' rounds=9 doses=1000000 -- "$@"

chmod 777 "$tmp"
psql -XAtq -v ON_ERROR_STOP=1 -v rounds="$rounds" -v file="$tmp/doses" >"$tmp/rows" <<-'SQL'
	-- 200 schedules of 250 days, of 50 people.
	CREATE TABLE old_doses AS
	SELECT md5('person' || s / 4)::uuid AS user_id, md5('schedule' || s)::uuid AS schedule_id, timestamptz '2025-01-01 08:00Z' + make_interval(days => d) AS scheduled_for
	  FROM generate_series(0, 199) AS s, generate_series(0, 249) AS d;
	BEGIN;
	INSERT INTO medsched.medications (user_id, id, name) SELECT DISTINCT user_id, schedule_id, 'medication' FROM old_doses;
	INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
	SELECT DISTINCT user_id, schedule_id, schedule_id, timestamp '2025-01-01 08:00', 'UTC', 'FREQ=DAILY' FROM old_doses;
	COMMIT;
	CREATE TABLE plain_doses (LIKE medsched.dose_taken INCLUDING DEFAULTS INCLUDING INDEXES);
	ALTER TABLE plain_doses ADD FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules (user_id, id);

	-- How they are loaded, and in which order.
	CREATE TABLE ways (n int, way text, read text, load text);
	INSERT INTO ways
	SELECT row_number() OVER (), w.way || o.of, format('COPY (%s) TO %L', d.select, :'file' || o.n),
	       CASE w.way WHEN 'COPY' THEN format('COPY %%s (user_id, schedule_id, scheduled_for) FROM %L', :'file' || o.n)
	                  ELSE 'INSERT INTO %s (user_id, schedule_id, scheduled_for) ' || d.select END
	  FROM (VALUES (1, ', schedule by schedule', 'schedule_id, scheduled_for'), (2, ', day by day', 'scheduled_for, schedule_id')) AS o (n, of, by)
	 CROSS JOIN LATERAL (SELECT 'SELECT user_id, schedule_id, scheduled_for FROM old_doses ORDER BY ' || o.by AS select) AS d
	 CROSS JOIN (VALUES ('INSERT … SELECT'), ('COPY')) AS w (way);
	SELECT read FROM ways WHERE way LIKE 'COPY%' \gexec

	CREATE FUNCTION pg_temp.load(destination regclass, load text) RETURNS float LANGUAGE plpgsql AS $$
	DECLARE
	  began timestamptz := clock_timestamp();
	  taken float;
	BEGIN
	  EXECUTE format(load, destination);
	  taken := extract(epoch FROM clock_timestamp() - began) * 1e6 / 50000;
	  RAISE EXCEPTION SQLSTATE 'BE001' USING MESSAGE = taken;
	EXCEPTION WHEN SQLSTATE 'BE001' THEN
	  RETURN SQLERRM;
	END
	$$;
	SELECT format('| %s | %s µs | %s µs | %s× |', way, round(r::numeric, 1), round(p::numeric, 1), round((r / p)::numeric, 2))
	  FROM (SELECT n, way, percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_temp.load('medsched.dose_taken', load)) AS r,
	               percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_temp.load('plain_doses', load)) AS p
	          FROM generate_series(1, :rounds), ways GROUP BY n, way) AS t
	 ORDER BY n;
SQL

# People of two medications each, a dose a day of each for 250 days; then the app's three tables into three plain ones of the same keys.
createdb moving
export PGDATABASE=moving
quietly -v doses="$doses" <<-'SQL'
	CREATE SCHEMA app;
	SET search_path = app;
	SET work_mem = '256MB';
	CREATE TABLE medications (id uuid PRIMARY KEY, user_id uuid, name text, notes text, is_active boolean DEFAULT true, created_at timestamptz DEFAULT '2025-01-01Z');
	CREATE TABLE schedules (id uuid PRIMARY KEY, medication_id uuid, time_of_day time, days_of_week int[], start_date date, end_date date, timezone text, is_active boolean DEFAULT true, dose text);
	CREATE TABLE dose_taken (id uuid PRIMARY KEY, schedule_id uuid, scheduled_for timestamptz, taken_at timestamptz);
	INSERT INTO medications (id, user_id, name) SELECT md5('medication ' || n)::uuid, md5('person ' || n / 2)::uuid, 'Ramipril' FROM generate_series(1, :doses / 250) AS n;
	INSERT INTO schedules (id, medication_id, time_of_day, start_date, timezone, dose)
	SELECT md5('schedule ' || n)::uuid, md5('medication ' || n)::uuid, '08:00', '2025-01-01', 'Europe/Berlin', '5 mg' FROM generate_series(1, :doses / 250) AS n;
	INSERT INTO dose_taken
	SELECT md5(n || ' ' || d)::uuid, md5('schedule ' || n)::uuid, t.at, t.at + interval '7 minutes'
	  FROM generate_series(0, 249) AS d, generate_series(1, :doses / 250) AS n,
	       LATERAL (SELECT timezone('Europe/Berlin', timestamp '2025-01-01 08:00' + make_interval(days => d)) AS at) AS t;
SQL
quietly -c 'VACUUM (FREEZE, ANALYZE)'

# take COMMAND...: runs it, and sets took to the seconds of it.
take()
{
	local began=$EPOCHREALTIME

	"$@"
	took=$(awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }')
}

take quietly -1 <<-'SQL'
	CREATE TABLE plain_medications (user_id uuid NOT NULL, id uuid UNIQUE, name text NOT NULL, notes text, created_at timestamptz, PRIMARY KEY (user_id, id));
	CREATE TABLE plain_schedules (user_id uuid NOT NULL, id uuid UNIQUE, medication_id uuid NOT NULL, starts_at timestamp NOT NULL, time_zone text NOT NULL, rrule text, dose text,
		PRIMARY KEY (user_id, id), FOREIGN KEY (user_id, medication_id) REFERENCES plain_medications);
	CREATE INDEX ON plain_schedules (user_id, medication_id);
	CREATE TABLE plain_doses (LIKE app.dose_taken, user_id uuid NOT NULL, PRIMARY KEY (user_id, scheduled_for, schedule_id), FOREIGN KEY (user_id, schedule_id) REFERENCES plain_schedules);
	CREATE INDEX ON plain_doses (user_id, schedule_id, scheduled_for);
	INSERT INTO plain_medications SELECT user_id, id, name, notes, created_at FROM app.medications;
	INSERT INTO plain_schedules SELECT m.user_id, s.id, s.medication_id, s.start_date + s.time_of_day, s.timezone, 'FREQ=DAILY', s.dose FROM app.schedules AS s JOIN app.medications AS m ON m.id = s.medication_id;
	INSERT INTO plain_doses SELECT d.*, m.user_id FROM app.dose_taken AS d JOIN app.schedules AS s ON s.id = d.schedule_id JOIN app.medications AS m ON m.id = s.medication_id;
SQL
plain=$took
# What it tells, but a line for each ten thousand doses.
move() { PGOPTIONS='-c search_path=app -c TimeZone=UTC' psql -XAtq -1 -v ON_ERROR_STOP=1 -f clients/drizzle/moving-over/move.sql 2>&1 | grep -E 'NOTICE.*[0-9]{2}:' | grep -vE '[0-9]{1,3}0000 of' >&2; }
take move
moved=$took
count=$(psql -XAtqc 'SELECT count(*) FROM medsched.dose_taken')
[ "$count" = "$((doses / 250 * 250))" ] || { echo "only $count doses were moved" >&2; exit 1; }
awk -v count="$count" -v moved="$moved" -v plain="$plain" 'BEGIN {
	printf "| an app with %.1f million doses moved over, with its proof | %.0f s | %.0f s | %.2f× |\n", count / 1e6, moved, plain, moved / plain }' >>"$tmp/rows"
cat "$tmp/rows"
if $publish; then
	write_rows doc/performance.md '^[|] many doses at once [|]'
fi
