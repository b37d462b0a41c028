-- Prescribing a medication.

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

-- Raise the error of an INSERT or UPDATE of a medication again, in the words of whoever gave the arguments.  place is what
-- precedes the name of a column of ours, own_place the object that had columns of the application's; NULL: none was given.
CREATE OR REPLACE FUNCTION medsched._refuse_medication(given jsonb, place text, own_place text, code text, message text, detail text, hint text,
  schema_name text, table_name text, column_name text, constraint_name text, type_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rule CONSTANT text := CASE WHEN code = '23514' THEN CASE constraint_name
    WHEN 'medications_name_not_blank' THEN 'name must not be blank'
    WHEN 'medications_name_length' THEN 'name must have at most 1000 characters'
    WHEN 'medications_substance_not_blank' THEN 'substance must have 1 to 1000 characters, and begin and end with no blank'
    WHEN 'medications_substance_has_amount' THEN 'substance, substance_amount and substance_unit must be given together'
    WHEN 'medications_substance_amount_positive'
    THEN 'substance_amount must be above 0 and have at most 1000 digits before and after the point'
    WHEN 'medications_substance_unit_not_blank' THEN 'substance_unit must have 1 to 1000 characters that are not all blank'
    WHEN 'medications_therapeutic_class_not_blank' THEN 'therapeutic_class must have 1 to 1000 characters, and begin and end with no blank'
    WHEN 'medications_refill_lead_time_in_range' THEN 'refill_lead_time must be from 0 to 366 days'
    WHEN 'medications_refill_reserve_size' THEN 'refill_reserve must be 0 or above and have at most 1000 digits before and after the point'
    WHEN 'medications_refill_reserve_unit_of_reserve' THEN 'refill_reserve_unit must be given with refill_reserve'
    WHEN 'medications_refill_reserve_unit_length' THEN 'refill_reserve_unit must have at most 1000 characters' END END;
BEGIN
  IF code = '23502' AND table_name = 'medications' AND column_name <> '' THEN
    message := format('%s must have %s', coalesce(own_place, 'own_columns'), column_name);
    detail := format('Column "%s" must not be null, and has no default.', column_name);
  ELSIF rule IS NOT NULL THEN
    message := place || rule;
    detail := CASE constraint_name
      WHEN 'medications_substance_has_amount' THEN ''
      WHEN 'medications_substance_amount_positive' THEN format('It is %s.', medsched._shortened(given ->> 'substance_amount'))
      WHEN 'medications_refill_lead_time_in_range' THEN format('It is %s.', medsched._shortened(given ->> 'refill_lead_time'))
      WHEN 'medications_refill_reserve_size' THEN format('It is %s.', medsched._shortened(given ->> 'refill_reserve'))
      ELSE format('It is "%s".', medsched._shortened(given ->> substring(rule FROM '^[a-z_]+'))) END;
  ELSIF own_place IS NOT NULL AND left(code, 2) IN ('22', '23', '0A') THEN
    message := format('%s: %s', own_place, message);
  END IF;
  PERFORM medsched._raise_again(code, message, detail, hint, schema_name, table_name, column_name, constraint_name, type_name);
END
$$;

COMMENT ON FUNCTION medsched._refuse_medication(jsonb, text, text, text, text, text, text, text, text, text, text, text) IS
  'Internal: raises an error about a medication again, in the words of its arguments';

-- Insert a medication, and give its id.
CREATE OR REPLACE FUNCTION medsched._insert_medication(of_user uuid, name text, notes text, own_columns jsonb,
  substance text, substance_amount numeric, substance_unit text)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  id pg_catalog.uuid;
  own pg_catalog.record;
  has_own_columns boolean := false;
  code pg_catalog.text; message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; column_name pg_catalog.text;
  constraint_name pg_catalog.text; type_name pg_catalog.text;
BEGIN
  IF $4 IS NOT NULL THEN
    own := medsched._own_values('medsched.medications'::pg_catalog.regclass, $4, 4);
    has_own_columns := own.columns OPERATOR(pg_catalog.<>) '';
  END IF;
  BEGIN
    IF has_own_columns THEN
      EXECUTE pg_catalog.format('INSERT INTO medsched.medications AS m (user_id, name, notes, substance, substance_amount, substance_unit%s)'
                                ' SELECT $1, $2, $3, $5, $6, $7%s FROM %s RETURNING m.id',
                                own.columns, own.list, own.source) INTO id USING $1, $2, $3, $4, $5, $6, $7;
    ELSE
      INSERT INTO medsched.medications AS m (user_id, name, notes, substance, substance_amount, substance_unit)
      VALUES ($1, $2, $3, $5, $6, $7) RETURNING m.id INTO id;
    END IF;
  EXCEPTION WHEN data_exception OR integrity_constraint_violation OR feature_not_supported THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
      schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME,
      type_name = PG_DATATYPE_NAME;
    PERFORM medsched._refuse_medication(
      pg_catalog.jsonb_build_object('name', $2, 'substance', $5, 'substance_amount', $6::pg_catalog.text, 'substance_unit', $7),
      '', CASE WHEN has_own_columns THEN 'own_columns' END, code, message, detail, hint, schema_name, table_name, column_name,
                                        constraint_name, type_name);
  END;
  IF id IS NULL THEN
    RAISE 'medication was not inserted: a trigger suppressed it' USING ERRCODE = 'raise_exception';
  END IF;
  RETURN id;
END
$$;

COMMENT ON FUNCTION medsched._insert_medication(uuid, text, text, jsonb, text, numeric, text) IS
  'Internal: inserts a medication';

-- It runs with its caller's search_path: an application's triggers, policies and defaults find there what they find when the
-- application writes the rows.  So it qualifies every name, and leaves what it can to functions that set their own.
CREATE OR REPLACE FUNCTION medsched._create_medication(of_user uuid, name text, schedules jsonb, notes text, own_columns jsonb,
  substance text, substance_amount numeric, substance_unit text, OUT medication uuid, OUT schedule_ids uuid[])
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._check_medication($1, $2, $3, $5);
  medication := medsched._insert_medication($1, $2, $4, $5, $6, $7, $8);
  FOR nth IN 0 .. pg_catalog.jsonb_array_length($3) OPERATOR(pg_catalog.-) 1 LOOP
    schedule_ids[nth] := medsched._insert_schedule($1, medication, $3 OPERATOR(pg_catalog.->) nth, pg_catalog.format('schedules[%s]', nth));
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._create_medication(uuid, text, jsonb, text, jsonb, text, numeric, text) IS
  'Internal: inserts a medication and its schedules, and gives their ids';

CREATE OR REPLACE FUNCTION medsched.create_medication(
  user_id uuid,
  name text,
  schedules jsonb,
  notes text DEFAULT NULL,
  own_columns jsonb DEFAULT NULL,
  substance text DEFAULT NULL,
  substance_amount numeric DEFAULT NULL,
  substance_unit text DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RETURN (medsched._create_medication($1, $2, $3, $4, $5, $6, $7, $8)).medication;
END
$$;

COMMENT ON FUNCTION medsched.create_medication(uuid, text, jsonb, text, jsonb, text, numeric, text) IS
  'Inserts a medication and its schedules, an array of objects whose keys are columns, with own_columns, an object of columns that the application added to medications, and the substance of which one dose_unit holds so much; returns its id';

CREATE OR REPLACE FUNCTION medsched.create_medication_returning(
  user_id uuid,
  name text,
  schedules jsonb,
  notes text DEFAULT NULL,
  own_columns jsonb DEFAULT NULL,
  substance text DEFAULT NULL,
  substance_amount numeric DEFAULT NULL,
  substance_unit text DEFAULT NULL)
RETURNS SETOF medsched.current_schedule
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_variable
DECLARE
  medication pg_catalog.uuid;
  schedule_ids pg_catalog.uuid[];
BEGIN
  SELECT c.medication, c.schedule_ids INTO medication, schedule_ids FROM medsched._create_medication($1, $2, $3, $4, $5, $6, $7, $8) AS c;
  RETURN QUERY SELECT r.* FROM medsched._schedule_rows($1, medication, NULL::pg_catalog.uuid) AS r ORDER BY pg_catalog.array_position(schedule_ids, r.schedule_id);
END
$$;

COMMENT ON FUNCTION medsched.create_medication_returning(uuid, text, jsonb, text, jsonb, text, numeric, text) IS
  'create_medication(), which returns the schedules inserted, in the order given, with the columns that the application added';
