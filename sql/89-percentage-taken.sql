-- The percentage that reports of adherence have.

CREATE OR REPLACE FUNCTION medsched.percentage_taken(taken bigint, skipped bigint, missed bigint)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.round(
  100.0 OPERATOR(pg_catalog.*) taken
    OPERATOR(pg_catalog./) nullif(taken::pg_catalog.numeric OPERATOR(pg_catalog.+) skipped OPERATOR(pg_catalog.+) missed, 0),
  1);

COMMENT ON FUNCTION medsched.percentage_taken(bigint, bigint, bigint) IS
  'taken among the doses that are taken, skipped or missed, in percent with one decimal; NULL where there are none';
