\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(110);

CREATE FUNCTION pg_temp.create(schedules jsonb, name text DEFAULT 'Prednisone') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.create_medication(%L, %L, %L)', lpad('a', 32, '0')::uuid, name, schedules))
$$;

-- What it inserts.
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Prednisone', '[
  {"starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;COUNT=5", "dose_amount": 20, "dose_unit": "mg"},
  {"id": "00000000-0000-0000-0000-0000000000c2", "starts_at": "2026-01-06 08:00", "time_zone": "Europe/Berlin",
   "time_zone_pinned": true, "rrule": "FREQ=DAILY", "rdates": ["2026-01-06T20:00"], "exdates": ["2026-01-07T08:00:00", "2026-01-08 08:00:00.000"],
   "cycle_days_on": 21, "cycle_days_off": 7, "grace": "2 hours", "dose_amount": "0.1", "dose_unit": "mg", "instructions": "with food",
   "ends_at": "2026-02-01T00:00:00+01:00"},
  {"starts_at": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "min_interval": "4 hours", "max_per_24h": 4,
   "limits": [{"doses": 6, "days": 2}], "rrule": null, "rdates": [], "dose_amount": null}]', 'taper') AS id \gset
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT is((user_id, id, name, notes, inactivated_at, created_at),
  (lpad('a', 32, '0')::uuid, :'id'::uuid, 'Prednisone'::text, 'taper'::text, NULL::timestamptz, now()), 'the medication, by the id returned')
FROM medsched.medications;
SELECT results_eq($$
  SELECT medication_id = (SELECT id FROM medsched.medications), starts_at, time_zone::text, time_zone_pinned, rrule::text, rdates, exdates, cycle_days_on, cycle_days_off,
         as_needed, min_interval, max_per_24h, limits, grace, dose_amount, dose_unit, instructions, ends_at, replaces
    FROM medsched.schedules WHERE user_id = lpad('a', 32, '0')::uuid ORDER BY as_needed, starts_at$$, $$VALUES
  (true, timestamp '2026-01-01 08:00', 'Europe/Berlin', false, 'FREQ=DAILY;COUNT=5', '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int,
   false, NULL::interval, NULL::int, NULL::jsonb, NULL::interval, 20::numeric, 'mg', NULL, NULL::timestamptz, NULL::uuid),
  (true, '2026-01-06 08:00', 'Europe/Berlin', true, 'FREQ=DAILY', '{2026-01-06 20:00}', '{2026-01-07 08:00, 2026-01-08 08:00}', 21, 7,
   false, NULL, NULL, NULL, '2 hours', 0.1, 'mg', 'with food', '2026-01-31 23:00Z', NULL),
  (true, '2026-01-01 00:00', 'Europe/Berlin', false, NULL, '{}', '{}', NULL, NULL,
   true, '4 hours', 4, '[{"doses": 6, "days": 2}]', NULL, NULL, NULL, NULL, NULL, NULL)$$, 'the schedules, every key, and the defaults');
SELECT is((SELECT id FROM medsched.schedules WHERE time_zone_pinned), '00000000-0000-0000-0000-0000000000c2', 'a schedule''s id may be the client''s');

-- What it refuses, before anything is inserted.
SELECT is(pg_temp.failure(format('SELECT medsched.create_medication(%L, %L, %L)', u, n, s)), error, error)
FROM (VALUES
  (NULL, 'x', '[]', '22004: user_id must not be null'),
  (lpad('a', 32, '0'), NULL, '[]', '22004: name must not be null'),
  (lpad('a', 32, '0'), 'x', NULL, '22004: schedules must not be null'),
  (lpad('a', 32, '0'), 'x', '[]', '22023: schedules must not be empty | A medication has at least one schedule.'),
  (lpad('a', 32, '0'), 'x', '{}', '22023: schedules must be a JSON array of objects'),
  (lpad('a', 32, '0'), 'x', 'null', '22023: schedules must be a JSON array of objects'),
  (lpad('a', 32, '0'), 'x', '"FREQ=DAILY"', '22023: schedules must be a JSON array of objects'),
  (lpad('a', 32, '0'), 'x', '["FREQ=DAILY"]', '22023: schedules[0] must be a JSON object'),
  (lpad('a', 32, '0'), 'x', '[[]]', '22023: schedules[0] must be a JSON object'),
  (lpad('a', 32, '0'), 'x', '[null]', '22023: schedules[0] must be a JSON object'),
  (lpad('a', 32, '0'), 'x', '[{"starts_at": "2026-01-01T08:00", "time_zone": "UTC"}, 1]', '22023: schedules[1] must be a JSON object'),
  (lpad('a', 32, '0'), 'x', '[{}]', '22023: schedules[0] must have starts_at'),
  (lpad('a', 32, '0'), 'x', '[{"starts_at": null, "time_zone": "UTC"}]', '22023: schedules[0] must have starts_at'),
  (lpad('a', 32, '0'), 'x', '[{"starts_at": "2026-01-01T08:00", "time_zone": "UTC"}, {"starts_at": "2026-01-01T08:00"}]', '22023: schedules[1] must have time_zone')
) AS t (u, n, s, error);

SELECT is(pg_temp.create(jsonb_build_array('{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}'::jsonb, '{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}'::jsonb || key)),
  '22023: schedules[1]' || error, 'schedules[1]' || error || ', as ' || key)
FROM (VALUES
  ('{"startsAt": 1}'::jsonb, ' has an unknown key "startsAt" | The keys of a schedule are id, starts_at, time_zone, time_zone_pinned, rrule, rdates, exdates,'
   ' cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, limits, grace, tolerance_before, missed_when_next, after_last, hours_from, hours_until, max_per_day, follows, follows_by, dose_amount, dose_unit, instructions, regimen_id, events, effective_from, ends_at.'),
  ('{"": 1}', ' has an unknown key "" | The keys of a schedule are id, starts_at, time_zone, time_zone_pinned, rrule, rdates, exdates,'
   ' cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, limits, grace, tolerance_before, missed_when_next, after_last, hours_from, hours_until, max_per_day, follows, follows_by, dose_amount, dose_unit, instructions, regimen_id, events, effective_from, ends_at.'),
  ('{"user_id": "x"}', ' has an unknown key "user_id" | The keys of a schedule are id, starts_at, time_zone, time_zone_pinned, rrule, rdates, exdates,'
   ' cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, limits, grace, tolerance_before, missed_when_next, after_last, hours_from, hours_until, max_per_day, follows, follows_by, dose_amount, dose_unit, instructions, regimen_id, events, effective_from, ends_at.'),
  ('{"id": 1}', '.id must be a string that holds a uuid'),
  ('{"time_zone": 1}', '.time_zone must be a string'),
  ('{"time_zone_pinned": "true"}', '.time_zone_pinned must be true or false'),
  ('{"time_zone_pinned": 1}', '.time_zone_pinned must be true or false'),
  ('{"rrule": ["FREQ=DAILY"]}', '.rrule must be a string'),
  ('{"rrule": {}}', '.rrule must be a string'),
  ('{"cycle_days_on": "21"}', '.cycle_days_on must be a whole number'),
  ('{"cycle_days_off": 7.5}', '.cycle_days_off must be a whole number'),
  ('{"as_needed": "yes"}', '.as_needed must be true or false'),
  ('{"min_interval": 4}', '.min_interval must be a string that holds an interval, such as "4 hours"'),
  ('{"max_per_24h": true}', '.max_per_24h must be a whole number'),
  ('{"grace": []}', '.grace must be a string that holds an interval, such as "4 hours"'),
  ('{"dose_amount": true}', '.dose_amount must be a number, or a string that holds one'),
  ('{"dose_unit": 5}', '.dose_unit must be a string'),
  ('{"instructions": false}', '.instructions must be a string'),
  ('{"rdates": "2026-01-01T08:00:00"}', '.rdates must be an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]'),
  ('{"rdates": {}}', '.rdates must be an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]'),
  ('{"exdates": [null]}', '.exdates must be an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]'),
  ('{"exdates": [["2026-01-01T08:00"]]}', '.exdates must be an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]'),
  ('{"exdates": ["2026-01-01T08:00:00Z"]}', '.exdates must be an array of wall-clock times without a time zone, as ["2026-03-01T08:00:00"]')
) AS t (key, error);

-- A wall-clock time is nothing else.
SELECT is(pg_temp.create(jsonb_build_array(jsonb_build_object('starts_at', starts_at, 'time_zone', 'UTC'))),
  '22023: schedules[0].starts_at must be a wall-clock time without a time zone, as "2026-03-01T08:00:00"', 'no wall-clock time: ' || starts_at::text)
FROM (VALUES
  (to_jsonb('2026-01-01T08:00:00Z'::text)), (to_jsonb('2026-01-01T08:00:00+01:00'::text)), (to_jsonb('2026-01-01T08:00:00-05'::text)),
  (to_jsonb('2026-01-01T08:00:00.000Z'::text)), (to_jsonb('2026-01-01 08:00 Europe/Berlin'::text)), (to_jsonb('2026-01-01'::text)),
  (to_jsonb('2026-1-1 08:00'::text)), (to_jsonb('01/02/2026 08:00'::text)), (to_jsonb('2026-01-01T08:00:00.'::text)), (to_jsonb(' 2026-01-01T08:00:00'::text)),
  (to_jsonb('infinity'::text)), (to_jsonb('today'::text)), (to_jsonb(''::text)), (to_jsonb(1767254400)), (to_jsonb(true))
) AS t (starts_at);

-- And an instant says its offset.
SELECT is(pg_temp.create(jsonb_build_array(jsonb_build_object('starts_at', '2026-01-01T08:00', 'time_zone', 'UTC', 'ends_at', ends_at))),
  '22023: schedules[0].ends_at must be an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z', 'no instant: ' || ends_at)
FROM (VALUES ('2026-02-01T08:00:00'), ('2026-02-01T08:00:00 Europe/Berlin'), ('2026-02-01T08:00:00Zulu'), ('2026-02-01T08:00:00+'),
             ('2026-02-01T08:00:00+1'), ('2026-02-01T08:00:00+01:0'), ('2026-02-01Z'), ('infinity')) AS t (ends_at);
SELECT is(pg_temp.create(jsonb_build_array(jsonb_build_object('starts_at', '2026-01-01T08:00', 'time_zone', 'UTC', 'ends_at', ends_at))),
  'no error', 'an instant: ' || ends_at)
FROM (VALUES ('2026-02-01T08:00:00Z'), ('2026-02-01 08:00:00.123+00'), ('2026-02-01T08:00+0530'), ('2026-02-01T08:00:00-03:30')) AS t (ends_at);

-- What the types and domains refuse, with the key.
SELECT is(pg_temp.create(jsonb_build_array('{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}'::jsonb, '{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}'::jsonb || key)), error, key::text)
FROM (VALUES
  ('{"starts_at": "2026-02-30T08:00:00"}'::jsonb, '22008: schedules[1].starts_at: date/time field value out of range: "2026-02-30T08:00:00"'),
  ('{"exdates": ["2026-01-02T08:00", "2026-02-30T08:00"]}', '22008: schedules[1].exdates: date/time field value out of range: "2026-02-30T08:00"'),
  ('{"ends_at": "2026-02-30T08:00Z"}', '22008: schedules[1].ends_at: date/time field value out of range: "2026-02-30T08:00Z"'),
  ('{"id": "a-uuid"}', '22P02: schedules[1].id: invalid input syntax for type uuid: "a-uuid"'),
  ('{"grace": "a while"}', '22007: schedules[1].grace: invalid input syntax for type interval: "a while"'),
  ('{"dose_amount": "some"}', '22P02: schedules[1].dose_amount: invalid input syntax for type numeric: "some"'),
  ('{"max_per_24h": 99999999999}', '22003: schedules[1].max_per_24h: value "99999999999" is out of range for type integer'),
  ('{"time_zone": "Europe/berlin"}', '22023: schedules[1].time_zone: time zone "Europe/berlin" is not spelled as its name | Write "Europe/Berlin".'),
  ('{"rrule": "FREQ=DAILY;RSCALE=HEBREW"}', '0A000: schedules[1].rrule: recurrence rule not supported: RSCALE=HEBREW | Only RSCALE=GREGORIAN is supported.'),
  ('{"rrule": "FREQ=NEVER"}', '22023: schedules[1].rrule: invalid recurrence rule: FREQ value "NEVER" is not valid'
   ' | FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.')
) AS t (key, error);
-- What the tables and the rules refuse, with the schedule.
SELECT is(pg_temp.create(jsonb_build_array('{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}'::jsonb, '{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}'::jsonb || key)),
  '23514 medsched.schedules.' || error, key::text)
FROM (VALUES
  ('{"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}'::jsonb, 'schedule_has_dose: schedules[1]: schedule can never have a dose'
   ' | From 2026-01-01 08:00:00 on, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" less the exdates names no time.'
   ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.'),
  ('{"starts_at": "2026-01-01T08:00:00.5"}', 'schedules_starts_at_whole_second: schedules[1].starts_at must be a whole second in the years 1 to 9999 | It is 2026-01-01 08:00:00.5.'),
  ('{"dose_amount": -1}', 'schedules_dose_amount_positive: schedules[1].dose_amount must be finite and above 0 | It is -1.'),
  ('{"dose_amount": "0.00"}', 'schedules_dose_amount_positive: schedules[1].dose_amount must be finite and above 0 | It is 0.00.'),
  ('{"dose_amount": "NaN"}', 'schedules_dose_amount_positive: schedules[1].dose_amount must be finite and above 0 | It is NaN.'),
  ('{"cycle_days_on": 21}', 'schedules_cycle_days: schedules[1] must have both cycle_days_on and cycle_days_off, each at least 1, or neither'
   ' | It has cycle_days_on 21, no cycle_days_off.'),
  ('{"cycle_days_on": 21, "cycle_days_off": 0}', 'schedules_cycle_days: schedules[1] must have both cycle_days_on and cycle_days_off, each at least 1, or neither'
   ' | It has cycle_days_on 21, cycle_days_off 0.'),
  ('{"as_needed": true, "rrule": "FREQ=DAILY"}', 'schedules_as_needed_has_no_times: schedules[1] must have no rrule, rdates, exdates or cycle when it is as_needed'
   ' | It has as_needed true, rrule "FREQ=DAILY".'),
  ('{"as_needed": true, "rdates": [], "exdates": ["2026-01-02T08:00"]}', 'schedules_as_needed_has_no_times: schedules[1] must have no rrule, rdates, exdates or cycle'
   ' when it is as_needed | It has as_needed true, exdates {"2026-01-02 08:00:00"}.'),
  ('{"min_interval": "4 hours"}', 'schedules_limits_are_as_needed: schedules[1] must be as_needed to have min_interval, max_per_24h or limits'
   ' | It has no as_needed, min_interval 04:00:00, no max_per_24h, no limits.'),
  ('{"as_needed": false, "max_per_24h": 3}', 'schedules_limits_are_as_needed: schedules[1] must be as_needed to have min_interval, max_per_24h or limits'
   ' | It has as_needed false, no min_interval, max_per_24h 3, no limits.'),
  ('{"as_needed": true, "min_interval": "0"}', 'schedules_min_interval_in_range: schedules[1].min_interval must be above 0 and at most 366 days | It is 00:00:00.'),
  ('{"as_needed": true, "max_per_24h": 0}', 'schedules_max_per_24h_positive: schedules[1].max_per_24h must be at least 1 | It is 0.'),
  ('{"grace": "2 years"}', 'schedules_grace_in_range: schedules[1].grace must be from 0 to 366 days | It is 2 years.')
) AS t (key, error);
INSERT INTO medsched.medications (user_id, id, name) VALUES (lpad('a', 32, '0')::uuid, lpad('c0', 32, '0')::uuid, 'y');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone)
VALUES (lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, lpad('c0', 32, '0')::uuid, '2026-01-01 08:00', 'UTC');
SELECT is(pg_temp.create('[{"id": "00000000-0000-0000-0000-0000000000c1", "starts_at": "2026-01-01T08:00", "time_zone": "UTC"}]') ~ '^23505 .*: schedules\[0\]: duplicate key value',
  true, 'an id that is taken');
SELECT is(pg_temp.create('[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]', E' \t'),
  E'23514 medsched.medications.medications_name_not_blank: name must not be blank | It is " \t".', 'a blank name');
-- An application's own CHECK speaks for itself.
ALTER TABLE medsched.schedules ADD CONSTRAINT in_tablets CHECK (dose_unit = 'tablet') NOT VALID;
SELECT is(pg_temp.create('[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "dose_unit": "mg"}]')
  ~ '^23514 medsched.schedules.in_tablets: schedules\[0\]: new row for relation "schedules" violates check constraint "in_tablets"', true, 'another CHECK');
ALTER TABLE medsched.schedules DROP CONSTRAINT in_tablets;
CREATE FUNCTION pg_temp.context(schedules jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE context text;
BEGIN
  PERFORM medsched.create_medication(lpad('a', 32, '0')::uuid, 'x', schedules);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
  RETURN context;
END
$$;
SELECT unalike(pg_temp.context(jsonb_build_array('{"starts_at": "2026-01-01T08:00", "time_zone": "UTC"}'::jsonb || key)), '%INSERT INTO%', 'the context of ' || key::text || ' is the caller''s')
FROM (VALUES ('{"grace": "soon"}'::jsonb), ('{"time_zone": "Europe/Bonn"}'), ('{"dose_amount": 0}')) AS t (key);
SELECT is((SELECT count(*) FROM medsched.medications WHERE name IN ('x', ' ')), 0::bigint, 'nothing refused was inserted');

-- Inactivate ------------------------------------------------------------------

SELECT medsched.create_medication(lpad('b', 32, '0')::uuid, 'Metformin', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS id \gset
SELECT is(medsched.inactivate_medication(lpad('b', 32, '0')::uuid, :'id', '2026-03-01 12:00Z'), '2026-03-01 12:00Z', 'inactivated');
SELECT is(medsched.inactivate_medication(lpad('b', 32, '0')::uuid, :'id', '2026-05-01 12:00Z'), '2026-03-01 12:00Z', 'again: the first stays');
SELECT is(medsched.inactivate_medication(lpad('b', 32, '0')::uuid, :'id'), '2026-03-01 12:00Z', 'now: the first stays');
SELECT is((SELECT max(scheduled_for) FROM medsched.upcoming_doses(lpad('b', 32, '0')::uuid, '2026-01-01', '2027-01-01')), '2026-03-01 08:00Z', 'no dose after it');
SELECT medsched.create_medication(lpad('b', 32, '0')::uuid, 'Aspirin', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS id \gset
SELECT is(medsched.inactivate_medication(lpad('b', 32, '0')::uuid, :'id'), now(), 'now, unless said otherwise');

SELECT is(pg_temp.failure(format('SELECT medsched.inactivate_medication(%L, %L, %L)', u, m, at)), error, error)
FROM (VALUES
  (NULL, :'id', '2026-01-01', '22004: user_id must not be null'),
  (lpad('b', 32, '0'), NULL, '2026-01-01', '22004: medication_id must not be null'),
  (lpad('b', 32, '0'), :'id', NULL, '22004: at must not be null'),
  (lpad('b', 32, '0'), :'id', 'infinity', '22023: at must be finite'),
  (lpad('b', 32, '0'), lpad('99', 32, '0'), '2026-01-01',
   'P0002 medsched.medications.medication_exists: medication "00000000-0000-0000-0000-000000000099" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.')
) AS t (u, m, at, error);
SELECT throws_like(format('SELECT medsched.inactivate_medication(%L, %L)', lpad('a', 32, '0'), :'id'), 'medication "%" not found', 'another user''s medication is not found');

SELECT medsched.create_medication(lpad('b', 32, '0')::uuid, 'Ramipril', '[{"id": "00000000-0000-0000-0000-0000000000d1",
  "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS id \gset
SELECT medsched.mark_dose_taken(lpad('b', 32, '0')::uuid, lpad('d1', 32, '0')::uuid, '2026-01-03 08:00Z') \g /dev/null
SELECT is(medsched.inactivate_medication(lpad('b', 32, '0')::uuid, :'id', '2026-01-02Z'), '2026-01-03 08:00:01Z', 'a dose recorded is not left behind');

SELECT * FROM finish();
ROLLBACK;
