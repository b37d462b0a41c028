-- Numbers, dates and lists in words.

-- "a", "a and b", "a, b and c"; "and" or "or".
CREATE OR REPLACE FUNCTION medsched._joined(language text, items text[], conjunction text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF cardinality(items) < 2 THEN
    RETURN coalesce(items[1], '');
  END IF;
  RETURN medsched._say(language, conjunction, ARRAY[array_to_string(trim_array(items, 1), ', '), items[cardinality(items)]]);
END
$$;

COMMENT ON FUNCTION medsched._joined(text, text[], text) IS
  'Internal: a list in words, joined by "and" or "or"';

CREATE OR REPLACE FUNCTION medsched._quantity(language text, number bigint, unit text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, unit || CASE WHEN number = 1 THEN '.1' ELSE '.n' END, ARRAY[number::text]);

COMMENT ON FUNCTION medsched._quantity(text, bigint, text) IS
  'Internal: "1 dose", "2 doses"';

CREATE OR REPLACE FUNCTION medsched._ordinal(language text, number int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'ordinal.' || CASE WHEN number / 10 % 10 = 1 THEN 'th'
                                               ELSE (ARRAY['th', 'st', 'nd', 'rd', 'th', 'th', 'th', 'th', 'th', 'th'])[number % 10 + 1] END,
                     ARRAY[number::text]);

COMMENT ON FUNCTION medsched._ordinal(text, int) IS
  'Internal: "1st", "22nd"';

CREATE OR REPLACE FUNCTION medsched._position(language text, number int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN number = -1 THEN medsched._say(language, 'position.last')
            WHEN number < 0 THEN medsched._say(language, 'position.from_last', ARRAY[medsched._ordinal(language, -number)])
            WHEN number <= 5 THEN medsched._say(language, 'position.' || number)
            ELSE medsched._ordinal(language, number) END;

COMMENT ON FUNCTION medsched._position(text, int) IS
  'Internal: "first" to "fifth", "6th"; below zero, from the end, "last", "2nd-to-last"';

CREATE OR REPLACE FUNCTION medsched._weekday_name(language text, weekday int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'weekday.' || weekday);

COMMENT ON FUNCTION medsched._weekday_name(text, int) IS
  'Internal: the name of a weekday, from 0 = Monday';

CREATE OR REPLACE FUNCTION medsched._month_name(language text, month int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'month_name.' || month);

COMMENT ON FUNCTION medsched._month_name(text, int) IS
  'Internal: the name of a month';

CREATE OR REPLACE FUNCTION medsched._period_name(freq int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['second', 'minute', 'hour', 'day', 'week', 'month', 'year'])[freq + 1];

COMMENT ON FUNCTION medsched._period_name(int) IS
  'Internal: what a frequency of _rule_parts() repeats';

-- The numbers, with three or more that follow one another as "a to c"; names has the words of each.
CREATE OR REPLACE FUNCTION medsched._runs(language text, numbers int[], names text[])
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  items text[] := '{}';
  first int := 1;
  last int;
BEGIN
  WHILE first <= cardinality(numbers) LOOP
    last := first;
    WHILE numbers[last + 1] = numbers[last] + 1 LOOP
      last := last + 1;
    END LOOP;
    IF last - first >= 2 THEN
      items := items || medsched._say(language, 'to', ARRAY[names[first], names[last]]);
      first := last;
    ELSE
      items := items || names[first];
    END IF;
    first := first + 1;
  END LOOP;
  RETURN items;
END
$$;

COMMENT ON FUNCTION medsched._runs(text, int[], text[]) IS
  'Internal: ascending numbers in words, those that follow one another as "a to c"';

CREATE OR REPLACE FUNCTION medsched._date_words(language text, local timestamp)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'date', ARRAY[date_part('day', local)::int::text, medsched._month_name(language, date_part('month', local)::int),
                                            date_part('year', local)::int::text]);

COMMENT ON FUNCTION medsched._date_words(text, timestamp) IS
  'Internal: "1 March 2027"';

CREATE OR REPLACE FUNCTION medsched._time_words(second int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad((second / 3600)::text, 2, '0') || ':' || lpad((second / 60 % 60)::text, 2, '0')
       || CASE WHEN second % 60 = 0 THEN '' ELSE ':' || lpad((second % 60)::text, 2, '0') END;

COMMENT ON FUNCTION medsched._time_words(int) IS
  'Internal: a second of the day as "08:00" or "08:00:30"';

CREATE OR REPLACE FUNCTION medsched._second_of_day(local timestamp)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(date_part('epoch', local::time))::int;

COMMENT ON FUNCTION medsched._second_of_day(timestamp) IS
  'Internal: the seconds after midnight on the wall clock';

CREATE OR REPLACE FUNCTION medsched._date_and_time_words(language text, local timestamp)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched._say(language, 'date_and_time', ARRAY[medsched._date_words(language, local), medsched._time_words(medsched._second_of_day(local))]);

COMMENT ON FUNCTION medsched._date_and_time_words(text, timestamp) IS
  'Internal: "1 March 2027 at 08:00"';

CREATE OR REPLACE FUNCTION medsched._interval_words(language text, length interval)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  months CONSTANT bigint := extract(year FROM length) * 12 + extract(month FROM length);
  days CONSTANT bigint := extract(day FROM length);
  hours CONSTANT bigint := extract(hour FROM length);
  minutes CONSTANT bigint := extract(minute FROM length);
  seconds CONSTANT bigint := trunc(extract(second FROM length));
  items text[] := '{}';
BEGIN
  IF months <> 0 THEN
    items := items || medsched._quantity(language, months, 'month');
  END IF;
  IF days <> 0 THEN
    items := items || medsched._quantity(language, days, 'day');
  END IF;
  IF hours <> 0 THEN
    items := items || medsched._quantity(language, hours, 'hour');
  END IF;
  IF minutes <> 0 THEN
    items := items || medsched._quantity(language, minutes, 'minute');
  END IF;
  IF seconds <> 0 OR items = '{}' THEN
    items := items || medsched._quantity(language, seconds, 'second');
  END IF;
  RETURN medsched._joined(language, items, 'and');
END
$$;

COMMENT ON FUNCTION medsched._interval_words(text, interval) IS
  'Internal: "6 hours", "1 day and 30 minutes"';
