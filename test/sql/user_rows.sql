\i test/setup.psql
BEGIN;
SELECT plan(13);

-- A list of doses is the same however the tables are read: the native edition asks a query only where
-- one can find something else than the primary key does, or refuse.
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Metformin', '[
  {"id": "00000000-0000-0000-0000-0000000000b1", "starts_at": "2025-01-01T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20", "dose_amount": 500, "dose_unit": "mg", "instructions": "with food"},
  {"id": "00000000-0000-0000-0000-0000000000b2", "starts_at": "2025-01-01T12:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "ends_at": "2025-03-02T00:00Z"},
  {"id": "00000000-0000-0000-0000-0000000000b3", "starts_at": "2025-01-01T00:00", "time_zone": "Europe/Berlin", "as_needed": true}]') \g /dev/null
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Aspirin', '[
  {"id": "00000000-0000-0000-0000-0000000000b4", "starts_at": "2025-01-01T09:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "ends_at": "2025-02-01T00:00Z"}]') \g /dev/null
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Ibuprofen', '[
  {"id": "00000000-0000-0000-0000-0000000000b5", "starts_at": "2025-01-01T10:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') AS ibuprofen \gset
SELECT medsched.create_medication(lpad('b', 32, '0')::uuid, 'Another''s', '[
  {"id": "00000000-0000-0000-0000-0000000000b6", "starts_at": "2025-01-01T11:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') \g /dev/null
SELECT medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('b1', 32, '0')::uuid, '2025-03-01 07:00Z', taken_at => '2025-03-01 07:05Z', recorded_by => 'nurse'),
       medsched.mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('b3', 32, '0')::uuid, '2025-03-01 15:00Z', taken_at => '2025-03-01 15:00Z'),
       medsched.skip_dose(lpad('a', 32, '0')::uuid, lpad('b1', 32, '0')::uuid, '2025-03-02 19:00Z') \g /dev/null
SELECT medsched.inactivate_medication(lpad('a', 32, '0')::uuid, :'ibuprofen', '2025-03-02 10:00Z') \g /dev/null

CREATE FUNCTION public.seen() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', to_char(d.scheduled_for, 'DD HH24:MI'), right(d.schedule_id::text, 2), d.medication_name, d.dose_amount, d.dose_unit, d.instructions, d.taken_at, d.recorded_by, d.status), E'\n')
  FROM medsched.upcoming_doses(lpad('a', 32, '0')::uuid, '2025-03-01Z', '2025-03-03Z') AS d
$$;
CREATE FUNCTION public.next() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', to_char(d.scheduled_for, 'DD HH24:MI'), right(d.schedule_id::text, 2)), E'\n')
  FROM medsched.next_doses(lpad('a', 32, '0')::uuid, '2025-03-01 10:00Z', 4) AS d
$$;

-- Europe/Berlin is an hour ahead.  b2 ends with the day, b5 at 10:00 on the second; b4 ended before.
CREATE TEMP TABLE expected AS SELECT
  '01 07:00 b1 Metformin 500 mg with food 2025-03-01 07:05:00+00 nurse taken
01 10:00 b5 Ibuprofen missed
01 11:00 b2 Metformin missed
01 15:00 b3 Metformin 2025-03-01 15:00:00+00 taken
01 19:00 b1 Metformin 500 mg with food missed
02 07:00 b1 Metformin 500 mg with food missed
02 19:00 b1 Metformin 500 mg with food skipped' AS seen,
  '01 11:00 b2
01 19:00 b1
02 07:00 b1
03 07:00 b1' AS next;
GRANT SELECT ON expected TO PUBLIC;

SELECT is(public.seen(), seen, 'as the tables are') FROM expected;
SELECT is(public.next(), next, 'and the next doses') FROM expected;

SAVEPOINT s;
-- Other numbers of the columns.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.schedules DROP COLUMN instructions;
ALTER TABLE medsched.schedules ADD COLUMN instructions text;
SELECT is(public.seen(), replace(seen, ' with food', ''), 'a column in another place') FROM expected;
ROLLBACK TO s;
SELECT is(public.seen(), seen, 'and in its own again') FROM expected;

-- Children have rows of their own.
SET CONSTRAINTS ALL IMMEDIATE;
CREATE TABLE public.child () INHERITS (medsched.dose_taken);
INSERT INTO public.child SELECT * FROM medsched.dose_taken WHERE schedule_id = lpad('b3', 32, '0')::uuid;
UPDATE public.child SET scheduled_for = '2025-03-01 16:00Z', taken_at = '2025-03-01 16:00Z';
SELECT is(public.seen(), replace(seen, E'\n01 19:00 b1', E'\n01 16:00 b3 Metformin 2025-03-01 16:00:00+00 taken\n01 19:00 b1'), 'a child''s rows come too') FROM expected;
ROLLBACK TO s;

-- Without the primary key.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_pkey;
SELECT is(public.seen(), seen, 'without a primary key') FROM expected;
ALTER TABLE medsched.dose_taken ADD CONSTRAINT dose_taken_pkey PRIMARY KEY (user_id, schedule_id, scheduled_for);
SELECT is(public.seen(), seen, 'with its columns in another order') FROM expected;
ROLLBACK TO s;

-- Rights and row security.
SET CONSTRAINTS ALL IMMEDIATE;
CREATE ROLE medsched_reader;
GRANT medsched_reader TO CURRENT_USER;
CREATE VIEW public.seen_through AS SELECT d.schedule_id FROM medsched.upcoming_doses(lpad('a', 32, '0')::uuid, '2025-03-01Z', '2025-03-03Z') AS d;
GRANT SELECT ON public.seen_through TO medsched_reader;
GRANT SELECT ON medsched.schedules, medsched.dose_taken, medsched.moved_doses TO medsched_reader;
GRANT SELECT (user_id, id, name, inactivated_at) ON medsched.medications TO medsched_reader;
SET ROLE medsched_reader;
SELECT throws_ok('SELECT * FROM public.seen_through', '42501', 'permission denied for schema medsched', 'without the right to the schema');
RESET ROLE;
GRANT USAGE ON SCHEMA medsched TO medsched_reader;
SET ROLE medsched_reader;
SELECT is(public.seen(), seen, 'with rights to some columns') FROM expected;
RESET ROLE;
REVOKE SELECT (inactivated_at) ON medsched.medications FROM medsched_reader;
SET ROLE medsched_reader;
SELECT throws_ok('SELECT public.seen()', '42501', 'permission denied for table medications', 'without that to one of them');
RESET ROLE;
GRANT SELECT ON medsched.medications TO medsched_reader;
SET ROLE medsched_reader;
SELECT is(public.seen(), seen, 'with all of them') FROM expected;
RESET ROLE;
ALTER TABLE medsched.schedules ENABLE ROW LEVEL SECURITY;
CREATE POLICY not_b1 ON medsched.schedules TO medsched_reader USING (id <> lpad('b1', 32, '0')::uuid);
SET ROLE medsched_reader;
SELECT is(public.seen(), E'01 10:00 b5 Ibuprofen missed\n01 11:00 b2 Metformin missed\n01 15:00 b3 Metformin 2025-03-01 15:00:00+00 taken', 'what a policy allows') FROM expected;
RESET ROLE;
SELECT is(public.seen(), seen, 'which does not bind the owner') FROM expected;

SELECT * FROM finish();
ROLLBACK;
