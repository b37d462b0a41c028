-- Taking a medication up again.

CREATE OR REPLACE FUNCTION medsched.reactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_reactivate_medication';
