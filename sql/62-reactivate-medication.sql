-- Taking a medication up again.

-- Take a medication up again, and give its schedules that were replaced.
CREATE OR REPLACE FUNCTION medsched._take_up(of_user uuid, of_medication uuid, at timestamptz)
RETURNS TABLE (old_id uuid, new_id uuid)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  schedule medsched._schedule;
  inactivated_at timestamp with time zone;
  goes_on boolean;
  in_pause boolean;
  has_dose boolean := false;
  by_routine CONSTANT boolean := EXISTS (
    SELECT FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) $2 AND s.events IS NOT NULL);
BEGIN
  IF by_routine THEN
    PERFORM medsched._lock_routine($1, false);
  END IF;
  PERFORM medsched._lock_schedules($1, NULL::pg_catalog.uuid, $2, NULL::pg_catalog.timestamptz);
  inactivated_at := medsched._inactivated_at($1, $2);
  IF inactivated_at IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = pg_catalog.format('medication "%s" is active', $2),
      DETAIL = 'It has no inactivated_at.',
      HINT = 'Its schedules are in effect. To change one, call medsched.revise_schedule().',
      TABLE = 'medications', CONSTRAINT = 'medication_is_inactive';
  ELSIF $3 OPERATOR(pg_catalog.<) inactivated_at THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'at must not be before the medication was inactivated',
      DETAIL = pg_catalog.format('It is %s; the medication was inactivated at %s.', $3, inactivated_at);
  END IF;
  UPDATE medsched.medications AS m SET inactivated_at = NULL
   WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2;
  IF NOT FOUND THEN
    RAISE 'medication "%" was not updated: a trigger or a policy suppressed it', $2 USING ERRCODE = 'raise_exception';
  END IF;

  FOR schedule IN
    SELECT s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
           s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by)
      FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) $2
     ORDER BY s.id
  LOOP
    goes_on := medsched._has_dose(schedule, $3, NULL::pg_catalog.timestamptz);
    in_pause := medsched._has_dose(schedule, inactivated_at, $3)
      -- One that was moved into the pause would be due in it.
      OR (schedule.ends_at OPERATOR(pg_catalog.>) inactivated_at) IS NOT FALSE
         AND EXISTS (SELECT FROM medsched._moved_past($1, schedule.id, inactivated_at));
    has_dose := has_dose OR goes_on;
    IF goes_on AND (in_pause OR medsched._has_dose(schedule, timestamp with time zone '-infinity', inactivated_at)) THEN
      old_id := schedule.id;
      schedule := medsched._replace_schedule(schedule, medsched._successor($1, old_id), inactivated_at, $3, '{}'::pg_catalog.jsonb);
      new_id := schedule.id;
      RETURN NEXT;
    ELSIF in_pause THEN
      PERFORM medsched._end_schedule($1, schedule.id, inactivated_at);
    END IF;
  END LOOP;
  IF NOT has_dose THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = pg_catalog.format('medication "%s" has no dose from %s on', $2, $3),
      DETAIL = 'All its schedules are over.', HINT = 'Insert a schedule for it first.',
      TABLE = 'medications', CONSTRAINT = 'medication_has_dose';
  END IF;
  -- The routine may have changed since.
  IF by_routine THEN
    PERFORM FROM medsched._follow_routine($1, $2, $3);
    PERFORM medsched._follow_plans($1, $2, $3);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._take_up(uuid, uuid, timestamptz) IS
  'Internal: lets the schedules of a medication go on';

CREATE OR REPLACE FUNCTION medsched.reactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id'), medsched._require_instant($3, 'at');
  PERFORM medsched._check_tables();
  RETURN QUERY SELECT t.old_id, t.new_id FROM medsched._take_up($1, $2, $3) AS t;
END
$$;

COMMENT ON FUNCTION medsched.reactivate_medication(uuid, uuid, timestamptz) IS
  'Takes a medication up again: its schedules end at the inactivation, and others replace them from an instant on, so that no dose was missed in the pause';
