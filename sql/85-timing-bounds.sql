-- From when to when a FHIR Timing is: dates, instants and lengths of time.

-- A number of days (FHIR's and UCUM's d, wk, mo, a) as an interval, or of
-- seconds (s, min, h), whichever the unit is.
CREATE OR REPLACE FUNCTION medsched._fhir_interval(value int, unit text)
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
  SELECT CASE unit
    WHEN 's' THEN make_interval(secs => value)
    WHEN 'min' THEN make_interval(mins => value)
    WHEN 'h' THEN make_interval(hours => value)
    WHEN 'd' THEN make_interval(days => value)
    WHEN 'wk' THEN make_interval(weeks => value)
    WHEN 'mo' THEN make_interval(months => value)
    WHEN 'a' THEN make_interval(years => value)
  END;
END;
COMMENT ON FUNCTION medsched._fhir_interval(int, text) IS
  'Internal: a FHIR quantity of time as an interval';

-- A dateTime: a year, a month, a day, or an instant with its offset.  first and
-- last are the wall-clock days it reaches from and to; an instant has its own.
CREATE OR REPLACE FUNCTION medsched._fhir_datetime(value jsonb, element text, time_zone text,
  OUT first date, OUT last date, OUT instant timestamptz)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  written text := value #>> '{}';
  -- FHIR's own expression for a dateTime, but that seconds, which say nothing here, may be left out.  In
  -- "C" a digit is 0 to 9, whatever the database's locale.
  part text[] := regexp_match(written COLLATE "C",
    '^(?!0000)([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01])'
    '(T(?:[01][0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.][0-9]+)?)?(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?$');
BEGIN
  IF value IS NULL THEN
    RETURN;
  END IF;
  first := make_date(part[1]::int, COALESCE(part[2]::int, 1), 1);
  last := first + CASE WHEN part[2] IS NULL THEN '1 year -1 day'::interval ELSE '1 month -1 day'::interval END;
  IF jsonb_typeof(value) <> 'string' OR part IS NULL OR part[3]::int > date_part('day', last) THEN
    RAISE 'timing element "%" is not a date or time', element
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('Its value is %s.', medsched._shortened(value::text)),
      HINT = 'It is "2027", "2027-03", "2027-03-01" or "2027-03-01T08:00:00+01:00".';
  END IF;
  IF part[3] IS NOT NULL THEN
    first := first + (part[3]::int - 1);
    last := first;
  END IF;
  IF part[4] IS NOT NULL THEN
    instant := written::timestamptz;
    first := medsched._to_local(instant, time_zone)::date;
    last := first;
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_datetime(jsonb, text, text) IS
  'Internal: a FHIR dateTime as days and an instant';

-- A Duration of whole units as an interval.  Its unit is a code of UCUM's, or where it has none, the word for one.
CREATE OR REPLACE FUNCTION medsched._timing_duration(quantity jsonb, place text)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
  worded text;
  unit text;
BEGIN
  IF jsonb_typeof(quantity) <> 'object' THEN
    RAISE 'timing element "%" is not an object', place USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR key IN SELECT k FROM jsonb_object_keys(quantity) AS k WHERE k <> ALL ('{id,value,unit,system,code}'::text[]) LOOP
    RAISE 'timing element "%.%" is not supported', place, medsched._shortened(key)
      USING ERRCODE = 'feature_not_supported',
      DETAIL = format('Its value is %s.', medsched._shortened((quantity -> key)::text));
  END LOOP;
  IF COALESCE(jsonb_typeof(quantity -> 'value'), '') <> 'number' THEN
    RAISE 'timing element "%" has no value', place
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', medsched._shortened(quantity::text));
  END IF;
  SELECT u.unit INTO worded
  FROM (VALUES ('s', '^(s|seconds?)$'), ('min', '^(min|mins|minutes?|minuten?)$'), ('h', '^(h|hrs?|hours?|stunden?)$'),
    ('d', '^(d|days?|tage?)$'), ('wk', '^(wks?|weeks?|wochen?)$'), ('mo', '^(mo|months?|monate?)$'), ('a', '^(a|years?|jahre?)$'))
    AS u (unit, spellings)
  -- "Woche(n)", "day(s)".
  WHERE replace(replace(lower((quantity ->> 'unit') COLLATE "C"), '(', ''), ')', '') ~ u.spellings;
  unit := COALESCE(CASE WHEN medsched._fhir_interval(1, quantity ->> 'code') IS NOT NULL THEN quantity ->> 'code' END,
                   CASE WHEN quantity ->> 'code' IS NULL THEN worded END);
  IF unit IS NULL THEN
    RAISE 'timing element "%" has no known unit', place
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', medsched._shortened(quantity::text)),
      HINT = 'Its code is s, min, h, d, wk, mo or a.';
  ELSIF worded <> unit THEN
    RAISE 'timing element "%" has two units', place
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', medsched._shortened(quantity::text));
  END IF;
  RETURN medsched._fhir_interval(medsched._fhir_integer(quantity, 'value'::text, 1, CASE unit WHEN 'mo' THEN 100000 WHEN 'a' THEN 10000 ELSE 1000000 END), unit);
END;
$$;
COMMENT ON FUNCTION medsched._timing_duration(jsonb, text) IS
  'Internal: a FHIR Duration as an interval';

-- What boundsDuration says; NULL where absent.
CREATE OR REPLACE FUNCTION medsched._fhir_bounds_duration(bounds jsonb)
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN bounds IS NOT NULL THEN medsched._timing_duration(bounds, 'repeat.boundsDuration'::text) END;
COMMENT ON FUNCTION medsched._fhir_bounds_duration(jsonb) IS
  'Internal: FHIR''s boundsDuration as an interval';

-- From when to when.  first_day and not_before: the day it starts on and, where it starts within a day, the local time; last_day
-- and last_instant: what it ends with, inclusive; duration: how long it is from its first day, or its first dose.
CREATE OR REPLACE FUNCTION medsched._timing_bounds(repeat jsonb, starts_on date, time_zone text, as_needed boolean,
  OUT first_day date, OUT not_before timestamp, OUT last_day date, OUT last_instant timestamptz, OUT duration interval)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place text;
  period CONSTANT jsonb := repeat -> 'boundsPeriod';
  range CONSTANT jsonb := repeat -> 'boundsRange';
  key text;
  begins record;
  ends record;
BEGIN
  FOR place IN SELECT e FROM unnest('{boundsDuration,boundsRange}'::text[]) AS e WHERE repeat ? e AND period IS NOT NULL LOOP
    RAISE 'timing has both boundsPeriod and %', place USING ERRCODE = 'invalid_parameter_value';
  END LOOP;
  IF range IS NOT NULL AND repeat ? 'boundsDuration' THEN
    RAISE 'timing has both boundsDuration and boundsRange' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR key IN SELECT k FROM jsonb_object_keys(period) AS k WHERE k <> ALL ('{id,start,end}'::text[]) LOOP
    RAISE 'timing element "repeat.boundsPeriod.%" is not supported', medsched._shortened(key)
      USING ERRCODE = 'feature_not_supported', HINT = 'Supported are start and end.';
  END LOOP;

  PERFORM medsched._check_start(COALESCE(starts_on, '2000-01-01'), time_zone);
  first_day := starts_on;
  begins := medsched._fhir_datetime(period -> 'start', 'repeat.boundsPeriod.start'::text, time_zone);
  ends := medsched._fhir_datetime(period -> 'end', 'repeat.boundsPeriod.end'::text, time_zone);
  IF begins.first IS NOT NULL THEN
    IF starts_on > begins.first THEN
      RAISE 'starts_on % is after the timing''s own start %', starts_on, begins.first
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Leave starts_on null; which doses remain of a timing under way is not for us to guess.';
    END IF;
    -- The first whole second not before it.
    not_before := medsched._to_local(date_trunc('second', begins.instant + '999999 microseconds'::interval), time_zone);
    first_day := COALESCE(not_before::date, begins.first);
  END IF;
  PERFORM medsched._check_start(first_day, time_zone);
  IF ends.last < first_day OR ends.instant < begins.instant THEN
    RAISE 'timing ends before it starts' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It starts on %s; its bounds are %s.', first_day, period);
  END IF;
  last_instant := date_trunc('second', ends.instant);
  last_day := ends.last;

  IF range IS NULL THEN
    duration := medsched._fhir_bounds_duration(repeat -> 'boundsDuration');
  -- As needed, the longer one is how long it may be taken.
  ELSIF range ? 'high' AND range - 'low' - 'high' = '{}' AND (as_needed OR range -> 'low' = range -> 'high') THEN
    duration := medsched._timing_duration(range -> 'high', 'repeat.boundsRange.high'::text);
  ELSE
    RAISE 'timing element "repeat.boundsRange" is not supported' USING ERRCODE = 'feature_not_supported',
      DETAIL = format('Its value is %s.', medsched._shortened(range::text)),
      HINT = 'Say how long in boundsDuration. Only of doses as needed a range says the most.';
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._timing_bounds(jsonb, date, text, boolean) IS
  'Internal: from when to when a FHIR Timing is';
