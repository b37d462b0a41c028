-- Which rows break a rule, and what state a person's schedules are in.

-- Of one bad row, the error; the answer about the others does not fail because of it.
CREATE OR REPLACE FUNCTION medsched._first_dose(
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int,
  effective_from timestamptz,
  OUT first_dose timestamptz,
  OUT error text)
LANGUAGE plpgsql STABLE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  first_dose := medsched.next_occurrence(
    rrule, starts_at, time_zone, coalesce(greatest(effective_from, '0001-12-01 00:00:00Z BC') - interval '1 microsecond', '-infinity'),
    rdates, exdates, cycle_days_on, cycle_days_off);
EXCEPTION WHEN OTHERS THEN
  error := SQLERRM;
END
$$;

COMMENT ON FUNCTION medsched._first_dose(text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz) IS
  'For check_integrity: the first dose of a schedule, or why it cannot be computed';

-- The rows of medsched.moved_doses: tables of an earlier version have none.
CREATE OR REPLACE FUNCTION medsched._moved_rows()
RETURNS TABLE (user_id uuid, schedule_id uuid, scheduled_for timestamptz, due_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  IF to_regclass('medsched.moved_doses') IS NOT NULL THEN
    RETURN QUERY SELECT v.user_id, v.schedule_id, v.scheduled_for, v.due_at FROM medsched.moved_doses AS v;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._moved_rows() IS
  'For check_integrity: the rows of medsched.moved_doses';

-- What is wrong with a moved dose as its schedule is now.  One beyond the end of its schedule is not due, and no mistake.
CREATE OR REPLACE FUNCTION medsched._move_of_row_problem(user_id uuid, schedule_id uuid, scheduled_for timestamptz, due_at timestamptz,
  as_needed boolean, rrule text, starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[], cycle_days_on int,
  cycle_days_off int, ends_at timestamptz, OUT rule text, OUT problem text)
LANGUAGE plpgsql STABLE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF as_needed OR NOT medsched.is_occurrence($6, $7, $8, $3, $9, $10, $11, $12) THEN
    rule := 'moved_dose_is_scheduled';
    problem := 'The schedule has no dose then, and the move does nothing.';
  ELSIF (due_at < ends_at) IS NOT FALSE AND medsched.is_occurrence($6, $7, $8, $4, $9, $10, $11, $12)
        AND NOT EXISTS (SELECT FROM medsched.moved_doses AS v WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for = $4) THEN
    rule := 'moved_dose_is_apart';
    problem := format('It is due at %s, as another dose of its schedule is.', due_at);
  END IF;
EXCEPTION WHEN data_exception OR feature_not_supported THEN
  -- What is to be said of such a schedule, schedule_has_dose says.
  rule := NULL;
END
$$;

COMMENT ON FUNCTION medsched._move_of_row_problem(uuid, uuid, timestamptz, timestamptz, boolean, text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz) IS
  'For check_integrity: what is wrong with a moved dose';

-- What the triggers would refuse, but for one thing: a schedule that ends before its
-- first dose is refused as a new one only, for one that was ended since is history.
-- The planner sets it into the caller's query, so that the rows of one user cost
-- what that user's rows cost.
CREATE OR REPLACE FUNCTION medsched.check_integrity()
RETURNS TABLE (rule text, user_id uuid, row_id text, problem text)
LANGUAGE sql STABLE
AS $$
  SELECT 'medication_has_schedule', m.user_id, m.id::pg_catalog.text, 'The medication has no schedule.'
    FROM medsched.medications AS m
   WHERE NOT EXISTS (
           SELECT FROM medsched.schedules AS s
            WHERE s.user_id OPERATOR(pg_catalog.=) m.user_id AND s.medication_id OPERATOR(pg_catalog.=) m.id)
  UNION ALL
  SELECT 'schedule_has_medication', s.user_id, s.id::pg_catalog.text,
         pg_catalog.format('The user has no medication "%s".', s.medication_id)
    FROM medsched.schedules AS s
   WHERE NOT EXISTS (
           SELECT FROM medsched.medications AS m
            WHERE m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id)
  UNION ALL
  SELECT 'schedule_replaces_schedule', s.user_id, s.id::pg_catalog.text, p.problem
    FROM medsched.schedules AS s
    LEFT JOIN medsched.schedules AS o
      ON o.user_id OPERATOR(pg_catalog.=) s.user_id AND o.id OPERATOR(pg_catalog.=) s.replaces
   CROSS JOIN LATERAL (
           SELECT CASE
                    WHEN o.id IS NULL
                    THEN pg_catalog.format('The user has no schedule "%s", which it replaces.', s.replaces)
                    WHEN o.medication_id OPERATOR(pg_catalog.<>) s.medication_id
                    THEN pg_catalog.format('Schedule "%s", which it replaces, is of another medication.', s.replaces)
                    WHEN s.effective_from OPERATOR(pg_catalog.<) coalesce(o.ends_at, 'infinity')
                    THEN pg_catalog.format('It takes effect at %s, before schedule "%s", which it replaces, ends.', s.effective_from, s.replaces)
                    WHEN EXISTS (
                           WITH RECURSIVE chain AS (
                             SELECT o.replaces
                             UNION
                             SELECT e.replaces
                               FROM chain AS c
                               JOIN medsched.schedules AS e
                                 ON e.user_id OPERATOR(pg_catalog.=) s.user_id AND e.id OPERATOR(pg_catalog.=) c.replaces)
                           SELECT FROM chain AS c WHERE c.replaces OPERATOR(pg_catalog.=) s.id)
                    THEN 'What it replaces replaces it in turn.'
                  END) AS p (problem)
   WHERE s.replaces IS NOT NULL
     AND p.problem IS NOT NULL
  UNION ALL
  SELECT 'schedule_has_dose', s.user_id, s.id::pg_catalog.text,
         CASE
           WHEN f.error IS NULL THEN 'The schedule can never have a dose.'
           ELSE pg_catalog.format('Its doses cannot be computed: %s.', f.error)
         END
    FROM medsched.schedules AS s
   CROSS JOIN LATERAL medsched._first_dose(
           CASE WHEN NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL THEN s.rrule::pg_catalog.text END, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
           CASE WHEN NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL THEN s.effective_from END) AS f
   WHERE f.first_dose IS NULL
  UNION ALL
  SELECT 'schedule_density', s.user_id, s.id::pg_catalog.text, p.problem
    FROM medsched.schedules AS s
   CROSS JOIN LATERAL medsched.schedule_density_problem(
           s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS p (problem)
   WHERE NOT s.as_needed
     AND coalesce(s.after_last, s.follows_by) IS NULL
     AND p.problem IS NOT NULL
  UNION ALL
  SELECT p.rule, s.user_id, s.id::pg_catalog.text, p.problem
    FROM medsched.schedules AS s
    LEFT JOIN medsched.schedules AS o
      ON o.user_id OPERATOR(pg_catalog.=) s.user_id AND o.id OPERATOR(pg_catalog.=) s.replaces
   CROSS JOIN LATERAL medsched._dates_of_row_problem(
           s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
           s.effective_from, o.rdates, o.exdates) AS p
   WHERE (s.rdates OPERATOR(pg_catalog.<>) '{}' OR s.exdates OPERATOR(pg_catalog.<>) '{}')
     AND p.rule IS NOT NULL
  UNION ALL
  SELECT p.rule, v.user_id, pg_catalog.concat(v.schedule_id, ' ', v.scheduled_for), p.problem
    FROM medsched._moved_rows() AS v
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) v.user_id AND s.id OPERATOR(pg_catalog.=) v.schedule_id
   CROSS JOIN LATERAL medsched._move_of_row_problem(
           v.user_id, v.schedule_id, v.scheduled_for, v.due_at, s.as_needed, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off, s.ends_at) AS p
   WHERE coalesce(s.after_last, s.follows_by) IS NULL
     AND p.rule IS NOT NULL
  UNION ALL
  SELECT 'schedule_follows_schedule', s.user_id, s.id::pg_catalog.text,
         pg_catalog.format('It follows schedule "%s", which has no times of its own.', s.follows)
    FROM medsched.schedules AS s
   WHERE s.follows IS NOT NULL
     AND EXISTS (
           SELECT FROM medsched.schedules AS l
            WHERE l.user_id OPERATOR(pg_catalog.=) s.user_id
              AND l.id OPERATOR(pg_catalog.=) ANY (medsched._whole_chain(s.user_id, s.follows))
              AND (l.as_needed OR l.follows IS NOT NULL))
  UNION ALL
  SELECT 'followed_schedule_goes_on', s.user_id, b.schedule_id::pg_catalog.text,
         pg_catalog.format('It goes on, and schedule "%s", which it follows, ends at %s.', b.leader_id, b.leader_closed)
    FROM (SELECT DISTINCT f.user_id FROM medsched.schedules AS f WHERE f.follows IS NOT NULL) AS s
   CROSS JOIN LATERAL medsched._left_behind(s.user_id, NULL::pg_catalog.uuid, NULL::pg_catalog.uuid) AS b
  UNION ALL
  SELECT 'dose_has_schedule', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for),
         pg_catalog.format('The user has no schedule "%s".', d.schedule_id)
    FROM medsched.dose_taken AS d
   WHERE NOT EXISTS (
           SELECT FROM medsched.schedules AS s
            WHERE s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id)
  UNION ALL
  SELECT 'dose_is_scheduled', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for), p.problem
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
   CROSS JOIN LATERAL medsched._first_dose(
           CASE WHEN NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL THEN s.rrule::pg_catalog.text END, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
           CASE WHEN NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL THEN s.effective_from END) AS f
    LEFT JOIN medsched.medications AS m
      ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
   CROSS JOIN LATERAL (
           SELECT CASE
                    WHEN d.scheduled_for OPERATOR(pg_catalog.>=) m.inactivated_at
                    THEN pg_catalog.format('The medication is inactive from %s.', m.inactivated_at)
                    WHEN d.scheduled_for OPERATOR(pg_catalog.>=) s.ends_at
                    THEN pg_catalog.format('The schedule ends at %s.', s.ends_at)
                    WHEN d.scheduled_for OPERATOR(pg_catalog.<) s.effective_from
                    THEN pg_catalog.format('The schedule takes effect at %s.', s.effective_from)
                    WHEN (s.as_needed OR coalesce(s.after_last, s.follows_by) IS NOT NULL) AND d.scheduled_for OPERATOR(pg_catalog.<) f.first_dose
                    THEN pg_catalog.format('The schedule starts at %s in %s.', s.starts_at, s.time_zone)
                    WHEN (s.as_needed OR coalesce(s.after_last, s.follows_by) IS NOT NULL) AND d.scheduled_for OPERATOR(pg_catalog.>=) '10000-01-01 00:00:00Z'::pg_catalog.timestamptz
                    THEN 'A dose is before the year 10000.'
                    WHEN (s.as_needed OR coalesce(s.after_last, s.follows_by) IS NOT NULL) AND pg_catalog.date_trunc('second', d.scheduled_for) OPERATOR(pg_catalog.<>) d.scheduled_for
                    THEN 'A dose is at a whole second.'
                    WHEN s.as_needed OR coalesce(s.after_last, s.follows_by) IS NOT NULL OR f.error IS NOT NULL
                    THEN NULL
                    WHEN NOT medsched.is_occurrence(
                           s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, d.scheduled_for,
                           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off)
                    THEN 'The schedule has no dose then: medsched.explain_dose() tells why.'
                  END) AS p (problem)
   WHERE p.problem IS NOT NULL
     AND d.outcome OPERATOR(pg_catalog.<>) 'extra'
  UNION ALL
  SELECT 'extra_dose_not_as_needed', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for),
         'A dose as needed is no extra one.'
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
   WHERE s.as_needed
     AND d.outcome OPERATOR(pg_catalog.=) 'extra'
  UNION ALL
  SELECT 'as_needed_not_skipped', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for),
         'A dose as needed is taken, or it is none.'
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
   WHERE s.as_needed
     AND d.outcome OPERATOR(pg_catalog.=) 'skipped'
  UNION ALL
  -- Of each medication, in their order: a dose is told of by its own limits, or by an
  -- earlier one's that a later dose breaks without breaking its own.
  SELECT p.rule, w.user_id, pg_catalog.concat(w.schedule_id, ' ', w.scheduled_for), p.problem
    FROM (SELECT n.*,
                 pg_catalog.max(n.ndoses) FILTER (WHERE n.max_per_24h IS NULL OR n.ndoses OPERATOR(pg_catalog.<=) n.max_per_24h)
                   OVER (PARTITION BY n.user_id, n.medication_id ORDER BY n.scheduled_for
                         RANGE BETWEEN CURRENT ROW AND '23:59:59.999999' FOLLOWING) AS ndoses_later
            FROM (SELECT d.user_id, d.schedule_id, d.scheduled_for, s.medication_id, s.min_interval, s.max_per_24h,
                         pg_catalog.count(d.despite_limits) OVER (PARTITION BY d.user_id, s.medication_id) AS ndespite,
                         pg_catalog.lag(d.scheduled_for) OVER in_order AS before,
                         pg_catalog.lead(d.scheduled_for) OVER in_order AS after,
                         pg_catalog.lead(s.min_interval) OVER in_order AS min_interval_after,
                         pg_catalog.count(*) OVER (PARTITION BY d.user_id, s.medication_id ORDER BY d.scheduled_for
                                                   RANGE BETWEEN '23:59:59.999999' PRECEDING AND CURRENT ROW) AS ndoses
                    FROM medsched.dose_taken AS d
                    JOIN medsched.schedules AS s
                      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
                   WHERE s.as_needed
                     AND d.outcome OPERATOR(pg_catalog.<>) 'skipped'
                     AND d.scheduled_for OPERATOR(pg_catalog.>=) '0001-01-01 00:00:00Z'::pg_catalog.timestamptz
                     AND d.scheduled_for OPERATOR(pg_catalog.<) '10000-01-01 00:00:00Z'::pg_catalog.timestamptz
                  WINDOW in_order AS (PARTITION BY d.user_id, s.medication_id ORDER BY d.scheduled_for, d.schedule_id)) AS n) AS w
   CROSS JOIN LATERAL (
           SELECT 'as_needed_min_interval',
                  CASE
                    WHEN (w.scheduled_for OPERATOR(pg_catalog.-) w.before) OPERATOR(pg_catalog.<) w.min_interval
                    THEN pg_catalog.format('The dose before it was at %s, less than %s earlier.', w.before, w.min_interval)
                    WHEN (w.after OPERATOR(pg_catalog.-) w.scheduled_for) OPERATOR(pg_catalog.<) w.min_interval
                     AND (w.after OPERATOR(pg_catalog.-) w.scheduled_for) OPERATOR(pg_catalog.>=) coalesce(w.min_interval_after, '0')
                    THEN pg_catalog.format('The dose after it was at %s, less than %s later.', w.after, w.min_interval)
                  END
            WHERE w.ndespite OPERATOR(pg_catalog.=) 0
           UNION ALL
           SELECT 'as_needed_max_per_24h',
                  CASE
                    WHEN w.ndoses OPERATOR(pg_catalog.>) w.max_per_24h
                    THEN pg_catalog.format('It is dose %s in 24 hours, of at most %s.', w.ndoses, w.max_per_24h)
                    WHEN w.ndoses_later OPERATOR(pg_catalog.>) w.max_per_24h
                    THEN pg_catalog.format('It is one of %s doses in 24 hours, of at most %s.', w.ndoses_later, w.max_per_24h)
                  END
            WHERE w.ndespite OPERATOR(pg_catalog.=) 0
           UNION ALL
           -- Where some were recorded in spite of the limits, those that were there before are not to blame.
           SELECT b.rule, b.problem
             FROM medsched._limit_broken_by(w.user_id, w.schedule_id, w.scheduled_for) AS b
            WHERE w.ndespite OPERATOR(pg_catalog.>) 0 AND NOT b.is_of_amounts) AS p (rule, problem)
   WHERE p.problem IS NOT NULL
  UNION ALL
  SELECT b.rule, d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for), b.problem
    FROM medsched.medications AS m
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) m.user_id AND s.medication_id OPERATOR(pg_catalog.=) m.id
    JOIN medsched.dose_taken AS d
      ON d.user_id OPERATOR(pg_catalog.=) s.user_id AND d.schedule_id OPERATOR(pg_catalog.=) s.id
   CROSS JOIN LATERAL medsched._limit_broken_by(d.user_id, d.schedule_id, d.scheduled_for) AS b
   WHERE (s.as_needed AND (s.limits IS NOT NULL OR s.max_per_24h IS NOT NULL AND s.dose_amount IS NOT NULL) OR m.substance IS NOT NULL)
     AND d.despite_limits IS NULL
     AND b.is_of_amounts
$$;

COMMENT ON FUNCTION medsched.check_integrity() IS
  'Every row that breaks a rule, as data loaded with triggers off may: none, if all is well';

CREATE OR REPLACE FUNCTION medsched.schedule_overview(user_id uuid)
RETURNS TABLE (
  medication_id uuid,
  medication_name text,
  schedule_id uuid,
  state text,
  description text,
  dose_amount numeric,
  dose_unit text,
  last_recorded timestamptz,
  next_dose timestamptz,
  effective_from timestamptz,
  ends_at timestamptz,
  replaces uuid,
  replaced_by uuid)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT m.id, m.name, s.id,
         medsched._schedule_state(m.inactivated_at, s.ends_at, r.id, b.begins_at, s.as_needed, n.next_dose),
         medsched.describe_schedule(s.user_id, s.id),
         s.dose_amount,
         s.dose_unit,
         (SELECT max(d.scheduled_for)
            FROM medsched.dose_taken AS d
           WHERE d.user_id = s.user_id AND d.schedule_id = s.id),
         CASE WHEN n.next_dose < coalesce(least(s.ends_at, m.inactivated_at), 'infinity') THEN n.next_dose END,
         s.effective_from,
         s.ends_at,
         s.replaces,
         r.id
    FROM medsched.medications AS m
    JOIN medsched.schedules AS s
      ON s.user_id = m.user_id AND s.medication_id = m.id
    LEFT JOIN medsched.schedules AS r
      ON r.user_id = s.user_id AND r.replaces = s.id
   CROSS JOIN LATERAL (
           SELECT greatest(s.effective_from, medsched.next_occurrence(
                    NULL::text, s.starts_at, s.time_zone::text, '-infinity'::timestamptz,
                    '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int))) AS b (begins_at)
    LEFT JOIN LATERAL medsched.next_occurrence(
           s.rrule::text, s.starts_at, s.time_zone::text,
           greatest(now(), s.effective_from - interval '1 microsecond'),
           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS o (next_dose)
      ON NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL
    LEFT JOIN LATERAL medsched._counted_dose(s.user_id, s.id, NULL::timestamptz) AS c
      ON coalesce(s.after_last, s.follows_by) IS NOT NULL
   -- One that is counted from the last dose may have been due before now.
   CROSS JOIN LATERAL (SELECT coalesce(o.next_dose, c.due_at)) AS n (next_dose)
   WHERE m.user_id = medsched.check_user(schedule_overview.user_id)
   ORDER BY m.name, m.id, coalesce(s.effective_from, medsched._to_instant(s.starts_at, s.time_zone::text)), s.id
$$;

COMMENT ON FUNCTION medsched.schedule_overview(uuid) IS
  'A user''s schedules for who helps them: in words, what state they are in, the dose recorded last and the next to come';
