-- A schedule in words.
--
-- The day and time that a sentence says "from" are those of the rule's first
-- occurrence, not starts_at: "every 2 weeks on Mondays from Thursday" would leave
-- open which Mondays.

-- The first occurrence of rule and cycle from an instant on (NULL: of all), the single dates aside; NULL: none.
CREATE OR REPLACE FUNCTION medsched._first_of_rule(rrule text, starts_at timestamp, time_zone text,
  cycle_days_on int, cycle_days_off int, since timestamptz)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched.next_occurrence(rrule, starts_at, time_zone,
  CASE WHEN since > timestamptz '0001-01-01 00:00:00Z BC' THEN since - interval '1 microsecond' ELSE timestamptz '-infinity' END,
  ARRAY[]::timestamp[], ARRAY[]::timestamp[], cycle_days_on, cycle_days_off);

COMMENT ON FUNCTION medsched._first_of_rule(text, timestamp, text, int, int, timestamptz) IS
  'Internal: the first occurrence of a rule and its cycle, from an instant on';

-- " until ...", with what ends the schedule first, or ''.
CREATE OR REPLACE FUNCTION medsched._end_words(language text, time_zone text, ends timestamptz, until timestamp, until_utc boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rule_ends CONSTANT timestamptz := CASE WHEN until_utc THEN timezone('UTC', until) ELSE medsched._to_instant(until, time_zone) END;
  local timestamp;
BEGIN
  ends := date_trunc('second', ends);
  IF ends < 'infinity' AND ends <= coalesce(rule_ends, 'infinity') THEN
    local := medsched._to_local(ends, time_zone);
    RETURN CASE WHEN local::time = '00:00' THEN medsched._say(language, 'until', ARRAY[medsched._date_words(language, local - interval '1 second')])
                ELSE medsched._say(language, 'until_before', ARRAY[medsched._date_and_time_words(language, local)]) END;
  ELSIF until IS NULL THEN
    RETURN '';
  ELSIF until_utc THEN
    local := medsched._to_local(rule_ends, time_zone);
    -- Of an hour that comes twice, only UTC can tell which.
    RETURN medsched._say(language, 'until', ARRAY[
      CASE WHEN medsched._to_instant(local, time_zone) = rule_ends THEN medsched._date_and_time_words(language, local)
           ELSE medsched._say(language, 'date_in_utc', ARRAY[medsched._date_and_time_words(language, until)]) END]);
  END IF;
  RETURN medsched._say(language, 'until', ARRAY[CASE WHEN until::time = '23:59:59' THEN medsched._date_words(language, until)
                                                     ELSE medsched._date_and_time_words(language, until) END]);
END
$$;

COMMENT ON FUNCTION medsched._end_words(text, text, timestamptz, timestamp, boolean) IS
  'Internal: " until ...", with what ends a schedule first';

-- "from 1 March 2027 until 3 March 2027", or that there is no time between the two.
CREATE OR REPLACE FUNCTION medsched._bounds_words(language text, time_zone text, begins timestamptz, ends timestamptz)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  local timestamp;
BEGIN
  IF ends <= begins THEN
    RETURN medsched._say(language, 'at_no_time');
  END IF;
  local := medsched._to_local(date_trunc('second', begins), time_zone);
  RETURN medsched._say(language, 'from', ARRAY[CASE WHEN local::time = '00:00' THEN medsched._date_words(language, local)
                                                    ELSE medsched._date_and_time_words(language, local) END])
         || medsched._end_words(language, time_zone, ends, NULL::timestamp, NULL::boolean);
END
$$;

COMMENT ON FUNCTION medsched._bounds_words(text, text, timestamptz, timestamptz) IS
  'Internal: the bounds of a schedule in words';

-- What the clock shows at the dates that are in the bounds and not left out, each once.
CREATE OR REPLACE FUNCTION medsched._added_times(dates timestamp[], left_out timestamp[], time_zone text, begins timestamptz, ends timestamptz)
RETURNS timestamp[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF dates = '{}' THEN
    RETURN '{}';
  END IF;
  begins := greatest(begins, '0001-01-01 00:00Z');
  ends := least(ends, '10000-01-01 00:00Z');
  RETURN ARRAY(
    SELECT DISTINCT medsched._to_local(d.at, time_zone) AS local
      FROM (SELECT medsched._to_instant(u, time_zone) AS at FROM unnest(dates) AS u OFFSET 0) AS d
     WHERE d.at >= begins AND d.at < ends
       AND d.at NOT IN (SELECT medsched._to_instant(u, time_zone) FROM unnest(left_out) AS u)
     ORDER BY local);
END
$$;

COMMENT ON FUNCTION medsched._added_times(timestamp[], timestamp[], text, timestamptz, timestamptz) IS
  'Internal: what the clock shows at the single dates of a schedule';

-- What the clock shows at the dates left out at which the schedule would else have an occurrence, each once.
CREATE OR REPLACE FUNCTION medsched._left_out_times(dates timestamp[], rrule text, starts_at timestamp, time_zone text, rdates timestamp[],
  cycle_days_on int, cycle_days_off int, begins timestamptz, ends timestamptz)
RETURNS timestamp[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  setting CONSTANT text := current_setting('medsched.max_doses', true);
  most_days CONSTANT int := CASE WHEN setting ~ '^ *[1-9][0-9]{0,7} *$' THEN setting ELSE '100000' END;
  r medsched._recurrence;
  gap interval;
BEGIN
  IF dates = '{}' THEN
    RETURN '{}';
  END IF;
  begins := greatest(begins, '0001-01-01 00:00Z');
  ends := least(ends, '10000-01-01 00:00Z');
  -- One window over dates that lie close together: what a gap holds costs no more than another window. None has
  -- more days than schedule_occurrences takes.
  r := medsched._completed(medsched._rule_parts(rrule), starts_at);
  gap := make_interval(secs => 50 * 86400 / (CASE WHEN r.freq > 2 THEN cardinality(r.hours) ELSE 24 END::double precision
                                             * CASE WHEN r.freq > 1 THEN cardinality(r.minutes) ELSE 60 END
                                             * CASE WHEN r.freq > 0 THEN cardinality(r.seconds) ELSE 60 END));
  RETURN ARRAY(
    WITH left_out AS MATERIALIZED (
      SELECT DISTINCT i.at
        FROM (SELECT medsched._to_instant(u, time_zone) AS at FROM unnest(dates) AS u OFFSET 0) AS i
       WHERE i.at >= begins AND i.at < ends),
    ruled AS MATERIALIZED (
      SELECT o.at
        FROM (SELECT min(n.at) AS first, max(n.at) AS last
                FROM (SELECT l.at, count(*) FILTER (WHERE l.is_far) OVER (ORDER BY l.at) AS place
                        FROM (SELECT d.at, d.at - lag(d.at) OVER (ORDER BY d.at) > gap AS is_far FROM left_out AS d) AS l) AS n
               GROUP BY n.place, floor(extract(epoch FROM n.at) / 86400 / most_days)) AS w
       CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, rrule, starts_at, time_zone, w.first, w.last + interval '1 second',
                            '{}'::timestamp[], '{}'::timestamp[], cycle_days_on, cycle_days_off) AS o (at))
    SELECT DISTINCT medsched._to_local(d.at, time_zone) AS local
      FROM left_out AS d
     WHERE d.at IN (SELECT o.at FROM ruled AS o)
        OR d.at IN (SELECT medsched._to_instant(u, time_zone) FROM unnest(rdates) AS u)
     ORDER BY local);
END
$$;

COMMENT ON FUNCTION medsched._left_out_times(timestamp[], text, timestamp, text, timestamp[], int, int, timestamptz, timestamptz) IS
  'Internal: what the clock shows at the dates that a schedule leaves out';

-- ", also on 3 March 2027 at 08:00 and on 5 March 2027 at 09:00", one by one up to 6; '' for none.
CREATE OR REPLACE FUNCTION medsched._times_listed(language text, prefix text, times timestamp[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF cardinality(times) > 6 THEN
    RETURN medsched._say(language, prefix || '_many', ARRAY[cardinality(times)::text]);
  ELSIF cardinality(times) > 0 THEN
    RETURN medsched._say(language, prefix, ARRAY[medsched._joined(language,
      ARRAY(SELECT medsched._say(language, 'on_date', ARRAY[medsched._date_and_time_words(language, t)]) FROM unnest(times) AS t ORDER BY t), 'and')]);
  END IF;
  RETURN '';
END
$$;

COMMENT ON FUNCTION medsched._times_listed(text, text, timestamp[]) IS
  'Internal: single times in words';

-- A rule with its start, cycle and bounds; single dates aside, but for whether COUNT counts any that are left out.
CREATE OR REPLACE FUNCTION medsched._rule_description(language text, zone text, rrule text, starts_at timestamp, time_zone text, cycle_days_on int, cycle_days_off int,
  begins timestamptz, ends timestamptz, leaves_out boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parts CONSTANT medsched._recurrence := medsched._rule_parts(rrule);
  r CONSTANT medsched._recurrence := medsched._completed(parts, starts_at);
  has_cycle CONSTANT boolean := coalesce(cycle_days_on > 0, false);
  counted CONSTANT timestamptz := medsched._first_of_rule(rrule, starts_at, time_zone, cycle_days_on, cycle_days_off, NULL::timestamptz);
  first_at timestamptz := counted;
  occurs boolean;
  first timestamp;
  span text;
  words text;
  doses text;
  last timestamptz;
BEGIN
  IF counted < begins THEN
    first_at := medsched._first_of_rule(rrule, starts_at, time_zone, cycle_days_on, cycle_days_off, begins);
  END IF;
  occurs := coalesce(first_at < ends, false);
  first := medsched._to_local(first_at, time_zone);
  IF occurs AND r.count = 1 THEN
    RETURN medsched._say(language, 'on_date', ARRAY[medsched._date_and_time_words(language, first)]) || zone;
  END IF;
  IF occurs THEN
    -- The date says all where the time of day is the rule's first.
    span := medsched._say(language, 'from', ARRAY[
              CASE WHEN r.freq > 2 AND medsched._second_of_day(first) = r.hours[1] * 3600 + r.minutes[1] * 60 + r.seconds[1]
                   THEN medsched._date_words(language, first) ELSE medsched._date_and_time_words(language, first) END])
            || medsched._end_words(language, time_zone, ends, r.until, r.until_utc);
  END IF;
  words := medsched._rule_words(language, r,
    r.freq = 2 AND coalesce(parts.minutes, parts.seconds) IS NOT NULL OR r.freq = 1 AND parts.seconds IS NOT NULL, span, zone);
  IF NOT occurs THEN
    words := words || ', ' || CASE WHEN counted IS NULL AND has_cycle THEN medsched._say(language, 'never_by_cycle')
                                   WHEN counted IS NULL THEN medsched._say(language, 'never_by_rule')
                                   WHEN ends <= begins THEN medsched._bounds_words(language, time_zone, begins, ends)
                                   ELSE medsched._say(language, 'no_dose_by_rule', ARRAY[medsched._bounds_words(language, time_zone, begins, ends)]) END;
  END IF;
  IF r.count IS NOT NULL AND counted IS NOT NULL THEN
    doses := medsched._quantity(language, r.count::bigint, 'dose');
    IF leaves_out OR NOT occurs OR medsched._to_local(counted, time_zone) <> first OR has_cycle AND (ends < 'infinity' OR r.count > 10000) THEN
      doses := medsched._say(language, 'counting_left_out', ARRAY[doses]);
    ELSIF has_cycle THEN
      -- The doses there are; COUNT counts those of the days off, too.
      last := medsched.previous_occurrence(rrule, starts_at, time_zone, 'infinity'::timestamptz, ARRAY[]::timestamp[], ARRAY[]::timestamp[], cycle_days_on, cycle_days_off);
      doses := medsched._quantity(language, medsched.count_occurrences(rrule, starts_at, time_zone, counted, last + interval '1 second',
                                    ARRAY[]::timestamp[], ARRAY[]::timestamp[], cycle_days_on, cycle_days_off), 'dose');
    END IF;
  END IF;
  IF has_cycle THEN
    span := medsched._say(language, 'cycle', ARRAY[medsched._quantity(language, cycle_days_on::bigint, 'day'), medsched._quantity(language, cycle_days_off::bigint, 'day')]);
    IF NOT occurs OR first::date <> starts_at::date THEN
      span := medsched._say(language, 'counted_from', ARRAY[span, medsched._date_words(language, starts_at)]);
    END IF;
    doses := CASE WHEN doses IS NULL THEN span ELSE medsched._say(language, 'cycle_doses', ARRAY[span, doses]) END;
  END IF;
  words := words || coalesce(', ' || doses, '');
  RETURN words;
END
$$;

COMMENT ON FUNCTION medsched._rule_description(text, text, text, timestamp, text, int, int, timestamptz, timestamptz, boolean) IS
  'Internal: the rule of a schedule with its start, cycle and bounds in words';

-- "2 tablets", "0.5 mL".
CREATE OR REPLACE FUNCTION medsched._amount_words(language text, amount numeric, unit text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  number CONSTANT text := replace(trim_scale(amount)::text, '.', medsched._say(language, 'decimal_point'));
BEGIN
  IF unit IS NULL OR amount IS NULL THEN
    RETURN number;
  END IF;
  RETURN medsched._say(language, 'amount', ARRAY[number,
    coalesce(medsched._say(language, 'unit.' || unit || CASE WHEN amount > 1 THEN '.n' ELSE '.1' END), unit)]);
END
$$;

COMMENT ON FUNCTION medsched._amount_words(text, numeric, text) IS
  'Internal: an amount in words';

-- ", at most 6000 mg in any 24 hours, at most 1 dose a day"
CREATE OR REPLACE FUNCTION medsched._dose_limits_words(language text, limits jsonb, dose_unit text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  l record;
  words text := '';
BEGIN
  PERFORM medsched._limits_valid(limits);
  FOR l IN SELECT r.* FROM medsched._limit_rows(NULL::interval, NULL::int, NULL::numeric, limits) WITH ORDINALITY AS r ORDER BY r.ordinality LOOP
    words := words || medsched._say(language, 'at_most', ARRAY[
      CASE WHEN l.is_amount THEN medsched._amount_words(language, l.most, dose_unit) ELSE medsched._quantity(language, l.most::bigint, 'dose') END,
      CASE WHEN l.days = 1 THEN medsched._say(language, 'a_day') WHEN l.days > 1 THEN medsched._say(language, 'days_in_a_row', ARRAY[l.days::text])
           ELSE medsched._say(language, 'in_any', ARRAY[medsched._interval_words(language, l.within)]) END]);
  END LOOP;
  RETURN words;
END
$$;

COMMENT ON FUNCTION medsched._dose_limits_words(text, jsonb, text) IS
  'Internal: limits in words';

CREATE OR REPLACE FUNCTION medsched.describe_schedule(
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  ends_at timestamptz DEFAULT NULL,
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL,
  as_needed boolean DEFAULT false,
  min_interval interval DEFAULT NULL,
  max_per_24h int DEFAULT NULL,
  effective_from timestamptz DEFAULT NULL,
  limits jsonb DEFAULT NULL,
  dose_unit text DEFAULT NULL,
  dose_amount numeric DEFAULT NULL,
  instructions text DEFAULT NULL,
  language text DEFAULT 'en',
  with_time_zone boolean DEFAULT true,
  after_last interval DEFAULT NULL,
  hours_from time DEFAULT NULL,
  hours_until time DEFAULT NULL,
  max_per_day int DEFAULT NULL,
  follows_by interval DEFAULT NULL,
  follows_name text DEFAULT NULL,
  events jsonb DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  begins timestamptz;
  ends timestamptz;
  times timestamp[];
  zone CONSTANT text := CASE WHEN with_time_zone THEN ', ' || time_zone ELSE '' END;
  words text;
BEGIN
  PERFORM medsched._check_language(language);
  IF with_time_zone IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'with_time_zone must not be null';
  ELSIF NOT (dose_amount > 0 AND dose_amount < 'infinity') THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'dose_amount must be finite and above 0', DETAIL = format('It is %s.', medsched._shortened(dose_amount::text));
  ELSIF starts_at IS NULL OR time_zone IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004',
      MESSAGE = CASE WHEN starts_at IS NULL THEN 'starts_at' ELSE 'time_zone' END || ' must not be null';
  ELSIF ends_at = '-infinity' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'ends_at must not be -infinity';
  ELSIF effective_from = 'infinity' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'effective_from must not be infinity';
  END IF;
  PERFORM medsched._events_valid(events);
  rdates := coalesce(rdates, '{}');
  exdates := coalesce(exdates, '{}');
  -- Asked for the errors of a schedule's parts alone.
  PERFORM medsched.is_occurrence(rrule, starts_at, time_zone, '-infinity'::timestamptz, rdates, exdates, cycle_days_on, cycle_days_off);
  -- No timestamp shows the last days of all in every time zone.
  begins := greatest(medsched._to_instant(starts_at, time_zone), least(coalesce(effective_from, '-infinity'), '294276-12-29 00:00Z'));
  ends := CASE WHEN ends_at < timestamptz '294276-12-29 00:00Z' THEN ends_at ELSE 'infinity' END;

  IF as_needed THEN
    words := medsched._say(language, 'as_needed') || CASE WHEN min_interval IS NULL THEN '' ELSE medsched._say(language, 'apart', ARRAY[medsched._interval_words(language, min_interval)]) END
      || CASE WHEN max_per_24h IS NULL THEN ''
              ELSE medsched._say(language, 'at_most', ARRAY[medsched._quantity(language, max_per_24h::bigint, 'dose'),
                     medsched._say(language, 'in_any', ARRAY[medsched._quantity(language, 24::bigint, 'hour')])]) END
      || medsched._dose_limits_words(language, limits, dose_unit)
      || zone || ', ' || medsched._bounds_words(language, time_zone, begins, ends);
  ELSIF after_last IS NOT NULL THEN
    words := medsched._say(language, 'after_last', ARRAY[medsched._interval_words(language, after_last)])
      || CASE WHEN hours_from IS NULL OR hours_until IS NULL THEN ''
              ELSE medsched._say(language, 'between_hours', ARRAY[medsched._time_words(floor(extract(epoch FROM hours_from))::int),
                                                                         medsched._time_words(floor(extract(epoch FROM hours_until))::int)]) END
      || CASE WHEN max_per_day IS NULL THEN ''
              ELSE medsched._say(language, 'at_most', ARRAY[medsched._quantity(language, max_per_day::bigint, 'dose'), medsched._say(language, 'a_day')]) END
      || zone || ', ' || medsched._bounds_words(language, time_zone, begins, ends);
  ELSIF follows_by IS NOT NULL THEN
    words := medsched._say(language, 'follows', ARRAY[medsched._interval_words(language, follows_by),
               coalesce(follows_name, medsched._say(language, 'another_dose'))]) || zone || ', ' || medsched._bounds_words(language, time_zone, begins, ends);
  ELSIF rrule IS NULL THEN
    times := medsched._added_times(starts_at || rdates, exdates, time_zone, begins, ends);
    IF times = '{}' THEN
      RETURN medsched._say(language, 'never') || zone;
    END IF;
    words := medsched._say(language, 'on_date', ARRAY[medsched._date_and_time_words(language, times[1])]) || zone || medsched._times_listed(language, 'also', times[2:]);
  ELSE
    IF events IS NOT NULL THEN
      words := medsched._events_description(language, zone, events, rrule, starts_at, time_zone, cycle_days_on, cycle_days_off, begins, ends);
    END IF;
    words := coalesce(words, medsched._rule_description(language, zone, rrule, starts_at, time_zone, cycle_days_on, cycle_days_off, begins, ends, exdates <> '{}'))
      || medsched._times_listed(language, 'also', medsched._added_times(rdates, exdates, time_zone, begins, ends))
      || medsched._times_listed(language, 'but_not',
           medsched._left_out_times(exdates, rrule, starts_at, time_zone, rdates, cycle_days_on, cycle_days_off, begins, ends));
  END IF;
  RETURN concat(medsched._amount_words(language, dose_amount, dose_unit) || ' ',
                CASE WHEN instructions IS NULL THEN words ELSE medsched._say(language, 'instructions', ARRAY[words, instructions]) END);
END
$$;

COMMENT ON FUNCTION medsched.describe_schedule(text, timestamp, text, timestamp[], timestamp[], timestamptz, int, int, boolean, interval, int, timestamptz, jsonb, text, numeric, text, text, boolean, interval, time, time, int, interval, text, jsonb) IS
'a schedule in words: "400 mg twice a day at 08:00 and 20:00, Europe/Berlin, from 1 March 2027 until 3 March 2027; with food"; the arguments are the columns of medsched.schedules, and follows_name the name of the medication whose doses it follows; language is en or de, any other 22023; with_time_zone false leaves out the zone';

-- The name of the medication whose schedule another follows; NULL: there is none, or the caller may not see it.
CREATE OR REPLACE FUNCTION medsched._name_followed(of_user uuid, follows uuid)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF $2 IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN (SELECT m.name FROM medsched.schedules AS s JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
           WHERE s.user_id = $1 AND s.id = $2);
END
$$;

COMMENT ON FUNCTION medsched._name_followed(uuid, uuid) IS
  'Internal: the name of the medication whose schedule another follows';

CREATE OR REPLACE FUNCTION medsched.describe_schedule(user_id uuid, schedule_id uuid)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  words text;
BEGIN
  SELECT medsched.describe_schedule(s.rrule::text, s.starts_at, s.time_zone::text, s.rdates, s.exdates,
           s.ends_at, s.cycle_days_on, s.cycle_days_off, s.as_needed, s.min_interval, s.max_per_24h,
           s.effective_from, s.limits, s.dose_unit, s.dose_amount, s.instructions, 'en'::text, true,
           s.after_last, s.hours_from, s.hours_until, s.max_per_day, s.follows_by, medsched._name_followed(s.user_id, s.follows), s.events)
    INTO words
  FROM medsched.schedules AS s
  WHERE s.user_id = describe_schedule.user_id
    AND s.id = describe_schedule.schedule_id;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_unknown(user_id, 'schedule', schedule_id);
  END IF;
  RETURN words;
END;
$$;

COMMENT ON FUNCTION medsched.describe_schedule(uuid, uuid) IS
'a schedule of a user''s in English, with its amount and instructions; an id that is not there, or another user''s, is P0002';
