\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(56);

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
-- October at 03:00.  The first dose is 20:00: 08:00 is before starts_at.  Each time of day is an event; a date is one alone, in UTC.
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
'BEGIN:VEVENT', 'UID:00000000-0000-4000-8000-0000000000b1@medsched', 'DTSTAMP:20270228T123456Z', 'LAST-MODIFIED:20270228T123456Z', 'SEQUENCE:0', 'DTSTART;TZID=Europe/Berlin:20270302T080000', 'RRULE:FREQ=DAILY', 'EXDATE;TZID=Europe/Berlin:20270303T080000',
    'SUMMARY:Metformin\, "XR"\;\nwith \\ food 500 mg', 'DESCRIPTION:Swallow\; do not chew', 'CLASS:PRIVATE', 'TRANSP:TRANSPARENT', 'END:VEVENT',
    'BEGIN:VEVENT', 'UID:00000000-0000-4000-8000-0000000000b1-2@medsched', 'DTSTAMP:20270228T123456Z', 'LAST-MODIFIED:20270228T123456Z', 'SEQUENCE:0', 'DTSTART;TZID=Europe/Berlin:20270301T200000', 'RRULE:FREQ=DAILY',
    'SUMMARY:Metformin\, "XR"\;\nwith \\ food 500 mg', 'DESCRIPTION:Swallow\; do not chew', 'CLASS:PRIVATE', 'TRANSP:TRANSPARENT', 'END:VEVENT',
    'BEGIN:VEVENT', 'UID:00000000-0000-4000-8000-0000000000b1-20270305T110000Z@medsched', 'DTSTAMP:20270228T123456Z', 'LAST-MODIFIED:20270228T123456Z', 'SEQUENCE:0', 'DTSTART:20270305T110000Z',
    'SUMMARY:Metformin\, "XR"\;\nwith \\ food 500 mg', 'DESCRIPTION:Swallow\; do not chew', 'CLASS:PRIVATE', 'TRANSP:TRANSPARENT', 'END:VEVENT',
    'END:VCALENDAR'],
  'a calendar, line by line');

SELECT is(
  ARRAY(SELECT l FROM pg_temp.lines(medsched.calendar_feed(:'person', 'Tablets, all', '1 hour 30 minutes', horizon => '2028-01-01Z')) WITH ORDINALITY AS _ (l, n)
        WHERE l ~ 'NAME[:;].*Tablets' OR l IN ('BEGIN:VALARM', 'END:VALARM') OR l ~ '^(ACTION|TRIGGER)' ORDER BY n),
  ARRAY['NAME:Tablets\, all', 'X-WR-CALNAME:Tablets\, all'] || (SELECT array_agg(l) FROM generate_series(1, 3), unnest(ARRAY['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT1H30M', 'END:VALARM']) AS l),
  'a name and an alarm');

SELECT alike(medsched.calendar_feed(:'person', alarm => a.alarm, horizon => '2028-01-01Z'), '%' || E'\r\n' || a.line || E'\r\n%', 'an alarm ' || a.alarm)
FROM (VALUES (interval '0', 'TRIGGER:PT0S'), ('7 days', 'TRIGGER:-P1W'), ('1 day 01:00:05', 'TRIGGER:-P1DT60M5S'), ('00:00:30', 'TRIGGER:-PT30S')) AS a (alarm, line);

-- Characters of one to four octets; a tab is a space, and other control characters are left out.
SELECT medsched.create_medication('00000000-0000-4000-8000-00000000ca6e', repeat(E'ä€😀,\t\x01ab', 50),
  '[{"starts_at": "1960-01-01T10:00:00", "time_zone": "Africa/Monrovia", "rrule": "FREQ=DAILY;COUNT=2"}]') \g /dev/null
SELECT medsched.calendar_feed('00000000-0000-4000-8000-00000000ca6e', since => '1960-01-01Z', horizon => '1961-01-01Z') AS feed \gset
SELECT is(max(octet_length(l)) <= 75, true, 'a line has at most 75 octets') FROM regexp_split_to_table(:'feed', '\r\n') AS l;
SELECT is(l, 'SUMMARY:' || repeat('ä€😀\, ab', 50), 'folded between characters') FROM pg_temp.lines(:'feed') AS l WHERE l ~ '^SUMMARY';
-- Until 1972, clocks in Monrovia were 44 minutes and 30 seconds behind UTC.
SELECT alike(:'feed'::text, E'%\r\nTZOFFSETFROM:-004430\r\nTZOFFSETTO:-004430\r\n%', 'an offset with seconds');

-- What becomes of rules.  From Monday 1 March 2027, 10:00 in Berlin.
CREATE FUNCTION pg_temp.times(rule text, more jsonb DEFAULT '{}', horizon timestamptz DEFAULT '2028-01-01Z') RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, 'Tested', jsonb_build_array(
    jsonb_build_object('starts_at', '2027-03-01T10:00:00', 'time_zone', 'Europe/Berlin', 'rrule', rule) || more));
  RETURN ARRAY(SELECT l FROM pg_temp.lines(medsched.calendar_feed(person, horizon => horizon)) WITH ORDINALITY AS _ (l, n)
               WHERE l ~ '^(DTSTART(;TZID|:\d+T\d+Z)|RRULE:(?!FREQ=YEARLY;BYDAY=-1SU)|EXDATE)' ORDER BY n);
END;
$$;

SELECT is(pg_temp.times(t.rule, t.more::jsonb), t.lines, format('%s, %s', t.rule, t.more))
FROM (VALUES
  ('FREQ=DAILY;COUNT=10', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;COUNT=10']),
  -- 1 to 9 March in full: the dose at 10:00 on 10 March is at ends_at.
  ('FREQ=DAILY;COUNT=10', '{"ends_at": "2027-03-10T09:00:00Z"}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;COUNT=9']),
  ('FREQ=DAILY', '{"ends_at": "2027-03-10T09:00:01Z"}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;COUNT=10']),
  ('FREQ=DAILY;UNTIL=20270331', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;COUNT=31']),
  -- Beyond the horizon: 10:00 in summer.
  ('FREQ=DAILY;UNTIL=20300601', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;UNTIL=20300601T080000Z']),
  ('FREQ=DAILY;COUNT=1', '{}', ARRAY['DTSTART:20270301T090000Z']),
  ('FREQ=WEEKLY;INTERVAL=2;BYDAY=SU', '{"starts_at": "2027-03-04T10:00:00"}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270307T100000', 'RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=SU']),
  -- Each of three times of day in UTC comes ten times.
  ('FREQ=HOURLY;INTERVAL=8;COUNT=30', '{}',
   ARRAY['DTSTART:20270301T090000Z', 'RRULE:FREQ=DAILY;COUNT=10', 'DTSTART:20270301T170000Z', 'RRULE:FREQ=DAILY;COUNT=10',
     'DTSTART:20270302T010000Z', 'RRULE:FREQ=DAILY;COUNT=10']),
  -- 36 hours: 0, 36, 72: every third day at 09:00Z, and at 21:00Z of the day after.
  ('FREQ=HOURLY;INTERVAL=36', '{}',
   ARRAY['DTSTART:20270301T090000Z', 'RRULE:FREQ=DAILY;INTERVAL=3', 'DTSTART:20270302T210000Z', 'RRULE:FREQ=DAILY;INTERVAL=3']),
  -- The gap: 02:30 on 28 March is 03:30, 01:30Z.  The hour that comes twice: 02:30 on 31 October is the first, 00:30Z.
  -- From 2 March 26 doses before the one, 216 between the two.
  ('FREQ=DAILY;BYHOUR=2;BYMINUTE=30', '{}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270302T023000', 'RRULE:FREQ=DAILY;COUNT=26',
     'DTSTART;TZID=Europe/Berlin:20270329T023000', 'RRULE:FREQ=DAILY;COUNT=216',
     'DTSTART;TZID=Europe/Berlin:20271101T023000', 'RRULE:FREQ=DAILY',
     'DTSTART:20270328T013000Z', 'DTSTART:20271031T003000Z']),
  -- Days 3 and 4 of every 5 are off: 4 and 5, 9 and 10 March.  The horizon is the last of the year.
  ('FREQ=DAILY;UNTIL=20270311', '{"cycle_days_on": 3, "cycle_days_off": 2}',
   ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=DAILY;COUNT=11',
     'EXDATE;TZID=Europe/Berlin:20270304T100000', 'EXDATE;TZID=Europe/Berlin:20270305T100000',
     'EXDATE;TZID=Europe/Berlin:20270309T100000', 'EXDATE;TZID=Europe/Berlin:20270310T100000']),
  -- Days 0 and 1 of every 100.
  ('FREQ=DAILY', '{"cycle_days_on": 2, "cycle_days_off": 98}',
   ARRAY['DTSTART:20270301T090000Z', 'DTSTART:20270302T090000Z', 'DTSTART:20270609T080000Z', 'DTSTART:20270610T080000Z',
     'DTSTART:20270917T080000Z', 'DTSTART:20270918T080000Z', 'DTSTART:20271226T090000Z', 'DTSTART:20271227T090000Z']),
  ('RSCALE=GREGORIAN;FREQ=MONTHLY;INTERVAL=3;SKIP=BACKWARD;BYMONTHDAY=31', '{}',
   ARRAY['DTSTART:20270331T080000Z', 'DTSTART:20270630T080000Z', 'DTSTART:20270930T080000Z', 'DTSTART:20271231T090000Z']),
  -- The 5th of every month; the Monday, the day of starts_at, of one week of the year.
  ('FREQ=YEARLY;BYMONTHDAY=5', '{}', ARRAY['DTSTART;TZID=Europe/Berlin:20270305T100000', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=5']),
  ('FREQ=YEARLY;BYWEEKNO=20', '{}', ARRAY['DTSTART:20270517T080000Z']),
  ('FREQ=YEARLY', '{}', ARRAY['DTSTART;TZID=Europe/Berlin:20270301T100000', 'RRULE:FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=3']),
  -- 10:00 and every 12 hours, on Mondays: 22:00 of the day before is on a Sunday.
  ('FREQ=HOURLY;INTERVAL=12;BYDAY=MO;COUNT=4', '{}',
   ARRAY['DTSTART:20270301T090000Z', 'DTSTART:20270301T210000Z', 'DTSTART:20270308T090000Z', 'DTSTART:20270308T210000Z'])
  ) AS t (rule, more, lines);

-- An observance that is dates has its first among them.  Clocks in Cairo go back on the day after the last Thursday of October.
SELECT medsched.create_medication('00000000-0000-4000-8000-00000000ca4e', 'Tested',
  '[{"starts_at": "2027-03-01T10:00:00", "time_zone": "Africa/Cairo", "rrule": "FREQ=DAILY"}]') \g /dev/null
SELECT alike(medsched.calendar_feed('00000000-0000-4000-8000-00000000ca4e', horizon => '2028-01-01Z'),
  E'%DTSTART:20261030T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0200\r\nTZNAME:EET\r\nRDATE:20261030T000000\r\nRDATE:20271029T000000\r\n%',
  'of Cairo, too');

-- What is not there.
SELECT medsched.create_medication('00000000-0000-4000-8000-00000000ca2e', 'Paracetamol',
  '[{"starts_at": "2027-03-01T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}]') \g /dev/null
SELECT unalike(medsched.calendar_feed('00000000-0000-4000-8000-00000000ca2e'), '%VEVENT%', 'as needed is no event');
SELECT unalike(medsched.calendar_feed('00000000-0000-4000-8000-00000000ca3e'), '%VEVENT%', 'another user''s calendar is empty');
SELECT medsched.inactivate_medication(:'person', '00000000-0000-4000-8000-0000000000a1', '2027-03-08 12:00Z') \g /dev/null
SELECT alike(medsched.calendar_feed(:'person', horizon => '2028-01-01Z'), E'%DTSTART;TZID=Europe/Berlin:20270302T080000\r\nRRULE:FREQ=DAILY;COUNT=7\r\n%',
  'an inactivated medication has its last dose before');
SELECT unalike(medsched.calendar_feed(:'person', since => '2027-03-08 12:00Z', horizon => '2028-01-01Z'), '%VEVENT%', 'since leaves it out');
SELECT alike(medsched.calendar_feed(:'person', since => '2027-03-08 07:00Z', horizon => '2028-01-01Z'), '%VEVENT%', 'since its last dose it is there');

-- What is newer: UID, SEQUENCE and LAST-MODIFIED of each event, of a schedule made on 1 February 2027 at 12:00Z.
CREATE FUNCTION pg_temp.versions() RETURNS text[] LANGUAGE sql AS $$
  SELECT array_agg(concat_ws(' ', replace(e[1], '00000000-0000-4000-8000-0000000000', ''), e[2], e[3], e[4]) ORDER BY e[1])
  FROM regexp_matches(medsched.calendar_feed('00000000-0000-4000-8000-00000000ca5e', horizon => '2028-01-01Z'),
    'UID:([^@]*)@medsched.{2}DTSTAMP:[0-9TZ]*.{2}LAST-MODIFIED:([0-9TZ]*).{2}SEQUENCE:([0-9]*).{2}DTSTART[^:]*:([0-9TZ]*)', 'g') AS e
$$;
INSERT INTO medsched.medications (user_id, id, name, created_at) VALUES
  ('00000000-0000-4000-8000-00000000ca5e', '00000000-0000-4000-8000-0000000000a5', 'Tested', '2027-02-01 12:00Z');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, created_at) VALUES
  ('00000000-0000-4000-8000-00000000ca5e', '00000000-0000-4000-8000-0000000000b5', '00000000-0000-4000-8000-0000000000a5',
   '2027-03-01 10:00', 'Europe/Berlin', 'FREQ=DAILY', '2027-02-01 12:00Z');
SELECT is(pg_temp.versions(), ARRAY['b5 20270201T120000Z 0 20270301T100000'], 'an event as it was made');
SELECT medsched.correct_schedule('00000000-0000-4000-8000-00000000ca5e', '00000000-0000-4000-8000-0000000000b5', '{"starts_at": "2027-03-01T09:00"}') \g /dev/null
-- A transaction before 2027 changes what was made in its future: a second later.
SELECT is(pg_temp.versions(), ARRAY['b5 20270201T120001Z 1 20270301T090000'], 'one that was changed is the same and newer');
UPDATE medsched.schedules SET grace = '1 hour' WHERE id = '00000000-0000-4000-8000-0000000000b5';
SELECT is(pg_temp.versions(), ARRAY['b5 20270201T120002Z 2 20270301T090000'], 'by any change of its row');
UPDATE medsched.schedules SET grace = '1 hour', dose_unit = NULL WHERE id = '00000000-0000-4000-8000-0000000000b5';
SELECT is(pg_temp.versions(), ARRAY['b5 20270201T120002Z 2 20270301T090000'], 'but by none that changes nothing');
UPDATE medsched.medications SET name = 'Renamed' WHERE id = '00000000-0000-4000-8000-0000000000a5';
SELECT is(pg_temp.versions(), ARRAY['b5 20270201T120002Z 3 20270301T090000'], 'by the name of the medication');
SELECT medsched.revise_schedule('00000000-0000-4000-8000-00000000ca5e', '00000000-0000-4000-8000-0000000000b5', '2027-04-01Z', '{"starts_at": "2027-04-01T11:00"}') \g /dev/null
UPDATE medsched.schedules SET created_at = '2027-02-01 12:00Z' WHERE replaces IS NOT NULL AND user_id = '00000000-0000-4000-8000-00000000ca5e';
SELECT is((pg_temp.versions())[1], 'b5 20270201T120003Z 6 20270401T110000', 'a schedule that replaces another is that event, newer');
SELECT alike((pg_temp.versions())[2], 'b5-replaced 20270201T120003Z 6 20270301T090000', 'and what was before is another');
SELECT medsched.inactivate_medication('00000000-0000-4000-8000-00000000ca5e', '00000000-0000-4000-8000-0000000000a5', '2027-03-08 12:00Z') \g /dev/null
SELECT is(pg_temp.versions(), ARRAY['b5 20270201T120003Z 8 20270301T090000'], 'inactivated before it began, it is what was before');

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

-- A dose that was moved overrides its occurrence; one that is a single event is one at another time.
SELECT medsched.create_medication('00000000-0000-4000-8000-0000000000fa', 'Moved', '[
  {"id": "00000000-0000-4000-8000-0000000000f1", "starts_at": "2030-03-28T08:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;BYHOUR=8,20"},
  {"id": "00000000-0000-4000-8000-0000000000f2", "starts_at": "2030-03-28T09:00", "time_zone": "Europe/Berlin"}]') \g /dev/null
SELECT medsched.move_dose('00000000-0000-4000-8000-0000000000fa', '00000000-0000-4000-8000-0000000000f1', '2030-03-29 19:00Z', '2030-03-29 21:30Z'),
       medsched.move_dose('00000000-0000-4000-8000-0000000000fa', '00000000-0000-4000-8000-0000000000f2', '2030-03-28 08:00Z', '2030-03-28 12:00Z') \g /dev/null
CREATE TEMP VIEW moved AS
  SELECT regexp_replace(regexp_replace(e, '(DTSTAMP|LAST-MODIFIED|SEQUENCE|SUMMARY|CLASS|TRANSP):[^\n]*', '', 'g'), '\s+', ' ', 'g') AS event
    FROM regexp_split_to_table(medsched.calendar_feed('00000000-0000-4000-8000-0000000000fa', horizon => '2030-05-01Z'), 'BEGIN:VEVENT') AS e;
SELECT is(count(*), 1::bigint, 'a moved dose overrides its occurrence')
  FROM moved WHERE event = ' UID:00000000-0000-4000-8000-0000000000f1-2@medsched RECURRENCE-ID;TZID=Europe/Berlin:20300329T200000 DTSTART:20300329T213000Z END:VEVENT ';
SELECT is(count(*), 1::bigint, 'in the event of its time of day')
  FROM moved WHERE event = ' UID:00000000-0000-4000-8000-0000000000f1-2@medsched DTSTART;TZID=Europe/Berlin:20300328T200000 RRULE:FREQ=DAILY END:VEVENT ';
SELECT is(count(*), 1::bigint, 'a single dose is the same event at another time')
  FROM moved WHERE event ~ '^ UID:00000000-0000-4000-8000-0000000000f2-20300328T080000Z@medsched DTSTART:20300328T120000Z END:VEVENT';
UPDATE medsched.schedules SET ends_at = '2030-03-29 20:00Z' WHERE id = '00000000-0000-4000-8000-0000000000f1';
SELECT is(array_agg(substring(event FROM 'EXDATE[^ ]*')), '{EXDATE;TZID=Europe/Berlin:20300329T200000}', 'one that was moved past the end does not come') FROM moved WHERE event ~ '20300329T(200000|190000Z|213000Z)';

-- Nobody sees what they may not.
CREATE ROLE medsched_stranger;
GRANT USAGE ON SCHEMA medsched TO medsched_stranger;
SET LOCAL ROLE medsched_stranger;
SELECT throws_ok($$SELECT medsched.calendar_feed('00000000-0000-4000-8000-00000000ca1e')$$, '42501', 'permission denied for table moved_doses', 'without grants there is no calendar');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
