\i test/setup.psql
BEGIN;
SELECT plan(160);

-- Regimens of every kind, all to come: each goes out in both releases, and in again as the same schedules.  standard: what the
-- elements of FHIR alone say of the first schedule; doses: whether they alone come to the same doses, or are refused.
CREATE TEMPORARY TABLE regimens AS
SELECT row_number() OVER () AS nth, gen_random_uuid() AS person, NULL::uuid AS medication, t.what, t.standard::jsonb, t.reads,
       CASE left(t.schedules, 1) WHEN '[' THEN t.schedules::jsonb ELSE jsonb_build_array('{"starts_at": "2090-03-01T08:00:00", "time_zone": "Europe/Berlin"}'::jsonb || t.schedules::jsonb) END AS schedules
FROM (VALUES
  ('once', '{}', '{"event": ["2090-03-01T08:00:00+01:00"]}', 'the same or refused'),
  ('single dates', '{"rdates": ["2090-04-01T08:00:00", "2090-05-01T08:00:00"]}', '{"event": ["2090-03-01T08:00:00+01:00", "2090-04-01T08:00:00+02:00", "2090-05-01T08:00:00+02:00"]}', 'the same or refused'),
  ('daily', '{"rrule": "FREQ=DAILY", "dose_amount": 1.50, "dose_unit": "tablet", "instructions": "with food"}',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('twice, from noon on', '{"starts_at": "2090-03-01T12:00:00", "rrule": "FREQ=DAILY;BYHOUR=8,20;BYMINUTE=30"}',
   '{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "timeOfDay": ["08:30:00", "20:30:00"], "boundsPeriod": {"start": "2090-03-01T20:30:00+01:00"}}}', 'the same'),
  ('every 3 days, 5 doses', '{"rrule": "FREQ=DAILY;INTERVAL=3;COUNT=5"}',
   '{"repeat": {"frequency": 1, "period": 3, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00", "end": "2090-03-13T08:00:00+01:00"}}}', 'the same'),
  ('under way', '{"rrule": "FREQ=DAILY;INTERVAL=3;UNTIL=20900401", "effective_from": "2090-03-05T00:00:00Z"}',
   '{"repeat": {"frequency": 1, "period": 3, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-07T08:00:00+01:00", "end": "2090-03-31T08:00:00+02:00"}}}', 'the same'),
  ('replaced later', '{"rrule": "FREQ=DAILY", "ends_at": "2090-03-03T07:00:00Z"}',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00", "end": "2090-03-02T08:00:00+01:00"}}}', 'the same'),
  ('weekly', '{"rrule": "FREQ=WEEKLY"}',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["wed"], "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('Mondays and Fridays, every other week', '{"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=8,20"}',
   '{"repeat": {"frequency": 4, "period": 2, "periodUnit": "wk", "dayOfWeek": ["mon", "fri"], "timeOfDay": ["08:00:00", "20:00:00"], "boundsPeriod": {"start": "2090-03-03T08:00:00+01:00"}}}', 'the same'),
  ('on weekdays', '{"rrule": "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"}',
   '{"repeat": {"frequency": 5, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "tue", "wed", "thu", "fri"], "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('weeks that begin on Sunday', '{"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU"}', NULL, 'refused'),
  ('monthly', '{"rrule": "FREQ=MONTHLY;INTERVAL=3"}',
   '{"repeat": {"frequency": 1, "period": 3, "periodUnit": "mo", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('on the 31st, or the last day', '{"starts_at": "2090-03-31T08:00:00", "rrule": "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD"}',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-31T08:00:00+02:00"}}}', 'the same'),
  ('on the 31st alone', '{"starts_at": "2090-03-31T08:00:00", "rrule": "FREQ=MONTHLY"}', NULL, 'refused'),
  ('yearly', '{"rrule": "FREQ=YEARLY"}',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "a", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('every 8 hours', '{"rrule": "FREQ=HOURLY;INTERVAL=8;COUNT=30"}',
   '{"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00", "end": "2090-03-11T00:00:00+01:00"}}}', 'the same'),
  ('every 90 minutes', '{"rrule": "FREQ=MINUTELY;INTERVAL=90;COUNT=100"}',
   '{"repeat": {"frequency": 1, "period": 90, "periodUnit": "min", "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00", "end": "2090-03-07T12:30:00+01:00"}}}', 'the same'),
  ('every hour of the day', '{"rrule": "FREQ=HOURLY;BYHOUR=8,9,10,11"}', NULL, 'refused'),
  ('a cycle', '{"rrule": "FREQ=DAILY", "cycle_days_on": 21, "cycle_days_off": 7}', NULL, 'refused'),
  ('a cycle that ends', '{"rrule": "FREQ=DAILY;UNTIL=20900306", "cycle_days_on": 2, "cycle_days_off": 2}',
   '{"event": ["2090-03-01T08:00:00+01:00", "2090-03-02T08:00:00+01:00", "2090-03-05T08:00:00+01:00", "2090-03-06T08:00:00+01:00"]}', 'the same or refused'),
  ('a date left out', '{"rrule": "FREQ=DAILY", "exdates": ["2090-03-03T08:00:00"]}', NULL, 'refused'),
  ('a date left out, to the end', '{"rrule": "FREQ=DAILY;COUNT=3", "exdates": ["2090-03-02T08:00:00"]}', '{"event": ["2090-03-01T08:00:00+01:00", "2090-03-03T08:00:00+01:00"]}', 'the same or refused'),
  ('the first Monday', '{"rrule": "FREQ=MONTHLY;BYDAY=1MO"}', NULL, 'refused'),
  ('with all that a schedule can have', '{"rrule": "FREQ=DAILY", "grace": "1 day 02:00:00", "tolerance_before": "00:30:00", "missed_when_next": true, "time_zone_pinned": true, "dose_amount": 0.25, "dose_unit": "ml", "instructions": " spaced "}',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('an offset that FHIR cannot write', '{"starts_at": "2090-03-01T08:00:00", "time_zone": "Pacific/Kiritimati", "rrule": "FREQ=DAILY"}',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+14:00"}}}', 'the same'),
  ('two schedules at one time', '[{"starts_at": "2090-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "dose_amount": 1, "dose_unit": "mg"},
     {"starts_at": "2090-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "dose_amount": 2, "dose_unit": "mg"}]',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('twice the same schedule', '[{"starts_at": "2090-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}, {"starts_at": "2090-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}]',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'refused'),
  ('as needed', '{"as_needed": true}', '{"repeat": {"boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'),
  ('as needed, with every limit', '{"as_needed": true, "min_interval": "04:00:00", "max_per_24h": 6, "dose_amount": 500, "dose_unit": "mg",
     "limits": [{"amount": 4000, "within": "24 hours"}, {"doses": 1, "days": 1}, {"amount": 6, "days": 3}], "ends_at": "2090-04-01T00:00:00Z"}',
   '{"repeat": {"frequency": 1, "period": 4, "periodUnit": "h", "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00", "end": "2090-04-01T01:59:59+02:00"}}}', 'the same'),
  ('as needed beside set times', '[{"starts_at": "2090-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"},
     {"starts_at": "2090-03-01T08:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "limits": [{"doses": 2, "days": 1}]}]',
   '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2090-03-01T08:00:00+01:00"}}}', 'the same'))
  AS t (what, schedules, standard, reads);
CREATE TEMPORARY VIEW substance_of AS
SELECT r.nth, CASE WHEN NOT jsonb_path_exists(r.schedules, '$[*] ? (!exists (@.dose_amount))') THEN 'substance' END AS substance FROM regimens AS r;
UPDATE regimens AS r SET medication = medsched.create_medication(r.person, r.what, r.schedules, 'note of ' || r.what,
  substance => s.substance, substance_amount => CASE WHEN s.substance IS NOT NULL THEN 1 END, substance_unit => CASE WHEN s.substance IS NOT NULL THEN 'g' END)
  FROM pg_temp.substance_of AS s WHERE s.nth = r.nth;

SELECT is(jsonb_path_query_first(m.statement #> '{dosage,0,timing}', '$ ? (!exists (@.code))'), r.standard, 'goes out: ' || r.what)
  FROM regimens AS r CROSS JOIN LATERAL medsched.fhir_medication_statement(r.person, r.medication) AS m (statement) ORDER BY r.nth;
-- In again: the schedules as they are stored, name, notes and substance.
SELECT is((m.name, m.notes, m.substance, m.substance_amount, m.substance_unit, m.schedules),
          (r.what, 'note of ' || r.what, s.substance, CASE WHEN s.substance IS NOT NULL THEN 1::numeric END, CASE WHEN s.substance IS NOT NULL THEN 'g' END,
           (SELECT jsonb_agg(e.value ORDER BY e.value) FROM jsonb_array_elements(r.schedules) AS e)), release || ', in again: ' || r.what)
  FROM regimens AS r JOIN substance_of AS s USING (nth) CROSS JOIN unnest('{R4,R5}'::text[]) AS release
 CROSS JOIN LATERAL medsched.medication_from_fhir(medsched.fhir_medication_statement(r.person, r.medication, release), 'UTC') AS i
 CROSS JOIN LATERAL (SELECT i.name, i.notes, i.substance, i.substance_amount, i.substance_unit,
                            (SELECT jsonb_agg(e.value ORDER BY e.value) FROM jsonb_array_elements(i.schedules) AS e) AS schedules) AS m
 ORDER BY r.nth, release;

-- Of the elements of FHIR alone come the same doses, or none.
CREATE FUNCTION pg_temp.doses_of(schedules jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person CONSTANT uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, 'x', schedules);
  RETURN (SELECT string_agg(concat_ws(' ', d.scheduled_for, d.dose_amount, d.dose_unit), ', ' ORDER BY d.scheduled_for, d.dose_amount)
            FROM medsched.upcoming_doses(person, '2090-01-01Z', '2090-07-01Z') AS d);
END $$;
CREATE FUNCTION pg_temp.reads(schedules jsonb, statement jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  read jsonb;
BEGIN
  BEGIN
    read := (medsched.medication_from_fhir(statement || jsonb_build_object('dosage', (SELECT jsonb_agg(d - 'extension') FROM jsonb_array_elements(statement -> 'dosage') AS d)),
                                           coalesce(schedules #>> '{0,time_zone}', 'UTC'))).schedules;
  EXCEPTION WHEN data_exception OR feature_not_supported THEN
    RETURN 'refused';
  END;
  RETURN CASE WHEN pg_temp.doses_of(read) IS NOT DISTINCT FROM pg_temp.doses_of(schedules) THEN 'the same' ELSE 'others: ' || read::text END;
END $$;
SELECT ok(r.reads LIKE '%' || x.reads || '%', format('%s, read by the elements alone: %s', r.what, r.reads))
  FROM regimens AS r
 CROSS JOIN LATERAL pg_temp.reads(r.schedules, medsched.fhir_medication_statement(r.person, r.medication)) AS x (reads) ORDER BY r.nth;
-- The amounts of doses as needed, in both releases.
SELECT is(medsched.fhir_medication_statement(r.person, r.medication, t.release) #> '{dosage,0,maxDosePerPeriod}', t.most::jsonb, t.release || ': maxDosePerPeriod')
  FROM regimens AS r, (VALUES
    ('R4', '{"numerator": {"value": 4000, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}, "denominator": {"value": 24, "system": "http://unitsofmeasure.org", "code": "h"}}'),
    ('R5', '[{"numerator": {"value": 4000, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}, "denominator": {"value": 24, "system": "http://unitsofmeasure.org", "code": "h"}},
             {"numerator": {"value": 6, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}, "denominator": {"value": 3, "system": "http://unitsofmeasure.org", "code": "d"}}]')) AS t (release, most)
 WHERE r.what = 'as needed, with every limit';

-- Whoever changes the Dosage does not change our extension: it is not believed then.
SELECT throws_ok(format('SELECT medsched.medication_from_fhir(%L, %L)', jsonb_set(medsched.fhir_medication_statement(r.person, r.medication), t.path::text[], t.value::jsonb), 'UTC'),
                 '22023', 'dosage[0] contradicts its extension "urn:medsched:schedule"', 'changed: ' || t.path)
  FROM regimens AS r, (VALUES
    ('{dosage,0,timing,repeat,timeOfDay,0}', '"09:00:00"'),
    ('{dosage,0,doseAndRate,0,doseQuantity,value}', '2'),
    ('{dosage,0,patientInstruction}', '"fasting"'),
    ('{dosage,0,asNeededBoolean}', 'true'),
    ('{dosage,0,extension,0,valueString}', '"{\"starts_at\": \"2090-03-01T08:00:00\", \"time_zone\": \"UTC\", \"rrule\": \"FREQ=DAILY;COUNT=0\"}"'),
    ('{dosage,0,extension,0,valueString}', '"{"'),
    ('{dosage,0,extension,0,valueString}', '"{\"id\": \"00000000-0000-4000-8000-000000000001\"}"'),
    ('{dosage,0,extension,0,valueString}', '"[]"')) AS t (path, value)
 WHERE r.what = 'daily';
SELECT is((medsched.medication_from_fhir(jsonb_set(medsched.fhir_medication_statement(r.person, r.medication), '{dosage,0,text}', '"jeden Tag um 8"'), 'UTC')).schedules, r.schedules, 'the words may be others')
  FROM regimens AS r WHERE r.what = 'daily';

-- The statement itself.
\set ann '''00000000-0000-4000-8000-0000000000a1'''
SELECT medsched.create_medication(:ann, 'Aspirin', '[{"starts_at": "2020-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;COUNT=3"},
  {"starts_at": "2020-01-01T20:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "dose_amount": 100, "dose_unit": "mg", "instructions": "after food"}]') AS aspirin \gset
SELECT is(medsched.fhir_medication_statement(:ann, :'aspirin') - 'dosage', jsonb_build_object('resourceType', 'MedicationStatement', 'id', :'aspirin', 'status', 'active',
  'subject', jsonb_build_object('reference', 'Patient/' || :ann), 'medicationCodeableConcept', '{"text": "Aspirin"}'::jsonb), 'R4');
SELECT is(medsched.fhir_medication_statement(:ann, :'aspirin', 'R5') - 'dosage', jsonb_build_object('resourceType', 'MedicationStatement', 'id', :'aspirin', 'status', 'recorded',
  'adherence', '{"code": {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/medication-statement-adherence", "code": "taking"}]}}'::jsonb,
  'subject', jsonb_build_object('reference', 'Patient/' || :ann), 'medication', '{"concept": {"text": "Aspirin"}}'::jsonb), 'R5');
SELECT is(jsonb_path_query_array(medsched.fhir_medication_statement(:ann, :'aspirin'), '$.dosage[*].doseAndRate[*].doseQuantity.value'), '[100]', 'what is over does not go out');
SELECT is((SELECT jsonb_object_agg(k.key, k.value) FROM jsonb_each(medsched.fhir_medication_statement(:ann, :'aspirin') #> '{dosage,0}') AS k WHERE k.key NOT IN ('extension', 'timing')),
  '{"text": "every day at 20:00, Europe/Berlin, from 1 January 2020", "patientInstruction": "after food",
    "doseAndRate": [{"doseQuantity": {"value": 100, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]}', 'a Dosage beside its Timing');

-- What was recorded.
SELECT id AS daily FROM medsched.schedules WHERE user_id = :ann AND dose_amount = 100 \gset
SELECT medsched.mark_dose_taken(:ann, :'daily', '2026-01-01 20:00+01', '2026-01-01 20:10+01', 'nurse', 50, 'half') \g /dev/null
SELECT medsched.skip_dose(:ann, :'daily', '2026-01-02 20:00+01', 'nausea') \g /dev/null
SELECT medsched.record_extra_dose(:ann, :'daily', '2026-01-03 21:00+01', reason => 'pain') \g /dev/null
UPDATE medsched.dose_taken SET recorded_at = '2026-01-05 00:00Z' WHERE user_id = :ann;
SELECT is(a.administration, t.expected::jsonb || jsonb_build_object('subject', jsonb_build_object('reference', 'Patient/' || :ann),
    'identifier', jsonb_build_array(jsonb_build_object('system', 'urn:medsched:dose', 'value', medsched.dose_id(:'daily', t.at)))), t.what)
FROM (VALUES
  (1, 'taken, R4', 'R4', '2026-01-01 20:00+01'::timestamptz, '{"resourceType": "MedicationAdministration", "status": "completed", "medicationCodeableConcept": {"text": "Aspirin"}, "effectiveDateTime": "2026-01-01T20:10:00+01:00",
     "performer": [{"actor": {"display": "nurse"}}], "note": [{"text": "half"}], "dosage": {"text": "after food", "dose": {"value": 50, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}}'),
  (2, 'skipped, R4', 'R4', '2026-01-02 20:00+01', '{"resourceType": "MedicationAdministration", "status": "not-done", "statusReason": [{"text": "nausea"}], "medicationCodeableConcept": {"text": "Aspirin"}, "effectiveDateTime": "2026-01-02T20:00:00+01:00"}'),
  (3, 'extra, R4', 'R4', '2026-01-03 21:00+01', '{"resourceType": "MedicationAdministration", "status": "completed", "medicationCodeableConcept": {"text": "Aspirin"}, "effectiveDateTime": "2026-01-03T21:00:00+01:00",
     "note": [{"text": "pain"}], "dosage": {"text": "after food", "dose": {"value": 100, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}}'),
  (1, 'taken, R5', 'R5', '2026-01-01 20:00+01', '{"resourceType": "MedicationAdministration", "status": "completed", "medication": {"concept": {"text": "Aspirin"}}, "occurenceDateTime": "2026-01-01T20:10:00+01:00", "recorded": "2026-01-05T01:00:00+01:00",
     "performer": [{"actor": {"reference": {"display": "nurse"}}}], "note": [{"text": "half"}], "dosage": {"text": "after food", "dose": {"value": 50, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}}'))
  AS t (nth, what, release, at, expected)
 CROSS JOIN LATERAL (SELECT x.* FROM medsched.fhir_medication_administrations(:ann, '2026-01-01Z', '2026-01-04Z', :'aspirin', t.release) WITH ORDINALITY AS x (administration, nth)) AS a
 WHERE a.nth = t.nth;
SELECT is(count(*), 1::bigint, 'a window') FROM medsched.fhir_medication_administrations(:ann, '2026-01-02 19:00Z', '2026-01-03 20:00Z');

SELECT medsched.inactivate_medication(:ann, :'aspirin', '2026-02-01 00:00Z') \g /dev/null
SELECT unnest(ARRAY[is(s.statement -> 'status', t.status::jsonb, 'inactive, ' || t.release), is(s.statement #> '{effectivePeriod}', '{"end": "2026-02-01T00:00:00+00:00"}', 'its end'),
       is(s.statement #> '{adherence,code,coding,0,code}', t.adherence::jsonb, 'adherence'),
       is(s.statement #> '{dosage,0,timing,repeat,boundsPeriod,end}', '"2026-01-31T20:00:00+01:00"', 'the last dose')])
FROM (VALUES ('R4', '"stopped"', NULL), ('R5', '"recorded"', '"stopped"')) AS t (release, status, adherence)
CROSS JOIN LATERAL medsched.fhir_medication_statement(:ann, :'aspirin', t.release) AS s (statement);
SELECT medsched.create_medication(:ann, 'Over', '[{"starts_at": "2020-01-01T08:00:00", "time_zone": "UTC"}]') AS over \gset
SELECT is(medsched.fhir_medication_statement(:ann, :'over') -> 'status', '"completed"', 'all over');
SELECT ok(NOT medsched.fhir_medication_statement(:ann, :'over') ? 'dosage', 'no Dosage is left');

SELECT throws_ok(t.call, t.sqlstate, t.message, t.call)
FROM (VALUES
  ('SELECT medsched.fhir_medication_statement(NULL, gen_random_uuid())', '22004', 'user_id must not be null'),
  ('SELECT medsched.fhir_medication_statement(gen_random_uuid(), NULL)', '22004', 'medication_id must not be null'),
  ($$SELECT medsched.fhir_medication_statement('00000000-0000-4000-8000-0000000000a2', '00000000-0000-4000-8000-0000000000b2')$$, 'P0002', 'medication "00000000-0000-4000-8000-0000000000b2" not found'),
  ('SELECT medsched.fhir_medication_statement(gen_random_uuid(), gen_random_uuid(), NULL)', '22004', 'release must not be null'),
  ($$SELECT medsched.fhir_medication_statement(gen_random_uuid(), gen_random_uuid(), 'R3')$$, '22023', 'release "R3" is not supported'),
  ($$SELECT medsched.fhir_medication_administrations(NULL, '2026-01-01Z', '2026-01-02Z')$$, '22004', 'user_id must not be null'),
  ($$SELECT medsched.fhir_medication_administrations(gen_random_uuid(), NULL, '2026-01-02Z')$$, '22004', 'window_start must not be null'),
  ($$SELECT medsched.fhir_medication_administrations(gen_random_uuid(), '2026-01-02Z', '2026-01-01Z')$$, '22023', 'window_end must not be before window_start'),
  ($$SELECT medsched.fhir_medication_administrations(gen_random_uuid(), '2026-01-01Z', '2026-01-02Z', release => 'r4')$$, '22023', 'release "r4" is not supported'),
  ($$SELECT medsched.fhir_medication_administrations('00000000-0000-4000-8000-0000000000a2', '2026-01-01Z', '2026-01-02Z', '00000000-0000-4000-8000-0000000000b2')$$, 'P0002', 'medication "00000000-0000-4000-8000-0000000000b2" not found'))
  AS t (call, sqlstate, message);
SELECT * FROM finish();
ROLLBACK;
