-- Doses that time zone data moved: what is recorded of them goes along.

-- Check the arguments of move_recorded_doses().
CREATE OR REPLACE FUNCTION medsched._check_move(time_zone text, former_offset interval, window_start timestamptz, window_end timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF $1 IS NULL OR $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = CASE WHEN $1 IS NULL THEN 'time_zone' ELSE 'former_offset' END || ' must not be null';
  END IF;
  PERFORM medsched.check_time_zone($1), medsched.check_window_for_all($3, $4), medsched._check_tables();
  IF NOT medsched._elapsed($2) BETWEEN interval '-24 hours' AND interval '24 hours' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'former_offset must be from -24 to 24 hours', DETAIL = format('It is %s.', $2),
      HINT = 'It is how far the clock was ahead of UTC, such as "2 hours".';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_move(text, interval, timestamptz, timestamptz) IS
  'Internal: checks the arguments of move_recorded_doses()';

-- The doses recorded in a window that schedules in a time zone have no longer, and where they go: to the instant at which the
-- clock now shows what it showed by its former offset; or why they stay.
CREATE OR REPLACE FUNCTION medsched._recorded_doses_to_move(time_zone text, former_offset interval, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (user_id uuid, schedule_id uuid, former_scheduled_for timestamptz, scheduled_for timestamptz, problem text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT d.user_id, d.schedule_id, d.scheduled_for, w.moves_to,
           CASE
             WHEN w.moves_to < s.effective_from OR w.moves_to >= s.ends_at OR w.moves_to >= m.inactivated_at
                  OR NOT medsched.is_occurrence(s.rrule::text, s.starts_at, s.time_zone::text, w.moves_to, s.rdates, s.exdates,
                                                s.cycle_days_on, s.cycle_days_off)
             THEN format('The schedule has no dose at %s.', w.moves_to)
             WHEN EXISTS (SELECT FROM medsched.dose_taken AS o
                           WHERE o.user_id = d.user_id AND o.schedule_id = d.schedule_id AND o.scheduled_for = w.moves_to)
             THEN format('The dose at %s is recorded as well.', w.moves_to)
           END
      FROM medsched.dose_taken AS d
      JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
      JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
     CROSS JOIN LATERAL medsched._first_dose(s.rrule::text, s.starts_at, s.time_zone::text, s.rdates, s.exdates, s.cycle_days_on,
                                             s.cycle_days_off, NULL::timestamptz) AS f
     CROSS JOIN LATERAL (
             SELECT medsched._to_instant(timezone('UTC', d.scheduled_for) + medsched._elapsed($2), $1)) AS w (moves_to)
     WHERE s.time_zone::text = $1 AND NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL AND d.outcome <> 'extra'
       AND d.scheduled_for >= $3 AND d.scheduled_for < $4
       AND CASE WHEN f.error IS NULL
                THEN NOT medsched.is_occurrence(s.rrule::text, s.starts_at, s.time_zone::text, d.scheduled_for, s.rdates, s.exdates,
                                                s.cycle_days_on, s.cycle_days_off) END;
END
$$;

COMMENT ON FUNCTION medsched._recorded_doses_to_move(text, interval, timestamptz, timestamptz) IS
  'Internal: where move_recorded_doses() moves the doses that are none any more';

-- One statement writes them all: the doses are locked before any of their schedules, as recording one does.  It runs with its
-- caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched.move_recorded_doses(
  time_zone text,
  former_offset interval,
  window_start timestamptz,
  window_end timestamptz)
RETURNS TABLE (user_id uuid, schedule_id uuid, former_scheduled_for timestamptz, scheduled_for timestamptz, problem text)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._check_move($1, $2, $3, $4);
  -- Two at once would lock the same doses in two orders.
  PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('medsched.move_recorded_doses', 0));
  RETURN QUERY
    WITH doses AS MATERIALIZED (
      SELECT c.user_id, c.schedule_id, c.former_scheduled_for, c.scheduled_for, c.problem
        FROM medsched._recorded_doses_to_move($1, $2, $3, $4) AS c
    ),
    moved AS (
      UPDATE medsched.dose_taken AS d
         SET scheduled_for = o.scheduled_for
        FROM doses AS o
       WHERE o.problem IS NULL
         AND d.user_id OPERATOR(pg_catalog.=) o.user_id AND d.schedule_id OPERATOR(pg_catalog.=) o.schedule_id
         AND d.scheduled_for OPERATOR(pg_catalog.=) o.former_scheduled_for
      RETURNING o.user_id, o.schedule_id, o.former_scheduled_for, d.scheduled_for
    )
    SELECT o.user_id, o.schedule_id, o.former_scheduled_for, m.scheduled_for,
           CASE WHEN m.user_id IS NULL THEN coalesce(o.problem, 'It was not updated: a trigger or row security kept it.') END
      FROM doses AS o
      LEFT JOIN moved AS m
        ON m.user_id OPERATOR(pg_catalog.=) o.user_id AND m.schedule_id OPERATOR(pg_catalog.=) o.schedule_id
       AND m.former_scheduled_for OPERATOR(pg_catalog.=) o.former_scheduled_for
     ORDER BY o.user_id, o.former_scheduled_for, o.schedule_id;
EXCEPTION WHEN unique_violation THEN
  RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'could not move the recorded doses',
    DETAIL = SQLERRM, HINT = 'Another session recorded one of them meanwhile: try again.';
END
$$;

COMMENT ON FUNCTION medsched.move_recorded_doses(text, interval, timestamptz, timestamptz) IS
  'After a correction of the time zone data: moves the doses recorded in [window_start, window_end) that are none any more to the instant at which the clock of time_zone shows what it showed when it was former_offset ahead of UTC; a row for each, with a problem where it stays';
