\i test/setup.psql
BEGIN;
SELECT plan(120);

-- The doses that a prescription comes to from Monday 1 March 2027 00:00 in Berlin on, once create_medication has taken it: local
-- times and amounts.
CREATE FUNCTION pg_temp.prescribed(resource jsonb, until date, times jsonb DEFAULT NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, coalesce(m.name, 'Tested'), m.schedules, m.notes, NULL, m.substance, m.substance_amount, m.substance_unit)
     FROM medsched.medication_from_fhir(resource, 'Europe/Berlin', '2027-03-01', times) AS m;
  RETURN (SELECT string_agg(concat_ws(' ', to_char(d.local_time, 'MM-DD HH24:MI'), d.dose_amount, d.dose_unit), ', ' ORDER BY d.scheduled_for, d.dose_amount)
            FROM medsched.upcoming_doses(person, timezone('Europe/Berlin', timestamp '2027-03-01'), timezone('Europe/Berlin', until::timestamp)) AS d);
END $$;
-- A MedicationRequest with one Dosage or several.
CREATE FUNCTION pg_temp.request(dosages jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": "Patient/1"},
           "medicationCodeableConcept": {"text": "Metformin 500 mg"}}'
         || jsonb_build_object('dosageInstruction', CASE jsonb_typeof(dosages) WHEN 'array' THEN dosages ELSE jsonb_build_array(dosages) END) || more
$$;
CREATE FUNCTION pg_temp.dose(amount numeric, unit text, more text) RETURNS text LANGUAGE sql AS $$
  SELECT (more::jsonb || jsonb_build_object('doseAndRate', jsonb_build_array(jsonb_build_object('doseQuantity', jsonb_build_object('value', amount, 'unit', unit)))))::text
$$;

-- Resources of both releases.
SELECT is((m.name, m.notes, m.schedules), (t.name, t.notes, t.schedules::jsonb), t.what)
FROM (VALUES
  ('R4 MedicationRequest', '{"resourceType": "MedicationRequest", "id": "a", "meta": {"profile": ["urn:x"]}, "status": "active", "intent": "plan",
     "identifier": [{"value": "7"}], "extension": [{"url": "urn:x", "valueString": "about the paper"}], "authoredOn": "2026-12-31",
     "medicationCodeableConcept": {"coding": [{"system": "urn:x", "code": "1"}, {"code": "2", "display": "Aspirin 100 mg"}]},
     "subject": {"reference": "Patient/1"}, "note": [{"text": "first"}, {"text": "second"}], "dispenseRequest": {"numberOfRepeatsAllowed": 2},
     "dosageInstruction": [{"id": "d", "text": "One in the morning", "patientInstruction": "One in the morning", "additionalInstruction": [{"text": "with water"}],
       "timing": {"repeat": {"when": ["MORN"]}}, "route": {"coding": [{"display": "Oral route"}]}, "method": {"text": "Swallow"},
       "doseAndRate": [{"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 1, "unit": "tablet", "system": "urn:x", "code": "T"}}]}]}',
   'Aspirin 100 mg', E'first\nsecond',
   '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0", "dose_amount": 1, "dose_unit": "tablet",
      "instructions": "in the morning; One in the morning; with water; Swallow; Oral route"}]'),
  ('R5 MedicationRequest', '{"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": "Patient/1"}, "reported": true,
     "contained": [{"resourceType": "Medication", "id": "other", "code": {"text": "no"}}, {"resourceType": "Medication", "id": "m", "code": {"text": "Insulin"}}],
     "medication": {"reference": {"reference": "#m"}}, "renderedDosageInstruction": "10 units at bedtime", "reason": [{"concept": {"text": "diabetes"}}],
     "dosageInstruction": [{"timing": {"repeat": {"timeOfDay": ["22:30:00"]}}, "asNeeded": false, "site": {"text": "thigh"},
       "doseAndRate": [{"doseQuantity": {"value": 10, "system": "http://unitsofmeasure.org", "code": "[iU]"}}]}]}',
   'Insulin', '10 units at bedtime',
   '[{"starts_at": "2027-03-01T22:30:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=22;BYMINUTE=30;BYSECOND=0", "dose_amount": 10, "dose_unit": "[iU]",
      "instructions": "thigh"}]'),
  ('R4 MedicationStatement', '{"resourceType": "MedicationStatement", "status": "active", "subject": {"reference": "Patient/1"},
     "medicationReference": {"reference": "Medication/7", "display": "Ramipril 5 mg"}, "effectivePeriod": {"start": "2027-02-28", "end": "2027-03-04"}, "dateAsserted": "2027-03-01",
     "dosage": [{"timing": {"code": {"coding": [{"code": "QD"}]}}, "doseAndRate": [{"doseQuantity": {"value": 0.5}}]}]}',
   'Ramipril 5 mg', NULL,
   '[{"starts_at": "2027-02-28T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270304", "dose_amount": 0.5}]'),
  ('R5 MedicationStatement', '{"resourceType": "MedicationStatement", "status": "recorded", "subject": {"reference": "Patient/1"}, "medication": {"concept": {"text": "Thyroxine"}},
     "adherence": {"code": {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/medication-statement-adherence", "code": "taking-as-directed"}]}},
     "dosage": [{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-01-01"}}}}]}',
   'Thyroxine', NULL,
   '[{"starts_at": "2027-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0"}]'),
  ('a list of Dosages', '[{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "_text": {"extension": []}, "additionalInstruction": []}]', NULL, NULL,
   '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0"}]'))
  AS t (what, resource, name, notes, schedules)
CROSS JOIN LATERAL medsched.medication_from_fhir(t.resource::jsonb, 'Europe/Berlin', '2027-03-01') AS m;

-- The substance of a contained Medication, where its strength is by the doses' unit.
SELECT is((m.substance, m.substance_amount, m.substance_unit), (t.substance, t.amount, t.unit), 'strength: ' || t.medication)
FROM (VALUES
  ('{"ingredient": [{"itemCodeableConcept": {"text": "paracetamol"}, "strength": {"numerator": {"value": 500, "unit": "mg"}, "denominator": {"value": 1, "unit": "Tablet"}}}]}', 'paracetamol', 500::numeric, 'mg'),
  ('{"ingredient": [{"item": {"concept": {"text": "paracetamol"}}, "strengthRatio": {"numerator": {"value": 1000, "code": "mg"}, "denominator": {"value": 2}}}]}', 'paracetamol', 500, 'mg'),
  ('{"ingredient": [{"itemCodeableConcept": {"text": "paracetamol"}, "strength": {"numerator": {"value": 120, "unit": "mg"}, "denominator": {"value": 5, "unit": "mL"}}}]}', NULL, NULL, NULL),
  ('{"ingredient": [{"itemCodeableConcept": {"text": "a"}}, {"itemCodeableConcept": {"text": "b"}}]}', NULL, NULL, NULL),
  ('{}', NULL, NULL, NULL)) AS t (medication, substance, amount, unit)
CROSS JOIN LATERAL medsched.medication_from_fhir(pg_temp.request(pg_temp.dose(2, 'tablet', '{"timing": {"repeat": {"when": ["MORN"]}}}')::jsonb) - 'medicationCodeableConcept'
  || jsonb_build_object('medicationReference', '{"reference": "#m"}'::jsonb,
                        'contained', jsonb_build_array('{"resourceType": "Medication", "id": "m"}' || t.medication::jsonb)), 'UTC', '2027-03-01') AS m;

-- Several Dosages to a resource.
SELECT is(pg_temp.prescribed(pg_temp.request(t.dosages::jsonb), t.until::date), t.doses, t.what)
FROM (VALUES
  ('other amounts at other times of day',
   '[{"timing": {"repeat": {"when": ["MORN", "EVE"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "Stück"}}]},
     {"timing": {"repeat": {"when": ["NOON"]}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "Stück"}}]}]',
   '2027-03-02', '03-01 08:00 1 Stück, 03-01 12:00 2 Stück, 03-01 20:00 1 Stück'),
  ('other amounts on other days',
   '[{"timing": {"repeat": {"dayOfWeek": ["mon", "wed", "fri"], "timeOfDay": ["18:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}]},
     {"timing": {"repeat": {"dayOfWeek": ["tue", "thu", "sat", "sun"], "timeOfDay": ["18:00:00"]}}, "doseAndRate": [{"doseQuantity": {"value": 2.5, "unit": "mg"}}]}]',
   '2027-03-04', '03-01 18:00 5 mg, 03-02 18:00 2.5 mg, 03-03 18:00 5 mg'),
  ('one sequence: together, at the same time too',
   '[{"sequence": 1, "timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 40, "unit": "mg"}}]},
     {"sequence": 1, "timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 20, "unit": "mg"}}]}]',
   '2027-03-02', '03-01 08:00 20 mg, 03-01 08:00 40 mg'),
  ('rising sequence: one after the other, in any order of the list',
   '[{"sequence": 3, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "mg"}}]},
     {"sequence": 1, "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 2, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 6, "unit": "mg"}}]},
     {"sequence": 2, "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "count": 4}}, "doseAndRate": [{"doseQuantity": {"value": 4, "unit": "mg"}}]}]',
   '2027-03-07', '03-01 08:00 6 mg, 03-01 20:00 6 mg, 03-02 08:00 6 mg, 03-02 20:00 6 mg, 03-03 08:00 4 mg, 03-03 20:00 4 mg, 03-04 08:00 4 mg, 03-04 20:00 4 mg, 03-05 08:00 2 mg, 03-06 08:00 2 mg'),
  ('a first dose, then less',
   '[{"sequence": 1, "timing": {"repeat": {"count": 1, "frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}]},
     {"sequence": 2, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 4, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 250, "unit": "mg"}}]}]',
   '2027-04-01', '03-01 08:00 500 mg, 03-02 08:00 250 mg, 03-03 08:00 250 mg, 03-04 08:00 250 mg, 03-05 08:00 250 mg'),
  ('weekly, then monthly',
   '[{"sequence": 1, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "count": 3}}},
     {"sequence": 2, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo"}}}]',
   '2027-05-01', '03-01 08:00, 03-08 08:00, 03-15 08:00, 03-22 08:00, 04-22 08:00'),
  ('rising sequence, by periods of their own with a gap',
   '[{"sequence": 1, "timing": {"repeat": {"when": ["EVE"], "boundsPeriod": {"start": "2027-03-02", "end": "2027-03-03"}}}},
     {"sequence": 2, "timing": {"repeat": {"when": ["MORN"], "boundsPeriod": {"start": "2027-03-05", "end": "2027-03-06"}}}}]',
   '2027-04-01', '03-02 20:00, 03-03 20:00, 03-05 08:00, 03-06 08:00'),
  ('the next starts on the day after an instant, or on the day of midnight',
   '[{"sequence": 1, "timing": {"repeat": {"when": ["MORN"], "boundsPeriod": {"end": "2027-03-02T00:00:00+01:00"}}}},
     {"sequence": 2, "timing": {"repeat": {"when": ["NOON"], "boundsPeriod": {"end": "2027-03-03T13:00:00+01:00"}}}},
     {"sequence": 3, "timing": {"repeat": {"when": ["EVE"], "count": 1}}}]',
   '2027-04-01', '03-01 08:00, 03-02 12:00, 03-03 12:00, 03-04 20:00'),
  ('each step of two',
   '[{"sequence": 1, "timing": {"repeat": {"when": ["MORN"], "boundsDuration": {"value": 1, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 1}}]},
     {"sequence": 1, "timing": {"repeat": {"when": ["EVE"], "boundsDuration": {"value": 2, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 2}}]},
     {"sequence": 2, "timing": {"repeat": {"when": ["NOON"], "boundsDuration": {"value": 24, "code": "h"}}}, "doseAndRate": [{"doseQuantity": {"value": 3}}]}]',
   '2027-04-01', '03-01 08:00 1, 03-01 20:00 2, 03-02 20:00 2, 03-03 12:00 3'),
  ('of what was ordered by weight, what was calculated',
   '{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 10, "unit": "mg/kg"}},
     {"type": {"coding": [{"code": "calculated"}]}, "doseQuantity": {"value": 700, "unit": "mg"}}]}', '2027-03-02', '03-01 08:00 700 mg'),
  ('amounts that agree',
   '{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "g", "code": "g", "system": "u"}}, {"doseQuantity": {"value": 1, "unit": "gram", "code": "g", "system": "u"}}]}',
   '2027-03-02', '03-01 08:00 1 g'),
  ('a maximum that the doses keep',
   '{"timing": {"code": {"coding": [{"code": "BID"}]}}, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}],
     "maxDosePerPeriod": {"numerator": {"value": 1, "unit": "g"}, "denominator": {"value": 1, "unit": "day"}}}',
   '2027-03-02', '03-01 08:00 500 mg, 03-01 20:00 500 mg'),
  ('the resource''s bounds',
   '{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-02"}}}}', '2027-03-04', '03-02 08:00, 03-03 08:00'))
  AS t (what, dosages, until, doses);

-- Words that the elements say as well.
SELECT lives_ok(format('SELECT medsched.medication_from_fhir(%L, %L, %L)', jsonb_build_array(t.dosage::jsonb), 'UTC', '2027-03-01'), t.dosage)
FROM (VALUES
  ('{"timing": {"repeat": {"when": ["HS"], "boundsDuration": {"value": 7, "code": "d"}}}, "text": "1 tablet at bedtime for 7 days"}'),
  ('{"timing": {"repeat": {"dayOfWeek": ["tue"], "timeOfDay": ["20:00:00"]}}, "text": "Tuesdays, in the evening"}'),
  ('{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "text": "1 tablet every morning with food; 2 hours apart from milk"}')) AS t (dosage);

-- The bounds of the resource hold for what has none of its own.
SELECT is(pg_temp.prescribed(pg_temp.request(t.dosages::jsonb, jsonb_build_object('effectiveDosePeriod', t.period::jsonb)), '2027-12-01'), t.doses, 'effectiveDosePeriod: ' || t.period)
FROM (VALUES
  ('{"timing": {"repeat": {"when": ["MORN"]}}}', '{"start": "2027-03-30", "end": "2027-03"}', '03-30 08:00, 03-31 08:00'),
  ('{"timing": {"repeat": {"when": ["MORN", "EVE"]}}}', '{"start": "2027-03-30T12:00:00+02:00", "end": "2027-03-31T08:00:00+02:00"}', '03-30 20:00, 03-31 08:00'),
  ('{"timing": {"repeat": {"when": ["MORN"], "boundsPeriod": {"start": "2027-03-30"}}}}', '{"start": "2027-03-01", "end": "2027-03-31"}', '03-30 08:00, 03-31 08:00'),
  ('{"timing": {"repeat": {"when": ["MORN"], "count": 2}}}', '{"start": "2027-03-30", "end": "2027-03-31"}', '03-30 08:00, 03-31 08:00'),
  ('[{"sequence": 1, "timing": {"repeat": {"when": ["MORN"], "boundsDuration": {"value": 1, "code": "d"}}}}, {"sequence": 2, "timing": {"repeat": {"when": ["EVE"]}}}]',
   '{"start": "2027-03-29", "end": "2027-03-31"}', '03-29 08:00, 03-30 20:00, 03-31 20:00')) AS t (dosages, period, doses);

-- Times of the caller's.
SELECT is(pg_temp.prescribed(pg_temp.request('[{"timing": {"repeat": {"when": ["CM"]}}}, {"timing": {"repeat": {"when": ["HS"]}}}]'), '2027-03-02', '{"CM": "07:15", "HS": "23:00"}'),
          '03-01 07:15, 03-01 23:00', 'times by event, for all Dosages');

-- As needed: limits.
SELECT is(m.schedules, jsonb_build_array('{"starts_at": "2027-03-01T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}'::jsonb || t.schedule::jsonb), 'as needed: ' || regexp_replace(t.dosage, '[[:space:]]+', ' ', 'g'))
FROM (VALUES
  ('{"asNeededBoolean": true}', '{}'),
  ('{"asNeeded": true, "text": "when it hurts"}', '{"instructions": "when it hurts"}'),
  ('{"asNeededCodeableConcept": {"coding": [{"display": "pain"}]}, "timing": {"code": {"coding": [{"code": "BID"}]}}}',
   '{"limits": [{"doses": 2, "days": 1}], "instructions": "as needed for pain"}'),
  ('{"asNeeded": true, "asNeededFor": [{"text": "pain"}, {"text": "fever"}], "timing": {"repeat": {"frequency": 1, "period": 6, "periodUnit": "h"}}}',
   '{"min_interval": "6 hours", "instructions": "as needed for pain or fever"}'),
  ('{"asNeededFor": [{"text": "pain"}]}', '{"instructions": "as needed for pain"}'),
  ('{"asNeededBoolean": true, "extension": [{"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-Dosage.asNeededFor", "valueCodeableConcept": {"text": "nausea"}}],
     "modifierExtension": [{"url": "http://ig.fhir.de/igs/medication/StructureDefinition/MindestabstandZwischenGaben", "valueDuration": {"value": 4, "code": "h"}}]}',
   '{"min_interval": "4 hours", "instructions": "as needed for nausea"}'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}},
     "modifierExtension": [{"url": "http://ig.fhir.de/igs/medication/StructureDefinition/MindestabstandZwischenGaben", "valueDuration": {"value": 6, "unit": "h"}}]}',
   '{"min_interval": "8 hours"}'),
  ('{"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}], "maxDosePerAdministration": {"value": 1, "unit": "g"},
     "maxDosePerPeriod": {"numerator": {"value": 3, "unit": "g"}, "denominator": {"value": 24, "unit": "h"}}}',
   '{"dose_amount": 500, "dose_unit": "mg", "limits": [{"amount": 1000, "within": "1 minute"}, {"amount": 3000, "within": "24 hours"}]}'),
  ('{"asNeeded": true, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
     "maxDosePerPeriod": [{"numerator": {"value": 4, "unit": "Tablet"}, "denominator": {"value": 1, "code": "d"}}, {"numerator": {"value": 3, "unit": "doses"}, "denominator": {"value": 1, "code": "wk"}}]}',
   '{"dose_amount": 1, "dose_unit": "tablet", "limits": [{"amount": 4, "within": "24 hours"}, {"doses": 3, "within": "168 hours"}]}'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"when": ["HS"]}}}', '{"limits": [{"doses": 1, "days": 1}], "instructions": "before going to sleep"}'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"timeOfDay": ["20:00:00", "08:00:00"]}}}', '{"limits": [{"doses": 2, "days": 1}], "instructions": "at 08:00, 20:00"}'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"boundsPeriod": {"start": "2027-03-05", "end": "2027-03-07"}}}}',
   '{"starts_at": "2027-03-05T00:00:00", "ends_at": "2027-03-07T23:00:00Z"}'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"boundsPeriod": {"start": "2027-03-05T10:00:00+01:00", "end": "2027-03-07T09:59:59+01:00"}}}}',
   '{"starts_at": "2027-03-05T10:00:00", "ends_at": "2027-03-07T09:00:00Z"}'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 28, "code": "d"}}}}',
   '{"limits": [{"doses": 2, "days": 1}], "ends_at": "2027-03-28T22:00:00Z"}')) AS t (dosage, schedule)
CROSS JOIN LATERAL medsched.medication_from_fhir(jsonb_build_array(t.dosage::jsonb), 'Europe/Berlin', '2027-03-01') AS m;
SELECT lives_ok(format('SELECT pg_temp.prescribed(%L, %L)', t.dosages, '2027-03-02'), 'taken by create_medication: ' || t.dosages)
FROM (VALUES
  ('[{"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 500, "unit": "mg"}}], "maxDosePerPeriod": {"numerator": {"value": 3, "unit": "g"}, "denominator": {"value": 24, "unit": "h"}}}]'),
  ('[{"timing": {"repeat": {"when": ["MORN"]}}}, {"asNeededBoolean": true, "timing": {"repeat": {"frequency": 1, "period": 4, "periodUnit": "h"}}}]')) AS t (dosages);
-- What cannot be said is refused by name.
SELECT throws_ok(format('SELECT medsched.medication_from_fhir(pg_temp.request(%L), %L, %L)', t.dosages, 'Europe/Berlin', '2027-03-01'), t.sqlstate, t.message, regexp_replace(t.dosages, '[[:space:]]+', ' ', 'g'))
FROM (VALUES
  ('[]', '22023', 'dosageInstruction must have 1 to 100 entries'),
  ('[1]', '22023', 'dosageInstruction[0] is not a JSON object'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseQuantity": {"value": 1}}', '22023', 'dosageInstruction[0] has an unknown element "doseQuantity"'),
  ('{"text": "1-0-1"}', '0A000', 'dosageInstruction[0] does not say when'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "sequence": "1"}', '22023', 'dosageInstruction[0].sequence is not of type number'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "_sequence": {}}', '0A000', 'dosageInstruction[0]._sequence is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "modifierExtension": [{"url": "urn:x"}]}', '0A000', 'dosageInstruction[0].modifierExtension "urn:x" is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "extension": [{"url": "urn:x"}]}', '0A000', 'dosageInstruction[0].extension "urn:x" is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "modifierExtension": [{"url": "http://ig.fhir.de/igs/medication/StructureDefinition/MindestabstandZwischenGaben", "valueDuration": {"value": 4, "code": "h"}}]}',
   '0A000', 'dosageInstruction[0].modifierExtension is not supported for doses at set times'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "maxDosePerLifetime": {"value": 1}}', '0A000', 'dosageInstruction[0].maxDosePerLifetime is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2}}}]}', '0A000', 'dosageInstruction[0].doseAndRate[0].doseRange is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"rateRatio": {}}]}', '0A000', 'dosageInstruction[0].doseAndRate[0].rateRatio is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 1}}, {"doseQuantity": {"value": 2}}]}', '0A000', 'dosageInstruction[0].doseAndRate has several amounts'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "mg"}}, {"doseQuantity": {"value": 1, "unit": "mL"}}]}', '0A000', 'dosageInstruction[0].doseAndRate has several amounts'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "comparator": "<"}}]}', '0A000', 'dosageInstruction[0].doseAndRate[0].doseQuantity.comparator is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 0}}]}', '22023', 'dosageInstruction[0].doseAndRate[0].doseQuantity must have a value above 0'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg/kg"}}]}', '0A000', 'dosageInstruction[0].doseAndRate[0].doseQuantity is by the size of the body, which is not supported'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "asNeededBoolean": false, "asNeededCodeableConcept": {"text": "pain"}}', '22023', 'dosageInstruction[0] contradicts itself about asNeeded'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "text": "1 tablet PRN"}', '0A000', 'dosageInstruction[0] says as needed in words alone'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "additionalInstruction": [{"text": "bei Bedarf"}]}', '0A000', 'dosageInstruction[0] says as needed in words alone'),
  ('{"timing": {"repeat": {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}}}', '0A000', 'dosageInstruction[0]: timing element "repeat.frequencyMax" is not supported'),
  ('{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "g"}}], "maxDosePerPeriod": {"numerator": {"value": 1500, "unit": "mg"}, "denominator": {"value": 1, "code": "d"}}}',
   '22023', 'dosageInstruction[0].maxDosePerPeriod is less than the doses come to'),
  ('{"timing": {"repeat": {"when": ["MORN"]}}, "maxDosePerPeriod": {"numerator": {"value": 1}}}', '22023', 'dosageInstruction[0].maxDosePerPeriod must have a numerator and a denominator'),
  ('{"asNeededBoolean": true, "maxDosePerPeriod": {"numerator": {"value": 4, "unit": "mg"}, "denominator": {"value": 1, "code": "d"}}}', '0A000', 'dosageInstruction[0].maxDosePerPeriod is in another unit than the dose'),
  ('{"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}], "maxDosePerPeriod": {"numerator": {"value": 4, "unit": "g"}, "denominator": {"value": 1, "code": "d"}}}',
   '0A000', 'dosageInstruction[0].maxDosePerPeriod is in another unit than the dose'),
  ('{"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "g"}}], "maxDosePerPeriod": {"numerator": {"value": 4, "unit": "g"}, "denominator": {"value": 1, "code": "mo"}}}',
   '0A000', 'dosageInstruction[0].maxDosePerPeriod has a period that is not supported'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"dayOfWeek": ["mon"]}}}', '0A000', 'dosageInstruction[0]: timing element "repeat.dayOfWeek" is not supported for doses as needed'),
  ('{"timing": {"repeat": {"when": ["MORN"], "boundsDuration": {"value": 3, "unit": "Tag(e)", "code": "wk"}}}}', '22023', 'dosageInstruction[0]: timing element "repeat.boundsDuration" has two units'),
  ('{"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "g"}}], "maxDosePerPeriod": {"numerator": {"value": 4, "unit": "g"}, "denominator": {"value": 1, "code": "d", "unit": "hour"}}}',
   '22023', 'dosageInstruction[0]: timing element "maxDosePerPeriod.denominator" has two units'),
  ('{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "text": "1 tablet at bedtime"}', '0A000', 'dosageInstruction[0] says when in the day in words alone'),
  ('{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "text": "1-0-1, um 7:00 und 19:00 Uhr"}', '0A000', 'dosageInstruction[0] says when in the day in words alone'),
  ('{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}, "patientInstruction": "every Tuesday"}', '0A000', 'dosageInstruction[0] says on which days in words alone'),
  ('{"timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}, "text": "Take 1 three times a day for 7 days"}', '0A000', 'dosageInstruction[0] says how long in words alone'),
  ('{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "additionalInstruction": [{"text": "pendant deux semaines"}]}', '0A000', 'dosageInstruction[0] says how long in words alone'),
  ('{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "text": "2 tablets today, then 1 a day"}', '0A000', 'dosageInstruction[0] says that it changes in words alone'),
  ('{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "text": "Take 1-2 tablets daily"}', '0A000', 'dosageInstruction[0] says a range of amounts in words alone'),
  ('{"asNeededBoolean": true, "text": "one to two when it hurts"}', '0A000', 'dosageInstruction[0] says a range of amounts in words alone'),
  -- Several.
  ('[{"timing": {"repeat": {"when": ["MORN"]}}}, {"text": "again", "timing": {"repeat": {"when": ["MORN"]}}}]', '22023', 'dosageInstruction[1] repeats dosageInstruction[0]'),
  ('[{"sequence": 1, "timing": {"repeat": {"when": ["MORN"]}}}, {"timing": {"repeat": {"when": ["EVE"]}}}]', '22023', 'dosageInstruction has entries with sequence and without'),
  ('[{"timing": {"repeat": {"when": ["MORN"], "boundsDuration": {"value": 2, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 2}}]},
     {"timing": {"repeat": {"when": ["MORN"], "boundsDuration": {"value": 2, "code": "d"}}}, "doseAndRate": [{"doseQuantity": {"value": 1}}]}]', '0A000', 'dosageInstruction[1] has a dose at a time of dosageInstruction[0]'),
  ('[{"timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}}, {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}}]', '0A000', 'dosageInstruction[1] has a dose at a time of dosageInstruction[0]'),
  ('[{"sequence": 1, "timing": {"repeat": {"when": ["MORN"]}}}, {"sequence": 2, "timing": {"repeat": {"when": ["EVE"]}}}]', '0A000', 'dosageInstruction[0] does not say how long it lasts, and another follows'),
  ('[{"sequence": 1, "timing": {"repeat": {"when": ["MORN", "EVE"], "count": 3}}}, {"sequence": 2, "timing": {"repeat": {"when": ["EVE"]}}}]', '0A000', 'dosageInstruction[0] ends within a period, and another follows'),
  ('[{"sequence": 1, "timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "boundsDuration": {"value": 20, "code": "h"}}}}, {"sequence": 2, "timing": {"repeat": {"when": ["EVE"]}}}]',
   '0A000', 'dosageInstruction[0] does not last whole days, and another follows'),
  ('[{"sequence": 1, "timing": {"repeat": {"when": ["MORN"], "boundsPeriod": {"end": "2027-03-31"}}}}, {"sequence": 2, "timing": {"repeat": {"when": ["EVE"], "boundsPeriod": {"start": "2027-03-31"}}}}]',
   '0A000', 'dosageInstruction[1] starts before those of a lower sequence end'),
  ('[{"asNeededBoolean": true, "timing": {"code": {"coding": [{"code": "BID"}]}}}, {"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 2}}]}]', '0A000', 'dosageInstruction[0] and dosageInstruction[1] are both as needed, and have limits'),
  ('[{"timing": {"repeat": {"when": ["MORN"]}}, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "g"}}]},
     {"asNeededBoolean": true, "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "g"}}], "maxDosePerPeriod": {"numerator": {"value": 4, "unit": "g"}, "denominator": {"value": 1, "code": "d"}}}]',
   '0A000', 'dosageInstruction[0] and dosageInstruction[1]: maxDosePerPeriod of doses as needed beside others is not supported'))
  AS t (dosages, sqlstate, message);
SELECT throws_ok(format('SELECT medsched.medication_from_fhir(%L::jsonb, %L, %L)', CASE WHEN left(t.more, 1) = '{' THEN (pg_temp.request('{"timing": {"repeat": {"when": ["MORN"]}}}', t.more::jsonb))::text ELSE t.more END,
                        'Europe/Berlin', '2027-03-01'), t.sqlstate, t.message, coalesce(t.more, 'NULL'))
FROM (VALUES
  (NULL, '22004', 'resource must not be null'),
  ('1', '22023', 'resource is neither an object nor an array'),
  ('{"resourceType": null}', '22023', 'resource has no resourceType'),
  ('{"resourceType": "Bundle"}', '22023', 'resource "Bundle" is no prescription'),
  ('{"dosage": [1]}', '22023', 'MedicationRequest has an unknown element "dosage"'),
  ('{"dosing": 1}', '22023', 'MedicationRequest has an unknown element "dosing"'),
  ('{"dosageInstruction": []}', '22023', 'dosageInstruction must have 1 to 100 entries'),
  ('{"doNotPerform": true}', '0A000', 'MedicationRequest.doNotPerform is not supported'),
  ('{"modifierExtension": [{"url": "urn:x"}]}', '0A000', 'MedicationRequest.modifierExtension is not supported'),
  ('{"implicitRules": "urn:x"}', '0A000', 'MedicationRequest.implicitRules is not supported'),
  ('{"status": "entered-in-error"}', '0A000', 'MedicationRequest with status "entered-in-error" is not supported'),
  ('{"status": "stopped"}', '0A000', 'MedicationRequest with status "stopped" is not supported'),
  ('{"status": "completed"}', '0A000', 'MedicationRequest with status "completed" is not supported where the doses do not end'),
  ('{"intent": "option"}', '0A000', 'MedicationRequest with intent "option" is not supported'),
  ('{"courseOfTherapyType": {"coding": [{"code": "seasonal"}]}}', '0A000', 'MedicationRequest.courseOfTherapyType "seasonal" is not supported'),
  ('{"effectiveDosePeriod": {"end": "2027-02-01"}}', '22023', 'dosageInstruction[0]: timing ends before it starts')) AS t (more, sqlstate, message);
SELECT throws_ok($$SELECT medsched.medication_from_fhir('{"resourceType": "MedicationStatement", "status": "recorded", "dosage": [{"timing": {"repeat": {"when": ["MORN"]}}}],
    "adherence": {"code": {"coding": [{"code": "not-taking"}]}}}', 'UTC', '2027-03-01')$$, '0A000', 'MedicationStatement with adherence "not-taking" is not supported', 'adherence');
SELECT throws_ok($$SELECT medsched.medication_from_fhir('{"resourceType": "MedicationStatement", "status": "active", "dosage": [{"timing": {"repeat": {"when": ["MORN"]}}}],
    "effectiveTiming": {}}', 'UTC', '2027-03-01')$$, '0A000', 'MedicationStatement.effectiveTiming is not supported', 'effectiveTiming');
SELECT throws_ok(format('SELECT medsched.medication_from_fhir(pg_temp.request(%L, %L), %L, %L)', t.dosage, '{"effectiveDosePeriod": {"start": "2027-03-01T12:00:00+01:00", "end": "2027-03-05"}}', 'Europe/Berlin', '2027-03-01'),
                 '22023', 'dosageInstruction[0] has doses outside of effectiveDosePeriod', t.dosage)
FROM (VALUES
  ('{"timing": {"repeat": {"when": ["MORN"], "count": 2}}}'),
  ('{"timing": {"repeat": {"when": ["EVE"], "boundsDuration": {"value": 6, "code": "d"}}}}'),
  ('{"timing": {"repeat": {"when": ["EVE"], "boundsPeriod": {"end": "2027-03-06"}}}}'),
  ('{"asNeededBoolean": true, "timing": {"repeat": {"boundsPeriod": {"end": "2027-03-06"}}}}')) AS t (dosage);
SELECT throws_ok($$SELECT medsched.medication_from_fhir('[{"timing": {"repeat": {"when": ["MORN"]}}}]', 'UTC')$$, '22004', 'starts_on must not be null', 'no start at all');
SELECT throws_ok($$SELECT medsched.medication_from_fhir('[]', NULL)$$, '22004', 'time_zone must not be null', 'no zone');

-- effective_from: doses before it are none.
SELECT is((medsched.medication_from_fhir('[{"timing": {"repeat": {"when": ["MORN"], "boundsPeriod": {"start": "2026-01-01"}}}}]', 'Europe/Berlin', effective_from => '2027-03-01 10:00Z')).schedules,
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0", "instructions": "in the morning", "effective_from": "2027-03-01T10:00:00Z"}]',
  'under way');
SELECT * FROM finish();
ROLLBACK;
