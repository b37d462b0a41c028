\i test/setup.psql
BEGIN;
SELECT plan(27);

-- Every error of medsched's has the schema in its fields, which tells it from the
-- application's of the same SQLSTATE.

CREATE FUNCTION pg_temp.schema_of(sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  schema_ text;
BEGIN
  EXECUTE sql;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS schema_ = SCHEMA_NAME;
  RETURN SQLSTATE || ' ' || schema_;
END
$$;

\set ann '''00000000-0000-0000-0000-00000000000a'''
\set daily '''00000000-0000-0000-0000-000000000a11'''
\set painkiller '''00000000-0000-0000-0000-000000000a21'''
SELECT medsched.create_medication(:ann, 'Metformin', jsonb_build_array(
  jsonb_build_object('id', :daily, 'starts_at', '2026-01-01T08:00:00', 'time_zone', 'UTC', 'rrule', 'FREQ=DAILY'))) AS metformin \gset
SELECT medsched.create_medication(:ann, 'Paracetamol', jsonb_build_array(
  jsonb_build_object('id', :painkiller, 'starts_at', '2026-01-01T00:00:00', 'time_zone', 'UTC', 'as_needed', true, 'max_per_24h', 1))) \g /dev/null
SELECT medsched.take_as_needed(:ann, :painkiller, '2026-01-02 08:00Z') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, :daily, '2026-01-02 08:00Z') \g /dev/null

CREATE TEMPORARY TABLE statements (sql text, error text);
INSERT INTO statements VALUES
  -- Arguments.
  ('SELECT medsched.upcoming_doses(NULL, now(), now())', '22004 medsched'),
  ('SELECT medsched.upcoming_doses(:ann, ''infinity'', now())', '22023 medsched'),
  ('SELECT medsched.occurrences(''FREQ=DAILY'', ''2026-01-01'', ''UTC'', ''2026-01-01Z'', ''2026-02-01Z'', ''{{2026-01-01,2026-01-02}}'')', '2202E medsched'),
  ('SELECT medsched.occurrences(''FREQ=MINUTELY'', ''2026-01-01'', ''UTC'', ''2026-01-01Z'', ''2036-01-01Z'')', '54000 medsched'),
  ('SELECT medsched.check_rrule(''FREQ=SOMETIMES'')', '22023 medsched'),
  ('SELECT ''FREQ=SOMETIMES''::medsched.rrule', '22023 medsched'),
  ('SELECT medsched.check_rrule(''FREQ=DAILY;RSCALE=HEBREW'')', '0A000 medsched'),
  ('SELECT medsched.check_time_zone(''Mars'')', '22023 medsched'),
  ('SELECT medsched.dose_id(:daily, ''infinity'')', '22023 medsched'),
  ('SELECT medsched.mark_dose_taken_by_id(:ann, ''v1:zzz'')', '22023 medsched'),
  ('SELECT medsched.create_medication(:ann, ''x'', ''[{"?": 1}]'')', '22023 medsched'),
  -- What PostgreSQL refuses in JSON.
  ('SELECT medsched.create_medication(:ann, ''x'', ''[{"starts_at": "2026-13-01T08:00:00", "time_zone": "UTC"}]'')', '22008 medsched'),
  ('SELECT medsched.create_medication(:ann, ''x'', ''[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "dose_amount": "x"}]'')', '22P02 medsched'),
  ('SELECT medsched.schedule_from_times(''{}'', ''2026-01-01'', ''UTC'')', '22023 medsched'),
  ('SELECT medsched.schedule_from_sig(''???'', ''2026-01-01'', ''UTC'')', '22023 medsched'),
  ('SELECT medsched.schedule_from_fhir(''{"repeat": {"count": 3, "countMax": 4}}'', ''2026-01-01'', ''UTC'')', '0A000 medsched'),
  -- Rules.
  ('SELECT medsched.mark_dose_taken(:ann, :daily, ''2026-01-02 08:01Z'')', '23514 medsched'),
  ('SELECT medsched.mark_dose_taken(:ann, :daily, ''2026-01-03 08:00Z'', amount => -1)', '23514 medsched'),
  ('SELECT medsched.take_as_needed(:ann, :painkiller, ''2026-01-02 09:00Z'')', '23514 medsched'),
  ('SELECT medsched.mark_dose_taken(:ann, :ann, ''2026-01-02 08:00Z'')', 'P0002 medsched'),
  ('SELECT medsched.skip_dose(:ann, :daily, ''2026-01-02 08:00Z'')', '55000 medsched'),
  ('SELECT medsched.reset_for_tests()', '55000 medsched'),
  ('DELETE FROM medsched.medications', '23001 medsched'),
  ('INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone) VALUES (:ann, :ann, ''2026-01-01'', ''UTC'')', '23503 medsched'),
  ('INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (:ann, :daily, ''2026-01-02 08:00Z'')', '23505 medsched'),
  -- The application's have none, or another.
  ('SELECT ''x''::uuid', '22P02 '),
  ('DO ''BEGIN RAISE no_data_found USING SCHEMA = ''''public''''; END''', 'P0002 public');

SELECT is(pg_temp.schema_of(replace(replace(replace(sql, ':ann', quote_literal(:ann)), ':daily', quote_literal(:daily)), ':painkiller', quote_literal(:painkiller))), error, sql)
FROM statements;

SELECT * FROM finish();
ROLLBACK;
