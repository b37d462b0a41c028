-- People for bench/recording.sh: whose doses are recorded, half of them already, and two who revise a schedule, one of whom
-- has fifty thousand doses recorded.  The tables in schema plain have the same columns and keys, and none of the rules.
--
-- Variables of psql: persons.
SET client_min_messages = warning;
SET TimeZone = 'UTC';
CREATE SCHEMA bench;
CREATE SCHEMA plain;

-- A person has two schedules, with two doses on each of 28 winter days.  The dose of a number, as bench/recording.sh finds it too: of
-- numbers in a row, each is another person's.
CREATE FUNCTION bench.dose(number int, persons int, OUT user_id uuid, OUT schedule_id uuid, OUT scheduled_for timestamptz)
LANGUAGE sql IMMUTABLE
AS $$
  SELECT md5('person ' || n.p)::uuid, md5('schedule ' || n.p || ' ' || n.r % 2)::uuid, timestamptz '2026-01-05 07:00Z' + n.r / 2 * interval '12 hours'
    FROM (SELECT number % persons AS p, number / persons AS r) AS n
$$;

SELECT medsched.create_medication(md5('person ' || p)::uuid, 'medication', jsonb_agg(jsonb_build_object(
         'id', md5('schedule ' || p || ' ' || s)::uuid, 'rrule', 'FREQ=DAILY;BYHOUR=8,20', 'time_zone', 'Europe/Berlin', 'dose_amount', 1,
         'dose_unit', 'tablet', 'starts_at', '2026-01-05T08:00:00')))
  FROM generate_series(0, :persons - 1) AS p CROSS JOIN generate_series(0, 1) AS s
 GROUP BY p \g /dev/null

CREATE TABLE plain.medications (LIKE medsched.medications INCLUDING DEFAULTS, PRIMARY KEY (user_id, id), UNIQUE (id));
CREATE TABLE plain.schedules (LIKE medsched.schedules INCLUDING DEFAULTS, PRIMARY KEY (user_id, id), UNIQUE (id), UNIQUE (user_id, replaces),
  FOREIGN KEY (user_id, medication_id) REFERENCES plain.medications, FOREIGN KEY (user_id, replaces) REFERENCES plain.schedules,
  FOREIGN KEY (user_id, follows) REFERENCES plain.schedules);
-- Domains to what they are made of: their checks are rules.
ALTER TABLE plain.schedules ALTER COLUMN rrule TYPE text, ALTER COLUMN time_zone TYPE text;
CREATE TABLE plain.dose_taken (LIKE medsched.dose_taken INCLUDING DEFAULTS, PRIMARY KEY (user_id, scheduled_for, schedule_id),
  FOREIGN KEY (user_id, schedule_id) REFERENCES plain.schedules);
INSERT INTO plain.medications SELECT m.* FROM medsched.medications AS m;
INSERT INTO plain.schedules SELECT s.* FROM medsched.schedules AS s;

-- The second half is recorded already.
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
SELECT d.user_id, d.schedule_id, d.scheduled_for, d.scheduled_for
  FROM generate_series(56 * :persons, 112 * :persons - 1) AS n CROSS JOIN LATERAL bench.dose(n::int, :persons) AS d;
INSERT INTO plain.dose_taken SELECT d.* FROM medsched.dose_taken AS d;

-- Whose schedule is revised: with a history, and with none.
CREATE TABLE bench.revising AS
SELECT h.history, md5('history ' || h.history)::uuid AS user_id,
       medsched.create_medication(md5('history ' || h.history)::uuid, 'medication', jsonb_build_array(jsonb_build_object(
         'rrule', 'FREQ=MINUTELY;INTERVAL=15', 'time_zone', 'UTC', 'starts_at', '2025-04-06T00:00:00'))) AS medication_id
  FROM (VALUES (true), (false)) AS h (history);
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
SELECT s.user_id, s.id, d.at, d.at
  FROM bench.revising AS r
  JOIN medsched.schedules AS s USING (user_id)
 CROSS JOIN LATERAL generate_series(timestamptz '2025-04-06Z', timestamptz '2026-11-26Z', '15 minutes') WITH ORDINALITY AS d (at, n)
 WHERE r.history AND d.n <= 50000;

-- Run a statement for doses in a row, each in a transaction of its own, and give the microseconds of one.
CREATE PROCEDURE bench.run(what text, start int, calls int, persons int, INOUT us double precision DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
  began timestamptz;
  d record;
BEGIN
  FOR nth IN 0 .. calls LOOP
    -- The first makes the plans.
    IF nth = 1 THEN
      began := clock_timestamp();
    END IF;
    SELECT * INTO d FROM bench.dose(start + nth, persons);
    CASE what
      WHEN 'nothing' THEN
        NULL;
      WHEN 'mark', 'repeat' THEN
        PERFORM medsched.mark_dose_taken(d.user_id, d.schedule_id, d.scheduled_for, d.scheduled_for);
      WHEN 'plain' THEN
        INSERT INTO plain.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
        VALUES (d.user_id, d.schedule_id, d.scheduled_for, d.scheduled_for) ON CONFLICT DO NOTHING;
      WHEN 'look' THEN
        PERFORM p.taken_at FROM plain.dose_taken AS p
          WHERE p.user_id = d.user_id AND p.schedule_id = d.schedule_id AND p.scheduled_for = d.scheduled_for;
    END CASE;
    COMMIT;
  END LOOP;
  us := extract(epoch FROM clock_timestamp() - began) * 1000000 / calls;
END
$$;
