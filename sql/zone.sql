-- zone: time zones by their IANA names.

CREATE FUNCTION medsched.check_time_zone(time_zone text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_time_zone';

COMMENT ON FUNCTION medsched.check_time_zone(text) IS
'true for a name in pg_timezone_names, in its spelling; any other text is an error (22023), POSIX zone strings too';

CREATE DOMAIN medsched.time_zone AS text
CONSTRAINT time_zone_is_known CHECK (medsched.check_time_zone(VALUE));

COMMENT ON DOMAIN medsched.time_zone IS
'the IANA name of a time zone, such as Europe/Berlin';
