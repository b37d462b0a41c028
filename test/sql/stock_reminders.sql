\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(89);

-- When a person hears of what is left of a medication; every instant is worked out by hand.

CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
SELECT is(pg_temp.failure('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''a''))'),
  '42P01: table "medsched.reminder_queue" does not exist | Have reminders queued from now on with SELECT medsched.enable_reminders().', 'there is no queue before it is made');
-- A stock that is there before.
SELECT medsched.create_medication(pg_temp.id('9'), 'Before', jsonb_build_array(jsonb_build_object('starts_at', (current_date + 1) || 'T08:00:00', 'time_zone', 'UTC',
  'rrule', 'FREQ=DAILY', 'dose_amount', 1, 'dose_unit', 'tablet'))) AS before \gset
SELECT medsched.record_stock_entry(pg_temp.id('9'), :'before', 'dispensed', 30, 'tablet') \g /dev/null
SELECT lives_ok('SELECT medsched.enable_reminders(), medsched.enable_reminders()', 'it is made, once');

-- A medication of one tablet, whose schedule has its id.
CREATE FUNCTION pg_temp.prescribe(person text, medication text, starts_at text, rrule text, more jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(person), pg_temp.id(medication), 'Medication ' || medication);
  PERFORM medsched.add_schedule(pg_temp.id(person), pg_temp.id(medication), jsonb_build_object('id', pg_temp.id(medication), 'starts_at', starts_at,
    'time_zone', 'UTC', 'rrule', rrule, 'dose_amount', 1, 'dose_unit', 'tablet') || more);
END
$$;
CREATE FUNCTION pg_temp.stock(person text, medication text, kind text, amount numeric, at timestamptz, unit text DEFAULT 'tablet') RETURNS void LANGUAGE sql AS $$
  SELECT medsched.record_stock_entry(pg_temp.id(person), pg_temp.id(medication), kind, amount, unit, at)
$$;
-- All doses from one to another are taken, each when it is due.
CREATE FUNCTION pg_temp.taken(person text, medication text, first timestamptz, last timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at)
  SELECT s.user_id, s.id, o.at, o.at, o.at FROM medsched.schedules AS s
   CROSS JOIN LATERAL medsched.occurrences(s.rrule, s.starts_at, s.time_zone, first, last + interval '1 second') AS o (at)
   WHERE s.user_id = pg_temp.id(person) AND s.id = pg_temp.id(medication)
$$;
-- What was changed, as if at an instant, is followed then.
CREATE FUNCTION pg_temp.changed(at timestamptz) RETURNS void LANGUAGE sql AS $$
  UPDATE medsched.reminder_changes SET since = at;
  SELECT medsched._follow_reminder_changes(1000, at);
$$;
-- What is handed out of stocks at an instant: medication, kind, how often it was said before, what is left, and when it runs out on the person's clock.
CREATE FUNCTION pg_temp.claim(at timestamptz, most int DEFAULT 100) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', ltrim(replace(r.medication_id::text, '-', ''), '0'), r.kind, nullif(r.nth, 0), 'attempt ' || nullif(r.attempt, 1), r.stock_amount || ' left',
                   'out ' || to_char(r.runs_out_on, 'MM-DD'), CASE WHEN r.is_estimate THEN 'about' END)
    FROM medsched._claim_stock_reminders(most, '1 minute', 'test', at) AS r
$$;
-- The same, and it is completed.
CREATE FUNCTION pg_temp.said(at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said CONSTANT text := (SELECT string_agg(c, ', ' ORDER BY c) FROM pg_temp.claim(at) AS c);
BEGIN
  PERFORM medsched.complete_reminders(ARRAY(SELECT q.token FROM medsched.stock_reminder_queue AS q WHERE q.token IS NOT NULL));
  RETURN coalesce(said, 'nothing');
END
$$;
-- When a stock is looked at next, on the clock of UTC.
CREATE FUNCTION pg_temp.next(medication text) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce((SELECT to_char(q.look_at, 'MM-DD HH24:MI') FROM medsched.stock_reminder_queue AS q WHERE q.medication_id = pg_temp.id(medication)), 'never')
$$;
-- What is said from one instant to another, each when it is looked for, and completed.
CREATE FUNCTION pg_temp.course(medication text, first timestamptz, last timestamptz) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  at timestamptz := first;
  said text;
BEGIN
  LOOP
    at := (SELECT greatest(at, q.look_at) FROM medsched.stock_reminder_queue AS q WHERE q.medication_id = pg_temp.id(medication));
    EXIT WHEN at > last OR at IS NULL;
    said := pg_temp.said(at);
    RETURN NEXT to_char(at, 'MM-DD HH24:MI') || coalesce(': ' || nullif(said, 'nothing'), '');
  END LOOP;
END
$$;

-- Before it runs out, and when it has -------------------------------------------------------------

-- Twenty tablets, of which the first is taken at 08:00 on the 1st: the one of the 21st is missing.  Seven days before is the 14th.
-- Berlin's 09:00 is 08:00 UTC until the 29th, and 07:00 from the 30th on, when its clocks have gone forward.
SELECT pg_temp.prescribe('a', 'a1', '2025-03-01T08:00:00', 'FREQ=DAILY', '{"time_zone": "Europe/Berlin"}') \g /dev/null
SELECT pg_temp.changed('2025-03-01 05:00Z') \g /dev/null
SELECT is_empty('SELECT FROM medsched.stock_reminder_queue', 'a medication without a stock is not looked at');
SELECT pg_temp.stock('a', 'a1', 'dispensed', 20, '2025-03-01 06:00Z') \g /dev/null
SELECT pg_temp.taken('a', 'a1', '2025-03-01 07:00Z', '2025-03-20 07:00Z') \g /dev/null
SELECT pg_temp.changed('2025-03-01 08:30Z') \g /dev/null
SELECT is(pg_temp.next('a1'), '03-02 08:00', 'one with a stock is, at nine on the next day');
-- From the 2nd, 09:00, to the 14th, 08:00, are 11 days 23 hours.  Half of that, at the first nine o'clock from then on, is the 8th; of
-- the 5 days 23 hours that are left then, the 11th; then the 13th.
SELECT results_eq($$SELECT pg_temp.course('a1', '2025-03-02', '2025-03-16')$$, ARRAY[
  '03-02 08:00', '03-08 08:00', '03-11 08:00', '03-13 08:00',
  '03-14 08:00: a1 refill 6 left out 03-21', '03-15 08:00: a1 refill 1 5 left out 03-21'], 'a week before it runs out it is to be refilled');
SELECT results_eq($$SELECT r.kind, r.nth, r.attempt, r.urgency, r.recipient, r.user_id, r.dose_id, r.scheduled_for, r.due_at, r.local_time, r.time_zone, r.medication_id,
    r.medication_name, r.schedule_id, r.dose_amount, r.dose_unit, r.instructions, r.lease_ends_at, r.reminder_id, r.stock_amount, r.stock_unit, r.runs_out_at, r.runs_out_on,
    r.is_estimate, r.refill_by FROM medsched._claim_stock_reminders(100, '90 seconds', 'test', '2025-03-16 08:05Z') AS r$$,
  $$VALUES ('refill', 2, 1, 'low', NULL::text, pg_temp.id('a'), NULL::text, NULL::timestamptz, NULL::timestamptz, NULL::timestamp, 'Europe/Berlin', pg_temp.id('a1'),
    'Medication a1', NULL::uuid, NULL::numeric, NULL::text, NULL::text, timestamptz '2025-03-16 08:06:30Z', pg_temp.id('a1') || '/refill/1742112000', 4::numeric, 'tablet',
    timestamptz '2025-03-21 07:00Z', date '2025-03-21', false, timestamptz '2025-03-21 07:00Z')$$, 'with all that is known of it');
SELECT is_empty($$SELECT pg_temp.claim('2025-03-16 08:06:29Z')$$, 'nobody else is given it while it is held');
SELECT results_eq($$SELECT pg_temp.claim('2025-03-16 08:06:30Z')$$, ARRAY['a1 refill 2 attempt 2 4 left out 03-21'], 'it is handed out again');
SELECT q.token FROM medsched.stock_reminder_queue AS q WHERE q.token IS NOT NULL \gset
SELECT ok(medsched.extend_lease(:'token', '1 hour'), 'it is held for longer');
SELECT is(look_at, now() + interval '1 hour', 'from now on') FROM medsched.stock_reminder_queue AS q WHERE q.token = :'token';
SELECT ok(medsched.complete_reminder(:'token'), 'and completed');
SELECT ok(NOT medsched.complete_reminder(:'token'), 'once');
SELECT ok(NOT medsched.fail_reminder(:'token'), 'what is completed does not fail');
SELECT ok(NOT medsched.extend_lease(:'token'), 'nor is it held');
SELECT is(pg_temp.next('a1'), '03-17 08:00', 'the next day it is said again');
-- Six times after the first, but on the 20th the last is gone, which is another thing.
SELECT results_eq($$SELECT pg_temp.course('a1', '2025-03-17', '2025-04-05')$$, ARRAY[
  '03-17 08:00: a1 refill 3 3 left out 03-21', '03-18 08:00: a1 refill 4 2 left out 03-21', '03-19 08:00: a1 refill 5 1 left out 03-21',
  '03-20 08:00: a1 stock 0 left out 03-21', '03-21 08:00: a1 stock 1 0 left out 03-21', '03-22 08:00: a1 stock 2 0 left out 03-22', '03-23 08:00: a1 stock 3 0 left out 03-23',
  '03-24 08:00: a1 stock 4 0 left out 03-24', '03-25 08:00: a1 stock 5 0 left out 03-25', '03-26 08:00: a1 stock 6 0 left out 03-26', '03-27 08:00',
  '04-04 07:00'], 'until it was said six times more, and then no more');
-- Thirty come on the 5th, and none was taken since the 20th: from the 6th on they last until the 5th of May, and the 29th of April is a week before the 6th.
SELECT pg_temp.stock('a', 'a1', 'dispensed', 30, '2025-04-05 12:00Z') \g /dev/null
SELECT pg_temp.changed('2025-04-05 12:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-06 07:00Z'), 'nothing', 'of what was refilled nothing is said');
SELECT is(q.kind, NULL, 'it begins anew') FROM medsched.stock_reminder_queue AS q;
SELECT pg_temp.taken('a', 'a1', '2025-04-06 06:00Z', '2025-05-20 06:00Z') \g /dev/null
SELECT is((SELECT string_agg(c, ', ') FROM pg_temp.course('a1', '2025-04-06', '2025-04-29 12:00Z') AS c WHERE c LIKE '%:%:%'), '04-29 07:00: a1 refill 6 left out 05-06', 'a week before they are gone it is said again');

-- What makes it needless, up to the moment of handing out ---------------------------------------------

SELECT is(pg_temp.claim('2025-04-30 07:00Z'), 'a1 refill 1 5 left out 05-06', 'one is handed out');
SELECT pg_temp.stock('a', 'a1', 'dispensed', 30, '2025-04-30 07:00:30Z') \g /dev/null
SELECT pg_temp.changed('2025-04-30 07:00:30Z') \g /dev/null
SELECT is(pg_temp.said('2025-04-30 07:01Z'), 'nothing', 'and not again when it was refilled meanwhile');
-- What was lost is seen on the next day; what was an error is taken back.
SELECT medsched.record_stock_entry(pg_temp.id('a'), pg_temp.id('a1'), 'lost', 33, 'tablet', '2025-05-01 10:00Z', entry_id => pg_temp.id('e1')) \g /dev/null
SELECT pg_temp.changed('2025-05-01 10:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-01 10:00Z'), 'nothing', 'not at any hour');
SELECT is(pg_temp.said('2025-05-02 07:00Z'), 'a1 stock 0 left out 05-03', 'what was lost is seen on the next day');
SELECT medsched.delete_stock_entry(pg_temp.id('a'), pg_temp.id('e1')) \g /dev/null
SELECT pg_temp.changed('2025-05-02 08:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-03 07:00Z'), 'nothing', 'what was an error is not said');
-- A medication that ends.
SELECT pg_temp.stock('a', 'a1', 'counted', 2, '2025-05-03 12:00Z') \g /dev/null
SELECT pg_temp.changed('2025-05-03 12:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-04 07:00Z'), 'a1 refill 1 left out 05-06', 'two are left on the 3rd, of which one is taken on the 4th');
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2025-05-21 00:00Z') \g /dev/null
SELECT pg_temp.changed('2025-05-20 12:00Z') \g /dev/null
SELECT is(pg_temp.said('2025-05-21 07:00Z'), 'nothing', 'of a medication that is not taken any more nothing is said');
SELECT is(q.look_at, 'infinity', 'nor is it looked at') FROM medsched.stock_reminder_queue AS q;
SELECT is(medsched.next_reminder_at() < 'infinity', NULL, 'nor waited for') FROM medsched.stock_reminder_queue AS q WHERE NOT EXISTS (SELECT FROM medsched.reminder_queue);
SELECT medsched.reactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2025-05-25 00:00Z') \g /dev/null
SELECT pg_temp.changed('2025-05-25 00:00Z') \g /dev/null
SELECT is(left(pg_temp.said('2025-05-25 07:00Z'), 8), 'a1 stock', 'taken again, it is');
-- All its entries are deleted: it has no stock.
DELETE FROM medsched.stock_entries AS e WHERE e.user_id = pg_temp.id('a');
SELECT is(pg_temp.said('2025-05-26 07:00Z'), 'nothing', 'without a stock nothing is said');
SELECT is(pg_temp.next('a1'), 'never', 'nor looked at');

-- A course that the stock is enough for -----------------------------------------------------------------

-- Ten tablets for ten days.
SELECT pg_temp.prescribe('b', 'b1', '2025-06-01T08:00:00', 'FREQ=DAILY;COUNT=10') \g /dev/null
SELECT pg_temp.stock('b', 'b1', 'dispensed', 10, '2025-06-01 06:00Z') \g /dev/null
SELECT pg_temp.taken('b', 'b1', '2025-06-01 08:00Z', '2025-06-10 08:00Z') \g /dev/null
SELECT pg_temp.changed('2025-06-01 06:00Z') \g /dev/null
SELECT is_empty($$SELECT c FROM pg_temp.course('b1', '2025-06-01', '2025-06-20') AS c WHERE c LIKE '%:%:%'$$, 'of a course for which there is enough nothing is said');

-- A reserve, and a time to get more ------------------------------------------------------------------------

-- Twenty, ten of which are to be left, and five days to get more: the 11th leaves nine, so it is to be refilled by the 6th; with three
-- days ahead, it is said on the 3rd.
SELECT pg_temp.prescribe('b', 'b2', '2025-06-01T08:00:00', 'FREQ=DAILY') \g /dev/null
UPDATE medsched.medications AS m SET refill_lead_time = '5 days', refill_reserve = 10, refill_reserve_unit = 'tablet' WHERE m.id = pg_temp.id('b2');
SELECT pg_temp.stock('b', 'b2', 'dispensed', 20, '2025-06-01 06:00Z') \g /dev/null
SELECT pg_temp.taken('b', 'b2', '2025-06-01 08:00Z', '2025-06-30 08:00Z') \g /dev/null
SELECT medsched.set_stock_reminder_rules(pg_temp.id('b'), refill_days_ahead => 3, time_of_day => '18:00', again_every_days => 3, again_at_most => 1) \g /dev/null
SELECT pg_temp.changed('2025-06-01 06:00Z') \g /dev/null
SELECT is((SELECT string_agg(c, ', ') FROM pg_temp.course('b2', '2025-06-01', '2025-06-12') AS c WHERE c LIKE '%:%:%'),
  '06-03 18:00: b2 refill 17 left out 06-21, 06-06 18:00: b2 refill 1 14 left out 06-21', 'days ahead are counted from when it is to be refilled, and it is said every third day, twice');
-- The medication's own rules stand before the person's: with four doses left, in the morning.
SELECT medsched.set_stock_reminder_rules(pg_temp.id('b'), pg_temp.id('b2'), NULL, 4, '07:30', again_at_most => 0) \g /dev/null
SELECT pg_temp.changed('2025-06-12 00:00Z') \g /dev/null
SELECT is((SELECT string_agg(c, ', ') FROM pg_temp.course('b2', '2025-06-12', '2025-06-25') AS c WHERE c LIKE '%:%:%'), '06-17 07:30: b2 stock 4 left out 06-21',
  'a medication''s own rules stand before the person''s: with four left in the morning of the 17th, once');
SELECT ok(medsched.remove_stock_reminder_rules(pg_temp.id('b'), pg_temp.id('b2')), 'they are removed');
SELECT ok(NOT medsched.remove_stock_reminder_rules(pg_temp.id('b'), pg_temp.id('b2')), 'once');
SELECT ok(medsched.remove_stock_reminder_rules(pg_temp.id('b')), 'and the person''s');
-- Neither of refills nor of what is low.
SELECT medsched.set_stock_reminder_rules(pg_temp.id('b'), NULL, NULL, NULL) \g /dev/null
SELECT pg_temp.changed('2025-06-25 00:00Z') \g /dev/null
SELECT is_empty($$SELECT c FROM pg_temp.course('b2', '2025-06-25', '2025-07-20') AS c WHERE c LIKE '%:%:%'$$, 'who wants to hear of neither hears of neither');

-- Quiet hours ---------------------------------------------------------------------------------------------

-- From 08:00 to 11:00 in Tokyo, which is nine hours ahead: 09:00 there is 00:00 UTC, and they end at 02:00 UTC.  None is
-- taken, and each is missed by then: five tablets are for the 2nd to the 6th, and a day later for the 3rd to the 7th.
SELECT pg_temp.prescribe('c', 'c1', '2025-07-01T08:00:00', 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.stock('c', 'c1', 'dispensed', 5, '2025-07-01 06:00Z') \g /dev/null
SELECT medsched.set_reminder_rules(pg_temp.id('c'), quiet_from => '08:00', quiet_until => '11:00', time_zone => 'Asia/Tokyo', urgency => 'high') \g /dev/null
SELECT pg_temp.changed('2025-07-01 06:00Z') \g /dev/null
SELECT is(pg_temp.said(at::timestamptz), said, at) FROM (VALUES
  ('2025-07-01 23:59:59Z', 'nothing'),
  ('2025-07-02 00:00Z', 'nothing'),
  ('2025-07-02 01:59:59Z', 'nothing'),
  ('2025-07-02 02:00Z', 'c1 refill 5 left out 07-07'),
  ('2025-07-02 02:01Z', 'nothing'),
  -- A worker that was late.
  ('2025-07-03 03:00Z', 'c1 refill 1 5 left out 07-08'),
  -- Twelve hours after they end is 14:00; later it would come at any hour of the night.
  ('2025-07-04 14:00:01Z', 'nothing'),
  ('2025-07-05 02:00Z', 'c1 refill 2 5 left out 07-10')) AS t (at, said);
-- One that is not completed when they begin comes when they end.
UPDATE medsched.stock_reminder_queue AS q SET look_at = '2025-07-05 22:00Z' WHERE q.medication_id = pg_temp.id('c1');
SELECT medsched.set_reminder_rules(pg_temp.id('c'), quiet_from => '12:30', quiet_until => '14:00', time_zone => 'Asia/Tokyo') \g /dev/null
SELECT is(pg_temp.said('2025-07-05 22:00Z'), 'nothing', 'it was said on that day');
SELECT is(pg_temp.claim('2025-07-06 03:29:30Z'), 'c1 refill 3 5 left out 07-11', 'one is handed out before they begin');
SELECT is_empty($$SELECT pg_temp.claim('2025-07-06 03:30:30Z')$$, 'and not again while they last');
SELECT is(pg_temp.next('c1'), '07-06 05:00', 'but when they end');
SELECT is(pg_temp.claim('2025-07-06 05:00Z'), 'c1 refill 3 attempt 2 5 left out 07-11', 'with the next attempt');
SELECT medsched.complete_reminders(ARRAY(SELECT q.token FROM medsched.stock_reminder_queue AS q WHERE q.token IS NOT NULL)) \g /dev/null

-- What fails ------------------------------------------------------------------------------------------------

-- Retried by the clock, so here as if it were later.
CREATE FUNCTION pg_temp.fail(at timestamptz, after interval) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  failed CONSTANT boolean := (SELECT medsched.fail_reminder(q.token, after, 'no network') FROM medsched.stock_reminder_queue AS q WHERE q.token IS NOT NULL);
BEGIN
  UPDATE medsched.stock_reminder_queue AS q SET look_at = at + (q.look_at - now()) WHERE q.look_at >= now() AND q.look_at < 'infinity';
  RETURN failed;
END
$$;
SELECT is(pg_temp.claim('2025-07-07 00:00Z'), 'c1 refill 4 5 left out 07-12', 'one is handed out');
SELECT ok(pg_temp.fail('2025-07-07 00:00Z', '10 minutes'), 'and fails');
SELECT results_eq($$SELECT q.look_at, q.error, q.token FROM medsched.stock_reminder_queue AS q WHERE q.medication_id = pg_temp.id('c1')$$,
  $$VALUES (timestamptz '2025-07-07 00:10Z', 'no network', NULL::uuid)$$, 'it waits');
SELECT is(pg_temp.claim('2025-07-07 00:10Z'), 'c1 refill 4 attempt 2 5 left out 07-12', 'and is handed out again');
SELECT ok(pg_temp.fail('2025-07-07 00:10Z', NULL), 'it is given up');
SELECT results_eq($$SELECT d.schedule_id, d.medication_id, d.doses, d.reason FROM medsched.reminders_dropped AS d WHERE d.user_id = pg_temp.id('c')$$,
  $$VALUES (NULL::uuid, pg_temp.id('c1'), 0, 'failed')$$, 'and counted');
SELECT is(pg_temp.said('2025-07-08 00:00Z'), 'c1 refill 5 5 left out 07-13', 'the next day it is said again');
-- Refilled while it waits.
SELECT is(pg_temp.claim('2025-07-09 00:00Z'), 'c1 refill 6 5 left out 07-14', 'one is handed out');
SELECT pg_temp.fail('2025-07-09 00:00Z', '10 minutes') \g /dev/null
SELECT pg_temp.stock('c', 'c1', 'dispensed', 100, '2025-07-09 00:05Z') \g /dev/null
SELECT pg_temp.changed('2025-07-09 00:05Z') \g /dev/null
SELECT is(pg_temp.said('2025-07-09 00:10Z'), 'nothing', 'what was refilled meanwhile is not said');

-- As needed, and doses of several sizes -------------------------------------------------------------------------

-- Two tablets of 500 mg at a time, of a bottle of 10 g; eight were taken in the last four weeks, a gram each.
SELECT pg_temp.prescribe('d', 'd1', '2025-08-01T00:00:00', NULL, '{"as_needed": true, "dose_amount": 1000, "dose_unit": "mg"}') \g /dev/null
SELECT pg_temp.stock('d', 'd1', 'dispensed', 10, '2025-08-01 00:00Z', 'g') \g /dev/null
SELECT medsched.take_as_needed(pg_temp.id('d'), pg_temp.id('d1'), at) FROM generate_series(timestamptz '2025-08-02 12:00Z', '2025-08-09 12:00Z', '1 day') AS at \g /dev/null
SELECT medsched.set_stock_reminder_rules(pg_temp.id('d'), refill_days_ahead => NULL, low_doses => 3) \g /dev/null
SELECT pg_temp.changed('2025-08-01 00:00Z') \g /dev/null
-- After seven on the 8th three are left, one for each day.
SELECT is((SELECT string_agg(c, ', ') FROM pg_temp.course('d1', '2025-08-01', '2025-08-10 12:00Z') AS c),
  '08-01 09:00, 08-02 09:00, 08-03 09:00, 08-04 09:00, 08-05 09:00, 08-06 09:00, 08-07 09:00, 08-08 09:00, '
  '08-09 09:00: d1 stock 3 left out 08-12 about, 08-10 09:00: d1 stock 1 2 left out 08-12 about', 'what is taken as needed is looked at each day');
-- 300 are left, of which one goes a day; then 400 may go at once, and then 200.
SELECT pg_temp.prescribe('4', '41', '2025-08-10T08:00:00', 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.stock('4', '41', 'counted', 300, '2025-08-10 00:00Z') \g /dev/null
SELECT pg_temp.changed('2025-08-10 00:00Z') \g /dev/null
UPDATE medsched.stock_reminder_queue SET look_at = '2025-08-17 09:00Z' WHERE medication_id = pg_temp.id('41');
SELECT medsched.add_schedule(pg_temp.id('4'), pg_temp.id('41'), jsonb_build_object('id', pg_temp.id('42'), 'starts_at', '2025-08-10T00:00:00', 'time_zone', 'UTC',
  'as_needed', true, 'dose_amount', 400, 'dose_unit', 'tablet')) \g /dev/null
SELECT pg_temp.changed('2025-08-10 12:00Z') \g /dev/null
SELECT is(pg_temp.next('41'), '08-11 09:00', 'what is taken as needed from now on has a stock looked at on the next day');
UPDATE medsched.stock_reminder_queue SET look_at = '2025-08-17 09:00Z' WHERE medication_id = pg_temp.id('41');
UPDATE medsched.schedules SET dose_amount = 200 WHERE id = pg_temp.id('42');
SELECT pg_temp.changed('2025-08-11 12:00Z') \g /dev/null
SELECT is(pg_temp.next('41'), '08-12 09:00', 'as another amount of a dose does');
DELETE FROM medsched.stock_entries WHERE user_id = pg_temp.id('4');
DELETE FROM medsched.reminder_changes WHERE user_id = pg_temp.id('4');
DELETE FROM medsched.stock_reminder_queue WHERE user_id = pg_temp.id('4');
-- One that nobody can work out: how much was taken is not known.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.schedules DISABLE TRIGGER USER;
UPDATE medsched.schedules AS s SET dose_unit = 'puff' WHERE s.id = pg_temp.id('d1');
ALTER TABLE medsched.schedules ENABLE TRIGGER USER;
SET CONSTRAINTS ALL DEFERRED;
SELECT is(pg_temp.said('2025-08-11 09:00Z'), 'nothing', 'of a stock that is not known nothing is said');
SELECT is(pg_temp.next('d1'), '08-18 09:00', 'it is looked at in a week');

-- Many of one person's, and rows that cannot be read --------------------------------------------------------------

DELETE FROM medsched.stock_reminder_queue;
SELECT pg_temp.prescribe('7', '7' || n, '2025-09-01T08:00:00', 'FREQ=DAILY') FROM generate_series(10, 39) AS n \g /dev/null
SELECT pg_temp.prescribe('6', '61', '2025-09-01T08:00:00', 'FREQ=DAILY', '{"time_zone": "Europe/London"}') \g /dev/null
SELECT pg_temp.stock('7', '7' || n, 'dispensed', 2, '2025-09-01 06:00Z') FROM generate_series(10, 39) AS n \g /dev/null
SELECT pg_temp.stock('6', '61', 'dispensed', 2, '2025-09-01 06:00Z') \g /dev/null
SELECT medsched.set_stock_reminder_rules(pg_temp.id('6'), time_of_day => '10:01') \g /dev/null
SELECT pg_temp.changed('2025-09-01 06:00Z') \g /dev/null
SELECT is(count(*), 31::bigint, 'many are queued') FROM medsched.stock_reminder_queue;
SELECT is(string_agg(c, ', ') FILTER (WHERE c !~ '^7'), '61 refill 2 left out 09-04', 'one with many stocks holds up no other') FROM pg_temp.claim('2025-09-01 09:01Z', 10) AS c;
SELECT is(count(*), 21::bigint, 'of whom the rest come, too') FROM pg_temp.claim('2025-09-01 09:01Z', 100);
SELECT is(count(*), 31::bigint, 'all are completed in one call') FROM medsched.complete_reminders(ARRAY(SELECT q.token FROM medsched.stock_reminder_queue AS q WHERE q.token IS NOT NULL) || gen_random_uuid() || NULL);
ALTER DOMAIN medsched.time_zone DROP CONSTRAINT time_zone_is_known;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.schedules DISABLE TRIGGER USER;
UPDATE medsched.schedules AS s SET time_zone = 'Mars/Olympus' WHERE s.id = pg_temp.id('61');
ALTER TABLE medsched.schedules ENABLE TRIGGER USER;
SET CONSTRAINTS ALL DEFERRED;
SET client_min_messages = error;
SELECT is(count(*), 30::bigint, 'one that cannot be read holds up no other') FROM pg_temp.claim('2025-09-02 09:01Z', 100);
SELECT results_eq($$SELECT q.look_at, q.error FROM medsched.stock_reminder_queue AS q WHERE q.user_id = pg_temp.id('6')$$,
  $$VALUES (timestamptz '2025-09-02 10:01Z', 'time zone "Mars/Olympus" is not known')$$, 'it is looked at an hour later');
SET client_min_messages = warning;

-- What is there before, and by the public functions --------------------------------------------------------------

SELECT is(medsched.fill_reminders(), count(*), 'what was there before is looked at') FROM medsched.schedules;
SELECT results_eq(format('SELECT q.look_at FROM medsched.stock_reminder_queue AS q WHERE q.medication_id = %L', :'before'),
  $$SELECT CASE WHEN now()::time < '09:00' THEN current_date ELSE current_date + 1 END + time '09:00' AT TIME ZONE 'UTC'$$, 'and what has a stock, at nine');
DELETE FROM medsched.reminder_queue;
DELETE FROM medsched.reminder_changes;
DELETE FROM medsched.stock_reminder_queue AS q WHERE q.user_id <> pg_temp.id('9');
-- The time of the day is now.
SELECT medsched.set_stock_reminder_rules(pg_temp.id('9'), low_doses => 1000, time_of_day => (now() AT TIME ZONE 'UTC')::time, time_zone => 'UTC') \g /dev/null
SELECT is(medsched.next_reminder_at(), now(), 'a change is looked at at once');
UPDATE medsched.stock_reminder_queue AS q SET look_at = now();
SELECT results_eq('SELECT r.kind, r.medication_name, r.stock_amount, r.runs_out_on FROM medsched.claim_reminders(100, ''1 minute'', ''w'') AS r',
  $$VALUES ('stock', 'Before', 30::numeric, current_date + 31)$$, 'it is handed out with the others');
SELECT is(medsched.next_reminder_at(), now() + interval '1 minute', 'then its lease ends');

SELECT is(pg_temp.failure(sql), error, sql) FROM (VALUES
  ('SELECT medsched.set_stock_reminder_rules(NULL)', '22004: user_id must not be null'),
  ('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''f''), pg_temp.id(''a1''))',
   'P0002 medsched.medications.medication_exists: medication "00000000-0000-0000-0000-0000000000a1" not found | User "00000000-0000-0000-0000-00000000000f" has no medication by that id.'),
  ('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''f''), refill_days_ahead => -1)', '23514 medsched.stock_reminder_rules.stock_reminder_rules_refill_days_ahead_in_range: refill_days_ahead must be from 0 to 365'),
  ('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''f''), refill_days_ahead => 366)', '23514 medsched.stock_reminder_rules.stock_reminder_rules_refill_days_ahead_in_range: refill_days_ahead must be from 0 to 365'),
  ('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''f''), low_doses => 1001)', '23514 medsched.stock_reminder_rules.stock_reminder_rules_low_doses_in_range: low_doses must be from 0 to 1000'),
  ('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''f''), time_of_day => ''24:00'')', '23514 medsched.stock_reminder_rules.stock_reminder_rules_time_of_day_valid: time_of_day must be before 24:00'),
  ('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''f''), again_every_days => 0)', '23514 medsched.stock_reminder_rules.stock_reminder_rules_again_every_days_in_range: again_every_days must be from 1 to 31'),
  ('SELECT medsched.set_stock_reminder_rules(pg_temp.id(''f''), again_at_most => 101)', '23514 medsched.stock_reminder_rules.stock_reminder_rules_again_at_most_in_range: again_at_most must be from 0 to 100'),
  ('SELECT medsched.remove_stock_reminder_rules(NULL)', '22004: user_id must not be null'),
  ('SELECT medsched.remove_stock_reminder_rules(pg_temp.id(''f''), pg_temp.id(''a1''))',
   'P0002 medsched.medications.medication_exists: medication "00000000-0000-0000-0000-0000000000a1" not found | User "00000000-0000-0000-0000-00000000000f" has no medication by that id.')) AS t (sql, error);

-- Erasing, and the history ------------------------------------------------------------------------------------

SELECT medsched.enable_history() \g /dev/null
SELECT medsched.set_stock_reminder_rules(pg_temp.id('7'), pg_temp.id('710'), low_doses => 2) \g /dev/null
SELECT results_eq($$SELECT h.table_name, h.operation, h.medication_id, h.after->>'low_doses' FROM medsched.change_history AS h$$,
  $$VALUES ('stock_reminder_rules', 'INSERT', pg_temp.id('710'), '2')$$, 'rules are in the history of changes');
SELECT medsched.erase_user(pg_temp.id('7')) \g /dev/null
SELECT medsched.erase_user(pg_temp.id('9')) \g /dev/null
SELECT is_empty(format('SELECT FROM medsched.%I AS t WHERE t.user_id IN (pg_temp.id(''7''), pg_temp.id(''9''))', name), name || ' has nothing of who was erased')
  FROM unnest('{stock_reminder_queue,stock_reminder_rules,reminder_changes}'::text[]) AS name;

SELECT finish();
ROLLBACK;
