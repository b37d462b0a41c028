\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(19);

\i test/id.psql

-- Every answer is the engine's, and every reason holds: for many rules, all the
-- occurrences around three months of clock changes, and instants beside them.
CREATE TEMPORARY TABLE rules AS
SELECT pg_temp.id('c' || i) AS id, zone, rrule, cycle_days_on, cycle_days_off
  FROM (SELECT row_number() OVER () AS i, *
          FROM unnest('{Europe/Berlin,America/New_York,Australia/Lord_Howe}'::text[]) AS zone,
          (VALUES ('FREQ=DAILY;BYHOUR=2,8;BYMINUTE=30', 5, 2), ('FREQ=DAILY;INTERVAL=3;BYHOUR=1,2,3;BYMINUTE=0,30', NULL, NULL),
                  ('FREQ=WEEKLY;BYDAY=MO,WE,SU;BYHOUR=2;BYMINUTE=15', NULL, NULL), ('FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO', NULL, NULL),
                  ('FREQ=MONTHLY;BYMONTHDAY=1,15,-1', NULL, NULL), ('FREQ=MONTHLY;BYDAY=-1SU,2MO', NULL, NULL),
                  ('FREQ=MONTHLY;BYDAY=MO,TU,WE;BYSETPOS=2,-2', NULL, NULL), ('FREQ=YEARLY;BYWEEKNO=10,13,44,45;BYDAY=SU,TU', NULL, NULL),
                  ('FREQ=YEARLY;BYMONTH=3,4,10,11;BYDAY=1SU,-1SU', NULL, NULL), ('FREQ=HOURLY;INTERVAL=7', NULL, NULL),
                  ('FREQ=HOURLY;BYHOUR=1,2,3;BYMINUTE=10,40', NULL, NULL), ('FREQ=MINUTELY;INTERVAL=95', 3, 4),
                  ('RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD', NULL, NULL), ('FREQ=DAILY;COUNT=60', NULL, NULL),
                  ('FREQ=DAILY;UNTIL=20260401T023000Z', NULL, NULL)) AS r (rrule, cycle_days_on, cycle_days_off)) AS r;
INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id('c'), pg_temp.id('c'), 'x');
-- The dates are left out of rules that do not have them, too, as rows of an earlier version may.
ALTER TABLE medsched.schedules DISABLE TRIGGER schedule_dates;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, cycle_days_on, cycle_days_off, rdates, exdates)
SELECT pg_temp.id('c'), id, pg_temp.id('c'), '2026-02-01 02:30', zone, rrule, cycle_days_on, cycle_days_off,
       '{2026-04-02 05:00}', '{2026-03-09 02:30,2026-03-30 08:30}' FROM rules;
CREATE TEMPORARY TABLE answers AS
SELECT r.*, at, timezone(zone, at) AS local, e.*,
       medsched.is_occurrence(rrule, '2026-02-01 02:30', zone, at, '{2026-04-02 05:00}', '{2026-03-09 02:30,2026-03-30 08:30}', cycle_days_on, cycle_days_off) AS is_occurrence
  FROM rules AS r
 CROSS JOIN LATERAL (
         SELECT medsched.occurrences(rrule, '2026-02-01 02:30', zone, w, w + interval '10 days', cycle_days_on => r.cycle_days_on, cycle_days_off => r.cycle_days_off)
                + make_interval(mins => d)
           FROM unnest('{2026-03-04,2026-03-27,2026-10-01,2026-10-23}'::timestamptz[]) AS w, unnest('{-90,-60,-30,0,1,30,60,1440}'::int[]) AS d
          UNION
         SELECT generate_series(w, w + interval '3 days', interval '90 min') FROM unnest('{2026-03-07,2026-03-28,2026-04-04,2026-10-24,2026-10-31}'::timestamptz[]) AS w) AS i (at)
 CROSS JOIN LATERAL medsched.explain_dose(pg_temp.id('c'), r.id, at) AS e;
SELECT cmp_ok(count(*), '>', 10000::bigint, 'more than ten thousand questions') FROM answers;
SELECT cmp_ok(count(*) FILTER (WHERE is_dose), '>', 1000::bigint, 'a thousand of them of doses') FROM answers;
SELECT is_empty('SELECT * FROM answers WHERE is_dose <> is_occurrence OR is_dose <> (explanation LIKE ''A dose:%'')', 'whether it is one is what the engine says');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%BYDAY does not include%'
  AND (explanation NOT LIKE '%BYDAY does not include ' || trim(to_char(local, 'Day')) || '%' OR rrule ~ ('BYDAY=[^;]*' || upper(left(to_char(local, 'Dy'), 2))))$$,
  'a weekday said to be missing is');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%BYMONTH does not include%'
  AND (explanation NOT LIKE '%BYMONTH does not include ' || trim(to_char(local, 'Month')) || '%' OR extract(month FROM local) IN (3, 4, 10, 11))$$, 'so is a month');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%BYMONTHDAY does not include%'
  AND (local::date = (date_trunc('month', local) + interval '1 month - 1 day')::date OR extract(day FROM local) IN (1, 15))$$, 'so is a day of the month');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%BYWEEKNO does not include%'
  AND (explanation NOT LIKE '%week ' || extract(week FROM local) || '.%' AND explanation NOT LIKE '%week ' || extract(week FROM local) || ', and%'
       OR extract(week FROM local) IN (10, 13, 44, 45))$$, 'so is a week');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%of day are%' AND explanation ~ ('of day are [^.]*' || to_char(local, 'HH24:MI'))$$, 'a time is not among those listed');
SELECT is_empty($$SELECT * FROM answers WHERE explanation ~ 'time of day is' AND explanation LIKE '%time of day is ' || to_char(local, 'HH24:MI') || '%'$$, 'nor is it the one');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%INTERVAL=3%' AND (local::date - date '2026-02-01') % 3 = 0$$, 'a day is no multiple of INTERVAL');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%INTERVAL=2%' AND (local::date - date '2026-02-01') / 7 % 2 = 0$$, 'nor is a week, from Sunday on');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%INTERVAL=95%'
  AND extract(epoch FROM at - (timestamp '2026-02-01 02:30' AT TIME ZONE zone))::int / 60 % 95 = 0$$, 'nor are minutes');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%of its cycle%'
  AND (local::date - date '2026-02-01') % (cycle_days_on + cycle_days_off) < cycle_days_on AND local::time >= '04:00'$$, 'a day off is off');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%a second time%' AND timezone(zone, at - interval '1 hour') <> local AND timezone(zone, at - interval '30 min') <> local$$,
  'what comes a second time came before');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%COUNT%' AND local < timestamp '2026-02-01' + interval '60 days'$$, 'COUNT is used up');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%UNTIL%' AND at <= '2026-04-01 02:30Z'$$, 'UNTIL is over');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%rdates add%' AND local <> '2026-04-02 05:00'$$, 'what is added is');
SELECT is_empty($$SELECT * FROM answers WHERE explanation LIKE '%exdates leave out%' AND local NOT IN ('2026-03-09 02:30', '2026-03-30 08:30', '2026-03-30 02:30')$$, 'what is left out is');
SELECT set_eq($$SELECT DISTINCT kind FROM answers, unnest('{BYDAY,BYMONTH,BYMONTHDAY,BYWEEKNO,BYSETPOS,INTERVAL,COUNT,UNTIL,cycle,exdates,rdates,second time,jump over,this day}'::text[]) AS kind
                  WHERE explanation LIKE '%' || kind || '%'$$,
  $$SELECT unnest('{BYDAY,BYMONTH,BYMONTHDAY,BYWEEKNO,BYSETPOS,INTERVAL,COUNT,UNTIL,cycle,exdates,rdates,second time,jump over,this day}'::text[])$$, 'each kind of answer was among them');

SELECT * FROM finish();
ROLLBACK;
