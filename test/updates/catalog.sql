-- What an installation consists of, a line each, whichever way it came to be.
-- Functions that an update has set aside are left out.
SET search_path = pg_catalog;
WITH members AS (
  SELECT d.classid, d.objid
  FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
  WHERE e.extname = 'medsched' AND d.deptype = 'e'
  UNION
  -- Of the managed edition, what is in its schema.
  SELECT 'pg_proc'::regclass, p.oid FROM pg_proc AS p WHERE p.pronamespace = 'medsched'::regnamespace
  UNION
  SELECT 'pg_type'::regclass, t.oid FROM pg_type AS t WHERE t.typnamespace = 'medsched'::regnamespace
), tables AS (
  SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'medsched'::regnamespace AND c.relname IN ('medications', 'schedules', 'dose_taken')
)
SELECT concat_ws(' | ', 'function', p.oid::regprocedure, pg_get_functiondef(p.oid), p.procost, p.prorows,
         obj_description(p.oid, 'pg_proc'), 
         ARRAY(SELECT a FROM unnest(coalesce(p.proacl, acldefault('f', p.proowner))::text[]) AS a ORDER BY a))
FROM pg_proc AS p JOIN members AS m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
WHERE p.proname !~ '_of_\d+_\d+_\d+$'
UNION ALL
SELECT concat_ws(' | ', 'type', format_type(t.oid, NULL), t.typtype, format_type(t.typbasetype, t.typtypmod), obj_description(t.oid, 'pg_type'),
         (SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint AS c WHERE c.contypid = t.oid),
         (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
          FROM pg_attribute AS a WHERE a.attrelid = t.typrelid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_type AS t JOIN members AS m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
LEFT JOIN pg_class AS c ON c.oid = t.typrelid
-- Arrays, and the rows of tables, come with another type or a table: not every server calls them members.
WHERE t.typelem = 0 AND coalesce(c.relkind, 'c') = 'c'
UNION ALL
SELECT concat_ws(' | ', 'other', pg_describe_object(m.classid, m.objid, 0)) FROM members AS m
WHERE m.classid NOT IN ('pg_type'::regclass, 'pg_proc'::regclass)
UNION ALL
SELECT concat_ws(' | ', 'column', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
         pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum))
FROM pg_attribute AS a JOIN tables AS t ON t.oid = a.attrelid LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT LIKE 'app\_%'
UNION ALL
SELECT concat_ws(' | ', 'table', t.oid::regclass, obj_description(t.oid, 'pg_class')) FROM tables AS t
UNION ALL
SELECT concat_ws(' | ', 'constraint', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint AS c JOIN tables AS t ON t.oid = c.conrelid WHERE c.contype NOT IN ('t', 'n')  -- not null is with the columns
UNION ALL
SELECT concat_ws(' | ', 'index', pg_get_indexdef(i.indexrelid)) FROM pg_index AS i JOIN tables AS t ON t.oid = i.indrelid
JOIN pg_class AS c ON c.oid = i.indexrelid WHERE c.relname NOT LIKE 'app\_%'
UNION ALL
SELECT concat_ws(' | ', 'trigger', g.tgrelid::regclass, pg_get_triggerdef(g.oid), g.tgenabled, obj_description(g.oid, 'pg_trigger'))
FROM pg_trigger AS g JOIN tables AS t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgname NOT LIKE 'app\_%'
ORDER BY 1;
