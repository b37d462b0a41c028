\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(38);
-- Tables with pending events cannot be altered.
SET CONSTRAINTS medsched.followed_schedule_goes_on, medsched.followed_schedule_goes_on_changed IMMEDIATE;

\i test/id.psql

-- Exceptions do something: an exdate leaves out a dose, an rdate lies where the schedule has doses.

CREATE FUNCTION pg_temp.create(schedule jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.create_medication(%L, %L, %L)', pg_temp.id('a'), 'x',
    jsonb_build_array('{"starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}'::jsonb || schedule)))
$$;
\set prefix '''23514 medsched.schedules.schedule_exdates_are_doses: schedules[0]: exdates has '''
\set hint ''' | An exdate is the wall-clock time of the dose that it leaves out, in the time zone of the schedule.'''
SELECT is(pg_temp.create('{"exdates": ["2026-01-05T00:00"]}'), :prefix || '2026-01-05 00:00:00, when the schedule has no dose | Its doses of that day: 2026-01-05 08:00:00.' || :hint,
  'midnight leaves out nothing');
SELECT is(pg_temp.create('{"rrule": "FREQ=DAILY;BYHOUR=8,20", "exdates": ["2026-01-05T08:00", "2026-01-06T00:00", "2026-01-07T00:00"]}'),
  :prefix || '2026-01-06 00:00:00, when the schedule has no dose | Its doses of that day: 2026-01-06 08:00:00, 2026-01-06 20:00:00.' || :hint, 'of several the first that does not');
SELECT is(pg_temp.create('{"rrule": "FREQ=DAILY;BYHOUR=8,10,12,14,16", "exdates": ["2026-01-05T00:00"]}'),
  :prefix || '2026-01-05 00:00:00, when the schedule has no dose | Its doses of that day: 2026-01-05 08:00:00, 2026-01-05 10:00:00, 2026-01-05 12:00:00, 2026-01-05 14:00:00 and later ones.' || :hint,
  'of many doses a day the first');
-- 1 January 2026 is a Thursday.
SELECT is(pg_temp.create('{"rrule": "FREQ=WEEKLY", "exdates": ["2026-01-14T08:00"]}'),
  :prefix || '2026-01-14 08:00:00, when the schedule has no dose | Its nearest doses: 2026-01-08 08:00:00, 2026-01-15 08:00:00.' || :hint, 'on a day without doses, the nearest');
SELECT is(pg_temp.create('{"rrule": "FREQ=DAILY;COUNT=3", "exdates": ["2026-01-04T08:00"]}'),
  :prefix || '2026-01-04 08:00:00, when the schedule has no dose | Its nearest doses: 2026-01-03 08:00:00.' || :hint, 'after the last');
SELECT is(pg_temp.create('{"exdates": ["2025-12-31T08:00"]}'),
  :prefix || '2025-12-31 08:00:00, when the schedule has no dose | Its nearest doses: 2026-01-01 08:00:00.' || :hint, 'before the first');
SELECT is(pg_temp.create('{"cycle_days_on": 2, "cycle_days_off": 1, "exdates": ["2026-01-03T08:00"]}'),
  :prefix || '2026-01-03 08:00:00, when the schedule has no dose | Its nearest doses: 2026-01-02 08:00:00, 2026-01-04 08:00:00.' || :hint, 'on a day off');
SELECT is(pg_temp.create('{"rrule": null, "rdates": ["2026-01-05T09:00"], "exdates": ["2026-01-06T09:00"]}'),
  :prefix || '2026-01-06 09:00:00, when the schedule has no dose | Its nearest doses: 2026-01-05 09:00:00.' || :hint, 'of single doses');
SELECT is(pg_temp.create('{"exdates": ["9999-12-31T08:01"]}'),
  :prefix || '9999-12-31 08:01:00, when the schedule has no dose | Its doses of that day: 9999-12-31 08:00:00.' || :hint, 'at the end of time');

SELECT is(pg_temp.create(schedule::jsonb), 'no error', what)
FROM (VALUES ('{"exdates": ["2026-01-05T08:00"]}', 'the time of a dose'),
             ('{"exdates": ["2026-01-05T08:00", "2026-01-05T08:00"]}', 'twice'),
             ('{"rdates": ["2026-01-05T12:00"], "exdates": ["2026-01-05T12:00"]}', 'one that was added'),
             ('{"rrule": null, "rdates": ["2026-01-05T09:00"], "exdates": ["2026-01-01T08:00"]}', 'the first of single doses'),
             ('{"ends_at": "2026-02-01T00:00Z", "exdates": ["2026-03-01T08:00"]}', 'after the end of the schedule: of the rule it is one'),
             -- 29 March 2026 has no 02:30 in Berlin, and the dose is at 03:30.
             ('{"rrule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "exdates": ["2026-03-29T02:30"]}', 'a time that the clocks jump over'),
             ('{"rrule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "exdates": ["2026-03-29T03:30"]}', 'and the one that it comes at'),
             ('{"rrule": "FREQ=HOURLY;INTERVAL=8", "exdates": ["2026-01-05T16:00"]}', 'in hours'),
             ('{"exdates": [], "rdates": []}', 'no dates')) AS t (schedule, what);

-- What is added has bounds.
\set prefix '''23514 medsched.schedules.schedule_rdates_in_bounds: schedules[0]: rdates has '''
\set first ''' | Use that time or a later one, or add the dose to the schedule that is in effect before.'''
\set last ''' | Use that time or an earlier one, or add the dose to the schedule that is in effect then.'''
SELECT is(pg_temp.create('{"rdates": ["2026-01-05T09:00", "2025-12-31T08:00"]}'),
  :prefix || '2025-12-31 08:00:00, when the schedule is not in effect | In time zone Europe/Berlin, its first possible time is 2026-01-01 08:00:00.' || :first, 'no dose is before starts_at');
SELECT is(pg_temp.create('{"ends_at": "2026-02-01T00:00Z", "rdates": ["2026-02-01T01:00"]}'),
  :prefix || '2026-02-01 01:00:00, when the schedule is not in effect | In time zone Europe/Berlin, its last possible time is 2026-02-01 00:59:59.' || :last, 'nor at ends_at');
SELECT is(pg_temp.create('{"ends_at": "2026-02-01T00:00Z", "rdates": ["2026-02-01T00:59:59"]}'), 'no error', 'a second before it is');

-- The last dose of a schedule that was revised, moved by hand beyond its end.
SELECT medsched.create_medication(pg_temp.id('b'), 'x', '[{"id": "00000000-0000-0000-0000-0000000000b1", "starts_at": "2026-01-01T08:00", "time_zone": "UTC",
  "rrule": "FREQ=DAILY", "rdates": ["2026-01-12T12:00"], "exdates": ["2026-01-13T08:00"]}]') AS medication \gset
SELECT medsched.revise_schedule(pg_temp.id('b'), pg_temp.id('b1'), '2026-01-10Z', '{"dose_amount": 2}') AS second \gset
SELECT is((SELECT (s.rdates, s.exdates) FROM medsched.schedules AS s WHERE s.id = :'second'), ('{2026-01-12 12:00}'::timestamp[], '{2026-01-13 08:00}'::timestamp[]),
  'a revision takes the dates over, and ends before them');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET exdates = exdates || timestamp '2026-01-09 08:00', rdates = rdates || timestamp '2026-01-10 08:00' WHERE id = pg_temp.id('b1')$$),
  '23514 medsched.schedules.schedule_rdates_in_bounds: rdates has 2026-01-10 08:00:00, when the schedule is not in effect | In time zone UTC, its last possible time is 2026-01-09 23:59:59.' || :last,
  'a dose that is moved beyond the end is not lost');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET exdates = exdates || timestamp '2026-01-09 08:00', rdates = rdates || timestamp '2026-01-09 18:00' WHERE id = pg_temp.id('b1')$$),
  'no error', 'before it, it goes');
SELECT is(pg_temp.failure(format($$UPDATE medsched.schedules SET rdates = rdates || timestamp '2026-01-09 18:00' WHERE id = %L$$, :'second')),
  '23514 medsched.schedules.schedule_rdates_in_bounds: rdates has 2026-01-09 18:00:00, when the schedule is not in effect | In time zone UTC, its first possible time is 2026-01-10 00:00:00.' || :first,
  'nor is it before effective_from');
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule(%L, %L, '2026-01-15Z', '{"exdates": ["2026-01-20T00:00"]}')$$, pg_temp.id('b'), :'second')),
  '23514 medsched.schedules.schedule_exdates_are_doses: exdates has 2026-01-20 00:00:00, when the schedule has no dose | Its doses of that day: 2026-01-20 08:00:00.' || :hint,
  'a revision that brings such a date is refused');

-- What a row has stays, whatever becomes of its rule and its bounds.
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET ends_at = '2026-01-05Z' WHERE id = pg_temp.id('b1')$$), 'no error', 'a schedule ends before its dates');
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule(%L, %L, '2026-01-11Z', '{"rrule": "FREQ=DAILY;BYHOUR=9"}')$$, pg_temp.id('b'), :'second')),
  'no error', 'a revision of the rule keeps its dates');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET rrule = 'FREQ=DAILY;BYHOUR=9' WHERE user_id = pg_temp.id('b') AND ends_at IS NULL$$), 'no error', 'as does an UPDATE');
SELECT is((SELECT count(*) FROM medsched.change_time_zone(pg_temp.id('b'), 'Asia/Tokyo', '2026-01-11 12:00Z') WHERE outcome = 'moved'), 1::bigint, 'it travels');
SELECT medsched.inactivate_medication(pg_temp.id('b'), :'medication', '2026-01-12Z') \g /dev/null
SELECT is((SELECT count(*) FROM medsched.reactivate_medication(pg_temp.id('b'), :'medication', '2026-01-14Z')), 1::bigint, 'and is taken up again');
SELECT is_empty($$SELECT * FROM medsched.check_integrity() WHERE user_id = pg_temp.id('b')$$, 'no rule was broken');

-- Rows of before the rule.
ALTER TABLE medsched.schedules DISABLE TRIGGER schedule_dates;
SELECT medsched.create_medication(pg_temp.id('c'), 'x', '[
  {"id": "00000000-0000-0000-0000-0000000000c1", "starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "exdates": ["2026-01-05T00:00"], "ends_at": "2026-02-01T00:00Z", "rdates": ["2026-03-01T08:00"]},
  {"id": "00000000-0000-0000-0000-0000000000c2", "starts_at": "2026-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=HOURLY;INTERVAL=8", "exdates": ["2026-01-15T00:30"], "rdates": ["2025-01-01T08:00"]}]') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.schedules ENABLE TRIGGER schedule_dates;
SELECT results_eq($$SELECT rule, row_id::uuid, problem FROM medsched.check_integrity() ORDER BY 2$$,
  $$VALUES ('schedule_exdates_are_doses', pg_temp.id('c1'), 'exdates has 2026-01-05 00:00:00, when the schedule has no dose. Its doses of that day: 2026-01-05 08:00:00.'),
           ('schedule_exdates_are_doses', pg_temp.id('c2'), 'exdates has 2026-01-15 00:30:00, when the schedule has no dose. Its doses of that day: 2026-01-15 00:00:00, 2026-01-15 08:00:00, 2026-01-15 16:00:00.')$$,
  'check_integrity() names them');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET exdates = exdates || timestamp '2026-01-06 08:00', dose_amount = 1 WHERE id = pg_temp.id('c1')$$), 'no error', 'they stay where others are added');
SELECT results_eq($$SELECT outcome, count(*) FROM medsched.change_time_zone(pg_temp.id('c'), 'America/New_York', '2026-01-10 12:00Z') GROUP BY 1$$, $$VALUES ('moved', 2::bigint)$$, 'and travel');
SELECT is(medsched.describe_schedule(pg_temp.id('c'), pg_temp.id('c1')), '1 every day at 08:00, Europe/Berlin, from 1 January 2026 until just before 10 January 2026 at 13:00, but not on 6 January 2026 at 08:00',
  'described is what is left out');
SELECT is(pg_temp.failure($$UPDATE medsched.schedules SET exdates = '{2026-01-05 08:00}' WHERE id = pg_temp.id('c1')$$), 'no error', 'they are mended');

-- Once for all.
SELECT throws_ok($$CREATE TRIGGER early BEFORE INSERT ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION medsched.schedule_dates();
  INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone) SELECT user_id, id, '2026-01-01', 'UTC' FROM medsched.medications LIMIT 1$$,
  '39P01', 'function "schedule_dates" was not fired as the trigger it is made for', 'fired as it is made for alone');

SELECT * FROM finish();
ROLLBACK;
