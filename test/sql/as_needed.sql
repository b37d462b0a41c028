\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(81);

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''
\set hint ''' | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'''

-- A medication as needed from 1 March 2020 00:00 UTC on, and its schedule.
CREATE FUNCTION pg_temp.prescribe(schedule text, min_interval text, max_per_24h int, person text DEFAULT 'a') RETURNS void LANGUAGE sql AS $$
  SELECT medsched.create_medication(lpad(person, 32, '0')::uuid, 'As needed', jsonb_build_array(jsonb_build_object(
    'id', lpad(replace(schedule, '-', ''), 32, '0')::uuid, 'starts_at', '2020-03-01T00:00:00', 'time_zone', 'UTC', 'as_needed', true,
    'min_interval', min_interval, 'max_per_24h', max_per_24h)))
$$;
-- Takes one; what it says.
CREATE FUNCTION pg_temp.take(schedule text, at text, person text DEFAULT 'a') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L)', lpad(person, 32, '0'), lpad(replace(schedule, '-', ''), 32, '0'), at))
$$;
CREATE FUNCTION pg_temp.next(schedule text, at text, person text DEFAULT 'a') RETURNS timestamptz LANGUAGE sql AS $$
  SELECT medsched.next_as_needed_at(lpad(person, 32, '0')::uuid, lpad(replace(schedule, '-', ''), 32, '0')::uuid, at::timestamptz)
$$;
CREATE FUNCTION pg_temp.taken(schedule text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(scheduled_for, 'DD HH24:MI'), ', ' ORDER BY scheduled_for) FROM medsched.dose_taken WHERE schedule_id = lpad(replace(schedule, '-', ''), 32, '0')::uuid
$$;

-- Paracetamol: at least 4 hours apart, at most 4 in 24 hours.
SELECT pg_temp.prescribe('a1', '4 hours', 4) \g /dev/null

-- Taking one ------------------------------------------------------------------

SELECT is((user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, recorded_at, newly_taken),
  (:ann::uuid, lpad('a1', 32, '0')::uuid, timestamptz '2020-03-01 08:00Z', timestamptz '2020-03-01 08:00:00.7Z', 'daughter'::text, 2::numeric, 'headache'::text,
   'taken'::text, NULL::text, now(), true), 'a dose is recorded at the second it was taken in')
FROM medsched.take_as_needed(:ann, lpad('a1', 32, '0')::uuid, '2020-03-01 08:00:00.7Z', 'daughter', 2, 'headache');
SELECT is((scheduled_for, taken_at, recorded_by, newly_taken), (timestamptz '2020-03-01 08:00Z', timestamptz '2020-03-01 08:00:00.7Z', 'daughter'::text, false),
  'two in one second are one')
FROM medsched.take_as_needed(:ann, lpad('a1', 32, '0')::uuid, '2020-03-01 08:00:00.2Z', 'son');
SELECT results_eq($$SELECT scheduled_for, status, recorded_by FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2020-03-01', '2020-03-02')$$,
  $$VALUES (timestamptz '2020-03-01 08:00Z', 'taken', 'daughter')$$, 'it is listed');
SELECT is((taken_at, scheduled_for, newly_taken), (now(), date_trunc('second', now()), true), 'now, unless said otherwise')
FROM medsched.take_as_needed(user_id => :ann, schedule_id => lpad('a1', 32, '0')::uuid);
SELECT is((SELECT outcome FROM medsched.undo_dose(:ann, lpad('a1', 32, '0')::uuid, date_trunc('second', now()))), 'taken', 'and undone');
SELECT is((SELECT newly_taken FROM medsched.take_as_needed(:ben, lpad('b1', 32, '0')::uuid, '1969-12-31 23:59:59.5Z')), true, 'before 1970 and 2000, too')
FROM (SELECT medsched.create_medication(:ben, 'Old', '[{"id": "00000000-0000-0000-0000-0000000000b1", "starts_at": "1960-01-01T00:00:00", "time_zone": "UTC", "as_needed": true}]')) AS _;
SELECT is((SELECT scheduled_for FROM medsched.dose_taken WHERE schedule_id = lpad('b1', 32, '0')::uuid), timestamptz '1969-12-31 23:59:59Z', 'it is the second begun');

-- The least interval ------------------------------------------------------------

SELECT is(pg_temp.take('a1', '2020-03-01 11:59:59.9Z'),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-01 11:59:59+00 is too close to another'
  ' | Doses are at least 04:00:00 apart, and one was taken at 2020-03-01 08:00:00+00. The next is allowed at 2020-03-01 12:00:00+00.' || :hint, 'too soon');
SELECT is(pg_temp.take('a1', '2020-03-01 04:00:01Z'),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-01 04:00:01+00 is too close to another'
  ' | Doses are at least 04:00:00 apart, and one was taken at 2020-03-01 08:00:00+00. The next is allowed at 2020-03-01 12:00:00+00.' || :hint,
  'one recorded later keeps its distance, too');
SELECT is(pg_temp.next('a1', at), next::timestamptz, 'next from ' || at)
FROM (VALUES ('2020-03-01 08:00Z', '2020-03-01 12:00Z'), ('2020-03-01 11:59:59.5Z', '2020-03-01 12:00Z'), ('2020-03-01 12:00Z', '2020-03-01 12:00Z'),
             ('2020-03-01 12:00:00.5Z', '2020-03-01 12:00:00.5Z'), ('2020-05-01 12:00Z', '2020-05-01 12:00Z'),
             ('2020-03-01 04:00Z', '2020-03-01 04:00Z'), ('2020-03-01 04:00:00.9Z', '2020-03-01 04:00:00.9Z'), ('2020-03-01 04:00:01Z', '2020-03-01 12:00Z'),
             ('2020-02-01', '2020-03-01 00:00Z'), ('4000-01-01 BC', '2020-03-01 00:00Z')) AS t (at, next);
SELECT is(pg_temp.take('a1', '2020-03-01 12:00Z'), 'no error', 'allowed when it is said to be');

-- The most in 24 hours ------------------------------------------------------------

SELECT is(pg_temp.take('a1', at), 'no error', 'the next at ' || at) FROM (VALUES ('2020-03-01 16:00Z'), ('2020-03-01 20:00Z')) AS t (at);
SELECT is(pg_temp.take('a1', '2020-03-02 07:59:59Z'),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-02 07:59:59+00 is one too many in 24 hours'
  ' | At most 4 doses are taken in any 24 hours, and 4 were taken from 2020-03-01 08:00:00+00 to 2020-03-01 20:00:00+00.'
  ' The next is allowed at 2020-03-02 08:00:00+00.' || :hint, 'a fifth');
-- 04:00, 08:00, 12:00, 16:00 and 20:00 are five within 16 hours.
SELECT is(pg_temp.take('a1', '2020-03-01 04:00Z'),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-01 04:00:00+00 is one too many in 24 hours'
  ' | At most 4 doses are taken in any 24 hours, and 4 were taken from 2020-03-01 08:00:00+00 to 2020-03-01 20:00:00+00.'
  ' The next is allowed at 2020-03-02 08:00:00+00.' || :hint, 'a fifth that was recorded later');
SELECT is(pg_temp.take('a1', '2020-03-01 18:00Z'),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-01 18:00:00+00 is too close to another'
  ' | Doses are at least 04:00:00 apart, and one was taken at 2020-03-01 16:00:00+00. The next is allowed at 2020-03-02 08:00:00+00.' || :hint,
  'what is next keeps both limits');
SELECT is(pg_temp.next('a1', '2020-03-01 20:00Z'), timestamptz '2020-03-02 08:00Z', 'next after four');
SELECT is(pg_temp.take('a1', '2020-03-02 08:00Z'), 'no error', 'the first is no longer among them 24 hours later');
-- 12:00, 16:00, 20:00 and 08:00: until 12:00.
SELECT is(pg_temp.next('a1', '2020-03-02 08:00Z'), timestamptz '2020-03-02 12:00Z', 'and so on');

SELECT pg_temp.prescribe('a2', NULL, 1) \g /dev/null
SELECT is(pg_temp.take('a2', '2020-03-05 22:00Z'), 'no error', 'another medication has its own doses');
SELECT is(pg_temp.take('a2', '2020-03-06 06:00Z'),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-06 06:00:00+00 is one too many in 24 hours'
  ' | At most 1 dose is taken in any 24 hours, and one was taken at 2020-03-05 22:00:00+00. The next is allowed at 2020-03-06 22:00:00+00.' || :hint, 'one in 24 hours');

-- Between two neighbours: at least 2 hours apart, at 10:00 and 14:00.
SELECT pg_temp.prescribe('a3', '2 hours', NULL) \g /dev/null
SELECT is(pg_temp.take('a3', at), 'no error', 'two at ' || at) FROM (VALUES ('2020-03-01 10:00Z'), ('2020-03-01 14:00Z')) AS t (at);
SELECT is(pg_temp.take('a3', '2020-03-01 12:00:01Z'),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-01 12:00:01+00 is too close to another'
  ' | Doses are at least 02:00:00 apart, and one was taken at 2020-03-01 14:00:00+00. The next is allowed at 2020-03-01 16:00:00+00.' || :hint,
  'too close to the one after it');
SELECT is(pg_temp.next('a3', '2020-03-01 10:30Z'), timestamptz '2020-03-01 12:00Z', 'between them is room');
SELECT is(pg_temp.take('a3', '2020-03-01 12:00Z'), 'no error', 'for one');

-- No way round them ---------------------------------------------------------------

SELECT is(pg_temp.failure(call), error, call)
FROM (VALUES
  ($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a3', '2020-03-01 15:00Z')$$,
   '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-01 15:00:00+00 is too close to another'
   ' | Doses are at least 02:00:00 apart, and one was taken at 2020-03-01 14:00:00+00. The next is allowed at 2020-03-01 16:00:00+00.' || :hint),
  ($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a3', '2020-03-01 16:00Z')$$, 'no error'),
  ($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES
       ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a3', '2020-03-02 10:00Z'),
       ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a3', '2020-03-02 11:00Z')$$,
   '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-02 10:00:00+00 is too close to another'
   ' | Doses are at least 02:00:00 apart, and one was taken at 2020-03-02 11:00:00+00. The next is allowed at 2020-03-02 13:00:00+00.' || :hint),
  ($$UPDATE medsched.dose_taken SET scheduled_for = '2020-03-01 14:30Z' WHERE schedule_id = '00000000-0000-0000-0000-0000000000a3' AND scheduled_for = '2020-03-01 16:00Z'$$,
   '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-01 14:30:00+00 is too close to another'
   ' | Doses are at least 02:00:00 apart, and one was taken at 2020-03-01 14:00:00+00. The next is allowed at 2020-03-01 16:00:00+00.' || :hint),
  ($$UPDATE medsched.dose_taken SET scheduled_for = '2020-03-01 16:30Z' WHERE schedule_id = '00000000-0000-0000-0000-0000000000a3' AND scheduled_for = '2020-03-01 16:00Z'$$, 'no error'),
  ($$UPDATE medsched.dose_taken SET note = 'with water' WHERE schedule_id = '00000000-0000-0000-0000-0000000000a3'$$, 'no error')
) AS t (call, error);
SELECT is(pg_temp.taken('a3'), '01 10:00, 01 12:00, 01 14:00, 01 16:30', 'these were taken');

-- A schedule that replaces another goes on counting; so does a second one of the medication.
SELECT medsched.revise_schedule(:ann, lpad('a3', 32, '0')::uuid, '2020-03-01 17:00Z', '{"dose_amount": 2}') AS a4 \gset
SELECT is(pg_temp.take(:'a4', '2020-03-01 18:00Z'),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-01 18:00:00+00 is too close to another'
  ' | Doses are at least 02:00:00 apart, and one was taken at 2020-03-01 16:30:00+00. The next is allowed at 2020-03-01 18:30:00+00.' || :hint,
  'revising a schedule does not forget what was taken');
SELECT is(pg_temp.next(:'a4', '2020-03-01 10:00Z'), timestamptz '2020-03-01 18:30Z', 'the next is after it, and after 17:00');
SELECT is(pg_temp.next('a3', '2020-03-01 16:30Z'), NULL, 'the schedule revised has none any more');
SELECT is(pg_temp.take(:'a4', '2020-03-01 18:30Z'), 'no error', 'and it is taken then');
-- A dose at a set time is another matter: daily at 19:00.
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
SELECT user_id, lpad('a5', 32, '0')::uuid, medication_id, '2020-03-01 19:00', 'UTC', 'FREQ=DAILY' FROM medsched.schedules WHERE id = lpad('a3', 32, '0')::uuid;
SELECT lives_ok($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a5', '2020-03-01 19:00Z')$$, 'a dose at a set time is not bound by the limits');
SELECT is(pg_temp.take(:'a4', '2020-03-01 20:30Z'), 'no error', 'nor does it bind');

-- Limits that change bind what comes after: what was taken stays.
SELECT is(pg_temp.failure(format('UPDATE medsched.schedules SET min_interval = %L, max_per_24h = 2 WHERE id = %L', '1 day', :'a4')), 'no error', 'limits may become narrower than what was taken');
SELECT is(pg_temp.take(:'a4', '2020-03-02 08:00Z'),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-02 08:00:00+00 is too close to another'
  ' | Doses are at least 1 day apart, and one was taken at 2020-03-01 10:00:00+00. The next is allowed at 2020-03-02 20:30:00+00.' || :hint, 'the next is bound by them');

-- A day is 24 hours: in Berlin the clocks went from 02:00 to 03:00 on 29 March 2020.
SELECT pg_temp.prescribe('a6', '1 day', NULL) \g /dev/null
SELECT is(pg_temp.take('a6', '2020-03-28 12:00 Europe/Berlin'), 'no error', 'at noon');
SELECT is(pg_temp.next('a6', '2020-03-28 12:00 Europe/Berlin'), timestamptz '2020-03-29 13:00 Europe/Berlin', 'a day is 24 hours');
SELECT pg_temp.prescribe('a7', '1.5 seconds', NULL) \g /dev/null
SELECT is(pg_temp.take('a7', '2020-03-28 12:00Z'), 'no error', 'an interval with a fraction');
SELECT is(pg_temp.next('a7', '2020-03-28 12:00Z'), timestamptz '2020-03-28 12:00:02Z', 'reaches to a whole second');
SELECT is(pg_temp.next('b1', '1969-12-31 23:59:59Z', 'b'), timestamptz '1969-12-31 23:59:59Z', 'without limits, always');

-- Where it ends --------------------------------------------------------------------

UPDATE medsched.schedules SET ends_at = '2020-03-02 12:00Z' WHERE id = lpad('a1', 32, '0')::uuid;
SELECT is(pg_temp.next('a1', '2020-03-02 08:00Z'), NULL, 'none from the end on');
SELECT is(pg_temp.take('a1', '2020-03-02 11:00Z'),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2020-03-02 11:00:00+00 is too close to another'
  ' | Doses are at least 04:00:00 apart, and one was taken at 2020-03-02 08:00:00+00. No later one is allowed before the schedule ends.' || :hint, 'and it says so');
SELECT medsched.inactivate_medication(:ann, (SELECT medication_id FROM medsched.schedules WHERE id = lpad('a2', 32, '0')::uuid), '2020-03-06 21:00Z') \g /dev/null
SELECT is(pg_temp.next('a2', '2020-03-06 00:00Z'), NULL, 'nor after the medication');
SELECT is(pg_temp.next('b1', '10000-01-01Z', 'b'), NULL, 'nor after the year 9999');
SELECT is(pg_temp.take('b1', '10000-01-01Z', 'b'),
  '22023: taken_at is out of range | It is 10000-01-01 00:00:00+00. | Use an instant in the years 1 to 9999.', 'a handle could not name it');
UPDATE medsched.schedules SET ends_at = '2020-04-01Z' WHERE id = lpad('a7', 32, '0')::uuid;
SELECT is(pg_temp.take('a7', '2020-04-01 12:00Z'),
  '23514 medsched.dose_taken.dose_after_end: schedule "00000000-0000-0000-0000-0000000000a7" has no dose at 2020-04-01 12:00:00+00'
  ' | The schedule ended at 2020-04-01 00:00:00+00.'
  ' | Record it for a schedule in effect then: medsched.schedule_history() lists them.', 'after its end there is none');
UPDATE medsched.schedules SET ends_at = NULL WHERE id = lpad('a7', 32, '0')::uuid;
SELECT medsched.revise_schedule(:ann, lpad('a7', 32, '0')::uuid, '2020-04-01Z', '{"dose_amount": 2}') AS successor \gset
SELECT is(pg_temp.take('a7', '2020-04-01 12:00Z'),
  '23514 medsched.dose_taken.dose_after_end: schedule "00000000-0000-0000-0000-0000000000a7" has no dose at 2020-04-01 12:00:00+00'
  ' | The schedule ended at 2020-04-01 00:00:00+00. Schedule "' || :'successor' || '" replaced it.'
  ' | Record it for a schedule in effect then: medsched.schedule_history() lists them.', 'after a revision the one that replaced it has');
SELECT is(pg_temp.take(:'successor', '2020-03-31 12:00Z'),
  '23514 medsched.dose_taken.dose_before_start: schedule "' || :'successor' || '" has no dose at 2020-03-31 12:00:00+00'
  ' | The schedule is in effect from 2020-04-01 00:00:00+00 on.'
  ' | Record it for a schedule in effect then: medsched.schedule_history() lists them.', 'and not before');

-- What is none --------------------------------------------------------------------

SELECT is(pg_temp.failure(call), error, error)
FROM (VALUES
  ($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a6', '2020-04-01')$$,
   '23514 medsched.dose_taken.as_needed_not_skipped: a dose as needed cannot be skipped | Schedule "00000000-0000-0000-0000-0000000000a6" has no doses but those taken.'),
  ($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a6', '2020-03-28 11:00Z')$$,
   '55000 medsched.dose_taken.dose_already_taken: the dose at 2020-03-28 11:00:00+00 is already recorded as taken'
   ' | It was taken at 2020-03-28 11:00:00+00. | A dose as needed is never skipped; if it was not taken after all, call medsched.undo_dose() alone.'),
  ($$UPDATE medsched.dose_taken SET outcome = 'skipped', taken_at = NULL WHERE schedule_id = '00000000-0000-0000-0000-0000000000a6'$$,
   '23514 medsched.dose_taken.as_needed_not_skipped: a dose as needed cannot be skipped | Schedule "00000000-0000-0000-0000-0000000000a6" has no doses but those taken.'),
  ($$SELECT medsched.take_as_needed('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a5', '2020-03-02 19:00Z')$$,
   '55000 medsched.schedules.schedule_is_as_needed: schedule "00000000-0000-0000-0000-0000000000a5" is not as needed | Its doses are at set times. | Record one of them: call medsched.mark_dose_taken().'),
  ($$SELECT medsched.next_as_needed_at('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a5')$$,
   '55000 medsched.schedules.schedule_is_as_needed: schedule "00000000-0000-0000-0000-0000000000a5" is not as needed | Its doses are at set times. | Record one of them: call medsched.mark_dose_taken().')
) AS t (call, error);
SELECT is(pg_temp.failure(format('SELECT medsched.%s(%L, %L, %L)', function, u, s, at)), error, function || ': ' || error)
FROM (VALUES
  (1, NULL, '00000000-0000-0000-0000-0000000000a6', '2020-04-01', '22004: user_id must not be null'),
  (2, '00000000-0000-0000-0000-00000000000a', NULL, '2020-04-01', '22004: schedule_id must not be null'),
  (3, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a6', NULL, '22004: %s must not be null'),
  (4, '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a6', 'infinity', '22023: %s must be finite'),
  (5, '00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000a6', '2020-04-01',
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-0000000000a6" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.')
) AS t (n, u, s, at, error_of), (VALUES ('take_as_needed', 'taken_at'), ('next_as_needed_at', 'at')) AS f (function, argument),
LATERAL (SELECT format(error_of, argument)) AS e (error) ORDER BY function, n;

-- Against what the limits say, word for word --------------------------------------

-- Whether one more dose at an hour is allowed: no other within m hours, and in
-- no 24 hours that it is in more than k.
CREATE FUNCTION pg_temp.allowed(hours int[], t int, m int, k int) RETURNS boolean LANGUAGE sql AS $$
  SELECT NOT EXISTS (SELECT FROM unnest(hours) AS x WHERE abs(x - t) < m)
     AND NOT EXISTS (SELECT FROM generate_series(t, t + 23) AS w
                      WHERE (SELECT count(*) FROM unnest(hours || t) AS x WHERE x > w - 24 AND x <= w) > k)
$$;
-- Histories of two days, and limits that they may break; each of a user of its own.
CREATE TEMP TABLE trials AS
SELECT md5(format('%s|%s|%s', s, m, k))::uuid AS id, m, k, hours
  FROM generate_series(0, 3) AS s, unnest('{NULL, 1, 5, 26}'::int[]) AS m, unnest('{NULL, 1, 3}'::int[]) AS k,
LATERAL (SELECT array_agg(h) FROM generate_series(0, 47) AS h WHERE (7 * h * h + 3 * h + s) % 11 < 2) AS t (hours);
INSERT INTO medsched.medications (user_id, id, name) SELECT id, id, 'Trial' FROM trials;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed) SELECT id, id, id, '1999-01-01', 'UTC', true FROM trials;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT id, id, timestamptz '2000-01-01Z' + h * interval '1 hour' FROM trials, unnest(hours) AS h;
UPDATE medsched.schedules AS s SET min_interval = m * interval '1 hour', max_per_24h = k FROM trials AS t WHERE t.id = s.id;
CREATE TEMP TABLE verdicts AS
SELECT id, t, pg_temp.allowed(hours, t, m, k) FROM trials, generate_series(-26, 80) AS t;
SELECT ok(count(*) FILTER (WHERE allowed) > 1000 AND count(*) FILTER (WHERE NOT allowed) > 1000, 'there is something to compare') FROM verdicts;
SELECT is_empty($$
  SELECT id, t FROM (SELECT id, t, min(t) FILTER (WHERE allowed) OVER (PARTITION BY id ORDER BY t ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next
                       FROM verdicts) AS v
   WHERE t < 50 AND
    medsched.next_as_needed_at(id, id, timestamptz '2000-01-01Z' + t * interval '1 hour')
    IS DISTINCT FROM timestamptz '2000-01-01Z' + next * interval '1 hour'$$,
  'next_as_needed_at is the first that is allowed');
CREATE FUNCTION pg_temp.try(trial uuid, t int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  VALUES (trial, trial, timestamptz '2000-01-01Z' + t * interval '1 hour');
  RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
  WHEN check_violation THEN RETURN 'refused';
  WHEN unique_violation THEN RETURN 'there';
  WHEN SQLSTATE 'ZZZZZ' THEN RETURN 'recorded';
END
$$;
SELECT is_empty($$
  SELECT v.id, v.t FROM verdicts AS v JOIN trials AS r ON r.id = v.id
   WHERE pg_temp.try(v.id, v.t) <> CASE WHEN v.t = ANY (hours) THEN 'there' WHEN allowed THEN 'recorded' ELSE 'refused' END$$,
  'what is recorded is what is allowed');

SELECT * FROM finish();
ROLLBACK;
