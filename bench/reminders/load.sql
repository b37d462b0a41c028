-- So many schedules of four to a person, each with a dose a day, of which 20,000 have one that was due in the last hour.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT medsched.create_tables(), medsched.enable_reminders() \g /dev/null
CREATE TABLE loaded AS SELECT now() AS at;
SET session_replication_role = replica;
INSERT INTO medsched.medications (user_id, id, name)
SELECT md5('person ' || n)::uuid, md5('medication ' || n)::uuid, 'Medication ' || n FROM generate_series(1, :schedules / 4) AS n;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit)
SELECT md5('person ' || n / 4 + 1)::uuid, md5('schedule ' || n)::uuid, md5('medication ' || n / 4 + 1)::uuid,
       date_trunc('second', timezone(z.name, l.at) - interval '200 days' + CASE WHEN n % (:schedules / 20000) = 0 THEN interval '-1 hour' ELSE interval '22 hours' END * (n % 997) / 997.0),
       z.name, 'FREQ=DAILY', 1, 'tablet'
  FROM generate_series(0, :schedules - 1) AS n
 CROSS JOIN loaded AS l
 CROSS JOIN LATERAL (SELECT (ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'UTC'])[1 + n % 4] AS name) AS z;
SET session_replication_role = origin;
-- As the queue stands an hour after the last claim.
CREATE PROCEDURE make_due()
LANGUAGE sql
AS $$
UPDATE medsched.reminder_queue AS q
   SET look_at = medsched.previous_occurrence(s.rrule, s.starts_at, s.time_zone, now()), next_at = q.look_at, said_at = NULL, said_from = NULL, said_dose = NULL
  FROM medsched.schedules AS s
 CROSS JOIN loaded AS l
 WHERE s.user_id = q.user_id AND s.id = q.schedule_id AND q.look_at > l.at + interval '22 hours' AND q.look_at <= l.at + interval '24 hours'
$$;
SELECT medsched.fill_reminders(2147483647) \g /dev/null
CALL make_due();
VACUUM (ANALYZE);
-- Both sizes are measured from memory.
CREATE EXTENSION pg_prewarm;
SELECT pg_prewarm(c.oid) FROM pg_class AS c
 WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind IN ('r', 'i') \g /dev/null
CHECKPOINT;
