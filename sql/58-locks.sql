-- Locks of several rows: all of them, or none.
--
-- Sessions that wait for each other, each for a row that the other holds, are what this is against.  What needs several rows
-- takes them all here, before it changes anything, each with the strongest lock that it will need, and holds none of them while
-- it waits for one.  So it does not matter in which order others come by theirs: an application's statements, foreign keys.

-- The schedules to lock: one, all of a medication, or all that follow their person at an instant; and what replaces them, which
-- is to replace another.  What a schedule replaces is a key, hence FOR UPDATE.
CREATE OR REPLACE FUNCTION medsched._schedules_to_lock(of_user uuid, of_schedule uuid, of_medication uuid, following_at timestamptz)
RETURNS SETOF uuid
LANGUAGE sql STABLE ROWS 10
AS $$
  SELECT s.id
    FROM medsched.schedules AS s
   WHERE s.user_id OPERATOR(pg_catalog.=) $1
     AND (s.id OPERATOR(pg_catalog.=) $2 OR s.replaces OPERATOR(pg_catalog.=) $2
          OR s.medication_id OPERATOR(pg_catalog.=) $3
          OR medsched._follows(s.time_zone_pinned, s.as_needed, s.ends_at, $4)
          OR $4 IS NOT NULL
             AND EXISTS (SELECT FROM medsched.schedules AS p
                          WHERE p.user_id OPERATOR(pg_catalog.=) $1 AND p.id OPERATOR(pg_catalog.=) s.replaces
                            AND medsched._follows(p.time_zone_pinned, p.as_needed, p.ends_at, $4)))
$$;

COMMENT ON FUNCTION medsched._schedules_to_lock(uuid, uuid, uuid, timestamptz) IS
  'Internal: the schedules that a change of one, of a medication or of a time zone locks';

-- As needed, there is no time of the day to follow with.
CREATE OR REPLACE FUNCTION medsched._follows(time_zone_pinned boolean, as_needed boolean, ends_at timestamptz, at timestamptz)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN at IS NOT NULL AND NOT time_zone_pinned AND NOT as_needed AND (ends_at IS NULL OR ends_at > at);

COMMENT ON FUNCTION medsched._follows(boolean, boolean, timestamptz, timestamptz) IS
  'Internal: whether a schedule follows its person to another time zone at an instant';

-- Lock schedules and their medications at once, and give their ids; 55P03 where another session holds one.
CREATE OR REPLACE FUNCTION medsched._lock_now(of_user uuid, of_schedule uuid, of_medication uuid, following_at timestamptz)
RETURNS uuid[]
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  schedules pg_catalog.uuid[];
BEGIN
  schedules := ARRAY(
    SELECT s.id FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1
       AND s.id OPERATOR(pg_catalog.=) ANY (SELECT l.id FROM medsched._schedules_to_lock($1, $2, $3, $4) AS l (id))
     ORDER BY s.id FOR UPDATE NOWAIT);
  RETURN schedules OPERATOR(pg_catalog.||) ARRAY(
    SELECT m.id FROM medsched.medications AS m
     WHERE m.user_id OPERATOR(pg_catalog.=) $1
       AND (m.id OPERATOR(pg_catalog.=) $3
            OR m.id OPERATOR(pg_catalog.=) ANY (
                 SELECT s.medication_id FROM medsched.schedules AS s
                  WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) ANY (schedules)))
     ORDER BY m.id FOR NO KEY UPDATE NOWAIT);
END
$$;

COMMENT ON FUNCTION medsched._lock_now(uuid, uuid, uuid, timestamptz) IS
  'Internal: locks schedules and their medications, and waits for none';

-- Wait for each of the rows alone, and let go of it.
CREATE OR REPLACE FUNCTION medsched._wait_for_each(of_user uuid, of_schedule uuid, of_medication uuid, following_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  schedules CONSTANT pg_catalog.uuid[] := ARRAY(SELECT l.id FROM medsched._schedules_to_lock($1, $2, $3, $4) AS l (id) ORDER BY l.id);
  medications CONSTANT pg_catalog.uuid[] := ARRAY(
    SELECT DISTINCT s.medication_id FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) ANY (schedules) ORDER BY s.medication_id);
  waited_for pg_catalog.uuid;
BEGIN
  FOREACH waited_for IN ARRAY schedules LOOP
    BEGIN
      PERFORM FROM medsched.schedules AS s
        WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) waited_for FOR UPDATE;
      RAISE SQLSTATE 'MS000';
    EXCEPTION WHEN SQLSTATE 'MS000' THEN
      NULL;
    END;
  END LOOP;
  FOREACH waited_for IN ARRAY medications OPERATOR(pg_catalog.||) $3 LOOP
    BEGIN
      PERFORM FROM medsched.medications AS m
        WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) waited_for FOR NO KEY UPDATE;
      RAISE SQLSTATE 'MS000';
    EXCEPTION WHEN SQLSTATE 'MS000' THEN
      NULL;
    END;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._wait_for_each(uuid, uuid, uuid, timestamptz) IS
  'Internal: waits for schedules and their medications, one after the other, and holds none';

-- Lock schedules and their medications: one schedule, those of a medication, or those that follow their person at an instant.
CREATE OR REPLACE FUNCTION medsched._lock_schedules(of_user uuid, of_schedule uuid, of_medication uuid, following_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  LOOP
    BEGIN
      -- Twice: while the first was looking, another session may have inserted a row that belongs to them.
      IF medsched._lock_now($1, $2, $3, $4) OPERATOR(pg_catalog.=) medsched._lock_now($1, $2, $3, $4) THEN
        RETURN;
      END IF;
      RAISE lock_not_available;
    EXCEPTION WHEN lock_not_available THEN
      NULL;
    END;
    -- By then others may hold another row: begin anew.
    PERFORM medsched._wait_for_each($1, $2, $3, $4);
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._lock_schedules(uuid, uuid, uuid, timestamptz) IS
  'Internal: locks schedules and their medications, all or none, and waits for none while it holds one';

-- A schedule of the user's, which is locked.
CREATE OR REPLACE FUNCTION medsched._find_schedule(of_user uuid, of_schedule uuid)
RETURNS medsched._schedule
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  schedule medsched._schedule;
BEGIN
  SELECT s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
         s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by)
    INTO schedule
    FROM medsched.schedules AS s
   WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_unknown($1, 'schedule', $2);
  END IF;
  RETURN schedule;
END
$$;

COMMENT ON FUNCTION medsched._find_schedule(uuid, uuid) IS
  'Internal: a schedule of a user, which is locked; P0002 where there is none';
