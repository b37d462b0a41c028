-- A user's schedules for calendar programs.

-- Notes when a medication or a schedule changes, a second after the change before it at least: calendars count in them.  What is
-- given, by whoever restores rows, stays.  The rows are compared whole and as they are stored: no type needs an equality of its
-- own, and the tables' owner can alter any.
CREATE OR REPLACE FUNCTION medsched.row_changed_at()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF record_image_ne(OLD, NEW) AND NEW.changed_at IS NOT DISTINCT FROM OLD.changed_at THEN
    NEW.changed_at := least(greatest(now(), coalesce(OLD.changed_at, OLD.created_at) + interval '1 second'), timestamptz '9999-12-31 23:59:59Z');
  END IF;
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION medsched.row_changed_at() IS
  'Trigger: notes when a medication or a schedule changes';

COMMENT ON FUNCTION medsched.calendar_feed(uuid, text, interval, timestamptz, timestamptz) IS
'A user''s schedules as an iCalendar object (RFC 5545), in events that common calendar programs read alike: name: of the calendar; alarm: how long before a dose to remind; since: leaves out schedules without a dose from then on; horizon: where single events end that stand in for what no rule of theirs can say';
