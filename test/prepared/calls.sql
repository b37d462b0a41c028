-- What every function for callers answers, by a caller whose search_path is the variable search_path: a line for each call.
-- The calls themselves find nothing but what they mean: every argument is there, in exactly its type.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET search_path = pg_catalog, pg_temp;

-- The text of a call; an argument that is a medication's name in braces is its id.  Rows that differ by ids made at random alone
-- come in any order, so they are put into one.
CREATE FUNCTION pg_temp.call(function text, args text[]) RETURNS text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT format('SELECT pg_catalog.string_agg(t::pg_catalog.text, E''\n'' ORDER BY'
    ' pg_catalog.regexp_replace(t::pg_catalog.text, ''[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'', '''', ''g'')) FROM medsched.%I(%s) AS t', function,
           (SELECT string_agg(format('%L::%I.%I', coalesce((SELECT m.id::text FROM medsched.medications AS m WHERE a.value = format('{%s}', m.name)), a.value),
                                     n.nspname, t.typname), ', ' ORDER BY a.nth)
              FROM unnest(args, p.proargtypes::oid[]) WITH ORDINALITY AS a (value, type, nth)
              JOIN pg_type AS t ON t.oid = a.type
              JOIN pg_namespace AS n ON n.oid = t.typnamespace))
    FROM pg_proc AS p
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    LEFT JOIN pg_roles AS r ON r.oid = p.proowner
   WHERE n.nspname = 'medsched' AND p.proname = function AND p.pronargs = cardinality(args) AND r.rolname <> 'mallory'
$$;

CREATE FUNCTION pg_temp.answer(call pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql AS $$
DECLARE
  answer pg_catalog.text;
BEGIN
  EXECUTE call INTO answer;
  RETURN answer;
EXCEPTION WHEN OTHERS THEN
  RETURN pg_catalog.concat(SQLSTATE, ' ', SQLERRM);
END
$$;

CREATE TEMPORARY TABLE calls (nth int GENERATED ALWAYS AS IDENTITY, function text, args text[]);
\set ann 00000000-0000-0000-0000-00000000000a
\set twice 00000000-0000-0000-0000-0000000000a1
\set needed 00000000-0000-0000-0000-0000000000a2
INSERT INTO calls (function, args) VALUES
  ('enable_history', '{}'),
  ('enable_reminders', '{}'),
  ('next_reminder_at', '{}'),
  ('create_medication', ARRAY[:'ann', 'Metformin', '[{"id": "00000000-0000-0000-0000-0000000000a1", "starts_at": "2026-01-01T08:00:00",
    "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8,20", "exdates": ["2026-01-05T08:00:00"], "dose_amount": "2", "grace": "1 hour", "ref": "rx-1"}]', 'after eating', '{"ref": "rx-2"}', 'metformin', '500', 'mg']),
  ('create_medication', ARRAY[:'ann', 'Ibuprofen', '[{"id": "00000000-0000-0000-0000-0000000000a2", "starts_at": "2026-01-01T00:00:00",
    "time_zone": "UTC", "as_needed": true, "min_interval": "6 hours", "max_per_24h": 3, "dose_amount": 1, "limits": [{"amount": 6, "days": 2}]}]', NULL, NULL, 'ibuprofen', '400', 'mg']),
  ('create_medication', ARRAY[:'ann', 'Zinc', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "dose_amount": 0}]', NULL, NULL, NULL, NULL, NULL]),
  ('create_medication', ARRAY[:'ann', 'Zinc', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "cycle_days_on": 1, "ends_at": "2026-03-01T00:00:00Z"}]', NULL, NULL, NULL, NULL, NULL]),
  ('create_medication', ARRAY[:'ann', 'Zinc', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "colour": 1}]', NULL, NULL, NULL, NULL, NULL]),
  ('create_medication', ARRAY[:'ann', 'Zinc', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "id": "x"}]', NULL, NULL, NULL, NULL, NULL]),
  ('create_medication', ARRAY[:'ann', ' ', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]', NULL, '{"colour": 1}', NULL, NULL, NULL]),
  ('create_medication', ARRAY[:'ann', ' ', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]', NULL, NULL, NULL, NULL, NULL]),
  ('upcoming_doses', ARRAY[:'ann', '2026-01-04Z', '2026-01-06Z']),
  ('upcoming_doses', ARRAY[:'ann', '2026-01-04Z', '2226-01-06Z']),
  ('next_doses', ARRAY[:'ann', '2026-01-04Z', '3']),
  ('upcoming_doses_of', ARRAY[concat('{', :'ann', ',00000000-0000-0000-0000-00000000000b}'), '2026-01-04Z', '2026-01-06Z']),
  ('upcoming_doses_of', ARRAY[concat('{', :'ann', ',NULL}'), '2026-01-04Z', '2026-01-06Z']),
  ('next_doses_of', ARRAY[concat('{', :'ann', ',00000000-0000-0000-0000-00000000000b}'), '2026-01-04Z', '3']),
  ('mark_dose_taken', ARRAY[:'ann', :'twice', '2026-01-04 08:00Z', '2026-01-04 08:10Z', 'a nurse', '1', 'late', NULL]),
  ('mark_dose_taken', ARRAY[:'ann', :'twice', '2026-01-04 09:00Z', '2026-01-04 08:10Z', 'a nurse', '1', 'late', NULL]),
  ('mark_dose_taken', ARRAY[:'ann', :'twice', '2026-01-04 08:00Z', '2026-01-04 08:10Z', 'a nurse', '-1', 'late', NULL]),
  ('mark_dose_taken_by_id', ARRAY[:'ann', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg', '2026-01-04 20:10Z', NULL, NULL, NULL, NULL]),
  ('skip_dose', ARRAY[:'ann', :'twice', '2026-01-04 08:00Z', 'nausea', NULL, NULL]),
  ('undo_dose_by_id', ARRAY[:'ann', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg']),
  ('skip_dose_by_id', ARRAY[:'ann', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg', 'nausea', NULL, NULL]),
  ('mark_doses_taken', ARRAY[:'ann', '{v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg,x}', '2026-01-04 20:10Z', NULL, NULL, NULL]),
  ('skip_doses', ARRAY[:'ann', '{v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg,NULL}', 'nausea', NULL, NULL]),
  ('record_reports', ARRAY[:'ann', '[{"schedule_id": "00000000-0000-0000-0000-0000000000a1", "scheduled_for": "2026-01-04T20:00:00Z", "outcome": "none", "expected": {"outcome": "taken", "taken_at": "2026-01-04T20:10:00Z"}},
    {"schedule_id": "00000000-0000-0000-0000-0000000000a1", "scheduled_for": "2026-01-04T20:00:00Z", "outcome": "skipped"}]', 'the tablet']),
  ('record_reports', ARRAY[:'ann', '[{"schedule_id": "00000000-0000-0000-0000-0000000000a1", "scheduled_for": "2026-01-04T20:00:00Z", "outcome": "taken", "taken_at": "2026-01-04T20:00:00Z", "amount": 1}]', NULL]),
  ('record_reports', ARRAY[:'ann', '[{"schedule_id": "00000000-0000-0000-0000-0000000000a1", "scheduled_for": "2026-01-04T20:00:01Z", "outcome": "extra", "amount": "1"},
    {"schedule_id": "00000000-0000-0000-0000-0000000000a1", "scheduled_for": "2026-01-04T20:00:01Z", "outcome": "none"}, {"outcome": "missed"}]', NULL]),
  ('undo_dose', ARRAY[:'ann', :'twice', '2026-01-04 20:00Z']),
  ('move_dose', ARRAY[:'ann', :'twice', '2026-01-05 08:00Z', '2026-01-05 09:30Z', 'late', NULL, NULL]),
  ('move_dose', ARRAY[:'ann', :'twice', '2026-01-05 20:00Z', '2026-01-05 09:30Z', NULL, NULL, NULL]),
  ('move_dose', ARRAY[:'ann', :'twice', '2026-01-05 20:00Z', '2026-01-05 08:00Z', NULL, NULL, NULL]),
  ('move_dose', ARRAY[:'ann', :'twice', '2026-01-05 21:00Z', '2026-01-05 09:30Z', NULL, NULL, NULL]),
  ('move_dose_by_id', ARRAY[:'ann', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg', NULL, NULL, 'a nurse', '2026-01-05 01:00']),
  ('move_doses', ARRAY[:'ann', '2026-01-04Z', '2026-01-05Z', '1 hour', 'late', NULL]),
  ('move_doses', ARRAY[:'ann', '2026-01-04Z', '2026-01-05Z', '-1 hour', NULL, NULL]),
  ('scheduled_doses', ARRAY['2026-01-04Z', '2026-01-06Z']),
  ('dose_history', ARRAY[:'ann', :'twice', '2026-01-04 09:00Z']),
  ('record_extra_dose', ARRAY[:'ann', :'twice', '2026-01-04 20:00:07Z', NULL, '1', NULL, 'vomited', NULL]),
  ('record_extra_dose', ARRAY[:'ann', :'twice', '2026-01-04 20:00:08Z', NULL, '0', NULL, NULL, NULL]),
  ('record_extra_dose', ARRAY[:'ann', :'needed', '2026-01-04 20:00:07Z', NULL, '1', NULL, NULL, NULL]),
  ('set_substance_limits', ARRAY[:'ann', 'ibuprofen', '[{"amount": 1.2, "within": "24 hours"}, {"doses": 3, "days": 1}]', 'g', '1 hour', 'UTC']),
  ('set_substance_limits', ARRAY[:'ann', 'ibuprofen', '[]', NULL, NULL, NULL]),
  ('take_as_needed', ARRAY[:'ann', :'needed', '2026-01-04 20:00Z', NULL, '1', NULL, NULL]),
  ('take_as_needed', ARRAY[:'ann', :'needed', '2026-01-04 21:00Z', NULL, '4', NULL, NULL]),
  ('take_as_needed', ARRAY[:'ann', :'needed', '2026-01-05 03:00Z', NULL, '2.5', NULL, NULL]),
  ('take_as_needed', ARRAY[:'ann', :'needed', '2026-01-04 22:00Z', NULL, '1', NULL, NULL]),
  ('take_as_needed', ARRAY[:'ann', :'needed', '2026-01-04 22:00Z', NULL, '1', NULL, 'it hurt']),
  ('allowance', ARRAY[:'ann', 'IBUPROFEN', '2026-01-04 22:00Z']),
  ('remove_substance_limits', ARRAY[:'ann', 'IBUPROFEN']),
  ('set_substance_limits', ARRAY[:'ann', 'ibuprofen', NULL, NULL, '1 hour', NULL]),
  ('record_stock_entry', ARRAY[:'ann', '{Metformin}', 'dispensed', '60', NULL, '2026-01-01Z', '30', 'batch 7', NULL, '00000000-0000-0000-0000-0000000000e1']),
  ('record_stock_entry', ARRAY[:'ann', '{Metformin}', 'dispensed', '60', NULL, '2026-01-01Z', '30', 'batch 7', NULL, '00000000-0000-0000-0000-0000000000e1']),
  ('record_stock_entry', ARRAY[:'ann', '{Metformin}', 'lost', '1', 'ml', '2026-01-01Z', NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000e2']),
  ('record_stock_entry', ARRAY[:'ann', '{Metformin}', 'lost', '0', NULL, '2026-01-01Z', NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000e2']),
  ('record_stock_entry', ARRAY[:'ann', '{Metformin}', 'counted', '10', NULL, '2026-01-04Z', NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000e3']),
  ('stock_entries_of', ARRAY[:'ann', '{Metformin}']),
  ('stock_entries_of', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000a1']),
  ('stock', ARRAY[:'ann', '2026-01-05Z']),
  ('update_medication', ARRAY[:'ann', '{Metformin}', '{"refill_lead_time": "2 days", "refill_reserve": 1}']),
  ('update_medication', ARRAY[:'ann', '{Metformin}', '{"refill_reserve_unit": "ml"}']),
  ('stock_forecast', ARRAY[:'ann', '2026-01-05Z']),
  ('runs_out_at', ARRAY[:'ann', '{Metformin}', '2026-01-05Z']),
  ('refill_by', ARRAY[:'ann', '{Metformin}', '2026-01-05Z']),
  ('refill_by', ARRAY[:'ann', '{Ibuprofen}', '2026-01-05Z']),
  ('due_refills', ARRAY['2026-01-01Z', '2026-02-01Z', '2026-01-05Z']),
  ('update_medication', ARRAY[:'ann', '{Metformin}', '{"therapeutic_class": "diabetes"}']),
  ('proportion_of_days_covered', ARRAY[:'ann', '2026-01-01', '2026-02-01']),
  ('medication_possession_ratio', ARRAY[:'ann', '2026-01-01', '2026-02-01']),
  ('covered_days_of_all', ARRAY['2026-01-01', '2026-02-01']),
  ('covered_days_of_all', ARRAY['2026-02-01', '2026-01-01']),
  ('record_stock_entry', ARRAY[:'ann', '{Ibuprofen}', 'counted', '10', NULL, '2026-01-04Z', NULL, NULL, NULL, '00000000-0000-0000-0000-0000000000e4']),
  ('stock_forecast', ARRAY[:'ann', '2026-01-05Z']),
  ('delete_stock_entry', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000e3']),
  ('take_as_needed', ARRAY[:'ann', :'twice', '2026-01-04 22:00Z', NULL, '1', NULL, NULL]),
  ('next_as_needed_at', ARRAY[:'ann', :'needed', '2026-01-04 22:00Z']),
  ('describe_schedule', ARRAY[:'ann', :'twice']),
  ('times_of_schedule', ARRAY[:'ann', '{' || :'twice' || '}']),
  ('describe_schedule', ARRAY['FREQ=MONTHLY;BYDAY=2TU;COUNT=4', '2026-01-04 08:00', 'Europe/Berlin', '{2026-03-01 10:00}', '{}', '2027-03-01Z', '2', '3', 'f', NULL, NULL, '2026-02-01Z', NULL, NULL, NULL, NULL, 'en', 't', NULL, NULL, NULL, NULL, '30 minutes', 'levothyroxine', NULL]),
  ('describe_schedule', ARRAY['FREQ=WEEKLY;BYDAY=MO,SA;BYHOUR=7,9;BYMINUTE=0,30;BYSETPOS=2,7', '2026-01-04 00:00', 'Europe/Berlin', '{}', '{}', NULL, NULL, NULL, 'f', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'de', 't', NULL, NULL, NULL, NULL, NULL, NULL, '["CM"]']),
  ('describe_schedule', ARRAY[NULL, '2026-01-04 08:00', 'Europe/Berlin', '{}', '{}', NULL, NULL, NULL, 'f', NULL, NULL, NULL, NULL, 'mg', '2', NULL, 'de', 'f', '5 days', '08:00', '22:00', '2', NULL, NULL, NULL]),
  ('describe_schedule', ARRAY[NULL, '2026-01-04 08:00', 'Europe/Berlin', '{}', '{}', NULL, NULL, NULL, 't', '4 hours', '3', NULL, '[{"amount": 6, "within": "24 hours"}]', 'mg', '2', 'with food', 'de', 'f', NULL, NULL, NULL, NULL, NULL, NULL, NULL]),
  ('fhir_medication_statement', ARRAY[:'ann', '{Metformin}', 'R4']),
  ('fhir_medication_statement', ARRAY[:'ann', '{Ibuprofen}', 'R5']),
  ('fhir_medication_administrations', ARRAY[:'ann', '2026-01-04Z', '2026-01-06Z', NULL, 'R4']),
  ('fhir_medication_administrations', ARRAY[:'ann', '2026-01-04Z', '2026-01-06Z', '{Metformin}', 'R4']),
  ('explain_dose', ARRAY[:'ann', :'twice', '2026-01-05 08:00Z']),
  ('explain_dose', ARRAY[:'ann', :'twice', '2026-01-05 20:00Z']),
  ('scheduled_doses', ARRAY['2026-01-04Z', '2026-01-06Z']),
  ('due_doses', ARRAY['2026-01-04Z', '2026-01-06Z']),
  ('adherence', ARRAY[:'ann', '2026-01-04Z', '2026-01-06Z']),
  ('adherence_of_all', ARRAY['2026-01-04Z', '2026-01-06Z']),
  ('adherence_by_day', ARRAY[:'ann', '2026-01-04Z', '2026-01-06Z', NULL]),
  ('adherence_by_day', ARRAY[:'ann', '2026-01-04Z', '2026-01-06Z', '04:00']),
  ('adherence_by_day', ARRAY[:'ann', '2026-01-04Z', '2026-01-06Z', '24:00']),
  ('person_settings_of', ARRAY[:'ann']),
  ('set_person_settings', ARRAY[:'ann', '04:00']),
  ('set_person_settings', ARRAY[:'ann', '24:00']),
  ('person_settings_of', ARRAY[:'ann']),
  ('set_person_settings', ARRAY[:'ann', NULL]),
  ('schedule_overview', ARRAY[:'ann']),
  ('calendar_feed', ARRAY['00000000-0000-0000-0000-0000000000ff', 'None', NULL, '2026-01-04Z', '2026-01-05Z']),
  ('revise_schedule', ARRAY[:'ann', :'twice', '2026-01-04Z', '{"dose_amount": 3}']),
  ('revise_schedule', ARRAY[:'ann', :'twice', '2026-01-05Z', '{"dose_amount": 0}']),
  ('revise_schedule', ARRAY[:'ann', :'twice', '2026-01-05Z', '{"dose_amount": 3, "ref": "rx-3"}']),
  ('revise_schedule', ARRAY[:'ann', :'twice', '2026-01-05Z', '{"dose_amount": 3}']),
  ('set_routine', ARRAY[:'ann', '{"CM": "07:30", "HS": "22:30"}', NULL, '2026-01-01Z']),
  ('create_medication', ARRAY[:'ann', 'Thyroxine', '[{"id": "00000000-0000-0000-0000-0000000000d5", "starts_at": "2099-01-01T00:00:00", "time_zone": "UTC", "exdates": ["2099-01-02T07:00:00"],
    "events": [{"event": "ACM", "offset": 30}]}, {"id": "00000000-0000-0000-0000-0000000000d6", "starts_at": "2099-02-01T00:00:00", "time_zone": "UTC", "rrule": "FREQ=WEEKLY;BYDAY=MO,TU", "events": ["CM", "HS"], "ref": "rx-11"}]', NULL, NULL, NULL, NULL, NULL]),
  ('move_dose', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000d5', '2099-01-06 07:00Z', '2099-01-06 09:30Z', NULL, NULL, NULL]),
  ('set_routine', ARRAY[:'ann', '{"CM": "08:00"}', '{2,3}', '2099-01-04 07:30Z']),
  ('set_routine', ARRAY[:'ann', '{"PCM": "08:00"}', '{2,3}', '2099-01-04 07:30Z']),
  ('routine', ARRAY[:'ann', '2099-01-05Z']),
  ('routine_times', ARRAY[:'ann', '2099-01-05Z']),
  ('describe_schedule', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000d5']),
  ('revise_schedule', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000d5', '2099-01-03Z', '{"events": ["HS"], "exdates": []}']),
  ('schedule_from_sig', ARRAY['1 tablet with breakfast', '2026-01-01', 'UTC', '{"CM": "07:30", "routine": true}', NULL]),
  ('change_time_zone', ARRAY[:'ann', 'America/New_York', '2026-02-01Z']),
  ('schedule_history', ARRAY[:'ann', '{Metformin}']),
  ('current_schedules', ARRAY[:'ann', NULL]),
  ('current_schedules', ARRAY[:'ann', '{Metformin}']),
  ('schedules_of', ARRAY[:'ann', NULL]),
  ('schedules_of', ARRAY[:'ann', '{Metformin}']),
  ('schedules_of', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000a1']),
  ('medications_of', ARRAY[:'ann']),
  ('add_schedule', ARRAY[:'ann', '{Metformin}', '{"starts_at": "2026-01-01T13:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "id": "00000000-0000-0000-0000-0000000000e1", "ref": "rx-9"}']),
  ('add_schedule', ARRAY[:'ann', '{Metformin}', '{"starts_at": "2026-01-01T13:00:00", "time_zone": "UTC", "dose_amount": 0}']),
  ('mark_dose_taken', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000e1', '2026-01-08 13:00Z', NULL, NULL, NULL, NULL]),
  ('correct_schedule', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000e1', '{"starts_at": "2026-01-02T13:00:00", "dose_amount": 2}']),
  ('correct_schedule', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000e1', '{"starts_at": "2026-01-02T12:00:00"}']),
  ('end_schedule', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000e1', '2026-01-06Z']),
  ('rename_medication', ARRAY[:'ann', '{Metformin}', ' ']),
  ('rename_medication', ARRAY[:'ann', '{Metformin}', 'Metformin']),
  ('update_medication', ARRAY[:'ann', '{Metformin}', '{"notes": "n"}']),
  ('create_medication_returning', ARRAY[:'ann', 'Magnesium', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "ref": "rx-10"}]', NULL, NULL, NULL, NULL, NULL]),
  ('create_medication', ARRAY[:'ann', 'Prednisone', '[{"id": "00000000-0000-0000-0000-0000000000d1", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20260105",
    "dose_amount": 40, "dose_unit": "mg", "regimen_id": "00000000-0000-0000-0000-0000000000f1"}, {"id": "00000000-0000-0000-0000-0000000000d2", "starts_at": "2026-01-07T08:00:00", "time_zone": "UTC",
    "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20260110", "dose_amount": 20, "dose_unit": "mg", "regimen_id": "00000000-0000-0000-0000-0000000000f1"}]', NULL, NULL, NULL, NULL, NULL]),
  ('describe_regimen', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000f1', 'en']),
  ('shift_regimen', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000f1', '2026-01-03']),
  ('extend_regimen', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000f1', '2026-01-09', '2026-01-04Z']),
  ('extend_regimen', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000f1', '2026-01-09', '2026-02-04Z']),
  ('end_regimen', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000f1', '2026-01-12Z']),
  ('describe_regimen', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000f1', 'de']),
  ('describe_regimen', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000f2', 'de']),
  ('schedule_from_taper', ARRAY['[{"amount": 40, "days": 5}, {"days": 2}, {"amount": ["2.5", 5], "times": ["07:00", "19:30"]}]', '2026-01-01', 'UTC', '{08:00}', 'mg', 'with food', '00000000-0000-0000-0000-0000000000f3']),
  ('schedule_from_taper', ARRAY['[{"amount": 40}, {"amount": 2}]', '2026-01-01', 'UTC', '{08:00}', NULL, NULL, '00000000-0000-0000-0000-0000000000f3']),
  ('inactivate_medication', ARRAY[:'ann', '{Metformin}', '2026-03-01Z']),
  ('inactivate_medication', ARRAY[:'ann', '{Ibuprofen}', '2026-01-04Z']),
  ('reactivate_medication', ARRAY[:'ann', '{Metformin}', '2026-04-01Z']),
  ('reactivate_medication', ARRAY[:'ann', '{Ibuprofen}', '2026-04-01Z']),
  ('set_reminder_rules', ARRAY[:'ann', NULL, '30 minutes', 't', '10 minutes', '3', '1 hour', 'daughter', '22:00', '07:00', 'UTC', 'normal', '2 hours']),
  ('set_reminder_rules', ARRAY[:'ann', NULL, '-1 minute', 't', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'normal', '2 hours']),
  ('set_reminder_rules', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000ff', NULL, 't', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'normal', '2 hours']),
  ('snooze_dose', ARRAY[:'ann', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg', '2026-01-05Z']),
  ('snooze_dose', ARRAY[:'ann', 'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGExfDIwMjYtMDEtMDRUMjA6MDA6MDAuMDAwWg', 'tomorrow']),
  ('fill_reminders', '{3}'),
  ('fill_reminders', '{1000}'),
  ('claim_reminders', '{100,1 minute,w}'),
  ('complete_reminder', '{00000000-0000-0000-0000-0000000000ff}'),
  ('complete_reminders', '{"{00000000-0000-0000-0000-0000000000ff}"}'),
  ('fail_reminder', '{00000000-0000-0000-0000-0000000000ff,1 minute,no network}'),
  ('extend_lease', '{00000000-0000-0000-0000-0000000000ff,1 minute}'),
  ('reminder_rules_of', ARRAY[:'ann']),
  ('stock_reminder_rules_of', ARRAY[:'ann']),
  ('remove_reminder_rules', ARRAY[:'ann', NULL]),
  ('set_stock_reminder_rules', ARRAY[:'ann', NULL, '5', '3', '08:30', '2', '4', 'UTC']),
  ('set_stock_reminder_rules', ARRAY[:'ann', NULL, '-1', NULL, NULL, NULL, NULL, NULL]),
  ('set_stock_reminder_rules', ARRAY[:'ann', '00000000-0000-0000-0000-0000000000ff', NULL, NULL, NULL, NULL, NULL, NULL]),
  ('remove_stock_reminder_rules', ARRAY[:'ann', NULL]),
  ('check_integrity', '{}'),
  ('move_recorded_doses', '{Europe/Berlin,2 hours,2026-01-01Z,2026-02-01Z}'),
  ('reset_for_tests', '{}'),
  ('import_user', ARRAY['{"format": "medsched.person", "version": 1, "medsched": "0.1.0", "user_id": "00000000-0000-0000-0000-0000000000fe", "person_settings": [{"day_begins_at": "04:00:00"}], "substance_limits": [], "stock_entries": [], "moved_doses": [], "routines": [], "medications": [{"id": "00000000-0000-0000-0000-000000000fe0", "name": "Moved", "created_at": "2026-01-01T00:00:00+00:00"}], "schedules": [{"id": "00000000-0000-0000-0000-000000000fe1", "medication_id": "00000000-0000-0000-0000-000000000fe0", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "after_last": "P1D", "created_at": "2026-01-01T00:00:00+00:00"}], "dose_taken": [{"schedule_id": "00000000-0000-0000-0000-000000000fe1", "scheduled_for": "2026-01-02T08:00:00+00:00", "taken_at": "2026-01-02T08:00:00+00:00", "recorded_at": "2026-01-02T08:00:00+00:00"}]}']),
  ('import_user', ARRAY['{"format": "medsched.person", "version": 2}']),
  ('export_user', ARRAY['00000000-0000-0000-0000-0000000000fe']),
  ('erase_user', ARRAY[:'ann']),
  ('occurrences', '{FREQ=WEEKLY,2026-01-01 08:00,UTC,2026-01-01Z,2026-02-01Z,"{}","{}",NULL,NULL}'),
  ('count_occurrences', '{FREQ=WEEKLY,2026-01-01 08:00,UTC,2026-01-01Z,2026-02-01Z,"{}","{}",NULL,NULL}'),
  ('schedule_occurrences', '{NULL,FREQ=WEEKLY,2026-01-01 08:00,UTC,2026-01-01Z,2026-02-01Z,"{}","{}",NULL,NULL}'),
  ('count_schedule_occurrences', '{NULL,FREQ=WEEKLY,2026-01-01 08:00,UTC,2026-01-01Z,2026-02-01Z,"{}","{}",NULL,NULL}'),
  ('next_occurrence', '{FREQ=WEEKLY,2026-01-01 08:00,UTC,2026-01-01Z,"{}","{}",NULL,NULL}'),
  ('previous_occurrence', '{FREQ=WEEKLY,2026-01-01 08:00,UTC,2026-02-01Z,"{}","{}",NULL,NULL}'),
  ('is_occurrence', '{FREQ=WEEKLY,2026-01-01 08:00,UTC,2026-02-01Z,"{}","{}",NULL,NULL}'),
  ('schedule_density_problem', '{FREQ=SECONDLY,2026-01-01 08:00,UTC,"{}","{}",NULL,NULL}'),
  ('check_dates', '{rdates,"{2026-01-01 08:00}"}'),
  ('check_rrule', '{FREQ=OFTEN}'),
  ('check_time_zone', '{Mars}'),
  ('check_user', '{NULL}'),
  ('check_window', '{2026-02-01Z,2026-01-01Z}'),
  ('check_window_for_all', '{2026-02-01Z,9999-01-01Z}'),
  ('dose_id', '{00000000-0000-0000-0000-00000000000a,2026-01-01Z}'),
  ('dose_status', '{2026-01-01Z,NULL,NULL}'),
  ('dose_status', '{2026-01-01Z,NULL,NULL,NULL}'),
  ('is_on_time', '{2026-01-01Z,2026-01-01 00:30Z,1 hour}'),
  ('is_on_time', '{2026-01-01Z,2026-01-01 00:30Z,1 hour,5 minutes}'),
  ('percentage_taken', '{1,2,3}'),
  ('timing_codes', '{}'),
  ('timing_events', '{}'),
  ('version', '{}'),
  -- What is planted hangs on the table: it would be refused for that.
  ('partition_doses', '{5 months,NULL,2,1000}'),
  ('plproxy_functions', '{no name}'),
  ('create_tables', '{}');
INSERT INTO calls (function, args)
SELECT 'schedule_from_fhir', ARRAY[timing, '2027-03-01', 'Europe/Berlin', '{"CM": "07:30"}', '2027-03-01 10:11Z', as_needed]
  FROM (VALUES
    ('{"code": {"coding": [{"code": "BID"}]}}', 'true'),
    ('{"repeat": {"frequency": 2, "period": 8, "periodUnit": "h"}}', 'true'),
    ('{"repeat": {"count": 2}}', 'true'),
    ('{"code": {"coding": [{"code": "BID"}]}}', 'false'),
    ('{"code": {"coding": [{"code": "Q6H"}]}, "repeat": {"boundsDuration": {"value": 10, "code": "d"}}}', 'false'),
    ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "count": 9}}', 'false'),
    ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk", "dayOfWeek": ["tue", "thu"]}}', 'false'),
    ('{"repeat": {"when": ["ACM", "HS"], "offset": 30, "boundsDuration": {"value": 2, "unit": "mo"}}}', 'false'),
    ('{"repeat": {"timeOfDay": ["08:00", "20:30"], "boundsPeriod": {"start": "2027-03-01", "end": "2027-04"}}}', 'false'),
    ('{"repeat": {"period": 90, "periodUnit": "min", "boundsPeriod": {"start": "2027-03-01T09:00:00+01:00", "end": "2027-03-02T09:00:00+01:00"}}}', 'false'),
    ('{"repeat": {"period": 8, "periodUnit": "h", "boundsDuration": {"value": 1, "code": "mo"}}}', 'false'),
    ('{"repeat": {"frequencyMax": 4, "period": 1, "periodUnit": "d", "when": ["HS"], "duration": 5, "durationUnit": "min", "boundsRange": {"high": {"value": 7, "code": "d"}}}}', 'true'),
    ('{"code": {"text": "2 times daily"}, "repeat": {"timeOfDay": ["08:00", "20:00"], "count": 4, "boundsDuration": {"value": 2, "code": "d"}}}', 'false'),
    ('{"code": {"text": "once"}, "repeat": {"count": 1, "duration": 5, "durationUnit": "min"}}', 'false'),
    ('{"code": {"coding": [{"code": "Q8H"}, {"system": "http://snomed.info/sct", "code": "307469008"}]}, "repeat": {"timeOfDay": ["06:00", "14:00", "22:00"]}}', 'false'),
    ('{"repeat": {"when": ["PHS", "WAKE"], "offset": 180, "dayOfWeek": ["sun"]}}', 'false'),
    ('{"event": ["2027-03-09", "2027-03-01T10:00:00Z"]}', 'false')) AS f (timing, as_needed)
UNION ALL
SELECT 'medication_from_fhir', ARRAY[resource, 'Europe/Berlin', '2027-03-01', '{"CM": "07:30"}', '2027-03-01 10:11Z']
  FROM (VALUES
    ('{"resourceType": "MedicationRequest", "status": "active", "intent": "order", "medicationReference": {"reference": "#m"}, "note": [{"text": "n"}],
       "contained": [{"resourceType": "Medication", "id": "m", "code": {"coding": [{"display": "Prednisone"}]},
         "ingredient": [{"itemCodeableConcept": {"text": "prednisone"}, "strength": {"numerator": {"value": 5, "unit": "mg"}, "denominator": {"value": 1, "unit": "tablet"}}}]}],
       "effectiveDosePeriod": {"start": "2027-03-01", "end": "2027-06"},
       "dosageInstruction": [
         {"sequence": 1, "timing": {"repeat": {"when": ["CM"], "boundsDuration": {"value": 2, "code": "d"}}}, "route": {"text": "oral"}, "doseAndRate": [{"doseQuantity": {"value": 4, "unit": "tablet"}}],
          "maxDosePerPeriod": {"numerator": {"value": 4, "unit": "tablet"}, "denominator": {"value": 1, "unit": "day"}}},
         {"sequence": 2, "timing": {"repeat": {"when": ["CM"], "count": 3}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}]},
         {"sequence": 3, "timing": {"repeat": {"when": ["CM"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}]}'),
    ('[{"timing": {"repeat": {"when": ["CM"]}}}, {"timing": {"repeat": {"when": ["HS"]}}}]'),
    ('[{"asNeeded": true, "asNeededFor": [{"text": "pain"}], "timing": {"repeat": {"when": ["HS"], "boundsDuration": {"value": 10, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}],
        "maxDosePerAdministration": {"value": 1, "unit": "g"}, "maxDosePerPeriod": [{"numerator": {"value": 3, "unit": "g"}, "denominator": {"value": 24, "code": "h"}}]}]'),
    ('[{"timing": {"repeat": {"when": ["CM"]}}, "text": "as needed"}]'),
    ('{"resourceType": "MedicationStatement", "status": "recorded", "adherence": {"code": {"coding": [{"code": "stopped"}]}}, "dosage": []}'),
    ('{"resourceType": "Patient"}')) AS r (resource)
UNION ALL
SELECT 'schedule_from_sig', ARRAY[sig, '2027-03-01', 'Europe/Berlin', '{"HS": "22:30"}', '2027-03-01 10:11Z']
  FROM unnest('{BID,q 8 h,QOD,WEEKLY,MONTHLY,PRN,Q6H PRN,TID PRN,OFTEN,OD,1-0-0-1/2,Take 2 tablets (10 mg) by mouth every morning and 1 tablet at bedtime,
    1 tab po q4-6h prn pain max 6 tabs in 24 h,Take 1 tablet before meals and at bedtime x 7 days,1 capsule 30 minutes before breakfast and with dinner,
    5 mg on Mon/Wed at 8 am,½ Tablette morgens}'::text[]) AS s (sig)
UNION ALL
SELECT 'schedule_from_times', ARRAY['{08:00,20:30}', '2027-03-01', 'Europe/Berlin', days, '2027-04-01', '2', '21', '7', '2027-03-01 10:11Z']
  FROM unnest('{NULL,"{1,3}"}'::text[]) AS t (days)
UNION ALL
SELECT f.function, ARRAY[format(E'BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n'
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20361026T010000Z\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:19700329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n'
    'RDATE:20270328T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:a\nSUMMARY:Aspirin\nDESCRIPTION:a\\nb\n%s\n'
    'BEGIN:VALARM\nTRIGGER:PT9H\nEND:VALARM\nEND:VEVENT\n%s\nEND:VCALENDAR', c.event, c.others), 'Europe/Berlin', '08:00', '2027-03-02 10:11Z']
  FROM unnest('{schedule_from_ical,medications_from_ical}'::text[]) AS f (function)
 CROSS JOIN (VALUES
    ('DTSTART;TZID=W. Europe Standard Time:20270301T080000' || E'\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=9\nRDATE:20270401T080000Z,20270201T080000Z\nEXDATE:20270309T070000Z\nEXDATE;VALUE=DATE:20270316',
     E'BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20270323T070000Z\nDTSTART:20270323T080000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20270330T060000Z\nDTSTART:20270330T060000Z\nSTATUS:CANCELLED\nEND:VEVENT'),
    ('DTSTART;TZID=Ours:20270301T080000' || E'\nDURATION:PT5M\nRRULE:FREQ=HOURLY;INTERVAL=8;UNTIL=20270401T000000Z', ''),
    ('DTSTART;TZID=Ours:20270301T080000' || E'\nRRULE:FREQ=DAILY;UNTIL=20270401T000000Z', ''),
    ('DTSTART;TZID=Europe/Berlin:20271031T013000' || E'\nRRULE:FREQ=HOURLY;COUNT=3\nEXDATE:20271031T013000Z', ''),
    ('DTSTART;VALUE=DATE:20270301' || E'\nRRULE:FREQ=DAILY;UNTIL=20270401', E'BEGIN:VTODO\nUID:b\nDUE:20270501T080000Z\nEND:VTODO'),
    ('DTSTART;TZID=Theirs:20270301T080000', '')) AS c (event, others)
UNION ALL
SELECT 'times_of_schedule', ARRAY[format('[{"starts_at": "2027-03-01 08:00", "time_zone": "Europe/Berlin", "rrule": "%s"}]', rule)]
  FROM unnest('{FREQ=DAILY;COUNT=3,FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO;UNTIL=20270401T120000Z,FREQ=MONTHLY}'::text[]) AS t (rule);

-- Functions that no call is there for.
SELECT DISTINCT 'no call of ' || p.proname
  FROM pg_proc AS p
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
  LEFT JOIN pg_roles AS r ON r.oid = p.proowner
 WHERE n.nspname = 'medsched' AND r.rolname <> 'mallory' AND p.proname !~ '^_'
   AND p.prorettype <> 'trigger'::regtype AND 'internal'::regtype <> ALL (p.proargtypes)
   -- It depends on when it is.
   AND p.proname <> 'grace_ended_before'
   AND NOT EXISTS (SELECT FROM calls AS c WHERE c.function = p.proname AND cardinality(c.args) = p.pronargs);

BEGIN;
ALTER TABLE medsched.medications ADD COLUMN ref text;
ALTER TABLE medsched.schedules ADD COLUMN ref text;
SET LOCAL TimeZone = 'UTC';
SELECT format('SET LOCAL search_path = %s', :'search_path') \gexec
SELECT pg_catalog.format(E'SELECT %L, %L, pg_catalog.regexp_replace(pg_temp.answer(pg_temp.call(%L, %L)),'
         ' ''[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|database "[a-z_]*"|%s[^,]*'', ''...'', ''g'')',
         c.nth, c.function, c.function, c.args, pg_catalog.replace(pg_catalog.left(pg_catalog.now()::pg_catalog.text, 13), ' ', '[ T]'))
  FROM pg_temp.calls AS c ORDER BY c.nth \gexec
SELECT pg_catalog.concat(pg_catalog.count(*), ' calls') FROM pg_temp.calls;
ROLLBACK;
