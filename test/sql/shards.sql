\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(18);

-- What a shard does for a proxy; test/suites/shards.sh has three of them and the proxy.

-- How functions are run.
SELECT is(k.kind, e.kind, e.name)
  FROM (VALUES ('upcoming_doses', 'person'), ('check_user', 'person'), ('due_doses', 'all'), ('upcoming_doses_of', 'all'), ('adherence_of_all', 'all'), ('check_integrity', 'all'),
               ('reset_for_tests', 'each'), ('occurrences', 'any'), ('erase_with_account', 'none'), ('plproxy_functions', 'none')) AS e (name, kind)
  JOIN pg_proc AS p ON p.proname = e.name AND p.pronamespace = 'medsched'::regnamespace
  LEFT JOIN medsched._plproxy_kinds() AS k ON k.function = p.oid
 ORDER BY e.name;

-- Those that are run on any shard read no table.  A new function of these names no person: does it read tables, its answers are of
-- all persons, and medsched._plproxy_kinds() is to say how they are put together.
SELECT is(string_agg(DISTINCT p.proname::text COLLATE "C", ' ' ORDER BY p.proname::text COLLATE "C"), 'check_dates check_rrule check_time_zone check_window check_window_for_all count_occurrences count_schedule_occurrences describe_schedule dose_id'
  ' dose_status grace_ended_before is_occurrence is_on_time medication_from_fhir medications_from_ical next_occurrence occurrences percentage_taken'
  ' previous_occurrence schedule_density_problem schedule_from_fhir schedule_from_ical schedule_from_sig schedule_from_taper schedule_from_times'
  ' schedule_occurrences times_of_schedule timing_codes timing_events version', 'what any shard can answer')
  FROM medsched._plproxy_kinds() AS k JOIN pg_proc AS p ON p.oid = k.function WHERE k.kind = 'any';

-- An error with all its fields, of a call that is undone.
\set person '''00000000-0000-0000-0000-00000000000a'''
SELECT is(r::text, '(23514,"name must not be blank","It is "" "".","",medsched,medications,"",medications_name_not_blank)', 'the error of a call')
  FROM medsched._refusal(format('SELECT medsched.create_medication(%L, '' '', ''[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]'')', :person), '{UTC,NULL,NULL,NULL}') AS r;
SELECT is(r.constraint_name, 'medication_has_schedule', 'one that comes when its transaction is to end')
  FROM medsched._refusal(format('INSERT INTO medsched.medications (user_id, name) VALUES (%L, ''Aspirin'')', :person), '{UTC,NULL,NULL,NULL}') AS r;
SELECT is(concat(r.code, r.message, r.constraint_name), 'P0001undone', 'none')
  FROM medsched._refusal(format('SELECT medsched.create_medication(%L, ''Aspirin'', ''[{"starts_at": "2026-01-01T08:00:00", "time_zone": "UTC"}]'')', :person), '{UTC,NULL,NULL,NULL}') AS r;
SELECT is_empty('SELECT FROM medsched.medications', 'nothing is left of it');

-- The settings of another session.
SELECT medsched._adopt_settings('{Asia/Tokyo,a nurse,1h,7,300ms}') \g /dev/null
SELECT medsched._adopt_settings('{Asia/Tokyo,NULL,NULL,NULL}') \g /dev/null
SELECT is(concat_ws(', ', current_setting('TimeZone'), current_setting('DateStyle'), current_setting('medsched.changed_by'), current_setting('medsched.grace')::interval, current_setting('medsched.max_doses'),
                    current_setting('lock_timeout')),
  'Asia/Tokyo, ISO, YMD, a nurse, 01:00:00, 7, 300ms', 'the settings of another session');

SELECT is(pg_temp.failure('SELECT medsched.plproxy_functions(NULL)'), '22004: cluster must not be null', 'NULL is no cluster');
SELECT is(pg_temp.failure($$SELECT medsched.plproxy_functions('a''b')$$),
  '22023: invalid name of a cluster: "a''b" | It has letters from a to z, digits and _, and at most 63 of them.', 'nor is what is no name');

SELECT * FROM finish();
ROLLBACK;
