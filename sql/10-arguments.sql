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

-- For the functions in PL/pgSQL.

-- Raise an error of which detail and hint may be missing.
CREATE OR REPLACE FUNCTION medsched._refuse(code text, message text, detail text DEFAULT NULL, hint text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF detail IS NULL AND hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message;
  ELSIF hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail;
  ELSIF detail IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint;
  END IF;
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint;
END
$$;

COMMENT ON FUNCTION medsched._refuse(text, text, text, text) IS
  'Internal: raises an error of which detail and hint may be missing';

CREATE OR REPLACE FUNCTION medsched._refuse_unknown(user_id uuid, kind text, id uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('%s "%s" not found', kind, id),
    DETAIL = format('User "%s" has no %s by that id.', user_id, kind),
    TABLE = kind || 's', CONSTRAINT = CASE kind WHEN 'schedule' THEN 'schedule_exists' ELSE 'medication_exists' END;
END
$$;

COMMENT ON FUNCTION medsched._refuse_unknown(uuid, text, uuid) IS
  'Internal: raises the error of an id that a user has no row by';

CREATE OR REPLACE FUNCTION medsched._require_id(value uuid, name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF value IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = name || ' must not be null';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._require_id(uuid, text) IS
  'Internal: checks that an argument is not null';

CREATE OR REPLACE FUNCTION medsched._require(value timestamptz, name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF value IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = name || ' must not be null';
  ELSIF NOT isfinite(value) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' must be finite';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._require(timestamptz, text) IS
  'Internal: checks that an argument is a finite instant';

CREATE OR REPLACE FUNCTION medsched._require_instant(value timestamptz, name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF value >= '0001-01-01 00:00+00' AND value < '10000-01-01 00:00+00' THEN
    RETURN;
  END IF;
  PERFORM medsched._require(value, name);
  RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' is out of range', DETAIL = format('It is %s.', value),
    HINT = 'Use an instant in the years 1 to 9999.';
END
$$;

COMMENT ON FUNCTION medsched._require_instant(timestamptz, text) IS
  'Internal: checks that an argument is an instant of the years 1 to 9999';

-- Elapsed time of an interval, a month being 30 days and a day 24 hours.  What is
-- longer than a hundred million days counts as so long.
CREATE OR REPLACE FUNCTION medsched._elapsed(length interval)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  seconds CONSTANT numeric := extract(hour FROM length) * 3600 + extract(minute FROM length) * 60 + extract(second FROM length);
  days CONSTANT numeric := extract(year FROM length) * 360 + extract(month FROM length) * 30 + extract(day FROM length)
                           + trunc(seconds / 86400);
BEGIN
  RETURN make_interval(secs => (greatest(-100000000, least(100000000, days)) * 86400)::float8)
         + make_interval(secs => (seconds % 86400)::float8);
END
$$;

COMMENT ON FUNCTION medsched._elapsed(interval) IS
  'Internal: an interval as elapsed time, a day being 24 hours';

-- A caller's text as a message can hold it.
CREATE OR REPLACE FUNCTION medsched._shortened(written text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN length(written) > 120
  THEN concat("left"(written, 120), '...') ELSE written END;

COMMENT ON FUNCTION medsched._shortened(text) IS
  'Internal: a text, cut off where it is long';
