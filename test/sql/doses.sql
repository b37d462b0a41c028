\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(52);

CREATE FUNCTION pg_temp.prescribe(medication text, schedule text, zone text, starts_at timestamp, rrule text,
                                  person text DEFAULT 'a') RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name)
  VALUES (lpad(person, 32, '0')::uuid, md5(medication)::uuid, medication)
  ON CONFLICT DO NOTHING;
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  VALUES (lpad(person, 32, '0')::uuid, lpad(schedule, 32, '0')::uuid, md5(medication)::uuid, starts_at, zone, rrule);
$$;
CREATE FUNCTION pg_temp.doses(window_start timestamptz, window_end timestamptz, person text DEFAULT 'a')
RETURNS TABLE (medication text, scheduled_for timestamptz, local_time timestamp) LANGUAGE sql AS $$
  SELECT medication_name, scheduled_for, local_time FROM medsched.upcoming_doses(lpad(person, 32, '0')::uuid, window_start, window_end)
$$;

-- Spring in Berlin: at 02:00 on 29 March 2026 the clock goes to 03:00 (01:00Z).
SELECT pg_temp.prescribe('Metformin', 'a1', 'Europe/Berlin', '2026-01-01 08:00', 'FREQ=DAILY;BYHOUR=8,20') \g /dev/null
SELECT pg_temp.prescribe('Night drops', 'a2', 'Europe/Berlin', '2026-03-01 02:30', 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.prescribe('Amoxicillin', 'a3', 'Europe/Berlin', '2026-03-28 06:00', 'FREQ=HOURLY;INTERVAL=8;COUNT=6') \g /dev/null
SELECT results_eq(
  $$SELECT * FROM pg_temp.doses('2026-03-28 00:00 Europe/Berlin', '2026-03-31 00:00 Europe/Berlin')$$,
  $$VALUES
    ('Night drops', timestamptz '2026-03-28 01:30Z', timestamp '2026-03-28 02:30'),
    ('Amoxicillin', '2026-03-28 05:00Z', '2026-03-28 06:00'),
    ('Metformin',   '2026-03-28 07:00Z', '2026-03-28 08:00'),
    ('Amoxicillin', '2026-03-28 13:00Z', '2026-03-28 14:00'),
    ('Metformin',   '2026-03-28 19:00Z', '2026-03-28 20:00'),
    ('Amoxicillin', '2026-03-28 21:00Z', '2026-03-28 22:00'),
    ('Night drops', '2026-03-29 01:30Z', '2026-03-29 03:30'),
    ('Amoxicillin', '2026-03-29 05:00Z', '2026-03-29 07:00'),
    ('Metformin',   '2026-03-29 06:00Z', '2026-03-29 08:00'),
    ('Amoxicillin', '2026-03-29 13:00Z', '2026-03-29 15:00'),
    ('Metformin',   '2026-03-29 18:00Z', '2026-03-29 20:00'),
    ('Amoxicillin', '2026-03-29 21:00Z', '2026-03-29 23:00'),
    ('Night drops', '2026-03-30 00:30Z', '2026-03-30 02:30'),
    ('Metformin',   '2026-03-30 06:00Z', '2026-03-30 08:00'),
    ('Metformin',   '2026-03-30 18:00Z', '2026-03-30 20:00')$$,
  'three days around the clocks going forward in Berlin');

-- Autumn in Berlin: at 03:00 on 25 October 2026 the clock goes back to 02:00 (01:00Z).
SELECT results_eq(
  $$SELECT * FROM pg_temp.doses('2026-10-24 00:00 Europe/Berlin', '2026-10-27 00:00 Europe/Berlin')$$,
  $$VALUES
    ('Night drops', timestamptz '2026-10-24 00:30Z', timestamp '2026-10-24 02:30'),
    ('Metformin',   '2026-10-24 06:00Z', '2026-10-24 08:00'),
    ('Metformin',   '2026-10-24 18:00Z', '2026-10-24 20:00'),
    ('Night drops', '2026-10-25 00:30Z', '2026-10-25 02:30'),
    ('Metformin',   '2026-10-25 07:00Z', '2026-10-25 08:00'),
    ('Metformin',   '2026-10-25 19:00Z', '2026-10-25 20:00'),
    ('Night drops', '2026-10-26 01:30Z', '2026-10-26 02:30'),
    ('Metformin',   '2026-10-26 07:00Z', '2026-10-26 08:00'),
    ('Metformin',   '2026-10-26 19:00Z', '2026-10-26 20:00')$$,
  'three days around the clocks going back');

-- Two times of a rule that a gap makes one: 02:30 is read as 03:30.
SELECT pg_temp.prescribe('Eye ointment', 'b1', 'Europe/Berlin', '2026-03-01 02:30', 'FREQ=DAILY;BYHOUR=2,3', 'b') \g /dev/null
SELECT results_eq(
  $$SELECT scheduled_for FROM pg_temp.doses('2026-03-28 12:00Z', '2026-03-30 01:00Z', 'b')$$,
  $$VALUES (timestamptz '2026-03-29 01:30Z'), ('2026-03-30 00:30Z')$$,
  'two times that land on one instant are one dose');

-- Auckland: at 03:00 on 5 April 2026 the clock goes back to 02:00 (14:00Z the day before).
SELECT pg_temp.prescribe('Insulin glargine', 'c1', 'Pacific/Auckland', '2026-04-01 02:30', 'FREQ=DAILY', 'c') \g /dev/null
-- New York: at 02:00 on 8 March 2026 the clock goes to 03:00 (07:00Z); one user, two zones.
SELECT pg_temp.prescribe('Levothyroxine', 'c2', 'America/New_York', '2026-03-01 06:30', 'FREQ=DAILY;UNTIL=20260309', 'c') \g /dev/null
SELECT results_eq(
  $$SELECT * FROM pg_temp.doses('2026-03-07 00:00Z', '2026-04-06 00:00Z', 'c')$$,
  $$VALUES
    ('Levothyroxine',    timestamptz '2026-03-07 11:30Z', timestamp '2026-03-07 06:30'),
    ('Levothyroxine',    '2026-03-08 10:30Z', '2026-03-08 06:30'),
    ('Levothyroxine',    '2026-03-09 10:30Z', '2026-03-09 06:30'),
    ('Insulin glargine', '2026-03-31 13:30Z', '2026-04-01 02:30'),
    ('Insulin glargine', '2026-04-01 13:30Z', '2026-04-02 02:30'),
    ('Insulin glargine', '2026-04-02 13:30Z', '2026-04-03 02:30'),
    ('Insulin glargine', '2026-04-03 13:30Z', '2026-04-04 02:30'),
    ('Insulin glargine', '2026-04-04 13:30Z', '2026-04-05 02:30'),
    ('Insulin glargine', '2026-04-05 14:30Z', '2026-04-06 02:30')$$,
  'a user in two zones, one on each side of the world');

-- Windows are half-open.
SELECT results_eq(
  $$SELECT scheduled_for FROM pg_temp.doses('2026-02-01 07:00Z', '2026-02-01 19:00Z') WHERE medication = 'Metformin'$$,
  $$VALUES (timestamptz '2026-02-01 07:00Z')$$, 'the window''s start is in it, its end is not');
SELECT is_empty($$SELECT pg_temp.doses('2026-02-01 07:00:00.000001Z', '2026-02-01 19:00Z')$$, 'a microsecond late is late');
SELECT is((SELECT count(*) FROM pg_temp.doses('2026-02-01 07:00:00.000001Z', '2026-02-01 19:00:00.000001Z')), 1::bigint, 'a microsecond more is more');
SELECT is_empty($$SELECT pg_temp.doses('2026-02-01 07:00Z', '2026-02-01 07:00Z')$$, 'an empty window has no doses');
SELECT is_empty($$SELECT pg_temp.doses('2025-01-01', '2026-01-01')$$, 'nor has one before the start');
SELECT is_empty($$SELECT pg_temp.doses('2026-02-01', '2026-03-01', 'd')$$, 'nor has a user without medications');

-- Order: time, name, schedule.
SELECT pg_temp.prescribe(name, schedule, 'UTC', '2026-06-01 08:00', 'FREQ=DAILY', 'e')
FROM (VALUES ('Zinc', 'e1'), ('Aspirin', 'e4'), ('Aspirin', 'e2'), ('Magnesium', 'e3')) AS t (name, schedule) \g /dev/null
SELECT results_eq(
  $$SELECT medication_name, right(schedule_id::text, 2), extract(day FROM local_time)::int
      FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-03')$$,
  $$VALUES ('Aspirin', 'e2', 1), ('Aspirin', 'e4', 1), ('Magnesium', 'e3', 1), ('Zinc', 'e1', 1),
           ('Aspirin', 'e2', 2), ('Aspirin', 'e4', 2), ('Magnesium', 'e3', 2), ('Zinc', 'e1', 2)$$,
  'ordered by time, then name, then schedule');

-- Every column.
UPDATE medsched.schedules SET dose_amount = 1.5, dose_unit = 'tablet', instructions = 'after breakfast' WHERE id = lpad('e1', 32, '0')::uuid;
SELECT is(d, ROW(medsched.dose_id(lpad('e1', 32, '0')::uuid, '2026-06-01 08:00Z'), timestamptz '2026-06-01 08:00Z', timestamp '2026-06-01 08:00',
                 'UTC'::text, md5('Zinc')::uuid, 'Zinc'::text, lpad('e1', 32, '0')::uuid, 1.5, 'tablet'::text, 'after breakfast'::text,
                 NULL::timestamptz, NULL::text, d.status, timestamptz '2026-06-01 08:00Z')::medsched.dose, 'a row, all its columns')
FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-02') AS d WHERE medication_name = 'Zinc';
SELECT medsched.mark_dose_taken(lpad('e', 32, '0')::uuid, lpad('e1', 32, '0')::uuid, '2026-06-01 08:00Z', '2026-06-01 09:00Z', 'Ben') \g /dev/null
SELECT is((taken_at, recorded_by, status), (timestamptz '2026-06-01 09:00Z', 'Ben'::text, 'taken'::text), 'and with what was recorded')
FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-02') WHERE medication_name = 'Zinc';
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at, recorded_by)
VALUES (lpad('e', 32, '0')::uuid, lpad('e3', 32, '0')::uuid, '2026-06-01 08:00Z', 'skipped', NULL, 'Ben');
SELECT results_eq(
  $$SELECT medication_name, status, recorded_by, taken_at FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-02')
     WHERE recorded_by IS NOT NULL$$,
  $$VALUES ('Magnesium', 'skipped', 'Ben', NULL), ('Zinc', 'taken', 'Ben', timestamptz '2026-06-01 09:00Z')$$,
  'a skipped dose is there, and was not taken; another schedule''s dose at the same instant is untouched');
SELECT results_eq(
  $$SELECT scheduled_for FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-04') WHERE status = 'taken'$$,
  $$VALUES (timestamptz '2026-06-01 08:00Z')$$, 'one dose recorded is one dose taken');

-- Only while the medication is active, and the schedule lasts.
UPDATE medsched.schedules SET ends_at = '2026-06-03 08:00Z' WHERE id = lpad('e4', 32, '0')::uuid;
UPDATE medsched.medications SET inactivated_at = '2026-06-02 08:00:00.5Z' WHERE id = md5('Zinc')::uuid;
SELECT results_eq(
  $$SELECT right(schedule_id::text, 2), max(scheduled_for) FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-05') GROUP BY 1 ORDER BY 1$$,
  $$VALUES ('e1', timestamptz '2026-06-02 08:00Z'), ('e2', '2026-06-04 08:00Z'), ('e3', '2026-06-04 08:00Z'), ('e4', '2026-06-02 08:00Z')$$,
  'no dose at or after ends_at or inactivated_at');
SELECT is_empty($$SELECT 1 FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-03', '2026-06-05') WHERE right(schedule_id::text, 2) IN ('e1', 'e4')$$,
  'in a later window neither');

-- As needed: only what was recorded.
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed)
VALUES (lpad('e', 32, '0')::uuid, lpad('e5', 32, '0')::uuid, md5('Aspirin')::uuid, '2026-06-01 00:00', 'UTC', true);
SELECT is_empty($$SELECT 1 FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-07-01') WHERE right(schedule_id::text, 2) = 'e5'$$,
  'as needed, nothing is upcoming');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
SELECT lpad('e', 32, '0')::uuid, lpad('e5', 32, '0')::uuid, at, at
  FROM unnest('{2026-06-01 03:00Z, 2026-06-01 08:00Z, 2026-06-01 21:17:05Z, 2026-06-03 08:00Z}'::timestamptz[]) AS at;
SELECT results_eq(
  $$SELECT right(schedule_id::text, 2), scheduled_for, status = 'taken' FROM medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-02') WHERE medication_name = 'Aspirin'$$,
  $$VALUES ('e5', timestamptz '2026-06-01 03:00Z', true), ('e2', '2026-06-01 08:00Z', false), ('e4', '2026-06-01 08:00Z', false),
           ('e5', '2026-06-01 08:00Z', true), ('e5', '2026-06-01 21:17:05Z', true)$$,
  'but what was taken is listed in its place');

-- Status, at the transaction's time.
CREATE TEMP TABLE moments AS
  SELECT moment, date_trunc('second', now()) - moment::interval AS at, grace::interval
    FROM (VALUES ('-1 second', NULL), ('0', NULL), ('59 minutes', NULL), ('61 minutes', NULL),
                 ('30 minutes', '10 minutes'), ('3 hours', '4 hours'), ('5 hours', '4 hours')) AS t (moment, grace);
INSERT INTO medsched.medications (user_id, id, name) VALUES (lpad('f', 32, '0')::uuid, md5('f')::uuid, 'f');
INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, grace, instructions)
SELECT lpad('f', 32, '0')::uuid, md5('f')::uuid, at AT TIME ZONE 'UTC', 'UTC', grace, moment FROM moments;
SELECT set_eq(
  $$SELECT instructions, status FROM medsched.upcoming_doses(lpad('f', 32, '0')::uuid, now() - interval '1 day', now() + interval '1 day')$$,
  $$VALUES ('-1 second', 'upcoming'), ('0', 'due'), ('59 minutes', 'due'), ('61 minutes', 'missed'),
           ('30 minutes', 'missed'), ('3 hours', 'due'), ('5 hours', 'missed')$$,
  'due within the grace, an hour unless the schedule says otherwise');
SET LOCAL medsched.grace = '1min';
SELECT set_eq(
  $$SELECT instructions, status FROM medsched.upcoming_doses(lpad('f', 32, '0')::uuid, now() - interval '1 day', now() + interval '1 day')$$,
  $$VALUES ('-1 second', 'upcoming'), ('0', 'due'), ('59 minutes', 'missed'), ('61 minutes', 'missed'),
           ('30 minutes', 'missed'), ('3 hours', 'due'), ('5 hours', 'missed')$$,
  'or the setting does');
RESET medsched.grace;

-- What is no window.
SELECT is(pg_temp.failure(format('SELECT medsched.upcoming_doses(%L, %L, %L)', u, s, e)), error, error)
FROM (VALUES
  (NULL, '2026-01-01', '2026-01-02', '22004: user_id must not be null'),
  ('00000000-0000-0000-0000-00000000000a', NULL, '2026-01-02', '22004: window_start must not be null'),
  ('00000000-0000-0000-0000-00000000000a', '2026-01-01', NULL, '22004: window_end must not be null'),
  ('00000000-0000-0000-0000-00000000000a', '-infinity', '2026-01-02', '22023: window_start must be finite | Give the window that you will show, for example one week.'),
  ('00000000-0000-0000-0000-00000000000a', '2026-01-01', 'infinity', '22023: window_end must be finite | Give the window that you will show, for example one week.'),
  ('00000000-0000-0000-0000-00000000000a', '2026-01-02', '2026-01-01',
   '22023: window_end must not be before window_start | The window is from 2026-01-02 00:00:00+00 to 2026-01-01 00:00:00+00.')
) AS t (u, s, e, error);

-- The bound: metformin has two doses a day, the drops one.
SET LOCAL medsched.max_doses = 6;
SELECT is((SELECT count(*) FROM pg_temp.doses('2026-02-01', '2026-02-03')), 4::bigint, 'fewer than max_doses');
SELECT is((SELECT count(*) FROM pg_temp.doses('2026-03-02', '2026-03-04')), 6::bigint, 'as many as max_doses');
SELECT is(pg_temp.failure($$SELECT pg_temp.doses('2026-03-02', '2026-03-05')$$),
  '54000: more than 6 doses in the window | The setting medsched.max_doses bounds how many doses one call computes.'
  ' | Narrow the window, or raise medsched.max_doses.', 'more than max_doses');
SET LOCAL medsched.max_doses = 3;
SELECT is(pg_temp.failure($$SELECT medsched.upcoming_doses(lpad('e', 32, '0')::uuid, '2026-06-01', '2026-06-02')$$) ~ '^54000: more than 3 doses',
  true, 'more than max_doses recorded');
RESET medsched.max_doses;

-- Marking a dose ------------------------------------------------------------

SELECT is((user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, recorded_at, newly_taken),
  (lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, timestamptz '2026-03-01 07:00Z', timestamptz '2026-03-01 07:20Z',
   'daughter'::text, 1.5, 'crushed'::text, 'taken'::text, NULL::text, now(), true), 'a dose is marked, and returned')
FROM medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, '2026-03-01 07:00Z', '2026-03-01 07:20Z', 'daughter', 1.5, 'crushed');
SELECT is((taken_at, recorded_by, amount, note, newly_taken),
  (timestamptz '2026-03-01 07:20Z', 'daughter'::text, 1.5, 'crushed'::text, false), 'again, nothing changes, and the first record is returned')
FROM medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, '2026-03-01 07:00Z', '2026-03-02 00:00Z', 'son', 2, 'whole');
SELECT is((SELECT count(*) FROM medsched.dose_taken WHERE schedule_id = lpad('a1', 32, '0')::uuid), 1::bigint, 'there is one row');
SELECT is((taken_at, recorded_by, amount, note, newly_taken), (now(), NULL::text, NULL::numeric, NULL::text, true), 'now, unless said otherwise')
FROM medsched.mark_dose_taken(user_id => lpad('a', 32, '0')::uuid, schedule_id => lpad('a1', 32, '0')::uuid, scheduled_for => '2026-03-01 19:00Z');
SELECT is((SELECT array_agg(status || ' ' || scheduled_for ORDER BY scheduled_for)
             FROM medsched.upcoming_doses(lpad('a', 32, '0')::uuid, '2026-03-01', '2026-03-02') WHERE medication_name = 'Metformin'),
  '{taken 2026-03-01 07:00:00+00,taken 2026-03-01 19:00:00+00}', 'both are taken');

SELECT is(pg_temp.failure(format('SELECT medsched.mark_dose_taken(%L, %L, %L, %L)', u, s, f, t)), error, error)
FROM (VALUES
  (NULL, lpad('a1', 32, '0'), '2026-03-01 07:00Z', '2026-03-01 07:00Z', '22004: user_id must not be null'),
  (lpad('a', 32, '0'), NULL, '2026-03-01 07:00Z', '2026-03-01 07:00Z', '22004: schedule_id must not be null'),
  (lpad('a', 32, '0'), lpad('a1', 32, '0'), NULL, '2026-03-01 07:00Z', '22004: scheduled_for must not be null'),
  (lpad('a', 32, '0'), lpad('a1', 32, '0'), '2026-03-01 07:00Z', NULL, '22004: taken_at must not be null'),
  (lpad('a', 32, '0'), lpad('a1', 32, '0'), '2026-03-01 07:00Z', 'infinity', '22023: taken_at must be finite'),
  (lpad('a', 32, '0'), lpad('a1', 32, '0'), '2026-03-01 07:00Z', '-infinity', '22023: taken_at must be finite'),
  (lpad('b', 32, '0'), lpad('a1', 32, '0'), '2026-03-01 07:00Z', '2026-03-01 07:00Z',
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-0000000000a1" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.'),
  (lpad('a', 32, '0'), lpad('99', 32, '0'), '2026-03-01 07:00Z', '2026-03-01 07:00Z',
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000099" not found | User "00000000-0000-0000-0000-00000000000a" has no schedule by that id.'),
  (lpad('a', 32, '0'), lpad('a1', 32, '0'), '2026-03-01 08:00Z', '2026-03-01 08:00Z',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2026-03-01 08:00:00+00'
   ' | The nearest doses are at 2026-03-01 07:00:00+00 and at 2026-03-01 19:00:00+00.'
   ' | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  (lpad('a', 32, '0'), lpad('a1', 32, '0'), 'infinity', '2026-03-01 08:00Z',
   '22023: scheduled_for must be finite'),
  (lpad('e', 32, '0'), lpad('e3', 32, '0'), '2026-06-01 08:00Z', '2026-06-01 08:00Z',
   '55000 medsched.dose_taken.dose_already_skipped: the dose at 2026-06-01 08:00:00+00 is already recorded as skipped'
   ' | If it was taken after all, call medsched.undo_dose() first.')
) AS t (u, s, f, t, error);

-- A trigger that swallows the insert is not taken for success.
CREATE FUNCTION pg_temp.swallow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER swallow BEFORE INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.swallow();
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, '2026-03-02 07:00Z')$$) ~ '^40001: could not record the dose',
  true, 'a dose that did not go in is an error');
DROP TRIGGER swallow ON medsched.dose_taken;

-- Where an SRF may stand, and what it may be joined with.
SELECT is((SELECT count(*) FROM (SELECT medsched.upcoming_doses(lpad('a', 32, '0')::uuid, '2026-02-01', '2026-02-03')) AS d), 4::bigint, 'in the select list');
SELECT results_eq(
  $$SELECT u, count(d.*) FROM (VALUES ('a'), ('b'), ('d')) AS p (u)
      LEFT JOIN LATERAL medsched.upcoming_doses(lpad(u, 32, '0')::uuid, '2026-03-02', '2026-03-03') AS d ON true GROUP BY u ORDER BY u$$,
  $$VALUES ('a', 3::bigint), ('b', 2), ('d', 0)$$, 'for several users, laterally');

-- A dose recorded while the triggers were off, at no time of the schedule: shown, and not in the way.
ALTER TABLE medsched.dose_taken DISABLE TRIGGER dose_is_scheduled;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES
  (lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, '2026-02-05 06:59Z'),
  (lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, '2026-02-05 07:00Z');
SELECT results_eq(
  $$SELECT scheduled_for, status = 'taken' FROM medsched.upcoming_doses(lpad('a', 32, '0')::uuid, '2026-02-05', '2026-02-06')$$,
  $$VALUES (timestamptz '2026-02-05 06:59Z', true), ('2026-02-05 07:00Z', true), ('2026-02-05 19:00Z', false)$$, 'stray rows do no harm');

-- A million calls leave the backend as it was: so do a thousand, and their errors.
CREATE FUNCTION pg_temp.memory() RETURNS bigint LANGUAGE sql AS $$SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts$$;
CREATE FUNCTION pg_temp.exercise(times int) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. times LOOP
    PERFORM medsched.upcoming_doses(lpad('c', 32, '0')::uuid, '2026-03-07', '2026-04-06');
    PERFORM medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, '2026-03-01 07:00Z');
    BEGIN
      PERFORM medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('a1', 32, '0')::uuid, '2026-03-01 07:01Z');
    EXCEPTION WHEN check_violation THEN
    END;
  END LOOP;
  RETURN pg_temp.memory();
END
$$;
SELECT pg_temp.exercise(100) AS before \gset
SELECT cmp_ok(pg_temp.exercise(1000) - :before, '<', 100000::bigint, 'a thousand calls more leave no more than they found');

SELECT * FROM finish();
ROLLBACK;
