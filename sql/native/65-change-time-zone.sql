-- A person goes to live in another time zone.

CREATE OR REPLACE FUNCTION medsched.change_time_zone(
  user_id uuid,
  time_zone text,
  effective_from timestamptz DEFAULT now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_change_time_zone';
