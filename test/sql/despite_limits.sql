\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(30);

\set ann '''00000000-0000-0000-0000-00000000000a'''
CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.take(schedule text, at text, despite text DEFAULT NULL, amount numeric DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.take_as_needed(%L, %L, %L, amount => %L, despite_limits => %L)', pg_temp.id('a'), pg_temp.id(schedule), at, amount, despite))
$$;

SELECT medsched.create_medication(:ann, 'Paracetamol', '[{"id": "00000000-0000-0000-0000-0000000000a1", "starts_at": "2020-03-01T00:00:00", "time_zone": "UTC",
  "as_needed": true, "min_interval": "4 hours", "max_per_24h": 3, "dose_amount": 1000, "dose_unit": "mg"}]') \g /dev/null
SELECT medsched.create_medication(:ann, 'Melatonin', '[{"id": "00000000-0000-0000-0000-0000000000a2", "starts_at": "2020-03-01T00:00:00", "time_zone": "UTC",
  "as_needed": true, "limits": [{"doses": 1, "days": 1}]}]') \g /dev/null
SELECT medsched.create_medication(:ann, 'Warfarin', '[{"id": "00000000-0000-0000-0000-0000000000a3", "starts_at": "2020-03-01T08:00:00", "time_zone": "UTC",
  "rrule": "FREQ=DAILY", "dose_amount": 5, "dose_unit": "mg"}]', substance => 'warfarin', substance_amount => 1, substance_unit => 'mg') \g /dev/null
SELECT medsched.set_substance_limits(:ann, 'warfarin', '[{"amount": 7, "within": "24 hours"}]', 'mg') \g /dev/null

-- The error stays; the reason is obeyed, and kept.
SELECT is(pg_temp.take('a1', '2020-03-02 08:00Z'), 'no error', 'the first');
SELECT is(pg_temp.take('a1', '2020-03-02 10:00Z') ~ '^23514 medsched.dose_taken.as_needed_min_interval: .*; if it was taken all the same, record it with despite_limits[.]$', true, 'too early: the error says what to do');
SELECT is((despite_limits, amount, newly_taken), ('taken before I looked'::text, NULL::numeric, true), 'with a reason it is recorded')
FROM medsched.take_as_needed(:ann, pg_temp.id('a1'), '2020-03-02 10:00Z', despite_limits => 'taken before I looked');
SELECT is((SELECT despite_limits FROM medsched.dose_taken WHERE scheduled_for = '2020-03-02 10:00Z'), 'taken before I looked', 'and kept in the row');
SELECT is((despite_limits, newly_taken), ('taken before I looked'::text, false), 'once: another reason changes nothing')
FROM medsched.mark_dose_taken(:ann, pg_temp.id('a1'), '2020-03-02 10:00Z', despite_limits => 'again');

-- What is advised next counts it.
SELECT is(medsched.next_as_needed_at(:ann, pg_temp.id('a1'), '2020-03-02 10:00Z'), timestamptz '2020-03-02 14:00Z', 'four hours from it');
SELECT is(pg_temp.take('a1', '2020-03-02 13:59Z') ~ 'one was taken at 2020-03-02 10:00:00.00', true, 'it binds those that follow');
SELECT is(pg_temp.take('a1', '2020-03-02 06:00Z') ~ 'as_needed_min_interval', true, 'and those before it');
SELECT is(pg_temp.take('a1', '2020-03-02 14:00Z'), 'no error', 'three in all');
SELECT is(pg_temp.take('a1', '2020-03-02 20:00Z') ~ '^23514 medsched.dose_taken.as_needed_max_per_24h', true, 'it is one of three');
SELECT is(pg_temp.take('a1', '2020-03-02 20:00Z', 'fever'), 'no error', 'a fourth');
SELECT is(pg_temp.take('a1', '2020-03-04 00:00Z', NULL, 3500) ~ '^23514 medsched.dose_taken.as_needed_max_per_24h: the dose at .* is too much', true, 'amounts, too');
SELECT is(pg_temp.take('a1', '2020-03-04 00:00Z', 'doctor on the phone', 3500), 'no error', 'are recorded with a reason');
SELECT is(pg_temp.take('a2', '2020-03-02 23:00Z'), 'no error', 'once a day');
SELECT is(pg_temp.take('a2', '2020-03-02 23:30Z'),
  '23514 medsched.dose_taken.as_needed_limits: the dose at 2020-03-02 23:30:00+00 is one too many on its day'
  ' | At most 1 dose is taken on a day in UTC, and one was taken at 2020-03-02 23:00:00+00. The next is allowed at 2020-03-03 00:00:00+00.'
  ' | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.', 'twice is refused');
SELECT is(pg_temp.take('a2', '2020-03-02 23:30Z', 'could not sleep'), 'no error', 'and recorded');

-- By set times and by handle.
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a3'), '2020-03-02 08:00Z', '2020-03-02 08:00Z')$$), 'no error', '5 mg');
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken_by_id(pg_temp.id('a'), medsched.dose_id(pg_temp.id('a3'), '2020-03-03 08:00Z'), '2020-03-03 07:00Z')$$) ~ 'substance_limits: the dose at 2020-03-03 07:00:00.00 is too much warfarin', true, 'an hour early is too much');
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken_by_id(pg_temp.id('a'), medsched.dose_id(pg_temp.id('a3'), '2020-03-03 08:00Z'), '2020-03-03 07:00Z', despite_limits => 'leaving early')$$), 'no error', 'with a reason it is none');
SELECT is((SELECT concat_ws(' ', allowed_at, amount, unit) FROM medsched.allowance(:ann, 'warfarin', '2020-03-03 07:00Z')), '2020-03-03 08:00:00+00 2 mg', '10 of 7 mg: nothing until the first is 24 hours ago');

-- A reason where none is needed is kept as it is given.
SELECT is((SELECT despite_limits FROM medsched.take_as_needed(:ann, pg_temp.id('a1'), '2020-03-10 08:00Z', despite_limits => 'just in case')), 'just in case', 'where no limit is broken, it is kept');

-- A row without the reason is held against the limits again.
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET despite_limits = NULL WHERE scheduled_for = '2020-03-02 23:30Z'$$) ~ '^23514 medsched.dose_taken.as_needed_limits', true, 'taking the reason away is refused');
SELECT is(pg_temp.failure($$UPDATE medsched.dose_taken SET despite_limits = NULL WHERE scheduled_for = '2020-03-10 08:00Z'$$), 'no error', 'where it is not needed, it is not');

-- What is no reason.
SELECT is(pg_temp.failure(call), error, error)
FROM (VALUES
  ($$SELECT medsched.take_as_needed(pg_temp.id('a'), pg_temp.id('a1'), '2020-03-10 09:00Z', despite_limits => ' ')$$,
   '23514 medsched.dose_taken.dose_taken_despite_limits_valid: despite_limits must have 1 to 1000 characters that are not all blank | It is " ".'),
  ($$SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a3'), '2020-03-10 08:00Z', despite_limits => '')$$,
   '23514 medsched.dose_taken.dose_taken_despite_limits_valid: despite_limits must have 1 to 1000 characters that are not all blank | It is "".'),
  ($$SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a3'), '2020-03-10 08:00Z', despite_limits => repeat('x', 1001))$$,
   '23514 medsched.dose_taken.dose_taken_despite_limits_valid: despite_limits must have 1 to 1000 characters that are not all blank | It is "' || repeat('x', 120) || '...".')
) AS t (call, error);
SELECT throws_ok($$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at, despite_limits) VALUES (pg_temp.id('a'), pg_temp.id('a3'), '2020-03-10 08:00Z', 'skipped', NULL, 'x')$$,
  '23514', 'new row for relation "dose_taken" violates check constraint "dose_taken_despite_limits_valid"', 'nor for what was skipped');
-- It lifts the limits, and nothing else.
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a3'), '2020-03-10 09:00Z', despite_limits => 'x')$$) ~ '^23514 medsched.dose_taken.dose_is_scheduled', true, 'a dose that is none stays none');

-- check_integrity() does not complain of what was recorded with a reason, nor of what was there before it.
SELECT is_empty('SELECT rule, row_id, problem FROM medsched.check_integrity()', 'nothing of this breaks a rule');

-- What is undone says what the reason was.
SELECT is((SELECT despite_limits FROM medsched.undo_dose(:ann, pg_temp.id('a1'), '2020-03-02 10:00Z')), 'taken before I looked', 'undo_dose returns it');

SELECT * FROM finish();
ROLLBACK;
