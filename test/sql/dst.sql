\i test/setup.psql
BEGIN;

-- Where a wall clock jumps: DAILY and longer keep the wall clock, HOURLY and
-- shorter keep elapsed time.  Every expected instant is worked out by hand from
-- the offsets in the comments; it is written in UTC, "day month hour:minute".
CREATE FUNCTION pg_temp.instants(rule text, starts_at timestamp, zone text, lower timestamptz, upper timestamptz)
RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(o AT TIME ZONE 'UTC', 'MM-DD HH24:MI'), ', ' ORDER BY n)
  FROM medsched.occurrences(rule, starts_at, zone, lower, upper) WITH ORDINALITY AS t(o, n)
$$;

CREATE TEMP TABLE jump (
  n int GENERATED ALWAYS AS IDENTITY, title text, zone text, rule text, starts_at timestamp,
  lower timestamptz, upper timestamptz, instants text);

-- America/New_York.  10 March 2024, 02:00 EST (-5) becomes 03:00 EDT (-4), at 07:00Z.
--                     3 November 2024, 02:00 EDT becomes 01:00 EST, at 06:00Z.
INSERT INTO jump (title, zone, rule, starts_at, lower, upper, instants) VALUES
('gap, DAILY: 02:30 is read as EST, which is 03:30 EDT', 'America/New_York', 'FREQ=DAILY', '2024-03-08 02:30', '2024-03-01', '2024-03-12',
 '03-08 07:30, 03-09 07:30, 03-10 07:30, 03-11 06:30'),
('gap, DAILY: 02:30 and 03:30 become one dose', 'America/New_York', 'FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30', '2024-03-09 02:30', '2024-03-01', '2024-03-12',
 '03-09 07:30, 03-09 08:30, 03-10 07:30, 03-11 06:30, 03-11 07:30'),
('gap, DAILY: 02:59 comes after 03:30', 'America/New_York', 'FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30,59', '2024-03-10 00:00', '2024-03-01', '2024-03-11 04:00Z',
 '03-10 07:30, 03-10 07:59'),
('gap, WEEKLY', 'America/New_York', 'FREQ=WEEKLY;BYDAY=SU', '2024-03-03 02:30', '2024-03-01', '2024-03-18',
 '03-03 07:30, 03-10 07:30, 03-17 06:30'),
('gap, MONTHLY on the second Sunday', 'America/New_York', 'FREQ=MONTHLY;BYDAY=2SU', '2024-02-11 02:30', '2024-02-01', '2024-05-01',
 '02-11 07:30, 03-10 07:30, 04-14 06:30'),
('gap, YEARLY', 'America/New_York', 'FREQ=YEARLY', '2023-03-10 02:30', '2023-01-01', '2026-01-01',
 '03-10 07:30, 03-10 07:30, 03-10 06:30'),
('gap, every 8 hours is 8 hours', 'America/New_York', 'FREQ=HOURLY;INTERVAL=8', '2024-03-09 08:00', '2024-03-01', '2024-03-11',
 '03-09 13:00, 03-09 21:00, 03-10 05:00, 03-10 13:00, 03-10 21:00'),
('gap, HOURLY with BYHOUR of the wall clock: there is no 2 o''clock', 'America/New_York', 'FREQ=HOURLY;BYHOUR=2,3', '2024-03-09 00:00', '2024-03-01', '2024-03-12',
 '03-09 07:00, 03-09 08:00, 03-10 07:00, 03-11 06:00, 03-11 07:00'),
('gap, MINUTELY', 'America/New_York', 'FREQ=MINUTELY;INTERVAL=30', '2024-03-10 01:00', '2024-03-01', '2024-03-10 08:30Z',
 '03-10 06:00, 03-10 06:30, 03-10 07:00, 03-10 07:30, 03-10 08:00'),
('gap, MINUTELY begun in the gap: 02:30 EST, 03:30 EDT', 'America/New_York', 'FREQ=MINUTELY;INTERVAL=20;COUNT=3', '2024-03-10 02:30', '2024-03-01', '2024-04-01',
 '03-10 07:30, 03-10 07:50, 03-10 08:10'),
('gap, DAILY begun in the gap', 'America/New_York', 'FREQ=DAILY;COUNT=2', '2024-03-10 02:30', '2024-03-01', '2024-04-01',
 '03-10 07:30, 03-11 06:30'),
('overlap, DAILY: the first 01:30, once', 'America/New_York', 'FREQ=DAILY', '2024-11-02 01:30', '2024-11-01', '2024-11-05',
 '11-02 05:30, 11-03 05:30, 11-04 06:30'),
('overlap, WEEKLY', 'America/New_York', 'FREQ=WEEKLY', '2024-10-27 01:30', '2024-10-01', '2024-11-11',
 '10-27 05:30, 11-03 05:30, 11-10 06:30'),
('overlap, every 8 hours is 8 hours', 'America/New_York', 'FREQ=HOURLY;INTERVAL=8', '2024-11-02 08:00', '2024-11-01', '2024-11-04',
 '11-02 12:00, 11-02 20:00, 11-03 04:00, 11-03 12:00, 11-03 20:00'),
('overlap, HOURLY: both hours that the clock calls 1', 'America/New_York', 'FREQ=HOURLY;BYHOUR=1,2', '2024-11-02 00:00', '2024-11-01', '2024-11-05',
 '11-02 05:00, 11-02 06:00, 11-03 05:00, 11-03 06:00, 11-03 07:00, 11-04 06:00, 11-04 07:00'),
('overlap, MINUTELY', 'America/New_York', 'FREQ=MINUTELY;INTERVAL=30', '2024-11-03 01:00', '2024-11-01', '2024-11-03 07:30Z',
 '11-03 05:00, 11-03 05:30, 11-03 06:00, 11-03 06:30, 11-03 07:00'),
('overlap, COUNT of elapsed hours', 'America/New_York', 'FREQ=HOURLY;COUNT=4', '2024-11-03 00:00', '2024-11-01', '2024-12-01',
 '11-03 04:00, 11-03 05:00, 11-03 06:00, 11-03 07:00'),
('UNTIL on the wall clock, in the gap', 'America/New_York', 'FREQ=DAILY;UNTIL=20240310T023000', '2024-03-09 02:30', '2024-03-01', '2024-04-01',
 '03-09 07:30, 03-10 07:30'),
('UNTIL as an instant, in the gap', 'America/New_York', 'FREQ=DAILY;UNTIL=20240310T073000Z', '2024-03-09 02:30', '2024-03-01', '2024-04-01',
 '03-09 07:30, 03-10 07:30'),
('UNTIL as an instant, a second before', 'America/New_York', 'FREQ=DAILY;UNTIL=20240310T072959Z', '2024-03-09 02:30', '2024-03-01', '2024-04-01',
 '03-09 07:30'),
('a window that begins where the gap ends', 'America/New_York', 'FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=30', '2024-03-01 00:00', '2024-03-10 07:00Z', '2024-03-10 08:00Z',
 '03-10 07:30'),
('a window that is the second reading of the overlap', 'America/New_York', 'FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,30', '2024-11-01 00:00', '2024-11-03 06:00Z', '2024-11-03 07:30Z',
 '11-03 07:00'),
-- Australia/Lord_Howe: half an hour.  7 April 2024, 02:00 (+11) becomes 01:30 (+10:30), at 6 April 15:00Z.
--                                     6 October 2024, 02:00 (+10:30) becomes 02:30 (+11), at 5 October 15:30Z.
('half an hour, gap, DAILY: 02:15 becomes 02:45', 'Australia/Lord_Howe', 'FREQ=DAILY', '2024-10-05 02:15', '2024-10-01', '2024-10-08',
 '10-04 15:45, 10-05 15:45, 10-06 15:15, 10-07 15:15'),
('half an hour, gap, WEEKLY', 'Australia/Lord_Howe', 'FREQ=WEEKLY;BYDAY=SU', '2024-09-29 02:15', '2024-09-01', '2024-10-14',
 '09-28 15:45, 10-05 15:45, 10-12 15:15'),
('half an hour, gap, DAILY: 02:15 and 02:45 become one', 'Australia/Lord_Howe', 'FREQ=DAILY;BYHOUR=2;BYMINUTE=15,45', '2024-10-06 00:00', '2024-10-01', '2024-10-07 00:00Z',
 '10-05 15:45, 10-06 15:15, 10-06 15:45'),
('half an hour, gap, HOURLY', 'Australia/Lord_Howe', 'FREQ=HOURLY', '2024-10-06 00:00', '2024-10-01', '2024-10-05 17:00Z',
 '10-05 13:30, 10-05 14:30, 10-05 15:30, 10-05 16:30'),
('half an hour, gap, MINUTELY', 'Australia/Lord_Howe', 'FREQ=MINUTELY;INTERVAL=15', '2024-10-06 01:30', '2024-10-01', '2024-10-05 16:00Z',
 '10-05 15:00, 10-05 15:15, 10-05 15:30, 10-05 15:45'),
('half an hour, overlap, DAILY: the first 01:45', 'Australia/Lord_Howe', 'FREQ=DAILY', '2024-04-06 01:45', '2024-04-01', '2024-04-09',
 '04-05 14:45, 04-06 14:45, 04-07 15:15, 04-08 15:15'),
('half an hour, overlap, WEEKLY', 'Australia/Lord_Howe', 'FREQ=WEEKLY', '2024-03-31 01:45', '2024-03-01', '2024-04-15',
 '03-30 14:45, 04-06 14:45, 04-13 15:15'),
('half an hour, overlap, HOURLY', 'Australia/Lord_Howe', 'FREQ=HOURLY', '2024-04-07 00:00', '2024-04-01', '2024-04-06 17:00Z',
 '04-06 13:00, 04-06 14:00, 04-06 15:00, 04-06 16:00'),
('half an hour, overlap, MINUTELY with BYMINUTE of the wall clock: 01:45 twice', 'Australia/Lord_Howe', 'FREQ=MINUTELY;BYMINUTE=45', '2024-04-07 00:00', '2024-04-01', '2024-04-06 16:30Z',
 '04-06 13:45, 04-06 14:45, 04-06 15:15, 04-06 16:15'),
('half an hour, HOURLY expands BYMINUTE in the hours it steps on', 'Australia/Lord_Howe', 'FREQ=HOURLY;BYMINUTE=0', '2024-04-05 12:00', '2024-04-07 00:00Z', '2024-04-07 03:00Z',
 '04-07 00:30, 04-07 01:30, 04-07 02:30'),
-- Pacific/Apia: 30 December 2011 did not happen.  29 December, 24:00 (-10) was
-- followed by 31 December, 00:00 (+14), at 30 December 10:00Z.
('no such day, DAILY: one dose for the 30th and the 31st', 'Pacific/Apia', 'FREQ=DAILY', '2011-12-28 08:00', '2011-12-01', '2012-01-02',
 '12-28 18:00, 12-29 18:00, 12-30 18:00, 12-31 18:00, 01-01 18:00'),
('no such day, DAILY twice a day', 'Pacific/Apia', 'FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0', '2011-12-29 00:00', '2011-12-01', '2012-01-01 00:00Z',
 '12-29 18:00, 12-30 06:00, 12-30 18:00, 12-31 06:00, 12-31 18:00'),
('no such day, WEEKLY on Friday, which it was: moved a day', 'Pacific/Apia', 'FREQ=WEEKLY', '2011-12-23 08:00', '2011-12-01', '2012-01-07',
 '12-23 18:00, 12-30 18:00, 01-05 18:00'),
('no such day, MONTHLY on the 30th', 'Pacific/Apia', 'FREQ=MONTHLY', '2011-11-30 08:00', '2011-11-01', '2012-02-01',
 '11-30 18:00, 12-30 18:00, 01-29 18:00'),
('no such day, every 8 hours', 'Pacific/Apia', 'FREQ=HOURLY;INTERVAL=8', '2011-12-29 08:00', '2011-12-01', '2011-12-31',
 '12-29 18:00, 12-30 02:00, 12-30 10:00, 12-30 18:00'),
('no such day, HOURLY on Friday: none', 'Pacific/Apia', 'FREQ=HOURLY;INTERVAL=6;BYDAY=TH,FR,SA', '2011-12-29 00:00', '2011-12-01', '2012-01-01 10:00Z',
 '12-29 10:00, 12-29 16:00, 12-29 22:00, 12-30 04:00, 12-30 10:00, 12-30 16:00, 12-30 22:00, 12-31 04:00'),
('no such day, MINUTELY', 'Pacific/Apia', 'FREQ=MINUTELY;INTERVAL=30', '2011-12-29 23:00', '2011-12-01', '2011-12-30 11:00Z',
 '12-30 09:00, 12-30 09:30, 12-30 10:00, 12-30 10:30'),
('a window of nothing but the day that was not', 'Pacific/Apia', 'FREQ=DAILY', '2011-12-01 08:00', '2011-12-30 10:00Z', '2011-12-31 10:00Z',
 '12-30 18:00'),
-- America/Caracas: 9 December 2007, 03:00 (-4) became 02:30 (-4:30), at 07:00Z;
--                  1 May 2016, 02:30 (-4:30) became 03:00 (-4), at 07:00Z.
('rules change, Caracas 2007, DAILY: the first 02:45', 'America/Caracas', 'FREQ=DAILY', '2007-12-08 02:45', '2007-12-01', '2007-12-11',
 '12-08 06:45, 12-09 06:45, 12-10 07:15'),
('rules change, Caracas 2007, HOURLY', 'America/Caracas', 'FREQ=HOURLY', '2007-12-09 01:00', '2007-12-01', '2007-12-09 09:00Z',
 '12-09 05:00, 12-09 06:00, 12-09 07:00, 12-09 08:00'),
('rules change, Caracas 2016, DAILY: 02:45 becomes 03:15', 'America/Caracas', 'FREQ=DAILY', '2016-04-30 02:45', '2016-04-01', '2016-05-03',
 '04-30 07:15, 05-01 07:15, 05-02 06:45'),
('rules change, Caracas 2016, WEEKLY', 'America/Caracas', 'FREQ=WEEKLY', '2016-04-24 02:45', '2016-04-01', '2016-05-09',
 '04-24 07:15, 05-01 07:15, 05-08 06:45'),
('rules change, Caracas 2016, MINUTELY', 'America/Caracas', 'FREQ=MINUTELY;INTERVAL=30', '2016-05-01 02:00', '2016-04-01', '2016-05-01 08:00Z',
 '05-01 06:30, 05-01 07:00, 05-01 07:30'),
-- Europe/Moscow: summer time for good on 27 March 2011, 02:00 (+3) became 03:00 (+4), at 26 March 23:00Z;
--                winter time for good on 26 October 2014, 02:00 (+4) became 01:00 (+3), at 25 October 22:00Z.
('rules change, Moscow 2011, DAILY', 'Europe/Moscow', 'FREQ=DAILY', '2011-03-26 02:30', '2011-03-01', '2011-03-29',
 '03-25 23:30, 03-26 23:30, 03-27 22:30, 03-28 22:30'),
('rules change, Moscow 2014, DAILY', 'Europe/Moscow', 'FREQ=DAILY', '2014-10-25 01:30', '2014-10-01', '2014-10-28',
 '10-24 21:30, 10-25 21:30, 10-26 22:30, 10-27 22:30'),
('rules change, Moscow: the winters before, between and after', 'Europe/Moscow', 'FREQ=YEARLY;INTERVAL=2', '2011-01-15 08:00', '2011-01-01', '2016-01-01',
 '01-15 05:00, 01-15 04:00, 01-15 05:00'),
('rules change, Moscow 2014, HOURLY', 'Europe/Moscow', 'FREQ=HOURLY;BYHOUR=1', '2014-10-25 00:00', '2014-10-01', '2014-10-27',
 '10-24 21:00, 10-25 21:00, 10-25 22:00, 10-26 22:00'),
-- Africa/Casablanca: Ramadan.  10 March 2024, 03:00 (+1) became 02:00 (+0), at 02:00Z;
--                              14 April 2024, 02:00 (+0) became 03:00 (+1), at 02:00Z.
('Ramadan, overlap, DAILY', 'Africa/Casablanca', 'FREQ=DAILY', '2024-03-09 02:30', '2024-03-01', '2024-03-12',
 '03-09 01:30, 03-10 01:30, 03-11 02:30'),
('Ramadan, gap, DAILY', 'Africa/Casablanca', 'FREQ=DAILY', '2024-04-13 02:30', '2024-04-01', '2024-04-16',
 '04-13 02:30, 04-14 02:30, 04-15 01:30'),
('Ramadan, WEEKLY', 'Africa/Casablanca', 'FREQ=WEEKLY;INTERVAL=2', '2024-03-03 08:00', '2024-03-01', '2024-05-01',
 '03-03 07:00, 03-17 08:00, 03-31 08:00, 04-14 07:00, 04-28 07:00'),
('Ramadan, HOURLY', 'Africa/Casablanca', 'FREQ=HOURLY;INTERVAL=12', '2024-03-09 08:00', '2024-03-01', '2024-03-11',
 '03-09 07:00, 03-09 19:00, 03-10 07:00, 03-10 19:00');

SELECT plan((SELECT count(*)::int * 2 FROM jump) + 15);

SELECT is(pg_temp.instants(rule, starts_at, zone, lower, upper), instants, title)
FROM jump
ORDER BY n;

-- The same sets seen one by one: each instant is an occurrence, and follows the
-- one before.
SELECT ok((SELECT bool_and(medsched.is_occurrence(rule, starts_at, zone, o)
             AND medsched.next_occurrence(rule, starts_at, zone, coalesce(previous, lower - interval '1 second')) = o
             AND (previous IS NULL OR medsched.previous_occurrence(rule, starts_at, zone, o) = previous))
           FROM (SELECT o, lag(o) OVER (ORDER BY o) AS previous
                 FROM medsched.occurrences(rule, starts_at, zone, lower, upper) AS o) AS sequence),
  'one by one: ' || title)
FROM jump
ORDER BY n;

-- What is no occurrence.
SELECT ok(NOT medsched.is_occurrence('FREQ=DAILY', '2024-03-08 02:30', 'America/New_York', '2024-03-10 06:30Z'),
  '02:30 in the gap is not also 01:30');
SELECT ok(NOT medsched.is_occurrence('FREQ=DAILY', '2024-11-01 01:30', 'America/New_York', '2024-11-03 06:30Z'),
  'the second 01:30 is no dose');
SELECT ok(medsched.is_occurrence('FREQ=HOURLY', '2024-11-01 01:30', 'America/New_York', '2024-11-03 06:30Z'),
  'but an hour is an hour');
SELECT ok(NOT medsched.is_occurrence('FREQ=WEEKLY', '2011-12-23 08:00', 'Pacific/Apia', '2011-12-29 18:00Z'),
  'the Friday that was not is not the Thursday before');

-- Extra and excluded dates are wall clock, and move as a dose does.
SELECT results_eq($$SELECT medsched.occurrences(NULL, '2024-03-09 08:00', 'America/New_York', '2024-03-01', '2024-04-01', rdates => '{2024-03-10 02:30}')$$,
  $$VALUES ('2024-03-09 13:00Z'::timestamptz), ('2024-03-10 07:30Z')$$, 'an extra date in the gap');
SELECT results_eq($$SELECT medsched.occurrences('FREQ=DAILY', '2024-03-09 02:30', 'America/New_York', '2024-03-01', '2024-03-12', exdates => '{2024-03-10 02:30}')$$,
  $$VALUES ('2024-03-09 07:30Z'::timestamptz), ('2024-03-11 06:30Z')$$, 'an excluded date in the gap');
SELECT results_eq($$SELECT medsched.occurrences(NULL, '2024-11-02 08:00', 'America/New_York', '2024-11-01', '2024-12-01', rdates => '{2024-11-03 01:30}')$$,
  $$VALUES ('2024-11-02 12:00Z'::timestamptz), ('2024-11-03 05:30Z')$$, 'an extra date in the overlap is its first reading');

-- No dose is lost or doubled over the 7305 days of twenty years.  In Apia they
-- hold 7306 dates, one of which was not.
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=DAILY', '2000-01-01 02:30', zone, '2000-01-01', '2020-01-01')), 7305::bigint,
  'a dose for each day of twenty years: ' || zone)
FROM (VALUES (1, 'America/New_York'), (2, 'Australia/Lord_Howe'), (3, 'Europe/Moscow'),
             (4, 'Africa/Casablanca'), (5, 'Pacific/Apia')) AS z(n, zone)
ORDER BY n;
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=HOURLY', '2000-01-01 00:30', zone, '2001-01-01', '2011-01-01')), 87648::bigint,
  'an hour for each hour of ten years: ' || zone)
FROM (VALUES (1, 'America/New_York'), (2, 'Australia/Lord_Howe'), (3, 'Pacific/Apia')) AS z(n, zone)
ORDER BY n;

SELECT * FROM finish();
ROLLBACK;
