\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(35);
-- Tables with pending events cannot be altered.
SET CONSTRAINTS medsched.followed_schedule_goes_on, medsched.followed_schedule_goes_on_changed IMMEDIATE;

\i test/id.psql

-- In January Berlin is an hour ahead of UTC, New York five behind, Tokyo nine ahead.

CREATE FUNCTION pg_temp.prescribe(person text, rule text, more jsonb DEFAULT '{}') RETURNS uuid LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id(person), person, jsonb_build_array(jsonb_build_object(
    'id', pg_temp.id(person || '1'), 'starts_at', '2026-01-01T08:00', 'time_zone', 'Europe/Berlin', 'rrule', rule) || more))
$$;
CREATE FUNCTION pg_temp.doses(person text, window_start timestamptz, window_end timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(d.scheduled_for, 'DD HH24:MI=') || to_char(d.local_time, 'HH24:MI')
                    || CASE WHEN d.status IN ('taken', 'skipped') THEN ' ' || d.status ELSE '' END, ', ' ORDER BY d.scheduled_for)
    FROM medsched.upcoming_doses(pg_temp.id(person), window_start, window_end) AS d
$$;
-- What became of the schedules of a medication, in the order in which they replace each other.
CREATE FUNCTION pg_temp.travel(person text, zone text, at timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', j.outcome, to_char(j.effective_from, 'DD HH24:MI:SS'), j.shortest_interval, j.reason), ', ' ORDER BY s.effective_from NULLS FIRST)
    FROM medsched.change_time_zone(pg_temp.id(person), zone, at) AS j
    JOIN medsched.schedules AS s ON s.id = j.old_schedule_id
$$;

-- The dose of 20:00 in Berlin, 19:00 UTC, is taken 15 minutes early; five minutes later the phone changes zone.
SELECT pg_temp.prescribe('a', 'FREQ=DAILY;BYHOUR=8,20') \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-10 19:00Z', '2026-01-10 18:45Z') \g /dev/null
SELECT is(pg_temp.travel('a', 'America/New_York', '2026-01-10 18:50Z'), 'moved 10 19:00:01 12:00:00', 'west, a dose taken early does not hold up the journey');
SELECT is(pg_temp.doses('a', '2026-01-10', '2026-01-12 12:00'), '10 07:00=08:00, 10 19:00=20:00 taken, 11 13:00=08:00, 12 01:00=20:00',
  'nor is it asked for again by the new clock');
SELECT pg_temp.prescribe('b', 'FREQ=DAILY;BYHOUR=8,20') \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('b'), pg_temp.id('b1'), '2026-01-10 19:00Z', '2026-01-10 18:45Z') \g /dev/null
SELECT is(pg_temp.travel('b', 'Asia/Tokyo', '2026-01-10 18:50Z'), 'moved 10 19:00:01 04:00:00', 'east: 08:00 in Tokyo, 23:00 UTC, comes four hours after it');
SELECT is(pg_temp.doses('b', '2026-01-10', '2026-01-12'), '10 07:00=08:00, 10 19:00=20:00 taken, 10 23:00=08:00, 11 11:00=20:00, 11 23:00=08:00', 'and none is lost');

-- Out of order: of 14:00, 16:00 and 18:00 in Berlin, that of 18:00 is skipped ahead.  The others come by the old clock.
SELECT pg_temp.prescribe('c', 'FREQ=DAILY;BYHOUR=14,16,18') \g /dev/null
SELECT medsched.skip_dose(pg_temp.id('c'), pg_temp.id('c1'), '2026-01-10 17:00Z') \g /dev/null
SELECT is(pg_temp.travel('c', 'America/New_York', '2026-01-10 12:30Z'), 'moved 10 17:00:01 02:00:00', 'a dose skipped ahead');
SELECT is(pg_temp.doses('c', '2026-01-10', '2026-01-11 22:00'), '10 13:00=14:00, 10 15:00=16:00, 10 17:00=18:00 skipped, 11 19:00=14:00, 11 21:00=16:00',
  'what is not recorded before it stays due');

-- Three days were entered by the old clock before the journey was.
SELECT pg_temp.prescribe('d', 'FREQ=DAILY') \g /dev/null
SELECT count(medsched.mark_dose_taken(pg_temp.id('d'), pg_temp.id('d1'), at, at)) FROM unnest('{2026-01-08 07:00Z,2026-01-09 07:00Z,2026-01-10 07:00Z}'::timestamptz[]) AS at \g /dev/null
SELECT is(pg_temp.travel('d', 'America/New_York', '2026-01-08 06:00Z'), 'moved 10 07:00:01 1 day', 'a journey that is entered late begins after what is recorded');
SELECT is(pg_temp.doses('d', '2026-01-09', '2026-01-12'), '09 07:00=08:00 taken, 10 07:00=08:00 taken, 11 13:00=08:00', 'and the next comes by the new clock');

-- All that is left is recorded.
SELECT pg_temp.prescribe('e', 'FREQ=DAILY;COUNT=10') \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('e'), pg_temp.id('e1'), '2026-01-10 07:00Z', '2026-01-10 06:50Z') \g /dev/null
SELECT is(pg_temp.travel('e', 'America/New_York', '2026-01-10 06:55Z'), 'left every dose that it has left is recorded', 'a course whose last dose is taken early has nothing to move');
SELECT is(pg_temp.travel('e', 'America/New_York', '2026-01-10 07:30Z'), NULL, 'and half an hour later it is over');

-- In hours the instants stay, the recorded one too.
SELECT pg_temp.prescribe('f', 'FREQ=HOURLY;INTERVAL=8') \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('f'), pg_temp.id('f1'), '2026-01-10 23:00Z', '2026-01-10 22:45Z') \g /dev/null
SELECT is(pg_temp.travel('f', 'America/New_York', '2026-01-10 22:50Z'), 'moved 10 23:00:01 08:00:00', 'every eight hours');
SELECT is(pg_temp.doses('f', '2026-01-10 15:00', '2026-01-11 16:00'), '10 15:00=16:00, 10 23:00=00:00 taken, 11 07:00=02:00, 11 15:00=10:00', 'stays every eight hours');

-- A change of dose tomorrow: the old row ends at midnight, 23:00 UTC; 20:00 in New York is 01:00 UTC.
SELECT pg_temp.prescribe('10', 'FREQ=DAILY;BYHOUR=20') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('10'), pg_temp.id('101'), '2026-01-10 23:00Z', '{"dose_amount": 2}') \g /dev/null
SELECT is(pg_temp.travel('10', 'America/New_York', '2026-01-10 15:00Z'),
  'left it has no dose by the new clock before 2026-01-10 23:00:00+00, moved 10 23:00:00 1 day', 'what would have no dose stays, the rest goes');
SELECT is(pg_temp.doses('10', '2026-01-09', '2026-01-13'), '09 19:00=20:00, 10 19:00=20:00, 12 01:00=20:00', 'today''s dose is not asked for again tomorrow');
-- With another time of the day tomorrow.
SELECT pg_temp.prescribe('11', 'FREQ=DAILY;BYHOUR=20') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('11'), pg_temp.id('111'), '2026-01-10 23:00Z', '{"rrule": "FREQ=DAILY;BYHOUR=9"}') \g /dev/null
SELECT is(pg_temp.travel('11', 'America/New_York', '2026-01-10 15:00Z'),
  'left it has no dose by the new clock before 2026-01-10 23:00:00+00, moved 10 23:00:00 19:00:00', 'another rule');
SELECT is(pg_temp.doses('11', '2026-01-10', '2026-01-13'), '10 19:00=20:00, 11 14:00=09:00, 12 14:00=09:00', 'loses no dose either');
-- Planned for later: 20:00 in New York on the 19th is 01:00 UTC, and in effect is the new rule, which has no 20:00.
SELECT pg_temp.prescribe('12', 'FREQ=DAILY;BYHOUR=20') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('12'), pg_temp.id('121'), '2026-01-19 23:00Z', '{"rrule": "FREQ=DAILY;BYHOUR=9"}') \g /dev/null
SELECT is(pg_temp.travel('12', 'America/New_York', '2026-01-10 15:00Z'), 'moved 10 15:00:00 1 day, moved 19 23:00:00 18:00:00', 'a change that is planned for later');
SELECT is(pg_temp.doses('12', '2026-01-18', '2026-01-22'), '18 01:00=20:00, 19 01:00=20:00, 19 19:00=14:00, 20 14:00=09:00, 21 14:00=09:00',
  'the last dose before it comes when the old clock shows it');
-- East: from 12:00 UTC on the 12th, 07:00 in New York; 08:00 in Berlin is 07:00 UTC, before it.
SELECT pg_temp.prescribe('13', 'FREQ=DAILY', '{"time_zone": "America/New_York"}') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('13'), pg_temp.id('131'), '2026-01-12 12:00Z', '{"dose_amount": 2}') \g /dev/null
SELECT is(pg_temp.travel('13', 'Europe/Berlin', '2026-01-10 21:00Z'), 'moved 10 21:00:00 18:00:00, moved 12 12:00:00 18:00:00', 'a planned change, going east');
SELECT is(pg_temp.doses('13', '2026-01-10', '2026-01-15'), '10 13:00=08:00, 11 07:00=08:00, 12 07:00=08:00, 13 07:00=08:00, 14 07:00=08:00', 'each morning has its dose');

-- An end: until 23:00 UTC on the 12th.  West, the dose of 20:00 stays one; east, there is none more.
SELECT pg_temp.prescribe('14', 'FREQ=DAILY;BYHOUR=20', '{"ends_at": "2026-01-12T23:00Z"}') \g /dev/null
SELECT is(pg_temp.travel('14', 'America/New_York', '2026-01-10 21:00Z'), 'moved 10 21:00:00 18:00:00', 'a schedule that ends');
SELECT is(pg_temp.doses('14', '2026-01-10', '2026-01-20'), '10 19:00=20:00, 12 01:00=20:00, 12 19:00=14:00', 'west, has its last dose');
SELECT pg_temp.prescribe('15', 'FREQ=DAILY;BYHOUR=20', '{"ends_at": "2026-01-12T18:00Z"}') \g /dev/null
SELECT is(pg_temp.travel('15', 'Asia/Tokyo', '2026-01-10 21:00Z'), 'moved 10 21:00:00 16:00:00', 'before 19:00 in Berlin');
SELECT is(pg_temp.doses('15', '2026-01-10', '2026-01-20'), '10 19:00=20:00, 11 11:00=20:00', 'east, the new clock does not add one on the last day');

-- One alone, with another end: the last dose before it comes, none after it.
SELECT pg_temp.prescribe('18', 'FREQ=DAILY;BYHOUR=20', '{"ends_at": "2026-01-20T23:00Z"}') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('18'), pg_temp.id('181'), '2026-01-10 21:00Z', '{"time_zone": "America/New_York", "ends_at": "2026-01-12T23:00:00Z"}') \g /dev/null
SELECT is(pg_temp.doses('18', '2026-01-10', '2026-01-30'), '10 19:00=20:00, 12 01:00=20:00, 12 19:00=14:00', 'a revision that ends it earlier');
-- At the ends of time.
SELECT pg_temp.prescribe('19', 'FREQ=DAILY;BYHOUR=20', '{"ends_at": "9999-12-31T23:59:59Z"}') \g /dev/null
SELECT is(pg_temp.travel('19', 'America/New_York', '2026-01-10 21:00Z'), 'moved 10 21:00:00 1 day', 'until the last second');
SELECT is(pg_temp.travel('19', 'Asia/Tokyo', '9999-12-30 21:00Z'), 'moved 30 21:00:00 04:00:00', 'and there, where 14:00 of the last day comes before 20:00, too');

-- Each schedule has a row, but for those that are over.
SELECT medsched.create_medication(pg_temp.id('16'), 'of every kind', jsonb_build_array(
  '{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "instructions": "1 moved"}'::jsonb,
  '{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "time_zone_pinned": true, "instructions": "2 pinned"}'::jsonb,
  '{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "as_needed": true, "instructions": "3 as needed"}'::jsonb,
  '{"starts_at": "2026-01-01T08:00", "time_zone": "America/New_York", "rrule": "FREQ=DAILY", "instructions": "4 there"}'::jsonb,
  '{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;COUNT=3", "instructions": "5 over"}'::jsonb,
  '{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=MONTHLY", "instructions": "6 moved"}'::jsonb)) \g /dev/null
SELECT results_eq($$SELECT s.instructions, j.outcome, j.new_schedule_id IS NOT NULL, j.effective_from, j.shortest_interval, j.reason
                      FROM medsched.change_time_zone(pg_temp.id('16'), 'America/New_York', '2026-01-10 12:30Z') AS j
                      JOIN medsched.schedules AS s ON s.id = j.old_schedule_id ORDER BY 1$$,
  $$VALUES ('1 moved', 'moved', true, timestamptz '2026-01-10 12:30Z', interval '1 day', NULL::text), ('2 pinned', 'pinned', false, NULL, NULL, NULL),
           ('3 as needed', 'as_needed', false, NULL, NULL, NULL), ('4 there', 'in_zone', false, NULL, NULL, NULL),
           ('6 moved', 'moved', true, '2026-01-10 12:30Z', '31 days 06:00:00', NULL)$$, 'what becomes of each');

-- One that cannot be written stays, and the others of the person go.
SELECT medsched.create_medication(pg_temp.id('17'), 'dated', jsonb_build_array(jsonb_build_object('id', pg_temp.id('171'),
  'starts_at', '2026-01-01T08:00', 'time_zone', 'Europe/Berlin', 'rrule', 'FREQ=DAILY;BYHOUR=8,20', 'exdates',
  (SELECT jsonb_agg(timestamp '2030-01-01 08:00' + n * interval '1 day') FROM generate_series(1, 10000) AS n)),
  '{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}'::jsonb)) \g /dev/null
SELECT results_eq($$SELECT j.old_schedule_id = pg_temp.id('171'), j.outcome, j.reason
                      FROM medsched.change_time_zone(pg_temp.id('17'), 'America/New_York', '2026-01-10 21:00Z') AS j ORDER BY 1$$,
  $$VALUES (false, 'moved', NULL), (true, 'left', 'the revised schedule must have at most 10000 rdates and as many exdates')$$, 'one with too many dates stays');
-- What the application refuses is not ours to pass over.
ALTER TABLE medsched.schedules ADD CONSTRAINT at_home CHECK (time_zone <> 'Asia/Tokyo') NOT VALID;
SELECT throws_ok($$SELECT medsched.change_time_zone(pg_temp.id('17'), 'Asia/Tokyo', '2026-01-11 21:00Z')$$, '23514', NULL, 'a constraint of the application''s refuses the journey');
SELECT is((SELECT count(*) FROM medsched.schedules WHERE user_id = pg_temp.id('17')), 3::bigint, 'and leaves all as it was');
ALTER TABLE medsched.schedules DROP CONSTRAINT at_home;

-- Random people, doses recorded and journeys.  A course has as many doses after a journey as before: none comes twice, none is
-- lost.  (No two of these zones differ by twelve hours, so no two times meet at one instant.)
CREATE FUNCTION pg_temp.chance(n int, what text) RETURNS float8 LANGUAGE sql AS
$$SELECT ('x' || left(md5(n || what), 8))::bit(32)::bigint / 4294967296.0$$;
CREATE FUNCTION pg_temp.pick(n int, what text, choices text[]) RETURNS text LANGUAGE sql AS
$$SELECT choices[1 + floor(pg_temp.chance(n, what) * cardinality(choices))]$$;
CREATE FUNCTION pg_temp.try_journey(n int, OUT before bigint, OUT after bigint, OUT recorded bigint, OUT kept bigint, OUT broken text) LANGUAGE plpgsql AS $$
DECLARE
  person CONSTANT uuid := md5('traveller ' || n);
  zones CONSTANT text[] := '{Europe/Berlin,America/New_York,America/Los_Angeles,Asia/Tokyo,Asia/Kolkata,Pacific/Honolulu}';
  cut CONSTANT timestamptz := timestamptz '2026-01-10' + date_trunc('minute', pg_temp.chance(n, 'cut') * interval '3 days');
  of_schedule uuid := md5('schedule ' || n);
  dose record;
BEGIN
  PERFORM medsched.create_medication(person, 'x', jsonb_build_array(jsonb_build_object('id', of_schedule, 'starts_at', '2026-01-01T08:00',
    'time_zone', pg_temp.pick(n, 'from', zones), 'rrule', pg_temp.pick(n, 'rule', '{FREQ=DAILY;BYHOUR=8\,20;COUNT=60,FREQ=DAILY;BYHOUR=20;COUNT=30,FREQ=WEEKLY;BYDAY=MO\,TH;COUNT=9}'))));
  -- Changes that are planned.
  FOR i IN 1 .. 3 LOOP
    IF pg_temp.chance(n, 'plans' || i) < 0.5 THEN
      of_schedule := medsched.revise_schedule(person, of_schedule, date_trunc('minute', cut + (i - 0.9 + 0.5 * pg_temp.chance(n, 'planned' || i)) * interval '20 hours'),
                                              jsonb_build_object('dose_amount', i));
    END IF;
  END LOOP;
  FOR dose IN SELECT d.schedule_id, d.scheduled_for, row_number() OVER (ORDER BY d.scheduled_for) AS nth
                FROM medsched.upcoming_doses(person, cut - interval '2 days', cut + interval '3 days') AS d LOOP
    CONTINUE WHEN pg_temp.chance(n, 'recorded' || dose.nth) > CASE WHEN dose.scheduled_for < cut THEN 0.7 ELSE 0.25 END;
    IF pg_temp.chance(n, 'skipped' || dose.nth) < 0.3 THEN
      PERFORM medsched.skip_dose(person, dose.schedule_id, dose.scheduled_for);
    ELSE
      PERFORM medsched.mark_dose_taken(person, dose.schedule_id, dose.scheduled_for, least(dose.scheduled_for, cut));
    END IF;
  END LOOP;
  before := (SELECT count(*) FROM medsched.upcoming_doses(person, '2025-12-01', '2026-04-01'));
  recorded := (SELECT count(*) FROM medsched.dose_taken AS d WHERE d.user_id = person);
  PERFORM medsched.change_time_zone(person, pg_temp.pick(n, 'to', zones), cut);
  after := (SELECT count(*) FROM medsched.upcoming_doses(person, '2025-12-01', '2026-04-01'));
  -- And on, wherever.
  PERFORM medsched.change_time_zone(person, pg_temp.pick(n, 'then', zones), cut + pg_temp.chance(n, 'next') * interval '40 hours');
  kept := (SELECT count(*) FROM medsched.upcoming_doses(person, '2025-12-01', '2026-04-01') AS d WHERE d.status IN ('taken', 'skipped'));
EXCEPTION WHEN OTHERS THEN
  broken := concat_ws(' ', SQLSTATE, SQLERRM);
END
$$;
SELECT is_empty($$SELECT n, t.* FROM generate_series(1, 200) AS n CROSS JOIN LATERAL pg_temp.try_journey(n) AS t
                   WHERE t.before <> t.after OR t.recorded <> t.kept OR t.broken IS NOT NULL$$, 'random journeys: never an error, no dose twice, none lost');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'no rule is broken');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'nor at commit');
SELECT results_eq($$SELECT count(*) FILTER (WHERE s.ends_at > s.effective_from OR s.ends_at IS NULL) > 300, count(*) FILTER (WHERE cardinality(s.rdates) > 0) > 20
                      FROM medsched.schedules AS s WHERE s.replaces IS NOT NULL$$, 'VALUES (true, true)', 'of many kinds');

SELECT * FROM finish();
ROLLBACK;
