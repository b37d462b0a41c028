-- A recurrence rule in English.
--
-- Rules of days and more are days and times of day: "every 2 weeks on Mondays at
-- 08:00".  Rules of hours and less are steps and limits: "every 8 hours from
-- 1 March 2027 at 06:00, but only on Mondays".
--
-- The functions take a rule that _completed() has completed.

-- "every day", "every 2 weeks".
CREATE OR REPLACE FUNCTION medsched._every_words(r medsched._recurrence)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'every ' || CASE WHEN r.every = 1 THEN medsched._period_name(r.freq)
                        ELSE medsched._quantity(r.every::bigint, medsched._period_name(r.freq)) END;

COMMENT ON FUNCTION medsched._every_words(medsched._recurrence) IS
  'Internal: "every day", "every 2 weeks"';

-- ", only the first and last of these", or ''.
CREATE OR REPLACE FUNCTION medsched._positions_words(r medsched._recurrence)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN r.positions IS NULL THEN ''
            ELSE ', only the ' || medsched._joined(ARRAY(SELECT medsched._position(n) FROM unnest(r.positions) AS n
                                                          ORDER BY n < 0, abs(n)), 'and') || ' of these' END;

COMMENT ON FUNCTION medsched._positions_words(medsched._recurrence) IS
  'Internal: BYSETPOS in words';

-- "minute 5", "minutes 0 to 20 and 40".
CREATE OR REPLACE FUNCTION medsched._numbers_words(unit text, numbers int[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN unit || CASE WHEN cardinality(numbers) = 1 THEN ' ' ELSE 's ' END
       || medsched._joined(medsched._runs(numbers, ARRAY(SELECT n::text AS word FROM unnest(numbers) AS n ORDER BY n)), 'and');

COMMENT ON FUNCTION medsched._numbers_words(text, int[]) IS
  'Internal: "minute 5", "minutes 0 to 20 and 40"';

-- " at minutes 0 and 30 and second 15"; the seconds unless they are 0.
CREATE OR REPLACE FUNCTION medsched._minutes_words(r medsched._recurrence)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ' at ' || medsched._numbers_words('minute', r.minutes)
       || CASE WHEN r.seconds = ARRAY[0] THEN '' ELSE ' and ' || medsched._numbers_words('second', r.seconds) END;

COMMENT ON FUNCTION medsched._minutes_words(medsched._recurrence) IS
  'Internal: the minutes and seconds of a rule in words';

-- " at 08:00 and 20:00", one by one up to 12.
CREATE OR REPLACE FUNCTION medsched._times_words(r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF cardinality(r.hours) * cardinality(r.minutes) * cardinality(r.seconds) > 12 THEN
    RETURN medsched._minutes_words(r) || ' of ' || medsched._numbers_words('hour', r.hours);
  END IF;
  RETURN ' at ' || medsched._joined(
    ARRAY(SELECT medsched._time_words(h * 3600 + m * 60 + s)
            FROM unnest(r.hours) AS h CROSS JOIN unnest(r.minutes) AS m CROSS JOIN unnest(r.seconds) AS s
           ORDER BY h, m, s), 'and');
END
$$;

COMMENT ON FUNCTION medsched._times_words(medsched._recurrence) IS
  'Internal: the times of day of a rule of days or more in words';

-- The days after a word that requires some: "on each day in March".
CREATE OR REPLACE FUNCTION medsched._on_days(days text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN days IS NULL THEN 'on each day'
            WHEN starts_with(days, 'in ') THEN 'on each day ' || days
            ELSE days END;

COMMENT ON FUNCTION medsched._on_days(text) IS
  'Internal: days in words, after a word that requires some';

-- Of a rule of days or more: which periods, and the days in them.
CREATE OR REPLACE FUNCTION medsched._days_of_rule(r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  days CONSTANT text := medsched._days_words(r, CASE WHEN r.every = 1 AND r.positions IS NULL THEN 0 ELSE r.freq END);
  -- BY parts that leave out days of the period rather than say which (RFC 5545 section 3.3.10, the table).
  limited CONSTANT boolean := CASE WHEN r.freq = 3 THEN days IS NOT NULL WHEN r.freq < 6 THEN r.months IS NOT NULL ELSE false END;
  -- A month or year may have several of the days, so that "every 2 months on Mondays" could be taken for one Monday.
  several CONSTANT boolean := r.freq > 4 AND (
    r.weekdays <> '{}' OR coalesce(r.weekdays, r.monthdays, r.yeardays) IS NULL
    OR r.freq = 6 AND r.monthdays IS NOT NULL AND r.months IS NULL);
BEGIN
  IF r.positions IS NOT NULL THEN
    RETURN medsched._every_words(r) || medsched._positions_words(r) || ': ' || medsched._on_days(days);
  ELSIF r.every > 1 THEN
    RETURN CASE WHEN several THEN 'in every ' || medsched._ordinal(r.every::int) || ' ' || medsched._period_name(r.freq)
                ELSE medsched._every_words(r) END
           || CASE WHEN limited THEN ', but only' ELSE '' END
           || CASE WHEN r.freq > 3 THEN ' ' || medsched._on_days(days) ELSE coalesce(' ' || days, '') END;
  ELSIF days IS NULL THEN
    RETURN 'every day';
  ELSIF starts_with(days, 'in ') THEN
    RETURN 'every day ' || days;
  END IF;
  RETURN CASE WHEN r.months IS NOT NULL THEN 'every year ' ELSE '' END || days;
END
$$;

COMMENT ON FUNCTION medsched._days_of_rule(medsched._recurrence) IS
  'Internal: the days of a rule of days or more in words';

-- "from 08:00 to 12:59 and from 20:00 to 20:59".
CREATE OR REPLACE FUNCTION medsched._hours_words(hours int[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN medsched._joined(
    ARRAY(SELECT 'from ' || medsched._time_words(min(h) * 3600) || ' to ' || medsched._time_words(max(h) * 3600 + 3540)
            FROM (SELECT n AS h, n - row_number() OVER (ORDER BY n) AS run FROM unnest(hours) AS n) AS u
           GROUP BY run ORDER BY min(h)), 'and');
END
$$;

COMMENT ON FUNCTION medsched._hours_words(int[]) IS
  'Internal: runs of hours in words';

-- ", but only on Mondays, from 08:00 to 17:59": what a rule below days leaves out, or ''.
CREATE OR REPLACE FUNCTION medsched._limits_words(r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(', but only ' || nullif(concat_ws(', ', medsched._days_words(r, 0),
    CASE WHEN r.hours IS NOT NULL THEN medsched._hours_words(r.hours) END,
    CASE WHEN r.freq < 2 AND r.minutes IS NOT NULL THEN 'in ' || medsched._numbers_words('minute', r.minutes) || ' of the hour' END,
    CASE WHEN r.freq = 0 AND r.seconds IS NOT NULL THEN 'in ' || medsched._numbers_words('second', r.seconds) || ' of the minute' END),
    ''), '');
END
$$;

COMMENT ON FUNCTION medsched._limits_words(medsched._recurrence) IS
  'Internal: what a rule of hours or less leaves out, in words';

-- What a rule says, but for COUNT and UNTIL, which are the caller's: span is "from 1 March 2027 until 3 March 2027" or the
-- like, or NULL.  several: a step of hours or minutes has times of its own, by BYMINUTE or BYSECOND.
CREATE OR REPLACE FUNCTION medsched._rule_words(r medsched._recurrence, several boolean, span text, time_zone text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF r.freq < 3 THEN
    RETURN medsched._every_words(r)
      -- Without several times in a step, the first and the last are the one there is.
      || CASE WHEN several OR NOT coalesce(r.positions && '{1,-1}', false) THEN medsched._positions_words(r) ELSE '' END
      || CASE WHEN several AND r.positions IS NOT NULL THEN ':' ELSE '' END
      || CASE WHEN NOT several THEN '' WHEN r.freq = 2 THEN medsched._minutes_words(r)
              ELSE ' at ' || medsched._numbers_words('second', r.seconds) END
      || coalesce(' ' || span, '') || medsched._limits_words(r) || ', ' || time_zone;
  END IF;
  RETURN medsched._days_of_rule(r) || medsched._times_words(r)
    -- Where weeks begin, where that makes a difference, unless it is Monday.
    || CASE WHEN r.week_start > 0 AND (r.weeknos IS NOT NULL OR r.freq = 4 AND (r.every > 1 OR r.positions IS NOT NULL))
            THEN ', weeks beginning on ' || medsched._weekday_name(r.week_start) ELSE '' END
    || ', ' || time_zone || coalesce(', ' || span, '');
END
$$;

COMMENT ON FUNCTION medsched._rule_words(medsched._recurrence, boolean, text, text) IS
  'Internal: a recurrence rule in words';
