-- The right to be forgotten.

COMMENT ON FUNCTION medsched.erase_user(uuid) IS
  'Deletes everything of a user, for good: the only way to delete a medication. Requires DELETE on the three tables. Returns how many rows there were';
