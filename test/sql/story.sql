\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(74);

-- One person, from prescription to erasure, in Berlin in 2024: Germany's clocks
-- went forward on Sunday 31 March, New York's had on 10 March.  So Berlin is one hour
-- ahead of UTC until then, two after; New York is four behind all along.
-- All of it lies in the past, so that what is missed stays missed.
--
-- It is told by functions alone: the suite shards runs it at a proxy, too, where there are no tables.

\set person '''00000000-0000-0000-0000-00000000000a'''

CREATE FUNCTION pg_temp.doses(window_start timestamptz, window_end timestamptz, person uuid DEFAULT '00000000-0000-0000-0000-00000000000a')
RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', to_char(d.scheduled_for, 'MM-DD HH24:MI'), to_char(d.local_time, '(HH24:MI)'), d.medication_name, d.status)
    FROM medsched.upcoming_doses(person, window_start, window_end) AS d
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
  SELECT s.schedule_id FROM unnest('{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000b}'::uuid[]) AS person, medsched.schedules_of(person) AS s
   WHERE s.medication_name = medication AND (s.effective_from IS NULL OR s.effective_from <= at) AND (s.ends_at IS NULL OR s.ends_at > at)
$$;

-- Prescription ----------------------------------------------------------------

-- On Monday 18 March: metformin from today at 8 and at 20, alendronate on Sundays
-- at 7.  From Thursday 28 March, amoxicillin every 8 hours, 21 times, and ibuprofen
-- as needed, 6 hours apart and no more than 3 in 24 hours.
SELECT medsched.create_medication(:person, 'metformin', '[{"starts_at": "2024-03-18T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20", "dose_amount": 500, "dose_unit": "mg"}]') AS metformin \gset
SELECT medsched.create_medication(:person, 'alendronate', '[{"starts_at": "2024-03-18T07:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=WEEKLY;BYDAY=SU", "dose_amount": 70, "dose_unit": "mg"}]') AS alendronate \gset
SELECT medsched.create_medication(:person, 'amoxicillin', '[{"starts_at": "2024-03-28T06:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=HOURLY;INTERVAL=8;COUNT=21", "dose_amount": 500, "dose_unit": "mg"}]') AS amoxicillin \gset
SELECT medsched.create_medication(:person, 'ibuprofen', '[{"starts_at": "2024-03-28T00:00", "time_zone": "Europe/Berlin", "as_needed": true, "min_interval": "6 hours", "max_per_24h": 3,
  "dose_amount": 400, "dose_unit": "mg"}]') AS ibuprofen \gset
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'each medication has its schedule');
SET CONSTRAINTS ALL DEFERRED;

SELECT is(medsched.describe_schedule(:person, pg_temp.schedule('metformin', '2024-03-18')),
          '500 mg twice a day at 08:00 and 20:00, Europe/Berlin, from 18 March 2024', 'in words');
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
SELECT is((SELECT max(scheduled_for) FROM medsched.upcoming_doses(:person, '2024-03-01', '2024-06-01') WHERE medication_id = :'amoxicillin'),
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
SELECT results_eq(format('SELECT revision, time_zone, dose_amount, effective_from, ends_at FROM medsched.schedule_history(%L, %L)', :person, :'metformin'),
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
SELECT is(medsched.inactivate_medication(:person, :'alendronate', '2024-05-19 22:00Z'), timestamptz '2024-05-19 22:00Z', 'a pause');
SELECT is((SELECT count(*)::int FROM medsched.reactivate_medication(:person, :'alendronate', '2024-06-09 22:00Z')), 1, 'ends');
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

-- Somebody else -----------------------------------------------------------------------

-- Bea, in Berlin in January 2025, an hour ahead of UTC; New York is five behind.  She goes to bed after midnight.
\set bea '''00000000-0000-0000-0000-00000000000b'''
SELECT medsched.enable_history() \g /dev/null
SELECT set_config('medsched.changed_by', 'Bea', true) \g /dev/null
SELECT medsched.set_person_settings(:bea, '04:00') \g /dev/null

-- On Monday the 13th at 07:30, the first day with the application: tablets with 500 mg of paracetamol, two at 8 and at 20, no more
-- than ten minutes early; a powder with 1000 mg as needed; melatonin at 00:30; vitamin D at 9 every second day since Monday
-- 2 December, 42 days ago.  No more than 4 g of paracetamol in 24 hours, 4 hours apart.
SELECT medsched.create_medication(:bea, 'tablets', '[{"starts_at": "2025-01-13T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20",
  "tolerance_before": "10 minutes", "dose_amount": 2, "dose_unit": "tablet"}]', substance => 'paracetamol', substance_amount => 500, substance_unit => 'mg') \g /dev/null
SELECT medsched.create_medication(:bea, 'powder', '[{"starts_at": "2025-01-13T00:00", "time_zone": "Europe/Berlin", "as_needed": true,
  "min_interval": "6 hours", "dose_amount": 1, "dose_unit": "sachet"}]', substance => 'paracetamol', substance_amount => 1, substance_unit => 'g') \g /dev/null
SELECT medsched.set_substance_limits(:bea, 'paracetamol', '[{"amount": 4000, "within": "24 hours"}]', 'mg', '4 hours') \g /dev/null
SELECT medsched.create_medication(:bea, 'melatonin', '[{"starts_at": "2025-01-14T00:30", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}]') \g /dev/null
SELECT medsched.create_medication(:bea, 'vitamin D', '[{"starts_at": "2024-12-02T09:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;INTERVAL=2",
  "effective_from": "2025-01-13T07:30:00+01:00"}]') \g /dev/null
SELECT results_eq($$SELECT * FROM pg_temp.doses('2024-12-01', '2025-01-14', '00000000-0000-0000-0000-00000000000b')$$,
  $$VALUES ('01-13 07:00 (08:00) tablets missed'), ('01-13 08:00 (09:00) vitamin D missed'),
           ('01-13 19:00 (20:00) tablets missed'), ('01-13 23:30 (00:30) melatonin missed')$$, 'weeks before the application are not missed');

-- No vitamin D on Friday the 17th: the mistake, and what was meant.
CREATE FUNCTION pg_temp.leave_out(at text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.correct_schedule(%L, %L, %L)', '00000000-0000-0000-0000-00000000000b',
    pg_temp.schedule('vitamin D', '2025-01-13 07:00Z'), jsonb_build_object('exdates', jsonb_build_array(at))))
$$;
SELECT alike(pg_temp.leave_out('2025-01-17T00:00'),
  '23514 medsched.schedules.schedule_exdates_are_doses: %2025-01-17 00:00:00, when the schedule has no dose | Its doses of that day: 2025-01-17 09:00:00.%', 'midnight leaves nothing out');
SELECT is(pg_temp.leave_out('2025-01-17T09:00'), 'no error', 'the time of the dose does');

-- To Tuesday morning all is taken at its time.
CREATE FUNCTION pg_temp.mark(medication text, at timestamptz, taken_at timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.mark_dose_taken(%L, %L, %L, %L)', '00000000-0000-0000-0000-00000000000b',
    pg_temp.schedule(medication, at), at, coalesce(taken_at, at)))
$$;
SELECT is(pg_temp.mark(medication, at), 'no error', medication || ' at ' || at) FROM (VALUES
  ('tablets', timestamptz '2025-01-13 07:00Z'), ('vitamin D', '2025-01-13 08:00Z'), ('tablets', '2025-01-13 19:00Z'),
  ('melatonin', '2025-01-13 23:30Z'), ('tablets', '2025-01-14 07:00Z')) AS t (medication, at);

-- Two hours later a sachet, which must be four hours later.  It was swallowed.
SELECT pg_temp.schedule('powder', '2025-01-14') AS powder \gset
SELECT is(pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L)', :bea, :'powder', '2025-01-14 09:00Z')),
  '23514 medsched.dose_taken.substance_limits: the dose at 2025-01-14 09:00:00+00 is too close to another of paracetamol'
  ' | Doses of paracetamol are at least 04:00:00 apart, and one was taken at 2025-01-14 07:00:00+00. The next is allowed at 2025-01-14 11:00:00+00.'
  ' | Call medsched.allowance() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.', 'one medication counts for the other');
SELECT is((SELECT (newly_taken, despite_limits)::text FROM medsched.take_as_needed(:bea, :'powder', '2025-01-14 09:00Z', despite_limits => 'headache')),
          '(t,headache)', 'what was taken is recorded');
-- From Monday 19:00 on it was 3 g: 1 g more, from 13:00 on; of the powder 6 hours after it.
SELECT results_eq($$SELECT allowed_at, amount, unit FROM medsched.allowance('00000000-0000-0000-0000-00000000000b', 'paracetamol', '2025-01-14 09:00Z')$$,
  $$VALUES (timestamptz '2025-01-14 13:00Z', 1000::numeric, 'mg')$$, 'what is still allowed');
SELECT is(medsched.next_as_needed_at(:bea, :'powder', '2025-01-14 09:00Z'), timestamptz '2025-01-14 15:00Z', 'and when the next sachet is');

-- The evening's tablets do not stay down.  Again at midnight, four hours later.
SELECT is(pg_temp.mark('tablets', '2025-01-14 19:00Z'), 'no error', 'Tuesday evening');
SELECT pg_temp.schedule('tablets', '2025-01-14') AS tablets \gset
SELECT alike(pg_temp.failure(format('SELECT medsched.record_extra_dose(%L, %L, %L)', :bea, :'tablets', '2025-01-14 22:59:59Z')),
  '23514 medsched.dose_taken.substance_limits: % The next is allowed at 2025-01-14 23:00:00+00.%', 'an extra dose is within the limits, too');
SELECT is((SELECT (outcome, newly_taken, reason)::text FROM medsched.record_extra_dose(:bea, :'tablets', '2025-01-14 23:00Z', reason => 'vomited')),
          '(extra,t,vomited)', 'an extra dose');
SELECT is(pg_temp.mark('melatonin', '2025-01-14 23:30Z', '2025-01-14 23:40Z'), 'no error', 'half an hour into Wednesday');
SELECT results_eq($$SELECT * FROM pg_temp.doses('2025-01-14', '2025-01-15', '00000000-0000-0000-0000-00000000000b')$$,
  $$VALUES ('01-14 07:00 (08:00) tablets taken'), ('01-14 09:00 (10:00) powder taken'), ('01-14 19:00 (20:00) tablets taken'),
           ('01-14 23:00 (00:00) tablets extra'), ('01-14 23:30 (00:30) melatonin taken')$$, 'all is listed where it was taken');
-- 4 g since 07:00: nothing before Wednesday 07:00, and 1 g then.
SELECT results_eq($$SELECT allowed_at, amount FROM medsched.allowance('00000000-0000-0000-0000-00000000000b', 'paracetamol', '2025-01-14 23:00Z')$$,
  $$VALUES (timestamptz '2025-01-15 07:00Z', 1000::numeric)$$, 'and counts');

-- Wednesday: the evening's tablets are marked by mistake at 13:00, that is undone, and they are taken at 20:10.
SELECT is(pg_temp.mark(medication, at), 'no error', medication || ' at ' || at)
  FROM (VALUES ('tablets', timestamptz '2025-01-15 07:00Z'), ('vitamin D', '2025-01-15 08:00Z')) AS t (medication, at);
SELECT is(pg_temp.mark('tablets', '2025-01-15 19:00Z', '2025-01-15 12:00Z'), 'no error', 'a mistake');
SELECT is((SELECT outcome FROM medsched.undo_dose(:bea, :'tablets', '2025-01-15 19:00Z')), 'taken', 'is undone');
SELECT is(pg_temp.mark('tablets', '2025-01-15 19:00Z', '2025-01-15 19:10Z'), 'no error', 'and the dose taken');
SELECT results_eq(format('SELECT operation, changed_by, before->>''taken_at'', after->>''taken_at'' FROM medsched.dose_history(%L, %L, %L)', :bea, :'tablets', '2025-01-15 19:00Z'),
  $$VALUES ('INSERT', 'Bea', NULL, '2025-01-15T12:00:00+00:00'), ('DELETE', 'Bea', '2025-01-15T12:00:00+00:00', NULL),
           ('INSERT', 'Bea', NULL, '2025-01-15T19:10:00+00:00')$$, 'of which there is a history');

-- Thursday: melatonin was forgotten.  The evening's tablets are taken 15 minutes early, at 19:45; five minutes later, 18:50 UTC,
-- she is in New York, where it is 13:50.
SELECT is(pg_temp.mark('tablets', '2025-01-16 07:00Z'), 'no error', 'Thursday morning');
SELECT is(pg_temp.mark('tablets', '2025-01-16 19:00Z', '2025-01-16 18:45Z'), 'no error', 'early');
SELECT results_eq($$SELECT s.medication_name, j.outcome, j.effective_from, j.shortest_interval
                      FROM medsched.change_time_zone('00000000-0000-0000-0000-00000000000b', 'America/New_York', '2025-01-16 18:50Z') AS j
                      JOIN medsched.schedules_of('00000000-0000-0000-0000-00000000000b') AS s ON s.schedule_id = j.old_schedule_id
                     ORDER BY s.medication_name$$,
  $$VALUES ('melatonin', 'moved', timestamptz '2025-01-16 18:50Z', interval '24 hours'),
           ('powder', 'as_needed', NULL, NULL),
           ('tablets', 'moved', '2025-01-16 19:00:01Z', '12 hours'),
           ('vitamin D', 'moved', '2025-01-16 18:50Z', '102 hours')$$, 'one dose does not hold up the journey');
SELECT results_eq($$SELECT * FROM pg_temp.doses('2025-01-16', '2025-01-18 06:00Z', '00000000-0000-0000-0000-00000000000b')$$,
  $$VALUES ('01-16 07:00 (08:00) tablets taken'), ('01-16 19:00 (20:00) tablets taken'),
           ('01-17 05:30 (00:30) melatonin missed'), ('01-17 13:00 (08:00) tablets missed'), ('01-18 01:00 (20:00) tablets missed'),
           ('01-18 05:30 (00:30) melatonin missed')$$, 'nothing is taken twice');
SELECT results_eq($$SELECT d FROM pg_temp.doses('2025-01-16', '2025-01-20', '00000000-0000-0000-0000-00000000000b') AS d WHERE d ~ 'vitamin'$$,
  $$VALUES ('01-19 14:00 (09:00) vitamin D missed')$$, 'and what is left out stays so');
SELECT is(pg_temp.mark(medication, at), 'no error', medication || ' at ' || at) FROM (VALUES
  ('melatonin', timestamptz '2025-01-17 05:30Z'), ('tablets', '2025-01-17 13:00Z'), ('tablets', '2025-01-18 01:00Z')) AS t (medication, at);
SELECT is((SELECT newly_skipped FROM medsched.skip_dose(:bea, pg_temp.schedule('melatonin', '2025-01-18 05:30Z'), '2025-01-18 05:30Z', 'asleep')), true, 'asleep by then');

-- To Saturday 04:00 in New York.  Tablets: five days twice, once too early.  Melatonin: five nights, one forgotten, one skipped.
-- Vitamin D on the 13th and the 15th.  What is as needed, and what is extra, is not counted.
SELECT results_eq($$SELECT medication_name, scheduled, taken, skipped, missed, on_time, percentage
                      FROM medsched.adherence('00000000-0000-0000-0000-00000000000b', '2024-12-01', '2025-01-18 09:00Z')$$,
  $$VALUES ('melatonin', 5::bigint, 3::bigint, 1::bigint, 1::bigint, 3::bigint, 60.0),
           ('tablets', 10, 10, 0, 0, 9, 100.0),
           ('vitamin D', 2, 2, 0, 0, 2, 100.0)$$, 'adherence from the first day on');
-- The night's dose belongs to the evening before it.
SELECT results_eq($$SELECT day, scheduled, taken, skipped, missed, on_time, percentage
                      FROM medsched.adherence_by_day('00000000-0000-0000-0000-00000000000b', '2024-12-01', '2025-01-18 09:00Z')$$,
  $$VALUES (date '2025-01-13', 4::bigint, 4::bigint, 0::bigint, 0::bigint, 4::bigint, 100.0),
           ('2025-01-14', 3, 3, 0, 0, 3, 100.0),
           ('2025-01-15', 4, 3, 0, 1, 3, 75.0),
           ('2025-01-16', 3, 3, 0, 0, 2, 100.0),
           ('2025-01-17', 3, 2, 1, 0, 2, 66.7)$$, 'her days begin at four');

-- Alone, and to the end ---------------------------------------------------------------

SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'no rule was broken on the way');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'nor at commit');
-- Schedules: 4 of metformin; of alendronate the first, in New York, in Berlin, after
-- the pause; 1 of amoxicillin; 1 of ibuprofen.  Doses
-- recorded: 143 + 1, 20, 11 + 1, and 3.
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :person), 'VALUES (4::bigint, 10::bigint, 179::bigint)', 'who wishes to be forgotten is');

-- Bea: tablets, melatonin and vitamin D twice, the powder once; 10 + 1 doses of tablets, 3 + 1 of melatonin, 2 of vitamin D, a sachet.
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :bea), 'VALUES (4::bigint, 7::bigint, 18::bigint)', 'and whoever travelled');
SELECT is_empty($$SELECT e.* FROM unnest('{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000b}'::uuid[]) AS person,
                    jsonb_each(medsched.export_user(person) - '{format,version,medsched,user_id}'::text[]) AS e WHERE e.value <> '[]'$$, 'without a trace');

SELECT * FROM finish();
ROLLBACK;
