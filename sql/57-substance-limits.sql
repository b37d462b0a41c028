-- How much of a substance a person may take, by all medications that hold it.
--
-- What writes the rows runs with its caller's search_path, as create_medication() does.

-- Check the arguments of what sets limits, but for those that a CHECK of the table refuses.
CREATE OR REPLACE FUNCTION medsched._check_substance_limits(user_id uuid, substance text, limits jsonb, time_zone text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF $1 IS NULL OR $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = CASE WHEN $1 IS NULL THEN 'user_id' ELSE 'substance' END || ' must not be null';
  END IF;
  PERFORM medsched._check_tables();
  PERFORM medsched._limits_valid($3);
  PERFORM medsched.check_time_zone($4);
END
$$;

COMMENT ON FUNCTION medsched._check_substance_limits(uuid, text, jsonb, text) IS
  'Internal: checks the arguments of set_substance_limits()';

-- Raise the error of a row of limits again, in the words of the arguments.
CREATE OR REPLACE FUNCTION medsched._refuse_substance_limits(substance text, unit text, min_interval interval, rule text, message text, detail text, hint text,
  schema_name text, table_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words CONSTANT text := CASE rule
    WHEN 'substance_limits_substance_not_blank' THEN 'substance must have 1 to 1000 characters, and begin and end with no blank'
    WHEN 'substance_limits_not_empty' THEN 'limits or min_interval must be given'
    WHEN 'substance_limits_min_interval_in_range' THEN 'min_interval must be above 0 and at most 366 days'
    WHEN 'substance_limits_amounts_have_unit' THEN 'unit must be given with limits of an amount'
    WHEN 'substance_limits_unit_not_blank' THEN 'unit must have 1 to 1000 characters that are not all blank'
    WHEN 'substance_limits_days_have_time_zone' THEN 'time_zone must be given with limits by days' END;
BEGIN
  IF words IS NOT NULL THEN
    message := words;
    detail := CASE rule
      WHEN 'substance_limits_substance_not_blank' THEN format('It is "%s".', medsched._shortened(substance))
      WHEN 'substance_limits_min_interval_in_range' THEN format('It is %s.', min_interval)
      WHEN 'substance_limits_unit_not_blank' THEN format('It is "%s".', medsched._shortened(unit))
      ELSE '' END;
    hint := CASE rule WHEN 'substance_limits_not_empty' THEN 'To have no limits, call medsched.remove_substance_limits().' ELSE '' END;
  END IF;
  PERFORM medsched._raise_again('23514', message, detail, hint, schema_name, table_name, '', rule, '');
END
$$;

COMMENT ON FUNCTION medsched._refuse_substance_limits(text, text, interval, text, text, text, text, text, text) IS
  'Internal: raises the error of a row of limits of a substance again, in the words of set_substance_limits()';

-- The name may be written in another case from now on.
CREATE OR REPLACE FUNCTION medsched.set_substance_limits(
  user_id uuid,
  substance text,
  limits jsonb DEFAULT NULL,
  unit text DEFAULT NULL,
  min_interval interval DEFAULT NULL,
  time_zone text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_substance_limits($1, $2, $3, $6);
  DELETE FROM medsched.substance_limits AS l
   WHERE l.user_id OPERATOR(pg_catalog.=) $1 AND pg_catalog.lower(l.substance) OPERATOR(pg_catalog.=) pg_catalog.lower($2)
     AND l.substance OPERATOR(pg_catalog.<>) $2;
  INSERT INTO medsched.substance_limits AS l (user_id, substance, limits, unit, min_interval, time_zone)
  VALUES ($1, $2, coalesce($3, '[]'), $4, $5, $6)
  ON CONFLICT (user_id, substance) DO UPDATE
  SET limits = EXCLUDED.limits, unit = EXCLUDED.unit, min_interval = EXCLUDED.min_interval, time_zone = EXCLUDED.time_zone,
      set_at = EXCLUDED.set_at;
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    schema_name = SCHEMA_NAME, table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME;
  PERFORM medsched._refuse_substance_limits($2, $4, $5, constraint_name, message, detail, hint, schema_name, table_name);
END
$$;

COMMENT ON FUNCTION medsched.set_substance_limits(uuid, text, jsonb, text, interval, text) IS
  'Sets how much of a substance a user may take, by all medications that hold it, in place of what was set before: limits, an array as of schedules with amounts in unit and days in time_zone; min_interval, the least time between two doses';

CREATE OR REPLACE FUNCTION medsched.remove_substance_limits(user_id uuid, substance text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._check_substance_limits($1, $2, NULL::pg_catalog.jsonb, NULL::pg_catalog.text);
  DELETE FROM medsched.substance_limits AS l
   WHERE l.user_id OPERATOR(pg_catalog.=) $1 AND pg_catalog.lower(l.substance) OPERATOR(pg_catalog.=) pg_catalog.lower($2);
  RETURN FOUND;
END
$$;

COMMENT ON FUNCTION medsched.remove_substance_limits(uuid, text) IS
  'Removes the limits of a substance; true: there were some';

-- The most that was taken in any window of a limit's length that an instant is in.
CREATE OR REPLACE FUNCTION medsched._most_taken(doses timestamptz[], amounts numeric[], most numeric, within interval, days int, time_zone text,
  at timestamptz)
RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  n CONSTANT int := coalesce(cardinality(doses), 0);
  window_start timestamptz;
  window_end timestamptz;
  taken numeric := 0;
  largest numeric := 0;
  j int := 1;
BEGIN
  -- Windows that begin with a dose, and the one that begins with the instant.
  FOR i IN 1 .. n + 1 LOOP
    window_start := CASE WHEN i <= n AND doses[i] <= at THEN doses[i] ELSE at END;
    IF days IS NULL THEN
      window_end := window_start + medsched._elapsed(within);
    ELSE
      window_end := medsched._day_begin(medsched._to_local(window_start, time_zone)::date + days, time_zone);
    END IF;
    WHILE j <= n AND doses[j] < window_end LOOP
      taken := taken + CASE WHEN amounts IS NULL THEN 1 ELSE coalesce(amounts[j], most) END;
      j := j + 1;
    END LOOP;
    IF window_end > at THEN
      largest := greatest(largest, taken);
    END IF;
    EXIT WHEN i > n OR doses[i] > at;
    taken := taken - CASE WHEN amounts IS NULL THEN 1 ELSE coalesce(amounts[i], most) END;
  END LOOP;
  RETURN largest;
END
$$;

COMMENT ON FUNCTION medsched._most_taken(timestamptz[], numeric[], numeric, interval, int, text, timestamptz) IS
  'Internal: the most that was taken in any window of a limit that an instant is in';

CREATE OR REPLACE FUNCTION medsched.allowance(user_id uuid, substance text, at timestamptz DEFAULT now())
RETURNS TABLE (
  allowed_at timestamptz,
  amount numeric,
  unit text,
  doses int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  r record;
  t record;
  l record;
  room numeric;
  reach interval;
  is_set boolean := false;
BEGIN
  PERFORM medsched._check_substance_limits($1, $2, NULL::jsonb, NULL::text), medsched._require_instant($3, 'at');
  allowed_at := (
    SELECT medsched._next_outside(array_agg(f.since ORDER BY f.since), array_agg(f.until ORDER BY f.since), date_trunc('second', $3))
      FROM medsched._substance_spans($1, $2, 0::numeric, NULL::text, date_trunc('second', $3), 'infinity'::timestamptz, NULL::uuid,
                                     NULL::timestamptz, NULL::timestamptz) AS f);
  allowed_at := greatest(coalesce(allowed_at, $3), $3);
  FOR r IN
    SELECT s.substance, s.unit, s.limits, s.min_interval, s.time_zone::text AS time_zone
      FROM medsched.substance_limits AS s
     WHERE s.user_id = $1 AND lower(s.substance) = lower($2)
     ORDER BY s.substance
  LOOP
    is_set := true;
    unit := coalesce(unit, r.unit);
    reach := medsched._limits_reach(r.min_interval, NULL::int, r.limits);
    t := medsched._taken_of_substance($1, r.substance, unit, allowed_at - reach, allowed_at + reach, NULL::uuid, NULL::timestamptz, NULL::timestamptz);
    FOR l IN SELECT f.* FROM medsched._limit_rows(NULL::interval, NULL::int, NULL::numeric, r.limits) AS f LOOP
      IF l.is_amount THEN
        room := l.most * medsched._unit_factor(r.unit, unit);
        amount := least(amount, greatest(room - medsched._most_taken(t.doses, t.amounts, room, l.within, l.days, r.time_zone, allowed_at), 0));
      ELSE
        doses := least(doses, greatest(l.most - medsched._most_taken(t.doses, NULL::numeric[], l.most, l.within, l.days, r.time_zone, allowed_at), 0)::int);
      END IF;
    END LOOP;
  END LOOP;
  IF NOT is_set THEN
    RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('no limits of substance "%s" found', medsched._shortened($2)),
      DETAIL = format('User "%s" has none by that name.', $1),
      HINT = 'Set them: call medsched.set_substance_limits().',
      TABLE = 'substance_limits', CONSTRAINT = 'substance_has_limits';
  END IF;
  amount := trim_scale(amount);
  RETURN NEXT;
END
$$;

COMMENT ON FUNCTION medsched.allowance(uuid, text, timestamptz) IS
  'How much of a substance a user may still take: the first instant from at on when any is allowed, and how much then, in unit (NULL: no limit of an amount), and in how many doses (NULL: no limit of their number)';
