-- Adherence: the doses of all users as one query, and what is counted from it.
--
-- The functions here and in the editions' files of this name are plain SQL of one
-- SELECT, which the planner sets into the caller's query: conditions reach the
-- tables, and large answers stream.  In SQL a name is a column's before it is an
-- argument's, and an application may add a column of any name: hence $1.

-- The doses of a schedule of which some were moved, or that is counted from the last dose or follows another: each is looked at.
CREATE OR REPLACE FUNCTION medsched._single_doses(of_user uuid, of_schedule uuid, window_start timestamptz, window_end timestamptz)
RETURNS SETOF medsched.scheduled_dose
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT s.user_id,
           CASE WHEN date_trunc('milliseconds', o.scheduled_for) = o.scheduled_for THEN medsched.dose_id(s.id, o.scheduled_for) END,
           o.scheduled_for,
           medsched._to_local(o.due_at, s.time_zone::text),
           s.time_zone::text,
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
           o.outcome IS NULL AND medsched.dose_status(o.due_at, NULL::text, s.grace, n.next_dose) = 'missed',
           o.due_at
      -- What the tables of an earlier version lack until create_tables() has run: there the names below mean these.
      FROM (SELECT NULL::interval AS tolerance_before, false AS missed_when_next, NULL::interval AS after_last, NULL::interval AS follows_by) AS lacking
     CROSS JOIN LATERAL (
           SELECT t.user_id, t.id, t.medication_id, t.starts_at, t.time_zone, t.rrule, t.rdates, t.exdates, t.cycle_days_on, t.cycle_days_off,
                  t.dose_amount, t.dose_unit, t.instructions, t.grace, t.effective_from, t.ends_at, tolerance_before, missed_when_next,
                  coalesce(after_last, follows_by) IS NOT NULL AS is_counted
             FROM medsched.schedules AS t
            WHERE t.user_id = of_user AND t.id = of_schedule AND NOT t.as_needed) AS s
      JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
     CROSS JOIN LATERAL (
           SELECT i.scheduled_for, i.due_at, i.taken_at, i.recorded_by, i.outcome
             FROM medsched._moved_schedule_doses(
                    s.user_id, s.id,
                    -- What is recorded is listed though it be no occurrence: medsched.check_integrity() names it.
                    ARRAY(SELECT t.scheduled_for FROM medsched.dose_taken AS t
                           WHERE t.user_id = of_user AND t.schedule_id = of_schedule AND t.outcome <> 'extra'
                             AND t.scheduled_for >= greatest(window_start, '0001-01-01 00:00:00Z')
                             AND t.scheduled_for < least(window_end, '10000-01-01 00:00:00Z')),
                    s.rrule::text, s.starts_at, s.time_zone::text, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
                    s.effective_from, least(s.ends_at, m.inactivated_at), window_start, window_end) AS i
            WHERE NOT s.is_counted
           UNION ALL
           SELECT i.scheduled_for, i.due_at, i.taken_at, i.recorded_by, i.outcome
             FROM medsched._counted_schedule_doses(s.user_id, s.id, s.starts_at, s.time_zone::text, least(s.ends_at, m.inactivated_at),
                                                   window_start, window_end) AS i
            WHERE s.is_counted) AS o
     -- When the schedule has its next dose, for one that is due and is missed then.
     CROSS JOIN LATERAL (
           SELECT CASE WHEN s.missed_when_next AND o.outcome IS NULL
                            AND medsched.dose_status(o.due_at, NULL::text, s.grace, NULL::timestamptz) = 'due'
                       THEN medsched._next_due(s.user_id, s.id, o.due_at, s.rrule::text, s.starts_at, s.time_zone::text, s.rdates, s.exdates,
                                               s.cycle_days_on, s.cycle_days_off, s.effective_from, least(s.ends_at, m.inactivated_at)) END
           OFFSET 0) AS n (next_dose);
END
$$;

COMMENT ON FUNCTION medsched._single_doses(uuid, uuid, timestamptz, timestamptz) IS
  'Internal: the scheduled doses of a schedule of which some were moved, or that is counted from the last dose or follows another';

COMMENT ON FUNCTION medsched.scheduled_doses(timestamptz, timestamptz) IS
  'The doses of all users in [window_start, window_end) that are scheduled, with what was recorded; in no order. outcome is NULL for a dose not recorded; on_time and missed are as medsched.adherence counts them. Doses as needed and extra doses are not among them. For sets of users: one user''s doses are faster from medsched.upcoming_doses';

COMMENT ON FUNCTION medsched.due_doses(timestamptz, timestamptz) IS
  'The doses of all users in [window_start, window_end) that are not recorded, for a notifier; in no order';

COMMENT ON FUNCTION medsched.adherence_of_all(timestamptz, timestamptz) IS
  'medsched.adherence for all users, in no order';

CREATE OR REPLACE FUNCTION medsched.adherence(user_id uuid, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (
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
  SELECT a.medication_id, a.medication_name, a.scheduled, a.taken, a.skipped, a.missed, a.on_time, a.percentage
    FROM medsched.adherence_of_all(window_start, window_end) AS a
   WHERE a.user_id OPERATOR(pg_catalog.=) medsched.check_user(adherence.user_id)
   ORDER BY a.medication_name, a.medication_id
$$;

COMMENT ON FUNCTION medsched.adherence(uuid, timestamptz, timestamptz) IS
  'How a user''s doses in [window_start, window_end) went, a row per medication: scheduled; of these taken, skipped, missed (not recorded, and its grace over, or the next one due where missed_when_next is set); of the taken those on time (taken_at within grace after due_at, or within tolerance_before before it); and the percentage taken of those taken, skipped or missed. Doses as needed and extra doses do not count';

CREATE OR REPLACE FUNCTION medsched._check_day_begins_at(day_begins_at time)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF day_begins_at = '24:00' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'day_begins_at must be before 24:00',
      HINT = 'A day that begins at midnight begins at 00:00.';
  END IF;
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._check_day_begins_at(time) IS
  'Internal: checks a time at which a day begins';

CREATE OR REPLACE FUNCTION medsched.adherence_by_day(user_id uuid, window_start timestamptz, window_end timestamptz, day_begins_at time DEFAULT NULL)
RETURNS TABLE (
  day date,
  scheduled bigint,
  taken bigint,
  skipped bigint,
  missed bigint,
  on_time bigint,
  percentage numeric)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT a.day, a.scheduled, a.taken, a.skipped, a.missed, a.on_time,
         medsched.percentage_taken(a.taken, a.skipped, a.missed)
    FROM (
      -- By the wall clock: whether a dose is before the day begins is what the clock says.
      SELECT (o.local_time OPERATOR(pg_catalog.-)
                coalesce($4, (SELECT p.day_begins_at FROM medsched.person_settings AS p WHERE p.user_id OPERATOR(pg_catalog.=) $1),
                         '00:00')::pg_catalog.interval)::pg_catalog.date AS day,
             pg_catalog.count(*) AS scheduled,
             pg_catalog.count(*) FILTER (WHERE o.outcome OPERATOR(pg_catalog.=) 'taken') AS taken,
             pg_catalog.count(*) FILTER (WHERE o.outcome OPERATOR(pg_catalog.=) 'skipped') AS skipped,
             pg_catalog.count(*) FILTER (WHERE o.missed) AS missed,
             pg_catalog.count(*) FILTER (WHERE o.on_time) AS on_time
        FROM medsched.scheduled_doses(window_start, window_end) AS o
       WHERE o.user_id OPERATOR(pg_catalog.=) medsched.check_user(adherence_by_day.user_id)
         AND medsched._check_day_begins_at($4)
       GROUP BY 1) AS a
   ORDER BY a.day
$$;

COMMENT ON FUNCTION medsched.adherence_by_day(uuid, timestamptz, timestamptz, time) IS
  'medsched.adherence over all of a user''s medications, a row per day on the wall clock of each dose''s schedule that has a dose. The day begins at day_begins_at: a dose at 00:30 belongs to the day before where that is 04:00. NULL: as medsched.person_settings has it of the user, or else at midnight. Raises 22023 for 24:00';
