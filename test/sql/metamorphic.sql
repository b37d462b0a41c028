\i test/setup.psql
BEGIN;
-- These queries look expensive to the planner, and are not.
SET LOCAL jit = off;

-- What must hold between answers, whatever the rule: no expected value is
-- written down here.  Four hundred rules come from a generator that draws from
-- hashes, so that they are the same everywhere.
CREATE FUNCTION pg_temp.draw(seed int, what text, choices text) RETURNS text LANGUAGE sql AS $$
  SELECT nullif(list[1 + ('x' || substr(md5(what || seed), 1, 7))::bit(28)::int % cardinality(list)], 'none')
  FROM string_to_array(choices, ' ') AS list
$$;

CREATE TEMP TABLE rule AS
SELECT n, zone, starts_at,
  -- Long enough for some occurrences, far from starts_at for every third rule.
  starts_at::timestamptz + CASE n % 3 WHEN 0 THEN interval '-3 days' WHEN 1 THEN interval '40 days' ELSE interval '30 years' END AS lower,
  concat_ws(';', 'RSCALE=GREGORIAN;FREQ=' || freq,
    'INTERVAL=' || pg_temp.draw(n, 'interval', '1 1 1 2 3 5 8 17'),
    'WKST=' || pg_temp.draw(n, 'wkst', 'MO MO SU WE'),
    'SKIP=' || pg_temp.draw(n, 'skip', 'OMIT OMIT BACKWARD FORWARD'),
    CASE WHEN freq IN ('MONTHLY', 'YEARLY')
      THEN pg_temp.draw(n, 'day', 'none BYDAY=MO BYDAY=1MO,-1FR BYDAY=TU,TH,SA BYDAY=-2WE none none')
      ELSE pg_temp.draw(n, 'day', 'none none BYDAY=MO BYDAY=MO,WE,FR BYDAY=SA,SU BYDAY=MO,TU,WE,TH,FR') END,
    CASE WHEN freq <> 'WEEKLY' THEN pg_temp.draw(n, 'monthday', 'none none none BYMONTHDAY=1,15 BYMONTHDAY=31,-1 BYMONTHDAY=29,30,31 BYMONTHDAY=-31,-3,7') END,
    pg_temp.draw(n, 'month', 'none none none none BYMONTH=2,3,11 BYMONTH=1,4,7,10 BYMONTH=3,10'),
    CASE WHEN freq = 'YEARLY' THEN pg_temp.draw(n, 'year', 'none none BYYEARDAY=1,60,366,-1 BYYEARDAY=-366,100') END,
    pg_temp.draw(n, 'hour', 'none none BYHOUR=8 BYHOUR=2,14 BYHOUR=0,1,2,3,23'),
    pg_temp.draw(n, 'minute', 'none none BYMINUTE=0 BYMINUTE=15,30,45')) AS rule
FROM (SELECT n,
        pg_temp.draw(n, 'freq', 'MINUTELY HOURLY HOURLY DAILY DAILY DAILY WEEKLY WEEKLY MONTHLY MONTHLY YEARLY YEARLY') AS freq,
        pg_temp.draw(n, 'zone', 'UTC America/New_York Europe/Berlin Australia/Lord_Howe Pacific/Apia America/Caracas') AS zone,
        pg_temp.draw(n, 'date', '2011-12-28 2024-02-29 2024-03-09 2024-11-02 2016-04-30 2000-12-31 1999-01-01 2024-10-05')::date
          + pg_temp.draw(n, 'time', '08:00 02:30 00:00 23:45 01:45:30')::time AS starts_at
      FROM generate_series(1, 400) AS n) AS drawn;

-- BYSETPOS for some of those that have a set to select from.
UPDATE rule SET rule = rule || ';BYSETPOS=' || pg_temp.draw(n, 'setpos', '1 -1 1,-1 2,3')
WHERE n % 7 = 0 AND rule ~ 'BY(DAY|MONTHDAY|MONTH|YEARDAY|HOUR|MINUTE)=';

ALTER TABLE rule ADD upper timestamptz, ADD occurrences timestamptz[];
UPDATE rule SET upper = lower + CASE substring(rule FROM 'FREQ=(\w+)')
  WHEN 'MINUTELY' THEN interval '20 days' WHEN 'HOURLY' THEN interval '80 days' WHEN 'DAILY' THEN interval '1 year'
  WHEN 'WEEKLY' THEN interval '3 years' ELSE interval '25 years' END;
UPDATE rule SET occurrences = array(SELECT o FROM medsched.occurrences(rule, starts_at, zone, lower, upper) AS o);

-- The rules that break a law: none.
CREATE FUNCTION pg_temp.none_breaks(title text, rules text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN is_empty('SELECT rule, starts_at, zone FROM rule WHERE ' || rules, title);
END
$$;

SELECT plan(19);

SELECT is((SELECT count(*) FROM rule), 400::bigint, 'there are 400 rules');
SELECT cmp_ok((SELECT count(*) FROM rule WHERE occurrences <> '{}'), '>', 300::bigint, 'most of them have occurrences in their window');
SELECT cmp_ok((SELECT sum(cardinality(occurrences)) FROM rule), '>', 50000::bigint, 'and there are many');

SELECT pg_temp.none_breaks('occurrences ascend, are distinct, in the window, not before starts_at',
  $$occurrences <> array(SELECT DISTINCT o FROM unnest(occurrences) AS o
    WHERE o >= lower AND o < upper AND o >= starts_at AT TIME ZONE zone - interval '1 hour' ORDER BY o)$$);

-- A window is its halves, wherever it is cut: in the middle and at an occurrence.
SELECT pg_temp.none_breaks('a window is the union of its halves',
  $$occurrences <> array(SELECT o FROM medsched.occurrences(rule, starts_at, zone, lower, lower + (upper - lower) / 2) AS o)
    || array(SELECT o FROM medsched.occurrences(rule, starts_at, zone, lower + (upper - lower) / 2, upper) AS o)$$);
SELECT pg_temp.none_breaks('a window cut at an occurrence',
  $$occurrences <> '{}' AND occurrences <>
    array(SELECT o FROM medsched.occurrences(rule, starts_at, zone, lower, occurrences[1 + cardinality(occurrences) / 2]) AS o)
    || array(SELECT o FROM medsched.occurrences(rule, starts_at, zone, occurrences[1 + cardinality(occurrences) / 2], upper) AS o)$$);
SELECT pg_temp.none_breaks('a window cut into days',
  $$n % 8 = 0 AND occurrences <> array(SELECT o FROM generate_series(lower, upper, '1 day') AS day
    CROSS JOIN LATERAL medsched.occurrences(rule, starts_at, zone, day, least(day + interval '1 day', upper)) AS o)$$);

-- Of the first thirty occurrences of each rule, one by one.
CREATE TEMP TABLE single AS
SELECT r.*, o, k FROM rule AS r CROSS JOIN LATERAL unnest(occurrences[1:30]) WITH ORDINALITY AS t(o, k);

SELECT is_empty($$SELECT rule, o FROM single WHERE NOT medsched.is_occurrence(rule, starts_at, zone, o)$$,
  'is_occurrence holds for each occurrence');
SELECT is_empty($$SELECT rule, o, d FROM single CROSS JOIN (VALUES (-3600), (-60), (-1), (1), (60), (3600)) AS near(d)
  WHERE medsched.is_occurrence(rule, starts_at, zone, o + d * interval '1 second')
    <> EXISTS (SELECT FROM medsched.occurrences(rule, starts_at, zone, o + d * interval '1 second', o + (d + 1) * interval '1 second'))$$,
  'and of the instants near it for those that are occurrences too');
SELECT is_empty($$SELECT rule, o FROM single WHERE medsched.is_occurrence(rule, starts_at, zone, o + interval '0.5 s')$$,
  'never for half a second');

-- next and previous.
SELECT is_empty($$SELECT rule, o FROM single WHERE medsched.next_occurrence(rule, starts_at, zone, o) <> occurrences[k + 1]$$,
  'next_occurrence after an occurrence is the one that follows');
SELECT is_empty($$SELECT rule, o FROM single WHERE k > 1 AND medsched.previous_occurrence(rule, starts_at, zone, o) IS DISTINCT FROM occurrences[k - 1]$$,
  'previous_occurrence before an occurrence is the one that went before');
SELECT pg_temp.none_breaks('next_occurrence before the window is the first in it',
  $$occurrences <> '{}' AND medsched.next_occurrence(rule, starts_at, zone, lower - interval '1 microsecond') IS DISTINCT FROM occurrences[1]$$);
SELECT pg_temp.none_breaks('or lies behind it',
  $$occurrences = '{}' AND medsched.next_occurrence(rule, starts_at, zone, lower - interval '1 microsecond') < upper$$);
SELECT pg_temp.none_breaks('previous_occurrence at the window''s end is the last in it',
  $$occurrences <> '{}' AND medsched.previous_occurrence(rule, starts_at, zone, upper) IS DISTINCT FROM occurrences[cardinality(occurrences)]$$);
SELECT pg_temp.none_breaks('or lies before it',
  $$occurrences = '{}' AND medsched.previous_occurrence(rule, starts_at, zone, upper) >= lower$$);

-- COUNT, UNTIL and extra dates.
SELECT pg_temp.none_breaks('a rule with COUNT is a prefix of the rule without',
  $$n % 3 = 0 AND occurrences[1:greatest(cardinality(occurrences) / 2, 1)] <>
    array(SELECT o FROM medsched.occurrences(rule || ';COUNT=' || greatest(cardinality(occurrences) / 2, 1), starts_at, zone, lower, upper) AS o)$$);
SELECT pg_temp.none_breaks('a rule with UNTIL ends at it',
  $$cardinality(occurrences) > 1 AND occurrences[1:cardinality(occurrences) / 2] <>
    array(SELECT o FROM medsched.occurrences(rule || ';UNTIL=' ||
      to_char(occurrences[cardinality(occurrences) / 2] AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'), starts_at, zone, lower, upper) AS o)$$);
SELECT pg_temp.none_breaks('excluding every occurrence leaves none',
  $$occurrences <> '{}' AND zone = 'UTC' AND EXISTS (SELECT FROM medsched.occurrences(rule, starts_at, zone, lower, upper,
      exdates => array(SELECT o AT TIME ZONE zone FROM unnest(occurrences) AS o)))$$);

SELECT * FROM finish();
ROLLBACK;
