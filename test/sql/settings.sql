\i test/setup.psql
BEGIN;
SELECT plan(9);

LOAD 'medsched';

SELECT is(current_setting('medsched.max_doses'), '100000', 'max_doses is 100000 unless set');
SELECT is(current_setting('medsched.grace'), '1h', 'grace is an hour unless set');
SELECT lives_ok($$SET medsched.max_doses = 1$$, 'max_doses may be 1');
SELECT throws_ok($$SET medsched.max_doses = 0$$, '22023',
  '0 is outside the valid range for parameter "medsched.max_doses" (1 .. 10000000)',
  'max_doses may not be 0');
SELECT lives_ok($$SET medsched.grace = '90 min'$$, 'grace takes units');
SELECT is(current_setting('medsched.grace'), '90min', 'grace is what was set');
SELECT throws_ok($$SET medsched.grace = '8d'$$, '22023', NULL, 'grace may not exceed a week');
-- Newer servers write the range with units.
SELECT throws_matching($$SET medsched.grace = '8d'$$,
  '^691200 s is outside the valid range for parameter "medsched\.grace" \((0 \.\. 604800|0 s \.\. 604800 s)\)$',
  'of which the error tells');
SELECT throws_ok($$SET medsched.graec = 1$$, '42602',
  'invalid configuration parameter name "medsched.graec"',
  'a misspelt setting is refused');

SELECT * FROM finish();
ROLLBACK;
