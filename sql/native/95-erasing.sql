-- The right to be forgotten.

CREATE OR REPLACE FUNCTION medsched.erase_user(user_id uuid)
RETURNS TABLE (medications bigint, schedules bigint, doses bigint)
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_erase_user';
