-- The days of a recurrence rule in words.
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
CREATE OR REPLACE FUNCTION medsched._days_counted(language text, numbers int[])
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  from_first CONSTANT int[] := ARRAY(SELECT n FROM unnest(numbers) AS n WHERE n > 0 ORDER BY n);
BEGIN
  RETURN medsched._runs(language, from_first, ARRAY(SELECT medsched._ordinal(language, n) FROM unnest(from_first) AS n ORDER BY n))
         || ARRAY(SELECT medsched._say(language, 'nth_day', ARRAY[medsched._position(language, n)]) FROM unnest(numbers) AS n WHERE n < 0 ORDER BY n);
END
$$;

COMMENT ON FUNCTION medsched._days_counted(text, int[]) IS
  'Internal: days of a month or a year in words, those below zero counted from its last';

-- "the 1st and last day", "the 100th day".
CREATE OR REPLACE FUNCTION medsched._yeardays_words(language text, numbers int[], conjunction text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN 0 > ANY (numbers) THEN medsched._joined(language, medsched._days_counted(language, numbers), conjunction)
            ELSE medsched._say(language, 'nth_day', ARRAY[medsched._joined(language, medsched._days_counted(language, numbers), conjunction)]) END;

COMMENT ON FUNCTION medsched._yeardays_words(text, int[], text) IS
  'Internal: days of a year in words';

CREATE OR REPLACE FUNCTION medsched._months_words(language text, numbers int[], conjunction text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._joined(language, medsched._runs(language, numbers, ARRAY(SELECT medsched._month_name(language, n) FROM unnest(numbers) AS n ORDER BY n)), conjunction);

COMMENT ON FUNCTION medsched._months_words(text, int[], text) IS
  'Internal: months in words';

-- "week 20 and the last week".
CREATE OR REPLACE FUNCTION medsched._weeks_words(language text, numbers int[], conjunction text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  from_first CONSTANT int[] := ARRAY(SELECT n FROM unnest(numbers) AS n WHERE n > 0 ORDER BY n);
BEGIN
  RETURN medsched._joined(language,
    medsched._runs(language, from_first, ARRAY(SELECT medsched._say(language, 'week', ARRAY[n::text]) FROM unnest(from_first) AS n ORDER BY n))
    || ARRAY(SELECT medsched._say(language, 'nth_week', ARRAY[medsched._position(language, n)]) FROM unnest(numbers) AS n WHERE n < 0 ORDER BY n), conjunction);
END
$$;

COMMENT ON FUNCTION medsched._weeks_words(text, int[], text) IS
  'Internal: weeks of a year in words';

-- "Mondays to Fridays".
CREATE OR REPLACE FUNCTION medsched._weekdays_words(language text, numbers int[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._joined(language, medsched._runs(language, numbers, ARRAY(SELECT medsched._say(language, 'weekdays.' || n) FROM unnest(numbers) AS n ORDER BY n)), 'and');

COMMENT ON FUNCTION medsched._weekdays_words(text, int[]) IS
  'Internal: weekdays in words';

-- "the first Monday", "the last Friday": from the first on, then from the last.
CREATE OR REPLACE FUNCTION medsched._nth_words(language text, nth int[])
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT medsched._say(language, 'nth_weekday', ARRAY[medsched._position(language, n / 7), medsched._weekday_name(language, abs(n) % 7)])
               FROM unnest(nth) AS n ORDER BY n < 0, abs(n));

COMMENT ON FUNCTION medsched._nth_words(text, int[]) IS
  'Internal: weekdays with a number in words';

-- "on Mondays in March and on the first Friday of March": in_span and of_span are patterns, and month or year their part; NULL: none.
CREATE OR REPLACE FUNCTION medsched._weekdays_of(language text, r medsched._recurrence, in_span text, of_span text, months text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  items text[] := '{}';
  words text;
BEGIN
  IF r.weekdays <> '{}' THEN
    words := medsched._say(language, 'on_weekdays', ARRAY[medsched._weekdays_words(language, r.weekdays)]);
    items := items || CASE WHEN in_span IS NULL THEN words ELSE medsched._say(language, in_span, ARRAY[words, months]) END;
  END IF;
  IF r.nth <> '{}' THEN
    words := medsched._say(language, 'on_nth', ARRAY[medsched._joined(language, medsched._nth_words(language, r.nth), 'and')]);
    items := items || medsched._say(language, of_span, ARRAY[words, months]);
  END IF;
  RETURN medsched._joined(language, items, 'and');
END
$$;

COMMENT ON FUNCTION medsched._weekdays_of(text, medsched._recurrence, text, text, text) IS
  'Internal: the weekdays of a rule in words, and of what they are';

-- Days in words, with a remark on those that some months or years lack.
CREATE OR REPLACE FUNCTION medsched._with_remark(language text, words text, r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shortest int;    -- month that the rule has
BEGIN
  IF r.monthdays IS NOT NULL THEN
    shortest := (SELECT min(CASE WHEN m = 2 THEN 28 WHEN m IN (4, 6, 9, 11) THEN 30 ELSE 31 END)
                   FROM unnest(coalesce(r.months, '{2}')) AS m);
  END IF;
  IF EXISTS (SELECT FROM unnest(r.monthdays) AS n WHERE abs(n) > shortest) OR r.yeardays && '{366,-366}' THEN
    RETURN medsched._say(language, 'lacking.' || r.skip, ARRAY[words]);
  ELSIF r.weeknos && '{53,-53}'
        OR EXISTS (SELECT FROM unnest(r.nth) AS n
                    WHERE abs(n / 7) >= CASE WHEN r.freq = 5 OR r.months IS NOT NULL THEN 5 ELSE 53 END) THEN
    RETURN medsched._say(language, 'lacking.0', ARRAY[words]);
  END IF;
  RETURN words;
END
$$;

COMMENT ON FUNCTION medsched._with_remark(text, text, medsched._recurrence) IS
  'Internal: the days of a rule in words, with a remark on those that some months or years lack';

-- Any combination of parts that has no wording of its own; "and also", because a condition may have "or" in it.
CREATE OR REPLACE FUNCTION medsched._day_conditions(language text, r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  span CONSTANT text := CASE WHEN r.freq = 5 OR r.months IS NOT NULL THEN 'month' ELSE 'year' END;
  conditions text[] := '{}';
  condition text;
  words text;
BEGIN
  IF r.monthdays IS NOT NULL THEN
    conditions := conditions || medsched._say(language, 'that.monthday', ARRAY[medsched._joined(language, medsched._days_counted(language, r.monthdays), 'or')]);
  END IF;
  IF r.yeardays IS NOT NULL THEN
    conditions := conditions || medsched._say(language, 'that.yearday', ARRAY[medsched._yeardays_words(language, r.yeardays, 'or')]);
  END IF;
  IF r.weekdays IS NOT NULL THEN
    conditions := conditions || medsched._joined(language,
      ARRAY(SELECT medsched._say(language, 'that.weekday', ARRAY[medsched._weekday_name(language, n)]) FROM unnest(r.weekdays) AS n ORDER BY n)
      || ARRAY(SELECT medsched._say(language, 'that.nth_' || span, ARRAY[d.words]) FROM unnest(medsched._nth_words(language, r.nth)) WITH ORDINALITY AS d (words, i) ORDER BY d.i), 'or');
  END IF;
  IF r.weeknos IS NOT NULL THEN
    conditions := conditions || medsched._say(language, 'that.week', ARRAY[medsched._weeks_words(language, r.weeknos, 'or')]);
  END IF;
  IF r.months IS NOT NULL THEN
    conditions := conditions || medsched._say(language, 'that.month', ARRAY[medsched._months_words(language, r.months, 'or')]);
  END IF;
  FOREACH condition IN ARRAY conditions LOOP
    words := CASE WHEN words IS NULL THEN condition ELSE medsched._say(language, 'and_also', ARRAY[words, condition]) END;
  END LOOP;
  RETURN medsched._say(language, 'each_day_that', ARRAY[words]);
END
$$;

COMMENT ON FUNCTION medsched._day_conditions(text, medsched._recurrence) IS
  'Internal: the days of a rule in words, as conditions that all hold';

-- "on Mondays", "on the last day of each month", "in March" for every day of that month, or NULL for every day.  The rule
-- is completed; within is the frequency of the period that the sentence has already named, so that its days are those
-- "of the month", not "of each month", or 0 for none.
CREATE OR REPLACE FUNCTION medsched._days_words(language text, r medsched._recurrence, within int)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_month CONSTANT text := CASE WHEN within = 5 THEN 'of_month' ELSE 'of_each_month' END;
  of_year CONSTANT text := CASE WHEN within = 6 THEN 'of_year' ELSE 'of_each_year' END;
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
    words := medsched._weekdays_of(language, r, NULL::text, CASE WHEN r.freq = 5 THEN of_month ELSE of_year END, NULL::text);
  WHEN 'BYDAY BYMONTH' THEN
    words := medsched._months_words(language, r.months, 'and');
    words := CASE WHEN every_weekday THEN medsched._say(language, 'in', ARRAY[words]) ELSE medsched._weekdays_of(language, r, 'in_months', 'of_months', words) END;
  WHEN 'BYDAY BYWEEKNO' THEN
    words := medsched._say(language, of_year, ARRAY[medsched._say(language, 'in_weeks',
      ARRAY[medsched._say(language, 'on_weekdays', ARRAY[medsched._weekdays_words(language, r.weekdays)]), medsched._weeks_words(language, r.weeknos, 'and')])]);
  WHEN 'BYMONTH' THEN
    words := medsched._say(language, 'in', ARRAY[medsched._months_words(language, r.months, 'and')]);
  WHEN 'BYMONTHDAY' THEN
    words := medsched._say(language, of_month, ARRAY[medsched._say(language, 'on_days', ARRAY[medsched._joined(language, medsched._days_counted(language, r.monthdays), 'and')])]);
  WHEN 'BYMONTHDAY BYMONTH' THEN
    IF cardinality(r.monthdays) > 1 OR r.monthdays[1] < 0 THEN
      words := medsched._say(language, 'of_months', ARRAY[medsched._say(language, 'on_days', ARRAY[medsched._joined(language, medsched._days_counted(language, r.monthdays), 'and')]),
                                                         medsched._months_words(language, r.months, 'and')]);
    ELSE
      words := medsched._say(language, 'on_date', ARRAY[medsched._joined(language,
        ARRAY(SELECT medsched._say(language, 'day_of_month', ARRAY[r.monthdays[1]::text, medsched._month_name(language, m)]) FROM unnest(r.months) AS m ORDER BY m), 'and')]);
    END IF;
  WHEN 'BYYEARDAY' THEN
    words := medsched._say(language, of_year, ARRAY[medsched._say(language, 'on_days', ARRAY[medsched._yeardays_words(language, r.yeardays, 'and')])]);
  ELSE
    words := medsched._day_conditions(language, r);
  END CASE;
  RETURN medsched._with_remark(language, words, r);
END
$$;

COMMENT ON FUNCTION medsched._days_words(text, medsched._recurrence, int) IS
  'Internal: the days of a rule in words; NULL: every day';
