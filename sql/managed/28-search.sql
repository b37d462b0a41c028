-- The first occurrence of a valid schedule after an instant, and the last before one.

-- How far ahead of an instant a rule has an occurrence if it has any: what its interval, the cycle and the calendar's
-- 400 years come to together.  A rule below a day sees summer time come and go, which does so regularly from 2100 on.
CREATE OR REPLACE FUNCTION medsched._horizon(r medsched._rule, after timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  latest CONSTANT timestamptz := '10000-01-01 00:00Z';
  step CONSTANT numeric := r.every * (ARRAY[1, 60, 3600])[r.freq + 1];
  days numeric := CASE
    -- A rule that looks at times of the day alone sees them all in this time.
    WHEN r.freq < 3 AND r.weekdays IS NULL AND coalesce(r.months, r.monthdays, r.yeardays) IS NULL AND lcm(step, 86400) < 60 * 86400 THEN 1000
    WHEN r.freq < 3 THEN lcm(step, 146097 * 86400::numeric) / 86400
    WHEN r.freq = 3 THEN lcm(r.every::numeric, 146097)
    WHEN r.freq = 4 THEN lcm(7 * r.every::numeric, 146097)
    WHEN r.freq = 5 THEN lcm(r.every::numeric, 4800) / 4800 * 146097
    ELSE lcm(r.every::numeric, 400) / 400 * 146097 END;
BEGIN
  days := ceil(lcm(days, coalesce(r.days_on + r.days_off, 1)) + 2);
  IF r.freq < 3 THEN
    after := greatest(after, timestamptz '2100-01-01 00:00Z');
  END IF;
  IF days > 3652059 OR after + make_interval(days => days::int) > latest THEN
    RETURN latest;
  END IF;
  RETURN after + make_interval(days => days::int);
END
$$;

COMMENT ON FUNCTION medsched._horizon(medsched._rule, timestamptz) IS
  'Internal: until when to look for an occurrence of a rule that may have none';

-- The first occurrence after an instant of a schedule that is valid; NULL: none.
CREATE OR REPLACE FUNCTION medsched._next_occurrence(r medsched._rule, starts_at timestamp, time_zone text, after timestamptz,
  added timestamptz[], excluded timestamptz[])
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  begun CONSTANT timestamptz := medsched._instant(starts_at, time_zone);
  lo timestamptz := greatest(begun, timestamptz '0001-01-01 00:00Z', CASE WHEN isfinite(after) THEN after + interval '1 microsecond' ELSE after END);
  hi timestamptz;
  look interval;
  horizon timestamptz;
  next timestamptz;
  next_added timestamptz;
  first_look boolean := true;
  settled boolean;
  most int := 50000;
BEGIN
  IF r.freq IS NULL THEN
    added := added || begun;
  END IF;
  next_added := (SELECT min(a.at) FROM unnest(added) AS a (at)
                  WHERE a.at >= lo AND a.at < timestamptz '10000-01-01 00:00Z' AND a.at NOT IN (SELECT unnest(excluded)));
  IF r.freq IS NOT NULL AND lo < timestamptz '10000-01-01 00:00Z' THEN
    look := medsched._first_look(r);
    horizon := least(medsched._horizon(r, greatest(lo, (SELECT max(e) FROM unnest(excluded) AS e))), r.end_at,
                     timezone(time_zone, r.end_local) + interval '1 day', next_added);
    WHILE lo < horizon LOOP
      hi := medsched._window_end(r, time_zone, lo, least(lo + look, horizon), most);
      next := (SELECT min(i.at) FROM medsched._instants(r, time_zone, lo, hi) AS i (at)
                WHERE i.at NOT IN (SELECT unnest(excluded)));
      EXIT WHEN next IS NOT NULL;
      lo := hi;
      IF first_look AND r.freq < 3 THEN
        SELECT o.settled, o.occurrence INTO settled, next FROM medsched._search_rare(r, time_zone, lo, horizon, excluded, true) AS o;
        EXIT WHEN settled;
      END IF;
      first_look := false;
      look := least(4 * look, interval '146097 days');
      most := least(4 * most, 1000000);    -- what had fewer than it could
    END LOOP;
    -- Look at COUNT only up to what would be the answer without it.
    IF r.count IS NOT NULL AND next IS NOT NULL
       AND NOT EXISTS (SELECT FROM medsched._instants(medsched._limit_rule(r, time_zone, next + interval '1 second'),
                                                      time_zone, next, next + interval '1 second')) THEN
      next := NULL;
    END IF;
  END IF;
  RETURN least(next, next_added);
END
$$;

COMMENT ON FUNCTION medsched._next_occurrence(medsched._rule, timestamp, text, timestamptz, timestamptz[], timestamptz[]) IS
  'Internal: the first occurrence of a valid schedule after an instant';

-- The last occurrence before an instant of a schedule that is valid; NULL: none.
CREATE OR REPLACE FUNCTION medsched._previous_occurrence(r medsched._rule, starts_at timestamp, time_zone text, before timestamptz,
  added timestamptz[], excluded timestamptz[])
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  begun timestamptz := medsched._instant(starts_at, time_zone);
  lo timestamptz;
  hi timestamptz := least(before, timestamptz '10000-01-01 00:00Z');
  look interval;
  horizon interval;
  last timestamptz;
  last_added timestamptz;
  first_look boolean := true;
  settled boolean;
  most int := 50000;
BEGIN
  IF r.freq IS NULL THEN
    added := added || begun;
  END IF;
  begun := greatest(begun, '0001-01-01 00:00Z');
  last_added := (SELECT max(a.at) FROM unnest(added) AS a (at)
                  WHERE a.at >= begun AND a.at < hi AND a.at NOT IN (SELECT unnest(excluded)));
  IF r.freq IS NOT NULL AND hi > begun THEN
    r := medsched._limit_rule(r, time_zone, hi);
    look := medsched._first_look(r);
    hi := least(hi, r.end_at, timezone(time_zone, r.end_local) + interval '1 day');
    -- As far back as _horizon would look ahead.  A rule below a day sees summer time come, which it does regularly from
    -- 2100 on only.
    horizon := medsched._horizon(r, '2100-01-01 00:00Z') - timestamptz '2100-01-01 00:00Z';
    IF horizon < interval '1000 years' THEN
      begun := greatest(begun, least(hi, CASE WHEN r.freq < 3 THEN timestamptz '1800-01-01 00:00Z' END,
                                     (SELECT min(e) FROM unnest(excluded) AS e)) - horizon);
    END IF;
    begun := greatest(begun, last_added);
    WHILE hi > begun LOOP
      lo := medsched._window_start(r, time_zone, greatest(hi - look, begun), hi, most);
      last := (SELECT max(i.at) FROM medsched._instants(r, time_zone, lo, hi) AS i (at)
                WHERE i.at NOT IN (SELECT unnest(excluded)));
      EXIT WHEN last IS NOT NULL;
      hi := lo;
      IF first_look AND r.freq < 3 THEN
        SELECT o.settled, o.occurrence INTO settled, last FROM medsched._search_rare(r, time_zone, begun, hi, excluded, false) AS o;
        EXIT WHEN settled;
      END IF;
      first_look := false;
      look := least(2 * look, interval '146097 days');
      most := least(4 * most, 1000000);
    END LOOP;
  END IF;
  RETURN greatest(last, last_added);
END
$$;

COMMENT ON FUNCTION medsched._previous_occurrence(medsched._rule, timestamp, text, timestamptz, timestamptz[], timestamptz[]) IS
  'Internal: the last occurrence of a valid schedule before an instant';
