\i test/setup.psql
\i test/failure.psql
SELECT plan(17);

-- Committed, so that read-only transactions of their own can see it. A dose each
-- second takes more than the setting allows.
SET medsched.max_doses_per_day = 86400;
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20"},
    {"id": "00000000-0000-0000-0000-000000000a12", "starts_at": "2020-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=SECONDLY", "ends_at": "2025-12-31T00:00:00Z"}]') AS medication \gset
RESET medsched.max_doses_per_day;

-- A session that only reads ----------------------------------------------------

SET default_transaction_read_only = on;
SELECT is((SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-08')), 14::bigint,
  'upcoming_doses in a read-only session');
SELECT is((SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-08')), 14::bigint,
  'and again');
SELECT is(pg_temp.failure($$SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-01 07:00Z')$$),
  '25006: cannot execute INSERT in a read-only transaction', 'marking a dose is not for it');
SELECT is(pg_temp.failure(format('SELECT medsched.inactivate_medication(''00000000-0000-0000-0000-00000000000a'', %L)', :'medication')),
  '25006: cannot execute UPDATE in a read-only transaction', 'nor is ending a medication');
-- pgTAP itself writes: so look first, and judge afterwards.
BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE;
SELECT count(*) AS doses FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-08') \gset
SELECT count(*) AS locks FROM pg_locks
 WHERE pid = pg_backend_pid() AND mode NOT IN ('AccessShareLock', 'SIReadLock')
   AND relation IN ('medsched.medications'::regclass, 'medsched.schedules'::regclass, 'medsched.dose_taken'::regclass) \gset
SELECT pg_current_xact_id_if_assigned() IS NULL AS wrote_nothing \gset
COMMIT;
SELECT is(:doses, 14, 'upcoming_doses in a serializable, read-only, deferrable transaction');
SELECT is(:locks, 0, 'which takes no lock that a SELECT does not');
SELECT ok(:'wrote_nothing', 'and writes nothing');
SET default_transaction_read_only = off;

SELECT is((SELECT count(*) FROM pg_settings WHERE source = 'session' AND name NOT IN
            ('TimeZone', 'DateStyle', 'IntervalStyle', 'client_min_messages', 'default_transaction_read_only', 'application_name',
             'client_encoding')), 0::bigint, 'no call leaves a setting changed');
SELECT is((SELECT count(*) FROM pg_prepared_statements) + (SELECT count(*) FROM pg_cursors WHERE name <> '')
          + (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), 0::bigint, 'nor anything else that would pin a pooled connection');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relname NOT LIKE '\_\_t%' AND relkind = 'r'
            AND relname NOT LIKE 'pg_toast%'), 0::bigint, 'no temporary table either');

-- Calls that are cancelled: the second schedule has a dose each second for six years.
SET medsched.max_doses = 10000000;
CREATE FUNCTION pg_temp.within(sql text, milliseconds int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  started timestamptz := clock_timestamp();
  result text := pg_temp.failure(sql);
BEGIN
  RETURN result || CASE WHEN clock_timestamp() < started + make_interval(secs => milliseconds / 1000.0) THEN ', in time' ELSE ', late' END;
END
$$;
SET statement_timeout = 200;
SELECT pg_temp.within($$SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2020-01-01', '2020-04-01')$$, 2000) AS cancelled \gset
SET statement_timeout = 0;
SELECT is(:'cancelled'::text, '57014: canceling statement due to statement timeout, in time', 'a long answer is cancelled');

UPDATE medsched.schedules SET rrule = 'FREQ=SECONDLY;INTERVAL=7', ends_at = NULL WHERE id = '00000000-0000-0000-0000-000000000a12';
SET statement_timeout = 200;
SELECT pg_temp.within($$SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2020-01-01', '2022-01-01')$$, 2000) AS cancelled \gset
SET statement_timeout = 0;
SELECT is(:'cancelled'::text, '57014: canceling statement due to statement timeout, in time', 'whatever the rule');
RESET medsched.max_doses;
SELECT is((SELECT count(*) FROM medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01 07:00Z', '2026-01-01 07:00:07Z')), 2::bigint,
  'the session goes on as if nothing had been');

-- Bounded: a year of seconds is refused long before it is computed.
SET statement_timeout = 10000;
SELECT is(pg_temp.failure($$SELECT medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '9000-01-01')$$),
  '54000: more than 100000 doses in the window | The setting medsched.max_doses bounds how many doses one call computes.'
  ' | Narrow the window, or raise medsched.max_doses.', 'a window of seven thousand years');
SET statement_timeout = 0;

-- What was committed goes, the no-delete rule held off as its owner may.
SET client_min_messages = error;
DROP TABLE medsched.routines, medsched.stock_entries, medsched.moved_doses, medsched.dose_taken, medsched.schedules, medsched.medications, medsched.person_settings, medsched.substance_limits CASCADE;
SELECT is_empty($$SELECT 1 FROM pg_class WHERE relnamespace = 'medsched'::regnamespace AND relkind = 'r' AND relname !~ '^_'$$, 'nothing stays behind');
SELECT lives_ok('SELECT medsched.create_tables()', 'the tables may be made anew');
SELECT is_empty($$SELECT medsched.upcoming_doses('00000000-0000-0000-0000-00000000000a', '2026-01-01', '2026-01-02')$$, 'and are empty');

SELECT * FROM finish();
