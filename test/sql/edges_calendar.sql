\i test/setup.psql
BEGIN;

-- The calendar read back: its zones by what their VTIMEZONE says, its events by two kinds
-- of programs, those that drop a wall-clock time that the clocks jump over, and those that
-- move it.  Both must come to the doses there are.
CREATE FUNCTION pg_temp.lines(feed text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT regexp_split_to_table(regexp_replace(rtrim(feed, E'\r\n'), '\r\n ', '', 'g'), '\r\n');
$$;
CREATE FUNCTION pg_temp.prescribe(starts_at text, zone text, rule text, more jsonb DEFAULT '{}') RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, 'Tested', jsonb_build_array(
    jsonb_build_object('starts_at', starts_at, 'time_zone', zone, 'rrule', rule) || more));
  RETURN person;
END
$$;

-- The onsets in a feed's VTIMEZONE until an instant: when, and to which offset.
CREATE FUNCTION pg_temp.onsets(feed text, until timestamptz) RETURNS TABLE (at timestamptz, offset_to interval) LANGUAGE plpgsql AS $$
DECLARE
  line text;
  in_component boolean := false;
  starts_at timestamp; offset_from interval; rule text; dates timestamp[];
BEGIN
  FOR line IN SELECT pg_temp.lines(feed) LOOP
    IF line IN ('BEGIN:STANDARD', 'BEGIN:DAYLIGHT') THEN
      in_component := true; rule := NULL; dates := '{}';
    ELSIF line IN ('END:STANDARD', 'END:DAYLIGHT') THEN
      in_component := false;
      RETURN QUERY SELECT (o AT TIME ZONE 'UTC' - offset_from) AT TIME ZONE 'UTC', onsets.offset_to
        FROM medsched.occurrences(rule, starts_at, 'UTC', starts_at AT TIME ZONE 'UTC', until + interval '2 days', rdates => dates) AS o;
    ELSIF in_component AND line LIKE 'DTSTART:%' THEN
      starts_at := to_timestamp(substr(line, 9), 'YYYYMMDD"T"HH24MISS') AT TIME ZONE 'UTC';
    ELSIF in_component AND line LIKE 'TZOFFSETFROM:%' THEN
      offset_from := (substr(line, 15, 2) || ':' || substr(line, 17, 2))::interval;
      IF substr(line, 14, 1) = '-' THEN offset_from := -offset_from; END IF;
    ELSIF in_component AND line LIKE 'TZOFFSETTO:%' THEN
      offset_to := (substr(line, 13, 2) || ':' || substr(line, 15, 2))::interval;
      IF substr(line, 12, 1) = '-' THEN offset_to := -offset_to; END IF;
    ELSIF in_component AND line LIKE 'RRULE:%' THEN
      rule := substr(line, 7);
    ELSIF in_component AND line LIKE 'RDATE%' THEN
      dates := dates || (to_timestamp(substring(line FROM ':(.*)'), 'YYYYMMDD"T"HH24MISS') AT TIME ZONE 'UTC');
    END IF;
  END LOOP;
END
$$;

-- The days on which a calendar's reader has another offset than PostgreSQL, from the start
-- to twelve years beyond the horizon: at noon in UTC.
CREATE FUNCTION pg_temp.wrong_days(zone text, starts_on date, horizon date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := pg_temp.prescribe(starts_on || ' 08:00', zone, 'FREQ=DAILY');
BEGIN
  RETURN (WITH onset AS MATERIALIZED (
    SELECT o.at, o.offset_to, lead(o.at, 1, 'infinity') OVER (ORDER BY o.at) AS until
    FROM pg_temp.onsets(medsched.calendar_feed(person, horizon => horizon::timestamptz), (horizon + 4380)::timestamptz) AS o)
  SELECT string_agg(d::date::text, ', ' ORDER BY d)
  FROM generate_series(starts_on + time '12:00', (horizon + 4380)::timestamp, '1 day') AS d
  LEFT JOIN onset ON d AT TIME ZONE 'UTC' >= onset.at AND d AT TIME ZONE 'UTC' < onset.until
  WHERE onset.offset_to IS DISTINCT FROM (d AT TIME ZONE 'UTC') AT TIME ZONE zone - d);
END
$$;

CREATE TEMP TABLE zone_case (n int GENERATED ALWAYS AS IDENTITY, zone text, starts_on date, horizon date, title text);
INSERT INTO zone_case (zone, starts_on, horizon, title) VALUES
('America/Sao_Paulo', '2017-01-01', '2021-01-01', 'gave up daylight saving time in 2019'),
('Asia/Tehran', '2015-01-01', '2026-01-01', 'gave it up in 2022'),
('America/Mexico_City', '2000-01-01', '2026-01-01', 'in 2022'),
('Asia/Amman', '2018-01-01', '2026-01-01', 'in 2022, staying at summer time'),
('Europe/Istanbul', '2005-01-01', '2026-01-01', 'in 2016, staying at summer time'),
('Europe/Moscow', '2000-01-01', '2026-01-01', 'in 2011, and another time in 2014'),
('Asia/Tokyo', '1948-01-01', '1960-01-01', 'in 1951'),
('Europe/Berlin', '2020-01-01', '2026-01-01', 'has it'),
('America/New_York', '2000-01-01', '2010-01-01', 'changed its rule in 2007'),
('America/New_York', '2006-10-01', '2007-01-01', 'changes its rule after the horizon'),
('Australia/Lord_Howe', '2020-01-01', '2026-01-01', 'by half an hour'),
('America/Santiago', '2010-01-01', '2026-01-01', 'changed its rule often'),
('Africa/Casablanca', '2020-01-01', '2026-01-01', 'follows the moon'),
('Europe/Dublin', '2020-01-01', '2026-01-01', 'has its winter time as the exception'),
('Pacific/Apia', '2009-01-01', '2026-01-01', 'skipped a day, and gave it up in 2021'),
('Asia/Kolkata', '2020-01-01', '2026-01-01', 'has none');

-- Wall-clock times as a calendar's program reads them: the first that shows it, or the
-- offset before a gap.  In a gap, one kind has none.
CREATE FUNCTION pg_temp.read(at timestamp, zone text, drops boolean) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT CASE WHEN first IS NOT NULL THEN first WHEN NOT drops THEN at AT TIME ZONE zone END
  FROM (SELECT min(i) FROM unnest('{0, 30 min, 1 hour, 2 hours}'::interval[]) AS back, LATERAL (SELECT at AT TIME ZONE zone - back) AS b(i)
        WHERE i AT TIME ZONE zone = at) AS m(first)
$$;
-- What a program makes of an event, before an instant.  One that drops times does not count them either.
CREATE FUNCTION pg_temp.event(event text, of_zone text, horizon timestamptz, drops boolean) RETURNS SETOF timestamptz LANGUAGE plpgsql AS $$
DECLARE
  zone text := CASE WHEN event ~ 'DTSTART;TZID' THEN of_zone ELSE 'UTC' END;
  rule text := substring(event FROM 'RRULE:([^\r]*)');
  rule_until timestamptz := to_timestamp(substring(rule FROM 'UNTIL=(\d+T\d+)Z'), 'YYYYMMDD"T"HH24MISS');
  most bigint := substring(rule FROM 'COUNT=(\d+)');
  starts_at timestamp := to_timestamp(substring(event FROM 'DTSTART[^:]*:(\d{8}T\d{6})'), 'YYYYMMDD"T"HH24MISS') AT TIME ZONE 'UTC';
  left_out timestamp[] := ARRAY(SELECT to_timestamp(m[1], 'YYYYMMDD"T"HH24MISS') AT TIME ZONE 'UTC' FROM regexp_matches(event, 'EXDATE[^:]*:(\d{8}T\d{6})', 'g') AS m);
BEGIN
  rule := regexp_replace(rule, ';(UNTIL|COUNT)=[^;]*', '', 'g');
  RETURN QUERY
    WITH named AS (
      SELECT o AT TIME ZONE 'UTC' AS at, pg_temp.read(o AT TIME ZONE 'UTC', zone, drops) AS instant
      FROM medsched.occurrences(rule, starts_at, 'UTC', '1990-01-01Z', horizon + interval '2 days') AS o
      WHERE rule IS NOT NULL),
    counted AS (SELECT at, instant, row_number() OVER (ORDER BY at) AS nth FROM named WHERE instant IS NOT NULL),
    kept AS (
      SELECT at, instant FROM counted WHERE (most IS NULL OR nth <= most) AND (rule_until IS NULL OR instant <= rule_until)
      UNION ALL SELECT starts_at, pg_temp.read(starts_at, zone, false) WHERE rule IS NULL)
    SELECT instant FROM kept
    WHERE instant < horizon AND at <> ALL (left_out) AND NOT EXISTS (SELECT FROM unnest(left_out) AS l WHERE pg_temp.read(l, zone, drops) = instant);
END
$$;
-- Of all its events: a dose of two would be there twice.
CREATE FUNCTION pg_temp.events(feed text, zone text, horizon timestamptz, drops boolean) RETURNS timestamptz[] LANGUAGE sql AS $$
  SELECT array_agg(at ORDER BY at)
  FROM regexp_matches(regexp_replace(feed, '\r\n ', '', 'g'), 'BEGIN:VEVENT.*?END:VEVENT', 'g') AS e, LATERAL pg_temp.event(e[1], zone, horizon, drops) AS at
$$;

CREATE TEMP TABLE event_case (n int GENERATED ALWAYS AS IDENTITY, zone text, starts_at text, rule text, more jsonb, title text);
INSERT INTO event_case (zone, starts_at, rule, more, title) VALUES
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY', '{}', 'every day at a time in the gap'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;COUNT=10', '{}', 'COUNT beyond it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;COUNT=9', '{}', 'COUNT that ends in it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;COUNT=8', '{}', 'COUNT that ends before it'),
('Europe/Berlin', '2027-03-28 02:30', 'FREQ=DAILY;COUNT=5', '{}', 'begun in it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;UNTIL=20270328T023000', '{}', 'UNTIL on the wall clock, in it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;UNTIL=20270328T013000Z', '{}', 'UNTIL in UTC, in it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;UNTIL=20270328T012959Z', '{}', 'UNTIL in UTC, a second before it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY', '{"ends_at": "2027-03-28T01:30:00Z"}', 'that ends at it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY', '{"ends_at": "2027-03-28T01:30:01Z"}', 'that ends after it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY', '{"exdates": ["2027-03-28T02:30:00"]}', 'left out in it, as written'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY', '{"exdates": ["2027-03-28T03:30:00"]}', 'left out in it, as read'),
('Europe/Berlin', '2027-03-20 08:00', 'FREQ=DAILY', '{"rdates": ["2027-03-28T02:30:00"]}', 'a date in it'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;BYHOUR=2,3', '{}', 'two times that become one'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY;BYHOUR=1,2,3,4;BYMINUTE=0,30,59;COUNT=120', '{}', 'many times in and after it'),
('Europe/Berlin', '2027-03-21 02:00', 'FREQ=WEEKLY', '{}', 'at its first instant'),
('Europe/Berlin', '2027-03-21 03:00', 'FREQ=WEEKLY', '{}', 'at its end'),
('Europe/Berlin', '2027-03-20 02:30', 'FREQ=DAILY', '{"cycle_days_on": 2, "cycle_days_off": 1}', 'a cycle'),
('Australia/Lord_Howe', '2027-09-28 02:10', 'FREQ=DAILY;BYMINUTE=10,40;COUNT=20', '{}', 'half an hour'),
('Antarctica/Troll', '2027-03-20 01:30', 'FREQ=DAILY;BYHOUR=1,2,3;COUNT=40', '{}', 'two hours'),
('America/Santiago', '2027-08-30 00:30', 'FREQ=DAILY;COUNT=10', '{}', 'at midnight'),
('Pacific/Apia', '2011-12-25 08:00', 'FREQ=DAILY;COUNT=10', '{}', 'a whole day'),
('Europe/Berlin', '2027-10-25 02:30', 'FREQ=DAILY;COUNT=10', '{}', 'an hour that comes twice'),
('America/Sao_Paulo', '2018-10-30 00:30', 'FREQ=DAILY;COUNT=10', '{}', 'the last gap there was'),
('Europe/Berlin', '2027-03-28 02:30', NULL, '{}', 'one dose in it');

SELECT plan((SELECT count(*)::int FROM zone_case) + 2 * (SELECT count(*)::int FROM event_case) + 33);

SELECT is(pg_temp.wrong_days(zone, starts_on, horizon), NULL, zone || ' ' || title) FROM zone_case ORDER BY n;

CREATE TEMP TABLE answer AS
SELECT n, zone, title, pg_temp.prescribe(starts_at, zone, rule, more) AS person, (starts_at::date + 400)::timestamptz AS horizon FROM event_case;
ALTER TABLE answer ADD feed text, ADD doses timestamptz[];
UPDATE answer SET feed = medsched.calendar_feed(person, horizon => horizon),
  doses = ARRAY(SELECT scheduled_for FROM medsched.upcoming_doses(person, '1990-01-01Z', horizon));
SELECT is(pg_temp.events(feed, zone, horizon, drops => true), doses, 'dropped: ' || zone || ', ' || title) FROM answer ORDER BY n;
SELECT is(pg_temp.events(feed, zone, horizon, drops => false), doses, 'moved: ' || zone || ', ' || title) FROM answer ORDER BY n;

-- How many events the forms come to that rules can have, from 1 January 2026, 08:00 in UTC, within ten days.
CREATE FUNCTION pg_temp.counted(rule text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := pg_temp.prescribe('2026-01-01 08:00', 'UTC', rule);
BEGIN
  RETURN (SELECT concat(count(*) FILTER (WHERE e[1] ~ 'RRULE'), ' with rules, ', count(*) FILTER (WHERE e[1] !~ 'RRULE'), ' single')
    FROM regexp_matches(medsched.calendar_feed(person, horizon => '2026-01-11Z'), 'BEGIN:VEVENT.*?END:VEVENT', 'g') AS e);
END
$$;
CREATE FUNCTION pg_temp.numbers(first int, last int) RETURNS text LANGUAGE sql AS $$SELECT string_agg(n::text, ',') FROM generate_series(first, last) AS n$$;
SELECT is(pg_temp.counted(rule), events, title) FROM (VALUES
  ('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(1, 28), '28 with rules, 0 single', 'days that all months have'),
  ('FREQ=MONTHLY;BYMONTHDAY=' || pg_temp.numbers(1, 29), '0 with rules, 10 single', 'a day that one has not'),
  ('FREQ=MONTHLY;BYMONTHDAY=1,27,-1', '3 with rules, 0 single', 'the last day'),
  ('FREQ=MONTHLY;BYMONTHDAY=1,28,-1', '0 with rules, 1 single', 'one that can be the last day is not it twice'),
  ('FREQ=MONTHLY;BYMONTHDAY=1,-2', '0 with rules, 1 single', 'the last but one'),
  ('FREQ=MONTHLY;BYDAY=1TH,4TH', '2 with rules, 0 single', 'numbered weekdays'),
  ('FREQ=MONTHLY;BYDAY=1TH,-1FR', '2 with rules, 0 single', 'the last'),
  ('FREQ=MONTHLY;BYDAY=1TH,4FR,-1FR', '0 with rules, 1 single', 'the fourth can be the last'),
  ('FREQ=MONTHLY;BYDAY=1TH,5FR', '0 with rules, 1 single', 'the fifth'),
  ('FREQ=MONTHLY;BYDAY=TH,FR', '1 with rules, 0 single', 'weekdays of the month are weekdays'),
  ('FREQ=MONTHLY;INTERVAL=2;BYDAY=TH,FR', '0 with rules, 4 single', 'but of every second month'),
  ('FREQ=YEARLY;BYMONTH=1,2;BYMONTHDAY=1,2', '4 with rules, 0 single', 'days of the year'),
  ('FREQ=DAILY;BYMONTH=1,2;BYMONTHDAY=1,2', '4 with rules, 0 single', 'by the day'),
  ('FREQ=DAILY;INTERVAL=2;BYMONTHDAY=1,2', '0 with rules, 1 single', 'but every second day of them'),
  ('FREQ=DAILY;BYMONTH=1', '0 with rules, 10 single', 'all days of a month'),
  ('FREQ=YEARLY;BYDAY=1TH', '0 with rules, 1 single', 'a weekday of the year'),
  ('FREQ=YEARLY;BYYEARDAY=1', '0 with rules, 1 single', 'a day of the year by its number'),
  ('FREQ=YEARLY;INTERVAL=9', '0 with rules, 1 single', 'years between that are too many'),
  ('FREQ=DAILY;INTERVAL=999', '1 with rules, 0 single', 'days between'),
  ('FREQ=DAILY;INTERVAL=1000', '0 with rules, 1 single', 'too many'),
  ('FREQ=WEEKLY;INTERVAL=99', '1 with rules, 0 single', 'weeks between'),
  ('FREQ=WEEKLY;INTERVAL=100', '0 with rules, 1 single', 'too many'),
  ('FREQ=DAILY;BYHOUR=8,12;BYMINUTE=0,30;BYSECOND=0,30', '8 with rules, 0 single', 'times of day'),
  ('FREQ=MINUTELY;INTERVAL=90', '16 with rules, 0 single', 'minutes that a day is a multiple of'),
  ('FREQ=MINUTELY;INTERVAL=15', '96 with rules, 0 single', 'as many as there can be'),
  ('FREQ=HOURLY;INTERVAL=7', '24 with rules, 0 single', 'hours that a week is a multiple of'),
  ('FREQ=HOURLY;INTERVAL=1001', '0 with rules, 1 single', 'hours that come to too many days'),
  ('FREQ=HOURLY;INTERVAL=6;BYDAY=TH', '0 with rules, 7 single', 'hours of some days'),
  ('FREQ=SECONDLY;INTERVAL=43200', '2 with rules, 0 single', 'seconds'),
  ('FREQ=SECONDLY;INTERVAL=50000', '0 with rules, 17 single', 'that come to too many times of day'),
  ('FREQ=MONTHLY;BYDAY=TH;BYSETPOS=1', '0 with rules, 1 single', 'a position'),
  ('RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=1', '1 with rules, 0 single', 'nothing to skip'),
  ('RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=30', '0 with rules, 0 single', 'a day to skip')) AS t (rule, events, title);

SELECT * FROM finish();
ROLLBACK;
