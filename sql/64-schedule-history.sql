-- How a medication was taken before.

COMMENT ON FUNCTION medsched.schedule_history(uuid, uuid) IS
  'A medication''s schedules, each followed by those that replaced it; revision 1 replaces none';
