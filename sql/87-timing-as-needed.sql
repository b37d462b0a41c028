-- A FHIR Timing of doses as needed: limits.

-- What a Timing says of doses as needed: that there are no more.  "Once a day" is once on a calendar day, "every 6 hours" no
-- sooner than that, and of a range the most that it allows: "3 to 4 times a day" is 4, "every 4 to 6 hours" is 4 hours.
CREATE OR REPLACE FUNCTION medsched._timing_limits(timing jsonb, counts int[], OUT min_interval text, OUT limits jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := COALESCE(timing -> 'repeat', '{}');
  most CONSTANT int := medsched._fhir_integer(repeat, 'frequencyMax'::text, 1, 86400);
  longest record;
  said record;
  often int;
  length text;
BEGIN
  -- The most often of a range counts, where it is one.
  said := medsched._timing_said(CASE WHEN most IS NULL THEN timing
    ELSE jsonb_set(timing, '{repeat,frequency}', COALESCE(repeat -> 'frequency', repeat -> 'frequencyMax')) END);
  longest := medsched._timing_period(repeat, 'periodMax'::text);
  IF most < said.frequency OR longest.unit = said.unit AND longest.every < said.every THEN
    RAISE 'timing has a range that ends before it starts' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('Its repeat is %s.', medsched._shortened(repeat::text));
  END IF;
  IF said.every IS NULL AND said.frequency IS NOT NULL AND counts IS NULL THEN
    RAISE 'timing wants frequency, period and periodUnit together'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('Its repeat is %s.', medsched._shortened(repeat::text));
  ELSIF said.every IS NULL AND timing ? 'code' AND NOT medsched._timing_code_is_as_needed(timing -> 'code') THEN
    RAISE 'timing code is not supported' USING ERRCODE = 'feature_not_supported',
      DETAIL = format('It is %s.', medsched._shortened((timing -> 'code')::text)),
      HINT = format('Supported are HL7''s codes %s; with any other code, repeat has to say frequency, period and periodUnit.',
        (SELECT string_agg(c.code, ', ') FROM medsched._timing_fhir_codes() AS c));
  ELSIF said.every IS NULL AND counts IS NULL THEN
    RETURN;
  ELSIF said.every IS NULL THEN
    limits := medsched._doses_in_days(COALESCE(most, said.frequency, counts[1], counts[2]), 'd'::text, 1);
    RETURN;
  END IF;

  often := COALESCE(most, said.frequency, counts[1], 1);
  length := said.every || CASE said.unit WHEN 's' THEN ' seconds' WHEN 'min' THEN ' minutes' WHEN 'h' THEN ' hours' END;
  IF length IS NOT NULL AND often = 1 THEN
    min_interval := length;
  ELSIF length IS NOT NULL THEN
    limits := jsonb_build_array(jsonb_build_object('doses', often, 'within', length));
  ELSIF said.unit = 'd' AND said.every <= 366 OR said.unit = 'wk' AND said.every <= 52 THEN
    limits := medsched._doses_in_days(often, said.unit, said.every);
  ELSE
    RAISE 'timing with a period of % % is not supported for doses as needed', said.every, said.unit
      USING ERRCODE = 'feature_not_supported', HINT = 'Say so many doses in hours, days or weeks, up to 366 days.';
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._timing_limits(jsonb, int[]) IS
  'Internal: the limits of a FHIR Timing as needed';

-- The schedule as needed of a Timing.  Its bounds are the schedule's, its events words.
CREATE OR REPLACE FUNCTION medsched._timing_as_needed(timing jsonb, starts_on date, time_zone text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := COALESCE(timing -> 'repeat', '{}');
  element text;
  bounds record;
  allowed record;
  said record;
  ends_at timestamptz;
BEGIN
  SELECT e INTO element FROM unnest('{count,countMax,dayOfWeek}'::text[]) AS e WHERE repeat ? e ORDER BY e LIMIT 1;
  IF element IS NOT NULL THEN
    RAISE 'timing element "repeat.%" is not supported for doses as needed', element USING ERRCODE = 'feature_not_supported',
      HINT = 'Supported are code, and a repeat with frequency, period, periodUnit, when, timeOfDay, duration and bounds.';
  ELSIF timing ? 'event' THEN
    RAISE 'timing element "event" is not supported for doses as needed' USING ERRCODE = 'feature_not_supported';
  END IF;
  bounds := medsched._timing_bounds(repeat, starts_on, time_zone, true);
  allowed := medsched._timing_limits(timing, medsched._timing_counts(repeat));
  said := medsched._timing_said(timing - 'repeat');
  PERFORM medsched._refuse_more_words(timing -> 'code', said.code IS NOT NULL,
    repeat ? 'when' OR repeat ? 'timeOfDay' OR said.from_time IS NOT NULL, false);
  -- A schedule ends before its ends_at, the bounds with their last second.  What ends with the last year there is does not end.
  ends_at := CASE
    WHEN bounds.last_day >= '9999-12-31' THEN NULL
    WHEN bounds.last_instant IS NOT NULL THEN bounds.last_instant + '1 second'::interval
    WHEN bounds.last_day IS NOT NULL THEN medsched._to_instant((bounds.last_day + 1)::timestamp, time_zone)
    WHEN bounds.duration IS NOT NULL THEN
      medsched._to_instant(COALESCE(bounds.not_before, bounds.first_day::timestamp) + bounds.duration, time_zone) END;
  RETURN jsonb_build_array(
    (medsched._as_needed_schedule(bounds.first_day, time_zone, allowed.min_interval, allowed.limits) -> 0)
    || jsonb_strip_nulls(jsonb_build_object(
         'starts_at', COALESCE(bounds.not_before, bounds.first_day::timestamp),
         'ends_at', to_char(timezone('UTC', ends_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
         'instructions', nullif(concat_ws(', ',
           COALESCE(medsched._timing_event_words(repeat), CASE said.code WHEN 'AM' THEN 'in the morning' WHEN 'PM' THEN 'in the afternoon' WHEN 'BED' THEN 'at bedtime' END),
           medsched._timing_duration_words(repeat)), ''))));
END;
$$;
COMMENT ON FUNCTION medsched._timing_as_needed(jsonb, date, text) IS
  'Internal: the schedule as needed of a FHIR Timing';
