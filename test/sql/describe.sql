\i test/setup.psql
BEGIN;
SELECT plan(171);

-- From Thursday 4 March 2027, 08:00 in Berlin.  The date after "from" is that of
-- the rule's first occurrence.
SELECT is(medsched.describe_schedule(t.rrule, '2027-03-04 08:00', 'Europe/Berlin'), t.words, t.rrule)
FROM (VALUES
  ('FREQ=DAILY',
   'every day at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0',
   'twice a day at 08:00 and 20:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;UNTIL=20270303',
   'twice a day at 08:00 and 20:00, Europe/Berlin, never by this rule'),
  ('FREQ=DAILY;INTERVAL=3',
   'every 3 days at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=DAILY;COUNT=10',
   'every day at 08:00, Europe/Berlin, from 4 March 2027, 10 doses'),
  ('FREQ=DAILY;COUNT=1',
   'on 4 March 2027 at 08:00, Europe/Berlin'),
  ('FREQ=DAILY;UNTIL=20270310T080000',
   'every day at 08:00, Europe/Berlin, from 4 March 2027 until 10 March 2027 at 08:00'),
  ('FREQ=DAILY;UNTIL=20270401T060000Z',
   'every day at 08:00, Europe/Berlin, from 4 March 2027 until 1 April 2027 at 08:00'),
  ('FREQ=DAILY;UNTIL=20271031T013000Z',
   'every day at 08:00, Europe/Berlin, from 4 March 2027 until 31 October 2027 at 01:30 UTC'),
  ('FREQ=DAILY;UNTIL=20270228',
   'every day at 08:00, Europe/Berlin, never by this rule'),
  ('FREQ=DAILY;BYHOUR=6',
   'every day at 06:00, Europe/Berlin, from 5 March 2027'),
  ('FREQ=DAILY;BYSECOND=30',
   'every day at 08:00:30, Europe/Berlin, from 4 March 2027'),
  ('FREQ=DAILY;BYMINUTE=0,20,40;BYHOUR=7,8,9,10,11',
   'every day at minutes 0, 20 and 40 of hours 7 to 11, Europe/Berlin, from 4 March 2027 at 08:00'),
  ('FREQ=DAILY;BYMINUTE=5;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12',
   'every day at minute 5 of hours 0 to 12, Europe/Berlin, from 4 March 2027 at 08:05'),
  ('FREQ=DAILY;BYDAY=SA,SU',
   'on Saturdays and Sundays at 08:00, Europe/Berlin, from 6 March 2027'),
  ('FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR,SA,SU',
   'every day at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=DAILY;INTERVAL=2;BYDAY=MO',
   'every 2 days, but only on Mondays at 08:00, Europe/Berlin, from 8 March 2027'),
  ('FREQ=DAILY;INTERVAL=10;BYMONTH=6,7,8',
   'every 10 days, but only in June to August at 08:00, Europe/Berlin, from 2 June 2027'),
  ('FREQ=DAILY;BYMONTH=12,1,2,3',
   'every day in January to March and December at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=DAILY;BYMONTHDAY=1,2,3,15,-1',
   'on the 1st to 3rd, 15th and last day of each month at 08:00, Europe/Berlin, from 15 March 2027'),
  ('FREQ=DAILY;BYHOUR=8,12,20;BYSETPOS=1,-1',
   'every day, only the first and last of these: on each day at 08:00, 12:00 and 20:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=WEEKLY',
   'on Thursdays at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=WEEKLY;BYDAY=MO,WE,FR',
   'on Mondays, Wednesdays and Fridays at 08:00, Europe/Berlin, from 5 March 2027'),
  ('FREQ=WEEKLY;BYDAY=TU,WE,TH',
   'on Tuesdays to Thursdays at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH,FR,SA',
   'every day at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=WEEKLY;INTERVAL=2;BYDAY=SU',
   'every 2 weeks on Sundays at 08:00, Europe/Berlin, from 7 March 2027'),
  ('FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,WE',
   'every 2 weeks on Wednesdays and Sundays at 08:00, weeks beginning on Sunday, Europe/Berlin, from 14 March 2027'),
  ('FREQ=WEEKLY;INTERVAL=4',
   'every 4 weeks on Thursdays at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=WEEKLY;WKST=SU;BYDAY=TU,TH',
   'on Tuesdays and Thursdays at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=WEEKLY;BYMONTH=3;BYDAY=FR',
   'every year on Fridays in March at 08:00, Europe/Berlin, from 5 March 2027'),
  ('FREQ=WEEKLY;INTERVAL=2;BYMONTH=3;BYDAY=FR',
   'every 2 weeks, but only on Fridays in March at 08:00, Europe/Berlin, from 5 March 2027'),
  ('FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2',
   'every week, only the second of these: on Mondays to Fridays at 08:00, Europe/Berlin, from 9 March 2027'),
  ('FREQ=MONTHLY',
   'on the 4th of each month at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=MONTHLY;BYMONTHDAY=-1',
   'on the last day of each month at 08:00, Europe/Berlin, from 31 March 2027'),
  ('FREQ=MONTHLY;BYMONTHDAY=1,15',
   'on the 1st and 15th of each month at 08:00, Europe/Berlin, from 15 March 2027'),
  ('FREQ=MONTHLY;BYMONTHDAY=31',
   'on the 31st of each month (no such day, no dose) at 08:00, Europe/Berlin, from 31 March 2027'),
  ('RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31',
   'on the 31st of each month (no such day: the last one before it) at 08:00, Europe/Berlin, from 31 March 2027'),
  ('RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=30',
   'on the 30th of each month (no such day: the first one after it) at 08:00, Europe/Berlin, from 30 March 2027'),
  ('RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=28',
   'on the 28th of each month at 08:00, Europe/Berlin, from 28 March 2027'),
  ('FREQ=MONTHLY;BYMONTHDAY=-3',
   'on the 3rd-to-last day of each month at 08:00, Europe/Berlin, from 29 March 2027'),
  ('FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10',
   'every 3 months on the 10th of the month at 08:00, Europe/Berlin, from 10 March 2027'),
  ('FREQ=MONTHLY;BYDAY=1MO',
   'on the first Monday of each month at 08:00, Europe/Berlin, from 5 April 2027'),
  ('FREQ=MONTHLY;BYDAY=-1FR',
   'on the last Friday of each month at 08:00, Europe/Berlin, from 26 March 2027'),
  ('FREQ=MONTHLY;BYDAY=5MO',
   'on the fifth Monday of each month (no such day, no dose) at 08:00, Europe/Berlin, from 29 March 2027'),
  ('FREQ=MONTHLY;BYDAY=MO',
   'on Mondays at 08:00, Europe/Berlin, from 8 March 2027'),
  ('FREQ=MONTHLY;INTERVAL=2;BYDAY=MO',
   'in every 2nd month on Mondays at 08:00, Europe/Berlin, from 8 March 2027'),
  ('FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU,-1TH',
   'every 2 months on the second Tuesday and the last Thursday of the month at 08:00, Europe/Berlin, from 9 March 2027'),
  ('FREQ=MONTHLY;BYDAY=MO,1FR',
   'on Mondays and on the first Friday of each month at 08:00, Europe/Berlin, from 5 March 2027'),
  ('FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR',
   'on each day that is the 13th of the month and also a Friday at 08:00, Europe/Berlin, from 13 August 2027'),
  ('FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13',
   'on each day that is the 7th to 13th of the month and also a Saturday at 08:00, Europe/Berlin, from 13 March 2027'),
  ('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
   'every month, only the last of these: on Mondays to Fridays at 08:00, Europe/Berlin, from 31 March 2027'),
  ('FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3',
   'every month, only the third of these: on Tuesdays to Thursdays at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=MONTHLY;BYMONTH=3,9;BYMONTHDAY=1',
   'every year on 1 March and 1 September at 08:00, Europe/Berlin, from 1 September 2027'),
  ('FREQ=MONTHLY;INTERVAL=2;BYMONTH=3,9;BYMONTHDAY=1',
   'every 2 months, but only on 1 March and 1 September at 08:00, Europe/Berlin, from 1 September 2027'),
  ('FREQ=YEARLY',
   'every year on 4 March at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=YEARLY;BYMONTH=1,7',
   'every year on 4 January and 4 July at 08:00, Europe/Berlin, from 4 July 2027'),
  ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
   'every year on 29 February (no such day, no dose) at 08:00, Europe/Berlin, from 29 February 2028'),
  ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
   'every year on 30 February (no such day, no dose) at 08:00, Europe/Berlin, never by this rule'),
  ('FREQ=YEARLY;BYMONTH=3,6;BYDAY=1MO,-1FR',
   'every year on the first Monday and the last Friday of March and June at 08:00, Europe/Berlin, from 26 March 2027'),
  ('FREQ=YEARLY;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
   'every day in January at 08:00, Europe/Berlin, from 1 January 2028'),
  ('FREQ=YEARLY;BYDAY=20MO',
   'on the 20th Monday of each year at 08:00, Europe/Berlin, from 17 May 2027'),
  ('FREQ=YEARLY;BYDAY=TH;BYMONTH=3',
   'every year on Thursdays in March at 08:00, Europe/Berlin, from 4 March 2027'),
  ('FREQ=YEARLY;BYWEEKNO=20',
   'on Thursdays in week 20 of each year at 08:00, Europe/Berlin, from 20 May 2027'),
  ('FREQ=YEARLY;BYWEEKNO=20,-1;BYDAY=MO',
   'on Mondays in week 20 and the last week of each year at 08:00, Europe/Berlin, from 17 May 2027'),
  ('FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;WKST=SU',
   'on Sundays in week 53 of each year (no such day, no dose) at 08:00, weeks beginning on Sunday, Europe/Berlin, from 28 December 2031'),
  ('FREQ=YEARLY;BYWEEKNO=1;BYMONTH=12',
   'every year on each day that is a Thursday and also in week 1 of a year and also in December at 08:00, Europe/Berlin, never by this rule'),
  ('FREQ=YEARLY;BYYEARDAY=1,100,200',
   'on the 1st, 100th and 200th day of each year at 08:00, Europe/Berlin, from 10 April 2027'),
  ('FREQ=YEARLY;BYYEARDAY=-1',
   'on the last day of each year at 08:00, Europe/Berlin, from 31 December 2027'),
  ('FREQ=YEARLY;BYYEARDAY=366',
   'on the 366th day of each year (no such day, no dose) at 08:00, Europe/Berlin, from 31 December 2028'),
  ('FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=1',
   'in every 2nd year on the 1st of each month at 08:00, Europe/Berlin, from 1 April 2027'),
  ('FREQ=YEARLY;INTERVAL=2;BYDAY=MO',
   'in every 2nd year on Mondays at 08:00, Europe/Berlin, from 8 March 2027'),
  ('FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
   'in every 4th year on each day that is the 2nd to 8th of the month and also a Tuesday and also in November at 08:00, Europe/Berlin, from 2 November 2027'),
  ('FREQ=YEARLY;BYYEARDAY=1,2,3;BYDAY=MO,TU',
   'on each day that is the 1st to 3rd day of the year and also a Monday or a Tuesday at 08:00, Europe/Berlin, from 3 January 2028'),
  ('FREQ=YEARLY;BYMONTHDAY=1;BYHOUR=7',
   'on the 1st of each month at 07:00, Europe/Berlin, from 1 April 2027'),
  ('FREQ=YEARLY;BYMONTH=6;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1',
   'every year, only the first of these: on Mondays to Fridays in June at 08:00, Europe/Berlin, from 1 June 2027'),
  ('FREQ=HOURLY;INTERVAL=8',
   'every 8 hours from 4 March 2027 at 08:00, Europe/Berlin'),
  ('FREQ=HOURLY;INTERVAL=8;COUNT=30',
   'every 8 hours from 4 March 2027 at 08:00, Europe/Berlin, 30 doses'),
  ('FREQ=HOURLY;INTERVAL=6;UNTIL=20270310',
   'every 6 hours from 4 March 2027 at 08:00 until 10 March 2027, Europe/Berlin'),
  ('FREQ=HOURLY;BYHOUR=8,9,10,11,12,20',
   'every hour from 4 March 2027 at 08:00, but only from 08:00 to 12:59 and from 20:00 to 20:59, Europe/Berlin'),
  ('FREQ=HOURLY;INTERVAL=4;BYDAY=MO,TU,WE,TH,FR',
   'every 4 hours from 4 March 2027 at 08:00, but only on Mondays to Fridays, Europe/Berlin'),
  ('FREQ=HOURLY;INTERVAL=2;BYMINUTE=0,30',
   'every 2 hours at minutes 0 and 30 from 4 March 2027 at 08:00, Europe/Berlin'),
  ('FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=-1',
   'every hour, only the last of these: at minutes 0, 20 and 40 from 4 March 2027 at 08:40, Europe/Berlin'),
  ('FREQ=HOURLY;BYSECOND=0,30',
   'every hour at minute 0 and seconds 0 and 30 from 4 March 2027 at 08:00, Europe/Berlin'),
  ('FREQ=HOURLY;BYMONTHDAY=13;BYDAY=FR;BYHOUR=9',
   'every hour from 13 August 2027 at 09:00, but only on each day that is the 13th of the month and also a Friday, from 09:00 to 09:59, Europe/Berlin'),
  ('FREQ=HOURLY;INTERVAL=2;BYHOUR=9',
   'every 2 hours from 28 March 2027 at 09:00, but only from 09:00 to 09:59, Europe/Berlin'),
  ('FREQ=MINUTELY;INTERVAL=90',
   'every 90 minutes from 4 March 2027 at 08:00, Europe/Berlin'),
  ('FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10,11,12,13,14,15,16',
   'every 15 minutes from 4 March 2027 at 09:00, but only from 09:00 to 16:59, Europe/Berlin'),
  ('FREQ=MINUTELY;BYMINUTE=0,1,2;BYSECOND=15',
   'every minute at second 15 from 4 March 2027 at 08:00:15, but only in minutes 0 to 2 of the hour, Europe/Berlin'),
  ('FREQ=MINUTELY;BYSECOND=0,20,40;BYSETPOS=2',
   'every minute, only the second of these: at seconds 0, 20 and 40 from 4 March 2027 at 08:00:20, Europe/Berlin'),
  ('FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30',
   'every minute, but only on 30 February (no such day, no dose), Europe/Berlin, never by this rule'),
  ('FREQ=SECONDLY;INTERVAL=3600',
   'every 3600 seconds from 4 March 2027 at 08:00, Europe/Berlin'),
  ('FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=3;BYSECOND=3;BYSETPOS=-1',
   'every 7 seconds from 9 March 2027 at 03:03:03, but only from 03:00 to 03:59, in minute 3 of the hour, in second 3 of the minute, Europe/Berlin'),
  ('FREQ=SECONDLY;BYSECOND=0;BYMINUTE=0;BYHOUR=8;BYSETPOS=2',
   'every second, only the second of these, but only from 08:00 to 08:59, in minute 0 of the hour, in second 0 of the minute, Europe/Berlin, never by this rule'),
  ('rrule:freq=daily',
   'every day at 08:00, Europe/Berlin, from 4 March 2027')
  ) AS t (rrule, words);

-- From days and times that matter.
SELECT is(medsched.describe_schedule(t.rrule, t.starts_at::timestamp, t.time_zone), t.words,
  format('%s from %s', t.rrule, t.starts_at))
FROM (VALUES
  ('FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0', '2027-03-01 10:00', 'Europe/Berlin',
   'twice a day at 08:00 and 20:00, Europe/Berlin, from 1 March 2027 at 20:00'),
  ('FREQ=MONTHLY', '2027-01-31 08:00', 'Europe/Berlin',
   'on the 31st of each month (no such day, no dose) at 08:00, Europe/Berlin, from 31 January 2027'),
  ('RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD', '2028-02-29 08:00', 'Asia/Kolkata',
   'every year on 29 February (no such day: the first one after it) at 08:00, Asia/Kolkata, from 29 February 2028'),
  ('FREQ=DAILY', '2027-03-01 00:00:05', 'America/New_York',
   'every day at 00:00:05, America/New_York, from 1 March 2027'),
  -- 02:30 does not exist on 28 March 2027 and is 03:30 on that day.
  ('FREQ=DAILY', '2027-03-28 02:30', 'Europe/Berlin',
   'every day at 02:30, Europe/Berlin, from 28 March 2027 at 03:30'),
  (NULL, '2027-03-01 08:00', 'Europe/Berlin', 'on 1 March 2027 at 08:00, Europe/Berlin')
  ) AS t (rrule, starts_at, time_zone, words);

-- Ends.
SELECT is(
  medsched.describe_schedule('FREQ=DAILY' || t.until, '2027-03-01 08:00', 'Europe/Berlin', ends_at => t.ends_at::timestamptz),
  'every day at 08:00, Europe/Berlin, ' || t.words,
  format('%s, ends_at %s', t.until, t.ends_at))
FROM (VALUES
  ('', '2027-03-08 00:00+01', 'from 1 March 2027 until 7 March 2027'),
  ('', '2027-03-08 14:30+01', 'from 1 March 2027 until just before 8 March 2027 at 14:30'),
  ('', 'infinity', 'from 1 March 2027'),
  ('', '2027-03-01 08:00+01', 'in effect at no time'),
  ('', '2027-02-28 00:00+01', 'in effect at no time'),
  (';COUNT=30', '2027-02-28 00:00+01', 'in effect at no time, 30 doses counting those left out'),
  (';UNTIL=20270228', '2027-02-28 00:00+01', 'never by this rule'),
  (';UNTIL=20270320', '2027-03-08 00:00+01', 'from 1 March 2027 until 7 March 2027'),
  (';UNTIL=20270305', '2027-03-08 00:00+01', 'from 1 March 2027 until 5 March 2027'),
  (';COUNT=30', '2027-03-08 00:00+01', 'from 1 March 2027 until 7 March 2027, 30 doses')
  ) AS t (until, ends_at, words);

-- Bounds in which the rule has no dose.  1 March 2027 is a Monday.
SELECT is(
  medsched.describe_schedule(t.rrule, '2027-03-01 08:00', 'Europe/Berlin', t.rdates::timestamp[],
    effective_from => t.effective_from::timestamptz, ends_at => t.ends_at::timestamptz),
  t.words, format('%s from %s to %s', t.rrule, t.effective_from, coalesce(t.ends_at, 'infinity')))
FROM (VALUES
  ('FREQ=DAILY', '{}', '2027-03-05 00:00+01', '2027-03-05 00:00+01', 'every day at 08:00, Europe/Berlin, in effect at no time'),
  ('FREQ=DAILY', '{}', '2027-03-05 00:00+01', '2027-03-04 00:00+01', 'every day at 08:00, Europe/Berlin, in effect at no time'),
  ('FREQ=WEEKLY', '{}', '2027-03-02 00:00+01', '2027-03-04 00:00+01',
   'on Mondays at 08:00, Europe/Berlin, no dose by this rule from 2 March 2027 until 3 March 2027'),
  ('FREQ=WEEKLY', '{2027-03-03 12:00}', '2027-03-02 00:00+01', '2027-03-04 00:00+01',
   'on Mondays at 08:00, Europe/Berlin, no dose by this rule from 2 March 2027 until 3 March 2027, also on 3 March 2027 at 12:00'),
  ('FREQ=DAILY;UNTIL=20270310', '{}', '2027-03-15 12:00+01', NULL,
   'every day at 08:00, Europe/Berlin, no dose by this rule from 15 March 2027 at 12:00'),
  ('FREQ=DAILY;COUNT=1', '{}', '2027-03-15 12:00+01', NULL,
   'every day at 08:00, Europe/Berlin, no dose by this rule from 15 March 2027 at 12:00, 1 dose counting those left out')
  ) AS t (rrule, rdates, effective_from, ends_at, words);

-- 21 days on from Monday 2 November 2026 are those to the 22nd; the 30th is on again.
SELECT is(
  medsched.describe_schedule('FREQ=DAILY', '2026-11-02 09:00', 'Europe/Berlin', cycle_days_on => 21, cycle_days_off => 7,
    effective_from => t.effective_from::timestamptz, ends_at => t.ends_at::timestamptz),
  format('every day at 09:00, Europe/Berlin, %s, 21 days on, 7 days off%s', t.words, t.counted),
  format('a cycle from %s to %s', t.effective_from, coalesce(t.ends_at, 'infinity')))
FROM (VALUES
  ('2026-11-01 00:00+01', NULL, 'from 2 November 2026', ''),
  ('2026-11-22 09:00+01', NULL, 'from 22 November 2026', ' counted from 2 November 2026'),
  ('2026-11-22 12:00+01', NULL, 'from 30 November 2026', ' counted from 2 November 2026'),
  ('2026-11-25 00:00+01', NULL, 'from 30 November 2026', ' counted from 2 November 2026'),
  ('2026-11-24 00:00+01', '2026-11-28 00:00+01', 'no dose by this rule from 24 November 2026 until 27 November 2026', ' counted from 2 November 2026')
  ) AS t (effective_from, ends_at, words, counted);
SELECT is(medsched.describe_schedule('FREQ=HOURLY;INTERVAL=12', '2026-11-02 09:00', 'Europe/Berlin',
    cycle_days_on => 1, cycle_days_off => 1, effective_from => '2026-11-03 00:00+01'),
  'every 12 hours from 4 November 2026 at 09:00, Europe/Berlin, 1 day on, 1 day off counted from 2 November 2026',
  'a cycle of hours');
SELECT is(medsched.describe_schedule('FREQ=WEEKLY;BYDAY=TU', '2026-11-02 09:00', 'Europe/Berlin', cycle_days_on => 1, cycle_days_off => 6),
  'on Tuesdays at 09:00, Europe/Berlin, never by this rule and cycle, 1 day on, 6 days off counted from 2 November 2026',
  'a cycle whose days on are Mondays');

-- Cycles, single dates.
SELECT is(medsched.describe_schedule('FREQ=DAILY', '2027-03-01 08:00', 'Europe/Berlin', cycle_days_on => 21, cycle_days_off => 7),
  'every day at 08:00, Europe/Berlin, from 1 March 2027, 21 days on, 7 days off', 'a cycle');
SELECT is(medsched.describe_schedule('FREQ=WEEKLY;BYDAY=FR;COUNT=6', '2027-03-01 08:00', 'Europe/Berlin', cycle_days_on => 10, cycle_days_off => 1),
  'on Fridays at 08:00, Europe/Berlin, from 5 March 2027, 10 days on, 1 day off counted from 1 March 2027: 5 doses',
  'a cycle counts from the day of starts_at');
SELECT is(medsched.describe_schedule('FREQ=DAILY;COUNT=10', '2027-03-01 08:00', 'Europe/Berlin',
    '{2027-03-20 09:00}', '{2027-03-06 08:00,2027-03-05 08:00,2027-03-06 08:00}'),
  'every day at 08:00, Europe/Berlin, from 1 March 2027, 10 doses counting those left out, also on 20 March 2027 at 09:00, but not on 5 March 2027 at 08:00 and on 6 March 2027 at 08:00',
  'dates come in order and once');
SELECT is(medsched.describe_schedule(NULL, '2027-03-01 08:00', 'Europe/Berlin',
    ARRAY(SELECT timestamp '2027-04-01' + n * interval '1 week' FROM generate_series(1, 7) AS n)),
  'on 1 March 2027 at 08:00, Europe/Berlin, also at 7 single times', 'many dates are counted');

-- Where it takes effect; dates that make no difference are not told.
SELECT is(medsched.describe_schedule('FREQ=DAILY;INTERVAL=2;COUNT=10', '2027-03-01 08:00', 'Europe/Berlin', effective_from => '2027-03-04 00:00+01'),
  'every 2 days at 08:00, Europe/Berlin, from 5 March 2027, 10 doses counting those left out',
  'a schedule that takes effect later counts from starts_at');
SELECT is(medsched.describe_schedule('FREQ=DAILY;BYHOUR=8,20', '2027-03-01 08:00', 'Europe/Berlin', effective_from => '2027-03-04 12:00+01'),
  'twice a day at 08:00 and 20:00, Europe/Berlin, from 4 March 2027 at 20:00', 'from the first dose after it');
SELECT is(medsched.describe_schedule('FREQ=DAILY', '2027-03-01 08:00', 'Europe/Berlin',
    '{2027-02-01 09:00,2027-03-02 08:00,2027-03-03 12:00}', '{2027-03-02 09:00,2027-03-09 08:00}', ends_at => '2027-03-08 00:00+01'),
  'every day at 08:00, Europe/Berlin, from 1 March 2027 until 7 March 2027, also on 2 March 2027 at 08:00 and on 3 March 2027 at 12:00',
  'dates outside the schedule are not told');
SELECT is(medsched.describe_schedule(NULL, '2027-03-01 08:00', 'Europe/Berlin', effective_from => '2027-03-02 00:00+01'),
  'never, Europe/Berlin', 'a single dose before it takes effect');
SELECT is(medsched.describe_schedule(NULL, '2027-03-01 08:00', 'Europe/Berlin', '{2027-03-05 08:00}', '{2027-03-01 08:00}'),
  'on 5 March 2027 at 08:00, Europe/Berlin', 'a single dose that is moved');

-- As needed.
SELECT is(medsched.describe_schedule(NULL, '2027-03-01', 'Europe/Berlin', as_needed => true),
  'as needed, Europe/Berlin, from 1 March 2027', 'as needed');
SELECT is(medsched.describe_schedule(NULL, '2027-03-01 12:00', 'Europe/Berlin', as_needed => true,
    min_interval => '1 day 6 hours 30 minutes', max_per_24h => 1, ends_at => '2027-04-01 00:00+02'),
  'as needed, at least 1 day, 6 hours and 30 minutes apart, at most 1 dose in any 24 hours, Europe/Berlin, from 1 March 2027 at 12:00 until 31 March 2027',
  'as needed, with limits');
SELECT is(medsched.describe_schedule(NULL, '2027-03-01', 'Europe/Berlin', as_needed => true, effective_from => '2027-03-04 12:00+01'),
  'as needed, Europe/Berlin, from 4 March 2027 at 12:00', 'as needed, from when it takes effect');
SELECT is(medsched.describe_schedule(NULL, '2027-03-01', 'Europe/Berlin', as_needed => true,
    effective_from => '2027-03-04 00:00+01', ends_at => '2027-03-04 00:00+01'),
  'as needed, Europe/Berlin, in effect at no time', 'as needed, replaced before it took effect');

-- Amounts, instructions, and the zone.
SELECT is(medsched.describe_schedule(t.rrule, '2027-03-01 08:00', 'Europe/Berlin', as_needed => t.rrule IS NULL, max_per_24h => CASE WHEN t.rrule IS NULL THEN 2 END,
    dose_amount => t.amount, dose_unit => t.unit, instructions => t.instructions, with_time_zone => t.zone), t.words, t.words)
FROM (VALUES
  ('FREQ=DAILY;BYHOUR=8,20', 400, 'mg', 'with food', true, '400 mg twice a day at 08:00 and 20:00, Europe/Berlin, from 1 March 2027; with food'),
  ('FREQ=DAILY;BYHOUR=8,14,20', 1.50, 'tablet', NULL, false, '1.5 tablets three times a day at 08:00, 14:00 and 20:00, from 1 March 2027'),
  ('FREQ=DAILY;BYHOUR=8,12,16,20', 0.5, 'tablet', '100 % %s', false, '0.5 tablet four times a day at 08:00, 12:00, 16:00 and 20:00, from 1 March 2027; 100 % %s'),
  ('FREQ=HOURLY;INTERVAL=8', 1, NULL, NULL, false, '1 every 8 hours from 1 March 2027 at 08:00'),
  ('FREQ=DAILY;COUNT=1', 2, 'suppository', NULL, false, '2 suppositories on 1 March 2027 at 08:00'),
  (NULL, 1, 'capsule', 'for pain', false, '1 capsule as needed, at most 2 doses in any 24 hours, from 1 March 2027 at 08:00; for pain'),
  ('FREQ=DAILY', NULL, 'mg', NULL, false, 'every day at 08:00, from 1 March 2027')) AS t (rrule, amount, unit, instructions, zone, words);

-- The doses that a COUNT and a cycle come to: 84 days from the 1st have 3 times 21 days on.
SELECT is(medsched.describe_schedule('FREQ=DAILY;COUNT=84', '2027-03-01 08:00', 'Europe/Berlin', cycle_days_on => 21, cycle_days_off => 7),
  'every day at 08:00, Europe/Berlin, from 1 March 2027, 21 days on, 7 days off: 63 doses', 'a count and a cycle');
SELECT is(medsched.describe_schedule('FREQ=DAILY;COUNT=84', '2027-03-01 08:00', 'Europe/Berlin', cycle_days_on => 21, cycle_days_off => 7, ends_at => '2028-01-01Z'),
  'every day at 08:00, Europe/Berlin, from 1 March 2027 until just before 1 January 2028 at 01:00, 21 days on, 7 days off: 84 doses counting those left out', 'a count, a cycle and an end');

-- In German.
SELECT is(medsched.describe_schedule(t.rrule, '2027-03-01 08:00', 'Europe/Berlin', ends_at => t.ends_at::timestamptz, as_needed => t.rrule IS NULL,
    min_interval => CASE WHEN t.rrule IS NULL THEN interval '6 hours' END, limits => CASE WHEN t.rrule IS NULL THEN jsonb '[{"amount": 4, "days": 1}, {"doses": 2, "within": "2 days"}]' END,
    dose_amount => t.amount, dose_unit => t.unit, language => 'de', with_time_zone => false), t.words, t.words)
FROM (VALUES
  ('FREQ=DAILY;BYHOUR=8,20;UNTIL=20270310', NULL, 1.5, 'tablet', '1,5 Tabletten zweimal täglich um 08:00 und 20:00, ab 1. März 2027 bis 10. März 2027'),
  ('FREQ=DAILY', '2027-03-08 14:30+01', 0.5, 'tablet', '0,5 Tablette jeden Tag um 08:00, ab 1. März 2027 bis kurz vor dem 8. März 2027 um 14:30'),
  ('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,TH,FR', NULL, 2, 'drop', '2 Tropfen alle 2 Wochen montags und mittwochs bis freitags um 08:00, ab 1. März 2027'),
  ('FREQ=HOURLY;INTERVAL=8;COUNT=30', NULL, NULL, NULL, 'alle 8 Stunden ab 1. März 2027 um 08:00, 30 Dosen'),
  ('FREQ=MONTHLY;BYDAY=1MO,-1FR', NULL, NULL, NULL, 'am ersten Montag und letzten Freitag jedes Monats um 08:00, ab 1. März 2027'),
  ('FREQ=MONTHLY;BYMONTHDAY=31', NULL, NULL, NULL, 'am 31. jedes Monats (fehlt der Tag, entfällt die Dosis) um 08:00, ab 31. März 2027'),
  ('FREQ=DAILY;COUNT=1', NULL, 1, 'puff', '1 Hub am 1. März 2027 um 08:00'),
  (NULL, NULL, 1, 'tablet', '1 Tablette bei Bedarf, mindestens 6 Stunden Abstand, höchstens 4 Tabletten am Tag, höchstens 2 Dosen je 2 Tage, ab 1. März 2027 um 08:00'))
  AS t (rrule, ends_at, amount, unit, words);
SELECT is((SELECT string_agg(p.key, ' ') FROM medsched._sentence_patterns() AS p
            WHERE (SELECT count(*) FROM regexp_matches(p.en, '%([0-9][$])?s', 'g')) <> (SELECT count(*) FROM regexp_matches(p.de, '%([0-9][$])?s', 'g'))), NULL, 'each pattern has as many parts in each language');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', language => 'fr')$$,
  '22023', 'language "fr" is not recognized', 'a language there is not');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', language => NULL)$$,
  '22004', 'language must not be null', 'language is null');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', with_time_zone => NULL)$$,
  '22004', 'with_time_zone must not be null', 'with_time_zone is null');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', dose_amount => 'NaN')$$,
  '22023', 'dose_amount must be finite and above 0', 'dose_amount is not a number');

-- What is refused.
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', NULL, 'Europe/Berlin')$$,
  '22004', 'starts_at must not be null', 'starts_at is null');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', NULL)$$,
  '22004', 'time_zone must not be null', 'time_zone is null');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=FORTNIGHTLY', '2027-03-01', 'Europe/Berlin')$$,
  '22023', 'invalid recurrence rule: FREQ value "FORTNIGHTLY" is not valid', 'a rule that is none');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Atlantis')$$,
  '22023', 'time zone "Europe/Atlantis" is not known', 'a time zone that is none');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', '{NULL}')$$,
  '22004', 'rdates must not contain a null', 'a date is null');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', 'infinity', 'Europe/Berlin')$$,
  '22023', 'starts_at must be finite', 'starts_at is infinite');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', ends_at => '-infinity')$$,
  '22023', 'ends_at must not be -infinity', 'ends_at is before all time');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', cycle_days_on => 21)$$,
  '22023', 'invalid cycle of 21 days on and 0 days off', 'half a cycle');
SELECT throws_ok($$SELECT medsched.describe_schedule('FREQ=DAILY', '2027-03-01', 'Europe/Berlin', cycle_days_on => 21, cycle_days_off => 0)$$,
  '22023', 'invalid cycle of 21 days on and 0 days off', 'a cycle without days off');

-- A schedule of a table's.
SELECT medsched.create_medication('00000000-0000-4000-8000-00000000d0d0', 'Tested',
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20", "cycle_days_on": 21, "cycle_days_off": 7}]') \g /dev/null
SELECT is(medsched.describe_schedule(s.user_id, s.id),
  'twice a day at 08:00 and 20:00, Europe/Berlin, from 1 March 2027, 21 days on, 7 days off', 'a schedule by its id')
FROM medsched.schedules s WHERE s.user_id = '00000000-0000-4000-8000-00000000d0d0';
UPDATE medsched.schedules SET dose_amount = 1, dose_unit = 'capsule', instructions = 'after food' WHERE user_id = '00000000-0000-4000-8000-00000000d0d0';
SELECT is(medsched.describe_schedule(s.user_id, s.id),
  '1 capsule twice a day at 08:00 and 20:00, Europe/Berlin, from 1 March 2027, 21 days on, 7 days off; after food', 'its amount and instructions')
FROM medsched.schedules s WHERE s.user_id = '00000000-0000-4000-8000-00000000d0d0';
SELECT throws_ok(
  format($$SELECT medsched.describe_schedule('00000000-0000-4000-8000-00000000d0d1', %L)$$, s.id),
  'P0002', format('schedule "%s" not found', s.id), 'another user''s schedule is not found')
FROM medsched.schedules s WHERE s.user_id = '00000000-0000-4000-8000-00000000d0d0';
SELECT throws_ok(
  $$SELECT medsched.describe_schedule('00000000-0000-4000-8000-00000000d0d0', '00000000-0000-4000-8000-00000000ffff')$$,
  'P0002', 'schedule "00000000-0000-4000-8000-00000000ffff" not found', 'an unknown schedule is not found');

SELECT * FROM finish();
ROLLBACK;
