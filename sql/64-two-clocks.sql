-- A schedule by the clock of another time zone.
--
-- Going west, the new clock repeats hours that the old one has shown; going east, it leaves hours out.  What is repeated must
-- not be taken twice, and what is left out must not be missed.  The same holds where a schedule begins and ends, and at an UNTIL
-- in UTC: each is another wall-clock time in each zone, and the first and the last dose stay one.
--
-- What travels is a schedule as it has doses to come: its effective_from is where the new clock takes over, its ends_at where
-- its doses end, be it by the inactivation of its medication.

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
      HINT = 'Set its time_zone_pinned, or call medsched.revise_schedule() with a starts_at.',
      TABLE = 'schedules', CONSTRAINT = 'schedule_fits_time_zone';
  END IF;
  RETURN local;
END
$$;

COMMENT ON FUNCTION medsched._same_instant(uuid, timestamptz, text) IS
  'Internal: what a clock shows at an instant, which the wall-clock time must be read as';

-- A schedule as it travels: with the doses from an instant on, and before the inactivation of its medication.
CREATE OR REPLACE FUNCTION medsched._to_come(schedule medsched._schedule, takes_effect timestamptz, inactivated_at timestamptz)
RETURNS medsched._schedule
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  schedule.effective_from := greatest(schedule.effective_from, takes_effect);
  schedule.ends_at := least(schedule.ends_at, inactivated_at);
  RETURN schedule;
END
$$;

COMMENT ON FUNCTION medsched._to_come(medsched._schedule, timestamptz, timestamptz) IS
  'Internal: a schedule with the doses that it has from an instant on';

-- In elapsed time, as needed, or counted from the last dose, there is no wall-clock time to keep.
CREATE OR REPLACE FUNCTION medsched._keeps_instants(schedule medsched._schedule)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN schedule.as_needed OR schedule.after_last IS NOT NULL OR coalesce((medsched._rule_parts(schedule.rrule::text)).freq < 3, false);
END
$$;

COMMENT ON FUNCTION medsched._keeps_instants(medsched._schedule) IS
  'Internal: whether the doses of a schedule stay at their instants when its time zone changes';

-- What has to change in a schedule that goes over to another zone: its dates, or its start as well.  chain has the schedules
-- that go over with it and replace each other, itself among them.
CREATE OR REPLACE FUNCTION medsched._travel(schedule medsched._schedule, chain medsched._schedule[], time_zone text)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  old_zone CONSTANT text := schedule.time_zone;
  start timestamptz;
  added timestamptz[];
  left_out timestamptz[];
BEGIN
  IF medsched._keeps_instants(schedule) THEN
    start := medsched._to_instant(schedule.starts_at, old_zone);
    RETURN jsonb_build_object(
      -- Where doses have no set times, effective_from is bound enough.
      'starts_at', CASE WHEN schedule.as_needed OR schedule.after_last IS NOT NULL THEN medsched._to_local(start, $3) ELSE medsched._same_instant(schedule.id, start, $3) END,
      'rdates', ARRAY(SELECT medsched._same_instant(schedule.id, d.at, $3)
                        FROM (SELECT medsched._to_instant(u.date, old_zone) AS at, u.nth FROM unnest(schedule.rdates) WITH ORDINALITY AS u (date, nth)) AS d
                       WHERE d.at >= schedule.effective_from AND d.at < coalesce(schedule.ends_at, 'infinity') ORDER BY d.nth),
      'exdates', ARRAY(SELECT medsched._same_instant(schedule.id, d.at, $3)
                         FROM (SELECT medsched._to_instant(u, old_zone) AS at
                                 FROM unnest(medsched._left_out_times(schedule.exdates, schedule.rrule, schedule.starts_at, old_zone, schedule.rdates,
                                        schedule.cycle_days_on, schedule.cycle_days_off, schedule.effective_from, coalesce(schedule.ends_at, 'infinity'))) AS u) AS d
                        ORDER BY d.at));
  END IF;

  -- Else each wall-clock time is a dose once.
  SELECT c.added, c.left_out INTO added, left_out FROM medsched._compare_clocks(schedule, chain, $3) AS c;
  RETURN jsonb_build_object(
    'rdates', schedule.rdates || ARRAY(SELECT medsched._clock_from(a, $3) FROM unnest(added) AS a ORDER BY a),
    'exdates', schedule.exdates || ARRAY(SELECT medsched._clock_from(a, $3) FROM unnest(left_out) AS a ORDER BY a));
END
$$;

COMMENT ON FUNCTION medsched._travel(medsched._schedule, medsched._schedule[], text) IS
  'Internal: what changes in a schedule that goes over to another time zone';

-- Compare what is to be a dose by the old clock with what a schedule gives by the new one, near the instants at which the two can
-- differ: where it begins, where it ends, and at an UNTIL in UTC.  Each wall-clock time that is still to come by the old clock is
-- to be a dose: by the new clock, or, where that shows it while the schedule is not in effect, when the old clock shows it.
-- Between two schedules of a chain, it is given by the one in effect when the new clock shows it, where that one has it too.
-- Gives the instants to be added to the schedule and to be left out.
CREATE OR REPLACE FUNCTION medsched._compare_clocks(schedule medsched._schedule, chain medsched._schedule[], time_zone text,
  OUT added timestamptz[], OUT left_out timestamptz[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH near AS (
    -- Two zones differ by at most 26 hours, and each by an hour or two from itself.
    SELECT c.at - interval '72 hours' AS lo, c.at + interval '72 hours' AS hi
      FROM (SELECT schedule.effective_from AS at
            UNION SELECT schedule.ends_at
            UNION SELECT timezone('UTC', r.until) FROM medsched._rule_parts(schedule.rrule::text) AS r WHERE r.until_utc) AS c
     WHERE c.at IS NOT NULL
  ), clock AS MATERIALIZED (
    -- The wall-clock times that the rules and the added dates name, as if UTC were their zone; COUNT, UNTIL, cycle and excluded
    -- dates say in each zone which of them are doses.
    SELECT t.id, t.local, medsched._to_instant(t.local, t.old_zone) AS old_instant, medsched._to_instant(t.local, $3) AS new_instant
      FROM (SELECT DISTINCT m.id, m.time_zone AS old_zone, timezone('UTC', o.at) AS local
              FROM near AS n
             CROSS JOIN unnest(chain) AS m
             CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, medsched._rule_without_end(m.rrule), m.starts_at, 'UTC', n.lo, n.hi,
                                                              m.rdates, '{}'::timestamp[], NULL::int, NULL::int) AS o (at)) AS t
  ), old_dose AS MATERIALIZED (
    SELECT m.id, o.at
      FROM near AS n
     CROSS JOIN unnest(chain) AS m
     CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, m.rrule, m.starts_at, m.time_zone,
       greatest(m.effective_from, n.lo - interval '48 hours'), least(m.ends_at, n.hi + interval '48 hours'),
       m.rdates, m.exdates, m.cycle_days_on, m.cycle_days_off) AS o (at)
  ), new_dose AS MATERIALIZED (
    SELECT m.id, o.at
      FROM near AS n
     CROSS JOIN unnest(chain) AS m
     CROSS JOIN LATERAL medsched.schedule_occurrences(NULL::uuid, m.rrule, m.starts_at, $3,
       greatest(m.effective_from, n.lo - interval '48 hours'), least(m.ends_at, n.hi + interval '48 hours'),
       m.rdates, m.exdates, m.cycle_days_on, m.cycle_days_off) AS o (at)
  ), to_come AS MATERIALIZED (
    SELECT c.* FROM clock AS c WHERE (c.id, c.old_instant) IN (SELECT o.id, o.at FROM old_dose AS o)
  ), shown AS MATERIALIZED (
    SELECT c.* FROM clock AS c WHERE (c.id, c.new_instant) IN (SELECT o.id, o.at FROM new_dose AS o)
  ), given AS (
    SELECT n.new_instant AS at FROM shown AS n WHERE n.id = schedule.id
  ), wanted AS (
    SELECT n.new_instant AS at FROM shown AS n WHERE n.id = schedule.id AND n.local IN (SELECT c.local FROM to_come AS c)
    UNION
    SELECT CASE WHEN c.new_instant >= schedule.effective_from AND c.new_instant < coalesce(schedule.ends_at, 'infinity')
                THEN c.new_instant ELSE c.old_instant END
      FROM to_come AS c WHERE c.id = schedule.id AND c.local NOT IN (SELECT n.local FROM shown AS n)
  )
  SELECT ARRAY(SELECT w.at FROM wanted AS w EXCEPT SELECT g.at FROM given AS g),
         ARRAY(SELECT g.at FROM given AS g EXCEPT SELECT w.at FROM wanted AS w)
$$;

COMMENT ON FUNCTION medsched._compare_clocks(medsched._schedule, medsched._schedule[], text) IS
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
