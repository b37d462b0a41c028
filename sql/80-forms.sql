-- Schedules from what a form collects: times of day, days of the week.
-- Functions whose names begin with an underscore serve those of this file
-- and of the next, up to 88.

-- Times of day as few products of hours and minutes as a rule can say at once:
-- 08:00, 20:00 are one product, 08:00, 20:30 are two.
CREATE OR REPLACE FUNCTION medsched._time_groups(times time[])
RETURNS TABLE (hours int[], minutes int[], second int, first_time time)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH clock AS (
    SELECT DISTINCT extract(hour FROM t)::int AS hour,
           extract(minute FROM t)::int AS minute,
           extract(second FROM t)::int AS second
    FROM unnest(times) AS t
  ),
  by_minute AS (                -- minutes that share their hours
    SELECT g.hours, array_agg(g.minute ORDER BY g.minute) AS minutes, g.second
    FROM (SELECT c.second, c.minute, array_agg(c.hour ORDER BY c.hour) AS hours
          FROM clock c GROUP BY c.second, c.minute) g
    GROUP BY g.second, g.hours
  ),
  by_hour AS (                  -- hours that share their minutes
    SELECT array_agg(g.hour ORDER BY g.hour) AS hours, g.minutes, g.second
    FROM (SELECT c.second, c.hour, array_agg(c.minute ORDER BY c.minute) AS minutes
          FROM clock c GROUP BY c.second, c.hour) g
    GROUP BY g.second, g.minutes
  ),
  fewer AS (
    SELECT m.* FROM by_minute m
    WHERE (SELECT count(*) FROM by_minute) <= (SELECT count(*) FROM by_hour)
    UNION ALL
    SELECT h.* FROM by_hour h
    WHERE (SELECT count(*) FROM by_minute) > (SELECT count(*) FROM by_hour)
  )
  SELECT f.hours, f.minutes, f.second, make_time(f.hours[1], f.minutes[1], f.second)
  FROM fewer f
  ORDER BY 4;
END;
COMMENT ON FUNCTION medsched._time_groups(time[]) IS
  'Internal: times of day as products of hours and minutes';

-- The parts of a rule that say on which days, from its unit ('d', 'wk', 'mo',
-- 'a'), every how many of them, and the first of its days.  Where a month lacks
-- the day it is the month's last: no dose may go missing.
CREATE OR REPLACE FUNCTION medsched._day_rule(unit text, every int, first_day date, days_of_week int[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT concat(
    CASE WHEN d.lacking THEN 'RSCALE=GREGORIAN;' END,
    CASE unit WHEN 'd' THEN 'FREQ=DAILY' WHEN 'wk' THEN 'FREQ=WEEKLY'
              WHEN 'mo' THEN 'FREQ=MONTHLY' WHEN 'a' THEN 'FREQ=YEARLY' END,
    CASE WHEN every > 1 THEN ';INTERVAL=' || every END,
    CASE WHEN d.lacking THEN ';SKIP=BACKWARD' END,
    CASE unit
      WHEN 'wk' THEN ';BYDAY=' || (
        SELECT string_agg(n.name, ',' ORDER BY n.day)
        FROM (VALUES (1, 'MO'), (2, 'TU'), (3, 'WE'), (4, 'TH'), (5, 'FR'), (6, 'SA'), (7, 'SU'))
          AS n (day, name)
        WHERE n.day = ANY (coalesce(days_of_week, ARRAY[extract(isodow FROM first_day)::int])))
      WHEN 'mo' THEN ';BYMONTHDAY=' || d.day
      WHEN 'a' THEN ';BYMONTH=' || d.month || ';BYMONTHDAY=' || d.day
    END)
  FROM (SELECT f.day, f.month,
               unit = 'mo' AND f.day > 28 OR unit = 'a' AND f.month = 2 AND f.day = 29 AS lacking
        FROM (SELECT extract(day FROM first_day)::int AS day,
                     extract(month FROM first_day)::int AS month) f) d;
END;
COMMENT ON FUNCTION medsched._day_rule(text, int, date, int[]) IS
  'Internal: the parts of a rule that say on which days';

-- Whether a form's days are every so many days ('d') or days of the week ('wk').
CREATE OR REPLACE FUNCTION medsched._days_unit(days_of_week int[], every int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN days_of_week IS NULL OR every = 1 AND days_of_week @> '{1,2,3,4,5,6,7}'::int[] THEN 'd' ELSE 'wk' END;
COMMENT ON FUNCTION medsched._days_unit(int[], int) IS
  'Internal: the unit of a form''s days; all days of the week are every day';

-- One schedule for each product of hours and minutes, as create_medication
-- takes them.  day_rule: the rule so far; ending: its UNTIL part or ''; doses:
-- how many in all or NULL, dealt out in the order of the day.  not_before: the
-- schedules start then, where that is later than the first dose of first_day.
CREATE OR REPLACE FUNCTION medsched._clock_schedules(day_rule text, first_day date, times time[],
  ending text, doses int, not_before timestamp, time_zone text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH slots AS (
    SELECT s.slot, count(*) OVER () AS per_day,
           -- Those of the first day that are before the start come last, on the next.
           row_number() OVER (ORDER BY coalesce(first_day + s.slot < not_before, false), s.slot) AS nth
    FROM (SELECT DISTINCT unnest(times) AS slot) s
  ),
  schedules AS (
    SELECT g.first_time, g.hours, g.minutes, g.second,
           (SELECT sum(doses / s.per_day + CASE WHEN s.nth <= doses % s.per_day THEN 1 ELSE 0 END)
            FROM slots s
            WHERE extract(hour FROM s.slot)::int = ANY (g.hours)
              AND extract(minute FROM s.slot)::int = ANY (g.minutes)
              AND extract(second FROM s.slot)::int = g.second) AS doses
    FROM medsched._time_groups(times) g
  )
  SELECT jsonb_agg(
           jsonb_build_object(
             'starts_at', greatest(first_day + c.first_time, not_before),
             'time_zone', time_zone,
             'rrule', concat(day_rule,
                             ';BYHOUR=', array_to_string(c.hours, ','),
                             ';BYMINUTE=', array_to_string(c.minutes, ','),
                             ';BYSECOND=', c.second,
                             ';COUNT=' || c.doses, ending))
           ORDER BY c.first_time)
  FROM schedules c
  WHERE c.doses IS NULL OR c.doses > 0;
END;
COMMENT ON FUNCTION medsched._clock_schedules(text, date, time[], text, int, timestamp, text) IS
  'Internal: one schedule for each product of hours and minutes';

CREATE OR REPLACE FUNCTION medsched._check_start(starts_on date, time_zone text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF starts_on IS NULL THEN
    RAISE 'starts_on must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF time_zone IS NULL THEN
    RAISE 'time_zone must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF starts_on < make_date(1, 1, 1)
    OR starts_on > make_date(9999, 12, 31)
  THEN
    RAISE 'starts_on is out of range' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('%s is not a day of the years 1 to 9999.', starts_on);
  END IF;
  PERFORM time_zone::medsched.time_zone;
END;
$$;
COMMENT ON FUNCTION medsched._check_start(date, text) IS
  'Internal: errors for a first day or a time zone that no schedule can have';

CREATE OR REPLACE FUNCTION medsched._check_times(times time[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  clock time;
BEGIN
  IF times IS NULL THEN
    RAISE 'times must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF cardinality(times) = 0 THEN
    RAISE 'times must not be empty' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A schedule needs at least one time of day.';
  END IF;
  FOREACH clock IN ARRAY times LOOP
    IF clock IS NULL THEN
      RAISE 'times must not contain null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF clock >= '24:00'::time THEN
      RAISE 'time % is not a time of day', clock USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Midnight is 00:00 of the day that begins with it.';
    END IF;
    IF clock <> date_trunc('second', clock::interval)::time THEN
      RAISE 'time % is not a whole second', clock USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Leave out the fraction of the second.';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._check_times(time[]) IS
  'Internal: errors for times of day that no schedule can have';

CREATE OR REPLACE FUNCTION medsched._check_days(days_of_week int[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  day int;
BEGIN
  IF cardinality(days_of_week) = 0 THEN
    RAISE 'days_of_week must not be empty' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Leave it null for every day.';
  END IF;
  FOREACH day IN ARRAY days_of_week LOOP
    IF day IS NULL THEN
      RAISE 'days_of_week must not contain null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF day < 1 OR day > 7 THEN
      RAISE 'day of the week % is out of range', day USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Days of the week are ISO numbers, 1 for Monday to 7 for Sunday.';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._check_days(int[]) IS
  'Internal: errors for days of the week that are none';

-- The first day not before another that is one of the days of the week; NULL
-- days are every day.
CREATE OR REPLACE FUNCTION medsched._first_day(starts_on date, days_of_week int[])
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT min(starts_on + n)
  FROM generate_series(0, 6) AS n
  WHERE days_of_week IS NULL
     OR extract(isodow FROM starts_on + n)::int = ANY (days_of_week);
END;
COMMENT ON FUNCTION medsched._first_day(date, int[]) IS
  'Internal: the first day not before another that is one of the days of the week';

-- An instant as a schedule in JSON has it, in UTC whatever the session's time zone.
CREATE OR REPLACE FUNCTION medsched._instant_text(at timestamptz)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_char(timezone('UTC', at), 'YYYY-MM-DD"T"HH24:MI:SS') || rtrim(to_char(timezone('UTC', at), '.US'), '.0') || 'Z';
COMMENT ON FUNCTION medsched._instant_text(timestamptz) IS
  'Internal: an instant as a schedule in JSON has it';

-- Schedules whose doses count from an instant on.  Where that is not after the start, they begin with the start; those as needed
-- have no dose that could be missed.
CREATE OR REPLACE FUNCTION medsched._counting_from(schedules jsonb, effective_from timestamptz)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF effective_from IS NULL THEN
    RETURN schedules;
  END IF;
  PERFORM medsched._require_instant(effective_from, 'effective_from');
  RETURN (
    SELECT jsonb_agg(s.value || CASE
             WHEN s.value ? 'as_needed'
               OR effective_from <= medsched._to_instant((s.value ->> 'starts_at')::timestamp, s.value ->> 'time_zone') THEN '{}'
             ELSE jsonb_build_object('effective_from', medsched._instant_text(effective_from))
               -- A date that is written is none before it.
               || CASE WHEN s.value ? 'rdates' THEN jsonb_build_object('rdates', (
                    SELECT coalesce(jsonb_agg(r.value ORDER BY r.nth), '[]')
                      FROM jsonb_array_elements(s.value -> 'rdates') WITH ORDINALITY AS r (value, nth)
                     WHERE medsched._to_instant((r.value #>> '{}')::timestamp, s.value ->> 'time_zone') >= effective_from)) ELSE '{}' END END
           ORDER BY s.nth)
      FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth));
END
$$;
COMMENT ON FUNCTION medsched._counting_from(jsonb, timestamptz) IS
  'Internal: schedules whose doses count from an instant on';

-- One spelling for one meaning: days_of_week that are all days are none, and
-- times, FHIR and sig write their rules by the same functions.  Everything
-- counts from the first day that has a dose.
CREATE OR REPLACE FUNCTION medsched.schedule_from_times(times time[], starts_on date, time_zone text,
  days_of_week int[] DEFAULT NULL, ends_on date DEFAULT NULL,
  every int DEFAULT 1, cycle_days_on int DEFAULT NULL, cycle_days_off int DEFAULT NULL, effective_from timestamptz DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  first_day date;
  ending text;
  schedules jsonb;
BEGIN
  PERFORM medsched._check_times(times);
  PERFORM medsched._check_start(starts_on, time_zone);
  IF days_of_week IS NOT NULL THEN
    PERFORM medsched._check_days(days_of_week);
  END IF;
  every := coalesce(every, 1);
  IF every NOT BETWEEN 1 AND 10000 THEN
    RAISE 'every must be from 1 to 10000' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = format('It is %s.', every),
      HINT = 'It counts days, or weeks where there are days of the week.';
  END IF;
  -- Asked for the errors of a cycle alone.
  PERFORM medsched.is_occurrence(NULL::text, '2000-01-01'::timestamp, 'UTC'::text, '-infinity'::timestamptz,
    '{}'::timestamp[], '{}'::timestamp[], cycle_days_on, cycle_days_off);

  first_day := medsched._first_day(starts_on, days_of_week);
  IF ends_on IS NOT NULL THEN
    IF ends_on < starts_on THEN
      RAISE 'ends_on % is before starts_on %', ends_on, starts_on
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'ends_on is the last day with doses.';
    END IF;
    IF ends_on > make_date(9999, 12, 31) THEN
      RAISE 'ends_on is out of range' USING ERRCODE = 'invalid_parameter_value',
        DETAIL = format('%s is not a day of the years 1 to 9999.', ends_on),
        HINT = 'Leave it null for a schedule that does not end.';
    END IF;
    IF first_day > ends_on THEN
      RAISE 'no dose from % to %', starts_on, ends_on
        USING ERRCODE = 'invalid_parameter_value',
        DETAIL = format('The first of the days of the week %s is %s.',
          days_of_week, first_day);
    END IF;
    ending := concat(';UNTIL=', to_char(ends_on, 'YYYYMMDD'));
  END IF;

  schedules := medsched._clock_schedules(
    medsched._day_rule(medsched._days_unit(days_of_week, every), every, first_day, days_of_week),
    first_day, times, ending, NULL::int, NULL::timestamp, time_zone);
  schedules := medsched._counting_from(schedules, effective_from);
  IF coalesce(cycle_days_on, 0) = 0 THEN
    RETURN schedules;
  END IF;
  RETURN (SELECT jsonb_agg(s.value || jsonb_build_object('cycle_days_on', cycle_days_on, 'cycle_days_off', cycle_days_off)
                           ORDER BY s.nth)
          FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth));
END;
$$;
COMMENT ON FUNCTION medsched.schedule_from_times(time[], date, text, int[], date, int, int, int, timestamptz) IS
  'Schedules, as create_medication takes them, for times of day on every day or on ISO days of the week (1 Monday to 7 Sunday), from starts_on to ends_on, both inclusive; every so many days, or weeks where there are days of the week; in a cycle of days on and off; without the doses before effective_from. times_of_schedule leads back';
