\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(106);

-- A person's times of waking, eating and going to bed, and schedules that name them.  1 January 2101 is a Saturday; Berlin is an
-- hour before UTC until 27 March, a Sunday, and two from then on.
\i test/id.psql

-- What an error says, with short ids.
CREATE FUNCTION pg_temp.says(sql text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(split_part(pg_temp.failure(sql), ' | Failing row', 1), '00000000-0000-0000-0000-000000000', ''), '+00', '')
$$;
-- A medication with a schedule in Berlin from Monday 3 January on.
CREATE FUNCTION pg_temp.prescribe(person text, schedule text, rest jsonb) RETURNS uuid LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id(person), schedule, jsonb_build_array(
           jsonb_build_object('id', pg_temp.id(schedule), 'starts_at', '2101-01-03T00:00', 'time_zone', 'Europe/Berlin') || rest))
$$;
CREATE FUNCTION pg_temp.refused(rest jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.says(format('SELECT pg_temp.prescribe(''b'', ''b99'', %L)', rest))
$$;
CREATE FUNCTION pg_temp.rule(schedule text) RETURNS text LANGUAGE sql AS $$
  SELECT s.rrule::text FROM medsched.schedules AS s WHERE s.id = pg_temp.id(schedule)
$$;
CREATE FUNCTION pg_temp.doses(person text, first timestamptz, last timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(timezone(s.time_zone::text, d.due_at), 'DD HH24:MI'), ', ' ORDER BY d.due_at, d.schedule_id)
    FROM medsched.upcoming_doses(pg_temp.id(person), first, last) AS d JOIN medsched.schedules AS s ON s.id = d.schedule_id
$$;
-- The outcomes of a changed routine: when it takes effect, the shortest time between two doses, or why not.
CREATE FUNCTION pg_temp.change(person text, times jsonb, at timestamptz, days int[] DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', right(j.old_schedule_id::text, 3), j.outcome, to_char(j.effective_from, 'DD HH24:MI:SS'), j.shortest_interval, j.reason), ', '
                    ORDER BY j.old_schedule_id = ANY ('{}'), j.outcome, j.effective_from, j.old_schedule_id)
    FROM medsched.set_routine(pg_temp.id(person), times, days, at) AS j
$$;

-- Compiled ------------------------------------------------------------------------------------
SELECT pg_temp.prescribe('a', 'a11', '{"events": ["CM", "CV"]}') \g /dev/null
SELECT is(pg_temp.rule('a11'), 'FREQ=DAILY;BYHOUR=8,18;BYMINUTE=0;BYSECOND=0', 'without a routine, the times of timing_events(), every day');

SELECT is(pg_temp.change('b', '{"CM": "07:30", "CV": "18:30"}', '2100-01-01Z'), NULL, 'a routine before there is a schedule');
SELECT is(pg_temp.change('b', '{"CM": "09:00"}', '2100-01-01Z', '{7,6,6}'), NULL, 'and another breakfast at weekends');
SELECT is(count(*), 14::bigint, 'a row for each event and day') FROM medsched.routines AS r WHERE r.user_id = pg_temp.id('b');
SELECT results_eq($$SELECT r.day_of_week, r.event, r.time_of_day FROM medsched.routine(pg_temp.id('b'), '2101-01-01Z') AS r WHERE r.is_own AND r.day_of_week IN (5, 6)$$,
  $$VALUES (5, 'CM', '07:30'::time), (5, 'CV', '18:30'), (6, 'CM', '09:00'), (6, 'CV', '18:30')$$, 'as it is read');
SELECT results_eq($$SELECT r.event, r.time_of_day, r.is_own FROM medsched.routine(pg_temp.id('b'), '2099-12-31Z') AS r WHERE r.day_of_week = 1 AND r.event ~ '^[CHW]'$$,
  $$VALUES ('WAKE', '07:00'::time, false), ('CM', '08:00', false), ('CD', '12:00', false), ('CV', '18:00', false), ('HS', '22:00', false)$$, 'before it held, the defaults');
SELECT is(count(*), 112::bigint, '16 events on 7 days') FROM medsched.routine(pg_temp.id('b'));

SELECT pg_temp.prescribe('b', 'b11', '{"events": ["CM"]}') AS breakfast \gset
SELECT is(pg_temp.rule('b11'), 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=7,9;BYMINUTE=0,30;BYSECOND=0;BYSETPOS=2,6,10,14,18,23,27', 'one rule, with other times at weekends');
SELECT is(pg_temp.doses('b', '2101-01-07Z', '2101-01-11Z'), '07 07:30, 08 09:00, 09 09:00, 10 07:30', 'its doses from Friday to Monday');
SELECT is(array_agg(d.scheduled_for ORDER BY d.scheduled_for), '{2101-03-26 08:00Z,2101-03-27 07:00Z,2101-03-28 05:30Z}'::timestamptz[], 'on the clock, when that goes forward')
  FROM medsched.upcoming_doses(pg_temp.id('b'), '2101-03-26Z', '2101-03-29Z') AS d;
SELECT pg_temp.prescribe('b', 'b12', '{"events": [{"event": "ACV", "offset": 30}]}'), pg_temp.prescribe('b', 'b13', '{"rrule": "FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=3", "events": ["CM"]}'),
  pg_temp.prescribe('b', 'b14', '{"rrule": "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SA,SU;UNTIL=21010301", "events": ["CM", "CV"]}'),
  pg_temp.prescribe('b', 'b15', '{"rrule": "FREQ=DAILY;INTERVAL=2", "events": ["CV", "HS"], "cycle_days_on": 21, "cycle_days_off": 7}') \g /dev/null
SELECT is(pg_temp.rule('b12'), 'FREQ=DAILY;BYHOUR=18;BYMINUTE=0;BYSECOND=0', 'half an hour before dinner');
SELECT is(pg_temp.rule('b13'), 'FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=7;BYMINUTE=30;BYSECOND=0', 'the days are the rule''s, the times the events''');
SELECT is(pg_temp.rule('b14'), 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,SA;BYHOUR=9,18;BYMINUTE=0,30;BYSECOND=0;BYSETPOS=1,4,5,8;UNTIL=21010301', 'weeks from Sunday on, with an end');
SELECT is(pg_temp.rule('b15'), 'FREQ=DAILY;INTERVAL=2;BYHOUR=18,22;BYMINUTE=0,30;BYSECOND=0;BYSETPOS=2,3', 'times that are no product of hours and minutes');
SELECT is(c.events, '[{"event": "ACV", "offset": 30}]'::jsonb, 'a form sees the events') FROM medsched.current_schedules(pg_temp.id('b')) AS c WHERE c.schedule_id = pg_temp.id('b12');
SELECT is((medsched.add_schedule(pg_temp.id('b'), :'breakfast', '{"starts_at": "2101-01-03 00:00", "time_zone": "UTC", "events": ["CV"]}')).rrule,
  'FREQ=DAILY;BYHOUR=18;BYMINUTE=30;BYSECOND=0', 'add_schedule() too');

-- Described -----------------------------------------------------------------------------------
SELECT is(medsched.describe_schedule(pg_temp.id('b'), pg_temp.id('b11')),
  'every day with breakfast (at 07:30; on Saturdays and Sundays at 09:00), Europe/Berlin, from 3 January 2101', 'in words');
SELECT is(medsched.describe_schedule(pg_temp.id('b'), pg_temp.id('b14')),
  'every 2 weeks on Saturdays and Sundays with breakfast and with dinner (at 09:00 and 18:30), weeks beginning on Sunday, Europe/Berlin, from 8 January 2101 until 1 March 2101', 'with weeks and an end');
SELECT is(medsched.describe_schedule(s.rrule::text, s.starts_at, s.time_zone::text, cycle_days_on => 21, cycle_days_off => 7, dose_unit => 'tablet', dose_amount => 2,
    instructions => 'mit Wasser', language => 'de', events => '[{"event": "ACV", "offset": 30}]'),
  '2 Tabletten jeden Tag 30 Minuten vor dem Abendessen (um 18:00), Europe/Berlin, ab 3. Januar 2101, 21 Tage Einnahme, 7 Tage Pause; mit Wasser', 'in German')
  FROM medsched.schedules AS s WHERE s.id = pg_temp.id('b12');
SELECT is(medsched.describe_schedule('FREQ=MONTHLY', '2101-01-03 08:00', 'UTC', events => '["CM"]'), medsched.describe_schedule('FREQ=MONTHLY', '2101-01-03 08:00', 'UTC'),
  'a rule that has no times of events, as without them');
SELECT is(count(*), 26::bigint, 'each event has words in both languages') FROM (SELECT DISTINCT e.event FROM medsched.timing_events() AS e) AS e
 WHERE medsched.describe_schedule('FREQ=DAILY', '2101-01-03 08:00', 'UTC', language => 'de', events => jsonb_build_array(e.event)) ~ '^jeden Tag [^ (].* \(um 08:00\), UTC, ab 3. Januar 2101$'
   AND medsched.describe_schedule('FREQ=DAILY', '2101-01-03 08:00', 'UTC', events => jsonb_build_array(e.event))
       = format('every day %s (at 08:00), UTC, from 3 January 2101', (SELECT min(t.meaning) FROM medsched.timing_events() AS t WHERE t.event = e.event));

-- Refused -------------------------------------------------------------------------------------
SELECT is(pg_temp.refused('{"events": "CM"}'), '22023: schedules[0].events must be an array of events, as ["CM", {"event": "ACV", "offset": 30}]', 'no array');
SELECT is(pg_temp.refused('{"events": []}'), '22023: schedules[0].events: events must have 1 to 24 entries | It has 0.', 'none');
SELECT is(pg_temp.refused('{"events": ["XX"]}'), '22023: schedules[0].events: events[0] is an unknown event "XX" | The events are those of medsched.timing_events().', 'an event that is none');
SELECT is(pg_temp.refused('{"events": ["CM", null]}'), '22023: schedules[0].events: events[1] must be a string, or an object that has event, a string | It is null.', 'null');
SELECT is(pg_temp.refused('{"events": [{"event": "ACM", "minutes": 5}]}'), '22023: schedules[0].events: events[0] has an unknown key "minutes" | The keys of an event are event, offset.', 'a misspelt key');
SELECT is(pg_temp.refused('{"events": [{"event": "ACM", "offset": 1440}]}'), '22023: schedules[0].events: events[0].offset must be a whole number of minutes from 0 to 1439 | It is 1440.', 'an offset of a day');
SELECT is(pg_temp.refused('{"events": [{"event": "CM", "offset": 5}]}'), '22023: schedules[0].events: events[0] has an offset from CM, which takes none | Before and after meals are AC and PC, and so on.', 'an offset from breakfast itself');
SELECT is(pg_temp.refused('{"events": [{"event": "ACM", "offset": 480}]}'), '0A000: schedules[0].events: ACM is on another day than CM | It is -00:30:00 from midnight. | Choose a smaller offset.', 'before midnight');
SELECT is(pg_temp.refused('{"events": ["AC", "CD", {"event": "ACM", "offset": 30}]}'),
  '22023: schedules[0].events: two events are at 12:00:00 | One of them is CD, on day of the week 1. | Name one of them, or give them other times: call medsched.set_routine().', 'two at once');
SELECT is(pg_temp.refused('{"events": ["CM"], "rrule": "FREQ=MONTHLY"}'), '0A000: schedules[0].rrule must be of days or weeks to have events'
  ' | Its parts can be FREQ=DAILY or FREQ=WEEKLY, INTERVAL, BYDAY, WKST and UNTIL, and BYDAY is not with every so many days.', 'days of months');
SELECT is(pg_temp.refused('{"events": ["CM"], "rrule": "FREQ=DAILY;COUNT=3"}'), '22023: schedules[0].rrule must have no COUNT with events'
  ' | Times that change would change what it counts. | Say the last day: UNTIL=20270310.', 'a number of doses');
SELECT is(pg_temp.refused('{"events": ["CM"], "rrule": "FREQ=DAILY;UNTIL=21010201T080000"}'), '22023: schedules[0].rrule must have a day in UNTIL with events'
  ' | Times that change would come before or after it. | Say the last day: UNTIL=20270310.', 'an end within a day');
SELECT is(pg_temp.refused('{"events": ["CM"], "rrule": "FREQ=DAILY;INTERVAL=2"}'), '0A000: schedules[0]: events are not at the same times on all days, and no rule of every 2 days says that'
  ' | Give days of the week, or name events that are at the same times on all of them.', 'every other day, with other times at weekends');
-- 11 times an hour and a minute apart, and breakfast: 12 hours, 12 minutes, 7 days.
SELECT is(pg_temp.refused(jsonb_build_object('events', (SELECT jsonb_agg(jsonb_build_object('event', 'MORN', 'offset', n * 61)) FROM generate_series(0, 10) AS n) || '["CM"]')),
  '0A000: schedules[0]: events are at too many different times for one rule | They are at 12 hours, 12 minutes and 1 seconds. | Name some of them in another schedule.', 'more than BYSETPOS can pick from');
SELECT is(pg_temp.refused('{"events": ["CM"], "as_needed": true}'), '23514 medsched.schedules.schedules_events_have_rule:'
  ' schedules[0] must have rrule, and be neither as_needed nor counted from the last dose, when it has events | It has events ["CM"], no rrule, as_needed true, no after_last.', 'as needed');
SELECT is(pg_temp.refused('{"events": ["CM"], "after_last": "8 hours"}'), '23514 medsched.schedules.schedules_events_have_rule:'
  ' schedules[0] must have rrule, and be neither as_needed nor counted from the last dose, when it has events | It has events ["CM"], no rrule, no as_needed, after_last 08:00:00.', 'counted from the last dose');
SELECT is(pg_temp.says($$UPDATE medsched.schedules SET events = '[]' WHERE id = pg_temp.id('b11')$$), '22023: events must have 1 to 24 entries | It has 0.', 'the column checks itself');

SELECT is(pg_temp.says($$SELECT medsched.set_routine(NULL, '{"CM": "07:30"}')$$), '22004: user_id must not be null', 'a routine of nobody');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), NULL)$$), '22004: times must not be null', 'null');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '["07:30"]')$$), '22023: times must be a JSON object of events | As in {"CM": "07:30", "HS": "22:30"}.', 'an array');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{}')$$), '22023: times must be a JSON object of events | As in {"CM": "07:30", "HS": "22:30"}.', 'no event');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{"PCM": "07:30"}')$$), '22023: times has an unknown event "PCM"'
  ' | The events of a routine are AFT, AFT.early, AFT.late, CD, CM, CV, EVE, EVE.early, EVE.late, HS, MORN, MORN.early, MORN.late, NIGHT, NOON, WAKE.', 'an event that hangs on another');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{"CM": "25:00"}')$$), '22023: time "25:00" is not a time of day | Times of day are strings from "00:00" to "23:59", or with seconds "08:00:00".', 'no time');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{"CM": null}')$$), '22023: time null is not a time of day | Times of day are strings from "00:00" to "23:59", or with seconds "08:00:00".', 'a time that is null');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{"CM": ["07:00", "08:00"]}')$$), '22023: times has 2 times of day for CM, which is one event', 'two times');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{"CM": "07:00"}', '{0}')$$), '22023: day of the week 0 is out of range | Days of the week are ISO numbers, 1 for Monday to 7 for Sunday.', 'no day');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{"CM": "07:00"}', '{}')$$), '22023: days_of_week must not be empty | Leave it null for every day.', 'no days');
SELECT is(pg_temp.says($$SELECT medsched.set_routine(pg_temp.id('b'), '{"CM": "07:00"}', NULL, 'infinity')$$), '22023: effective_from must be finite', 'at no instant');
SELECT is(pg_temp.says($$SELECT medsched.routine(NULL)$$), '22004: user_id must not be null', 'read of nobody');
SELECT is(pg_temp.says($$INSERT INTO medsched.routines VALUES (pg_temp.id('b'), 'PCM', 1, '2101-01-01Z', '08:00')$$),
  '23514 medsched.routines.routines_event_known: new row for relation "routines" violates check constraint "routines_event_known"', 'the table checks events');
SELECT is(pg_temp.says($$INSERT INTO medsched.routines VALUES (pg_temp.id('b'), 'CM', 8, '2101-01-01Z', '08:00')$$),
  '23514 medsched.routines.routines_day_of_week_in_range: new row for relation "routines" violates check constraint "routines_day_of_week_in_range"', 'days');
SELECT is(pg_temp.says($$INSERT INTO medsched.routines VALUES (pg_temp.id('b'), 'CM', 7, '2101-01-01Z', '08:00:00.5')$$),
  '23514 medsched.routines.routines_at_whole_second: new row for relation "routines" violates check constraint "routines_at_whole_second"', 'times');
SELECT is(pg_temp.says($$INSERT INTO medsched.routines VALUES (pg_temp.id('b'), 'CM', 7, 'infinity', '08:00')$$),
  '23514 medsched.routines.routines_effective_from_in_range: new row for relation "routines" violates check constraint "routines_effective_from_in_range"', 'and instants');

-- Changed from an instant on --------------------------------------------------------------------
SELECT pg_temp.prescribe('c', 'c11', '{"events": ["CM", "CV"]}') \g /dev/null
SELECT is(pg_temp.change('c', '{"CM": "10:00"}', '2101-01-05 08:00Z'), 'c11 moved 05 08:00:00 08:00:00', 'breakfast at 10 from 9 o''clock on');
SELECT is(pg_temp.doses('c', '2101-01-04Z', '2101-01-07Z'), '04 08:00, 04 18:00, 05 08:00, 05 18:00, 06 10:00, 06 18:00', 'that day''s, which was due at 8, does not come again');
SELECT is(pg_temp.doses('c', '2101-01-03Z', '2101-01-05 08:00Z'), '03 08:00, 03 18:00, 04 08:00, 04 18:00, 05 08:00', 'and none that is past changes');
SELECT is(regexp_replace(pg_temp.change('c', '{"CM": "07:00", "CV": "17:00"}', '2101-01-07 07:30Z'), '^...', ''), ' moved 07 07:30:00 07:00:00', 'at 7 from half past 8 on, dinner at 17');
SELECT is(pg_temp.doses('c', '2101-01-06Z', '2101-01-09Z'), '06 10:00, 06 18:00, 07 10:00, 07 17:00, 08 07:00, 08 17:00', 'that day''s, which would be past, stays at 10');
SELECT is(regexp_replace(pg_temp.change('c', '{"CM": "07:00", "CV": "17:00"}', '2101-01-07 07:30Z'), '^...', ''), ' same', 'the same once more changes nothing');
SELECT is(regexp_replace(pg_temp.change('c', '{"CM": "10:00"}', '2101-01-07 07:30Z'), '^...', ''), ' moved 07 07:30:00 07:00:00', 'and back, before it was due');
SELECT is(pg_temp.doses('c', '2101-01-07Z', '2101-01-09Z'), '07 10:00, 07 17:00, 08 10:00, 08 17:00', 'each dose once');
SELECT is(count(*), 3::bigint, 'a row for each time that it changed in between') FROM medsched.schedules AS s WHERE s.user_id = pg_temp.id('c');

-- Recorded early, moved, and left out.
SELECT pg_temp.prescribe('d', 'd11', '{"events": ["CM"]}') \g /dev/null
SELECT FROM medsched.mark_dose_taken(pg_temp.id('d'), pg_temp.id('d11'), '2101-01-05 07:00Z', '2101-01-05 06:40Z') \g /dev/null
SELECT is(pg_temp.change('d', '{"CM": "09:00"}', '2101-01-05 06:50Z'), 'd11 moved 05 07:00:01 1 day', 'after a dose that is recorded already');
SELECT is(pg_temp.doses('d', '2101-01-04Z', '2101-01-07Z'), '04 08:00, 05 08:00, 06 09:00', 'which does not come again');
SELECT pg_temp.prescribe('e', 'e11', '{"events": ["CM"]}'), pg_temp.prescribe('e', 'e12', '{"events": ["CV"], "exdates": ["2101-01-06T18:00"]}') \g /dev/null
SELECT FROM medsched.move_dose(pg_temp.id('e'), pg_temp.id('e11'), '2101-01-06 07:00Z', '2101-01-06 10:00Z', reason => 'blood test') \g /dev/null
SELECT is(pg_temp.change('e', '{"CM": "09:00", "CV": "19:00"}', '2101-01-04 23:00Z'), 'e11 moved 04 23:00:00 1 day, e12 moved 04 23:00:00 1 day', 'two schedules');
SELECT is(pg_temp.doses('e', '2101-01-05Z', '2101-01-08Z'), '05 09:00, 05 19:00, 06 11:00, 07 09:00, 07 19:00', 'a dose that was moved stays moved, one left out left out');
SELECT results_eq($$SELECT v.scheduled_for, v.due_at, v.reason FROM medsched.moved_doses AS v WHERE v.user_id = pg_temp.id('e')$$,
  $$VALUES ('2101-01-06 08:00Z'::timestamptz, '2101-01-06 10:00Z'::timestamptz, 'blood test')$$, 'with the reason');

-- Planned.
SELECT pg_temp.prescribe('f', 'f11', '{"starts_at": "2101-01-10T00:00", "events": ["CM"]}') \g /dev/null
SELECT is(pg_temp.change('f', '{"CM": "07:00"}', '2101-01-05Z'), 'f11 moved 05 00:00:00', 'one that has not begun');
SELECT is(count(*), 1::bigint, 'is changed itself') FROM medsched.schedules AS s WHERE s.user_id = pg_temp.id('f');
SELECT is(pg_temp.change('f', '{"CM": "06:00"}', '2101-01-12Z'), 'f11 moved 12 00:00:00 23:00:00', 'a change to come');
SELECT pg_temp.prescribe('f', 'f12', '{"starts_at": "2101-01-10T00:00", "events": ["CM"]}') \g /dev/null
SELECT is(pg_temp.doses('f', '2101-01-10Z', '2101-01-14Z'), '10 07:00, 10 07:00, 11 07:00, 11 07:00, 12 06:00, 12 06:00, 13 06:00, 13 06:00', 'holds for what is prescribed meanwhile');
SELECT is(count(*), 4::bigint, 'two rows each') FROM medsched.schedules AS s WHERE s.user_id = pg_temp.id('f');

-- Of a medication that is paused, on a journey, in a taper.
SELECT pg_temp.prescribe('6', '611', '{"events": ["CM"]}') AS paused \gset
SELECT medsched.inactivate_medication(pg_temp.id('6'), :'paused', '2101-01-05Z') \g /dev/null
SELECT is(pg_temp.change('6', '{"CM": "09:00"}', '2101-01-06Z'), NULL, 'nothing is to come of a paused medication');
SELECT FROM medsched.reactivate_medication(pg_temp.id('6'), :'paused', '2101-01-08Z') \g /dev/null
SELECT is(pg_temp.doses('6', '2101-01-04Z', '2101-01-10Z'), '04 08:00, 08 09:00, 09 09:00', 'taken up again, it goes by the routine of then');
SELECT pg_temp.prescribe('7', '711', '{"events": ["CM"]}') \g /dev/null
SELECT FROM medsched.change_time_zone(pg_temp.id('7'), 'America/New_York', '2101-01-04 23:00Z') \g /dev/null
SELECT is(regexp_replace(pg_temp.change('7', '{"CM": "09:00"}', '2101-01-06 05:00Z'), '^...', ''), ' moved 06 05:00:00 1 day', 'after a journey');
SELECT is(string_agg(d.scheduled_for::text, ', ' ORDER BY d.scheduled_for), '2101-01-04 07:00:00+00, 2101-01-05 13:00:00+00, 2101-01-06 14:00:00+00', 'on the clock there')
  FROM medsched.upcoming_doses(pg_temp.id('7'), '2101-01-04Z', '2101-01-07Z') AS d;
SELECT medsched.create_medication(pg_temp.id('8'), 'taper', '[
  {"id": "00000000-0000-0000-0000-000000000811", "starts_at": "2101-01-03T00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;UNTIL=21010105", "events": ["CM"], "dose_amount": 40, "dose_unit": "mg",
   "regimen_id": "00000000-0000-0000-0000-0000000000f8"},
  {"id": "00000000-0000-0000-0000-000000000812", "starts_at": "2101-01-06T00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;UNTIL=21010108", "events": ["CM"], "dose_amount": 20, "dose_unit": "mg",
   "regimen_id": "00000000-0000-0000-0000-0000000000f8"}]') \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', s.rrule, s.events), ', ' ORDER BY s.starts_at) FROM medsched.shift_regimen(pg_temp.id('8'), pg_temp.id('f8'), '2101-01-04') AS s),
  'FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=21010106 ["CM"], FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=21010109 ["CM"]', 'the steps of a taper keep their events when it is shifted');
SELECT is(pg_temp.change('8', '{"CM": "09:00"}', '2101-01-06Z'), '811 moved 06 00:00:00 1 day, 812 moved 06 00:00:00 1 day', 'and go by the routine, those to come too');
SELECT is(pg_temp.doses('8', '2101-01-05Z', '2101-01-12Z'), '05 08:00, 06 09:00, 07 09:00, 08 09:00, 09 09:00', 'to the last day');

-- Left as they are.
SELECT pg_temp.prescribe('9', '911', '{"rrule": "FREQ=DAILY;INTERVAL=2", "events": ["CM"]}'), pg_temp.prescribe('9', '912', '{"events": ["WAKE", "CM"]}') \g /dev/null
SELECT is(pg_temp.change('9', '{"CM": "07:00"}', '2101-01-05Z', '{6}'),
  '911 left schedule: events are not at the same times on all days, and no rule of every 2 days says that, 912 left schedule.events: two events are at 07:00:00', 'what no rule can say, with the reason');
SELECT is(pg_temp.doses('9', '2101-01-08Z', '2101-01-10Z'), '08 07:00, 08 08:00, 09 07:00, 09 08:00, 09 08:00', 'and each of its doses');

-- Revised ---------------------------------------------------------------------------------------
SELECT pg_temp.prescribe('1', '111', '{"events": ["CM"]}') \g /dev/null
CREATE FUNCTION pg_temp.revised(changes jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', s.rrule, s.events) FROM medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('111'), changes) AS s
$$;
SELECT is(pg_temp.revised('{"rrule": "FREQ=WEEKLY;BYDAY=MO"}'), 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0;BYSECOND=0 ["CM"]', 'other days, with the times of the events');
SELECT is(pg_temp.revised('{"rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0", "dose_amount": 2}'), 'FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0 ["CM"]', 'the times that it has');
SELECT is(pg_temp.revised('{"events": ["CD"]}'), 'FREQ=DAILY;BYHOUR=12;BYMINUTE=0;BYSECOND=0 ["CD"]', 'another event');
SELECT is(pg_temp.revised('{"rrule": "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0"}'), 'FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0', 'times of its own, and no event any more');
SELECT medsched.revise_schedule(pg_temp.id('1'), pg_temp.id('111'), '2101-01-05Z', '{"events": ["CV"]}') AS revised \gset
SELECT is(concat_ws(' ', s.rrule, s.events), 'FREQ=DAILY;BYHOUR=18;BYMINUTE=0;BYSECOND=0 ["CV"]', 'from an instant on') FROM medsched.schedules AS s WHERE s.id = :'revised';
SELECT is(pg_temp.doses('1', '2101-01-04Z', '2101-01-07Z'), '04 09:00, 05 18:00, 06 18:00', 'before, as it was');

-- Of prescriptions -----------------------------------------------------------------------------------
SELECT pg_temp.change('2', '{"CM": "07:30", "HS": "22:30"}', '2100-01-01Z'), pg_temp.change('2', '{"CM": "09:00"}', '2100-01-01Z', '{6,7}') \g /dev/null
SELECT medsched.routine_times(pg_temp.id('2'), '2101-01-01Z') AS times \gset
SELECT is(:'times'::jsonb, '{"WAKE": "07:00:00", "MORN.early": "07:00:00", "MORN": "08:00:00", "MORN.late": "10:00:00", "NOON": "12:00:00", "AFT.early": "13:00:00", "AFT": "15:00:00", "AFT.late": "17:00:00",
  "EVE.early": "18:00:00", "EVE": "20:00:00", "EVE.late": "21:00:00", "NIGHT": "22:00:00", "HS": "22:30:00", "CM": "07:30:00", "CD": "12:00:00", "CV": "18:00:00", "routine": true}', 'the times of most days');
SELECT is(medsched.routine_times(pg_temp.id('2'), '2099-01-01Z') ->> 'CM', '08:00:00', 'as they were');
SELECT is(pg_temp.says('SELECT medsched.routine_times(NULL)'), '22004: user_id must not be null', 'of nobody');
CREATE FUNCTION pg_temp.named(schedules jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', s ->> 'starts_at', s ->> 'rrule', s ->> 'events', s ->> 'instructions'), ' / ' ORDER BY nth) FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (s, nth)
$$;
CREATE FUNCTION pg_temp.timing(repeat jsonb, times jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.named(medsched.schedule_from_fhir(jsonb_build_object('repeat', repeat), '2101-01-03', 'Europe/Berlin', times))
$$;
CREATE FUNCTION pg_temp.sig(sig text, times jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.named(medsched.schedule_from_sig(sig, '2101-01-03', 'Europe/Berlin', times))
$$;
SELECT is(pg_temp.timing('{"when": ["ACM"], "offset": 30}', :'times'),
  '2101-01-03T00:00:00 FREQ=DAILY;BYHOUR=7;BYMINUTE=0;BYSECOND=0 [{"event": "ACM", "offset": 30}] 30 minutes before breakfast', 'a FHIR Timing names its events');
SELECT is(pg_temp.timing('{"when": ["AC"], "boundsDuration": {"value": 5, "code": "d"}}', :'times'),
  '2101-01-03T00:00:00 FREQ=DAILY;BYHOUR=7;BYMINUTE=30;BYSECOND=0;UNTIL=21010107 ["ACM"] before meals / '
  '2101-01-03T00:00:00 FREQ=DAILY;BYHOUR=12,18;BYMINUTE=0;BYSECOND=0;UNTIL=21010107 ["ACD", "ACV"] before meals', 'those of meals one by one, with their last day');
SELECT is(pg_temp.timing('{"when": ["CM"], "count": 10}', :'times'), '2101-01-03T07:30:00 FREQ=DAILY;BYHOUR=7;BYMINUTE=30;BYSECOND=0;COUNT=10 with breakfast', 'a number of doses keeps its hours');
SELECT is(pg_temp.timing('{"when": ["CM"], "frequency": 1, "period": 2, "periodUnit": "d"}', :'times'),
  '2101-01-03T07:30:00 FREQ=DAILY;INTERVAL=2;BYHOUR=7;BYMINUTE=30;BYSECOND=0 with breakfast', 'so does every other day');
SELECT is(pg_temp.timing('{"when": ["PHS"], "offset": 120}', :'times'), '2101-01-04T00:30:00 FREQ=DAILY;BYHOUR=0;BYMINUTE=30;BYSECOND=0 120 minutes after going to sleep', 'and what is after midnight');
SELECT is(pg_temp.timing('{"frequency": 2, "period": 1, "periodUnit": "d"}', :'times'), '2101-01-03T08:00:00 FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0', 'and what names none');
SELECT is(pg_temp.timing('{"when": ["CM"]}', :'times'::jsonb - 'routine'), '2101-01-03T07:30:00 FREQ=DAILY;BYHOUR=7;BYMINUTE=30;BYSECOND=0 with breakfast', 'without the routine, times alone');
SELECT is(pg_temp.sig('1 tablet with breakfast and 2 tablets at bedtime', :'times'),
  '2101-01-03T00:00:00 FREQ=DAILY;BYHOUR=7;BYMINUTE=30;BYSECOND=0 ["CM"] with breakfast / 2101-01-03T00:00:00 FREQ=DAILY;BYHOUR=22;BYMINUTE=30;BYSECOND=0 ["HS"]', 'a sig');
SELECT is(pg_temp.sig('1-0-1-0', :'times'), '2101-01-03T00:00:00 FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0 ["MORN", "EVE"]', 'a pattern');
SELECT is(pg_temp.sig('30 minutes before breakfast', :'times'), '2101-01-03T00:00:00 FREQ=DAILY;BYHOUR=7;BYMINUTE=0;BYSECOND=0 [{"event": "ACM", "offset": 30}] 30 minutes before breakfast', 'with minutes');
SELECT is(pg_temp.sig('BID', :'times'), '2101-01-03T08:00:00 FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0', 'none');
SELECT is(pg_temp.says($$SELECT pg_temp.sig('BID', '{"routine": 1}')$$), '22023: times.routine must be true or false', 'the routine is there, or not');
SELECT medsched.create_medication(pg_temp.id('2'), p.name, p.schedules)
  FROM medsched.medication_from_fhir('{"resourceType": "MedicationRequest", "status": "active", "intent": "order", "medicationCodeableConcept": {"text": "Metformin"},
    "dosageInstruction": [{"timing": {"repeat": {"when": ["CM"]}}, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}]}]}', 'Europe/Berlin', '2101-01-07', :'times') AS p \g /dev/null
SELECT is(pg_temp.doses('2', '2101-01-07Z', '2101-01-10Z'), '07 07:30, 08 09:00, 09 09:00', 'a prescription, by the times of each day');

-- Others', and erased ------------------------------------------------------------------------------
SELECT is(pg_temp.rule('a11'), 'FREQ=DAILY;BYHOUR=8,18;BYMINUTE=0;BYSECOND=0', 'nobody else''s routine is theirs');
SELECT medsched.erase_user(pg_temp.id('b')) \g /dev/null
SELECT is(count(*), 0::bigint, 'erased with the person') FROM medsched.routines AS r WHERE r.user_id = pg_temp.id('b');
SELECT * FROM finish();
ROLLBACK;
