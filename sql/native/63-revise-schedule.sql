-- Changing how a medication is taken without rewriting its history.

CREATE OR REPLACE FUNCTION medsched.revise_schedule(
  user_id uuid,
  schedule_id uuid,
  effective_from timestamptz,
  changes jsonb)
RETURNS uuid
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_revise_schedule';
