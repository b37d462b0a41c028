-- What became of a dose: taken, skipped, undone.

COMMENT ON FUNCTION medsched.mark_dose_taken(uuid, uuid, timestamptz, timestamptz, text, numeric, text, text) IS
  'Records that a dose was taken, within the limits or, with a reason, in spite of them; once recorded, changes nothing. Returns the dose as recorded';

COMMENT ON FUNCTION medsched.mark_dose_taken_by_id(uuid, text, timestamptz, text, numeric, text, text) IS
  'mark_dose_taken for the handle of a dose';

COMMENT ON FUNCTION medsched.skip_dose(uuid, uuid, timestamptz, text, text, text) IS
  'Records that a dose was not taken, on purpose; once recorded, changes nothing. Returns the dose as recorded';

COMMENT ON FUNCTION medsched.skip_dose_by_id(uuid, text, text, text, text) IS
  'skip_dose for the handle of a dose';

COMMENT ON FUNCTION medsched.undo_dose(uuid, uuid, timestamptz) IS
  'Removes what was recorded of a dose, taken or skipped, and returns it; no row: nothing was recorded';

COMMENT ON FUNCTION medsched.undo_dose_by_id(uuid, text) IS
  'undo_dose for the handle of a dose';
