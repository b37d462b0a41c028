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

-- The keys of a schedule, in the order that messages name them in.
CREATE OR REPLACE FUNCTION medsched._schedule_keys()
RETURNS TABLE (nth int, key text, type text, form text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  VALUES
    (1, 'id', 'uuid', 'a string that holds a uuid'),
    (2, 'starts_at', 'timestamp', 'a wall-clock time without a time zone, as "2026-03-01T08:00:00"'),
    (3, 'time_zone', 'zone', 'a string'),
    (4, 'time_zone_pinned', 'boolean', 'true or false'),
    (5, 'rrule', 'rule', 'a string'),
    (6, 'rdates', 'timestamp[]', 'an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]'),
    (7, 'exdates', 'timestamp[]', 'an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]'),
    (8, 'cycle_days_on', 'int', 'a whole number'),
    (9, 'cycle_days_off', 'int', 'a whole number'),
    (10, 'as_needed', 'boolean', 'true or false'),
    (11, 'min_interval', 'interval', 'a string that holds an interval, such as "4 hours"'),
    (12, 'max_per_24h', 'int', 'a whole number'),
    (13, 'grace', 'interval', 'a string that holds an interval, such as "4 hours"'),
    (14, 'dose_amount', 'numeric', 'a number, or a string that holds one'),
    (15, 'dose_unit', 'text', 'a string'),
    (16, 'instructions', 'text', 'a string'),
    (17, 'ends_at', 'timestamptz', 'an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z')
$$;

COMMENT ON FUNCTION medsched._schedule_keys() IS
  'Internal: the keys of a schedule in JSON, and the form of their values';

-- The columns that an application added to a table of ours and may give: not those that PostgreSQL fills.
CREATE OR REPLACE FUNCTION medsched._own_columns(relation regclass)
RETURNS TABLE (nth int, name name, type text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT a.attnum::int, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute AS a
   WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
     AND a.attname NOT IN ('user_id', 'id', 'created_at')
     AND CASE WHEN relation = 'medsched.schedules'::regclass
              THEN a.attname NOT IN ('medication_id', 'effective_from', 'replaces') AND a.attname NOT IN (SELECT k.key FROM medsched._schedule_keys() AS k)
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

-- Check an object that is a schedule: its keys, and the form of each value, null being none.
CREATE OR REPLACE FUNCTION medsched._check_schedule_json(object jsonb, place text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wall_clock CONSTANT text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$';
  instant CONSTANT text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[-+][0-9]{2}(:?[0-9]{2})?)$';
  member record;
  fact record;
  kind text;
  written text;
  fits boolean;
  time text;
  own text;
  message text;
  detail text;
  hint text;
BEGIN
  IF jsonb_typeof(object) IS DISTINCT FROM 'object' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = place || ' must be a JSON object';
  END IF;
  FOR member IN SELECT m.key, m.value FROM jsonb_each(object) AS m LOOP
    SELECT k.* INTO fact FROM medsched._schedule_keys() AS k WHERE k.key = member.key;
    IF NOT FOUND THEN
      CONTINUE WHEN EXISTS (SELECT FROM medsched._own_columns('medsched.schedules') AS o WHERE o.name::text = member.key);
      own := (SELECT string_agg(', ' || o.name, '' ORDER BY o.nth) FROM medsched._own_columns('medsched.schedules') AS o);
      RAISE EXCEPTION USING ERRCODE = '22023',
        MESSAGE = format('%s has an unknown key "%s"', place, left(member.key, 64)),
        HINT = format('The keys of a schedule are %s%s.',
          (SELECT string_agg(k.key, ', ' ORDER BY k.nth) FROM medsched._schedule_keys() AS k), own);
    END IF;
    kind := jsonb_typeof(member.value);
    CONTINUE WHEN kind = 'null';
    written := member.value #>> '{}';
    fits := CASE fact.type
      WHEN 'boolean' THEN kind = 'boolean'
      WHEN 'int' THEN kind = 'number' AND trunc(CASE WHEN kind = 'number' THEN written END::numeric) = written::numeric
      WHEN 'numeric' THEN kind IN ('number', 'string')
      WHEN 'timestamp' THEN kind = 'string' AND written ~ wall_clock
      WHEN 'timestamptz' THEN kind = 'string' AND written ~ instant
      WHEN 'timestamp[]' THEN kind = 'array' AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(CASE WHEN kind = 'array' THEN member.value END) AS e
         WHERE jsonb_typeof(e) <> 'string' OR (e #>> '{}') !~ wall_clock)
      ELSE kind = 'string' END;
    IF NOT fits THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.%s must be %s', place, fact.key, fact.form);
    END IF;
    -- What the types and domains refuse, with the key.
    BEGIN
      CASE fact.type
      WHEN 'rule' THEN PERFORM medsched.check_rrule(written);
      WHEN 'zone' THEN PERFORM medsched.check_time_zone(written);
      WHEN 'uuid' THEN PERFORM written::uuid;
      WHEN 'int' THEN PERFORM trunc(written::numeric)::text::int;
      WHEN 'numeric' THEN PERFORM written::numeric;
      WHEN 'interval' THEN PERFORM written::interval;
      WHEN 'timestamp' THEN PERFORM written::timestamp;
      WHEN 'timestamptz' THEN PERFORM written::timestamptz;
      WHEN 'timestamp[]' THEN
        FOR time IN SELECT jsonb_array_elements_text(member.value) LOOP
          PERFORM time::timestamp;
        END LOOP;
      ELSE NULL;
      END CASE;
    EXCEPTION
      WHEN data_exception OR feature_not_supported THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
        PERFORM medsched._refuse(SQLSTATE, format('%s.%s: %s', place, fact.key, medsched._shortened(message)),
                                 nullif(detail, ''), nullif(hint, ''));
    END;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_schedule_json(jsonb, text) IS
  'Internal: checks a schedule in JSON';

-- A value of a schedule in JSON, as a message shows it.
CREATE OR REPLACE FUNCTION medsched._value_text(object jsonb, key text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  type CONSTANT text := (SELECT k.type FROM medsched._schedule_keys() AS k WHERE k.key = _value_text.key);
  written CONSTANT text := object ->> key;
BEGIN
  RETURN CASE
    WHEN written IS NULL THEN 'null'
    WHEN type IN ('text', 'rule', 'zone') THEN format('"%s"', medsched._shortened(written))
    ELSE medsched._shortened(CASE type
      WHEN 'timestamp' THEN written::timestamp::text
      WHEN 'timestamptz' THEN written::timestamptz::text
      WHEN 'interval' THEN written::interval::text
      WHEN 'timestamp[]' THEN ARRAY(SELECT e::timestamp FROM jsonb_array_elements_text(object -> key) AS e)::text
      WHEN 'uuid' THEN written::uuid::text
      ELSE written END) END;
END
$$;

COMMENT ON FUNCTION medsched._value_text(jsonb, text) IS
  'Internal: a value of a schedule in JSON, as a message shows it';

-- Raise the error of an INSERT or UPDATE of a schedule again, in the words of whoever gave the object: the CHECKs stay the one
-- place that says what is allowed, and hold for those who insert directly, too.
CREATE OR REPLACE FUNCTION medsched._refuse_schedule(object jsonb, place text, subject text, code text, message text, detail text, hint text,
  schema_name text, table_name text, column_name text, constraint_name text, type_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  refusal record;
  has text;
BEGIN
  SELECT r.* INTO refusal FROM (VALUES
    ('schedules_starts_at_whole_second', 'must be a whole second in the years 1 to 9999', '{starts_at}'::text[], false),
    ('schedules_dose_amount_positive', 'must be finite and above 0', '{dose_amount}', false),
    ('schedules_cycle_days', 'must have both cycle_days_on and cycle_days_off, each at least 1, or neither', '{cycle_days_on,cycle_days_off}', true),
    ('schedules_as_needed_has_no_times', 'must have no rrule, rdates, exdates or cycle when it is as_needed',
     '{as_needed,rrule,rdates,exdates,cycle_days_on}', false),
    ('schedules_limits_are_as_needed', 'must be as_needed to have min_interval or max_per_24h', '{as_needed,min_interval,max_per_24h}', true),
    ('schedules_min_interval_in_range', 'must be above 0 and at most 366 days', '{min_interval}', false),
    ('schedules_max_per_24h_positive', 'must be at least 1', '{max_per_24h}', false),
    ('schedules_grace_in_range', 'must be from 0 to 366 days', '{grace}', false)) AS r (name, rule, keys, absence_matters)
   WHERE code = '23514' AND r.name = constraint_name;
  IF FOUND THEN
    IF cardinality(refusal.keys) = 1 THEN
      message := format('%s.%s %s', place, refusal.keys[1], refusal.rule);
      detail := format('It is %s.', medsched._value_text(object, refusal.keys[1]));
    ELSE
      message := format('%s %s', subject, refusal.rule);
      has := (SELECT string_agg(CASE WHEN v.present THEN format('%s %s', v.key, medsched._value_text(object, v.key)) ELSE 'no ' || v.key END,
                                ', ' ORDER BY v.nth)
                FROM (SELECT k.key, k.nth, coalesce(jsonb_typeof(object -> k.key) <> 'null' AND object -> k.key <> '[]', false) AS present
                        FROM unnest(refusal.keys) WITH ORDINALITY AS k (key, nth)) AS v
               WHERE v.present OR refusal.absence_matters);
      detail := format('It has %s.', has);
    END IF;
  ELSIF code = '23502' AND table_name = 'schedules' AND column_name <> '' THEN
    message := format('%s must have %s', subject, column_name);
    detail := format('Column "%s" must not be null, and has no default.', column_name);
  ELSIF left(code, 2) IN ('22', '23', '0A') THEN
    message := format('%s: %s', place, message);
  END IF;
  PERFORM medsched._raise_again(code, message, detail, hint, schema_name, table_name, column_name, constraint_name, type_name);
END
$$;

COMMENT ON FUNCTION medsched._refuse_schedule(jsonb, text, text, text, text, text, text, text, text, text, text, text) IS
  'Internal: raises an error about a schedule again, in the words of its JSON';

CREATE OR REPLACE FUNCTION medsched.create_medication(
  user_id uuid,
  name text,
  schedules jsonb,
  notes text DEFAULT NULL,
  own_columns jsonb DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  medication uuid;
  object jsonb;
  nth int := 0;
  place text;
  own record;
  unknown text;
  names text;
  code text; message text; detail text; hint text;
  schema_name text; table_name text; column_name text; constraint_name text; type_name text;
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

  IF $5 IS NOT NULL THEN
    IF jsonb_typeof($5) <> 'object' THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'own_columns must be a JSON object';
    END IF;
    unknown := (SELECT k.key FROM jsonb_object_keys($5) WITH ORDINALITY AS k (key, nth)
                 WHERE k.key NOT IN (SELECT o.name::text FROM medsched._own_columns('medsched.medications') AS o) ORDER BY k.nth LIMIT 1);
    IF unknown IS NOT NULL THEN
      names := (SELECT string_agg(o.name, ', ' ORDER BY o.nth) FROM medsched._own_columns('medsched.medications') AS o);
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('own_columns has an unknown key "%s"', medsched._shortened(unknown)),
        HINT = CASE WHEN names IS NOT NULL THEN format('The columns that the application added to medications are %s.', names)
                    ELSE 'The application has added no column to medications.' END;
    END IF;
  END IF;
  SELECT * INTO own FROM medsched._own_values('medsched.medications', coalesce($5, '{}'), 4);
  BEGIN
    EXECUTE format('INSERT INTO medsched.medications AS m (user_id, name, notes%s) SELECT $1, $2, $3%s%s RETURNING m.id',
                   own.columns, own.list, own.source) INTO medication USING $1, $2, $4, $5;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
      schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME, type_name = PG_DATATYPE_NAME;
    IF code = '23502' AND table_name = 'medications' AND column_name <> '' THEN
      message := format('own_columns must have %s', column_name);
      detail := format('Column "%s" must not be null, and has no default.', column_name);
    ELSIF code = '23514' AND constraint_name = 'medications_name_not_blank' THEN
      message := 'name must not be blank';
      detail := format('It is "%s".', medsched._shortened($2));
    ELSIF own.columns <> '' AND left(code, 2) IN ('22', '23', '0A') THEN
      message := 'own_columns: ' || message;
    END IF;
    PERFORM medsched._raise_again(code, message, detail, hint, schema_name, table_name, column_name, constraint_name, type_name);
  END;
  IF medication IS NULL THEN
    RAISE 'medication was not inserted: a trigger suppressed it';
  END IF;

  FOR object IN SELECT e FROM jsonb_array_elements($3) AS e LOOP
    place := format('schedules[%s]', nth);
    nth := nth + 1;
    PERFORM medsched._check_schedule_json(object, place);
    IF object ->> 'starts_at' IS NULL OR object ->> 'time_zone' IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22023',
        MESSAGE = format('%s must have %s', place, CASE WHEN object ->> 'starts_at' IS NULL THEN 'starts_at' ELSE 'time_zone' END);
    END IF;
    SELECT * INTO own FROM medsched._own_values('medsched.schedules', object, 3);
    BEGIN
      -- What a caller leaves out is what the table's defaults would make it.
      EXECUTE format(
        'INSERT INTO medsched.schedules (user_id, medication_id, id, starts_at, time_zone, time_zone_pinned, rrule, rdates, exdates,'
        ' cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, grace, dose_amount, dose_unit, instructions, ends_at%s)'
        ' SELECT $1, $2, coalesce(($3 ->> ''id'')::uuid, gen_random_uuid()), ($3 ->> ''starts_at'')::timestamp, $3 ->> ''time_zone'','
        ' coalesce(($3 ->> ''time_zone_pinned'')::boolean, false), $3 ->> ''rrule'','
        ' ARRAY(SELECT e::timestamp FROM jsonb_array_elements_text(nullif($3 -> ''rdates'', ''null'')) WITH ORDINALITY AS t (e, n) ORDER BY n),'
        ' ARRAY(SELECT e::timestamp FROM jsonb_array_elements_text(nullif($3 -> ''exdates'', ''null'')) WITH ORDINALITY AS t (e, n) ORDER BY n),'
        ' trunc(($3 ->> ''cycle_days_on'')::numeric)::int, trunc(($3 ->> ''cycle_days_off'')::numeric)::int,'
        ' coalesce(($3 ->> ''as_needed'')::boolean, false), ($3 ->> ''min_interval'')::interval, trunc(($3 ->> ''max_per_24h'')::numeric)::int,'
        ' ($3 ->> ''grace'')::interval, ($3 ->> ''dose_amount'')::numeric, $3 ->> ''dose_unit'', $3 ->> ''instructions'','
        ' ($3 ->> ''ends_at'')::timestamptz%s%s', own.columns, own.list, own.source) USING $1, medication, object;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
        schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME, type_name = PG_DATATYPE_NAME;
      PERFORM medsched._refuse_schedule(object, place, place, code, message, detail, hint, schema_name, table_name, column_name,
                                        constraint_name, type_name);
    END;
  END LOOP;
  RETURN medication;
END
$$;
