\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(35);

\i test/id.psql
\i test/doses.psql

-- History that began before the application: no dose before effective_from, and the rhythm is that of starts_at.

CREATE FUNCTION pg_temp.since(effective_from text, schedule jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_array(jsonb_build_object('starts_at', '2026-01-01T08:00', 'time_zone', 'Europe/Berlin', 'rrule', 'FREQ=DAILY;INTERVAL=2',
                                              'effective_from', effective_from) || schedule)
$$;
-- Every second day from 1 January on: 11, 13, ...; effective on the 12th at 11:11.
SELECT is(pg_temp.doses(pg_temp.since('2026-01-12T11:11:00+01:00'), '2025-12-01', '2026-01-18'), '01-13 08:00, 01-15 08:00, 01-17 08:00', 'the rhythm goes on');
SELECT is(pg_temp.doses(pg_temp.since('2026-01-13T08:00:00+01:00'), '2025-12-01', '2026-01-16'), '01-13 08:00, 01-15 08:00', 'a dose at that very instant counts');
SELECT is(pg_temp.doses(pg_temp.since('2026-01-13T08:00:00.5+01:00'), '2025-12-01', '2026-01-16'), '01-15 08:00', 'one half a second earlier does not');
SELECT is(pg_temp.doses(pg_temp.since('2026-01-12T00:00:00Z', '{"rrule": "FREQ=DAILY;COUNT=14"}'), '2025-12-01', '2026-03-01'), '01-12 08:00, 01-13 08:00, 01-14 08:00', 'COUNT counts from starts_at');
SELECT is(pg_temp.doses(pg_temp.since('2026-01-20T00:00:00Z', '{"rrule": "FREQ=DAILY", "cycle_days_on": 21, "cycle_days_off": 7}'), '2025-12-01', '2026-01-31'),
  '01-20 08:00, 01-21 08:00, 01-29 08:00, 01-30 08:00', 'and so does a cycle');
SELECT is(pg_temp.doses(pg_temp.since('2025-06-01T00:00:00Z'), '2025-12-01', '2026-01-04'), '01-01 08:00, 01-03 08:00', 'before starts_at it bounds nothing');
SELECT is(pg_temp.doses(pg_temp.since(NULL), '2025-12-01', '2026-01-04'), '01-01 08:00, 01-03 08:00', 'null is not given');

SELECT medsched.create_medication(pg_temp.id('a'), 'x', pg_temp.since('2026-01-12T11:11:00+01:00', jsonb_build_object('id', pg_temp.id('a1')))) AS medication \gset
SELECT results_eq($$SELECT scheduled, missed FROM medsched.adherence(pg_temp.id('a'), '2026-01-01', '2026-01-18') AS a$$, 'VALUES (3::bigint, 3::bigint)', 'weeks before it are not missed');
SELECT is(medsched.describe_schedule(pg_temp.id('a'), pg_temp.id('a1')), 'every 2 days at 08:00, Europe/Berlin, from 13 January 2026', 'described is what counts');
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-11 07:00Z')$$),
  '23514 medsched.dose_taken.dose_before_start: schedule "00000000-0000-0000-0000-0000000000a1" has no dose at 2026-01-11 07:00:00+00'
  ' | The first dose is at 2026-01-13 07:00:00+00. | Record a dose at the scheduled_for that medsched.upcoming_doses() gives.', 'nor can they be recorded');
SELECT is((SELECT (s.replaces, s.effective_from) FROM medsched.schedules AS s WHERE s.id = pg_temp.id('a1')), (NULL::uuid, timestamptz '2026-01-12 10:11Z'), 'it replaces nothing');
SELECT medsched.revise_schedule(pg_temp.id('a'), pg_temp.id('a1'), '2026-01-16Z', '{"dose_amount": 2}') AS second \gset
SELECT is((SELECT s.effective_from FROM medsched.schedules AS s WHERE s.id = :'second'), timestamptz '2026-01-16Z', 'revised, the next begins at the revision');
SELECT is((SELECT count(*) FROM medsched.change_time_zone(pg_temp.id('a'), 'America/New_York', '2026-01-20Z') WHERE outcome = 'moved'), 1::bigint, 'it travels');
SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'no rule is broken');

SELECT is(pg_temp.failure(format('SELECT medsched.create_medication(%L, %L, %L)', pg_temp.id('b'), 'x', pg_temp.since(value, more))), expected, value)
FROM (VALUES
  ('2026-01-12T11:11:00', '{}'::jsonb, '22023: schedules[0].effective_from must be an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z'),
  ('infinity', '{}', '22023: schedules[0].effective_from must be an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z'),
  ('2026-02-30T00:00:00Z', '{}', '22008: schedules[0].effective_from: date/time field value out of range: "2026-02-30T00:00:00Z"'),
  ('9999-12-31T23:59:59-15:00', '{}', '23514 medsched.schedules.schedules_effective_from_in_range: schedules[0].effective_from must be in the years 1 to 9999 | It is 10000-01-01 14:59:59+00.'),
  ('2026-01-20T00:00:00Z', '{"ends_at": "2026-01-15T00:00:00Z"}', '23514 medsched.schedules.schedule_has_dose: schedules[0]: schedule ends before its first dose'
   ' | Its ends_at is 2026-01-15 00:00:00+00, its first dose would be at 2026-01-21 07:00:00+00. | Check the year of ends_at and of starts_at.'),
  ('2027-01-01T00:00:00Z', '{"rrule": "FREQ=DAILY;COUNT=3"}', '23514 medsched.schedules.schedule_has_dose: schedules[0]: schedule can never have a dose'
   ' | From 2027-01-01 00:00:00+00 on, "FREQ=DAILY;COUNT=3" less the exdates names no time.'
   ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.')) AS t (value, more, expected);
SELECT is(pg_temp.failure(format($$SELECT medsched.revise_schedule(%L, %L, '2026-02-01Z', '{"effective_from": "2026-02-02T00:00:00Z", "dose_amount": 3}')$$, pg_temp.id('a'), :'second')),
  '22023: changes must not have effective_from | When the changes take effect, the argument effective_from says.', 'a revision has an argument for it');

-- Said wrongly at first: it counts from the 10th.
SELECT medsched.create_medication(pg_temp.id('c'), 'x', pg_temp.since('2026-01-12T11:11:00+01:00', jsonb_build_object('id', pg_temp.id('c1')))) \g /dev/null
SELECT is((SELECT c.effective_from FROM medsched.correct_schedule(pg_temp.id('c'), pg_temp.id('c1'), '{"effective_from": "2026-01-10T00:00:00Z"}') AS c), timestamptz '2026-01-10Z', 'a correction changes it');
SELECT is((SELECT c.effective_from FROM medsched.correct_schedule(pg_temp.id('c'), pg_temp.id('c1'), '{"effective_from": null}') AS c), NULL::timestamptz, 'or takes it away');

-- A form that is entered at 11:11.
SELECT is(pg_temp.doses(medsched.schedule_from_times('{08:00,20:00}', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 11:11+01'), '2027-02-01', '2027-03-03'),
  '03-01 20:00, 03-02 08:00, 03-02 20:00', 'by times: the morning''s dose is not missed');
SELECT is(pg_temp.doses(medsched.schedule_from_times('{08:00,20:30}', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 11:11+01'), '2027-02-01', '2027-03-03'),
  '03-01 20:30, 03-02 08:00, 03-02 20:30', 'of several schedules neither');
SELECT is(medsched.schedule_from_times('{08:00,20:30}', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 11:11:00.25+01'),
  '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0", "effective_from": "2027-03-01T10:11:00.25Z"},
    {"starts_at": "2027-03-01T20:30:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=20;BYMINUTE=30;BYSECOND=0"}]'::jsonb, 'it stands where it is later than the start, in UTC');
SELECT is(medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 08:00+01'), medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin'),
  'and not at it');
SELECT is(pg_temp.doses(medsched.schedule_from_sig('Q8H', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 11:11+01'), '2027-02-01', '2027-03-02 12:00'),
  '03-01 16:00, 03-02 00:00, 03-02 08:00', 'by a sig in hours');
-- 8 February 2027 is a Monday.
SELECT is(pg_temp.doses(medsched.schedule_from_sig('WEEKLY', '2027-02-08', 'Europe/Berlin', effective_from => '2027-03-01 11:11+01'), '2027-02-01', '2027-03-20'),
  '03-08 08:00, 03-15 08:00', 'by a sig that began weeks ago');
SELECT is(medsched.schedule_from_sig('Q6H PRN', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 11:11+01'), medsched.schedule_from_sig('Q6H PRN', '2027-03-01', 'Europe/Berlin'),
  'as needed nothing can be missed');
SELECT is(pg_temp.doses(medsched.schedule_from_fhir('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "count": 4}}', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 11:11+01'), '2027-02-01', '2027-04-01'),
  '03-01 20:00, 03-02 08:00, 03-02 20:00', 'by a FHIR Timing, whose count is that of the prescription');
SELECT is(pg_temp.failure(call), '22023: effective_from must be finite', call)
FROM unnest(ARRAY[$$SELECT medsched.schedule_from_times('{08:00}', '2027-03-01', 'UTC', effective_from => 'infinity')$$,
  $$SELECT medsched.schedule_from_sig('PRN', '2027-03-01', 'UTC', effective_from => '-infinity')$$,
  $$SELECT medsched.schedule_from_fhir('{"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}', '2027-03-01', 'UTC', effective_from => 'infinity')$$]) AS call;
SET TimeZone = 'Asia/Tokyo';
SELECT is(medsched.schedule_from_times('{08:00}', '2027-03-01', 'Europe/Berlin', effective_from => '2027-03-01 11:11+01') #>> '{0,effective_from}', '2027-03-01T10:11:00Z', 'in any session');

SELECT * FROM finish();
ROLLBACK;
