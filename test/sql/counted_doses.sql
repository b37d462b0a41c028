\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(101);

-- Doses that are counted from the last one taken.  In March 2026 Berlin's clocks go from 02:00 to 03:00 on the 29th, New York's on
-- the 8th; in October Berlin's go back from 03:00 to 02:00 on the 25th.
\i test/id.psql
SET LOCAL TimeZone = 'Europe/Berlin';
\set ann '''00000000-0000-0000-0000-00000000000a'''

CREATE FUNCTION pg_temp.has(medication text, schedule jsonb) RETURNS void LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id('a'), medication,
    jsonb_build_array('{"time_zone": "Europe/Berlin"}' || schedule || jsonb_build_object('id', pg_temp.id(medication))))
$$;
-- The doses of a medication: when each is due by Berlin's clock, in parentheses where it is scheduled for another time, and what
-- became of it.
CREATE FUNCTION pg_temp.shown(scheduled_for timestamptz, due_at timestamptz, status text) RETURNS text LANGUAGE sql STABLE RETURN
  to_char(due_at, CASE WHEN extract(second FROM due_at) = 0 THEN 'MM-DD HH24:MI' ELSE 'MM-DD HH24:MI:SS' END)
  || CASE WHEN due_at = scheduled_for THEN '' ELSE to_char(scheduled_for, ' (MM-DD HH24:MI)') END
  || CASE WHEN status IN ('taken', 'skipped', 'extra') THEN ' ' || status ELSE '' END;
CREATE FUNCTION pg_temp.doses(medication text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(pg_temp.shown(d.scheduled_for, d.due_at, d.status), ', ' ORDER BY d.n)
    FROM medsched.upcoming_doses(pg_temp.id('a'), '2026-01-01', '2027-01-01') WITH ORDINALITY
           AS d (dose_id, scheduled_for, local_time, time_zone, medication_id, name, schedule_id, amount, unit, instructions, taken_at, recorded_by, status, due_at, n)
   WHERE d.name = medication
$$;
CREATE FUNCTION pg_temp.takes(medication text, scheduled_for timestamptz, taken_at timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN (medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id(medication), scheduled_for, taken_at)).newly_taken THEN 'new' ELSE 'old' END
$$;

-- One dose is to come; taking it gives the next, and taking it back takes that away.  Days are the wall clock's.
SELECT pg_temp.has('a1', '{"starts_at": "2026-03-20 08:00", "after_last": "5 days", "grace": "1 hour"}') \g /dev/null
SELECT is(pg_temp.doses('a1'), '03-20 08:00', 'the first');
SELECT is(pg_temp.takes('a1', '2026-03-20 08:00', '2026-03-20 21:30'), 'new', 'is taken in the evening');
SELECT is(pg_temp.doses('a1'), '03-20 08:00 taken, 03-25 21:30', 'and five days later is the next');
SELECT is(pg_temp.takes('a1', '2026-03-20 08:00', '2026-03-20 23:00'), 'old', 'recorded again, it stays');
SELECT is(pg_temp.takes('a1', '2026-03-25 21:30', '2026-03-25 21:00:00.5'), 'new', 'the next is taken half an hour early');
SELECT is(pg_temp.doses('a1'), '03-20 08:00 taken, 03-25 21:30 taken, 03-30 21:00:01', 'across the change of the clocks, not a moment early');
SELECT (medsched.undo_dose(pg_temp.id('a'), pg_temp.id('a1'), '2026-03-25 21:30')).outcome \g /dev/null
SELECT is(pg_temp.doses('a1'), '03-20 08:00 taken, 03-25 21:30', 'undone');
SELECT (medsched.skip_dose(pg_temp.id('a'), pg_temp.id('a1'), '2026-03-25 21:30')).outcome \g /dev/null
SELECT is(pg_temp.doses('a1'), '03-20 08:00 taken, 03-25 21:30 skipped, 03-30 21:30', 'skipped, the next counts from when it was due');
SELECT is((SELECT string_agg(pg_temp.shown(d.scheduled_for, d.due_at, d.status), ', ') FROM medsched.next_doses(pg_temp.id('a'), '2026-03-21', 5) AS d),
  '03-30 21:30', 'the next doses');
SELECT is((SELECT string_agg(concat(pg_temp.shown(d.scheduled_for, d.due_at, d.status), ' ', d.on_time), ', ' ORDER BY d.due_at)
             FROM medsched.scheduled_doses('2026-01-01', '2027-01-01') AS d WHERE d.user_id = :ann),
  '03-20 08:00 taken f, 03-25 21:30 skipped f, 03-30 21:30 f', 'of all users');
SELECT is((SELECT concat_ws(' ', a.scheduled, a.taken, a.skipped, a.on_time) FROM medsched.adherence(:ann, '2026-01-01', '2027-01-01') AS a), '3 1 1 0', 'adherence');
SELECT is((SELECT concat_ws(' ', a.scheduled, a.taken, a.skipped, a.on_time) FROM medsched.adherence(:ann, '2026-03-21', '2026-03-30 21:30') AS a), '1 0 1 0', 'of a window');
SELECT is((SELECT string_agg(pg_temp.shown(d.scheduled_for, d.due_at, d.status), ', ') FROM medsched.upcoming_doses(:ann, '2026-03-30 21:30', '2026-03-30 21:30:01') AS d),
  '03-30 21:30', 'in its own second');
SELECT is((SELECT count(*) FROM medsched.upcoming_doses(:ann, '2026-03-25 21:30:01', '2026-03-30 21:30')), 0::bigint, 'and between none');

-- Hours are elapsed time.
SELECT pg_temp.has('a2', '{"starts_at": "2026-03-28 18:00", "after_last": "8 hours"}') \g /dev/null
SELECT pg_temp.takes('a2', '2026-03-28 18:00', '2026-03-28 18:00') \g /dev/null
SELECT is(pg_temp.doses('a2'), '03-28 18:00 taken, 03-29 03:00', 'eight hours over the change of the clocks');
SELECT pg_temp.has('a3', '{"starts_at": "2026-10-24 18:30", "after_last": "1 day 00:30"}') \g /dev/null
SELECT pg_temp.takes('a3', '2026-10-24 18:30', '2026-10-24 18:30') \g /dev/null
SELECT is(pg_temp.doses('a3'), '10-24 18:30 taken, 10-25 19:00', 'a day by the wall clock, and half an hour that passes');
SELECT pg_temp.has('a4', '{"starts_at": "2026-01-31 09:00", "after_last": "1 month"}') \g /dev/null
SELECT pg_temp.takes('a4', '2026-01-31 09:00', '2026-01-31 09:00') \g /dev/null
SELECT is(pg_temp.doses('a4'), '01-31 09:00 taken, 02-28 09:00', 'a month after the 31st');

-- Within hours of the day: what is due outside of them is due when they begin next.
SELECT pg_temp.has('b1', '{"starts_at": "2026-05-01 07:00", "after_last": "8 hours", "hours_from": "08:00", "hours_until": "22:00"}') \g /dev/null
SELECT is(pg_temp.doses('b1'), '05-01 08:00', 'the first, too');
SELECT pg_temp.takes('b1', '2026-05-01 08:00', taken) FROM unnest(ARRAY['2026-05-01 15:40'::timestamptz]) AS taken \g /dev/null
SELECT is(pg_temp.doses('b1'), '05-01 08:00 taken, 05-02 08:00', '23:40 becomes the next morning');
SELECT pg_temp.takes('b1', '2026-05-02 08:00', '2026-05-02 14:00') \g /dev/null
SELECT is(pg_temp.doses('b1'), '05-01 08:00 taken, 05-02 08:00 taken, 05-02 22:00', 'their end is within them');
SELECT is(string_agg(to_char(medsched._within_hours(at::timestamptz, from_, until_, 'Europe/Berlin'), 'MM-DD HH24:MI'), ', ' ORDER BY n), shown, what)
  FROM (VALUES
    ('within, at the ends of and beside hours that go past midnight', '20:00'::time, '02:00'::time, '{2026-05-01 18:00,2026-05-01 20:00,2026-05-02 01:30,2026-05-02 02:00,2026-05-02 02:00:01,2026-05-02 03:00}'::text[],
     '05-01 20:00, 05-01 20:00, 05-02 01:30, 05-02 02:00, 05-02 20:00, 05-02 20:00'),
    ('until midnight', '08:00', '24:00', '{2026-05-01 23:59:59,2026-05-02 00:00}', '05-01 23:59, 05-02 08:00'),
    ('hours that begin in an hour that does not come', '02:30', '04:00', '{2026-03-28 12:00}', '03-29 03:30'),
    ('and in one that comes twice', '02:30', '04:00', '{2026-10-25 02:10+02,2026-10-25 02:10+01}', '10-25 02:30, 10-25 02:30')) AS t (what, from_, until_, ats, shown)
 CROSS JOIN unnest(t.ats) WITH ORDINALITY AS u (at, n) GROUP BY what, shown ORDER BY what;
SELECT is(medsched._within_hours('2026-10-25 02:10+01', '02:30', '04:00', 'Europe/Berlin'), '2026-10-25 02:30+01', 'the second time it comes, if the first is past');

-- At most so many on a date.
SELECT pg_temp.has('c1', '{"starts_at": "2026-05-01 08:00", "after_last": "4 hours", "hours_from": "08:00", "hours_until": "22:00", "max_per_day": 2, "grace": "30 minutes"}') \g /dev/null
SELECT pg_temp.takes('c1', '2026-05-01 08:00', '2026-05-01 08:00'), pg_temp.takes('c1', '2026-05-01 12:00', '2026-05-01 12:00') \g /dev/null
SELECT is(pg_temp.doses('c1'), '05-01 08:00 taken, 05-01 12:00 taken, 05-02 08:00 (05-01 16:00)', 'the third is due on the next day');
SELECT pg_temp.takes('c1', '2026-05-01 16:00', '2026-05-02 08:10') \g /dev/null
SELECT is(pg_temp.doses('c1'), '05-01 08:00 taken, 05-01 12:00 taken, 05-02 08:00 (05-01 16:00) taken, 05-02 12:10', 'and was due then, once it is recorded');
SELECT is((SELECT string_agg(d.on_time::text, ' ' ORDER BY d.due_at) FROM medsched.scheduled_doses('2026-05-01', '2026-05-03') AS d WHERE d.schedule_id = pg_temp.id('c1')),
  'true true true false', 'by which it is on time');
SELECT is((SELECT string_agg(pg_temp.shown(d.scheduled_for, d.due_at, d.status), ', ') FROM medsched.upcoming_doses(:ann, '2026-05-02 07:00', '2026-05-02 12:00') AS d WHERE d.medication_name = 'c1'),
  '05-02 08:00 (05-01 16:00) taken', 'and listed');
SELECT is((SELECT concat_ws(' ', a.scheduled, a.taken, a.on_time) FROM medsched.adherence(:ann, '2026-05-02', '2026-05-03') AS a WHERE a.medication_name = 'c1'), '2 1 1', 'and counted');

-- What lies further ahead, if each is taken when it is due: three a day fit between 08:00 and 22:00, two are allowed.
SELECT is((SELECT string_agg(to_char(f, 'MM-DD HH24:MI'), ', ' ORDER BY f) FROM medsched._foreseen_doses(:ann, pg_temp.id('c1'), '2026-05-04 12:00:01') AS f),
  '05-02 12:10, 05-03 08:00, 05-03 12:00, 05-04 08:00, 05-04 12:00', 'foreseen, at most two a day');
SELECT is((SELECT string_agg(to_char(f, 'MM-DD HH24:MI'), ', ' ORDER BY f) FROM medsched._foreseen_doses(:ann, pg_temp.id('b1'), '2026-05-04') AS f),
  '05-02 22:00, 05-03 08:00, 05-03 16:00', 'foreseen, within hours');
SELECT is((SELECT count(*) FROM medsched._foreseen_doses(:ann, pg_temp.id('c1'), '2026-05-02 12:10') AS f), 0::bigint, 'none before the next');

-- The time of a dose is corrected: the next keeps its handle, and is due anew while it is not recorded.
SELECT pg_temp.has('d1', '{"starts_at": "2026-06-01 08:00", "after_last": "5 days"}') \g /dev/null
SELECT pg_temp.takes('d1', '2026-06-01 08:00', '2026-06-01 09:00') \g /dev/null
CREATE FUNCTION pg_temp.corrects(medication text, at timestamptz, to_ timestamptz) RETURNS void LANGUAGE sql AS $$
  UPDATE medsched.dose_taken SET taken_at = to_ WHERE user_id = pg_temp.id('a') AND schedule_id = pg_temp.id(medication) AND scheduled_for = at
$$;
SELECT pg_temp.corrects('d1', '2026-06-01 08:00', '2026-06-01 07:30') \g /dev/null
SELECT is(pg_temp.doses('d1'), '06-01 08:00 taken, 06-06 07:30 (06-06 09:00)', 'corrected');
SELECT pg_temp.corrects('d1', '2026-06-01 08:00', '2026-06-01 12:00') \g /dev/null
SELECT is(pg_temp.doses('d1'), '06-01 08:00 taken, 06-06 12:00 (06-06 09:00)', 'and again');
SELECT is((SELECT d.dose_id FROM medsched.upcoming_doses(:ann, '2026-06-06', '2026-06-07') AS d), medsched.dose_id(pg_temp.id('d1'), '2026-06-06 09:00'), 'the handle stays');
SELECT is((medsched.mark_dose_taken_by_id(:ann, medsched.dose_id(pg_temp.id('d1'), '2026-06-06 09:00'), '2026-06-06 13:00')).newly_taken, true, 'and records the dose');
SELECT pg_temp.corrects('d1', '2026-06-01 08:00', '2026-06-01 10:00') \g /dev/null
SELECT is(pg_temp.doses('d1'), '06-01 08:00 taken, 06-06 12:00 (06-06 09:00) taken, 06-11 13:00', 'which then is due when it was');
SELECT (medsched.undo_dose_by_id(:ann, medsched.dose_id(pg_temp.id('d1'), '2026-06-06 09:00'))).outcome \g /dev/null
SELECT pg_temp.corrects('d1', '2026-06-01 08:00', '2026-06-01 11:00') \g /dev/null
SELECT is(pg_temp.doses('d1'), '06-01 08:00 taken, 06-06 11:00 (06-06 09:00)', 'until it is undone');
SELECT (medsched.skip_dose(:ann, pg_temp.id('d1'), '2026-06-06 09:00')).outcome \g /dev/null
SELECT is(pg_temp.doses('d1'), '06-01 08:00 taken, 06-06 11:00 (06-06 09:00) skipped, 06-11 11:00', 'skipped, it counts from when it was due');
-- Taken before the one before it was due.
SELECT pg_temp.has('d2', '{"starts_at": "2026-06-01 08:00", "after_last": "1 hour"}') \g /dev/null
SELECT pg_temp.takes('d2', '2026-06-01 08:00', '2026-06-01 05:00') \g /dev/null
SELECT is(pg_temp.doses('d2'), '06-01 08:00 taken, 06-01 08:00:01', 'a dose comes after the one before it');

-- What is taken beside the schedule was taken, too.
SELECT (medsched.record_extra_dose(:ann, pg_temp.id('d1'), '2026-06-09 18:00')).outcome \g /dev/null
SELECT is(pg_temp.doses('d1'), '06-01 08:00 taken, 06-06 11:00 (06-06 09:00) skipped, 06-09 18:00 extra, 06-14 18:00 (06-11 11:00)', 'an extra dose puts the next off');
SELECT (medsched.undo_dose(:ann, pg_temp.id('d1'), '2026-06-09 18:00')).outcome \g /dev/null
SELECT is(pg_temp.doses('d1'), '06-01 08:00 taken, 06-06 11:00 (06-06 09:00) skipped, 06-11 11:00', 'until it is undone');

-- A person moves the dose to come; that holds.
SELECT pg_temp.has('e1', '{"starts_at": "2026-07-01 08:00", "after_last": "5 days"}') \g /dev/null
SELECT pg_temp.takes('e1', '2026-07-01 08:00', '2026-07-01 08:00') \g /dev/null
INSERT INTO medsched.moved_doses (user_id, schedule_id, scheduled_for, due_at) VALUES (:ann, pg_temp.id('e1'), '2026-07-06 08:00', '2026-07-06 20:00');
SELECT pg_temp.corrects('e1', '2026-07-01 08:00', '2026-07-01 10:00') \g /dev/null
SELECT is(pg_temp.doses('e1'), '07-01 08:00 taken, 07-06 20:00 (07-06 08:00)', 'moved');
SELECT pg_temp.takes('e1', '2026-07-06 08:00', '2026-07-06 20:05') \g /dev/null
SELECT is(pg_temp.doses('e1'), '07-01 08:00 taken, 07-06 20:00 (07-06 08:00) taken, 07-11 20:05', 'and taken');

-- Revised, the schedule goes on from the last dose; a dose that was not recorded stays open where it was.
SELECT medsched.revise_schedule(:ann, pg_temp.id('e1'), '2026-07-08', jsonb_build_object('id', pg_temp.id('e2'), 'after_last', '10 days')) \g /dev/null
SELECT is(pg_temp.doses('e1'), '07-01 08:00 taken, 07-06 20:00 (07-06 08:00) taken, 07-16 20:05', 'revised before the next');
SELECT medsched.revise_schedule(:ann, pg_temp.id('e2'), '2026-07-20', jsonb_build_object('id', pg_temp.id('e3'), 'dose_amount', 2, 'dose_unit', 'mg')) \g /dev/null
SELECT is(pg_temp.doses('e1'), '07-01 08:00 taken, 07-06 20:00 (07-06 08:00) taken, 07-16 20:05, 07-20 00:00', 'revised after it, which was not taken');
SELECT pg_temp.takes('e2', '2026-07-16 20:05', '2026-07-21 09:00') \g /dev/null
SELECT is(pg_temp.doses('e1'), '07-01 08:00 taken, 07-06 20:00 (07-06 08:00) taken, 07-16 20:05 taken, 07-31 09:00', 'and is then');
SELECT medsched.revise_schedule(:ann, pg_temp.id('e3'), '2026-08-15', jsonb_build_object('id', pg_temp.id('e4'), 'starts_at', '2026-08-20 07:00')) \g /dev/null
SELECT is(pg_temp.doses('e1'), '07-01 08:00 taken, 07-06 20:00 (07-06 08:00) taken, 07-16 20:05 taken, 07-31 09:00, 08-20 07:00', 'with a start of its own it begins anew');
-- So does a schedule with set times that is revised to be counted.
SELECT pg_temp.has('e5', '{"starts_at": "2026-09-01 08:00", "rrule": "FREQ=DAILY"}') \g /dev/null
SELECT pg_temp.takes('e5', '2026-09-01 08:00', '2026-09-01 09:00') \g /dev/null
SELECT medsched.revise_schedule(:ann, pg_temp.id('e5'), '2026-09-02', jsonb_build_object('id', pg_temp.id('e6'), 'rrule', NULL, 'after_last', '3 days')) \g /dev/null
SELECT is(pg_temp.doses('e5'), '09-01 08:00 taken, 09-04 09:00', 'from set times');
-- The correction of a dose from before the revision.
SELECT pg_temp.corrects('e5', '2026-09-01 08:00', '2026-09-01 07:00') \g /dev/null
SELECT is(pg_temp.doses('e5'), '09-01 08:00 taken, 09-04 07:00 (09-04 09:00)', 'corrected, too');

-- On a journey the days go on by the other clock: 5 days after 08:00 in Berlin, 02:00 in New York.
SELECT pg_temp.has('f1', '{"starts_at": "2026-09-01 08:00", "after_last": "5 days", "hours_from": "07:00", "hours_until": "21:00"}') \g /dev/null
SELECT pg_temp.takes('f1', '2026-09-01 08:00', '2026-09-01 08:00') \g /dev/null
SELECT is((SELECT j.outcome FROM medsched.change_time_zone(:ann, 'America/New_York', '2026-09-02 12:00') AS j WHERE j.old_schedule_id = pg_temp.id('f1')), 'moved', 'a journey');
SELECT is(pg_temp.doses('f1'), '09-01 08:00 taken, 09-06 13:00', 'to where hours begin at 07:00');

-- Its end, and that of its medication.
SELECT pg_temp.has('f2', '{"starts_at": "2026-09-10 08:00", "after_last": "5 days", "ends_at": "2026-09-20T00:00+02:00"}') \g /dev/null
SELECT pg_temp.takes('f2', '2026-09-10 08:00', '2026-09-10 08:00'), pg_temp.takes('f2', '2026-09-15 08:00', '2026-09-15 08:00') \g /dev/null
SELECT is(pg_temp.doses('f2'), '09-10 08:00 taken, 09-15 08:00 taken', 'none after the end');
SELECT medsched.inactivate_medication(:ann, (SELECT s.medication_id FROM medsched.schedules AS s WHERE s.id = pg_temp.id('f2')), '2026-09-12') \g /dev/null
SELECT is(pg_temp.failure($$SELECT pg_temp.takes('f2', '2026-09-20 08:00', '2026-09-20 08:00')$$), format(
  '23514 medsched.dose_taken.dose_after_inactivation: schedule "%s" has no dose at 2026-09-20 08:00:00+02 | The medication was inactivated at 2026-09-15 08:00:01+02. | '
  'Record a dose before that, or take the medication up again: call medsched.reactivate_medication().', pg_temp.id('f2')), 'inactive');
SELECT medsched.reactivate_medication(:ann, (SELECT s.medication_id FROM medsched.schedules AS s WHERE s.id = pg_temp.id('f2')), '2026-09-16') \g /dev/null
SELECT is(pg_temp.doses('f2'), '09-10 08:00 taken, 09-15 08:00 taken', 'taken up again, it ends as it did');

-- Only that one dose can be recorded.
SELECT pg_temp.has('9a', '{"starts_at": "2026-05-01 08:00", "after_last": "5 days", "ends_at": "2026-06-01T00:00+02:00"}') \g /dev/null
SELECT is(pg_temp.failure(sql), error, what) FROM (VALUES
  (1, $$SELECT pg_temp.takes('9a', '2026-05-01 07:00', '2026-05-01 07:00')$$, 'too early',
   '23514 medsched.dose_taken.dose_before_start: schedule "%s" has no dose at 2026-05-01 07:00:00+02 | The first dose is at 2026-05-01 08:00:00+02. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  (2, $$SELECT pg_temp.takes('9a', '2026-05-06 08:00', '2026-05-06 08:00')$$, 'too late',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "%s" has no dose at 2026-05-06 08:00:00+02 | The first dose is at 2026-05-01 08:00:00+02. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  (3, $$SELECT pg_temp.takes('9a', '2026-05-01 08:00:00.001', '2026-05-01 08:00')$$, 'at a fraction of a second',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "%s" has no dose at 2026-05-01 08:00:00.001+02 | The first dose is at 2026-05-01 08:00:00+02. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  (4, $$SELECT pg_temp.takes('9a', '2026-06-01 00:00', '2026-06-01 00:00')$$, 'after the end',
   '23514 medsched.dose_taken.dose_after_end: schedule "%s" has no dose at 2026-06-01 00:00:00+02 | The schedule ended at 2026-06-01 00:00:00+02. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  (5, $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome) VALUES (pg_temp.id('a'), pg_temp.id('9a'), '2026-05-01 08:00', 'extra')$$, 'the dose is not extra',
   '23514 medsched.dose_taken.extra_dose_is_extra: schedule "%s" has a dose at 2026-05-01 08:00:00+02 | An extra dose is at none of its schedule''s. | To record the schedule''s dose, call medsched.mark_dose_taken().'))
  AS t (n, sql, what, form) CROSS JOIN LATERAL format(t.form, pg_temp.id('9a')) AS f (error) ORDER BY n;
SELECT pg_temp.takes('9a', '2026-05-01 08:00', '2026-05-01 08:00') \g /dev/null
SELECT is(pg_temp.failure($$SELECT pg_temp.takes('9a', '2026-05-05 08:00', '2026-05-05 08:00')$$), format(
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "%s" has no dose at 2026-05-05 08:00:00+02 | Counted from the dose at 2026-05-01 08:00:00+02, the next is at 2026-05-06 08:00:00+02. | '
  'Record a dose at the scheduled_for that medsched.upcoming_doses() gives.', pg_temp.id('9a')), 'after the first');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET ends_at = '2026-05-01 08:00' WHERE id = pg_temp.id('9a')$$) LIKE
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "%" has recorded doses that would no longer be scheduled%', true, 'a recorded dose keeps its schedule');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET after_last = NULL, rrule = 'FREQ=DAILY;BYHOUR=9' WHERE id = pg_temp.id('9a')$$) LIKE
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "%" has recorded doses that would no longer be scheduled%', true, 'though it changes its kind');
-- One before the last that was taken back can be recorded again.
SELECT pg_temp.takes('9a', '2026-05-06 08:00', '2026-05-06 08:00') \g /dev/null
SELECT (medsched.undo_dose(:ann, pg_temp.id('9a'), '2026-05-01 08:00')).outcome \g /dev/null
SELECT is(pg_temp.takes('9a', '2026-05-01 08:00', '2026-05-01 08:30'), 'new', 'recorded again');
SELECT is(pg_temp.doses('9a'), '05-01 08:00 taken, 05-06 08:00 taken, 05-11 08:00', 'it counts no more');

-- Values that make no sense.
SELECT is(split_part(pg_temp.failure(format($f$SELECT pg_temp.has('9b', '{"starts_at": "2026-05-01 08:00"}' || %L::jsonb)$f$, schedule)), ' | Failing row', 1), error, schedule) FROM (VALUES
  (1, '{"after_last": "59 seconds"}', '23514 medsched.schedules.schedules_after_last_in_range: schedules[0].after_last must be whole seconds from 1 minute to 3660 days, no part of it negative | It is 00:00:59.'),
  (2, '{"after_last": "3661 days"}', '23514 medsched.schedules.schedules_after_last_in_range: schedules[0].after_last must be whole seconds from 1 minute to 3660 days, no part of it negative | It is 3661 days.'),
  (3, '{"after_last": "1 day -1 hour"}', '23514 medsched.schedules.schedules_after_last_in_range: schedules[0].after_last must be whole seconds from 1 minute to 3660 days, no part of it negative | It is 1 day -01:00:00.'),
  (4, '{"after_last": "90.5 seconds"}', '23514 medsched.schedules.schedules_after_last_in_range: schedules[0].after_last must be whole seconds from 1 minute to 3660 days, no part of it negative | It is 00:01:30.5.'),
  (5, '{"after_last": 5}', '22023: schedules[0].after_last must be a string that holds an interval, such as "4 hours"'),
  (6, '{"after_last": "5 days", "rrule": "FREQ=DAILY"}', '23514 medsched.schedules.schedules_after_last_has_no_times: schedules[0] must have no rrule, rdates, exdates or cycle, and be neither as_needed nor missed_when_next, when it has after_last | It has after_last 5 days, rrule "FREQ=DAILY".'),
  (7, '{"after_last": "5 days", "as_needed": true}', '23514 medsched.schedules.schedules_after_last_has_no_times: schedules[0] must have no rrule, rdates, exdates or cycle, and be neither as_needed nor missed_when_next, when it has after_last | It has after_last 5 days, as_needed true.'),
  (8, '{"after_last": "5 days", "hours_from": "08:00"}', '23514 medsched.schedules.schedules_hours_valid: schedules[0] must have both hours_from and hours_until, two times of a whole second, hours_from before 24:00, or neither | It has hours_from 08:00:00, no hours_until.'),
  (9, '{"after_last": "5 days", "hours_from": "08:00", "hours_until": "08:00"}', '23514 medsched.schedules.schedules_hours_valid: schedules[0] must have both hours_from and hours_until, two times of a whole second, hours_from before 24:00, or neither | It has hours_from 08:00:00, hours_until 08:00:00.'),
  (10, '{"after_last": "5 days", "hours_from": "8 am", "hours_until": "22:00"}', '22023: schedules[0].hours_from must be a time of day, as "08:00"'),
  (11, '{"after_last": "5 days", "hours_from": "25:00", "hours_until": "22:00"}', '22008: schedules[0].hours_from: date/time field value out of range: "25:00"'),
  (12, '{"hours_from": "08:00", "hours_until": "22:00", "rrule": "FREQ=DAILY"}', '23514 medsched.schedules.schedules_hours_are_after_last: schedules[0] must have after_last to have hours_from, hours_until or max_per_day | It has no after_last, hours_from 08:00:00, hours_until 22:00:00, no max_per_day.'),
  (13, '{"after_last": "5 days", "max_per_day": 0}', '23514 medsched.schedules.schedules_max_per_day_in_range: schedules[0].max_per_day must be from 1 to 1440 | It is 0.')) AS t (n, schedule, error) ORDER BY n;

-- A handle that somebody wrote into the column is none of the schedule's, and makes no list fail.
UPDATE medsched.dose_taken SET next_dose_id = v FROM unnest('{v1:x}'::text[]) AS v WHERE schedule_id = pg_temp.id('9a') AND scheduled_for = '2026-05-06 08:00';
SELECT is(pg_temp.doses('9a'), '05-01 08:00 taken, 05-06 08:00 taken, 05-11 08:00', 'not a handle');
UPDATE medsched.dose_taken SET next_dose_id = medsched.dose_id(pg_temp.id('a1'), '2026-05-12 08:00') WHERE schedule_id = pg_temp.id('9a') AND scheduled_for = '2026-05-06 08:00';
SELECT is(pg_temp.doses('9a'), '05-01 08:00 taken, 05-06 08:00 taken, 05-11 08:00', 'another schedule''s');
SELECT is(medsched._time_in_handle('v1:' || translate(encode(convert_to(pg_temp.id('9a') || '|2026-02-31T24:00:00.000Z', 'UTF8'), 'base64'), E'\n=', ''), pg_temp.id('9a')), NULL, 'no time');
-- At the end of the years there is none to come.
SELECT pg_temp.has('9c', '{"starts_at": "9999-12-31 08:00", "after_last": "5 days"}') \g /dev/null
SELECT pg_temp.takes('9c', '9999-12-31 08:00', '9999-12-31 08:00') \g /dev/null
SELECT is((SELECT string_agg(d.scheduled_for::text, ' ') FROM medsched.next_doses(:ann, '9999-12-01', 5) AS d WHERE d.medication_name = '9c'), NULL, 'after the last');

-- What is left lasts for the doses that will be counted, too: three of them.
SELECT pg_temp.has('9d', '{"starts_at": "2026-05-01 08:00", "after_last": "5 days", "dose_amount": 1, "dose_unit": "tablet"}') \g /dev/null
INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount, unit, occurred_at)
SELECT :ann, s.medication_id, 'dispensed', 3, 'tablet', '2026-05-01 00:00' FROM medsched.schedules AS s WHERE s.id = pg_temp.id('9d');
SELECT is((SELECT f.runs_out_at FROM medsched.stock_forecast(:ann, '2026-05-01 00:00') AS f), '2026-05-16 08:00+02', 'the stock, before the first');
SELECT pg_temp.takes('9d', '2026-05-01 08:00', '2026-05-02 20:00') \g /dev/null
SELECT is((SELECT f.runs_out_at FROM medsched.stock_forecast(:ann, '2026-05-03 00:00') AS f), '2026-05-17 20:00+02', 'and after it');

-- In words, and among what can be asked of a schedule.
SELECT is(medsched.describe_schedule(:ann, pg_temp.id('c1')), '4 hours after the last dose, between 08:00 and 22:00, at most 2 doses a day, Europe/Berlin, from 1 May 2026 at 08:00 until just before 2 September 2026 at 12:00', 'in English');
SELECT is(medsched.describe_schedule(NULL::text, '2026-05-01 08:00', 'Europe/Berlin', dose_amount => 2, dose_unit => 'tablet', language => 'de', after_last => '1 month 5 days', hours_from => '20:00', hours_until => '24:00', max_per_day => 1, with_time_zone => false),
  '2 Tabletten 1 Monat und 5 Tage nach der letzten Dosis, zwischen 20:00 und 24:00, höchstens 1 Dosis am Tag, ab 1. Mai 2026 um 08:00', 'in German');
SELECT is((SELECT e.explanation FROM medsched.explain_dose(:ann, pg_temp.id('d1'), at::timestamptz) AS e), explanation, at) FROM (VALUES
  ('2026-06-01 08:00', 'A dose: it is the first of the schedule.'),
  ('2026-06-06 09:00', 'A dose: it is counted from the dose at 2026-06-01 08:00:00+02. It was due at 2026-06-06 11:00:00+02.'),
  ('2026-06-11 11:00', 'A dose: it is counted from the dose at 2026-06-06 09:00:00+02.'),
  ('2026-06-12 11:00', 'No dose: counted from the dose at 2026-06-06 09:00:00+02, the next is at 2026-06-11 11:00:00+02.')) AS t (at, explanation) ORDER BY at;
SELECT is((SELECT concat_ws(' ', o.next_dose, o.last_recorded) FROM medsched.schedule_overview(:ann) AS o WHERE o.schedule_id = pg_temp.id('9a')), '2026-05-11 08:00:00+02 2026-05-06 08:00:00+02', 'in the overview');
SELECT is((medsched.times_of_schedule(:ann, ARRAY[pg_temp.id('9a')])).problem, format('schedule "%s" is counted from when another dose is taken', pg_temp.id('9a')), 'no form shows it');
SELECT is((SELECT count(*) FROM medsched.check_integrity()), 0::bigint, 'nothing breaks a rule');


-- One taken before its time; what is taken beside the schedule counts, though it be before that time, too.
SELECT pg_temp.has('9e', '{"starts_at": "2026-06-01 20:00", "after_last": "12 hours"}') \g /dev/null
SELECT pg_temp.takes('9e', '2026-06-01 20:00', '2026-06-01 08:00') \g /dev/null
SELECT is(pg_temp.doses('9e'), '06-01 20:00 taken, 06-01 20:00:01', 'not before the last one was to be');
SELECT (medsched.record_extra_dose(:ann, pg_temp.id('9e'), '2026-06-01 14:00')).outcome \g /dev/null
SELECT is(pg_temp.doses('9e'), '06-01 14:00 extra, 06-01 20:00 taken, 06-02 02:00 (06-01 20:00)', 'another at 14:00');
SELECT is(pg_temp.failure($$SELECT medsched.move_dose(pg_temp.id('a'), pg_temp.id('9e'), '2026-06-01 20:00', '2026-06-01 20:00')$$),
  '23514 medsched.moved_doses.moved_dose_not_recorded: the dose at 2026-06-01 20:00:00+02 is recorded, and cannot be moved | If it was not taken, call medsched.undo_dose() first.', 'one that is recorded is not moved, and not to where it is');
-- One taken before the schedule starts puts its first dose off, if that would come too soon after it.
SELECT pg_temp.has('9f', '{"starts_at": "2026-06-10 08:00", "after_last": "5 days"}') \g /dev/null
SELECT (medsched.record_extra_dose(:ann, pg_temp.id('9f'), '2026-06-05 07:00')).outcome \g /dev/null
SELECT is(pg_temp.doses('9f'), '06-05 07:00 extra, 06-10 08:00', 'more than five days before');
SELECT (medsched.record_extra_dose(:ann, pg_temp.id('9f'), '2026-06-06 20:00')).outcome \g /dev/null
SELECT is(pg_temp.doses('9f'), '06-05 07:00 extra, 06-06 20:00 extra, 06-11 20:00 (06-10 08:00)', 'less than five days before');
-- A person who moves one says why in any words.
SELECT (medsched.move_dose(:ann, pg_temp.id('9f'), '2026-06-10 08:00', '2026-06-12 09:00', 'counted from the dose before')).due_at \g /dev/null
SELECT is(pg_temp.doses('9f'), '06-05 07:00 extra, 06-06 20:00 extra, 06-12 09:00 (06-10 08:00)', 'and it is moved');
-- A list counts most of them a shorter way.
SELECT is(l.doses, c.doses, 'the same doses') FROM
  (SELECT string_agg((s.id, c.scheduled_for, c.due_at)::text, ' ' ORDER BY s.id) AS doses FROM medsched.schedules AS s CROSS JOIN LATERAL medsched._counted_dose(s.user_id, s.id, NULL) AS c
    WHERE s.user_id = :ann AND s.after_last IS NOT NULL AND greatest(c.scheduled_for, c.due_at) < coalesce(s.ends_at, 'infinity')) AS c,
  (SELECT string_agg((d.schedule_id, d.scheduled_for, d.due_at)::text, ' ' ORDER BY d.schedule_id) AS doses FROM medsched.upcoming_doses(:ann, '0001-01-02', '9999-12-31 23:00') AS d
    WHERE d.status NOT IN ('taken', 'skipped', 'extra') AND (SELECT s.after_last IS NOT NULL FROM medsched.schedules AS s WHERE s.user_id = :ann AND s.id = d.schedule_id)) AS l;

SELECT * FROM finish();
ROLLBACK;
