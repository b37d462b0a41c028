-- Schedules from FHIR R4's Timing: what can be said exactly is, anything else
-- is refused by name.

-- The elements of Timing.repeat, their JSON types, and whether they can be said.
CREATE OR REPLACE FUNCTION medsched._fhir_elements()
RETURNS TABLE (element text, json_type text, supported boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  VALUES
    ('boundsDuration'::text, 'object'::text, true),
    ('boundsPeriod', 'object', true),
    ('boundsRange', 'object', false),
    ('count', 'number', true),
    ('countMax', 'number', false),
    ('dayOfWeek', 'array', true),
    ('duration', 'number', false),
    ('durationMax', 'number', false),
    ('durationUnit', 'string', false),
    ('extension', 'array', false),
    ('frequency', 'number', true),
    ('frequencyMax', 'number', false),
    ('id', 'string', true),
    ('modifierExtension', 'array', false),
    ('offset', 'number', true),
    ('period', 'number', true),
    ('periodMax', 'number', false),
    ('periodUnit', 'string', true),
    ('timeOfDay', 'array', true),
    ('when', 'array', true);
END;
COMMENT ON FUNCTION medsched._fhir_elements() IS
  'Internal: the elements of FHIR''s Timing.repeat';

-- Refuses what is not a Timing, and what no schedule can say.
CREATE OR REPLACE FUNCTION medsched._fhir_check(timing jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  member record;
  fact record;
BEGIN
  IF timing IS NULL THEN
    RAISE 'timing must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF jsonb_typeof(timing) <> 'object' THEN
    RAISE 'timing is not a JSON object' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A FHIR R4 Timing is an object with the elements code and repeat.';
  END IF;
  FOR member IN SELECT e.key, jsonb_typeof(e.value) AS json_type
                FROM jsonb_each(timing) AS e LOOP
    IF member.key = ANY ('{event,extension,modifierExtension}'::text[]) THEN
      RAISE 'timing element "%" is not supported', member.key USING ERRCODE = 'feature_not_supported',
        HINT = 'Supported are code and repeat.';
    ELSIF member.key <> ALL ('{code,repeat,id}'::text[]) THEN
      RAISE 'timing has an unknown element "%"', medsched._shortened(member.key) USING ERRCODE = 'invalid_parameter_value',
        HINT = 'A FHIR R4 Timing has the elements code and repeat.';
    ELSIF member.key <> 'id' AND member.json_type <> 'object' THEN
      RAISE 'timing element "%" is not an object', member.key USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END LOOP;

  FOR member IN SELECT e.key, e.value, jsonb_typeof(e.value) AS json_type
                FROM jsonb_each(timing -> 'repeat') AS e LOOP
    SELECT f.* INTO fact FROM medsched._fhir_elements() AS f
    WHERE f.element = member.key;
    IF NOT FOUND THEN
      RAISE 'timing has an unknown element "repeat.%"', medsched._shortened(member.key)
        USING ERRCODE = 'invalid_parameter_value',
        HINT = format('The elements of repeat are %s.',
          (SELECT string_agg(f.element, ', ') FROM medsched._fhir_elements() AS f));
    ELSIF NOT fact.supported THEN
      RAISE 'timing element "repeat.%" is not supported', member.key
        USING ERRCODE = 'feature_not_supported',
        DETAIL = format('Its value is %s.', medsched._shortened(member.value::text)),
        HINT = format('Supported are %s.',
          (SELECT string_agg(f.element, ', ') FROM medsched._fhir_elements() AS f
           WHERE f.supported));
    ELSIF member.json_type <> fact.json_type THEN
      RAISE 'timing element "repeat.%" is not of type %', member.key, fact.json_type
        USING ERRCODE = 'invalid_parameter_value',
        DETAIL = format('Its value is %s.', medsched._shortened(member.value::text));
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_check(jsonb) IS
  'Internal: errors for what is not a Timing, or is not supported';

-- A whole number from lowest to highest, or NULL where the element is absent.
CREATE OR REPLACE FUNCTION medsched._fhir_integer(object jsonb, element text, lowest int, highest int)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  value numeric := (object ->> element)::numeric;
BEGIN
  IF value <> trunc(value) THEN
    RAISE 'timing element "%" is not a whole number', element USING ERRCODE = 'feature_not_supported',
      DETAIL = format('Its value is %s.', medsched._shortened(value::text)),
      HINT = 'Say it in a smaller unit.';
  END IF;
  IF value < lowest OR value > highest THEN
    RAISE 'timing element "%" is out of range', element USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('Its value is %s.', medsched._shortened(value::text)),
      HINT = format('It is %s to %s.', lowest, highest);
  END IF;
  RETURN value;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_integer(jsonb, text, int, int) IS
  'Internal: a whole number of a FHIR element';

-- dayOfWeek as ISO numbers, or NULL where absent.
CREATE OR REPLACE FUNCTION medsched._fhir_days(repeat jsonb)
RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  names CONSTANT text[] := '{mon,tue,wed,thu,fri,sat,sun}';
  name jsonb;
  days int[] := '{}';
BEGIN
  IF NOT repeat ? 'dayOfWeek' THEN
    RETURN NULL;
  END IF;
  FOR name IN SELECT e.value FROM jsonb_array_elements(repeat -> 'dayOfWeek') AS e LOOP
    IF NOT to_jsonb(names) @> name THEN
      RAISE 'timing has an unknown day of the week %', medsched._shortened(name::text) USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Days of the week are mon, tue, wed, thu, fri, sat and sun.';
    END IF;
    days := array_append(days, array_position(names, name #>> '{}'));
  END LOOP;
  IF cardinality(days) = 0 THEN
    RAISE 'timing element "repeat.dayOfWeek" is empty' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN (SELECT array_agg(DISTINCT d) FROM unnest(days) AS d);
END;
$$;
COMMENT ON FUNCTION medsched._fhir_days(jsonb) IS
  'Internal: FHIR''s dayOfWeek as ISO numbers';

-- The times of day that timeOfDay, or when with offset, says; NULL where
-- neither is there.
CREATE OR REPLACE FUNCTION medsched._fhir_clocks(repeat jsonb, times jsonb)
RETURNS time[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  minutes CONSTANT int := medsched._fhir_integer(repeat, 'offset'::text, 0, 1439);
  name jsonb;
  fact record;
  since_midnight interval;
  clocks time[] := '{}';
  found_event boolean;
BEGIN
  IF minutes IS NOT NULL AND NOT repeat ? 'when' THEN
    RAISE 'timing has an offset without when' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF repeat ? 'timeOfDay' THEN
    IF repeat ? 'when' THEN
      RAISE 'timing has both timeOfDay and when' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN medsched._read_times(repeat -> 'timeOfDay');
  ELSIF NOT repeat ? 'when' THEN
    RETURN NULL;
  END IF;

  IF jsonb_typeof(times) = 'array' THEN
    RAISE 'an array of times does not say when the events of a timing are'
      USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Give times by event: {"CM": "07:30", "HS": "22:30"}.';
  END IF;
  FOR name IN SELECT e.value FROM jsonb_array_elements(repeat -> 'when') AS e LOOP
    found_event := false;
    FOR fact IN SELECT e.* FROM medsched.timing_events() AS e
                WHERE to_jsonb(e.event) = name LOOP
      found_event := true;
      IF fact.direction = 0 AND minutes IS NOT NULL THEN
        RAISE 'timing has an offset from %, which takes none', fact.event
          USING ERRCODE = 'invalid_parameter_value',
          HINT = 'Before and after meals are AC and PC.';
      END IF;
      FOR since_midnight IN
        SELECT t::interval +
               make_interval(mins => COALESCE(minutes * fact.direction, 0))
        FROM unnest(medsched._times_for(times, ARRAY[fact.anchor], ARRAY[fact.at])) AS t
      LOOP
        IF since_midnight < '0'::interval
          OR since_midnight >= '24 hours'::interval
        THEN
          RAISE 'timing has an offset of % minutes from %, which is another day', minutes, fact.event
            USING ERRCODE = 'feature_not_supported',
            DETAIL = format('%s is at %s.', fact.anchor,
              (since_midnight - make_interval(mins => minutes * fact.direction))::time);
        END IF;
        clocks := array_append(clocks, since_midnight::time);
      END LOOP;
    END LOOP;
    IF NOT found_event THEN
      RAISE 'timing has an unknown event %', medsched._shortened(name::text) USING ERRCODE = 'invalid_parameter_value',
        HINT = format('Known are %s.',
          (SELECT string_agg(k.event, ', ' ORDER BY k.event COLLATE "C")
           FROM (SELECT DISTINCT e.event FROM medsched.timing_events() AS e) AS k));
    END IF;
  END LOOP;
  IF cardinality(clocks) = 0 THEN
    RAISE 'timing element "repeat.when" is empty' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN (SELECT array_agg(DISTINCT t) FROM unnest(clocks) AS t);
END;
$$;
COMMENT ON FUNCTION medsched._fhir_clocks(jsonb, jsonb) IS
  'Internal: the times of day that FHIR''s timeOfDay or when says';

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

-- The facts of the first known code of Timing.code; none: NULLs.
CREATE OR REPLACE FUNCTION medsched._fhir_code(code jsonb)
RETURNS TABLE (code text, frequency int, period int, period_unit text, times time[], keys text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT t.code, t.frequency, t.period, t.period_unit, t.times, ARRAY[t.code, t.fhir_code]
  FROM jsonb_path_query(code, 'lax $.coding[*]') WITH ORDINALITY AS c (coding, nth)
  JOIN medsched.timing_codes() t ON t.fhir_code = c.coding ->> 'code'
  WHERE coalesce(c.coding ->> 'system', 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation')
        = 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation'
  ORDER BY c.nth
  LIMIT 1;
END;
COMMENT ON FUNCTION medsched._fhir_code(jsonb) IS
  'Internal: the facts of the first known code of a FHIR Timing';

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

-- What the events of when say beside the time of day: "30 minutes before
-- breakfast".  NULL without when.
CREATE OR REPLACE FUNCTION medsched._fhir_instructions(repeat jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT string_agg(
           concat(CASE WHEN m.meaning ~ '^(before|after) ' THEN (repeat ->> 'offset') || ' minutes ' END,
                  m.meaning), ', ' ORDER BY m.nth)
  FROM (SELECT w.nth, e.meaning
        FROM jsonb_array_elements_text(repeat -> 'when') WITH ORDINALITY AS w (event, nth)
        JOIN medsched.timing_events() e ON e.event = w.event
        GROUP BY w.nth, e.meaning) m;
END;
COMMENT ON FUNCTION medsched._fhir_instructions(jsonb) IS
  'Internal: FHIR''s when in words';

-- How often: the code's facts and the repeat's, which must agree, and how many
-- doses on a day that has any.
CREATE OR REPLACE FUNCTION medsched._fhir_frequency(timing jsonb, days int[], clocks time[], as_needed boolean,
  OUT unit text, OUT every int, OUT per_day int, OUT code text, OUT default_times time[], OUT keys text[])
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := COALESCE(timing -> 'repeat', '{}');
  frequency int := medsched._fhir_integer(repeat, 'frequency'::text, 1, 86400);
  fact record;
BEGIN
  every := medsched._fhir_integer(repeat, 'period'::text, 1, 10000);
  unit := repeat ->> 'periodUnit';
  SELECT c.* INTO fact FROM medsched._fhir_code(timing -> 'code') AS c;

  IF (every IS NULL) <> (unit IS NULL) OR (frequency IS NOT NULL AND every IS NULL AND fact.code IS NULL) THEN
    RAISE 'timing wants frequency, period and periodUnit together'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('Its repeat is %s.', medsched._shortened(repeat::text));
  END IF;
  IF unit IS NOT NULL AND medsched._fhir_interval(1, unit) IS NULL THEN
    RAISE 'timing has an unknown periodUnit "%"', medsched._shortened(unit) USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Known are s, min, h, d, wk, mo and a.';
  END IF;

  IF fact.code IS NOT NULL THEN
    IF frequency <> fact.frequency OR every <> fact.period
      OR unit <> fact.period_unit
    THEN
      RAISE 'timing code "%" contradicts repeat', fact.code USING ERRCODE = 'invalid_parameter_value',
        DETAIL = format('The code is %s per %s %s; repeat is %s.',
          fact.frequency, fact.period, fact.period_unit, medsched._shortened(repeat::text));
    END IF;
    code := fact.code;
    frequency := fact.frequency;
    every := fact.period;
    unit := fact.period_unit;
  ELSIF every IS NULL THEN
    -- Of an unknown code we cannot tell what it adds to the times of day.
    IF timing ? 'code' THEN
      RAISE 'timing code is not supported' USING ERRCODE = 'feature_not_supported',
        DETAIL = format('It is %s.', medsched._shortened((timing -> 'code')::text)),
        HINT = format('Supported are the v3-GTSAbbreviation codes %s; with any other code, repeat has to say frequency, period and periodUnit.',
          (SELECT string_agg(c.fhir_code, ', ') FROM medsched.timing_codes() AS c));
    END IF;
    IF days IS NULL AND clocks IS NULL THEN
      RAISE 'timing says neither how often nor when' USING ERRCODE = 'invalid_parameter_value',
        HINT = 'It wants a code, or a repeat with frequency, period and periodUnit.';
    END IF;
    every := 1;
    unit := 'd';
  END IF;

  -- What is taken when needed wants no days and no distance.
  IF as_needed THEN
    per_day := frequency;
  ELSIF unit = ANY ('{s,min,h}'::text[]) THEN
    IF days IS NOT NULL OR clocks IS NOT NULL THEN
      RAISE 'timing with % and a period in % is not supported',
        CASE WHEN days IS NOT NULL THEN 'dayOfWeek' ELSE 'times of day' END, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'A schedule either steps in hours or has its times of day.';
    END IF;
    IF frequency > 1 THEN
      RAISE 'timing with frequency % in % % is not supported', frequency, every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Say how far the doses are apart, with frequency 1.';
    END IF;
    per_day := 1;
  ELSIF days IS NOT NULL THEN
    IF unit = 'wk' THEN
      IF frequency % cardinality(days) <> 0 THEN
        RAISE 'timing with frequency % on % days of the week is not supported',
          frequency, cardinality(days)
          USING ERRCODE = 'feature_not_supported',
          HINT = 'With a period in weeks, frequency counts the doses of all days of the week.';
      END IF;
      per_day := frequency / cardinality(days);
    ELSIF unit = 'd' AND every = 1 THEN
      per_day := frequency;
      unit := 'wk';
    ELSE
      RAISE 'timing with dayOfWeek and a period of % % is not supported', every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Days of the week go with a period of 1 d or of weeks.';
    END IF;
  ELSE
    IF frequency > 1 AND NOT (unit = 'd' AND every = 1) THEN
      RAISE 'timing with frequency % in % % is not supported', frequency, every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'It does not say on which days the doses are.';
    END IF;
    per_day := frequency;
  END IF;

  per_day := COALESCE(per_day, cardinality(clocks), 1);
  IF code IS NULL THEN
    SELECT c.times, ARRAY[c.code, c.fhir_code] INTO default_times, keys
    FROM medsched.timing_codes() AS c
    WHERE c.code = ('{QD,BID,TID,QID}'::text[])[per_day];
  ELSE
    default_times := fact.times;
    keys := fact.keys;
    IF per_day <> cardinality(default_times) THEN
      default_times := NULL;
    END IF;
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_frequency(jsonb, int[], time[], boolean) IS
  'Internal: how often a FHIR Timing is; as needed, per_day is the doses of a period';

-- What a Timing says of doses as needed: that there are no more.  "Once a day" is once on a calendar day, "every 6 hours" no
-- sooner than that.
CREATE OR REPLACE FUNCTION medsched._fhir_as_needed(timing jsonb, starts_on date, time_zone text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  element text;
  often record;
  length text;
BEGIN
  PERFORM medsched._check_start(starts_on, time_zone);
  SELECT k.key INTO element FROM jsonb_object_keys(timing -> 'repeat') AS k (key)
   WHERE k.key <> ALL ('{id,frequency,period,periodUnit}'::text[]) ORDER BY k.key LIMIT 1;
  IF FOUND THEN
    RAISE 'timing element "repeat.%" is not supported for doses as needed', element USING ERRCODE = 'feature_not_supported',
      HINT = 'Supported are code, and a repeat with frequency, period and periodUnit.';
  END IF;
  IF NOT timing ? 'code' AND coalesce(timing -> 'repeat', '{}') - 'id' = '{}' THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL::text, NULL::jsonb);
  END IF;
  often := medsched._fhir_frequency(timing, NULL::int[], NULL::time[], true);
  length := often.every || CASE often.unit WHEN 's' THEN ' seconds' WHEN 'min' THEN ' minutes' WHEN 'h' THEN ' hours' END;
  IF length IS NOT NULL AND often.per_day = 1 THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, length, NULL::jsonb);
  ELSIF length IS NOT NULL THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL::text,
      jsonb_build_array(jsonb_build_object('doses', often.per_day, 'within', length)));
  ELSIF often.unit = 'd' AND often.every <= 366 OR often.unit = 'wk' AND often.every <= 52 THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL::text, medsched._doses_in_days(often.per_day, often.unit, often.every));
  END IF;
  RAISE 'timing with a period of % % is not supported for doses as needed', often.every, often.unit
    USING ERRCODE = 'feature_not_supported', HINT = 'Say so many doses in hours, days or weeks, up to 366 days.';
END;
$$;
COMMENT ON FUNCTION medsched._fhir_as_needed(jsonb, date, text) IS
  'Internal: the schedule as needed of a FHIR Timing';

CREATE OR REPLACE FUNCTION medsched.schedule_from_fhir(timing jsonb, starts_on date, time_zone text,
  times jsonb DEFAULT NULL, effective_from timestamptz DEFAULT NULL, as_needed boolean DEFAULT false)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat jsonb;
  bounds jsonb;
  begins record;
  ends record;
  days int[];
  clocks time[];
  often record;
  duration interval;
  doses int;
  first_day date := starts_on;
  first_dose timestamp;
  not_before timestamp;
  ending text;
  schedules jsonb;
BEGIN
  PERFORM medsched._fhir_check(timing);
  PERFORM medsched._check_times_json(times);
  IF as_needed IS NULL THEN
    RAISE 'as_needed must not be null' USING ERRCODE = 'null_value_not_allowed';
  ELSIF as_needed AND jsonb_typeof(times) = 'array' THEN
    RAISE 'timing as needed has no times' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A dose as needed is recorded at the time it is taken.';
  ELSIF as_needed THEN
    IF effective_from IS NOT NULL THEN
      PERFORM medsched._require_instant(effective_from, 'effective_from');
    END IF;
    RETURN medsched._fhir_as_needed(timing, starts_on, time_zone);
  END IF;
  repeat := COALESCE(timing -> 'repeat', '{}');
  bounds := repeat -> 'boundsPeriod';
  IF bounds IS NOT NULL AND repeat ? 'boundsDuration' THEN
    RAISE 'timing has both boundsPeriod and boundsDuration' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM medsched._check_start(COALESCE(starts_on, '2000-01-01'), time_zone);
  begins := medsched._fhir_datetime(bounds -> 'start', 'repeat.boundsPeriod.start'::text, time_zone);
  ends := medsched._fhir_datetime(bounds -> 'end', 'repeat.boundsPeriod.end'::text, time_zone);
  IF begins.first IS NOT NULL THEN
    IF starts_on > begins.first THEN
      RAISE 'starts_on % is after the timing''s own start %', starts_on, begins.first
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Leave starts_on null; which doses remain of a timing under way is not for us to guess.';
    END IF;
    first_day := begins.first;
    not_before := medsched._to_local(begins.instant, time_zone);
  END IF;
  PERFORM medsched._check_start(first_day, time_zone);

  days := medsched._fhir_days(repeat);
  clocks := medsched._fhir_clocks(repeat, times);
  often := medsched._fhir_frequency(timing, days, clocks, false);
  clocks := COALESCE(clocks, medsched._times_for(times, often.keys, often.default_times));
  IF clocks IS NULL THEN
    RAISE 'timing with % doses a day does not say when', often.per_day
      USING ERRCODE = 'feature_not_supported',
      HINT = 'Say it in timeOfDay, or give an array of times.';
  END IF;
  PERFORM medsched._check_times_count(clocks, often.per_day, COALESCE(often.code, 'timing'));

  doses := medsched._fhir_integer(repeat, 'count'::text, 1, 2147483647);
  duration := medsched._fhir_bounds_duration(repeat -> 'boundsDuration');
  IF doses IS NOT NULL AND (duration IS NOT NULL OR ends.last IS NOT NULL) THEN
    RAISE 'timing with both count and an end is not supported' USING ERRCODE = 'feature_not_supported',
      HINT = 'A schedule ends after so many doses or at a time.';
  END IF;
  IF ends.last < first_day OR ends.instant < begins.instant THEN
    RAISE 'timing ends before it starts' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It starts on %s; its bounds are %s.', first_day, bounds);
  END IF;
  ending := CASE
    WHEN ends.instant IS NOT NULL
      THEN to_char(timezone('UTC', ends.instant), '";UNTIL="YYYYMMDD"T"HH24MISS"Z"')
    ELSE to_char(ends.last, '";UNTIL="YYYYMMDD') END;

  IF often.unit = ANY ('{s,min,h}'::text[]) THEN
    first_dose := COALESCE(not_before, first_day + clocks[1]);
    IF date_part('month', duration) > 0 OR date_part('year', duration) > 0 THEN
      ending := to_char(first_dose + duration - '1 second'::interval,
        '";UNTIL="YYYYMMDD"T"HH24MISS');
    ELSIF duration IS NOT NULL THEN
      -- In elapsed time: 10 days every 8 hours are 30 doses, whatever the clocks do.
      doses := ceil(date_part('epoch', duration)
        / date_part('epoch', medsched._fhir_interval(often.every, often.unit)));
    END IF;
    schedules := medsched._interval_schedule(often.unit, often.every, first_dose, ending, doses, time_zone);
  ELSE
    IF duration IS NOT NULL THEN
      duration := justify_hours(duration);
      IF duration <> date_trunc('day', duration) THEN
        RAISE 'timing with times of day and a boundsDuration of % is not supported', duration
          USING ERRCODE = 'feature_not_supported',
          HINT = 'Say it in whole days.';
      END IF;
      ending := to_char(first_day + duration - '1 day'::interval,
        '";UNTIL="YYYYMMDD');
    END IF;
    -- A start after the day's last dose is the next day's.
    IF not_before::time > clocks[cardinality(clocks)] THEN
      first_day := first_day + 1;
    END IF;
    first_day := medsched._first_day(first_day, days);
    IF days IS NOT NULL THEN
      often.unit := medsched._days_unit(days, often.every);
    END IF;
    schedules := medsched._clock_schedules(medsched._day_rule(often.unit, often.every, first_day, days),
      first_day, clocks, ending, doses, not_before, time_zone);
    IF doses IS NOT NULL AND jsonb_array_length(schedules) > 1
      AND not_before > (first_day + clocks[1])
    THEN
      RAISE 'timing with count, a start within a day and these times is not supported'
        USING ERRCODE = 'feature_not_supported',
        DETAIL = format('The times of day %s make more than one schedule.',
          array_to_string(clocks, ', '));
    END IF;
  END IF;

  RETURN (SELECT jsonb_agg(s.value || jsonb_strip_nulls(
            jsonb_build_object('instructions', medsched._fhir_instructions(repeat))) ORDER BY s.nth)
          FROM jsonb_array_elements(medsched._counting_from(schedules, effective_from)) WITH ORDINALITY AS s (value, nth));
END;
$$;
COMMENT ON FUNCTION medsched.schedule_from_fhir(jsonb, date, text, jsonb, timestamptz, boolean) IS
  'Schedules, as create_medication takes them, for a FHIR R4 Timing, without the doses before effective_from; times may give the times of day of its codes and events; as_needed: one schedule as needed, with what the Timing says as its limits';
