\i test/setup.psql
\i test/failure.psql
-- A new dose goes into the table without a query where nothing but medsched has a say in it, and by the INSERT everywhere else.  Both
-- give the same rows and the same errors.

-- Which way a row went in: a query is a line in the context of what fires after it.
CREATE FUNCTION pg_temp.tell_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  context text;
BEGIN
  GET DIAGNOSTICS context = PG_CONTEXT;
  PERFORM set_config('test.way', CASE WHEN context ~ 'INSERT INTO medsched.dose_taken' THEN 'query' ELSE 'key' END, false);
  RETURN NULL;
END
$$;

-- recorded(call, after, way): what a call gives and what the table has then, or its error; all is undone again.  What is done before the
-- call may be a reason for the query.  The way is told where it is asked for.
CREATE FUNCTION pg_temp.recorded(call text, after text DEFAULT '', way boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
BEGIN
  PERFORM set_config('test.way', 'nowhere', false);
  message := pg_temp.failure(format($do$DO $x$ BEGIN
      EXECUTE %L;
      PERFORM set_config('test.answer', (SELECT to_jsonb(d)::text FROM medsched.%s AS d), false);
      PERFORM set_config('test.rows', (SELECT jsonb_agg(jsonb_strip_nulls(to_jsonb(d) - 'user_id' - 'schedule_id') ORDER BY d.scheduled_for)::text FROM medsched.dose_taken AS d), false);
      RAISE SQLSTATE 'UNDO0' USING MESSAGE = concat_ws(E'\n', %L || current_setting('test.way'), current_setting('test.answer'), current_setting('test.rows'));
    END $x$ $do$, after, call, CASE WHEN way THEN 'by ' END));
  RETURN replace(message, 'UNDO0: ', '');
END
$$;
CREATE FUNCTION pg_temp.mark(more text DEFAULT '', after text DEFAULT '') RETURNS text LANGUAGE sql
RETURN pg_temp.recorded(format($c$mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z', '2020-03-01 08:00Z'%s)$c$, more), after, true);
-- The way, and what of a row is asked for.
CREATE FUNCTION pg_temp.way(what text) RETURNS text LANGUAGE sql RETURN split_part(what, E'\n', 1);
CREATE FUNCTION pg_temp.stored(what text) RETURNS jsonb LANGUAGE sql RETURN nullif(split_part(what, E'\n', 3), '')::jsonb;

\set ann '''00000000-0000-0000-0000-00000000000a'''
CREATE PROCEDURE pg_temp.metformin() LANGUAGE sql AS $$
  SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin', jsonb_build_array(jsonb_build_object(
  'id', '00000000-0000-0000-0000-0000000000a1', 'starts_at', '2020-03-01T07:00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY')));
  CREATE TRIGGER aa_tell_way AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.tell_way();
$$;

-- Above READ COMMITTED the INSERT compares what it meets with the transaction's snapshot.
BEGIN ISOLATION LEVEL READ COMMITTED;
CALL pg_temp.metformin();
SELECT 'READ COMMITTED', pg_temp.way(pg_temp.mark());
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL pg_temp.metformin();
SELECT 'REPEATABLE READ', pg_temp.way(pg_temp.mark());
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
CALL pg_temp.metformin();
SELECT 'SERIALIZABLE', pg_temp.way(pg_temp.mark());
ROLLBACK;

BEGIN;
SELECT plan(146);
CALL pg_temp.metformin();
CREATE FUNCTION pg_temp.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
\set by_query '''CREATE TRIGGER nothing BEFORE INSERT ON medsched.dose_taken FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.nothing()'''

-- Both ways, of every kind of call.
CREATE TEMP TABLE calls (n int GENERATED ALWAYS AS IDENTITY, call text, records boolean);
INSERT INTO calls (call, records)
SELECT format('%s(''00000000-0000-0000-0000-00000000000a'', ''00000000-0000-0000-0000-0000000000a1'', %s)', c.name, c.arguments), c.records
  FROM (VALUES
    ('mark_dose_taken', $$'2020-03-01 07:00Z'$$, true),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', '2020-03-01 08:00Z', 'Ann', 2.50, 'with food', 'the doctor said so'$$, true),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', note => (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) AS n)$$, true),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', note => '', recorded_by => ''$$, true),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', '9999-12-31 23:59:59.999999Z', amount => 1e-1000$$, true),
    ('skip_dose', $$'2020-03-01 07:00Z'$$, true),
    ('skip_dose', $$'2020-03-01 07:00Z', 'nausea', 'Ben', 'since yesterday'$$, true),
    ('mark_dose_taken', $$'2020-03-01 07:00:01Z'$$, false),
    ('mark_dose_taken', $$'2020-02-29 07:00Z'$$, false),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', 'infinity'$$, false),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', amount => 0$$, false),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', amount => 'NaN'$$, false),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', amount => 1e1000$$, false),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', recorded_by => repeat('ä', 1001)$$, false),
    ('mark_dose_taken', $$'2020-03-01 07:00Z', despite_limits => ' '$$, false),
    ('mark_dose_taken', $$NULL$$, false)) AS c (name, arguments, records);
INSERT INTO calls (call, records) VALUES
  ($$mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a9', '2020-03-01 07:00Z')$$, false),
  ($$mark_dose_taken('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z')$$, false),
  ($$mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a', medsched.dose_id('00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z'), note => 'by its handle')$$, true),
  ($$skip_dose_by_id('00000000-0000-0000-0000-00000000000a', medsched.dose_id('00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z'), 'asleep')$$, true);
SELECT is(pg_temp.recorded(c.call), pg_temp.recorded(c.call, :by_query), 'both ways give the same: ' || c.call) FROM calls AS c ORDER BY c.n;
SELECT is(array_agg(c.n ORDER BY c.n), (SELECT array_agg(c.n ORDER BY c.n) FROM calls AS c WHERE c.records), 'what is recorded goes in by its key')
  FROM calls AS c WHERE pg_temp.recorded(c.call, way => true) ~ '^by key';
SELECT is(array_agg(c.n ORDER BY c.n), (SELECT array_agg(c.n ORDER BY c.n) FROM calls AS c WHERE c.records), 'and by the query where a trigger fires before')
  FROM calls AS c WHERE pg_temp.recorded(c.call, :by_query, true) ~ '^by query';

-- What the application made of the table.  A reason for the query is followed by what the row has then, or by the error.
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% % % of %', TG_WHEN, TG_LEVEL, TG_OP, NEW.note; END $$;
CREATE FUNCTION pg_temp.edit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'edited ' || NEW.note; RETURN NEW; END $$;
CREATE FUNCTION pg_temp.edit_after() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE medsched.dose_taken SET note = 'edited ' || note WHERE (user_id, scheduled_for, schedule_id) = (NEW.user_id, NEW.scheduled_for, NEW.schedule_id);
  RETURN NULL;
END $$;
CREATE FUNCTION pg_temp.delete_after() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM medsched.dose_taken WHERE (user_id, scheduled_for, schedule_id) = (NEW.user_id, NEW.scheduled_for, NEW.schedule_id);
  RETURN NULL;
END $$;
CREATE FUNCTION pg_temp.count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows, % of them new', (SELECT count(*) FROM medsched.dose_taken), (SELECT count(*) FROM added);
END $$;
CREATE FUNCTION pg_temp.look() RETURNS trigger LANGUAGE plpgsql STABLE AS $$ BEGIN RAISE EXCEPTION 'STABLE, it sees % rows', (SELECT count(*) FROM medsched.dose_taken); END $$;
CREATE FUNCTION pg_temp.look_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'VOLATILE, it sees % rows', (SELECT count(*) FROM medsched.dose_taken); END $$;
CREATE FUNCTION pg_temp.next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM medsched.mark_dose_taken(NEW.user_id, NEW.schedule_id, '2020-03-02 07:00Z', '2020-03-02 08:00Z', note => 'the next');
  RETURN NULL;
END $$;
CREATE FUNCTION pg_temp.lower_of(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN lower($1);
CREATE FUNCTION pg_temp.is_valid(amount numeric) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN amount < 2;
CREATE DOMAIN pg_temp.required AS text NOT NULL;
CREATE DOMAIN pg_temp.given AS text DEFAULT 'given';
CREATE DOMAIN pg_temp.short AS text CHECK (length(value) < 3);

CREATE TEMP TABLE reasons (n int GENERATED ALWAYS AS IDENTITY, after text, way text, column_ text, value text);
INSERT INTO reasons (after, way, column_, value) VALUES
  ('', 'key', 'note', 'Well'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood text', 'key', 'note', 'Well'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood text DEFAULT ''calm''', 'query', 'mood', 'calm'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood text; ALTER TABLE medsched.dose_taken ALTER COLUMN mood SET DEFAULT ''calm''', 'query', 'mood', 'calm'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood text DEFAULT ''calm''; ALTER TABLE medsched.dose_taken ALTER COLUMN mood DROP DEFAULT', 'key', 'mood', NULL),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood text DEFAULT ''calm''; ALTER TABLE medsched.dose_taken DROP COLUMN mood', 'key', 'note', 'Well'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood text NOT NULL', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken ALTER COLUMN reason SET NOT NULL', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken ALTER COLUMN note SET NOT NULL', 'key', 'note', 'Well'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood pg_temp.required', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood pg_temp.given', 'query', 'mood', 'given'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN mood text GENERATED ALWAYS AS (upper(note)) STORED', 'query', 'mood', 'WELL'),
  ('ALTER TABLE medsched.dose_taken ADD COLUMN number int GENERATED ALWAYS AS IDENTITY', 'query', 'number', '1'),
  ('ALTER TABLE medsched.dose_taken ALTER COLUMN recorded_at SET DEFAULT ''2001-01-01 00:00Z''', 'query', 'recorded_at', '2001-01-01T00:00:00+00:00'),
  ('ALTER TABLE medsched.dose_taken ALTER COLUMN recorded_at DROP DEFAULT', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken ALTER COLUMN outcome DROP DEFAULT, ALTER COLUMN taken_at SET DEFAULT ''2001-01-01''', 'key', 'taken_at', '2020-03-01T08:00:00+00:00'),
  ('ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_valid; DROP TRIGGER dose_is_scheduled_moved ON medsched.dose_taken; ALTER TABLE medsched.dose_taken ALTER COLUMN amount TYPE numeric(4, 1)', 'query', 'amount', '2.6'),
  ('ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_valid; ALTER TABLE medsched.dose_taken ALTER COLUMN note TYPE varchar(3)', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken ALTER COLUMN note TYPE pg_temp.short', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken ALTER COLUMN note TYPE varchar', 'query', 'note', 'Well'),
  ('ALTER TABLE medsched.dose_taken ADD CHECK (amount < 2)', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken ADD CHECK (amount < 3)', 'query', 'amount', '2.55'),
  ('ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_valid', 'query', 'note', 'Well'),
  ('ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_valid; ALTER TABLE medsched.dose_taken ADD CONSTRAINT dose_taken_valid CHECK (pg_temp.is_valid(amount))', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_valid; ALTER TABLE medsched.dose_taken ADD CONSTRAINT dose_taken_valid
      CHECK (medsched._dose_valid(scheduled_for, taken_at, recorded_at, outcome, -amount, reason, recorded_by, despite_limits))', 'error', NULL, NULL),
  ('ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_valid; ALTER TABLE medsched.dose_taken ADD CONSTRAINT dose_taken_valid
      CHECK (medsched._dose_valid(scheduled_for, taken_at, recorded_at, note, amount, reason, recorded_by, despite_limits))', 'error', NULL, NULL),
  ('INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, note) VALUES (''00000000-0000-0000-0000-00000000000a'', ''00000000-0000-0000-0000-0000000000a1'', ''2020-03-02 07:00Z'', ''Well'');
    CREATE UNIQUE INDEX one_note ON medsched.dose_taken (note)', 'error', NULL, NULL),
  ('INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, note) VALUES (''00000000-0000-0000-0000-00000000000a'', ''00000000-0000-0000-0000-0000000000a1'', ''2020-03-02 07:00Z'', ''Well'');
    ALTER TABLE medsched.dose_taken ADD CONSTRAINT one_note EXCLUDE USING btree (note WITH =)', 'error', NULL, NULL),
  ('INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, note) VALUES (''00000000-0000-0000-0000-00000000000a'', ''00000000-0000-0000-0000-0000000000a1'', ''2020-03-02 07:00Z'', ''Well'');
    ALTER TABLE medsched.dose_taken ADD CONSTRAINT one_note UNIQUE (note) DEFERRABLE INITIALLY DEFERRED; SET CONSTRAINTS ALL IMMEDIATE', 'error', NULL, NULL),
  ('CREATE UNIQUE INDEX one_note ON medsched.dose_taken (note)', 'query', 'note', 'Well'),
  ('CREATE INDEX notes ON medsched.dose_taken (pg_temp.lower_of(note)) WHERE note IS NOT NULL; SET LOCAL enable_seqscan = off', 'key', 'note', 'Well'),
  ('CREATE INDEX notes ON medsched.dose_taken ((1 / (length(note) - 4)))', 'error', NULL, NULL),
  ('CREATE TRIGGER zz BEFORE INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.edit()', 'query', 'note', 'edited Well'),
  ('CREATE TRIGGER zz BEFORE INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.nothing()', 'error', NULL, NULL),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.nothing()', 'query', 'note', 'Well'),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken REFERENCING NEW TABLE AS added FOR EACH ROW EXECUTE FUNCTION pg_temp.count_rows()', 'error', NULL, NULL),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken REFERENCING NEW TABLE AS added FOR EACH ROW EXECUTE FUNCTION pg_temp.nothing()', 'query', 'note', 'Well'),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()', 'error', NULL, NULL),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW WHEN (NEW.note = ''Well'') EXECUTE FUNCTION pg_temp.refuse()', 'error', NULL, NULL),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW WHEN (NEW.note <> ''Well'') EXECUTE FUNCTION pg_temp.refuse()', 'key', 'note', 'Well'),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.edit_after()', 'key', 'note', 'edited Well'),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.delete_after()', 'key', 'note', NULL),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.look()', 'error', NULL, NULL),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.look_again()', 'error', NULL, NULL),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW WHEN (NEW.note = ''Well'') EXECUTE FUNCTION pg_temp.next()', 'key', 'note', 'Well'),
  ('CREATE TRIGGER zz AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse(); ALTER TABLE medsched.dose_taken DISABLE TRIGGER zz', 'key', 'note', 'Well'),
  ('CREATE CONSTRAINT TRIGGER zz AFTER INSERT ON medsched.dose_taken DEFERRABLE FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()', 'error', NULL, NULL),
  ('CREATE CONSTRAINT TRIGGER zz AFTER INSERT ON medsched.dose_taken DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()', 'key', 'note', 'Well'),
  ('CREATE RULE zz AS ON INSERT TO medsched.dose_taken DO ALSO NOTIFY taken', 'error', NULL, NULL),
  ('CREATE TABLE pg_temp.archived () INHERITS (medsched.dose_taken)', 'query', 'note', 'Well'),
  ('ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_pkey; ALTER TABLE medsched.dose_taken ADD PRIMARY KEY (user_id, schedule_id, scheduled_for)', 'query', 'note', 'Well'),
  ('CREATE SCHEMA outcomes; CREATE TABLE outcomes.doses (LIKE medsched.dose_taken) PARTITION BY LIST (outcome); ALTER TABLE outcomes.doses ATTACH PARTITION medsched.dose_taken FOR VALUES IN (''taken'')', 'query', 'note', 'Well'),
  ('CREATE SCHEMA outcomes; CREATE TABLE outcomes.doses (LIKE medsched.dose_taken) PARTITION BY LIST (outcome); ALTER TABLE outcomes.doses ATTACH PARTITION medsched.dose_taken FOR VALUES IN (''skipped'')', 'error', NULL, NULL),
  ('SELECT medsched.enable_history()', 'key', 'note', 'Well'),
  ('SET LOCAL session_replication_role = replica', 'nowhere', 'note', 'Well');
SELECT is(pg_temp.recorded(c.call, r.after), pg_temp.recorded(c.call, r.after || ';' || :by_query), 'both ways, after ' || regexp_replace(coalesce(nullif(r.after, ''), 'nothing'), '\s+', ' ', 'g'))
  FROM reasons AS r
 CROSS JOIN (VALUES ('mark_dose_taken(''00000000-0000-0000-0000-00000000000a'', ''00000000-0000-0000-0000-0000000000a1'', ''2020-03-01 07:00Z'', ''2020-03-01 08:00Z'', note => ''Well'', amount => 2.55)')) AS c (call)
 ORDER BY r.n;
SELECT is(array[CASE WHEN t.what ~ '^by ' THEN substr(pg_temp.way(t.what), 4) ELSE 'error' END, pg_temp.stored(CASE WHEN t.what ~ '^by ' THEN t.what END) -> 0 ->> r.column_],
  array[r.way, r.value], r.way || ', after ' || regexp_replace(coalesce(nullif(r.after, ''), 'nothing'), '\s+', ' ', 'g'))
  FROM reasons AS r
 CROSS JOIN LATERAL (SELECT pg_temp.mark(', note => ''Well'', amount => 2.55', r.after)) AS t (what)
 ORDER BY r.n;
-- The errors as they are.
SELECT regexp_replace(replace(pg_temp.mark(', note => ''Well'', amount => 2.55', r.after), pg_my_temp_schema()::regnamespace::text, 'pg_temp'), '\d+-\d+-\d+ \d+:\d+:\d+\.\d+\+00', 'now()') FROM reasons AS r WHERE r.way = 'error' ORDER BY r.n;

-- Rights and policies.
CREATE ROLE medsched_test_reader;
GRANT medsched_test_reader TO current_user;
GRANT USAGE ON SCHEMA medsched TO medsched_test_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA medsched TO medsched_test_reader;
-- as_reader(before): which way the reader's call goes, once they have rights.
CREATE FUNCTION pg_temp.as_reader(before text) RETURNS text LANGUAGE sql
RETURN pg_temp.way(pg_temp.mark('', before || '; SET LOCAL ROLE medsched_test_reader'));
SELECT is(pg_temp.as_reader(''), '42501: permission denied for table dose_taken', 'who may only read records nothing');
SELECT is(pg_temp.as_reader('GRANT INSERT ON medsched.dose_taken TO medsched_test_reader'), 'by key', 'who may insert does, by the key');
SELECT is(pg_temp.as_reader('GRANT INSERT (user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, despite_limits)
  ON medsched.dose_taken TO medsched_test_reader'), 'by query', 'who may insert into the columns alone, by the query');
SELECT is(pg_temp.as_reader('GRANT INSERT (user_id, schedule_id, scheduled_for, taken_at) ON medsched.dose_taken TO medsched_test_reader'),
  '42501: permission denied for table dose_taken', 'but not without one of them');
SELECT is(pg_temp.as_reader('GRANT INSERT ON medsched.dose_taken TO medsched_test_reader; ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON medsched.dose_taken USING (recorded_by IS NULL)'), 'by query', 'a policy lets a row pass');
SELECT is(pg_temp.as_reader('GRANT INSERT ON medsched.dose_taken TO medsched_test_reader; ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON medsched.dose_taken USING (recorded_by IS NOT NULL)'), '42501: new row violates row-level security policy for table "dose_taken"', 'or not');
SELECT is(pg_temp.as_reader('GRANT INSERT ON medsched.dose_taken TO medsched_test_reader; ALTER TABLE medsched.schedules ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON medsched.schedules USING (true)'), 'by query', 'and one of schedules, too');
CREATE FUNCTION pg_temp.marked() RETURNS boolean LANGUAGE sql BEGIN ATOMIC
  SELECT d.newly_taken FROM medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z') AS d;
END;
SELECT is(pg_temp.failure($$DO $x$ BEGIN
    GRANT INSERT ON medsched.dose_taken TO medsched_test_reader;
    REVOKE USAGE ON SCHEMA medsched FROM medsched_test_reader;
    SET LOCAL ROLE medsched_test_reader;
    PERFORM pg_temp.marked();
  END $x$ $$), '42501: permission denied for schema medsched', 'nor does who may not enter the schema, by a function that was made by who may');

-- What fires at the end of the transaction does.
CREATE CONSTRAINT TRIGGER zz AFTER INSERT ON medsched.dose_taken DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SAVEPOINT before;
SELECT is(d.newly_taken, true, 'a trigger that is deferred lets a dose pass') FROM medsched.mark_dose_taken(:ann, '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z', note => 'deferred') AS d;
SELECT is(pg_temp.failure('SET CONSTRAINTS ALL IMMEDIATE'), 'P0001: AFTER ROW INSERT of deferred', 'and refuses it in the end');
ROLLBACK TO before;
DROP TRIGGER zz ON medsched.dose_taken;

-- Recorded, taken back and recorded again, in savepoints and without.
CREATE TEMP TABLE taken AS SELECT 0 AS nth, false AS newly_taken, '' AS way WHERE false;
PREPARE take AS INSERT INTO taken
  SELECT $1, d.newly_taken, current_setting('test.way') FROM set_config('test.way', 'nowhere', false) AS s
   CROSS JOIN LATERAL medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z', note => s) AS d;
EXECUTE take(1);
SAVEPOINT before;
SELECT medsched.undo_dose(:ann, '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z') \g /dev/null
EXECUTE take(2);
EXECUTE take(3);
SELECT results_eq('TABLE taken', $$VALUES (1, true, 'key'), (2, true, 'key'), (3, false, 'nowhere')$$, 'what was taken back is recorded anew');
ROLLBACK TO before;
EXECUTE take(4);
SELECT results_eq('TABLE taken', $$VALUES (1, true, 'key'), (4, false, 'nowhere')$$, 'and is as it was where that is rolled back');
SELECT is(count(*), 1::bigint, 'once') FROM medsched.dose_taken;
DELETE FROM medsched.dose_taken;

-- A library that is asked about queries.  Some systems package this one apart.
DO $$ BEGIN LOAD 'auto_explain'; EXCEPTION WHEN undefined_file THEN NULL; END $$;
SELECT is(pg_temp.way(pg_temp.mark()), CASE WHEN current_setting('auto_explain.log_triggers', true) IS NULL THEN 'by key' ELSE 'by query' END,
  'a library that watches queries sees the INSERT');
SELECT finish();
ROLLBACK;
