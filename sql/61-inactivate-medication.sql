-- Ending a medication.

-- It runs with its caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched.inactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  ended timestamp with time zone;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id'), medsched._require_instant($3, 'at');
  PERFORM medsched._check_tables();
  UPDATE medsched.medications AS m SET inactivated_at = coalesce(m.inactivated_at, $3)
   WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2 RETURNING m.inactivated_at INTO ended;
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
