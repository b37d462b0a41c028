\i test/setup.psql
BEGIN;

-- Rules at the edges of what they can name, in UTC: the last position there may be, weeks
-- that begin in another year, dates that SKIP moves out of their month, starts before 2000.
-- Worked out by hand from the calendar.  2026-01-01 is a Thursday, as is 2026-12-31.
CREATE TEMP TABLE rules (
  n int GENERATED ALWAYS AS IDENTITY, title text, rule text, starts_at timestamp, lower timestamptz, upper timestamptz, expected text);
INSERT INTO rules (title, rule, starts_at, lower, upper, expected) VALUES
('BYSETPOS=366 of 1440', 'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59;BYSETPOS=366',
 '2026-01-01', '2026-01-01Z', '2026-01-03Z', '01-01 06:05, 01-02 06:05'),
('BYSETPOS=-366 of 1440', 'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59;BYSETPOS=-366',
 '2026-01-01', '2026-01-01Z', '2026-01-03Z', '01-01 17:54, 01-02 17:54'),
('BYSETPOS=365,366,-366,-365 of 1440', 'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59;BYSETPOS=365,366,-366,-365;COUNT=7',
 '2026-01-01', '2026-01-01Z', '2026-01-04Z', '01-01 06:04, 01-01 06:05, 01-01 17:54, 01-01 17:55, 01-02 06:04, 01-02 06:05, 01-02 17:54'),
('BYSETPOS=366,-366 of 368 (16 hours, 23 minutes)', 'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22;BYSETPOS=366,-366',
 '2026-01-01', '2026-01-01Z', '2026-01-02Z', '01-01 00:02, 01-01 15:20'),
('BYSETPOS=366,-366 of 720 (12 hours, 60 minutes)', 'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59;BYSETPOS=366,-366',
 '2026-01-01', '2026-01-01Z', '2026-01-02Z', '01-01 05:54, 01-01 06:05'),
('BYSETPOS=366,-366 of 736 (16 hours, 46 minutes)', 'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45;BYSETPOS=366,-366',
 '2026-01-01', '2026-01-01Z', '2026-01-02Z', '01-01 07:43, 01-01 08:02'),
('BYSETPOS=-366 of 366 or 365 days', 'FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-366',
 '2024-01-01', '2024-01-01Z', '2033-01-01Z', '2024-01-01 00:00, 2028-01-01 00:00, 2032-01-01 00:00'),
('BYSETPOS=366 of 366 or 365 days', 'FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366',
 '2024-01-01', '2024-01-01Z', '2033-01-01Z', '2024-12-31 00:00, 2028-12-31 00:00, 2032-12-31 00:00'),
('BYSETPOS=-365 of 366 or 365 days', 'FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=-365',
 '2024-01-01', '2024-01-01Z', '2026-01-01Z', '2024-01-02 00:00, 2025-01-01 00:00'),
('BYSETPOS beyond the set', 'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=5',
 '2026-01-01', '2026-01-01Z', '2027-01-01Z', '03-30 00:00, 06-29 00:00, 08-31 00:00, 11-30 00:00'),
('BYSETPOS from the end beyond the set', 'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-5',
 '2026-01-01', '2026-01-01Z', '2027-01-01Z', '03-02 00:00, 06-01 00:00, 08-03 00:00, 11-02 00:00'),
('BYSETPOS counts before the start, too', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,2',
 '2026-01-02', '2026-01-01Z', '2026-02-04Z', '01-02 00:00, 02-02 00:00, 02-03 00:00'),
('BYDAY=-5MO', 'FREQ=MONTHLY;BYDAY=-5MO',
 '2026-01-01', '2026-01-01Z', '2027-01-01Z', '03-02 00:00, 06-01 00:00, 08-03 00:00, 11-02 00:00'),
('BYDAY=5MO', 'FREQ=MONTHLY;BYDAY=5MO',
 '2026-01-01', '2026-01-01Z', '2027-01-01Z', '03-30 00:00, 06-29 00:00, 08-31 00:00, 11-30 00:00'),
('BYDAY=-4MO', 'FREQ=MONTHLY;BYDAY=-4MO',
 '2026-01-01', '2026-01-01Z', '2026-05-01Z', '01-05 00:00, 02-02 00:00, 03-09 00:00, 04-06 00:00'),
('BYDAY=-5MO in March of a year', 'FREQ=YEARLY;BYMONTH=3;BYDAY=-5MO',
 '2026-01-01', '2026-01-01Z', '2028-01-01Z', '2026-03-02 00:00, 2027-03-01 00:00'),
('BYDAY=-53TH: 2026 has 53, 2027 has not', 'FREQ=YEARLY;BYDAY=-53TH',
 '2026-01-01', '2026-01-01Z', '2028-01-01Z', '01-01 00:00'),
('BYDAY=53TH', 'FREQ=YEARLY;BYDAY=53TH',
 '2026-01-01', '2026-01-01Z', '2028-01-01Z', '12-31 00:00'),
('BYDAY=-52TH', 'FREQ=YEARLY;BYDAY=-52TH',
 '2026-01-01', '2026-01-01Z', '2028-01-01Z', '2026-01-08 00:00, 2027-01-07 00:00'),
('BYMONTHDAY=-31, SKIP=BACKWARD: the last of the month before', 'RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=MONTHLY;BYMONTHDAY=-31',
 '2026-01-01', '2026-01-01Z', '2027-01-01Z', '01-01 00:00, 01-31 00:00, 03-01 00:00, 03-31 00:00, 05-01 00:00, 05-31 00:00, 07-01 00:00, 08-01 00:00, 08-31 00:00, 10-01 00:00, 10-31 00:00, 12-01 00:00'),
('BYMONTHDAY=-31, SKIP=BACKWARD: a window of the last of March', 'RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=MONTHLY;BYMONTHDAY=-31',
 '2026-01-01', '2026-03-31Z', '2026-04-01Z', '03-31 00:00'),
('BYMONTHDAY=-31, SKIP=BACKWARD, begun that day', 'RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=MONTHLY;BYMONTHDAY=-31;COUNT=2',
 '2026-03-31', '2026-01-01Z', '2027-01-01Z', '03-31 00:00, 05-01 00:00'),
('BYMONTHDAY=-31, SKIP=FORWARD: the first of the month', 'RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY;BYMONTHDAY=-31',
 '2026-01-01', '2026-01-01Z', '2026-05-01Z', '01-01 00:00, 02-01 00:00, 03-01 00:00, 04-01 00:00'),
('BYMONTHDAY=-31, SKIP=OMIT', 'FREQ=MONTHLY;BYMONTHDAY=-31',
 '2026-01-01', '2026-01-01Z', '2026-08-01Z', '01-01 00:00, 03-01 00:00, 05-01 00:00, 07-01 00:00'),
('BYMONTHDAY=31, SKIP=BACKWARD', 'RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=MONTHLY;BYMONTHDAY=31',
 '2026-01-01', '2026-01-01Z', '2026-06-01Z', '01-31 00:00, 02-28 00:00, 03-31 00:00, 04-30 00:00, 05-31 00:00'),
('BYMONTHDAY=31, SKIP=FORWARD: February and April on the first after', 'RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY;BYMONTHDAY=31',
 '2026-01-01', '2026-01-01Z', '2026-06-01Z', '01-31 00:00, 03-01 00:00, 03-31 00:00, 05-01 00:00, 05-31 00:00'),
('BYMONTHDAY=31, SKIP=FORWARD: a window of 1 March', 'RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY;BYMONTHDAY=31',
 '2026-01-01', '2026-03-01Z', '2026-03-02Z', '03-01 00:00'),
('BYMONTHDAY=1,31, SKIP=FORWARD: 1 March once', 'RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY;BYMONTHDAY=1,31',
 '2026-01-01', '2026-02-01Z', '2026-04-01Z', '02-01 00:00, 03-01 00:00, 03-31 00:00'),
('BYYEARDAY=366, SKIP=BACKWARD', 'RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=YEARLY;BYYEARDAY=366',
 '2026-01-01', '2026-01-01Z', '2029-01-01Z', '2026-12-31 00:00, 2027-12-31 00:00, 2028-12-31 00:00'),
('BYYEARDAY=366, SKIP=FORWARD', 'RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=YEARLY;BYYEARDAY=366',
 '2026-01-01', '2026-01-01Z', '2029-01-01Z', '2027-01-01 00:00, 2028-01-01 00:00, 2028-12-31 00:00'),
('BYYEARDAY=-366, SKIP=BACKWARD', 'RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=YEARLY;BYYEARDAY=-366',
 '2026-01-01', '2026-01-01Z', '2029-01-01Z', '2026-12-31 00:00, 2028-01-01 00:00, 2028-12-31 00:00'),
('29 February, SKIP=BACKWARD', 'RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=YEARLY',
 '2024-02-29', '2024-01-01Z', '2029-01-01Z', '2024-02-29 00:00, 2025-02-28 00:00, 2026-02-28 00:00, 2027-02-28 00:00, 2028-02-29 00:00'),
('BYWEEKNO=1 begins in December', 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO',
 '2024-12-01', '2024-12-01Z', '2027-12-31Z', '2024-12-30 00:00, 2025-12-29 00:00, 2027-01-04 00:00'),
('BYWEEKNO=1: a window of its first day', 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO',
 '2024-12-01', '2025-12-29Z', '2025-12-30Z', '12-29 00:00'),
('BYWEEKNO=53 ends in January', 'FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU',
 '2026-01-01', '2026-01-01Z', '2030-01-01Z', '01-03 00:00'),
('BYWEEKNO=-1', 'FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU',
 '2025-01-01', '2025-01-01Z', '2028-01-03Z', '2025-12-28 00:00, 2027-01-03 00:00, 2028-01-02 00:00'),
('BYWEEKNO=-53: 2026 alone has so many', 'FREQ=YEARLY;BYWEEKNO=-53;BYDAY=MO',
 '2025-01-01', '2025-01-01Z', '2029-01-01Z', '12-29 00:00'),
('BYWEEKNO=-52', 'FREQ=YEARLY;BYWEEKNO=-52;BYDAY=MO',
 '2025-12-29', '2025-12-29Z', '2028-01-03Z', '2026-01-05 00:00, 2027-01-04 00:00'),
('BYWEEKNO=1 with WKST=SU', 'FREQ=YEARLY;BYWEEKNO=1;BYDAY=SU;WKST=SU',
 '2025-12-01', '2025-12-01Z', '2028-01-01Z', '2026-01-04 00:00, 2027-01-03 00:00'),
('every 8 hours, UNTIL a date', 'FREQ=HOURLY;INTERVAL=8;UNTIL=20260102',
 '2026-01-01 07:59:59', '2026-01-01Z', '2026-01-10Z', '01-01 07:59, 01-01 15:59, 01-01 23:59, 01-02 07:59, 01-02 15:59, 01-02 23:59'),
('every 8 hours, UNTIL a wall-clock time', 'FREQ=HOURLY;INTERVAL=8;UNTIL=20260102T000000',
 '2026-01-01 08:00', '2026-01-01Z', '2026-01-10Z', '01-01 08:00, 01-01 16:00, 01-02 00:00'),
('every 8 hours, UNTIL a second less', 'FREQ=HOURLY;INTERVAL=8;UNTIL=20260101T235959',
 '2026-01-01 08:00', '2026-01-01Z', '2026-01-10Z', '01-01 08:00, 01-01 16:00'),
('before 2000: every 6 hours at 5', 'FREQ=HOURLY;INTERVAL=6;BYHOUR=5',
 '1999-12-30 23:00', '1999-12-30Z', '2000-01-03Z', '1999-12-31 05:00, 2000-01-01 05:00, 2000-01-02 05:00'),
('before 2000: every 15 minutes at 14', 'FREQ=MINUTELY;INTERVAL=15;BYMINUTE=14;BYHOUR=23,0',
 '1999-12-31 22:59', '1999-12-31Z', '2000-01-01 02:00Z', '1999-12-31 23:14, 2000-01-01 00:14'),
('before 2000: every 10 seconds at 9, and never at 5', 'FREQ=SECONDLY;INTERVAL=10;BYSECOND=9,5;BYMINUTE=59,0',
 '1999-12-31 23:59:39', '1999-12-31Z', '2000-01-01 00:01:05Z', '01-01 00:00'),
('before 2000: every second week', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO',
 '1999-12-19', '1999-12-19Z', '2000-01-18Z', '1999-12-19 00:00, 1999-12-27 00:00, 2000-01-02 00:00, 2000-01-10 00:00, 2000-01-16 00:00'),
('before 2000: every second week from Sunday', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU',
 '1999-12-19', '1999-12-19Z', '2000-01-18Z', '1999-12-19 00:00, 1999-12-20 00:00, 2000-01-02 00:00, 2000-01-03 00:00, 2000-01-16 00:00, 2000-01-17 00:00'),
('before 2000: every fifth month', 'FREQ=MONTHLY;INTERVAL=5',
 '1999-04-30', '1999-01-01Z', '2001-01-01Z', '1999-04-30 00:00, 1999-09-30 00:00, 2000-07-30 00:00, 2000-12-30 00:00'),
('year 1: every third year', 'FREQ=YEARLY;INTERVAL=3',
 '0001-02-28', '0001-01-01Z', '0011-01-01Z', '0001-02-28 00:00, 0004-02-28 00:00, 0007-02-28 00:00, 0010-02-28 00:00');

SELECT plan(3 * (SELECT count(*)::int FROM rules) + 9);

-- As "MM-DD HH24:MI", with the year where there is more than one.
CREATE FUNCTION pg_temp.written(occurrences timestamptz[]) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(o AT TIME ZONE 'UTC', CASE WHEN many THEN 'YYYY-' ELSE '' END || 'MM-DD HH24:MI'), ', ' ORDER BY n)
  FROM unnest(occurrences) WITH ORDINALITY AS u(o, n),
    (SELECT count(DISTINCT extract(year FROM o AT TIME ZONE 'UTC')) > 1 FROM unnest(occurrences) AS o) AS years(many)
$$;
SELECT is(pg_temp.written(ARRAY(SELECT medsched.occurrences(rule, starts_at, 'UTC', lower, upper))), expected, title)
FROM rules ORDER BY n;
-- A window that ends a second after one has it and none after; one that begins there has it first.
SELECT ok((SELECT bool_and(
    ARRAY(SELECT medsched.occurrences(rule, starts_at, 'UTC', lower, all_of[i] + interval '1 second')) = all_of[:i]
    AND ARRAY(SELECT medsched.occurrences(rule, starts_at, 'UTC', lower, all_of[i])) = all_of[:i - 1]
    AND ARRAY(SELECT medsched.occurrences(rule, starts_at, 'UTC', all_of[i], upper)) = all_of[i:])
  FROM (SELECT ARRAY(SELECT medsched.occurrences(rule, starts_at, 'UTC', lower, upper))) AS w(all_of), generate_subscripts(all_of, 1) AS i),
  'cut anywhere: ' || title)
FROM rules ORDER BY n;
SELECT ok((SELECT bool_and(medsched.is_occurrence(rule, starts_at, 'UTC', all_of[i])
    AND NOT medsched.is_occurrence(rule, starts_at, 'UTC', all_of[i] - interval '1 day 1 second')
    AND (i = 1 OR medsched.next_occurrence(rule, starts_at, 'UTC', all_of[i - 1]) = all_of[i]
         AND medsched.previous_occurrence(rule, starts_at, 'UTC', all_of[i]) = all_of[i - 1]))
  FROM (SELECT ARRAY(SELECT medsched.occurrences(rule, starts_at, 'UTC', lower, upper))) AS w(all_of), generate_subscripts(all_of, 1) AS i),
  'one by one: ' || title)
FROM rules ORDER BY n;

-- Dates beside the rule.
CREATE FUNCTION pg_temp.dated(rule text, rdates timestamp[], exdates timestamp[]) RETURNS text LANGUAGE sql AS
$$SELECT pg_temp.written(ARRAY(SELECT medsched.occurrences(rule, '2026-01-05 08:00', 'UTC', '2025-01-01Z', '2026-01-08Z', rdates, exdates)))$$;
SELECT is(pg_temp.dated('FREQ=DAILY', '{2026-01-04 08:00, 2026-01-05 07:59:59}', '{}'), '01-05 08:00, 01-06 08:00, 01-07 08:00',
  'rdates before starts_at are no doses');
SELECT is(pg_temp.dated('FREQ=DAILY;BYHOUR=9', '{2026-01-05 08:00}', '{}'), '01-05 08:00, 01-05 09:00, 01-06 09:00, 01-07 09:00',
  'one at starts_at is');
SELECT is(pg_temp.dated(NULL, '{2026-01-04 08:00, 2026-01-06 08:00, 2026-01-06 08:00}', '{}'), '01-05 08:00, 01-06 08:00', 'without a rule: the same');
SELECT is(pg_temp.dated('FREQ=DAILY', '{2026-01-06 08:00, 2026-01-06 10:00}', '{2026-01-06 10:00}'), '01-05 08:00, 01-06 08:00, 01-07 08:00',
  'one left out by exdates is none; one that the rule names is one');
SELECT is(pg_temp.dated('FREQ=DAILY', '{2026-01-06 08:00}', '{2026-01-06 08:00}'), '01-05 08:00, 01-07 08:00', 'exdates leave out what rule and rdates have');
SELECT is(pg_temp.dated('FREQ=DAILY;COUNT=2', '{2026-01-07 08:00, 2026-01-05 12:00}', '{2026-01-05 08:00}'), '01-05 12:00, 01-06 08:00, 01-07 08:00',
  'COUNT counts the rule''s alone, and those left out');
SELECT is(medsched.next_occurrence('FREQ=DAILY', '2026-01-05 08:00', 'UTC', '-infinity', rdates => '{2026-01-04 08:00}'), '2026-01-05 08:00Z', 'the first of all is none before starts_at');
SELECT is(medsched.is_occurrence('FREQ=DAILY', '2026-01-05 08:00', 'UTC', '2026-01-04 08:00Z', rdates => '{2026-01-04 08:00}'), false, 'nor is that one');
-- BYSETPOS counts what the clocks jump over: 02:00 on 29 March 2026 is 03:00 in Berlin.
SELECT results_eq($$SELECT o AT TIME ZONE 'Europe/Berlin' FROM medsched.occurrences('FREQ=DAILY;BYHOUR=1,2,3;BYSETPOS=2', '2026-03-28', 'Europe/Berlin', '2026-03-28Z', '2026-03-31Z') AS o$$,
  $$VALUES (timestamp '2026-03-28 02:00'), ('2026-03-29 03:00'), ('2026-03-30 02:00')$$, 'BYSETPOS counts a time in a gap');

SELECT * FROM finish();
ROLLBACK;
