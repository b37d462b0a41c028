\i test/setup.psql
BEGIN;
SELECT plan(68);
-- Tables with pending events cannot be altered.
SET CONSTRAINTS medsched.followed_schedule_goes_on, medsched.followed_schedule_goes_on_changed IMMEDIATE;

-- What a form shows.
SELECT row_eq(
  $$SELECT * FROM medsched.times_of_schedule(
      '[{"starts_at": "2027-03-03 08:00", "time_zone": "Europe/Berlin", "dose_amount": 5,
         "rrule": "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270331"},
        {"starts_at": "2027-03-03 20:30", "time_zone": "Europe/Berlin", "dose_amount": 5,
         "rrule": "FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=20;BYMINUTE=30;BYSECOND=0;UNTIL=20270331"}]')$$,
  ROW('{08:00,20:30}'::time[], '2027-03-03'::date, 'Europe/Berlin'::text, '{1,3}'::int[], '2027-03-31'::date, 1, NULL::int, NULL::int, NULL::text),
  'two schedules of one form');

CREATE FUNCTION pg_temp.form(rrule text, starts_at text DEFAULT '2027-03-01 08:00', more jsonb DEFAULT '{}')
RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN f.problem IS NULL
    THEN concat_ws(' ', array_to_string(f.times, ','), f.starts_on, 'on ' || array_to_string(f.days_of_week, ','), 'until ' || f.ends_on,
                   'every ' || nullif(f.every, 1), f.cycle_days_on || ' on ' || f.cycle_days_off || ' off')
    ELSE f.problem END
  FROM medsched.times_of_schedule(jsonb_build_array(jsonb_strip_nulls(
         jsonb_build_object('starts_at', starts_at, 'time_zone', 'Europe/Berlin', 'rrule', rrule) || more))) AS f
$$;

-- 1 March 2027 is a Monday.
SELECT is(pg_temp.form(rrule, starts_at, more), form, coalesce(rrule, 'no rule') || ' ' || starts_at || ' ' || more)
FROM (VALUES
  (1, 'FREQ=DAILY', '2027-03-01 08:00', '{}'::jsonb, '08:00:00 2027-03-01'),
  (2, 'FREQ=DAILY;BYHOUR=20,8;BYMINUTE=30,0', '2027-03-01 08:00', '{}', '08:00:00,08:30:00,20:00:00,20:30:00 2027-03-01'),
  (3, NULL, '2027-03-01 08:00', '{}', '08:00:00 2027-03-01 until 2027-03-01'),
  (4, 'FREQ=WEEKLY', '2027-03-02 08:00', '{}', '08:00:00 2027-03-02 on 2'),
  (5, 'FREQ=DAILY;BYDAY=SU,MO', '2027-03-02 08:00', '{}', '08:00:00 2027-03-07 on 1,7'),
  (6, 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU', '2027-03-02 08:00', '{}', '08:00:00 2027-03-02'),
  (7, 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO', '2027-03-03 08:00', '{}', '08:00:00 2027-03-15 on 1 every 2'),
  (8, 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU', '2027-03-03 08:00', '{}', '08:00:00 2027-03-14 on 7 every 2'),
  (9, 'FREQ=WEEKLY;WKST=SU;BYDAY=SU,MO', '2027-03-01 08:00', '{}', '08:00:00 2027-03-01 on 1,7'),
  (10, 'FREQ=DAILY;INTERVAL=3', '2027-03-01 08:00', '{"cycle_days_on": 6, "cycle_days_off": 3}', '08:00:00 2027-03-01 every 3 6 on 3 off'),
  -- A start after the times of its day is that of the next day that has any.
  (11, 'FREQ=DAILY;INTERVAL=3;BYHOUR=7', '2027-03-01 08:00', '{}', '07:00:00 2027-03-04 every 3'),
  -- Ends.
  (12, 'FREQ=DAILY;UNTIL=20270303', '2027-03-01 08:00', '{}', '08:00:00 2027-03-01 until 2027-03-03'),
  (13, 'FREQ=DAILY;UNTIL=20270303T075959', '2027-03-01 08:00', '{}', '08:00:00 2027-03-01 until 2027-03-02'),
  (14, 'FREQ=DAILY;UNTIL=20270303T080000', '2027-03-01 08:00', '{}', '08:00:00 2027-03-01 until 2027-03-03'),
  (15, 'FREQ=DAILY;UNTIL=20270303T070000Z', '2027-03-01 08:00', '{}', '08:00:00 2027-03-01 until 2027-03-03'),
  (16, 'FREQ=DAILY;UNTIL=20270303T065959Z', '2027-03-01 08:00', '{}', '08:00:00 2027-03-01 until 2027-03-02'),
  (17, 'FREQ=DAILY;BYHOUR=8,20;COUNT=6', '2027-03-01 08:00', '{}', '08:00:00,20:00:00 2027-03-01 until 2027-03-03'),
  (18, 'FREQ=DAILY;COUNT=6', '2027-03-01 08:00', '{"cycle_days_on": 2, "cycle_days_off": 1}', '08:00:00 2027-03-01 until 2027-03-05 2 on 1 off'),
  (19, 'FREQ=DAILY', '2027-03-01 08:00', '{"ends_at": "2027-03-03T07:00Z"}', '08:00:00 2027-03-01 until 2027-03-02'),
  (20, 'FREQ=DAILY;UNTIL=20270331', '2027-03-01 08:00', '{"ends_at": "2027-03-03T07:01Z"}', '08:00:00 2027-03-01 until 2027-03-03'),
  (21, 'FREQ=WEEKLY;BYDAY=MO;BYHOUR=8,20', '2027-03-01 08:00', '{"ends_at": "2027-03-10T12:00Z"}', '08:00:00,20:00:00 2027-03-01 on 1 until 2027-03-10'),
  -- What no form shows.
  (31, 'FREQ=HOURLY;INTERVAL=8', '2027-03-01 08:00', '{}', 'schedules[0] repeats in elapsed time'),
  (32, 'FREQ=MONTHLY', '2027-03-01 08:00', '{}', 'schedules[0] repeats by months'),
  (33, 'FREQ=YEARLY', '2027-03-01 08:00', '{}', 'schedules[0] repeats by years'),
  (34, 'FREQ=DAILY;BYMONTH=3', '2027-03-01 08:00', '{}', 'schedules[0] has its doses on days of months or years'),
  (35, 'FREQ=DAILY;BYHOUR=8,20;BYSETPOS=1', '2027-03-01 08:00', '{}', 'schedules[0] picks from its times by position'),
  (36, 'FREQ=DAILY;INTERVAL=2;BYDAY=MO', '2027-03-01 08:00', '{}', 'schedules[0] has days of the week and repeats every 2 days'),
  (37, 'FREQ=DAILY;INTERVAL=10001', '2027-03-01 08:00', '{}', 'schedules[0] repeats every 10001 days'),
  (38, 'FREQ=WEEKLY;INTERVAL=10001', '2027-03-01 08:00', '{}', 'schedules[0] repeats every 10001 weeks'),
  (39, 'FREQ=DAILY', '2027-03-01 08:00', '{"rdates": ["2027-03-01 12:00"]}', 'schedules[0] has single dates, in rdates'),
  (40, 'FREQ=DAILY', '2027-03-01 08:00', '{"exdates": ["2027-03-02 08:00"]}', 'schedules[0] leaves out single dates, in exdates'),
  (41, NULL, '2027-03-01 08:00', '{"as_needed": true}', 'schedules[0] is taken as needed'),
  (42, 'FREQ=DAILY;BYHOUR=7,20', '2027-03-01 08:00', '{}', 'schedules[0] starts within a day, at 2027-03-01 08:00:00'),
  (43, 'FREQ=DAILY;BYHOUR=8,20;UNTIL=20270303T120000', '2027-03-01 08:00', '{}', 'schedules[0] ends within a day, at 2027-03-03 12:00:00'),
  (44, 'FREQ=DAILY;BYHOUR=8,20;COUNT=5', '2027-03-01 08:00', '{}', 'schedules[0] ends within a day, at 2027-03-03 08:00:01'),
  (45, 'FREQ=DAILY;BYHOUR=8,20', '2027-03-01 08:00', '{"ends_at": "2027-03-03T12:00+01:00"}', 'schedules[0] ends within a day, at 2027-03-03 12:00:00'),
  (46, 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO', '2027-03-01 08:00', '{}', 'schedules[0] counts weeks that begin on Sunday'),
  (47, 'FREQ=WEEKLY;BYDAY=WE', '2027-03-01 08:00', '{"cycle_days_on": 5, "cycle_days_off": 5}',
   'schedules[0] counts its cycle from 2027-03-01, a day without a dose'),
  (48, 'FREQ=DAILY;UNTIL=20270301T070000', '2027-03-01 08:00', '{}', 'schedules[0] has no dose')) AS t (nth, rrule, starts_at, more, form)
ORDER BY nth;

-- Several that are not one form.
SELECT is((medsched.times_of_schedule(format('[{"starts_at": "2027-03-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1}, %s]',
                                             second)::jsonb)).problem, problem, problem)
FROM (VALUES
  (1, '{"starts_at": "2027-03-01 20:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 2}', 'schedules[0] and schedules[1] differ in dose_amount'),
  (2, '{"starts_at": "2027-03-02 20:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1}', 'schedules[0] and schedules[1] differ in starts_on'),
  (3, '{"starts_at": "2027-03-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 1}',
   'schedules[1] has a dose at 08:00:00 that another has, too'),
  (4, '{"starts_at": "2027-03-01 08:00", "time_zone": "UTC", "rrule": "FREQ=MONTHLY", "dose_amount": 1}', 'schedules[1] repeats by months'))
  AS t (nth, second, problem)
ORDER BY nth;

-- What is refused.
SELECT throws_ok($$SELECT medsched.times_of_schedule(NULL::jsonb)$$, '22004', 'schedules must not be null', 'NULL');
SELECT throws_ok($$SELECT medsched.times_of_schedule('{}')$$, '22023', 'schedules must be a JSON array of objects', 'an object');
SELECT throws_ok($$SELECT medsched.times_of_schedule('[]')$$, '22023', 'schedules must not be empty', 'no schedule');
SELECT throws_ok($$SELECT medsched.times_of_schedule('[{"starts_at": "2027-03-01 08:00"}]')$$,
  '22023', 'schedules[0] must have time_zone', 'a schedule without a zone');
SELECT throws_ok($$SELECT medsched.times_of_schedule('[{"starts_at": "2027-03-01 08:00", "time_zone": "UTC", "rule": "FREQ=DAILY"}]')$$,
  '22023', 'schedules[0] has an unknown key "rule"', 'a misspelt key');
SELECT throws_ok($$SELECT medsched.times_of_schedule('[{"starts_at": "2027-03-01 08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "cycle_days_on": 2}]')$$,
  '22023', 'invalid cycle of 2 days on and 0 days off', 'half a cycle');

-- Of stored schedules: what is in effect, whatever it replaced.
SELECT medsched.create_medication('11111111-1111-4111-8111-111111111111', 'Stored',
  '[{"id": "22222222-2222-4222-8222-222222222222", "starts_at": "2027-03-01 08:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;INTERVAL=2;BYHOUR=8", "dose_amount": 1},
    {"id": "33333333-3333-4333-8333-333333333333", "starts_at": "2027-03-01 20:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;INTERVAL=2;BYHOUR=20", "dose_amount": 1}]') \g /dev/null
SELECT medsched.revise_schedule('11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222',
  '2027-03-04 00:00Z', '{"rrule": "FREQ=DAILY;INTERVAL=2;BYHOUR=7"}') AS revised \gset
SELECT row_eq(
  format($$SELECT * FROM medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', '{%s,33333333-3333-4333-8333-333333333333}')$$, :'revised'),
  ROW('{07:00,20:00}'::time[], '2027-03-01'::date, 'Europe/Berlin'::text, NULL::int[], NULL::date, 2, NULL::int, NULL::int, NULL::text),
  'a revision counts from where the schedule that it replaced did');
SELECT is((medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', '{22222222-2222-4222-8222-222222222222}')).ends_on,
  '2027-03-04', 'the one that it replaced ended on a day without a dose');
UPDATE medsched.schedules SET dose_amount = 2 WHERE id = '33333333-3333-4333-8333-333333333333';
SELECT is((medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', ARRAY[:'revised', '33333333-3333-4333-8333-333333333333']::uuid[])).problem,
  format('schedule "%s" and schedule "33333333-3333-4333-8333-333333333333" differ in dose_amount', :'revised'), 'schedules of two amounts');
-- They are past on any day, and so before the schedule.
ALTER TABLE medsched.schedules DISABLE TRIGGER schedule_dates_changed;
UPDATE medsched.schedules SET rdates = '{2001-03-01 12:00}', exdates = '{2001-03-02 20:00}' WHERE id = '33333333-3333-4333-8333-333333333333';
SELECT is((medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', '{33333333-3333-4333-8333-333333333333}')).times,
  '{20:00}', 'single dates that are past do not matter');
UPDATE medsched.schedules SET exdates = '{9999-03-02 20:00}' WHERE id = '33333333-3333-4333-8333-333333333333';
SELECT is((medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', '{33333333-3333-4333-8333-333333333333}')).problem,
  'schedule "33333333-3333-4333-8333-333333333333" leaves out single dates, in exdates', 'those to come do');
SELECT throws_ok($$SELECT medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', '{44444444-4444-4444-8444-444444444444}')$$,
  'P0002', 'schedule "44444444-4444-4444-8444-444444444444" not found', 'an id that is not there');
SELECT throws_ok($$SELECT medsched.times_of_schedule('44444444-4444-4444-8444-444444444444', '{33333333-3333-4333-8333-333333333333}')$$,
  'P0002', 'schedule "33333333-3333-4333-8333-333333333333" not found', 'another user''s');
SELECT throws_ok($$SELECT medsched.times_of_schedule(NULL, '{33333333-3333-4333-8333-333333333333}')$$,
  '22004', 'user_id must not be null', 'no user');
SELECT throws_ok($$SELECT medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', NULL)$$,
  '22004', 'schedule_ids must not be null', 'NULL for the ids');
SELECT throws_ok($$SELECT medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', '{}')$$,
  '22023', 'schedule_ids must not be empty', 'no ids');
SELECT throws_ok($$SELECT medsched.times_of_schedule('11111111-1111-4111-8111-111111111111', '{NULL}')$$,
  '22004', 'schedule_ids must not contain null', 'an id that is NULL');

-- One spelling for one meaning.
SELECT is(medsched.schedule_from_times('{08:00,20:00}', '2027-03-01', 'UTC'), medsched.schedule_from_sig('BID', '2027-03-01', 'UTC'), 'twice a day: times, sig');
SELECT is(medsched.schedule_from_times(times, '2027-03-01', 'UTC', days, ends_on, every), medsched.schedule_from_fhir(timing, '2027-03-01', 'UTC'), what || ': times, FHIR')
FROM (VALUES
  (1, 'twice a day', '{08:00,20:00}'::time[], NULL::int[], NULL::date, 1, '{"code": {"coding": [{"code": "BID"}]}}'::jsonb),
  (2, 'every other day', '{08:00}', NULL, NULL, 2, '{"code": {"coding": [{"code": "QOD"}]}}'),
  (3, 'all days of the week', '{08:00}', '{1,2,3,4,5,6,7}', NULL, 1,
   '{"repeat": {"dayOfWeek": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "timeOfDay": ["08:00:00"]}}'),
  (4, 'every other week', '{08:00,20:30}', '{2,4}', NULL, 2,
   '{"repeat": {"dayOfWeek": ["thu", "tue"], "frequency": 4, "period": 2, "periodUnit": "wk", "timeOfDay": ["20:30:00", "08:00:00"]}}'),
  (5, 'ten days', '{08:00}', NULL, '2027-03-10', 1, '{"repeat": {"timeOfDay": ["08:00:00"], "boundsDuration": {"value": 10, "code": "d"}}}'),
  (6, 'to a day', '{08:00}', '{1}', '2027-03-31', 1, '{"repeat": {"dayOfWeek": ["mon"], "timeOfDay": ["08:00:00"], "boundsPeriod": {"end": "2027-03"}}}'))
  AS t (nth, what, times, days, ends_on, every, timing)
ORDER BY nth;

SELECT * FROM finish();
ROLLBACK;
