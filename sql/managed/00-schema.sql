-- Refuse a schema that is another's: whoever owns it could put their own tables and
-- functions in the place of ours, which functions here read with our rights.  And one
-- that holds the extension: that is the native edition.
DO $schema$
DECLARE
  owner pg_catalog.name := (SELECT pg_catalog.pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace AS n
                             WHERE n.nspname OPERATOR(pg_catalog.=) 'medsched');
BEGIN
  IF NOT pg_catalog.pg_has_role(owner, 'USAGE') THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'schema "medsched" belongs to another role',
      DETAIL = pg_catalog.format('Its owner is "%s".', owner),
      HINT = 'Install medsched as that role, or drop the schema first.';
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_extension AS e WHERE e.extname OPERATOR(pg_catalog.=) 'medsched') THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'the native edition of medsched is installed in this database',
      HINT = 'Update it with ALTER EXTENSION medsched UPDATE.';
  END IF;
END
$schema$;

