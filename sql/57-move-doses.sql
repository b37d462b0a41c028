-- Moving single doses to another time.
--
-- What writes the rows runs with its caller's search_path, as create_medication() does.

-- Check the arguments that say why a dose is moved, and who moves it.
CREATE OR REPLACE FUNCTION medsched._check_move_words(reason text, moved_by text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  name CONSTANT text := CASE WHEN length(reason) > 1000 THEN 'reason' WHEN length(moved_by) > 1000 THEN 'moved_by' END;
BEGIN
  IF name IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = name || ' must have at most 1000 characters',
      DETAIL = format('It is "%s".', medsched._shortened(CASE name WHEN 'reason' THEN reason ELSE moved_by END)),
      TABLE = 'moved_doses', CONSTRAINT = format('moved_doses_%s_length', name);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_move_words(text, text) IS
  'Internal: checks the texts that say why a dose is moved, and who moves it';

-- Check the arguments of move_dose(), and give the instant to which it moves the dose.
CREATE OR REPLACE FUNCTION medsched._check_move_dose(user_id uuid, schedule_id uuid, scheduled_for timestamptz, due_at timestamptz,
  reason text, moved_by text, local_time timestamp)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  zone text;
  due timestamptz := due_at;
  problem record;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id'), medsched._require_instant($3, 'scheduled_for');
  IF $4 IS NULL AND $7 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'due_at must not be null',
      HINT = 'Give the instant, or the wall-clock time in the time zone of the schedule as local_time.';
  ELSIF $4 IS NOT NULL AND $7 IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'due_at and local_time must not both be given',
      DETAIL = format('They are %s and %s.', $4, $7), HINT = 'Give the one of them that is meant.';
  END IF;
  PERFORM medsched._check_move_words($5, $6), medsched._check_tables();
  zone := (SELECT s.time_zone::text FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2);
  IF zone IS NULL THEN
    PERFORM medsched._refuse_unknown($1, 'schedule', $2);
  END IF;
  IF due IS NULL THEN
    PERFORM medsched._require_instant(timezone('UTC', $7), 'local_time');
    due := medsched._to_instant($7, zone);
  END IF;
  PERFORM medsched._require_instant(due, CASE WHEN $4 IS NULL THEN 'local_time' ELSE 'due_at' END);
  due := date_trunc('second', due);
  problem := medsched._move_problem($1, $2, $3, due);
  IF problem.rule IS NOT NULL THEN
    PERFORM medsched._refuse_rule('medsched.moved_doses'::regclass, problem.rule, problem.message, problem.detail, problem.hint, '23514'::text);
  END IF;
  RETURN due;
END
$$;

COMMENT ON FUNCTION medsched._check_move_dose(uuid, uuid, timestamptz, timestamptz, text, text, timestamp) IS
  'Internal: checks the arguments of move_dose(), and gives the instant to which it moves the dose';

CREATE OR REPLACE FUNCTION medsched.move_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  due_at timestamptz DEFAULT NULL,
  reason text DEFAULT NULL,
  moved_by text DEFAULT NULL,
  local_time timestamp DEFAULT NULL)
RETURNS medsched.moved_dose
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  dose medsched.moved_dose;
  due CONSTANT pg_catalog.timestamptz := medsched._check_move_dose($1, $2, $3, $4, $5, $6, $7);
  broken pg_catalog.text;
BEGIN
  IF due OPERATOR(pg_catalog.=) $3 THEN
    DELETE FROM medsched.moved_doses AS v
     WHERE v.user_id OPERATOR(pg_catalog.=) $1 AND v.scheduled_for OPERATOR(pg_catalog.=) $3 AND v.schedule_id OPERATOR(pg_catalog.=) $2;
  ELSE
    INSERT INTO medsched.moved_doses AS v (user_id, schedule_id, scheduled_for, due_at, reason, moved_by)
    VALUES ($1, $2, $3, due, $5, $6)
    ON CONFLICT (user_id, scheduled_for, schedule_id) DO UPDATE
    SET due_at = EXCLUDED.due_at, reason = EXCLUDED.reason, moved_by = EXCLUDED.moved_by, moved_at = EXCLUDED.moved_at, computed = EXCLUDED.computed
    RETURNING v.reason, v.moved_by, v.moved_at INTO dose.reason, dose.moved_by, dose.moved_at;
  END IF;
  dose.user_id := $1;
  dose.schedule_id := $2;
  dose.scheduled_for := $3;
  dose.dose_id := medsched.dose_id($2, $3);
  dose.due_at := due;
  RETURN dose;
EXCEPTION WHEN unique_violation THEN
  GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
  IF broken OPERATOR(pg_catalog.=) 'moved_doses_user_id_due_at_schedule_id_key' THEN
    PERFORM medsched._refuse_meeting($3, due);
  END IF;
  RAISE;
END
$$;

COMMENT ON FUNCTION medsched.move_dose(uuid, uuid, timestamptz, timestamptz, text, text, timestamp) IS
  'Moves one dose to another time: the instant due_at, or local_time on the wall clock of its schedule, to the whole second. It keeps its handle. To its own time moves it back. Returns where it is now';

CREATE OR REPLACE FUNCTION medsched.move_dose_by_id(
  user_id uuid,
  dose_id text,
  due_at timestamptz DEFAULT NULL,
  reason text DEFAULT NULL,
  moved_by text DEFAULT NULL,
  local_time timestamp DEFAULT NULL)
RETURNS medsched.moved_dose
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_variable
DECLARE
  d CONSTANT pg_catalog.record := medsched._read_dose_id($2);
BEGIN
  RETURN medsched.move_dose($1, d.schedule_id, d.scheduled_for, $3, $4, $5, $6);
END
$$;

COMMENT ON FUNCTION medsched.move_dose_by_id(uuid, text, timestamptz, text, text, timestamp) IS
  'move_dose() for the handle of a dose';

-- Check the arguments of move_doses(), and give move_by as elapsed time of whole seconds.
CREATE OR REPLACE FUNCTION medsched._check_move_doses(user_id uuid, window_start timestamptz, window_end timestamptz, move_by interval,
  reason text, moved_by text)
RETURNS interval
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  elapsed CONSTANT interval := date_trunc('second', medsched._elapsed(move_by));
BEGIN
  PERFORM medsched.check_user($1), medsched.check_window($2, $3), medsched._check_tables(), medsched._check_move_words($5, $6);
  IF elapsed IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'move_by must not be null';
  ELSIF elapsed = interval '0' OR elapsed NOT BETWEEN interval '-366 days' AND interval '366 days' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'move_by must be from -366 to 366 days, and not 0', DETAIL = format('It is %s.', move_by),
      HINT = 'It is how much later the doses are due, such as "1 hour".';
  END IF;
  RETURN elapsed;
END
$$;

COMMENT ON FUNCTION medsched._check_move_doses(uuid, timestamptz, timestamptz, interval, text, text) IS
  'Internal: checks the arguments of move_doses(), and gives move_by as elapsed time';

-- One statement moves them all: one may go to where another was.
CREATE OR REPLACE FUNCTION medsched.move_doses(
  user_id uuid,
  window_start timestamptz,
  window_end timestamptz,
  move_by interval,
  reason text DEFAULT NULL,
  moved_by text DEFAULT NULL)
RETURNS SETOF medsched.moved_dose
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  elapsed CONSTANT pg_catalog.interval := medsched._check_move_doses($1, $2, $3, $4, $5, $6);
  broken pg_catalog.text;
BEGIN
  RETURN QUERY
    WITH doses AS MATERIALIZED (
      SELECT d.schedule_id, d.scheduled_for, d.dose_id, d.due_at OPERATOR(pg_catalog.+) elapsed AS due_at
        FROM medsched.upcoming_doses($1, $2, $3) AS d
       WHERE d.status OPERATOR(pg_catalog.=) ANY ('{upcoming,due,missed}')
    ),
    back AS (
      DELETE FROM medsched.moved_doses AS v
       USING doses AS o
       WHERE v.user_id OPERATOR(pg_catalog.=) $1 AND v.scheduled_for OPERATOR(pg_catalog.=) o.scheduled_for
         AND v.schedule_id OPERATOR(pg_catalog.=) o.schedule_id AND o.due_at OPERATOR(pg_catalog.=) o.scheduled_for
    ),
    moved AS (
      INSERT INTO medsched.moved_doses AS v (user_id, schedule_id, scheduled_for, due_at, reason, moved_by)
      SELECT $1, o.schedule_id, o.scheduled_for, o.due_at, $5, $6
        FROM doses AS o
       WHERE o.due_at OPERATOR(pg_catalog.<>) o.scheduled_for
      ON CONFLICT (user_id, scheduled_for, schedule_id) DO UPDATE
      SET due_at = EXCLUDED.due_at, reason = EXCLUDED.reason, moved_by = EXCLUDED.moved_by, moved_at = EXCLUDED.moved_at, computed = EXCLUDED.computed
      RETURNING v.schedule_id, v.scheduled_for, v.reason, v.moved_by, v.moved_at
    )
    SELECT $1, o.schedule_id, o.scheduled_for, o.dose_id, o.due_at, m.reason, m.moved_by, m.moved_at
      FROM doses AS o
      LEFT JOIN moved AS m
        ON m.schedule_id OPERATOR(pg_catalog.=) o.schedule_id AND m.scheduled_for OPERATOR(pg_catalog.=) o.scheduled_for
     ORDER BY o.due_at, o.schedule_id;
EXCEPTION WHEN unique_violation THEN
  GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
  IF broken OPERATOR(pg_catalog.=) 'moved_doses_user_id_due_at_schedule_id_key' THEN
    PERFORM medsched._refuse_rule('medsched.moved_doses'::pg_catalog.regclass, 'moved_dose_is_apart'::pg_catalog.text,
      'a dose cannot be moved onto another of its schedule'::pg_catalog.text, 'Two that were moved would be due at once.'::pg_catalog.text,
      'Move the doses one by one.'::pg_catalog.text, '23514'::pg_catalog.text);
  END IF;
  RAISE;
END
$$;

COMMENT ON FUNCTION medsched.move_doses(uuid, timestamptz, timestamptz, interval, text, text) IS
  'Moves all of a user''s doses that are due in [window_start, window_end) and not recorded by the same length of time, a day being 24 hours: all or, with an error, none. Returns where they are now';
