-- Why a recurrence rule does not name a wall-clock time, in English.
--
-- Each check is of a condition that every time the rule names fulfils, so what
-- fails is a reason by itself.  What no check finds (the position in a month, a
-- date that SKIP has moved) is told as a whole, never guessed.

-- The text of a rule without some of its parts.
CREATE OR REPLACE FUNCTION medsched._without(rrule text, parts text[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- COLLATE "C", for what upper() makes of an i depends on the locale.
  RETURN (SELECT string_agg(p.part, ';' ORDER BY p.n)
            FROM string_to_table(upper(rrule COLLATE "C"), ';') WITH ORDINALITY AS p (part, n)
           WHERE replace(split_part(p.part, '=', 1), 'RRULE:', '') <> ALL (parts));
END
$$;

COMMENT ON FUNCTION medsched._without(text, text[]) IS
  'Internal: the text of a recurrence rule without some of its parts';

-- Whether a rule begun at start names a time, both on a wall clock whose offset never changes; COUNT and UNTIL aside.
CREATE OR REPLACE FUNCTION medsched._names(rrule text, start timestamp, local timestamp)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- The calendar repeats itself after 400 years, so years before 1 are asked about in a later round.
  IF start < '0001-01-01' THEN
    start := start + interval '146097 days';
    local := local + interval '146097 days';
  END IF;
  RETURN medsched.is_occurrence(medsched._without(rrule, '{COUNT,UNTIL}'::text[]), start, 'UTC', timezone('UTC', local),
    '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int);
END
$$;

COMMENT ON FUNCTION medsched._names(text, timestamp, timestamp) IS
  'Internal: whether a rule names a wall-clock time; COUNT and UNTIL aside';

-- Which week of its year a day is in, and which from the last (RFC 5545 section 3.3.10, BYWEEKNO): a week is of the year
-- that its fourth day is in.
CREATE OR REPLACE FUNCTION medsched._week_of_year(local timestamp, week_start int, OUT fourth timestamp, OUT week int, OUT from_last int)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  fourth := date_trunc('day', local) + make_interval(days => 3 - (date_part('isodow', local)::int + 6 - week_start) % 7);
  week := (date_part('doy', fourth)::int - 1) / 7 + 1;
  from_last := date_part('day', date_trunc('year', fourth) + interval '1 year' - fourth - interval '1 day')::int / 7 + 1;
END
$$;

COMMENT ON FUNCTION medsched._week_of_year(timestamp, int) IS
  'Internal: the week of the year that a day is in, by its number from the first and from the last';

-- The number of the period of a rule that holds a time: INTERVAL counts whole hours, days, weeks of the calendar, whatever
-- the time in them.
CREATE OR REPLACE FUNCTION medsched._period_number(r medsched._recurrence, local timestamp)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  day CONSTANT timestamp := CASE WHEN r.freq = 6 AND r.weeknos IS NOT NULL THEN (medsched._week_of_year(local, r.week_start)).fourth
                                 ELSE local END;
  year CONSTANT int := date_part('year', day) + (date_part('year', day) < 0)::int;    -- 1 BC is before 1
BEGIN
  RETURN CASE r.freq
    WHEN 6 THEN year
    WHEN 5 THEN 12 * year + date_part('month', day)::int
    WHEN 4 THEN floor((extract(epoch FROM local) / 86400 + 3 - r.week_start) / 7)    -- 1970 began on a Thursday
    ELSE floor(extract(epoch FROM local) / (ARRAY[1, 60, 3600, 86400])[r.freq + 1]) END;
END
$$;

COMMENT ON FUNCTION medsched._period_number(medsched._recurrence, timestamp) IS
  'Internal: the number of the period of a rule that holds a time';

-- What a day is by a BY part, in words, and whether the part has it.
CREATE OR REPLACE FUNCTION medsched._day_by(part text, r medsched._recurrence, local timestamp, OUT words text, OUT holds boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  n int;
  from_last int;
BEGIN
  CASE part
  WHEN 'BYDAY' THEN
    n := date_part('isodow', local)::int - 1;
    words := medsched._weekday_name('en', n);
    holds := n = ANY (r.weekdays) OR EXISTS (SELECT FROM unnest(r.nth) AS u WHERE abs(u) % 7 = n);
    RETURN;
  WHEN 'BYMONTH' THEN
    n := date_part('month', local);
    words := medsched._month_name('en', n);
    holds := n = ANY (r.months);
    RETURN;
  WHEN 'BYMONTHDAY' THEN
    n := date_part('day', local);
    from_last := date_part('day', date_trunc('month', local) + interval '1 month' - interval '1 day')::int - n + 1;
    words := 'the ' || medsched._ordinal('en', n);
    holds := n = ANY (r.monthdays) OR -from_last = ANY (r.monthdays);
  WHEN 'BYYEARDAY' THEN
    n := date_part('doy', local);
    from_last := date_part('doy', date_trunc('year', local) + interval '1 year' - interval '1 day')::int - n + 1;
    words := 'day ' || n || ' of the year';
    holds := n = ANY (r.yeardays) OR -from_last = ANY (r.yeardays);
  WHEN 'BYWEEKNO' THEN
    SELECT w.week, w.from_last INTO n, from_last FROM medsched._week_of_year(local, r.week_start) AS w;
    words := 'week ' || n;
    holds := n = ANY (r.weeknos) OR -from_last = ANY (r.weeknos);
  END CASE;
END
$$;

COMMENT ON FUNCTION medsched._day_by(text, medsched._recurrence, timestamp) IS
  'Internal: what a day is by a BY part, and whether a rule has it';

-- Why a rule has a period but not this one, or NULL.
CREATE OR REPLACE FUNCTION medsched._interval_reason(r medsched._recurrence, start timestamp, local timestamp)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  distance CONSTANT bigint := medsched._period_number(r, local) - medsched._period_number(r, start);
BEGIN
  IF distance % r.every = 0 THEN
    RETURN NULL;
  END IF;
  RETURN 'the ' || medsched._period_name(r.freq) || ' is ' || medsched._quantity('en', distance, medsched._period_name(r.freq))
         || ' after that of starts_at, which is no multiple of INTERVAL=' || r.every;
END
$$;

COMMENT ON FUNCTION medsched._interval_reason(medsched._recurrence, timestamp, timestamp) IS
  'Internal: why a rule does not have a period, by its INTERVAL';

-- Why a rule has no such time of day, or NULL.  Its times are listed up to 8.
CREATE OR REPLACE FUNCTION medsched._time_reason(r medsched._recurrence, second int)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- NULL: all.
  hour_fits CONSTANT boolean := coalesce(second / 3600 = ANY (r.hours), true);
  minute_fits CONSTANT boolean := coalesce(second / 60 % 60 = ANY (r.minutes), true);
  second_fits CONSTANT boolean := coalesce(second % 60 = ANY (r.seconds), true);
  size CONSTANT int := coalesce(cardinality(r.hours), 24) * coalesce(cardinality(r.minutes), 60) * coalesce(cardinality(r.seconds), 60);
BEGIN
  IF hour_fits AND minute_fits AND second_fits THEN
    RETURN NULL;
  ELSIF size > 8 THEN
    RETURN 'its times of day have no ' || medsched._joined('en', array_remove(ARRAY[
      CASE WHEN NOT hour_fits THEN 'hour ' || second / 3600 END,
      CASE WHEN NOT minute_fits THEN 'minute ' || second / 60 % 60 END,
      CASE WHEN NOT second_fits THEN 'second ' || second % 60 END], NULL), 'or');
  END IF;
  RETURN CASE WHEN size = 1 THEN 'its time of day is ' ELSE 'its times of day are ' END || medsched._joined('en',
    ARRAY(SELECT medsched._time_words(h * 3600 + m * 60 + s)
            FROM unnest(coalesce(r.hours, ARRAY(SELECT generate_series(0, 23)))) AS h
           CROSS JOIN unnest(coalesce(r.minutes, ARRAY(SELECT generate_series(0, 59)))) AS m
           CROSS JOIN unnest(coalesce(r.seconds, ARRAY(SELECT generate_series(0, 59)))) AS s
           ORDER BY h, m, s), 'and');
END
$$;

COMMENT ON FUNCTION medsched._time_reason(medsched._recurrence, int) IS
  'Internal: why a rule does not have a time of day';

-- What keeps a rule from naming a wall-clock time, one that it does not name: each part that alone would be enough.  Start
-- and time are on a wall clock whose offset never changes.
CREATE OR REPLACE FUNCTION medsched._reasons(rrule text, start timestamp, local timestamp)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parts CONSTANT medsched._recurrence := medsched._rule_parts(rrule);
  r CONSTANT medsched._recurrence := medsched._completed(parts, start);
  reasons text[] := '{}';
BEGIN
  -- SKIP moves dates out of the months and days that the parts name.
  IF r.skip = 0 THEN
    reasons := ARRAY(
      SELECT CASE WHEN c.given THEN c.part || ' does not include ' || d.words
                  ELSE 'without ' || c.part || ' the rule takes that of starts_at, ' || s.words END
        FROM (VALUES (1, 'BYDAY', parts.weekdays IS NOT NULL, r.weekdays IS NOT NULL), (2, 'BYMONTH', parts.months IS NOT NULL, r.months IS NOT NULL),
                     (3, 'BYMONTHDAY', parts.monthdays IS NOT NULL, r.monthdays IS NOT NULL),
                     (4, 'BYYEARDAY', parts.yeardays IS NOT NULL, r.yeardays IS NOT NULL),
                     (5, 'BYWEEKNO', parts.weeknos IS NOT NULL, r.weeknos IS NOT NULL)) AS c (n, part, given, there)
       CROSS JOIN LATERAL medsched._day_by(c.part, r, local) AS d
       CROSS JOIN LATERAL medsched._day_by(c.part, r, start) AS s
       WHERE c.there AND NOT d.holds
       ORDER BY c.n)
      || medsched._interval_reason(r, start, local);
  END IF;
  reasons := array_remove(reasons || medsched._time_reason(r, medsched._second_of_day(local)), NULL);
  IF reasons = '{}' AND r.positions IS NOT NULL AND medsched._names(medsched._without(rrule, '{BYSETPOS}'::text[]), start, local) THEN
    RETURN 'BYSETPOS does not select it';
  ELSIF reasons = '{}' THEN
    RETURN 'its rule does not name this day';
  END IF;
  -- The reasons have commas and an "and" of their own.
  RETURN array_to_string(reasons, ', and ');
END
$$;

COMMENT ON FUNCTION medsched._reasons(text, timestamp, timestamp) IS
  'Internal: why a rule does not name a wall-clock time';
