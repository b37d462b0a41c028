-- How a medication was taken before.

CREATE OR REPLACE FUNCTION medsched.schedule_history(user_id uuid, medication_id uuid)
RETURNS TABLE (
  schedule_id uuid,
  replaces uuid,
  starts_at timestamp,
  time_zone text,
  rrule text,
  effective_from timestamptz,
  ends_at timestamptz,
  dose_amount numeric,
  dose_unit text,
  instructions text,
  created_at timestamptz,
  revision int)
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_schedule_history';
