-- When in the day a FHIR Timing is: dayOfWeek, timeOfDay, when and offset.

-- dayOfWeek, of a Timing's repeat or of a caller's times, as ISO numbers, or NULL where absent.
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
  ELSIF jsonb_typeof(repeat -> 'dayOfWeek') <> 'array' THEN
    RAISE 'dayOfWeek is not an array' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'It is ["mon", "wed", "fri"].';
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

-- How FHIR's events lie in the day.  rank: 1 a part of it, 2 less of that part, 3 waking and sleeping, 4 a meal; the time of one
-- that is within another is the better known one.  within: the events of lower rank that have it in them for sure; maybe: those
-- that it may be one with, or not.
CREATE OR REPLACE FUNCTION medsched._event_parts()
RETURNS TABLE (event text, rank int, within text[], maybe text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT p.event, p.rank, p.within::text[], p.maybe::text[]
  FROM (VALUES
    ('MORN',       1, '{}',     '{}'),
    ('NOON',       1, '{}',     '{}'),
    ('AFT',        1, '{}',     '{}'),
    ('EVE',        1, '{}',     '{}'),
    ('NIGHT',      1, '{}',     '{}'),
    ('MORN.early', 2, '{MORN}', '{}'),
    ('MORN.late',  2, '{MORN}', '{}'),
    ('AFT.early',  2, '{AFT}',  '{NOON}'),
    ('AFT.late',   2, '{AFT}',  '{}'),
    ('EVE.early',  2, '{EVE}',  '{}'),
    ('EVE.late',   2, '{EVE}',  '{NIGHT}'),
    ('WAKE',       3, '{MORN}', '{MORN.early}'),
    ('HS',         3, '{NIGHT}', '{EVE,EVE.late}'),
    ('PHS',        3, '{NIGHT}', '{}'),
    ('CM',         4, '{MORN}', '{MORN.early,MORN.late,WAKE}'),
    ('ACM',        4, '{MORN}', '{MORN.early,MORN.late,WAKE}'),
    ('PCM',        4, '{MORN}', '{MORN.early,MORN.late,WAKE}'),
    ('CD',         4, '{NOON}', '{AFT,AFT.early}'),
    ('ACD',        4, '{NOON}', '{MORN.late,AFT,AFT.early}'),
    ('PCD',        4, '{NOON}', '{AFT,AFT.early}'),
    ('CV',         4, '{EVE}',  '{AFT,AFT.late,EVE.early,EVE.late}'),
    ('ACV',        4, '{EVE}',  '{AFT,AFT.late,EVE.early,EVE.late}'),
    ('PCV',        4, '{EVE}',  '{EVE.early,EVE.late}'),
    -- Of the meals it is not said which one the part of the day is of.
    ('C',          4, '{}',     '{MORN,MORN.early,MORN.late,WAKE,NOON,AFT,AFT.early,AFT.late,EVE,EVE.early,EVE.late}'),
    ('AC',         4, '{}',     '{MORN,MORN.early,MORN.late,WAKE,NOON,AFT,AFT.early,AFT.late,EVE,EVE.early,EVE.late}'),
    ('PC',         4, '{}',     '{MORN,MORN.early,MORN.late,WAKE,NOON,AFT,AFT.early,AFT.late,EVE,EVE.early,EVE.late}'))
    AS p (event, rank, within, maybe);
END;
COMMENT ON FUNCTION medsched._event_parts() IS
  'Internal: how the events of FHIR''s Timing.repeat.when lie in the day';

-- The events of when, those of all meals once for each meal.  into_sure and into_maybe: the events that it is one dose with, because
-- they lie in it, for sure or maybe.
CREATE OR REPLACE FUNCTION medsched._timing_when(repeat jsonb)
RETURNS TABLE (nth bigint, event text, anchor text, at time, direction int, meaning text, into_sure text[], into_maybe text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH listed AS (
    SELECT min(w.nth) AS nth, w.event
    FROM jsonb_array_elements_text(repeat -> 'when') WITH ORDINALITY AS w (event, nth)
    GROUP BY w.event
  )
  SELECT l.nth, e.event, e.anchor, e.at, e.direction, e.meaning,
         ARRAY(SELECT o.event FROM listed o JOIN medsched._event_parts() p ON p.event = o.event
               WHERE l.event = ANY (p.within)),
         ARRAY(SELECT o.event FROM listed o JOIN medsched._event_parts() p ON p.event = o.event
               WHERE l.event = ANY (p.within || p.maybe))
  FROM listed l
  JOIN medsched.timing_events() e ON e.event = l.event;
END;
COMMENT ON FUNCTION medsched._timing_when(jsonb) IS
  'Internal: the events of FHIR''s Timing.repeat.when';

-- How many doses a day timeOfDay, or when, may be, the likeliest first; NULL where neither is there.  More than one number for
-- events that may be one dose.
CREATE OR REPLACE FUNCTION medsched._timing_counts(repeat jsonb)
RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  name jsonb;
BEGIN
  IF repeat ? 'offset' AND NOT repeat ? 'when' THEN
    RAISE 'timing has an offset without when' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF repeat ? 'timeOfDay' THEN
    IF repeat ? 'when' THEN
      RAISE 'timing has both timeOfDay and when' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ARRAY[cardinality(medsched._read_times(repeat -> 'timeOfDay'))];
  ELSIF NOT repeat ? 'when' THEN
    RETURN NULL;
  END IF;
  IF jsonb_array_length(repeat -> 'when') NOT BETWEEN 1 AND 100 THEN
    RAISE 'timing element "repeat.when" %', CASE jsonb_array_length(repeat -> 'when') WHEN 0 THEN 'is empty' ELSE 'has more than 100 events' END
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR name IN SELECT e.value FROM jsonb_array_elements(repeat -> 'when') AS e LOOP
    IF NOT EXISTS (SELECT FROM medsched.timing_events() AS e WHERE to_jsonb(e.event) = name) THEN
      RAISE 'timing has an unknown event %', medsched._shortened(name::text) USING ERRCODE = 'invalid_parameter_value',
        HINT = format('Known are %s.',
          (SELECT string_agg(k.event, ', ' ORDER BY k.event COLLATE "C")
           FROM (SELECT DISTINCT e.event FROM medsched.timing_events() AS e) AS k));
    END IF;
  END LOOP;
  RETURN (SELECT CASE WHEN c.sure = c.maybe AND c.sure = c.apart THEN ARRAY[c.sure]
                      WHEN c.sure = c.maybe THEN ARRAY[c.sure, c.apart]
                      -- Which of them it is only the frequency can say.
                      ELSE ARRAY[NULL, c.sure, c.maybe, c.apart] END
          FROM (SELECT count(*) FILTER (WHERE w.into_sure = '{}')::int AS sure,
                       count(*) FILTER (WHERE w.into_maybe = '{}')::int AS maybe,
                       count(*)::int AS apart
                FROM medsched._timing_when(repeat) AS w) AS c);
END;
$$;
COMMENT ON FUNCTION medsched._timing_counts(jsonb) IS
  'Internal: how many doses a day FHIR''s timeOfDay or when may be';

-- An event as a schedule names it: "before meals" is before each of them.
CREATE OR REPLACE FUNCTION medsched._event_as_named(event text, anchor text, minutes int)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN minutes > 0 THEN jsonb_build_object('event', regexp_replace(event, 'C$', anchor), 'offset', minutes)
            ELSE to_jsonb(CASE WHEN event = ANY ('{C,AC,PC}'::text[]) THEN regexp_replace(event, 'C$', anchor) ELSE event END) END;
COMMENT ON FUNCTION medsched._event_as_named(text, text, int) IS
  'Internal: an event of a Timing or a sig as a schedule names it';

-- Schedules that name the events of their times, where times has the person's routine: those of set days without a number of doses
-- or an end within a day, whose rule can have other times on other days.  Each begins with its day.
CREATE OR REPLACE FUNCTION medsched._naming_events(schedules jsonb, clocks time[], named jsonb[], times jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF jsonb_typeof(times) <> 'object' OR NOT coalesce(times -> 'routine' = 'true', false) THEN
    RETURN schedules;
  END IF;
  RETURN (
    SELECT jsonb_agg(CASE WHEN n.events IS NULL THEN s.value
                          ELSE s.value || jsonb_build_object('events', n.events)
                            || CASE WHEN (s.value ->> 'starts_at')::timestamp::time = n.first
                                    THEN jsonb_build_object('starts_at', date_trunc('day', (s.value ->> 'starts_at')::timestamp)) ELSE '{}' END END
                     ORDER BY s.nth)
      FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth)
     CROSS JOIN LATERAL (SELECT medsched._rule_parts(s.value ->> 'rrule')) AS r (rule)
     CROSS JOIN LATERAL (
           SELECT min(c.clock) AS first,
                  CASE WHEN bool_and(c.named IS NOT NULL) AND (r.rule).count IS NULL AND ((r.rule).freq = 4 OR (r.rule).freq = 3 AND coalesce((r.rule).every, 1) = 1)
                            AND (s.value ->> 'rrule' !~ 'UNTIL=' OR s.value ->> 'rrule' ~ 'UNTIL=[0-9]{8}$') THEN jsonb_agg(c.named ORDER BY c.clock) END AS events
             FROM unnest(clocks, named) AS c (clock, named)
            WHERE extract(hour FROM c.clock)::int = ANY ((r.rule).hours) AND extract(minute FROM c.clock)::int = ANY ((r.rule).minutes)) AS n);
END
$$;
COMMENT ON FUNCTION medsched._naming_events(jsonb, time[], jsonb[], jsonb) IS
  'Internal: schedules that name the events of their times';

-- What an event says beside its time: "30 minutes before breakfast".
CREATE OR REPLACE FUNCTION medsched._event_words(meaning text, minutes int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN concat(CASE WHEN minutes > 0 AND meaning ~ '^(before|after) ' THEN minutes || ' minutes ' END, meaning);
COMMENT ON FUNCTION medsched._event_words(text, int) IS
  'Internal: an event of FHIR''s Timing.repeat.when in words';

-- All of when, or of timeOfDay, in words; NULL without either.
CREATE OR REPLACE FUNCTION medsched._timing_event_words(repeat jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN repeat ? 'timeOfDay' THEN
           (SELECT 'at ' || string_agg(regexp_replace(t::text, ':00$', ''), ', ' ORDER BY t) FROM unnest(medsched._read_times(repeat -> 'timeOfDay')) AS t)
         ELSE
           (SELECT string_agg(medsched._event_words(w.meaning, medsched._fhir_integer(repeat, 'offset'::text, 0, 1439)), ', ' ORDER BY w.nth)
            FROM (SELECT DISTINCT e.nth, e.meaning FROM medsched._timing_when(repeat) e) w) END;
END;
COMMENT ON FUNCTION medsched._timing_event_words(jsonb) IS
  'Internal: FHIR''s when in words';

-- How long each dose takes, in words: "for 30 minutes", "for 8 to 16 hours".  NULL where duration is not said.
CREATE OR REPLACE FUNCTION medsched._timing_duration_words(repeat jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shortest CONSTANT numeric := trim_scale((repeat ->> 'duration')::numeric);
  longest CONSTANT numeric := trim_scale((repeat ->> 'durationMax')::numeric);
  unit CONSTANT text := repeat ->> 'durationUnit';
  word text;
BEGIN
  IF shortest IS NULL AND longest IS NULL THEN
    IF unit IS NOT NULL THEN
      RAISE 'timing has durationUnit without duration' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NULL;
  END IF;
  IF unit IS NULL THEN
    RAISE 'timing has a duration without durationUnit' USING ERRCODE = 'invalid_parameter_value';
  ELSIF medsched._fhir_interval(1, unit) IS NULL THEN
    RAISE 'timing has an unknown durationUnit "%"', medsched._shortened(unit) USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Known are s, min, h, d, wk, mo and a.';
  ELSIF least(shortest, longest) <= 0 OR longest < shortest OR greatest(length(shortest::text), length(longest::text)) > 12 THEN
    RAISE 'timing element "repeat.duration" is out of range' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s to %s.', medsched._shortened(shortest::text), medsched._shortened(longest::text));
  END IF;
  word := CASE unit WHEN 's' THEN 'second' WHEN 'min' THEN 'minute' WHEN 'h' THEN 'hour' END;
  -- "for 10 days" is how long to go on with it as often as how long each takes.
  IF word IS NULL THEN
    RAISE 'timing with a duration of % % is not supported', medsched._shortened(COALESCE(longest, shortest)::text), unit
      USING ERRCODE = 'feature_not_supported',
      HINT = 'How long to go on is boundsDuration; how long each dose takes is said in s, min or h.';
  END IF;
  RETURN concat('for ', CASE WHEN shortest IS NULL THEN 'up to ' WHEN longest > shortest THEN shortest || ' to ' END,
    COALESCE(longest, shortest), ' ', word, CASE WHEN COALESCE(longest, shortest) <> 1 THEN 's' END);
END;
$$;
COMMENT ON FUNCTION medsched._timing_duration_words(jsonb) IS
  'Internal: FHIR''s duration in words';

-- The doses of a day that timeOfDay, or when with offset, says: the time of each, on the same day (0) or the next (1), and the words
-- of its own events, and the event of the routine that it is, as a schedule names it.  per_day: how many they are, one of
-- _timing_counts().
CREATE OR REPLACE FUNCTION medsched._timing_slots(repeat jsonb, times jsonb, per_day int)
RETURNS TABLE (clock time, day int, words text, named jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  minutes CONSTANT int := medsched._fhir_integer(repeat, 'offset'::text, 0, 1439);
  together text;
  unit record;
  clocks time[];
  since_midnight interval;
  taken text[] := '{}';
  place text;
BEGIN
  IF repeat ? 'timeOfDay' THEN
    RETURN QUERY SELECT t, 0, NULL::text, NULL::jsonb FROM unnest(medsched._read_times(repeat -> 'timeOfDay')) AS t;
    RETURN;
  END IF;
  IF jsonb_typeof(times) = 'array' THEN
    RAISE 'an array of times does not say when the events of a timing are'
      USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Give times by event: {"CM": "07:30", "HS": "22:30"}.';
  END IF;

  -- Which of the ways to count them it is.
  SELECT CASE per_day WHEN count(*) FILTER (WHERE w.into_sure = '{}') THEN 'sure'
                      WHEN count(*) FILTER (WHERE w.into_maybe = '{}') THEN 'maybe' ELSE 'apart' END
  INTO together FROM medsched._timing_when(repeat) AS w;

  FOR unit IN
    WITH units AS (
      SELECT w.*, CASE together WHEN 'sure' THEN w.into_sure WHEN 'maybe' THEN w.into_maybe ELSE '{}' END AS into_units
      FROM medsched._timing_when(repeat) AS w
    )
    SELECT u.event, u.anchor, u.at, u.direction,
           (SELECT string_agg(medsched._event_words(m.meaning, minutes), ', ' ORDER BY m.nth)
            FROM units AS m
            WHERE m.event = u.event AND m.anchor = u.anchor OR u.event = ANY (m.into_units)) AS words
    FROM units AS u
    WHERE u.into_units = '{}'
    ORDER BY u.nth, u.at
  LOOP
    IF unit.direction = 0 AND minutes > 0 THEN
      RAISE 'timing has an offset from %, which takes none', unit.event
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Before and after meals are AC and PC.';
    END IF;
    clocks := medsched._times_for(times, ARRAY[unit.anchor], ARRAY[unit.at]);
    IF cardinality(clocks) > 1 THEN
      RAISE 'times has % times of day for %, which is one event', cardinality(clocks), unit.anchor
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
    since_midnight := clocks[1]::interval + make_interval(mins => COALESCE(minutes * unit.direction, 0));
    -- An hour after going to sleep is past midnight, and still of that night.  The other events are not so long ago.
    IF since_midnight < '0'::interval OR since_midnight >= '24 hours'::interval AND unit.event <> 'PHS' THEN
      RAISE 'timing has an offset of % minutes from %, which is another day', minutes, unit.event
        USING ERRCODE = 'feature_not_supported',
        DETAIL = format('%s is at %s.', unit.anchor, clocks[1]);
    END IF;
    day := CASE WHEN since_midnight >= '24 hours'::interval THEN 1 ELSE 0 END;
    clock := since_midnight::time;
    place := concat(day, ' ', clock);
    IF place = ANY (taken) THEN
      RAISE 'timing has two doses at %', clock
        USING ERRCODE = 'feature_not_supported',
        DETAIL = format('One of them is %s.', unit.event),
        HINT = 'Give times by event, each another: {"CM": "07:30", "HS": "22:30"}.';
    END IF;
    taken := array_append(taken, place);
    words := unit.words;
    named := medsched._event_as_named(unit.event, unit.anchor, minutes);
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._timing_slots(jsonb, jsonb, int) IS
  'Internal: the doses of a day that FHIR''s timeOfDay or when says';
