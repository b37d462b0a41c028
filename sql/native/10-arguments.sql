-- Checks of arguments: users, windows, rules and time zones.

CREATE OR REPLACE FUNCTION medsched.check_user(user_id uuid)
RETURNS uuid
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_user';

CREATE OR REPLACE FUNCTION medsched.check_window(window_start timestamptz, window_end timestamptz)
RETURNS boolean
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_window';

CREATE OR REPLACE FUNCTION medsched.check_window_for_all(window_start timestamptz, window_end timestamptz)
RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_window_for_all';

CREATE OR REPLACE FUNCTION medsched.check_rrule(rrule text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_rrule';

CREATE OR REPLACE FUNCTION medsched.check_time_zone(time_zone text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_time_zone';

CREATE OR REPLACE FUNCTION medsched._is_zone(time_zone text) RETURNS boolean
LANGUAGE C STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_is_zone';

COMMENT ON FUNCTION medsched._is_zone(text) IS
  'Internal: whether there is a time zone of that name';
