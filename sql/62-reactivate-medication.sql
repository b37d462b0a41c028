-- Taking a medication up again.

COMMENT ON FUNCTION medsched.reactivate_medication(uuid, uuid, timestamptz) IS
  'Takes a medication up again: its schedules end at the inactivation, and others replace them from an instant on, so that no dose was missed in the pause';
