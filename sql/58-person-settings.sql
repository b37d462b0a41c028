-- What holds for a person in all reports.

CREATE OR REPLACE FUNCTION medsched.person_settings_of(user_id uuid)
RETURNS medsched.settings
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  settings medsched.settings;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables();
  settings.day_begins_at := coalesce((SELECT p.day_begins_at FROM medsched.person_settings AS p WHERE p.user_id = $1), '00:00');
  RETURN settings;
END
$$;

COMMENT ON FUNCTION medsched.person_settings_of(uuid) IS
  'What holds for a user in all reports, or the defaults: day_begins_at, when the day begins, 00:00';

-- It runs with its caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched.set_person_settings(user_id uuid, day_begins_at time DEFAULT '00:00')
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables();
  INSERT INTO medsched.person_settings AS p (user_id, day_begins_at) VALUES ($1, coalesce($2, '00:00'))
  ON CONFLICT (user_id) DO UPDATE SET day_begins_at = EXCLUDED.day_begins_at;
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    schema_name = SCHEMA_NAME, table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME;
  IF constraint_name OPERATOR(pg_catalog.=) 'person_settings_day_begins_at_in_range' THEN
    message := 'day_begins_at must be before 24:00';
    detail := '';
  END IF;
  PERFORM medsched._raise_again('23514'::pg_catalog.text, message, detail, hint, schema_name, table_name, ''::pg_catalog.text, constraint_name, ''::pg_catalog.text);
END
$$;

COMMENT ON FUNCTION medsched.set_person_settings(uuid, time) IS
  'Sets what holds for a user in all reports, in place of what was set before: when the day begins, before 24:00';
