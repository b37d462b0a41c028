-- When a schedule has doses, from its parts and no table: what callers ask.

CREATE OR REPLACE FUNCTION medsched.occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS SETOF timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000 ROWS 60
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
  most int;
  n bigint;
BEGIN
  IF window_start IS NULL OR window_end IS NULL OR NOT isfinite(window_start) OR NOT isfinite(window_end)
     OR window_end < window_start THEN
    PERFORM medsched.check_window(window_start, window_end);
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  most := medsched._max_doses();
  RETURN QUERY
    SELECT * FROM medsched._window(r, starts_at, r.zone, window_start, window_end, r.added, r.excluded, most);
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > most THEN
    PERFORM medsched._refuse_count(most);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION medsched.count_occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
  RETURN (SELECT count(*) FROM medsched.occurrences(rrule, starts_at, time_zone, window_start, window_end,
                                                    rdates, exdates, cycle_days_on, cycle_days_off));
END
$$;

CREATE OR REPLACE FUNCTION medsched.is_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  at timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF at IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'at must not be null';
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, medsched._dates_near(rdates, at), medsched._dates_near(exdates, at),
                                cycle_days_on, cycle_days_off);
  RETURN medsched._is_occurrence(r, starts_at, r.zone, at, r.added, r.excluded);
END
$$;

CREATE OR REPLACE FUNCTION medsched.next_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  after timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF after IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'after must not be null';
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  RETURN medsched._next_occurrence(r, starts_at, r.zone, after, r.added, r.excluded);
END
$$;

CREATE OR REPLACE FUNCTION medsched.previous_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  before timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
BEGIN
  IF before IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'before must not be null';
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  RETURN medsched._previous_occurrence(r, starts_at, r.zone, before, r.added, r.excluded);
END
$$;

-- Say whether a schedule's time zone is still one: an update of the server's time zone data can take a name away, which is
-- all that can make a row unreadable.  What is asked about everybody leaves that schedule out, and says so.
CREATE OR REPLACE FUNCTION medsched._has_zone(schedule_id uuid, time_zone text)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
  IF time_zone IS NULL OR medsched._is_zone(time_zone) THEN
    RETURN true;
  END IF;
  RAISE WARNING USING ERRCODE = '22023',
    MESSAGE = format('%s is left out: time zone "%s" is not known',
                     CASE WHEN schedule_id IS NULL THEN 'a schedule' ELSE format('schedule "%s"', schedule_id) END,
                     medsched._shortened(time_zone)),
    HINT = 'medsched.check_integrity() lists the schedules that cannot be read.';
  RETURN false;
END
$$;

COMMENT ON FUNCTION medsched._has_zone(uuid, text) IS
  'Internal: whether the time zone of a schedule is known; a warning where it is not';

-- A window that ends before it starts is empty: the bounds of schedules lie as they lie, and the planner is free to try a row
-- before it tests whether the row is in the window.
CREATE OR REPLACE FUNCTION medsched._schedule_doses(
  schedule_id uuid,
  recorded timestamptz[],
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int,
  OUT scheduled_for timestamptz,
  OUT nth int)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 60
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  r medsched._rule;
BEGIN
  PERFORM medsched.check_window_for_all(window_start, greatest(window_start, CASE WHEN window_end IS NOT NULL THEN window_end END));
  IF window_end IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'window_end must not be null';
  ELSIF window_end <= window_start AND recorded IS NULL OR NOT medsched._has_zone(schedule_id, time_zone) THEN
    RETURN;
  END IF;
  r := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  -- As many as there are, for medsched.max_doses bounds the window.
  IF recorded IS NULL THEN
    RETURN QUERY
      SELECT w.at, NULL::int
        FROM medsched._window(r, starts_at, r.zone, window_start, window_end, r.added, r.excluded, 2000000000) AS w (at);
  ELSE
    RETURN QUERY
      SELECT coalesce(w.at, d.at), d.nth::int
        FROM medsched._window(r, starts_at, r.zone, window_start, greatest(window_start, window_end), r.added, r.excluded, 2000000000) AS w (at)
        FULL JOIN unnest(recorded) WITH ORDINALITY AS d (at, nth) ON d.at = w.at;
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION medsched._count_schedule_doses(
  schedule_id uuid,
  recorded timestamptz[],
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT count(*) FROM medsched._schedule_doses(schedule_id, recorded, rrule, starts_at, time_zone, window_start, window_end,
                                                        rdates, exdates, cycle_days_on, cycle_days_off));
END
$$;

CREATE OR REPLACE FUNCTION medsched.schedule_occurrences(
  schedule_id uuid,
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 60
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN QUERY
    SELECT d.scheduled_for FROM medsched._schedule_doses(schedule_id, NULL, rrule, starts_at, time_zone, window_start, window_end,
                                                           rdates, exdates, cycle_days_on, cycle_days_off) AS d;
END
$$;

CREATE OR REPLACE FUNCTION medsched.count_schedule_occurrences(
  schedule_id uuid,
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN medsched._count_schedule_doses(schedule_id, NULL, rrule, starts_at, time_zone, window_start, window_end,
                                        rdates, exdates, cycle_days_on, cycle_days_off);
END
$$;

CREATE OR REPLACE FUNCTION medsched.check_dates(name text, dates timestamp[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF dates <> '{}' THEN
    PERFORM medsched._dates(dates, 'UTC', name);
  END IF;
  RETURN true;
END
$$;
