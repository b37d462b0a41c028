-- How often a FHIR Timing is: its code, and frequency, period and periodUnit.

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
