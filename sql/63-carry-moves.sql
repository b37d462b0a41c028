-- What becomes of moved doses when their schedule changes.

-- The doses of a schedule that were moved from before an instant to after it and are not recorded; tables of an earlier version
-- have none.
CREATE OR REPLACE FUNCTION medsched._moved_past(of_user uuid, of_schedule uuid, instant timestamptz)
RETURNS TABLE (scheduled_for timestamptz, due_at timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  IF to_regclass('medsched.moved_doses') IS NOT NULL THEN
    RETURN QUERY
      SELECT v.scheduled_for, v.due_at
        FROM medsched.moved_doses AS v
       WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for < $3 AND v.due_at >= $3 AND NOT v.computed
         AND NOT EXISTS (SELECT FROM medsched.dose_taken AS d WHERE d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = v.scheduled_for)
      UNION
      -- One that follows another is as late as that is.
      SELECT f.scheduled_for, f.due_at FROM medsched._late_followers($1, $2, $3) AS f;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._moved_past(uuid, uuid, timestamptz) IS
  'Internal: the doses of a schedule that were moved from before an instant to after it and are not recorded';

-- Refuse to change a schedule from an instant on when a dose of before was moved to after it, and is not recorded: it would be
-- due when its schedule is over.
CREATE OR REPLACE FUNCTION medsched._check_no_dose_moved_past(of_user uuid, of_schedule uuid, from_instant timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  moved record;
BEGIN
  SELECT v.scheduled_for, v.due_at INTO moved FROM medsched._moved_past($1, $2, $3) AS v ORDER BY v.due_at LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = format('schedule "%s" has a dose that was moved past %s', $2, $3),
      DETAIL = format('Dose "%s", at %s, is due at %s.', medsched.dose_id($2, moved.scheduled_for), moved.scheduled_for, moved.due_at),
      HINT = 'Choose an instant after that, or record, skip or move the dose first.',
      TABLE = 'moved_doses', CONSTRAINT = 'moved_dose_in_effect';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_no_dose_moved_past(uuid, uuid, timestamptz) IS
  'Internal: checks that no dose of a schedule was moved from before an instant to after it';

-- The first instant from one on past which no dose of a schedule was moved.
CREATE OR REPLACE FUNCTION medsched._after_moved(of_user uuid, of_schedule uuid, from_instant timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  last timestamptz;
BEGIN
  LOOP
    last := (SELECT max(v.due_at) FROM medsched._moved_past($1, $2, $3) AS v);
    EXIT WHEN last IS NULL;
    $3 := last + interval '1 second';
  END LOOP;
  RETURN $3;
END
$$;

COMMENT ON FUNCTION medsched._after_moved(uuid, uuid, timestamptz) IS
  'Internal: the first instant past which no dose of a schedule was moved';

-- Where the moves of a schedule's doses would go that is replaced by another from an instant on, or was changed itself: by the wall
-- clock where the time zone changed.  possible: the dose is one of the new row, and can be due then; onto_dose: where the new row
-- has another dose.
CREATE OR REPLACE FUNCTION medsched._moves_by_new_row(old_row medsched._schedule, new_row medsched._schedule, from_instant timestamptz)
RETURNS TABLE (former_scheduled_for timestamptz, scheduled_for timestamptz, due_at timestamptz, reason text, moved_by text, moved_at timestamptz, computed boolean,
  possible boolean, onto_dose boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  -- Counted from the last dose, one is not the wall clock's.
  travels CONSTANT boolean := old_row.time_zone <> new_row.time_zone AND old_row.after_last IS NULL;
BEGIN
  RETURN QUERY
    SELECT v.scheduled_for, w.scheduled_for, w.due_at, v.reason, v.moved_by, v.moved_at, v.computed,
           p.rule IS NULL AND w.due_at <> w.scheduled_for
             -- Two doses that the clocks make one.
             AND lag(w.scheduled_for) OVER (ORDER BY w.scheduled_for, v.scheduled_for) IS DISTINCT FROM w.scheduled_for,
           p.onto_dose
      FROM medsched.moved_doses AS v
     CROSS JOIN LATERAL (
             SELECT CASE WHEN travels THEN medsched._to_instant(medsched._to_local(v.scheduled_for, old_row.time_zone), new_row.time_zone) ELSE v.scheduled_for END,
                    CASE WHEN travels THEN medsched._to_instant(medsched._to_local(v.due_at, old_row.time_zone), new_row.time_zone) ELSE v.due_at END)
             AS w (scheduled_for, due_at)
     CROSS JOIN LATERAL medsched._move_problem(new_row.user_id, new_row.id, w.scheduled_for, w.due_at) AS p
     WHERE v.user_id = old_row.user_id AND v.schedule_id = old_row.id AND v.scheduled_for >= $3
       AND NOT EXISTS (SELECT FROM medsched.dose_taken AS d
                        WHERE d.user_id = v.user_id AND d.schedule_id = v.schedule_id AND d.scheduled_for = v.scheduled_for);
END
$$;

COMMENT ON FUNCTION medsched._moves_by_new_row(medsched._schedule, medsched._schedule, timestamptz) IS
  'Internal: where the moves of the doses of a schedule would go that was replaced or changed';

-- Where they go.  fits: the dose meets no other there.  A dose whose move does not fit is due at its own time, so that another
-- which was moved to that time does not fit either.
CREATE OR REPLACE FUNCTION medsched._moves_to_carry(old_row medsched._schedule, new_row medsched._schedule, from_instant timestamptz)
RETURNS TABLE (former_scheduled_for timestamptz, scheduled_for timestamptz, due_at timestamptz, reason text, moved_by text, moved_at timestamptz, computed boolean,
  fits boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  moved timestamptz[];
  due timestamptz[];
  onto_dose boolean[];
  kept timestamptz[];
  number int;
BEGIN
  IF to_regclass('medsched.moved_doses') IS NULL THEN
    RETURN;
  END IF;
  SELECT array_agg(m.scheduled_for), array_agg(m.due_at), array_agg(m.onto_dose) INTO moved, due, onto_dose
    FROM medsched._moves_by_new_row($1, $2, $3) AS m WHERE m.possible;
  kept := moved;
  LOOP
    number := cardinality(kept);
    kept := ARRAY(
      SELECT m.scheduled_for
        FROM unnest(moved, due, onto_dose) AS m (scheduled_for, due_at, onto_dose)
       WHERE m.scheduled_for = ANY (kept) AND (NOT m.onto_dose OR m.due_at = ANY (kept))
         AND NOT EXISTS (SELECT FROM unnest(moved, due) AS o (scheduled_for, due_at)
                          WHERE o.due_at = m.due_at AND o.scheduled_for <> m.scheduled_for AND o.scheduled_for = ANY (kept)));
    EXIT WHEN cardinality(kept) IS NOT DISTINCT FROM coalesce(number, 0);
  END LOOP;
  RETURN QUERY
    SELECT m.former_scheduled_for, m.scheduled_for, m.due_at, m.reason, m.moved_by, m.moved_at, m.computed, m.possible AND m.scheduled_for = ANY (kept)
      FROM medsched._moves_by_new_row($1, $2, $3) AS m;
END
$$;

COMMENT ON FUNCTION medsched._moves_to_carry(medsched._schedule, medsched._schedule, timestamptz) IS
  'Internal: where the moves of the doses of a schedule go that was replaced or changed';

-- Have the moves of a schedule's doses go over to the row that replaced it, or stay with the row that was changed, those that fit:
-- a dose of the others is due at its own time, if there is one.  It writes, and so runs with its caller's search_path.
CREATE OR REPLACE FUNCTION medsched._carry_moves(old_row medsched._schedule, new_row medsched._schedule, from_instant timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM medsched._moves_to_carry($1, $2, $3) AS m
                  WHERE NOT m.fits OR $1.id OPERATOR(pg_catalog.<>) $2.id OR m.scheduled_for OPERATOR(pg_catalog.<>) m.former_scheduled_for) THEN
    RETURN;
  END IF;
  WITH moves AS MATERIALIZED (
    SELECT m.* FROM medsched._moves_to_carry($1, $2, $3) AS m
     WHERE NOT m.fits OR $1.id OPERATOR(pg_catalog.<>) $2.id OR m.scheduled_for OPERATOR(pg_catalog.<>) m.former_scheduled_for
  ),
  gone AS (
    DELETE FROM medsched.moved_doses AS v
     USING moves AS m
     WHERE v.user_id OPERATOR(pg_catalog.=) $1.user_id AND v.schedule_id OPERATOR(pg_catalog.=) $1.id
       AND v.scheduled_for OPERATOR(pg_catalog.=) m.former_scheduled_for
  )
  INSERT INTO medsched.moved_doses AS v (user_id, schedule_id, scheduled_for, due_at, reason, moved_by, moved_at, computed)
  SELECT $2.user_id, $2.id, m.scheduled_for, m.due_at, m.reason, m.moved_by, m.moved_at, m.computed FROM moves AS m WHERE m.fits;
END
$$;

COMMENT ON FUNCTION medsched._carry_moves(medsched._schedule, medsched._schedule, timestamptz) IS
  'Internal: has the moves of the doses of a schedule go over to the row that replaced it';
