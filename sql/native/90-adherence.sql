-- What is asked about everybody.  Each function is plain SQL of joins and a function: so conditions reach the tables, and workers
-- share the schedules, which a sub-SELECT for each of them would prevent.

CREATE OR REPLACE FUNCTION medsched._doses_of_schedule(
  user_id uuid,
  schedule_id uuid,
  window_start timestamptz,
  window_end timestamptz,
  recorded boolean,
  grace interval,
  tolerance_before interval,
  missed_when_next boolean,
  is_counted boolean,
  effective_from timestamptz,
  closed timestamptz,
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS TABLE (dose_id text, scheduled_for timestamptz, local_time timestamp, taken_at timestamptz, recorded_by text, status text, outcome text,
  on_time boolean, missed boolean, due_at timestamptz)
LANGUAGE C STABLE PARALLEL SAFE ROWS 60 COST 2000
AS 'MODULE_PATHNAME', 'medsched_doses_of_schedule';

COMMENT ON FUNCTION medsched._doses_of_schedule(uuid, uuid, timestamptz, timestamptz, boolean, interval, interval, boolean, boolean, timestamptz, timestamptz, text, timestamp, text, timestamp[], timestamp[], int, int) IS
  'Internal: the scheduled doses of a schedule in a window, all or those not recorded; it is counted where its doses are those after the last one or another''s';

CREATE OR REPLACE FUNCTION medsched._adherence_of_person(user_id uuid, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (medication_id uuid, medication_name text, scheduled bigint, taken bigint, skipped bigint, missed bigint, on_time bigint)
LANGUAGE C STABLE PARALLEL SAFE ROWS 5 COST 10000
AS 'MODULE_PATHNAME', 'medsched_adherence_of_person';

COMMENT ON FUNCTION medsched._adherence_of_person(uuid, timestamptz, timestamptz) IS
  'Internal: how a person''s doses went, a row per medication';

CREATE OR REPLACE FUNCTION medsched._doses_of_all(window_start timestamptz, window_end timestamptz, recorded boolean)
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
   CROSS JOIN LATERAL medsched._doses_of_schedule(
           s.user_id, s.id, $1, $2, $3, s.grace, s.tolerance_before, s.missed_when_next, s.is_counted, s.effective_from,
           least(s.ends_at, m.inactivated_at), s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, s.rdates, s.exdates,
           s.cycle_days_on, s.cycle_days_off) AS o
   WHERE medsched.check_window_for_all($1, $2)
     AND NOT s.as_needed
$$;

COMMENT ON FUNCTION medsched._doses_of_all(timestamptz, timestamptz, boolean) IS
  'Internal: the scheduled doses of everybody in a window, all or those not recorded';

CREATE OR REPLACE FUNCTION medsched.scheduled_doses(window_start timestamptz, window_end timestamptz)
RETURNS SETOF medsched.scheduled_dose
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT d.* FROM medsched._doses_of_all($1, $2, true) AS d
$$;

CREATE OR REPLACE FUNCTION medsched.due_doses(window_start timestamptz, window_end timestamptz)
RETURNS SETOF medsched.due_dose
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT d.user_id, d.dose_id, d.scheduled_for, d.local_time, d.time_zone, d.medication_id, d.medication_name, d.schedule_id, d.dose_amount,
         d.dose_unit, d.instructions, d.status, d.due_at
    FROM medsched._doses_of_all($1, $2, false) AS d
$$;

-- Person by person, at the first of a person's medications: so what is recorded of a person is read once.
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
  SELECT p.user_id, a.medication_id, a.medication_name, a.scheduled, a.taken, a.skipped, a.missed, a.on_time,
         medsched.percentage_taken(a.taken, a.skipped, a.missed)
    FROM medsched.medications AS p
   CROSS JOIN LATERAL medsched._adherence_of_person(p.user_id, $1, $2) AS a
   WHERE medsched.check_window_for_all($1, $2)
     AND NOT EXISTS (SELECT FROM medsched.medications AS f WHERE f.user_id OPERATOR(pg_catalog.=) p.user_id AND f.id OPERATOR(pg_catalog.<) p.id)
$$;
