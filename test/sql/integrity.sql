\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(46);

-- What a trigger or a foreign key refuses, check_integrity() names once it got in with
-- triggers off: of each case, the constraint that is refused by, and the rules named.

\set ann '''00000000-0000-0000-0000-00000000000a'''
\i test/id.psql

CREATE FUNCTION pg_temp.says(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
BEGIN
  BEGIN
    said := pg_temp.failure(sql || '; SET CONSTRAINTS ALL IMMEDIATE');
    RAISE 'undo';
  EXCEPTION WHEN raise_exception THEN
    NULL;
  END;
  SET CONSTRAINTS ALL DEFERRED;
  RETURN said;
END
$$;
-- The rules named; the problem, of one.
CREATE FUNCTION pg_temp.named(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  named text;
BEGIN
  BEGIN
    SET LOCAL session_replication_role = replica;
    EXECUTE sql;
    SET LOCAL session_replication_role = origin;
    SELECT string_agg(row_id || ' ' || rule || ': ' || problem, ' + ' ORDER BY row_id, rule) INTO named FROM medsched.check_integrity();
    RAISE 'undo';
  EXCEPTION WHEN raise_exception THEN
    NULL;
  END;
  RETURN replace(replace(named, '00000000-0000-0000-0000-000000000', ''), '+00', '');
END
$$;

-- a1: 08:00 daily, recorded 5 January, skipped 6 January, replaced from 1 February.  a2: nothing recorded.
-- a3: as needed, 2 hours apart, at most 2 in 24 hours by a31; a32, of the same medication, without limits.
INSERT INTO medsched.medications (user_id, id, name) SELECT :ann, pg_temp.id(m), m FROM unnest('{a1,a2,a3}'::text[]) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) SELECT :ann, pg_temp.id(s), pg_temp.id(left(s, 2)), '2026-01-01 08:00', 'UTC', 'FREQ=DAILY' FROM unnest('{a11,a21,a22}'::text[]) AS s;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed, min_interval, max_per_24h) VALUES
  (:ann, pg_temp.id('a31'), pg_temp.id('a3'), '2026-01-01', 'UTC', true, '2 hours', 2), (:ann, pg_temp.id('a32'), pg_temp.id('a3'), '2026-01-01', 'UTC', true, NULL, NULL);
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a11'), '2026-01-05 08:00Z', '2026-01-05 08:10Z') \g /dev/null
SELECT medsched.skip_dose(:ann, pg_temp.id('a11'), '2026-01-06 08:00Z') \g /dev/null
SELECT medsched.revise_schedule(:ann, pg_temp.id('a11'), '2026-02-01Z', jsonb_build_object('id', pg_temp.id('a12'), 'dose_amount', 2)) \g /dev/null
SELECT medsched.take_as_needed(:ann, pg_temp.id('a31'), '2026-01-10 08:00Z') \g /dev/null
SELECT medsched.take_as_needed(:ann, pg_temp.id('a32'), '2026-01-20 08:00Z') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'all is well at first');

CREATE TEMPORARY TABLE cases (n int GENERATED ALWAYS AS IDENTITY, refused_by text, named text, sql text);
INSERT INTO cases (refused_by, named, sql)
SELECT refused_by, named, regexp_replace(replace(sql, 'ANN', '''00000000-0000-0000-0000-00000000000a'''), '<(\w+)>', '''00000000-0000-0000-0000-000000000\1''', 'g')
FROM (VALUES
  ('medication_has_schedule', '0a9 medication_has_schedule: The medication has no schedule.',
   $$INSERT INTO medsched.medications (user_id, id, name) VALUES (ANN, <0a9>, 'x')$$),
  ('medication_has_schedule', '0a2 medication_has_schedule: The medication has no schedule.',
   $$DELETE FROM medsched.schedules WHERE medication_id = <0a2>$$),
  ('medication_has_schedule', '0a2 medication_has_schedule: The medication has no schedule.',
   $$UPDATE medsched.schedules SET medication_id = <0a3> WHERE medication_id = <0a2>$$),
  ('schedules_user_id_medication_id_fkey', 'a91 schedule_has_medication: The user has no medication "0a9".',
   $$INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone) VALUES (ANN, <a91>, <0a9>, '2026-01-01', 'UTC')$$),
  ('medications_not_deleted', 'a21 schedule_has_medication: The user has no medication "0a2". + a22 schedule_has_medication: The user has no medication "0a2".',
   $$DELETE FROM medsched.medications WHERE id = <0a2>$$),
  ('schedules_user_id_replaces_fkey', 'a21 schedule_replaces_schedule: The user has no schedule "a99", which it replaces.',
   $$UPDATE medsched.schedules SET replaces = <a99> WHERE id = <a21>$$),
  ('schedule_replaces_schedule', 'a21 schedule_replaces_schedule: Schedule "a12", which it replaces, is of another medication.',
   $$UPDATE medsched.schedules SET replaces = <a12> WHERE id = <a21>$$),
  ('schedule_replaces_schedule', 'a12 schedule_replaces_schedule: It takes effect at 2026-02-01 00:00:00, before schedule "a11", which it replaces, ends.',
   $$UPDATE medsched.schedules SET ends_at = NULL WHERE id = <a11>$$),
  ('schedule_replaces_schedule', 'a12 schedule_replaces_schedule: It takes effect at 2026-02-01 00:00:00, before schedule "a11", which it replaces, ends.',
   $$UPDATE medsched.schedules SET ends_at = '2026-02-01 00:00:00.000001Z' WHERE id = <a11>$$),
  ('schedule_replaces_schedule', 'a11 schedule_replaces_schedule: What it replaces replaces it in turn. + a12 schedule_replaces_schedule: What it replaces replaces it in turn.',
   $$UPDATE medsched.schedules SET replaces = <a12> WHERE id = <a11>$$),
  ('schedule_has_dose', 'a21 schedule_has_dose: The schedule can never have a dose.',
   $$UPDATE medsched.schedules SET rrule = 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' WHERE id = <a21>$$),
  ('schedule_has_dose', 'a21 schedule_has_dose: The schedule can never have a dose.',
   $$UPDATE medsched.schedules SET rrule = NULL, exdates = '{2026-01-01 08:00}' WHERE id = <a21>$$),
  ('schedule_has_dose', 'a21 schedule_has_dose: The schedule can never have a dose.',
   $$UPDATE medsched.schedules SET rrule = NULL, effective_from = '2026-01-01 08:00:01Z' WHERE id = <a21>$$),
  ('dose_taken_user_id_schedule_id_fkey', 'a99 2026-01-01 08:00:00 dose_has_schedule: The user has no schedule "a99".',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a99>, '2026-01-01 08:00Z')$$),
  ('dose_taken_user_id_schedule_id_fkey', 'a11 2026-01-05 08:00:00 dose_has_schedule: The user has no schedule "a11". + a11 2026-01-06 08:00:00 dose_has_schedule: The user has no schedule "a11".',
   $$UPDATE medsched.schedules SET replaces = NULL WHERE id = <a12>; DELETE FROM medsched.schedules WHERE id = <a11>$$),
  ('dose_is_scheduled', 'a21 2026-01-05 08:00:01 dose_is_scheduled: The schedule has no dose then: medsched.explain_dose() tells why.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a21>, '2026-01-05 08:00:01Z')$$),
  ('dose_after_end', 'a11 2026-02-01 08:00:00 dose_is_scheduled: The schedule ends at 2026-02-01 00:00:00.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a11>, '2026-02-01 08:00Z')$$),
  ('dose_before_start', 'a12 2026-01-31 08:00:00 dose_is_scheduled: The schedule takes effect at 2026-02-01 00:00:00.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a12>, '2026-01-31 08:00Z')$$),
  ('dose_after_inactivation', 'a21 2026-01-31 08:00:00 dose_is_scheduled: The medication is inactive from 2026-01-31 00:00:00.',
   $$UPDATE medsched.medications SET inactivated_at = '2026-01-31Z' WHERE id = <0a2>; INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a21>, '2026-01-31 08:00Z')$$),
  ('dose_before_start', 'a32 2025-12-31 23:59:59 dose_is_scheduled: The schedule starts at 2026-01-01 00:00:00 in UTC.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a32>, '2025-12-31 23:59:59Z')$$),
  ('dose_is_scheduled', 'a32 2026-03-01 00:00:00.5 dose_is_scheduled: A dose is at a whole second.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a32>, '2026-03-01 00:00:00.5Z')$$),
  ('dose_taken_user_id_schedule_id_fkey', 'a11 2026-01-05 08:00:00 dose_has_schedule: The user has no schedule "a11".',
   $$UPDATE medsched.dose_taken SET user_id = '00000000-0000-0000-0000-00000000000b' WHERE outcome = 'taken' AND schedule_id = <a11>$$),
  ('recorded_dose_keeps_schedule', 'a11 2026-01-05 08:00:00 dose_is_scheduled: The schedule has no dose then: medsched.explain_dose() tells why.',
   $$UPDATE medsched.schedules SET exdates = '{2026-01-05 08:00}' WHERE id = <a11>$$),
  ('recorded_dose_keeps_schedule', 'a11 2026-01-06 08:00:00 dose_is_scheduled: The schedule ends at 2026-01-06 08:00:00.',
   $$UPDATE medsched.schedules SET ends_at = '2026-01-06 08:00Z' WHERE id = <a11>$$),
  ('recorded_dose_keeps_schedule', 'a11 2026-01-06 08:00:00 as_needed_not_skipped: A dose as needed is taken, or it is none.',
   $$UPDATE medsched.schedules SET as_needed = true, rrule = NULL WHERE id = <a11>$$),
  ('recorded_dose_keeps_schedule', 'a11 2026-01-06 08:00:00 dose_is_scheduled: The medication is inactive from 2026-01-06 08:00:00.',
   $$UPDATE medsched.medications SET inactivated_at = '2026-01-06 08:00Z' WHERE id = <0a1>$$),
  ('as_needed_not_skipped', 'a32 2026-03-01 00:00:00 as_needed_not_skipped: A dose as needed is taken, or it is none.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, outcome, taken_at) VALUES (ANN, <a32>, '2026-03-01Z', 'skipped', NULL)$$),
  -- By its own limit: after, before, and between those of another schedule of the medication.
  ('as_needed_min_interval', 'a31 2026-01-10 09:59:59 as_needed_min_interval: The dose before it was at 2026-01-10 08:00:00, less than 02:00:00 earlier.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a31>, '2026-01-10 09:59:59Z')$$),
  ('as_needed_min_interval', 'a31 2026-01-10 08:00:00 as_needed_min_interval: The dose before it was at 2026-01-10 06:00:01, less than 02:00:00 earlier.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a31>, '2026-01-10 06:00:01Z')$$),
  ('as_needed_min_interval', 'a31 2026-01-20 09:59:59 as_needed_min_interval: The dose before it was at 2026-01-20 08:00:00, less than 02:00:00 earlier.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a31>, '2026-01-20 09:59:59Z')$$),
  ('as_needed_min_interval', 'a31 2026-01-20 06:00:01 as_needed_min_interval: The dose after it was at 2026-01-20 08:00:00, less than 02:00:00 later.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a31>, '2026-01-20 06:00:01Z')$$),
  ('as_needed_min_interval', 'a31 2026-01-20 08:00:00 as_needed_min_interval: The dose after it was at 2026-01-20 08:00:00, less than 02:00:00 later.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) SELECT user_id, <a31>, scheduled_for FROM medsched.dose_taken WHERE schedule_id = <a32>$$),
  ('as_needed_max_per_24h', 'a31 2026-01-11 07:59:59 as_needed_max_per_24h: It is dose 3 in 24 hours, of at most 2.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a32>, '2026-01-10 12:00Z'); INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a31>, '2026-01-11 07:59:59Z')$$),
  ('as_needed_max_per_24h', 'a31 2026-01-20 04:00:00 as_needed_max_per_24h: It is one of 3 doses in 24 hours, of at most 2.',
   $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a32>, '2026-01-21 03:59:59Z'); INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (ANN, <a31>, '2026-01-20 04:00Z')$$)
) AS t (refused_by, named, sql);

SELECT is(split_part(regexp_replace(pg_temp.says(sql), '^\S+ medsched\.\w+\.', ''), ':', 1) || ' -> ' || pg_temp.named(sql), refused_by || ' -> ' || named, format('%s %s', n, refused_by)) FROM cases ORDER BY n;

-- What is allowed is not named, whatever comes next to it.
SELECT is(pg_temp.named(sql), NULL, 'right: ' || what)
FROM (VALUES
  ('two hours apart', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a31', '2026-01-10 10:00Z')$$),
  ('two hours apart from another''s', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a31', '2026-01-20 06:00Z')$$),
  ('by the schedule without limits', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) SELECT '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a32', timestamptz '2026-01-20 09:00Z' + n * interval '1 minute' FROM generate_series(1, 9) AS n$$),
  ('a third dose 24 hours later', $$INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) SELECT '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a31', at FROM unnest('{2026-01-10 12:00Z,2026-01-11 08:00Z}'::timestamptz[]) AS at$$),
  -- The one thing that is refused as new only.
  ('a schedule ended before its first dose', $$UPDATE medsched.schedules SET ends_at = '2026-01-01 08:00Z' WHERE id = '00000000-0000-0000-0000-000000000a21'$$)
) AS t (what, sql);

-- The answer about others does not fail because of one row, of whose columns even the types' checks are gone.
SET LOCAL session_replication_role = replica;
ALTER DOMAIN medsched.time_zone DROP CONSTRAINT time_zone_is_known;
ALTER DOMAIN medsched.rrule DROP CONSTRAINT rrule_is_valid;
ALTER TABLE medsched.schedules DROP CONSTRAINT schedules_starts_at_whole_second;
ALTER TABLE medsched.schedules DROP CONSTRAINT schedules_rdates_valid, DROP CONSTRAINT schedules_exdates_valid;
INSERT INTO medsched.medications (user_id, id, name) VALUES (:ann, pg_temp.id('b1'), 'x');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, rdates, exdates, effective_from, as_needed) VALUES
  (:ann, pg_temp.id('b11'), pg_temp.id('b1'), '2026-01-01', 'Mars/Phobos', 'FREQ=DAILY', '{}', '{}', NULL, false),
  (:ann, pg_temp.id('b12'), pg_temp.id('b1'), '2026-01-01', 'UTC', 'FREQ=SOMETIMES', '{}', '{}', NULL, false),
  (:ann, pg_temp.id('b13'), pg_temp.id('b1'), '2026-01-01', 'UTC', 'FREQ=DAILY', '{NULL}', '{}', NULL, false),
  (:ann, pg_temp.id('b14'), pg_temp.id('b1'), '2026-01-01', 'UTC', 'FREQ=DAILY', '{}', '{{2026-01-01,2026-01-02},{NULL,2026-01-03}}', NULL, false),
  (:ann, pg_temp.id('b16'), pg_temp.id('b1'), '294276-01-01', 'UTC', 'FREQ=DAILY', '{}', '{}', NULL, false),
  (:ann, pg_temp.id('b17'), pg_temp.id('b1'), '2026-01-01', 'Mars/Phobos', NULL, '{}', '{}', NULL, true),
  (:ann, pg_temp.id('b18'), pg_temp.id('b1'), '2026-01-01', 'UTC', NULL, '{}', '{}', NULL, true),
  (:ann, pg_temp.id('b19'), pg_temp.id('b1'), '2026-01-01', 'UTC', 'FREQ=DAILY', '{}', '{}', NULL, false);
DO $$
BEGIN
  UPDATE medsched.schedules SET effective_from = '4714-11-24 00:00:00Z BC' WHERE id = pg_temp.id('b19');
EXCEPTION WHEN check_violation THEN
  NULL;
END
$$;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
SELECT :ann, pg_temp.id(s), at FROM unnest('{b11,b12,b13,b14,b16,b17,b18,b19}'::text[]) AS s, unnest('{0004-01-01 00:00Z,9999-01-01 00:00Z}'::timestamptz[]) AS at;
DO $$
BEGIN
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', pg_temp.id(s), at FROM unnest('{b18,b19}'::text[]) AS s, unnest('{4714-11-24 00:00:00Z BC,294276-12-31 00:00Z}'::timestamptz[]) AS at;
EXCEPTION WHEN check_violation THEN
  NULL;
END
$$;
RESET session_replication_role;
SELECT results_eq($$SELECT right(row_id, 3), rule FROM medsched.check_integrity() WHERE length(row_id) = 36 ORDER BY 1$$,
  $$VALUES ('b11', 'schedule_has_dose'), ('b12', 'schedule_has_dose'), ('b13', 'schedule_has_dose'), ('b14', 'schedule_has_dose'), ('b16', 'schedule_has_dose'), ('b17', 'schedule_has_dose')$$,
  'of what cannot be computed, each row is named');
SELECT results_eq($$SELECT problem FROM medsched.check_integrity() WHERE row_id IN (SELECT pg_temp.id(s)::text FROM unnest('{b11,b13}'::text[]) AS s) ORDER BY row_id$$,
  $$VALUES ('Its doses cannot be computed: time zone "Mars/Phobos" is not known.'), ('Its doses cannot be computed: rdates must not contain a null.')$$, 'with the reason');
SELECT ok(count(*) >= 2, 'and doses out of all years') FROM medsched.check_integrity() WHERE rule = 'dose_is_scheduled';
SELECT ok(NOT EXISTS (SELECT FROM medsched.check_integrity() AS c WHERE c.user_id <> :ann), 'of nobody else');
SELECT is_empty($$SELECT * FROM medsched.check_integrity() AS c WHERE c.user_id = '00000000-0000-0000-0000-00000000000b'$$, 'nor of one who is asked for');

-- What was recorded in spite of the limits is no problem, nor is what was there before it; what came after it without a reason is.
SELECT medsched.create_medication(lpad('d', 32, '0')::uuid, 'Despite', '[
  {"id": "00000000-0000-0000-0000-0000000000d1", "starts_at": "2020-03-01T00:00:00", "time_zone": "UTC", "as_needed": true, "min_interval": "4 hours"}]') \g /dev/null
SELECT medsched.create_medication(lpad('d', 32, '0')::uuid, 'By day', '[
  {"id": "00000000-0000-0000-0000-0000000000d2", "starts_at": "2020-03-01T00:00:00", "time_zone": "UTC", "as_needed": true, "limits": [{"doses": 1, "days": 1}]}]') \g /dev/null
SET LOCAL session_replication_role = replica;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, recorded_at, despite_limits)
SELECT lpad('d', 32, '0')::uuid, s.id, at::timestamptz, recorded_at::timestamptz, reason
  FROM medsched.schedules AS s,
       (VALUES ('2020-03-02 08:00Z', '2020-03-02 08:00Z', NULL), ('2020-03-02 10:00Z', '2020-03-02 11:00Z', 'early'), ('2020-03-02 11:30Z', '2020-03-02 12:00Z', NULL)) AS d (at, recorded_at, reason)
 WHERE s.user_id = lpad('d', 32, '0')::uuid;
RESET session_replication_role;
SELECT results_eq($$SELECT substr(row_id, 35), rule, problem FROM medsched.check_integrity() WHERE user_id = lpad('d', 32, '0')::uuid ORDER BY 1$$,
  $$VALUES ('d1 2020-03-02 11:30:00+00', 'as_needed_min_interval', 'Doses are at least 04:00:00 apart, and one was taken at 2020-03-02 08:00:00+00.'),
           ('d2 2020-03-02 11:30:00+00', 'as_needed_limits', 'At most 1 dose is taken on a day in UTC, and one was taken at 2020-03-02 08:00:00+00.')$$,
  'what was recorded in spite of the limits is no problem, but what came after it without a reason is');

SELECT * FROM finish();
ROLLBACK;
