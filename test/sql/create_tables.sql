\i test/setup.psql
BEGIN;
SELECT plan(17);
\i test/failure.psql

-- create_tables() gives tables of an earlier version what they lack.
CREATE TEMPORARY VIEW definition AS
SELECT 'column' AS kind, format('%s.%s', attrelid::regclass, attname) AS name,
       concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)) AS text
FROM pg_attribute
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'medsched'::regnamespace AND relkind IN ('r', 'p'))
  AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint', format('%s.%s', conrelid::regclass, conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'medsched'::regnamespace AND contype IN ('c', 'f', 'p', 'u') AND conrelid <> 0
UNION ALL
SELECT 'trigger', format('%s.%s', tgrelid::regclass, tgname), concat_ws(' ', pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger'))
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid WHERE relnamespace = 'medsched'::regnamespace;

CREATE TEMPORARY TABLE before AS SELECT * FROM definition;
SELECT set_eq('SELECT kind FROM before', '{column,constraint,trigger,index}'::text[], 'all kinds of things are compared');
CREATE TEMPORARY TABLE catalog AS
SELECT (SELECT max(xmin::text::bigint) FROM pg_attribute WHERE attrelid = 'medsched.schedules'::regclass) AS newest;

SELECT medsched.create_tables() \g /dev/null
SELECT is((SELECT max(xmin::text::bigint) FROM pg_attribute WHERE attrelid = 'medsched.schedules'::regclass), newest,
  'called again, it changes nothing') FROM catalog;

SELECT lives_ok($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]'); SET CONSTRAINTS ALL IMMEDIATE$$, 'the tables are filled');

ALTER TABLE medsched.schedules DROP COLUMN grace;
SELECT medsched.create_tables() \g /dev/null
SELECT bag_eq('SELECT * FROM definition', 'SELECT * FROM before', 'a column comes back, with its constraint and comment');

DO $$
DECLARE c record;
BEGIN
  FOR c IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
           WHERE connamespace = 'medsched'::regnamespace AND contype IN ('c', 'f', 'p', 'u') AND conrelid <> 0
           ORDER BY array_position('{f,c,u,p}'::"char"[], contype) LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.relation, c.conname);
  END LOOP;
END$$;
SELECT medsched.create_tables() \g /dev/null
SELECT bag_eq('SELECT * FROM definition', 'SELECT * FROM before', 'every constraint comes back, with its index');

DO $$
DECLARE t record;
BEGIN
  FOR t IN SELECT tgrelid::regclass AS relation, tgname FROM pg_trigger
           WHERE tgrelid IN ('medsched.medications'::regclass, 'medsched.schedules'::regclass, 'medsched.dose_taken'::regclass) AND NOT tgisinternal LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relation);
  END LOOP;
  COMMENT ON COLUMN medsched.schedules.rrule IS NULL;
END$$;
SELECT medsched.create_tables() \g /dev/null
SELECT bag_eq('SELECT * FROM definition', 'SELECT * FROM before', 'every trigger comes back, with its comment, and a column''s');
SELECT is((SELECT name FROM medsched.medications), 'Metformin', 'and the rows are there');

-- Rows that stand against a new constraint stay.
ALTER TABLE medsched.medications DROP CONSTRAINT medications_name_not_blank;
UPDATE medsched.medications SET name = ' ';
SET client_min_messages = error;
SELECT medsched.create_tables() \g /dev/null
RESET client_min_messages;
SELECT is((SELECT convalidated FROM pg_constraint WHERE conname = 'medications_name_not_blank'), false, 'a constraint that rows stand against is there, not valid');
SELECT throws_ok($$INSERT INTO medsched.medications (user_id, name) VALUES ('00000000-0000-0000-0000-00000000000a', ' ')$$,
  '23514', 'new row for relation "medications" violates check constraint "medications_name_not_blank"', 'and holds for new rows');
UPDATE medsched.medications SET name = 'Metformin';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.medications VALIDATE CONSTRAINT medications_name_not_blank;
SELECT bag_eq('SELECT * FROM definition', 'SELECT * FROM before', 'until the rows are mended and it is validated');

-- A superuser does not alter what is somebody else's.
CREATE ROLE medsched_owner;
GRANT medsched_owner TO CURRENT_USER;
CREATE ROLE medsched_migrator IN ROLE medsched_owner;
GRANT medsched_migrator TO CURRENT_USER;
GRANT USAGE, CREATE ON SCHEMA medsched TO medsched_owner;
ALTER TABLE medsched.schedules OWNER TO medsched_owner;
SELECT is(pg_temp.failure('SELECT medsched.create_tables()'), 'no error', 'where nothing is missing, anyone may call it');
ALTER TABLE medsched.schedules DROP COLUMN grace;
SELECT is(pg_temp.failure('SELECT medsched.create_tables()'),
  '42501: must be owner of table medsched.schedules | It belongs to role medsched_owner, and lacks what this version of medsched has.'
  ' | Call medsched.create_tables() as medsched_owner.', 'a superuser does not alter another role''s table');
ALTER TABLE medsched.medications OWNER TO medsched_owner;
ALTER TABLE medsched.dose_taken OWNER TO medsched_owner;
ALTER TABLE medsched.substance_limits OWNER TO medsched_owner;
ALTER TABLE medsched.stock_entries OWNER TO medsched_owner;
ALTER TABLE medsched.moved_doses OWNER TO medsched_owner;
ALTER TABLE medsched.routines OWNER TO medsched_owner;
ALTER TABLE medsched.person_settings OWNER TO medsched_owner;
DROP TABLE medsched.person_settings;
SET LOCAL ROLE medsched_migrator;
SELECT medsched.create_tables() \g /dev/null
RESET ROLE;
SELECT is((SELECT c.relowner::regrole::text FROM pg_class AS c WHERE c.oid = 'medsched.person_settings'::regclass), 'medsched_owner', 'a table that is new is the others'' owner''s');
SELECT bag_eq('SELECT * FROM definition', 'SELECT * FROM before', 'a member of it does');

-- What stands in a table's place is not taken for one.
DROP TABLE medsched.dose_taken;
CREATE VIEW medsched.dose_taken AS SELECT 1 AS user_id;
SELECT is(pg_temp.failure('SELECT medsched.create_tables()'),
  '42809: "medsched.dose_taken" is not a table | Rename it or drop it, then call medsched.create_tables() again.', 'a view is no table');
DROP VIEW medsched.dose_taken;
SELECT throws_ok('SELECT medsched.create_tables()', '42501', 'must be owner of table medsched.medications', 'nor does a new table hang on another role''s');
SET LOCAL ROLE medsched_owner;
SELECT medsched.create_tables() \g /dev/null
RESET ROLE;
SELECT bag_eq('SELECT * FROM definition', 'SELECT * FROM before', 'a table that was dropped comes back whole');

SELECT * FROM finish();
ROLLBACK;
