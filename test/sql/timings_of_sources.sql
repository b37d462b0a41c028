\i test/setup.psql
BEGIN;
SELECT plan(107);
\i test/data/timings.sql

-- The Timings of each source: what is taken has the doses, each with its words, that were worked out by hand; what is not is refused
-- with the reason.  Those as needed have no doses but limits.

CREATE FUNCTION pg_temp.what_it_gives(t timings)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
  schedules jsonb;
  reason text;
BEGIN
  schedules := medsched.schedule_from_fhir(t.timing, t.starts_on, 'Europe/Berlin', t.times, as_needed => t.as_needed);
  PERFORM medsched.create_medication(person, 'Tested', schedules);
  IF t.as_needed THEN
    RETURN (SELECT string_agg((s - 'as_needed' - 'starts_at' - 'time_zone')::text, ', ') FROM jsonb_array_elements(schedules) AS s);
  END IF;
  RETURN (SELECT string_agg(concat_ws(' ', to_char(d.local_time, 'MM-DD HH24:MI'), d.instructions), ', ' ORDER BY d.scheduled_for)
          FROM medsched.upcoming_doses(person, timezone('Europe/Berlin', timestamp '2027-03-01'),
                                       timezone('Europe/Berlin', timestamp '2027-03-01' + make_interval(days => t.days))) d);
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
  RETURN 'refused: ' || reason;
END;
$$;

SELECT is(pg_temp.what_it_gives(t), t.gives, format('%s: %s', t.source, t.timing)) FROM timings AS t ORDER BY t.nth;

-- How many of each, as doc/schedules-from.md states them.
SELECT is(string_agg(format('%s %s of %s', c.source, c.taken, c.whole), ', ' ORDER BY c.first),
  'HL7 28 of 33, NHS 21 of 26, dgMP 20 of 22, US Core and EHRs 20 of 25', 'taken of each source')
FROM (SELECT t.source, min(t.nth) AS first, count(*) FILTER (WHERE t.gives NOT LIKE 'refused: %') AS taken, count(*) AS whole
      FROM timings AS t GROUP BY t.source) AS c;

SELECT * FROM finish();
ROLLBACK;
