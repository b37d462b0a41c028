-- When one more dose breaks a limit, by the doses recorded.

-- The doses of a medication that were taken as needed between two instants, one left out, and their amounts in a unit.  What is
-- not known in that unit counts as one dose of the schedule.  Where recorded is given, those that were recorded later do not
-- count, nor does what was recorded in spite of the limits at the same time.
CREATE OR REPLACE FUNCTION medsched._taken_as_needed(of_user uuid, of_medication uuid, in_unit text, dose_amount numeric,
  after timestamptz, until timestamptz, but_schedule uuid, but timestamptz, recorded timestamptz,
  OUT doses timestamptz[], OUT amounts numeric[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  SELECT array_agg(d.scheduled_for ORDER BY d.scheduled_for, d.schedule_id),
         array_agg(coalesce(coalesce(d.amount, s.dose_amount) * medsched._unit_factor(s.dose_unit, in_unit), $4)
                   ORDER BY d.scheduled_for, d.schedule_id)
    INTO doses, amounts
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
   WHERE d.user_id = of_user AND s.user_id = of_user AND s.medication_id = of_medication AND s.as_needed
     AND d.outcome <> 'skipped' AND d.scheduled_for > after AND d.scheduled_for < $6
     AND (d.schedule_id = but_schedule AND d.scheduled_for = but) IS NOT TRUE
     AND (d.recorded_at < recorded OR d.recorded_at = recorded AND d.despite_limits IS NULL) IS NOT FALSE;
END
$$;

COMMENT ON FUNCTION medsched._taken_as_needed(uuid, uuid, text, numeric, timestamptz, timestamptz, uuid, timestamptz, timestamptz) IS
  'Internal: when doses of a medication were taken as needed, and how much';

-- When a dose counts: one as needed at its time, one at a set time when it was taken.  Of what is said to have been taken more
-- than 31 days from its time, that is hardly so, and an index cannot find it: it counts at its time.
CREATE OR REPLACE FUNCTION medsched._counts_at(as_needed boolean, scheduled_for timestamptz, taken_at timestamptz)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN $1 OR $3 IS NULL OR $3 < $2 - interval '744 hours' OR $3 > $2 + interval '744 hours' THEN $2 ELSE $3 END;

COMMENT ON FUNCTION medsched._counts_at(boolean, timestamptz, timestamptz) IS
  'Internal: the instant at which limits of a substance count a dose';

-- The same of all medications that hold a substance, and how much of it, in a unit.  NULL: it is not known how much.
CREATE OR REPLACE FUNCTION medsched._taken_of_substance(of_user uuid, of_substance text, in_unit text, after timestamptz, until timestamptz,
  but_schedule uuid, but timestamptz, recorded timestamptz, OUT doses timestamptz[], OUT amounts numeric[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  SELECT array_agg(t.at ORDER BY t.at, t.schedule_id), array_agg(t.amount ORDER BY t.at, t.schedule_id)
    INTO doses, amounts
    FROM (SELECT d.schedule_id, medsched._counts_at(s.as_needed, d.scheduled_for, d.taken_at) AS at,
                 coalesce(d.amount, s.dose_amount) * m.substance_amount * medsched._unit_factor(m.substance_unit, in_unit) AS amount
            FROM medsched.dose_taken AS d
            JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
            JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
           WHERE d.user_id = of_user AND s.user_id = of_user AND m.user_id = of_user AND lower(m.substance) = lower(of_substance)
             AND d.outcome <> 'skipped' AND d.scheduled_for > after - interval '744 hours' AND d.scheduled_for < $5 + interval '744 hours'
             AND (d.schedule_id = but_schedule AND d.scheduled_for = but) IS NOT TRUE
             AND (d.recorded_at < recorded OR d.recorded_at = recorded AND d.despite_limits IS NULL) IS NOT FALSE) AS t
   WHERE t.at > after AND t.at < $5;
END
$$;

COMMENT ON FUNCTION medsched._taken_of_substance(uuid, text, text, timestamptz, timestamptz, uuid, timestamptz, timestamptz) IS
  'Internal: when a substance was taken, and how much';

-- When one more dose with so much of a substance breaks a limit of the person's, for instants from at to to_instant.
CREATE OR REPLACE FUNCTION medsched._substance_spans(of_user uuid, of_substance text, more numeric, more_unit text,
  at timestamptz, to_instant timestamptz, but_schedule uuid, but timestamptz, recorded timestamptz)
RETURNS TABLE (rule text, substance text, most numeric, unit text, within interval, days int, time_zone text, of_amount numeric,
  since timestamptz, until timestamptz, first timestamptz, last timestamptz, taken numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  r record;
  t record;
  reach interval;
BEGIN
  FOR r IN
    SELECT l.substance, l.unit, l.limits, l.min_interval, l.time_zone::text AS time_zone, l.set_at
      FROM medsched.substance_limits AS l
     WHERE l.user_id = of_user AND lower(l.substance) = lower(of_substance)
     ORDER BY l.substance
  LOOP
    -- A limit is not held against what was recorded before it was set.
    CONTINUE WHEN recorded <= r.set_at;
    reach := medsched._limits_reach(r.min_interval, NULL::int, r.limits);
    t := medsched._taken_of_substance(of_user, r.substance, r.unit, at - reach, to_instant + reach, but_schedule, but, recorded);
    RETURN QUERY
      SELECT CASE l.rule WHEN 'as_needed_min_interval' THEN l.rule ELSE 'substance_limits' END, r.substance, l.most,
             CASE WHEN l.is_amount THEN r.unit END, l.within, l.days, r.time_zone, a.amount, f.*
        FROM medsched._limit_rows(r.min_interval, NULL::int, NULL::numeric, r.limits) AS l
       CROSS JOIN LATERAL (SELECT CASE WHEN l.is_amount AND more > 0 THEN more * medsched._unit_factor(more_unit, r.unit) ELSE sign(more) END) AS a (amount)
       CROSS JOIN LATERAL medsched._forbidden(t.doses,
                CASE WHEN l.is_amount THEN t.amounts END,
                CASE WHEN l.is_amount THEN a.amount ELSE coalesce(a.amount, 1) END, l.most, l.within, l.days, r.time_zone) AS f;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._substance_spans(uuid, text, numeric, text, timestamptz, timestamptz, uuid, timestamptz, timestamptz) IS
  'Internal: when one more dose breaks a limit of a substance';

-- When one more dose of a schedule, of an amount (NULL: its dose_amount), breaks any limit, for instants from at to to_instant.
CREATE OR REPLACE FUNCTION medsched._limit_spans(of_user uuid, of_schedule uuid, amount numeric, at timestamptz, to_instant timestamptz,
  but timestamptz, recorded timestamptz)
RETURNS TABLE (rule text, substance text, most numeric, unit text, within interval, days int, time_zone text, of_amount numeric,
  since timestamptz, until timestamptz, first timestamptz, last timestamptz, taken numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  t record;
  reach interval;
BEGIN
  SELECT c.medication_id, c.as_needed, c.min_interval, c.max_per_24h, c.limits, c.dose_amount, c.dose_unit, c.time_zone::text AS time_zone,
         m.substance, m.substance_amount, m.substance_unit
    INTO s
    FROM medsched.schedules AS c
    JOIN medsched.medications AS m ON m.user_id = c.user_id AND m.id = c.medication_id
   WHERE c.user_id = of_user AND m.user_id = of_user AND c.id = of_schedule;
  IF s.as_needed THEN
    reach := medsched._limits_reach(s.min_interval, s.max_per_24h, s.limits);
  END IF;
  amount := coalesce(amount, s.dose_amount);
  IF reach IS NOT NULL THEN
    t := medsched._taken_as_needed(of_user, s.medication_id, s.dose_unit, s.dose_amount, at - reach, to_instant + reach, of_schedule, but, recorded);
    RETURN QUERY
      SELECT l.rule, NULL::text, l.most, CASE WHEN l.is_amount THEN coalesce(s.dose_unit, '') END, l.within, l.days, s.time_zone, amount, f.*
        FROM medsched._limit_rows(s.min_interval, s.max_per_24h, s.dose_amount, s.limits) AS l
       CROSS JOIN LATERAL medsched._forbidden(t.doses,
                CASE WHEN l.is_amount THEN t.amounts END,
                CASE WHEN l.is_amount THEN amount ELSE 1 END, l.most, l.within, l.days, s.time_zone) AS f;
  END IF;
  IF s.substance IS NOT NULL THEN
    RETURN QUERY
      SELECT f.* FROM medsched._substance_spans(of_user, s.substance, amount * s.substance_amount, s.substance_unit, at, to_instant,
                                                of_schedule, but, recorded) AS f;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._limit_spans(uuid, uuid, numeric, timestamptz, timestamptz, timestamptz, timestamptz) IS
  'Internal: when one more dose of a schedule breaks a limit';

-- When one more dose of a schedule is allowed by all limits, the recorded dose at but being left out; infinity: never.
CREATE OR REPLACE FUNCTION medsched._next_allowed_at(of_user uuid, of_schedule uuid, amount numeric, at timestamptz, but timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  RETURN (SELECT medsched._next_outside(array_agg(f.since ORDER BY f.since), array_agg(f.until ORDER BY f.since), at)
            FROM medsched._limit_spans(of_user, of_schedule, amount, at, 'infinity'::timestamptz, but, NULL::timestamptz) AS f);
END
$$;

COMMENT ON FUNCTION medsched._next_allowed_at(uuid, uuid, numeric, timestamptz, timestamptz) IS
  'Internal: when all limits allow one more dose of a schedule';
