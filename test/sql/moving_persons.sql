\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(134);

\set ann '''00000000-0000-4000-8000-00000000000a'''
\set ben '''00000000-0000-4000-8000-00000000000b'''
\set zoe '''00000000-0000-4000-8000-00000000000c'''
\set daily '''00000000-0000-4000-8000-0000000000a1'''
\set ended '''00000000-0000-4000-8000-0000000000a2'''
\set idle '''00000000-0000-4000-8000-0000000000a3'''
\set needed '''00000000-0000-4000-8000-0000000000a4'''
\set amounts '''00000000-0000-4000-8000-0000000000a5'''
\set counted '''00000000-0000-4000-8000-0000000000a6'''
\set moving '''00000000-0000-4000-8000-0000000000a7'''
\set following '''00000000-0000-4000-8000-0000000000a8'''

-- A person who has rows of every kind; among them what today's rules would not let in.
SELECT medsched.enable_history() \g /dev/null
SELECT set_config('medsched.changed_by', 'nurse 7', true) \g /dev/null
INSERT INTO medsched.person_settings (user_id, day_begins_at) VALUES (:ann, '04:00');

SELECT medsched.enable_reminders() \g /dev/null
INSERT INTO medsched.routines (user_id, event, day_of_week, effective_from, at) SELECT :ann, 'CM', d, '2026-01-01Z', '07:30' FROM generate_series(1, 7) AS d;

-- A schedule that was revised, the doses of both; a taper.
SELECT medsched.create_medication(:ann, 'zinc', format('[{"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "Europe/Berlin",
  "rrule": "FREQ=DAILY", "dose_amount": 1.50, "dose_unit": "mg", "grace": "90 minutes"}]', :daily)::jsonb) AS zinc \gset
SELECT medsched.mark_dose_taken(:ann, :daily, '2026-01-02 07:00Z', '2026-01-02 07:10:00.123456Z', 'ben', 2.0, 'with "milk"') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, :daily, '2026-01-03 07:00Z', '2026-01-03 07:10Z') \g /dev/null
SELECT medsched.undo_dose(:ann, :daily, '2026-01-03 07:00Z') \g /dev/null
SELECT medsched.skip_dose(:ann, :daily, '2026-01-03 07:00Z', 'nausea') \g /dev/null
SELECT medsched.revise_schedule(:ann, :daily, '2026-01-10Z', '{"rrule": "FREQ=DAILY;BYHOUR=8,20"}') AS revised \gset
SELECT medsched.mark_dose_taken(:ann, :'revised', '2026-01-10 19:00Z', '2026-01-10 19:10Z') \g /dev/null
SELECT medsched.create_medication(:ann, 'prednisone', medsched.schedule_from_taper('[{"amount": 40, "days": 5}, {"amount": 20}]', '2026-01-01', 'UTC')) AS taper \gset
SELECT medsched.inactivate_medication(:ann, :'taper', '2026-02-01Z') \g /dev/null
-- An extra dose, at whose time the schedule got one later.
SELECT medsched.record_extra_dose(:ann, :'revised', '2026-01-11 08:00Z', reason => 'forgot') \g /dev/null
UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;BYHOUR=8,9,20' WHERE id = :'revised';
-- One that ended before its first dose; one whose exdate left out a dose before its rule changed, and whose rdate is past its end.
SELECT medsched.create_medication(:ann, 'iron', format('[{"id": "%s", "starts_at": "2030-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"},
  {"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "exdates": ["2026-01-05 08:00"], "rdates": ["2026-03-01 12:00"]}]',
  :ended, :idle)::jsonb) AS iron \gset
UPDATE medsched.schedules SET ends_at = '2027-01-01Z' WHERE id = :ended;
UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;BYHOUR=10', ends_at = '2026-02-01Z' WHERE id = :idle;
-- As needed, beyond limits that were set later; and in spite of those that were there.
SELECT medsched.create_medication(:ann, 'ibuprofen', format('[{"id": "%s", "starts_at": "2026-01-01 00:00", "time_zone": "UTC", "as_needed": true,
  "dose_amount": 400, "dose_unit": "mg"}]', :needed)::jsonb) \g /dev/null
SELECT medsched.take_as_needed(:ann, :needed, '2026-01-02 08:00Z'), medsched.take_as_needed(:ann, :needed, '2026-01-02 08:30Z') \g /dev/null
UPDATE medsched.schedules SET min_interval = '6 hours', max_per_24h = 1, limits = '[{"amount": 400, "within": "24 hours"}]' WHERE id = :needed;
SELECT medsched.take_as_needed(:ann, :needed, '2026-01-02 09:00Z', despite_limits => 'pain') \g /dev/null
SELECT medsched.create_medication(:ann, 'paracetamol', format('[{"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8,9",
  "dose_amount": 1, "dose_unit": "tablet"}]', :amounts)::jsonb, substance => 'paracetamol', substance_amount => 500, substance_unit => 'mg') AS paracetamol \gset
SELECT medsched.mark_dose_taken(:ann, :amounts, '2026-01-02 08:00Z'), medsched.mark_dose_taken(:ann, :amounts, '2026-01-02 09:00Z') \g /dev/null
SELECT medsched.set_substance_limits(:ann, 'Paracetamol', '[{"amount": 500, "days": 1}]', 'mg', '4 hours', 'UTC') \g /dev/null
SELECT medsched.record_stock_entry(:ann, :'paracetamol', 'dispensed', 30, 'tablet', '2026-01-01Z', 30, entry_id => '00000000-0000-4000-8000-0000000000e1') \g /dev/null
-- Counted from the last dose: the time of one was corrected, and the one before it taken back.
SELECT medsched.create_medication(:ann, 'semaglutide', format('[{"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "after_last": "5 days"}]', :counted)::jsonb) \g /dev/null
SELECT medsched.mark_dose_taken(:ann, :counted, '2026-01-01 08:00Z', '2026-01-01 09:00Z') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, :counted, '2026-01-06 09:00Z', '2026-01-07 09:00Z') \g /dev/null
UPDATE medsched.dose_taken SET taken_at = '2026-01-08 10:00Z' WHERE schedule_id = :counted AND scheduled_for = '2026-01-06 09:00Z';
SELECT medsched.mark_dose_taken(:ann, :counted, '2026-01-12 09:00Z', '2026-01-13 10:00Z') \g /dev/null
DELETE FROM medsched.dose_taken WHERE schedule_id = :counted AND scheduled_for = '2026-01-06 09:00Z';
-- Doses moved: one that was recorded, one whose schedule has none there now, and one onto a time at which it has one now.
SELECT medsched.create_medication(:ann, 'ramipril', format('[{"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]', :moving)::jsonb) \g /dev/null
SELECT medsched.move_dose(:ann, :moving, '2026-01-02 08:00Z', '2026-01-02 10:00Z', 'travel', 'ben'),
       medsched.move_dose(:ann, :moving, '2026-01-03 08:00Z', '2026-01-03 11:00Z'), medsched.move_dose(:ann, :moving, '2026-01-04 08:00Z', '2026-01-04 12:00Z') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, :moving, '2026-01-02 08:00Z', '2026-01-02 10:05Z') \g /dev/null
UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;BYHOUR=8,12', exdates = '{2026-01-03 08:00}' WHERE id = :moving;
-- One that follows another; reminders.
SELECT medsched.create_medication(:ann, 'potassium', format('[{"id": "%s", "starts_at": "2026-01-01 08:00", "time_zone": "UTC", "follows": "%s", "follows_by": "2 hours"}]', :following, :moving)::jsonb) \g /dev/null
SELECT medsched.mark_dose_taken(:ann, d.schedule_id, d.scheduled_for, d.due_at) FROM medsched.upcoming_doses(:ann, '2026-01-05Z', '2026-01-06Z') AS d WHERE d.schedule_id = :following ORDER BY d.due_at LIMIT 1 \g /dev/null
INSERT INTO medsched.reminder_rules (user_id, schedule_id, ahead_by) VALUES (:ann, NULL, '10 minutes'), (:ann, :daily, '1 hour');
INSERT INTO medsched.reminder_snoozes (user_id, schedule_id, scheduled_for, until) VALUES (:ann, :moving, '2026-01-05 08:00Z', '2026-01-05 08:30Z');
INSERT INTO medsched.reminder_queue (user_id, schedule_id, look_at) VALUES (:ann, :moving, '2026-01-06 08:00Z');
INSERT INTO medsched.stock_reminder_rules (user_id, medication_id, low_doses) SELECT m.user_id, m.id, 3 FROM medsched.medications AS m WHERE m.user_id = :ann AND m.name = 'potassium';
INSERT INTO medsched.stock_reminder_queue (user_id, medication_id, look_at, said_at, kind, nth)
SELECT m.user_id, m.id, '2026-01-06 09:00Z', '2026-01-05 09:00Z', 'refill', 2 FROM medsched.medications AS m WHERE m.user_id = :ann AND m.name = 'potassium';
INSERT INTO medsched.reminders_held (token, user_id, schedule_id, event, lease_ends_at, said_at, said_dose, kind, nth, attempt)
VALUES ('00000000-0000-4000-8000-0000000000f1', :ann, :daily, '', '2026-01-06 07:01Z', '2026-01-06 07:00Z', '2026-01-06 07:00Z', 'due', 0, 1);
INSERT INTO medsched.reminders_dropped (user_id, schedule_id, dropped_at, doses, reason) VALUES (:ann, :daily, '2026-01-06 09:00Z', 2, 'late');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT set_config('medsched.changed_by', '', true) \g /dev/null

-- Ben has what he has throughout.
SELECT medsched.create_medication(:ben, 'zinc', '[{"starts_at": "2026-01-01 08:00", "time_zone": "UTC"}]') \g /dev/null
SELECT medsched.export_user(:ben) AS bens \gset

-- The document.
SELECT medsched.export_user(:ann) AS doc \gset
SELECT is((:'doc'::jsonb) - ARRAY(SELECT t.name FROM medsched._person_tables() AS t),
  jsonb_build_object('format', 'medsched.person', 'version', 1, 'medsched', medsched.version(), 'user_id', :ann), 'a document says what it is, and whose');
SELECT set_eq(format('SELECT jsonb_object_keys(%L::jsonb - %L::text[])', :'doc', '{format,version,medsched,user_id}'),
  $$SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'user_id'
     WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT LIKE '|_%' ESCAPE '|'
       AND c.relname <> 'reminder_fill'$$,
  'every table that has a user_id is in it, but for how far the queue is filled');
SELECT is_empty(format('SELECT k.key FROM jsonb_each(%L::jsonb - %L::text[]) AS k WHERE k.value = ''[]''', :'doc', '{format,version,medsched,user_id}'),
  'and this test has rows of every one: a new table needs some here');
SELECT is_empty(format($$SELECT k.key, a.attname FROM jsonb_each(%L::jsonb - %L::text[]) AS k
     JOIN pg_attribute AS a ON a.attrelid = format('medsched.%%I', k.key)::regclass AND a.attnum > 0 AND NOT a.attisdropped
    WHERE a.attname <> 'user_id' AND a.attidentity = '' AND NOT k.value->0 ? a.attname::text
      AND NOT (k.key = 'reminder_queue' AND a.attname IN ('next_at', 'medication_id', 'medication_name', 'dose_amount', 'dose_unit', 'instructions', 'time_zone'))$$, :'doc', '{format,version,medsched,user_id}'),
  'with every column, but for what is known of what is to be said');
SELECT is((SELECT e FROM jsonb_array_elements((:'doc'::jsonb)->'dose_taken') AS e WHERE e->>'scheduled_for' = '2026-01-02T07:00:00+00:00'),
  jsonb_build_object('schedule_id', :daily, 'scheduled_for', '2026-01-02T07:00:00+00:00', 'outcome', 'taken', 'taken_at', '2026-01-02T07:10:00.123456+00:00',
    'amount', 2.0, 'reason', NULL, 'note', 'with "milk"', 'recorded_by', 'ben', 'recorded_at', now(), 'despite_limits', NULL, 'next_dose_id', NULL),
  'a row is all its columns but the user');
SELECT is((:'doc'::jsonb)->'schedules'->0->>'grace', 'PT1H30M', 'an interval is as ISO 8601 has it') WHERE (:'doc'::jsonb)->'schedules'->0->>'id' = :daily;

-- The session's own spelling is not the document's.
SET TimeZone = 'Asia/Tokyo';
SET IntervalStyle = 'sql_standard';
SET DateStyle = 'German';
SET extra_float_digits = -3;
SELECT is(medsched.export_user(:ann)::text, :'doc', 'it is the same whatever the session''s settings are');

-- There and back, in the same session's spelling.
SELECT is(pg_temp.failure(format('SELECT * FROM medsched.import_user(%L)', :'doc')),
  '23505 medsched.change_history.user_is_new: user "00000000-0000-4000-8000-00000000000a" is here already | There are rows in "medsched.change_history". | '
  'A person is imported whole. If this is an old copy of them, call medsched.erase_user() first.', 'who is here is not imported over');
CREATE TEMPORARY TABLE before AS
  SELECT d.* FROM medsched.upcoming_doses(:ann, '2026-01-01Z', '2026-02-01Z') AS d;
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
SET TimeZone = 'UTC';
CREATE TEMPORARY TABLE wrong_before AS SELECT * FROM medsched.check_integrity();
SET TimeZone = 'Asia/Tokyo';
SET IntervalStyle = 'sql_standard';
SET DateStyle = 'German';
SELECT isnt_empty('TABLE wrong_before', 'rules were broken that did not hold then');
SELECT medsched.erase_user(:ann) \g /dev/null
SELECT is(medsched.export_user(:ann) - '{format,version,medsched,user_id}'::text[],
  (SELECT jsonb_object_agg(t.name, '[]'::jsonb) FROM medsched._person_tables() AS t), 'who is erased has an empty document');
SELECT results_eq(format('SELECT * FROM medsched.import_user(%L)', :'doc'),
  format('VALUES (%L::uuid, %s::bigint, %s::bigint, %s::bigint)', :ann, jsonb_array_length((:'doc'::jsonb)->'medications'),
         jsonb_array_length((:'doc'::jsonb)->'schedules'), jsonb_array_length((:'doc'::jsonb)->'dose_taken')), 'everything comes in, whatever rules came since');
-- The queue's triggers have noted what came, too.
SELECT is((medsched.export_user(:ann) - 'reminder_changes')::text, ((:'doc'::jsonb) - 'reminder_changes')::text, 'and is the same, to the byte');
SELECT is_empty(format($$SELECT c FROM jsonb_array_elements(%L::jsonb->'reminder_changes') AS c EXCEPT SELECT c FROM jsonb_array_elements(medsched.export_user(%L)->'reminder_changes') AS c$$, :'doc', :ann),
  'and what was not looked at for reminders yet is still to be');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'at commit, too');
SET CONSTRAINTS ALL DEFERRED;
SET TimeZone = 'UTC';
SET IntervalStyle = 'postgres';
SET DateStyle = 'ISO, YMD';
RESET extra_float_digits;
SELECT set_eq('SELECT d.* FROM medsched.upcoming_doses(''00000000-0000-4000-8000-00000000000a'', ''2026-01-01Z'', ''2026-02-01Z'') AS d', 'TABLE before', 'her doses are as they were');
SELECT set_eq('SELECT * FROM medsched.check_integrity()', 'TABLE wrong_before', 'what breaks a rule did so before');
SELECT is(medsched.export_user(:ben)::text, :'bens', 'others'' rows are as they were');
SELECT results_eq(format('SELECT h.operation FROM medsched.dose_history(%L, %L, %L) AS h', :ann, :daily, '2026-01-03 07:00Z'),
  $$VALUES ('INSERT'), ('DELETE'), ('INSERT')$$, 'the history is in its order');
SELECT medsched.undo_dose(:ann, :daily, '2026-01-03 07:00Z') \g /dev/null
SELECT results_eq(format('SELECT h.operation, h.changed_by FROM medsched.dose_history(%L, %L, %L) AS h', :ann, :daily, '2026-01-03 07:00Z'),
  $$VALUES ('INSERT', 'nurse 7'), ('DELETE', 'nurse 7'), ('INSERT', 'nurse 7'), ('DELETE', NULL)$$, 'and goes on after it');

-- The rules that do not let in what was right once hold on as soon as it is over.
SELECT matches(pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L)', :ann, :needed, '2026-01-02 10:00Z')), '^23514 medsched.dose_taken.as_needed_min_interval: ',
  'limits hold after an import');
SELECT matches(pg_temp.failure(format('INSERT INTO medsched.moved_doses (user_id, schedule_id, scheduled_for, due_at) VALUES (%L, %L, %L, %L)', :ann, :daily, '2026-01-02 07:00Z', '2026-01-02 09:00Z')),
  '^23514 medsched.moved_doses.moved_dose_not_recorded: ', 'as others do');
SELECT isnt((SELECT count(*) FROM medsched.change_history AS h WHERE h.user_id = :ann AND h.operation = 'DELETE'), 0::bigint, 'and changes are recorded');

-- What came up before the move, and nobody had claimed by then, is said after it: the first dose of a schedule that was new, and one
-- that was undone.
\set eve '''00000000-0000-4000-8000-00000000000e'''
\set new '''00000000-0000-4000-8000-0000000000b1'''
CREATE FUNCTION pg_temp.said(at timestamptz) RETURNS text LANGUAGE sql AS $$
  WITH claimed AS MATERIALIZED (SELECT r.* FROM medsched._claim_reminders(100, '1 minute', 'test', at) AS r),
  completed AS MATERIALIZED (SELECT medsched.complete_reminder(c.token) FROM claimed AS c)
  SELECT string_agg(concat_ws(' ', c.kind, to_char(c.due_at, 'MM-DD HH24:MI')), ', ') FROM claimed AS c, (SELECT count(*) FROM completed) AS done
   WHERE c.user_id = '00000000-0000-4000-8000-00000000000e'
$$;
CREATE FUNCTION pg_temp.move(person uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  document CONSTANT jsonb := medsched.export_user(person);
BEGIN
  PERFORM medsched.erase_user(person);
  PERFORM medsched.import_user(document);
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED;
END
$$;
SELECT medsched.create_medication(:eve, 'zinc', format('[{"id": "%s", "starts_at": "2025-05-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]', :new)::jsonb) \g /dev/null
UPDATE medsched.reminder_changes AS c SET since = '2025-05-01 07:00Z' WHERE c.user_id = :eve;
SELECT pg_temp.move(:eve) \g /dev/null
SELECT is(pg_temp.said('2025-05-01 08:10Z'), 'due 05-01 08:00', 'what was due before a move is said after it');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at) VALUES (:eve, :new, '2025-05-02 08:00Z', '2025-05-02 07:50Z', '2025-05-02 07:50Z');
SELECT is(pg_temp.said('2025-05-02 08:00Z'), NULL, 'one is recorded when its time comes');
SELECT medsched.undo_dose(:eve, :new, '2025-05-02 08:00Z') \g /dev/null
UPDATE medsched.reminder_changes AS c SET since = '2025-05-02 08:10Z' WHERE c.user_id = :eve;
SELECT pg_temp.move(:eve) \g /dev/null
SELECT is(pg_temp.said('2025-05-02 08:20Z'), 'due 05-02 08:00', 'undone before a move, it is said after it');
SELECT is(pg_temp.said('2025-05-02 08:21Z'), NULL, 'once');
SELECT medsched.erase_user(:eve) \g /dev/null

-- Who has nothing can be moved, too.
SELECT results_eq(format('SELECT * FROM medsched.import_user(medsched.export_user(%L))', :zoe), format('VALUES (%L::uuid, 0::bigint, 0::bigint, 0::bigint)', :zoe), 'nothing is nothing');

-- What is no such document.  Zoe has one of each; change(path, value) is her document with one thing changed.
CREATE TEMPORARY TABLE zoes (document jsonb);
INSERT INTO medsched.medications (user_id, id, name) VALUES (:zoe, '00000000-0000-4000-8000-0000000000c0', 'zinc');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  (:zoe, '00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-0000000000c0', '2026-01-01 08:00', 'UTC', 'FREQ=DAILY'),
  (:zoe, '00000000-0000-4000-8000-0000000000c2', '00000000-0000-4000-8000-0000000000c0', '2026-01-01 20:00', 'UTC', 'FREQ=DAILY');
SELECT medsched.mark_dose_taken(:zoe, '00000000-0000-4000-8000-0000000000c1', '2026-01-02 08:00Z', '2026-01-02 08:10Z'),
       medsched.mark_dose_taken(:zoe, '00000000-0000-4000-8000-0000000000c1', '2026-01-03 08:00Z', '2026-01-03 08:10Z') \g /dev/null
INSERT INTO zoes SELECT jsonb_set(medsched.export_user(:zoe), '{change_history}', '[]');
SELECT medsched.erase_user(:zoe) \g /dev/null
CREATE FUNCTION pg_temp.change(path text[], value text) RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT * FROM medsched.import_user(%L)',
           CASE WHEN value IS NULL THEN z.document #- path ELSE jsonb_set(z.document, path, value::jsonb) END) FROM zoes AS z
$$;
SELECT is(pg_temp.failure('SELECT * FROM medsched.import_user(NULL)'), '22004: document must not be null', 'no document');
SELECT is(pg_temp.failure('SELECT medsched.export_user(NULL)'), '22004: user_id must not be null', 'nobody');
SELECT is(pg_temp.failure(format('SELECT * FROM medsched.import_user(%L)', d)), '22023 medsched.document_of_user: invalid document: $.format must be "medsched.person" | '
  'Pass the document that medsched.export_user() returned.', 'no document: ' || d)
  FROM unnest('{"null","[]","1","{}","[{\"format\": \"medsched.person\"}]","{\"format\": 1}"}'::text[]) AS d;
SELECT is(replace(pg_temp.failure(pg_temp.change(path::text[], value)), ' | Pass the document that medsched.export_user() returned.', ''), error, concat(path, ' = ', left(value, 60)))
  FROM (VALUES
    ('{version}', NULL, '22023 medsched.document_of_user: invalid document: $.version must be a number'),
    ('{version}', '"1"', '22023 medsched.document_of_user: invalid document: $.version must be a number'),
    ('{version}', '2', '0A000 medsched.document_of_user: invalid document: $.version 2 is not supported | This version of medsched reads version 1: update medsched here, or export with an earlier one.'),
    ('{version}', '1.5', '0A000 medsched.document_of_user: invalid document: $.version 1.5 is not supported | This version of medsched reads version 1: update medsched here, or export with an earlier one.'),
    ('{medsched}', NULL, '22023 medsched.document_of_user: invalid document: $.medsched must be the version of medsched that wrote it'),
    ('{user_id}', NULL, '22023 medsched.document_of_user: invalid document: $.user_id must be a uuid in lower case'),
    ('{user_id}', '"zoe"', '22023 medsched.document_of_user: invalid document: $.user_id must be a uuid in lower case'),
    ('{user_id}', '["00000000-0000-4000-8000-00000000000c"]', '22023 medsched.document_of_user: invalid document: $.user_id must be a uuid in lower case'),
    -- Tables.
    ('{dose_taken}', NULL, '22023 medsched.document_of_user: invalid document: $ lacks "dose_taken"'),
    ('{dose_taken}', 'null', '22023 medsched.document_of_user: invalid document: $.dose_taken must be an array'),
    ('{dose_taken}', '{}', '22023 medsched.document_of_user: invalid document: $.dose_taken must be an array'),
    ('{dose_taken,1}', 'null', '22023 medsched.document_of_user: invalid document: $.dose_taken[1] must be an object'),
    ('{pills}', '3', '22023 medsched.document_of_user: invalid document: $.pills is not recognized'),
    ('{pills}', '[{"a": 1}]', '42P01 medsched.document_of_user: invalid document: $.pills has rows of a table that is not here | Update medsched here, and call medsched.create_tables(); for reminders, call medsched.enable_reminders().'),
    -- Columns.
    ('{schedules,1,colour}', '"red"', '42703 medsched.document_of_user: invalid document: $.schedules[1].colour is no column of table "medsched.schedules" that is written | '
       'Where it is a column of the application''s, add it to the table; else take the key out of the document.'),
    ('{schedules,0,user_id}', '"00000000-0000-4000-8000-00000000000b"', '42703 medsched.document_of_user: invalid document: $.schedules[0].user_id is no column of table "medsched.schedules" that is written | '
       'Where it is a column of the application''s, add it to the table; else take the key out of the document.'),
    ('{schedules,1,ends_at}', NULL, '22023 medsched.document_of_user: invalid document: $.schedules[1] lacks "ends_at" | '
       'Each row has all columns of its table. Where it is a column that the application added to this table alone, add it to the rows.'),
    -- Values of another type, or another spelling.
    ('{medications,0,name}', '5', '22023 medsched.document_of_user: invalid document: $.medications[0].name is 5, which is written "5"'),
    ('{medications,0,notes}', '{"a": 1}', '22023 medsched.document_of_user: invalid document: $.medications[0].notes is {"a": 1}, which is written "{\"a\": 1}"'),
    ('{dose_taken,1,taken_at}', '"2026-01-03 08:10"', '22023 medsched.document_of_user: invalid document: $.dose_taken[1].taken_at is "2026-01-03 08:10", which is written "2026-01-03T08:10:00+00:00"'),
    ('{dose_taken,1,taken_at}', '"tomorrow noon"', '22007 medsched.document_of_user: invalid document: $.dose_taken[1].taken_at is "tomorrow noon": invalid input syntax for type timestamp with time zone: "tomorrow noon"'),
    ('{dose_taken,0,schedule_id}', '"v1:MDAwMDAwMDA"', '22P02 medsched.document_of_user: invalid document: $.dose_taken[0].schedule_id is "v1:MDAwMDAwMDA": invalid input syntax for type uuid: "v1:MDAwMDAwMDA"'),
    ('{dose_taken,0,schedule_id}', '["00000000-0000-4000-8000-0000000000c1"]', '22P02 medsched.document_of_user: invalid document: $.dose_taken[0].schedule_id is ["00000000-0000-4000-8000-0000000000c1"]: invalid input syntax for type uuid: "["00000000-0000-4000-8000-0000000000c1"]"'),
    ('{schedules,0,max_per_24h}', '1e30', '22003 medsched.document_of_user: invalid document: $.schedules[0].max_per_24h is 1000000000000000000000000000000: value "1000000000000000000000000000000" is out of range for type integer'),
    ('{schedules,0,max_per_24h}', '1.5', '22P02 medsched.document_of_user: invalid document: $.schedules[0].max_per_24h is 1.5: invalid input syntax for type integer: "1.5"'),
    ('{schedules,0,as_needed}', '"true"', '22023 medsched.document_of_user: invalid document: $.schedules[0].as_needed is "true", which is written true'),
    ('{schedules,0,rdates}', '"{}"', '22023 medsched.document_of_user: invalid document: $.schedules[0].rdates is "{}", which is written []'),
    ('{schedules,0,grace}', '"1 hour"', '22023 medsched.document_of_user: invalid document: $.schedules[0].grace is "1 hour", which is written "PT1H"'),
    ('{schedules,0,time_zone}', '"Mars/Olympus"', '22023 medsched.document_of_user: invalid document: $.schedules[0].time_zone is "Mars/Olympus": time zone "Mars/Olympus" is not known'),
    ('{schedules,0,rrule}', '"FREQ=OFTEN"', '22023 medsched.document_of_user: invalid document: $.schedules[0].rrule is "FREQ=OFTEN": invalid recurrence rule: FREQ value "OFTEN" is not valid')
  ) AS t (path, value, error);
-- The queue of reminders: rows that no worker can have written.  Ben has a reminder of each kind that is held.
INSERT INTO medsched.reminders_held (token, user_id, schedule_id, event, lease_ends_at, said_at, said_dose, kind, nth, attempt)
SELECT '00000000-0000-4000-8000-0000000000d1', s.user_id, s.id, '', '2026-01-06 08:01Z', '2026-01-06 08:00Z', '2026-01-06 08:00Z', 'due', 0, 1 FROM medsched.schedules AS s WHERE s.user_id = :ben;
INSERT INTO medsched.stock_reminder_queue (user_id, medication_id, look_at, next_at, said_at, kind, nth, attempt, token)
SELECT m.user_id, m.id, '2026-01-06 09:01Z', '2026-01-07 09:00Z', '2026-01-06 09:00Z', 'stock', 0, 1, '00000000-0000-4000-8000-0000000000d2' FROM medsched.medications AS m WHERE m.user_id = :ben;
CREATE FUNCTION pg_temp.change_row(table_name text, changed jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.change(ARRAY[table_name], jsonb_build_array(t.document_row || changed)::text)
    FROM (VALUES
      ('reminder_changes', '{"schedule_id": "00000000-0000-4000-8000-0000000000c1", "since": "2026-01-04T00:00:00+00:00", "scheduled_for": null, "recorded_at": null, "texts_only": false}'::jsonb),
      ('reminder_queue', '{"schedule_id": "00000000-0000-4000-8000-0000000000c1", "event": "", "look_at": "2026-01-04T08:00:00+00:00", "looks_from": null, "until": null, "said_at": null, "said_from": null,
        "said_dose": null, "kind": null, "nth": null, "attempt": 0, "unfinished": false, "worker": null, "error": null}'),
      ('reminders_held', '{"schedule_id": "00000000-0000-4000-8000-0000000000c1", "event": "", "token": "00000000-0000-4000-8000-0000000000e1", "lease_ends_at": "2026-01-04T08:01:00+00:00",
        "next_at": "2026-01-05T08:00:00+00:00", "said_at": "2026-01-04T08:00:00+00:00", "said_from": null,
        "said_dose": "2026-01-04T08:00:00+00:00", "kind": "due", "nth": 0, "attempt": 1, "worker": null, "own_lease": true}'),
      ('stock_reminder_queue', '{"medication_id": "00000000-0000-4000-8000-0000000000c0", "look_at": "2026-01-04T09:00:00+00:00", "next_at": null, "said_at": null, "kind": null, "nth": null,
        "attempt": 0, "token": null, "worker": null, "error": null}')) AS t (name, document_row)
   WHERE t.name = table_name
$$;
SELECT is(split_part(pg_temp.failure(pg_temp.change_row(table_name, changed::jsonb)), ' | ', 1), error, concat(table_name, ' ', changed))
  FROM (VALUES
    ('reminder_changes', '{"since": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_changes[0].since is "infinity", which is no instant'),
    ('reminder_changes', '{"scheduled_for": "-infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_changes[0].scheduled_for is "-infinity", which is no instant'),
    ('reminder_changes', '{"recorded_at": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_changes[0].recorded_at is "infinity", which is no instant'),
    ('reminder_queue', '{"look_at": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].look_at is "infinity", which is no instant'),
    ('reminder_queue', '{"look_at": "20000-01-01T00:00:00+00:00"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].look_at is "20000-01-01T00:00:00+00:00", which is no instant'),
    ('reminder_queue', '{"looks_from": "-infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].looks_from is "-infinity", which is no instant'),
    ('reminder_queue', '{"until": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].until is "infinity", which is no instant'),
    ('reminder_queue', '{"said_at": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].said_at is "infinity", which is no instant'),
    ('reminder_queue', '{"said_from": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].said_from is "infinity", which is no instant'),
    ('reminder_queue', '{"said_dose": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].said_dose is "infinity", which is no instant'),
    ('reminder_queue', '{"kind": "refill"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].kind is "refill", which is no kind of reminder'),
    ('reminder_queue', '{"nth": 2147483647}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].nth is 2147483647, which is not from 0 to 100'),
    ('reminder_queue', '{"attempt": 2147483647}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].attempt is 2147483647, which is not from 0 to 1000000'),
    ('reminder_queue', '{"attempt": -1}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].attempt is -1, which is not from 0 to 1000000'),
    ('reminder_queue', '{"event": "again", "said_dose": "2026-01-04T08:00:00+00:00"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].event is "again", which is no reminder'),
    ('reminder_queue', '{"event": "undone 1767513600.000000 1767517200.000000"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].event is "undone 1767513600.000000 1767517200.000000", which is no reminder'),
    ('reminder_queue', '{"event": "undone 1767513600.000000", "said_dose": "2026-01-04T08:00:00+00:00"}', '22023 medsched.document_of_user: invalid document: $.reminder_queue[0].event is "undone 1767513600.000000", which is no reminder'),
    ('reminders_held', '{"lease_ends_at": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminders_held[0].lease_ends_at is "infinity", which is no instant'),
    ('reminders_held', '{"next_at": "infinity"}', '22023 medsched.document_of_user: invalid document: $.reminders_held[0].next_at is "infinity", which is no instant'),
    ('reminders_held', '{"said_at": "-infinity"}', '22023 medsched.document_of_user: invalid document: $.reminders_held[0].said_at is "-infinity", which is no instant'),
    ('reminders_held', '{"kind": "stock"}', '22023 medsched.document_of_user: invalid document: $.reminders_held[0].kind is "stock", which is no kind of reminder'),
    ('reminders_held', '{"own_lease": false}', '22023 medsched.document_of_user: invalid document: $.reminders_held[0].token is "00000000-0000-4000-8000-0000000000e1", which is of another lease'),
    ('reminders_held', '{"token": "00000000-0000-4000-8000-0000000000d1"}', '23505 medsched.document_of_user: invalid document: $.reminders_held[0].token is "00000000-0000-4000-8000-0000000000d1", which is taken'),
    ('reminders_held', '{"token": "00000000-0000-4000-8000-0000000000d2"}', '23505 medsched.document_of_user: invalid document: $.reminders_held[0].token is "00000000-0000-4000-8000-0000000000d2", which is taken'),
    ('stock_reminder_queue', '{"said_at": "infinity"}', '22023 medsched.document_of_user: invalid document: $.stock_reminder_queue[0].said_at is "infinity", which is no instant'),
    ('stock_reminder_queue', '{"kind": "due"}', '22023 medsched.document_of_user: invalid document: $.stock_reminder_queue[0].kind is "due", which is no kind of reminder'),
    ('stock_reminder_queue', '{"token": "00000000-0000-4000-8000-0000000000e1"}', '22023 medsched.document_of_user: invalid document: $.stock_reminder_queue[0].token is "00000000-0000-4000-8000-0000000000e1", which is of a reminder that is not held'),
    ('stock_reminder_queue', '{"token": "00000000-0000-4000-8000-0000000000d1", "next_at": "2026-01-05T09:00:00+00:00"}', '23505 medsched.document_of_user: invalid document: $.stock_reminder_queue[0].token is "00000000-0000-4000-8000-0000000000d1", which is taken'),
    ('stock_reminder_queue', '{"token": "00000000-0000-4000-8000-0000000000d2", "next_at": "2026-01-05T09:00:00+00:00"}', '23505 medsched.document_of_user: invalid document: $.stock_reminder_queue[0].token is "00000000-0000-4000-8000-0000000000d2", which is taken')
  ) AS t (table_name, changed, error);
SELECT lives_ok(concat(pg_temp.change_row(table_name, changed::jsonb), format('; SELECT medsched.erase_user(%L)', '00000000-0000-4000-8000-00000000000c')),
         concat(table_name, ' ', changed, ' can have been written'))
  FROM (VALUES
    ('reminder_queue', '{"event": "undone escalation -1.500000 1767513600.000000", "said_at": "-infinity", "said_dose": "2026-01-04T08:00:00+00:00", "until": "2026-01-04T09:00:00+00:00"}'),
    ('reminder_queue', '{"event": "again 12 1767513600.000000", "said_at": "2026-01-04T08:00:00+00:00", "said_dose": "2026-01-04T08:00:00+00:00", "kind": "again", "nth": 12}'),
    ('reminders_held', concat('{"own_lease": false, "token": "', medsched._lease_token('2026-01-04 08:01Z', '00000000-0000-4000-8000-0000000000e1'), '"}')),
    ('stock_reminder_queue', '{"look_at": "infinity"}')
  ) AS t (table_name, changed);
DELETE FROM medsched.reminders_held WHERE user_id = :ben;
DELETE FROM medsched.stock_reminder_queue WHERE user_id = :ben;
-- NULLs, keys that meet nothing or each other, and the rules.
SELECT alike(pg_temp.failure(pg_temp.change(path::text[], value)), error, concat(path, ' = ', left(value, 60)))
  FROM (VALUES
    ('{medications,0,name}', 'null', '23502 medsched.medications: null value in column "name" %'),
    ('{medications,0,id}', 'null', '23502 medsched.medications: null value in column "id" %'),
    ('{medications,0,name}', '" "', '23514 medsched.medications.medications_name_not_blank: %'),
    ('{schedules,1,id}', '"00000000-0000-4000-8000-0000000000c1"', '23505 medsched.schedules.schedules_pkey: %'),
    ('{schedules,0,id}', '"00000000-0000-4000-8000-0000000000a1"', '23505 medsched.schedules.schedules_id_key: %'),
    ('{schedules,0,medication_id}', '"00000000-0000-4000-8000-0000000000cf"', '23503 medsched.schedules.schedules_user_id_medication_id_fkey: %'),
    ('{dose_taken,0,schedule_id}', '"00000000-0000-4000-8000-0000000000a1"', '23503 medsched.dose_taken.dose_taken_user_id_schedule_id_fkey: %'),
    ('{dose_taken,1,scheduled_for}', '"2026-01-02T08:00:00+00:00"', '23505 medsched.dose_taken.dose_taken_pkey: %'),
    ('{dose_taken,1,scheduled_for}', '"2026-01-02T08:01:00+00:00"', '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-4000-8000-0000000000c1" has no dose at 2026-01-02 08:01:00+00 | %'),
    ('{dose_taken,1,scheduled_for}', '"infinity"', '23514 medsched.dose_taken.dose_taken_scheduled_for_finite: %'),
    ('{dose_taken,1,amount}', '1' || repeat('0', 2000), '23514 medsched.dose_taken.dose_taken_amount_size: %'),
    ('{dose_taken,1,amount}', '-1', '23514 medsched.dose_taken.dose_taken_amount_positive: %'),
    ('{dose_taken,1,outcome}', '"lost"', '23514 medsched.dose_taken.dose_taken_outcome: %'),
    ('{schedules,0,ends_at}', '"2026-01-03T00:00:00+00:00"', '23514 medsched.dose_taken.dose_after_end: %'),
    ('{medications,0,inactivated_at}', '"2026-01-03T00:00:00+00:00"', '23514 medsched.dose_taken.dose_after_inactivation: %'),
    ('{schedules,1,rrule}', '"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"', '23514 medsched.schedules.schedule_has_dose: %'),
    ('{schedules,1,rrule}', '"FREQ=SECONDLY"', '23514 medsched.schedules.schedule_density: %'),
    ('{schedules,1,replaces}', '"00000000-0000-4000-8000-0000000000c2"', '23514 medsched.schedules.schedules_replaces_another: %')
  ) AS t (path, value, error);
SELECT is_empty('SELECT FROM medsched.medications AS m WHERE m.user_id = ''00000000-0000-4000-8000-00000000000c''', 'nothing of it came');
-- Of an earlier version, a column or a table may be missing; rows have the same ones.
UPDATE zoes SET document = document || '{"medsched": "0.0.1"}';
SELECT is(replace(pg_temp.failure(pg_temp.change('{schedules,0,limits}', NULL)), ' | Each row has%', ''), '22023 medsched.document_of_user: invalid document: $.schedules[0] lacks "limits" | '
  'Each row has all columns of its table. Where it is a column that the application added to this table alone, add it to the rows.', 'one row lacks what the other has');
UPDATE zoes SET document = (document #- '{schedules,0,limits}' #- '{schedules,1,limits}') || '{"pills": []}';
SELECT lives_ok((SELECT format('SELECT medsched.import_user(%L)', document) FROM zoes), 'a document of an earlier version, and an empty table of a later one');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
-- A medication without a schedule is found when the transaction ends.
SELECT medsched.erase_user(:zoe) \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
UPDATE zoes SET document = document || '{"schedules": [], "dose_taken": []}';
SELECT lives_ok((SELECT format('SELECT medsched.import_user(%L)', document) FROM zoes), 'a medication without a schedule');
SELECT alike(pg_temp.failure('SET CONSTRAINTS ALL IMMEDIATE'), '23514 medsched.medications.medication_has_schedule: %', 'is refused at commit');
SELECT medsched.erase_user(:zoe) \g /dev/null

-- Columns of the application's go along; those that the server fills are filled anew.
ALTER TABLE medsched.dose_taken ADD COLUMN photo text, ADD COLUMN serial int GENERATED BY DEFAULT AS IDENTITY,
  ADD COLUMN late boolean GENERATED ALWAYS AS (taken_at > scheduled_for) STORED;
UPDATE medsched.dose_taken SET photo = 'p' || extract(day FROM scheduled_for) WHERE user_id = :ann;
SELECT medsched.export_user(:ann) AS doc \gset
SELECT medsched.erase_user(:ann) \g /dev/null
SELECT lives_ok(format('SELECT medsched.import_user(%L)', :'doc'), 'columns of the application''s');
SELECT is((medsched.export_user(:ann) - 'reminder_changes')::text, ((:'doc'::jsonb) - 'reminder_changes')::text, 'are the same');
SELECT is((SELECT array_agg(DISTINCT k.key::text) FROM jsonb_array_elements((:'doc'::jsonb)->'dose_taken') AS e CROSS JOIN LATERAL jsonb_object_keys(e) AS k (key) WHERE k.key IN ('photo', 'serial', 'late')),
  '{photo}'::text[], 'but for those that the server fills');
-- A trigger of the application's that leaves a row out is told of.
CREATE FUNCTION pg_temp.leave_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER leave_out BEFORE INSERT ON medsched.stock_entries FOR EACH ROW EXECUTE FUNCTION pg_temp.leave_out();
SELECT medsched.erase_user(:ann) \g /dev/null
SELECT is(pg_temp.failure(format('SELECT medsched.import_user(%L)', :'doc')), '55000 medsched.stock_entries.user_imported_whole: '
  'user "00000000-0000-4000-8000-00000000000a" cannot be imported as the document has them | "medsched.stock_entries" would have 0 rows of theirs, and the document has 1. | '
  'Look at the triggers that the application has on the table. After an update, call medsched.create_tables().', 'nobody is half imported');
SELECT is(medsched.export_user(:ann) - '{format,version,medsched,user_id}'::text[],
  (SELECT jsonb_object_agg(t.name, '[]'::jsonb) FROM medsched._person_tables() AS t), 'and nothing of them stays');
DROP TRIGGER leave_out ON medsched.stock_entries;

-- Who may.
SELECT medsched.import_user(:'doc') \g /dev/null
CREATE ROLE medsched_mover;
GRANT medsched_mover TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO medsched_mover;
GRANT SELECT, INSERT ON medsched.medications, medsched.schedules, medsched.dose_taken, medsched.person_settings, medsched.substance_limits,
  medsched.stock_entries, medsched.moved_doses, medsched.routines, medsched.reminder_rules, medsched.reminder_snoozes, medsched.reminder_queue, medsched.reminders_held,
  medsched.reminder_changes, medsched.reminders_dropped, medsched.stock_reminder_rules, medsched.stock_reminder_queue TO medsched_mover;
CREATE FUNCTION pg_temp.as_mover(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  SET LOCAL ROLE medsched_mover;
  answer := pg_temp.failure(sql);
  RESET ROLE;
  RETURN answer;
END
$$;
SELECT is(pg_temp.as_mover(format('SELECT medsched.export_user(%L)', :ann)), '42501: permission denied for table change_history', 'who may not read a table exports nobody');
GRANT SELECT ON medsched.change_history TO medsched_mover;
SELECT is(pg_temp.as_mover(format('SELECT medsched.export_user(%L)', :ann)), 'no error', 'who may read all, does');
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON medsched.dose_taken TO medsched_mover USING (recorded_by = 'ben');
SELECT is(pg_temp.as_mover(format('SELECT medsched.export_user(%L)', :ann)), '42501: row security may hide rows of "medsched.dose_taken" from "medsched_mover" | Nobody is half exported. | '
  'Call medsched.export_user() as the tables'' owner, or as a role that a policy USING (true) shows all rows of every table.', 'but not past row security');
CREATE POLICY everything ON medsched.dose_taken TO medsched_mover USING (true);
SELECT is(pg_temp.as_mover(format('SELECT medsched.export_user(%L)', :ann)), 'no error', 'but where it hides nothing');
SELECT is(pg_temp.as_mover(format('SELECT medsched.import_user(%L)', (:'doc'::jsonb) || '{"user_id": "00000000-0000-4000-8000-00000000000d"}')),
  format('42501: must be owner of table medsched.change_history | It belongs to role %I. | Call medsched.import_user() as %1$I.', current_user), 'only their owner fills the tables');
-- Nor does a temporary table of that name let another do what an import may.
SET LOCAL ROLE medsched_mover;
CREATE TEMPORARY TABLE _medsched_importing ();
COMMENT ON TABLE pg_temp._medsched_importing IS '00000000-0000-4000-8000-00000000000a';
RESET ROLE;
SELECT is(medsched._is_importing(:ann), false, 'nobody is being imported');
SELECT matches(pg_temp.as_mover(format('INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (%L, %L, %L)', :ann, :needed, '2026-01-02 10:00Z')),
  '^23514 medsched.dose_taken.as_needed_min_interval: ', 'and limits hold');
DROP TABLE pg_temp._medsched_importing;
DROP POLICY own ON medsched.dose_taken;
DROP POLICY everything ON medsched.dose_taken;
ALTER TABLE medsched.dose_taken DISABLE ROW LEVEL SECURITY;
SELECT medsched.erase_user(:ann) \g /dev/null

-- Where changes are not recorded, a history is not lost in silence.
DROP TRIGGER record_change ON medsched.medications;
ALTER TABLE medsched.change_history RENAME TO _history;
SELECT is(pg_temp.failure(format('SELECT medsched.import_user(%L)', :'doc')), '42P01 medsched.document_of_user: invalid document: $.change_history has rows, and changes are not recorded here | '
  'Have changes recorded here with SELECT medsched.enable_history().', 'a history needs a table');

SELECT * FROM finish();
ROLLBACK;
