-- A schedule goes over to another time zone.
--
-- Going west, the new clock repeats hours that the old one has shown; going east, it leaves hours out.  What is repeated must
-- not be taken twice, and what is left out must not be missed.  The same holds at an UNTIL in UTC, which is another wall-clock
-- time in each zone: each last dose stays one.

-- The wall-clock time that is read as an instant.  In the second coming of an hour there is none: it is the first after it.
CREATE OR REPLACE FUNCTION medsched._clock_from(instant timestamptz, time_zone text)
RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  WHILE medsched._to_instant(medsched._to_local(instant, time_zone), time_zone) <> instant LOOP
    -- Clocks change at multiples of it.
    instant := instant + interval '15 minutes';
  END LOOP;
  RETURN medsched._to_local(instant, time_zone);
END
$$;

COMMENT ON FUNCTION medsched._clock_from(timestamptz, text) IS
  'Internal: the first wall-clock time that is read as an instant or later';

-- What the new clock shows at an instant that must stay that instant.
CREATE OR REPLACE FUNCTION medsched._same_instant(schedule_id uuid, instant timestamptz, time_zone text)
RETURNS timestamp
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  local CONSTANT timestamp := medsched._to_local(instant, time_zone);
BEGIN
  IF medsched._to_instant(local, time_zone) <> instant THEN
    RAISE EXCEPTION USING ERRCODE = '55000',
      MESSAGE = format('schedule "%s" cannot be written in time zone "%s"', schedule_id, time_zone),
      DETAIL = format('It has %s, in an hour that comes twice there; only its first coming can be written.', instant),
      HINT = 'Set its time_zone_pinned, or call medsched.revise_schedule() with a starts_at.';
  END IF;
  RETURN local;
END
$$;

COMMENT ON FUNCTION medsched._same_instant(uuid, timestamptz, text) IS
  'Internal: what a clock shows at an instant, which the wall-clock time must be read as';

-- Wall-clock times in the new zone at their instants; those that are over are left behind.
CREATE OR REPLACE FUNCTION medsched._same_instants(schedule_id uuid, dates timestamp[], old_zone text, new_zone text, at timestamptz)
RETURNS timestamp[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(medsched._same_instant(schedule_id, d.instant, new_zone) ORDER BY d.nth), '{}')
    FROM (SELECT medsched._to_instant(u.date, old_zone) AS instant, u.nth FROM unnest(dates) WITH ORDINALITY AS u (date, nth)) AS d
   WHERE d.instant >= at
$$;

COMMENT ON FUNCTION medsched._same_instants(uuid, timestamp[], text, text, timestamptz) IS
  'Internal: wall-clock times of one zone in another, at the same instants';

-- What has to change in a schedule that goes over to another zone at an instant: its dates, or its start as well.
CREATE OR REPLACE FUNCTION medsched._travel(schedule medsched._schedule, at timestamptz, time_zone text)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  old_zone CONSTANT text := schedule.time_zone;
  cut CONSTANT timestamptz := date_trunc('second', at + interval '999999 microseconds');
  rule CONSTANT medsched._recurrence := medsched._rule_parts(schedule.rrule::text);
  start timestamptz;
  centers timestamptz[] := '{}';
  added timestamptz[];
  left_out timestamptz[];
BEGIN
  -- In elapsed time, or as needed, the instants stay.
  IF schedule.as_needed OR rule.freq < 3 THEN
    start := medsched._to_instant(schedule.starts_at, old_zone);
    RETURN jsonb_build_object(
      -- As needed, effective_from is bound enough.
      'starts_at', CASE WHEN schedule.as_needed THEN medsched._to_local(start, $3) ELSE medsched._same_instant(schedule.id, start, $3) END,
      'rdates', medsched._same_instants(schedule.id, schedule.rdates, old_zone, $3, cut),
      'exdates', medsched._same_instants(schedule.id, schedule.exdates, old_zone, $3, cut));
  END IF;

  -- Else each wall-clock time is a dose once.  A schedule that another one precedes has no dose by the old clock yet.
  IF schedule.effective_from IS NULL OR schedule.effective_from <= cut THEN
    centers := centers || cut;
  END IF;
  IF rule.until_utc THEN
    centers := centers || timezone('UTC', rule.until);
  END IF;
  SELECT c.added, c.left_out INTO added, left_out
    FROM medsched._compare_clocks(schedule.rrule::text, schedule.starts_at, old_zone, $3, schedule.rdates, schedule.exdates,
           schedule.cycle_days_on, schedule.cycle_days_off, greatest(cut, schedule.effective_from), schedule.ends_at, cut, centers) AS c;
  RETURN jsonb_build_object(
    'rdates', schedule.rdates || ARRAY(SELECT medsched._clock_from(a, $3) FROM unnest(added) AS a ORDER BY a),
    'exdates', schedule.exdates || ARRAY(SELECT medsched._clock_from(a, $3) FROM unnest(left_out) AS a ORDER BY a));
END
$$;

COMMENT ON FUNCTION medsched._travel(medsched._schedule, timestamptz, text) IS
  'Internal: what changes in a schedule that goes over to another time zone';

-- Compare what is to be a dose near some instants, by the old clock, with what the schedule gives by the new one.  Each
-- wall-clock time that is still to come by the old clock is to be a dose: by the new clock, or, where that has passed it, when
-- the old clock shows it.  Gives the instants to be added and to be left out.
CREATE OR REPLACE FUNCTION medsched._compare_clocks(rrule text, starts_at timestamp, old_zone text, new_zone text,
  rdates timestamp[], exdates timestamp[], days_on int, days_off int, takes_effect timestamptz, ends_at timestamptz,
  cut timestamptz, centers timestamptz[], OUT added timestamptz[], OUT left_out timestamptz[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH near AS (
    -- Two zones differ by at most 26 hours, and each by an hour or two from itself.
    SELECT c - interval '72 hours' AS lo, c + interval '72 hours' AS hi FROM unnest(centers) AS c
  ), clock AS MATERIALIZED (
    -- The wall-clock times that the rule and the added dates name, as if UTC were their zone; COUNT, UNTIL, cycle and excluded
    -- dates say in each zone which of them are doses.
    SELECT medsched._to_instant(t.local, old_zone) AS old_instant, medsched._to_instant(t.local, new_zone) AS new_instant
      FROM (SELECT DISTINCT timezone('UTC', o.at) AS local
              FROM near AS n
             CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, medsched._rule_without_end(rrule), starts_at, 'UTC', n.lo, n.hi,
                                                              rdates, '{}'::timestamp[], NULL::int, NULL::int) AS o (at)) AS t
  ), old_dose AS MATERIALIZED (
    SELECT o.at
      FROM near AS n
     CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, rrule, starts_at, old_zone,
       greatest(takes_effect, n.lo - interval '48 hours'), least(ends_at, n.hi + interval '48 hours'),
       rdates, exdates, days_on, days_off) AS o (at)
  ), new_dose AS MATERIALIZED (
    SELECT o.at
      FROM near AS n
     CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, rrule, starts_at, new_zone,
       greatest(takes_effect, n.lo - interval '48 hours'), n.hi + interval '48 hours', rdates, exdates, days_on, days_off) AS o (at)
  ), wanted AS (
    SELECT CASE WHEN c.new_instant >= cut THEN c.new_instant ELSE c.old_instant END AS at
      FROM clock AS c WHERE c.old_instant IN (SELECT o.at FROM old_dose AS o)
  ), given AS (
    SELECT c.new_instant AS at FROM clock AS c WHERE c.new_instant IN (SELECT o.at FROM new_dose AS o)
  )
  SELECT ARRAY(SELECT w.at FROM wanted AS w EXCEPT SELECT g.at FROM given AS g),
         ARRAY(SELECT g.at FROM given AS g EXCEPT SELECT w.at FROM wanted AS w)
$$;

COMMENT ON FUNCTION medsched._compare_clocks(text, timestamp, text, text, timestamp[], timestamp[], int, int, timestamptz, timestamptz, timestamptz, timestamptz[]) IS
  'Internal: the instants at which a schedule by a new clock lacks doses, or has too many';

-- A rule that is valid, without its COUNT and UNTIL.
CREATE OR REPLACE FUNCTION medsched._rule_without_end(rrule text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(p.part, ';' ORDER BY p.nth)
    FROM unnest(string_to_array(rrule, ';')) WITH ORDINALITY AS p (part, nth)
   WHERE p.part <> '' AND translate(p.part, 'ceilnortu', 'CEILNORTU') !~ '^(RRULE:)?(COUNT|UNTIL)='
$$;

COMMENT ON FUNCTION medsched._rule_without_end(text) IS
  'Internal: a rule without COUNT and UNTIL';

-- Lock the schedules that follow a person, and have them go on in another time zone, but for those that are there already or
-- have no dose left.
CREATE OR REPLACE FUNCTION medsched._move_schedules(of_user uuid, time_zone text, effective_from timestamptz)
RETURNS TABLE (old_id uuid, new_id uuid)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  schedule medsched._schedule;
  inactivated_at timestamp with time zone;
BEGIN
  PERFORM medsched._lock_schedules($1, NULL::pg_catalog.uuid, NULL::pg_catalog.uuid, $3);
  FOR schedule IN
    SELECT s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
           s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at
      FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND medsched._follows(s.time_zone_pinned, s.as_needed, s.ends_at, $3)
     ORDER BY s.id
  LOOP
    inactivated_at := medsched._inactivated_at($1, schedule.medication_id);
    CONTINUE WHEN schedule.time_zone OPERATOR(pg_catalog.=) $2 OR NOT medsched._has_dose(schedule, $3, inactivated_at);
    PERFORM medsched._check_no_dose_recorded($1, schedule.id, $3);
    old_id := schedule.id;
    new_id := medsched._revise(schedule, medsched._successor($1, schedule.id), inactivated_at, $3,
      pg_catalog.jsonb_build_object('time_zone', $2) OPERATOR(pg_catalog.||) medsched._travel(schedule, $3, $2));
    RETURN NEXT;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._move_schedules(uuid, text, timestamptz) IS
  'Internal: has the schedules that follow a person go on in another time zone';

CREATE OR REPLACE FUNCTION medsched.change_time_zone(
  user_id uuid,
  time_zone text,
  effective_from timestamptz DEFAULT now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = pg_catalog.concat(
      CASE WHEN $1 IS NULL THEN 'user_id' WHEN $2 IS NULL THEN 'time_zone' ELSE 'effective_from' END, ' must not be null');
  END IF;
  PERFORM medsched.check_time_zone($2);
  PERFORM medsched._require_instant($3, 'effective_from');
  PERFORM medsched._check_tables();
  RETURN QUERY SELECT m.old_id, m.new_id FROM medsched._move_schedules($1, $2, $3) AS m;
END
$$;

COMMENT ON FUNCTION medsched.change_time_zone(uuid, text, timestamptz) IS
  'Has every schedule of a user that is at set times, not pinned to its zone and not over go on in another zone from an instant on; each dose comes once';
