\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(17);

-- Where a revision, a journey and what they read begin and end.
\i test/id.psql
CREATE FUNCTION pg_temp.prescribe(n int, rule text, zone text DEFAULT 'UTC') RETURNS void LANGUAGE sql AS $$
  INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(n), pg_temp.id(n), 'Medication ' || n);
  INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
  VALUES (pg_temp.id(n), pg_temp.id(n), pg_temp.id(n), '2026-01-01 08:00', zone, rule);
$$;
CREATE FUNCTION pg_temp.revise(n int, effective_from timestamptz, changes jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.failure(format('SELECT medsched.revise_schedule(%L, %L, %L, %L)', pg_temp.id(n), pg_temp.id(n), effective_from, changes))
$$;
CREATE FUNCTION pg_temp.refused(n int, at text, doses text) RETURNS text LANGUAGE sql AS $$
  SELECT format('23514 medsched.schedules.recorded_dose_keeps_schedule: schedule "%s" has doses recorded at or after %s | They are: %s. The first is dose "%s".'
                ' | Choose a later instant, or take the records back: call medsched.undo_dose().', pg_temp.id(n), at, doses, medsched.dose_id(pg_temp.id(n), left(doses, 22)::timestamptz))
$$;

-- The first dose of all is recorded; the revision is at it, and right after it.
SELECT pg_temp.prescribe(1, 'FREQ=DAILY') \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id(1), pg_temp.id(1), '2026-01-01 08:00Z') \g /dev/null
SELECT is(pg_temp.revise(1, '2026-01-01 08:00Z', '{"dose_amount": 2}'), pg_temp.refused(1, '2026-01-01 08:00:00+00', '2026-01-01 08:00:00+00'), 'at the first dose');
SELECT is(pg_temp.revise(1, '0001-01-01 00:00Z', '{"dose_amount": 2}'), pg_temp.refused(1, '0001-01-01 00:00:00+00', '2026-01-01 08:00:00+00'), 'long before it');
SELECT is(pg_temp.revise(1, '2026-01-01 08:00:00.000001Z', '{"dose_amount": 2}'), 'no error', 'right after it');
SELECT is((SELECT array_agg(dose_amount ORDER BY scheduled_for) FROM medsched.upcoming_doses(pg_temp.id(1), '2026-01-01Z', '2026-01-03Z')), '{NULL,2}', 'the recorded dose stays as it was');

-- Five are named, and that there are more.
SELECT pg_temp.prescribe(2, 'FREQ=DAILY') \g /dev/null
SELECT medsched.mark_dose_taken(pg_temp.id(2), pg_temp.id(2), at) FROM generate_series(timestamptz '2026-01-01 08:00Z', '2026-01-06 08:00Z', '1 day') AS at \g /dev/null
SELECT is(pg_temp.revise(2, '2026-01-02 08:00Z', '{"dose_amount": 2}'), pg_temp.refused(2, '2026-01-02 08:00:00+00',
  '2026-01-02 08:00:00+00, 2026-01-03 08:00:00+00, 2026-01-04 08:00:00+00, 2026-01-05 08:00:00+00, 2026-01-06 08:00:00+00'), 'five');
SELECT is(pg_temp.revise(2, '2026-01-01 08:00Z', '{"dose_amount": 2}'), pg_temp.refused(2, '2026-01-01 08:00:00+00',
  '2026-01-01 08:00:00+00, 2026-01-02 08:00:00+00, 2026-01-03 08:00:00+00, 2026-01-04 08:00:00+00, 2026-01-05 08:00:00+00 and later ones'), 'six');

-- At the ends of time.
SELECT is(pg_temp.revise(1, '9999-12-31 23:59:59.999999Z', '{"dose_amount": 2}') LIKE '55000 medsched.schedules.schedule_not_replaced: schedule % ended at %', true, 'what is over, at the last instant');
SELECT is(pg_temp.revise(2, '10000-01-01 00:00Z', '{"dose_amount": 2}'),
  '22023: effective_from is out of range | It is 10000-01-01 00:00:00+00. | Use an instant in the years 1 to 9999.', 'after it');

-- Whole numbers in any spelling, and rules in small letters.
SELECT pg_temp.prescribe(3, 'rrule:until=20260120T190000Z;freq=daily;', 'Europe/Berlin') \g /dev/null
SELECT is(pg_temp.revise(3, '2026-01-05Z', '{"cycle_days_on": 2.0, "cycle_days_off": 1e0, "starts_at": "2026-01-05T20:00", "id": "00000000-0000-0000-0000-000000000033"}'),
  'no error', 'whole numbers with a point and an exponent');
SELECT is((cycle_days_on, cycle_days_off), (2, 1), 'are whole numbers') FROM medsched.schedules WHERE id = '00000000-0000-0000-0000-000000000033';
SELECT pg_temp.prescribe(4, 'rrule:until=20260112T070000Z;freq=daily;', 'Europe/Berlin') \g /dev/null
SELECT is((SELECT count(*) FROM medsched.change_time_zone(pg_temp.id(4), 'America/New_York', '2026-01-08 12:00Z')), 1::bigint, 'a journey with such a rule');
SELECT is((SELECT array_agg(scheduled_for ORDER BY 1) FROM medsched.upcoming_doses(pg_temp.id(4), '2026-01-07Z', '2026-02-01Z')),
  '{2026-01-07 07:00Z,2026-01-08 07:00Z,2026-01-09 13:00Z,2026-01-10 13:00Z,2026-01-11 13:00Z,2026-01-12 13:00Z}', 'keeps the last dose that UNTIL allows');
SELECT is(pg_temp.revise(4, '2026-01-09Z', '{"rrule": "rrule:freq=daily;count=3"}') LIKE '55000 medsched.schedules.schedule_not_replaced:%', true, 'what was replaced is over before its rhythm is looked at');

-- A trigger of the application's finds its tables by the caller's search_path.
CREATE SCHEMA app;
CREATE TABLE app.log (what text);
CREATE FUNCTION app.note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO log VALUES (TG_OP); RETURN NULL; END$$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON medsched.schedules FOR EACH ROW EXECUTE FUNCTION app.note();
SELECT pg_temp.prescribe(6, 'FREQ=DAILY') FROM set_config('search_path', 'app, ' || current_setting('search_path'), true) \g /dev/null
SELECT is(pg_temp.revise(6, '2026-01-05Z', '{"dose_amount": 2}'), 'no error', 'a revision that a trigger writes down');
SELECT is((SELECT string_agg(what, ',' ORDER BY what) FROM app.log), 'INSERT,INSERT,UPDATE', 'in the caller''s table');

-- Tables that are made anew in the same session.
SET CONSTRAINTS ALL IMMEDIATE;
SET client_min_messages = error;
DROP TABLE medsched.routines, medsched.stock_entries, medsched.moved_doses, medsched.dose_taken, medsched.schedules, medsched.medications, medsched.substance_limits;
SELECT is(pg_temp.failure($$SELECT medsched.revise_schedule(gen_random_uuid(), gen_random_uuid(), '2026-01-05Z', '{"dose_amount": 2}')$$),
  '42P01: table "medsched.dose_taken" does not exist | Create the tables with SELECT medsched.create_tables().', 'without tables');
SELECT medsched.create_tables() \g /dev/null
SET CONSTRAINTS ALL DEFERRED;
SELECT pg_temp.prescribe(5, 'FREQ=DAILY') \g /dev/null
SELECT is(pg_temp.revise(5, '2026-01-05Z', '{"dose_amount": 2}'), 'no error', 'with new ones');

SELECT * FROM finish();
ROLLBACK;
