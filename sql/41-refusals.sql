-- Errors of the rules.

-- Raise the error of a rule, of which detail and hint may be missing.
CREATE OR REPLACE FUNCTION medsched._refuse_rule(relation regclass, rule text, message text, detail text DEFAULT NULL,
  hint text DEFAULT NULL, code text DEFAULT '23514')
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place record;
BEGIN
  SELECT n.nspname AS schema, c.relname AS name INTO place
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation;
  IF detail IS NULL AND hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message,
      SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
  ELSIF hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail,
      SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
  ELSIF detail IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint,
      SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
  END IF;
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint,
    SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
END
$$;

COMMENT ON FUNCTION medsched._refuse_rule(regclass, text, text, text, text, text) IS
  'Internal: raises the error of a rule, with the table and the constraint in its fields';
