-- Which doses of several users are coming up.

-- The users of an array, each one once, in order.
CREATE OR REPLACE FUNCTION medsched._users(user_ids uuid[])
RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
  users uuid[];
BEGIN
  IF user_ids IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'user_ids must not be null';
  ELSIF array_ndims(user_ids) > 1 THEN
    RAISE EXCEPTION USING ERRCODE = '2202E', MESSAGE = 'user_ids must have one dimension';
  ELSIF array_position(user_ids, NULL) IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'user_ids must not contain null';
  END IF;
  users := ARRAY(SELECT DISTINCT u.id FROM unnest(user_ids) AS u (id) ORDER BY u.id);
  IF cardinality(users) > 1000 THEN
    RAISE EXCEPTION USING ERRCODE = '54000', MESSAGE = 'more than 1000 users', DETAIL = format('They are %s.', cardinality(users)),
      HINT = 'Ask for at most 1000 at a time.';
  END IF;
  RETURN users;
END
$$;

COMMENT ON FUNCTION medsched._users(uuid[]) IS
  'Internal: the users of an argument, checked, each one once';

-- Those of several users of whom a dose was moved, or is counted from the last one or another's.
CREATE OR REPLACE FUNCTION medsched._moved_users(users uuid[])
RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
  IF to_regclass('medsched.moved_doses') IS NULL THEN
    RETURN '{}';
  END IF;
  RETURN ARRAY(SELECT v.user_id FROM medsched.moved_doses AS v WHERE v.user_id = ANY ($1)
               UNION
               SELECT s.user_id FROM medsched.schedules AS s WHERE s.user_id = ANY ($1) AND coalesce(s.after_last, s.follows_by) IS NOT NULL);
END
$$;

COMMENT ON FUNCTION medsched._moved_users(uuid[]) IS
  'Internal: the users of whom any dose was moved, or is counted from another';

-- One query for all: a call for each costs as much again as what it finds.
CREATE OR REPLACE FUNCTION medsched.upcoming_doses_of(
  user_ids uuid[],
  window_start timestamptz,
  window_end timestamptz)
RETURNS SETOF medsched.user_dose
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 500 COST 50000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_memoize = off
AS $$
#variable_conflict use_variable
DECLARE
  users CONSTANT uuid[] := medsched._users($1);
  moved uuid[];
  most int;
  n bigint;
BEGIN
  PERFORM medsched.check_window(window_start, window_end);
  PERFORM medsched._check_tables();
  most := medsched._max_doses();
  moved := medsched._moved_users(users);
  -- Of each user one more than allowed, so that nothing is left out unnoticed.
  RETURN QUERY
    SELECT u.id, d.*
      FROM unnest(users) AS u (id)
     CROSS JOIN LATERAL (SELECT d.* FROM medsched._doses(u.id, $2, $3, true, most) AS d WHERE u.id <> ALL (moved) LIMIT most + 1) AS d
     UNION ALL
    SELECT u.id, d.*
      FROM unnest(moved) AS u (id)
     CROSS JOIN LATERAL (SELECT d.* FROM medsched._doses_and_moved(u.id, $2, $3, true, most) AS d LIMIT most + 1) AS d
     ORDER BY 15 USING OPERATOR(pg_catalog.<), 1 USING OPERATOR(pg_catalog.<), 7 USING OPERATOR(pg_catalog.<), 8 USING OPERATOR(pg_catalog.<), 3 USING OPERATOR(pg_catalog.<);
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > most THEN
    -- Refuses if these are more than allowed of any one.
    PERFORM FROM unnest(users) AS u (id) CROSS JOIN LATERAL medsched.upcoming_doses(u.id, $2, $3) AS d;
  END IF;
END
$$;

-- Looks at some days in one query for all, which mostly have so many; for those who have fewer there, user by user.
CREATE OR REPLACE FUNCTION medsched.next_doses_of(
  user_ids uuid[],
  after timestamptz DEFAULT now(),
  max_doses int DEFAULT 10)
RETURNS SETOF medsched.user_dose
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 COST 50000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_memoize = off
AS $$
#variable_conflict use_variable
DECLARE
  users CONSTANT uuid[] := medsched._users($1);
  moved uuid[];
  most int;
  since timestamptz;
  until timestamptz;
BEGIN
  IF after IS NULL OR max_doses IS NULL OR NOT isfinite(after) OR max_doses < 0 OR to_regclass('medsched.dose_taken') IS NULL THEN
    -- Raises what is wrong with them, for anybody.
    PERFORM FROM medsched.next_doses('00000000-0000-0000-0000-000000000000'::uuid, after, max_doses) AS d;
  END IF;
  most := medsched._max_doses();
  moved := medsched._moved_users(users);
  since := after;
  until := after;
  IF max_doses <= most AND after < timestamptz '9999-12-01 00:00Z' THEN
    since := after + interval '1 microsecond';
    until := after + least(1 + max_doses, 7) * interval '1 day';
  END IF;
  RETURN QUERY
    WITH soon AS MATERIALIZED (
      SELECT u.id, d.*
        FROM unnest(users) AS u (id)
       CROSS JOIN LATERAL (SELECT d.* FROM medsched._doses(u.id, since, until, false, most) AS d WHERE u.id <> ALL (moved)
                            ORDER BY d.scheduled_for USING OPERATOR(pg_catalog.<), d.medication_name USING OPERATOR(pg_catalog.<), d.schedule_id USING OPERATOR(pg_catalog.<)
                            LIMIT max_doses) AS d),
    complete AS MATERIALIZED (
      SELECT s.id FROM soon AS s GROUP BY s.id HAVING count(*) = max_doses)
    SELECT s.* FROM soon AS s WHERE s.id IN (SELECT c.id FROM complete AS c)
     UNION ALL
    SELECT u.id, d.*
      FROM unnest(users) AS u (id)
     CROSS JOIN LATERAL medsched.next_doses(u.id, after, max_doses) AS d
     WHERE u.id NOT IN (SELECT c.id FROM complete AS c)
     ORDER BY 15 USING OPERATOR(pg_catalog.<), 1 USING OPERATOR(pg_catalog.<), 7 USING OPERATOR(pg_catalog.<), 8 USING OPERATOR(pg_catalog.<), 3 USING OPERATOR(pg_catalog.<);
END
$$;
