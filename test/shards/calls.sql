-- The calls of test/prepared/calls.sql, from the file in the variable calls, each a transaction of its own: what they answer,
-- and every field of their errors, a line for each.
\set ON_ERROR_STOP 1
\i test/failure.psql
SET TimeZone = 'UTC';
\i :calls

-- The text of a call; an argument that is a medication's name in braces is its id, by what the functions say.
CREATE FUNCTION pg_temp.call(function text, args text[]) RETURNS text LANGUAGE sql AS $$
  SELECT format('medsched.%I(%s)', function,
           (SELECT string_agg(format('%L::%s', coalesce((SELECT max(c.medication_id::text) FROM medsched.current_schedules('00000000-0000-0000-0000-00000000000a') AS c
                                                          WHERE a.value = format('{%s}', c.medication_name)), a.value), a.type::regtype), ', ' ORDER BY a.nth)
              FROM unnest(args, p.proargtypes::oid[]) WITH ORDINALITY AS a (value, type, nth)))
    FROM pg_proc AS p
   WHERE p.pronamespace = 'medsched'::regnamespace AND p.proname = function AND p.pronargs = cardinality(args)
$$;
CREATE FUNCTION pg_temp.said(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  EXECUTE format('SELECT string_agg(t::text, E''\n'') FROM %s AS t', call) INTO answer;
  RETURN answer;
EXCEPTION WHEN OTHERS THEN
  RETURN pg_temp.failure(format('SELECT FROM %s', call));
END
$$;

SELECT medsched.reset_for_tests() \g /dev/null
SELECT format(E'SELECT %L, %L, regexp_replace(pg_temp.said(pg_temp.call(%L, %L)),'
         ' ''[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|database "[a-z_]*"|%s[^,]*'', ''...'', ''g'')',
         c.nth, c.function, c.function, c.args, left(now()::text, 13))
  FROM calls AS c ORDER BY c.nth \gexec
SELECT concat(count(*), ' calls') FROM calls;
