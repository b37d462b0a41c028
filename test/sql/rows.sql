\i test/setup.psql
BEGIN;
SELECT plan(8);

-- A later version adds columns at the end of a row's type, under the views that
-- use a function; a library of another version fills what it knows, by name.
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
CREATE TEMPORARY VIEW doses AS SELECT * FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-02Z', '2026-01-04Z');
CREATE TEMPORARY VIEW soon AS SELECT dose_id, medication_name FROM medsched.next_doses('00000000-0000-0000-0000-00000000000a', '2026-01-02Z', 2);
CREATE TEMPORARY TABLE before AS SELECT d::text AS dose FROM doses AS d UNION ALL SELECT s::text FROM soon AS s;
SELECT is(count(*), 4::bigint, 'views list doses') FROM before;

ALTER TYPE medsched.dose ADD ATTRIBUTE priority int;
ALTER TYPE medsched.taken_dose ADD ATTRIBUTE priority int;
ALTER TYPE medsched.recorded_dose ADD ATTRIBUTE priority int;

SELECT bag_eq('SELECT d::text FROM doses AS d UNION ALL SELECT s::text FROM soon AS s', 'TABLE before', 'and go on doing so');
SELECT results_eq($$SELECT medication_name, status IS NOT NULL, priority
  FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-02Z', '2026-01-03Z')$$,
  $$VALUES ('Metformin', true, NULL::int)$$, 'a column that the library does not know is null');
SELECT results_eq($$SELECT scheduled_for, outcome, newly_taken, priority
  FROM medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')$$,
  $$VALUES (timestamptz '2026-01-02 08:00Z', 'taken', true, NULL::int)$$, 'of a dose recorded, too');
SELECT results_eq($$SELECT scheduled_for, outcome, priority
  FROM medsched.undo_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')$$,
  $$VALUES (timestamptz '2026-01-02 08:00Z', 'taken', NULL::int)$$, 'and of one taken back');

ALTER TYPE medsched.dose DROP ATTRIBUTE priority, DROP ATTRIBUTE instructions CASCADE;
SELECT results_eq($$SELECT dose_amount, status IS NOT NULL
  FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-02Z', '2026-01-03Z')$$,
  $$VALUES (NULL::numeric, true)$$, 'one that is not declared is left out');
ALTER TYPE medsched.recorded_dose ALTER ATTRIBUTE amount TYPE text;
SELECT throws_ok($$SELECT * FROM medsched.undo_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 08:00Z')$$,
  'XX000', 'column "amount" of the result is declared with another type', 'one of another type is an error, not another type''s bytes');

-- A set that is a query of its own is set into the caller's, whatever its row's type.
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query; END$$;
SELECT is_empty($$SELECT line FROM pg_temp.plan_of('SELECT * FROM medsched.due_doses(''2026-01-02Z'', ''2026-01-03Z'')') AS line
  WHERE line ~ 'Function Scan on (due|scheduled)_doses'$$, 'a query''s functions are inlined');

SELECT * FROM finish();
ROLLBACK;
