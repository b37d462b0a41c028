-- Doses as needed: taking one, and when the next may be taken.
--
-- The limits hold for the doses that a medication was taken as needed, by whichever of its schedules: revising one does not make
-- the body forget what was taken under it.

-- Checks the limits, and gives min_interval as elapsed time.
CREATE OR REPLACE FUNCTION medsched._check_limits(min_interval interval, max_per_24h int)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  elapsed CONSTANT interval := medsched._elapsed(min_interval);
BEGIN
  IF elapsed <= interval '0' OR elapsed > interval '366 days' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'min_interval must be above 0 and at most 366 days';
  END IF;
  IF max_per_24h < 1 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'max_per_24h must be at least 1', DETAIL = format('It is %s.', max_per_24h);
  END IF;
  RETURN elapsed;
END
$$;

COMMENT ON FUNCTION medsched._check_limits(interval, int) IS
  'Internal: checks the limits of a schedule as needed';

-- Finds a schedule of the user's, and checks that it is as needed.
CREATE OR REPLACE FUNCTION medsched._find_as_needed(user_id uuid, schedule_id uuid)
RETURNS TABLE (
  medication_id uuid,
  starts_at timestamp,
  time_zone text,
  effective_from timestamptz,
  ends_at timestamptz,
  min_interval interval,
  max_per_24h int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._check_tables();
  -- Not INTO variables, which would make an interval of a column of another type.
  RETURN QUERY
    SELECT s.medication_id, s.starts_at, coalesce(s.time_zone, NULL::text), s.effective_from, least(s.ends_at, m.inactivated_at),
           s.min_interval, s.max_per_24h
      FROM medsched.schedules AS s
      JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
     WHERE s.user_id = $1 AND m.user_id = $1 AND s.id = $2 AND s.as_needed;
  IF FOUND THEN
    RETURN;
  ELSIF EXISTS (SELECT FROM medsched.schedules AS s
                  JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
                 WHERE s.user_id = $1 AND m.user_id = $1 AND s.id = $2) THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('schedule "%s" is not as needed', $2),
      DETAIL = 'Its doses are at set times.', HINT = 'Record one of them: call medsched.mark_dose_taken().',
      TABLE = 'schedules', CONSTRAINT = 'schedule_is_as_needed';
  END IF;
  PERFORM medsched._refuse_unknown($1, 'schedule', $2);
END
$$;

COMMENT ON FUNCTION medsched._find_as_needed(uuid, uuid) IS
  'Internal: a schedule as needed, its end being that of its medication if that is earlier';

-- It is the dose of the second that it was taken in: recording it again changes nothing.  It runs with its caller's search_path,
-- as create_medication() does.
CREATE OR REPLACE FUNCTION medsched.take_as_needed(
  user_id uuid,
  schedule_id uuid,
  taken_at timestamptz DEFAULT now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  despite_limits text DEFAULT NULL)
RETURNS medsched.taken_dose
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id'), medsched._require_instant($3, 'taken_at');
  PERFORM FROM medsched._find_as_needed($1, $2);
  RETURN medsched.mark_dose_taken($1, $2, pg_catalog.date_trunc('second', $3), $3, $4, $5, $6, $7);
END
$$;

COMMENT ON FUNCTION medsched.take_as_needed(uuid, uuid, timestamptz, text, numeric, text, text) IS
  'Records a dose as needed, at the second it was taken, within the limits or, with a reason, in spite of them; once recorded, changes nothing. Returns the dose as recorded';

CREATE OR REPLACE FUNCTION medsched.next_as_needed_at(user_id uuid, schedule_id uuid, at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
  begins timestamptz;
  ends timestamptz;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id'), medsched._require($3, 'at');
  SELECT * INTO s FROM medsched._find_as_needed($1, $2);
  PERFORM medsched._check_limits(s.min_interval, s.max_per_24h);
  begins := greatest(date_trunc('second', $3), medsched._to_instant(s.starts_at, s.time_zone),
                     date_trunc('second', s.effective_from + interval '0.999999 seconds'));
  ends := least(s.ends_at, timestamptz '10000-01-01 00:00Z');
  IF begins < ends THEN
    begins := medsched._next_allowed_at($1, $2, NULL::numeric, begins, NULL::timestamptz);
  END IF;
  RETURN CASE WHEN begins < ends THEN greatest(begins, $3) END;
END
$$;

COMMENT ON FUNCTION medsched.next_as_needed_at(uuid, uuid, timestamptz) IS
  'The first instant from the given one on when limits allow a dose as needed, of its dose_amount; NULL: none before the schedule or its medication ends';
