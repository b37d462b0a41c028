\i test/setup.psql
BEGIN;

-- What the RFCs forbid, with the reason; what may be written otherwise; rules
-- made to run for ever.

-- The error of a rule: SQLSTATE, message, and its detail or hint.
CREATE FUNCTION pg_temp.refusal(rule text, OUT state text, OUT message text, OUT reason text) LANGUAGE plpgsql AS $$
DECLARE
  detail text;
  hint text;
BEGIN
  PERFORM rule::medsched.rrule;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  reason := concat_ws(' ', nullif(detail, ''), nullif(hint, ''));
END
$$;

CREATE TEMP TABLE forbidden (n int GENERATED ALWAYS AS IDENTITY, rule text, message text, reason text);

INSERT INTO forbidden (rule, message, reason) VALUES
-- The grammar.
('', 'the text is empty', 'Write for example FREQ=DAILY;BYHOUR=8.'),
('RRULE:', 'the text is empty', 'Write for example FREQ=DAILY;BYHOUR=8.'),
('every day', 'part "EVERY DAY" has no value', 'Write parts as NAME=value, separated by single semicolons.'),
('FREQ', 'part "FREQ" has no value', 'Write parts as NAME=value, separated by single semicolons.'),
('FREQ=DAILY;;', 'a part is empty', 'Write parts as NAME=value, separated by single semicolons.'),
('FREQ=DAILY;;COUNT=1', 'a part is empty', 'Write parts as NAME=value, separated by single semicolons.'),
(' FREQ=DAILY', 'unknown part " FREQ"', 'The parts are those of RFC 5545 section 3.3.10, and RSCALE and SKIP of RFC 7529.'),
('FREQ=DAILY;BYEASTER=0', 'unknown part "BYEASTER"', 'The parts are those of RFC 5545 section 3.3.10, and RSCALE and SKIP of RFC 7529.'),
('FREQ=DAILY;X-PART=1', 'unknown part "X-PART"', 'The parts are those of RFC 5545 section 3.3.10, and RSCALE and SKIP of RFC 7529.'),
('COUNT=3', 'no FREQ', 'RFC 5545 section 3.3.10: FREQ is required. Add for example FREQ=DAILY.'),
('FREQ=FORTNIGHTLY', 'FREQ value "FORTNIGHTLY" is not valid', 'FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.'),
-- Parts that come twice.
('FREQ=DAILY;FREQ=WEEKLY', 'FREQ is given twice', 'RFC 5545 section 3.3.10: a part must not occur more than once.'),
('FREQ=DAILY;INTERVAL=1;INTERVAL=1', 'INTERVAL is given twice', 'RFC 5545 section 3.3.10: a part must not occur more than once.'),
('FREQ=DAILY;COUNT=1;COUNT=1', 'COUNT is given twice', 'RFC 5545 section 3.3.10: a part must not occur more than once.'),
('FREQ=DAILY;UNTIL=20300101;UNTIL=20300101', 'UNTIL is given twice', 'RFC 5545 section 3.3.10: a part must not occur more than once.'),
('FREQ=DAILY;WKST=MO;WKST=MO', 'WKST is given twice', 'RFC 5545 section 3.3.10: a part must not occur more than once.'),
('FREQ=DAILY;BYHOUR=8;BYHOUR=20', 'BYHOUR is given twice', 'RFC 5545 section 3.3.10: a part must not occur more than once.'),
('FREQ=WEEKLY;BYDAY=MO;byday=TU', 'BYDAY is given twice', 'RFC 5545 section 3.3.10: a part must not occur more than once.'),
-- Values out of range.
('FREQ=DAILY;INTERVAL=0', 'INTERVAL value "0" is not valid', 'It takes a whole number from 1 to 2147483647.'),
('FREQ=DAILY;INTERVAL=-1', 'INTERVAL value "-1" is not valid', 'It takes a whole number from 1 to 2147483647.'),
('FREQ=DAILY;INTERVAL=2147483648', 'INTERVAL value "2147483648" is not valid', 'It takes a whole number from 1 to 2147483647.'),
('FREQ=DAILY;INTERVAL=1.5', 'INTERVAL value "1.5" is not valid', 'It takes a whole number from 1 to 2147483647.'),
('FREQ=DAILY;COUNT=0', 'COUNT value "0" is not valid', 'It takes a whole number from 1 to 2147483647.'),
('FREQ=DAILY;COUNT=', 'COUNT value "" is not valid', 'It takes a whole number from 1 to 2147483647.'),
('FREQ=DAILY;COUNT=99999999999999999999', 'COUNT value "99999999999999999999" is not valid', 'It takes a whole number from 1 to 2147483647.'),
('FREQ=DAILY;BYSECOND=61', 'BYSECOND value "61" is not valid', 'BYSECOND takes whole numbers from 0 to 60.'),
('FREQ=DAILY;BYSECOND=-1', 'BYSECOND value "-1" is not valid', 'BYSECOND takes whole numbers from 0 to 60.'),
('FREQ=DAILY;BYMINUTE=60', 'BYMINUTE value "60" is not valid', 'BYMINUTE takes whole numbers from 0 to 59.'),
('FREQ=DAILY;BYHOUR=24', 'BYHOUR value "24" is not valid', 'BYHOUR takes whole numbers from 0 to 23.'),
('FREQ=DAILY;BYHOUR=8,24', 'BYHOUR value "24" is not valid', 'BYHOUR takes whole numbers from 0 to 23.'),
('FREQ=DAILY;BYHOUR=', 'BYHOUR value "" is not valid', 'BYHOUR takes whole numbers from 0 to 23.'),
('FREQ=DAILY;BYHOUR=8,', 'BYHOUR value "" is not valid', 'BYHOUR takes whole numbers from 0 to 23.'),
('FREQ=DAILY;BYHOUR=8;BYMINUTE=0 ', 'BYMINUTE value "0 " is not valid', 'BYMINUTE takes whole numbers from 0 to 59.'),
('FREQ=DAILY;BYHOUR=8 AM', 'BYHOUR value "8 AM" is not valid', 'BYHOUR takes whole numbers from 0 to 23.'),
('FREQ=WEEKLY;BYDAY=MON', 'BYDAY value "MON" is not valid',
 'BYDAY takes weekdays MO, TU, WE, TH, FR, SA, SU, each with or without a number from 1 to 53, or the same below zero to count from the end.'),
('FREQ=MONTHLY;BYDAY=0MO', 'BYDAY value "0MO" is not valid',
 'BYDAY takes weekdays MO, TU, WE, TH, FR, SA, SU, each with or without a number from 1 to 53, or the same below zero to count from the end.'),
('FREQ=YEARLY;BYDAY=54MO', 'BYDAY value "54MO" is not valid',
 'BYDAY takes weekdays MO, TU, WE, TH, FR, SA, SU, each with or without a number from 1 to 53, or the same below zero to count from the end.'),
('FREQ=MONTHLY;BYDAY=-MO', 'BYDAY value "-MO" is not valid',
 'BYDAY takes weekdays MO, TU, WE, TH, FR, SA, SU, each with or without a number from 1 to 53, or the same below zero to count from the end.'),
('FREQ=MONTHLY;BYMONTHDAY=0', 'BYMONTHDAY value "0" is not valid',
 'BYMONTHDAY takes whole numbers from 1 to 31, or the same below zero to count from the end.'),
('FREQ=MONTHLY;BYMONTHDAY=-32', 'BYMONTHDAY value "-32" is not valid',
 'BYMONTHDAY takes whole numbers from 1 to 31, or the same below zero to count from the end.'),
('FREQ=YEARLY;BYYEARDAY=367', 'BYYEARDAY value "367" is not valid',
 'BYYEARDAY takes whole numbers from 1 to 366, or the same below zero to count from the end.'),
('FREQ=YEARLY;BYWEEKNO=54', 'BYWEEKNO value "54" is not valid',
 'BYWEEKNO takes whole numbers from 1 to 53, or the same below zero to count from the end.'),
('FREQ=YEARLY;BYMONTH=13', 'BYMONTH value "13" is not valid', 'BYMONTH takes whole numbers from 1 to 12.'),
('FREQ=YEARLY;BYMONTH=-1', 'BYMONTH value "-1" is not valid', 'BYMONTH takes whole numbers from 1 to 12.'),
('RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=5L', 'BYMONTH value "5L" is not valid', 'BYMONTH takes whole numbers from 1 to 12.'),
('FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0', 'BYSETPOS value "0" is not valid',
 'BYSETPOS takes whole numbers from 1 to 366, or the same below zero to count from the end.'),
('FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-367', 'BYSETPOS value "-367" is not valid',
 'BYSETPOS takes whole numbers from 1 to 366, or the same below zero to count from the end.'),
('FREQ=WEEKLY;WKST=1MO', 'WKST value "1MO" is not valid', 'WKST takes MO, TU, WE, TH, FR, SA or SU.'),
-- UNTIL.
('FREQ=DAILY;UNTIL=tomorrow', 'UNTIL value "TOMORROW" is not valid',
 'UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC (20261231T235959Z).'),
('FREQ=DAILY;UNTIL=2026-12-31', 'UNTIL value "2026-12-31" is not valid',
 'UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC (20261231T235959Z).'),
('FREQ=DAILY;UNTIL=20261231T2359', 'UNTIL value "20261231T2359" is not valid',
 'UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC (20261231T235959Z).'),
('FREQ=DAILY;UNTIL=20261231T235959+0100', 'UNTIL value "20261231T235959+0100" is not valid',
 'UNTIL takes a date (20261231), a local time (20261231T235959) or a time in UTC (20261231T235959Z).'),
('FREQ=DAILY;UNTIL=20260230', 'UNTIL names no date and time of the calendar', 'It reads 2026-02-30 00:00:00.'),
('FREQ=DAILY;UNTIL=20261301T000000', 'UNTIL names no date and time of the calendar', 'It reads 2026-13-01 00:00:00.'),
('FREQ=DAILY;UNTIL=20261231T240000', 'UNTIL names no date and time of the calendar', 'It reads 2026-12-31 24:00:00.'),
('FREQ=DAILY;UNTIL=20300101;COUNT=3', 'both UNTIL and COUNT',
 'RFC 5545 section 3.3.10: UNTIL and COUNT must not occur in the same rule. Keep one of the two.'),
-- Parts that may not stand together.
('FREQ=DAILY;BYDAY=1MO', 'BYDAY with a number and FREQ=DAILY',
 'RFC 5545 section 3.3.10: a number counts weekdays within a month or a year. Give the weekdays without numbers, or use MONTHLY or YEARLY.'),
('FREQ=WEEKLY;BYDAY=MO,-1TU', 'BYDAY with a number and FREQ=WEEKLY',
 'RFC 5545 section 3.3.10: a number counts weekdays within a month or a year. Give the weekdays without numbers, or use MONTHLY or YEARLY.'),
('BYDAY=1MO;FREQ=HOURLY', 'BYDAY with a number and FREQ=HOURLY',
 'RFC 5545 section 3.3.10: a number counts weekdays within a month or a year. Give the weekdays without numbers, or use MONTHLY or YEARLY.'),
('FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO', 'BYDAY with a number and BYWEEKNO',
 'RFC 5545 section 3.3.10: BYDAY must not have a number when BYWEEKNO is given. Give the weekdays without numbers.'),
('FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY with FREQ=WEEKLY',
 'RFC 5545 section 3.3.10 forbids BYMONTHDAY here: a week has no days of the month of its own.'),
('FREQ=DAILY;BYYEARDAY=1', 'BYYEARDAY with FREQ=DAILY',
 'RFC 5545 section 3.3.10 forbids BYYEARDAY here: it is only for YEARLY and for frequencies below a day.'),
('FREQ=WEEKLY;BYYEARDAY=1', 'BYYEARDAY with FREQ=WEEKLY',
 'RFC 5545 section 3.3.10 forbids BYYEARDAY here: it is only for YEARLY and for frequencies below a day.'),
('FREQ=MONTHLY;BYYEARDAY=1', 'BYYEARDAY with FREQ=MONTHLY',
 'RFC 5545 section 3.3.10 forbids BYYEARDAY here: it is only for YEARLY and for frequencies below a day.'),
('FREQ=MONTHLY;BYWEEKNO=1', 'BYWEEKNO with FREQ=MONTHLY', 'RFC 5545 section 3.3.10 forbids BYWEEKNO here: it is only for YEARLY.'),
('FREQ=WEEKLY;BYWEEKNO=1', 'BYWEEKNO with FREQ=WEEKLY', 'RFC 5545 section 3.3.10 forbids BYWEEKNO here: it is only for YEARLY.'),
('FREQ=DAILY;BYWEEKNO=1', 'BYWEEKNO with FREQ=DAILY', 'RFC 5545 section 3.3.10 forbids BYWEEKNO here: it is only for YEARLY.'),
('FREQ=HOURLY;BYWEEKNO=1', 'BYWEEKNO with FREQ=HOURLY', 'RFC 5545 section 3.3.10 forbids BYWEEKNO here: it is only for YEARLY.'),
('FREQ=MONTHLY;BYSETPOS=1', 'BYSETPOS alone',
 'RFC 5545 section 3.3.10: BYSETPOS must be used with another BY part. Add the BY part whose set it selects from, for example BYDAY.'),
-- RFC 7529.
('FREQ=MONTHLY;SKIP=BACKWARD', 'SKIP without RSCALE', 'RFC 7529 section 4.1: SKIP must not be present unless RSCALE is. Add RSCALE=GREGORIAN.'),
('RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=YES', 'SKIP value "YES" is not valid', 'SKIP takes OMIT, BACKWARD or FORWARD.');

-- Spellings that mean the same: the first and the second of a pair.
CREATE TEMP TABLE spelling (n int GENERATED ALWAYS AS IDENTITY, title text, rule text, plain text);

INSERT INTO spelling (title, rule, plain) VALUES
('lower case', 'freq=monthly;byday=-1fr;count=5', 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=5'),
('a leading RRULE:', 'RRULE:FREQ=WEEKLY;BYDAY=MO', 'FREQ=WEEKLY;BYDAY=MO'),
('a leading rrule:', 'rrule:FREQ=WEEKLY;BYDAY=MO', 'FREQ=WEEKLY;BYDAY=MO'),
('parts in any order', 'BYDAY=MO,WE;COUNT=20;INTERVAL=2;WKST=SU;FREQ=WEEKLY', 'FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE;COUNT=20'),
('lists in any order', 'FREQ=DAILY;BYHOUR=20,8;BYMINUTE=30,0', 'FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0,30'),
('values given twice', 'FREQ=DAILY;BYHOUR=8,20,8', 'FREQ=DAILY;BYHOUR=8,20'),
('a plus sign', 'FREQ=MONTHLY;BYMONTHDAY=+1,+15', 'FREQ=MONTHLY;BYMONTHDAY=1,15'),
('leading zeros', 'FREQ=DAILY;BYHOUR=08;BYMINUTE=00;COUNT=010', 'FREQ=DAILY;BYHOUR=8;BYMINUTE=0;COUNT=10'),
('the defaults', 'FREQ=WEEKLY;INTERVAL=1;WKST=MO;BYDAY=SU,MO', 'FREQ=WEEKLY;BYDAY=SU,MO'),
('RSCALE=GREGORIAN alone', 'RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31', 'FREQ=MONTHLY;BYMONTHDAY=31'),
('SKIP=OMIT', 'RSCALE=GREGORIAN;SKIP=OMIT;FREQ=MONTHLY;BYMONTHDAY=31', 'FREQ=MONTHLY;BYMONTHDAY=31'),
('second 60, which RFC 5545 section 3.3.12 reads as 59', 'FREQ=DAILY;BYSECOND=60', 'FREQ=DAILY;BYSECOND=59');

SELECT plan(2 * (SELECT count(*)::int FROM forbidden) + (SELECT count(*)::int FROM spelling) + 26);

SELECT is(r.state || ': ' || r.message, '22023: invalid recurrence rule: ' || f.message, 'refused: ' || f.rule)
FROM forbidden AS f CROSS JOIN LATERAL pg_temp.refusal(f.rule) AS r
ORDER BY n;
SELECT is(r.reason, f.reason, 'because: ' || f.reason)
FROM forbidden AS f CROSS JOIN LATERAL pg_temp.refusal(f.rule) AS r
ORDER BY n;

SELECT results_eq(
  format('SELECT medsched.occurrences(%L, %L, %L, %L, %L)', rule, '2026-01-30 08:00', 'UTC', '2026-01-01', '2028-01-01'),
  format('SELECT medsched.occurrences(%L, %L, %L, %L, %L)', plain, '2026-01-30 08:00', 'UTC', '2026-01-01', '2028-01-01'),
  'the same: ' || title)
FROM spelling
ORDER BY n;

-- Other calendars, and texts too long.
SELECT is(concat_ws(' | ', state, message, reason),
  '0A000 | recurrence rule not supported: RSCALE=CHINESE | Only RSCALE=GREGORIAN is supported.', 'another calendar is named')
FROM pg_temp.refusal('RSCALE=CHINESE;FREQ=YEARLY');
SELECT is(concat_ws(' | ', state, message, reason),
  '22023 | invalid recurrence rule: the text has 8193 bytes | A rule has at most 8192 bytes.', 'a text of 8193 bytes is refused')
FROM pg_temp.refusal('FREQ=DAILY;BYHOUR=' || repeat('1,', 4087) || '1');
SELECT lives_ok(format('SELECT %L::medsched.rrule', 'FREQ=DAILY;BYHOUR=' || repeat('1,', 4086) || '10'), 'one of 8192 is not');
SELECT is((pg_temp.refusal('FREQ=DAILY;BYHOUR=' || repeat('x', 5000))).message,
  'invalid recurrence rule: BYHOUR value "' || repeat('X', 40) || '" is not valid', 'a long value is cut in the message');

-- After an error, a rule that is valid is taken.
SELECT lives_ok($$SELECT 'FREQ=DAILY'::medsched.rrule$$, 'an error leaves nothing behind');

-- Rules made to run for ever: each answers within seconds for a year, on a busy machine too.
SET LOCAL statement_timeout = '10s';
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01 00:00', 'UTC', '2026-01-01', '2027-01-01')),
  0::bigint, 'every minute of 30 February');
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29', '2025-01-01 00:00', 'UTC', '2025-01-01', '2026-01-01')),
  0::bigint, 'every second of 29 February, in a common year');
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29', '2024-01-01 00:00', 'UTC', '2024-01-01', '2025-01-01')),
  86400::bigint, 'every second of 29 February, in a leap year');
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=HOURLY;INTERVAL=2;BYHOUR=18', '2026-01-01 09:00', 'UTC', '2026-01-01', '2027-01-01')),
  0::bigint, 'every second hour from an odd one, at 18');
-- 3:03:03 is 10983 = 7 x 1569 seconds after midnight, and a day is 6 more than
-- a multiple of 7 seconds: every seventh day, 53 times in 365 days.
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=3;BYSECOND=3;BYSETPOS=-1', '2026-01-01 00:00', 'UTC', '2026-01-01', '2027-01-01')),
  53::bigint, 'every seventh second at one second of the day');
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6', '2026-01-01 00:00', 'UTC', '2026-01-01', '2027-01-01')),
  0::bigint, 'week 53 in June');
SELECT throws_ok(
  format('SELECT medsched.occurrences(%L, %L, %L, %L, %L)', concat_ws(';', 'FREQ=YEARLY',
    (SELECT 'BYYEARDAY=' || string_agg(n::text, ',') FROM generate_series(1, 366) AS n),
    (SELECT 'BYHOUR=' || string_agg(n::text, ',') FROM generate_series(0, 23) AS n),
    (SELECT 'BYMINUTE=' || string_agg(n::text, ',') FROM generate_series(0, 59) AS n),
    (SELECT 'BYSECOND=' || string_agg(n::text, ',') FROM generate_series(0, 59) AS n)), '2026-01-01 00:00', 'UTC', '2026-01-01', '2027-01-01'),
  '54000', 'more than 100000 doses in the window', 'every second of the year, by lists');
SELECT throws_ok($$SELECT medsched.occurrences('FREQ=SECONDLY', '2026-01-01 00:00', 'UTC', '2026-01-01', '2027-01-01')$$,
  '54000', 'more than 100000 doses in the window', 'every second of the year');
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=SECONDLY;INTERVAL=2147483647', '0001-01-01 00:00', 'UTC', '2026-01-01', '2027-01-01')),
  0::bigint, 'every 68 years, in seconds');
SELECT is((SELECT count(*) FROM medsched.occurrences('FREQ=MINUTELY;INTERVAL=7;BYMONTHDAY=31;BYDAY=MO;BYHOUR=0;BYMINUTE=1', '0001-01-01 00:00', 'UTC', '9000-01-01', '9001-01-01')),
  0::bigint, 'every seventh minute of 31sts that are Mondays at one minute of the day, 9000 years on');
SELECT is(medsched.next_occurrence('FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30', '2026-01-01 00:00', 'UTC', '2026-01-01'), NULL,
  'there is no next minute of 30 February');
SELECT is(medsched.next_occurrence('FREQ=HOURLY;INTERVAL=2;BYHOUR=18', '2026-01-01 09:00', 'UTC', '2026-01-01'), NULL,
  'nor an even hour among odd ones');
SELECT is(medsched.next_occurrence('FREQ=MINUTELY;BYHOUR=8;BYDAY=MO;BYSETPOS=2', '2026-01-01 09:00', 'UTC', '2026-01-01'), NULL,
  'nor a second minute in sets of one');
SELECT is(medsched.previous_occurrence('FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30', '0001-01-01 00:00', 'UTC', '9999-01-01'), NULL,
  'nor one before');
SELECT is(medsched.is_occurrence('FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=3;BYSECOND=3;COUNT=500', '1900-01-01 00:00', 'UTC', '1900-01-08 03:03:03'), true,
  'a rare second is found among those that count');
RESET statement_timeout;

-- What does take long can be cancelled within 100 ms.  A machine that is busy
-- may be late once; not three times.
CREATE FUNCTION pg_temp.late_by(query text) RETURNS interval LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE query;
  RETURN NULL;
EXCEPTION WHEN query_canceled THEN
  RETURN clock_timestamp() - statement_timestamp() - interval '50 ms';
END
$$;
CREATE TEMP TABLE lateness (query text, late interval);
SET LOCAL medsched.max_doses = 10000000;
SET LOCAL statement_timeout = '50ms';
-- Every second of a hundred days.
\set seconds 'SELECT count(*) FROM medsched.occurrences(\'FREQ=SECONDLY\', \'1950-01-01 00:00\', \'UTC\', \'1950-01-01\', \'1950-04-11\')'
INSERT INTO lateness SELECT 'seconds', pg_temp.late_by(:'seconds');
INSERT INTO lateness SELECT 'seconds', pg_temp.late_by(:'seconds');
INSERT INTO lateness SELECT 'seconds', pg_temp.late_by(:'seconds');
-- Two thousand million occurrences, selected one by one, before the window.
\set counted 'SELECT count(*) FROM medsched.occurrences(\'FREQ=SECONDLY;BYSECOND=0,1,2,3,4,5,6,7,8,9;BYSETPOS=1;COUNT=2000000000\', \'1000-01-01 00:00\', \'UTC\', \'9000-01-01\', \'9000-01-02\')'
INSERT INTO lateness SELECT 'counted', pg_temp.late_by(:'counted');
INSERT INTO lateness SELECT 'counted', pg_temp.late_by(:'counted');
INSERT INTO lateness SELECT 'counted', pg_temp.late_by(:'counted');
-- A century of weekdays, day by day, that never come: a long search.
\set searched 'SELECT count(medsched.next_occurrence(\'FREQ=SECONDLY;BYMONTHDAY=30;BYMONTH=2;BYDAY=MO\', \'0001-01-01 00:00\', \'UTC\', timestamptz \'0001-01-01\' + n * interval \'1 day\')) FROM generate_series(1, 100000) AS n'
INSERT INTO lateness SELECT 'searched', pg_temp.late_by(:'searched');
INSERT INTO lateness SELECT 'searched', pg_temp.late_by(:'searched');
INSERT INTO lateness SELECT 'searched', pg_temp.late_by(:'searched');
RESET statement_timeout;
RESET medsched.max_doses;
SELECT is(count(late), 3::bigint, query || ': cancelled each time') FROM lateness GROUP BY query ORDER BY query;
SELECT cmp_ok(min(late), '<', interval '100 ms', query || ': within 100 ms') FROM lateness GROUP BY query ORDER BY query;

SELECT * FROM finish();
ROLLBACK;
