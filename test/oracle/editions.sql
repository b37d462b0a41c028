-- Random schedules, and what the edition in this database says of them: a line for
-- each, the same in both editions.  Run with -v seed=N -v rules=N.
\ir random_schedules.sql

CREATE FUNCTION pg_temp.answer(c cases) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  window_end CONSTANT timestamptz := c.window_start + c.length;
  found timestamptz[];
  state text; message text; detail text; hint text;
BEGIN
  found := ARRAY(SELECT o FROM medsched.occurrences(c.rrule, c.starts_at, c.zone, c.window_start, window_end, c.rdates, c.exdates, c.days_on, c.days_off) AS o);
  RETURN concat_ws(' ', cardinality(found), md5(found::text), found[1], found[cardinality(found)],
    'next', medsched.next_occurrence(c.rrule, c.starts_at, c.zone, window_end, c.rdates, c.exdates, c.days_on, c.days_off),
    'previous', medsched.previous_occurrence(c.rrule, c.starts_at, c.zone, c.window_start, c.rdates, c.exdates, c.days_on, c.days_off),
    'is', (SELECT string_agg(left(medsched.is_occurrence(c.rrule, c.starts_at, c.zone, o + d * interval '1 second', c.rdates, c.exdates, c.days_on, c.days_off)::text, 1), '' ORDER BY o, d)
             FROM unnest(found[1:2]) AS o CROSS JOIN unnest('{0,1,3600}'::int[]) AS d));
EXCEPTION WHEN OTHERS OR query_canceled THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', state, message, detail, hint);
END
$$;

CREATE FUNCTION pg_temp.line(c cases) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' # ', c.n, c.rrule, c.starts_at, c.zone, c.window_start, c.length, nullif(c.rdates, '{}'), nullif(c.exdates, '{}'),
                   c.days_on, c.days_off, pg_temp.answer(c))
$$;

-- A statement for each, so that the time limit is one schedule's.
SELECT format('SELECT pg_temp.line(c) FROM cases AS c WHERE n = %s', n) FROM cases ORDER BY n
\gexec
