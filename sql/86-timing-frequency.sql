-- How often a FHIR Timing is: its code and its repeat together.

-- Whether two ways to say how often come to as many doses in the long run: a month has no number of days.
CREATE OR REPLACE FUNCTION medsched._timing_same_rate(frequency int, period int, unit text, other_frequency int, other_period int, other_unit text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH hours (unit, hours, kind) AS (
    VALUES ('s', 1 / 3600.0, 'day'), ('min', 1 / 60.0, 'day'), ('h', 1, 'day'), ('d', 24, 'day'), ('wk', 168, 'day'), ('mo', 1, 'month'), ('a', 12, 'month')
  )
  SELECT coalesce((SELECT a.kind = b.kind AND other_frequency * period * a.hours = frequency * other_period * b.hours
                   FROM hours a, hours b WHERE a.unit = $3 AND b.unit = other_unit), false);
END;
COMMENT ON FUNCTION medsched._timing_same_rate(int, int, text, int, int, text) IS
  'Internal: whether two frequencies are the same';

-- period in its unit, as a whole number: of part of an hour or a minute the smaller unit says the same.
CREATE OR REPLACE FUNCTION medsched._timing_period(repeat jsonb, element text, OUT every int, OUT unit text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  value numeric := (repeat ->> element)::numeric;
BEGIN
  unit := repeat ->> 'periodUnit';
  IF unit IS NOT NULL AND medsched._fhir_interval(1, unit) IS NULL THEN
    RAISE 'timing has an unknown periodUnit "%"', medsched._shortened(unit) USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Known are s, min, h, d, wk, mo and a.';
  END IF;
  IF unit = 'h' AND value <> trunc(value) THEN
    value := value * 60;
    unit := 'min';
  END IF;
  IF unit = 'min' AND value <> trunc(value) THEN
    value := value * 60;
    unit := 's';
  END IF;
  every := medsched._fhir_integer(jsonb_build_object(element, value), element, 1,
    CASE WHEN unit = repeat ->> 'periodUnit' THEN 10000 ELSE 600000 END);
END;
$$;
COMMENT ON FUNCTION medsched._timing_period(jsonb, text) IS
  'Internal: a period of a FHIR Timing in whole units';

-- How often a Timing says that it is, in its code and in repeat, which must agree; NULLs where neither says it.
-- worded: the code is not one that is known, but made of words that are.
CREATE OR REPLACE FUNCTION medsched._timing_said(timing jsonb,
  OUT frequency int, OUT every int, OUT unit text, OUT code text, OUT times time[], OUT keys text[], OUT from_time time, OUT to_time time,
  OUT worded boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := COALESCE(timing -> 'repeat', '{}');
  fact record;
  read record;
BEGIN
  frequency := medsched._fhir_integer(repeat, 'frequency'::text, 1, 86400);
  SELECT p.* INTO every, unit FROM medsched._timing_period(repeat, 'period'::text) AS p;
  IF (every IS NULL) <> (unit IS NULL) THEN
    RAISE 'timing wants frequency, period and periodUnit together'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('Its repeat is %s.', medsched._shortened(repeat::text));
  END IF;

  fact := medsched._timing_code(timing -> 'code');
  read := medsched._timing_code_read(timing -> 'code');
  worded := fact.code IS NULL;
  IF fact.code <> read.code
    AND NOT medsched._timing_same_rate(fact.frequency, fact.period, fact.period_unit, read.frequency, read.period, read.period_unit)
  THEN
    RAISE 'timing code contradicts itself' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', medsched._shortened((timing -> 'code')::text));
  ELSIF fact.code IS NULL OR fact.from_time IS NULL AND read.from_time IS NOT NULL THEN
    -- "QD", every morning.
    fact := read;
  END IF;
  IF fact.code IS NULL THEN
    RETURN;
  END IF;
  IF NOT medsched._timing_same_rate(fact.frequency, fact.period, fact.period_unit,
      CASE WHEN every IS NULL THEN COALESCE(frequency, fact.frequency) ELSE COALESCE(frequency, 1) END,
      COALESCE(every, fact.period), COALESCE(unit, fact.period_unit))
  THEN
    RAISE 'timing code "%" contradicts repeat', fact.code USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('The code is %s per %s %s; repeat is %s.',
        fact.frequency, fact.period, fact.period_unit, medsched._shortened(repeat::text));
  END IF;
  code := fact.code;
  keys := fact.keys;
  from_time := fact.from_time;
  to_time := fact.to_time;
  -- "three times a day" that is also "every 8 hours" is that.
  IF COALESCE(unit = ANY ('{s,min,h}'::text[]) AND NOT (unit = 'h' AND every % 24 = 0), false) AND fact.period_unit <> 'h' THEN
    frequency := COALESCE(frequency, 1);
    times := fact.times[1:1];
  ELSE
    frequency := fact.frequency;
    every := fact.period;
    unit := fact.period_unit;
    times := fact.times;
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._timing_said(jsonb) IS
  'Internal: how often a FHIR Timing says that it is';

-- How often, on which days, and how many doses on a day that has any.  unit 'once': one dose in all.  counts: how many a day timeOfDay
-- or when may be.  times and given_days are the caller's.  even: the times of day are so many seconds apart, round the clock.
CREATE OR REPLACE FUNCTION medsched._timing_frequency(timing jsonb, counts int[], days int[], times jsonb, given_days int[],
  OUT unit text, OUT every int, OUT per_day int, OUT on_days int[], OUT even int, OUT code text, OUT default_times time[], OUT keys text[],
  OUT from_time time, OUT to_time time)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := COALESCE(timing -> 'repeat', '{}');
  once CONSTANT boolean := COALESCE((repeat ->> 'count')::numeric = 1, false);
  frequency int;
  seconds int;
  worded boolean;
BEGIN
  PERFORM medsched._refuse_range(repeat, e) FROM unnest('{frequency,period,count}'::text[]) AS e;
  PERFORM medsched._refuse_as_needed_code(timing -> 'code');
  SELECT s.frequency, s.every, s.unit, s.code, s.times, s.keys, s.from_time, s.to_time, s.worded
  INTO frequency, every, unit, code, default_times, keys, from_time, to_time, worded
  FROM medsched._timing_said(timing) AS s;
  PERFORM medsched._refuse_more_words(timing -> 'code', code IS NOT NULL, counts IS NOT NULL OR from_time IS NOT NULL, days IS NOT NULL);

  -- Times of day are of every day, whatever the words of a code are.
  IF worded AND NOT repeat ? 'period' AND counts IS NOT NULL AND days IS NULL AND (unit IN ('wk', 'mo') OR unit = 'd' AND every > 1) THEN
    every := NULL;
  END IF;
  IF every IS NULL THEN
    -- Of an unknown code we cannot tell what it adds to the times of day.
    IF timing ? 'code' AND NOT (once AND medsched._timing_code_is_once(timing -> 'code'))
      AND NOT (counts IS NOT NULL AND medsched._timing_code_is_daily(timing -> 'code', COALESCE(frequency, counts[1]), days))
    THEN
      RAISE 'timing code is not supported' USING ERRCODE = 'feature_not_supported',
        DETAIL = format('It is %s.', medsched._shortened((timing -> 'code')::text)),
        HINT = format('Supported are HL7''s codes %s; with any other code, repeat has to say frequency, period and periodUnit.',
          (SELECT string_agg(c.code, ', ') FROM medsched._timing_fhir_codes() AS c));
    ELSIF counts IS NULL AND days IS NULL AND once AND COALESCE(frequency = 1, true) THEN
      unit := 'once';
      per_day := 1;
    ELSIF frequency IS NOT NULL AND COALESCE(frequency <> ALL (COALESCE(counts, '{}')), false) THEN
      RAISE 'timing wants frequency, period and periodUnit together'
        USING ERRCODE = 'invalid_parameter_value',
        DETAIL = format('Its repeat is %s.', medsched._shortened(repeat::text));
    ELSIF counts IS NULL AND days IS NULL THEN
      RAISE 'timing says neither how often nor when' USING ERRCODE = 'invalid_parameter_value',
        HINT = 'It wants a code, or a repeat with frequency, period and periodUnit.';
    ELSE
      every := 1;
      unit := 'd';
    END IF;
  ELSIF counts IS NULL AND days IS NULL THEN
    frequency := COALESCE(frequency, 1);
  END IF;

  IF unit = ANY ('{s,min,h}'::text[]) THEN
    seconds := extract(epoch FROM medsched._fhir_interval(every, unit));
    IF days IS NULL AND counts IS NULL AND frequency = 1 THEN
      per_day := 1;
    ELSIF unit = 'h' AND every % 24 = 0 THEN
      every := every / 24;
      unit := 'd';
    ELSIF counts IS NOT NULL AND COALESCE(frequency, 1) = 1 AND 86400 % seconds = 0 AND 86400 / seconds = ANY (counts) THEN
      -- Every 8 hours at three times of day: these times, if they are 8 hours apart.
      even := seconds;
      frequency := 86400 / seconds;
      every := 1;
      unit := 'd';
    ELSIF days IS NOT NULL OR counts IS NOT NULL THEN
      RAISE 'timing with % and a period in % is not supported',
        CASE WHEN days IS NOT NULL THEN 'dayOfWeek' ELSE 'times of day' END, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'A schedule either steps in hours or has its times of day, as far apart as the period says.';
    ELSE
      RAISE 'timing with frequency % in % % is not supported', frequency, every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Say how far the doses are apart, with frequency 1.';
    END IF;
  END IF;

  -- Seven days are a week, unless they would have several times in one day.
  IF unit = 'd' AND every % 7 = 0 AND (COALESCE(frequency, 1) = 1 OR days IS NOT NULL OR given_days IS NOT NULL) THEN
    unit := 'wk';
    every := every / 7;
  END IF;
  on_days := COALESCE(days, CASE WHEN unit = 'wk' THEN given_days END);

  IF per_day IS NOT NULL THEN
    NULL;
  ELSIF on_days IS NOT NULL AND unit = 'wk' THEN
    IF frequency % cardinality(on_days) <> 0 THEN
      RAISE 'timing with frequency % on % days of the week is not supported',
        frequency, cardinality(on_days)
        USING ERRCODE = 'feature_not_supported',
        HINT = 'With a period in weeks, frequency counts the doses of all days of the week.';
    END IF;
    per_day := frequency / cardinality(on_days);
  ELSIF on_days IS NOT NULL THEN
    IF unit <> 'd' OR every <> 1 THEN
      RAISE 'timing with dayOfWeek and a period of % % is not supported', every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Days of the week go with a period of 1 d or of weeks.';
    END IF;
    per_day := frequency;
    unit := 'wk';
  ELSIF COALESCE(frequency, 1) = 1 OR unit = 'd' AND every = 1 THEN
    per_day := frequency;
  ELSIF unit = 'wk' AND every = 1 AND frequency % 7 = 0 THEN
    -- Seven times a week.
    per_day := frequency / 7;
    unit := 'd';
  ELSIF unit = 'd' AND frequency = ANY (counts)
    OR unit = 'd' AND counts IS NULL AND jsonb_typeof(times) = 'array' AND jsonb_array_length(times) = frequency
  THEN
    -- Twice in two days at 08:00 and 20:00: both on every other day.
    per_day := frequency;
  ELSIF unit = 'd' AND frequency % every = 0 AND frequency / every = ANY (counts) THEN
    -- Twice in two days at 08:00: once on each.
    per_day := frequency / every;
    every := 1;
  ELSE
    RAISE 'timing with frequency % in % % is not supported', frequency, every, unit
      USING ERRCODE = 'feature_not_supported',
      DETAIL = 'It does not say on which days the doses are.',
      HINT = CASE unit WHEN 'wk' THEN 'Give the days of the week: {"dayOfWeek": ["mon", "wed", "fri"]} in times.'
                       ELSE 'Say it with frequency 1, or in weeks with dayOfWeek.' END;
  END IF;

  per_day := COALESCE(per_day, counts[1], CASE WHEN counts IS NULL THEN 1 END);
  IF per_day IS NULL THEN
    RAISE 'timing does not say whether its events are one dose or several' USING ERRCODE = 'feature_not_supported',
      DETAIL = format('They are %s.', (SELECT string_agg(e, ', ') FROM jsonb_array_elements_text(repeat -> 'when') AS e)),
      HINT = 'Say it in frequency, with period 1 and periodUnit d.';
  ELSIF counts IS NOT NULL AND NOT COALESCE(per_day = ANY (counts), false) THEN
    RAISE '% wants % time(s) of day, not %', COALESCE(code, 'timing'), per_day, COALESCE(counts[1], counts[2])
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('Its repeat is %s.', medsched._shortened(repeat::text));
  END IF;
  IF code IS NULL THEN
    SELECT c.times, c.keys INTO default_times, keys
    FROM medsched._timing_fhir_codes() AS c
    WHERE c.code = ('{QD,BID,TID,QID}'::text[])[per_day];
  ELSIF per_day <> cardinality(default_times) THEN
    default_times := NULL;
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._timing_frequency(jsonb, int[], int[], jsonb, int[]) IS
  'Internal: how often a FHIR Timing is, and on which days';
