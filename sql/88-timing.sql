-- Schedules from a FHIR Timing.

-- Read one Timing: the schedules, as create_medication takes them, or the error that names what they cannot say.  It is checked
-- whole, whatever the caller made sure of.
CREATE OR REPLACE FUNCTION medsched._timing_schedules(timing jsonb, starts_on date, time_zone text, times jsonb, as_needed boolean)
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
          FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth));
END;
$$;
COMMENT ON FUNCTION medsched._timing_schedules(jsonb, date, text, jsonb, boolean) IS
  'Internal: the schedules of one FHIR Timing';

CREATE OR REPLACE FUNCTION medsched.schedule_from_fhir(timing jsonb, starts_on date, time_zone text,
  times jsonb DEFAULT NULL, effective_from timestamptz DEFAULT NULL, as_needed boolean DEFAULT false)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN medsched._counting_from(medsched._timing_schedules(timing, starts_on, time_zone, times, as_needed), effective_from);
END;
$$;
COMMENT ON FUNCTION medsched.schedule_from_fhir(jsonb, date, text, jsonb, timestamptz, boolean) IS
  'Schedules, as create_medication takes them, for a FHIR R4 Timing, without the doses before effective_from; times may give the times of day of its codes and events; as_needed: one schedule as needed, with what the Timing says as its limits';
