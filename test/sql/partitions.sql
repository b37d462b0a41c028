\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(24);

-- dose_taken in partitions, as doc/operations.md makes it so, which stand in other schemas and have their columns in
-- another order.
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Prednisone', '[
  {"id": "00000000-0000-0000-0000-0000000000c1", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"},
  {"id": "00000000-0000-0000-0000-0000000000c2", "starts_at": "2026-01-01T00:00:00", "time_zone": "UTC", "as_needed": true, "min_interval": "4 hours"}]') AS medication \gset
SELECT medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2026-01-05 08:00Z') \g /dev/null

ALTER TABLE medsched.dose_taken RENAME TO dose_taken_before;
ALTER TABLE medsched.dose_taken_before RENAME CONSTRAINT dose_taken_pkey TO dose_taken_before_pkey;
CREATE TABLE medsched.dose_taken (
  LIKE medsched.dose_taken_before INCLUDING ALL EXCLUDING INDEXES,
  CONSTRAINT dose_taken_pkey PRIMARY KEY (user_id, scheduled_for, schedule_id),
  FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules
) PARTITION BY RANGE (scheduled_for);
CREATE SCHEMA archive;
CREATE TABLE archive.dose_taken_2025 PARTITION OF medsched.dose_taken FOR VALUES FROM (MINVALUE) TO ('2026-01-01Z');
CREATE TABLE medsched.dose_taken_2026 PARTITION OF medsched.dose_taken FOR VALUES FROM ('2026-01-01Z') TO ('2027-01-01Z');
CREATE TABLE archive.dose_taken_later (
  extra int, next_dose_id text, despite_limits text, recorded_at timestamptz NOT NULL DEFAULT now(), recorded_by text, note text, reason text, amount numeric, taken_at timestamptz DEFAULT now(),
  outcome text NOT NULL DEFAULT 'taken', schedule_id uuid NOT NULL, scheduled_for timestamptz NOT NULL, user_id uuid NOT NULL);
SELECT string_agg(format('ALTER TABLE archive.dose_taken_later ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '; ') AS checks
  FROM pg_constraint WHERE conrelid = 'medsched.dose_taken'::regclass AND contype = 'c' \gset
:checks;
ALTER TABLE archive.dose_taken_later DROP COLUMN extra;
-- What an earlier version had, of the partition's own.
ALTER TABLE archive.dose_taken_later ADD CONSTRAINT dose_taken_outcome CHECK (outcome IN ('taken', 'skipped'));
ALTER TABLE medsched.dose_taken ADD CONSTRAINT dose_taken_outcome CHECK (outcome IN ('taken', 'skipped'));
ALTER TABLE medsched.dose_taken ATTACH PARTITION archive.dose_taken_later FOR VALUES FROM ('2027-01-01Z') TO (MAXVALUE);
INSERT INTO medsched.dose_taken SELECT * FROM medsched.dose_taken_before;
DROP TABLE medsched.dose_taken_before;
SELECT medsched.create_tables() \g /dev/null

SELECT is_empty($$SELECT conrelid::regclass FROM pg_constraint WHERE conname = 'dose_taken_outcome'$$,
  'what another constraint says now is gone from every partition');
SELECT is(array_agg(tgrelid::regclass::text ORDER BY tgrelid::regclass::text COLLATE "C"), '{archive.dose_taken_2025,archive.dose_taken_later,medsched.dose_taken,medsched.dose_taken_2026}',
  'create_tables() gives the triggers to every partition') FROM pg_trigger WHERE tgname = 'dose_is_scheduled';

-- Recording in each.
SELECT is((medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2026-01-05 08:00Z')).newly_taken, false, 'what was recorded before is there');
SELECT is((medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2026-01-06 08:00Z')).newly_taken, true, 'a dose in a partition of the same schema');
SELECT is((medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-01-06 08:00Z', amount => 2)).amount, 2::numeric, 'a dose in one of another schema');
SELECT is((medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-01-06 08:00Z')).newly_taken, false, 'once');
SELECT is((medsched.skip_dose(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-01-07 08:00Z', 'away')).newly_skipped, true, 'skipped');
SELECT is((medsched.take_as_needed(lpad('a', 32, '0')::uuid, lpad('c2', 32, '0')::uuid, '2026-12-31 22:00Z')).newly_taken, true, 'as needed');
SELECT is(array_agg(tableoid::regclass::text || scheduled_for::date ORDER BY scheduled_for),
  '{medsched.dose_taken_20262026-01-05,medsched.dose_taken_20262026-01-06,medsched.dose_taken_20262026-12-31,archive.dose_taken_later2027-01-06,archive.dose_taken_later2027-01-07}',
  'each in its own') FROM medsched.dose_taken;
SELECT is(array_agg(local_time::date::text || coalesce(' ' || recorded, '') ORDER BY scheduled_for), '{2027-01-05,2027-01-06 taken,2027-01-07 skipped,2027-01-08}', 'upcoming_doses reads them')
FROM medsched.upcoming_doses(lpad('a', 32, '0')::uuid, '2027-01-05Z', '2027-01-09Z') CROSS JOIN LATERAL substring(status FROM 'taken|skipped') AS recorded;

-- The rules hold there.
SELECT is(pg_temp.failure(sql), error, sql)
FROM (VALUES
  ($$SELECT medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-01-06 09:00Z')$$,
   '23514 medsched.dose_taken_later.dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000c1" has no dose at 2027-01-06 09:00:00+00'
   ' | The nearest doses are at 2027-01-06 08:00:00+00 and at 2027-01-07 08:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ($$SELECT medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2025-01-06 08:00Z')$$,
   '23514 medsched.dose_taken_2025.dose_before_start: schedule "00000000-0000-0000-0000-0000000000c1" has no dose at 2025-01-06 08:00:00+00'
   ' | The first dose is at 2026-01-01 08:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ($$INSERT INTO archive.dose_taken_later (user_id, schedule_id, scheduled_for) VALUES (lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-01-06 09:00Z')$$,
   '23514 medsched.dose_taken_later.dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000c1" has no dose at 2027-01-06 09:00:00+00'
   ' | The nearest doses are at 2027-01-06 08:00:00+00 and at 2027-01-07 08:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ($$UPDATE medsched.dose_taken SET scheduled_for = '2027-02-01 09:00Z' WHERE scheduled_for = '2026-01-06 08:00Z'$$,
   '23514 medsched.dose_taken_later.dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000c1" has no dose at 2027-02-01 09:00:00+00'
   ' | The nearest doses are at 2027-02-01 08:00:00+00 and at 2027-02-02 08:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ($$UPDATE medsched.dose_taken SET scheduled_for = '2027-02-01 08:00Z' WHERE scheduled_for = '2026-01-06 08:00Z'$$, 'no error'),
  ($$UPDATE archive.dose_taken_later SET scheduled_for = '2027-02-01 09:00Z' WHERE scheduled_for = '2027-02-01 08:00Z'$$,
   '23514 medsched.dose_taken_later.dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000c1" has no dose at 2027-02-01 09:00:00+00'
   ' | The nearest doses are at 2027-02-01 08:00:00+00 and at 2027-02-02 08:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'),
  ($$SELECT medsched.take_as_needed(lpad('a', 32, '0')::uuid, lpad('c2', 32, '0')::uuid, '2027-01-01 00:00Z')$$,
   '23514 medsched.dose_taken_later.as_needed_min_interval: the dose at 2027-01-01 00:00:00+00 is too close to another | Doses are at least 04:00:00 apart, and one was taken at 2026-12-31 22:00:00+00.'
   ' The next is allowed at 2027-01-01 02:00:00+00. | Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.'),
  ($$SELECT medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-03-06 08:00Z', amount => -1)$$,
   '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is -1.'),
  ($$UPDATE medsched.schedules SET ends_at = '2026-06-01Z' WHERE id = lpad('c1', 32, '0')::uuid$$,
   '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-0000000000c1" has recorded doses that would no longer be scheduled'
   ' | The first of them is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGMxfDIwMjctMDEtMDZUMDg6MDA6MDAuMDAwWg", at 2027-01-06 08:00:00+00. | Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().'),
  ($$SELECT medsched.revise_schedule(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-01-07Z', '{"dose_amount": 2}')$$,
   '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-0000000000c1" has doses recorded at or after 2027-01-07 00:00:00+00'
   ' | They are: 2027-01-07 08:00:00+00, 2027-02-01 08:00:00+00. The first is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMGMxfDIwMjctMDEtMDdUMDg6MDA6MDAuMDAwWg". | Choose a later instant, or take the records back: call medsched.undo_dose().')
) AS t (sql, error);

-- And everything else goes on.
SELECT is((medsched.undo_dose(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-02-01 08:00Z')).outcome, 'taken', 'undone');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'check_integrity reads them');
SELECT is((medsched.erase_user(lpad('a', 32, '0')::uuid)).doses, 4::bigint, 'erase_user deletes from them');

-- A table that is no partition of ours still asks nothing.
CREATE TABLE archive.other (LIKE medsched.dose_taken) PARTITION BY RANGE (scheduled_for);
CREATE TABLE archive.other_1 PARTITION OF archive.other DEFAULT;
CREATE TRIGGER dose_is_scheduled AFTER INSERT ON archive.other FOR EACH ROW EXECUTE FUNCTION medsched.dose_is_scheduled();
SELECT is(pg_temp.failure($$INSERT INTO archive.other (user_id, schedule_id, scheduled_for, outcome, recorded_at) VALUES (lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2027-01-06 09:00Z', 'taken', now())$$),
  '39P01: function "dose_is_scheduled" is for the tables of medsched', 'another''s partitions are not ours');
SELECT * FROM finish();
ROLLBACK;
