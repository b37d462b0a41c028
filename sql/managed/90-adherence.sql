-- What is asked about everybody, in plain SQL of one SELECT, which the planner sets into the caller's query.

-- The dose of a schedule after one of its doses, before its end.
CREATE OR REPLACE FUNCTION medsched._next_dose(scheduled_for timestamptz, rrule text, starts_at timestamp, time_zone text, rdates timestamp[],
  exdates timestamp[], cycle_days_on int, cycle_days_off int, ends_at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  next CONSTANT timestamptz := medsched.next_occurrence(rrule, starts_at, time_zone, scheduled_for, rdates, exdates, cycle_days_on, cycle_days_off);
BEGIN
  RETURN CASE WHEN ends_at IS NULL OR next < ends_at THEN next END;
END
$$;

COMMENT ON FUNCTION medsched._next_dose(timestamptz, text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz) IS
  'Internal: the dose of a schedule after one of its doses';

-- The last dose of a schedule that has come by now: those before it are over where they are missed when the next is due.
CREATE OR REPLACE FUNCTION medsched._last_dose(rrule text, starts_at timestamp, time_zone text, rdates timestamp[],
  exdates timestamp[], cycle_days_on int, cycle_days_off int, ends_at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- _count_schedule_doses() warns of a schedule that cannot be read.  A handler would be a subtransaction, which no worker begins.
  IF medsched._is_zone(time_zone) THEN
    RETURN medsched.previous_occurrence(rrule, starts_at, time_zone, least(now() + interval '1 microsecond', ends_at), rdates, exdates,
                                        cycle_days_on, cycle_days_off);
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._last_dose(text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz) IS
  'Internal: the last dose of a schedule that has come by now';

CREATE OR REPLACE FUNCTION medsched.scheduled_doses(window_start timestamptz, window_end timestamptz)
RETURNS SETOF medsched.scheduled_dose
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT s.user_id,
         CASE WHEN pg_catalog.date_trunc('milliseconds', o.scheduled_for) OPERATOR(pg_catalog.=) o.scheduled_for
              THEN medsched.dose_id(s.id, o.scheduled_for) END,
         o.scheduled_for,
         medsched._to_local(o.due_at, s.time_zone::pg_catalog.text),
         s.time_zone::pg_catalog.text,
         m.id,
         m.name,
         s.id,
         s.dose_amount,
         s.dose_unit,
         s.instructions,
         o.taken_at,
         o.recorded_by,
         medsched.dose_status(o.due_at, o.outcome, s.grace, n.next_dose),
         o.outcome,
         medsched.is_on_time(o.due_at, o.taken_at, s.grace, s.tolerance_before),
         o.outcome IS NULL
           AND medsched.dose_status(o.due_at, NULL::pg_catalog.text, s.grace, n.next_dose) OPERATOR(pg_catalog.=) 'missed',
         o.due_at
    -- What the tables of an earlier version lack until create_tables() has run: there the names below mean these.
    FROM (SELECT NULL::pg_catalog.interval AS tolerance_before, false AS missed_when_next, NULL::pg_catalog.interval AS after_last, NULL::pg_catalog.interval AS follows_by) AS lacking
   CROSS JOIN LATERAL (
           SELECT t.user_id, t.id, t.medication_id, t.starts_at, t.time_zone, t.rrule, t.rdates, t.exdates, t.cycle_days_on, t.cycle_days_off,
                  t.as_needed, t.dose_amount, t.dose_unit, t.instructions, t.grace, t.effective_from, t.ends_at, tolerance_before, missed_when_next,
                  after_last, follows_by
             FROM medsched.schedules AS t) AS s
    JOIN medsched.medications AS m
      ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
   -- What is recorded is listed though it be no occurrence: medsched.check_integrity() names it.
   CROSS JOIN LATERAL (
           SELECT pg_catalog.array_agg(t.scheduled_for) AS scheduled_for,
                  pg_catalog.array_agg(t.taken_at) AS taken_at,
                  pg_catalog.array_agg(t.recorded_by) AS recorded_by,
                  pg_catalog.array_agg(t.outcome) AS outcome
             FROM medsched.dose_taken AS t
            WHERE t.user_id OPERATOR(pg_catalog.=) s.user_id
              AND t.schedule_id OPERATOR(pg_catalog.=) s.id
              AND t.outcome OPERATOR(pg_catalog.<>) 'extra'
              AND t.scheduled_for OPERATOR(pg_catalog.>=) greatest($1, '0001-01-01 00:00:00Z'::pg_catalog.timestamptz)
              AND t.scheduled_for OPERATOR(pg_catalog.<) least($2, '10000-01-01 00:00:00Z'::pg_catalog.timestamptz)) AS r
   CROSS JOIN LATERAL (
           SELECT CASE WHEN (SELECT medsched._any_moved()) THEN medsched._has_moved(s.user_id, s.id, $1) ELSE false END
           OFFSET 0) AS v (moved)
   CROSS JOIN LATERAL (
           SELECT i.scheduled_for, i.scheduled_for, r.taken_at[i.nth], r.recorded_by[i.nth], r.outcome[i.nth]
             FROM medsched._schedule_doses(
                    s.id, r.scheduled_for, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
                    greatest($1, s.effective_from), least($2, s.ends_at, m.inactivated_at),
                    s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS i
            WHERE NOT v.moved AND coalesce(s.after_last, s.follows_by) IS NULL
           UNION ALL
           SELECT i.scheduled_for, i.due_at, i.taken_at, i.recorded_by, i.outcome
             FROM medsched._moved_schedule_doses(
                    s.user_id, s.id, r.scheduled_for, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates,
                    s.cycle_days_on, s.cycle_days_off, s.effective_from, least(s.ends_at, m.inactivated_at), $1, $2) AS i
            WHERE v.moved AND coalesce(s.after_last, s.follows_by) IS NULL
           UNION ALL
           SELECT i.scheduled_for, i.due_at, i.taken_at, i.recorded_by, i.outcome
             FROM medsched._counted_schedule_doses(s.user_id, s.id, s.starts_at, s.time_zone::pg_catalog.text, least(s.ends_at, m.inactivated_at), $1, $2) AS i
            WHERE coalesce(s.after_last, s.follows_by) IS NOT NULL) AS o (scheduled_for, due_at, taken_at, recorded_by, outcome)
   -- When the schedule has its next dose, for one that is due and is missed then.
   CROSS JOIN LATERAL (
           SELECT CASE WHEN s.missed_when_next AND o.outcome IS NULL
                            AND medsched.dose_status(o.due_at, NULL::pg_catalog.text, s.grace, NULL::pg_catalog.timestamptz) OPERATOR(pg_catalog.=) 'due'
                       THEN CASE WHEN v.moved
                                 THEN medsched._next_due(s.user_id, s.id, o.due_at, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
                                                         s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off, s.effective_from,
                                                         least(s.ends_at, m.inactivated_at))
                                 ELSE medsched._next_dose(o.scheduled_for, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
                                                          s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
                                                          least(s.ends_at, m.inactivated_at)) END END) AS n (next_dose)
   WHERE medsched.check_window_for_all($1, $2)
     AND NOT s.as_needed
     AND ((s.effective_from IS NULL OR s.effective_from OPERATOR(pg_catalog.<) least($2, s.ends_at, m.inactivated_at))
          AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) $1)
          AND (m.inactivated_at IS NULL OR m.inactivated_at OPERATOR(pg_catalog.>) $1)
          OR r.scheduled_for IS NOT NULL
          OR v.moved OR coalesce(s.after_last, s.follows_by) IS NOT NULL)
$$;

CREATE OR REPLACE FUNCTION medsched.due_doses(window_start timestamptz, window_end timestamptz)
RETURNS SETOF medsched.due_dose
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT o.user_id, o.dose_id, o.scheduled_for, o.local_time, o.time_zone, o.medication_id, o.medication_name,
         o.schedule_id, o.dose_amount, o.dose_unit, o.instructions, o.status, o.due_at
    FROM medsched.scheduled_doses(window_start, window_end) AS o
   WHERE o.outcome IS NULL
$$;

CREATE OR REPLACE FUNCTION medsched.adherence_of_all(window_start timestamptz, window_end timestamptz)
RETURNS TABLE (
  user_id uuid,
  medication_id uuid,
  medication_name text,
  scheduled bigint,
  taken bigint,
  skipped bigint,
  missed bigint,
  on_time bigint,
  percentage numeric)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT a.user_id, a.medication_id, a.medication_name, a.scheduled, a.taken, a.skipped, a.missed, a.on_time,
         medsched.percentage_taken(a.taken, a.skipped, a.missed)
    FROM (
      SELECT s.user_id,
             m.id AS medication_id,
             m.name AS medication_name,
             pg_catalog.sum(CASE WHEN v.single THEN k.scheduled ELSE o.scheduled END)::pg_catalog.int8 AS scheduled,
             pg_catalog.sum(CASE WHEN v.single THEN k.taken ELSE r.taken END)::pg_catalog.int8 AS taken,
             pg_catalog.sum(CASE WHEN v.single THEN k.skipped ELSE r.skipped END)::pg_catalog.int8 AS skipped,
             pg_catalog.sum(CASE WHEN v.single THEN k.missed ELSE greatest(o.over OPERATOR(pg_catalog.-) r.over, 0) END)::pg_catalog.int8 AS missed,
             pg_catalog.sum(CASE WHEN v.single THEN k.on_time ELSE r.on_time END)::pg_catalog.int8 AS on_time
        -- As scheduled_doses() does for the tables of an earlier version.
        FROM (SELECT NULL::pg_catalog.interval AS tolerance_before, false AS missed_when_next, NULL::pg_catalog.interval AS after_last, NULL::pg_catalog.interval AS follows_by) AS lacking
       CROSS JOIN LATERAL (
               SELECT t.user_id, t.id, t.medication_id, t.starts_at, t.time_zone, t.rrule, t.rdates, t.exdates, t.cycle_days_on, t.cycle_days_off,
                      t.as_needed, t.grace, t.effective_from, t.ends_at, tolerance_before, missed_when_next, after_last, follows_by
                 FROM medsched.schedules AS t) AS s
        JOIN medsched.medications AS m
          ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
       CROSS JOIN LATERAL (
               SELECT greatest($1, s.effective_from),
                      least($2, s.ends_at, m.inactivated_at),
                      CASE WHEN s.missed_when_next
                           THEN greatest(medsched.grace_ended_before(s.grace),
                                         medsched._last_dose(s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates,
                                                             s.cycle_days_on, s.cycle_days_off, least(s.ends_at, m.inactivated_at)))
                           ELSE medsched.grace_ended_before(s.grace) END
               OFFSET 0) AS w (first, last, graced)
       -- What is recorded of its doses; mostly, but not always, of an occurrence.
       CROSS JOIN LATERAL (
               SELECT pg_catalog.array_agg(d.scheduled_for) AS recorded,
                      pg_catalog.array_agg(d.scheduled_for) FILTER (WHERE d.scheduled_for OPERATOR(pg_catalog.<) w.graced) AS recorded_over,
                      pg_catalog.count(*) FILTER (WHERE d.outcome OPERATOR(pg_catalog.=) 'taken') AS taken,
                      pg_catalog.count(*) FILTER (WHERE d.outcome OPERATOR(pg_catalog.=) 'skipped') AS skipped,
                      pg_catalog.count(*) FILTER (WHERE d.scheduled_for OPERATOR(pg_catalog.<) w.graced) AS over,
                      pg_catalog.count(*) FILTER (WHERE medsched.is_on_time(d.scheduled_for, d.taken_at, s.grace, s.tolerance_before)) AS on_time
                 FROM medsched.dose_taken AS d
                WHERE d.user_id OPERATOR(pg_catalog.=) s.user_id
                  AND d.schedule_id OPERATOR(pg_catalog.=) s.id
                  AND d.outcome OPERATOR(pg_catalog.<>) 'extra'
                  AND d.scheduled_for OPERATOR(pg_catalog.>=) greatest($1, '0001-01-01 00:00:00Z'::pg_catalog.timestamptz)
                  AND d.scheduled_for OPERATOR(pg_catalog.<) least($2, '10000-01-01 00:00:00Z'::pg_catalog.timestamptz)) AS r
       -- All its doses, and those whose grace is over.
       CROSS JOIN LATERAL (
               SELECT medsched._count_schedule_doses(
                        s.id, r.recorded, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, w.first, w.last,
                        s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off),
                      medsched._count_schedule_doses(
                        s.id, r.recorded_over, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, w.first, least(w.last, w.graced),
                        s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off)) AS o (scheduled, over)
       -- Where some were moved, and where each is counted from the one before, each is looked at.
       CROSS JOIN LATERAL (
               SELECT f.moved, f.moved OR coalesce(s.after_last, s.follows_by) IS NOT NULL
                 FROM (SELECT CASE WHEN (SELECT medsched._any_moved()) THEN medsched._has_moved(s.user_id, s.id, $1) ELSE false END) AS f (moved)
               OFFSET 0) AS v (moved, single)
       CROSS JOIN LATERAL (
               SELECT pg_catalog.count(*) AS scheduled,
                      pg_catalog.count(*) FILTER (WHERE i.outcome OPERATOR(pg_catalog.=) 'taken') AS taken,
                      pg_catalog.count(*) FILTER (WHERE i.outcome OPERATOR(pg_catalog.=) 'skipped') AS skipped,
                      pg_catalog.count(*) FILTER (
                        WHERE i.outcome IS NULL
                          AND medsched.dose_status(i.due_at, NULL::pg_catalog.text, s.grace,
                                CASE WHEN s.missed_when_next AND i.due_at OPERATOR(pg_catalog.<=) pg_catalog.now()
                                     THEN medsched._next_due(s.user_id, s.id, i.due_at, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
                                                             s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off, s.effective_from,
                                                             least(s.ends_at, m.inactivated_at)) END) OPERATOR(pg_catalog.=) 'missed') AS missed,
                      pg_catalog.count(*) FILTER (WHERE medsched.is_on_time(i.due_at, i.taken_at, s.grace, s.tolerance_before)) AS on_time
                 FROM (SELECT n.*
                         FROM medsched._moved_schedule_doses(
                        s.user_id, s.id, r.recorded, s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates,
                        s.cycle_days_on, s.cycle_days_off, s.effective_from, least(s.ends_at, m.inactivated_at), $1, $2) AS n
                        WHERE v.moved AND coalesce(s.after_last, s.follows_by) IS NULL
                       UNION ALL
                       SELECT n.*
                         FROM medsched._counted_schedule_doses(s.user_id, s.id, s.starts_at, s.time_zone::pg_catalog.text, least(s.ends_at, m.inactivated_at), $1, $2) AS n
                        WHERE coalesce(s.after_last, s.follows_by) IS NOT NULL) AS i) AS k
       WHERE medsched.check_window_for_all($1, $2)
         AND NOT s.as_needed
         AND (w.first OPERATOR(pg_catalog.<) w.last OR r.recorded IS NOT NULL OR v.single)
       GROUP BY s.user_id, m.id, m.name
      HAVING pg_catalog.sum(CASE WHEN v.single THEN k.scheduled ELSE o.scheduled END) OPERATOR(pg_catalog.>) 0) AS a
$$;
