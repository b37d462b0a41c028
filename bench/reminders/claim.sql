-- What a turn of claims.mjs calls.  Each notes in took how many ms of the server it took.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE TABLE took (what text, ms float8);

CREATE PROCEDURE claim_and_complete()
LANGUAGE plpgsql
AS $$
DECLARE
  began timestamptz := clock_timestamp();
  tokens CONSTANT uuid[] := ARRAY(SELECT r.token FROM medsched.claim_reminders(1000, '10 minutes', 'bench') AS r);
BEGIN
  INSERT INTO took VALUES ('claim ' || cardinality(tokens), 1000 * date_part('epoch', clock_timestamp() - began));
  COMMIT;
  began := clock_timestamp();
  PERFORM medsched.complete_reminders(tokens);
  INSERT INTO took VALUES ('complete', 1000 * date_part('epoch', clock_timestamp() - began));
END
$$;

CREATE PROCEDURE claim_nothing()
LANGUAGE plpgsql
AS $$
DECLARE
  began CONSTANT timestamptz := clock_timestamp();
BEGIN
  PERFORM medsched.claim_reminders(1000);
  INSERT INTO took VALUES ('idle', 1000 * date_part('epoch', clock_timestamp() - began));
END
$$;

-- A backend maps a page of the shared buffers when it first looks at it, which a worker that has run for a while has done.
CREATE EXTENSION pgstattuple;
CREATE PROCEDURE look_at_each_page()
LANGUAGE sql
AS $$
SELECT CASE c.relkind WHEN 'r' THEN pgstattuple(c.oid)::text ELSE pgstatindex(c.oid)::text END
  FROM pg_class AS c
 WHERE c.relnamespace = 'medsched'::regnamespace AND c.relkind IN ('r', 'i') AND pg_relation_size(c.oid) > 0
$$;
