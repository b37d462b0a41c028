-- Schedules from a FHIR Timing.

-- The dates and instants of event: one dose at each, on a day without a time at the time of one a day.
CREATE OR REPLACE FUNCTION medsched._timing_event_schedules(timing jsonb, starts_on date, time_zone text, times jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  events CONSTANT jsonb := timing -> 'event';
  clocks CONSTANT time[] := medsched._times_for(times, '{QD}'::text[], '{08:00}'::time[]);
  element text;
  event record;
  moments timestamp[] := '{}';
  moment timestamp;
BEGIN
  SELECT e INTO element FROM (SELECT 'code' AS e WHERE timing ? 'code'
                              UNION ALL SELECT 'repeat.' || k FROM jsonb_object_keys(timing -> 'repeat') AS k WHERE k NOT IN ('id', 'count')) AS beside
  ORDER BY e LIMIT 1;
  IF element IS NOT NULL THEN
    RAISE 'timing with both event and % is not supported', element USING ERRCODE = 'feature_not_supported',
      HINT = 'Say either when each dose is, or how often.';
  ELSIF jsonb_array_length(events) = 0 THEN
    RAISE 'timing element "event" is empty' USING ERRCODE = 'invalid_parameter_value';
  ELSIF jsonb_array_length(events) > 10000 THEN
    RAISE 'timing has more than 10000 events' USING ERRCODE = 'feature_not_supported';
  ELSIF medsched._fhir_integer(timing -> 'repeat', 'count'::text, 1, 2147483647) <> jsonb_array_length(events) THEN
    RAISE 'timing has % events and count %', jsonb_array_length(events), timing #>> '{repeat,count}'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM medsched._refuse_range(timing -> 'repeat', 'count'::text);
  PERFORM medsched._check_times_count(clocks, 1, 'timing'::text);
  PERFORM medsched._check_start(COALESCE(starts_on, '2000-01-01'), time_zone);

  FOR event IN SELECT e.value, d.* FROM jsonb_array_elements(events) AS e
               CROSS JOIN LATERAL medsched._fhir_datetime(e.value, 'event'::text, time_zone) AS d LOOP
    IF event.first IS DISTINCT FROM event.last THEN
      RAISE 'timing event % is not a day', medsched._shortened(event.value::text) USING ERRCODE = 'feature_not_supported',
        HINT = 'It is "2027-03-01" or "2027-03-01T08:00:00+01:00".';
    ELSIF event.first IS NULL THEN
      RAISE 'timing event % is not a date or time', event.value USING ERRCODE = 'invalid_parameter_value';
    ELSIF event.first < starts_on THEN
      RAISE 'starts_on % is after the timing''s event %', starts_on, event.first
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Leave starts_on null; which doses remain of a timing under way is not for us to guess.';
    END IF;
    PERFORM medsched._check_start(event.first, time_zone);
    moments := array_append(moments, COALESCE(medsched._to_local(date_trunc('second', event.instant), time_zone), event.first + clocks[1]));
  END LOOP;
  FOR moment IN SELECT t FROM unnest(moments) AS t GROUP BY t HAVING count(*) > 1 ORDER BY t LOOP
    RAISE 'timing has two events at %', moment USING ERRCODE = 'invalid_parameter_value';
  END LOOP;
  RETURN (SELECT jsonb_build_array(jsonb_build_object('starts_at', m.sorted[1], 'time_zone', time_zone)
            || CASE WHEN cardinality(m.sorted) > 1 THEN jsonb_build_object('rdates', m.sorted[2:]) ELSE '{}' END)
          FROM (SELECT array_agg(t ORDER BY t) AS sorted FROM unnest(moments) AS t) AS m);
END;
$$;
COMMENT ON FUNCTION medsched._timing_event_schedules(jsonb, date, text, jsonb) IS
  'Internal: the schedule of a FHIR Timing''s events';

-- The schedules of doses at set times.
CREATE OR REPLACE FUNCTION medsched._timing_at_times(timing jsonb, starts_on date, time_zone text, times jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := COALESCE(timing -> 'repeat', '{}');
  doses CONSTANT int := medsched._fhir_integer(repeat, 'count'::text, 1, 1000000000);
  counts int[];
  bounds record;
  often record;
  day record;
  first_day date;
  first_dose timestamp;
  last_day date;
  last_local timestamp;
  until timestamptz[];
  endings text[];
  schedules jsonb;
BEGIN
  bounds := medsched._timing_bounds(repeat, starts_on, time_zone, false);
  counts := medsched._timing_counts(repeat);
  often := medsched._timing_frequency(timing, counts, medsched._fhir_days(repeat), times,
    -- Days of the week that the caller chose stand among the caller's times.
    CASE WHEN jsonb_typeof(times) = 'object' THEN medsched._fhir_days(times) END);
  day := medsched._timing_doses_of_day(repeat, times, counts IS NOT NULL, often.code, often.keys, often.default_times,
    often.from_time, often.to_time, often.unit, often.every, often.per_day, often.even);

  -- Where the first day's doses are all before the start, it is not the first; days of the week and of the month stay.
  first_day := bounds.first_day;
  IF bounds.not_before::time > ALL (day.clocks) AND 0 = ALL (day.on_next) THEN
    first_day := first_day + CASE WHEN day.unit = 'd' OR often.on_days IS NOT NULL THEN 1 WHEN day.unit = 'wk' THEN 7 ELSE 0 END;
  END IF;
  first_day := medsched._first_day(first_day, often.on_days);
  first_dose := COALESCE(bounds.not_before, first_day + day.clocks[1]);
  IF often.on_days IS NOT NULL THEN
    day.unit := medsched._days_unit(often.on_days, day.every);
  ELSIF 1 = ANY (day.on_next) AND day.unit IN ('mo', 'a') THEN
    RAISE 'timing has an offset into another day and a period in %', day.unit USING ERRCODE = 'feature_not_supported';
  END IF;

  -- until: what the last dose is before; where the bounds end with a day or an instant, they may leave it out.
  IF bounds.duration IS NOT NULL AND day.unit = ANY ('{s,min,h}'::text[]) THEN
    IF bounds.duration >= '1 month'::interval AND date_part('day', bounds.duration) = 0 THEN
      last_local := least(first_dose + bounds.duration, '9999-12-31 23:59:59'::timestamp);
      endings := ARRAY[to_char(last_local - '1 second'::interval, '";UNTIL="YYYYMMDD"T"HH24MISS')];
      until := ARRAY[medsched._to_instant(last_local, time_zone)];
    ELSE
      -- In elapsed time: 10 days every 8 hours are 30 doses, whatever the clocks do.
      until := ARRAY[medsched._to_instant(first_dose, time_zone) + make_interval(secs => extract(epoch FROM bounds.duration)::float8)];
    END IF;
  ELSIF bounds.duration IS NOT NULL THEN
    bounds.duration := justify_hours(bounds.duration);
    IF bounds.duration <> date_trunc('day', bounds.duration) THEN
      RAISE 'timing with times of day and a boundsDuration of % is not supported', bounds.duration
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Say it in whole days.';
    END IF;
    -- Ten days have ten nights.
    last_day := least((bounds.first_day + bounds.duration)::date - 1, '9999-12-30'::date);
    endings := ARRAY[to_char(last_day, '";UNTIL="YYYYMMDD'), to_char(last_day + 1, '";UNTIL="YYYYMMDD')];
    until := ARRAY[medsched._to_instant((last_day + 1 + (1 = ANY (day.on_next))::int)::timestamp, time_zone)];
  ELSIF bounds.last_instant IS NOT NULL THEN
    endings := array_fill(to_char(timezone('UTC', bounds.last_instant), '";UNTIL="YYYYMMDD"T"HH24MISS"Z"'), ARRAY[2]);
    until := ARRAY[bounds.last_instant + '1 second'::interval, bounds.last_instant];
  ELSIF bounds.last_day IS NOT NULL THEN
    endings := array_fill(to_char(bounds.last_day, '";UNTIL="YYYYMMDD'), ARRAY[2]);
    until := ARRAY[medsched._to_instant((bounds.last_day + 1)::timestamp, time_zone), medsched._to_instant(bounds.last_day::timestamp, time_zone)];
  END IF;

  IF day.unit = 'once' THEN
    schedules := jsonb_build_array(jsonb_build_object('starts_at', first_dose, 'time_zone', time_zone)
      || jsonb_strip_nulls(jsonb_build_object('instructions', day.words[1])));
    IF medsched._to_instant(first_dose, time_zone) >= until[1] THEN
      schedules := NULL;
    END IF;
  ELSIF doses IS NOT NULL THEN
    schedules := medsched._timing_rule_schedules(day.unit, day.every, often.on_days, first_day, bounds.not_before,
      day.clocks, day.on_next, day.words, doses, NULL::text[], time_zone);
    -- A count and an end agree when the last dose is before the end, and the next would not be.
    IF until IS NOT NULL AND NOT EXISTS (
      SELECT FROM unnest(until) AS u
      WHERE medsched._last_dose(schedules) < u
        AND medsched._last_dose(medsched._timing_rule_schedules(day.unit, day.every, often.on_days, first_day, bounds.not_before,
              day.clocks, day.on_next, day.words, doses + 1, NULL::text[], time_zone)) >= u)
    THEN
      RAISE 'timing with both count and an end is not supported' USING ERRCODE = 'feature_not_supported',
        DETAIL = format('The last of %s doses would be at %s; it is to end before %s.',
          doses, timezone(time_zone, medsched._last_dose(schedules)), timezone(time_zone, until[1])),
        HINT = 'A schedule ends after so many doses or at a time, unless both say the same.';
    END IF;
  ELSE
    IF until IS NOT NULL AND endings IS NULL AND day.unit = ANY ('{s,min,h}'::text[]) THEN
      endings := ARRAY[';COUNT=' || ceil(extract(epoch FROM bounds.duration)
                                         / extract(epoch FROM medsched._fhir_interval(day.every, day.unit)))];
    END IF;
    schedules := medsched._timing_rule_schedules(day.unit, day.every, often.on_days, first_day, bounds.not_before,
      day.clocks, day.on_next, day.words, NULL::int, endings, time_zone);
    IF endings IS NOT NULL THEN
      schedules := (SELECT jsonb_agg(s.value ORDER BY s.nth)
                    FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth)
                    WHERE medsched._first_dose(s.value) IS NOT NULL);
    END IF;
  END IF;
  IF schedules IS NULL THEN
    RAISE 'timing has no dose within its bounds' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('The first would be on %s or later; they end before %s.', first_day, timezone(time_zone, until[1]));
  END IF;
  RETURN CASE WHEN day.named IS NULL OR day.unit = 'once' THEN schedules ELSE medsched._naming_events(schedules, day.clocks, day.named, times) END;
END;
$$;
COMMENT ON FUNCTION medsched._timing_at_times(jsonb, date, text, jsonb) IS
  'Internal: the schedules of a FHIR Timing at set times';

-- Read one Timing: the schedules, as create_medication takes them, or the error that names what they cannot say.  It is checked
-- whole, whatever the caller made sure of.  as_needed: what the Dosage around it says.
CREATE OR REPLACE FUNCTION medsched._timing_schedules(timing jsonb, starts_on date, time_zone text, times jsonb, as_needed boolean)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedules jsonb;
  facts jsonb;
  words text;
BEGIN
  PERFORM medsched._fhir_check(timing);
  PERFORM medsched._check_times_json(times);
  IF as_needed IS NULL THEN
    RAISE 'as_needed must not be null' USING ERRCODE = 'null_value_not_allowed';
  ELSIF as_needed AND jsonb_typeof(times) = 'array' THEN
    RAISE 'timing as needed has no times' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A dose as needed is recorded at the time it is taken.';
  ELSIF as_needed THEN
    schedules := medsched._timing_as_needed(timing, starts_on, time_zone);
  ELSIF timing ? 'event' THEN
    RETURN medsched._timing_event_schedules(timing, starts_on, time_zone, times);
  ELSE
    schedules := medsched._timing_at_times(timing, starts_on, time_zone, times);
  END IF;
  facts := medsched._worded_facts(timing, schedules, as_needed, times IS NOT NULL, true, false);
  FOREACH words IN ARRAY COALESCE(medsched._timing_code_words(timing -> 'code'), '{}') LOOP
    IF medsched._words_beyond(words, facts) IS NOT NULL THEN
      RAISE 'timing code says more than repeat: "%"', medsched._shortened(words) USING ERRCODE = 'feature_not_supported',
        DETAIL = format('It says %s.', medsched._words_beyond(words, facts)), HINT = 'Say it in repeat.';
    END IF;
  END LOOP;
  RETURN schedules;
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
  'Schedules, as create_medication takes them, for a FHIR R4 or R5 Timing, without the doses before effective_from; times may give the times of day of its codes and events, and under dayOfWeek its days of the week; as_needed: one schedule as needed, with what the Timing says as its limits';
