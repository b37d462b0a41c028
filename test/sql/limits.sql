\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(74);

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set hint ''' | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'''

-- A schedule as needed from 1 March 2020 on, a medication of its own.
CREATE FUNCTION pg_temp.prescribe(schedule text, more jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.create_medication(%L, %L, %L)', lpad('a', 32, '0'), 'As needed', jsonb_build_array(
    jsonb_build_object('id', lpad(schedule, 32, '0')::uuid, 'starts_at', '2020-03-01T00:00:00', 'time_zone', 'UTC', 'as_needed', true) || more)))
$$;
CREATE FUNCTION pg_temp.take(schedule text, at text, amount numeric DEFAULT NULL, despite text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L, amount => %L, despite_limits => %L)',
                                lpad('a', 32, '0'), lpad(schedule, 32, '0'), at, amount, despite))
$$;
CREATE FUNCTION pg_temp.next(schedule text, at text) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT medsched.next_as_needed_at(lpad('a', 32, '0')::uuid, lpad(schedule, 32, '0')::uuid, at::timestamptz)
$$;

-- max_per_24h limits so many times the amount --------------------------------------

SELECT is(pg_temp.prescribe('a1', '{"min_interval": "4 hours", "max_per_24h": 4, "dose_amount": 1000, "dose_unit": "mg"}'), 'no error', 'at most 4 times 1000 mg');
SELECT is(pg_temp.take('a1', at, 2000), 'no error', '2000 mg at ' || at) FROM (VALUES ('2020-03-01 20:00Z'), ('2020-03-02 00:30Z')) AS t (at);
SELECT is(pg_temp.take('a1', '2020-03-02 05:00Z', 2000),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-02 05:00:00+00 is too much in 24 hours'
  ' | At most 4000 mg are taken in any 24 hours, and 4000 mg were taken from 2020-03-01 20:00:00+00 to 2020-03-02 00:30:00+00.'
  ' The next is allowed at 2020-03-02 20:00:00+00.' || :hint, 'a third is refused');
SELECT is(pg_temp.next('a1', '2020-03-02 05:00Z'), timestamptz '2020-03-02 20:00Z', 'not one of 1000 mg either, until the first is 24 hours ago');
SELECT is(pg_temp.take('a1', '2020-03-02 20:00Z', 2001),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-02 20:00:00+00 is too much in 24 hours'
  ' | At most 4000 mg are taken in any 24 hours, and 2000 mg were taken at 2020-03-02 00:30:00+00.'
  ' The next is allowed at 2020-03-03 00:30:00+00.' || :hint, 'then 2000 mg, and no more');
SELECT is(pg_temp.take('a1', '2020-03-02 20:00Z', 2000), 'no error', 'exactly 4000 mg');
SELECT is(pg_temp.take('a1', '2020-03-10 20:00Z', 4000.5),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-10 20:00:00+00 is too much in 24 hours'
  ' | At most 4000 mg are taken in any 24 hours, and it is 4000.5 mg. So much is never allowed.' || :hint, 'a single one can be too much');
-- The number binds as before: 250 mg four times are a quarter of it.
SELECT is(pg_temp.prescribe('a5', '{"min_interval": "4 hours", "max_per_24h": 4, "dose_amount": 1000, "dose_unit": "mg"}'), 'no error', 'another medication');
SELECT is(pg_temp.take('a5', at, 250), 'no error', '250 mg at ' || at)
FROM (VALUES ('2020-03-11 00:00Z'), ('2020-03-11 04:00Z'), ('2020-03-11 08:00Z'), ('2020-03-11 12:00Z')) AS t (at);
SELECT is(pg_temp.take('a5', '2020-03-11 16:00Z', 250),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-11 16:00:00+00 is one too many in 24 hours'
  ' | At most 4 doses are taken in any 24 hours, and 4 were taken from 2020-03-11 00:00:00+00 to 2020-03-11 12:00:00+00.'
  ' The next is allowed at 2020-03-12 00:00:00+00.' || :hint, 'four are four');
-- An UPDATE is no way round; less of it is always possible.
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET amount = 2500 WHERE scheduled_for = '2020-03-02 00:30Z'$$),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-02 00:30:00+00 is too much in 24 hours'
  ' | At most 4000 mg are taken in any 24 hours, and 2000 mg were taken at 2020-03-01 20:00:00+00.'
  ' The next is allowed at 2020-03-03 20:00:00+00.' || :hint, 'raising an amount is held against the limit');
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET amount = 1500 WHERE scheduled_for = '2020-03-02 00:30Z'$$), 'no error', 'lowering it is not');
UPDATE medsched.dose_taken SET amount = 2000 WHERE scheduled_for = '2020-03-02 00:30Z';

-- A revision to another unit: a dose in the old one is one dose, and grams are milligrams.
SELECT medsched.revise_schedule(:ann, lpad('a1', 32, '0')::uuid, '2020-03-03 00:00Z', '{"id": "00000000-0000-0000-0000-0000000000a2", "dose_amount": 0.5, "dose_unit": "g"}') \g /dev/null
SELECT is(pg_temp.take('a2', '2020-03-03 00:30Z', 0.1),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-03 00:30:00+00 is too much in 24 hours'
  ' | At most 2 g are taken in any 24 hours, and 2 g were taken at 2020-03-02 20:00:00+00. The next is allowed at 2020-03-03 20:00:00+00.' || :hint, '2000 mg are 2 g');
SELECT is(pg_temp.take('a2', '2020-03-03 20:00Z'), 'no error', '24 hours later');
SELECT medsched.revise_schedule(:ann, lpad('a2', 32, '0')::uuid, '2020-03-04 00:00Z', '{"id": "00000000-0000-0000-0000-0000000000a3", "dose_amount": 2, "dose_unit": "tablet", "max_per_24h": 2, "min_interval": null}') \g /dev/null
SELECT is(pg_temp.take('a3', '2020-03-04 01:00Z', 3),
  '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2020-03-04 01:00:00+00 is too much in 24 hours'
  ' | At most 4 tablet are taken in any 24 hours, and 2 tablet were taken at 2020-03-03 20:00:00+00. The next is allowed at 2020-03-04 20:00:00+00.' || :hint, 'what does not convert is one dose');
SELECT is(pg_temp.take('a3', '2020-03-04 01:00Z', 2), 'no error', 'of two tablets');

-- Limits of their own length ------------------------------------------------------

SELECT is(pg_temp.prescribe('b1', '{"dose_amount": 1000, "dose_unit": "mg", "limits": [{"amount": 6000, "within": "24 hours"}, {"doses": 3, "within": "7 days"}]}'),
  'no error', 'at most 6 g in 24 hours, at most 3 doses in 7 days');
SELECT is(pg_temp.take('b1', '2020-03-01 08:00Z', 5000), 'no error', '5 g');
SELECT is(pg_temp.take('b1', '2020-03-02 07:59:59Z', 2000),
  '23514 medsched.dose_taken.as_needed_limits: the dose at 2020-03-02 07:59:59+00 is too much in 24 hours'
  ' | At most 6000 mg are taken in any 24 hours, and 5000 mg were taken at 2020-03-01 08:00:00+00. The next is allowed at 2020-03-02 08:00:00+00.' || :hint, 'and 2 are 7');
SELECT is(pg_temp.next('b1', '2020-03-01 08:00Z'), timestamptz '2020-03-01 08:00Z', 'one more of 1000 mg would do');
SELECT is(pg_temp.take('b1', '2020-03-01 06:00Z', 1001),
  '23514 medsched.dose_taken.as_needed_limits: the dose at 2020-03-01 06:00:00+00 is too much in 24 hours'
  ' | At most 6000 mg are taken in any 24 hours, and 5000 mg were taken at 2020-03-01 08:00:00+00. The next is allowed at 2020-03-02 08:00:00+00.' || :hint, 'what is entered late is held against what is there');
SELECT is(pg_temp.take('b1', at), 'no error', at) FROM (VALUES ('2020-03-03 08:00Z'), ('2020-03-05 08:00Z')) AS t (at);
SELECT is(pg_temp.take('b1', '2020-03-08 07:59:59Z'),
  '23514 medsched.dose_taken.as_needed_limits: the dose at 2020-03-08 07:59:59+00 is one too many in 7 days'
  ' | At most 3 doses are taken in any 7 days, and 3 were taken from 2020-03-01 08:00:00+00 to 2020-03-05 08:00:00+00.'
  ' The next is allowed at 2020-03-08 08:00:00+00.' || :hint, 'a fourth in a week');
SELECT is(pg_temp.next('b1', '2020-03-05 09:00Z'), timestamptz '2020-03-08 08:00Z', 'the next is a week after the first');
SELECT is(pg_temp.take('b1', '2020-03-08 08:00Z'), 'no error', 'and is taken then');

-- Limits by calendar day ----------------------------------------------------------

-- Once nightly, in Berlin: the clocks go forward on 29 March 2020, and back on 25 October.
SELECT is(pg_temp.prescribe('c1', '{"time_zone": "Europe/Berlin", "limits": [{"doses": 1, "days": 1}]}'), 'no error', 'once a day');
SELECT is(pg_temp.take('c1', '2020-03-28 23:30 Europe/Berlin'), 'no error', 'late on one');
SELECT is(pg_temp.take('c1', '2020-03-28 00:10 Europe/Berlin'),
  '23514 medsched.dose_taken.as_needed_limits: the dose at 2020-03-27 23:10:00+00 is one too many on its day'
  ' | At most 1 dose is taken on a day in Europe/Berlin, and one was taken at 2020-03-28 22:30:00+00. The next is allowed at 2020-03-28 23:00:00+00.' || :hint, 'not early on it, too');
SELECT is(pg_temp.next('c1', '2020-03-28 23:31 Europe/Berlin'), timestamptz '2020-03-29 00:00 Europe/Berlin', 'the next from midnight on');
SELECT is(pg_temp.take('c1', '2020-03-29 22:00 Europe/Berlin'), 'no error', 'less than 24 hours later, on the next day');
SELECT is(pg_temp.next('c1', '2020-03-29 22:00 Europe/Berlin'), timestamptz '2020-03-30 00:00 Europe/Berlin', 'a day of 23 hours');
SELECT is(pg_temp.take('c1', '2020-10-25 00:00 Europe/Berlin'), 'no error', 'at midnight');
SELECT is(pg_temp.next('c1', '2020-10-25 00:00 Europe/Berlin'), timestamptz '2020-10-25 23:00Z', 'a day of 25 hours');
-- Santiago went back from 24:00 to 23:00 on 4 April 2020: the hour is there twice, and both are of the 4th.
SELECT is(pg_temp.prescribe('c2', '{"time_zone": "America/Santiago", "limits": [{"doses": 1, "days": 1}]}'), 'no error', 'where midnight comes twice');
SELECT is(pg_temp.take('c2', '2020-04-04 15:00Z'), 'no error', 'on the 4th');
SELECT is(pg_temp.take('c2', '2020-04-05 03:30Z'),
  '23514 medsched.dose_taken.as_needed_limits: the dose at 2020-04-05 03:30:00+00 is one too many on its day'
  ' | At most 1 dose is taken on a day in America/Santiago, and one was taken at 2020-04-04 15:00:00+00. The next is allowed at 2020-04-05 04:00:00+00.' || :hint, 'at 23:30 for the second time');
SELECT is(pg_temp.take('c2', '2020-04-05 04:00Z'), 'no error', 'at the midnight that lasts');
-- Two on any three days in a row: 2 and 4 March.
SELECT is(pg_temp.prescribe('c3', '{"limits": [{"doses": 2, "days": 3}]}'), 'no error', 'twice in three days');
SELECT is(pg_temp.take('c3', at), 'no error', at) FROM (VALUES ('2020-03-02 23:00Z'), ('2020-03-04 01:00Z')) AS t (at);
SELECT is(pg_temp.take('c3', '2020-03-04 23:59Z'),
  '23514 medsched.dose_taken.as_needed_limits: the dose at 2020-03-04 23:59:00+00 is one too many on 3 days'
  ' | At most 2 doses are taken on any 3 days in a row in UTC, and 2 were taken from 2020-03-02 23:00:00+00 to 2020-03-04 01:00:00+00.'
  ' The next is allowed at 2020-03-05 00:00:00+00.' || :hint, 'a third');
SELECT is(pg_temp.take('c3', '2020-03-05 00:00Z'), 'no error', 'on the fourth day');
SELECT is(pg_temp.next('c3', '2020-03-01 00:00Z'), timestamptz '2020-03-01 00:00Z', 'before them is room for one');

-- Units ---------------------------------------------------------------------------

SELECT is(pg_temp.prescribe('d1', '{"dose_amount": 500, "dose_unit": "mg", "limits": [{"amount": 3, "within": "24 hours"}]}'), 'no error', 'limits in mg');
SELECT is(pg_temp.failure($$INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed, dose_amount, dose_unit)
    SELECT user_id, lpad('d2', 32, '0')::uuid, medication_id, starts_at, time_zone, true, 1, 'tablet' FROM medsched.schedules WHERE id = lpad('d1', 32, '0')::uuid$$),
  '23514 medsched.schedules.units_convert: schedule "00000000-0000-0000-0000-0000000000d2" has a dose_unit that limits of its medication cannot add up'
  ' | It is tablet, and that of schedule "00000000-0000-0000-0000-0000000000d1" mg. | Give both one dose_unit, or the limits in numbers of doses.', 'tablets beside them are refused when they are written');
SELECT is(pg_temp.failure($$INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed, dose_amount, dose_unit)
    SELECT user_id, lpad('d2', 32, '0')::uuid, medication_id, starts_at, time_zone, true, 1, 'mcg' FROM medsched.schedules WHERE id = lpad('d1', 32, '0')::uuid$$),
  'no error', 'micrograms are not');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET dose_unit = 'drop' WHERE id = lpad('d2', 32, '0')::uuid$$),
  '23514 medsched.schedules.units_convert: schedule "00000000-0000-0000-0000-0000000000d2" has a dose_unit that limits of its medication cannot add up'
  ' | It is drop, and that of schedule "00000000-0000-0000-0000-0000000000d1" mg. | Give both one dose_unit, or the limits in numbers of doses.', 'nor by an UPDATE');

-- What is refused -----------------------------------------------------------------

SELECT is(pg_temp.prescribe('e1', more::jsonb), error, more)
FROM (VALUES
  ('{"limits": 4}', '22023: schedules[0].limits must be an array of limits, as [{"amount": 4000, "within": "24 hours"}, {"doses": 1, "days": 1}]'),
  ('{"limits": [4]}', '22023: schedules[0].limits: limits[0] must be a JSON object | It is 4.'),
  ('{"limits": [{"doses": 1, "days": 1}, {"doses": 1}]}', '22023: schedules[0].limits: limits[1] must have either within or days | It is {"doses": 1}.'),
  ('{"limits": [{"doses": 1, "amount": 1, "days": 1}]}', '22023: schedules[0].limits: limits[0] must have either amount or doses | It is {"days": 1, "doses": 1, "amount": 1}.'),
  ('{"limits": [{"doses": 1, "day": 1}]}', '22023: schedules[0].limits: limits[0] has an unknown key "day"; the keys of a limit are amount, doses, within, days | It is {"day": 1, "doses": 1}.'),
  ('{"limits": [{"doses": 0, "days": 1}]}', '22023: schedules[0].limits: limits[0].doses must be a whole number from 1 to 999999999 | It is {"days": 1, "doses": 0}.'),
  ('{"limits": [{"amount": 0.0, "days": 1}]}', '22023: schedules[0].limits: limits[0].amount must be a number above 0, or a string that holds one | It is {"days": 1, "amount": 0.0}.'),
  ('{"limits": [{"amount": "NaN", "days": 1}]}', '22023: schedules[0].limits: limits[0].amount must be a number above 0, or a string that holds one | It is {"days": 1, "amount": "NaN"}.'),
  ('{"limits": [{"doses": 1, "days": 367}]}', '22023: schedules[0].limits: limits[0].days must be a whole number from 1 to 366 | It is {"days": 367, "doses": 1}.'),
  ('{"limits": [{"doses": 1, "within": 24}]}', '22023: schedules[0].limits: limits[0].within must be a string that holds an interval, such as "24 hours" | It is {"doses": 1, "within": 24}.'),
  ('{"limits": [{"doses": 1, "within": "soon"}]}', '22023: schedules[0].limits: limits[0].within must be a string that holds an interval, such as "24 hours" | It is {"doses": 1, "within": "soon"}.'),
  ('{"limits": [{"doses": 1, "within": "367 days"}]}', '22023: schedules[0].limits: limits[0].within must be above 0 and at most 366 days | It is {"doses": 1, "within": "367 days"}.'),
  ('{"limits": [{"amount": 1, "days": 1}]}', '23514 medsched.schedules.schedules_limits_have_dose_amount: schedules[0] must have dose_amount to have limits of an amount | It has no dose_amount, limits [{"days": 1, "amount": 1}].'),
  ('{"as_needed": false, "limits": [{"doses": 1, "days": 1}]}', '23514 medsched.schedules.schedules_limits_are_as_needed: schedules[0] must be as_needed to have min_interval, max_per_24h or limits | It has as_needed false, no min_interval, no max_per_24h, limits [{"days": 1, "doses": 1}].')
) AS t (more, error);
SELECT is(pg_temp.prescribe('e2', jsonb_build_object('limits', (SELECT jsonb_agg('{"doses": 1, "days": 1}'::jsonb) FROM generate_series(1, 21)))),
  '22023: schedules[0].limits: limits must have at most 20 entries | It has 21.', 'many of them');
SELECT is(pg_temp.prescribe('e3', '{"limits": []}'), 'no error', 'none of them');
SELECT is(pg_temp.prescribe('e4', '{"dose_amount": 1, "limits": [{"amount": "0.5", "within": "PT1H"}]}'), 'no error', 'a number in a string');
SELECT medsched.revise_schedule(:ann, lpad('e4', 32, '0')::uuid, '2020-04-01Z', '{"id": "00000000-0000-0000-0000-0000000000e5", "limits": null}') \g /dev/null
SELECT is((SELECT limits FROM medsched.schedules WHERE id = lpad('e5', 32, '0')::uuid), NULL, 'a revision can take them away');

SELECT is(medsched.describe_schedule(:ann, lpad(id, 32, '0')::uuid), words, id)
FROM (VALUES ('b1', '1000 mg as needed, at most 6000 mg in any 24 hours, at most 3 doses in any 7 days, UTC, from 1 March 2020'),
             ('c1', 'as needed, at most 1 dose a day, Europe/Berlin, from 1 March 2020'),
             ('c3', 'as needed, at most 2 doses on any 3 days in a row, UTC, from 1 March 2020')) AS t (id, words);

SELECT is_empty('SELECT rule, row_id, problem FROM medsched.check_integrity()', 'nothing of this breaks a rule');

SELECT * FROM finish();
ROLLBACK;
