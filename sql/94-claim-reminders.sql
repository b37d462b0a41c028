-- Handing out what is to be said now.

-- Rows of the queue that are due, of which more than half are one person's: as many of others' as there are take the place of half.
-- What one person has, however much, holds up nobody else.
CREATE OR REPLACE FUNCTION medsched._share_reminders(due_rows tid[], at timestamptz)
RETURNS tid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
  half CONSTANT int := cardinality(due_rows) / 2;
  person CONSTANT uuid := (SELECT q.user_id FROM medsched.reminder_queue AS q WHERE q.ctid = ANY (due_rows)
                            GROUP BY q.user_id HAVING count(*) > half);
  others tid[];
BEGIN
  IF person IS NULL THEN
    RETURN due_rows;
  END IF;
  others := ARRAY(SELECT q.ctid FROM medsched.reminder_queue AS q WHERE q.look_at <= at AND q.user_id <> person ORDER BY q.look_at LIMIT half
                     FOR UPDATE SKIP LOCKED);
  RETURN others || ARRAY(SELECT r.place FROM unnest(due_rows) WITH ORDINALITY AS r (place, nth) WHERE r.place <> ALL (others)
                          ORDER BY r.nth LIMIT cardinality(due_rows) - cardinality(others));
END
$$;

COMMENT ON FUNCTION medsched._share_reminders(tid[], timestamptz) IS
  'Internal: has others'' rows of the queue take the place of some where most are one person''s';

-- Each batch is looked at by one statement, which hands out what is to be said and moves the rest on.  The rows were locked by an
-- earlier one, so that this one sees what was changed before it.
CREATE OR REPLACE FUNCTION medsched._claim_reminders(most int, lease interval, to_worker text, at timestamptz)
RETURNS SETOF medsched.reminder
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_memoize = off
AS $$
#variable_conflict use_column
DECLARE
  -- A long name each: a query has columns of many.
  n_found int := 0;
  n_rows int;
  due_rows tid[];
  batch tid[];
  one_by_one boolean;
  no_rules boolean;
  no_moves boolean;
  no_snoozes boolean;
BEGIN
  IF EXISTS (SELECT FROM medsched.reminder_changes) THEN
    PERFORM medsched._follow_reminder_changes(greatest($1, 100), $4);
  END IF;
  -- A row of which nothing is to be said makes room for another; one of a schedule that was not looked at for long may come up
  -- several times.
  FOR n_round IN 1 .. 20 LOOP
    due_rows := ARRAY(SELECT q.ctid FROM medsched.reminder_queue AS q WHERE q.look_at <= $4 ORDER BY q.look_at LIMIT $1 - n_found
                         FOR UPDATE SKIP LOCKED);
    EXIT WHEN cardinality(due_rows) = 0;
    IF cardinality(due_rows) > 1 AND cardinality(due_rows) = $1 - n_found THEN
      due_rows := medsched._share_reminders(due_rows, $4);
    END IF;
    -- What nobody uses is not looked for in each row; the rows are locked, so what comes after this is a change to be followed.
    no_rules := NOT EXISTS (SELECT FROM medsched.reminder_rules);
    no_moves := NOT EXISTS (SELECT FROM medsched.moved_doses);
    no_snoozes := NOT EXISTS (SELECT FROM medsched.reminder_snoozes);
    one_by_one := false;
    WHILE cardinality(due_rows) > 0 LOOP
      batch := CASE WHEN one_by_one THEN due_rows[1:1] ELSE due_rows END;
      BEGIN
        RETURN QUERY
          WITH handed AS (
            UPDATE medsched.reminder_queue AS q
               SET look_at = CASE WHEN d.kind IS NULL THEN coalesce(d.then_at, 'infinity') ELSE $4 + $2 END,
                   next_at = CASE WHEN d.kind IS NOT NULL THEN d.then_at END,
                   said_at = CASE WHEN d.kind IS NULL THEN q.said_at ELSE d.moment END,
                   said_dose = CASE WHEN d.kind IS NULL THEN q.said_dose ELSE d.scheduled_for END,
                   kind = CASE WHEN d.kind IS NULL THEN q.kind ELSE d.kind END,
                   nth = CASE WHEN d.kind IS NULL THEN q.nth ELSE d.nth END,
                   attempt = CASE WHEN d.kind IS NULL THEN q.attempt
                                  WHEN (q.said_at, q.said_dose, q.kind, q.nth) = (d.moment, d.scheduled_for, d.kind, d.nth) THEN q.attempt + 1
                                  ELSE 1 END,
                   token = CASE WHEN d.kind IS NOT NULL THEN gen_random_uuid() END,
                   worker = CASE WHEN d.kind IS NOT NULL THEN $3 END,
                   error = NULL
              FROM (
                SELECT f.place, f.zone, f.medication_id, f.name, f.dose_amount, f.dose_unit, f.instructions,
                       n.scheduled_for, n.due_at, n.kind, n.nth, n.planned_at, n.moment, n.urgency, n.recipient, n.then_at, n.dropped
                  FROM (
                    SELECT l.*,
                           -- The first dose that may have to be said: the one that is held, or the next from where the row was to be looked at.
                           CASE WHEN l.is_plain
                                THEN medsched.next_occurrence(l.rrule, l.starts_at, l.zone,
                                       greatest(CASE WHEN l.is_held THEN l.said_at ELSE greatest(l.since, l.said_at + interval '1 microsecond') END,
                                                l.effective_from) - interval '1 microsecond',
                                       l.rdates, l.exdates, l.cycle_days_on, l.cycle_days_off) END AS dose
                      FROM (
                        SELECT r.ctid AS place, r.user_id, r.schedule_id, r.event, CASE WHEN r.token IS NULL THEN r.look_at ELSE r.said_at END AS since,
                               r.next_at AS until, r.said_at, r.said_dose, r.kind AS said_kind, r.nth AS said_nth, r.token IS NOT NULL AS is_held,
                               s.medication_id, m.name, s.starts_at, s.time_zone::text AS zone, s.rrule::text AS rrule, s.rdates, s.exdates,
                               s.cycle_days_on, s.cycle_days_off, s.effective_from, least(s.ends_at, m.inactivated_at) AS closed, s.dose_amount,
                               s.dose_unit, s.instructions,
                               -- Most have nothing but doses at set times, and nothing but a reminder at each.
                               (s.after_last IS NULL AND s.follows_by IS NULL AND NOT s.as_needed AND r.event = ''
                                AND (no_rules OR NOT EXISTS (SELECT FROM medsched.reminder_rules AS u WHERE u.user_id = r.user_id))
                                AND (no_moves OR NOT EXISTS (SELECT FROM medsched.moved_doses AS v
                                                              WHERE v.user_id = r.user_id AND v.schedule_id = r.schedule_id))
                                AND (no_snoozes OR NOT EXISTS (SELECT FROM medsched.reminder_snoozes AS z
                                                                WHERE z.user_id = r.user_id AND z.schedule_id = r.schedule_id)))
                               IS TRUE AS is_plain
                          FROM medsched.reminder_queue AS r
                          LEFT JOIN medsched.schedules AS s ON s.user_id = r.user_id AND s.id = r.schedule_id
                          LEFT JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
                         WHERE r.ctid = ANY (batch)
                        OFFSET 0) AS l
                    OFFSET 0) AS f
                 CROSS JOIN LATERAL (
                       SELECT f.dose AS scheduled_for, f.dose AS due_at,
                              CASE WHEN f.dose <= $4 AND (f.closed IS NULL OR f.dose < f.closed AND f.closed > $4)
                                        AND NOT EXISTS (SELECT FROM medsched.dose_taken AS t
                                                         WHERE t.user_id = f.user_id AND t.scheduled_for = f.dose AND t.schedule_id = f.schedule_id)
                                   THEN 'due' END AS kind,
                              0 AS nth, f.dose AS planned_at, f.dose AS moment, 'normal' AS urgency, NULL::text AS recipient,
                              CASE WHEN o.then_at < f.closed OR f.closed IS NULL THEN o.then_at END AS then_at, 0 AS dropped
                         FROM (SELECT CASE WHEN f.dose IS NULL OR f.dose > $4 THEN f.dose
                                           ELSE medsched.next_occurrence(f.rrule, f.starts_at, f.zone, f.dose, f.rdates, f.exdates, f.cycle_days_on,
                                                                         f.cycle_days_off) END AS then_at
                               OFFSET 0) AS o
                        WHERE f.is_plain AND (f.dose >= $4 - interval '2 hours') IS NOT FALSE
                       UNION ALL
                       SELECT r.scheduled_for, r.due_at, r.kind, r.nth, r.planned_at, r.moment, r.urgency, r.recipient, r.next_at, r.dropped
                         FROM medsched._next_reminder(f.user_id, f.schedule_id, f.since, f.said_at, f.said_dose, f.said_kind, f.said_nth, f.is_held,
                                CASE WHEN f.event <> '' THEN f.said_dose END, CASE WHEN f.event <> '' AND f.said_kind IS NULL THEN f.until END, $4) AS r
                        WHERE NOT f.is_plain OR (f.dose >= $4 - interval '2 hours') IS FALSE) AS n
                OFFSET 0) AS d
             WHERE q.ctid = d.place
            RETURNING q.user_id, q.schedule_id, q.event, q.token, q.attempt, q.look_at, d.zone, d.medication_id, d.name, d.dose_amount, d.dose_unit,
              d.instructions, d.scheduled_for, d.due_at, d.kind, d.nth, d.planned_at, d.moment, d.urgency, d.recipient, d.dropped),
          late AS (
            INSERT INTO medsched.reminders_dropped (user_id, schedule_id, dropped_at, doses, reason)
            SELECT h.user_id, h.schedule_id, $4, h.dropped, CASE WHEN h.event = '' THEN 'late' ELSE 'failed' END FROM handed AS h WHERE h.dropped > 0)
          SELECT h.token, i.dose_id || '/' || h.kind || '/' || floor(date_part('epoch', h.planned_at)), h.kind, h.nth, h.attempt,
                 h.urgency, h.recipient, h.user_id, i.dose_id, h.scheduled_for, h.due_at, medsched._to_local(h.due_at, h.zone), h.zone,
                 h.medication_id, h.name, h.schedule_id, h.dose_amount, h.dose_unit, h.instructions, h.look_at
            FROM handed AS h
           CROSS JOIN LATERAL (SELECT medsched.dose_id(h.schedule_id, h.scheduled_for) AS dose_id OFFSET 0) AS i
           WHERE h.kind IS NOT NULL
           -- All of them are decided before the first is given, which stays given when a later one raises an error.
           ORDER BY h.moment, h.user_id, h.schedule_id;
        GET DIAGNOSTICS n_rows = ROW_COUNT;
        n_found := n_found + n_rows;
        due_rows := due_rows[cardinality(batch) + 1 :];
      EXCEPTION WHEN data_exception OR program_limit_exceeded OR integrity_constraint_violation OR raise_exception THEN
        -- One of them cannot be read: find it, and hand out the others.
        IF one_by_one THEN
          PERFORM medsched._set_reminder_aside(due_rows[1], $4, SQLERRM);
          due_rows := due_rows[2:];
        END IF;
        one_by_one := true;
      END;
    END LOOP;
    EXIT WHEN n_found >= $1;
  END LOOP;
  -- Those that have nothing to come.
  IF EXISTS (SELECT FROM medsched.reminder_queue AS q WHERE q.look_at = 'infinity') THEN
    DELETE FROM medsched.reminder_queue AS q WHERE q.look_at = 'infinity';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._claim_reminders(int, interval, text, timestamptz) IS
  'Internal: hands out what is to be said as of an instant';

-- Have a row of the queue that cannot be read looked at again in an hour, and say why.
CREATE OR REPLACE FUNCTION medsched._set_reminder_aside(place tid, at timestamptz, problem text)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  schedule uuid;
BEGIN
  UPDATE medsched.reminder_queue AS q
     SET look_at = at + interval '1 hour', next_at = CASE WHEN q.event <> '' AND q.kind IS NULL THEN q.next_at END, token = NULL, error = problem
   WHERE q.ctid = place
  RETURNING q.schedule_id INTO schedule;
  RAISE WARNING 'no reminders of schedule "%" can be worked out', schedule USING DETAIL = problem,
    HINT = 'It is looked at again in an hour, or when it is changed.';
END
$$;

COMMENT ON FUNCTION medsched._set_reminder_aside(tid, timestamptz, text) IS
  'Internal: has a row of the queue that cannot be read looked at later';

CREATE OR REPLACE FUNCTION medsched._check_lease(lease interval)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  elapsed CONSTANT interval := medsched._elapsed(lease);
BEGIN
  IF elapsed IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'lease must not be null';
  ELSIF elapsed < interval '1 second' OR elapsed > interval '24 hours' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'lease must be from 1 second to 24 hours', DETAIL = format('It is %s.', lease),
      HINT = 'It is how long the worker has to complete what it claims.';
  END IF;
  RETURN elapsed;
END
$$;

COMMENT ON FUNCTION medsched._check_lease(interval) IS
  'Internal: checks how long what is handed out is held';

CREATE OR REPLACE FUNCTION medsched.claim_reminders(
  most int DEFAULT 100,
  lease interval DEFAULT '1 minute',
  worker text DEFAULT NULL)
RETURNS SETOF medsched.reminder
LANGUAGE plpgsql VOLATILE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  elapsed CONSTANT interval := medsched._check_lease(lease);
BEGIN
  IF most IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'most must not be null';
  ELSIF most < 1 OR most > 10000 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'most must be from 1 to 10000', DETAIL = format('It is %s.', most);
  ELSIF length(worker) > 1000 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'worker must have at most 1000 characters',
      DETAIL = format('It is "%s".', medsched._shortened(worker));
  END IF;
  PERFORM medsched._check_reminders();
  RETURN QUERY SELECT r.* FROM medsched._claim_reminders(most, elapsed, worker, now()) AS r;
END
$$;

COMMENT ON FUNCTION medsched.claim_reminders(int, interval, text) IS
  'Hands out the reminders that are due, at most so many, oldest first, each to one caller until the lease ends; worker is a name to find it by. One that is not completed by then is handed out again, with the same reminder_id, a new token and a higher attempt. Of a dose that was recorded, moved or ended meanwhile nothing is handed out. Raises 42P01 before enable_reminders()';
