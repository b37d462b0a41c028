\i test/setup.psql
BEGIN;
SELECT plan(41);

-- What the planner expects of a query, and its cost.
CREATE FUNCTION pg_temp.planned(query text, field text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN (plan -> 0 -> 'Plan' ->> field)::numeric;
END
$$;

CREATE FUNCTION pg_temp.counted(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM (%s) AS q', query) INTO n;
  RETURN n;
END
$$;

-- The rules of the sample regimens; the planner's least is one row.
CREATE TEMP TABLE regimens (name text, rrule text, starts_at timestamp);
INSERT INTO regimens VALUES
  ('levothyroxine', 'FREQ=DAILY', '2025-01-26 06:30'),
  ('metformin', 'FREQ=DAILY;BYHOUR=8,18', '2025-08-14 08:00'),
  ('alendronate', 'FREQ=WEEKLY;BYDAY=SU', '2025-12-02 06:00'),
  ('cyanocobalamin', 'FREQ=MONTHLY;BYDAY=1MO', '2025-11-22 09:00'),
  ('amoxicillin', 'FREQ=HOURLY;INTERVAL=8;COUNT=30', '2026-02-27 06:00'),
  ('warfarin', 'FREQ=DAILY;INTERVAL=2', '2026-01-31 18:00'),
  ('insulin glargine', 'FREQ=DAILY', '2025-03-02 22:00'),
  ('patch', 'FREQ=DAILY;INTERVAL=3', '2026-02-24 09:00'),
  ('eye drops', 'FREQ=DAILY;BYHOUR=8,12,16,20;COUNT=28', '2026-02-28 08:00'),
  ('methotrexate', 'FREQ=WEEKLY;BYDAY=WE', '2025-12-22 19:00'),
  ('prednisone', 'FREQ=DAILY;COUNT=5', '2026-03-01 08:00'),
  ('vaccination', NULL, '2026-03-06 10:00');

SELECT ok(
  pg_temp.planned(query, 'Plan Rows') BETWEEN counted / 2 AND counted * 2,
  format('%s over %s: %s rows planned for %s', name, days, pg_temp.planned(query, 'Plan Rows'), pg_temp.counted(query)))
FROM regimens,
  unnest(array[1, 7, 365]) AS days,
  format('SELECT * FROM medsched.occurrences(%L, %L, %L, timestamptz %L, timestamptz %L)',
    rrule, starts_at, 'Europe/Berlin', '2026-03-02', timestamptz '2026-03-02' + days * interval '1 day') AS query,
  greatest(pg_temp.counted(query), 1) AS counted
ORDER BY regimens.name, days;

-- Beyond what is counted when planning, the rest of the window is like the first part.
SELECT ok(pg_temp.planned($$SELECT * FROM medsched.occurrences('FREQ=MINUTELY', '2026-01-01', 'UTC', '2026-03-02', '2026-04-01')$$, 'Plan Rows')
  BETWEEN 43200 * 0.99 AND 43200 * 1.01, 'a dense rule is extrapolated');
SELECT is(pg_temp.planned($$SELECT * FROM medsched.occurrences('FREQ=DAILY', '2026-01-01 08:00', 'UTC', now(), now() + interval '10 days')$$, 'Plan Rows'),
  10::numeric, 'a window from now() is known when planning');
SELECT is(pg_temp.planned($$SELECT o FROM regimens, medsched.occurrences(rrule, starts_at, 'UTC', '2026-03-02', '2026-03-09') AS o$$, 'Plan Rows') /
  pg_temp.planned('SELECT * FROM regimens', 'Plan Rows'),
  14::numeric, 'an unknown schedule is taken to have two doses a day');
SELECT is(pg_temp.planned($$SELECT * FROM medsched.occurrences('FREQ=DAILY', '2026-01-01 08:00', 'UTC', '2026-03-02', '2026-03-30', cycle_days_on => 14, cycle_days_off => 14)$$, 'Plan Rows'),
  14::numeric, 'cycles are looked at');
SELECT ok(
  pg_temp.planned($$SELECT * FROM medsched.occurrences('FREQ=MINUTELY', '2026-01-01', 'UTC', '2026-03-02', '2026-04-01')$$, 'Total Cost') >
  10 * pg_temp.planned($$SELECT * FROM medsched.occurrences('FREQ=DAILY', '2026-01-01', 'UTC', '2026-03-02', '2026-04-01')$$, 'Total Cost'),
  'more rows cost more');

SELECT * FROM finish();
ROLLBACK;
