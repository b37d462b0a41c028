-- Window: the checks that functions written in SQL share with those in C.

CREATE FUNCTION medsched.check_user(user_id uuid)
RETURNS uuid
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_user';

COMMENT ON FUNCTION medsched.check_user(uuid) IS
  'the user given; NULL is 22004';

CREATE FUNCTION medsched.check_window(window_start timestamptz, window_end timestamptz)
RETURNS boolean
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_window';

COMMENT ON FUNCTION medsched.check_window(timestamptz, timestamptz) IS
  'true for a window [window_start, window_end); a NULL bound is 22004, an infinite one or an end before the start 22023';
