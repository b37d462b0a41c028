\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(13);

-- A schedule with as many dates as it can have answers fast, about all of its dates.

SET LOCAL TimeZone = 'UTC';
SELECT lives_ok($$SELECT medsched.create_medication('00000000-0000-0000-0000-0000000000d1', 'metformin', jsonb_build_array(jsonb_build_object(
    'id', '00000000-0000-0000-0000-0000000000d2', 'starts_at', '2026-01-01T08:00:00', 'time_zone', 'Europe/Berlin', 'rrule', 'FREQ=DAILY',
    'rdates', (SELECT jsonb_agg(timestamp '2026-01-01 12:00' + n * interval '1 day') FROM generate_series(1, 10000) AS n),
    'exdates', (SELECT jsonb_agg(timestamp '2026-01-01 08:00' + n * interval '2 days') FROM generate_series(1, 10000) AS n))))$$,
  'a schedule of ten thousand dates added and ten thousand left out');
SELECT lives_ok($$SELECT d.newly_taken FROM generate_series(0, 19) AS n CROSS JOIN LATERAL medsched.mark_dose_taken(
    '00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000d2',
    (timestamp '2026-01-02 08:00' + n * interval '2 days') AT TIME ZONE 'Europe/Berlin') AS d$$, 'twenty of its doses');
SET CONSTRAINTS ALL IMMEDIATE;

SET LOCAL statement_timeout = '20s';
SELECT is(medsched.describe_schedule('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000d2'),
  'every day at 08:00, Europe/Berlin, from 1 January 2026, also at 10000 single times, but not at 10000 single times', 'its description');
SELECT is(medsched.describe_schedule('FREQ=DAILY;COUNT=100', '2026-01-01 08:00', 'UTC',
    exdates => ARRAY(SELECT timestamp '2026-01-01 08:00' + n * interval '1 hour' FROM generate_series(1, 10000) AS n)),
  'every day at 08:00, UTC, from 1 January 2026, 100 doses counting those left out, but not at 99 single times',
  'only dates that the rule has are told as left out');
SELECT is(medsched.describe_schedule('FREQ=MINUTELY', '2026-01-01 08:00', 'UTC',
    exdates => ARRAY(SELECT timestamp '2026-01-01 08:00:30' + n * interval '100 days' FROM generate_series(1, 500) AS n) || timestamp '2999-01-01 00:01'),
  'every minute from 1 January 2026 at 08:00, UTC, but not on 1 January 2999 at 00:01', 'dates far apart, of a dense rule');
SET LOCAL medsched.max_doses = 1;
SELECT is(medsched.describe_schedule('FREQ=DAILY', '2026-01-01 08:00', 'UTC',
    exdates => ARRAY(SELECT timestamp '2026-01-01 08:00' + n * interval '49 days' FROM generate_series(1, 10000) AS n)),
  'every day at 08:00, UTC, from 1 January 2026, but not at 10000 single times', 'dates of a thousand years, whatever max_doses is');
RESET medsched.max_doses;
SELECT results_eq($$SELECT is_dose FROM medsched.explain_dose('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000d2', '2053-05-18 10:00Z')$$,
  'VALUES (true)', 'why there is a dose');
SELECT results_eq($$SELECT is_dose FROM medsched.explain_dose('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000d2', '2026-01-03 07:00Z')$$,
  'VALUES (false)', 'and why none');
SELECT is((SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-0000000000d1', '2026-03-02Z', '2026-03-09Z')), 10::bigint, 'its doses of a week');
SELECT is((SELECT count(*) FROM medsched.next_doses('00000000-0000-0000-0000-0000000000d1', '2026-03-02Z', 3)), 3::bigint, 'its next doses');
SELECT is_empty($$SELECT * FROM medsched.check_integrity() WHERE user_id = '00000000-0000-0000-0000-0000000000d1'$$, 'it breaks no rule');
SELECT lives_ok($$SELECT medsched.revise_schedule('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000d2', '2026-04-01Z', '{"dose_amount": 2}');
  SET CONSTRAINTS ALL IMMEDIATE$$, 'it is revised');
SELECT is((SELECT count(*) FROM medsched.schedule_overview('00000000-0000-0000-0000-0000000000d1')), 2::bigint, 'and both are described');

SELECT * FROM finish();
ROLLBACK;
