-- Where COUNT ends a rule.

-- How long a window to look into first.
CREATE OR REPLACE FUNCTION medsched._first_look(r medsched._rule)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN interval '1 second' * least(400 * 366 * 86400::bigint, greatest(3600,
    r.every * (ARRAY[3, 90, 5400, 100000, 8 * 86400, 32 * 86400, 367 * 86400])[r.freq + 1]));
END
$$;

COMMENT ON FUNCTION medsched._first_look(medsched._rule) IS
  'Internal: how long a window to look into first for the next occurrence of a rule';

-- The rule with the end that COUNT gives it, as far as that lies before hi.  COUNT counts what the rule names, before
-- the cycle and before gaps move times onto one another.
CREATE OR REPLACE FUNCTION medsched._limit_rule(r medsched._rule, time_zone text, hi timestamptz)
RETURNS medsched._rule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  epoch CONSTANT timestamp := timestamp '2000-01-01';
  all_days medsched._rule := r;    -- the rule without its cycle
  begun timestamptz;
  step bigint;
  size int;
  nth bigint := r.count;
  found bigint;
  lo timestamptz;
  to_at timestamptz;
  last timestamptz;
  lo_local timestamp;
  to_local timestamp;
  last_local timestamp;
  lo_day int;
  to_day int;
  hi_day int;
  last_day int;
  reach bigint;
  most bigint;
  look interval;
BEGIN
  IF r.count IS NULL THEN
    RETURN r;
  END IF;
  all_days.days_on := NULL;
  all_days.days_off := NULL;

  IF r.freq < 3 THEN
    begun := medsched._instant(r.start, time_zone);
    IF coalesce(r.seconds, r.minutes, r.hours, r.months, r.monthdays, r.yeardays, r.positions) IS NULL AND r.weekdays IS NULL THEN
      step := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
      IF (r.count - 1)::numeric * step < 400000000000 THEN
        r.end_at := least(r.end_at, to_timestamp(extract(epoch FROM begun)::bigint + (r.count - 1) * step + 1));
      END IF;
      RETURN r;
    END IF;
    lo := begun;
    look := 100 * medsched._first_look(r);
    WHILE lo < least(hi, r.end_at) LOOP
      to_at := medsched._window_end(all_days, time_zone, lo, least(lo + look, hi));
      SELECT count(*), (array_agg(o.at ORDER BY o.at))[nth] INTO found, last
        FROM (SELECT DISTINCT i.at FROM medsched._instants(all_days, time_zone, lo, to_at) AS i (at)) AS o;
      IF last IS NOT NULL THEN
        r.end_at := last + interval '1 second';
        RETURN r;
      END IF;
      IF found = 0 AND lo = begun AND medsched._never_meets(all_days, time_zone, to_at, hi) THEN
        RETURN r;
      END IF;
      nth := nth - found;
      lo := to_at;
      look := least(4 * look, interval '146097 days');
    END LOOP;
    RETURN r;
  END IF;

  -- A local time before hi is not a day ahead of it.
  hi_day := least(timezone(time_zone, hi)::date - epoch::date + 1, 2921939);
  IF r.positions IS NOT NULL THEN
    lo_local := r.start;
    to_local := lo_local;
    most := greatest(1, 50000 / medsched._per_day(r));
    reach := least(most, 32 + nth * r.every * (ARRAY[1, 7, 31, 366])[r.freq - 2]);
    WHILE to_local <= epoch + make_interval(days => hi_day) LOOP
      to_local := lo_local + make_interval(days => reach::int);
      SELECT count(*), (array_agg(o.local ORDER BY o.local))[nth] INTO found, last_local
        FROM (SELECT DISTINCT w.local FROM medsched._wall(all_days, lo_local, to_local) AS w (local)) AS o;
      IF last_local IS NOT NULL THEN
        r.end_local := last_local + interval '1 second';
        RETURN r;
      END IF;
      nth := nth - found;
      lo_local := to_local;
      reach := least(most, 4 * reach);
    END LOOP;
    RETURN r;
  END IF;

  -- Every day of the rule has all its times, but for the first, which has those from start on.
  size := cardinality(r.times);
  IF r.count > (hi_day - r.start_day + 1)::bigint * size THEN
    RETURN r;
  END IF;
  IF EXISTS (SELECT FROM medsched._days(all_days, r.start_day, r.start_day) AS d WHERE d.day = r.start_day) THEN
    nth := nth + (SELECT count(*) FROM unnest(r.times) AS second WHERE second < extract(epoch FROM r.start::time));
  END IF;
  found := (nth - 1) / size;    -- days before the last
  IF r.freq = 3 AND r.weekdays IS NULL AND coalesce(r.months, r.monthdays) IS NULL THEN
    IF r.start_day + found * r.every <= hi_day THEN
      last_day := r.start_day + found * r.every;
    END IF;
  ELSE
    lo_day := r.start_day;
    reach := found + 1;
    WHILE lo_day <= hi_day AND last_day IS NULL LOOP
      to_day := least(lo_day + least(greatest(reach * r.every * (ARRAY[1, 7, 31, 366])[r.freq - 2], 30), 100000), hi_day);
      SELECT count(*), (array_agg(d.day ORDER BY d.day))[reach] INTO found, last_day
        FROM (SELECT DISTINCT n.day FROM medsched._days(all_days, lo_day, to_day) AS n) AS d;
      reach := reach - found;
      lo_day := to_day + 1;
    END LOOP;
  END IF;
  IF last_day IS NOT NULL THEN
    r.end_local := epoch + make_interval(days => last_day, secs => r.times[(nth - 1) % size + 1] + 1);
  END IF;
  RETURN r;
END
$$;

COMMENT ON FUNCTION medsched._limit_rule(medsched._rule, text, timestamptz) IS
  'Internal: a rule with the end that COUNT gives it';
