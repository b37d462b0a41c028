-- revise: changing how a medication is taken without rewriting its history.

CREATE FUNCTION medsched.revise_schedule(
  user_id uuid,
  schedule_id uuid,
  effective_from timestamptz,
  changes jsonb)
RETURNS uuid
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_revise_schedule';

COMMENT ON FUNCTION medsched.revise_schedule(uuid, uuid, timestamptz, jsonb) IS
  'Ends a schedule at an instant and has another replace it from there on: the same but for changes, an object whose keys are columns. Returns the new id';

CREATE FUNCTION medsched.schedule_history(user_id uuid, medication_id uuid)
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

COMMENT ON FUNCTION medsched.schedule_history(uuid, uuid) IS
  'A medication''s schedules, each followed by those that replaced it; revision 1 replaces none';

CREATE FUNCTION medsched.change_time_zone(
  user_id uuid,
  time_zone text,
  effective_from timestamptz DEFAULT pg_catalog.now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_change_time_zone';

COMMENT ON FUNCTION medsched.change_time_zone(uuid, text, timestamptz) IS
  'Has every schedule of a user that is at set times, not pinned to its zone and not over go on in another zone from an instant on; each dose comes once';

CREATE FUNCTION medsched.reactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT pg_catalog.now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_reactivate_medication';

COMMENT ON FUNCTION medsched.reactivate_medication(uuid, uuid, timestamptz) IS
  'Takes a medication up again: its schedules end at the inactivation, and others replace them from an instant on, so that no dose was missed in the pause';
