-- When stocks run out, and by when they are to be refilled.
--
-- A stock runs out at the first dose to come that is more than what is left: the doses are those that the lists have, one after the
-- other, not an average.  What is taken as needed has no times: its recent rate goes on; and of a schedule counted from the
-- last dose, each is taken to be taken when it is due.  An instant that depends on either is said to be an estimate.

-- How much of a medication was taken as needed a second, of late, in a unit, and until when that may go on.  No rate: nothing was,
-- or it is over.
CREATE OR REPLACE FUNCTION medsched._as_needed_rate(of_user uuid, of_medication uuid, in_unit text, at timestamptz,
  OUT rate numeric, OUT until timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  since timestamptz;
BEGIN
  -- Four weeks, so that each day of the week counts as often; less where it has not been taken so long.
  SELECT greatest($4 - interval '672 hours', min(greatest(medsched._to_instant(s.starts_at, s.time_zone::text), s.effective_from))),
         max(least(coalesce(s.ends_at, 'infinity'), coalesce(m.inactivated_at, 'infinity')))
    INTO since, until
    FROM medsched.schedules AS s
    JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
   WHERE s.user_id = of_user AND m.user_id = of_user AND s.medication_id = of_medication AND s.as_needed;
  IF NOT until > at THEN
    until := NULL;
    RETURN;
  END IF;
  since := least(since, $4 - interval '24 hours');
  rate := (
    SELECT sum(coalesce(d.amount, s.dose_amount) * medsched._unit_factor(s.dose_unit, in_unit))
      FROM medsched.dose_taken AS d
      JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
     WHERE d.user_id = of_user AND s.user_id = of_user AND s.medication_id = of_medication AND s.as_needed
       AND d.outcome <> 'skipped' AND d.scheduled_for > since AND d.scheduled_for <= $4)
    / extract(epoch FROM $4 - since);
END
$$;

COMMENT ON FUNCTION medsched._as_needed_rate(uuid, uuid, text, timestamptz) IS
  'Internal: how much was taken as needed a second, of late';

-- The stocks of a person, or of all (NULL), as of an instant: when each runs out, and by when it is to be refilled, as far as the
-- doses until lead time after the horizon tell; NULL: not by then.  The plan for one person is not that for all: the caller's
-- plan_cache_mode decides.
CREATE OR REPLACE FUNCTION medsched._stock_forecasts(of_user uuid, of_medication uuid, at timestamptz, horizon timestamptz)
RETURNS TABLE (user_id uuid, medication_id uuid, medication_name text, amount numeric, unit text, runs_out_at timestamptz,
  is_estimate boolean, refill_by timestamptz, problem text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH stocks AS MATERIALIZED (
      SELECT t.user_id, t.medication_id, t.medication_name, t.amount, t.unit, p.problem,
             t.amount - CASE WHEN m.refill_reserve > 0 THEN m.refill_reserve * medsched._unit_factor(m.refill_reserve_unit, t.unit) ELSE 0 END AS above_reserve,
             coalesce(medsched._elapsed(m.refill_lead_time), '0') AS lead_time,
             nullif(r.rate, 0) AS rate, least(r.until, l.until) AS rate_until,
             g.grace, g.is_counted, greatest(l.until, $3) AS until
        FROM medsched._stocks($1, $2, $3) AS t
       -- OFFSET 0, here and below: first the stock, then what is of it, though the planner may take the tables for empty.
       CROSS JOIN LATERAL (SELECT * FROM medsched.medications AS m WHERE m.user_id = t.user_id AND m.id = t.medication_id OFFSET 0) AS m
       CROSS JOIN LATERAL medsched._as_needed_rate(t.user_id, t.medication_id, t.unit, $3) AS r
       CROSS JOIN LATERAL (
             -- How long after its time a dose may still be taken.
             SELECT coalesce(max(now() - medsched.grace_ended_before(s.grace)), '0') AS grace,
                    bool_or((s.ends_at IS NULL OR s.ends_at > $3) AND s.dose_amount * medsched._unit_factor(s.dose_unit, t.unit) IS NULL) AS is_unknown,
                    coalesce(bool_or(medsched._is_foreseen(s.user_id, s.after_last, s.follows) AND (s.ends_at IS NULL OR s.ends_at > $3)), false) AS is_counted
               FROM medsched.schedules AS s
              WHERE s.user_id = t.user_id AND s.medication_id = t.medication_id AND NOT s.as_needed) AS g
       CROSS JOIN LATERAL (SELECT least($4 + coalesce(medsched._elapsed(m.refill_lead_time), '0'), timestamptz '10000-01-01 00:00Z') AS until) AS l
       CROSS JOIN LATERAL (
             SELECT CASE WHEN t.problem IS NOT NULL THEN t.problem
                         WHEN g.is_unknown THEN 'How much a dose to come takes is not known.'
                         WHEN m.refill_reserve > 0 AND medsched._unit_factor(m.refill_reserve_unit, t.unit) IS NULL
                         THEN format('The reserve is in %s, which does not convert to %s.', medsched._unit_words(m.refill_reserve_unit),
                                     medsched._unit_words(t.unit)) END AS problem) AS p),
    doses AS (
      SELECT d.user_id, d.medication_id, d.due_at, d.amount,
             sum(d.amount) OVER (PARTITION BY d.user_id, d.medication_id ORDER BY d.due_at, d.schedule_id, d.scheduled_for) AS used,
             lag(d.due_at) OVER (PARTITION BY d.user_id, d.medication_id ORDER BY d.due_at, d.schedule_id, d.scheduled_for) AS last_due_at
        FROM (SELECT k.user_id, k.medication_id, o.schedule_id, o.scheduled_for, o.due_at, o.outcome, o.taken_at,
                     s.dose_amount * medsched._unit_factor(s.dose_unit, k.unit) AS amount,
                     now() - medsched.grace_ended_before(s.grace) AS grace,
                     -- One that is missed when the next is due.
                     s.missed_when_next AND coalesce(lead(o.due_at) OVER (PARTITION BY o.schedule_id ORDER BY o.due_at, o.scheduled_for) <= $3, false) AS is_over
                FROM stocks AS k
               CROSS JOIN LATERAL (
                     SELECT * FROM medsched.scheduled_doses($3 - k.grace, k.until) AS o
                      WHERE o.user_id = k.user_id AND o.medication_id = k.medication_id OFFSET 0) AS o
                JOIN medsched.schedules AS s ON s.user_id = k.user_id AND s.id = o.schedule_id
               WHERE k.problem IS NULL
                 AND (o.outcome IS NOT NULL OR NOT medsched._is_foreseen(s.user_id, s.after_last, s.follows))
              UNION ALL
              -- Counted from the last dose, those that will be counted are not listed yet; the one to come stays open until it is taken.
              SELECT k.user_id, k.medication_id, s.id, f.at, f.at, NULL::text, NULL::timestamptz,
                     s.dose_amount * medsched._unit_factor(s.dose_unit, k.unit),
                     CASE WHEN s.follows IS NOT NULL THEN now() - medsched.grace_ended_before(s.grace) END, false
                FROM stocks AS k
                JOIN medsched.schedules AS s ON s.user_id = k.user_id AND s.medication_id = k.medication_id
                 AND medsched._is_foreseen(s.user_id, s.after_last, s.follows)
               CROSS JOIN LATERAL (
                     SELECT n.at FROM medsched._foreseen_doses(k.user_id, s.id, k.until) AS n (at) WHERE s.follows IS NULL
                     UNION ALL
                     SELECT n.at FROM medsched._foreseen_following(k.user_id, s.id, $3 - k.grace, k.until) AS n (at) WHERE s.follows IS NOT NULL) AS f (at)
               WHERE k.problem IS NULL) AS d
       -- To come is what was not taken or skipped by then, and can still be.
       WHERE (d.outcome IS NULL OR d.outcome = 'taken' AND medsched._counts_at(false, d.scheduled_for, d.taken_at) > $3)
         AND (d.grace IS NULL OR d.due_at >= $3 - d.grace) AND NOT d.is_over),
    -- What has been used up by an instant: the doses until then, and what is taken as needed.
    levels AS (
      SELECT k.user_id, k.medication_id, v.nth, v.level, k.rate, k.rate_until,
             min(greatest(d.last_due_at, least(d.due_at,
                   medsched._used_up_at($3, (v.level - (d.used - d.amount)) / k.rate, k.rate_until))))
               FILTER (WHERE d.used + coalesce(k.rate * greatest(extract(epoch FROM least(d.due_at, k.rate_until) - $3), 0), 0) > v.level) AS passed_at,
             max(d.due_at) AS last_due_at, coalesce(max(d.used), 0) AS used
        FROM stocks AS k
       CROSS JOIN LATERAL (VALUES (0, k.amount), (1, k.above_reserve)) AS v (nth, level)
        LEFT JOIN doses AS d ON d.user_id = k.user_id AND d.medication_id = k.medication_id
       WHERE k.problem IS NULL
       GROUP BY k.user_id, k.medication_id, v.nth, v.level, k.rate, k.rate_until),
    passed AS (
      SELECT l.user_id, l.medication_id, l.nth,
             CASE WHEN l.passed_at IS NOT NULL THEN l.passed_at WHEN u.at IS NOT NULL THEN greatest(l.last_due_at, u.at) END AS at
        FROM levels AS l
       CROSS JOIN LATERAL (SELECT medsched._used_up_at($3, (l.level - l.used) / l.rate, l.rate_until)) AS u (at))
    SELECT k.user_id, k.medication_id, k.medication_name, k.amount, k.unit, o.at, (k.rate IS NOT NULL OR k.is_counted) AND o.at IS NOT NULL,
           r.at - k.lead_time, k.problem
      FROM stocks AS k
      LEFT JOIN passed AS o ON o.user_id = k.user_id AND o.medication_id = k.medication_id AND o.nth = 0
      LEFT JOIN passed AS r ON r.user_id = k.user_id AND r.medication_id = k.medication_id AND r.nth = 1;
END
$$;

COMMENT ON FUNCTION medsched._stock_forecasts(uuid, uuid, timestamptz, timestamptz) IS
  'Internal: when stocks run out and are to be refilled, as far as the doses until a horizon tell';

-- The instant so many seconds after another, at the latest at a third; NULL: later.
CREATE OR REPLACE FUNCTION medsched._used_up_at(at timestamptz, seconds numeric, until timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN CASE WHEN seconds <= 0 THEN at
              WHEN seconds <= extract(epoch FROM until - at) THEN date_trunc('second', at + make_interval(secs => seconds::float8)) END;
END
$$;

COMMENT ON FUNCTION medsched._used_up_at(timestamptz, numeric, timestamptz) IS
  'Internal: the instant so many seconds after another';

-- The same of one person, looking ahead as far as each stock lasts: into windows that grow, to ten years.
CREATE OR REPLACE FUNCTION medsched._stock_forecast(of_user uuid, of_medication uuid, at timestamptz)
RETURNS TABLE (medication_id uuid, medication_name text, amount numeric, unit text, runs_out_at timestamptz, is_estimate boolean,
  refill_by timestamptz, problem text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  last CONSTANT timestamptz := '9999-12-31 23:59:59Z';
  days int;
BEGIN
  -- Few are dispensed for longer.
  FOR medication_id, medication_name, amount, unit, runs_out_at, is_estimate, refill_by, problem IN
    SELECT f.medication_id, f.medication_name, f.amount, f.unit, f.runs_out_at, f.is_estimate, f.refill_by, f.problem
      FROM medsched._stock_forecasts($1, $2, $3, least($3 + interval '100 days', last)) AS f
  LOOP
    FOREACH days IN ARRAY '{300,900,2700,3653}'::int[] LOOP
      EXIT WHEN runs_out_at IS NOT NULL OR problem IS NOT NULL;
      SELECT f.runs_out_at, f.is_estimate, f.refill_by INTO runs_out_at, is_estimate, refill_by
        FROM medsched._stock_forecasts($1, medication_id, $3, least($3 + make_interval(days => days), last)) AS f;
    END LOOP;
    RETURN NEXT;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._stock_forecast(uuid, uuid, timestamptz) IS
  'Internal: when stocks of a person run out and are to be refilled, looking ten years ahead';

CREATE OR REPLACE FUNCTION medsched.stock_forecast(user_id uuid, at timestamptz DEFAULT now())
RETURNS TABLE (
  medication_id uuid,
  medication_name text,
  amount numeric,
  unit text,
  runs_out_at timestamptz,
  is_estimate boolean,
  refill_by timestamptz,
  problem text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_instant($2, 'at'), medsched._check_tables();
  RETURN QUERY
    SELECT f.medication_id, f.medication_name, f.amount, f.unit, f.runs_out_at, f.is_estimate, f.refill_by, f.problem
      FROM medsched._stock_forecast($1, NULL::uuid, $2) AS f
     ORDER BY f.refill_by, f.runs_out_at, f.medication_name, f.medication_id;
END
$$;

COMMENT ON FUNCTION medsched.stock_forecast(uuid, timestamptz) IS
  'What a user has at an instant of each medication that has entries in medsched.stock_entries; runs_out_at, the first dose to come that is more than what is left, or where is_estimate is true an instant that depends on the rate at which it was taken as needed in the last four weeks, or on doses that are counted from the last one (NULL: not in ten years); and refill_by, the lead time of the medication before the first dose that leaves less than its reserve';

-- What of a medication's forecast is asked for.
CREATE OR REPLACE FUNCTION medsched._forecast_of(of_user uuid, of_medication uuid, at timestamptz, OUT runs_out_at timestamptz,
  OUT refill_by timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
  f record;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id'), medsched._require_instant($3, 'at'),
          medsched._check_tables();
  IF NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
  SELECT s.* INTO f FROM medsched._stock_forecast($1, $2, $3) AS s;
  IF NOT FOUND OR f.problem IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('the stock of medication "%s" is not known', $2),
      DETAIL = coalesce(f.problem, 'Nothing was recorded of it by then.'), HINT = 'Count it: call medsched.record_stock_entry().',
      TABLE = 'stock_entries', CONSTRAINT = 'medication_has_stock';
  END IF;
  runs_out_at := f.runs_out_at;
  refill_by := f.refill_by;
END
$$;

COMMENT ON FUNCTION medsched._forecast_of(uuid, uuid, timestamptz) IS
  'Internal: when the stock of a medication runs out and is to be refilled; 55000 where it is not known';

CREATE OR REPLACE FUNCTION medsched.runs_out_at(user_id uuid, medication_id uuid, at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT f.runs_out_at FROM medsched._forecast_of($1, $2, $3) AS f);
END
$$;

COMMENT ON FUNCTION medsched.runs_out_at(uuid, uuid, timestamptz) IS
  'The first dose of a medication from an instant on that is more than what is left then; where it is taken as needed, an estimate, as stock_forecast() says. NULL: what is left lasts for all doses of ten years';

CREATE OR REPLACE FUNCTION medsched.refill_by(user_id uuid, medication_id uuid, at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT f.refill_by FROM medsched._forecast_of($1, $2, $3) AS f);
END
$$;

COMMENT ON FUNCTION medsched.refill_by(uuid, uuid, timestamptz) IS
  'When a medication is to be refilled at the latest: refill_lead_time of the medication before the first dose from an instant on that leaves less than its refill_reserve. NULL: not in ten years';

CREATE OR REPLACE FUNCTION medsched.due_refills(window_start timestamptz, window_end timestamptz, at timestamptz DEFAULT now())
RETURNS TABLE (
  user_id uuid,
  medication_id uuid,
  medication_name text,
  amount numeric,
  unit text,
  runs_out_at timestamptz,
  is_estimate boolean,
  refill_by timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched.check_window_for_all($1, $2), medsched._require_instant($3, 'at'), medsched._check_tables();
  RETURN QUERY
    SELECT f.user_id, f.medication_id, f.medication_name, f.amount, f.unit, f.runs_out_at, f.is_estimate, f.refill_by
      FROM medsched._stock_forecasts(NULL::uuid, NULL::uuid, $3, $2) AS f
     WHERE f.refill_by >= $1 AND f.refill_by < $2;
END
$$;

COMMENT ON FUNCTION medsched.due_refills(timestamptz, timestamptz, timestamptz) IS
  'The medications of all users that are to be refilled in [window_start, window_end), by their stocks at an instant, for a notifier; in no order. runs_out_at is NULL where it is later than the doses that were looked at';
