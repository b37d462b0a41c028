-- What becomes of reminders that were handed out.
--
-- A token is valid until the lease has ended and somebody claims.  Rows are locked in the order of the index on the token: two sessions
-- that complete many never wait for each other.

CREATE OR REPLACE FUNCTION medsched._require_token(token uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF token IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'token must not be null';
  END IF;
  PERFORM medsched._check_reminders();
END
$$;

COMMENT ON FUNCTION medsched._require_token(uuid) IS
  'Internal: checks that a token is given, and that there is a queue';

COMMENT ON FUNCTION medsched._complete_ready(uuid[]) IS
  'Internal: completes those reminders after which it is known what is to be said next, where that takes no query, and leaves the rest';

CREATE OR REPLACE FUNCTION medsched.complete_reminders(tokens uuid[])
RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  n_completed int;
  n_others int;
  nothing_special boolean;
BEGIN
  IF $1 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'tokens must not be null';
  END IF;
  PERFORM medsched._check_reminders();
  nothing_special := medsched._nothing_is_special();
  BEGIN
    RETURN QUERY SELECT c.token
      FROM medsched._complete_ready(CASE WHEN nothing_special THEN $1 ELSE ARRAY(
             SELECT h.token FROM medsched.reminders_held AS h
              WHERE h.token = ANY ($1) AND NOT medsched._has_special_reminders(h.user_id, h.schedule_id)) END) AS c (token);
    GET DIAGNOSTICS n_completed = ROW_COUNT;
  EXCEPTION WHEN data_exception OR program_limit_exceeded OR integrity_constraint_violation OR raise_exception THEN
    -- One of the schedules cannot be read, which is found out when it is looked at.
    n_completed := 0;
  END;
  IF n_completed = cardinality($1) THEN
    RETURN;
  END IF;
  BEGIN
    -- Locked by this statement, so that the next sees what was changed before: a change that was followed while this one waits is noted no more.
    PERFORM FROM medsched.reminders_held AS h WHERE h.token = ANY ($1) FOR UPDATE;
    RETURN QUERY
      WITH over AS (
        DELETE FROM medsched.reminders_held AS h WHERE h.token = ANY ($1)
        RETURNING h.token, h.user_id, h.schedule_id, h.event, h.next_at, h.said_at, h.said_from, h.said_dose, h.kind, h.nth, h.attempt),
      -- The row of a reminder that is held is not in the queue: there is no conflict to look for.
      back AS (
        INSERT INTO medsched.reminder_queue (user_id, schedule_id, event, look_at, said_at, said_from, said_dose, kind, nth, attempt,
          next_at, medication_id, medication_name, dose_amount, dose_unit, instructions, time_zone)
        SELECT o.user_id, o.schedule_id, o.event, o.next_at, o.said_at, o.said_from, o.said_dose, o.kind, o.nth, o.attempt,
               r.next_at, r.medication_id, r.medication_name, r.dose_amount, r.dose_unit, r.instructions, r.time_zone
          FROM over AS o
          LEFT JOIN LATERAL medsched._ready_reminder(o.user_id, o.schedule_id, CASE WHEN o.event = '' THEN o.next_at END, nothing_special) AS r ON true
         WHERE o.next_at IS NOT NULL
        RETURNING true)
      -- All of them are put back before the first token is given, which stays given after an error.
      SELECT o.token FROM over AS o WHERE (SELECT count(*) FROM back) >= 0;
  EXCEPTION WHEN data_exception OR program_limit_exceeded OR integrity_constraint_violation OR raise_exception OR insufficient_privilege THEN
    -- But where somebody put one there by hand; or a schedule cannot be read, or not by who completes.
    RETURN QUERY
      WITH over AS (
        DELETE FROM medsched.reminders_held AS h WHERE h.token = ANY ($1)
        RETURNING h.token, h.user_id, h.schedule_id, h.event, h.next_at, h.said_at, h.said_from, h.said_dose, h.kind, h.nth, h.attempt),
      back AS (
        INSERT INTO medsched.reminder_queue AS q (user_id, schedule_id, event, look_at, said_at, said_from, said_dose, kind, nth, attempt)
        SELECT o.user_id, o.schedule_id, o.event, o.next_at, o.said_at, o.said_from, o.said_dose, o.kind, o.nth, o.attempt
          FROM over AS o
         WHERE o.next_at IS NOT NULL
        ON CONFLICT (user_id, schedule_id, event) DO UPDATE SET look_at = least(q.look_at, EXCLUDED.look_at))
      SELECT o.token FROM over AS o;
  END;
  GET DIAGNOSTICS n_others = ROW_COUNT;
  IF n_completed + n_others < cardinality($1) THEN
    RETURN QUERY SELECT t.token FROM medsched._complete_stock_reminders($1) AS t (token);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched.complete_reminders(uuid[]) IS
  'Completes reminders that were handed out, by their tokens, and returns the tokens of those that it completed. One that is missing was completed before, or its lease ended and it went back to the queue';

CREATE OR REPLACE FUNCTION medsched.complete_reminder(token uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._require_token($1);
  PERFORM FROM medsched.complete_reminders(ARRAY[$1]);
  RETURN FOUND;
END
$$;

COMMENT ON FUNCTION medsched.complete_reminder(uuid) IS
  'Completes a reminder that was handed out: it is not handed out again. false: it was completed before, or its lease ended and it went back to the queue';

-- A reminder that failed gets a row of its own, so that it holds up no other of its schedule: somebody else may have to be told.
CREATE OR REPLACE FUNCTION medsched.fail_reminder(
  token uuid,
  retry_after interval DEFAULT '1 minute',
  error text DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  elapsed CONSTANT interval := medsched._elapsed($2);
  r record;
BEGIN
  PERFORM medsched._require_token($1);
  IF elapsed < interval '0' OR elapsed > interval '7 days' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'retry_after must be from 0 to 7 days', DETAIL = format('It is %s.', $2),
      HINT = 'Null gives the reminder up.';
  ELSIF length($3) > 10000 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'error must have at most 10000 characters', DETAIL = format('It is "%s".', medsched._shortened($3));
  END IF;
  SELECT h.user_id, h.schedule_id, h.event, h.said_at, h.said_dose, h.kind, h.nth, h.attempt, h.worker INTO r
    FROM medsched.reminders_held AS h WHERE h.token = $1 FOR UPDATE;
  IF NOT FOUND THEN
    RETURN medsched._fail_stock_reminder($1, elapsed, $3);
  END IF;
  IF elapsed IS NULL THEN
    INSERT INTO medsched.reminders_dropped (user_id, schedule_id, dropped_at, doses, reason)
    VALUES (r.user_id, r.schedule_id, now(), 1, 'failed');
  ELSE
    INSERT INTO medsched.reminder_queue AS q (user_id, schedule_id, event, look_at, said_at, said_dose, kind, nth, attempt, worker, error)
    VALUES (r.user_id, r.schedule_id,
            CASE WHEN r.event <> '' THEN r.event ELSE r.kind || ' ' || r.nth || ' ' || extract(epoch FROM r.said_dose)::text END,
            now() + elapsed, r.said_at, r.said_dose, r.kind, r.nth, r.attempt, r.worker, $3)
    ON CONFLICT (user_id, schedule_id, event) DO UPDATE
    SET look_at = EXCLUDED.look_at, said_at = EXCLUDED.said_at, attempt = EXCLUDED.attempt, worker = EXCLUDED.worker, error = EXCLUDED.error,
        unfinished = false;
  END IF;
  PERFORM FROM medsched.complete_reminders(ARRAY[$1]);
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched.fail_reminder(uuid, interval, text) IS
  'Says that a reminder which was handed out could not be passed on, and why: it is handed out again after retry_after, a day being 24 hours, unless its dose is recorded by then or it is too late for it; NULL gives it up. Others of its schedule do not wait for it. false: it was completed before, or its lease ended and it went back to the queue';

CREATE OR REPLACE FUNCTION medsched.extend_lease(token uuid, lease interval DEFAULT '1 minute')
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  elapsed CONSTANT interval := medsched._check_lease($2);
BEGIN
  PERFORM medsched._require_token($1);
  UPDATE medsched.reminders_held AS h SET lease_ends_at = now() + elapsed, own_lease = true WHERE h.token = $1;
  IF NOT FOUND THEN
    UPDATE medsched.stock_reminder_queue AS q SET look_at = now() + elapsed WHERE q.token = $1;
  END IF;
  RETURN FOUND;
END
$$;

COMMENT ON FUNCTION medsched.extend_lease(uuid, interval) IS
  'Holds a reminder that was handed out for so long from now on. false: it was completed before, or its lease ended and it went back to the queue';

CREATE OR REPLACE FUNCTION medsched.next_reminder_at()
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
BEGIN
  PERFORM medsched._check_reminders();
  IF EXISTS (SELECT FROM medsched.reminder_changes) THEN
    RETURN now();
  END IF;
  RETURN least((SELECT q.look_at FROM medsched.reminder_queue AS q ORDER BY q.look_at LIMIT 1),
               (SELECT h.lease_ends_at FROM medsched.reminders_held AS h WHERE NOT h.own_lease ORDER BY h.token LIMIT 1),
               (SELECT h.lease_ends_at FROM medsched.reminders_held AS h WHERE h.own_lease ORDER BY h.lease_ends_at LIMIT 1),
               (SELECT q.look_at FROM medsched.stock_reminder_queue AS q WHERE q.look_at < 'infinity' ORDER BY q.look_at LIMIT 1));
END
$$;

COMMENT ON FUNCTION medsched.next_reminder_at() IS
  'When claim_reminders() is to be called next: the first instant at which something may have to be said, or a lease ends; now() or before: at once; NULL: nothing is queued. A change can bring it forward, so sleep no longer than you want to be late for one';
