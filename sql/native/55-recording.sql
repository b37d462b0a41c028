-- What became of a dose: taken, skipped, undone, taken as needed.

CREATE OR REPLACE FUNCTION medsched.mark_dose_taken(
  INOUT user_id uuid,
  INOUT schedule_id uuid,
  INOUT scheduled_for timestamptz,
  INOUT taken_at timestamptz DEFAULT pg_catalog.now(),
  INOUT recorded_by text DEFAULT NULL,
  INOUT amount numeric DEFAULT NULL,
  INOUT note text DEFAULT NULL,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken';

CREATE OR REPLACE FUNCTION medsched.mark_dose_taken_by_id(
  INOUT user_id uuid,
  dose_id text,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  INOUT taken_at timestamptz DEFAULT pg_catalog.now(),
  INOUT recorded_by text DEFAULT NULL,
  INOUT amount numeric DEFAULT NULL,
  INOUT note text DEFAULT NULL,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken_by_id';

CREATE OR REPLACE FUNCTION medsched.skip_dose(
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

CREATE OR REPLACE FUNCTION medsched.skip_dose_by_id(
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

CREATE OR REPLACE FUNCTION medsched.undo_dose(
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

CREATE OR REPLACE FUNCTION medsched.undo_dose_by_id(
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

CREATE OR REPLACE FUNCTION medsched.take_as_needed(
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

CREATE OR REPLACE FUNCTION medsched.next_as_needed_at(user_id uuid, schedule_id uuid, at timestamptz DEFAULT pg_catalog.now())
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_next_as_needed_at';
