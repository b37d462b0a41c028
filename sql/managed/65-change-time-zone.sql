-- A person goes to live in another time zone.

CREATE OR REPLACE FUNCTION medsched.change_time_zone(
  user_id uuid,
  time_zone text,
  effective_from timestamptz DEFAULT now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'not in the managed edition yet';
END
$$;
