\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(44);

-- Ann, from 1 March 2020: metformin at 07:00 and 19:00, by the clock of UTC; and Ben, who has her times.
\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''
\set metformin '''00000000-0000-0000-0000-0000000000a1'''
\set bens '''00000000-0000-0000-0000-0000000000b1'''
SELECT medsched.create_medication(person::uuid, 'Metformin', jsonb_build_array(jsonb_build_object(
  'id', schedule, 'starts_at', '2020-03-01T07:00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY;BYHOUR=7,19', 'dose_amount', 2)))
FROM (VALUES (:ann, :metformin), (:ben, :bens)) AS t (person, schedule) \g /dev/null

-- Skipping --------------------------------------------------------------------

SELECT is((user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, recorded_at, newly_skipped),
  (:ann::uuid, :metformin::uuid, timestamptz '2020-03-01 07:00Z', NULL::timestamptz, 'nurse'::text, NULL::numeric, 'told Dr. B'::text,
   'skipped'::text, 'nausea'::text, now(), true), 'a dose is skipped, and returned')
FROM medsched.skip_dose(:ann, :metformin, '2020-03-01 07:00Z', 'nausea', 'nurse', 'told Dr. B');
SELECT is((taken_at, recorded_by, note, outcome, reason, newly_skipped),
  (NULL::timestamptz, 'nurse'::text, 'told Dr. B'::text, 'skipped'::text, 'nausea'::text, false), 'again, nothing changes, and the first record is returned')
FROM medsched.skip_dose(:ann, :metformin, '2020-03-01 07:00Z', 'forgot', 'daughter', 'none');
SELECT is((SELECT count(*) FROM medsched.dose_taken), 1::bigint, 'there is one row');
SELECT is((reason, recorded_by, note, newly_skipped), (NULL::text, NULL::text, NULL::text, true), 'no reason need be given')
FROM medsched.skip_dose(:ann, :metformin, '2020-03-01 19:00Z');
SELECT is((user_id, schedule_id, scheduled_for, reason, recorded_by, note, outcome, newly_skipped),
  (:ann::uuid, :metformin::uuid, timestamptz '2020-03-02 07:00Z', 'asleep'::text, 'nurse'::text, 'ward 3'::text, 'skipped'::text, true), 'or by its handle')
FROM medsched.skip_dose_by_id(:ann, medsched.dose_id(:metformin, '2020-03-02 07:00Z'), 'asleep', 'nurse', 'ward 3');
SELECT is((reason, newly_skipped), ('asleep'::text, false), 'which is the same dose')
FROM medsched.skip_dose(user_id => :ann, schedule_id => :metformin, scheduled_for => '2020-03-02 07:00Z', reason => 'late');

SELECT results_eq(
  $$SELECT scheduled_for, status, recorded_by, taken_at, dose_amount
      FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2020-03-01', '2020-03-03')$$,
  $$VALUES (timestamptz '2020-03-01 07:00Z', 'skipped', 'nurse', NULL::timestamptz, 2::numeric), ('2020-03-01 19:00Z', 'skipped', NULL, NULL, 2),
           ('2020-03-02 07:00Z', 'skipped', 'nurse', NULL, 2), ('2020-03-02 19:00Z', 'missed', NULL, NULL, 2)$$,
  'listed as skipped, by whom, and not as taken');
SELECT results_eq(
  $$SELECT scheduled_for FROM medsched.next_doses('00000000-0000-0000-0000-00000000000a', '2020-03-01', 2)$$,
  $$VALUES (timestamptz '2020-03-02 19:00Z'), ('2020-03-03 07:00Z')$$, 'what was skipped is not next');
SELECT results_eq(
  $$SELECT scheduled_for FROM medsched.due_doses('2020-03-01', '2020-03-03') WHERE user_id = '00000000-0000-0000-0000-00000000000a'$$,
  $$VALUES (timestamptz '2020-03-02 19:00Z')$$, 'nor due');
-- Two days, four doses: three skipped, one missed.
SELECT is((scheduled, taken, skipped, missed), (4::bigint, 0::bigint, 3::bigint, 1::bigint), 'adherence counts it as skipped')
FROM medsched.adherence(:ann, '2020-03-01', '2020-03-03');

-- Taken or skipped, not both ----------------------------------------------------

SELECT medsched.mark_dose_taken(:ann, :metformin, '2020-03-02 19:00Z', '2020-03-02 19:05Z') \g /dev/null
SELECT is(pg_temp.failure(call), error, call)
FROM (VALUES
  ($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z')$$,
   '55000 medsched.dose_taken.dose_already_skipped: the dose at 2020-03-01 07:00:00+00 is already recorded as skipped'
   ' | The reason given is "nausea". | If it was taken after all, call medsched.undo_dose() first.'),
  ($$SELECT medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a', medsched.dose_id('00000000-0000-0000-0000-0000000000a1', '2020-03-01 19:00Z'))$$,
   '55000 medsched.dose_taken.dose_already_skipped: the dose at 2020-03-01 19:00:00+00 is already recorded as skipped'
   ' | If it was taken after all, call medsched.undo_dose() first.'),
  ($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-02 19:00Z', 'nausea')$$,
   '55000 medsched.dose_taken.dose_already_taken: the dose at 2020-03-02 19:00:00+00 is already recorded as taken'
   ' | It was taken at 2020-03-02 19:05:00+00. | If it was not taken after all, call medsched.undo_dose() first.'),
  ($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at)
     VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-02 19:00Z', 'skipped', NULL)$$,
   '23505 medsched.dose_taken.dose_taken_pkey: duplicate key value violates unique constraint "dose_taken_pkey"'
   ' | Key (user_id, scheduled_for, schedule_id)=(00000000-0000-0000-0000-00000000000a, 2020-03-02 19:00:00+00, 00000000-0000-0000-0000-0000000000a1) already exists.')
) AS t (call, error);
SELECT is((SELECT array_agg(outcome ORDER BY scheduled_for) FROM medsched.dose_taken), '{skipped,skipped,skipped,taken}', 'all as it was');

-- Undoing ---------------------------------------------------------------------

SELECT is((user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, recorded_at),
  (:ann::uuid, :metformin::uuid, timestamptz '2020-03-01 07:00Z', NULL::timestamptz, 'nurse'::text, NULL::numeric, 'told Dr. B'::text,
   'skipped'::text, 'nausea'::text, now()), 'undone, the record is returned')
FROM medsched.undo_dose(:ann, :metformin, '2020-03-01 07:00Z');
SELECT is_empty($$SELECT 1 FROM medsched.dose_taken WHERE scheduled_for = '2020-03-01 07:00Z'$$, 'and gone');
SELECT is((outcome, newly_taken), ('taken'::text, true), 'the dose may be taken then')
FROM medsched.mark_dose_taken(:ann, :metformin, '2020-03-01 07:00Z', '2020-03-01 07:10Z', 'daughter', 1.5, 'crushed');
SELECT is((taken_at, recorded_by, amount, note, outcome, reason),
  (timestamptz '2020-03-01 07:10Z', 'daughter'::text, 1.5, 'crushed'::text, 'taken'::text, NULL::text), 'a dose taken is undone as well, by its handle')
FROM medsched.undo_dose_by_id(:ann, medsched.dose_id(:metformin, '2020-03-01 07:00Z'));
SELECT is((outcome, reason, newly_skipped), ('skipped'::text, 'dropped it'::text, true), 'and skipped then')
FROM medsched.skip_dose(:ann, :metformin, '2020-03-01 07:00Z', 'dropped it');
SELECT is_empty($$SELECT medsched.undo_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-05 07:00Z')$$,
  'where nothing is recorded, nothing is undone');
SELECT is_empty($$SELECT medsched.undo_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-05 07:01Z')$$,
  'nor where there is no dose');
SELECT is((SELECT count(*) FROM medsched.dose_taken), 4::bigint, 'the other doses are as they were');

-- After the end of a medication, a mistake of before may still be taken back.
SELECT medsched.inactivate_medication(:ann, (SELECT medication_id FROM medsched.schedules WHERE id = :metformin), '2020-03-04 00:00Z') \g /dev/null
SELECT is((SELECT outcome FROM medsched.undo_dose(:ann, :metformin, '2020-03-01 19:00Z')), 'skipped', 'undone after the end');
SELECT is((SELECT newly_skipped FROM medsched.skip_dose(:ann, :metformin, '2020-03-01 19:00Z', 'away')), true, 'and recorded after it, of a time before it');

-- What is no dose ---------------------------------------------------------------

CREATE TEMP VIEW keys AS
SELECT * FROM (VALUES
  (1, NULL, '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z', '22004: user_id must not be null'),
  (2, '00000000-0000-0000-0000-00000000000a', NULL, '2020-03-01 07:00Z', '22004: schedule_id must not be null'),
  (3, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', NULL, '22004: scheduled_for must not be null'),
  (4, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '-infinity', '22023: scheduled_for must be finite'),
  (5, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000b1', '2020-03-01 07:00Z',
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-0000000000b1" not found | User "00000000-0000-0000-0000-00000000000a" has no schedule by that id.'),
  (6, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000c1', '2020-03-01 07:00Z',
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-0000000000c1" not found | User "00000000-0000-0000-0000-00000000000a" has no schedule by that id.')
) AS t (n, u, s, f, error);
SELECT medsched.skip_dose(:ben, :bens, '2020-03-01 07:00Z', 'asleep') \g /dev/null
SELECT is(pg_temp.failure(format('SELECT medsched.%s(%L, %L, %L)', function, u, s, f)), error, function || ': ' || error)
FROM keys, (VALUES ('skip_dose'), ('undo_dose')) AS t (function) ORDER BY function, n;
SELECT is((SELECT reason FROM medsched.dose_taken WHERE schedule_id = :bens), 'asleep', 'Ben''s record is untouched');

SELECT is(pg_temp.failure(call), error, error)
FROM (VALUES
  ($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 08:00Z', 'x')$$,
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2020-03-01 08:00:00+00'
   ' | The nearest doses are at 2020-03-01 07:00:00+00 and at 2020-03-01 19:00:00+00.'
   ' | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-04 07:00Z', 'x')$$,
   '23514 medsched.dose_taken.dose_after_inactivation: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2020-03-04 07:00:00+00'
   ' | The medication was inactivated at 2020-03-04 00:00:00+00.'
   ' | Record a dose before that, or take the medication up again: call medsched.reactivate_medication().'),
  ($$SELECT medsched.skip_dose_by_id('00000000-0000-0000-0000-00000000000a', NULL, 'x')$$, '22004: dose_id must not be null'),
  ($$SELECT medsched.undo_dose_by_id('00000000-0000-0000-0000-00000000000a', NULL)$$, '22004: dose_id must not be null'),
  ($$SELECT medsched.skip_dose_by_id('00000000-0000-0000-0000-00000000000a', 'v2:xyz', 'x')$$,
   '22023: malformed dose_id | "v2:xyz" is not the handle of a dose. | Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.'),
  ($$SELECT medsched.undo_dose_by_id('00000000-0000-0000-0000-00000000000a', 'v2:xyz')$$,
   '22023: malformed dose_id | "v2:xyz" is not the handle of a dose. | Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.')
) AS t (call, error);

SELECT * FROM finish();
ROLLBACK;
