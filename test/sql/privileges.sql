\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(72);

-- Ann and Ben, each with a medication of the same name, and a dose recorded each.
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS ann \gset
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000b', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000b11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS ben \gset
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Paracetamol',
  '[{"id": "00000000-0000-0000-0000-000000000a21", "starts_at": "2026-01-01T00:00:00", "time_zone": "UTC", "as_needed": true, "min_interval": "4 hours"}]') \g /dev/null
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z'),
  ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11', '2026-01-03 08:00Z');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

-- One user's rows never mix with another's -----------------------------------

SELECT results_eq($$SELECT schedule_id, scheduled_for FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-02', '2026-01-04') WHERE status = 'taken'$$,
  $$VALUES ('00000000-0000-0000-0000-000000000a11'::uuid, timestamptz '2026-01-02 08:00Z')$$, 'Ann''s doses are Ann''s');
SELECT results_eq($$SELECT schedule_id, scheduled_for FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000b', '2026-01-02', '2026-01-04') WHERE status = 'taken'$$,
  $$VALUES ('00000000-0000-0000-0000-000000000b11'::uuid, timestamptz '2026-01-03 08:00Z')$$, 'Ben''s doses are Ben''s');
SELECT is(pg_temp.failure(format('SELECT medsched.mark_dose_taken(%L, %L, %L)', lpad('a', 32, '0'), schedule::uuid, '2026-01-03 08:00Z')),
  'P0002 medsched.schedules.schedule_exists: schedule "' || schedule || '" not found | User "00000000-0000-0000-0000-00000000000a" has no schedule by that id.', what)
FROM (VALUES ('00000000-0000-0000-0000-000000000b11', 'Ann cannot mark Ben''s dose, nor see that he did'),
             ('00000000-0000-0000-0000-000000000c11', 'a schedule that is nobody''s reads the same')) AS t (schedule, what);
SELECT is(pg_temp.failure(format('SELECT medsched.inactivate_medication(%L, %L)', lpad('a', 32, '0'), :'ben')),
  'P0002 medsched.medications.medication_exists: medication "' || :'ben' || '" not found | User "00000000-0000-0000-0000-00000000000a" has no medication by that id.',
  'Ann cannot end Ben''s medication');

-- A role without grants gets nothing -------------------------------------------

CREATE ROLE medsched_app;
GRANT medsched_app TO CURRENT_USER;
CREATE FUNCTION pg_temp.as_role(role text, sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  result := pg_temp.failure(sql);
  RESET ROLE;
  RETURN result;
END
$$;
DO $$BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO medsched_app', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END$$;

CREATE TEMP TABLE calls (call text);
INSERT INTO calls VALUES
  ($$SELECT medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-02')$$),
  ($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')$$),
  ($$SELECT medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a',
       'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTExfDIwMjYtMDEtMDJUMDg6MDA6MDAuMDAwWg')$$),
  ($$SELECT medsched.skip_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-09 08:00Z')$$),
  ($$SELECT medsched.take_as_needed('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-09 08:00Z')$$),
  ($$SELECT medsched.next_as_needed_at('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21')$$),
  ($$SELECT medsched.undo_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-09 08:00Z')$$),
  ($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'x', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]')$$),
  ($$SELECT medsched.inactivate_medication('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1')$$),
  ($$SELECT * FROM medsched.medications$$),
  ($$SELECT * FROM medsched.schedules$$),
  ($$SELECT * FROM medsched.dose_taken$$),
  ($$SELECT medsched.create_tables()$$);

SELECT is(pg_temp.as_role('medsched_app', call), '42501: permission denied for schema medsched', 'without grants: ' || call) FROM calls;

GRANT USAGE ON SCHEMA medsched TO medsched_app;
SELECT is(pg_temp.as_role('medsched_app', call) ~ '^42501: permission denied for table (medications|schedules|dose_taken)$', true, 'with the schema only: ' || call)
  FROM calls WHERE call !~ 'create_tables';

-- What the reference says a caller needs, is what it needs.
GRANT SELECT ON medsched.medications, medsched.schedules, medsched.dose_taken, medsched.moved_doses TO medsched_app;
SELECT is(pg_temp.as_role('medsched_app', call), 'no error', 'a reader may: ' || call) FROM calls WHERE call ~ '^SELECT \*|upcoming|next_as';
SELECT is(pg_temp.as_role('medsched_app', call) ~ '^42501: permission denied for table', true, 'a reader may not: ' || call) FROM calls WHERE call ~ 'mark|skip|take_as|undo|create_med|inact';
GRANT INSERT ON medsched.dose_taken TO medsched_app;
SELECT is(pg_temp.as_role('medsched_app', call), 'no error', 'who may insert doses, may: ' || call) FROM calls WHERE call ~ 'mark|skip|take_as';
SELECT is(pg_temp.as_role('medsched_app', call), '42501: permission denied for table dose_taken', 'but not: ' || call) FROM calls WHERE call ~ 'undo';
GRANT DELETE ON medsched.dose_taken TO medsched_app;
SELECT is(pg_temp.as_role('medsched_app', call), 'no error', 'who may delete doses, may: ' || call) FROM calls WHERE call ~ 'undo';
GRANT INSERT ON medsched.medications, medsched.schedules TO medsched_app;
SELECT is(pg_temp.as_role('medsched_app', call), 'no error', 'who may insert all, may: ' || call) FROM calls WHERE call ~ 'create_med';
GRANT UPDATE ON medsched.medications TO medsched_app;
SELECT is(pg_temp.as_role('medsched_app', format('SELECT medsched.inactivate_medication(%L, %L)', lpad('b', 32, '0'), :'ben')), 'no error', 'who may update medications, may inactivate');

-- No grant, and no lack of one, breaks a rule ----------------------------------

CREATE ROLE medsched_feed;
GRANT medsched_feed TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO medsched_feed;
GRANT INSERT ON medsched.dose_taken TO medsched_feed;
DO $$BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO medsched_feed', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END$$;
SELECT is(pg_temp.as_role('medsched_feed',
    $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-05 08:00Z')$$),
  'no error', 'who may only insert doses, may record one');
SELECT is(pg_temp.as_role('medsched_feed',
    $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-05 09:00Z')$$),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-05 09:00:00+00'
  ' | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.',
  'but none that is not scheduled, and is told nothing of the schedule');

SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
CREATE ROLE medsched_editor;
GRANT medsched_editor TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO medsched_editor;
GRANT SELECT, UPDATE, DELETE ON medsched.schedules TO medsched_editor;
DO $$BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO medsched_editor', (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())); END$$;
SELECT is(pg_temp.as_role('medsched_editor', $$UPDATE medsched.schedules SET rrule = 'FREQ=MONTHLY' WHERE id = '00000000-0000-0000-0000-000000000a11'$$),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000a11" has recorded doses that would no longer be scheduled'
  ' | Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().',
  'who may not see doses, cannot leave one behind either, and is not told which');
DELETE FROM medsched.dose_taken WHERE schedule_id = '00000000-0000-0000-0000-000000000a11';
SELECT matches(pg_temp.as_role('medsched_editor', $$DELETE FROM medsched.schedules WHERE user_id = '00000000-0000-0000-0000-00000000000a'; SET CONSTRAINTS ALL IMMEDIATE$$), '^23514 medsched.schedules.medication_has_schedule',
  'who may not see medications, cannot leave one without a schedule');

-- Row security ----------------------------------------------------------------

ALTER TABLE medsched.medications ENABLE ROW LEVEL SECURITY;
ALTER TABLE medsched.schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON medsched.medications USING (user_id = current_setting('app.person')::uuid);
CREATE POLICY own ON medsched.schedules USING (user_id = current_setting('app.person')::uuid);
CREATE POLICY own ON medsched.dose_taken USING (user_id = current_setting('app.person')::uuid);
SET LOCAL app.person = '00000000-0000-0000-0000-00000000000a';
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA medsched TO medsched_app;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z');

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_temp TO medsched_app;
SET LOCAL ROLE medsched_app;
SELECT count(*) AS anns FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-04') WHERE medication_name = 'Metformin' \gset
SELECT count(*) AS bens FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000b', '2026-01-01', '2026-01-04') \gset
SELECT string_agg(DISTINCT right(d.user_id::text, 1), ' ') AS of_both, count(*) AS of_both_n
  FROM medsched.upcoming_doses_of('{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000b}', '2026-01-01', '2026-01-04') AS d WHERE medication_name = 'Metformin' \gset
SET LOCAL app.person = '00000000-0000-0000-0000-00000000000b';
SELECT count(*) AS bens_as_ben FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000b', '2026-01-01', '2026-01-04') \gset
SET LOCAL app.person = '00000000-0000-0000-0000-00000000000a';
RESET ROLE;
SELECT is(:anns, 3, 'behind row security, Ann sees her doses');
SELECT is(:bens, 0, 'and none of Ben''s, though she asks for them');
SELECT is(concat_ws(' ', :'of_both', :of_both_n), 'a 3', 'nor when she asks for both');
SELECT is(:bens_as_ben, 3, 'which the same session shows to Ben');

SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11', '2026-01-02 08:00Z')$$),
  'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000b11" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.',
  'Ann cannot mark a dose in Ben''s name');
SELECT is(pg_temp.as_role('medsched_app', format('SELECT medsched.inactivate_medication(%L, %L)', lpad('b', 32, '0'), :'ben')) ~ '^P0002', true, 'nor end his medication');
SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000b', 'x', '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]')$$),
  '42501: new row violates row-level security policy for table "medications"', 'nor prescribe him one');
SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-06 08:00Z')$$),
  'no error', 'she may mark her own');
SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-06 09:00Z')$$),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-000000000a11" has no dose at 2026-01-06 09:00:00+00'
  ' | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.', 'at its time: behind row security an error tells nothing of other rows');
SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.take_as_needed('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-06 08:00Z')$$),
  'no error', 'and take what she needs');
SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.take_as_needed('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-06 09:00Z')$$),
  '23514 medsched.dose_taken.as_needed_min_interval: the dose at 2026-01-06 09:00:00+00 is too close to another'
  ' | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.', 'within the limits, and is told no more than she may read');
SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.undo_dose('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000b11', '2026-01-03 08:00Z')$$) ~ '^P0002',
  true, 'she cannot undo Ben''s dose');

-- A policy that hides rows does not hide them from a rule.
CREATE POLICY hide ON medsched.dose_taken AS RESTRICTIVE FOR SELECT USING (false);
SELECT is(pg_temp.as_role('medsched_app', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', '2026-01-06 09:00Z')$$)
  ~ '^23514 medsched.dose_taken.as_needed_min_interval', true, 'a dose that is hidden still counts');
SELECT is(pg_temp.as_role('medsched_app', $$UPDATE medsched.schedules SET rrule = 'FREQ=MONTHLY' WHERE id = '00000000-0000-0000-0000-000000000a11'$$) ~ '^23514 medsched.schedules.recorded_dose_keeps_schedule',
  true, 'a dose that is hidden still keeps its schedule');
SELECT is(pg_temp.as_role('medsched_app', format('UPDATE medsched.medications SET inactivated_at = %L WHERE id = %L', '2026-01-03Z', :'ann')) ~ '^23514 medsched.medications.recorded_dose_keeps_schedule',
  true, 'and its medication');
CREATE POLICY hide ON medsched.medications AS RESTRICTIVE USING (false);
DROP POLICY hide ON medsched.dose_taken;
DELETE FROM medsched.dose_taken;
SELECT is(pg_temp.as_role('medsched_app', $$DELETE FROM medsched.schedules; SET CONSTRAINTS ALL IMMEDIATE$$) ~ '^23514 medsched.schedules.medication_has_schedule',
  true, 'a medication that is hidden still has a schedule');
DROP POLICY hide ON medsched.medications;

-- Even from the owner, whom FORCE subjects to the policies.
ALTER TABLE medsched.medications FORCE ROW LEVEL SECURITY;
ALTER TABLE medsched.schedules FORCE ROW LEVEL SECURITY;
ALTER TABLE medsched.dose_taken FORCE ROW LEVEL SECURITY;
CREATE ROLE medsched_owner;
GRANT medsched_owner TO CURRENT_USER;
GRANT USAGE ON SCHEMA medsched TO medsched_owner;
ALTER TABLE medsched.medications OWNER TO medsched_owner;
ALTER TABLE medsched.schedules OWNER TO medsched_owner;
ALTER TABLE medsched.dose_taken OWNER TO medsched_owner;
ALTER TABLE medsched.substance_limits OWNER TO medsched_owner;
ALTER TABLE medsched.stock_entries OWNER TO medsched_owner;
ALTER TABLE medsched.moved_doses OWNER TO medsched_owner;
ALTER TABLE medsched.routines OWNER TO medsched_owner;
SELECT is(pg_temp.as_role('medsched_app', $$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-07 08:00Z')$$),
  'no error', 'a rule sees what it needs though the owner is subject to policies');
SELECT is(pg_temp.as_role('medsched_app', $$DELETE FROM medsched.dose_taken; DELETE FROM medsched.schedules; SET CONSTRAINTS ALL IMMEDIATE$$) ~ '^23514 medsched.schedules.medication_has_schedule',
  true, 'and holds');

SELECT * FROM finish();
ROLLBACK;
