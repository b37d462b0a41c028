-- Adherence: the doses of all users as one query, and what is counted from it.
--
-- The functions here and in the editions' files of this name are plain SQL of one
-- SELECT, which the planner sets into the caller's query: conditions reach the
-- tables, and large answers stream.  In SQL a name is a column's before it is an
-- argument's, and an application may add a column of any name: hence $1.

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
