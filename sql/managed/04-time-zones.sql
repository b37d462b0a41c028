-- Time zones by their names, and wall-clock times as instants.

-- The names of the time zones, as they are when this file is run: the view
-- pg_timezone_names reads a file for each zone and takes 30 ms to say whether
-- there is one.  A name that came later is looked up there.
DO $time_zones$
BEGIN
  EXECUTE format($function$
CREATE OR REPLACE FUNCTION medsched._is_listed(time_zone text)
RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN time_zone = ANY (%L::text[])
$function$, (SELECT array_agg(z.name ORDER BY z.name) FROM pg_timezone_names AS z));
END
$time_zones$;

COMMENT ON FUNCTION medsched._is_listed(text) IS
  'Internal: whether a time zone was there when medsched was installed';

CREATE OR REPLACE FUNCTION medsched._is_zone(time_zone text)
RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
BEGIN
  RETURN medsched._is_listed(time_zone) OR EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = time_zone);
END
$$;

COMMENT ON FUNCTION medsched._is_zone(text) IS
  'Internal: whether there is a time zone of that name';

-- AT TIME ZONE 'CET' is the abbreviation, always an hour east of UTC, and not the
-- time zone of that name, which has summer time.  Such a zone is asked for by
-- another name that comes to the same on every fifth day of 160 years.
DO $zone_names$
DECLARE
  session_zone CONSTANT text := current_setting('TimeZone');
  days CONSTANT timestamptz[] := ARRAY(SELECT generate_series(timestamptz '1880-01-01 00:00Z', '2040-01-01 00:00Z', '5 days'));
  few CONSTANT timestamptz[] := ARRAY(SELECT generate_series(timestamptz '1881-07-01 00:00Z', '2040-01-01 00:00Z', '1000 days'));
  zone record;
  clock timestamp[];
  few_clock timestamp[];
  same text;
  cases text := '';
BEGIN
  FOR zone IN
    SELECT z.name FROM pg_timezone_names AS z
     WHERE lower(z.name) IN (SELECT lower(a.abbrev) FROM pg_timezone_abbrevs AS a) ORDER BY z.name
  LOOP
    PERFORM set_config('TimeZone', zone.name, true);
    clock := ARRAY(SELECT d::timestamp FROM unnest(days) WITH ORDINALITY AS u (d, n) ORDER BY n);
    few_clock := ARRAY(SELECT d::timestamp FROM unnest(few) WITH ORDINALITY AS u (d, n) ORDER BY n);
    PERFORM set_config('TimeZone', session_zone, true);
    CONTINUE WHEN clock = ARRAY(SELECT timezone(zone.name, d) FROM unnest(days) WITH ORDINALITY AS u (d, n) ORDER BY n);
    same := (
      SELECT z.name FROM pg_timezone_names AS z
       WHERE lower(z.name) NOT IN (SELECT lower(a.abbrev) FROM pg_timezone_abbrevs AS a)
         AND few_clock = ARRAY(SELECT timezone(z.name, d) FROM unnest(few) WITH ORDINALITY AS u (d, n) ORDER BY n)
         AND clock = ARRAY(SELECT timezone(z.name, d) FROM unnest(days) WITH ORDINALITY AS u (d, n) ORDER BY n)
       ORDER BY z.name LIMIT 1);
    IF same IS NOT NULL THEN
      cases := cases || format(' WHEN %L THEN %L', zone.name, same);
    END IF;
  END LOOP;
  EXECUTE format($function$
CREATE OR REPLACE FUNCTION medsched._zone(time_zone text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN %s
$function$, CASE WHEN cases = '' THEN 'time_zone' ELSE 'CASE time_zone' || cases || ' ELSE time_zone END' END);
END
$zone_names$;

COMMENT ON FUNCTION medsched._zone(text) IS
  'Internal: the name by which AT TIME ZONE takes a time zone, and no abbreviation';

-- The instant of a wall-clock time: one in a gap is read with the offset before the gap, as PostgreSQL does; one that
-- comes twice is its first coming, which is read with the offset of a day before the second, which PostgreSQL gives.
CREATE OR REPLACE FUNCTION medsched._instant(local timestamp, time_zone text)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  late CONSTANT timestamptz := timezone(time_zone, local);
  early CONSTANT timestamptz := late - interval '24 hours' + (local - timezone(time_zone, late - interval '24 hours'));
BEGIN
  IF early < late AND timezone(time_zone, early) = local THEN
    RETURN early;
  END IF;
  RETURN late;
END
$$;

COMMENT ON FUNCTION medsched._instant(timestamp, text) IS
  'Internal: the instant of a wall-clock time';

-- The offset from UTC that a time zone keeps from lo to hi; NULL where it changes, and for windows so long that looking costs
-- more than it saves.  No zone ever came back to an offset within three days, so that a look at every second finds a change.
CREATE OR REPLACE FUNCTION medsched._offset(time_zone text, lo timestamptz, hi timestamptz)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  east CONSTANT interval := timezone(time_zone, hi) - timezone(interval '0', hi);
BEGIN
  IF hi - lo > interval '40 days' THEN
    RETURN NULL;
  END IF;
  WHILE lo < hi LOOP
    IF timezone(time_zone, lo) <> timezone(east, lo) THEN
      RETURN NULL;
    END IF;
    lo := lo + interval '48 hours';
  END LOOP;
  RETURN east;
END
$$;

COMMENT ON FUNCTION medsched._offset(text, timestamptz, timestamptz) IS
  'Internal: the offset from UTC that a time zone keeps through a window, if it does';

CREATE OR REPLACE FUNCTION medsched._east(time_zone text, second bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(epoch FROM timezone(time_zone, to_timestamp(second + 946684800)))::bigint - 946684800 - second;

COMMENT ON FUNCTION medsched._east(text, bigint) IS
  'Internal: the seconds east of UTC of a time zone, at an instant in seconds since 2000-01-01 00:00Z';

-- The stretches of constant offset of a zone that meet [lo, hi), in seconds since 2000-01-01 00:00Z, and seconds east of
-- UTC.  Looks at the zone every three days, for no zone ever came back to an offset in less, and halves where it changed.
CREATE OR REPLACE FUNCTION medsched._stretches(time_zone text, lo bigint, hi bigint)
RETURNS TABLE (from_second bigint, to_second bigint, east bigint)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  change record;
  same bigint;
  other bigint;
  middle bigint;
BEGIN
  from_second := lo;
  east := medsched._east(time_zone, lo);
  FOR change IN
    SELECT p.second, p.east, p.second_before
      FROM (SELECT s.second, o.east, lag(o.east) OVER w AS east_before, lag(s.second) OVER w AS second_before
              FROM (SELECT least(g, hi) AS second FROM generate_series(lo, hi + 259199, 259200) AS g) AS s
             CROSS JOIN LATERAL (SELECT medsched._east(time_zone, s.second) OFFSET 0) AS o (east)
            WINDOW w AS (ORDER BY s.second)) AS p
     WHERE p.east <> p.east_before
     ORDER BY p.second
  LOOP
    same := change.second_before;
    other := change.second;
    -- Two changes may lie between the two looks.
    WHILE east <> change.east LOOP
      WHILE other - same > 1 LOOP
        middle := same + (other - same) / 2;
        IF medsched._east(time_zone, middle) = east THEN
          same := middle;
        ELSE
          other := middle;
        END IF;
      END LOOP;
      to_second := other;
      RETURN NEXT;
      from_second := other;
      east := medsched._east(time_zone, other);
      same := other;
      other := change.second;
    END LOOP;
  END LOOP;
  to_second := hi;
  IF from_second < hi THEN
    RETURN NEXT;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._stretches(text, bigint, bigint) IS
  'Internal: the stretches of constant offset of a time zone';
