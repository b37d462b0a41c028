\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(36);

-- Schedules that cannot be read any more are left out with a warning.
SET LOCAL client_min_messages = error;
-- Hundreds of plans, each run once.
SET LOCAL jit = off;

-- Each column of each table, in turn of several other types, against every
-- function that reads tables: an error or the right answer, and the server lives.

\set ann '''00000000-0000-0000-0000-00000000000a'''

SELECT medsched.create_medication(:ann, 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY",
     "dose_amount": 1, "dose_unit": "tablet", "instructions": "with food", "grace": "1 hour", "exdates": ["2026-01-04T08:00:00"]}]') AS metformin \gset
SELECT medsched.create_medication(:ann, 'Paracetamol',
  '[{"id": "00000000-0000-0000-0000-000000000a21", "starts_at": "2026-01-01T00:00:00", "time_zone": "UTC", "as_needed": true,
     "min_interval": "4 hours", "max_per_24h": 4, "dose_amount": 500, "dose_unit": "mg"}]') AS paracetamol \gset
SELECT medsched.create_medication(:ann, 'Ibuprofen',
  '[{"id": "00000000-0000-0000-0000-000000000a31", "starts_at": "2026-01-01T09:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS ibuprofen \gset
SELECT medsched.inactivate_medication(:ann, :'ibuprofen', '2026-01-02 12:00Z') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z', '2026-01-02 08:05Z', 'nurse', 1, 'a note') \g /dev/null
SELECT medsched.take_as_needed(:ann, '00000000-0000-0000-0000-000000000a21', '2026-01-02 10:00Z') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;

-- What an owner can do as well: no constraint and no WHEN holds a type.
CREATE FUNCTION pg_temp.loosen() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
      FROM pg_constraint WHERE connamespace = 'medsched'::regnamespace AND contype IN ('c', 'f') AND conrelid <> 0
    UNION ALL
    SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
      FROM pg_trigger WHERE NOT tgisinternal AND tgqual IS NOT NULL
       AND tgrelid IN ('medsched.medications'::regclass, 'medsched.schedules'::regclass, 'medsched.dose_taken'::regclass)
  LOOP
    EXECUTE statement;
  END LOOP;
  CREATE TRIGGER has_dose AFTER UPDATE ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION medsched.schedule_has_dose();
  CREATE TRIGGER keeps AFTER UPDATE ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION medsched.recorded_dose_keeps_schedule();
  CREATE TRIGGER keeps AFTER UPDATE ON medsched.medications FOR EACH ROW EXECUTE FUNCTION medsched.recorded_dose_keeps_medication();
  CREATE TRIGGER has_schedule AFTER UPDATE ON medsched.medications FOR EACH ROW EXECUTE FUNCTION medsched.medication_has_schedule();
  CREATE TRIGGER has_schedule AFTER UPDATE ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION medsched.medication_has_schedule();
  CREATE TRIGGER scheduled AFTER UPDATE ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION medsched.dose_is_scheduled();
END
$$;
SELECT pg_temp.loosen() \g /dev/null

CREATE TYPE pg_temp.pair AS (a int, b text);
CREATE DOMAIN pg_temp.word AS text;
CREATE TEMPORARY TABLE types (type text PRIMARY KEY, conversion text);
INSERT INTO types VALUES
  ('bigint', 'hashtext(%2$I::text)'),
  ('double precision', 'hashtext(%2$I::text)'),
  ('integer', 'hashtext(%2$I::text)'),
  ('text', '%2$I::text'),
  ('bytea', 'decode(md5(%2$I::text), ''hex'')'),
  ('boolean', 'hashtext(%2$I::text) %% 2 = 0'),
  ('jsonb', 'to_jsonb(%2$I::text)'),
  ('timestamp', 'timestamp ''2026-01-01'' + make_interval(secs => hashtext(%2$I::text) %% 1000)'),
  ('timestamptz', 'timestamptz ''2026-01-01'' + make_interval(secs => hashtext(%2$I::text) %% 1000)'),
  ('text[]', 'ARRAY[%2$I::text]'),
  ('pg_temp.pair', 'ROW(1, %2$I::text)::pg_temp.pair'),
  ('pg_temp.word', '%2$I::text');

-- A call; those that read have the same answer each time.
CREATE TEMPORARY TABLE calls (call text PRIMARY KEY, reads text);
INSERT INTO calls SELECT format(call, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '00000000-0000-0000-0000-000000000a21', :'metformin', :'ibuprofen'), reads FROM (VALUES
  ($$SELECT string_agg(t::text, ' ') FROM medsched.upcoming_doses(%1$L, '2026-01-01Z', '2026-01-06Z') AS t$$, 'C'),
  ($$SELECT string_agg(t::text, ' ') FROM medsched.next_doses(%1$L, '2026-01-01Z', 5) AS t$$, 'C'),
  ($$SELECT medsched.next_as_needed_at(%1$L, %3$L, '2026-01-02 11:00Z')::text$$, 'C'),
  ($$SELECT string_agg(t::text, ' ') FROM medsched.schedule_history(%1$L, %4$L) AS t$$, 'C'),
  ($$SELECT medsched.calendar_feed(%1$L, horizon => '2027-01-01Z')$$, 'C'),
  ($$SELECT string_agg(t::text, ' ') FROM medsched.explain_dose(%1$L, %2$L, '2026-01-02 08:00Z') AS t$$, 'SQL'),
  ($$SELECT string_agg(t::text, ' ') FROM medsched.explain_dose(%1$L, %3$L, '2026-01-02 10:00Z') AS t$$, 'SQL'),
  ($$SELECT medsched.describe_schedule(%1$L, %2$L)$$, 'SQL'),
  ($$SELECT string_agg(t::text, ' ') FROM medsched.schedule_overview(%1$L) AS t$$, 'SQL'),
  ($$SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM medsched.scheduled_doses('2026-01-01Z', '2026-01-06Z') AS t$$, 'SQL'),
  ($$SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM medsched.due_doses('2026-01-01Z', '2026-01-06Z') AS t$$, 'SQL'),
  ($$SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM medsched.adherence_of_all('2026-01-01Z', '2026-01-06Z') AS t$$, 'SQL'),
  ($$SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM medsched.adherence_by_day(%1$L, '2026-01-01Z', '2026-01-06Z') AS t$$, 'SQL'),
  ($$SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM medsched.check_integrity() AS t$$, 'SQL'),
  ($$SELECT medsched.mark_dose_taken(%1$L, %2$L, '2026-01-03 08:00Z')::text$$, NULL),
  ($$SELECT medsched.mark_dose_taken(%1$L, %2$L, '2026-01-02 08:00Z')::text$$, NULL),
  ($$SELECT medsched.skip_dose(%1$L, %2$L, '2026-01-03 08:00Z', 'sick', 'nurse', 'a note')::text$$, NULL),
  ($$SELECT medsched.skip_dose(%1$L, %2$L, '2026-01-02 08:00Z')::text$$, NULL),
  ($$SELECT medsched.take_as_needed(%1$L, %3$L, '2026-01-02 18:00Z')::text$$, NULL),
  ($$SELECT medsched.undo_dose(%1$L, %2$L, '2026-01-02 08:00Z')::text$$, NULL),
  ($$SELECT medsched.create_medication(%1$L, 'x', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]')::text$$, NULL),
  ($$SELECT medsched.inactivate_medication(%1$L, %4$L, '2026-01-05Z')::text$$, NULL),
  ($$SELECT medsched.reactivate_medication(%1$L, %5$L, '2026-01-05Z')::text$$, NULL),
  ($$SELECT medsched.revise_schedule(%1$L, %2$L, '2026-01-05Z', '{"dose_amount": 2}')::text$$, NULL),
  ($$SELECT medsched.revise_schedule(%1$L, %2$L, '2026-01-05Z', '{"dose_amount": -2}')::text$$, NULL),
  ($$SELECT medsched.change_time_zone(%1$L, 'Asia/Tokyo', '2026-01-05Z')::text$$, NULL),
  ($$SELECT medsched.erase_user(%1$L)::text$$, NULL),
  ($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (%1$L, %2$L, '2026-01-03 08:00Z') RETURNING 'x'$$, NULL),
  ($$UPDATE medsched.dose_taken SET user_id = user_id RETURNING 'x'$$, NULL),
  ($$UPDATE medsched.schedules SET user_id = user_id RETURNING 'x'$$, NULL),
  ($$UPDATE medsched.medications SET user_id = user_id RETURNING 'x'$$, NULL),
  ($$DELETE FROM medsched.schedules RETURNING 'x'$$, NULL),
  ($$DELETE FROM medsched.medications RETURNING 'x'$$, NULL)) AS t (call, reads);

-- What a call answers, or its error; it changes nothing.
CREATE FUNCTION pg_temp.answer(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  EXECUTE call INTO answer;
  RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = coalesce(answer, '');
EXCEPTION
  WHEN SQLSTATE 'TS000' THEN RETURN 'answer: ' || SQLERRM;
  WHEN OTHERS THEN RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;

CREATE TEMPORARY TABLE seen (tab text, col text, did text, call text, answer text);

-- Does to a column what a statement says, asks every call, and undoes it.
CREATE FUNCTION pg_temp.try(tab text, col text, did text, statement text) RETURNS SETOF seen LANGUAGE plpgsql AS $$
DECLARE
  answers jsonb;
BEGIN
  BEGIN
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN unique_violation OR undefined_object OR invalid_table_definition THEN
      -- Without its primary key a table is read by a query, which takes more columns.
      EXECUTE format(CASE col WHEN 'replaces' THEN 'ALTER TABLE medsched.%1$I DROP CONSTRAINT %4$I'
                     ELSE 'ALTER TABLE medsched.%1$I DROP CONSTRAINT %2$I, DROP CONSTRAINT IF EXISTS %3$I, DROP CONSTRAINT IF EXISTS %4$I' END,
                     tab, tab || '_pkey', tab || '_id_key', tab || '_user_id_replaces_key');
      EXECUTE statement;
    END;
    SELECT jsonb_object_agg(c.call, pg_temp.answer(c.call)) INTO answers FROM calls AS c;
    RAISE EXCEPTION SQLSTATE 'TS001';
  EXCEPTION WHEN SQLSTATE 'TS001' THEN
    NULL;
  END;
  RETURN QUERY SELECT tab, col, did, c.call, answers ->> c.call FROM calls AS c;
END
$$;

CREATE TEMPORARY TABLE columns AS
  SELECT c.relname::text AS tab, a.attname::text AS col, format_type(a.atttypid, NULL) AS type, a.attnotnull AS not_null
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
   WHERE c.oid IN ('medsched.medications'::regclass, 'medsched.schedules'::regclass, 'medsched.dose_taken'::regclass)
     AND a.attnum > 0 AND NOT a.attisdropped;

-- Asked before, so that every plan is there and kept.
SELECT pg_postmaster_start_time() AS started \gset
CREATE TEMPORARY TABLE baseline AS SELECT c.call, c.reads, pg_temp.answer(c.call) AS answer FROM calls AS c;
SELECT is_empty($$SELECT call, answer FROM baseline WHERE reads IS NOT NULL AND answer !~ '^answer: '$$, 'every call that reads has an answer');

-- An error is ours, or PostgreSQL's about types; never an internal one.
CREATE TEMPORARY VIEW internal AS
  SELECT tab, col, did, call, answer FROM seen WHERE answer IS NULL OR answer ~ '^(XX|58|57)';
-- What C made of values that are not of its types; concat() takes any, and tables of 0.1.0 have no changed_at.
CREATE TEMPORARY VIEW misread AS
  SELECT s.tab, s.col, s.did, s.call, s.answer
    FROM seen AS s JOIN baseline AS b USING (call)
   WHERE b.reads = 'C' AND s.answer ~ '^answer: ' AND s.answer <> b.answer
     AND NOT (s.call ~ 'calendar_feed' AND (s.col IN ('name', 'dose_amount', 'dose_unit') OR (s.tab, s.col) = ('schedules', 'changed_at')));
-- The columns that a call fails for, and its errors that are not of a form.
CREATE FUNCTION pg_temp.failing(call text, did text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(DISTINCT s.tab || '.' || s.col, ' ' ORDER BY s.tab || '.' || s.col) FROM seen AS s
   WHERE strpos(s.call, failing.call) > 0 AND s.did = failing.did AND s.answer !~ '^answer: '
$$;
CREATE FUNCTION pg_temp.other_errors(call text, form text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT s.tab || '.' || s.col || ' ' || s.answer FROM seen AS s
   WHERE strpos(s.call, other_errors.call) > 0 AND s.answer !~ '^answer: ' AND s.answer NOT LIKE format(other_errors.form, s.col, s.tab)
$$;

-- Another type ----------------------------------------------------------------

INSERT INTO seen
SELECT s.*
  FROM columns AS c CROSS JOIN types AS t
 CROSS JOIN LATERAL pg_temp.try(c.tab, c.col, t.type,
              format('ALTER TABLE medsched.%1$I ALTER %2$I DROP DEFAULT, ALTER %2$I TYPE ' || t.type || ' USING ' || t.conversion, c.tab, c.col)) AS s
 WHERE t.type::regtype <> c.type::regtype;
SELECT is_empty('TABLE internal', 'of another type, no column makes an internal error');
SELECT is_empty('TABLE misread', 'nor an answer that is not right');
\set read_to_list 'dose_taken.outcome dose_taken.recorded_by dose_taken.schedule_id dose_taken.scheduled_for dose_taken.taken_at dose_taken.user_id medications.id medications.inactivated_at medications.name medications.user_id schedules.after_last schedules.as_needed schedules.cycle_days_off schedules.cycle_days_on schedules.dose_amount schedules.dose_unit schedules.effective_from schedules.ends_at schedules.exdates schedules.follows_by schedules.grace schedules.id schedules.instructions schedules.medication_id schedules.missed_when_next schedules.rdates schedules.rrule schedules.starts_at schedules.time_zone schedules.user_id'
SELECT is(pg_temp.failing('upcoming_doses', t), :'read_to_list', 'a list of doses reads no ' || t || ' for what it reads')
  FROM unnest('{bigint,double precision,bytea,boolean,jsonb,text[],pg_temp.pair}'::text[]) WITH ORDINALITY AS t (t, n)
 WHERE t <> 'boolean';
SELECT is(pg_temp.failing('upcoming_doses', 'boolean'), (SELECT string_agg(c, ' ') FROM unnest(string_to_array(:'read_to_list', ' ')) AS c WHERE c !~ 'as_needed|missed_when_next'), 'nor a boolean');
SELECT is_empty($$SELECT * FROM pg_temp.other_errors('upcoming_doses', '42804: column "%s" of table "medsched.%s" must be of type %%')$$, 'and says which column it is');
SELECT is(pg_temp.failing('upcoming_doses', 'pg_temp.word'),
  (SELECT string_agg(c, ' ') FROM unnest(string_to_array(:'read_to_list', ' ')) AS c WHERE c !~ 'outcome|recorded_by|name|unit|instructions|rrule|time_zone$'), 'a domain over text is text');
SELECT is(pg_temp.failing('erase_user', 'bigint'), 'dose_taken.outcome dose_taken.schedule_id dose_taken.scheduled_for dose_taken.user_id medications.id medications.inactivated_at medications.user_id schedules.as_needed schedules.ends_at schedules.id schedules.medication_id schedules.replaces schedules.time_zone_pinned schedules.user_id',
  'to erase takes the columns that rows are found by');

-- One column's error in full, and in the caller's session when the type comes back.
CREATE FUNCTION pg_temp.alter_column(statement text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE statement;
  result := pg_temp.failure(call);
  RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = result;
EXCEPTION WHEN SQLSTATE 'TS000' THEN
  RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.alter_column('ALTER TABLE medsched.dose_taken ALTER recorded_by TYPE bigint USING 8', (SELECT call FROM calls WHERE call ~ 'upcoming')),
  '42804 medsched.dose_taken: column "recorded_by" of table "medsched.dose_taken" must be of type text'
  ' | It is of type bigint. | Give it the type back that medsched.create_tables() made it with.', 'names the column, the type found and the type wanted');
SELECT is(pg_temp.alter_column(format('ALTER TABLE medsched.%s TYPE varchar(200)', c), call), 'no error', 'varchar is read as text: ' || c)
  FROM unnest('{schedules ALTER instructions,schedules ALTER dose_unit,medications ALTER name,dose_taken ALTER recorded_by}'::text[]) AS c, calls
 WHERE call ~ 'upcoming';

-- No column, and no value -----------------------------------------------------

DELETE FROM seen;
INSERT INTO seen
SELECT s.*
  FROM columns AS c CROSS JOIN LATERAL pg_temp.try(c.tab, c.col, 'dropped', format('ALTER TABLE medsched.%I DROP %I CASCADE', c.tab, c.col)) AS s;
SELECT is_empty('TABLE internal', 'dropped, no column makes an internal error');
SELECT is_empty('TABLE misread', 'nor an answer that is not right');
SELECT is_empty($$SELECT tab, col, answer FROM seen WHERE call ~ 'upcoming' AND answer !~ '^answer: ' AND answer !~ ('^42703: column "?(.\.)?' || col || '"? .*does not exist')$$,
  'and the error says which column it is');
-- But for one that tables of an earlier version lack: without it, too, doses are listed.
SELECT is(pg_temp.failing('upcoming_doses', 'dropped'), regexp_replace(:'read_to_list', 'schedules.(missed_when_next|after_last|follows_by) ', '', 'g'), 'it is the columns that are read');

DELETE FROM seen;
INSERT INTO seen
SELECT s.*
  FROM columns AS c
 CROSS JOIN LATERAL pg_temp.try(c.tab, c.col, 'null', format('ALTER TABLE medsched.%1$I ALTER %2$I DROP NOT NULL; ALTER TABLE medsched.%1$I DISABLE TRIGGER USER;
                     UPDATE medsched.%1$I SET %2$I = NULL; ALTER TABLE medsched.%1$I ENABLE TRIGGER USER', c.tab, c.col)) AS s
 WHERE c.not_null;
SELECT is_empty('TABLE internal', 'without NOT NULL, no column makes an internal error');
SELECT is(pg_temp.alter_column('ALTER TABLE medsched.schedules DISABLE TRIGGER USER, ALTER rdates DROP NOT NULL; UPDATE medsched.schedules SET rdates = NULL', call),
  '23502 medsched.schedules: column "rdates" of table "medsched.schedules" must not be null'
  ' | A row has no value there. | Give the rows a value, and the column its NOT NULL back.', 'a NULL where there can be none: ' || substr(call, strpos(call, 'medsched'), 23))
  FROM calls WHERE call ~ 'upcoming|calendar_feed|explain_dose.*a11' ORDER BY call;

-- Nor does a value that the CHECKs, which an owner can drop, would have kept out.
SELECT is(pg_temp.alter_column('ALTER TABLE medsched.schedules DISABLE TRIGGER USER; UPDATE medsched.schedules SET ' || change || ' WHERE as_needed', call), error,
  change || ': ' || substr(call, strpos(call, 'medsched'), 23))
  FROM (VALUES ('max_per_24h = -1000000000', '22023: max_per_24h must be at least 1 | It is -1000000000.'),
               ('max_per_24h = 0', '22023: max_per_24h must be at least 1 | It is 0.'),
               ('min_interval = ''-1 hour''', '22023: min_interval must be above 0 and at most 366 days'),
               ('min_interval = ''100000000 years''', '22023: min_interval must be above 0 and at most 366 days')) AS t (change, error), calls
 WHERE call ~ 'next_as_needed|take_as_needed' ORDER BY change, call;

-- All as before -----------------------------------------------------------------

SELECT bag_eq('SELECT c.call, pg_temp.answer(c.call) FROM calls AS c WHERE reads IS NOT NULL', 'SELECT call, answer FROM baseline WHERE reads IS NOT NULL', 'in the same session, the answers are as before');
SELECT is(pg_postmaster_start_time(), :'started', 'and the server lives');
SELECT * FROM finish();
ROLLBACK;
