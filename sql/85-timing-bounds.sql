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
  -- FHIR's own expression for a dateTime, but for fractions of a second.  In
  -- "C" a digit is 0 to 9, whatever the database's locale.
  part text[] := regexp_match(written COLLATE "C",
    '^(?!0000)([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01])'
    '(T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:[.]0+)?(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?$');
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

-- What boundsDuration says, as an interval; NULL where absent.
CREATE OR REPLACE FUNCTION medsched._fhir_bounds_duration(bounds jsonb)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  duration interval;
BEGIN
  IF bounds IS NULL THEN
    RETURN NULL;
  END IF;
  IF bounds ? 'comparator' THEN
    RAISE 'timing element "repeat.boundsDuration.comparator" is not supported'
      USING ERRCODE = 'feature_not_supported',
      DETAIL = format('Its value is %s.', medsched._shortened((bounds -> 'comparator')::text));
  END IF;
  IF COALESCE(jsonb_typeof(bounds -> 'value'), '') <> 'number' THEN
    RAISE 'timing element "repeat.boundsDuration" has no value'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', medsched._shortened(bounds::text));
  END IF;
  duration := medsched._fhir_interval(medsched._fhir_integer(bounds, 'value'::text, 1, 1000000),
    COALESCE(bounds ->> 'code', bounds ->> 'unit'));
  IF duration IS NULL THEN
    RAISE 'timing element "repeat.boundsDuration" has no known unit'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', medsched._shortened(bounds::text)),
      HINT = 'Its code is s, min, h, d, wk, mo or a.';
  END IF;
  RETURN duration;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_bounds_duration(jsonb) IS
  'Internal: FHIR''s boundsDuration as an interval';
