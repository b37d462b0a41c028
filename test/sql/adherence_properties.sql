\i test/setup.psql
BEGIN;
SELECT plan(13);

-- What holds of adherence whatever the schedules and whatever was recorded, over
-- drawn schedules: random, but the same in every run.

CREATE FUNCTION pg_temp.draw(seed int, what text, choices text[]) RETURNS text IMMUTABLE LANGUAGE sql AS $$
  SELECT choices[1 + abs(hashtextextended(what, seed) % cardinality(choices))]
$$;

CREATE TEMP TABLE drawn AS
SELECT n, lpad(to_hex(n % 20 + 1), 32, '0')::uuid AS user_id, n % 40 AS medication,
       jsonb_strip_nulls(jsonb_build_object(
         'starts_at', timestamp '2025-10-20 00:00' + abs(hashtextextended('start', n) % 200000) * interval '1 minute',
         'time_zone', pg_temp.draw(n, 'zone', '{UTC,Europe/Berlin,America/New_York,Pacific/Kiritimati,Pacific/Niue,Australia/Lord_Howe,Asia/Kathmandu}'),
         'rrule', pg_temp.draw(n, 'rule', '{FREQ=DAILY,"FREQ=DAILY;BYHOUR=2,8,20;BYMINUTE=30","FREQ=HOURLY;INTERVAL=7","FREQ=HOURLY;INTERVAL=3","FREQ=WEEKLY;BYDAY=MO,TH",
                   "FREQ=DAILY;COUNT=10","FREQ=HOURLY;INTERVAL=5;COUNT=60","FREQ=DAILY;UNTIL=20260310T070000Z","FREQ=MINUTELY;INTERVAL=195;BYDAY=SU",NULL}'::text[]),
         'rdates', CASE WHEN n % 5 = 0 THEN jsonb_build_array('2026-03-29T02:30:00', '2026-03-08T02:30:00', '2026-03-08T07:30:00') END,
         'exdates', CASE WHEN n % 7 = 0 THEN jsonb_build_array('2026-03-08T08:30:00', '2026-03-09T08:30:00') END,
         'cycle_days_on', CASE WHEN n % 6 = 0 THEN 3 END, 'cycle_days_off', CASE WHEN n % 6 = 0 THEN 2 END,
         'grace', pg_temp.draw(n, 'grace', '{0,30 minutes,1 day,"400 hours",NULL}'::text[]),
         'ends_at', pg_temp.draw(n, 'end', '{2026-03-29T01:00:00Z,2026-06-01T00:00:00Z,NULL,NULL,NULL}'::text[]))) AS schedule
  FROM generate_series(1, 200) AS n;

-- The dates are left out of rules that do not have them, too, as rows of an earlier version may.
ALTER TABLE medsched.schedules DISABLE TRIGGER schedule_dates;
-- now() stays what it is, so that what is missed depends on the day: the properties do not.
DO $$
DECLARE
  row record;
BEGIN
  FOR row IN SELECT user_id, medication, jsonb_agg(schedule) AS schedules FROM drawn GROUP BY 1, 2 LOOP
    BEGIN
      PERFORM medsched.create_medication(row.user_id, 'M' || row.medication, row.schedules);
    EXCEPTION WHEN check_violation THEN  -- one that ends before it begins
      CONTINUE;
    END;
  END LOOP;
END
$$;
SELECT ok((SELECT count(*) > 80 FROM medsched.schedules), 'there are schedules');
-- Journeys, revisions and ends, some at the instant of another.
CREATE FUNCTION pg_temp.try(call text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'SELECT ' || call;
EXCEPTION WHEN check_violation OR object_not_in_prerequisite_state THEN  -- nothing would be left
END
$$;
SELECT count(pg_temp.try(format('medsched.change_time_zone(%L, ''America/Chicago'', ''2026-03-08 08:00Z'')', lpad(to_hex(n), 32, '0')))) FROM generate_series(1, 5) AS n \g /dev/null
SELECT count(pg_temp.try(format('medsched.change_time_zone(%L, ''Asia/Tokyo'', ''2026-03-20 08:00Z'')', lpad(to_hex(n), 32, '0')))) FROM generate_series(3, 8) AS n \g /dev/null
SELECT count(pg_temp.try(format('medsched.revise_schedule(%L, %L, ''2026-03-20 08:00Z'', ''{"dose_amount": 2}'')', s.user_id, s.id)))
  FROM medsched.schedules AS s JOIN medsched.medications AS m ON m.id = s.medication_id
 WHERE m.name LIKE '%3' OR m.name LIKE '%7' \g /dev/null
SELECT medsched.inactivate_medication(user_id, id, '2026-03-25 08:00Z') FROM medsched.medications WHERE name LIKE 'M1%' \g /dev/null
SELECT ok((SELECT count(*) > 10 FROM medsched.schedules WHERE replaces IS NOT NULL), 'and some that replace others');
-- Of the doses of the window and around it some are taken, on time or not, some skipped; one at each end.
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at)
SELECT d.user_id, d.schedule_id, d.scheduled_for, h.outcome, CASE WHEN h.outcome = 'taken' THEN d.scheduled_for + h.n * interval '10 minutes' END
  FROM medsched.scheduled_doses('2026-02-20Z', '2026-04-10Z') AS d
 CROSS JOIN LATERAL (
   SELECT hashtextextended(d.dose_id, 1) % 9 AS n, CASE WHEN hashtextextended(d.dose_id, 2) % 3 = 0 THEN 'skipped' ELSE 'taken' END AS outcome) AS h
 WHERE h.n <> 0;

ANALYZE medsched.medications, medsched.schedules, medsched.dose_taken;

CREATE TEMP TABLE windows AS
SELECT start, start + length AS stop
  FROM unnest('{2026-03-08 07:00Z,2026-03-08 08:00Z,2026-03-20 08:00Z,2026-03-25 07:30Z,2026-03-29 00:00Z,2026-03-01 00:00Z}'::timestamptz[]) AS start
 CROSS JOIN unnest('{1 microsecond,1 hour,8 days}'::interval[]) AS length
UNION ALL SELECT '2026-03-05Z', '2026-03-05Z' UNION ALL SELECT '2026-02-20Z', '2026-03-20Z';

CREATE TEMP TABLE counted AS
SELECT w.start, w.stop, a.* FROM windows AS w CROSS JOIN LATERAL medsched.adherence_of_all(w.start, w.stop) AS a;
SELECT ok((SELECT count(*) > 200 FROM counted) AND (SELECT min(least(taken, skipped, missed, on_time)) = 0 FROM counted)
          AND (SELECT bool_or(taken > 0 AND skipped > 0 AND missed > 0 AND on_time > 0) FROM counted), 'there is something to judge');
SELECT is_empty('SELECT * FROM counted WHERE scheduled <= 0', 'who has no dose has no row');
SELECT is_empty('SELECT * FROM counted WHERE taken < 0 OR skipped < 0 OR missed < 0 OR on_time < 0', 'nothing is below 0');
SELECT is_empty('SELECT * FROM counted WHERE taken + skipped + missed > scheduled', 'taken, skipped and missed are among the scheduled');
SELECT is_empty('SELECT * FROM counted WHERE on_time > taken', 'on time are some of the taken');
SELECT is_empty($$SELECT * FROM counted WHERE stop < now() - interval '30 days' AND taken + skipped + missed <> scheduled$$, 'long past, each dose is one of the three');
SELECT is_empty($$SELECT * FROM counted WHERE percentage IS DISTINCT FROM round(100.0 * taken / nullif(taken + skipped + missed, 0), 1)
                     OR percentage NOT BETWEEN 0 AND 100$$, 'the percentage is of these three');

CREATE TEMP TABLE listed AS
SELECT w.start, w.stop, d.* FROM windows AS w CROSS JOIN LATERAL medsched.scheduled_doses(w.start, w.stop) AS d;
SELECT set_eq('SELECT start, stop, user_id, medication_id, medication_name, scheduled, taken, skipped, missed, on_time FROM counted',
  $$SELECT start, stop, user_id, medication_id, medication_name, count(*) AS scheduled, count(*) FILTER (WHERE outcome = 'taken') AS taken,
           count(*) FILTER (WHERE outcome = 'skipped') AS skipped, count(*) FILTER (WHERE missed) AS missed, count(*) FILTER (WHERE on_time) AS on_time
      FROM listed GROUP BY 1, 2, 3, 4, 5$$, 'the same sums as scheduled_doses');
SELECT set_eq($$SELECT u.user_id, d.day, d.scheduled, d.taken, d.skipped, d.missed, d.on_time
                  FROM (SELECT DISTINCT user_id FROM medsched.medications) AS u
                 CROSS JOIN LATERAL medsched.adherence_by_day(u.user_id, '2026-03-01Z', '2026-03-09Z') AS d$$,
  $$SELECT user_id, local_time::date, count(*) AS scheduled, count(*) FILTER (WHERE outcome = 'taken') AS taken, count(*) FILTER (WHERE outcome = 'skipped') AS skipped,
           count(*) FILTER (WHERE missed) AS missed, count(*) FILTER (WHERE on_time) AS on_time
      FROM listed WHERE start = '2026-03-01Z' AND stop = '2026-03-09Z' GROUP BY 1, 2$$, 'and by day');
SELECT set_eq('SELECT start, stop, user_id, dose_id, scheduled_for, status, outcome FROM listed',
  $$SELECT w.start, w.stop, u.user_id, d.dose_id, d.scheduled_for, d.status, CASE WHEN d.status IN ('taken', 'skipped') THEN d.status END
      FROM windows AS w CROSS JOIN (SELECT DISTINCT user_id FROM medsched.medications) AS u
     CROSS JOIN LATERAL medsched.upcoming_doses(u.user_id, w.start, w.stop) AS d$$, 'which are the doses of upcoming_doses');
SELECT set_eq($$SELECT user_id, dose_id FROM medsched.due_doses('2026-03-01Z', '2026-03-09Z')$$,
  $$SELECT user_id, dose_id FROM listed WHERE start = '2026-03-01Z' AND stop = '2026-03-09Z' AND outcome IS NULL$$, 'due are those not recorded');

SELECT * FROM finish();
ROLLBACK;
