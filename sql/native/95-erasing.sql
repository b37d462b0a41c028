-- The right to be forgotten.

CREATE OR REPLACE FUNCTION medsched.erase_user(user_id uuid)
RETURNS TABLE (medications bigint, schedules bigint, doses bigint)
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_erase_user';

CREATE OR REPLACE FUNCTION medsched._is_erasing(user_id uuid)
RETURNS boolean
LANGUAGE C VOLATILE STRICT
AS 'MODULE_PATHNAME', 'medsched_is_erasing';

COMMENT ON FUNCTION medsched._is_erasing(uuid) IS
  'Internal: whether erase_user() is at work for a user';
