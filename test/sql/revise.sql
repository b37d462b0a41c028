\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(80);
-- Tables with pending events cannot be altered.
SET CONSTRAINTS medsched.followed_schedule_goes_on, medsched.followed_schedule_goes_on_changed IMMEDIATE;

-- The ids of this file: of medications 0000000000a1, of schedules 000000000a11.
\i test/id.psql

-- A user's doses in a window, at UTC, each with the end of its schedule's id.
CREATE FUNCTION pg_temp.doses(person text, window_start timestamptz, window_end timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(d.scheduled_for, 'MM-DD HH24:MI ') || right(d.schedule_id::text, 3), ', ' ORDER BY d.scheduled_for)
    FROM medsched.upcoming_doses(pg_temp.id(person), window_start, window_end) AS d
$$;
-- And with the wall clock instead.
CREATE FUNCTION pg_temp.local_doses(person text, window_start timestamptz, window_end timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(to_char(d.local_time, 'MM-DD HH24:MI ') || right(d.schedule_id::text, 3), ', ' ORDER BY d.scheduled_for)
    FROM medsched.upcoming_doses(pg_temp.id(person), window_start, window_end) AS d
$$;
CREATE FUNCTION pg_temp.prescribe(person text, medication text, schedule text, starts_at timestamp, zone text, rule text)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(person), pg_temp.id(medication), medication);
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  VALUES (pg_temp.id(person), pg_temp.id(schedule), pg_temp.id(medication), starts_at, zone, rule)
$$;
-- What revise_schedule says; new ids end in the digit after the old.
CREATE FUNCTION pg_temp.revise(person text, schedule text, effective_from timestamptz, changes jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.revise_schedule(%L, %L, %L, %L)',
                                pg_temp.id(person), pg_temp.id(schedule), effective_from, changes))
$$;
CREATE FUNCTION pg_temp.new_id(short text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('id', pg_temp.id(short))
$$;

-- A revision goes on in the old rhythm.

-- Every second day from Thursday 1 January: the odd days.
SELECT pg_temp.prescribe('a', 'a1', 'a11', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY;INTERVAL=2') \g /dev/null
UPDATE medsched.schedules SET dose_amount = 5, dose_unit = 'mg', instructions = 'with food', grace = '30 min',
       rdates = '{2026-01-20 12:00}', exdates = '{2026-01-09 08:00}' WHERE id = pg_temp.id('a11');
SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a11'), at)
  FROM unnest('{2026-01-01 07:00Z,2026-01-03 07:00Z}'::timestamptz[]) AS at \g /dev/null
SELECT is(medsched.revise_schedule(pg_temp.id('a'), pg_temp.id('a11'), '2026-01-05 23:00Z', pg_temp.new_id('a12') || '{"dose_amount": 10}'),
          pg_temp.id('a12'), 'revise_schedule returns the new id');
SELECT is(pg_temp.doses('a', '2026-01-01', '2026-01-16'),
          '01-01 07:00 a11, 01-03 07:00 a11, 01-05 07:00 a11, 01-07 07:00 a12, 01-11 07:00 a12, 01-13 07:00 a12, 01-15 07:00 a12',
          'every second day goes on where it was; what is excluded stays so');
SELECT is(pg_temp.doses('a', '2026-01-19 12:00', '2026-01-21 12:00'), '01-20 11:00 a12, 01-21 07:00 a12', 'what is added stays so');
SELECT is(s, ROW(o.user_id, pg_temp.id('a12'), o.medication_id, timestamp '2026-01-01 08:00', 'Europe/Berlin', false,
                 'FREQ=DAILY;INTERVAL=2', '{2026-01-20 12:00}', '{2026-01-09 08:00}', NULL, NULL, false, NULL, NULL, NULL,
                 '30 min', NULL, false, NULL, NULL, NULL, NULL, NULL, NULL, 10, 'mg', 'with food', NULL, NULL, '2026-01-05 23:00Z', NULL, o.id, now(), NULL)::medsched.schedules,
          'all else is as it was')
  FROM medsched.schedules AS s, medsched.schedules AS o WHERE s.id = pg_temp.id('a12') AND o.id = pg_temp.id('a11');
SELECT is((s.ends_at, s.replaces, s.dose_amount), (timestamptz '2026-01-05 23:00Z', NULL::uuid, 5::numeric), 'the old one ends there')
  FROM medsched.schedules AS s WHERE id = pg_temp.id('a11');
SELECT is(count(*)::int, 2, 'what was taken stays') FROM medsched.dose_taken;

-- Ten doses: 1 to 10 January.
SELECT pg_temp.prescribe('b', 'b1', 'b11', '2026-01-01 07:00', 'UTC', 'FREQ=DAILY;COUNT=10') \g /dev/null
SELECT is(pg_temp.revise('b', 'b11', '2026-01-05', pg_temp.new_id('b12') || '{"dose_unit": "drop"}'), 'no error', 'ten doses, of which four are over');
SELECT is(pg_temp.doses('b', '2026-01-01', '2026-02-01'),
          '01-01 07:00 b11, 01-02 07:00 b11, 01-03 07:00 b11, 01-04 07:00 b11, '
          '01-05 07:00 b12, 01-06 07:00 b12, 01-07 07:00 b12, 01-08 07:00 b12, 01-09 07:00 b12, 01-10 07:00 b12', 'are ten doses');

-- 21 days on from 1 January are 1 to 21, off are 22 to 28, on from the 29th.
SELECT pg_temp.prescribe('c', 'c1', 'c11', '2026-01-01 20:00', 'UTC', 'FREQ=DAILY') \g /dev/null
UPDATE medsched.schedules SET cycle_days_on = 21, cycle_days_off = 7 WHERE id = pg_temp.id('c11');
SELECT is(pg_temp.revise('c', 'c11', '2026-01-20', pg_temp.new_id('c12') || '{"instructions": "at bedtime"}'), 'no error', 'a cycle, revised on day 19');
SELECT is(pg_temp.doses('c', '2026-01-19', '2026-01-31'),
          '01-19 20:00 c11, 01-20 20:00 c12, 01-21 20:00 c12, 01-29 20:00 c12, 01-30 20:00 c12', 'keeps its days');

-- The 31st, or the month's last day; revised after February's.
SELECT pg_temp.prescribe('d', 'd1', 'd11', '2026-01-31 09:00', 'UTC', 'RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD') \g /dev/null
SELECT is(pg_temp.revise('d', 'd11', '2026-02-10', pg_temp.new_id('d12') || '{"dose_amount": 2}'), 'no error', 'the last day of the month');
SELECT is(pg_temp.doses('d', '2026-01-01', '2026-06-01'), '01-31 09:00 d11, 02-28 09:00 d12, 03-31 09:00 d12, 04-30 09:00 d12, 05-31 09:00 d12',
          'stays the last day of the month');

-- 02:30 in Berlin; on 29 March it is read as 03:30 there, 01:30 UTC, and from
-- then on 02:30 is 00:30 UTC.
SELECT pg_temp.prescribe('e', 'e1', 'e11', '2026-03-01 02:30', 'Europe/Berlin', 'FREQ=DAILY') \g /dev/null
SELECT is(pg_temp.revise('e', 'e11', '2026-03-29 01:00Z', pg_temp.new_id('e12') || '{"dose_amount": 2}'), 'no error', 'a time the clocks jump over');
SELECT is(pg_temp.doses('e', '2026-03-28', '2026-03-31'), '03-28 01:30 e11, 03-29 01:30 e12, 03-30 00:30 e12', 'does not move the ones after');

-- At the instant itself the new one holds, at a microsecond later not yet.
SELECT is(pg_temp.revise('e', 'e12', '2026-04-01 00:30Z', pg_temp.new_id('e13') || '{"dose_amount": 3}'), 'no error', 'effective at a dose');
SELECT is(pg_temp.revise('e', 'e13', '2026-04-03 00:30:00.000001Z', pg_temp.new_id('e14') || '{"dose_amount": 4}'), 'no error', 'effective just after a dose');
SELECT is(pg_temp.doses('e', '2026-03-31', '2026-04-05'),
          '03-31 00:30 e12, 04-01 00:30 e13, 04-02 00:30 e13, 04-03 00:30 e13, 04-04 00:30 e14', 'effective_from is inclusive');

-- Other times.

SELECT is(pg_temp.revise('e', 'e14', '2026-04-05', pg_temp.new_id('e15') || '{"rrule": "FREQ=DAILY;BYHOUR=9,21"}'), 'no error', 'another rule');
SELECT is(pg_temp.local_doses('e', '2026-04-05', '2026-04-06'), '04-05 09:30 e15, 04-05 21:30 e15', 'takes from starts_at what it leaves open');
SELECT is(pg_temp.revise('e', 'e15', '2026-04-06', pg_temp.new_id('e16') || '{"rrule": "FREQ=DAILY;INTERVAL=3", "starts_at": "2026-04-07T12:00"}'),
          'no error', 'another rhythm, with its start');
SELECT is(pg_temp.local_doses('e', '2026-04-06', '2026-04-12'), '04-07 12:00 e16, 04-10 12:00 e16', 'counts from there');
SELECT is(pg_temp.revise('e', 'e16', '2026-04-11', pg_temp.new_id('e17') || '{"rrule": "FREQ=DAILY;INTERVAL=3;BYHOUR=18"}'),
          'no error', 'the same rhythm at another hour');
SELECT is(pg_temp.local_doses('e', '2026-04-11', '2026-04-18'), '04-13 18:00 e17, 04-16 18:00 e17', 'goes on');
SELECT is(pg_temp.revise('e', 'e17', '2026-04-17', pg_temp.new_id('e18') || '{"rrule": null, "starts_at": "2026-04-20T07:00", "exdates": null}'),
          'no error', 'null is the column''s default: no rule');
SELECT is(pg_temp.local_doses('e', '2026-04-17', '2027-04-17'), '04-20 07:00 e18', 'a single dose');

-- A course given ten more times: COUNT from a new start, or, from the old one, in all.
SELECT is(pg_temp.revise('b', 'b12', '2026-01-08', pg_temp.new_id('b13') || '{"rrule": "FREQ=DAILY;COUNT=12", "starts_at": "2026-01-01T07:00"}'),
          'no error', 'twelve in all');
SELECT is(pg_temp.doses('b', '2026-01-07', '2026-02-01'),
          '01-07 07:00 b12, 01-08 07:00 b13, 01-09 07:00 b13, 01-10 07:00 b13, 01-11 07:00 b13, 01-12 07:00 b13', 'count from the start given');

-- Revisions planned ahead: half a dose from 1 March on.
SELECT pg_temp.prescribe('f', 'f1', 'f11', '2026-02-01 08:00', 'UTC', 'FREQ=WEEKLY') \g /dev/null
SELECT is(pg_temp.revise('f', 'f11', '2026-03-01', pg_temp.new_id('f12') || '{"dose_amount": 0.5}'), 'no error', 'a revision ahead of time');
SELECT is(pg_temp.revise('f', 'f11', '2026-02-20', pg_temp.new_id('f13') || '{"instructions": "with water"}'), 'no error', 'and one before it takes effect');
SELECT is(pg_temp.doses('f', '2026-02-08', '2026-03-10'),
          '02-08 08:00 f11, 02-15 08:00 f11, 02-22 08:00 f13, 03-01 08:00 f12, 03-08 08:00 f12', 'stands between them');
SELECT results_eq($$SELECT right(schedule_id::text, 3), right(replaces::text, 3), revision, effective_from, ends_at
                      FROM medsched.schedule_history(pg_temp.id('f'), pg_temp.id('f1'))$$,
  $$VALUES ('f11', NULL, 1, NULL::timestamptz, '2026-02-20'::timestamptz),
           ('f13', 'f11', 2, '2026-02-20', '2026-03-01'),
           ('f12', 'f13', 3, '2026-03-01', NULL)$$, 'in the history, too');
SELECT is(pg_temp.revise('f', 'f12', '2026-02-25', pg_temp.new_id('f14') || '{"dose_amount": 0.25}'), 'no error', 'what is not in effect yet');
SELECT is(pg_temp.doses('f', '2026-02-22', '2026-03-10'), '02-22 08:00 f13, 03-01 08:00 f14, 03-08 08:00 f14', 'is revised from when it is');

-- Columns of the application go along, those that the database fills do not.
ALTER TABLE medsched.schedules ADD COLUMN color text, ADD COLUMN dropped int, ADD COLUMN number int GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN loud text GENERATED ALWAYS AS (upper(instructions COLLATE "C")) STORED;
ALTER TABLE medsched.schedules DROP COLUMN dropped;
UPDATE medsched.schedules SET color = 'red' WHERE id = pg_temp.id('f14');
SELECT is(pg_temp.revise('f', 'f14', '2026-03-09', pg_temp.new_id('f15') || '{"instructions": "with milk"}'), 'no error', 'columns added later');
SELECT is((n.color, n.loud, n.number - o.number), ('red'::text, 'WITH MILK'::text, 1), 'are copied')
  FROM medsched.schedules AS n, medsched.schedules AS o
 WHERE n.id = pg_temp.id('f15') AND o.number = (SELECT max(number) FROM medsched.schedules WHERE id <> pg_temp.id('f15'));
ALTER TABLE medsched.schedules DROP COLUMN color, DROP COLUMN number, DROP COLUMN loud;

-- History of several schedules, one of them never revised.
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, created_at)
VALUES (pg_temp.id('f'), pg_temp.id('f01'), pg_temp.id('f1'), '2026-02-01 09:00', 'UTC', now() - interval '1 day');
SELECT results_eq($$SELECT right(schedule_id::text, 3), revision FROM medsched.schedule_history(pg_temp.id('f'), pg_temp.id('f1'))$$,
  $$VALUES ('f01', 1), ('f11', 1), ('f13', 2), ('f12', 3), ('f14', 4), ('f15', 5)$$, 'chains are told one after the other');
SELECT is(h, ROW(s.id, s.replaces, s.starts_at, s.time_zone::text, s.rrule::text, s.effective_from, s.ends_at, s.dose_amount,
                 s.dose_unit, s.instructions, s.created_at, 5), 'with their columns')
  FROM medsched.schedule_history(pg_temp.id('f'), pg_temp.id('f1')) AS h JOIN medsched.schedules AS s ON s.id = h.schedule_id
 WHERE s.id = pg_temp.id('f15');

-- What is refused.

SELECT throws_ok(format('SELECT medsched.revise_schedule(%s)', arguments), '22004', name || ' must not be null', name || ' is given')
FROM (VALUES
  ('user_id',        $$NULL, gen_random_uuid(), now(), '{"dose_amount": 1}'$$),
  ('schedule_id',    $$gen_random_uuid(), NULL, now(), '{"dose_amount": 1}'$$),
  ('effective_from', $$gen_random_uuid(), gen_random_uuid(), NULL, '{"dose_amount": 1}'$$),
  ('changes',        $$gen_random_uuid(), gen_random_uuid(), now(), NULL$$)) AS t (name, arguments);

SELECT alike(pg_temp.revise('a', 'a12', effective_from, changes::jsonb), message, changes)
FROM (VALUES
  (timestamptz 'infinity', '{"dose_amount": 1}', '22023: effective_from must be finite'),
  ('-infinity', '{"dose_amount": 1}', '22023: effective_from must be finite'),
  ('2026-01-20', '[]', '22023: changes must be a JSON object'),
  ('2026-01-20', '7', '22023: changes must be a JSON object'),
  ('2026-01-20', '{}', '22023: changes must not be empty | Name what is to change, as {"dose_amount": 10}.'),
  ('2026-01-20', '{"dose": 1}', '22023: changes has an unknown key "dose" | The keys of a schedule are id, starts_at, time_zone, '
     'time_zone_pinned, rrule, rdates, exdates, cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, limits, grace, tolerance_before, '
     'missed_when_next, after_last, hours_from, hours_until, max_per_day, follows, follows_by, dose_amount, dose_unit, instructions, regimen_id, events, effective_from, ends_at.'),
  ('2026-01-20', '{"medication_id": "x"}', '22023: changes has an unknown key "medication_id" | The keys of a schedule are id, starts_at, time_zone, '
     'time_zone_pinned, rrule, rdates, exdates, cycle_days_on, cycle_days_off, as_needed, min_interval, max_per_24h, limits, grace, tolerance_before, '
     'missed_when_next, after_last, hours_from, hours_until, max_per_day, follows, follows_by, dose_amount, dose_unit, instructions, regimen_id, events, effective_from, ends_at.'),
  ('2026-01-20', '{"starts_at": null}', '22023: changes.starts_at must not be null'),
  ('2026-01-20', '{"time_zone": null}', '22023: changes.time_zone must not be null'),
  ('2026-01-20', '{"starts_at": "2026-01-20T08:00Z"}', '22023: changes.starts_at must be a wall-clock time without a time zone, as "2026-03-01T08:00:00"'),
  ('2026-01-20', '{"grace": "soon"}', '22007: changes.grace: invalid input syntax for type interval: "soon"'),
  ('2026-01-20', '{"dose_amount": 0}', '23514 medsched.schedules.schedules_dose_amount_positive: changes.dose_amount must be finite and above 0 | It is 0.'),
  ('2026-01-20', '{"as_needed": true}', '23514 medsched.schedules.schedules_as_needed_has_no_times: '
     'the revised schedule must have no rrule, rdates, exdates or cycle when it is as_needed | It has as_needed true,'
     ' rrule "FREQ=DAILY;INTERVAL=2", rdates {"2026-01-20 12:00:00"}, exdates {"2026-01-09 08:00:00"}.'),
  ('2026-01-20', '{"max_per_24h": 3}', '23514 medsched.schedules.schedules_limits_are_as_needed: '
     'the revised schedule must be as_needed to have min_interval, max_per_24h or limits | It has as_needed false, no min_interval, max_per_24h 3, no limits.'),
  ('2026-01-20', '{"cycle_days_on": 3, "starts_at": "2026-01-20T08:00"}', '23514 medsched.schedules.schedules_cycle_days: '
     'the revised schedule must have both cycle_days_on and cycle_days_off, each at least 1, or neither | It has cycle_days_on 3, no cycle_days_off.'),
  ('2026-01-20', '{"rrule": "FREQ=DAILY;COUNT=5"}', '22023: changes must have starts_at when they bring COUNT'
     ' | It counts from starts_at, which is 2026-01-01 08:00:00 so far. | Give that to count from there, or a new start.'),
  ('2026-01-20', '{"rrule": "FREQ=DAILY;INTERVAL=3"}', '22023: changes must have starts_at when they bring INTERVAL'
     ' | It counts from starts_at, which is 2026-01-01 08:00:00 so far. | Give that to count from there, or a new start.'),
  ('2026-01-20', '{"rrule": "FREQ=WEEKLY;INTERVAL=2"}', '22023: changes must have starts_at when they bring INTERVAL'
     ' | It counts from starts_at, which is 2026-01-01 08:00:00 so far. | Give that to count from there, or a new start.'),
  ('2026-01-20', '{"cycle_days_on": 21, "cycle_days_off": 7}', '22023: changes must have starts_at when they bring a cycle'
     ' | It counts from starts_at, which is 2026-01-01 08:00:00 so far. | Give that to count from there, or a new start.'),
  ('2026-01-20', '{"time_zone": "Mars/Olympus"}', '22023: changes.time_zone: %Mars/Olympus%'),
  ('2026-01-20', '{"rrule": "FREQ=NEVER"}', '22023: changes.rrule: %NEVER%'),
  ('2026-01-20', '{"ends_at": "2026-01-20T11:00:00Z"}', '23514 medsched.schedules.schedule_has_dose: the revised schedule would have no dose'
     ' | It has none from 2026-01-20 00:00:00+00 until 2026-01-20 11:00:00+00. | To end a schedule, call medsched.end_schedule().'),
  ('2026-01-20 12:00', '{"rrule": "FREQ=DAILY;UNTIL=20260119"}', '23514 medsched.schedules.schedule_has_dose: schedule can never have a dose'
     ' | From 2026-01-20 12:00:00+00 on, "FREQ=DAILY;UNTIL=20260119" less the exdates names no time.'
     ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.')
) AS t (effective_from, changes, message);

SELECT is(pg_temp.revise('b', 'a12', '2026-01-20', '{"dose_amount": 1}'),
  'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000a12" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.',
  'another user''s schedule is not found');
SELECT is(pg_temp.revise('a', 'a11', '2026-01-20', '{"dose_amount": 1}'),
  '55000 medsched.schedules.schedule_not_replaced: schedule "00000000-0000-0000-0000-000000000a11" ended at 2026-01-05 23:00:00+00'
  ' | Schedule "00000000-0000-0000-0000-000000000a12" replaced it. | Revise the schedule that replaced it.', 'what was replaced is over');
SELECT is(pg_temp.revise('f', 'f14', '2026-03-09', '{"dose_amount": 1}'),
  '55000 medsched.schedules.schedule_not_replaced: schedule "00000000-0000-0000-0000-000000000f14" ended at 2026-03-09 00:00:00+00'
  ' | Schedule "00000000-0000-0000-0000-000000000f15" replaced it. | Revise the schedule that replaced it.', 'at its very end, too');
UPDATE medsched.schedules SET ends_at = '2026-05-01' WHERE id = pg_temp.id('c12');
SELECT is(pg_temp.revise('c', 'c12', '2026-05-01', '{"dose_amount": 1}'),
  '55000 medsched.schedules.schedule_not_ended: schedule "00000000-0000-0000-0000-000000000c12" ended at 2026-05-01 00:00:00+00 | Nothing replaced it. | Choose an effective_from before its end.',
  'what ended is over');
SELECT is(pg_temp.revise('f', 'f13', '2026-02-22', changes),
  '22023: changes.ends_at must not be after 2026-03-01 00:00:00+00 | Schedule "00000000-0000-0000-0000-000000000f12" follows from then on.',
  'nor may it reach into its successor: ' || changes::text)
  FROM (VALUES (jsonb '{"ends_at": null}'), ('{"ends_at": "2026-03-01T00:00:01Z"}')) AS t (changes);

-- Doses recorded: 7, 11, 13, 15, 17, 19 January at 07:00; the 9th is excluded.
SELECT medsched.mark_dose_taken(pg_temp.id('a'), pg_temp.id('a12'), at)
  FROM generate_series(timestamptz '2026-01-07 07:00Z', '2026-01-19 07:00Z', '2 days') AS at WHERE at <> '2026-01-09 07:00Z' \g /dev/null
SELECT is(pg_temp.revise('a', 'a12', '2026-01-15 07:00Z', '{"dose_amount": 1}'),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: '
  'schedule "00000000-0000-0000-0000-000000000a12" has doses recorded at or after 2026-01-15 07:00:00+00'
  ' | They are: 2026-01-15 07:00:00+00, 2026-01-17 07:00:00+00, 2026-01-19 07:00:00+00. The first is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTEyfDIwMjYtMDEtMTVUMDc6MDA6MDAuMDAwWg".'
  ' | Choose a later instant, or take the records back: call medsched.undo_dose().', 'recorded doses are named');
SELECT is(pg_temp.revise('a', 'a12', '2026-01-06', '{"dose_amount": 1}'),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: '
  'schedule "00000000-0000-0000-0000-000000000a12" has doses recorded at or after 2026-01-06 00:00:00+00'
  ' | They are: 2026-01-07 07:00:00+00, 2026-01-11 07:00:00+00, 2026-01-13 07:00:00+00, 2026-01-15 07:00:00+00, 2026-01-17 07:00:00+00 and later ones. The first is dose "v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwYTEyfDIwMjYtMDEtMDdUMDc6MDA6MDAuMDAwWg".'
  ' | Choose a later instant, or take the records back: call medsched.undo_dose().', 'the first five');
SELECT is(pg_temp.revise('a', 'a12', '2026-01-19 07:00:00.000001Z', pg_temp.new_id('a13') || '{"dose_amount": 1}'), 'no error', 'right after the last of them it may be');
SELECT is((SELECT count(*)::int FROM medsched.schedules WHERE user_id = pg_temp.id('a')), 3, 'what was refused left nothing behind');

-- Inactive.
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a1'), '2026-02-01') \g /dev/null
SELECT is(pg_temp.revise('a', 'a13', '2026-02-01', '{"dose_amount": 2}'),
  '55000 medsched.medications.medication_is_active: medication "00000000-0000-0000-0000-0000000000a1" is inactive at 2026-02-01 00:00:00+00'
  ' | It was inactivated at 2026-02-01 00:00:00+00. | Call medsched.reactivate_medication() first.', 'an inactive medication is not revised');
SELECT is(pg_temp.revise('a', 'a13', '2026-01-31 12:00', '{"dose_amount": 2}'),
  '23514 medsched.schedules.schedule_has_dose: the revised schedule would have no dose'
  ' | It has none from 2026-01-31 12:00:00+00 until 2026-02-01 00:00:00+00. | To end a schedule, call medsched.end_schedule().',
  'nor from after its last dose on');

SELECT throws_ok($$SELECT medsched.schedule_history(NULL, gen_random_uuid())$$, '22004', 'user_id must not be null', 'history of whom');
SELECT throws_ok($$SELECT medsched.schedule_history(gen_random_uuid(), NULL)$$, '22004', 'medication_id must not be null', 'history of what');
SELECT is(pg_temp.failure($$SELECT medsched.schedule_history(pg_temp.id('b'), pg_temp.id('a1'))$$),
  'P0002 medsched.medications.medication_exists: medication "00000000-0000-0000-0000-0000000000a1" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.',
  'another user''s medication has no history');

SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'every medication has a schedule');
SELECT * FROM finish();
ROLLBACK;
