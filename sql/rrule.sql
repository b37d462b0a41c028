-- rrule: recurrence rules as text.

CREATE FUNCTION medsched.check_rrule(rrule text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_rrule';

COMMENT ON FUNCTION medsched.check_rrule(text) IS
'true for a recurrence rule of RFC 5545 section 3.3.10 or RFC 7529; any other text is an error that says what is wrong with it (22023, or 0A000 for an RSCALE that is not supported)';

CREATE DOMAIN medsched.rrule AS text
CONSTRAINT rrule_is_valid CHECK (medsched.check_rrule(VALUE));

COMMENT ON DOMAIN medsched.rrule IS
'a recurrence rule of RFC 5545 section 3.3.10, such as FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0';
