-- The settings, which are text that no server has looked at: an integer, and for
-- medsched.grace a time in seconds or with a unit.  They are read as the server
-- reads its own.

CREATE OR REPLACE FUNCTION medsched._max_doses()
RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  setting text := current_setting('medsched.max_doses', true);
BEGIN
  IF setting IS NULL OR setting = '' THEN
    RETURN 100000;
  END IF;
  IF setting !~ '^ *[-+]?[0-9]{1,18} *$' THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('invalid value for parameter "medsched.max_doses": "%s"', setting);
  END IF;
  IF setting::bigint NOT BETWEEN 1 AND 10000000 THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('%s is outside the valid range for parameter "medsched.max_doses" (1 .. 10000000)', trim(setting));
  END IF;
  RETURN setting;
END
$$;

COMMENT ON FUNCTION medsched._max_doses() IS
  'Internal: the setting medsched.max_doses, checked';

-- How dense a schedule may be is the database owner's to say, for everybody's answers walk through it: what
-- ALTER DATABASE … SET says counts, and what a session sets where it is the owner's.
CREATE OR REPLACE FUNCTION medsched._max_doses_per_day()
RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  setting text := current_setting('medsched.max_doses_per_day', true);
BEGIN
  IF setting IS NULL OR setting = '' THEN
    RETURN 1440;
  END IF;
  IF NOT pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user)::name,
                     (SELECT d.datdba FROM pg_database AS d WHERE d.datname = current_database()), 'USAGE') THEN
    setting := (SELECT substr(c, 28) FROM pg_db_role_setting AS s CROSS JOIN unnest(s.setconfig) AS c
                 WHERE s.setrole = 0 AND s.setdatabase = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
                   AND starts_with(c, 'medsched.max_doses_per_day='));
    IF setting IS NULL THEN
      RETURN 1440;
    END IF;
  END IF;
  IF setting !~ '^ *[-+]?[0-9]{1,18} *$' THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('invalid value for parameter "medsched.max_doses_per_day": "%s"', setting);
  ELSIF setting::bigint NOT BETWEEN 1 AND 86400 THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('%s is outside the valid range for parameter "medsched.max_doses_per_day" (1 .. 86400)', trim(setting));
  END IF;
  RETURN setting;
END
$$;

COMMENT ON FUNCTION medsched._max_doses_per_day() IS
  'Internal: the setting medsched.max_doses_per_day, as the database''s owner gave it';

CREATE OR REPLACE FUNCTION medsched._grace()
RETURNS interval
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  setting text := current_setting('medsched.grace', true);
  part text[];
  seconds numeric;
BEGIN
  IF setting IS NULL OR setting = '' THEN
    RETURN interval '1 hour';
  END IF;
  part := regexp_match(setting, '^ *([-+]?[0-9]{1,15}(?:[.][0-9]*)?) *(us|ms|s|min|h|d)? *$');
  IF part IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('invalid value for parameter "medsched.grace": "%s"', setting),
      HINT = 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".';
  END IF;
  seconds := round(part[1]::numeric * CASE part[2] WHEN 'us' THEN 0.000001 WHEN 'ms' THEN 0.001 WHEN 'min' THEN 60
                                                   WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 ELSE 1 END);
  IF seconds NOT BETWEEN 0 AND 604800 THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('%s s is outside the valid range for parameter "medsched.grace" (0 s .. 604800 s)', seconds);
  END IF;
  RETURN make_interval(secs => seconds);
END
$$;

COMMENT ON FUNCTION medsched._grace() IS
  'Internal: the setting medsched.grace, checked';
