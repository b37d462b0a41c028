-- The doses of schedules of which some are due at another time than they are scheduled for.

CREATE OR REPLACE FUNCTION medsched._any_moved()
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- The tables of an earlier version have none until create_tables() has run.
  IF to_regclass('medsched.moved_doses') IS NULL THEN
    RETURN false;
  END IF;
  RETURN EXISTS (SELECT FROM medsched.moved_doses);
END
$$;

COMMENT ON FUNCTION medsched._any_moved() IS
  'Internal: whether any dose was moved';

-- Where it is so, a window that begins then may have a dose that was moved, or one whose next dose was.
CREATE OR REPLACE FUNCTION medsched._has_moved(user_id uuid, schedule_id uuid, since timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM medsched.moved_doses AS v
                  WHERE v.user_id = $1 AND v.schedule_id = $2 AND (v.scheduled_for >= $3 OR v.due_at >= $3));
END
$$;

COMMENT ON FUNCTION medsched._has_moved(uuid, uuid, timestamptz) IS
  'Internal: whether a dose of a schedule was moved that is scheduled or due from an instant on';

-- The doses of a schedule that were moved and are due in a window: those recorded, and those that the schedule has and that are
-- due before it is closed.
CREATE OR REPLACE FUNCTION medsched._moved_into(user_id uuid, schedule_id uuid, rrule text, starts_at timestamp, time_zone text,
  rdates timestamp[], exdates timestamp[], cycle_days_on int, cycle_days_off int, effective_from timestamptz, closed timestamptz,
  window_start timestamptz, window_end timestamptz)
RETURNS TABLE (scheduled_for timestamptz, due_at timestamptz, taken_at timestamptz, recorded_by text, outcome text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT v.scheduled_for, v.due_at, d.taken_at, d.recorded_by, d.outcome
      FROM medsched.moved_doses AS v
      LEFT JOIN medsched.dose_taken AS d
        ON d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = v.scheduled_for
     WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.due_at >= $12 AND v.due_at < $13
       AND (d.outcome IS NOT NULL
            OR (v.scheduled_for < $11 AND v.due_at < $11) IS NOT FALSE
               AND EXISTS (SELECT FROM medsched._schedule_doses($2, NULL::timestamptz[], $3, $4, $5, greatest(v.scheduled_for, $10),
                                         v.scheduled_for + interval '1 microsecond', $6, $7, $8, $9)));
END
$$;

COMMENT ON FUNCTION medsched._moved_into(uuid, uuid, text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz, timestamptz, timestamptz, timestamptz) IS
  'Internal: the doses of a schedule that were moved and are due in a window';

-- The doses of a schedule that are due in a window, in no order: those of it at their own times, and those that were moved.
CREATE OR REPLACE FUNCTION medsched._moved_schedule_doses(user_id uuid, schedule_id uuid, recorded timestamptz[], rrule text,
  starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[], cycle_days_on int, cycle_days_off int,
  effective_from timestamptz, closed timestamptz, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (scheduled_for timestamptz, due_at timestamptz, taken_at timestamptz, recorded_by text, outcome text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT o.scheduled_for, o.scheduled_for, d.taken_at, d.recorded_by, d.outcome
      FROM medsched._schedule_doses($2, $3, $4, $5, $6, greatest($13, $11), least($14, $12), $7, $8, $9, $10) AS o
      LEFT JOIN medsched.dose_taken AS d
        ON d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = o.scheduled_for
     WHERE NOT EXISTS (SELECT FROM medsched.moved_doses AS v
                        WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for = o.scheduled_for)
    UNION ALL
    SELECT o.scheduled_for, o.due_at, o.taken_at, o.recorded_by, o.outcome
      FROM medsched._moved_into($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS o;
END
$$;

COMMENT ON FUNCTION medsched._moved_schedule_doses(uuid, uuid, timestamptz[], text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz, timestamptz, timestamptz, timestamptz) IS
  'Internal: the doses of a schedule that are due in a window, where some were moved';

-- When the dose of a schedule after one that is due at an instant is due, if that has come by now.
CREATE OR REPLACE FUNCTION medsched._next_due(user_id uuid, schedule_id uuid, due_at timestamptz, rrule text, starts_at timestamp,
  time_zone text, rdates timestamp[], exdates timestamp[], cycle_days_on int, cycle_days_off int, effective_from timestamptz,
  closed timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  following timestamptz := (
    SELECT min(o.due_at)
      FROM medsched._moved_into($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, due_at + interval '1 microsecond',
                                now() + interval '1 microsecond') AS o);
BEGIN
  IF following IS NOT NULL THEN
    RETURN following;
  END IF;
  following := due_at;
  LOOP
    following := medsched.next_occurrence(rrule, starts_at, time_zone, following, rdates, exdates, cycle_days_on, cycle_days_off);
    EXIT WHEN following IS NULL OR following > now() OR following >= closed;
    IF NOT EXISTS (SELECT FROM medsched.moved_doses AS v
                    WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for = following) THEN
      RETURN following;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._next_due(uuid, uuid, timestamptz, text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz, timestamptz) IS
  'Internal: when the dose after one that is due at an instant is due, if that has come by now';
