-- medsched.dose_taken in partitions: periods of scheduled_for, so that what is no longer to be kept goes with its partition.
--
-- A table in one piece becomes the default partition of a new one: no row is touched, so that takes milliseconds.  Then doses are
-- moved out of the default partition, whole periods at a time, in transactions as small as the caller likes.  At every moment
-- between, the table has all its rows, and keeps all the rules.  Later, the default partition has what was recorded for times
-- further ahead, or further back, than there are partitions for: a dose that was swallowed can be recorded for any time.
--
-- Rows are moved while the default partition is detached, and has no triggers: nothing was recorded or taken back.

-- The partitions of medsched.dose_taken, each from its first instant to that after its last; NULL: the default partition.
CREATE OR REPLACE FUNCTION medsched._dose_partitions()
RETURNS TABLE (relation regclass, first timestamptz, after timestamptz)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET DateStyle = 'ISO, YMD'
AS $$
  SELECT c.oid::regclass,
         CASE b.bounds[1] WHEN 'MINVALUE' THEN '-infinity' ELSE trim(BOTH '''' FROM b.bounds[1]) END::timestamptz,
         CASE b.bounds[2] WHEN 'MAXVALUE' THEN 'infinity' ELSE trim(BOTH '''' FROM b.bounds[2]) END::timestamptz
    FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhrelid
   CROSS JOIN LATERAL (SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM [(](.+)[)] TO [(](.+)[)]$')) AS b (bounds)
   WHERE i.inhparent = 'medsched.dose_taken'::regclass
   ORDER BY 2, 3
$$;

COMMENT ON FUNCTION medsched._dose_partitions() IS
  'Internal: the partitions of medsched.dose_taken, by scheduled_for';

-- When the period of so many months begins in which an instant is, in UTC: 1, 2, 3, 4, 6 or 12 months, counted from January.
CREATE OR REPLACE FUNCTION medsched._period(at timestamptz, months int)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE
RETURN timezone('UTC', date_trunc('year', timezone('UTC', at))
                       + make_interval(months => (extract(month FROM timezone('UTC', at))::int - 1) / months * months));

COMMENT ON FUNCTION medsched._period(timestamptz, int) IS
  'Internal: when a period of so many months begins';

-- Raise why the table cannot become a partition as it is.
CREATE OR REPLACE FUNCTION medsched._check_partitionable()
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  doses CONSTANT oid := 'medsched.dose_taken'::regclass;
  found record;
BEGIN
  FOR found IN
    SELECT '2BP01' AS code, format('%s would see the rows that are in it now, and no others.',
                                   string_agg(DISTINCT upper(left(o.name, 1)) || substr(o.name, 2), ', ')) AS detail,
           'Drop it, call medsched.partition_doses(), then create it anew.' AS hint
      FROM pg_depend AS d
      JOIN pg_class AS c ON c.oid = doses
      LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
     CROSS JOIN LATERAL (SELECT CASE WHEN w.oid IS NULL THEN pg_describe_object(d.classid, d.objid, 0)
                                     ELSE pg_describe_object('pg_class'::regclass, w.ev_class, 0) END) AS o (name)
     WHERE d.deptype = 'n' AND d.classid <> 'pg_publication_rel'::regclass AND (d.refclassid = 'pg_class'::regclass AND d.refobjid = doses OR d.refclassid = 'pg_type'::regclass AND d.refobjid = c.reltype)
       AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE d.classid = 'pg_trigger'::regclass AND t.oid = d.objid AND t.tgrelid = doses)
       AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE d.classid = 'pg_policy'::regclass AND p.oid = d.objid AND p.polrelid = doses)
       AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE d.classid = 'pg_constraint'::regclass AND k.oid = d.objid AND k.conrelid = doses)
       AND NOT EXISTS (SELECT FROM pg_attrdef AS e WHERE d.classid = 'pg_attrdef'::regclass AND e.oid = d.objid AND e.adrelid = doses)
       AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE d.classid = 'pg_class'::regclass AND h.inhrelid = d.objid AND h.inhparent = doses)
       AND w.ev_class IS DISTINCT FROM doses
    HAVING count(*) > 0
    UNION ALL
    SELECT '0A000', format('Unique index "%s" lacks the column "scheduled_for", by which the table is partitioned.', c.relname), 'Drop it.'
      FROM pg_index AS i
      JOIN pg_class AS c ON c.oid = i.indexrelid
     WHERE i.indrelid = doses AND (i.indisunique OR i.indisexclusion)
       AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = doses AND a.attname = 'scheduled_for' AND i.indisunique
                          AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
    UNION ALL
    SELECT '55000', format('Constraint "%s" is not validated.', k.conname), format('ALTER TABLE medsched.dose_taken VALIDATE CONSTRAINT %I;', k.conname)
      FROM pg_constraint AS k
     WHERE k.conrelid = doses AND NOT k.convalidated
    UNION ALL
    SELECT '0A000', format('Column "%s" is an identity column.', a.attname), 'Give it a default from a sequence instead.'
      FROM pg_attribute AS a
     WHERE a.attrelid = doses AND a.attidentity <> '' AND NOT a.attisdropped
    UNION ALL
    SELECT '0A000', CASE WHEN c.relpersistence <> 'p' THEN 'It is unlogged.' WHEN c.relhasrules THEN 'It has rules.' WHEN c.reloftype <> 0 THEN 'It is of a type.'
                         ELSE 'Other tables inherit from it, or it from others.' END, ''
      FROM pg_class AS c
     WHERE c.oid = doses AND (c.relpersistence <> 'p' OR c.relhasrules OR c.reloftype <> 0 OR EXISTS (SELECT FROM pg_inherits AS i WHERE doses IN (i.inhrelid, i.inhparent)))
    UNION ALL
    SELECT '55000', format('Publication "%s" has all tables, also those into which its rows are moved.', p.pubname), 'Publish the tables by their names.'
      FROM pg_publication AS p
     WHERE p.puballtables OR EXISTS (SELECT FROM pg_publication_namespace AS n WHERE n.pnpubid = p.oid AND n.pnnspid = 'medsched'::regnamespace)
    UNION ALL
    SELECT '55000', format('Publication "%s" publishes the changes of a partition as the partition''s.', p.pubname),
           format('ALTER PUBLICATION %I SET (publish_via_partition_root = true);', p.pubname)
      FROM pg_publication AS p
      JOIN pg_publication_rel AS r ON r.prpubid = p.oid
     WHERE r.prrelid = doses AND NOT p.pubviaroot
    UNION ALL
    SELECT '55000', 'A subscription writes it.', 'Partition the table before the subscription is made.'
      FROM pg_subscription_rel AS s
     WHERE s.srrelid = doses
  LOOP
    RAISE EXCEPTION USING ERRCODE = found.code, MESSAGE = 'table "medsched.dose_taken" cannot be partitioned',
      DETAIL = found.detail, HINT = found.hint, TABLE = 'dose_taken', CONSTRAINT = 'doses_can_be_partitioned';
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_partitionable() IS
  'Internal: raises why medsched.dose_taken cannot be partitioned';

-- Take from everybody but its owner what a partition's own rights are: rows are reached through the whole table, whose policies hold.
CREATE OR REPLACE FUNCTION medsched._revoke_all(relation regclass)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT DISTINCT format('REVOKE ALL%s ON %s FROM %s CASCADE', a.of_column, relation, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
      FROM pg_class AS c
     CROSS JOIN LATERAL (
             SELECT x.grantee, '' AS of_column FROM aclexplode(c.relacl) AS x
             UNION ALL
             SELECT x.grantee, format(' (%I)', t.attname) FROM pg_attribute AS t CROSS JOIN LATERAL aclexplode(t.attacl) AS x WHERE t.attrelid = c.oid) AS a
     WHERE c.oid = relation AND a.grantee <> c.relowner
  LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._revoke_all(regclass) IS
  'Internal: takes all rights on a partition from everybody but its owner';

-- Make the table, which is in one piece, the default partition of a new one that is as it was.
CREATE OR REPLACE FUNCTION medsched._make_partitioned()
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  doses CONSTANT oid := 'medsched.dose_taken'::regclass;
  before text[];
  after text[];
  statement text;
BEGIN
  -- The catalog prints what there is under the names of now: so all of it is read before any is changed.
  WITH table_ AS (SELECT c.* FROM pg_class AS c WHERE c.oid = doses),
  steps (nth, name, undo, redo) AS (
    SELECT 1, k.conname, format('ALTER TABLE medsched.dose_taken RENAME CONSTRAINT %I TO %I', k.conname, left(k.conname, 54) || '_default'),
           format('ALTER TABLE medsched.dose_taken ADD CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
             || coalesce(format('; COMMENT ON CONSTRAINT %I ON medsched.dose_taken IS %L', k.conname, obj_description(k.oid, 'pg_constraint')), '')
      FROM pg_constraint AS k WHERE k.conrelid = doses AND k.contype IN ('p', 'u')
    UNION ALL
    SELECT 2, c.relname, format('ALTER INDEX %s RENAME TO %I', i.indexrelid::regclass, left(c.relname, 54) || '_default'),
           pg_get_indexdef(i.indexrelid) || coalesce(format('; COMMENT ON INDEX medsched.%I IS %L', c.relname, obj_description(c.oid, 'pg_class')), '')
      FROM pg_index AS i
      JOIN pg_class AS c ON c.oid = i.indexrelid
     WHERE i.indrelid = doses AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.conrelid = doses)
    UNION ALL
    SELECT 3, k.conname, NULL,
           format('ALTER TABLE medsched.dose_taken ADD CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
             || coalesce(format('; COMMENT ON CONSTRAINT %I ON medsched.dose_taken IS %L', k.conname, obj_description(k.oid, 'pg_constraint')), '')
      FROM pg_constraint AS k WHERE k.conrelid = doses AND k.contype = 'f'
    UNION ALL
    SELECT 4, '', NULL, 'ALTER TABLE medsched.dose_taken ATTACH PARTITION medsched.dose_taken_default DEFAULT'
    UNION ALL
    SELECT 5, t.tgname, format('DROP TRIGGER %I ON medsched.dose_taken', t.tgname),
           pg_get_triggerdef(t.oid) || coalesce(format('; COMMENT ON TRIGGER %I ON medsched.dose_taken IS %L', t.tgname, obj_description(t.oid, 'pg_trigger')), '')
             || CASE t.tgenabled WHEN 'O' THEN '' ELSE format('; ALTER TABLE medsched.dose_taken %s TRIGGER %I',
                  CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END, t.tgname) END
      FROM pg_trigger AS t WHERE t.tgrelid = doses AND NOT t.tgisinternal
    UNION ALL
    SELECT 6, p.polname, format('DROP POLICY %I ON medsched.dose_taken', p.polname),
           format('CREATE POLICY %I ON medsched.dose_taken AS %s FOR %s TO %s%s%s', p.polname,
             CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
             CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
             (SELECT string_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE o::regrole::text END, ', ') FROM unnest(p.polroles) AS o),
             ' USING (' || pg_get_expr(p.polqual, doses) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, doses) || ')')
             || coalesce(format('; COMMENT ON POLICY %I ON medsched.dose_taken IS %L', p.polname, obj_description(p.oid, 'pg_policy')), '')
      FROM pg_policy AS p WHERE p.polrelid = doses
    UNION ALL
    SELECT 7, '', 'ALTER TABLE medsched.dose_taken DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY',
           CASE WHEN c.relrowsecurity THEN 'ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY; ' ELSE '' END
             || CASE WHEN c.relforcerowsecurity THEN 'ALTER TABLE medsched.dose_taken FORCE ROW LEVEL SECURITY; ' ELSE '' END
             || CASE c.relreplident WHEN 'f' THEN 'ALTER TABLE medsched.dose_taken REPLICA IDENTITY FULL; ' WHEN 'n' THEN 'ALTER TABLE medsched.dose_taken REPLICA IDENTITY NOTHING; '
                  WHEN 'i' THEN (SELECT format('ALTER TABLE medsched.dose_taken REPLICA IDENTITY USING INDEX %I; ', x.relname)
                                   FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = doses AND i.indisreplident)
                  ELSE '' END
             || coalesce(format('COMMENT ON TABLE medsched.dose_taken IS %L', obj_description(doses, 'pg_class')), '')
      FROM table_ AS c
    UNION ALL
    SELECT 8, '', NULL,
           format('GRANT %s%s ON medsched.dose_taken TO %s%s', a.privilege_type, a.of_column, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
             CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM table_ AS c
     CROSS JOIN LATERAL (
             SELECT x.grantee, x.privilege_type, x.is_grantable, '' AS of_column FROM aclexplode(c.relacl) AS x
             UNION ALL
             SELECT x.grantee, x.privilege_type, x.is_grantable, format(' (%I)', t.attname)
               FROM pg_attribute AS t CROSS JOIN LATERAL aclexplode(t.attacl) AS x WHERE t.attrelid = doses AND NOT t.attisdropped) AS a
     WHERE a.grantee <> c.relowner
    UNION ALL
    SELECT 9, p.pubname, format('ALTER PUBLICATION %I DROP TABLE medsched.dose_taken', p.pubname),
           format('ALTER PUBLICATION %I ADD TABLE medsched.dose_taken%s%s', p.pubname,
             ' (' || (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute AS a WHERE a.attrelid = doses AND a.attnum = ANY (r.prattrs::int2[])) || ')',
             ' WHERE (' || pg_get_expr(r.prqual, doses) || ')')
      FROM pg_publication_rel AS r
      JOIN pg_publication AS p ON p.oid = r.prpubid
     WHERE r.prrelid = doses
  )
  SELECT array_agg(s.undo ORDER BY s.nth, s.name) FILTER (WHERE s.undo IS NOT NULL), array_agg(s.redo ORDER BY s.nth, s.name) FILTER (WHERE s.redo <> '')
    INTO before, after
    FROM steps AS s;

  FOREACH statement IN ARRAY before LOOP
    EXECUTE statement;
  END LOOP;
  PERFORM medsched._revoke_all(doses::regclass);
  ALTER TABLE medsched.dose_taken RENAME TO dose_taken_default;
  CREATE TABLE medsched.dose_taken (LIKE medsched.dose_taken_default INCLUDING ALL EXCLUDING INDEXES) PARTITION BY RANGE (scheduled_for);
  -- What ALTER DEFAULT PRIVILEGES grants, was not granted.
  PERFORM medsched._revoke_all('medsched.dose_taken'::regclass);
  FOREACH statement IN ARRAY after LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._make_partitioned() IS
  'Internal: makes medsched.dose_taken the default partition of a new table that is as it was';

-- The columns of the table that a row is copied by, for INSERT.
CREATE OR REPLACE FUNCTION medsched._dose_columns()
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FROM pg_attribute AS a
   WHERE a.attrelid = 'medsched.dose_taken'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
$$;

COMMENT ON FUNCTION medsched._dose_columns() IS
  'Internal: the columns of medsched.dose_taken that are not generated, as a list';

-- Make partitions from each first instant to the one after its last, and move what the default partition has of them there.
CREATE OR REPLACE FUNCTION medsched._move_doses_to_partitions(rest regclass, firsts timestamptz[], afters timestamptz[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET DateStyle = 'ISO, YMD'
AS $$
DECLARE
  columns CONSTANT text := medsched._dose_columns();
  part record;
  identity record;
BEGIN
  -- How a table's rows are told apart in the log of changes, and with which index, is each partition's own.
  SELECT c.relreplident AS kind, coalesce('WITH (' || array_to_string(c.reloptions, ', ') || ')', '') AS options,
         coalesce('TABLESPACE ' || quote_ident(s.spcname), '') AS space, i.inhparent AS index
    INTO identity
    FROM pg_class AS c
    LEFT JOIN pg_tablespace AS s ON s.oid = c.reltablespace
    LEFT JOIN pg_index AS x ON x.indrelid = c.oid AND x.indisreplident
    LEFT JOIN pg_inherits AS i ON i.inhrelid = x.indexrelid
   WHERE c.oid = rest;
  EXECUTE format('ALTER TABLE medsched.dose_taken DETACH PARTITION %s', rest);
  FOR part IN
    SELECT p.first, p.after, 'dose_taken_p' || to_char(p.first, CASE WHEN p.first = date_trunc('month', p.first) THEN 'YYYY_MM' ELSE 'YYYY_MM_DD' END) AS name
      FROM unnest(firsts, afters) AS p (first, after)
  LOOP
    EXECUTE format('CREATE TABLE medsched.%I (LIKE medsched.dose_taken INCLUDING ALL EXCLUDING INDEXES) %s %s', part.name, identity.options, identity.space);
    PERFORM medsched._revoke_all(format('medsched.%I', part.name)::regclass);
    EXECUTE format('WITH moved AS (DELETE FROM %s AS d WHERE d.scheduled_for >= $1 AND d.scheduled_for < $2 RETURNING d.*)
                    INSERT INTO medsched.%I (%s) SELECT %3$s FROM moved', rest, part.name, columns) USING part.first, part.after;
    EXECUTE format('ALTER TABLE medsched.dose_taken ATTACH PARTITION medsched.%I FOR VALUES FROM (%L) TO (%L)', part.name, part.first, part.after);
    IF identity.kind IN ('f', 'n') THEN
      EXECUTE format('ALTER TABLE medsched.%I REPLICA IDENTITY %s', part.name, CASE identity.kind WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END);
    ELSIF identity.kind = 'i' THEN
      EXECUTE format('ALTER TABLE medsched.%I REPLICA IDENTITY USING INDEX %I', part.name,
        (SELECT c.relname FROM pg_inherits AS i JOIN pg_index AS x ON x.indexrelid = i.inhrelid JOIN pg_class AS c ON c.oid = x.indexrelid
          WHERE i.inhparent = identity.index AND x.indrelid = format('medsched.%I', part.name)::regclass));
    END IF;
  END LOOP;
  EXECUTE format('ALTER TABLE medsched.dose_taken ATTACH PARTITION %s DEFAULT', rest);
END
$$;

COMMENT ON FUNCTION medsched._move_doses_to_partitions(regclass, timestamptz[], timestamptz[]) IS
  'Internal: makes partitions of medsched.dose_taken, and moves the default partition''s rows into them';

-- Drop the partitions that end by an instant, and what the default partition has before it.  What a rule looks back for without
-- end stays, in the default partition: the last dose of what is counted from it, and the doses since a stock was counted.
-- Returns whether there was anything to drop.
CREATE OR REPLACE FUNCTION medsched._drop_doses(rest regclass, before timestamptz)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  columns CONSTANT text := medsched._dose_columns();
  kept CONSTANT text := $kept$
    SELECT DISTINCT d.*
      FROM (-- Three days: how many are taken on a date can be limited.
            SELECT s.user_id, s.id, (SELECT max(l.scheduled_for) FROM medsched.dose_taken AS l
                                      WHERE l.user_id = s.user_id AND l.schedule_id = s.id AND l.outcome <> 'extra') - interval '3 days' AS since
              FROM medsched.schedules AS s
             WHERE EXISTS (SELECT FROM medsched.schedules AS o
                            WHERE o.user_id = s.user_id AND o.medication_id = s.medication_id AND (o.after_last IS NOT NULL OR o.follows_by IS NOT NULL))
            UNION ALL
            -- A dose is taken at most 31 days from its time.
            SELECT s.user_id, s.id, e.since - interval '31 days'
              FROM (SELECT n.user_id, n.medication_id, coalesce(max(n.occurred_at) FILTER (WHERE n.kind = 'counted'), min(n.occurred_at)) AS since
                      FROM medsched.stock_entries AS n GROUP BY n.user_id, n.medication_id) AS e
              JOIN medsched.schedules AS s ON s.user_id = e.user_id AND s.medication_id = e.medication_id) AS n
      JOIN medsched.dose_taken AS d ON d.user_id = n.user_id AND d.schedule_id = n.id AND d.scheduled_for >= coalesce(n.since, '-infinity')
     WHERE d.scheduled_for < $1$kept$;
  expired CONSTANT regclass[] := ARRAY(SELECT p.relation FROM medsched._dose_partitions() AS p WHERE p.after <= before);
  relation regclass;
  there bigint;
  needed bigint;
BEGIN
  IF cardinality(expired) = 0 THEN
    EXECUTE format('SELECT count(*) FROM %s AS d WHERE d.scheduled_for < $1', rest) INTO there USING before;
    IF there = 0 THEN
      RETURN false;
    END IF;
    EXECUTE format('SELECT count(*) FROM (%s) AS k', kept) INTO needed USING before;
    IF there = needed THEN
      RETURN false;
    END IF;
  END IF;
  LOCK TABLE medsched.schedules, medsched.dose_taken IN ACCESS EXCLUSIVE MODE;
  LOCK TABLE medsched.stock_entries IN SHARE ROW EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE medsched._doses_kept AS %s', replace(kept, '$1', quote_literal(before)));
  EXECUTE format('ALTER TABLE medsched.dose_taken DETACH PARTITION %s', rest);
  EXECUTE format('DELETE FROM %s AS d WHERE d.scheduled_for < $1', rest) USING before;
  EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM medsched._doses_kept', rest, columns);
  DROP TABLE medsched._doses_kept;
  FOREACH relation IN ARRAY expired LOOP
    EXECUTE format('DROP TABLE %s', relation);
  END LOOP;
  EXECUTE format('ALTER TABLE medsched.dose_taken ATTACH PARTITION %s DEFAULT', rest);
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._drop_doses(regclass, timestamptz) IS
  'Internal: drops the doses before an instant, but for those that a rule still looks for';

-- Have pg_partman make the coming partitions where it is there.  Not by its create_parent(), which leaves the session with a
-- search_path of its own, and makes a default partition where there is one.  Its retention stays off: it would drop what rules need.
CREATE OR REPLACE FUNCTION medsched._register_partitions(by interval, ahead int)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  partman record;
BEGIN
  SELECT n.nspname AS schema, split_part(e.extversion, '.', 1)::int AS version INTO partman
    FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'pg_partman';
  IF NOT FOUND THEN
    RETURN;
  ELSIF NOT (has_schema_privilege(partman.schema, 'USAGE') AND has_table_privilege(format('%I.part_config', partman.schema), 'SELECT, INSERT')
             AND has_table_privilege(format('%I.part_config', partman.schema), 'INSERT')) THEN
    RAISE WARNING 'pg_partman does not learn of "medsched.dose_taken"'
      USING DETAIL = format('Role %s can not write its table of partitioned tables.', current_user),
      HINT = format('GRANT USAGE ON SCHEMA %I TO %I; GRANT SELECT, INSERT ON %1$I.part_config TO %2$I;', partman.schema, current_user);
    RETURN;
  END IF;
  EXECUTE format(
    'INSERT INTO %I.part_config (parent_table, control, partition_type, partition_interval, premake, datetime_string, automatic_maintenance,
                                 inherit_privileges, infinite_time_partitions, ignore_default_data, jobmon)
     SELECT %L, %L, %L, $1::text, $2, %L, %L, true, true, true, false
      WHERE NOT EXISTS (SELECT FROM %1$I.part_config AS c WHERE c.parent_table = %2$L)',
    partman.schema, 'medsched.dose_taken', 'scheduled_for', CASE WHEN partman.version < 5 THEN 'native' ELSE 'range' END, 'YYYY_MM', 'on')
    USING by, ahead;
END
$$;

COMMENT ON FUNCTION medsched._register_partitions(interval, int) IS
  'Internal: has pg_partman, where it is installed, make the coming partitions of medsched.dose_taken';

CREATE OR REPLACE FUNCTION medsched.partition_doses(by interval DEFAULT '1 month', keep interval DEFAULT NULL, ahead int DEFAULT 3, most int DEFAULT 100000)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC'
SET DateStyle = 'ISO, YMD'
SET row_security = off
-- Shorter than any deadlock_timeout that is usual: where this waits for others who wait for it, it is this that gives up.
SET lock_timeout = '500ms'
AS $$
#variable_conflict use_variable
DECLARE
  months int;
  upto timestamptz;
  since timestamptz;
  rest regclass;
  kind "char";
  parts record;
BEGIN
  IF by IS NULL OR ahead IS NULL OR most IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = CASE WHEN by IS NULL THEN 'by' WHEN ahead IS NULL THEN 'ahead' ELSE 'most' END || ' must not be null';
  ELSIF by NOT IN ('1 month', '2 months', '3 months', '4 months', '6 months', '1 year') OR extract(day FROM by) <> 0 OR extract(hour FROM by) <> 0 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'by must be 1, 2, 3, 4, 6 or 12 months', DETAIL = format('It is %s.', by);
  ELSIF keep < interval '14 months' OR keep > interval '1000 years' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'keep must be from 14 months to 1000 years', DETAIL = format('It is %s.', keep),
      HINT = 'Limits of doses as needed look back for up to 366 days.';
  ELSIF ahead NOT BETWEEN 1 AND 60 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'ahead must be from 1 to 60', DETAIL = format('It is %s.', ahead);
  ELSIF most < 1 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'most must be positive', DETAIL = format('It is %s.', most);
  END IF;
  months := extract(year FROM by) * 12 + extract(month FROM by);
  upto := now() + make_interval(months => months * ahead);
  PERFORM medsched._check_tables();
  PERFORM medsched._check_owned('{dose_taken,schedules}'::text[], 'partition_doses'::text, NULL::text);
  IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
    RAISE EXCEPTION USING ERRCODE = '55000', CONSTRAINT = 'doses_can_be_partitioned', MESSAGE = 'doses are put into partitions at READ COMMITTED alone',
      DETAIL = 'Rows that came after the transaction''s snapshot would not be found.', HINT = 'Call medsched.partition_doses() in a transaction of its own.';
  END IF;
  -- One deployment at a time.
  PERFORM pg_advisory_xact_lock(hashtextextended('medsched.create_tables', 0));

  SELECT c.relkind INTO kind FROM pg_class AS c WHERE c.oid = 'medsched.dose_taken'::regclass;
  IF kind = 'r' THEN
    -- What the foreign key has on schedules comes and goes with a partition.
    LOCK TABLE medsched.schedules, medsched.dose_taken IN ACCESS EXCLUSIVE MODE;
    PERFORM medsched._check_partitionable();
    PERFORM medsched._make_partitioned();
    PERFORM medsched._register_partitions(by, ahead);
    RETURN true;
  ELSIF pg_get_partkeydef('medsched.dose_taken'::regclass) <> 'RANGE (scheduled_for)' THEN
    RAISE EXCEPTION USING ERRCODE = '55000', CONSTRAINT = 'doses_can_be_partitioned', MESSAGE = 'table "medsched.dose_taken" is partitioned in another way',
      DETAIL = format('It is partitioned by %s.', pg_get_partkeydef('medsched.dose_taken'::regclass)),
      HINT = 'medsched.partition_doses() is for a table in one piece, or one partitioned by RANGE (scheduled_for).',
      TABLE = 'dose_taken';
  END IF;
  PERFORM medsched._register_partitions(by, ahead);

  SELECT p.relation INTO rest FROM medsched._dose_partitions() AS p WHERE p.first IS NULL;
  IF rest IS NULL THEN
    LOCK TABLE medsched.schedules, medsched.dose_taken IN ACCESS EXCLUSIVE MODE;
    CREATE TABLE medsched.dose_taken_default PARTITION OF medsched.dose_taken DEFAULT;
    rest := 'medsched.dose_taken_default';
    PERFORM medsched._revoke_all(rest);
  END IF;

  -- The periods from now on; of those before, ten years back, those of which there are doses: the newest, so many as have at most
  -- so many doses, or one.  What is older than is kept is not moved, but dropped.
  since := medsched._period(greatest(now() - interval '10 years', now() - keep), months);
  EXECUTE format($periods$
    WITH periods AS (
           SELECT medsched._period(m.month, $3) AS begins, min(m.earliest) AS earliest, sum(m.doses) AS doses
             FROM (SELECT date_trunc('month', d.scheduled_for) AS month, min(d.scheduled_for) AS earliest, count(*) AS doses
                     FROM %s AS d WHERE d.scheduled_for >= $1 AND d.scheduled_for < $2 GROUP BY 1) AS m
            GROUP BY 1),
         wanted AS (
           SELECT w.at
             FROM (SELECT p.earliest AS at, sum(p.doses) OVER (ORDER BY p.begins DESC) AS doses, row_number() OVER (ORDER BY p.begins DESC) AS nth
                     FROM periods AS p) AS w
            WHERE w.doses <= $4 OR w.nth = 1
           UNION
           SELECT greatest(g.at, now()) FROM generate_series(medsched._period(now(), $3), $2 - interval '1 day', make_interval(months => $3)) AS g (at)
           UNION
           SELECT o.after FROM medsched._dose_partitions() AS o WHERE o.after > now() AND o.after < $2),
         -- What partitions there are leave of a period.
         gaps AS (
           SELECT DISTINCT greatest(medsched._period(w.at, $3), (SELECT max(o.after) FROM medsched._dose_partitions() AS o WHERE o.after <= w.at)) AS first,
                  least(medsched._period(w.at, $3) + make_interval(months => $3), (SELECT min(o.first) FROM medsched._dose_partitions() AS o WHERE o.first > w.at)) AS after
             FROM wanted AS w
            WHERE NOT EXISTS (SELECT FROM medsched._dose_partitions() AS o WHERE w.at >= o.first AND w.at < o.after))
    SELECT array_agg(g.first ORDER BY g.first) AS firsts, array_agg(g.after ORDER BY g.first) AS afters FROM gaps AS g$periods$, rest)
    INTO parts USING since, medsched._period(upto, months) + make_interval(months => months), months, most;
  IF parts.firsts IS NOT NULL THEN
    LOCK TABLE medsched.schedules, medsched.dose_taken IN ACCESS EXCLUSIVE MODE;
    PERFORM medsched._move_doses_to_partitions(rest, parts.firsts, parts.afters);
    RETURN true;
  END IF;
  RETURN keep IS NOT NULL AND medsched._drop_doses(rest, since);
END
$$;

COMMENT ON FUNCTION medsched.partition_doses(interval, interval, int, int) IS
  'Has medsched.dose_taken partitioned by scheduled_for, in periods of by (1, 2, 3, 4, 6 or 12 months, in UTC), and does the next step towards it: makes a table in one piece the default partition, makes the periods to come, so many as ahead, moves the doses of earlier periods into theirs, at most so many as most or one period, drops periods of which every dose is older than keep (at least 14 months; NULL: none). Returns whether there can be more to do: call it, each time in a transaction of its own, until it returns false, and then again each day. For the tables'' owner. Raises 42501 for another role, 55P03 where it does not get its lock within half a second, 55000, 0A000 and 2BP01 where the table cannot be partitioned';
