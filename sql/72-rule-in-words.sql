-- A recurrence rule in words.
--
-- Rules of days and more are days and times of day: "every 2 weeks on Mondays at
-- 08:00".  Rules of hours and less are steps and limits: "every 8 hours from
-- 1 March 2027 at 06:00, but only on Mondays".
--
-- The functions take a rule that _completed() has completed.

-- "every day", "every 2 weeks".
CREATE OR REPLACE FUNCTION medsched._every_words(language text, r medsched._recurrence)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'every.' || r.freq || CASE WHEN r.every = 1 THEN '.1' ELSE '.n' END, ARRAY[r.every::text]);

COMMENT ON FUNCTION medsched._every_words(text, medsched._recurrence) IS
  'Internal: "every day", "every 2 weeks"';

-- ", only the first and last of these", or ''.
CREATE OR REPLACE FUNCTION medsched._positions_words(language text, r medsched._recurrence)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN r.positions IS NULL THEN ''
            ELSE medsched._say(language, 'only_these', ARRAY[medsched._joined(language, ARRAY(SELECT medsched._position(language, n) FROM unnest(r.positions) AS n
                                                                                          ORDER BY n < 0, abs(n)), 'and')]) END;

COMMENT ON FUNCTION medsched._positions_words(text, medsched._recurrence) IS
  'Internal: BYSETPOS in words';

-- "minute 5", "minutes 0 to 20 and 40".
CREATE OR REPLACE FUNCTION medsched._numbers_words(language text, unit text, numbers int[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'numbers.' || unit || CASE WHEN cardinality(numbers) = 1 THEN '.1' ELSE '.n' END,
  ARRAY[medsched._joined(language, medsched._runs(language, numbers, ARRAY(SELECT n::text AS word FROM unnest(numbers) AS n ORDER BY n)), 'and')]);

COMMENT ON FUNCTION medsched._numbers_words(text, text, int[]) IS
  'Internal: "minute 5", "minutes 0 to 20 and 40"';

-- " at minutes 0 and 30 and second 15"; the seconds unless they are 0.
CREATE OR REPLACE FUNCTION medsched._minutes_words(language text, r medsched._recurrence)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'at_minutes', ARRAY[
  CASE WHEN r.seconds = ARRAY[0] THEN medsched._numbers_words(language, 'minute', r.minutes)
       ELSE medsched._say(language, 'and', ARRAY[medsched._numbers_words(language, 'minute', r.minutes), medsched._numbers_words(language, 'second', r.seconds)]) END]);

COMMENT ON FUNCTION medsched._minutes_words(text, medsched._recurrence) IS
  'Internal: the minutes and seconds of a rule in words';

-- " at 08:00 and 20:00", one by one up to 12.
CREATE OR REPLACE FUNCTION medsched._times_words(language text, r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF cardinality(r.hours) * cardinality(r.minutes) * cardinality(r.seconds) > 12 THEN
    RETURN medsched._say(language, 'minutes_of_hours', ARRAY[medsched._minutes_words(language, r), medsched._numbers_words(language, 'hour', r.hours)]);
  END IF;
  RETURN medsched._say(language, 'at', ARRAY[medsched._joined(language,
    ARRAY(SELECT medsched._time_words(h * 3600 + m * 60 + s)
            FROM unnest(r.hours) AS h CROSS JOIN unnest(r.minutes) AS m CROSS JOIN unnest(r.seconds) AS s
           ORDER BY h, m, s), 'and')]);
END
$$;

COMMENT ON FUNCTION medsched._times_words(text, medsched._recurrence) IS
  'Internal: the times of day of a rule of days or more in words';

-- The days after a word that requires some: "on each day in March".
CREATE OR REPLACE FUNCTION medsched._on_days(language text, days text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN days IS NULL THEN medsched._say(language, 'on_each_day')
            WHEN starts_with(days, medsched._say(language, 'in', ARRAY[''])) THEN medsched._say(language, 'on_each_day_in', ARRAY[days])
            ELSE days END;

COMMENT ON FUNCTION medsched._on_days(text, text) IS
  'Internal: days in words, after a word that requires some';

-- Of a rule of days or more: which periods, and the days in them.
CREATE OR REPLACE FUNCTION medsched._days_of_rule(language text, r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  days CONSTANT text := medsched._days_words(language, r, CASE WHEN r.every = 1 AND r.positions IS NULL THEN 0 ELSE r.freq END);
  -- BY parts that leave out days of the period rather than say which (RFC 5545 section 3.3.10, the table).
  limited CONSTANT boolean := CASE WHEN r.freq = 3 THEN days IS NOT NULL WHEN r.freq < 6 THEN r.months IS NOT NULL ELSE false END;
  -- A month or year may have several of the days, so that "every 2 months on Mondays" could be taken for one Monday.
  several CONSTANT boolean := r.freq > 4 AND (
    r.weekdays <> '{}' OR coalesce(r.weekdays, r.monthdays, r.yeardays) IS NULL
    OR r.freq = 6 AND r.monthdays IS NOT NULL AND r.months IS NULL);
  times CONSTANT int := cardinality(r.hours) * cardinality(r.minutes) * cardinality(r.seconds);
  words text;
BEGIN
  IF r.positions IS NOT NULL THEN
    RETURN medsched._every_words(language, r) || medsched._positions_words(language, r) || ': ' || medsched._on_days(language, days);
  ELSIF r.every > 1 THEN
    words := CASE WHEN several THEN medsched._say(language, 'in_every_nth.' || r.freq, ARRAY[medsched._ordinal(language, r.every::int)])
                  ELSE medsched._every_words(language, r) END;
    RETURN CASE WHEN limited THEN medsched._say(language, 'but_only', ARRAY[words]) ELSE words END
           || CASE WHEN r.freq > 3 THEN ' ' || medsched._on_days(language, days) ELSE coalesce(' ' || days, '') END;
  ELSIF days IS NULL THEN
    RETURN CASE WHEN times BETWEEN 2 AND 4 THEN medsched._say(language, 'times_a_day.' || times) ELSE medsched._say(language, 'every.3.1') END;
  ELSIF starts_with(days, medsched._say(language, 'in', ARRAY[''])) THEN
    RETURN medsched._say(language, 'every.3.1') || ' ' || days;
  END IF;
  RETURN CASE WHEN r.months IS NOT NULL THEN medsched._say(language, 'every.6.1') || ' ' ELSE '' END || days;
END
$$;

COMMENT ON FUNCTION medsched._days_of_rule(text, medsched._recurrence) IS
  'Internal: the days of a rule of days or more in words';

-- "from 08:00 to 12:59 and from 20:00 to 20:59".
CREATE OR REPLACE FUNCTION medsched._hours_words(language text, hours int[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN medsched._joined(language,
    ARRAY(SELECT medsched._say(language, 'from_to', ARRAY[medsched._time_words(min(h) * 3600), medsched._time_words(max(h) * 3600 + 3540)])
            FROM (SELECT n AS h, n - row_number() OVER (ORDER BY n) AS run FROM unnest(hours) AS n) AS u
           GROUP BY run ORDER BY min(h)), 'and');
END
$$;

COMMENT ON FUNCTION medsched._hours_words(text, int[]) IS
  'Internal: runs of hours in words';

-- ", but only on Mondays, from 08:00 to 17:59": what a rule below days leaves out, or ''.
CREATE OR REPLACE FUNCTION medsched._limits_words(language text, r medsched._recurrence)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words text;
BEGIN
  words := concat_ws(', ', medsched._days_words(language, r, 0),
    CASE WHEN r.hours IS NOT NULL THEN medsched._hours_words(language, r.hours) END,
    CASE WHEN r.freq < 2 AND r.minutes IS NOT NULL THEN medsched._say(language, 'of_the_hour', ARRAY[medsched._numbers_words(language, 'minute', r.minutes)]) END,
    CASE WHEN r.freq = 0 AND r.seconds IS NOT NULL THEN medsched._say(language, 'of_the_minute', ARRAY[medsched._numbers_words(language, 'second', r.seconds)]) END);
  RETURN CASE WHEN words = '' THEN '' ELSE medsched._say(language, 'but_only_in', ARRAY[words]) END;
END
$$;

COMMENT ON FUNCTION medsched._limits_words(text, medsched._recurrence) IS
  'Internal: what a rule of hours or less leaves out, in words';

-- What a rule says, but for COUNT and UNTIL, which are the caller's: span is "from 1 March 2027 until 3 March 2027" or the
-- like, or NULL.  zone: ", Europe/Berlin", or ''.  several: a step of hours or minutes has times of its own, by BYMINUTE or BYSECOND.
CREATE OR REPLACE FUNCTION medsched._rule_words(language text, r medsched._recurrence, several boolean, span text, zone text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF r.freq < 3 THEN
    RETURN medsched._every_words(language, r)
      -- Without several times in a step, the first and the last are the one there is.
      || CASE WHEN several OR NOT coalesce(r.positions && '{1,-1}', false) THEN medsched._positions_words(language, r) ELSE '' END
      || CASE WHEN several AND r.positions IS NOT NULL THEN ':' ELSE '' END
      || CASE WHEN NOT several THEN '' WHEN r.freq = 2 THEN medsched._minutes_words(language, r)
              ELSE medsched._say(language, 'at_minutes', ARRAY[medsched._numbers_words(language, 'second', r.seconds)]) END
      || coalesce(' ' || span, '') || medsched._limits_words(language, r) || zone;
  END IF;
  RETURN medsched._days_of_rule(language, r) || medsched._times_words(language, r)
    -- Where weeks begin, where that makes a difference, unless it is Monday.
    || CASE WHEN r.week_start > 0 AND (r.weeknos IS NOT NULL OR r.freq = 4 AND (r.every > 1 OR r.positions IS NOT NULL))
            THEN medsched._say(language, 'weeks_begin', ARRAY[medsched._weekday_name(language, r.week_start)]) ELSE '' END
    || zone || coalesce(', ' || span, '');
END
$$;

COMMENT ON FUNCTION medsched._rule_words(text, medsched._recurrence, boolean, text, text) IS
  'Internal: a recurrence rule in words';
