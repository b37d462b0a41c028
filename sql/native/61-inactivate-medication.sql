-- Ending a medication.

CREATE OR REPLACE FUNCTION medsched.inactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_inactivate_medication';
