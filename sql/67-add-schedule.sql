-- One more schedule of a medication.

CREATE OR REPLACE FUNCTION medsched.add_schedule(user_id uuid, medication_id uuid, schedule jsonb)
RETURNS medsched.current_schedule
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_variable
DECLARE
  id pg_catalog.uuid;
  added medsched.current_schedule;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id');
  IF $3 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'schedule must not be null';
  END IF;
  PERFORM medsched._check_tables();
  PERFORM medsched._inactivated_at($1, $2);
  id := medsched._insert_schedule($1, $2, $3, 'schedule');
  IF id IS NULL THEN
    RAISE 'schedule was not inserted: a trigger suppressed it' USING ERRCODE = 'raise_exception';
  END IF;
  SELECT r.* INTO added FROM medsched._schedule_rows($1, $2, id) AS r;
  RETURN added;
END
$$;

COMMENT ON FUNCTION medsched.add_schedule(uuid, uuid, jsonb) IS
  'Inserts one more schedule of a medication, an object whose keys are columns; returns it as current_schedules() does';
