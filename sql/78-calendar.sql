-- A user's schedules for calendar programs.

-- When a row changed.  A change is later than the one before it by a second at least: calendars count in them.
CREATE OR REPLACE FUNCTION medsched._next_change(created_at timestamptz, changed_at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN greatest(now(), coalesce(changed_at, created_at) + interval '1 second');
END
$$;

COMMENT ON FUNCTION medsched._next_change(timestamptz, timestamptz) IS
  'Internal: when a row changes that was created and last changed then';

-- The rows are compared as they are stored: no type needs an equality of its own, and the tables' owner can alter those that
-- no trigger's WHEN names.
CREATE OR REPLACE FUNCTION medsched.medication_changed_at()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF record_image_ne(ROW(OLD.name, OLD.inactivated_at), ROW(NEW.name, NEW.inactivated_at)) THEN
    NEW.changed_at := medsched._next_change(OLD.created_at, OLD.changed_at);
  END IF;
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION medsched.medication_changed_at() IS
  'Trigger: notes when what a calendar shows of a medication changes';

CREATE OR REPLACE FUNCTION medsched.schedule_changed_at()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF record_image_ne(
       ROW(OLD.medication_id, OLD.starts_at, OLD.time_zone, OLD.rrule, OLD.rdates, OLD.exdates, OLD.cycle_days_on, OLD.cycle_days_off,
           OLD.as_needed, OLD.effective_from, OLD.ends_at, OLD.replaces, OLD.dose_amount, OLD.dose_unit, OLD.instructions),
       ROW(NEW.medication_id, NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates, NEW.cycle_days_on, NEW.cycle_days_off,
           NEW.as_needed, NEW.effective_from, NEW.ends_at, NEW.replaces, NEW.dose_amount, NEW.dose_unit, NEW.instructions)) THEN
    NEW.changed_at := medsched._next_change(OLD.created_at, OLD.changed_at);
  END IF;
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION medsched.schedule_changed_at() IS
  'Trigger: notes when what a calendar shows of a schedule changes';

COMMENT ON FUNCTION medsched.calendar_feed(uuid, text, interval, timestamptz, timestamptz) IS
'A user''s schedules as an iCalendar object (RFC 5545), in events that common calendar programs read alike: name: of the calendar; alarm: how long before a dose to remind; since: leaves out schedules without a dose from then on; horizon: where single events end that stand in for what no rule of theirs can say';
