-- Prescribing a medication.

CREATE OR REPLACE FUNCTION medsched.create_medication(
  user_id uuid,
  name text,
  schedules jsonb,
  notes text DEFAULT NULL,
  own_columns jsonb DEFAULT NULL)
RETURNS uuid
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_create_medication';
