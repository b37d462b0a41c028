\i test/setup.psql
BEGIN;
SELECT plan(45);

-- Two operations at one instant.
\i test/id.psql
-- Person n takes medication n by schedule n.
CREATE FUNCTION pg_temp.prescribe(n int, starts_at timestamp, zone text, rule text, rdates timestamp[] DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(n), pg_temp.id(n), 'Medication ' || n);
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, rdates)
  VALUES (pg_temp.id(n), pg_temp.id(n), pg_temp.id(n), starts_at, zone, rule, rdates);
$$;
-- A person's doses in UTC, with the wall clock, the amount and the zone's city behind.
CREATE FUNCTION pg_temp.doses(n int, window_start timestamptz, window_end timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(d.scheduled_for, 'DD HH24:MI=') || to_char(d.local_time, 'HH24:MI') || coalesce('*' || d.dose_amount, ''), ', ' ORDER BY d.scheduled_for)
  FROM medsched.upcoming_doses(pg_temp.id(n), window_start, window_end) AS d
$$;
-- The schedule that holds last.
CREATE FUNCTION pg_temp.latest(n int) RETURNS uuid LANGUAGE sql AS
$$SELECT schedule_id FROM medsched.schedule_history(pg_temp.id(n), pg_temp.id(n)) ORDER BY revision DESC LIMIT 1$$;

-- A revision and a journey at one instant, in both orders.  In January Berlin is an hour
-- ahead of UTC, New York five behind.  10 January 19:00Z is a dose in Berlin, at 20:00;
-- from then on it is 2, and in New York, where the clock shows 14:00.
SELECT pg_temp.prescribe(n, '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20') FROM generate_series(1, 2) AS n \g /dev/null
SELECT lives_ok($$SELECT medsched.revise_schedule(pg_temp.id(1), pg_temp.id(1), '2026-01-10 19:00Z', '{"dose_amount": 2}')$$, 'revise');
SELECT is((SELECT count(*) FROM medsched.change_time_zone(pg_temp.id(1), 'America/New_York', '2026-01-10 19:00Z')), 1::bigint, 'and travel');
SELECT lives_ok($$SELECT medsched.change_time_zone(pg_temp.id(2), 'America/New_York', '2026-01-10 19:00Z')$$, 'travel');
SELECT lives_ok($$SELECT medsched.revise_schedule(pg_temp.id(2), pg_temp.latest(2), '2026-01-10 19:00Z', '{"dose_amount": 2}')$$, 'and revise');
SELECT is(pg_temp.doses(n, '2026-01-10', '2026-01-12'), '10 07:00=08:00, 11 01:00=20:00*2, 11 13:00=08:00*2',
  'each wall-clock time once: ' || title)
FROM (VALUES (1, 'a revision, then a journey'), (2, 'a journey, then a revision')) AS t(n, title);
SELECT is((SELECT count(*) FROM medsched.schedules WHERE user_id IN (pg_temp.id(1), pg_temp.id(2)) AND ends_at <= effective_from), 1::bigint,
  'the row between is in effect at no time; a revision of it keeps it instead');
-- The same east: 10 January 21:00Z is 16:00 in New York and 22:00 in Berlin, where 20:00 is over.
SELECT pg_temp.prescribe(n, '2026-01-01 08:00', 'America/New_York', 'FREQ=DAILY;BYHOUR=8,20') FROM generate_series(3, 4) AS n \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id(3), pg_temp.id(3), '2026-01-10 21:00Z', '{"dose_amount": 2}') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(3), 'Europe/Berlin', '2026-01-10 21:00Z') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(4), 'Europe/Berlin', '2026-01-10 21:00Z') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id(4), pg_temp.latest(4), '2026-01-10 21:00Z', '{"dose_amount": 2}') \g /dev/null
SELECT is(pg_temp.doses(n, '2026-01-10 12:00', '2026-01-12'), '10 13:00=08:00, 11 01:00=02:00*2, 11 07:00=08:00*2, 11 19:00=20:00*2',
  'nor is one lost going east: ' || title)
FROM (VALUES (3, 'a revision, then a journey'), (4, 'a journey, then a revision')) AS t(n, title);
-- now() is the default of a journey.
SELECT pg_temp.prescribe(5, (date_trunc('day', now() AT TIME ZONE 'UTC') - interval '3 days')::timestamp, 'UTC', 'FREQ=DAILY;BYHOUR=0,6,12,18') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id(5), pg_temp.id(5), now(), '{"dose_amount": 2}') \g /dev/null
SELECT is((SELECT count(*) FROM medsched.change_time_zone(pg_temp.id(5), 'Etc/GMT+6')), 1::bigint, 'both in one transaction, by default');
SELECT is((SELECT count(*) FROM medsched.upcoming_doses(pg_temp.id(5), now() - interval '2 days', now() + interval '2 days 6 hours')), 16::bigint,
  'four a day of six hours more: each of four days'' times once');

-- A time that is both an rdate and what the clock has passed: it comes once, whichever way.
-- 20:00 in Berlin on the 10th is 19:00Z; the journey is at that instant.
SELECT pg_temp.prescribe(6, '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY', '{2026-01-10 20:00}') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(6), 'America/New_York', '2026-01-10 19:00Z') \g /dev/null
SELECT is(pg_temp.doses(6, '2026-01-10', '2026-01-12'), '10 07:00=08:00, 11 01:00=20:00, 11 13:00=08:00', 'an rdate at the instant of a journey west comes by the new clock');
SELECT pg_temp.prescribe(7, '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY', '{2026-01-10 20:00}') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(7), 'America/New_York', '2026-01-10 19:00:01Z') \g /dev/null
SELECT is(pg_temp.doses(7, '2026-01-10', '2026-01-12'), '10 07:00=08:00, 10 19:00=20:00, 11 13:00=08:00', 'a second before it, it came by the old');
SELECT pg_temp.prescribe(8, '2026-01-01 08:00', 'America/New_York', 'FREQ=DAILY', '{2026-01-10 16:00}') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(8), 'Europe/Berlin', '2026-01-10 21:00Z') \g /dev/null
SELECT is(pg_temp.doses(8, '2026-01-10', '2026-01-12'), '10 13:00=08:00, 10 21:00=22:00, 11 07:00=08:00', 'east, when 16:00 in Berlin is over, at that instant');
-- In hours the instants stay, the one of the journey too.
SELECT pg_temp.prescribe(9, '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=HOURLY;INTERVAL=12', '{2026-01-10 22:00}') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(9), 'America/New_York', '2026-01-10 21:00Z') \g /dev/null
SELECT is(pg_temp.doses(9, '2026-01-10', '2026-01-11 12:00'), '10 07:00=08:00, 10 19:00=20:00, 10 21:00=16:00, 11 07:00=02:00', 'in hours, an rdate at the instant of the journey');

-- A dose at the very instant of a change belongs to what holds from then on.
SELECT pg_temp.prescribe(10, '2026-01-01 08:00', 'UTC', 'FREQ=DAILY') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id(10), pg_temp.id(10), '2026-01-10 08:00Z', '{"dose_amount": 2}') \g /dev/null
SELECT is(pg_temp.doses(10, '2026-01-09', '2026-01-12'), '09 08:00=08:00, 10 08:00=08:00*2, 11 08:00=08:00*2', 'a dose at effective_from is of the new schedule');
SELECT throws_ok($$SELECT medsched.mark_dose_taken(pg_temp.id(10), pg_temp.id(10), '2026-01-10 08:00Z')$$, '23514', NULL, 'the old one has it no more');
SELECT lives_ok($$SELECT medsched.mark_dose_taken(pg_temp.id(10), pg_temp.latest(10), '2026-01-10 08:00Z')$$, 'the new one has');
SELECT throws_ok($$SELECT medsched.revise_schedule(pg_temp.id(10), pg_temp.latest(10), '2026-01-10 08:00Z', '{"dose_amount": 3}')$$,
  '23514', NULL, 'a recorded dose at the instant of a revision is in its way');
SELECT lives_ok($$SELECT medsched.revise_schedule(pg_temp.id(10), pg_temp.latest(10), '2026-01-10 08:00:01Z', '{"dose_amount": 3}')$$, 'a second later it is not');
SELECT is(medsched.inactivate_medication(pg_temp.id(10), pg_temp.id(10), '2026-01-10 08:00Z'), '2026-01-10 08:00:01Z', 'nor is the medication inactivated at a recorded dose');
SELECT is(medsched.inactivate_medication(pg_temp.id(10), pg_temp.id(10), '2026-01-10 08:00:01Z'), '2026-01-10 08:00:01Z', 'a second later it is');

-- ends_at and UNTIL at one instant: UNTIL is inclusive, ends_at is not.
SELECT pg_temp.prescribe(n, '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;UNTIL=' || until)
FROM (VALUES (11, '20260103T070000Z'), (12, '20260103T080000')) AS t(n, until) \g /dev/null
SELECT is(pg_temp.doses(n, '2026-01-02', '2026-02-01'), '02 07:00=08:00, 03 07:00=08:00', 'UNTIL at a dose: it is the last') FROM unnest('{11, 12}'::int[]) AS n;
UPDATE medsched.schedules SET ends_at = '2026-01-03 07:00Z' WHERE id IN (pg_temp.id(11), pg_temp.id(12));
SELECT is(pg_temp.doses(n, '2026-01-02', '2026-02-01'), '02 07:00=08:00', 'ends_at at the same instant: it is none') FROM unnest('{11, 12}'::int[]) AS n;
UPDATE medsched.schedules SET ends_at = '2026-01-03 07:00:01Z' WHERE id IN (pg_temp.id(11), pg_temp.id(12));
SELECT is(pg_temp.doses(n, '2026-01-02', '2026-02-01'), '02 07:00=08:00, 03 07:00=08:00', 'a second later: it is') FROM unnest('{11, 12}'::int[]) AS n;

-- A recorded dose at window_end is not in the window; one at window_start is.
SELECT pg_temp.prescribe(13, '2026-01-01 08:00', 'UTC', 'FREQ=DAILY') \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id(13), pg_temp.id(13), d, d) FROM generate_series('2026-01-02 08:00Z'::timestamptz, '2026-01-04 08:00Z', '1 day') AS d \g /dev/null
SELECT results_eq($$SELECT scheduled_for, status FROM medsched.upcoming_doses(pg_temp.id(13), '2026-01-02 08:00Z', '2026-01-04 08:00Z')$$,
  $$VALUES ('2026-01-02 08:00Z'::timestamptz, 'taken'), ('2026-01-03 08:00Z', 'taken')$$, 'upcoming_doses');
SELECT results_eq($$SELECT scheduled, taken FROM medsched.adherence(pg_temp.id(13), '2026-01-02 08:00Z', '2026-01-04 08:00Z')$$, 'VALUES (2::bigint, 2::bigint)', 'adherence');
SELECT results_eq($$SELECT scheduled, taken FROM medsched.adherence_of_all('2026-01-02 08:00Z', '2026-01-04 08:00Z') WHERE user_id = pg_temp.id(13)$$,
  'VALUES (2::bigint, 2::bigint)', 'adherence_of_all');
SELECT results_eq($$SELECT sum(scheduled), sum(taken) FROM medsched.adherence_by_day(pg_temp.id(13), '2026-01-02 08:00Z', '2026-01-04 08:00Z')$$, 'VALUES (2::numeric, 2::numeric)', 'adherence_by_day');
SELECT is((SELECT count(*) FROM medsched.scheduled_doses('2026-01-02 08:00Z', '2026-01-04 08:00Z') WHERE user_id = pg_temp.id(13)), 2::bigint, 'scheduled_doses');
SELECT results_eq($$SELECT scheduled_for FROM medsched.due_doses('2026-01-01 08:00Z', '2026-01-05 08:00Z') WHERE user_id = pg_temp.id(13)$$,
  $$VALUES ('2026-01-01 08:00Z'::timestamptz)$$, 'due_doses: what is not recorded, and not what is at window_end');

-- A journey that lands in an hour that comes twice.  1 November 2026 in New York: 02:00
-- (UTC-4) is 01:00 (UTC-5) at 06:00Z.  From Berlin (UTC+1), where a dose is at 07:30,
-- which is 06:30Z: a second 01:30.  It would come at 07:30 by the new clock.
SELECT pg_temp.prescribe(14, '2026-10-01 07:30', 'Europe/Berlin', 'FREQ=DAILY') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(14), 'America/New_York', '2026-11-01 06:15Z') \g /dev/null
SELECT is(pg_temp.doses(14, '2026-10-31', '2026-11-03'), '31 06:30=07:30, 01 12:30=07:30, 02 12:30=07:30', 'west, in the second coming of an hour');
-- From Tokyo (UTC+9) west, nothing of the old clock is left.  From Honolulu (UTC-10) east:
-- 20:30 on 31 October there is 06:30Z, when it is past 20:30 in New York.  It is kept, as
-- the first wall-clock time after that hour: 02:00, at 07:00Z.
SELECT pg_temp.prescribe(15, '2026-10-01 20:30', 'Pacific/Honolulu', 'FREQ=DAILY') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(15), 'America/New_York', '2026-11-01 06:15Z') \g /dev/null
SELECT is(pg_temp.doses(15, '2026-10-31', '2026-11-03'), '31 06:30=20:30, 01 07:00=02:00, 02 01:30=20:30', 'east, a dose that no wall-clock time can say is moved past the hour');
SELECT pg_temp.prescribe(16, '2026-10-01 20:30', 'Pacific/Honolulu', 'FREQ=HOURLY;INTERVAL=12') \g /dev/null
SELECT medsched.change_time_zone(pg_temp.id(16), 'America/New_York', '2026-11-01 06:15Z') \g /dev/null
SELECT is(pg_temp.doses(16, '2026-10-31 12:00', '2026-11-02'), '31 18:30=08:30, 01 06:30=01:30, 01 18:30=13:30', 'in hours it stays, in the second coming too');

-- The end of grace, to the microsecond.  now() is one instant in a transaction.
SELECT results_eq($$SELECT medsched.dose_status(now() - interval '1 hour', NULL, '1 hour'), medsched.dose_status(now() - interval '1 hour 1 microsecond', NULL, '1 hour'),
    medsched.dose_status(now(), NULL, '0'), medsched.dose_status(now() - interval '1 microsecond', NULL, '0'), medsched.dose_status(now() + interval '1 microsecond', NULL, '0')$$,
  $$VALUES ('due', 'missed', 'due', 'missed', 'upcoming')$$, 'dose_status: the last instant of grace is due');
SELECT results_eq($$SELECT medsched.is_on_time(t, t + interval '1 hour', '1 hour'), medsched.is_on_time(t, t + interval '1 hour 1 microsecond', '1 hour'),
    medsched.is_on_time(t, t - interval '1 hour', '1 hour'), medsched.is_on_time(t, t - interval '1 hour 1 microsecond', '1 hour') FROM (VALUES ('2026-01-01 08:00Z'::timestamptz)) AS v(t)$$,
  'VALUES (true, false, true, false)', 'is_on_time: before and after');

-- The same in lists and reports: a single dose on the last whole second, with a grace that
-- ends now, and with one that ended a microsecond ago.
SELECT pg_temp.prescribe(n, date_trunc('second', now() AT TIME ZONE 'UTC') - interval '1 hour', 'UTC', NULL) FROM generate_series(17, 18) AS n \g /dev/null
UPDATE medsched.schedules SET grace = now() - date_trunc('second', now()) + interval '1 hour' WHERE id = pg_temp.id(17);
UPDATE medsched.schedules SET grace = now() - date_trunc('second', now()) + interval '1 hour' - interval '1 microsecond' WHERE id = pg_temp.id(18);
CREATE FUNCTION pg_temp.states(n int) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(', ',
    (SELECT status FROM medsched.upcoming_doses(pg_temp.id(n), now() - interval '1 day', now())),
    (SELECT status FROM medsched.due_doses(now() - interval '1 day', now()) WHERE user_id = pg_temp.id(n)),
    (SELECT CASE WHEN missed THEN 'missed' ELSE 'not missed' END FROM medsched.scheduled_doses(now() - interval '1 day', now()) WHERE user_id = pg_temp.id(n)),
    (SELECT missed FROM medsched.adherence(pg_temp.id(n), now() - interval '1 day', now())),
    (SELECT missed FROM medsched.adherence_of_all(now() - interval '1 day', now()) WHERE user_id = pg_temp.id(n)),
    (SELECT missed FROM medsched.adherence_by_day(pg_temp.id(n), now() - interval '1 day', now())))
$$;
SELECT is(pg_temp.states(17), 'due, due, not missed, 0, 0, 0', 'grace ends now: due in lists, not missed in reports');
SELECT is(pg_temp.states(18), 'missed, missed, missed, 1, 1, 1', 'it ended a microsecond ago: missed everywhere');
SELECT is(medsched.grace_ended_before('1 hour'), now() - interval '1 hour', 'grace_ended_before');
SELECT results_eq($$SELECT scheduled_for > now() FROM medsched.next_doses(pg_temp.id(5), now(), 3)$$, 'VALUES (true), (true), (true)', 'what comes after now');
SELECT is((SELECT count(*) FROM medsched.next_doses(pg_temp.id(17), (SELECT scheduled_for FROM medsched.upcoming_doses(pg_temp.id(17), now() - interval '1 day', now())))), 0::bigint,
  'next_doses after the last dose: none');
SELECT is((SELECT count(*) FROM medsched.next_doses(pg_temp.id(17), (SELECT scheduled_for - interval '1 microsecond' FROM medsched.upcoming_doses(pg_temp.id(17), now() - interval '1 day', now())))), 1::bigint,
  'a microsecond before it: that one');
SELECT * FROM finish();
ROLLBACK;
