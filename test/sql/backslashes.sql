\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(6);

-- A body is read under its caller's settings.  With standard_conforming_strings off, a backslash in a string means another
-- thing, and each gives a warning: so strings have none, but those that say that they do.
SELECT is_empty($$
  SELECT p.oid::regprocedure, t.line
    FROM pg_proc AS p
   CROSS JOIN LATERAL regexp_split_to_table(p.prosrc, '\n') AS t (line)
   WHERE p.pronamespace = 'medsched'::regnamespace AND p.prosqlbody IS NULL
     AND regexp_replace(t.line, '\mE''([^'']|'''')*''', '', 'g') LIKE '%\\%'
$$, 'no body has a backslash in a string of the standard''s');

SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Metformin', '[{"id": "00000000-0000-0000-0000-0000000000a1",
  "starts_at": "2026-01-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]') \g /dev/null
DISCARD PLANS;
SET LOCAL standard_conforming_strings = off;
SET LOCAL escape_string_warning = on;
SELECT is(pg_temp.failure($$SELECT medsched.create_medication('00000000-0000-0000-0000-00000000000a', 'Zinc',
  '[{"starts_at": "2026-01-01T08:00:00x5", "time_zone": "UTC"}]')$$),
  '22023: schedules[0].starts_at must be a wall-clock time without a time zone, as "2026-03-01T08:00:00"', 'JSON');
SELECT is(medsched.schedule_from_sig('q.8 h', '2027-03-01', 'Europe/Berlin', '{"HS": "22:30:00.0"}') #>> '{0,rrule}', 'FREQ=HOURLY;INTERVAL=8', 'a sig');
SELECT is(medsched.schedule_from_fhir('{"repeat": {"period": 8, "frequency": 1, "periodUnit": "h", "boundsPeriod": {"start": "2027-03-01", "end": "2027-04-30"}}}',
  '2027-03-01', 'Europe/Berlin') #>> '{0,rrule}', 'FREQ=HOURLY;INTERVAL=8;UNTIL=20270430', 'FHIR');
SET LOCAL medsched.grace = '1.5h';
SELECT is(medsched.dose_status(now() - interval '80 minutes', NULL, NULL), 'due', 'a setting');
SELECT is((medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a',
  medsched.dose_id('00000000-0000-0000-0000-0000000000a1', '2026-01-03 08:00Z'))).outcome, 'taken', 'a handle');

SELECT * FROM finish();
ROLLBACK;
