\i test/setup.psql
BEGIN;
SELECT plan(33);
\i test/data/calendars.sql

-- The calendars of each program: what is taken has the doses that were worked out by hand, and what is not is refused with the reason.

CREATE FUNCTION pg_temp.what_it_gives(c calendars)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
  reason text;
BEGIN
  PERFORM medsched.create_medication(person, 'Tested', medsched.schedule_from_ical(
    concat_ws(E'\r\n', 'BEGIN:VCALENDAR', replace(c.lines, '|', E'\r\n'), 'END:VCALENDAR'), c.time_zone));
  RETURN (SELECT string_agg(to_char(d.scheduled_for, 'MM-DD HH24:MI'), ', ' ORDER BY d.scheduled_for)
            FROM medsched.upcoming_doses(person, '2027-03-01Z', c.until) AS d);
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
  RETURN 'refused: ' || regexp_replace(reason, '^calendar line [0-9]+: ', '');
END;
$$;

SELECT is(pg_temp.what_it_gives(c), c.gives, format('%s: %s', c.source, substring(c.lines FROM 'SUMMARY[^:]*:([^|]*)'))) FROM calendars AS c ORDER BY c.nth;

-- How many of each, as doc/sources.md states them.
SELECT is(string_agg(format('%s %s of %s', c.source, c.taken, c.whole), ', ' ORDER BY c.first),
  'Google Calendar 6 of 8, Apple Calendar 4 of 5, Apple Reminders 2 of 3, Outlook 4 of 6, Exchange 1 of 2, Thunderbird 2 of 3, Evolution 1 of 2, Nextcloud 1 of 2, old phones 0 of 1',
  'taken of each program')
FROM (SELECT c.source, min(c.nth) AS first, count(*) FILTER (WHERE c.gives NOT LIKE 'refused: %') AS taken, count(*) AS whole
      FROM calendars AS c GROUP BY c.source) AS c;

SELECT * FROM finish();
ROLLBACK;
