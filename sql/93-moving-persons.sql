-- All rows of a person as one document, and back: to move them to another database.
--
-- The tables are found in the catalog: those of schema medsched with a column user_id.  So none can be forgotten.  What changed and
-- was not looked at for reminders yet goes along, too: what came up since then is still to be said.
--
-- What is imported keeps the rules, for the triggers look at each row that comes.  They ask _is_importing() before they refuse
-- what was right when it was written, and is kept since: a dose that breaks a limit which was set later, a schedule that ended
-- before its first dose, a move of a dose that was recorded then.

-- Whether import_user() is at work for a user: it makes a temporary table that only the tables' owner can make, whose comment is
-- the user's id.
CREATE OR REPLACE FUNCTION medsched._is_importing(user_id uuid)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM pg_class AS c
                   JOIN pg_class AS m ON m.oid = to_regclass('medsched.medications') AND m.relowner = c.relowner
                  WHERE c.relname = '_medsched_importing' AND c.relnamespace = pg_my_temp_schema()
                    AND obj_description(c.oid, 'pg_class') = $1::text);
END
$$;

COMMENT ON FUNCTION medsched._is_importing(uuid) IS
  'Internal: whether import_user() is at work for a user';

-- The tables that have rows of persons, each after those that it refers to; their columns but for user_id and for those that the
-- server fills, and what orders the rows of one person, whatever the database's collation.
CREATE OR REPLACE FUNCTION medsched._person_tables()
RETURNS TABLE (name text, owner name, columns text[], other_columns text[], row_order text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE tables AS (
      SELECT c.oid, c.relname::text AS name, c.relowner
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'user_id' AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped
       WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND left(c.relname, 1) <> '_' AND c.relname <> 'reminder_fill'
    ),
    -- Of tables that refer to each other, none is deeper than there are tables.
    depths (oid, depth) AS (
      SELECT t.oid, 0 FROM tables AS t
      UNION
      SELECT r.conrelid, d.depth + 1
        FROM depths AS d
        JOIN pg_constraint AS r ON r.contype = 'f' AND r.confrelid = d.oid AND r.conrelid <> d.oid
        JOIN tables AS t ON t.oid = r.conrelid
       WHERE d.depth < (SELECT count(*) FROM tables)
    )
  SELECT t.name, pg_get_userbyid(t.relowner), c.columns, c.other_columns, coalesce(k.row_order, 'to_jsonb(t)::text COLLATE "C"')
    FROM tables AS t
   CROSS JOIN LATERAL (
           SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE NOT f.is_filled), '{}') AS columns,
                  array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE f.is_filled) AS other_columns
             FROM pg_attribute AS a
            CROSS JOIN LATERAL (
                  SELECT a.attname = 'user_id' OR a.attgenerated <> '' OR a.attidentity <> ''
                         -- What is known of what is to be said is looked up anew.
                         OR t.name = 'reminder_queue'
                            AND a.attname IN ('next_at', 'medication_id', 'medication_name', 'dose_amount', 'dose_unit', 'instructions', 'time_zone')) AS f (is_filled)
            WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped) AS c
   -- A number that the server counts up says in which order the rows came, here and where they go to.
   CROSS JOIN LATERAL (
           SELECT string_agg(format('t.%I', a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END, ', '
                             ORDER BY a.attidentity = '', n.nth) AS row_order
             FROM pg_index AS i
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS n (attnum, nth)
             JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = n.attnum
            WHERE i.indrelid = t.oid AND i.indisprimary AND a.attname <> 'user_id') AS k
   ORDER BY (SELECT max(d.depth) FROM depths AS d WHERE d.oid = t.oid), t.name COLLATE "C"
$$;

COMMENT ON FUNCTION medsched._person_tables() IS
  'Internal: the tables that have rows of persons, in the order in which they can be filled';

-- Refuse whom row security may hide a row from: half a person is not exported.
CREATE OR REPLACE FUNCTION medsched._require_all_rows(table_name text, owner name)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  relation CONSTANT regclass := format('medsched.%I', table_name);
BEGIN
  IF owner <> (SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c WHERE c.oid = 'medsched.medications'::regclass) THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('table "medsched.%s" must have the owner of "medsched.medications"', table_name),
      DETAIL = format('Its owner is "%s".', owner), HINT = 'Give it that owner, or put it into another schema.';
  ELSIF NOT has_table_privilege(relation, 'SELECT') THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('permission denied for table %s', table_name);
  ELSIF row_security_active(relation) AND NOT medsched._shows_all_rows(relation, current_user::name, 'r'::"char") THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('row security may hide rows of "medsched.%s" from "%s"', table_name, current_user),
      DETAIL = 'Nobody is half exported.',
      HINT = 'Call medsched.export_user() as the tables'' owner, or as a role that a policy USING (true) shows all rows of every table.';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._require_all_rows(text, name) IS
  'Internal: checks that the caller can see all rows of a table';

-- Values of one meaning have one spelling, whatever the session's.
CREATE OR REPLACE FUNCTION medsched.export_user(user_id uuid)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET IntervalStyle = 'iso_8601'
SET bytea_output = 'hex'
SET extra_float_digits = 1
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  document jsonb;
  of_table record;
  found_rows jsonb;
BEGIN
  PERFORM medsched.check_user($1), medsched._check_tables();
  document := jsonb_build_object('format', 'medsched.person', 'version', 1, 'medsched', medsched.version(), 'user_id', $1);
  FOR of_table IN SELECT t.* FROM medsched._person_tables() AS t LOOP
    PERFORM medsched._require_all_rows(of_table.name, of_table.owner);
    EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t) - $2 ORDER BY %s), ''[]'') FROM medsched.%I AS t WHERE t.user_id = $1',
                   of_table.row_order, of_table.name)
      INTO found_rows USING $1, of_table.other_columns;
    document := document || jsonb_build_object(of_table.name, found_rows);
  END LOOP;
  RETURN document;
END
$$;

COMMENT ON FUNCTION medsched.export_user(uuid) IS
  'Returns everything that medsched has of a user as one document for import_user(): all rows of all its tables, the application''s columns and the history of changes included. Requires SELECT on all of them. Raises 22004 for NULL, 42501 where a row may be hidden from the caller';

CREATE OR REPLACE FUNCTION medsched._refuse_document(path text, problem text, code text DEFAULT '22023', hint text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = format('invalid document: %s %s', path, problem), CONSTRAINT = 'document_of_user',
    HINT = coalesce(hint, 'Pass the document that medsched.export_user() returned.');
END
$$;

COMMENT ON FUNCTION medsched._refuse_document(text, text, text, text) IS
  'Internal: raises the error of a document that is no person''s';

-- The person whose document it is.
CREATE OR REPLACE FUNCTION medsched._document_user(document jsonb)
RETURNS uuid
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF document IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'document must not be null';
  ELSIF jsonb_typeof(document) <> 'object' OR document->'format' IS DISTINCT FROM '"medsched.person"' THEN
    PERFORM medsched._refuse_document('$.format'::text, 'must be "medsched.person"'::text, '22023'::text, NULL::text);
  ELSIF jsonb_typeof(document->'version') IS DISTINCT FROM 'number' THEN
    PERFORM medsched._refuse_document('$.version'::text, 'must be a number'::text, '22023'::text, NULL::text);
  ELSIF document->'version' <> '1' THEN
    PERFORM medsched._refuse_document('$.version'::text, format('%s is not supported', medsched._shortened((document->'version')::text)), '0A000'::text,
      'This version of medsched reads version 1: update medsched here, or export with an earlier one.'::text);
  ELSIF jsonb_typeof(document->'medsched') IS DISTINCT FROM 'string' THEN
    PERFORM medsched._refuse_document('$.medsched'::text, 'must be the version of medsched that wrote it'::text, '22023'::text, NULL::text);
  ELSIF jsonb_typeof(document->'user_id') IS DISTINCT FROM 'string' OR (document->>'user_id') !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
    PERFORM medsched._refuse_document('$.user_id'::text, 'must be a uuid in lower case'::text, '22023'::text, NULL::text);
  END IF;
  RETURN document->>'user_id';
END
$$;

COMMENT ON FUNCTION medsched._document_user(jsonb) IS
  'Internal: the user whose document it is';

-- Refuse the first value of some rows that cannot be read, by its place.
CREATE OR REPLACE FUNCTION medsched._refuse_unreadable(table_name text, document_rows jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET IntervalStyle = 'iso_8601'
AS $$
DECLARE
  read_row CONSTANT text := format('SELECT to_jsonb(jsonb_populate_record(NULL::medsched.%I, $1))', table_name);
  of_row record;
  value record;
BEGIN
  FOR of_row IN SELECT e.element, e.nth - 1 AS nth FROM jsonb_array_elements(document_rows) WITH ORDINALITY AS e (element, nth) LOOP
    BEGIN
      EXECUTE read_row USING of_row.element;
    EXCEPTION WHEN OTHERS THEN
      FOR value IN SELECT v.key, v.value FROM jsonb_each(of_row.element) AS v LOOP
        BEGIN
          EXECUTE read_row USING jsonb_build_object(value.key, value.value);
        EXCEPTION WHEN OTHERS THEN
          PERFORM medsched._refuse_document(format('$.%s[%s].%s', table_name, of_row.nth, value.key),
            format('is %s: %s', medsched._shortened(value.value::text), SQLERRM), SQLSTATE::text, NULL::text);
        END;
      END LOOP;
    END;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._refuse_unreadable(text, jsonb) IS
  'Internal: raises the error of the first value in rows of a document that cannot be read';

-- Check rows of a document against their table, and give the columns that they have.  Each value is to be as export_user() writes
-- it: a number in a text, or an instant without its zone, was not written by it.
CREATE OR REPLACE FUNCTION medsched._document_columns(table_name text, columns text[], document_rows jsonb, is_same_version boolean)
RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET IntervalStyle = 'iso_8601'
SET bytea_output = 'hex'
SET extra_float_digits = 1
SET jit = off
AS $$
DECLARE
  path CONSTANT text := '$.' || table_name;
  given text[];
  wrong record;
BEGIN
  IF jsonb_typeof(document_rows) IS DISTINCT FROM 'array' THEN
    PERFORM medsched._refuse_document(path, 'must be an array'::text, '22023'::text, NULL::text);
  ELSIF document_rows = '[]' THEN
    RETURN '{}';
  END IF;
  SELECT e.nth - 1 AS nth INTO wrong
    FROM jsonb_array_elements(document_rows) WITH ORDINALITY AS e (element, nth) WHERE jsonb_typeof(e.element) <> 'object' ORDER BY e.nth LIMIT 1;
  IF FOUND THEN
    PERFORM medsched._refuse_document(format('%s[%s]', path, wrong.nth), 'must be an object'::text, '22023'::text, NULL::text);
  END IF;
  given := ARRAY(SELECT k FROM jsonb_object_keys(document_rows->0) AS k ORDER BY k COLLATE "C");
  SELECT e.nth - 1 AS nth, k.key INTO wrong
    FROM jsonb_array_elements(document_rows) WITH ORDINALITY AS e (element, nth)
   CROSS JOIN LATERAL jsonb_object_keys(e.element) AS k (key)
   WHERE k.key <> ALL (columns) ORDER BY e.nth, k.key COLLATE "C" LIMIT 1;
  IF FOUND THEN
    PERFORM medsched._refuse_document(format('%s[%s].%s', path, wrong.nth, medsched._shortened(wrong.key)),
      format('is no column of table "medsched.%s" that is written', table_name), '42703'::text,
      'Where it is a column of the application''s, add it to the table; else take the key out of the document.'::text);
  END IF;
  -- An earlier version had fewer columns.
  SELECT e.nth - 1 AS nth, c.key INTO wrong
    FROM jsonb_array_elements(document_rows) WITH ORDINALITY AS e (element, nth)
   CROSS JOIN unnest(CASE WHEN is_same_version THEN columns ELSE given END) AS c (key)
   WHERE NOT e.element ? c.key ORDER BY e.nth, c.key COLLATE "C" LIMIT 1;
  IF NOT FOUND THEN
    SELECT e.nth - 1 AS nth, k.key INTO wrong
      FROM jsonb_array_elements(document_rows) WITH ORDINALITY AS e (element, nth)
     CROSS JOIN LATERAL jsonb_object_keys(e.element) AS k (key)
     WHERE k.key <> ALL (given) ORDER BY e.nth, k.key COLLATE "C" LIMIT 1;
    IF FOUND THEN
      wrong.nth := 0;
    END IF;
  END IF;
  IF wrong.key IS NOT NULL THEN
    PERFORM medsched._refuse_document(format('%s[%s]', path, wrong.nth), format('lacks "%s"', wrong.key), '22023'::text,
      'Each row has all columns of its table. Where it is a column that the application added to this table alone, add it to the rows.'::text);
  END IF;
  BEGIN
    EXECUTE format('SELECT e.nth - 1 AS nth, v.key, v.value AS given, r.written->v.key AS written
                      FROM jsonb_array_elements($1) WITH ORDINALITY AS e (element, nth)
                     CROSS JOIN LATERAL (SELECT to_jsonb(jsonb_populate_record(NULL::medsched.%I, e.element))) AS r (written)
                     CROSS JOIN LATERAL jsonb_each(e.element) AS v
                     WHERE r.written - $2 <> e.element AND v.value IS DISTINCT FROM r.written->v.key
                     ORDER BY e.nth, v.key COLLATE "C" LIMIT 1', table_name)
      INTO wrong USING document_rows, ARRAY(SELECT a.attname::text FROM pg_attribute AS a
                                             WHERE a.attrelid = format('medsched.%I', table_name)::regclass AND a.attname <> ALL (given));
  EXCEPTION WHEN data_exception OR check_violation OR not_null_violation OR feature_not_supported THEN
    PERFORM medsched._refuse_unreadable(table_name, document_rows);
    RAISE;
  END;
  IF wrong.nth IS NOT NULL THEN
    PERFORM medsched._refuse_document(format('%s[%s].%s', path, wrong.nth, wrong.key),
      format('is %s, which is written %s', medsched._shortened(wrong.given::text), medsched._shortened(wrong.written::text)), '22023'::text, NULL::text);
  END IF;
  RETURN given;
END
$$;

COMMENT ON FUNCTION medsched._document_columns(text, text[], jsonb, boolean) IS
  'Internal: checks rows of a document, and gives the columns that they have';

-- Check what a document has of the queue of reminders.  Its tables have no constraints, which each claim would pay for: workers alone
-- write them.  A row that none of them can have written would keep a reminder from being said, or have it said twice; and a token
-- that is another's would complete that one's reminder, or not.
CREATE OR REPLACE FUNCTION medsched._check_document_queue(table_name text, document_rows jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  an_instant CONSTANT text := 'r.%1$I >= ''0001-01-01 00:00+00'' AND r.%1$I < ''10000-01-01 00:00+00''';
  of_column record;
  nth bigint;
  given jsonb;
BEGIN
  -- A dose that was undone may have a reminder for which nothing was said before: said_at is before all times then.
  FOR of_column IN
    SELECT c.name, format(c.condition, c.name) AS condition, c.problem
      FROM (VALUES
        ('{reminder_changes}'::text[], 'since', an_instant, 'no instant'),
        ('{reminder_changes}', 'scheduled_for', an_instant, 'no instant'),
        ('{reminder_changes}', 'recorded_at', an_instant, 'no instant'),
        ('{reminder_queue}', 'look_at', an_instant, 'no instant'),
        ('{reminder_queue}', 'looks_from', an_instant, 'no instant'),
        ('{reminder_queue,reminders_held}', 'said_from', an_instant, 'no instant'),
        ('{reminder_queue}', 'until', an_instant, 'no instant'),
        ('{reminder_queue}', 'said_at', 'r.%1$I < ''10000-01-01 00:00+00''', 'no instant'),
        ('{reminders_held}', 'lease_ends_at', an_instant, 'no instant'),
        ('{reminders_held,stock_reminder_queue}', 'next_at', an_instant, 'no instant'),
        ('{reminders_held,stock_reminder_queue}', 'said_at', an_instant, 'no instant'),
        ('{reminder_queue,reminders_held}', 'said_dose', an_instant, 'no instant'),
        ('{reminder_queue,reminders_held}', 'kind', 'r.%1$I IN (''ahead'', ''due'', ''snoozed'', ''again'', ''escalation'')', 'no kind of reminder'),
        ('{stock_reminder_queue}', 'kind', 'r.%1$I IN (''stock'', ''refill'')', 'no kind of reminder'),
        ('{reminder_queue,reminders_held,stock_reminder_queue}', 'nth', 'r.%1$I >= 0 AND r.%1$I <= 100', 'not from 0 to 100'),
        ('{reminder_queue,reminders_held,stock_reminder_queue}', 'attempt', 'r.%1$I >= 0 AND r.%1$I <= 1000000', 'not from 0 to 1000000'),
        ('{reminder_queue,reminders_held}', 'event',
         'r.%1$I = '''' OR r.said_dose IS NOT NULL
          AND r.%1$I ~ ''^((undone|undone escalation) -?[0-9]+([.][0-9]+)?|(ahead|due|snoozed|again|escalation) [0-9]+) -?[0-9]+([.][0-9]+)?$''', 'no reminder'),
        ('{stock_reminder_queue}', 'token', 'r.%1$I IS NULL OR r.next_at IS NOT NULL', 'of a reminder that is not held'),
        ('{reminders_held}', 'token', 'r.own_lease OR r.%1$I = medsched._lease_token(r.lease_ends_at, r.%1$I)', 'of another lease'),
        ('{reminders_held,stock_reminder_queue}', 'token',
         'NOT EXISTS (SELECT FROM medsched.reminders_held AS h WHERE h.token = r.%1$I)
          AND NOT EXISTS (SELECT FROM medsched.stock_reminder_queue AS q WHERE q.token = r.%1$I)', 'taken')) AS c (tables, name, condition, problem)
     WHERE $1 = ANY (c.tables)
  LOOP
    EXECUTE format('SELECT e.nth - 1, e.element->%L
                      FROM jsonb_array_elements($1) WITH ORDINALITY AS e (element, nth)
                     CROSS JOIN LATERAL jsonb_populate_record(NULL::medsched.%I, e.element) AS r
                     WHERE (%s) IS FALSE ORDER BY e.nth LIMIT 1', of_column.name, $1, of_column.condition)
      INTO nth, given USING $2;
    IF nth IS NOT NULL THEN
      PERFORM medsched._refuse_document(format('$.%s[%s].%s', $1, nth, of_column.name),
        format('is %s, which is %s', medsched._shortened(given::text), of_column.problem), CASE of_column.problem WHEN 'taken' THEN '23505' ELSE '22023' END,
        CASE of_column.problem WHEN 'taken' THEN 'Another reminder that is held here has it. Take the row out of the document: its reminder is not said again.' END);
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_document_queue(text, jsonb) IS
  'Internal: checks rows of a document that are of the queue of reminders';

-- What inserts the rows of a document, which is checked before: a statement a table, of the rows and the user's id.
CREATE OR REPLACE FUNCTION medsched._import_steps(document jsonb)
RETURNS TABLE (table_name text, statement text, document_rows jsonb)
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  -- Those that every document of this version of the format has.
  always CONSTANT text[] := '{medications,schedules,dose_taken,person_settings,substance_limits,stock_entries,moved_doses,routines}';
  is_same_version CONSTANT boolean := document->>'medsched' = medsched.version();
  tables CONSTANT text[] := ARRAY(SELECT t.name FROM medsched._person_tables() AS t);
  of_table record;
  given text[];
  missing text;
BEGIN
  SELECT k.key, document->k.key AS value INTO of_table
    FROM jsonb_object_keys(document) AS k (key)
   WHERE k.key NOT IN ('format', 'version', 'medsched', 'user_id') AND k.key <> ALL (tables) AND document->k.key <> '[]'
   ORDER BY k.key COLLATE "C" LIMIT 1;
  IF of_table.key = 'change_history' THEN
    PERFORM medsched._refuse_document('$.change_history'::text, 'has rows, and changes are not recorded here'::text, '42P01'::text,
      'Have changes recorded here with SELECT medsched.enable_history().'::text);
  ELSIF jsonb_typeof(of_table.value) = 'array' THEN
    PERFORM medsched._refuse_document('$.' || medsched._shortened(of_table.key), 'has rows of a table that is not here'::text, '42P01'::text,
      'Update medsched here, and call medsched.create_tables(); for reminders, call medsched.enable_reminders().'::text);
  ELSIF of_table.key IS NOT NULL THEN
    PERFORM medsched._refuse_document('$.' || medsched._shortened(of_table.key), 'is not recognized'::text, '22023'::text, NULL::text);
  END IF;
  missing := (SELECT t.name FROM unnest(always) WITH ORDINALITY AS t (name, nth) WHERE NOT document ? t.name ORDER BY t.nth LIMIT 1);
  IF missing IS NOT NULL THEN
    PERFORM medsched._refuse_document('$'::text, format('lacks "%s"', missing), '22023'::text, NULL::text);
  END IF;
  FOR of_table IN SELECT t.name, t.columns FROM medsched._person_tables() AS t LOOP
    CONTINUE WHEN NOT document ? of_table.name;
    given := medsched._document_columns(of_table.name, of_table.columns, document->of_table.name, is_same_version);
    PERFORM medsched._check_document_queue(of_table.name, document->of_table.name);
    table_name := of_table.name;
    document_rows := document->of_table.name;
    statement := format('INSERT INTO medsched.%1$I (user_id%2$s) SELECT $2%3$s
                           FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS e (element, nth)
                          CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::medsched.%1$I, e.element) AS r ORDER BY e.nth', table_name,
                        (SELECT string_agg(format(', %I', g.name), '' ORDER BY g.nth) FROM unnest(given) WITH ORDINALITY AS g (name, nth)),
                        (SELECT string_agg(format(', r.%I', g.name), '' ORDER BY g.nth) FROM unnest(given) WITH ORDINALITY AS g (name, nth)));
    RETURN NEXT;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._import_steps(jsonb) IS
  'Internal: checks a document, and gives what inserts its rows';

-- Let rows come that were recorded under other rules, for the tables' owner alone, of somebody who has none.
CREATE OR REPLACE FUNCTION medsched._begin_import(user_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
  of_table record;
  has_rows boolean;
BEGIN
  PERFORM medsched._check_owned(ARRAY(SELECT t.name FROM medsched._person_tables() AS t), 'import_user'::text, NULL::text);
  -- Of two that import one person at once, the second finds the first's rows.
  PERFORM pg_advisory_xact_lock(hashtextextended('medsched.import_user ' || $1, 0));
  FOR of_table IN SELECT t.name FROM medsched._person_tables() AS t LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM medsched.%I AS t WHERE t.user_id = $1)', of_table.name) INTO has_rows USING $1;
    IF has_rows THEN
      RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('user "%s" is here already', $1),
        DETAIL = format('There are rows in "medsched.%s".', of_table.name),
        HINT = 'A person is imported whole. If this is an old copy of them, call medsched.erase_user() first.',
        TABLE = of_table.name, CONSTRAINT = 'user_is_new';
    END IF;
  END LOOP;
  CREATE TEMPORARY TABLE _medsched_importing () ON COMMIT DROP;
  EXECUTE format('COMMENT ON TABLE pg_temp._medsched_importing IS %L', $1);
END
$$;

COMMENT ON FUNCTION medsched._begin_import(uuid) IS
  'Internal: lets rows of a user come that were recorded under other rules';

CREATE OR REPLACE FUNCTION medsched._end_import(user_id uuid, document jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
  of_table record;
  rows_here bigint;
BEGIN
  DROP TABLE pg_temp._medsched_importing;
  FOR of_table IN SELECT t.name, coalesce(jsonb_array_length($2->t.name), 0) AS wanted FROM medsched._person_tables() AS t LOOP
    EXECUTE format('SELECT count(*) FROM medsched.%I AS t WHERE t.user_id = $1', of_table.name) INTO rows_here USING $1;
    -- The queue's triggers have noted each schedule that came.
    IF rows_here < of_table.wanted OR rows_here > of_table.wanted AND of_table.name <> 'reminder_changes' THEN
      RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('user "%s" cannot be imported as the document has them', $1),
        DETAIL = format('"medsched.%s" would have %s rows of theirs, and the document has %s.', of_table.name, rows_here, of_table.wanted),
        HINT = 'Look at the triggers that the application has on the table. After an update, call medsched.create_tables().',
        TABLE = of_table.name, CONSTRAINT = 'user_imported_whole';
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._end_import(uuid, jsonb) IS
  'Internal: checks that a user has the rows of a document, and no others';

-- It writes, and so runs with its caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched.import_user(document jsonb)
RETURNS TABLE (user_id uuid, medications bigint, schedules bigint, doses bigint)
LANGUAGE plpgsql VOLATILE ROWS 1
AS $$
#variable_conflict use_variable
DECLARE
  step pg_catalog.record;
BEGIN
  user_id := medsched._document_user($1);
  PERFORM medsched._check_tables(), medsched._begin_import(user_id);
  FOR step IN SELECT s.statement, s.document_rows FROM medsched._import_steps($1) AS s LOOP
    EXECUTE step.statement USING step.document_rows, user_id;
  END LOOP;
  PERFORM medsched._end_import(user_id, $1);
  medications := pg_catalog.jsonb_array_length($1 OPERATOR(pg_catalog.->) 'medications');
  schedules := pg_catalog.jsonb_array_length($1 OPERATOR(pg_catalog.->) 'schedules');
  doses := pg_catalog.jsonb_array_length($1 OPERATOR(pg_catalog.->) 'dose_taken');
  RETURN NEXT;
END
$$;

COMMENT ON FUNCTION medsched.import_user(jsonb) IS
  'Inserts the rows of a document that export_user() returned, all or none, and returns how many there were. For the tables'' owner. The rules hold for what comes, but for those that what is recorded may break since: limits, and bounds of a schedule that were set later. Raises 22004 for NULL, 22023 for what is no such document, 0A000 for another version of it, 23505 where the user is here already, 42501 for another role, and the errors of the tables';
