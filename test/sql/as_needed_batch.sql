\i test/setup.psql
BEGIN;
SELECT plan(5);

-- Doses as needed that one statement writes: their limits hold as if each came alone,
-- whatever their order.
\set ann '''00000000-0000-0000-0000-00000000000a'''
\i test/id.psql
INSERT INTO medsched.medications (user_id, id, name) SELECT :ann, pg_temp.id(m), m FROM unnest('{a1,a2}'::text[]) AS m;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed, min_interval, max_per_24h) VALUES
  (:ann, pg_temp.id('a11'), pg_temp.id('a1'), '2026-01-01', 'UTC', true, '3 hours', 4),
  (:ann, pg_temp.id('a21'), pg_temp.id('a2'), '2026-01-01', 'UTC', true, NULL, 8000);

-- Whether doses, each at a whole hour, keep three hours apart and at most four in 24 hours.
CREATE FUNCTION pg_temp.keeps(hours int[]) RETURNS boolean LANGUAGE sql AS $$
  SELECT NOT EXISTS (SELECT FROM unnest(hours) AS a, unnest(hours) AS b WHERE a < b AND b - a < 3)
     AND NOT EXISTS (SELECT FROM unnest(hours) AS a WHERE (SELECT count(*) FROM unnest(hours) AS b WHERE b BETWEEN a AND a + 23) > 4)
$$;
CREATE FUNCTION pg_temp.accepts(hours int[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', timestamptz '2026-02-01Z' + h * interval '1 hour'
    FROM unnest(hours) WITH ORDINALITY AS t (h, n) ORDER BY n;
  DELETE FROM medsched.dose_taken WHERE schedule_id = '00000000-0000-0000-0000-000000000a11';
  RETURN true;
EXCEPTION WHEN check_violation THEN
  RETURN false;
END
$$;
-- Steps of mostly 6 hours, so that about half of the sets keep the limits; ascending, descending and at random.
SELECT setseed(0.5) \g /dev/null
CREATE TEMPORARY TABLE sets AS
SELECT n, array_agg(hour ORDER BY CASE n % 3 WHEN 0 THEN hour WHEN 1 THEN -hour ELSE 1000 * random() END) AS hours
  FROM (SELECT n, sum(CASE WHEN random() < 0.92 THEN 6 + (random() * 2)::int ELSE (random() * 5)::int END) OVER (PARTITION BY n ORDER BY i)::int AS hour
          FROM generate_series(1, 300) AS n, generate_series(1, 2 + n % 20) AS i) AS t
 GROUP BY n;
SELECT is_empty('SELECT n, hours FROM sets WHERE pg_temp.accepts(hours) <> pg_temp.keeps((SELECT array_agg(DISTINCT h) FROM unnest(hours) AS h))
                    AND (SELECT count(DISTINCT h) FROM unnest(hours) AS h) = cardinality(hours)', 'one INSERT of many is refused when their limits are broken, and only then');
SELECT ok(count(*) FILTER (WHERE pg_temp.keeps(hours)) > 50 AND count(*) FILTER (WHERE NOT pg_temp.keeps(hours)) > 50, 'of both kinds there are enough') FROM sets;

-- Time that grows with the square of their number would be minutes.
SET LOCAL statement_timeout = '30s';
SELECT lives_ok($$
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', timestamptz '2026-02-01Z' + n * interval '10 seconds'
    FROM generate_series(1, 8000) AS n$$, '8000 doses in one statement, all within one window');
SELECT throws_ok($$
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a21', timestamptz '2026-02-01 00:00:05Z' + n * interval '1 day'
    FROM generate_series(0, 1) AS n$$, '23514', 'the dose at 2026-02-01 00:00:05+00 is one too many in 24 hours', 'one more is one too many');
RESET statement_timeout;

-- A trigger of the application's that records another dose after each: both are counted.
DELETE FROM medsched.dose_taken;
CREATE FUNCTION pg_temp.echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() = 1 THEN
    INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (NEW.user_id, NEW.schedule_id, NEW.scheduled_for + interval '150 minutes');
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER zzz_echo AFTER INSERT ON medsched.dose_taken FOR EACH ROW EXECUTE FUNCTION pg_temp.echo();
UPDATE medsched.schedules SET min_interval = '2 hours', max_per_24h = 20 WHERE id = pg_temp.id('a11');
SELECT throws_ok($$
  INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for)
  SELECT '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000a11', timestamptz '2026-02-01Z' + n * interval '4 hours'
    FROM generate_series(0, 5) AS n$$, '23514', 'the dose at 2026-02-01 02:30:00+00 is too close to another', 'nor does a dose that a trigger adds slip through');

SELECT * FROM finish();
ROLLBACK;
