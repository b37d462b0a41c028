\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(120);

-- What an error's detail tells of rows, for every combination of SELECT on the
-- three tables: of rows that the caller may read, and of no others.

\set ann '''00000000-0000-0000-0000-00000000000a'''
SELECT medsched.create_medication(:ann, 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS metformin \gset
SELECT medsched.create_medication(:ann, 'Paracetamol',
  '[{"id": "00000000-0000-0000-0000-000000000a21", "starts_at": "2026-01-01T00:00:00", "time_zone": "UTC", "as_needed": true, "min_interval": "4 hours", "max_per_24h": 2}]') \g /dev/null
SELECT medsched.create_medication(:ann, 'Ibuprofen',
  '[{"id": "00000000-0000-0000-0000-000000000a31", "starts_at": "2026-01-01T09:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "ends_at": "2026-03-01T00:00:00Z"}]') AS ibuprofen \gset
SELECT medsched.create_medication(:ann, 'Aspirin',
  '[{"id": "00000000-0000-0000-0000-000000000a41", "starts_at": "2026-01-01T09:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS aspirin \gset
SELECT medsched.inactivate_medication(:ann, :'aspirin', '2026-02-01Z') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z') \g /dev/null
SELECT medsched.take_as_needed(:ann, '00000000-0000-0000-0000-000000000a21', t)
FROM unnest('{2026-01-02 02:00Z,2026-01-02 06:00Z}'::timestamptz[]) AS t \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;

-- Which tables' rows an error is about: m, s, d. A change of all rows breaks one row's rule alone: rows
-- are met in no order, and to name one in a WHERE is to read it.
CREATE TEMPORARY TABLE errors (what text PRIMARY KEY, write text, about text, tells text, keeps_to_itself text);
INSERT INTO errors VALUES
  ('not scheduled', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 09:00Z')$$, 'ms',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-02 09:00:00+00 | The nearest doses are at 2026-01-02 08:00:00+00 and at 2026-01-03 08:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-02 09:00:00+00 | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ('ended', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a31', '2026-03-02 09:00Z')$$, 'ms',
   '23514 medsched.dose_taken.dose_after_end: schedule "00000000-0000-0000-0000-000000000a31" has no dose at 2026-03-02 09:00:00+00 | The schedule ended at 2026-03-01 00:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a31" has no dose at 2026-03-02 09:00:00+00 | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ('inactive', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a41', '2026-02-02 09:00Z')$$, 'ms',
   '23514 medsched.dose_taken.dose_after_inactivation: schedule "00000000-0000-0000-0000-000000000a41" has no dose at 2026-02-02 09:00:00+00 | The medication was inactivated at 2026-02-01 00:00:00+00. | Record a dose before that, or take the medication up again: call medsched.reactivate_medication().',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a41" has no dose at 2026-02-02 09:00:00+00 | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ('as needed, no such second', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-02 09:00:00.5Z')$$, 'ms',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a21" has no dose at 2026-01-02 09:00:00.5+00 | As needed, a dose is at a whole second from 2026-01-01 00:00:00 in UTC on, until the end of the year 9999. | Call medsched.take_as_needed(), which leaves out the fraction of the second.',
   '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a21" has no dose at 2026-01-02 09:00:00.5+00 | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ('too close', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-02 09:00Z')$$, 'sd',
   '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2026-01-02 09:00:00+00 is too close to another | Doses are at least 04:00:00 apart, and one was taken at 2026-01-02 06:00:00+00. The next is allowed at 2026-01-03 02:00:00+00. | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.',
   '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2026-01-02 09:00:00+00 is too close to another | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'),
  ('too many', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-02 12:00Z')$$, 'sd',
   '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2026-01-02 12:00:00+00 is one too many in 24 hours | At most 2 doses are taken in any 24 hours, and 2 were taken from 2026-01-02 02:00:00+00 to 2026-01-02 06:00:00+00. The next is allowed at 2026-01-03 02:00:00+00. | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.',
   '23514 medsched.dose_taken.as_needed_max_per_24h: the dose at 2026-01-02 12:00:00+00 is one too many in 24 hours | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'),
  ('changed schedule', $$UPDATE medsched.schedules SET ends_at = '2026-01-02 07:00Z'$$, 'd',
   '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000a11" has recorded doses that would no longer be scheduled | The first of them is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDEtMDJUMDg6MDA6MDAuMDAwWg", at 2026-01-02 08:00:00+00. | Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().',
   '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000a11" has recorded doses that would no longer be scheduled | Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().');
INSERT INTO errors SELECT 'changed medication', $$UPDATE medsched.medications SET inactivated_at = '2026-01-02 07:00Z'$$, 'd',
   '23514 medsched.medications.recorded_dose_keeps_schedule: medication "' || :'metformin' || '" has recorded doses that would no longer be scheduled | The first of them is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDEtMDJUMDg6MDA6MDAuMDAwWg", at 2026-01-02 08:00:00+00. | Choose an instant after the doses recorded, or take the records back: call medsched.undo_dose().',
   '23514 medsched.medications.recorded_dose_keeps_schedule: medication "' || :'metformin' || '" has recorded doses that would no longer be scheduled | Choose an instant after the doses recorded, or take the records back: call medsched.undo_dose().';
INSERT INTO errors SELECT 'replaces another''s', format($$INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, replaces, effective_from) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a51', %L, '2026-01-01', 'UTC', 'FREQ=DAILY', '00000000-0000-0000-0000-000000000a31', '2026-03-01Z')$$, :'metformin'), 's',
   '23514 medsched.schedules.schedule_replaces_schedule: schedule "00000000-0000-0000-0000-000000000a51" replaces one of another medication | It is of medication "' || :'metformin' || '", and schedule "00000000-0000-0000-0000-000000000a31" of medication "' || :'ibuprofen' || '". | End the one, and insert the other without replaces.',
   '23514 medsched.schedules.schedule_replaces_schedule: schedule "00000000-0000-0000-0000-000000000a51" replaces one of another medication | End the one, and insert the other without replaces.';
INSERT INTO errors SELECT 'takes over too early', format($$INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, replaces, effective_from) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a51', %L, '2026-01-01', 'UTC', 'FREQ=DAILY', '00000000-0000-0000-0000-000000000a31', '2026-02-01Z')$$, :'ibuprofen'), 's',
   '23514 medsched.schedules.schedule_replaces_schedule: schedule "00000000-0000-0000-0000-000000000a51" takes effect before the one that it replaces ends | It takes effect at 2026-02-01 00:00:00+00, and schedule "00000000-0000-0000-0000-000000000a31" ends at 2026-03-01 00:00:00+00. | Call medsched.revise_schedule(): the one ends where the other takes effect.',
   '23514 medsched.schedules.schedule_replaces_schedule: schedule "00000000-0000-0000-0000-000000000a51" takes effect before the one that it replaces ends | Call medsched.revise_schedule(): the one ends where the other takes effect.';

CREATE ROLE writer;
GRANT USAGE ON SCHEMA medsched TO writer;
GRANT INSERT, UPDATE, DELETE ON medsched.medications, medsched.schedules, medsched.dose_taken TO writer;
DO $$BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO writer', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END$$;

-- What a write says to a role that was prepared so; all undone.
CREATE FUNCTION pg_temp.said(preparation text, write text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE preparation;
  SET LOCAL ROLE writer;
  result := pg_temp.failure(write);
  RAISE EXCEPTION USING ERRCODE = 'TS000', MESSAGE = result;
EXCEPTION WHEN SQLSTATE 'TS000' THEN
  RETURN SQLERRM;
END
$$;
CREATE TEMPORARY TABLE tables (letter text, name text);
INSERT INTO tables VALUES ('m', 'medications'), ('s', 'schedules'), ('d', 'dose_taken');
CREATE FUNCTION pg_temp.each(form text, letters text) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(format(form, name), '; '), '') FROM tables WHERE strpos(letters, letter) > 0
$$;

SELECT is(pg_temp.said(pg_temp.each('GRANT SELECT ON medsched.%I TO writer', readable), write),
          CASE WHEN translate(about, readable, '') = '' THEN tells ELSE keeps_to_itself END, what || ', to who may read ' || readable)
  FROM errors, unnest('{-,m,s,d,ms,md,sd,msd}'::text[]) AS readable
 ORDER BY what, readable;
-- Row security hides rows, if not all; and a column is no row.
SELECT is(pg_temp.said(pg_temp.each('GRANT SELECT ON medsched.%I TO writer', 'msd') || '; ' ||
                       pg_temp.each('ALTER TABLE medsched.%1$I ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON medsched.%1$I USING (user_id IS NOT NULL)', hidden), write),
          CASE WHEN strpos(about, hidden) = 0 THEN tells ELSE keeps_to_itself END, what || ', behind row security on ' || hidden)
  FROM errors, unnest('{m,s,d}'::text[]) AS hidden
 ORDER BY what, hidden;
SELECT is(pg_temp.said(pg_temp.each('GRANT SELECT (user_id) ON medsched.%I TO writer', 'msd'), write), keeps_to_itself, what || ', to who may read a column')
  FROM errors
 ORDER BY what;

SELECT * FROM finish();
ROLLBACK;
