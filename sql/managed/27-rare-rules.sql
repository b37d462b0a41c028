-- Rules below a day that seldom or never meet what limits them.
--
-- A search that walks from window to window would look at thousands of years, with
-- every change of the clocks in them.  Arithmetic says first whether the steps can
-- ever meet the limits.  Days that are rare and steps of a day or more are few enough
-- to look at one by one.

-- The seconds east of UTC that a zone has between two instants.  From 2100 on all is as in the years before.
CREATE OR REPLACE FUNCTION medsched._offsets(time_zone text, lo timestamptz, hi timestamptz)
RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  epoch CONSTANT timestamptz := '2000-01-01 00:00Z';
  from_second CONSTANT bigint := floor(extract(epoch FROM lo - epoch));
  to_second CONSTANT bigint := ceil(extract(epoch FROM least(hi, greatest(lo + interval '800 days', '2100-01-01 00:00Z')) - epoch));
BEGIN
  -- No zone changed before 1830.
  RETURN ARRAY(
    SELECT medsched._east(time_zone, from_second)
    UNION
    SELECT s.east FROM medsched._stretches(time_zone, greatest(from_second, -5364662400), to_second) AS s
     WHERE s.from_second < s.to_second);
END
$$;

COMMENT ON FUNCTION medsched._offsets(text, timestamptz, timestamptz) IS
  'Internal: the offsets from UTC that a time zone has between two instants';

-- The stretches of a day in which the unit of a step may begin, by BYHOUR, BYMINUTE and BYSECOND: when they begin and how
-- long they are, in seconds.
CREATE OR REPLACE FUNCTION medsched._blocks(r medsched._rule, OUT begins int[], OUT size int)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  size := CASE WHEN r.freq = 0 AND r.seconds IS NOT NULL THEN 1 WHEN r.freq < 2 AND r.minutes IS NOT NULL THEN 60
               WHEN r.hours IS NOT NULL THEN 3600 ELSE 86400 END;
  begins := ARRAY(
    SELECT h * 3600 + m * 60 + s
      FROM unnest(CASE WHEN r.hours IS NOT NULL THEN r.hours WHEN size < 3600 THEN ARRAY(SELECT generate_series(0, 23)) ELSE '{0}' END) AS h
     CROSS JOIN unnest(CASE WHEN r.freq < 2 AND r.minutes IS NOT NULL THEN r.minutes WHEN size = 1 THEN ARRAY(SELECT generate_series(0, 59))
                            ELSE '{0}' END) AS m
     CROSS JOIN unnest(CASE WHEN size = 1 THEN r.seconds ELSE '{0}' END) AS s);
END
$$;

COMMENT ON FUNCTION medsched._blocks(medsched._rule) IS
  'Internal: the stretches of a day in which a rule below a day may have a step';

-- Where the units of a rule's steps begin on the wall clock of each offset, in seconds since 2000-01-01.
CREATE OR REPLACE FUNCTION medsched._phases(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz)
RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  unit CONSTANT int := (ARRAY[1, 60, 3600])[r.freq + 1];
  begun CONSTANT bigint := extract(epoch FROM medsched._instant(r.start, time_zone) - timestamptz '2000-01-01 00:00Z');
BEGIN
  RETURN ARRAY(SELECT begun + east - mod(mod(begun + east, unit) + unit, unit)
                 FROM unnest(medsched._offsets(time_zone, lo, hi)) AS east);
END
$$;

COMMENT ON FUNCTION medsched._phases(medsched._rule, text, timestamptz, timestamptz) IS
  'Internal: where the steps of a rule below a day begin, by each offset of its zone';

-- Whether a rule below a day has no occurrence between two instants because its steps never meet its limits: true is
-- certain, false is not.
--
-- The limits on days repeat after so many days: 1, 7 of a BYDAY, the cycle's, or 146097 of the calendar.  Over them, the
-- steps come to those seconds that are congruent to the first modulo the greatest common divisor of step and period.
CREATE OR REPLACE FUNCTION medsched._never_meets(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  step CONSTANT bigint := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
  by_calendar CONSTANT boolean := coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL;
  days medsched._rule := medsched._daily(r);
  period bigint;     -- in days
  divisor bigint;
  day_seconds bigint[] := '{0}';    -- when the days begin that the rule allows, modulo divisor
  blocks bigint[];    -- when the stretches of a day begin, modulo divisor
  size int;
BEGIN
  IF by_calendar THEN
    period := 146097;
    days.days_on := NULL;    -- leave the cycle aside
  ELSE
    period := lcm(CASE WHEN r.weekdays IS NOT NULL THEN 7 ELSE 1 END, coalesce(r.days_on + r.days_off, 1));
  END IF;
  divisor := gcd(step, period * 86400);
  IF by_calendar OR r.weekdays IS NOT NULL OR r.days_on IS NOT NULL THEN
    day_seconds := ARRAY(SELECT DISTINCT mod(d.day * 86400::bigint, divisor)
                           FROM medsched._days(days, r.start_day, (r.start_day + period - 1)::int) AS d);
  END IF;
  SELECT b.size, ARRAY(SELECT DISTINCT mod(n, divisor) FROM unnest(b.begins) AS n) INTO size, blocks FROM medsched._blocks(r) AS b;
  IF cardinality(day_seconds) * cardinality(blocks)::bigint > 200000 THEN
    RETURN false;    -- many are met somewhere
  END IF;
  RETURN NOT EXISTS (
    SELECT FROM unnest(medsched._phases(r, time_zone, lo, hi)) AS phase
     CROSS JOIN unnest(day_seconds) AS day
     CROSS JOIN unnest(blocks) AS block
     WHERE mod(mod(phase - day - block, divisor) + divisor, divisor) < size);
END
$$;

COMMENT ON FUNCTION medsched._never_meets(medsched._rule, text, timestamptz, timestamptz) IS
  'Internal: whether the steps of a rule below a day never meet its limits';

-- The first (ahead: true) or last occurrence of a rule below a day from lo to before hi, that is not excluded, found by
-- looking at each step.  NULL: none.  For steps of a day or more.
CREATE OR REPLACE FUNCTION medsched._search_steps(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz,
  excluded timestamptz[], ahead boolean)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  unit CONSTANT int := (ARRAY[1, 60, 3600])[r.freq + 1];
  around CONSTANT interval := make_interval(secs => unit);
  step CONSTANT bigint := r.every * unit;
  begun CONSTANT timestamptz := medsched._instant(r.start, time_zone);
  start CONSTANT bigint := extract(epoch FROM begun);
  minutes CONSTANT int[] := CASE WHEN r.freq < 2 THEN r.minutes END;    -- what limits
  seconds CONSTANT int[] := CASE WHEN r.freq = 0 THEN r.seconds END;
  first bigint := greatest(0, floor(extract(epoch FROM lo - around - begun) / step));
  last bigint := ceil(extract(epoch FROM hi + around - begun) / step);
  most bigint := 1000;
  candidate timestamptz;
  found timestamptz;
BEGIN
  WHILE first <= last LOOP
    FOR candidate IN
      SELECT s.at
        FROM (SELECT to_timestamp(start + n * step) AS at
                FROM generate_series(CASE WHEN ahead THEN first ELSE greatest(first, last - most) END,
                                     CASE WHEN ahead THEN least(last, first + most) ELSE last END) AS n OFFSET 0) AS s
       -- What the clock shows by the offset before and by that after.
       CROSS JOIN LATERAL (SELECT timezone(time_zone, s.at - around) + around UNION
                           SELECT timezone(time_zone, s.at + around) - around) AS l (local)
       WHERE (r.hours IS NULL OR date_part('hour', l.local) = ANY (r.hours))
         AND (minutes IS NULL OR date_part('minute', l.local) = ANY (minutes))
         AND (seconds IS NULL OR date_part('second', l.local) = ANY (seconds))
         AND (r.months IS NULL OR date_part('month', l.local) = ANY (r.months))
         AND (r.weekdays IS NULL OR date_part('isodow', l.local) - 1 = ANY (r.weekdays))
         AND (coalesce(r.monthdays, r.yeardays) IS NULL AND r.days_on IS NULL
              OR EXISTS (SELECT FROM medsched._days(medsched._daily(r), l.local::date - date '2000-01-01', l.local::date - date '2000-01-01')))
       ORDER BY CASE WHEN ahead THEN s.at END, s.at DESC
    LOOP
      SELECT CASE WHEN ahead THEN min(i.at) ELSE max(i.at) END INTO found
        FROM medsched._instants(r, time_zone, greatest(lo, candidate - around), least(hi, candidate + around)) AS i (at)
       WHERE i.at NOT IN (SELECT unnest(excluded));
      IF found IS NOT NULL THEN
        RETURN found;
      END IF;
    END LOOP;
    IF ahead THEN
      first := first + most + 1;
    ELSE
      last := last - most - 1;
    END IF;
    most := least(4 * most, 100000);
  END LOOP;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._search_steps(medsched._rule, text, timestamptz, timestamptz, timestamptz[], boolean) IS
  'Internal: the first or the last occurrence of a rule that steps by a day or more';

-- The same of a rule of which few days are in question: the days on which a step by one of the offsets meets its limits.
CREATE OR REPLACE FUNCTION medsched._search_days(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz,
  excluded timestamptz[], ahead boolean)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  epoch CONSTANT date := '2000-01-01';
  step CONSTANT bigint := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
  phases CONSTANT bigint[] := medsched._phases(r, time_zone, lo, hi);
  days CONSTANT medsched._rule := medsched._daily(r);
  blocks int[];
  size int;
  first int := timezone(time_zone, lo)::date - epoch - 1;
  last int := timezone(time_zone, hi)::date - epoch + 1;
  candidate timestamp;
  found timestamptz;
BEGIN
  SELECT b.begins, b.size INTO blocks, size FROM medsched._blocks(r) AS b;
  WHILE first <= last LOOP
    FOR candidate IN
      SELECT epoch + d.day
        FROM medsched._days(days, CASE WHEN ahead THEN first ELSE greatest(first, last - 146096) END,
                            CASE WHEN ahead THEN least(last, first + 146096) ELSE last END) AS d
       WHERE EXISTS (SELECT FROM unnest(phases) AS phase CROSS JOIN unnest(blocks) AS block
                      WHERE mod(mod(phase - d.day * 86400::bigint - block, step) + step, step) < size)
       ORDER BY CASE WHEN ahead THEN d.day END, d.day DESC
    LOOP
      SELECT CASE WHEN ahead THEN min(i.at) ELSE max(i.at) END INTO found
        FROM medsched._instants(r, time_zone, greatest(lo, timezone(time_zone, candidate - interval '1 day')),
                                least(hi, timezone(time_zone, candidate + interval '2 days'))) AS i (at)
       WHERE i.at NOT IN (SELECT unnest(excluded));
      IF found IS NOT NULL THEN
        RETURN found;
      END IF;
    END LOOP;
    IF ahead THEN
      first := first + 146097;
    ELSE
      last := last - 146097;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._search_days(medsched._rule, text, timestamptz, timestamptz, timestamptz[], boolean) IS
  'Internal: the first or the last occurrence of a rule below a day that has few days';

-- The first or last occurrence of a rule below a day from lo to before hi; settled: whether that is so, or the caller has to
-- look itself.
CREATE OR REPLACE FUNCTION medsched._search_rare(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz,
  excluded timestamptz[], ahead boolean, OUT settled boolean, OUT occurrence timestamptz)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  days CONSTANT medsched._rule := medsched._daily(r);
BEGIN
  settled := true;
  IF lo >= hi OR medsched._never_meets(r, time_zone, lo, hi) THEN
    RETURN;
  ELSIF coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL
        AND (SELECT count(*) FROM medsched._days(days, r.start_day, r.start_day + 146096))
            * (SELECT cardinality(b.begins) FROM medsched._blocks(r) AS b) < 10000 THEN
    occurrence := medsched._search_days(r, time_zone, lo, hi, excluded, ahead);
  ELSIF r.every >= (ARRAY[86400, 1440, 24])[r.freq + 1] THEN
    occurrence := medsched._search_steps(r, time_zone, lo, hi, excluded, ahead);
  ELSE
    settled := false;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._search_rare(medsched._rule, text, timestamptz, timestamptz, timestamptz[], boolean) IS
  'Internal: the first or the last occurrence of a rule below a day that has few or none';
