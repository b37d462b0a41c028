\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(93);

-- Steps one after another: schedules underneath, one regimen to the reader.
\i test/id.psql
\set ann '''00000000-0000-0000-0000-00000000000a'''
\set f1 '''00000000-0000-0000-0000-0000000000f1'''

CREATE FUNCTION pg_temp.taper(steps jsonb, more text DEFAULT '') RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  schedules jsonb;
BEGIN
  EXECUTE format('SELECT medsched.schedule_from_taper(%L, ''2027-03-04'', ''Europe/Berlin''%s)', steps, more) INTO schedules;
  RETURN schedules;
END
$$;
-- The doses of a regimen, a line for each amount: days of the month with times.
CREATE FUNCTION pg_temp.taken(person text, first timestamptz, last timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', to_char(d.local_time, 'MM-DD HH24:MI'), trim_scale(d.dose_amount)), ', ' ORDER BY d.scheduled_for)
    FROM medsched.upcoming_doses(pg_temp.id(person), first, last) AS d
$$;
CREATE FUNCTION pg_temp.days(person text, first timestamptz, last timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', d.amount, 'on', d.days), '; ' ORDER BY d.first)
    FROM (SELECT trim_scale(d.dose_amount) AS amount, string_agg(to_char(d.local_time, 'MM-DD'), ' ' ORDER BY d.local_time) AS days, min(d.local_time) AS first
            FROM medsched.upcoming_doses(pg_temp.id(person), first, last) AS d GROUP BY d.dose_amount) AS d
$$;
-- What an error says, with short ids.
CREATE FUNCTION pg_temp.says(sql text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(split_part(pg_temp.failure(sql), ' | Failing row', 1), '00000000-0000-0000-0000-000000000', ''), '+00', '')
$$;

-- Made --------------------------------------------------------------------------------------
SELECT is(pg_temp.taper('[{"amount": 40, "days": 5}, {"amount": "20", "days": 1}]', $$, '{08:00}', 'mg', 'with food', '00000000-0000-0000-0000-0000000000f1'$$),
  '[{"starts_at": "2027-03-04T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270308",
     "dose_amount": 40, "dose_unit": "mg", "instructions": "with food", "regimen_id": "00000000-0000-0000-0000-0000000000f1"},
    {"starts_at": "2027-03-09T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270309",
     "dose_amount": 20, "dose_unit": "mg", "instructions": "with food", "regimen_id": "00000000-0000-0000-0000-0000000000f1"}]'::jsonb,
  'a schedule for each step, the next on the day after');
SELECT is((SELECT count(DISTINCT s ->> 'regimen_id') FROM jsonb_array_elements(pg_temp.taper('[{"amount": 40, "days": 5}, {"amount": 20}]')) AS s), 1::bigint, 'all of one regimen');
SELECT isnt(pg_temp.taper('[{"amount": 40}]') -> 0 ->> 'regimen_id', pg_temp.taper('[{"amount": 40}]') -> 0 ->> 'regimen_id', 'another for each taper');
SELECT is((SELECT string_agg(concat_ws(' ', s ->> 'starts_at', s ->> 'rrule', s ->> 'dose_amount'), ', ' ORDER BY nth)
             FROM jsonb_array_elements(pg_temp.taper('[{"amount": [10, 5, 2.5], "days": 7}]', $$, '{20:30,08:00}'$$)) WITH ORDINALITY AS s (s, nth)),
  '2027-03-04T08:00:00 FREQ=DAILY;INTERVAL=3;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270310 10, 2027-03-04T20:30:00 FREQ=DAILY;INTERVAL=3;BYHOUR=20;BYMINUTE=30;BYSECOND=0;UNTIL=20270310 10, '
  '2027-03-05T08:00:00 FREQ=DAILY;INTERVAL=3;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270310 5, 2027-03-05T20:30:00 FREQ=DAILY;INTERVAL=3;BYHOUR=20;BYMINUTE=30;BYSECOND=0;UNTIL=20270310 5, '
  '2027-03-06T08:00:00 FREQ=DAILY;INTERVAL=3;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270310 2.5, 2027-03-06T20:30:00 FREQ=DAILY;INTERVAL=3;BYHOUR=20;BYMINUTE=30;BYSECOND=0;UNTIL=20270310 2.5',
  'amounts in turn, at times that are no product');

-- 40 mg for 5 days, 30 for 5, none for 2, 10 and 5 in turn for 4, then 5 twice a day.  The clocks go forward on the 28th.
\set steps '[{"amount": 40, "days": 5}, {"amount": 30, "days": 5}, {"days": 2}, {"amount": [10, 5], "days": 4}, {"amount": 2.5, "times": ["08:00", "20:00"]}]'
SELECT medsched.create_medication(:ann, 'Prednisone', medsched.schedule_from_taper(:'steps', '2027-03-04', 'Europe/Berlin', '{08:00}', 'mg', 'with food', :f1)) AS prednisone \gset
SELECT is(pg_temp.days('a', '2027-03-01Z', '2027-03-22Z'),
  '40 on 03-04 03-05 03-06 03-07 03-08; 30 on 03-09 03-10 03-11 03-12 03-13; 10 on 03-16 03-18; 5 on 03-17 03-19; 2.5 on 03-20 03-20 03-21 03-21', 'its doses');
SELECT is(pg_temp.taken('a', '2027-03-27Z', '2027-03-29Z'), '03-27 08:00 2.5, 03-27 20:00 2.5, 03-28 08:00 2.5, 03-28 20:00 2.5', 'on the clock, when that goes forward too');
SELECT is((SELECT count(DISTINCT c.regimen_id) FROM medsched.current_schedules(:ann) AS c), 1::bigint, 'a form sees that they are one');
SELECT is(count(*), 5::bigint, 'each has the regimen') FROM medsched.schedules AS s WHERE s.user_id = :ann AND s.regimen_id = :f1;

-- Described -----------------------------------------------------------------------------------
SELECT is(medsched.describe_regimen(:ann, :f1), '40 mg at 08:00 for 5 days, then 30 mg at 08:00 for 5 days, then nothing for 2 days, then 10 mg and 5 mg in turn at 08:00 for 4 days, '
  'then 2.5 mg at 08:00 and 20:00 until further notice, Europe/Berlin, from 4 March 2027; with food', 'one sentence');
SELECT is(medsched.describe_regimen(:ann, :f1, 'de'), '5 Tage lang 40 mg um 08:00, dann 5 Tage lang 30 mg um 08:00, dann 2 Tage lang nichts, dann 4 Tage lang 10 mg und 5 mg im Wechsel um 08:00, '
  'dann bis auf Weiteres 2,5 mg um 08:00 und 20:00, Europe/Berlin, ab 4. März 2027; with food', 'in German');

CREATE FUNCTION pg_temp.described(steps jsonb, more text DEFAULT '', language text DEFAULT 'en') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
  schedules jsonb := pg_temp.taper(steps, more);
BEGIN
  PERFORM medsched.create_medication(person, 'x', schedules);
  RETURN medsched.describe_regimen(person, (schedules -> 0 ->> 'regimen_id')::uuid, language);
END
$$;
SELECT is(pg_temp.described(steps::jsonb, more, language), words, words) FROM (VALUES
  ('[{"amount": 40, "days": 5}, {"amount": 20, "days": 1}]', $$, '{08:00}', 'mg'$$, 'en', '40 mg for 5 days, then 20 mg for 1 day; at 08:00, Europe/Berlin, from 4 March 2027 until 9 March 2027'),
  ('[{"amount": 40, "days": 5}, {"amount": 20, "days": 1}]', $$, '{08:00}', 'mg'$$, 'de', '5 Tage lang 40 mg, dann 1 Tag lang 20 mg; um 08:00, Europe/Berlin, ab 4. März 2027 bis 9. März 2027'),
  ('[{"amount": 1, "days": 3}, {"amount": 2}]', $$, '{22:00,06:30}', 'tablet', 'at bedtime'$$, 'en', '1 tablet for 3 days, then 2 tablets until further notice; at 06:30 and 22:00, Europe/Berlin, from 4 March 2027; at bedtime'),
  ('[{"amount": 7}]', '', 'en', '7 until further notice; at 08:00, Europe/Berlin, from 4 March 2027'),
  ('[{"amount": [1, 2], "days": 3}]', '', 'en', '1 and 2 in turn for 3 days; at 08:00, Europe/Berlin, from 4 March 2027 until 6 March 2027')) AS t (steps, more, language, words);
-- Schedules that are no steps of days are told one after another.
SELECT medsched.create_medication(pg_temp.id('b'), 'other', '[
  {"id": "00000000-0000-0000-0000-000000000b11", "starts_at": "2027-03-04T08:00", "time_zone": "UTC", "rrule": "FREQ=WEEKLY;COUNT=2", "dose_amount": 1, "regimen_id": "00000000-0000-0000-0000-0000000000f2"},
  {"id": "00000000-0000-0000-0000-000000000b12", "starts_at": "2027-03-25T08:00", "time_zone": "UTC", "rrule": "FREQ=MONTHLY", "dose_amount": 2, "regimen_id": "00000000-0000-0000-0000-0000000000f2"}]') \g /dev/null
SELECT is(medsched.describe_regimen(pg_temp.id('b'), pg_temp.id('f2')), (SELECT string_agg(medsched.describe_schedule(pg_temp.id('b'), s), ', then ' ORDER BY s)
  FROM unnest(ARRAY[pg_temp.id('b11'), pg_temp.id('b12')]) AS s), 'others in the words of each');

-- Extended --------------------------------------------------------------------------------------
SELECT medsched.mark_dose_taken(:ann, s.id, timezone('Europe/Berlin', s.starts_at), '2027-03-09Z') FROM medsched.schedules AS s WHERE s.user_id = :ann AND s.dose_amount IN (40, 30) \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', trim_scale(e.dose_amount), e.starts_at), ', ' ORDER BY e.starts_at, e.schedule_id) FROM medsched.extend_regimen(:ann, :f1, '2027-03-16', '2027-03-10 12:00Z') AS e),
  '30 2027-03-09 08:00:00, 10 2027-03-19 08:00:00, 5 2027-03-20 08:00:00, 2.5 2027-03-23 08:00:00', 'three days longer, and what comes after as much later');
SELECT is(pg_temp.days('a', '2027-03-01Z', '2027-03-24Z'), '40 on 03-04 03-05 03-06 03-07 03-08; 30 on 03-09 03-10 03-11 03-12 03-13 03-14 03-15 03-16; 10 on 03-19 03-21; 5 on 03-20 03-22; 2.5 on 03-23 03-23',
  'the doses, recorded ones in their place');
SELECT is_empty($$SELECT * FROM medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), '2027-03-16', '2027-03-10 12:00Z')$$, 'repeated, it changes nothing');
SELECT is((SELECT count(*) FROM medsched.extend_regimen(:ann, :f1, '2027-03-12', '2027-03-10 12:00Z')), 4::bigint, 'shorter');
SELECT is(pg_temp.days('a', '2027-03-09Z', '2027-03-20Z'), '30 on 03-09 03-10 03-11 03-12; 10 on 03-15 03-17; 5 on 03-16 03-18; 2.5 on 03-19 03-19', 'and what comes after earlier');
-- On the first day of amounts in turn, both are of the step in force.
SELECT is((SELECT count(*) FROM medsched.extend_regimen(:ann, :f1, '2027-03-19', '2027-03-15 12:00Z')), 3::bigint, 'in turn, one day longer');
SELECT is(pg_temp.days('a', '2027-03-14Z', '2027-03-21Z'), '10 on 03-15 03-17 03-19; 5 on 03-16 03-18; 2.5 on 03-20 03-20', 'they go on in turn');
-- In the gap of 13 and 14 March, which lasts until the 17th.
SELECT is((SELECT count(*) FROM medsched.extend_regimen(:ann, :f1, '2027-03-17', '2027-03-13 12:00Z')), 3::bigint, 'a gap');
SELECT is(pg_temp.days('a', '2027-03-09Z', '2027-03-24Z'), '30 on 03-09 03-10 03-11 03-12; 10 on 03-18 03-20 03-22; 5 on 03-19 03-21; 2.5 on 03-23 03-23', 'lasts longer');
SELECT is(medsched.describe_regimen(:ann, :f1), '40 mg at 08:00 for 5 days, then 30 mg at 08:00 for 4 days, then nothing for 5 days, then 10 mg and 5 mg in turn at 08:00 for 5 days, '
  'then 2.5 mg at 08:00 and 20:00 until further notice, Europe/Berlin, from 4 March 2027; with food', 'the sentence says so');
SELECT is(pg_temp.says(sql), error, sql) FROM (VALUES
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), '2027-03-20', '2027-03-03 12:00Z')$$,
   '55000 medsched.schedules.regimen_in_force: the regimen is not in force on 2027-03-03 | It begins on 2027-03-04. | To have it begin on another day, call medsched.shift_regimen().'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), '2027-03-30', '2027-03-25 12:00Z')$$,
   '55000 medsched.schedules.regimen_step_ends: the step in force on 2027-03-25 goes on without an end | To change it, call medsched.revise_schedule(); to end it, medsched.end_regimen().'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), '2027-03-10', '2027-03-11 12:00Z')$$,
   '22023: last_day must not be before 2027-03-11 | It is 2027-03-10. | To end the regimen, call medsched.end_regimen().'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f2'), '2027-03-20', '2027-03-11 12:00Z')$$,
   'P0002 medsched.schedules.regimen_exists: regimen "0f2" not found | User "00a" has no schedule with that regimen_id.'),
  ($$SELECT medsched.extend_regimen(NULL, pg_temp.id('f1'), '2027-03-20')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), NULL, '2027-03-20')$$, '22004: regimen_id must not be null'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), NULL)$$, '22004: last_day must not be null'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), 'infinity')$$, '22023: last_day is out of range | infinity is not a day of the years 1 to 9999.'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), '2027-03-20', NULL)$$, '22004: at must not be null'),
  ($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), '2027-03-20', 'infinity')$$, '22023: at must be finite')) AS t (sql, error);
-- A dose that is recorded ahead keeps its place.
SELECT medsched.mark_dose_taken(:ann, s.id, '2027-03-18 07:00Z', '2027-03-12Z') FROM medsched.schedules AS s WHERE s.user_id = :ann AND s.dose_amount = 10 \g /dev/null
SELECT is(split_part(pg_temp.says($$SELECT medsched.extend_regimen(pg_temp.id('a'), pg_temp.id('f1'), '2027-03-14', '2027-03-11 12:00Z')$$), ' "', 1),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule', 'a dose recorded ahead is in the way');
SELECT is(pg_temp.days('a', '2027-03-09Z', '2027-03-24Z'), '30 on 03-09 03-10 03-11 03-12; 10 on 03-18 03-20 03-22; 5 on 03-19 03-21; 2.5 on 03-23 03-23', 'and nothing is changed');

-- Begun on another day ------------------------------------------------------------------------------
\set f3 '''00000000-0000-0000-0000-0000000000f3'''
SELECT medsched.create_medication(pg_temp.id('c'), 'Dexamethasone', medsched.schedule_from_taper('[{"amount": 8, "days": 2}, {"amount": [4, 2], "days": 3}]', '2027-03-04', 'Europe/Berlin', regimen_id => :f3)) \g /dev/null
SELECT is((SELECT count(*) FROM medsched.shift_regimen(pg_temp.id('c'), :f3, '2027-03-26')), 3::bigint, 'begun on another day');
SELECT is(pg_temp.taken('c', '2027-03-01Z', '2027-04-10Z'), '03-26 08:00 8, 03-27 08:00 8, 03-28 08:00 4, 03-29 08:00 2, 03-30 08:00 4', 'all of it');
SELECT is_empty($$SELECT * FROM medsched.shift_regimen(pg_temp.id('c'), pg_temp.id('f3'), '2027-03-26')$$, 'repeated, it changes nothing');
SELECT is((SELECT count(*) FROM medsched.shift_regimen(pg_temp.id('c'), :f3, '2027-03-04')), 3::bigint, 'and back');
SELECT is(medsched.describe_regimen(pg_temp.id('c'), :f3), '8 for 2 days, then 4 and 2 in turn for 3 days; at 08:00, Europe/Berlin, from 4 March 2027 until 8 March 2027', 'as it was');
SELECT medsched.mark_dose_taken(pg_temp.id('c'), s.id, '2027-03-04 07:00Z', '2027-03-04Z') FROM medsched.schedules AS s WHERE s.user_id = pg_temp.id('c') AND s.dose_amount = 8 \g /dev/null
SELECT is(split_part(pg_temp.says($$SELECT medsched.shift_regimen(pg_temp.id('c'), pg_temp.id('f3'), '2027-03-05')$$), ' "', 1),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule', 'not once a dose is recorded');
SELECT is(pg_temp.says(sql), error, sql) FROM (VALUES
  ($$SELECT medsched.extend_regimen(pg_temp.id('c'), pg_temp.id('f3'), '2027-03-20', '2027-03-11 12:00Z')$$,
   '55000 medsched.schedules.regimen_in_force: the regimen is not in force on 2027-03-11 | Its last day is 2027-03-08. | Add a schedule: call medsched.add_schedule().'),
  ($$SELECT medsched.shift_regimen(NULL, pg_temp.id('f1'), '2027-03-20')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.shift_regimen(pg_temp.id('a'), NULL, '2027-03-20')$$, '22004: regimen_id must not be null'),
  ($$SELECT medsched.shift_regimen(pg_temp.id('a'), pg_temp.id('f1'), NULL)$$, '22004: starts_on must not be null'),
  ($$SELECT medsched.shift_regimen(pg_temp.id('a'), pg_temp.id('f1'), '0001-01-01 BC')$$, '22023: starts_on is out of range | 0001-01-01 BC is not a day of the years 1 to 9999.'),
  ($$SELECT medsched.shift_regimen(pg_temp.id('a'), pg_temp.id('f4'), '2027-03-20')$$, 'P0002 medsched.schedules.regimen_exists: regimen "0f4" not found | User "00a" has no schedule with that regimen_id.'),
  ($$SELECT medsched.describe_regimen(pg_temp.id('a'), pg_temp.id('f3'))$$, 'P0002 medsched.schedules.regimen_exists: regimen "0f3" not found | User "00a" has no schedule with that regimen_id.'),
  ($$SELECT medsched.describe_regimen(pg_temp.id('c'), pg_temp.id('f3'), 'fr')$$, '22023: language "fr" is not recognized | Languages are de, en.'),
  ($$SELECT medsched.describe_regimen(pg_temp.id('c'), pg_temp.id('f3'), NULL)$$, '22004: language must not be null'),
  ($$SELECT medsched.end_regimen(pg_temp.id('a'), pg_temp.id('f4'))$$, 'P0002 medsched.schedules.regimen_exists: regimen "0f4" not found | User "00a" has no schedule with that regimen_id.')) AS t (sql, error);

-- Ended ---------------------------------------------------------------------------------------------
SELECT is(medsched.end_regimen(pg_temp.id('c'), :f3, '2027-03-07 12:00Z'), '2027-03-07 12:00Z'::timestamptz, 'ended in the second step');
SELECT is(pg_temp.taken('c', '2027-03-01Z', '2027-04-10Z'), '03-04 08:00 8, 03-05 08:00 8, 03-06 08:00 4, 03-07 08:00 2', 'what was before');
SELECT is(medsched.describe_regimen(pg_temp.id('c'), :f3), '8 for 2 days, then 4 and 2 in turn for 2 days; at 08:00, Europe/Berlin, from 4 March 2027 until 7 March 2027', 'described as far as it goes');
SELECT is(medsched.end_regimen(pg_temp.id('c'), :f3, '2027-03-08 12:00Z'), NULL, 'nothing is left to end');
SELECT is(pg_temp.says($$SELECT medsched.extend_regimen(pg_temp.id('c'), pg_temp.id('f3'), '2027-03-20', '2027-03-05 12:00Z')$$),
  '55000 medsched.schedules.regimen_in_force: the regimen is not in force on 2027-03-05 | It ends at 2027-03-07 12:00:00. | Add a schedule: call medsched.add_schedule().', 'nor is it extended');
SELECT is(medsched.end_regimen(:ann, :f1, '2027-03-14Z'), '2027-03-18 07:00:01Z'::timestamptz, 'after the dose recorded ahead');
SELECT is(pg_temp.days('a', '2027-03-09Z', '2027-04-24Z'), '30 on 03-09 03-10 03-11 03-12; 10 on 03-18', 'which stays, and no other');


-- Revised, and not one -------------------------------------------------------------------------------
SELECT medsched.create_medication(pg_temp.id('d'), 'Methadone', medsched.schedule_from_taper('[{"amount": 8, "days": 4}, {"amount": 4, "days": 4}]', '2027-03-04', 'UTC', regimen_id => :f3)) AS methadone \gset
SELECT isnt(medsched.revise_schedule(pg_temp.id('d'), s.id, '2027-03-06Z', '{"dose_amount": 7}'), s.id, 'a step revised') FROM medsched.schedules AS s WHERE s.user_id = pg_temp.id('d') AND s.dose_amount = 8;
SELECT is((SELECT count(*) FROM medsched.extend_regimen(pg_temp.id('d'), :f3, '2027-03-08', '2027-03-06 12:00Z')), 2::bigint, 'lasts longer all the same');
SELECT is(pg_temp.days('d', '2027-03-01Z', '2027-04-01Z'), '8 on 03-04 03-05; 7 on 03-06 03-07 03-08; 4 on 03-09 03-10 03-11 03-12', 'from the day on with its new amount');
SELECT is(medsched.describe_regimen(pg_temp.id('d'), :f3), '8 for 2 days, then 7 for 3 days, then 4 for 4 days; at 08:00, UTC, from 4 March 2027 until 12 March 2027', 'what held and holds');
SELECT is(regexp_replace(pg_temp.says($$SELECT medsched.shift_regimen(pg_temp.id('d'), pg_temp.id('f3'), '2027-03-20')$$), '"[^"]*"', '"it"'),
  '55000 medsched.schedules.regimen_not_revised: schedule "it" replaces another, and cannot come on other days | Change it from an instant on: call medsched.revise_schedule().', 'it cannot begin on another day');
SELECT medsched.create_medication(pg_temp.id('d'), 'Other', medsched.schedule_from_taper('[{"amount": 8}]', '2027-03-04', 'UTC', regimen_id => :f3)) \g /dev/null
SELECT is(pg_temp.says($$SELECT medsched.end_regimen(pg_temp.id('d'), pg_temp.id('f3'))$$),
  '55000 medsched.schedules.regimen_has_one_medication: regimen "0f3" has schedules of several medications | Give those of each medication a regimen_id of their own: call medsched.correct_schedule().', 'of one medication');

-- What is no taper -----------------------------------------------------------------------------------
SELECT is(pg_temp.says(format('SELECT pg_temp.taper(%L, %L)', steps, more)), error, coalesce(steps, more)) FROM (VALUES
  ('{}', '', '22023: steps must be a JSON array of objects | As in [{"amount": 40, "days": 5}, {"amount": 20, "days": 5}].'),
  ('[]', '', '22023: steps must have 1 to 100 elements | There are 0.'),
  ('[1]', '', '22023: steps[0] must be a JSON object'),
  ('[{"amount": 1, "day": 2}]', '', '22023: steps[0] has an unknown key "day" | The keys of a step are amount, days, times.'),
  ('[{"amount": 1}, {"amount": 2}]', '', '22023: steps[0] must have days | Only the last step may go on without an end.'),
  ('[{"amount": 1, "days": null}, {"amount": 2}]', '', '22023: steps[0] must have days | Only the last step may go on without an end.'),
  ('[{"days": 2}, {"amount": 2}]', '', '22023: steps[0] must have amount | A step without amount is a gap between two others.'),
  ('[{"amount": 2, "days": 2}, {"days": 3}]', '', '22023: steps[1] must have amount | A step without amount is a gap between two others.'),
  ('[{"amount": 0}]', '', '22023: steps[0].amount must be above 0 | Days without a dose are a step without amount.'),
  ('[{"amount": -1}]', '', '22023: steps[0].amount must be a number, a string that holds one, or an array of them that are taken in turn'),
  ('[{"amount": "many"}]', '', '22023: steps[0].amount must be a number, a string that holds one, or an array of them that are taken in turn'),
  ('[{"amount": []}]', '', '22023: steps[0].amount must be a number, a string that holds one, or an array of them that are taken in turn'),
  ('[{"amount": null}]', '', '22023: steps[0].amount must be a number, a string that holds one, or an array of them that are taken in turn'),
  ('[{"amount": [1, [2]]}]', '', '22023: steps[0].amount must be a number, a string that holds one, or an array of them that are taken in turn'),
  ('[{"amount": [1, 2, 3], "days": 2}]', '', '22023: steps[0].amount must not have more elements than the step has days | There are 3, and 2 days.'),
  ('[{"amount": 1, "days": 0}]', '', '22023: steps[0].days must be a whole number from 1 to 9999 | It is 0.'),
  ('[{"amount": 1, "days": 1.5}]', '', '22023: steps[0].days must be a whole number from 1 to 9999 | It is 1.5.'),
  ('[{"amount": 1, "days": "5"}]', '', '22023: steps[0].days must be a whole number from 1 to 9999 | It is 5.'),
  ('[{"amount": 1, "times": []}]', '', '22023: steps[0].times must be an array of times of day, as ["08:00", "20:00"]'),
  ('[{"amount": 1, "times": ["24:00"]}]', '', '22023: steps[0].times must be an array of times of day, as ["08:00", "20:00"]'),
  ('[{"amount": 1}]', ', NULL', '22004: times must not be null'),
  ('[{"amount": 1}]', $$, '{}'$$, '22023: times must not be empty | A schedule needs at least one time of day.'),
  ('[{"amount": 1}]', ', regimen_id => NULL', '22004: regimen_id must not be null'),
  (NULL, '', '22004: steps must not be null')) AS t (steps, more, error);
SELECT is(pg_temp.says($$SELECT medsched.schedule_from_taper('[{"amount": 1, "days": 9999}, {"amount": 2}]', '9990-01-01', 'UTC')$$), '22023: steps[0] ends after the year 9999', 'the last year');
SELECT is(pg_temp.says($$SELECT medsched.schedule_from_taper('[{"amount": 1}]', '2027-01-01', 'Mars')$$),
  '22023: time zone "Mars" is not known | Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not taken, because they do not follow a place when its rules change. | The names are in the view pg_timezone_names.', 'no zone');

SELECT * FROM finish();
ROLLBACK;
