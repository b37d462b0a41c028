-- Prescribing a medication.

COMMENT ON FUNCTION medsched.create_medication(uuid, text, jsonb, text, jsonb) IS
  'Inserts a medication and its schedules, an array of objects whose keys are columns, with own_columns, an object of columns that the application added to medications; returns its id';
