\i test/setup.psql
BEGIN;
SELECT plan(283);

-- FHIR Timings as clinics, pharmacies and programs write them, by kind, in our own words: the doses that they come to, worked out by
-- hand, each with its words, or why they are refused.  Monday is 1 March 2027; the person is in Berlin.

-- The doses of so many days from 1 March 2027 on, once create_medication has taken them: local times, each followed by its words.
CREATE FUNCTION pg_temp.doses_with_words(schedules jsonb, days int)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, 'Tested', schedules);
  RETURN (SELECT string_agg(concat_ws(' ', to_char(d.local_time, 'MM-DD HH24:MI'), d.instructions), ', ' ORDER BY d.scheduled_for)
          FROM medsched.upcoming_doses(person, timezone('Europe/Berlin', timestamp '2027-03-01'),
                                       timezone('Europe/Berlin', timestamp '2027-03-01' + make_interval(days => days))) d);
END;
$$;

-- Of a row with starts_on NULL, the start is the Timing's own.
CREATE TEMPORARY TABLE taken (nth serial, kind text, timing jsonb, starts_on date, times jsonb, days int, doses text);
INSERT INTO taken (kind, timing, starts_on, times, days, doses) VALUES
  -- One dose is one dose: parts of the day that overlap are one event.
  ('overlap', '{"repeat": {"period": 1, "periodUnit": "d", "when": ["MORN", "ACM"]}}', '2027-03-01', NULL, 2,
   '03-01 08:00 in the morning, before breakfast, 03-02 08:00 in the morning, before breakfast'),
  ('overlap', '{"repeat": {"period": 1, "periodUnit": "d", "when": ["MORN", "ACM"]}}', '2027-03-01', '{"CM": "07:15"}', 2,
   '03-01 07:15 in the morning, before breakfast, 03-02 07:15 in the morning, before breakfast'),
  ('overlap', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["ACM", "MORN"], "offset": 30}}', '2027-03-01', NULL, 1,
   '03-01 07:30 30 minutes before breakfast, in the morning'),
  ('overlap', '{"repeat": {"when": ["NIGHT", "HS"]}}', '2027-03-01', '{"HS": "23:00"}', 1, '03-01 23:00 at night, before going to sleep'),
  ('overlap', '{"repeat": {"when": ["NOON", "CD"]}}', '2027-03-01', '{"CD": "12:30"}', 1, '03-01 12:30 at noon, with lunch'),
  ('overlap', '{"repeat": {"when": ["EVE", "PCV"], "offset": 60}}', '2027-03-01', NULL, 1, '03-01 19:00 in the evening, 60 minutes after dinner'),
  ('overlap', '{"repeat": {"when": ["MORN", "MORN.early"]}}', '2027-03-01', NULL, 1, '03-01 07:00 in the morning, in the early morning'),
  ('overlap', '{"repeat": {"when": ["MORN", "WAKE"]}}', '2027-03-01', '{"WAKE": "06:10"}', 1, '03-01 06:10 in the morning, after waking up'),
  ('overlap', '{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["MORN", "CM", "EVE", "CV"]}}', '2027-03-01', NULL, 1,
   '03-01 08:00 in the morning, with breakfast, 03-01 18:00 in the evening, with dinner'),
  -- Unless frequency says otherwise.
  ('overlap', '{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["MORN", "ACM"]}}', '2027-03-01', '{"CM": "07:15"}', 1,
   '03-01 07:15 before breakfast, 03-01 08:00 in the morning'),
  ('overlap', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["EVE", "HS"]}}', '2027-03-01', NULL, 1,
   '03-01 22:00 in the evening, before going to sleep'),
  ('overlap', '{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["EVE", "HS"]}}', '2027-03-01', NULL, 1,
   '03-01 20:00 in the evening, 03-01 22:00 before going to sleep'),
  ('overlap', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["WAKE", "ACM"]}}', '2027-03-01', NULL, 1,
   '03-01 08:00 after waking up, before breakfast'),
  -- Events that do not overlap are doses of their own, each with its words.
  ('words', '{"repeat": {"when": ["CM", "HS"]}}', '2027-03-01', NULL, 1, '03-01 08:00 with breakfast, 03-01 22:00 before going to sleep'),
  ('words', '{"repeat": {"when": ["HS", "CM"], "count": 3}}', '2027-03-01', NULL, 9,
   '03-01 08:00 with breakfast, 03-01 22:00 before going to sleep, 03-02 08:00 with breakfast'),
  ('words', '{"repeat": {"frequency": 4, "period": 1, "periodUnit": "d", "when": ["AC", "HS"]}}', '2027-03-01', NULL, 1,
   '03-01 08:00 before meals, 03-01 12:00 before meals, 03-01 18:00 before meals, 03-01 22:00 before going to sleep'),
  ('words', '{"repeat": {"when": ["ACM", "PCM"], "offset": 30}}', '2027-03-01', NULL, 1,
   '03-01 07:30 30 minutes before breakfast, 03-01 08:30 30 minutes after breakfast'),
  ('words', '{"repeat": {"when": ["CM", "CV"], "dayOfWeek": ["tue"], "boundsDuration": {"value": 9, "code": "d"}}}', '2027-03-01', NULL, 30,
   '03-02 08:00 with breakfast, 03-02 18:00 with dinner, 03-09 08:00 with breakfast, 03-09 18:00 with dinner'),
  ('words', '{"repeat": {"when": ["CM", "HS"], "boundsPeriod": {"start": "2027-03-01T10:00:00+01:00"}, "count": 2}}', NULL, NULL, 9,
   '03-01 22:00 before going to sleep, 03-02 08:00 with breakfast'),

  -- The start is an instant: no dose before it, and days of the week and of the month stay.
  ('start', '{"code": {"coding": [{"code": "WK"}]}, "repeat": {"boundsPeriod": {"start": "2027-03-01T10:39+01:00"}}}', NULL, NULL, 16,
   '03-08 08:00, 03-15 08:00'),
  ('start', '{"code": {"coding": [{"code": "WK"}]}, "repeat": {"boundsPeriod": {"start": "2027-03-01T07:59:59.5+01:00"}}}', NULL, NULL, 9,
   '03-01 08:00, 03-08 08:00'),
  ('start', '{"code": {"coding": [{"code": "WK"}]}, "repeat": {"boundsPeriod": {"start": "2027-03-01T08:00:00.001+01:00"}}}', NULL, NULL, 9, '03-08 08:00'),
  ('start', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "boundsPeriod": {"start": "2027-03-01T23:30:00Z"}}}', NULL, NULL, 15,
   '03-02 08:00, 03-09 08:00'),
  ('start', '{"repeat": {"frequency": 1, "period": 2, "periodUnit": "wk", "boundsPeriod": {"start": "2027-03-01T10:39:00+01:00"}}}', NULL, NULL, 30,
   '03-08 08:00, 03-22 08:00'),
  ('start', '{"repeat": {"frequency": 1, "period": 14, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-01T10:39:00+01:00"}}}', NULL, NULL, 30,
   '03-08 08:00, 03-22 08:00'),
  ('start', '{"code": {"coding": [{"code": "MO"}]}, "repeat": {"boundsPeriod": {"start": "2027-03-01T10:39:00+01:00"}}}', NULL, NULL, 70,
   '04-01 08:00, 05-01 08:00'),
  ('start', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"], "boundsPeriod": {"start": "2027-03-01T10:39:00+01:00"}}}', NULL, NULL, 15,
   '03-08 08:00, 03-15 08:00'),
  ('start', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-01T10:39:00+01:00"}}}', NULL, NULL, 3,
   '03-02 08:00, 03-03 08:00'),
  ('start', '{"repeat": {"timeOfDay": ["08:00", "20:30"], "count": 3, "boundsPeriod": {"start": "2027-03-01T12:00:00+01:00"}}}', NULL, NULL, 9,
   '03-01 20:30, 03-02 08:00, 03-02 20:30'),
  ('start', '{"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "count": 4, "boundsPeriod": {"start": "2027-03-01T12:00:00+01:00"}}}', NULL, NULL, 9,
   '03-01 14:00, 03-01 20:00, 03-02 08:00, 03-02 14:00'),

  -- Codes: what HL7 says they mean, in each of its code systems.
  ('code', '{"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "PM"}]}}', '2027-03-01', NULL, 1, '03-01 15:00'),
  ('code', '{"code": {"coding": [{"code": "PM"}]}}', '2027-03-01', '{"AFT": "16:00"}', 1, '03-01 16:00'),
  ('code', '{"code": {"coding": [{"code": "PM"}]}}', '2027-03-01', '{"QPM": "21:00"}', 1, '03-01 15:00'),
  ('code', '{"code": {"coding": [{"code": "AM"}]}}', '2027-03-01', '{"MORN": "07:00"}', 1, '03-01 07:00'),
  ('code', '{"code": {"coding": [{"code": "BED"}]}}', '2027-03-01', '{"HS": "23:15"}', 1, '03-01 23:15'),
  ('code', '{"code": {"coding": [{"code": "BED"}]}}', '2027-03-01', '{"HS": "23:15", "BED": "22:30"}', 1, '03-01 22:30'),
  ('code', '{"code": {"coding": [{"code": "BED"}]}, "repeat": {"when": ["HS"]}}', '2027-03-01', '{"HS": "23:15"}', 1, '03-01 23:15 before going to sleep'),
  ('code', '{"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/timing-abbreviation", "code": "BID"}]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"system": "https://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "bid"}]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"system": "http://hl7.org/fhir/timing-abbreviation", "code": "QOD", "display": "QOD"}]}}', '2027-03-01', NULL, 4, '03-01 08:00, 03-03 08:00'),
  ('code', '{"code": {"coding": [{"system": "http://hl7.org/fhir/v3/GTSAbbreviation", "code": "TID"}]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 14:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"system": "http://hl7.org/fhir/ValueSet/timing-abbreviation", "code": "QD"}]}}', '2027-03-01', NULL, 2, '03-01 08:00, 03-02 08:00'),
  ('code', '{"code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.5.1022", "code": "Q6H"}]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 14:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "Q12H"}]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "229799001", "display": "Twice a day"}]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "307439001"}, {"code": "QID"}]}}', '2027-03-01', NULL, 1,
   '03-01 08:00, 03-01 12:00, 03-01 16:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"code": "QD"}, {"code": "BED"}]}}', '2027-03-01', NULL, 1, '03-01 22:00'),
  ('code', '{"code": {"coding": [{"code": "AM"}, {"code": "QD"}]}}', '2027-03-01', '{"QD": "09:00"}', 1, '03-01 08:00'),
  ('code', '{"code": {"coding": [{"code": "BID"}]}, "repeat": {"frequency": 14, "period": 1, "periodUnit": "wk"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"code": "WK"}]}, "repeat": {"frequency": 1, "period": 7, "periodUnit": "d", "dayOfWeek": ["fri"]}}', '2027-03-01', NULL, 12, '03-05 08:00, 03-12 08:00'),
  ('code', '{"code": {"coding": [{"code": "QD"}]}, "repeat": {"frequency": 1, "period": 24, "periodUnit": "h"}}', '2027-03-27', NULL, 29, '03-27 08:00, 03-28 08:00, 03-29 08:00'),
  ('code', '{"code": {"coding": [{"code": "Q6H"}]}, "repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 14:00, 03-01 20:00'),
  ('code', '{"code": {"coding": [{"code": "TID"}]}, "repeat": {"period": 8, "periodUnit": "h"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 16:00'),

  -- n times in k days at n times of day.
  ('days', '{"repeat": {"frequency": 2, "period": 2, "periodUnit": "d", "timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, 4,
   '03-01 08:00, 03-01 20:00, 03-03 08:00, 03-03 20:00'),
  ('days', '{"repeat": {"period": 2, "periodUnit": "d", "timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, 4,
   '03-01 08:00, 03-01 20:00, 03-03 08:00, 03-03 20:00'),
  ('days', '{"repeat": {"frequency": 3, "period": 3, "periodUnit": "d", "when": ["CM", "CD", "CV"]}}', '2027-03-01', NULL, 4,
   '03-01 08:00 with breakfast, 03-01 12:00 with lunch, 03-01 18:00 with dinner, 03-04 08:00 with breakfast, 03-04 12:00 with lunch, 03-04 18:00 with dinner'),
  ('days', '{"repeat": {"frequency": 2, "period": 2, "periodUnit": "d", "timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, 2, '03-01 08:00, 03-02 08:00'),
  ('days', '{"repeat": {"frequency": 3, "period": 2, "periodUnit": "d"}}', '2027-03-01', '["07:00", "12:00", "18:00"]', 3,
   '03-01 07:00, 03-01 12:00, 03-01 18:00, 03-03 07:00, 03-03 12:00, 03-03 18:00'),
  ('days', '{"repeat": {"frequency": 2, "period": 24, "periodUnit": "h"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('days', '{"repeat": {"frequency": 1, "period": 48, "periodUnit": "h", "timeOfDay": ["09:00:00"]}}', '2027-03-01', NULL, 4, '03-01 09:00, 03-03 09:00'),
  ('days', '{"repeat": {"frequency": 2, "timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('days', '{"repeat": {"frequency": 3, "when": ["PC"]}}', '2027-03-01', NULL, 1, '03-01 08:00 after meals, 03-01 12:00 after meals, 03-01 18:00 after meals'),
  ('days', '{"repeat": {"frequency": 7, "period": 1, "periodUnit": "wk"}}', '2027-03-01', NULL, 2, '03-01 08:00, 03-02 08:00'),

  -- event: dates and instants.
  ('event', '{"event": ["2027-03-09", "2027-03-01", "2027-03-20"]}', '2027-03-01', NULL, 40, '03-01 08:00, 03-09 08:00, 03-20 08:00'),
  ('event', '{"event": ["2027-03-09", "2027-03-29T22:30:00+02:00", "2027-03-30T00:30:00.000Z"]}', NULL, '{"QD": "09:30"}', 40,
   '03-09 09:30, 03-29 22:30, 03-30 02:30'),
  ('event', '{"event": ["2027-03-09"], "repeat": {"count": 1}}', NULL, '["10:00"]', 40, '03-09 10:00'),

  -- duration of each dose: how long it takes.
  ('duration', '{"repeat": {"frequency": 1, "period": 21, "periodUnit": "d", "duration": 1, "durationUnit": "h"}}', '2027-03-01', NULL, 30,
   '03-01 08:00 for 1 hour, 03-22 08:00 for 1 hour'),
  ('duration', '{"repeat": {"when": ["ACM", "ACV"], "offset": 10, "duration": 5, "durationUnit": "min"}}', '2027-03-01', NULL, 1,
   '03-01 07:50 10 minutes before breakfast, for 5 minutes, 03-01 17:50 10 minutes before dinner, for 5 minutes'),
  ('duration', '{"code": {"coding": [{"code": "Q8H"}]}, "repeat": {"duration": 0.5, "durationUnit": "h"}}', '2027-03-01', NULL, 1,
   '03-01 08:00 for 0.5 hours, 03-01 16:00 for 0.5 hours'),
  ('duration', '{"repeat": {"frequency": 1, "period": 72, "periodUnit": "h", "duration": 72, "durationUnit": "h"}}', '2027-03-01', NULL, 4,
   '03-01 08:00 for 72 hours, 03-04 08:00 for 72 hours'),
  ('duration', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["09:00:00"], "duration": 8, "durationMax": 16, "durationUnit": "h"}}', '2027-03-01', NULL, 1,
   '03-01 09:00 for 8 to 16 hours'),
  ('duration', '{"repeat": {"count": 1, "duration": 90, "durationUnit": "min", "boundsPeriod": {"start": "2027-03-02T10:15:00+01:00"}}}', NULL, NULL, 9,
   '03-02 10:15 for 90 minutes'),

  -- Once.
  ('once', '{"repeat": {"count": 1}}', '2027-03-01', NULL, 40, '03-01 08:00'),
  ('once', '{"repeat": {"frequency": 1, "count": 1}}', '2027-03-01', '{"QD": "18:00"}', 40, '03-01 18:00'),
  ('once', '{"repeat": {"count": 1, "boundsPeriod": {"start": "2027-03-02T10:15:00Z"}}}', NULL, NULL, 40, '03-02 11:15'),
  ('once', '{"repeat": {"count": 1, "boundsPeriod": {"start": "2027-03-02T10:15:00Z", "end": "2027-03-02T10:15:00Z"}}}', NULL, NULL, 40, '03-02 11:15'),
  ('once', '{"repeat": {"count": 1, "boundsPeriod": {"start": "2027-03-02", "end": "2027-03-31"}}}', NULL, NULL, 40, '03-02 08:00'),
  ('once', '{"repeat": {"count": 1, "when": ["HS"]}}', '2027-03-01', NULL, 40, '03-01 22:00 before going to sleep'),
  ('once', '{"repeat": {"count": 1, "dayOfWeek": ["fri"], "timeOfDay": ["10:00:00"]}}', '2027-03-01', NULL, 40, '03-05 10:00'),
  ('once', '{"code": {"text": "Once"}, "repeat": {"count": 1, "boundsPeriod": {"start": "2027-03-02T10:15:00Z"}}}', NULL, NULL, 40, '03-02 11:15'),
  ('once', '{"code": {"coding": [{"system": "urn:example:frequency", "code": "STAT", "display": "Stat"}]}, "repeat": {"count": 1, "timeOfDay": ["07:00:00"]}}', '2027-03-01', NULL, 40, '03-01 07:00'),
  ('once', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 1}}', '2027-03-01', NULL, 40, '03-01 08:00'),

  -- A count and bounds that agree: the last dose is within, and the next would not be.
  ('count', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 3, "boundsPeriod": {"start": "2027-03-01", "end": "2027-03-03"}}}', NULL, NULL, 40,
   '03-01 08:00, 03-02 08:00, 03-03 08:00'),
  ('count', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 3, "boundsPeriod": {"start": "2027-03-01", "end": "2027-03-04"}}}', NULL, NULL, 40,
   '03-01 08:00, 03-02 08:00, 03-03 08:00'),
  ('count', '{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "count": 4, "boundsDuration": {"value": 2, "code": "d"}}}', '2027-03-01', NULL, 40,
   '03-01 08:00, 03-01 20:00, 03-02 08:00, 03-02 20:00'),
  ('count', '{"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "count": 3, "boundsDuration": {"value": 1, "code": "d"}}}', '2027-03-01', NULL, 40,
   '03-01 08:00, 03-01 16:00, 03-02 00:00'),
  ('count', '{"repeat": {"timeOfDay": ["08:00:00", "20:30:00"], "count": 3, "boundsPeriod": {"start": "2027-03-01T10:00:00+01:00", "end": "2027-03-02T20:30:00+01:00"}}}', NULL, NULL, 40,
   '03-01 20:30, 03-02 08:00, 03-02 20:30'),
  ('count', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "count": 2, "boundsDuration": {"value": 2, "unit": "weeks"}}}', '2027-03-01', NULL, 40,
   '03-01 08:00, 03-08 08:00'),
  ('count', '{"repeat": {"timeOfDay": ["08:00:00"], "count": 2, "countMax": 2}}', '2027-03-01', NULL, 40, '03-01 08:00, 03-02 08:00'),

  -- Every 8 hours at three times of day.
  ('even', '{"code": {"coding": [{"code": "Q8H"}]}, "repeat": {"timeOfDay": ["06:00:00", "14:00:00", "22:00:00"]}}', '2027-03-27', NULL, 28,
   '03-27 06:00, 03-27 14:00, 03-27 22:00, 03-28 06:00, 03-28 14:00, 03-28 22:00'),
  ('even', '{"code": {"coding": [{"code": "Q8H"}]}}', '2027-03-01', '["06:00", "14:00", "22:00"]', 1, '03-01 06:00, 03-01 14:00, 03-01 22:00'),
  ('even', '{"repeat": {"frequency": 1, "period": 12, "periodUnit": "h", "timeOfDay": ["21:30:00", "09:30:00"]}}', '2027-03-01', NULL, 1, '03-01 09:30, 03-01 21:30'),
  ('even', '{"repeat": {"period": 24, "periodUnit": "h", "when": ["HS"]}}', '2027-03-01', NULL, 2, '03-01 22:00 before going to sleep, 03-02 22:00 before going to sleep'),
  ('even', '{"code": {"coding": [{"code": "Q6H"}]}, "repeat": {"frequency": 4, "period": 1, "periodUnit": "d", "timeOfDay": ["00:00:00", "06:00:00", "12:00:00", "18:00:00"]}}',
   '2027-03-01', NULL, 1, '03-01 00:00, 03-01 06:00, 03-01 12:00, 03-01 18:00'),

  -- Seven days are a week.
  ('week', '{"repeat": {"frequency": 1, "period": 7, "periodUnit": "d", "dayOfWeek": ["wed"]}}', '2027-03-01', NULL, 14, '03-03 08:00, 03-10 08:00'),
  ('week', '{"repeat": {"frequency": 3, "period": 7, "periodUnit": "d", "dayOfWeek": ["mon", "wed", "fri"]}}', '2027-03-01', NULL, 7, '03-01 08:00, 03-03 08:00, 03-05 08:00'),
  ('week', '{"repeat": {"frequency": 1, "period": 14, "periodUnit": "d", "dayOfWeek": ["mon"]}}', '2027-03-01', NULL, 30, '03-01 08:00, 03-15 08:00, 03-29 08:00'),
  ('week', '{"repeat": {"frequency": 1, "period": 7, "periodUnit": "d"}}', '2027-03-03', NULL, 14, '03-03 08:00, 03-10 08:00'),
  -- Days of the week that the caller chose.
  ('week', '{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}}', '2027-03-01', '{"dayOfWeek": ["mon", "wed", "fri"]}', 7, '03-01 08:00, 03-03 08:00, 03-05 08:00'),
  ('week', '{"repeat": {"frequency": 2, "period": 7, "periodUnit": "d", "timeOfDay": ["10:00:00"]}}', '2027-03-01', '{"dayOfWeek": ["tue", "sat"]}', 7, '03-02 10:00, 03-06 10:00'),
  ('week', '{"repeat": {"frequency": 4, "period": 1, "periodUnit": "wk"}}', '2027-03-01', '{"dayOfWeek": ["tue", "sat"], "BID": ["07:00", "19:00"]}', 7,
   '03-02 07:00, 03-02 19:00, 03-06 07:00, 03-06 19:00'),
  ('week', '{"code": {"coding": [{"code": "WK"}]}}', '2027-03-01', '{"dayOfWeek": ["sun"], "WK": "20:00"}', 7, '03-07 20:00'),
  ('week', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', '{"dayOfWeek": ["sun"]}', 2, '03-01 08:00, 03-02 08:00'),
  ('week', '{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk", "dayOfWeek": ["tue", "thu", "sat"]}}', '2027-03-01', '{"dayOfWeek": ["mon"]}', 7,
   '03-02 08:00, 03-04 08:00, 03-06 08:00'),

  -- After going to sleep, past midnight: still of that night.
  ('night', '{"repeat": {"when": ["PHS"], "offset": 120}}', '2027-03-01', NULL, 3, '03-02 00:00 120 minutes after going to sleep, 03-03 00:00 120 minutes after going to sleep'),
  ('night', '{"repeat": {"when": ["PHS"], "offset": 150, "dayOfWeek": ["sun"], "count": 2}}', '2027-03-01', NULL, 30,
   '03-08 00:30 150 minutes after going to sleep, 03-15 00:30 150 minutes after going to sleep'),
  ('night', '{"repeat": {"when": ["PHS"], "offset": 180, "frequency": 1, "period": 2, "periodUnit": "d"}}', '2027-03-01', '{"HS": "23:30"}', 5,
   '03-02 02:30 180 minutes after going to sleep, 03-04 02:30 180 minutes after going to sleep'),
  ('night', '{"repeat": {"when": ["WAKE", "PHS"], "offset": 180, "count": 3}}', '2027-03-01', NULL, 9,
   '03-01 10:00 180 minutes after waking up, 03-02 01:00 180 minutes after going to sleep, 03-02 10:00 180 minutes after waking up'),
  ('night', '{"repeat": {"when": ["PHS"], "offset": 180, "boundsDuration": {"value": 2, "code": "d"}}}', '2027-03-01', NULL, 9,
   '03-02 01:00 180 minutes after going to sleep, 03-03 01:00 180 minutes after going to sleep'),
  ('night', '{"repeat": {"when": ["PHS"], "offset": 180, "boundsPeriod": {"end": "2027-03-02"}}}', '2027-03-01', NULL, 9, '03-02 01:00 180 minutes after going to sleep'),

  -- Codes of one's own beside times of day.
  ('local', '{"code": {"coding": [{"system": "urn:example:frequency", "code": "0800-2000"}]}, "repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('local', '{"code": {"coding": [{"system": "urn:example:frequency", "code": "200545", "display": "2 times daily"}], "text": "2x daily"}, "repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}',
   '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('local', '{"code": {"text": "every morning at 8"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, 1, '03-01 08:00'),
  ('local', '{"code": {"text": "Mon, Wed, Fri"}, "repeat": {"timeOfDay": ["08:00:00"], "dayOfWeek": ["mon", "wed", "fri"]}}', '2027-03-01', NULL, 4, '03-01 08:00, 03-03 08:00'),
  ('local', '{"code": {"text": "1-0-1-0"}, "repeat": {"when": ["MORN", "EVE"]}}', '2027-03-01', NULL, 1, '03-01 08:00 in the morning, 03-01 20:00 in the evening'),
  ('local', '{"code": {"text": "täglich"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, 1, '03-01 08:00'),
  ('local', '{"code": {"text": "every third day"}, "repeat": {"frequency": 1, "period": 3, "periodUnit": "d"}}', '2027-03-01', NULL, 4, '03-01 08:00, 03-04 08:00'),

  -- Words of a code that say how often, and no more.
  ('phrase', '{"code": {"text": "zweimal täglich"}, "repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('phrase', '{"code": {"coding": [{"code": "QD"}], "text": "每日一次"}}', '2027-03-01', NULL, 2, '03-01 08:00, 03-02 08:00'),
  ('phrase', '{"code": {"text": "Twice a day"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('phrase', '{"code": {"text": "b.i.d."}}', '2027-03-01', '{"BID": ["07:00", "19:00"]}', 1, '03-01 07:00, 03-01 19:00'),
  ('phrase', '{"code": {"coding": [{"system": "urn:example:frequency", "code": "696543", "display": "3 times a day"}], "text": "3 times daily"}, "repeat": {"boundsPeriod": {"start": "2027-03-01"}}}', NULL, NULL, 1,
   '03-01 08:00, 03-01 14:00, 03-01 20:00'),
  ('phrase', '{"code": {"text": "Daily"}, "repeat": {"boundsDuration": {"value": 2, "code": "d"}}}', '2027-03-01', NULL, 40, '03-01 08:00, 03-02 08:00'),
  ('phrase', '{"code": {"text": "Nightly"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', '{"HS": "23:00"}', 1, '03-01 23:00'),
  ('phrase', '{"code": {"coding": [{"code": "QD", "display": "every morning"}]}}', '2027-03-01', '{"MORN": "07:00"}', 1, '03-01 07:00'),
  ('phrase', '{"code": {"text": "Every 5 hours"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 13:00, 03-01 18:00, 03-01 23:00'),
  ('phrase', '{"code": {"text": "q6h"}, "repeat": {"timeOfDay": ["00:00:00", "06:00:00", "12:00:00", "18:00:00"]}}', '2027-03-01', NULL, 1, '03-01 00:00, 03-01 06:00, 03-01 12:00, 03-01 18:00'),
  ('phrase', '{"code": {"text": "every other day"}, "repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}', '2027-03-01', NULL, 3, '03-01 08:00, 03-03 08:00'),
  ('phrase', '{"code": {"text": "every 14 days"}}', '2027-03-01', NULL, 15, '03-01 08:00, 03-15 08:00'),
  ('phrase', '{"code": {"text": "Weekly"}, "repeat": {"dayOfWeek": ["fri"]}}', '2027-03-01', NULL, 12, '03-05 08:00, 03-12 08:00'),

  -- Lengths of time, in the units and words that they are written in.
  ('bounds', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 2, "unit": "day(s)", "system": "http://unitsofmeasure.org", "code": "d"}}}', '2027-03-01', NULL, 40,
   '03-01 08:00, 03-02 08:00'),
  ('bounds', '{"repeat": {"frequency": 1, "period": 7, "periodUnit": "d", "boundsDuration": {"value": 2, "unit": "Woche(n)"}}}', '2027-03-01', NULL, 40, '03-01 08:00, 03-08 08:00'),
  ('bounds', '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsRange": {"low": {"value": 2, "code": "d"}, "high": {"value": 2, "code": "d"}}}}', '2027-03-01', NULL, 40,
   '03-01 08:00, 03-02 08:00'),
  ('bounds', '{"repeat": {"frequency": 1, "period": 0.5, "periodUnit": "h", "count": 3}}', '2027-03-01', NULL, 40, '03-01 08:00, 03-01 08:30, 03-01 09:00'),
  ('bounds', '{"repeat": {"frequency": 2, "frequencyMax": 2, "period": 1, "periodMax": 1, "periodUnit": "d"}}', '2027-03-01', NULL, 1, '03-01 08:00, 03-01 20:00'),
  ('bounds', '{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-03-01", "end": "9999-12-31"}}}', NULL, NULL, 2, '03-01 08:00, 03-02 08:00'),
  ('bounds', '{"repeat": {"timeOfDay": ["08:00:00", "20:30:00"], "boundsPeriod": {"start": "2027-03-01", "end": "2027-03-01T19:00:00+01:00"}}}', NULL, NULL, 9, '03-01 08:00');

SELECT is(pg_temp.doses_with_words(medsched.schedule_from_fhir(t.timing, t.starts_on, 'Europe/Berlin', t.times), t.days), t.doses,
          format('%s: %s', t.kind, t.timing))
FROM taken AS t ORDER BY t.nth;

-- What is not clear is refused by name.
SELECT throws_ok(format('SELECT medsched.schedule_from_fhir(%L, %L, %L, %L)', t.timing, t.starts_on, 'Europe/Berlin', t.times), t.sqlstate, t.message,
                 concat_ws(' with ', t.timing, t.times))
FROM (VALUES
  -- One dose or several?
  ('{"repeat": {"when": ["EVE", "HS"]}}', '2027-03-01', NULL, '0A000', 'timing does not say whether its events are one dose or several'),
  ('{"repeat": {"period": 1, "periodUnit": "d", "when": ["WAKE", "ACM"]}}', '2027-03-01', NULL, '0A000', 'timing does not say whether its events are one dose or several'),
  ('{"repeat": {"when": ["AFT", "PCD"]}}', '2027-03-01', NULL, '0A000', 'timing does not say whether its events are one dose or several'),
  ('{"repeat": {"when": ["MORN", "AC"]}}', '2027-03-01', NULL, '0A000', 'timing does not say whether its events are one dose or several'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["MORN", "EVE"]}}', '2027-03-01', NULL, '22023', 'timing wants 1 time(s) of day, not 2'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["AC"], "offset": 30}}', '2027-03-01', NULL, '22023', 'timing wants 2 time(s) of day, not 3'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "when": ["EVE", "HS"]}}', '2027-03-01', NULL, '22023', 'timing wants 3 time(s) of day, not 2'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["MORN", "ACM"]}}', '2027-03-01', NULL, '0A000', 'timing has two doses at 08:00:00'),
  ('{"repeat": {"when": ["ACM", "PCM"]}}', '2027-03-01', NULL, '0A000', 'timing has two doses at 08:00:00'),
  ('{"repeat": {"when": ["EVE", "NIGHT"]}}', '2027-03-01', '{"EVE": "22:00"}', '0A000', 'timing has two doses at 22:00:00'),
  ('{"repeat": {"when": ["CM"]}}', '2027-03-01', '{"CM": ["07:00", "09:00"]}', '22023', 'times has 2 times of day for CM, which is one event'),
  -- Codes that contradict each other, or what is beside them.
  ('{"code": {"coding": [{"code": "BID"}, {"code": "TID"}]}}', '2027-03-01', NULL, '22023', 'timing codes "BID" and "TID" contradict each other'),
  ('{"code": {"coding": [{"code": "AM"}, {"code": "BED"}]}}', '2027-03-01', NULL, '22023', 'timing codes "AM" and "BED" contradict each other'),
  ('{"code": {"coding": [{"code": "BED"}, {"code": "QD"}, {"code": "PM"}]}}', '2027-03-01', NULL, '22023', 'timing codes "BED" and "PM" contradict each other'),
  ('{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "229799001"}, {"code": "QD"}]}}', '2027-03-01', NULL, '22023', 'timing codes "BID" and "QD" contradict each other'),
  ('{"code": {"coding": [{"code": "Q8H"}, {"code": "TID"}]}}', '2027-03-01', NULL, '22023', 'timing codes "Q8H" and "TID" contradict each other'),
  ('{"code": {"coding": [{"code": "AM"}]}, "repeat": {"when": ["EVE"]}}', '2027-03-01', NULL, '22023', 'timing code "AM" contradicts repeat'),
  ('{"code": {"coding": [{"code": "BED"}]}, "repeat": {"timeOfDay": ["12:00:00"]}}', '2027-03-01', NULL, '22023', 'timing code "BED" contradicts repeat'),
  ('{"code": {"coding": [{"code": "PM"}]}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '22023', 'timing code "PM" contradicts repeat'),
  ('{"code": {"coding": [{"code": "Q8H"}]}, "repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '22023', 'timing code "Q8H" contradicts repeat'),
  ('{"code": {"coding": [{"code": "MO"}]}, "repeat": {"frequency": 1, "period": 4, "periodUnit": "wk"}}', '2027-03-01', NULL, '22023', 'timing code "MO" contradicts repeat'),
  ('{"code": {"coding": [{"code": "QD"}]}, "repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, '22023', 'QD wants 1 time(s) of day, not 2'),
  ('{"code": {"coding": [{"code": "WK"}]}, "repeat": {"dayOfWeek": ["mon", "wed"]}}', '2027-03-01', NULL, '0A000', 'timing with frequency 1 on 2 days of the week is not supported'),
  -- Codes of HL7's that no schedule can say: business days without holidays, continuously.
  ('{"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "JB"}]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/timing-abbreviation", "code": "C"}]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"coding": [{"system": "http://snomed.info/sct", "code": "225760004"}]}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  -- Codes of one's own that may say more than the times of day beside them.
  ('{"code": {"text": "Every other day"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"text": "every 2 days"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"coding": [{"system": "urn:example:frequency", "code": "Q48H"}]}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"coding": [{"system": "urn:example:frequency", "code": "1", "display": "3 times daily"}]}, "repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, '22023', 'TID wants 3 time(s) of day, not 2'),
  ('{"code": {"coding": [{"system": "urn:example:frequency", "code": "1", "display": "3 doses a day"}]}, "repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"text": "Mondays at 8"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "Mondays at 8"'),
  ('{"code": {"text": "Monday and Friday"}, "repeat": {"timeOfDay": ["08:00:00"], "dayOfWeek": ["mon", "thu"]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"text": "Once"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"text": "as directed"}, "repeat": {"count": 1}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  -- Words beside "how often" that say when.
  ('{"code": {"text": "Nightly with a snack"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "Nightly with a snack"'),
  ('{"code": {"text": "Nightly"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '22023', 'timing code "BED" contradicts repeat'),
  ('{"code": {"text": "2 times daily", "coding": [{"system": "urn:example:frequency", "code": "3", "display": "3 times a day"}]}}', '2027-03-01', NULL, '22023', 'timing code contradicts itself'),
  ('{"code": {"text": "every morning", "coding": [{"system": "urn:example:frequency", "code": "3", "display": "Nightly"}]}}', '2027-03-01', NULL, '22023', 'timing code contradicts itself'),
  ('{"code": {"coding": [{"code": "BID"}], "text": "three times daily"}}', '2027-03-01', NULL, '22023', 'timing code contradicts itself'),
  ('{"code": {"text": "every other day"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '22023', 'timing code "QOD" contradicts repeat'),
  ('{"code": {"text": "OD"}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"text": "biweekly"}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"text": "twice daily for a week"}}', '2027-03-01', NULL, '0A000', 'timing code is not supported'),
  ('{"code": {"coding": [{"system": "urn:example:frequency", "code": "1", "display": "１日１回就寝前"}]}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "１日１回就寝前"'),
  ('{"code": {"text": "1x le soir"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "1x le soir"'),
  ('{"code": {"text": "montags"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "montags"'),
  ('{"code": {"coding": [{"code": "BID"}], "text": "Twice a day with meals"}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "Twice a day with meals"'),
  ('{"code": {"coding": [{"code": "WK"}], "text": "Weekly on Sundays"}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "Weekly on Sundays"'),
  ('{"code": {"text": "daily at 9:00"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing code says more than repeat: "daily at 9:00"'),
  ('{"code": {"text": "BID PRN"}, "repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing code says as needed: "BID PRN"'),
  ('{"code": {"coding": [{"code": "Q6H"}], "text": "every 6 hours if needed"}}', '2027-03-01', NULL, '0A000', 'timing code says as needed: "every 6 hours if needed"'),
  -- On which days?
  ('{"repeat": {"frequency": 2, "period": 2, "periodUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing with frequency 2 in 2 d is not supported'),
  ('{"repeat": {"frequency": 3, "period": 2, "periodUnit": "d", "timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing with frequency 3 in 2 d is not supported'),
  ('{"repeat": {"frequency": 1, "period": 2, "periodUnit": "d", "timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, '22023', 'timing wants 1 time(s) of day, not 2'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk", "timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing with frequency 2 in 1 wk is not supported'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "mo", "timeOfDay": ["08:00:00", "20:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing with frequency 2 in 1 mo is not supported'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}}', '2027-03-01', '["08:00"]', '0A000', 'timing with frequency 3 in 1 wk is not supported'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}}', '2027-03-01', '{"dayOfWeek": ["mon", "fri"]}', '0A000', 'timing with frequency 3 on 2 days of the week is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}', '2027-03-01', '{"dayOfWeek": ["mon", "fri"]}', '0A000', 'timing with frequency 1 on 2 days of the week is not supported'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}}', '2027-03-01', '{"dayOfWeek": ["monday"]}', '22023', 'timing has an unknown day of the week "monday"'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}}', '2027-03-01', '{"dayOfWeek": "mon"}', '22023', 'dayOfWeek is not an array'),
  ('{"repeat": {"frequency": 1, "period": 8, "periodUnit": "d", "dayOfWeek": ["mon"]}}', '2027-03-01', NULL, '0A000', 'timing with dayOfWeek and a period of 8 d is not supported'),
  -- Hours that are not between the times of day.
  ('{"code": {"coding": [{"code": "Q8H"}]}, "repeat": {"timeOfDay": ["06:00:00", "14:00:00", "21:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing has times of day that are not 08:00:00 apart'),
  ('{"code": {"coding": [{"code": "Q8H"}]}}', '2027-03-01', '["06:00", "14:00", "21:00"]', '0A000', 'timing has times of day that are not 08:00:00 apart'),
  ('{"code": {"coding": [{"code": "Q8H"}]}}', '2027-03-01', '["06:00", "14:00"]', '22023', 'Q8H wants 1 time(s) of day, not 2'),
  ('{"code": {"coding": [{"code": "Q8H"}]}, "repeat": {"timeOfDay": ["06:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing with times of day and a period in h is not supported'),
  ('{"code": {"coding": [{"code": "TID"}]}, "repeat": {"period": 8, "periodUnit": "h", "when": ["CM", "CD", "CV"]}}', '2027-03-01', NULL, '0A000', 'timing has times of day that are not 08:00:00 apart'),
  ('{"repeat": {"frequency": 1, "period": 36, "periodUnit": "h", "timeOfDay": ["08:00:00"]}}', '2027-03-01', NULL, '0A000', 'timing with times of day and a period in h is not supported'),
  ('{"repeat": {"frequency": 2, "period": 12, "periodUnit": "h"}}', '2027-03-01', NULL, '0A000', 'timing with frequency 2 in 12 h is not supported'),
  -- event.
  ('{"event": []}', '2027-03-01', NULL, '22023', 'timing element "event" is empty'),
  ('{"event": "2027-03-01"}', '2027-03-01', NULL, '22023', 'timing element "event" is not an array'),
  ('{"event": [null]}', '2027-03-01', NULL, '22023', 'timing element "event" is not a date or time'),
  ('{"event": ["2027-03"]}', '2027-03-01', NULL, '0A000', 'timing event "2027-03" is not a day'),
  ('{"event": ["2027-03-01T10:30:00"]}', '2027-03-01', NULL, '22023', 'timing element "event" is not a date or time'),
  ('{"event": ["2027-03-01", "2027-03-01T08:00:00+01:00"]}', '2027-03-01', NULL, '22023', 'timing has two events at 2027-03-01 08:00:00'),
  ('{"event": ["2027-02-27"]}', '2027-03-01', NULL, '22023', 'starts_on 2027-03-01 is after the timing''s event 2027-02-27'),
  ('{"event": ["2027-03-01"], "repeat": {"count": 2}}', '2027-03-01', NULL, '22023', 'timing has 1 events and count 2'),
  ('{"event": ["2027-03-01"], "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing with both event and repeat.frequency is not supported'),
  ('{"event": ["2027-03-01"], "code": {"coding": [{"code": "BID"}]}, "repeat": {"duration": 30, "durationUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing with both event and code is not supported'),
  ('{"event": ["2027-03-01"]}', '2027-03-01', '["08:00", "20:00"]', '22023', 'timing wants 1 time(s) of day, not 2'),
  -- A duration that is how long to go on, or nobody knows of what.
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "duration": 10, "durationUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing with a duration of 10 d is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": 1, "durationUnit": "wk", "when": ["CM"]}}', '2027-03-01', NULL, '0A000', 'timing with a duration of 1 wk is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": 1, "durationUnit": "d"}}', '2027-03-01', NULL, '0A000', 'timing with a duration of 1 d is not supported'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "duration": 240, "durationUnit": "h"}}', '2027-03-01', NULL, '0A000', 'timing with a duration of 240 h is not supported'),
  ('{"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "duration": 8, "durationMax": 12, "durationUnit": "h"}}', '2027-03-01', NULL, '0A000', 'timing with a duration of 12 h is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": 2}}', '2027-03-01', NULL, '22023', 'timing has a duration without durationUnit'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "durationUnit": "h"}}', '2027-03-01', NULL, '22023', 'timing has durationUnit without duration'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": 2, "durationUnit": "hour"}}', '2027-03-01', NULL, '22023', 'timing has an unknown durationUnit "hour"'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": -2, "durationUnit": "h"}}', '2027-03-01', NULL, '22023', 'timing element "repeat.duration" is out of range'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": 3, "durationMax": 2, "durationUnit": "h"}}', '2027-03-01', NULL, '22023', 'timing element "repeat.duration" is out of range'),
  -- A count and an end that do not agree.
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 10, "boundsPeriod": {"end": "2027-03-31"}}}', '2027-03-01', NULL, '0A000', 'timing with both count and an end is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 10, "boundsDuration": {"value": 9, "code": "d"}}}', '2027-03-01', NULL, '0A000', 'timing with both count and an end is not supported'),
  ('{"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "count": 29, "boundsDuration": {"value": 10, "code": "d"}}}', '2027-03-01', NULL, '0A000', 'timing with both count and an end is not supported'),
  ('{"repeat": {"count": 2}}', '2027-03-01', NULL, '22023', 'timing says neither how often nor when'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "count": 2, "countMax": 3}}', '2027-03-01', NULL, '0A000', 'timing element "repeat.countMax" is not supported'),
  -- No dose at all.
  ('{"repeat": {"dayOfWeek": ["sat"], "boundsDuration": {"value": 3, "code": "d"}}}', '2027-03-01', NULL, '22023', 'timing has no dose within its bounds'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-03-01T09:00:00+01:00", "end": "2027-03-01"}}}', NULL, NULL, '22023', 'timing has no dose within its bounds'),
  ('{"repeat": {"count": 1, "boundsPeriod": {"end": "2027-03-01T07:00:00+01:00"}}}', '2027-03-01', NULL, '22023', 'timing has no dose within its bounds'),
  -- Offsets into another day.
  ('{"repeat": {"when": ["PCV"], "offset": 360}}', '2027-03-01', NULL, '0A000', 'timing has an offset of 360 minutes from PCV, which is another day'),
  ('{"repeat": {"when": ["HS"], "offset": 60}}', '2027-03-01', '{"HS": "00:30"}', '0A000', 'timing has an offset of 60 minutes from HS, which is another day'),
  ('{"repeat": {"when": ["PHS"], "offset": 180, "period": 1, "periodUnit": "mo"}}', '2027-03-01', NULL, '0A000', 'timing has an offset into another day and a period in mo'),
  -- Bounds.
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsDuration": {"value": 2, "unit": "weeks", "code": "d"}}}', '2027-03-01', NULL, '22023', 'timing element "repeat.boundsDuration" has two units'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsDuration": {"value": 2, "code": "d", "extension": []}}}', '2027-03-01', NULL, '0A000', 'timing element "repeat.boundsDuration.extension" is not supported'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-03-01", "_end": {}}}}', NULL, NULL, '0A000', 'timing element "repeat.boundsPeriod._end" is not supported'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsRange": {"low": {"value": 5, "code": "d"}, "high": {"value": 7, "code": "d"}}}}', '2027-03-01', NULL, '0A000', 'timing element "repeat.boundsRange" is not supported'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsRange": {}, "boundsDuration": {}}}', '2027-03-01', NULL, '22023', 'timing has both boundsDuration and boundsRange'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {}, "boundsRange": {}}}', '2027-03-01', NULL, '22023', 'timing has both boundsPeriod and boundsRange'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "_timeOfDay": []}}', '2027-03-01', NULL, '0A000', 'timing element "repeat._timeOfDay" is not supported'),
  ('{"modifierExtension": []}', '2027-03-01', NULL, '0A000', 'timing element "modifierExtension" is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1.5, "periodUnit": "mo"}}', '2027-03-01', NULL, '0A000', 'timing element "period" is not a whole number')
  ) AS t (timing, starts_on, times, sqlstate, message);

-- As needed: a range is a limit, bounds are the schedule's, and events are words.
SELECT is(medsched.schedule_from_fhir(t.timing::jsonb, '2027-03-01', 'Europe/Berlin', as_needed => true),
          jsonb_build_array('{"starts_at": "2027-03-01T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}'::jsonb || t.schedule::jsonb),
          'as needed: ' || t.timing)
FROM (VALUES
  ('{"repeat": {"frequency": 3, "frequencyMax": 4, "period": 1, "periodUnit": "d"}}', '{"limits": [{"doses": 4, "days": 1}]}'),
  ('{"repeat": {"frequencyMax": 4, "period": 1, "periodUnit": "d"}}', '{"limits": [{"doses": 4, "days": 1}]}'),
  ('{"repeat": {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}}', '{"min_interval": "4 hours"}'),
  ('{"repeat": {"frequency": 1, "frequencyMax": 2, "period": 6, "periodUnit": "h"}}', '{"limits": [{"doses": 2, "within": "6 hours"}]}'),
  ('{"repeat": {"frequency": 1, "period": 1.5, "periodUnit": "h"}}', '{"min_interval": "90 minutes"}'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodMax": 2, "periodUnit": "wk"}}', '{"limits": [{"doses": 2, "days": 7}]}'),
  ('{"repeat": {"when": ["HS"]}}', '{"limits": [{"doses": 1, "days": 1}], "instructions": "before going to sleep"}'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"], "offset": 30}}', '{"limits": [{"doses": 1, "days": 1}], "instructions": "30 minutes before going to sleep"}'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["AC"]}}', '{"limits": [{"doses": 2, "days": 1}], "instructions": "before meals"}'),
  ('{"repeat": {"when": ["CM", "CV"]}}', '{"limits": [{"doses": 2, "days": 1}], "instructions": "with breakfast, with dinner"}'),
  ('{"repeat": {"timeOfDay": ["20:00:00", "08:00:00"]}}', '{"limits": [{"doses": 2, "days": 1}], "instructions": "at 08:00, 20:00"}'),
  ('{"repeat": {"period": 12, "periodUnit": "h", "duration": 10, "durationMax": 15, "durationUnit": "min"}}', '{"min_interval": "12 hours", "instructions": "for 10 to 15 minutes"}'),
  ('{"code": {"coding": [{"code": "Q4H"}]}, "repeat": {"boundsDuration": {"value": 10, "code": "d"}}}', '{"min_interval": "4 hours", "ends_at": "2027-03-10T23:00:00Z"}'),
  ('{"repeat": {"boundsRange": {"low": {"value": 5, "code": "d"}, "high": {"value": 7, "code": "d"}}}}', '{"ends_at": "2027-03-07T23:00:00Z"}'),
  ('{"repeat": {"boundsPeriod": {"end": "2027-03-31"}}}', '{"ends_at": "2027-03-31T22:00:00Z"}'),
  ('{"repeat": {"boundsPeriod": {"start": "2027-03-02T10:15:00+01:00", "end": "2027-03-04T10:15:00+01:00"}}}', '{"starts_at": "2027-03-02T10:15:00", "ends_at": "2027-03-04T09:15:01Z"}'),
  ('{"repeat": {"boundsPeriod": {"start": "2027-03-01", "end": "9999-12-31"}}}', '{}'),
  ('{"code": {"text": "at bedtime"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '{"limits": [{"doses": 1, "days": 1}], "instructions": "at bedtime"}'),
  ('{"code": {"text": "Every 4 hours PRN"}}', '{"min_interval": "4 hours"}'),
  ('{"code": {"text": "3 times daily (as needed)"}}', '{"limits": [{"doses": 3, "days": 1}]}'),
  ('{"code": {"text": "as needed"}}', '{}'),
  ('{"code": {"text": "PRN"}, "repeat": {"frequency": 1, "period": 4, "periodUnit": "h"}}', '{"min_interval": "4 hours"}')) AS t (timing, schedule);
SELECT throws_ok(format('SELECT medsched.schedule_from_fhir(%L, %L, %L, as_needed => true)', t.timing, '2027-03-01', 'Europe/Berlin'), t.sqlstate, t.message, 'as needed: ' || t.timing)
FROM (VALUES
  ('{"event": ["2027-03-01"]}', '0A000', 'timing element "event" is not supported for doses as needed'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "wed", "fri"]}}', '0A000', 'timing element "repeat.dayOfWeek" is not supported for doses as needed'),
  ('{"repeat": {"count": 1}}', '0A000', 'timing element "repeat.count" is not supported for doses as needed'),
  ('{"repeat": {"frequency": 4, "frequencyMax": 3, "period": 1, "periodUnit": "d"}}', '22023', 'timing has a range that ends before it starts'),
  ('{"repeat": {"period": 6, "periodMax": 4, "periodUnit": "h"}}', '22023', 'timing has a range that ends before it starts'),
  ('{"repeat": {"frequencyMax": 4}}', '22023', 'timing wants frequency, period and periodUnit together'),
  ('{"code": {"text": "at bedtime with a snack"}, "repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '0A000', 'timing code says more than repeat: "at bedtime with a snack"'),
  ('{"code": {"text": "as directed"}}', '0A000', 'timing code is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": 3, "durationUnit": "d"}}', '0A000', 'timing with a duration of 3 d is not supported'),
  ('{"repeat": {"boundsPeriod": {"start": "2027-03-05", "end": "2027-03-04"}}}', '22023', 'timing ends before it starts'),
  ('{"repeat": {"boundsRange": {"low": {"value": 5, "code": "d"}}}}', '0A000', 'timing element "repeat.boundsRange" is not supported')) AS t (timing, sqlstate, message);

-- Of events, those before effective_from are left out.
SELECT is(pg_temp.doses_with_words(medsched.schedule_from_fhir('{"event": ["2027-03-09", "2027-03-01", "2027-03-20"]}', NULL, 'Europe/Berlin',
            effective_from => '2027-03-05 00:00+01'), 40), '03-09 08:00, 03-20 08:00', 'events from an instant on');

-- What is as needed is kept so.
SELECT lives_ok($$SELECT medsched.create_medication('00000000-0000-0000-0000-0000000000fb', 'Ibuprofen', medsched.schedule_from_fhir(
  '{"repeat": {"frequency": 1, "frequencyMax": 2, "period": 6, "periodUnit": "h", "when": ["PC"], "boundsPeriod": {"start": "2027-03-02T10:15:00+01:00", "end": "2027-03-04"}}}',
  NULL, 'Europe/Berlin', as_needed => true))$$, 'a range, events and bounds, kept');

SELECT * FROM finish();
ROLLBACK;
