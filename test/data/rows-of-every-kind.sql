-- Rows of every kind that there is, and what an application adds to the tables, for
-- the suites that carry them somewhere.  By a role that owns the database; the role
-- app_reader is there.  test/data/regimens.sql comes first.
SET TimeZone = 'UTC';

-- The application's own: columns, an index, a trigger, a policy, rights, a view.
CREATE SCHEMA app;
CREATE TYPE app.colour AS ENUM ('white', 'rosé', 'blue');
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := timestamptz '2026-03-01Z'; RETURN NEW; END $$;
ALTER TABLE medsched.medications ADD COLUMN colour app.colour DEFAULT 'white';
ALTER TABLE medsched.schedules ADD COLUMN touched timestamptz, ADD COLUMN half numeric GENERATED ALWAYS AS (dose_amount / 2) STORED;
ALTER TABLE medsched.dose_taken ADD COLUMN device jsonb CHECK (device <> 'null');
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE INDEX medications_colour ON medsched.medications (colour) WHERE colour <> 'white';
CREATE POLICY own_doses ON medsched.dose_taken USING (user_id::text = current_setting('app.user_id', true));
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA medsched TO app_reader;
GRANT SELECT ON medsched.medications TO app_reader;
CREATE VIEW app.doses AS
SELECT u.user_id, d.dose_id, d.status, d.local_time, m.colour
  FROM (SELECT DISTINCT m.user_id FROM medsched.medications AS m) AS u
 CROSS JOIN LATERAL medsched.upcoming_doses(u.user_id, '2026-02-01Z', '2026-05-01Z') AS d
  JOIN medsched.medications AS m ON m.id = d.medication_id;

-- Dates, cycles, bounds; texts and numbers that are hard to write down.
SELECT medsched.create_medication('44444444-4444-4444-8444-444444444444', E'père''s "drops"\t10 %\n\\', $$[
  {"id": "44444444-0000-4000-8000-000000000001", "starts_at": "2026-01-05T08:00", "time_zone": "Australia/Lord_Howe",
   "rrule": "FREQ=DAILY;BYHOUR=8,20", "cycle_days_on": 21, "cycle_days_off": 7, "rdates": ["2026-02-01T12:00:01"],
   "exdates": ["2026-01-06T08:00"], "dose_amount": 0.125, "dose_unit": "µg", "instructions": "“with food”\\N", "grace": "P1DT2H"},
  {"id": "44444444-0000-4000-8000-000000000002", "starts_at": "2026-01-05T00:00", "time_zone": "Asia/Kathmandu", "as_needed": true,
   "min_interval": "PT1H", "max_per_24h": 8},
  {"id": "44444444-0000-4000-8000-000000000003", "starts_at": "2026-03-01T07:00", "time_zone": "America/St_Johns",
   "rrule": "FREQ=HOURLY;INTERVAL=8", "time_zone_pinned": true},
  {"id": "44444444-0000-4000-8000-000000000004", "starts_at": "2026-02-02T07:00", "time_zone": "UTC"}]$$, 'notes' || chr(10));
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, dose_amount, created_at, ends_at)
SELECT m.user_id, '44444444-0000-4000-8000-000000000005', m.id, '0001-01-01 00:00', 'Europe/Berlin', 'FREQ=YEARLY', 1e999, '9999-12-31Z', '9999-12-31Z'
  FROM medsched.medications AS m WHERE m.user_id = '44444444-4444-4444-8444-444444444444';
UPDATE medsched.medications SET colour = 'rosé' WHERE user_id = '44444444-4444-4444-8444-444444444444';

-- Doses of every outcome; then limits as needed that they would be against now.
SELECT medsched.mark_dose_taken(d.user_id, d.schedule_id, d.scheduled_for, d.scheduled_for + interval '1.000001 second', 'Ann', 0.0625, E'note\t\\')
  FROM (SELECT '44444444-4444-4444-8444-444444444444'::uuid AS user_id, d.*
          FROM medsched.upcoming_doses('44444444-4444-4444-8444-444444444444', '2026-01-05Z', '2026-01-12Z') AS d) AS d;
SELECT medsched.skip_dose('44444444-4444-4444-8444-444444444444', d.schedule_id, d.scheduled_for, 'nausea', 'nurse', 'twice')
  FROM medsched.upcoming_doses('44444444-4444-4444-8444-444444444444', '2026-01-13Z', '2026-01-14Z') AS d;
SELECT medsched.take_as_needed('44444444-4444-4444-8444-444444444444', '44444444-0000-4000-8000-000000000002', timestamptz '2026-02-01Z' + n * interval '2 hours')
  FROM generate_series(1, 5) AS n;
UPDATE medsched.dose_taken SET device = '{"id": 1, "é": "\\u00e9"}' WHERE outcome = 'skipped';
UPDATE medsched.schedules SET min_interval = '1 day', max_per_24h = 1 WHERE id = '44444444-0000-4000-8000-000000000002';

-- Revised twice, once ahead; travelled; inactivated, reactivated, and inactivated for good.
SELECT medsched.revise_schedule('44444444-4444-4444-8444-444444444444', '44444444-0000-4000-8000-000000000001', '2026-03-01Z',
         '{"id": "44444444-0000-4000-8000-000000000011", "dose_amount": 0.25}');
SELECT medsched.revise_schedule('44444444-4444-4444-8444-444444444444', '44444444-0000-4000-8000-000000000011', '2027-03-01Z',
         '{"id": "44444444-0000-4000-8000-000000000012", "rrule": "FREQ=DAILY;BYHOUR=9"}');
SELECT count(*) FROM medsched.change_time_zone('22222222-2222-4222-8222-222222222222', 'America/New_York', '2026-03-20Z');
SELECT count(*) FROM medsched.change_time_zone('22222222-2222-4222-8222-222222222222', 'Pacific/Auckland', '2026-04-20Z');
SELECT medsched.inactivate_medication(m.user_id, m.id, '2026-05-01Z') FROM medsched.medications AS m WHERE m.user_id <> '44444444-4444-4444-8444-444444444444';
SELECT count(*) FROM medsched.reactivate_medication('22222222-2222-4222-8222-222222222222', '22222222-0000-4000-8000-000000000001', '2026-05-10Z');
