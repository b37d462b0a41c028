\i test/setup.psql
BEGIN;
SELECT plan(9);

\i test/id.psql

-- Sound data: regimens of every kind, a cycle, a revision, an inactivation, as needed.
\i test/data/regimens.sql
INSERT INTO medsched.medications (user_id, id, name) SELECT pg_temp.id('a'), pg_temp.id(m), m FROM unnest('{a1,a2,a3}'::text[]) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  (pg_temp.id('a'), pg_temp.id('a11'), pg_temp.id('a1'), '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY'),
  (pg_temp.id('a'), pg_temp.id('a21'), pg_temp.id('a2'), '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;INTERVAL=2');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed) VALUES
  (pg_temp.id('a'), pg_temp.id('a31'), pg_temp.id('a3'), '2026-10-25 02:30', 'Europe/Berlin', true);
UPDATE medsched.schedules SET cycle_days_on = 21, cycle_days_off = 7 WHERE id = pg_temp.id('a11');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT pg_temp.id('a'), pg_temp.id(s), at::timestamptz FROM (VALUES
  ('a11', '2026-01-21 07:00Z'), ('a11', '2026-01-29 07:00Z'), ('a21', '2026-01-01 07:00Z'), ('a21', '2026-01-03 07:00Z'),
  ('a31', '2026-10-25 00:30Z'), ('a31', '2026-10-25 01:00:01Z')) AS t (s, at);
SELECT medsched.revise_schedule(pg_temp.id('a'), pg_temp.id('a21'), '2026-01-10', jsonb_build_object('id', pg_temp.id('a22'), 'dose_amount', 2)) \g /dev/null
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (pg_temp.id('a'), pg_temp.id('a22'), '2026-01-11 07:00Z');
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a2'), '2026-01-20') \g /dev/null
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'data that keeps every rule');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'has no problem');
SET CONSTRAINTS ALL DEFERRED;

-- Limits kept to the second: four hours apart, three in 24 hours.
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed, min_interval, max_per_24h) VALUES
  (pg_temp.id('a'), pg_temp.id('a32'), pg_temp.id('a3'), '2026-03-01', 'UTC', true, '4 hours', 3);
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT pg_temp.id('a'), pg_temp.id('a32'), at FROM unnest('{2026-03-01 08:00Z,2026-03-01 12:00Z,2026-03-01 16:00Z,2026-03-02 08:00Z}'::timestamptz[]) AS at;
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'limits that are kept are no problem');

-- The same with triggers off, and one row for every way to break a rule.
SET session_replication_role = replica;
INSERT INTO medsched.medications (user_id, id, name) VALUES
  (pg_temp.id('b'), pg_temp.id('b1'), 'without a schedule'), (pg_temp.id('b'), pg_temp.id('b2'), 'with another user''s');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, replaces, effective_from) VALUES
  (pg_temp.id('a'), pg_temp.id('b21'), pg_temp.id('b2'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY', NULL, NULL),
  (pg_temp.id('a'), pg_temp.id('b22'), pg_temp.id('a1'), '2026-01-01 08:00', 'UTC', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', NULL, NULL),
  (pg_temp.id('a'), pg_temp.id('b23'), pg_temp.id('a1'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY;COUNT=3', NULL, '2026-01-03 08:00:01Z'),
  (pg_temp.id('a'), pg_temp.id('b24'), pg_temp.id('a1'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY;COUNT=3', NULL, '2026-01-03 08:00Z'),
  (pg_temp.id('a'), pg_temp.id('b25'), pg_temp.id('a1'), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY', pg_temp.id('ffff'), NULL);
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT pg_temp.id(u), pg_temp.id(s), at::timestamptz FROM (VALUES
  ('a', 'a11', '2026-01-22 07:00Z'),        -- a day off
  ('a', 'a11', '2026-01-21 07:00:01Z'),
  ('a', 'a21', '2026-01-02 07:00Z'),
  ('a', 'a21', '2026-01-11 07:00Z'),        -- the successor's
  ('a', 'a22', '2026-01-09 07:00Z'),        -- the predecessor's
  ('a', 'a22', '2026-01-21 07:00Z'),        -- the medication is inactive
  ('a', 'a31', '2026-10-25 00:29:59Z'),
  ('a', 'a31', '2026-10-25 02:00:00.5Z'),
  ('a', 'b24', '2026-01-03 08:00Z'),        -- right
  ('b', 'a11', '2026-01-01 07:00Z'),
  ('b', 'eeee', '2026-01-01 07:00Z')) AS t (u, s, at);
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at) VALUES
  (pg_temp.id('a'), pg_temp.id('a32'), '2026-03-03 00:00Z', 'skipped', NULL),
  (pg_temp.id('a'), pg_temp.id('a32'), '2026-03-02 11:59:59Z', 'taken', now()),    -- one second early; 12:00 and 16:00 are within 24 hours
  (pg_temp.id('a'), pg_temp.id('a32'), '2026-03-02 15:59:59Z', 'taken', now());    -- with 16:00, 08:00 and 11:59:59 the fourth
RESET session_replication_role;

SELECT results_eq($$SELECT rule, right(user_id::text, 1), replace(row_id, '00000000-0000-0000-0000-', ''), problem FROM medsched.check_integrity() ORDER BY 1, 2, 3$$,
  $$VALUES
    ('as_needed_max_per_24h', 'a', '000000000a32 2026-03-02 11:59:59+00', 'It is dose 4 in 24 hours, of at most 3.'),
    ('as_needed_max_per_24h', 'a', '000000000a32 2026-03-02 15:59:59+00', 'It is dose 4 in 24 hours, of at most 3.'),
    ('as_needed_min_interval', 'a', '000000000a32 2026-03-02 11:59:59+00', 'The dose before it was at 2026-03-02 08:00:00+00, less than 04:00:00 earlier.'),
    ('as_needed_not_skipped', 'a', '000000000a32 2026-03-03 00:00:00+00', 'A dose as needed is taken, or it is none.'),
    ('dose_has_schedule', 'b', '000000000a11 2026-01-01 07:00:00+00', 'The user has no schedule "00000000-0000-0000-0000-000000000a11".'),
    ('dose_has_schedule', 'b', '00000000eeee 2026-01-01 07:00:00+00', 'The user has no schedule "00000000-0000-0000-0000-00000000eeee".'),
    ('dose_is_scheduled', 'a', '000000000a11 2026-01-21 07:00:01+00', 'The schedule has no dose then: medsched.explain_dose() tells why.'),
    ('dose_is_scheduled', 'a', '000000000a11 2026-01-22 07:00:00+00', 'The schedule has no dose then: medsched.explain_dose() tells why.'),
    ('dose_is_scheduled', 'a', '000000000a21 2026-01-02 07:00:00+00', 'The schedule has no dose then: medsched.explain_dose() tells why.'),
    ('dose_is_scheduled', 'a', '000000000a21 2026-01-11 07:00:00+00', 'The schedule ends at 2026-01-10 00:00:00+00.'),
    ('dose_is_scheduled', 'a', '000000000a22 2026-01-09 07:00:00+00', 'The schedule takes effect at 2026-01-10 00:00:00+00.'),
    ('dose_is_scheduled', 'a', '000000000a22 2026-01-21 07:00:00+00', 'The medication is inactive from 2026-01-20 00:00:00+00.'),
    ('dose_is_scheduled', 'a', '000000000a31 2026-10-25 00:29:59+00', 'The schedule starts at 2026-10-25 02:30:00 in Europe/Berlin.'),
    ('dose_is_scheduled', 'a', '000000000a31 2026-10-25 02:00:00.5+00', 'A dose is at a whole second.'),
    ('medication_has_schedule', 'b', '0000000000b1', 'The medication has no schedule.'),
    ('medication_has_schedule', 'b', '0000000000b2', 'The medication has no schedule.'),
    ('schedule_has_dose', 'a', '000000000b22', 'The schedule can never have a dose.'),
    ('schedule_has_dose', 'a', '000000000b23', 'The schedule can never have a dose.'),
    ('schedule_has_medication', 'a', '000000000b21', 'The user has no medication "00000000-0000-0000-0000-0000000000b2".'),
    ('schedule_replaces_schedule', 'a', '000000000b25', 'The user has no schedule "00000000-0000-0000-0000-00000000ffff", which it replaces.')$$,
  'every row that breaks a rule is told, and no other');

-- An overview, told by the clock: whole days from today, at midnight UTC.
CREATE FUNCTION pg_temp.schedule(short text, starts_in int, rule text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  VALUES (pg_temp.id('d'), pg_temp.id(short), pg_temp.id(left(short, 2)), date_trunc('day', now()) + make_interval(days => starts_in), 'UTC', rule)
$$;
INSERT INTO medsched.medications (user_id, id, name) SELECT pg_temp.id('d'), pg_temp.id(m), m FROM unnest('{d1,d2,d3}'::text[]) AS m;
SELECT pg_temp.schedule('d11', -10, 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.schedule('d12', -9, 'FREQ=DAILY;COUNT=2') \g /dev/null
SELECT pg_temp.schedule('d13', 3, 'FREQ=DAILY') \g /dev/null
SELECT pg_temp.schedule('d14', -8, 'FREQ=DAILY') \g /dev/null
UPDATE medsched.schedules SET ends_at = date_trunc('day', now()) - interval '5 days' WHERE id = pg_temp.id('d14');
SELECT pg_temp.schedule('d21', -10, 'FREQ=DAILY;INTERVAL=2') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('d'), pg_temp.id('d21'), date_trunc('day', now()) - interval '5 days', jsonb_build_object('id', pg_temp.id('d22'), 'dose_amount', 2, 'dose_unit', 'mg')) \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('d'), pg_temp.id('d22'), date_trunc('day', now()) + interval '5 days', jsonb_build_object('id', pg_temp.id('d23'), 'dose_amount', 3)) \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id('d'), pg_temp.id('d22'), date_trunc('day', now()) - make_interval(days => n)) FROM unnest('{4,2}'::int[]) AS n \g /dev/null
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed) VALUES
  (pg_temp.id('d'), pg_temp.id('d24'), pg_temp.id('d2'), date_trunc('day', now()) - interval '1 day', 'UTC', true);
SELECT pg_temp.schedule('d31', -10, 'FREQ=DAILY') \g /dev/null
SELECT medsched.inactivate_medication(pg_temp.id('d'), pg_temp.id('d3')) \g /dev/null

-- Today's dose at midnight is over, so the next is tomorrow's; every second day from
-- ten days ago is today, and the day after tomorrow, and, after five days, the sixth.
SELECT results_eq($$SELECT medication_name, right(schedule_id::text, 3), state, (last_recorded::date - now()::date), (next_dose::date - now()::date),
                           right(replaces::text, 3), right(replaced_by::text, 3), dose_amount, dose_unit
                      FROM medsched.schedule_overview(pg_temp.id('d'))$$,
  $$VALUES
    ('d1', 'd11', 'current', NULL::int, 1, NULL, NULL, NULL::numeric, NULL),
    ('d1', 'd12', 'over', NULL, NULL, NULL, NULL, NULL, NULL),
    ('d1', 'd14', 'ended', NULL, NULL, NULL, NULL, NULL, NULL),
    ('d1', 'd13', 'planned', NULL, 3, NULL, NULL, NULL, NULL),
    ('d2', 'd21', 'replaced', NULL, NULL, NULL, 'd22', NULL, NULL),
    ('d2', 'd22', 'current', -2, 2, 'd21', 'd23', 2, 'mg'),
    ('d2', 'd24', 'as needed', NULL, NULL, NULL, NULL, NULL, NULL),
    ('d2', 'd23', 'planned', NULL, 6, 'd22', NULL, 3, 'mg'),
    ('d3', 'd31', 'medication inactive', NULL, NULL, NULL, NULL, NULL, NULL)$$,
  'an overview of a user''s schedules');
SELECT is_empty($$SELECT * FROM medsched.schedule_overview(pg_temp.id('d')) AS o
                   WHERE o.description IS DISTINCT FROM medsched.describe_schedule(pg_temp.id('d'), o.schedule_id)$$, 'in words');

-- To be replaced: before it begins (e12), and while its cycle rests (e21); to end as it begins (e32). Begun 22 days ago,
-- 21 days on and 7 off, it is on again on the 28th day after, in six days.
CREATE FUNCTION pg_temp.midnight(days int) RETURNS timestamptz LANGUAGE sql STABLE RETURN date_trunc('day', now()) + make_interval(days => days);
INSERT INTO medsched.medications (user_id, id, name) SELECT pg_temp.id('e'), pg_temp.id(m), m FROM unnest('{e1,e2,e3}'::text[]) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, cycle_days_on, cycle_days_off, as_needed) VALUES
  (pg_temp.id('e'), pg_temp.id('e11'), pg_temp.id('e1'), pg_temp.midnight(-10), 'UTC', 'FREQ=DAILY', NULL, NULL, false),
  (pg_temp.id('e'), pg_temp.id('e21'), pg_temp.id('e2'), pg_temp.midnight(-22), 'UTC', 'FREQ=DAILY', 21, 7, false),
  (pg_temp.id('e'), pg_temp.id('e31'), pg_temp.id('e3'), pg_temp.midnight(2), 'UTC', NULL, NULL, NULL, true);
SELECT medsched.revise_schedule(pg_temp.id('e'), pg_temp.id(old), pg_temp.midnight(days), jsonb_build_object('id', pg_temp.id(new), 'dose_amount', 2))
  FROM (VALUES ('e11', 4, 'e12'), ('e12', 3, 'e13'), ('e21', 3, 'e22')) AS t (old, days, new) \g /dev/null
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  (pg_temp.id('e'), pg_temp.id('e32'), pg_temp.id('e3'), pg_temp.midnight(3), 'UTC', 'FREQ=DAILY');
UPDATE medsched.schedules SET ends_at = pg_temp.midnight(3) WHERE id = pg_temp.id('e32');
SELECT results_eq($$SELECT right(schedule_id::text, 3), state, (next_dose::date - now()::date), (ends_at::date - now()::date), right(replaced_by::text, 3)
                      FROM medsched.schedule_overview(pg_temp.id('e'))$$,
  $$VALUES
    ('e11', 'current', 1, 4, 'e12'),
    ('e12', 'replaced', NULL, 4, 'e13'),
    ('e13', 'planned', 4, NULL, NULL),
    ('e21', 'current', NULL, 3, 'e22'),
    ('e22', 'planned', 6, NULL, NULL),
    ('e31', 'planned', NULL, NULL, NULL),
    ('e32', 'ended', NULL, 3, NULL)$$,
  'what will be replaced');
SELECT is_empty('SELECT * FROM medsched.schedule_overview(gen_random_uuid())', 'of nobody else');
SELECT throws_ok('SELECT * FROM medsched.schedule_overview(NULL)', '22004', 'user_id must not be null', 'of whom');

SELECT * FROM finish();
ROLLBACK;
