-- When a person wakes, eats and goes to bed, and schedules by that.
--
-- medsched.routines has a row for each event, day of the week and instant from which on its time holds.  No row is changed by a
-- later one: what held before is still known.  A schedule that names events has their times in its rule, an ordinary one; where
-- they differ by day of the week, BYSETPOS picks each day's from the week's.  So whatever reads schedules needs no routine, and
-- a routine that changes revises the schedules that name events, as revise_schedule() does, from an instant on.
--
-- What writes the tables runs with its caller's search_path, as create_medication() does.

-- Check events that a schedule names, a JSON array.
CREATE OR REPLACE FUNCTION medsched._events_valid(events jsonb)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  entry jsonb;
  code text;
  key text;
  way int;
  nth int := 0;
BEGIN
  IF events IS NULL THEN
    RETURN true;
  ELSIF jsonb_typeof(events) <> 'array' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'events must be a JSON array',
      HINT = 'Events are ["CM", {"event": "ACV", "offset": 30}].';
  ELSIF jsonb_array_length(events) NOT BETWEEN 1 AND 24 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'events must have 1 to 24 entries', DETAIL = format('It has %s.', jsonb_array_length(events));
  END IF;
  FOR entry IN SELECT e FROM jsonb_array_elements(events) AS e LOOP
    IF jsonb_typeof(entry) NOT IN ('string', 'object') OR jsonb_typeof(entry) = 'object' AND jsonb_typeof(entry -> 'event') IS DISTINCT FROM 'string' THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('events[%s] must be a string, or an object that has event, a string', nth),
        DETAIL = format('It is %s.', medsched._shortened(entry::text));
    END IF;
    code := CASE jsonb_typeof(entry) WHEN 'string' THEN entry #>> '{}' ELSE entry ->> 'event' END;
    key := CASE WHEN jsonb_typeof(entry) = 'object' THEN (SELECT min(k COLLATE "C") FROM jsonb_object_keys(entry) AS k WHERE k NOT IN ('event', 'offset')) END;
    way := (SELECT min(e.direction) FROM medsched.timing_events() AS e WHERE e.event = code);
    IF key IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('events[%s] has an unknown key "%s"', nth, left(key, 64)),
        HINT = 'The keys of an event are event, offset.';
    ELSIF way IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('events[%s] is an unknown event "%s"', nth, medsched._shortened(code)),
        HINT = 'The events are those of medsched.timing_events().';
    ELSIF jsonb_typeof(entry) = 'object' AND entry ? 'offset' THEN
      IF jsonb_typeof(entry -> 'offset') <> 'number' OR entry ->> 'offset' !~ '^[0-9]{1,4}$' OR (entry ->> 'offset')::int > 1439 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('events[%s].offset must be a whole number of minutes from 0 to 1439', nth),
          DETAIL = format('It is %s.', medsched._shortened((entry -> 'offset')::text));
      ELSIF way = 0 AND (entry ->> 'offset')::int > 0 THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('events[%s] has an offset from %s, which takes none', nth, code),
          HINT = 'Before and after meals are AC and PC, and so on.';
      END IF;
    END IF;
    nth := nth + 1;
  END LOOP;
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._events_valid(jsonb) IS
  'CHECK of events: true for an array of 1 to 24 events of timing_events(), each a code or an object with event and offset, in minutes; else 22023';

-- The events that a schedule names, those of all meals once for each meal: the event of the routine that each hangs on, that one's
-- time where a person has none, and how many minutes it is away from it.
CREATE OR REPLACE FUNCTION medsched._named_events(events jsonb)
RETURNS TABLE (nth bigint, event text, anchor text, at time, minutes int)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 4
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT n.nth, e.event, e.anchor, e.at, coalesce(n.away, 0) * e.direction
      FROM (SELECT x.nth, CASE jsonb_typeof(x.value) WHEN 'string' THEN x.value #>> '{}' ELSE x.value ->> 'event' END AS code,
                   CASE jsonb_typeof(x.value) WHEN 'object' THEN (x.value ->> 'offset')::int END AS away
              FROM jsonb_array_elements($1) WITH ORDINALITY AS x (value, nth)) AS n
      JOIN medsched.timing_events() AS e ON e.event = n.code;
END
$$;

COMMENT ON FUNCTION medsched._named_events(jsonb) IS
  'Internal: the events that a schedule names';

-- The time of an event for a person on a day of the week, as it is at an instant; NULL: the person has none.
CREATE OR REPLACE FUNCTION medsched._routine_time(of_user uuid, event text, day_of_week int, at timestamptz)
RETURNS time
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN (SELECT r.at FROM medsched.routines AS r
           WHERE r.user_id = $1 AND r.event = $2 AND r.day_of_week = $3 AND r.effective_from <= $4
           ORDER BY r.effective_from DESC LIMIT 1);
END
$$;

COMMENT ON FUNCTION medsched._routine_time(uuid, text, int, timestamptz) IS
  'Internal: when an event is for a person';

-- The times of the day of events for a person, a row for each day of the week from Monday on, as they are at an instant.  place is
-- what names the events, in errors.
CREATE OR REPLACE FUNCTION medsched._event_times(of_user uuid, events jsonb, at timestamptz, place text)
RETURNS time[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dose record;
  last_day int := 0;
  last_clock interval;
  of_day time[];
  times time[] := '{}';
BEGIN
  FOR dose IN
    SELECT d.day, e.event, e.anchor,
           coalesce(medsched._routine_time($1, e.anchor, d.day, $3), e.at)::interval + make_interval(mins => e.minutes) AS clock
      FROM generate_series(1, 7) AS d (day) CROSS JOIN medsched._named_events($2) AS e
     ORDER BY d.day, 4, e.nth, e.anchor
  LOOP
    IF dose.clock < '0' OR dose.clock >= '24 hours' THEN
      RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s: %s is on another day than %s', $4, dose.event, dose.anchor),
        DETAIL = format('It is %s from midnight.', dose.clock), HINT = 'Choose a smaller offset.';
    ELSIF dose.day = last_day AND dose.clock = last_clock THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s: two events are at %s', $4, dose.clock::time),
        DETAIL = format('One of them is %s, on day of the week %s.', dose.event, dose.day),
        HINT = 'Name one of them, or give them other times: call medsched.set_routine().';
    END IF;
    IF dose.day > last_day AND last_day > 0 THEN
      times := times || ARRAY[of_day];
    END IF;
    of_day := CASE WHEN dose.day > last_day THEN ARRAY[dose.clock::time] ELSE of_day || dose.clock::time END;
    last_day := dose.day;
    last_clock := dose.clock;
  END LOOP;
  RETURN times || ARRAY[of_day];
END
$$;

COMMENT ON FUNCTION medsched._event_times(uuid, jsonb, timestamptz, text) IS
  'Internal: the times of the day of events for a person, by day of the week';

-- Check that a rule says days that events can give times of: days or weeks, with no end within a day.
CREATE OR REPLACE FUNCTION medsched._check_days_of_events(r medsched._recurrence, place text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF r.freq NOT IN (3, 4) OR coalesce(r.months, r.monthdays, r.yeardays, r.weeknos) IS NOT NULL OR r.freq = 3 AND r.every > 1 AND r.weekdays IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s.rrule must be of days or weeks to have events', place),
      DETAIL = 'Its parts can be FREQ=DAILY or FREQ=WEEKLY, INTERVAL, BYDAY, WKST and UNTIL, and BYDAY is not with every so many days.';
  ELSIF r.count IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.rrule must have no COUNT with events', place),
      DETAIL = 'Times that change would change what it counts.', HINT = 'Say the last day: UNTIL=20270310.';
  ELSIF r.until_utc OR r.until::time < '23:59:59' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.rrule must have a day in UNTIL with events', place),
      DETAIL = 'Times that change would come before or after it.', HINT = 'Say the last day: UNTIL=20270310.';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_days_of_events(medsched._recurrence, text) IS
  'Internal: checks that a rule says days that events can give times of';

-- The rule with the days of one and other times of the day: times has a row for each day of the week from Monday on.
CREATE OR REPLACE FUNCTION medsched._rule_at_times(rrule text, starts_at timestamp, times time[], place text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  names CONSTANT text[] := '{MO,TU,WE,TH,FR,SA,SU}';
  r CONSTANT medsched._recurrence := medsched._rule_parts($1);
  every CONSTANT bigint := coalesce(r.every, 1);
  week_start CONSTANT int := coalesce(r.week_start, 0);
  days int[];
  alike boolean;
  daily boolean;
  hours int[];
  minutes int[];
  seconds int[];
  positions int[];
  total int;
BEGIN
  PERFORM medsched._check_days_of_events(r, $4);
  days := CASE WHEN r.weekdays IS NOT NULL THEN r.weekdays WHEN r.freq = 3 THEN '{0,1,2,3,4,5,6}' ELSE ARRAY[extract(isodow FROM $2)::int - 1] END;
  -- In the order of the rule's week.
  days := ARRAY(SELECT DISTINCT (d - week_start + 7) % 7 AS nth FROM unnest(days) AS d ORDER BY nth);
  alike := NOT EXISTS (SELECT FROM unnest(days) AS d
                        WHERE $3[(d + week_start) % 7 + 1 : (d + week_start) % 7 + 1] <> $3[(days[1] + week_start) % 7 + 1 : (days[1] + week_start) % 7 + 1]);
  daily := alike AND (r.freq = 3 AND every > 1 OR every = 1 AND cardinality(days) = 7);
  IF r.freq = 3 AND every > 1 AND NOT alike THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s: events are not at the same times on all days, and no rule of every %s days says that', $4, every),
      HINT = 'Give days of the week, or name events that are at the same times on all of them.';
  END IF;
  WITH clock AS (
    SELECT extract(hour FROM t)::int AS h, extract(minute FROM t)::int AS m, extract(second FROM t)::int AS s
      FROM unnest(days) AS d CROSS JOIN unnest($3[(d + week_start) % 7 + 1 : (d + week_start) % 7 + 1]) AS t)
  SELECT array_agg(DISTINCT c.h), array_agg(DISTINCT c.m), array_agg(DISTINCT c.s) INTO hours, minutes, seconds FROM clock AS c;
  total := cardinality(hours) * cardinality(minutes) * cardinality(seconds) * CASE WHEN daily THEN 1 ELSE cardinality(days) END;
  positions := ARRAY(
    SELECT p.place FROM (
      SELECT (((array_position(days, d) - 1) * cardinality(hours) + array_position(hours, extract(hour FROM t)::int) - 1) * cardinality(minutes)
              + array_position(minutes, extract(minute FROM t)::int) - 1) * cardinality(seconds) + array_position(seconds, extract(second FROM t)::int) AS place
        FROM unnest(CASE WHEN daily THEN days[1:1] ELSE days END) AS d
       CROSS JOIN unnest($3[(d + week_start) % 7 + 1 : (d + week_start) % 7 + 1]) AS t) AS p
     ORDER BY p.place);
  -- A position is at most 366, from either end.
  IF cardinality(positions) < total AND total > 732 THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = format('%s: events are at too many different times for one rule', $4),
      DETAIL = format('They are at %s hours, %s minutes and %s seconds.', cardinality(hours), cardinality(minutes), cardinality(seconds)),
      HINT = 'Name some of them in another schedule.';
  END IF;
  RETURN concat(CASE WHEN daily THEN 'FREQ=DAILY' ELSE 'FREQ=WEEKLY' END, CASE WHEN every > 1 THEN ';INTERVAL=' || every END,
                CASE WHEN NOT daily AND week_start > 0 THEN ';WKST=' || names[week_start + 1] END,
                CASE WHEN NOT daily THEN ';BYDAY=' || (SELECT string_agg(names[(d + week_start) % 7 + 1], ',' ORDER BY d) FROM unnest(days) AS d) END,
                ';BYHOUR=', array_to_string(hours, ','), ';BYMINUTE=', array_to_string(minutes, ','), ';BYSECOND=', array_to_string(seconds, ','),
                CASE WHEN cardinality(positions) < total THEN ';BYSETPOS='
                  || (SELECT string_agg((CASE WHEN p <= 366 THEN p ELSE p - total - 1 END)::text, ',' ORDER BY p) FROM unnest(positions) AS p) END,
                to_char(r.until, '";UNTIL="YYYYMMDD'));
END
$$;

COMMENT ON FUNCTION medsched._rule_at_times(text, timestamp, time[], text) IS
  'Internal: a rule with other times of the day';

-- The rule of a schedule that names events, with their times for a person at an instant.
CREATE OR REPLACE FUNCTION medsched._rule_by_routine(of_user uuid, rrule text, starts_at timestamp, events jsonb, at timestamptz, place text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN medsched._rule_at_times($2, $3, medsched._event_times($1, $4, $5, $6 || '.events'), $6);
END
$$;

COMMENT ON FUNCTION medsched._rule_by_routine(uuid, text, timestamp, jsonb, timestamptz, text) IS
  'Internal: a rule with the times of events for a person';

-- From when on a schedule in JSON goes by the routine: what is over by now takes that of now.
CREATE OR REPLACE FUNCTION medsched._compiled_at(starts_at timestamp, time_zone text, effective_from timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN greatest(now(), medsched._to_instant($1, $2), $3);
END
$$;

COMMENT ON FUNCTION medsched._compiled_at(timestamp, text, timestamptz) IS
  'Internal: the instant whose routine gives a new schedule its times';

-- A new schedule in JSON that names events, with the rule that has their times.  Without a rule it is of every day.
CREATE OR REPLACE FUNCTION medsched._by_routine(of_user uuid, object jsonb, place text)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- What has no set times is refused by a CHECK.
  IF (object ->> 'as_needed')::boolean OR object ?| '{after_last,follows}'::text[] THEN
    RETURN object;
  END IF;
  RETURN object || jsonb_build_object('rrule', medsched._rule_by_routine($1, coalesce(object ->> 'rrule', 'FREQ=DAILY'), (object ->> 'starts_at')::timestamp,
    object -> 'events', medsched._compiled_at((object ->> 'starts_at')::timestamp, object ->> 'time_zone', (object ->> 'effective_from')::timestamptz), $3));
END
$$;

COMMENT ON FUNCTION medsched._by_routine(uuid, jsonb, text) IS
  'Internal: a new schedule in JSON that names events, with their times';

-- Wait for whoever changes a person's routine: a schedule that is inserted meanwhile must not go by what was before.  Taken before
-- any row is locked.
CREATE OR REPLACE FUNCTION medsched._lock_routine(of_user uuid, to_change boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key CONSTANT bigint := hashtextextended('medsched.routines ' || $1, 0);
BEGIN
  IF $2 THEN
    PERFORM pg_advisory_xact_lock(key);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(key);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._lock_routine(uuid, boolean) IS
  'Internal: locks the routine of a person, to read or to change it';

-- The first instant of a day at which a rule that begins on it has all its times: what BY parts do not say is the start's.
CREATE OR REPLACE FUNCTION medsched._whole_day(rrule text, starts_at timestamp, day date)
RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r CONSTANT medsched._recurrence := medsched._rule_parts($1);
BEGIN
  RETURN $3 + make_interval(hours => CASE WHEN r.hours IS NULL THEN extract(hour FROM $2)::int ELSE 0 END,
                            mins => CASE WHEN r.minutes IS NULL THEN extract(minute FROM $2)::int ELSE 0 END,
                            secs => CASE WHEN r.seconds IS NULL THEN extract(second FROM $2)::int ELSE 0 END);
END
$$;

COMMENT ON FUNCTION medsched._whole_day(text, timestamp, date) IS
  'Internal: the start at which a rule has all times of its first day';

-- The times of the day of a rule on a date, whatever its start leaves out.
CREATE OR REPLACE FUNCTION medsched._wall_times(rrule text, schedule medsched._schedule, day date)
RETURNS timestamp[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN ARRAY(
    SELECT timezone('UTC', o.at) AS local
      FROM medsched.schedule_occurrences(NULL::uuid, $1, medsched._whole_day($1, ($2).starts_at, ($2).starts_at::date), 'UTC'::text, timezone('UTC', $3::timestamp), timezone('UTC', ($3 + 1)::timestamp),
             '{}'::timestamp[], '{}'::timestamp[], ($2).cycle_days_on, ($2).cycle_days_off) AS o (at)
     ORDER BY local);
END
$$;

COMMENT ON FUNCTION medsched._wall_times(text, medsched._schedule, date) IS
  'Internal: the times of a rule on a date';

-- Where the dose of a rule at a wall-clock time goes when its rule becomes another of the same days: the nth of a day stays the nth.
CREATE OR REPLACE FUNCTION medsched._new_time(schedule medsched._schedule, new_rule text, local timestamp)
RETURNS timestamp
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (medsched._wall_times($2, $1, $3::date))[array_position(medsched._wall_times(($1).rrule, $1, $3::date), $3)];
END
$$;

COMMENT ON FUNCTION medsched._new_time(medsched._schedule, text, timestamp) IS
  'Internal: where a dose goes when its rule gets other times';

-- What changes in a schedule that gets a rule of other times from an instant on; NULL: two doses would be at one time.  Each dose
-- of the day comes once: one whose time is past by the former rule is left out where the new rule has it again, and one whose time
-- is past by the new rule alone stays at its former time.
CREATE OR REPLACE FUNCTION medsched._changed_times(schedule medsched._schedule, new_rule text, takes_effect timestamptz)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  zone CONSTANT text := schedule.time_zone;
  begins CONSTANT timestamptz := greatest($3, medsched._to_instant(schedule.starts_at, zone));
  today CONSTANT date := medsched._to_local(begins, zone)::date;
  former CONSTANT timestamp[] := medsched._wall_times(schedule.rrule, schedule, today);
  times CONSTANT timestamp[] := medsched._wall_times(new_rule, schedule, today);
  added timestamp[];
  left_out timestamp[];
  common timestamp[];
  is_past boolean;
  will_be_past boolean;
BEGIN
  added := ARRAY(SELECT d FROM unnest(schedule.rdates) AS d WHERE medsched._to_instant(d, zone) >= begins AND d <> ALL (schedule.exdates));
  left_out := ARRAY(SELECT n.local FROM (SELECT medsched._new_time(schedule, new_rule, d) AS local FROM unnest(schedule.exdates) AS d
                                          WHERE medsched._to_instant(d, zone) >= begins) AS n WHERE medsched._to_instant(n.local, zone) >= begins);
  FOR nth IN 1 .. cardinality(former) LOOP
    is_past := medsched._to_instant(former[nth], zone) < begins;
    will_be_past := medsched._to_instant(times[nth], zone) < begins;
    IF is_past AND NOT will_be_past THEN
      left_out := left_out || times[nth];
    ELSIF will_be_past AND NOT is_past AND former[nth] <> ALL (schedule.exdates)
      AND medsched._to_instant(former[nth], zone) < coalesce(schedule.ends_at, 'infinity') THEN
      added := added || former[nth];
    END IF;
  END LOOP;
  -- A date left out would take one that is added with it: then the rule's stands for that one.
  common := ARRAY(SELECT d FROM unnest(added) AS d WHERE d = ANY (left_out));
  added := ARRAY(SELECT DISTINCT d FROM unnest(added) AS d WHERE d <> ALL (common) ORDER BY d);
  left_out := ARRAY(SELECT DISTINCT d FROM unnest(left_out) AS d WHERE d <> ALL (common) ORDER BY d);
  IF EXISTS (SELECT FROM unnest(added) AS d WHERE d = ANY (medsched._wall_times(new_rule, schedule, d::date))) THEN
    RETURN NULL;
  END IF;
  RETURN jsonb_build_object('rrule', new_rule, 'rdates', added, 'exdates', left_out);
END
$$;

COMMENT ON FUNCTION medsched._changed_times(medsched._schedule, text, timestamptz) IS
  'Internal: what changes in a schedule that gets other times from an instant on';

-- What becomes of a schedule that names events at an instant: over, same, left or moved; and of one that is moved, when and how.
CREATE OR REPLACE FUNCTION medsched._plan_routine(schedule medsched._schedule, events jsonb, inactivated_at timestamptz, last_recorded timestamptz, at timestamptz,
  OUT outcome text, OUT takes_effect timestamptz, OUT changes jsonb, OUT reason text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  new_rule text;
BEGIN
  outcome := 'over';
  IF NOT medsched._has_dose(schedule, $5, $3) THEN
    RETURN;
  END IF;
  -- What is recorded, and what was moved past the change, stays where it is.
  takes_effect := medsched._after_moved(schedule.user_id, schedule.id, greatest($5, schedule.effective_from, $4 + interval '1 second'));
  IF NOT medsched._has_dose(schedule, takes_effect, $3) THEN
    outcome := 'left';
    reason := 'every dose that it has left is recorded';
    RETURN;
  END IF;
  new_rule := medsched._rule_by_routine(schedule.user_id, schedule.rrule, schedule.starts_at, $2, takes_effect, 'schedule');
  outcome := 'same';
  IF new_rule = schedule.rrule THEN
    RETURN;
  END IF;
  outcome := 'moved';
  changes := medsched._changed_times(schedule, new_rule, takes_effect);
  IF changes IS NULL THEN
    -- From the next day on none of today's is in the way.
    takes_effect := medsched._to_instant((medsched._to_local(takes_effect, schedule.time_zone)::date + 1)::timestamp, schedule.time_zone);
    changes := medsched._changed_times(schedule, new_rule, takes_effect);
  END IF;
  IF changes IS NULL THEN
    outcome := 'left';
    reason := 'a single dose in its rdates is at one of the new times';
  ELSIF NOT medsched._has_dose(schedule, takes_effect, $3) THEN
    outcome := 'same';
  END IF;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
  outcome := 'left';
  reason := SQLERRM;
END
$$;

COMMENT ON FUNCTION medsched._plan_routine(medsched._schedule, jsonb, timestamptz, timestamptz, timestamptz) IS
  'Internal: what becomes of a schedule that names events when the routine changes';

-- The moved doses of a schedule that get another time, with that time: moved they stay, to where they were.
CREATE OR REPLACE FUNCTION medsched._moves_by_routine(schedule medsched._schedule, new_rule text, from_instant timestamptz)
RETURNS TABLE (scheduled_for timestamptz, due_at timestamptz, reason text, moved_by text, moved_at timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT n.at, v.due_at, v.reason, v.moved_by, v.moved_at
      FROM medsched.moved_doses AS v
     CROSS JOIN LATERAL (SELECT medsched._to_instant(medsched._new_time($1, $2, medsched._to_local(v.scheduled_for, ($1).time_zone)), ($1).time_zone)) AS n (at)
     WHERE v.user_id = ($1).user_id AND v.schedule_id = ($1).id AND v.scheduled_for >= $3 AND n.at >= $3
       AND n.at <> v.scheduled_for AND n.at <> v.due_at;
END
$$;

COMMENT ON FUNCTION medsched._moves_by_routine(medsched._schedule, text, timestamptz) IS
  'Internal: the moved doses of a schedule that gets other times';

-- Have the schedules of a person that name events, of one medication or, NULL, of all, go by the routine from an instant on, those
-- that can.  The routine is locked.
CREATE OR REPLACE FUNCTION medsched._follow_routine(of_user uuid, of_medication uuid, at timestamptz)
RETURNS SETOF medsched.schedule_journey
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  medication pg_catalog.uuid;
  found pg_catalog.record;
  plan pg_catalog.record;
  journey medsched.schedule_journey;
  moves pg_catalog.jsonb;
  constraint_name pg_catalog.text;
BEGIN
  FOR medication IN
    SELECT DISTINCT s.medication_id FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL OR s.medication_id OPERATOR(pg_catalog.=) $2)
       AND s.events IS NOT NULL AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) $3)
     ORDER BY s.medication_id
  LOOP
    PERFORM medsched._lock_schedules($1, NULL::pg_catalog.uuid, medication, NULL::pg_catalog.timestamptz);
    FOR found IN
      SELECT (s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
              s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, s.after_last)::medsched._schedule AS schedule,
             s.events, m.inactivated_at,
             (SELECT pg_catalog.max(d.scheduled_for) FROM medsched.dose_taken AS d
               WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) s.id
                 AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 AND d.outcome OPERATOR(pg_catalog.<>) 'extra') AS last_recorded
        FROM medsched.schedules AS s
        JOIN medsched.medications AS m ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
       WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.medication_id OPERATOR(pg_catalog.=) medication
         AND s.events IS NOT NULL AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) $3)
       ORDER BY s.effective_from NULLS FIRST, s.id
    LOOP
      plan := medsched._plan_routine(found.schedule, found.events, found.inactivated_at, found.last_recorded, $3);
      CONTINUE WHEN plan.outcome OPERATOR(pg_catalog.=) 'over';
      journey := ((found.schedule).id, NULL, plan.outcome, NULL, NULL, plan.reason)::medsched.schedule_journey;
      IF plan.outcome OPERATOR(pg_catalog.=) 'moved' THEN
        BEGIN
          moves := (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(v.*))
                      FROM medsched._moves_by_routine(found.schedule, plan.changes OPERATOR(pg_catalog.->>) 'rrule', plan.takes_effect) AS v);
          journey.new_schedule_id := medsched._revise(found.schedule, medsched._successor($1, (found.schedule).id), found.inactivated_at,
                                                      plan.takes_effect, plan.changes, true);
          IF moves IS NOT NULL THEN
            PERFORM medsched._restore_moves($1, journey.new_schedule_id, moves);
          END IF;
          journey.effective_from := plan.takes_effect;
          journey.shortest_interval := medsched._shortest_interval($1, journey.new_schedule_id, found.inactivated_at, plan.takes_effect);
        EXCEPTION WHEN check_violation THEN
          GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME;
          PERFORM medsched._refuse_unseen(constraint_name);
          IF constraint_name OPERATOR(pg_catalog.<>) ALL ('{schedule_has_dose,schedule_density,schedules_dates_at_most_10000}'::pg_catalog.text[]) THEN
            RAISE;
          END IF;
          journey := ((found.schedule).id, NULL, 'left', NULL, NULL, SQLERRM)::medsched.schedule_journey;
        END;
      END IF;
      RETURN NEXT journey;
    END LOOP;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._follow_routine(uuid, uuid, timestamptz) IS
  'Internal: has the schedules of a person that name events go by the routine from an instant on';

-- Move doses of a schedule as they were moved under their former times, those that can be.
CREATE OR REPLACE FUNCTION medsched._restore_moves(of_user uuid, of_schedule uuid, moves jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO medsched.moved_doses AS v (user_id, schedule_id, scheduled_for, due_at, reason, moved_by, moved_at)
  SELECT $1, $2, m.scheduled_for, m.due_at, m.reason, m.moved_by, m.moved_at
    FROM pg_catalog.jsonb_to_recordset($3) AS m (scheduled_for timestamp with time zone, due_at timestamp with time zone, reason pg_catalog.text,
                                                 moved_by pg_catalog.text, moved_at timestamp with time zone)
   CROSS JOIN LATERAL medsched._move_problem($1, $2, m.scheduled_for, m.due_at) AS p
   WHERE p.rule IS NULL AND NOT p.onto_dose
     AND NOT EXISTS (SELECT FROM medsched.moved_doses AS o
                      WHERE o.user_id OPERATOR(pg_catalog.=) $1 AND o.schedule_id OPERATOR(pg_catalog.=) $2
                        AND (o.scheduled_for OPERATOR(pg_catalog.=) m.scheduled_for OR o.due_at OPERATOR(pg_catalog.=) m.due_at));
END
$$;

COMMENT ON FUNCTION medsched._restore_moves(uuid, uuid, jsonb) IS
  'Internal: moves doses as they were moved under their former times';

-- Have the schedules of a medication go by what is planned of the routine after an instant.
CREATE OR REPLACE FUNCTION medsched._follow_plans(of_user uuid, of_medication uuid, after timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  planned timestamp with time zone;
BEGIN
  FOR planned IN
    SELECT DISTINCT r.effective_from FROM medsched.routines AS r
     WHERE r.user_id OPERATOR(pg_catalog.=) $1 AND r.effective_from OPERATOR(pg_catalog.>) $3 ORDER BY r.effective_from
  LOOP
    PERFORM FROM medsched._follow_routine($1, $2, planned);
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._follow_plans(uuid, uuid, timestamptz) IS
  'Internal: has the schedules of a medication go by what is planned of the routine';

-- The events that a schedule names; NULL: none.
CREATE OR REPLACE FUNCTION medsched._events_of(of_user uuid, of_schedule uuid)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN (SELECT s.events FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2);
END
$$;

COMMENT ON FUNCTION medsched._events_of(uuid, uuid) IS
  'Internal: the events that a schedule names';

-- Changes of a schedule from an instant on, with the rule that has the times of the events that it will name.  A rule with other
-- times than it had, and none, take the events away.
CREATE OR REPLACE FUNCTION medsched._changes_by_routine(schedule medsched._schedule, changes jsonb, at timestamptz)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  events jsonb := nullif(CASE WHEN changes ? 'events' THEN changes -> 'events' ELSE medsched._events_of(schedule.user_id, schedule.id) END, 'null');
  given CONSTANT medsched._recurrence := medsched._rule_parts(changes ->> 'rrule');
  had CONSTANT medsched._recurrence := medsched._rule_parts(schedule.rrule);
BEGIN
  IF events IS NULL OR NOT changes ?| '{events,rrule,starts_at,as_needed,after_last,follows}'::text[] THEN
    RETURN changes;
  ELSIF NOT changes ? 'events'
    AND (changes ->> 'rrule' IS NULL AND changes ? 'rrule' OR (changes ->> 'as_needed')::boolean OR coalesce(changes ->> 'after_last', changes ->> 'follows') IS NOT NULL
         OR coalesce(given.hours, given.minutes, given.seconds, given.positions) IS NOT NULL
            AND (given.hours, given.minutes, given.seconds, given.positions) IS DISTINCT FROM (had.hours, had.minutes, had.seconds, had.positions)) THEN
    RETURN changes || '{"events": null}';
  ELSIF (changes ->> 'as_needed')::boolean OR coalesce(changes ->> 'after_last', changes ->> 'follows') IS NOT NULL THEN
    RETURN changes;
  END IF;
  RETURN changes || jsonb_build_object('rrule', medsched._rule_by_routine(schedule.user_id, coalesce(changes ->> 'rrule', schedule.rrule, 'FREQ=DAILY'),
    coalesce((changes ->> 'starts_at')::timestamp, schedule.starts_at), events,
    -- The time zone of the row as it was may be gone, which is what is corrected.
    coalesce($3, medsched._compiled_at(coalesce((changes ->> 'starts_at')::timestamp, schedule.starts_at),
                   coalesce(changes ->> 'time_zone', schedule.time_zone), schedule.effective_from)), 'changes'));
END
$$;

COMMENT ON FUNCTION medsched._changes_by_routine(medsched._schedule, jsonb, timestamptz) IS
  'Internal: changes of a schedule, with the times of the events that it names from an instant on; NULL: as of a new one';

-- Check the arguments of set_routine(), and give the events with their times.
CREATE OR REPLACE FUNCTION medsched._read_routine(user_id uuid, times jsonb, days_of_week int[], effective_from timestamptz)
RETURNS TABLE (event text, at time)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  known CONSTANT text[] := ARRAY(SELECT DISTINCT e.anchor COLLATE "C" AS anchor FROM medsched.timing_events() AS e ORDER BY anchor);
  clocks time[];
BEGIN
  PERFORM medsched._require_id($1, 'user_id');
  IF $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'times must not be null';
  ELSIF jsonb_typeof($2) <> 'object' OR $2 = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'times must be a JSON object of events', HINT = 'As in {"CM": "07:30", "HS": "22:30"}.';
  END IF;
  IF $3 IS NOT NULL THEN
    PERFORM medsched._check_days($3);
  END IF;
  PERFORM medsched._require_instant($4, 'effective_from'), medsched._check_tables();
  FOR event IN SELECT k FROM jsonb_object_keys($2) AS k ORDER BY k COLLATE "C" LOOP
    IF event <> ALL (known) THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('times has an unknown event "%s"', medsched._shortened(event)),
        HINT = format('The events of a routine are %s.', array_to_string(known, ', '));
    END IF;
    clocks := medsched._read_times($2 -> event);
    IF cardinality(clocks) > 1 THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('times has %s times of day for %s, which is one event', cardinality(clocks), event);
    END IF;
    at := clocks[1];
    RETURN NEXT;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._read_routine(uuid, jsonb, int[], timestamptz) IS
  'Internal: checks the arguments of set_routine()';

CREATE OR REPLACE FUNCTION medsched.set_routine(
  user_id uuid,
  times jsonb,
  days_of_week int[] DEFAULT NULL,
  effective_from timestamptz DEFAULT now())
RETURNS SETOF medsched.schedule_journey
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  PERFORM FROM medsched._read_routine($1, $2, $3, $4);
  PERFORM medsched._lock_routine($1, true);
  INSERT INTO medsched.routines AS r (user_id, event, day_of_week, effective_from, at)
  SELECT $1, t.event, d.day, $4, t.at
    FROM medsched._read_routine($1, $2, $3, $4) AS t
   CROSS JOIN (SELECT DISTINCT u.day FROM pg_catalog.unnest(coalesce($3, '{1,2,3,4,5,6,7}')) AS u (day)) AS d
  ON CONFLICT (user_id, event, day_of_week, effective_from) DO UPDATE SET at = EXCLUDED.at;
  RETURN QUERY SELECT f.* FROM medsched._follow_routine($1, NULL::pg_catalog.uuid, $4) AS f;
END
$$;

COMMENT ON FUNCTION medsched.set_routine(uuid, jsonb, int[], timestamptz) IS
  'Sets when a user wakes, eats and goes to bed, an object of events and times of day, on ISO days of the week (1 Monday to 7 Sunday; NULL: on all) from an instant on, and revises the schedules that name events from there on; each dose comes once. Returns a row for each of them that is not over: moved, same or left, as change_time_zone() does';

CREATE OR REPLACE FUNCTION medsched.routine(user_id uuid, at timestamptz DEFAULT now())
RETURNS TABLE (
  event text,
  day_of_week int,
  time_of_day time,
  is_own boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 112
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_instant($2, 'at'), medsched._check_tables();
  RETURN QUERY
    SELECT e.anchor, d.day, coalesce(o.at, e.at), o.at IS NOT NULL
      FROM (SELECT DISTINCT e.anchor, e.at FROM medsched.timing_events() AS e) AS e
     CROSS JOIN generate_series(1, 7) AS d (day)
     CROSS JOIN LATERAL medsched._routine_time($1, e.anchor, d.day, $2) AS o (at)
     ORDER BY d.day, 3, e.anchor COLLATE "C";
END
$$;

COMMENT ON FUNCTION medsched.routine(uuid, timestamptz) IS
  'When a user wakes, eats and goes to bed, as it is at an instant: a row for each event that a time can be set of and ISO day of the week, in the order of time; is_own false: the default of timing_events()';

-- The time of an event that most days of the week have, the earlier of two that as many have, is for what has one time alone.
CREATE OR REPLACE FUNCTION medsched.routine_times(user_id uuid, at timestamptz DEFAULT now())
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (
    SELECT jsonb_object_agg(e.event, e.time_of_day::text) || '{"routine": true}'
      FROM (SELECT DISTINCT ON (r.event) r.event, r.time_of_day
              FROM medsched.routine($1, $2) AS r
             GROUP BY r.event, r.time_of_day
             ORDER BY r.event, count(*) DESC, r.time_of_day) AS e);
END
$$;

COMMENT ON FUNCTION medsched.routine_times(uuid, timestamptz) IS
  'A user''s routine as the times of schedule_from_fhir(), schedule_from_sig() and medication_from_fhir(): of each event the time on most days; their schedules name the events, so that the times of each day are the routine''s';
