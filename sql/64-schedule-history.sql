-- How a medication was taken before.

CREATE OR REPLACE FUNCTION medsched.schedule_history(user_id uuid, medication_id uuid)
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
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id');
  PERFORM medsched._check_tables();
  IF NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
  RETURN QUERY
    -- A chain begins where nothing of the medication is replaced.
    WITH RECURSIVE chain AS (
      SELECT s.id, s.created_at AS begun_at, s.id AS first_id, 1 AS revision
        FROM medsched.schedules AS s
        LEFT JOIN medsched.schedules AS p ON p.user_id = s.user_id AND p.id = s.replaces AND p.medication_id = s.medication_id
       WHERE s.user_id = $1 AND s.medication_id = $2 AND p.id IS NULL
      UNION ALL
      SELECT s.id, c.begun_at, c.first_id, c.revision + 1
        FROM chain AS c
        JOIN medsched.schedules AS s ON s.user_id = $1 AND s.replaces = c.id AND s.medication_id = $2)
    -- A cast to text would make text of a column of any type; this takes those of text, domains included.
    SELECT s.id, s.replaces, s.starts_at, coalesce(s.time_zone, NULL::text), coalesce(s.rrule, NULL::text), s.effective_from, s.ends_at,
           s.dose_amount, coalesce(s.dose_unit, NULL::text), coalesce(s.instructions, NULL::text), s.created_at, c.revision
      FROM chain AS c
      JOIN medsched.schedules AS s ON s.user_id = $1 AND s.id = c.id
     ORDER BY c.begun_at, c.first_id, c.revision;
END
$$;

COMMENT ON FUNCTION medsched.schedule_history(uuid, uuid) IS
  'A medication''s schedules, each followed by those that replaced it; revision 1 replaces none';
