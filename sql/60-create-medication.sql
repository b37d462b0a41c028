-- Prescribing a medication: schedules as a client writes them, in JSON.
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
         min_interval,max_per_24h,grace,dose_amount,dose_unit,instructions,ends_at}'::text[];

COMMENT ON FUNCTION medsched._schedule_key_names() IS
  'Internal: the keys of a schedule in JSON';

CREATE OR REPLACE FUNCTION medsched._schedule_key_types()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{uuid,timestamp,zone,boolean,rule,dates,dates,int,int,boolean,
         interval,int,interval,numeric,text,text,timestamptz}'::text[];

COMMENT ON FUNCTION medsched._schedule_key_types() IS
  'Internal: the types of the values of a schedule in JSON, in the order of its keys';

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
     AND a.attname NOT IN ('user_id', 'id', 'created_at')
     AND CASE WHEN relation = 'medsched.schedules'::regclass
              THEN a.attname NOT IN ('medication_id', 'effective_from', 'replaces') AND a.attname <> ALL (medsched._schedule_key_names())
              ELSE a.attname NOT IN ('name', 'notes', 'inactivated_at') END
   ORDER BY a.attnum
$$;

COMMENT ON FUNCTION medsched._own_columns(regclass) IS
  'Internal: the columns of a table that are the application''s to give';

-- The columns of an INSERT and its select list that an object gives of the application's, and what that reads from.
CREATE OR REPLACE FUNCTION medsched._own_values(relation regclass, object jsonb, parameter int, OUT columns text, OUT list text, OUT source text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(string_agg(format(', %I', o.name), '' ORDER BY o.nth), ''),
         coalesce(string_agg(format(', own.%I', o.name), '' ORDER BY o.nth), ''),
         CASE WHEN count(*) > 0
              THEN format(' FROM pg_catalog.jsonb_to_record($%s) AS own (%s)', parameter,
                          string_agg(format('%I %s', o.name, o.type), ', ' ORDER BY o.nth)) ELSE '' END
    FROM medsched._own_columns(relation) AS o
   WHERE object ? o.name AND jsonb_typeof(object -> o.name) <> 'null'
$$;

COMMENT ON FUNCTION medsched._own_values(regclass, jsonb, int) IS
  'Internal: the parts of an INSERT that give an application''s own columns';

-- Read an object that is a schedule: a value for each key, NULL for one that is absent or JSON's null; and whether it has
-- a key of the application's own columns.  place says which object it is, in errors.
CREATE OR REPLACE FUNCTION medsched._read_schedule(object jsonb, place text,
  OUT id uuid,
  OUT starts_at timestamp,
  OUT time_zone text,
  OUT time_zone_pinned boolean,
  OUT rrule text,
  OUT rdates timestamp[],
  OUT exdates timestamp[],
  OUT cycle_days_on int,
  OUT cycle_days_off int,
  OUT as_needed boolean,
  OUT min_interval interval,
  OUT max_per_24h int,
  OUT grace interval,
  OUT dose_amount numeric,
  OUT dose_unit text,
  OUT instructions text,
  OUT ends_at timestamptz,
  OUT has_own_columns boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wall_clock CONSTANT text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?$';
  instant CONSTANT text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[-+][0-9]{2}(:?[0-9]{2})?)$';
  key text;
  value jsonb;
  type text;
  kind text;
  written text;
  fits boolean;
  dates timestamp[];
  reading boolean := false;
  message text;
  detail text;
  hint text;
BEGIN
  IF jsonb_typeof(object) IS DISTINCT FROM 'object' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = place || ' must be a JSON object';
  END IF;
  has_own_columns := false;
  FOR key, value IN SELECT m.key, m.value FROM jsonb_each(object) AS m LOOP
    type := (medsched._schedule_key_types())[array_position(medsched._schedule_key_names(), key)];
    IF type IS NULL THEN
      PERFORM medsched._check_own_key(key, place);
      has_own_columns := true;
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
      WHEN 'dates' THEN kind = 'array'
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
        WHEN 'boolean' THEN 'true or false'
        WHEN 'int' THEN 'a whole number'
        WHEN 'numeric' THEN 'a number, or a string that holds one'
        WHEN 'interval' THEN 'a string that holds an interval, such as "4 hours"'
        ELSE 'a string' END);
    END IF;
    reading := true;
    IF type = 'dates' THEN
      dates := ARRAY(SELECT e.written::timestamp FROM jsonb_array_elements_text(value) WITH ORDINALITY AS e (written, nth) ORDER BY e.nth);
    ELSIF type = 'rule' THEN
      PERFORM medsched.check_rrule(written);
    ELSIF type = 'zone' THEN
      PERFORM medsched.check_time_zone(written);
    END IF;
    CASE key
    WHEN 'id' THEN id := written::uuid;
    WHEN 'starts_at' THEN starts_at := written::timestamp;
    WHEN 'time_zone' THEN time_zone := written;
    WHEN 'time_zone_pinned' THEN time_zone_pinned := written::boolean;
    WHEN 'rrule' THEN rrule := written;
    WHEN 'rdates' THEN rdates := dates;
    WHEN 'exdates' THEN exdates := dates;
    WHEN 'cycle_days_on' THEN cycle_days_on := trunc(written::numeric)::text::int;
    WHEN 'cycle_days_off' THEN cycle_days_off := trunc(written::numeric)::text::int;
    WHEN 'as_needed' THEN as_needed := written::boolean;
    WHEN 'min_interval' THEN min_interval := written::interval;
    WHEN 'max_per_24h' THEN max_per_24h := trunc(written::numeric)::text::int;
    WHEN 'grace' THEN grace := written::interval;
    WHEN 'dose_amount' THEN dose_amount := written::numeric;
    WHEN 'dose_unit' THEN dose_unit := written;
    WHEN 'instructions' THEN instructions := written;
    WHEN 'ends_at' THEN ends_at := written::timestamptz;
    END CASE;
    reading := false;
  END LOOP;
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
  'Internal: the values of a schedule in JSON, checked';

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
    ('schedules_ends_at_in_range', 'must be in the years 1 to 9999', '{ends_at}', false),
    ('schedules_dose_amount_positive', 'must be finite and above 0', '{dose_amount}', false),
    ('schedules_dose_amount_size', 'must have at most 1000 digits before and after the point', '{dose_amount}', false),
    ('schedules_dose_unit_length', 'must have at most 1000 characters', '{dose_unit}', false),
    ('schedules_instructions_length', 'must have at most 10000 characters', '{instructions}', false),
    ('schedules_min_interval_in_range', 'must be above 0 and at most 366 days', '{min_interval}', false),
    ('schedules_max_per_24h_positive', 'must be at least 1', '{max_per_24h}', false),
    ('schedules_grace_in_range', 'must be from 0 to 366 days', '{grace}', false),
    -- Of several keys; the last column says whether it matters which of them are not there.
    ('schedules_cycle_days', 'must have both cycle_days_on and cycle_days_off, each at least 1, or neither',
     '{cycle_days_on,cycle_days_off}', true),
    ('schedules_cycle_days_in_range', 'must have cycle_days_on and cycle_days_off of at most 3660', '{cycle_days_on,cycle_days_off}', false),
    ('schedules_dates_at_most_10000', 'must have at most 10000 rdates and as many exdates', '{rdates,exdates}', false),
    ('schedules_as_needed_has_no_times', 'must have no rrule, rdates, exdates or cycle when it is as_needed',
     '{as_needed,rrule,rdates,exdates,cycle_days_on}', false),
    ('schedules_limits_are_as_needed', 'must be as_needed to have min_interval or max_per_24h',
     '{as_needed,min_interval,max_per_24h}', true)) AS r (name, rule, keys, absence_matters)
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

-- Check the arguments of create_medication().
CREATE OR REPLACE FUNCTION medsched._check_medication(user_id uuid, name text, schedules jsonb, own_columns jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  own text[];
  unknown text;
BEGIN
  IF $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004',
      MESSAGE = CASE WHEN $1 IS NULL THEN 'user_id' WHEN $2 IS NULL THEN 'name' ELSE 'schedules' END || ' must not be null';
  END IF;
  IF jsonb_typeof($3) <> 'array' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'schedules must be a JSON array of objects';
  ELSIF jsonb_array_length($3) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'schedules must not be empty', DETAIL = 'A medication has at least one schedule.';
  END IF;
  PERFORM medsched._check_tables();
  IF $4 IS NULL THEN
    RETURN;
  ELSIF jsonb_typeof($4) <> 'object' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'own_columns must be a JSON object';
  END IF;
  own := ARRAY(SELECT o.name::text FROM medsched._own_columns('medsched.medications'::regclass) AS o ORDER BY o.nth);
  unknown := (SELECT k.key FROM jsonb_object_keys($4) WITH ORDINALITY AS k (key, nth) WHERE k.key <> ALL (own) ORDER BY k.nth LIMIT 1);
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('own_columns has an unknown key "%s"', medsched._shortened(unknown)),
      HINT = CASE WHEN own <> '{}' THEN format('The columns that the application added to medications are %s.', array_to_string(own, ', '))
                  ELSE 'The application has added no column to medications.' END;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_medication(uuid, text, jsonb, jsonb) IS
  'Internal: checks the arguments of create_medication()';

-- Raise the error of an INSERT of a medication again, in the words of whoever gave the arguments.
CREATE OR REPLACE FUNCTION medsched._refuse_medication(medication_name text, has_own_columns boolean, code text, message text, detail text, hint text,
  schema_name text, table_name text, column_name text, constraint_name text, type_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rule CONSTANT text := CASE WHEN code = '23514' THEN CASE constraint_name
    WHEN 'medications_name_not_blank' THEN 'name must not be blank'
    WHEN 'medications_name_length' THEN 'name must have at most 1000 characters' END END;
BEGIN
  IF code = '23502' AND table_name = 'medications' AND column_name <> '' THEN
    message := format('own_columns must have %s', column_name);
    detail := format('Column "%s" must not be null, and has no default.', column_name);
  ELSIF rule IS NOT NULL THEN
    message := rule;
    detail := format('It is "%s".', medsched._shortened(medication_name));
  ELSIF has_own_columns AND left(code, 2) IN ('22', '23', '0A') THEN
    message := 'own_columns: ' || message;
  END IF;
  PERFORM medsched._raise_again(code, message, detail, hint, schema_name, table_name, column_name, constraint_name, type_name);
END
$$;

COMMENT ON FUNCTION medsched._refuse_medication(text, boolean, text, text, text, text, text, text, text, text, text) IS
  'Internal: raises an error about a medication again, in the words of create_medication()';

-- Read an object that is a new schedule.  What a caller leaves out is what the table's defaults would make it.
CREATE OR REPLACE FUNCTION medsched._read_new_schedule(object jsonb, place text)
RETURNS record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s record;
BEGIN
  s := medsched._read_schedule(object, place);
  IF s.starts_at IS NULL OR s.time_zone IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22023',
      MESSAGE = format('%s must have %s', place, CASE WHEN s.starts_at IS NULL THEN 'starts_at' ELSE 'time_zone' END);
  END IF;
  s.id := coalesce(s.id, gen_random_uuid());
  s.time_zone_pinned := coalesce(s.time_zone_pinned, false);
  s.rdates := coalesce(s.rdates, '{}');
  s.exdates := coalesce(s.exdates, '{}');
  s.as_needed := coalesce(s.as_needed, false);
  RETURN s;
END
$$;

COMMENT ON FUNCTION medsched._read_new_schedule(jsonb, text) IS
  'Internal: the values of a new schedule in JSON, as _read_schedule() gives them, with its defaults';

-- It runs with its caller's search_path: an application's triggers, policies and defaults find there what they find when the
-- application writes the rows.  So it qualifies every name, and leaves what it can to functions that set their own.
CREATE OR REPLACE FUNCTION medsched.create_medication(
  user_id uuid,
  name text,
  schedules jsonb,
  notes text DEFAULT NULL,
  own_columns jsonb DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  medication pg_catalog.uuid;
  object pg_catalog.jsonb;
  nth int := 0;
  place pg_catalog.text;
  s pg_catalog.record;
  own pg_catalog.record;
  has_own_columns boolean := false;
  inserting boolean := false;
  code pg_catalog.text; message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; column_name pg_catalog.text;
  constraint_name pg_catalog.text; type_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_medication($1, $2, $3, $5);
  IF $5 IS NOT NULL THEN
    own := medsched._own_values('medsched.medications'::pg_catalog.regclass, $5, 4);
    has_own_columns := own.columns OPERATOR(pg_catalog.<>) '';
  END IF;

  inserting := true;
  IF has_own_columns THEN
    EXECUTE pg_catalog.format('INSERT INTO medsched.medications AS m (user_id, name, notes%s) SELECT $1, $2, $3%s%s RETURNING m.id',
                              own.columns, own.list, own.source) INTO medication USING $1, $2, $4, $5;
  ELSE
    INSERT INTO medsched.medications AS m (user_id, name, notes) VALUES ($1, $2, $4) RETURNING m.id INTO medication;
  END IF;
  inserting := false;
  IF medication IS NULL THEN
    RAISE 'medication was not inserted: a trigger suppressed it';
  END IF;

  FOR object IN SELECT e FROM pg_catalog.jsonb_array_elements($3) AS e LOOP
    place := pg_catalog.format('schedules[%s]', nth);
    nth := nth OPERATOR(pg_catalog.+) 1;
    s := medsched._read_new_schedule(object, place);
    inserting := true;
    IF s.has_own_columns THEN
      own := medsched._own_values('medsched.schedules'::pg_catalog.regclass, object, 20);
      EXECUTE pg_catalog.format(
        'INSERT INTO medsched.schedules (user_id, medication_id, id, starts_at, time_zone, time_zone_pinned, rrule, rdates, exdates,'
        ' cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, grace, dose_amount, dose_unit, instructions, ends_at%s)'
        ' SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19%s%s', own.columns, own.list, own.source)
      USING $1, medication, s.id, s.starts_at, s.time_zone, s.time_zone_pinned, s.rrule, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
        s.as_needed, s.min_interval, s.max_per_24h, s.grace, s.dose_amount, s.dose_unit, s.instructions, s.ends_at, object;
    ELSE
      INSERT INTO medsched.schedules
        (user_id, medication_id, id, starts_at, time_zone, time_zone_pinned, rrule, rdates, exdates, cycle_days_on, cycle_days_off,
         as_needed, min_interval, max_per_24h, grace, dose_amount, dose_unit, instructions, ends_at)
      VALUES
        ($1, medication, s.id, s.starts_at, s.time_zone, s.time_zone_pinned, s.rrule, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
         s.as_needed, s.min_interval, s.max_per_24h, s.grace, s.dose_amount, s.dose_unit, s.instructions, s.ends_at);
    END IF;
    inserting := false;
  END LOOP;
  RETURN medication;
EXCEPTION
  WHEN data_exception OR integrity_constraint_violation OR feature_not_supported THEN
    IF NOT inserting THEN
      RAISE;
    END IF;
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
      schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME, type_name = PG_DATATYPE_NAME;
    IF object IS NULL THEN
      PERFORM medsched._refuse_medication($2, has_own_columns, code, message, detail, hint, schema_name, table_name, column_name,
                                          constraint_name, type_name);
    END IF;
    PERFORM medsched._refuse_schedule(object, place, place, code, message, detail, hint, schema_name, table_name, column_name,
                                      constraint_name, type_name);
END
$$;

COMMENT ON FUNCTION medsched.create_medication(uuid, text, jsonb, text, jsonb) IS
  'Inserts a medication and its schedules, an array of objects whose keys are columns, with own_columns, an object of columns that the application added to medications; returns its id';
