\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(213);

-- What a row can hold is bounded, so that no row makes an answer about everybody
-- fail, or slow: instants, lists of dates, texts, numbers.

\set user '00000000-0000-0000-0000-00000000000e'

SELECT medsched.create_medication(:'user', 'Ramipril', '[
  {"id": "00000000-0000-0000-0000-0000000000e1", "starts_at": "0001-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=0,8,23"},
  {"id": "00000000-0000-0000-0000-0000000000e2", "starts_at": "0001-01-01T08:00:00", "time_zone": "UTC", "as_needed": true}]') AS medication \gset
SELECT medsched.mark_dose_taken(:'user', '00000000-0000-0000-0000-0000000000e1', '2026-01-01 08:00Z') \g /dev/null
INSERT INTO medsched.person_settings (user_id) VALUES (:'user');
ALTER TABLE medsched.stock_entries DISABLE TRIGGER units_convert;    -- its schedules have no amounts
INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount) VALUES (:'user', :'medication', 'dispensed', 1);
ALTER TABLE medsched.stock_entries ENABLE TRIGGER units_convert;
INSERT INTO medsched.moved_doses (user_id, schedule_id, scheduled_for, due_at)
VALUES (:'user', '00000000-0000-0000-0000-0000000000e1', '2026-01-02 08:00Z', '2026-01-02 09:00Z');
INSERT INTO medsched.routines (user_id, event, day_of_week, effective_from, at) VALUES (:'user', 'CM', 1, '2026-01-01Z', '08:00');

-- Tables: on both sides of each edge ----------------------------------------------

CREATE TEMP TABLE edges (relation text, name text, within text, beyond text);
INSERT INTO edges
SELECT relation, format('%s_%s_in_range', relation, instant),
       format('%s = %L', instant, edge.within), format('%s = %L', instant, edge.beyond)
  FROM (VALUES ('medications', 'inactivated_at'), ('medications', 'created_at'), ('medications', 'changed_at'),
               ('schedules', 'effective_from'), ('schedules', 'ends_at'), ('schedules', 'created_at'), ('schedules', 'changed_at'),
               ('dose_taken', 'taken_at'), ('dose_taken', 'recorded_at'), ('stock_entries', 'occurred_at'), ('stock_entries', 'recorded_at'),
               ('moved_doses', 'scheduled_for'), ('moved_doses', 'moved_at'), ('routines', 'effective_from')) AS t (relation, instant)
 CROSS JOIN (VALUES ('0001-01-01 00:00:00+00', '0001-12-31 23:59:59.999999+00 BC'),
                    ('9999-12-31 23:59:59.999999+00', '10000-01-01 00:00:00+00'),
                    ('9999-12-31 23:59:59.999999+00', '294276-12-31 23:59:59.999999+00'),
                    ('0001-01-01 00:00:00+00', '4714-11-24 00:00:00+00 BC')) AS edge (within, beyond);
INSERT INTO edges VALUES
  ('dose_taken',  'dose_taken_scheduled_for_in_range', $$scheduled_for = '9999-12-31 23:00Z'$$, $$scheduled_for = '10000-01-01 00:00Z'$$),
  ('dose_taken',  'dose_taken_scheduled_for_in_range', $$scheduled_for = '0001-01-01 08:00Z'$$, $$scheduled_for = '0001-12-31 23:00Z BC'$$),
  ('person_settings', 'person_settings_day_begins_at_in_range', $$day_begins_at = '00:00'$$, $$day_begins_at = '24:00'$$),
  ('person_settings', 'person_settings_day_begins_at_in_range', $$day_begins_at = '23:59:59.999999'$$, $$day_begins_at = '23:59:60'$$),
  ('routines', 'routines_day_of_week_in_range', 'day_of_week = 1', 'day_of_week = 0'),
  ('routines', 'routines_day_of_week_in_range', 'day_of_week = 7', 'day_of_week = 8'),
  ('moved_doses', 'moved_doses_due_at_in_range', $$due_at = '0001-01-01 00:00Z'$$, $$due_at = '0001-12-31 23:59:59Z BC'$$),
  ('moved_doses', 'moved_doses_due_at_in_range', $$due_at = '9999-12-31 23:59:59Z'$$, $$due_at = 'infinity'$$),
  ('moved_doses', 'moved_doses_reason_length', $$reason = repeat('ä', 1000)$$, $$reason = repeat('ä', 1001)$$),
  ('moved_doses', 'moved_doses_moved_by_length', $$moved_by = repeat('ä', 1000)$$, $$moved_by = repeat('ä', 1001)$$),
  ('medications', 'medications_name_length', $$name = repeat('ä', 1000)$$, $$name = repeat('ä', 1001)$$),
  ('schedules', 'schedules_dose_unit_length', $$dose_unit = repeat('ä', 1000)$$, $$dose_unit = repeat('ä', 1001)$$),
  ('schedules', 'schedules_instructions_length', $$instructions = repeat('ä', 10000)$$, $$instructions = repeat('ä', 10001)$$),
  ('dose_taken', 'dose_taken_recorded_by_length', $$recorded_by = repeat('ä', 1000)$$, $$recorded_by = repeat('ä', 1001)$$),
  ('schedules', 'schedules_dose_amount_size', $$dose_amount = repeat('9', 1000)::numeric$$, $$dose_amount = 1e1000$$),
  ('schedules', 'schedules_dose_amount_size', $$dose_amount = 1e-1000$$, $$dose_amount = 1e-1001$$),
  ('dose_taken', 'dose_taken_amount_size', $$amount = repeat('9', 1000)::numeric$$, $$amount = 1e1000$$),
  ('dose_taken', 'dose_taken_amount_size', $$amount = 1e-1000$$, $$amount = 1 + 1e-1001$$),
  ('medications', 'medications_refill_lead_time_in_range', $$refill_lead_time = '0'$$, $$refill_lead_time = '-1 microsecond'$$),
  ('medications', 'medications_refill_lead_time_in_range', $$refill_lead_time = '366 days'$$, $$refill_lead_time = '366 days 1 microsecond'$$),
  ('medications', 'medications_refill_reserve_size', $$refill_reserve = 0$$, $$refill_reserve = -1$$),
  ('medications', 'medications_refill_reserve_size', $$refill_reserve = repeat('9', 1000)::numeric$$, $$refill_reserve = 1e1000$$),
  ('medications', 'medications_refill_reserve_size', $$refill_reserve = 1e-1000$$, $$refill_reserve = 'NaN'$$),
  ('medications', 'medications_refill_reserve_unit_length', $$refill_reserve = 1, refill_reserve_unit = repeat('ä', 1000)$$, $$refill_reserve = 1, refill_reserve_unit = repeat('ä', 1001)$$),
  ('stock_entries', 'stock_entries_amount_size', $$amount = repeat('9', 1000)::numeric$$, $$amount = 1e1000$$),
  ('stock_entries', 'stock_entries_amount_size', $$kind = 'corrected', amount = -1e-1000$$, $$kind = 'corrected', amount = -1 - 1e-1001$$),
  ('stock_entries', 'stock_entries_amount_size', $$kind = 'corrected', amount = -1$$, $$kind = 'corrected', amount = '-Infinity'$$),
  ('stock_entries', 'stock_entries_amount_size', $$amount = 2$$, $$amount = 'NaN'$$),
  ('stock_entries', 'stock_entries_unit_length', $$unit = repeat('ä', 1000)$$, $$unit = repeat('ä', 1001)$$),
  ('stock_entries', 'stock_entries_note_length', $$note = repeat('ä', 10000)$$, $$note = repeat('ä', 10001)$$),
  ('stock_entries', 'stock_entries_recorded_by_length', $$recorded_by = repeat('ä', 1000)$$, $$recorded_by = repeat('ä', 1001)$$),
  ('stock_entries', 'stock_entries_days_supply_in_range', 'days_supply = 1', 'days_supply = 0'),
  ('stock_entries', 'stock_entries_days_supply_in_range', 'days_supply = 3660', 'days_supply = 3661'),
  ('schedules', 'schedules_cycle_days_in_range', 'cycle_days_on = 3660, cycle_days_off = 1', 'cycle_days_on = 3661, cycle_days_off = 1'),
  ('schedules', 'schedules_cycle_days_in_range', 'cycle_days_on = 1, cycle_days_off = 3660', 'cycle_days_on = 1, cycle_days_off = 3661'),
  ('schedules', 'schedules_dates_at_most_10000',
   $$rdates = ARRAY(SELECT timestamp '2027-01-01' + n * interval '1 hour' FROM generate_series(1, 10000) AS n)$$,
   $$rdates = ARRAY(SELECT timestamp '2027-01-01' + n * interval '1 hour' FROM generate_series(1, 10001) AS n)$$),
  ('schedules', 'schedules_dates_at_most_10000',
   $$exdates = ARRAY(SELECT timestamp '2027-01-01' + n * interval '1 hour' FROM generate_series(1, 10000) AS n)$$,
   $$exdates = ARRAY(SELECT timestamp '2027-01-01' + n * interval '1 hour' FROM generate_series(1, 10001) AS n)$$);

-- Each in a row of its own, with the rules of the domain off: it is the CHECKs that hold.
CREATE FUNCTION pg_temp.try(relation text, assignment text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  PERFORM set_config('session_replication_role', 'replica', true);
  BEGIN
    EXECUTE format('UPDATE medsched.%I SET %s WHERE user_id = %L', relation, assignment, '00000000-0000-0000-0000-00000000000e')
      || CASE relation WHEN 'schedules' THEN ' AND NOT as_needed' ELSE '' END;
    RAISE EXCEPTION USING ERRCODE = 'P0099';
  EXCEPTION
    WHEN SQLSTATE 'P0099' THEN result := 'stored';
    WHEN OTHERS THEN result := SQLSTATE || ': ' || SQLERRM;
  END;
  PERFORM set_config('session_replication_role', 'origin', true);
  RETURN result;
END
$$;
SELECT is(pg_temp.try(relation, within), 'stored', format('%s: %s', name, left(within, 80))) FROM edges;
SELECT is(pg_temp.try(relation, beyond), format('23514: new row for relation "%s" violates check constraint "%s"', relation, name),
  format('%s: not %s', name, left(beyond, 80))) FROM edges;

-- Dates are checked as everywhere else, triggers or not.
SELECT is(pg_temp.try('schedules', assignment), wanted, assignment)
  FROM (VALUES
    ($$rdates = '{0001-01-01 00:00}'$$,                    'stored'),
    ($$exdates = '{9999-12-31 23:59:59}'$$,                'stored'),
    ($$rdates = '{2026-01-01 08:00, NULL}'$$,              '22004: rdates must not contain a null'),
    ($$exdates = '{NULL}'$$,                               '22004: exdates must not contain a null'),
    ($$rdates = '{{2026-01-01 08:00}, {2026-01-02 08:00}}'$$, '2202E: rdates must have one dimension'),
    ($$rdates = '{2026-01-01 08:00:00.5}'$$,               '22023: rdates must be a whole second'),
    ($$exdates = '{infinity}'$$,                           '22023: exdates must be finite'),
    ($$rdates = '{0001-12-31 23:59:59 BC}'$$,              '22023: rdates is out of range'),
    ($$exdates = '{10000-01-01 00:00}'$$,                  '22023: exdates is out of range'),
    ($$rdates = '{294276-12-31 23:59:59}'$$,               '22023: rdates is out of range')
  ) AS t (assignment, wanted);

SELECT is_empty($$
  SELECT conname FROM pg_constraint
   WHERE contype = 'c' AND conrelid::regclass::text LIKE 'medsched.%'
     AND conname ~ '_(in_range|length|size|valid|at_most_10000)$'
     AND conname NOT IN ('dose_taken_valid', 'schedules_rdates_valid', 'schedules_exdates_valid', 'schedules_min_interval_in_range', 'schedules_grace_in_range',
                         -- limits.sql, substance_limits.sql, day_begins_at.sql and missed.sql have these.
                         'schedules_limits_valid', 'schedules_events_valid', 'substance_limits_limits_valid', 'substance_limits_min_interval_in_range',
                         'substance_limits_set_at_in_range', 'person_settings_day_begins_at_in_range', 'schedules_tolerance_before_in_range',
                         -- counted_doses.sql has these.
                         'schedules_after_last_in_range', 'schedules_hours_valid', 'schedules_max_per_day_in_range',
                         -- followed_doses.sql has this.
                         'schedules_follows_by_in_range')
     AND conname NOT IN (SELECT name FROM edges)$$,
  'there is no bound that is not among these');
SELECT is_empty($$
  SELECT attrelid::regclass, attname FROM pg_attribute AS a
   WHERE attrelid::regclass::text LIKE 'medsched.%' AND atttypid = 'timestamptz'::regtype AND attnum > 0 AND NOT attisdropped
     AND attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r')
     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = attrelid AND contype = 'c' AND (conname LIKE '%in_range' OR conname = 'dose_taken_valid') AND attnum = ANY (conkey))$$,
  'there is no instant without one');

-- Functions say it in the caller's words -------------------------------------------

SELECT is(pg_temp.failure(call), wanted, call)
  FROM (VALUES
    ($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-00000000000e', 'Asia/Tokyo', '4714-11-24 00:00Z BC')$$,
     '22023: effective_from is out of range | It is 4714-11-24 00:00:00+00 BC. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-00000000000e', 'Asia/Tokyo', '10000-01-01 00:00Z')$$,
     '22023: effective_from is out of range | It is 10000-01-01 00:00:00+00. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-00000000000e', '00000000-0000-0000-0000-0000000000e1', '0001-12-31 23:59:59.999999Z BC', '{"dose_amount": 1}')$$,
     '22023: effective_from is out of range | It is 0001-12-31 23:59:59.999999+00 BC. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.inactivate_medication('00000000-0000-0000-0000-00000000000e', '00000000-0000-0000-0000-0000000000ee', '294276-12-31 00:00Z')$$,
     '22023: at is out of range | It is 294276-12-31 00:00:00+00. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.reactivate_medication('00000000-0000-0000-0000-00000000000e', '00000000-0000-0000-0000-0000000000ee', '10000-01-01Z')$$,
     '22023: at is out of range | It is 10000-01-01 00:00:00+00. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000e', '00000000-0000-0000-0000-0000000000e1', '10000-01-01 08:00Z')$$,
     '22023: scheduled_for is out of range | It is 10000-01-01 08:00:00+00. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000e', '00000000-0000-0000-0000-0000000000e1', '2026-01-02 08:00Z', '4714-11-24Z BC')$$,
     '22023: taken_at is out of range | It is 4714-11-24 00:00:00+00 BC. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000e', '00000000-0000-0000-0000-0000000000e1', '0001-12-31 08:00Z BC')$$,
     '22023: scheduled_for is out of range | It is 0001-12-31 08:00:00+00 BC. | Use an instant in the years 1 to 9999.'),
    ($$SELECT medsched.take_as_needed('00000000-0000-0000-0000-00000000000e', '00000000-0000-0000-0000-0000000000e2', '10000-01-01Z')$$,
     '22023: taken_at is out of range | It is 10000-01-01 00:00:00+00. | Use an instant in the years 1 to 9999.')
  ) AS t (call, wanted);
SELECT is(pg_temp.failure(format('SELECT medsched.create_medication(%L, ''x'', %L)', :'user',
    jsonb_build_array('{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}'::jsonb || keys))),
  wanted, left(keys::text, 60))
  FROM (VALUES
    (jsonb '{"ends_at": "9999-12-31T23:59:59-15:59"}',
     '23514 medsched.schedules.schedules_ends_at_in_range: schedules[0].ends_at must be in the years 1 to 9999 | It is 10000-01-01 15:58:59+00.'),
    ('{"cycle_days_on": 3661, "cycle_days_off": 7}',
     '23514 medsched.schedules.schedules_cycle_days_in_range: schedules[0] must have cycle_days_on and cycle_days_off of at most 3660 | It has cycle_days_on 3661, cycle_days_off 7.'),
    ('{"dose_amount": 1e1000}',
     '23514 medsched.schedules.schedules_dose_amount_size: schedules[0].dose_amount must have at most 1000 digits before and after the point | It is 1' || repeat('0', 119) || '....')
  ) AS t (keys, wanted);

-- The year 9999 ends in UTC, and so do doses: a handle can name each.
SELECT medsched.create_medication(:'user', 'At the end',
  '[{"id": "00000000-0000-0000-0000-0000000000e3", "starts_at": "9999-12-30T17:00", "time_zone": "America/New_York", "rrule": "FREQ=HOURLY"},
    {"id": "00000000-0000-0000-0000-0000000000e4", "starts_at": "9999-12-30T17:30", "time_zone": "America/New_York", "rrule": "FREQ=DAILY", "rdates": ["9999-12-31T18:59:59", "9999-12-31T19:00"]}]') \g /dev/null
SELECT results_eq($$SELECT count(*), max(scheduled_for) FROM medsched.due_doses('9999-12-30 23:00Z', '10001-01-01Z')
                     WHERE schedule_id = '00000000-0000-0000-0000-0000000000e3'$$,
  $$VALUES (25::bigint, timestamptz '9999-12-31 22:00Z' + interval '1 hour')$$, 'hours, up to the last of the year');
SELECT is((SELECT array_agg(scheduled_for ORDER BY scheduled_for) FROM medsched.upcoming_doses(:'user', '9999-12-31Z', '10000-01-02Z')
            WHERE schedule_id = '00000000-0000-0000-0000-0000000000e4'),
  '{9999-12-31 22:30Z,9999-12-31 23:59:59Z}', 'dates, too');
SELECT is((SELECT newly_taken FROM medsched.mark_dose_taken_by_id(:'user',
            medsched.dose_id('00000000-0000-0000-0000-0000000000e4', '9999-12-31 23:59:59Z'), '9999-12-31 23:59:59.999999Z')), true, 'the last can be taken');

SELECT * FROM finish();
ROLLBACK;
