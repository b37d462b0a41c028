-- What medsched is measured against, as tables and functions in schema bench.
--
-- Variables of psql: reference as for data.sql; library, the shared library
-- built from libical_occurrences.c.

\set ON_ERROR_STOP on
\set QUIET on

SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET work_mem = '512MB';
SET maintenance_work_mem = '2GB';
SET max_parallel_maintenance_workers = 2;

-- 1. Every dose stored, ready to be read: all columns of upcoming_doses in one
-- table.  It lies as it is filled, a schedule at a time.
CREATE TABLE bench.materialised AS
SELECT d.user_id, d.scheduled_for,
       medsched.dose_id(d.schedule_id, d.scheduled_for) AS dose_id,
       d.scheduled_for AT TIME ZONE s.time_zone AS local_time,
       s.time_zone::text AS time_zone, s.medication_id, m.name AS medication_name, d.schedule_id,
       s.dose_amount, s.dose_unit, s.instructions,
       t.taken_at, t.recorded_by, t.outcome
FROM bench.doses AS d
  JOIN medsched.schedules AS s ON (s.user_id, s.id) = (d.user_id, d.schedule_id)
  JOIN medsched.medications AS m ON (m.user_id, m.id) = (s.user_id, s.medication_id)
  LEFT JOIN medsched.dose_taken AS t
    ON (t.user_id, t.scheduled_for, t.schedule_id) = (d.user_id, d.scheduled_for, d.schedule_id)
ORDER BY d.user_id, d.schedule_id, d.scheduled_for;
CREATE INDEX ON bench.materialised (user_id, scheduled_for);

-- The same in the order of its index, as CLUSTER leaves it until the next dose
-- is added or recorded: the best that storing can do.
CREATE TABLE bench.materialised_clustered AS
SELECT * FROM bench.materialised ORDER BY user_id, scheduled_for;
CREATE INDEX ON bench.materialised_clustered (user_id, scheduled_for);

-- 2. As many rows from generate_series as each schedule has doses in 30 days.
-- Steps of hours need no calendar, the cheapest there are.  The starts differ by
-- a microsecond, lest the planner memoizes one series for many schedules.
CREATE TABLE bench.series AS
SELECT s.user_id, s.schedule_id, count(d.scheduled_for) AS rows,
       interval '720 hours' / count(d.scheduled_for) AS step,
       timestamptz :'reference' - interval '30 days'
       + row_number() OVER () * interval '1 microsecond' AS starts_at
FROM bench.plain_schedules AS s
  JOIN bench.doses AS d USING (user_id, schedule_id)
WHERE d.scheduled_for >= timestamptz :'reference' - interval '30 days'
  AND d.scheduled_for < timestamptz :'reference'
GROUP BY s.user_id, s.schedule_id
ORDER BY s.user_id, s.schedule_id;

-- 3. libical's iterator.
CREATE FUNCTION bench.libical_occurrences(
    rrule text, starts_at timestamp, time_zone text,
    window_start timestamptz, window_end timestamptz, jump boolean)
  RETURNS SETOF timestamptz
  LANGUAGE c STRICT STABLE PARALLEL SAFE ROWS 10
  AS :'library', 'libical_occurrences';
