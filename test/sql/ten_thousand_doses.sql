\i test/setup.psql
BEGIN;
SELECT plan(4);

-- Ten thousand handles in one call of mark_doses_taken().
\i test/id.psql
\set ben '''00000000-0000-0000-0000-00000000000b'''
CREATE FUNCTION pg_temp.handle(schedule text, at timestamptz) RETURNS text RETURN medsched.dose_id(pg_temp.id(schedule), at);

INSERT INTO medsched.medications (user_id, id, name) VALUES (:ben, pg_temp.id('b2'), 'b2');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  (:ben, pg_temp.id('b21'), pg_temp.id('b2'), '2026-01-01 00:00', 'UTC', 'FREQ=MINUTELY');
CREATE TEMP TABLE many AS
SELECT array_agg(pg_temp.handle('b21', timestamptz '2026-01-01Z' + make_interval(mins => g)) ORDER BY g) AS handles FROM generate_series(0, 9999) AS g;
SELECT is((SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE r.newly_recorded), max(r.scheduled_for), array_agg(r.dose_id) = (SELECT m.handles FROM many AS m))
             FROM many, medsched.mark_doses_taken(:ben, many.handles, '2026-01-10Z') AS r), '10000 10000 2026-01-07 22:39:00+00 t', 'ten thousand, in their order');
SELECT is((SELECT count(*) FROM medsched.dose_taken AS d WHERE d.user_id = :ben), 10000::bigint, 'are recorded');
SELECT is((SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE r.newly_recorded)) FROM many, medsched.mark_doses_taken(:ben, many.handles) AS r), '10000 0', 'once');

-- A schedule that is revised later than all of them reads none of them.
CREATE FUNCTION pg_temp.rows_read() RETURNS bigint LANGUAGE sql
AS $$ SELECT sum(seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_xact_user_tables WHERE relid = 'medsched.dose_taken'::regclass $$;
SELECT pg_temp.rows_read() AS rows_read \gset
SELECT medsched.revise_schedule(:ben, pg_temp.id('b21'), '2026-02-01Z', '{"rrule": "FREQ=HOURLY"}') \g /dev/null
SELECT is(pg_temp.rows_read() - :rows_read, 0::bigint, 'of a long history, a revision reads nothing');

SELECT * FROM finish();
ROLLBACK;
