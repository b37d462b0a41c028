\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(81);
-- Tables with pending events cannot be altered.
SET CONSTRAINTS medsched.followed_schedule_goes_on, medsched.followed_schedule_goes_on_changed IMMEDIATE;

-- What is left of a medication: counted, with what came and went since, less the doses taken since.

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''

CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.prescribe(person text, name text, VARIADIC more jsonb[]) RETURNS uuid LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id(person), name,
    (SELECT jsonb_agg('{"starts_at": "2026-03-01T08:00:00", "time_zone": "Europe/Berlin"}'::jsonb || m ORDER BY nth) FROM unnest(more) WITH ORDINALITY AS u (m, nth)))
$$;
-- Record an entry; what it says, or the error.
CREATE FUNCTION pg_temp.record(medication uuid, kind text, amount text, unit text, at text, person text DEFAULT 'a') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.record_stock_entry(%L, %L, %L, %L, %L, %L)', pg_temp.id(person), medication, kind, amount, unit, at))
$$;
-- What is left at an instant: amount, unit, when counted, what was taken.
CREATE FUNCTION pg_temp.left_at(at text, medication uuid, person text DEFAULT 'a') RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', s.amount, s.unit) || concat(', counted ' || s.counted_at) || ', taken ' || coalesce(s.taken::text, '?') || concat(' | ' || s.problem)
    FROM medsched.stock(pg_temp.id(person), at::timestamptz) AS s WHERE s.medication_id = medication
$$;

SELECT pg_temp.prescribe('a', 'Metformin', '{"id": "00000000-0000-0000-0000-0000000000a1", "rrule": "FREQ=DAILY;BYHOUR=8,20", "dose_amount": 1, "dose_unit": "tablet"}') AS metformin \gset
SELECT pg_temp.prescribe('a', 'Syrup', '{"id": "00000000-0000-0000-0000-0000000000a2", "rrule": "FREQ=DAILY", "dose_amount": 5, "dose_unit": "ml"}',
  '{"id": "00000000-0000-0000-0000-0000000000a3", "as_needed": true, "dose_amount": 0.25, "dose_unit": "cl"}') AS syrup \gset
SELECT pg_temp.prescribe('b', 'Drops', '{"id": "00000000-0000-0000-0000-0000000000b1", "rrule": "FREQ=DAILY", "dose_amount": 10, "dose_unit": "drop"}') AS drops \gset

SELECT is_empty($$SELECT FROM medsched.stock(pg_temp.id('a'), '2026-04-01Z')$$, 'nothing is in the ledgers');

-- From the first entry on ------------------------------------------------------------

SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2026-03-01 07:00Z', '2026-03-01 07:05Z') \g /dev/null
SELECT is(pg_temp.record(:'metformin', 'dispensed', '60', 'tablet', '2026-03-01 09:00Z'), 'no error', '60 tablets from the pharmacy');
SELECT is(pg_temp.left_at('2026-03-01 08:59:59Z', :'metformin'), NULL, 'before, nothing is known');
SELECT is(pg_temp.left_at('2026-03-01 09:00Z', :'metformin'), '60 tablet, taken 0', 'a dose taken before is of what was there before');
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2026-03-01 19:00Z', '2026-03-01 19:10Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-01 19:09:59Z', :'metformin'), '60 tablet, taken 0', 'a dose counts when it was taken');
SELECT is(pg_temp.left_at('2026-03-01 19:10Z', :'metformin'), '59 tablet, taken 1', 'with the amount of its schedule');
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2026-03-02 07:00Z', '2026-03-02 07:00Z', amount => 2) \g /dev/null
SELECT is(pg_temp.left_at('2026-03-02 12:00Z', :'metformin'), '57 tablet, taken 3', 'or its own');
SELECT medsched.skip_dose(:ann, pg_temp.id('a1'), '2026-03-02 19:00Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-02 20:00Z', :'metformin'), '57 tablet, taken 3', 'one skipped is left');
SELECT medsched.record_extra_dose(:ann, pg_temp.id('a1'), '2026-03-02 21:00:30.5Z', amount => 0.5) \g /dev/null
SELECT is(pg_temp.left_at('2026-03-02 21:00:30.4Z', :'metformin'), '57 tablet, taken 3', 'an extra dose counts, too,');
SELECT is(pg_temp.left_at('2026-03-02 21:00:30.5Z', :'metformin'), '56.5 tablet, taken 3.5', 'from its microsecond on');

-- What else comes and goes.
SELECT is(pg_temp.record(:'metformin', kind, amount, 'tablet', at), 'no error', kind || ' ' || amount)
  FROM (VALUES ('lost', '3', '2026-03-03 06:00Z'), ('expired', '1.50', '2026-03-03 07:00Z'), ('corrected', '-2', '2026-03-03 08:00Z'), ('corrected', '0.25', '2026-03-03 09:00Z'))
    AS t (kind, amount, at);
SELECT is(pg_temp.left_at(at, :'metformin'), wanted || ' tablet, taken 3.5', 'at ' || at)
  FROM (VALUES ('2026-03-03 06:00Z', '53.5'), ('2026-03-03 07:00Z', '52'), ('2026-03-03 08:00Z', '50'), ('2026-03-03 09:00Z', '50.25')) AS t (at, wanted);

-- From a count on --------------------------------------------------------------------

SELECT is(pg_temp.record(:'metformin', 'counted', '40', 'tablet', '2026-03-03 12:00Z'), 'no error', '40 are counted');
SELECT is(pg_temp.left_at('2026-03-03 11:59:59Z', :'metformin'), '50.25 tablet, taken 3.5', 'what was, was: the count changes what is from then on');
SELECT is(pg_temp.left_at('2026-03-03 12:00Z', :'metformin'), '40 tablet, counted 2026-03-03 12:00:00+00, taken 0', 'and says since when');
SELECT is(pg_temp.record(:'metformin', 'dispensed', '7', 'tablet', '2026-03-03 12:00Z'), 'no error', 'what is dispensed at the instant of a count');
SELECT medsched.record_extra_dose(:ann, pg_temp.id('a1'), '2026-03-03 12:00:00Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-03 12:00Z', :'metformin'), '40 tablet, counted 2026-03-03 12:00:00+00, taken 0', 'is counted in, and so is what was taken');
SELECT medsched.record_extra_dose(:ann, pg_temp.id('a1'), '2026-03-03 12:00:01Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-03 12:00:01Z', :'metformin'), '39 tablet, counted 2026-03-03 12:00:00+00, taken 1', 'a second later it is not');
SELECT is(pg_temp.record(:'metformin', 'counted', '0', 'tablet', '2026-03-03 13:00Z'), 'no error', 'none is left');
SELECT is(pg_temp.left_at('2026-03-03 13:00Z', :'metformin'), '0 tablet, counted 2026-03-03 13:00:00+00, taken 0', 'none');
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2026-03-03 19:00Z', '2026-03-03 19:00Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-04 00:00Z', :'metformin'), '-1 tablet, counted 2026-03-03 13:00:00+00, taken 1', 'more was taken than the ledger has: that is said');

-- Of two counts at one instant, the one recorded later.
SELECT medsched.record_stock_entry(:ann, :'metformin', 'counted', 30, 'tablet', '2026-03-05 00:00Z', entry_id => pg_temp.id('e2')) \g /dev/null
SELECT medsched.record_stock_entry(:ann, :'metformin', 'counted', 20, 'tablet', '2026-03-05 00:00Z', entry_id => pg_temp.id('e1')) \g /dev/null
UPDATE medsched.stock_entries SET recorded_at = '2026-03-05 00:01Z' WHERE id = pg_temp.id('e2');
UPDATE medsched.stock_entries SET recorded_at = '2026-03-05 00:02Z' WHERE id = pg_temp.id('e1');
SELECT is(pg_temp.left_at('2026-03-05Z', :'metformin'), '20 tablet, counted 2026-03-05 00:00:00+00, taken 0', 'the last word counts');

-- What was recorded changes -----------------------------------------------------------

SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2026-03-05 07:00Z', '2026-03-05 07:00Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-06Z', :'metformin'), '19 tablet, counted 2026-03-05 00:00:00+00, taken 1', 'one taken since');
UPDATE medsched.dose_taken SET taken_at = '2026-03-04 23:59:59Z' WHERE user_id = :ann AND scheduled_for = '2026-03-05 07:00Z';
SELECT is(pg_temp.left_at('2026-03-06Z', :'metformin'), '20 tablet, counted 2026-03-05 00:00:00+00, taken 0', 'it was taken before the count after all');
UPDATE medsched.dose_taken SET taken_at = '2027-03-05 07:00Z' WHERE user_id = :ann AND scheduled_for = '2026-03-05 07:00Z';
SELECT is(pg_temp.left_at('2026-03-06Z', :'metformin'), '19 tablet, counted 2026-03-05 00:00:00+00, taken 1', 'taken a year later, it hardly was: it counts at its time');
SELECT medsched.undo_dose(:ann, pg_temp.id('a1'), '2026-03-05 07:00Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-06Z', :'metformin'), '20 tablet, counted 2026-03-05 00:00:00+00, taken 0', 'undone, it was not');
-- The clocks go forward on 2026-03-29: 20:00 is 18:00 UTC from then on.
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a1'), at::timestamptz, at::timestamptz) FROM unnest('{2026-03-28 19:00Z,2026-03-29 06:00Z,2026-03-29 18:00Z}'::text[]) AS at \g /dev/null
SELECT is(pg_temp.left_at('2026-03-29 17:59Z', :'metformin'), '18 tablet, counted 2026-03-05 00:00:00+00, taken 2', 'around the change of the clocks');
SELECT is(pg_temp.left_at('2026-03-29 18:00Z', :'metformin'), '17 tablet, counted 2026-03-05 00:00:00+00, taken 3', 'an instant is an instant');

-- Another unit -----------------------------------------------------------------------

SELECT is(pg_temp.record(:'syrup', 'dispensed', '0.2', 'l', '2026-03-01Z'), 'no error', 'a bottle');
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a2'), '2026-03-01 07:00Z', '2026-03-01 07:00Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-03-02Z', :'syrup'), '0.195 l, taken 0.005', '5 ml of it');
SELECT medsched.take_as_needed(:ann, pg_temp.id('a3'), '2026-03-02 10:00Z') \g /dev/null
SELECT medsched.take_as_needed(:ann, pg_temp.id('a3'), '2026-03-02 16:00Z', amount => 1) \g /dev/null
SELECT is(pg_temp.left_at('2026-03-03Z', :'syrup'), '0.1825 l, taken 0.0175', '0.25 cl and 1 cl more, as needed');
SELECT is(pg_temp.record(:'syrup', 'lost', '22.5', 'ml', '2026-03-03Z'), 'no error', 'spilt');
SELECT is(pg_temp.left_at('2026-03-03Z', :'syrup'), '160 ml, taken 17.5', 'in the unit of the last entry');
SELECT is(array_agg(medication_name), '{Metformin,Syrup}', 'in the order of their names') FROM medsched.stock(:ann, '2026-04-01Z');
SELECT is_empty($$SELECT FROM medsched.stock(pg_temp.id('b'), '2026-04-01Z')$$, 'of others, nothing');

-- Revised to another amount, each dose takes what it was then; inactivated, what is left is left.
SELECT medsched.revise_schedule(:ann, pg_temp.id('a1'), '2026-04-01Z', '{"dose_amount": 2}') AS revised \gset
SELECT medsched.mark_dose_taken(:ann, :'revised', '2026-04-01 06:00Z', '2026-04-01 06:00Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-04-02Z', :'metformin'), '15 tablet, counted 2026-03-05 00:00:00+00, taken 5', 'three doses of one tablet, one of two');
SELECT medsched.inactivate_medication(:ann, :'metformin', '2026-04-03Z') \g /dev/null
SELECT is(pg_temp.left_at('2026-05-01Z', :'metformin'), '15 tablet, counted 2026-03-05 00:00:00+00, taken 5', 'of what is taken no more');

-- The rules --------------------------------------------------------------------------

\set hint ''' | Use one unit, or units of mass or of volume: kg, g, mg, mcg, ng; l, dl, cl, ml, ul.'''
SELECT is(pg_temp.record(:'drops', 'dispensed', '20', 'ml', '2026-03-01Z', 'b'),
  '23514 medsched.stock_entries.units_convert: stock in ml does not convert to the doses of its medication'
  ' | The stock is in ml, and doses of schedule "00000000-0000-0000-0000-0000000000b1" are in drop.' || :hint, 'how many drops a ml has is not guessed');
SELECT is(pg_temp.record(:'drops', 'dispensed', '20', NULL, '2026-03-01Z', 'b'),
  '23514 medsched.stock_entries.units_convert: stock in no unit does not convert to the doses of its medication'
  ' | The stock is in no unit, and doses of schedule "00000000-0000-0000-0000-0000000000b1" are in drop.' || :hint, 'nor what 20 is');
SELECT is(pg_temp.record(:'drops', 'dispensed', '400', 'drop', '2026-03-01Z', 'b'), 'no error', 'in drops');
SELECT is(pg_temp.failure($$UPDATE medsched.stock_entries SET unit = 'Drop' WHERE user_id = pg_temp.id('b')$$),
  '23514 medsched.stock_entries.units_convert: stock in Drop does not convert to the doses of its medication'
  ' | The stock is in Drop, and doses of schedule "00000000-0000-0000-0000-0000000000b1" are in drop.' || :hint, 'changed directly');
SELECT is(pg_temp.failure($$SELECT medsched.revise_schedule(pg_temp.id('b'), pg_temp.id('b1'), '2026-04-01Z', '{"dose_unit": "ml"}')$$) ~
  '^23514 medsched[.]schedules[.]units_convert: schedule "[-0-9a-f]{36}" has a dose_unit that the stock of its medication does not convert to \| The stock is in drop, and doses of schedule "[-0-9a-f]{36}" are in ml[.]',
  true, 'prescribed in another unit');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET dose_amount = NULL WHERE user_id = pg_temp.id('b')$$),
  '23514 medsched.schedules.schedule_has_dose_amount: schedule "00000000-0000-0000-0000-0000000000b1" must have dose_amount'
  ' | Its medication has a stock, off which each dose takes so much.', 'so much must be known');
SELECT pg_temp.prescribe('b', 'Cream', '{"id": "00000000-0000-0000-0000-0000000000b2", "rrule": "FREQ=DAILY"}') AS cream \gset
SELECT is(pg_temp.record(:'cream', 'dispensed', '1', 'tube', '2026-03-01Z', 'b'),
  '23514 medsched.stock_entries.schedule_has_dose_amount: schedule "00000000-0000-0000-0000-0000000000b2" must have dose_amount'
  ' | Its medication has a stock, off which each dose takes so much.', 'of every dose');
SELECT medsched.end_schedule(:ben, pg_temp.id('b2'), '2026-02-01Z') \g /dev/null
SELECT is(pg_temp.record(:'cream', 'dispensed', '1', 'tube', '2026-03-01Z', 'b'), 'no error', 'that can still come');
SELECT is(pg_temp.failure($$SELECT medsched.add_schedule(pg_temp.id('b'), $$ || quote_literal(:'cream') || $$, '{"starts_at": "2026-03-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1, "dose_unit": "g"}')$$) ~
  '^23514 medsched[.]schedules[.]units_convert: ', true, 'a schedule added');

SELECT is(pg_temp.failure(format('INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount, unit) VALUES (%L, %L, ''lost'', 1, ''ml'')', :ben, :'syrup')) ~
  '^23503 medsched[.]stock_entries[.]stock_entries_user_id_medication_id_fkey: ', true, 'a medication of somebody else''s');

-- Its error tells nothing of rows that its reader may not see.
CREATE ROLE medsched_pharmacy;
GRANT medsched_pharmacy TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO medsched_pharmacy;
GRANT SELECT, INSERT ON medsched.stock_entries TO medsched_pharmacy;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_temp TO medsched_pharmacy;
SET LOCAL ROLE medsched_pharmacy;
SELECT is(pg_temp.failure(format('INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount, unit) VALUES (%L, %L, ''dispensed'', 1, ''ml'')', :ben, :'drops')),
  '23514 medsched.stock_entries.units_convert: stock in ml does not convert to the doses of its medication' || :hint, 'whatever rows it may not read');
RESET ROLE;

-- Rows that came in without the rules: what is not known is not added up, and the others' answers stand.
ALTER TABLE medsched.schedules DISABLE TRIGGER units_convert_changed;
ALTER TABLE medsched.stock_entries DISABLE TRIGGER units_convert;
UPDATE medsched.schedules SET dose_unit = 'mg' WHERE id = pg_temp.id('b1');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at) VALUES (:ben, pg_temp.id('b1'), '2026-03-02 07:00Z', '2026-03-02 07:00Z');
ALTER TABLE medsched.schedules ENABLE TRIGGER units_convert_changed;
ALTER TABLE medsched.stock_entries ENABLE TRIGGER units_convert;
SELECT is(pg_temp.left_at('2026-03-03Z', :'drops', 'b'), 'drop, taken ? | A dose is in mg, which does not convert to drop.', 'a dose in another unit');
SELECT is(pg_temp.left_at('2026-03-03Z', :'cream', 'b'), '1 tube, taken 0', 'something else of the same person');
ALTER TABLE medsched.schedules DISABLE TRIGGER units_convert_changed;
ALTER TABLE medsched.stock_entries DISABLE TRIGGER units_convert;
UPDATE medsched.schedules SET dose_unit = 'drop', dose_amount = NULL WHERE id = pg_temp.id('b1');
ALTER TABLE medsched.schedules ENABLE TRIGGER units_convert_changed;
ALTER TABLE medsched.stock_entries ENABLE TRIGGER units_convert;
SELECT is(pg_temp.left_at('2026-03-03Z', :'drops', 'b'), 'drop, taken ? | How much a dose was is not known.', 'a dose of no amount');
ALTER TABLE medsched.schedules DISABLE TRIGGER units_convert_changed;
ALTER TABLE medsched.stock_entries DISABLE TRIGGER units_convert;
UPDATE medsched.schedules SET dose_unit = 'drop', dose_amount = 10 WHERE id = pg_temp.id('b1');
INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount, unit, occurred_at) VALUES (:ben, :'drops', 'lost', 1, 'bottle', '2026-03-01 12:00Z');
ALTER TABLE medsched.schedules ENABLE TRIGGER units_convert_changed;
ALTER TABLE medsched.stock_entries ENABLE TRIGGER units_convert;
SELECT is(pg_temp.left_at('2026-03-03Z', :'drops', 'b'), 'bottle, taken ? | An entry is in drop, which does not convert to bottle.', 'an entry in another unit');

-- Calls ------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.of(medication text, call text) RETURNS text LANGUAGE sql AS $$ SELECT replace(call, '$m', quote_literal(medication)) $$;
SELECT is(pg_temp.failure(pg_temp.of(:'syrup', call)), wanted, call)
FROM (VALUES
  ($$SELECT medsched.record_stock_entry(NULL, $m, 'lost', 1, 'ml')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, NULL, 1, 'ml')$$, '22004: kind must not be null'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'lost', NULL, 'ml')$$, '22004: amount must not be null'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'lost', 1, 'ml', 'infinity')$$, '22023: occurred_at must be finite'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('b'), $m, 'lost', 1, 'ml')$$,
   'P0002 medsched.medications.medication_exists: medication "' || :'syrup' || '" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'gone', 1, 'ml')$$,
   '23514 medsched.stock_entries.stock_entries_kind: kind must be dispensed, counted, lost, corrected or expired | It is "gone".'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'lost', -1, 'ml')$$,
   '23514 medsched.stock_entries.stock_entries_amount_of_kind: amount must be above 0 | It is -1. | What went is lost or expired; the difference of a correction has a sign.'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'counted', 'NaN', 'ml')$$,
   '23514 medsched.stock_entries.stock_entries_amount_size: amount must be finite and have at most 1000 digits before and after the point | It is NaN.'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'lost', 1, 'ml', days_supply => 3)$$,
   '23514 medsched.stock_entries.stock_entries_days_supply_of_dispensed: days_supply must not be given of what is not dispensed | It was lost.'),
  ($$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'dispensed', 1, 'ml', days_supply => 0)$$,
   '23514 medsched.stock_entries.stock_entries_days_supply_in_range: days_supply must be from 1 to 3660 | It is 0.'),
  ($$SELECT medsched.delete_stock_entry(pg_temp.id('a'), NULL)$$, '22004: entry_id must not be null'),
  ($$SELECT * FROM medsched.stock(NULL)$$, '22004: user_id must not be null'),
  ($$SELECT * FROM medsched.stock(pg_temp.id('a'), 'infinity')$$, '22023: at must be finite')
) AS t (call, wanted);

SELECT is(row_to_json(e)::jsonb - 'recorded_at', jsonb_build_object('user_id', :ann, 'entry_id', pg_temp.id('e3'), 'medication_id', :'syrup', 'kind', 'dispensed',
    'occurred_at', '2026-03-10T00:00:00+00:00', 'amount', 200, 'unit', 'ml', 'days_supply', 40, 'note', 'batch 7', 'recorded_by', 'pharmacy', 'newly_recorded', true), 'what is recorded')
  FROM medsched.record_stock_entry(:ann, :'syrup', 'dispensed', 200, 'ml', '2026-03-10Z', 40, 'batch 7', 'pharmacy', pg_temp.id('e3')) AS e;
SELECT is((e.note, e.newly_recorded), ('batch 7'::text, false), 'again, it changes nothing')
  FROM medsched.record_stock_entry(:ann, :'syrup', 'dispensed', 200, 'ml', '2026-03-11Z', NULL, 'batch 8', 'pharmacy', pg_temp.id('e3')) AS e;
SELECT is(pg_temp.failure(pg_temp.of(:'syrup', $$SELECT medsched.record_stock_entry(pg_temp.id('a'), $m, 'dispensed', 100, 'ml', entry_id => pg_temp.id('e3'))$$)),
  '55000 medsched.stock_entries.stock_entry_already_recorded: stock entry "00000000-0000-0000-0000-0000000000e3" is already recorded otherwise'
  ' | It has another medication, kind, amount or unit. | Give each entry an id of its own.', 'another entry needs another id');
SELECT is(pg_temp.left_at('2026-03-10Z', :'syrup'), '360 ml, taken 17.5', 'it came once');
SELECT is(medsched.delete_stock_entry(:ben, pg_temp.id('e3')), false, 'nobody else deletes it');
SELECT is(medsched.delete_stock_entry(:ann, pg_temp.id('e3')), true, 'a mistake is deleted');
SELECT is(medsched.delete_stock_entry(:ann, pg_temp.id('e3')), false, 'once');

-- The history, and erasing.
SELECT medsched.enable_history() \g /dev/null
SELECT medsched.record_stock_entry(:ann, :'syrup', 'lost', 1, 'ml', '2026-03-12Z', entry_id => pg_temp.id('e4')) \g /dev/null
UPDATE medsched.stock_entries SET amount = 2 WHERE id = pg_temp.id('e4');
SELECT medsched.delete_stock_entry(:ann, pg_temp.id('e4')) \g /dev/null
SELECT results_eq($$SELECT operation, medication_id, before ->> 'amount', after ->> 'amount' FROM medsched.change_history WHERE table_name = 'stock_entries' ORDER BY id$$,
  format($$VALUES ('INSERT', %1$L::uuid, NULL, '1'), ('UPDATE', %1$L, '1', '2'), ('DELETE', %1$L, '2', NULL)$$, :'syrup'), 'each change is in the history');
SELECT is(medsched.erase_user(:ann)::text, '(2,4,15)', 'Ann is erased');
SELECT results_eq('SELECT DISTINCT user_id FROM medsched.stock_entries', ARRAY[:ben::uuid], 'with her stock, and nobody else''s');

SELECT * FROM finish();
