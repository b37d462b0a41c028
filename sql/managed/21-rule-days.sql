-- When a schedule has doses, from its parts and no table: the engine in SQL, in this file
-- and those up to 30-occurrences.sql.  From the inside out:
--   _days      the days that a rule names, by RFC 5545 section 3.3.10 and RFC 7529
--   _wall      those days at their times, BYSETPOS selected: wall-clock times
--   _instants  wall-clock times as instants; a rule below a day, which steps in
--              elapsed time, from _steps over each of a zone's _stretches
--   occurrences and the other questions: windows of _instants
--
-- What most rules are is shorter: _regular_days and _regular_instants.  It is all PL/pgSQL, which keeps its plans; its expressions are set up anew in each transaction, and that
-- is most of what it costs.  The first call of a connection makes the plans: those of a loop of small expressions cost it a
-- fifth of that of a query that joins the same.
--
-- Wall-clock times are timestamps, days are counted from 2000-01-01, and what is
-- below a day is counted in seconds.  Windows are half-open.

-- The number of the period (year, month, week, day) of a rule that holds a day.
CREATE OR REPLACE FUNCTION medsched._period(r medsched._rule, day int)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  date CONSTANT date := date '2000-01-01' + day;
  year int;
BEGIN
  CASE r.freq
  WHEN 4 THEN
    RETURN medsched._week(day, r.week_start);
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

-- RFC 5545 section 3.3.10, BYDAY: a number counts weekdays in the month or the year, from its first or its last.
CREATE OR REPLACE FUNCTION medsched._is_nth(date date, weekday int, in_month boolean, nth int[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
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

-- The days of a DAILY or WEEKLY rule in the periods from first to last, in no order, but for what dates limit.
CREATE OR REPLACE FUNCTION medsched._regular_days(r medsched._rule, first int, last int)
RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  days int[] := '{}';
  begins bigint;
  weekday int;
  day int;
BEGIN
  first := greatest(first, r.phase);
  begins := first + mod(r.every - mod(first - r.phase, r.every), r.every);
  IF begins > last THEN
    RETURN days;
  END IF;
  FOR period IN begins .. last BY r.every LOOP
    FOREACH weekday IN ARRAY CASE r.freq WHEN 4 THEN r.weekdays ELSE '{0}' END LOOP
      day := CASE r.freq WHEN 4 THEN period * 7 - 5 + r.week_start + (weekday - r.week_start + 7) % 7 ELSE period END;
      IF (r.freq = 4 OR r.weekdays IS NULL OR medsched._weekday(day) = ANY (r.weekdays))
         -- BYSETPOS selects before the cycle does.
         AND (r.days_on IS NULL OR r.positions IS NOT NULL
              OR mod(day - r.start_day + r.days_on + r.days_off, r.days_on + r.days_off) < r.days_on) THEN
        days := array_append(days, day);
      END IF;
    END LOOP;
  END LOOP;
  RETURN days;
END
$$;

COMMENT ON FUNCTION medsched._regular_days(medsched._rule, int, int) IS
  'Internal: the days of a DAILY or WEEKLY rule in a range of its periods';

-- The days from lo to hi that a rule names, each with its period; where the rule
-- has BYSETPOS, all days of the periods that reach into them.  A day may come twice,
-- from two periods (SKIP).
--
-- Expanding and limiting come to the same for days: those where all BY parts meet.
CREATE OR REPLACE FUNCTION medsched._days(r medsched._rule, lo int, hi int)
RETURNS TABLE (day int, period int)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
#variable_conflict use_column
DECLARE
  epoch CONSTANT date := date '2000-01-01';
  skip CONSTANT int := CASE WHEN r.freq >= 5 AND r.weeknos IS NULL THEN coalesce(r.skip, 0) ELSE 0 END;
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
         AND (r.weekdays IS NULL OR medsched._weekday(d.day) = ANY (r.weekdays))
         AND (r.months IS NULL OR c.month = ANY (r.months))
         AND (r.monthdays IS NULL OR c.monthday = ANY (r.monthdays)
              OR c.monthday - medsched._month_size(c.year, c.month) - 1 = ANY (r.monthdays))
         AND (r.yeardays IS NULL OR c.yearday = ANY (r.yeardays)
              OR c.yearday - medsched._year_size(c.year) - 1 = ANY (r.yeardays))
         AND (length IS NULL OR mod(d.day - r.start_day + length, length) < r.days_on);

  ELSIF r.freq = 4 OR r.freq = 3 AND NOT by_date AND r.yeardays IS NULL THEN
    RETURN QUERY
      SELECT d.day, CASE r.freq WHEN 4 THEN medsched._week(d.day, r.week_start) ELSE d.day END
        FROM unnest(medsched._regular_days(r, first::int, last::int)) AS d (day)
       WHERE d.day BETWEEN lo AND hi
         AND (r.months IS NULL OR date_part('month', epoch + d.day)::int = ANY (r.months));

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
         AND (r.weekdays IS NULL OR medsched._weekday(d.day) = ANY (r.weekdays)
              OR r.nth IS NOT NULL AND medsched._is_nth(epoch + d.day, medsched._weekday(d.day), in_month, r.nth))
         AND (length IS NULL OR mod(d.day - r.start_day + length, length) < r.days_on);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._days(medsched._rule, int, int) IS
  'Internal: the days that a rule names, and their periods';
