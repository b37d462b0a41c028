-- What the text of a rule says, and wall clock to instant and back.

CREATE OR REPLACE FUNCTION medsched._rule_parts(rrule text)
RETURNS medsched._recurrence
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r CONSTANT medsched._rule := medsched._read_rule(rrule);
  parts medsched._recurrence;
BEGIN
  parts.freq := r.freq;
  parts.every := r.every;
  parts.count := r.count;
  parts.until := r.until;
  parts.until_utc := CASE WHEN r.until IS NOT NULL THEN r.until_utc END;
  parts.week_start := r.week_start;
  parts.skip := coalesce(r.skip, 0);
  parts.seconds := medsched._ascending(r.seconds);
  parts.minutes := medsched._ascending(r.minutes);
  parts.hours := medsched._ascending(r.hours);
  parts.months := medsched._ascending(r.months);
  parts.monthdays := medsched._ascending(r.monthdays);
  parts.yeardays := medsched._ascending(r.yeardays);
  parts.weeknos := medsched._ascending(r.weeknos);
  IF r.weekdays IS NOT NULL THEN
    parts.weekdays := medsched._ascending(r.weekdays);
    parts.nth := medsched._ascending(coalesce(r.nth, '{}'));
  END IF;
  parts.positions := medsched._ascending(r.positions);
  RETURN parts;
END
$$;

CREATE OR REPLACE FUNCTION medsched._ascending(numbers int[])
RETURNS int[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF cardinality(numbers) < 2 THEN
    RETURN numbers;
  END IF;
  RETURN ARRAY(SELECT DISTINCT n FROM unnest(numbers) AS n ORDER BY n);
END
$$;

COMMENT ON FUNCTION medsched._ascending(int[]) IS
  'Internal: a list of numbers, each once and in order';

CREATE OR REPLACE FUNCTION medsched._to_instant(local timestamp, time_zone text)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT medsched._is_listed(time_zone) THEN
    PERFORM medsched.check_time_zone(time_zone);
  END IF;
  IF NOT isfinite(local) THEN
    RETURN timezone('UTC', local);
  END IF;
  RETURN medsched._instant(local, medsched._zone(time_zone));
END
$$;

CREATE OR REPLACE FUNCTION medsched._to_local(at timestamptz, time_zone text)
RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT medsched._is_listed(time_zone) THEN
    PERFORM medsched.check_time_zone(time_zone);
  END IF;
  RETURN timezone(medsched._zone(time_zone), at);
END
$$;
