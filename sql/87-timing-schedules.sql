-- The schedules of a FHIR Timing, from what its elements say.

-- The schedules of a rule: one that steps in hours, or one for each product of times of day, and for each words.  clocks, on_next and
-- words are the doses of a day, on_next being 1 for those after midnight.  doses: how many in all or NULL, dealt out in their order.
-- endings: the UNTIL part of those of the day, and of those after midnight.
CREATE OR REPLACE FUNCTION medsched._timing_rule_schedules(unit text, every int, on_days int[], first_day date, not_before timestamp,
  clocks time[], on_next int[], words text[], doses int, endings text[], time_zone text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH slots AS (
    SELECT s.clock, s.day, s.words,
           -- Of the doses of the first day, those before the start come last, on the next.
           row_number() OVER (ORDER BY coalesce(s.day = 0 AND first_day + s.clock < not_before, false), s.day, s.clock) AS nth,
           count(*) OVER () AS per_day
    FROM ROWS FROM (unnest(clocks), unnest(on_next), unnest(words)) AS s (clock, day, words)
  ),
  groups AS (
    SELECT g.day, g.words, array_agg(g.clock ORDER BY g.clock) AS clocks,
           sum(doses / g.per_day + CASE WHEN g.nth <= doses % g.per_day THEN 1 ELSE 0 END)::int AS doses
    FROM slots g
    GROUP BY g.day, g.words
  )
  SELECT jsonb_agg(s.value || jsonb_strip_nulls(jsonb_build_object('instructions', g.words)) ORDER BY g.day, g.clocks[1], g.words, s.nth)
  FROM groups g
  CROSS JOIN LATERAL jsonb_array_elements(CASE
    WHEN unit = ANY ('{s,min,h}'::text[]) THEN
      medsched._interval_schedule(unit, every, coalesce(not_before, first_day + g.clocks[1]), endings[1], g.doses, time_zone)
    ELSE
      medsched._clock_schedules(
        medsched._day_rule(unit, every, first_day + g.day, (SELECT array_agg((d + g.day - 1) % 7 + 1) FROM unnest(on_days) AS d)),
        first_day + g.day, g.clocks, endings[g.day + 1], g.doses, not_before, time_zone) END) WITH ORDINALITY AS s (value, nth)
  WHERE g.doses IS NULL OR g.doses > 0;
END;
COMMENT ON FUNCTION medsched._timing_rule_schedules(text, int, int[], date, timestamp, time[], int[], text[], int, text[], text) IS
  'Internal: the schedules of a rule, with the words of each dose';

-- The first dose, and the last, of schedules; NULL where they have none.
CREATE OR REPLACE FUNCTION medsched._first_dose(schedule jsonb)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT medsched.next_occurrence(schedule ->> 'rrule', (schedule ->> 'starts_at')::timestamp, schedule ->> 'time_zone',
                                  '-infinity'::timestamptz, '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int);
END;
COMMENT ON FUNCTION medsched._first_dose(jsonb) IS
  'Internal: the first dose of a schedule in JSON';

CREATE OR REPLACE FUNCTION medsched._last_dose(schedules jsonb)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT max(medsched.previous_occurrence(s.value ->> 'rrule', (s.value ->> 'starts_at')::timestamp, s.value ->> 'time_zone',
                                          'infinity'::timestamptz, '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int))
  FROM jsonb_array_elements(schedules) AS s (value);
END;
COMMENT ON FUNCTION medsched._last_dose(jsonb) IS
  'Internal: the last dose of schedules in JSON';

-- The doses of a day: the times, which of them are after midnight, and the words of each.  often is changed where the caller's times
-- show "every 8 hours" to be times of day.
CREATE OR REPLACE FUNCTION medsched._timing_doses_of_day(repeat jsonb, times jsonb, counted boolean, code text, keys text[], default_times time[],
  from_time time, to_time time, INOUT unit text, INOUT every int, INOUT per_day int, INOUT even int,
  OUT clocks time[], OUT on_next int[], OUT words text[], OUT named jsonb[])
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  lasting CONSTANT text := medsched._timing_duration_words(repeat);
  longest numeric;
  until_next numeric;
  clock time;
  fits boolean;
BEGIN
  IF counted THEN
    SELECT array_agg(s.clock ORDER BY s.day, s.clock), array_agg(s.day ORDER BY s.day, s.clock),
           array_agg(nullif(concat_ws(', ', s.words, lasting), '') ORDER BY s.day, s.clock),
           array_agg(CASE WHEN s.day = 0 THEN s.named END ORDER BY s.day, s.clock)
    INTO clocks, on_next, words, named
    FROM medsched._timing_slots(repeat, times, per_day) AS s;
    FOREACH clock IN ARRAY clocks LOOP
      -- In the night, from_time is after to_time.
      fits := CASE WHEN from_time > to_time THEN clock >= from_time OR clock < to_time ELSE clock >= from_time AND clock < to_time END;
      IF NOT fits THEN
        RAISE 'timing code "%" contradicts repeat', code USING ERRCODE = 'invalid_parameter_value',
          DETAIL = format('Its times of day are %s.', array_to_string(clocks, ', '));
      END IF;
    END LOOP;
  ELSE
    clocks := medsched._times_for(times, keys, default_times);
    IF clocks IS NULL THEN
      RAISE 'timing with % doses a day does not say when', per_day
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Say it in timeOfDay, or give an array of times.';
    END IF;
    IF unit = ANY ('{s,min,h}'::text[]) AND cardinality(clocks) = 86400 / extract(epoch FROM medsched._fhir_interval(every, unit)) THEN
      even := extract(epoch FROM medsched._fhir_interval(every, unit));
      per_day := cardinality(clocks);
      unit := 'd';
      every := 1;
    END IF;
    PERFORM medsched._check_times_count(clocks, per_day, COALESCE(code, 'timing'));
    on_next := array_fill(0, ARRAY[per_day]);
    words := array_fill(lasting, ARRAY[per_day]);
  END IF;

  FOR nth IN 2 .. cardinality(clocks) LOOP
    IF extract(epoch FROM clocks[nth] - clocks[nth - 1]) <> even OR on_next[nth] > 0 AND even IS NOT NULL THEN
      RAISE 'timing has times of day that are not % apart', make_interval(secs => even)
        USING ERRCODE = 'feature_not_supported',
        DETAIL = format('They are %s.', array_to_string(clocks, ', ')),
        HINT = 'A schedule either steps in hours or has its times of day, as far apart as the period says.';
    END IF;
  END LOOP;

  -- What takes longer than to the next dose is not how long a dose takes.
  longest := COALESCE(repeat ->> 'durationMax', repeat ->> 'duration')::numeric
             * extract(epoch FROM medsched._fhir_interval(1, repeat ->> 'durationUnit'));
  until_next := CASE WHEN unit = ANY ('{s,min,h}'::text[]) THEN extract(epoch FROM medsched._fhir_interval(every, unit))
                     WHEN unit = 'd' THEN 86400.0 * every / per_day
                     WHEN unit <> 'once' THEN 86400.0 / per_day END;
  IF longest > until_next THEN
    RAISE 'timing with a duration of % % is not supported', COALESCE(repeat ->> 'durationMax', repeat ->> 'duration'), repeat ->> 'durationUnit'
      USING ERRCODE = 'feature_not_supported',
      DETAIL = 'The next dose is before that.',
      HINT = 'How long to go on is boundsDuration; duration is how long each dose takes.';
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._timing_doses_of_day(jsonb, jsonb, boolean, text, text[], time[], time, time, text, int, int, int) IS
  'Internal: the doses of a day of a FHIR Timing';

