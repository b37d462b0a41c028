\i test/setup.psql
\i test/failure.psql

-- A database whose owner is no superuser, as every managed PostgreSQL gives.
SET client_min_messages = error;
DROP DATABASE IF EXISTS medsched_trusted;
DROP ROLE IF EXISTS medsched_trusted_owner;
RESET client_min_messages;
CREATE ROLE medsched_trusted_owner;
CREATE DATABASE medsched_trusted OWNER medsched_trusted_owner TEMPLATE template0;
SELECT current_database() AS home \gset
\c medsched_trusted
SET TimeZone = 'UTC';
CREATE EXTENSION pgtap SCHEMA public;
\i test/failure.psql
SELECT plan(14);
SET SESSION AUTHORIZATION medsched_trusted_owner;

SELECT lives_ok('CREATE EXTENSION medsched', 'the owner of a database creates the extension');
SELECT is(pg_temp.failure($$SELECT medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-02')$$),
  '42P01: table "medsched.dose_taken" does not exist | Create the tables with SELECT medsched.create_tables().', 'which has no tables yet');
SELECT lives_ok('SELECT medsched.create_tables()', 'then the tables');
SELECT is((SELECT array_agg(DISTINCT relowner::regrole::text) FROM pg_class WHERE relnamespace = 'medsched'::regnamespace AND relkind = 'r'),
  '{medsched_trusted_owner}', 'which are the owner''s');
SELECT is((SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'medsched'), 'medsched_trusted_owner', 'as is the schema');
SELECT lives_ok($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]')$$, 'a medication');
SELECT is((SELECT newly_taken FROM medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')),
  true, 'a dose taken');
SELECT is((SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-04')), 3::bigint, 'doses upcoming');
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 09:00Z')$$) ~ '^23514', true, 'rules');

-- Policies that bind even the owner do not bind a rule, though the owner is the first in the session to set it off.
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
ALTER TABLE medsched.dose_taken FORCE ROW LEVEL SECURITY;
SELECT is_empty('SELECT 1 FROM medsched.dose_taken', 'the owner sees no dose');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET rrule = 'FREQ=MONTHLY'$$),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000a11" has recorded doses that would no longer be scheduled'
  ' | Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().', 'the rule does');

-- The extension does not go while the tables use it; nor, ever, patients' data with it.
SELECT throws_ok('DROP EXTENSION medsched', '2BP01', 'cannot drop extension medsched because other objects depend on it', 'the tables hold the extension');
DROP TABLE medsched.routines, medsched.stock_entries, medsched.moved_doses, medsched.dose_taken, medsched.schedules, medsched.medications, medsched.substance_limits;
SELECT lives_ok('DROP EXTENSION medsched', 'without them it goes');
SELECT lives_ok('CREATE EXTENSION medsched', 'and comes back into the schema that stayed');
SELECT * FROM finish();

RESET SESSION AUTHORIZATION;
\c :home
DROP DATABASE medsched_trusted;
DROP ROLE medsched_trusted_owner;
