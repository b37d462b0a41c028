-- Errors of the rules.

-- Raise the error of a rule, of which detail and hint may be missing.
CREATE OR REPLACE FUNCTION medsched._refuse_rule(relation regclass, rule text, message text, detail text DEFAULT NULL,
  hint text DEFAULT NULL, code text DEFAULT '23514')
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_table CONSTANT text := (SELECT c.relname FROM pg_class AS c WHERE c.oid = relation);
BEGIN
  IF detail IS NULL AND hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message,
      TABLE = of_table, CONSTRAINT = rule;
  ELSIF hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail,
      TABLE = of_table, CONSTRAINT = rule;
  ELSIF detail IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint,
      TABLE = of_table, CONSTRAINT = rule;
  END IF;
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint,
    TABLE = of_table, CONSTRAINT = rule;
END
$$;

COMMENT ON FUNCTION medsched._refuse_rule(regclass, text, text, text, text, text) IS
  'Internal: raises the error of a rule, with the table and the constraint in its fields';
