\i test/setup.psql
\i test/id.psql
BEGIN;
SELECT plan(14);

-- Doses that were moved, and what ends, pauses or changes their schedule.  Expected values are worked out by hand.

CREATE FUNCTION pg_temp.create(person text, schedule text, columns jsonb) RETURNS uuid LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id(person), 'Ramipril', jsonb_build_array(
           '{"starts_at": "2030-05-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8,20"}' || columns || jsonb_build_object('id', pg_temp.id(schedule))))
$$;
-- What is due, and for which dose where that is at another time.
CREATE FUNCTION pg_temp.due(person text, since timestamptz, until timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat(to_char(timezone('UTC', d.due_at), 'DD HH24:MI'),
                           to_char(timezone('UTC', nullif(d.scheduled_for, d.due_at)), ' "for" DD HH24:MI'), ' ' || nullif(d.status, 'upcoming')), ', ' ORDER BY d.due_at)
    FROM medsched.upcoming_doses(pg_temp.id(person), since, until) AS d
$$;
CREATE FUNCTION pg_temp.move(person text, schedule uuid, dose timestamptz, due_at timestamptz) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT m.due_at FROM medsched.move_dose(pg_temp.id(person), schedule, dose, due_at) AS m
$$;

-- Who stops after what was recorded ahead stops: what was moved to before that does not come.
SELECT pg_temp.create('a', 'a1', '{}') AS medication \gset
SELECT pg_temp.move('a', pg_temp.id('a1'), '2030-05-05 08:00Z', '2030-05-05 14:00Z'),
       pg_temp.move('a', pg_temp.id('a1'), '2030-05-04 20:00Z', '2030-05-07 12:00Z') \g /dev/null
SELECT newly_taken FROM medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a1'), '2030-05-06 08:00Z') \g /dev/null
SELECT is(medsched.inactivate_medication(pg_temp.id('a'), :'medication', '2030-05-05 10:00Z'), '2030-05-06 08:00:01Z', 'a medication ends after the dose recorded ahead');
SELECT is(pg_temp.due('a', '2030-05-04Z', '2030-05-09Z'), '04 08:00, 06 08:00 taken', 'and no dose comes that was moved to between, or past it');

SELECT pg_temp.create('b', 'b1', '{}') \g /dev/null
SELECT pg_temp.move('b', pg_temp.id('b1'), '2030-05-05 08:00Z', '2030-05-05 14:00Z') \g /dev/null
SELECT newly_skipped FROM medsched.skip_dose(pg_temp.id('b'), pg_temp.id('b1'), '2030-05-06 08:00Z') \g /dev/null
SELECT is(medsched.end_schedule(pg_temp.id('b'), pg_temp.id('b1'), '2030-05-05 10:00Z'), '2030-05-06 08:00:01Z', 'so does a schedule');
SELECT is(pg_temp.due('b', '2030-05-04Z', '2030-05-09Z'), '04 08:00, 04 20:00, 06 08:00 skipped', 'with no dose that was moved to between');

-- A row that does nothing is no dose to be left out.
SELECT pg_temp.create('c', 'c1', '{}') \g /dev/null
SELECT pg_temp.move('c', pg_temp.id('c1'), '2030-05-05 08:00Z', '2030-05-05 14:00Z') \g /dev/null
UPDATE medsched.schedules SET exdates = '{2030-05-05 08:00}' WHERE id = pg_temp.id('c1');
SELECT newly_skipped FROM medsched.skip_dose(pg_temp.id('c'), pg_temp.id('c1'), '2030-05-06 08:00Z') \g /dev/null
SELECT medsched.end_schedule(pg_temp.id('c'), pg_temp.id('c1'), '2030-05-05 10:00Z') \g /dev/null
SELECT is(exdates, '{2030-05-05 08:00,2030-05-05 20:00}', 'what is left out is left out once') FROM medsched.schedules WHERE id = pg_temp.id('c1');

-- In a pause there is no dose, though its schedule ends in it and has none of its own there.
SELECT pg_temp.create('d', 'd1', '{"rrule": "FREQ=DAILY;BYHOUR=8", "ends_at": "2030-05-05T20:00Z"}') AS medication \gset
SELECT medsched.add_schedule(pg_temp.id('d'), :'medication', '{"starts_at": "2030-05-10T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}') \g /dev/null
SELECT pg_temp.move('d', pg_temp.id('d1'), '2030-05-05 08:00Z', '2030-05-05 14:00Z') \g /dev/null
SELECT medsched.inactivate_medication(pg_temp.id('d'), :'medication', '2030-05-05 10:00Z') \g /dev/null
SELECT is_empty(format('SELECT FROM medsched.reactivate_medication(pg_temp.id(''d''), %L, ''2030-05-08Z'')', :'medication'), 'after a pause, a schedule that is over is not taken up again');
SELECT is(pg_temp.due('d', '2030-05-04Z', '2030-05-11Z'), '04 08:00, 10 08:00', 'and no dose was moved into the pause');
-- One that ended before keeps its end.
SELECT pg_temp.create('e', 'e1', '{"ends_at": "2030-05-05T10:00Z"}') AS medication \gset
SELECT medsched.add_schedule(pg_temp.id('e'), :'medication', '{"starts_at": "2030-05-10T08:00", "time_zone": "UTC"}') \g /dev/null
UPDATE medsched.schedules SET ends_at = '2030-05-05 16:00Z' WHERE id = pg_temp.id('e1');
SELECT pg_temp.move('e', pg_temp.id('e1'), '2030-05-05 08:00Z', '2030-05-05 14:00Z') \g /dev/null
UPDATE medsched.schedules SET ends_at = '2030-05-05 10:00Z' WHERE id = pg_temp.id('e1');
SELECT medsched.inactivate_medication(pg_temp.id('e'), :'medication', '2030-05-05 12:00Z') \g /dev/null
SELECT medsched.reactivate_medication(pg_temp.id('e'), :'medication', '2030-05-08Z') \g /dev/null
SELECT is(ends_at, '2030-05-05 10:00Z', 'a schedule that had ended keeps its end') FROM medsched.schedules WHERE id = pg_temp.id('e1');

-- Of two moves, one to where the other was, the new row takes neither when it cannot take that other.
SELECT pg_temp.create('f', 'f1', '{}') \g /dev/null
SELECT pg_temp.move('f', pg_temp.id('f1'), '2030-05-10 20:00Z', '2030-05-11 03:00Z'),
       pg_temp.move('f', pg_temp.id('f1'), '2030-05-10 08:00Z', '2030-05-10 20:00Z'),
       pg_temp.move('f', pg_temp.id('f1'), '2030-05-09 20:00Z', '2030-05-10 08:00Z'),
       pg_temp.move('f', pg_temp.id('f1'), '2030-05-09 08:00Z', '2030-05-09 09:00Z') \g /dev/null
SELECT is(pg_temp.due('f', '2030-05-09Z', '2030-05-12Z'),
  '09 09:00 for 09 08:00, 10 08:00 for 09 20:00, 10 20:00 for 10 08:00, 11 03:00 for 10 20:00, 11 08:00, 11 20:00', 'each is where the next was');
SELECT medsched.revise_schedule(pg_temp.id('f'), pg_temp.id('f1'), '2030-05-08Z', '{"ends_at": "2030-05-11T00:00Z"}') AS f2 \gset
SELECT is(pg_temp.due('f', '2030-05-09Z', '2030-05-12Z'), '09 09:00 for 09 08:00, 09 20:00, 10 08:00, 10 20:00', 'the last cannot come, and each is due at its own time');

-- The same in a schedule that is changed itself, and on a journey: the others go on.
SELECT pg_temp.create('9', '91', '{}') \g /dev/null
SELECT pg_temp.move('9', pg_temp.id('91'), '2030-05-10 20:00Z', '2030-05-11 03:00Z'), pg_temp.move('9', pg_temp.id('91'), '2030-05-10 08:00Z', '2030-05-10 20:00Z') \g /dev/null
SELECT is(medsched.revise_schedule(pg_temp.id('9'), pg_temp.id('91'), '2030-04-08Z', '{"ends_at": "2030-05-11T00:00Z"}'), pg_temp.id('91'), 'in its own row');
SELECT is(pg_temp.due('9', '2030-05-10Z', '2030-05-12Z'), '10 08:00, 10 20:00', 'each is due at its own time');

-- New York goes from 02:00 to 03:00 on 10 March 2030: 02:30 and 03:30 are one instant there.
SELECT pg_temp.create('8', '81', '{"starts_at": "2030-03-01T08:00"}') \g /dev/null
SELECT pg_temp.move('8', pg_temp.id('81'), '2030-03-09 08:00Z', '2030-03-10 02:30Z'), pg_temp.move('8', pg_temp.id('81'), '2030-03-09 20:00Z', '2030-03-10 03:30Z'),
       pg_temp.move('8', pg_temp.id('81'), '2030-03-10 08:00Z', '2030-03-10 09:00Z') \g /dev/null
SELECT is(outcome, 'moved', 'a journey goes on, though two moved doses would meet') FROM medsched.change_time_zone(pg_temp.id('8'), 'America/New_York', '2030-03-05Z');
SELECT is(pg_temp.due('8', '2030-03-09 05:00Z', '2030-03-11 04:00Z'), '09 13:00, 10 01:00, 10 13:00 for 10 12:00, 11 00:00', 'they are due at their own times');

SELECT * FROM finish();
ROLLBACK;
