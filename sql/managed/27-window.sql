-- The occurrences of a valid schedule: those in a window, and whether an instant is one.

-- The occurrences of a schedule that is valid in a window, ascending; when there are more than so many, one more and no
-- others.  Of one of the table that has no dates, said by NULL, they come as they are found: it has few enough in a day.
CREATE OR REPLACE FUNCTION medsched._window(r medsched._rule, starts_at timestamp, time_zone text, lo timestamptz, hi timestamptz,
  added timestamptz[], excluded timestamptz[], most int)
RETURNS SETOF timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 60
AS $$
DECLARE
  begun timestamptz;
  at timestamptz;
  east interval;
  to_at timestamptz;
  n bigint;
  found bigint := 0;
BEGIN
  -- What most schedules are.
  IF r.regular AND r.freq >= 3 AND r.count IS NULL AND added IS NULL AND excluded IS NULL THEN
    east := medsched._offset(time_zone, lo - interval '24 hours', hi);
    IF east IS NOT NULL THEN
      FOREACH at IN ARRAY medsched._regular_instants(r, east, NULL, lo, hi) LOOP
        RETURN NEXT at;
      END LOOP;
      RETURN;
    END IF;
  END IF;
  begun := medsched._instant(starts_at, time_zone);
  lo := greatest(lo, begun, timestamptz '0001-01-01 00:00Z');
  hi := least(hi, timestamptz '10000-01-01 00:00Z');
  IF r.freq IS NULL THEN
    added := added || begun;
  ELSIF r.count IS NOT NULL AND lo < hi THEN
    r := medsched._limit_rule(r, time_zone, hi);
  END IF;
  WHILE lo < hi LOOP
    to_at := CASE WHEN r.freq IS NULL THEN hi ELSE medsched._window_end(r, time_zone, lo, hi) END;
    RETURN QUERY
      SELECT DISTINCT o.at
        FROM (SELECT i.at FROM medsched._instants(r, time_zone, lo, to_at) AS i (at)
              UNION ALL
              SELECT a.at FROM unnest(added) AS a (at) WHERE a.at >= lo AND a.at < to_at) AS o
       WHERE o.at NOT IN (SELECT unnest(excluded))
       ORDER BY o.at
       LIMIT most + 1 - found;
    GET DIAGNOSTICS n = ROW_COUNT;
    found := found + n;
    EXIT WHEN found > most;
    lo := to_at;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._window(medsched._rule, timestamp, text, timestamptz, timestamptz, timestamptz[], timestamptz[], int) IS
  'Internal: the occurrences of a valid schedule in a window';

-- Whether an instant is an occurrence of a schedule that is valid.
CREATE OR REPLACE FUNCTION medsched._is_occurrence(r medsched._rule, starts_at timestamp, time_zone text, at timestamptz,
  added timestamptz[], excluded timestamptz[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  east interval;
BEGIN
  -- What most schedules are.
  IF r.regular AND r.freq >= 3 AND r.count IS NULL AND added IS NULL AND excluded IS NULL AND isfinite(at) AND date_trunc('second', at) = at
     AND at >= timestamptz '0001-01-01 00:00Z' AND at < timestamptz '10000-01-01 00:00Z' THEN
    east := medsched._offset(time_zone, at - interval '24 hours', at + interval '1 second');
    IF east IS NOT NULL THEN
      RETURN cardinality(medsched._regular_instants(r, east, NULL, at, at + interval '1 second')) > 0;
    END IF;
  END IF;
  IF NOT isfinite(at) OR date_trunc('second', at) <> at OR at = ANY (excluded)
     OR at < greatest(medsched._instant(starts_at, time_zone), timestamptz '0001-01-01 00:00Z')
     OR at >= timestamptz '10000-01-01 00:00Z' THEN
    RETURN false;
  END IF;
  IF at = ANY (added) THEN
    RETURN true;
  ELSIF r.freq IS NULL THEN
    RETURN at = medsched._instant(starts_at, time_zone);
  END IF;
  IF r.count IS NOT NULL THEN
    r := medsched._limit_rule(r, time_zone, at + interval '1 second');
  END IF;
  RETURN EXISTS (SELECT FROM medsched._instants(r, time_zone, at, at + interval '1 second'));
END
$$;

COMMENT ON FUNCTION medsched._is_occurrence(medsched._rule, timestamp, text, timestamptz, timestamptz[], timestamptz[]) IS
  'Internal: whether an instant is an occurrence of a valid schedule';

CREATE OR REPLACE FUNCTION medsched._refuse_count(most int)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '54000',
    MESSAGE = format('more than %s doses in the window', most),
    DETAIL = 'The setting medsched.max_doses bounds how many doses one call computes.',
    HINT = 'Narrow the window, or raise medsched.max_doses.';
END
$$;

COMMENT ON FUNCTION medsched._refuse_count(int) IS
  'Internal: raises the error of a call that would compute more than medsched.max_doses';
