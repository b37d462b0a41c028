-- Which doses may be moved, and where to.
--
-- What a move must not meet is held by the table's keys: two doses of a schedule are never due at one instant.  A schedule
-- may change under a move, which then does nothing: so the rule takes no lock of it, and whichever of two sessions comes
-- second finds a state that is as if it had come alone.  It runs with its caller's rights.  What the caller cannot read
-- makes it stricter.

-- What is wrong with moving a dose to an instant; no rule: nothing.
CREATE OR REPLACE FUNCTION medsched._move_problem(user_id uuid, schedule_id uuid, scheduled_for timestamptz, due_at timestamptz,
  OUT rule text, OUT message text, OUT detail text, OUT hint text, OUT onto_dose boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  counted record;
  inactivated timestamptz;
BEGIN
  onto_dose := false;
  SELECT c.id, c.medication_id, c.as_needed, c.rrule::text AS rrule, c.starts_at, c.time_zone::text AS time_zone, c.rdates, c.exdates,
         c.cycle_days_on, c.cycle_days_off, c.effective_from, c.ends_at, c.after_last, c.follows_by
    INTO s
    FROM medsched.schedules AS c WHERE c.user_id = $1 AND c.id = $2;
  inactivated := (SELECT m.inactivated_at FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = s.medication_id);
  -- Counted from the last dose, that one dose is to come, or was recorded, which notes when it was due.
  counted := medsched._counted_dose($1, $2, $3);
  IF coalesce(s.after_last, s.follows_by) IS NOT NULL AND counted.scheduled_for = $3 AND counted.counted_at = $4 AND $4 <> $3
     AND EXISTS (SELECT FROM medsched.dose_taken AS d WHERE d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = $3) THEN
    RETURN;
  END IF;
  IF s.id IS NULL OR s.as_needed OR scheduled_for < s.effective_from OR scheduled_for >= s.ends_at OR scheduled_for >= inactivated
     OR coalesce(s.after_last, s.follows_by) IS NOT NULL AND counted.scheduled_for IS DISTINCT FROM $3
     OR coalesce(s.after_last, s.follows_by) IS NULL
        AND NOT medsched.is_occurrence(s.rrule, s.starts_at, s.time_zone, scheduled_for, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) THEN
    rule := 'moved_dose_is_scheduled';
    message := format('schedule "%s" has no dose at %s', schedule_id, scheduled_for);
    detail := CASE WHEN s.as_needed THEN 'As needed, a dose has no time that it could be moved from.'
                   WHEN scheduled_for >= inactivated THEN format('The medication was inactivated at %s.', inactivated)
                   WHEN scheduled_for >= s.ends_at THEN format('The schedule ended at %s.', s.ends_at)
                   WHEN scheduled_for < s.effective_from THEN format('The schedule takes effect at %s.', s.effective_from) END;
    hint := 'Move a dose that medsched.upcoming_doses() gives, by its scheduled_for or dose_id, which no move changes.';
  ELSIF EXISTS (SELECT FROM medsched.dose_taken AS d WHERE d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = $3) THEN
    rule := 'moved_dose_not_recorded';
    message := format('the dose at %s is recorded, and cannot be moved', scheduled_for);
    hint := 'If it was not taken, call medsched.undo_dose() first.';
  ELSIF due_at = scheduled_for THEN
    RETURN;
  ELSIF due_at < s.effective_from OR due_at >= s.ends_at OR due_at >= inactivated THEN
    rule := 'moved_dose_in_effect';
    message := format('the dose at %s cannot be moved to %s', scheduled_for, due_at);
    detail := CASE WHEN due_at >= inactivated THEN format('The medication was inactivated at %s.', inactivated)
                   WHEN due_at >= s.ends_at THEN format('The schedule ended at %s.', s.ends_at)
                   ELSE format('The schedule takes effect at %s.', s.effective_from) END;
    hint := 'Move it to a time at which its schedule is in effect.';
  ELSIF coalesce(s.after_last, s.follows_by) IS NULL THEN
    onto_dose := medsched.is_occurrence(s.rrule, s.starts_at, s.time_zone, due_at, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off);
  ELSIF s.follows_by IS NOT NULL
        AND EXISTS (SELECT FROM medsched._doses_following($1, $2, $4, $4 + interval '1 microsecond', NULL::int) AS f WHERE f.scheduled_for <> $3) THEN
    rule := 'moved_dose_is_apart';
    message := format('the dose at %s cannot be moved to %s', scheduled_for, due_at);
    detail := 'Another dose of its schedule is due then.';
    hint := 'Choose another time, move the other dose first, or skip one of the two.';
  ELSE
    onto_dose := EXISTS (SELECT FROM medsched.dose_taken AS d
                          WHERE d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = due_at AND d.outcome <> 'extra');
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._move_problem(uuid, uuid, timestamptz, timestamptz) IS
  'Internal: what is wrong with moving a dose';

-- Raise the error of a dose that would be due together with another of its schedule.
CREATE OR REPLACE FUNCTION medsched._refuse_meeting(scheduled_for timestamptz, due_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = format('the dose at %s cannot be moved to %s', scheduled_for, due_at),
    DETAIL = 'Another dose of its schedule is due then.', HINT = 'Choose another time, move the other dose first, or skip one of the two.',
    TABLE = 'moved_doses', CONSTRAINT = 'moved_dose_is_apart';
END
$$;

COMMENT ON FUNCTION medsched._refuse_meeting(timestamptz, timestamptz) IS
  'Internal: raises the error of a dose that is moved onto another';

-- Check a row of medsched.moved_doses that was written, the former of which is all NULL where it is new, and the new of which is
-- all NULL where it was deleted.  True: it is due when another dose of its schedule is scheduled.
CREATE OR REPLACE FUNCTION medsched._check_moved_dose(user_id uuid, schedule_id uuid, scheduled_for timestamptz, due_at timestamptz,
  former_user_id uuid, former_schedule_id uuid, former_scheduled_for timestamptz, former_due_at timestamptz)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  stays CONSTANT boolean := (former_user_id, former_schedule_id, former_scheduled_for) IS NOT DISTINCT FROM (user_id, schedule_id, scheduled_for);
  problem record;
BEGIN
  IF stays AND former_due_at = due_at THEN
    RETURN false;
  ELSIF NOT stays AND NOT medsched._is_erasing(former_user_id) THEN
    IF EXISTS (SELECT FROM medsched.dose_taken AS d
                WHERE d.user_id = former_user_id AND d.schedule_id = former_schedule_id AND d.scheduled_for = former_scheduled_for)
       -- What was noted of a dose that follows another goes when it is due at its own time after all.
       AND (medsched._counted_dose(former_user_id, former_schedule_id, former_scheduled_for)).counted_at IS DISTINCT FROM former_scheduled_for THEN
      PERFORM medsched._refuse_rule('medsched.moved_doses'::regclass, 'moved_dose_not_recorded'::text,
        format('the dose at %s is recorded, and cannot be moved', former_scheduled_for), NULL::text,
        'If it was not taken, call medsched.undo_dose() first.'::text, '23514'::text);
    ELSIF EXISTS (SELECT FROM medsched.moved_doses AS v
                   WHERE v.user_id = former_user_id AND v.schedule_id = former_schedule_id AND v.due_at = former_scheduled_for) THEN
      PERFORM medsched._refuse_meeting(former_scheduled_for, former_scheduled_for);
    END IF;
  END IF;
  -- What comes from another database may have been recorded since, and its schedule changed.
  IF scheduled_for IS NULL OR medsched._is_importing(user_id) THEN
    RETURN false;
  END IF;
  problem := medsched._move_problem(user_id, schedule_id, scheduled_for, due_at);
  IF problem.rule IS NOT NULL THEN
    PERFORM medsched._refuse_rule('medsched.moved_doses'::regclass, problem.rule, problem.message, problem.detail, problem.hint, '23514'::text);
  END IF;
  RETURN problem.onto_dose;
END
$$;

COMMENT ON FUNCTION medsched._check_moved_dose(uuid, uuid, timestamptz, timestamptz, uuid, uuid, timestamptz, timestamptz) IS
  'Internal: checks a row of medsched.moved_doses that was written';

-- It writes, and so runs with its caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched.moved_dose_is_scheduled()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF TG_WHEN OPERATOR(pg_catalog.<>) 'AFTER' OR TG_LEVEL OPERATOR(pg_catalog.<>) 'ROW' OR TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
    RAISE EXCEPTION USING ERRCODE = '39P01', MESSAGE = 'function "moved_dose_is_scheduled" was not fired as the trigger it is made for',
      HINT = 'Let medsched.create_tables() create the triggers.';
  END IF;
  -- OLD of a row inserted and NEW of one deleted are all NULL.
  IF medsched._check_moved_dose(NEW.user_id, NEW.schedule_id, NEW.scheduled_for, NEW.due_at,
                                OLD.user_id, OLD.schedule_id, OLD.scheduled_for, OLD.due_at) THEN
    -- The dose at that time must have been moved away, and stay so: writing its row makes a session that moves it back fail.
    UPDATE medsched.moved_doses AS v SET due_at = v.due_at
     WHERE v.user_id OPERATOR(pg_catalog.=) NEW.user_id AND v.schedule_id OPERATOR(pg_catalog.=) NEW.schedule_id
       AND v.scheduled_for OPERATOR(pg_catalog.=) NEW.due_at;
    IF NOT FOUND THEN
      PERFORM medsched._refuse_meeting(NEW.scheduled_for, NEW.due_at);
    END IF;
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched.moved_dose_is_scheduled() IS
  'Trigger: only a dose that is not recorded is moved, while its schedule is in effect, and not onto another dose';
