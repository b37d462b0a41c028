\i test/setup.psql
BEGIN;
SELECT plan(145);
\i test/doses.psql

-- The doses from Monday 1 March 2027 00:00 in Berlin on, up to a day.
CREATE FUNCTION pg_temp.fhir_doses(timing jsonb, until date, starts_on date DEFAULT '2027-03-01')
RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.doses(medsched.schedule_from_fhir(timing, starts_on, 'Europe/Berlin'),
                       timezone('Europe/Berlin', timestamp '2027-03-01'),
                       timezone('Europe/Berlin', until::timestamp));
$$;

SELECT is(pg_temp.fhir_doses(t.timing::jsonb, t.until::date), t.doses, t.timing)
FROM (VALUES
  -- Codes.
  ('{"code": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "BID"}]}}',
   '2027-03-03', '03-01 08:00, 03-01 20:00, 03-02 08:00, 03-02 20:00'),
  ('{"code": {"coding": [{"system": "urn:example", "code": "1-0-1"}, {"code": "BID"}], "text": "1-0-1"}}',
   '2027-03-02', '03-01 08:00, 03-01 20:00'),
  ('{"code": {"coding": [{"code": "TID"}]}}', '2027-03-02', '03-01 08:00, 03-01 14:00, 03-01 20:00'),
  ('{"code": {"coding": [{"code": "QID"}]}}', '2027-03-02', '03-01 08:00, 03-01 12:00, 03-01 16:00, 03-01 20:00'),
  ('{"code": {"coding": [{"code": "AM"}]}}', '2027-03-03', '03-01 08:00, 03-02 08:00'),
  ('{"code": {"coding": [{"code": "PM"}]}}', '2027-03-03', '03-01 15:00, 03-02 15:00'),
  ('{"code": {"coding": [{"code": "BED"}]}}', '2027-03-03', '03-01 22:00, 03-02 22:00'),
  ('{"code": {"coding": [{"code": "QD"}]}}', '2027-03-03', '03-01 08:00, 03-02 08:00'),
  ('{"code": {"coding": [{"code": "QOD"}]}}', '2027-03-06', '03-01 08:00, 03-03 08:00, 03-05 08:00'),
  ('{"code": {"coding": [{"code": "Q4H"}]}}', '2027-03-02', '03-01 08:00, 03-01 12:00, 03-01 16:00, 03-01 20:00'),
  ('{"code": {"coding": [{"code": "Q6H"}]}}', '2027-03-03',
   '03-01 08:00, 03-01 14:00, 03-01 20:00, 03-02 02:00, 03-02 08:00, 03-02 14:00, 03-02 20:00'),
  ('{"code": {"coding": [{"code": "WK"}]}}', '2027-03-20', '03-01 08:00, 03-08 08:00, 03-15 08:00'),
  ('{"code": {"coding": [{"code": "MO"}]}}', '2027-05-02', '03-01 08:00, 04-01 08:00, 05-01 08:00'),
  -- Code and repeat that agree; an unknown code where repeat says it all.
  ('{"code": {"coding": [{"code": "BID"}]}, "repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["CM", "CV"]}}',
   '2027-03-02', '03-01 08:00, 03-01 18:00'),
  ('{"code": {"coding": [{"code": "BID"}]}, "repeat": {"boundsPeriod": {"end": "2027-03-01"}}}',
   '2027-04-01', '03-01 08:00, 03-01 20:00'),
  ('{"code": {"text": "every third day"}, "repeat": {"frequency": 1, "period": 3, "periodUnit": "d"}}',
   '2027-03-08', '03-01 08:00, 03-04 08:00, 03-07 08:00'),
  -- Frequency and period.
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}', '2027-03-02', '03-01 08:00, 03-01 14:00, 03-01 20:00'),
  ('{"repeat": {"frequency": 1, "period": 1.0, "periodUnit": "wk"}}', '2027-03-10', '03-01 08:00, 03-08 08:00'),
  ('{"repeat": {"period": 12, "periodUnit": "h"}}', '2027-03-02', '03-01 08:00, 03-01 20:00'),
  ('{"repeat": {"frequency": 1, "period": 90, "periodUnit": "min", "count": 3}}', '2027-03-02',
   '03-01 08:00, 03-01 09:30, 03-01 11:00'),
  ('{"repeat": {"frequency": 1, "period": 3, "periodUnit": "mo"}}', '2028-01-01',
   '03-01 08:00, 06-01 08:00, 09-01 08:00, 12-01 08:00'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "a"}}', '2029-04-01', '03-01 08:00, 03-01 08:00, 03-01 08:00'),
  -- Days of the week.
  ('{"repeat": {"dayOfWeek": ["mon", "wed", "fri"], "timeOfDay": ["09:00:00"]}}', '2027-03-08',
   '03-01 09:00, 03-03 09:00, 03-05 09:00'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["sat", "sun"]}}', '2027-03-14',
   '03-06 08:00, 03-07 08:00, 03-13 08:00'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk", "dayOfWeek": ["tue", "thu"]}}', '2027-03-10',
   '03-02 08:00, 03-04 08:00, 03-09 08:00'),
  ('{"repeat": {"frequency": 4, "period": 1, "periodUnit": "wk", "dayOfWeek": ["tue", "thu"]}}', '2027-03-08',
   '03-02 08:00, 03-02 20:00, 03-04 08:00, 03-04 20:00'),
  ('{"repeat": {"frequency": 1, "period": 2, "periodUnit": "wk", "dayOfWeek": ["sun"]}}', '2027-04-05',
   '03-07 08:00, 03-21 08:00, 04-04 08:00'),
  -- Times of day, events.
  ('{"repeat": {"timeOfDay": ["20:30:00", "08:00:00"]}}', '2027-03-02', '03-01 08:00, 03-01 20:30'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "d", "when": ["AC"], "offset": 30}}', '2027-03-02',
   '03-01 07:30, 03-01 11:30, 03-01 17:30'),
  ('{"repeat": {"when": ["PCD"], "offset": 60}}', '2027-03-02', '03-01 13:00'),
  ('{"repeat": {"when": ["HS", "WAKE"]}}', '2027-03-02', '03-01 07:00, 03-01 22:00'),
  ('{"repeat": {"when": ["HS"], "offset": 45}}', '2027-03-02', '03-01 21:15'),
  ('{"repeat": {"when": ["PHS"], "offset": 119}}', '2027-03-02', '03-01 23:59'),
  ('{"repeat": {"when": ["MORN", "NOON", "EVE", "NIGHT"]}}', '2027-03-02',
   '03-01 08:00, 03-01 12:00, 03-01 20:00, 03-01 22:00'),
  ('{"repeat": {"when": ["CM", "MORN"]}}', '2027-03-02', '03-01 08:00'),
  -- How long: 10 days every 8 hours are 30 doses, the last 232 hours after the first.
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 2, "unit": "days", "code": "d"}}}',
   '2027-06-01', '03-01 08:00, 03-01 20:00, 03-02 08:00, 03-02 20:00'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "boundsDuration": {"value": 48, "code": "h"}}}',
   '2027-06-01', '03-01 08:00, 03-02 08:00'),
  ('{"repeat": {"frequency": 1, "period": 2, "periodUnit": "wk", "boundsDuration": {"value": 2, "code": "mo"}}}',
   '2027-12-01', '03-01 08:00, 03-15 08:00, 03-29 08:00, 04-12 08:00, 04-26 08:00'),
  ('{"repeat": {"period": 8, "periodUnit": "h", "boundsDuration": {"value": 1, "code": "d"}}}',
   '2027-06-01', '03-01 08:00, 03-01 16:00, 03-02 00:00'),
  ('{"repeat": {"period": 7, "periodUnit": "h", "boundsDuration": {"value": 1, "code": "d"}}}',
   '2027-06-01', '03-01 08:00, 03-01 15:00, 03-01 22:00, 03-02 05:00'),
  ('{"repeat": {"timeOfDay": ["08:00:00", "20:30:00"], "count": 5}}', '2027-06-01',
   '03-01 08:00, 03-01 20:30, 03-02 08:00, 03-02 20:30, 03-03 08:00'),
  ('{"repeat": {"timeOfDay": ["08:00:00", "20:30:00"], "count": 1}}', '2027-06-01', '03-01 08:00'),
  ('{"repeat": {"timeOfDay": ["08:00:00", "20:00:00"], "count": 3}}', '2027-06-01',
   '03-01 08:00, 03-01 20:00, 03-02 08:00'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-03-03", "end": "2027-03-04"}}}',
   '2027-06-01', '03-03 08:00, 03-04 08:00'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-03-30", "end": "2027-03"}}}',
   '2027-06-01', '03-30 08:00, 03-31 08:00'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-12-30", "end": "2027"}}}',
   '2029-01-01', '12-30 08:00, 12-31 08:00'),
  -- 08:00 on 2 April in Berlin's summer is an end that includes its dose.
  ('{"repeat": {"timeOfDay": ["08:00:00", "20:30:00"], "boundsPeriod": {"start": "2027-03-31T10:00:00+02:00", "end": "2027-04-02T06:00:00Z"}}}',
   '2027-06-01', '03-31 20:30, 04-01 08:00, 04-01 20:30, 04-02 08:00'),
  ('{"repeat": {"period": 2, "periodUnit": "d", "boundsPeriod": {"start": "2027-03-31T10:00:00+02:00"}}}',
   '2027-04-06', '04-01 08:00, 04-03 08:00, 04-05 08:00'),
  ('{"repeat": {"period": 8, "periodUnit": "h", "boundsPeriod": {"start": "2027-03-31T10:00:00+02:00", "end": "2027-04-01"}}}',
   '2027-04-06', '03-31 10:00, 03-31 18:00, 04-01 02:00, 04-01 10:00, 04-01 18:00')
  ) AS t (timing, until, doses);

-- Q8H for 10 days over the change of the clocks on 28 March 2027: 30 doses, from
-- 08:00+01 to 232 hours later, 01:00+02 on 5 April.
CREATE TEMPORARY TABLE ten_days AS
SELECT x AS dose FROM regexp_split_to_table(pg_temp.doses(
  medsched.schedule_from_fhir('{"code": {"coding": [{"code": "Q8H"}]}, "repeat": {"boundsDuration": {"value": 10, "code": "d"}}}',
    '2027-03-26', 'Europe/Berlin'), '2027-01-01Z', '2028-01-01Z'), ', ') AS x;
SELECT is(count(*)::int, 30, 'ten days every 8 hours are 30 doses') FROM ten_days;
SELECT is(max(dose), '04-05 01:00', 'the last of them 232 hours after the first') FROM ten_days;

-- The first dose is on the first matching day, and the fortnight counts from it.
SELECT is(
  pg_temp.fhir_doses('{"repeat": {"frequency": 1, "period": 2, "periodUnit": "wk", "dayOfWeek": ["mon"]}}', '2027-04-06', '2027-03-04'),
  '03-08 08:00, 03-22 08:00, 04-05 08:00', 'every second Monday from a Thursday on');

-- A start of the timing's own stands in for starts_on.
SELECT is(
  medsched.schedule_from_fhir('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-03-03"}}}', NULL, 'Europe/Berlin'),
  '[{"starts_at": "2027-03-03T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0"}]',
  'the timing says when it starts');

-- What the events say is not lost.
SELECT is(
  (SELECT string_agg(concat_ws(' ', to_char((s.value ->> 'starts_at')::timestamp, 'HH24:MI'), s.value ->> 'instructions'), ', ' ORDER BY s.nth)
   FROM jsonb_array_elements(medsched.schedule_from_fhir(format('{"repeat": {"when": %s}}', w.said)::jsonb, '2027-03-01', 'Europe/Berlin'))
     WITH ORDINALITY AS s (value, nth)),
  w.words, 'when ' || w.said)
FROM (VALUES
  ('["ACM"]', '08:00 before breakfast'),
  ('["ACM", "HS"], "offset": 30', '07:30 30 minutes before breakfast, 21:30 30 minutes before going to sleep'),
  ('["PC"], "offset": 15', '08:15 15 minutes after meals'),
  ('["CV"]', '18:00 with dinner'),
  ('["MORN"]', '08:00 in the morning')) AS w (said, words);

-- Times of one's own.
SELECT is(
  pg_temp.doses(medsched.schedule_from_fhir(t.timing::jsonb, '2027-03-01', 'Europe/Berlin', t.times::jsonb),
                '2027-03-01 00:00+01', '2027-03-02 00:00+01'),
  t.doses, format('%s with %s', t.timing, t.times))
FROM (VALUES
  ('{"code": {"coding": [{"code": "BID"}]}}', '["07:00", "19:00"]', '03-01 07:00, 03-01 19:00'),
  ('{"code": {"coding": [{"code": "BED"}]}}', '{"QHS": "23:00"}', '03-01 23:00'),
  ('{"code": {"coding": [{"code": "Q6H"}]}}', '{"Q6H": "06:00"}', '03-01 06:00, 03-01 12:00, 03-01 18:00'),
  ('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}', '{"BID": ["07:00", "19:00"]}', '03-01 07:00, 03-01 19:00'),
  ('{"repeat": {"frequency": 5, "period": 1, "periodUnit": "d"}}', '["07:00", "10:00", "13:00", "16:00", "19:00"]',
   '03-01 07:00, 03-01 10:00, 03-01 13:00, 03-01 16:00, 03-01 19:00'),
  ('{"repeat": {"when": ["AC"], "offset": 30}}', '{"CM": "06:30", "CV": "19:00"}', '03-01 06:00, 03-01 11:30, 03-01 18:30'),
  ('{"repeat": {"when": ["HS"]}}', '{"HS": "23:15"}', '03-01 23:15'),
  ('{"repeat": {"timeOfDay": ["08:00:00"]}}', '{"QD": "07:00"}', '03-01 08:00')) AS t (timing, times, doses);

-- What cannot be said is refused by name; what is no Timing is refused, too.
SELECT throws_ok(
  format('SELECT medsched.schedule_from_fhir(%L, %L, %L)', t.timing, '2027-03-01', 'Europe/Berlin'),
  t.sqlstate, t.message, t.timing)
FROM (VALUES
  ('{"extension": []}', '0A000', 'timing element "extension" is not supported'),
  ('{"repeat": {"boundsRange": {"low": {"value": 5}}}}', '0A000', 'timing element "repeat.boundsRange" is not supported'),
  ('{"repeat": {"frequency": 3, "frequencyMax": 4, "period": 1, "periodUnit": "d"}}', '0A000', 'timing element "repeat.frequencyMax" is not supported'),
  ('{"repeat": {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}}', '0A000', 'timing element "repeat.periodMax" is not supported'),
  ('{"repeat": {"count": 3, "countMax": 5}}', '0A000', 'timing element "repeat.countMax" is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "duration": 10, "durationUnit": "d"}}', '0A000', 'timing with a duration of 10 d is not supported'),
  ('{"repeat": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle"}]}}', '0A000', 'timing element "repeat.extension" is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1.5, "periodUnit": "d"}}', '0A000', 'timing element "period" is not a whole number'),
  ('{"repeat": {"frequency": 3, "period": 2, "periodUnit": "d"}}', '0A000', 'timing with frequency 3 in 2 d is not supported'),
  ('{"repeat": {"frequency": 3, "period": 1, "periodUnit": "wk"}}', '0A000', 'timing with frequency 3 in 1 wk is not supported'),
  ('{"repeat": {"frequency": 5, "period": 1, "periodUnit": "d"}}', '0A000', 'timing with 5 doses a day does not say when'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "wed", "fri"]}}', '0A000', 'timing with frequency 1 on 3 days of the week is not supported'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo", "dayOfWeek": ["mon"]}}', '0A000', 'timing with dayOfWeek and a period of 1 mo is not supported'),
  ('{"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "dayOfWeek": ["mon"]}}', '0A000', 'timing with dayOfWeek and a period in h is not supported'),
  ('{"repeat": {"frequency": 1, "period": 8, "periodUnit": "h", "timeOfDay": ["08:00:00"]}}', '0A000', 'timing with times of day and a period in h is not supported'),
  ('{"repeat": {"when": ["ACM"], "offset": 481}}', '0A000', 'timing has an offset of 481 minutes from ACM, which is another day'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "count": 3, "boundsPeriod": {"end": "2027-04-01"}}}', '0A000', 'timing with both count and an end is not supported'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsDuration": {"value": 30, "code": "h"}}}', '0A000',
   'timing with times of day and a boundsDuration of 1 day 06:00:00 is not supported'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsDuration": {"value": 5, "code": "d", "comparator": "<"}}}', '0A000',
   'timing element "repeat.boundsDuration.comparator" is not supported'),
  ('{"code": {"coding": [{"code": "Q36H"}]}}', '0A000', 'timing code is not supported'),
  ('{"code": {"text": "twice a day or so"}}', '0A000', 'timing code is not supported'),
  ('{"code": {"text": "every other day"}, "repeat": {"timeOfDay": ["08:00:00"]}}', '0A000', 'timing code is not supported'),
  ('{"code": {"coding": [{"system": "urn:example", "code": "BID"}]}}', '0A000', 'timing code is not supported'),
  ('[]', '22023', 'timing is not a JSON object'),
  ('{}', '22023', 'timing says neither how often nor when'),
  ('{"repeat": {"count": 3}}', '22023', 'timing says neither how often nor when'),
  ('{"repeet": {}}', '22023', 'timing has an unknown element "repeet"'),
  ('{"repeat": []}', '22023', 'timing element "repeat" is not an object'),
  ('{"code": "BID"}', '22023', 'timing element "code" is not an object'),
  ('{"repeat": {"frequence": 1}}', '22023', 'timing has an unknown element "repeat.frequence"'),
  ('{"repeat": {"frequency": "1"}}', '22023', 'timing element "repeat.frequency" is not of type number'),
  ('{"repeat": {"timeOfDay": "08:00:00"}}', '22023', 'timing element "repeat.timeOfDay" is not of type array'),
  ('{"repeat": {"frequency": 2}}', '22023', 'timing wants frequency, period and periodUnit together'),
  ('{"repeat": {"frequency": 2, "period": 1}}', '22023', 'timing wants frequency, period and periodUnit together'),
  ('{"repeat": {"frequency": 0, "period": 1, "periodUnit": "d"}}', '22023', 'timing element "frequency" is out of range'),
  ('{"repeat": {"frequency": 1, "period": -1, "periodUnit": "d"}}', '22023', 'timing element "period" is out of range'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "day"}}', '22023', 'timing has an unknown periodUnit "day"'),
  ('{"repeat": {"dayOfWeek": ["monday"]}}', '22023', 'timing has an unknown day of the week "monday"'),
  ('{"repeat": {"dayOfWeek": []}}', '22023', 'timing element "repeat.dayOfWeek" is empty'),
  ('{"repeat": {"timeOfDay": ["24:00:00"]}}', '22023', 'time "24:00:00" is not a time of day'),
  ('{"repeat": {"timeOfDay": []}}', '22023', 'times must not be empty'),
  ('{"repeat": {"when": ["BREAKFAST"]}}', '22023', 'timing has an unknown event "BREAKFAST"'),
  ('{"repeat": {"when": []}}', '22023', 'timing element "repeat.when" is empty'),
  ('{"repeat": {"when": ["CM"], "offset": 30}}', '22023', 'timing has an offset from CM, which takes none'),
  ('{"repeat": {"offset": 30}}', '22023', 'timing has an offset without when'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "when": ["CM"]}}', '22023', 'timing has both timeOfDay and when'),
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00:00", "20:00:00"]}}', '22023', 'timing wants 1 time(s) of day, not 2'),
  ('{"code": {"coding": [{"code": "BID"}]}, "repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}', '22023', 'timing code "BID" contradicts repeat'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"start": "2027-02-28"}}}', '22023', 'starts_on 2027-03-01 is after the timing''s own start 2027-02-28'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"end": "2027-02-28"}}}', '22023', 'timing ends before it starts'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"end": "2027-02-30"}}}', '22023', 'timing element "repeat.boundsPeriod.end" is not a date or time'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {"end": "2027-03-01T08:00:00"}}}', '22023', 'timing element "repeat.boundsPeriod.end" is not a date or time'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsPeriod": {}, "boundsDuration": {}}}', '22023', 'timing has both boundsPeriod and boundsDuration'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsDuration": {"code": "d"}}}', '22023', 'timing element "repeat.boundsDuration" has no value'),
  ('{"repeat": {"timeOfDay": ["08:00:00"], "boundsDuration": {"value": 5, "unit": "courses"}}}', '22023', 'timing element "repeat.boundsDuration" has no known unit')
  ) AS t (timing, sqlstate, message);
SELECT throws_ok($$SELECT medsched.schedule_from_fhir(NULL, '2027-03-01', 'Europe/Berlin')$$,
  '22004', 'timing must not be null', 'timing is null');
SELECT throws_ok($$SELECT medsched.schedule_from_fhir('{"repeat": {"timeOfDay": ["08:00:00"]}}', NULL, 'Europe/Berlin')$$,
  '22004', 'starts_on must not be null', 'no start at all');
SELECT throws_ok($$SELECT medsched.schedule_from_fhir('{"repeat": {"when": ["CM"]}}', '2027-03-01', 'Europe/Berlin', '["08:00"]')$$,
  '22023', 'an array of times does not say when the events of a timing are', 'times for events by name only');

-- Of a dose as needed, a Timing says how often at most.
CREATE FUNCTION pg_temp.as_needed(timing jsonb, starts_on date DEFAULT '2027-03-01', times jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
  SELECT medsched.schedule_from_fhir(timing, starts_on, 'Europe/Berlin', times, as_needed => true) -> 0
$$;
SELECT is(pg_temp.as_needed(t.timing::jsonb), '{"starts_at": "2027-03-01T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}'::jsonb || t.limits::jsonb,
          'as needed: ' || t.timing)
FROM (VALUES
  ('{}', '{}'),
  ('{"repeat": {}}', '{}'),
  ('{"code": {"coding": [{"code": "QD"}]}}', '{"limits": [{"doses": 1, "days": 1}]}'),
  ('{"code": {"coding": [{"code": "BED"}]}}', '{"limits": [{"doses": 1, "days": 1}], "instructions": "at bedtime"}'),
  ('{"code": {"coding": [{"code": "BID"}]}, "repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}', '{"limits": [{"doses": 2, "days": 1}]}'),
  ('{"code": {"coding": [{"code": "Q6H"}]}}', '{"min_interval": "6 hours"}'),
  ('{"repeat": {"period": 1, "periodUnit": "d"}}', '{"limits": [{"doses": 1, "days": 1}]}'),
  ('{"repeat": {"frequency": 3, "period": 2, "periodUnit": "wk"}}', '{"limits": [{"doses": 3, "days": 14}]}'),
  ('{"repeat": {"frequency": 1, "period": 90, "periodUnit": "min"}}', '{"min_interval": "90 minutes"}'),
  ('{"repeat": {"frequency": 4, "period": 24, "periodUnit": "h"}}', '{"limits": [{"doses": 4, "within": "24 hours"}]}'),
  ('{"repeat": {"frequency": 1, "period": 366, "periodUnit": "d"}}', '{"limits": [{"doses": 1, "days": 366}]}')) AS t (timing, limits);
SELECT lives_ok(format('SELECT medsched.create_medication(%L, %L, jsonb_build_array(pg_temp.as_needed(%L)))', '00000000-0000-0000-0000-0000000000fa', 'Ibuprofen', t.timing),
                'as needed, kept: ' || t.timing)
FROM (VALUES ('{}'), ('{"code": {"coding": [{"code": "BID"}]}}'), ('{"repeat": {"frequency": 4, "period": 24, "periodUnit": "h"}}')) AS t (timing);
SELECT throws_ok(format('SELECT pg_temp.as_needed(%L)', t.timing), t.sqlstate, t.message, 'as needed: ' || t.timing)
FROM (VALUES
  ('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 3}}', '0A000', 'timing element "repeat.count" is not supported for doses as needed'),
  ('{"repeat": {"period": 1, "periodUnit": "mo"}}', '0A000', 'timing with a period of 1 mo is not supported for doses as needed'),
  ('{"repeat": {"period": 367, "periodUnit": "d"}}', '0A000', 'timing with a period of 367 d is not supported for doses as needed'),
  ('{"code": {"coding": [{"code": "BID"}]}, "repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}', '22023', 'timing code "BID" contradicts repeat')
  ) AS t (timing, sqlstate, message);
SELECT throws_ok($$SELECT pg_temp.as_needed('{}', NULL)$$, '22004', 'starts_on must not be null', 'as needed, without a start');
SELECT throws_ok($$SELECT pg_temp.as_needed('{}', '2027-03-01', '["08:00"]')$$, '22023', 'timing as needed has no times', 'as needed, with times');
SELECT throws_ok($$SELECT medsched.schedule_from_fhir('{}', '2027-03-01', 'UTC', as_needed => NULL)$$, '22004', 'as_needed must not be null', 'as needed or not?');

SELECT * FROM finish();
ROLLBACK;
