\i test/setup.psql
BEGIN;
SELECT plan(3);

\set control `sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" medsched.control`

SELECT matches(:'control'::text, '^\d+\.\d+\.\d+$', 'the control file has a version');
SELECT ok(medsched.version() = :'control', 'version() returns that of the control file');
SELECT ok(coalesce((SELECT extversion FROM pg_extension WHERE extname = 'medsched'), medsched.version()) = medsched.version(),
  'so does pg_extension, where medsched is an extension');

SELECT * FROM finish();
ROLLBACK;
