-- An app as apps are before medsched, in schema app: rows written by hand, whose
-- problems the suite moving-over knows by name, and generated ones.  The psql
-- variable time_type is the type of time_of_day.
CREATE SCHEMA app;
SET search_path = app;
SET TimeZone = 'UTC';

CREATE TABLE medications (
  id uuid PRIMARY KEY, user_id uuid, name text, notes text, is_active boolean DEFAULT true,
  created_at timestamptz DEFAULT '2025-08-01Z', updated_at timestamptz);
CREATE TABLE schedules (
  id uuid PRIMARY KEY, medication_id uuid, time_of_day :time_type, days_of_week int[], start_date date,
  end_date date, timezone text, is_active boolean DEFAULT true, dose text);
CREATE TABLE dose_taken (
  id uuid PRIMARY KEY, schedule_id uuid, scheduled_for timestamptz, taken_at timestamptz);

-- Ids of what is written by hand end in their number.
CREATE FUNCTION pg_temp.id(kind text, number int) RETURNS uuid
LANGUAGE sql AS $$ SELECT (kind || '0000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid $$;

INSERT INTO medications (id, user_id, name, notes, is_active, updated_at)
SELECT pg_temp.id('a', m.number), pg_temp.id('f', m.person), m.name, m.notes, m.active, m.updated_at
FROM (VALUES
  (1, 1, 'metformin', 'with food', true, NULL::timestamptz),
  (2, 1, 'latanoprost', NULL, true, NULL),
  (3, 2, 'amoxicillin', NULL, false, '2026-02-20 12:00Z'),  -- last dose on the 10th
  (4, 2, 'never taken', NULL, false, NULL),
  (5, 2, 'ramipril', NULL, true, NULL),                      -- one of its schedules inactive
  (6, 3, 'from Mars', NULL, true, NULL),                     -- its only schedule in no zone
  (7, 3, 'without schedule', NULL, true, NULL),
  (8, 3, ' ', NULL, true, NULL),
  (9, NULL, 'nobody''s', NULL, true, NULL),
  (10, 3, 'half good', NULL, true, NULL)) AS m (number, person, name, notes, active, updated_at);

INSERT INTO schedules (id, medication_id, time_of_day, days_of_week, start_date, end_date, timezone, is_active, dose)
SELECT pg_temp.id('b', s.number), pg_temp.id('a', s.medication), s.clock::text::time, s.days, s.starts, s.ends,
       s.zone, s.active, s.dose
FROM (VALUES
  (1, 1, '08:00', NULL::int[], date '2026-03-01', date '2026-04-30', 'Europe/Berlin', true, '500 mg'),
  (2, 2, '21:30', '{6,0,1,1}', '2026-03-01', NULL, 'america/new_york', true, 'two drops'),
  (3, 3, '08:00', NULL, '2026-02-01', NULL, 'UTC', true, '0,5 g'),
  (4, 4, '08:00', '{3}', '2026-02-01', NULL, 'Europe/Berlin', false, NULL),
  (5, 5, '07:00', NULL, '2026-01-01', NULL, 'Europe/Berlin', true, '2.5 mg/day'),
  (6, 5, '19:00', NULL, '2026-01-01', NULL, 'Europe/Berlin', false, '0 mg'),
  (7, 6, '08:00', NULL, '2026-01-01', NULL, 'Mars/Olympus', true, NULL),
  (8, 8, '08:00', NULL, '2026-01-01', NULL, 'UTC', true, NULL),
  (9, 9, '08:00', NULL, '2026-01-01', NULL, 'UTC', true, NULL),
  (10, 10, '08:00', NULL, '2026-01-01', NULL, 'UTC', true, NULL),
  (11, 10, '08:00', '{}', '2026-01-01', NULL, 'UTC', true, NULL),
  (12, 10, '08:00', '{1,7}', '2026-01-01', NULL, 'UTC', true, NULL),
  (13, 10, '08:00', '{1,NULL}', '2026-01-01', NULL, 'UTC', true, NULL),
  (14, 10, '08:00', NULL, '2026-01-01', '2025-12-31', 'UTC', true, NULL),
  (15, 10, '08:00', '{0}', '2026-01-01', '2026-01-03', 'UTC', true, NULL),     -- Thursday to Saturday
  (16, 10, '08:00', NULL, NULL, NULL, 'UTC', true, NULL),
  (17, 10, '08:00:00.5', NULL, '2026-01-01', NULL, 'UTC', true, NULL),
  (18, 99, '08:00', NULL, '2026-01-01', NULL, 'UTC', true, NULL),
  (19, 10, '08:00', NULL, '2026-01-01', NULL, 'CET-1', true, NULL),
  (20, 10, '02:30', NULL, '2025-10-01', '2026-04-01', 'Europe/Berlin', true, NULL),
  (21, 10, '08:00', NULL, '2026-01-01', 'infinity', 'UTC', true, NULL))
  AS s (number, medication, clock, days, starts, ends, zone, active, dose);

INSERT INTO dose_taken (id, schedule_id, scheduled_for, taken_at)
SELECT pg_temp.id('d', d.number), pg_temp.id('b', d.schedule), d.scheduled_for, d.taken_at
FROM (VALUES
  -- Berlin's clocks go forward on 29 March 2026.
  (1, 1, timestamptz '2026-03-28 07:00Z', timestamptz '2026-03-28 07:05:00.123456Z'),
  (2, 1, '2026-03-29 06:00Z', '2026-03-29 06:05Z'),
  (3, 1, '2026-04-01 07:00Z', '2026-04-01 06:10Z'),    -- as though still winter: an hour late
  (4, 1, '2026-04-30 06:00Z', '2026-04-30 06:05Z'),    -- the last day
  (5, 1, '2026-05-01 06:00Z', '2026-05-01 06:05Z'),    -- after it
  (6, 1, '2026-04-02 06:00Z', '2026-04-02 06:09Z'),
  (7, 1, '2026-04-02 06:00Z', '2026-04-02 06:05Z'),    -- the same dose, earlier
  (8, 1, '2026-04-02 07:00Z', '2026-04-02 06:05Z'),    -- and again, an hour off
  (9, 1, '2026-04-03 06:00Z', NULL),
  (10, 2, '2026-03-03 02:30Z', '2026-03-03 02:31Z'),   -- Monday 21:30 in New York
  (11, 2, '2026-03-04 02:30Z', '2026-03-04 02:31Z'),   -- Tuesday
  (12, 3, '2026-02-09 08:00Z', '2026-02-09 08:00Z'),
  (13, 3, '2026-02-10 08:00Z', '2026-02-11 08:00Z'),
  (14, 6, '2026-01-05 18:00Z', '2026-01-05 18:00Z'),
  (15, 7, '2026-01-05 18:00Z', '2026-01-05 18:00Z'),   -- on Mars
  (16, 99, '2026-01-05 18:00Z', '2026-01-05 18:00Z'),
  (17, 10, NULL, '2026-01-05 18:00Z'),
  (18, 20, '2025-10-26 01:30Z', '2025-10-26 01:35Z'),  -- 02:30 comes twice: the second
  (19, 20, '2026-03-29 01:30Z', '2026-03-29 01:35Z'))  -- 02:30 is jumped over: 03:30
  AS d (number, schedule, scheduled_for, taken_at);

-- Generated: 20 people in five zones, three medications each, two schedules
-- each, at times that their zones' clocks repeat or jump over among others.
INSERT INTO medications (id, user_id, name, is_active)
SELECT md5(format('medication %s %s', p, m))::uuid, md5(format('person %s', p))::uuid,
       format('medication %s', m), (p + m) % 7 <> 0
FROM generate_series(1, 20) AS p, generate_series(1, 3) AS m;

INSERT INTO schedules (id, medication_id, time_of_day, days_of_week, start_date, end_date, timezone, is_active, dose)
SELECT md5(format('schedule %s %s %s', p, m, s))::uuid, md5(format('medication %s %s', p, m))::uuid,
       (ARRAY['01:30', '02:30', '08:00', '13:15', '20:00', '23:59'])[(p / 5 + m * 2 + s) % 6 + 1]::time,
       CASE (p + m + s) % 4 WHEN 0 THEN ARRAY[1, 3, 5] WHEN 1 THEN ARRAY[0, 6] END,
       date '2025-09-01' + p + m,
       CASE WHEN (p + m + s) % 5 = 0 THEN date '2026-02-01' + p END,
       (ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'])[p % 5 + 1],
       (p * 3 + m + s) % 11 <> 0, format('%s mg', m * 10)
FROM generate_series(1, 20) AS p, generate_series(1, 3) AS m, generate_series(1, 2) AS s;

-- Two doses of three, taken within the hour.
INSERT INTO dose_taken (id, schedule_id, scheduled_for, taken_at)
SELECT gen_random_uuid(), s.id, dose.at, dose.at + (abs(hashtext(s.id::text || day)) % 3600) * interval '1 second'
FROM schedules AS s
JOIN medications AS m ON m.id = s.medication_id AND m.name LIKE 'medication %'
CROSS JOIN LATERAL generate_series(s.start_date, coalesce(s.end_date, '2026-05-01'), interval '1 day') AS day
CROSS JOIN LATERAL (SELECT (day::date + s.time_of_day::time) AT TIME ZONE s.timezone AS at) AS dose
WHERE (s.days_of_week IS NULL OR extract(dow FROM day)::int = ANY (s.days_of_week))
  AND abs(hashtext(day::text || s.id)) % 3 < 2;
