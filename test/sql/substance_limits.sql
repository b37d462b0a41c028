\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(69);

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''
\set hint ''' | Call medsched.allowance() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'''

CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.prescribe(name text, schedule text, more jsonb, substance text, amount numeric, unit text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.create_medication(%L, %L, %L, substance => %L, substance_amount => %L, substance_unit => %L)',
    pg_temp.id('a'), name, jsonb_build_array(jsonb_build_object('id', pg_temp.id(schedule), 'starts_at', '2020-03-01T00:00:00', 'time_zone', 'UTC') || more),
    substance, amount, unit))
$$;
CREATE FUNCTION pg_temp.take(schedule text, at text, amount numeric DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L, amount => %L)', pg_temp.id('a'), pg_temp.id(schedule), at, amount))
$$;
CREATE FUNCTION pg_temp.mark(schedule text, at text, taken_at text DEFAULT NULL, amount numeric DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.mark_dose_taken(%L, %L, %L, %L, amount => %L)', pg_temp.id('a'), pg_temp.id(schedule), at, coalesce(taken_at, at), amount))
$$;
CREATE FUNCTION pg_temp.allowed(at text, substance text DEFAULT 'paracetamol') RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(', ', allowed_at::text, amount || ' ' || unit, doses || ' doses') FROM medsched.allowance(pg_temp.id('a'), substance, at::timestamptz)
$$;

-- Two medications with paracetamol, in tablets of 500 mg and in ml of 50 mg; one more at a set time.
SELECT is(pg_temp.prescribe('Tablets', 'a1', '{"as_needed": true, "max_per_24h": 6, "dose_amount": 2, "dose_unit": "tablet"}', 'Paracetamol', 500, 'mg'), 'no error', 'tablets');
SELECT is(pg_temp.prescribe('Syrup', 'a2', '{"as_needed": true, "max_per_24h": 6, "dose_amount": 20, "dose_unit": "ml"}', 'paracetamol', 0.05, 'g'), 'no error', 'syrup');
SELECT is(pg_temp.prescribe('Night', 'a3', '{"rrule": "FREQ=DAILY;BYHOUR=22", "dose_amount": 1, "dose_unit": "sachet"}', 'PARACETAMOL', 600, 'mg'), 'no error', 'a sachet each night');
SELECT is(pg_temp.prescribe('Ibuprofen', 'a4', '{"as_needed": true, "dose_amount": 400, "dose_unit": "mg"}', 'ibuprofen', 1, 'mg'), 'no error', 'something else');

-- Without limits of the person's, none.
SELECT is(pg_temp.take('a1', '2020-03-01 08:00Z', 12), 'no error', '6 g in one go');
SELECT is(pg_temp.failure($$SELECT * FROM medsched.allowance('00000000-0000-0000-0000-00000000000a', 'paracetamol', '2020-03-01')$$),
  'P0002 medsched.substance_limits.substance_has_limits: no limits of substance "paracetamol" found | User "00000000-0000-0000-0000-00000000000a" has none by that name. | Set them: call medsched.set_substance_limits().',
  'what is allowed is not known');

-- Setting them ----------------------------------------------------------------------

SELECT is(pg_temp.failure($$SELECT medsched.set_substance_limits('00000000-0000-0000-0000-00000000000a', 'Paracetamol', '[{"amount": 4000, "within": "24 hours"}]', 'mg', '4 hours')$$),
  'no error', 'at most 4 g in 24 hours, at least 4 hours apart');
SELECT is((user_id, substance, limits, unit, min_interval, time_zone::text, set_at),
  (:ann::uuid, 'Paracetamol'::text, '[{"amount": 4000, "within": "24 hours"}]'::jsonb, 'mg'::text, interval '4 hours', NULL::text, now()), 'they are a row') FROM medsched.substance_limits;

-- What was taken before they were set counts: 6 g at 08:00.
SELECT is(pg_temp.take('a2', '2020-03-02 07:59:59Z'),
  '23514 medsched.dose_taken.substance_limits: the dose at 2020-03-02 07:59:59+00 is too much Paracetamol in 24 hours'
  ' | At most 4000 mg of Paracetamol are taken in any 24 hours, and 6000 mg were taken at 2020-03-01 08:00:00+00.'
  ' The next is allowed at 2020-03-02 08:00:00+00.' || :hint, 'the syrup is held against the tablets');
SELECT is(medsched.next_as_needed_at(:ann, pg_temp.id('a2'), '2020-03-01 12:00Z'), timestamptz '2020-03-02 08:00Z', 'next_as_needed_at knows');
SELECT is(pg_temp.allowed('2020-03-01 12:00Z'), '2020-03-02 08:00:00+00, 4000 mg', 'and so does allowance');
SELECT is(pg_temp.take('a4', '2020-03-01 12:00Z'), 'no error', 'another substance is free');

-- 2 g by each: 1 g of tablets at 08:00, 1 g of syrup at 12:00, tablets at 16:00 and 20:00; the sachet at 22:00 is too close, and too much.
SELECT is(pg_temp.take('a1', '2020-03-03 08:00Z'), 'no error', '1000 mg');
SELECT is(pg_temp.take('a2', '2020-03-03 11:59:59Z'),
  '23514 medsched.dose_taken.substance_limits: the dose at 2020-03-03 11:59:59+00 is too close to another of Paracetamol'
  ' | Doses of Paracetamol are at least 04:00:00 apart, and one was taken at 2020-03-03 08:00:00+00. The next is allowed at 2020-03-03 12:00:00+00.' || :hint, 'too soon after the other');
SELECT is(pg_temp.take('a2', '2020-03-03 12:00Z'), 'no error', '2000 mg');
SELECT is(pg_temp.allowed('2020-03-03 12:00Z'), '2020-03-03 16:00:00+00, 2000 mg', '2000 mg are left, from 16:00 on');
SELECT is(pg_temp.allowed('2020-03-03 16:30:00.5Z'), '2020-03-03 16:30:00.5+00, 2000 mg', 'or when it is asked for');
SELECT is(pg_temp.take('a1', '2020-03-03 16:00Z', 1.5), 'no error', '2750 mg');
SELECT is(pg_temp.allowed('2020-03-03 20:00Z'), '2020-03-03 20:00:00+00, 1250 mg', '1250 mg are left');
SELECT is(pg_temp.take('a1', '2020-03-03 20:00Z', 3),
  '23514 medsched.dose_taken.substance_limits: the dose at 2020-03-03 20:00:00+00 is too much Paracetamol in 24 hours'
  ' | At most 4000 mg of Paracetamol are taken in any 24 hours, and 2750 mg were taken from 2020-03-03 08:00:00+00 to 2020-03-03 16:00:00+00.'
  ' The next is allowed at 2020-03-04 08:00:00+00.' || :hint, 'three tablets are too many');
SELECT is(pg_temp.take('a1', '2020-03-03 17:59Z', 2) ~ 'too close', true, 'between them, too');
-- A dose at a set time: refused like any other; when it was taken counts, and not when it was to be.
SELECT is(pg_temp.mark('a3', '2020-03-03 22:00Z', '2020-03-03 19:00Z'),
  '23514 medsched.dose_taken.substance_limits: the dose at 2020-03-03 19:00:00+00 is too close to another of Paracetamol'
  ' | Doses of Paracetamol are at least 04:00:00 apart, and one was taken at 2020-03-03 16:00:00+00. The next is allowed at 2020-03-03 20:00:00+00.' || :hint, 'a set time is no excuse');
SELECT is(pg_temp.mark('a3', '2020-03-03 22:00Z', '2020-03-03 20:00Z', 2.1) ~ '^23514 medsched.dose_taken.substance_limits: the dose at 2020-03-03 20:00:00.00 is too much Paracetamol', true, 'nor is 1260 mg');
SELECT is(pg_temp.mark('a3', '2020-03-03 22:00Z', '2020-03-03 20:00Z'), 'no error', 'at 20:00, of 600 mg');
SELECT is(pg_temp.allowed('2020-03-03 20:00Z'), '2020-03-04 00:00:00+00, 650 mg', '650 mg from midnight on');
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET taken_at = '2020-03-03 18:00Z' WHERE schedule_id = pg_temp.id('a3')$$) ~ 'too close to another of Paracetamol', true, 'an UPDATE is no way round');
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET taken_at = '2020-03-03 21:00Z' WHERE schedule_id = pg_temp.id('a3')$$), 'no error', 'where it keeps them, it is one');
SELECT is(pg_temp.failure($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000a', pg_temp.id('a3'), '2020-03-04 22:00Z')$$), 'no error', 'skipping is not taking');
-- Ten weeks late is an error of the clock: it counts when it was to be.
SELECT is(pg_temp.mark('a3', '2020-03-10 22:00Z', '2020-05-20 08:00Z'), 'no error', 'recorded much later');
SELECT is(pg_temp.allowed('2020-03-10 22:00Z'), '2020-03-11 02:00:00+00, 3400 mg', 'it counts at its time');

SELECT is(pg_temp.allowed('2020-03-02 21:00Z'), '2020-03-02 21:00:00+00, 1250 mg', 'what comes later in the same 24 hours counts, too');

-- By days and by number --------------------------------------------------------------

SELECT is(pg_temp.failure($$SELECT medsched.set_substance_limits('00000000-0000-0000-0000-00000000000a', 'PARACETAMOL', '[{"doses": 3, "days": 1}, {"amount": "4", "within": "2 days"}]', 'g', time_zone => 'Europe/Berlin')$$),
  'no error', 'set anew, by days of Berlin');
SELECT is(array_agg(substance), '{PARACETAMOL}', 'in place of what there was, however its name was written') FROM medsched.substance_limits;
SELECT is(pg_temp.take('a1', at, 1), 'no error', at) FROM (VALUES ('2020-04-01 06:00Z'), ('2020-04-01 06:01Z'), ('2020-04-01 21:59:59Z')) AS t (at);
SELECT is(pg_temp.allowed('2020-04-01 07:00Z'), '2020-04-01 22:00:00+00, 2.5 g, 3 doses', 'from midnight in Berlin on');
SELECT is(pg_temp.take('a2', '2020-04-01 07:00Z', 1),
  '23514 medsched.dose_taken.substance_limits: the dose at 2020-04-01 07:00:00+00 is one too many of PARACETAMOL on its day'
  ' | At most 3 doses of PARACETAMOL are taken on a day in Europe/Berlin, and 3 were taken from 2020-04-01 06:00:00+00 to 2020-04-01 21:59:59+00.'
  ' The next is allowed at 2020-04-01 22:00:00+00.' || :hint, 'a fourth');
SELECT is(pg_temp.take('a2', '2020-04-01 22:00Z', 1), 'no error', 'on the next day');

-- Units ------------------------------------------------------------------------------

SELECT is(pg_temp.prescribe('Drops', 'b1', '{"as_needed": true, "dose_amount": 5, "dose_unit": "drop"}', 'Paracetamol', 1, 'IU'),
  '23514 medsched.medications.units_convert: limits of Paracetamol cannot add up what medications hold | The limits are in g, and "Drops" holds it in IU.'
  ' | Use one unit, or units of mass or of volume: kg, g, mg, mcg, ng; l, dl, cl, ml, ul.', 'a medication in a unit that does not convert');
SELECT is(pg_temp.failure($$SELECT medsched.set_substance_limits('00000000-0000-0000-0000-00000000000a', 'ibuprofen', '[{"amount": 3, "days": 1}]', 'tablet', time_zone => 'UTC')$$),
  '23514 medsched.substance_limits.units_convert: limits of ibuprofen cannot add up what medications hold | The limits are in tablet, and "Ibuprofen" holds it in mg.'
  ' | Use one unit, or units of mass or of volume: kg, g, mg, mcg, ng; l, dl, cl, ml, ul.', 'limits in one');
SELECT is(pg_temp.failure($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000a', pg_temp.id('a1'), '2020-05-01Z', '{"id": "00000000-0000-0000-0000-0000000000a9", "dose_unit": "g"}')$$),
  '23514 medsched.schedules.units_convert: schedule "00000000-0000-0000-0000-0000000000a9" must have the dose_unit of the other schedules of its medication'
  ' | It is g, and that of schedule "00000000-0000-0000-0000-0000000000a1" tablet; one holds so much Paracetamol. | Prescribe what comes in another unit as another medication.',
  'one tablet holds 500 mg, and nobody knows what one gram of them does');
SELECT is(pg_temp.prescribe('No amount', 'b2', '{"as_needed": true}', 'caffeine', 50, 'mg'),
  '23514 medsched.schedules.schedule_has_dose_amount: schedules[0]: schedule "00000000-0000-0000-0000-0000000000b2" must have dose_amount'
  ' | Its medication holds caffeine, and limits of that count how much is taken.', 'how much is taken must be known');

-- What is refused --------------------------------------------------------------------

SELECT is(pg_temp.failure(call), error, error)
FROM (VALUES
  ($$SELECT medsched.set_substance_limits(NULL, 'x', min_interval => '1 hour')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), NULL, min_interval => '1 hour')$$, '22004: substance must not be null'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), 'x')$$,
   '23514 medsched.substance_limits.substance_limits_not_empty: limits or min_interval must be given | To have no limits, call medsched.remove_substance_limits().'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), ' x', min_interval => '1 hour')$$,
   '23514 medsched.substance_limits.substance_limits_substance_not_blank: substance must have 1 to 1000 characters, and begin and end with no blank | It is " x".'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), 'x', min_interval => '-1 hour')$$,
   '23514 medsched.substance_limits.substance_limits_min_interval_in_range: min_interval must be above 0 and at most 366 days | It is -01:00:00.'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), 'x', '[{"amount": 1, "within": "1 day"}]')$$,
   '23514 medsched.substance_limits.substance_limits_amounts_have_unit: unit must be given with limits of an amount'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), 'x', '[{"amount": 1, "within": "1 day"}]', ' ')$$,
   '23514 medsched.substance_limits.substance_limits_unit_not_blank: unit must have 1 to 1000 characters that are not all blank | It is " ".'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), 'x', '[{"doses": 1, "days": 1}]')$$,
   '23514 medsched.substance_limits.substance_limits_days_have_time_zone: time_zone must be given with limits by days'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), 'x', '[{"doses": 1, "days": 1}]', time_zone => 'Mars')$$, '22023: time zone "Mars" is not known | Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not taken, because they do not follow a place when its rules change. | The names are in the view pg_timezone_names.'),
  ($$SELECT medsched.set_substance_limits(pg_temp.id('a'), 'x', '{}')$$,
   '22023: limits must be a JSON array of objects | Limits are [{"amount": 4000, "within": "24 hours"}, {"doses": 1, "days": 1}].'),
  ($$SELECT medsched.allowance(NULL, 'x', '2020-03-01')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.allowance(pg_temp.id('a'), NULL, '2020-03-01')$$, '22004: substance must not be null'),
  ($$SELECT medsched.allowance(pg_temp.id('a'), 'x', NULL)$$, '22004: at must not be null'),
  ($$SELECT medsched.allowance(pg_temp.id('a'), 'x', 'infinity')$$, '22023: at must be finite'),
  ($$SELECT medsched.remove_substance_limits(pg_temp.id('a'), NULL)$$, '22004: substance must not be null'),
  ($$SELECT medsched.create_medication(pg_temp.id('a'), 'x', '[{"starts_at": "2020-03-01T00:00:00", "time_zone": "UTC"}]', substance => 'x')$$,
   '23514 medsched.medications.medications_substance_has_amount: substance, substance_amount and substance_unit must be given together'),
  ($$SELECT medsched.create_medication(pg_temp.id('a'), 'x', '[{"starts_at": "2020-03-01T00:00:00", "time_zone": "UTC"}]', substance => 'x', substance_amount => 0, substance_unit => 'mg')$$,
   '23514 medsched.medications.medications_substance_amount_positive: substance_amount must be above 0 and have at most 1000 digits before and after the point | It is 0.'),
  ($$SELECT medsched.create_medication(pg_temp.id('a'), 'x', '[{"starts_at": "2020-03-01T00:00:00", "time_zone": "UTC"}]', substance => ' ', substance_amount => 1, substance_unit => 'mg')$$,
   '23514 medsched.medications.medications_substance_not_blank: substance must have 1 to 1000 characters, and begin and end with no blank | It is " ".'),
  ($$SELECT medsched.create_medication(pg_temp.id('a'), 'x', '[{"starts_at": "2020-03-01T00:00:00", "time_zone": "UTC"}]', substance => 'x', substance_amount => 1, substance_unit => ' ')$$,
   '23514 medsched.medications.medications_substance_unit_not_blank: substance_unit must have 1 to 1000 characters that are not all blank | It is " ".')
) AS t (call, error);

-- check_integrity() tells of what was recorded since the limits are these.
SELECT is_empty('SELECT rule, row_id, problem FROM medsched.check_integrity()', 'limits are not held against what was recorded before');
UPDATE medsched.substance_limits SET set_at = now() - interval '1 day';
SELECT results_eq($$SELECT rule, row_id, problem FROM medsched.check_integrity() WHERE row_id ~ '0a1 2020-03-01'$$,
  $$VALUES ('substance_limits', '00000000-0000-0000-0000-0000000000a1 2020-03-01 08:00:00+00', 'At most 4 g of PARACETAMOL are taken in any 2 days, and it is 6 g.')$$,
  'check_integrity() names what breaks them since');
SELECT is(count(*)::int, 5, 'and all of it') FROM medsched.check_integrity();
SELECT medsched.set_substance_limits(:ben, 'x', min_interval => '1 hour') \g /dev/null
SELECT is(medsched.remove_substance_limits(:ann, 'paracetamol'), true, 'they are removed, however the name is written');
SELECT is(medsched.remove_substance_limits(:ann, 'paracetamol'), false, 'once');
SELECT medsched.set_substance_limits(:ann, 'Paracetamol', min_interval => '1 hour') \g /dev/null
SELECT is((medications, schedules, doses), (4::bigint, 4::bigint, 12::bigint), 'erasing somebody') FROM medsched.erase_user(:ann);
SELECT is(array_agg(user_id), ARRAY[:ben::uuid], 'erases their limits, too') FROM medsched.substance_limits;

SELECT * FROM finish();
ROLLBACK;
