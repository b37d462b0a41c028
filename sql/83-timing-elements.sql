-- The elements of FHIR's Timing, which is read in this file and the next five: what
-- can be said exactly is, anything else is refused by name.

-- The elements of Timing.repeat and their JSON types.  Which of them can be said together is decided where they are read.
CREATE OR REPLACE FUNCTION medsched._timing_elements()
RETURNS TABLE (element text, json_type text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  VALUES
    ('boundsDuration'::text, 'object'::text),
    ('boundsPeriod', 'object'),
    ('boundsRange', 'object'),
    ('count', 'number'),
    ('countMax', 'number'),
    ('dayOfWeek', 'array'),
    ('duration', 'number'),
    ('durationMax', 'number'),
    ('durationUnit', 'string'),
    ('frequency', 'number'),
    ('frequencyMax', 'number'),
    ('id', 'string'),
    ('offset', 'number'),
    ('period', 'number'),
    ('periodMax', 'number'),
    ('periodUnit', 'string'),
    ('timeOfDay', 'array'),
    ('when', 'array');
END;
COMMENT ON FUNCTION medsched._timing_elements() IS
  'Internal: the elements of FHIR''s Timing.repeat';

-- Refuse an extension, of which nobody here knows what it changes, wherever it is: beside an element's value it is in "_element".
CREATE OR REPLACE FUNCTION medsched._refuse_extension(key text, place text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF key = ANY ('{extension,modifierExtension}'::text[]) OR starts_with(key, '_') THEN
    RAISE 'timing element "%" is not supported', place || medsched._shortened(key) USING ERRCODE = 'feature_not_supported',
      HINT = 'What an extension changes is not for us to guess.';
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._refuse_extension(text, text) IS
  'Internal: error for an extension in a FHIR Timing';

-- Refuse what is not a Timing.
CREATE OR REPLACE FUNCTION medsched._fhir_check(timing jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  member record;
  expected text;
BEGIN
  IF timing IS NULL THEN
    RAISE 'timing must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF jsonb_typeof(timing) <> 'object' THEN
    RAISE 'timing is not a JSON object' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A FHIR Timing is an object with the elements code, event and repeat.';
  END IF;
  FOR member IN SELECT e.key, jsonb_typeof(e.value) AS json_type
                FROM jsonb_each(timing) AS e LOOP
    PERFORM medsched._refuse_extension(member.key, ''::text);
    expected := CASE member.key WHEN 'code' THEN 'object' WHEN 'repeat' THEN 'object' WHEN 'event' THEN 'array' WHEN 'id' THEN member.json_type END;
    IF expected IS NULL THEN
      RAISE 'timing has an unknown element "%"', medsched._shortened(member.key) USING ERRCODE = 'invalid_parameter_value',
        HINT = CASE WHEN timing ?| '{timing,asNeeded,asNeededBoolean,asNeededCodeableConcept,asNeededFor,doseAndRate,dosage,dosageInstruction}'::text[]
                    -- At set times, doses as needed would turn "missed".
                    THEN 'A Dosage or a whole prescription is read by medsched.medication_from_fhir(), as needed too.'
                    ELSE 'A FHIR Timing has the elements code, event and repeat.' END;
    ELSIF member.json_type <> expected THEN
      RAISE 'timing element "%" is not an %', member.key, expected USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END LOOP;

  FOR member IN SELECT e.key, e.value, jsonb_typeof(e.value) AS json_type
                FROM jsonb_each(timing -> 'repeat') AS e LOOP
    PERFORM medsched._refuse_extension(member.key, 'repeat.'::text);
    SELECT f.json_type INTO expected FROM medsched._timing_elements() AS f WHERE f.element = member.key;
    IF NOT FOUND THEN
      RAISE 'timing has an unknown element "repeat.%"', medsched._shortened(member.key)
        USING ERRCODE = 'invalid_parameter_value',
        HINT = format('The elements of repeat are %s.',
          (SELECT string_agg(f.element, ', ') FROM medsched._timing_elements() AS f));
    ELSIF member.json_type <> expected THEN
      RAISE 'timing element "repeat.%" is not of type %', member.key, expected
        USING ERRCODE = 'invalid_parameter_value',
        DETAIL = format('Its value is %s.', medsched._shortened(member.value::text));
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_check(jsonb) IS
  'Internal: errors for what is not a FHIR Timing';

-- Refuse a range, unless it is none: the schedule of set times has one number.
CREATE OR REPLACE FUNCTION medsched._refuse_range(repeat jsonb, element text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF repeat ? (element || 'Max') AND repeat -> (element || 'Max') IS DISTINCT FROM repeat -> element THEN
    RAISE 'timing element "repeat.%Max" is not supported', element USING ERRCODE = 'feature_not_supported',
      DETAIL = format('It is %s to %s.', COALESCE(medsched._shortened(repeat ->> element), 'anything'),
                      medsched._shortened(repeat ->> (element || 'Max'))),
      HINT = CASE element WHEN 'count' THEN 'Say how many doses there are.'
                          ELSE 'Of doses at set times there are so many. Only of doses as needed a range says the most.' END;
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._refuse_range(jsonb, text) IS
  'Internal: error for a range where a schedule has one number';

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
