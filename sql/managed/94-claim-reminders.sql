-- What handing out reminders asks of every row.

CREATE OR REPLACE FUNCTION medsched._dose_and_next(rrule text, starts_at timestamp, time_zone text, after timestamptz, at timestamptz, since timestamptz,
  rdates timestamp[], exdates timestamp[], cycle_days_on int, cycle_days_off int)
RETURNS timestamptz[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r CONSTANT medsched._rule := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  dose CONSTANT timestamptz := medsched._next_occurrence(r, starts_at, r.zone, after, r.added, r.excluded);
BEGIN
  IF dose < since THEN
    RETURN NULL;
  ELSIF dose <= at THEN
    RETURN ARRAY[dose, medsched._next_occurrence(r, starts_at, r.zone, dose, r.added, r.excluded)];
  END IF;
  RETURN ARRAY[dose, dose];
END
$$;

-- A place is a block and a number in it, which no operator takes apart but a point's.
CREATE OR REPLACE FUNCTION medsched._reminder_token(batch uuid, place tid)
RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (left(batch::text, 24) || lpad(to_hex(((place::text::point)[0])::bigint), 8, '0') || lpad(to_hex(((place::text::point)[1])::bigint), 4, '0'))::uuid;

CREATE OR REPLACE FUNCTION medsched._reminder_id(dose_id text, kind text, planned_at timestamptz)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN dose_id || '/' || kind || '/' || floor(date_part('epoch', planned_at))::bigint;

CREATE OR REPLACE FUNCTION medsched._majority(ids uuid[])
RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT u.id FROM unnest(ids) AS u (id) GROUP BY u.id HAVING count(*) > cardinality(ids) / 2);

-- None is locked or handed out without a query.
CREATE OR REPLACE FUNCTION medsched._lock_due(most int, at timestamptz, OUT places tid[], OUT users uuid[], OUT is_mixed boolean)
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
END
$$;

CREATE OR REPLACE FUNCTION medsched._hand_out_ready(places tid[], batch uuid, held_until timestamptz, to_worker text, at timestamptz)
RETURNS SETOF medsched.reminder
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RETURN;
END
$$;
