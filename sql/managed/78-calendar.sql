-- A user's schedules for calendar programs.

CREATE OR REPLACE FUNCTION medsched.calendar_feed(
  user_id uuid,
  name text DEFAULT NULL,
  alarm interval DEFAULT NULL,
  since timestamptz DEFAULT NULL,
  horizon timestamptz DEFAULT now() + interval '2 years')
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'calendar_feed is not in the managed edition', DETAIL = 'iCalendar is written by a library in C, which this server does not load.', HINT = 'Use the native edition where a calendar is wanted.';
END
$$;
