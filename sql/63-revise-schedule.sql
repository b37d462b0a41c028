-- Changing how a medication is taken without rewriting its history.

COMMENT ON FUNCTION medsched.revise_schedule(uuid, uuid, timestamptz, jsonb) IS
  'Ends a schedule at an instant and has another replace it from there on: the same but for changes, an object whose keys are columns. Returns the new id';
