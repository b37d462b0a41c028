-- Schedules of a taper or a titration: so much for so many days, then less, or more.

-- Check a step of a taper, and give its amounts; none: a gap.
CREATE OR REPLACE FUNCTION medsched._taper_amounts(step jsonb, place text)
RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  written CONSTANT jsonb := CASE jsonb_typeof(step -> 'amount') WHEN 'array' THEN step -> 'amount' WHEN 'null' THEN '[]'
                                 ELSE jsonb_build_array(step -> 'amount') END;
  amounts numeric[] := '{}';
  element jsonb;
BEGIN
  IF NOT step ? 'amount' THEN
    RETURN amounts;
  END IF;
  FOR element IN SELECT e.value FROM jsonb_array_elements(written) AS e LOOP
    IF jsonb_typeof(element) NOT IN ('number', 'string') OR NOT element #>> '{}' ~ '^[0-9]{1,20}([.][0-9]{1,20})?$' THEN
      amounts := NULL;
      EXIT;
    END IF;
    amounts := amounts || (element #>> '{}')::numeric;
  END LOOP;
  IF amounts IS NULL OR amounts = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('%s.amount must be a number, a string that holds one, or an array of them that are taken in turn', place);
  ELSIF 0 = ANY (amounts) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.amount must be above 0', place),
      HINT = 'Days without a dose are a step without amount.';
  END IF;
  RETURN amounts;
END
$$;

COMMENT ON FUNCTION medsched._taper_amounts(jsonb, text) IS
  'Internal: the amounts of a step of a taper';

-- Check a step's number of days; NULL: it has none.
CREATE OR REPLACE FUNCTION medsched._taper_days(step jsonb, place text)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  written CONSTANT text := step ->> 'days';
BEGIN
  IF written IS NULL THEN
    RETURN NULL;
  ELSIF jsonb_typeof(step -> 'days') <> 'number' OR written !~ '^[1-9][0-9]{0,3}$' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.days must be a whole number from 1 to 9999', place),
      DETAIL = format('It is %s.', medsched._shortened(written));
  END IF;
  RETURN written;
END
$$;

COMMENT ON FUNCTION medsched._taper_days(jsonb, text) IS
  'Internal: the days of a step of a taper';

-- Give a step's times of day; those of the taper where it has none.
CREATE OR REPLACE FUNCTION medsched._taper_times(step jsonb, place text, otherwise time[])
RETURNS time[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  element jsonb;
  times time[] := '{}';
BEGIN
  IF coalesce(step -> 'times', 'null') = 'null' THEN
    RETURN otherwise;
  ELSIF jsonb_typeof(step -> 'times') = 'array' AND step -> 'times' <> '[]' THEN
    FOR element IN SELECT e.value FROM jsonb_array_elements(step -> 'times') AS e LOOP
      IF jsonb_typeof(element) <> 'string' OR NOT element #>> '{}' ~ '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$' THEN
        times := '{}';
        EXIT;
      END IF;
      times := times || (element #>> '{}')::time;
    END LOOP;
  END IF;
  IF times = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.times must be an array of times of day, as ["08:00", "20:00"]', place);
  END IF;
  RETURN times;
END
$$;

COMMENT ON FUNCTION medsched._taper_times(jsonb, text, time[]) IS
  'Internal: the times of day of a step of a taper';

CREATE OR REPLACE FUNCTION medsched._check_steps(steps jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  step jsonb;
  place text;
  key text;
BEGIN
  IF steps IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'steps must not be null';
  ELSIF jsonb_typeof(steps) <> 'array' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'steps must be a JSON array of objects', HINT = 'As in [{"amount": 40, "days": 5}, {"amount": 20, "days": 5}].';
  ELSIF jsonb_array_length(steps) NOT BETWEEN 1 AND 100 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'steps must have 1 to 100 elements', DETAIL = format('There are %s.', jsonb_array_length(steps));
  END IF;
  FOR nth IN 0 .. jsonb_array_length(steps) - 1 LOOP
    step := steps -> nth;
    place := format('steps[%s]', nth);
    IF jsonb_typeof(step) <> 'object' THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s must be a JSON object', place);
    END IF;
    key := (SELECT min(k COLLATE "C") FROM jsonb_object_keys(step) AS k WHERE k NOT IN ('amount', 'days', 'times'));
    IF key IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s has an unknown key "%s"', place, left(key, 64)),
        HINT = 'The keys of a step are amount, days, times.';
    ELSIF medsched._taper_days(step, place) IS NULL AND nth < jsonb_array_length(steps) - 1 THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s must have days', place), HINT = 'Only the last step may go on without an end.';
    ELSIF NOT step ? 'amount' AND nth IN (0, jsonb_array_length(steps) - 1) THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s must have amount', place), HINT = 'A step without amount is a gap between two others.';
    ELSIF cardinality(medsched._taper_amounts(step, place)) > medsched._taper_days(step, place) THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.amount must not have more elements than the step has days', place),
        DETAIL = format('There are %s, and %s.', cardinality(medsched._taper_amounts(step, place)), medsched._quantity('en', medsched._taper_days(step, place)::bigint, 'day'));
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_steps(jsonb) IS
  'Internal: checks the steps of a taper';

-- A schedule, or more, for each step; of amounts that are taken in turn, for each of them.
CREATE OR REPLACE FUNCTION medsched.schedule_from_taper(
  steps jsonb,
  starts_on date,
  time_zone text,
  times time[] DEFAULT '{08:00}',
  dose_unit text DEFAULT NULL,
  instructions text DEFAULT NULL,
  regimen_id uuid DEFAULT gen_random_uuid())
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedules jsonb := '[]';
  first_day date := starts_on;
  last_day date;
  amounts numeric[];
  place text;
BEGIN
  PERFORM medsched._check_steps(steps);
  PERFORM medsched._check_times(times);
  PERFORM medsched._check_start(starts_on, time_zone);
  IF regimen_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'regimen_id must not be null';
  END IF;
  FOR nth IN 0 .. jsonb_array_length(steps) - 1 LOOP
    place := format('steps[%s]', nth);
    last_day := first_day + medsched._taper_days(steps -> nth, place) - 1;
    IF last_day > make_date(9999, 12, 31) THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s ends after the year 9999', place);
    END IF;
    amounts := medsched._taper_amounts(steps -> nth, place);
    FOR turn IN 1 .. cardinality(amounts) LOOP
      schedules := schedules || (
        SELECT jsonb_agg(s.value || jsonb_strip_nulls(jsonb_build_object('dose_amount', amounts[turn], 'dose_unit', dose_unit, 'instructions', instructions,
                                                                       'regimen_id', regimen_id)) ORDER BY s.nth)
          FROM jsonb_array_elements(medsched.schedule_from_times(medsched._taper_times(steps -> nth, place, times), first_day + turn - 1, time_zone,
                 NULL::int[], last_day, cardinality(amounts), NULL::int, NULL::int, NULL::timestamptz)) WITH ORDINALITY AS s (value, nth));
    END LOOP;
    first_day := last_day + 1;
  END LOOP;
  RETURN schedules;
END
$$;

COMMENT ON FUNCTION medsched.schedule_from_taper(jsonb, date, text, time[], text, text, uuid) IS
  'Schedules, as create_medication takes them, for steps one after another, an array of objects: amount, or an array of amounts that are taken in turn; days, left out of a last step that goes on; times of day, where others than times. A step without amount is a gap. All have regimen_id, by which describe_regimen, shift_regimen, extend_regimen and end_regimen take them as one';
