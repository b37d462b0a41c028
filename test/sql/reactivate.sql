\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(33);

\i test/id.psql

-- A user's doses in January 2026, at UTC, by medication and note of the schedule.
CREATE FUNCTION pg_temp.doses(person text, first_day int, last_day int) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(d.scheduled_for, 'DD HH24') || coalesce(' ' || d.instructions, ''), ', ' ORDER BY d.scheduled_for)
    FROM medsched.upcoming_doses(pg_temp.id(person), date '2026-01-01' + first_day - 1, date '2026-01-01' + last_day) AS d
$$;
CREATE FUNCTION pg_temp.schedule(person text, medication text, note text, starts_at timestamp, rule text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rrule, instructions)
  VALUES (pg_temp.id(person), pg_temp.id(medication), starts_at, 'UTC', rule, note)
$$;
INSERT INTO medsched.medications (user_id, id, name)
SELECT pg_temp.id(u), pg_temp.id(m), m FROM (VALUES ('a', 'a1'), ('b', 'b1'), ('c', 'c1'), ('d', 'd1')) AS t (u, m);

-- Every second day, the odd days.  A pause from the 6th to the 10th at noon.
SELECT pg_temp.schedule('a', 'a1', NULL, '2026-01-01 08:00', 'FREQ=DAILY;INTERVAL=2') \g /dev/null
SELECT medsched.mark_dose_taken(user_id, id, at) FROM medsched.schedules, unnest('{2026-01-01 08:00Z,2026-01-03 08:00Z}'::timestamptz[]) AS at
 WHERE user_id = pg_temp.id('a') \g /dev/null
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-06') \g /dev/null
SELECT is(pg_temp.doses('a', 1, 31), '01 08, 03 08, 05 08', 'inactive, there are no more doses');
CREATE TEMPORARY TABLE pair AS SELECT * FROM medsched.reactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-10 12:00');
SELECT is(pg_temp.doses('a', 1, 15), '01 08, 03 08, 05 08, 11 08, 13 08, 15 08', 'active again, they go on in their rhythm; the pause has none');
SELECT results_eq($$SELECT h.revision, h.schedule_id = p.old_schedule_id, h.schedule_id = p.new_schedule_id, h.effective_from, h.ends_at
                      FROM pair AS p, medsched.schedule_history(pg_temp.id('a'), pg_temp.id('a1')) AS h$$,
  $$VALUES (1, true, false, NULL::timestamptz, '2026-01-06'::timestamptz), (2, false, true, '2026-01-10 12:00', NULL)$$,
  'the old schedule ended with the inactivation, the new one replaces it');
SELECT is(inactivated_at, NULL, 'the medication is active') FROM medsched.medications WHERE id = pg_temp.id('a1');
SELECT is((SELECT array_agg(scheduled_for ORDER BY 1) FROM medsched.dose_taken), '{2026-01-01 08:00Z,2026-01-03 08:00Z}'::timestamptz[], 'what was taken stays');

-- A second pause, from a dose's own instant to another's.
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-13 08:00') \g /dev/null
SELECT is((SELECT count(*)::int FROM medsched.reactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-17 08:00')), 1, 'again');
SELECT is(pg_temp.doses('a', 10, 20), '11 08, 17 08, 19 08', 'the instants of a pause are its own from the first to before the last');
SELECT is((SELECT max(revision) FROM medsched.schedule_history(pg_temp.id('a'), pg_temp.id('a1'))), 3, 'a chain of three');

-- A pause of no length at all.
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-21') \g /dev/null
SELECT is((SELECT count(*)::int FROM medsched.reactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-21')), 1, 'taken back');
SELECT is(pg_temp.doses('a', 17, 25), '17 08, 19 08, 21 08, 23 08, 25 08', 'a pause that was none changes nothing');

-- Several schedules.
SELECT pg_temp.schedule('b', 'b1', 'daily', '2026-01-01 08:00', 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.schedule('b', 'b1', 'course', '2026-01-01 09:00', 'FREQ=DAILY;COUNT=3') \g /dev/null
SELECT pg_temp.schedule('b', 'b1', 'long course', '2026-01-01 10:00', 'FREQ=DAILY;COUNT=12') \g /dev/null
SELECT pg_temp.schedule('b', 'b1', 'in the pause', '2026-01-08 11:00', NULL) \g /dev/null
SELECT pg_temp.schedule('b', 'b1', 'from the pause on', '2026-01-08 12:00', 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.schedule('b', 'b1', 'later', '2026-01-12 13:00', 'FREQ=WEEKLY') \g /dev/null
INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, as_needed, instructions)
VALUES (pg_temp.id('b'), pg_temp.id('b1'), '2026-01-01', 'UTC', true, 'as needed');
SELECT medsched.inactivate_medication(pg_temp.id('b'), pg_temp.id('b1'), '2026-01-06') \g /dev/null
TRUNCATE pair;
INSERT INTO pair SELECT * FROM medsched.reactivate_medication(pg_temp.id('b'), pg_temp.id('b1'), '2026-01-11');
SELECT results_eq($$SELECT o.instructions, o.ends_at, n.effective_from, n.replaces = o.id, n.ends_at
                      FROM medsched.schedules AS o LEFT JOIN (pair AS p JOIN medsched.schedules AS n ON n.id = p.new_schedule_id)
                        ON p.old_schedule_id = o.id
                     WHERE o.user_id = pg_temp.id('b') AND o.replaces IS NULL ORDER BY 1$$,
  $$VALUES ('as needed', timestamptz '2026-01-06', timestamptz '2026-01-11', true, NULL::timestamptz),
           ('course', NULL, NULL, NULL, NULL),
           ('daily', '2026-01-06', '2026-01-11', true, NULL),
           ('from the pause on', '2026-01-06', '2026-01-11', true, NULL),
           ('in the pause', '2026-01-06', NULL, NULL, NULL),
           ('later', NULL, NULL, NULL, NULL),
           ('long course', '2026-01-06', '2026-01-11', true, NULL)$$,
  'each goes on that was going on; what was over or is to begin is left alone');
SELECT is(pg_temp.doses('b', 5, 12),
  '05 08 daily, 05 10 long course, 11 08 daily, 11 10 long course, 11 12 from the pause on, '
  '12 08 daily, 12 10 long course, 12 12 from the pause on, 12 13 later',
  'a course is not prolonged by the pause');
SELECT is_empty($$SELECT * FROM medsched.upcoming_doses(pg_temp.id('b'), '2026-01-06', '2026-01-11') AS d$$, 'nothing was missed');

-- A revision planned for the 20th, and a pause before it.
SELECT pg_temp.schedule('c', 'c1', 'whole', '2026-01-01 08:00', 'FREQ=DAILY;INTERVAL=2') \g /dev/null
SELECT medsched.revise_schedule(user_id, id, '2026-01-20', '{"instructions": "half"}') FROM medsched.schedules WHERE user_id = pg_temp.id('c') \g /dev/null
SELECT medsched.inactivate_medication(pg_temp.id('c'), pg_temp.id('c1'), '2026-01-06') \g /dev/null
SELECT is((SELECT count(*)::int FROM medsched.reactivate_medication(pg_temp.id('c'), pg_temp.id('c1'), '2026-01-14')), 1, 'a plan beyond the pause');
SELECT is(pg_temp.doses('c', 1, 23), '01 08 whole, 03 08 whole, 05 08 whole, 15 08 whole, 17 08 whole, 19 08 whole, 21 08 half, 23 08 half', 'stays');
SELECT results_eq($$SELECT instructions, effective_from, ends_at FROM medsched.schedule_history(pg_temp.id('c'), pg_temp.id('c1'))$$,
  $$VALUES ('whole', NULL::timestamptz, timestamptz '2026-01-06'), ('whole', '2026-01-14', '2026-01-20'), ('half', '2026-01-20', NULL)$$, 'in its place');
-- And a pause across it.
SELECT medsched.inactivate_medication(pg_temp.id('c'), pg_temp.id('c1'), '2026-01-18') \g /dev/null
SELECT is((SELECT count(*)::int FROM medsched.reactivate_medication(pg_temp.id('c'), pg_temp.id('c1'), '2026-01-22')), 1, 'a plan that came true in the pause');
SELECT is(pg_temp.doses('c', 15, 25), '15 08 whole, 17 08 whole, 23 08 half, 25 08 half', 'is what goes on');
SELECT results_eq($$SELECT instructions, effective_from, ends_at FROM medsched.schedule_history(pg_temp.id('c'), pg_temp.id('c1'))$$,
  $$VALUES ('whole', NULL::timestamptz, timestamptz '2026-01-06'), ('whole', '2026-01-14', '2026-01-18'),
           ('half', '2026-01-20', '2026-01-18'), ('half', '2026-01-22', NULL)$$, 'and the rest is history');

-- Refused.
SELECT is(pg_temp.failure(format('SELECT medsched.reactivate_medication(%s)', arguments)), message, message)
FROM (VALUES
  ($$NULL, gen_random_uuid()$$, '22004: user_id must not be null'),
  ($$gen_random_uuid(), NULL$$, '22004: medication_id must not be null'),
  ($$gen_random_uuid(), gen_random_uuid(), NULL$$, '22004: at must not be null'),
  ($$gen_random_uuid(), gen_random_uuid(), 'infinity'$$, '22023: at must be finite'),
  ($$pg_temp.id('b'), pg_temp.id('c1'), '2026-02-01'$$,
   'P0002 medsched.medications.medication_exists: medication "00000000-0000-0000-0000-0000000000c1" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.'),
  ($$pg_temp.id('c'), pg_temp.id('c1'), '2026-02-01'$$,
   '55000 medsched.medications.medication_is_inactive: medication "00000000-0000-0000-0000-0000000000c1" is active | It has no inactivated_at.'
   ' | Its schedules are in effect. To change one, call medsched.revise_schedule().')
) AS t (arguments, message);
SELECT medsched.inactivate_medication(pg_temp.id('c'), pg_temp.id('c1'), '2026-02-01') \g /dev/null
SELECT is(pg_temp.failure($$SELECT medsched.reactivate_medication(pg_temp.id('c'), pg_temp.id('c1'), '2026-01-31 23:59:59.999999')$$),
  '22023: at must not be before the medication was inactivated | It is 2026-01-31 23:59:59.999999+00; the medication was inactivated at 2026-02-01 00:00:00+00.',
  'a pause does not end before it begins');

SELECT pg_temp.schedule('d', 'd1', 'course', '2026-01-01 08:00', 'FREQ=DAILY;COUNT=10') \g /dev/null
SELECT medsched.inactivate_medication(pg_temp.id('d'), pg_temp.id('d1'), '2026-01-06') \g /dev/null
SELECT is(pg_temp.failure($$SELECT medsched.reactivate_medication(pg_temp.id('d'), pg_temp.id('d1'), '2026-01-10 08:00:01')$$),
  '55000 medsched.medications.medication_has_dose: medication "00000000-0000-0000-0000-0000000000d1" has no dose from 2026-01-10 08:00:01+00 on'
  ' | All its schedules are over. | Insert a schedule for it first.', 'what is over is not taken up again');
SELECT is(pg_temp.doses('d', 1, 31), '01 08 course, 02 08 course, 03 08 course, 04 08 course, 05 08 course', 'it stays as it was');
SELECT pg_temp.schedule('d', 'd1', 'new course', '2026-01-20 08:00', 'FREQ=DAILY;COUNT=2') \g /dev/null
SELECT is((SELECT count(*)::int FROM medsched.reactivate_medication(pg_temp.id('d'), pg_temp.id('d1'), '2026-01-10 08:00:01')), 0, 'with a new schedule it is');
SELECT is(pg_temp.doses('d', 1, 31), '01 08 course, 02 08 course, 03 08 course, 04 08 course, 05 08 course, 20 08 new course, 21 08 new course',
          'and the old one missed nothing');

-- As needed, one that begins later is left alone, as others are; one that has begun is replaced.
SELECT medsched.create_medication(pg_temp.id('e'), 'Ibuprofen', '[
  {"id": "00000000-0000-0000-0000-0000000000e1", "starts_at": "2026-01-01T08:00", "time_zone": "UTC", "as_needed": true},
  {"id": "00000000-0000-0000-0000-0000000000e2", "starts_at": "2026-02-01T08:00", "time_zone": "UTC", "as_needed": true}]') AS ibuprofen \gset
SELECT medsched.inactivate_medication(pg_temp.id('e'), :'ibuprofen', '2026-01-06') \g /dev/null
SELECT is(array_agg(right(r.old_schedule_id::text, 2)), '{e1}', 'as needed, what has begun goes on')
  FROM medsched.reactivate_medication(pg_temp.id('e'), :'ibuprofen', '2026-01-10') AS r;
SELECT is(s.ends_at, NULL, 'and what begins later is left alone') FROM medsched.schedules AS s WHERE s.id = pg_temp.id('e2');

SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'every medication has a schedule');
SELECT * FROM finish();
ROLLBACK;
