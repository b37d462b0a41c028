-- Checks of arguments: users, windows, rules and time zones.

COMMENT ON FUNCTION medsched.check_user(uuid) IS
  'the user given; NULL is 22004';

COMMENT ON FUNCTION medsched.check_window(timestamptz, timestamptz) IS
  'true for a window [window_start, window_end); a NULL bound is 22004, an infinite one or an end before the start 22023';

COMMENT ON FUNCTION medsched.check_window_for_all(timestamptz, timestamptz) IS
  'medsched.check_window, and 54000 for a window of more days than medsched.max_doses';

COMMENT ON FUNCTION medsched.check_rrule(text) IS
'true for a recurrence rule of RFC 5545 section 3.3.10 or RFC 7529; any other text is an error that says what is wrong with it (22023, or 0A000 for an RSCALE that is not supported)';

COMMENT ON FUNCTION medsched.check_time_zone(text) IS
'true for a name in pg_timezone_names, in its spelling; any other text is an error (22023), POSIX zone strings too';
