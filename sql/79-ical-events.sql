-- An event of a calendar as schedules.
--
-- A calendar and a schedule say the same by the same words, but for this: DTSTART is an instance, starts_at need not be a dose;
-- EXDATE may leave out nothing; RDATE may come before DTSTART, and both may be in another time zone; and an instance may be moved
-- by an event of its own.

-- What an argument of the functions below is: when a calendar's times are, beside what the property itself says.
-- calendar: its number; zones: as _ical_zones() gives them; floating: the zone of times that name none; all_day_at: the time of
-- day of what has none.

-- The times of properties, an array of them, each on the clock of its zone.
CREATE OR REPLACE FUNCTION medsched._ical_times(properties jsonb, calendar text, zones jsonb, floating text)
RETURNS TABLE (line int, at timestamp, zone text, all_day boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  property jsonb;
  written text;
  read record;
BEGIN
  FOR property IN SELECT e.value FROM jsonb_array_elements(properties) AS e LOOP
    line := (property ->> 'line')::int;
    FOR written IN SELECT v.value FROM string_to_table(property ->> 'value', ',') AS v (value) LOOP
      IF upper(property #>> '{parameters,VALUE}' COLLATE "C") = 'PERIOD' THEN
        written := split_part(written, '/', 1);
      END IF;
      read := medsched._ical_time(written, property);
      IF read.utc AND property #>> '{parameters,TZID}' IS NOT NULL
        AND timezone(medsched._ical_zone_of(property, zones, calendar, floating), timezone('UTC', read.at)) <> read.at
      THEN
        PERFORM medsched._ical_refuse('22023'::text, line, format('%s "%s" is in UTC and in time zone "%s"', property ->> 'name',
          medsched._shortened(written), medsched._shortened(property #>> '{parameters,TZID}')), NULL::text, 'Leave out TZID, or the Z.'::text);
      END IF;
      at := read.at;
      all_day := read.all_day;
      zone := CASE WHEN read.utc THEN 'UTC' ELSE medsched._ical_zone_of(property, zones, calendar, floating) END;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._ical_times(jsonb, text, jsonb, text) IS
  'Internal: the times of properties of a calendar';

-- When an event begins.  What has no time of day has that of its only reminder on the day, or else all_day_at.
CREATE OR REPLACE FUNCTION medsched._ical_start(event jsonb, zones jsonb, floating text, all_day_at time,
  OUT line int, OUT at timestamp, OUT zone text, OUT all_day boolean, OUT clock interval)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  calendar CONSTANT text := event ->> 'parent';
  is_todo CONSTANT boolean := event ->> 'type' = 'VTODO';
  starts CONSTANT jsonb := medsched._ical_property(event, 'DTSTART'::text);
  ends CONSTANT jsonb := medsched._ical_property(event, CASE WHEN is_todo THEN 'DUE' ELSE 'DTEND' END);
  lasts CONSTANT jsonb := medsched._ical_property(event, 'DURATION'::text);
  property CONSTANT jsonb := coalesce(starts, CASE WHEN is_todo THEN ends END);
  finish record;
  length interval;
  on_the_day interval[];
BEGIN
  IF property IS NULL THEN
    PERFORM medsched._ical_refuse('22023'::text, (event ->> 'line')::int, format('%s has no %s', event ->> 'type',
      CASE WHEN is_todo THEN 'DTSTART and no DUE' ELSE 'DTSTART' END), NULL::text, 'It must say when it is.'::text);
  END IF;
  IF strpos(property ->> 'value', ',') > 0 THEN
    PERFORM medsched._ical_refuse('22023'::text, (property ->> 'line')::int, format('%s "%s" is not a date or a time', property ->> 'name',
      medsched._shortened(property ->> 'value')), NULL::text, 'It is one.'::text);
  END IF;
  SELECT t.line, t.at, t.zone, t.all_day INTO line, at, zone, all_day
    FROM medsched._ical_times(jsonb_build_array(property), calendar, zones, floating) AS t;
  -- Outlook's way to say that an event is all day.
  all_day := all_day OR at = date_trunc('day', at)
    AND upper(event #>> '{properties,X-MICROSOFT-CDO-ALLDAYEVENT,0,value}' COLLATE "C") = 'TRUE';

  IF starts IS NOT NULL AND ends IS NOT NULL THEN
    finish := medsched._ical_times(jsonb_build_array(ends), calendar, zones, floating);
    length := medsched._to_local(medsched._to_instant(finish.at, finish.zone), zone) - at;
    IF is_todo AND length <> '0'::interval THEN
      PERFORM medsched._ical_refuse('0A000'::text, (ends ->> 'line')::int, 'VTODO with DTSTART and another DUE is not supported'::text,
        'It does not say at which of the two its dose is.'::text, 'Leave one of them out.'::text);
    END IF;
  ELSIF lasts IS NOT NULL THEN
    length := medsched._ical_duration(lasts ->> 'value');
    IF length IS NULL THEN
      PERFORM medsched._ical_refuse('22023'::text, (lasts ->> 'line')::int,
        format('DURATION "%s" is not a duration', medsched._shortened(lasts ->> 'value')), NULL::text, 'A duration is PT30M, or P1D.'::text);
    END IF;
  END IF;
  IF length > '1 day'::interval THEN
    PERFORM medsched._ical_refuse('0A000'::text, coalesce(ends ->> 'line', lasts ->> 'line')::int,
      format('%s of more than a day is not supported', event ->> 'type'), format('It lasts %s, and a dose has one time.', length),
      'Say each of its doses, by RRULE or RDATE.'::text);
  END IF;

  clock := '0';
  IF all_day THEN
    SELECT array_agg(DISTINCT r.before_start) INTO on_the_day
      FROM medsched._ical_reminders(event) AS r WHERE r.before_start <= '0'::interval AND r.before_start > '-24 hours'::interval;
    IF cardinality(on_the_day) = 1 THEN
      clock := - on_the_day[1];
    ELSIF all_day_at IS NOT NULL THEN
      clock := all_day_at::interval;
    ELSE
      PERFORM medsched._ical_refuse('22023'::text, line, format('%s is all day', event ->> 'type'),
        'A dose has a time of day, and it has no VALARM, or several, on the day itself.'::text,
        'Give all_day_at, the time of day of what has none.'::text);
    END IF;
  END IF;
  at := at + clock;
END
$$;
COMMENT ON FUNCTION medsched._ical_start(jsonb, jsonb, text, time) IS
  'Internal: when an event of a calendar begins';

-- How long before an event begins its reminders are; negative: after.  Those at one instant, or before its end, are left out.
CREATE OR REPLACE FUNCTION medsched._ical_reminders(event jsonb)
RETURNS TABLE (before_start interval)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT - medsched._ical_duration(a.value ->> 'value')
    FROM jsonb_array_elements(event -> 'reminders') AS a
   WHERE coalesce(upper(a.value #>> '{parameters,RELATED}' COLLATE "C"), 'START') = 'START'
     AND medsched._ical_duration(a.value ->> 'value') IS NOT NULL
$$;
COMMENT ON FUNCTION medsched._ical_reminders(jsonb) IS
  'Internal: how long before an event of a calendar its reminders are';

-- A rule with other parts in place of some of its.
CREATE OR REPLACE FUNCTION medsched._ical_replace_parts(rule text, replaced text[], parts text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT concat_ws(';', parts, string_agg(p.part, ';' ORDER BY p.nth))
    FROM string_to_table(rule, ';') WITH ORDINALITY AS p (part, nth)
   WHERE p.part <> '' AND split_part(p.part, '=', 1) <> ALL (replaced)
$$;
COMMENT ON FUNCTION medsched._ical_replace_parts(text, text[], text) IS
  'Internal: a rule with other parts in place of some of its';

-- The rule of an event as ours, and whether its start is beside it.
CREATE OR REPLACE FUNCTION medsched._ical_rule(event jsonb, at timestamp, zone text, all_day boolean, OUT rule text, OUT start_beside boolean)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  property CONSTANT jsonb := medsched._ical_property(event, 'RRULE'::text);
  line CONSTANT int := (property ->> 'line')::int;
  parts medsched._recurrence;
  until_day date;
  message text;
  detail text;
  hint text;
BEGIN
  start_beside := false;
  IF event -> 'properties' ? 'EXRULE' THEN
    PERFORM medsched._ical_refuse('0A000'::text, (event #>> '{properties,EXRULE,0,line}')::int, 'EXRULE is not supported'::text,
      'RFC 5545 has it no more.'::text, 'Say what is left out by EXDATE.'::text);
  ELSIF property IS NULL THEN
    RETURN;
  END IF;
  rule := upper(btrim(property ->> 'value') COLLATE "C");
  BEGIN
    parts := medsched._rule_parts(rule);
  EXCEPTION
    WHEN data_exception OR feature_not_supported THEN
      GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
      PERFORM medsched._ical_refuse(SQLSTATE, line, medsched._shortened(message), nullif(detail, ''), nullif(hint, ''));
  END;

  IF all_day THEN
    IF parts.freq < 3 OR parts.hours IS NOT NULL OR parts.minutes IS NOT NULL OR parts.seconds IS NOT NULL THEN
      PERFORM medsched._ical_refuse('0A000'::text, line, format('RRULE "%s" is not supported where DTSTART is a date', medsched._shortened(rule)),
        'It has times of day.'::text, 'Write DTSTART with its time of day.'::text);
    END IF;
    IF parts.until IS NOT NULL THEN
      until_day := parts.until::date;
      IF parts.until_utc AND medsched._to_local(timezone('UTC', parts.until), zone)::date <> until_day THEN
        PERFORM medsched._ical_refuse('22023'::text, line, format('UNTIL of RRULE "%s" is not a date, as DTSTART is', medsched._shortened(rule)),
          format('It is another day in UTC than in %s.', zone), NULL::text);
      END IF;
      rule := medsched._ical_replace_parts(rule, '{UNTIL}'::text[], NULL::text) || to_char(until_day, '";UNTIL="YYYYMMDD');
    END IF;
  END IF;

  IF medsched.is_occurrence(rule, at, zone, medsched._to_instant(at, zone), '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int) THEN
    RETURN;
  ELSIF (CASE WHEN all_day THEN until_day < at::date WHEN parts.until_utc THEN timezone('UTC', parts.until) < medsched._to_instant(at, zone)
              ELSE parts.until < at END)
  THEN
    PERFORM medsched._ical_refuse('22023'::text, line, format('UNTIL of RRULE "%s" is before DTSTART', medsched._shortened(rule)), NULL::text,
      'UNTIL is the last time that the rule can have.'::text);
  END IF;
  -- DTSTART is the first instance, and COUNT counts it.
  IF parts.count = 1 THEN
    rule := NULL;
    RETURN;
  END IF;
  start_beside := true;
  IF parts.count > 1 THEN
    rule := medsched._ical_replace_parts(rule, '{COUNT}'::text[], NULL::text) || ';COUNT=' || (parts.count - 1);
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._ical_rule(jsonb, timestamp, text, boolean) IS
  'Internal: the rule of an event of a calendar';
