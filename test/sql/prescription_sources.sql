\i test/setup.psql
BEGIN;
SELECT plan(45);

-- Prescriptions as each kind of source writes them, in words of our own: what they come to, worked out by hand, or why they are
-- refused.  Doses are those of the first four days from Monday 1 March 2027 in Berlin; of a schedule as needed, its limits.
CREATE FUNCTION pg_temp.comes_to(resource jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person CONSTANT uuid := gen_random_uuid();
  read medsched.prescribed_medication;
BEGIN
  read := medsched.medication_from_fhir(CASE WHEN jsonb_typeof(resource) = 'object' AND NOT resource ? 'resourceType' THEN jsonb_build_array(resource) ELSE resource END,
                                        'Europe/Berlin', '2027-03-01');
  PERFORM medsched.create_medication(person, coalesce(read.name, 'x'), read.schedules, read.notes);
  RETURN concat_ws('; ',
    (SELECT string_agg(concat_ws(' ', to_char(d.local_time, 'DD HH24:MI'), d.dose_amount, d.dose_unit), ', ' ORDER BY d.scheduled_for, d.dose_amount)
       FROM medsched.upcoming_doses(person, '2027-02-28 23:00Z', '2027-03-04 23:00Z') AS d),
    (SELECT string_agg('as needed ' || concat_ws(' ', s ->> 'dose_amount', s ->> 'dose_unit', 'every ' || (s ->> 'min_interval'), s ->> 'limits', 'until ' || (s ->> 'ends_at')), ', ')
       FROM jsonb_array_elements(read.schedules) AS s WHERE s ? 'as_needed'));
EXCEPTION WHEN data_exception OR feature_not_supported THEN
  RETURN concat(SQLSTATE, ' ', SQLERRM);
END $$;

SELECT is(pg_temp.comes_to(t.resource::jsonb), t.expected, format('%s: %s', t.source, t.what))
FROM (VALUES
  -- The standard's own examples.
  ('HL7', 'one tablet every 4 to 6 hours for pain', '{"sequence": 1, "text": "one tablet every 4-6 hours as needed for rib pain", "timing": {"repeat": {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}},
     "asNeededCodeableConcept": {"coding": [{"display": "Rib pain"}]}, "route": {"coding": [{"display": "Oral"}]}, "doseAndRate": [{"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 1, "unit": "TAB", "code": "TAB"}}]}',
   'as needed 1 TAB every 4 hours'),
  ('HL7', 'one to two tablets', '{"text": "one to two tablets as needed", "asNeededBoolean": true, "doseAndRate": [{"doseRange": {"low": {"value": 1, "unit": "TAB"}, "high": {"value": 2, "unit": "TAB"}}}]}',
   '0A000 dosage[0].doseAndRate[0].doseRange is not supported'),
  ('HL7', 'two on the first day, then one', '[{"sequence": 1, "text": "500 mg on day 1", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 1, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "TAB"}}]},
     {"sequence": 2, "text": "then 250 mg daily for 4 days", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 4, "unit": "days", "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "TAB"}}]}]',
   '01 08:00 2 TAB, 02 08:00 1 TAB, 03 08:00 1 TAB, 04 08:00 1 TAB'),
  ('HL7', 'insulin before each meal', '[{"sequence": 1, "text": "6 units before breakfast", "timing": {"repeat": {"when": ["ACM"]}}, "doseAndRate": [{"doseQuantity": {"value": 6, "unit": "U", "system": "http://unitsofmeasure.org", "code": "U"}}]},
     {"sequence": 1, "text": "8 units before dinner", "timing": {"repeat": {"when": ["ACV"]}}, "doseAndRate": [{"doseQuantity": {"value": 8, "unit": "U", "system": "http://unitsofmeasure.org", "code": "U"}}]}]',
   '01 08:00 6 U, 01 18:00 8 U, 02 08:00 6 U, 02 18:00 8 U, 03 08:00 6 U, 03 18:00 8 U, 04 08:00 6 U, 04 18:00 8 U'),
  ('HL7', 'an infusion', '{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mL"}, "rateRatio": {"numerator": {"value": 100, "unit": "mL"}, "denominator": {"value": 1, "unit": "h"}}}]}',
   '0A000 dosage[0].doseAndRate[0].rateRatio is not supported'),
  ('HL7', 'every other day, at bedtime', '{"timing": {"repeat": {"frequency": 1, "period": 2, "periodUnit": "d", "when": ["HS"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "TAB"}}]}',
   '01 22:00 1 TAB, 03 22:00 1 TAB'),
  ('HL7', 'amounts by weight', '{"timing": {"repeat": {"frequency": 1, "period": 15, "periodUnit": "min"}}, "asNeeded": true, "doseAndRate": [{"doseQuantity": {"value": 0.1, "unit": "mg/kg"}}]}',
   '0A000 dosage[0].doseAndRate[0].doseQuantity is by the size of the body, which is not supported'),
  ('HL7', 'not to be taken', '{"resourceType": "MedicationRequest", "status": "active", "intent": "order", "doNotPerform": true, "medication": {"concept": {"text": "Iron"}}, "subject": {"reference": "Patient/1"}, "dosageInstruction": [{"timing": {"repeat": {"when": ["MORN"]}}}]}',
   '0A000 MedicationRequest.doNotPerform is not supported'),
  ('HL7', 'a statement of R5', '{"resourceType": "MedicationStatement", "status": "recorded", "medication": {"concept": {"text": "Iron"}}, "subject": {"reference": "Patient/1"}, "effectivePeriod": {"start": "2027-03-02", "end": "2027-03-03"},
     "adherence": {"code": {"coding": [{"code": "taking"}]}}, "dosage": [{"timing": {"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "BID"}]}}, "doseAndRate": [{"doseQuantity": {"value": 100, "unit": "mg"}}]}]}',
   '02 08:00 100 mg, 02 20:00 100 mg, 03 08:00 100 mg, 03 20:00 100 mg'),
  -- Structured doses of the British health service.
  ('NHS', 'four times a day, at most 8 in 24 hours', '{"text": "2 tablets 4 times a day as required, maximum 8 tablets in 24 hours", "timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}}, "asNeededBoolean": true,
     "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet", "system": "http://snomed.info/sct", "code": "428673006"}}],
     "maxDosePerPeriod": {"numerator": {"value": 8, "unit": "tablet", "system": "http://snomed.info/sct", "code": "428673006"}, "denominator": {"value": 24, "unit": "hour", "system": "http://unitsofmeasure.org", "code": "h"}}}',
   'as needed 2 tablet [{"days": 1, "doses": 4}, {"amount": 8, "within": "24 hours"}]'),
  ('NHS', 'once a day, and at most so much', '{"text": "1 capsule once a day", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "capsule"}}],
     "maxDosePerPeriod": {"numerator": {"value": 2, "unit": "capsule"}, "denominator": {"value": 1, "code": "d"}}}',
   '01 08:00 1 capsule, 02 08:00 1 capsule, 03 08:00 1 capsule, 04 08:00 1 capsule'),
  ('NHS', 'more than the maximum', '{"timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "capsule"}}],
     "maxDosePerPeriod": {"numerator": {"value": 2, "unit": "capsule"}, "denominator": {"value": 1, "code": "d"}}}', '22023 dosage[0].maxDosePerPeriod is less than the doses come to'),
  ('NHS', 'at night, in words alone', '{"text": "1 tablet at night", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}',
   '0A000 dosage[0] says when in the day in words alone'),
  ('NHS', 'a lifetime''s maximum', '{"timing": {"repeat": {"when": ["MORN"]}}, "maxDosePerLifetime": {"value": 450, "unit": "mg"}}', '0A000 dosage[0].maxDosePerLifetime is not supported'),
  ('NHS', 'weekly', '{"text": "2.5 mg once a week on Tuesday", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["tue"]}}, "doseAndRate": [{"doseQuantity": {"value": 2.5, "unit": "milligram"}}]}',
   '02 08:00 2.5 milligram'),
  -- The German medication process: a Dosage for each amount, and none of them numbered.
  ('dgMP', '1-0-2-0', '[{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "Stück", "code": "1"}}]}, {"timing": {"repeat": {"when": ["EVE"]}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "Stück", "code": "1"}}]}]',
   '01 08:00 1 Stück, 01 20:00 2 Stück, 02 08:00 1 Stück, 02 20:00 2 Stück, 03 08:00 1 Stück, 03 20:00 2 Stück, 04 08:00 1 Stück, 04 20:00 2 Stück'),
  ('dgMP', 'every second day at 8 and 18 hours, other amounts', '[{"timing": {"repeat": {"frequency": 1, "period": 2, "periodUnit": "d", "timeOfDay": ["08:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "Stück"}}]},
     {"timing": {"repeat": {"frequency": 1, "period": 2, "periodUnit": "d", "timeOfDay": ["18:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "Stück"}}]}]',
   '01 08:00 1 Stück, 01 18:00 2 Stück, 03 08:00 1 Stück, 03 18:00 2 Stück'),
  ('dgMP', 'as needed, at least 4 hours apart', '{"asNeededBoolean": true, "extension": [{"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Dosage.asNeededFor", "valueCodeableConcept": {"text": "Kopfschmerzen"}}],
     "modifierExtension": [{"url": "http://ig.fhir.de/igs/medication/StructureDefinition/MindestabstandZwischenGaben", "valueDuration": {"value": 4, "unit": "Stunde(n)", "system": "http://unitsofmeasure.org", "code": "h"}}],
     "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "Stück", "code": "1"}}], "maxDosePerPeriod": {"numerator": {"value": 6, "unit": "Stück", "code": "1"}, "denominator": {"value": 24, "unit": "Stunde(n)", "code": "h"}}}',
   'as needed 1 Stück every 4 hours [{"amount": 6, "within": "24 hours"}]'),
  ('dgMP', 'two units of time', '{"timing": {"repeat": {"when": ["MORN"], "boundsDuration": {"value": 3, "unit": "Tag(e)", "code": "wk"}}}}', '22023 dosage[0]: timing element "repeat.boundsDuration" has two units'),
  ('dgMP', 'a free text', '{"text": "nach Plan"}', '0A000 dosage[0] does not say when'),
  ('dgMP', 'Mondays and Fridays, for 3 weeks', '[{"timing": {"repeat": {"dayOfWeek": ["mon", "fri"], "when": ["MORN"], "boundsDuration": {"value": 3, "code": "wk"}}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "Stück"}}]},
     {"timing": {"repeat": {"dayOfWeek": ["mon", "fri"], "when": ["NOON"], "boundsDuration": {"value": 3, "code": "wk"}}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "Stück"}}]}]', '01 08:00 1 Stück, 01 12:00 2 Stück'),
  ('dgMP', 'two amounts every few days, which meet', '[{"timing": {"repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "Stück"}}]},
     {"timing": {"repeat": {"frequency": 1, "period": 3, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "Stück"}}]}]', '0A000 dosage[1] has a dose at a time of dosage[0]'),
  -- French hospitals: instants, one sequence for all.
  ('France', '2 at 7 and 1 at 18 hours, from noon on', '[{"sequence": 1, "timing": {"repeat": {"boundsPeriod": {"start": "2027-03-01T14:08:00+01:00", "end": "2027-03-03T14:07:59+01:00"}, "timeOfDay": ["07:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 2, "system": "http://unitsofmeasure.org", "code": "1"}}]},
     {"sequence": 1, "timing": {"repeat": {"boundsPeriod": {"start": "2027-03-01T14:08:00+01:00", "end": "2027-03-03T14:07:59+01:00"}, "timeOfDay": ["18:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "1"}}]}]',
   '01 18:00 1, 02 07:00 2, 02 18:00 1, 03 07:00 2'),
  ('France', 'for pain, 3 g in 24 hours', '{"sequence": 1, "timing": {"repeat": {"boundsPeriod": {"start": "2027-03-01", "end": "2027-03-05"}}}, "asNeededCodeableConcept": {"text": "Si douleurs"}, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}],
     "maxDosePerPeriod": {"numerator": {"value": 3, "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"}, "denominator": {"value": 24, "unit": "h", "code": "h"}}, "maxDosePerAdministration": {"value": 1, "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"}}',
   'as needed 500 mg [{"amount": 1000, "within": "1 minute"}, {"amount": 3000, "within": "24 hours"}] until 2027-03-05T23:00:00Z'),
  ('France', '6 mg, then 4 mg, then 2 mg', '[{"sequence": 1, "timing": {"repeat": {"boundsDuration": {"value": 2, "unit": "jour", "code": "d"}, "timeOfDay": ["07:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 6, "unit": "mg", "code": "mg"}}]},
     {"sequence": 2, "timing": {"repeat": {"boundsDuration": {"value": 1, "unit": "jour", "code": "d"}, "timeOfDay": ["07:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 4, "unit": "mg", "code": "mg"}}]},
     {"sequence": 3, "timing": {"repeat": {"boundsDuration": {"value": 1, "unit": "jour", "code": "d"}, "timeOfDay": ["07:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "mg", "code": "mg"}}]}]', '01 07:00 6 mg, 02 07:00 6 mg, 03 07:00 4 mg, 04 07:00 2 mg'),
  ('France', 'the same without numbers', '[{"timing": {"repeat": {"boundsDuration": {"value": 2, "code": "d"}, "timeOfDay": ["07:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 6, "unit": "mg"}}]},
     {"timing": {"repeat": {"boundsDuration": {"value": 2, "code": "d"}, "timeOfDay": ["07:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 4, "unit": "mg"}}]}]', '0A000 dosage[1] has a dose at a time of dosage[0]'),
  ('France', 'until something else, then', '[{"sequence": 1, "additionalInstruction": [{"text": "Jusqu''à amélioration"}], "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 60, "unit": "mg"}}]},
     {"sequence": 2, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 50, "unit": "mg"}}]}]', '0A000 dosage[0] does not say how long it lasts, and another follows'),
  ('France', 'two at a time every 6 hours for 10 days, for pain', '{"timing": {"repeat": {"boundsDuration": {"value": 10, "unit": "jour", "code": "d"}, "frequency": 1, "period": 6, "periodUnit": "h"}}, "asNeededCodeableConcept": {"text": "Si douleurs"}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "gélule"}}]}',
   'as needed 2 gélule every 6 hours until 2027-03-10T23:00:00Z'),
  -- Swiss medication plans.
  ('Switzerland', 'rising numbers for the parts of one day', '[{"sequence": 1, "timing": {"repeat": {"boundsPeriod": {"start": "2027-02-04"}, "when": ["MORN"]}}}, {"sequence": 2, "timing": {"repeat": {"boundsPeriod": {"start": "2027-02-04"}, "when": ["EVE"]}}}]',
   '0A000 dosage[0] does not say how long it lasts, and another follows'),
  ('Switzerland', '21 days, then 7 days of none', '[{"sequence": 1, "timing": {"repeat": {"count": 21, "frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "Tablette"}}]},
     {"sequence": 2, "timing": {"repeat": {"count": 7, "frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 0, "unit": "Tablette"}}]}]', '22023 dosage[1].doseAndRate[0].doseQuantity must have a value above 0'),
  ('Switzerland', 'an extension that says more', '{"extension": [{"url": "http://chmed.example.org/posology", "valueCoding": {"code": "4"}}], "timing": {"repeat": {"when": ["MORN"]}}}', '0A000 dosage[0].extension "http://chmed.example.org/posology" is not supported'),
  ('Switzerland', 'pieces', '{"timing": {"repeat": {"when": ["MORN", "EVE"]}}, "doseAndRate": [{"doseQuantity": {"value": 1.5, "system": "http://unitsofmeasure.org", "code": "{Piece}"}}]}',
   '01 08:00 1.5 Piece, 01 20:00 1.5 Piece, 02 08:00 1.5 Piece, 02 20:00 1.5 Piece, 03 08:00 1.5 Piece, 03 20:00 1.5 Piece, 04 08:00 1.5 Piece, 04 20:00 1.5 Piece'),
  -- What systems of American clinics send.
  ('US', 'a reported medication', '{"resourceType": "MedicationRequest", "status": "active", "intent": "plan", "reportedBoolean": true, "medicationCodeableConcept": {"text": "Lisinopril 10 mg"}, "subject": {"reference": "Patient/1"}, "encounter": {"reference": "Encounter/1"}, "authoredOn": "2020-01-01",
     "dosageInstruction": [{"text": "Take 1 tablet once daily", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "route": {"text": "Oral"}, "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg"}}]}]}',
   '01 08:00 10 mg, 02 08:00 10 mg, 03 08:00 10 mg, 04 08:00 10 mg'),
  ('US', 'every 4 hours PRN', '{"text": "Take 1 tablet (30 mg total) by mouth every 4 hours as needed for pain", "patientInstruction": "Take 1 tablet by mouth every 4 hours as needed", "timing": {"repeat": {"boundsPeriod": {"start": "2027-03-01"}, "frequency": 1, "period": 4, "periodUnit": "h"}},
     "asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 30, "unit": "mg", "code": "mg"}}, {"type": {"text": "admin amount"}, "doseQuantity": {"value": 30, "unit": "mg", "code": "mg"}}]}', 'as needed 30 mg every 4 hours'),
  ('US', 'two amounts, of two units', '{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 30, "unit": "mg"}}, {"doseQuantity": {"value": 1, "unit": "tablet"}}]}', '0A000 dosage[0].doseAndRate has several amounts'),
  ('US', 'as needed in words alone', '{"text": "Take 1 tablet every 6 hours as needed", "timing": {"repeat": {"frequency": 1, "period": 6, "periodUnit": "h"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}]}', '0A000 dosage[0] says as needed in words alone'),
  ('US', 'for up to 10 days, in words alone', '{"text": "Take 1 tablet every 8 (eight) hours for up to 10 days", "timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}}', '0A000 dosage[0] says how long in words alone'),
  ('US', 'an earlier release', '{"timing": {"repeat": {"when": ["MORN"]}}, "doseQuantity": {"value": 30, "unit": "mg"}}', '22023 dosage[0] has an unknown element "doseQuantity"'),
  ('US', 'stopped', '{"resourceType": "MedicationRequest", "status": "stopped", "intent": "order", "medicationCodeableConcept": {"text": "x"}, "subject": {"reference": "Patient/1"}, "dosageInstruction": [{"timing": {"repeat": {"when": ["MORN"]}}}]}', '0A000 MedicationRequest with status "stopped" is not supported'),
  ('US', 'completed, and over by itself', '{"resourceType": "MedicationRequest", "status": "completed", "intent": "order", "medicationCodeableConcept": {"text": "x"}, "subject": {"reference": "Patient/1"}, "dosageInstruction": [{"timing": {"repeat": {"when": ["MORN"], "boundsPeriod": {"start": "2027-03-01", "end": "2027-03-02"}}}}]}',
   '01 08:00, 02 08:00'),
  ('US', 'no dose, no time', '{"resourceType": "MedicationRequest", "status": "active", "intent": "order", "medicationCodeableConcept": {"text": "x"}, "subject": {"reference": "Patient/1"}}', '22023 MedicationRequest has no dosageInstruction'),
  ('US', 'a maximum without a unit', '{"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg", "code": "mg"}}], "maxDosePerPeriod": {"numerator": {"value": 3}, "denominator": {"value": 1, "code": "d"}}}', '0A000 dosage[0].maxDosePerPeriod is in another unit than the dose'),
  -- Elsewhere.
  ('Japan', 'as needed, by a code of its own', '{"asNeededBoolean": true, "timing": {"code": {"coding": [{"system": "urn:oid:1.2.392.200250.2.2.20", "code": "11"}]}}}', '0A000 dosage[0]: timing code is not supported'),
  ('Belgium', 'a status in an extension', '{"modifierExtension": [{"url": "https://be.example.org/suspended", "valueBoolean": true}], "timing": {"repeat": {"when": ["MORN"]}}}', '0A000 dosage[0].modifierExtension "https://be.example.org/suspended" is not supported'),
  ('Indonesia', 'three times a day', '{"sequence": 1, "text": "3x sehari", "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-04"}}}, "doseAndRate": [{"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 1, "unit": "TAB", "code": "TAB"}}]}',
   '04 08:00 1 TAB, 04 14:00 1 TAB, 04 20:00 1 TAB'))
  AS t (source, what, resource, expected);
SELECT * FROM finish();
ROLLBACK;
