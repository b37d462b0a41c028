-- The elements of FHIR's Timing, which is read in this file and the next five: what
-- can be said exactly is, anything else is refused by name.

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
