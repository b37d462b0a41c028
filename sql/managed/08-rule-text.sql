-- The text of a recurrence rule, read and checked.

-- A recurrence rule, and what its schedule makes of it.  Used by functions only,
-- no column: so it is made anew with the functions that take it.
DROP TYPE IF EXISTS medsched._rule CASCADE;
CREATE TYPE medsched._rule AS (
  -- What the text says.
  freq int,             -- 0 SECONDLY, 1 MINUTELY, 2 HOURLY, 3 DAILY, 4 WEEKLY, 5 MONTHLY, 6 YEARLY
  every bigint,         -- INTERVAL
  count bigint,         -- NULL: none
  until timestamp,      -- inclusive: wall clock, or UTC where until_utc
  until_utc boolean,
  week_start int,       -- WKST; weekdays count from 0 = Monday
  skip int,             -- a date that does not exist: 0 or NULL OMIT, 1 BACKWARD, 2 FORWARD
  seconds int[],
  minutes int[],
  hours int[],
  months int[],
  monthdays int[],
  yeardays int[],
  weeknos int[],
  weekdays int[],       -- BYDAY without a number; NULL: no BYDAY
  nth int[],            -- BYDAY with one, NULL: none: 2TU is 2 * 7 + 1, -2TU is -(2 * 7 + 1)
  positions int[],      -- BYSETPOS
  -- What the schedule adds; _begin_rule fills it in.
  start timestamp,
  start_day int,        -- days are counted from 2000-01-01
  phase int,            -- the number of the period that holds start; see _period
  times int[],          -- DAILY and above: the seconds of the day, ascending
  days_on int,          -- the cycle; NULL: none
  days_off int,
  regular boolean,      -- DAILY or WEEKLY on weekdays at times, or elapsed time: all but what dates or positions limit
  end_local timestamp,  -- exclusive, on the wall clock
  end_at timestamptz,   -- exclusive, as an instant
  -- What is beside the rule; _check_schedule fills it in, without a rule too.
  zone text,            -- as AT TIME ZONE takes it
  added timestamptz[],
  excluded timestamptz[]);

COMMENT ON TYPE medsched._rule IS
  'Internal: a recurrence rule, read, and what its schedule makes of it';

-- The numbers that a part lists, each once and ascending: from first to last or, where signed, the same below zero.
CREATE OR REPLACE FUNCTION medsched._read_numbers(name text, value text, first int, last int, signed boolean DEFAULT false)
RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  list int[];
  item text;
BEGIN
  -- As most rules have it of minutes and seconds.
  IF value = '0' AND first = 0 THEN
    RETURN '{0}';
  END IF;
  IF value ~ '^[-+]?0*[0-9]{1,3}(,[-+]?0*[0-9]{1,3})*$' THEN
    list := '{' || value || '}';
    IF last >= ALL (list) AND (signed AND -last <= ALL (list) AND 0 <> ALL (list)
                               OR NOT signed AND first <= ALL (list) AND value !~ '[-+]') THEN
      FOR i IN 2 .. cardinality(list) LOOP
        IF list[i] <= list[i - 1] THEN
          RETURN ARRAY(SELECT DISTINCT n FROM unnest(list) AS n ORDER BY n);
        END IF;
      END LOOP;
      RETURN list;
    END IF;
  END IF;
  -- Find the first value that is wrong.
  FOREACH item IN ARRAY CASE WHEN value = '' THEN '{""}' ELSE string_to_array(value, ',') END LOOP
    EXIT WHEN item !~ '^[-+]?0*[0-9]{1,3}$' OR abs(item::int) NOT BETWEEN first AND last OR NOT signed AND item ~ '[-+]';
  END LOOP;
  PERFORM medsched._refuse('22023', format('invalid recurrence rule: %s value "%s" is not valid', name, left(item, 40)),
    format('%s takes whole numbers from %s to %s%s.', name, first, last,
           CASE WHEN signed THEN ', or the same below zero to count from the end' ELSE '' END));
END
$$;

COMMENT ON FUNCTION medsched._read_numbers(text, text, int, int, boolean) IS
  'Internal: the numbers that a part of a recurrence rule lists, checked';

-- A function of SQL that becomes part of what calls it.
CREATE OR REPLACE FUNCTION medsched._weekday_named(name text)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE name WHEN 'MO' THEN 0 WHEN 'TU' THEN 1 WHEN 'WE' THEN 2 WHEN 'TH' THEN 3 WHEN 'FR' THEN 4 WHEN 'SA' THEN 5 WHEN 'SU' THEN 6 END;

COMMENT ON FUNCTION medsched._weekday_named(text) IS
  'Internal: the weekday of a name of RFC 5545, from 0 = MO; NULL: none';

-- Read the text of a rule.  What RFC 5545 section 3.3.10 and RFC 7529 section 4.1
-- forbid is an error: 22023, or 0A000 for a calendar that is not supported.
--
-- Every list of doses reads its rules anew, so what most rules have comes first.  An operator on arrays, ORDER BY of a type
-- and array_position() each have the first call of a connection read some forty rows of the catalogs: hence cardinality() and CASE.
CREATE OR REPLACE FUNCTION medsched._read_rule(rrule text)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  rest text := upper(rrule COLLATE "C");    -- of ASCII alone, in every locale
  r medsched._rule;
  part text;
  name text;
  value text;
  item text;
  number text;
  n int;
  seen text[];
  field text[];
BEGIN
  -- One test of what is rare: each costs the first call of a connection a plan.
  IF octet_length(rrule) > 8192 OR rest = '' OR left(rest, 6) = 'RRULE:' OR right(rest, 1) = ';' THEN
    IF octet_length(rrule) > 8192 THEN
      PERFORM medsched._refuse('22023', format('invalid recurrence rule: the text has %s bytes', octet_length(rrule)),
        'A rule has at most 8192 bytes.');
    END IF;
    IF starts_with(rest, 'RRULE:') THEN
      rest := substr(rest, 7);
    END IF;
    IF rest = '' THEN
      PERFORM medsched._refuse('22023', 'invalid recurrence rule: the text is empty', NULL, 'Write for example FREQ=DAILY;BYHOUR=8.');
    END IF;
    -- One semicolon too many at the end, as old programs write it.
    IF right(rest, 1) = ';' AND length(rest) > 1 THEN
      rest := left(rest, -1);
    END IF;
  END IF;

  r.every := 1;
  r.week_start := 0;
  FOREACH part IN ARRAY string_to_array(rest, ';') LOOP
    name := split_part(part, '=', 1);
    value := substr(part, length(name) + 2);
    -- One test of what is rare: each costs the first call of a connection a plan.
    IF name = part OR name = ANY (seen) THEN
      IF name = part THEN
        PERFORM medsched._refuse('22023',
          'invalid recurrence rule: ' || CASE WHEN part = '' THEN 'a part is empty' ELSE format('part "%s" has no value', left(part, 40)) END,
          NULL, 'Write parts as NAME=value, separated by single semicolons.');
      END IF;
      PERFORM medsched._refuse('22023', 'invalid recurrence rule: ' || name || ' is given twice',
        'RFC 5545 section 3.3.10: a part must not occur more than once.');
    END IF;
    seen := array_append(seen, name);

    CASE name
    WHEN 'FREQ' THEN
      r.freq := CASE value WHEN 'DAILY' THEN 3 WHEN 'WEEKLY' THEN 4 WHEN 'MONTHLY' THEN 5 WHEN 'YEARLY' THEN 6
                           WHEN 'HOURLY' THEN 2 WHEN 'MINUTELY' THEN 1 WHEN 'SECONDLY' THEN 0 END;
      IF r.freq IS NULL THEN
        PERFORM medsched._refuse('22023', format('invalid recurrence rule: FREQ value "%s" is not valid', left(value, 40)),
          'FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.');
      END IF;

    WHEN 'BYHOUR' THEN
      r.hours := medsched._read_numbers(name, value, 0, 23);

    WHEN 'BYDAY' THEN
      r.weekdays := '{}';
      FOREACH item IN ARRAY CASE WHEN value = '' THEN '{""}' ELSE string_to_array(value, ',') END LOOP
        n := medsched._weekday_named(right(item, 2));
        number := left(item, -2);
        IF n IS NULL OR number !~ '^([-+]?0*[1-9][0-9]?)?$' OR (number <> '' AND abs(number::int) > 53) THEN
          PERFORM medsched._refuse('22023', format('invalid recurrence rule: BYDAY value "%s" is not valid', left(item, 40)),
            'BYDAY takes weekdays MO, TU, WE, TH, FR, SA, SU, each with or without a number from 1 to 53, or the same below zero to count from the end.');
        END IF;
        IF number <> '' THEN
          r.nth := array_append(r.nth, number::int * 7 + sign(number::int)::int * n);
        ELSIF n <> ALL (r.weekdays) THEN
          r.weekdays := array_append(r.weekdays, n);
        END IF;
      END LOOP;

    WHEN 'BYMINUTE' THEN
      r.minutes := medsched._read_numbers(name, value, 0, 59);

    WHEN 'BYSECOND' THEN
      r.seconds := medsched._read_numbers(name, value, 0, 60);
      -- There are no leap seconds.
      r.seconds := CASE WHEN 59 = ANY (r.seconds) THEN array_remove(r.seconds, 60) ELSE array_replace(r.seconds, 60, 59) END;

    WHEN 'INTERVAL', 'COUNT' THEN
      IF value !~ '^0*[1-9][0-9]{0,9}$' OR ltrim(value, '0')::bigint > 2147483647 THEN
        PERFORM medsched._refuse('22023', format('invalid recurrence rule: %s value "%s" is not valid', name, left(value, 40)),
          'It takes a whole number from 1 to 2147483647.');
      END IF;
      IF name = 'COUNT' THEN
        r.count := ltrim(value, '0');
      ELSE
        r.every := ltrim(value, '0');
      END IF;

    WHEN 'UNTIL' THEN
      field := regexp_match(value, '^([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z)?)?$');
      IF field IS NULL THEN
        PERFORM medsched._refuse('22023', format('invalid recurrence rule: UNTIL value "%s" is not valid', left(value, 40)),
          'UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC (20261231T235959Z).');
      END IF;

    WHEN 'WKST' THEN
      r.week_start := medsched._weekday_named(value);
      IF r.week_start IS NULL THEN
        PERFORM medsched._refuse('22023', format('invalid recurrence rule: WKST value "%s" is not valid', left(value, 40)),
          'WKST takes MO, TU, WE, TH, FR, SA or SU.');
      END IF;

    WHEN 'RSCALE' THEN
      IF value <> 'GREGORIAN' THEN
        PERFORM medsched._refuse('0A000', format('recurrence rule not supported: RSCALE=%s', left(value, 40)),
          'Only RSCALE=GREGORIAN is supported.');
      END IF;

    WHEN 'SKIP' THEN
      r.skip := CASE value WHEN 'OMIT' THEN 0 WHEN 'BACKWARD' THEN 1 WHEN 'FORWARD' THEN 2 END;
      IF r.skip IS NULL THEN
        PERFORM medsched._refuse('22023', format('invalid recurrence rule: SKIP value "%s" is not valid', left(value, 40)),
          'SKIP takes OMIT, BACKWARD or FORWARD.');
      END IF;

    WHEN 'BYMONTHDAY' THEN
      r.monthdays := medsched._read_numbers(name, value, 1, 31, true);
    WHEN 'BYMONTH' THEN
      r.months := medsched._read_numbers(name, value, 1, 12);
    WHEN 'BYYEARDAY' THEN
      r.yeardays := medsched._read_numbers(name, value, 1, 366, true);
    WHEN 'BYWEEKNO' THEN
      r.weeknos := medsched._read_numbers(name, value, 1, 53, true);
    WHEN 'BYSETPOS' THEN
      r.positions := medsched._read_numbers(name, value, 1, 366, true);

    ELSE
      PERFORM medsched._refuse('22023', format('invalid recurrence rule: unknown part "%s"', left(name, 40)),
        'The parts are those of RFC 5545 section 3.3.10, and RSCALE and SKIP of RFC 7529.');
    END CASE;
  END LOOP;

  -- What may not stand together, where there is any of it.
  IF r.freq IS NOT NULL AND field IS NULL AND coalesce(r.nth, r.monthdays, r.yeardays, r.weeknos, r.positions) IS NULL
     AND 'SKIP' <> ALL (seen) THEN
    RETURN r;
  END IF;
  IF r.freq IS NULL THEN
    PERFORM medsched._refuse('22023', 'invalid recurrence rule: no FREQ',
      'RFC 5545 section 3.3.10: FREQ is required.', 'Add for example FREQ=DAILY.');
  END IF;
  IF field IS NOT NULL AND r.count IS NOT NULL THEN
    PERFORM medsched._refuse('22023', 'invalid recurrence rule: both UNTIL and COUNT',
      'RFC 5545 section 3.3.10: UNTIL and COUNT must not occur in the same rule.', 'Keep one of the two.');
  END IF;
  IF 'SKIP' = ANY (seen) AND 'RSCALE' <> ALL (seen) THEN
    PERFORM medsched._refuse('22023', 'invalid recurrence rule: SKIP without RSCALE',
      'RFC 7529 section 4.1: SKIP must not be present unless RSCALE is.', 'Add RSCALE=GREGORIAN.');
  END IF;
  name := CASE WHEN r.monthdays IS NOT NULL AND r.freq = 4 THEN 'BYMONTHDAY'
               WHEN r.yeardays IS NOT NULL AND r.freq IN (3, 4, 5) THEN 'BYYEARDAY'
               WHEN r.weeknos IS NOT NULL AND r.freq <> 6 THEN 'BYWEEKNO' END;
  IF name IS NOT NULL THEN
    PERFORM medsched._refuse('22023', format('invalid recurrence rule: %s with FREQ=%s', name, substring(rest FROM 'FREQ=([A-Z]+)')),
      format('RFC 5545 section 3.3.10 forbids %s here: %s.', name,
             CASE name WHEN 'BYMONTHDAY' THEN 'a week has no days of the month of its own'
                       WHEN 'BYYEARDAY' THEN 'it is only for YEARLY and for frequencies below a day'
                       ELSE 'it is only for YEARLY' END));
  END IF;
  IF r.nth IS NOT NULL AND r.freq < 5 THEN
    PERFORM medsched._refuse('22023', format('invalid recurrence rule: BYDAY with a number and FREQ=%s', substring(rest FROM 'FREQ=([A-Z]+)')),
      'RFC 5545 section 3.3.10: a number counts weekdays within a month or a year.',
      'Give the weekdays without numbers, or use MONTHLY or YEARLY.');
  END IF;
  IF r.nth IS NOT NULL AND r.weeknos IS NOT NULL THEN
    PERFORM medsched._refuse('22023', 'invalid recurrence rule: BYDAY with a number and BYWEEKNO',
      'RFC 5545 section 3.3.10: BYDAY must not have a number when BYWEEKNO is given.',
      'Give the weekdays without numbers.');
  END IF;
  IF r.positions IS NOT NULL AND r.weekdays IS NULL
     AND coalesce(r.seconds, r.minutes, r.hours, r.months, r.monthdays, r.yeardays, r.weeknos) IS NULL THEN
    PERFORM medsched._refuse('22023', 'invalid recurrence rule: BYSETPOS alone',
      'RFC 5545 section 3.3.10: BYSETPOS must be used with another BY part.',
      'Add the BY part whose set it selects from, for example BYDAY.');
  END IF;
  IF field IS NOT NULL THEN
    IF field[1] = '0000' OR field[2] NOT BETWEEN '01' AND '12'
       OR field[3] NOT BETWEEN '01' AND medsched._month_size(field[1]::int, field[2]::int)::text
       OR field[4] > '23' OR field[5] > '59' OR field[6] > '60' THEN
      PERFORM medsched._refuse('22023', 'invalid recurrence rule: UNTIL names no date and time of the calendar',
        format('It reads %s-%s-%s %s:%s:%s.', field[1], field[2], field[3], coalesce(field[4], '00'),
               coalesce(field[5], '00'), coalesce(field[6], '00')));
    END IF;
    r.until := make_timestamp(field[1]::int, field[2]::int, field[3]::int, coalesce(field[4]::int, 23),
                              coalesce(field[5]::int, 59), least(coalesce(field[6]::int, 59), 59));
    r.until_utc := field[7] IS NOT NULL;
  END IF;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._read_rule(text) IS
  'Internal: the text of a recurrence rule, read and checked';
