-- ical: a user's schedules for calendar programs.

CREATE FUNCTION medsched.calendar_feed(
  user_id uuid,
  name text DEFAULT NULL,
  alarm interval DEFAULT NULL,
  since timestamptz DEFAULT NULL,
  horizon timestamptz DEFAULT pg_catalog.now() OPERATOR(pg_catalog.+) '2 years'::pg_catalog.interval)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'medsched_calendar_feed';

COMMENT ON FUNCTION medsched.calendar_feed(uuid, text, interval, timestamptz, timestamptz) IS
'a user''s schedules as an iCalendar object (RFC 5545), one event each: name: of the calendar; alarm: how long before a dose to remind; since: leaves out schedules without a dose from then on; horizon: where single dates end that stand in for what no RRULE can say';
