\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(94);

-- Whatever an UPDATE names, however a statement is made: each rule holds.  Each
-- column that a trigger's WHEN names is changed alone, on both sides of what it allows.

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''
\i test/id.psql

-- What a statement says, deferred checks made: error, constraint and message; what it did is undone.
CREATE FUNCTION pg_temp.says(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  BEGIN
    said := pg_temp.failure(sql || '; SET CONSTRAINTS ALL IMMEDIATE');
    IF said = 'no error' THEN
      RAISE EXCEPTION 'undo';
    END IF;
  EXCEPTION WHEN raise_exception THEN
    NULL;
  END;
  SET CONSTRAINTS ALL DEFERRED;
  RETURN replace(split_part(said, ' | ', 1), '00000000-0000-0000-0000-000000000', '');
END
$$;

-- Ann's a1: 08:00 daily, recorded 5 January, skipped 6 January; replaced from 1 February.  a2 and Ben's b1: nothing recorded.
INSERT INTO medsched.medications (user_id, id, name) SELECT CASE left(m, 1) WHEN 'a' THEN :ann ELSE :ben END::uuid, pg_temp.id(m), m FROM unnest('{a1,a2,a3,b1}'::text[]) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
SELECT CASE left(s, 1) WHEN 'a' THEN :ann ELSE :ben END::uuid, pg_temp.id(s), pg_temp.id(left(s, 2)), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY'
  FROM unnest('{a11,a21,a22,b11}'::text[]) AS s;
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a11'), '2026-01-05 08:00Z', '2026-01-05 08:10Z') \g /dev/null
SELECT medsched.skip_dose(:ann, pg_temp.id('a11'), '2026-01-06 08:00Z') \g /dev/null
SELECT medsched.revise_schedule(:ann, pg_temp.id('a11'), '2026-02-01Z', jsonb_build_object('id', pg_temp.id('a12'), 'dose_amount', 2)) \g /dev/null
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed)
VALUES (:ann, pg_temp.id('a31'), pg_temp.id('a3'), '2026-01-01 08:00', 'UTC', true);
SELECT medsched.take_as_needed(:ann, pg_temp.id('a31'), '2026-01-01 08:00Z') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

\set keeps '''23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "a11" has recorded doses that would no longer be scheduled'''
\set medication_keeps '''23514 medsched.medications.recorded_dose_keeps_schedule: medication "0a1" has recorded doses that would no longer be scheduled'''

-- A dose as needed is not skipped --------------------------------------------

SELECT is(pg_temp.failure(format('UPDATE medsched.schedules SET as_needed = true, rrule = NULL WHERE id = %L', pg_temp.id('a11'))),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000a11" has recorded doses that would no longer be scheduled'
  ' | The first of them is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDEtMDZUMDg6MDA6MDAuMDAwWg", at 2026-01-06 08:00:00+00.'
  ' | Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().',
  'a schedule with a skipped dose does not become one as needed');
SELECT is(pg_temp.says(format('DELETE FROM medsched.dose_taken WHERE outcome = ''skipped''; UPDATE medsched.schedules SET as_needed = true, rrule = NULL WHERE id = %L', pg_temp.id('a11'))),
  'no error', 'one whose doses were all taken may');

-- However the statement is made.
SELECT is(pg_temp.says(format($$
  MERGE INTO medsched.schedules AS s USING (VALUES (%L::uuid)) AS v (id) ON s.id = v.id
  WHEN MATCHED THEN UPDATE SET as_needed = true, rrule = NULL$$, pg_temp.id('a11'))), :keeps, 'by MERGE');
SELECT is(pg_temp.says(format($$
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone) VALUES (%L, %L, %L, '2026-01-01 08:00', 'UTC')
  ON CONFLICT (user_id, id) DO UPDATE SET as_needed = true, rrule = NULL$$, :ann, pg_temp.id('a11'), pg_temp.id('a1'))), :keeps, 'by ON CONFLICT DO UPDATE');
DO $$
DECLARE
  each CURSOR FOR SELECT * FROM medsched.schedules WHERE id = pg_temp.id('a11') FOR UPDATE;
BEGIN
  FOR schedule IN each LOOP
    UPDATE medsched.schedules SET as_needed = true, rrule = NULL WHERE CURRENT OF each;
  END LOOP;
  RAISE EXCEPTION 'not refused';
EXCEPTION WHEN check_violation THEN
  NULL;
END
$$;
SELECT is(as_needed, false, 'nor by a cursor') FROM medsched.schedules WHERE id = pg_temp.id('a11');

-- A recorded dose keeps its user, and its schedule is no other of the same id ---------

SELECT is(pg_temp.failure(format($$
  WITH m AS (UPDATE medsched.medications SET user_id = %2$L WHERE id = %3$L),
       s AS (UPDATE medsched.schedules SET user_id = %2$L WHERE medication_id = %3$L)
  UPDATE medsched.dose_taken SET user_id = %2$L WHERE user_id = %1$L AND schedule_id = %4$L$$,
  :ann, :ben, pg_temp.id('a1'), pg_temp.id('a11'))),
  '23514 medsched.dose_taken.recorded_dose_keeps_user: the dose at 2026-01-05 08:00:00+00 cannot become another user''s'
  ' | It was recorded of user "00000000-0000-0000-0000-00000000000a".'
  ' | Delete the row, and record the dose of the other user.',
  'a recorded dose does not move to another user, though all that it hangs on moves along');
SELECT is(pg_temp.says(format($$
  WITH m AS (UPDATE medsched.medications SET user_id = %2$L WHERE id = %1$L)
  UPDATE medsched.schedules SET user_id = %2$L WHERE medication_id = %1$L$$, pg_temp.id('a2'), :ben)),
  'no error', 'a medication of which nothing was recorded may, with its schedules');

SELECT is(pg_temp.says(format($$
  WITH d AS (DELETE FROM medsched.schedules WHERE id = %1$L RETURNING *)
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  SELECT user_id, id, medication_id, '2026-01-01 20:00', 'UTC', 'FREQ=DAILY' FROM d$$, pg_temp.id('a12'))), 'no error',
  'another schedule takes the id of one of which nothing was recorded')
UNION ALL SELECT is(pg_temp.says(format($$
  WITH u AS (UPDATE medsched.schedules SET replaces = NULL WHERE id = %2$L),
       d AS (DELETE FROM medsched.schedules WHERE id = %1$L RETURNING *)
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  SELECT user_id, id, medication_id, '2026-01-01 20:00', 'UTC', 'FREQ=DAILY' FROM d$$, pg_temp.id('a11'), pg_temp.id('a12'))), :keeps,
  'not of one with recorded doses, deleted and inserted in one statement')
UNION ALL SELECT is(pg_temp.says(format($$
  WITH u AS (UPDATE medsched.schedules SET id = %2$L WHERE id = %1$L RETURNING *),
       s AS (UPDATE medsched.schedules SET replaces = NULL WHERE id = %3$L)
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  SELECT user_id, %1$L, medication_id, '2026-01-01 20:00', 'UTC', 'FREQ=DAILY' FROM u$$, pg_temp.id('a11'), pg_temp.id('a19'), pg_temp.id('a12'))), :keeps,
  'nor renamed and inserted')
UNION ALL SELECT is(pg_temp.says(format($$
  WITH u AS (UPDATE medsched.schedules SET id = %2$L WHERE id = %1$L RETURNING *)
  UPDATE medsched.schedules SET id = %1$L FROM u WHERE medsched.schedules.id = %3$L$$, pg_temp.id('a11'), pg_temp.id('a19'), pg_temp.id('a21'))), :keeps,
  'nor are two schedules exchanged')
UNION ALL SELECT is(pg_temp.says(format($$
  WITH s AS (UPDATE medsched.schedules SET id = %2$L WHERE id = %1$L),
       n AS (UPDATE medsched.schedules SET replaces = %2$L WHERE id = %3$L)
  UPDATE medsched.dose_taken SET schedule_id = %2$L WHERE schedule_id = %1$L$$, pg_temp.id('a11'), pg_temp.id('a19'), pg_temp.id('a12'))), 'no error',
  'a schedule gets another id where its doses follow');

SELECT is(pg_temp.says(format($$
  WITH u AS (UPDATE medsched.medications SET id = %2$L WHERE id = %1$L RETURNING *), s AS (
    INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone) SELECT user_id, id, '2026-01-01', 'UTC' FROM u)
  INSERT INTO medsched.medications (user_id, id, name, inactivated_at) SELECT user_id, %1$L, name, '2026-01-02Z' FROM u$$, pg_temp.id('a1'), pg_temp.id('a9'))),
  :medication_keeps, 'another medication, inactive since, does not take the id of one with recorded doses');
INSERT INTO medsched.medications (user_id, id, name, inactivated_at) VALUES (:ann, pg_temp.id('a4'), 'x', '2026-01-02Z');
SELECT is(pg_temp.says(format($$
  WITH u AS (UPDATE medsched.medications SET id = %2$L WHERE id = %1$L RETURNING *), s AS (
    INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone) SELECT user_id, id, '2026-01-01', 'UTC' FROM u)
  UPDATE medsched.medications SET id = %1$L FROM u WHERE medsched.medications.id = %3$L$$, pg_temp.id('a1'), pg_temp.id('a9'), pg_temp.id('a4'))),
  :medication_keeps, 'nor does one that is there');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone) VALUES (:ann, pg_temp.id('a41'), pg_temp.id('a4'), '2026-01-01', 'UTC');

-- A schedule replaces one of its medication, from its end on, in no circle ----------

\set circle '''23514 medsched.schedules.schedule_replaces_schedule: schedule "a11" replaces itself'''
SELECT is(pg_temp.failure(format('UPDATE medsched.schedules SET replaces = %L WHERE id = %L', pg_temp.id('a12'), pg_temp.id('a11'))),
  '23514 medsched.schedules.schedule_replaces_schedule: schedule "00000000-0000-0000-0000-000000000a11" replaces itself'
  ' | What it replaces replaces it in turn. | A schedule replaces one that was before it.', 'two in a circle');
SELECT is(pg_temp.says(format($$
  SELECT medsched.revise_schedule(%L, %L, '2026-03-01Z', jsonb_build_object('id', %L::uuid, 'dose_amount', 3));
  UPDATE medsched.schedules SET replaces = %L WHERE id = %L$$, :ann, pg_temp.id('a12'), pg_temp.id('a13'), pg_temp.id('a13'), pg_temp.id('a11'))),
  :circle, 'three');
SELECT is(pg_temp.says(format($$
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, replaces)
  VALUES (%1$L, %2$L, %4$L, '2026-01-01', 'UTC', %3$L), (%1$L, %3$L, %4$L, '2026-01-01', 'UTC', %2$L)$$, :ann, pg_temp.id('a51'), pg_temp.id('a52'), pg_temp.id('a2'))),
  '23514 medsched.schedules.schedule_replaces_schedule: schedule "a51" replaces itself', 'two, inserted in one statement');
SELECT is(pg_temp.says(format('UPDATE medsched.schedules SET replaces = CASE id WHEN %1$L THEN %2$L::uuid ELSE %1$L END WHERE id IN (%1$L, %2$L)', pg_temp.id('a21'), pg_temp.id('a22'))),
  '23514 medsched.schedules.schedule_replaces_schedule: schedule "a21" replaces itself', 'two, updated in one statement');

\set other '''23514 medsched.schedules.schedule_replaces_schedule: schedule "a22" replaces one of another medication'''
SELECT is(pg_temp.failure(format('UPDATE medsched.schedules SET replaces = %L WHERE id = %L', pg_temp.id('a12'), pg_temp.id('a22'))),
  '23514 medsched.schedules.schedule_replaces_schedule: schedule "00000000-0000-0000-0000-000000000a22" replaces one of another medication'
  ' | It is of medication "00000000-0000-0000-0000-0000000000a2", and schedule "00000000-0000-0000-0000-000000000a12" of medication "00000000-0000-0000-0000-0000000000a1".'
  ' | End the one, and insert the other without replaces.', 'no schedule of another medication is replaced');
SELECT is(pg_temp.says(format($$
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, replaces) VALUES (%L, %L, %L, '2026-01-01', 'UTC', %L)$$,
  :ann, pg_temp.id('a52'), pg_temp.id('a2'), pg_temp.id('a12'))),
  '23514 medsched.schedules.schedule_replaces_schedule: schedule "a52" replaces one of another medication', 'nor by a new one');
SELECT is(pg_temp.says(format($$
  UPDATE medsched.schedules SET replaces = %1$L WHERE id = %2$L;
  UPDATE medsched.schedules SET medication_id = %3$L WHERE id = %4$L$$, pg_temp.id('a21'), pg_temp.id('a22'), pg_temp.id('a4'), pg_temp.id(moved))), said, what)
FROM (VALUES
  ('a22', :other, 'nor does one that replaces move away'),
  ('a21', :other, 'nor the one that it replaces')) AS t (moved, said, what);
SELECT is(pg_temp.says(format($$
  UPDATE medsched.schedules SET replaces = %L WHERE id = %L;
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone) VALUES (%5$L, %3$L, '2026-01-01', 'UTC');
  UPDATE medsched.schedules SET medication_id = %4$L WHERE medication_id = %3$L AND rrule IS NOT NULL$$, pg_temp.id('a21'), pg_temp.id('a22'), pg_temp.id('a2'), pg_temp.id('a4'), :ann)),
  'no error', 'both may, in one statement');

\set overlap '''23514 medsched.schedules.schedule_replaces_schedule: schedule "a12" takes effect before the one that it replaces ends'''
SELECT is(pg_temp.failure(format('UPDATE medsched.schedules SET ends_at = NULL WHERE id = %L', pg_temp.id('a11'))),
  '23514 medsched.schedules.schedule_replaces_schedule: schedule "00000000-0000-0000-0000-000000000a12" takes effect before the one that it replaces ends'
  ' | It takes effect at 2026-02-01 00:00:00+00, and schedule "00000000-0000-0000-0000-000000000a11" has no end.'
  ' | Call medsched.revise_schedule(): the one ends where the other takes effect.', 'a schedule that was replaced does not go on');
SELECT is(pg_temp.says(format('UPDATE medsched.schedules SET %s WHERE id = %L', change, pg_temp.id(id))), said, id || ': ' || change)
FROM (VALUES
  ('a11', $$ends_at = '2026-02-01 00:00:00.000001Z'$$, :overlap),
  ('a11', $$ends_at = '2026-01-31 23:59:59Z'$$, 'no error'),
  ('a12', $$effective_from = '2026-01-31 23:59:59.999999Z'$$, :overlap),
  ('a12', $$effective_from = '2026-02-01 00:00:00.000001Z'$$, 'no error'),
  ('a12', $$effective_from = NULL$$, 'no error'),
  ('a12', $$replaces = NULL$$, 'no error')) AS t (id, change, said);
-- a22 replaces a21; a23, which has no end, takes its id.
SELECT is(pg_temp.says(format($$
  UPDATE medsched.schedules SET ends_at = '2026-01-20Z' WHERE id = %1$L;
  UPDATE medsched.schedules SET effective_from = '2026-01-20Z', replaces = %1$L WHERE id = %2$L;
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone) VALUES (%5$L, %3$L, %6$L, '2026-01-01', 'UTC');$$ || statement,
  pg_temp.id('a21'), pg_temp.id('a22'), pg_temp.id('a23'), pg_temp.id('a29'), :ann, pg_temp.id('a2'))),
  '23514 medsched.schedules.schedule_replaces_schedule: schedule "a22" takes effect before the one that it replaces ends', 'nor does another under its id: ' || left(statement, 18))
FROM (VALUES
  ($$WITH u AS (UPDATE medsched.schedules SET id = %4$L WHERE id = %1$L RETURNING 1) UPDATE medsched.schedules SET id = %1$L FROM u WHERE medsched.schedules.id = %3$L$$),
  ($$WITH d AS (DELETE FROM medsched.schedules WHERE id = %1$L RETURNING 1) UPDATE medsched.schedules SET id = %1$L FROM d WHERE medsched.schedules.id = %3$L$$),
  ($$WITH r AS (DELETE FROM medsched.schedules WHERE id = %1$L RETURNING *) INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone) SELECT user_id, id, medication_id, starts_at, time_zone FROM r$$)
) AS t (statement);

-- schedule_has_dose: each column alone ----------------------------------------------

\set never '''23514 medsched.schedules.schedule_has_dose: schedule can never have a dose'''
SELECT is(pg_temp.says(format('UPDATE medsched.schedules SET %s WHERE id = %L; UPDATE medsched.schedules SET %s WHERE id = %2$L', before, pg_temp.id('a21'), change)), said,
  'given ' || before || ': ' || change)
FROM (VALUES
  ($$rrule = 'FREQ=DAILY;UNTIL=20260110'$$, $$starts_at = '2026-01-11 08:00'$$, :never),
  ($$rrule = 'FREQ=DAILY;UNTIL=20260110'$$, $$starts_at = '2026-01-10 08:00'$$, 'no error'),
  ($$rrule = 'FREQ=DAILY;UNTIL=20260101T080000Z'$$, $$time_zone = 'Etc/GMT+1'$$, :never),
  ($$rrule = 'FREQ=DAILY;UNTIL=20260101T080000Z'$$, $$time_zone = 'Etc/GMT-1'$$, 'no error'),
  ($$exdates = '{2026-01-01 08:00}'$$, $$rrule = 'FREQ=DAILY;COUNT=1'$$, :never),
  ($$exdates = '{2026-01-01 08:00}'$$, $$rrule = 'FREQ=DAILY;COUNT=2'$$, 'no error'),
  ($$rrule = NULL, exdates = '{2026-01-01 08:00}', rdates = '{2026-01-02}'$$, $$rdates = '{}'$$, :never),
  ($$rrule = NULL, exdates = '{2026-01-01 08:00}', rdates = '{2026-01-02}'$$, $$rdates = '{2026-01-03}'$$, 'no error'),
  ($$rrule = NULL$$, $$exdates = '{2026-01-01 08:00}'$$, :never),
  ($$rrule = NULL, rdates = '{2026-01-02}'$$, $$exdates = '{2026-01-02}'$$, 'no error'),
  -- Days 0 and 1, without 0: with one day on, day 1 is off.
  ($$rrule = 'FREQ=DAILY;COUNT=2', exdates = '{2026-01-01 08:00}', cycle_days_on = 2, cycle_days_off = 1$$, $$cycle_days_on = 1$$, :never),
  ($$rrule = 'FREQ=DAILY;COUNT=2', exdates = '{2026-01-01 08:00}', cycle_days_on = 2, cycle_days_off = 1$$, $$cycle_days_on = 3$$, 'no error'),
  -- Days 0 to 2, without 0: one off gives day 2, two off none.
  ($$rrule = 'FREQ=DAILY;COUNT=3', exdates = '{2026-01-01 08:00}', cycle_days_on = 1, cycle_days_off = 1$$, $$cycle_days_off = 2$$, :never),
  -- Days 0 to 3: two off give day 3.
  ($$rrule = 'FREQ=DAILY;COUNT=4', exdates = '{2026-01-01 08:00}', cycle_days_on = 1, cycle_days_off = 1$$, $$cycle_days_off = 2$$, 'no error'),
  ($$as_needed = true, rrule = NULL, effective_from = '2026-01-01 08:00:01Z'$$, $$as_needed = false$$, :never),
  ($$as_needed = true, rrule = NULL, effective_from = '2026-01-01 08:00Z'$$, $$as_needed = false$$, 'no error'),
  ($$rrule = 'FREQ=DAILY;COUNT=2'$$, $$effective_from = '2026-01-02 08:00:00.000001Z'$$, :never),
  ($$rrule = 'FREQ=DAILY;COUNT=2'$$, $$effective_from = '2026-01-02 08:00Z'$$, 'no error')
) AS t (before, change, said);

-- recorded_dose_keeps_schedule: each column alone ------------------------------------

\set keeps_a21 '''23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "a21" has recorded doses that would no longer be scheduled'''
SELECT is(pg_temp.says(format($$UPDATE medsched.schedules SET %s WHERE id = %L;
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at) VALUES (%5$L, %2$L, %L, %L, CASE %4$L WHEN 'taken' THEN now() END);
  UPDATE medsched.schedules SET %6$s WHERE id = %2$L$$, before, pg_temp.id('a21'), at, outcome, :ann, change)), said,
  format('given %s, %s %s: %s', before, at, outcome, change))
FROM (VALUES
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$starts_at = '2026-01-05 08:01'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$starts_at = '2026-01-05 08:00'$$, 'no error'),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$time_zone = 'Europe/London'$$, 'no error'),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-07-05 08:00Z', 'taken', $$time_zone = 'Europe/London'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$rrule = 'FREQ=DAILY;COUNT=4'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$rrule = 'FREQ=DAILY;COUNT=5'$$, 'no error'),
  ($$rdates = '{2026-01-05 12:00,2026-01-06 12:00}'$$, '2026-01-05 12:00Z', 'taken', $$rdates = '{2026-01-06 12:00}'$$, :keeps_a21),
  ($$rdates = '{2026-01-05 12:00,2026-01-06 12:00}'$$, '2026-01-05 12:00Z', 'taken', $$rdates = '{2026-01-05 12:00}'$$, 'no error'),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$exdates = '{2026-01-05 08:00}'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$exdates = '{2026-01-06 08:00}'$$, 'no error'),
  -- Two on, two off: 0 1 4 5 8 9.  Three on: 0 1 2 5 6 7.  Four on: 0 1 2 3 6 7.  Five on: 0 1 2 3 4.
  ($$cycle_days_on = 2, cycle_days_off = 2$$, '2026-01-05 08:00Z', 'taken', $$cycle_days_on = 4$$, :keeps_a21),
  ($$cycle_days_on = 2, cycle_days_off = 2$$, '2026-01-05 08:00Z', 'taken', $$cycle_days_on = 5$$, 'no error'),
  -- One off: 0 1 3 4.  Three off: 0 1 5 6.
  ($$cycle_days_on = 2, cycle_days_off = 2$$, '2026-01-05 08:00Z', 'taken', $$cycle_days_off = 1$$, 'no error'),
  ($$cycle_days_on = 2, cycle_days_off = 2$$, '2026-01-05 08:00Z', 'taken', $$cycle_days_off = 3$$, :keeps_a21),
  ($$rrule = NULL$$, '2026-01-01 08:00Z', 'skipped', $$as_needed = true$$, :keeps_a21),
  ($$rrule = NULL$$, '2026-01-01 08:00Z', 'taken', $$as_needed = true$$, 'no error'),
  ($$rrule = NULL, as_needed = true$$, '2026-01-01 08:00:01Z', 'taken', $$as_needed = false$$, :keeps_a21),
  ($$rrule = NULL, as_needed = true$$, '2026-01-01 08:00Z', 'taken', $$as_needed = false$$, 'no error'),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$effective_from = '2026-01-05 08:00:00.000001Z'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$effective_from = '2026-01-05 08:00Z'$$, 'no error'),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$ends_at = '2026-01-05 08:00Z'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$ends_at = '2026-01-05 08:00:00.000001Z'$$, 'no error'),
  ($$ends_at = '2026-01-10Z'$$, '2026-01-05 08:00Z', 'taken', $$ends_at = NULL$$, 'no error'),
  -- An end and something else at once.
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$ends_at = '2026-01-06Z', exdates = '{2026-01-05 08:00}'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$medication_id = '00000000-0000-0000-0000-0000000000a4'$$, :keeps_a21),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$medication_id = '00000000-0000-0000-0000-0000000000a2'$$, 'no error'),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$user_id = '00000000-0000-0000-0000-00000000000b'$$,
   '23503 medsched.dose_taken.dose_taken_user_id_schedule_id_fkey: update or delete on table "schedules" violates foreign key constraint "dose_taken_user_id_schedule_id_fkey" on table "dose_taken"'),
  ($$starts_at = '2026-01-01 08:00'$$, '2026-01-05 08:00Z', 'taken', $$id = '00000000-0000-0000-0000-000000000a29'$$,
   '23503 medsched.dose_taken.dose_taken_user_id_schedule_id_fkey: update or delete on table "schedules" violates foreign key constraint "dose_taken_user_id_schedule_id_fkey" on table "dose_taken"')
) AS t (before, at, outcome, change, said);

-- dose_is_scheduled: each column alone ------------------------------------------------

SELECT is(pg_temp.says(format('UPDATE medsched.dose_taken SET %s WHERE schedule_id = %L AND outcome = ''taken''', change, pg_temp.id(id))), said, id || ': ' || change)
FROM (VALUES
  ('a11', $$scheduled_for = '2026-01-07 08:00:01Z'$$, '23514 medsched.dose_taken.dose_is_scheduled: schedule "a11" has no dose at 2026-01-07 08:00:01+00'),
  ('a11', $$scheduled_for = '2026-01-07 08:00Z'$$, 'no error'),
  ('a11', $$schedule_id = '00000000-0000-0000-0000-000000000a12'$$, '23514 medsched.dose_taken.dose_before_start: schedule "a12" has no dose at 2026-01-05 08:00:00+00'),
  ('a11', $$schedule_id = '00000000-0000-0000-0000-000000000a21'$$, 'no error'),
  ('a11', $$user_id = '00000000-0000-0000-0000-00000000000b'$$,
   '23503 medsched.dose_taken.dose_taken_user_id_schedule_id_fkey: insert or update on table "dose_taken" violates foreign key constraint "dose_taken_user_id_schedule_id_fkey"'),
  ('a11', $$outcome = 'skipped', taken_at = NULL$$, 'no error'),
  ('a31', $$outcome = 'skipped', taken_at = NULL$$, '23514 medsched.dose_taken.as_needed_not_skipped: a dose as needed cannot be skipped')
) AS t (id, change, said);

-- recorded_dose_keeps_medication and medication_has_schedule: each column alone ---------

SELECT is(pg_temp.says(format('UPDATE medsched.medications SET %s WHERE id = %L', change, pg_temp.id(id))), said, id || ': ' || change)
FROM (VALUES
  ('a1', $$inactivated_at = '2026-01-06 08:00Z'$$, :medication_keeps),
  ('a1', $$inactivated_at = '2026-01-06 08:00:00.000001Z'$$, 'no error')) AS t (id, change, said);
INSERT INTO medsched.medications (user_id, id, name) VALUES (:ann, pg_temp.id('a6'), 'x');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone) VALUES (:ann, pg_temp.id('a61'), pg_temp.id('a6'), '2026-01-01', 'UTC');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT is(pg_temp.says(format('UPDATE medsched.schedules SET %s WHERE id = %L', change, pg_temp.id('a61'))), said, 'a61: ' || change)
FROM (VALUES
  ($$medication_id = '00000000-0000-0000-0000-0000000000a2'$$, '23514 medsched.schedules.medication_has_schedule: medication "0a6" has no schedule'),
  ($$user_id = '00000000-0000-0000-0000-00000000000b', medication_id = '00000000-0000-0000-0000-0000000000b1'$$, '23514 medsched.schedules.medication_has_schedule: medication "0a6" has no schedule')) AS t (change, said);
SELECT is(pg_temp.says(format($$
  WITH m AS (UPDATE medsched.medications SET %s WHERE id = %L) DELETE FROM medsched.schedules WHERE id = %L$$, change, pg_temp.id('a6'), pg_temp.id('a61'))), said, 'a6 without a61: ' || change)
FROM (VALUES
  ($$id = '00000000-0000-0000-0000-0000000000a7'$$, '23514 medsched.medications.medication_has_schedule: medication "0a7" has no schedule'),
  ($$user_id = '00000000-0000-0000-0000-00000000000b'$$, '23514 medsched.medications.medication_has_schedule: medication "0a6" has no schedule')) AS t (change, said);

SELECT is(pg_temp.says(format($$
  WITH u AS (UPDATE medsched.schedules SET replaces = NULL WHERE id = %2$L),
       t AS (DELETE FROM medsched.dose_taken WHERE schedule_id = %1$L)
  DELETE FROM medsched.schedules WHERE id = %1$L$$, pg_temp.id('a11'), pg_temp.id('a12'))), 'no error',
  'a schedule goes with what was recorded of it, in one statement');

SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'and all is well');

SELECT * FROM finish();
ROLLBACK;
