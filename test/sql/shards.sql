\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(16);

-- What a shard does for a proxy; test/suites/shards.sh has three of them and the proxy.

-- How functions are run.
SELECT is(k.kind, e.kind, e.name)
  FROM (VALUES ('upcoming_doses', 'person'), ('check_user', 'person'), ('due_doses', 'all'), ('adherence_of_all', 'all'), ('check_integrity', 'all'),
               ('reset_for_tests', 'each'), ('occurrences', 'any'), ('erase_with_account', 'none'), ('plproxy_functions', 'none')) AS e (name, kind)
  JOIN pg_proc AS p ON p.proname = e.name AND p.pronamespace = 'medsched'::regnamespace
  LEFT JOIN medsched._plproxy_kinds() AS k ON k.function = p.oid
 ORDER BY e.name;

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
SELECT medsched._adopt_settings('{Asia/Tokyo,a nurse,1h,7}') \g /dev/null
SELECT is(concat_ws(', ', current_setting('TimeZone'), current_setting('DateStyle'), current_setting('medsched.changed_by'), current_setting('medsched.grace')::interval, current_setting('medsched.max_doses')),
  'Asia/Tokyo, ISO, YMD, a nurse, 01:00:00, 7', 'the settings of another session');

SELECT is(pg_temp.failure('SELECT medsched.plproxy_functions(NULL)'), '22004: cluster must not be null', 'NULL is no cluster');
SELECT is(pg_temp.failure($$SELECT medsched.plproxy_functions('a''b')$$),
  '22023: invalid name of a cluster: "a''b" | It has letters from a to z, digits and _, and at most 63 of them.', 'nor is what is no name');

SELECT * FROM finish();
ROLLBACK;
