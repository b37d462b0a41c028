-- Checks of arguments: users, windows, rules and time zones.

CREATE OR REPLACE FUNCTION medsched.check_user(user_id uuid)
RETURNS uuid
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF user_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'user_id must not be null';
  END IF;
  RETURN user_id;
END
$$;

CREATE OR REPLACE FUNCTION medsched.check_window(window_start timestamptz, window_end timestamptz)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF window_start IS NULL OR window_end IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004',
      MESSAGE = CASE WHEN window_start IS NULL THEN 'window_start' ELSE 'window_end' END || ' must not be null';
  END IF;
  IF NOT isfinite(window_start) OR NOT isfinite(window_end) THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = CASE WHEN isfinite(window_start) THEN 'window_end' ELSE 'window_start' END || ' must be finite',
      HINT = 'Give the window that you will show, for example one week.';
  END IF;
  IF window_end < window_start THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = 'window_end must not be before window_start',
      DETAIL = format('The window is from %s to %s.', window_start, window_end);
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION medsched.check_window_for_all(window_start timestamptz, window_end timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most int;
BEGIN
  PERFORM medsched.check_window(window_start, window_end);
  most := medsched._max_doses();
  IF extract(epoch FROM window_end - window_start) / 86400 > most THEN
    RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = format('the window has more than %s days', most),
      DETAIL = 'Asked about everybody, medsched.max_doses bounds the days of the window, whatever the schedules in it.',
      HINT = 'Narrow the window, or raise medsched.max_doses.';
  END IF;
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION medsched.check_time_zone(time_zone text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  name text;
BEGIN
  IF medsched._is_listed(time_zone) THEN
    RETURN true;
  END IF;
  name := (SELECT z.name FROM pg_timezone_names AS z
            WHERE lower(z.name) = lower(time_zone)
            ORDER BY z.name <> time_zone LIMIT 1);
  IF name = time_zone THEN
    RETURN true;
  ELSIF name IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('time zone "%s" is not spelled as its name', medsched._shortened(time_zone)),
      HINT = format('Write "%s".', name);
  END IF;
  RAISE EXCEPTION USING ERRCODE = '22023',
    MESSAGE = format('time zone "%s" is not known', medsched._shortened(time_zone)),
    DETAIL = 'Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not taken, because they do not follow a place when its rules change.',
    HINT = 'The names are in the view pg_timezone_names.';
END
$$;

CREATE OR REPLACE FUNCTION medsched.check_rrule(rrule text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._read_rule(rrule);
  RETURN true;
END
$$;
