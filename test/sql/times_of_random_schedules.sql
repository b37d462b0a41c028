\i test/setup.psql
BEGIN;
SELECT plan(7);

-- Forms and schedules drawn at random, through schedule_from_times() and times_of_schedule().

-- Ten thousand forms, and back. setseed() makes them the same in every run.
SELECT setseed(0.5) \g /dev/null
CREATE TEMP TABLE forms AS
SELECT f.nth, f.times, x.starts_on, f.time_zone, f.days_of_week,
       CASE WHEN f.length < 400 THEN x.starts_on + f.length END AS ends_on,
       f.every,
       CASE WHEN f.cycle < 20 THEN f.cycle + 1 END AS cycle_days_on, CASE WHEN f.cycle < 20 THEN f.cycle % 7 + 1 END AS cycle_days_off
FROM (SELECT nth,
             ARRAY(SELECT DISTINCT make_time((random() * 23)::int, (ARRAY[0, 15, 30, 45, 59])[ceil(random() * 5)::int], 0)
                   FROM generate_series(1, ceil(random() * 3)::int) WHERE nth > 0 ORDER BY 1) AS times,
             '2020-01-01'::date + (random() * 7300)::int AS day,
             (ARRAY['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'])[ceil(random() * 5)::int] AS time_zone,
             -- Of 127 sets of days, all of them are every day.
             CASE WHEN random() < 0.5 THEN (SELECT array_agg(d) FROM generate_series(1, 7) AS d, (SELECT (1 + random() * 125)::int WHERE nth > 0) AS s (bits)
                                            WHERE s.bits >> (d - 1) & 1 = 1) END AS days_of_week,
             (random() * 800)::int AS length,
             CASE WHEN random() < 0.5 THEN 1 ELSE ceil(random() * 30)::int END AS every,
             (random() * 60)::int AS cycle
      FROM generate_series(1, 10000) AS nth) AS f
-- The first day has doses.
CROSS JOIN LATERAL (SELECT min(f.day + n) AS starts_on FROM generate_series(0, 6) AS n
                    WHERE f.days_of_week IS NULL OR extract(isodow FROM f.day + n)::int = ANY (f.days_of_week)) AS x;
CREATE TEMP TABLE made AS
SELECT f.nth, medsched.schedule_from_times(f.times, f.starts_on, f.time_zone, f.days_of_week, f.ends_on, f.every, f.cycle_days_on, f.cycle_days_off) AS schedules
FROM forms AS f;
SELECT results_eq(
  $$SELECT f.nth, f.times, f.starts_on, f.time_zone, f.days_of_week, f.ends_on, f.every, f.cycle_days_on, f.cycle_days_off, NULL::text
    FROM forms AS f ORDER BY f.nth$$,
  $$SELECT m.nth, t.* FROM made AS m CROSS JOIN LATERAL medsched.times_of_schedule(m.schedules) AS t ORDER BY m.nth$$,
  'ten thousand forms come back the same');
SELECT ok(count(*) = 10000 AND count(DISTINCT (f.times, f.starts_on, f.days_of_week, f.every)) > 9900 AND count(f.days_of_week) > 4000
          AND count(f.ends_on) > 4000 AND count(f.cycle_days_on) > 3000 AND count(*) FILTER (WHERE cardinality(f.times) > 1) > 5000,
  'which are of every kind') FROM forms AS f;
SELECT ok(count(*) FILTER (WHERE jsonb_array_length(m.schedules) > 1) > 2000, 'many of them several schedules') FROM made AS m;

-- A thousand schedules that no form shows: a form's, with one thing more. Those whose rule repeats by days begin at its
-- starts_at, and have two times a day or more.
CREATE TEMP TABLE spoilt AS
SELECT row_number() OVER () AS nth, s.what, s.schedule
FROM (SELECT f.*, row_number() OVER (ORDER BY f.nth) AS of_all,
             jsonb_build_object('starts_at', f.starts_on + f.times[1], 'time_zone', f.time_zone) AS start,
             ';BYHOUR=' || h.hours || ';BYMINUTE=0,30;BYSECOND=0' AS clock, h.hours
      FROM forms AS f
      CROSS JOIN LATERAL (SELECT extract(hour FROM f.times[1])::text AS hours) AS h
      WHERE extract(minute FROM f.times[1]) = 0
      ORDER BY f.nth LIMIT 1000) AS f
CROSS JOIN LATERAL (SELECT * FROM (VALUES
  (0, 'repeats by months', f.start || jsonb_build_object('rrule', 'FREQ=MONTHLY;BYMONTHDAY=' || f.every || f.clock)),
  (1, 'repeats by years', f.start || jsonb_build_object('rrule', 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=' || f.every || f.clock)),
  (2, 'repeats in elapsed time', f.start || jsonb_build_object('rrule', 'FREQ=HOURLY;INTERVAL=' || f.every)),
  (3, 'has its doses on days of months or years', f.start || jsonb_build_object('rrule', 'FREQ=DAILY;BYMONTH=1,2,3' || f.clock)),
  (4, 'picks from its times by position', f.start || jsonb_build_object('rrule', 'FREQ=DAILY;BYSETPOS=2' || f.clock)),
  (5, 'has days of the week and repeats every', f.start || jsonb_build_object('rrule', 'FREQ=DAILY;BYDAY=MO,TH;INTERVAL=' || f.every + 1 || f.clock)),
  (6, 'has single dates', f.start || jsonb_build_object('rrule', 'FREQ=DAILY' || f.clock, 'rdates', ARRAY[f.starts_on + '12:10'::time])),
  (7, 'leaves out single dates', f.start || jsonb_build_object('rrule', 'FREQ=DAILY' || f.clock, 'exdates', ARRAY[f.starts_on + f.times[1]])),
  (8, 'is taken as needed', f.start || '{"as_needed": true}'),
  (9, 'starts within a day', f.start || jsonb_build_object('starts_at', f.starts_on + f.times[1] + interval '10 min', 'rrule', 'FREQ=DAILY' || f.clock)),
  (10, 'ends within a day', f.start || jsonb_build_object('rrule', 'FREQ=DAILY;COUNT=' || f.every * 2 + 1 || f.clock)),
  (11, 'ends within a day', f.start || jsonb_build_object('rrule', 'FREQ=DAILY;UNTIL=' || to_char(f.starts_on + f.every + f.times[1], 'YYYYMMDD"T"HH24MISS') || f.clock)),
  (12, 'counts weeks that begin on Sunday', f.start || jsonb_build_object('rrule', 'FREQ=WEEKLY;WKST=SU;BYDAY=SU,MO;INTERVAL=' || f.every + 1 || f.clock)),
  (13, 'counts its cycle from', f.start || jsonb_build_object('cycle_days_on', 10, 'cycle_days_off', f.every + 7, 'rrule',
    'FREQ=WEEKLY;BYDAY=' || (ARRAY['TU','WE','TH','FR','SA','SU','MO'])[extract(isodow FROM f.starts_on)::int] || f.clock)),
  (14, 'has more than 1440 times a day', f.start || jsonb_build_object('starts_at', f.starts_on::timestamp, 'rrule',
    'FREQ=DAILY;BYSECOND=0,30;BYMINUTE=' || (SELECT string_agg(n::text, ',') FROM generate_series(0, 59) AS n)
    || ';BYHOUR=' || (SELECT string_agg(n::text, ',') FROM generate_series(0, 23) AS n))))
  AS s (kind, what, schedule) WHERE s.kind = f.of_all % 15) AS s;
SELECT is_empty($$
  SELECT s.schedule, s.what, t.* FROM spoilt AS s CROSS JOIN LATERAL medsched.times_of_schedule(jsonb_build_array(s.schedule)) AS t
  WHERE t.problem IS NULL OR t.times IS NOT NULL OR NOT starts_with(t.problem, 'schedules[0] ' || s.what)$$,
  'of a thousand schedules that no form shows, each is said so, and why');
SELECT is(count(*), 1000::bigint, 'which they are') FROM spoilt;

-- A thousand schedules of any kind: where a form shows one, what it makes has the same doses.
CREATE TEMP TABLE shown AS
SELECT s.*, t.*
FROM (SELECT nth, '2027-01-01'::timestamp + make_interval(hours => (random() * 700)::int) AS starts_at,
             concat('FREQ=', CASE WHEN random() < 0.5 THEN 'DAILY' ELSE 'WEEKLY' END,
               CASE WHEN random() < 0.5 THEN ';INTERVAL=' || ceil(random() * 4) END,
               CASE WHEN random() < 0.5 THEN ';WKST=' || (ARRAY['SU', 'WE', 'SA'])[ceil(random() * 3)::int] END,
               CASE WHEN random() < 0.5 THEN ';BYDAY=' || (ARRAY['MO', 'SU,MO', 'TU,SA', 'WE,TH,FR,SU'])[ceil(random() * 4)::int] END,
               CASE WHEN random() < 0.5 THEN ';BYHOUR=' || (ARRAY['0', '8', '12', '23', '8,20'])[ceil(random() * 5)::int] END,
               CASE ceil(random() * 4) WHEN 1 THEN ';COUNT=' || ceil(random() * 20)
                 WHEN 2 THEN ';UNTIL=' || to_char('2027-02-01'::timestamp + make_interval(hours => (random() * 2000)::int), 'YYYYMMDD"T"HH24MISS')
                 WHEN 3 THEN ';UNTIL=' || to_char('2027-02-01'::timestamp + make_interval(hours => (random() * 2000)::int), 'YYYYMMDD"T"HH24MISS"Z"') END) AS rrule,
             CASE WHEN random() < 0.3 THEN ceil(random() * 10)::int END AS days_on,
             CASE WHEN random() < 0.3 THEN '2027-02-01Z'::timestamptz + make_interval(hours => (random() * 2000)::int) END AS ends_at
      FROM generate_series(1, 1000) AS nth) AS s
CROSS JOIN LATERAL medsched.times_of_schedule(jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
  'starts_at', s.starts_at, 'time_zone', 'Europe/Berlin', 'rrule', s.rrule, 'ends_at', s.ends_at,
  'cycle_days_on', s.days_on, 'cycle_days_off', s.days_on)))) AS t;
SELECT is_empty($$
  SELECT s.*
  FROM shown AS s
  WHERE s.problem IS NULL
    AND ARRAY(SELECT o FROM medsched.occurrences(s.rrule, s.starts_at, 'Europe/Berlin', '2027-01-01Z', least(s.ends_at, '2027-09-01Z'),
                              '{}', '{}', s.days_on, s.days_on) AS o)
        <> ARRAY(SELECT o
                 FROM jsonb_array_elements(medsched.schedule_from_times(s.times, s.starts_on, s.time_zone, s.days_of_week, s.ends_on, s.every,
                        s.cycle_days_on, s.cycle_days_off)) AS m
                 CROSS JOIN LATERAL medsched.occurrences(m ->> 'rrule', (m ->> 'starts_at')::timestamp, m ->> 'time_zone', '2027-01-01Z', '2027-09-01Z',
                   '{}', '{}', (m ->> 'cycle_days_on')::int, (m ->> 'cycle_days_off')::int) AS o ORDER BY o)$$,
  'what a form shows has the doses of the schedule');
SELECT ok(count(*) FILTER (WHERE s.problem IS NULL) > 250 AND count(s.problem) > 150, 'of many schedules, and others are refused') FROM shown AS s;

SELECT * FROM finish();
ROLLBACK;
