\i test/setup.psql
BEGIN;
SELECT plan(9);

-- Answers about everybody under whatever plan. No function that gives occurrences
-- may need a condition to have been tested before it is called: where a schedule begins
-- after the window, the window between the two ends before it starts.

\set user '00000000-0000-0000-0000-0000000000a1'
SELECT medsched.create_medication(:'user', 'Ramipril',
  '[{"id": "00000000-0000-0000-0000-0000000000b1", "starts_at": "2025-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}]') AS ramipril \gset
-- A revision ahead of time, one that is over, and a medication that ended before its schedule begins.
SELECT medsched.revise_schedule(:'user', '00000000-0000-0000-0000-0000000000b1', '2026-05-01Z', '{"id": "00000000-0000-0000-0000-0000000000b2", "dose_amount": 3}') \g /dev/null
SELECT medsched.revise_schedule(:'user', '00000000-0000-0000-0000-0000000000b1', '2025-12-01Z', '{"id": "00000000-0000-0000-0000-0000000000b3", "dose_amount": 2}') \g /dev/null
SELECT medsched.create_medication(:'user', 'Aspirin',
  '[{"id": "00000000-0000-0000-0000-0000000000b4", "starts_at": "2025-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "ends_at": "2026-01-03T12:00Z"}]') AS aspirin \gset
SELECT medsched.revise_schedule(:'user', '00000000-0000-0000-0000-0000000000b4', '2026-01-02Z', '{"id": "00000000-0000-0000-0000-0000000000b5", "dose_amount": 2}') \g /dev/null
SELECT medsched.inactivate_medication(:'user', :'aspirin', '2025-06-01Z') \g /dev/null

SELECT is((SELECT array_agg(DISTINCT schedule_id) FROM medsched.due_doses('2026-01-01Z', '2026-01-06Z')),
  '{00000000-0000-0000-0000-0000000000b3}', 'due_doses');
SELECT is((SELECT count(*) FROM medsched.due_doses('2026-01-01Z', '2026-01-06Z')), 5::bigint, 'five days');
SELECT is((SELECT count(*) FROM medsched.scheduled_doses('2025-11-30Z', '2026-05-02Z') WHERE medication_name = 'Ramipril'), 153::bigint,
  'over all the revisions, each day once');
SELECT is((SELECT sum(scheduled) FROM medsched.adherence_by_day(:'user', '2026-01-01Z', '2026-01-06Z')), 5::numeric, 'adherence_by_day');
SELECT is((SELECT array_agg(scheduled) FROM medsched.adherence_of_all('2026-01-01Z', '2026-01-06Z')), '{5}', 'adherence_of_all');
SELECT is((SELECT array_agg(scheduled) FROM medsched.adherence(:'user', '2025-01-01Z', '2025-02-01Z')), '{31,31}', 'adherence, before the revisions');
SELECT is_empty($$SELECT * FROM medsched.scheduled_doses('2026-01-01Z', '2026-01-01Z')$$, 'an empty window');

-- The functions themselves, in the worst order.
SELECT is_empty($$SELECT * FROM medsched.schedule_occurrences(NULL, 'FREQ=DAILY', '2025-01-01', 'UTC', '2026-05-01Z', '2026-01-06Z', '{}', '{}', NULL, NULL)$$,
  'a window that ends before it starts is empty');
SELECT is(medsched.count_schedule_occurrences(NULL, 'FREQ=DAILY', '2025-01-01', 'UTC', '2026-05-01Z', '2026-01-06Z', '{}', '{}', NULL, NULL), 0::bigint, 'and counts nothing');

SELECT * FROM finish();
ROLLBACK;
