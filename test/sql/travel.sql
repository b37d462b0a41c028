\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(58);

\i test/id.psql

CREATE FUNCTION pg_temp.prescribe(person text, medication text, starts_at timestamp, zone text, rule text)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(person), pg_temp.id(medication), medication);
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rrule)
  VALUES (pg_temp.id(person), pg_temp.id(medication), starts_at, zone, rule)
$$;
-- A medication's doses at UTC, with the wall clock behind.
CREATE FUNCTION pg_temp.doses(person text, medication text, window_start timestamptz, window_end timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(d.scheduled_for, 'DD HH24:MI=') || to_char(d.local_time, 'HH24:MI'), ', ' ORDER BY d.scheduled_for)
    FROM medsched.upcoming_doses(pg_temp.id(person), window_start, window_end) AS d
   WHERE d.medication_id = pg_temp.id(medication)
$$;
CREATE FUNCTION pg_temp.travel(person text, zone text, effective_from timestamptz) RETURNS int LANGUAGE sql AS $$
  SELECT count(*)::int FROM medsched.change_time_zone(pg_temp.id(person), zone, effective_from) WHERE outcome = 'moved'
$$;

-- In January Berlin is an hour ahead of UTC, New York five behind.

SELECT pg_temp.prescribe('a', 'a1', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20') \g /dev/null
SELECT pg_temp.prescribe('a', 'a2', '2026-01-01 06:00', 'Europe/Berlin', 'FREQ=HOURLY;INTERVAL=8') \g /dev/null
SELECT pg_temp.prescribe('a', 'a3', '2026-01-01 20:00', 'Europe/Berlin', 'FREQ=DAILY') \g /dev/null
UPDATE medsched.schedules SET time_zone_pinned = true WHERE medication_id = pg_temp.id('a3');
SELECT pg_temp.prescribe('a', 'a4', '2026-01-10 23:00', 'Europe/Berlin', NULL) \g /dev/null
SELECT pg_temp.prescribe('a', 'a5', '2026-01-10 21:59:59', 'Europe/Berlin', NULL) \g /dev/null
-- Its last dose is on 15 January at 20:00 in Berlin.
SELECT pg_temp.prescribe('a', 'a6', '2026-01-05 20:00', 'Europe/Berlin', 'FREQ=DAILY;UNTIL=20260115T190000Z') \g /dev/null
SELECT pg_temp.prescribe('a', 'a7', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY') \g /dev/null
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a7'), '2026-01-10 20:59Z') \g /dev/null
SELECT pg_temp.prescribe('a', 'a8', '2026-01-12 08:00', 'Europe/Berlin', 'FREQ=DAILY;COUNT=2') \g /dev/null
SELECT pg_temp.prescribe('b', 'b1', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY') \g /dev/null

-- West, on 10 January at 22:00 in Berlin, which is 16:00 in New York.
CREATE TEMPORARY TABLE west AS
SELECT * FROM medsched.change_time_zone(pg_temp.id('a'), 'America/New_York', '2026-01-10 21:00Z');
SELECT results_eq($$SELECT right(o.medication_id::text, 2), o.time_zone::text, n.time_zone::text, o.ends_at, n.effective_from
                      FROM west AS w
                      JOIN medsched.schedules AS o ON o.id = w.old_schedule_id
                      JOIN medsched.schedules AS n ON n.id = w.new_schedule_id AND n.replaces = o.id
                     ORDER BY 1$$,
  $$SELECT m, 'Europe/Berlin', 'America/New_York', timestamptz '2026-01-10 21:00Z', timestamptz '2026-01-10 21:00Z'
      FROM unnest('{a1,a2,a4,a6,a8}'::text[]) AS m$$,
  'every schedule that follows its person and has doses left goes on in the new zone: not a3, pinned, a5, over, nor a7, inactive');
SELECT is((SELECT count(*)::int FROM medsched.schedules WHERE user_id = pg_temp.id('b')), 1, 'nobody else travels');

SELECT is(pg_temp.doses('a', 'a1', '2026-01-10', '2026-01-13'),
  '10 07:00=08:00, 10 19:00=20:00, 11 13:00=08:00, 12 01:00=20:00, 12 13:00=08:00',
  'what was taken at 20:00 in Berlin does not come again at 20:00 in New York');
SELECT is(pg_temp.doses('a', 'a2', '2026-01-10', '2026-01-12'),
  '10 05:00=06:00, 10 13:00=14:00, 10 21:00=16:00, 11 05:00=00:00, 11 13:00=08:00, 11 21:00=16:00',
  'every eight hours is every eight hours, on another clock');
SELECT is(pg_temp.doses('a', 'a3', '2026-01-10', '2026-01-12'), '10 19:00=20:00, 11 19:00=20:00', 'what is pinned stays');
SELECT is(pg_temp.doses('a', 'a4', '2026-01-01', '2026-02-01'), '11 04:00=23:00', 'a single dose to come comes by the new clock');
SELECT is(pg_temp.doses('a', 'a5', '2026-01-01', '2026-02-01'), '10 20:59=21:59', 'one that is over stays over');
SELECT is(pg_temp.doses('a', 'a6', '2026-01-09', '2026-02-01'),
  '09 19:00=20:00, 10 19:00=20:00, 12 01:00=20:00, 13 01:00=20:00, 14 01:00=20:00, 15 01:00=20:00, 16 01:00=20:00',
  'the last dose of a course comes, though UNTIL in UTC is over by then');
SELECT is(pg_temp.doses('a', 'a8', '2026-01-01', '2026-02-01'), '12 13:00=08:00, 13 13:00=08:00', 'so does what has not begun');

-- East again, on 20 January at 16:00 in New York, which is 22:00 in Berlin.
-- Another course: 20:00 in New York until 25 January; UNTIL is 26 January 21:00 in Berlin.
SELECT pg_temp.prescribe('a', 'a9', '2026-01-15 20:00', 'America/New_York', 'FREQ=DAILY;UNTIL=20260126T200000Z') \g /dev/null
SELECT pg_temp.prescribe('a', 'a10', '2026-01-20 18:00', 'America/New_York', NULL) \g /dev/null
SELECT is(pg_temp.travel('a', 'Europe/Berlin', '2026-01-20 21:00Z'), 4, 'east go a1, a2, a9, a10; all else is over or pinned');
SELECT is(pg_temp.doses('a', 'a1', '2026-01-20 12:00', '2026-01-22'),
  '20 13:00=08:00, 21 01:00=02:00, 21 07:00=08:00, 21 19:00=20:00',
  'what was to come at 20:00 in New York comes then, for in Berlin 20:00 is over');
SELECT is(pg_temp.doses('a', 'a2', '2026-01-20', '2026-01-22'),
  '20 05:00=00:00, 20 13:00=08:00, 20 21:00=22:00, 21 05:00=06:00, 21 13:00=14:00, 21 21:00=22:00', 'every eight hours');
SELECT is(pg_temp.doses('a', 'a9', '2026-01-18 12:00', '2026-02-01'),
  '19 01:00=20:00, 20 01:00=20:00, 21 01:00=02:00, 21 19:00=20:00, 22 19:00=20:00, 23 19:00=20:00, 24 19:00=20:00, 25 19:00=20:00',
  'a course gets no dose more: eleven from 15 to 25 January');
SELECT is(pg_temp.doses('a', 'a10', '2026-01-01', '2026-02-01'), '20 23:00=00:00', 'a single dose that the new clock has passed comes by the old');

-- Each wall-clock time once: at 8 and at 20 from 1 to 31 January are 62 doses
-- whenever the journey is, however far, and by whichever way.
CREATE FUNCTION pg_temp.doses_with_journey(from_zone text, to_zone text, at timestamptz, OUT ndoses int, OUT shortest interval) LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, 'x', jsonb_build_array(jsonb_build_object(
    'starts_at', '2026-01-01T00:00', 'time_zone', from_zone, 'rrule', 'FREQ=DAILY;BYHOUR=8,20;COUNT=62')));
  PERFORM FROM medsched.change_time_zone(person, to_zone, at);
  SELECT count(*), min(d.gap) INTO ndoses, shortest
    FROM (SELECT scheduled_for - lag(scheduled_for) OVER (ORDER BY scheduled_for) AS gap
            FROM medsched.upcoming_doses(person, '2025-12-01', '2026-03-01')) AS d;
END
$$;
SELECT results_eq(format($$SELECT DISTINCT (pg_temp.doses_with_journey(%L, %L, at)).ndoses
                             FROM generate_series(timestamptz '2026-01-10 00:15Z', '2026-01-11 00:15Z', '30 min') AS at$$, f, t),
  'VALUES (62)', format('from %s to %s no dose is lost or doubled, whenever it is', f, t))
FROM (VALUES ('Europe/Berlin', 'America/New_York'), ('America/New_York', 'Europe/Berlin'),
             ('Pacific/Auckland', 'Pacific/Honolulu'), ('Pacific/Honolulu', 'Pacific/Auckland'),
             ('Pacific/Kiritimati', 'Pacific/Pago_Pago'), ('Pacific/Pago_Pago', 'Pacific/Kiritimati'),
             ('Asia/Kolkata', 'Europe/London'), ('Europe/London', 'Asia/Kathmandu')) AS z (f, t);
-- At the edges of the month.  The first 8:00 is at 13:00 UTC in New York, at 07:00
-- in Berlin; once 07:00 is over it stays at 13:00, six hours before 20:00 in Berlin.
-- The last 20:00 is at 01:00 UTC in New York.
SELECT is(pg_temp.doses_with_journey('America/New_York', 'Europe/Berlin', at), (62, gap)::record, 'a journey at ' || at)
FROM (VALUES (timestamptz '2026-01-01 07:00Z', interval '12:00'), ('2026-01-01 07:01Z', '06:00'), ('2026-01-01 13:00Z', '06:00'),
             ('2026-01-01 13:01Z', '06:00'), ('2026-02-01 01:00Z', '12:00'), ('2026-02-01 01:01Z', '12:00')) AS t (at, gap);

-- What stands in the row: the times left out and added.
SELECT pg_temp.prescribe('c', 'c1', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20') \g /dev/null
UPDATE medsched.schedules SET rdates = '{2026-01-11 12:00}', exdates = '{2026-01-11 08:00}', dose_amount = 2 WHERE medication_id = pg_temp.id('c1');
SELECT is(pg_temp.travel('c', 'America/New_York', '2026-01-10 21:00Z'), 1, 'a schedule with dates of its own');
SELECT is((s.starts_at, s.rdates, s.exdates, s.dose_amount),
          (timestamp '2026-01-01 08:00', '{2026-01-11 12:00}'::timestamp[], '{2026-01-11 08:00, 2026-01-10 20:00}'::timestamp[], 2::numeric), 'keeps them by the new clock')
  FROM medsched.schedules AS s WHERE medication_id = pg_temp.id('c1') AND ends_at IS NULL;
SELECT is(pg_temp.doses('c', 'c1', '2026-01-10 12:00Z', '2026-01-12 12:00Z'), '10 19:00=20:00, 11 17:00=12:00, 12 01:00=20:00', 'which is 12:00 in New York');
SELECT is(pg_temp.travel('c', 'America/New_York', '2026-01-12 21:00Z'), 0, 'who is there already does not travel');

-- An hourly schedule keeps the instants of its dates, too.
SELECT pg_temp.prescribe('d', 'd1', '2026-01-01 06:00', 'Europe/Berlin', 'FREQ=HOURLY;INTERVAL=12;COUNT=30') \g /dev/null
UPDATE medsched.schedules SET rdates = '{2026-01-02 10:00, 2026-01-11 10:00}', exdates = '{2026-01-11 06:00}' WHERE medication_id = pg_temp.id('d1');
SELECT is(pg_temp.travel('d', 'America/New_York', '2026-01-10 21:00Z'), 1, 'every twelve hours, thirty times, 1 January 05:00 to 15 January 17:00');
SELECT is((s.starts_at, s.rdates, s.exdates),
          (timestamp '2026-01-01 00:00', '{2026-01-11 04:00}'::timestamp[], '{2026-01-11 00:00}'::timestamp[]), 'its start and dates are written anew')
  FROM medsched.schedules AS s WHERE medication_id = pg_temp.id('d1') AND ends_at IS NULL;
SELECT is(pg_temp.doses('d', 'd1', '2026-01-10 17:00', '2026-01-12'), '10 17:00=18:00, 11 09:00=04:00, 11 17:00=12:00', 'and are the same instants');
SELECT is((SELECT (count(*), max(scheduled_for)) FROM medsched.upcoming_doses(pg_temp.id('d'), '2026-01-01', '2026-02-01')),
          (31::bigint, timestamptz '2026-01-15 17:00Z'), 'thirty less one, and two');

-- As needed there is no time of the day: the schedule stays, whatever is recorded.
INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id('e'), pg_temp.id('e1'), 'x');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed, min_interval)
VALUES (pg_temp.id('e'), pg_temp.id('e11'), pg_temp.id('e1'), '2026-01-10 08:00', 'Europe/Berlin', true, '4 h');
SELECT pg_temp.prescribe('e', 'e2', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY') \g /dev/null
SELECT medsched.take_as_needed(pg_temp.id('e'), pg_temp.id('e11'), '2026-01-10 22:00Z') \g /dev/null
SELECT results_eq($$SELECT s.medication_id FROM medsched.change_time_zone(pg_temp.id('e'), 'America/New_York', '2026-01-10 21:00Z') AS c
                      JOIN medsched.schedules AS s ON s.id = c.old_schedule_id
                     WHERE c.outcome = 'moved'$$, ARRAY[pg_temp.id('e2')],
  'a dose taken as needed after the journey does not hold up the rest');
SELECT is((s.id, s.starts_at, s.time_zone, s.ends_at), (pg_temp.id('e11'), timestamp '2026-01-10 08:00', 'Europe/Berlin'::medsched.time_zone, NULL::timestamptz), 'and its schedule is what it was')
  FROM medsched.schedules AS s WHERE medication_id = pg_temp.id('e1');
SELECT is(medsched.next_as_needed_at(pg_temp.id('e'), pg_temp.id('e11'), '2026-01-10 23:00Z'), '2026-01-11 02:00Z', 'four hours from it, by any clock');
-- Alone, by revise_schedule, it goes; the lower bound stays: 08:00 in Berlin is 02:00 in New York.
SELECT medsched.revise_schedule(pg_temp.id('e'), pg_temp.id('e11'), '2026-01-10 23:00Z', '{"time_zone": "America/New_York"}') \g /dev/null
SELECT is((s.starts_at, s.as_needed, s.min_interval), (timestamp '2026-01-10 02:00', true, interval '4 h'), 'from the same instant on')
  FROM medsched.schedules AS s WHERE medication_id = pg_temp.id('e1') AND ends_at IS NULL;

-- What is planned: half the dose from 20 January 00:00 in Berlin on.
SELECT pg_temp.prescribe('f', 'f1', '2026-01-01 20:00', 'Europe/Berlin', 'FREQ=DAILY') \g /dev/null
SELECT medsched.revise_schedule(user_id, id, '2026-01-19 23:00Z', '{"dose_amount": 0.5}') FROM medsched.schedules WHERE medication_id = pg_temp.id('f1') \g /dev/null
SELECT is(pg_temp.travel('f', 'America/New_York', '2026-01-10 21:00Z'), 2, 'a schedule and what will replace it');
SELECT is(pg_temp.doses('f', 'f1', '2026-01-10', '2026-01-13'), '10 19:00=20:00, 12 01:00=20:00', 'go');
SELECT is(pg_temp.doses('f', 'f1', '2026-01-18', '2026-01-22'), '18 01:00=20:00, 19 01:00=20:00, 20 01:00=20:00, 21 01:00=20:00', 'on without a break');
SELECT results_eq($$SELECT revision, time_zone, effective_from, ends_at, dose_amount FROM medsched.schedule_history(pg_temp.id('f'), pg_temp.id('f1'))$$,
  $$VALUES (1, 'Europe/Berlin', NULL::timestamptz, '2026-01-10 21:00Z'::timestamptz, NULL::numeric),
           (2, 'America/New_York', '2026-01-10 21:00Z', '2026-01-19 23:00Z', NULL),
           (3, 'Europe/Berlin', '2026-01-19 23:00Z', '2026-01-19 23:00Z', 0.5),
           (4, 'America/New_York', '2026-01-19 23:00Z', NULL, 0.5)$$, 'with their history');

-- One schedule alone travels by revise_schedule.
SELECT pg_temp.prescribe('0', '1', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20') \g /dev/null
SELECT medsched.revise_schedule(user_id, id, '2026-01-10 21:00Z', '{"time_zone": "America/New_York", "dose_amount": 3}')
  FROM medsched.schedules WHERE medication_id = pg_temp.id('1') \g /dev/null
SELECT is(pg_temp.doses('0', '1', '2026-01-10', '2026-01-12'), '10 07:00=08:00, 10 19:00=20:00, 11 13:00=08:00', 'no other way');

-- Over the change of the clocks in both: New York on 8 March, Berlin on 29 March.
-- 20 March 21:00 UTC is 17:00 in New York, 22:00 in Berlin.
SELECT pg_temp.prescribe('2', '3', '2026-03-01 08:00', 'America/New_York', 'FREQ=DAILY;BYHOUR=8,20') \g /dev/null
SELECT is(pg_temp.travel('2', 'Europe/Berlin', '2026-03-20 21:00Z'), 1, 'between their changes');
SELECT is(pg_temp.doses('2', '3', '2026-03-20', '2026-03-22'), '20 00:00=20:00, 20 12:00=08:00, 21 00:00=01:00, 21 07:00=08:00, 21 19:00=20:00', 'the offsets are those of the day');

-- Refused.
SELECT throws_ok($$SELECT medsched.change_time_zone(NULL, 'Europe/Berlin')$$, '22004', 'user_id must not be null', 'who travels');
SELECT throws_ok($$SELECT medsched.change_time_zone(gen_random_uuid(), NULL)$$, '22004', 'time_zone must not be null', 'where to');
SELECT throws_ok($$SELECT medsched.change_time_zone(gen_random_uuid(), 'Europe/Berlin', NULL)$$, '22004', 'effective_from must not be null', 'when');
SELECT throws_ok($$SELECT medsched.change_time_zone(gen_random_uuid(), 'Europe/Berlin', 'infinity')$$, '22023', 'effective_from must be finite', 'not never');
SELECT alike(pg_temp.failure($$SELECT medsched.change_time_zone(gen_random_uuid(), 'EST5EDT4')$$), '22023: %EST5EDT4%', 'to a zone that is one');
SELECT is_empty($$SELECT * FROM medsched.change_time_zone(gen_random_uuid(), 'Europe/Berlin')$$, 'who takes nothing travels light');

-- On 1 November 2026 New York has 01:30 at 05:30 and at 06:30 UTC.
SELECT pg_temp.prescribe('4', '5', '2026-11-01 07:30', 'Europe/Berlin', 'FREQ=HOURLY;INTERVAL=8') \g /dev/null
SELECT results_eq($$SELECT outcome, reason FROM medsched.change_time_zone(pg_temp.id('4'), 'America/New_York', '2026-11-10')$$,
  $$SELECT 'left', format('schedule "%s" cannot be written in time zone "America/New_York"', id) FROM medsched.schedules WHERE user_id = pg_temp.id('4')$$,
  'an hourly start in an hour that comes twice stays');
SELECT alike(pg_temp.failure($$SELECT medsched.revise_schedule(user_id, id, '2026-11-10', '{"time_zone": "America/New_York"}') FROM medsched.schedules WHERE user_id = pg_temp.id('4')$$),
  '55000 medsched.schedules.schedule_fits_time_zone: schedule "%" cannot be written in time zone "America/New_York"'
  ' | It has 2026-11-01 06:30:00+00, in an hour that comes twice there; only its first coming can be written.'
  ' | Set its time_zone_pinned, or call medsched.revise_schedule() with a starts_at.', 'nor can it be revised to be there');
SELECT pg_temp.prescribe('6', '7', '2026-11-01 06:30', 'Europe/Berlin', 'FREQ=HOURLY;INTERVAL=8') \g /dev/null
SELECT is(pg_temp.travel('6', 'America/New_York', '2026-11-10'), 1, 'its first coming can be written');
SELECT is(pg_temp.doses('6', '7', '2026-11-09 12:00', '2026-11-10 12:00'), '09 13:30=14:30, 09 21:30=22:30, 10 05:30=00:30', 'and is what it is');

SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'every medication has a schedule');
SELECT * FROM finish();
ROLLBACK;
