\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(85);
-- Tables with pending events cannot be altered.
SET CONSTRAINTS medsched.followed_schedule_goes_on, medsched.followed_schedule_goes_on_changed IMMEDIATE;

-- When stocks run out, and by when they are to be refilled; every instant is worked out by hand.

\set ann '''00000000-0000-0000-0000-00000000000a'''

CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
-- A medication by its name, with a stock; schedules begin on 2026-03-01 at 08:00 UTC where they do not say otherwise.
CREATE FUNCTION pg_temp.prescribe(person text, name text, stock text, unit text, VARIADIC more jsonb[]) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  medication CONSTANT uuid := medsched.create_medication(pg_temp.id(person), name,
    (SELECT jsonb_agg('{"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC", "dose_amount": 1, "dose_unit": "tablet"}'::jsonb || m ORDER BY nth)
       FROM unnest(more) WITH ORDINALITY AS u (m, nth)));
BEGIN
  PERFORM medsched.record_stock_entry(pg_temp.id(person), medication, 'dispensed', stock::numeric, unit, '2026-03-01 00:00Z');
  RETURN medication;
END
$$;
CREATE FUNCTION pg_temp.medication(person text, name text) RETURNS uuid LANGUAGE sql AS $$
  SELECT m.id FROM medsched.medications AS m WHERE m.user_id = pg_temp.id(person) AND m.name = $2
$$;
-- What the forecast says of a medication: left, when it runs out, ~ for an estimate, by when it is to be refilled.
CREATE FUNCTION pg_temp.forecast(name text, at text, person text DEFAULT 'a') RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', f.amount, f.unit) || ': ' || CASE WHEN f.is_estimate THEN '~' ELSE '' END
         || coalesce(to_char(f.runs_out_at, 'YYYY-MM-DD HH24:MI'), 'never')
         || CASE WHEN f.refill_by IS DISTINCT FROM f.runs_out_at THEN coalesce(', refill by ' || to_char(f.refill_by, 'YYYY-MM-DD HH24:MI'), ', no refill') ELSE '' END
         || concat(' | ' || f.problem)
    FROM medsched.stock_forecast(pg_temp.id(person), at::timestamptz) AS f WHERE f.medication_name = name
$$;
CREATE FUNCTION pg_temp.take(schedule text, at text, amount numeric DEFAULT NULL, person text DEFAULT 'a') RETURNS text LANGUAGE sql AS $$
  SELECT (medsched.mark_dose_taken(pg_temp.id(person), pg_temp.id(schedule), at::timestamptz, at::timestamptz, amount => amount)).outcome
$$;
CREATE FUNCTION pg_temp.change(name text, changes jsonb, person text DEFAULT 'a') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.update_medication(%L, %L, %L)', pg_temp.id(person), pg_temp.medication(person, name), changes))
$$;

-- Dose by dose -----------------------------------------------------------------------

-- Berlin's clocks go forward on 2026-03-29.  60 tablets are 30 days, of 1 to 30 March.
SELECT pg_temp.prescribe('a', 'Twice', '60', 'tablet', '{"id": "00000000-0000-0000-0000-0000000000a1", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20", "grace": "2 hours"}') \g /dev/null
SELECT is(pg_temp.forecast('Twice', '2026-03-01 00:00Z'), '60 tablet: 2026-03-31 06:00', 'over the change of the clocks');
-- Two at once on the 1st: 58 are left for the evening, 28 days from the 2nd to the 29th, and the morning of the 30th.
SELECT is(pg_temp.take('a1', '2026-03-01 07:00Z', 2), 'taken', 'two are taken at once');
SELECT is(pg_temp.forecast('Twice', '2026-03-01 12:00Z'), '58 tablet: 2026-03-30 18:00', 'so it runs out a dose earlier');
SELECT is(pg_temp.forecast('Twice', '2026-03-01 06:59Z'), '60 tablet: 2026-03-31 06:00', 'which was not known before');
SELECT is(pg_temp.forecast('Twice', '2026-03-01 21:00:00Z'), '58 tablet: 2026-03-30 18:00', 'a dose that can still be taken is one to come');
SELECT is(pg_temp.forecast('Twice', '2026-03-01 21:00:01Z'), '58 tablet: 2026-03-31 06:00', 'one that is missed is not');
SELECT medsched.skip_dose(:ann, pg_temp.id('a1'), '2026-03-01 19:00Z') \g /dev/null
SELECT is(pg_temp.forecast('Twice', '2026-03-01 12:00Z'), '58 tablet: 2026-03-31 06:00', 'nor is one skipped ahead');
SELECT medsched.undo_dose(:ann, pg_temp.id('a1'), '2026-03-01 19:00Z') \g /dev/null
SELECT is(pg_temp.take('a1', '2026-03-02 07:00Z'), 'taken', 'one is taken');
SELECT is(pg_temp.forecast('Twice', '2026-03-02 06:00Z'), '58 tablet: 2026-03-31 06:00', 'an hour before it was one to come');
SELECT is(medsched.runs_out_at(:ann, pg_temp.medication('a', 'Twice'), '2026-03-02 12:00Z'), '2026-03-31 06:00Z', 'the same by itself');
SELECT is(medsched.refill_by(:ann, pg_temp.medication('a', 'Twice'), '2026-03-02 12:00Z'), '2026-03-31 06:00Z', 'without lead time and reserve, then');

-- Due until the next one is.
SELECT pg_temp.prescribe('a', 'Until next', '5', 'tablet', '{"rrule": "FREQ=DAILY;BYHOUR=8,20", "grace": "24 hours", "missed_when_next": true}') \g /dev/null
SELECT is(pg_temp.forecast('Until next', '2026-03-01 19:59Z'), '5 tablet: 2026-03-03 20:00', 'that of 08:00 is due');
SELECT is(pg_temp.forecast('Until next', '2026-03-01 20:00Z'), '5 tablet: 2026-03-04 08:00', 'it is missed');

-- 21 days with, 7 without: 2 to 22 March, and nine from 30 March on.
SELECT pg_temp.prescribe('a', 'Cycle', '30', 'tablet', '{"starts_at": "2026-03-02T09:00:00", "rrule": "FREQ=DAILY", "cycle_days_on": 21, "cycle_days_off": 7}') \g /dev/null
SELECT is(pg_temp.forecast('Cycle', '2026-03-01Z'), '30 tablet: 2026-04-08 09:00', 'over the pause of a cycle');
-- Two schedules, 25 a day.
SELECT pg_temp.prescribe('a', 'Insulin', '110', 'IU', '{"rrule": "FREQ=DAILY", "dose_amount": 10, "dose_unit": "IU"}', '{"starts_at": "2026-03-01T20:00:00", "rrule": "FREQ=DAILY", "dose_amount": 15, "dose_unit": "IU"}') \g /dev/null
SELECT is(pg_temp.forecast('Insulin', '2026-03-01Z'), '110 IU: 2026-03-05 20:00', 'four days, and the morning of the fifth');
SELECT medsched.record_stock_entry(:ann, pg_temp.medication('a', 'Insulin'), 'lost', 0.5, 'IU', '2026-03-01 00:00Z') \g /dev/null
SELECT is(pg_temp.forecast('Insulin', '2026-03-01Z'), '109.5 IU: 2026-03-05 08:00', 'half a unit less is not enough for it');
-- A taper: 20, 15, then 2 a day.
SELECT pg_temp.prescribe('a', 'Taper', '40', 'tablet', '{"id": "00000000-0000-0000-0000-0000000000a2", "rrule": "FREQ=DAILY", "dose_amount": 4}') \g /dev/null
SELECT is(pg_temp.forecast('Taper', '2026-03-01Z'), '40 tablet: 2026-03-11 08:00', '4 a day');
SELECT medsched.revise_schedule(:ann, pg_temp.id('a2'), '2026-03-06Z', '{"dose_amount": 3}') AS second \gset
SELECT medsched.revise_schedule(:ann, :'second', '2026-03-11Z', '{"dose_amount": 2}') \g /dev/null
SELECT is(pg_temp.forecast('Taper', '2026-03-01Z'), '40 tablet: 2026-03-13 08:00', '4 for five days, 3 for five, then 2');
-- Ten doses.
SELECT pg_temp.prescribe('a', 'Course', '9', 'tablet', '{"rrule": "FREQ=DAILY;COUNT=10"}') \g /dev/null
SELECT is(pg_temp.forecast('Course', '2026-03-01Z'), '9 tablet: 2026-03-10 08:00', 'not enough for the last');
SELECT medsched.record_stock_entry(:ann, pg_temp.medication('a', 'Course'), 'corrected', 1, 'tablet', '2026-03-02 00:00Z') \g /dev/null
SELECT is(pg_temp.forecast('Course', '2026-03-02Z'), '10 tablet: never', 'enough');
-- Doses of 5 ml, 0.1 l.
SELECT pg_temp.prescribe('a', 'Syrup', '0.1', 'l', '{"rrule": "FREQ=DAILY", "dose_amount": 5, "dose_unit": "ml"}') \g /dev/null
SELECT is(pg_temp.forecast('Syrup', '2026-03-01Z'), '0.1 l: 2026-03-21 08:00', 'twenty days, in another unit');
-- Once a year.
SELECT pg_temp.prescribe('a', 'Yearly', '3', 'tablet', '{"starts_at": "2026-06-01T08:00:00", "rrule": "FREQ=YEARLY"}') \g /dev/null
SELECT is(pg_temp.forecast('Yearly', '2026-03-01Z'), '3 tablet: 2029-06-01 08:00', 'years ahead');
SELECT medsched.record_stock_entry(:ann, pg_temp.medication('a', 'Yearly'), 'dispensed', 27, 'tablet', '2026-03-02 00:00Z') \g /dev/null
SELECT is(pg_temp.forecast('Yearly', '2026-03-02Z'), '30 tablet: never', 'but not beyond ten');
-- Nothing is left, or less.
SELECT pg_temp.prescribe('a', 'None', '1', 'tablet', '{"id": "00000000-0000-0000-0000-0000000000a3", "rrule": "FREQ=DAILY", "grace": "1 hour"}') \g /dev/null
SELECT is(pg_temp.take('a3', '2026-03-01 08:00Z', 2), 'taken', 'more is taken than there was');
SELECT is(pg_temp.forecast('None', '2026-03-02 07:00Z'), '-1 tablet: 2026-03-02 08:00', 'it runs out at the next dose');
SELECT is(pg_temp.forecast('None', '2026-03-02 08:30Z'), '-1 tablet: 2026-03-02 08:00', 'be it due already');
SELECT is(pg_temp.forecast('None', '2026-03-02 09:30Z'), '-1 tablet: 2026-03-03 08:00', 'and then at the one after');
SELECT medsched.inactivate_medication(:ann, pg_temp.medication('a', 'None'), '2026-03-03 08:00Z') \g /dev/null
SELECT is(pg_temp.forecast('None', '2026-03-02 09:30Z'), '-1 tablet: never', 'of what is taken no more, none does');

-- A journey: Berlin to 9 March, 07:00 UTC; New York from the 10th on, 12:00 UTC.  The 13th is the thirteenth dose.
SELECT pg_temp.prescribe('b', 'Travelling', '12', 'tablet', '{"time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}') \g /dev/null
SELECT is(pg_temp.forecast('Travelling', '2026-03-01Z', 'b'), '12 tablet: 2026-03-13 07:00', 'at home');
SELECT medsched.change_time_zone(pg_temp.id('b'), 'America/New_York', '2026-03-10Z') \g /dev/null
SELECT is(pg_temp.forecast('Travelling', '2026-03-01Z', 'b'), '12 tablet: 2026-03-13 12:00', 'away');

-- As needed --------------------------------------------------------------------------

SELECT pg_temp.prescribe('c', 'As needed', '64', 'tablet', '{"id": "00000000-0000-0000-0000-0000000000c1", "starts_at": "2026-03-01T00:00:00", "as_needed": true}') \g /dev/null
SELECT is(pg_temp.forecast('As needed', '2026-03-02Z', 'c'), '64 tablet: never', 'nothing was taken: no rate');
SELECT medsched.take_as_needed(pg_temp.id('c'), pg_temp.id('c1'), timestamptz '2026-03-01 12:00Z' + n * interval '48 hours') FROM generate_series(0, 13) AS n \g /dev/null
-- Five in the first ten days, half a one a day: 59 last 118 days from 11 March.
SELECT is(pg_temp.forecast('As needed', '2026-03-11Z', 'c'), '59 tablet: ~2026-07-07 00:00', 'by the rate since it began');
-- 14 in the four weeks before 29 March: 50 last 100 days.
SELECT is(pg_temp.forecast('As needed', '2026-03-29Z', 'c'), '50 tablet: ~2026-07-07 00:00', 'by the rate of four weeks');
-- Seven of them in the four weeks before 12 April: 50 last 200 days.
SELECT is(pg_temp.forecast('As needed', '2026-04-12Z', 'c'), '50 tablet: ~2026-10-29 00:00', 'of late');
SELECT is(pg_temp.forecast('As needed', '2026-05-12Z', 'c'), '50 tablet: never', 'of late, none');
SELECT medsched.end_schedule(pg_temp.id('c'), pg_temp.id('c1'), '2026-07-06Z') \g /dev/null
SELECT is(pg_temp.forecast('As needed', '2026-03-29Z', 'c'), '50 tablet: never', 'it ends before it runs out');

-- Both: one each day at 08:00, and half a one a day as needed.  By the dose of day n, n + (n - 2/3) / 2 are taken: 8.67 by the
-- sixth, 10.17 by the seventh.
SELECT pg_temp.prescribe('d', 'Both', '100', 'tablet', '{"id": "00000000-0000-0000-0000-0000000000d1", "starts_at": "2026-03-01T00:00:00", "as_needed": true}',
  '{"starts_at": "2026-03-29T08:00:00", "rrule": "FREQ=DAILY"}') \g /dev/null
SELECT medsched.take_as_needed(pg_temp.id('d'), pg_temp.id('d1'), timestamptz '2026-03-01 12:00Z' + n * interval '48 hours') FROM generate_series(0, 13) AS n \g /dev/null
CREATE FUNCTION pg_temp.counted(amount numeric) RETURNS text LANGUAGE sql AS $$
  SELECT (medsched.record_stock_entry(pg_temp.id('d'), pg_temp.medication('d', 'Both'), 'counted', amount, 'tablet', '2026-03-29Z')).kind;
$$;
SELECT is(pg_temp.counted(10), 'counted', '10 are left');
SELECT is(pg_temp.forecast('Both', '2026-03-29Z', 'd'), '10 tablet: ~2026-04-04 08:00', 'the seventh dose is not covered');
DELETE FROM medsched.stock_entries WHERE user_id = pg_temp.id('d') AND kind = 'counted';
SELECT is(pg_temp.counted(9.1), 'counted', '9.1 are left');
-- After six doses 3.1 are left for as needed, 6.2 days of it: at 04:48 on the seventh day.
SELECT is(pg_temp.forecast('Both', '2026-03-29Z', 'd'), '9.1 tablet: ~2026-04-04 04:48', 'nothing is left before it');

-- Lead time and reserve --------------------------------------------------------------

-- At least 4 tablets: the 57th dose, in the morning of 29 March, leaves 3.  Five days before.
SELECT is(pg_temp.change('Twice', '{"refill_lead_time": "5 days", "refill_reserve": 4, "refill_reserve_unit": "tablet"}'), 'no error', 'both are of the medication');
SELECT is(pg_temp.forecast('Twice', '2026-03-01 00:00Z'), '60 tablet: 2026-03-31 06:00, refill by 2026-03-24 06:00', 'a day of it is 24 hours, whatever the clocks do');
SELECT is(pg_temp.change('Twice', '{"refill_reserve": "0", "refill_reserve_unit": null}'), 'no error', 'no reserve');
SELECT is(pg_temp.forecast('Twice', '2026-03-01 00:00Z'), '60 tablet: 2026-03-31 06:00, refill by 2026-03-26 06:00', 'lead time alone');
SELECT is(pg_temp.change('Twice', '{"refill_reserve": 100, "refill_reserve_unit": "tablet", "refill_lead_time": null}'), 'no error', 'more than there is');
SELECT is(pg_temp.forecast('Twice', '2026-03-01 00:00Z'), '60 tablet: 2026-03-31 06:00, refill by 2026-03-01 07:00', 'by the next dose');
SELECT is(pg_temp.change('Syrup', '{"refill_reserve": 25, "refill_reserve_unit": "ml"}'), 'no error', 'a reserve in another unit');
SELECT is(pg_temp.forecast('Syrup', '2026-03-01Z'), '0.1 l: 2026-03-21 08:00, refill by 2026-03-16 08:00', 'converts');
SELECT is(pg_temp.change('Course', '{"refill_lead_time": "2 days"}'), 'no error', 'of a course');
SELECT is(pg_temp.forecast('Course', '2026-03-02Z'), '10 tablet: never', 'that there is enough of, none');
SELECT is(pg_temp.change('Both', '{"refill_reserve": 3, "refill_reserve_unit": "tablet", "refill_lead_time": "24 hours"}', 'd'), 'no error', 'with as needed');
-- 6.1 above the reserve: by the fifth dose 7.17 are taken; before it, after four doses, 2.1 more last 4.2 days: 04:48 on 2 April.
SELECT is(pg_temp.forecast('Both', '2026-03-29Z', 'd'), '9.1 tablet: ~2026-04-04 04:48, refill by 2026-04-01 04:48', 'by the rate');

SELECT is(pg_temp.change(name, changes::jsonb), wanted, changes)
FROM (VALUES
  ('Twice', '{"refill_lead_time": 5}', '22023: changes.refill_lead_time must be a string that holds an interval, such as "5 days"'),
  ('Twice', '{"refill_lead_time": "-1 day"}', '23514 medsched.medications.medications_refill_lead_time_in_range: changes.refill_lead_time must be from 0 to 366 days | It is -1 day.'),
  ('Twice', '{"refill_lead_time": "367 days"}', '23514 medsched.medications.medications_refill_lead_time_in_range: changes.refill_lead_time must be from 0 to 366 days | It is 367 days.'),
  ('Twice', '{"refill_reserve": -1}', '23514 medsched.medications.medications_refill_reserve_size: changes.refill_reserve must be 0 or above and have at most 1000 digits before and after the point | It is -1.'),
  ('Course', '{"refill_reserve_unit": "tablet"}', '23514 medsched.medications.medications_refill_reserve_unit_of_reserve: changes.refill_reserve_unit must be given with refill_reserve | It is "tablet".')) AS t (name, changes, wanted);
SELECT alike(pg_temp.change('Syrup', '{"refill_reserve_unit": "bottle"}'), '23514 medsched.medications.units_convert: changes: refill_reserve in bottle does not convert to the doses of its medication'
   ' | The refill_reserve is in bottle, and doses of schedule "%" are in ml. | Use one unit, or units of mass or of volume: kg, g, mg, mcg, ng; l, dl, cl, ml, ul.', 'a reserve that does not convert');
SELECT alike(pg_temp.failure(format($$SELECT medsched.add_schedule(%L, %L, '{"starts_at": "2026-03-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1, "dose_unit": "spoon"}')$$, :ann, pg_temp.medication('a', 'Syrup'))),
  '23514 medsched.schedules.units_convert: %', 'nor may a schedule come that does not');

-- Everybody's ------------------------------------------------------------------------

-- Each by the end of March, in the order of refill_by.
CREATE FUNCTION pg_temp.due(window_start text, window_end text, at text DEFAULT '2026-03-01Z') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', d.medication_name, to_char(d.refill_by, 'MM-DD HH24:MI'), coalesce(to_char(d.runs_out_at, '(MM-DD HH24:MI)'), '(later)')), ', '
                    ORDER BY d.refill_by, d.medication_name)
    FROM medsched.due_refills(window_start::timestamptz, window_end::timestamptz, at::timestamptz) AS d
$$;
SELECT is(pg_temp.due('2026-03-01Z', '2026-03-06Z'),
  'Twice 03-01 07:00 (later), None 03-02 08:00 (03-02 08:00), Until next 03-03 20:00 (03-03 20:00), Insulin 03-05 08:00 (03-05 08:00)', 'in a window');
SELECT is(pg_temp.due('2026-03-01 07:00Z', '2026-03-05 08:00Z'), 'Twice 03-01 07:00 (later), None 03-02 08:00 (03-02 08:00), Until next 03-03 20:00 (03-03 20:00)', 'which is half-open');
SELECT is(pg_temp.due('2026-03-05 08:00Z', '2026-03-08Z'), 'Insulin 03-05 08:00 (03-05 08:00)', 'at both ends');
SELECT is(pg_temp.due('2026-03-08Z', '2026-03-09Z'), 'Course 03-08 08:00 (03-10 08:00)', 'the doses of the lead time are looked at, too');
SELECT is(pg_temp.due('2026-03-10Z', '2026-03-20Z'), 'Taper 03-13 08:00 (03-13 08:00), Travelling 03-13 12:00 (03-13 12:00), Syrup 03-16 08:00 (later)', 'those of several people');
SELECT is(pg_temp.due('2026-04-01Z', '2026-04-02Z', '2026-03-29Z'), 'Both 04-01 04:48 (later)', 'and by the rate');
SELECT is(pg_temp.due('2026-02-01Z', '2026-02-10Z'), NULL, 'long before, none');
SELECT is(pg_temp.due('2026-03-12Z', '2026-03-13Z', '2026-04-01Z'), NULL, 'long after, none');

-- Rows that came in without the rules.
ALTER TABLE medsched.schedules DISABLE TRIGGER units_convert_changed;
UPDATE medsched.schedules SET dose_unit = 'spoon' WHERE medication_id = pg_temp.medication('a', 'Syrup');
ALTER TABLE medsched.schedules ENABLE TRIGGER units_convert_changed;
SELECT is(pg_temp.forecast('Syrup', '2026-03-01Z'), '0.1 l: never | How much a dose to come takes is not known.', 'a dose in a unit that does not convert');
SELECT is(pg_temp.due('2026-03-10Z', '2026-03-20Z'), 'Taper 03-13 08:00 (03-13 08:00), Travelling 03-13 12:00 (03-13 12:00)', 'is in nobody else''s way');
SELECT is(pg_temp.failure($$SELECT medsched.runs_out_at(pg_temp.id('a'), pg_temp.medication('a', 'Syrup'), '2026-03-01Z')$$),
  format('55000 medsched.stock_entries.medication_has_stock: the stock of medication "%s" is not known | How much a dose to come takes is not known.'
         ' | Count it: call medsched.record_stock_entry().', pg_temp.medication('a', 'Syrup')), 'and has no answer');

-- A dose that is moved is looked at when it is due: three tablets are for the first three doses.
SELECT pg_temp.prescribe('f', 'Moved', '3', 'tablet', '{"id": "00000000-0000-0000-0000-0000000000f1", "rrule": "FREQ=DAILY"}') \g /dev/null
SELECT medsched.move_dose(pg_temp.id('f'), pg_temp.id('f1'), '2026-03-04 08:00Z', '2026-03-04 11:30Z'::timestamptz) \g /dev/null
SELECT is(pg_temp.forecast('Moved', '2026-03-01Z', 'f'), '3 tablet: 2026-03-04 11:30', 'moved to later');
SELECT medsched.move_dose(pg_temp.id('f'), pg_temp.id('f1'), '2026-03-04 08:00Z', '2026-03-01 07:00Z'::timestamptz) \g /dev/null
SELECT is(pg_temp.forecast('Moved', '2026-03-01Z', 'f'), '3 tablet: 2026-03-03 08:00', 'and to before the others');

-- Counted from the last dose: every 36 hours from 1 March at 08:00 are 08:00 and 20:00 by turns: 1st, 2nd, 4th, 5th, 7th.
SELECT pg_temp.prescribe('9', 'Counted', '4', 'tablet', '{"id": "00000000-0000-0000-0000-000000000091", "after_last": "36 hours"}') \g /dev/null
SELECT is(pg_temp.forecast('Counted', '2026-03-01Z', '9'), '4 tablet: ~2026-03-07 08:00', 'as if each is taken when it is due');
SELECT medsched.mark_dose_taken(pg_temp.id('9'), pg_temp.id('91'), '2026-03-01 08:00Z', '2026-03-01 10:00Z') \g /dev/null
-- Three are left for 2 March at 22:00, the 4th at 10:00 and the 5th at 22:00.
SELECT is(pg_temp.forecast('Counted', '2026-03-01 12:00Z', '9'), '3 tablet: ~2026-03-07 10:00', 'from when the last one was');
SELECT is(pg_temp.forecast('Counted', '2026-03-04 12:00Z', '9'), '3 tablet: ~2026-03-07 10:00', 'one that was not taken is still to come');

-- Calls ------------------------------------------------------------------------------

SELECT is(pg_temp.failure(call), wanted, regexp_replace(call, '[0-9a-f-]{36}', 'id', 'g'))
FROM (VALUES
  ($$SELECT medsched.stock_forecast(NULL)$$, '22004: user_id must not be null'),
  ($$SELECT medsched.stock_forecast(pg_temp.id('a'), NULL)$$, '22004: at must not be null'),
  ($$SELECT medsched.runs_out_at(pg_temp.id('a'), NULL)$$, '22004: medication_id must not be null'),
  ($$SELECT medsched.refill_by(pg_temp.id('a'), pg_temp.id('1'), '-infinity')$$, '22023: at must be finite'),
  ($$SELECT medsched.runs_out_at(pg_temp.id('a'), pg_temp.id('1'))$$,
   'P0002 medsched.medications.medication_exists: medication "00000000-0000-0000-0000-000000000001" not found | User "00000000-0000-0000-0000-00000000000a" has no medication by that id.'),
  (format('SELECT medsched.refill_by(%L, %L, ''2026-02-01Z'')', pg_temp.id('a'), pg_temp.medication('a', 'Twice')),
   format('55000 medsched.stock_entries.medication_has_stock: the stock of medication "%s" is not known | Nothing was recorded of it by then.'
          ' | Count it: call medsched.record_stock_entry().', pg_temp.medication('a', 'Twice'))),
  ($$SELECT medsched.due_refills('2026-03-02Z', '2026-03-01Z')$$, '22023: window_end must not be before window_start | The window is from 2026-03-02 00:00:00+00 to 2026-03-01 00:00:00+00.'),
  ($$SELECT medsched.due_refills('2026-03-02Z', NULL)$$, '22004: window_end must not be null'),
  ($$SELECT medsched.due_refills('2026-03-02Z', '2026-03-03Z', 'infinity')$$, '22023: at must be finite')
) AS t (call, wanted);
SELECT is_empty($$SELECT FROM medsched.stock_forecast(pg_temp.id('e'))$$, 'nobody has no stock');

SELECT * FROM finish();
