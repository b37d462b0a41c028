\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(407);

-- What is said when, and to whom; every instant is worked out by hand.

\set ann '''00000000-0000-0000-0000-00000000000a'''

CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
SELECT is(pg_temp.failure('SELECT medsched.claim_reminders()'),
  '42P01: table "medsched.reminder_queue" does not exist | Have reminders queued from now on with SELECT medsched.enable_reminders().', 'there is no queue before it is made');
SELECT lives_ok('SELECT medsched.enable_reminders()', 'it is made');
SELECT lives_ok('SELECT medsched.enable_reminders()', 'once');

CREATE FUNCTION pg_temp.prescribe(person text, schedule text, starts_at text, rrule text, more jsonb DEFAULT '{}') RETURNS uuid LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id(person), 'Medication ' || schedule, jsonb_build_array(
    jsonb_build_object('id', pg_temp.id(schedule), 'starts_at', starts_at, 'time_zone', 'UTC', 'rrule', rrule, 'dose_amount', 1, 'dose_unit', 'tablet') || more))
$$;
-- A dose that was taken, and recorded, at an instant.
CREATE FUNCTION pg_temp.recorded(person text, schedule text, dose timestamptz, at timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at) VALUES (pg_temp.id(person), pg_temp.id(schedule), dose, at, at)
$$;
-- What was changed, as if at an instant: since then it is looked at.
CREATE FUNCTION pg_temp.changed(at timestamptz) RETURNS void LANGUAGE sql AS $$
  UPDATE medsched.reminder_changes SET since = at
$$;
-- What is handed out at an instant, each with the schedule's last letters, the dose on the clock of UTC, its kind and what is beside the first;
-- in the order of the instants for which they were planned.
CREATE FUNCTION pg_temp.claim(at timestamptz, most int DEFAULT 100, lease interval DEFAULT '1 minute') RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', ltrim(replace(r.schedule_id::text, '-', ''), '0'), to_char(r.due_at, 'MM-DD HH24:MI'), r.kind, nullif(r.nth, 0),
                   'attempt ' || nullif(r.attempt, 1), 'to ' || r.recipient, nullif(r.urgency, 'normal'))
    FROM medsched._claim_reminders(most, lease, 'test', at) AS r
   ORDER BY split_part(r.reminder_id, '/', 3)::bigint, r.schedule_id
$$;
-- The same, and it is completed.
CREATE FUNCTION pg_temp.said(at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  said := (SELECT string_agg(c, ', ') FROM pg_temp.claim(at) AS c);
  PERFORM medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h));
  RETURN coalesce(said, 'nothing');
END
$$;
-- When the queue is looked at next, as told on the clock of UTC.
CREATE FUNCTION pg_temp.next() RETURNS text LANGUAGE sql AS $$ SELECT coalesce(to_char(medsched.next_reminder_at(), 'MM-DD HH24:MI'), 'never') $$;

-- At the time of each dose -----------------------------------------------------------

-- Berlin's clocks go forward on 2025-03-30: 08:00 is 07:00 UTC until the 29th, and 06:00 from the 30th on.
SELECT pg_temp.prescribe('a', 'a1', '2025-03-28T08:00:00', 'FREQ=DAILY', '{"time_zone": "Europe/Berlin", "instructions": "with food"}') \g /dev/null
SELECT pg_temp.changed('2025-03-28 07:30Z') \g /dev/null
SELECT is(pg_temp.said('2025-03-28 07:31Z'), 'nothing', 'the dose of half an hour ago was due before there was a schedule');
SELECT is(pg_temp.next(), '03-29 07:00', 'the next one is waited for');
SELECT is(pg_temp.said('2025-03-29 06:59:59Z'), 'nothing', 'a second before');
SELECT results_eq($$SELECT r.kind, r.nth, r.attempt, r.urgency, r.recipient, r.user_id, r.dose_id = medsched.dose_id(r.schedule_id, r.scheduled_for), r.scheduled_for,
    r.due_at, r.local_time, r.time_zone, r.medication_name, r.dose_amount, r.dose_unit, r.instructions, r.lease_ends_at, r.reminder_id = r.dose_id || '/due/1743231600'
    FROM medsched._claim_reminders(100, '90 seconds', 'test', '2025-03-29 07:00Z') AS r$$,
  $$VALUES ('due', 0, 1, 'normal', NULL::text, pg_temp.id('a'), true, timestamptz '2025-03-29 07:00Z', timestamptz '2025-03-29 07:00Z', timestamp '2025-03-29 08:00',
    'Europe/Berlin', 'Medication a1', 1::numeric, 'tablet', 'with food', timestamptz '2025-03-29 07:01:30Z', true)$$, 'and at its time');
SELECT is(pg_temp.next(), '03-29 07:01', 'then its lease ends');
SELECT is_empty($$SELECT pg_temp.claim('2025-03-29 07:01:29Z')$$, 'nobody else is given it while it is held');
SELECT results_eq($$SELECT pg_temp.claim('2025-03-29 07:01:30Z')$$, $$VALUES ('a1 03-29 07:00 due attempt 2')$$, 'it is handed out again');
SELECT token FROM medsched.reminders_held \gset
SELECT ok(medsched.extend_lease(:'token', '1 hour'), 'its lease is extended');
-- Beyond what it was claimed for, as if at the time.
UPDATE medsched.reminders_held SET lease_ends_at = '2025-03-29 07:05Z';
SELECT is(pg_temp.next(), '03-29 07:05', 'then it ends later');
SELECT is_empty($$SELECT pg_temp.claim('2025-03-29 07:04:59Z')$$, 'until then nobody is given it');
SELECT results_eq($$SELECT pg_temp.claim('2025-03-29 07:05Z')$$, $$VALUES ('a1 03-29 07:00 due attempt 3')$$, 'and then somebody is');
SELECT ok(NOT medsched.complete_reminder(:'token'), 'with a token of its own: who held it before cannot complete it');
-- And less than that.
SELECT token FROM medsched.reminders_held \gset
SELECT medsched.extend_lease(:'token') \g /dev/null
UPDATE medsched.reminders_held SET lease_ends_at = '2025-03-29 07:05:30Z';
SELECT results_eq($$SELECT pg_temp.claim('2025-03-29 07:05:30Z')$$, $$VALUES ('a1 03-29 07:00 due attempt 4')$$, 'it may end sooner, too');
SELECT token FROM medsched.reminders_held \gset
SELECT ok(medsched.complete_reminder(:'token'), 'and completed');
SELECT ok(NOT medsched.complete_reminder(:'token'), 'once');
SELECT ok(NOT medsched.fail_reminder(:'token'), 'what is completed does not fail');
SELECT ok(NOT medsched.extend_lease(:'token'), 'nor is it held');
SELECT is(pg_temp.next(), '03-30 06:00', 'the clocks have gone forward by the next');
SELECT is(pg_temp.said('2025-03-30 06:00Z'), 'a1 03-30 06:00 due', 'which is said then');

-- What makes a reminder needless, up to the moment of handing out -----------------------

SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2025-03-31 06:00Z', '2025-03-31 05:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-03-31 06:00Z'), 'nothing', 'a dose that was taken early is not reminded of');
SELECT is(pg_temp.next(), '04-01 06:00', 'the next one will be');
SELECT medsched.skip_dose(:ann, pg_temp.id('a1'), '2025-04-01 06:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-01 06:00Z'), 'nothing', 'nor one that was skipped');
SELECT medsched.move_dose(:ann, pg_temp.id('a1'), '2025-04-02 06:00Z', '2025-04-02 09:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-01 12:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-02 06:00Z'), 'nothing', 'nor one that was moved');
SELECT is(pg_temp.said('2025-04-02 09:00Z'), 'a1 04-02 09:00 due', 'until it is due');
-- Held at 06:00, and recorded before the lease ended.
SELECT results_eq($$SELECT pg_temp.claim('2025-04-03 06:00Z')$$, $$VALUES ('a1 04-03 06:00 due')$$, 'one is handed out');
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2025-04-03 06:00Z', '2025-04-03 06:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-03 06:02Z'), 'nothing', 'and not again when it was recorded meanwhile');
-- Moved to an hour earlier: a change brings it forward.
SELECT medsched.move_dose(:ann, pg_temp.id('a1'), '2025-04-04 06:00Z', '2025-04-04 05:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-03 12:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-03 12:00Z'), 'nothing', 'a dose is moved forward');
SELECT is(pg_temp.next(), '04-04 05:00', 'and waited for');
SELECT is(pg_temp.said('2025-04-04 05:00Z'), 'a1 04-04 05:00 due', 'it is said then');
SELECT is(pg_temp.said('2025-04-04 06:00Z'), 'nothing', 'and not at its own time');
-- Undone: it was recorded from 05:50 to 06:10 on the clock, so its time came while it was.
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at)
VALUES (:ann, pg_temp.id('a1'), '2025-04-05 06:00Z', '2025-04-05 05:50Z', '2025-04-05 05:50Z');
SELECT is(pg_temp.said('2025-04-05 06:00Z'), 'nothing', 'one is recorded when its time comes');
SELECT medsched.undo_dose(:ann, pg_temp.id('a1'), '2025-04-05 06:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-05 06:10Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-05 06:10Z'), 'a1 04-05 06:00 due', 'undone, it is said');
SELECT is(pg_temp.said('2025-04-05 06:11Z'), 'nothing', 'once');
-- Said, recorded and undone: not again.
SELECT is(pg_temp.said('2025-04-06 06:00Z'), 'a1 04-06 06:00 due', 'one is said');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at)
VALUES (:ann, pg_temp.id('a1'), '2025-04-06 06:00Z', '2025-04-06 06:05Z', '2025-04-06 06:05Z');
SELECT medsched.undo_dose(:ann, pg_temp.id('a1'), '2025-04-06 06:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-06 06:10Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-06 06:10Z'), 'nothing', 'recorded and undone, it is not said again');
-- The schedule ends, and another takes over at 20:00.
SELECT medsched.revise_schedule(:ann, pg_temp.id('a1'), '2025-04-06 12:00Z', jsonb_build_object('id', pg_temp.id('a2'), 'rrule', 'FREQ=DAILY;BYHOUR=20')) \g /dev/null
SELECT pg_temp.changed('2025-04-06 12:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-06 18:00Z'), 'a2 04-06 18:00 due', 'of a schedule that was revised, the new one is said');
SELECT is(pg_temp.said('2025-04-07 06:00Z'), 'nothing', 'and the old one is not');
SELECT is(count(*), 1::bigint, 'nor kept') FROM medsched.reminder_queue;
-- A journey: to Tokyo on the 8th, 20:00 there is 11:00 UTC.
SELECT medsched.change_time_zone(:ann, 'Asia/Tokyo', '2025-04-08 00:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-08 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-07 18:00Z'), 'a2 04-07 18:00 due', 'the evening before a journey');
SELECT is(pg_temp.next(), '04-08 00:00', 'the change of zone is looked at');
SELECT is(regexp_replace(pg_temp.said('2025-04-08 11:00Z'), '^[0-9a-f]+ ', ''), '04-08 11:00 due', 'the evening there');
SELECT is(pg_temp.said('2025-04-08 18:00Z'), 'nothing', 'and not that at home');
-- Inactivated, and back.
SELECT medsched.inactivate_medication(:ann, (SELECT m.id FROM medsched.medications AS m WHERE m.user_id = :ann), '2025-04-09 00:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-09 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-09 11:00Z'), 'nothing', 'of a medication that is not taken any more nothing is said');

-- Due at 08:00, recorded at 08:01, and claimed at 08:02 first: nobody had said it when it was undone.
SELECT pg_temp.prescribe('a', 'a9', '2025-04-10T08:00:00', 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.changed('2025-04-10 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-10 00:00Z'), 'nothing', 'another medication');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at)
VALUES (:ann, pg_temp.id('a9'), '2025-04-10 08:00Z', '2025-04-10 08:01Z', '2025-04-10 08:01Z');
SELECT is(pg_temp.said('2025-04-10 08:02Z'), 'nothing', 'a dose is recorded late, before anybody claimed');
SELECT medsched.undo_dose(:ann, pg_temp.id('a9'), '2025-04-10 08:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-10 08:03Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-10 08:03Z'), 'a9 04-10 08:00 due', 'undone, it is said');
SELECT is(pg_temp.said('2025-04-10 08:04Z'), 'nothing', 'once');
-- The same, where the next one is due and said by then.
SELECT pg_temp.prescribe('be', 'be1', '2025-04-10T10:00:00', 'FREQ=MINUTELY;COUNT=4') \g /dev/null
SELECT pg_temp.changed('2025-04-10 09:59Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-10 10:00Z'), 'be1 04-10 10:00 due', 'the first of four, a minute from each other');
SELECT pg_temp.recorded('be', 'be1', '2025-04-10 10:01Z', '2025-04-10 10:01:20Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-10 10:02:10Z'), 'be1 04-10 10:02 due', 'the second is recorded late, before anybody claimed, and the third is said');
SELECT medsched.undo_dose(pg_temp.id('be'), pg_temp.id('be1'), '2025-04-10 10:01Z') \g /dev/null
SELECT pg_temp.changed('2025-04-10 10:02:20Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-10 10:02:30Z'), 'be1 04-10 10:01 due', 'undone, it is said');
SELECT is(pg_temp.said('2025-04-10 10:02:40Z'), 'nothing', 'once');
-- Recorded late, and undone while the next is held, or was and is not completed.
SELECT pg_temp.recorded('be', 'be1', '2025-04-10 10:02Z', '2025-04-10 10:02:50Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-04-10 10:03Z')$$, $$VALUES ('be1 04-10 10:03 due')$$, 'the third is recorded, the fourth is said');
SELECT medsched.undo_dose(pg_temp.id('be'), pg_temp.id('be1'), '2025-04-10 10:02Z') \g /dev/null
SELECT pg_temp.changed('2025-04-10 10:03:10Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-10 10:03:20Z'), 'nothing', 'said before it was recorded, it is not said again');

SELECT medsched.inactivate_medication(:ann, (SELECT s.medication_id FROM medsched.schedules AS s WHERE s.id = pg_temp.id('a9')), '2025-04-11 00:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-11 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-11 08:00Z'), 'nothing', 'it ends');

-- Counted from the last dose -----------------------------------------------------------

SELECT pg_temp.prescribe('b', 'b1', '2025-05-01T08:00:00', NULL, '{"after_last": "8 hours"}') \g /dev/null
SELECT pg_temp.changed('2025-05-01 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-01 08:00Z'), 'b1 05-01 08:00 due', 'counted from the last, the first is said');
SELECT is(pg_temp.next(), 'never', 'and nothing else before it is taken');
SELECT medsched.mark_dose_taken(pg_temp.id('b'), pg_temp.id('b1'), '2025-05-01 08:00Z', '2025-05-01 09:30Z') \g /dev/null
SELECT pg_temp.changed('2025-05-01 09:30Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-01 09:30Z'), 'nothing', 'it is taken at half past nine');
SELECT is(pg_temp.next(), '05-01 17:30', 'so the next is due eight hours later');
SELECT is(pg_temp.said('2025-05-01 17:30Z'), 'b1 05-01 17:30 due', 'and said then');
SELECT pg_temp.said('2025-05-01 17:30Z') \g /dev/null

-- Following another ----------------------------------------------------------------------

-- Half an hour after the one of 08:00, which is taken at 07:50 one day and at 08:45 the other.
SELECT pg_temp.prescribe('b', 'b2', '2025-05-02T08:00:00', 'FREQ=DAILY') \g /dev/null
SELECT medsched.create_medication(pg_temp.id('b'), 'Breakfast', jsonb_build_array(jsonb_build_object('id', pg_temp.id('b3'), 'starts_at', '2025-05-02T00:00:00',
  'time_zone', 'UTC', 'follows', pg_temp.id('b2'), 'follows_by', '30 minutes'))) \g /dev/null
SELECT pg_temp.changed('2025-05-02 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-02 00:00Z'), 'nothing', 'one follows another');
SELECT medsched.mark_dose_taken(pg_temp.id('b'), pg_temp.id('b2'), '2025-05-02 08:00Z', '2025-05-02 07:50Z') \g /dev/null
SELECT pg_temp.changed('2025-05-02 07:50Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-02 08:19Z'), 'nothing', 'the first is taken early');
SELECT is(pg_temp.said('2025-05-02 08:20Z'), 'b3 05-02 08:20 due', 'so the other is said early');
SELECT is(pg_temp.said('2025-05-02 08:30Z'), 'nothing', 'and not again');
SELECT is(pg_temp.said('2025-05-03 08:00Z'), 'b2 05-03 08:00 due', 'the next day the first is said');
SELECT is(pg_temp.said('2025-05-03 08:30Z'), 'b3 05-03 08:30 due', 'and the other, since it has not been taken');
SELECT medsched.mark_dose_taken(pg_temp.id('b'), pg_temp.id('b2'), '2025-05-03 08:00Z', '2025-05-03 08:45Z') \g /dev/null
SELECT pg_temp.changed('2025-05-03 08:45Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-03 09:15Z'), 'b3 05-03 09:15 due', 'half an hour after it is');
SELECT medsched.inactivate_medication(m.user_id, m.id, '2025-05-04 00:00Z') FROM medsched.medications AS m WHERE m.name IN ('Breakfast', 'Medication b2') ORDER BY m.name \g /dev/null
SELECT pg_temp.changed('2025-05-04 00:00Z') \g /dev/null
SELECT pg_temp.said('2025-05-04 00:00Z') \g /dev/null

-- Ahead, at the time, again ---------------------------------------------------------------

-- 08:00 and 08:20: half an hour ahead, at the time, and every 15 minutes, twice.
SELECT pg_temp.prescribe('c', 'c1', '2025-05-01T08:00:00', 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.prescribe('c', 'c2', '2025-05-01T08:20:00', 'FREQ=DAILY') \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('c'), ahead_by => '30 minutes', again_every => '15 minutes', again_at_most => 2) \g /dev/null
SELECT pg_temp.changed('2025-05-01 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-01 00:00Z'), 'nothing', 'in the night nothing is said');
SELECT is(pg_temp.next(), '05-01 07:30', 'the first is ahead of its dose');
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-05-01 07:29:59Z', 'nothing'),
  ('2025-05-01 07:30Z', 'c1 05-01 08:00 ahead'),
  ('2025-05-01 07:50Z', 'c2 05-01 08:20 ahead'),
  ('2025-05-01 08:00Z', 'c1 05-01 08:00 due'),
  ('2025-05-01 08:15Z', 'c1 05-01 08:00 again 1'),
  ('2025-05-01 08:19Z', 'nothing'),
  ('2025-05-01 08:30Z', 'c2 05-01 08:20 due, c1 05-01 08:00 again 2'),
  ('2025-05-01 08:45Z', 'c2 05-01 08:20 again 1'),
  ('2025-05-01 09:00Z', 'c2 05-01 08:20 again 2'),
  ('2025-05-01 10:00Z', 'nothing'),
  -- Nobody asked from 07:00 to 08:20: the last of each dose is said.
  ('2025-05-02 08:20Z', 'c1 05-02 08:00 again 1, c2 05-02 08:20 due')) AS t (at, said);
-- Recorded, no more.
SELECT medsched.mark_dose_taken(pg_temp.id('c'), pg_temp.id('c1'), '2025-05-02 08:00Z', '2025-05-02 08:25Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-02 08:35Z'), 'c2 05-02 08:20 again 1', 'of a dose that is recorded nothing more is said');
-- A schedule's own rules stand before the person's.
SELECT medsched.set_reminder_rules(pg_temp.id('c'), pg_temp.id('c2'), ahead_by => '10 minutes', at_time => false) \g /dev/null
SELECT pg_temp.changed('2025-05-03 00:00Z') \g /dev/null
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-05-03 07:30Z', 'c1 05-03 08:00 ahead'),
  ('2025-05-03 07:50Z', 'nothing'),
  ('2025-05-03 08:10Z', 'c1 05-03 08:00 due, c2 05-03 08:20 ahead'),
  ('2025-05-03 08:20Z', 'c1 05-03 08:00 again 1'),
  ('2025-05-03 08:35Z', 'c1 05-03 08:00 again 2'),
  ('2025-05-03 12:00Z', 'nothing'),
  -- Ahead of a dose that is due already says nothing.
  ('2025-05-04 08:25Z', 'c1 05-04 08:00 again 1')) AS t (at, said);
SELECT ok(medsched.remove_reminder_rules(pg_temp.id('c'), pg_temp.id('c2')), 'the schedule''s own are removed');
SELECT ok(NOT medsched.remove_reminder_rules(pg_temp.id('c'), pg_temp.id('c2')), 'once');
SELECT ok(medsched.remove_reminder_rules(pg_temp.id('c')), 'and the person''s');
SELECT pg_temp.changed('2025-05-05 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-05 08:30Z'), 'c1 05-05 08:00 due, c2 05-05 08:20 due', 'then each is said at its time');
SELECT medsched.inactivate_medication(m.user_id, m.id, '2025-05-06 00:00Z') FROM medsched.medications AS m \g /dev/null
SELECT pg_temp.changed('2025-05-06 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-06 00:00Z'), 'nothing', 'everything has ended');
SELECT is(pg_temp.next(), 'never', 'and nothing is queued');

-- Several at one instant ---------------------------------------------------------------------

-- A dose each minute, and once more a minute and two minutes later.
SELECT pg_temp.prescribe('c', 'c3', '2025-05-07T08:00:00', 'FREQ=MINUTELY;COUNT=4') \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('c'), again_every => '1 minute', again_at_most => 2) \g /dev/null
SELECT pg_temp.changed('2025-05-07 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-07 08:00Z'), 'c3 05-07 08:00 due', 'the first');
-- 08:01 was recorded from 08:00:30 to 08:01:05, in which 08:00 was said once more: that is held, and 08:01 comes after it.
SELECT pg_temp.recorded('c', 'c3', '2025-05-07 08:01Z', '2025-05-07 08:00:30Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-05-07 08:01Z')$$, $$VALUES ('c3 05-07 08:00 again 1')$$, 'once more the first, the second being recorded');
SELECT medsched.undo_dose(pg_temp.id('c'), pg_temp.id('c3'), '2025-05-07 08:01Z') \g /dev/null
SELECT pg_temp.changed('2025-05-07 08:01:05Z') \g /dev/null
SELECT is_empty($$SELECT pg_temp.claim('2025-05-07 08:01:06Z')$$, 'undone, it waits for the one that is held');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null
SELECT is(pg_temp.said('2025-05-07 08:01:07Z'), 'c3 05-07 08:01 due', 'and is said after it');
SELECT is(pg_temp.said('2025-05-07 08:01:08Z'), 'nothing', 'once');
-- 08:00 was recorded from 08:01:30 to 08:02:05, in which that of 08:01 was said once more, which comes after it.
SELECT pg_temp.recorded('c', 'c3', '2025-05-07 08:00Z', '2025-05-07 08:01:30Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-05-07 08:02Z', 1)$$, $$VALUES ('c3 05-07 08:01 again 1')$$, 'once more the second, the first being recorded');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null
SELECT medsched.undo_dose(pg_temp.id('c'), pg_temp.id('c3'), '2025-05-07 08:00Z') \g /dev/null
SELECT pg_temp.changed('2025-05-07 08:02:05Z') \g /dev/null
SELECT set_eq($$SELECT pg_temp.claim('2025-05-07 08:02:06Z')$$, $$VALUES ('c3 05-07 08:00 again 2'), ('c3 05-07 08:02 due')$$, 'undone, it is said beside the third');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null
SELECT is(pg_temp.said('2025-05-07 08:02:07Z'), 'nothing', 'once');
SELECT medsched.inactivate_medication(m.user_id, m.id, '2025-05-08 00:00Z') FROM medsched.medications AS m WHERE m.name = 'Medication c3' \g /dev/null
SELECT medsched.remove_reminder_rules(pg_temp.id('c')) \g /dev/null
SELECT pg_temp.changed('2025-05-08 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-08 00:00Z'), 'nothing', 'it has ended');

-- Quiet hours, and somebody else ------------------------------------------------------------

-- New York: quiet from 22:00 to 07:00, on the clock there; the clocks go back on 2025-11-02 at 02:00, so that 07:00 is 11:00 UTC on the
-- 1st and 12:00 UTC on the 2nd.  Doses at 06:00 and 21:50 there.
SELECT pg_temp.prescribe('d', 'd1', '2025-10-31T06:00:00', 'FREQ=DAILY', '{"time_zone": "America/New_York"}') \g /dev/null
SELECT pg_temp.prescribe('d', 'd2', '2025-10-31T21:50:00', 'FREQ=DAILY', '{"time_zone": "America/New_York"}') \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('d'), again_every => '10 minutes', again_at_most => 3, escalate_after => '15 minutes', escalate_to => 'daughter',
  quiet_from => '22:00', quiet_until => '07:00') \g /dev/null
SELECT pg_temp.changed('2025-11-01 00:00Z') \g /dev/null
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-11-01 00:00Z', 'nothing'),
  ('2025-11-01 01:50Z', 'd2 11-01 01:50 due'),
  ('2025-11-01 02:00Z', 'd2 11-01 01:50 again 1'),             -- 22:00 is not quiet yet
  ('2025-11-01 02:05Z', 'd2 11-01 01:50 escalation to daughter high'),
  ('2025-11-01 02:30Z', 'nothing'),
  ('2025-11-01 10:00Z', 'nothing'),
  ('2025-11-01 10:15Z', 'd1 11-01 10:00 escalation to daughter high'),
  ('2025-11-01 10:59Z', 'nothing'),
  ('2025-11-01 11:00Z', 'd2 11-01 01:50 again 3, d1 11-01 10:00 again 3'),
  ('2025-11-01 11:30Z', 'nothing'),
  -- 21:50, once more, and a night of ten hours.
  ('2025-11-02 01:50Z', 'd2 11-02 01:50 due'),
  ('2025-11-02 10:59Z', 'nothing'),                            -- nobody asked at 02:05, and that is too long ago
  ('2025-11-02 11:16Z', 'd1 11-02 11:00 escalation to daughter high'),
  ('2025-11-02 12:00Z', 'd2 11-02 01:50 again 3, d1 11-02 11:00 again 3')) AS t (at, said);
SELECT results_eq($$SELECT d.schedule_id, d.doses, d.reason FROM medsched.reminders_dropped AS d WHERE d.user_id = pg_temp.id('d')$$,
  $$VALUES (pg_temp.id('d2'), 1, 'late')$$, 'what was dropped is counted');
-- What is urgent is said in the night, too.
SELECT medsched.set_reminder_rules(pg_temp.id('d'), pg_temp.id('d1'), quiet_from => '22:00', quiet_until => '07:00', urgency => 'high') \g /dev/null
SELECT pg_temp.changed('2025-11-02 13:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-11-03 11:00Z'), 'd1 11-03 11:00 due high', 'what is urgent is said in quiet hours');
-- The person's clock is elsewhere: 11:00 UTC is 12:00 in Berlin, 02:50 is 03:50.
SELECT medsched.set_reminder_rules(pg_temp.id('d'), pg_temp.id('d1'), quiet_from => '11:30', quiet_until => '13:30', time_zone => 'Europe/Berlin') \g /dev/null
SELECT pg_temp.changed('2025-11-03 13:00Z') \g /dev/null
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-11-04 02:50Z', 'd2 11-04 02:50 due'),
  ('2025-11-04 11:00Z', 'nothing'),
  ('2025-11-04 12:30Z', 'd2 11-04 02:50 again 3, d1 11-04 11:00 due')) AS t (at, said);

-- Later ---------------------------------------------------------------------------------------

SELECT pg_temp.prescribe('e', 'e1', '2025-06-01T08:00:00', 'FREQ=DAILY') \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('e'), again_every => '10 minutes', again_at_most => 3, escalate_after => '25 minutes', escalate_to => 'son') \g /dev/null
SELECT pg_temp.changed('2025-06-01 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-01 08:00Z'), 'e1 06-01 08:00 due', 'a dose is due');
INSERT INTO medsched.reminder_snoozes (user_id, schedule_id, scheduled_for, until) VALUES (pg_temp.id('e'), pg_temp.id('e1'), '2025-06-01 08:00Z', '2025-06-01 08:22Z');
SELECT pg_temp.changed('2025-06-01 08:02Z') \g /dev/null
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-06-01 08:10Z', 'nothing'),
  ('2025-06-01 08:22Z', 'e1 06-01 08:00 snoozed'),
  ('2025-06-01 08:25Z', 'e1 06-01 08:00 escalation to son high'),
  ('2025-06-01 08:30Z', 'e1 06-01 08:00 again 3'),
  ('2025-06-01 08:40Z', 'nothing'),
  ('2025-06-02 08:00Z', 'e1 06-02 08:00 due')) AS t (at, said);

-- Recorded from 08:05 to 08:35, and undone: what is for the son is said beside what is for the person.
SELECT pg_temp.recorded('e', 'e1', '2025-06-02 08:00Z', '2025-06-02 08:05Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-02 08:30Z'), 'nothing', 'a dose is recorded');
SELECT medsched.undo_dose(pg_temp.id('e'), pg_temp.id('e1'), '2025-06-02 08:00Z') \g /dev/null
SELECT pg_temp.changed('2025-06-02 08:35Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-02 08:35Z'), 'e1 06-02 08:00 escalation to son high, e1 06-02 08:00 again 3', 'undone, everybody hears of it who would have');
SELECT is(pg_temp.said('2025-06-02 08:36Z'), 'nothing', 'once');
-- Until before it is due.
SELECT pg_temp.prescribe('e', 'e5', '2025-06-02T15:00:00', NULL) \g /dev/null
INSERT INTO medsched.reminder_snoozes (user_id, schedule_id, scheduled_for, until) VALUES (pg_temp.id('e'), pg_temp.id('e5'), '2025-06-02 15:00Z', '2025-06-02 14:00Z');
SELECT pg_temp.changed('2025-06-02 12:00Z') \g /dev/null
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-06-02 12:00Z', 'nothing'),
  ('2025-06-02 14:00Z', 'e5 06-02 15:00 snoozed'),
  ('2025-06-02 15:00Z', 'e5 06-02 15:00 due')) AS t (at, said);
SELECT medsched.mark_dose_taken(pg_temp.id('e'), pg_temp.id('e5'), '2025-06-02 15:00Z', '2025-06-02 15:00Z') \g /dev/null
-- What was recorded by mistake for 17:00 is put where it belongs, to 20:00, at 17:05.
SELECT pg_temp.prescribe('e', 'e6', '2025-06-02T17:00:00', 'FREQ=DAILY;BYHOUR=17,20;COUNT=2') \g /dev/null
SELECT pg_temp.recorded('e', 'e6', '2025-06-02 17:00Z', '2025-06-02 16:50Z') \g /dev/null
SELECT pg_temp.changed('2025-06-02 16:50Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-02 17:00Z'), 'nothing', 'a dose is recorded for another');
UPDATE medsched.dose_taken SET scheduled_for = '2025-06-02 20:00Z' WHERE schedule_id = pg_temp.id('e6');
SELECT pg_temp.changed('2025-06-02 17:05Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-02 17:05Z'), 'e6 06-02 17:00 due', 'when that is mended, the one that is not recorded is said');
SELECT medsched.mark_dose_taken(pg_temp.id('e'), pg_temp.id('e6'), '2025-06-02 17:00Z', '2025-06-02 17:06Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-02 20:00Z'), 'nothing', 'and the other is not');
-- Asked for in quiet hours, it is said in them.
SELECT pg_temp.prescribe('e', 'ea', '2025-06-02T21:00:00', NULL) \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('e'), pg_temp.id('ea'), again_every => '20 minutes', again_at_most => 2, quiet_from => '21:10', quiet_until => '22:00') \g /dev/null
SELECT pg_temp.changed('2025-06-02 20:59Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-02 21:00Z'), 'ea 06-02 21:00 due', 'one is said before quiet hours');
INSERT INTO medsched.reminder_snoozes (user_id, schedule_id, scheduled_for, until) VALUES (pg_temp.id('e'), pg_temp.id('ea'), '2025-06-02 21:00Z', '2025-06-02 21:30Z');
SELECT pg_temp.changed('2025-06-02 21:02Z') \g /dev/null
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-06-02 21:29Z', 'nothing'),
  ('2025-06-02 21:30Z', 'ea 06-02 21:00 snoozed'),
  ('2025-06-02 21:45Z', 'nothing'),
  ('2025-06-02 22:00Z', 'ea 06-02 21:00 again 2')) AS t (at, said);
SELECT medsched.mark_dose_taken(pg_temp.id('e'), pg_temp.id('ea'), '2025-06-02 21:00Z', '2025-06-02 22:01Z') \g /dev/null
SELECT pg_temp.changed('2025-06-02 22:01Z') \g /dev/null

-- What fails -----------------------------------------------------------------------------------

SELECT results_eq($$SELECT pg_temp.claim('2025-06-03 08:00Z')$$, $$VALUES ('e1 06-03 08:00 due')$$, 'a dose is due');
SELECT token FROM medsched.reminders_held \gset
SELECT ok(medsched.fail_reminder(:'token', '5 minutes', 'no network'), 'it cannot be passed on');
SELECT ok(NOT medsched.complete_reminder(:'token'), 'so it is not held any more');
-- A minute after 08:00, as far as the queue knows.
UPDATE medsched.reminder_queue SET look_at = '2025-06-03 08:05Z' WHERE event <> '';
SELECT results_eq($$SELECT event, attempt, worker, error FROM medsched.reminder_queue WHERE event <> ''$$,
  $$VALUES ('due 0 1748937600.000000', 1, 'test', 'no network')$$, 'why is kept');
SELECT is(pg_temp.said('2025-06-03 08:04Z'), 'nothing', 'it waits');
SELECT results_eq($$SELECT pg_temp.claim('2025-06-03 08:05Z')$$, $$VALUES ('e1 06-03 08:00 due attempt 2')$$, 'and is tried again');
SELECT token FROM medsched.reminders_held \gset
SELECT ok(medsched.fail_reminder(:'token', '1 hour'), 'in vain');
UPDATE medsched.reminder_queue SET look_at = '2025-06-03 08:07Z' WHERE event <> '';
-- The next one of the dose takes its place; the son hears of it whatever fails.
SELECT is(pg_temp.said('2025-06-03 08:10Z'), 'e1 06-03 08:00 again 1', 'a later one of the same dose takes its place');
SELECT is(pg_temp.said('2025-06-03 08:30Z'), 'e1 06-03 08:00 escalation to son high', 'and somebody else hears of it');
SELECT is(pg_temp.said('2025-06-03 08:30Z'), 'e1 06-03 08:00 again 3', 'then the person does, one after the other');
SELECT is(count(*), 1::bigint, 'one row is left of the schedule') FROM medsched.reminder_queue WHERE user_id = pg_temp.id('e');
-- Given up.
SELECT results_eq($$SELECT pg_temp.claim('2025-06-04 08:00Z')$$, $$VALUES ('e1 06-04 08:00 due')$$, 'the day after');
SELECT token FROM medsched.reminders_held \gset
SELECT ok(medsched.fail_reminder(:'token', NULL), 'one is given up');
SELECT results_eq($$SELECT d.doses, d.reason FROM medsched.reminders_dropped AS d WHERE d.user_id = pg_temp.id('e') AND d.reason = 'failed'$$, $$VALUES (1, 'failed')$$, 'and counted');
SELECT is(pg_temp.said('2025-06-04 08:05Z'), 'nothing', 'it is not said again');
-- Recorded while it waits to be tried again.
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 08:00Z')$$, $$VALUES ('e1 06-05 08:00 due')$$, 'another day');
SELECT token FROM medsched.reminders_held \gset
SELECT ok(medsched.fail_reminder(:'token'), 'one fails');
UPDATE medsched.reminder_queue SET look_at = '2025-06-05 08:01Z' WHERE event <> '';
SELECT medsched.mark_dose_taken(pg_temp.id('e'), pg_temp.id('e1'), '2025-06-05 08:00Z', '2025-06-05 08:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 08:05Z'), 'nothing', 'and is recorded by then');
SELECT is(pg_temp.said('2025-06-05 08:30Z'), 'nothing', 'nor is it said later');
-- Undone, said in vain, recorded from 12:02 on, and undone again.
SELECT pg_temp.prescribe('e', 'e7', '2025-06-05T12:00:00', NULL) \g /dev/null
SELECT pg_temp.recorded('e', 'e7', '2025-06-05 12:00Z', '2025-06-05 11:50Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 11:50Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 12:00Z'), 'nothing', 'another is recorded when its time comes');
SELECT medsched.undo_dose(pg_temp.id('e'), pg_temp.id('e7'), '2025-06-05 12:00Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 12:01Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 12:01Z')$$, $$VALUES ('e7 06-05 12:00 due')$$, 'undone, it is said');
SELECT token FROM medsched.reminders_held \gset
SELECT medsched.fail_reminder(:'token') \g /dev/null
UPDATE medsched.reminder_queue SET look_at = '2025-06-05 12:40Z' WHERE event <> '';
SELECT pg_temp.recorded('e', 'e7', '2025-06-05 12:00Z', '2025-06-05 12:02Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 12:30Z'), 'nothing', 'in vain, and recorded again');
SELECT medsched.undo_dose(pg_temp.id('e'), pg_temp.id('e7'), '2025-06-05 12:00Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 12:35Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 12:35Z'), 'e7 06-05 12:00 escalation to son high, e7 06-05 12:00 again 3', 'undone again, what came up meanwhile is said');
SELECT is(pg_temp.said('2025-06-05 12:40Z'), 'nothing', 'in place of what was said in vain');
-- Undone, and recorded and undone once more while what is said of it is held.
SELECT pg_temp.prescribe('e', 'e8', '2025-06-05T14:00:00', NULL) \g /dev/null
SELECT pg_temp.recorded('e', 'e8', '2025-06-05 14:00Z', '2025-06-05 13:50Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 13:50Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 14:00Z'), 'nothing', 'one more is recorded when its time comes');
SELECT medsched.undo_dose(pg_temp.id('e'), pg_temp.id('e8'), '2025-06-05 14:00Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 14:01Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 14:01Z', 100, '1 hour')$$, $$VALUES ('e8 06-05 14:00 due')$$, 'undone, it is handed out');
SELECT pg_temp.recorded('e', 'e8', '2025-06-05 14:00Z', '2025-06-05 14:02Z') \g /dev/null
SELECT is_empty($$SELECT pg_temp.claim('2025-06-05 14:30Z')$$, 'and recorded again, while that is held');
SELECT medsched.undo_dose(pg_temp.id('e'), pg_temp.id('e8'), '2025-06-05 14:00Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 14:35Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 14:35Z'), 'e8 06-05 14:00 escalation to son high, e8 06-05 14:00 again 3', 'undone again, what came up in that lease is said');
SELECT is(pg_temp.said('2025-06-05 15:01Z'), 'nothing', 'once');
-- Undone at 16:01, and nobody claims until the next is said.
SELECT pg_temp.prescribe('e', 'e9', '2025-06-05T16:00:00', NULL) \g /dev/null
SELECT pg_temp.recorded('e', 'e9', '2025-06-05 16:00Z', '2025-06-05 15:50Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 15:50Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 16:00Z'), 'nothing', 'the last is recorded when its time comes');
SELECT medsched.undo_dose(pg_temp.id('e'), pg_temp.id('e9'), '2025-06-05 16:00Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 16:01Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 16:11Z'), 'e9 06-05 16:00 again 1', 'of what came up while it was recorded and since, the last is said');
SELECT is(pg_temp.said('2025-06-05 16:30Z'), 'e9 06-05 16:00 escalation to son high', 'and what comes after it');
SELECT is(pg_temp.said('2025-06-05 16:30Z'), 'e9 06-05 16:00 again 3', 'one after the other');

-- A dose each minute, without rules.  15:01 is recorded, undone, recorded and undone again before anybody claims: 15:02 was said meanwhile.
SELECT pg_temp.prescribe('ab', 'ab1', '2025-06-05T15:00:00', 'FREQ=MINUTELY;COUNT=5') \g /dev/null
SELECT pg_temp.changed('2025-06-05 14:59Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 15:00Z'), 'ab1 06-05 15:00 due', 'the first of five');
SELECT pg_temp.recorded('ab', 'ab1', '2025-06-05 15:01Z', '2025-06-05 15:00:30Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 15:02Z'), 'ab1 06-05 15:02 due', 'the second is recorded, the third is said');
SELECT medsched.undo_dose(pg_temp.id('ab'), pg_temp.id('ab1'), '2025-06-05 15:01Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 15:02:10Z') \g /dev/null
SELECT pg_temp.recorded('ab', 'ab1', '2025-06-05 15:01Z', '2025-06-05 15:02:15Z') \g /dev/null
SELECT medsched.undo_dose(pg_temp.id('ab'), pg_temp.id('ab1'), '2025-06-05 15:01Z') \g /dev/null
UPDATE medsched.reminder_changes SET since = '2025-06-05 15:02:20Z' WHERE since > '2026-01-01Z';
SELECT is(pg_temp.said('2025-06-05 15:02:30Z'), 'ab1 06-05 15:01 due', 'undone twice, it is said');
SELECT is(pg_temp.said('2025-06-05 15:02:31Z'), 'nothing', 'once');
-- 15:03 is undone, which is noted, and recorded and undone again before that is handed out.
SELECT pg_temp.recorded('ab', 'ab1', '2025-06-05 15:03Z', '2025-06-05 15:02:40Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 15:04Z'), 'ab1 06-05 15:04 due', 'the fourth is recorded, the fifth is said');
SELECT medsched.undo_dose(pg_temp.id('ab'), pg_temp.id('ab1'), '2025-06-05 15:03Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 15:04:10Z') \g /dev/null
SELECT medsched._follow_reminder_changes(100, '2025-06-05 15:04:10Z') \g /dev/null
SELECT pg_temp.recorded('ab', 'ab1', '2025-06-05 15:03Z', '2025-06-05 15:04:15Z') \g /dev/null
SELECT medsched.undo_dose(pg_temp.id('ab'), pg_temp.id('ab1'), '2025-06-05 15:03Z') \g /dev/null
SELECT pg_temp.changed('2025-06-05 15:04:20Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 15:04:25Z')$$, $$VALUES ('ab1 06-05 15:03 due')$$, 'undone again, it has one holder');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null

-- Counted from the last: due at 00:00, somebody else is told at 08:00; recorded then as taken at 23:50, so that the next is due at 07:50.
SELECT pg_temp.prescribe('ac', 'ac1', '2025-06-05T00:00:00', NULL, '{"after_last": "8 hours"}') \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('ac'), escalate_after => '8 hours', escalate_to => 'son') \g /dev/null
SELECT pg_temp.changed('2025-06-04 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 00:00Z'), 'ac1 06-05 00:00 due', 'a dose that is counted from the last');
SELECT is(pg_temp.said('2025-06-05 08:00Z'), 'ac1 06-05 00:00 escalation to son high', 'and what somebody else is told of it');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at)
VALUES (pg_temp.id('ac'), pg_temp.id('ac1'), '2025-06-05 00:00Z', '2025-06-04 23:50Z', '2025-06-05 08:05Z');
SELECT is(pg_temp.said('2025-06-05 08:06Z'), 'ac1 06-05 07:50 due', 'recorded late, the next is said, which was due before that');
SELECT is(pg_temp.said('2025-06-05 08:07Z'), 'nothing', 'once');
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 15:50Z')$$, $$VALUES ('ac1 06-05 07:50 escalation to son high')$$, 'somebody else is told of it, too');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at)
VALUES (pg_temp.id('ac'), pg_temp.id('ac1'), '2025-06-05 07:50Z', '2025-06-05 07:40Z', '2025-06-05 15:50:10Z');
SELECT is(pg_temp.said('2025-06-05 15:50:20Z'), 'nothing', 'recorded while that is held');
SELECT is(pg_temp.said('2025-06-05 15:50:30Z'), 'ac1 06-05 15:40 due', 'the next is said after it');
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 23:40Z')$$, $$VALUES ('ac1 06-05 15:40 escalation to son high')$$, 'that somebody else is told of it');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at)
VALUES (pg_temp.id('ac'), pg_temp.id('ac1'), '2025-06-05 15:40Z', '2025-06-05 15:30Z', '2025-06-05 23:40:10Z');
SELECT is(pg_temp.said('2025-06-05 23:41Z'), 'ac1 06-05 23:30 due', 'is not completed: the next is said');

-- Quiet hours that are set after the only dose was said, of which no row is left.
SELECT pg_temp.prescribe('ad', 'ad1', '2025-06-05T08:00:00', NULL) \g /dev/null
SELECT pg_temp.changed('2025-06-05 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 08:00Z'), 'ad1 06-05 08:00 due', 'a single dose is said');
SELECT medsched.set_reminder_rules(pg_temp.id('ad'), again_every => '30 minutes', again_at_most => 1, quiet_from => '07:00', quiet_until => '09:00') \g /dev/null
UPDATE medsched.reminder_rules SET set_at = '2025-06-05 08:20Z' WHERE user_id = pg_temp.id('ad');
SELECT pg_temp.changed('2025-06-05 08:20Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 08:20Z'), 'nothing', 'then hours are set that would have held it back');
SELECT is(pg_temp.said('2025-06-05 09:00Z'), 'ad1 06-05 08:00 again 1', 'at whose end what came up in them is said');
SELECT medsched.set_reminder_rules(pg_temp.id('ad'), quiet_from => '07:00', quiet_until => '10:00') \g /dev/null
UPDATE medsched.reminder_rules SET set_at = '2025-06-05 09:20Z' WHERE user_id = pg_temp.id('ad');
SELECT pg_temp.changed('2025-06-05 09:20Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-05 10:00Z'), 'nothing', 'and nothing twice');

-- Snoozed, which fails, and snoozed again.
SELECT pg_temp.prescribe('ae', 'ae1', '2025-06-05T08:00:00', NULL) \g /dev/null
INSERT INTO medsched.reminder_snoozes VALUES (pg_temp.id('ae'), pg_temp.id('ae1'), '2025-06-05 08:00Z', '2025-06-05 08:10Z');
SELECT pg_temp.changed('2025-06-05 08:00Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 08:10Z')$$, $$VALUES ('ae1 06-05 08:00 snoozed')$$, 'what was snoozed is said');
SELECT token FROM medsched.reminders_held \gset
SELECT medsched.fail_reminder(:'token') \g /dev/null
UPDATE medsched.reminder_queue SET look_at = '2025-06-05 08:20Z' WHERE user_id = pg_temp.id('ae') AND event <> '';
UPDATE medsched.reminder_snoozes SET until = '2025-06-05 08:20Z' WHERE user_id = pg_temp.id('ae');
SELECT pg_temp.changed('2025-06-05 08:11Z') \g /dev/null
SELECT results_eq($$SELECT pg_temp.claim('2025-06-05 08:20Z')$$, $$VALUES ('ae1 06-05 08:00 snoozed')$$, 'in vain, and snoozed again, it has one holder');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null
-- Until before they are due, one at its time and one that was moved, which fails.
SELECT pg_temp.prescribe('ae', 'ae2', '2025-06-05T15:00:00', NULL), pg_temp.prescribe('ae', 'ae3', '2025-06-05T15:30:00', NULL) \g /dev/null
SELECT medsched.move_dose(pg_temp.id('ae'), pg_temp.id('ae3'), '2025-06-05 15:30Z', '2025-06-05 16:00Z') \g /dev/null
INSERT INTO medsched.reminder_snoozes SELECT pg_temp.id('ae'), s.id, s.at, '2025-06-05 12:10Z'
  FROM (VALUES (pg_temp.id('ae2'), timestamptz '2025-06-05 15:00Z'), (pg_temp.id('ae3'), '2025-06-05 15:30Z')) AS s (id, at);
SELECT pg_temp.changed('2025-06-05 12:00Z') \g /dev/null
SELECT set_eq($$SELECT pg_temp.claim('2025-06-05 12:10Z')$$, $$VALUES ('ae2 06-05 15:00 snoozed'), ('ae3 06-05 16:00 snoozed')$$, 'two are said before they are due');
SELECT medsched.fail_reminder(h.token) FROM (SELECT h.token FROM medsched.reminders_held AS h) AS h \g /dev/null
UPDATE medsched.reminder_queue SET look_at = '2025-06-05 12:15Z' WHERE user_id = pg_temp.id('ae') AND event <> '';
SELECT set_eq($$SELECT pg_temp.claim('2025-06-05 12:15Z')$$, $$VALUES ('ae2 06-05 15:00 snoozed attempt 2'), ('ae3 06-05 16:00 snoozed attempt 2')$$, 'in vain, and once more');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null
SELECT medsched.inactivate_medication(m.user_id, m.id, '2025-06-06 00:00Z') FROM medsched.medications AS m WHERE m.user_id = pg_temp.id('ac') \g /dev/null
DELETE FROM medsched.reminder_changes;
DELETE FROM medsched.reminder_queue WHERE user_id IN (pg_temp.id('ab'), pg_temp.id('ac'), pg_temp.id('ad'), pg_temp.id('ae'));
SELECT is(pg_temp.next(), '06-06 08:00', 'the next day''s is waited for');

-- After an outage ------------------------------------------------------------------------------

-- Every four hours; nobody asked from 08:00 on the 7th to 09:30 on the 9th: 00, 04 … make 13 doses of which only that of 08:00 is not too old.
SELECT medsched.inactivate_medication(m.user_id, m.id, '2025-06-06 00:00Z') FROM medsched.medications AS m WHERE m.inactivated_at IS NULL \g /dev/null
SELECT pg_temp.changed('2025-06-06 00:00Z') \g /dev/null
SELECT pg_temp.said('2025-06-06 00:00Z') \g /dev/null
SELECT pg_temp.prescribe('f', 'f1', '2025-06-07T00:00:00', 'FREQ=DAILY;BYHOUR=0,4,8,12,16,20') \g /dev/null
SELECT pg_temp.changed('2025-06-07 05:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-07 05:00Z'), 'nothing', 'it begins');
-- One of them was taken all the same.
SELECT medsched.mark_dose_taken(pg_temp.id('f'), pg_temp.id('f1'), '2025-06-08 12:00Z', '2025-06-08 12:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-09 09:30Z'), 'f1 06-09 08:00 due', 'after two days what is not too old is said');
-- 8, 12, 16, 20 on the 7th, 0, 4, 8, 16, 20 on the 8th, 0, 4 on the 9th.
SELECT results_eq($$SELECT d.doses, d.reason, d.dropped_at FROM medsched.reminders_dropped AS d WHERE d.user_id = pg_temp.id('f')$$,
  $$VALUES (11, 'late', timestamptz '2025-06-09 09:30Z')$$, 'and the rest is dropped, and counted');
SELECT is(pg_temp.next(), '06-09 12:00', 'then all is as before');

-- What is there before, in batches ----------------------------------------------------------------

SELECT is(medsched.fill_reminders(), count(*), 'what was there before is looked at') FROM medsched.schedules;
SELECT is(medsched.fill_reminders(), 0::bigint, 'once');
INSERT INTO medsched.reminder_fill VALUES (pg_temp.id('0'), pg_temp.id('0'));
DELETE FROM medsched.reminder_queue;
SELECT pg_temp.prescribe('b', 'b9', '2099-06-07T12:00:00', NULL) \g /dev/null
SELECT pg_temp.prescribe('f', 'f9', '2099-06-07T12:00:00', NULL) \g /dev/null
DELETE FROM medsched.reminder_changes;
SELECT is(medsched.fill_reminders(1), 1::bigint, 'one by one') FROM generate_series(1, 6);
SELECT is(count(*) > 1, true, 'more are left') FROM medsched.schedules AS s WHERE (s.user_id, s.id) > (SELECT f.user_id, f.schedule_id FROM medsched.reminder_fill AS f);
SELECT ok(medsched.fill_reminders(5) > 0, 'and gone on with');
SELECT ok(medsched.fill_reminders(100) > 0, 'to the end');
SELECT is(medsched.fill_reminders(100), 0::bigint, 'where it is done');
SELECT results_eq('SELECT q.schedule_id, q.look_at FROM medsched.reminder_queue AS q ORDER BY 1', $$SELECT s.id, timestamptz '2099-06-07 12:00Z' FROM medsched.schedules AS s
  WHERE s.id IN (pg_temp.id('b9'), pg_temp.id('f9')) UNION ALL SELECT s.id, medsched.next_occurrence(s.rrule, s.starts_at, s.time_zone, now()) FROM medsched.schedules AS s
  WHERE s.id = pg_temp.id('f1') ORDER BY 1$$, 'each schedule that has doses to come is queued');

-- A dose each minute, and rules that reach as far as rules can: what is said goes by instant and dose, however far apart they are ----

DELETE FROM medsched.reminder_queue;
SELECT pg_temp.prescribe('af', 'af1', '2025-05-01T00:00:00', 'FREQ=MINUTELY') \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('af'), ahead_by => '31 days', again_every => '7 hours', again_at_most => 100, escalate_after => '31 days', escalate_to => 'son') \g /dev/null
SELECT pg_temp.changed('2025-06-10 12:10Z') \g /dev/null
SELECT is(pg_temp.said('2025-06-10 12:10Z'), 'af1 05-10 12:10 escalation to son high', 'that of 31 days ago');
SELECT is(pg_temp.said('2025-06-10 12:10Z'), 'af1 05-12 08:10 again 100', 'that of 700 hours ago');
SELECT is(array_length(array_agg(pg_temp.said('2025-06-10 12:10Z')), 1), 98, 'those since') FROM generate_series(1, 98);
SELECT is(pg_temp.said('2025-06-10 12:10Z'), said, said)
  FROM (VALUES ('af1 06-10 05:10 again 1'), ('af1 06-10 12:10 due'), ('af1 07-11 12:10 ahead'), ('nothing')) AS t (said);
SELECT is(pg_temp.next(), '06-10 12:11', 'the next minute is waited for');
-- At the end of quiet hours, in the order of the doses; 01:03 to 20:00 are recorded.
SELECT medsched.set_reminder_rules(pg_temp.id('af'), at_time => false, again_every => '7 hours', again_at_most => 3, quiet_from => '22:00', quiet_until => '07:00') \g /dev/null
SELECT pg_temp.changed('2025-06-11 06:00Z') \g /dev/null
UPDATE medsched.reminder_queue SET look_at = '2025-06-11 06:00Z';
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
SELECT pg_temp.id('af'), pg_temp.id('af1'), t.at, t.at FROM generate_series(timestamptz '2025-06-10 01:03Z', '2025-06-10 20:00Z', '1 minute') AS t (at);
SELECT is(pg_temp.said('2025-06-11 06:30Z'), 'nothing', 'quiet');
SELECT is(pg_temp.next(), '06-11 06:31', 'the next is looked at then, in vain');
SELECT is(pg_temp.said('2025-06-11 07:00Z'), said, said)
  FROM (VALUES ('af1 06-10 01:01 again 3'), ('af1 06-10 01:02 again 3'), ('af1 06-10 20:01 again 1')) AS t (said);
SELECT medsched.inactivate_medication(m.user_id, m.id, '2025-06-12 00:00Z') FROM medsched.medications AS m WHERE m.user_id = pg_temp.id('af') \g /dev/null
SELECT medsched.remove_reminder_rules(pg_temp.id('af')) \g /dev/null
DELETE FROM medsched.reminder_changes;

-- A row that cannot be read, and one whose schedule is gone -------------------------------------------

DELETE FROM medsched.reminder_queue;
SELECT pg_temp.prescribe('9', '9' || n, '2025-07-01T08:00:00', 'FREQ=DAILY') FROM generate_series(1, 4) AS n \g /dev/null
SELECT pg_temp.changed('2025-07-01 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-07-01 00:00Z'), 'nothing', 'four are queued');
ALTER DOMAIN medsched.time_zone DROP CONSTRAINT time_zone_is_known;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.schedules DISABLE TRIGGER USER;
UPDATE medsched.schedules SET time_zone = 'Mars/Olympus' WHERE id = pg_temp.id('92');
UPDATE medsched.reminder_queue SET medication_id = NULL;
DELETE FROM medsched.schedules WHERE id = pg_temp.id('93');
ALTER TABLE medsched.schedules ENABLE TRIGGER USER;
SET CONSTRAINTS ALL DEFERRED;
SET client_min_messages = error;
SELECT is(pg_temp.said('2025-07-01 08:00Z'), '91 07-01 08:00 due, 94 07-01 08:00 due', 'one that cannot be read holds up no other');
SELECT results_eq($$SELECT q.look_at, q.error FROM medsched.reminder_queue AS q WHERE q.schedule_id = pg_temp.id('92')$$,
  $$VALUES (timestamptz '2025-07-01 09:00Z', 'time zone "Mars/Olympus" is not known')$$, 'it is looked at an hour later');
SELECT is(pg_temp.said('2025-07-01 09:00Z'), 'nothing', 'in vain');
SET client_min_messages = warning;
SELECT is_empty($$SELECT FROM medsched.reminder_queue AS q WHERE q.schedule_id = pg_temp.id('93')$$, 'and one whose schedule is gone has gone');
-- Nor does it hold up the queue's being filled, in whichever order the planner has rows looked at.
SAVEPOINT filled_anew;
DELETE FROM medsched.reminder_queue;
INSERT INTO medsched.reminder_fill VALUES (pg_temp.id('0'), pg_temp.id('0'));
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
DISCARD PLANS;
SELECT lives_ok('SELECT medsched.fill_reminders()', 'what cannot be read holds up no other when the queue is filled');
SELECT results_eq($$SELECT q.schedule_id, q.medication_id IS NOT NULL, q.look_at > now() FROM medsched.reminder_queue AS q WHERE q.schedule_id IN (pg_temp.id('91'), pg_temp.id('92')) ORDER BY 1$$,
  $$VALUES (pg_temp.id('91'), true, true), (pg_temp.id('92'), false, false)$$, 'of the others it is known what is to be said');
ROLLBACK TO filled_anew;
DISCARD PLANS;
UPDATE medsched.schedules SET time_zone = 'UTC' WHERE id = pg_temp.id('92');
SELECT pg_temp.changed('2025-07-01 09:30Z') \g /dev/null
SELECT is(pg_temp.said('2025-07-01 09:30Z'), '92 07-01 08:00 due', 'mended, what came up meanwhile is said');
SELECT set_eq($$SELECT pg_temp.claim('2025-07-02 08:00Z')$$, $$VALUES ('91 07-02 08:00 due'), ('92 07-02 08:00 due'), ('94 07-02 08:00 due')$$, 'and it is as the others');
-- Not completed, it cannot be read as its lease ends; nor can what comes on the day after, until it is too late.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.schedules DISABLE TRIGGER USER;
UPDATE medsched.schedules SET time_zone = 'Mars/Olympus' WHERE id = pg_temp.id('92');
UPDATE medsched.reminder_queue SET medication_id = NULL;
SET client_min_messages = error;
SELECT set_eq($$SELECT pg_temp.claim('2025-07-02 08:01Z')$$, $$VALUES ('91 07-02 08:00 due attempt 2'), ('94 07-02 08:00 due attempt 2')$$, 'two whose leases end are said again, one cannot be read');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null
UPDATE medsched.schedules SET time_zone = 'UTC' WHERE id = pg_temp.id('92');
SELECT is(pg_temp.said('2025-07-02 09:01Z'), '92 07-02 08:00 due attempt 2', 'mended, it is said again, too');
UPDATE medsched.schedules SET time_zone = 'Mars/Olympus' WHERE id = pg_temp.id('92');
UPDATE medsched.reminder_queue SET medication_id = NULL;
SELECT is(pg_temp.said('2025-07-03 08:00Z'), '91 07-03 08:00 due, 94 07-03 08:00 due', 'the day after');
SELECT is(pg_temp.said('2025-07-03 09:00Z'), 'nothing', 'in vain, an hour later');
SELECT is(pg_temp.said('2025-07-03 10:00Z'), 'nothing', 'and another');
UPDATE medsched.schedules SET time_zone = 'UTC' WHERE id = pg_temp.id('92');
ALTER TABLE medsched.schedules ENABLE TRIGGER USER;
SET CONSTRAINTS ALL DEFERRED;
SET client_min_messages = warning;
SELECT is(pg_temp.said('2025-07-03 11:00Z'), 'nothing', 'mended too late, it is dropped');
SELECT results_eq($$SELECT d.doses, d.reason FROM medsched.reminders_dropped AS d WHERE d.schedule_id = pg_temp.id('92')$$, $$VALUES (1, 'late')$$, 'and counted');

-- Most, oldest first; how long; who ---------------------------------------------------------------------

SELECT is(count(*), 2::bigint, 'two at most') FROM pg_temp.claim('2025-07-04 08:00Z', 2);
SELECT is(count(*), 1::bigint, 'then the third') FROM pg_temp.claim('2025-07-04 08:00Z', 2);
SELECT is(count(*), 0::bigint, 'and no more') FROM pg_temp.claim('2025-07-04 08:00Z', 2);
-- One of them has a row in the queue that somebody put there meanwhile.
INSERT INTO medsched.reminder_queue (user_id, schedule_id, look_at) VALUES (pg_temp.id('9'), pg_temp.id('91'), '2025-08-01 00:00Z');
SELECT is(count(*), 3::bigint, 'all are completed in one call') FROM medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h) || gen_random_uuid() || NULL);
SELECT results_eq($$SELECT q.look_at FROM medsched.reminder_queue AS q WHERE q.schedule_id = pg_temp.id('91')$$, $$VALUES (timestamptz '2025-07-05 08:00Z')$$,
  'and the earlier of two instants counts, where there was a row');

-- One person with thirty schedules at 08:00, another with one a minute later: of ten that are handed out one is the other's.
SELECT pg_temp.prescribe('7', '7' || n, '2025-07-05T08:00:00', NULL) FROM generate_series(10, 39) AS n \g /dev/null
SELECT pg_temp.prescribe('6', '61', '2025-07-05T08:01:00', NULL) \g /dev/null
SELECT pg_temp.changed('2025-07-05 07:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-07-05 07:00Z'), 'nothing', 'many are queued');
SELECT is(string_agg(left(c, 15), ', ') FILTER (WHERE c !~ '^7'), '91 07-05 08:00 , 92 07-05 08:00 , 94 07-05 08:00 , 61 07-05 08:01 ', 'one with many schedules holds up no other') FROM pg_temp.claim('2025-07-05 08:01Z', 10) AS c;
SELECT is(count(*), 24::bigint, 'of whom the rest come, too') FROM pg_temp.claim('2025-07-05 08:01Z', 100);
SELECT is(count(*), 34::bigint, 'all are completed') FROM medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h));
SELECT is(pg_temp.failure(sql), error, sql) FROM (VALUES
  ('SELECT medsched.claim_reminders(0)', '22023: most must be from 1 to 10000 | It is 0.'),
  ('SELECT medsched.claim_reminders(10001)', '22023: most must be from 1 to 10000 | It is 10001.'),
  ('SELECT medsched.claim_reminders(NULL)', '22004: most must not be null'),
  ('SELECT medsched.claim_reminders(1, NULL)', '22004: lease must not be null'),
  ('SELECT medsched.claim_reminders(1, ''0.9 seconds'')', '22023: lease must be from 1 second to 24 hours | It is 00:00:00.9. | It is how long the worker has to complete what it claims.'),
  ('SELECT medsched.claim_reminders(1, ''1 day 1 second'')', '22023: lease must be from 1 second to 24 hours | It is 1 day 00:00:01. | It is how long the worker has to complete what it claims.'),
  ('SELECT medsched.claim_reminders(1, ''1 minute'', repeat(''x'', 1001))', '22023: worker must have at most 1000 characters | It is "' || repeat('x', 120) || '...".'),
  ('SELECT medsched.complete_reminder(NULL)', '22004: token must not be null'),
  ('SELECT medsched.complete_reminders(NULL)', '22004: tokens must not be null'),
  ('SELECT medsched.fail_reminder(NULL)', '22004: token must not be null'),
  ('SELECT medsched.fail_reminder(gen_random_uuid(), ''-1 second'')', '22023: retry_after must be from 0 to 7 days | It is -00:00:01. | Null gives the reminder up.'),
  ('SELECT medsched.fail_reminder(gen_random_uuid(), ''8 days'')', '22023: retry_after must be from 0 to 7 days | It is 8 days. | Null gives the reminder up.'),
  ('SELECT medsched.fail_reminder(gen_random_uuid(), error => repeat(''x'', 10001))', '22023: error must have at most 10000 characters | It is "' || repeat('x', 120) || '...".'),
  ('SELECT medsched.extend_lease(NULL)', '22004: token must not be null'),
  ('SELECT medsched.extend_lease(gen_random_uuid(), NULL)', '22004: lease must not be null'),
  ('SELECT medsched.extend_lease(gen_random_uuid(), ''2 days'')', '22023: lease must be from 1 second to 24 hours | It is 2 days. | It is how long the worker has to complete what it claims.'),
  ('SELECT medsched.fill_reminders(0)', '22023: most must be positive | It is 0.'),
  ('SELECT medsched.fill_reminders(NULL)', '22004: most must not be null'),
  ('SELECT medsched.set_reminder_rules(NULL)', '22004: user_id must not be null'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), pg_temp.id(''e1''))',
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-0000000000e1" not found | User "00000000-0000-0000-0000-00000000000f" has no schedule by that id.'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), ahead_by => ''0'')', '23514 medsched.reminder_rules.reminder_rules_ahead_by_in_range: ahead_by must be above 0 and at most 31 days'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), ahead_by => ''32 days'')', '23514 medsched.reminder_rules.reminder_rules_ahead_by_in_range: ahead_by must be above 0 and at most 31 days'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), again_every => ''5 minutes'')', '23514 medsched.reminder_rules.reminder_rules_again_every_has_at_most: again_every and again_at_most must be given together'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), again_every => ''5 seconds'', again_at_most => 1)', '23514 medsched.reminder_rules.reminder_rules_again_every_in_range: again_every must be from 1 minute to 31 days, and as often as again_at_most says take 31 days at most'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), again_every => ''15 days 12:00:01'', again_at_most => 2)', '23514 medsched.reminder_rules.reminder_rules_again_every_in_range: again_every must be from 1 minute to 31 days, and as often as again_at_most says take 31 days at most'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), again_every => ''5 minutes'', again_at_most => 101)', '23514 medsched.reminder_rules.reminder_rules_again_at_most_in_range: again_at_most must be from 1 to 100'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), escalate_to => ''son'')', '23514 medsched.reminder_rules.reminder_rules_escalate_after_has_to: escalate_after and escalate_to must be given together'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), escalate_after => ''-1 hour'', escalate_to => ''son'')', '23514 medsched.reminder_rules.reminder_rules_escalate_after_in_range: escalate_after must be from 0 to 31 days'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), escalate_after => ''1 hour'', escalate_to => '' '')', '23514 medsched.reminder_rules.reminder_rules_escalate_to_not_blank: escalate_to must have 1 to 1000 characters that are not all blank'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), quiet_from => ''22:00'')', '23514 medsched.reminder_rules.reminder_rules_quiet_hours_valid: quiet_from and quiet_until must be two different times of the day'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), quiet_from => ''22:00'', quiet_until => ''22:00'')', '23514 medsched.reminder_rules.reminder_rules_quiet_hours_valid: quiet_from and quiet_until must be two different times of the day'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), urgency => ''loud'')', '23514 medsched.reminder_rules.reminder_rules_urgency: urgency must be "low", "normal" or "high"'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), drop_after => ''0'')', '23514 medsched.reminder_rules.reminder_rules_drop_after_in_range: drop_after must be from 1 minute to 7 days'),
  ('SELECT medsched.set_reminder_rules(pg_temp.id(''f''), time_zone => ''Mars'')', '22023: time zone "Mars" is not known | Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not taken, because they do not follow a place when its rules change. | The names are in the view pg_timezone_names.'),
  ('SELECT medsched.remove_reminder_rules(NULL)', '22004: user_id must not be null')) AS t (sql, error);

-- Hearing of a dose again later, by its handle -----------------------------------------------------------

SELECT pg_temp.prescribe('8', '81', to_char(now(), 'YYYY-MM-DD"T"HH24:MI:00'), 'FREQ=DAILY') \g /dev/null
SELECT medsched.dose_id(pg_temp.id('81'), date_trunc('minute', now())) AS dose \gset
SELECT lives_ok(format('SELECT medsched.snooze_dose(pg_temp.id(''8''), %L, now() + ''20 minutes'')', :'dose'), 'a dose is snoozed');
SELECT lives_ok(format('SELECT medsched.snooze_dose(pg_temp.id(''8''), %L, now() + ''30 minutes'')', :'dose'), 'for longer');
SELECT results_eq($$SELECT z.until FROM medsched.reminder_snoozes AS z WHERE z.user_id = pg_temp.id('8')$$, $$VALUES (now() + interval '30 minutes')$$, 'which is what counts');
SELECT is(pg_temp.failure(format('SELECT medsched.snooze_dose(pg_temp.id(''8''), %L, now())', :'dose')),
  '22023: until must be later than now, and by 7 days at most | It is ' || now() || '. | To take a dose at another time, call medsched.move_dose_by_id().', 'not for no time');
SELECT is(pg_temp.failure(format('SELECT medsched.snooze_dose(pg_temp.id(''8''), %L, ''infinity'')', :'dose')), '22023: until must be finite', 'nor for ever');
SELECT is(pg_temp.failure(format('SELECT medsched.snooze_dose(pg_temp.id(''e''), %L, now() + ''20 minutes'')', :'dose')),
  'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000081" not found | User "00000000-0000-0000-0000-00000000000e" has no schedule by that id.', 'nor somebody else''s');
SELECT is(pg_temp.failure(format('SELECT medsched.snooze_dose(pg_temp.id(''8''), %L, now() + ''20 minutes'')', medsched.dose_id(pg_temp.id('81'), date_trunc('minute', now()) + interval '1 hour'))),
  format('23514 medsched.reminder_snoozes.snoozed_dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000081" has no dose at %s | Snooze a dose by the dose_id that medsched.upcoming_doses() or a reminder gives.',
    date_trunc('minute', now()) + interval '1 hour'), 'nor one that is none');
SELECT medsched.mark_dose_taken(pg_temp.id('8'), pg_temp.id('81'), date_trunc('minute', now())) \g /dev/null
SELECT is(pg_temp.failure(format('SELECT medsched.snooze_dose(pg_temp.id(''8''), %L, now() + ''20 minutes'')', :'dose')),
  format('23514 medsched.reminder_snoozes.snoozed_dose_not_recorded: the dose at %s is recorded, and cannot be snoozed | If it was not taken, call medsched.undo_dose() first.', date_trunc('minute', now())),
  'nor one that is recorded');

SELECT is(pg_temp.failure(format('SELECT medsched.snooze_dose(pg_temp.id(''8''), %L, now() + ''20 minutes'')', medsched.dose_id(pg_temp.id('81'), date_trunc('minute', now()) + interval '768 hours'))),
  format('22023: a dose that is snoozed must be due within 31 days of now | It is due at %s.', date_trunc('minute', now()) + interval '768 hours'), 'nor one that is far off');

-- Quiet hours that are changed while they last -------------------------------------------------------------

-- What is handed out of one schedule.
CREATE FUNCTION pg_temp.said_of(schedule text, at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  said := (SELECT string_agg(c, ', ') FROM pg_temp.claim(at, 1000) AS c WHERE starts_with(c, schedule || ' '));
  PERFORM medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h));
  RETURN coalesce(said, 'nothing');
END
$$;
-- A dose half an hour ago, in hours that began half an hour before it and last an hour more.
SELECT pg_temp.prescribe('5', '51', to_char(now() - interval '30 minutes', 'YYYY-MM-DD"T"HH24:MI:00'), NULL) \g /dev/null
SELECT '51 ' || to_char(now() - interval '30 minutes', 'MM-DD HH24:MI') || ' due' AS due \gset
SELECT medsched.set_reminder_rules(pg_temp.id('5'), quiet_from => (now() - interval '1 hour')::time, quiet_until => (now() + interval '1 hour')::time) \g /dev/null
UPDATE medsched.reminder_rules SET set_at = now() - interval '2 hours' WHERE user_id = pg_temp.id('5');
SELECT pg_temp.changed(now() - interval '2 hours') \g /dev/null
SELECT is(pg_temp.said_of('51', now()), 'nothing', 'a dose is held back');
SAVEPOINT held_back;
SELECT medsched.remove_reminder_rules(pg_temp.id('5')) \g /dev/null
SELECT is(pg_temp.said_of('51', now()), :'due', 'until there are no quiet hours any more');
SELECT is(pg_temp.said_of('51', now()), 'nothing', 'once');
ROLLBACK TO held_back;
SELECT medsched.set_reminder_rules(pg_temp.id('5'), pg_temp.id('51')) \g /dev/null
SELECT is(pg_temp.said_of('51', now()), :'due', 'or none for its schedule');
ROLLBACK TO held_back;
SELECT medsched.set_reminder_rules(pg_temp.id('5'), quiet_from => (now() - interval '1 hour')::time, quiet_until => (now() + interval '2 hours')::time) \g /dev/null
SELECT is(pg_temp.said_of('51', now()), 'nothing', 'quiet hours that become longer');
SELECT is(pg_temp.said_of('51', now() + interval '1 hour'), 'nothing', 'hold it back for longer');
SELECT is(pg_temp.said_of('51', now() + interval '2 hours'), :'due', 'until they end');
-- Said, and then there are quiet hours in which it would have been held back.
ROLLBACK TO held_back;
SELECT pg_temp.prescribe('5', '53', to_char(now() - interval '30 minutes', 'YYYY-MM-DD"T"HH24:MI:00'), 'FREQ=DAILY') \g /dev/null
SELECT medsched.remove_reminder_rules(pg_temp.id('5')) \g /dev/null
SELECT pg_temp.changed(now() - interval '2 hours') \g /dev/null
SELECT isnt(pg_temp.said_of('53', now()), 'nothing', 'a dose is said');
SELECT medsched.set_reminder_rules(pg_temp.id('5'), quiet_from => (now() - interval '1 hour')::time, quiet_until => (now() + interval '2 hours')::time) \g /dev/null
SELECT is(pg_temp.said_of('53', now() + interval '2 hours'), 'nothing', 'and not again after quiet hours that were set since');
-- A dose of ten minutes ago, put off before it was due, and not put off any more.
SELECT medsched.remove_reminder_rules(pg_temp.id('5')) \g /dev/null
SELECT pg_temp.prescribe('5', '54', to_char(now() - interval '10 minutes', 'YYYY-MM-DD"T"HH24:MI:00'), 'FREQ=DAILY') \g /dev/null
INSERT INTO medsched.reminder_snoozes (user_id, schedule_id, scheduled_for, until, snoozed_at)
VALUES (pg_temp.id('5'), pg_temp.id('54'), date_trunc('minute', now() - interval '10 minutes'), now() + interval '20 minutes', now() - interval '20 minutes');
SELECT pg_temp.changed(now() - interval '20 minutes') \g /dev/null
SELECT is(pg_temp.said_of('54', now()), 'nothing', 'a dose is put off');
DELETE FROM medsched.reminder_snoozes WHERE user_id = pg_temp.id('5');
SELECT is(pg_temp.said_of('54', now()), '54 ' || to_char(now() - interval '10 minutes', 'MM-DD HH24:MI') || ' due', 'and said when it is not any more');

-- What is known before it is due ----------------------------------------------------------------------------------

DELETE FROM medsched.reminder_queue;
DELETE FROM medsched.reminder_changes;
DELETE FROM medsched.reminders_held;
SELECT pg_temp.prescribe('3', '3' || n, '2025-08-01T08:00:00', 'FREQ=DAILY;COUNT=5', '{"time_zone": "Europe/Berlin", "instructions": "with food"}') FROM generate_series(1, 6) AS n \g /dev/null
SELECT pg_temp.changed('2025-08-01 00:00Z') \g /dev/null
-- What is handed out of them, with what it says.
CREATE FUNCTION pg_temp.texts(at timestamptz, most int DEFAULT 100) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', ltrim(replace(r.schedule_id::text, '-', ''), '0'), to_char(r.due_at, 'MM-DD HH24:MI'), to_char(r.local_time, 'HH24:MI'), r.time_zone, r.kind, r.medication_name,
                   r.dose_amount, r.dose_unit, r.instructions, r.attempt, to_char(r.lease_ends_at, 'HH24:MI'))
    FROM medsched._claim_reminders(most, '1 hour', 'test', at) AS r ORDER BY r.schedule_id
$$;
-- Rows of which something is known that is not what would be looked up.
CREATE VIEW pg_temp.wrong AS
SELECT q.schedule_id, q.look_at
  FROM medsched.reminder_queue AS q
  LEFT JOIN LATERAL medsched._ready_reminder(q.user_id, q.schedule_id, q.look_at, false) AS r ON true
 WHERE q.medication_id IS NOT NULL
   AND (q.next_at, q.medication_id, q.medication_name, q.dose_amount, q.dose_unit, q.instructions, q.time_zone)
       IS DISTINCT FROM (r.next_at, r.medication_id, r.medication_name, r.dose_amount, r.dose_unit, r.instructions, r.time_zone)
   AND NOT EXISTS (SELECT FROM medsched.reminder_changes AS c WHERE c.user_id = q.user_id AND c.schedule_id = q.schedule_id);
CREATE FUNCTION pg_temp.known() RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(ltrim(replace(q.schedule_id::text, '-', ''), '0'), ' ' ORDER BY q.schedule_id), 'none') FROM medsched.reminder_queue AS q WHERE q.medication_id IS NOT NULL
$$;
SELECT is(pg_temp.said('2025-08-01 00:00Z'), 'nothing', 'six are queued');
SELECT is(pg_temp.known(), '31 32 33 34 35 36', 'of each it is known what is to be said');
SELECT is_empty('SELECT * FROM pg_temp.wrong', 'which is what would be looked up');
SELECT pg_temp.recorded('3', '32', '2025-08-01 06:00Z', '2025-08-01 05:50Z') \g /dev/null
SELECT medsched.update_medication(pg_temp.id('3'), s.medication_id, '{"name": "Zinc"}') FROM medsched.schedules AS s WHERE s.id = pg_temp.id('33') \g /dev/null
SELECT medsched.correct_schedule(pg_temp.id('3'), pg_temp.id('34'), '{"instructions": "before food", "dose_amount": 2}') \g /dev/null
SELECT medsched.inactivate_medication(pg_temp.id('3'), s.medication_id, '2025-08-01 05:00Z') FROM medsched.schedules AS s WHERE s.id = pg_temp.id('35') \g /dev/null
UPDATE medsched.reminder_changes SET since = '2025-08-01 05:00Z';
SAVEPOINT unfollowed;
-- Many other changes come first: those of these are not followed yet.
INSERT INTO medsched.reminder_changes (since, user_id, schedule_id) SELECT '2025-07-01Z', pg_temp.id('3'), md5(n::text)::uuid FROM generate_series(1, 110) AS n;
SELECT results_eq($$SELECT pg_temp.texts('2025-08-01 06:00Z', 10)$$,
  $$VALUES ('31 08-01 06:00 08:00 Europe/Berlin due Medication 31 1 tablet with food 1 07:00'), ('33 08-01 06:00 08:00 Europe/Berlin due Zinc 1 tablet with food 1 07:00'),
           ('34 08-01 06:00 08:00 Europe/Berlin due Medication 34 2 tablet before food 1 07:00'), ('36 08-01 06:00 08:00 Europe/Berlin due Medication 36 1 tablet with food 1 07:00')$$,
  'what was recorded, renamed, corrected or ended since is as it is now, also where that is not followed');
SELECT isnt_empty($$SELECT FROM medsched.reminder_changes AS c WHERE c.schedule_id = pg_temp.id('34')$$, 'as it was not');
ROLLBACK TO unfollowed;
-- Very many of other persons, whatever they are: this one's are followed at once, those in turn, and the oldest first.
INSERT INTO medsched.reminder_changes (since, user_id, schedule_id) SELECT '2025-07-01Z', p.id, md5(n::text)::uuid FROM generate_series(1, 1200) AS n, (VALUES (pg_temp.id('1')), (md5('x')::uuid)) AS p (id);
INSERT INTO medsched.reminder_changes (since, user_id, schedule_id) VALUES ('2025-06-30Z', md5('x')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
SELECT is((SELECT count(*) FROM pg_temp.texts('2025-08-01 06:00Z', 10) AS t WHERE t ~ '^(31|33 .* Zinc|34 .* 2 tablet before|36) '), 4::bigint, 'or very many of others are not');
SELECT results_eq('SELECT count(*), count(DISTINCT c.user_id), bool_or(c.user_id = pg_temp.id(''3'')), max(c.schedule_id::text) < ''ffff'' FROM medsched.reminder_changes AS c',
  'VALUES (2366::bigint, 2::bigint, false, true)', 'each has a share of a turn');
-- Many of one schedule are followed together.
INSERT INTO medsched.reminder_changes (since, user_id, schedule_id) SELECT '2025-06-01Z', pg_temp.id('1'), pg_temp.id('1') FROM generate_series(1, 30) AS n;
SELECT is(count(*), 0::bigint, 'none of them is a dose') FROM pg_temp.texts('2025-06-01 06:00Z', 10);
SELECT is(count(*), 10::bigint, 'twenty at a time') FROM medsched.reminder_changes AS c WHERE c.schedule_id = pg_temp.id('1');
ROLLBACK TO unfollowed;
-- A trigger of the owner's on what is held: each row goes through a query then, and says the same.
CREATE FUNCTION pg_temp.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER watched AFTER INSERT ON medsched.reminders_held EXECUTE FUNCTION pg_temp.nothing();
SELECT string_agg(t, ', ' ORDER BY t) AS by_queries FROM pg_temp.texts('2025-08-01 06:00Z') AS t \gset
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h)) \g /dev/null
SELECT md5(string_agg(q::text, ', ' ORDER BY q::text)) AS queue_by_queries FROM medsched.reminder_queue AS q \gset
ROLLBACK TO unfollowed;
SELECT is(string_agg(t, ', ' ORDER BY t), :'by_queries', 'what is handed out without a query is what queries hand out') FROM pg_temp.texts('2025-08-01 06:00Z') AS t;
SELECT is(count(*), 4::bigint, 'they are completed') FROM medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h));
SELECT is(md5(string_agg(q::text, ', ' ORDER BY q::text)), :'queue_by_queries', 'and so is what is queued after it') FROM medsched.reminder_queue AS q;
SELECT is(pg_temp.known(), '31 32 33 34 36', 'of those with a dose to come it is known again what is to be said');
SELECT is_empty('SELECT * FROM pg_temp.wrong', 'which is what would be looked up');
-- Rules, a move and a snooze since.
SELECT medsched.set_reminder_rules(pg_temp.id('3'), pg_temp.id('31'), ahead_by => '1 hour') \g /dev/null
SELECT medsched.move_dose(pg_temp.id('3'), pg_temp.id('32'), '2025-08-02 06:00Z', '2025-08-02 06:30Z') \g /dev/null
INSERT INTO medsched.reminder_snoozes VALUES (pg_temp.id('3'), pg_temp.id('33'), '2025-08-02 06:00Z', '2025-08-02 06:45Z');
SELECT pg_temp.changed('2025-08-02 04:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-02 05:00Z'), '31 08-02 06:00 ahead', 'rules that are set since hold');
SELECT is(pg_temp.known(), '34 36', 'where there is more to look at it is not known before');
SELECT is_empty('SELECT * FROM pg_temp.wrong', 'nor anything wrong');
SELECT is(pg_temp.said('2025-08-02 06:00Z'), '31 08-02 06:00 due, 34 08-02 06:00 due, 36 08-02 06:00 due', 'nothing is said of a dose that was moved or snoozed');
SELECT is(pg_temp.said('2025-08-02 06:30Z'), '32 08-02 06:30 due', 'but when it is due');
SELECT is(pg_temp.said('2025-08-02 06:45Z'), '33 08-02 06:00 snoozed', 'or wanted');
SELECT medsched.remove_reminder_rules(pg_temp.id('3'), pg_temp.id('31')) \g /dev/null
SELECT pg_temp.changed('2025-08-02 07:00Z') \g /dev/null
-- The last one, of a schedule that ends, and one that failed.
SELECT is(pg_temp.said('2025-08-03 06:00Z'), '31 08-03 06:00 due, 32 08-03 06:00 due, 33 08-03 06:00 due, 34 08-03 06:00 due, 36 08-03 06:00 due', 'the third day');
SELECT set_eq($$SELECT pg_temp.claim('2025-08-04 06:00Z')$$, $$VALUES ('31 08-04 06:00 due'), ('32 08-04 06:00 due'), ('33 08-04 06:00 due'), ('34 08-04 06:00 due'), ('36 08-04 06:00 due')$$, 'the fourth');
SELECT is(medsched.fail_reminder(h.token, '1 minute', 'no network'), true, 'one of which fails') FROM medsched.reminders_held AS h WHERE h.schedule_id = pg_temp.id('36');
SELECT medsched.complete_reminders(ARRAY(SELECT h.token FROM medsched.reminders_held AS h WHERE h.schedule_id <> pg_temp.id('34'))) \g /dev/null
SELECT is_empty('SELECT * FROM pg_temp.wrong', 'nothing wrong is known then');
SELECT is(pg_temp.said('2025-08-04 06:02Z'), '34 08-04 06:00 due attempt 2', 'one whose lease ended is said again');
SELECT is(pg_temp.said('2025-08-05 06:00Z'), '31 08-05 06:00 due, 32 08-05 06:00 due, 33 08-05 06:00 due, 34 08-05 06:00 due, 36 08-05 06:00 due', 'the last');
SELECT is_empty($$SELECT FROM medsched.reminder_queue AS q WHERE q.event = ''$$, 'none is queued after it');
-- Renamed by a transaction that began before the last one was due: it has been said.
SELECT medsched.update_medication(pg_temp.id('3'), s.medication_id, '{"name": "Iron"}') FROM medsched.schedules AS s WHERE s.id = pg_temp.id('31') \g /dev/null
SELECT pg_temp.changed('2025-08-05 05:59Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-05 06:05Z'), 'nothing', 'another name is no reason to say it again');
SELECT is_empty($$SELECT FROM medsched.reminder_queue AS q WHERE q.event = ''$$, 'and nothing is queued for it');
-- A schedule that gets another id.
SELECT pg_temp.prescribe('3', '38', '2025-08-10T08:00:00', 'FREQ=DAILY;COUNT=2') \g /dev/null
SELECT pg_temp.changed('2025-08-10 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-10 00:00Z') || ' ' || pg_temp.known(), 'nothing 38', 'one is known');
UPDATE medsched.schedules SET id = pg_temp.id('39') WHERE id = pg_temp.id('38');
SELECT pg_temp.changed('2025-08-10 07:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-10 08:00Z'), '39 08-10 08:00 due', 'by its other id it is said, and by none else');
-- Who may complete, and no more.
CREATE ROLE medsched_completer;
GRANT medsched_completer TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO medsched_completer;
GRANT SELECT, INSERT, UPDATE, DELETE ON medsched.reminder_queue, medsched.reminders_held TO medsched_completer;
GRANT SELECT ON medsched.reminder_rules, medsched.moved_doses, medsched.reminder_snoozes, medsched.stock_reminder_queue TO medsched_completer;
SELECT pg_temp.prescribe('3', '3a', '2025-08-12T08:00:00', 'FREQ=DAILY;COUNT=2') \g /dev/null
SELECT pg_temp.changed('2025-08-12 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-12 00:00Z'), 'nothing', 'another is queued');
SELECT set_eq($$SELECT pg_temp.claim('2025-08-12 08:00Z')$$, $$VALUES ('3a 08-12 08:00 due')$$, 'and handed out');
SELECT array_agg(h.token) AS tokens FROM medsched.reminders_held AS h \gset
SET LOCAL ROLE medsched_completer;
SELECT count(*) AS completed FROM medsched.complete_reminders(:'tokens') \gset
RESET ROLE;
SELECT is(:completed, 1, 'who may not read schedules completes all the same');
SELECT results_eq($$SELECT q.look_at, q.medication_id FROM medsched.reminder_queue AS q WHERE q.schedule_id = pg_temp.id('3a')$$,
  $$VALUES (timestamptz '2025-08-13 08:00Z', NULL::uuid)$$, 'and leaves what is said next to be looked up');
SELECT is(pg_temp.said('2025-08-13 08:00Z'), '3a 08-13 08:00 due', 'which it is');
-- The clocks are to be changed (doc/operations.md): what is queued is looked at hours before, and said when it is due.
SELECT pg_temp.prescribe('3', '37', to_char(timezone('UTC', now() + interval '5 hours'), 'YYYY-MM-DD"T"HH24:MI:00'), 'FREQ=DAILY') \g /dev/null
SELECT is(pg_temp.said(now()), 'nothing', 'one is due in five hours');
UPDATE medsched.reminder_queue AS q
   SET look_at = greatest(now(), q.look_at - interval '3 hours'), medication_id = NULL
  FROM medsched.schedules AS s
 WHERE s.user_id = q.user_id AND s.id = q.schedule_id AND s.time_zone = 'UTC' AND q.event = '' AND q.look_at > now();
SELECT results_eq($$SELECT date_trunc('minute', q.look_at), q.medication_id IS NULL FROM medsched.reminder_queue AS q WHERE q.schedule_id = pg_temp.id('37')$$,
  $$VALUES (date_trunc('minute', now() + interval '2 hours'), true)$$, 'it is looked at in two');
SELECT is(pg_temp.said(now() + interval '2 hours'), 'nothing', 'in vain');
SELECT is(pg_temp.known(), '37', 'it is known again');
SELECT is(pg_temp.said(now() + interval '5 hours'), '37 ' || to_char(now() + interval '5 hours', 'MM-DD HH24:MI') || ' due', 'and said in five');
-- One of which nothing is known, and which cannot be read, between others.
SELECT pg_temp.prescribe('3', '3' || n, '2025-08-16T08:00:00', 'FREQ=DAILY;COUNT=4') FROM unnest('{c,d,e,f}'::text[]) AS n \g /dev/null
SELECT pg_temp.changed('2025-08-16 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-16 00:00Z'), 'nothing', 'four are queued');
SAVEPOINT unreadable;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.schedules DISABLE TRIGGER USER;
UPDATE medsched.schedules SET time_zone = 'Mars/Olympus' WHERE id = pg_temp.id('3d');
UPDATE medsched.reminder_queue SET medication_id = NULL WHERE schedule_id = pg_temp.id('3d');
SET client_min_messages = error;
CREATE TEMPORARY TABLE given AS SELECT * FROM medsched._claim_reminders(100, '1 minute', 'test', '2025-08-16 08:00Z');
SELECT results_eq('SELECT g.schedule_id FROM given AS g ORDER BY g.schedule_id', $$VALUES (pg_temp.id('3c')), (pg_temp.id('3e')), (pg_temp.id('3f'))$$, 'the others are given once');
SELECT set_eq('SELECT g.token FROM given AS g', 'SELECT h.token FROM medsched.reminders_held AS h', 'as they are held');
ROLLBACK TO unreadable;
-- Where all are known, one is recorded, and so is what comes after it, before anybody claims on the day after.
SELECT pg_temp.recorded('3', '3d', '2025-08-16 08:00Z', '2025-08-16 07:50Z'), pg_temp.recorded('3', '3e', '2025-08-16 08:00Z', '2025-08-16 07:50Z') \g /dev/null
SELECT medsched.correct_schedule(pg_temp.id('3'), pg_temp.id('3e'), '{"rrule": "FREQ=MINUTELY;INTERVAL=30;COUNT=3"}') \g /dev/null
SELECT pg_temp.changed('2025-08-16 07:55Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-16 07:56Z') || ' ' || pg_temp.known(), 'nothing 37 3c 3d 3e 3f', 'all are known');
SELECT is(count(*), 2::bigint, 'of two rows that are left the next round finds what to say') FROM pg_temp.claim('2025-08-16 08:40Z', 2);
SELECT set_eq($$SELECT pg_temp.claim('2025-08-16 08:40Z')$$, $$VALUES ('3e 08-16 08:30 due')$$, 'and then the rest, whatever is left of a batch');
SELECT is(pg_temp.known(), '37 3d', 'what was recorded waits for the next day');
DELETE FROM medsched.reminder_queue AS q WHERE q.schedule_id IN (SELECT pg_temp.id('3' || n) FROM unnest('{c,d,e,f}'::text[]) AS n);
DELETE FROM medsched.reminders_held;

-- Columns that are NULL, where the tables' owner lets them.
SAVEPOINT nullable;
SELECT pg_temp.prescribe('3', '3b', '2025-08-14T08:00:00', 'FREQ=DAILY;COUNT=3') \g /dev/null
SELECT pg_temp.changed('2025-08-14 00:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-14 00:00Z'), 'nothing', 'one more is queued');
ALTER TABLE medsched.reminder_queue DROP CONSTRAINT reminder_queue_pkey;
ALTER TABLE medsched.reminder_queue ALTER user_id DROP NOT NULL, ALTER schedule_id DROP NOT NULL, ALTER event DROP NOT NULL, ALTER look_at DROP NOT NULL, ALTER unfinished DROP NOT NULL;
ALTER TABLE medsched.reminders_held ALTER user_id DROP NOT NULL, ALTER schedule_id DROP NOT NULL, ALTER event DROP NOT NULL, ALTER said_at DROP NOT NULL, ALTER said_dose DROP NOT NULL,
  ALTER kind DROP NOT NULL, ALTER nth DROP NOT NULL, ALTER attempt DROP NOT NULL;
CREATE FUNCTION pg_temp.with_null(column_name text, of_table text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE medsched.%I SET %I = NULL', of_table, column_name);
  IF of_table = 'reminder_queue' THEN
    PERFORM FROM medsched._hand_out_ready(ARRAY(SELECT q.ctid FROM medsched.reminder_queue AS q), pg_temp.id('1'), '2025-08-14 09:00Z', NULL, '2025-08-14 08:00Z');
  ELSE
    PERFORM FROM medsched._complete_ready(ARRAY(SELECT h.token FROM medsched.reminders_held AS h));
  END IF;
  RAISE EXCEPTION 'undone, % rows', (SELECT count(*) FROM medsched.reminder_queue AS q);
EXCEPTION WHEN raise_exception THEN
  RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.with_null(c, 'reminder_queue'), 'undone, 2 rows', 'a row of the queue is left that has no ' || c) FROM unnest('{user_id,schedule_id,event,look_at,unfinished}'::text[]) AS c;
SELECT set_eq($$SELECT pg_temp.claim('2025-08-14 08:00Z')$$, $$VALUES ('3b 08-14 08:00 due')$$, 'it is handed out');
SELECT is(pg_temp.with_null(c, 'reminders_held'), 'undone, 1 rows', 'a row is left that has no ' || c) FROM unnest('{user_id,schedule_id,event,said_at,said_dose,kind,nth,attempt}'::text[]) AS c;
ROLLBACK TO nullable;
-- Whatever index its owner gives the queue, what is due is found, the oldest first.
SAVEPOINT indexed;
SELECT pg_temp.prescribe('e1', 'e1' || h, '2025-08-14T0' || h || ':00:00', NULL) FROM unnest('{8,6,7}'::text[]) AS h \g /dev/null
SELECT pg_temp.changed('2025-08-14 05:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-08-14 05:00Z'), 'nothing', 'three are queued');
CREATE FUNCTION pg_temp.claimed_with(index text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  claimed text;
BEGIN
  DROP INDEX medsched.reminder_queue_look_at_idx;
  EXECUTE index;
  claimed := (SELECT string_agg(c, ', ') FROM pg_temp.claim('2025-08-14 08:00Z', 2) AS c);
  RAISE EXCEPTION 'undone, %', claimed;
EXCEPTION WHEN raise_exception THEN
  RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.claimed_with(index), 'undone, e16 08-14 06:00 due, e17 08-14 07:00 due', index) FROM unnest(ARRAY[
  'SELECT',
  'CREATE INDEX ON medsched.reminder_queue (look_at DESC)',
  'CREATE INDEX ON medsched.reminder_queue (look_at) WHERE event <> ''''',
  'CREATE INDEX ON medsched.reminder_queue ((look_at AT TIME ZONE ''UTC''))',
  'CREATE INDEX ON medsched.reminder_queue USING brin (look_at)',
  'CREATE INDEX ON medsched.reminder_queue (look_at NULLS FIRST, user_id)']) AS index;
ROLLBACK TO indexed;
-- Called by hand.
SELECT is(count(*), 0::bigint, 'places of no row are passed over')
  FROM medsched._hand_out_ready('{"(0,0)","(0,1)","(4294967295,1)","(4294967294,65535)","(7,7)"}', pg_temp.id('1'), '2025-08-05 07:00Z', NULL, '2025-08-05 06:00Z');
SELECT is(count(*), 0::bigint, 'and tokens that nobody has') FROM medsched._complete_ready(ARRAY[NULL, pg_temp.id('1'), pg_temp.id('1')]);
SELECT is(l.places, NULL, format('%s rows are none', most)) FROM unnest('{0,-1}'::int[]) AS most CROSS JOIN LATERAL medsched._lock_due(most, 'infinity') AS l;

-- Whether a claim looks at all ---------------------------------------------------------------------------------------

-- Each reason by itself, and a microsecond before it is one.
SAVEPOINT reasons;
DELETE FROM medsched.reminder_queue;
DELETE FROM medsched.reminders_held;
DELETE FROM medsched.stock_reminder_queue;
DELETE FROM medsched.reminder_changes;
CREATE FUNCTION pg_temp.looks(relation text, new_row text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  at CONSTANT timestamptz := '2025-08-20 08:00Z';
  looks text;
BEGIN
  EXECUTE format('INSERT INTO medsched.%s VALUES (%s)', relation, new_row);
  looks := medsched._has_reminders(at - interval '1 microsecond') || ' ' || medsched._has_reminders(at);
  RAISE EXCEPTION '%', looks;
EXCEPTION WHEN raise_exception THEN
  RETURN SQLERRM;
END
$$;
SELECT is(medsched._has_reminders('2125-08-20 08:00Z'), false, 'there is nothing to look at');
SELECT is(pg_temp.looks('reminder_queue (user_id, schedule_id, look_at)', 'pg_temp.id(''1''), pg_temp.id(''1''), ''2025-08-20 08:00Z'''), 'false true', 'a dose that is due');
SELECT is(pg_temp.looks('stock_reminder_queue (user_id, medication_id, look_at)', 'pg_temp.id(''1''), pg_temp.id(''1''), ''2025-08-20 08:00Z'''), 'false true', 'a stock that is to be looked at');
SELECT is(pg_temp.looks('reminder_changes (user_id, schedule_id, since)', 'pg_temp.id(''1''), pg_temp.id(''1''), ''2025-08-21 08:00Z'''), 'true true', 'a change, since whenever');
SELECT is(pg_temp.looks('reminders_held (token, user_id, schedule_id, event, lease_ends_at, said_at, said_dose, kind, nth, attempt, own_lease)',
  'medsched._lease_token(''2025-08-20 08:00Z'', gen_random_uuid()), pg_temp.id(''1''), pg_temp.id(''1''), '''', ''2025-08-20 08:00Z'', ''2025-08-20 07:00Z'', ''2025-08-20 07:00Z'', ''due'', 0, 1, false'),
  'false true', 'a lease that has ended');
SELECT is(pg_temp.looks('reminders_held (token, user_id, schedule_id, event, lease_ends_at, said_at, said_dose, kind, nth, attempt)',
  'medsched._lease_token(''2025-08-21 08:00Z'', gen_random_uuid()), pg_temp.id(''1''), pg_temp.id(''1''), '''', ''2025-08-20 08:00Z'', ''2025-08-20 07:00Z'', ''2025-08-20 07:00Z'', ''due'', 0, 1'),
  'false true', 'one that was given another end');
ROLLBACK TO reasons;

-- Recorded late ---------------------------------------------------------------------------------------------------

-- Every hour after the last, which was taken 70 minutes ago; and 30 minutes after one that was taken 45 minutes ago, five before its time.
SELECT pg_temp.prescribe('4', '41', to_char(now() - interval '3 hours', 'YYYY-MM-DD"T"HH24:MI:00'), NULL, '{"after_last": "1 hour"}') \g /dev/null
SELECT pg_temp.prescribe('4', '42', to_char(now() - interval '40 minutes', 'YYYY-MM-DD"T"HH24:MI:00'), NULL) \g /dev/null
SELECT medsched.create_medication(pg_temp.id('4'), 'Breakfast', jsonb_build_array(jsonb_build_object('id', pg_temp.id('43'),
  'starts_at', to_char(now() - interval '4 hours', 'YYYY-MM-DD"T"HH24:MI:00'), 'time_zone', 'UTC', 'follows', pg_temp.id('42'), 'follows_by', '30 minutes'))) \g /dev/null
SELECT pg_temp.changed(now() - interval '1 hour') \g /dev/null
SELECT is(pg_temp.said_of('41', now() - interval '20 minutes') || ' ' || pg_temp.said_of('43', now() - interval '20 minutes'), 'nothing nothing', 'neither has a dose to come that is due');
SELECT medsched.mark_dose_taken(pg_temp.id('4'), pg_temp.id('41'), date_trunc('minute', now() - interval '3 hours'), date_trunc('minute', now() - interval '70 minutes')) \g /dev/null
SELECT is(pg_temp.said_of('41', now()), '41 ' || to_char(now() - interval '10 minutes', 'MM-DD HH24:MI') || ' due', 'recorded when the next is due already, that is said');
SELECT medsched.mark_dose_taken(pg_temp.id('4'), pg_temp.id('42'), date_trunc('minute', now() - interval '40 minutes'), date_trunc('minute', now() - interval '45 minutes')) \g /dev/null
SELECT is(pg_temp.said_of('43', now()), '43 ' || to_char(now() - interval '15 minutes', 'MM-DD HH24:MI') || ' due', 'or one that follows it');
UPDATE medsched.dose_taken SET note = 'late' WHERE user_id = pg_temp.id('4');
SELECT is(pg_temp.said_of('41', now()) || ' ' || pg_temp.said_of('43', now()), 'nothing nothing', 'once');

-- Half an hour after another, of which there are two, an hour from each other.  The first is taken 50 minutes late and recorded when both
-- have been said: what follows it is due ten minutes before what was said last.
SELECT pg_temp.prescribe('4', '44', to_char(now() - interval '100 minutes', 'YYYY-MM-DD"T"HH24:MI:00'), 'FREQ=HOURLY;COUNT=2') \g /dev/null
SELECT medsched.create_medication(pg_temp.id('4'), 'Coffee', jsonb_build_array(jsonb_build_object('id', pg_temp.id('45'),
  'starts_at', to_char(now() - interval '4 hours', 'YYYY-MM-DD"T"HH24:MI:00'), 'time_zone', 'UTC', 'follows', pg_temp.id('44'), 'follows_by', '30 minutes'))) \g /dev/null
SELECT pg_temp.changed(now() - interval '2 hours') \g /dev/null
SELECT is(pg_temp.said_of('45', now() - interval '70 minutes'), '45 ' || to_char(now() - interval '70 minutes', 'MM-DD HH24:MI') || ' due', 'what follows the first');
SELECT is(pg_temp.said_of('45', now() - interval '10 minutes'), '45 ' || to_char(now() - interval '10 minutes', 'MM-DD HH24:MI') || ' due', 'what follows the second');
SELECT medsched.mark_dose_taken(pg_temp.id('4'), pg_temp.id('44'), date_trunc('minute', now() - interval '100 minutes'), date_trunc('minute', now() - interval '50 minutes')) \g /dev/null
SELECT is(pg_temp.said_of('45', now()), '45 ' || to_char(now() - interval '20 minutes', 'MM-DD HH24:MI') || ' due', 'the first recorded late, what follows it is said at its new time');
SELECT is(pg_temp.said_of('45', now()), 'nothing', 'once');

-- Erasing, and the history -----------------------------------------------------------------------------------

SELECT medsched.set_reminder_rules(pg_temp.id('8'), ahead_by => '1 hour') \g /dev/null
SELECT medsched.erase_user(pg_temp.id('8')) \g /dev/null
SELECT medsched.erase_user(pg_temp.id('e')) \g /dev/null
SELECT medsched.erase_user(pg_temp.id('f')) \g /dev/null
SELECT is_empty(format('SELECT FROM medsched.%I AS t WHERE t.user_id IN (pg_temp.id(''8''), pg_temp.id(''e''), pg_temp.id(''f''))', name), name || ' has nothing of who was erased')
  FROM unnest('{reminder_queue,reminders_held,reminder_changes,reminder_rules,reminder_snoozes,reminders_dropped}'::text[]) AS name;
SELECT medsched.enable_history() \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('9'), ahead_by => '1 hour') \g /dev/null
SELECT results_eq($$SELECT h.table_name, h.operation, h.after->>'ahead_by' FROM medsched.change_history AS h$$, $$VALUES ('reminder_rules', 'INSERT', '01:00:00')$$, 'rules are in the history of changes');

SELECT finish();
ROLLBACK;
