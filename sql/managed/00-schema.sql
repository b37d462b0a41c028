-- Refuse a schema that is another's, or in which another may create: they could put their own
-- tables and functions in the place of ours, which functions here use with our rights.
DO $schema$
DECLARE
  owner name := (SELECT pg_get_userbyid(n.nspowner) FROM pg_namespace AS n WHERE n.nspname = 'medsched');
  other text;
BEGIN
  IF NOT pg_has_role(owner, 'USAGE') THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'schema "medsched" belongs to another role',
      DETAIL = format('Its owner is "%s".', owner),
      HINT = 'Install medsched as that role, or drop the schema first.';
  END IF;
  SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END INTO other
    FROM pg_namespace AS n CROSS JOIN aclexplode(n.nspacl) AS a
   WHERE n.nspname = 'medsched' AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s may create in schema "medsched"', other),
      DETAIL = 'What is created there could be found in the place of medsched''s own.',
      HINT = format('REVOKE CREATE ON SCHEMA medsched FROM %s;', other);
  END IF;
  SELECT o.what INTO other
    FROM pg_namespace AS n
   CROSS JOIN LATERAL (
           SELECT 'function ' || p.oid::regprocedure, p.proowner FROM pg_proc AS p WHERE p.pronamespace = n.oid
           UNION ALL SELECT 'operator ' || p.oid::regoperator, p.oprowner FROM pg_operator AS p WHERE p.oprnamespace = n.oid
           UNION ALL SELECT 'type ' || t.oid::regtype, t.typowner FROM pg_type AS t WHERE t.typnamespace = n.oid AND t.typrelid = 0 AND t.typelem = 0
           UNION ALL SELECT 'relation ' || c.oid::regclass, c.relowner FROM pg_class AS c
                      WHERE c.relnamespace = n.oid AND (c.relkind = 'c' OR starts_with(c.relname, '_') AND c.relkind NOT IN ('i', 'I'))
         ) AS o (what, owner)
   WHERE n.nspname = 'medsched' AND o.owner <> n.nspowner LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s belongs to another role than its schema', other),
      DETAIL = format('The schema''s owner is "%s".', owner), HINT = 'Drop it, or move it to a schema of its owner''s.';
  END IF;
END
$schema$;
