-- A person's medications; renaming one, and changing what else is known of it.

-- The medications of a person, or one of them.
CREATE OR REPLACE FUNCTION medsched._medication_rows(of_user uuid, of_medication uuid)
RETURNS SETOF medsched.medication
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  RETURN QUERY
    -- Columns may be of domains, and of varchar.
    SELECT m.id, coalesce(m.name, NULL::text), coalesce(m.notes, NULL::text), m.inactivated_at, m.created_at, to_jsonb(m.*) - medsched._columns_of_medications(),
           coalesce(m.substance, NULL::text), m.substance_amount, coalesce(m.substance_unit, NULL::text), coalesce(m.therapeutic_class, NULL::text),
           m.refill_lead_time, m.refill_reserve, coalesce(m.refill_reserve_unit, NULL::text)
      FROM medsched.medications AS m
     WHERE m.user_id = $1 AND ($2 IS NULL OR m.id = $2)
     ORDER BY m.name, m.id;
END
$$;

COMMENT ON FUNCTION medsched._medication_rows(uuid, uuid) IS
  'Internal: the medications of a person';

CREATE OR REPLACE FUNCTION medsched.medications_of(user_id uuid)
RETURNS SETOF medsched.medication
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables();
  RETURN QUERY SELECT r.* FROM medsched._medication_rows($1, NULL::uuid) AS r;
END
$$;

COMMENT ON FUNCTION medsched.medications_of(uuid) IS
  'A user''s medications by name, those that were inactivated among them, with the columns that the application added';

-- Check changes of a medication, place being what precedes a key in errors.
CREATE OR REPLACE FUNCTION medsched._check_medication_changes(changes jsonb, place text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  own CONSTANT text[] := ARRAY(SELECT o.name::text FROM medsched._own_columns('medsched.medications'::regclass) AS o ORDER BY o.nth);
  key text;
  value jsonb;
  type text;
BEGIN
  IF jsonb_typeof(changes) <> 'object' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'changes must be a JSON object';
  ELSIF changes = '{}' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'changes must not be empty', HINT = 'Name what is to change, as {"name": "Aspirin 100 mg"}.';
  END IF;
  FOR key, value IN SELECT m.key, m.value FROM jsonb_each(changes) AS m LOOP
    type := (medsched._medication_key_types())[array_position(medsched._medication_key_names(), key)];
    IF type IS NULL AND key <> ALL (own) THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('changes has an unknown key "%s"', left(key, 64)),
        HINT = format('The keys of a medication are %s.', array_to_string(medsched._medication_key_names() || own, ', '));
    ELSIF key = 'name' AND value = 'null' THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = place || 'name must not be null';
    ELSIF type = 'text' AND jsonb_typeof(value) NOT IN ('string', 'null') THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s%s must be a string', place, key);
    ELSIF type = 'interval' AND jsonb_typeof(value) NOT IN ('string', 'null') THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s%s must be a string that holds an interval, such as "5 days"', place, key);
    ELSIF type = 'numeric' AND jsonb_typeof(value) NOT IN ('number', 'string', 'null') THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s%s must be a number, or a string that holds one', place, key);
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_medication_changes(jsonb, text) IS
  'Internal: checks changes of a medication';

CREATE OR REPLACE FUNCTION medsched._update_medication(of_user uuid, of_medication uuid, changes jsonb, place text)
RETURNS medsched.medication
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_variable
DECLARE
  part pg_catalog.record;
  updated int;
  medication medsched.medication;
  code pg_catalog.text; message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; column_name pg_catalog.text;
  constraint_name pg_catalog.text; type_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_medication_changes($3, $4);
  PERFORM medsched._inactivated_at($1, $2);
  part := medsched._assignments('medsched.medications'::pg_catalog.regclass, $3, 3);
  BEGIN
    EXECUTE pg_catalog.format(
      'UPDATE medsched.medications AS m SET %s FROM %s WHERE m.user_id OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) $2',
      part.list, part.source) USING $1, $2, $3;
    GET DIAGNOSTICS updated = ROW_COUNT;
  EXCEPTION WHEN data_exception OR integrity_constraint_violation OR feature_not_supported THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
      schema_name = SCHEMA_NAME, table_name = TABLE_NAME, column_name = COLUMN_NAME, constraint_name = CONSTRAINT_NAME,
      type_name = PG_DATATYPE_NAME;
    PERFORM medsched._refuse_medication($3, $4, 'changes', code, message, detail, hint, schema_name, table_name,
                                        column_name, constraint_name, type_name);
  END;
  IF updated OPERATOR(pg_catalog.=) 0 THEN
    -- Gone, or erased while the UPDATE waited: that is said first.
    PERFORM medsched._inactivated_at($1, $2);
    RAISE 'medication "%" was not updated: a trigger or a policy suppressed it', $2 USING ERRCODE = 'raise_exception';
  END IF;
  SELECT r.* INTO medication FROM medsched._medication_rows($1, $2) AS r;
  RETURN medication;
END
$$;

COMMENT ON FUNCTION medsched._update_medication(uuid, uuid, jsonb, text) IS
  'Internal: changes a medication';

CREATE OR REPLACE FUNCTION medsched.update_medication(user_id uuid, medication_id uuid, changes jsonb)
RETURNS medsched.medication
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id');
  IF $3 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'changes must not be null';
  END IF;
  PERFORM medsched._check_tables();
  RETURN medsched._update_medication($1, $2, $3, 'changes.');
END
$$;

COMMENT ON FUNCTION medsched.update_medication(uuid, uuid, jsonb) IS
  'Changes the name, the notes, the substance, the therapeutic class, lead time and reserve for refills, or columns that the application added of a medication, by an object whose keys are columns; returns the medication';

CREATE OR REPLACE FUNCTION medsched.rename_medication(user_id uuid, medication_id uuid, name text)
RETURNS medsched.medication
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id');
  IF $3 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'name must not be null';
  END IF;
  PERFORM medsched._check_tables();
  RETURN medsched._update_medication($1, $2, pg_catalog.jsonb_build_object('name', $3), '');
END
$$;

COMMENT ON FUNCTION medsched.rename_medication(uuid, uuid, text) IS
  'Gives a medication another name; returns the medication';
