-- Checks of arguments: users, windows, rules and time zones; and the settings.

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

-- The settings are text that no server has looked at: an integer, and for
-- medsched.grace a time in seconds or with a unit.  They are read as the server
-- reads its own.
CREATE OR REPLACE FUNCTION medsched._max_doses()
RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
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
SET search_path = pg_catalog, pg_temp
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
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  setting text := current_setting('medsched.grace', true);
  part text[];
  seconds numeric;
BEGIN
  IF setting IS NULL OR setting = '' THEN
    RETURN interval '1 hour';
  END IF;
  part := regexp_match(setting, '^ *([-+]?[0-9]{1,15}(?:\.[0-9]*)?) *(us|ms|s|min|h|d)? *$');
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

-- The names of the time zones, as they are when this file is run: the view
-- pg_timezone_names reads a file for each zone and takes 30 ms to say whether
-- there is one.  A name that came later is looked up there.
DO $time_zones$
BEGIN
  EXECUTE format($function$
CREATE OR REPLACE FUNCTION medsched._is_listed(time_zone text)
RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN time_zone = ANY (%L::text[])
$function$, (SELECT array_agg(z.name ORDER BY z.name) FROM pg_timezone_names AS z));
END
$time_zones$;

COMMENT ON FUNCTION medsched._is_listed(text) IS
  'Internal: whether a time zone was there when medsched was installed';

-- AT TIME ZONE 'CET' is the abbreviation, always an hour east of UTC, and not the
-- time zone of that name, which has summer time.  Such a zone is asked for by
-- another name that comes to the same on every fifth day of 160 years.
DO $zone_names$
DECLARE
  session_zone CONSTANT text := current_setting('TimeZone');
  days CONSTANT timestamptz[] := ARRAY(SELECT generate_series(timestamptz '1880-01-01 00:00Z', '2040-01-01 00:00Z', '5 days'));
  few CONSTANT timestamptz[] := ARRAY(SELECT generate_series(timestamptz '1881-07-01 00:00Z', '2040-01-01 00:00Z', '1000 days'));
  zone record;
  clock timestamp[];
  few_clock timestamp[];
  same text;
  cases text := '';
BEGIN
  FOR zone IN
    SELECT z.name FROM pg_timezone_names AS z
     WHERE lower(z.name) IN (SELECT lower(a.abbrev) FROM pg_timezone_abbrevs AS a) ORDER BY z.name
  LOOP
    PERFORM set_config('TimeZone', zone.name, true);
    clock := ARRAY(SELECT d::timestamp FROM unnest(days) WITH ORDINALITY AS u (d, n) ORDER BY n);
    few_clock := ARRAY(SELECT d::timestamp FROM unnest(few) WITH ORDINALITY AS u (d, n) ORDER BY n);
    PERFORM set_config('TimeZone', session_zone, true);
    CONTINUE WHEN clock = ARRAY(SELECT timezone(zone.name, d) FROM unnest(days) WITH ORDINALITY AS u (d, n) ORDER BY n);
    same := (
      SELECT z.name FROM pg_timezone_names AS z
       WHERE lower(z.name) NOT IN (SELECT lower(a.abbrev) FROM pg_timezone_abbrevs AS a)
         AND few_clock = ARRAY(SELECT timezone(z.name, d) FROM unnest(few) WITH ORDINALITY AS u (d, n) ORDER BY n)
         AND clock = ARRAY(SELECT timezone(z.name, d) FROM unnest(days) WITH ORDINALITY AS u (d, n) ORDER BY n)
       ORDER BY z.name LIMIT 1);
    IF same IS NOT NULL THEN
      cases := cases || format(' WHEN %L THEN %L', zone.name, same);
    END IF;
  END LOOP;
  EXECUTE format($function$
CREATE OR REPLACE FUNCTION medsched._zone(time_zone text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN %s
$function$, CASE WHEN cases = '' THEN 'time_zone' ELSE 'CASE time_zone' || cases || ' ELSE time_zone END' END);
END
$zone_names$;

COMMENT ON FUNCTION medsched._zone(text) IS
  'Internal: the name by which AT TIME ZONE takes a time zone, and no abbreviation';

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

-- Arithmetic of the calendar.  A day is a count of days since 2000-01-01; years from -398 on.

CREATE OR REPLACE FUNCTION medsched._weekday(day int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (day + 5 + 7 * 200000) % 7;

COMMENT ON FUNCTION medsched._weekday(int) IS
  'Internal: the weekday of a day, from 0 = Monday';

CREATE OR REPLACE FUNCTION medsched._year_size(year int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0) THEN 366 ELSE 365 END;

COMMENT ON FUNCTION medsched._year_size(int) IS
  'Internal: the days of a year';

CREATE OR REPLACE FUNCTION medsched._month_size(year int, month int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN month = 2 THEN medsched._year_size(year) - 337 ELSE 30 + (month + month / 8) % 2 END;

COMMENT ON FUNCTION medsched._month_size(int, int) IS
  'Internal: the days of a month';

CREATE OR REPLACE FUNCTION medsched._year_first(year int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 365 * (year + 399) + (year + 399) / 4 - (year + 399) / 100 + (year + 399) / 400 - 730119 - 146097;

COMMENT ON FUNCTION medsched._year_first(int) IS
  'Internal: the first day of a year';

-- The week with at least four days in the year, RFC 5545 section 3.3.10, BYWEEKNO.
CREATE OR REPLACE FUNCTION medsched._week_one(year int, week_start int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._year_first(year) + 3 - (medsched._weekday(medsched._year_first(year) + 3) - week_start + 7) % 7;

COMMENT ON FUNCTION medsched._week_one(int, int) IS
  'Internal: the first day of week 1 of a year';

-- A recurrence rule, and what its schedule makes of it.  Used by functions only,
-- no column: so it is made anew with the functions that take it.
DROP TYPE IF EXISTS medsched._rule CASCADE;
CREATE TYPE medsched._rule AS (
  -- What the text says.
  freq int,             -- 0 SECONDLY, 1 MINUTELY, 2 HOURLY, 3 DAILY, 4 WEEKLY, 5 MONTHLY, 6 YEARLY
  every bigint,         -- INTERVAL
  count bigint,         -- NULL: none
  until timestamp,      -- inclusive: wall clock, or UTC where until_utc
  until_utc boolean,
  week_start int,       -- WKST; weekdays count from 0 = Monday
  skip int,             -- a date that does not exist: 0 OMIT, 1 BACKWARD, 2 FORWARD
  seconds int[],
  minutes int[],
  hours int[],
  months int[],
  monthdays int[],
  yeardays int[],
  weeknos int[],
  by_day boolean,
  weekdays int[],       -- BYDAY without a number
  nth int[],            -- BYDAY with one: 2TU is 2 * 7 + 1, -2TU is -(2 * 7 + 1)
  positions int[],      -- BYSETPOS
  -- What the schedule adds; _begin_rule fills it in.
  start timestamp,
  start_day int,        -- days are counted from 2000-01-01
  phase int,            -- the number of the period that holds start; see _period
  times int[],          -- DAILY and above: the seconds of the day, ascending
  days_on int,          -- the cycle; NULL: none
  days_off int,
  end_local timestamp,  -- exclusive, on the wall clock
  end_at timestamptz);  -- exclusive, as an instant

COMMENT ON TYPE medsched._rule IS
  'Internal: a recurrence rule, read, and what its schedule makes of it';

-- Read the text of a rule.  What RFC 5545 section 3.3.10 and RFC 7529 section 4.1
-- forbid is an error: 22023, or 0A000 for a calendar that is not supported.
CREATE OR REPLACE FUNCTION medsched._read_rule(rrule text)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  invalid CONSTANT text := 'invalid recurrence rule: ';
  freqs CONSTANT text[] := '{SECONDLY,MINUTELY,HOURLY,DAILY,WEEKLY,MONTHLY,YEARLY}';
  days CONSTANT text[] := '{MO,TU,WE,TH,FR,SA,SU}';
  r medsched._rule;
  rest text;
  part text;
  name text;
  value text;
  item text;
  list int[];
  number text;
  n int;
  seen text[] := '{}';
  first int;    -- the values that a list takes
  last int;
  signed boolean;
  field text[];
BEGIN
  IF octet_length(rrule) > 8192 THEN
    PERFORM medsched._refuse('22023', invalid || format('the text has %s bytes', octet_length(rrule)),
      'A rule has at most 8192 bytes.');
  END IF;
  -- Not upper(), which depends on the locale.
  rest := translate(rrule, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  IF starts_with(rest, 'RRULE:') THEN
    rest := substr(rest, 7);
  END IF;
  IF rest = '' THEN
    PERFORM medsched._refuse('22023', invalid || 'the text is empty', NULL, 'Write for example FREQ=DAILY;BYHOUR=8.');
  END IF;
  -- One semicolon too many at the end, as old programs write it.
  IF right(rest, 1) = ';' AND length(rest) > 1 THEN
    rest := left(rest, -1);
  END IF;

  r.every := 1;
  r.week_start := 0;
  r.skip := 0;
  r.until_utc := false;
  r.by_day := false;
  FOREACH part IN ARRAY string_to_array(rest, ';') LOOP
    n := strpos(part, '=');
    IF n = 0 THEN
      PERFORM medsched._refuse('22023',
        invalid || CASE WHEN part = '' THEN 'a part is empty' ELSE format('part "%s" has no value', left(part, 40)) END,
        NULL, 'Write parts as NAME=value, separated by single semicolons.');
    END IF;
    name := left(part, n - 1);
    value := substr(part, n + 1);
    IF name NOT IN ('FREQ', 'UNTIL', 'COUNT', 'RSCALE', 'SKIP', 'INTERVAL', 'WKST', 'BYSECOND', 'BYMINUTE', 'BYHOUR',
                    'BYDAY', 'BYMONTHDAY', 'BYYEARDAY', 'BYWEEKNO', 'BYMONTH', 'BYSETPOS') THEN
      PERFORM medsched._refuse('22023', invalid || format('unknown part "%s"', left(name, 40)),
        'The parts are those of RFC 5545 section 3.3.10, and RSCALE and SKIP of RFC 7529.');
    END IF;
    IF name = ANY (seen) THEN
      PERFORM medsched._refuse('22023', invalid || name || ' is given twice',
        'RFC 5545 section 3.3.10: a part must not occur more than once.');
    END IF;
    seen := seen || name;

    CASE name
    WHEN 'FREQ' THEN
      r.freq := array_position(freqs, value) - 1;
      IF r.freq IS NULL THEN
        PERFORM medsched._refuse('22023', invalid || format('FREQ value "%s" is not valid', left(value, 40)),
          'FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.');
      END IF;

    WHEN 'INTERVAL', 'COUNT' THEN
      IF value !~ '^0*[1-9][0-9]{0,9}$' OR ltrim(value, '0')::bigint > 2147483647 THEN
        PERFORM medsched._refuse('22023', invalid || format('%s value "%s" is not valid', name, left(value, 40)),
          'It takes a whole number from 1 to 2147483647.');
      END IF;
      IF name = 'COUNT' THEN
        r.count := ltrim(value, '0');
      ELSE
        r.every := ltrim(value, '0');
      END IF;

    WHEN 'UNTIL' THEN
      field := regexp_match(value, '^([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z)?)?$');
      IF field IS NULL THEN
        PERFORM medsched._refuse('22023', invalid || format('UNTIL value "%s" is not valid', left(value, 40)),
          'UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC (20261231T235959Z).');
      END IF;

    WHEN 'WKST' THEN
      r.week_start := array_position(days, value) - 1;
      IF r.week_start IS NULL THEN
        PERFORM medsched._refuse('22023', invalid || format('WKST value "%s" is not valid', left(value, 40)),
          'WKST takes MO, TU, WE, TH, FR, SA or SU.');
      END IF;

    WHEN 'RSCALE' THEN
      IF value <> 'GREGORIAN' THEN
        PERFORM medsched._refuse('0A000', format('recurrence rule not supported: RSCALE=%s', left(value, 40)),
          'Only RSCALE=GREGORIAN is supported.');
      END IF;

    WHEN 'SKIP' THEN
      r.skip := array_position('{OMIT,BACKWARD,FORWARD}'::text[], value) - 1;
      IF r.skip IS NULL THEN
        PERFORM medsched._refuse('22023', invalid || format('SKIP value "%s" is not valid', left(value, 40)),
          'SKIP takes OMIT, BACKWARD or FORWARD.');
      END IF;

    WHEN 'BYDAY' THEN
      r.by_day := true;
      r.weekdays := '{}';
      r.nth := '{}';
      FOREACH item IN ARRAY CASE WHEN value = '' THEN '{""}' ELSE string_to_array(value, ',') END LOOP
        n := array_position(days, right(item, 2)) - 1;
        number := left(item, -2);
        IF n IS NULL OR number !~ '^([-+]?0*[1-9][0-9]?)?$' OR (number <> '' AND abs(number::int) > 53) THEN
          PERFORM medsched._refuse('22023', invalid || format('BYDAY value "%s" is not valid', left(item, 40)),
            'BYDAY takes weekdays MO, TU, WE, TH, FR, SA, SU, each with or without a number from 1 to 53, or the same below zero to count from the end.');
        END IF;
        IF number <> '' THEN
          r.nth := r.nth || (number::int * 7 + sign(number::int)::int * n);
        ELSIF n <> ALL (r.weekdays) THEN
          r.weekdays := r.weekdays || n;
        END IF;
      END LOOP;

    ELSE
      first := CASE WHEN name IN ('BYSECOND', 'BYMINUTE', 'BYHOUR') THEN 0 ELSE 1 END;
      last := CASE name WHEN 'BYSECOND' THEN 60 WHEN 'BYMINUTE' THEN 59 WHEN 'BYHOUR' THEN 23 WHEN 'BYMONTHDAY' THEN 31
                        WHEN 'BYWEEKNO' THEN 53 WHEN 'BYMONTH' THEN 12 ELSE 366 END;
      signed := first = 1 AND name <> 'BYMONTH';
      list := NULL;
      IF value ~ '^[-+]?0*[0-9]{1,3}(,[-+]?0*[0-9]{1,3})*$' THEN
        list := '{' || value || '}';
      END IF;
      IF list IS NULL OR NOT (last >= ALL (list) AND CASE WHEN signed THEN -last <= ALL (list) AND 0 <> ALL (list)
                                                          ELSE first <= ALL (list) AND value !~ '[-+]' END) THEN
        -- Find the first value that is wrong.
        FOREACH item IN ARRAY CASE WHEN value = '' THEN '{""}' ELSE string_to_array(value, ',') END LOOP
          EXIT WHEN item !~ '^[-+]?0*[0-9]{1,3}$' OR abs(item::int) NOT BETWEEN first AND last
                 OR NOT signed AND item ~ '[-+]';
        END LOOP;
        PERFORM medsched._refuse('22023', invalid || format('%s value "%s" is not valid', name, left(item, 40)),
          format('%s takes whole numbers from %s to %s%s.', name, first, last,
                 CASE WHEN signed THEN ', or the same below zero to count from the end' ELSE '' END));
      END IF;
      IF cardinality(list) > 12 THEN
        list := ARRAY(SELECT DISTINCT unnest(list));
      END IF;
      CASE name
      WHEN 'BYHOUR' THEN r.hours := list;
      WHEN 'BYMINUTE' THEN r.minutes := list;
      WHEN 'BYSECOND' THEN r.seconds := array_replace(list, 60, 59);    -- there are no leap seconds
      WHEN 'BYMONTHDAY' THEN r.monthdays := list;
      WHEN 'BYMONTH' THEN r.months := list;
      WHEN 'BYSETPOS' THEN r.positions := list;
      WHEN 'BYYEARDAY' THEN r.yeardays := list;
      ELSE r.weeknos := list;
      END CASE;
    END CASE;
  END LOOP;

  -- What may not stand together.
  IF r.freq IS NULL THEN
    PERFORM medsched._refuse('22023', invalid || 'no FREQ',
      'RFC 5545 section 3.3.10: FREQ is required.', 'Add for example FREQ=DAILY.');
  END IF;
  IF field IS NOT NULL AND r.count IS NOT NULL THEN
    PERFORM medsched._refuse('22023', invalid || 'both UNTIL and COUNT',
      'RFC 5545 section 3.3.10: UNTIL and COUNT must not occur in the same rule.', 'Keep one of the two.');
  END IF;
  IF 'SKIP' = ANY (seen) AND 'RSCALE' <> ALL (seen) THEN
    PERFORM medsched._refuse('22023', invalid || 'SKIP without RSCALE',
      'RFC 7529 section 4.1: SKIP must not be present unless RSCALE is.', 'Add RSCALE=GREGORIAN.');
  END IF;
  name := CASE WHEN r.monthdays IS NOT NULL AND r.freq = 4 THEN 'BYMONTHDAY'
               WHEN r.yeardays IS NOT NULL AND r.freq IN (3, 4, 5) THEN 'BYYEARDAY'
               WHEN r.weeknos IS NOT NULL AND r.freq <> 6 THEN 'BYWEEKNO' END;
  IF name IS NOT NULL THEN
    PERFORM medsched._refuse('22023', invalid || format('%s with FREQ=%s', name, freqs[r.freq + 1]),
      format('RFC 5545 section 3.3.10 forbids %s here: %s.', name,
             CASE name WHEN 'BYMONTHDAY' THEN 'a week has no days of the month of its own'
                       WHEN 'BYYEARDAY' THEN 'it is only for YEARLY and for frequencies below a day'
                       ELSE 'it is only for YEARLY' END));
  END IF;
  IF r.nth <> '{}' AND r.freq < 5 THEN
    PERFORM medsched._refuse('22023', invalid || format('BYDAY with a number and FREQ=%s', freqs[r.freq + 1]),
      'RFC 5545 section 3.3.10: a number counts weekdays within a month or a year.',
      'Give the weekdays without numbers, or use MONTHLY or YEARLY.');
  END IF;
  IF r.nth <> '{}' AND r.weeknos IS NOT NULL THEN
    PERFORM medsched._refuse('22023', invalid || 'BYDAY with a number and BYWEEKNO',
      'RFC 5545 section 3.3.10: BYDAY must not have a number when BYWEEKNO is given.',
      'Give the weekdays without numbers.');
  END IF;
  IF r.positions IS NOT NULL AND NOT r.by_day
     AND coalesce(r.seconds, r.minutes, r.hours, r.months, r.monthdays, r.yeardays, r.weeknos) IS NULL THEN
    PERFORM medsched._refuse('22023', invalid || 'BYSETPOS alone',
      'RFC 5545 section 3.3.10: BYSETPOS must be used with another BY part.',
      'Add the BY part whose set it selects from, for example BYDAY.');
  END IF;

  IF field IS NOT NULL THEN
    IF field[1] = '0000' OR field[2] NOT BETWEEN '01' AND '12'
       OR field[3] NOT BETWEEN '01' AND medsched._month_size(field[1]::int, field[2]::int)::text
       OR field[4] > '23' OR field[5] > '59' OR field[6] > '60' THEN
      PERFORM medsched._refuse('22023', invalid || 'UNTIL names no date and time of the calendar',
        format('It reads %s-%s-%s %s:%s:%s.', field[1], field[2], field[3], coalesce(field[4], '00'),
               coalesce(field[5], '00'), coalesce(field[6], '00')));
    END IF;
    r.until := make_timestamp(field[1]::int, field[2]::int, field[3]::int, coalesce(field[4]::int, 23),
                              coalesce(field[5]::int, 59), least(coalesce(field[6]::int, 59), 59));
    r.until_utc := field[7] IS NOT NULL;
  END IF;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._read_rule(text) IS
  'Internal: the text of a recurrence rule, read and checked';

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
