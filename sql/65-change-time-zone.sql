-- A person's schedules go over to another time zone.
--
-- Nobody is refused because of one schedule.  A dose that is recorded stays where it is, and its schedule goes over after it; a
-- schedule that has no dose by the new clock stays as it is, and the others of its chain leave out what it gives.  So it is
-- planned first what becomes of each, and written when all of it is known.

-- The first schedule of a chain that is not over at an instant.
CREATE OR REPLACE FUNCTION medsched._first_of_chain(of_user uuid, of_schedule uuid, at timestamptz)
RETURNS uuid
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  seen pg_catalog.uuid[] := '{}';
  replaced pg_catalog.uuid;
BEGIN
  LOOP
    seen := pg_catalog.array_append(seen, $2);
    replaced := (SELECT p.id FROM medsched.schedules AS s
                   JOIN medsched.schedules AS p ON p.user_id OPERATOR(pg_catalog.=) s.user_id AND p.id OPERATOR(pg_catalog.=) s.replaces
                  WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2
                    AND (p.ends_at IS NULL OR p.ends_at OPERATOR(pg_catalog.>) $3));
    -- Rows that were loaded with triggers off may replace each other in a circle.
    EXIT WHEN replaced IS NULL OR replaced OPERATOR(pg_catalog.=) ANY (seen);
    $2 := replaced;
  END LOOP;
  RETURN $2;
END
$$;

COMMENT ON FUNCTION medsched._first_of_chain(uuid, uuid, timestamptz) IS
  'Internal: the first schedule of a chain that is not over at an instant';

-- A person's schedules that are not over at an instant, in the order in which each comes before what replaces it.
CREATE OR REPLACE FUNCTION medsched._travellers(of_user uuid, at timestamptz)
RETURNS SETOF medsched._traveller
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  RETURN QUERY
    SELECT (s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
            s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by))::medsched._schedule,
           s.time_zone_pinned, medsched._first_of_chain($1, s.id, $2), medsched._inactivated_at($1, s.medication_id),
           greatest((SELECT pg_catalog.max(d.scheduled_for) FROM medsched.dose_taken AS d
                      WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) s.id
                        AND d.scheduled_for OPERATOR(pg_catalog.>=) $2 AND d.outcome OPERATOR(pg_catalog.<>) 'extra'),
                    (SELECT pg_catalog.max(f.followed) FROM medsched._followers_recorded($1, s.id, $2) AS f)),
           NULL::pg_catalog.timestamptz, NULL::medsched._schedule, NULL::pg_catalog.text, NULL::pg_catalog.text, NULL::pg_catalog.jsonb
      FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) $2)
     ORDER BY s.effective_from NULLS FIRST, s.id;
END
$$;

COMMENT ON FUNCTION medsched._travellers(uuid, timestamptz) IS
  'Internal: the schedules of a person that are not over, as they are before a journey';

-- What becomes of a schedule, as far as it can be told without the others: over, pinned, as_needed, in_zone, left or moved.
CREATE OR REPLACE FUNCTION medsched._set_out(traveller medsched._traveller, time_zone text, at timestamptz)
RETURNS medsched._traveller
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- After the last dose recorded, and after one that was moved past the change: they are of the old clock's.
  traveller.takes_effect := medsched._after_moved((traveller.schedule).user_id, (traveller.schedule).id,
    greatest($3, (traveller.schedule).effective_from, traveller.last_recorded + interval '1 second'));
  traveller.travelling := medsched._to_come(traveller.schedule, traveller.takes_effect, traveller.inactivated_at);
  traveller.outcome := CASE
    WHEN NOT medsched._has_dose(traveller.schedule, $3, traveller.inactivated_at) THEN 'over'
    WHEN (traveller.schedule).as_needed THEN 'as_needed'
    WHEN traveller.pinned THEN 'pinned'
    WHEN (traveller.schedule).time_zone = $2 THEN 'in_zone'
    WHEN NOT medsched._has_dose(traveller.travelling, traveller.takes_effect, NULL::timestamptz) THEN 'left'
    ELSE 'moved' END;
  IF traveller.outcome = 'left' THEN
    traveller.reason := 'every dose that it has left is recorded';
  END IF;
  RETURN traveller;
END
$$;

COMMENT ON FUNCTION medsched._set_out(medsched._traveller, text, timestamptz) IS
  'Internal: whether a schedule goes over to another time zone, and when';

-- What changes in a schedule that goes over together with others; or, in its outcome, that it cannot.
CREATE OR REPLACE FUNCTION medsched._plan_one(traveller medsched._traveller, travellers medsched._traveller[], time_zone text)
RETURNS medsched._traveller
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  by_new_clock medsched._schedule := traveller.travelling;
BEGIN
  traveller.changes := medsched._travel(traveller.travelling,
    ARRAY(SELECT t.travelling FROM unnest(travellers) AS t
           WHERE t.chain = traveller.chain AND t.outcome = 'moved' AND NOT medsched._keeps_instants(t.schedule)), $3);
  by_new_clock.time_zone := $3;
  by_new_clock.exdates := ARRAY(SELECT e::timestamp FROM jsonb_array_elements_text(traveller.changes -> 'exdates') AS e);
  IF traveller.changes ? 'starts_at' THEN
    by_new_clock.starts_at := (traveller.changes ->> 'starts_at')::timestamp;
    by_new_clock.rdates := ARRAY(SELECT e::timestamp FROM jsonb_array_elements_text(traveller.changes -> 'rdates') AS e);
  END IF;
  -- Of one that does not end, what the old clock gives is enough to go on with.
  IF NOT medsched._has_dose(by_new_clock, traveller.takes_effect, NULL::timestamptz)
     AND (by_new_clock.ends_at IS NOT NULL OR jsonb_array_length(traveller.changes -> 'rdates') = cardinality(by_new_clock.rdates)) THEN
    traveller.outcome := 'left';
    traveller.reason := concat('it has no dose by the new clock', ' before ' || by_new_clock.ends_at);
  END IF;
  RETURN traveller;
EXCEPTION WHEN object_not_in_prerequisite_state THEN
  traveller.outcome := 'left';
  traveller.reason := SQLERRM;
  RETURN traveller;
END
$$;

COMMENT ON FUNCTION medsched._plan_one(medsched._traveller, medsched._traveller[], text) IS
  'Internal: what changes in a schedule that goes over to another time zone with the others of its chain';

-- Plan a journey.  A schedule that cannot go over gives its doses by the old clock, which the others of its chain must know:
-- when there is one, all is planned anew.
CREATE OR REPLACE FUNCTION medsched._plan_journey(travellers medsched._traveller[], time_zone text)
RETURNS medsched._traveller[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  stays boolean := true;
BEGIN
  WHILE stays LOOP
    stays := false;
    FOR nth IN 1 .. cardinality(travellers) LOOP
      CONTINUE WHEN (travellers[nth]).outcome <> 'moved';
      travellers[nth] := medsched._plan_one(travellers[nth], travellers, $2);
      stays := (travellers[nth]).outcome <> 'moved';
      EXIT WHEN stays;
    END LOOP;
  END LOOP;
  RETURN travellers;
END
$$;

COMMENT ON FUNCTION medsched._plan_journey(medsched._traveller[], text) IS
  'Internal: what becomes of schedules whose person goes to another time zone';

-- The doses of a schedule within three days of an instant, and the last before it and the first from it on.
CREATE OR REPLACE FUNCTION medsched._doses_near(schedule medsched._schedule, at timestamptz)
RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  ends CONSTANT timestamptz := coalesce(schedule.ends_at, 'infinity');
  begins CONSTANT timestamptz := coalesce(schedule.effective_from, '-infinity');
BEGIN
  RETURN QUERY
    SELECT o.at FROM medsched.schedule_occurrences(NULL::uuid, schedule.rrule, schedule.starts_at, schedule.time_zone,
        greatest(begins, $2 - interval '72 hours'), least(ends, $2 + interval '72 hours'),
        schedule.rdates, schedule.exdates, schedule.cycle_days_on, schedule.cycle_days_off) AS o (at)
    UNION
    SELECT n.at FROM (VALUES
        (medsched.previous_occurrence(schedule.rrule, schedule.starts_at, schedule.time_zone, least(ends, $2),
           schedule.rdates, schedule.exdates, schedule.cycle_days_on, schedule.cycle_days_off)),
        (medsched.next_occurrence(schedule.rrule, schedule.starts_at, schedule.time_zone, greatest(begins, $2) - interval '1 microsecond',
           schedule.rdates, schedule.exdates, schedule.cycle_days_on, schedule.cycle_days_off))) AS n (at)
     WHERE n.at >= begins AND n.at < ends;
END
$$;

COMMENT ON FUNCTION medsched._doses_near(medsched._schedule, timestamptz) IS
  'Internal: the doses of a schedule around an instant';

-- The shortest time between two doses around the instant at which a schedule took effect: its own, and those of what it replaced
-- and what replaces it.
CREATE OR REPLACE FUNCTION medsched._shortest_interval(of_user uuid, of_schedule uuid, inactivated_at timestamptz, at timestamptz)
RETURNS interval
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  RETURN (
    WITH RECURSIVE chain (id, replaces) AS (
      SELECT s.id, s.replaces FROM medsched.schedules AS s
       WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2
      UNION
      SELECT s.id, s.replaces
        FROM chain AS c
        JOIN medsched.schedules AS s
          ON s.user_id OPERATOR(pg_catalog.=) $1 AND (s.id OPERATOR(pg_catalog.=) c.replaces OR s.replaces OPERATOR(pg_catalog.=) c.id)
       WHERE (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) ($4 OPERATOR(pg_catalog.-) interval '72 hours'))
         AND (s.effective_from IS NULL OR s.effective_from OPERATOR(pg_catalog.<) ($4 OPERATOR(pg_catalog.+) interval '72 hours'))
    )
    SELECT pg_catalog.min(g.gap)
      FROM (SELECT d.at OPERATOR(pg_catalog.-) pg_catalog.lag(d.at) OVER (ORDER BY d.at) AS gap
              FROM (SELECT DISTINCT o.at
                      FROM chain AS c
                      JOIN medsched.schedules AS s ON s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) c.id
                     CROSS JOIN LATERAL medsched._doses_near(medsched._to_come(
                             (s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
                              s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by))::medsched._schedule,
                             NULL::pg_catalog.timestamptz, $3), $4) AS o (at)
                     WHERE NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL) AS d) AS g);
END
$$;

COMMENT ON FUNCTION medsched._shortest_interval(uuid, uuid, timestamptz, timestamptz) IS
  'Internal: the shortest time between two doses of a chain around an instant';

-- Have the schedules of a person that follow them go on in another time zone, those that can.
CREATE OR REPLACE FUNCTION medsched._move_schedules(of_user uuid, time_zone text, effective_from timestamptz)
RETURNS medsched.schedule_journey[]
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  travellers medsched._traveller[];
  t medsched._traveller;
  moving int;
  new_ids pg_catalog.uuid[];
  constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._lock_schedules($1, NULL::pg_catalog.uuid, NULL::pg_catalog.uuid, $3);
  travellers := ARRAY(SELECT medsched._set_out(c, $2, $3) FROM medsched._travellers($1, $3) AS c);
  LOOP
    travellers := medsched._plan_journey(travellers, $2);
    new_ids := NULL;
    BEGIN
      FOR nth IN 1 .. pg_catalog.cardinality(travellers) LOOP
        moving := nth;
        t := travellers[nth];
        CONTINUE WHEN t.outcome OPERATOR(pg_catalog.<>) 'moved';
        new_ids[nth] := medsched._revise(t.schedule, medsched._successor($1, (t.schedule).id), t.inactivated_at, t.takes_effect,
          pg_catalog.jsonb_build_object('time_zone', $2) OPERATOR(pg_catalog.||) t.changes, false);
      END LOOP;
      EXIT;
    EXCEPTION WHEN check_violation THEN
      GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME;
      PERFORM medsched._refuse_unseen(constraint_name);
      IF constraint_name OPERATOR(pg_catalog.<>) ALL ('{schedule_has_dose,schedule_density,schedules_dates_at_most_10000}'::pg_catalog.text[]) THEN
        RAISE;
      END IF;
      travellers[moving].outcome := 'left';
      travellers[moving].reason := SQLERRM;
    END;
  END LOOP;
  RETURN ARRAY(
    SELECT ((u.schedule).id, new_ids[u.nth], u.outcome,
            CASE WHEN u.outcome OPERATOR(pg_catalog.=) 'moved' THEN u.takes_effect END,
            CASE WHEN u.outcome OPERATOR(pg_catalog.=) 'moved'
                 THEN medsched._shortest_interval($1, new_ids[u.nth], u.inactivated_at, u.takes_effect) END,
            u.reason)::medsched.schedule_journey
      FROM pg_catalog.unnest(travellers) WITH ORDINALITY AS u (schedule, pinned, chain, inactivated_at, last_recorded, takes_effect,
                                                               travelling, outcome, reason, changes, nth)
     WHERE u.outcome OPERATOR(pg_catalog.<>) 'over' ORDER BY u.nth);
END
$$;

COMMENT ON FUNCTION medsched._move_schedules(uuid, text, timestamptz) IS
  'Internal: has the schedules that follow a person go on in another time zone';

CREATE OR REPLACE FUNCTION medsched.change_time_zone(
  user_id uuid,
  time_zone text,
  effective_from timestamptz DEFAULT now())
RETURNS SETOF medsched.schedule_journey
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
  RETURN QUERY SELECT m.* FROM pg_catalog.unnest(medsched._move_schedules($1, $2, $3)) AS m;
END
$$;

COMMENT ON FUNCTION medsched.change_time_zone(uuid, text, timestamptz) IS
  'Has the schedules of a user that are at set times and not pinned to their zone go on in another zone from an instant on; each dose comes once. Returns a row for each schedule that is not over: what became of it, and the shortest time between two of its doses around the change';
