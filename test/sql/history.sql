\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(49);

\set ann '''00000000-0000-4000-8000-00000000000a'''
\set ben '''00000000-0000-4000-8000-00000000000b'''
\set daily '''00000000-0000-4000-8000-0000000000a1'''
\set bens '''00000000-0000-4000-8000-0000000000b1'''

SELECT is(pg_temp.failure(format('SELECT * FROM medsched.dose_history(%L, %L, %L)', :ann, :daily, '2026-01-01 08:00Z')),
  '42P01: table "medsched.change_history" does not exist | Have changes recorded from now on with SELECT medsched.enable_history().',
  'there is no history before it is asked for');
SELECT medsched.create_medication(:ann, 'before', '[{"starts_at": "2026-01-01 08:00", "time_zone": "UTC"}]') \g /dev/null

SELECT lives_ok('SELECT medsched.enable_history()', 'it is made');
SELECT lives_ok('SELECT medsched.enable_history()', 'once');
SELECT is_empty('TABLE medsched.change_history', 'what was there before has none');

-- What is recorded, undone and recorded otherwise.
CREATE FUNCTION pg_temp.history(person text) RETURNS TABLE (change text) LANGUAGE sql AS $$
  SELECT concat_ws(' ', h.table_name, h.operation, to_char(h.scheduled_for, 'MM-DD HH24:MI'), h.changed_by,
           'from ' || coalesce(h.before->>'outcome', h.before->>'name', h.before->>'dose_amount', h.before->>'starts_at'),
           'to ' || coalesce(h.after->>'outcome', h.after->>'name', h.after->>'dose_amount', h.after->>'starts_at'))
    FROM medsched.change_history AS h WHERE h.user_id = person::uuid ORDER BY h.id
$$;
SELECT medsched.create_medication(:ann, 'zinc', format('[{"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "Europe/Berlin",
  "rrule": "FREQ=DAILY", "dose_amount": 1, "grace": "90 minutes"}]', :daily)::jsonb) AS zinc \gset
SELECT results_eq(format('SELECT * FROM pg_temp.history(%L)', :ann), $$VALUES ('medications INSERT to zinc'), ('schedules INSERT to 1')$$,
  'a medication and its schedule');
SELECT set_config('medsched.changed_by', 'nurse 7', true) \g /dev/null
SELECT medsched.mark_dose_taken(:ann, :daily, '2026-01-02 07:00Z', '2026-01-02 07:10Z') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, :daily, '2026-01-02 07:00Z', '2026-01-02 07:20Z') \g /dev/null
SELECT set_config('medsched.changed_by', '', true) \g /dev/null
SELECT medsched.undo_dose(:ann, :daily, '2026-01-02 07:00Z') \g /dev/null
SELECT medsched.undo_dose(:ann, :daily, '2026-01-02 07:00Z') \g /dev/null
SELECT medsched.skip_dose(:ann, :daily, '2026-01-02 07:00Z', 'nausea') \g /dev/null
SELECT results_eq(format('SELECT * FROM pg_temp.history(%L) OFFSET 2', :ann), $$VALUES ('dose_taken INSERT 01-02 07:00 nurse 7 to taken'),
  ('dose_taken DELETE 01-02 07:00 from taken'), ('dose_taken INSERT 01-02 07:00 to skipped')$$, 'undoing leaves a trace; a call that changes nothing, none');
SELECT results_eq(format($$SELECT operation, changed_by, before->>'taken_at', after->>'reason' FROM medsched.dose_history(%L, %L, '2026-01-02 08:00+01')$$, :ann, :daily),
  $$VALUES ('INSERT', 'nurse 7', NULL, NULL), ('DELETE', NULL, '2026-01-02T07:10:00+00:00', NULL), ('INSERT', NULL, NULL, 'nausea')$$,
  'dose_history is one dose''s, the first first');
SELECT is_empty(format('SELECT * FROM medsched.dose_history(%L, %L, %L)', :ann, :daily, '2026-01-03 07:00Z'), 'another has none');
SELECT is_empty(format('SELECT * FROM medsched.dose_history(%L, %L, %L)', :ben, :daily, '2026-01-02 07:00Z'), 'nor has another person');
SELECT is(pg_temp.failure(format('SELECT * FROM medsched.dose_history(%L, %L, %L)', u, s, t)), e, e)
  FROM (VALUES (NULL, :daily, '2026-01-02 07:00Z', '22004: user_id must not be null'), (:ann, NULL, '2026-01-02 07:00Z', '22004: schedule_id must not be null'),
               (:ann, :daily, NULL, '22004: scheduled_for must not be null'), (:ann, :daily, 'infinity', '22023: scheduled_for must be finite')) AS t (u, s, t, e);

-- A row is as it was, to the column.
SELECT is((SELECT h.after FROM medsched.change_history AS h WHERE h.schedule_id = :daily AND h.table_name = 'schedules'),
  (SELECT to_jsonb(s) FROM medsched.schedules AS s WHERE s.id = :daily), 'all columns are kept');
SELECT results_eq('SELECT DISTINCT changed_role, transaction_id, changed_at BETWEEN now() AND clock_timestamp() FROM medsched.change_history',
  'SELECT current_user::text COLLATE "default", pg_current_xact_id()::text::bigint, true', 'with the role, the transaction and the time');
SELECT is((SELECT h.medication_id FROM medsched.change_history AS h WHERE h.table_name = 'schedules'), :'zinc'::uuid, 'a schedule names its medication');
SELECT results_eq('SELECT medication_id, schedule_id FROM medsched.change_history WHERE table_name = ''medications''', format('VALUES (%L::uuid, NULL::uuid)', :'zinc'),
  'and a medication itself');

-- The session's own spelling is not the history's.
SET TimeZone = 'Asia/Tokyo';
SET IntervalStyle = 'iso_8601';
UPDATE medsched.schedules SET instructions = 'with water', effective_from = '2026-01-01 00:00Z' WHERE id = :daily;
RESET IntervalStyle;
SET TimeZone = 'UTC';
SELECT results_eq($$SELECT before->>'grace', after->>'grace', after->>'effective_from', before->>'instructions', after->>'instructions'
  FROM medsched.change_history WHERE operation = 'UPDATE'$$,
  $$VALUES ('01:30:00', '01:30:00', '2026-01-01T00:00:00+00:00', NULL, 'with water')$$, 'values have one spelling');
UPDATE medsched.schedules SET instructions = 'with water' WHERE id = :daily;
SELECT is((SELECT count(*) FROM medsched.change_history WHERE operation = 'UPDATE'), 1::bigint, 'an UPDATE that changes nothing is none');

-- What gets another key stands under both.
SELECT medsched.mark_dose_taken(:ann, :daily, '2026-01-03 07:00Z', '2026-01-03 07:00Z') \g /dev/null
UPDATE medsched.dose_taken SET scheduled_for = '2026-01-04 07:00Z' WHERE scheduled_for = '2026-01-03 07:00Z';
SELECT results_eq(format('SELECT operation, before IS NULL, after IS NULL FROM medsched.dose_history(%L, %L, %L)', :ann, :daily, '2026-01-03 07:00Z'),
  $$VALUES ('INSERT', true, false), ('UPDATE', false, true)$$, 'a dose that becomes another leaves the one');
SELECT results_eq(format('SELECT operation, before IS NULL, after->>''scheduled_for'' FROM medsched.dose_history(%L, %L, %L)', :ann, :daily, '2026-01-04 07:00Z'),
  $$VALUES ('UPDATE', true, '2026-01-04T07:00:00+00:00')$$, 'and comes to the other');
INSERT INTO medsched.medications (user_id, id, name) VALUES (:ann, :bens, 'a gift');
UPDATE medsched.medications SET user_id = :ben, name = 'a present' WHERE id = :bens;
SELECT results_eq(format('SELECT * FROM pg_temp.history(%L)', :ben), $$VALUES ('medications UPDATE to a present')$$, 'nothing of one person');
SELECT results_eq(format('SELECT * FROM pg_temp.history(%L) AS h WHERE h ~ ''gift|present''', :ann),
  $$VALUES ('medications INSERT to a gift'), ('medications UPDATE from a gift')$$, 'is put under another');
INSERT INTO medsched.schedules (user_id, medication_id, id, starts_at, time_zone) VALUES (:ben, :bens, :bens, '2026-01-01 08:00', 'UTC');

-- What is undone by the transaction leaves none.
SAVEPOINT before;
SELECT medsched.inactivate_medication(:ben, :bens, '2026-02-01Z') \g /dev/null
SELECT is((SELECT h.after->>'inactivated_at' FROM medsched.change_history AS h WHERE h.user_id = :ben AND h.operation = 'UPDATE' AND h.before IS NOT NULL),
  '2026-02-01T00:00:00+00:00', 'an inactivation');
ROLLBACK TO before;
SELECT is((SELECT count(*) FROM medsched.change_history AS h WHERE h.user_id = :ben), 2::bigint, 'that is rolled back was none');

-- Nobody changes it.
SELECT is(pg_temp.failure(sql), '23001 medsched.change_history.change_history_not_changed: rows of table "change_history" cannot be changed or deleted'
  ' | The history of changes is kept as it was written. | To delete everything of a person, their history too, call medsched.erase_user().', sql)
  FROM (VALUES ('UPDATE medsched.change_history SET changed_by = ''somebody'''), ('DELETE FROM medsched.change_history')) AS t (sql);
SELECT is(pg_temp.failure('TRUNCATE medsched.change_history'), '23001 medsched.change_history.change_history_not_truncated: table "change_history" cannot be truncated'
  ' | The history of changes is kept as it was written. | To delete everything of a person, their history too, call medsched.erase_user().', 'nor is it truncated');
SELECT alike(pg_temp.failure(format($$SELECT set_config('medsched.changed_by', repeat('x', 1001), true), medsched.undo_dose(%L, %L, '2026-01-02 07:00Z')$$, :ann, :daily)),
  '23514 medsched.change_history.change_history_changed_by_length: new row for relation "change_history" violates check constraint "change_history_changed_by_length"%',
  'who changes has a name of at most 1000 characters');
SELECT set_config('medsched.changed_by', repeat('x', 1000), true) \g /dev/null
SELECT lives_ok(format('SELECT medsched.undo_dose(%L, %L, %L)', :ann, :daily, '2026-01-02 07:00Z'), 'and of that many');
SELECT set_config('medsched.changed_by', '', true) \g /dev/null

-- An application's role: it needs no right to the history, and gets no say in it.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
CREATE ROLE history_app;
GRANT history_app TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO history_app;
GRANT SELECT, INSERT, DELETE ON medsched.medications, medsched.schedules, medsched.dose_taken TO history_app;
CREATE FUNCTION pg_temp.as_app(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text := 'done';
BEGIN
  SET LOCAL ROLE history_app;
  BEGIN
    EXECUTE sql;
  EXCEPTION WHEN OTHERS THEN
    said := SQLSTATE || ': ' || SQLERRM;
  END;
  RESET ROLE;
  RETURN said;
END
$$;
SELECT is(pg_temp.as_app(format($$SELECT medsched.mark_dose_taken(%L, %L, '2026-01-05 07:00Z')$$, :ann, :daily)), 'done', 'it records a dose');
SELECT is((SELECT h.changed_role FROM medsched.change_history AS h WHERE h.scheduled_for = '2026-01-05 07:00Z'), 'history_app', 'which is recorded as its doing');
SELECT is(pg_temp.as_app(sql), said, said) FROM (VALUES
  ('SELECT count(*) FROM medsched.change_history', '42501: permission denied for table change_history'),
  (format('SELECT * FROM medsched.dose_history(%L, %L, %L)', :ann, :daily, '2026-01-05 07:00Z'), '42501: permission denied for table change_history'),
  ('CREATE TEMPORARY TABLE mine (user_id uuid); CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION medsched.record_change(''dose_taken'')',
   '42501: permission denied for function medsched.record_change'),
  ('SELECT medsched.enable_history()', '42501: must be owner of table medsched.change_history')) AS t (sql, said);
GRANT SELECT, INSERT, UPDATE, DELETE ON medsched.change_history TO history_app;
SELECT is(pg_temp.as_app($$INSERT INTO medsched.change_history (user_id, changed_at, table_name, operation, changed_role, transaction_id)
  VALUES (gen_random_uuid(), now(), 'dose_taken', 'DELETE', 'somebody else', 1)$$),
  '42501: rows of table "change_history" are added by triggers alone', 'with every right it adds no row');
SELECT is(pg_temp.as_app('DELETE FROM medsched.change_history'), '23001: rows of table "change_history" cannot be changed or deleted', 'nor takes one away');
SELECT is(pg_temp.as_app(format('SELECT * FROM medsched.dose_history(%L, %L, %L)', :ann, :daily, '2026-01-05 07:00Z')), 'done', 'but reads them');

-- Erasing empties a person's, and adds nothing.
SELECT is(pg_temp.as_app(format('SELECT medsched.erase_user(%L)', :ann)), 'done', 'who erases a person');
SELECT is_empty(format('SELECT FROM medsched.change_history WHERE user_id = %L', :ann), 'erases their history');
SELECT is((SELECT count(*) FROM medsched.change_history AS h WHERE h.user_id = :ben), 2::bigint, 'and nobody else''s');
SELECT is(pg_temp.failure('DELETE FROM medsched.change_history'), '23001 medsched.change_history.change_history_not_changed: rows of table "change_history" cannot be changed or deleted'
  ' | The history of changes is kept as it was written. | To delete everything of a person, their history too, call medsched.erase_user().', 'the way is closed behind it');
SELECT medsched.create_medication(:ben, 'later', '[{"starts_at": "2026-01-01 08:00", "time_zone": "UTC"}]') \g /dev/null

-- A trigger that is missing is added, by create_tables() as well.
SET CONSTRAINTS ALL IMMEDIATE;
DROP TRIGGER record_change ON medsched.dose_taken;
SELECT lives_ok('SELECT medsched.create_tables()', 'create_tables()');
SELECT has_trigger('medsched', 'dose_taken', 'record_change', 'adds what is missing');
-- A partition's row is its table's.
ALTER TABLE medsched.dose_taken RENAME TO dose_taken_before;
ALTER TABLE medsched.dose_taken_before RENAME CONSTRAINT dose_taken_pkey TO dose_taken_before_pkey;
CREATE TABLE medsched.dose_taken (LIKE medsched.dose_taken_before INCLUDING ALL EXCLUDING INDEXES,
  CONSTRAINT dose_taken_pkey PRIMARY KEY (user_id, scheduled_for, schedule_id), FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules)
  PARTITION BY RANGE (scheduled_for);
CREATE TABLE medsched.dose_taken_all PARTITION OF medsched.dose_taken FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
DROP TABLE medsched.dose_taken_before;
SELECT medsched.create_tables() \g /dev/null
SELECT medsched.mark_dose_taken(:ben, :bens, '2026-01-01 08:00Z') \g /dev/null
SELECT medsched.undo_dose(:ben, :bens, '2026-01-01 08:00Z') \g /dev/null
SELECT results_eq(format('SELECT operation FROM medsched.dose_history(%L, %L, %L)', :ben, :bens, '2026-01-01 08:00Z'), $$VALUES ('INSERT'), ('DELETE')$$,
  'a partition''s changes are its table''s');
-- To stop it.
DROP FUNCTION medsched.record_change() CASCADE;
DROP TABLE medsched.change_history;
SELECT lives_ok(format('SELECT medsched.create_tables(), medsched.mark_dose_taken(%L, %L, %L)', :ben, :bens, '2026-01-01 08:00Z'), 'without the table there is none');
SELECT hasnt_trigger('medsched', 'dose_taken', 'record_change', 'nor a trigger');
CREATE VIEW medsched.change_history AS SELECT 1 AS id;
SELECT is(pg_temp.failure('SELECT medsched.enable_history()'),
  '42809: "medsched.change_history" is not a table | Rename it or drop it, then call medsched.enable_history() again.', 'a view in its place is refused');

SELECT * FROM finish();
ROLLBACK;
