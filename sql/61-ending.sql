-- Ending a medication, or one of its schedules.
--
-- A dose may be recorded ahead of its time: tomorrow's 08:00, ticked tonight.  Who stops then keeps it, and nothing more
-- comes: the end is after what is recorded, and what would come until then is left out.
--
-- What reads or writes the tables runs with its caller's search_path, as create_medication() does.

-- The doses of a schedule in [from_instant, until) that are not recorded, on its clock, and those of before that were moved into it.
-- Those in the second coming of an hour have no time of their own there.
CREATE OR REPLACE FUNCTION medsched._doses_left(schedule medsched._schedule, from_instant timestamptz, until timestamptz, recorded timestamptz[],
  moved timestamptz[])
RETURNS timestamp[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(
    SELECT medsched._to_local(o.at, schedule.time_zone)
      FROM (SELECT greatest(from_instant, schedule.effective_from) AS lo, least(until, schedule.ends_at) AS hi
            UNION ALL
            SELECT greatest(m.at, schedule.effective_from), m.at + interval '1 microsecond' FROM unnest(moved) AS m (at)) AS w
     CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, schedule.rrule, schedule.starts_at, schedule.time_zone, w.lo, w.hi,
             schedule.rdates, schedule.exdates, schedule.cycle_days_on, schedule.cycle_days_off) AS o (at)
     WHERE o.at <> ALL (recorded)
       AND medsched._to_instant(medsched._to_local(o.at, schedule.time_zone), schedule.time_zone) = o.at
     ORDER BY o.at)
$$;

COMMENT ON FUNCTION medsched._doses_left(medsched._schedule, timestamptz, timestamptz, timestamptz[], timestamptz[]) IS
  'Internal: the doses of a schedule in a window that are not recorded, and those moved into it, on its clock';

-- Leave out of a schedule, which is locked, what is not recorded of [from_instant, until).
CREATE OR REPLACE FUNCTION medsched._leave_out(schedule medsched._schedule, from_instant timestamptz, until timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  left_out timestamp without time zone[];
BEGIN
  IF schedule.as_needed OR schedule.after_last IS NOT NULL OR $2 OPERATOR(pg_catalog.>=) $3 THEN
    RETURN;
  END IF;
  left_out := medsched._doses_left(schedule, $2, $3, ARRAY(
    SELECT d.scheduled_for FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) schedule.user_id AND d.schedule_id OPERATOR(pg_catalog.=) schedule.id
       AND d.scheduled_for OPERATOR(pg_catalog.>=) $2),
    ARRAY(SELECT v.scheduled_for FROM medsched._moved_past(schedule.user_id, schedule.id, $2) AS v WHERE v.due_at OPERATOR(pg_catalog.<) $3));
  IF pg_catalog.cardinality(left_out) OPERATOR(pg_catalog.=) 0 THEN
    RETURN;
  END IF;
  schedule.exdates := schedule.exdates OPERATOR(pg_catalog.||) left_out;
  -- One that would have no dose at all ends instead.
  IF medsched._has_dose(schedule, timestamp with time zone '-infinity', NULL::pg_catalog.timestamptz) THEN
    UPDATE medsched.schedules AS s SET exdates = schedule.exdates
     WHERE s.user_id OPERATOR(pg_catalog.=) schedule.user_id AND s.id OPERATOR(pg_catalog.=) schedule.id;
    IF NOT FOUND THEN
      PERFORM medsched._refuse_suppressed(schedule.id);
    END IF;
  ELSE
    PERFORM medsched._end_schedule(schedule.user_id, schedule.id, $2);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._leave_out(medsched._schedule, timestamptz, timestamptz) IS
  'Internal: leaves out of a schedule what is not recorded of a window';

-- The first instant from one on after which no dose of a schedule, or of a medication, is recorded; for extra doses no bound
-- holds.
CREATE OR REPLACE FUNCTION medsched._after_recorded(of_user uuid, of_medication uuid, of_schedule uuid, from_instant timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  -- Doses are at whole seconds.
  RETURN greatest($4, (
    SELECT pg_catalog.max(d.scheduled_for)
      FROM medsched.dose_taken AS d
      JOIN medsched.schedules AS s
        ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
     WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.scheduled_for OPERATOR(pg_catalog.>=) $4
       AND d.outcome OPERATOR(pg_catalog.<>) 'extra'
       AND s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) $2
       AND ($3 IS NULL OR s.id OPERATOR(pg_catalog.=) $3)) OPERATOR(pg_catalog.+) interval '1 second');
END
$$;

COMMENT ON FUNCTION medsched._after_recorded(uuid, uuid, uuid, timestamptz) IS
  'Internal: the first instant from one on after which no dose is recorded';

-- Raise the error of a change that a dose stands against which the transaction does not see: it was recorded after its snapshot.
CREATE OR REPLACE FUNCTION medsched._refuse_unseen(constraint_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF constraint_name = 'recorded_dose_keeps_schedule' AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'could not serialize access due to a dose recorded meanwhile',
      HINT = 'Try the transaction again.';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._refuse_unseen(text) IS
  'Internal: raises the error of a change that a dose stands against which the transaction does not see';

-- Inactivate a medication of which doses are recorded ahead.
CREATE OR REPLACE FUNCTION medsched._inactivate_after_recorded(of_user uuid, of_medication uuid, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  ended timestamp with time zone;
  schedule medsched._schedule;
BEGIN
  PERFORM medsched._lock_schedules($1, NULL::pg_catalog.uuid, $2, NULL::pg_catalog.timestamptz);
  ended := medsched._inactivated_at($1, $2);
  IF ended IS NOT NULL THEN
    RETURN ended;
  END IF;
  ended := medsched._after_recorded($1, $2, NULL::pg_catalog.uuid, $3);
  FOR schedule IN
    SELECT s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
           s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by)
      FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) $2
     ORDER BY s.id
  LOOP
    PERFORM medsched._leave_out(schedule, $3, ended);
  END LOOP;
  UPDATE medsched.medications AS m SET inactivated_at = ended
   WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 RETURNING m.inactivated_at INTO ended;
  RETURN ended;
END
$$;

COMMENT ON FUNCTION medsched._inactivate_after_recorded(uuid, uuid, timestamptz) IS
  'Internal: inactivates a medication after the doses recorded ahead';

CREATE OR REPLACE FUNCTION medsched.inactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  ended timestamp with time zone;
  violated pg_catalog.text;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id'), medsched._require_instant($3, 'at');
  PERFORM medsched._check_tables();
  BEGIN
    UPDATE medsched.medications AS m SET inactivated_at = coalesce(m.inactivated_at, $3)
     WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 RETURNING m.inactivated_at INTO ended;
    IF NOT FOUND THEN
      PERFORM medsched._refuse_unknown($1, 'medication', $2);
    END IF;
  EXCEPTION WHEN check_violation THEN
    GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
    IF violated OPERATOR(pg_catalog.<>) 'recorded_dose_keeps_schedule' THEN
      RAISE;
    END IF;
    BEGIN
      ended := medsched._inactivate_after_recorded($1, $2, $3);
    EXCEPTION WHEN check_violation THEN
      GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
      PERFORM medsched._refuse_unseen(violated);
      RAISE;
    END;
  END;
  IF ended IS NULL THEN
    RAISE 'medication was not inactivated: a trigger suppressed it' USING ERRCODE = 'raise_exception';
  END IF;
  RETURN ended;
END
$$;

COMMENT ON FUNCTION medsched.inactivate_medication(uuid, uuid, timestamptz) IS
  'Ends a medication: no dose from the instant on but those recorded. Returns when it ended, after the last of them, which a second call does not change';

-- End a schedule and what is to replace it, all of one medication, which is locked.
CREATE OR REPLACE FUNCTION medsched._end_chain(schedule medsched._schedule, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  ended timestamp with time zone;
  answer timestamp with time zone;
BEGIN
  WHILE schedule.id IS NOT NULL LOOP
    ended := medsched._after_recorded(schedule.user_id, schedule.medication_id, schedule.id, $2);
    PERFORM medsched._leave_out(schedule, $2, ended);
    -- One that is to take effect later is over before it does.
    ended := least(greatest(ended, schedule.effective_from), schedule.ends_at);
    PERFORM medsched._end_schedule(schedule.user_id, schedule.id, ended);
    IF answer IS NULL OR ended OPERATOR(pg_catalog.>) schedule.effective_from THEN
      answer := ended;
    END IF;
    SELECT s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
           s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by)
      INTO schedule
      FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) schedule.user_id AND s.replaces OPERATOR(pg_catalog.=) schedule.id;
  END LOOP;
  RETURN answer;
END
$$;

COMMENT ON FUNCTION medsched._end_chain(medsched._schedule, timestamptz) IS
  'Internal: ends a schedule and what is to replace it';

CREATE OR REPLACE FUNCTION medsched._end_one(of_user uuid, of_schedule uuid, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  schedule medsched._schedule;
  successor pg_catalog.uuid;
  violated pg_catalog.text;
BEGIN
  PERFORM medsched._lock_schedules($1, NULL::pg_catalog.uuid,
    (SELECT s.medication_id FROM medsched.schedules AS s WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2),
    NULL::pg_catalog.timestamptz);
  schedule := medsched._find_schedule($1, $2);
  IF schedule.ends_at OPERATOR(pg_catalog.<=) $3 THEN
    successor := medsched._successor($1, $2);
    IF successor IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = pg_catalog.format('schedule "%s" ended at %s', $2, schedule.ends_at),
        DETAIL = pg_catalog.format('Schedule "%s" replaced it.', successor), HINT = 'End the schedule that replaced it.',
        TABLE = 'schedules', CONSTRAINT = 'schedule_not_replaced';
    END IF;
    RETURN schedule.ends_at;
  END IF;
  RETURN medsched._end_chain(schedule, $3);
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
  PERFORM medsched._refuse_unseen(violated);
  RAISE;
END
$$;

COMMENT ON FUNCTION medsched._end_one(uuid, uuid, timestamptz) IS
  'Internal: locks and ends a schedule';

CREATE OR REPLACE FUNCTION medsched.end_schedule(
  user_id uuid,
  schedule_id uuid,
  at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id'), medsched._require_instant($3, 'at');
  PERFORM medsched._check_tables();
  RETURN medsched._end_one($1, $2, $3);
END
$$;

COMMENT ON FUNCTION medsched.end_schedule(uuid, uuid, timestamptz) IS
  'Ends one schedule, and what is to replace it: no dose from the instant on but those recorded. Returns when it ended, after the last of them, which a second call does not change';
