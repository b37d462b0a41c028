\i test/setup.psql
BEGIN;
SELECT plan(33);

\set one 11111111-1111-4111-8111-111111111111
\set two 22222222-2222-4222-8222-222222222222

-- User one: A daily at 08:00 and 20:00 in Berlin from 2 March 2020, B on
-- Mondays at 12:00; and C as needed.  User two: A daily at 09:00 in Kolkata.
INSERT INTO medsched.medications (user_id, id, name) VALUES
  (:'one', '11111111-0000-4000-8000-00000000000a', 'A'),
  (:'one', '11111111-0000-4000-8000-00000000000b', 'B'),
  (:'one', '11111111-0000-4000-8000-00000000000c', 'C'),
  (:'two', '22222222-0000-4000-8000-00000000000a', 'A');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, as_needed, grace) VALUES
  (:'one', '11111111-0000-4001-8000-00000000000a', '11111111-0000-4000-8000-00000000000a', '2020-03-02 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20', false, NULL),
  (:'one', '11111111-0000-4001-8000-00000000000b', '11111111-0000-4000-8000-00000000000b', '2020-03-02 12:00', 'Europe/Berlin', 'FREQ=WEEKLY;COUNT=3', false, '3 hours'),
  (:'one', '11111111-0000-4001-8000-00000000000c', '11111111-0000-4000-8000-00000000000c', '2020-03-02 00:00', 'Europe/Berlin', NULL, true, NULL),
  (:'two', '22222222-0000-4001-8000-00000000000a', '22222222-0000-4000-8000-00000000000a', '2020-03-02 09:00', 'Asia/Kolkata', 'FREQ=DAILY', false, NULL);

-- Of A in the week from Monday 2 March, 14 doses: 9 taken when due, one 59 and
-- one 61 minutes late, one skipped, two not recorded.  B two hours early.
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
SELECT :'one', '11111111-0000-4001-8000-00000000000a', at, at
  FROM generate_series(timestamptz '2020-03-02 07:00Z', '2020-03-06 07:00Z', '12 hours') AS at;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at) VALUES
  (:'one', '11111111-0000-4001-8000-00000000000a', '2020-03-06 19:00Z', '2020-03-06 19:59Z'),
  (:'one', '11111111-0000-4001-8000-00000000000a', '2020-03-07 07:00Z', '2020-03-07 08:01Z'),
  (:'one', '11111111-0000-4001-8000-00000000000b', '2020-03-02 11:00Z', '2020-03-02 09:00Z'),
  (:'one', '11111111-0000-4001-8000-00000000000c', '2020-03-04 03:00Z', '2020-03-04 03:00Z');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at, reason) VALUES
  (:'one', '11111111-0000-4001-8000-00000000000a', '2020-03-07 19:00Z', 'skipped', NULL, 'nausea');

-- How well it went.
SELECT results_eq(
  format($$SELECT medication_name, scheduled, taken, skipped, missed, on_time, percentage
           FROM medsched.adherence(%L, '2020-03-02 00:00+01', '2020-03-09 00:00+01')$$, :'one'),
  $$VALUES ('A', 14::bigint, 11::bigint, 1::bigint, 2::bigint, 10::bigint, 78.6), ('B', 1, 1, 0, 0, 1, 100.0)$$,
  'by medication: 11 of 14 taken, 10 of them within the hour; as needed does not count');
SELECT results_eq(
  format($$SELECT day, scheduled, taken, skipped, missed, on_time, percentage
           FROM medsched.adherence_by_day(%L, '2020-03-06 00:00+01', '2020-03-09 00:00+01')$$, :'one'),
  $$VALUES ('2020-03-06'::date, 2::bigint, 2::bigint, 0::bigint, 0::bigint, 2::bigint, 100.0),
           ('2020-03-07', 2, 1, 1, 0, 0, 50.0), ('2020-03-08', 2, 0, 0, 2, 0, 0.0)$$,
  'by day, on the wall clock');
SELECT results_eq(
  $$SELECT user_id, medication_name, scheduled, taken, skipped, missed, on_time, percentage
    FROM medsched.adherence_of_all('2020-03-02 00:00+01', '2020-03-09 00:00+01') ORDER BY user_id, medication_name$$,
  format($$VALUES (%1$L::uuid, 'A', 14::bigint, 11::bigint, 1::bigint, 2::bigint, 10::bigint, 78.6),
    (%1$L, 'B', 1, 1, 0, 0, 1, 100.0), (%2$L, 'A', 7, 0, 0, 7, 0, 0.0)$$, :'one', :'two'),
  'of all users');
SELECT results_eq(
  format($$SELECT sum(taken), sum(scheduled) FROM medsched.adherence_by_day(%L, '2020-03-02', '2020-04-20')$$, :'one'),
  format($$SELECT sum(taken), sum(scheduled) FROM medsched.adherence(%L, '2020-03-02', '2020-04-20')$$, :'one'),
  'days and medications add up to the same');
SELECT results_eq(
  format($$SELECT count(*), count(*) FILTER (WHERE status = 'taken') FROM medsched.upcoming_doses(%L, '2020-03-02', '2020-04-20') WHERE medication_name <> 'C'$$, :'one'),
  format($$SELECT sum(scheduled)::bigint, sum(taken)::bigint FROM medsched.adherence(%L, '2020-03-02', '2020-04-20')$$, :'one'),
  'and so do the doses listed');
SELECT is_empty(format($$SELECT * FROM medsched.adherence(%L, '2019-01-01', '2020-01-01')$$, :'one'), 'no doses, no rows');
SELECT is((SELECT percentage FROM medsched.adherence(:'two', '2999-01-01', '2999-01-08')), NULL, 'doses to come have no percentage');
SELECT is((SELECT scheduled FROM medsched.adherence(:'two', '2999-01-01', '2999-01-08')), 7::bigint, 'but are counted');
SELECT is(medsched.percentage_taken(1, 1, 1), 33.3, 'percentages have one decimal');

SELECT is(array[medsched.is_on_time('2020-03-29 00:00Z', '2020-03-29 23:59Z', '1 day'), medsched.is_on_time('2020-03-29 00:00Z', '2020-03-30 00:01Z', '1 day'),
    medsched.is_on_time('2020-03-29 00:00Z', '2020-03-28 23:00Z', NULL), medsched.is_on_time('2020-03-29 00:00Z', NULL, '1 day')],
  '{t,f,t,f}', 'on time is within the grace, before or after');
SET LOCAL TimeZone = 'Europe/Berlin';
SELECT ok(NOT medsched.is_on_time('2020-03-28 12:00Z', '2020-03-29 12:00:01Z', '1 day'), 'whose days have 24 hours, whatever the session''s zone');
SET LOCAL TimeZone = 'UTC';

-- What is next.
SELECT results_eq(
  format($$SELECT scheduled_for, medication_name FROM medsched.next_doses(%L, '2020-03-07 06:00Z', 4)$$, :'one'),
  $$VALUES ('2020-03-08 07:00Z'::timestamptz, 'A'), ('2020-03-08 19:00Z', 'A'), ('2020-03-09 07:00Z', 'A'), ('2020-03-09 11:00Z', 'B')$$,
  'the earliest that are not recorded, across medications');
SELECT results_eq(
  format($$SELECT scheduled_for FROM medsched.next_doses(%L, '2020-03-08 07:00Z', 1)$$, :'one'),
  $$VALUES ('2020-03-08 19:00Z'::timestamptz)$$, 'after, not at');
SELECT is((SELECT count(*) FROM medsched.next_doses(:'one', '2020-03-08 07:00Z', 1000) WHERE medication_name = 'B'), 2::bigint,
  'a rule that ends, ends');
SELECT is((SELECT min(scheduled_for) FROM medsched.next_doses(:'one', '3000-01-01', 1)), '3000-01-01 07:00Z', 'however far ahead');
SELECT is_empty(format($$SELECT * FROM medsched.next_doses(%L, '2020-03-01', 0)$$, :'one'), 'none are none');
SELECT is_empty($$SELECT * FROM medsched.next_doses('99999999-9999-4999-8999-999999999999', '2020-03-01', 3)$$, 'nobody has none');
UPDATE medsched.medications SET inactivated_at = '2020-04-01' WHERE name = 'A' AND user_id = :'one';
SELECT is((SELECT count(*) FROM medsched.next_doses(:'one', '2020-03-16 12:00Z', 1000)),
  2 * 15 + 1::bigint, 'an inactivated medication ends: the evening of 16 March, 17 to 31 March in full');
SELECT is_empty(format($$SELECT * FROM medsched.next_doses(%L, '2020-04-01', 3)$$, :'one'), 'and then nothing is next');
SELECT results_eq(
  format($$SELECT dose_id, local_time, time_zone, status FROM medsched.next_doses(%L, '2999-12-31', 1)$$, :'two'),
  $$SELECT medsched.dose_id('22222222-0000-4001-8000-00000000000a', '2999-12-31 03:30Z'), timestamp '2999-12-31 09:00', 'Asia/Kolkata', 'upcoming'$$,
  'with the columns of upcoming_doses');
SELECT throws_ok($$SELECT * FROM medsched.next_doses(NULL, now(), 1)$$, '22004', 'user_id must not be null');
SELECT throws_ok($$SELECT * FROM medsched.next_doses('11111111-1111-4111-8111-111111111111', 'infinity', 1)$$, '22023', 'after must be finite');
SELECT throws_ok($$SELECT * FROM medsched.next_doses('11111111-1111-4111-8111-111111111111', now(), -1)$$, '22023', 'max_doses must not be negative');

-- What is due, for a notifier.
SELECT results_eq(
  $$SELECT user_id, scheduled_for, medication_name FROM medsched.due_doses('2020-03-07 19:00Z', '2020-03-08 07:00:01Z') ORDER BY scheduled_for$$,
  format($$VALUES (%2$L::uuid, '2020-03-08 03:30Z'::timestamptz, 'A'), (%1$L, '2020-03-08 07:00Z', 'A')$$, :'one', :'two'),
  'across users, what is not recorded');
SELECT is((SELECT count(*) FROM medsched.due_doses('2020-03-30', '2020-04-03') WHERE user_id = :'one'), 4::bigint, 'an inactivated medication is not due');
SELECT throws_ok($$SELECT * FROM medsched.due_doses(NULL, now())$$, '22004', 'window_start must not be null');
SELECT throws_ok($$SELECT * FROM medsched.due_doses(now(), now() - interval '1 second')$$, '22023', 'window_end must not be before window_start');
SELECT throws_ok($$SELECT * FROM medsched.adherence(NULL, '2020-01-01', '2020-02-01')$$, '22004', 'user_id must not be null');
SELECT throws_ok($$SELECT * FROM medsched.adherence_by_day('11111111-1111-4111-8111-111111111111', '2020-01-01', 'infinity')$$, '22023', 'window_end must be finite');

-- Status turns with the clock: an hour of grace, and the schedule's own.
SELECT is(medsched.dose_status(now() + interval '1 s', NULL, NULL), 'upcoming', 'to come');
SELECT is(array[medsched.dose_status(now(), NULL, NULL), medsched.dose_status(now() - interval '1 h', NULL, NULL), medsched.dose_status(now() - interval '61 min', NULL, '2 h')],
  '{due,due,due}', 'due until the grace is over');
SELECT is(array[medsched.dose_status(now() - interval '1 h 1 s', NULL, NULL), medsched.dose_status(now() - interval '1 h', 'taken', NULL), medsched.dose_status(now(), 'skipped', NULL)],
  '{missed,taken,skipped}', 'then missed, unless recorded');

-- From 5 March on: the 5th to the 8th are left.
UPDATE medsched.schedules SET effective_from = '2020-03-05' WHERE user_id = :'two';
SELECT is((SELECT scheduled FROM medsched.adherence(:'two', '2020-03-02 00:00+01', '2020-03-09 00:00+01')), 4::bigint, 'a schedule counts from its effective_from on');

SELECT * FROM finish();
ROLLBACK;
