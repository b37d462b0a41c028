CREATE OR REPLACE FUNCTION medsched._has_dependents(of_user uuid)
RETURNS boolean
LANGUAGE plpgsql STABLE STRICT
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM medsched.schedules AS s
                  WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND (s.after_last IS NOT NULL OR s.follows_by IS NOT NULL));
END
$$;
