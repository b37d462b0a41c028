-- Doses that are counted from the last one taken.
--
-- A schedule with after_last has one dose to come.  Its identity, scheduled_for, is what was counted from the last dose of the
-- schedule as it was first recorded; when it is due, due_at, is counted anew whenever it is asked for.  So a handle that somebody
-- holds records the right dose, though the time of the one before it was corrected since.

-- An instant, put off to when the hours of a day begin if it is outside of them.
CREATE OR REPLACE FUNCTION medsched._within_hours(at timestamptz, hours_from time, hours_until time, time_zone text)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  local CONSTANT timestamp := medsched._to_local(at, time_zone);
  clock CONSTANT time := local::time;
  begins timestamp;
  instant timestamptz;
BEGIN
  IF hours_from IS NULL OR at IS NULL OR hours_from < hours_until AND clock BETWEEN hours_from AND hours_until
     OR hours_from > hours_until AND (clock >= hours_from OR clock <= hours_until) THEN
    RETURN at;
  END IF;
  -- Hours that go past midnight begin on the day on which they are over.
  begins := local::date + hours_from + CASE WHEN clock > hours_from THEN interval '1 day' ELSE interval '0' END;
  instant := medsched._to_instant(begins, time_zone);
  -- Of an hour that comes twice, the first may be past.
  RETURN CASE WHEN instant >= at THEN instant ELSE at + (begins - local) END;
END
$$;

COMMENT ON FUNCTION medsched._within_hours(timestamptz, time, time, text) IS
  'Internal: an instant, or when the hours of a day begin next';

-- An instant so long after another: days and months by the wall clock, as a rule's are; the rest is time that passes.  A dose is
-- at a whole second, not earlier than it may be.
CREATE OR REPLACE FUNCTION medsched._so_long_after(base timestamptz, after_last interval, time_zone text)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN date_trunc('day', after_last) = interval '0' THEN date_trunc('second', base + interval '999999 microseconds')
            ELSE medsched._to_instant(medsched._to_local(date_trunc('second', base + interval '999999 microseconds'), time_zone)
                                      + date_trunc('day', after_last), time_zone) END
       + (after_last - date_trunc('day', after_last));

COMMENT ON FUNCTION medsched._so_long_after(timestamptz, interval, text) IS
  'Internal: the instant that is so long after another';

CREATE OR REPLACE FUNCTION medsched._counted_on(base timestamptz, after_last interval, hours_from time, hours_until time, time_zone text)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN hours_from IS NULL THEN medsched._so_long_after(base, after_last, time_zone)
            ELSE medsched._within_hours(medsched._so_long_after(base, after_last, time_zone), hours_from, hours_until, time_zone) END;

COMMENT ON FUNCTION medsched._counted_on(timestamptz, interval, time, time, text) IS
  'Internal: the instant that is so long after another, within the hours of a day';

-- When a schedule starts; NULL, with a warning, where it cannot be read: asked about everybody, one row makes no query fail.
CREATE OR REPLACE FUNCTION medsched._starts(schedule_id uuid, starts_at timestamp, time_zone text)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  read CONSTANT timestamptz := timezone('UTC', starts_at);
BEGIN
  RETURN (SELECT min(o.scheduled_for)
            FROM medsched._schedule_doses(schedule_id, NULL::timestamptz[], NULL::text, starts_at, time_zone, read - interval '15 hours',
                                          read + interval '15 hours', '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int) AS o);
END
$$;

COMMENT ON FUNCTION medsched._starts(uuid, timestamp, text) IS
  'Internal: when a schedule starts';

-- When the dose of a handle is, if it is one of a schedule; NULL: it is not, or no handle.  It raises no error: a list of doses
-- must not fail for what somebody wrote into a column.
CREATE OR REPLACE FUNCTION medsched._time_in_handle(dose_id text, schedule_id uuid)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  part text[];
BEGIN
  IF dose_id ~ '^v1:[A-Za-z0-9_-]{82}$' THEN
    part := regexp_match(encode(decode(translate(substr(dose_id, 4), '-_', '+/') || '==', 'base64'), 'escape'),
      '^([0-9a-f-]{36})[|]([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])[.]000Z$');
  END IF;
  IF part[1] = schedule_id::text AND part[2] <> '0000' THEN
    RETURN timezone('UTC', make_date(part[2]::int, part[3]::int, 1) + (part[4]::int - 1) + make_time(part[5]::int, part[6]::int, part[7]::int));
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._time_in_handle(text, uuid) IS
  'Internal: when the dose of a handle is, if it is one of a schedule';

-- The doses recorded of the schedule that another one took over from, and of those before it, as far as each goes on from the one
-- before: the last before an instant, and which schedules were looked at.  Such a schedule's starts_at lies before its
-- effective_from.
CREATE OR REPLACE FUNCTION medsched._counted_before(of_user uuid, of_schedule uuid, before timestamptz,
  OUT schedule_id uuid, OUT scheduled_for timestamptz, OUT taken_at timestamptz, OUT next_dose_id text, OUT chain uuid[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  link record;
BEGIN
  chain := ARRAY[of_schedule];
  LOOP
    SELECT c.starts_at, c.time_zone::text AS zone, c.effective_from, c.replaces INTO link
      FROM medsched.schedules AS c
     WHERE c.user_id = of_user AND c.id = chain[1];
    IF cardinality(chain) > 1 THEN
      SELECT d.schedule_id, d.scheduled_for, d.taken_at, d.next_dose_id INTO schedule_id, scheduled_for, taken_at, next_dose_id
        FROM medsched.dose_taken AS d
       WHERE d.user_id = of_user AND d.schedule_id = chain[1] AND d.outcome <> 'extra'
         AND d.scheduled_for >= timezone('UTC', link.starts_at) - interval '15 hours' AND d.scheduled_for < coalesce(before, 'infinity')
       ORDER BY d.scheduled_for DESC
       LIMIT 1;
      EXIT WHEN FOUND;
    END IF;
    EXIT WHEN link.replaces IS NULL OR link.replaces = ANY (chain)
              OR (medsched._starts(chain[1], link.starts_at, link.zone) < link.effective_from) IS NOT TRUE;
    chain := link.replaces || chain;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._counted_before(uuid, uuid, timestamptz) IS
  'Internal: the last dose recorded of what a schedule goes on from';

-- The dose of a schedule that is counted from the last one recorded before an instant, NULL: of all; and the one it is counted
-- from.  counted_at is when it would be due if nobody had moved it.  All are NULL where the schedule is not counted so.  Its end is
-- not looked at.  Of a schedule that follows another, the dose is the one at that instant, NULL: the first from now on.
CREATE OR REPLACE FUNCTION medsched._counted_dose(of_user uuid, of_schedule uuid, before timestamptz,
  OUT scheduled_for timestamptz, OUT due_at timestamptz, OUT from_schedule uuid, OUT from_dose timestamptz, OUT counted_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  noted record;
  chain uuid[];
  begins timestamptz;
  base timestamptz;
  kept_handle text;
  kept timestamptz;
  day date;
  taken bigint;
  -- When the dose itself was taken, if it is recorded: what was taken beside the schedule later did not put it off.
  own timestamptz := 'infinity';
BEGIN
  IF before IS NOT NULL THEN
    own := coalesce((SELECT d.taken_at FROM medsched.dose_taken AS d
                      WHERE d.user_id = of_user AND d.schedule_id = of_schedule AND d.scheduled_for = before AND d.outcome <> 'extra'), own);
  END IF;
  -- From the end of one range of the primary key.
  SELECT c.starts_at, c.time_zone::text AS zone, c.after_last, c.hours_from, c.hours_until, c.max_per_day, c.effective_from, c.replaces, c.follows_by,
         l.scheduled_for AS last, l.taken_at, l.next_dose_id
    INTO s
    FROM medsched.schedules AS c
    LEFT JOIN LATERAL (
           SELECT d.scheduled_for, d.taken_at, d.next_dose_id
             FROM medsched.dose_taken AS d
            WHERE d.user_id = of_user AND d.schedule_id = of_schedule AND d.outcome <> 'extra'
              AND d.scheduled_for >= timezone('UTC', c.starts_at) - interval '15 hours' AND d.scheduled_for < coalesce(before, 'infinity')
            ORDER BY d.scheduled_for DESC
            LIMIT 1) AS l ON true
   WHERE c.user_id = of_user AND c.id = of_schedule;
  IF s.follows_by IS NOT NULL THEN
    SELECT f.scheduled_for, f.due_at, f.from_schedule, f.from_dose, f.counted_at INTO scheduled_for, due_at, from_schedule, from_dose, counted_at
      FROM medsched._followed_dose(of_user, of_schedule, before) AS f;
    RETURN;
  ELSIF s.after_last IS NULL THEN
    RETURN;
  END IF;
  chain := ARRAY[of_schedule];
  from_dose := s.last;
  base := s.taken_at;
  kept_handle := s.next_dose_id;
  IF from_dose IS NOT NULL THEN
    from_schedule := of_schedule;
  ELSE
    begins := medsched._within_hours(greatest(medsched._to_instant(s.starts_at, s.zone),
                                              date_trunc('second', s.effective_from + interval '999999 microseconds')),
                                     s.hours_from, s.hours_until, s.zone);
    IF s.replaces IS NOT NULL THEN
      SELECT c.schedule_id, c.scheduled_for, c.taken_at, c.next_dose_id, c.chain INTO from_schedule, from_dose, base, kept_handle, chain
        FROM medsched._counted_before(of_user, of_schedule, before) AS c;
    END IF;
  END IF;
  IF from_dose IS NULL THEN
    scheduled_for := begins;
  ELSE
    -- One that was skipped counts from when it was due.
    IF base IS NULL THEN
      base := coalesce((SELECT v.due_at FROM medsched.moved_doses AS v
                         WHERE v.user_id = of_user AND v.schedule_id = from_schedule AND v.scheduled_for = from_dose), from_dose);
    END IF;
    IF kept_handle IS NOT NULL THEN
      kept := medsched._time_in_handle(kept_handle, of_schedule);
    END IF;
    scheduled_for := coalesce(kept, greatest(medsched._counted_on(base, s.after_last, s.hours_from, s.hours_until, s.zone), begins,
                                             from_dose + interval '1 second'));
  END IF;

  -- What was taken beside the schedule was taken, too.  A dose that the person moved is due when they moved it to.
  SELECT (SELECT max(d.taken_at) FROM medsched.dose_taken AS d
           WHERE d.user_id = of_user AND d.schedule_id = ANY (chain) AND d.outcome = 'extra' AND d.taken_at <= own
             AND d.scheduled_for >= coalesce(least(base, from_dose), begins - s.after_last - interval '1 day')) AS extra,
         (SELECT v.due_at FROM medsched.moved_doses AS v
           WHERE v.user_id = of_user AND v.schedule_id = of_schedule AND v.scheduled_for = $4
             AND NOT v.computed) AS moved_to
    INTO noted;
  due_at := scheduled_for;
  IF kept IS NOT NULL OR noted.extra > base OR base IS NULL AND noted.extra IS NOT NULL THEN
    due_at := greatest(medsched._counted_on(greatest(base, noted.extra), s.after_last, s.hours_from, s.hours_until, s.zone), begins);
  END IF;
  IF s.max_per_day IS NOT NULL THEN
    day := medsched._to_local(due_at, s.zone)::date;
    taken := (SELECT count(*)
                FROM ((SELECT d.taken_at FROM medsched.dose_taken AS d
                        WHERE d.user_id = of_user AND d.schedule_id = ANY (chain) AND d.outcome <> 'extra'
                          AND d.scheduled_for < coalesce(before, 'infinity')
                        ORDER BY d.scheduled_for DESC
                        LIMIT s.max_per_day)
                      UNION ALL
                      SELECT d.taken_at FROM medsched.dose_taken AS d
                       WHERE d.user_id = of_user AND d.schedule_id = ANY (chain) AND d.outcome = 'extra' AND d.taken_at <= own
                         AND d.scheduled_for >= medsched._to_instant(day::timestamp, s.zone)) AS t
               WHERE medsched._to_local(t.taken_at, s.zone)::date = day);
    IF taken >= s.max_per_day THEN
      due_at := medsched._within_hours(medsched._to_instant((day + 1)::timestamp, s.zone), s.hours_from, s.hours_until, s.zone);
    END IF;
  END IF;
  counted_at := due_at;
  due_at := coalesce(noted.moved_to, due_at);
  IF scheduled_for >= timestamptz '10000-01-01 00:00Z' OR due_at >= timestamptz '10000-01-01 00:00Z' THEN
    scheduled_for := NULL;
    due_at := NULL;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._counted_dose(uuid, uuid, timestamptz) IS
  'Internal: the dose of a schedule that is counted from the last one recorded, its identity and when it is due';

-- The doses of a schedule that is counted from the last one, or follows another, due in a window, in no order: what is recorded, and
-- what is to come.
CREATE OR REPLACE FUNCTION medsched._counted_schedule_doses(of_user uuid, of_schedule uuid, starts_at timestamp, time_zone text, closed timestamptz,
  window_start timestamptz, window_end timestamptz)
RETURNS TABLE (scheduled_for timestamptz, due_at timestamptz, taken_at timestamptz, recorded_by text, outcome text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  IF medsched._starts($2, $3, $4) IS NULL THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT d.scheduled_for, d.scheduled_for, d.taken_at, d.recorded_by, d.outcome
      FROM medsched.dose_taken AS d
     WHERE d.user_id = $1 AND d.schedule_id = $2 AND d.outcome <> 'extra' AND d.scheduled_for >= $6 AND d.scheduled_for < $7
       AND NOT EXISTS (SELECT FROM medsched.moved_doses AS v
                        WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for = d.scheduled_for)
    UNION ALL
    SELECT d.scheduled_for, v.due_at, d.taken_at, d.recorded_by, d.outcome
      FROM medsched.moved_doses AS v
      JOIN medsched.dose_taken AS d ON d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = v.scheduled_for
     WHERE v.user_id = $1 AND v.schedule_id = $2 AND d.outcome <> 'extra' AND v.due_at >= $6 AND v.due_at < $7
    UNION ALL
    SELECT f.scheduled_for, f.due_at, NULL::timestamptz, NULL::text, NULL::text
      FROM medsched._doses_following($1, $2, $6, $7, NULL::int) AS f
    UNION ALL
    SELECT c.scheduled_for, c.due_at, NULL::timestamptz, NULL::text, NULL::text
      FROM (SELECT c.* FROM medsched.schedules AS s CROSS JOIN LATERAL medsched._counted_dose($1, $2, NULL::timestamptz) AS c
             WHERE s.user_id = $1 AND s.id = $2 AND s.after_last IS NOT NULL) AS c
     WHERE c.due_at >= $6 AND c.due_at < $7 AND greatest(c.scheduled_for, c.due_at) < coalesce($5, 'infinity');
END
$$;

COMMENT ON FUNCTION medsched._counted_schedule_doses(uuid, uuid, timestamp, text, timestamptz, timestamptz, timestamptz) IS
  'Internal: the doses of a schedule that is counted from the last one, or follows another, due in a window';

-- Whether the doses of a schedule are listed one at a time: it is counted from its last one, or follows a schedule that is.
CREATE OR REPLACE FUNCTION medsched._is_foreseen(of_user uuid, after_last interval, follows uuid)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  RETURN after_last IS NOT NULL
         OR follows IS NOT NULL
            AND EXISTS (SELECT FROM medsched.schedules AS s
                         WHERE s.user_id = of_user AND s.id = ANY (medsched._whole_chain(of_user, follows)) AND s.after_last IS NOT NULL
                           AND NOT EXISTS (SELECT FROM medsched.schedules AS r WHERE r.user_id = of_user AND r.replaces = s.id));
END
$$;

COMMENT ON FUNCTION medsched._is_foreseen(uuid, interval, uuid) IS
  'Internal: whether the doses of a schedule are listed one at a time, being counted from the last one, or following what is';

-- When the doses of a schedule will be due until an instant if each is taken when it is due: the one to come, and those that will
-- be counted from it.  What is asked about what lies far ahead, a stock for one, takes these.
CREATE OR REPLACE FUNCTION medsched._foreseen_doses(of_user uuid, of_schedule uuid, until timestamptz)
RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  due_at timestamptz;
  day date;
  next_day date;
  on_day bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM medsched.schedules AS c
                  WHERE c.user_id = of_user AND c.id = of_schedule AND medsched._starts(c.id, c.starts_at, c.time_zone::text) IS NOT NULL) THEN
    RETURN;
  END IF;
  SELECT c.time_zone::text AS zone, c.after_last, c.hours_from, c.hours_until, c.max_per_day, p.due_at,
         least(until, c.ends_at, m.inactivated_at) AS closed
    INTO s
    FROM medsched.schedules AS c
    JOIN medsched.medications AS m ON m.user_id = c.user_id AND m.id = c.medication_id
   CROSS JOIN LATERAL medsched._counted_dose(of_user, of_schedule, NULL::timestamptz) AS p
   WHERE c.user_id = of_user AND c.id = of_schedule AND m.user_id = of_user;
  due_at := s.due_at;
  -- Time that passes, and nothing else.  One counted by the minute makes nobody wait who asks about everybody.
  IF s.hours_from IS NULL AND s.max_per_day IS NULL AND date_trunc('day', s.after_last) = interval '0' THEN
    RETURN QUERY SELECT g.at FROM generate_series(due_at, s.closed - interval '1 microsecond', s.after_last) AS g (at);
    RETURN;
  END IF;
  day := medsched._to_local(due_at, s.zone)::date;
  IF s.max_per_day IS NOT NULL THEN
    on_day := (SELECT count(*) FROM medsched.dose_taken AS d
                WHERE d.user_id = of_user AND d.schedule_id = of_schedule AND d.outcome <> 'skipped'
                  AND d.scheduled_for >= medsched._to_instant(day - interval '2 days', s.zone) AND d.scheduled_for < due_at
                  AND medsched._to_local(d.taken_at, s.zone)::date = day);
  END IF;
  WHILE due_at < s.closed LOOP
    RETURN NEXT due_at;
    on_day := on_day + 1;
    due_at := medsched._counted_on(due_at, s.after_last, s.hours_from, s.hours_until, s.zone);
    next_day := medsched._to_local(due_at, s.zone)::date;
    IF next_day > day THEN
      on_day := on_day * 0;
    ELSIF on_day >= s.max_per_day THEN
      next_day := day + 1;
      due_at := medsched._within_hours(medsched._to_instant(next_day::timestamp, s.zone), s.hours_from, s.hours_until, s.zone);
      on_day := 0;
    END IF;
    day := next_day;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._foreseen_doses(uuid, uuid, timestamptz) IS
  'Internal: when the doses of a schedule that is counted from the last one will be due, if each is taken then';

-- Notes when a dose was due that is recorded, where that is not when it is scheduled for: from now on it does not change.  anew: it
-- was not recorded before, so that what was noted when it was recorded once, and taken back, counts no more.
CREATE OR REPLACE FUNCTION medsched._keep_due_time(of_user uuid, of_schedule uuid, scheduled_for timestamptz, anew boolean)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  counted CONSTANT record := medsched._counted_dose(of_user, of_schedule, scheduled_for);
  follows CONSTANT boolean := EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = of_user AND s.id = of_schedule AND s.follows_by IS NOT NULL);
BEGIN
  -- When it was due comes with it.
  IF medsched._is_importing(of_user) THEN
    RETURN;
  ELSIF anew THEN
    IF counted.counted_at = scheduled_for THEN
      DELETE FROM medsched.moved_doses AS v
       WHERE v.user_id = of_user AND v.schedule_id = of_schedule AND v.scheduled_for = scheduled_for AND v.computed;
    ELSE
      UPDATE medsched.moved_doses AS v SET due_at = counted.counted_at, moved_at = now()
       WHERE v.user_id = of_user AND v.schedule_id = of_schedule AND v.scheduled_for = scheduled_for AND v.computed
         AND v.due_at <> counted.counted_at
         AND NOT EXISTS (SELECT FROM medsched.moved_doses AS o WHERE o.user_id = of_user AND o.schedule_id = of_schedule AND o.due_at = counted.counted_at);
    END IF;
  END IF;
  IF counted.scheduled_for = scheduled_for AND counted.due_at <> scheduled_for
     AND NOT EXISTS (SELECT FROM medsched.moved_doses AS v WHERE v.user_id = of_user AND v.schedule_id = of_schedule
                        AND (v.scheduled_for = scheduled_for OR v.due_at = counted.due_at)) THEN
    INSERT INTO medsched.moved_doses (user_id, schedule_id, scheduled_for, due_at, reason, computed)
    VALUES (of_user, of_schedule, scheduled_for, counted.due_at,
            CASE WHEN follows THEN 'due after the dose that it follows' ELSE 'counted from the dose before' END, true);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._keep_due_time(uuid, uuid, timestamptz, boolean) IS
  'Internal: notes when a dose was due that is counted from another one';

-- Keeps the handle of the dose that is counted from one whose time is corrected.  It runs with the rights of whoever corrects it:
-- one who may not see the schedule knows of no dose to come.
CREATE OR REPLACE FUNCTION medsched.next_dose_keeps_handle()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  chain CONSTANT uuid[] := medsched._whole_chain(OLD.user_id, OLD.schedule_id);
  schedule record;
  next record;
BEGIN
  IF TG_OP <> 'UPDATE' OR TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'ROW' THEN
    RAISE EXCEPTION USING ERRCODE = '39P01', MESSAGE = 'function "next_dose_keeps_handle" was not fired as the trigger it is made for',
      HINT = 'Let medsched.create_tables() create the triggers.';
  END IF;
  -- The first that is counted from this one: of a schedule that goes on from another, there may be one in each.
  FOR schedule IN
    SELECT s.id, s.ends_at, chain[cardinality(chain)] = s.id AS is_last,
           (SELECT min(d.scheduled_for) FROM medsched.dose_taken AS d
             WHERE d.user_id = OLD.user_id AND d.schedule_id = s.id AND d.outcome <> 'extra' AND d.scheduled_for > OLD.scheduled_for) AS recorded
      FROM unnest(chain) WITH ORDINALITY AS u (id, nth)
      JOIN medsched.schedules AS s ON s.user_id = OLD.user_id AND s.id = u.id
     WHERE u.nth >= array_position(chain, OLD.schedule_id) AND s.after_last IS NOT NULL
     ORDER BY u.nth
  LOOP
    IF schedule.recorded IS NOT NULL THEN
      -- Taken back later, it is the dose that it was.
      NEW.next_dose_id := coalesce(OLD.next_dose_id, medsched.dose_id(schedule.id, schedule.recorded));
      EXIT;
    END IF;
    SELECT c.* INTO next FROM medsched._counted_dose(OLD.user_id, schedule.id, NULL::timestamptz) AS c;
    IF next.from_schedule = OLD.schedule_id AND next.from_dose = OLD.scheduled_for
       AND (schedule.is_last OR greatest(next.scheduled_for, next.due_at) < schedule.ends_at) THEN
      NEW.next_dose_id := medsched.dose_id(schedule.id, next.scheduled_for);
      EXIT;
    END IF;
  END LOOP;
  RETURN NEW;
EXCEPTION WHEN insufficient_privilege THEN
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION medsched.next_dose_keeps_handle() IS
  'Trigger: the dose counted from one whose time is corrected keeps its handle';
