-- A dose that was recorded stays a dose of its schedule and its medication.

-- Refuses a change to a schedule after which a dose recorded would not be one of its doses, or would be of another medication.
-- Of a row that goes, or gets another key, no dose is left: the foreign key is content with whichever row has that key when
-- the statement ends.
CREATE OR REPLACE FUNCTION medsched.recorded_dose_keeps_schedule()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  hint CONSTANT text := 'Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().';
  found_at timestamptz;
  dose record;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'recorded_dose_keeps_schedule');
  END IF;
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('UPDATE', 'DELETE') THEN
    PERFORM medsched._refuse_event('recorded_dose_keeps_schedule');
  END IF;
  IF TG_OP = 'DELETE' OR (OLD.user_id, OLD.id) IS DISTINCT FROM (NEW.user_id, NEW.id) THEN
    SELECT min(d.scheduled_for) INTO found_at FROM medsched.dose_taken AS d
     WHERE d.user_id = OLD.user_id AND d.schedule_id = OLD.id;
    IF found_at IS NOT NULL THEN
      PERFORM medsched._refuse_change(TG_RELID, 'schedule', OLD.id, found_at, hint);
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN NULL;
  END IF;

  IF OLD.medication_id <> NEW.medication_id THEN
    SELECT min(d.scheduled_for) INTO found_at FROM medsched.dose_taken AS d
     WHERE d.user_id = NEW.user_id AND d.schedule_id = NEW.id;
  ELSE
    SELECT min(d.scheduled_for) INTO found_at FROM medsched.dose_taken AS d
     WHERE d.user_id = NEW.user_id AND d.schedule_id = NEW.id AND d.scheduled_for >= NEW.ends_at;
  END IF;
  IF found_at IS NOT NULL THEN
    PERFORM medsched._refuse_change(TG_RELID, 'schedule', NEW.id, found_at, hint);
  END IF;
  -- Where only the end changes, only what lies after it matters.
  IF (OLD.user_id, OLD.id, OLD.starts_at, OLD.time_zone::text, OLD.rrule::text, OLD.rdates, OLD.exdates, OLD.cycle_days_on,
      OLD.cycle_days_off, OLD.as_needed, OLD.effective_from)
     IS NOT DISTINCT FROM
     (NEW.user_id, NEW.id, NEW.starts_at, NEW.time_zone::text, NEW.rrule::text, NEW.rdates, NEW.exdates, NEW.cycle_days_on,
      NEW.cycle_days_off, NEW.as_needed, NEW.effective_from) THEN
    RETURN NULL;
  END IF;
  FOR dose IN
    SELECT d.scheduled_for, d.outcome FROM medsched.dose_taken AS d
     WHERE d.user_id = NEW.user_id AND d.schedule_id = NEW.id ORDER BY d.scheduled_for
  LOOP
    IF NEW.as_needed AND dose.outcome = 'skipped'
       OR NOT medsched._allows(NEW.rrule, NEW.starts_at, NEW.time_zone, NEW.rdates, NEW.exdates, NEW.cycle_days_on,
                               NEW.cycle_days_off, NEW.as_needed, NEW.effective_from, dose.scheduled_for) THEN
      PERFORM medsched._refuse_change(TG_RELID, 'schedule', NEW.id, dose.scheduled_for, hint);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;

-- Refuses to inactivate a medication from an instant on when a dose is recorded that is scheduled later.
CREATE OR REPLACE FUNCTION medsched.recorded_dose_keeps_medication()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
  hint CONSTANT text := 'Choose an instant after the doses recorded, or take the records back: call medsched.undo_dose().';
  found_at timestamptz;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'recorded_dose_keeps_medication');
  END IF;
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP <> 'UPDATE' THEN
    PERFORM medsched._refuse_event('recorded_dose_keeps_medication');
  END IF;
  IF (OLD.user_id, OLD.id) IS DISTINCT FROM (NEW.user_id, NEW.id) THEN
    SELECT min(d.scheduled_for) INTO found_at
      FROM medsched.dose_taken AS d
      JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
     WHERE d.user_id = OLD.user_id AND s.user_id = OLD.user_id AND s.medication_id = OLD.id;
    IF found_at IS NOT NULL THEN
      PERFORM medsched._refuse_change(TG_RELID, 'medication', OLD.id, found_at, hint);
    END IF;
  END IF;
  IF NEW.inactivated_at IS NOT NULL THEN
    SELECT min(d.scheduled_for) INTO found_at
      FROM medsched.dose_taken AS d
      JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
     WHERE d.user_id = NEW.user_id AND s.user_id = NEW.user_id AND s.medication_id = NEW.id
       AND d.scheduled_for >= NEW.inactivated_at;
    IF found_at IS NOT NULL THEN
      PERFORM medsched._refuse_change(TG_RELID, 'medication', NEW.id, found_at, hint);
    END IF;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched._refuse_change(relation oid, kind text, id uuid, at timestamptz, hint text)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  PERFORM medsched._refuse_rule(relation, 'recorded_dose_keeps_schedule',
    format('%s "%s" has recorded doses that would no longer be scheduled', kind, id),
    CASE WHEN medsched._may_tell('{dose_taken}') THEN format('The first of them is the dose at %s.', at) END, hint);
END
$$;

COMMENT ON FUNCTION medsched._refuse_change(oid, text, uuid, timestamptz, text) IS
  'Internal: raises the error of a change that would leave a dose without its schedule';
