-- A schedule has a dose, not too many, and replaces one that ends where it begins.

-- Refuses a schedule that can never have a dose.  Where it ends matters for one that is new: a mistyped year would leave a
-- medication without doses.  One that was superseded before its first dose is history like any other.
CREATE OR REPLACE FUNCTION medsched.schedule_has_dose()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  r medsched._rule;
  first timestamptz;
  begins text;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'schedule_has_dose');
  END IF;
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('schedule_has_dose');
  END IF;
  IF NEW.as_needed OR coalesce(NEW.after_last, NEW.follows_by) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  r := medsched._check_schedule(NEW.rrule, NEW.starts_at, NEW.time_zone, NEW.rdates, NEW.exdates, NEW.cycle_days_on, NEW.cycle_days_off);
  first := medsched._next_occurrence(r, NEW.starts_at, r.zone,
    greatest(timezone('UTC', NEW.starts_at) - interval '48 hours', NEW.effective_from - interval '1 microsecond'), r.added, r.excluded);
  IF first IS NOT NULL THEN
    IF TG_OP = 'INSERT' AND first >= NEW.ends_at AND NEW.replaces IS NULL AND NOT medsched._is_importing(NEW.user_id) THEN
      PERFORM medsched._refuse_rule(TG_RELID, 'schedule_has_dose', 'schedule ends before its first dose',
        format('Its ends_at is %s, its first dose would be at %s.', NEW.ends_at, first),
        'Check the year of ends_at and of starts_at.');
    END IF;
    RETURN NULL;
  END IF;
  begins := coalesce(NEW.effective_from::text, NEW.starts_at::text);
  PERFORM medsched._refuse_rule(TG_RELID, 'schedule_has_dose', 'schedule can never have a dose',
    CASE WHEN NEW.rrule IS NOT NULL THEN format('From %s on, "%s" less the exdates names no time.', begins, NEW.rrule)
         WHEN NEW.effective_from IS NOT NULL THEN format('It has no time from %s on that its exdates do not leave out.', begins)
         ELSE format('Its exdates leave out its only time, %s.', begins) END,
    'Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.');
  RETURN NULL;
END
$$;

-- Refuses a schedule that can have more doses on a day than medsched.max_doses_per_day, or that counts too many.  The setting
-- may have been higher, so a row may stay as dense as it is, and be replaced by one that is: its person can still travel.
CREATE OR REPLACE FUNCTION medsched.schedule_density()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
#variable_conflict use_variable
DECLARE
  most CONSTANT int := medsched._max_doses_per_day();
  before record;
  now_most bigint;
  now_count bigint;
  then_most bigint := 0;
  then_count bigint := 0;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'schedule_density');
  END IF;
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('schedule_density');
  END IF;
  IF NEW.as_needed OR coalesce(NEW.after_last, NEW.follows_by) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  SELECT d.* INTO now_most, now_count
    FROM medsched._density(NEW.rrule, NEW.starts_at, NEW.time_zone, NEW.rdates, NEW.exdates, NEW.cycle_days_on, NEW.cycle_days_off) AS d;
  IF now_most <= most AND coalesce(now_count, 0) <= 100000 THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    before := OLD;
  ELSE
    SELECT s.* INTO before FROM medsched.schedules AS s WHERE s.user_id = NEW.user_id AND s.id = NEW.replaces;
  END IF;
  IF before.as_needed IS FALSE AND coalesce(before.after_last, before.follows_by) IS NULL THEN
    SELECT d.* INTO then_most, then_count
      FROM medsched._density(before.rrule, before.starts_at, before.time_zone, before.rdates, before.exdates,
                             before.cycle_days_on, before.cycle_days_off) AS d;
  END IF;
  IF now_most > greatest(then_most, most) THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'schedule_density', format('schedule can have %s doses a day', now_most),
      format('At most %s are allowed in 24 hours, of rrule and rdates together.', most),
      'Name fewer times, or write a longer step: FREQ=HOURLY rather than SECONDLY. The setting medsched.max_doses_per_day is the bound.');
  ELSIF now_count > greatest(then_count, 100000) THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'schedule_density', format('schedule counts %s doses', now_count),
      'A COUNT is at most 100000.', 'Leave COUNT out, or say with UNTIL or ends_at when the schedule ends.');
  END IF;
  RETURN NULL;
END
$$;

-- Checks a schedule against the one that it replaces, and against the one that replaces it.
CREATE OR REPLACE FUNCTION medsched.schedule_replaces_schedule()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
#variable_conflict use_variable
DECLARE
  links boolean;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'schedule_replaces_schedule');
  END IF;
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('schedule_replaces_schedule');
  END IF;
  links := TG_OP = 'INSERT'
           OR (OLD.user_id, OLD.id, OLD.medication_id, OLD.replaces) IS DISTINCT FROM (NEW.user_id, NEW.id, NEW.medication_id, NEW.replaces);
  -- Only when needed: what is locked here may be locked by who waits for us.
  IF NEW.replaces IS NOT NULL AND (links OR OLD.effective_from IS DISTINCT FROM NEW.effective_from) THEN
    -- Against a change of it by others, which looks at what replaces it.
    PERFORM FROM medsched.schedules AS s WHERE s.user_id = NEW.user_id AND s.id = NEW.replaces FOR SHARE;
    PERFORM medsched._check_late('replaces_schedule', TG_RELID, NEW.user_id, NEW.id);
  END IF;
  IF links OR OLD.ends_at IS DISTINCT FROM NEW.ends_at THEN
    IF NEW.replaces IS NOT NULL
       AND (NOT medsched._sees_latest()
            OR EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = NEW.user_id AND s.replaces = NEW.id)) THEN
      -- Two sessions could each close one half of a circle.
      PERFORM FROM medsched.medications AS m WHERE m.user_id = NEW.user_id AND m.id = NEW.medication_id FOR NO KEY UPDATE;
    END IF;
    PERFORM medsched._check_late('schedule_replaced', TG_RELID, NEW.user_id, NEW.id);
  END IF;
  RETURN NULL;
END
$$;

-- Checks a schedule against the one that it replaces.
CREATE OR REPLACE FUNCTION medsched._check_replaces_schedule(relation oid, of_user uuid, schedule uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  PERFORM medsched._check_link(relation, f.id, f.medication_id, f.ends_at, s.id, s.medication_id, s.effective_from)
     FROM medsched.schedules AS s
     JOIN medsched.schedules AS f ON f.user_id = s.user_id AND f.id = s.replaces
    WHERE s.user_id = of_user AND s.id = schedule;
END
$$;

COMMENT ON FUNCTION medsched._check_replaces_schedule(oid, uuid, uuid) IS
  'Internal: checks a schedule against the one that it replaces';

-- Checks a schedule against the one that replaces it, and that no circle is closed.
CREATE OR REPLACE FUNCTION medsched._check_schedule_replaced(relation oid, of_user uuid, schedule uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  PERFORM medsched._check_link(relation, s.id, s.medication_id, s.ends_at, l.id, l.medication_id, l.effective_from)
     FROM medsched.schedules AS s
     JOIN medsched.schedules AS l ON l.user_id = s.user_id AND l.replaces = s.id
    WHERE s.user_id = of_user AND s.id = schedule;
  -- UNION, not UNION ALL: a circle loaded with triggers off must not hold us.
  IF FOUND AND EXISTS (
    WITH RECURSIVE chain AS (
      SELECT s.replaces FROM medsched.schedules AS s WHERE s.user_id = of_user AND s.id = schedule
      UNION
      SELECT s.replaces FROM chain AS c
        JOIN medsched.schedules AS s ON s.user_id = of_user AND s.id = c.replaces)
    SELECT FROM chain AS c WHERE c.replaces = schedule) THEN
    PERFORM medsched._refuse_rule(relation, 'schedule_replaces_schedule', format('schedule "%s" replaces itself', schedule),
      'What it replaces replaces it in turn.', 'A schedule replaces one that was before it.');
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_schedule_replaced(oid, uuid, uuid) IS
  'Internal: checks a schedule against the one that replaces it';

CREATE OR REPLACE FUNCTION medsched._check_link(relation oid, former uuid, former_medication uuid, ends_at timestamptz,
  latter uuid, latter_medication uuid, effective_from timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF former_medication <> latter_medication THEN
    PERFORM medsched._refuse_rule(relation, 'schedule_replaces_schedule',
      format('schedule "%s" replaces one of another medication', latter),
      CASE WHEN medsched._may_tell('{schedules}')
           THEN format('It is of medication "%s", and schedule "%s" of medication "%s".', latter_medication, former, former_medication) END,
      'End the one, and insert the other without replaces.');
  END IF;
  -- Without effective_from, it says nothing of when it takes over.
  IF effective_from IS NOT NULL AND (ends_at IS NULL OR ends_at > effective_from) THEN
    PERFORM medsched._refuse_rule(relation, 'schedule_replaces_schedule',
      format('schedule "%s" takes effect before the one that it replaces ends', latter),
      CASE WHEN NOT medsched._may_tell('{schedules}') THEN NULL
           WHEN ends_at IS NULL THEN format('It takes effect at %s, and schedule "%s" has no end.', effective_from, former)
           ELSE format('It takes effect at %s, and schedule "%s" ends at %s.', effective_from, former, ends_at) END,
      'Call medsched.revise_schedule(): the one ends where the other takes effect.');
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_link(oid, uuid, uuid, timestamptz, uuid, uuid, timestamptz) IS
  'Internal: checks two schedules, the latter of which replaces the former';
