-- A dose that was recorded stays a dose of its schedule and its medication.

-- Refuses to delete a schedule, or to give it another key, while another session changes one of its doses.  That session goes on to
-- wait for the schedule, which is locked here: the foreign key, which would wait for the dose, must not come to it.
CREATE OR REPLACE FUNCTION medsched.recorded_dose_holds_schedule()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'recorded_dose_holds_schedule');
  END IF;
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('UPDATE', 'DELETE') THEN
    PERFORM medsched._refuse_event('recorded_dose_holds_schedule');
  END IF;
  IF medsched._has_dose_in_change(OLD.user_id, OLD.id) THEN
    PERFORM medsched._refuse_rule(TG_RELID::regclass, 'recorded_dose_holds_schedule'::text,
      format('schedule "%s" has a recorded dose that another session is changing', OLD.id),
      'A schedule of which doses are recorded stays.'::text,
      'Call medsched.end_schedule(), or try again when no dose of it is left.'::text, '23503'::text);
  END IF;
  RETURN coalesce(NEW, OLD);
END
$$;

-- Refuses a change to a schedule after which a dose recorded would not be one of its doses, or would be of another medication.
-- Of a row that goes, or gets another key, no dose is left: the foreign key is content with whichever row has that key when
-- the statement ends.
CREATE OR REPLACE FUNCTION medsched.recorded_dose_keeps_schedule()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'recorded_dose_keeps_schedule');
  END IF;
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('UPDATE', 'DELETE') THEN
    PERFORM medsched._refuse_event('recorded_dose_keeps_schedule');
  END IF;
  IF TG_OP = 'DELETE' OR (OLD.user_id, OLD.id) IS DISTINCT FROM (NEW.user_id, NEW.id) THEN
    PERFORM medsched._check_late('no_dose_of_schedule', TG_RELID, OLD.user_id, OLD.id, '-infinity');
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN NULL;
  END IF;

  IF OLD.medication_id <> NEW.medication_id OR (OLD.follows, OLD.follows_by) IS DISTINCT FROM (NEW.follows, NEW.follows_by) THEN
    PERFORM medsched._check_late('no_dose_of_schedule', TG_RELID, NEW.user_id, NEW.id, '-infinity');
  ELSIF NEW.ends_at IS NOT NULL THEN
    PERFORM medsched._check_late('no_dose_of_schedule', TG_RELID, NEW.user_id, NEW.id, NEW.ends_at);
  END IF;
  -- Where only the end changes, only what lies after it matters.
  IF (OLD.user_id, OLD.id, OLD.starts_at, OLD.time_zone::text, OLD.rrule::text, OLD.rdates, OLD.exdates, OLD.cycle_days_on,
      OLD.cycle_days_off, OLD.as_needed, OLD.after_last, OLD.effective_from)
     IS DISTINCT FROM
     (NEW.user_id, NEW.id, NEW.starts_at, NEW.time_zone::text, NEW.rrule::text, NEW.rdates, NEW.exdates, NEW.cycle_days_on,
      NEW.cycle_days_off, NEW.as_needed, NEW.after_last, NEW.effective_from) THEN
    PERFORM medsched._check_late('doses_are_scheduled', TG_RELID, NEW.user_id, NEW.id);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched._check_no_dose_of_schedule(relation oid, of_user uuid, of_schedule uuid, since timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  first CONSTANT timestamptz := (
    SELECT min(d.scheduled_for) FROM medsched.dose_taken AS d
     WHERE d.user_id = of_user AND d.schedule_id = of_schedule AND d.scheduled_for >= since
       AND (d.outcome <> 'extra' OR since = '-infinity'));
BEGIN
  IF first IS NOT NULL THEN
    PERFORM medsched._refuse_change(relation, 'schedule', of_schedule, of_schedule, first);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_no_dose_of_schedule(oid, uuid, uuid, timestamptz) IS
  'Internal: checks that no dose of a schedule is recorded from an instant on';

-- Checks the doses recorded against their schedule as it is stored.
CREATE OR REPLACE FUNCTION medsched._check_doses_are_scheduled(relation oid, of_user uuid, of_schedule uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  dose record;
BEGIN
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = of_schedule;
  FOR dose IN
    SELECT d.scheduled_for, d.outcome FROM medsched.dose_taken AS d
     WHERE d.user_id = of_user AND d.schedule_id = of_schedule ORDER BY d.scheduled_for
  LOOP
    IF s.as_needed AND dose.outcome <> 'taken' OR dose.outcome <> 'extra' AND NOT medsched._has_dose(s, dose.scheduled_for) THEN
      PERFORM medsched._refuse_change(relation, 'schedule', of_schedule, of_schedule, dose.scheduled_for);
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_doses_are_scheduled(oid, uuid, uuid) IS
  'Internal: checks that a schedule has the doses that are recorded of it';

-- Refuses to inactivate a medication from an instant on when a dose is recorded that is scheduled later.
CREATE OR REPLACE FUNCTION medsched.recorded_dose_keeps_medication()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'recorded_dose_keeps_medication');
  END IF;
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP <> 'UPDATE' THEN
    PERFORM medsched._refuse_event('recorded_dose_keeps_medication');
  END IF;
  IF (OLD.user_id, OLD.id) IS DISTINCT FROM (NEW.user_id, NEW.id) THEN
    PERFORM medsched._check_late('no_dose_of_medication', TG_RELID, OLD.user_id, OLD.id, '-infinity');
  END IF;
  IF NEW.inactivated_at IS NOT NULL THEN
    PERFORM medsched._check_late('no_dose_of_medication', TG_RELID, NEW.user_id, NEW.id, NEW.inactivated_at);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched._check_no_dose_of_medication(relation oid, of_user uuid, of_medication uuid, since timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  first record;
BEGIN
  SELECT d.schedule_id, d.scheduled_for INTO first
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
   WHERE d.user_id = of_user AND s.user_id = of_user AND s.medication_id = of_medication AND d.scheduled_for >= since
     AND (d.outcome <> 'extra' OR since = '-infinity')
   ORDER BY d.scheduled_for, d.schedule_id LIMIT 1;
  IF FOUND THEN
    PERFORM medsched._refuse_change(relation, 'medication', of_medication, first.schedule_id, first.scheduled_for);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_no_dose_of_medication(oid, uuid, uuid, timestamptz) IS
  'Internal: checks that no dose of a medication is recorded from an instant on';

-- By its handle and its time; by its time alone where the table's CHECKs are gone and no handle can say it.
CREATE OR REPLACE FUNCTION medsched._dose_named(schedule_id uuid, at timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN CASE WHEN date_trunc('second', at) <> at OR at < timestamptz '0001-01-01 00:00Z' OR at >= timestamptz '10000-01-01 00:00Z'
              THEN format('the dose at %s', at)
              ELSE format('dose "%s", at %s', medsched.dose_id(schedule_id, at), at) END;
END
$$;

COMMENT ON FUNCTION medsched._dose_named(uuid, timestamptz) IS
  'Internal: a dose by its handle and its time, for messages';

CREATE OR REPLACE FUNCTION medsched._refuse_change(relation oid, kind text, id uuid, schedule_id uuid, at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  PERFORM medsched._refuse_rule(relation, 'recorded_dose_keeps_schedule',
    format('%s "%s" has recorded doses that would no longer be scheduled', kind, id),
    CASE WHEN medsched._may_tell('{dose_taken}') THEN format('The first of them is %s.', medsched._dose_named(schedule_id, at)) END,
    CASE kind WHEN 'schedule' THEN 'Choose an instant after the doses recorded and call medsched.revise_schedule(), or take the records back: call medsched.undo_dose().'
              ELSE 'Choose an instant after the doses recorded, or take the records back: call medsched.undo_dose().' END);
END
$$;

COMMENT ON FUNCTION medsched._refuse_change(oid, text, uuid, uuid, timestamptz) IS
  'Internal: raises the error of a change that would leave a dose without its schedule';
