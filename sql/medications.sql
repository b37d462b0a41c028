-- Medications: prescribe one, end one.

CREATE FUNCTION medsched.create_medication(
  user_id uuid,
  name text,
  schedules jsonb,
  notes text DEFAULT NULL)
RETURNS uuid
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_create_medication';

COMMENT ON FUNCTION medsched.create_medication(uuid, text, jsonb, text) IS
  'Inserts a medication and its schedules, an array of objects whose keys are columns; returns its id';

CREATE FUNCTION medsched.inactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT pg_catalog.now())
RETURNS timestamptz
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_inactivate_medication';

COMMENT ON FUNCTION medsched.inactivate_medication(uuid, uuid, timestamptz) IS
  'Ends a medication: no dose from the instant on. Returns when it ended, which a second call does not change';
