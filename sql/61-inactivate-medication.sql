-- Ending a medication.

COMMENT ON FUNCTION medsched.inactivate_medication(uuid, uuid, timestamptz) IS
  'Ends a medication: no dose from the instant on. Returns when it ended, which a second call does not change';
