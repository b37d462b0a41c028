-- The time zones that the times of a calendar are in.

-- The time zone of ours that a name stands for; NULL where it stands for none.  known: all names of the server's.  Programs
-- write the name as it is, in other letters, that of Windows, or after a path of their own, as /mozilla.org/20050126_1/Europe/Berlin.
CREATE OR REPLACE FUNCTION medsched._ical_zone_by_name(tzid text, known text[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  folded CONSTANT text := lower(btrim(tzid) COLLATE "C");
  named text;
BEGIN
  IF tzid IS NULL OR length(tzid) > 1000 THEN
    RETURN NULL;
  END IF;
  SELECT z.name INTO named FROM unnest(known) AS z (name)
   WHERE lower(z.name COLLATE "C") = folded ORDER BY z.name <> tzid, z.name COLLATE "C" LIMIT 1;
  IF named IS NULL THEN
    SELECT w.time_zone INTO named FROM medsched._windows_zones() AS w
     WHERE lower(w.name COLLATE "C") = folded AND w.time_zone = ANY (known);
  END IF;
  IF named IS NULL AND folded = 'tzone://microsoft/utc' THEN
    RETURN 'UTC';
  END IF;
  IF named IS NULL AND starts_with(folded, '/') THEN
    -- The longest end that is a name; a word alone may be one by chance.
    SELECT z.name INTO named FROM unnest(known) AS z (name)
     WHERE right(tzid, length(z.name) + 1) = '/' || z.name AND (strpos(z.name, '/') > 0 OR z.name IN ('UTC', 'GMT'))
     ORDER BY length(z.name) DESC LIMIT 1;
  END IF;
  RETURN named;
END
$$;
COMMENT ON FUNCTION medsched._ical_zone_by_name(text, text[]) IS
  'Internal: the time zone that a name in a calendar stands for';

-- The changes of the offset that a VTIMEZONE has (section 3.6.5): when, in UTC, and the offsets before and after.  All that its
-- dates name, and of each rule those from two years before since on, until until, and the last one before.  NULL as the time:
-- its changes cannot be told.
CREATE OR REPLACE FUNCTION medsched._ical_zone_changes(observances jsonb[], since timestamp, until timestamp)
RETURNS TABLE (at timestamp, offset_before interval, offset_after interval)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  observance jsonb;
  property jsonb;
  rule text;
  ended text[];
  start timestamp;
  onsets timestamp[];
BEGIN
  FOREACH observance IN ARRAY observances LOOP
    SELECT (w.part[1] || w.part[2] || ':' || w.part[3] || ':' || coalesce(w.part[4], '00'))::interval INTO offset_before
      FROM regexp_match(observance #>> '{properties,TZOFFSETFROM,0,value}', '^ *([+-])([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9])? *$') AS w (part);
    SELECT (w.part[1] || w.part[2] || ':' || w.part[3] || ':' || coalesce(w.part[4], '00'))::interval INTO offset_after
      FROM regexp_match(observance #>> '{properties,TZOFFSETTO,0,value}', '^ *([+-])([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9])? *$') AS w (part);
    property := medsched._ical_property(observance, 'DTSTART'::text);
    IF offset_before IS NULL OR offset_after IS NULL OR property IS NULL THEN
      at := NULL;
      RETURN NEXT;
      RETURN;
    END IF;
    start := (medsched._ical_time(property ->> 'value', property)).at;
    onsets := ARRAY[start];
    FOR property IN SELECT e.value FROM jsonb_array_elements(observance -> 'properties' -> 'RDATE') AS e LOOP
      onsets := onsets || ARRAY(SELECT (medsched._ical_time(split_part(v.written, '/', 1), property)).at
                                  FROM string_to_table(property ->> 'value', ',') AS v (written));
    END LOOP;
    property := medsched._ical_property(observance, 'RRULE'::text);
    IF property IS NOT NULL THEN
      rule := upper(property ->> 'value' COLLATE "C");
      -- UNTIL is in UTC, the times are those of the clock before the change.
      ended := regexp_match(rule, '(^|;)UNTIL=([0-9]{8}T[0-9]{6})Z');
      IF ended IS NOT NULL THEN
        rule := regexp_replace(rule, 'UNTIL=[0-9]{8}T[0-9]{6}Z',
          to_char((medsched._ical_time(ended[2], property)).at + offset_before, '"UNTIL="YYYYMMDD"T"HH24MISS'));
      END IF;
      IF rule !~ '(^|;)FREQ=YEARLY(;|$)' THEN
        at := NULL;
        RETURN NEXT;
        RETURN;
      END IF;
      onsets := onsets || ARRAY(
        SELECT timezone('UTC', o) FROM medsched.occurrences(rule, start, 'UTC'::text,
          greatest(timezone('UTC', start), timezone('UTC', since - '2 years'::interval)), greatest(timezone('UTC', start), timezone('UTC', until)),
          '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int) AS o);
      at := timezone('UTC', medsched.previous_occurrence(rule, start, 'UTC'::text, timezone('UTC', since),
          '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int));
      IF at IS NOT NULL THEN
        onsets := array_append(onsets, at);
      END IF;
    END IF;
    FOREACH at IN ARRAY onsets LOOP
      at := at - offset_before;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._ical_zone_changes(jsonb[], timestamp, timestamp) IS
  'Internal: the changes of the offset that a VTIMEZONE has';

-- The time zone of ours whose offsets are those of a VTIMEZONE from since until until; NULL where none has them all, or where
-- they cannot be told.  Of several, the one preferred, or the one that Windows knows the changes by.
CREATE OR REPLACE FUNCTION medsched._ical_zone_by_rules(observances jsonb[], since timestamp, until timestamp, preferred text, known text[])
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  instants timestamptz[];
  offsets interval[];
  candidate text;
BEGIN
  IF cardinality(observances) = 0 OR since IS NULL OR until IS NULL OR until - since > '36525 days'::interval
    OR EXISTS (SELECT FROM medsched._ical_zone_changes(observances, since, until) AS c WHERE c.at IS NULL)
  THEN
    RETURN NULL;
  END IF;
  -- No zone ever came back to an offset within three days, so that a look at every third finds any other change.
  WITH changes AS (
    SELECT DISTINCT ON (c.at) c.at, c.offset_before, c.offset_after
      FROM medsched._ical_zone_changes(observances, since, until) AS c ORDER BY c.at
  ),
  looks AS (
    SELECT g AS at FROM generate_series(since, until, '3 days') AS g
    UNION SELECT until
    UNION SELECT c.at FROM changes AS c WHERE c.at > since AND c.at < until
    UNION SELECT c.at - '1 second'::interval FROM changes AS c WHERE c.at > since AND c.at < until
  ),
  numbered AS (
    SELECT c.at, c.offset_after, true AS changes FROM changes AS c
    UNION ALL SELECT l.at, NULL, false FROM looks AS l
  ),
  grouped AS (
    SELECT n.at, n.changes, n.offset_after,
           count(*) FILTER (WHERE n.changes) OVER (ORDER BY n.at, n.changes DESC ROWS UNBOUNDED PRECEDING) AS nth
      FROM numbered AS n
  ),
  filled AS (
    SELECT g.at, g.changes, max(g.offset_after) OVER (PARTITION BY g.nth) AS meant FROM grouped AS g
  )
  SELECT array_agg(timezone('UTC', f.at) ORDER BY f.at),
         array_agg(coalesce(f.meant, (SELECT c.offset_before FROM changes AS c ORDER BY c.at LIMIT 1)) ORDER BY f.at)
    INTO instants, offsets
    FROM filled AS f
   WHERE NOT f.changes;

  FOR candidate IN
    SELECT z.name
      FROM (SELECT preferred AS name, 0::bigint AS nth
            UNION ALL
            SELECT w.time_zone, w.nth FROM medsched._windows_zones() WITH ORDINALITY AS w (name, time_zone, nth)) AS z
     WHERE z.name = ANY (known)
     ORDER BY z.nth
  LOOP
    IF NOT EXISTS (SELECT FROM unnest(instants, offsets) AS l (at, meant)
                    WHERE timezone(candidate, l.at) - timezone('UTC', l.at) IS DISTINCT FROM l.meant)
    THEN
      RETURN candidate;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION medsched._ical_zone_by_rules(jsonb[], timestamp, timestamp, text, text[]) IS
  'Internal: the time zone that has the offsets of a VTIMEZONE';

-- The time zones that the properties of a calendar's events name, by the number of their calendar and their name; null for one
-- that is not known.  A name that is nobody's is looked for by the rules of its VTIMEZONE, over the time that the calendar uses it.
CREATE OR REPLACE FUNCTION medsched._ical_zones(components jsonb[], time_zone text, effective_from timestamptz, known text[])
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  max_nameless CONSTANT int := 20;
  zones jsonb := '{}';
  used record;
  zone jsonb;
  named text;
  nameless int := 0;
BEGIN
  FOR used IN
    SELECT e.calendar, t.tzid, min(p.line) AS line, min(p.first_day) AS first_day,
           max(greatest(p.last_day, e.until_day)) AS last_day, bool_or(e.is_open) AS is_open
      FROM (SELECT c.component ->> 'parent' AS calendar, c.component -> 'properties' AS properties,
                   r.rule IS NOT NULL AND r.until_day IS NULL AS is_open, r.until_day
              FROM unnest(components) AS c (component)
             CROSS JOIN LATERAL (SELECT c.component #>> '{properties,RRULE,0,value}' AS rule,
                                        substring(upper(c.component #>> '{properties,RRULE,0,value}' COLLATE "C") FROM 'UNTIL=([0-9]{8})') AS until_day) AS r
             WHERE c.component ->> 'type' IN ('VEVENT', 'VTODO')) AS e
     CROSS JOIN LATERAL (
       SELECT (v.value ->> 'line')::int AS line, v.value #>> '{parameters,TZID}' AS tzid,
              substring(v.value ->> 'value' FROM '([0-9]{8})') AS first_day, substring(v.value ->> 'value' FROM '.*([0-9]{8})') AS last_day
         FROM unnest('{DTSTART,DTEND,DUE,RDATE,EXDATE,RECURRENCE-ID}'::text[]) AS n (name)
        CROSS JOIN LATERAL jsonb_array_elements(e.properties -> n.name) AS v) AS p
     CROSS JOIN LATERAL (SELECT p.tzid) AS t
     WHERE t.tzid IS NOT NULL
     GROUP BY e.calendar, t.tzid
     ORDER BY 3
  LOOP
    named := medsched._ical_zone_by_name(used.tzid, known);
    IF named IS NULL THEN
      SELECT c.component INTO zone FROM unnest(components) AS c (component)
       WHERE c.component ->> 'type' = 'VTIMEZONE' AND c.component ->> 'parent' = used.calendar
         AND c.component #>> '{properties,TZID,0,value}' = used.tzid
       LIMIT 1;
      named := coalesce(medsched._ical_zone_by_name(zone #>> '{properties,X-LIC-LOCATION,0,value}', known),
                        medsched._ical_zone_by_name(zone #>> '{properties,TZID-ALIAS-OF,0,value}', known));
      IF named IS NULL AND zone IS NOT NULL THEN
        nameless := nameless + 1;
        IF nameless > max_nameless THEN
          PERFORM medsched._ical_refuse('54000'::text, used.line, 'too many time zones of the calendar''s own'::text,
            format('Time zones that are known by their rules alone can be %s.', max_nameless), NULL::text);
        END IF;
        named := medsched._ical_zone_by_rules(
          ARRAY(SELECT c.component FROM unnest(components) AS c (component)
                 WHERE c.component ->> 'parent' = zone ->> 'component' AND c.component ->> 'type' IN ('STANDARD', 'DAYLIGHT')),
          greatest(medsched._ical_day(used.first_day) - '2 days'::interval, timezone('UTC', effective_from)),
          CASE WHEN used.is_open
            THEN greatest(medsched._ical_day(used.first_day), timezone('UTC', effective_from)) + '40 years'::interval
            ELSE greatest(medsched._ical_day(used.last_day), timezone('UTC', effective_from)) + '2 days'::interval END,
          time_zone, known);
      END IF;
    END IF;
    zones := zones || jsonb_build_object(used.calendar || ' ' || used.tzid, named);
  END LOOP;
  RETURN zones;
END
$$;
COMMENT ON FUNCTION medsched._ical_zones(jsonb[], text, timestamptz, text[]) IS
  'Internal: the time zones that a calendar names';

-- Eight digits as a day; NULL for what is none.
CREATE OR REPLACE FUNCTION medsched._ical_day(digits text)
RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT make_date(d.part[1]::int, d.part[2]::int, least(d.part[3]::int, 28))::timestamp
    FROM regexp_match(digits, '^(?!0000)([0-9]{4})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$') AS d (part)
   WHERE d.part IS NOT NULL
$$;
COMMENT ON FUNCTION medsched._ical_day(text) IS
  'Internal: the day of a date in a calendar, or up to three days before it';

-- The time zone that the times of a property are in, unless they are in UTC.  floating: the zone of those that name none.
CREATE OR REPLACE FUNCTION medsched._ical_zone_of(property jsonb, zones jsonb, calendar text, floating text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  tzid CONSTANT text := property #>> '{parameters,TZID}';
  zone CONSTANT text := CASE WHEN tzid IS NULL THEN floating ELSE zones ->> (calendar || ' ' || tzid) END;
BEGIN
  IF zone IS NOT NULL THEN
    RETURN zone;
  ELSIF tzid IS NULL THEN
    PERFORM medsched._ical_refuse('22023'::text, (property ->> 'line')::int, format('%s is in no time zone', property ->> 'name'),
      NULL::text, 'Give time_zone, the zone of such times.'::text);
  END IF;
  PERFORM medsched._ical_refuse('22023'::text, (property ->> 'line')::int, format('time zone "%s" is not known', medsched._shortened(tzid)),
    'It is no name that the server has, and no zone of the server''s is certain to have the changes of its VTIMEZONE.'::text,
    'Write the IANA name of the zone, such as Europe/Berlin, as TZID.'::text);
END
$$;
COMMENT ON FUNCTION medsched._ical_zone_of(jsonb, jsonb, text, text) IS
  'Internal: the time zone that the times of a property of a calendar are in';
