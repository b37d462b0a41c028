-- When in the day a FHIR Timing is: dayOfWeek, timeOfDay, when and offset.

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
