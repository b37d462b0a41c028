\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(90);

-- Doses that follow those of another schedule.  In March 2026 Berlin's clocks go from 02:00 to 03:00 on the 29th.
\i test/id.psql
SET LOCAL TimeZone = 'Europe/Berlin';
\set ann '''00000000-0000-0000-0000-00000000000a'''

CREATE FUNCTION pg_temp.has(medication text, schedule jsonb) RETURNS void LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id('a'), medication,
    jsonb_build_array('{"time_zone": "Europe/Berlin", "starts_at": "2026-03-01 00:00"}' || schedule || jsonb_build_object('id', pg_temp.id(medication))))
$$;
CREATE FUNCTION pg_temp.follows(medication text, other text, by interval, more jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
  SELECT pg_temp.has(medication, jsonb_build_object('follows', pg_temp.id(other), 'follows_by', by) || more)
$$;
-- The doses of a medication in a window: when each is due by Berlin's clock, in parentheses where it is scheduled for another time,
-- and what became of it.
CREATE FUNCTION pg_temp.shown(scheduled_for timestamptz, due_at timestamptz, status text) RETURNS text LANGUAGE sql STABLE RETURN
  to_char(due_at, CASE WHEN extract(second FROM due_at) = 0 THEN 'DD HH24:MI' ELSE 'DD HH24:MI:SS' END)
  || CASE WHEN due_at = scheduled_for THEN '' ELSE to_char(scheduled_for, ' (DD HH24:MI)') END
  || CASE WHEN status IN ('taken', 'skipped', 'extra') THEN ' ' || status ELSE '' END;
CREATE FUNCTION pg_temp.doses(medication text, lo timestamptz, hi timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(pg_temp.shown(d.scheduled_for, d.due_at, d.status), ', ' ORDER BY d.n)
    FROM medsched.upcoming_doses(pg_temp.id('a'), lo, hi) WITH ORDINALITY
           AS d (dose_id, scheduled_for, local_time, time_zone, medication_id, name, schedule_id, amount, unit, instructions, taken_at, recorded_by, status, due_at, n)
   WHERE d.name = medication
$$;
-- The same as scheduled_doses() has them.
CREATE FUNCTION pg_temp.of_all(medication text, lo timestamptz, hi timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(pg_temp.shown(d.scheduled_for, d.due_at, d.status), ', ' ORDER BY d.due_at, d.scheduled_for)
    FROM medsched.scheduled_doses(lo, hi) AS d WHERE d.medication_name = medication
$$;
CREATE FUNCTION pg_temp.next(n int, since timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(concat(d.medication_name, ' ', pg_temp.shown(d.scheduled_for, d.due_at, d.status)), ', ' ORDER BY d.n)
    FROM medsched.next_doses(pg_temp.id('a'), since, n) WITH ORDINALITY
           AS d (dose_id, scheduled_for, local_time, time_zone, medication_id, medication_name, schedule_id, amount, unit, instructions, taken_at, recorded_by, status, due_at, n)
$$;
CREATE FUNCTION pg_temp.takes(medication text, scheduled_for timestamptz, taken_at timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN (medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id(medication), scheduled_for, taken_at)).newly_taken THEN 'new' ELSE 'old' END
$$;
CREATE FUNCTION pg_temp.undoes(medication text, scheduled_for timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT u.outcome FROM medsched.undo_dose(pg_temp.id('a'), pg_temp.id(medication), scheduled_for) AS u
$$;

-- "30 minutes after the thyroid tablet": from its planned time until it is taken.
SELECT pg_temp.has('a1', '{"rrule": "FREQ=DAILY;BYHOUR=6"}') \g /dev/null
SELECT pg_temp.follows('a2', 'a1', '30 minutes') \g /dev/null
SELECT is(pg_temp.doses('a2', '2026-03-28', '2026-03-31'), '28 06:30, 29 06:30, 30 06:30', 'one after each dose that it follows, by the clock of that');
SELECT is(pg_temp.takes('a1', '2026-03-28 06:00', '2026-03-28 06:50:00.2'), 'new', 'that is taken late');
SELECT is(pg_temp.doses('a2', '2026-03-28', '2026-03-31'), '28 07:20:01 (28 06:30), 29 06:30, 30 06:30', 'and the other is due later, not a moment early');
SELECT is(pg_temp.of_all('a2', '2026-03-28', '2026-03-31'), '28 07:20:01 (28 06:30), 29 06:30, 30 06:30', 'of all users');
SELECT is(pg_temp.doses('a2', '2026-03-28 06:30', '2026-03-28 07:20:01'), NULL, 'at its planned time there is none');
SELECT is(pg_temp.doses('a2', '2026-03-28 07:20:01', '2026-03-28 07:20:02'), '28 07:20:01 (28 06:30)', 'in its own second');
SELECT is(pg_temp.next(3, '2026-03-28 07:00'), 'a2 28 07:20:01 (28 06:30), a1 29 06:00, a2 29 06:30', 'the next doses');
SELECT is(pg_temp.next(1, '2026-03-28 07:20:01'), 'a1 29 06:00', 'after it');
SELECT is(pg_temp.takes('a2', '2026-03-28 06:30', '2026-03-28 07:30'), 'new', 'it is recorded by its planned time');
SELECT is(pg_temp.doses('a2', '2026-03-28', '2026-03-29'), '28 07:20:01 (28 06:30) taken', 'and is listed when it was due');
UPDATE medsched.dose_taken SET taken_at = '2026-03-28 06:05' WHERE schedule_id = pg_temp.id('a1');
SELECT is(pg_temp.doses('a2', '2026-03-28', '2026-03-29'), '28 07:20:01 (28 06:30) taken', 'recorded, it is due then for ever');
SELECT is(pg_temp.undoes('a2', '2026-03-28 06:30'), 'taken', 'taken back');
SELECT is(pg_temp.doses('a2', '2026-03-28', '2026-03-29'), '28 06:35 (28 06:30)', 'it is due after the corrected time');
SELECT is(pg_temp.takes('a2', '2026-03-28 06:30', '2026-03-28 06:40'), 'new', 'recorded again');
SELECT is(pg_temp.doses('a2', '2026-03-28', '2026-03-29'), '28 06:35 (28 06:30) taken', 'it is due then');
SELECT pg_temp.undoes('a2', '2026-03-28 06:30') \g /dev/null
UPDATE medsched.dose_taken SET taken_at = '2026-03-28 06:00' WHERE schedule_id = pg_temp.id('a1');
SELECT is(pg_temp.takes('a2', '2026-03-28 06:30', '2026-03-28 06:40'), 'new', 'once more');
SELECT is(pg_temp.doses('a2', '2026-03-28', '2026-03-29'), '28 06:30 taken', 'at its own time');
SELECT is((SELECT count(*) FROM medsched.moved_doses), 0::bigint, 'nothing is noted');
SELECT is((SELECT concat_ws(' ', a.scheduled, a.taken, a.on_time) FROM medsched.adherence(:ann, '2026-03-28', '2026-03-29') AS a WHERE a.medication_name = 'a2'), '1 1 1', 'adherence');

-- Skipped, the planned time counts; and a time too far from it.
SELECT (medsched.skip_dose(:ann, pg_temp.id('a1'), '2026-03-29 06:00')).outcome \g /dev/null
SELECT is(pg_temp.doses('a2', '2026-03-29', '2026-03-30'), '29 06:30', 'skipped');
SELECT pg_temp.takes('a1', '2026-03-30 06:00', '2026-04-06 06:00') \g /dev/null
SELECT is(pg_temp.doses('a2', '2026-03-30', '2026-03-31'), NULL, 'taken a week later');
SELECT is(pg_temp.doses('a2', '2026-04-06', '2026-04-07'), '06 06:30 (30 06:30), 06 06:30', 'there are two at once, in the order of their own times');
SELECT is(pg_temp.of_all('a2', '2026-04-06', '2026-04-07'), '06 06:30 (30 06:30), 06 06:30', 'of all users');
UPDATE medsched.dose_taken SET taken_at = '2026-04-06 06:00:01' WHERE schedule_id = pg_temp.id('a1') AND scheduled_for = '2026-03-30 06:00';
SELECT is(pg_temp.doses('a2', '2026-03-30', '2026-03-31'), '30 06:30', 'a second more, and the planned time counts');
SELECT pg_temp.undoes('a1', '2026-03-30 06:00') \g /dev/null

-- Moved.
SELECT (medsched.move_dose(:ann, pg_temp.id('a1'), '2026-03-30 06:00', '2026-03-30 09:00')).due_at \g /dev/null
SELECT is(pg_temp.doses('a2', '2026-03-30', '2026-03-31'), '30 09:30 (30 06:30)', 'it goes with a dose that is moved');
SELECT (medsched.move_dose(:ann, pg_temp.id('a2'), '2026-03-30 06:30', '2026-03-30 11:00')).due_at \g /dev/null
SELECT is(pg_temp.doses('a2', '2026-03-30', '2026-03-31'), '30 11:00 (30 06:30)', 'moved itself, it stays there');
SELECT pg_temp.takes('a1', '2026-03-30 06:00', '2026-03-30 10:00') \g /dev/null
SELECT is(pg_temp.doses('a2', '2026-03-30', '2026-03-31'), '30 11:00 (30 06:30)', 'though the other is taken');
SELECT (medsched.move_dose(:ann, pg_temp.id('a2'), '2026-03-30 06:30', '2026-03-30 06:30')).due_at \g /dev/null
SELECT is(pg_temp.doses('a2', '2026-03-30', '2026-03-31'), '30 10:30 (30 06:30)', 'moved back, it is due when it follows');
SELECT is((SELECT count(*) FROM medsched.move_doses(:ann, '2026-03-30 10:00', '2026-03-30 11:00', '1 hour')), 1::bigint, 'moved with all others');
SELECT is(pg_temp.doses('a2', '2026-03-30', '2026-03-31'), '30 11:30 (30 06:30)', 'from when it was due');

-- Counted from its last dose, one is followed, too.
SELECT pg_temp.has('c1', '{"after_last": "5 days", "starts_at": "2026-05-01 08:00"}') \g /dev/null
SELECT pg_temp.follows('c2', 'c1', '24 hours') \g /dev/null
SELECT is(pg_temp.doses('c2', '2026-05-01', '2026-06-01'), '02 08:00', 'after the one to come');
SELECT pg_temp.takes('c1', '2026-05-01 08:00', '2026-05-01 20:00') \g /dev/null
SELECT is(pg_temp.doses('c2', '2026-05-01', '2026-06-01'), '02 20:00 (02 08:00), 07 20:00', 'after the one taken, and the next');
SELECT pg_temp.takes('c2', '2026-05-02 08:00', '2026-05-03') \g /dev/null
SELECT pg_temp.undoes('c1', '2026-05-01 08:00') \g /dev/null
SELECT is(pg_temp.doses('c2', '2026-05-01', '2026-06-01'), '02 20:00 (02 08:00) taken', 'the first taken back, what was taken stays');

-- Whoever revises what is followed loses no dose, and doubles none.
SELECT pg_temp.has('d1', '{"rrule": "FREQ=DAILY;BYHOUR=8,20"}') \g /dev/null
SELECT pg_temp.follows('d2', 'd1', '2 hours') \g /dev/null
SELECT medsched.revise_schedule(:ann, pg_temp.id('d1'), '2026-06-02 09:00', jsonb_build_object('id', pg_temp.id('d3'), 'rrule', 'FREQ=DAILY;BYHOUR=9,21')) \g /dev/null
SELECT is(pg_temp.doses('d2', '2026-06-01', '2026-06-04'), '01 10:00, 01 22:00, 02 10:00, 02 11:00, 02 23:00, 03 11:00, 03 23:00', 'revised');
SELECT pg_temp.follows('d4', 'd3', '1 hour', '{"starts_at": "2026-06-01 09:30"}') \g /dev/null
SELECT is(pg_temp.doses('d4', '2026-06-01', '2026-06-03'), '01 21:00, 02 09:00, 02 10:00, 02 22:00', 'by either name, from its own start on');
SELECT is((SELECT string_agg(concat(s.schedule_id = pg_temp.id('d2'), ' ', s.follows = pg_temp.id('d1'), ' ', s.follows_by, ' ', s.state), ', ') FROM medsched.current_schedules(:ann) AS s WHERE s.medication_name = 'd2'),
  't t 02:00:00 current', 'as a form shows it');
SELECT is(medsched.describe_schedule(:ann, pg_temp.id('d2')), '2 hours after d1, Europe/Berlin, from 1 March 2026', 'in words');
SELECT is(medsched.describe_schedule(NULL::text, '2026-03-01', 'Europe/Berlin', follows_by => '30 minutes', with_time_zone => false, language => 'de'),
  '30 Minuten nach einer Dosis nach einem anderen Plan, ab 1. März 2026', 'in German');
SELECT is((medsched.explain_dose(:ann, pg_temp.id('d2'), at)).explanation, explanation, at::text)
  FROM (VALUES (timestamptz '2026-06-02 11:00', 'A dose: it follows the dose at 2026-06-02 09:00:00+02 of another schedule.'),
               ('2026-06-02 12:00', 'No dose: the schedule that it follows has none at 2026-06-02 10:00:00+02.')) AS t (at, explanation);
SELECT is((medsched.explain_dose(:ann, pg_temp.id('a2'), '2026-03-30 06:30')).explanation,
  'A dose: it follows the dose at 2026-03-30 06:00:00+02 of another schedule. It was moved, and is due at 2026-03-30 11:30:00+02.', 'one moved');
SELECT is((medsched.explain_dose(:ann, pg_temp.id('c2'), '2026-05-02 08:00')).explanation,
  'A dose: it follows the dose at 2026-05-01 08:00:00+02 of another schedule. It was due at 2026-05-02 20:00:00+02.', 'one recorded');

-- A dose recorded that follows one keeps that where it is; what is followed is revised after it.
SELECT pg_temp.takes('d2', '2026-06-03 23:00', '2026-06-03 23:00') \g /dev/null
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', %L, '2026-06-03 10:00', '{"rrule": "FREQ=DAILY;BYHOUR=7"}')$$, pg_temp.id('d3'))),
  format('23514 medsched.schedules.recorded_dose_keeps_schedule: doses are recorded that follow those of schedule "%s" at or after 2026-06-03 10:00:00+02'
         ' | The last is dose "%s", at 2026-06-03 23:00:00+02, of schedule "%s". It follows the dose at 2026-06-03 21:00:00+02.'
         ' | Choose an instant after the dose that it follows, or take the records back: call medsched.undo_dose().',
         pg_temp.id('d3'), medsched.dose_id(pg_temp.id('d2'), '2026-06-03 23:00'), pg_temp.id('d2')), 'revised before it: refused');
SELECT medsched.revise_schedule(:ann, pg_temp.id('d3'), '2026-06-03 21:00:01', '{"rrule": "FREQ=DAILY;BYHOUR=7"}') \g /dev/null
SELECT is(pg_temp.doses('d2', '2026-06-03', '2026-06-06'), '03 11:00, 03 23:00 taken, 04 09:00, 05 09:00', 'after it');

-- To follow by another interval, no dose may come by both, or by neither.
SELECT pg_temp.has('e1', '{"rrule": "FREQ=DAILY;BYHOUR=8,20", "starts_at": "2026-07-01 00:00"}') \g /dev/null
SELECT pg_temp.follows('e2', 'e1', '1 hour', '{"starts_at": "2026-07-01 00:00"}') \g /dev/null
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', %L, '2026-07-02 09:30', '{"follows_by": "2 hours"}')$$, pg_temp.id('e2'))),
  format('23514 medsched.schedules.schedule_follows_once: schedule "%s" would have two doses after the dose at 2026-07-02 08:00:00+02 that it follows'
         ' | By the former interval it is at 2026-07-02 09:00:00+02, by the new one at 2026-07-02 10:00:00+02, and the change takes effect at 2026-07-02 09:30:00+02.'
         ' | Have it take effect at 2026-07-02 10:00:01+02.', pg_temp.id('e2')), 'twice: refused');
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', %L, '2026-07-02 08:45', '{"follows_by": "30 minutes"}')$$, pg_temp.id('e2'))),
  format('23514 medsched.schedules.schedule_follows_once: schedule "%s" would have no dose after the dose at 2026-07-02 08:00:00+02 that it follows'
         ' | By the former interval it is at 2026-07-02 09:00:00+02, by the new one at 2026-07-02 08:30:00+02, and the change takes effect at 2026-07-02 08:45:00+02.'
         ' | Have it take effect at 2026-07-02 09:00:01+02.', pg_temp.id('e2')), 'not at all: refused');
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', %L, '2026-07-02 12:00', '{"follows_by": "20 hours"}')$$, pg_temp.id('e2'))) LIKE
  '%| End this schedule, and add another: medsched.end_schedule(), medsched.add_schedule().', true, 'and where no time would do');
SELECT medsched.revise_schedule(:ann, pg_temp.id('e2'), '2026-07-02 10:00:01', jsonb_build_object('follows_by', '2 hours', 'id', pg_temp.id('e3'))) \g /dev/null
SELECT is(pg_temp.doses('e2', '2026-07-02', '2026-07-03 12:00'), '02 09:00, 02 22:00, 03 10:00', 'then it does');
-- One that is late would be lost.
SELECT pg_temp.takes('e1', '2026-07-03 08:00', '2026-07-03 11:00') \g /dev/null
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', %L, '2026-07-03 12:00', '{"dose_amount": 2}')$$, pg_temp.id('e3'))),
  format('23514 medsched.moved_doses.moved_dose_in_effect: schedule "%s" has a dose that was moved past 2026-07-03 12:00:00+02'
         ' | Dose "%s", at 2026-07-03 10:00:00+02, is due at 2026-07-03 13:00:00+02. | Choose an instant after that, or record, skip or move the dose first.',
         pg_temp.id('e3'), medsched.dose_id(pg_temp.id('e3'), '2026-07-03 10:00')), 'revised before a late one: refused');

-- On a journey, each dose comes once, by the new clock of what it follows.
SELECT pg_temp.has('f1', '{"rrule": "FREQ=DAILY;BYHOUR=8,20", "starts_at": "2026-08-01 00:00"}') \g /dev/null
SELECT pg_temp.follows('f2', 'f1', '30 minutes', '{"starts_at": "2026-08-01 00:00"}') \g /dev/null
SELECT is((SELECT string_agg(j.outcome, ' ') FROM medsched.change_time_zone(:ann, 'America/New_York', '2026-08-02 08:15') AS j
            WHERE j.old_schedule_id IN (pg_temp.id('f1'), pg_temp.id('f2'))), 'moved moved', 'both go over');
SELECT is(pg_temp.doses('f1', '2026-08-02', '2026-08-04'), '02 08:00, 03 02:00, 03 14:00', 'New York is six hours behind');
SELECT is(pg_temp.doses('f2', '2026-08-02', '2026-08-04'), '02 08:30, 03 02:30, 03 14:30', 'and the other follows');
SELECT is((SELECT string_agg(d.local_time::text, ', ') FROM medsched.upcoming_doses(:ann, '2026-08-03', '2026-08-04') AS d WHERE d.medication_name = 'f2'),
  '2026-08-02 20:30:00, 2026-08-03 08:30:00', 'by the clock there');

-- What others follow does not end before them.
SELECT pg_temp.has('91', '{"rrule": "FREQ=DAILY;BYHOUR=8", "starts_at": "2026-09-01 00:00"}') \g /dev/null
SELECT pg_temp.follows('92', '91', '30 minutes', '{"starts_at": "2026-09-01 00:00"}') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(pg_temp.failure(format($$SELECT medsched.end_schedule('00000000-0000-0000-0000-00000000000a', %L, '2026-09-10 00:00')$$, pg_temp.id('91'))),
  format('23514 medsched.schedules.followed_schedule_goes_on: schedule "%s" would end before schedule "%s", which follows it'
         ' | It would end at 2026-09-10 00:00:00+02. The other, of medication "92", has no end.'
         ' | First, or in the same transaction, end the one that follows, or give it times of its own: medsched.revise_schedule().', pg_temp.id('91'), pg_temp.id('92')), 'ended: refused');
SELECT matches(pg_temp.failure($$SELECT medsched.inactivate_medication('00000000-0000-0000-0000-00000000000a', (SELECT s.medication_id FROM medsched.schedules AS s WHERE s.id = pg_temp.id('91')), '2026-09-10 00:00')$$),
  '^23514 medsched.schedules.followed_schedule_goes_on: ', 'inactivated: refused');
SELECT medsched.end_schedule(:ann, pg_temp.id('92'), '2026-09-10 00:15') \g /dev/null
SELECT lives_ok($$SELECT medsched.end_schedule('00000000-0000-0000-0000-00000000000a', pg_temp.id('91'), '2026-09-10 00:00')$$, 'after the other');
SELECT is(pg_temp.doses('92', '2026-09-09', '2026-09-12'), '09 08:30', 'then there are no more');
SET CONSTRAINTS ALL DEFERRED;
SELECT is_empty($$SELECT * FROM medsched.check_integrity() AS i WHERE i.rule ~ 'follow'$$, 'all is well');

-- One level deep, in no circle, and of what has times.
SELECT pg_temp.has('93', '{"as_needed": true}') \g /dev/null
SELECT is(pg_temp.failure(format($$SELECT pg_temp.has('94', '{"time_zone": "Europe/Berlin"%s}')$$, more)), replace(replace(error, '94', pg_temp.id('94')::text), '92', pg_temp.id('92')::text), what)
  FROM (VALUES
  (1, 'a follower', format(', "follows": "%s", "follows_by": "1 hour"', pg_temp.id('92')),
   '23514 medsched.schedules.schedule_follows_schedule: schedules[0]: schedule "94" cannot follow schedule "92" | That one follows another itself. | Follow the schedule that it follows, by as much later.'),
  (2, 'as needed', format(', "follows": "%s", "follows_by": "1 hour"', pg_temp.id('93')),
   format('23514 medsched.schedules.schedule_follows_schedule: schedules[0]: schedule "94" cannot follow schedule "%s" | As needed, that one has no times. | Follow a schedule that has times.', pg_temp.id('93'))),
  (3, 'itself', format(', "follows": "%s", "follows_by": "1 hour"', pg_temp.id('94')),
   '23514 medsched.schedules.schedule_follows_schedule: schedules[0]: schedule "94" follows itself | Name the schedule of other doses.'),
  (4, 'nobody', format(', "follows": "%s", "follows_by": "1 hour"', pg_temp.id('99')),
   format('23503 medsched.schedules.schedules_user_id_follows_fkey: schedules[0]: insert or update on table "schedules" violates foreign key constraint "schedules_user_id_follows_fkey" | Key (user_id, follows)=(%s, %s) is not present in table "schedules".', pg_temp.id('a'), pg_temp.id('99'))),
  (5, 'by no time', format(', "follows": "%s"', pg_temp.id('91')),
   format('23514 medsched.schedules.schedules_follows_by_of_follows: schedules[0] must have both follows and follows_by, or neither | It has follows %s, no follows_by.', pg_temp.id('91'))),
  (6, 'by too little', format(', "follows": "%s", "follows_by": "59 seconds"', pg_temp.id('91')),
   '23514 medsched.schedules.schedules_follows_by_in_range: schedules[0].follows_by must be whole seconds from 1 minute to 7 days, no part of it negative | It is 00:00:59.'),
  (7, 'by too much', format(', "follows": "%s", "follows_by": "7 days 1 second"', pg_temp.id('91')),
   '23514 medsched.schedules.schedules_follows_by_in_range: schedules[0].follows_by must be whole seconds from 1 minute to 7 days, no part of it negative | It is 7 days 00:00:01.'),
  (8, 'by a part of a second', format(', "follows": "%s", "follows_by": "90.5 seconds"', pg_temp.id('91')),
   '23514 medsched.schedules.schedules_follows_by_in_range: schedules[0].follows_by must be whole seconds from 1 minute to 7 days, no part of it negative | It is 00:01:30.5.'),
  (9, 'with a rule', format(', "follows": "%s", "follows_by": "1 hour", "rrule": "FREQ=DAILY"', pg_temp.id('91')),
   format('23514 medsched.schedules.schedules_follows_has_no_times: schedules[0] must have no rrule, rdates, exdates, cycle or after_last, and be neither as_needed nor missed_when_next, when it follows another | It has follows %s, follows_by 01:00:00, rrule "FREQ=DAILY".', pg_temp.id('91')))
  ) AS t (n, what, more, error) ORDER BY n;
SELECT matches(pg_temp.failure($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', pg_temp.id('e1'), '2026-07-05', jsonb_build_object('rrule', NULL, 'follows', pg_temp.id('a1'), 'follows_by', '1 hour'))$$),
  '^23514 medsched.schedules.schedule_follows_schedule: .* cannot follow another [|] Schedule ".*" follows it[.]', 'what is followed does not follow');
SELECT matches(pg_temp.failure($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', pg_temp.id('e1'), '2026-07-05', '{"rrule": null, "as_needed": true}')$$),
  '^23514 medsched.schedules.schedule_follows_schedule: .* cannot be as needed [|] Schedule ".*" follows it[.]', 'nor does it become as needed');

-- Only its doses are recorded and moved, and nothing changes what they follow once they are.
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', pg_temp.id('a2'), '2026-04-10 06:31')$$),
  format('23514 medsched.dose_taken.dose_is_scheduled: schedule "%s" has no dose at 2026-04-10 06:31:00+02'
         ' | It has one after each dose of the schedule that it follows, and that one has none so long before. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.', pg_temp.id('a2')),
  'no dose: not recorded');
SELECT is(pg_temp.failure($$SELECT medsched.move_dose('00000000-0000-0000-0000-00000000000a', pg_temp.id('a2'), '2026-04-10 06:30', '2026-04-11 06:30')$$),
  '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2026-04-10 06:30:00+02 cannot be moved to 2026-04-11 06:30:00+02 | Another dose of its schedule is due then. | Choose another time, move the other dose first, or skip one of the two.', 'none is moved onto another');
SELECT is(pg_temp.failure($$SELECT medsched.move_dose('00000000-0000-0000-0000-00000000000a', pg_temp.id('a2'), '2026-04-10 06:30', '2026-04-11 06:31')$$), 'no error', 'beside it, it may be');
SELECT is(pg_temp.failure($$SELECT medsched.move_dose('00000000-0000-0000-0000-00000000000a', pg_temp.id('a2'), '2026-04-10 06:31', '2026-04-10 07:00')$$),
  format('23514 medsched.moved_doses.moved_dose_is_scheduled: schedule "%s" has no dose at 2026-04-10 06:31:00+02 | Move a dose that medsched.upcoming_doses() gives, by its scheduled_for or dose_id, which no move changes.', pg_temp.id('a2')),
  'nor moved');
SELECT matches(pg_temp.failure($$UPDATE medsched.schedules SET follows_by = '1 hour' WHERE id = pg_temp.id('a2')$$),
  '^23514 medsched.schedules.recorded_dose_keeps_schedule: schedule ".*" has recorded doses that would no longer be scheduled', 'nor followed by another interval');

-- Corrected, what is followed keeps the doses that recorded ones follow.
SELECT pg_temp.has('1a', '{"rrule": "FREQ=DAILY;BYHOUR=8"}') \g /dev/null
SELECT pg_temp.follows('1b', '1a', '30 minutes') \g /dev/null
SELECT pg_temp.takes('1b', '2026-03-05 08:30', '2026-03-05 08:30') \g /dev/null
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule('00000000-0000-0000-0000-00000000000a', pg_temp.id('1a'), '{"rrule": "FREQ=DAILY;BYHOUR=9"}')$$),
  format('23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "%s" has doses that others follow which are recorded'
         ' | It would no longer have the one that dose "%s" follows. | Take the records back, or call medsched.revise_schedule(), which changes it from an instant on.',
         pg_temp.id('1a'), medsched.dose_id(pg_temp.id('1b'), '2026-03-05 08:30')), 'corrected: refused');
SELECT lives_ok($$SELECT medsched.correct_schedule('00000000-0000-0000-0000-00000000000a', pg_temp.id('1a'), '{"rrule": "FREQ=DAILY;BYHOUR=8,9"}')$$, 'to have more');
SELECT is(pg_temp.doses('1b', '2026-03-05', '2026-03-06'), '05 08:30 taken, 05 09:30', 'is followed by more');
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule('00000000-0000-0000-0000-00000000000a', pg_temp.id('1b'), '{"follows_by": "1 hour"}')$$) LIKE
  '23514 medsched.schedules.recorded_dose_keeps_schedule: %', true, 'nor does what follows change');

-- A taper is followed from step to step.
SELECT medsched.create_medication(:ann, '2a', (
  SELECT jsonb_agg(e.value || jsonb_build_object('id', pg_temp.id('2' || e.nth)) ORDER BY e.nth)
    FROM jsonb_array_elements(medsched.schedule_from_taper('[{"amount": 40, "days": 2}, {"amount": 20, "days": 2}]', '2026-05-04', 'Europe/Berlin', '{08:00}')) WITH ORDINALITY AS e (value, nth))) \g /dev/null
SELECT pg_temp.follows('2b', '21', '2 hours') \g /dev/null
SELECT is(pg_temp.doses('2b', '2026-05-01', '2026-06-01'), '04 10:00, 05 10:00, 06 10:00, 07 10:00', 'after all steps of a taper');
SELECT is((SELECT count(*) FROM medsched.current_schedules(:ann) AS s WHERE s.medication_name = '2b'), 0::bigint, 'and over when it is');

-- Inactivated and taken up again, the one after the other.
SELECT pg_temp.has('3a', '{"rrule": "FREQ=DAILY;BYHOUR=8", "starts_at": "2026-10-01 00:00"}') \g /dev/null
SELECT pg_temp.follows('3b', '3a', '30 minutes', '{"starts_at": "2026-10-01 00:00"}') \g /dev/null
CREATE FUNCTION pg_temp.medication(name text) RETURNS uuid LANGUAGE sql STABLE RETURN (SELECT m.id FROM medsched.medications AS m WHERE m.user_id = pg_temp.id('a') AND m.name = $1);
SELECT medsched.inactivate_medication(:ann, pg_temp.medication('3a'), '2026-10-03') \g /dev/null
SELECT medsched.inactivate_medication(:ann, pg_temp.medication('3b'), '2026-10-03') \g /dev/null
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'in one transaction the order does not matter');
SELECT matches(pg_temp.failure($$SELECT medsched.reactivate_medication('00000000-0000-0000-0000-00000000000a', pg_temp.medication('3b'), '2026-10-05')$$),
  '^23514 medsched.schedules.followed_schedule_goes_on: ', 'taken up alone: refused');
SET CONSTRAINTS ALL DEFERRED;
SELECT medsched.reactivate_medication(:ann, pg_temp.medication('3b'), '2026-10-05') \g /dev/null
SELECT medsched.reactivate_medication(:ann, pg_temp.medication('3a'), '2026-10-05') \g /dev/null
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'both taken up again');
SET CONSTRAINTS ALL DEFERRED;
SELECT is(pg_temp.doses('3b', '2026-10-01', '2026-10-07'), '01 08:30, 02 08:30, 05 08:30, 06 08:30', 'with a pause between');

-- A stock lasts for the doses that will follow.
SELECT pg_temp.has('4a', '{"after_last": "5 days", "starts_at": "2026-05-01 08:00"}') \g /dev/null
SELECT pg_temp.follows('4b', '4a', '1 hour', '{"dose_amount": 1, "dose_unit": "tablet", "starts_at": "2026-05-01 08:00"}') \g /dev/null
SELECT pg_temp.has('4c', '{"rrule": "FREQ=DAILY;BYHOUR=8", "starts_at": "2026-05-01 00:00"}') \g /dev/null
SELECT pg_temp.follows('4d', '4c', '1 hour', '{"dose_amount": 1, "dose_unit": "tablet", "starts_at": "2026-05-01 00:00"}') \g /dev/null
SELECT medsched.record_stock_entry(:ann, pg_temp.medication(m), 'counted', 2, 'tablet', '2026-04-30 12:00') FROM unnest('{4b,4d}'::text[]) AS m \g /dev/null
SELECT is(medsched.runs_out_at(:ann, pg_temp.medication('4d'), '2026-04-30 12:00'), timestamptz '2026-05-03 09:00', 'of set times');
SELECT is(medsched.runs_out_at(:ann, pg_temp.medication('4b'), '2026-04-30 12:00'), timestamptz '2026-05-11 09:00', 'and of one that is counted from its last');
SELECT pg_temp.takes('4a', '2026-05-01 08:00', '2026-05-01 12:00') \g /dev/null
SELECT pg_temp.takes('4b', '2026-05-01 09:00', '2026-05-01 13:00') \g /dev/null
SELECT is(medsched.runs_out_at(:ann, pg_temp.medication('4b'), '2026-05-01 14:00'), timestamptz '2026-05-11 13:00', 'of which one was taken');

-- Whatever the window, all lists agree: by day, all together, of everybody, and one dose after the other.
SELECT is((SELECT count(*) FROM generate_series(timestamptz '2026-03-26', '2026-10-10', '20 days 7 hours') AS g (lo)
            WHERE (SELECT array_agg(concat(d.dose_id, d.due_at, d.status) ORDER BY d.due_at, d.dose_id) FROM medsched.upcoming_doses(:ann, lo, lo + interval '80 hours') AS d WHERE d.status <> 'extra')
                  IS DISTINCT FROM
                  (SELECT array_agg(concat(d.dose_id, d.due_at, d.status) ORDER BY d.due_at, d.dose_id) FROM medsched.scheduled_doses(lo, lo + interval '80 hours') AS d WHERE d.user_id = :ann)),
  0::bigint, 'of a person and of everybody');
SELECT is((SELECT array_agg(concat(d.dose_id, d.due_at) ORDER BY d.due_at, d.dose_id) FROM generate_series(timestamptz '2026-03-25', '2026-04-12', '37 hours') AS g (lo),
             LATERAL medsched.upcoming_doses(:ann, lo, lo + interval '37 hours') AS d WHERE lo + interval '37 hours' <= '2026-04-12'),
          (SELECT array_agg(concat(d.dose_id, d.due_at) ORDER BY d.due_at, d.dose_id) FROM medsched.upcoming_doses(:ann, '2026-03-25',
             (SELECT max(lo) + interval '37 hours' FROM generate_series(timestamptz '2026-03-25', '2026-04-12', '37 hours') AS g (lo) WHERE lo + interval '37 hours' <= '2026-04-12')) AS d),
  'piece by piece and as a whole');
SELECT is((SELECT count(*) FROM generate_series(timestamptz '2026-03-26', '2026-10-10', '33 days 7 hours') AS g (lo)
            WHERE (SELECT array_agg(concat(d.dose_id, d.due_at) ORDER BY d.due_at, d.dose_id) FROM medsched.next_doses(:ann, lo, 400) AS d WHERE d.due_at < lo + interval '9 days')
                  IS DISTINCT FROM
                  (SELECT array_agg(concat(d.dose_id, d.due_at) ORDER BY d.due_at, d.dose_id) FROM medsched.upcoming_doses(:ann, lo + interval '1 microsecond', lo + interval '9 days') AS d
                    WHERE d.status NOT IN ('taken', 'skipped', 'extra'))),
  0::bigint, 'and the next ones');
SELECT * FROM finish();
ROLLBACK;
