\i test/setup.psql
BEGIN;

-- Years 1 to 9999 in every zone there is.  PostgreSQL stores a zone's changes for some
-- centuries and computes what is later from them.  At the last one stored, in 2770 for
-- most zones here, and every 400 years on, it has to be asked with care.

-- A dose on 15 January and on 15 July at 09:00, every 19th year: a change lost
-- anywhere moves all July's or all January's after it by an hour.  Each instant is
-- held against PostgreSQL's own conversion to the wall clock of the session's zone
-- (AT TIME ZONE would take CET for an abbreviation), and asked for alone.
SET medsched.max_doses = 10000000;
CREATE FUNCTION pg_temp.check_zone(zone text, OUT doses bigint, OUT wrong_clock bigint, OUT disowned bigint)
LANGUAGE plpgsql AS $$
DECLARE
  rule CONSTANT text := 'FREQ=YEARLY;INTERVAL=19;BYMONTH=1,7;BYMONTHDAY=15';
BEGIN
  PERFORM set_config('TimeZone', zone, true);
  SELECT count(*), count(*) FILTER (WHERE extract(hour FROM o::timestamp) <> 9 OR extract(minute FROM o::timestamp) <> 0),
         count(*) FILTER (WHERE NOT medsched.is_occurrence(rule, '0001-01-01 09:00', zone, o))
  INTO doses, wrong_clock, disowned
  FROM medsched.occurrences(rule, '0001-01-01 09:00', zone, '0001-01-01Z', '9999-12-31Z') AS o;
END
$$;
CREATE TEMP TABLE answers AS
SELECT z.name, c.*
FROM (SELECT name FROM pg_timezone_names ORDER BY name) AS z, LATERAL pg_temp.check_zone(z.name) AS c;
SET LOCAL TimeZone = 'UTC';

SELECT plan(12);

-- 9999 = 19 * 526 + 5: 527 years, two doses each.
SELECT cmp_ok((SELECT count(*) FROM answers), '>', 300::bigint, 'zones are asked');
SELECT is((SELECT string_agg(name, ', ') FROM answers WHERE doses <> 2 * 527), NULL,
  'one window over all years has every dose, in every zone');
SELECT is((SELECT string_agg(name, ', ') FROM answers WHERE wrong_clock > 0), NULL,
  'each comes at 09:00 on the wall clock as PostgreSQL reads it');
SELECT is((SELECT string_agg(name, ', ') FROM answers WHERE disowned > 0), NULL,
  'and each is a dose when asked for alone');

-- Summer time in Berlin is UTC+2 in every year to come: 09:00 is 07:00Z.
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=YEARLY', '2000-07-01 09:00', 'Europe/Berlin', '2769-01-01Z', '2772-01-01Z') AS o$$,
  $$VALUES ('2769-07-01 07:00Z'::timestamptz), ('2770-07-01 07:00Z'), ('2771-07-01 07:00Z')$$,
  'Berlin, a window of three years');
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=YEARLY', '2000-07-01 09:00', 'Europe/Berlin', '2770-01-01Z', '2771-01-01Z') AS o$$,
  $$VALUES ('2770-07-01 07:00Z'::timestamptz)$$, 'Berlin, a year of it');
SELECT is(medsched.next_occurrence('FREQ=YEARLY', '2000-07-01 09:00', 'Europe/Berlin', '9998-12-31Z'),
  '9999-07-01 07:00Z', 'Berlin, the last summer');

-- The last Sundays of March and October 9999 are the 28th and the 31st (9999 has the
-- calendar of 1999): 02:30 on the first is 03:30, and 02:30 on the second comes twice.
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=DAILY', '2000-07-01 02:30', 'Europe/Berlin', '9999-03-27Z', '9999-03-30Z') AS o$$,
  $$VALUES ('9999-03-27 01:30Z'::timestamptz), ('9999-03-28 01:30Z'), ('9999-03-29 00:30Z')$$,
  'Berlin, the last gap');
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=DAILY', '2000-07-01 02:30', 'Europe/Berlin', '9999-10-30Z', '9999-11-02Z') AS o$$,
  $$VALUES ('9999-10-30 00:30Z'::timestamptz), ('9999-10-31 00:30Z'), ('9999-11-01 01:30Z')$$,
  'Berlin, the last hour that comes twice');

-- Rules in elapsed time look at the wall clock too: 09:00 in New York's summer is 13:00Z.
SELECT results_eq(
  $$SELECT o FROM medsched.occurrences('FREQ=HOURLY;BYHOUR=9;BYMONTH=7;BYMONTHDAY=1', '2000-07-01 09:00', 'America/New_York', '2769-01-01Z', '2772-01-01Z') AS o$$,
  $$VALUES ('2769-07-01 13:00Z'::timestamptz), ('2770-07-01 13:00Z'), ('2771-07-01 13:00Z')$$,
  'New York: hours looked at on the wall clock');

-- Both ends of the years.
SELECT is(medsched.next_occurrence('FREQ=DAILY', '0001-01-01 00:00', 'UTC', '-infinity'), '0001-01-01 00:00Z', 'the first day');
SELECT is(medsched.previous_occurrence('FREQ=DAILY', '2000-01-01 23:59:59', 'UTC', 'infinity'), '9999-12-31 23:59:59Z', 'the last day');

SELECT * FROM finish();
ROLLBACK;
