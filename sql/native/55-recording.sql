-- What became of a dose: taken, skipped, undone.

CREATE OR REPLACE FUNCTION medsched.mark_dose_taken(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  taken_at timestamptz DEFAULT now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  despite_limits text DEFAULT NULL)
RETURNS medsched.taken_dose
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken';

CREATE OR REPLACE FUNCTION medsched.mark_dose_taken_by_id(
  user_id uuid,
  dose_id text,
  taken_at timestamptz DEFAULT now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  despite_limits text DEFAULT NULL)
RETURNS medsched.taken_dose
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken_by_id';

CREATE OR REPLACE FUNCTION medsched.skip_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL)
RETURNS medsched.skipped_dose
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_skip_dose';

CREATE OR REPLACE FUNCTION medsched.skip_dose_by_id(
  user_id uuid,
  dose_id text,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL)
RETURNS medsched.skipped_dose
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_skip_dose_by_id';

CREATE OR REPLACE FUNCTION medsched.undo_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz)
RETURNS SETOF medsched.recorded_dose
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_undo_dose';

CREATE OR REPLACE FUNCTION medsched.undo_dose_by_id(
  user_id uuid,
  dose_id text)
RETURNS SETOF medsched.recorded_dose
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_undo_dose_by_id';
