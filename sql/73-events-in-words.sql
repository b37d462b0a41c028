-- A schedule that names events of its person's day, in words: "every day with breakfast (at 07:30; on Saturdays and Sundays at
-- 09:00)".

-- "with breakfast and 30 minutes before dinner".
CREATE OR REPLACE FUNCTION medsched._events_words(language text, events jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN medsched._joined(language, ARRAY(
    SELECT CASE WHEN min(e.minutes) = 0 OR e.event !~ '^(H|PH|WAKE|[AP]C)' THEN medsched._say(language, 'event.' || e.event)
                ELSE medsched._say(language, 'event.away', ARRAY[medsched._quantity(language, min(abs(e.minutes))::bigint, 'minute'),
                                                               medsched._say(language, 'event.' || e.event)]) END
      FROM medsched._named_events(events) AS e GROUP BY e.nth, e.event ORDER BY e.nth), 'and');
END
$$;

COMMENT ON FUNCTION medsched._events_words(text, jsonb) IS
  'Internal: events in words';

-- A rule's times of the day for each day of the week that it has, with the words of those days.
CREATE OR REPLACE FUNCTION medsched._times_of_days(language text, rrule text, starts_at timestamp, r medsched._recurrence)
RETURNS TABLE (days int[], times time[], words text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY
    -- A week that has all of its days, whatever the rule's interval and end.
    WITH of_day AS (
      SELECT extract(isodow FROM o.local)::int - 1 AS day, array_agg(o.local::time ORDER BY o.local) AS times
        FROM (SELECT timezone('UTC', w.at) AS local
                FROM medsched.schedule_occurrences(NULL::uuid, regexp_replace(rrule, ';?(INTERVAL|UNTIL|COUNT)=[0-9TZ]+', '', 'gi'), medsched._whole_day(rrule, starts_at, '2001-01-01'::date), 'UTC'::text,
                       '2001-01-01Z'::timestamptz, '2001-01-08Z'::timestamptz, '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int) AS w (at)) AS o
       GROUP BY 1),
    alike AS (SELECT array_agg(d.day ORDER BY d.day) AS days, d.times FROM of_day AS d GROUP BY d.times)
    SELECT a.days, a.times,
           medsched._days_words(language, jsonb_populate_record(r, jsonb_build_object('freq', 4, 'every', 1, 'weekdays', a.days, 'positions', NULL)), 4)
      FROM alike AS a ORDER BY a.days;
END
$$;

COMMENT ON FUNCTION medsched._times_of_days(text, text, timestamp, medsched._recurrence) IS
  'Internal: the times of a rule by day of the week';

-- The rule of a schedule that names events, with its start, cycle and bounds; NULL: it is none of days or weeks, or has no dose.
CREATE OR REPLACE FUNCTION medsched._events_description(language text, zone text, events jsonb, rrule text, starts_at timestamp, time_zone text,
  cycle_days_on int, cycle_days_off int, begins timestamptz, ends timestamptz)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r medsched._recurrence := medsched._completed(medsched._rule_parts(rrule), starts_at);
  first_at timestamptz;
  first timestamp;
  of_days record;
  items text[] := '{}';
  times text;
  words text;
  is_first boolean := false;
BEGIN
  IF r.freq NOT IN (3, 4) OR coalesce(r.months, r.monthdays, r.yeardays, r.weeknos) IS NOT NULL OR r.count IS NOT NULL THEN
    RETURN NULL;
  END IF;
  first_at := medsched._first_of_rule(rrule, starts_at, time_zone, cycle_days_on, cycle_days_off, greatest(begins, '-infinity'));
  IF first_at IS NULL OR first_at >= ends THEN
    RETURN NULL;
  END IF;
  first := medsched._to_local(first_at, time_zone);
  FOR of_days IN SELECT t.days, t.times, t.words FROM medsched._times_of_days(language, rrule, starts_at, r) AS t LOOP
    times := medsched._joined(language, ARRAY(SELECT medsched._time_words(floor(extract(epoch FROM t))::int) FROM unnest(of_days.times) AS t), 'and');
    items := items || (CASE WHEN items = '{}' THEN '' ELSE of_days.words END || medsched._say(language, 'at', ARRAY[times]));
    is_first := is_first OR first::time = of_days.times[1] AND extract(isodow FROM first)::int - 1 = ANY (of_days.days);
  END LOOP;
  r.positions := NULL;
  r.hours := '{0}';
  r.minutes := '{0}';
  r.seconds := '{0}';
  IF r.every = 1 AND cardinality(r.weekdays) = 7 THEN
    r.freq := 3;
    r.weekdays := NULL;
  END IF;
  words := medsched._say(language, 'with_events', ARRAY[medsched._days_of_rule(language, r), medsched._events_words(language, events),
                                                       ltrim(array_to_string(items, '; '))])
    || CASE WHEN r.week_start > 0 AND r.freq = 4 AND r.every > 1
            THEN medsched._say(language, 'weeks_begin', ARRAY[medsched._weekday_name(language, r.week_start)]) ELSE '' END
    || zone || ', '
    || medsched._say(language, 'from', ARRAY[CASE WHEN is_first THEN medsched._date_words(language, first) ELSE medsched._date_and_time_words(language, first) END])
    || medsched._end_words(language, time_zone, ends, r.until, r.until_utc);
  IF cycle_days_on > 0 THEN
    words := words || ', ' || medsched._say(language, 'cycle', ARRAY[medsched._quantity(language, cycle_days_on::bigint, 'day'),
                                                                   medsched._quantity(language, cycle_days_off::bigint, 'day')]);
    IF first::date <> starts_at::date THEN
      words := medsched._say(language, 'counted_from', ARRAY[words, medsched._date_words(language, starts_at)]);
    END IF;
  END IF;
  RETURN words;
END
$$;

COMMENT ON FUNCTION medsched._events_description(text, text, jsonb, text, timestamp, text, int, int, timestamptz, timestamptz) IS
  'Internal: the rule of a schedule that names events, with its start, cycle and bounds in words';
