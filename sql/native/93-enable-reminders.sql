CREATE OR REPLACE FUNCTION medsched._has_dependents(of_user uuid)
RETURNS boolean
LANGUAGE C STABLE STRICT
AS 'MODULE_PATHNAME', 'medsched_has_dependents';
