\i test/setup.psql
BEGIN;

-- The planner asks how many rows occurrences() will have before anybody has asked
-- for one.  Where the arguments are not valid it gets no estimate, and the plan is
-- made: the error is the function's, for whoever calls it.
CREATE TEMP TABLE invalid (n int GENERATED ALWAYS AS IDENTITY, arguments text, state text, message text);
INSERT INTO invalid (arguments, state, message) VALUES
($$'garbage', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02'$$, '22023', 'invalid recurrence rule: part "GARBAGE" has no value'),
($$'FREQ=DAILY;RSCALE=CHINESE', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02'$$, '0A000', 'recurrence rule not supported: RSCALE=CHINESE'),
($$'FREQ=DAILY;UNTIL=20260230', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02'$$, '22023', 'invalid recurrence rule: UNTIL names no date and time of the calendar'),
($$'FREQ=DAILY', '2026-01-01', 'Mars/Phobos', '2026-01-01', '2026-01-02'$$, '22023', 'time zone "Mars/Phobos" is not known'),
($$'FREQ=DAILY', '2026-01-01', '', '2026-01-01', '2026-01-02'$$, '22023', 'time zone "" is not known'),
($$'FREQ=DAILY', '2026-01-01', 'europe/berlin', '2026-01-01', '2026-01-02'$$, '22023', 'time zone "europe/berlin" is not spelled as its name'),
($$'FREQ=DAILY', '2026-01-01', 'EST5EDT4', '2026-01-01', '2026-01-02'$$, '22023', 'time zone "EST5EDT4" is not known'),
($$'FREQ=DAILY', 'infinity', 'UTC', '2026-01-01', '2026-01-02'$$, '22023', 'starts_at must be finite'),
($$'FREQ=DAILY', '2026-01-01 00:00:00.5', 'UTC', '2026-01-01', '2026-01-02'$$, '22023', 'starts_at must be a whole second'),
($$'FREQ=DAILY', '0001-12-31 23:59:59 BC', 'UTC', '2026-01-01', '2026-01-02'$$, '22023', 'starts_at is out of range'),
($$'FREQ=DAILY', '10000-01-01', 'UTC', '2026-01-01', '2026-01-02'$$, '22023', 'starts_at is out of range'),
($$'FREQ=DAILY', NULL, 'UTC', '2026-01-01', '2026-01-02'$$, '22004', 'starts_at must not be null'),
($$'FREQ=DAILY', '2026-01-01', NULL, '2026-01-01', '2026-01-02'$$, '22004', 'time_zone must not be null'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', NULL, '2026-01-02'$$, '22004', 'window_start must not be null'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '-infinity', '2026-01-02'$$, '22023', 'window_start must be finite'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-03', '2026-01-02'$$, '22023', 'window_end must not be before window_start'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', rdates => NULL$$, '22004', 'rdates must not be null'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', rdates => '{2026-01-01, NULL}'$$, '22004', 'rdates must not contain a null'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', rdates => '{{2026-01-01}, {2026-01-02}}'$$, '2202E', 'rdates must have one dimension'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', exdates => '{infinity}'$$, '22023', 'exdates must be finite'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', exdates => '{10000-01-01}'$$, '22023', 'exdates is out of range'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', cycle_days_on => 1$$, '22023', 'invalid cycle of 1 days on and 0 days off'),
($$'FREQ=DAILY', '2026-01-01', 'UTC', '2026-01-01', '2026-01-02', cycle_days_on => 1, cycle_days_off => 3661$$, '22023', 'invalid cycle of 1 days on and 3661 days off');

SELECT plan(2 * (SELECT count(*)::int FROM invalid) + 4);

SELECT lives_ok(format('SELECT o FROM (VALUES (1)) AS v LEFT JOIN LATERAL medsched.occurrences(%s) AS o ON true LIMIT 0', arguments),
  'planned: ' || arguments)
FROM invalid ORDER BY n;
SELECT throws_ok(format('SELECT o FROM (VALUES (1)) AS v LEFT JOIN LATERAL medsched.occurrences(%s) AS o ON true', arguments),
  state, message, 'called: ' || arguments)
FROM invalid ORDER BY n;

-- A prepared statement is planned with the values of its parameters.
PREPARE of_rule(text) AS SELECT count(*) FROM medsched.occurrences($1, '2026-01-01 08:00', 'UTC', '2026-01-01', '2026-01-03');
SELECT lives_ok($$EXPLAIN EXECUTE of_rule('garbage')$$, 'a parameter that is no rule: planned');
SELECT throws_ok($$EXECUTE of_rule('garbage')$$, '22023', 'invalid recurrence rule: part "GARBAGE" has no value', 'and called');
SELECT results_eq($$EXECUTE of_rule('FREQ=DAILY')$$, ARRAY[2::bigint], 'one that is');

-- All the time that there is, in a plan: no overflow.
CREATE FUNCTION pg_temp.planned(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric;
END
$$;
-- Days from 4713 BC to 294276: some 109,200,000; two doses a day.
SELECT cmp_ok(pg_temp.planned($$SELECT o FROM (VALUES ('FREQ=DAILY'), ('FREQ=WEEKLY')) AS v(rule), medsched.occurrences(rule, '2026-01-01', 'UTC', '4713-01-01Z BC', '294276-12-31Z') AS o$$),
  '>', 100000000::numeric, 'the largest window');

SELECT * FROM finish();
ROLLBACK;
