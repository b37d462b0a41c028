\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(29);

\set person '00000000-0000-4000-8000-00000000ca1e'

-- The lines of a calendar, unfolded.
CREATE FUNCTION pg_temp.lines(feed text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT regexp_split_to_table(regexp_replace(rtrim(feed, E'\r\n'), '\r\n ', '', 'g'), '\r\n');
$$;

SELECT is(
  ARRAY(SELECT pg_temp.lines(medsched.calendar_feed(:'person', horizon => '2027-01-01Z'))),
  ARRAY['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//medsched//medsched//EN', 'CALSCALE:GREGORIAN',
    'BEGIN:VTIMEZONE', 'TZID:UTC', 'BEGIN:STANDARD', 'DTSTART:19981231T000000', 'TZOFFSETFROM:+0000', 'TZOFFSETTO:+0000',
    'TZNAME:UTC', 'END:STANDARD', 'END:VTIMEZONE', 'END:VCALENDAR'],
  'without schedules, a calendar with one component, as the RFC wants');

INSERT INTO medsched.medications (user_id, id, name) VALUES
  (:'person', '00000000-0000-4000-8000-0000000000a1', E'Metformin, "XR";\nwith \\ food');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, dose_amount, dose_unit, instructions, rdates, exdates, created_at) VALUES
  (:'person', '00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000a1',
   '2027-03-01 10:00', 'Europe/Berlin', 'FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0', 500.00, 'mg', 'Swallow; do not chew',
   '{2027-03-05 12:00}', '{2027-03-03 08:00}', '2027-02-28 12:34:56.789Z');

-- Clocks in Berlin: forward on the last Sunday of March at 02:00, back on that of
-- October at 03:00.  The first dose is 20:00: 08:00 is before starts_at.
SELECT is(
  ARRAY(SELECT pg_temp.lines(medsched.calendar_feed(:'person', horizon => '2028-01-01Z'))),
  ARRAY['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//medsched//medsched//EN', 'CALSCALE:GREGORIAN',
    'BEGIN:VTIMEZONE', 'TZID:Europe/Berlin',
    'BEGIN:STANDARD', 'DTSTART:20260228T200000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100', 'TZNAME:CET', 'END:STANDARD',
    'BEGIN:DAYLIGHT', 'DTSTART:20260329T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'TZNAME:CEST',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT',
    'BEGIN:STANDARD', 'DTSTART:20261025T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'TZNAME:CET',
    'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT', 'UID:00000000-0000-4000-8000-0000000000b1@medsched', 'DTSTAMP:20270228T123456Z',
    'DTSTART;TZID=Europe/Berlin:20270301T200000', 'RRULE:FREQ=DAILY;BYMINUTE=0;BYHOUR=8,20',
    'RDATE;TZID=Europe/Berlin:20270305T120000', 'EXDATE;TZID=Europe/Berlin:20270303T080000',
    'SUMMARY:Metformin\, "XR"\;\nwith \\ food 500 mg', 'DESCRIPTION:Swallow\; do not chew',
    'CLASS:PRIVATE', 'TRANSP:TRANSPARENT', 'END:VEVENT', 'END:VCALENDAR'],
  'a calendar, line by line');

SELECT is(
  ARRAY(SELECT l FROM pg_temp.lines(medsched.calendar_feed(:'person', 'Tablets, all', '1 hour 30 minutes', horizon => '2028-01-01Z')) WITH ORDINALITY AS _ (l, n)
        WHERE l ~ 'NAME[:;].*Tablets' OR l IN ('BEGIN:VALARM', 'END:VALARM') OR l ~ '^(ACTION|TRIGGER)' ORDER BY n),
  ARRAY['X-WR-CALNAME:Tablets, all', 'NAME:Tablets\, all', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT1H30M', 'END:VALARM'],
  'a name and an alarm');

-- What becomes of rules.  From Monday 1 March 2027, 10:00 in Berlin.
CREATE FUNCTION pg_temp.times(rule text, more jsonb DEFAULT '{}', horizon timestamptz DEFAULT '2028-01-01Z') RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, 'Tested', jsonb_build_array(
    jsonb_build_object('starts_at', '2027-03-01T10:00:00', 'time_zone', 'Europe/Berlin', 'rrule', rule) || more));
  RETURN ARRAY(SELECT l FROM pg_temp.lines(medsched.calendar_feed(person, horizon => horizon)) WITH ORDINALITY AS _ (l, n)
               WHERE l ~ '^(DTSTART(;TZID|:\d+T\d+Z)|RRULE:(?!FREQ=YEARLY;BYDAY=-1SU)|RDATE|EXDATE)' ORDER BY n);
END;
$$;

SELECT is(pg_temp.times(t.rule, t.more::jsonb), t.lines, format('%s, %s', t.rule, t.more))
FROM (VALUES
  ('FREQ=DAILY;COUNT=10', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;COUNT=10']),
  -- 1 to 9 March in full: the dose at 10:00 on 10 March is at ends_at.
  ('FREQ=DAILY;COUNT=10', '{"ends_at": "2027-03-10T09:00:00Z"}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;UNTIL=20270309T090000Z']),
  ('FREQ=DAILY', '{"ends_at": "2027-03-10T09:00:01Z"}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;UNTIL=20270310T090000Z']),
  ('FREQ=DAILY;UNTIL=20270331', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;UNTIL=20270331T080000Z']),
  ('FREQ=WEEKLY;INTERVAL=2;BYDAY=SU', '{"starts_at": "2027-03-04T10:00:00"}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270307T100000', 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU']),
  ('FREQ=HOURLY;INTERVAL=8;COUNT=30', '{}',
   ARRAY['DTSTART:20270301T090000Z', 'RRULE:FREQ=HOURLY;COUNT=30;INTERVAL=8']),
  -- The gap: 02:30 on 28 March is 03:30, as an RDATE for programs that drop it.
  ('FREQ=DAILY;BYHOUR=2;BYMINUTE=30', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270302T023000', 'RRULE:FREQ=DAILY;BYMINUTE=30;BYHOUR=2', 'RDATE;TZID=Europe/Berlin:20270328T033000']),
  -- Days 0 and 1 of every 100.
  ('FREQ=DAILY', '{"cycle_days_on": 2, "cycle_days_off": 98}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RDATE;TZID=Europe/Berlin:20270302T100000',
     'RDATE;TZID=Europe/Berlin:20270609T100000', 'RDATE;TZID=Europe/Berlin:20270610T100000',
     'RDATE;TZID=Europe/Berlin:20270917T100000', 'RDATE;TZID=Europe/Berlin:20270918T100000',
     'RDATE;TZID=Europe/Berlin:20271226T100000', 'RDATE;TZID=Europe/Berlin:20271227T100000']),
  ('RSCALE=GREGORIAN;FREQ=MONTHLY;INTERVAL=3;SKIP=BACKWARD;BYMONTHDAY=31', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270331T100000', 'RDATE;TZID=Europe/Berlin:20270630T100000',
     'RDATE;TZID=Europe/Berlin:20270930T100000', 'RDATE;TZID=Europe/Berlin:20271231T100000']),
  -- 10:00 and every 12 hours, on Mondays: 22:00 of the day before is on a Sunday.
  ('FREQ=HOURLY;INTERVAL=12;BYDAY=MO;COUNT=4', '{}',
   ARRAY['DTSTART:20270301T090000Z', 'RDATE:20270301T210000Z', 'RDATE:20270308T090000Z', 'RDATE:20270308T210000Z'])
  ) AS t (rule, more, lines);

-- What is not there.
SELECT medsched.create_medication('00000000-0000-4000-8000-00000000ca2e', 'Paracetamol',
  '[{"starts_at": "2027-03-01T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}]') \g /dev/null
SELECT unalike(medsched.calendar_feed('00000000-0000-4000-8000-00000000ca2e'), '%VEVENT%', 'as needed is no event');
SELECT unalike(medsched.calendar_feed('00000000-0000-4000-8000-00000000ca3e'), '%VEVENT%', 'another user''s calendar is empty');
SELECT medsched.inactivate_medication(:'person', '00000000-0000-4000-8000-0000000000a1', '2027-03-08 12:00Z') \g /dev/null
SELECT alike(medsched.calendar_feed(:'person', horizon => '2028-01-01Z'), '%RRULE:FREQ=DAILY;UNTIL=20270308T070000Z;%',
  'an inactivated medication has its last dose before');
SELECT unalike(medsched.calendar_feed(:'person', since => '2027-03-08 12:00Z', horizon => '2028-01-01Z'), '%VEVENT%', 'since leaves it out');
SELECT alike(medsched.calendar_feed(:'person', since => '2027-03-08 07:00Z', horizon => '2028-01-01Z'), '%VEVENT%', 'since its last dose it is there');

-- What is refused.
SELECT throws_ok($$SELECT medsched.calendar_feed(NULL)$$, '22004', 'user_id must not be null', 'user_id is null');
SELECT throws_ok($$SELECT medsched.calendar_feed(gen_random_uuid(), horizon => NULL)$$, '22004', 'horizon must not be null', 'horizon is null');
SELECT throws_ok($$SELECT medsched.calendar_feed(gen_random_uuid(), horizon => 'infinity')$$, '22023', 'horizon must be finite', 'horizon is infinite');
SELECT throws_ok($$SELECT medsched.calendar_feed(gen_random_uuid(), since => 'infinity')$$, '22023', 'since must not be infinity', 'since is infinite');
SELECT throws_ok($$SELECT medsched.calendar_feed(gen_random_uuid(), since => '2027-01-02', horizon => '2027-01-01')$$,
  '22023', 'horizon must not be before since', 'since is after the horizon');
SELECT throws_ok(format($$SELECT medsched.calendar_feed(gen_random_uuid(), alarm => %L)$$, a.alarm), '22023', 'alarm is out of range', 'alarm ' || a.alarm)
FROM (VALUES ('-1 minute'), ('8 days'), ('1 month')) AS a (alarm);
SELECT is(pg_temp.failure($$SELECT medsched.calendar_feed(gen_random_uuid(), alarm => '8 days 00:10')$$),
  '22023: alarm is out of range | It is 8 days 00:10:00. | It is how long before a dose to remind, from 0 to 7 days.', 'which it names');
SET LOCAL medsched.max_doses = 5;
SELECT throws_ok($$SELECT pg_temp.times('FREQ=DAILY', '{"cycle_days_on": 2, "cycle_days_off": 98}')$$,
  '54000', 'more than 5 doses in the window', 'single dates are bounded');
RESET medsched.max_doses;

-- Nobody sees what they may not.
CREATE ROLE medsched_stranger;
GRANT USAGE ON SCHEMA medsched TO medsched_stranger;
SET LOCAL ROLE medsched_stranger;
SELECT throws_ok($$SELECT medsched.calendar_feed('00000000-0000-4000-8000-00000000ca1e')$$, '42501', 'permission denied for table schedules', 'without grants there is no calendar');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
