-- Saying that a schedule was meant otherwise from the start.
--
-- A correction rewrites the row: it keeps its id, its place among those that replace each other, and every dose recorded of it.
--
-- What reads or writes the tables runs with its caller's search_path, as create_medication() does.

-- Check the end that changes give a schedule which another one follows.
CREATE OR REPLACE FUNCTION medsched._check_new_end(schedule medsched._schedule, successor uuid, changes jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF successor IS NOT NULL AND changes ? 'ends_at'
     AND coalesce((changes ->> 'ends_at')::timestamptz, 'infinity') > schedule.ends_at THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('changes.ends_at must not be after %s', schedule.ends_at),
      DETAIL = format('Schedule "%s" follows from then on.', successor);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_new_end(medsched._schedule, uuid, jsonb) IS
  'Internal: checks the end that changes give a schedule';

-- Raise the error of a correction that would leave doses recorded without their schedule, and name them.  None is named when the
-- schedule, as it would be, has them all: then the rule knows more.
CREATE OR REPLACE FUNCTION medsched._refuse_correction(schedule medsched._schedule)
RETURNS void
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  most CONSTANT int := 5;
  recorded pg_catalog.record;
  doses timestamp with time zone[] := '{}';
BEGIN
  FOR recorded IN
    SELECT d.scheduled_for AS at, d.outcome FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) schedule.user_id AND d.schedule_id OPERATOR(pg_catalog.=) schedule.id
       AND d.outcome OPERATOR(pg_catalog.<>) 'extra'
     ORDER BY d.scheduled_for
  LOOP
    CONTINUE WHEN NOT (schedule.as_needed AND recorded.outcome OPERATOR(pg_catalog.<>) 'taken')
      AND medsched._has_dose(schedule, recorded.at, recorded.at OPERATOR(pg_catalog.+) interval '1 microsecond');
    doses := doses OPERATOR(pg_catalog.||) recorded.at;
    EXIT WHEN pg_catalog.cardinality(doses) OPERATOR(pg_catalog.>) most;
  END LOOP;
  PERFORM medsched._raise_again('23514', pg_catalog.format('schedule "%s" has recorded doses that would no longer be scheduled', schedule.id),
    CASE WHEN doses OPERATOR(pg_catalog.<>) '{}'
         THEN pg_catalog.format('They are: %s%s. The first is dose "%s".', pg_catalog.array_to_string(doses[:most], ', '),
                                CASE WHEN pg_catalog.cardinality(doses) OPERATOR(pg_catalog.>) most THEN ' and later ones' END,
                                medsched.dose_id(schedule.id, doses[1]))
         ELSE '' END,
    'Take the records back: call medsched.undo_dose(). Or change the schedule from an instant on: call medsched.revise_schedule().',
    'medsched', 'schedules', '', 'recorded_dose_keeps_schedule', '');
END
$$;

COMMENT ON FUNCTION medsched._refuse_correction(medsched._schedule) IS
  'Internal: raises the error of a correction that recorded doses stand against';

-- Rewrite a schedule, which is locked, with changes, subject being what it is called in errors.  Gives the row as it is stored.
CREATE OR REPLACE FUNCTION medsched._rewrite_schedule(schedule medsched._schedule, changes jsonb, subject text, OUT new_row medsched._schedule)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  part pg_catalog.record;
  updated int;
  was pg_catalog.jsonb;
  code pg_catalog.text; message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; column_name pg_catalog.text;
  constraint_name pg_catalog.text; type_name pg_catalog.text;
  held CONSTANT pg_catalog.text[] := CASE
    WHEN changes OPERATOR(pg_catalog.?|) '{starts_at,time_zone,rrule,rdates,exdates,cycle_days_on,cycle_days_off,as_needed,after_last,effective_from,ends_at}'::pg_catalog.text[]
    THEN medsched._followers_held(schedule.user_id, schedule.id) ELSE '{}' END;
BEGIN
  part := medsched._assignments('medsched.schedules'::pg_catalog.regclass, changes, 3);
  BEGIN
    EXECUTE pg_catalog.format(
      'UPDATE medsched.schedules AS s SET %s FROM %s WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2'
      ' RETURNING s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,'
      ' s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by)', part.list, part.source)
      INTO new_row USING schedule.user_id, schedule.id, changes;
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated OPERATOR(pg_catalog.>) 0 THEN
      PERFORM medsched._carry_moves(schedule, new_row, '-infinity'::pg_catalog.timestamptz);
    END IF;
  EXCEPTION WHEN data_exception OR integrity_constraint_violation OR feature_not_supported THEN
    -- In the words of the changes, and without the statement that it came through.
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
      schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME,
      type_name = PG_DATATYPE_NAME;
    SELECT pg_catalog.to_jsonb(s.*) INTO was FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) schedule.user_id AND s.id OPERATOR(pg_catalog.=) schedule.id;
    was := was OPERATOR(pg_catalog.||) changes;
    IF constraint_name OPERATOR(pg_catalog.=) 'recorded_dose_keeps_schedule' THEN
      schedule := pg_catalog.jsonb_populate_record(schedule, was);
      schedule.rdates := coalesce(schedule.rdates, '{}');
      schedule.exdates := coalesce(schedule.exdates, '{}');
      PERFORM medsched._refuse_correction(schedule);
    END IF;
    PERFORM medsched._refuse_schedule(was, 'changes', subject, code, message, detail, hint, schema_name, table_name, column_name,
                                      constraint_name, type_name);
  END;
  IF updated OPERATOR(pg_catalog.=) 0 THEN
    PERFORM medsched._refuse_suppressed(schedule.id);
  END IF;
  PERFORM medsched._check_followers_held(schedule.user_id, schedule.id, held);
END
$$;

COMMENT ON FUNCTION medsched._rewrite_schedule(medsched._schedule, jsonb, text) IS
  'Internal: rewrites a schedule with changes';

-- Lock one schedule, check and correct it.
CREATE OR REPLACE FUNCTION medsched._correct_one(of_user uuid, of_schedule uuid, changes jsonb)
RETURNS medsched.current_schedule
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  schedule medsched._schedule;
  new_row medsched._schedule;
  corrected medsched.current_schedule;
  inactivated_at timestamp with time zone;
  always CONSTANT timestamp with time zone := '-infinity';
BEGIN
  IF changes OPERATOR(pg_catalog.?) 'id' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'changes must not have id', DETAIL = 'A schedule that is corrected keeps its id.';
  END IF;
  IF changes OPERATOR(pg_catalog.?) 'events' OR medsched._events_of($1, $2) IS NOT NULL THEN
    PERFORM medsched._lock_routine($1, false);
  END IF;
  PERFORM medsched._lock_schedules($1, $2, NULL::pg_catalog.uuid, NULL::pg_catalog.timestamptz);
  schedule := medsched._find_schedule($1, $2);
  changes := medsched._changes_by_routine(schedule, changes, NULL::pg_catalog.timestamptz);
  PERFORM medsched._check_new_end(schedule, medsched._successor($1, $2), changes);
  new_row := medsched._rewrite_schedule(schedule, changes, 'the corrected schedule');
  inactivated_at := medsched._inactivated_at($1, schedule.medication_id);
  -- Of the row as it was only where need be: its time zone may be gone, which is what is corrected.
  IF NOT medsched._has_dose(new_row, always, inactivated_at) THEN
    IF medsched._has_dose(schedule, always, inactivated_at) THEN
      PERFORM medsched._raise_again('23514', 'the corrected schedule would have no dose',
        pg_catalog.format('It has none until %s.', least(inactivated_at, new_row.ends_at)), 'To end a schedule, call medsched.end_schedule().',
        'medsched', 'schedules', '', 'schedule_has_dose', '');
    END IF;
  END IF;
  SELECT r.* INTO corrected FROM medsched._schedule_rows($1, schedule.medication_id, $2) AS r;
  RETURN corrected;
END
$$;

COMMENT ON FUNCTION medsched._correct_one(uuid, uuid, jsonb) IS
  'Internal: locks and corrects a schedule';

CREATE OR REPLACE FUNCTION medsched.correct_schedule(user_id uuid, schedule_id uuid, changes jsonb)
RETURNS medsched.current_schedule
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id');
  IF $3 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'changes must not be null';
  END IF;
  PERFORM medsched._check_tables();
  RETURN medsched._correct_one($1, $2, medsched._read_changes($3));
END
$$;

COMMENT ON FUNCTION medsched.correct_schedule(uuid, uuid, jsonb) IS
  'Changes a schedule as though it had been meant so from the start, where each recorded dose stays a dose; returns it, with the id it had, as current_schedules() does';
