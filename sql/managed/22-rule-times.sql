-- The wall-clock times that a rule names: days at their times, BYSETPOS selected; or,
-- of a rule below a day, which steps in elapsed time, the steps in a stretch of one offset.

-- Wall-clock times that a rule of days and more names, from lo to before hi, in no
-- order; COUNT and UNTIL are not looked at.  A time may come twice (SKIP).
CREATE OR REPLACE FUNCTION medsched._wall(r medsched._rule, lo timestamp, hi timestamp)
RETURNS SETOF timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  epoch CONSTANT timestamp := timestamp '2000-01-01';
  size CONSTANT int := cardinality(r.times);
BEGIN
  lo := greatest(lo, r.start);
  IF lo >= hi THEN
    RETURN;
  END IF;
  IF r.positions IS NULL THEN
    RETURN QUERY
      SELECT l.local
        FROM medsched._days(r, lo::date - epoch::date, (hi - interval '1 microsecond')::date - epoch::date) AS d
       CROSS JOIN unnest(r.times) AS second
       CROSS JOIN LATERAL (SELECT epoch + make_interval(days => d.day, secs => second)) AS l (local)
       WHERE l.local >= lo AND l.local < hi;
  ELSE
    -- A period's set is its days, each at all times: the nth is found by division.
    RETURN QUERY
      SELECT l.local
        FROM (SELECT array_agg(DISTINCT d.day ORDER BY d.day) AS days
                FROM medsched._days(r, lo::date - epoch::date, (hi - interval '1 microsecond')::date - epoch::date) AS d
               GROUP BY d.period) AS p
       CROSS JOIN LATERAL (SELECT DISTINCT CASE WHEN n > 0 THEN n - 1::bigint
                                                ELSE cardinality(p.days)::bigint * size + n END AS n
                             FROM unnest(r.positions) AS n) AS i
       CROSS JOIN LATERAL (SELECT epoch + make_interval(days => p.days[i.n / size + 1], secs => r.times[i.n % size + 1])) AS l (local)
       WHERE i.n >= 0 AND i.n < cardinality(p.days)::bigint * size
         AND l.local >= lo AND l.local < hi
         -- It selects before the cycle does.
         AND (r.days_on IS NULL OR mod(l.local::date - r.start::date, r.days_on + r.days_off) < r.days_on);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._wall(medsched._rule, timestamp, timestamp) IS
  'Internal: the wall-clock times that a rule of days and more names';

-- A rule below a day as far as it limits days: the rule of every day that it allows.
CREATE OR REPLACE FUNCTION medsched._daily(r medsched._rule)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  r.freq := 3;
  r.every := 1;
  r.skip := 0;
  r.positions := NULL;
  r.phase := -800000;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._daily(medsched._rule) IS
  'Internal: a rule below a day as far as it limits days';

-- The times that a rule below a day names in one stretch of constant offset, from lo to before hi, in seconds on the
-- wall clock of that stretch, as if it had always gone so: on it the rule began at start.
CREATE OR REPLACE FUNCTION medsched._steps(r medsched._rule, start bigint, lo bigint, hi bigint)
RETURNS SETOF bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  unit CONSTANT int := (ARRAY[1, 60, 3600])[r.freq + 1];
  step CONSTANT bigint := r.every * unit;
  into_unit CONSTANT int := mod(mod(start, unit) + unit, unit);
  phase CONSTANT bigint := start - into_unit;
  by_days CONSTANT boolean := r.weekdays IS NOT NULL OR r.days_on IS NOT NULL OR coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL;
  by_time CONSTANT boolean := r.hours IS NOT NULL OR r.freq < 2 AND r.minutes IS NOT NULL OR r.freq = 0 AND r.seconds IS NOT NULL;
  times int[];    -- of a unit, in seconds after its beginning
  minutes CONSTANT int[] := CASE WHEN r.freq < 2 THEN r.minutes END;    -- what limits
  seconds CONSTANT int[] := CASE WHEN r.freq = 0 THEN r.seconds END;
  blocks int[];
  size int;
  first bigint;
  lo_day int;
  hi_day int;
  days medsched._rule := medsched._daily(r);
BEGIN
  lo := greatest(lo, start);
  IF lo >= hi THEN
    RETURN;
  END IF;
  -- What expands within a unit, and BYSETPOS selecting from it.
  times := ARRAY(
    SELECT DISTINCT m * 60 + s
      FROM unnest(CASE WHEN r.freq = 2 THEN coalesce(r.minutes, ARRAY[into_unit / 60]) ELSE '{0}' END) AS m
     CROSS JOIN unnest(CASE WHEN r.freq > 0 THEN coalesce(r.seconds, ARRAY[into_unit % 60]) ELSE '{0}' END) AS s
     ORDER BY 1);
  IF r.positions IS NOT NULL THEN
    times := ARRAY(SELECT t FROM unnest(times) WITH ORDINALITY AS u (t, n)
                    WHERE n = ANY (r.positions) OR n - cardinality(times) - 1 = ANY (r.positions));
  END IF;
  IF times = '{}' THEN
    RETURN;
  END IF;

  -- The first step that can reach lo.
  first := greatest(phase, phase + (lo - phase - unit + 1) / step * step);
  IF NOT by_days AND NOT by_time THEN
    RETURN QUERY
      SELECT base + t
        FROM generate_series(first, hi - 1, step) AS base
       CROSS JOIN unnest(times) AS t
       WHERE base + t >= lo AND base + t < hi;
    RETURN;
  END IF;

  -- Over the days, the steps come to those seconds of the day that are congruent to phase modulo the greatest common
  -- divisor of step and day; and so within a minute and an hour.  Steps that never meet their limits end here.
  IF r.freq = 0 AND r.seconds IS NOT NULL AND NOT EXISTS (
       SELECT FROM unnest(r.seconds) AS s WHERE mod(s - phase, gcd(step, 60::bigint)) = 0) THEN
    RETURN;
  END IF;
  IF r.freq < 2 AND r.minutes IS NOT NULL AND mod(60, gcd(step, 3600::bigint)) > 0 AND NOT EXISTS (
       SELECT FROM unnest(r.minutes) AS m
        CROSS JOIN unnest(CASE WHEN r.freq = 1 THEN '{0}' ELSE coalesce(r.seconds, ARRAY(SELECT generate_series(0, 59))) END) AS s
        WHERE mod(m * 60 + s - phase, gcd(step, 3600::bigint)) = 0) THEN
    RETURN;
  END IF;
  IF r.hours IS NOT NULL AND mod(3600, gcd(step, 86400::bigint)) > 0 AND NOT EXISTS (
       SELECT FROM unnest(r.hours) AS h
        CROSS JOIN unnest(CASE WHEN r.freq = 2 THEN '{0}' ELSE coalesce(r.minutes, ARRAY(SELECT generate_series(0, 59))) END) AS m
        CROSS JOIN unnest(CASE WHEN r.freq > 0 THEN '{0}' ELSE coalesce(r.seconds, ARRAY(SELECT generate_series(0, 59))) END) AS s
        WHERE mod(h * 3600 + m * 60 + s - phase, gcd(step, 86400::bigint)) = 0) THEN
    RETURN;
  END IF;

  -- The blocks of a day in which steps may lie: hours, minutes of hours, or the day; then steps in the blocks, or where
  -- steps are wider than that, steps and for each whether it lies in one.
  blocks := ARRAY(
    SELECT h * 3600 + m * 60
      FROM unnest(CASE WHEN r.hours IS NOT NULL OR minutes IS NULL THEN coalesce(r.hours, '{0}')
                       ELSE ARRAY(SELECT generate_series(0, 23)) END) AS h
     CROSS JOIN unnest(coalesce(minutes, '{0}')) AS m);
  size := CASE WHEN minutes IS NOT NULL THEN 60 WHEN r.hours IS NOT NULL THEN 3600 ELSE 86400 END;
  lo_day := floor((lo - unit + 1) / 86400.0);
  hi_day := floor((hi - 1) / 86400.0);
  IF cardinality(blocks) * step <= 86400 THEN
    RETURN QUERY
      SELECT base + t
        FROM (SELECT n.day FROM medsched._days(days, lo_day, hi_day) AS n) AS d
       CROSS JOIN unnest(blocks) AS block
       CROSS JOIN LATERAL (SELECT d.day * 86400::bigint + block OFFSET 0) AS b (begins)
       CROSS JOIN LATERAL generate_series(
                greatest(first, first + (b.begins - first + step - 1) / step * step), least(b.begins + size, hi) - 1, step) AS base
       CROSS JOIN unnest(times) AS t
       WHERE (seconds IS NULL OR mod(base - b.begins, 60) = ANY (seconds))
         AND base + t >= lo AND base + t < hi;
  ELSE
    RETURN QUERY
      SELECT base + t
        FROM generate_series(first, hi - 1, step) AS base
       CROSS JOIN LATERAL (SELECT floor(base / 86400.0)::int AS day OFFSET 0) AS d
       CROSS JOIN LATERAL (SELECT (base - d.day * 86400::bigint)::int AS second OFFSET 0) AS c
       CROSS JOIN unnest(times) AS t
       WHERE (r.hours IS NULL OR c.second / 3600 = ANY (r.hours))
         AND (minutes IS NULL OR c.second / 60 % 60 = ANY (minutes))
         AND (seconds IS NULL OR c.second % 60 = ANY (seconds))
         AND (NOT by_days OR d.day IN (SELECT n.day FROM medsched._days(days, lo_day, hi_day) AS n))
         AND base + t >= lo AND base + t < hi;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._steps(medsched._rule, bigint, bigint, bigint) IS
  'Internal: the times that a rule below a day names while the offset stays the same';
