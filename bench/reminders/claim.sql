-- Server time of a claim of 1,000 and of completing them, and of a claim when nothing is due: medians, the first to be compared.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
-- As a server has it that is to lose nothing; until a commit is written, an index does not learn which of its rows are dead.
SET synchronous_commit = on;
CREATE TABLE took (what text, ms float8);
DO $$
DECLARE
  began timestamptz;
  tokens uuid[];
BEGIN
  FOR i IN 1 .. 20 LOOP
    began := clock_timestamp();
    tokens := ARRAY(SELECT r.token FROM medsched.claim_reminders(1000, '10 minutes', 'bench') AS r);
    INSERT INTO took VALUES ('claim ' || cardinality(tokens), 1000 * date_part('epoch', clock_timestamp() - began));
    COMMIT;
    began := clock_timestamp();
    PERFORM medsched.complete_reminders(tokens);
    INSERT INTO took VALUES ('complete', 1000 * date_part('epoch', clock_timestamp() - began));
    COMMIT;
  END LOOP;
  -- What is left.
  PERFORM medsched.claim_reminders(10000);
  COMMIT;
  FOR i IN 1 .. 500 LOOP
    began := clock_timestamp();
    PERFORM medsched.claim_reminders(1000);
    INSERT INTO took VALUES ('idle', 1000 * date_part('epoch', clock_timestamp() - began));
    COMMIT;
  END LOOP;
END
$$;
SELECT format('%s: %s ms (%s times, quickest %s%s)', t.what, round(t.median::numeric, 3), t.times, round(t.quickest::numeric, 3), '; target: under ' || g.target)
  FROM (SELECT what, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS median, count(*) AS times, min(ms) AS quickest FROM took GROUP BY what HAVING count(*) > 1) AS t
  LEFT JOIN (VALUES ('claim 1000', 10), ('idle', 0.2)) AS g (what, target) ON g.what = t.what
 ORDER BY t.what;
\o :medians
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM took WHERE what = 'claim 1000';
\o
DROP TABLE took;
