-- erase: the right to be forgotten.

CREATE FUNCTION medsched.erase_user(user_id uuid)
RETURNS TABLE (medications bigint, schedules bigint, doses bigint)
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_erase_user';

COMMENT ON FUNCTION medsched.erase_user(uuid) IS
  'Deletes everything of a user, for good: the only way to delete a medication. Returns how many rows there were';

REVOKE EXECUTE ON FUNCTION medsched.erase_user(uuid) FROM PUBLIC;
