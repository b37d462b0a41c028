-- What became of a dose: skipped, undone, taken as needed. (That a scheduled one was taken is in doses.sql.)

CREATE FUNCTION medsched.skip_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL,
  OUT user_id uuid,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_skipped boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_skip_dose';

COMMENT ON FUNCTION medsched.skip_dose(uuid, uuid, timestamptz, text, text, text) IS
  'Records that a dose was not taken, on purpose; once recorded, changes nothing. Returns the dose as recorded';

CREATE FUNCTION medsched.skip_dose_by_id(
  user_id uuid,
  dose_id text,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL,
  OUT user_id uuid,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_skipped boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_skip_dose_by_id';

COMMENT ON FUNCTION medsched.skip_dose_by_id(uuid, text, text, text, text) IS
  'skip_dose for the handle of a dose';

CREATE FUNCTION medsched.undo_dose(
  INOUT user_id uuid,
  INOUT schedule_id uuid,
  INOUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz)
RETURNS SETOF record
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_undo_dose';

COMMENT ON FUNCTION medsched.undo_dose(uuid, uuid, timestamptz) IS
  'Removes what was recorded of a dose, taken or skipped, and returns it; no row: nothing was recorded';

CREATE FUNCTION medsched.undo_dose_by_id(
  INOUT user_id uuid,
  dose_id text,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz)
RETURNS SETOF record
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_undo_dose_by_id';

COMMENT ON FUNCTION medsched.undo_dose_by_id(uuid, text) IS
  'undo_dose for the handle of a dose';

CREATE FUNCTION medsched.take_as_needed(
  user_id uuid,
  schedule_id uuid,
  taken_at timestamptz DEFAULT pg_catalog.now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  OUT user_id uuid,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_take_as_needed';

COMMENT ON FUNCTION medsched.take_as_needed(uuid, uuid, timestamptz, text, numeric, text) IS
  'Records a dose as needed, at the second it was taken, within the schedule''s limits; once recorded, changes nothing. Returns the dose as recorded';

CREATE FUNCTION medsched.next_as_needed_at(user_id uuid, schedule_id uuid, at timestamptz DEFAULT pg_catalog.now())
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_next_as_needed_at';

COMMENT ON FUNCTION medsched.next_as_needed_at(uuid, uuid, timestamptz) IS
  'The first instant from the given one on when a dose as needed is allowed; NULL: none before the schedule or its medication ends';
