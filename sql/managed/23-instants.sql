-- The instants that a rule names in a window, and how long a window may be that one
-- query answers: some 50,000 instants, so that neither memory nor time depends on what
-- else the rule would name.

-- The instants in [lo, hi) of a regular rule, in no order and each once: of days or weeks, while its zone keeps one offset, or
-- below a day, which is elapsed time since it began and nothing else.
CREATE OR REPLACE FUNCTION medsched._regular_instants(r medsched._rule, east interval, begun timestamptz, lo timestamptz, hi timestamptz)
RETURNS timestamptz[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  instants timestamptz[] := '{}';
  first int;
  last int;
  d int;
  second int;
  at timestamptz;
  step bigint;    -- in seconds
BEGIN
  IF r.freq < 3 THEN
    step := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
    RETURN ARRAY(
      SELECT to_timestamp(s.since_1970)
        FROM generate_series(extract(epoch FROM begun)::bigint + greatest(0, ceil(extract(epoch FROM lo - begun) / step)::bigint) * step,
                             ceil(extract(epoch FROM least(hi, r.end_at)))::bigint - 1, step) AS s (since_1970));
  END IF;
  lo := greatest(lo, timezone(east, r.start));
  hi := least(hi, r.end_at, timezone(east, r.end_local));
  first := timezone(east, lo)::date - date '2000-01-01';
  last := timezone(east, hi)::date - date '2000-01-01';
  FOREACH d IN ARRAY medsched._regular_days(r, CASE r.freq WHEN 4 THEN medsched._week(first, r.week_start) ELSE first END,
                                            CASE r.freq WHEN 4 THEN medsched._week(last, r.week_start) ELSE last END) LOOP
    FOREACH second IN ARRAY r.times LOOP
      at := timezone(east, timestamp '2000-01-01' + make_interval(days => d, secs => second));
      IF at >= lo AND at < hi THEN
        instants := array_append(instants, at);
      END IF;
    END LOOP;
  END LOOP;
  RETURN instants;
END
$$;

COMMENT ON FUNCTION medsched._regular_instants(medsched._rule, interval, timestamptz, timestamptz, timestamptz) IS
  'Internal: the instants of a regular rule in a window, where its zone keeps one offset or it is below a day';

-- The instants that a rule names in [lo, hi), in no order, the cycle and the ends looked at.  An instant may come twice.
CREATE OR REPLACE FUNCTION medsched._instants(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz)
RETURNS SETOF timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  day_ CONSTANT interval := interval '24 hours';
  begun timestamptz;
  second bigint;
  east interval;
BEGIN
  hi := least(hi, r.end_at);
  IF lo >= hi OR r.freq IS NULL THEN
    RETURN;
  END IF;
  IF r.freq >= 3 THEN
    -- A gap may have moved here what stood up to a day before.
    east := medsched._offset(time_zone, lo - day_, hi);
    IF east IS NOT NULL AND r.regular THEN
      RETURN QUERY SELECT unnest(medsched._regular_instants(r, east, NULL, lo, hi));
      RETURN;
    ELSIF east IS NOT NULL THEN
      RETURN QUERY
        SELECT timezone('UTC', l.local - east)
          FROM medsched._wall(r, timezone('UTC', lo) + east, least(r.end_local, timezone('UTC', hi) + east)) AS l (local);
      RETURN;
    END IF;
    -- The instant is that of _instant, written out because a function costs more than what it does.
    RETURN QUERY
      SELECT i.at
        FROM medsched._wall(r, least(timezone(time_zone, lo), timezone(time_zone, lo - day_) + day_),
               least(r.end_local, greatest(timezone(time_zone, hi), timezone(time_zone, hi - day_) + day_))) AS l (local)
       CROSS JOIN LATERAL (SELECT timezone(time_zone, l.local) AS late OFFSET 0) AS a
       CROSS JOIN LATERAL (SELECT a.late - day_ + (l.local - timezone(time_zone, a.late - day_)) AS early OFFSET 0) AS b
       CROSS JOIN LATERAL (SELECT CASE WHEN b.early < a.late AND timezone(time_zone, b.early) = l.local THEN b.early
                                       ELSE a.late END AS at OFFSET 0) AS i
       WHERE i.at >= lo AND i.at < hi;
    RETURN;
  END IF;

  begun := medsched._instant(r.start, time_zone);
  lo := greatest(lo, begun);
  IF r.regular THEN
    RETURN QUERY SELECT unnest(medsched._regular_instants(r, NULL, begun, lo, hi));
    RETURN;
  END IF;
  -- Where days are limited, look at the days that are in question alone.
  IF r.weekdays IS NOT NULL OR r.days_on IS NOT NULL OR coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL THEN
    SELECT greatest(lo, timezone(time_zone, timestamp '2000-01-01' + make_interval(days => min(d.day) - 1))),
           least(hi, timezone(time_zone, timestamp '2000-01-01' + make_interval(days => max(d.day) + 2)))
      INTO lo, hi
      FROM medsched._days(medsched._daily(r), timezone(time_zone, lo)::date - date '2000-01-01' - 1,
                          timezone(time_zone, hi)::date - date '2000-01-01' + 1) AS d
    HAVING count(*) > 0;
    IF NOT FOUND THEN
      RETURN;
    END IF;
  END IF;
  second := extract(epoch FROM begun - timestamptz '2000-01-01 00:00Z');
  RETURN QUERY
    SELECT to_timestamp(local - s.east + 946684800)
      FROM medsched._stretches(time_zone, ceil(extract(epoch FROM lo - timestamptz '2000-01-01 00:00Z'))::bigint,
                               ceil(extract(epoch FROM hi - timestamptz '2000-01-01 00:00Z'))::bigint) AS s
     CROSS JOIN LATERAL medsched._steps(r, second + s.east, s.from_second + s.east, s.to_second + s.east) AS local;
END
$$;

COMMENT ON FUNCTION medsched._instants(medsched._rule, text, timestamptz, timestamptz) IS
  'Internal: the instants that a rule names in a window';

-- How many instants a day has that a rule names: no fewer than there are.
CREATE OR REPLACE FUNCTION medsched._per_day(r medsched._rule)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  hours CONSTANT int := coalesce(cardinality(r.hours), 24);
  minutes CONSTANT int := cardinality(r.minutes);
  seconds CONSTANT int := cardinality(r.seconds);
BEGIN
  CASE r.freq
  WHEN 2 THEN
    RETURN least(24 / r.every + 1, hours) * coalesce(minutes, 1) * coalesce(seconds, 1);
  WHEN 1 THEN
    RETURN least(1440 / r.every + 1, hours * coalesce(minutes, 60)) * coalesce(seconds, 1);
  WHEN 0 THEN
    RETURN least(86400 / r.every + 1, hours * coalesce(minutes, 60) * coalesce(seconds, 60));
  ELSE
    IF r.positions IS NULL OR r.freq = 3 THEN
      RETURN least(cardinality(r.times), cardinality(r.positions));
    END IF;
    RETURN least(48, cardinality(r.positions));    -- of a week and more
  END CASE;
END
$$;

COMMENT ON FUNCTION medsched._per_day(medsched._rule) IS
  'Internal: how many instants of a day a rule may name';

-- Where to end a window that begins at lo and ends by hi, so that it has some 50,000 instants at most.
CREATE OR REPLACE FUNCTION medsched._window_end(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz,
  most int DEFAULT 50000)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  per_day CONSTANT int := medsched._per_day(r);
  wanted CONSTANT int := greatest(2, most / per_day);
  days medsched._rule := r;
  lo_day int;
  hi_day int;
  reach bigint := wanted;
  found int;
  last int;
BEGIN
  -- Few on each day, or on every day: the days give the window.
  IF per_day <= 48 OR NOT (r.weekdays IS NOT NULL OR r.freq >= 5 OR coalesce(r.months, r.monthdays, r.yeardays) IS NOT NULL OR r.days_on IS NOT NULL) THEN
    RETURN least(hi, lo + greatest(86400, 86400::bigint * most / per_day) * interval '1 second');
  END IF;
  -- Else as many days as have doses, to the beginning of the last.
  IF hi - lo <= interval '1 day' THEN
    RETURN hi;
  END IF;
  IF r.freq < 3 THEN
    days := medsched._daily(r);
  END IF;
  lo_day := timezone(time_zone, lo)::date - date '2000-01-01';
  hi_day := timezone(time_zone, hi)::date - date '2000-01-01';
  LOOP
    SELECT count(*), max(d.day) INTO found, last
      FROM (SELECT DISTINCT n.day FROM medsched._days(days, lo_day, least(lo_day + reach, hi_day)::int) AS n
             ORDER BY n.day LIMIT wanted) AS d;
    IF found = wanted THEN
      RETURN least(hi, greatest(lo + interval '1 hour', timezone(time_zone, timestamp '2000-01-01' + make_interval(days => last))));
    END IF;
    EXIT WHEN lo_day + reach >= hi_day;
    reach := 8 * reach;
  END LOOP;
  RETURN hi;
END
$$;

COMMENT ON FUNCTION medsched._window_end(medsched._rule, text, timestamptz, timestamptz, int) IS
  'Internal: the end of a window that is no more than one query can answer';

-- Where to begin a window that ends at hi and begins from lo on, so that it has some 50,000 instants at most: days as in
-- _window_end, the last ones.
CREATE OR REPLACE FUNCTION medsched._window_start(r medsched._rule, time_zone text, lo timestamptz, hi timestamptz,
  most int DEFAULT 50000)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  per_day CONSTANT int := medsched._per_day(r);
  wanted CONSTANT int := greatest(3, most / per_day);
  days medsched._rule := r;
  lo_day int;
  hi_day int;
  reach bigint := wanted;
  found int;
  first int;
BEGIN
  IF per_day <= 48 OR hi - lo <= interval '1 day' THEN
    RETURN greatest(lo, hi - greatest(86400, 86400::bigint * most / per_day) * interval '1 second');
  END IF;
  IF r.freq < 3 THEN
    days := medsched._daily(r);
  END IF;
  lo_day := timezone(time_zone, lo)::date - date '2000-01-01';
  hi_day := timezone(time_zone, hi)::date - date '2000-01-01';
  LOOP
    SELECT count(*), min(d.day) INTO found, first
      FROM (SELECT DISTINCT n.day FROM medsched._days(days, greatest(hi_day - reach, lo_day)::int, hi_day) AS n
             ORDER BY n.day DESC LIMIT wanted) AS d;
    IF found = wanted THEN
      RETURN greatest(lo, least(timezone(time_zone, timestamp '2000-01-01' + make_interval(days => first)), hi - interval '1 hour'));
    END IF;
    EXIT WHEN hi_day - reach <= lo_day;
    reach := 8 * reach;
  END LOOP;
  RETURN lo;
END
$$;

COMMENT ON FUNCTION medsched._window_start(medsched._rule, text, timestamptz, timestamptz, int) IS
  'Internal: the start of a window that is no more than one query can answer';
