-- Handing out what is to be said now.

COMMENT ON FUNCTION medsched._dose_and_next(text, timestamp, text, timestamptz, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
  'Internal: the first dose of a schedule after an instant, twice, or where it is due by at, that and the one after it; NULL where it is before since';
COMMENT ON FUNCTION medsched._reminder_token(uuid, tid) IS
  'Internal: a token of a batch, which begins as the UUID does and ends with the place of a row';
COMMENT ON FUNCTION medsched._reminder_id(text, text, timestamptz) IS
  'Internal: what a reminder is called on every attempt';
COMMENT ON FUNCTION medsched._majority(uuid[]) IS
  'Internal: what more than half of them are; NULL: nothing';
COMMENT ON FUNCTION medsched._lock_due(int, timestamptz) IS
  'Internal: locks the rows of the queue that are due, at most so many, the oldest first: which, whose, and whether of one it is not known what is to be said; is_mixed NULL: a query is to do it';
COMMENT ON FUNCTION medsched._hand_out_ready(tid[], uuid, timestamptz, text, timestamptz) IS
  'Internal: hands out those rows of the queue of which it is known what is to be said, where that takes no query, and leaves the rest';

-- The first 48 bits of a token are the millisecond in which the lease ends: the index on tokens is in the order of the leases, but of
-- those that were extended.  It is not strict: what calls it has it as its own expression then.
CREATE OR REPLACE FUNCTION medsched._lease_token(ends_at timestamptz, rest uuid)
RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (lpad(to_hex(greatest(floor(date_part('epoch', ends_at) * 1000), 0)::bigint), 12, '0') || substr(replace(rest::text, '-', ''), 13))::uuid;

COMMENT ON FUNCTION medsched._lease_token(timestamptz, uuid) IS
  'Internal: a UUID that begins with when a lease ends and goes on as another does';

-- What was not completed by the end of its lease goes back to the queue.
CREATE OR REPLACE FUNCTION medsched._end_leases(most int, at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
  last_token CONSTANT uuid := medsched._lease_token(at, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
  WITH over AS (
    DELETE FROM medsched.reminders_held AS h
     WHERE h.ctid = ANY (ARRAY(SELECT l.ctid FROM medsched.reminders_held AS l WHERE NOT l.own_lease AND l.token <= last_token AND l.lease_ends_at <= at
                                ORDER BY l.token LIMIT most FOR UPDATE SKIP LOCKED)
                         || ARRAY(SELECT l.ctid FROM medsched.reminders_held AS l WHERE l.own_lease AND l.lease_ends_at <= at
                                   ORDER BY l.lease_ends_at LIMIT most FOR UPDATE SKIP LOCKED))
    RETURNING h.user_id, h.schedule_id, h.event, h.next_at, h.said_at, h.said_from, h.said_dose, h.kind, h.nth, h.attempt, h.worker)
  INSERT INTO medsched.reminder_queue AS q (user_id, schedule_id, event, look_at, said_at, said_from, said_dose, kind, nth, attempt, unfinished, worker)
  -- Of two that somebody made of one by hand, the earlier: an error would be one of every claim.
  SELECT DISTINCT ON (o.user_id, o.schedule_id, o.event)
         o.user_id, o.schedule_id, o.event, least(o.said_at, o.next_at), o.said_at, o.said_from, o.said_dose, o.kind, o.nth, o.attempt, true, o.worker
    FROM over AS o
   ORDER BY o.user_id, o.schedule_id, o.event, o.said_at
  ON CONFLICT (user_id, schedule_id, event) DO UPDATE SET look_at = least(q.look_at, EXCLUDED.look_at);
END
$$;

COMMENT ON FUNCTION medsched._end_leases(int, timestamptz) IS
  'Internal: puts reminders whose lease has ended back into the queue';

-- Rows of the queue that are due, of which more than half are one person's: as many of others' as there are take the place of half.
-- What one person has, however much, holds up nobody else.
CREATE OR REPLACE FUNCTION medsched._share_reminders(due_rows tid[], person uuid, at timestamptz)
RETURNS tid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
  others CONSTANT tid[] := ARRAY(SELECT q.ctid FROM medsched.reminder_queue AS q WHERE q.look_at <= at AND q.user_id <> person
                                  ORDER BY q.look_at LIMIT cardinality(due_rows) / 2 FOR UPDATE SKIP LOCKED);
BEGIN
  RETURN others || ARRAY(SELECT r.place FROM unnest(due_rows) WITH ORDINALITY AS r (place, nth) WHERE r.place <> ALL (others)
                          ORDER BY r.nth LIMIT cardinality(due_rows) - cardinality(others));
END
$$;

COMMENT ON FUNCTION medsched._share_reminders(tid[], uuid, timestamptz) IS
  'Internal: has others'' rows of the queue take the place of some where most are one person''s';

-- Of each batch, what is ready is handed out without a query, where that can be done.  The rest is looked at by one statement, which hands
-- out what is to be said and puts the others back.  The rows were locked by an earlier one, so that these see what was changed before them.
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
SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
  -- A long name each: a query has columns of many.
  n_found int := 0;
  n_ready int;
  n_rows int;
  due_rows tid[];
  their_users uuid[];
  greedy uuid;
  batch tid[];
  ready tid[];
  is_mixed boolean;
  has_left_over boolean := false;
  said medsched.reminder[];
  has_changes boolean;
  one_by_one boolean;
  nothing_special boolean;
  last_token uuid;
  token_start uuid;
  held_until CONSTANT timestamptz := $4 + $2;
BEGIN
  IF EXISTS (SELECT FROM medsched.reminder_changes) THEN
    PERFORM medsched._follow_reminder_changes(greatest($1, 100), $4);
  END IF;
  last_token := medsched._lease_token($4, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  IF EXISTS (SELECT FROM medsched.reminders_held AS h WHERE NOT h.own_lease AND h.token <= last_token AND h.lease_ends_at <= $4)
     OR EXISTS (SELECT FROM medsched.reminders_held AS h WHERE h.own_lease AND h.lease_ends_at <= $4) THEN
    PERFORM medsched._end_leases($1, $4);
  END IF;
  -- A row of which nothing is to be said makes room for another; one of a schedule that was not looked at for long may come up
  -- several times.
  FOR n_round IN 1 .. 20 LOOP
    one_by_one := false;
    LOOP
      BEGIN
        -- Locked and deleted by one subtransaction: of a row that two had a part in, the index would not learn that it is dead.
        IF one_by_one THEN
          batch := ARRAY(SELECT q.ctid FROM medsched.reminder_queue AS q WHERE q.ctid = due_rows[1] AND q.look_at <= $4 FOR UPDATE SKIP LOCKED);
        ELSE
          SELECT l.places, l.users, l.is_mixed INTO due_rows, their_users, is_mixed FROM medsched._lock_due($1 - n_found, $4) AS l;
          IF is_mixed IS NULL THEN
            SELECT array_agg(l.place), array_agg(l.user_id), bool_or(l.medication_id IS NULL) INTO due_rows, their_users, is_mixed
              FROM (SELECT q.ctid AS place, q.user_id, q.medication_id FROM medsched.reminder_queue AS q WHERE q.look_at <= $4 ORDER BY q.look_at LIMIT $1 - n_found
                       FOR UPDATE SKIP LOCKED) AS l;
          END IF;
          IF cardinality(due_rows) > 1 AND cardinality(due_rows) = $1 - n_found THEN
            greedy := medsched._majority(their_users);
            IF greedy IS NOT NULL THEN
              due_rows := medsched._share_reminders(due_rows, greedy, $4);
              is_mixed := true;
            END IF;
          END IF;
          batch := due_rows;
        END IF;
        EXIT WHEN due_rows IS NULL;
        -- What nobody uses is not looked for in each row; the rows are locked, so what comes after this is a change to be followed.
        nothing_special := medsched._nothing_is_special();
        has_changes := EXISTS (SELECT FROM medsched.reminder_changes);
        -- The tokens of a batch differ at the end: next to each other they are written sooner than each in its own place.
        token_start := medsched._lease_token(held_until, gen_random_uuid());
        ready := CASE WHEN NOT has_changes THEN batch ELSE ARRAY(
          SELECT q.ctid FROM medsched.reminder_queue AS q
           WHERE q.ctid = ANY (batch)
             AND NOT EXISTS (SELECT FROM medsched.reminder_changes AS c WHERE c.user_id = q.user_id AND c.schedule_id = q.schedule_id OFFSET 0)
           ORDER BY q.look_at) END;
        -- What was given stays given when a later row raises an error, and is undone.  So where both follow each other, nothing is given before all
        -- is written; and what is left of rows that were all thought to be ready waits for the next round.
        said := '{}';
        IF is_mixed OR has_left_over OR has_changes OR one_by_one THEN
          said := ARRAY(SELECT h FROM medsched._hand_out_ready(ready, token_start, held_until, $3, $4) AS h);
          n_ready := cardinality(said);
        ELSE
          RETURN QUERY SELECT h.* FROM medsched._hand_out_ready(ready, token_start, held_until, $3, $4) AS h;
          GET DIAGNOSTICS n_ready = ROW_COUNT;
        END IF;
        has_left_over := n_ready > cardinality(said) AND n_ready < cardinality(batch);
        n_rows := 0;
        IF n_ready < cardinality(batch) AND NOT has_left_over THEN
          RETURN QUERY
            WITH taken AS (
              DELETE FROM medsched.reminder_queue AS q
               WHERE q.ctid = ANY (batch)
              RETURNING q.ctid AS place, q.user_id, q.schedule_id, q.event, q.look_at, coalesce(q.looks_from, q.look_at) AS looks_from, q.until, q.said_at, q.said_from, q.said_dose,
                        q.kind, q.nth, q.attempt, q.unfinished, q.next_at, q.medication_id, q.medication_name, q.dose_amount, q.dose_unit, q.instructions, q.time_zone),
            looked AS MATERIALIZED (
              -- What the statements below choose their rows by comes first: of a row that they leave, they read no more.
              SELECT l.kind, l.then_at, l.dropped, l.user_id, l.schedule_id,
                     medsched._reminder_token(token_start, l.place) AS token, l.moment, l.scheduled_for, l.nth,
                     CASE WHEN l.said_at = l.moment AND l.said_dose = l.scheduled_for AND l.said_kind = l.kind AND l.said_nth = l.nth
                          THEN l.attempts + 1 ELSE 1 END AS attempt,
                     l.event, l.due_at, l.zone, l.medication_id, l.name, l.dose_amount, l.dose_unit, l.instructions, l.planned_at, l.urgency, l.recipient,
                     l.said_at, l.said_from, l.looks_from, l.said_dose, l.said_kind, l.said_nth, l.attempts, l.look_at
                FROM (
              SELECT t.place, t.look_at, t.user_id, t.schedule_id, t.event, t.said_at, t.said_from, CASE WHEN t.unfinished THEN coalesce(t.said_from, t.said_at) ELSE t.looks_from END AS looks_from,
                     t.said_dose, t.kind AS said_kind, t.nth AS said_nth, t.attempt AS attempts,
                     CASE WHEN p.is_ready THEN t.time_zone ELSE s.time_zone::text END AS zone,
                     CASE WHEN p.is_ready THEN t.medication_id ELSE s.medication_id END AS medication_id,
                     CASE WHEN p.is_ready THEN t.medication_name ELSE m.name END AS name, CASE WHEN p.is_ready THEN t.dose_amount ELSE s.dose_amount END AS dose_amount,
                     CASE WHEN p.is_ready THEN t.dose_unit ELSE s.dose_unit END AS dose_unit,
                     CASE WHEN p.is_ready THEN t.instructions ELSE s.instructions END AS instructions,
                     CASE WHEN i.is_short THEN i.dose ELSE n.scheduled_for END AS scheduled_for,
                     CASE WHEN i.is_short THEN i.dose ELSE n.due_at END AS due_at,
                     CASE WHEN NOT i.is_short THEN n.kind
                          WHEN i.dose <= $4 AND (s.ends_at > $4 OR s.ends_at IS NULL) AND (m.inactivated_at > $4 OR m.inactivated_at IS NULL)
                               AND NOT i.is_recorded
                          THEN 'due' END AS kind,
                     CASE WHEN i.is_short THEN 0 ELSE n.nth END AS nth,
                     CASE WHEN i.is_short THEN i.dose ELSE n.planned_at END AS planned_at,
                     CASE WHEN i.is_short THEN i.dose ELSE n.moment END AS moment,
                     CASE WHEN i.is_short THEN 'normal' ELSE n.urgency END AS urgency,
                     n.recipient,
                     CASE WHEN i.is_short THEN CASE WHEN (i.dose_after < s.ends_at OR s.ends_at IS NULL)
                                                         AND (i.dose_after < m.inactivated_at OR m.inactivated_at IS NULL) THEN i.dose_after END
                          ELSE n.next_at END AS then_at,
                     n.dropped
                FROM taken AS t
               -- What was known of the dose when the row was queued is true still where nothing changed, and it is not recorded.
               CROSS JOIN LATERAL (
                     SELECT t.medication_id IS NOT NULL AND t.look_at >= $4 - interval '2 hours'
                            AND NOT (has_changes AND EXISTS (SELECT FROM medsched.reminder_changes AS c
                                                              WHERE c.user_id = t.user_id AND c.schedule_id = t.schedule_id))
                            AND NOT EXISTS (SELECT FROM medsched.dose_taken AS r
                                             WHERE r.user_id = t.user_id AND r.scheduled_for = t.look_at AND r.schedule_id = t.schedule_id) AS is_ready
                     OFFSET 0) AS p
                LEFT JOIN medsched.schedules AS s ON NOT p.is_ready AND s.user_id = t.user_id AND s.id = t.schedule_id
                LEFT JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
               -- Most have nothing but doses at set times, and nothing but a reminder at each.
               CROSS JOIN LATERAL (
                     SELECT CASE WHEN p.is_ready THEN ARRAY[t.look_at, t.next_at]
                                 WHEN s.after_last IS NULL AND s.follows_by IS NULL AND NOT s.as_needed AND t.event = ''
                                      AND (nothing_special OR NOT medsched._has_special_reminders(t.user_id, t.schedule_id))
                                 -- The first dose that may have to be said: the one that is held, or the next from where the row was to be looked at.
                                 THEN medsched._dose_and_next(s.rrule::text, s.starts_at, s.time_zone::text,
                                        greatest(CASE WHEN t.unfinished THEN t.said_at ELSE greatest(t.looks_from, t.said_at + interval '1 microsecond') END,
                                                 s.effective_from) - interval '1 microsecond',
                                        $4, $4 - interval '2 hours', s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) END AS doses
                     OFFSET 0) AS f
               CROSS JOIN LATERAL (
                     SELECT f.doses[1] AS dose, f.doses[2] AS dose_after,
                            NOT p.is_ready AND f.doses[1] <= $4 AND EXISTS (SELECT FROM medsched.dose_taken AS r
                                                          WHERE r.user_id = t.user_id AND r.scheduled_for = f.doses[1] AND r.schedule_id = t.schedule_id) AS is_recorded
                     OFFSET 0) AS d
               -- Where the first is recorded and the next is due, too, they are looked at together: said_from is where that began.
               CROSS JOIN LATERAL (
                     SELECT d.dose, d.dose_after, d.is_recorded, f.doses IS NOT NULL AND NOT (d.is_recorded AND d.dose_after <= $4) AS is_short OFFSET 0) AS i
                LEFT JOIN LATERAL (
                     SELECT r.*
                       FROM medsched._next_reminder(t.user_id, t.schedule_id, CASE WHEN t.unfinished THEN least(t.said_at, t.looks_from) ELSE t.looks_from END, t.said_at,
                              t.said_dose, t.kind, t.nth, t.unfinished, CASE WHEN t.event <> '' THEN t.said_dose END,
                              CASE WHEN t.event <> '' AND t.kind IS NULL THEN t.until END, t.event LIKE 'undone escalation%', $4) AS r
                      WHERE NOT i.is_short
                     OFFSET 0) AS n ON true
              OFFSET 0) AS l
               -- The oldest first.  What comes out of a sort is copied as it is, for each that reads it.
               ORDER BY l.look_at),
            held AS (
              INSERT INTO medsched.reminders_held (token, user_id, schedule_id, event, lease_ends_at, next_at, said_at, said_from, said_dose, kind, nth, attempt, worker, own_lease)
              SELECT l.token, l.user_id, l.schedule_id, l.event, held_until, l.then_at, l.moment, l.looks_from, l.scheduled_for, l.kind, l.nth, l.attempt, $3, false
                FROM looked AS l
               WHERE l.kind IS NOT NULL
              RETURNING true),
            back AS (
              INSERT INTO medsched.reminder_queue (user_id, schedule_id, event, look_at, said_at, said_from, said_dose, kind, nth, attempt,
                next_at, medication_id, medication_name, dose_amount, dose_unit, instructions, time_zone)
              SELECT l.user_id, l.schedule_id, l.event, l.then_at, l.said_at, l.said_from, l.said_dose, l.said_kind, l.said_nth, l.attempts,
                     r.next_at, r.medication_id, r.medication_name, r.dose_amount, r.dose_unit, r.instructions, r.time_zone
                FROM looked AS l
                LEFT JOIN LATERAL medsched._ready_reminder(l.user_id, l.schedule_id, CASE WHEN l.event = '' THEN l.then_at END, nothing_special) AS r ON true
               WHERE l.kind IS NULL AND l.then_at IS NOT NULL
              RETURNING true),
            late AS (
              INSERT INTO medsched.reminders_dropped (user_id, schedule_id, dropped_at, doses, reason)
              SELECT l.user_id, l.schedule_id, $4, l.dropped, CASE WHEN l.event = '' THEN 'late' ELSE 'failed' END FROM looked AS l WHERE l.dropped > 0)
            SELECT l.token, medsched._reminder_id(i.dose_id, l.kind, l.planned_at), l.kind, l.nth, l.attempt,
                   l.urgency, l.recipient, l.user_id, i.dose_id, l.scheduled_for, l.due_at, medsched._to_local(l.due_at, l.zone), l.zone,
                   l.medication_id, l.name, l.schedule_id, l.dose_amount, l.dose_unit, l.instructions, held_until,
                   NULL::numeric, NULL::text, NULL::timestamptz, NULL::date, NULL::boolean, NULL::timestamptz
              FROM looked AS l
             CROSS JOIN LATERAL (SELECT medsched.dose_id(l.schedule_id, l.scheduled_for) AS dose_id OFFSET 0) AS i
             WHERE l.kind IS NOT NULL
               -- All of them are written before the first is given, which stays given when a later one raises an error.
               AND (SELECT count(*) FROM held) + (SELECT count(*) FROM back) > 0;
          GET DIAGNOSTICS n_rows = ROW_COUNT;
        END IF;
        IF cardinality(said) > 0 THEN
          RETURN QUERY SELECT h.* FROM unnest(said) AS h;
        END IF;
        n_found := n_found + n_ready + n_rows;
        due_rows := CASE WHEN one_by_one THEN due_rows[2:] ELSE '{}' END;
      EXCEPTION WHEN data_exception OR program_limit_exceeded OR integrity_constraint_violation OR raise_exception THEN
        -- One of them cannot be read: find it, and hand out the others.
        IF one_by_one THEN
          PERFORM medsched._set_reminder_aside(due_rows[1], $4, SQLERRM);
          due_rows := due_rows[2:];
        END IF;
        one_by_one := true;
      END;
      EXIT WHEN cardinality(due_rows) = 0;
    END LOOP;
    EXIT WHEN due_rows IS NULL OR n_found >= $1;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._claim_reminders(int, interval, text, timestamptz) IS
  'Internal: hands out what is to be said as of an instant';

-- Have a row of the queue that cannot be read looked at again in an hour, from where it was to be looked at, and say why.
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
     SET look_at = at + interval '1 hour', medication_id = NULL, looks_from = coalesce(q.looks_from, q.look_at), error = problem
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
  elapsed interval := lease;
BEGIN
  -- One of hours and less is elapsed time as it is.
  IF date_part('day', lease) <> 0 OR date_part('month', lease) <> 0 OR date_part('year', lease) <> 0 THEN
    elapsed := medsched._elapsed(lease);
  END IF;
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

-- Whether there is something to look at as of an instant: a change to be followed, a row that is due, or a lease that has ended.
CREATE OR REPLACE FUNCTION medsched._has_reminders(at timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
  last_token CONSTANT uuid := medsched._lease_token(at, uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff');
BEGIN
  RETURN EXISTS (SELECT FROM medsched.reminder_changes)
         OR EXISTS (SELECT FROM medsched.reminder_queue AS q WHERE q.look_at <= at)
         OR EXISTS (SELECT FROM medsched.reminders_held AS h WHERE NOT h.own_lease AND h.token <= last_token AND h.lease_ends_at <= at)
         OR EXISTS (SELECT FROM medsched.reminders_held AS h WHERE h.own_lease AND h.lease_ends_at <= at)
         OR EXISTS (SELECT FROM medsched.stock_reminder_queue AS q WHERE q.look_at <= at);
END
$$;

COMMENT ON FUNCTION medsched._has_reminders(timestamptz) IS
  'Internal: whether there is something to hand out as of an instant, or to look at first';

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
  n_found int;
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
  -- Most often there is nothing, which is told with less.
  IF NOT medsched._has_reminders(now()) THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT r.* FROM medsched._claim_reminders(most, elapsed, worker, now()) AS r;
  -- What is left of a stock may wait for doses, not they for it.
  GET DIAGNOSTICS n_found = ROW_COUNT;
  IF n_found < most AND EXISTS (SELECT FROM medsched.stock_reminder_queue AS q WHERE q.look_at <= now()) THEN
    RETURN QUERY SELECT r.* FROM medsched._claim_stock_reminders(most - n_found, elapsed, worker, now()) AS r;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched.claim_reminders(int, interval, text) IS
  'Hands out the reminders that are due, at most so many, oldest first, each to one caller until the lease ends; worker is a name to find it by. One that is not completed by then is handed out again, with the same reminder_id, a new token and a higher attempt. Of a dose that was recorded, moved or ended meanwhile nothing is handed out. Raises 42P01 before enable_reminders()';
