-- The days of a recurrence rule in English.
--
-- All BY parts for days hold at once: a day is the rule's where every one of them
-- has it.  The combinations that are in use have their own wording.  Any other is
-- "each day that is the 13th of the month and also a Friday", which is always right.

-- The parts of a rule, with those that its start implies: "Information, not contained in the rule, necessary to determine
-- the various recurrence instance start time and dates are derived from the Start Time (DTSTART)" (RFC 5545 section 3.3.10).
CREATE OR REPLACE FUNCTION medsched._completed(r medsched._recurrence, start timestamp)
RETURNS medsched._recurrence
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  second CONSTANT int := medsched._second_of_day(start);
BEGIN
  IF r.freq > 2 AND r.hours IS NULL THEN
    r.hours := ARRAY[second / 3600];
  END IF;
  IF r.freq > 1 AND r.minutes IS NULL THEN
    r.minutes := ARRAY[second / 60 % 60];
  END IF;
  IF r.freq > 0 AND r.seconds IS NULL THEN
    r.seconds := ARRAY[second % 60];
  END IF;
  IF coalesce(r.weekdays, r.monthdays, r.yeardays) IS NULL THEN
    IF r.freq = 4 OR r.weeknos IS NOT NULL THEN
      r.weekdays := ARRAY[date_part('isodow', start)::int - 1];
      r.nth := '{}';
    ELSIF r.freq > 4 THEN
      IF r.freq = 6 AND r.months IS NULL THEN
        r.months := ARRAY[date_part('month', start)::int];
      END IF;
      r.monthdays := ARRAY[date_part('day', start)::int];
    END IF;
  END IF;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._completed(medsched._recurrence, timestamp) IS
  'Internal: the parts of a rule, with those that its start implies';

-- "1st", "15th", "last day"; of many, as in _runs.
CREATE OR REPLACE FUNCTION medsched._days_counted(numbers int[])
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  from_first CONSTANT int[] := ARRAY(SELECT n FROM unnest(numbers) AS n WHERE n > 0 ORDER BY n);
BEGIN
  RETURN medsched._runs(from_first, ARRAY(SELECT medsched._ordinal(n) FROM unnest(from_first) AS n ORDER BY n))
         || ARRAY(SELECT medsched._position(n) || ' day' FROM unnest(numbers) AS n WHERE n < 0 ORDER BY n);
END
$$;

COMMENT ON FUNCTION medsched._days_counted(int[]) IS
  'Internal: days of a month or a year in words, those below zero counted from its last';

-- "the 1st and last day", "the 100th day".
CREATE OR REPLACE FUNCTION medsched._yeardays_words(numbers int[], conjunction text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._joined(medsched._days_counted(numbers), conjunction) || CASE WHEN 0 > ANY (numbers) THEN '' ELSE ' day' END;

COMMENT ON FUNCTION medsched._yeardays_words(int[], text) IS
  'Internal: days of a year in words';

CREATE OR REPLACE FUNCTION medsched._months_words(numbers int[], conjunction text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._joined(medsched._runs(numbers, ARRAY(SELECT medsched._month_name(n) FROM unnest(numbers) AS n ORDER BY n)), conjunction);

COMMENT ON FUNCTION medsched._months_words(int[], text) IS
  'Internal: months in words';

-- "week 20 and the last week".
CREATE OR REPLACE FUNCTION medsched._weeks_words(numbers int[], conjunction text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  from_first CONSTANT int[] := ARRAY(SELECT n FROM unnest(numbers) AS n WHERE n > 0 ORDER BY n);
BEGIN
  RETURN medsched._joined(
    medsched._runs(from_first, ARRAY(SELECT 'week ' || n FROM unnest(from_first) AS n ORDER BY n))
    || ARRAY(SELECT 'the ' || medsched._position(n) || ' week' FROM unnest(numbers) AS n WHERE n < 0 ORDER BY n), conjunction);
END
$$;

COMMENT ON FUNCTION medsched._weeks_words(int[], text) IS
  'Internal: weeks of a year in words';

-- "Mondays to Fridays".
CREATE OR REPLACE FUNCTION medsched._weekdays_words(numbers int[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._joined(medsched._runs(numbers, ARRAY(SELECT medsched._weekday_name(n) || 's' FROM unnest(numbers) AS n ORDER BY n)), 'and');

COMMENT ON FUNCTION medsched._weekdays_words(int[]) IS
  'Internal: weekdays in words';

-- "the first Monday", "the last Friday": from the first on, then from the last.
CREATE OR REPLACE FUNCTION medsched._nth_words(nth int[])
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT 'the ' || medsched._position(n / 7) || ' ' || medsched._weekday_name(abs(n) % 7)
               FROM unnest(nth) AS n ORDER BY n < 0, abs(n));

COMMENT ON FUNCTION medsched._nth_words(int[]) IS
  'Internal: weekdays with a number in words';

-- "on Mondays in March and on the first Friday of March".
CREATE OR REPLACE FUNCTION medsched._weekdays_of(r medsched._recurrence, in_span text, of_span text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  items text[] := '{}';
BEGIN
  IF r.weekdays <> '{}' THEN
    items := items || ('on ' || medsched._weekdays_words(r.weekdays) || in_span);
  END IF;
  IF r.nth <> '{}' THEN
    items := items || ('on ' || medsched._joined(medsched._nth_words(r.nth), 'and') || of_span);
  END IF;
  RETURN medsched._joined(items, 'and');
END
$$;

COMMENT ON FUNCTION medsched._weekdays_of(medsched._recurrence, text, text) IS
  'Internal: the weekdays of a rule in words, and of what they are';

-- A remark on days that some months or years lack, or ''.
CREATE OR REPLACE FUNCTION medsched._missing_days_remark(r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  remarks CONSTANT text[] := ARRAY[' (no such day, no dose)', ' (no such day: the last one before it)',
                                   ' (no such day: the first one after it)'];
  shortest int;    -- month that the rule has
BEGIN
  IF r.monthdays IS NOT NULL THEN
    shortest := (SELECT min(CASE WHEN m = 2 THEN 28 WHEN m IN (4, 6, 9, 11) THEN 30 ELSE 31 END)
                   FROM unnest(coalesce(r.months, '{2}')) AS m);
  END IF;
  IF EXISTS (SELECT FROM unnest(r.monthdays) AS n WHERE abs(n) > shortest) OR r.yeardays && '{366,-366}' THEN
    RETURN remarks[r.skip + 1];
  ELSIF r.weeknos && '{53,-53}'
        OR EXISTS (SELECT FROM unnest(r.nth) AS n
                    WHERE abs(n / 7) >= CASE WHEN r.freq = 5 OR r.months IS NOT NULL THEN 5 ELSE 53 END) THEN
    RETURN remarks[1];
  END IF;
  RETURN '';
END
$$;

COMMENT ON FUNCTION medsched._missing_days_remark(medsched._recurrence) IS
  'Internal: a remark on the days of a rule that some months or years lack';

-- Any combination of parts that has no wording of its own; "and also", because a condition may have "or" in it.
CREATE OR REPLACE FUNCTION medsched._day_conditions(r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  span CONSTANT text := CASE WHEN r.freq = 5 OR r.months IS NOT NULL THEN 'month' ELSE 'year' END;
  conditions text[] := '{}';
BEGIN
  IF r.monthdays IS NOT NULL THEN
    conditions := conditions || ('the ' || medsched._joined(medsched._days_counted(r.monthdays), 'or') || ' of the month');
  END IF;
  IF r.yeardays IS NOT NULL THEN
    conditions := conditions || ('the ' || medsched._yeardays_words(r.yeardays, 'or') || ' of the year');
  END IF;
  IF r.weekdays IS NOT NULL THEN
    conditions := conditions || medsched._joined(
      ARRAY(SELECT 'a ' || medsched._weekday_name(n) FROM unnest(r.weekdays) AS n ORDER BY n)
      || ARRAY(SELECT d.words || ' of the ' || span FROM unnest(medsched._nth_words(r.nth)) WITH ORDINALITY AS d (words, i) ORDER BY d.i), 'or');
  END IF;
  IF r.weeknos IS NOT NULL THEN
    conditions := conditions || ('in ' || medsched._weeks_words(r.weeknos, 'or') || ' of a year');
  END IF;
  IF r.months IS NOT NULL THEN
    conditions := conditions || ('in ' || medsched._months_words(r.months, 'or'));
  END IF;
  RETURN 'on each day that is ' || array_to_string(conditions, ' and also ');
END
$$;

COMMENT ON FUNCTION medsched._day_conditions(medsched._recurrence) IS
  'Internal: the days of a rule in words, as conditions that all hold';

-- "on Mondays", "on the last day of each month", "in March" for every day of that month, or NULL for every day.  The rule
-- is completed; within is the frequency of the period that the sentence has already named, so that its days are those
-- "of the month", not "of each month", or 0 for none.
CREATE OR REPLACE FUNCTION medsched._days_words(r medsched._recurrence, within int)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_month CONSTANT text := CASE WHEN within = 5 THEN ' of the month' ELSE ' of each month' END;
  of_year CONSTANT text := CASE WHEN within = 6 THEN ' of the year' ELSE ' of each year' END;
  every_weekday CONSTANT boolean := cardinality(r.weekdays) = 7;
  words text;
BEGIN
  CASE concat_ws(' ', CASE WHEN r.weekdays IS NOT NULL THEN 'BYDAY' END, CASE WHEN r.weeknos IS NOT NULL THEN 'BYWEEKNO' END,
                 CASE WHEN r.monthdays IS NOT NULL THEN 'BYMONTHDAY' END, CASE WHEN r.yeardays IS NOT NULL THEN 'BYYEARDAY' END,
                 CASE WHEN r.months IS NOT NULL THEN 'BYMONTH' END)
  WHEN '' THEN
    RETURN NULL;
  WHEN 'BYDAY' THEN
    IF every_weekday THEN
      RETURN NULL;
    END IF;
    words := medsched._weekdays_of(r, '', CASE WHEN r.freq = 5 THEN of_month ELSE of_year END);
  WHEN 'BYDAY BYMONTH' THEN
    words := medsched._months_words(r.months, 'and');
    words := CASE WHEN every_weekday THEN 'in ' || words ELSE medsched._weekdays_of(r, ' in ' || words, ' of ' || words) END;
  WHEN 'BYDAY BYWEEKNO' THEN
    words := 'on ' || medsched._weekdays_words(r.weekdays) || ' in ' || medsched._weeks_words(r.weeknos, 'and') || of_year;
  WHEN 'BYMONTH' THEN
    words := 'in ' || medsched._months_words(r.months, 'and');
  WHEN 'BYMONTHDAY' THEN
    words := 'on the ' || medsched._joined(medsched._days_counted(r.monthdays), 'and') || of_month;
  WHEN 'BYMONTHDAY BYMONTH' THEN
    IF cardinality(r.monthdays) > 1 OR r.monthdays[1] < 0 THEN
      words := 'on the ' || medsched._joined(medsched._days_counted(r.monthdays), 'and') || ' of ' || medsched._months_words(r.months, 'and');
    ELSE
      words := 'on ' || medsched._joined(
        ARRAY(SELECT r.monthdays[1] || ' ' || medsched._month_name(m) FROM unnest(r.months) AS m ORDER BY m), 'and');
    END IF;
  WHEN 'BYYEARDAY' THEN
    words := 'on the ' || medsched._yeardays_words(r.yeardays, 'and') || of_year;
  ELSE
    words := medsched._day_conditions(r);
  END CASE;
  RETURN words || medsched._missing_days_remark(r);
END
$$;

COMMENT ON FUNCTION medsched._days_words(medsched._recurrence, int) IS
  'Internal: the days of a rule in words; NULL: every day';
