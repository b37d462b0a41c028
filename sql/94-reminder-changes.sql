-- How schedules come into the queue of reminders, and what changes of them is looked at anew.

-- Lock changes that are to be followed, of about so many schedules.  The oldest that nobody holds begins, so that none waits for ever, and from
-- there each person has a share: whoever has very many holds up nobody else's.  What another session holds is left for the next time: nobody
-- waits here.
CREATE OR REPLACE FUNCTION medsched._lock_reminder_changes(most int)
RETURNS tid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  filled_to uuid;
  is_filling boolean := false;
  first record;
  persons uuid[];
  share int;
  changes tid[];
BEGIN
  -- Who fills the queue knows nothing of what was followed since that began: changes of persons whose schedules it may just take in are left to
  -- it, or until it is done.
  SELECT f.user_id INTO filled_to FROM medsched.reminder_fill AS f;
  IF FOUND THEN
    PERFORM FROM medsched.reminder_fill FOR SHARE SKIP LOCKED;
    is_filling := NOT FOUND;
  END IF;
  SELECT c.user_id, c.schedule_id INTO first
    FROM medsched.reminder_changes AS c WHERE NOT is_filling OR c.user_id < filled_to ORDER BY c.since LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN '{}';
  END IF;
  persons := ARRAY(
    WITH RECURSIVE later (user_id) AS (
      SELECT first.user_id
      UNION ALL
      SELECT (SELECT c.user_id FROM medsched.reminder_changes AS c WHERE c.user_id > p.user_id ORDER BY c.user_id LIMIT 1)
        FROM later AS p WHERE p.user_id IS NOT NULL),
    earlier (user_id) AS (
      SELECT (SELECT c.user_id FROM medsched.reminder_changes AS c WHERE c.user_id < first.user_id ORDER BY c.user_id LIMIT 1)
      UNION ALL
      SELECT (SELECT c.user_id FROM medsched.reminder_changes AS c WHERE c.user_id > p.user_id AND c.user_id < first.user_id ORDER BY c.user_id LIMIT 1)
        FROM earlier AS p WHERE p.user_id IS NOT NULL)
    SELECT t.user_id FROM (SELECT p.user_id FROM later AS p UNION ALL SELECT p.user_id FROM earlier AS p) AS t
     WHERE t.user_id IS NOT NULL AND (NOT is_filling OR t.user_id < filled_to)
     LIMIT most);
  share := 1 + most / cardinality(persons);
  -- Many changes of one schedule are followed as one.
  changes := ARRAY(
    SELECT l.place
      FROM unnest(persons) AS p (user_id)
     CROSS JOIN LATERAL (
           WITH RECURSIVE schedules (schedule_id, nth) AS (
             SELECT (SELECT c.schedule_id FROM medsched.reminder_changes AS c
                      WHERE c.user_id = p.user_id
                        AND c.schedule_id >= CASE WHEN p.user_id = first.user_id THEN first.schedule_id ELSE '00000000-0000-0000-0000-000000000000' END
                      ORDER BY c.schedule_id LIMIT 1), 1
             UNION ALL
             SELECT (SELECT c.schedule_id FROM medsched.reminder_changes AS c
                      WHERE c.user_id = p.user_id AND c.schedule_id > s.schedule_id ORDER BY c.schedule_id LIMIT 1), s.nth + 1
               FROM schedules AS s WHERE s.schedule_id IS NOT NULL AND s.nth < share)
           SELECT s.schedule_id FROM schedules AS s) AS s
     CROSS JOIN LATERAL (
           SELECT c.ctid AS place FROM medsched.reminder_changes AS c WHERE c.user_id = p.user_id AND c.schedule_id = s.schedule_id
            ORDER BY c.since, c.id LIMIT 20 FOR UPDATE SKIP LOCKED) AS l);
  -- Those of one schedule are followed in their order: where another session has an earlier one, the later wait for it.
  RETURN ARRAY(
    WITH taken AS MATERIALIZED (
      SELECT c.ctid AS place, c.user_id, c.schedule_id, c.since, c.id FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes)),
    last AS (
      SELECT DISTINCT ON (t.user_id, t.schedule_id) t.user_id, t.schedule_id, t.since, t.id
        FROM taken AS t ORDER BY t.user_id, t.schedule_id, t.since DESC, t.id DESC)
    SELECT t.place FROM taken AS t
     WHERE (t.user_id, t.schedule_id) NOT IN (
           SELECT l.user_id, l.schedule_id
             FROM last AS l
            WHERE EXISTS (SELECT FROM medsched.reminder_changes AS o
                           WHERE o.user_id = l.user_id AND o.schedule_id = l.schedule_id AND (o.since, o.id) < (l.since, l.id)
                             AND o.ctid NOT IN (SELECT t.place FROM taken AS t)
                          OFFSET 0)));
END
$$;

COMMENT ON FUNCTION medsched._lock_reminder_changes(int) IS
  'Internal: locks changes that the queue of reminders is to follow, of some schedules of each person';

-- Have the queue look at what changed, of about so many schedules: rows that are new begin there, others are looked at from the change on.
-- Rows are found one by one, or joined by hashing: whatever the planner takes the tables for, each change is looked at once.  What is set for
-- that holds in the functions that this one calls, too; what a claim sets for itself is set back.
CREATE OR REPLACE FUNCTION medsched._follow_reminder_changes(most int, at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_sort = on
SET enable_hashjoin = on
SET enable_seqscan = off
SET enable_nestloop = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  changes tid[] := medsched._lock_reminder_changes($1);
  of_held tid[] := '{}';
  free tid[];
BEGIN
  IF EXISTS (SELECT FROM medsched.stock_entries) THEN
    changes := medsched._follow_stock_changes(changes, $2);
  END IF;
  -- Locked by this statement, seen by the next: what was written to them since is not overwritten.
  free := ARRAY(
    SELECT l.place
      FROM (SELECT DISTINCT c.user_id, c.schedule_id FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes)) AS c
     CROSS JOIN LATERAL (
           SELECT q.ctid AS place FROM medsched.reminder_queue AS q
            WHERE q.user_id = c.user_id AND q.schedule_id = c.schedule_id AND q.event = '' FOR UPDATE SKIP LOCKED) AS l);
  IF EXISTS (SELECT FROM medsched.reminders_held) THEN
    of_held := medsched._change_held_reminders(changes);
  END IF;
  IF EXISTS (SELECT FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes) AND c.scheduled_for IS NOT NULL) THEN
    PERFORM medsched._queue_undone_doses(changes, free, of_held, $2);
  END IF;
  WITH changed AS MATERIALIZED (
    -- Where what is said is another, and nothing else, no other instant is looked at for that.
    SELECT c.user_id, c.schedule_id, min(c.since) FILTER (WHERE NOT c.texts_only) AS since, array_agg(c.ctid) AS ids
      FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes)
     GROUP BY c.user_id, c.schedule_id),
  followed AS (
    UPDATE medsched.reminder_queue AS q
       SET look_at = least(q.look_at, c.since), medication_id = NULL, looks_from = CASE WHEN c.since IS NULL OR q.looks_from < c.since THEN q.looks_from END
      FROM changed AS c
     WHERE q.ctid = ANY (free) AND q.user_id = c.user_id AND q.schedule_id = c.schedule_id
    RETURNING c.ids),
  -- One whose schedule is gone by then goes when it is looked at.  One snapshot sees a row in one of the two tables.
  fresh AS (
    INSERT INTO medsched.reminder_queue AS q (user_id, schedule_id, look_at, said_at)
    SELECT c.user_id, c.schedule_id, coalesce(c.since, $2), coalesce(c.since - interval '1 microsecond', $2)
      FROM changed AS c
     WHERE NOT EXISTS (SELECT FROM medsched.reminder_queue AS o WHERE o.user_id = c.user_id AND o.schedule_id = c.schedule_id AND o.event = '' OFFSET 0)
       AND (c.user_id, c.schedule_id) NOT IN (SELECT h.user_id, h.schedule_id FROM medsched.reminders_held AS h WHERE h.event = '')
     ORDER BY c.user_id, c.schedule_id
    ON CONFLICT DO NOTHING
    RETURNING q.user_id, q.schedule_id),
  done AS (
    SELECT unnest(f.ids) AS place FROM followed AS f
    UNION ALL
    SELECT unnest(c.ids) FROM fresh AS f JOIN changed AS c ON c.user_id = f.user_id AND c.schedule_id = f.schedule_id
    UNION ALL
    SELECT unnest(of_held))
  DELETE FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (ARRAY(SELECT d.place FROM done AS d));
END
$$;

COMMENT ON FUNCTION medsched._follow_reminder_changes(int, timestamptz) IS
  'Internal: has the queue of reminders look at what changed';

-- Of each dose, what came up last is said by one row, and what came up before it by none: by the schedule's row if it is for an instant from
-- look_at on, and comes after what that row said last; else by a row of the dose's own, that of a reminder which failed or of an undoing.
-- A dose that was undone gets one for what came up while it was recorded: after what was said before, or is answered for by a row of the
-- dose that is there already, handed out or not, until where the schedule's row goes on.  What is for somebody else is said beside what is
-- for the person, by a row of its own.
CREATE OR REPLACE FUNCTION medsched._queue_undone_doses(changes tid[], free tid[], of_held tid[], at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = on
AS $$
#variable_conflict use_variable
BEGIN
  WITH undone AS MATERIALIZED (
    SELECT n.user_id, n.schedule_id, n.scheduled_for, n.recorded_at, n.since, n.ctid AS place, n.first_since
      FROM (SELECT c.*, c.ctid, min(c.since) FILTER (WHERE NOT c.texts_only) OVER (PARTITION BY c.user_id, c.schedule_id) AS first_since
              FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes)) AS n
     WHERE n.scheduled_for IS NOT NULL AND n.recorded_at < n.since),
  held AS MATERIALIZED (
    SELECT h.user_id, h.schedule_id, h.event, h.said_at, h.said_from, h.said_dose, h.kind
      FROM medsched.reminders_held AS h WHERE (h.user_id, h.schedule_id) IN (SELECT u.user_id, u.schedule_id FROM undone AS u)),
  -- Of a reminder that is held or failed its instant, of an undoing the last before its end.
  own AS MATERIALIZED (
    SELECT r.user_id, r.schedule_id, r.said_dose, r.for_another, max(r.answered) AS answered
      FROM (SELECT h.user_id, h.schedule_id, h.said_dose, h.kind = 'escalation' AS for_another, h.said_at AS answered
              FROM held AS h WHERE h.event <> ''
            UNION ALL
            SELECT q.user_id, q.schedule_id, q.said_dose, coalesce(q.kind = 'escalation', q.event LIKE 'undone escalation%'),
                   CASE WHEN q.kind IS NULL THEN q.until - interval '1 microsecond' ELSE q.said_at END
              FROM (SELECT DISTINCT u.user_id, u.schedule_id FROM undone AS u) AS u
             CROSS JOIN LATERAL (
                   SELECT o.* FROM medsched.reminder_queue AS o
                    WHERE o.user_id = u.user_id AND o.schedule_id = u.schedule_id AND o.event <> '' OFFSET 0) AS q) AS r
     GROUP BY r.user_id, r.schedule_id, r.said_dose, r.for_another)
  INSERT INTO medsched.reminder_queue (user_id, schedule_id, event, look_at, until, said_at, said_dose)
  SELECT c.user_id, c.schedule_id, k.kind || extract(epoch FROM c.scheduled_for)::text || ' ' || extract(epoch FROM min(c.since))::text, at,
         u.until, min(greatest(u.said_until, w.answered)), c.scheduled_for
    FROM undone AS c
   CROSS JOIN LATERAL (
         SELECT least(CASE WHEN q.unfinished THEN q.said_at ELSE coalesce(q.looks_from, q.look_at) END, c.first_since) AS looks_from,
                coalesce(q.said_at, '-infinity') AS said_at, q.said_from, q.said_dose
           FROM medsched.reminder_queue AS q WHERE q.ctid = ANY (free) AND q.user_id = c.user_id AND q.schedule_id = c.schedule_id
         UNION ALL
         SELECT '-infinity', h.said_at, h.said_from, h.said_dose
           FROM held AS h
          WHERE c.place = ANY (of_held) AND h.event = '' AND h.user_id = c.user_id AND h.schedule_id = c.schedule_id
         UNION ALL
         SELECT c.first_since, NULL, NULL, NULL
          WHERE NOT EXISTS (SELECT FROM medsched.reminder_queue AS q WHERE q.user_id = c.user_id AND q.schedule_id = c.schedule_id AND q.event = '')
            AND NOT EXISTS (SELECT FROM held AS h WHERE h.user_id = c.user_id AND h.schedule_id = c.schedule_id AND h.event = '')) AS o
   CROSS JOIN LATERAL (
         -- It may have been due before it was recorded, and not have been said: nobody had claimed by then, or whoever did found it recorded.
         SELECT CASE WHEN o.said_dose = c.scheduled_for THEN o.said_at
                     ELSE least(c.recorded_at, o.said_at, o.said_from - interval '1 microsecond') END AS said_until,
                -- Of several at one instant, those of earlier doses are said first.
                greatest(o.looks_from, o.said_at + CASE WHEN o.said_dose > c.scheduled_for THEN interval '1 microsecond' ELSE '0' END) AS until) AS u
   CROSS JOIN (VALUES ('undone ', false), ('undone escalation ', true)) AS k (kind, for_another)
    LEFT JOIN own AS w
      ON w.user_id = c.user_id AND w.schedule_id = c.schedule_id AND w.said_dose = c.scheduled_for AND w.for_another = k.for_another
   WHERE greatest(u.said_until, w.answered) < u.until
   GROUP BY c.user_id, c.schedule_id, c.scheduled_for, k.kind, u.until
   ORDER BY c.user_id, c.schedule_id, 3
  ON CONFLICT DO NOTHING;
END
$$;

COMMENT ON FUNCTION medsched._queue_undone_doses(tid[], tid[], tid[], timestamptz) IS
  'Internal: has what came up of doses while they were recorded said, where they were undone';

-- Have what changed looked at as soon as the reminder that is held is completed; which changes are dealt with by that.
CREATE OR REPLACE FUNCTION medsched._change_held_reminders(changes tid[])
RETURNS tid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  free CONSTANT tid[] := ARRAY(
    SELECT h.ctid
      FROM medsched.reminders_held AS h
     WHERE h.event = '' AND (h.user_id, h.schedule_id) IN (SELECT c.user_id, c.schedule_id FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes))
       FOR UPDATE OF h SKIP LOCKED);
  of_held tid[];
BEGIN
  WITH followed AS (
    UPDATE medsched.reminders_held AS h
       -- After the one that is held, a dose that was undone is as any other.
       SET next_at = least(h.next_at, c.since, CASE WHEN c.is_undone THEN h.said_at END)
      FROM (SELECT n.user_id, n.schedule_id, min(n.since) FILTER (WHERE NOT n.texts_only) AS since, bool_or(n.scheduled_for IS NOT NULL) AS is_undone, array_agg(n.ctid) AS ids
              FROM medsched.reminder_changes AS n WHERE n.ctid = ANY (changes)
             GROUP BY n.user_id, n.schedule_id) AS c
     WHERE h.ctid = ANY (free) AND h.event = '' AND h.user_id = c.user_id AND h.schedule_id = c.schedule_id
    RETURNING c.ids)
  SELECT array_agg(u.place) INTO of_held FROM followed AS f CROSS JOIN LATERAL unnest(f.ids) AS u (place);
  RETURN of_held;
END
$$;

COMMENT ON FUNCTION medsched._change_held_reminders(tid[]) IS
  'Internal: has changes of schedules of which a reminder is held looked at after it';

CREATE OR REPLACE FUNCTION medsched.fill_reminders(most int DEFAULT 10000)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  last record;
  n bigint;
  last_user uuid;
  last_schedule uuid;
  nothing_special CONSTANT boolean := medsched._nothing_is_special();
BEGIN
  IF $1 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'most must not be null';
  ELSIF $1 < 1 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'most must be positive', DETAIL = format('It is %s.', $1);
  END IF;
  PERFORM medsched._check_reminders();
  -- Two at once: the second goes on where the first has come to.
  SELECT f.user_id, f.schedule_id INTO last FROM medsched.reminder_fill AS f FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  -- What claims leave to who fills.
  PERFORM medsched._follow_reminder_changes(1000, now());
  WITH batch AS MATERIALIZED (
    SELECT s.user_id, s.id
      FROM medsched.schedules AS s
     WHERE (s.user_id, s.id) > (last.user_id, last.schedule_id)
     ORDER BY s.user_id, s.id
     LIMIT $1),
  queued AS (
    INSERT INTO medsched.reminder_queue (user_id, schedule_id, look_at, next_at, medication_id, medication_name, dose_amount, dose_unit, instructions, time_zone)
    SELECT b.user_id, b.id, f.look_at, r.next_at, r.medication_id, r.medication_name, r.dose_amount, r.dose_unit, r.instructions, r.time_zone
      FROM batch AS b
      JOIN medsched.schedules AS s ON s.user_id = b.user_id AND s.id = b.id
      JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
     CROSS JOIN LATERAL (SELECT coalesce(medsched._first_look(b.user_id, b.id, now()), now()) AS look_at OFFSET 0) AS f
      LEFT JOIN LATERAL medsched._ready_reminder(b.user_id, b.id, CASE WHEN f.look_at > now() THEN f.look_at END, nothing_special) AS r ON true
     WHERE NOT s.as_needed AND (s.ends_at IS NULL OR s.ends_at > now()) AND (m.inactivated_at IS NULL OR m.inactivated_at > now())
       AND NOT EXISTS (SELECT FROM medsched.reminder_queue AS o WHERE o.user_id = b.user_id AND o.schedule_id = b.id AND o.event = '')
       AND (b.user_id, b.id) NOT IN (SELECT h.user_id, h.schedule_id FROM medsched.reminders_held AS h WHERE h.event = '')
     ORDER BY b.user_id, b.id
    ON CONFLICT DO NOTHING),
  stocks AS (
    INSERT INTO medsched.stock_reminder_queue (user_id, medication_id, look_at)
    SELECT e.user_id, e.medication_id, medsched._stock_look_after(e.user_id, e.medication_id, now())
      FROM (SELECT DISTINCT s.user_id, s.medication_id
              FROM batch AS b
              JOIN medsched.schedules AS s ON s.user_id = b.user_id AND s.id = b.id
             WHERE EXISTS (SELECT FROM medsched.stock_entries AS e WHERE e.user_id = s.user_id AND e.medication_id = s.medication_id)) AS e
     ORDER BY e.user_id, e.medication_id
    ON CONFLICT DO NOTHING)
  SELECT count(*), (array_agg(b.user_id ORDER BY b.user_id DESC, b.id DESC))[1], (array_agg(b.id ORDER BY b.user_id DESC, b.id DESC))[1]
    INTO n, last_user, last_schedule
    FROM batch AS b;
  IF n < $1 THEN
    DELETE FROM medsched.reminder_fill;
  ELSE
    UPDATE medsched.reminder_fill AS f SET user_id = last_user, schedule_id = last_schedule;
  END IF;
  RETURN n;
END
$$;

COMMENT ON FUNCTION medsched.fill_reminders(int) IS
  'Takes the next schedules, at most so many, of those that were there when reminders were enabled into the queue, in the order of their keys, and returns how many it looked at: call it, each time in a transaction of its own, until it returns 0. It can be stopped at any time and gone on with. Raises 42P01 before enable_reminders()';

-- When a schedule is to be looked at first: at its next dose, or at once where that is not easily said; at once where it cannot be read.
CREATE OR REPLACE FUNCTION medsched._first_look(of_user uuid, of_schedule uuid, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
  RETURN (
    SELECT CASE WHEN s.after_last IS NULL AND s.follows_by IS NULL AND medsched._is_zone(s.time_zone::text)
                     AND NOT EXISTS (SELECT FROM medsched.moved_doses AS v WHERE v.user_id = of_user AND v.schedule_id = of_schedule)
                     AND NOT EXISTS (SELECT FROM medsched.reminder_rules AS r WHERE r.user_id = of_user)
                THEN medsched.next_occurrence(s.rrule::text, s.starts_at, s.time_zone::text, greatest(at, s.effective_from) - interval '1 microsecond',
                                              s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off)
                ELSE at END
      FROM medsched.schedules AS s
     WHERE s.user_id = of_user AND s.id = of_schedule);
END
$$;

COMMENT ON FUNCTION medsched._first_look(uuid, uuid, timestamptz) IS
  'Internal: when a schedule is to be looked at first for reminders';
