-- Schedules as a client writes them, in JSON.
--
-- Strict on purpose: a misspelt key, or an instant where a wall-clock time belongs,
-- would otherwise become a wrong dose in silence.

-- Raise an error again, with another message and without what is empty of it.
CREATE OR REPLACE FUNCTION medsched._raise_again(code text, message text, detail text, hint text, schema_name text, table_name text,
  column_name text, constraint_name text, type_name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF detail = '' AND hint = '' THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, SCHEMA = schema_name, TABLE = table_name,
      COLUMN = column_name, CONSTRAINT = constraint_name, DATATYPE = type_name;
  ELSIF hint = '' THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, SCHEMA = schema_name, TABLE = table_name,
      COLUMN = column_name, CONSTRAINT = constraint_name, DATATYPE = type_name;
  ELSIF detail = '' THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint, SCHEMA = schema_name, TABLE = table_name,
      COLUMN = column_name, CONSTRAINT = constraint_name, DATATYPE = type_name;
  END IF;
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint, SCHEMA = schema_name, TABLE = table_name,
    COLUMN = column_name, CONSTRAINT = constraint_name, DATATYPE = type_name;
END
$$;

COMMENT ON FUNCTION medsched._raise_again(text, text, text, text, text, text, text, text, text) IS
  'Internal: raises an error again, with another message';

-- The keys of a schedule, in the order that messages name them in, and what type each is of.  Both are constants to the planner.
CREATE OR REPLACE FUNCTION medsched._schedule_key_names()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{id,starts_at,time_zone,time_zone_pinned,rrule,rdates,exdates,cycle_days_on,cycle_days_off,as_needed,
         min_interval,max_per_24h,limits,grace,tolerance_before,missed_when_next,
         after_last,hours_from,hours_until,max_per_day,follows,follows_by,dose_amount,dose_unit,instructions,regimen_id,events,effective_from,ends_at}'::text[];

COMMENT ON FUNCTION medsched._schedule_key_names() IS
  'Internal: the keys of a schedule in JSON';

CREATE OR REPLACE FUNCTION medsched._schedule_key_types()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{uuid,timestamp,zone,boolean,rule,dates,dates,int,int,boolean,
         interval,int,limits,interval,interval,boolean,
         interval,time,time,int,uuid,interval,numeric,text,text,uuid,events,timestamptz,timestamptz}'::text[];

COMMENT ON FUNCTION medsched._schedule_key_types() IS
  'Internal: the types of the values of a schedule in JSON, in the order of its keys';

-- A schedule in JSON, with what it is counted by from when a dose was taken, its own last one or another's, as after_last.
CREATE OR REPLACE FUNCTION medsched._counted_by(object jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(object -> 'follows_by') = 'string' THEN object || jsonb_build_object('after_last', object -> 'follows_by') ELSE object END;

COMMENT ON FUNCTION medsched._counted_by(jsonb) IS
  'Internal: a schedule in JSON with what it is counted by';

-- The columns of a medication that a caller gives, and what type each is of.
CREATE OR REPLACE FUNCTION medsched._medication_key_names()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{name,notes,substance,substance_amount,substance_unit,therapeutic_class,refill_lead_time,refill_reserve,refill_reserve_unit}'::text[];

COMMENT ON FUNCTION medsched._medication_key_names() IS
  'Internal: the columns of a medication that a caller gives';

CREATE OR REPLACE FUNCTION medsched._medication_key_types()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{text,text,text,numeric,text,text,interval,numeric,text}'::text[];

COMMENT ON FUNCTION medsched._medication_key_types() IS
  'Internal: the types of the columns of a medication that a caller gives';

-- All columns of a table that are medsched's; the others are the application's.
CREATE OR REPLACE FUNCTION medsched._columns_of_medications()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{user_id,id,inactivated_at,created_at,changed_at}'::text[] || medsched._medication_key_names();

COMMENT ON FUNCTION medsched._columns_of_medications() IS
  'Internal: the columns of medications that are medsched''s';

CREATE OR REPLACE FUNCTION medsched._columns_of_schedules()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{user_id,medication_id,replaces,created_at,changed_at}'::text[] || medsched._schedule_key_names();

COMMENT ON FUNCTION medsched._columns_of_schedules() IS
  'Internal: the columns of schedules that are medsched''s';

-- The columns that an application added to a table of ours and may give: not those that PostgreSQL fills.  The types are for a
-- query that runs with its caller's search_path, so none of their names is left to it; INSERT gives them their lengths.
CREATE OR REPLACE FUNCTION medsched._own_columns(relation regclass)
RETURNS TABLE (nth int, name name, type text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT a.attnum::int, a.attname, format('%I.%I', n.nspname, t.typname)
    FROM pg_attribute AS a
    JOIN pg_type AS t ON t.oid = a.atttypid
    JOIN pg_namespace AS n ON n.oid = t.typnamespace
   WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
     AND a.attname <> ALL (CASE WHEN relation = 'medsched.schedules'::regclass THEN medsched._columns_of_schedules()
                                ELSE medsched._columns_of_medications() END)
   ORDER BY a.attnum
$$;

COMMENT ON FUNCTION medsched._own_columns(regclass) IS
  'Internal: the columns of a table that are the application''s to give';

-- The columns of an INSERT that an object gives of the application's, the end of its select list, and what that reads from.
CREATE OR REPLACE FUNCTION medsched._own_values(relation regclass, object jsonb, parameter int, OUT columns text, OUT list text, OUT source text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(format(', %I', o.name), '' ORDER BY o.nth), ''),
         coalesce(string_agg(format(', own.%I', o.name), '' ORDER BY o.nth), ''),
         format('pg_catalog.jsonb_to_record($%s) AS own (%s)', parameter,
                string_agg(format('%I %s', o.name, o.type), ', ' ORDER BY o.nth))
    FROM medsched._own_columns(relation) AS o
   WHERE object ? o.name AND jsonb_typeof(object -> o.name) <> 'null'
$$;

COMMENT ON FUNCTION medsched._own_values(regclass, jsonb, int) IS
  'Internal: the parts of an INSERT that give an application''s own columns';

-- The SET list of an UPDATE that changes a row as an object says, and what that reads from.  Null is the column's default.
CREATE OR REPLACE FUNCTION medsched._assignments(relation regclass, changes jsonb, parameter int, OUT list text, OUT source text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(CASE WHEN jsonb_typeof(changes -> a.attname) = 'null' THEN format('%I = DEFAULT', a.attname)
                         ELSE format('%1$I = given.%1$I', a.attname) END, ', ' ORDER BY a.attnum),
         format('pg_catalog.jsonb_to_record($%s) AS given (%s)', parameter,
                string_agg(format('%I %I.%I', a.attname, n.nspname, t.typname), ', ' ORDER BY a.attnum))
    FROM pg_attribute AS a
    JOIN pg_type AS t ON t.oid = a.atttypid
    JOIN pg_namespace AS n ON n.oid = t.typnamespace
   WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND changes ? a.attname
$$;

COMMENT ON FUNCTION medsched._assignments(regclass, jsonb, int) IS
  'Internal: the parts of an UPDATE that changes a row as an object says';

-- Read an object that is a schedule: check each key and value, and give the object with its whole numbers written as such.
-- place says which object it is, in errors.
CREATE OR REPLACE FUNCTION medsched._read_schedule(object jsonb, place text)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wall_clock CONSTANT text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?$';
  instant CONSTANT text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[-+][0-9]{2}(:?[0-9]{2})?)$';
  read jsonb := object;
  key text;
  value jsonb;
  type text;
  kind text;
  written text;
  fits boolean;
  reading boolean := false;
  message text;
  detail text;
  hint text;
BEGIN
  IF jsonb_typeof(object) IS DISTINCT FROM 'object' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = place || ' must be a JSON object';
  END IF;
  FOR key, value IN SELECT m.key, m.value FROM jsonb_each(object) AS m LOOP
    type := (medsched._schedule_key_types())[array_position(medsched._schedule_key_names(), key)];
    IF type IS NULL THEN
      PERFORM medsched._check_own_key(key, place);
      CONTINUE;
    END IF;
    kind := jsonb_typeof(value);
    CONTINUE WHEN kind = 'null';
    written := value #>> '{}';
    fits := CASE type
      WHEN 'boolean' THEN kind = 'boolean'
      WHEN 'int' THEN CASE WHEN kind = 'number' THEN trunc(written::numeric) = written::numeric ELSE false END
      -- Drivers hand numeric on as strings, to lose no digit.
      WHEN 'numeric' THEN kind IN ('number', 'string')
      -- timestamp's own input would drop an offset in silence, and move the dose by hours.
      WHEN 'timestamp' THEN kind = 'string' AND written ~ wall_clock
      WHEN 'timestamptz' THEN kind = 'string' AND written ~ instant
      WHEN 'time' THEN kind = 'string' AND written ~ '^[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?$'
      WHEN 'dates' THEN kind = 'array'
      WHEN 'limits' THEN kind = 'array'
      WHEN 'events' THEN kind = 'array'
      ELSE kind = 'string' END;
    IF fits AND type = 'dates' THEN
      fits := NOT EXISTS (SELECT FROM jsonb_array_elements(value) AS e WHERE jsonb_typeof(e) <> 'string' OR (e #>> '{}') !~ wall_clock);
    END IF;
    IF NOT fits THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.%s must be %s', place, key, CASE type
        WHEN 'uuid' THEN 'a string that holds a uuid'
        WHEN 'timestamp' THEN 'a wall-clock time without a time zone, as "2026-03-01T08:00:00"'
        WHEN 'dates' THEN 'an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]'
        WHEN 'timestamptz' THEN 'an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z'
        WHEN 'time' THEN 'a time of day, as "08:00"'
        WHEN 'limits' THEN 'an array of limits, as [{"amount": 4000, "within": "24 hours"}, {"doses": 1, "days": 1}]'
        WHEN 'events' THEN 'an array of events, as ["CM", {"event": "ACV", "offset": 30}]'
        WHEN 'boolean' THEN 'true or false'
        WHEN 'int' THEN 'a whole number'
        WHEN 'numeric' THEN 'a number, or a string that holds one'
        WHEN 'interval' THEN 'a string that holds an interval, such as "4 hours"'
        ELSE 'a string' END);
    END IF;
    reading := true;
    IF type = 'dates' THEN
      PERFORM e::timestamp FROM jsonb_array_elements_text(value) AS e;
    ELSIF type = 'int' THEN
      read := jsonb_set(read, ARRAY[key], to_jsonb(trunc(written::numeric)::text::int));
    ELSE
      fits := CASE type
        WHEN 'uuid' THEN written::uuid IS NOT NULL
        WHEN 'timestamp' THEN written::timestamp IS NOT NULL
        WHEN 'timestamptz' THEN written::timestamptz IS NOT NULL
        WHEN 'interval' THEN written::interval IS NOT NULL
        WHEN 'time' THEN written::time IS NOT NULL
        WHEN 'numeric' THEN written::numeric IS NOT NULL
        WHEN 'limits' THEN medsched._limits_valid(value)
        WHEN 'events' THEN medsched._events_valid(value)
        WHEN 'rule' THEN medsched.check_rrule(written)
        WHEN 'zone' THEN medsched.check_time_zone(written) END;
    END IF;
    reading := false;
  END LOOP;
  RETURN read;
EXCEPTION
  -- What the types and domains refuse, with the key.
  WHEN data_exception OR feature_not_supported THEN
    IF NOT reading THEN
      RAISE;
    END IF;
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    PERFORM medsched._refuse(SQLSTATE, format('%s.%s: %s', place, key, medsched._shortened(message)), nullif(detail, ''), nullif(hint, ''));
END
$$;

COMMENT ON FUNCTION medsched._read_schedule(jsonb, text) IS
  'Internal: a schedule in JSON, checked';

-- Check a key that is none of ours: a column of the application's.
CREATE OR REPLACE FUNCTION medsched._check_own_key(key text, place text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  own CONSTANT text[] := ARRAY(SELECT o.name::text FROM medsched._own_columns('medsched.schedules'::regclass) AS o ORDER BY o.nth);
BEGIN
  IF key <> ALL (own) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s has an unknown key "%s"', place, left(key, 64)),
      HINT = format('The keys of a schedule are %s.', array_to_string(medsched._schedule_key_names() || own, ', '));
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_own_key(text, text) IS
  'Internal: checks that a key of a schedule in JSON is a column of the application''s';

-- A value of a schedule in JSON, as a message shows it.
CREATE OR REPLACE FUNCTION medsched._value_text(object jsonb, key text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  type CONSTANT text := (medsched._schedule_key_types())[array_position(medsched._schedule_key_names(), key)];
  written CONSTANT text := object ->> key;
BEGIN
  RETURN CASE
    WHEN written IS NULL THEN 'null'
    WHEN type IN ('text', 'rule', 'zone') THEN format('"%s"', medsched._shortened(written))
    ELSE medsched._shortened(CASE type
      WHEN 'timestamp' THEN written::timestamp::text
      WHEN 'timestamptz' THEN written::timestamptz::text
      WHEN 'interval' THEN written::interval::text
      WHEN 'time' THEN written::time::text
      WHEN 'limits' THEN (object -> key)::text
      WHEN 'events' THEN (object -> key)::text
      WHEN 'numeric' THEN written::numeric::text
      WHEN 'int' THEN trunc(written::numeric)::text
      WHEN 'dates' THEN ARRAY(SELECT e::timestamp FROM jsonb_array_elements_text(object -> key) AS e)::text
      WHEN 'uuid' THEN written::uuid::text
      ELSE written END) END;
END
$$;

COMMENT ON FUNCTION medsched._value_text(jsonb, text) IS
  'Internal: a value of a schedule in JSON, as a message shows it';

-- Raise the error of an INSERT or UPDATE of a schedule again, in the words of whoever gave the object: the CHECKs stay the one
-- place that says what is allowed, and hold for those who insert directly, too.  place is the object that has the keys, subject
-- the schedule that they make.
CREATE OR REPLACE FUNCTION medsched._refuse_schedule(object jsonb, place text, subject text, code text, message text, detail text, hint text,
  schema_name text, table_name text, column_name text, constraint_name text, type_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  refusal record;
BEGIN
  SELECT r.* INTO refusal FROM (VALUES
    ('schedules_starts_at_whole_second', 'must be a whole second in the years 1 to 9999', '{starts_at}'::text[], false),
    ('schedules_effective_from_in_range', 'must be in the years 1 to 9999', '{effective_from}', false),
    ('schedules_ends_at_in_range', 'must be in the years 1 to 9999', '{ends_at}', false),
    ('schedules_dose_amount_positive', 'must be finite and above 0', '{dose_amount}', false),
    ('schedules_dose_amount_size', 'must have at most 1000 digits before and after the point', '{dose_amount}', false),
    ('schedules_dose_unit_length', 'must have at most 1000 characters', '{dose_unit}', false),
    ('schedules_instructions_length', 'must have at most 10000 characters', '{instructions}', false),
    ('schedules_min_interval_in_range', 'must be above 0 and at most 366 days', '{min_interval}', false),
    ('schedules_max_per_24h_positive', 'must be at least 1', '{max_per_24h}', false),
    ('schedules_after_last_in_range', 'must be whole seconds from 1 minute to 3660 days, no part of it negative', '{after_last}', false),
    ('schedules_follows_by_in_range', 'must be whole seconds from 1 minute to 7 days, no part of it negative', '{follows_by}', false),
    ('schedules_max_per_day_in_range', 'must be from 1 to 1440', '{max_per_day}', false),
    ('schedules_grace_in_range', 'must be from 0 to 366 days', '{grace}', false),
    ('schedules_tolerance_before_in_range', 'must be from 0 to 366 days', '{tolerance_before}', false),
    -- Of several keys; the last column says whether it matters which of them are not there.
    ('schedules_cycle_days', 'must have both cycle_days_on and cycle_days_off, each at least 1, or neither',
     '{cycle_days_on,cycle_days_off}', true),
    ('schedules_cycle_days_in_range', 'must have cycle_days_on and cycle_days_off of at most 3660', '{cycle_days_on,cycle_days_off}', false),
    ('schedules_dates_at_most_10000', 'must have at most 10000 rdates and as many exdates', '{rdates,exdates}', false),
    ('schedules_as_needed_has_no_times', 'must have no rrule, rdates, exdates or cycle when it is as_needed',
     '{as_needed,rrule,rdates,exdates,cycle_days_on}', false),
    ('schedules_after_last_has_no_times', 'must have no rrule, rdates, exdates or cycle, and be neither as_needed nor missed_when_next, when it has after_last',
     '{after_last,as_needed,rrule,rdates,exdates,cycle_days_on,missed_when_next}', false),
    ('schedules_follows_by_of_follows', 'must have both follows and follows_by, or neither', '{follows,follows_by}', true),
    ('schedules_follows_has_no_times', 'must have no rrule, rdates, exdates, cycle or after_last, and be neither as_needed nor missed_when_next, when it follows another',
     '{follows,follows_by,after_last,as_needed,rrule,rdates,exdates,cycle_days_on,missed_when_next}', false),
    ('schedules_hours_are_after_last', 'must have after_last to have hours_from, hours_until or max_per_day',
     '{after_last,hours_from,hours_until,max_per_day}', true),
    ('schedules_hours_valid', 'must have both hours_from and hours_until, two times of a whole second, hours_from before 24:00, or neither',
     '{hours_from,hours_until}', true),
    ('schedules_events_have_rule', 'must have rrule, and be neither as_needed nor counted from the last dose, when it has events',
     '{events,rrule,as_needed,after_last}', true),
    ('schedules_limits_are_as_needed', 'must be as_needed to have min_interval, max_per_24h or limits',
     '{as_needed,min_interval,max_per_24h,limits}', true),
    ('schedules_limits_have_dose_amount', 'must have dose_amount to have limits of an amount', '{dose_amount,limits}', true)) AS r (name, rule, keys, absence_matters)
   WHERE code = '23514' AND r.name = constraint_name;
  IF FOUND AND cardinality(refusal.keys) = 1 THEN
    message := format('%s.%s %s', place, refusal.keys[1], refusal.rule);
    detail := format('It is %s.', medsched._value_text(object, refusal.keys[1]));
  ELSIF FOUND THEN
    message := format('%s %s', subject, refusal.rule);
    detail := format('It has %s.',
      (SELECT string_agg(CASE WHEN v.present THEN format('%s %s', v.key, medsched._value_text(object, v.key)) ELSE 'no ' || v.key END,
                         ', ' ORDER BY v.nth)
         -- No dates are none.
         FROM (SELECT k.key, k.nth, coalesce(jsonb_typeof(object -> k.key) <> 'null' AND object -> k.key <> '[]', false) AS present
                 FROM unnest(refusal.keys) WITH ORDINALITY AS k (key, nth)) AS v
        WHERE v.present OR refusal.absence_matters));
  ELSIF code = '23502' AND table_name = 'schedules' AND column_name <> '' THEN
    message := format('%s must have %s', subject, column_name);
    detail := format('Column "%s" must not be null, and has no default.', column_name);
  ELSIF place = subject AND left(code, 2) IN ('22', '23', '0A') THEN
    message := format('%s: %s', place, message);
  END IF;
  PERFORM medsched._raise_again(code, message, detail, hint, schema_name, table_name, column_name, constraint_name, type_name);
END
$$;

COMMENT ON FUNCTION medsched._refuse_schedule(jsonb, text, text, text, text, text, text, text, text, text, text, text) IS
  'Internal: raises an error about a schedule again, in the words of its JSON';

-- Read an object that is a new schedule: what its row gets, with the table's defaults of what it leaves out.
CREATE OR REPLACE FUNCTION medsched._read_new_schedule(object jsonb, place text)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  read jsonb := medsched._read_schedule(object, place);
BEGIN
  IF read ->> 'starts_at' IS NULL OR read ->> 'time_zone' IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('%s must have %s', place, CASE WHEN read ->> 'starts_at' IS NULL THEN 'starts_at' ELSE 'time_zone' END);
  END IF;
  -- JSON's null is nothing given.
  IF jsonb_path_exists(read, '$.* ? (@ == null)') THEN
    read := (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(read) AS m WHERE m.value <> 'null');
  END IF;
  IF NOT read ? 'id' THEN
    read := read || jsonb_build_object('id', gen_random_uuid());
  END IF;
  RETURN '{"time_zone_pinned": false, "rdates": [], "exdates": [], "as_needed": false, "missed_when_next": false}'::jsonb || read;
END
$$;

COMMENT ON FUNCTION medsched._read_new_schedule(jsonb, text) IS
  'Internal: a new schedule in JSON, checked, with its defaults';

-- Insert the row of a schedule in JSON, and give its id.  place says which object it is, in errors.
--
-- The statement is written here, from the list of keys, so that it is planned once in a session.  Where the object has columns
-- of the application's, it is written for them.  It runs with its caller's search_path, as create_medication() does.
DO $write$
DECLARE
  names CONSTANT text[] := medsched._schedule_key_names();
  types CONSTANT text[] := medsched._schedule_key_types();
BEGIN
  EXECUTE format($function$
CREATE OR REPLACE FUNCTION medsched._insert_schedule(of_user uuid, of_medication uuid, object jsonb, place text)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $body$
#variable_conflict use_column
DECLARE
  read pg_catalog.jsonb;
  own pg_catalog.record;
  id pg_catalog.uuid;
  code pg_catalog.text; message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; column_name pg_catalog.text;
  constraint_name pg_catalog.text; type_name pg_catalog.text;
BEGIN
  read := medsched._read_new_schedule($3, $4);
  IF read OPERATOR(pg_catalog.?) 'events' THEN
    PERFORM medsched._lock_routine($1, false);
    read := medsched._by_routine($1, read, $4);
  END IF;
  BEGIN
    IF read OPERATOR(pg_catalog.-) medsched._schedule_key_names() OPERATOR(pg_catalog.=) '{}'::pg_catalog.jsonb THEN
      INSERT INTO medsched.schedules AS n (user_id, medication_id, %1$s)
      SELECT $1, $2, s.* FROM pg_catalog.jsonb_to_record(read) AS s (%2$s)
      RETURNING n.id INTO id;
    ELSE
      own := medsched._own_values('medsched.schedules'::pg_catalog.regclass, read, 3);
      EXECUTE pg_catalog.format(
        'INSERT INTO medsched.schedules AS n (user_id, medication_id, %1$s%%s)'
        ' SELECT $1, $2, s.*%%s FROM pg_catalog.jsonb_to_record($3) AS s (%2$s) CROSS JOIN %%s'
        ' RETURNING n.id', own.columns, own.list, own.source)
        INTO id USING $1, $2, read;
    END IF;
  EXCEPTION WHEN data_exception OR integrity_constraint_violation OR feature_not_supported THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
      schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME,
      type_name = PG_DATATYPE_NAME;
    PERFORM medsched._refuse_schedule($3, $4, $4, code, message, detail, hint, schema_name, table_name, column_name,
                                      constraint_name, type_name);
  END;
  IF read OPERATOR(pg_catalog.?) 'events' THEN
    PERFORM medsched._follow_plans($1, $2, medsched._compiled_at((read OPERATOR(pg_catalog.->>) 'starts_at')::pg_catalog.timestamp,
      read OPERATOR(pg_catalog.->>) 'time_zone', (read OPERATOR(pg_catalog.->>) 'effective_from')::pg_catalog.timestamptz));
  END IF;
  RETURN id;
END
$body$
$function$,
    array_to_string(names, ', '),
    (SELECT string_agg(format('%s pg_catalog.%s', k.name, t.typname), ', ' ORDER BY k.nth)
       FROM unnest(names, types) WITH ORDINALITY AS k (name, type, nth)
       JOIN pg_type AS t
         ON t.oid = CASE k.type WHEN 'zone' THEN 'text' WHEN 'rule' THEN 'text' WHEN 'dates' THEN 'timestamp[]' WHEN 'limits' THEN 'jsonb' WHEN 'events' THEN 'jsonb' ELSE k.type END::regtype));
END
$write$;

COMMENT ON FUNCTION medsched._insert_schedule(uuid, uuid, jsonb, text) IS
  'Internal: inserts the row of a schedule in JSON';
