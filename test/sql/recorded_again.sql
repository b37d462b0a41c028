\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(26);

-- A dose that is recorded is found by its key.  Whatever an INSERT of it would do before it finds the dose there, a second call
-- does still: checks, the application's triggers, missing rights, policies.

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set metformin '''00000000-0000-0000-0000-0000000000a1'''
SELECT medsched.create_medication(:ann, 'Metformin', jsonb_build_array(jsonb_build_object(
  'id', :metformin, 'starts_at', '2020-03-01T07:00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY'))) \g /dev/null
PREPARE mark AS SELECT d.taken_at, d.amount, d.recorded_by, d.note, d.newly_taken
  FROM medsched.mark_dose_taken(:ann, :metformin, '2020-03-01 07:00Z', '2020-03-01 08:00Z', 'Ben', 3, 'late') AS d;
CREATE FUNCTION pg_temp.again(how text DEFAULT '') RETURNS text LANGUAGE sql
RETURN pg_temp.failure(format($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z'%s)$$, again.how));

-- What is stored out of line is given whole.
SELECT string_agg(md5(n::text), '') AS long_note FROM generate_series(1, 300) AS n \gset
SELECT is((d.taken_at, d.recorded_by, d.amount, md5(d.note), d.outcome, d.reason, d.recorded_at, d.newly_taken, d.despite_limits),
  (timestamptz '2020-03-01 07:05Z', 'Ann'::text, 2.50, md5(:'long_note'), 'taken'::text, NULL::text, now(), true, NULL::text), 'a dose is recorded, and returned')
  FROM medsched.mark_dose_taken(:ann, :metformin, '2020-03-01 07:00Z', '2020-03-01 07:05Z', 'Ann', 2.50, :'long_note') AS d;
SELECT is((d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, d.amount, md5(d.note), d.outcome, d.reason, d.recorded_at, d.newly_taken, d.despite_limits),
  (:ann::uuid, :metformin::uuid, timestamptz '2020-03-01 07:00Z', timestamptz '2020-03-01 07:05Z', 'Ann'::text, 2.50, md5(:'long_note'), 'taken'::text, NULL::text, now(), false, NULL::text),
  'again, and returned as it is recorded')
  FROM medsched.mark_dose_taken(:ann, :metformin, '2020-03-01 07:00Z', '2020-03-01 08:00Z', 'Ben', 3, 'late') AS d;
UPDATE medsched.dose_taken SET amount = 1, note = 'half' WHERE user_id = :ann;
SELECT results_eq('mark', $$VALUES (timestamptz '2020-03-01 07:05Z', 1::numeric, 'Ann', 'half', false)$$, 'or as it was corrected since');
SAVEPOINT before;
DELETE FROM medsched.dose_taken WHERE user_id = :ann;
SELECT results_eq('mark', $$VALUES (timestamptz '2020-03-01 08:00Z', 3::numeric, 'Ben', 'late', true)$$, 'taken back, it is recorded anew');
ROLLBACK TO before;
SELECT results_eq('mark', $$VALUES (timestamptz '2020-03-01 07:05Z', 1::numeric, 'Ann', 'half', false)$$, 'unless that is rolled back');

-- The table's checks.
SELECT is(pg_temp.again(', amount => 0'), '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is 0.', 'an amount is checked, the second time too');
SELECT is(pg_temp.again(', recorded_by => repeat(''x'', 1001)'),
  '23514 medsched.dose_taken.dose_taken_recorded_by_length: recorded_by must have at most 1000 characters | It is "' || repeat('x', 120) || '...".', 'and who recorded it');
SELECT is(pg_temp.again(', despite_limits => '' '''),
  '23514 medsched.dose_taken.dose_taken_despite_limits_valid: despite_limits must have 1 to 1000 characters that are not all blank | It is " ".', 'and a reason');
SELECT is(pg_temp.again(', taken_at => ''infinity'''), '22023: taken_at must be finite', 'and when it was taken');
SAVEPOINT before;
ALTER TABLE medsched.dose_taken ADD CONSTRAINT note_is_short CHECK (length(note) < 5);
SELECT is(split_part(pg_temp.again(', note => ''too long'''), ' | ', 1),
  '23514 medsched.dose_taken.note_is_short: new row for relation "dose_taken" violates check constraint "note_is_short"', 'and what the application checks');
SELECT is(pg_temp.again(', note => ''new'''), 'no error', 'which lets a row pass that it allows');
ROLLBACK TO before;

-- The application's triggers.
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% % %', TG_WHEN, TG_LEVEL, TG_OP; END $$;
SELECT is(format('%s %s', t.timing, f.failure), format('%s P0001: %s INSERT', t.timing, t.timing), 'a trigger fires, the second time too')
  FROM unnest('{BEFORE ROW,BEFORE STATEMENT,AFTER STATEMENT}'::text[]) AS t (timing)
 CROSS JOIN LATERAL (SELECT pg_temp.failure(format($$
   DO $do$ BEGIN
     CREATE TRIGGER refuse %s INSERT ON medsched.dose_taken FOR EACH %s EXECUTE FUNCTION pg_temp.refuse();
     PERFORM medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', '2020-03-01 07:00Z');
   END $do$ $$, split_part(t.timing, ' ', 1), split_part(t.timing, ' ', 2))) AS failure) AS f;
SAVEPOINT before;
CREATE TRIGGER refuse AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SELECT is(pg_temp.again(), 'no error', 'but not one for rows that are inserted');
ROLLBACK TO before;

-- A key of the application's.
SAVEPOINT before;
ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_pkey;
ALTER TABLE medsched.dose_taken ADD COLUMN number int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ADD UNIQUE (user_id, scheduled_for, schedule_id);
SELECT results_eq('mark', $$VALUES (timestamptz '2020-03-01 07:05Z', 1::numeric, 'Ann', 'half', false)$$, 'with another primary key a dose is found, too');
SELECT is((d.taken_at, d.newly_taken), (timestamptz '2020-03-02 08:00Z', true), 'and recorded')
  FROM medsched.mark_dose_taken(:ann, :metformin, '2020-03-02 07:00Z', '2020-03-02 08:00Z') AS d;
SELECT is((d.taken_at, d.newly_taken), (timestamptz '2020-03-02 08:00Z', false), 'once')
  FROM medsched.mark_dose_taken(:ann, :metformin, '2020-03-02 07:00Z', '2020-03-02 09:00Z') AS d;
ROLLBACK TO before;

-- Columns in another order, and one of the application's that is dropped.
SAVEPOINT before;
ALTER TABLE medsched.dose_taken ADD COLUMN dropped int, ADD COLUMN amounts text;
ALTER TABLE medsched.dose_taken DROP COLUMN dropped;
SELECT results_eq('mark', $$VALUES (timestamptz '2020-03-01 07:05Z', 1::numeric, 'Ann', 'half', false)$$, 'its columns are found by their names');
ROLLBACK TO before;

-- Tables that others inherit from.
SAVEPOINT before;
CREATE TABLE pg_temp.archived () INHERITS (medsched.dose_taken);
SELECT results_eq('mark', $$VALUES (timestamptz '2020-03-01 07:05Z', 1::numeric, 'Ann', 'half', false)$$, 'a table that is inherited from has it, too');
ROLLBACK TO before;

-- Rights and policies.
CREATE ROLE medsched_test_reader;
GRANT medsched_test_reader TO current_user;
GRANT USAGE ON SCHEMA medsched TO medsched_test_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA medsched TO medsched_test_reader;
SET ROLE medsched_test_reader;
SELECT is(pg_temp.again(), '42501: permission denied for table dose_taken', 'who may only read records nothing, nor what is recorded');
RESET ROLE;
GRANT INSERT ON medsched.dose_taken TO medsched_test_reader;
SET ROLE medsched_test_reader;
SELECT is(pg_temp.again(), 'no error', 'who may insert does');
RESET ROLE;
REVOKE SELECT ON medsched.schedules FROM medsched_test_reader;
SET ROLE medsched_test_reader;
SELECT is(pg_temp.again(), '42501: permission denied for table schedules', 'but not without the schedules');
RESET ROLE;
GRANT SELECT ON medsched.schedules TO medsched_test_reader;
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON medsched.dose_taken USING (recorded_by = 'Ann') WITH CHECK (recorded_by = 'Ann');
SET ROLE medsched_test_reader;
SELECT is(pg_temp.again(', recorded_by => ''Ben'''), '42501: new row violates row-level security policy for table "dose_taken"', 'a policy holds, the second time too');
SELECT is(pg_temp.again(', recorded_by => ''Ann'''), 'no error', 'and lets pass what it allows');
RESET ROLE;

SET TRANSACTION READ ONLY;
SELECT is(pg_temp.again(), '25006: cannot execute INSERT in a read-only transaction', 'and nothing is recorded in a transaction that only reads');
SELECT finish();
ROLLBACK;
