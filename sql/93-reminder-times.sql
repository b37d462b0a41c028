-- What is to be said of a schedule, and when.
--
-- A reminder of a dose is ahead of it, at its time (due), when a person wanted to hear of it later (snoozed), once more (again), or
-- for somebody else (escalation).  Of a dose whose reminders have piled up, in quiet hours or while nobody asked, the last is said
-- and those before it are not.

-- Since when quiet hours that are not over hold back what comes up; at itself where there are none.
CREATE OR REPLACE FUNCTION medsched._quiet_since(quiet_from time, quiet_until time, time_zone text, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF quiet_from IS NULL OR medsched._within_hours(at, quiet_until, quiet_from, time_zone) = at THEN
    RETURN at;
  END IF;
  RETURN (SELECT t.last FROM medsched._times_of_day(at, quiet_from, time_zone) AS t);
END
$$;

COMMENT ON FUNCTION medsched._quiet_since(time, time, text, timestamptz) IS
  'Internal: since when quiet hours that are not over hold back what comes up';

-- The reminder that is next to be handed out of a schedule: of those for instants from since on, and after the one that was said
-- last, or that one itself while it is held.  A row for one dose alone has only_dose: one that failed, or with until the ones
-- that came between said_at and until, while the dose was recorded, for somebody else or for the person.  No kind: nothing is to be
-- said now.  next_at: when to look next.
CREATE OR REPLACE FUNCTION medsched._next_reminder(of_user uuid, of_schedule uuid, since timestamptz, said_at timestamptz, said_dose timestamptz,
  said_kind text, said_nth int, is_held boolean, only_dose timestamptz, until timestamptz, for_another boolean, at timestamptz,
  OUT scheduled_for timestamptz, OUT due_at timestamptz, OUT kind text, OUT nth int, OUT planned_at timestamptz, OUT moment timestamptz,
  OUT urgency text, OUT recipient text, OUT next_at timestamptz, OUT dropped int)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  kinds CONSTANT text[] := '{ahead,due,snoozed,again,escalation}';
  said_rank CONSTANT int := coalesce(array_position(kinds, said_kind), 0);
  s record;
  planned_from timestamptz;
  -- What is planned by then is to be said by now, and what quiet hours hold back now is said when they end.
  settled_at timestamptz := at;
  quiet_end timestamptz := at;
  is_steady boolean := only_dose IS NULL AND NOT is_held;
  window_start timestamptz;
  window_end timestamptz;
  snoozed tstzmultirange := '{}';
  windows tstzmultirange;
  span interval;
  reach interval;
  -- When quiet hours ended of which something may still have to be said, and the dose as far as which that is looked for.
  held_until timestamptz;
  held_to timestamptz;
  n_sure bigint;
  waiting timestamptz;
  is_moved boolean;
BEGIN
  SELECT c.starts_at, c.time_zone::text AS zone, c.rrule::text AS rrule, c.rdates, c.exdates, c.cycle_days_on, c.cycle_days_off,
         c.follows_by IS NOT NULL AS follows, coalesce(c.after_last, c.follows_by) IS NOT NULL AS has_no_times,
         c.after_last IS NOT NULL AS is_counted,
         c.effective_from, least(c.ends_at, m.inactivated_at) AS closed,
         medsched._elapsed(r.ahead_by) AS ahead_by, coalesce(r.at_time, true) AS at_time, medsched._elapsed(r.again_every) AS again_every,
         coalesce(r.again_at_most, 0) AS again_at_most, medsched._elapsed(r.escalate_after) AS escalate_after, r.escalate_to,
         CASE WHEN r.urgency <> 'high' THEN r.quiet_from END AS quiet_from, r.quiet_until, coalesce(r.time_zone, c.time_zone)::text AS clock,
         coalesce(r.urgency, 'normal') AS urgency, r.set_at, coalesce(medsched._elapsed(r.drop_after), '2 hours') AS drop_after
    INTO s
    FROM medsched.schedules AS c
    JOIN medsched.medications AS m ON m.user_id = c.user_id AND m.id = c.medication_id
    LEFT JOIN LATERAL (
           SELECT u.* FROM medsched.reminder_rules AS u
            WHERE u.user_id = of_user AND (u.schedule_id = of_schedule OR u.schedule_id IS NULL)
            ORDER BY u.schedule_id NULLS LAST
            LIMIT 1) AS r ON true
   WHERE c.user_id = of_user AND m.user_id = of_user AND c.id = of_schedule AND NOT c.as_needed;
  IF NOT FOUND OR s.closed <= at THEN
    RETURN;
  END IF;

  -- The doses of which something is still to be said.  What is older than a week is not counted either.
  planned_from := CASE WHEN only_dose IS NOT NULL THEN only_dose - CASE WHEN s.has_no_times THEN interval '31 days' ELSE interval '366 days' END
                       ELSE least(greatest(since, at - interval '7 days'), at) END;
  IF s.quiet_from IS NOT NULL THEN
    -- While no clock is changed, what comes later is said later, and quiet hours hold back what came up since they began.
    is_steady := is_steady AND since >= at - interval '7 days'
                 AND (SELECT count(DISTINCT medsched._to_local(t.instant, s.clock) - timezone('UTC', t.instant)) = 1
                        FROM unnest(ARRAY[since - interval '26 hours', at, at + interval '26 hours']) AS t (instant));
    IF is_steady THEN
      quiet_end := medsched._within_hours(at, s.quiet_until, s.quiet_from, s.clock);
      IF quiet_end > at THEN
        settled_at := medsched._quiet_since(s.quiet_from, s.quiet_until, s.clock, at);
      END IF;
      held_until := medsched._within_hours(planned_from - interval '1 microsecond', s.quiet_until, s.quiet_from, s.clock);
      planned_from := medsched._quiet_since(s.quiet_from, s.quiet_until, s.clock, planned_from - interval '1 microsecond');
    ELSE
      planned_from := planned_from - interval '25 hours';
    END IF;
  END IF;
  window_start := planned_from - greatest(s.again_every * s.again_at_most, s.escalate_after, '0');
  window_end := at + coalesce(s.ahead_by, '0') + interval '1 microsecond';
  is_moved := EXISTS (SELECT FROM medsched.moved_doses AS v WHERE v.user_id = of_user AND v.schedule_id = of_schedule);
  IF only_dose IS NOT NULL AND NOT s.has_no_times THEN
    -- One that is to be said by now may be due later: it was snoozed until before that.
    window_start := coalesce((SELECT v.due_at FROM medsched.moved_doses AS v
                               WHERE v.user_id = of_user AND v.schedule_id = of_schedule AND v.scheduled_for = only_dose), only_dose);
    window_end := window_start + interval '1 microsecond';
  ELSIF only_dose IS NOT NULL THEN
    window_end := greatest(window_end, only_dose + interval '1 microsecond');
  ELSE
    -- Doses that were put off may be due long before, or not until later.
    SELECT least(window_start, min(d.due_at) FILTER (WHERE d.counts)),
           greatest(window_end, max(d.due_at) FILTER (WHERE d.counts) + interval '1 microsecond'),
           coalesce(range_agg(tstzrange(d.due_at, d.due_at + interval '1 microsecond')), '{}')
      INTO window_start, window_end, snoozed
      FROM (SELECT u.due_at, u.until >= at - s.drop_after AND u.due_at BETWEEN u.until - interval '39 days' AND u.until + interval '39 days' AS counts
              FROM (SELECT z.until, coalesce(v.due_at, z.scheduled_for) AS due_at
                      FROM medsched.reminder_snoozes AS z
                      LEFT JOIN medsched.moved_doses AS v ON v.user_id = of_user AND v.schedule_id = of_schedule AND v.scheduled_for = z.scheduled_for
                     WHERE z.user_id = of_user AND z.schedule_id = of_schedule AND z.until >= least(planned_from, at - s.drop_after)) AS u) AS d;
  END IF;

  -- A reminder is planned so long before or after its dose: what is said now is of the doses that are due so long after or before.  Where
  -- all doses are due within hours they are looked at in one; else those whose reminders are planned since then, and by the first that comes
  -- next.  At the end of quiet hours all that they held back has one instant, and comes in the order of the doses: the first two are enough.
  span := medsched._elapsed(window_end - window_start);
  IF only_dose IS NULL AND NOT s.has_no_times AND span > interval '12 hours' THEN
    reach := interval '12 hours' / (s.again_at_most + 3);
    IF held_until >= since AND held_until BETWEEN at - s.drop_after AND settled_at THEN
      held_to := greatest(CASE WHEN said_at = held_until THEN said_dose END, window_start) + interval '12 hours';
      IF is_moved THEN
        snoozed := snoozed + coalesce((SELECT range_agg(tstzrange(v.due_at, v.due_at + interval '1 microsecond')) FROM medsched.moved_doses AS v
                                        WHERE v.user_id = of_user AND v.schedule_id = of_schedule AND v.due_at >= window_start AND v.due_at < window_end), '{}');
      END IF;
    ELSE
      held_until := NULL;
    END IF;
  ELSE
    reach := span;
  END IF;
  LOOP
    windows := tstzmultirange(tstzrange(window_start, window_end));
    IF reach < span THEN
      windows := windows * (
        SELECT range_agg(tstzrange(CASE WHEN o.kind = 'escalation' THEN planned_from ELSE greatest(planned_from, held_until) END - o.after,
                                   CASE o.kind WHEN 'escalation' THEN greatest(at, quiet_end) ELSE settled_at END + reach - o.after, '[]'))
               + snoozed
               + range_agg(tstzrange(planned_from - o.after, coalesce(held_until, planned_from) - o.after))
                 * tstzmultirange(tstzrange(CASE WHEN said_at = held_until THEN said_dose END, held_to))
          FROM (SELECT 'ahead' AS kind, - s.ahead_by AS after WHERE s.ahead_by IS NOT NULL
                UNION ALL SELECT 'due', interval '0'
                UNION ALL SELECT 'again', k * s.again_every FROM generate_series(1, s.again_at_most) AS k
                UNION ALL SELECT 'escalation', s.escalate_after WHERE s.escalate_after IS NOT NULL) AS o);
    END IF;
    SELECT c.scheduled_for, c.due_at, c.kind, c.nth, c.planned_at, c.moment, c.following, c.waiting, c.dropped, c.n_sure
      INTO scheduled_for, due_at, kind, nth, planned_at, moment, next_at, waiting, dropped, n_sure
      FROM (
        WITH doses AS (
          SELECT d.scheduled_for, d.due_at, z.until AS snoozed_until
            FROM (SELECT o.scheduled_for, o.due_at
                    FROM medsched._counted_schedule_doses(of_user, of_schedule, s.starts_at, s.zone, s.closed, window_start, window_end) AS o
                   WHERE s.has_no_times AND o.outcome IS NULL
                  UNION ALL
                  SELECT o.scheduled_for, o.due_at
                    FROM unnest(windows) AS w
                   CROSS JOIN LATERAL medsched._moved_schedule_doses(of_user, of_schedule, NULL::timestamptz[], s.rrule, s.starts_at, s.zone, s.rdates, s.exdates,
                           s.cycle_days_on, s.cycle_days_off, s.effective_from, s.closed, lower(w), upper(w)) AS o
                   WHERE NOT s.has_no_times AND is_moved AND o.outcome IS NULL
                  UNION ALL
                  SELECT o.scheduled_for, o.scheduled_for
                    FROM unnest(windows) AS w
                   CROSS JOIN LATERAL medsched._schedule_doses(of_schedule, NULL::timestamptz[], s.rrule, s.starts_at, s.zone, greatest(lower(w), s.effective_from),
                           least(upper(w), s.closed), s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS o
                   WHERE NOT s.has_no_times AND NOT is_moved
                     AND NOT EXISTS (SELECT FROM medsched.dose_taken AS t
                                      WHERE t.user_id = of_user AND t.scheduled_for = o.scheduled_for AND t.schedule_id = of_schedule)) AS d
            LEFT JOIN medsched.reminder_snoozes AS z
              ON z.user_id = of_user AND z.schedule_id = of_schedule AND z.scheduled_for = d.scheduled_for
           WHERE only_dose IS NULL OR d.scheduled_for = only_dose),
        events AS MATERIALIZED (
          SELECT d.scheduled_for, d.due_at, e.kind, array_position(kinds, e.kind) AS rank, e.nth, e.planned_at,
                 CASE WHEN s.quiet_from IS NULL OR e.kind IN ('snoozed', 'escalation') THEN e.planned_at
                      ELSE medsched._within_hours(e.planned_at, s.quiet_until, s.quiet_from, s.clock) END AS moment
            FROM doses AS d
           CROSS JOIN LATERAL (
                 SELECT 'ahead' AS kind, 0 AS nth, d.due_at - s.ahead_by AS planned_at WHERE s.ahead_by IS NOT NULL
                 UNION ALL SELECT 'due', 0, d.due_at WHERE s.at_time
                 UNION ALL SELECT 'snoozed', 0, d.snoozed_until WHERE d.snoozed_until IS NOT NULL
                 -- Of many, those that may have to be said now, and the next one.
                 UNION ALL SELECT 'again', g.k, d.due_at + g.k * s.again_every
                             FROM generate_series(greatest(1, ceil(extract(epoch FROM planned_from - d.due_at) / extract(epoch FROM s.again_every))::int,
                                                           CASE WHEN is_steady AND d.snoozed_until IS NULL
                                                                THEN least(s.again_at_most, floor(extract(epoch FROM settled_at - d.due_at) / extract(epoch FROM s.again_every))::int) END),
                                                  least(s.again_at_most, greatest(1, floor(extract(epoch FROM at - d.due_at) / extract(epoch FROM s.again_every))::int + 1),
                                                        CASE WHEN is_steady AND d.snoozed_until IS NULL
                                                             THEN greatest(1, floor(extract(epoch FROM settled_at - d.due_at) / extract(epoch FROM s.again_every))::int + 1) END)) AS g (k)
                 UNION ALL SELECT 'escalation', 0, d.due_at + s.escalate_after WHERE s.escalate_after IS NOT NULL) AS e
           WHERE e.planned_at >= planned_from
             AND (d.snoozed_until IS NULL OR e.kind IN ('snoozed', 'escalation') OR e.planned_at > d.snoozed_until)),
        pending AS (
          SELECT DISTINCT ON (e.scheduled_for, e.kind = 'escalation') e.*
            FROM events AS e
           WHERE e.moment <= at AND (e.kind <> 'ahead' OR e.due_at > at)
             AND CASE WHEN until IS NOT NULL THEN true
                      -- What was said is not said again because quiet hours that were set since would have held it back.
                      WHEN said_kind IS NULL THEN e.moment >= since AND NOT (e.planned_at < s.set_at AND e.planned_at <= said_at) IS TRUE
                      ELSE (is_held OR only_dose IS NOT NULL
                            OR e.moment >= since AND NOT (e.planned_at < s.set_at AND e.planned_at <= said_at
                                                          AND (e.scheduled_for, e.rank, e.nth) <= (said_dose, said_rank, said_nth)) IS TRUE)
                           AND ((e.moment, e.scheduled_for, e.rank, e.nth) > (said_at, said_dose, said_rank, said_nth)
                                -- Of doses that are counted from each other one is open: recorded late, the next may be due before what was said.
                                OR only_dose IS NULL AND s.is_counted AND e.scheduled_for > said_dose AND e.moment >= since
                                OR (is_held OR only_dose IS NOT NULL) AND (e.scheduled_for, e.rank, e.nth) = (said_dose, said_rank, said_nth)) END
           ORDER BY e.scheduled_for, e.kind = 'escalation', e.moment DESC, e.rank DESC, e.nth DESC),
        -- A row for one dose says only what is its own, and only while nothing later has taken its place: that is another row's.
        own AS (
          SELECT p.*
            FROM pending AS p
           WHERE only_dose IS NULL
              OR CASE WHEN until IS NOT NULL THEN p.moment > said_at AND p.moment < until AND (p.kind = 'escalation') = for_another
                      ELSE (p.rank, p.nth) = (said_rank, said_nth) AND p.planned_at <= said_at END),
        wanted AS (
          SELECT o.*, row_number() OVER (ORDER BY o.moment, o.scheduled_for, o.rank, o.nth) AS place,
                 lead(o.moment) OVER (ORDER BY o.moment, o.scheduled_for, o.rank, o.nth) AS following
            FROM own AS o
           WHERE o.moment >= at - s.drop_after)
        SELECT w.scheduled_for, w.due_at, w.kind, w.nth, w.planned_at, w.moment, w.following,
               (SELECT min(e.moment) FROM events AS e WHERE e.moment > at) AS waiting,
               (SELECT count(DISTINCT o.scheduled_for) FROM own AS o WHERE o.moment < at - s.drop_after)::int AS dropped,
               (SELECT count(*) FROM wanted AS w WHERE w.place <= 2 AND (w.moment, w.scheduled_for) < (held_until, held_to)) AS n_sure
          FROM (SELECT) AS one
          LEFT JOIN wanted AS w ON w.place = 1) AS c;
    EXIT WHEN reach >= span;
    IF held_to < window_end AND n_sure < 2 THEN
      held_to := window_start + 8 * (held_to - window_start);
    ELSE
      EXIT WHEN waiting <= greatest(quiet_end, settled_at + reach);
      reach := least(32 * reach, span);
    END IF;
  END LOOP;

  IF kind IS NOT NULL THEN
    urgency := CASE kind WHEN 'escalation' THEN 'high' ELSE s.urgency END;
    recipient := CASE kind WHEN 'escalation' THEN s.escalate_to END;
  END IF;
  IF only_dose IS NOT NULL THEN
    next_at := NULL;
    RETURN;
  END IF;

  -- When the dose after these is announced; what is held back then is looked at in vain, and again when it is said.
  next_at := least(next_at, waiting);
  IF s.follows THEN
    next_at := least(next_at, (SELECT min(f.due_at) - coalesce(s.ahead_by, '0')
                                 FROM medsched._doses_following(of_user, of_schedule, window_end, timestamptz 'infinity', 1) AS f));
  ELSIF NOT s.has_no_times THEN
    next_at := least(next_at, (
      SELECT n.at - coalesce(s.ahead_by, '0')
        FROM (SELECT medsched.next_occurrence(s.rrule, s.starts_at, s.zone, greatest(window_end, s.effective_from) - interval '1 microsecond',
                                              s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off)) AS n (at)
       WHERE s.closed IS NULL OR n.at < s.closed));
  ELSE
    next_at := least(next_at, (SELECT c.due_at - coalesce(s.ahead_by, '0') FROM medsched._counted_dose(of_user, of_schedule, NULL::timestamptz) AS c
                                WHERE c.due_at >= window_end AND (s.closed IS NULL OR c.due_at < s.closed)));
  END IF;
  IF is_moved AND NOT s.follows THEN
    next_at := least(next_at, (SELECT min(v.due_at) - coalesce(s.ahead_by, '0') FROM medsched.moved_doses AS v
                                WHERE v.user_id = of_user AND v.schedule_id = of_schedule AND v.due_at >= window_end));
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._next_reminder(uuid, uuid, timestamptz, timestamptz, timestamptz, text, int, boolean, timestamptz, timestamptz, boolean, timestamptz) IS
  'Internal: the reminder that is next to be handed out of a schedule, and when to look next';
