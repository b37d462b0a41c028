-- Schedules from a calendar: what an app has that kept reminders in one.

-- Dates as a schedule of their own, in UTC where the clock of the zone does not tell them apart.
CREATE OR REPLACE FUNCTION medsched._ical_dates_alone(instants timestamptz[], time_zone text)
RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT medsched._ical_schedule(d.dates[1], d.zone, NULL::text, d.dates[2:], '{}'::timestamp[])
    FROM (SELECT l.zone, array_agg(DISTINCT medsched._to_local(l.at, l.zone)) AS dates
            FROM (SELECT i.at, CASE WHEN medsched._to_instant(medsched._to_local(i.at, time_zone), time_zone) = i.at THEN time_zone ELSE 'UTC' END AS zone
                    FROM unnest(instants) AS i (at)) AS l
           GROUP BY l.zone) AS d
   ORDER BY d.zone <> time_zone
$$;
COMMENT ON FUNCTION medsched._ical_dates_alone(timestamptz[], text) IS
  'Internal: dates of a calendar that are a schedule of their own';

-- A schedule as create_medication takes it.  What a calendar has in UTC stays there when the person travels.
CREATE OR REPLACE FUNCTION medsched._ical_schedule(starts_at timestamp, time_zone text, rrule text, rdates timestamp[], exdates timestamp[])
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('starts_at', starts_at, 'time_zone', time_zone, 'rrule', rrule,
    'time_zone_pinned', CASE WHEN time_zone = 'UTC' THEN true END,
    'rdates', CASE WHEN rdates <> '{}' THEN to_jsonb(rdates) END, 'exdates', CASE WHEN exdates <> '{}' THEN to_jsonb(exdates) END))
$$;
COMMENT ON FUNCTION medsched._ical_schedule(timestamp, text, text, timestamp[], timestamp[]) IS
  'Internal: a schedule of a calendar in JSON';

-- An event, with the events that change single instances of it, as schedules, each with the name that it goes by.  moved: an
-- array of those that RECURRENCE-ID makes of it.
CREATE OR REPLACE FUNCTION medsched._ical_event(event jsonb, moved jsonb, zones jsonb, floating text, all_day_at time)
RETURNS TABLE (name text, instructions text, schedule jsonb)
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  calendar CONSTANT text := event ->> 'parent';
  summary CONSTANT text := medsched._ical_text(medsched._ical_property(event, 'SUMMARY'::text) ->> 'value');
  description CONSTANT text := medsched._ical_text(medsched._ical_property(event, 'DESCRIPTION'::text) ->> 'value');
  start record;
  rule record;
  dates record;
  change jsonb;
  added timestamptz[] := '{}';    -- RDATE, and DTSTART beside the rule
  beside timestamptz[];           -- of these, what a schedule of its own must say
  rdates timestamp[];
  left_out timestamp[] := '{}';
  moved_from timestamptz[] := '{}';
  moved_to timestamptz[] := '{}';
  at timestamptz;
  local timestamp;
  line int;
  dates_left_out int := 0;
  beside_start text;              -- the zone of what names none beside a DTSTART that does
BEGIN
  start := medsched._ical_start(event, zones, floating, all_day_at);
  beside_start := CASE WHEN start.zone = 'UTC' THEN floating ELSE start.zone END;
  rule := medsched._ical_rule(event, start.at, start.zone, start.all_day);

  FOR dates IN SELECT t.* FROM medsched._ical_times(event -> 'properties' -> 'RDATE', calendar, zones, beside_start) AS t LOOP
    PERFORM medsched._ical_check_type('RDATE'::text, dates.line, dates.all_day OR start.all_day AND dates.at = date_trunc('day', dates.at), start.all_day);
    added := array_append(added, medsched._to_instant(dates.at + start.clock, dates.zone));
  END LOOP;
  PERFORM medsched._ical_check_number('RDATE'::text, (event ->> 'line')::int, cardinality(added));
  IF rule.start_beside THEN
    added := array_append(added, medsched._to_instant(start.at, start.zone));
  END IF;
  SELECT coalesce(array_agg(DISTINCT a.local) FILTER (WHERE a.fits), '{}'),
         coalesce(array_agg(DISTINCT a.at) FILTER (WHERE NOT a.fits), '{}')
    INTO rdates, beside
    FROM (SELECT i.at, l.local, l.local >= start.at AND medsched._to_instant(l.local, start.zone) = i.at AS fits
            FROM unnest(added) AS i (at)
           CROSS JOIN LATERAL (SELECT medsched._to_local(i.at, start.zone) AS local OFFSET 0) AS l) AS a;

  FOR dates IN SELECT t.* FROM medsched._ical_times(event -> 'properties' -> 'EXDATE', calendar, zones, coalesce(beside_start, 'UTC')) AS t LOOP
    IF dates.all_day AND NOT start.all_day THEN
      -- A date leaves out the whole day.
      left_out := left_out || ARRAY(
        SELECT medsched._to_local(o.at, start.zone)
          FROM medsched.occurrences(rule.rule, start.at, start.zone, medsched._to_instant(dates.at, start.zone),
            medsched._to_instant(dates.at + '1 day'::interval, start.zone), rdates, '{}'::timestamp[], NULL::int, NULL::int) AS o (at));
      beside := ARRAY(SELECT b.at FROM unnest(beside) AS b (at) WHERE medsched._to_local(b.at, start.zone)::date <> dates.at::date);
    ELSE
      PERFORM medsched._ical_check_type('EXDATE'::text, dates.line, dates.all_day OR start.all_day AND dates.at = date_trunc('day', dates.at), start.all_day);
      at := medsched._to_instant(dates.at + start.clock, dates.zone);
      local := medsched._to_local(at, start.zone);
      IF at = ANY (beside) THEN
        beside := array_remove(beside, at);
      ELSIF local = ANY (rdates) OR medsched._ical_has(rule.rule, start.at, start.zone, at) THEN
        PERFORM medsched._ical_check_clock('EXDATE'::text, dates.line, at, start.zone);
        left_out := array_append(left_out, local);
      END IF;
    END IF;
    dates_left_out := dates_left_out + 1;
    PERFORM medsched._ical_check_number('EXDATE'::text, dates.line, greatest(dates_left_out, cardinality(left_out)));
  END LOOP;

  FOR change IN SELECT m.value FROM jsonb_array_elements(moved) AS m LOOP
    line := (change #>> '{properties,RECURRENCE-ID,0,line}')::int;
    IF upper(change #>> '{properties,RECURRENCE-ID,0,parameters,RANGE}' COLLATE "C") IS NOT NULL THEN
      PERFORM medsched._ical_refuse('0A000'::text, line, 'RANGE of RECURRENCE-ID is not supported'::text, NULL::text,
        'Write the instances from then on as an event of their own.'::text);
    ELSIF change -> 'properties' ?| '{RRULE,RDATE}'::text[] THEN
      PERFORM medsched._ical_refuse('0A000'::text, line, 'RECURRENCE-ID of an event that recurs is not supported'::text,
        'It changes one instance.'::text, 'Leave out its RRULE and RDATE.'::text);
    END IF;
    dates := medsched._ical_times(jsonb_build_array(medsched._ical_property(change, 'RECURRENCE-ID'::text)), calendar, zones, beside_start);
    PERFORM medsched._ical_check_type('RECURRENCE-ID'::text, line, dates.all_day OR start.all_day AND dates.at = date_trunc('day', dates.at), start.all_day);
    at := medsched._to_instant(dates.at + start.clock, dates.zone);
    local := medsched._to_local(at, start.zone);
    IF at = ANY (moved_from) OR NOT (at = ANY (beside) OR local <> ALL (left_out)
      AND (local = ANY (rdates) OR medsched._ical_has(rule.rule, start.at, start.zone, at)))
    THEN
      -- What is cancelled, and is not there, is gone.
      CONTINUE WHEN (change ->> 'cancelled')::boolean;
      PERFORM medsched._ical_refuse('22023'::text, line, format('RECURRENCE-ID "%s" names no instance',
        medsched._shortened(change #>> '{properties,RECURRENCE-ID,0,value}')),
        format('The event of line %s has none then, or it was changed before.', event ->> 'line'), NULL::text);
    END IF;
    moved_from := array_append(moved_from, at);
    CONTINUE WHEN (change ->> 'cancelled')::boolean;
    dates := medsched._ical_start(change, zones, floating, all_day_at);
    name := coalesce(medsched._ical_text(medsched._ical_property(change, 'SUMMARY'::text) ->> 'value'), summary);
    instructions := medsched._ical_text(medsched._ical_property(change, 'DESCRIPTION'::text) ->> 'value');
    at := medsched._to_instant(dates.at, dates.zone);
    IF name IS DISTINCT FROM summary OR instructions IS DISTINCT FROM description OR dates.zone <> start.zone OR at = ANY (moved_to) THEN
      schedule := medsched._ical_schedule(dates.at, dates.zone, NULL::text, '{}'::timestamp[], '{}'::timestamp[]);
      RETURN NEXT;
    ELSE
      moved_to := array_append(moved_to, at);
    END IF;
  END LOOP;

  -- One instance may go where another was.
  name := summary;
  instructions := description;
  FOREACH at IN ARRAY moved_from LOOP
    IF at = ANY (beside) THEN
      beside := array_remove(beside, at);
    ELSE
      PERFORM medsched._ical_check_clock('RECURRENCE-ID'::text, (event ->> 'line')::int, at, start.zone);
      left_out := array_append(left_out, medsched._to_local(at, start.zone));
    END IF;
  END LOOP;
  FOREACH at IN ARRAY moved_to LOOP
    local := medsched._to_local(at, start.zone);
    IF medsched._to_instant(local, start.zone) <> at OR local < start.at THEN
      beside := array_append(beside, at);
    ELSIF local = ANY (left_out) THEN
      left_out := array_remove(left_out, local);
      rdates := array_append(rdates, local);
    ELSIF local = ANY (rdates) OR medsched._ical_has(rule.rule, start.at, start.zone, at) THEN
      -- There is an instance already: two doses.
      schedule := medsched._ical_schedule(local, start.zone, NULL::text, '{}'::timestamp[], '{}'::timestamp[]);
      RETURN NEXT;
    ELSE
      rdates := array_append(rdates, local);
    END IF;
  END LOOP;

  -- A date is in the rule or beside it, and what is left out is in the rule.
  rdates := ARRAY(SELECT r.at FROM (SELECT unnest(rdates) EXCEPT SELECT unnest(left_out)) AS r (at)
                   WHERE NOT medsched._ical_has(rule.rule, start.at, start.zone, medsched._to_instant(r.at, start.zone))
                   ORDER BY r.at);
  left_out := ARRAY(SELECT DISTINCT x.at FROM unnest(left_out) AS x (at)
                     WHERE medsched._ical_has(rule.rule, start.at, start.zone, medsched._to_instant(x.at, start.zone)) ORDER BY x.at);
  IF medsched.next_occurrence(rule.rule, start.at, start.zone, '-infinity'::timestamptz, rdates, left_out, NULL::int, NULL::int) IS NOT NULL THEN
    schedule := medsched._ical_schedule(start.at, start.zone, rule.rule, rdates, left_out);
    RETURN NEXT;
  END IF;
  FOR schedule IN SELECT d FROM medsched._ical_dates_alone(beside, start.zone) AS d LOOP
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._ical_event(jsonb, jsonb, jsonb, text, time) IS
  'Internal: an event of a calendar as schedules';

-- Whether a rule has an occurrence at an instant.
CREATE OR REPLACE FUNCTION medsched._ical_has(rule text, starts_at timestamp, time_zone text, at timestamptz)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN medsched.is_occurrence(rule, starts_at, time_zone, at, '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int);
COMMENT ON FUNCTION medsched._ical_has(text, timestamp, text, timestamptz) IS
  'Internal: whether a rule has an occurrence at an instant';

-- Whether a property is of the type that DTSTART is of. Outlook's midnight of what is all day counts as a date.
CREATE OR REPLACE FUNCTION medsched._ical_check_type(property text, line int, all_day boolean, starts_all_day boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF all_day <> starts_all_day THEN
    PERFORM medsched._ical_refuse('22023'::text, line, format('%s is a %s, and DTSTART is a %s', property,
      CASE WHEN all_day THEN 'date' ELSE 'time' END, CASE WHEN starts_all_day THEN 'date' ELSE 'time' END), NULL::text,
      'Both must be of one type.'::text);
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._ical_check_type(text, int, boolean, boolean) IS
  'Internal: error for a property that is of another type than DTSTART';

-- What is left out is a time on the clock, and the clock shows it twice: the second time has none of its own.
CREATE OR REPLACE FUNCTION medsched._ical_check_clock(property text, line int, at timestamptz, time_zone text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF medsched._to_instant(medsched._to_local(at, time_zone), time_zone) <> at THEN
    PERFORM medsched._ical_refuse('0A000'::text, line, format('%s in an hour that comes twice is not supported', property),
      format('It is the second coming of %s in %s.', medsched._to_local(at, time_zone), time_zone), 'Write the event in UTC.'::text);
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._ical_check_clock(text, int, timestamptz, text) IS
  'Internal: error for an instance that the clock does not tell from another';

-- A schedule can have no more.
CREATE OR REPLACE FUNCTION medsched._ical_check_number(property text, line int, number int)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF number > 10000 THEN
    PERFORM medsched._ical_refuse('54000'::text, line, format('the event has more than 10000 dates in %s', property), NULL::text, NULL::text);
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._ical_check_number(text, int, int) IS
  'Internal: error for more dates than a schedule can have';

-- The events of a calendar as schedules, each with what it goes by; or, where tells_problems, why there is none instead of an error.
-- Those that were cancelled or done, and those without a dose from effective_from on, have no row.
CREATE OR REPLACE FUNCTION medsched._ical_entries(calendar text, time_zone text, all_day_at time, effective_from timestamptz, tells_problems boolean)
RETURNS TABLE (line int, uid text, name text, instructions text, schedule jsonb, alarm interval, problem text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  max_octets CONSTANT int := 8388608;
  max_events CONSTANT int := 10000;
  components jsonb[];
  known text[];
  zones jsonb;
  entry record;
  schedules jsonb;
  message text;
  detail text;
BEGIN
  IF calendar IS NULL THEN
    RAISE 'calendar must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF all_day_at IS NOT NULL THEN
    PERFORM medsched._check_times(ARRAY[all_day_at]);
  END IF;
  IF effective_from IS NOT NULL THEN
    PERFORM medsched._require_instant(effective_from, 'effective_from'::text);
  END IF;
  PERFORM medsched.check_time_zone(time_zone);
  IF octet_length(calendar) > max_octets THEN
    RAISE 'calendar is too large' USING ERRCODE = 'program_limit_exceeded',
      DETAIL = format('It has %s octets; %s are taken.', octet_length(calendar), max_octets),
      HINT = 'Give its events in several calendars.';
  END IF;

  components := ARRAY(SELECT c FROM medsched._ical_components(calendar) AS c);
  IF (SELECT count(*) FROM unnest(components) AS c (component) WHERE c.component ->> 'type' IN ('VEVENT', 'VTODO')) > max_events THEN
    RAISE 'calendar has too many events' USING ERRCODE = 'program_limit_exceeded',
      DETAIL = format('%s are taken.', max_events), HINT = 'Give its events in several calendars.';
  END IF;
  FOR entry IN SELECT c.component -> 'properties' AS properties FROM unnest(components) AS c (component)
                WHERE c.component ->> 'type' = 'VCALENDAR' LOOP
    IF btrim(entry.properties #>> '{VERSION,0,value}') <> '2.0' THEN
      PERFORM medsched._ical_refuse('0A000'::text, (entry.properties #>> '{VERSION,0,line}')::int,
        format('VERSION "%s" is not supported', medsched._shortened(entry.properties #>> '{VERSION,0,value}')), NULL::text,
        'iCalendar is VERSION:2.0.'::text);
    ELSIF upper(btrim(entry.properties #>> '{METHOD,0,value}') COLLATE "C") <> ALL ('{PUBLISH,REQUEST,CANCEL}'::text[]) THEN
      PERFORM medsched._ical_refuse('0A000'::text, (entry.properties #>> '{METHOD,0,line}')::int,
        format('METHOD "%s" is not supported', medsched._shortened(entry.properties #>> '{METHOD,0,value}')), NULL::text,
        'Supported are PUBLISH, REQUEST and CANCEL, and none.'::text);
    END IF;
  END LOOP;
  FOR entry IN
    SELECT c.component ->> 'type' AS type, (c.component ->> 'line')::int AS line, p.component ->> 'type' AS parent_type
      FROM unnest(components) AS c (component)
      JOIN unnest(components) AS p (component) ON p.component ->> 'component' = c.component ->> 'parent'
     WHERE c.component ->> 'type' IN ('VEVENT', 'VTODO') AND p.component ->> 'type' <> 'VCALENDAR'
     ORDER BY 2 LIMIT 1
  LOOP
    PERFORM medsched._ical_refuse('22023'::text, entry.line, format('%s is within %s', entry.type, medsched._shortened(entry.parent_type)),
      NULL::text, 'It belongs into the calendar itself.'::text);
  END LOOP;
  known := ARRAY(SELECT z.name FROM pg_timezone_names AS z);
  zones := medsched._ical_zones(components, time_zone, effective_from, known);

  FOR entry IN
    WITH reminders AS (
      SELECT c.component ->> 'parent' AS event, jsonb_agg(t.value) AS reminders
        FROM unnest(components) AS c (component) CROSS JOIN LATERAL jsonb_array_elements(c.component -> 'properties' -> 'TRIGGER') AS t
       WHERE c.component ->> 'type' = 'VALARM'
       GROUP BY 1
    ),
    calendars AS MATERIALIZED (
      SELECT c.component ->> 'component' AS calendar,
             coalesce(time_zone, medsched._ical_zone_by_name(c.component #>> '{properties,X-WR-TIMEZONE,0,value}', known)) AS floating,
             coalesce(upper(btrim(c.component #>> '{properties,METHOD,0,value}') COLLATE "C") = 'CANCEL', false) AS cancels
        FROM unnest(components) AS c (component) WHERE c.component ->> 'type' = 'VCALENDAR'
    ),
    events AS (
      SELECT k.calendar, (c.component ->> 'line')::int AS line, k.floating,
             c.component #>> '{properties,UID,0,value}' AS uid, c.component #> '{properties,RECURRENCE-ID,0}' AS instance,
             k.cancels OR coalesce(upper(btrim(c.component #>> '{properties,STATUS,0,value}') COLLATE "C") IN ('CANCELLED', 'COMPLETED'), false) AS cancelled,
             coalesce(substring(c.component #>> '{properties,SEQUENCE,0,value}' FROM '^ *([0-9]{1,9}) *$')::int, 0) AS sequence,
             c.component #>> '{properties,DTSTAMP,0,value}' COLLATE "C" AS stamp,
             c.component || jsonb_build_object('reminders', coalesce(r.reminders, '[]')) AS event
        FROM unnest(components) AS c (component)
        JOIN calendars AS k ON k.calendar = c.component ->> 'parent'
        LEFT JOIN reminders AS r ON r.event = c.component ->> 'component'
       WHERE c.component ->> 'type' IN ('VEVENT', 'VTODO')
    ),
    -- Of the versions of an event, the newest (RFC 5546, section 2.1.5).
    versions AS (
      SELECT e.*, row_number() OVER v AS nth,
             count(*) OVER (PARTITION BY e.calendar, coalesce(e.uid, '#' || e.line), e.uid IS NULL, e.instance ->> 'value',
                            e.instance #>> '{parameters,TZID}', e.sequence, e.stamp) AS alike
        FROM events AS e
      WINDOW v AS (PARTITION BY e.calendar, coalesce(e.uid, '#' || e.line), e.uid IS NULL, e.instance ->> 'value', e.instance #>> '{parameters,TZID}'
                   ORDER BY e.sequence DESC, e.stamp DESC NULLS LAST, e.line)
    ),
    wholes AS (
      SELECT v.calendar, v.uid FROM versions AS v WHERE v.nth = 1 AND v.instance IS NULL AND v.uid IS NOT NULL
    ),
    changes AS (
      SELECT v.calendar, v.uid, max(v.alike) AS alike, max(v.line) FILTER (WHERE v.alike > 1) AS alike_line,
             jsonb_agg(v.event || jsonb_build_object('cancelled', v.cancelled) ORDER BY v.line) AS moved
        FROM versions AS v
       WHERE v.nth = 1 AND v.instance IS NOT NULL AND v.uid IS NOT NULL
       GROUP BY v.calendar, v.uid
    )
    SELECT v.line, v.uid, v.event, coalesce(CASE WHEN v.instance IS NULL THEN c.moved END, '[]') AS moved,
           greatest(v.alike, CASE WHEN v.instance IS NULL THEN c.alike END) AS alike, coalesce(c.alike_line, v.line) AS alike_line, v.floating
      FROM versions AS v
      LEFT JOIN changes AS c ON c.calendar = v.calendar AND c.uid = v.uid
     WHERE v.nth = 1 AND NOT v.cancelled
       AND (v.instance IS NULL OR NOT EXISTS (SELECT FROM wholes AS w WHERE w.calendar = v.calendar AND w.uid = v.uid))
     ORDER BY v.line
  LOOP
    line := entry.line;
    uid := entry.uid;
    problem := NULL;
    BEGIN
      IF entry.alike > 1 THEN
        PERFORM medsched._ical_refuse('22023'::text, entry.alike_line, format('another event has the same UID "%s"', medsched._shortened(uid)),
          'Neither SEQUENCE nor DTSTAMP says which of them is newer.'::text, 'Give one of them, or a UID of its own to each.'::text);
      END IF;
      SELECT jsonb_agg(jsonb_build_object('name', e.name, 'instructions', e.instructions, 'schedule', f.schedule))
        INTO schedules
        FROM medsched._ical_event(entry.event, entry.moved, zones, entry.floating, all_day_at) AS e
       CROSS JOIN LATERAL (SELECT medsched._ical_counting_from(e.schedule, effective_from) AS schedule OFFSET 0) AS f
       WHERE f.schedule IS NOT NULL;
    EXCEPTION
      WHEN data_exception OR feature_not_supported OR program_limit_exceeded THEN
        IF NOT tells_problems THEN
          RAISE;
        END IF;
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
        problem := concat_ws('; ', message, nullif(detail, ''));
    END;
    alarm := (SELECT max(r.before_start) FROM medsched._ical_reminders(entry.event) AS r WHERE r.before_start >= '0'::interval);
    IF problem IS NOT NULL THEN
      name := medsched._ical_text(entry.event #>> '{properties,SUMMARY,0,value}');
      instructions := NULL;
      schedule := NULL;
      RETURN NEXT;
      CONTINUE;
    END IF;
    FOR name, instructions, schedule IN
      SELECT s.value ->> 'name', s.value ->> 'instructions', s.value -> 'schedule' FROM jsonb_array_elements(schedules) AS s
    LOOP
      RETURN NEXT;
    END LOOP;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._ical_entries(text, text, time, timestamptz, boolean) IS
  'Internal: the events of a calendar as schedules';

-- A schedule without its doses before effective_from; NULL where it has no others.
CREATE OR REPLACE FUNCTION medsched._ical_counting_from(schedule jsonb, effective_from timestamptz)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  zone CONSTANT text := schedule ->> 'time_zone';
  starts_at CONSTANT timestamp := (schedule ->> 'starts_at')::timestamp;
  rdates CONSTANT timestamp[] := ARRAY(
    SELECT r.at::timestamp FROM jsonb_array_elements_text(schedule -> 'rdates') AS r (at)
     WHERE medsched._to_instant(r.at::timestamp, zone) >= effective_from ORDER BY 1);
BEGIN
  IF effective_from IS NULL OR effective_from <= medsched._to_instant(starts_at, zone) THEN
    RETURN schedule;
  ELSIF medsched.next_occurrence(schedule ->> 'rrule', starts_at, zone, effective_from - '1 microsecond'::interval, rdates,
      ARRAY(SELECT x.at::timestamp FROM jsonb_array_elements_text(schedule -> 'exdates') AS x (at)), NULL::int, NULL::int) IS NULL
  THEN
    RETURN NULL;
  END IF;
  RETURN medsched._counting_from(jsonb_build_array(schedule - 'rdates'
    || CASE WHEN rdates = '{}' THEN '{}' ELSE jsonb_build_object('rdates', rdates) END), effective_from) -> 0;
END
$$;
COMMENT ON FUNCTION medsched._ical_counting_from(jsonb, timestamptz) IS
  'Internal: a schedule of a calendar without its doses before an instant';

CREATE OR REPLACE FUNCTION medsched.schedule_from_ical(calendar text, time_zone text DEFAULT NULL, all_day_at time DEFAULT NULL,
  effective_from timestamptz DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedules jsonb;
BEGIN
  -- A schedule has no name: what the calendar calls it is in its instructions.
  SELECT jsonb_agg(e.schedule || CASE WHEN w.instructions IS NULL THEN '{}' ELSE jsonb_build_object('instructions', w.instructions) END
                   ORDER BY e.nth)
    INTO schedules
    FROM medsched._ical_entries(calendar, time_zone, all_day_at, effective_from, false)
         WITH ORDINALITY AS e (line, uid, name, instructions, schedule, alarm, problem, nth)
   CROSS JOIN LATERAL (SELECT nullif(concat_ws(chr(10), e.name, e.instructions), '') AS instructions) AS w;
  IF schedules IS NULL THEN
    RAISE 'calendar has no dose' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = CASE WHEN effective_from IS NULL THEN 'Each of its events was cancelled, or it has none.'
                    ELSE 'It has no event, or none that was not cancelled has a dose from effective_from on.' END;
  END IF;
  RETURN schedules;
END
$$;
COMMENT ON FUNCTION medsched.schedule_from_ical(text, text, time, timestamptz) IS
  'Schedules, as create_medication takes them, for the events of an iCalendar text (RFC 5545), with their summary and description as instructions; time_zone: of times that name none; all_day_at: the time of day of events that have none; without the doses before effective_from';

CREATE OR REPLACE FUNCTION medsched.medications_from_ical(calendar text, time_zone text DEFAULT NULL, all_day_at time DEFAULT NULL,
  effective_from timestamptz DEFAULT NULL)
RETURNS TABLE (name text, schedules jsonb, alarm interval, uids text[], problem text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT e.name, CASE WHEN count(w.problem) = 0 THEN jsonb_agg(w.schedule ORDER BY e.nth) END, max(e.alarm),
         coalesce(array_agg(DISTINCT e.uid) FILTER (WHERE e.uid IS NOT NULL), '{}'), (array_agg(w.problem ORDER BY e.nth) FILTER (WHERE w.problem IS NOT NULL))[1]
    FROM medsched._ical_entries($1, $2, $3, $4, true)
         WITH ORDINALITY AS e (line, uid, name, instructions, schedule, alarm, problem, nth)
   CROSS JOIN LATERAL (
     SELECT e.schedule || CASE WHEN e.instructions IS NULL THEN '{}' ELSE jsonb_build_object('instructions', e.instructions) END AS schedule,
            coalesce(e.problem, CASE WHEN e.name IS NULL THEN format('calendar line %s: the event has no SUMMARY', e.line) END) AS problem) AS w
   GROUP BY e.name, CASE WHEN e.name IS NULL THEN e.nth END
   ORDER BY min(e.nth);
END
$$;
COMMENT ON FUNCTION medsched.medications_from_ical(text, text, time, timestamptz) IS
  'The events of an iCalendar text (RFC 5545) by their summaries: name and schedules, as create_medication takes them; alarm: how long before a dose the calendar reminds; uids: of the events; problem: why there are no schedules; the arguments are those of schedule_from_ical';
