-- Changing how a medication is taken without rewriting its history.
--
-- History is never rewritten.  The old row ends, the new one takes effect, and replaces says which one it came from.  The new
-- row keeps starts_at, so that its rule and cycle go on in the same rhythm; effective_from bounds it.  Where the old row would
-- be left without any dose, there is no history: it is rewritten, and keeps its id.
--
-- What reads or writes the tables runs with its caller's search_path, as create_medication() does.

-- Read changes: an object with keys of a schedule, as _read_schedule() gives it.
CREATE OR REPLACE FUNCTION medsched._read_changes(changes jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  read CONSTANT jsonb := medsched._read_schedule(changes, 'changes');
  key text;
BEGIN
  IF changes = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'changes must not be empty',
      HINT = 'Name what is to change, as {"dose_amount": 10}.';
  END IF;
  FOREACH key IN ARRAY '{starts_at,time_zone}'::text[] LOOP
    IF changes -> key = 'null' THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('changes.%s must not be null', key);
    END IF;
  END LOOP;
  RETURN read;
END
$$;

COMMENT ON FUNCTION medsched._read_changes(jsonb) IS
  'Internal: changes of a schedule, checked';

-- Whether a schedule has a dose in [lo, hi), within its own bounds; hi NULL: from lo on.
CREATE OR REPLACE FUNCTION medsched._has_dose(schedule medsched._schedule, lo timestamptz, hi timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- No schedule begins before the year 1.
  lo := greatest(lo, schedule.effective_from, timestamptz '0002-01-01 00:00Z BC');
  hi := least(hi, schedule.ends_at, timestamptz 'infinity');
  -- As needed, and counted from the last dose, one can be at any time since the start.
  IF lo >= hi OR schedule.as_needed OR schedule.after_last IS NOT NULL THEN
    RETURN greatest(lo, medsched._to_instant(schedule.starts_at, schedule.time_zone)) < hi;
  END IF;
  RETURN coalesce(medsched.next_occurrence(schedule.rrule::text, schedule.starts_at, schedule.time_zone::text, lo - interval '1 microsecond',
                                           schedule.rdates, schedule.exdates, schedule.cycle_days_on, schedule.cycle_days_off) < hi, false);
END
$$;

COMMENT ON FUNCTION medsched._has_dose(medsched._schedule, timestamptz, timestamptz) IS
  'Internal: whether a schedule has a dose in a window';

-- Check that a schedule can be revised.  One that is over cannot; nor may it outlast what comes after it.
CREATE OR REPLACE FUNCTION medsched._check_revision(schedule medsched._schedule, successor uuid, inactivated_at timestamptz,
  effective_from timestamptz, changes jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  takes_effect CONSTANT timestamptz := greatest($4, schedule.effective_from);
  rule medsched._recurrence;
  before medsched._recurrence;
  brings text;
BEGIN
  IF $3 <= takes_effect THEN
    RAISE EXCEPTION USING ERRCODE = '55000',
      MESSAGE = format('medication "%s" is inactive at %s', schedule.medication_id, $4),
      DETAIL = format('It was inactivated at %s.', $3), HINT = 'Call medsched.reactivate_medication() first.',
      TABLE = 'medications', CONSTRAINT = 'medication_is_active';
  END IF;
  IF schedule.ends_at <= takes_effect THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('schedule "%s" ended at %s', schedule.id, schedule.ends_at),
      DETAIL = CASE WHEN successor IS NULL THEN 'Nothing replaced it.' ELSE format('Schedule "%s" replaced it.', successor) END,
      HINT = CASE WHEN successor IS NULL THEN 'Choose an effective_from before its end.' ELSE 'Revise the schedule that replaced it.' END,
      TABLE = 'schedules',
      CONSTRAINT = CASE WHEN successor IS NULL THEN 'schedule_not_ended' ELSE 'schedule_not_replaced' END;
  END IF;
  PERFORM medsched._check_new_end(schedule, successor, changes);

  -- A new rhythm counts from somewhere.  "Every second day" may mean from the first dose of all or from now, "ten times" ten
  -- more or ten in all: the caller says which, with starts_at.
  IF changes ? 'starts_at' THEN
    RETURN;
  END IF;
  rule := medsched._rule_parts(changes ->> 'rrule');
  before := medsched._rule_parts(schedule.rrule::text);
  brings := CASE
    WHEN (changes ->> 'cycle_days_on')::int <> coalesce(schedule.cycle_days_on, 0)
      OR (changes ->> 'cycle_days_off')::int <> coalesce(schedule.cycle_days_off, 0) THEN 'a cycle'
    WHEN rule.count IS NOT NULL THEN 'COUNT'
    WHEN rule.every > 1 AND (rule.every, rule.freq) IS DISTINCT FROM (before.every, before.freq) THEN 'INTERVAL' END;
  IF brings IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('changes must have starts_at when they bring %s', brings),
      DETAIL = format('It counts from starts_at, which is %s so far.', schedule.starts_at),
      HINT = 'Give that to count from there, or a new start.';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_revision(medsched._schedule, uuid, timestamptz, timestamptz, jsonb) IS
  'Internal: checks that a schedule can be revised from an instant on';

-- Refuse to change a schedule from an instant on when doses are recorded there.  Of a long history only what lies after it is
-- read: the primary key begins with user_id and scheduled_for.
CREATE OR REPLACE FUNCTION medsched._check_no_dose_recorded(of_user uuid, of_schedule uuid, from_instant timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  most CONSTANT int := 5;
  doses CONSTANT timestamp with time zone[] := ARRAY(
    SELECT d.scheduled_for FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2
       AND d.scheduled_for OPERATOR(pg_catalog.>=) $3 AND d.outcome OPERATOR(pg_catalog.<>) 'extra'
     ORDER BY d.scheduled_for
     LIMIT 6);
BEGIN
  IF pg_catalog.cardinality(doses) OPERATOR(pg_catalog.>) 0 THEN
    RAISE EXCEPTION USING ERRCODE = '23514',
      MESSAGE = pg_catalog.format('schedule "%s" has doses recorded at or after %s', $2, $3),
      DETAIL = pg_catalog.format('They are: %s%s. The first is dose "%s".', pg_catalog.array_to_string(doses[:most], ', '),
                                 CASE WHEN doses[most OPERATOR(pg_catalog.+) 1] IS NOT NULL THEN ' and later ones' END,
                                 medsched.dose_id($2, doses[1])),
      HINT = 'Choose a later instant, or take the records back: call medsched.undo_dose().',
      TABLE = 'schedules', CONSTRAINT = 'recorded_dose_keeps_schedule';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_no_dose_recorded(uuid, uuid, timestamptz) IS
  'Internal: checks that no dose of a schedule is recorded from an instant on';

-- The columns of the row that replaces another, and what goes into them: n is the old row with the changes, $2 its id, $4 when
-- the new one takes effect, $5 when the old one ended before.  Left out, and so as the
-- table's defaults make them, are those of PostgreSQL's, and those of the application that are unique by themselves: an index
-- has them and no column in which the two rows differ, so that the copy would meet what it is a copy of.
CREATE OR REPLACE FUNCTION medsched._replacement_columns(changes jsonb, OUT columns text, OUT list text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
BEGIN
  WITH a AS (
    SELECT a.*, a.attname = ANY (medsched._schedule_key_names()) AS is_key,
           a.attname IN ('id', 'effective_from', 'ends_at', 'replaces', 'created_at', 'changed_at') OR a.attidentity <> ''
           OR changes ? a.attname AND (a.attname = ANY (medsched._schedule_key_names()) OR jsonb_typeof(changes -> a.attname) <> 'null') AS differs
      FROM pg_attribute AS a
     WHERE a.attrelid = to_regclass('medsched.schedules') AND a.attnum > 0 AND NOT a.attisdropped
  ), unique_alone AS (
    SELECT unnest(k.members) AS attnum
      FROM pg_index AS i
      -- An expression and a condition name their columns in their trees.
     CROSS JOIN LATERAL (
            SELECT array_agg(n.attnum) AS members
              FROM (SELECT unnest((i.indkey::int[])[:i.indnkeyatts - 1])
                    UNION
                    SELECT t.found[1]::int
                      FROM regexp_matches(concat(i.indexprs::text, i.indpred::text), ':varattno (-?[0-9]+)', 'g') AS t (found)) AS n (attnum)
             -- An expression's place among the columns is 0; a whole row in its tree, too.
             WHERE n.attnum <> 0 OR concat(i.indexprs::text, i.indpred::text) ~ ':varattno 0') AS k
     WHERE i.indrelid = to_regclass('medsched.schedules') AND i.indislive AND (i.indisunique OR i.indisexclusion)
       AND NOT EXISTS (SELECT FROM unnest(k.members) AS n (attnum) LEFT JOIN a ON a.attnum = n.attnum WHERE coalesce(a.differs, true)))
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
         -- Of a domain the type under it, so that its checks are made.
         string_agg(CASE WHEN a.attname = 'effective_from' THEN '$4' WHEN a.attname = 'replaces' THEN '$2'
                         WHEN a.attname = 'ends_at' AND NOT changes ? 'ends_at' THEN '$5'
                         ELSE format('n.%I', a.attname) || coalesce(b.cast_to, '') END, ', ' ORDER BY a.attnum)
    INTO columns, list
    FROM a
    LEFT JOIN LATERAL (
           SELECT format('::%I.%I', n.nspname, u.typname) AS cast_to
             FROM pg_type AS t
             JOIN pg_type AS u ON u.oid = t.typbasetype
             JOIN pg_namespace AS n ON n.oid = u.typnamespace
            WHERE t.oid = a.atttypid) AS b ON true
   WHERE a.attgenerated = ''
     AND CASE WHEN changes ? a.attname AND a.is_key THEN NOT a.attnotnull OR jsonb_typeof(changes -> a.attname) <> 'null'
              WHEN changes ? a.attname THEN jsonb_typeof(changes -> a.attname) <> 'null'
              WHEN a.attidentity <> '' OR a.attname IN ('id', 'created_at', 'changed_at') THEN false
              WHEN a.is_key OR a.attname IN ('user_id', 'medication_id', 'effective_from', 'replaces') THEN true
              ELSE a.attnum NOT IN (SELECT u.attnum FROM unique_alone AS u) END;
END
$$;

COMMENT ON FUNCTION medsched._replacement_columns(jsonb) IS
  'Internal: the columns of the row that replaces a schedule, and their values';

-- End a schedule, and insert the row that replaces it: each column as in changes where it is there, else as it was.  What
-- replaced the old row until now replaces the new one.  Gives the row as it is stored.
CREATE OR REPLACE FUNCTION medsched._replace_schedule(schedule medsched._schedule, successor uuid, ends_at timestamptz,
  effective_from timestamptz, changes jsonb, OUT new_row medsched._schedule)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  part pg_catalog.record;
  inserted int;
  was pg_catalog.jsonb;
  code pg_catalog.text; message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; column_name pg_catalog.text;
  constraint_name pg_catalog.text; type_name pg_catalog.text;
BEGIN
  part := medsched._replacement_columns(changes);
  BEGIN
    PERFORM medsched._end_schedule(schedule.user_id, schedule.id, $3);
    -- Each is replaced once.
    IF successor IS NOT NULL THEN
      PERFORM medsched._relink(schedule.user_id, successor, NULL::pg_catalog.uuid);
    END IF;
    -- Whatever columns the application added.
    EXECUTE pg_catalog.format(
      'INSERT INTO medsched.schedules AS s (%s)'
      ' SELECT %s FROM medsched.schedules AS o CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(o.*, $3) AS n'
      ' WHERE o.user_id OPERATOR(pg_catalog.=) $1 AND o.id OPERATOR(pg_catalog.=) $2'
      ' RETURNING s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,'
      ' s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by)', part.columns, part.list)
      INTO new_row USING schedule.user_id, schedule.id, changes, $4, schedule.ends_at;
    GET DIAGNOSTICS inserted = ROW_COUNT;
    IF inserted OPERATOR(pg_catalog.<>) 1 THEN
      RAISE 'schedule was not inserted: a trigger suppressed it' USING ERRCODE = 'raise_exception';
    END IF;
    IF successor IS NOT NULL THEN
      PERFORM medsched._relink(schedule.user_id, successor, new_row.id);
    END IF;
    PERFORM medsched._carry_moves(schedule, new_row, new_row.effective_from);
  EXCEPTION WHEN data_exception OR integrity_constraint_violation OR feature_not_supported THEN
    -- In the words of the changes, and without the statements that it came through.
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
      schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME,
      type_name = PG_DATATYPE_NAME;
    SELECT pg_catalog.to_jsonb(s.*) INTO was FROM medsched.schedules AS s
     WHERE s.user_id OPERATOR(pg_catalog.=) schedule.user_id AND s.id OPERATOR(pg_catalog.=) schedule.id;
    PERFORM medsched._refuse_schedule(was OPERATOR(pg_catalog.||) changes, 'changes', 'the revised schedule',
                                      code, message, detail, hint, schema_name, table_name, column_name, constraint_name, type_name);
  END;
END
$$;

COMMENT ON FUNCTION medsched._replace_schedule(medsched._schedule, uuid, timestamptz, timestamptz, jsonb) IS
  'Internal: ends a schedule, and inserts the one that replaces it';

CREATE OR REPLACE FUNCTION medsched._end_schedule(of_user uuid, of_schedule uuid, ends_at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
  UPDATE medsched.schedules AS s SET ends_at = $3
   WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_suppressed($2);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._end_schedule(uuid, uuid, timestamptz) IS
  'Internal: ends a schedule';

-- Have a schedule replace another, or, NULL, none for now.
CREATE OR REPLACE FUNCTION medsched._relink(of_user uuid, of_schedule uuid, replaces uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
  UPDATE medsched.schedules AS s SET replaces = $3
   WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_suppressed($2);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._relink(uuid, uuid, uuid) IS
  'Internal: has a schedule replace another';

CREATE OR REPLACE FUNCTION medsched._refuse_suppressed(schedule_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE 'schedule "%" was not updated: a trigger or a policy suppressed it', schedule_id USING ERRCODE = 'raise_exception';
END
$$;

COMMENT ON FUNCTION medsched._refuse_suppressed(uuid) IS
  'Internal: raises the error of a schedule that could not be updated';

-- The schedule that replaces one; NULL: none.
CREATE OR REPLACE FUNCTION medsched._successor(of_user uuid, of_schedule uuid)
RETURNS uuid
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
  RETURN (SELECT s.id FROM medsched.schedules AS s
           WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.replaces OPERATOR(pg_catalog.=) $2);
END
$$;

COMMENT ON FUNCTION medsched._successor(uuid, uuid) IS
  'Internal: the schedule that replaces one';

-- When a medication was inactivated; NULL: it is active.  P0002 when the user has none by that id.
CREATE OR REPLACE FUNCTION medsched._inactivated_at(of_user uuid, of_medication uuid)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  inactivated_at timestamp with time zone;
BEGIN
  SELECT m.inactivated_at INTO inactivated_at FROM medsched.medications AS m
   WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
  RETURN inactivated_at;
END
$$;

COMMENT ON FUNCTION medsched._inactivated_at(uuid, uuid) IS
  'Internal: when a medication was inactivated';

-- Whether a schedule has no dose before an instant.  One that cannot be read may have had.
CREATE OR REPLACE FUNCTION medsched._begins_after(schedule medsched._schedule, instant timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN instant <= medsched._to_instant(schedule.starts_at, schedule.time_zone) OR NOT medsched._has_dose(schedule, timestamptz '-infinity', instant);
EXCEPTION WHEN invalid_parameter_value THEN
  RETURN false;
END
$$;

COMMENT ON FUNCTION medsched._begins_after(medsched._schedule, timestamptz) IS
  'Internal: whether a schedule has no dose before an instant';

-- Rewrite a schedule that has no dose before the instant from which it is revised.
CREATE OR REPLACE FUNCTION medsched._revise_in_place(schedule medsched._schedule, takes_effect timestamptz, changes jsonb)
RETURNS medsched._schedule
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  begins CONSTANT timestamp with time zone := medsched._to_instant(
    coalesce((changes OPERATOR(pg_catalog.->>) 'starts_at')::pg_catalog.timestamp, schedule.starts_at),
    coalesce(changes OPERATOR(pg_catalog.->>) 'time_zone', schedule.time_zone));
BEGIN
  IF begins OPERATOR(pg_catalog.<) takes_effect THEN
    changes := changes OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('effective_from', takes_effect);
  END IF;
  RETURN medsched._rewrite_schedule(schedule, changes, 'the revised schedule');
END
$$;

COMMENT ON FUNCTION medsched._revise_in_place(medsched._schedule, timestamptz, jsonb) IS
  'Internal: rewrites a schedule that has no dose before it is revised';

-- Have another row replace a schedule, which is locked and may be revised, from an instant on.  A schedule that is not in
-- effect yet is revised from its own effective_from on: before, its predecessor holds.  in_place: the row may be kept where
-- nothing is lost by it.
CREATE OR REPLACE FUNCTION medsched._revise(schedule medsched._schedule, successor uuid, inactivated_at timestamptz, effective_from timestamptz,
  changes jsonb, in_place boolean)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  takes_effect CONSTANT timestamp with time zone := greatest($4, schedule.effective_from);
BEGIN
  IF in_place AND medsched._begins_after(schedule, takes_effect) THEN
    schedule := medsched._revise_in_place(schedule, takes_effect, changes);
  ELSE
    schedule := medsched._replace_schedule(schedule, successor, takes_effect, takes_effect, changes);
  END IF;
  IF NOT medsched._has_dose(schedule, takes_effect, $3) THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = 'the revised schedule would have no dose',
      DETAIL = pg_catalog.format('It has none from %s until %s.', takes_effect, least($3, schedule.ends_at)),
      HINT = 'To end a schedule, call medsched.end_schedule().',
      TABLE = 'schedules', CONSTRAINT = 'schedule_has_dose';
  END IF;
  RETURN schedule.id;
END
$$;

COMMENT ON FUNCTION medsched._revise(medsched._schedule, uuid, timestamptz, timestamptz, jsonb, boolean) IS
  'Internal: has another schedule replace one from an instant on';

-- Lock one schedule, check and revise it.
CREATE OR REPLACE FUNCTION medsched._revise_one(of_user uuid, of_schedule uuid, effective_from timestamptz, changes jsonb)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  schedule medsched._schedule;
  to_come medsched._schedule;
  inactivated_at timestamp with time zone;
  successor pg_catalog.uuid;
BEGIN
  IF changes OPERATOR(pg_catalog.?) 'effective_from' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'changes must not have effective_from',
      HINT = 'When the changes take effect, the argument effective_from says.';
  END IF;
  IF changes OPERATOR(pg_catalog.?) 'events' OR medsched._events_of($1, $2) IS NOT NULL THEN
    PERFORM medsched._lock_routine($1, false);
  END IF;
  PERFORM medsched._lock_schedules($1, $2, NULL::pg_catalog.uuid, NULL::pg_catalog.timestamptz);
  schedule := medsched._find_schedule($1, $2);
  changes := medsched._changes_by_routine(schedule, changes, greatest($3, schedule.effective_from));
  inactivated_at := medsched._inactivated_at($1, schedule.medication_id);
  successor := medsched._successor($1, $2);
  PERFORM medsched._check_revision(schedule, successor, inactivated_at, $3, changes);
  PERFORM medsched._check_no_dose_recorded($1, $2, $3);
  PERFORM medsched._check_no_follower_recorded($1, $2, $3);
  PERFORM medsched._check_no_dose_moved_past($1, $2, $3);
  PERFORM medsched._check_follows_once($1, $2, $3, changes);
  -- A time zone alone, of what says when the doses are, is a journey.
  IF changes OPERATOR(pg_catalog.?) 'time_zone'
     AND NOT changes OPERATOR(pg_catalog.?|) '{starts_at,rrule,rdates,exdates,cycle_days_on,cycle_days_off,as_needed,after_last,follows,follows_by}'::pg_catalog.text[] THEN
    to_come := medsched._to_come(schedule, $3, inactivated_at);
    IF changes OPERATOR(pg_catalog.?) 'ends_at' THEN
      to_come.ends_at := least((changes OPERATOR(pg_catalog.->>) 'ends_at')::pg_catalog.timestamptz, inactivated_at);
    END IF;
    changes := changes OPERATOR(pg_catalog.||) medsched._travel(to_come, ARRAY[to_come], changes OPERATOR(pg_catalog.->>) 'time_zone');
  END IF;
  RETURN medsched._revise(schedule, successor, inactivated_at, $3, changes, NOT changes OPERATOR(pg_catalog.?) 'id');
END
$$;

COMMENT ON FUNCTION medsched._revise_one(uuid, uuid, timestamptz, jsonb) IS
  'Internal: locks and revises a schedule';

CREATE OR REPLACE FUNCTION medsched.revise_schedule(
  user_id uuid,
  schedule_id uuid,
  effective_from timestamptz,
  changes jsonb)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  IF $1 IS NULL OR $2 IS NULL OR $3 IS NULL OR $4 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = pg_catalog.concat(
      CASE WHEN $1 IS NULL THEN 'user_id' WHEN $2 IS NULL THEN 'schedule_id' WHEN $3 IS NULL THEN 'effective_from' ELSE 'changes' END,
      ' must not be null');
  END IF;
  PERFORM medsched._require_instant($3, 'effective_from');
  PERFORM medsched._check_tables();
  RETURN medsched._revise_one($1, $2, $3, medsched._read_changes($4));
END
$$;

COMMENT ON FUNCTION medsched.revise_schedule(uuid, uuid, timestamptz, jsonb) IS
  'Ends a schedule at an instant and has another replace it from there on: the same but for changes, an object whose keys are columns. Returns the id of that; one without a dose before the instant is changed itself, and keeps its id';
