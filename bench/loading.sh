#!/bin/bash
# dev/with-cluster bench/loading.sh [ROUNDS]
#
# Many recorded doses at once, by INSERT ... SELECT: into medsched.dose_taken with all its rules, and into
# a table with the same columns, keys and foreign key, and no rules.  Both in turns; the medians of
# ROUNDS (default 9) rounds, in microseconds a row (target: 1.4 times).
set -euo pipefail

psql -XAtq -v ON_ERROR_STOP=1 -v rounds="${1:-9}" <<-'SQL'
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

	CREATE FUNCTION pg_temp.load(destination regclass, ordered text) RETURNS float LANGUAGE plpgsql AS $$
	DECLARE
	  began timestamptz := clock_timestamp();
	  taken float;
	BEGIN
	  EXECUTE format('INSERT INTO %s (user_id, schedule_id, scheduled_for) SELECT user_id, schedule_id, scheduled_for FROM old_doses ORDER BY %s', destination, ordered);
	  taken := extract(epoch FROM clock_timestamp() - began) * 1e6 / 50000;
	  RAISE EXCEPTION SQLSTATE 'BE001' USING MESSAGE = taken;
	EXCEPTION WHEN SQLSTATE 'BE001' THEN
	  RETURN SQLERRM;
	END
	$$;
	SELECT 'by ' || o || ': ' || format('with the rules %s µs a row, without %s µs, %s times', round(r::numeric, 1), round(p::numeric, 1), round((r / p)::numeric, 2))
	  FROM (SELECT o, percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_temp.load('medsched.dose_taken', o)) AS r,
	               percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_temp.load('plain_doses', o)) AS p
	          FROM generate_series(1, :rounds), unnest('{"schedule_id, scheduled_for","scheduled_for, schedule_id"}'::text[]) AS o GROUP BY o) AS t;
SQL
