\i test/setup.psql
BEGIN;
SELECT plan(72);
\i test/doses.psql

-- The doses of 2 days and 4 hours from Sunday 31 January 2027 00:00 in Berlin.
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig(s.sig, '2027-01-31', 'Europe/Berlin'),
                '2027-01-31 00:00+01', '2027-02-02 04:00+01'),
  s.doses, s.sig)
FROM (VALUES
  ('QD',     '01-31 08:00, 02-01 08:00'),
  ('BID',    '01-31 08:00, 01-31 20:00, 02-01 08:00, 02-01 20:00'),
  ('b.i.d.', '01-31 08:00, 01-31 20:00, 02-01 08:00, 02-01 20:00'),
  (' t.i.d', '01-31 08:00, 01-31 14:00, 01-31 20:00, 02-01 08:00, 02-01 14:00, 02-01 20:00'),
  ('qid',    '01-31 08:00, 01-31 12:00, 01-31 16:00, 01-31 20:00, 02-01 08:00, 02-01 12:00, 02-01 16:00, 02-01 20:00'),
  ('QAM',    '01-31 08:00, 02-01 08:00'),
  ('QPM',    '01-31 20:00, 02-01 20:00'),
  ('QHS',    '01-31 22:00, 02-01 22:00'),
  ('q.o.d.', '01-31 08:00'),
  ('Q4H',    '01-31 08:00, 01-31 12:00, 01-31 16:00, 01-31 20:00, 02-01 00:00, 02-01 04:00, 02-01 08:00, 02-01 12:00, 02-01 16:00, 02-01 20:00, 02-02 00:00'),
  ('Q6H',    '01-31 08:00, 01-31 14:00, 01-31 20:00, 02-01 02:00, 02-01 08:00, 02-01 14:00, 02-01 20:00, 02-02 02:00'),
  ('q 8 h',  '01-31 08:00, 01-31 16:00, 02-01 00:00, 02-01 08:00, 02-01 16:00, 02-02 00:00'),
  ('Q12H',   '01-31 08:00, 01-31 20:00, 02-01 08:00, 02-01 20:00'),
  ('weekly', '01-31 08:00'),
  ('Monthly', '01-31 08:00')) AS s (sig, doses);

-- At noon of each day, over months.
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig(s.sig, s.starts_on::date, 'Europe/Berlin', '["12:00"]'),
                s.starts_on::timestamptz, s.ends::timestamptz),
  s.doses, format('%s from %s', s.sig, s.starts_on))
FROM (VALUES
  ('QOD',     '2027-02-25', '2027-03-04', '02-25 12:00, 02-27 12:00, 03-01 12:00, 03-03 12:00'),
  ('WEEKLY',  '2027-02-25', '2027-03-15', '02-25 12:00, 03-04 12:00, 03-11 12:00'),
  ('MONTHLY', '2027-01-28', '2027-05-01', '01-28 12:00, 02-28 12:00, 03-28 12:00, 04-28 12:00'),
  ('MONTHLY', '2027-01-29', '2027-05-01', '01-29 12:00, 02-28 12:00, 03-29 12:00, 04-29 12:00'),
  ('MONTHLY', '2027-12-31', '2028-05-01', '12-31 12:00, 01-31 12:00, 02-29 12:00, 03-31 12:00, 04-30 12:00'))
  AS s (sig, starts_on, ends, doses);

-- The clocks of Berlin went from 02:00 to 03:00 on 28 March 2027: times of day
-- stay, hours stay apart.
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig('BID', '2027-03-27', 'Europe/Berlin'),
                '2027-03-27 00:00+01', '2027-03-29 00:00+02'),
  '03-27 08:00, 03-27 20:00, 03-28 08:00, 03-28 20:00', 'BID over a change of the clocks');
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig('Q12H', '2027-03-27', 'Europe/Berlin'),
                '2027-03-27 00:00+01', '2027-03-29 00:00+02'),
  '03-27 08:00, 03-27 20:00, 03-28 09:00, 03-28 21:00', 'Q12H over a change of the clocks');

-- Times of one's own.
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig('BID', '2027-01-31', 'Europe/Berlin', t.times::jsonb),
                '2027-01-31 00:00+01', '2027-02-01 00:00+01'),
  '01-31 07:15, 01-31 19:45', 'times ' || t.times)
FROM (VALUES
  ('["19:45", "07:15"]'),
  ('["07:15:00", "19:45:00"]'),
  ('{"BID": ["07:15", "19:45"], "QD": "07:15"}')) AS t (times);
SELECT is(
  medsched.schedule_from_sig('QHS', '2027-01-31', 'Europe/Berlin', t.times::jsonb) #>> '{0,starts_at}',
  t.starts_at, 'QHS with ' || t.times)
FROM (VALUES
  ('{"BED": "22:30"}', '2027-01-31T22:30:00'),
  ('{"QHS": ["23:00"]}', '2027-01-31T23:00:00'),
  ('{"BID": ["07:15", "19:45"]}', '2027-01-31T22:00:00'),
  ('{}', '2027-01-31T22:00:00')) AS t (times, starts_at);
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig('Q8H', '2027-01-31', 'Europe/Berlin', '["06:30"]'),
                '2027-01-31 00:00+01', '2027-02-01 00:00+01'),
  '01-31 06:30, 01-31 14:30, 01-31 22:30', 'the one time of Q8H is its first dose');

-- As needed.
SELECT is(medsched.schedule_from_sig(s.sig, '2027-01-31', 'Europe/Berlin', '{"QD": "07:00"}'),
  s.schedules::jsonb, s.sig)
FROM (VALUES
  ('PRN', '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}]'),
  ('p.r.n.', '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}]'),
  ('Q6H PRN', '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "min_interval": "6 hours"}]'),
  ('TID PRN', '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "limits": [{"days": 1, "doses": 3}]}]'),
  ('QHS PRN', '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "limits": [{"days": 1, "doses": 1}], "instructions": "at bedtime"}]'),
  ('QOD PRN', '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "limits": [{"days": 2, "doses": 1}]}]'),
  ('weekly prn', '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "limits": [{"days": 7, "doses": 1}]}]'))
  AS s (sig, schedules);
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig('Q6H PRN', '2027-01-31', 'Europe/Berlin'),
                '2027-01-31 00:00+01', '2027-02-28 00:00+01'),
  NULL, 'a schedule as needed has no doses of its own');

-- The facts.
SELECT is(
  (SELECT string_agg(c.code, ' ') FROM medsched.timing_codes() c),
  'QD BID TID QID QAM QPM QHS QOD Q1H Q2H Q3H Q4H Q6H Q8H Q12H WEEKLY MONTHLY',
  'the abbreviations of timing_codes');

-- A sentence has what create_medication takes.
SELECT is(medsched.schedule_from_sig(s.sig, '2027-01-31', 'Europe/Berlin', s.times::jsonb), s.schedules::jsonb, s.sig)
FROM (VALUES
  ('Take 2 tablets by mouth every morning and 1 tablet at bedtime', '{"QAM": "07:00", "HS": "23:00"}',
   '[{"starts_at": "2027-01-31T07:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=7;BYMINUTE=0;BYSECOND=0", "dose_amount": 2, "dose_unit": "tablet", "instructions": "by mouth"},
     {"starts_at": "2027-01-31T23:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=23;BYMINUTE=0;BYSECOND=0", "dose_amount": 1, "dose_unit": "tablet", "instructions": "by mouth"}]'),
  ('1 capsule 30 minutes before breakfast and with dinner', '{"CM": "07:00", "CV": "19:00"}',
   '[{"starts_at": "2027-01-31T06:30:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=6;BYMINUTE=30;BYSECOND=0", "dose_amount": 1, "dose_unit": "capsule", "instructions": "30 minutes before breakfast"},
     {"starts_at": "2027-01-31T19:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=19;BYMINUTE=0;BYSECOND=0", "dose_amount": 1, "dose_unit": "capsule", "instructions": "with dinner"}]'),
  ('take 1 tablet 5 times a day', '["06:00", "10:00", "14:00", "18:00", "22:00"]',
   '[{"starts_at": "2027-01-31T06:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=6,10,14,18,22;BYMINUTE=0;BYSECOND=0", "dose_amount": 1, "dose_unit": "tablet"}]'),
  ('1 tablet on Mondays at night', '["21:30"]',
   '[{"starts_at": "2027-02-01T21:30:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=21;BYMINUTE=30;BYSECOND=0", "dose_amount": 1, "dose_unit": "tablet"}]'),
  ('1 tab po q4-6h prn pain x 5 days, max 6 in 24 h', NULL,
   '[{"starts_at": "2027-01-31T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true, "min_interval": "4 hours", "limits": [{"doses": 6, "within": "24 hours"}],
      "ends_at": "2027-02-04T23:00:00Z", "dose_amount": 1, "dose_unit": "tablet", "instructions": "by mouth, every 4 to 6 hours, for pain"}]'),
  ('½ Tablette mittags', '{"NOON": "13:00"}',
   '[{"starts_at": "2027-01-31T13:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=13;BYMINUTE=0;BYSECOND=0", "dose_amount": 0.5, "dose_unit": "tablet"}]'))
  AS s (sig, times, schedules);
SELECT is(
  pg_temp.doses(medsched.schedule_from_sig('Inject 10 units before breakfast and 12 units before dinner', '2027-01-31', 'Europe/Berlin'),
                '2027-01-31 00:00+01', '2027-02-02 00:00+01'),
  '01-31 08:00, 01-31 18:00, 02-01 08:00, 02-01 18:00', 'a medication of two amounts');
SELECT is(
  medsched.schedule_from_sig('1 tablet every morning', '2027-01-31', 'Europe/Berlin', effective_from => '2027-01-31 11:11+01') #>> '{0,effective_from}',
  '2027-01-31T10:11:00Z', 'without the doses before effective_from');

-- What is refused.
SELECT throws_ok($$SELECT medsched.schedule_from_sig(NULL, '2027-03-01', 'Europe/Berlin')$$,
  '22004', 'sig must not be null', 'sig is null');
SELECT throws_ok($$SELECT medsched.schedule_from_sig('QD', NULL, 'Europe/Berlin')$$,
  '22004', 'starts_on must not be null', 'starts_on is null');
SELECT throws_ok($$SELECT medsched.schedule_from_sig('QD', '2027-03-01', NULL)$$,
  '22004', 'time_zone must not be null', 'time_zone is null');
SELECT throws_ok(format($$SELECT medsched.schedule_from_sig(%L, '2027-03-01', 'Europe/Berlin')$$, s.sig),
  s.code, format('sig "%s" %s', s.sig, s.problem), format('sig "%s"', s.sig))
FROM (VALUES
  ('5xd', '22023', 'has "xd", which is not recognized'),
  ('', '0A000', 'does not say how often'),
  ('BIDPRNX', '22023', 'has "bidprnx", which is not recognized'),
  ('Q1000H', '22023', 'has a number that is out of range at "q 1000 h"'),
  ('MO', '22023', 'is not understood at "mo"'),
  ('XX PRN', '22023', 'has "xx", which is not recognized'),
  ('OD', '22023', 'has "od", which has two meanings')) AS s (sig, code, problem);
SELECT throws_ok($$SELECT medsched.schedule_from_sig(repeat('for pain ', 100000), '2027-03-01', 'Europe/Berlin')$$,
  '22023', 'sig "' || left(repeat('for pain ', 20), 120) || '..." is too long', 'a sig that is too long');
SELECT throws_ok(format($$SELECT medsched.schedule_from_sig(%L, '2027-03-01', 'Europe/Berlin', '["08:00", "20:00"]')$$, s.sig),
  s.code, format('sig "%s" %s', s.sig, s.problem), 'an array of times for ' || s.sig)
FROM (VALUES
  ('with breakfast and dinner', '22023', 'names parts of the day, which an array of times does not'),
  ('2 mane, 1 nocte', '0A000', 'has several amounts, and an array of times or a number of doses')) AS s (sig, code, problem);
SELECT throws_ok($$SELECT medsched.schedule_from_sig('MONTHLY PRN', '2027-03-01', 'Europe/Berlin')$$,
  '0A000', 'sig "MONTHLY PRN" is not supported', 'every month as needed');
SELECT throws_ok($$SELECT medsched.schedule_from_sig('PRN', '2027-03-01', 'Europe/Berlin', '["08:00"]')$$,
  '22023', 'sig "PRN" has no times', 'times for what has none');
SELECT throws_ok(format($$SELECT medsched.schedule_from_sig('BID', '2027-03-01', 'Europe/Berlin', %L)$$, t.times),
  '22023', t.message, 'times ' || t.times)
FROM (VALUES
  ('["08:00"]', 'BID wants 2 time(s) of day, not 1'),
  ('["08:00", "08:00"]', 'BID wants 2 time(s) of day, not 1'),
  ('["08:00", "12:00", "16:00"]', 'BID wants 2 time(s) of day, not 3'),
  ('{"QAM": ["25:00"]}', 'time "25:00" is not a time of day'),
  ('["8:00", "20:00"]', 'time "8:00" is not a time of day'),
  ('["08:00", null]', 'time null is not a time of day'),
  ('["08:00", 20]', 'time 20 is not a time of day'),
  ('[]', 'times must not be empty'),
  ('{"BDI": ["08:00", "20:00"]}', 'times has an unknown key "BDI"'),
  ('"08:00"', 'times is neither an array nor an object')) AS t (times, message);

SELECT * FROM finish();
ROLLBACK;
