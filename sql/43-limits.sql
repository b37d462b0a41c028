-- Limits of amounts, and of numbers of doses.
--
-- A limit is: at most so much, an amount or a number of doses, within a length of elapsed time, or on so many calendar days in a
-- row.  Doses that use it up forbid one more of a given amount from one instant on until another.  These spans are all that the
-- functions here are about: a dose within one is refused, the end of the last is when the next is allowed.  Looked at so, the
-- past binds a dose that is recorded between others as it binds one after them.
--
-- The limits of a schedule hold for the doses that its medication was taken as needed, by whichever of its schedules; those of a
-- substance for every dose of every medication of the person that holds it.

-- Check the limits of a schedule or a substance, a JSON array.
-- A worker begins no subtransaction, which _limit_problem needs for an interval that is none.
CREATE OR REPLACE FUNCTION medsched._limits_valid(limits jsonb)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  entry jsonb;
  nth int := 0;
  problem text;
BEGIN
  IF limits IS NULL THEN
    RETURN true;
  ELSIF jsonb_typeof(limits) <> 'array' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'limits must be a JSON array of objects',
      HINT = 'Limits are [{"amount": 4000, "within": "24 hours"}, {"doses": 1, "days": 1}].';
  ELSIF jsonb_array_length(limits) > 20 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'limits must have at most 20 entries',
      DETAIL = format('It has %s.', jsonb_array_length(limits));
  END IF;
  FOR entry IN SELECT e FROM jsonb_array_elements(limits) AS e LOOP
    problem := medsched._limit_problem(entry);
    IF problem IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('limits[%s]%s', nth, problem),
        DETAIL = format('It is %s.', medsched._shortened(entry::text));
    END IF;
    nth := nth + 1;
  END LOOP;
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._limits_valid(jsonb) IS
  'CHECK of limits: true for an array of at most 20 objects, each with amount or doses, and within or days; else 22023';

CREATE OR REPLACE FUNCTION medsched._limit_problem(entry jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
  number CONSTANT text := '^[0-9]+([.][0-9]+)?$';
  elapsed interval;
BEGIN
  IF jsonb_typeof(entry) <> 'object' THEN
    RETURN ' must be a JSON object';
  END IF;
  key := (SELECT k FROM jsonb_object_keys(entry) WITH ORDINALITY AS k (k, nth)
           WHERE k NOT IN ('amount', 'doses', 'within', 'days') ORDER BY nth LIMIT 1);
  IF key IS NOT NULL THEN
    RETURN format(' has an unknown key "%s"; the keys of a limit are amount, doses, within, days', medsched._shortened(key));
  ELSIF (entry ? 'amount') = (entry ? 'doses') THEN
    RETURN ' must have either amount or doses';
  ELSIF (entry ? 'within') = (entry ? 'days') THEN
    RETURN ' must have either within or days';
  ELSIF entry ? 'amount' AND (jsonb_typeof(entry -> 'amount') NOT IN ('number', 'string') OR (entry ->> 'amount') !~ number
                              OR (entry ->> 'amount') ~ '^[0.]+$' OR length(entry ->> 'amount') > 1000) THEN
    RETURN '.amount must be a number above 0, or a string that holds one';
  ELSIF entry ? 'doses' AND (jsonb_typeof(entry -> 'doses') <> 'number' OR (entry ->> 'doses') !~ '^[1-9][0-9]{0,8}$') THEN
    RETURN '.doses must be a whole number from 1 to 999999999';
  ELSIF entry ? 'days' THEN
    IF jsonb_typeof(entry -> 'days') <> 'number' OR (entry ->> 'days') !~ '^[1-9][0-9]{0,2}$' OR (entry ->> 'days')::int > 366 THEN
      RETURN '.days must be a whole number from 1 to 366';
    END IF;
    RETURN NULL;
  ELSIF jsonb_typeof(entry -> 'within') <> 'string' THEN
    RETURN '.within must be a string that holds an interval, such as "24 hours"';
  END IF;
  BEGIN
    elapsed := medsched._elapsed((entry ->> 'within')::interval);
  EXCEPTION WHEN data_exception THEN
    RETURN '.within must be a string that holds an interval, such as "24 hours"';
  END;
  IF elapsed <= '0' OR elapsed > '366 days' THEN
    RETURN '.within must be above 0 and at most 366 days';
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._limit_problem(jsonb) IS
  'Internal: what is wrong with a limit in JSON';

-- How many of one unit another is: the metric units of mass and volume as prescriptions write them, else each unit is its own.
-- NULL: they do not convert.
CREATE OR REPLACE FUNCTION medsched._unit_factor(of_unit text, in_unit text)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  factors CONSTANT jsonb := '{"kg": ["m", 1000000000], "g": ["m", 1000000], "mg": ["m", 1000], "mcg": ["m", 1], "ug": ["m", 1], "ng": ["m", 0.001],
                              "l": ["v", 1000000], "L": ["v", 1000000], "dl": ["v", 100000], "dL": ["v", 100000], "cl": ["v", 10000],
                              "cL": ["v", 10000], "ml": ["v", 1000], "mL": ["v", 1000], "ul": ["v", 1], "uL": ["v", 1]}';
BEGIN
  IF of_unit IS NOT DISTINCT FROM in_unit THEN
    RETURN 1;
  ELSIF factors -> of_unit -> 0 = factors -> in_unit -> 0 THEN
    RETURN (factors -> of_unit ->> 1)::numeric / (factors -> in_unit ->> 1)::numeric;
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._unit_factor(text, text) IS
  'Internal: how many of one unit another is; NULL: they do not convert';

-- All limits of a schedule as needed, or of a substance, in one form; within is as written.
CREATE OR REPLACE FUNCTION medsched._limit_rows(min_interval interval, max_per_24h int, dose_amount numeric, limits jsonb)
RETURNS TABLE (rule text, most numeric, is_amount boolean, within interval, days int)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'as_needed_min_interval', 1, false, $1, NULL::int WHERE $1 IS NOT NULL
  UNION ALL
  SELECT 'as_needed_max_per_24h', $2, false, interval '24 hours', NULL WHERE $2 IS NOT NULL
  UNION ALL
  -- So many doses are so many times the amount of one.
  SELECT 'as_needed_max_per_24h', $2 * $3, true, interval '24 hours', NULL WHERE $2 * $3 IS NOT NULL
  UNION ALL
  SELECT 'as_needed_limits', coalesce(e ->> 'amount', e ->> 'doses')::numeric, e ? 'amount', (e ->> 'within')::interval, (e ->> 'days')::int
    FROM jsonb_array_elements($4) AS e
$$;

COMMENT ON FUNCTION medsched._limit_rows(interval, int, numeric, jsonb) IS
  'Internal: all limits in one form';

-- How far from a dose another can matter, by any of the limits; NULL: there are none.
CREATE OR REPLACE FUNCTION medsched._limits_reach(min_interval interval, max_per_24h int, limits jsonb)
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  -- The days of a change of the clocks are longer.
  SELECT max(coalesce(medsched._elapsed(l.within), make_interval(hours => (l.days + 2) * 24)))
    FROM medsched._limit_rows($1, $2, NULL::numeric, $3) AS l
$$;

COMMENT ON FUNCTION medsched._limits_reach(interval, int, jsonb) IS
  'Internal: how far from a dose another can matter';

-- When a calendar day begins.  Where the clocks go back over midnight, its date is there for good at the later of the two.
CREATE OR REPLACE FUNCTION medsched._day_begin(day date, time_zone text)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  begins CONSTANT timestamptz := medsched._to_instant(day::timestamp, time_zone);
BEGIN
  RETURN begins + greatest(day::timestamp - medsched._to_local(begins, time_zone), '0');
END
$$;

COMMENT ON FUNCTION medsched._day_begin(date, text) IS
  'Internal: when a calendar day begins in a time zone';

-- When one more dose, of so much, breaks a limit with doses, ascending: from since on, before until.  first, last and taken are
-- the fewest doses that it does so with.  Without amounts they are counted; one that is not known counts as all that is allowed.
CREATE OR REPLACE FUNCTION medsched._forbidden(doses timestamptz[], amounts numeric[], more numeric, most numeric, within interval, days int,
  time_zone text)
RETURNS TABLE (since timestamptz, until timestamptz, first timestamptz, last timestamptz, taken numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  elapsed CONSTANT interval := medsched._elapsed(within);
  n CONSTANT int := coalesce(cardinality(doses), 0);
  counting CONSTANT boolean := amounts IS NULL;
  j int := 1;
  from_day date;
  to_day date;
BEGIN
  more := coalesce(more, most);
  IF more > most THEN
    RETURN QUERY SELECT '-infinity'::timestamptz, 'infinity'::timestamptz, NULL::timestamptz, NULL::timestamptz, 0::numeric;
    RETURN;
  END IF;
  taken := 0;
  FOR i IN 1 .. n LOOP
    WHILE j <= n AND taken + more <= most AND taken < most LOOP
      taken := taken + CASE WHEN counting THEN 1 ELSE coalesce(amounts[j], most) END;
      j := j + 1;
    END LOOP;
    EXIT WHEN taken + more <= most AND taken < most;
    first := doses[i];
    last := doses[j - 1];
    IF days IS NULL THEN
      IF last - first < elapsed THEN
        since := last - elapsed + interval '1 microsecond';
        until := first + elapsed;
        RETURN NEXT;
      END IF;
    ELSIF last - first < make_interval(hours => (days + 1) * 24) THEN
      from_day := medsched._to_local(first, time_zone)::date;
      to_day := medsched._to_local(last, time_zone)::date;
      IF to_day - from_day < days THEN
        since := medsched._day_begin(to_day - days + 1, time_zone);
        until := medsched._day_begin(from_day + days, time_zone);
        RETURN NEXT;
      END IF;
    END IF;
    taken := taken - CASE WHEN counting THEN 1 ELSE coalesce(amounts[i], most) END;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._forbidden(timestamptz[], numeric[], numeric, numeric, interval, int, text) IS
  'Internal: when one more dose breaks a limit';

-- The first instant from one on that is in none of the spans, which are given in the order of since.
CREATE OR REPLACE FUNCTION medsched._next_outside(since timestamptz[], until timestamptz[], at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  FOR i IN 1 .. coalesce(cardinality(since), 0) LOOP
    EXIT WHEN at < since[i];
    IF at < until[i] THEN
      at := CASE WHEN isfinite(until[i]) THEN date_trunc('second', until[i] + interval '0.999999 seconds') ELSE until[i] END;
    END IF;
  END LOOP;
  RETURN at;
END
$$;

COMMENT ON FUNCTION medsched._next_outside(timestamptz[], timestamptz[], timestamptz) IS
  'Internal: the first whole second that is in none of the spans';
