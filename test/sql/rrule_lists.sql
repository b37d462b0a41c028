\i test/setup.psql
BEGIN;
SELECT plan(26);

-- Lists as long as they can be.  RFC 5545 sets no length.
CREATE FUNCTION pg_temp.numbers(low int, high int, suffix text DEFAULT '') RETURNS text LANGUAGE sql AS
$$SELECT string_agg(n || suffix, ',' ORDER BY n) FROM generate_series(low, high) AS n WHERE n <> 0$$;
-- How many there are in 2026 and 2027, 730 days.  2026-01-01 and 2026-12-31 are
-- Thursdays: 2026 has 53 of them and 53 weeks, 2027 has 52.
CREATE FUNCTION pg_temp.counted(rule text) RETURNS bigint LANGUAGE sql AS
$$SELECT medsched.count_occurrences(rule, '2026-01-01 00:00', 'UTC', '2026-01-01Z', '2028-01-01Z')$$;

SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(1, 31)), 730::bigint, '31 days of the month');
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(1, 31) || ',-1'), 730::bigint, '32');
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(1, 31) || ',-1,-2'), 730::bigint, '33');
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(-31, 31)), 730::bigint, 'all 62');
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(-31, -1)), 730::bigint, 'all from the end');
-- The 15th is the 17th from the end of 31 days, the 16th of 30, the 14th of 28.
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(-31, -16) || ',' || pg_temp.numbers(-14, 14) || ',' || pg_temp.numbers(16, 31)),
  730::bigint, 'all 60 but the 15th from either end');
-- 2 to 27, and the 27th to the 2nd from the end, which is 5 to 30, 4 to 29 or 2 to 27.
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(2, 27) || ',' || pg_temp.numbers(-27, -2)),
  730 - 2 * 24::bigint, 'all but the first and the last of the month');
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || (SELECT string_agg('15', ',') FROM generate_series(1, 500))), 24::bigint, 'one day 500 times');
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYMONTHDAY=' || (SELECT string_agg('1,-1', ',') FROM generate_series(1, 500))), 48::bigint, 'two days 500 times');

SELECT is(pg_temp.counted('FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=-1'), 24::bigint, 'all months');
SELECT is(pg_temp.counted('FREQ=YEARLY;BYMONTH=3,1,2,1,12,12,12,1;BYMONTHDAY=-1'), 8::bigint, 'months again and again');
SELECT is(pg_temp.counted('FREQ=YEARLY;BYYEARDAY=' || pg_temp.numbers(-366, 366)), 730::bigint, 'all days of the year from both ends');
SELECT is(pg_temp.counted('FREQ=YEARLY;BYYEARDAY=' || pg_temp.numbers(2, 366) || ',' || pg_temp.numbers(-364, -1)), 728::bigint, 'all but New Year from both ends');
SELECT is(pg_temp.counted('FREQ=YEARLY;BYWEEKNO=' || pg_temp.numbers(-53, 53) || ';BYDAY=MO,TU,WE,TH,FR,SA,SU'),
  730::bigint, 'all weeks from both ends: every day is in one');
SELECT is(pg_temp.counted('FREQ=YEARLY;BYDAY=' || pg_temp.numbers(-53, 53, 'MO') || ',' || pg_temp.numbers(-53, 53, 'TU') || ',' ||
    pg_temp.numbers(-53, 53, 'WE') || ',' || pg_temp.numbers(-53, 53, 'TH') || ',' || pg_temp.numbers(-53, 53, 'FR') || ',' ||
    pg_temp.numbers(-53, 53, 'SA') || ',' || pg_temp.numbers(-53, 53, 'SU') || ',MO,TU,WE,TH,FR,SA,SU'),
  730::bigint, 'all 749 numbered weekdays');
SELECT is(pg_temp.counted('FREQ=YEARLY;BYDAY=' || pg_temp.numbers(2, 53, 'TH') || ',' || pg_temp.numbers(-52, -1, 'TH')),
  52 + 52::bigint, 'all Thursdays but the first of 53, and of 52');
SELECT is(pg_temp.counted('FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=' || pg_temp.numbers(-366, 366)), 730::bigint, 'all positions from both ends');
SELECT is(pg_temp.counted('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=' || pg_temp.numbers(2, 366) || ',' || pg_temp.numbers(-27, -2)),
  730 - 24::bigint, 'all positions but the first');
SELECT is(pg_temp.counted('FREQ=DAILY;BYHOUR=' || pg_temp.numbers(1, 23) || ',0;BYMINUTE=0,' || pg_temp.numbers(1, 59) || ',0;COUNT=5'), 5::bigint, 'all hours and minutes');
SELECT is(pg_temp.counted('FREQ=DAILY;INTERVAL=100;BYSECOND=' || pg_temp.numbers(1, 60) || ',0'), 8 * 60::bigint, 'all seconds, 60 among them');
-- Several long lists at once.
SELECT is(pg_temp.counted('FREQ=YEARLY;BYMONTHDAY=' || pg_temp.numbers(-31, 31) || ';BYYEARDAY=' || pg_temp.numbers(-366, 366) || ';BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMONTH='
  || pg_temp.numbers(1, 12) || ';BYSETPOS=1,-1;BYHOUR=' || pg_temp.numbers(1, 23)), 4::bigint, 'lists of different lengths together');
-- What is wrong in a list is found wherever it stands.
SELECT throws_ok('SELECT pg_temp.counted(''FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(-31, 31) || ',32'')', '22023',
  'invalid recurrence rule: BYMONTHDAY value "32" is not valid', 'one too high at the end of a long list');
SELECT throws_ok('SELECT pg_temp.counted(''FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(-31, 31) || ','')', '22023',
  'invalid recurrence rule: BYMONTHDAY value "" is not valid', 'nothing at the end of a long list');

-- In words.
SELECT ok(length(medsched.describe_schedule('FREQ=YEARLY;BYYEARDAY=' || pg_temp.numbers(-366, 366), '2026-01-01 08:00', 'UTC')) > 1000, 'described');

-- Old programs end a rule with a semicolon.
SELECT is(pg_temp.counted('FREQ=DAILY;COUNT=3;'), 3::bigint, 'a semicolon at the end');
SELECT is(pg_temp.counted('rrule:count=3;freq=daily;'), 3::bigint, 'after RRULE: too');

SELECT * FROM finish();
ROLLBACK;
