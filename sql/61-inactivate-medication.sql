-- Ending a medication.

CREATE OR REPLACE FUNCTION medsched.inactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  ended timestamptz;
BEGIN
  IF $1 IS NULL OR $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = CASE WHEN $1 IS NULL THEN 'user_id' ELSE 'medication_id' END || ' must not be null';
  END IF;
  PERFORM medsched._require_instant($3, 'at');
  PERFORM medsched._check_tables();
  UPDATE medsched.medications AS m SET inactivated_at = coalesce(m.inactivated_at, $3)
   WHERE m.user_id = $1 AND m.id = $2 RETURNING m.inactivated_at INTO ended;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  ELSIF ended IS NULL THEN
    RAISE 'medication was not inactivated: a trigger suppressed it';
  END IF;
  RETURN ended;
END
$$;

COMMENT ON FUNCTION medsched.inactivate_medication(uuid, uuid, timestamptz) IS
  'Ends a medication: no dose from the instant on. Returns when it ended, which a second call does not change';
