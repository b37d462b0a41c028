\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(64);

-- Ann takes metformin at 8 and at 20, and ibuprofen as needed, 6 hours apart; all in the past, in UTC.
\set ann '''00000000-0000-0000-0000-00000000000a'''
\set ben '''00000000-0000-0000-0000-00000000000b'''
SELECT medsched.create_medication(:ann, 'Metformin', '[{"id": "00000000-0000-0000-0000-0000000000a1", "starts_at": "2026-01-01T08:00", "time_zone": "UTC",
  "rrule": "FREQ=DAILY;BYHOUR=8,20", "dose_amount": 500}]') \g /dev/null
SELECT medsched.create_medication(:ann, 'Ibuprofen', '[{"id": "00000000-0000-0000-0000-0000000000a2", "starts_at": "2026-01-01T00:00", "time_zone": "UTC",
  "as_needed": true, "min_interval": "6 hours", "dose_amount": 400}]') \g /dev/null
SELECT medsched.enable_history() \g /dev/null

-- A report of the schedule 1 or 2 on a day of January.
CREATE FUNCTION pg_temp.report(schedule int, at text, outcome text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('schedule_id', format('00000000-0000-0000-0000-0000000000a%s', schedule), 'scheduled_for', format('2026-01-%s:00Z', at), 'outcome', outcome) || more
$$;
-- What came of reports: a letter for each.
CREATE FUNCTION pg_temp.send(VARIADIC reports jsonb[]) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(left(r.changed::text, 1), '' ORDER BY r.nth) FROM medsched.record_reports('00000000-0000-0000-0000-00000000000a', to_jsonb(reports), 'the tablet') AS r
$$;
CREATE FUNCTION pg_temp.refused(VARIADIC reports jsonb[]) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.record_reports(%L, %L)', '00000000-0000-0000-0000-00000000000a', to_jsonb(reports)))
$$;
CREATE FUNCTION pg_temp.recorded() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' ', right(d.schedule_id::text, 2), to_char(d.scheduled_for, 'DD HH24:MI'), d.outcome, to_char(d.taken_at, 'HH24:MI'), d.amount, d.reason, d.note, d.despite_limits, d.recorded_by)
    FROM medsched.dose_taken AS d WHERE d.user_id = '00000000-0000-0000-0000-00000000000a' ORDER BY d.scheduled_for, d.schedule_id
$$;

-- Each outcome --------------------------------------------------------------------

SELECT is(pg_temp.send(
  pg_temp.report(1, '02T08:00', 'taken', '{"taken_at": "2026-01-02T09:05:00+01:00", "amount": "250.5", "note": "with milk"}'),
  pg_temp.report(1, '02T20:00', 'skipped', '{"reason": "nausea", "note": "again"}'),
  pg_temp.report(1, '02T21:00', 'extra', '{"amount": 100, "reason": "vomited", "note": "half of it", "despite_limits": "it hurt"}'),
  pg_temp.report(2, '02T10:00', 'taken', '{"taken_at": "2026-01-02T10:00:00Z"}'),
  pg_temp.report(2, '02T12:00', 'taken', '{"taken_at": "2026-01-02T12:00:00Z", "despite_limits": "it hurt"}')), 'ttttt', 'all is recorded');
SELECT results_eq('SELECT * FROM pg_temp.recorded()', ARRAY[
  'a1 02 08:00 taken 08:05 250.5 with milk the tablet', 'a2 02 10:00 taken 10:00 the tablet', 'a2 02 12:00 taken 12:00 it hurt the tablet',
  'a1 02 20:00 skipped nausea again the tablet', 'a1 02 21:00 extra 21:00 100 vomited half of it it hurt the tablet'], 'as it was reported');
SELECT is(pg_temp.send(pg_temp.report(1, '02T08:00', 'taken', '{"taken_at": "2026-01-02T11:00:00Z"}'), pg_temp.report(1, '02T20:00', 'skipped'),
  pg_temp.report(1, '02T21:00', 'extra'), pg_temp.report(1, '04T08:00', 'none')), 'ffff', 'again it is no news');
SELECT is(pg_temp.send(pg_temp.report(1, '02T08:00', 'none'), pg_temp.report(1, '02T08:00', 'skipped'), pg_temp.report(1, '02T08:00', 'none'),
  pg_temp.report(1, '02T08:00', 'taken', '{"taken_at": "2026-01-02T08:10:00Z"}')), 'tttt', 'they are taken in their order');
SELECT is(pg_temp.send(pg_temp.report(1, '02T20:00', 'none', '{"taken_at": null, "note": null, "expected": null}')), 't', 'null is nothing given');
SELECT is(pg_temp.send(pg_temp.report(1, '03T08:00', 'taken')), 't', 'when it was taken is now, where that is not told');
SELECT is((SELECT taken_at FROM medsched.dose_taken WHERE scheduled_for = '2026-01-03 08:00Z'), now(), 'as for mark_dose_taken');
SELECT is(pg_temp.send(pg_temp.report(1, '03T08:00', 'none')), 't', 'taken back');
SELECT is((SELECT count(*) FROM medsched.record_reports(:ann, '[]')), 0::bigint, 'nothing is nothing');
SELECT is((SELECT count(*) FROM medsched.record_reports(:ben, '[]')), 0::bigint, 'from anybody');
SELECT is((SELECT sum(changed::int) FROM medsched.record_reports(:ann, (SELECT jsonb_agg(pg_temp.report(1, to_char(day, 'DD') || 'T20:00', 'taken',
             jsonb_build_object('taken_at', day))) FROM generate_series('2026-01-05 20:00Z', timestamptz '2026-01-14 20:00Z', '1 day') AS day))), 10::bigint, 'many');

-- All or nothing --------------------------------------------------------------------

CREATE TEMP TABLE before AS SELECT * FROM pg_temp.recorded() AS r;
SELECT is(pg_temp.refused(pg_temp.report(1, '04T08:00', 'taken', '{"taken_at": "2026-01-04T08:00Z"}'), pg_temp.report(1, '04T08:30', 'taken')),
  '23514 medsched.dose_taken.dose_is_scheduled: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2026-01-04 08:30:00+00'
  ' | The nearest doses are at 2026-01-04 08:00:00+00 and at 2026-01-04 20:00:00+00.'
  ' | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.', 'one that is refused');
SELECT alike(pg_temp.refused(pg_temp.report(1, '04T08:00', 'skipped'), pg_temp.report(1, '02T08:00', 'skipped')), '55000 medsched.dose_taken.dose_already_taken: %', 'or is recorded otherwise');
SELECT alike(pg_temp.refused(pg_temp.report(1, '04T08:00', 'skipped'), pg_temp.report(2, '02T13:00', 'taken')), '23514 medsched.dose_taken.as_needed_min_interval: %', 'or beyond a limit');
SELECT alike(pg_temp.refused(pg_temp.report(1, '04T08:00', 'skipped'), pg_temp.report(3, '04T08:00', 'none')), 'P0002 medsched.schedules.schedule_exists: %', 'or of nobody''s schedule');
SELECT alike(pg_temp.refused(pg_temp.report(1, '04T08:00', 'skipped'), pg_temp.report(1, '04T20:00', 'taken', '{"amount": -1}')), '23514 medsched.dose_taken.%: amount %', 'or has an amount that is none');
SELECT alike(pg_temp.failure(format('SELECT medsched.record_reports(%L, %L)', :ben, jsonb_build_array(pg_temp.report(1, '04T08:00', 'taken')))), 'P0002 medsched.schedules.schedule_exists: %',
  'of another person');
SELECT results_eq('SELECT * FROM pg_temp.recorded()', 'TABLE before', 'leaves nothing of the others');

-- What is expected ----------------------------------------------------------------------

-- Of 2 January at 8, taken at 08:10 is recorded; at 20 nothing; of the 4th at 8 that it was skipped.
SELECT is(pg_temp.send(pg_temp.report(1, '04T08:00', 'skipped')), 't', 'skipped');
SELECT is(pg_temp.send(pg_temp.report(1, at, 'none', jsonb_build_object('expected', expected))), 'f', concat(at, ' is not ', expected))
  FROM (VALUES ('02T08:00', '{"outcome": "taken", "taken_at": "2026-01-02T08:11:00Z"}'::jsonb), ('02T08:00', '{"outcome": "taken", "taken_at": null}'),
               ('02T08:00', '{"outcome": "skipped", "taken_at": null}'), ('02T08:00', '{"outcome": "extra", "taken_at": "2026-01-02T08:10:00Z"}'),
               ('04T08:00', '{"outcome": "taken", "taken_at": "2026-01-04T08:00:00Z"}'), ('02T20:00', '{"outcome": "skipped", "taken_at": null}')) AS e (at, expected);
SELECT is(pg_temp.send(pg_temp.report(1, '02T08:00', 'none', '{"expected": {"outcome": "taken", "taken_at": "2026-01-02T09:10:00+01"}}')), 't', 'it is taken back where it is so');
SELECT is(pg_temp.send(pg_temp.report(1, '04T08:00', 'none', '{"expected": {"outcome": "skipped", "taken_at": null}}')), 't', 'skipped, too');
SELECT is(pg_temp.send(pg_temp.report(1, '02T21:00', 'none', '{"expected": {"outcome": "extra", "taken_at": "2026-01-02T21:00:00.000Z"}}')), 't', 'and extra');
SELECT is(pg_temp.refused(pg_temp.report(3, '04T08:00', 'none', '{"expected": {"outcome": "skipped", "taken_at": null}}')), 'no error', 'of no schedule it is not so');

-- No reports -------------------------------------------------------------------------------

SELECT is(pg_temp.failure(call), wanted, wanted) FROM (VALUES
  ('SELECT medsched.record_reports(NULL, ''[]'')', '22004: user_id must not be null'),
  (format('SELECT medsched.record_reports(%L, NULL)', :ann), '22004: reports must not be null'),
  (format('SELECT medsched.record_reports(%L, ''null'')', :ann), '22023: reports must be a JSON array'),
  (format('SELECT medsched.record_reports(%L, ''{}'')', :ann), '22023: reports must be a JSON array'),
  (format('SELECT medsched.record_reports(%L, ''[null]'')', :ann), '22023: reports[0] must be a JSON object'),
  (format('SELECT medsched.record_reports(%L, ''[{}]'')', :ann), '22023: reports[0] must have schedule_id')) AS t (call, wanted);
SELECT is(pg_temp.refused(pg_temp.report(1, '04T08:00', 'taken'), pg_temp.report(1, '04T20:00', 'taken', more)), wanted, wanted) FROM (VALUES
  ('{"colour": 1}'::jsonb, '22023: reports[1] has an unknown key "colour" | The keys of a report are schedule_id, scheduled_for, outcome, taken_at, amount, reason, note, despite_limits, expected.'),
  ('{"colour": null}', '22023: reports[1] has an unknown key "colour" | The keys of a report are schedule_id, scheduled_for, outcome, taken_at, amount, reason, note, despite_limits, expected.'),
  ('{"scheduled_for": null}', '22023: reports[1] must have scheduled_for'),
  ('{"outcome": null}', '22023: reports[1] must have outcome'),
  ('{"outcome": "missed"}', '22023: reports[1].outcome must be "taken", "skipped", "extra" or "none"'),
  ('{"outcome": 1}', '22023: reports[1].outcome must be "taken", "skipped", "extra" or "none"'),
  ('{"schedule_id": 1}', '22023: reports[1].schedule_id must be a string that holds a uuid'),
  ('{"schedule_id": "a1"}', '22P02: reports[1]: invalid input syntax for type uuid: "a1"'),
  ('{"scheduled_for": "2026-01-04T20:00:00"}', '22023: reports[1].scheduled_for must be an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z'),
  ('{"scheduled_for": "2026-02-30T20:00:00Z"}', '22008: reports[1]: date/time field value out of range: "2026-02-30T20:00:00Z"'),
  ('{"taken_at": "infinity"}', '22023: reports[1].taken_at must be an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z'),
  ('{"amount": true}', '22023: reports[1].amount must be a number, or a string that holds one'),
  ('{"amount": "much"}', '22P02: reports[1]: invalid input syntax for type numeric: "much"'),
  ('{"note": 1}', '22023: reports[1].note must be a string'),
  ('{"reason": "late"}', '22023: reports[1] has reason, which the outcome "taken" does not have | It goes with skipped, extra.'),
  ('{"expected": {"outcome": "taken", "taken_at": null}}', '22023: reports[1] has expected, which the outcome "taken" does not have | It goes with none.'),
  ('{"outcome": "none", "note": "n"}', '22023: reports[1] has note, which the outcome "none" does not have | It goes with taken, skipped, extra.'),
  ('{"outcome": "skipped", "amount": 1}', '22023: reports[1] has amount, which the outcome "skipped" does not have | It goes with taken, extra.'),
  ('{"outcome": "extra", "taken_at": "2026-01-04T20:00:00Z"}', '22023: reports[1] has taken_at, which the outcome "extra" does not have | It goes with taken.'),
  ('{"outcome": "none", "expected": {"outcome": "taken"}}', '22023: reports[1].expected must be what is recorded, as {"outcome": "taken", "taken_at": "2026-03-01T08:00:00Z"}'),
  ('{"outcome": "none", "expected": {"outcome": null, "taken_at": null}}', '22023: reports[1].expected must be what is recorded, as {"outcome": "taken", "taken_at": "2026-03-01T08:00:00Z"}'),
  ('{"outcome": "none", "expected": {"outcome": "taken", "taken_at": 1}}', '22023: reports[1].expected must be what is recorded, as {"outcome": "taken", "taken_at": "2026-03-01T08:00:00Z"}'),
  ('{"outcome": "none", "expected": {"outcome": "taken", "taken_at": null, "by": "ann"}}', '22023: reports[1].expected must be what is recorded, as {"outcome": "taken", "taken_at": "2026-03-01T08:00:00Z"}'),
  ('{"outcome": "none", "expected": {"outcome": "taken", "taken_at": "2026-02-30T20:00:00Z"}}', '22008: reports[1]: date/time field value out of range: "2026-02-30T20:00:00Z"')) AS t (more, wanted);

-- What it leaves alone -------------------------------------------------------------------
SELECT is((SELECT count(*) FROM medsched.change_history WHERE operation = 'UPDATE'), 0::bigint, 'nothing was changed but by recording and undoing');
SET LOCAL lock_timeout = '3s';
SELECT is(pg_temp.send(pg_temp.report(1, '04T08:00', 'skipped')), 't', 'one more');
SELECT is(current_setting('lock_timeout'), '3s', 'a setting of the caller''s stays');
SELECT is(pg_temp.refused(pg_temp.report(1, '04T08:00', 'taken')) LIKE '55000 %', true, 'after an error');
SELECT is(current_setting('lock_timeout'), '3s', 'it stays, too');

SELECT * FROM finish();
ROLLBACK;
