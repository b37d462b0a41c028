-- The benchmark's data: users with four medications each, a schedule for each
-- medication, and what was recorded of the doses of the last days.
--
-- Variables of psql: users; reference, the instant the data ends at; others,
-- how many users each of the groups beside them has (500); and days, for how many
-- days back doses are recorded (80).
-- Everything is drawn from hashes of the row's number, so a run can be repeated.

\set ON_ERROR_STOP on
\set QUIET on
\if :{?others} \else
\set others 500
\endif
\if :{?days} \else
\set days 80
\endif

SET session_replication_role = replica;   -- no triggers: the sample is checked below
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET work_mem = '512MB';
SET maintenance_work_mem = '1GB';

CREATE SCHEMA bench;

-- A number in [0, bound), the same for the same key and salt.
CREATE FUNCTION bench.draw(key bigint, salt int, bound int) RETURNS int
  IMMUTABLE PARALLEL SAFE
  RETURN ((hashint8extended(key, salt) & 9223372036854775807) % bound)::int;

CREATE FUNCTION bench.user_id(number int) RETURNS uuid
  IMMUTABLE PARALLEL SAFE
  RETURN md5(number::text)::uuid;

CREATE TABLE bench.zones (number int PRIMARY KEY, name text NOT NULL);
INSERT INTO bench.zones VALUES
  (0, 'America/New_York'), (1, 'America/Chicago'), (2, 'America/Los_Angeles'), (3, 'Europe/London'),
  (4, 'Europe/Berlin'), (5, 'Asia/Tokyo'), (6, 'Asia/Kolkata'), (7, 'Australia/Sydney');

-- The rules drawn from.  Beside the rule stand the columns that a design
-- without rules keeps instead: they feed the hand-written query and the load.
CREATE TABLE bench.patterns (
  number int PRIMARY KEY, rrule text NOT NULL, starts_at_midnight boolean NOT NULL,
  every_days int, weekdays int[], times time[], every_hours int);
INSERT INTO bench.patterns VALUES
  (0, 'FREQ=DAILY', false, 1, NULL, NULL, NULL),
  (1, 'FREQ=DAILY;BYHOUR=8,20', true, 1, NULL, '{08:00,20:00}', NULL),
  (2, 'FREQ=DAILY;BYHOUR=8,14,20', true, 1, NULL, '{08:00,14:00,20:00}', NULL),
  (3, 'FREQ=WEEKLY;BYDAY=MO,WE,FR', false, 1, '{1,3,5}', NULL, NULL),
  (4, 'FREQ=DAILY;INTERVAL=2', false, 2, NULL, NULL, NULL),
  (5, 'FREQ=HOURLY;INTERVAL=8', false, NULL, NULL, NULL, 8);

CREATE TABLE bench.drugs (number int PRIMARY KEY, name text, amount numeric, unit text, instructions text);
INSERT INTO bench.drugs VALUES
  (0, 'Amlodipine 5 mg', 1, 'tablet', NULL),
  (1, 'Atorvastatin 20 mg', 1, 'tablet', 'in the evening'),
  (2, 'Levothyroxine 75 mcg', 1, 'tablet', 'before breakfast, with water'),
  (3, 'Metformin 500 mg', 2, 'tablet', 'with meals'),
  (4, 'Lisinopril 10 mg', 1, 'tablet', NULL),
  (5, 'Omeprazole 20 mg', 1, 'capsule', 'half an hour before eating'),
  (6, 'Paracetamol 500 mg', 2, 'tablet', NULL),
  (7, 'Prednisone 5 mg', 1.5, 'tablet', 'with food'),
  (8, 'Salbutamol 100 mcg', 2, 'puff', NULL),
  (9, 'Vitamin D 1000 IU', 1, 'drop', NULL),
  (10, 'Warfarin 3 mg', 1, 'tablet', 'at the same time of day'),
  (11, 'Insulin glargine', 14, 'unit', 'under the skin');

-- What the schedules are drawn as.  Numbers above :users are small groups: two
-- with the same rules, begun twenty years and one week ago, and one without
-- rules by the hour.
CREATE TABLE bench.drawn AS
SELECT k.key, bench.user_id(u.number) AS user_id,
       md5('medication ' || key)::uuid AS medication_id,
       md5('schedule ' || key)::uuid AS schedule_id,
       z.name AS time_zone,
       d.name, d.amount, d.unit, d.instructions,
       p.rrule, p.every_days, p.weekdays, p.every_hours,
       starts.at AS starts_at,
       coalesce(p.times, ARRAY[starts.at::time]) AS times
FROM (
    SELECT number, number AS seed, 'usual' AS age FROM generate_series(1, :users) AS number
    UNION ALL
    SELECT :users + number, -number, 'twenty years' FROM generate_series(1, :others) AS number
    UNION ALL
    SELECT :users + 500 + number, -number, 'one week' FROM generate_series(1, :others) AS number
    UNION ALL
    SELECT :users + 1000 + number, :users + 1000 + number, 'no hours' FROM generate_series(1, :others) AS number
  ) AS u
  CROSS JOIN generate_series(0, 3) AS m
  CROSS JOIN LATERAL (SELECT u.number * 4 + m AS key, u.seed::bigint * 4 + m AS seed_key) AS k
  JOIN bench.zones AS z ON z.number = bench.draw(u.seed, 1, 8)
  JOIN bench.patterns AS p ON p.number = bench.draw(k.seed_key, 2, CASE u.age WHEN 'no hours' THEN 5 ELSE 6 END)
  JOIN bench.drugs AS d ON d.number = (bench.draw(u.seed, 3, 12) + 5 * m) % 12
  CROSS JOIN LATERAL (
    SELECT (timestamptz :'reference' AT TIME ZONE z.name)::date
           - CASE u.age WHEN 'twenty years' THEN 7305 + bench.draw(k.seed_key, 4, 2)
                        WHEN 'one week' THEN 7 + bench.draw(k.seed_key, 4, 2)
                        ELSE 80 + bench.draw(k.seed_key, 4, 1015) END
           + CASE WHEN p.starts_at_midnight THEN interval '0'
                  ELSE interval '6 hours' + bench.draw(k.seed_key, 5, 64) * interval '15 minutes' END AS at
  ) AS starts;

INSERT INTO medsched.medications (user_id, id, name, created_at)
SELECT user_id, medication_id, name, starts_at AT TIME ZONE time_zone
FROM bench.drawn ORDER BY user_id, medication_id;

INSERT INTO medsched.schedules
  (user_id, id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit, instructions)
SELECT user_id, schedule_id, medication_id, starts_at, time_zone, rrule, amount, unit, instructions
FROM bench.drawn ORDER BY user_id, schedule_id;

-- The columns of the design without rules.
CREATE TABLE bench.plain_schedules AS
SELECT user_id, schedule_id, starts_at, time_zone, every_days, weekdays, times, every_hours
FROM bench.drawn ORDER BY user_id, schedule_id;
ALTER TABLE bench.plain_schedules ADD PRIMARY KEY (user_id, schedule_id);
ANALYZE bench.plain_schedules;

-- Every dose from so many days back to 30 days ahead, but no further than back, found without medsched.
CREATE UNLOGGED TABLE bench.doses AS
SELECT s.user_id, s.schedule_id, dose.at AS scheduled_for,
       hashint8extended(d.key, extract(epoch FROM dose.at)::bigint) & 1048575 AS draw
FROM bench.plain_schedules AS s
  JOIN bench.drawn AS d USING (user_id, schedule_id)
  CROSS JOIN LATERAL (
    SELECT (day + hour) AT TIME ZONE s.time_zone
    FROM generate_series(
           greatest(s.starts_at::date,
                    s.starts_at::date
                    + ((timestamp :'reference' - make_interval(days => :days + 2))::date - s.starts_at::date)
                      / s.every_days * s.every_days),
           timestamp :'reference' + make_interval(days => least(:days, 30) + 2),
           s.every_days * interval '1 day') AS day
      CROSS JOIN unnest(s.times) AS hour
    WHERE s.every_days IS NOT NULL
      AND (s.weekdays IS NULL OR extract(isodow FROM day) = ANY (s.weekdays))
    UNION ALL
    SELECT at
    FROM generate_series(s.starts_at AT TIME ZONE s.time_zone,
                         timestamptz :'reference' + make_interval(days => least(:days, 30) + 2),
                         s.every_hours * interval '1 hour') AS at
    WHERE s.every_hours IS NOT NULL
  ) AS dose(at)
WHERE dose.at >= timestamptz :'reference' - make_interval(days => :days)
  AND dose.at < timestamptz :'reference' + make_interval(days => least(:days, 30));

-- 85 % of what is past was recorded; of that, one in fifty as skipped.
INSERT INTO medsched.dose_taken
  (user_id, scheduled_for, schedule_id, taken_at, recorded_at, recorded_by, outcome, reason)
SELECT user_id, scheduled_for, schedule_id,
       CASE WHEN draw % 50 <> 0 THEN scheduled_for + draw % 40 * interval '1 minute' END,
       scheduled_for + draw % 40 * interval '1 minute',
       CASE WHEN draw % 7 = 0 THEN 'caregiver' ELSE 'self' END,
       CASE WHEN draw % 50 <> 0 THEN 'taken' ELSE 'skipped' END,
       CASE WHEN draw % 50 = 0 THEN 'nausea' END
FROM bench.doses
WHERE scheduled_for < timestamptz :'reference' AND draw < 0.85 * 1048576
ORDER BY user_id, scheduled_for, schedule_id;
