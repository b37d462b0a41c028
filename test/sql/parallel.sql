\i test/setup.psql
BEGIN;
SELECT plan(3);

-- Every function that says it may run in a parallel worker does: a call or more
-- for each, and for what each may do (an error's text, time zones, tables).
SELECT medsched.enable_reminders() \g /dev/null
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin',
  '[{"id": "00000000-0000-0000-0000-000000000a11", "starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"},
    {"id": "00000000-0000-0000-0000-000000000a12", "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "as_needed": true, "min_interval": "4 hours"}]') AS medication \gset
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Prednisone',
  medsched.schedule_from_taper('[{"amount": 40, "days": 5}, {"amount": 20}]', '2026-01-01', 'UTC', regimen_id => '00000000-0000-0000-0000-000000000af1')) \g /dev/null
SELECT medsched.mark_dose_taken('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-02 07:00Z') \g /dev/null
SELECT medsched.set_substance_limits('00000000-0000-0000-0000-00000000000a', 'metformin', min_interval => '1 hour') \g /dev/null
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Ramipril',
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY", "dose_amount": 5, "dose_unit": "mg", "missed_when_next": true}]') AS ramipril \gset
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Semaglutide',
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "after_last": "5 days"}]') \g /dev/null
SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Folic acid',
  '[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "follows": "00000000-0000-0000-0000-000000000a11", "follows_by": "1 hour"}]') \g /dev/null
SELECT medsched.move_dose('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', '2026-01-04 07:00Z', '2026-01-04 09:00Z') \g /dev/null
SELECT medsched.record_stock_entry('00000000-0000-0000-0000-00000000000a', :'ramipril', 'dispensed', 150, 'mg', '2026-01-01Z', 30) \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;

-- A worker sees no temporary table, but what this transaction made.
CREATE SCHEMA test_parallel;
CREATE TABLE test_parallel.calls (call text);
INSERT INTO test_parallel.calls
SELECT replace(replace(replace(call, '$user', $$'00000000-0000-0000-0000-00000000000a'$$), '$schedule', $$'00000000-0000-0000-0000-000000000a11'$$),
  '$parts', $$'FREQ=DAILY;BYHOUR=8,20', timestamp '2026-01-01 08:00', 'America/New_York'$$)
FROM unnest(string_to_array($calls$check_user($user)
check_window('2026-01-01Z', '2026-02-01Z')
check_window_for_all('2026-01-01Z', '2026-02-01Z')
check_rrule('FREQ=DAILY')
check_dates('rdates', '{2026-01-01 08:00}')
schedule_occurrences($schedule, $parts, '2026-01-01Z', '2026-02-01Z', '{}', '{}', NULL, NULL)
count_schedule_occurrences($schedule, $parts, '2026-01-01Z', '2026-02-01Z', '{}', '{}', NULL, NULL)
schedule_density_problem($parts, '{}', '{}', NULL, NULL)
check_time_zone('Asia/Tokyo')
occurrences($parts, '2026-01-01Z', '2026-02-01Z')
count_occurrences($parts, '2026-01-01Z', '2026-02-01Z')
is_occurrence($parts, '2026-01-02Z')
next_occurrence($parts, '2026-01-02Z')
previous_occurrence($parts, '2026-01-02Z')
upcoming_doses($user, '2026-01-01Z', '2026-02-01Z')
next_doses($user, '2026-01-01Z', 3)
upcoming_doses_of(ARRAY[$user]::uuid[], '2026-01-01Z', '2026-02-01Z')
next_doses_of(ARRAY[$user, '00000000-0000-0000-0000-00000000000b']::uuid[], '2026-01-01Z', 3)
grace_ended_before(NULL)
is_on_time('2026-01-01Z', '2026-01-01Z', NULL)
dose_status('2026-01-01Z', NULL, '1h')
is_on_time('2026-01-01Z', '2026-01-01Z', NULL, '5m')
dose_status('2026-01-01Z', NULL, '1h', NULL)
dose_id($schedule, '2026-01-01Z')
next_as_needed_at($user, '00000000-0000-0000-0000-000000000a12', '2026-01-03Z')
allowance($user, 'metformin', '2026-01-03Z')
stock($user, '2026-02-01Z')
stock_forecast($user, '2026-01-15Z')
runs_out_at($user, '$ramipril', '2026-01-15Z')
refill_by($user, '$ramipril', '2026-01-15Z')
due_refills('2026-01-01Z', '2026-03-01Z', '2026-01-15Z')
proportion_of_days_covered($user, '2026-01-01', '2026-02-01')
medication_possession_ratio($user, '2026-01-01', '2026-02-01')
covered_days_of_all('2026-01-01', '2026-02-01')
schedule_history($user, '$medication')
current_schedules($user)
current_schedules($user, '$medication')
schedules_of($user)
schedules_of($user, '$medication')
medications_of($user)
person_settings_of($user)
reminder_rules_of($user)
stock_reminder_rules_of($user)
stock_entries_of($user)
stock_entries_of($user, '$ramipril')
describe_schedule($parts)
describe_schedule($user, $schedule)
explain_dose($user, $schedule, '2026-01-02 07:00Z')
explain_dose($user, $schedule, '2026-01-02 07:30Z')
schedule_overview($user)
calendar_feed($user)
schedule_from_times('{08:00,20:30}', '2026-01-01', 'Europe/Berlin', '{1,3}', '2026-03-01')
times_of_schedule($user, ARRAY[$schedule]::uuid[])
schedule_from_taper('[{"amount": 40, "days": 5}, {"days": 2}, {"amount": [20, 10]}]', '2026-01-01', 'Europe/Berlin', '{08:00}', 'mg', NULL, $schedule)
describe_regimen($user, '00000000-0000-0000-0000-000000000af1')
routine($user, '2026-01-03Z')
routine_times($user, '2026-01-03Z')
schedule_from_sig('BID', '2026-01-01', 'Europe/Berlin', '{"BID": ["07:00", "19:00"]}')
schedule_from_sig('Q6H PRN', '2026-01-01', 'Europe/Berlin')
schedule_from_sig('Take 2 tablets by mouth every morning and 1 tablet at bedtime', '2026-01-01', 'Europe/Berlin')
schedule_from_fhir('{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "boundsPeriod": {"start": "2026-01-01T08:00:00+01:00", "end": "2026-02"}}}', NULL, 'Europe/Berlin')
schedule_from_fhir('{"repeat": {"when": ["ACM"], "offset": 30, "boundsDuration": {"value": 10, "code": "d"}}}', '2026-01-01', 'Europe/Berlin')
schedule_from_fhir('{"repeat": {"dayOfWeek": ["mon"], "period": 1, "periodUnit": "wk", "count": 3}}', '2026-01-01', 'Europe/Berlin')
schedule_from_fhir('{"code": {"coding": [{"code": "BID"}]}}', '2026-01-01', 'Europe/Berlin', as_needed => true)
fhir_medication_statement($user, '$medication')
fhir_medication_administrations($user, '2026-01-01Z', '2026-02-01Z')
timing_codes()
version()
timing_events()
scheduled_doses('2026-01-01Z', '2026-02-01Z')
due_doses('2026-01-01Z', '2026-02-01Z')
percentage_taken(1, 2, 3)
adherence($user, '2026-01-01Z', '2026-02-01Z')
adherence_by_day($user, '2026-01-01Z', '2026-02-01Z')
adherence_of_all('2026-01-01Z', '2026-02-01Z')$calls$, E'\n')) AS call;
UPDATE test_parallel.calls SET call = replace(replace(call, '$medication', :'medication'), '$ramipril', :'ramipril');
\if :native
\else
DELETE FROM test_parallel.calls WHERE starts_with(call, 'calendar_feed');
\endif
ANALYZE test_parallel.calls;

-- Those for the extension's own use are run by the others.
SELECT is_empty($$
  SELECT p.oid::regprocedure
  FROM pg_depend AS d
  JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
  JOIN pg_proc AS p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
  WHERE e.extname = 'medsched' AND d.deptype = 'e' AND p.proparallel <> 'u' AND p.proname !~ '^_'
    AND NOT EXISTS (SELECT FROM test_parallel.calls WHERE starts_with(call, p.proname || '('))
$$, 'each function marked safe has a call here');

SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
  WHERE p.pronamespace = 'medsched'::regnamespace AND p.proparallel <> 'u' AND p.prosrc ~ '\nEXCEPTION|\n +EXCEPTION WHEN'$$,
  'none that may run in a worker begins a subtransaction, which PostgreSQL 15 refuses there');

-- What a call answers in a worker, as text; an error ends the query, for a
-- worker of PostgreSQL 15 and 16 cannot catch one.  Rows of a function whose comment
-- says "in no order" are put into one: theirs is that of the plan.
CREATE FUNCTION test_parallel.answer(call text, leader int) RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS $$
DECLARE answer text;
BEGIN
  IF leader = pg_backend_pid() THEN
    RETURN 'not in a worker';
  END IF;
  EXECUTE format('SELECT string_agg(f::text, %L%s) FROM medsched.%s AS f', E'\n',
                 (SELECT ' ORDER BY f::text COLLATE "C"' FROM pg_proc AS p
                   WHERE p.pronamespace = 'medsched'::regnamespace AND starts_with(call, p.proname || '(')
                     AND obj_description(p.oid, 'pg_proc') LIKE '%in no order%'),
                 call) INTO answer;
  RETURN answer;
END
$$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SELECT set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \g /dev/null
CREATE TEMPORARY TABLE leader AS SELECT pg_backend_pid() AS pid;
SELECT pid AS leader FROM leader \gset

-- Rows for pgTAP come from the leader: it compares what it answers itself.
CREATE TEMPORARY TABLE in_worker (call text, answer text);
SELECT format('INSERT INTO in_worker VALUES (%L, %L)', call, test_parallel.answer(call, :leader)) FROM test_parallel.calls \gexec
SET max_parallel_workers_per_gather = 0;
SELECT set_config(name, 'off', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \g /dev/null
SELECT bag_eq('TABLE in_worker', 'SELECT call, test_parallel.answer(call, 0) FROM test_parallel.calls',
  'each answers in a worker what it answers elsewhere');

SELECT * FROM finish();
ROLLBACK;
