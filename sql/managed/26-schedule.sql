-- The parts of a schedule, checked, and the rule that they make.

CREATE OR REPLACE FUNCTION medsched._check_local(local timestamp, name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  IF NOT isfinite(local) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' must be finite';
  END IF;
  IF date_trunc('second', local) <> local THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' must be a whole second',
      DETAIL = format('It is "%s".', local), HINT = $hint$Use date_trunc('second', ...).$hint$;
  END IF;
  IF local < timestamp '0001-01-01' OR local >= timestamp '10000-01-01' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' is out of range',
      DETAIL = format('It is "%s".', local), HINT = 'Use a date in the years 1 to 9999.';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_local(timestamp, text) IS
  'Internal: checks a wall-clock time of a schedule';

-- Check an array of dates, and give their instants.
CREATE OR REPLACE FUNCTION medsched._dates(dates timestamp[], time_zone text, name text)
RETURNS timestamptz[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  instants timestamptz[] := '{}';
  date timestamp;
BEGIN
  IF dates IS NULL OR cardinality(dates) = 0 THEN
    RETURN '{}';
  END IF;
  IF array_ndims(dates) > 1 THEN
    RAISE EXCEPTION USING ERRCODE = '2202E', MESSAGE = name || ' must have one dimension';
  END IF;
  -- Asked of all at once: there may be ten thousand.
  IF (SELECT bool_and(d IS NOT NULL AND date_trunc('second', d) = d AND d >= timestamp '0001-01-01' AND d < timestamp '10000-01-01')
        FROM unnest(dates) AS d) THEN
    RETURN ARRAY(SELECT DISTINCT medsched._instant(d, time_zone) FROM unnest(dates) AS d);
  END IF;
  FOREACH date IN ARRAY dates LOOP
    IF date IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = name || ' must not contain a null';
    END IF;
    PERFORM medsched._check_local(date, name);
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._dates(timestamp[], text, text) IS
  'Internal: the instants of added or excluded dates, checked';

-- Of dates, those that can be at an instant in some time zone: where all are valid, and all where one is not, for its error.
CREATE OR REPLACE FUNCTION medsched._dates_near(dates timestamp[], at timestamptz)
RETURNS timestamp[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  local CONSTANT timestamp := timezone('UTC', least(greatest(at, '0001-01-01 00:00Z'), '10000-01-01 00:00Z'));
BEGIN
  IF cardinality(dates) <= 10 OR array_ndims(dates) > 1 THEN
    RETURN dates;
  END IF;
  RETURN (SELECT CASE WHEN bool_and(d IS NOT NULL AND date_trunc('second', d) = d
                                    AND d >= timestamp '0001-01-01' AND d < timestamp '10000-01-01')
                      THEN coalesce(array_agg(d) FILTER (WHERE d BETWEEN local - interval '3 days' AND local + interval '3 days'), '{}')
                      ELSE dates END
            FROM unnest(dates) AS d);
END
$$;

COMMENT ON FUNCTION medsched._dates_near(timestamp[], timestamptz) IS
  'Internal: the dates of a schedule that can be at an instant';

-- A rule of a schedule: what its text says, and what follows from start, zone and cycle.  COUNT is looked at by _limit_rule.
-- NULL for no rule.
CREATE OR REPLACE FUNCTION medsched._begin_rule(r medsched._rule, starts_at timestamp, time_zone text, days_on int, days_off int)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  second int;    -- of the day
  times int[];
  h int;
  m int;
  s int;
BEGIN
  IF r.freq IS NULL THEN
    RETURN NULL;
  END IF;
  r.start := starts_at;
  r.start_day := starts_at::date - date '2000-01-01';
  r.phase := CASE r.freq WHEN 3 THEN r.start_day WHEN 4 THEN medsched._week(r.start_day, r.week_start)
                         ELSE medsched._period(r, r.start_day) END;
  IF days_on > 0 THEN
    r.days_on := days_on;
    r.days_off := days_off;
  END IF;

  r.regular := coalesce(r.months, r.monthdays, r.yeardays, r.weeknos, r.positions) IS NULL
               AND (r.freq IN (3, 4) OR r.freq < 3 AND coalesce(r.hours, r.minutes, r.seconds) IS NULL
                                        AND r.weekdays IS NULL AND r.days_on IS NULL);

  -- "Information, not contained in the rule, necessary to determine the various recurrence instance start time and dates
  -- are derived from the Start Time (DTSTART)" (RFC 5545 section 3.3.10).
  IF r.freq >= 4 AND r.weekdays IS NULL AND r.monthdays IS NULL AND r.yeardays IS NULL THEN
    IF r.freq = 4 OR r.weeknos IS NOT NULL THEN
      r.weekdays := ARRAY[medsched._weekday(r.start_day)];
    ELSE
      IF r.freq = 6 AND r.months IS NULL THEN
        r.months := ARRAY[date_part('month', starts_at)::int];
      END IF;
      r.monthdays := ARRAY[date_part('day', starts_at)::int];
    END IF;
  END IF;
  -- Below a day, in each stretch of a zone anew: _steps.
  IF r.freq >= 3 THEN
    second := extract(epoch FROM starts_at - date_trunc('day', starts_at));
    -- In order and each once, as the lists are.
    FOREACH h IN ARRAY coalesce(r.hours, ARRAY[second / 3600]) LOOP
      FOREACH m IN ARRAY coalesce(r.minutes, ARRAY[second / 60 % 60]) LOOP
        FOREACH s IN ARRAY coalesce(r.seconds, ARRAY[second % 60]) LOOP
          times := array_append(times, h * 3600 + m * 60 + s);
        END LOOP;
      END LOOP;
    END LOOP;
    r.times := times;
  END IF;

  -- A position that no period reaches selects nothing.
  IF r.positions IS NOT NULL THEN
    IF (SELECT min(abs(n)) FROM unnest(r.positions) AS n)
       > (ARRAY[1, 1, 1, 1, 7, 33, 373])[r.freq + 1]
         * (CASE r.freq WHEN 0 THEN 1
                        WHEN 1 THEN coalesce(cardinality(r.seconds), 1)
                        WHEN 2 THEN coalesce(cardinality(r.seconds), 1) * coalesce(cardinality(r.minutes), 1)
                        ELSE cardinality(r.times) END) THEN
      r.until := timestamp '0001-01-01';    -- so it ends before it begins
      r.until_utc := true;
    END IF;
  END IF;

  -- UNTIL is inclusive, and years end at 9999.
  r.end_local := CASE WHEN r.freq >= 3 AND NOT r.until_utc THEN r.until + interval '1 second' ELSE timestamp '10000-01-01' END;
  r.end_at := CASE WHEN r.freq < 3
                   THEN least(medsched._instant(r.end_local, time_zone),
                              CASE WHEN r.until_utc THEN timezone('UTC', r.until)
                                   WHEN r.until IS NOT NULL THEN medsched._instant(r.until, time_zone) END + interval '1 second')
                   WHEN r.until_utc THEN timezone('UTC', r.until) + interval '1 second'
                   ELSE 'infinity' END;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._begin_rule(medsched._rule, timestamp, text, int, int) IS
  'Internal: a rule, and what follows from the start, zone and cycle of its schedule';

-- Check the parts of a schedule, and give its rule with the zone and the dates.
CREATE OR REPLACE FUNCTION medsched._check_schedule(rrule text, starts_at timestamp, time_zone text,
  rdates timestamp[], exdates timestamp[], days_on int, days_off int)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF starts_at IS NULL OR time_zone IS NULL OR rdates IS NULL OR exdates IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004',
      MESSAGE = CASE WHEN starts_at IS NULL THEN 'starts_at' WHEN time_zone IS NULL THEN 'time_zone'
                     WHEN rdates IS NULL THEN 'rdates' ELSE 'exdates' END || ' must not be null';
  END IF;
  -- The rule's errors come first.
  r := medsched._read_rule(rrule);
  IF NOT medsched._is_listed(time_zone) THEN
    PERFORM medsched.check_time_zone(time_zone);
  END IF;
  IF NOT isfinite(starts_at) OR date_trunc('second', starts_at) <> starts_at
     OR starts_at < timestamp '0001-01-01' OR starts_at >= timestamp '10000-01-01' THEN
    PERFORM medsched._check_local(starts_at, 'starts_at');
  END IF;
  IF (coalesce(days_on, 0) <> 0 OR coalesce(days_off, 0) <> 0)
     AND (days_on BETWEEN 1 AND 3660 AND days_off BETWEEN 1 AND 3660) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('invalid cycle of %s days on and %s days off', coalesce(days_on, 0), coalesce(days_off, 0)),
      HINT = 'Give both, each from 1 to 3660, or neither.';
  END IF;
  time_zone := medsched._zone(time_zone);
  r := medsched._begin_rule(r, starts_at, time_zone, days_on, days_off);
  r.zone := time_zone;
  r.added := medsched._dates(rdates, time_zone, 'rdates');
  r.excluded := medsched._dates(exdates, time_zone, 'exdates');
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._check_schedule(text, timestamp, text, timestamp[], timestamp[], int, int) IS
  'Internal: the rule of a schedule whose parts are checked';
