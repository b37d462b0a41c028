\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(39);

-- What the words are made of, the same in both editions: the parts of a rule.
CREATE FUNCTION pg_temp.parts(rrule text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_strip_nulls(to_jsonb(medsched._rule_parts(rrule)))
$$;
SELECT is(pg_temp.parts(rrule), '{"every": 1, "week_start": 0, "skip": 0}'::jsonb || parts::jsonb, rrule)
FROM (VALUES
  ('FREQ=DAILY', '{"freq": 3}'),
  ('rrule:freq=daily;', '{"freq": 3}'),
  ('FREQ=SECONDLY;INTERVAL=2147483647', '{"freq": 0, "every": 2147483647}'),
  ('FREQ=MINUTELY;COUNT=2147483647', '{"freq": 1, "count": 2147483647}'),
  ('FREQ=HOURLY;UNTIL=20270303', '{"freq": 2, "until": "2027-03-03T23:59:59", "until_utc": false}'),
  ('FREQ=HOURLY;UNTIL=20270303T080060', '{"freq": 2, "until": "2027-03-03T08:00:59", "until_utc": false}'),
  ('FREQ=HOURLY;UNTIL=99991231T235959Z', '{"freq": 2, "until": "9999-12-31T23:59:59", "until_utc": true}'),
  ('FREQ=WEEKLY;WKST=SU;BYDAY=SU,MO,MO,FR', '{"freq": 4, "week_start": 6, "weekdays": [0, 4, 6], "nth": []}'),
  ('FREQ=MONTHLY;BYDAY=TU,2TU,-2TU,+2TU,-1SU,1MO', '{"freq": 5, "weekdays": [1], "nth": [-15, -13, 7, 15]}'),
  ('FREQ=YEARLY;BYDAY=53SU,-53MO', '{"freq": 6, "weekdays": [], "nth": [-371, 377]}'),
  ('FREQ=MONTHLY;BYMONTHDAY=31,-1,1,-31,01,15', '{"freq": 5, "monthdays": [-31, -1, 1, 15, 31]}'),
  ('FREQ=YEARLY;BYYEARDAY=366,-366,1,-1,64,-64', '{"freq": 6, "yeardays": [-366, -64, -1, 1, 64, 366]}'),
  ('FREQ=YEARLY;BYWEEKNO=53,-53,20', '{"freq": 6, "weeknos": [-53, 20, 53]}'),
  ('FREQ=YEARLY;BYMONTH=12,1,6;BYSETPOS=-366,366,-1,1,1;BYDAY=MO',
   '{"freq": 6, "months": [1, 6, 12], "positions": [-366, -1, 1, 366], "weekdays": [0], "nth": []}'),
  ('FREQ=DAILY;BYHOUR=23,0,8;BYMINUTE=59,0;BYSECOND=60,59,0', '{"freq": 3, "hours": [0, 8, 23], "minutes": [0, 59], "seconds": [0, 59]}'),
  ('RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY', '{"freq": 5, "skip": 2}'),
  ('RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=YEARLY', '{"freq": 6, "skip": 1}'),
  ('RSCALE=GREGORIAN;SKIP=OMIT;FREQ=YEARLY', '{"freq": 6}')) AS t (rrule, parts);
SELECT is(pg_temp.parts(format('FREQ=YEARLY;BYYEARDAY=%s;BYSETPOS=%1$s', list)),
    jsonb_build_object('freq', 6, 'every', 1, 'week_start', 0, 'skip', 0, 'yeardays', numbers, 'positions', numbers), 'every number that there is')
  FROM (SELECT string_agg(n::text, ',' ORDER BY -n) AS list, jsonb_agg(n ORDER BY n) AS numbers FROM generate_series(-366, 366) AS n WHERE n <> 0) AS t;
SELECT is(jsonb_array_length(pg_temp.parts('FREQ=YEARLY;BYDAY=' || string_agg(n || day, ',')) -> 'nth'), 742, 'every weekday with a number')
  FROM generate_series(-53, 53) AS n, unnest('{MO,TU,WE,TH,FR,SA,SU}'::text[]) AS day WHERE n <> 0;
SELECT is(medsched._rule_parts(NULL), NULL, 'of no rule, nothing');
SELECT is(pg_temp.failure($$SELECT medsched._rule_parts('FREQ=FORTNIGHTLY')$$),
  '22023: invalid recurrence rule: FREQ value "FORTNIGHTLY" is not valid | FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.',
  'a text that is no rule');

-- Wall clock and instant.  Berlin jumps from 02:00 to 03:00 on 28 March 2027, and shows 02:00 to 03:00 twice on 31 October.
SELECT is((medsched._to_instant(local, zone), medsched._to_local(medsched._to_instant(local, zone), zone))::text, (at, shown)::text,
    format('%s in %s', local, zone))
FROM (VALUES
  (timestamp '2027-03-28 02:30', 'Europe/Berlin', timestamptz '2027-03-28 01:30Z', timestamp '2027-03-28 03:30'),
  ('2027-10-31 02:30', 'Europe/Berlin', '2027-10-31 00:30Z', '2027-10-31 02:30'),
  ('2027-10-31 03:00', 'Europe/Berlin', '2027-10-31 02:00Z', '2027-10-31 03:00'),
  ('2027-07-01 08:00:00.25', 'Europe/Berlin', '2027-07-01 06:00:00.25Z', '2027-07-01 08:00:00.25'),
  -- Samoa had no 30 December 2011.
  ('2011-12-30 08:00', 'Pacific/Apia', '2011-12-30 18:00Z', '2011-12-31 08:00'),
  ('0001-01-01', 'Asia/Kathmandu', '0001-12-31 18:18:44Z BC', '0001-01-01'),
  ('9999-12-31 23:59:59', 'America/Los_Angeles', '10000-01-01 07:59:59Z', '9999-12-31 23:59:59'),
  ('infinity', 'UTC', 'infinity', 'infinity'),
  ('-infinity', 'Europe/Berlin', '-infinity', '-infinity')) AS t (local, zone, at, shown);
SELECT is(medsched._to_local('2027-10-31 01:30Z', 'Europe/Berlin'), '2027-10-31 02:30'::timestamp, 'the second time');
SELECT is(medsched._to_instant(NULL, 'UTC'), NULL, 'of nothing, nothing');
SELECT is(medsched._to_local(now(), NULL), NULL, 'nor of no time zone');
SELECT is(pg_temp.failure(format('SELECT medsched.%s(''2027-01-01'', %L)', function, zone)), message, function || ' of ' || zone)
FROM (VALUES ('Europe/Atlantis', '22023: time zone "Europe/Atlantis" is not known'
        ' | Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not taken, because they do not follow a place when its rules change.'
        ' | The names are in the view pg_timezone_names.'),
      ('europe/berlin', '22023: time zone "europe/berlin" is not spelled as its name | Write "Europe/Berlin".')) AS z (zone, message),
  unnest('{_to_instant,_to_local}'::text[]) AS function;

-- Each day of two years in many zones, there and back, and as occurrences has them.
SELECT is_empty($$
  SELECT zone, local
    FROM (SELECT z.name FROM pg_timezone_names AS z  -- Not every system has the last three.
           WHERE z.name IN ('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Caracas', 'Africa/Casablanca', 'CET', 'EST5EDT', 'WET')) AS z (zone),
         generate_series(timestamp '2026-01-01 02:30', '2027-12-31', '1 day') AS local
   WHERE medsched._to_instant(local, zone) IS DISTINCT FROM medsched.next_occurrence(NULL, local, zone, '-infinity')
$$, 'the instant is that of a dose then');

SELECT * FROM finish();
ROLLBACK;
