-- When a schedule has doses, from its parts and no table: the engine in SQL.
--
-- From the inside out:
--   _days      the days that a rule names, by RFC 5545 section 3.3.10 and RFC 7529
--   _wall      those days at their times, BYSETPOS selected: wall-clock times
--   _instants  wall-clock times as instants; a rule below a day, which steps in
--              elapsed time, from _steps over each of a zone's _stretches
--   occurrences and the other questions: windows of _instants
--
-- Wall-clock times are timestamps, days are counted from 2000-01-01, and what is
-- below a day is counted in seconds.  Windows are half-open.  Every query is about
-- one window that _window_end has cut to some 50,000 rows, so that neither memory
-- nor time depends on what else the rule would name.

-- The number of the period (year, month, week, day) of a rule that holds a day.
CREATE OR REPLACE FUNCTION medsched._period(r medsched._rule, day int)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  date CONSTANT date := date '2000-01-01' + day;
  year int;
BEGIN
  CASE r.freq
  WHEN 4 THEN
    RETURN (day + 5 - r.week_start + 7 * 200000) / 7 - 200000;
  WHEN 5 THEN
    RETURN date_part('year', date)::int * 12 + date_part('month', date)::int - 1;
  WHEN 6 THEN
    year := date_part('year', date);
    IF r.weeknos IS NULL THEN
      RETURN year;
    ELSIF day < medsched._week_one(year, r.week_start) THEN
      RETURN year - 1;
    ELSIF day >= medsched._week_one(year + 1, r.week_start) THEN
      RETURN year + 1;
    END IF;
    RETURN year;
  ELSE
    RETURN day;
  END CASE;
END
$$;

COMMENT ON FUNCTION medsched._period(medsched._rule, int) IS
  'Internal: the number of the period of a rule that holds a day';

CREATE OR REPLACE FUNCTION medsched._month(day int)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_part('year', date '2000-01-01' + day)::int * 12 + date_part('month', date '2000-01-01' + day)::int - 1;

COMMENT ON FUNCTION medsched._month(int) IS
  'Internal: the number of the month that holds a day';

-- RFC 5545 section 3.3.10, BYDAY: a number counts weekdays in the month or the year, from its first or its last.
CREATE OR REPLACE FUNCTION medsched._is_nth(date date, weekday int, in_month boolean, nth int[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  year CONSTANT int := date_part('year', date);
  before CONSTANT int := CASE WHEN in_month THEN date_part('day', date) ELSE date_part('doy', date) END - 1;
  after CONSTANT int := CASE WHEN in_month THEN medsched._month_size(year, date_part('month', date)::int)
                             ELSE medsched._year_size(year) END - before - 1;
BEGIN
  RETURN (before / 7 + 1) * 7 + weekday = ANY (nth) OR -((after / 7 + 1) * 7 + weekday) = ANY (nth);
END
$$;

COMMENT ON FUNCTION medsched._is_nth(date, int, boolean, int[]) IS
  'Internal: whether BYDAY with a number names a day';

-- The days from lo to hi that a rule names, each with its period; where the rule
-- has BYSETPOS, all days of the periods that reach into them.  A day may come twice,
-- from two periods (SKIP).
--
-- Expanding and limiting come to the same for days: those where all BY parts meet.
CREATE OR REPLACE FUNCTION medsched._days(r medsched._rule, lo int, hi int)
RETURNS TABLE (day int, period int)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  epoch CONSTANT date := date '2000-01-01';
  skip CONSTANT int := CASE WHEN r.freq >= 5 AND r.weeknos IS NULL THEN r.skip ELSE 0 END;
  beside CONSTANT int := (skip > 0)::int;    -- a date may move here from the period beside
  first bigint := greatest(r.phase, medsched._period(r, lo) - beside);
  last CONSTANT bigint := medsched._period(r, hi) + beside;
  by_date CONSTANT boolean := coalesce(r.months, r.monthdays) IS NOT NULL;
  in_month CONSTANT boolean := r.freq = 5 OR r.months IS NOT NULL;    -- what a weekday's number counts in
  -- BYSETPOS selects before the cycle does.
  length CONSTANT int := CASE WHEN r.positions IS NULL THEN r.days_on + r.days_off END;
  month_step bigint := 1;
  months int := 1;    -- of a step
  first_month bigint;
  last_month bigint;
BEGIN
  first := first + mod(r.every - mod(first - r.phase, r.every), r.every);
  IF first > last THEN
    RETURN;
  END IF;
  IF r.positions IS NOT NULL AND r.freq > 3 THEN
    lo := -10000000;
    hi := 10000000;
  END IF;

  IF r.weeknos IS NOT NULL THEN
    -- The weeks of each year that has weeks, counted from its first or its last.
    RETURN QUERY
      SELECT d.day, y.year
        FROM (SELECT g::int AS year, medsched._week_one(g::int, r.week_start) AS first,
                     (medsched._week_one(g::int + 1, r.week_start) - medsched._week_one(g::int, r.week_start)) / 7 AS weeks
                FROM generate_series(first, last, r.every) AS g
              OFFSET 0) AS y
       CROSS JOIN LATERAL (SELECT DISTINCT CASE WHEN n > 0 THEN n ELSE y.weeks + 1 + n END AS week
                             FROM unnest(r.weeknos) AS n) AS w
       CROSS JOIN LATERAL generate_series(y.first + 7 * (w.week - 1), y.first + 7 * w.week - 1) AS d (day)
       CROSS JOIN LATERAL (SELECT date_part('year', epoch + d.day)::int AS year,
                                  date_part('month', epoch + d.day)::int AS month,
                                  date_part('day', epoch + d.day)::int AS monthday,
                                  date_part('doy', epoch + d.day)::int AS yearday OFFSET 0) AS c
       WHERE w.week BETWEEN 1 AND y.weeks
         AND d.day BETWEEN lo AND hi
         AND (NOT r.by_day OR medsched._weekday(d.day) = ANY (r.weekdays))
         AND (r.months IS NULL OR c.month = ANY (r.months))
         AND (r.monthdays IS NULL OR c.monthday = ANY (r.monthdays)
              OR c.monthday - medsched._month_size(c.year, c.month) - 1 = ANY (r.monthdays))
         AND (r.yeardays IS NULL OR c.yearday = ANY (r.yeardays)
              OR c.yearday - medsched._year_size(c.year) - 1 = ANY (r.yeardays))
         AND (length IS NULL OR mod(d.day - r.start_day + length, length) < r.days_on);

  ELSIF r.freq = 4 THEN
    RETURN QUERY
      SELECT d.day, g.week::int
        FROM generate_series(first, last, r.every) AS g (week)
       CROSS JOIN unnest(r.weekdays) AS weekday
       CROSS JOIN LATERAL (SELECT (g.week * 7 - 5)::int + r.week_start + (weekday - r.week_start + 7) % 7 OFFSET 0) AS d (day)
       WHERE d.day BETWEEN lo AND hi
         AND (r.months IS NULL OR date_part('month', epoch + d.day)::int = ANY (r.months))
         AND (length IS NULL OR mod(d.day - r.start_day + length, length) < r.days_on);

  ELSIF r.freq = 3 AND NOT by_date AND r.yeardays IS NULL THEN
    RETURN QUERY
      SELECT g::int, g::int
        FROM generate_series(first, last, r.every) AS g
       WHERE (NOT r.by_day OR medsched._weekday(g::int) = ANY (r.weekdays))
         AND (length IS NULL OR mod(g::int - r.start_day + length, length) < r.days_on);

  ELSE
    -- Months, and in them the days that BYMONTHDAY or BYYEARDAY names, or all.
    CASE r.freq
    WHEN 5 THEN
      month_step := r.every;
      first_month := first;
      last_month := last;
    WHEN 6 THEN
      month_step := 12 * r.every;
      months := 12;
      first_month := 12 * first;
      last_month := least(12 * last + 11, medsched._month(least(hi, 2921940)) + beside);
    ELSE
      first_month := medsched._month(lo);
      last_month := medsched._month(hi);
    END CASE;
    RETURN QUERY
      SELECT DISTINCT d.day, p.period
        FROM generate_series(first_month, last_month, month_step) AS s (n)
       CROSS JOIN LATERAL (SELECT s.n + k AS n FROM generate_series(0, months - 1) AS k) AS g
       CROSS JOIN LATERAL (SELECT (g.n / 12)::int AS year, (g.n % 12)::int + 1 AS month OFFSET 0) AS m
       CROSS JOIN LATERAL (SELECT make_date(m.year, m.month, 1) - epoch AS first,
                                  medsched._month_size(m.year, m.month) AS size,
                                  medsched._year_first(m.year) AS year_first,
                                  medsched._year_size(m.year) AS year_size OFFSET 0) AS c
       CROSS JOIN LATERAL (
              SELECT s AS day
                FROM generate_series(greatest(c.first, lo), least(c.first + c.size - 1, hi)) AS s
               WHERE r.monthdays IS NULL AND (r.yeardays IS NULL OR by_date)
              UNION ALL
              -- RFC 7529 section 4.1: a 31st that a month does not have is its last day, or the first of the next.
              SELECT CASE WHEN n BETWEEN 1 AND c.size THEN c.first + n - 1
                          WHEN n BETWEEN -c.size AND -1 THEN c.first + c.size + n
                          WHEN n > 0 THEN c.first + c.size - (skip = 1)::int
                          ELSE c.first - (skip = 1)::int END
                FROM unnest(r.monthdays) AS n
               WHERE skip > 0 OR abs(n) <= c.size
              UNION ALL
              -- Once a year: the days of the year, and a 366th in a year that has none.
              SELECT CASE WHEN n BETWEEN 1 AND c.year_size THEN c.year_first + n - 1
                          WHEN n BETWEEN -c.year_size AND -1 THEN c.year_first + c.year_size + n
                          WHEN n > 0 THEN c.year_first + c.year_size - (skip = 1)::int
                          ELSE c.year_first - (skip = 1)::int END
                FROM unnest(r.yeardays) AS n
               WHERE NOT by_date AND (m.month = 1 OR g.n = first_month) AND (skip > 0 OR abs(n) <= c.year_size)
            ) AS d
       CROSS JOIN LATERAL (SELECT CASE r.freq WHEN 6 THEN m.year WHEN 5 THEN g.n::int ELSE d.day END) AS p (period)
       WHERE d.day BETWEEN lo AND hi
         AND (r.months IS NULL OR m.month = ANY (r.months))
         AND (r.every = 1 OR r.freq >= 5 OR (p.period - r.phase) % r.every = 0)
         AND (r.yeardays IS NULL OR NOT by_date
              OR d.day BETWEEN c.year_first AND c.year_first + c.year_size - 1
                 AND (d.day - c.year_first + 1 = ANY (r.yeardays) OR d.day - c.year_first - c.year_size = ANY (r.yeardays))
              -- The 366th of a year that has none, again.
              OR skip = 1 AND c.year_size = 365 AND d.day = c.year_first + 364 AND 366 = ANY (r.yeardays)
              OR skip = 2 AND c.year_size = 365 AND d.day = c.year_first + 365 AND 366 = ANY (r.yeardays)
              OR skip = 1 AND c.year_size = 365 AND d.day = c.year_first - 1 AND -366 = ANY (r.yeardays)
              OR skip = 2 AND c.year_size = 365 AND d.day = c.year_first AND -366 = ANY (r.yeardays))
         AND (NOT r.by_day OR medsched._weekday(d.day) = ANY (r.weekdays)
              OR r.nth <> '{}' AND medsched._is_nth(epoch + d.day, medsched._weekday(d.day), in_month, r.nth))
         AND (length IS NULL OR mod(d.day - r.start_day + length, length) < r.days_on);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._days(medsched._rule, int, int) IS
  'Internal: the days that a rule names, and their periods';

-- Wall-clock times that a rule of days and more names, from lo to before hi, in no
-- order; COUNT and UNTIL are not looked at.  A time may come twice (SKIP).
CREATE OR REPLACE FUNCTION medsched._wall(r medsched._rule, lo timestamp, hi timestamp)
RETURNS SETOF timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
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
         AND l.local >= lo AND l.local < hi;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._wall(medsched._rule, timestamp, timestamp) IS
  'Internal: the wall-clock times that a rule of days and more names';

-- The instant of a wall-clock time: one in a gap is read with the offset before the gap, as PostgreSQL does; one that
-- comes twice is its first coming, which is read with the offset of a day before the second, which PostgreSQL gives.
CREATE OR REPLACE FUNCTION medsched._instant(local timestamp, time_zone text)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  late CONSTANT timestamptz := timezone(time_zone, local);
  early CONSTANT timestamptz := late - interval '24 hours' + (local - timezone(time_zone, late - interval '24 hours'));
BEGIN
  IF early < late AND timezone(time_zone, early) = local THEN
    RETURN early;
  END IF;
  RETURN late;
END
$$;

COMMENT ON FUNCTION medsched._instant(timestamp, text) IS
  'Internal: the instant of a wall-clock time';

CREATE OR REPLACE FUNCTION medsched._east(time_zone text, second bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(epoch FROM timezone(time_zone, to_timestamp(second + 946684800)))::bigint - 946684800 - second;

COMMENT ON FUNCTION medsched._east(text, bigint) IS
  'Internal: the seconds east of UTC of a time zone, at an instant in seconds since 2000-01-01 00:00Z';

-- The stretches of constant offset of a zone that meet [lo, hi), in seconds since 2000-01-01 00:00Z, and seconds east of
-- UTC.  Looks at the zone every three days, for no zone ever came back to an offset in less, and halves where it changed.
CREATE OR REPLACE FUNCTION medsched._stretches(time_zone text, lo bigint, hi bigint)
RETURNS TABLE (from_second bigint, to_second bigint, east bigint)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  change record;
  same bigint;
  other bigint;
  middle bigint;
BEGIN
  from_second := lo;
  east := medsched._east(time_zone, lo);
  FOR change IN
    SELECT p.second, p.east, p.second_before
      FROM (SELECT s.second, o.east, lag(o.east) OVER w AS east_before, lag(s.second) OVER w AS second_before
              FROM (SELECT least(g, hi) AS second FROM generate_series(lo, hi + 259199, 259200) AS g) AS s
             CROSS JOIN LATERAL (SELECT medsched._east(time_zone, s.second) OFFSET 0) AS o (east)
            WINDOW w AS (ORDER BY s.second)) AS p
     WHERE p.east <> p.east_before
     ORDER BY p.second
  LOOP
    same := change.second_before;
    other := change.second;
    -- Two changes may lie between the two looks.
    WHILE east <> change.east LOOP
      WHILE other - same > 1 LOOP
        middle := same + (other - same) / 2;
        IF medsched._east(time_zone, middle) = east THEN
          same := middle;
        ELSE
          other := middle;
        END IF;
      END LOOP;
      to_second := other;
      RETURN NEXT;
      from_second := other;
      east := medsched._east(time_zone, other);
      same := other;
      other := change.second;
    END LOOP;
  END LOOP;
  to_second := hi;
  IF from_second < hi THEN
    RETURN NEXT;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._stretches(text, bigint, bigint) IS
  'Internal: the stretches of constant offset of a time zone';

-- A rule below a day as far as it limits days: the rule of every day that it allows.
CREATE OR REPLACE FUNCTION medsched._daily(r medsched._rule)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
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
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  unit CONSTANT int := (ARRAY[1, 60, 3600])[r.freq + 1];
  step CONSTANT bigint := r.every * unit;
  into_unit CONSTANT int := mod(mod(start, unit) + unit, unit);
  phase CONSTANT bigint := start - into_unit;
  by_days CONSTANT boolean := r.by_day OR r.days_on IS NOT NULL OR coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL;
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

-- The instants that a rule names in [lo, hi), in no order, the cycle and the ends looked at.  An instant may come twice.
CREATE OR REPLACE FUNCTION medsched._instants(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz)
RETURNS SETOF timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  day_ CONSTANT interval := interval '24 hours';
  begun timestamptz;
  second bigint;
  start bigint;
  east interval;
BEGIN
  hi := least(hi, r.end_at);
  IF lo >= hi OR r.freq IS NULL THEN
    RETURN;
  END IF;
  IF r.freq >= 3 THEN
    -- No zone ever came back to an offset within three days: so it holds between.
    east := timezone(time_zone, hi) - timezone('UTC', hi);
    IF hi - lo <= interval '2 days' AND east = timezone(time_zone, lo - day_) - timezone('UTC', lo - day_) THEN
      RETURN QUERY
        SELECT timezone('UTC', l.local - east)
          FROM medsched._wall(r, timezone('UTC', lo) + east, least(r.end_local, timezone('UTC', hi) + east)) AS l (local)
         WHERE r.days_on IS NULL OR r.positions IS NULL
               OR mod(l.local::date - r.start::date, r.days_on + r.days_off) < r.days_on;
      RETURN;
    END IF;
    -- A gap may have moved here what stood up to a day before.  The instant is that of _instant, written out because a
    -- function costs more than what it does.
    RETURN QUERY
      SELECT i.at
        FROM medsched._wall(r, least(timezone(time_zone, lo), timezone(time_zone, lo - day_) + day_),
               least(r.end_local, greatest(timezone(time_zone, hi), timezone(time_zone, hi - day_) + day_))) AS l (local)
       CROSS JOIN LATERAL (SELECT timezone(time_zone, l.local) AS late OFFSET 0) AS a
       CROSS JOIN LATERAL (SELECT a.late - day_ + (l.local - timezone(time_zone, a.late - day_)) AS early OFFSET 0) AS b
       CROSS JOIN LATERAL (SELECT CASE WHEN b.early < a.late AND timezone(time_zone, b.early) = l.local THEN b.early
                                       ELSE a.late END AS at OFFSET 0) AS i
       WHERE i.at >= lo AND i.at < hi
         -- BYSETPOS selects before the cycle does.
         AND (r.days_on IS NULL OR r.positions IS NULL
              OR mod(l.local::date - r.start::date, r.days_on + r.days_off) < r.days_on);
    RETURN;
  END IF;

  begun := medsched._instant(r.start, time_zone);
  lo := greatest(lo, begun);
  IF coalesce(r.seconds, r.minutes, r.hours, r.months, r.monthdays, r.yeardays, r.weeknos, r.positions) IS NULL
     AND NOT r.by_day AND r.days_on IS NULL THEN
    -- Elapsed time and nothing else.
    second := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
    start := extract(epoch FROM begun);
    RETURN QUERY
      SELECT to_timestamp(start + n * second)
        FROM generate_series(ceil(extract(epoch FROM lo - begun) / second)::bigint,
                             ceil(extract(epoch FROM hi - begun) / second)::bigint - 1) AS n;
    RETURN;
  END IF;
  -- Where days are limited, look at the days that are in question alone.
  IF r.by_day OR r.days_on IS NOT NULL OR coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL THEN
    SELECT greatest(lo, timezone(time_zone, timestamp '2000-01-01' + make_interval(days => min(d.day) - 1))),
           least(hi, timezone(time_zone, timestamp '2000-01-01' + make_interval(days => max(d.day) + 2)))
      INTO lo, hi
      FROM medsched._days(medsched._daily(r), timezone(time_zone, lo)::date - date '2000-01-01' - 1,
                          timezone(time_zone, hi)::date - date '2000-01-01' + 1) AS d
    HAVING count(*) > 0;
    IF NOT FOUND THEN
      RETURN;
    END IF;
  END IF;
  second := extract(epoch FROM begun - timestamptz '2000-01-01 00:00Z');
  RETURN QUERY
    SELECT to_timestamp(local - s.east + 946684800)
      FROM medsched._stretches(time_zone, ceil(extract(epoch FROM lo - timestamptz '2000-01-01 00:00Z'))::bigint,
                               ceil(extract(epoch FROM hi - timestamptz '2000-01-01 00:00Z'))::bigint) AS s
     CROSS JOIN LATERAL medsched._steps(r, second + s.east, s.from_second + s.east, s.to_second + s.east) AS local;
END
$$;

COMMENT ON FUNCTION medsched._instants(medsched._rule, text, timestamptz, timestamptz) IS
  'Internal: the instants that a rule names in a window';

-- How many instants a day has that a rule names: no fewer than there are.
CREATE OR REPLACE FUNCTION medsched._per_day(r medsched._rule)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hours CONSTANT int := coalesce(cardinality(r.hours), 24);
  minutes CONSTANT int := cardinality(r.minutes);
  seconds CONSTANT int := cardinality(r.seconds);
BEGIN
  CASE r.freq
  WHEN 2 THEN
    RETURN least(24 / r.every + 1, hours) * coalesce(minutes, 1) * coalesce(seconds, 1);
  WHEN 1 THEN
    RETURN least(1440 / r.every + 1, hours * coalesce(minutes, 60)) * coalesce(seconds, 1);
  WHEN 0 THEN
    RETURN least(86400 / r.every + 1, hours * coalesce(minutes, 60) * coalesce(seconds, 60));
  ELSE
    IF r.positions IS NULL OR r.freq = 3 THEN
      RETURN least(cardinality(r.times), cardinality(r.positions));
    END IF;
    RETURN least(48, cardinality(r.positions));    -- of a week and more
  END CASE;
END
$$;

COMMENT ON FUNCTION medsched._per_day(medsched._rule) IS
  'Internal: how many instants of a day a rule may name';

-- Where to end a window that begins at lo and ends by hi, so that it has some 50,000 instants at most.
CREATE OR REPLACE FUNCTION medsched._window_end(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz,
  most int DEFAULT 50000)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  per_day CONSTANT int := medsched._per_day(r);
  wanted CONSTANT int := greatest(2, most / per_day);
  days medsched._rule := r;
  lo_day int;
  hi_day int;
  reach bigint := wanted;
  found int;
  last int;
BEGIN
  -- Few on each day, or on every day: the days give the window.
  IF per_day <= 48 OR NOT (r.by_day OR r.freq >= 5 OR coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL OR r.days_on IS NOT NULL) THEN
    RETURN least(hi, lo + greatest(86400, 86400::bigint * most / per_day) * interval '1 second');
  END IF;
  -- Else as many days as have doses, to the beginning of the last.
  IF hi - lo <= interval '1 day' THEN
    RETURN hi;
  END IF;
  IF r.freq < 3 THEN
    days := medsched._daily(r);
  END IF;
  lo_day := timezone(time_zone, lo)::date - date '2000-01-01';
  hi_day := timezone(time_zone, hi)::date - date '2000-01-01';
  LOOP
    SELECT count(*), max(d.day) INTO found, last
      FROM (SELECT DISTINCT n.day FROM medsched._days(days, lo_day, least(lo_day + reach, hi_day)::int) AS n
             ORDER BY n.day LIMIT wanted) AS d;
    IF found = wanted THEN
      RETURN least(hi, greatest(lo + interval '1 hour', timezone(time_zone, timestamp '2000-01-01' + make_interval(days => last))));
    END IF;
    EXIT WHEN lo_day + reach >= hi_day;
    reach := 8 * reach;
  END LOOP;
  RETURN hi;
END
$$;

COMMENT ON FUNCTION medsched._window_end(medsched._rule, text, timestamptz, timestamptz, int) IS
  'Internal: the end of a window that is no more than one query can answer';

-- Where to begin a window that ends at hi and begins from lo on, so that it has some 50,000 instants at most: days as in
-- _window_end, the last ones.
CREATE OR REPLACE FUNCTION medsched._window_start(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz,
  most int DEFAULT 50000)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  per_day CONSTANT int := medsched._per_day(r);
  wanted CONSTANT int := greatest(3, most / per_day);
  days medsched._rule := r;
  lo_day int;
  hi_day int;
  reach bigint := wanted;
  found int;
  first int;
BEGIN
  IF per_day <= 48 OR hi - lo <= interval '1 day' THEN
    RETURN greatest(lo, hi - greatest(86400, 86400::bigint * most / per_day) * interval '1 second');
  END IF;
  IF r.freq < 3 THEN
    days := medsched._daily(r);
  END IF;
  lo_day := timezone(time_zone, lo)::date - date '2000-01-01';
  hi_day := timezone(time_zone, hi)::date - date '2000-01-01';
  LOOP
    SELECT count(*), min(d.day) INTO found, first
      FROM (SELECT DISTINCT n.day FROM medsched._days(days, greatest(hi_day - reach, lo_day)::int, hi_day) AS n
             ORDER BY n.day DESC LIMIT wanted) AS d;
    IF found = wanted THEN
      RETURN greatest(lo, least(timezone(time_zone, timestamp '2000-01-01' + make_interval(days => first)), hi - interval '1 hour'));
    END IF;
    EXIT WHEN hi_day - reach <= lo_day;
    reach := 8 * reach;
  END LOOP;
  RETURN lo;
END
$$;

COMMENT ON FUNCTION medsched._window_start(medsched._rule, text, timestamptz, timestamptz, int) IS
  'Internal: the start of a window that is no more than one query can answer';

-- A rule of a schedule: what its text says, and what follows from start, zone and cycle.  COUNT is looked at by _limit_rule.
-- NULL for no rule.
CREATE OR REPLACE FUNCTION medsched._begin_rule(r medsched._rule, starts_at timestamp, time_zone text, days_on int, days_off int)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  second CONSTANT int := extract(epoch FROM starts_at::time);
BEGIN
  IF r.freq IS NULL THEN
    RETURN NULL;
  END IF;
  r.start := starts_at;
  r.start_day := starts_at::date - date '2000-01-01';
  r.phase := medsched._period(r, r.start_day);
  IF days_on > 0 THEN
    r.days_on := days_on;
    r.days_off := days_off;
  END IF;

  -- "Information, not contained in the rule, necessary to determine the various recurrence instance start time and dates
  -- are derived from the Start Time (DTSTART)" (RFC 5545 section 3.3.10).
  IF NOT r.by_day AND r.monthdays IS NULL AND r.yeardays IS NULL THEN
    IF r.freq = 4 OR r.weeknos IS NOT NULL THEN
      r.by_day := true;
      r.weekdays := ARRAY[medsched._weekday(r.start_day)];
      r.nth := '{}';
    ELSIF r.freq >= 5 THEN
      IF r.freq = 6 AND r.months IS NULL THEN
        r.months := ARRAY[date_part('month', starts_at)::int];
      END IF;
      r.monthdays := ARRAY[date_part('day', starts_at)::int];
    END IF;
  END IF;
  IF r.freq < 3 THEN
    NULL;    -- in each stretch of a zone anew, _steps
  ELSIF r.hours IS NULL AND r.minutes IS NULL AND r.seconds IS NULL THEN
    r.times := ARRAY[second];
  ELSE
    r.times := ARRAY(
      SELECT DISTINCT h * 3600 + m * 60 + s
        FROM unnest(coalesce(r.hours, ARRAY[second / 3600])) AS h
       CROSS JOIN unnest(coalesce(r.minutes, ARRAY[second / 60 % 60])) AS m
       CROSS JOIN unnest(coalesce(r.seconds, ARRAY[second % 60])) AS s
       ORDER BY 1);
  END IF;

  -- A position that no period reaches selects nothing.
  IF r.positions IS NOT NULL AND (SELECT min(abs(n)) FROM unnest(r.positions) AS n)
       > (ARRAY[1, 1, 1, 1, 7, 33, 373])[r.freq + 1]
         * (CASE r.freq WHEN 0 THEN 1
                        WHEN 1 THEN coalesce(cardinality(r.seconds), 1)
                        WHEN 2 THEN coalesce(cardinality(r.seconds), 1) * coalesce(cardinality(r.minutes), 1)
                        ELSE cardinality(r.times) END) THEN
    r.until := timestamp '0001-01-01';    -- so it ends before it begins
    r.until_utc := true;
  END IF;

  -- UNTIL is inclusive, and years end at 9999.
  r.end_local := timestamp '10000-01-01';
  r.end_at := 'infinity';
  IF r.freq < 3 THEN
    r.end_at := medsched._instant(r.end_local, time_zone);
  END IF;
  IF r.until_utc THEN
    r.end_at := least(r.end_at, timezone('UTC', r.until) + interval '1 second');
  ELSIF r.until IS NOT NULL AND r.freq < 3 THEN
    r.end_at := least(r.end_at, medsched._instant(r.until, time_zone) + interval '1 second');
  ELSIF r.until IS NOT NULL THEN
    r.end_local := least(r.end_local, r.until + interval '1 second');
  END IF;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._begin_rule(medsched._rule, timestamp, text, int, int) IS
  'Internal: a rule, and what follows from the start, zone and cycle of its schedule';

-- The rule with the end that COUNT gives it, as far as that lies before hi.  COUNT counts what the rule names, before
-- the cycle and before gaps move times onto one another.
CREATE OR REPLACE FUNCTION medsched._limit_rule(r medsched._rule, time_zone text, hi timestamptz)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  epoch CONSTANT timestamp := timestamp '2000-01-01';
  all_days medsched._rule := r;    -- the rule without its cycle
  begun timestamptz;
  step bigint;
  size int;
  nth bigint := r.count;
  found bigint;
  lo timestamptz;
  to_at timestamptz;
  last timestamptz;
  lo_local timestamp;
  to_local timestamp;
  last_local timestamp;
  lo_day int;
  to_day int;
  hi_day int;
  last_day int;
  reach bigint;
  most bigint;
  look interval;
BEGIN
  IF r.count IS NULL THEN
    RETURN r;
  END IF;
  all_days.days_on := NULL;
  all_days.days_off := NULL;

  IF r.freq < 3 THEN
    begun := medsched._instant(r.start, time_zone);
    IF coalesce(r.seconds, r.minutes, r.hours, r.months, r.monthdays, r.yeardays, r.positions) IS NULL AND NOT r.by_day THEN
      step := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
      IF (r.count - 1)::numeric * step < 400000000000 THEN
        r.end_at := least(r.end_at, to_timestamp(extract(epoch FROM begun)::bigint + (r.count - 1) * step + 1));
      END IF;
      RETURN r;
    END IF;
    lo := begun;
    look := 100 * medsched._first_look(r);
    WHILE lo < least(hi, r.end_at) LOOP
      to_at := medsched._window_end(all_days, time_zone, lo, least(lo + look, hi));
      SELECT count(*), (array_agg(o.at ORDER BY o.at))[nth] INTO found, last
        FROM (SELECT DISTINCT i.at FROM medsched._instants(all_days, time_zone, lo, to_at) AS i (at)) AS o;
      IF last IS NOT NULL THEN
        r.end_at := last + interval '1 second';
        RETURN r;
      END IF;
      nth := nth - found;
      lo := to_at;
      look := least(4 * look, interval '146097 days');
    END LOOP;
    RETURN r;
  END IF;

  -- A local time before hi is not a day ahead of it.
  hi_day := least(timezone(time_zone, hi)::date - epoch::date + 1, 2921939);
  IF r.positions IS NOT NULL THEN
    lo_local := r.start;
    to_local := lo_local;
    most := greatest(1, 50000 / medsched._per_day(r));
    reach := least(most, 32 + nth * r.every * (ARRAY[1, 7, 31, 366])[r.freq - 2]);
    WHILE to_local <= epoch + make_interval(days => hi_day) LOOP
      to_local := lo_local + make_interval(days => reach::int);
      SELECT count(*), (array_agg(o.local ORDER BY o.local))[nth] INTO found, last_local
        FROM (SELECT DISTINCT w.local FROM medsched._wall(all_days, lo_local, to_local) AS w (local)) AS o;
      IF last_local IS NOT NULL THEN
        r.end_local := last_local + interval '1 second';
        RETURN r;
      END IF;
      nth := nth - found;
      lo_local := to_local;
      reach := least(most, 4 * reach);
    END LOOP;
    RETURN r;
  END IF;

  -- Every day of the rule has all its times, but for the first, which has those from start on.
  size := cardinality(r.times);
  IF r.count > (hi_day - r.start_day + 1)::bigint * size THEN
    RETURN r;
  END IF;
  IF EXISTS (SELECT FROM medsched._days(all_days, r.start_day, r.start_day) AS d WHERE d.day = r.start_day) THEN
    nth := nth + (SELECT count(*) FROM unnest(r.times) AS second WHERE second < extract(epoch FROM r.start::time));
  END IF;
  found := (nth - 1) / size;    -- days before the last
  IF r.freq = 3 AND NOT r.by_day AND coalesce(r.months, r.monthdays) IS NULL THEN
    IF r.start_day + found * r.every <= hi_day THEN
      last_day := r.start_day + found * r.every;
    END IF;
  ELSE
    lo_day := r.start_day;
    reach := found + 1;
    WHILE lo_day <= hi_day AND last_day IS NULL LOOP
      to_day := least(lo_day + least(greatest(reach * r.every * (ARRAY[1, 7, 31, 366])[r.freq - 2], 30), 100000), hi_day);
      SELECT count(*), (array_agg(d.day ORDER BY d.day))[reach] INTO found, last_day
        FROM (SELECT DISTINCT n.day FROM medsched._days(all_days, lo_day, to_day) AS n) AS d;
      reach := reach - found;
      lo_day := to_day + 1;
    END LOOP;
  END IF;
  IF last_day IS NOT NULL THEN
    r.end_local := epoch + make_interval(days => last_day, secs => r.times[(nth - 1) % size + 1] + 1);
  END IF;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._limit_rule(medsched._rule, text, timestamptz) IS
  'Internal: a rule with the end that COUNT gives it';

-- Check an array of dates, and give their instants.
CREATE OR REPLACE FUNCTION medsched._dates(dates timestamp[], time_zone text, name text)
RETURNS timestamptz[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  instants timestamptz[] := '{}';
  date timestamp;
BEGIN
  IF dates IS NULL OR dates = '{}' THEN
    RETURN '{}';
  END IF;
  IF array_ndims(dates) > 1 THEN
    RAISE EXCEPTION USING ERRCODE = '2202E', MESSAGE = name || ' must have one dimension';
  END IF;
  FOREACH date IN ARRAY dates LOOP
    IF date IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = name || ' must not contain a null';
    END IF;
    PERFORM medsched._check_local(date, name);
  END LOOP;
  RETURN ARRAY(SELECT DISTINCT medsched._instant(d, time_zone) FROM unnest(dates) AS d);
END
$$;

COMMENT ON FUNCTION medsched._dates(timestamp[], text, text) IS
  'Internal: the instants of added or excluded dates, checked';

CREATE OR REPLACE FUNCTION medsched._check_local(local timestamp, name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT isfinite(local) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' must be finite';
  END IF;
  IF date_trunc('second', local) <> local THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' must be a whole second',
      DETAIL = format('It is "%s".', local), HINT = $hint$Use date_trunc('second', ...).$hint$;
  END IF;
  IF local < timestamp '0001-01-01' OR local >= timestamp '10000-01-01' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' is out of range',
      DETAIL = format('It is "%s".', local), HINT = 'Use a date in the years 1 to 9999.';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_local(timestamp, text) IS
  'Internal: checks a wall-clock time of a schedule';

-- Check the parts of a schedule, and give its rule.
CREATE OR REPLACE FUNCTION medsched._check_schedule(rrule text, starts_at timestamp, time_zone text,
  rdates timestamp[], exdates timestamp[], days_on int, days_off int)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF starts_at IS NULL OR time_zone IS NULL OR rdates IS NULL OR exdates IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004',
      MESSAGE = CASE WHEN starts_at IS NULL THEN 'starts_at' WHEN time_zone IS NULL THEN 'time_zone'
                     WHEN rdates IS NULL THEN 'rdates' ELSE 'exdates' END || ' must not be null';
  END IF;
  -- The rule's errors come first.
  r := medsched._read_rule(rrule);
  IF NOT medsched._is_listed(time_zone) THEN
    PERFORM medsched.check_time_zone(time_zone);
  END IF;
  IF NOT isfinite(starts_at) OR date_trunc('second', starts_at) <> starts_at
     OR starts_at < timestamp '0001-01-01' OR starts_at >= timestamp '10000-01-01' THEN
    PERFORM medsched._check_local(starts_at, 'starts_at');
  END IF;
  IF (coalesce(days_on, 0) <> 0 OR coalesce(days_off, 0) <> 0)
     AND (days_on BETWEEN 1 AND 3660 AND days_off BETWEEN 1 AND 3660) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('invalid cycle of %s days on and %s days off', coalesce(days_on, 0), coalesce(days_off, 0)),
      HINT = 'Give both, each from 1 to 3660, or neither.';
  END IF;
  RETURN medsched._begin_rule(r, starts_at, medsched._zone(time_zone), days_on, days_off);
END
$$;

COMMENT ON FUNCTION medsched._check_schedule(text, timestamp, text, timestamp[], timestamp[], int, int) IS
  'Internal: the rule of a schedule whose parts are checked';

-- The occurrences of a schedule that is valid in a window, ascending; when there are more than so many, one more and no
-- others.
CREATE OR REPLACE FUNCTION medsched._window(r medsched._rule, starts_at timestamp, time_zone text, lo timestamptz, hi timestamptz,
  added timestamptz[], excluded timestamptz[], most int)
RETURNS SETOF timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 60
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  begun CONSTANT timestamptz := medsched._instant(starts_at, time_zone);
  to_at timestamptz;
  n bigint;
  found bigint := 0;
BEGIN
  lo := greatest(lo, begun);
  hi := least(hi, timestamptz '10000-01-02 00:00Z');
  IF r.freq IS NULL THEN
    added := added || begun;
  ELSIF r.count IS NOT NULL AND lo < hi THEN
    r := medsched._limit_rule(r, time_zone, hi);
  END IF;
  WHILE lo < hi LOOP
    to_at := CASE WHEN r.freq IS NULL THEN hi ELSE medsched._window_end(r, time_zone, lo, hi) END;
    RETURN QUERY
      SELECT DISTINCT o.at
        FROM (SELECT i.at FROM medsched._instants(r, time_zone, lo, to_at) AS i (at)
              UNION ALL
              SELECT a.at FROM unnest(added) AS a (at) WHERE a.at >= lo AND a.at < to_at) AS o
       WHERE o.at NOT IN (SELECT unnest(excluded))
       ORDER BY o.at
       LIMIT most + 1 - found;
    GET DIAGNOSTICS n = ROW_COUNT;
    found := found + n;
    EXIT WHEN found > most;
    lo := to_at;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._window(medsched._rule, timestamp, text, timestamptz, timestamptz, timestamptz[], timestamptz[], int) IS
  'Internal: the occurrences of a valid schedule in a window';

CREATE OR REPLACE FUNCTION medsched.occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS SETOF timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 ROWS 60
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
  most int;
  n bigint;
BEGIN
  IF window_start IS NULL OR window_end IS NULL OR NOT isfinite(window_start) OR NOT isfinite(window_end)
     OR window_end < window_start THEN
    PERFORM medsched.check_window(window_start, window_end);
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  time_zone := medsched._zone(time_zone);
  most := medsched._max_doses();
  RETURN QUERY
    SELECT * FROM medsched._window(r, starts_at, time_zone, window_start, window_end,
      medsched._dates(rdates, time_zone, 'rdates'), medsched._dates(exdates, time_zone, 'exdates'), most);
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > most THEN
    PERFORM medsched._refuse_count(most);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION medsched._refuse_count(most int)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '54000',
    MESSAGE = format('more than %s doses in the window', most),
    DETAIL = 'The setting medsched.max_doses bounds how many doses one call computes.',
    HINT = 'Narrow the window, or raise medsched.max_doses.';
END
$$;

COMMENT ON FUNCTION medsched._refuse_count(int) IS
  'Internal: raises the error of a call that would compute more than medsched.max_doses';

CREATE OR REPLACE FUNCTION medsched.count_occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
  RETURN (SELECT count(*) FROM medsched.occurrences(rrule, starts_at, time_zone, window_start, window_end,
                                                    rdates, exdates, cycle_days_on, cycle_days_off));
END
$$;

-- Whether an instant is an occurrence of a schedule that is valid.
CREATE OR REPLACE FUNCTION medsched._is_occurrence(r medsched._rule, starts_at timestamp, time_zone text, at timestamptz,
  added timestamptz[], excluded timestamptz[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT isfinite(at) OR date_trunc('second', at) <> at OR at = ANY (excluded)
     OR at < medsched._instant(starts_at, time_zone) THEN
    RETURN false;
  END IF;
  IF at = ANY (added) THEN
    RETURN true;
  ELSIF r.freq IS NULL THEN
    RETURN at = medsched._instant(starts_at, time_zone);
  END IF;
  RETURN EXISTS (
    SELECT FROM medsched._instants(medsched._limit_rule(r, time_zone, at + interval '1 second'), time_zone,
                                   at, at + interval '1 second'));
END
$$;

COMMENT ON FUNCTION medsched._is_occurrence(medsched._rule, timestamp, text, timestamptz, timestamptz[], timestamptz[]) IS
  'Internal: whether an instant is an occurrence of a valid schedule';

CREATE OR REPLACE FUNCTION medsched.is_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  at timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF at IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'at must not be null';
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  time_zone := medsched._zone(time_zone);
  RETURN medsched._is_occurrence(r, starts_at, time_zone, at,
    medsched._dates(rdates, time_zone, 'rdates'), medsched._dates(exdates, time_zone, 'exdates'));
END
$$;

-- How far ahead of an instant a rule has an occurrence if it has any: what its interval, the cycle and the calendar's
-- 400 years come to together.  A rule below a day sees summer time come and go, which does so regularly from 2100 on.
CREATE OR REPLACE FUNCTION medsched._horizon(r medsched._rule, after timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  latest CONSTANT timestamptz := '10000-01-02 00:00Z';
  step CONSTANT numeric := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
  days numeric := CASE
    -- A rule that looks at times of the day alone sees them all in this time.
    WHEN r.freq < 3 AND NOT r.by_day AND coalesce(r.months, r.monthdays, r.yeardays) IS NULL AND lcm(step, 86400) < 60 * 86400 THEN 1000
    WHEN r.freq < 3 THEN lcm(step, 146097 * 86400::numeric) / 86400
    WHEN r.freq = 3 THEN lcm(r.every::numeric, 146097)
    WHEN r.freq = 4 THEN lcm(7 * r.every::numeric, 146097)
    WHEN r.freq = 5 THEN lcm(r.every::numeric, 4800) / 4800 * 146097
    ELSE lcm(r.every::numeric, 400) / 400 * 146097 END;
BEGIN
  days := ceil(lcm(days, coalesce(r.days_on + r.days_off, 1)) + 2);
  IF r.freq < 3 THEN
    after := greatest(after, timestamptz '2100-01-01 00:00Z');
  END IF;
  IF days > 3652059 OR after + make_interval(days => days::int) > latest THEN
    RETURN latest;
  END IF;
  RETURN after + make_interval(days => days::int);
END
$$;

COMMENT ON FUNCTION medsched._horizon(medsched._rule, timestamptz) IS
  'Internal: until when to look for an occurrence of a rule that may have none';

-- How long a window to look into first.
CREATE OR REPLACE FUNCTION medsched._first_look(r medsched._rule)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN interval '1 second' * least(400 * 366 * 86400::bigint, greatest(3600,
    r.every * (ARRAY[3, 90, 5400, 100000, 8 * 86400, 32 * 86400, 367 * 86400])[r.freq + 1]));
END
$$;

COMMENT ON FUNCTION medsched._first_look(medsched._rule) IS
  'Internal: how long a window to look into first for the next occurrence of a rule';

-- The first occurrence after an instant of a schedule that is valid; NULL: none.
CREATE OR REPLACE FUNCTION medsched._next_occurrence(r medsched._rule, starts_at timestamp, time_zone text, after timestamptz,
  added timestamptz[], excluded timestamptz[])
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  begun CONSTANT timestamptz := medsched._instant(starts_at, time_zone);
  lo timestamptz := greatest(begun, CASE WHEN isfinite(after) THEN after + interval '1 microsecond' ELSE after END);
  hi timestamptz;
  look interval;
  horizon timestamptz;
  next timestamptz;
  next_added timestamptz;
  most int := 50000;
BEGIN
  IF r.freq IS NULL THEN
    added := added || begun;
  END IF;
  next_added := (SELECT min(a.at) FROM unnest(added) AS a (at) WHERE a.at >= lo AND a.at NOT IN (SELECT unnest(excluded)));
  IF r.freq IS NOT NULL AND lo < timestamptz '10000-01-02 00:00Z' THEN
    look := medsched._first_look(r);
    horizon := least(medsched._horizon(r, greatest(lo, (SELECT max(e) FROM unnest(excluded) AS e))), r.end_at,
                     timezone(time_zone, r.end_local) + interval '1 day', next_added);
    WHILE lo < horizon LOOP
      hi := medsched._window_end(r, time_zone, lo, least(lo + look, horizon), most);
      next := (SELECT min(i.at) FROM medsched._instants(r, time_zone, lo, hi) AS i (at)
                WHERE i.at NOT IN (SELECT unnest(excluded)));
      EXIT WHEN next IS NOT NULL;
      lo := hi;
      look := least(4 * look, interval '146097 days');
      most := least(4 * most, 1000000);    -- what had fewer than it could
    END LOOP;
    -- Look at COUNT only up to what would be the answer without it.
    IF r.count IS NOT NULL AND next IS NOT NULL
       AND NOT EXISTS (SELECT FROM medsched._instants(medsched._limit_rule(r, time_zone, next + interval '1 second'),
                                                      time_zone, next, next + interval '1 second')) THEN
      next := NULL;
    END IF;
  END IF;
  RETURN least(next, next_added);
END
$$;

COMMENT ON FUNCTION medsched._next_occurrence(medsched._rule, timestamp, text, timestamptz, timestamptz[], timestamptz[]) IS
  'Internal: the first occurrence of a valid schedule after an instant';

CREATE OR REPLACE FUNCTION medsched.next_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  after timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF after IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'after must not be null';
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  time_zone := medsched._zone(time_zone);
  RETURN medsched._next_occurrence(r, starts_at, time_zone, after,
    medsched._dates(rdates, time_zone, 'rdates'), medsched._dates(exdates, time_zone, 'exdates'));
END
$$;

-- The last occurrence before an instant of a schedule that is valid; NULL: none.
CREATE OR REPLACE FUNCTION medsched._previous_occurrence(r medsched._rule, starts_at timestamp, time_zone text, before timestamptz,
  added timestamptz[], excluded timestamptz[])
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  begun timestamptz := medsched._instant(starts_at, time_zone);
  lo timestamptz;
  hi timestamptz := least(before, timestamptz '10000-01-02 00:00Z');
  look interval;
  horizon interval;
  last timestamptz;
  last_added timestamptz;
  most int := 50000;
BEGIN
  IF r.freq IS NULL THEN
    added := added || begun;
  END IF;
  last_added := (SELECT max(a.at) FROM unnest(added) AS a (at)
                  WHERE a.at >= begun AND a.at < hi AND a.at NOT IN (SELECT unnest(excluded)));
  IF r.freq IS NOT NULL AND hi > begun THEN
    r := medsched._limit_rule(r, time_zone, hi);
    look := medsched._first_look(r);
    hi := least(hi, r.end_at, timezone(time_zone, r.end_local) + interval '1 day');
    -- As far back as _horizon would look ahead.
    horizon := medsched._horizon(r, '2100-01-01 00:00Z') - timestamptz '2100-01-01 00:00Z';
    IF horizon < interval '1000 years' THEN
      begun := greatest(begun, least(hi, timestamptz '1800-01-01 00:00Z', (SELECT min(e) FROM unnest(excluded) AS e)) - horizon);
    END IF;
    begun := greatest(begun, last_added);
    WHILE hi > begun LOOP
      lo := medsched._window_start(r, time_zone, greatest(hi - look, begun), hi, most);
      last := (SELECT max(i.at) FROM medsched._instants(r, time_zone, lo, hi) AS i (at)
                WHERE i.at NOT IN (SELECT unnest(excluded)));
      EXIT WHEN last IS NOT NULL;
      hi := lo;
      look := least(2 * look, interval '146097 days');
      most := least(4 * most, 1000000);
    END LOOP;
  END IF;
  RETURN greatest(last, last_added);
END
$$;

COMMENT ON FUNCTION medsched._previous_occurrence(medsched._rule, timestamp, text, timestamptz, timestamptz[], timestamptz[]) IS
  'Internal: the last occurrence of a valid schedule before an instant';

CREATE OR REPLACE FUNCTION medsched.previous_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  before timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF before IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'before must not be null';
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  time_zone := medsched._zone(time_zone);
  RETURN medsched._previous_occurrence(r, starts_at, time_zone, before,
    medsched._dates(rdates, time_zone, 'rdates'), medsched._dates(exdates, time_zone, 'exdates'));
END
$$;

-- For a row among those of many people.

-- A window that ends before it starts is empty: the bounds of schedules lie as they lie, and the planner is free to try a row
-- before it tests whether the row is in the window.
CREATE OR REPLACE FUNCTION medsched.schedule_occurrences(
  schedule_id uuid,
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 60
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  zone text;
BEGIN
  PERFORM medsched.check_window_for_all(window_start, greatest(window_start, CASE WHEN window_end IS NOT NULL THEN window_end END));
  IF window_end IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'window_end must not be null';
  ELSIF window_end <= window_start THEN
    RETURN;
  END IF;
  zone := medsched._zone(time_zone);
  -- As many as there are, for medsched.max_doses bounds the window.
  RETURN QUERY
    SELECT * FROM medsched._window(
      medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off),
      starts_at, zone, window_start, window_end,
      medsched._dates(rdates, zone, 'rdates'), medsched._dates(exdates, zone, 'exdates'), 2000000000);
END
$$;

CREATE OR REPLACE FUNCTION medsched.count_schedule_occurrences(
  schedule_id uuid,
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT count(*) FROM medsched.schedule_occurrences(schedule_id, rrule, starts_at, time_zone, window_start, window_end,
                                                             rdates, exdates, cycle_days_on, cycle_days_off));
END
$$;

-- How many occurrences a rule can have in a day, and extra dates in any 24 hours.
CREATE OR REPLACE FUNCTION medsched._most_per_day(r medsched._rule, added timestamptz[])
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := 0;
  size int;
  selected int;
  passing int;
BEGIN
  IF r.freq IS NOT NULL THEN
    size := CASE r.freq WHEN 0 THEN 1
                        WHEN 1 THEN (SELECT greatest(count(DISTINCT s), 1) FROM unnest(r.seconds) AS s)
                        WHEN 2 THEN (SELECT greatest(count(DISTINCT s), 1) FROM unnest(r.seconds) AS s)
                                    * (SELECT greatest(count(DISTINCT m), 1) FROM unnest(r.minutes) AS m)
                        ELSE cardinality(r.times) END;
    most := size;
    IF r.positions IS NOT NULL THEN
      -- What does not reach into a set of a day or less selects nothing, and two positions may be one.
      selected := (SELECT count(DISTINCT CASE WHEN r.freq <= 3 AND n < 0 THEN size + 1 + n ELSE n END)
                     FROM unnest(r.positions) AS n WHERE r.freq > 3 OR abs(n) <= size);
      most := least(most, selected);
    END IF;
    IF r.freq < 3 THEN
      most := most * least(
        (86400 + r.every * (ARRAY[1, 60, 3600])[r.freq + 1] - 1) / (r.every * (ARRAY[1, 60, 3600])[r.freq + 1]),
        coalesce((SELECT count(DISTINCT h) FROM unnest(r.hours) AS h HAVING count(*) > 0), 24)
        * CASE WHEN r.freq < 2 THEN coalesce((SELECT count(DISTINCT m) FROM unnest(r.minutes) AS m HAVING count(*) > 0), 60) ELSE 1 END
        * CASE WHEN r.freq = 0 THEN coalesce((SELECT count(DISTINCT s) FROM unnest(r.seconds) AS s HAVING count(*) > 0), 60) ELSE 1 END);
    END IF;
    most := least(most, r.count);
  END IF;
  RETURN most + coalesce((
    SELECT max(a.n) FROM (SELECT count(*) OVER (ORDER BY x.at RANGE BETWEEN CURRENT ROW AND interval '23:59:59' FOLLOWING) AS n
                            FROM (SELECT DISTINCT a.at FROM unnest(added) AS a (at) WHERE a.at IS NOT NULL) AS x) AS a), 0);
END
$$;

COMMENT ON FUNCTION medsched._most_per_day(medsched._rule, timestamptz[]) IS
  'Internal: how many doses a schedule can have in a day';

CREATE OR REPLACE FUNCTION medsched.schedule_density_problem(
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most CONSTANT int := medsched._max_doses_per_day();
  r CONSTANT medsched._rule := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  zone CONSTANT text := medsched._zone(time_zone);
  per_day bigint;
BEGIN
  per_day := medsched._most_per_day(r, medsched._dates(rdates, zone, 'rdates')
                                       || CASE WHEN rrule IS NULL THEN medsched._instant(starts_at, zone) END);
  RETURN CASE WHEN per_day > most THEN format('It can have %s doses a day, of at most %s.', per_day, most)
              WHEN r.count > 100000 THEN format('It counts %s doses, of at most 100000.', r.count) END;
END
$$;

-- Of the table's CHECKs.

CREATE OR REPLACE FUNCTION medsched.check_dates(name text, dates timestamp[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF dates <> '{}' THEN
    PERFORM medsched._dates(dates, 'UTC', name);
  END IF;
  RETURN true;
END
$$;
