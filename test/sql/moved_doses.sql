\i test/setup.psql
\i test/id.psql
\i test/failure.psql
BEGIN;
SELECT plan(118);

-- One dose at another time: it keeps its handle, and everything goes by when it is due.
-- Berlin is an hour ahead of UTC until 31 March 2030, two hours from then on.

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set a1 '''00000000-0000-0000-0000-0000000000a1'''
\set a2 '''00000000-0000-0000-0000-0000000000a2'''
SELECT medsched.create_medication(:ann, 'Metformin', '[
  {"id": "00000000-0000-0000-0000-0000000000a1", "starts_at": "2030-03-28T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,12,20", "dose_amount": 1, "dose_unit": "tablet"}]') AS metformin \gset
SELECT medsched.create_medication(:ann, 'Ibuprofen', '[
  {"id": "00000000-0000-0000-0000-0000000000a2", "starts_at": "2030-03-28T08:00", "time_zone": "Europe/Berlin", "as_needed": true}]') AS ibuprofen \gset

-- What a window has: when each is due, and which dose it is where that differs.
CREATE FUNCTION pg_temp.due(since timestamptz, until timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(timezone('UTC', d.due_at), 'DD HH24:MI')
                    || CASE WHEN d.due_at <> d.scheduled_for THEN ' for ' || to_char(timezone('UTC', d.scheduled_for), 'DD HH24:MI') ELSE '' END, ', ' ORDER BY d.nth)
    FROM medsched.upcoming_doses(pg_temp.id('a'), since, until) WITH ORDINALITY AS d (dose_id, scheduled_for, local_time, time_zone, medication_id,
           medication_name, schedule_id, dose_amount, dose_unit, instructions, taken_at, recorded_by, status, due_at, nth)
   WHERE d.schedule_id IN (SELECT s.id FROM medsched.schedules AS s WHERE s.user_id = pg_temp.id('a'))
$$;
-- The same of everybody's.
CREATE FUNCTION pg_temp.due_of_all(since timestamptz, until timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(timezone('UTC', d.due_at), 'DD HH24:MI')
                    || CASE WHEN d.due_at <> d.scheduled_for THEN ' for ' || to_char(timezone('UTC', d.scheduled_for), 'DD HH24:MI') ELSE '' END, ', ' ORDER BY d.due_at)
    FROM medsched.scheduled_doses(since, until) AS d WHERE d.user_id = pg_temp.id('a')
$$;

SELECT is(pg_temp.due('2030-03-29Z', '2030-03-30Z'), '29 07:00, 29 11:00, 29 19:00', 'at first each is due at its own time');
SELECT is(m, ROW(:ann::uuid, :a1::uuid, timestamptz '2030-03-29 07:00Z', medsched.dose_id(:a1, '2030-03-29 07:00Z'), timestamptz '2030-03-29 09:30Z',
                 'at the dentist', 'Ben', now())::medsched.moved_dose, 'moved later')
  FROM medsched.move_dose(:ann, :a1, '2030-03-29 07:00Z', '2030-03-29 09:30:00.7Z', 'at the dentist', 'Ben') AS m;
SELECT is(v, ROW(:ann::uuid, :a1::uuid, timestamptz '2030-03-29 07:00Z', timestamptz '2030-03-29 09:30Z', 'at the dentist', 'Ben', now(), false)::medsched.moved_doses,
  'which is a row') FROM medsched.moved_doses AS v;
SELECT is(pg_temp.due('2030-03-29Z', '2030-03-30Z'), '29 09:30 for 29 07:00, 29 11:00, 29 19:00', 'it comes when it is due');
SELECT is((d.dose_id, d.local_time, d.status), (medsched.dose_id(:a1, '2030-03-29 07:00Z'), timestamp '2030-03-29 10:30', 'upcoming'::text), 'by its handle, and by the clock of then')
  FROM medsched.upcoming_doses(:ann, '2030-03-29 09:30Z', '2030-03-29 09:31Z') AS d;
SELECT is(pg_temp.due('2030-03-29 07:00Z', '2030-03-29 08:00Z'), NULL, 'and not when it was scheduled');
SELECT is(array_agg(d.due_at), '{2030-03-29 09:30Z,2030-03-29 11:00Z}'::timestamptz[], 'nor is it behind')
  FROM medsched.next_doses(:ann, '2030-03-29 08:00Z', 2) AS d;
SELECT is(pg_temp.due_of_all('2030-03-29Z', '2030-03-30Z'), '29 09:30 for 29 07:00, 29 11:00, 29 19:00', 'in what is asked about everybody, too');
SELECT is((d.dose_id, d.local_time, d.due_at), (medsched.dose_id(:a1, '2030-03-29 07:00Z'), timestamp '2030-03-29 10:30', timestamptz '2030-03-29 09:30Z'), 'and for a notifier')
  FROM medsched.due_doses('2030-03-29 09:00Z', '2030-03-29 10:00Z') AS d;
SELECT is(a.scheduled, 1::bigint, 'adherence counts it there') FROM medsched.adherence(:ann, '2030-03-29 09:00Z', '2030-03-29 10:00Z') AS a;
SELECT is_empty($$SELECT FROM medsched.adherence(pg_temp.id('a'), '2030-03-29 06:00Z', '2030-03-29 08:00Z')$$, 'and not where it was');

-- More than once, back, by the clock, by its handle --------------------------------

SELECT is(m.due_at, timestamptz '2030-03-29 12:15Z', 'once more, by the wall clock, past the next dose')
  FROM medsched.move_dose(:ann, :a1, '2030-03-29 07:00Z', local_time => '2030-03-29 13:15') AS m;
SELECT is(pg_temp.due('2030-03-29Z', '2030-03-30Z'), '29 11:00, 29 12:15 for 29 07:00, 29 19:00', 'they come as they are due');
SELECT is((m.due_at, m.reason), (timestamptz '2030-03-29 16:00Z', NULL::text), 'earlier, by its handle')
  FROM medsched.move_dose_by_id(:ann, medsched.dose_id(:a1, '2030-03-29 19:00Z'), '2030-03-29 16:00Z') AS m;
SELECT is(pg_temp.due('2030-03-29 12:00Z', '2030-03-29 18:00Z'), '29 12:15 for 29 07:00, 29 16:00 for 29 19:00', 'two of them');
SELECT is(m, ROW(:ann::uuid, :a1::uuid, timestamptz '2030-03-29 07:00Z', medsched.dose_id(:a1, '2030-03-29 07:00Z'), timestamptz '2030-03-29 07:00Z',
                 NULL, NULL, NULL)::medsched.moved_dose, 'moved back')
  FROM medsched.move_dose(:ann, :a1, '2030-03-29 07:00Z', '2030-03-29 07:00Z') AS m;
SELECT is(m.due_at, m.scheduled_for, 'which may be repeated')
  FROM medsched.move_dose_by_id(:ann, medsched.dose_id(:a1, '2030-03-29 07:00Z'), local_time => '2030-03-29 08:00') AS m;
SELECT is(count(*), 1::bigint, 'leaves no row') FROM medsched.moved_doses;
SELECT is(pg_temp.due('2030-03-29Z', '2030-03-30Z'), '29 07:00, 29 11:00, 29 16:00 for 29 19:00', 'and is due at its time');
SELECT is(m.due_at, timestamptz '2030-03-31 01:30Z', 'into the hour that the clocks leave out')
  FROM medsched.move_dose(:ann, :a1, '2030-03-31 06:00Z', local_time => '2030-03-31 02:30') AS m;
SELECT is(d.local_time, timestamp '2030-03-31 03:30', 'which is later by them') FROM medsched.next_doses(:ann, '2030-03-31Z', 1) AS d;
SELECT is(pg_temp.due('2030-03-30 23:00Z', '2030-04-01Z'), '31 01:30 for 31 06:00, 31 10:00, 31 18:00', 'across the change of the clocks');
SELECT is(m.due_at, timestamptz '2030-03-29 23:10Z', 'into the next day') FROM medsched.move_dose(:ann, :a1, '2030-03-29 19:00Z', local_time => '2030-03-30 00:10') AS m;
SELECT is(array_agg(a.day || ' ' || a.scheduled ORDER BY a.day), '{2030-03-29 2,2030-03-30 4}', 'whose dose it is')
  FROM medsched.adherence_by_day(:ann, '2030-03-28 23:00Z', '2030-03-30 23:00Z') AS a;

-- What is refused ------------------------------------------------------------------

UPDATE medsched.schedules SET ends_at = '2030-04-10 12:00Z', effective_from = '2030-03-28 10:00Z' WHERE id = :a1;
SELECT medsched.mark_dose_taken(:ann, :a1, '2030-03-30 07:00Z', '2030-03-30 07:05Z') \g /dev/null
SELECT medsched.take_as_needed(:ann, :a2, '2030-03-30 07:00Z') \g /dev/null
CREATE TEMP VIEW refused (call, says) AS VALUES
  ($$'2030-03-29 07:01Z', '2030-03-29 08:00Z'$$,
   '23514 medsched.moved_doses.moved_dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2030-03-29 07:01:00+00 | Move a dose that medsched.upcoming_doses() gives, by its scheduled_for or dose_id, which no move changes.'),
  ($$'2030-03-29 07:01Z', '2030-03-29 07:01Z'$$,
   '23514 medsched.moved_doses.moved_dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2030-03-29 07:01:00+00 | Move a dose that medsched.upcoming_doses() gives, by its scheduled_for or dose_id, which no move changes.'),
  ($$'2030-03-28 07:00Z', '2030-03-28 12:00Z'$$,
   '23514 medsched.moved_doses.moved_dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2030-03-28 07:00:00+00 | The schedule takes effect at 2030-03-28 10:00:00+00. | Move a dose that medsched.upcoming_doses() gives, by its scheduled_for or dose_id, which no move changes.'),
  ($$'2030-04-10 18:00Z', '2030-04-10 11:00Z'$$,
   '23514 medsched.moved_doses.moved_dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2030-04-10 18:00:00+00 | The schedule ended at 2030-04-10 12:00:00+00. | Move a dose that medsched.upcoming_doses() gives, by its scheduled_for or dose_id, which no move changes.'),
  ($$'2030-04-10 10:00Z', '2030-04-10 12:00Z'$$,
   '23514 medsched.moved_doses.moved_dose_in_effect: the dose at 2030-04-10 10:00:00+00 cannot be moved to 2030-04-10 12:00:00+00 | The schedule ended at 2030-04-10 12:00:00+00. | Move it to a time at which its schedule is in effect.'),
  ($$'2030-03-28 11:00Z', '2030-03-28 09:59Z'$$,
   '23514 medsched.moved_doses.moved_dose_in_effect: the dose at 2030-03-28 11:00:00+00 cannot be moved to 2030-03-28 09:59:00+00 | The schedule takes effect at 2030-03-28 10:00:00+00. | Move it to a time at which its schedule is in effect.'),
  ($$'2030-03-30 07:00Z', '2030-03-30 08:00Z'$$,
   '23514 medsched.moved_doses.moved_dose_not_recorded: the dose at 2030-03-30 07:00:00+00 is recorded, and cannot be moved | If it was not taken, call medsched.undo_dose() first.'),
  ($$'2030-03-29 07:00Z', '2030-03-29 11:00Z'$$,
   '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2030-03-29 07:00:00+00 cannot be moved to 2030-03-29 11:00:00+00 | Another dose of its schedule is due then. | Choose another time, move the other dose first, or skip one of the two.'),
  ($$'2030-03-29 07:00Z', '2030-03-29 23:10Z'$$,
   '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2030-03-29 07:00:00+00 cannot be moved to 2030-03-29 23:10:00+00 | Another dose of its schedule is due then. | Choose another time, move the other dose first, or skip one of the two.'),
  ($$NULL, '2030-03-29 23:10Z'$$, '22004: scheduled_for must not be null'),
  ($$'2030-03-29 07:00Z'$$, '22004: due_at must not be null | Give the instant, or the wall-clock time in the time zone of the schedule as local_time.'),
  ($$'2030-03-29 07:00Z', '2030-03-29 08:00Z', local_time => '2030-03-29 09:00'$$,
   '22023: due_at and local_time must not both be given | They are 2030-03-29 08:00:00+00 and 2030-03-29 09:00:00. | Give the one of them that is meant.'),
  ($$'2030-03-29 07:00Z', 'infinity'$$, '22023: due_at must be finite'),
  ($$'2030-03-29 07:00Z', local_time => '-infinity'$$, '22023: local_time must be finite'),
  ($$'2030-03-29 07:00Z', '10000-01-01Z'$$, '22023: due_at is out of range | It is 10000-01-01 00:00:00+00. | Use an instant in the years 1 to 9999.'),
  ($$'2030-03-29 07:00Z', '2030-03-29 08:00Z', repeat('x', 1001)$$,
   '23514 medsched.moved_doses.moved_doses_reason_length: reason must have at most 1000 characters | It is "' || repeat('x', 120) || '...".'),
  ($$'2030-03-29 07:00Z', '2030-03-29 08:00Z', '', repeat('x', 1001)$$,
   '23514 medsched.moved_doses.moved_doses_moved_by_length: moved_by must have at most 1000 characters | It is "' || repeat('x', 120) || '...".');
SELECT is(pg_temp.failure(format('SELECT medsched.move_dose(%L, %L, %s)', :ann, :a1, call)), says, 'refused: ' || call) FROM refused;
SELECT is(pg_temp.failure(format('SELECT medsched.move_dose(%L, %L, %L, %L)', :ann, :a2, timestamptz '2030-03-30 07:00Z', timestamptz '2030-03-30 08:00Z')),
  '23514 medsched.moved_doses.moved_dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a2" has no dose at 2030-03-30 07:00:00+00 | As needed, a dose has no time that it could be moved from. | Move a dose that medsched.upcoming_doses() gives, by its scheduled_for or dose_id, which no move changes.',
  'as needed, a dose is when it is taken');
SELECT is(pg_temp.failure(format('SELECT medsched.move_dose(%L, %L, %L, %L)', pg_temp.id('b'), :a1, timestamptz '2030-03-29 07:00Z', timestamptz '2030-03-29 08:00Z')),
  'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-0000000000a1" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.',
  'another''s is not there');
SELECT is(pg_temp.failure(format('SELECT medsched.move_dose_by_id(%L, %L, %L)', :ann, 'v1:x', timestamptz '2030-03-29 08:00Z')),
  '22023: malformed dose_id | "v1:x" is not the handle of a dose. | Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.', 'nor is what is no handle');
UPDATE medsched.medications SET inactivated_at = '2030-04-09 12:00Z' WHERE id = :'metformin';
SELECT is(pg_temp.failure(format('SELECT medsched.move_dose(%L, %L, %L, %L)', :ann, :a1, timestamptz '2030-04-09 10:00Z', timestamptz '2030-04-09 13:00Z')),
  '23514 medsched.moved_doses.moved_dose_in_effect: the dose at 2030-04-09 10:00:00+00 cannot be moved to 2030-04-09 13:00:00+00 | The medication was inactivated at 2030-04-09 12:00:00+00. | Move it to a time at which its schedule is in effect.',
  'past the inactivation');
SELECT alike(pg_temp.failure(format('SELECT medsched.move_dose(%L, %L, %L, %L)', :ann, :a1, timestamptz '2030-04-09 18:00Z', timestamptz '2030-04-09 11:00Z')),
  '23514 medsched.moved_doses.moved_dose_is_scheduled: % | The medication was inactivated at 2030-04-09 12:00:00+00. | %', 'or from behind it');
UPDATE medsched.medications SET inactivated_at = NULL WHERE id = :'metformin';

-- The rules hold for whoever writes to the table.
SELECT is(pg_temp.failure(format('INSERT INTO medsched.moved_doses VALUES (%L, %L, %s, NULL, NULL, now())', :ann, :a1, call)), says, 'nor written: ' || call)
  FROM (SELECT r.* FROM refused AS r WHERE r.says ~ 'moved_dose_(is_scheduled|in_effect|not_recorded)' AND r.call !~ '^(.*), \1$' UNION ALL VALUES
         ($$'2030-03-29 07:00Z', '2030-03-29 11:00Z'$$,
          '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2030-03-29 07:00:00+00 cannot be moved to 2030-03-29 11:00:00+00 | Another dose of its schedule is due then. | Choose another time, move the other dose first, or skip one of the two.'),
         ($$'2030-03-29 07:00Z', '2030-03-29 23:10Z'$$,
          '23505 medsched.moved_doses.moved_doses_user_id_due_at_schedule_id_key: duplicate key value violates unique constraint "moved_doses_user_id_due_at_schedule_id_key" | Key (user_id, due_at, schedule_id)=(00000000-0000-0000-0000-00000000000a, 2030-03-29 23:10:00+00, 00000000-0000-0000-0000-0000000000a1) already exists.')) AS r (call, says);
SELECT is(pg_temp.failure($$UPDATE medsched.moved_doses SET due_at = '2030-03-29 11:00Z' WHERE scheduled_for = '2030-03-29 19:00Z'$$),
  '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2030-03-29 19:00:00+00 cannot be moved to 2030-03-29 11:00:00+00 | Another dose of its schedule is due then. | Choose another time, move the other dose first, or skip one of the two.',
  'an update is judged, too');

-- Where another was -----------------------------------------------------------------

SELECT medsched.move_dose(:ann, :a1, '2030-03-29 11:00Z', '2030-03-29 14:00Z') \g /dev/null
SELECT is(m.due_at, timestamptz '2030-03-29 11:00Z', 'to the time of a dose that was moved away')
  FROM medsched.move_dose(:ann, :a1, '2030-03-29 07:00Z', '2030-03-29 11:00Z') AS m;
SELECT is(pg_temp.due('2030-03-29Z', '2030-03-30Z'), '29 11:00 for 29 07:00, 29 14:00 for 29 11:00, 29 23:10 for 29 19:00', 'each once');
SELECT is(pg_temp.due_of_all('2030-03-29Z', '2030-03-30Z'), '29 11:00 for 29 07:00, 29 14:00 for 29 11:00, 29 23:10 for 29 19:00', 'for everybody, too');
SELECT is(pg_temp.failure(format('SELECT medsched.move_dose(%L, %L, %L, %L)', :ann, :a1, timestamptz '2030-03-29 11:00Z', timestamptz '2030-03-29 11:00Z')),
  '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2030-03-29 11:00:00+00 cannot be moved to 2030-03-29 11:00:00+00 | Another dose of its schedule is due then. | Choose another time, move the other dose first, or skip one of the two.',
  'then that does not come back');
SELECT is(pg_temp.failure($$DELETE FROM medsched.moved_doses WHERE scheduled_for = '2030-03-29 11:00Z'$$),
  '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2030-03-29 11:00:00+00 cannot be moved to 2030-03-29 11:00:00+00 | Another dose of its schedule is due then. | Choose another time, move the other dose first, or skip one of the two.',
  'by no statement');
SELECT lives_ok($$DELETE FROM medsched.moved_doses WHERE scheduled_for < '2030-03-29 12:00Z'$$, 'but both at once');

-- All of a window at once -----------------------------------------------------------

SELECT is(array_agg(m.due_at), '{2030-04-02 07:00Z,2030-04-02 11:00Z,2030-04-02 19:00Z}'::timestamptz[], 'a day is put off by an hour')
  FROM medsched.move_doses(:ann, '2030-04-01 22:00Z', '2030-04-02 22:00Z', '1 hour', 'overslept') AS m;
SELECT is(pg_temp.due('2030-04-01 22:00Z', '2030-04-02 22:00Z'), '02 07:00 for 02 06:00, 02 11:00 for 02 10:00, 02 19:00 for 02 18:00', 'each dose of it');
SELECT is(array_agg((m.due_at, m.moved_at IS NULL)::text ORDER BY m.due_at), '{"(\"2030-04-02 10:00:00+00\",f)","(\"2030-04-02 14:00:00+00\",f)","(\"2030-04-02 22:00:00+00\",f)"}',
  'by three more, one to where another was') FROM medsched.move_doses(:ann, '2030-04-01 22:00Z', '2030-04-02 22:00Z', '3 hours') AS m;
SELECT is(array_agg(m.moved_at IS NULL), '{t,t,t}', 'and back') FROM medsched.move_doses(:ann, '2030-04-02 06:00Z', '2030-04-02 23:00Z', '-4 hours') AS m;
SELECT is(pg_temp.due('2030-04-01 22:00Z', '2030-04-02 22:00Z'), '02 06:00, 02 10:00, 02 18:00', 'as if nothing had been');
SELECT medsched.skip_dose(:ann, :a1, '2030-04-03 06:00Z') \g /dev/null
SELECT is(array_agg(m.scheduled_for), '{2030-04-03 10:00Z,2030-04-03 18:00Z}'::timestamptz[], 'what is recorded stays')
  FROM medsched.move_doses(:ann, '2030-04-02 22:00Z', '2030-04-03 22:00Z', '1 hour') AS m;
SELECT alike(pg_temp.failure($$SELECT medsched.move_doses(pg_temp.id('a'), '2030-04-04 05:00Z', '2030-04-04 08:00Z', '4 hours')$$), '23514 medsched.moved_doses.moved_dose_is_apart: %',
  'not onto one that stays');
SELECT is(pg_temp.failure($$SELECT medsched.move_doses(pg_temp.id('a'), '2030-04-10 05:00Z', '2030-04-10 12:00Z', '3 hours')$$),
  '23514 medsched.moved_doses.moved_dose_in_effect: the dose at 2030-04-10 10:00:00+00 cannot be moved to 2030-04-10 13:00:00+00 | The schedule ended at 2030-04-10 12:00:00+00. | Move it to a time at which its schedule is in effect.',
  'all or none');
SELECT is(pg_temp.due('2030-04-10 05:00Z', '2030-04-10 12:00Z'), '10 06:00, 10 10:00', 'which is none');
SELECT is(pg_temp.failure(format('SELECT medsched.move_doses(%L, %s)', :ann, call)), says, call) FROM (VALUES
  ($$'2030-04-04Z', '2030-04-05Z', NULL$$, '22004: move_by must not be null'),
  ($$'2030-04-04Z', '2030-04-05Z', '0.5 seconds'$$, '22023: move_by must be from -366 to 366 days, and not 0 | It is 00:00:00.5. | It is how much later the doses are due, such as "1 hour".'),
  ($$'2030-04-04Z', '2030-04-05Z', '400 days'$$, '22023: move_by must be from -366 to 366 days, and not 0 | It is 400 days. | It is how much later the doses are due, such as "1 hour".'),
  ($$'2030-04-05Z', '2030-04-04Z', '1 hour'$$, '22023: window_end must not be before window_start | The window is from 2030-04-05 00:00:00+00 to 2030-04-04 00:00:00+00.')) AS t (call, says);

-- Recorded: the handle of before still says which ----------------------------------

SELECT medsched.move_dose(:ann, :a1, '2030-04-05 06:00Z', '2030-04-05 09:00Z') \g /dev/null
SELECT is((t.newly_taken, t.scheduled_for), (true, timestamptz '2030-04-05 06:00Z'), 'recorded by the handle of before')
  FROM medsched.mark_dose_taken_by_id(:ann, medsched.dose_id(:a1, '2030-04-05 06:00Z'), '2030-04-05 09:40Z') AS t;
SELECT is(array_agg((d.scheduled_for, d.due_at, d.taken_at, d.status)::text), '{"(\"2030-04-05 06:00:00+00\",\"2030-04-05 09:00:00+00\",\"2030-04-05 09:40:00+00\",taken)"}', 'it is listed when it was due')
  FROM medsched.upcoming_doses(:ann, '2030-04-05 05:00Z', '2030-04-05 10:00Z') AS d;
SELECT is((d.on_time, d.missed, d.outcome), (true, false, 'taken'::text), 'taken on time, by when it was due') FROM medsched.scheduled_doses('2030-04-05 05:00Z', '2030-04-05 10:00Z') AS d;
SELECT is((a.scheduled, a.taken, a.on_time), (1::bigint, 1::bigint, 1::bigint), 'in adherence, too') FROM medsched.adherence(:ann, '2030-04-05 08:00Z', '2030-04-05 10:00Z') AS a;
SELECT is(pg_temp.failure($$DELETE FROM medsched.moved_doses WHERE scheduled_for = '2030-04-05 06:00Z'$$),
  '23514 medsched.moved_doses.moved_dose_not_recorded: the dose at 2030-04-05 06:00:00+00 is recorded, and cannot be moved | If it was not taken, call medsched.undo_dose() first.',
  'then it stays where it was due');
SELECT is(u.taken_at, timestamptz '2030-04-05 09:40Z', 'taken back') FROM medsched.undo_dose(:ann, :a1, '2030-04-05 06:00Z') AS u;
SELECT is(pg_temp.due('2030-04-05 05:00Z', '2030-04-05 10:00Z'), '05 09:00 for 05 06:00', 'it is due as before');
SELECT medsched.skip_dose(:ann, :a1, '2030-04-05 06:00Z') \g /dev/null
SELECT is(f ->> 'effectiveDateTime', '2030-04-05T11:00:00+02:00', 'skipped, it was not taken when it was due')
  FROM medsched.fhir_medication_administrations(:ann, '2030-04-05 05:00Z', '2030-04-05 10:00Z', NULL, 'R4') AS f;
SELECT medsched.undo_dose(:ann, :a1, '2030-04-05 06:00Z') \g /dev/null
SELECT matches(e.explanation, ' It was moved, and is due at 2030-04-05 09:00:00[+]00[.]', 'and explained') FROM medsched.explain_dose(:ann, :a1, '2030-04-05 06:00Z') AS e;
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'all of it keeps the rules');


-- Status: by when it is due ---------------------------------------------------------

\set eva '''00000000-0000-0000-0000-00000000000e'''
\set e1 '''00000000-0000-0000-0000-0000000000e1'''
SELECT medsched.create_medication(:eva, 'Drops', jsonb_build_array(jsonb_build_object('id', :e1, 'time_zone', 'UTC', 'rrule', 'FREQ=HOURLY', 'grace', '5 hours',
  'missed_when_next', true, 'starts_at', timezone('UTC', date_trunc('second', now())) - interval '2 hours', 'ends_at', now() + interval '3 hours'))) \g /dev/null
CREATE FUNCTION pg_temp.at(hours numeric) RETURNS timestamptz LANGUAGE sql AS $$SELECT date_trunc('second', now()) + hours * interval '1 hour'$$;
CREATE FUNCTION pg_temp.statuses() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(d.status, ' ' ORDER BY d.due_at) FROM medsched.upcoming_doses(pg_temp.id('e'), pg_temp.at(-3), pg_temp.at(0.8)) AS d
$$;
CREATE FUNCTION pg_temp.statuses_of_all() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(d.status, ' ' ORDER BY d.due_at) FROM medsched.scheduled_doses(pg_temp.at(-3), pg_temp.at(0.8)) AS d WHERE d.user_id = pg_temp.id('e')
$$;
SELECT is(pg_temp.statuses(), 'missed missed due', 'missed when the next is due');
SELECT medsched.move_dose(:eva, :e1, pg_temp.at(0), pg_temp.at(0.5)), medsched.move_dose(:eva, :e1, pg_temp.at(-1), pg_temp.at(0.7)) \g /dev/null
SELECT is(pg_temp.statuses(), 'due upcoming upcoming', 'which is when that was moved to');
SELECT is(pg_temp.statuses_of_all(), 'due upcoming upcoming', 'for everybody, too');
SELECT is((a.scheduled, a.missed), (3::bigint, 0::bigint), 'and in adherence') FROM medsched.adherence(:eva, pg_temp.at(-3), pg_temp.at(0.8)) AS a;
SELECT is(array_agg(d.status), '{due}', 'of a window without those') FROM medsched.upcoming_doses(:eva, pg_temp.at(-3), pg_temp.at(-1.5)) AS d;
SELECT medsched.move_dose(:eva, :e1, pg_temp.at(1), pg_temp.at(-0.5)) \g /dev/null
SELECT is(pg_temp.statuses(), 'missed due upcoming upcoming', 'one that was moved before now is the next');
SELECT is(pg_temp.statuses_of_all(), 'missed due upcoming upcoming', 'for everybody, too');
SELECT is((a.scheduled, a.missed), (4::bigint, 1::bigint), 'and in adherence') FROM medsched.adherence(:eva, pg_temp.at(-3), pg_temp.at(0.8)) AS a;

-- The schedule changes ---------------------------------------------------------------

\set cem '''00000000-0000-0000-0000-00000000000c'''
\set c1 '''00000000-0000-0000-0000-0000000000c1'''
SELECT medsched.create_medication(:cem, 'Ramipril', '[{"id": "00000000-0000-0000-0000-0000000000c1", "starts_at": "2030-05-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8,20"}]') AS ramipril \gset
CREATE FUNCTION pg_temp.moves(of_user uuid) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(timezone('UTC', v.scheduled_for), 'DD HH24:MI') || '>' || to_char(timezone('UTC', v.due_at), 'DD HH24:MI'), ', ' ORDER BY v.due_at)
         || CASE WHEN count(DISTINCT v.schedule_id) > 1 THEN ' of ' || count(DISTINCT v.schedule_id) ELSE '' END
    FROM medsched.moved_doses AS v WHERE v.user_id = of_user
$$;
SELECT medsched.move_dose(:cem, :c1, '2030-05-05 08:00Z', '2030-05-05 09:00Z'),
       medsched.move_dose(:cem, :c1, '2030-05-10 08:00Z', '2030-05-10 10:00Z', 'market', 'Ida'),
       medsched.move_dose(:cem, :c1, '2030-05-11 20:00Z', '2030-05-11 21:00Z') \g /dev/null
SELECT medsched.revise_schedule(:cem, :c1, '2030-05-07Z', '{"dose_amount": 2}') AS c2 \gset
SELECT is(pg_temp.moves(:cem), '05 08:00>05 09:00, 10 08:00>10 10:00, 11 20:00>11 21:00 of 2', 'a revision keeps what was moved');
SELECT is(v, ROW(:cem::uuid, :'c2'::uuid, timestamptz '2030-05-10 08:00Z', timestamptz '2030-05-10 10:00Z', 'market', 'Ida', now(), false)::medsched.moved_doses, 'with all that was said')
  FROM medsched.moved_doses AS v WHERE v.user_id = :cem AND v.reason = 'market';
SELECT is(array_agg(d.due_at), '{2030-05-10 10:00Z,2030-05-10 20:00Z}'::timestamptz[], 'each once')
  FROM medsched.upcoming_doses(:cem, '2030-05-10Z', '2030-05-11Z') AS d;
SELECT is(pg_temp.failure(format('SELECT medsched.revise_schedule(%L, %L, %L, %L)', :cem, :'c2', timestamptz '2030-05-10 09:00Z', '{"dose_amount": 3}')),
  format('23514 medsched.moved_doses.moved_dose_in_effect: schedule "%1$s" has a dose that was moved past 2030-05-10 09:00:00+00 | Dose "%2$s", at 2030-05-10 08:00:00+00, is due at 2030-05-10 10:00:00+00. | Choose an instant after that, or record, skip or move the dose first.',
         :'c2', medsched.dose_id(:'c2', '2030-05-10 08:00Z')), 'one that is between is told of');
SELECT medsched.revise_schedule(:cem, :'c2', '2030-05-09Z', '{"rrule": "FREQ=DAILY;BYHOUR=8,10"}') AS c3 \gset
SELECT is(pg_temp.moves(:cem), '05 08:00>05 09:00', 'what has no such dose any more, or another one then, is due at its own time');
SELECT is(array_agg(d.due_at), '{2030-05-10 08:00Z,2030-05-10 10:00Z}'::timestamptz[], 'as the new times are')
  FROM medsched.upcoming_doses(:cem, '2030-05-10Z', '2030-05-11Z') AS d;
SELECT medsched.move_dose(:cem, :'c3', '2030-05-20 08:00Z', '2030-05-20 12:00Z'), medsched.move_dose(:cem, :'c3', '2030-05-21 08:00Z', '2030-05-21 09:00Z') \g /dev/null
SELECT (medsched.correct_schedule(:cem, :'c3', '{"exdates": ["2030-05-21T08:00"]}')).schedule_id \g /dev/null
SELECT is(pg_temp.moves(:cem), '05 08:00>05 09:00, 20 08:00>20 12:00 of 2', 'a correction, too');
SELECT medsched.end_schedule(:cem, :'c3', '2030-05-20 09:00Z') \g /dev/null
SELECT is_empty($$SELECT FROM medsched.upcoming_doses(pg_temp.id('c'), '2030-05-20Z', '2030-05-21Z')$$, 'who stops, stops: what was moved past the end does not come');
SELECT is_empty($$SELECT FROM medsched.scheduled_doses('2030-05-20Z', '2030-05-21Z') AS d WHERE d.user_id = pg_temp.id('c')$$, 'in no list');
SELECT alike(e.explanation, 'No dose: it was moved to 2030-05-20 12:00:00+00, when the schedule is over.%', 'which is explained')
  FROM medsched.explain_dose(:cem, :'c3', '2030-05-20 08:00Z') AS e;
UPDATE medsched.schedules SET ends_at = NULL WHERE id = :'c3';
SELECT is(array_agg(d.due_at), '{2030-05-20 10:00Z,2030-05-20 12:00Z}'::timestamptz[], 'it comes again when that goes on')
  FROM medsched.upcoming_doses(:cem, '2030-05-20Z', '2030-05-21Z') AS d;
SELECT medsched.inactivate_medication(:cem, :'ramipril', '2030-05-15Z') \g /dev/null
SELECT is_empty($$SELECT FROM medsched.upcoming_doses(pg_temp.id('c'), '2030-05-20Z', '2030-05-21Z')$$, 'inactive, there is none');
SELECT new_schedule_id AS c4 FROM medsched.reactivate_medication(:cem, :'ramipril', '2030-05-18Z') \gset
SELECT is(array_agg((d.due_at, d.schedule_id)::text), ARRAY[format('("2030-05-20 10:00:00+00",%s)', :'c4'), format('("2030-05-20 12:00:00+00",%s)', :'c4')], 'taken up again, it is moved as before')
  FROM medsched.upcoming_doses(:cem, '2030-05-20Z', '2030-05-21Z') AS d;
UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;BYHOUR=10,12' WHERE id = :'c4';
SELECT bag_eq($$SELECT rule, row_id, problem FROM medsched.check_integrity() AS i WHERE i.user_id = pg_temp.id('c')$$,
  format($$VALUES ('moved_dose_is_scheduled', '%s 2030-05-20 08:00:00+00', 'The schedule has no dose then, and the move does nothing.')$$, :'c4'), 'what is left behind is named');
UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;BYHOUR=8,12' WHERE id = :'c4';
SELECT bag_eq($$SELECT rule, row_id, problem FROM medsched.check_integrity() AS i WHERE i.user_id = pg_temp.id('c')$$,
  format($$VALUES ('moved_dose_is_apart', '%s 2030-05-20 08:00:00+00', 'It is due at 2030-05-20 12:00:00+00, as another dose of its schedule is.')$$, :'c4'), 'and what meets another');
SELECT is(array_agg(d.scheduled_for ORDER BY d.scheduled_for), '{2030-05-20 08:00Z,2030-05-20 12:00Z}'::timestamptz[], 'which are both listed')
  FROM medsched.upcoming_doses(:cem, '2030-05-20Z', '2030-05-21Z') AS d;

-- A journey: by the wall clock --------------------------------------------------------

\set dan '''00000000-0000-0000-0000-00000000000d'''
\set d1 '''00000000-0000-0000-0000-0000000000d1'''
SELECT medsched.create_medication(:dan, 'Warfarin', '[{"id": "00000000-0000-0000-0000-0000000000d1", "starts_at": "2030-06-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20"}]') \g /dev/null
SELECT medsched.move_dose(:dan, :d1, '2030-06-10 06:00Z', local_time => '2030-06-10 10:00'), medsched.move_dose(:dan, :d1, '2030-06-05 18:00Z', '2030-06-05 21:00Z') \g /dev/null
SELECT j.new_schedule_id AS d2, j.effective_from AS travels FROM medsched.change_time_zone(:dan, 'America/New_York', '2030-06-05 20:00Z') AS j \gset
SELECT is(:'travels'::timestamptz, timestamptz '2030-06-05 21:00:01Z', 'a journey goes round what was moved past it');
SELECT is(pg_temp.moves(:dan), '05 18:00>05 21:00, 10 12:00>10 14:00 of 2', 'and what is to come is due by the new clock');
SELECT is(array_agg(d.local_time), '{2030-06-10 10:00,2030-06-10 20:00}'::timestamp[], 'at the hour it was moved to')
  FROM medsched.upcoming_doses(:dan, '2030-06-10 04:00Z', '2030-06-11 04:00Z') AS d;

-- A schedule goes with its moves, a person with all -----------------------------------

SELECT lives_ok($$DELETE FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-0000000000e1'$$, 'a schedule may go');
SELECT is_empty($$SELECT FROM medsched.moved_doses WHERE user_id = pg_temp.id('e')$$, 'and its moves with it');
SELECT is(x::text, '(1,2,0)', 'erased') FROM medsched.erase_user(:dan) AS x;
SELECT is_empty($$SELECT FROM medsched.moved_doses WHERE user_id = pg_temp.id('d')$$, 'with what was moved');

-- Whatever keys their owner gives the table, what was moved is listed -------------------

SELECT medsched.create_medication(:dan, 'Metformin', '[
  {"id": "00000000-0000-0000-0000-0000000000f1", "starts_at": "2030-03-28T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8;COUNT=1"}]') \g /dev/null
CREATE TABLE public.earlier_moves () INHERITS (medsched.moved_doses);
INSERT INTO public.earlier_moves (user_id, schedule_id, scheduled_for, due_at) VALUES (:dan, pg_temp.id('f1'), '2030-03-28 08:00Z', '2030-03-28 09:00Z');
SELECT is(array_agg(d.local_time), '{2030-03-28 09:00}'::timestamp[], 'in a child') FROM medsched.upcoming_doses(:dan, '2030-03-28', '2030-03-30') AS d;
ALTER TABLE public.earlier_moves NO INHERIT medsched.moved_doses;
INSERT INTO medsched.moved_doses SELECT * FROM public.earlier_moves;
ALTER TABLE medsched.moved_doses DROP CONSTRAINT moved_doses_pkey;
SELECT is(array_agg(d.local_time), '{2030-03-28 09:00}'::timestamp[], 'without a key') FROM medsched.upcoming_doses(:dan, '2030-03-28', '2030-03-30') AS d;
ALTER TABLE medsched.moved_doses ADD PRIMARY KEY (schedule_id, user_id, scheduled_for);
SELECT is(array_agg(d.local_time), '{2030-03-28 09:00}'::timestamp[], 'by another key') FROM medsched.upcoming_doses(:dan, '2030-03-28', '2030-03-30') AS d;

SELECT * FROM finish();
ROLLBACK;
