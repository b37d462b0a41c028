\i test/setup.psql
BEGIN;
SELECT plan(13);

-- What holds for every object of the extension, and of create_tables(): each
-- query lists the offenders.
CREATE TEMPORARY VIEW functions AS
SELECT p.*, l.lanname
FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
JOIN pg_proc AS p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
JOIN pg_language AS l ON l.oid = p.prolang
WHERE e.extname = 'medsched' AND d.deptype = 'e';

CREATE TEMPORARY VIEW tables AS
SELECT c.*
FROM pg_class AS c
WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname !~ '^_';

SELECT ok(count(*) > 0, 'the extension has functions') FROM functions;

SELECT is_empty($$
  SELECT oid::regprocedure FROM functions WHERE obj_description(oid, 'pg_proc') IS NULL
$$, 'every function has a comment');

SELECT is_empty($$
  SELECT t.oid::regtype
  FROM pg_type AS t
  WHERE t.typnamespace = 'medsched'::regnamespace
    AND (t.typtype IN ('d', 'e', 'r')
         OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_class AS c WHERE c.oid = t.typrelid) = 'c')
    AND obj_description(t.oid, 'pg_type') IS NULL
$$, 'every domain, enum, range and row type has a comment');

SELECT is_empty($$
  SELECT oid::regprocedure FROM functions WHERE prosecdef
$$, 'every function runs with its caller''s rights');

SELECT is_empty($$
  SELECT oid::regprocedure
  FROM functions
  WHERE lanname NOT IN ('c', 'sql', 'plpgsql')
    AND NOT coalesce(proconfig::text LIKE '%search_path=%', false)
$$, 'functions in other languages than C and SQL set their search_path');

-- A function in SQL or PL/pgSQL without either a parsed body or a search_path of its own
-- names the schema of every operator, function and type. What is left of a body
-- without comments, strings, qualified operators and what only looks like one:
CREATE TEMPORARY VIEW bodies AS
SELECT oid, regexp_replace(regexp_replace(prosrc,
  E'--[^\n]*|\'([^\']|\'\')*\'|OPERATOR\\(pg_catalog\\.[^)]+\\)|=>|\\*(?=\\))|\\.\\*', ' ', 'gi'),
  -- Of PL/pgSQL: assignments, of variables, columns, options of RAISE and diagnostics.
  E':=|#variable_conflict|\\m[a-z_]+ =(?= EXCLUDED[.])|\\m(SET|ERRCODE|MESSAGE|DETAIL|HINT|SCHEMA|TABLE|CONSTRAINT|[a-z_]+_?(?=\\s*=\\s*(RETURNED_SQLSTATE|MESSAGE_TEXT|PG_[A-Z_]+|[A-Z]+_NAME|ROW_COUNT)))\\s*([a-z_]+\\s*)?=', ' ', 'g') AS body
FROM functions
WHERE lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL
  AND NOT coalesce(proconfig::text LIKE '%search_path=%', false);

SELECT is_empty($$
  SELECT oid::regprocedure, m[1]
  FROM bodies
  CROSS JOIN regexp_matches(body, '([^[:space:]]*[-+*/<>=~!@#%^&|?]+[^[:space:]]*)', 'g') AS m
$$, 'they leave no operator to the search_path');

SELECT is_empty($$
  SELECT oid::regprocedure, m[1]
  FROM bodies
  CROSS JOIN regexp_matches(body, '(?:^|[^.[:alnum:]_])([[:alnum:]_]+)\(', 'g') AS m
  WHERE lower(m[1]) NOT IN ('coalesce', 'nullif', 'least', 'greatest', 'exists', 'array')
$$, 'nor a function');

SELECT is_empty($$
  SELECT oid::regprocedure, m[1]
  FROM bodies
  CROSS JOIN regexp_matches(body, '(::[[:space:]]*(?!pg_catalog\.|medsched\.)[[:alnum:]_]+)', 'g') AS m
$$, 'nor a type');

SELECT is_empty($$
  SELECT oid::regprocedure
  FROM functions
  WHERE 'user_id' = ANY (proargnames)
    AND (proargmodes IS NULL OR proargmodes[array_position(proargnames, 'user_id')] IN ('i', 'b'))
    AND proargnames[1] <> 'user_id'
$$, 'user_id is the first argument wherever it is one');

SELECT is_empty($$
  SELECT oid::regclass FROM tables
  WHERE oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e')
$$, 'the tables are the caller''s, not the extension''s');

SELECT bag_eq('SELECT relname FROM tables',
  $$VALUES (name 'medications'), ('schedules'), ('dose_taken'), ('person_settings'), ('substance_limits'), ('stock_entries'), ('moved_doses'), ('routines')$$,
  'create_tables() creates these tables');

SELECT is_empty($$
  SELECT a.attrelid::regclass, a.attname
  FROM pg_attribute AS a
  JOIN tables AS t ON t.oid = a.attrelid
  WHERE a.attnum >= 0 AND NOT a.attisdropped
    AND (col_description(a.attrelid, a.attnum) IS NULL OR obj_description(t.oid, 'pg_class') IS NULL)
$$, 'every table and column has a comment');

SELECT is_empty($$
  SELECT tgrelid::regclass, tgname
  FROM pg_trigger
  WHERE tgrelid IN (SELECT oid FROM tables) AND NOT tgisinternal
    AND (tgenabled <> 'O' OR obj_description(oid, 'pg_trigger') IS NULL)
$$, 'every trigger is enabled and has a comment');

SELECT * FROM finish();
ROLLBACK;
