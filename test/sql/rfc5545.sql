\i test/setup.psql
BEGIN;
-- These queries look expensive to the planner, and are not.
SET LOCAL jit = off;

-- The examples of RFC 5545 (3.3.10, 3.8.5.3) and RFC 7529, all that have to do
-- with the Gregorian calendar.  The expected times are written as the RFCs
-- print them: "1997-09: 2-30" is the 2nd to the 30th, each at DTSTART's time of
-- day; "1997-09-02: 09:00 12:00" is two times of one day.
CREATE FUNCTION pg_temp.printed(list text, starts_at timestamp) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(t, 'YYYY-MM-DD HH24:MI'), ', ' ORDER BY line, t)
  FROM unnest(string_to_array(list, ';')) WITH ORDINALITY AS l(text, line)
  CROSS JOIN LATERAL regexp_match(l.text, '^\s*([-0-9]+): (.*)$') AS m
  CROSS JOIN LATERAL regexp_split_to_table(trim(m[2]), '\s+') AS item
  CROSS JOIN LATERAL (
    SELECT (m[1] || ' ' || item)::timestamp AS t
    WHERE length(m[1]) = 10
    UNION ALL
    SELECT (m[1] || '-' || lpad(day::text, 2, '0'))::date + starts_at::time
    FROM generate_series(split_part(item, '-', 1)::int,
                         coalesce(nullif(split_part(item, '-', 2), ''), split_part(item, '-', 1))::int) AS day
    WHERE length(m[1]) = 7) AS times
$$;

CREATE FUNCTION pg_temp.answer(rule text, starts_at timestamp, zone text, lower text, upper text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(o AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'), ', ' ORDER BY o)
  FROM medsched.occurrences(rule, starts_at, zone, lower::timestamp AT TIME ZONE zone, upper::timestamp AT TIME ZONE zone) AS o
$$;

CREATE TEMP TABLE example (
  n int GENERATED ALWAYS AS IDENTITY,
  title text,
  rule text,
  starts_at timestamp,
  lower text,
  upper text,
  list text,
  zone text DEFAULT 'America/New_York');

-- RFC 5545 section 3.8.5.3, in its order.
INSERT INTO example (title, rule, starts_at, lower, upper, list) VALUES
('daily for 10 occurrences', 'FREQ=DAILY;COUNT=10', '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2-11'),
('daily until 24 December 1997', 'FREQ=DAILY;UNTIL=19971224T000000Z', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 2-30; 1997-10: 1-31; 1997-11: 1-30; 1997-12: 1-23'),
('every other day, forever', 'FREQ=DAILY;INTERVAL=2', '1997-09-02 09:00', '1997-01-01', '1997-12-04',
 '1997-09: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30; 1997-10: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30;
  1997-11: 1 3 5 7 9 11 13 15 17 19 21 23 25 27 29; 1997-12: 1 3'),
('every 10 days, 5 occurrences', 'FREQ=DAILY;INTERVAL=10;COUNT=5', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 2 12 22; 1997-10: 2 12'),
('every day in January for 3 years, yearly', 'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA',
 '1998-01-01 09:00', '1997-01-01', '2003-01-01', '1998-01: 1-31; 1999-01: 1-31; 2000-01: 1-31'),
('every day in January for 3 years, daily', 'FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1',
 '1998-01-01 09:00', '1997-01-01', '2003-01-01', '1998-01: 1-31; 1999-01: 1-31; 2000-01: 1-31'),
('weekly for 10 occurrences', 'FREQ=WEEKLY;COUNT=10', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 2 9 16 23 30; 1997-10: 7 14 21 28; 1997-11: 4'),
('weekly until 24 December 1997', 'FREQ=WEEKLY;UNTIL=19971224T000000Z', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 2 9 16 23 30; 1997-10: 7 14 21 28; 1997-11: 4 11 18 25; 1997-12: 2 9 16 23'),
('every other week, forever', 'FREQ=WEEKLY;INTERVAL=2;WKST=SU', '1997-09-02 09:00', '1997-01-01', '1998-02-18',
 '1997-09: 2 16 30; 1997-10: 14 28; 1997-11: 11 25; 1997-12: 9 23; 1998-01: 6 20; 1998-02: 3 17'),
('weekly on Tuesday and Thursday for five weeks, until', 'FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH',
 '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2 4 9 11 16 18 23 25 30; 1997-10: 2'),
('weekly on Tuesday and Thursday for five weeks, count', 'FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH',
 '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2 4 9 11 16 18 23 25 30; 1997-10: 2'),
('every other week on Monday, Wednesday and Friday until 24 December 1997',
 'FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR', '1997-09-01 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 1 3 5 15 17 19 29; 1997-10: 1 3 13 15 17 27 29 31; 1997-11: 10 12 14 24 26 28; 1997-12: 8 10 12 22'),
('every other week on Tuesday and Thursday, for 8 occurrences', 'FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH',
 '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2 4 16 18 30; 1997-10: 2 14 16'),
('monthly on the first Friday for 10 occurrences', 'FREQ=MONTHLY;COUNT=10;BYDAY=1FR', '1997-09-05 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 5; 1997-10: 3; 1997-11: 7; 1997-12: 5; 1998-01: 2; 1998-02: 6; 1998-03: 6; 1998-04: 3; 1998-05: 1; 1998-06: 5'),
('monthly on the first Friday until 24 December 1997', 'FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR',
 '1997-09-05 09:00', '1997-01-01', '2000-01-01', '1997-09: 5; 1997-10: 3; 1997-11: 7; 1997-12: 5'),
('every other month on the first and last Sunday, for 10 occurrences', 'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU',
 '1997-09-07 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 7 28; 1997-11: 2 30; 1998-01: 4 25; 1998-03: 1 29; 1998-05: 3 31'),
('monthly on the second-to-last Monday for 6 months', 'FREQ=MONTHLY;COUNT=6;BYDAY=-2MO', '1997-09-22 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 22; 1997-10: 20; 1997-11: 17; 1997-12: 22; 1998-01: 19; 1998-02: 16'),
('monthly on the third-to-the-last day, forever', 'FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09-28 09:00', '1997-01-01', '1998-03-01',
 '1997-09: 28; 1997-10: 29; 1997-11: 28; 1997-12: 29; 1998-01: 29; 1998-02: 26'),
('monthly on the 2nd and 15th for 10 occurrences', 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 2 15; 1997-10: 2 15; 1997-11: 2 15; 1997-12: 2 15; 1998-01: 2 15'),
('monthly on the first and last day for 10 occurrences', 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1', '1997-09-30 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 30; 1997-10: 1 31; 1997-11: 1 30; 1997-12: 1 31; 1998-01: 1 31; 1998-02: 1'),
('every 18 months on the 10th to 15th for 10 occurrences', 'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15',
 '1997-09-10 09:00', '1997-01-01', '2000-01-01', '1997-09: 10-15; 1999-03: 10-13'),
('every Tuesday, every other month', 'FREQ=MONTHLY;INTERVAL=2;BYDAY=TU', '1997-09-02 09:00', '1997-01-01', '1998-04-01',
 '1997-09: 2 9 16 23 30; 1997-11: 4 11 18 25; 1998-01: 6 13 20 27; 1998-03: 3 10 17 24 31'),
('yearly in June and July for 10 occurrences', 'FREQ=YEARLY;COUNT=10;BYMONTH=6,7', '1997-06-10 09:00', '1997-01-01', '2010-01-01',
 '1997-06: 10; 1997-07: 10; 1998-06: 10; 1998-07: 10; 1999-06: 10; 1999-07: 10; 2000-06: 10; 2000-07: 10; 2001-06: 10; 2001-07: 10'),
('every other year in January, February and March for 10 occurrences', 'FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3',
 '1997-03-10 09:00', '1997-01-01', '2010-01-01',
 '1997-03: 10; 1999-01: 10; 1999-02: 10; 1999-03: 10; 2001-01: 10; 2001-02: 10; 2001-03: 10; 2003-01: 10; 2003-02: 10; 2003-03: 10'),
('every third year on the 1st, 100th and 200th day for 10 occurrences', 'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200',
 '1997-01-01 09:00', '1997-01-01', '2010-01-01',
 '1997-01: 1; 1997-04: 10; 1997-07: 19; 2000-01: 1; 2000-04: 9; 2000-07: 18; 2003-01: 1; 2003-04: 10; 2003-07: 19; 2006-01: 1'),
('every 20th Monday of the year, forever', 'FREQ=YEARLY;BYDAY=20MO', '1997-05-19 09:00', '1997-01-01', '2000-01-01',
 '1997-05: 19; 1998-05: 18; 1999-05: 17'),
('Monday of week 20, forever', 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '1997-05-12 09:00', '1997-01-01', '2000-01-01',
 '1997-05: 12; 1998-05: 11; 1999-05: 17'),
('every Thursday in March, forever', 'FREQ=YEARLY;BYMONTH=3;BYDAY=TH', '1997-03-13 09:00', '1997-01-01', '2000-01-01',
 '1997-03: 13 20 27; 1998-03: 5 12 19 26; 1999-03: 4 11 18 25'),
('every Thursday in June, July and August, forever', 'FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8', '1997-06-05 09:00', '1997-01-01', '2000-01-01',
 '1997-06: 5 12 19 26; 1997-07: 3 10 17 24 31; 1997-08: 7 14 21 28; 1998-06: 4 11 18 25; 1998-07: 2 9 16 23 30;
  1998-08: 6 13 20 27; 1999-06: 3 10 17 24; 1999-07: 1 8 15 22 29; 1999-08: 5 12 19 26'),
('every Friday the 13th, forever', 'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '1997-09-02 09:00', '1997-01-01', '2000-11-01',
 '1998-02: 13; 1998-03: 13; 1998-11: 13; 1999-08: 13; 2000-10: 13'),
('the first Saturday that follows the first Sunday of the month', 'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13',
 '1997-09-13 09:00', '1997-01-01', '1998-07-01',
 '1997-09: 13; 1997-10: 11; 1997-11: 8; 1997-12: 13; 1998-01: 10; 1998-02: 7; 1998-03: 7; 1998-04: 11; 1998-05: 9; 1998-06: 13'),
('US Presidential Election day', 'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
 '1996-11-05 09:00', '1996-01-01', '2008-01-01', '1996-11: 5; 2000-11: 7; 2004-11: 2'),
('the third Tuesday, Wednesday or Thursday for 3 months', 'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3',
 '1997-09-04 09:00', '1997-01-01', '2000-01-01', '1997-09: 4; 1997-10: 7; 1997-11: 6'),
('the second-to-last weekday of the month', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '1997-09-29 09:00', '1997-01-01', '1998-04-01',
 '1997-09: 29; 1997-10: 30; 1997-11: 27; 1997-12: 30; 1998-01: 29; 1998-02: 26; 1998-03: 30'),
('every 3 hours from 9:00 to 17:00, UNTIL as erratum 3883 has it', 'FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z',
 '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09-02: 09:00 12:00 15:00'),
('the same as first printed: 17:00 UTC is 13:00 in New York', 'FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z',
 '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09-02: 09:00 12:00'),
('every 15 minutes for 6 occurrences', 'FREQ=MINUTELY;INTERVAL=15;COUNT=6', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09-02: 09:00 09:15 09:30 09:45 10:00 10:15'),
('every hour and a half for 4 occurrences', 'FREQ=MINUTELY;INTERVAL=90;COUNT=4', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09-02: 09:00 10:30 12:00 13:30'),
('every 20 minutes from 9:00 to 16:40 every day, daily', 'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40',
 '1997-09-02 09:00', '1997-01-01', '1997-09-04',
 '1997-09-02: 09:00 09:20 09:40 10:00 10:20 10:40 11:00 11:20 11:40 12:00 12:20 12:40 13:00 13:20 13:40 14:00 14:20 14:40 15:00 15:20 15:40 16:00 16:20 16:40;
  1997-09-03: 09:00 09:20 09:40 10:00 10:20 10:40 11:00 11:20 11:40 12:00 12:20 12:40 13:00 13:20 13:40 14:00 14:20 14:40 15:00 15:20 15:40 16:00 16:20 16:40'),
('every 20 minutes from 9:00 to 16:40 every day, minutely', 'FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16',
 '1997-09-02 09:00', '1997-01-01', '1997-09-04',
 '1997-09-02: 09:00 09:20 09:40 10:00 10:20 10:40 11:00 11:20 11:40 12:00 12:20 12:40 13:00 13:20 13:40 14:00 14:20 14:40 15:00 15:20 15:40 16:00 16:20 16:40;
  1997-09-03: 09:00 09:20 09:40 10:00 10:20 10:40 11:00 11:20 11:40 12:00 12:20 12:40 13:00 13:20 13:40 14:00 14:20 14:40 15:00 15:20 15:40 16:00 16:20 16:40'),
('where WKST matters: Monday', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '1997-08-05 09:00', '1997-01-01', '2000-01-01',
 '1997-08: 5 10 19 24'),
('where WKST matters: Sunday', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08-05 09:00', '1997-01-01', '2000-01-01',
 '1997-08: 5 17 19 31'),
('a date that does not exist, 30 February, is ignored', 'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01-15 09:00', '2007-01-01', '2010-01-01',
 '2007-01: 15 30; 2007-02: 15; 2007-03: 15 30');

-- RFC 5545 section 3.3.10, the examples in its text.
INSERT INTO example (title, rule, starts_at, lower, upper, list) VALUES
('the order of evaluation: Sundays of January at 8:30 and 9:30 every other year',
 'FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU;BYHOUR=8,9;BYMINUTE=30', '1997-01-05 08:30', '1997-01-01', '2000-01-01',
 '1997-01-05: 08:30 09:30; 1997-01-12: 08:30 09:30; 1997-01-19: 08:30 09:30; 1997-01-26: 08:30 09:30;
  1999-01-03: 08:30 09:30; 1999-01-10: 08:30 09:30; 1999-01-17: 08:30 09:30; 1999-01-24: 08:30 09:30; 1999-01-31: 08:30 09:30'),
('10 occurrences that occur every other day', 'FREQ=DAILY;COUNT=10;INTERVAL=2', '1997-09-02 09:00', '1997-01-01', '2000-01-01',
 '1997-09: 2 4 6 8 10 12 14 16 18 20'),
('the last work day of the month', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '1997-09-30 09:00', '1997-01-01', '1998-03-01',
 '1997-09: 30; 1997-10: 31; 1997-11: 28; 1997-12: 31; 1998-01: 30; 1998-02: 27'),
('+1MO is the first Monday within the month', 'FREQ=MONTHLY;BYDAY=+1MO', '1997-09-01 09:00', '1997-01-01', '1997-12-31',
 '1997-09: 1; 1997-10: 6; 1997-11: 3; 1997-12: 1'),
('1MO is the same', 'FREQ=MONTHLY;BYDAY=1MO', '1997-09-01 09:00', '1997-01-01', '1997-12-31',
 '1997-09: 1; 1997-10: 6; 1997-11: 3; 1997-12: 1'),
('-1MO is the last Monday of the month', 'FREQ=MONTHLY;BYDAY=-1MO', '1997-09-01 09:00', '1997-01-01', '1997-12-31',
 '1997-09: 29; 1997-10: 27; 1997-11: 24; 1997-12: 29'),
('MO is every Monday within the month', 'FREQ=MONTHLY;BYDAY=MO', '1997-09-01 09:00', '1997-01-01', '1997-10-01',
 '1997-09: 1 8 15 22 29'),
('BYMONTHDAY=-10 is the tenth to the last day of the month', 'FREQ=MONTHLY;BYMONTHDAY=-10', '1997-09-01 09:00', '1997-01-01', '1998-03-01',
 '1997-09: 21; 1997-10: 22; 1997-11: 21; 1997-12: 22; 1998-01: 22; 1998-02: 19'),
('BYYEARDAY=-1 is 31 December', 'FREQ=YEARLY;BYYEARDAY=-1', '1997-09-01 09:00', '1997-01-01', '2001-01-01',
 '1997-12: 31; 1998-12: 31; 1999-12: 31; 2000-12: 31'),
('BYYEARDAY=-306 is 1 March', 'FREQ=YEARLY;BYYEARDAY=-306', '1997-01-01 09:00', '1997-01-01', '2001-01-01',
 '1997-03: 1; 1998-03: 1; 1999-03: 1; 2000-03: 1'),
('BYWEEKNO=3 is the third week of the year', 'FREQ=YEARLY;BYWEEKNO=3;BYDAY=MO,SU', '1997-01-01 09:00', '1997-01-01', '1999-12-31',
 '1997-01: 13 19; 1998-01: 12 18; 1999-01: 18 24'),
('week 53 is only in a year that begins on Thursday, or on Wednesday and is a leap year', 'FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH',
 '1997-01-01 09:00', '1997-01-01', '2027-01-01', '1998-12: 31; 2004-12: 30; 2009-12: 31; 2015-12: 31; 2020-12: 31; 2026-12: 31'),
('a part that is missing comes from DTSTART: day and time', 'FREQ=YEARLY;BYMONTH=1', '1997-01-17 09:00', '1997-01-01', '2000-01-01',
 '1997-01: 17; 1998-01: 17; 1999-01: 17'),
('31st monthly: months without one are ignored', 'FREQ=MONTHLY', '1997-01-31 09:00', '1997-01-01', '1998-01-01',
 '1997-01: 31; 1997-03: 31; 1997-05: 31; 1997-07: 31; 1997-08: 31; 1997-10: 31; 1997-12: 31'),
('UNTIL is inclusive', 'FREQ=DAILY;UNTIL=19970904T130000Z', '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2-4'),
('UNTIL one second before', 'FREQ=DAILY;UNTIL=19970904T125959Z', '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2-3'),
('UNTIL in local time', 'FREQ=DAILY;UNTIL=19970904T090000', '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2-4'),
('UNTIL in local time, one second before', 'FREQ=DAILY;UNTIL=19970904T085959', '1997-09-02 09:00', '1997-01-01', '2000-01-01', '1997-09: 2-3'),
('UNTIL as a date is its whole day', 'FREQ=DAILY;UNTIL=19970904', '1997-09-02 23:59', '1997-01-01', '2000-01-01', '1997-09: 2-4');

-- RFC 7529: SKIP with the Gregorian calendar.  2012 is a leap year.
INSERT INTO example (title, rule, starts_at, lower, upper, list) VALUES
('SKIP defaults to OMIT: a 29 February comes every four years', 'RSCALE=GREGORIAN;FREQ=YEARLY;COUNT=4', '2012-02-29 09:00', '2012-01-01', '2100-01-01',
 '2012-02: 29; 2016-02: 29; 2020-02: 29; 2024-02: 29'),
('SKIP=OMIT', 'RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT;COUNT=4', '2012-02-29 09:00', '2012-01-01', '2100-01-01',
 '2012-02: 29; 2016-02: 29; 2020-02: 29; 2024-02: 29'),
('SKIP=BACKWARD: the day before', 'RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD;COUNT=5', '2012-02-29 09:00', '2012-01-01', '2100-01-01',
 '2012-02: 29; 2013-02: 28; 2014-02: 28; 2015-02: 28; 2016-02: 29'),
('SKIP=FORWARD: the day after', 'RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;COUNT=5', '2012-02-29 09:00', '2012-01-01', '2100-01-01',
 '2012-02: 29; 2013-03: 1; 2014-03: 1; 2015-03: 1; 2016-02: 29'),
('the 31st of every month, or its last day', 'RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=4', '2014-01-31 09:00', '2014-01-01', '2100-01-01',
 '2014-01: 31; 2014-02: 28; 2014-03: 31; 2014-04: 30'),
('the 31st of every month, or the day after its last', 'RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=4', '2014-01-31 09:00', '2014-01-01', '2100-01-01',
 '2014-01: 31; 2014-03: 1 31; 2014-05: 1'),
('SKIP and INTERVAL', 'RSCALE=GREGORIAN;FREQ=MONTHLY;INTERVAL=3;SKIP=FORWARD;COUNT=4', '2014-01-31 09:00', '2014-01-01', '2100-01-01',
 '2014-01: 31; 2014-05: 1; 2014-07: 31; 2014-10: 31'),
('two dates that become one are one', 'RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;SKIP=BACKWARD', '2015-02-01 09:00', '2015-01-01', '2017-01-01',
 '2015-02: 28; 2016-02: 28 29'),
('moved days stand beside days that exist', 'RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;SKIP=FORWARD;COUNT=5', '2015-02-01 09:00', '2015-01-01', '2020-01-01',
 '2015-02: 28; 2015-03: 1; 2016-02: 28 29; 2017-02: 28'),
('a day moved into the next month and that month''s own first are one', 'RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD', '2014-01-01 09:00', '2014-01-01', '2014-06-02',
 '2014-01: 1 31; 2014-02: 1; 2014-03: 1 31; 2014-04: 1; 2014-05: 1 31; 2014-06: 1'),
('day 366 of a common year, backward', 'RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=BACKWARD', '2015-01-01 09:00', '2015-01-01', '2018-01-02',
 '2015-12: 31; 2016-12: 31; 2017-12: 31'),
('day 366 of a common year, forward', 'RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD', '2015-01-01 09:00', '2015-01-01', '2018-01-02',
 '2016-01: 1; 2016-12: 31; 2018-01: 1'),
('BYSETPOS selects after days have moved', 'RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=29,30,31;BYSETPOS=-1;SKIP=BACKWARD', '2015-01-01 09:00', '2015-01-01', '2015-05-01',
 '2015-01: 31; 2015-02: 28; 2015-03: 31; 2015-04: 30'),
('BYMONTHDAY limits days that exist: nothing moves', 'RSCALE=GREGORIAN;FREQ=DAILY;BYMONTHDAY=31;SKIP=BACKWARD', '2015-01-01 09:00', '2015-01-01', '2015-06-01',
 '2015-01: 31; 2015-03: 31; 2015-05: 31');

SELECT plan((SELECT count(*)::int FROM example) + 7);

SELECT is(pg_temp.answer(rule, starts_at, zone, lower, upper), pg_temp.printed(list, starts_at), title)
FROM example
ORDER BY n;

-- The notation itself.
SELECT is(pg_temp.printed('1997-09: 2-4 30; 1997-10-05: 08:30', '1997-09-02 09:00'),
  '1997-09-02 09:00, 1997-09-03 09:00, 1997-09-04 09:00, 1997-09-30 09:00, 1997-10-05 08:30', 'the notation of the expected lists');

-- 9:00 is EDT until 25 October 1997, EST from the 26th, as the RFC prints.
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=DAILY', '1997-09-02 09:00', 'America/New_York', '1997-10-25', '1997-10-27') AS o$$,
  $$VALUES ('1997-10-25 13:00Z'::timestamptz), ('1997-10-26 14:00Z')$$, 'an occurrence keeps its wall clock across the change to standard time');

-- The example of EXDATE: every Friday the 13th, without the first instance.
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '1998-02-13 09:00', 'America/New_York',
    '1997-01-01', '2000-11-01', exdates => '{1998-02-13 09:00}')), 4::bigint, 'an instance named by EXDATE is left out');

-- Other calendars of RFC 7529 are named, not misread.
SELECT throws_ok(format('SELECT * FROM medsched.occurrences(%L, %L, %L, %L, %L)', rule, '2013-02-10 09:00', 'UTC', '2013-01-01', '2014-01-01'),
  '0A000', 'recurrence rule not supported: RSCALE=' || calendar, 'RFC 7529: ' || title)
FROM (VALUES
  (1, 'Chinese New Year', 'CHINESE', 'RSCALE=CHINESE;FREQ=YEARLY'),
  (2, 'the 13th month of the Ethiopic calendar', 'ETHIOPIC', 'RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13'),
  (3, 'a leap month of the Hebrew calendar', 'HEBREW', 'RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD')) AS other(n, title, calendar, rule)
ORDER BY n;

-- What the RFCs do not print but state.
SELECT is(pg_temp.answer('RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=FR', '2014-01-01 09:00', 'UTC', '2014-01-01', '2015-01-01'),
  '2014-01-31 09:00, 2014-02-28 09:00, 2014-10-31 09:00', 'BYDAY limits the days after they have moved');
SELECT * FROM finish();
ROLLBACK;
