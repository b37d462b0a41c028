\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(43);

-- What the tables have of a person, by functions.
\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''
\set nobody '''00000000-0000-0000-0000-00000000000c'''
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.medications ADD COLUMN colour text, ADD COLUMN user_of text DEFAULT 'x';
ALTER TABLE medsched.schedules ADD COLUMN ref text;
ALTER TABLE medsched.person_settings ADD COLUMN settings text;
ALTER TABLE medsched.stock_entries ADD COLUMN entry_id text;
SELECT medsched.enable_reminders() \g /dev/null
SET CONSTRAINTS ALL DEFERRED;

-- Ann: Aspirin, revised on 10 January and stopped on the 20th; Zinc, which begins in 2100; Bran, which ended.  Ben: Aspirin.
SELECT medsched.create_medication(:ann, 'Zinc', '[{"id": "00000000-0000-0000-0000-0000000000a3", "starts_at": "2100-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS zinc \gset
SELECT medsched.create_medication(:ann, 'Aspirin', '[{"id": "00000000-0000-0000-0000-0000000000a1", "starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY",
  "dose_amount": 100, "dose_unit": "mg", "ref": "rx"}]', 'after eating', '{"colour": "white"}', 'acetylsalicylic acid', 100, 'mg') AS aspirin \gset
SELECT medsched.create_medication(:ann, 'Bran', '[{"id": "00000000-0000-0000-0000-0000000000a4", "starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1, "ends_at": "2026-01-05T00:00:00Z"}]') AS bran \gset
SELECT medsched.create_medication(:ben, 'Aspirin', '[{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1}]') AS bens \gset
SELECT medsched.update_medication(:ann, :'aspirin', '{"therapeutic_class": "platelets", "refill_lead_time": "5 days", "refill_reserve": 1, "refill_reserve_unit": "g"}') \g /dev/null
SELECT medsched.revise_schedule(:ann, '00000000-0000-0000-0000-0000000000a1', '2026-01-10 00:00+01', '{"dose_amount": 75}') AS revised \gset
SELECT medsched.inactivate_medication(:ann, :'aspirin', '2026-01-20 00:00+01') \g /dev/null

-- Medications ---------------------------------------------------------------------------

SELECT results_eq(format($$SELECT name, notes, inactivated_at, own_columns, substance, substance_amount, substance_unit, therapeutic_class, refill_lead_time, refill_reserve, refill_reserve_unit
                             FROM medsched.medications_of(%L)$$, :ann),
  $$VALUES ('Aspirin', 'after eating', timestamptz '2026-01-19 23:00Z', '{"colour": "white", "user_of": "x"}'::jsonb, 'acetylsalicylic acid', 100::numeric, 'mg', 'platelets', interval '5 days', 1::numeric, 'g'),
           ('Bran', NULL, NULL, '{"colour": null, "user_of": "x"}', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
           ('Zinc', NULL, NULL, '{"colour": null, "user_of": "x"}', NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$, 'a person''s medications, by name');
SELECT results_eq(format('SELECT medication_id, created_at FROM medsched.medications_of(%L)', :ann), format('SELECT id, created_at FROM medsched.medications WHERE user_id = %L ORDER BY name', :ann), 'with their ids');
SELECT results_eq(format('SELECT medication_id, name FROM medsched.medications_of(%L)', :ben), format('VALUES (%L::uuid, ''Aspirin'')', :'bens'), 'nobody else''s');
SELECT is_empty(format('SELECT * FROM medsched.medications_of(%L)', :nobody), 'who has none has none');
SELECT row(m.*)::text AS changed FROM medsched.update_medication(:ann, :'bran', '{"notes": "with water"}') AS m \gset
SELECT is((SELECT row(m.*)::text FROM medsched.medications_of(:ann) AS m WHERE m.name = 'Bran'), :'changed', 'a change returns the same');
SELECT is((SELECT m.notes FROM medsched.medications_of(:ann) AS m WHERE m.name = 'Bran'), 'with water', 'as it is');

-- Schedules -----------------------------------------------------------------------------

SELECT results_eq(format('SELECT medication_name, schedule_id, state, dose_amount, effective_from, ends_at, replaces, replaced_by FROM medsched.schedules_of(%L)', :ann),
  format($$VALUES ('Aspirin', '00000000-0000-0000-0000-0000000000a1'::uuid, 'medication inactive', 100::numeric, NULL::timestamptz, timestamptz '2026-01-09 23:00Z', NULL::uuid, %1$L::uuid),
           ('Aspirin', %1$L, 'medication inactive', 75, '2026-01-09 23:00Z', NULL, '00000000-0000-0000-0000-0000000000a1', NULL),
           ('Bran', '00000000-0000-0000-0000-0000000000a4', 'ended', 1, NULL, '2026-01-05 00:00Z', NULL, NULL),
           ('Zinc', '00000000-0000-0000-0000-0000000000a3', 'planned', NULL, NULL, NULL, NULL, NULL)$$, :'revised'), 'all schedules, by medication and time');
SELECT results_eq(format('SELECT schedule_id, own_columns, medication_own_columns FROM medsched.schedules_of(%L, %L)', :ann, :'aspirin'),
  format($$VALUES ('00000000-0000-0000-0000-0000000000a1'::uuid, '{"ref": "rx"}'::jsonb, '{"colour": "white", "user_of": "x"}'::jsonb), (%L, '{"ref": "rx"}', '{"colour": "white", "user_of": "x"}')$$, :'revised'),
  'of one medication');
SELECT results_eq(format('SELECT s::text FROM medsched.schedules_of(%L) AS s WHERE s.state IN (''planned'', ''as needed'', ''current'')', :ann),
  format('SELECT s::text FROM medsched.current_schedules(%L) AS s', :ann), 'those in force are those of current_schedules');
SELECT is_empty(format('SELECT * FROM medsched.schedules_of(%L)', :nobody), 'who has none has none');
SELECT is(pg_temp.failure(format('SELECT medsched.schedules_of(%L, %L)', u, m)) LIKE 'P0002 medsched.medications.medication_exists: medication "%" not found | User "%" has no medication by that id.', true,
          'a medication that is not theirs') FROM (VALUES (:ann, :'bens'), (:ben, :'zinc'), (:nobody, :'zinc')) AS t (u, m);

-- Settings ------------------------------------------------------------------------------

SELECT is((SELECT s::text FROM medsched.person_settings_of(:ann) AS s), '(00:00:00)', 'the defaults');
SELECT lives_ok(format('SELECT medsched.set_person_settings(%L, ''04:00'')', :ann), 'set');
SELECT is((SELECT s.day_begins_at FROM medsched.person_settings_of(:ann) AS s), '04:00', 'and read');
SELECT is((SELECT s.day_begins_at FROM medsched.person_settings_of(:ben) AS s), '00:00', 'of nobody else');
SELECT lives_ok(format('SELECT medsched.set_person_settings(%L, ''23:59:59.999999'')', :ann), 'set anew');
SELECT is((SELECT s.day_begins_at FROM medsched.person_settings_of(:ann) AS s), '23:59:59.999999', 'in place of it');
SELECT is(pg_temp.failure(format('SELECT medsched.set_person_settings(%L, ''24:00'')', :ann)),
          '23514 medsched.person_settings.person_settings_day_begins_at_in_range: day_begins_at must be before 24:00', 'a day begins before it ends');
SELECT lives_ok(format('SELECT medsched.set_person_settings(%L, NULL)', :ann), 'null is the default');
SELECT is((SELECT s.day_begins_at FROM medsched.person_settings_of(:ann) AS s), '00:00', 'again');
SELECT lives_ok(format('SELECT medsched.set_person_settings(%L)', :ben), 'as is what is left out');
SELECT results_eq('SELECT user_id, day_begins_at FROM medsched.person_settings ORDER BY user_id', format('VALUES (%L::uuid, time ''00:00''), (%L, ''00:00'')', :ann, :ben), 'a row for each');
SELECT is((SELECT r.day FROM medsched.adherence_by_day(:ben, '2026-01-02 00:00Z', '2026-01-03 00:00Z') AS r), '2026-01-02', 'a dose at eight is of the day');
SELECT medsched.set_person_settings(:ben, '09:00') \g /dev/null
SELECT is((SELECT r.day FROM medsched.adherence_by_day(:ben, '2026-01-02 00:00Z', '2026-01-03 00:00Z') AS r), '2026-01-01', 'that begins after it');

-- Reminders -----------------------------------------------------------------------------

SELECT is_empty(format('SELECT * FROM medsched.reminder_rules_of(%L)', :ann), 'no rules');
SELECT medsched.set_reminder_rules(:ann, '00000000-0000-0000-0000-0000000000a3', ahead_by => '15 minutes', at_time => false, urgency => 'high') \g /dev/null
SELECT medsched.set_reminder_rules(:ann, again_every => '10 minutes', again_at_most => 3, escalate_after => '1 hour', escalate_to => 'daughter', quiet_from => '22:00', quiet_until => '07:00',
  time_zone => 'Europe/Berlin', drop_after => '3 hours') \g /dev/null
SELECT medsched.set_reminder_rules(:ben) \g /dev/null
SELECT results_eq(format('SELECT schedule_id, ahead_by, at_time, again_every, again_at_most, escalate_after, escalate_to, quiet_from, quiet_until, time_zone, urgency, drop_after FROM medsched.reminder_rules_of(%L)', :ann),
  $$VALUES (NULL::uuid, NULL::interval, true, interval '10 minutes', 3, interval '1 hour', 'daughter', time '22:00', time '07:00', 'Europe/Berlin', 'normal', interval '3 hours'),
           ('00000000-0000-0000-0000-0000000000a3', '15 minutes', false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'high', '2 hours')$$, 'the person''s, then a schedule''s');
SELECT results_eq(format('SELECT schedule_id, at_time, set_at FROM medsched.reminder_rules_of(%L)', :ben), 'VALUES (NULL::uuid, true, now())', 'nobody else''s');

SELECT is_empty(format('SELECT * FROM medsched.stock_reminder_rules_of(%L)', :ann), 'no rules about stock');
SELECT medsched.set_stock_reminder_rules(:ann, :'bran', refill_days_ahead => NULL, low_doses => 3, time_of_day => '18:00', time_zone => 'Europe/Berlin') \g /dev/null
SELECT medsched.set_stock_reminder_rules(:ann, refill_days_ahead => 10, again_every_days => 2, again_at_most => 4) \g /dev/null
SELECT medsched.set_stock_reminder_rules(:ben) \g /dev/null
SELECT results_eq(format('SELECT * FROM medsched.stock_reminder_rules_of(%L)', :ann),
  format($$VALUES (NULL::uuid, 10, 0, time '09:00', 2, 4, NULL, now()), (%L, NULL, 3, '18:00', 1, 6, 'Europe/Berlin', now())$$, :'bran'), 'the person''s, then a medication''s');

-- Stock ---------------------------------------------------------------------------------

SELECT is_empty(format('SELECT * FROM medsched.stock_entries_of(%L)', :ann), 'no entries');
SELECT medsched.record_stock_entry(:ann, :'aspirin', 'counted', 80, 'mg', occurred_at => '2026-01-03Z', recorded_by => 'ann', entry_id => '00000000-0000-0000-0000-0000000000e1') \g /dev/null
SELECT medsched.record_stock_entry(:ann, :'aspirin', 'dispensed', 100, 'mg', '2026-01-01Z', 30, 'batch 7', entry_id => '00000000-0000-0000-0000-0000000000e2') \g /dev/null
SELECT medsched.record_stock_entry(:ann, :'bran', 'lost', 1, occurred_at => '2026-01-02Z', entry_id => '00000000-0000-0000-0000-0000000000e3') \g /dev/null
SELECT medsched.record_stock_entry(:ben, :'bens', 'counted', 5) \g /dev/null
SELECT results_eq(format('SELECT user_id, entry_id, medication_id, kind, occurred_at, amount, unit, days_supply, note, recorded_by, recorded_at, newly_recorded FROM medsched.stock_entries_of(%L, %L)', :ann, :'aspirin'),
  format($$VALUES (%1$L::uuid, '00000000-0000-0000-0000-0000000000e2'::uuid, %2$L::uuid, 'dispensed', timestamptz '2026-01-01Z', 100::numeric, 'mg', 30, 'batch 7', NULL, now(), false),
                  (%1$L, '00000000-0000-0000-0000-0000000000e1', %2$L, 'counted', '2026-01-03Z', 80, 'mg', NULL, NULL, 'ann', now(), false)$$, :ann, :'aspirin'), 'the entries of a medication, in the order of time');
SELECT results_eq(format('SELECT right(entry_id::text, 2) FROM medsched.stock_entries_of(%L)', :ann), $$VALUES ('e2'), ('e3'), ('e1')$$, 'of all');
SELECT is_empty(format('SELECT * FROM medsched.stock_entries_of(%L, %L)', :ann, :'zinc'), 'a medication without');
SELECT is(pg_temp.failure(format('SELECT medsched.stock_entries_of(%L, %L)', :ann, :'bens')),
  format('P0002 medsched.medications.medication_exists: medication "%s" not found | User "00000000-0000-0000-0000-00000000000a" has no medication by that id.', :'bens'), 'nobody else''s');

-- NULL ----------------------------------------------------------------------------------

SELECT is(pg_temp.failure(format('SELECT medsched.%s(NULL)', f)), '22004: user_id must not be null', f || ' needs a person')
  FROM unnest('{medications_of,schedules_of,person_settings_of,set_person_settings,reminder_rules_of,stock_reminder_rules_of,stock_entries_of}'::text[]) AS f;

SELECT * FROM finish();
ROLLBACK;
