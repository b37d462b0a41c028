\i test/setup.psql
BEGIN;
SELECT plan(7);

-- upcoming_doses lists of each schedule what occurrences gives, in whichever way it computes them: rules of each kind, in zones
-- with and without a change of clocks in the window, with dates, cycles and ends.
CREATE TEMP TABLE rules (k serial, rrule text);
INSERT INTO rules (rrule) VALUES
  (NULL), ('FREQ=DAILY'), ('FREQ=DAILY;INTERVAL=3'), ('FREQ=DAILY;BYHOUR=20,8,8;BYMINUTE=30,0'), ('FREQ=DAILY;BYHOUR=0,2,3,23'),
  ('FREQ=DAILY;BYDAY=MO,WE,SU'), ('FREQ=DAILY;INTERVAL=2;BYDAY=TU'), ('FREQ=DAILY;BYMONTH=3,11'), ('FREQ=DAILY;BYSECOND=60,59,0'),
  ('FREQ=DAILY;COUNT=40'), ('FREQ=DAILY;UNTIL=20260330T000000Z'), ('FREQ=DAILY;UNTIL=20260329'), ('FREQ=DAILY;BYHOUR=8,20;BYSETPOS=-1'),
  ('FREQ=WEEKLY'), ('FREQ=WEEKLY;BYDAY=SA,SU,MO'), ('FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU'), ('FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO'),
  ('FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=2'), ('FREQ=WEEKLY;BYMONTH=10;BYDAY=SU'), ('FREQ=WEEKLY;BYHOUR=2;UNTIL=20261101T020000'),
  ('FREQ=HOURLY'), ('FREQ=HOURLY;INTERVAL=5'), ('FREQ=HOURLY;INTERVAL=5;UNTIL=20261031T120000Z'), ('FREQ=HOURLY;BYHOUR=1,2,3'),
  ('FREQ=HOURLY;INTERVAL=7;COUNT=900'), ('FREQ=MINUTELY;INTERVAL=100'), ('FREQ=MINUTELY;INTERVAL=45;BYDAY=SU'),
  ('FREQ=MONTHLY;BYMONTHDAY=29,-1'), ('FREQ=MONTHLY;BYDAY=-1SU'), ('FREQ=YEARLY;BYWEEKNO=13,44;BYDAY=SU');
CREATE TEMP TABLE zones (z serial, zone text);
INSERT INTO zones (zone) VALUES ('Europe/Berlin'), ('America/New_York'), ('Australia/Lord_Howe'), ('Africa/Casablanca'), ('Asia/Kolkata');
CREATE TEMP TABLE variants AS
SELECT * FROM (VALUES
  ('plain', '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int, NULL::timestamptz, NULL::timestamptz),
  ('added', '{2026-03-29 02:30,2026-11-01 01:30,2026-10-25 02:30}', '{}', NULL, NULL, NULL, NULL),
  ('left out', '{}', '{2026-03-29 08:00,2026-03-30 08:00,2026-10-26 08:00}', NULL, NULL, NULL, NULL),
  ('cycle', '{}', '{}', 21, 7, NULL, NULL),
  ('ends', '{}', '{}', NULL, NULL, '2026-03-28 07:00Z', '2026-10-26 07:00Z')) AS v (variant, rdates, exdates, days_on, days_off, begins, ends);

-- The dates are left out of rules that do not have them, too, as rows of an earlier version may.
ALTER TABLE medsched.schedules DISABLE TRIGGER schedule_dates;
CREATE FUNCTION pg_temp.person(variant text, z int) RETURNS uuid IMMUTABLE RETURN md5(variant || z)::uuid;
INSERT INTO medsched.medications (user_id, id, name)
SELECT pg_temp.person(v.variant, z.z), pg_temp.person(v.variant, z.z), v.variant FROM variants AS v, zones AS z;
INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone, rrule, rdates, exdates, cycle_days_on, cycle_days_off,
                                effective_from, ends_at)
SELECT pg_temp.person(v.variant, z.z), pg_temp.person(v.variant, z.z), timestamp '2026-03-02 08:00' - r.k % 5 * interval '11 days 5 hours 30 minutes',
       z.zone, r.rrule, v.rdates, v.exdates, v.days_on, v.days_off, v.begins, v.ends
  FROM rules AS r, zones AS z, variants AS v
 WHERE (r.rrule IS NOT NULL OR v.begins IS NULL) AND (v.ends IS NULL OR r.rrule NOT LIKE '%UNTIL=20260329' AND r.rrule NOT LIKE '%COUNT=40');

-- The doses of which one list has more than the other.
CREATE FUNCTION pg_temp.differ(window_start timestamptz, window_end timestamptz)
RETURNS TABLE (rrule text, time_zone text, variant text, listed boolean, at timestamptz) LANGUAGE sql AS $$
  WITH people AS (SELECT DISTINCT user_id FROM medsched.schedules),
  listed AS (
    SELECT d.schedule_id, d.scheduled_for AS at FROM people AS p, medsched.upcoming_doses(p.user_id, $1, $2) AS d),
  asked AS (
    SELECT s.id, o.at
      FROM medsched.schedules AS s,
           medsched.occurrences(s.rrule, s.starts_at, s.time_zone, $1, $2, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS o (at)
     WHERE (s.effective_from IS NULL OR o.at >= s.effective_from) AND (s.ends_at IS NULL OR o.at < s.ends_at))
  SELECT s.rrule, s.time_zone, m.name, d.listed, d.at
    FROM ((SELECT true AS listed, l.* FROM (SELECT * FROM listed EXCEPT ALL SELECT * FROM asked) AS l)
          UNION ALL
          (SELECT false, a.* FROM (SELECT * FROM asked EXCEPT ALL SELECT * FROM listed) AS a)) AS d (listed, id, at)
    JOIN medsched.schedules AS s ON s.id = d.id
    JOIN medsched.medications AS m ON m.id = s.medication_id
   ORDER BY 3, 2, 1, 5 LIMIT 20
$$;
SELECT is_empty($$SELECT * FROM pg_temp.differ('2026-03-23 00:00Z', '2026-03-30 00:00Z')$$, 'a week over a spring''s change of clocks');
SELECT is_empty($$SELECT * FROM pg_temp.differ('2026-10-24 03:00Z', '2026-11-03 03:00:01Z')$$, 'ten days over an autumn''s');
SELECT is_empty($$SELECT * FROM pg_temp.differ('2026-01-01 00:00Z', '2026-07-30 00:00Z')$$, 'seven months, from before the start');
SELECT is_empty($$SELECT * FROM pg_temp.differ('2026-06-01 08:00Z', '2026-06-08 08:00Z')$$, 'a week without a change of clocks');
SELECT cmp_ok((SELECT count(*)::int FROM medsched.schedules AS s, medsched.upcoming_doses(s.user_id, '2026-06-01 08:00Z', '2026-06-08 08:00Z') AS d
                WHERE d.schedule_id = s.id), '>', 5000, 'in which there are doses');
SELECT is_empty($$SELECT d.* FROM (SELECT DISTINCT user_id FROM medsched.schedules) AS p,
                         medsched.upcoming_doses(p.user_id, '4714-11-24 00:00Z BC', '4714-12-01 00:00Z BC') AS d$$, 'none at the beginning of time');
SELECT is_empty($$SELECT d.* FROM (SELECT DISTINCT user_id FROM medsched.schedules) AS p,
                         medsched.upcoming_doses(p.user_id, '294276-12-25 00:00Z', '294276-12-31 23:59:59Z') AS d$$, 'nor at its end');

SELECT * FROM finish();
ROLLBACK;
