\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(75);

-- Ann and Ben.
\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''

-- A medication has at least one schedule -----------------------------------

SELECT is(pg_temp.failure($$
  INSERT INTO medsched.medications (user_id, id, name)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', 'Metformin');
  SET CONSTRAINTS ALL IMMEDIATE$$),
  '23514 medsched.medications.medication_has_schedule: medication "00000000-0000-0000-0000-0000000000a1" has no schedule'
  ' | A medication has at least one schedule when its transaction commits.'
  ' | Insert both in one transaction, or call medsched.create_medication().',
  'a medication without a schedule');

SELECT is(pg_temp.failure($$
  INSERT INTO medsched.medications (user_id, id, name)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', 'Metformin');
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11',
          '00000000-0000-0000-0000-0000000000a1', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20'),
         ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a12',
          '00000000-0000-0000-0000-0000000000a1', '2026-01-01 12:00', 'Europe/Berlin', 'FREQ=WEEKLY');
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED$$),
  'no error', 'medication, then schedules, in one transaction');

SELECT is(pg_temp.failure($$
  WITH schedule AS (
    INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone)
    VALUES ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000b1', '2026-01-01 09:00', 'Asia/Kolkata'))
  INSERT INTO medsched.medications (user_id, id, name)
  VALUES ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000b1', 'Hepatitis B vaccine');
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED$$),
  'no error', 'both in one statement');

SELECT is(pg_temp.failure($$DELETE FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-000000000a12';
                           SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED$$),
  'no error', 'one of two schedules may be deleted');

SELECT is(pg_temp.failure($$DELETE FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-000000000a11';
                           SET CONSTRAINTS ALL IMMEDIATE$$),
  '23514 medsched.schedules.medication_has_schedule: medication "00000000-0000-0000-0000-0000000000a1" has no schedule'
  ' | A medication has at least one schedule when its transaction commits.'
  ' | A medication that is no longer taken keeps its schedules: call medsched.inactivate_medication().',
  'the last may not');

SELECT is(pg_temp.failure($$
  DELETE FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-000000000a11';
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11',
          '00000000-0000-0000-0000-0000000000a1', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20');
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED$$),
  'no error', 'unless another takes its place in the same transaction');

INSERT INTO medsched.medications (user_id, id, name) VALUES (:ann, '00000000-0000-0000-0000-0000000000a2', 'Alendronate');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
VALUES (:ann, '00000000-0000-0000-0000-000000000a21', '00000000-0000-0000-0000-0000000000a2', '2026-01-04 07:00', 'Europe/Berlin', 'FREQ=WEEKLY;BYDAY=SU');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET medication_id = '00000000-0000-0000-0000-0000000000a1'
                            WHERE id = '00000000-0000-0000-0000-000000000a21'; SET CONSTRAINTS ALL IMMEDIATE$$),
  '23514 medsched.schedules.medication_has_schedule: medication "00000000-0000-0000-0000-0000000000a2" has no schedule'
  ' | A medication has at least one schedule when its transaction commits.'
  ' | A medication that is no longer taken keeps its schedules: call medsched.inactivate_medication().',
  'the last schedule may not move to another medication either');

SELECT is(pg_temp.failure($$
  DELETE FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-000000000a21';
  UPDATE medsched.medications SET id = '00000000-0000-0000-0000-0000000000a3' WHERE id = '00000000-0000-0000-0000-0000000000a2';
  SET CONSTRAINTS ALL IMMEDIATE$$),
  '23514 medsched.medications.medication_has_schedule: medication "00000000-0000-0000-0000-0000000000a3" has no schedule'
  ' | A medication has at least one schedule when its transaction commits.'
  ' | Insert both in one transaction, or call medsched.create_medication().',
  'nor does a new id hide that the last schedule is gone');

SELECT is(pg_temp.failure($$
  INSERT INTO medsched.medications (user_id, id, name)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a4', 'x');
  UPDATE medsched.medications SET id = '00000000-0000-0000-0000-0000000000a5' WHERE id = '00000000-0000-0000-0000-0000000000a4';
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a5', '2026-01-01 08:00', 'UTC');
  SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED$$),
  'no error', 'a medication that got its id late has its schedule under that id');

-- Medications are not deleted ----------------------------------------------

SELECT is(pg_temp.failure($$DELETE FROM medsched.medications WHERE id = '00000000-0000-0000-0000-0000000000a1'$$),
  '23001 medsched.medications.medications_not_deleted: medication "00000000-0000-0000-0000-0000000000a1" cannot be deleted'
  ' | Medications are kept, with the doses recorded.'
  ' | Inactivate it: call medsched.inactivate_medication(). To close an account, call medsched.erase_user().',
  'a medication is not deleted');

SELECT is(pg_temp.failure($$TRUNCATE medsched.medications CASCADE$$),
  '23001 medsched.medications.medications_not_truncated: table "medications" cannot be truncated'
  ' | Medications are kept, with their schedules and the doses recorded.'
  ' | To end a medication, call medsched.inactivate_medication(). To empty a database for tests, call medsched.reset_for_tests().',
  'nor truncated');

SELECT is(pg_temp.failure($$TRUNCATE medsched.schedules CASCADE$$),
  '23001 medsched.schedules.schedules_not_truncated: table "schedules" cannot be truncated'
  ' | Medications are kept, with their schedules and the doses recorded.'
  ' | To end a medication, call medsched.inactivate_medication(). To empty a database for tests, call medsched.reset_for_tests().',
  'nor are schedules');

-- A schedule has a dose -----------------------------------------------------

SELECT is(pg_temp.failure($$
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rrule)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1',
          '2026-01-01 08:00', 'UTC', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')$$),
  '23514 medsched.schedules.schedule_has_dose: schedule can never have a dose'
  ' | From 2026-01-01 08:00:00 on, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" less the exdates names no time.'
  ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.',
  '30 February');

SELECT is(pg_temp.failure($$
  UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;UNTIL=20251231T235959Z' WHERE id = '00000000-0000-0000-0000-000000000a21'$$),
  '23514 medsched.schedules.schedule_has_dose: schedule can never have a dose'
  ' | From 2026-01-04 07:00:00 on, "FREQ=DAILY;UNTIL=20251231T235959Z" less the exdates names no time.'
  ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.',
  'UNTIL before the start, by an update');

SELECT is(pg_temp.failure($$
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, exdates)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1',
          '2026-01-01 08:00', 'UTC', '{2026-01-01 08:00}')$$),
  '23514 medsched.schedules.schedule_has_dose: schedule can never have a dose'
  ' | Its exdates leave out its only time, 2026-01-01 08:00:00.'
  ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.',
  'a single dose, excluded');

SELECT is(pg_temp.failure($$
  UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;COUNT=2', starts_at = '2026-01-04 07:00',
         exdates = '{2026-01-04 07:00, 2026-01-05 07:00}' WHERE id = '00000000-0000-0000-0000-000000000a21'$$) ~ '^23514.*schedule_has_dose',
  true, 'COUNT counts before the exdates take away');

SELECT is(pg_temp.failure($$
  UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;COUNT=2', starts_at = '2026-01-04 07:00',
         effective_from = '2026-01-05 06:00:01Z' WHERE id = '00000000-0000-0000-0000-000000000a21'$$),
  '23514 medsched.schedules.schedule_has_dose: schedule can never have a dose'
  ' | From 2026-01-05 06:00:01+00 on, "FREQ=DAILY;COUNT=2" less the exdates names no time.'
  ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.',
  'and what lies before effective_from');

-- A mistyped year; an end is exclusive, so 08:00 leaves out the dose at 08:00.
SELECT is(pg_temp.failure($$
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rrule, ends_at)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1',
          '2026-11-01 08:00', 'UTC', 'FREQ=DAILY', '2026-11-01 08:00Z')$$),
  '23514 medsched.schedules.schedule_has_dose: schedule ends before its first dose'
  ' | Its ends_at is 2026-11-01 08:00:00+00, its first dose would be at 2026-11-01 08:00:00+00.'
  ' | Check the year of ends_at and of starts_at.',
  'a new schedule that ends before its first dose');
SELECT lives_ok($$
  INSERT INTO medsched.schedules (user_id, medication_id, id, starts_at, time_zone, rrule, ends_at)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-000000000a29',
          '2026-11-01 08:00', 'UTC', 'FREQ=DAILY', '2026-11-01 08:00:01Z')$$, 'one that ends after it is right');
SELECT lives_ok($$
  UPDATE medsched.schedules SET ends_at = '2026-10-01Z' WHERE id = '00000000-0000-0000-0000-000000000a29';
  DELETE FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-000000000a29'$$, 'one that is superseded before it begins is history');

-- 29 February 2028 is a Tuesday: the first after 2026.
SELECT is(pg_temp.failure($$
  UPDATE medsched.schedules SET rrule = 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29', ends_at = '2026-06-01Z' WHERE id = '00000000-0000-0000-0000-000000000a21';
  UPDATE medsched.schedules SET rrule = 'FREQ=WEEKLY;BYDAY=SU', ends_at = NULL WHERE id = '00000000-0000-0000-0000-000000000a21'$$),
  'no error', 'one that ends before its first dose is history, not a mistake');

SELECT is(pg_temp.failure($$
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rdates)
  VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1',
          '2026-01-01 08:00', 'UTC', ARRAY[NULL]::timestamp[])$$),
  '22004: rdates must not contain a null', 'a NULL among the dates');

-- Only a scheduled dose can be recorded --------------------------------------
-- Ann's metformin: 08:00 and 20:00 in Berlin, 07:00Z and 19:00Z in winter.

CREATE FUNCTION pg_temp.record(schedule_id text, scheduled_for timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format(
    'INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (%L, %L, %L)',
    '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-' || lpad(schedule_id, 12, '0'), scheduled_for))
$$;
\set not_scheduled '''23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a11" has no dose at '''
\set before_start '''23514 medsched.dose_taken.dose_before_start: schedule "00000000-0000-0000-0000-000000000a11" has no dose at '''
\set after_end '''23514 medsched.dose_taken.dose_after_end: schedule "00000000-0000-0000-0000-000000000a11" has no dose at '''
\set after_inactivation '''23514 medsched.dose_taken.dose_after_inactivation: schedule "00000000-0000-0000-0000-000000000a11" has no dose at '''
\set hint ''' | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'''

SELECT is(pg_temp.record('a11', '2026-01-15 07:00Z'), 'no error', 'a dose at its time');
SELECT is(pg_temp.record('a11', '2026-03-29 06:00Z'), 'no error', 'a dose at its time, after the clocks went forward');
SELECT is(pg_temp.record('a11', '2026-01-15 08:00Z'),
  :not_scheduled || '2026-01-15 08:00:00+00 | The nearest doses are at 2026-01-15 07:00:00+00 and at 2026-01-15 19:00:00+00.' || :hint,
  'an hour late is not its time');
SELECT is(pg_temp.record('a11', '2026-03-29 07:00Z'),
  :not_scheduled || '2026-03-29 07:00:00+00 | The nearest doses are at 2026-03-29 06:00:00+00 and at 2026-03-29 18:00:00+00.' || :hint,
  'nor is the winter''s hour in summer');
SELECT is(pg_temp.record('a11', '2026-01-15 07:00:00.5Z'),
  :not_scheduled || '2026-01-15 07:00:00.5+00 | The nearest doses are at 2026-01-15 07:00:00+00 and at 2026-01-15 19:00:00+00.' || :hint,
  'nor is half a second later');
SELECT is(pg_temp.record('a11', '2025-12-31 19:00Z'),
  :before_start || '2025-12-31 19:00:00+00 | The first dose is at 2026-01-01 07:00:00+00.' || :hint,
  'nor is a time before the start');

SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET scheduled_for = '2026-01-15 08:00Z' WHERE scheduled_for = '2026-01-15 07:00Z'$$),
  :not_scheduled || '2026-01-15 08:00:00+00 | The nearest doses are at 2026-01-15 07:00:00+00 and at 2026-01-15 19:00:00+00.' || :hint,
  'a recorded dose cannot move off its time');
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET scheduled_for = '2026-01-15 19:00Z' WHERE scheduled_for = '2026-01-15 07:00Z'$$),
  'no error', 'but to another dose of the schedule');
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET note = 'with water' WHERE scheduled_for = '2026-01-15 19:00Z'$$),
  'no error', 'and get a note');

-- Against a trigger of the application's that changes the row on its way in.
CREATE FUNCTION pg_temp.shift() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN NEW.scheduled_for := NEW.scheduled_for + interval '1 hour'; RETURN NEW; END$$;
CREATE TRIGGER zzz_shift BEFORE INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.shift();
SELECT is(pg_temp.record('a11', '2026-01-16 07:00Z'),
  :not_scheduled || '2026-01-16 08:00:00+00 | The nearest doses are at 2026-01-16 07:00:00+00 and at 2026-01-16 19:00:00+00.' || :hint,
  'what counts is what is stored');
DROP TRIGGER zzz_shift ON medsched.dose_taken;

-- Ends: 2026-02-01 07:00Z is 08:00 in Berlin, and no longer a dose.
UPDATE medsched.schedules SET ends_at = '2026-04-01 07:00Z' WHERE id = '00000000-0000-0000-0000-000000000a11';
SELECT is(pg_temp.record('a11', '2026-04-01 06:00Z'), 'no error', 'a dose before the schedule''s end');
SELECT is(pg_temp.record('a11', '2026-04-01 18:00Z'),
  :after_end || '2026-04-01 18:00:00+00 | The schedule ended at 2026-04-01 07:00:00+00.' || :hint,
  'a dose after the schedule''s end');
UPDATE medsched.schedules SET ends_at = '2026-04-02 06:00Z' WHERE id = '00000000-0000-0000-0000-000000000a11';
SELECT is(pg_temp.record('a11', '2026-04-02 06:00Z'),
  :after_end || '2026-04-02 06:00:00+00 | The schedule ended at 2026-04-02 06:00:00+00.' || :hint,
  'a dose at the very end, which is exclusive');
SELECT is(pg_temp.record('a11', '2026-04-01 20:00Z'),
  :not_scheduled || '2026-04-01 20:00:00+00 | The last dose is at 2026-04-01 18:00:00+00.' || :hint,
  'no dose is named that is after the end');
UPDATE medsched.schedules SET ends_at = NULL WHERE id = '00000000-0000-0000-0000-000000000a11';

UPDATE medsched.medications SET inactivated_at = '2026-05-01 06:00Z' WHERE id = '00000000-0000-0000-0000-0000000000a1';
SELECT is(pg_temp.record('a11', '2026-04-30 18:00Z'), 'no error', 'a dose before the medication was inactivated');
SELECT is(pg_temp.record('a11', '2026-05-01 06:00Z'),
  :after_inactivation || '2026-05-01 06:00:00+00 | The medication was inactivated at 2026-05-01 06:00:00+00.'
  ' | Record a dose before that, or take the medication up again: call medsched.reactivate_medication().',
  'a dose when it was');
UPDATE medsched.medications SET inactivated_at = NULL WHERE id = '00000000-0000-0000-0000-0000000000a1';

-- A recorded dose keeps its schedule -----------------------------------------
-- Recorded: 15 Jan 19:00Z, 29 Mar 06:00Z, 1 Apr 06:00Z, 30 Apr 18:00Z.

SELECT set_eq($$SELECT scheduled_for FROM medsched.dose_taken$$,
  $$VALUES (timestamptz '2026-01-15 19:00Z'), ('2026-03-29 06:00Z'), ('2026-04-01 06:00Z'), ('2026-04-30 18:00Z')$$,
  'what is recorded');

CREATE FUNCTION pg_temp.change(assignment text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('UPDATE medsched.schedules SET %s WHERE id = %L',
                                assignment, '00000000-0000-0000-0000-000000000a11'))
$$;
SELECT is(pg_temp.change(assignment),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: '
  'schedule "00000000-0000-0000-0000-000000000a11" has recorded doses that would no longer be scheduled'
  ' | The first of them is dose "' || handle || '", at ' || first || '.'
  ' | Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().',
  assignment)
FROM (VALUES
  ($$rrule = 'FREQ=DAILY;BYHOUR=8'$$,                                   '2026-01-15 19:00:00+00'),
  ($$rrule = 'FREQ=DAILY;BYHOUR=20'$$,                                  '2026-03-29 06:00:00+00'),
  ($$rrule = NULL$$,                                                    '2026-01-15 19:00:00+00'),
  ($$rrule = 'FREQ=DAILY;BYHOUR=8,20;UNTIL=20260401'$$,                 '2026-04-30 18:00:00+00'),
  ($$time_zone = 'Europe/London'$$,                                     '2026-01-15 19:00:00+00'),
  ($$starts_at = '2026-02-01 08:00'$$,                                  '2026-01-15 19:00:00+00'),
  ($$exdates = '{2026-03-29 08:00}'$$,                                  '2026-03-29 06:00:00+00'),
  ($$ends_at = '2026-04-30 18:00Z'$$,                                   '2026-04-30 18:00:00+00'),
  ($$effective_from = '2026-01-15 19:00:00.000001Z'$$,                  '2026-01-15 19:00:00+00'),
  -- 15 January is day 14, in the 21 days on; 29 March is day 87 = 3 * 28 + 3,
  -- on; 1 April is day 90 = 3 * 28 + 6, on; 30 April is day 119 = 4 * 28 + 7, on.
  -- With 14 days on and 14 off, 15 January is off.
  ($$cycle_days_on = 14, cycle_days_off = 14$$,                         '2026-01-15 19:00:00+00'),
  ($$medication_id = '00000000-0000-0000-0000-0000000000a2'$$,          '2026-01-15 19:00:00+00')
) AS t (assignment, first)
JOIN (VALUES
  ('2026-01-15 19:00:00+00', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDEtMTVUMTk6MDA6MDAuMDAwWg'),
  ('2026-03-29 06:00:00+00', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg'),
  ('2026-04-30 18:00:00+00', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDQtMzBUMTg6MDA6MDAuMDAwWg')) AS d (first, handle) USING (first);

SELECT is(pg_temp.change(assignment), 'no error', assignment)
FROM (VALUES
  ($$rrule = 'FREQ=HOURLY;BYHOUR=8,20'$$),
  ($$rrule = 'FREQ=DAILY;BYHOUR=8,14,20'$$),
  ($$time_zone = 'Europe/Vienna'$$),
  ($$exdates = '{2026-03-28 08:00}'$$),
  ($$ends_at = '2026-04-30 18:00:01Z'$$),
  ($$effective_from = '2026-01-15 19:00Z'$$),
  ($$cycle_days_on = 21, cycle_days_off = 7$$),
  ($$instructions = 'with food', dose_amount = 500, dose_unit = 'mg'$$)
) AS t (assignment);

SELECT is(pg_temp.failure($$UPDATE medsched.medications SET inactivated_at = '2026-04-30 18:00Z' WHERE id = '00000000-0000-0000-0000-0000000000a1'$$),
  '23514 medsched.medications.recorded_dose_keeps_schedule: '
  'medication "00000000-0000-0000-0000-0000000000a1" has recorded doses that would no longer be scheduled'
  ' | The first of them is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDQtMzBUMTg6MDA6MDAuMDAwWg", at 2026-04-30 18:00:00+00.'
  ' | Choose an instant after the doses recorded, or take the records back: call medsched.undo_dose().',
  'a medication is not inactivated before a dose recorded');
SELECT is(pg_temp.failure($$UPDATE medsched.medications SET inactivated_at = '2026-04-30 18:00:00.000001Z' WHERE id = '00000000-0000-0000-0000-0000000000a1';
                            UPDATE medsched.medications SET inactivated_at = NULL WHERE id = '00000000-0000-0000-0000-0000000000a1'$$),
  'no error', 'but right after it');

-- As needed: any whole second from the start on.
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed)
VALUES (:ann, '00000000-0000-0000-0000-000000000a22', '00000000-0000-0000-0000-0000000000a2', '2026-01-04 07:00', 'Europe/Berlin', true);
SELECT is(pg_temp.record('a22', '2026-01-04 06:00Z'), 'no error', 'as needed, the first dose is at the start');
SELECT is(pg_temp.record('a22', '2026-01-04 12:34:56Z'), 'no error', 'another is at any second');
SELECT is(pg_temp.record('a22', '2026-01-04 05:59:59Z'),
  '23514 medsched.dose_taken.dose_before_start: schedule "00000000-0000-0000-0000-000000000a22" has no dose at 2026-01-04 05:59:59+00'
  ' | As needed, a dose is at a whole second from 2026-01-04 07:00:00 in Europe/Berlin on, until the end of the year 9999.'
  ' | Record it for a schedule in effect then: medsched.schedule_history() lists them.', 'none is before the start');
SELECT is(pg_temp.record('a22', '2026-01-04 12:34:56.5Z'),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a22" has no dose at 2026-01-04 12:34:56.5+00'
  ' | As needed, a dose is at a whole second from 2026-01-04 07:00:00 in Europe/Berlin on, until the end of the year 9999.'
  ' | Call medsched.take_as_needed(), which leaves out the fraction of the second.', 'nor at a part of a second');

-- The functions are triggers, and of our tables.  PostgreSQL itself says so of those in PL/pgSQL.
SELECT throws_ok(format('SELECT medsched.%I()', name), CASE WHEN :'native' THEN '39P01' ELSE '0A000' END,
  CASE WHEN :'native' THEN format('function "%s" was not called by the trigger manager', name) ELSE 'trigger functions can only be called as triggers' END,
  name || ' is no plain function')
FROM (VALUES ('medication_has_schedule'), ('medications_not_deleted'), ('tables_not_truncated'), ('schedule_has_dose'),
             ('dose_is_scheduled'), ('recorded_dose_holds_schedule'), ('recorded_dose_keeps_schedule'),
             ('recorded_dose_keeps_medication')) AS t (name);
CREATE TABLE public.dose_taken (LIKE medsched.dose_taken);
CREATE TRIGGER spy AFTER INSERT ON public.dose_taken FOR EACH ROW EXECUTE FUNCTION medsched.dose_is_scheduled();
SELECT throws_ok($$INSERT INTO public.dose_taken SELECT * FROM medsched.dose_taken LIMIT 1$$,
  '39P01', 'function "dose_is_scheduled" is for the tables of medsched', 'no other table can ask a rule about rows');
CREATE TRIGGER early BEFORE INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION medsched.dose_is_scheduled();
SELECT throws_ok($$INSERT INTO medsched.dose_taken SELECT * FROM medsched.dose_taken LIMIT 1$$,
  '39P01', 'function "dose_is_scheduled" was not fired as the trigger it is made for', 'a rule is not fired at another moment');
DROP TRIGGER early ON medsched.dose_taken;
CREATE TRIGGER other BEFORE INSERT ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION medsched.recorded_dose_holds_schedule();
SELECT throws_ok($$INSERT INTO medsched.schedules SELECT * FROM medsched.schedules LIMIT 1$$,
  '39P01', 'function "recorded_dose_holds_schedule" was not fired as the trigger it is made for', 'nor at another event');

SELECT * FROM finish();
ROLLBACK;
