-- A schedule, and why a dose is one, in English.

COMMENT ON FUNCTION medsched.describe_schedule(text, timestamp, text, timestamp[], timestamp[], timestamptz, int, int, boolean, interval, int, timestamptz) IS
'a schedule in English: "every day at 08:00 and 20:00, Europe/Berlin, from 1 March 2027 until 3 March 2027"; the arguments are the columns of medsched.schedules';

CREATE OR REPLACE FUNCTION medsched.describe_schedule(user_id uuid, schedule_id uuid)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words text;
BEGIN
  SELECT medsched.describe_schedule(s.rrule::text, s.starts_at, s.time_zone::text, s.rdates, s.exdates,
           s.ends_at, s.cycle_days_on, s.cycle_days_off, s.as_needed, s.min_interval, s.max_per_24h,
           s.effective_from)
    INTO words
  FROM medsched.schedules AS s
  WHERE s.user_id = describe_schedule.user_id
    AND s.id = describe_schedule.schedule_id;
  IF NOT FOUND THEN
    RAISE 'schedule "%" not found', schedule_id USING ERRCODE = 'no_data_found',
      DETAIL = format('User "%s" has no schedule by that id.', user_id);
  END IF;
  RETURN words;
END;
$$;

COMMENT ON FUNCTION medsched.describe_schedule(uuid, uuid) IS
'a schedule of a user''s in English; an id that is not there, or another user''s, is P0002';

COMMENT ON FUNCTION medsched.explain_dose(uuid, uuid, timestamptz) IS
  'Whether an instant is a dose of a schedule, and why, in English, with the doses before and after';
