\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(39);

-- All the tablets of the morning in one call: each as if alone, what is refused named for each.
\i test/id.psql
\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''

-- What came of it, a line for each handle.
CREATE FUNCTION pg_temp.told(result medsched.dose_result) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(concat_ws(' ', result.nth || '.', to_char(result.scheduled_for AT TIME ZONE 'UTC', 'DD HH24:MI'), result.outcome, to_char(result.taken_at AT TIME ZONE 'UTC', 'DD HH24:MI'),
    result.amount, result.reason, result.note, result.recorded_by, result.despite_limits, CASE result.newly_recorded WHEN true THEN 'new' WHEN false THEN 'again' END,
    result.error_code, result.error_constraint, concat_ws(' | ', result.error_message, result.error_detail, result.error_hint)), '00000000-0000-0000-0000-000000000', ''), ':00+00', '')
$$;
CREATE FUNCTION pg_temp.handle(schedule text, at timestamptz) RETURNS text RETURN medsched.dose_id(pg_temp.id(schedule), at);

-- a11 at 08:00 and 20:00, a21 at 08:00, a31 as needed, at least 4 hours apart; all of Ann. b11 is Ben's.
INSERT INTO medsched.medications (user_id, id, name, substance, substance_amount, substance_unit)
SELECT ('00000000-0000-0000-0000-00000000000' || left(m, 1))::uuid, pg_temp.id(m), m, s, a, CASE WHEN a > 0 THEN 'mg' END
  FROM (VALUES ('a1', NULL, NULL), ('a2', 'paracetamol', 500), ('a3', NULL, NULL), ('a4', 'paracetamol', 250), ('b1', NULL, NULL)) AS m (m, s, a);
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, as_needed, min_interval, dose_amount) VALUES
  (:ann, pg_temp.id('a11'), pg_temp.id('a1'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY;BYHOUR=8,20', false, NULL, 5),
  (:ann, pg_temp.id('a21'), pg_temp.id('a2'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY', false, NULL, 1),
  (:ann, pg_temp.id('a31'), pg_temp.id('a3'), '2026-01-01 00:00', 'UTC', NULL, true, '4 hours', 1),
  (:ann, pg_temp.id('a41'), pg_temp.id('a4'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY', false, NULL, 2),
  (:ben, pg_temp.id('b11'), pg_temp.id('b1'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY', false, NULL, 1);

-- Taken ---------------------------------------------------------------------------------
CREATE TEMP TABLE morning AS
SELECT ARRAY[pg_temp.handle('a21', '2026-01-10 08:00Z'), pg_temp.handle('a11', '2026-01-10 08:00Z')] AS handles;
SELECT results_eq($$SELECT pg_temp.told(r) FROM morning, medsched.mark_doses_taken('00000000-0000-0000-0000-00000000000a', handles, '2026-01-10 08:05Z', 'nurse', 'with water') AS r$$,
  $$VALUES ('1. 10 08:00 taken 10 08:05 with water nurse new '), ('2. 10 08:00 taken 10 08:05 with water nurse new ')$$, 'the morning''s, in the order given');
SELECT results_eq($$SELECT pg_temp.told(r) FROM morning, medsched.mark_doses_taken('00000000-0000-0000-0000-00000000000a', handles, '2026-01-10 09:30Z') AS r$$,
  $$VALUES ('1. 10 08:00 taken 10 08:05 with water nurse again '), ('2. 10 08:00 taken 10 08:05 with water nurse again ')$$, 'repeated, it changes nothing and gives the first record');
SELECT is((SELECT array_agg(r.dose_id ORDER BY r.nth) FROM morning, medsched.mark_doses_taken(:ann, handles) AS r), (SELECT handles FROM morning), 'each with its handle');
SELECT is((SELECT string_agg(r.schedule_id::text, ' ' ORDER BY r.nth) FROM morning, medsched.mark_doses_taken(:ann, handles) AS r),
  '00000000-0000-0000-0000-000000000a21 00000000-0000-0000-0000-000000000a11', 'and its schedule');
SELECT is((SELECT string_agg(concat_ws(' ', d.medication_name, d.status, d.recorded_by), ', ') FROM medsched.upcoming_doses(:ann, '2026-01-10Z', '2026-01-10 12:00Z') AS d
            WHERE d.medication_name <> 'a4'), 'a1 taken nurse, a2 taken nurse', 'they are listed as taken');

-- What is refused of one is in the way of no other.
SELECT is(t.told, t.expected, t.expected)
FROM (SELECT pg_temp.told(r) AS told, (ARRAY[
    '1. 22004 dose_id must not be null',
    '2. 22023 malformed dose_id | "v2:xyz" is not the handle of a dose. | Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.',
    '3. 22023 malformed dose_id | "" is not the handle of a dose. | Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.',
    '4. 11 20:00 taken 11 20:10 new ',
    '5. 23514 dose_is_scheduled schedule "a11" has no dose at 2026-01-11 09:00 | The nearest doses are at 2026-01-11 08:00 and at 2026-01-11 20:00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.',
    '6. P0002 schedule_exists schedule "b11" not found | User "00a" has no schedule by that id.',
    '7. 55000 dose_already_skipped the dose at 2026-01-11 08:00 is already recorded as skipped | The reason given is "nausea". | If it was taken after all, call medsched.undo_dose() first.',
    '8. 11 20:00 taken 11 20:10 again ',
    '9. 23514 dose_before_start schedule "a21" has no dose at 2025-12-31 08:00 | The first dose is at 2026-01-01 08:00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.',
    '10. 11 08:00 taken 11 20:10 new '])[r.nth] AS expected
  FROM medsched.skip_dose(:ann, pg_temp.id('a11'), '2026-01-11 08:00Z', 'nausea') AS s,
       LATERAL (SELECT s.schedule_id) AS first,
       medsched.mark_doses_taken(:ann, ARRAY[NULL, 'v2:xyz', '', pg_temp.handle('a11', '2026-01-11 20:00Z'), pg_temp.handle('a11', '2026-01-11 09:00Z'),
         pg_temp.handle('b11', '2026-01-11 08:00Z'), pg_temp.handle(right(first.schedule_id::text, 3), '2026-01-11 08:00Z'), pg_temp.handle('a11', '2026-01-11 20:00Z'),
         pg_temp.handle('a21', '2025-12-31 08:00Z'), pg_temp.handle('a21', '2026-01-11 08:00Z')], '2026-01-11 20:10Z') AS r) AS t;
SELECT is(count(*), 0::bigint, 'nothing of Ben''s is recorded') FROM medsched.dose_taken AS d WHERE d.user_id = :ben;
SELECT is(concat_ws(' ', r.schedule_id, r.scheduled_for, r.outcome, r.newly_recorded), '', 'a dose that is refused has no record')
FROM medsched.mark_doses_taken(:ann, ARRAY['x'], '2026-01-11 20:10Z') AS r;

-- Limits hold among them, and can be gone beyond.
SELECT results_eq($$SELECT pg_temp.told(r) FROM medsched.mark_doses_taken('00000000-0000-0000-0000-00000000000a',
    ARRAY[pg_temp.handle('a31', '2026-01-12 08:00Z'), pg_temp.handle('a31', '2026-01-12 09:00Z'), pg_temp.handle('a31', '2026-01-12 12:00Z')], '2026-01-12 12:00Z') AS r$$,
  $$VALUES ('1. 12 08:00 taken 12 12:00 new '),
    ('2. 23514 as_needed_min_interval the dose at 2026-01-12 09:00 is too close to another | Doses are at least 04:00:00 apart, and one was taken at 2026-01-12 08:00. The next is allowed at 2026-01-12 12:00. | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'),
    ('3. 12 12:00 taken 12 12:00 new ')$$, 'as needed, those that keep the limit');
SELECT results_eq($$SELECT pg_temp.told(r) FROM medsched.mark_doses_taken('00000000-0000-0000-0000-00000000000a',
    ARRAY[pg_temp.handle('a31', '2026-01-12 08:00Z'), pg_temp.handle('a31', '2026-01-12 09:00Z')], '2026-01-12 12:30Z', despite_limits => 'it hurt') AS r$$,
  $$VALUES ('1. 12 08:00 taken 12 12:00 again '), ('2. 12 09:00 taken 12 12:30 it hurt new ')$$, 'with a reason, the other too');
SELECT medsched.set_substance_limits(:ann, 'paracetamol', '[{"amount": 500, "within": "24 hours"}]', 'mg') \g /dev/null
-- Of a21 and a41, which are 500 mg each, the limit allows one.
SELECT is(string_agg(concat_ws(' ', r.outcome, r.error_code, r.error_constraint), ', ' ORDER BY r.outcome), 'taken, 23514 substance_limits', 'of one substance, what it allows')
FROM medsched.mark_doses_taken(:ann, ARRAY[pg_temp.handle('a21', '2026-01-14 08:00Z'), pg_temp.handle('a41', '2026-01-14 08:00Z')], '2026-01-14 08:00Z') AS r;

-- Skipped -------------------------------------------------------------------------------
SELECT results_eq($$SELECT pg_temp.told(r) FROM medsched.skip_doses('00000000-0000-0000-0000-00000000000a',
    ARRAY[pg_temp.handle('a11', '2026-01-15 08:00Z'), pg_temp.handle('a31', '2026-01-15 08:00Z'), pg_temp.handle('a11', '2026-01-10 08:00Z'), pg_temp.handle('a21', '2026-01-15 08:00Z')],
    'operation', 'nurse', 'fasting') AS r$$,
  $$VALUES ('1. 15 08:00 skipped operation fasting nurse new '),
    ('2. 23514 as_needed_not_skipped a dose as needed cannot be skipped | Schedule "a31" has no doses but those taken.'),
    ('3. 55000 dose_already_taken the dose at 2026-01-10 08:00 is already recorded as taken | It was taken at 2026-01-10 08:05. | If it was not taken after all, call medsched.undo_dose() first.'),
    ('4. 15 08:00 skipped operation fasting nurse new ')$$, 'skipped together');
SELECT results_eq($$SELECT pg_temp.told(r) FROM medsched.skip_doses('00000000-0000-0000-0000-00000000000a', ARRAY[pg_temp.handle('a11', '2026-01-15 08:00Z')], 'forgotten') AS r$$,
  $$VALUES ('1. 15 08:00 skipped operation fasting nurse again ')$$, 'repeated, it gives the first record');

-- None ----------------------------------------------------------------------------------
SELECT is_empty($$SELECT * FROM medsched.mark_doses_taken('00000000-0000-0000-0000-00000000000a', '{}')$$, 'no handles, no rows');
SELECT is_empty($$SELECT * FROM medsched.skip_doses('00000000-0000-0000-0000-00000000000a', '{}')$$, 'nor of skipping');
SELECT is((SELECT array_agg(r.nth) FROM medsched.mark_doses_taken(:ann, '[5:6]={x,y}') AS r), '{1,2}', 'an array may begin anywhere');

-- What is wrong with the call itself ----------------------------------------------------
SELECT is(pg_temp.failure(sql), error, sql) FROM (VALUES
  ($$SELECT medsched.mark_doses_taken(NULL, '{}')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.mark_doses_taken(pg_temp.id('a'), NULL)$$, '22004: dose_ids must not be null'),
  ($$SELECT medsched.mark_doses_taken(pg_temp.id('a'), '{{x},{y}}')$$, '2202E: dose_ids must have one dimension'),
  ($$SELECT medsched.mark_doses_taken(pg_temp.id('a'), '{}', NULL)$$, '22004: taken_at must not be null'),
  ($$SELECT medsched.mark_doses_taken(pg_temp.id('a'), '{}', 'infinity')$$, '22023: taken_at must be finite'),
  ($$SELECT medsched.mark_doses_taken(pg_temp.id('a'), '{}', '10000-01-01Z')$$,
   '22023: taken_at is out of range | It is 10000-01-01 00:00:00+00. | Use an instant in the years 1 to 9999.'),
  ($$SELECT medsched.skip_doses(NULL, '{}')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.skip_doses(pg_temp.id('a'), NULL)$$, '22004: dose_ids must not be null'),
  ($$SELECT medsched.skip_doses(pg_temp.id('a'), '{{x},{y}}')$$, '2202E: dose_ids must have one dimension')
) AS t (sql, error);
-- What a CHECK refuses of a value that all have is told for each.
SELECT results_eq($$SELECT pg_temp.told(r) FROM medsched.mark_doses_taken('00000000-0000-0000-0000-00000000000a', ARRAY[pg_temp.handle('a11', '2026-01-16 08:00Z')], '2026-01-16 08:00Z', despite_limits => ' ') AS r$$,
  $$VALUES ('1. 23514 dose_taken_despite_limits_valid despite_limits must have 1 to 1000 characters that are not all blank | It is " ".')$$, 'a blank reason');

-- What is about all of them ends the call: nothing is recorded.
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION USING ERRCODE = TG_ARGV[0], MESSAGE = TG_ARGV[0]; END$$;
CREATE TRIGGER refused AFTER INSERT ON medsched.dose_taken FOR EACH ROW WHEN (NEW.schedule_id = '00000000-0000-0000-0000-000000000a21') EXECUTE FUNCTION pg_temp.refuse('42501');
SELECT is(pg_temp.failure($$SELECT medsched.mark_doses_taken(pg_temp.id('a'), ARRAY[pg_temp.handle('a11', '2026-01-17 08:00Z'), pg_temp.handle('a21', '2026-01-17 08:00Z')], '2026-01-17 08:00Z')$$),
  '42501: 42501', 'a right that is missing');
SELECT is(count(*), 0::bigint, 'and nothing is recorded') FROM medsched.dose_taken AS d WHERE d.user_id = :ann AND d.scheduled_for = '2026-01-17 08:00Z';
DROP TRIGGER refused ON medsched.dose_taken;
CREATE TRIGGER refused AFTER INSERT ON medsched.dose_taken FOR EACH ROW WHEN (NEW.schedule_id = '00000000-0000-0000-0000-000000000a21') EXECUTE FUNCTION pg_temp.refuse('P0001');
SELECT is((SELECT string_agg(pg_temp.told(r), ', ' ORDER BY r.nth) FROM medsched.mark_doses_taken(:ann, ARRAY[pg_temp.handle('a11', '2026-01-17 08:00Z'), pg_temp.handle('a21', '2026-01-17 08:00Z')], '2026-01-17 08:00Z') AS r),
  '1. 17 08:00 taken 17 08:00 new , 2. P0001 P0001', 'what a trigger of the application refuses is told for its dose');
SELECT is(current_setting('lock_timeout'), '0', 'settings are as they were');

SELECT * FROM finish();
ROLLBACK;
