-- Changing how a medication is taken without rewriting its history.

CREATE OR REPLACE FUNCTION medsched.revise_schedule(
  user_id uuid,
  schedule_id uuid,
  effective_from timestamptz,
  changes jsonb)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'not in the managed edition yet';
END
$$;
