\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(37);

-- One person, from prescription to erasure, in Berlin in 2024: Germany's clocks
-- went forward on Sunday 31 March, New York's had on 10 March.  So Berlin is one hour
-- ahead of UTC until then, two after; New York is four behind all along.
-- All of it lies in the past, so that what is missed stays missed.

\set person '''00000000-0000-0000-0000-00000000000a'''
\set metformin '''00000000-0000-0000-0001-000000000000'''
\set amoxicillin '''00000000-0000-0000-0002-000000000000'''
\set alendronate '''00000000-0000-0000-0003-000000000000'''
\set ibuprofen '''00000000-0000-0000-0004-000000000000'''

CREATE FUNCTION pg_temp.doses(window_start timestamptz, window_end timestamptz) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', to_char(d.scheduled_for, 'MM-DD HH24:MI'), to_char(d.local_time, '(HH24:MI)'), d.medication_name, d.status)
    FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', window_start, window_end) AS d
$$;
-- Take everything in a window that is not recorded yet, five minutes after its time.
CREATE FUNCTION pg_temp.take_all(window_start timestamptz, window_end timestamptz, except_at timestamptz[] DEFAULT '{}') RETURNS int LANGUAGE sql AS $$
  SELECT count(t.newly_taken)::int
    FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', window_start, window_end) AS d,
         medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', d.schedule_id, d.scheduled_for, d.scheduled_for + interval '5 min') AS t
   WHERE d.status = 'missed' AND d.scheduled_for <> ALL (except_at)
$$;
-- The schedule of a medication in effect at an instant.
CREATE FUNCTION pg_temp.schedule(medication text, at timestamptz) RETURNS uuid LANGUAGE sql AS $$
  SELECT s.id FROM medsched.schedules AS s JOIN medsched.medications AS m ON m.id = s.medication_id
   WHERE m.name = medication AND (s.effective_from IS NULL OR s.effective_from <= at) AND (s.ends_at IS NULL OR s.ends_at > at)
$$;

-- Prescription ----------------------------------------------------------------

-- On Monday 18 March: metformin from today at 8 and at 20, alendronate on Sundays
-- at 7.  From Thursday 28 March, amoxicillin every 8 hours, 21 times, and ibuprofen
-- as needed, 6 hours apart and no more than 3 in 24 hours.
INSERT INTO medsched.medications (user_id, id, name) VALUES
  (:person, :metformin, 'metformin'), (:person, :alendronate, 'alendronate'),
  (:person, :amoxicillin, 'amoxicillin'), (:person, :ibuprofen, 'ibuprofen');
INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit) VALUES
  (:person, :metformin, '2024-03-18 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20', 500, 'mg'),
  (:person, :alendronate, '2024-03-18 07:00', 'Europe/Berlin', 'FREQ=WEEKLY;BYDAY=SU', 70, 'mg'),
  (:person, :amoxicillin, '2024-03-28 06:00', 'Europe/Berlin', 'FREQ=HOURLY;INTERVAL=8;COUNT=21', 500, 'mg');
INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, as_needed, min_interval, max_per_24h, dose_amount, dose_unit) VALUES
  (:person, :ibuprofen, '2024-03-28', 'Europe/Berlin', true, '6 hours', 3, 400, 'mg');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'each medication has its schedule');
SET CONSTRAINTS ALL DEFERRED;

SELECT is(medsched.describe_schedule(:person, pg_temp.schedule('metformin', '2024-03-18')),
          'every day at 08:00 and 20:00, Europe/Berlin, from 18 March 2024', 'in words');
SELECT results_eq($$SELECT to_char(scheduled_for, 'MM-DD HH24:MI'), medication_name
                      FROM medsched.next_doses('00000000-0000-0000-0000-00000000000a', '2024-03-18 00:00Z', 4)$$,
  $$VALUES ('03-18 07:00', 'metformin'), ('03-18 19:00', 'metformin'), ('03-19 07:00', 'metformin'), ('03-19 19:00', 'metformin')$$,
  'what is next');

-- The first days --------------------------------------------------------------

-- To Wednesday 27 March: 10 days of metformin are 20 doses; Sunday 24 March is
-- alendronate's first.  The evening of the 20th is forgotten; breakfast on the 22nd
-- is three hours late; on the 25th there is none, for a blood test.
SELECT is((SELECT (outcome, newly_skipped)::text FROM medsched.skip_dose(:person, pg_temp.schedule('metformin', '2024-03-25'), '2024-03-25 07:00Z', 'blood test')),
          '(skipped,t)', 'a dose is skipped');
SELECT is((SELECT newly_taken FROM medsched.mark_dose_taken(:person, pg_temp.schedule('metformin', '2024-03-22'), '2024-03-22 07:00Z', '2024-03-22 10:00Z')),
          true, 'one is late');
SELECT is(pg_temp.take_all('2024-03-17 23:00Z', '2024-03-27 23:00Z', '{2024-03-20 19:00Z}'), 18, '20 less 3 doses of metformin, and one of alendronate, are taken in time');
SELECT is((SELECT newly_taken FROM medsched.mark_dose_taken(:person, pg_temp.schedule('metformin', '2024-03-22'), '2024-03-22 07:00Z')), false, 'again changes nothing');
SELECT is(pg_temp.failure(format('SELECT medsched.mark_dose_taken(%L, %L, %L)', :person, pg_temp.schedule('metformin', '2024-03-25'), '2024-03-25 07:00Z')) LIKE '55000 medsched.dose_taken.dose_already_skipped: %', true,
          'what was skipped is not taken by mistake');
-- The dose of the 26th at 8 was marked by mistake.
SELECT is((SELECT outcome FROM medsched.undo_dose(:person, pg_temp.schedule('metformin', '2024-03-26'), '2024-03-26 07:00Z')), 'taken', 'a mark is taken back');
SELECT results_eq($$SELECT * FROM pg_temp.doses('2024-03-24 23:00Z', '2024-03-26 23:00Z')$$,
  $$VALUES ('03-25 07:00 (08:00) metformin skipped'), ('03-25 19:00 (20:00) metformin taken'),
           ('03-26 07:00 (08:00) metformin missed'), ('03-26 19:00 (20:00) metformin taken')$$, 'and the dose is missed');

-- The clocks go forward ---------------------------------------------------------

-- Sunday 31 March in Berlin is from 30 March 23:00 to 31 March 22:00 UTC: 23 hours.
-- Metformin and alendronate stay at their wall-clock times, an hour earlier in UTC;
-- amoxicillin stays at 05:00, 13:00 and 21:00 UTC, an hour later on the wall.
SELECT results_eq($$SELECT * FROM pg_temp.doses('2024-03-29 23:00Z', '2024-03-31 22:00Z')$$,
  $$VALUES ('03-30 05:00 (06:00) amoxicillin missed'), ('03-30 07:00 (08:00) metformin missed'), ('03-30 13:00 (14:00) amoxicillin missed'),
           ('03-30 19:00 (20:00) metformin missed'), ('03-30 21:00 (22:00) amoxicillin missed'),
           ('03-31 05:00 (07:00) alendronate missed'), ('03-31 05:00 (07:00) amoxicillin missed'), ('03-31 06:00 (08:00) metformin missed'),
           ('03-31 13:00 (15:00) amoxicillin missed'), ('03-31 18:00 (20:00) metformin missed'), ('03-31 21:00 (23:00) amoxicillin missed')$$,
  'the night of the change');

-- 28 March to 4 April: amoxicillin's 21 doses are from 28 March 05:00 to, 160 hours
-- on, 3 April 21:00; metformin's are 16; alendronate's is that of 31 March.
-- Amoxicillin's of 1 April 05:00 is forgotten.
SELECT is(pg_temp.take_all('2024-03-27 23:00Z', '2024-04-04 22:00Z', '{2024-04-01 05:00Z}'), 37, '20 of amoxicillin, 16 of metformin, 1 of alendronate');
SELECT is((SELECT max(scheduled_for) FROM medsched.upcoming_doses(:person, '2024-03-01', '2024-06-01') WHERE medication_id = :amoxicillin),
          timestamptz '2024-04-03 21:00Z', 'the course is over');

-- As needed: at 10:00, at 16:00, and at 22:00 UTC of 2 April.
SELECT is((SELECT count(newly_taken)::int FROM unnest('{2024-04-02 10:00Z,2024-04-02 16:00Z,2024-04-02 22:00Z}'::timestamptz[]) AS at,
             medsched.take_as_needed('00000000-0000-0000-0000-00000000000a', pg_temp.schedule('ibuprofen', '2024-04-02'), at)), 3, 'three as needed');
SELECT alike(pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L)', :person, pg_temp.schedule('ibuprofen', '2024-04-02'), '2024-04-03 03:59:59Z')),
  '23514 medsched.dose_taken.as_needed_min_interval: %', 'a fourth is too early after five hours');
SELECT alike(pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L)', :person, pg_temp.schedule('ibuprofen', '2024-04-02'), '2024-04-03 04:00Z')),
  '23514 medsched.dose_taken.as_needed_max_per_24h: %', 'and one too many after six');
SELECT is(medsched.next_as_needed_at(:person, pg_temp.schedule('ibuprofen', '2024-04-02'), '2024-04-03 00:00Z'), timestamptz '2024-04-03 10:00Z',
  'it is allowed when the first is 24 hours ago');

-- A journey -------------------------------------------------------------------

-- On Thursday 4 April at 23:00 in Berlin, 17:00 in New York: 21:00 UTC.  The dose
-- of 20:00 in Berlin was taken; that of 20:00 in New York would be the same again.
SELECT is((SELECT count(*)::int FROM medsched.change_time_zone(:person, 'America/New_York', '2024-04-04 21:00Z') WHERE outcome = 'moved'), 2, 'west: metformin, alendronate; ibuprofen is as needed');
SELECT results_eq($$SELECT * FROM pg_temp.doses('2024-04-04', '2024-04-06')$$,
  $$VALUES ('04-04 06:00 (08:00) metformin taken'), ('04-04 18:00 (20:00) metformin taken'),
           ('04-05 12:00 (08:00) metformin missed')$$, 'nothing is taken twice');
SELECT is((SELECT explanation FROM medsched.explain_dose(:person, pg_temp.schedule('metformin', '2024-04-05'), '2024-04-05 00:00Z')),
  'No dose: exdates leave out Thursday, 4 April 2024 at 20:00 in America/New_York. Before: none. After: 2024-04-05 12:00:00+00.', 'which can be explained');

-- 5 to 15 April: metformin at 12:00 and at 00:00 UTC of the next day; alendronate on
-- the Sundays 7 and 14 April at 11:00 UTC, the latter skipped.
SELECT is((SELECT newly_skipped FROM medsched.skip_dose(:person, pg_temp.schedule('alendronate', '2024-04-14'), '2024-04-14 11:00Z', 'no breakfast')), true, 'one Sunday is skipped');

-- Home on Monday 15 April at 22:00 in Berlin, 16:00 in New York: 20:00 UTC.  Metformin
-- was taken from 5 April 12:00 to 15 April 12:00 UTC, 21 times, alendronate once.
SELECT is(pg_temp.take_all('2024-04-05', '2024-04-15 20:00Z'), 22, 'eleven days in New York');
SELECT is((SELECT count(*)::int FROM medsched.change_time_zone(:person, 'Europe/Berlin', '2024-04-15 20:00Z') WHERE outcome = 'moved'), 2, 'and east again');
-- 20:00 in New York is to come, 20:00 in Berlin is over: it comes at 00:00 UTC.
SELECT results_eq($$SELECT * FROM pg_temp.doses('2024-04-15', '2024-04-17')$$,
  $$VALUES ('04-15 00:00 (20:00) metformin taken'), ('04-15 12:00 (08:00) metformin taken'), ('04-16 00:00 (02:00) metformin missed'),
           ('04-16 06:00 (08:00) metformin missed'), ('04-16 18:00 (20:00) metformin missed')$$, 'nothing is lost');

-- Another dose ------------------------------------------------------------------

-- From Wednesday 1 May, 00:00 in Berlin, 850 mg once a day: from starts_at, at 8.
SELECT is((SELECT count(*)::int FROM medsched.revise_schedule(:person, pg_temp.schedule('metformin', '2024-04-30 12:00Z'), '2024-04-30 22:00Z',
             '{"rrule": "FREQ=DAILY", "dose_amount": 850}')), 1, 'the dose is revised');
SELECT results_eq($$SELECT revision, time_zone, dose_amount, effective_from, ends_at
                      FROM medsched.schedule_history('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0001-000000000000')$$,
  $$VALUES (1, 'Europe/Berlin', 500::numeric, NULL::timestamptz, timestamptz '2024-04-04 21:00Z'),
           (2, 'America/New_York', 500, '2024-04-04 21:00Z', '2024-04-15 20:00Z'),
           (3, 'Europe/Berlin', 500, '2024-04-15 20:00Z', '2024-04-30 22:00Z'),
           (4, 'Europe/Berlin', 850, '2024-04-30 22:00Z', NULL)$$, 'and all that was is history');
SELECT results_eq($$SELECT to_char(scheduled_for, 'MM-DD HH24:MI'), dose_amount FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2024-04-29 22:00Z', '2024-05-01 22:00Z')
                     WHERE medication_name = 'metformin'$$,
  $$VALUES ('04-30 06:00', 500::numeric), ('04-30 18:00', 500), ('05-01 06:00', 850)$$, 'the dose changes with the day');

-- A pause -----------------------------------------------------------------------

-- Alendronate is paused from Monday 20 May to Monday 10 June, 00:00 in Berlin: not on
-- 26 May, 2 and 9 June.
SELECT is(medsched.inactivate_medication(:person, :alendronate, '2024-05-19 22:00Z'), timestamptz '2024-05-19 22:00Z', 'a pause');
SELECT is((SELECT count(*)::int FROM medsched.reactivate_medication(:person, :alendronate, '2024-06-09 22:00Z')), 1, 'ends');
SELECT results_eq($$SELECT to_char(scheduled_for, 'MM-DD HH24:MI') FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2024-05-10', '2024-07-01')
                     WHERE medication_name = 'alendronate'$$,
  $$VALUES ('05-12 05:00'), ('05-19 05:00'), ('06-16 05:00'), ('06-23 05:00'), ('06-30 05:00')$$, 'without a dose in it');

-- 16 April to 30 June: metformin 1 + 15 * 2 to the end of April and 61 in May and
-- June, of which 10, 11 and 12 May are forgotten; alendronate on 21 and 28 April, 5,
-- 12 and 19 May, 16, 23 and 30 June.
SELECT is(pg_temp.take_all('2024-04-15 20:00Z', '2024-06-30 22:00Z', '{2024-05-10 06:00Z,2024-05-11 06:00Z,2024-05-12 06:00Z}'), 97, '31 + 61 - 3 and 8');

-- How well it went ----------------------------------------------------------------

-- 18 March to 30 June.  Metformin: 44 days to 30 April twice, 61 days once: 149;
-- missed on 20 and 26 March and 10 to 12 May: 5; skipped once; taken 143, one of
-- them late; 143 of 149 are 95.97 %.  Amoxicillin: 20 of 21, 95.24 %.  Alendronate:
-- Sundays are 24 and 31 March, 4 in April, 3 in May, 3 in June: 12; 11 are 91.67 %.
SELECT results_eq($$SELECT medication_name, scheduled, taken, skipped, missed, on_time, percentage
                      FROM medsched.adherence('00000000-0000-0000-0000-00000000000a', '2024-03-17 23:00Z', '2024-06-30 22:00Z')$$,
  $$VALUES ('alendronate', 12::bigint, 11::bigint, 1::bigint, 0::bigint, 11::bigint, 91.7),
           ('amoxicillin', 21, 20, 0, 1, 20, 95.2),
           ('metformin', 149, 143, 1, 5, 142, 96.0)$$, 'adherence');
SELECT results_eq($$SELECT day, scheduled, taken, skipped, missed, on_time, percentage
                      FROM medsched.adherence_by_day('00000000-0000-0000-0000-00000000000a', '2024-03-17 23:00Z', '2024-06-30 22:00Z')
                     WHERE day IN ('2024-03-20', '2024-03-22', '2024-03-25', '2024-03-31', '2024-04-01', '2024-04-04', '2024-04-16', '2024-05-11', '2024-05-26')$$,
  $$VALUES (date '2024-03-20', 2::bigint, 1::bigint, 0::bigint, 1::bigint, 1::bigint, 50.0), -- forgotten
           ('2024-03-22', 2, 2, 0, 0, 1, 100.0),  -- late
           ('2024-03-25', 2, 1, 1, 0, 1, 50.0),   -- skipped
           ('2024-03-31', 6, 6, 0, 0, 6, 100.0),  -- 23 hours
           ('2024-04-01', 5, 4, 0, 1, 4, 80.0),   -- amoxicillin forgotten, one of three
           ('2024-04-04', 2, 2, 0, 0, 2, 100.0),  -- west
           ('2024-04-16', 3, 3, 0, 0, 3, 100.0),  -- east
           ('2024-05-11', 1, 0, 0, 1, 0, 0.0),    -- forgotten
           ('2024-05-26', 1, 1, 0, 0, 1, 100.0)$$, 'day by day');
SELECT results_eq($$SELECT to_char(scheduled_for, 'MM-DD HH24:MI'), medication_name
                      FROM medsched.next_doses('00000000-0000-0000-0000-00000000000a', '2024-06-30 22:00Z', 8)$$,
  $$VALUES ('07-01 06:00', 'metformin'), ('07-02 06:00', 'metformin'), ('07-03 06:00', 'metformin'), ('07-04 06:00', 'metformin'),
           ('07-05 06:00', 'metformin'), ('07-06 06:00', 'metformin'), ('07-07 05:00', 'alendronate'), ('07-07 06:00', 'metformin')$$, 'and life goes on');

-- Alone, and to the end ---------------------------------------------------------------

SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'no rule was broken on the way');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'nor at commit');
-- Schedules: 4 of metformin; of alendronate the first, in New York, in Berlin, after
-- the pause; 1 of amoxicillin; 1 of ibuprofen.  Doses
-- recorded: 143 + 1, 20, 11 + 1, and 3.
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :person), 'VALUES (4::bigint, 10::bigint, 179::bigint)', 'who wishes to be forgotten is');

SELECT * FROM finish();
ROLLBACK;
