-- A user's schedules for calendar programs.

COMMENT ON FUNCTION medsched.calendar_feed(uuid, text, interval, timestamptz, timestamptz) IS
'a user''s schedules as an iCalendar object (RFC 5545), one event each: name: of the calendar; alarm: how long before a dose to remind; since: leaves out schedules without a dose from then on; horizon: where single dates end that stand in for what no RRULE can say';
