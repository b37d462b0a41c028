\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(115);

-- What create_tables() leaves behind.

SELECT set_eq(
  $$SELECT c.relname::text, c.relowner::regrole::text = current_user
      FROM pg_class c WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind = 'r' AND c.relname !~ '^_'$$,
  $$VALUES ('dose_taken', true), ('medications', true), ('person_settings', true), ('schedules', true), ('stock_entries', true), ('moved_doses', true), ('routines', true), ('substance_limits', true)$$,
  'the tables are there, and the caller''s');

SELECT is_empty(
  $$SELECT c.oid::regclass FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid
     WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind IN ('r', 'i') AND d.deptype = 'e'$$,
  'they are no members of the extension, so a dump carries them');

CREATE TEMP VIEW objects AS
  SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname AS name, oid FROM pg_trigger
   WHERE tgrelid::regclass::text LIKE 'medsched.%' AND NOT tgisinternal
  UNION ALL
  SELECT 'relation ' || oid::regclass, oid FROM pg_class WHERE relnamespace = 'medsched'::regnamespace
  UNION ALL
  SELECT 'constraint ' || conrelid::regclass || ' ' || conname, oid FROM pg_constraint
   WHERE connamespace = 'medsched'::regnamespace;
CREATE TEMP TABLE objects_before AS TABLE objects;

SELECT lives_ok($$SELECT medsched.create_tables()$$, 'create_tables() may be called again');
SELECT set_eq($$TABLE objects$$, $$TABLE objects_before$$, 'which changes nothing');

DROP TRIGGER dose_is_scheduled ON medsched.dose_taken;
SELECT medsched.create_tables() \g /dev/null
SELECT set_eq($$SELECT name FROM objects$$, $$SELECT name FROM objects_before$$, 'a trigger that is missing is put back');

SELECT is_empty(
  $$SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind = 'r' AND c.relname !~ '^_' AND a.attnum > 0 AND NOT a.attisdropped
       AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)$$,
  'every table and column has a comment');
SELECT is_empty(
  $$SELECT tgrelid::regclass, tgname FROM pg_trigger
     WHERE tgrelid::regclass::text LIKE 'medsched.%' AND NOT tgisinternal AND obj_description(oid, 'pg_trigger') IS NULL$$,
  'every trigger has a comment');
SELECT is_empty(
  $$SELECT oid::regprocedure FROM pg_proc
     WHERE pronamespace = 'medsched'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL$$,
  'every function has a comment');
SELECT is_empty(
  $$SELECT typname FROM pg_type WHERE typnamespace = 'medsched'::regnamespace AND typtype = 'd'
       AND obj_description(oid, 'pg_type') IS NULL$$,
  'every domain has a comment');

-- Two medications of one user, one of another.
INSERT INTO medsched.medications (user_id, id, name) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', 'Levothyroxine 50 µg'),
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a2', 'Metformin 500 mg'),
  ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000b1', 'Warfarin 5 mg');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11',
   '00000000-0000-0000-0000-0000000000a1', '2026-01-01 07:00', 'Europe/Berlin', 'FREQ=DAILY'),
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21',
   '00000000-0000-0000-0000-0000000000a2', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY'),
  ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11',
   '00000000-0000-0000-0000-0000000000b1', '2026-01-01 18:00', 'Europe/Berlin', 'FREQ=DAILY');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-01 06:00Z');
INSERT INTO medsched.substance_limits (user_id, substance, min_interval) VALUES ('00000000-0000-0000-0000-00000000000a', 'caffeine', '4 hours');
ALTER TABLE medsched.stock_entries DISABLE TRIGGER units_convert;    -- its schedules have no amounts
INSERT INTO medsched.stock_entries (user_id, medication_id, kind, amount) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', 'dispensed', 1);
ALTER TABLE medsched.stock_entries ENABLE TRIGGER units_convert;
INSERT INTO medsched.moved_doses (user_id, schedule_id, scheduled_for, due_at) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-01 07:00Z', '2026-01-01 09:00Z');
INSERT INTO medsched.routines (user_id, event, day_of_week, effective_from, at) VALUES ('00000000-0000-0000-0000-00000000000a', 'CM', 1, '2026-01-01Z', '08:00');
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'rows that keep every rule go in');
SET CONSTRAINTS ALL DEFERRED;

SELECT is(s, ROW(s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, false, s.rrule, '{}', '{}', NULL, NULL, false,
                 NULL, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, now(), NULL)::medsched.schedules, 'the defaults of schedules')
  FROM medsched.schedules s WHERE id = '00000000-0000-0000-0000-000000000a11';
SELECT is((d.outcome, d.taken_at, d.recorded_at), ('taken'::text, now(), now()), 'the defaults of dose_taken')
  FROM medsched.dose_taken d;

-- Every CHECK, by name.
SELECT throws_ok(
  format('UPDATE medsched.%I SET %s WHERE user_id = ''00000000-0000-0000-0000-00000000000a''', relation, assignment),
  '23514', format('new row for relation "%s" violates check constraint "%s"', relation, name),
  format('%s: %s', name, assignment))
FROM (VALUES
  ('medications', 'medications_name_not_blank',          $$name = ''$$),
  ('medications', 'medications_name_not_blank',          $$name = E' \t\n'$$),
  ('medications', 'medications_inactivated_at_finite',   $$inactivated_at = 'infinity'$$),
  ('medications', 'medications_inactivated_at_finite',   $$inactivated_at = '-infinity'$$),
  ('schedules',   'schedules_starts_at_whole_second',    $$starts_at = '2026-01-01 07:00:00.5'$$),
  ('schedules',   'schedules_starts_at_whole_second',    $$starts_at = 'infinity'$$),
  ('schedules',   'schedules_starts_at_whole_second',    $$starts_at = '0001-12-31 BC'$$),
  ('schedules',   'schedules_starts_at_whole_second',    $$starts_at = '10000-01-01'$$),
  ('schedules',   'schedules_effective_from_finite',     $$effective_from = 'infinity'$$),
  ('schedules',   'schedules_effective_from_finite',     $$effective_from = '-infinity'$$),
  ('schedules',   'schedules_ends_at_finite',            $$ends_at = 'infinity'$$),
  ('schedules',   'schedules_dose_amount_positive',      $$dose_amount = 0$$),
  ('schedules',   'schedules_dose_amount_positive',      $$dose_amount = -1$$),
  ('schedules',   'schedules_dose_amount_positive',      $$dose_amount = 'NaN'$$),
  ('schedules',   'schedules_dose_amount_positive',      $$dose_amount = 'Infinity'$$),
  ('schedules',   'schedules_cycle_days',                $$cycle_days_on = 21$$),
  ('schedules',   'schedules_cycle_days',                $$cycle_days_off = 7$$),
  ('schedules',   'schedules_cycle_days',                $$cycle_days_on = 0, cycle_days_off = 7$$),
  ('schedules',   'schedules_cycle_days',                $$cycle_days_on = 21, cycle_days_off = 0$$),
  ('schedules',   'schedules_as_needed_has_no_times',    $$as_needed = true$$),
  ('schedules',   'schedules_as_needed_has_no_times',    $$as_needed = true, rrule = NULL, rdates = '{2026-01-02 07:00}'$$),
  ('schedules',   'schedules_as_needed_has_no_times',    $$as_needed = true, rrule = NULL, exdates = '{2026-01-02 07:00}'$$),
  ('schedules',   'schedules_as_needed_has_no_times',    $$as_needed = true, rrule = NULL, cycle_days_on = 1, cycle_days_off = 1$$),
  ('schedules',   'schedules_limits_are_as_needed',      $$min_interval = '4 hours'$$),
  ('schedules',   'schedules_limits_are_as_needed',      $$max_per_24h = 4$$),
  ('schedules',   'schedules_limits_are_as_needed',      $$limits = '[{"doses": 1, "days": 1}]'$$),
  ('schedules',   'schedules_limits_have_dose_amount',   $$as_needed = true, rrule = NULL, dose_amount = NULL, limits = '[{"amount": 1, "days": 1}]'$$),
  ('medications', 'medications_substance_not_blank',     $$substance = 'x ', substance_amount = 1, substance_unit = 'mg'$$),
  ('medications', 'medications_substance_has_amount',    $$substance = 'x', substance_unit = 'mg'$$),
  ('medications', 'medications_substance_amount_positive', $$substance = 'x', substance_amount = 'NaN', substance_unit = 'mg'$$),
  ('medications', 'medications_substance_unit_not_blank', $$substance = 'x', substance_amount = 1, substance_unit = ' '$$),
  ('medications', 'medications_therapeutic_class_not_blank', $$therapeutic_class = ' x'$$),
  ('medications', 'medications_refill_reserve_unit_of_reserve', $$refill_reserve_unit = 'mg'$$),
  ('dose_taken',  'dose_taken_despite_limits_valid',     $$despite_limits = ''$$),
  ('substance_limits', 'substance_limits_substance_not_blank', $$substance = ' '$$),
  ('substance_limits', 'substance_limits_not_empty',     $$min_interval = NULL$$),
  ('substance_limits', 'substance_limits_amounts_have_unit', $$limits = '[{"amount": 1, "within": "1 day"}]'$$),
  ('substance_limits', 'substance_limits_unit_not_blank', $$unit = ''$$),
  ('substance_limits', 'substance_limits_days_have_time_zone', $$limits = '[{"doses": 1, "days": 1}]'$$),
  ('stock_entries', 'stock_entries_kind',                $$kind = 'gone'$$),
  ('stock_entries', 'stock_entries_amount_of_kind',      $$amount = 0$$),
  ('stock_entries', 'stock_entries_amount_of_kind',      $$kind = 'lost', amount = -1$$),
  ('stock_entries', 'stock_entries_amount_of_kind',      $$kind = 'expired', amount = 0$$),
  ('stock_entries', 'stock_entries_amount_of_kind',      $$kind = 'counted', amount = -1$$),
  ('stock_entries', 'stock_entries_amount_of_kind',      $$kind = 'corrected', amount = 0$$),
  ('stock_entries', 'stock_entries_days_supply_of_dispensed', $$kind = 'counted', days_supply = 30$$),
  ('moved_doses', 'moved_doses_due_at_is_another',       $$due_at = scheduled_for$$),
  ('schedules',   'schedules_events_have_rule',          $$rrule = NULL, events = '["CM"]'$$),
  ('routines',    'routines_event_known',                $$event = 'PCM'$$),
  ('routines',    'routines_at_whole_second',            $$at = '08:00:00.5'$$),
  ('routines',    'routines_at_whole_second',            $$at = '24:00'$$),
  ('moved_doses', 'moved_doses_due_at_whole_second',     $$due_at = '2026-01-01 09:00:00.5Z'$$),
  ('schedules',   'schedules_min_interval_in_range',     $$as_needed = true, rrule = NULL, min_interval = '0'$$),
  ('schedules',   'schedules_min_interval_in_range',     $$as_needed = true, rrule = NULL, min_interval = '-4 hours'$$),
  ('schedules',   'schedules_min_interval_in_range',     $$as_needed = true, rrule = NULL, min_interval = '367 days'$$),
  ('schedules',   'schedules_max_per_24h_positive',      $$as_needed = true, rrule = NULL, max_per_24h = 0$$),
  ('schedules',   'schedules_grace_in_range',            $$grace = '-1 second'$$),
  ('schedules',   'schedules_grace_in_range',            $$grace = '367 days'$$),
  ('schedules',   'schedules_tolerance_before_in_range', $$tolerance_before = '-1 second'$$),
  ('schedules',   'schedules_tolerance_before_in_range', $$tolerance_before = '367 days'$$),
  ('schedules',   'schedules_after_last_has_no_times',   $$after_last = '5 days'$$),
  ('schedules',   'schedules_after_last_has_no_times',   $$after_last = '5 days', rrule = NULL, missed_when_next = true$$),
  ('schedules',   'schedules_follows_by_of_follows',     $$follows = medication_id$$),
  ('schedules',   'schedules_follows_by_of_follows',     $$follows_by = '1 hour'$$),
  ('schedules',   'schedules_follows_has_no_times',      $$follows = medication_id, follows_by = '1 hour'$$),
  ('schedules',   'schedules_hours_are_after_last',      $$hours_from = '08:00', hours_until = '22:00'$$),
  ('schedules',   'schedules_hours_are_after_last',      $$max_per_day = 1$$),
  ('schedules',   'schedules_replaces_another',          $$replaces = id$$),
  ('dose_taken',  'dose_taken_scheduled_for_finite',     $$scheduled_for = 'infinity'$$),
  ('dose_taken',  'dose_taken_outcome',                  $$outcome = 'lost', taken_at = NULL$$),
  ('dose_taken',  'dose_taken_taken_at_when_taken',      $$taken_at = NULL$$),
  ('dose_taken',  'dose_taken_taken_at_when_taken',      $$outcome = 'skipped'$$),
  ('dose_taken',  'dose_taken_taken_at_finite',          $$taken_at = 'infinity'$$),
  ('dose_taken',  'dose_taken_amount_when_taken',        $$outcome = 'skipped', taken_at = NULL, amount = 1$$),
  ('dose_taken',  'dose_taken_amount_positive',          $$amount = 0$$),
  ('dose_taken',  'dose_taken_amount_positive',          $$amount = 'NaN'$$),
  ('dose_taken',  'dose_taken_reason_when_skipped',      $$reason = 'nausea'$$)
) AS t (relation, name, assignment);

SELECT is_empty($$
  SELECT conname FROM pg_constraint
   WHERE contype = 'c' AND conrelid::regclass::text LIKE 'medsched.%'
     AND conname NOT IN (
       'medications_name_not_blank', 'medications_inactivated_at_finite', 'schedules_starts_at_whole_second',
       'schedules_effective_from_finite', 'schedules_ends_at_finite', 'schedules_dose_amount_positive', 'schedules_cycle_days',
       'schedules_as_needed_has_no_times', 'schedules_limits_are_as_needed', 'schedules_min_interval_in_range',
       'schedules_max_per_24h_positive', 'schedules_grace_in_range', 'schedules_tolerance_before_in_range', 'schedules_replaces_another',
       'schedules_after_last_has_no_times', 'schedules_hours_are_after_last', 'schedules_follows_by_of_follows', 'schedules_follows_has_no_times',
       'schedules_limits_have_dose_amount', 'medications_substance_not_blank',
       'medications_substance_has_amount', 'medications_substance_amount_positive', 'medications_substance_unit_not_blank', 'medications_refill_reserve_unit_of_reserve', 'medications_therapeutic_class_not_blank',
       'substance_limits_substance_not_blank', 'substance_limits_not_empty', 'substance_limits_amounts_have_unit',
       'substance_limits_unit_not_blank', 'substance_limits_days_have_time_zone',
       'stock_entries_kind', 'stock_entries_amount_of_kind', 'stock_entries_days_supply_of_dispensed',
       'moved_doses_due_at_is_another', 'moved_doses_due_at_whole_second', 'schedules_events_have_rule', 'routines_event_known', 'routines_at_whole_second')
     -- What a row can be so that it stops nobody: bounds.sql has these.
     AND conname !~ '_(in_range|length|size|valid|at_most_10000)$'$$,
  'there is no CHECK that is not among these');

DELETE FROM medsched.stock_entries;

-- Rows at the edge of the checks.
SELECT lives_ok(
  format('UPDATE medsched.%I SET %s WHERE user_id = ''00000000-0000-0000-0000-00000000000b''', relation, assignment),
  'may be: ' || assignment)
FROM (VALUES
  ('medications', $$name = 'x', notes = ''$$),
  ('schedules',   $$dose_amount = 0.0001$$),
  ('schedules',   $$cycle_days_on = 1, cycle_days_off = 1$$),
  ('schedules',   $$cycle_days_on = NULL, cycle_days_off = NULL, grace = '0'$$),
  ('schedules',   $$as_needed = true, rrule = NULL, min_interval = '4 hours', max_per_24h = 1$$)
) AS t (relation, assignment);

-- The domains.
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET time_zone = 'Mars/Olympus' WHERE user_id = '00000000-0000-0000-0000-00000000000a'$$) ~ '^22023.*Mars/Olympus',
          true, 'a time zone that is none is named in the error');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET rrule = 'FREQ=NEVER' WHERE user_id = '00000000-0000-0000-0000-00000000000a'$$) ~ '^22023.*NEVER',
          true, 'a rule that is none is named in the error');

-- Keys.
SELECT throws_ok(
  $$INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone)
    VALUES ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000a1', '2026-01-01 07:00', 'UTC')$$,
  '23503', 'insert or update on table "schedules" violates foreign key constraint "schedules_user_id_medication_id_fkey"',
  'a schedule cannot hang on another user''s medication');
SELECT throws_ok(
  $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
    VALUES ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000a11', '2026-01-02 06:00Z')$$,
  '23503', 'insert or update on table "dose_taken" violates foreign key constraint "dose_taken_user_id_schedule_id_fkey"',
  'a dose cannot hang on another user''s schedule');
SELECT throws_ok(
  $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
    VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-01 06:00Z')$$,
  '23505', 'duplicate key value violates unique constraint "dose_taken_pkey"',
  'a dose is recorded once');
SELECT throws_ok(
  $$INSERT INTO medsched.medications (user_id, id, name)
    VALUES ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-0000000000a1', 'x')$$,
  '23505', 'duplicate key value violates unique constraint "medications_id_key"',
  'a medication''s id is unique over all users');
SELECT throws_ok(
  $$UPDATE medsched.schedules SET id = '00000000-0000-0000-0000-000000000b11' WHERE id = '00000000-0000-0000-0000-000000000a21'$$,
  '23505', 'duplicate key value violates unique constraint "schedules_id_key"',
  'a schedule''s id is unique over all users');

-- History holds its keys.
SELECT throws_ok(
  $$DELETE FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-000000000a11'$$,
  '23503', 'update or delete on table "schedules" violates foreign key constraint "dose_taken_user_id_schedule_id_fkey" on table "dose_taken"',
  'a schedule with a recorded dose cannot be deleted');
SELECT throws_ok(
  $$UPDATE medsched.schedules SET id = gen_random_uuid() WHERE id = '00000000-0000-0000-0000-000000000a11'$$,
  '23503', 'update or delete on table "schedules" violates foreign key constraint "dose_taken_user_id_schedule_id_fkey" on table "dose_taken"',
  'nor get another id');
SELECT throws_ok(
  $$UPDATE medsched.medications SET user_id = '00000000-0000-0000-0000-00000000000b' WHERE id = '00000000-0000-0000-0000-0000000000a1'$$,
  '23503', 'update or delete on table "medications" violates foreign key constraint "schedules_user_id_medication_id_fkey" on table "schedules"',
  'a medication cannot become another user''s');

-- Revisions form a chain.
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, replaces) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a12',
   '00000000-0000-0000-0000-0000000000a1', '2026-02-01 07:00', 'Europe/Berlin', 'FREQ=DAILY', '00000000-0000-0000-0000-000000000a11');
SELECT throws_ok(
  $$INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rrule, replaces) VALUES
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1',
     '2026-02-01 07:00', 'Europe/Berlin', 'FREQ=DAILY', '00000000-0000-0000-0000-000000000a11')$$,
  '23505', 'duplicate key value violates unique constraint "schedules_user_id_replaces_key"',
  'a schedule has one successor');
SELECT throws_ok(
  $$UPDATE medsched.schedules SET replaces = '00000000-0000-0000-0000-000000000b11' WHERE id = '00000000-0000-0000-0000-000000000a21'$$,
  '23503', 'insert or update on table "schedules" violates foreign key constraint "schedules_user_id_replaces_fkey"',
  'and of the same user');

-- A row notes when it changed; created_at and the changes are of one transaction, so each is a second after the one before.
INSERT INTO medsched.medications (user_id, id, name) VALUES ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-0000000000c9', 'Iron');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  ('00000000-0000-0000-0000-00000000000c', '00000000-0000-0000-0000-000000000c91', '00000000-0000-0000-0000-0000000000c9',
   '2026-02-01 07:00', 'Europe/Berlin', 'FREQ=DAILY');
CREATE FUNCTION pg_temp.changes() RETURNS interval[] LANGUAGE sql AS $$
  SELECT ARRAY[m.changed_at - now(), s.changed_at - now()]
  FROM medsched.medications AS m JOIN medsched.schedules AS s ON s.medication_id = m.id WHERE m.id = '00000000-0000-0000-0000-0000000000c9'
$$;
SELECT is(pg_temp.changes(), '{NULL,NULL}', 'a row that was inserted has not changed');
UPDATE medsched.medications SET notes = 'x' WHERE id = '00000000-0000-0000-0000-0000000000c9';
UPDATE medsched.schedules SET grace = '2 hours' WHERE id = '00000000-0000-0000-0000-000000000c91';
SELECT is(pg_temp.changes(), '{00:00:01,00:00:01}', 'a change is noted');
UPDATE medsched.medications SET notes = 'y' WHERE id = '00000000-0000-0000-0000-0000000000c9';
UPDATE medsched.schedules SET grace = '2 hours' WHERE id = '00000000-0000-0000-0000-000000000c91';
SELECT is(pg_temp.changes(), '{00:00:02,00:00:01}', 'a second after the one before, and not where nothing changes');
UPDATE medsched.schedules SET grace = '1 hour', changed_at = now() + interval '1 day' WHERE id = '00000000-0000-0000-0000-000000000c91';
SELECT is(pg_temp.changes(), '{00:00:02,1 day}', 'what is given stays');
UPDATE medsched.schedules SET changed_at = '9999-12-31 23:59:59Z' WHERE id = '00000000-0000-0000-0000-000000000c91';
SELECT lives_ok($$UPDATE medsched.schedules SET grace = '3 hours' WHERE id = '00000000-0000-0000-0000-000000000c91'$$, 'and never keeps a row from changing');

-- Without the tables, of which nothing is left to be checked.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
DROP TABLE medsched.routines, medsched.stock_entries, medsched.moved_doses, medsched.dose_taken, medsched.schedules, medsched.medications, medsched.substance_limits;
SELECT is(pg_temp.failure($$SELECT medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-02')$$),
  '42P01: table "medsched.dose_taken" does not exist | Create the tables with SELECT medsched.create_tables().',
  'without the tables, the error says how to create them');
SELECT lives_ok($$SELECT medsched.create_tables()$$, 'they may be created anew');
SELECT is_empty($$SELECT medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-02')$$,
  'and are used by a session that knew the old ones');

SELECT * FROM finish();
ROLLBACK;
