-- People with four medications, and the doses that they took of three of them in 36 months, six a day.
\set ON_ERROR_STOP on
SET TimeZone = 'UTC';
SET session_replication_role = replica;   -- no triggers

-- usual: four schedules; counted: one more, whose doses are counted from the last; recording: half-hourly doses, which the
-- benchmark records.
CREATE TABLE people AS
SELECT kind, n, md5(kind || ' person ' || n)::uuid AS user_id, md5(kind || ' schedule ' || n || ' 6')::uuid AS schedule_id
  FROM unnest('{usual,counted,recording}'::text[]) AS kind, generate_series(0, 39) AS n;
ALTER TABLE people ADD PRIMARY KEY (kind, n);
CREATE TABLE given AS
SELECT p.user_id, md5(p.kind || ' medication ' || p.n || ' ' || s.nth)::uuid AS medication_id, md5(p.kind || ' schedule ' || p.n || ' ' || s.nth)::uuid AS schedule_id, s.*
  FROM (VALUES (1, 'FREQ=DAILY', NULL::interval, '{08:00}'::time[]), (2, 'FREQ=DAILY;BYHOUR=8,20', NULL, '{08:00,20:00}'),
               (3, 'FREQ=DAILY;BYHOUR=8,14,20', NULL, '{08:00,14:00,20:00}'), (4, 'FREQ=WEEKLY;BYDAY=MO', NULL, NULL),
               (5, NULL, interval '12 weeks', NULL), (6, 'FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,30', NULL, NULL))
         AS s (nth, rrule, after_last, times)
  JOIN people AS p ON s.nth <= 4 OR s.nth = 5 AND p.kind = 'counted' OR s.nth = 6 AND p.kind = 'recording';
INSERT INTO medsched.medications (user_id, id, name) SELECT user_id, medication_id, 'x' FROM given;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, after_last, dose_amount)
SELECT user_id, schedule_id, medication_id, date_trunc('month', timestamptz :'reference') - interval '35 months' + interval '8 hours' * (nth < 6)::int, 'UTC', rrule, after_last, 1 FROM given;
-- In the order of time, as an application records them.
INSERT INTO medsched.dose_taken (user_id, scheduled_for, schedule_id, taken_at, recorded_at)
SELECT g.user_id, at, g.schedule_id, at, at
  FROM generate_series(date_trunc('month', timestamptz :'reference') - interval '35 months', timestamptz :'reference' - interval '1 day', interval '1 day') AS day,
       given AS g, unnest(g.times) AS time,
       LATERAL (SELECT date_trunc('day', day) + time AS at) AS a
 ORDER BY at;
INSERT INTO medsched.dose_taken (user_id, scheduled_for, schedule_id, taken_at, recorded_at)
SELECT g.user_id, at, g.schedule_id, at, at FROM given AS g, LATERAL (SELECT date_trunc('day', timestamptz :'reference') - interval '70 days' + interval '8 hours' AS at) AS a WHERE g.nth = 5;
CREATE SEQUENCE turn;
