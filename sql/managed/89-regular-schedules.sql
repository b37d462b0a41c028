-- The occurrences of many schedules in one window.
--
-- Most rules are days or weeks at times, or steps of elapsed time: equal steps from some points.  What the text of a rule says of
-- them, and what a time zone does in the window, is the same for many schedules.  The functions that read these have a cost that
-- makes the planner remember their answers in a statement (Memoize).  A schedule is left with arithmetic on whole seconds.
--
-- Seconds are counted from 0001-01-01, on the wall clock or in UTC: no schedule begins before.

-- Used by functions only, no column: so they are made anew with the functions that take them.
DROP TYPE IF EXISTS medsched._regular_rule CASCADE;
CREATE TYPE medsched._regular_rule AS (
  -- What the text says.
  step bigint,          -- in seconds; NULL: the rule is no such one
  offsets bigint[],     -- where the doses lie in a step
  spacing bigint,       -- between two offsets, at least
  unit bigint,          -- the start gives the part of the time of day below this: 86400, 3600, 60 or 1
  week_start int,       -- where steps begin with a week, the weekday from 0 = Monday
  elapsed boolean,      -- steps are in UTC
  end_local bigint,     -- exclusive, on the wall clock
  end_at bigint);       -- exclusive, in UTC

COMMENT ON TYPE medsched._regular_rule IS
  'Internal: a recurrence rule whose occurrences have equal steps';

DROP TYPE IF EXISTS medsched._zone_in_window CASCADE;
CREATE TYPE medsched._zone_in_window AS (
  name text,            -- as AT TIME ZONE takes it
  first bigint,         -- of the window, in UTC
  last bigint,          -- its end, exclusive
  easts bigint[],       -- the offsets from UTC that the zone has, one after the other
  begins bigint[],      -- the wall-clock times that are read with each: from
  ends bigint[],        -- and to, exclusive
  gap bigint,           -- the longest that the clock is put forward by
  since timestamp,      -- what the clock shows a day before the window
  grace interval);      -- medsched.grace

COMMENT ON TYPE medsched._zone_in_window IS
  'Internal: what a time zone does in a window';

-- Read the text of a rule as equal steps.
CREATE OR REPLACE FUNCTION medsched._regular_rule(rrule text)
RETURNS medsched._regular_rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  day CONSTANT bigint := 86400;
  g medsched._regular_rule;
  r medsched._rule;
BEGIN
  g.elapsed := false;
  -- One dose, when the schedule starts: no second one in any calendar.
  IF rrule IS NULL THEN
    g.step := 1000000000000;
    g.spacing := g.step;
    g.offsets := '{0}';
    g.unit := day;
    RETURN g;
  END IF;
  r := medsched._read_rule(rrule);
  IF r.freq > 4 OR r.count IS NOT NULL OR coalesce(r.months, r.monthdays, r.yeardays, r.weeknos, r.positions) IS NOT NULL
     OR r.hours IS NULL AND coalesce(r.minutes, r.seconds) IS NOT NULL OR r.minutes IS NULL AND r.seconds IS NOT NULL
     OR r.freq = 3 AND r.every > 1 AND r.weekdays IS NOT NULL
     OR r.freq < 3 AND (coalesce(r.hours, r.weekdays) IS NOT NULL OR NOT r.until_utc) THEN
    RETURN g;
  END IF;
  g.elapsed := r.freq < 3;
  g.unit := CASE WHEN r.hours IS NULL THEN day WHEN r.minutes IS NULL THEN 3600 WHEN r.seconds IS NULL THEN 60 ELSE 1 END;
  IF r.weekdays IS NOT NULL THEN
    g.week_start := r.week_start;
  END IF;
  g.offsets := ARRAY(
    SELECT (d - r.week_start + 7) % 7 * day + h * 3600 + m * 60 + s
      FROM unnest(coalesce(r.weekdays, ARRAY[r.week_start])) AS d
     CROSS JOIN unnest(coalesce(r.hours, '{0}')) AS h
     CROSS JOIN unnest(coalesce(r.minutes, '{0}')) AS m
     CROSS JOIN unnest(coalesce(r.seconds, '{0}')) AS s
     ORDER BY 1);
  g.step := r.every * CASE r.freq WHEN 0 THEN 1 WHEN 1 THEN 60 WHEN 2 THEN 3600
                                  WHEN 3 THEN CASE WHEN r.weekdays IS NULL THEN day ELSE 7 * day END ELSE 7 * day END;
  g.spacing := (SELECT min(o.next - o.this)
                  FROM (SELECT u AS this, lead(u, 1, g.offsets[1] + g.step) OVER (ORDER BY u) AS next FROM unnest(g.offsets) AS u) AS o);
  IF r.until_utc THEN
    g.end_at := extract(epoch FROM r.until)::bigint + 62135596801;
  ELSE
    g.end_local := extract(epoch FROM r.until)::bigint + 62135596801;
  END IF;
  RETURN g;
END
$$;

COMMENT ON FUNCTION medsched._regular_rule(text) IS
  'Internal: the equal steps of a recurrence rule, if it has such';

-- Look at a time zone in a window.  The name is NULL where the zone is not known; gap and offsets are, where the window reaches to the
-- ends of the calendar.
CREATE OR REPLACE FUNCTION medsched._zone_in_window(time_zone text, window_start timestamptz, window_end timestamptz)
RETURNS medsched._zone_in_window
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- From 0001-01-01 to 2000-01-01, from where _stretches() counts.
  epoch CONSTANT bigint := 63082281600;
  w medsched._zone_in_window;
  east interval;
  s record;
  turn bigint;
BEGIN
  w.grace := medsched._grace();
  -- Asked in two expressions: the list of the first is read once in a session.
  IF NOT medsched._is_listed(time_zone) THEN
    IF NOT medsched._is_zone(time_zone) THEN
      RETURN w;
    END IF;
  END IF;
  w.name := medsched._zone(time_zone);
  IF window_start >= timestamptz '0002-01-01 00:00Z' AND window_end <= timestamptz '9999-01-01 00:00Z' AND window_start <= window_end THEN
    w.first := ceil(extract(epoch FROM window_start))::bigint + 62135596800;
    w.last := ceil(extract(epoch FROM window_end))::bigint + 62135596800;
    w.gap := 0;
    w.since := timezone(w.name, window_start - interval '24 hours');
    -- A gap may have moved here what stood up to a day before.
    east := medsched._offset(w.name, window_start - interval '24 hours', window_end);
    IF east IS NOT NULL THEN
      w.easts := ARRAY[extract(epoch FROM east)::bigint];
      w.begins := '{0}';
      w.ends := '{1000000000000}';
      RETURN w;
    END IF;
    FOR s IN SELECT t.from_second, t.east FROM medsched._stretches(w.name, w.first - 86400 - epoch, w.last - epoch) AS t LOOP
      -- A time in a gap is read with the offset before, and so is one that comes twice.
      turn := s.from_second + epoch + greatest(w.easts[cardinality(w.easts)], s.east);
      w.gap := greatest(w.gap, s.east - w.easts[cardinality(w.easts)]);
      w.begins := w.begins || CASE WHEN w.easts IS NULL THEN 0 ELSE turn END;
      w.ends := CASE WHEN w.easts IS NULL THEN '{}' ELSE w.ends[:cardinality(w.ends) - 1] || turn END || 1000000000000;
      w.easts := w.easts || s.east;
    END LOOP;
  END IF;
  RETURN w;
END
$$;

COMMENT ON FUNCTION medsched._zone_in_window(text, timestamptz, timestamptz) IS
  'Internal: what a time zone does in a window';

-- Compute the occurrences of a schedule of equal steps.  NULL where the schedule is no such one: its rule is none, it has dates or a cycle beside it, or clocks are put forward where two of
-- its wall-clock times may come to one instant, or where it starts.
CREATE OR REPLACE FUNCTION medsched._regular_occurrences(g medsched._regular_rule, w medsched._zone_in_window, starts_at timestamp,
  effective_from timestamptz, closed timestamptz, rdates timestamp[], exdates timestamp[], cycle_days_on int)
RETURNS timestamptz[]
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  epoch CONSTANT bigint := 62135596800;    -- from 0001-01-01 to 1970-01-01
  step CONSTANT bigint := g.step;
  start bigint := date_part('epoch', starts_at)::bigint + epoch;
  zero bigint;    -- when a step begins
  first bigint := w.first;
  last bigint := least(w.last, g.end_at);
  east bigint;
  lo bigint;
  hi bigint;
  at bigint;    -- on the wall clock
  instants timestamptz[] := '{}';
BEGIN
  IF step IS NULL OR cardinality(rdates) > 0 OR cardinality(exdates) > 0 OR cycle_days_on > 0 OR w.gap IS NULL
     OR w.gap > 0 AND NOT g.elapsed AND (g.spacing <= w.gap OR starts_at >= w.since) THEN
    RETURN NULL;
  END IF;
  IF effective_from IS NOT NULL THEN
    first := greatest(first, ceil(extract(epoch FROM effective_from))::bigint + epoch);
  END IF;
  IF closed IS NOT NULL THEN
    last := least(last, ceil(extract(epoch FROM closed))::bigint + epoch);
  END IF;
  IF g.elapsed THEN
    at := date_part('epoch', medsched._instant(starts_at, w.name))::bigint + epoch;
    IF at < first THEN
      at := at + (first - at + step - 1) / step * step;
    END IF;
    WHILE at < last LOOP
      instants := array_append(instants, to_timestamp(at - epoch));
      at := at + step;
    END LOOP;
    RETURN instants;
  END IF;

  zero := start - start % 86400 + start % g.unit;
  -- 0001-01-01 is a Monday.
  IF g.week_start IS NOT NULL THEN
    zero := zero - (start / 86400 - g.week_start + 7) % 7 * 86400;
  END IF;
  FOR i IN 1 .. cardinality(w.easts) LOOP
    east := w.easts[i];
    lo := greatest(first + east, w.begins[i], start) - zero;
    hi := least(last + east, w.ends[i], g.end_local) - zero;
    east := east + epoch - zero;
    FOREACH at IN ARRAY g.offsets LOOP
      IF at < lo THEN
        at := at + (lo - at + step - 1) / step * step;
      END IF;
      WHILE at < hi LOOP
        instants := array_append(instants, to_timestamp(at - east));
        at := at + step;
      END LOOP;
    END LOOP;
  END LOOP;
  RETURN instants;
END
$$;

COMMENT ON FUNCTION medsched._regular_occurrences(medsched._regular_rule, medsched._zone_in_window, timestamp, timestamptz, timestamptz, timestamp[], timestamp[], int) IS
  'Internal: the occurrences of a schedule of equal steps in a window, in no order; NULL for another schedule';
