-- What is to be said of a stock, and handing it out.
--
-- A stock is looked at once a day at most, at a time of the day on the person's clock.  While there is much left it is looked at
-- again when half of that can have gone, and after a week at the latest; so what was lost, or taken beside the plan, is seen in
-- time, though nothing is noted when a dose is recorded.  What comes to the stock, and what changes of the medication and its
-- schedules, is noted, and has it looked at on the next day.

-- The next instants at which a clock shows a time of the day: the last by an instant, and the first after it.
CREATE OR REPLACE FUNCTION medsched._times_of_day(at timestamptz, time_of_day time, time_zone text, OUT last timestamptz, OUT next timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  today CONSTANT date := medsched._to_local(at, time_zone)::date;
  instant timestamptz;
BEGIN
  -- Where a day was left out, that of the day before is the one of two days before.
  FOR n IN -2 .. 2 LOOP
    instant := medsched._to_instant(today + n + time_of_day, time_zone);
    IF instant <= at THEN
      last := instant;
    ELSE
      next := instant;
      RETURN;
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._times_of_day(timestamptz, time, text) IS
  'Internal: when a clock shows a time of the day, last by an instant and first after it';

-- When a person hears of the stock of a medication, and on which clock.  No row: the medication is gone, or has no stock.
CREATE OR REPLACE FUNCTION medsched._stock_reminder_rules(of_user uuid, of_medication uuid,
  OUT name text, OUT inactivated_at timestamptz, OUT refill_days_ahead int, OUT low_doses int, OUT time_of_day time,
  OUT again_every_days int, OUT again_at_most int, OUT clock text, OUT quiet_from time, OUT quiet_until time)
RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT m.name, m.inactivated_at, CASE WHEN r.user_id IS NULL THEN 7 ELSE r.refill_days_ahead END,
           CASE WHEN r.user_id IS NULL THEN 0 ELSE r.low_doses END, coalesce(r.time_of_day, '09:00'), coalesce(r.again_every_days, 1),
           coalesce(r.again_at_most, 6), coalesce(r.time_zone, p.time_zone, s.time_zone)::text, p.quiet_from, p.quiet_until
      FROM medsched.medications AS m
      LEFT JOIN LATERAL (
             SELECT u.* FROM medsched.stock_reminder_rules AS u
              WHERE u.user_id = $1 AND (u.medication_id = $2 OR u.medication_id IS NULL)
              ORDER BY u.medication_id NULLS LAST
              LIMIT 1) AS r ON true
      LEFT JOIN medsched.reminder_rules AS p ON p.user_id = $1 AND p.schedule_id IS NULL
      LEFT JOIN LATERAL (
             SELECT c.time_zone FROM medsched.schedules AS c
              WHERE c.user_id = $1 AND c.medication_id = $2
              ORDER BY c.ends_at DESC NULLS FIRST, c.starts_at DESC, c.id
              LIMIT 1) AS s ON true
     WHERE m.user_id = $1 AND m.id = $2
       AND EXISTS (SELECT FROM medsched.stock_entries AS e WHERE e.user_id = $1 AND e.medication_id = $2);
END
$$;

COMMENT ON FUNCTION medsched._stock_reminder_rules(uuid, uuid) IS
  'Internal: when a person hears of the stock of a medication, and on which clock';

-- When a stock is looked at first after an instant; at once where that cannot be said.
CREATE OR REPLACE FUNCTION medsched._stock_look_after(of_user uuid, of_medication uuid, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r record;
BEGIN
  SELECT s.time_of_day, s.clock INTO r FROM medsched._stock_reminder_rules($1, $2) AS s;
  IF r.clock IS NULL OR NOT medsched._is_zone(r.clock) THEN
    RETURN $3;
  END IF;
  RETURN (SELECT t.next FROM medsched._times_of_day($3, r.time_of_day, r.clock) AS t);
END
$$;

COMMENT ON FUNCTION medsched._stock_look_after(uuid, uuid, timestamptz) IS
  'Internal: when a stock is looked at first after an instant';

-- What is to be said of a stock at an instant, after what was said last, or that again while it is pending: handed out and not
-- completed.  No kind: nothing.  is_enough NULL: that is not known, because the person is not to be disturbed now.  next_at: when to look next; NULL: never, because there is no such stock.
CREATE OR REPLACE FUNCTION medsched._next_stock_reminder(of_user uuid, of_medication uuid, said_at timestamptz, said_kind text, said_nth int,
  is_pending boolean, at timestamptz,
  OUT kind text, OUT nth int, OUT planned_at timestamptz, OUT next_at timestamptz, OUT is_enough boolean, OUT time_zone text,
  OUT medication_name text, OUT amount numeric, OUT unit text, OUT runs_out_at timestamptz, OUT is_estimate boolean, OUT refill_by timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
-- Planned for one stock, once: that costs more than the look.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_variable
DECLARE
  r record;
  s record;
  day date;
  quiet_until timestamptz;
  horizon timestamptz;
  problem text;
  is_again boolean;
  is_same boolean;
  -- Below this, it is low; and in how many seconds it is looked at again.
  low numeric;
  soon float8 := 604800;
BEGIN
  SELECT u.* INTO r FROM medsched._stock_reminder_rules(of_user, of_medication) AS u;
  IF NOT FOUND THEN
    RETURN;
  ELSIF r.inactivated_at <= at THEN
    is_enough := true;
    next_at := 'infinity';
    RETURN;
  END IF;
  time_zone := r.clock;
  medication_name := r.name;
  SELECT t.last, t.next INTO planned_at, next_at FROM medsched._times_of_day(at, r.time_of_day, r.clock) AS t;
  -- What comes up in quiet hours is looked at when they end.
  IF r.quiet_from IS NOT NULL THEN
    quiet_until := medsched._within_hours(at, r.quiet_until, r.quiet_from, r.clock);
    IF quiet_until > at THEN
      next_at := least(next_at, quiet_until);
      RETURN;
    END IF;
  END IF;

  -- The largest dose of those to come.
  SELECT max(c.dose_amount * medsched._unit_factor(c.dose_unit, e.unit)) AS dose, bool_or(c.as_needed) AS as_needed INTO s
    FROM medsched.schedules AS c
   CROSS JOIN (SELECT e.unit FROM medsched.stock_entries AS e
                WHERE e.user_id = of_user AND e.medication_id = of_medication AND e.occurred_at <= at
                ORDER BY e.occurred_at DESC, e.recorded_at DESC, e.id DESC LIMIT 1) AS e
   WHERE c.user_id = of_user AND c.medication_id = of_medication AND (c.ends_at IS NULL OR c.ends_at > at);
  horizon := at + make_interval(hours => (coalesce(r.refill_days_ahead, 0) + 15) * 24);
  SELECT f.amount, f.unit, f.runs_out_at, f.is_estimate, f.refill_by, f.problem
    INTO amount, unit, runs_out_at, is_estimate, refill_by, problem
    FROM medsched._stock_forecasts(of_user, of_medication, at, horizon) AS f;
  IF problem IS NOT NULL OR amount IS NULL OR s.dose IS NULL THEN
    is_enough := true;
    next_at := medsched._stock_look_after(of_user, of_medication, at + make_interval(secs => soon) - interval '1 microsecond');
    RETURN;
  END IF;

  -- Days are days on the person's clock.  What is left is too little only where doses to come, or doses as needed, are more.
  day := medsched._to_local(at, r.clock)::date;
  low := (r.low_doses + 1) * s.dose;
  IF amount < low AND runs_out_at IS NULL AND NOT s.as_needed THEN
    SELECT f.runs_out_at, f.is_estimate INTO runs_out_at, is_estimate FROM medsched._stock_forecast(of_user, of_medication, at) AS f;
  END IF;
  kind := CASE WHEN amount < low AND (runs_out_at IS NOT NULL OR s.as_needed) THEN 'stock'
               WHEN medsched._to_local(refill_by, r.clock)::date - r.refill_days_ahead <= day THEN 'refill' END;
  is_enough := kind IS NULL;
  is_again := coalesce(kind = said_kind, false);
  is_same := is_again AND is_pending AND planned_at <= said_at;
  IF is_same THEN
    planned_at := said_at;
  END IF;
  nth := CASE WHEN is_same THEN said_nth WHEN is_again THEN said_nth + 1 ELSE 0 END;
  IF kind IS NULL OR nth > r.again_at_most THEN
    -- Enough, or it was said often enough: looked at when half of what is left can have gone.
    IF s.as_needed THEN
      soon := CASE WHEN kind IS NULL THEN 0 ELSE soon END;
    ELSIF kind IS DISTINCT FROM 'stock' THEN
      soon := greatest(0, least(soon,
        extract(epoch FROM coalesce(runs_out_at, horizon) - at) / 2
          * CASE WHEN kind IS NOT NULL OR low IS NULL THEN 1 WHEN amount > low THEN 1 - low / amount ELSE 0 END,
        CASE WHEN kind IS NULL THEN extract(epoch FROM refill_by - at) / 2 - r.refill_days_ahead * 43200 END));
    END IF;
    next_at := greatest(next_at, medsched._stock_look_after(of_user, of_medication, at + make_interval(secs => soon) - interval '1 microsecond'));
    kind := NULL;
  ELSIF is_again AND NOT is_same
        AND medsched._to_local(planned_at, r.clock)::date < medsched._to_local(said_at, r.clock)::date + r.again_every_days
        -- What comes much later than planned, after an outage, would come at any hour of the night: the next day's is said.
        OR at > interval '12 hours' + (CASE WHEN r.quiet_from IS NULL THEN planned_at
                                            ELSE medsched._within_hours(planned_at, r.quiet_until, r.quiet_from, r.clock) END) THEN
    kind := NULL;
  ELSIF runs_out_at IS NULL OR refill_by IS NULL THEN
    SELECT f.runs_out_at, f.is_estimate, f.refill_by INTO runs_out_at, is_estimate, refill_by
      FROM medsched._stock_forecast(of_user, of_medication, at) AS f;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._next_stock_reminder(uuid, uuid, timestamptz, text, int, boolean, timestamptz) IS
  'Internal: what is to be said of a stock, and when to look next';

-- Row by row: a forecast costs more than all else.  So there is a bound to how many stocks one call looks at.
CREATE OR REPLACE FUNCTION medsched._claim_stock_reminders(most int, lease interval, to_worker text, at timestamptz)
RETURNS SETOF medsched.reminder
LANGUAGE plpgsql VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
  n_found int := 0;
  n_looked int := 0;
  due_rows tid[];
  half int;
  person uuid;
  others tid[];
  place tid;
  q record;
  n record;
  handed medsched.reminder;
BEGIN
  WHILE n_found < most AND n_looked < 50 LOOP
    due_rows := ARRAY(SELECT o.ctid FROM medsched.stock_reminder_queue AS o WHERE o.look_at <= at ORDER BY o.look_at LIMIT least(most - n_found, 20)
                         FOR UPDATE SKIP LOCKED);
    EXIT WHEN cardinality(due_rows) = 0;
    -- What one person has, however much, holds up nobody else.
    half := cardinality(due_rows) / 2;
    person := (SELECT o.user_id FROM medsched.stock_reminder_queue AS o WHERE o.ctid = ANY (due_rows) GROUP BY o.user_id HAVING count(*) > half);
    IF half > 0 AND person IS NOT NULL THEN
      others := ARRAY(SELECT o.ctid FROM medsched.stock_reminder_queue AS o WHERE o.look_at <= at AND o.user_id <> person ORDER BY o.look_at LIMIT half
                         FOR UPDATE SKIP LOCKED);
      due_rows := (others || ARRAY(SELECT d.place FROM unnest(due_rows) WITH ORDINALITY AS d (place, nth) WHERE d.place <> ALL (others)
                                    ORDER BY d.nth))[1:cardinality(due_rows)];
    END IF;
    FOREACH place IN ARRAY due_rows LOOP
      n_looked := n_looked + 1;
      SELECT o.* INTO q FROM medsched.stock_reminder_queue AS o WHERE o.ctid = place;
      BEGIN
        SELECT r.* INTO n FROM medsched._next_stock_reminder(q.user_id, q.medication_id, q.said_at, q.kind, q.nth, q.next_at IS NOT NULL, at) AS r;
        IF n.next_at IS NULL THEN
          DELETE FROM medsched.stock_reminder_queue AS o WHERE o.ctid = place;
        ELSIF n.kind IS NULL THEN
          UPDATE medsched.stock_reminder_queue AS o
             SET look_at = n.next_at, next_at = CASE WHEN n.is_enough IS NULL THEN q.next_at END, kind = CASE WHEN n.is_enough IS NOT TRUE THEN q.kind END,
                 nth = CASE WHEN n.is_enough IS NOT TRUE THEN q.nth END, token = NULL, worker = NULL, error = NULL
           WHERE o.ctid = place;
        ELSE
          handed := NULL;
          handed.token := gen_random_uuid();
          handed.reminder_id := q.medication_id || '/' || n.kind || '/' || floor(date_part('epoch', n.planned_at));
          handed.kind := n.kind;
          handed.nth := n.nth;
          handed.attempt := CASE WHEN (q.said_at, q.kind, q.nth) = (n.planned_at, n.kind, n.nth) THEN q.attempt + 1 ELSE 1 END;
          handed.urgency := CASE n.kind WHEN 'stock' THEN 'normal' ELSE 'low' END;
          handed.user_id := q.user_id;
          handed.time_zone := n.time_zone;
          handed.medication_id := q.medication_id;
          handed.medication_name := n.medication_name;
          handed.lease_ends_at := at + lease;
          handed.stock_amount := n.amount;
          handed.stock_unit := n.unit;
          handed.runs_out_at := n.runs_out_at;
          handed.runs_out_on := medsched._to_local(n.runs_out_at, n.time_zone)::date;
          handed.is_estimate := n.is_estimate;
          handed.refill_by := n.refill_by;
          UPDATE medsched.stock_reminder_queue AS o
             SET look_at = at + lease, next_at = n.next_at, said_at = n.planned_at, kind = n.kind, nth = n.nth, attempt = handed.attempt,
                 token = handed.token, worker = to_worker, error = NULL
           WHERE o.ctid = place;
          n_found := n_found + 1;
          RETURN NEXT handed;
        END IF;
      EXCEPTION WHEN data_exception OR program_limit_exceeded OR integrity_constraint_violation OR raise_exception THEN
        UPDATE medsched.stock_reminder_queue AS o SET look_at = at + interval '1 hour', token = NULL, error = SQLERRM WHERE o.ctid = place;
        RAISE WARNING 'no reminders of the stock of medication "%" can be worked out', q.medication_id USING DETAIL = SQLERRM,
          HINT = 'It is looked at again in an hour, or when it is changed.';
      END;
    END LOOP;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._claim_stock_reminders(int, interval, text, timestamptz) IS
  'Internal: hands out what is to be said of stocks as of an instant';

-- Have stocks looked at again after changes to their persons, and return the changes that were followed: those of a person whose
-- stock another session holds are not, so that nobody waits here.
CREATE OR REPLACE FUNCTION medsched._follow_stock_changes(changes tid[], at timestamptz)
RETURNS tid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = on
SET enable_hashjoin = off
AS $$
#variable_conflict use_variable
DECLARE
  persons uuid[];
  held uuid[];
  free tid[];
BEGIN
  persons := ARRAY(SELECT DISTINCT c.user_id FROM medsched.reminder_changes AS c
                    WHERE c.ctid = ANY (changes) AND EXISTS (SELECT FROM medsched.stock_entries AS e WHERE e.user_id = c.user_id));
  IF persons = '{}' THEN
    RETURN changes;
  END IF;
  free := ARRAY(SELECT q.ctid FROM medsched.stock_reminder_queue AS q WHERE q.user_id = ANY (persons) FOR UPDATE SKIP LOCKED);
  held := ARRAY(SELECT DISTINCT q.user_id FROM medsched.stock_reminder_queue AS q WHERE q.user_id = ANY (persons) AND q.ctid <> ALL (free));
  WITH changed AS MATERIALIZED (
    SELECT c.user_id, greatest(min(c.since), at - interval '24 hours') AS since
      FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes) AND c.user_id = ANY (persons)
     GROUP BY c.user_id),
  -- While one is handed out, its lease stays.
  followed AS (
    UPDATE medsched.stock_reminder_queue AS q
       SET look_at = CASE WHEN q.next_at IS NULL THEN least(q.look_at, l.look_at) ELSE q.look_at END,
           next_at = CASE WHEN q.next_at IS NOT NULL THEN least(q.next_at, l.look_at) END
      FROM (SELECT o.ctid AS place, medsched._stock_look_after(o.user_id, o.medication_id, c.since) AS look_at
              FROM medsched.stock_reminder_queue AS o
              JOIN changed AS c ON c.user_id = o.user_id
             WHERE o.ctid = ANY (free)) AS l
     WHERE q.ctid = l.place AND l.look_at < coalesce(q.next_at, q.look_at)),
  missing AS MATERIALIZED (
    SELECT DISTINCT e.user_id, e.medication_id, c.since
      FROM changed AS c
      JOIN medsched.stock_entries AS e ON e.user_id = c.user_id
     WHERE NOT EXISTS (SELECT FROM medsched.stock_reminder_queue AS o WHERE o.user_id = e.user_id AND o.medication_id = e.medication_id)),
  fresh AS (
    INSERT INTO medsched.stock_reminder_queue AS q (user_id, medication_id, look_at)
    SELECT n.user_id, n.medication_id, medsched._stock_look_after(n.user_id, n.medication_id, n.since)
      FROM missing AS n
     ORDER BY n.user_id, n.medication_id
    ON CONFLICT DO NOTHING
    RETURNING q.user_id, q.medication_id)
  -- What another session took into the queue meanwhile may not know the change.
  SELECT held || coalesce(array_agg(n.user_id), '{}') INTO held
    FROM missing AS n WHERE (n.user_id, n.medication_id) NOT IN (SELECT f.user_id, f.medication_id FROM fresh AS f);
  RETURN CASE WHEN held = '{}' THEN changes
              ELSE ARRAY(SELECT c.ctid FROM medsched.reminder_changes AS c WHERE c.ctid = ANY (changes) AND c.user_id <> ALL (held)) END;
END
$$;

COMMENT ON FUNCTION medsched._follow_stock_changes(tid[], timestamptz) IS
  'Internal: has stocks looked at again after changes to their persons';

-- What becomes of reminders of stocks that were handed out, by their tokens; those that are none of these are left to others.
CREATE OR REPLACE FUNCTION medsched._complete_stock_reminders(tokens uuid[])
RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  places tid[];
BEGIN
  places := ARRAY(SELECT q.ctid FROM medsched.stock_reminder_queue AS q WHERE q.token = ANY ($1) ORDER BY q.user_id, q.medication_id FOR UPDATE);
  IF places = '{}' THEN
    RETURN;
  END IF;
  RETURN QUERY
    WITH held AS MATERIALIZED (
      SELECT q.ctid AS place, q.token FROM medsched.stock_reminder_queue AS q WHERE q.ctid = ANY (places)),
    moved_on AS (
      UPDATE medsched.stock_reminder_queue AS q
         SET look_at = q.next_at, next_at = NULL, token = NULL, worker = NULL, error = NULL
       WHERE q.ctid = ANY (places))
    SELECT h.token FROM held AS h;
END
$$;

COMMENT ON FUNCTION medsched._complete_stock_reminders(uuid[]) IS
  'Internal: completes reminders of stocks that were handed out';

CREATE OR REPLACE FUNCTION medsched._fail_stock_reminder(token uuid, retry_after interval, error text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  r record;
BEGIN
  UPDATE medsched.stock_reminder_queue AS q
     SET look_at = CASE WHEN $2 IS NULL THEN q.next_at ELSE now() + $2 END, next_at = CASE WHEN $2 IS NOT NULL THEN q.next_at END, token = NULL,
         error = $3
   WHERE q.token = $1
  RETURNING q.user_id, q.medication_id INTO r;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF $2 IS NULL THEN
    INSERT INTO medsched.reminders_dropped (user_id, medication_id, dropped_at, doses, reason) VALUES (r.user_id, r.medication_id, now(), 0, 'failed');
  END IF;
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._fail_stock_reminder(uuid, interval, text) IS
  'Internal: has a reminder of a stock handed out again later, or gives it up';
