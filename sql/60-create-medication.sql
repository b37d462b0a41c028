-- Prescribing a medication.

COMMENT ON FUNCTION medsched.create_medication(uuid, text, jsonb, text) IS
  'Inserts a medication and its schedules, an array of objects whose keys are columns; returns its id';
