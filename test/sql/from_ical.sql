\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(169);

-- A calendar of lines; of an event alone where there is no component in them.
CREATE FUNCTION pg_temp.calendar(VARIADIC lines text[]) RETURNS text LANGUAGE sql AS $$
  SELECT array_to_string('{BEGIN:VCALENDAR,VERSION:2.0}'::text[]
    || CASE WHEN lines[1] LIKE 'BEGIN:%' THEN lines ELSE 'BEGIN:VEVENT'::text || lines || 'END:VEVENT'::text END
    || 'END:VCALENDAR'::text, E'\r\n') || E'\r\n'
$$;

-- The doses, in UTC, that create_medication makes of what a calendar says.
CREATE FUNCTION pg_temp.doses(schedules jsonb, until timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  person uuid := gen_random_uuid();
BEGIN
  PERFORM medsched.create_medication(person, 'Tested', schedules);
  RETURN (SELECT string_agg(to_char(d.scheduled_for, 'MM-DD HH24:MI'), ', ' ORDER BY d.scheduled_for)
            FROM medsched.upcoming_doses(person, '2000-01-01Z', until) AS d);
END
$$;

-- Monday, 1 March 2027. The clocks of Berlin go forward on 28 March and back on 31 October.
CREATE TEMP TABLE cases (what text, lines text, until text, doses text);
INSERT INTO cases VALUES
  ('one', 'DTSTART;TZID=Europe/Berlin:20270301T080000', '2028-01-01', '03-01 07:00'),
  ('one, in UTC', 'DTSTART:20270301T080000Z', '2028-01-01', '03-01 08:00'),
  ('one, floating, where the caller says', 'DTSTART:20270301T080000', '2028-01-01', '03-01 13:00'),
  ('names and values in any letters', 'dtstart;tzid=europe/berlin:20270301t080000|rrule:freq=daily;count=2', '2028-01-01', '03-01 07:00, 03-02 07:00'),
  ('a rule, and the clocks', 'DTSTART;TZID=Europe/Berlin:20270327T080000|RRULE:FREQ=DAILY;COUNT=3', '2028-01-01', '03-27 07:00, 03-28 06:00, 03-29 06:00'),
  ('a rule in UTC', 'DTSTART:20270327T080000Z|RRULE:FREQ=DAILY;COUNT=3', '2028-01-01', '03-27 08:00, 03-28 08:00, 03-29 08:00'),
  ('in the gap, after it', 'DTSTART;TZID=Europe/Berlin:20270327T023000|RRULE:FREQ=DAILY;COUNT=3', '2028-01-01', '03-27 01:30, 03-28 01:30, 03-29 00:30'),
  ('UNTIL in UTC is inclusive', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;UNTIL=20270303T070000Z', '2028-01-01', '03-01 07:00, 03-02 07:00, 03-03 07:00'),
  ('a second earlier it is not', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;UNTIL=20270303T065959Z', '2028-01-01', '03-01 07:00, 03-02 07:00'),
  ('UNTIL on the clock', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;UNTIL=20270303T080000', '2028-01-01', '03-01 07:00, 03-02 07:00, 03-03 07:00'),
  ('UNTIL as a date is that day too', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;UNTIL=20270303', '2028-01-01', '03-01 07:00, 03-02 07:00, 03-03 07:00'),
  -- DTSTART is the first instance.
  ('DTSTART beside the rule', 'DTSTART:20270302T080000Z|RRULE:FREQ=WEEKLY;BYDAY=MO', '2027-03-16', '03-02 08:00, 03-08 08:00, 03-15 08:00'),
  ('COUNT counts it', 'DTSTART:20270302T080000Z|RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3', '2028-01-01', '03-02 08:00, 03-08 08:00, 03-15 08:00'),
  ('as the only one', 'DTSTART:20270302T080000Z|RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=1', '2028-01-01', '03-02 08:00'),
  ('also where the rule has none', 'DTSTART:20270302T080000Z|RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2040-01-01', '03-02 08:00'),
  ('EXDATE takes it away', 'DTSTART:20270302T080000Z|RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3|EXDATE:20270302T080000Z', '2028-01-01', '03-08 08:00, 03-15 08:00'),
  ('what it implies, as RFC 5545 has it', 'DTSTART:20270305T080000Z|RRULE:FREQ=YEARLY;BYMONTHDAY=5', '2027-06-01', '03-05 08:00, 04-05 08:00, 05-05 08:00'),
  ('RFC 7529', 'DTSTART:20270131T080000Z|RRULE:RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=3', '2028-01-01', '01-31 08:00, 02-28 08:00, 03-31 08:00'),
  ('a rule ends in a semicolon', 'DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=2;', '2028-01-01', '03-01 08:00, 03-02 08:00'),
  -- RDATE and EXDATE, in any zone.
  ('RDATE', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RDATE;TZID=Europe/Berlin:20270302T090000,20270303T100000|RDATE:20270304T100000Z', '2028-01-01',
   '03-01 07:00, 03-02 08:00, 03-03 09:00, 03-04 10:00'),
  ('RDATE of the rule is one dose', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=2|RDATE:20270302T070000Z', '2028-01-01', '03-01 07:00, 03-02 07:00'),
  ('RDATE of periods', 'DTSTART:20270301T080000Z|RDATE;VALUE=PERIOD:20270302T080000Z/20270302T083000Z,20270303T080000Z/PT30M', '2028-01-01',
   '03-01 08:00, 03-02 08:00, 03-03 08:00'),
  ('RDATE before DTSTART', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=2|RDATE;TZID=Europe/Berlin:20270226T080000,20270227T080000', '2028-01-01',
   '02-26 07:00, 02-27 07:00, 03-01 07:00, 03-02 07:00'),
  ('RDATE in the second coming of an hour', 'DTSTART;TZID=Europe/Berlin:20271031T023000|RDATE:20271031T013000Z', '2028-01-01', '10-31 00:30, 10-31 01:30'),
  ('and left out again', 'DTSTART;TZID=Europe/Berlin:20271031T023000|RDATE:20271031T013000Z|EXDATE:20271031T013000Z', '2028-01-01', '10-31 00:30'),
  ('EXDATE', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=4|EXDATE;TZID=Europe/Berlin:20270302T080000|EXDATE:20270303T070000Z', '2028-01-01',
   '03-01 07:00, 03-04 07:00'),
  ('EXDATE in another zone', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=3|EXDATE;TZID=America/New_York:20270302T020000', '2028-01-01',
   '03-01 07:00, 03-03 07:00'),
  ('EXDATE of no instance', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=2|EXDATE;TZID=Europe/Berlin:20270302T090000', '2028-01-01',
   '03-01 07:00, 03-02 07:00'),
  ('EXDATE of RDATE', 'DTSTART:20270301T080000Z|RDATE:20270302T080000Z,20270303T080000Z|EXDATE:20270302T080000Z', '2028-01-01', '03-01 08:00, 03-03 08:00'),
  ('EXDATE of RDATE that the rule has too', 'DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=3|RDATE:20270302T080000Z|EXDATE:20270302T080000Z', '2028-01-01', '03-01 08:00, 03-03 08:00'),
  ('EXDATE as a date leaves out the day', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;BYHOUR=8,20;COUNT=6|EXDATE;VALUE=DATE:20270302', '2028-01-01',
   '03-01 07:00, 03-01 19:00, 03-03 07:00, 03-03 19:00'),
  ('EXDATE without a zone is in that of DTSTART', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=3|EXDATE:20270302T080000', '2028-01-01', '03-01 07:00, 03-03 07:00'),
  ('RDATE, too', 'DTSTART;TZID=Europe/Berlin:20270301T080000|RDATE:20270302T080000', '2028-01-01', '03-01 07:00, 03-02 07:00'),
  ('EXDATE in the gap', 'DTSTART;TZID=Europe/Berlin:20270327T023000|RRULE:FREQ=DAILY;COUNT=3|EXDATE;TZID=Europe/Berlin:20270328T023000', '2028-01-01', '03-27 01:30, 03-29 00:30'),
  ('EXDATE of DTSTART leaves COUNT as it is', 'DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=3|EXDATE:20270301T080000Z', '2028-01-01', '03-02 08:00, 03-03 08:00'),
  -- Steps of hours are in elapsed time.
  ('every 8 hours, in UTC', 'DTSTART:20270327T060000Z|RRULE:FREQ=HOURLY;INTERVAL=8;COUNT=5', '2028-01-01', '03-27 06:00, 03-27 14:00, 03-27 22:00, 03-28 06:00, 03-28 14:00'),
  ('every 8 hours, in a zone', 'DTSTART;TZID=Europe/Berlin:20270327T060000|RRULE:FREQ=HOURLY;INTERVAL=8;UNTIL=20270328T220000', '2028-01-01',
   '03-27 05:00, 03-27 13:00, 03-27 21:00, 03-28 05:00, 03-28 13:00'),
  ('every 48 hours', 'DTSTART;TZID=Europe/Berlin:20270327T060000|RRULE:FREQ=HOURLY;INTERVAL=48;COUNT=2', '2028-01-01', '03-27 05:00, 03-29 05:00'),
  ('every 20 minutes of two hours', 'DTSTART;TZID=Europe/Berlin:20270327T060500|RRULE:FREQ=MINUTELY;INTERVAL=20;BYHOUR=6,7;COUNT=8', '2028-01-01',
   '03-27 05:05, 03-27 05:25, 03-27 05:45, 03-27 06:05, 03-27 06:25, 03-27 06:45, 03-28 04:05, 03-28 04:25'),
  ('hours with minutes', 'DTSTART;TZID=Europe/Berlin:20270327T200000|RRULE:FREQ=HOURLY;INTERVAL=12;BYMINUTE=0,30;BYDAY=SA,SU;COUNT=5', '2028-01-01',
   '03-27 19:00, 03-27 19:30, 03-28 07:00, 03-28 07:30, 03-28 19:00'),
  ('an hour that comes twice', 'DTSTART;TZID=Europe/Berlin:20271031T013000|RRULE:FREQ=HOURLY;COUNT=3', '2028-01-01', '10-30 23:30, 10-31 00:30, 10-31 01:30'),
  ('every 5 hours', 'DTSTART;TZID=Europe/Berlin:20270301T060000|RRULE:FREQ=HOURLY;INTERVAL=5;COUNT=4', '2028-01-01',
   '03-01 05:00, 03-01 10:00, 03-01 15:00, 03-01 20:00'),
  -- Events without a time of day.
  ('all day, with a reminder on the day', 'DTSTART;VALUE=DATE:20270301|RRULE:FREQ=WEEKLY;COUNT=2|BEGIN:VALARM|ACTION:DISPLAY|TRIGGER:PT9H|END:VALARM', '2028-01-01',
   '03-01 14:00, 03-08 14:00'),
  ('and one on the day before', 'DTSTART;VALUE=DATE:20270301|BEGIN:VALARM|TRIGGER;RELATED=START:PT9H30M|END:VALARM|BEGIN:VALARM|TRIGGER:-PT15H|END:VALARM', '2028-01-01', '03-01 14:30'),
  ('all day in a zone', 'DTSTART;VALUE=DATE;TZID=Europe/Berlin:20270301|RRULE:FREQ=DAILY;UNTIL=20270302|EXDATE;VALUE=DATE;TZID=Europe/Berlin:20270301|BEGIN:VALARM|TRIGGER:P0DT9H0M0S|END:VALARM', '2028-01-01',
   '03-02 08:00'),
  ('all day, RDATE, EXDATE and UNTIL', 'DTSTART;VALUE=DATE:20270301|RRULE:FREQ=DAILY;UNTIL=20270303T000000|RDATE;VALUE=DATE:20270310|EXDATE;VALUE=DATE:20270302|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM', '2028-01-01',
   '03-01 13:00, 03-03 13:00, 03-10 13:00'),
  ('all day, as Outlook says it', 'DTSTART;TZID=Europe/Berlin:20270301T000000|DTEND;TZID=Europe/Berlin:20270302T000000|X-MICROSOFT-CDO-ALLDAYEVENT:TRUE|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM', '2028-01-01', '03-01 07:00'),
  ('and what it adds and leaves out', 'DTSTART;TZID=Europe/Berlin:20270301T000000|X-MICROSOFT-CDO-ALLDAYEVENT:TRUE|RRULE:FREQ=DAILY;COUNT=3|RDATE;TZID=Europe/Berlin:20270310T000000|EXDATE;TZID=Europe/Berlin:20270302T000000|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM', '2028-01-01', '03-01 07:00, 03-03 07:00, 03-10 07:00'),
  ('midnight otherwise is a time', 'DTSTART;TZID=Europe/Berlin:20270301T000000', '2028-01-01', '02-28 23:00'),
  -- To-dos.
  ('a to-do', 'BEGIN:VTODO|UID:t|SUMMARY:Pill|DTSTART;TZID=Europe/Berlin:20270301T080000|DUE;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=2|END:VTODO', '2028-01-01', '03-01 07:00, 03-02 07:00'),
  ('a to-do that has DUE alone', 'BEGIN:VTODO|UID:t|DUE;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=2|END:VTODO', '2028-01-01', '03-01 07:00, 03-02 07:00'),
  ('one that is done has no dose', 'BEGIN:VTODO|DUE:20270301T080000Z|STATUS:COMPLETED|END:VTODO|BEGIN:VTODO|DUE:20270302T080000Z|END:VTODO', '2028-01-01', '03-02 08:00'),
  -- Several events, and what is none.
  ('several, and others', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|END:VEVENT|BEGIN:VJOURNAL|DTSTART:20270301T090000Z|END:VJOURNAL|BEGIN:VFREEBUSY|DTSTART:20270301T090000Z|END:VFREEBUSY|BEGIN:X-OWN|DTSTART:20270301T090000Z|END:X-OWN|BEGIN:VEVENT|UID:b|DTSTART:20270301T200000Z|END:VEVENT', '2028-01-01',
   '03-01 08:00, 03-01 20:00'),
  ('one that is cancelled', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|STATUS:CANCELLED|END:VEVENT|BEGIN:VEVENT|UID:b|DTSTART:20270301T200000Z|STATUS:TENTATIVE|END:VEVENT', '2028-01-01', '03-01 20:00'),
  ('one with all instances left out', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=2|EXDATE:20270301T080000Z,20270302T080000Z|END:VEVENT|BEGIN:VEVENT|UID:b|DTSTART:20270301T200000Z|END:VEVENT', '2028-01-01', '03-01 20:00'),
  ('the newer of two by SEQUENCE', 'BEGIN:VEVENT|UID:a|SEQUENCE:2|DTSTAMP:20260101T000000Z|DTSTART:20270301T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|SEQUENCE:1|DTSTAMP:20270101T000000Z|DTSTART:20270301T200000Z|END:VEVENT', '2028-01-01', '03-01 08:00'),
  ('or by DTSTAMP', 'BEGIN:VEVENT|UID:a|DTSTAMP:20260101T000000Z|DTSTART:20270301T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|DTSTAMP:20270101T000000Z|DTSTART:20270301T200000Z|END:VEVENT', '2028-01-01', '03-01 20:00'),
  ('the newer is the cancellation', 'BEGIN:VEVENT|UID:a|SEQUENCE:1|DTSTART:20270301T080000Z|STATUS:CANCELLED|END:VEVENT|BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|END:VEVENT|BEGIN:VEVENT|UID:b|DTSTART:20270301T200000Z|END:VEVENT', '2028-01-01', '03-01 20:00'),
  -- Instances that an event of their own changes.
  ('an instance moved', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=3|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T093000Z|END:VEVENT', '2028-01-01',
   '03-01 08:00, 03-02 09:30, 03-03 08:00'),
  ('before the event itself in the text', 'BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T093000Z|END:VEVENT|BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=3|END:VEVENT', '2028-01-01',
   '03-01 08:00, 03-02 09:30, 03-03 08:00'),
  ('an instance cancelled', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=3|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T080000Z|STATUS:CANCELLED|END:VEVENT', '2028-01-01',
   '03-01 08:00, 03-03 08:00'),
  ('one cancelled that is not there', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=2|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270309T080000Z|DTSTART:20270309T080000Z|STATUS:CANCELLED|END:VEVENT', '2028-01-01',
   '03-01 08:00, 03-02 08:00'),
  ('an instance of the same time', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=2|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T080000Z|END:VEVENT', '2028-01-01',
   '03-01 08:00, 03-02 08:00'),
  ('each instance a day later', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=2|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270301T080000Z|DTSTART:20270302T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270303T080000Z|END:VEVENT', '2028-01-01',
   '03-02 08:00, 03-03 08:00'),
  ('an instance where another is', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=2|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270301T080000Z|DTSTART:20270302T080000Z|END:VEVENT', '2028-01-01',
   '03-02 08:00, 03-02 08:00'),
  ('where EXDATE has left one out', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=3|EXDATE:20270302T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270301T080000Z|DTSTART:20270302T080000Z|END:VEVENT', '2028-01-01',
   '03-02 08:00, 03-03 08:00'),
  ('before DTSTART', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;COUNT=2|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270301T080000Z|DTSTART:20270228T080000Z|END:VEVENT', '2028-01-01',
   '02-28 08:00, 03-02 08:00'),
  ('in another zone, in words of its own', 'BEGIN:VEVENT|UID:a|DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY;COUNT=3|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T070000Z|DTSTART;TZID=America/New_York:20270302T080000|END:VEVENT|BEGIN:VEVENT|UID:a|SUMMARY:Double|RECURRENCE-ID;TZID=Europe/Berlin:20270303T080000|DTSTART;TZID=Europe/Berlin:20270303T090000|END:VEVENT', '2028-01-01',
   '03-01 07:00, 03-02 13:00, 03-03 08:00'),
  ('of RDATE', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RDATE:20270302T080000Z,20270227T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T090000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270227T080000Z|DTSTART:20270227T090000Z|END:VEVENT', '2028-01-01',
   '02-27 09:00, 03-01 08:00, 03-02 09:00'),
  ('all day', 'BEGIN:VEVENT|UID:a|DTSTART;VALUE=DATE:20270301|RRULE:FREQ=DAILY;COUNT=3|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID;VALUE=DATE:20270302|DTSTART;VALUE=DATE:20270305|BEGIN:VALARM|TRIGGER:PT9H|END:VALARM|END:VEVENT', '2028-01-01',
   '03-01 13:00, 03-03 13:00, 03-05 14:00'),
  ('an instance without its event', 'BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T093000Z|END:VEVENT', '2028-01-01', '03-02 09:30');

SELECT is(pg_temp.doses(medsched.schedule_from_ical(pg_temp.calendar(VARIADIC string_to_array(c.lines, '|')), 'America/New_York'), c.until::timestamptz), c.doses, c.what)
  FROM cases AS c;

-- Time zones: the name of the schedule's.
CREATE FUNCTION pg_temp.observance(kind text, starts text, offset_from text, offset_to text, rule text) RETURNS text LANGUAGE sql AS $$
  SELECT format('BEGIN:%1$s|DTSTART:%2$s|TZOFFSETFROM:%3$s|TZOFFSETTO:%4$s|%5$sEND:%1$s|', kind, starts, offset_from, offset_to, rule || '|')
$$;
CREATE FUNCTION pg_temp.zone(tzid text, observances text DEFAULT '') RETURNS text LANGUAGE sql AS $$
  SELECT format('BEGIN:VTIMEZONE|TZID:%s|%sEND:VTIMEZONE|', tzid, observances)
$$;
-- The rules of the European Union and of the United States, as Outlook writes them, from 1601 on.
SELECT pg_temp.observance('STANDARD', '16011028T030000', '+0200', '+0100', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10')
       || pg_temp.observance('DAYLIGHT', '16010325T020000', '+0100', '+0200', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3') AS eu \gset
SELECT pg_temp.observance('STANDARD', '20071104T020000', '-0400', '-0500', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU')
       || pg_temp.observance('DAYLIGHT', '20070311T020000', '-0500', '-0400', 'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU') AS us \gset

CREATE FUNCTION pg_temp.zone_of(tzid text, vtimezone text, rule text, starts text, time_zone text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
BEGIN
  RETURN medsched.schedule_from_ical(pg_temp.calendar(VARIADIC string_to_array(concat(vtimezone, 'BEGIN:VEVENT|DTSTART;TZID="', tzid, '":', starts, rule, '|END:VEVENT'), '|')),
    time_zone) -> 0 ->> 'time_zone';
EXCEPTION WHEN invalid_parameter_value THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
  RETURN message;
END
$$;
SELECT is(pg_temp.zone_of(z.tzid, replace(z.vtimezone, '$', z.tzid), z.rule, z.starts, z.time_zone), z.zone, z.what)
FROM (VALUES
  ('a name', 'Europe/Berlin', '', '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'Europe/Berlin'),
  ('in other letters', 'EUROPE/berlin', '', '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'Europe/Berlin'),
  ('whatever its VTIMEZONE says', 'Europe/Berlin', pg_temp.zone('$', :'us'), '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'Europe/Berlin'),
  ('a name of Windows', 'Eastern Standard Time', '', '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'America/New_York'),
  ('with a point', 'W. Europe Standard Time', '', '', '20270301T080000', NULL, 'Europe/Berlin'),
  ('after a path', '/freeassociation.sourceforge.net/Tzfile/Europe/Berlin', '', '', '20270301T080000', NULL, 'Europe/Berlin'),
  ('after another', '/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires', '', '', '20270301T080000', NULL, 'America/Argentina/Buenos_Aires'),
  ('after a third', '/mozilla.org/20050126_1/Etc/GMT+5', '', '', '20270301T080000', NULL, 'Etc/GMT+5'),
  ('UTC after a path', '/citadel.org/20210210_1/UTC', '', '', '20270301T080000', NULL, 'UTC'),
  ('UTC of Microsoft', 'tzone://Microsoft/Utc', '', '', '20270301T080000', NULL, 'UTC'),
  ('a word after a path may be none', '/example.org/Cuba', '', '', '20270301T080000', NULL, 'calendar line 4: time zone "/example.org/Cuba" is not known'),
  ('an abbreviation', 'PDT', '', '', '20270301T080000', NULL, 'calendar line 4: time zone "PDT" is not known'),
  ('a POSIX string', 'CET-1CEST', '', '', '20270301T080000', 'Europe/Berlin', 'calendar line 4: time zone "CET-1CEST" is not known'),
  ('nothing', '', '', '', '20270301T080000', 'Europe/Berlin', 'calendar line 4: time zone "" is not known'),
  ('nobody''s, with the rules of Berlin', 'Customized Time Zone', pg_temp.zone('$', :'eu'), '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'Europe/Berlin'),
  ('which are the caller''s too', 'Customized Time Zone', pg_temp.zone('$', :'eu'), '|RRULE:FREQ=DAILY', '20270301T080000', 'Europe/Rome', 'Europe/Rome'),
  ('or not', 'Customized Time Zone', pg_temp.zone('$', :'eu'), '|RRULE:FREQ=DAILY', '20270301T080000', 'America/New_York', 'Europe/Berlin'),
  ('and those of New York', '(UTC-05:00) Eastern Time (US & Canada)', pg_temp.zone('$', :'us'), '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'America/New_York'),
  ('which were others in 2006', 'Ours', pg_temp.zone('$', :'us'), '|RRULE:FREQ=DAILY', '20060301T080000', NULL, 'calendar line 19: time zone "Ours" is not known'),
  ('but not in its winter', 'Ours', pg_temp.zone('$', :'us'), '', '20061215T080000', 'America/New_York', 'America/New_York'),
  ('rules of nobody', 'Ours', pg_temp.zone('$', replace(:'eu', '-1SU', '-2SU')), '|RRULE:FREQ=DAILY', '20270301T080000', 'Europe/Berlin', 'calendar line 19: time zone "Ours" is not known'),
  ('that differ later alone', 'Ours', pg_temp.zone('$', replace(:'eu', 'BYMONTH=3', 'BYMONTH=3;UNTIL=20300331T010000Z')), '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'calendar line 19: time zone "Ours" is not known'),
  ('after the event is over', 'Ours', pg_temp.zone('$', replace(:'eu', 'BYMONTH=3', 'BYMONTH=3;UNTIL=20300331T010000Z')), '|RRULE:FREQ=DAILY;UNTIL=20300301T070000Z', '20270301T080000', NULL, 'Europe/Berlin'),
  ('the dates of one summer', 'Ours', pg_temp.zone('$', pg_temp.observance('STANDARD', '20261025T030000', '+0200', '+0100', 'RDATE:20261025T030000,20271031T030000')
     || pg_temp.observance('DAYLIGHT', '20270328T020000', '+0100', '+0200', '')), '|RRULE:FREQ=DAILY;UNTIL=20271115T080000Z', '20270301T080000', NULL, 'Europe/Berlin'),
  ('always five hours and a half', 'Ours', pg_temp.zone('$', pg_temp.observance('STANDARD', '19700101T000000', '+0530', '+0530', '')), '|RRULE:FREQ=DAILY', '20270301T080000', NULL, 'Asia/Kolkata'),
  ('always an hour, of which nobody knows', 'Ours', pg_temp.zone('$', pg_temp.observance('STANDARD', '19700101T000000', '+0117', '+0117', '')), '', '20270301T080000', NULL, 'calendar line 13: time zone "Ours" is not known'),
  ('a VTIMEZONE of nothing', 'Ours', pg_temp.zone('$'), '', '20270301T080000', 'Europe/Berlin', 'calendar line 7: time zone "Ours" is not known'),
  ('one without offsets', 'Ours', pg_temp.zone('$', 'BEGIN:STANDARD|DTSTART:19700101T000000|END:STANDARD|'), '', '20270301T080000', 'Europe/Berlin', 'calendar line 10: time zone "Ours" is not known'),
  ('one that says where it is', 'Ours', pg_temp.zone('$', 'X-LIC-LOCATION:Europe/Vienna|'), '', '20270301T080000', NULL, 'Europe/Vienna'),
  ('one of another name', 'Theirs', pg_temp.zone('Ours', :'eu'), '', '20270301T080000', 'Europe/Berlin', 'calendar line 19: time zone "Theirs" is not known'))
  AS z (what, tzid, vtimezone, rule, starts, time_zone, zone);
SELECT is_empty($$SELECT w.name, w.time_zone FROM medsched._windows_zones() AS w WHERE NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = w.time_zone)$$,
  'the server knows the zone of every name of Windows');
SELECT is((SELECT count(DISTINCT w.name) FROM medsched._windows_zones() AS w), 139::bigint, 'of which there are so many');
SELECT is((SELECT string_agg(x.zone, ', ' ORDER BY x.zone) FROM (SELECT s ->> 'time_zone' AS zone FROM jsonb_array_elements(medsched.schedule_from_ical(
  array_to_string('{BEGIN:VCALENDAR,X-WR-TIMEZONE:Europe/Berlin,BEGIN:VEVENT,DTSTART:20270301T080000,END:VEVENT,END:VCALENDAR,BEGIN:VCALENDAR,BEGIN:VTIMEZONE,TZID:Ours,X-LIC-LOCATION:Asia/Tokyo,END:VTIMEZONE,BEGIN:VEVENT,DTSTART;TZID=Ours:20270301T080000,END:VEVENT,END:VCALENDAR}'::text[], E'\n'))) AS s) AS x),
  'Asia/Tokyo, Europe/Berlin', 'floating times are in the calendar''s zone where the caller gives none; two calendars in one text');

-- The text: folds, letters, escapes, parameters.
SELECT is(medsched.schedule_from_ical(replace(t.calendar, '|', t.newline)), t.schedules::jsonb, t.what)
FROM (VALUES
  ('all there is of it', E'\r\n', E'BEGIN:VCALENDAR|VERSION:2.0|PRODID:-//x//y|BEGIN:VEVENT|UID:a|SUMMARY;LANGUAGE=en;X-A="b:c;d=TZID=x,y":  Ibuprofen\\, 400\\; mg \\\\n\\Nnow|DESCRIPTION:with fo|\t od\\n\\n and wa|  ter|CATEGORIES:a|DTSTART;X-P=";TZID=Asia/Tokyo:";TZID="Europe/Berlin";VALUE=DATE-TIME:2027030|\u0020|\u00201T080000|END:VEVENT|END:VCALENDAR|',
   '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin", "instructions": "Ibuprofen, 400; mg \\n\nnow\nwith fo od\n\n and wa ter"}]'),
  ('lines that end in LF, a byte order mark, empty lines', E'\n', E'\uFEFFBEGIN:VCALENDAR||BEGIN:VEVENT|SUMMARY:Ä|DTSTART:20270301T080000Z|END:VEVENT|END:VCALENDAR||', '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "UTC", "time_zone_pinned": true, "instructions": "Ä"}]'),
  ('lines that end in CR', E'\r', E'BEGIN:VCALENDAR|BEGIN:VEVENT|DTSTART:20270301T080000Z|SUMMARY: |END:VEVENT|END:VCALENDAR', '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "UTC", "time_zone_pinned": true}]'),
  ('dates', E'\n', E'BEGIN:VCALENDAR|BEGIN:VEVENT|DTSTART;TZID=Europe/Berlin:20270301T080000|RRULE:FREQ=DAILY|RDATE:20270303T080000Z|EXDATE:20270302T070000Z|END:VEVENT|END:VCALENDAR',
   '[{"starts_at": "2027-03-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "rdates": ["2027-03-03T09:00:00"], "exdates": ["2027-03-02T08:00:00"]}]'))
  AS t (what, newline, calendar, schedules);

-- What is refused, by name and line. Of lines, the first is line 4.
SELECT is(pg_temp.failure(format('SELECT medsched.schedule_from_ical(%L, %L)', pg_temp.calendar(VARIADIC string_to_array(e.lines, '|')), e.time_zone)), e.error, e.what)
FROM (VALUES
  ('floating, and the caller gives no zone', 'DTSTART:20270301T080000', NULL, '22023: calendar line 4: DTSTART is in no time zone | Give time_zone, the zone of such times.'),
  ('no DTSTART', 'SUMMARY:x', NULL, '22023: calendar line 3: VEVENT has no DTSTART | It must say when it is.'),
  ('two', 'DTSTART:20270301T080000Z|DTSTART:20270302T080000Z', NULL, '22023: calendar line 5: a second DTSTART | The first is in line 4.'),
  ('two rules', 'DTSTART:20270301T080000Z|RRULE:FREQ=DAILY|RRULE:FREQ=WEEKLY', NULL, '22023: calendar line 6: a second RRULE | The first is in line 5.'),
  ('no date', 'DTSTART:2027-03-01', NULL, '22023: calendar line 4: DTSTART "2027-03-01" is not a date or a time | A date is 20270301, a time 20270301T080000, and in UTC 20270301T080000Z.'),
  ('no day', 'DTSTART:20270229T080000Z', NULL, '22023: calendar line 4: DTSTART "20270229T080000Z" is not a date or a time | A date is 20270301, a time 20270301T080000, and in UTC 20270301T080000Z.'),
  ('several times', 'DTSTART:20270301T080000Z,20270302T080000Z', NULL, '22023: calendar line 4: DTSTART "20270301T080000Z,20270302T080000Z" is not a date or a time | It is one.'),
  ('a zone and UTC', 'DTSTART;TZID=Europe/Berlin:20270301T080000Z', NULL, '22023: calendar line 4: DTSTART "20270301T080000Z" is in UTC and in time zone "Europe/Berlin" | Leave out TZID, or the Z.'),
  ('no rule', 'DTSTART:20270301T080000Z|RRULE:FREQ=OFTEN', NULL, '22023: calendar line 5: invalid recurrence rule: FREQ value "OFTEN" is not valid | FREQ takes SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY.'),
  ('another calendar''s years', 'DTSTART:20270301T080000Z|RRULE:RSCALE=HEBREW;FREQ=YEARLY', NULL, '0A000: calendar line 5: recurrence rule not supported: RSCALE=HEBREW | Only RSCALE=GREGORIAN is supported.'),
  ('EXRULE', 'DTSTART:20270301T080000Z|RRULE:FREQ=DAILY|EXRULE:FREQ=WEEKLY', NULL, '0A000: calendar line 6: EXRULE is not supported | RFC 5545 has it no more. | Say what is left out by EXDATE.'),
  ('UNTIL before DTSTART', 'DTSTART:20270301T080000Z|RRULE:FREQ=DAILY;UNTIL=20270228T080000Z', NULL, '22023: calendar line 5: UNTIL of RRULE "FREQ=DAILY;UNTIL=20270228T080000Z" is before DTSTART | UNTIL is the last time that the rule can have.'),
  ('EXDATE in the second coming of an hour', 'DTSTART;TZID=Europe/Berlin:20271031T013000|RRULE:FREQ=HOURLY;COUNT=3|EXDATE:20271031T013000Z', NULL,
   '0A000: calendar line 6: EXDATE in an hour that comes twice is not supported | It is the second coming of 2027-10-31 02:30:00 in Europe/Berlin. | Write the event in UTC.'),
  ('all day', 'DTSTART;VALUE=DATE:20270301', 'UTC', '22023: calendar line 4: VEVENT is all day | A dose has a time of day, and it has no VALARM, or several, on the day itself. | Give all_day_at, the time of day of what has none.'),
  ('all day, with two reminders', 'DTSTART;VALUE=DATE:20270301|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM|BEGIN:VALARM|TRIGGER:PT20H|END:VALARM', 'UTC',
   '22023: calendar line 4: VEVENT is all day | A dose has a time of day, and it has no VALARM, or several, on the day itself. | Give all_day_at, the time of day of what has none.'),
  ('all day, with times in its rule', 'DTSTART;VALUE=DATE:20270301|RRULE:FREQ=DAILY;BYHOUR=8,20|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM', 'UTC',
   '0A000: calendar line 5: RRULE "FREQ=DAILY;BYHOUR=8,20" is not supported where DTSTART is a date | It has times of day. | Write DTSTART with its time of day.'),
  ('all day, until an instant of another day', 'DTSTART;VALUE=DATE:20270301|RRULE:FREQ=DAILY;UNTIL=20270310T000000Z|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM', 'America/New_York',
   '22023: calendar line 5: UNTIL of RRULE "FREQ=DAILY;UNTIL=20270310T000000Z" is not a date, as DTSTART is | It is another day in UTC than in America/New_York.'),
  ('several days', 'DTSTART;VALUE=DATE:20270301|DTEND;VALUE=DATE:20270308', 'UTC', '0A000: calendar line 5: VEVENT of more than a day is not supported | It lasts 7 days, and a dose has one time. | Say each of its doses, by RRULE or RDATE.'),
  ('or by DURATION', 'DTSTART:20270301T080000Z|DURATION:P1DT1S', NULL, '0A000: calendar line 5: VEVENT of more than a day is not supported | It lasts 1 day 00:00:01, and a dose has one time. | Say each of its doses, by RRULE or RDATE.'),
  ('no duration', 'DTSTART:20270301T080000Z|DURATION:P', NULL, '22023: calendar line 5: DURATION "P" is not a duration | A duration is PT30M, or P1D.'),
  ('a to-do of two times', 'BEGIN:VTODO|DTSTART:20270301T080000Z|DUE:20270301T083000Z|END:VTODO', NULL, '0A000: calendar line 5: VTODO with DTSTART and another DUE is not supported | It does not say at which of the two its dose is. | Leave one of them out.'),
  ('a to-do of none', 'BEGIN:VTODO|SUMMARY:x|END:VTODO', NULL, '22023: calendar line 3: VTODO has no DTSTART and no DUE | It must say when it is.'),
  ('RDATE of another type', 'DTSTART:20270301T080000Z|RDATE;VALUE=DATE:20270302', 'UTC', '22023: calendar line 5: RDATE is a date, and DTSTART is a time | Both must be of one type.'),
  ('RDATE without a zone beside UTC', 'DTSTART:20270301T080000Z|RDATE:20270302T080000', NULL, '22023: calendar line 5: RDATE is in no time zone | Give time_zone, the zone of such times.'),
  ('EXDATE of another type', 'DTSTART;VALUE=DATE:20270301|EXDATE:20270302T080000|BEGIN:VALARM|TRIGGER:PT8H|END:VALARM', 'UTC', '22023: calendar line 5: EXDATE is a time, and DTSTART is a date | Both must be of one type.'),
  ('one UID for two', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|DTSTART:20270302T080000Z|END:VEVENT', NULL,
   '22023: calendar line 3: another event has the same UID "a" | Neither SEQUENCE nor DTSTAMP says which of them is newer. | Give one of them, or a UID of its own to each.'),
  ('one RECURRENCE-ID for two', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270301T080000Z|DTSTART:20270302T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270301T080000Z|DTSTART:20270303T080000Z|END:VEVENT', NULL,
   '22023: calendar line 7: another event has the same UID "a" | Neither SEQUENCE nor DTSTAMP says which of them is newer. | Give one of them, or a UID of its own to each.'),
  ('two zones, one instance', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270301T080000Z|DTSTART:20270302T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID;TZID=Europe/Berlin:20270301T090000|DTSTART:20270303T080000Z|END:VEVENT', NULL,
   '22023: calendar line 14: RECURRENCE-ID "20270301T090000" names no instance | The event of line 3 has none then, or it was changed before.'),
  ('an instance that is not there', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T090000Z|DTSTART:20270302T080000Z|END:VEVENT', NULL,
   '22023: calendar line 10: RECURRENCE-ID "20270302T090000Z" names no instance | The event of line 3 has none then, or it was changed before.'),
  ('one that is left out', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY|EXDATE:20270302T080000Z|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T090000Z|END:VEVENT', NULL,
   '22023: calendar line 11: RECURRENCE-ID "20270302T080000Z" names no instance | The event of line 3 has none then, or it was changed before.'),
  ('instances from one on', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID;RANGE=THISANDFUTURE:20270302T080000Z|DTSTART:20270302T090000Z|END:VEVENT', NULL,
   '0A000: calendar line 10: RANGE of RECURRENCE-ID is not supported | Write the instances from then on as an event of their own.'),
  ('an instance that recurs', 'BEGIN:VEVENT|UID:a|DTSTART:20270301T080000Z|RRULE:FREQ=DAILY|END:VEVENT|BEGIN:VEVENT|UID:a|RECURRENCE-ID:20270302T080000Z|DTSTART:20270302T090000Z|RRULE:FREQ=DAILY|END:VEVENT', NULL,
   '0A000: calendar line 10: RECURRENCE-ID of an event that recurs is not supported | It changes one instance. | Leave out its RRULE and RDATE.'),
  ('nothing but what was cancelled', 'DTSTART:20270301T080000Z|STATUS:CANCELLED', NULL, '22023: calendar has no dose | Each of its events was cancelled, or it has none.'),
  ('no event', 'BEGIN:VJOURNAL|DTSTART:20270301T080000Z|END:VJOURNAL', NULL, '22023: calendar has no dose | Each of its events was cancelled, or it has none.'),
  ('a line that is none', 'DTSTART:20270301T080000Z|with food', NULL, '22023: calendar line 5: "with food" is not a property | A line is a name, parameters and a value, such as DTSTART;TZID=Europe/Berlin:20270301T080000, or begins with a space where it goes on with the line before it.'),
  ('a quote that does not end', 'DTSTART;TZID="Europe/Berlin:20270301T080000', NULL, '22023: calendar line 4: "DTSTART;TZID="Europe/Berlin:20270301T080000" is not a property | A line is a name, parameters and a value, such as DTSTART;TZID=Europe/Berlin:20270301T080000, or begins with a space where it goes on with the line before it.'),
  ('an end too many', 'BEGIN:VEVENT|DTSTART:20270301T080000Z|END:VTODO', NULL, '22023: calendar line 5: END:VTODO does not end what began last | The last is the VEVENT of line 3.'),
  ('an event in an event', 'BEGIN:VEVENT|DTSTART:20270301T080000Z|BEGIN:VEVENT|DTSTART:20270302T080000Z|END:VEVENT|END:VEVENT', NULL, '22023: calendar line 5: VEVENT is within VEVENT | It belongs into the calendar itself.'),
  ('components in components', repeat('BEGIN:X|', 100), NULL, '22023: calendar line 10: components lie too deep in each other | The component is within 8 others.'),
  ('an unknown time_zone', 'DTSTART:20270301T080000Z', 'Mars', '22023: time zone "Mars" is not known | Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not taken, because they do not follow a place when its rules change. | The names are in the view pg_timezone_names.'))
  AS e (what, lines, time_zone, error);
SELECT is(pg_temp.failure(format('SELECT medsched.schedule_from_ical(%L)', e.calendar)), e.error, e.what)
FROM (VALUES
  ('NULL', NULL, '22004: calendar must not be null'),
  ('empty', '', '22023: calendar is empty | An iCalendar text begins with BEGIN:VCALENDAR.'),
  ('other text', 'Take one a day', '22023: calendar line 1: "Take one a day" is not a property | A line is a name, parameters and a value, such as DTSTART;TZID=Europe/Berlin:20270301T080000, or begins with a space where it goes on with the line before it.'),
  ('a vCard', E'BEGIN:VCARD\nEND:VCARD', '22023: calendar line 1: "VCARD" is outside of a calendar | An iCalendar text begins with BEGIN:VCALENDAR.'),
  ('a property alone', E'DTSTART:20270301T080000Z', '22023: calendar line 1: "DTSTART" is outside of a calendar | An iCalendar text begins with BEGIN:VCALENDAR.'),
  ('half a calendar', E'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270301T080000Z', '22023: calendar line 2: VEVENT has no end | The text must have END:VEVENT; a part of it may be missing.'),
  ('vCalendar 1.0', E'BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR', '0A000: calendar line 2: VERSION "1.0" is not supported | iCalendar is VERSION:2.0.'),
  ('an answer', E'BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR', '0A000: calendar line 2: METHOD "REPLY" is not supported | Supported are PUBLISH, REQUEST and CANCEL, and none.'),
  ('a cancellation', E'BEGIN:VCALENDAR\nMETHOD:CANCEL\nBEGIN:VEVENT\nDTSTART:20270301T080000Z\nEND:VEVENT\nEND:VCALENDAR', '22023: calendar has no dose | Each of its events was cancelled, or it has none.'),
  ('too large', repeat('x', 8388609), '54000: calendar is too large | It has 8388609 octets; 8388608 are taken. | Give its events in several calendars.'),
  ('too many events', E'BEGIN:VCALENDAR\n' || repeat(E'BEGIN:VEVENT\nEND:VEVENT\n', 10001) || 'END:VCALENDAR', '54000: calendar has too many events | 10000 are taken. | Give its events in several calendars.'),
  ('too many dates', E'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270301T080000Z\nRDATE:20270301T080000Z' || repeat(',20270301T080000Z', 10000) || E'\nEND:VEVENT\nEND:VCALENDAR',
   '54000: calendar line 2: the event has more than 10000 dates in RDATE'))
  AS e (what, calendar, error);
SELECT is(pg_temp.failure(format('SELECT medsched.schedule_from_ical(%L, NULL, %L, %L)', pg_temp.calendar('DTSTART:20270301T080000Z'), e.all_day_at, e.effective_from)), e.error, e.what)
FROM (VALUES
  ('all_day_at is no time of day', '24:00', NULL, '22023: time 24:00:00 is not a time of day | Midnight is 00:00 of the day that begins with it.'),
  ('effective_from is infinite', NULL, 'infinity', '22023: effective_from must be finite')) AS e (what, all_day_at, effective_from, error);

-- The arguments.
SELECT is(pg_temp.doses(medsched.schedule_from_ical(pg_temp.calendar('DTSTART;VALUE=DATE:20270301', 'RRULE:FREQ=DAILY;COUNT=2'), 'Europe/Berlin', '08:30'), '2028-01-01'), '03-01 07:30, 03-02 07:30',
  'all_day_at is the time of what has none');
SELECT is(pg_temp.doses(medsched.schedule_from_ical(pg_temp.calendar('DTSTART:20270301T080000Z', 'RRULE:FREQ=DAILY;COUNT=5', 'RDATE:20270302T090000Z,20270306T090000Z'), effective_from => '2027-03-03 08:00Z'), '2028-01-01'),
  '03-03 08:00, 03-04 08:00, 03-05 08:00, 03-06 09:00', 'effective_from leaves out what is earlier, and COUNT counts it');
SELECT is(jsonb_array_length(medsched.schedule_from_ical(pg_temp.calendar('BEGIN:VEVENT', 'DTSTART:20270301T080000Z', 'END:VEVENT', 'BEGIN:VEVENT', 'DTSTART:20270303T080000Z', 'END:VEVENT'), effective_from => '2027-03-02Z')), 1,
  'and events that are over');

SELECT is(pg_temp.doses(medsched.schedule_from_ical(pg_temp.calendar('DTSTART:20270301T080000Z', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;VALUE=DATE:20270302')), '2028-01-01'), '03-01 08:00, 03-03 08:00',
  'a date that is left out takes no zone');

-- By names.
CREATE FUNCTION pg_temp.medications(VARIADIC lines text[]) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT concat_ws(' / ', coalesce(m.name, '-'), coalesce((SELECT string_agg(concat_ws(' ', s ->> 'starts_at', s ->> 'instructions'), ', ' ORDER BY n)
    FROM jsonb_array_elements(m.schedules) WITH ORDINALITY AS j (s, n)), '-'), m.alarm, array_to_string(m.uids, ' '), m.problem)
  FROM medsched.medications_from_ical(pg_temp.calendar(VARIADIC lines)) AS m
$$;
SELECT results_eq($$SELECT pg_temp.medications(VARIADIC string_to_array('BEGIN:VEVENT|UID:a|SUMMARY:Ibuprofen|DESCRIPTION:with food|DTSTART:20270301T080000Z|BEGIN:VALARM|TRIGGER:-PT5M|END:VALARM|BEGIN:VALARM|TRIGGER:-PT15M|END:VALARM|BEGIN:VALARM|TRIGGER:PT10M|END:VALARM|END:VEVENT'
    '|BEGIN:VEVENT|UID:b|SUMMARY:Folic acid|DTSTART:20270301T090000Z|END:VEVENT|BEGIN:VEVENT|UID:c|SUMMARY:Ibuprofen|DTSTART:20270301T200000Z|END:VEVENT'
    '|BEGIN:VEVENT|UID:d|DTSTART:20270301T210000Z|END:VEVENT|BEGIN:VEVENT|UID:e|SUMMARY:Aspirin|DTSTART:20270301T210000Z|END:VEVENT|BEGIN:VEVENT|UID:f|SUMMARY:Aspirin|DTSTART:20270301T210000|END:VEVENT'
    '|BEGIN:VEVENT|UID:g|SUMMARY:Done|DTSTART:20270301T210000Z|STATUS:CANCELLED|END:VEVENT', '|'))$$,
  $$VALUES ('Ibuprofen / 2027-03-01T08:00:00 with food, 2027-03-01T20:00:00 / 00:15:00 / a c'), ('Folic acid / 2027-03-01T09:00:00 / b'),
    ('- / - / d / calendar line 28: the event has no SUMMARY'), ('Aspirin / - / e f / calendar line 40: DTSTART is in no time zone')$$,
  'medications_from_ical: a row for each name, and one problem in the way of all that has it');
SELECT is(pg_temp.failure($$SELECT * FROM medsched.medications_from_ical('BEGIN:VCALENDAR')$$), '22023: calendar line 1: VCALENDAR has no end | The text must have END:VCALENDAR; a part of it may be missing.',
  'a text that is no calendar is an error there, too');
SELECT is_empty($$SELECT pg_temp.medications(VARIADIC '{BEGIN:VJOURNAL,END:VJOURNAL}')$$, 'and one without events has no rows');
ROLLBACK;
