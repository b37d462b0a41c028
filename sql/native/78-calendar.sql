-- A user's schedules for calendar programs.

CREATE OR REPLACE FUNCTION medsched.calendar_feed(
  user_id uuid,
  name text DEFAULT NULL,
  alarm interval DEFAULT NULL,
  since timestamptz DEFAULT NULL,
  horizon timestamptz DEFAULT now() + interval '2 years')
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'medsched_calendar_feed';
