-- What an application has made of its tables, and of the functions it calls.
ALTER TABLE medsched.medications ADD COLUMN app_colour text NOT NULL DEFAULT 'white';
ALTER TABLE medsched.dose_taken ADD COLUMN app_device text;
CREATE INDEX app_by_device ON medsched.dose_taken (app_device);
UPDATE medsched.medications SET app_colour = 'blue' WHERE name = 'metformin';

CREATE SCHEMA app;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.app_device := ''phone''; RETURN NEW; END';
CREATE TRIGGER app_touch BEFORE INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION app.touch();

ALTER TABLE medsched.medications ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_all ON medsched.medications USING (true);
GRANT SELECT ON ALL TABLES IN SCHEMA medsched TO app_reader;
GRANT USAGE ON SCHEMA medsched, app TO app_reader;

CREATE VIEW app.doses WITH (security_barrier = true) AS
SELECT u.user_id, d.*
FROM (SELECT DISTINCT user_id FROM medsched.medications) AS u
CROSS JOIN LATERAL medsched.upcoming_doses(u.user_id, '2026-03-01Z', '2026-03-08Z') AS d;
CREATE VIEW app.due AS
SELECT s.user_id, s.dose_id, s.missed, d.local_time
FROM medsched.scheduled_doses('2026-03-01Z', '2026-03-08Z') AS s
LEFT JOIN medsched.due_doses('2026-03-01Z', '2026-03-08Z') AS d USING (dose_id);
CREATE VIEW app.counted AS SELECT user_id, count(*) AS doses FROM app.doses GROUP BY user_id;
CREATE MATERIALIZED VIEW app.kept AS SELECT dose_id FROM medsched.due_doses('2026-03-01Z', '2026-03-08Z');
CREATE FUNCTION app.next_dose(who uuid) RETURNS timestamptz LANGUAGE sql STABLE
BEGIN ATOMIC SELECT scheduled_for FROM medsched.next_doses(who, '2026-03-01Z', 1); END;
GRANT SELECT ON app.doses, app.counted TO app_reader;
CREATE FUNCTION app.prescribe(who uuid) RETURNS uuid LANGUAGE sql
BEGIN ATOMIC SELECT medsched.create_medication(who, 'Zinc', '[{"starts_at": "2026-03-02T08:00:00", "time_zone": "UTC"}]'); END;
