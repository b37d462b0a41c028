\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(105);

CREATE FUNCTION pg_temp.id(text) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN lpad($1, 32, '0')::uuid;
-- A medication of one schedule, both by one id.
CREATE FUNCTION pg_temp.prescribe(person text, ids text, starts_at text, rule text, more jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(person), pg_temp.id(ids), ids);
  SELECT medsched.add_schedule(pg_temp.id(person), pg_temp.id(ids),
    jsonb_build_object('id', pg_temp.id(ids), 'starts_at', starts_at, 'time_zone', 'UTC', 'rrule', rule) || more);
$$;
-- A person's doses of days of January 2026: the day, the hour, what became of them.
CREATE FUNCTION pg_temp.doses(person text, first int, last int) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(to_char(d.scheduled_for, 'DD HH24') || CASE d.status WHEN 'missed' THEN '' ELSE ' ' || d.status END, ', ' ORDER BY d.scheduled_for, d.schedule_id)
    FROM medsched.upcoming_doses(pg_temp.id(person), make_date(2026, 1, first)::timestamptz, make_date(2026, 1, last)::timestamptz + interval '1 day') AS d
$$;
CREATE FUNCTION pg_temp.take(person text, schedule uuid, VARIADIC at timestamptz[]) RETURNS void LANGUAGE sql AS $$
  SELECT count(medsched.mark_dose_taken(pg_temp.id(person), schedule, t)) FROM unnest(at) AS t;
$$;

-- Columns of the application's, given and given back.
ALTER TABLE medsched.medications ADD COLUMN external_id text, ADD COLUMN nr int GENERATED ALWAYS AS IDENTITY;
ALTER TABLE medsched.schedules ADD COLUMN external_id text, ADD COLUMN tags text[] NOT NULL DEFAULT '{none}';
SELECT results_eq($$SELECT medication_name, medication_notes, medication_own_columns - 'nr', state, starts_at, time_zone, rrule, dose_amount, min_interval, own_columns
                      FROM medsched.create_medication_returning(pg_temp.id('a'), 'Metformin', '[
    {"starts_at": "2020-01-01T20:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "dose_amount": 2, "external_id": "evening"},
    {"starts_at": "2020-01-01T08:00:00", "time_zone": "UTC", "as_needed": true, "min_interval": "4 hours", "external_id": "prn", "tags": ["x"]}]', 'with food', '{"external_id": "m-1"}')$$,
  $$VALUES ('Metformin', 'with food', '{"external_id": "m-1"}'::jsonb, 'current', '2020-01-01 20:00'::timestamp, 'Europe/Berlin', 'FREQ=DAILY', 2::numeric, NULL::interval,
            '{"external_id": "evening", "tags": ["none"]}'::jsonb),
           ('Metformin', 'with food', '{"external_id": "m-1"}', 'as needed', '2020-01-01 08:00', 'UTC', NULL, NULL, '4 hours', '{"external_id": "prn", "tags": ["x"]}')$$,
  'a medication is created and given back, its schedules in the order given');
SELECT id AS metformin FROM medsched.medications WHERE user_id = pg_temp.id('a') \gset
SELECT is(pg_temp.failure($$SELECT medsched.create_medication_returning(pg_temp.id('a'), 'x', '[{}]')$$), '22023: schedules[0] must have starts_at', 'its errors are those of create_medication');

-- One more schedule.
SELECT results_eq(format($$SELECT medication_id, medication_name, schedule_id, state, starts_at, time_zone_pinned, rdates, as_needed, replaced_by, own_columns
                             FROM medsched.add_schedule(pg_temp.id('a'), %L, '{"id": "00000000-0000-0000-0000-0000000000a3",
    "starts_at": "2020-01-01T12:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY;UNTIL=20200131T120000", "external_id": "noon"}')$$, :'metformin'),
  format($$VALUES (%L::uuid, 'Metformin', pg_temp.id('a3'), 'over', '2020-01-01 12:00'::timestamp, false, '{}'::timestamp[], false, NULL::uuid, '{"external_id": "noon", "tags": ["none"]}'::jsonb)$$, :'metformin'),
  'a schedule is added');
SELECT is(pg_temp.failure(format('SELECT medsched.add_schedule(%L, %L, %L)', u, m, s)), error, split_part(error, ' "', 1) || ', given ' || coalesce(s, 'null'))
FROM (VALUES
  (NULL, :'metformin', '{}', '22004: user_id must not be null'),
  (pg_temp.id('a')::text, NULL, '{}', '22004: medication_id must not be null'),
  (pg_temp.id('a')::text, :'metformin', NULL, '22004: schedule must not be null'),
  (pg_temp.id('b')::text, :'metformin', '{}', format('P0002 medsched.medications.medication_exists: medication "%s" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.', :'metformin')),
  (pg_temp.id('a')::text, :'metformin', '[]', '22023: schedule must be a JSON object'),
  (pg_temp.id('a')::text, :'metformin', '{"starts_at": "2026-01-01T08:00"}', '22023: schedule must have time_zone'),
  (pg_temp.id('a')::text, :'metformin', '{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "dose_amount": 0}',
   '23514 medsched.schedules.schedules_dose_amount_positive: schedule.dose_amount must be finite and above 0 | It is 0.'),
  (pg_temp.id('a')::text, :'metformin', '{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}',
   '23514 medsched.schedules.schedule_has_dose: schedule: schedule can never have a dose | From 2026-01-01 08:00:00 on, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" less the exdates names no time.'
   ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.')) AS t (u, m, s, error);

-- What a form shows.
SELECT medsched.revise_schedule(pg_temp.id('a'), schedule_id, '2500-01-01Z', '{"dose_amount": 3}') AS planned
  FROM medsched.current_schedules(pg_temp.id('a')) WHERE own_columns ->> 'external_id' = 'evening' \gset
SELECT results_eq($$SELECT medication_name, state, dose_amount, effective_from, ends_at, own_columns ->> 'external_id'
                      FROM medsched.current_schedules(pg_temp.id('a'))$$,
  $$VALUES ('Metformin', 'as needed', NULL::numeric, NULL::timestamptz, NULL::timestamptz, 'prn'), ('Metformin', 'current', 2, NULL, '2500-01-01Z', 'evening'),
           ('Metformin', 'planned', 3, '2500-01-01Z', NULL, 'evening')$$, 'what is in force or to come, without what is over');
SELECT results_eq(format($$SELECT c.replaced_by, p.replaces = c.schedule_id FROM medsched.current_schedules(pg_temp.id('a'), %L) AS c
                             JOIN medsched.current_schedules(pg_temp.id('a')) AS p ON p.schedule_id = c.replaced_by$$, :'metformin'),
  format($$VALUES (%L::uuid, true)$$, :'planned'), 'a schedule names what replaces it');
SELECT is_empty($$SELECT FROM medsched.current_schedules(pg_temp.id('f'))$$, 'nobody has none');
SELECT is(pg_temp.failure(q), error, left(error, 16))
FROM (VALUES
  ('SELECT medsched.current_schedules(NULL)', '22004: user_id must not be null'),
  (format('SELECT medsched.current_schedules(pg_temp.id(''b''), %L)', :'metformin'),
   format('P0002 medsched.medications.medication_exists: medication "%s" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.', :'metformin'))) AS t (q, error);

-- Another name, other notes, columns of the application's.
SELECT results_eq(format($$SELECT medication_id, name, notes, inactivated_at, own_columns - 'nr' FROM medsched.rename_medication(pg_temp.id('a'), %L, 'Glucophage')$$, :'metformin'),
  format($$VALUES (%L::uuid, 'Glucophage', 'with food', NULL::timestamptz, '{"external_id": "m-1"}'::jsonb)$$, :'metformin'), 'a medication gets another name');
SELECT results_eq(format($$SELECT name, notes, own_columns - 'nr' FROM medsched.update_medication(pg_temp.id('a'), %L, '{"notes": null, "external_id": "m-2"}')$$, :'metformin'),
  $$VALUES ('Glucophage', NULL, '{"external_id": "m-2"}'::jsonb)$$, 'notes are taken away, a column of the application''s changes');
SELECT results_eq(format($$SELECT name, notes FROM medsched.update_medication(pg_temp.id('a'), %L, '{"notes": "after meals", "name": "Metformin 500"}')$$, :'metformin'),
  $$VALUES ('Metformin 500', 'after meals')$$, 'several at once');
SELECT is(pg_temp.failure(q), error, CASE WHEN error LIKE 'P%' THEN left(error, 16) ELSE error END)
FROM (VALUES
  ($$SELECT medsched.rename_medication(NULL, pg_temp.id('1'), 'x')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.rename_medication(pg_temp.id('a'), NULL, 'x')$$, '22004: medication_id must not be null'),
  (format('SELECT medsched.rename_medication(pg_temp.id(''a''), %L, NULL)', :'metformin'), '22004: name must not be null'),
  (format('SELECT medsched.rename_medication(pg_temp.id(''a''), %L, '' '')', :'metformin'), '23514 medsched.medications.medications_name_not_blank: name must not be blank | It is " ".'),
  (format('SELECT medsched.rename_medication(pg_temp.id(''b''), %L, ''x'')', :'metformin'),
   format('P0002 medsched.medications.medication_exists: medication "%s" not found | User "00000000-0000-0000-0000-00000000000b" has no medication by that id.', :'metformin')),
  (format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, NULL)', :'metformin'), '22004: changes must not be null'),
  (format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, ''[]'')', :'metformin'), '22023: changes must be a JSON object'),
  (format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, ''null'')', :'metformin'), '22023: changes must be a JSON object'),
  (format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, ''{}'')', :'metformin'), '22023: changes must not be empty | Name what is to change, as {"name": "Aspirin 100 mg"}.'),
  (format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, ''{"name": null}'')', :'metformin'), '22023: changes.name must not be null'),
  (format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, ''{"notes": 1}'')', :'metformin'), '22023: changes.notes must be a string'),
  (format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, ''{"name": ""}'')', :'metformin'),
   '23514 medsched.medications.medications_name_not_blank: changes.name must not be blank | It is "".')) AS t (q, error);
SELECT matches(pg_temp.failure(format('SELECT medsched.update_medication(pg_temp.id(''a''), %L, jsonb_build_object(%L, 1))', :'metformin', key)),
  format('^22023: changes has an unknown key "%s" \| The keys of a medication are name, notes, substance, substance_amount, substance_unit, .*external_id\.$', key), key || ' is no key')
FROM unnest('{id,user_id,inactivated_at,created_at,nr,Name}'::text[]) AS key;

-- One of two schedules ends.
SELECT pg_temp.prescribe('b', 'b1', '2026-01-01 08:00', 'FREQ=DAILY;BYHOUR=8,20');
SELECT medsched.add_schedule(pg_temp.id('b'), pg_temp.id('b1'), '{"id": "00000000-0000-0000-0000-0000000000b2", "starts_at": "2026-01-01T12:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}') \g /dev/null
SELECT is(medsched.end_schedule(pg_temp.id('b'), pg_temp.id('b2'), '2026-01-03Z'), '2026-01-03Z', 'one of two ends');
SELECT is(pg_temp.doses('b', 2, 4), '02 08, 02 12, 02 20, 03 08, 03 20, 04 08, 04 20', 'the other goes on');
SELECT is(medsched.end_schedule(pg_temp.id('b'), pg_temp.id('b2'), '2026-01-05Z'), '2026-01-03Z', 'again: the first end stays');
SELECT is(medsched.end_schedule(pg_temp.id('b'), pg_temp.id('b2')), '2026-01-03Z', 'now, unless said otherwise');

-- A dose is recorded ahead: it stays, and nothing more comes.
SELECT pg_temp.take('b', pg_temp.id('b1'), '2026-01-04 08:00Z', '2026-01-06 08:00Z');
SELECT is(medsched.end_schedule(pg_temp.id('b'), pg_temp.id('b1'), '2026-01-05 07:00Z'), '2026-01-06 08:00:01Z', 'it ends after the dose recorded');
SELECT is(pg_temp.doses('b', 4, 31), '04 08 taken, 04 20, 06 08 taken', 'what was to come before that one is left out');
SELECT is(exdates, '{2026-01-05 08:00,2026-01-05 20:00}'::timestamp[], 'as dates left out') FROM medsched.schedules WHERE id = pg_temp.id('b1');
SELECT is(medsched.end_schedule(pg_temp.id('b'), pg_temp.id('b1'), '2026-01-10Z'), '2026-01-06 08:00:01Z', 'again');
SELECT is(inactivated_at, NULL, 'its medication is active, as that of a course that is over') FROM medsched.medications WHERE id = pg_temp.id('b1');
SELECT medsched.add_schedule(pg_temp.id('b'), pg_temp.id('b1'), '{"starts_at": "2026-01-20T12:00:00", "time_zone": "UTC"}') \g /dev/null
SELECT is(pg_temp.doses('b', 5, 31), '06 08 taken, 20 12', 'and takes another schedule');

-- An earlier end than the one it has; one that is to come; as needed.
SELECT pg_temp.prescribe('c', 'c1', '2026-01-01 08:00', 'FREQ=DAILY', '{"ends_at": "2026-01-10T00:00:00Z"}');
SELECT is(medsched.end_schedule(pg_temp.id('c'), pg_temp.id('c1'), '2026-01-05Z'), '2026-01-05Z', 'one with an end ends earlier');
SELECT pg_temp.prescribe('c', 'c2', '2026-01-20 08:00', 'FREQ=DAILY');
SELECT is(medsched.end_schedule(pg_temp.id('c'), pg_temp.id('c2'), '2026-01-15Z'), '2026-01-15Z', 'one that has not begun never does');
SELECT is(pg_temp.doses('c', 4, 31), '04 08', 'no dose comes of either');
SELECT pg_temp.prescribe('c', 'c3', '2026-01-01 08:00', NULL, '{"as_needed": true}');
SELECT medsched.take_as_needed(pg_temp.id('c'), pg_temp.id('c3'), '2026-01-16 10:00Z') \g /dev/null
SELECT is(medsched.end_schedule(pg_temp.id('c'), pg_temp.id('c3'), '2026-01-16Z'), '2026-01-16 10:00:01Z', 'as needed, after what was taken');

-- With what is to replace it.
SELECT pg_temp.prescribe('d', 'd1', '2026-01-01 08:00', 'FREQ=DAILY');
SELECT medsched.revise_schedule(pg_temp.id('d'), pg_temp.id('d1'), '2026-01-10Z', '{"dose_amount": 2}') AS second \gset
SELECT medsched.revise_schedule(pg_temp.id('d'), :'second', '2026-01-20Z', '{"dose_amount": 3}') AS third \gset
SELECT is(pg_temp.failure(format('SELECT medsched.end_schedule(pg_temp.id(''d''), pg_temp.id(''d1''), %L)', '2026-01-12Z')),
  format('55000 medsched.schedules.schedule_not_replaced: schedule "%s" ended at 2026-01-10 00:00:00+00 | Schedule "%s" replaced it. | End the schedule that replaced it.', pg_temp.id('d1'), :'second'),
  'one that was replaced by then is not the one to end');
SELECT pg_temp.take('d', :'third', '2026-01-21 08:00Z');
SELECT is(medsched.end_schedule(pg_temp.id('d'), :'second', '2026-01-12Z'), '2026-01-21 08:00:01Z', 'what is to replace it ends, too, after a dose recorded');
SELECT is(pg_temp.doses('d', 9, 31), '09 08, 10 08, 11 08, 21 08 taken', 'of the chain nothing more comes');
SELECT results_eq($$SELECT revision, effective_from, ends_at FROM medsched.schedule_history(pg_temp.id('d'), pg_temp.id('d1'))$$,
  $$VALUES (1, NULL::timestamptz, '2026-01-10Z'::timestamptz), (2, '2026-01-10Z', '2026-01-12Z'), (3, '2026-01-20Z', '2026-01-21 08:00:01Z')$$, 'each has its end');
SELECT pg_temp.prescribe('d', 'd2', '2026-01-01 09:00', 'FREQ=DAILY');
SELECT medsched.revise_schedule(pg_temp.id('d'), pg_temp.id('d2'), '2026-01-20Z', '{"dose_amount": 2}') AS ahead \gset
SELECT is(medsched.end_schedule(pg_temp.id('d'), :'ahead', '2026-01-12Z'), '2026-01-20Z', 'one that is to come ends before it takes effect');
SELECT is(medsched.end_schedule(pg_temp.id('d'), pg_temp.id('d2'), '2026-01-12Z'), '2026-01-12Z', 'its predecessor may end as well');
SELECT is(pg_temp.doses('d', 11, 31), '11 08, 11 09, 21 08 taken', 'then nothing comes');
SELECT is(pg_temp.failure(format('SELECT medsched.end_schedule(%s)', arguments)), error, error)
FROM (VALUES
  ($$NULL, pg_temp.id('d1')$$, '22004: user_id must not be null'),
  ($$pg_temp.id('d'), NULL$$, '22004: schedule_id must not be null'),
  ($$pg_temp.id('d'), pg_temp.id('d1'), NULL$$, '22004: at must not be null'),
  ($$pg_temp.id('d'), pg_temp.id('d1'), 'infinity'$$, '22023: at must be finite'),
  ($$pg_temp.id('e'), pg_temp.id('d1')$$,
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-0000000000d1" not found | User "00000000-0000-0000-0000-00000000000e" has no schedule by that id.')) AS t (arguments, error);

-- A whole medication ends after what is recorded ahead, each of its schedules.
SELECT pg_temp.prescribe('e', 'e1', '2026-01-01 08:00', 'FREQ=DAILY');
SELECT medsched.add_schedule(pg_temp.id('e'), pg_temp.id('e1'), s) FROM (VALUES
  ('{"id": "00000000-0000-0000-0000-0000000000e2", "starts_at": "2026-01-01T20:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}'::jsonb),
  ('{"id": "00000000-0000-0000-0000-0000000000e3", "starts_at": "2026-01-05T22:00:00", "time_zone": "UTC"}')) AS t (s) \g /dev/null
SELECT pg_temp.take('e', pg_temp.id('e1'), '2026-01-06 08:00Z');
SELECT is(medsched.inactivate_medication(pg_temp.id('e'), pg_temp.id('e1'), '2026-01-05 19:00Z'), '2026-01-06 08:00:01Z', 'a medication ends after a dose recorded ahead');
SELECT is(pg_temp.doses('e', 4, 31), '04 08, 04 20, 05 08, 06 08 taken', 'what was to come before that one is left out');
SELECT is(medsched.inactivate_medication(pg_temp.id('e'), pg_temp.id('e1'), '2026-01-01Z'), '2026-01-06 08:00:01Z', 'again: the first end stays');
SELECT results_eq($$SELECT old_schedule_id FROM medsched.reactivate_medication(pg_temp.id('e'), pg_temp.id('e1'), '2026-01-10Z') ORDER BY 1$$,
  $$VALUES (pg_temp.id('e1')), (pg_temp.id('e2'))$$, 'it is taken up again as ever');
SELECT is(pg_temp.doses('e', 5, 11), '05 08, 06 08 taken, 10 08, 10 20, 11 08, 11 20', 'and goes on');

-- A correction: it was meant so from the start.
SELECT pg_temp.prescribe('1', '11', '2026-01-10 08:00', 'FREQ=DAILY', '{"dose_amount": 5, "external_id": "x"}');
SELECT results_eq($$SELECT schedule_id, starts_at, rrule, dose_amount, dose_unit, replaces, own_columns
                      FROM medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('11'), '{"starts_at": "2026-01-03T09:00:00", "dose_unit": "mg", "external_id": "y"}')$$,
  $$VALUES (pg_temp.id('11'), '2026-01-03 09:00'::timestamp, 'FREQ=DAILY', 5::numeric, 'mg', NULL::uuid, '{"external_id": "y", "tags": ["none"]}'::jsonb)$$, 'a schedule is corrected, and keeps its id');
SELECT is(pg_temp.doses('1', 1, 5), '03 09, 04 09, 05 09', 'it has the doses that were meant');
SELECT pg_temp.take('1', pg_temp.id('11'), VARIADIC ARRAY(SELECT generate_series('2026-01-03 09:00Z'::timestamptz, '2026-01-09Z', '1 day')));
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('11'), '{"rrule": "FREQ=DAILY;BYHOUR=9,21"}')$$), 'no error', 'every dose recorded stays one');
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('11'), '{"rrule": "FREQ=DAILY;INTERVAL=2"}')$$),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000011" has recorded doses that would no longer be scheduled'
  ' | They are: 2026-01-04 09:00:00+00, 2026-01-06 09:00:00+00, 2026-01-08 09:00:00+00.'
  ' The first is dose "' || medsched.dose_id(pg_temp.id('11'), '2026-01-04 09:00Z') || '".'
  ' | Take the records back: call medsched.undo_dose(). Or change the schedule from an instant on: call medsched.revise_schedule().', 'else they are named');
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('11'), '{"time_zone": "Europe/Berlin"}')$$),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000011" has recorded doses that would no longer be scheduled'
  ' | They are: 2026-01-03 09:00:00+00, 2026-01-04 09:00:00+00, 2026-01-05 09:00:00+00, 2026-01-06 09:00:00+00, 2026-01-07 09:00:00+00 and later ones.'
  ' The first is dose "' || medsched.dose_id(pg_temp.id('11'), '2026-01-03 09:00Z') || '".'
  ' | Take the records back: call medsched.undo_dose(). Or change the schedule from an instant on: call medsched.revise_schedule().', 'the first of many');
SELECT is(pg_temp.failure(format('SELECT medsched.correct_schedule(pg_temp.id(''1''), pg_temp.id(''11''), %L)', changes)), error, coalesce(changes, 'nothing'))
FROM (VALUES
  (NULL, '22004: changes must not be null'),
  ('{}', '22023: changes must not be empty | Name what is to change, as {"dose_amount": 10}.'),
  ('{"id": "00000000-0000-0000-0000-000000000012"}', '22023: changes must not have id | A schedule that is corrected keeps its id.'),
  ('{"starts_at": null}', '22023: changes.starts_at must not be null'),
  ('{"dose_amount": -1}', '23514 medsched.schedules.schedules_dose_amount_positive: changes.dose_amount must be finite and above 0 | It is -1.'),
  ('{"cycle_days_on": 2}', '23514 medsched.schedules.schedules_cycle_days: the corrected schedule must have both cycle_days_on and cycle_days_off, each at least 1, or neither'
   ' | It has cycle_days_on 2, no cycle_days_off.'),
  ('{"ends_at": "2026-01-01T00:00:00Z"}',
   '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000011" has recorded doses that would no longer be scheduled'
   ' | They are: 2026-01-03 09:00:00+00, 2026-01-04 09:00:00+00, 2026-01-05 09:00:00+00, 2026-01-06 09:00:00+00, 2026-01-07 09:00:00+00 and later ones.'
   ' The first is dose "' || medsched.dose_id(pg_temp.id('11'), '2026-01-03 09:00Z') || '".'
   ' | Take the records back: call medsched.undo_dose(). Or change the schedule from an instant on: call medsched.revise_schedule().')) AS t (changes, error);
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule(pg_temp.id('2'), pg_temp.id('11'), '{"dose_amount": 1}')$$),
  'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000011" not found | User "00000000-0000-0000-0000-000000000002" has no schedule by that id.', 'of its own person alone');
SELECT results_eq($$SELECT dose_amount, tags FROM medsched.schedules WHERE id = (SELECT schedule_id
                      FROM medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('11'), '{"dose_amount": null, "tags": null}'))$$,
  $$VALUES (5::numeric, '{none}'::text[])$$, 'a statement sees what was there before it');
SELECT results_eq($$SELECT dose_amount, tags FROM medsched.schedules WHERE id = pg_temp.id('11')$$, $$VALUES (NULL::numeric, '{none}'::text[])$$, 'null is the default');
SELECT pg_temp.prescribe('1', '13', '2026-01-10 08:00', 'FREQ=DAILY');
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('13'), '{"ends_at": "2026-01-01T00:00:00Z"}')$$),
  '23514 medsched.schedules.schedule_has_dose: the corrected schedule would have no dose | It has none until 2026-01-01 00:00:00+00. | To end a schedule, call medsched.end_schedule().',
  'a correction leaves a dose');

-- Within a chain.
SELECT medsched.revise_schedule(pg_temp.id('1'), pg_temp.id('13'), '2026-01-20Z', '{"dose_amount": 2}') AS later \gset
SELECT is(pg_temp.failure(format('SELECT medsched.correct_schedule(pg_temp.id(''1''), pg_temp.id(''13''), %L)', changes)),
  format('22023: changes.ends_at must not be after 2026-01-20 00:00:00+00 | Schedule "%s" follows from then on.', :'later'), changes)
FROM unnest(ARRAY['{"ends_at": null}', '{"ends_at": "2026-01-21T00:00:00Z"}']) AS changes;
SELECT medsched.correct_schedule(pg_temp.id('1'), pg_temp.id('13'), '{"rrule": "FREQ=DAILY;BYHOUR=7"}') \g /dev/null
SELECT medsched.correct_schedule(pg_temp.id('1'), :'later', '{"rrule": "FREQ=DAILY;BYHOUR=6"}') \g /dev/null
SELECT results_eq($$SELECT to_char(scheduled_for, 'DD HH24'), dose_amount FROM medsched.upcoming_doses(pg_temp.id('1'), '2026-01-18Z', '2026-01-22Z') WHERE medication_name = '13'$$,
  $$VALUES ('18 07', NULL::numeric), ('19 07', NULL), ('20 06', 2), ('21 06', 2)$$, 'each is corrected within its bounds');

-- Nothing is lost by keeping the row: a revision from before its first dose keeps the id.
SELECT pg_temp.prescribe('2', '21', '2026-01-10 08:00', 'FREQ=DAILY;INTERVAL=2');
SELECT is(medsched.revise_schedule(pg_temp.id('2'), pg_temp.id('21'), '2026-01-10 08:00Z', '{"rrule": "FREQ=DAILY"}'), pg_temp.id('21'), 'up to its first dose');
SELECT is(medsched.revise_schedule(pg_temp.id('2'), pg_temp.id('21'), '2026-01-08 06:00Z', '{"starts_at": "2026-01-01T07:00:00"}'), pg_temp.id('21'), 'earlier');
SELECT is(pg_temp.doses('2', 1, 10), '08 07, 09 07, 10 07', 'from the instant on, not before');
SELECT isnt(medsched.revise_schedule(pg_temp.id('2'), pg_temp.id('21'), '2026-01-08 07:00:01Z', '{"dose_amount": 2}'), pg_temp.id('21'), 'after a dose that may have been missed, another replaces it');
SELECT schedule_id AS ahead FROM medsched.schedule_history(pg_temp.id('2'), pg_temp.id('21')) WHERE revision = 2 \gset
SELECT is(medsched.revise_schedule(pg_temp.id('2'), :'ahead', '2026-01-01Z', '{"dose_amount": 3}'), :'ahead', 'one that is to take effect keeps its id');
SELECT isnt(medsched.revise_schedule(pg_temp.id('2'), :'ahead', '2026-01-01Z', '{"dose_amount": 4, "id": "00000000-0000-0000-0000-000000000029"}'), :'ahead', 'unless another is given');
SELECT results_eq($$SELECT scheduled_for, dose_amount FROM medsched.upcoming_doses(pg_temp.id('2'), '2026-01-01Z', '2026-01-11Z')$$,
  $$VALUES ('2026-01-08 07:00Z'::timestamptz, NULL::numeric), ('2026-01-09 07:00Z', 4), ('2026-01-10 07:00Z', 4)$$, 'no dose is lost, none comes twice');
SELECT pg_temp.prescribe('2', '22', '2026-01-10 08:00', NULL, '{"as_needed": true}');
SELECT is(medsched.revise_schedule(pg_temp.id('2'), pg_temp.id('22'), '2026-01-10Z', '{"max_per_24h": 3}'), pg_temp.id('22'), 'as needed, up to its start');
SELECT isnt(medsched.revise_schedule(pg_temp.id('2'), pg_temp.id('22'), '2026-01-10 09:00Z', '{"max_per_24h": 3}'), pg_temp.id('22'), 'and no later');

-- An extra dose is bound to no time: it neither puts an end off, nor stands against a correction.
SELECT pg_temp.prescribe('2', '23', '2026-01-10 08:00', 'FREQ=DAILY');
SELECT pg_temp.take('2', pg_temp.id('23'), '2026-01-11 08:00Z');
SELECT medsched.record_extra_dose(pg_temp.id('2'), pg_temp.id('23'), '2026-01-09 10:00Z') \g /dev/null
SELECT medsched.record_extra_dose(pg_temp.id('2'), pg_temp.id('23'), '2026-01-15 10:00Z') \g /dev/null
SELECT is(pg_temp.failure($$SELECT medsched.correct_schedule(pg_temp.id('2'), pg_temp.id('23'), '{"starts_at": "2026-01-10T09:00:00"}')$$),
  '23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "00000000-0000-0000-0000-000000000023" has recorded doses that would no longer be scheduled'
  ' | They are: 2026-01-11 08:00:00+00. The first is dose "' || medsched.dose_id(pg_temp.id('23'), '2026-01-11 08:00Z') || '".'
  ' | Take the records back: call medsched.undo_dose(). Or change the schedule from an instant on: call medsched.revise_schedule().', 'an extra dose is not named');
SELECT is(medsched.end_schedule(pg_temp.id('2'), pg_temp.id('23'), '2026-01-13Z'), '2026-01-13Z', 'a schedule ends before an extra dose');
SELECT is(medsched.inactivate_medication(pg_temp.id('2'), pg_temp.id('23'), '2026-01-13Z'), '2026-01-13Z', 'so does its medication');

SELECT is_empty('SELECT * FROM medsched.check_integrity()', 'every rule holds');

-- A time zone that the server's data has no more can be corrected, whatever else the medication has.
SELECT medsched.add_schedule(pg_temp.id('2'), pg_temp.id('22'), s) FROM (VALUES
  ('{"id": "00000000-0000-0000-0000-0000000000f1", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}'::jsonb),
  ('{"id": "00000000-0000-0000-0000-0000000000f2", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}')) AS t (s) \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;
ALTER DOMAIN medsched.time_zone DROP CONSTRAINT time_zone_is_known;
ALTER TABLE medsched.schedules DISABLE TRIGGER USER;
UPDATE medsched.schedules SET time_zone = 'US/Nowhere' WHERE id IN (pg_temp.id('f1'), pg_temp.id('f2'));
ALTER TABLE medsched.schedules ENABLE TRIGGER USER;
SELECT is((medsched.correct_schedule(pg_temp.id('2'), pg_temp.id('f1'), '{"time_zone": "Europe/Berlin"}')).time_zone, 'Europe/Berlin', 'a zone that is gone is corrected');
SELECT medsched.revise_schedule(pg_temp.id('2'), pg_temp.id('f2'), '2026-01-01Z', '{"time_zone": "UTC", "starts_at": "2026-01-01T08:00:00"}') AS readable \gset
SELECT isnt(:'readable'::uuid, pg_temp.id('f2'), 'or another replaces it, as it may have had doses');
SELECT is((medsched.add_schedule(pg_temp.id('2'), pg_temp.id('22'), '{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}')).state, 'over', 'beside it a schedule is added');
SELECT is(medsched.end_schedule(pg_temp.id('2'), :'readable', '2026-01-05Z'), '2026-01-05Z', 'and it is ended');
SELECT is((medsched.rename_medication(pg_temp.id('2'), pg_temp.id('22'), 'x')).name, 'x', 'and its medication renamed');
SELECT * FROM finish();
ROLLBACK;
