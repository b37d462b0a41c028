-- Taking a medication up again.

CREATE OR REPLACE FUNCTION medsched.reactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'not in the managed edition yet';
END
$$;
