\i test/setup.psql
BEGIN;
SELECT plan(163);

-- The words beside a FHIR Timing, by kind, as prescribers and programs write them: those that say what the schedules do are taken with
-- them, and those that say more, or else, are refused with what they say.
CREATE FUNCTION pg_temp.what_it_says(dosage jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  reason text;
BEGIN
  PERFORM medsched.medication_from_fhir(jsonb_build_array(dosage), 'Europe/Berlin', '2027-03-01');
  RETURN 'taken';
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
  RETURN substring(reason FROM 'says (.*) in words alone$');
END;
$$;

CREATE TEMPORARY TABLE cases (nth serial, words text, repeat jsonb, dose text, says text);
INSERT INTO cases (words, repeat, dose, says) VALUES
  -- How often.
  ('Swallow 1 tablet every day', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('One tablet, two times per day', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('1 tab bid', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('Take 1 tablet 2 (two) times daily with meals', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('1 tab t.i.d.', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('One tablet twice a day', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('One tablet once a day', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('Take one tablet  TWICE  A  DAY', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('Take 1 tablet daily', '{"frequency": 1, "period": 1, "periodUnit": "wk"}', '1 tablet', 'how often'),
  ('Take 1 tablet weekly', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('Take 1 tablet weekly', '{"frequency": 1, "period": 1, "periodUnit": "wk"}', '1 tablet', 'taken'),
  ('every 8 hours', '{"frequency": 1, "period": 8, "periodUnit": "h"}', '1 tablet', 'taken'),
  ('every 8 hours', '{"frequency": 1, "period": 6, "periodUnit": "h"}', '1 tablet', 'how often'),
  ('every 8 hours', '{"frequency": 3, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('every 8 hours', '{"timeOfDay": ["06:00:00", "14:00:00", "22:00:00"]}', '1 tablet', 'taken'),
  ('every 12 hours', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('hourly', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('every other day', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('every other day', '{"frequency": 1, "period": 2, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('alle zwei Wochen', '{"frequency": 1, "period": 2, "periodUnit": "wk"}', '1 tablet', 'taken'),
  ('alle zwei Wochen', '{"frequency": 1, "period": 1, "periodUnit": "wk"}', '1 tablet', 'how often'),
  ('2x tgl. 1 Tablette', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('3x1 Tablette täglich', '{"frequency": 3, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('3x1 Tablette täglich', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('1 comprimé 3 fois par jour', '{"frequency": 3, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('1 comprimé 3 fois par jour', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('dos veces al día', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('2 keer per dag', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('2 gånger dagligen', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('q4-6h', '{"frequency": 1, "period": 4, "periodUnit": "h"}', '1 tablet', 'a range of hours'),
  ('3 to 4 times a day', '{"frequency": 3, "period": 1, "periodUnit": "d"}', '1 tablet', 'a range of times'),
  ('1-0-1', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('1-1-1', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  -- How much.
  ('Take 2 tablets daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'another amount'),
  ('Take ½ tablet daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '0.5 tablet', 'taken'),
  ('Take 1½ tablets daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1.5 tablet', 'taken'),
  ('Take 1 and 1/2 tablets daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'another amount'),
  ('Take 2 tablets (1,000 mg total) daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1000 mg', 'taken'),
  ('Take 2 tablets of 500 mg daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1000 mg', 'taken'),
  ('Take 500 mg daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '0.5 g', 'taken'),
  ('Take 500 mg daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '5 g', 'another amount'),
  ('75 mg daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '75 ug', 'another amount'),
  ('Take 5 mL (250 mg total) daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '250 mg', 'taken'),
  ('Inject 12 units daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '10 units', 'another amount'),
  ('Take 2 tablets in the morning and 1 tablet in the evening', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '2 tablet', 'another amount'),
  ('2-0-1', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'several amounts'),
  ('1 or 2 tablets daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'a range of amounts'),
  ('1-2 daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'a range of amounts'),
  ('One tablet daily. Maximum 4 tablets in 24 hours', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  -- When in the day.
  ('at bedtime', '{"when": ["HS"]}', '1 tablet', 'taken'),
  ('at bedtime', '{"when": ["MORN"]}', '1 tablet', 'when in the day'),
  ('at bedtime', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-01T10:00:00+01:00"}}', '1 tablet', 'when in the day'),
  ('1 tab q.h.s.', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('every morning', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('with dinner', '{"when": ["CV"]}', '1 tablet', 'taken'),
  ('with dinner', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('morning and evening', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('in the morning', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('morgens und abends', '{"when": ["MORN", "EVE"]}', '1 tablet', 'taken'),
  ('le soir', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('0-0-0-1', '{"when": ["NIGHT"]}', '1 tablet', 'taken'),
  ('0-0-1', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('1-0-1-0', '{"when": ["MORN", "NOON"]}', '1 tablet', 'when in the day'),
  ('at 8 am and 8 pm', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('at 08:00', '{"timeOfDay": ["08:00:00"]}', '1 tablet', 'taken'),
  ('at 9 am', '{"timeOfDay": ["08:00:00"]}', '1 tablet', 'when in the day'),
  ('um 18 Uhr', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('at 8 am', '{"timeOfDay": ["08:00:00", "20:00:00"]}', '1 tablet', 'when in the day'),
  ('at midnight', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('at 0930', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('1 hour before breakfast', '{"when": ["ACM"], "offset": 60}', '1 tablet', 'taken'),
  ('30 minutes before breakfast', '{"when": ["ACM"], "offset": 60}', '1 tablet', 'when in the day'),
  -- On which days.
  ('once a week on Monday', '{"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"]}', '1 tablet', 'taken'),
  ('once a week on Monday', '{"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["tue"]}', '1 tablet', 'on which days'),
  ('Monday to Friday', '{"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon", "tue", "wed", "thu", "fri"]}', '1 tablet', 'taken'),
  ('on weekends', '{"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon", "tue"]}', '1 tablet', 'on which days'),
  ('Monday and Friday', '{"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon"]}', '1 tablet', 'on which days'),
  ('on Mondays', '{"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon", "fri"]}', '1 tablet', 'on which days'),
  ('Take 1 tablet daily', '{"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon"]}', '1 tablet', 'how often'),
  ('except on Sundays', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'other days'),
  ('Avoid exposure to sun', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  -- How long.
  ('for 7 days', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 7, "code": "d"}}', '1 tablet', 'taken'),
  ('for 10 days', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 7, "code": "d"}}', '1 tablet', 'how long'),
  ('for one week', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 1, "code": "wk"}}', '1 tablet', 'taken'),
  ('for two weeks', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 1, "code": "wk"}}', '1 tablet', 'how long'),
  ('for 7 days', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-01"}}', '1 tablet', 'how long'),
  ('for 7 days', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-01", "end": "2027-03-07"}}', '1 tablet', 'taken'),
  ('for 7 days', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-01", "end": "2027-03-31"}}', '1 tablet', 'how long'),
  ('for 7 days', '{"frequency": 2, "period": 1, "periodUnit": "d", "count": 14}', '1 tablet', 'taken'),
  ('for 7 days', '{"frequency": 2, "period": 1, "periodUnit": "d", "count": 10}', '1 tablet', 'how long'),
  ('1 tablet daily for a week', '{"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 7, "code": "d"}}', '1 tablet', 'taken'),
  ('for a week', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how long'),
  ('1 tab bid, 10 days', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'how long'),
  ('every 8 hours for 7 days', '{"frequency": 1, "period": 8, "periodUnit": "h", "count": 21}', '1 tablet', 'taken'),
  ('every 8 hours for 7 days', '{"frequency": 1, "period": 8, "periodUnit": "h", "count": 10}', '1 tablet', 'how long'),
  ('until 5 March', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'how long'),
  ('for 6 doses', '{"frequency": 1, "period": 1, "periodUnit": "d", "count": 6}', '1 tablet', 'taken'),
  -- What changes, or hangs on something.
  ('2 tablets on day 1', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '2 tablet', 'that it changes'),
  ('2 today, then 1 a day', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'that it changes'),
  ('adjust to the blood count', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'a condition'),
  ('hold if systolic below 100', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'a condition'),
  ('per sliding scale', '{"frequency": 3, "period": 1, "periodUnit": "d"}', '4 units', 'a condition'),
  ('may take every 6 hours', '{"frequency": 1, "period": 6, "periodUnit": "h"}', '1 tablet', 'as needed'),
  ('up to 3 times a day', '{"frequency": 3, "period": 1, "periodUnit": "d"}', '1 tablet', 'as needed'),
  (E'1 tablet AS\nNEEDED', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'as needed'),
  ('bei Schmerzen', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'as needed'),
  ('TWO TO BE TAKEN EACH DAY', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'another amount'),
  ('TAKE TWO DAILY', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '2 tablet', 'taken'),
  ('1 in the morning, 2 in the evening', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'another amount'),
  ('2-0-2', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'another amount'),
  ('½-0-½', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '0.5 tablet', 'taken'),
  ('Two 5 ml spoonfuls daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '5 ml', 'another amount'),
  ('Two 5 ml spoonfuls daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '10 ml', 'taken'),
  ('10 mg/kg daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '10 mg', 'another amount'),
  ('with each meal', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('one mane', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('1 OD', '{"frequency": 2, "period": 1, "periodUnit": "d"}', '1 tablet', 'how often'),
  ('à 20h', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'when in the day'),
  ('21 days on, 7 days off', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'that it changes'),
  ('reducing course', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'that it changes'),
  ('after dialysis', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'a condition'),
  ('one-time dose', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'that it is once'),
  ('Take now', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'that it is once'),
  ('as a single dose daily', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('STOP', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'that it is not taken'),
  ('not currently taking', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'that it is not taken'),
  ('Do not take with milk', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet', 'taken'),
  ('every 5 minutes up to 3 doses', '{"frequency": 1, "period": 5, "periodUnit": "min"}', '1 tablet needed', 'a limit'),
  -- As needed: limits.
  ('1 tablet every 6 hours as needed', '{"frequency": 1, "period": 6, "periodUnit": "h"}', '1 tablet needed', 'taken'),
  ('1 tablet every 6 hours as needed', '{}', '1 tablet needed', 'how often'),
  ('every 6 hours as needed, max 3 tablets in 24 hours', '{"frequency": 1, "period": 6, "periodUnit": "h"}', '1 tablet needed', 'a limit'),
  ('every 6 hours as needed, no more than 4 doses in 24 hours', '{"frequency": 1, "period": 6, "periodUnit": "h"}', '1 tablet needed', 'taken'),
  ('no more than 4 in a day', '{}', '1 tablet needed', 'a limit'),
  ('every 4 to 6 hours as needed', '{"frequency": 1, "period": 4, "periodUnit": "h"}', '1 tablet needed', 'a range of hours'),
  ('every 4 to 6 hours as needed', '{"frequency": 1, "period": 4, "periodUnit": "h", "periodMax": 6}', '1 tablet needed', 'taken'),
  ('up to 3 times a day as needed', '{"frequency": 3, "period": 1, "periodUnit": "d"}', '1 tablet needed', 'taken'),
  ('up to 3 times a day as needed', '{"frequency": 4, "period": 1, "periodUnit": "d"}', '1 tablet needed', 'how often'),
  ('3-4 times a day as needed', '{"frequency": 3, "period": 1, "periodUnit": "d", "frequencyMax": 4}', '1 tablet needed', 'taken'),
  ('every 4 hours, up to 4 times a day', '{"frequency": 1, "period": 4, "periodUnit": "h"}', '1 tablet needed', 'how often'),
  ('2 tablets as needed', '{}', '1 tablet needed', 'another amount'),
  ('for 5 days as needed', '{}', '1 tablet needed', 'how long'),
  ('regularly', '{"frequency": 1, "period": 1, "periodUnit": "d"}', '1 tablet needed', 'that it is not as needed'),
  ('at bedtime as needed', '{"when": ["HS"]}', '1 tablet needed', 'taken');
SELECT is(pg_temp.what_it_says(jsonb_build_object('text', c.words, 'timing', jsonb_build_object('repeat', c.repeat))
            || CASE WHEN c.dose LIKE '%needed%' THEN '{"asNeededBoolean": true}'::jsonb ELSE '{}' END
            || jsonb_build_object('doseAndRate', jsonb_build_array(jsonb_build_object('doseQuantity',
                 jsonb_build_object('value', split_part(c.dose, ' ', 1)::numeric, 'unit', split_part(c.dose, ' ', 2)))))),
          c.says, format('%s: %s, %s', replace(c.words, E'\n', ' '), c.repeat, c.dose))
  FROM cases AS c ORDER BY c.nth;

-- Words elsewhere than in the text.
SELECT is(pg_temp.what_it_says('{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}' || d.more::jsonb), d.says, d.more)
FROM (VALUES
  ('{"patientInstruction": "Take twice a day"}', 'how often'),
  ('{"additionalInstruction": [{"text": "With water", "coding": [{"display": "As needed"}]}]}', 'as needed'),
  ('{"additionalInstruction": [{"coding": [{"display": "With or after food"}]}]}', 'taken'),
  ('{"text": "as needed", "asNeededBoolean": false}', 'as needed')) AS d (more, says);
SELECT throws_ok($$SELECT medsched.medication_from_fhir('{"resourceType": "MedicationRequest", "status": "active", "intent": "order", "renderedDosageInstruction": "1 at bedtime",
    "dosageInstruction": [{"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}]}', 'UTC', '2027-03-01')$$,
  '0A000', 'renderedDosageInstruction says when in the day in words alone', 'rendered');
-- Words of a code.
SELECT throws_ok(format('SELECT medsched.schedule_from_fhir(%L, %L, %L)', t.timing, '2027-03-01', 'Europe/Berlin'), '0A000', 'timing code says more than repeat: "' || t.words || '"', t.timing)
FROM (VALUES
  ('{"code": {"text": "2x daily with water for 10 days"}, "repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}', '2x daily with water for 10 days'),
  ('{"code": {"text": "every 4-6 hours"}, "repeat": {"frequency": 1, "period": 4, "periodUnit": "h"}}', 'every 4-6 hours'),
  ('{"code": {"text": "2x daily with water"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2x daily with water'),
  ('{"code": {"coding": [{"system": "urn:example:frequency", "code": "q48h"}]}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', 'q48h')) AS t (timing, words);

-- A unit and its code.
SELECT is(pg_temp.what_it_says('{"timing": {"repeat": {"when": ["MORN"]}}}' || jsonb_build_object('doseAndRate', jsonb_build_array(jsonb_build_object('doseQuantity', q.quantity::jsonb)))), 'taken', q.quantity)
FROM (VALUES
  ('{"value": 10, "unit": "IU", "code": "[iU]"}'), ('{"value": 50, "unit": "microgram", "code": "ug"}'), ('{"value": 1, "unit": "Tablet(s)", "code": "{tbl}"}'), ('{"value": 1, "code": "1"}')) AS q (quantity);
SELECT throws_ok(format('SELECT medsched.medication_from_fhir(%L, %L, %L)', jsonb_build_array('{"timing": {"repeat": {"when": ["MORN"]}}}' || jsonb_build_object('doseAndRate', jsonb_build_array(jsonb_build_object('doseQuantity', q.quantity::jsonb)))), 'UTC', '2027-03-01'),
  q.sqlstate, 'dosage[0].doseAndRate[0].doseQuantity has ' || q.message, q.quantity)
FROM (VALUES
  ('{"value": 1, "unit": "mg", "code": "g"}', '22023', 'two units'),
  ('{"value": 5, "unit": "mL", "code": "mg"}', '22023', 'two units'),
  ('{"value": 1, "unit": "tablet", "code": "mg"}', '22023', 'two units'),
  ('{"value": 1, "code": "428673006", "system": "http://snomed.info/sct"}', '0A000', 'a unit of which only a code is given')) AS q (quantity, sqlstate, message);
SELECT throws_ok($$SELECT medsched.medication_from_fhir('[{"asNeededCodeableConcept": {}}]', 'UTC', '2027-03-01')$$, '22023', 'dosage[0].asNeededCodeableConcept is empty', 'as needed for nothing');

-- A strength by one without a unit is of a tablet, not of a mg.
SELECT is((m.substance, m.substance_amount, m.substance_unit), (t.substance, t.amount, t.unit), 'strength by 1, dose in ' || t.dose)
FROM (VALUES ('tablet', 'paracetamol', 500::numeric, 'mg'), ('mg', NULL, NULL, NULL)) AS t (dose, substance, amount, unit)
CROSS JOIN LATERAL medsched.medication_from_fhir(jsonb_build_object('resourceType', 'MedicationRequest', 'status', 'active', 'intent', 'order', 'medicationReference', '{"reference": "#m"}'::jsonb,
  'contained', '[{"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "paracetamol"}, "strength": {"numerator": {"value": 500, "unit": "mg"}, "denominator": {"value": 1}}}]}]'::jsonb,
  'dosageInstruction', jsonb_build_array(jsonb_build_object('timing', '{"repeat": {"when": ["MORN"]}}'::jsonb, 'doseAndRate', jsonb_build_array(jsonb_build_object('doseQuantity', jsonb_build_object('value', 500, 'unit', t.dose)))))),
  'UTC', '2027-03-01') AS m;
SELECT * FROM finish();
ROLLBACK;
