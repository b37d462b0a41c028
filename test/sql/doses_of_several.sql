\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(37);

-- The doses of several users in one call: of each those that a call about that user lists.
\i test/id.psql
\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''
\set cem '''00000000-0000-0000-0000-00000000000c'''
\set dan '''00000000-0000-0000-0000-00000000000d'''
\set eve '''00000000-0000-0000-0000-00000000000e'''

-- Ann's a1 is at 08:00 and 20:00, her a2 at 08:00 in Berlin; Ben's b1 at 08:00; Cem's c1 eight hours after the last; Dan's d1
-- at 08:00 and 20:00, as long as he took it; Eve has a medication that ended. Nobody is f.
SELECT medsched.create_medication(:ann, 'a1', '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8,20", "dose_amount": 5, "dose_unit": "mg"}]') \g /dev/null
SELECT medsched.create_medication(:ann, 'a2', '[{"id": "00000000-0000-0000-0000-000000000a21", "starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "instructions": "with food"}]') \g /dev/null
SELECT medsched.create_medication(:ben, 'b1', '[{"id": "00000000-0000-0000-0000-000000000b11", "starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') \g /dev/null
SELECT medsched.create_medication(:cem, 'c1', '[{"id": "00000000-0000-0000-0000-000000000c11", "starts_at": "2026-01-10T06:00", "time_zone": "UTC", "after_last": "8 hours"}]') \g /dev/null
SELECT medsched.create_medication(:dan, 'd1', '[{"id": "00000000-0000-0000-0000-000000000d11", "starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;BYHOUR=8,20"}]') AS stopped \gset
SELECT medsched.create_medication(:eve, 'e1', '[{"id": "00000000-0000-0000-0000-000000000e11", "starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;COUNT=3"}]') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, pg_temp.id('a11'), '2026-01-10 08:00Z', '2026-01-10 08:05Z', 'nurse') \g /dev/null
SELECT medsched.skip_dose(:ann, pg_temp.id('a21'), '2026-01-10 07:00Z', 'nausea') \g /dev/null
SELECT medsched.move_dose(:ben, pg_temp.id('b11'), '2026-01-10 08:00Z', '2026-01-10 09:30Z') \g /dev/null
SELECT medsched.move_dose(:ben, pg_temp.id('b11'), '2026-01-12 08:00Z', '2026-01-10 23:00Z') \g /dev/null
SELECT medsched.mark_dose_taken(:cem, pg_temp.id('c11'), '2026-01-10 06:00Z', '2026-01-10 06:10Z') \g /dev/null
SELECT medsched.mark_dose_taken(:dan, pg_temp.id('d11'), '2026-01-10 08:00Z', '2026-01-10 07:45Z') \g /dev/null
SELECT medsched.inactivate_medication(:dan, :'stopped', '2026-01-10 08:00:00.5Z') \g /dev/null

CREATE FUNCTION pg_temp.told(dose medsched.user_dose) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', right(dose.user_id::text, 1), to_char(timezone('UTC', dose.due_at), 'DD HH24:MI'), dose.medication_name,
    to_char(timezone('UTC', nullif(dose.scheduled_for, dose.due_at)), '"of "DD HH24:MI'), CASE WHEN dose.status IN ('taken', 'skipped') THEN dose.status END)
$$;
CREATE FUNCTION pg_temp.told(users uuid[], since timestamptz, until timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(pg_temp.told(d), ', ' ORDER BY d.nth) FROM (
    SELECT ROW(d.*)::medsched.user_dose AS d, row_number() OVER () AS nth FROM medsched.upcoming_doses_of(users, since, until) AS d) AS d (d, nth)
$$;
CREATE FUNCTION pg_temp.next(users uuid[], after timestamptz, most int) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(pg_temp.told(d), ', ' ORDER BY d.nth) FROM (
    SELECT ROW(d.*)::medsched.user_dose AS d, row_number() OVER () AS nth FROM medsched.next_doses_of(users, after, most) AS d) AS d (d, nth)
$$;
CREATE FUNCTION pg_temp.ids(letters text) RETURNS uuid[] RETURN ARRAY(SELECT pg_temp.id(l) FROM string_to_table(letters, NULL) AS l);

-- Doses in a window -----------------------------------------------------------------------------
SELECT is(pg_temp.told(pg_temp.ids('abcdef'), '2026-01-10Z', '2026-01-11Z'),
  'c 10 06:00 c1 taken, a 10 07:00 a2 skipped, a 10 08:00 a1 taken, d 10 08:00 d1 taken, b 10 09:30 b1 of 10 08:00, c 10 14:10 c1, a 10 20:00 a1, b 10 23:00 b1 of 12 08:00',
  'in order of time, whoever they are of');
SELECT is(pg_temp.told(pg_temp.ids('dcbafe'), '2026-01-09 08:00Z', '2026-01-09 08:00:01Z'), 'a 09 08:00 a1, b 09 08:00 b1, d 09 08:00 d1',
  'at one time in order of the user, not of the argument');
SELECT is(pg_temp.told(pg_temp.ids('bb' || 'abab'), '2026-01-10 08:00Z', '2026-01-10 12:00Z'), 'a 10 08:00 a1 taken, b 10 09:30 b1 of 10 08:00', 'each user once');
SELECT is(pg_temp.told(pg_temp.ids('a'), '2026-01-10Z', '2026-01-11Z'), 'a 10 07:00 a2 skipped, a 10 08:00 a1 taken, a 10 20:00 a1', 'one of them');
SELECT is(pg_temp.told(pg_temp.ids('b'), '2026-01-12Z', '2026-01-13Z'), NULL, 'a dose that was moved away is not there');
SELECT is(pg_temp.told(pg_temp.ids('f'), '2026-01-10Z', '2026-01-11Z'), NULL, 'an unknown user has none');
SELECT is(pg_temp.told(pg_temp.ids('ef'), '2026-01-10Z', '2026-01-11Z'), NULL, 'nor has one whose schedules ended');
SELECT is(pg_temp.told('{}', '2026-01-10Z', '2026-01-11Z'), NULL, 'nobody has none');
SELECT is(pg_temp.told(pg_temp.ids('ab'), '2026-01-10Z', '2026-01-10Z'), NULL, 'an empty window has none');
SELECT is(pg_temp.told(format('[3:4]={%s,%s}', pg_temp.id('a'), pg_temp.id('b'))::uuid[], '2026-01-10 08:00Z', '2026-01-10 12:00Z'),
  'a 10 08:00 a1 taken, b 10 09:30 b1 of 10 08:00', 'an array may begin anywhere');
SELECT is(pg_temp.told(array_fill(pg_temp.id('b'), ARRAY[20000]), '2026-01-10Z', '2026-01-10 12:00Z'), 'b 10 09:30 b1 of 10 08:00', 'a long array of one user is one user');
SELECT is(pg_temp.told(pg_temp.ids('d'), '2026-01-10 08:00Z', '2026-01-12Z'), 'd 10 08:00 d1 taken', 'what was taken of a medication that ended then');

-- All columns, of many windows: as calls about each list them.
CREATE TEMP TABLE windows AS
SELECT timestamptz '2026-01-08 06:00Z' + n * interval '7 hours' AS since, timestamptz '2026-01-08 06:00Z' + n * interval '7 hours' + n % 5 * interval '11 hours' AS until
  FROM generate_series(0, 20) AS n;
CREATE FUNCTION pg_temp.same(letters text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', CASE WHEN s.several IS DISTINCT FROM s.single THEN 'differ' ELSE 'same' END, s.n > 0)
    FROM (SELECT (SELECT jsonb_agg(jsonb_build_object('since', w.since) || to_jsonb(d) - 'ordinality' ORDER BY w.since, d.ordinality)
                    FROM windows AS w, medsched.upcoming_doses_of(pg_temp.ids(letters), w.since, w.until) WITH ORDINALITY AS d) AS several,
                 (SELECT jsonb_agg(d.dose ORDER BY d.since, d.due_at, d.user_id, d.nth)
                    FROM (SELECT w.since, u.id AS user_id, d.due_at, d.ordinality AS nth, jsonb_build_object('since', w.since, 'user_id', u.id) || to_jsonb(d) - 'ordinality' AS dose
                            FROM windows AS w, unnest(pg_temp.ids(letters)) AS u (id), medsched.upcoming_doses(u.id, w.since, w.until) WITH ORDINALITY AS d) AS d) AS single,
                 (SELECT count(*) FROM windows AS w, medsched.upcoming_doses_of(pg_temp.ids(letters), w.since, w.until) AS d) AS n) AS s
$$;
SELECT is(pg_temp.same('abcdef'), 'same t', 'all columns of all users are those of calls about each');
SELECT is(pg_temp.same('adf'), 'same t', 'also where no dose was moved');
SELECT is(pg_temp.same('bc'), 'same t', 'and where each has one that was');

-- The next doses --------------------------------------------------------------------------------
SELECT is(pg_temp.next(pg_temp.ids('abcdef'), '2026-01-10 07:00Z', 2), 'b 10 09:30 b1 of 10 08:00, c 10 14:10 c1, a 10 20:00 a1, b 10 23:00 b1 of 12 08:00, a 11 07:00 a2',
  'so many of each, that are not recorded');
SELECT is(pg_temp.next(pg_temp.ids('ae'), '2026-01-02 08:00Z', 3), 'a 02 20:00 a1, a 03 07:00 a2, a 03 08:00 a1, e 03 08:00 e1', 'whoever has fewer is in nobody''s way');
SELECT is(pg_temp.next(pg_temp.ids('ab'), '2026-01-10 23:00Z', 1), 'a 11 07:00 a2, b 11 08:00 b1', 'after the instant alone');
SELECT is(pg_temp.next(pg_temp.ids('ab'), '2026-01-10 23:00Z', 0), NULL, 'none of each');
SELECT is(pg_temp.next('{}', '2026-01-10 23:00Z', 1), NULL, 'of nobody');
SELECT is((SELECT count(*) FROM medsched.next_doses_of(pg_temp.ids('ab'))), 20::bigint, 'ten of each, from now on, where nothing is said');
CREATE FUNCTION pg_temp.same_next(letters text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', CASE WHEN s.several IS DISTINCT FROM s.single THEN 'differ' ELSE 'same' END, s.several IS NOT NULL)
    FROM (SELECT (SELECT jsonb_agg(jsonb_build_object('since', w.since, 'most', m.most) || to_jsonb(d) - 'ordinality' ORDER BY w.since, m.most, d.ordinality)
                    FROM windows AS w, unnest('{1,2,5,30}'::int[]) AS m (most), medsched.next_doses_of(pg_temp.ids(letters), w.since, m.most) WITH ORDINALITY AS d) AS several,
                 (SELECT jsonb_agg(d.dose ORDER BY d.since, d.most, d.due_at, d.user_id, d.nth)
                    FROM (SELECT w.since, m.most, u.id AS user_id, d.due_at, d.ordinality AS nth,
                                 jsonb_build_object('since', w.since, 'most', m.most, 'user_id', u.id) || to_jsonb(d) - 'ordinality' AS dose
                            FROM windows AS w, unnest('{1,2,5,30}'::int[]) AS m (most), unnest(pg_temp.ids(letters)) AS u (id), medsched.next_doses(u.id, w.since, m.most) WITH ORDINALITY AS d) AS d) AS single) AS s
$$;
SELECT is(pg_temp.same_next('abcdef'), 'same t', 'all columns of all users are those of calls about each');
SELECT is(pg_temp.same_next('ade'), 'same t', 'also where no dose was moved');

-- With row security, to which the owner is not subject, the rows are found by queries.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.medications ENABLE ROW LEVEL SECURITY;
ALTER TABLE medsched.dose_taken ENABLE ROW LEVEL SECURITY;
SELECT is(pg_temp.same('abcdef') || ', ' || pg_temp.same_next('abcdef'), 'same t, same t', 'and with row security');
SELECT is(pg_temp.same('c') || ', ' || pg_temp.same_next('d'), 'same t, same t', 'of one user');
SELECT is((SELECT count(*) FROM medsched.upcoming_doses_of(pg_temp.ids('bf'), '2026-01-06Z', '2026-01-08Z')), 2::bigint, 'and where one has none');
ALTER TABLE medsched.medications DISABLE ROW LEVEL SECURITY;
ALTER TABLE medsched.dose_taken DISABLE ROW LEVEL SECURITY;

-- Limits ----------------------------------------------------------------------------------------
SET LOCAL medsched.max_doses = 4;
SELECT is((SELECT count(*) FROM medsched.upcoming_doses_of(pg_temp.ids('abd'), '2026-01-06 07:30Z', '2026-01-07 08:00:01Z')), 9::bigint, 'as many as are allowed are so of each user');
SELECT is(f.failure, f.expected, f.expected)
FROM (SELECT pg_temp.failure(call) AS failure, expected FROM (VALUES
  ($$SELECT medsched.upcoming_doses_of(pg_temp.ids('bad'), '2026-01-06 07:00Z', '2026-01-07 08:00:01Z')$$,
    '54000: more than 4 doses in the window | The setting medsched.max_doses bounds how many doses one call computes. | Narrow the window, or raise medsched.max_doses.'),
  ($$SELECT medsched.upcoming_doses_of(ARRAY(SELECT pg_temp.id(n) FROM generate_series(1, 1001) AS n), '2026-01-06Z', '2026-01-08Z')$$,
    '54000: more than 1000 users | They are 1001. | Ask for at most 1000 at a time.'),
  ($$SELECT medsched.next_doses_of(ARRAY(SELECT pg_temp.id(n) FROM generate_series(1, 1001) AS n), '2026-01-06Z')$$,
    '54000: more than 1000 users | They are 1001. | Ask for at most 1000 at a time.'),
  ($$SELECT medsched.next_doses_of(pg_temp.ids('b'), '2026-01-06Z', 5)$$,
    '54000: more than 4 doses in the window | The setting medsched.max_doses bounds how many doses one call computes. | Narrow the window, or raise medsched.max_doses.')) AS c (call, expected)) AS f;
SELECT is((SELECT count(*) FROM medsched.upcoming_doses_of(ARRAY(SELECT pg_temp.id(n) FROM generate_series(1, 999) AS n) || pg_temp.id('a'), '2026-01-06Z', '2026-01-07Z')), 3::bigint,
  'a thousand users can be asked for');
SELECT is(pg_temp.next(pg_temp.ids('ae'), '2026-01-02 20:00Z', 2), 'a 03 07:00 a2, a 03 08:00 a1, e 03 08:00 e1', 'as many as are allowed');
RESET medsched.max_doses;

-- Arguments -------------------------------------------------------------------------------------
SELECT is(string_agg(pg_temp.failure(call), E'\n' ORDER BY nth), string_agg(expected, E'\n' ORDER BY nth), 'what cannot be asked')
FROM unnest(ARRAY[
  $$SELECT medsched.upcoming_doses_of(NULL, '2026-01-06Z', '2026-01-08Z')$$,
  $$SELECT medsched.upcoming_doses_of(ARRAY[pg_temp.id('a'), NULL], '2026-01-06Z', '2026-01-08Z')$$,
  $$SELECT medsched.upcoming_doses_of(ARRAY[pg_temp.ids('ab'), pg_temp.ids('cd')], '2026-01-06Z', '2026-01-08Z')$$,
  $$SELECT medsched.upcoming_doses_of('{}', NULL, '2026-01-08Z')$$,
  $$SELECT medsched.upcoming_doses_of('{}', '2026-01-06Z', NULL)$$,
  $$SELECT medsched.upcoming_doses_of('{}', '-infinity', '2026-01-06Z')$$,
  $$SELECT medsched.upcoming_doses_of('{}', '2026-01-08Z', '2026-01-06Z')$$,
  $$SELECT medsched.next_doses_of(NULL)$$,
  $$SELECT medsched.next_doses_of('{NULL}')$$,
  $$SELECT medsched.next_doses_of('{}', NULL)$$,
  $$SELECT medsched.next_doses_of('{}', 'infinity')$$,
  $$SELECT medsched.next_doses_of('{}', '2026-01-06Z', NULL)$$,
  $$SELECT medsched.next_doses_of('{}', '2026-01-06Z', -1)$$], ARRAY[
  '22004: user_ids must not be null', '22004: user_ids must not contain null', '2202E: user_ids must have one dimension', '22004: window_start must not be null',
  '22004: window_end must not be null', '22023: window_start must be finite | Give the window that you will show, for example one week.',
  '22023: window_end must not be before window_start | The window is from 2026-01-08 00:00:00+00 to 2026-01-06 00:00:00+00.',
  '22004: user_ids must not be null', '22004: user_ids must not contain null', '22004: after must not be null', '22023: after must be finite',
  '22004: max_doses must not be null', '22023: max_doses must not be negative | It is -1.']) WITH ORDINALITY AS c (call, expected, nth);

-- At the ends of time.
SELECT is(pg_temp.next(pg_temp.ids('ae'), '9999-12-31 08:00Z', 2), 'a 31 20:00 a1', 'the last one');
SELECT is(pg_temp.next(pg_temp.ids('ae'), '294276-12-31Z', 2), NULL, 'none later');
SELECT is(pg_temp.told(pg_temp.ids('ae'), '4714-11-24 BC', '4714-11-25 BC'), NULL, 'none at the beginning');

SELECT * FROM finish();
ROLLBACK;
