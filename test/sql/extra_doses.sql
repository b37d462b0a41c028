\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(72);

-- A dose beside those of the schedule: a1 at 08:00 and 20:00 UTC, which Ann vomits and takes again.
\i test/id.psql
\set ann '''00000000-0000-0000-0000-00000000000a'''

CREATE FUNCTION pg_temp.extra(schedule text, at text, more text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  recorded medsched.taken_dose;
BEGIN
  EXECUTE format('SELECT * FROM medsched.record_extra_dose(%L, %L, %L%s)', pg_temp.id(left(schedule, 1)), pg_temp.id(schedule), at, more) INTO recorded;
  RETURN concat_ws(' ', recorded.scheduled_for, recorded.taken_at, recorded.outcome, recorded.amount, recorded.reason, recorded.note, recorded.recorded_by, recorded.newly_taken);
END
$$;
CREATE FUNCTION pg_temp.listed(person text, first text, last text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', to_char(d.scheduled_for AT TIME ZONE 'UTC', 'DD HH24:MI:SS'), d.medication_name, d.status), ', ')
    FROM medsched.upcoming_doses(pg_temp.id(person), first::timestamptz, last::timestamptz) AS d
$$;
-- What an error says: its constraint, message, detail and hint.
CREATE FUNCTION pg_temp.says(sql text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(split_part(pg_temp.failure(sql), ' | Failing row', 1), '00000000-0000-0000-0000-000000000', ''), '+00', '')
$$;

INSERT INTO medsched.medications (user_id, id, name) SELECT :ann, pg_temp.id(m), m FROM unnest('{a1,a2}'::text[]) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, dose_amount) VALUES
  (:ann, pg_temp.id('a11'), pg_temp.id('a1'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY;BYHOUR=8,20', 5);
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed) VALUES
  (:ann, pg_temp.id('a21'), pg_temp.id('a2'), '2026-01-01', 'UTC', true);
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a11'), '2026-01-10 08:00Z', '2026-01-10 08:01Z') \g /dev/null

SELECT is(pg_temp.extra('a11', '2026-01-10 08:20:30.7Z', ', ''nurse'', 2.5, ''with water'', ''vomited'''),
  '2026-01-10 08:20:30+00 2026-01-10 08:20:30.7+00 extra 2.5 vomited with water nurse t', 'recorded at its second');
SELECT is(pg_temp.extra('a11', '2026-01-10 08:20:30.1Z'), '2026-01-10 08:20:30+00 2026-01-10 08:20:30.7+00 extra 2.5 vomited with water nurse f', 'once');
SELECT is(pg_temp.extra('a11', '2026-01-10 08:20:31Z'), '2026-01-10 08:20:31+00 2026-01-10 08:20:31+00 extra t', 'another second is another dose');
SELECT is(pg_temp.listed('a', '2026-01-10', '2026-01-11'), '10 08:00:00 a1 taken, 10 08:20:30 a1 extra, 10 08:20:31 a1 extra, 10 20:00:00 a1 missed',
  'listed where it was taken');
SELECT results_eq($$SELECT d.taken_at, d.recorded_by, d.dose_amount, d.local_time FROM medsched.upcoming_doses(pg_temp.id('a'), '2026-01-10 08:20Z', '2026-01-10 08:20:31Z') AS d$$,
  $$VALUES (timestamptz '2026-01-10 08:20:30.7Z', 'nurse', 5::numeric, timestamp '2026-01-10 08:20:30')$$, 'with what was recorded');
SELECT is((SELECT string_agg(d.status, ',' ORDER BY d.scheduled_for) FROM medsched.scheduled_doses('2026-01-10', '2026-01-11') AS d), 'taken,missed', 'reports have what is scheduled');
SELECT is((SELECT count(*) FROM medsched.due_doses('2026-01-10', '2026-01-11')), 1::bigint, 'a notifier what is not recorded');
SELECT is((SELECT concat_ws(' ', a.scheduled, a.taken, a.skipped, a.missed, a.on_time, a.percentage) FROM medsched.adherence(:ann, '2026-01-10', '2026-01-11') AS a),
  '2 1 0 1 1 50.0', 'adherence leaves it out');
SELECT is((SELECT concat_ws(' ', a.day, a.scheduled, a.taken, a.percentage) FROM medsched.adherence_by_day(:ann, '2026-01-10', '2026-01-11') AS a),
  '2026-01-10 2 1 50.0', 'of the day, too');
SELECT is((SELECT string_agg(d.scheduled_for::text, ',') FROM medsched.next_doses(:ann, '2026-01-10 08:00Z', 2) AS d), '2026-01-10 20:00:00+00,2026-01-11 08:00:00+00', 'nor is it to come');
SELECT is(medsched.dose_status('2026-01-10 08:20:30Z', 'extra', NULL), 'extra', 'its status');
SELECT is((SELECT concat_ws(' ', e.is_dose, e.explanation) FROM medsched.explain_dose(:ann, pg_temp.id('a11'), '2026-01-10 08:20:30Z') AS e),
  'f No dose: at Saturday, 10 January 2026 at 08:20:30 in UTC its times of day are 08:00 and 20:00. An extra dose is recorded then. Before: 2026-01-10 08:00:00+00. After: 2026-01-10 20:00:00+00.',
  'explained');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'it breaks no rule');
SELECT is((SELECT o.last_recorded FROM medsched.schedule_overview(:ann) AS o WHERE o.schedule_id = pg_temp.id('a11')), '2026-01-10 08:20:31Z', 'the last recorded');

-- What it cannot be ---------------------------------------------------------------------
SELECT is(pg_temp.says(format('SELECT medsched.record_extra_dose(%L, %L, %L)', pg_temp.id(u), pg_temp.id(s), at)), error, at || ' of ' || s) FROM (VALUES
  ('a', 'a11', '2026-01-10 20:00:00.9Z', '23514 medsched.dose_taken.extra_dose_is_extra: schedule "a11" has a dose at 2026-01-10 20:00:00'
   ' | An extra dose is at none of its schedule''s. | To record the schedule''s dose, call medsched.mark_dose_taken().'),
  ('a', 'a11', '2026-01-10 08:00Z', '55000 medsched.dose_taken.dose_already_taken: the dose at 2026-01-10 08:00:00 is already recorded as taken'
   ' | It is one of the schedule''s doses. | An extra dose is recorded at another second.'),
  ('a', 'a21', '2026-01-10 09:00Z', '55000 medsched.schedules.schedule_has_set_times: schedule "a21" is as needed | It has no set times that a dose could be beside. | Call medsched.take_as_needed().'),
  ('b', 'a11', '2026-01-10 09:00Z', 'P0002 medsched.schedules.schedule_exists: schedule "a11" not found | User "00b" has no schedule by that id.'),
  ('a', 'a11', 'infinity', '22023: taken_at must be finite'),
  ('a', 'a11', '10000-01-01Z', '22023: taken_at is out of range | It is 10000-01-01 00:00:00. | Use an instant in the years 1 to 9999.')) AS t (u, s, at, error);
SELECT is(pg_temp.says(sql), error, sql) FROM (VALUES
  ($$SELECT medsched.record_extra_dose(NULL, pg_temp.id('a11'), '2026-01-10 09:00Z')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.record_extra_dose(pg_temp.id('a'), NULL, '2026-01-10 09:00Z')$$, '22004: schedule_id must not be null'),
  ($$SELECT medsched.record_extra_dose(pg_temp.id('a'), pg_temp.id('a11'), NULL)$$, '22004: taken_at must not be null'),
  ($$SELECT medsched.record_extra_dose(pg_temp.id('a'), pg_temp.id('a11'), '2026-01-10 09:00Z', amount => 0)$$,
   '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is 0.'),
  ($$SELECT medsched.record_extra_dose(pg_temp.id('a'), pg_temp.id('a11'), '2026-01-10 09:00Z', amount => 'NaN')$$,
   '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is NaN.'),
  ($$SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a11'), '2026-01-10 08:20:30Z')$$,
   '55000 medsched.dose_taken.dose_already_extra: the dose at 2026-01-10 08:20:30 is already recorded as extra | It was taken at 2026-01-10 08:20:30.7.'
   ' | If it is the dose of the schedule, call medsched.undo_dose() first.'),
  ($$SELECT medsched.skip_dose(pg_temp.id('a'), pg_temp.id('a11'), '2026-01-10 08:20:30Z')$$,
   '55000 medsched.dose_taken.dose_already_extra: the dose at 2026-01-10 08:20:30 is already recorded as extra | It was taken at 2026-01-10 08:20:30.7.'
   ' | If it is the dose of the schedule, call medsched.undo_dose() first.'),
  ($$SELECT medsched.dose_status('2026-01-10 09:00Z', 'none', NULL)$$,
   '22023: unrecognized outcome "none" | An outcome is "taken", "skipped", "extra", or null for a dose that is not recorded.')) AS t (sql, error);

-- By whatever means.
SELECT is(pg_temp.says(sql), error, sql) FROM (VALUES
  ($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome) VALUES (pg_temp.id('a'), pg_temp.id('a21'), '2026-01-10 09:00Z', 'extra')$$,
   '23514 medsched.dose_taken.extra_dose_not_as_needed: a dose as needed cannot be extra | Schedule "a21" has no set times that a dose could be beside. | Call medsched.take_as_needed().'),
  ($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome) VALUES (pg_temp.id('a'), pg_temp.id('a11'), '2026-01-10 09:00:00.5Z', 'extra')$$,
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "a11" has no dose at 2026-01-10 09:00:00.5 | An extra dose is at a whole second. | Call medsched.record_extra_dose(), which leaves out the fraction of the second.'),
  ($$UPDATE medsched.dose_taken SET outcome = 'taken' WHERE scheduled_for = '2026-01-10 08:20:31Z'$$,
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "a11" has no dose at 2026-01-10 08:20:31 | The nearest doses are at 2026-01-10 08:00:00 and at 2026-01-10 20:00:00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ($$UPDATE medsched.dose_taken SET outcome = 'extra' WHERE scheduled_for = '2026-01-10 08:00Z'$$,
   '23514 medsched.dose_taken.extra_dose_is_extra: schedule "a11" has a dose at 2026-01-10 08:00:00 | An extra dose is at none of its schedule''s. | To record the schedule''s dose, call medsched.mark_dose_taken().'),
  ($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at) VALUES (pg_temp.id('a'), pg_temp.id('a11'), '2026-01-10 09:00Z', 'extra', NULL)$$,
   '23514 medsched.dose_taken.dose_taken_taken_at_when_taken: new row for relation "dose_taken" violates check constraint "dose_taken_taken_at_when_taken"')) AS t (sql, error);

-- In the way of nothing -----------------------------------------------------------------
SELECT is(pg_temp.extra('a11', '2025-12-31 08:00Z'), '2025-12-31 08:00:00+00 2025-12-31 08:00:00+00 extra t', 'before the schedule begins');
SELECT is(pg_temp.extra('a11', '2026-02-01 09:00Z'), '2026-02-01 09:00:00+00 2026-02-01 09:00:00+00 extra t', 'ahead');
SELECT lives_ok($$SELECT medsched.revise_schedule(pg_temp.id('a'), pg_temp.id('a11'), '2026-01-15', jsonb_build_object('id', pg_temp.id('a12'), 'dose_amount', 10))$$, 'revised before it');
SELECT lives_ok($$UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;BYHOUR=9,20' WHERE id = pg_temp.id('a12')$$, 'another rhythm');
SELECT lives_ok($$UPDATE medsched.schedules SET exdates = '{2026-01-11 08:00}' WHERE id = pg_temp.id('a11')$$, 'a dose left out');
SELECT is(pg_temp.extra('a12', '2026-01-16 09:30Z'), '2026-01-16 09:30:00+00 2026-01-16 09:30:00+00 extra t', 'of what replaced it');
SELECT lives_ok($$SELECT * FROM medsched.change_time_zone(pg_temp.id('a'), 'Europe/Berlin', '2026-01-16 00:00Z')$$, 'a journey before it');
SELECT is((SELECT count(*) FROM medsched.schedules WHERE time_zone = 'Europe/Berlin' AND effective_from = '2026-01-16 00:00Z'), 1::bigint, 'goes on from its instant');
SELECT is(medsched.inactivate_medication(:ann, pg_temp.id('a1'), '2026-01-17'), '2026-01-17Z', 'inactivated before it');
SELECT is(pg_temp.extra('a12', '2026-01-18 09:30Z'), '2026-01-18 09:30:00+00 2026-01-18 09:30:00+00 extra t', 'after the inactivation');
SELECT is(pg_temp.listed('a', '2026-01-18', '2026-02-02'), '18 09:30:00 a1 extra, 01 09:00:00 a1 extra', 'all are listed');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'and no rule is broken');
-- But with its schedule it stays.
SELECT is(pg_temp.says($$DELETE FROM medsched.schedules WHERE id = pg_temp.id('a12')$$) ~ '^23(503|514)', true, 'its schedule stays');
SELECT is(pg_temp.says($$UPDATE medsched.schedules SET medication_id = pg_temp.id('a2') WHERE id = pg_temp.id('a12')$$) ~ '^23514 medsched.schedules.recorded_dose_keeps_schedule', true, 'of its medication');

-- Taken back ----------------------------------------------------------------------------
SELECT is((SELECT concat_ws(' ', u.scheduled_for, u.outcome, u.reason) FROM medsched.undo_dose(:ann, pg_temp.id('a11'), '2026-01-10 08:20:30Z') AS u), '2026-01-10 08:20:30+00 extra vomited', 'undone');
SELECT is((SELECT u.outcome FROM medsched.undo_dose_by_id(:ann, medsched.dose_id(pg_temp.id('a11'), '2026-01-10 08:20:31Z')) AS u), 'extra', 'by its handle, too');
SELECT is(pg_temp.listed('a', '2026-01-10', '2026-01-11'), '10 08:00:00 a1 taken, 10 20:00:00 a1 missed', 'and gone');

-- A dose that the schedule gets at that second is open for what asks for it, and recorded once the extra one is taken back.
INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id('b'), pg_temp.id('b1'), 'b1');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  (pg_temp.id('b'), pg_temp.id('b11'), pg_temp.id('b1'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY');
SELECT pg_temp.extra('b11', '2026-01-02 12:00Z') \g /dev/null
UPDATE medsched.schedules SET rdates = '{2026-01-02 12:00}' WHERE id = pg_temp.id('b11');
SELECT is(pg_temp.listed('b', '2026-01-02', '2026-01-03'), '02 08:00:00 b1 missed, 02 12:00:00 b1 extra', 'it stays an extra dose');
SELECT is((SELECT concat_ws(' ', a.scheduled, a.taken, a.missed) FROM medsched.adherence(pg_temp.id('b'), '2026-01-02', '2026-01-03') AS a), '2 0 2', 'and does not count for it');

-- Limits --------------------------------------------------------------------------------

-- Of a substance: tablets of 500 mg, two at 08:00 and at 20:00; a syrup of 50 mg a millilitre, 20 ml as needed.  At most 4 g in
-- 24 hours, 4 hours apart.
SELECT medsched.create_medication(pg_temp.id('c'), 'tablets', jsonb_build_array(jsonb_build_object('id', pg_temp.id('c11'), 'starts_at', '2026-01-01T08:00',
  'time_zone', 'UTC', 'rrule', 'FREQ=DAILY;BYHOUR=8,20', 'dose_amount', 2, 'dose_unit', 'tablet')), substance => 'paracetamol', substance_amount => 500, substance_unit => 'mg') \g /dev/null
SELECT medsched.create_medication(pg_temp.id('c'), 'syrup', jsonb_build_array(jsonb_build_object('id', pg_temp.id('c21'), 'starts_at', '2026-01-01T00:00',
  'time_zone', 'UTC', 'as_needed', true, 'dose_amount', 20, 'dose_unit', 'ml')), substance => 'paracetamol', substance_amount => 50, substance_unit => 'mg') \g /dev/null
SELECT medsched.set_substance_limits(pg_temp.id('c'), 'paracetamol', '[{"amount": 4, "within": "24 hours"}]', 'g', '4 hours') \g /dev/null
CREATE FUNCTION pg_temp.allowed(at text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', to_char(a.allowed_at, 'DD HH24:MI:SS'), a.amount, a.unit) FROM medsched.allowance(pg_temp.id('c'), 'paracetamol', at::timestamptz) AS a
$$;
\set hint ''' | Call medsched.allowance() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'''

SELECT medsched.mark_dose_taken(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 08:00Z', '2026-01-10 08:00Z') \g /dev/null
SELECT is(pg_temp.says($$SELECT medsched.record_extra_dose(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 11:59:59Z')$$),
  '23514 medsched.dose_taken.substance_limits: the dose at 2026-01-10 11:59:59 is too close to another of paracetamol'
  ' | Doses of paracetamol are at least 04:00:00 apart, and one was taken at 2026-01-10 08:00:00. The next is allowed at 2026-01-10 12:00:00.' || :hint, 'too soon');
SELECT is(pg_temp.says($$SELECT medsched.record_extra_dose(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 12:00Z', amount => 6.5)$$),
  '23514 medsched.dose_taken.substance_limits: the dose at 2026-01-10 12:00:00 is too much paracetamol in 24 hours'
  ' | At most 4 g of paracetamol are taken in any 24 hours, and 1 g were taken at 2026-01-10 08:00:00. The next is allowed at 2026-01-11 08:00:00.' || :hint, '1 g and 3.25 g are too much');
SELECT is(pg_temp.extra('c11', '2026-01-10 12:00:00.5Z', ', amount => 1'), '2026-01-10 12:00:00+00 2026-01-10 12:00:00.5+00 extra 1 t', 'one tablet is not');
-- 1.5 g by now; four hours are from when it was taken.
SELECT is(pg_temp.allowed('2026-01-10 12:00:01Z'), '10 16:00:01 2.5 g', 'it counts for what is allowed');
SELECT is(medsched.next_as_needed_at(pg_temp.id('c'), pg_temp.id('c21'), '2026-01-10 12:00:01Z'), '2026-01-10 16:00:01Z', 'and for the next as needed');
SELECT is(pg_temp.says($$SELECT medsched.take_as_needed(pg_temp.id('c'), pg_temp.id('c21'), '2026-01-10 16:00Z')$$),
  '23514 medsched.dose_taken.substance_limits: the dose at 2026-01-10 16:00:00 is too close to another of paracetamol'
  ' | Doses of paracetamol are at least 04:00:00 apart, and one was taken at 2026-01-10 12:00:00.5. The next is allowed at 2026-01-10 16:00:01.' || :hint, 'which is refused before');
SELECT lives_ok($$SELECT medsched.take_as_needed(pg_temp.id('c'), pg_temp.id('c21'), '2026-01-10 16:00:01Z')$$, 'and recorded then');
-- Two tablets more at 14:00, in spite of it: 1, 0.5, 1 and 1 are 3.5 g.
SELECT is(pg_temp.says($$SELECT medsched.record_extra_dose(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 14:00Z', despite_limits => ' ')$$),
  '23514 medsched.dose_taken.dose_taken_despite_limits_valid: despite_limits must have 1 to 1000 characters that are not all blank | It is " ".', 'without a reason it is not obeyed');
SELECT is(pg_temp.extra('c11', '2026-01-10 14:00Z', ', reason => ''vomited'', despite_limits => ''told to'''), '2026-01-10 14:00:00+00 2026-01-10 14:00:00+00 extra vomited t', 'with one it is');
SELECT results_eq($$SELECT reason, despite_limits FROM medsched.dose_taken WHERE user_id = pg_temp.id('c') AND scheduled_for = '2026-01-10 14:00Z'$$, $$VALUES ('vomited', 'told to')$$, 'both are kept');
SELECT is((SELECT concat_ws(' ', e.despite_limits, e.newly_taken) FROM medsched.record_extra_dose(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 14:00Z') AS e), 'told to f', 'again it changes nothing');
SELECT is(pg_temp.allowed('2026-01-10 16:00:01Z'), '10 20:00:01 0.5 g', 'it counts for what is allowed');
SELECT is(pg_temp.says($$UPDATE medsched.dose_taken SET despite_limits = NULL WHERE user_id = pg_temp.id('c') AND scheduled_for = '2026-01-10 14:00Z'$$) ~ '^23514 medsched.dose_taken.substance_limits: the dose at 2026-01-10 14:00:00 is too close', true, 'the reason cannot be taken away');
SELECT is(pg_temp.says($$UPDATE medsched.dose_taken SET amount = 3 WHERE user_id = pg_temp.id('c') AND scheduled_for = '2026-01-10 12:00Z'$$) ~ '^23514 medsched.dose_taken.substance_limits', true, 'nor the other one become more');
SELECT is(pg_temp.says($$SELECT medsched.mark_dose_taken(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 20:00Z', '2026-01-10 20:00:30Z')$$),
  '23514 medsched.dose_taken.substance_limits: the dose at 2026-01-10 20:00:30 is too much paracetamol in 24 hours'
  ' | At most 4 g of paracetamol are taken in any 24 hours, and 3.5 g were taken from 2026-01-10 08:00:00 to 2026-01-10 16:00:01. The next is allowed at 2026-01-11 08:00:00.' || :hint, 'the evening''s is too much');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'no rule is broken');
SELECT is((SELECT concat_ws(' ', u.outcome, u.despite_limits) FROM medsched.undo_dose(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 14:00Z') AS u), 'extra told to', 'taken back');
SELECT is(pg_temp.allowed('2026-01-10 20:00:30Z'), '10 20:00:30 1.5 g', 'it no longer counts');
SELECT lives_ok($$SELECT medsched.mark_dose_taken(pg_temp.id('c'), pg_temp.id('c11'), '2026-01-10 20:00Z', '2026-01-10 20:00:30Z')$$, 'and the evening''s is recorded');

-- As needed, loaded with the trigger off.
ALTER TABLE medsched.dose_taken DISABLE TRIGGER dose_is_scheduled;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome) VALUES (:ann, pg_temp.id('a21'), '2026-01-10 09:00Z', 'extra');
ALTER TABLE medsched.dose_taken ENABLE TRIGGER dose_is_scheduled;
SELECT is((SELECT string_agg(concat_ws(' ', i.rule, i.problem), ', ') FROM medsched.check_integrity() AS i), 'extra_dose_not_as_needed A dose as needed is no extra one.', 'check_integrity names it');

SELECT * FROM finish();
ROLLBACK;
