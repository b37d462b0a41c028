-- Refuse a schema that is another's: whoever owns it could put their own tables and
-- functions in the place of ours, which functions here read with our rights.
DO $schema$
DECLARE
  owner name := (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace AS n WHERE n.nspname = 'medsched');
BEGIN
  IF NOT pg_has_role(owner, 'USAGE') THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'schema "medsched" belongs to another role',
      DETAIL = format('Its owner is "%s".', owner),
      HINT = 'Install medsched as that role, or drop the schema first.';
  END IF;
END
$schema$;
