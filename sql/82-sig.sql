-- Schedules from a prescription's abbreviations.

-- The facts.  frequency times per period; times: when in the day, unless the
-- caller has others.  fhir_code is the spelling of FHIR's Timing.code.
CREATE OR REPLACE FUNCTION medsched.timing_codes()
RETURNS TABLE (code text, fhir_code text, frequency int, period int, period_unit text,
  times time[], meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.code, c.fhir_code, c.frequency, c.period, c.period_unit, c.times::time[], c.meaning
  FROM (VALUES
    ('QD',      'QD',  1, 1,  'd',  '{08:00}',                   'once a day'),
    ('BID',     'BID', 2, 1,  'd',  '{08:00,20:00}',             'twice a day'),
    ('TID',     'TID', 3, 1,  'd',  '{08:00,14:00,20:00}',       'three times a day'),
    ('QID',     'QID', 4, 1,  'd',  '{08:00,12:00,16:00,20:00}', 'four times a day'),
    ('QAM',     'AM',  1, 1,  'd',  '{08:00}',                   'every morning'),
    ('QPM',     NULL,  1, 1,  'd',  '{20:00}',                   'every evening'),
    ('QHS',     'BED', 1, 1,  'd',  '{22:00}',                   'at bedtime'),
    ('QOD',     'QOD', 1, 2,  'd',  '{08:00}',                   'every other day'),
    ('Q1H',     'Q1H', 1, 1,  'h',  '{08:00}',                   'every hour'),
    ('Q2H',     'Q2H', 1, 2,  'h',  '{08:00}',                   'every 2 hours'),
    ('Q3H',     'Q3H', 1, 3,  'h',  '{08:00}',                   'every 3 hours'),
    ('Q4H',     'Q4H', 1, 4,  'h',  '{08:00}',                   'every 4 hours'),
    ('Q6H',     'Q6H', 1, 6,  'h',  '{08:00}',                   'every 6 hours'),
    ('Q8H',     'Q8H', 1, 8,  'h',  '{08:00}',                   'every 8 hours'),
    ('Q12H',    NULL,  1, 12, 'h',  '{08:00}',                   'every 12 hours'),
    ('WEEKLY',  'WK',  1, 1,  'wk', '{08:00}',                   'once a week'),
    ('MONTHLY', 'MO',  1, 1,  'mo', '{08:00}',                   'once a month'))
    AS c (code, fhir_code, frequency, period, period_unit, times, meaning);
END;
COMMENT ON FUNCTION medsched.timing_codes() IS
  'The abbreviations that schedule_from_sig and schedule_from_fhir know, with the times of day they stand for unless given others';

-- FHIR's EventTiming: each event and the clock times it hangs on.  direction:
-- whether an offset is counted forward (1) or back (-1) from them, or makes no
-- sense (0).  anchor: the key under which a caller may give another time.
CREATE OR REPLACE FUNCTION medsched.timing_events()
RETURNS TABLE (event text, anchor text, at time, direction int, meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT e.event, a.anchor, a.at::time, e.direction, e.meaning
  FROM (VALUES
    ('MORN',       '{MORN}',       1,  'in the morning'),
    ('MORN.early', '{MORN.early}', 1,  'in the early morning'),
    ('MORN.late',  '{MORN.late}',  1,  'in the late morning'),
    ('NOON',       '{NOON}',       1,  'at noon'),
    ('AFT',        '{AFT}',        1,  'in the afternoon'),
    ('AFT.early',  '{AFT.early}',  1,  'in the early afternoon'),
    ('AFT.late',   '{AFT.late}',   1,  'in the late afternoon'),
    ('EVE',        '{EVE}',        1,  'in the evening'),
    ('EVE.early',  '{EVE.early}',  1,  'in the early evening'),
    ('EVE.late',   '{EVE.late}',   1,  'in the late evening'),
    ('NIGHT',      '{NIGHT}',      1,  'at night'),
    ('PHS',        '{HS}',         1,  'after going to sleep'),
    ('HS',         '{HS}',         -1, 'before going to sleep'),
    ('WAKE',       '{WAKE}',       1,  'after waking up'),
    ('C',          '{CM,CD,CV}',   0,  'with meals'),
    ('CM',         '{CM}',         0,  'with breakfast'),
    ('CD',         '{CD}',         0,  'with lunch'),
    ('CV',         '{CV}',         0,  'with dinner'),
    ('AC',         '{CM,CD,CV}',   -1, 'before meals'),
    ('ACM',        '{CM}',         -1, 'before breakfast'),
    ('ACD',        '{CD}',         -1, 'before lunch'),
    ('ACV',        '{CV}',         -1, 'before dinner'),
    ('PC',         '{CM,CD,CV}',   1,  'after meals'),
    ('PCM',        '{CM}',         1,  'after breakfast'),
    ('PCD',        '{CD}',         1,  'after lunch'),
    ('PCV',        '{CV}',         1,  'after dinner'))
    AS e (event, anchors, direction, meaning)
  JOIN (VALUES
    ('WAKE',       '07:00'),
    ('MORN.early', '07:00'),
    ('MORN',       '08:00'),
    ('MORN.late',  '10:00'),
    ('NOON',       '12:00'),
    ('AFT.early',  '13:00'),
    ('AFT',        '15:00'),
    ('AFT.late',   '17:00'),
    ('EVE.early',  '18:00'),
    ('EVE',        '20:00'),
    ('EVE.late',   '21:00'),
    ('NIGHT',      '22:00'),
    ('HS',         '22:00'),
    ('CM',         '08:00'),
    ('CD',         '12:00'),
    ('CV',         '18:00'))
    AS a (anchor, at) ON a.anchor = ANY (e.anchors::text[]);
END;
COMMENT ON FUNCTION medsched.timing_events() IS
  'The events of FHIR''s Timing.repeat.when, with the times of day they stand for unless schedule_from_fhir is given others';

-- Times of day from JSON: "08:00", or an array of such strings.
CREATE OR REPLACE FUNCTION medsched._read_times(value jsonb)
RETURNS time[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  clock jsonb;
  clocks time[] := '{}';
BEGIN
  IF jsonb_typeof(value) <> 'array' THEN
    value := jsonb_build_array(value);
  END IF;
  FOR clock IN SELECT e.value FROM jsonb_array_elements(value) AS e LOOP
    IF jsonb_typeof(clock) <> 'string'
      OR (clock #>> '{}')
         !~ '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.]0+)?)?$'
    THEN
      RAISE 'time % is not a time of day', medsched._shortened(clock::text) USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Times of day are strings from "00:00" to "23:59", or with seconds "08:00:00".';
    END IF;
    clocks := array_append(clocks, (clock #>> '{}')::time);
  END LOOP;
  IF cardinality(clocks) = 0 THEN
    RAISE 'times must not be empty' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A schedule needs at least one time of day.';
  END IF;
  RETURN (SELECT array_agg(DISTINCT t) FROM unnest(clocks) AS t);
END;
$$;
COMMENT ON FUNCTION medsched._read_times(jsonb) IS
  'Internal: times of day from JSON';

-- What the caller's times say for one of keys, or else what is the default.
-- times: an array for the case at hand, or an object with many cases.
CREATE OR REPLACE FUNCTION medsched._times_for(times jsonb, keys text[], otherwise time[])
RETURNS time[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
BEGIN
  IF times IS NULL THEN
    RETURN otherwise;
  END IF;
  IF jsonb_typeof(times) = 'array' THEN
    RETURN medsched._read_times(times);
  END IF;
  FOREACH key IN ARRAY keys LOOP
    IF times ? key THEN
      RETURN medsched._read_times(times -> key);
    END IF;
  END LOOP;
  RETURN otherwise;
END;
$$;
COMMENT ON FUNCTION medsched._times_for(jsonb, text[], time[]) IS
  'Internal: the times of day for a case, from the caller''s or the default ones';

-- A misspelt key would go unheard and a default time stand in its place.
CREATE OR REPLACE FUNCTION medsched._check_times_json(times jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
  known text[];
BEGIN
  IF times IS NULL OR jsonb_typeof(times) = 'array' THEN
    RETURN;
  END IF;
  IF jsonb_typeof(times) <> 'object' THEN
    RAISE 'times is neither an array nor an object' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', medsched._shortened(times::text)),
      HINT = 'Times are ["08:00", "20:00"], or {"BID": ["08:00", "20:00"], "HS": "22:30"}.';
  END IF;
  known := medsched._times_keys();
  FOR key IN SELECT k FROM jsonb_object_keys(times) AS k LOOP
    IF NOT known @> ARRAY[key] THEN
      RAISE 'times has an unknown key "%"', medsched._shortened(key) USING ERRCODE = 'invalid_parameter_value',
        HINT = format('Known are %s.', array_to_string(known, ', '));
    END IF;
    IF key = 'dayOfWeek' THEN
      PERFORM medsched._fhir_days(times);
    ELSIF key = 'routine' THEN
      IF jsonb_typeof(times -> key) <> 'boolean' THEN
        RAISE 'times.routine must be true or false' USING ERRCODE = 'invalid_parameter_value';
      END IF;
    ELSE
      PERFORM medsched._read_times(times -> key);
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._check_times_json(jsonb) IS
  'Internal: errors for times that name no case';

-- One schedule that steps in elapsed time from its first dose.
CREATE OR REPLACE FUNCTION medsched._interval_schedule(unit text, every int, starts_at timestamp,
  ending text, doses int, time_zone text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT jsonb_build_array(jsonb_build_object(
    'starts_at', starts_at,
    'time_zone', time_zone,
    'rrule', concat(
      CASE unit WHEN 'h' THEN 'FREQ=HOURLY' WHEN 'min' THEN 'FREQ=MINUTELY' WHEN 's' THEN 'FREQ=SECONDLY' END,
      CASE WHEN every > 1 THEN ';INTERVAL=' || every END,
      ';COUNT=' || doses, ending)));
END;
COMMENT ON FUNCTION medsched._interval_schedule(text, int, timestamp, text, int, text) IS
  'Internal: one schedule that steps in elapsed time from its first dose';

-- "every 6 hours as needed" is no more often than that; "twice a day as needed"
-- is no more than that on a day: who took the last at bedtime may take the first
-- in the morning.
CREATE OR REPLACE FUNCTION medsched._as_needed_schedule(starts_on date, time_zone text, min_interval text, limits jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'starts_at', starts_on::timestamp,
    'time_zone', time_zone,
    'as_needed', true,
    'min_interval', min_interval,
    'limits', limits)));
END;
COMMENT ON FUNCTION medsched._as_needed_schedule(date, text, text, jsonb) IS
  'Internal: one schedule without doses of its own';

-- The limit of so many doses in a period of days or weeks, on calendar days.
CREATE OR REPLACE FUNCTION medsched._doses_in_days(doses int, unit text, period int)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT jsonb_build_array(jsonb_build_object('doses', doses, 'days', period * CASE unit WHEN 'wk' THEN 7 ELSE 1 END));
END;
COMMENT ON FUNCTION medsched._doses_in_days(int, text, int) IS
  'Internal: the limit of so many doses in a period';

CREATE OR REPLACE FUNCTION medsched._check_times_count(clocks time[], frequency int, what text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF cardinality(clocks) <> frequency THEN
    RAISE '% wants % time(s) of day, not %', what, frequency, cardinality(clocks)
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('The times of day are %s.', medsched._shortened(array_to_string(clocks, ', ')));
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._check_times_count(time[], int, text) IS
  'Internal: error for another number of times of day than the doses of a day';
