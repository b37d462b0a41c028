-- Moves an existing app's medications, schedules and doses taken to medsched, in
-- one transaction: psql -1 -v ON_ERROR_STOP=1 -f move.sql, or as a custom
-- migration of drizzle-kit.  The app's tables are found by search_path, only
-- read, and left as they are.  doc/moving-over.md is the guide.

-- Refused outside a transaction, before anything is done.
LOCK TABLE pg_catalog.pg_class IN ACCESS SHARE MODE;
--> statement-breakpoint
DO $$
BEGIN
  IF pg_table_is_visible(to_regclass('medsched.medications')) THEN
    RAISE EXCEPTION 'search_path finds medsched''s own tables first'
      USING HINT = 'Set search_path to the schema of the app''s tables.';
  END IF;
END
$$;
--> statement-breakpoint
-- That it exists makes a second run fail before it moves anything.
CREATE SCHEMA moving_over;
--> statement-breakpoint
COMMENT ON SCHEMA moving_over IS
  'What became of the rows of the app''s old tables; drop it when all is settled';
--> statement-breakpoint

-- The app's tables as this script wants them: THE PART TO ADAPT, here alone.  Each
-- table is named once.  to_jsonb(…) ->> is NULL where the app lacks the column.

-- inactive_since: since when an inactive row is so, if a column of the app says
-- it.  NULL: since just after the last dose recorded.
CREATE VIEW moving_over.old_medications AS
SELECT id, user_id, name, notes, created_at,
       is_active IS TRUE AS is_active,
       (to_jsonb(m) ->> 'inactive_since')::timestamptz AS inactive_since
FROM medications AS m;
--> statement-breakpoint
-- days_of_week: 0 for Sunday to 6 for Saturday; NULL: every day.  A dose that
-- reads "500 mg" becomes amount and unit, any other text an instruction.
-- time_zone_pinned: a schedule that stays in its zone when the person travels.
CREATE VIEW moving_over.old_schedules AS
SELECT s.id, s.medication_id, s.time_of_day::text AS time_of_day, s.days_of_week::int[] AS days_of_week,
       s.start_date, s.end_date, s.timezone AS time_zone,
       coalesce((to_jsonb(s) ->> 'time_zone_pinned')::boolean, false) AS time_zone_pinned,
       s.is_active IS TRUE AS is_active,
       (to_jsonb(s) ->> 'inactive_since')::timestamptz AS inactive_since,
       d.part[1]::numeric AS dose_amount, d.part[2] AS dose_unit,
       CASE WHEN d.part IS NULL THEN nullif(btrim(s.dose), '') END AS instructions
FROM schedules AS s
LEFT JOIN LATERAL regexp_match(s.dose, '^\s*(\d{1,9}(?:\.\d{1,9})?)\s*([[:alpha:]%]+(?:/[[:alpha:]]+)?)\s*$')
  AS d (part) ON d.part[1]::numeric > 0;
--> statement-breakpoint
-- recorded_by: who recorded it, as text: an id, a name, 'caregiver'.
CREATE VIEW moving_over.old_doses AS
SELECT d.id, d.schedule_id, d.scheduled_for, d.taken_at,
       coalesce((row ->> 'recorded_at')::timestamptz, d.taken_at) AS recorded_at,
       row ->> 'recorded_by' AS recorded_by,
       coalesce(row ->> 'note', row ->> 'notes') AS note
FROM dose_taken AS d
CROSS JOIN LATERAL to_jsonb(d) AS row;
--> statement-breakpoint

-- Nobody writes to what is being moved: this locks the tables that the views read.
LOCK TABLE moving_over.old_medications, moving_over.old_schedules, moving_over.old_doses IN SHARE MODE;
--> statement-breakpoint
DO $$
BEGIN
  -- In the managed edition it is there already, and no extension.
  IF to_regprocedure('medsched.create_tables()') IS NULL THEN
    CREATE EXTENSION medsched;
  END IF;
  PERFORM medsched.create_tables();
END
$$;
--> statement-breakpoint
-- How far it is: as a notice, and for other sessions in pg_stat_activity.
CREATE FUNCTION moving_over.progress(doing text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('application_name', 'moving over: ' || doing, true);
  RAISE NOTICE '%  %', to_char(clock_timestamp(), 'HH24:MI:SS'), doing;
END
$$;
--> statement-breakpoint
DO $$
BEGIN
  PERFORM moving_over.progress(format('reading %s medications, %s schedules, %s doses',
    (SELECT count(*) FROM moving_over.old_medications), (SELECT count(*) FROM moving_over.old_schedules),
    (SELECT count(*) FROM moving_over.old_doses)));
END
$$;
--> statement-breakpoint

-- What each row becomes, or the problem that keeps it from being moved: one row
-- for each old row, by its id.

CREATE TABLE moving_over.medications AS
SELECT m.id, m.user_id, m.is_active, m.inactive_since,
       NULL::timestamptz AS inactivated_at,
       CASE WHEN m.user_id IS NULL THEN 'has no user'
            WHEN m.name ~ '[^[:space:]]' THEN NULL
            ELSE 'has no name' END AS problem
FROM moving_over.old_medications AS m;
--> statement-breakpoint
CREATE TABLE moving_over.schedules AS
WITH zone AS MATERIALIZED (     -- an old app may spell it europe/berlin
  SELECT lower(name) AS key, min(name) AS name FROM pg_timezone_names GROUP BY 1
),
part AS (
  SELECT s.*, m.id IS NOT NULL AS has_medication, m.user_id, m.problem AS medication_problem,
         m.is_active AND s.is_active AS shows,
         zone.name AS zone_name,
         CASE WHEN s.time_of_day ~ '^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.0+)?)?$'
              THEN s.time_of_day::time END AS clock,
         s.start_date >= '0001-01-01' AND s.start_date <= '9999-12-31' AS start_in_range,
         nullif(s.end_date, 'infinity') AS last_day
  FROM moving_over.old_schedules AS s
  LEFT JOIN moving_over.medications AS m ON m.id = s.medication_id
  LEFT JOIN zone ON zone.key = lower(btrim(s.time_zone))
),
judged AS (
  SELECT part.*,
         CASE
           WHEN NOT has_medication THEN 'its medication is not there'
           WHEN medication_problem IS NOT NULL THEN 'its medication ' || medication_problem
           WHEN zone_name IS NULL
             THEN format('time zone %s is not known', quote_nullable(time_zone))
           WHEN clock IS NULL
             THEN format('time_of_day %s is no time of day in whole seconds', quote_nullable(time_of_day))
           WHEN start_in_range IS NOT TRUE THEN 'has no start_date from year 1 to 9999'
           WHEN NOT last_day BETWEEN '0001-01-01' AND '9999-12-31' THEN 'has an end_date beyond the years 1 to 9999'
           WHEN cardinality(days_of_week) = 0 THEN 'days_of_week is empty: every day, or never?'
           WHEN NOT days_of_week <@ ARRAY[0, 1, 2, 3, 4, 5, 6]
             THEN format('days_of_week %s has others than 0 (Sunday) to 6 (Saturday)', days_of_week)
           WHEN NOT (dose_amount > 0 AND dose_amount < 'Infinity')
             THEN format('dose_amount %s is not above 0', dose_amount)
         END AS problem
  FROM part
),
-- As the form of schedule_from_times makes it, so that times_of_schedule leads back.
made AS (
  SELECT judged.*,
         CASE WHEN problem IS NULL
                AND EXISTS (SELECT FROM generate_series(0, 6) AS n
                            WHERE (start_date + n <= last_day) IS NOT FALSE
                              AND (days_of_week IS NULL OR extract(dow FROM start_date + n)::int = ANY (days_of_week)))
              THEN medsched.schedule_from_times(ARRAY[clock], start_date, zone_name,
                     (SELECT array_agg((d + 6) % 7 + 1) FROM unnest(days_of_week) AS d), last_day) -> 0 END AS schedule
  FROM judged
),
ruled AS (
  SELECT made.*, (schedule ->> 'starts_at')::timestamp AS starts_at, schedule ->> 'rrule' AS rrule
  FROM made
)
SELECT r.id, r.medication_id, r.user_id, r.shows, r.is_active, r.inactive_since,
       r.clock, r.zone_name AS time_zone, r.time_zone_pinned, r.starts_at,
       r.rrule,
       f.first_dose,
       NULL::timestamptz AS ends_at,
       CASE WHEN r.problem IS NULL AND f.first_dose IS NULL
            THEN 'has no dose from start_date to end_date'
            ELSE r.problem END AS problem
FROM ruled AS r
CROSS JOIN LATERAL (
  SELECT CASE WHEN r.schedule IS NOT NULL
              THEN medsched.next_occurrence(r.rrule, r.starts_at, r.zone_name, '-infinity') END)
  AS f (first_dose);
--> statement-breakpoint
UPDATE moving_over.medications AS m
SET problem = CASE WHEN EXISTS (SELECT FROM moving_over.schedules AS s WHERE s.medication_id = m.id)
                   THEN 'none of its schedules can be moved'
                   ELSE 'has no schedule' END
WHERE m.problem IS NULL
  AND NOT EXISTS (SELECT FROM moving_over.schedules AS s WHERE s.medication_id = m.id AND s.problem IS NULL);
--> statement-breakpoint
DO $$
BEGIN
  PERFORM moving_over.progress('looking which dose of its schedule each dose recorded is');
END
$$;
--> statement-breakpoint
-- nearest: where there is no dose at the instant recorded, the dose within
-- three hours of it, unless that one is recorded too.
CREATE TABLE moving_over.doses AS
WITH judged AS (
  SELECT d.*, s.user_id, s.rrule, s.starts_at, s.time_zone,
         CASE
           WHEN s.id IS NULL THEN 'its schedule is not there'
           WHEN s.problem IS NOT NULL THEN 'its schedule: ' || s.problem
           WHEN d.scheduled_for IS NULL OR NOT isfinite(d.scheduled_for) THEN 'has no scheduled_for'
           WHEN d.taken_at IS NULL OR NOT isfinite(d.taken_at) THEN 'has no taken_at'
           WHEN length(d.recorded_by) > 1000 THEN 'has a recorded_by of more than 1000 characters'
           WHEN row_number() OVER (PARTITION BY d.schedule_id, d.scheduled_for ORDER BY d.taken_at, d.id) > 1
             THEN 'is recorded twice; the earlier taken_at counts'
         END AS problem
  FROM moving_over.old_doses AS d
  LEFT JOIN moving_over.schedules AS s ON s.id = d.schedule_id
),
placed AS (
  SELECT j.*, i.is_dose, n.dose AS nearest,
         CASE WHEN i.is_dose THEN j.scheduled_for END AS moved_to
  FROM judged AS j
  CROSS JOIN LATERAL (
    SELECT CASE WHEN j.problem IS NULL
                THEN medsched.is_occurrence(j.rrule, j.starts_at, j.time_zone, j.scheduled_for) END)
    AS i (is_dose)
  LEFT JOIN LATERAL (
    SELECT o.dose
    FROM (VALUES (CASE WHEN NOT i.is_dose THEN
                    medsched.previous_occurrence(j.rrule, j.starts_at, j.time_zone, j.scheduled_for) END),
                 (CASE WHEN NOT i.is_dose THEN
                    medsched.next_occurrence(j.rrule, j.starts_at, j.time_zone, j.scheduled_for) END))
      AS o (dose)
    WHERE o.dose BETWEEN j.scheduled_for - interval '3 hours' AND j.scheduled_for + interval '3 hours'
    ORDER BY greatest(o.dose - j.scheduled_for, j.scheduled_for - o.dose)
    LIMIT 1) AS n ON true
),
one AS (
  SELECT p.*,
         row_number() OVER (PARTITION BY schedule_id, coalesce(moved_to, nearest)
                            ORDER BY moved_to, taken_at, id) = 1 AS is_first
  FROM placed AS p
)
SELECT id, schedule_id, user_id, scheduled_for, taken_at, coalesce(recorded_at, taken_at) AS recorded_at,
       recorded_by, note, moved_to, row_number() OVER () AS nth,
       CASE WHEN is_first THEN nearest END AS nearest,
       CASE WHEN NOT is_dose
            THEN format('%s in %s is no dose of its schedule', scheduled_for AT TIME ZONE time_zone, time_zone)
            ELSE problem END AS problem
FROM one;
--> statement-breakpoint
CREATE INDEX ON moving_over.doses (nth);
--> statement-breakpoint
ANALYZE moving_over.medications, moving_over.schedules, moving_over.doses;
--> statement-breakpoint

-- What was inactive ends as late as its doses recorded want it, and no later,
-- where the app does not say since when: doses that nobody was reminded of
-- must not read as missed.

UPDATE moving_over.schedules AS s
SET ends_at = coalesce(greatest(s.inactive_since, d.last_dose + interval '1 second'), s.first_dose)
FROM moving_over.schedules AS x
LEFT JOIN (SELECT schedule_id, max(coalesce(moved_to, nearest)) AS last_dose
           FROM moving_over.doses GROUP BY 1) AS d ON d.schedule_id = x.id
WHERE s.id = x.id AND NOT s.is_active AND s.problem IS NULL;
--> statement-breakpoint
UPDATE moving_over.medications AS m
SET inactivated_at = coalesce(greatest(m.inactive_since, d.last_dose + interval '1 second'), d.first_dose)
FROM (SELECT s.medication_id, min(s.first_dose) AS first_dose, max(coalesce(d.moved_to, d.nearest)) AS last_dose
      FROM moving_over.schedules AS s
      LEFT JOIN moving_over.doses AS d ON d.schedule_id = s.id
      WHERE s.problem IS NULL
      GROUP BY 1) AS d
WHERE d.medication_id = m.id AND NOT m.is_active AND m.problem IS NULL;
--> statement-breakpoint

-- The move.

INSERT INTO medsched.medications (user_id, id, name, notes, inactivated_at, created_at)
SELECT m.user_id, m.id, o.name, o.notes, m.inactivated_at, coalesce(o.created_at, now())
FROM moving_over.medications AS m
JOIN moving_over.old_medications AS o ON o.id = m.id
WHERE m.problem IS NULL;
--> statement-breakpoint
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, time_zone_pinned, rrule,
                                dose_amount, dose_unit, instructions, created_at)
SELECT s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.time_zone_pinned, s.rrule,
       o.dose_amount, o.dose_unit, o.instructions, coalesce(m.created_at, now())
FROM moving_over.schedules AS s
JOIN moving_over.old_schedules AS o ON o.id = s.id
JOIN moving_over.old_medications AS m ON m.id = s.medication_id
WHERE s.problem IS NULL;
--> statement-breakpoint
-- Ended only now: a new schedule has to have a dose, one that was given up
-- before its first is history.
UPDATE medsched.schedules AS n
SET ends_at = s.ends_at
FROM moving_over.schedules AS s
WHERE s.ends_at IS NOT NULL AND (n.user_id, n.id) = (s.user_id, s.id);
--> statement-breakpoint
DO $$
DECLARE
  batch CONSTANT bigint := 10000;
  doses CONSTANT bigint := (SELECT count(*) FROM moving_over.doses);
BEGIN
  FOR before IN 0 .. doses BY batch LOOP
    PERFORM moving_over.progress(format('moving doses, %s of %s done', before, doses));
    INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at, recorded_by, note)
    SELECT d.user_id, d.schedule_id, d.moved_to, d.taken_at, d.recorded_at, d.recorded_by, d.note
    FROM moving_over.doses AS d
    WHERE d.problem IS NULL AND d.nth > before AND d.nth <= before + batch;
  END LOOP;
  PERFORM moving_over.progress('proving that nothing is lost');
END
$$;
--> statement-breakpoint

-- The report.

CREATE VIEW moving_over.not_moved AS
SELECT 'medication' AS what, id, user_id, problem, NULL::timestamptz AS nearest
FROM moving_over.medications WHERE problem IS NOT NULL
UNION ALL
SELECT 'schedule', id, user_id, problem, NULL
FROM moving_over.schedules WHERE problem IS NOT NULL
UNION ALL
SELECT 'dose', id, user_id, problem, nearest
FROM moving_over.doses WHERE problem IS NOT NULL;
--> statement-breakpoint
CREATE VIEW moving_over.summary AS
SELECT what, count(*) AS rows, count(*) FILTER (WHERE problem IS NULL) AS moved,
       count(problem) AS not_moved
FROM (SELECT 1 AS nr, 'medications' AS what, problem FROM moving_over.medications
      UNION ALL SELECT 2, 'schedules', problem FROM moving_over.schedules
      UNION ALL SELECT 3, 'doses', problem FROM moving_over.doses) AS _
GROUP BY nr, what
ORDER BY nr;
--> statement-breakpoint
-- The doses of a window as the app's tables have them, by PostgreSQL's own
-- conversion of a wall-clock time in a zone: all but of schedules whose zone
-- or time of day cannot be read.
CREATE FUNCTION moving_over.old_scheduled_doses(window_start timestamptz, window_end timestamptz)
RETURNS TABLE (user_id uuid, schedule_id uuid, scheduled_for timestamptz, taken_at timestamptz)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT DISTINCT m.user_id, s.id, dose.at, taken.taken_at
  FROM moving_over.old_schedules AS s
  JOIN moving_over.old_medications AS m ON m.id = s.medication_id
  JOIN moving_over.schedules AS p ON p.id = s.id
  CROSS JOIN LATERAL generate_series(
    greatest(s.start_date, (window_start AT TIME ZONE p.time_zone)::date - 1)::timestamp,
    least(s.end_date, (window_end AT TIME ZONE p.time_zone)::date + 1)::timestamp,
    interval '1 day') AS day
  CROSS JOIN LATERAL (SELECT (day::date + p.clock) AT TIME ZONE p.time_zone AS at) AS dose
  LEFT JOIN (SELECT d.schedule_id, d.scheduled_for, min(d.taken_at) AS taken_at
             FROM moving_over.old_doses AS d GROUP BY 1, 2) AS taken
    ON taken.schedule_id = s.id AND taken.scheduled_for = dose.at
  WHERE m.is_active AND s.is_active
    AND s.start_date IS NOT NULL AND p.clock IS NOT NULL
    AND (s.days_of_week IS NULL OR extract(dow FROM day)::int = ANY (s.days_of_week))
    AND dose.at >= window_start AND dose.at < window_end;
END;
--> statement-breakpoint
-- Where these and medsched's doses differ.  What the app has inactive is left
-- out: the app shows no dose of it, medsched those before its end.
CREATE FUNCTION moving_over.differences(window_start timestamptz, window_end timestamptz)
RETURNS TABLE (user_id uuid, schedule_id uuid, scheduled_for timestamptz, local_time timestamp,
               time_zone text, difference text)
LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT s.user_id, s.id, b.scheduled_for, b.scheduled_for AT TIME ZONE s.time_zone, s.time_zone,
         CASE WHEN b.is_new IS NULL THEN 'old app only' || coalesce(': ' || s.problem, '')
              WHEN b.is_old IS NULL THEN 'medsched only'
              ELSE 'taken_at differs' END
  FROM (
    SELECT schedule_id, scheduled_for, o.is_old, n.is_new, o.taken_at AS old_taken, n.taken_at AS new_taken
    FROM (SELECT d.schedule_id, d.scheduled_for, d.taken_at, true AS is_old
          FROM moving_over.old_scheduled_doses(window_start, window_end) AS d) AS o
    FULL JOIN (SELECT d.schedule_id, d.scheduled_for, d.taken_at, true AS is_new
               FROM medsched.scheduled_doses(window_start, window_end) AS d
               JOIN moving_over.schedules AS p ON p.id = d.schedule_id
               WHERE p.shows) AS n
      USING (schedule_id, scheduled_for)) AS b
  JOIN moving_over.schedules AS s ON s.id = b.schedule_id
  WHERE b.is_old IS NULL OR b.is_new IS NULL OR b.old_taken IS DISTINCT FROM b.new_taken
  ORDER BY s.user_id, s.id, b.scheduled_for;
END;
--> statement-breakpoint

-- Nothing is lost, nothing breaks a rule; or nothing happens.
DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(c.what, ', ') INTO wrong
  FROM (VALUES
    ('medications', (SELECT count(*) FROM moving_over.old_medications),
     (SELECT count(*) FROM moving_over.not_moved WHERE what = 'medication')
     + (SELECT count(*) FROM medsched.medications AS n JOIN moving_over.medications AS m USING (user_id, id)
        WHERE m.problem IS NULL)),
    ('schedules', (SELECT count(*) FROM moving_over.old_schedules),
     (SELECT count(*) FROM moving_over.not_moved WHERE what = 'schedule')
     + (SELECT count(*) FROM medsched.schedules AS n JOIN moving_over.schedules AS s USING (user_id, id)
        WHERE s.problem IS NULL)),
    ('doses', (SELECT count(*) FROM moving_over.old_doses),
     (SELECT count(*) FROM moving_over.not_moved WHERE what = 'dose')
     + (SELECT count(*) FROM medsched.dose_taken AS n JOIN moving_over.doses AS d USING (user_id, schedule_id)
        WHERE d.problem IS NULL AND n.scheduled_for = d.moved_to AND n.taken_at = d.taken_at
          AND (n.recorded_by, n.note) IS NOT DISTINCT FROM (d.recorded_by, d.note))))
    AS c (what, before, after)
  WHERE c.before <> c.after;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'not every row was moved or reported: %', wrong;
  END IF;
  SELECT string_agg(format('%s %s: %s', i.rule, i.row_id, i.problem), E'\n') INTO wrong
  FROM medsched.check_integrity() AS i;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'rows in medsched break its rules' USING DETAIL = wrong;
  END IF;
END
$$;
