-- What claims.mjs calls.  Each notes in took how many ms of the server it took, in which round.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE TABLE took (round int DEFAULT current_setting('bench.round')::int, what text, ms float8);

CREATE PROCEDURE claim_and_complete()
LANGUAGE plpgsql
AS $$
DECLARE
  began timestamptz := clock_timestamp();
  tokens CONSTANT uuid[] := ARRAY(SELECT r.token FROM medsched.claim_reminders(1000, '10 minutes', 'bench') AS r);
BEGIN
  INSERT INTO took (what, ms) VALUES ('claim ' || cardinality(tokens), 1000 * date_part('epoch', clock_timestamp() - began));
  COMMIT;
  began := clock_timestamp();
  PERFORM medsched.complete_reminders(tokens);
  INSERT INTO took (what, ms) VALUES ('complete', 1000 * date_part('epoch', clock_timestamp() - began));
END
$$;

CREATE PROCEDURE claim_nothing()
LANGUAGE plpgsql
AS $$
DECLARE
  began CONSTANT timestamptz := clock_timestamp();
BEGIN
  PERFORM medsched.claim_reminders(1000);
  INSERT INTO took (what, ms) VALUES ('idle', 1000 * date_part('epoch', clock_timestamp() - began));
END
$$;

-- The least that a claim of 1,000 has to do, whatever it hands out: find and lock rows of the queue, take them away and note who holds them.
-- It is undone, so that every turn finds the same, which are due an hour from now and more.
CREATE PROCEDURE move_rows()
LANGUAGE plpgsql
AS $$
DECLARE
  batch CONSTANT uuid := gen_random_uuid();
  began timestamptz;
  places tid[];
  ms float8;
BEGIN
  PERFORM set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true);
  began := clock_timestamp();
  places := ARRAY(SELECT q.ctid FROM medsched.reminder_queue AS q WHERE q.look_at > now() + interval '1 hour'
                   ORDER BY q.look_at LIMIT 1000 FOR UPDATE SKIP LOCKED);
  WITH taken AS (DELETE FROM medsched.reminder_queue AS q WHERE q.ctid = ANY (places) RETURNING q.ctid AS place, q.user_id, q.schedule_id, q.event, q.look_at)
  INSERT INTO medsched.reminders_held (token, user_id, schedule_id, event, lease_ends_at, next_at, said_at, said_dose, kind, nth, attempt, worker, own_lease)
  SELECT medsched._reminder_token(batch, t.place), t.user_id, t.schedule_id, t.event, now(), now(), t.look_at, t.look_at, 'due', 0, 1, 'bench', false FROM taken AS t;
  ms := 1000 * date_part('epoch', clock_timestamp() - began);
  ROLLBACK;
  INSERT INTO took (what, ms) VALUES ('moving 1000 rows alone', ms);
END
$$;

-- A backend maps a page of the shared buffers when it first looks at it, which a worker that has run for a while has done.
CREATE EXTENSION pgstattuple;
CREATE PROCEDURE look_at_each_page()
LANGUAGE sql
AS $$
SELECT CASE c.relkind WHEN 'r' THEN pgstattuple(c.oid)::text ELSE pgstatindex(c.oid)::text END
  FROM pg_class AS c
 WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind IN ('r', 'i') AND pg_relation_size(c.oid) > 0
$$;
