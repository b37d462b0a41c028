-- What is asked about everybody, in plain SQL of one SELECT, which the planner sets into the caller's query: a join of schedules and
-- medications, and functions for each schedule.

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

-- The scheduled doses of a schedule, of which at is the occurrences where they are known.
CREATE OR REPLACE FUNCTION medsched._doses_of_schedule(
  user_id uuid,
  schedule_id uuid,
  window_start timestamptz,
  window_end timestamptz,
  recorded boolean,
  named boolean,
  grace interval,
  tolerance_before interval,
  missed_when_next boolean,
  is_single boolean,
  effective_from timestamptz,
  closed timestamptz,
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int,
  zone text,
  default_grace interval,
  at timestamptz[])
RETURNS TABLE (dose_id text, scheduled_for timestamptz, local_time timestamp, taken_at timestamptz, recorded_by text, status text, outcome text,
  on_time boolean, missed boolean, due_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 60 COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  allowed CONSTANT interval := coalesce(grace, default_grace);
  early CONSTANT interval := - coalesce(tolerance_before, allowed);
  handle text;
  clock text;
BEGIN
  IF is_single THEN
    RETURN QUERY
      SELECT s.dose_id, s.scheduled_for, s.local_time, s.taken_at, s.recorded_by, s.status, s.outcome, s.on_time, s.missed, s.due_at
        FROM medsched._single_doses($1, $2, $3, $4) AS s
       WHERE recorded OR s.outcome IS NULL;
    RETURN;
  END IF;

  -- The occurrences of a schedule that has no equal steps.
  IF at IS NULL AND zone IS NULL THEN
    -- Says that it is left out, where there is anything to say of it.
    IF greatest(window_start, effective_from) < least(window_end, closed)
       OR EXISTS (SELECT FROM medsched.dose_taken AS t
                   WHERE t.user_id = $1 AND t.schedule_id = $2 AND t.outcome <> 'extra' AND t.scheduled_for >= $3 AND t.scheduled_for < $4) THEN
      PERFORM medsched._has_zone(schedule_id, time_zone);
    END IF;
    RETURN;
  ELSIF at IS NULL AND greatest(window_start, effective_from) < least(window_end, closed) THEN
    -- As many as there are, for medsched.max_doses bounds the window.
    at := (SELECT array_agg(w.at)
             FROM medsched._window(medsched._begin_rule(medsched._read_rule(rrule), starts_at, zone, cycle_days_on, cycle_days_off),
                    starts_at, zone,
                    greatest(window_start, effective_from, timestamptz '0001-01-01 00:00Z'),
                    least(window_end, closed, timestamptz '10000-01-01 00:00Z'),
                    CASE WHEN cardinality(rdates) > 0 THEN medsched._dates(rdates, zone, 'rdates') END,
                    CASE WHEN cardinality(exdates) > 0 THEN medsched._dates(exdates, zone, 'exdates') END, 2000000000) AS w (at));
  END IF;
  IF NOT recorded AND at IS NULL THEN
    RETURN;
  END IF;
  IF named THEN
    handle := medsched._dose_id_of(schedule_id);
    clock := zone;
  END IF;
  RETURN QUERY
    SELECT CASE WHEN named AND o.at::timestamptz(3) = o.at THEN handle || medsched._dose_id_at(o.at) END,
           o.at, timezone(clock, o.at), o.taken_at, o.recorded_by, s.status, o.outcome,
           o.taken_at IS NOT NULL AND o.taken_at - o.at BETWEEN early AND allowed,
           o.outcome IS NULL AND s.status = 'missed',
           o.at
      FROM (SELECT coalesce(i.at, d.scheduled_for) AS at, d.taken_at, d.recorded_by, d.outcome
              FROM unnest(at) AS i (at)
              -- What is recorded is listed though it be no occurrence: medsched.check_integrity() names it.
              FULL JOIN (SELECT t.scheduled_for, t.taken_at, t.recorded_by, t.outcome
                           FROM medsched.dose_taken AS t
                          WHERE t.user_id = $1 AND t.schedule_id = $2 AND t.outcome <> 'extra' AND t.scheduled_for < $4
                            AND t.scheduled_for >= greatest($3, timestamptz '0001-01-01 00:00Z')) AS d
                ON d.scheduled_for = i.at) AS o
     CROSS JOIN LATERAL (
            SELECT CASE WHEN o.outcome IS NOT NULL THEN o.outcome
                        WHEN o.at > now() THEN 'upcoming'
                        WHEN now() - o.at > allowed THEN 'missed'
                        WHEN NOT missed_when_next THEN 'due'
                        WHEN medsched._next_dose(o.at, rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off, closed) <= now()
                        THEN 'missed'
                        ELSE 'due' END
            OFFSET 0) AS s (status)
     WHERE recorded OR o.outcome IS NULL;
END
$$;

COMMENT ON FUNCTION medsched._doses_of_schedule(uuid, uuid, timestamptz, timestamptz, boolean, boolean, interval, interval, boolean, boolean, timestamptz, timestamptz, text, timestamp, text, timestamp[], timestamp[], int, int, text, interval, timestamptz[]) IS
  'Internal: the scheduled doses of a schedule in a window, all or those not recorded, with handles and local times where they are named; it is single where some were moved, or where its doses are those after the last one or another''s; at has its occurrences, or is NULL';

-- The doses of everybody, all or those not recorded, with handles and local times where they are named.
CREATE OR REPLACE FUNCTION medsched._doses_of_all(window_start timestamptz, window_end timestamptz, recorded boolean, named boolean)
RETURNS SETOF medsched.scheduled_dose
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT s.user_id, o.dose_id, o.scheduled_for, o.local_time, s.time_zone::pg_catalog.text, m.id, m.name, s.id, s.dose_amount, s.dose_unit,
         s.instructions, o.taken_at, o.recorded_by, o.status, o.outcome, o.on_time, o.missed, o.due_at
    -- What the tables of an earlier version lack until create_tables() has run: there the names below mean these.
    FROM (SELECT NULL::pg_catalog.interval AS tolerance_before, false AS missed_when_next, NULL::pg_catalog.interval AS after_last, NULL::pg_catalog.interval AS follows_by) AS lacking
   CROSS JOIN LATERAL (
           SELECT t.user_id, t.id, t.medication_id, t.starts_at, t.time_zone, t.rrule, t.rdates, t.exdates, t.cycle_days_on, t.cycle_days_off,
                  t.as_needed, t.dose_amount, t.dose_unit, t.instructions, t.grace, t.effective_from, t.ends_at, tolerance_before, missed_when_next,
                  coalesce(after_last, follows_by) IS NOT NULL AS is_counted
             FROM medsched.schedules AS t) AS s
    JOIN medsched.medications AS m
      ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
   -- OFFSET 0: the answers for each rule and each zone are remembered, which those of a function in FROM are not.
   CROSS JOIN LATERAL (SELECT medsched._regular_rule(s.rrule::pg_catalog.text) AS rule OFFSET 0) AS g
   CROSS JOIN LATERAL (SELECT medsched._zone_in_window(s.time_zone::pg_catalog.text, $1, $2) AS zone OFFSET 0) AS w
   CROSS JOIN LATERAL (
           SELECT f.is_single,
                  CASE WHEN NOT f.is_single
                       THEN medsched._regular_occurrences(g.rule, w.zone, s.starts_at, s.effective_from, least(s.ends_at, m.inactivated_at),
                                                          s.rdates, s.exdates, s.cycle_days_on) END AS at
             FROM (SELECT s.is_counted OR CASE WHEN (SELECT medsched._any_moved()) THEN medsched._has_moved(s.user_id, s.id, $1) ELSE false END) AS f (is_single)
           OFFSET 0) AS i
   CROSS JOIN LATERAL medsched._doses_of_schedule(
           s.user_id, s.id, $1, $2, $3, $4, s.grace, s.tolerance_before, s.missed_when_next, i.is_single,
           s.effective_from, least(s.ends_at, m.inactivated_at), s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates,
           s.cycle_days_on, s.cycle_days_off, (w.zone).name, (w.zone).grace, i.at) AS o
   WHERE medsched.check_window_for_all($1, $2)
     AND NOT s.as_needed
     -- Most have none in a short window.
     AND ($3 OR (pg_catalog.cardinality(i.at) OPERATOR(pg_catalog.>) 0) IS NOT FALSE)
$$;

COMMENT ON FUNCTION medsched._doses_of_all(timestamptz, timestamptz, boolean, boolean) IS
  'Internal: the scheduled doses of everybody in a window, all or those not recorded, with handles and local times where they are named';

CREATE OR REPLACE FUNCTION medsched.scheduled_doses(window_start timestamptz, window_end timestamptz)
RETURNS SETOF medsched.scheduled_dose
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT d.* FROM medsched._doses_of_all($1, $2, true, true) AS d
$$;

CREATE OR REPLACE FUNCTION medsched.due_doses(window_start timestamptz, window_end timestamptz)
RETURNS SETOF medsched.due_dose
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT d.user_id, d.dose_id, d.scheduled_for, d.local_time, d.time_zone, d.medication_id, d.medication_name, d.schedule_id, d.dose_amount,
         d.dose_unit, d.instructions, d.status, d.due_at
    FROM medsched._doses_of_all($1, $2, false, true) AS d
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
      SELECT d.user_id, d.medication_id, d.medication_name,
             pg_catalog.count(*) AS scheduled,
             pg_catalog.count(*) FILTER (WHERE d.outcome OPERATOR(pg_catalog.=) 'taken') AS taken,
             pg_catalog.count(*) FILTER (WHERE d.outcome OPERATOR(pg_catalog.=) 'skipped') AS skipped,
             pg_catalog.count(*) FILTER (WHERE d.missed) AS missed,
             pg_catalog.count(*) FILTER (WHERE d.on_time) AS on_time
        FROM medsched._doses_of_all($1, $2, true, false) AS d
       GROUP BY d.user_id, d.medication_id, d.medication_name) AS a
$$;
