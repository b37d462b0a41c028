-- What became of a dose: taken, skipped, undone.

-- Check the arguments of what records, but for those that a CHECK of the table refuses.
CREATE OR REPLACE FUNCTION medsched._check_recording(
  user_id uuid, schedule_id uuid, scheduled_for timestamptz, taken_at timestamptz, outcome text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- One test of what is rare: each costs the first call of a connection a plan.
  IF NOT ($1 IS NULL OR $2 IS NULL OR $3 IS NULL OR $5 = 'taken' AND $4 IS NULL
          OR $3 < '0001-01-01 00:00+00' OR $3 >= '10000-01-01 00:00+00' OR $4 < '0001-01-01 00:00+00' OR $4 >= '10000-01-01 00:00+00'
          OR to_regclass('medsched.dose_taken') IS NULL) THEN
    RETURN;
  ELSIF $1 IS NULL OR $2 IS NULL OR $3 IS NULL OR $5 = 'taken' AND $4 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004',
      MESSAGE = CASE WHEN $1 IS NULL THEN 'user_id' WHEN $2 IS NULL THEN 'schedule_id' WHEN $3 IS NULL THEN 'scheduled_for'
                     ELSE 'taken_at' END || ' must not be null';
  END IF;
  IF $3 < '0001-01-01 00:00+00' OR $3 >= '10000-01-01 00:00+00' THEN
    PERFORM medsched._require_instant($3, 'scheduled_for');
  ELSIF $4 < '0001-01-01 00:00+00' OR $4 >= '10000-01-01 00:00+00' THEN
    PERFORM medsched._require_instant($4, 'taken_at');
  END IF;
  PERFORM medsched._check_tables();
END
$$;

COMMENT ON FUNCTION medsched._check_recording(uuid, uuid, timestamptz, timestamptz, text) IS
  'Internal: checks the arguments of what records a dose';

-- Say whether a CHECK will refuse a value whose error is to be in the caller's words: a handler costs a subtransaction.
CREATE OR REPLACE FUNCTION medsched._dose_is_refused(recorded_by text, amount numeric, despite_limits text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ($2 IS NOT NULL AND NOT ($2 > 0 AND $2 < 1e1000 AND scale($2) <= 1000)) OR coalesce(length($1) > 1000, false)
  OR coalesce(length($3) > 1000 OR $3 !~ '[^[:space:]]', false);

COMMENT ON FUNCTION medsched._dose_is_refused(text, numeric, text) IS
  'Internal: whether a CHECK will refuse a value of a dose, in words that the caller does not know';

-- Raise the error of a dose that has another outcome already.
CREATE OR REPLACE FUNCTION medsched._refuse_outcome(
  user_id uuid, schedule_id uuid, scheduled_for timestamptz, outcome text, taken_at timestamptz, reason text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._refuse_rule('medsched.dose_taken',
    CASE $4 WHEN 'extra' THEN 'dose_already_extra' WHEN 'skipped' THEN 'dose_already_skipped' ELSE 'dose_already_taken' END,
    format('the dose at %s is already recorded as %s', $3, $4),
    CASE WHEN $5 IS NOT NULL THEN format('It was taken at %s.', $5)
         WHEN $6 IS NOT NULL THEN format('The reason given is "%s".', $6) END,
    CASE WHEN $4 = 'extra' THEN 'If it is the dose of the schedule, call medsched.undo_dose() first.'
         WHEN $4 = 'skipped' THEN 'If it was taken after all, call medsched.undo_dose() first.'
         WHEN (SELECT s.as_needed FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2)
         THEN 'A dose as needed is never skipped; if it was not taken after all, call medsched.undo_dose() alone.'
         ELSE 'If it was not taken after all, call medsched.undo_dose() first.' END,
    '55000');
END
$$;

COMMENT ON FUNCTION medsched._refuse_outcome(uuid, uuid, timestamptz, text, timestamptz, text) IS
  'Internal: raises the error of a dose that has another outcome already';

-- Record an outcome of a dose, or find it recorded.  When another session is recording the same dose, the insert waits for
-- it, inserts nothing, and the look that follows sees what the other recorded.  By then the dose may have been undone: so it
-- tries again.  It runs with its caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched._record_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  taken_at timestamptz,
  recorded_by text,
  amount numeric,
  note text,
  outcome text,
  reason text,
  despite_limits text)
RETURNS medsched.taken_dose
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  dose medsched.taken_dose;
  broken text;
  of_schema text;
  of_table text;
BEGIN
  PERFORM medsched._check_recording($1, $2, $3, $4, $8);
  IF medsched._dose_is_refused($5, $6, $10) THEN
    BEGIN
      INSERT INTO medsched.dose_taken AS d (user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, despite_limits)
      SELECT s.user_id, s.id, $3, $4, $5, $6, $7, $8, $9, $10
        FROM medsched.schedules AS s WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2
      ON CONFLICT (user_id, scheduled_for, schedule_id) DO NOTHING;
    EXCEPTION WHEN check_violation THEN
      GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME, of_schema = SCHEMA_NAME, of_table = TABLE_NAME;
      PERFORM medsched._refuse_dose_value(broken, of_schema, of_table, $5, $6, $10);
      RAISE;
    END;
  END IF;

  FOR attempt IN 1 .. 10 LOOP
    INSERT INTO medsched.dose_taken AS d (user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, despite_limits)
    SELECT s.user_id, s.id, $3, $4, $5, $6, $7, $8, $9, $10
      FROM medsched.schedules AS s WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2
    ON CONFLICT (user_id, scheduled_for, schedule_id) DO NOTHING
    RETURNING d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, d.amount, d.note, d.outcome, d.reason, d.recorded_at,
      true, d.despite_limits INTO dose;
    EXIT WHEN FOUND;
    SELECT d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, d.amount, d.note, d.outcome, d.reason, d.recorded_at,
           false, d.despite_limits INTO dose
      FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 AND d.scheduled_for OPERATOR(pg_catalog.=) $3;
    EXIT WHEN FOUND;
    IF NOT EXISTS (SELECT FROM medsched.schedules AS s
                    WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2) THEN
      PERFORM medsched._refuse_unknown($1, 'schedule', $2);
    END IF;
  END LOOP;
  IF dose.user_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = pg_catalog.format('could not record the dose at %s', $3),
      DETAIL = 'It is not recorded, and inserting it inserted nothing.',
      HINT = 'A trigger may suppress the insert, or other sessions record and undo the same dose: try again.';
  ELSIF dose.outcome OPERATOR(pg_catalog.<>) $8 THEN
    PERFORM medsched._refuse_outcome($1, $2, $3, dose.outcome, dose.taken_at, dose.reason);
  END IF;
  RETURN dose;
END
$$;

COMMENT ON FUNCTION medsched._record_dose(uuid, uuid, timestamptz, timestamptz, text, numeric, text, text, text, text) IS
  'Internal: records an outcome of a dose, or finds it recorded';

CREATE OR REPLACE FUNCTION medsched.mark_dose_taken(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  taken_at timestamptz DEFAULT now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  despite_limits text DEFAULT NULL)
RETURNS medsched.taken_dose
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
  RETURN medsched._record_dose($1, $2, $3, $4, $5, $6, $7, 'taken', NULL, $8);
END
$$;

CREATE OR REPLACE FUNCTION medsched.mark_dose_taken_by_id(
  user_id uuid,
  dose_id text,
  taken_at timestamptz DEFAULT now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  despite_limits text DEFAULT NULL)
RETURNS medsched.taken_dose
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  d CONSTANT record := medsched._read_dose_id($2);
BEGIN
  RETURN medsched._record_dose($1, d.schedule_id, d.scheduled_for, $3, $4, $5, $6, 'taken', NULL, $7);
END
$$;

CREATE OR REPLACE FUNCTION medsched.skip_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL)
RETURNS medsched.skipped_dose
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
  RETURN medsched._record_dose($1, $2, $3, NULL, $5, NULL, $6, 'skipped', $4, NULL);
END
$$;

CREATE OR REPLACE FUNCTION medsched.skip_dose_by_id(
  user_id uuid,
  dose_id text,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL)
RETURNS medsched.skipped_dose
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  d CONSTANT record := medsched._read_dose_id($2);
BEGIN
  RETURN medsched._record_dose($1, d.schedule_id, d.scheduled_for, NULL, $4, NULL, $5, 'skipped', $3, NULL);
END
$$;

CREATE OR REPLACE FUNCTION medsched.undo_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz)
RETURNS SETOF medsched.recorded_dose
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id'), medsched._require($3, 'scheduled_for'),
          medsched._check_tables();
  RETURN QUERY
    DELETE FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 AND d.scheduled_for OPERATOR(pg_catalog.=) $3
    RETURNING d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, d.amount, d.note, d.outcome, d.reason, d.recorded_at, d.despite_limits;
  IF NOT FOUND AND NOT EXISTS (SELECT FROM medsched.schedules AS s
                                WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2) THEN
    PERFORM medsched._refuse_unknown($1, 'schedule', $2);
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION medsched.undo_dose_by_id(
  user_id uuid,
  dose_id text)
RETURNS SETOF medsched.recorded_dose
LANGUAGE sql VOLATILE ROWS 1
AS $$
  SELECT r.* FROM medsched._read_dose_id($2) AS d, medsched.undo_dose($1, d.schedule_id, d.scheduled_for) AS r
$$;
