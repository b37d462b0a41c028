-- What a caller can see of medsched in the catalog, a line each: the same in both
-- editions.  Language, cost, rows, support functions and settings are a function's
-- own business, and so are the rights with which a trigger or a private function reads.
SET search_path = pg_catalog;
CREATE FUNCTION pg_temp.rights(acl aclitem[], kind "char", owner oid) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(acl, acldefault(kind, owner))) AS a
$$;
WITH ours AS (
  SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = 'medsched'
), tables AS (
  SELECT c.* FROM pg_class AS c JOIN ours AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
)
SELECT concat_ws(' | ', 'schema', obj_description(n.oid, 'pg_namespace'), pg_temp.rights(n.nspacl, 'n', n.nspowner))
FROM pg_namespace AS n JOIN ours AS o ON o.oid = n.oid
UNION ALL
SELECT concat_ws(' | ', 'function', format('%I(%s)', p.proname, pg_get_function_arguments(p.oid)), pg_get_function_result(p.oid),
         p.prokind, 'volatile ' || p.provolatile::text, 'parallel ' || p.proparallel::text, CASE WHEN p.proisstrict THEN 'strict' END,
         CASE WHEN p.proleakproof THEN 'leakproof' END,
         CASE WHEN p.prosecdef AND p.prorettype <> 'trigger'::regtype AND NOT starts_with(p.proname, '_') THEN 'security definer' END,
         pg_temp.rights(p.proacl, 'f', p.proowner), obj_description(p.oid, 'pg_proc'))
FROM pg_proc AS p JOIN ours AS n ON n.oid = p.pronamespace
WHERE 'internal'::regtype <> ALL (p.proargtypes)  -- which nobody can call
UNION ALL
SELECT concat_ws(' | ', 'type', t.typname, t.typtype, format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
         pg_temp.rights(t.typacl, 'T', t.typowner), obj_description(t.oid, 'pg_type'))
FROM pg_type AS t JOIN ours AS n ON n.oid = t.typnamespace
WHERE t.typelem = 0 AND NOT EXISTS (SELECT FROM tables AS c WHERE c.oid = t.typrelid)
UNION ALL
SELECT concat_ws(' | ', 'domain check', t.typname, c.conname, pg_get_constraintdef(c.oid), obj_description(c.oid, 'pg_constraint'))
FROM pg_constraint AS c JOIN pg_type AS t ON t.oid = c.contypid JOIN ours AS n ON n.oid = t.typnamespace
UNION ALL
SELECT concat_ws(' | ', 'column', c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
         CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated, a.attstorage, pg_get_expr(d.adbin, d.adrelid),
         a.attacl, col_description(a.attrelid, a.attnum))
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f')
JOIN ours AS n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT concat_ws(' | ', 'table', c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
         c.reloptions, pg_temp.rights(c.relacl, 'r', c.relowner), obj_description(c.oid, 'pg_class'))
FROM tables AS c
UNION ALL
SELECT concat_ws(' | ', 'constraint', t.relname, c.conname, pg_get_constraintdef(c.oid), c.convalidated, obj_description(c.oid, 'pg_constraint'))
FROM pg_constraint AS c JOIN tables AS t ON t.oid = c.conrelid
UNION ALL
SELECT concat_ws(' | ', 'index', t.relname, pg_get_indexdef(i.indexrelid), i.indisvalid, obj_description(i.indexrelid, 'pg_class'))
FROM pg_index AS i JOIN tables AS t ON t.oid = i.indrelid
UNION ALL
SELECT concat_ws(' | ', 'trigger', t.relname, pg_get_triggerdef(g.oid), g.tgenabled, obj_description(g.oid, 'pg_trigger'))
FROM pg_trigger AS g JOIN tables AS t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal
UNION ALL
SELECT concat_ws(' | ', 'other', pg_describe_object(d.classid, d.objid, 0))
FROM pg_depend AS d JOIN ours AS n ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
WHERE d.deptype = 'n' AND d.classid NOT IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_extension'::regclass)
UNION ALL
SELECT concat_ws(' | ', 'cast', c.castsource::regtype, c.casttarget::regtype, c.castcontext)
FROM pg_cast AS c JOIN pg_type AS t ON t.oid IN (c.castsource, c.casttarget) JOIN ours AS n ON n.oid = t.typnamespace
ORDER BY 1;
