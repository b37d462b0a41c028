-- Which doses are coming up, their states and their handles.

CREATE OR REPLACE FUNCTION medsched._check_grace(grace interval, name text DEFAULT 'grace')
RETURNS interval
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
  elapsed interval;
BEGIN
  IF grace IS NULL THEN
    RETURN medsched._grace();
  END IF;
  elapsed := medsched._elapsed(grace);
  IF elapsed < interval '0' OR elapsed > interval '366 days' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' must be from 0 to 366 days',
      DETAIL = format('It is %s.', grace);
  END IF;
  RETURN elapsed;
END
$$;

COMMENT ON FUNCTION medsched._check_grace(interval, text) IS
  'Internal: the grace of a schedule, checked; NULL: medsched.grace';

CREATE OR REPLACE FUNCTION medsched.grace_ended_before(grace interval)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN now() - medsched._check_grace(grace);
END
$$;

CREATE OR REPLACE FUNCTION medsched.is_on_time(scheduled_for timestamptz, taken_at timestamptz, grace interval, tolerance_before interval)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  allowed CONSTANT interval := medsched._check_grace(grace);
  early CONSTANT interval := CASE WHEN tolerance_before IS NULL THEN allowed ELSE medsched._check_grace(tolerance_before, 'tolerance_before') END;
BEGIN
  IF scheduled_for IS NULL OR NOT isfinite(scheduled_for) THEN
    PERFORM medsched._require(scheduled_for, 'scheduled_for');
  END IF;
  IF taken_at IS NULL THEN
    RETURN false;
  ELSIF NOT isfinite(taken_at) THEN
    PERFORM medsched._require(taken_at, 'taken_at');
  END IF;
  RETURN extract(epoch FROM taken_at) - extract(epoch FROM scheduled_for) BETWEEN - extract(epoch FROM early) AND extract(epoch FROM allowed);
END
$$;

CREATE OR REPLACE FUNCTION medsched.dose_status(scheduled_for timestamptz, outcome text, grace interval, next_dose timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  allowed CONSTANT interval := medsched._check_grace(grace);
BEGIN
  IF scheduled_for IS NULL OR NOT isfinite(scheduled_for) THEN
    PERFORM medsched._require(scheduled_for, 'scheduled_for');
  END IF;
  IF outcome IN ('taken', 'skipped', 'extra') THEN
    RETURN outcome;
  ELSIF outcome IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('unrecognized outcome "%s"', medsched._shortened(outcome)),
      HINT = 'An outcome is "taken", "skipped", "extra", or null for a dose that is not recorded.';
  END IF;
  RETURN CASE WHEN scheduled_for > now() THEN 'upcoming'
              WHEN next_dose <= now() THEN 'missed'
              WHEN extract(epoch FROM now()) - extract(epoch FROM scheduled_for) <= extract(epoch FROM allowed) THEN 'due'
              ELSE 'missed' END;
END
$$;

CREATE OR REPLACE FUNCTION medsched.is_on_time(scheduled_for timestamptz, taken_at timestamptz, grace interval)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN medsched.is_on_time($1, $2, $3, NULL::interval);

CREATE OR REPLACE FUNCTION medsched.dose_status(scheduled_for timestamptz, outcome text, grace interval)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN medsched.dose_status($1, $2, $3, NULL::timestamptz);

-- The handle of a dose without a check of its time: base64url of "schedule|time", of which these write the two parts.  Base64 turns
-- 3 bytes into 4 characters, so that of the 36 of the schedule and that of the rest make up that of both, without the line break
-- that comes after 76; and no three bytes of ASCII give a + or a /, but for some that do not occur.  The 25 bytes of the rest give
-- 34 characters, and two that fill up.  JSON writes a time in a third of what to_char() takes, and no zeros after the seconds.
-- STABLE as these are: then they become part of the query, which is five times as fast.
CREATE OR REPLACE FUNCTION medsched._dose_id_of(schedule_id uuid)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN 'v1:' || encode(schedule_id::text::bytea, 'base64');

COMMENT ON FUNCTION medsched._dose_id_of(uuid) IS
  'Internal: how the handles of the doses of a schedule begin';

CREATE OR REPLACE FUNCTION medsched._dose_id_at(scheduled_for timestamptz)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN encode((CASE WHEN scheduled_for::timestamptz(0) = scheduled_for
                    THEN '|' || substr(to_json(timezone(interval '0', scheduled_for))::text, 2, 19) || '.000'
                    ELSE to_char(timezone(interval '0', scheduled_for), '"|"YYYY-MM-DD"T"HH24:MI:SS.MS') END)::bytea, 'base64') || 'Wg';

COMMENT ON FUNCTION medsched._dose_id_at(timestamptz) IS
  'Internal: how the handle of a dose at an instant ends';

CREATE OR REPLACE FUNCTION medsched._dose_id(schedule_id uuid, scheduled_for timestamptz)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN medsched._dose_id_of(schedule_id) || medsched._dose_id_at(scheduled_for);

COMMENT ON FUNCTION medsched._dose_id(uuid, timestamptz) IS
  'Internal: the handle of a dose';

CREATE OR REPLACE FUNCTION medsched.dose_id(schedule_id uuid, scheduled_for timestamptz)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT isfinite(scheduled_for) OR date_trunc('milliseconds', scheduled_for) <> scheduled_for
     OR scheduled_for < timestamptz '0001-01-01 00:00Z' OR scheduled_for >= timestamptz '10000-01-01 00:00Z' THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('no dose can be scheduled for %s', scheduled_for),
      DETAIL = 'A dose is at a whole millisecond of the years 1 to 9999 in UTC.';
  END IF;
  RETURN medsched._dose_id(schedule_id, scheduled_for);
END
$$;

-- Reads leniently, writes what it read, and compares: so it takes exactly the spelling that dose_id() gives.
CREATE OR REPLACE FUNCTION medsched._read_dose_id(dose_id text, OUT schedule_id uuid, OUT scheduled_for timestamptz)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  part text[];
BEGIN
  IF dose_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'dose_id must not be null';
  END IF;
  IF dose_id ~ '^v1:[A-Za-z0-9_-]{82}$' THEN
    part := regexp_match(encode(decode(translate(substr(dose_id, 4), '-_', '+/') || '==', 'base64'), 'escape'),
      '^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})[|]([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})[.]([0-9]{3})Z$');
  END IF;
  IF part[2] <> '0000' AND part[3] BETWEEN '01' AND '12'
     AND part[4] BETWEEN '01' AND medsched._month_size(part[2]::int, part[3]::int)::text
     AND part[5] < '24' AND part[6] < '60' AND part[7] < '60' THEN
    schedule_id := part[1];
    scheduled_for := timezone('UTC', make_timestamp(part[2]::int, part[3]::int, part[4]::int, part[5]::int, part[6]::int,
                                                    (part[7] || '.' || part[8])::float8));
  END IF;
  IF medsched._dose_id(schedule_id, scheduled_for) IS DISTINCT FROM dose_id THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'malformed dose_id',
      DETAIL = format('"%s" is not the handle of a dose.', left(dose_id, 120)),
      HINT = 'Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.';
  END IF;
END
$$;

-- A user's doses scheduled in a window, in no order: those of each schedule at its times, and all that is recorded, though it be none of
-- these: as needed none is, and time zone data that changed or data loaded with triggers off can leave one without.
--
-- SQL without settings of its own, so that it becomes part of the query that calls it.  A name is a column's before it is an
-- argument's: hence $1.
CREATE OR REPLACE FUNCTION medsched._doses(user_id uuid, window_start timestamptz, window_end timestamptz, recorded boolean, most int)
RETURNS TABLE (
  dose_id text,
  scheduled_for timestamptz,
  local_time timestamp,
  time_zone text,
  medication_id uuid,
  medication_name text,
  schedule_id uuid,
  dose_amount numeric,
  dose_unit text,
  instructions text,
  taken_at timestamptz,
  recorded_by text,
  status text,
  due_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 50
AS $$
  SELECT CASE WHEN o.at::timestamptz(3) = o.at THEN s.handle || medsched._dose_id_at(o.at) END,
         o.at, timezone(s.zone, o.at), s.time_zone, s.medication_id, s.name, s.id,
         s.dose_amount, s.dose_unit, s.instructions, o.taken_at, o.recorded_by,
         CASE WHEN o.outcome IS NOT NULL THEN o.outcome
              WHEN o.at > now() THEN 'upcoming'
              WHEN now() - o.at > s.grace THEN 'missed'
              WHEN NOT s.missed_when_next THEN 'due'
              WHEN medsched._next_occurrence(s.rule, s.starts_at, s.zone, o.at, s.added, s.excluded) < least(s.closed, now() + interval '1 microsecond')
              THEN 'missed'
              ELSE 'due' END,
         o.at
    -- OFFSET 0: each is computed once for a schedule, whatever the planner thinks of the joins.
    FROM (SELECT s.id, medsched._dose_id_of(s.id) AS handle, s.medication_id, m.name, s.starts_at, s.time_zone::text AS time_zone, z.zone,
                 medsched._begin_rule(medsched._read_rule(s.rrule), s.starts_at, z.zone,
                                      s.cycle_days_on, s.cycle_days_off) AS rule,
                 CASE WHEN cardinality(s.rdates) > 0 THEN medsched._dates(s.rdates, z.zone, 'rdates') END AS added,
                 CASE WHEN cardinality(s.exdates) > 0 THEN medsched._dates(s.exdates, z.zone, 'exdates') END AS excluded,
                 s.as_needed OR coalesce(s.after_last, s.follows_by) IS NOT NULL AS has_no_times,
                 s.dose_amount, s.dose_unit, s.instructions, coalesce(s.grace, medsched._grace()) AS grace, s.missed_when_next,
                 least(s.ends_at, m.inactivated_at) AS closed,
                 -- Schedules have no doses beyond.
                 greatest($2, s.effective_from, timestamptz '0001-12-30 00:00Z BC') AS lo,
                 least($3, s.ends_at, m.inactivated_at, timestamptz '10000-01-01 00:00Z') AS hi
            FROM medsched.schedules AS s
            JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
           CROSS JOIN LATERAL (SELECT medsched._zone(s.time_zone) AS zone OFFSET 0) AS z
           WHERE s.user_id = $1 AND m.user_id = $1
             AND ((s.ends_at IS NULL OR s.ends_at > $2)
                  AND (m.inactivated_at IS NULL OR m.inactivated_at > $2)
                  AND (s.effective_from IS NULL OR s.as_needed OR s.effective_from < $3)
                  -- No EXISTS, which is planned twice.
                  OR (SELECT true FROM medsched.dose_taken AS t
                       WHERE t.user_id = $1 AND t.schedule_id = s.id AND t.scheduled_for >= $2 AND t.scheduled_for < $3 LIMIT 1))
          OFFSET 0) AS s
   CROSS JOIN LATERAL (
          SELECT coalesce(i.at, d.scheduled_for) AS at, d.taken_at, d.recorded_by, d.outcome
            FROM (SELECT w.at FROM medsched._window(s.rule, s.starts_at, s.zone, s.lo, s.hi, s.added, s.excluded, $5) AS w (at)
                   WHERE NOT s.has_no_times) AS i
            FULL JOIN (SELECT t.scheduled_for, t.taken_at, t.recorded_by, t.outcome
                         FROM medsched.dose_taken AS t
                        -- One range of the primary key, whatever the person's history.
                        WHERE t.user_id = $1 AND t.schedule_id = s.id AND t.scheduled_for >= $2 AND t.scheduled_for < $3) AS d
              ON d.scheduled_for = i.at) AS o
   WHERE $4 OR o.outcome IS NULL
  -- OFFSET 0: before a caller's sort, which would carry each dose's rule until its handle and status are written.
  OFFSET 0
$$;

COMMENT ON FUNCTION medsched._doses(uuid, timestamptz, timestamptz, boolean, int) IS
  'Internal: a user''s doses scheduled in a window';

-- The same for a user of whom a dose was moved, or is counted from the last one: those due in the window, in no order.
CREATE OR REPLACE FUNCTION medsched._doses_and_moved(user_id uuid, window_start timestamptz, window_end timestamptz, recorded boolean, most int)
RETURNS SETOF medsched.dose
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
AS $$
#variable_conflict use_variable
DECLARE
  ids text[];
  dues timestamptz[];
  closings timestamptz[];
  graces interval[];
  -- Of those that are missed when the next one is due, the next may have been moved.
  early uuid[];
  -- One comes that is scheduled outside of the window.
  arrives boolean;
  dose medsched.dose;
  nth int;
  is_recorded boolean;
BEGIN
  SELECT array_agg(medsched._dose_id(s.id, v.scheduled_for)), array_agg(v.due_at), array_agg(least(s.ends_at, m.inactivated_at)), array_agg(s.grace),
         coalesce(array_agg(s.id) FILTER (WHERE s.missed_when_next), '{}'),
         bool_or(v.due_at >= $2 AND v.due_at < $3 AND (v.scheduled_for < $2 OR v.scheduled_for >= $3))
    INTO ids, dues, closings, graces, early, arrives
    FROM medsched.moved_doses AS v
    JOIN medsched.schedules AS s ON s.user_id = $1 AND s.id = v.schedule_id
    JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = s.medication_id
   WHERE v.user_id = $1 AND (v.scheduled_for >= $2 OR v.due_at >= $2);

  -- Those scheduled in the window, of which some go.
  IF ids IS NULL THEN
    RETURN QUERY SELECT d.* FROM medsched._doses($1, $2, $3, $4, $5) AS d;
  ELSE
    FOR dose IN SELECT d.* FROM medsched._doses($1, $2, $3, $4, $5) AS d LOOP
      nth := array_position(ids, dose.dose_id);
      IF nth IS NOT NULL OR dose.schedule_id = ANY (early) THEN
        is_recorded := dose.status IN ('taken', 'skipped', 'extra');
        IF nth IS NOT NULL THEN
          CONTINUE WHEN dues[nth] < $2 OR dues[nth] >= $3 OR NOT is_recorded AND dues[nth] >= closings[nth];
          dose.due_at := dues[nth];
          dose.local_time := timezone(medsched._zone(dose.time_zone), dose.due_at);
          IF NOT is_recorded THEN
            dose.status := medsched.dose_status(dose.due_at, NULL::text, graces[nth], NULL::timestamptz);
          END IF;
        END IF;
        IF dose.schedule_id = ANY (early) AND NOT is_recorded AND dose.due_at <= now() THEN
          dose.status := (SELECT medsched.dose_status(dose.due_at, NULL::text, s.grace, medsched._next_due_of($1, s.id, dose.due_at))
                            FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = dose.schedule_id);
        END IF;
      END IF;
      RETURN NEXT dose;
    END LOOP;
  END IF;

  -- Those that come into it.
  IF arrives THEN
    RETURN QUERY
      SELECT CASE WHEN date_trunc('milliseconds', v.scheduled_for) = v.scheduled_for THEN medsched._dose_id(s.id, v.scheduled_for) END,
             v.scheduled_for, timezone(medsched._zone(s.time_zone), v.due_at), s.time_zone::text, s.medication_id, m.name, s.id,
             s.dose_amount, s.dose_unit, s.instructions, d.taken_at, d.recorded_by,
             medsched.dose_status(v.due_at, d.outcome, s.grace,
               CASE WHEN s.missed_when_next AND d.outcome IS NULL AND v.due_at <= now() THEN medsched._next_due_of($1, s.id, v.due_at) END),
             v.due_at
        FROM medsched.moved_doses AS v
        JOIN medsched.schedules AS s ON s.user_id = $1 AND s.id = v.schedule_id
        JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = s.medication_id
        LEFT JOIN medsched.dose_taken AS d ON d.user_id = $1 AND d.scheduled_for = v.scheduled_for AND d.schedule_id = v.schedule_id
       WHERE v.user_id = $1 AND v.due_at >= $2 AND v.due_at < $3 AND (v.scheduled_for < $2 OR v.scheduled_for >= $3)
         AND CASE WHEN d.outcome IS NOT NULL THEN $4
                  ELSE NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL AND (v.scheduled_for < least(s.ends_at, m.inactivated_at)) IS NOT FALSE
                       AND (v.due_at < least(s.ends_at, m.inactivated_at)) IS NOT FALSE
                       AND medsched._allows(s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off, s.as_needed,
                                            s.effective_from, v.scheduled_for) END;
  END IF;

  -- Those that are counted from the last one, or follow those of another schedule.
  IF EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = $1 AND coalesce(s.after_last, s.follows_by) IS NOT NULL) THEN
    RETURN QUERY
      SELECT medsched._dose_id(s.id, c.scheduled_for), c.scheduled_for, timezone(medsched._zone(s.time_zone), c.due_at), s.time_zone::text,
             s.medication_id, m.name, s.id, s.dose_amount, s.dose_unit, s.instructions, NULL::timestamptz, NULL::text,
             medsched.dose_status(c.due_at, NULL::text, s.grace, NULL::timestamptz), c.due_at
        FROM medsched.schedules AS s
        JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = s.medication_id
       CROSS JOIN LATERAL (SELECT n.scheduled_for, n.due_at FROM medsched._counted_dose(s.user_id, s.id, NULL::timestamptz) AS n WHERE s.follows_by IS NULL
                           UNION ALL
                           SELECT n.scheduled_for, n.due_at FROM medsched._doses_following(s.user_id, s.id, $2, $3, $5 + 1) AS n
                            WHERE s.follows_by IS NOT NULL) AS c
       WHERE s.user_id = $1 AND coalesce(s.after_last, s.follows_by) IS NOT NULL AND (s.ends_at IS NULL OR s.ends_at > $2)
         AND c.due_at >= $2 AND c.due_at < $3
         AND greatest(c.scheduled_for, c.due_at) < coalesce(least(s.ends_at, m.inactivated_at), 'infinity');
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._doses_and_moved(uuid, timestamptz, timestamptz, boolean, int) IS
  'Internal: a user''s doses due in a window, where some were moved or are counted from the last one';

-- When the dose of a schedule after one that is due at an instant is due, if that has come by now.
CREATE OR REPLACE FUNCTION medsched._next_due_of(user_id uuid, schedule_id uuid, due_at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
BEGIN
  RETURN (SELECT medsched._next_due($1, $2, due_at, s.rrule::text, s.starts_at, s.time_zone::text, s.rdates, s.exdates, s.cycle_days_on,
                                    s.cycle_days_off, s.effective_from, least(s.ends_at, m.inactivated_at))
            FROM medsched.schedules AS s
            JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = s.medication_id
           WHERE s.user_id = $1 AND s.id = $2);
END
$$;

COMMENT ON FUNCTION medsched._next_due_of(uuid, uuid, timestamptz) IS
  'Internal: when the dose after one that is due at an instant is due, if that has come by now';

-- Whether any dose of a user was moved, or is counted from the last one; tables of an earlier version have none.
CREATE OR REPLACE FUNCTION medsched._any_moved_of(user_id uuid)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN to_regclass('medsched.moved_doses') IS NOT NULL
         AND (EXISTS (SELECT FROM medsched.moved_doses AS v WHERE v.user_id = $1)
              OR EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = $1 AND coalesce(s.after_last, s.follows_by) IS NOT NULL));
END
$$;

COMMENT ON FUNCTION medsched._any_moved_of(uuid) IS
  'Internal: whether any dose of a user was moved, or is counted from the last one';

CREATE OR REPLACE FUNCTION medsched.upcoming_doses(
  user_id uuid,
  window_start timestamptz,
  window_end timestamptz)
RETURNS SETOF medsched.dose
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50 COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_memoize = off
AS $$
#variable_conflict use_variable
DECLARE
  most int;
  n bigint;
BEGIN
  -- One test of what is rare: each costs the first call of a connection a plan.
  IF $1 IS NULL OR window_start IS NULL OR window_end IS NULL OR NOT isfinite(window_start) OR NOT isfinite(window_end)
     OR window_end < window_start OR to_regclass('medsched.dose_taken') IS NULL THEN
    PERFORM medsched.check_user($1);
    PERFORM medsched.check_window(window_start, window_end);
    PERFORM medsched._check_tables();
  END IF;
  most := medsched._max_doses();
  -- Too many are refused before they are written out.
  IF window_end - window_start > interval '1000 days' THEN
    n := (SELECT count(*)
            FROM (SELECT s.rrule, s.starts_at, s.effective_from, s.exdates, s.cycle_days_on, s.cycle_days_off,
                         medsched._zone(s.time_zone) AS zone
                    FROM medsched.schedules AS s
                    JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
                   WHERE s.user_id = $1 AND m.user_id = $1 AND NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL AND s.ends_at IS NULL AND m.inactivated_at IS NULL
                  OFFSET 0) AS s
           CROSS JOIN LATERAL medsched._window(
                    medsched._begin_rule(medsched._read_rule(s.rrule), s.starts_at, s.zone, s.cycle_days_on, s.cycle_days_off),
                    s.starts_at, s.zone, greatest(window_start, s.effective_from), window_end, '{}',
                    medsched._dates(s.exdates, s.zone, 'exdates'), most));
    IF n > most THEN
      PERFORM medsched._refuse_count(most);
    END IF;
  END IF;
  IF medsched._any_moved_of($1) THEN
    RETURN QUERY
      SELECT d.* FROM medsched._doses_and_moved($1, window_start, window_end, true, most) AS d
       ORDER BY d.due_at USING OPERATOR(pg_catalog.<), d.medication_name USING OPERATOR(pg_catalog.<), d.schedule_id USING OPERATOR(pg_catalog.<), d.scheduled_for USING OPERATOR(pg_catalog.<)
       LIMIT most + 1;
  ELSE
    RETURN QUERY
      SELECT d.* FROM medsched._doses($1, window_start, window_end, true, most) AS d
       ORDER BY d.scheduled_for USING OPERATOR(pg_catalog.<), d.medication_name USING OPERATOR(pg_catalog.<), d.schedule_id USING OPERATOR(pg_catalog.<)
       LIMIT most + 1;
  END IF;
  GET DIAGNOSTICS n = ROW_COUNT;
  IF n > most THEN
    PERFORM medsched._refuse_count(most);
  END IF;
END
$$;

-- Looks into windows that grow, each beginning at the first dose after the one before.
CREATE OR REPLACE FUNCTION medsched.next_doses(
  user_id uuid,
  after timestamptz DEFAULT now(),
  max_doses int DEFAULT 10)
RETURNS SETOF medsched.dose
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 COST 5000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
SET enable_memoize = off
AS $$
#variable_conflict use_variable
DECLARE
  most int;
  n bigint;
  found bigint := 0;
  since timestamptz;
  lo timestamptz;
  hi timestamptz;
  look interval := '1 day';
  moved boolean;
BEGIN
  IF $1 IS NULL THEN
    PERFORM medsched.check_user($1);
  END IF;
  IF after IS NULL THEN
    PERFORM medsched._require(after, 'after');
  ELSIF max_doses IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'max_doses must not be null';
  ELSIF NOT isfinite(after) THEN
    PERFORM medsched._require(after, 'after');
  ELSIF max_doses < 0 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'max_doses must not be negative', DETAIL = format('It is %s.', max_doses);
  END IF;
  IF to_regclass('medsched.dose_taken') IS NULL THEN
    PERFORM medsched._check_tables();
  END IF;
  most := medsched._max_doses();
  moved := medsched._any_moved_of($1);
  lo := after + interval '1 microsecond';
  WHILE found < max_doses AND lo < timestamptz '10000-01-01 00:00Z' LOOP
    since := lo;
    lo := (SELECT min(o.at)
             FROM (SELECT s.rrule, s.starts_at, s.effective_from, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
                          medsched._zone(s.time_zone) AS zone, least(s.ends_at, m.inactivated_at) AS hi
                     FROM medsched.schedules AS s
                     JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
                    WHERE s.user_id = $1 AND m.user_id = $1 AND NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL
                      AND (s.ends_at IS NULL OR s.ends_at > lo)
                      AND (m.inactivated_at IS NULL OR m.inactivated_at > lo)
                   OFFSET 0) AS s
            CROSS JOIN LATERAL medsched._next_occurrence(
                     medsched._begin_rule(medsched._read_rule(s.rrule), s.starts_at, s.zone, s.cycle_days_on, s.cycle_days_off),
                     s.starts_at, s.zone, greatest(lo, s.effective_from) - interval '1 microsecond',
                     medsched._dates(s.rdates, s.zone, 'rdates'), medsched._dates(s.exdates, s.zone, 'exdates')) AS o (at)
            WHERE s.hi IS NULL OR o.at < s.hi);
    IF moved THEN
      lo := least(lo, (SELECT min(v.due_at) FROM medsched.moved_doses AS v WHERE v.user_id = $1 AND v.due_at >= since),
                  (SELECT min(c.due_at) FROM medsched.schedules AS s
                    CROSS JOIN LATERAL medsched._counted_dose(s.user_id, s.id, NULL::timestamptz) AS c
                    WHERE s.user_id = $1 AND s.after_last IS NOT NULL AND c.due_at >= since),
                  (SELECT min(f.due_at) FROM medsched.schedules AS s
                    CROSS JOIN LATERAL medsched._doses_following(s.user_id, s.id, since, 'infinity'::timestamptz, 1) AS f
                    WHERE s.user_id = $1 AND s.follows_by IS NOT NULL));
    END IF;
    EXIT WHEN lo IS NULL;
    hi := lo + look;
    IF moved THEN
      RETURN QUERY
        SELECT d.* FROM medsched._doses_and_moved($1, lo, hi, false, most) AS d
         ORDER BY d.due_at USING OPERATOR(pg_catalog.<), d.medication_name USING OPERATOR(pg_catalog.<), d.schedule_id USING OPERATOR(pg_catalog.<), d.scheduled_for USING OPERATOR(pg_catalog.<)
         LIMIT max_doses - found;
    ELSE
      RETURN QUERY
        SELECT d.* FROM medsched._doses($1, lo, hi, false, most) AS d
         ORDER BY d.scheduled_for USING OPERATOR(pg_catalog.<), d.medication_name USING OPERATOR(pg_catalog.<), d.schedule_id USING OPERATOR(pg_catalog.<)
         LIMIT max_doses - found;
    END IF;
    GET DIAGNOSTICS n = ROW_COUNT;
    found := found + n;
    IF found > most THEN
      PERFORM medsched._refuse_count(most);
    END IF;
    lo := hi;
    look := least(4 * look, interval '4000 days');
  END LOOP;
END
$$;
