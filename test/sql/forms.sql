\i test/setup.psql
BEGIN;
SELECT plan(42);

\i test/doses.psql

-- What comes out.
SELECT is(
  medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0"}]',
  'one time, every day');
SELECT is(
  medsched.schedule_from_times('{20:00,08:00,20:00}', '2027-03-01', 'Europe/Berlin'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0"}]',
  'times in any order; one given twice is one');
SELECT is(
  medsched.schedule_from_times('{08:00,08:30,20:00,20:30}', '2027-03-01', 'Europe/Berlin'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0,30;BYSECOND=0"}]',
  'a product of hours and minutes is one schedule');
SELECT is(
  medsched.schedule_from_times('{08:00,20:30}', '2027-03-01', 'Europe/Berlin'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0"},
    {"starts_at": "2027-03-01T20:30:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=20;BYMINUTE=30;BYSECOND=0"}]',
  'times that are no product are two schedules');
SELECT is(
  medsched.schedule_from_times('{08:00,08:10,09:10,09:20}', '2027-03-01', 'Europe/Berlin'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0,10;BYSECOND=0"},
    {"starts_at": "2027-03-01T09:10:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=9;BYMINUTE=10,20;BYSECOND=0"}]',
  'grouped by the hour where by the minute it would be three schedules');
SELECT is(
  medsched.schedule_from_times('{08:00,12:00,16:00,08:20}', '2027-03-01', 'Europe/Berlin'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8,12,16;BYMINUTE=0;BYSECOND=0"},
    {"starts_at": "2027-03-01T08:20:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=20;BYSECOND=0"}]',
  'grouped by the minute where that takes no more');
SELECT is(
  medsched.schedule_from_times('{08:00,08:00:30}', '2027-03-01', 'Europe/Berlin'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0"},
    {"starts_at": "2027-03-01T08:00:30", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=30"}]',
  'seconds are kept');
-- 2027-03-02 is a Tuesday.
SELECT is(
  medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', '{5,1,3,3}', '2027-03-31'),
  '[{"starts_at": "2027-03-03T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20270331"}]',
  'days of the week: starts_at is the first dose, a Wednesday');
SELECT is(
  medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', '{7,6,5,4,3,2,1}'),
  medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin'),
  'all days of the week are every day');
SELECT is(
  medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', every => 3),
  '[{"starts_at": "2027-03-02T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=DAILY;INTERVAL=3;BYHOUR=8;BYMINUTE=0;BYSECOND=0"}]',
  'every third day');
SELECT is(
  medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', '{1,2,3,4,5,6,7}', every => 2),
  '[{"starts_at": "2027-03-02T08:00:00", "time_zone": "Europe/Berlin",
     "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=8;BYMINUTE=0;BYSECOND=0"}]',
  'all days of every other week are not every other day');
SELECT is(
  medsched.schedule_from_times('{08:00,20:30}', '2027-03-02', 'Europe/Berlin', cycle_days_on => 21, cycle_days_off => 7),
  '[{"starts_at": "2027-03-02T08:00:00", "time_zone": "Europe/Berlin", "cycle_days_on": 21, "cycle_days_off": 7,
     "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0"},
    {"starts_at": "2027-03-02T20:30:00", "time_zone": "Europe/Berlin", "cycle_days_on": 21, "cycle_days_off": 7,
     "rrule": "FREQ=DAILY;BYHOUR=20;BYMINUTE=30;BYSECOND=0"}]',
  'a cycle, in each schedule');

-- What it comes to.
SELECT is(
  pg_temp.doses(medsched.schedule_from_times('{08:00}', '2027-03-03', 'Europe/Berlin', '{1}', '2027-04-05', every => 2),
                '2027-02-01 00:00Z', '2027-06-01 00:00Z'),
  '03-08 08:00, 03-22 08:00, 04-05 08:00', 'every other week counts from the first Monday');
SELECT is(
  pg_temp.doses(medsched.schedule_from_times('{08:00,20:30}', '2027-03-02', 'Europe/Berlin', '{1,3,5}', '2027-03-08'),
                '2027-02-01 00:00Z', '2027-06-01 00:00Z'),
  '03-03 08:00, 03-03 20:30, 03-05 08:00, 03-05 20:30, 03-08 08:00, 03-08 20:30',
  'Mondays, Wednesdays and Fridays to the Monday that ends_on is');
SELECT is(
  pg_temp.doses(medsched.schedule_from_times('{22:00,06:15,06:45}', '2027-12-30', 'Asia/Kolkata'),
                '2027-12-30 00:00+05:30', '2028-01-01 00:00+05:30'),
  '12-30 06:15, 12-30 06:45, 12-30 22:00, 12-31 06:15, 12-31 06:45, 12-31 22:00',
  'every day, in two schedules');
-- The clocks of Berlin went from 02:00 to 03:00 on 28 March 2027.
SELECT is(
  pg_temp.doses(medsched.schedule_from_times('{02:30,08:00}', '2027-03-27', 'Europe/Berlin', NULL, '2027-03-29'),
                '2027-01-01 00:00Z', '2028-01-01 00:00Z'),
  '03-27 02:30, 03-27 08:00, 03-28 03:30, 03-28 08:00, 03-29 02:30, 03-29 08:00',
  'over a change of the clocks');
SELECT is(
  pg_temp.doses(medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', NULL, '2027-03-02'),
                '2027-01-01 00:00Z', '2028-01-01 00:00Z'),
  '03-02 08:00', 'ends_on may be starts_on');
SELECT is(
  pg_temp.doses(medsched.schedule_from_times('{00:00,23:59:59}', '2027-03-02', 'Europe/Berlin', NULL, '2027-03-03'),
                '2027-01-01 00:00Z', '2028-01-01 00:00Z'),
  '03-02 00:00, 03-02 23:59, 03-03 00:00, 03-03 23:59', 'the first and the last second of the days');

-- What is refused.
SELECT throws_ok($$SELECT medsched.schedule_from_times(NULL, '2027-03-01', 'Europe/Berlin')$$,
  '22004', 'times must not be null', 'times are null');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{}', '2027-03-01', 'Europe/Berlin')$$,
  '22023', 'times must not be empty', 'times are empty');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00,NULL}', '2027-03-01', 'Europe/Berlin')$$,
  '22004', 'times must not contain null', 'a time is null');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{24:00}', '2027-03-01', 'Europe/Berlin')$$,
  '22023', 'time 24:00:00 is not a time of day', 'a time is the next day''s');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00:00.25}', '2027-03-01', 'Europe/Berlin')$$,
  '22023', 'time 08:00:00.25 is not a whole second', 'a time has a fraction');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', every => 0)$$,
  '22023', 'every must be from 1 to 10000', 'every is below 1');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', every => 10001)$$,
  '22023', 'every must be from 1 to 10000', 'every is above 10000');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', cycle_days_on => 1)$$,
  '22023', 'invalid cycle of 1 days on and 0 days off', 'half a cycle');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', cycle_days_off => 1)$$,
  '22023', 'invalid cycle of 0 days on and 1 days off', 'the other half');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', cycle_days_on => 0, cycle_days_off => 3)$$,
  '22023', 'invalid cycle of 0 days on and 3 days off', 'no day on');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', cycle_days_on => 1, cycle_days_off => 3661)$$,
  '22023', 'invalid cycle of 1 days on and 3661 days off', 'more days off than a schedule has');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', NULL, 'Europe/Berlin')$$,
  '22004', 'starts_on must not be null', 'starts_on is null');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', 'infinity', 'Europe/Berlin')$$,
  '22023', 'starts_on is out of range', 'starts_on is infinite');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '10000-01-01', 'Europe/Berlin')$$,
  '22023', 'starts_on is out of range', 'starts_on is beyond the year 9999');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', NULL)$$,
  '22004', 'time_zone must not be null', 'time_zone is null');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Atlantis')$$,
  '22023', 'time zone "Europe/Atlantis" is not known', 'time_zone is unknown');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', '{}')$$,
  '22023', 'days_of_week must not be empty', 'days_of_week are empty');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', '{1,NULL}')$$,
  '22004', 'days_of_week must not contain null', 'a day is null');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', '{0}')$$,
  '22023', 'day of the week 0 is out of range', 'Sunday is 7, not 0');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', '{8}')$$,
  '22023', 'day of the week 8 is out of range', 'there is no day 8');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', NULL, '2027-03-01')$$,
  '22023', 'ends_on 2027-03-01 is before starts_on 2027-03-02', 'ends_on is before starts_on');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', NULL, 'infinity')$$,
  '22023', 'ends_on is out of range', 'ends_on is infinite');
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-02', 'Europe/Berlin', '{1}', '2027-03-07')$$,
  '22023', 'no dose from 2027-03-02 to 2027-03-07', 'no Monday from Tuesday to Sunday');

-- A caller's search_path makes no difference.
CREATE SCHEMA hijack;
CREATE FUNCTION hijack.never(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT NULL::boolean';
CREATE OPERATOR hijack.< (LEFTARG = int, RIGHTARG = int, FUNCTION = hijack.never);
CREATE DOMAIN hijack.text AS pg_catalog.text CHECK (false);
CREATE DOMAIN hijack.date AS pg_catalog.date CHECK (false);
SET LOCAL search_path = hijack, pg_catalog, public;
SELECT throws_ok($$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', '{0}')$$,
  '22023', 'day of the week 0 is out of range', 'operators and types of a caller''s search_path are not used');

SELECT * FROM finish();
ROLLBACK;
