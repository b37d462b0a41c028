-- Doses beside those of a schedule: vomited and taken again, a rescue dose.

-- Raise the error of a CHECK in the caller's words, if it has any.
CREATE OR REPLACE FUNCTION medsched._refuse_dose_value(rule text, of_schema text, of_table text, recorded_by text, amount numeric,
  despite_limits text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  message CONSTANT text := CASE rule
    WHEN 'dose_taken_amount_positive' THEN 'amount must be finite and above 0'
    WHEN 'dose_taken_amount_size' THEN 'amount must have at most 1000 digits before and after the point'
    WHEN 'dose_taken_recorded_by_length' THEN 'recorded_by must have at most 1000 characters'
    WHEN 'dose_taken_despite_limits_valid' THEN 'despite_limits must have 1 to 1000 characters that are not all blank' END;
BEGIN
  IF message IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = message, SCHEMA = of_schema, TABLE = of_table, CONSTRAINT = rule,
      DETAIL = format('It is %s.', CASE WHEN rule = 'dose_taken_recorded_by_length' THEN format('"%s"', medsched._shortened(recorded_by))
                                        WHEN rule = 'dose_taken_despite_limits_valid' THEN format('"%s"', medsched._shortened(despite_limits))
                                        ELSE medsched._shortened(amount::text) END);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._refuse_dose_value(text, text, text, text, numeric, text) IS
  'Internal: raises the error of a CHECK of recorded doses in the words of the arguments';

-- Check that an extra dose can be recorded of a schedule.
CREATE OR REPLACE FUNCTION medsched._check_extra_dose(user_id uuid, schedule_id uuid, taken_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found_as_needed boolean;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id'), medsched._require_instant($3, 'taken_at'),
          medsched._check_tables();
  found_as_needed := (SELECT s.as_needed FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2);
  IF found_as_needed IS NULL THEN
    PERFORM medsched._refuse_unknown($1, 'schedule', $2);
  ELSIF found_as_needed THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('schedule "%s" is as needed', $2),
      DETAIL = 'It has no set times that a dose could be beside.', HINT = 'Call medsched.take_as_needed().',
      TABLE = 'schedules', CONSTRAINT = 'schedule_has_set_times';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_extra_dose(uuid, uuid, timestamptz) IS
  'Internal: checks the arguments of record_extra_dose()';

-- It is the dose of the second that it was taken in, as one as needed is.  It runs with its caller's search_path, as
-- create_medication() does.
CREATE OR REPLACE FUNCTION medsched.record_extra_dose(
  user_id uuid,
  schedule_id uuid,
  taken_at timestamptz DEFAULT now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  reason text DEFAULT NULL,
  despite_limits text DEFAULT NULL)
RETURNS medsched.taken_dose
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  dose medsched.taken_dose;
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text; schema_name pg_catalog.text; table_name pg_catalog.text;
  constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_extra_dose($1, $2, $3);
  -- Whoever records it at the same time is waited for, and may take it back: so it tries again.
  FOR attempt IN 1 .. 10 LOOP
    INSERT INTO medsched.dose_taken AS d (user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, despite_limits)
    VALUES ($1, $2, pg_catalog.date_trunc('second', $3), $3, $4, $5, $6, 'extra', $7, $8)
    ON CONFLICT (user_id, scheduled_for, schedule_id) DO NOTHING
    RETURNING d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, d.amount, d.note, d.outcome, d.reason, d.recorded_at, true, d.despite_limits
      INTO dose.user_id, dose.schedule_id, dose.scheduled_for, dose.taken_at, dose.recorded_by, dose.amount, dose.note, dose.outcome,
           dose.reason, dose.recorded_at, dose.newly_taken, dose.despite_limits;
    EXIT WHEN FOUND;
    SELECT d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, d.amount, d.note, d.outcome, d.reason, d.recorded_at, false, d.despite_limits
      INTO dose.user_id, dose.schedule_id, dose.scheduled_for, dose.taken_at, dose.recorded_by, dose.amount, dose.note, dose.outcome,
           dose.reason, dose.recorded_at, dose.newly_taken, dose.despite_limits
      FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 AND d.scheduled_for OPERATOR(pg_catalog.=) pg_catalog.date_trunc('second', $3);
    EXIT WHEN FOUND;
  END LOOP;
  IF dose.outcome IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = pg_catalog.format('could not record the dose at %s', pg_catalog.date_trunc('second', $3)),
      DETAIL = 'It is not recorded, and inserting it inserted nothing.',
      HINT = 'A trigger may suppress the insert, or other sessions record and undo the same dose: try again.';
  ELSIF dose.outcome OPERATOR(pg_catalog.<>) 'extra' THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = pg_catalog.format('the dose at %s is already recorded as %s', dose.scheduled_for, dose.outcome),
      DETAIL = 'It is one of the schedule''s doses.', HINT = 'An extra dose is recorded at another second.',
      TABLE = 'dose_taken', CONSTRAINT = CASE WHEN dose.outcome OPERATOR(pg_catalog.=) 'taken' THEN 'dose_already_taken' ELSE 'dose_already_skipped' END;
  END IF;
  RETURN dose;
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, schema_name = SCHEMA_NAME,
    table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME;
  PERFORM medsched._refuse_dose_value(constraint_name, schema_name, table_name, $4, $5, $8);
  PERFORM medsched._raise_again('23514', message, detail, hint, schema_name, table_name, '', constraint_name, '');
END
$$;

COMMENT ON FUNCTION medsched.record_extra_dose(uuid, uuid, timestamptz, text, numeric, text, text, text) IS
  'Records a dose taken beside those of a schedule at set times, at the second it was taken, whether the schedule is in effect or not; once recorded, changes nothing. Returns the dose as recorded';
