-- Only a dose of its schedule is recorded.

-- Whether a schedule of the table, which is valid, has a dose at an instant: as _is_occurrence, with its own bound.
CREATE OR REPLACE FUNCTION medsched._allows(rrule text, starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[],
  days_on int, days_off int, as_needed boolean, effective_from timestamptz, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  zone CONSTANT text := medsched._zone(time_zone);
  added timestamptz[];
  excluded timestamptz[];
BEGIN
  IF NOT isfinite(at) OR date_trunc('second', at) <> at OR at < effective_from THEN
    RETURN false;
  ELSIF as_needed THEN
    RETURN at >= medsched._instant(starts_at, zone) AND at < timestamptz '10000-01-01 00:00Z';
  END IF;
  IF cardinality(rdates) + cardinality(exdates) > 0 THEN
    added := medsched._dates(medsched._dates_near(rdates, at), zone, 'rdates');
    excluded := medsched._dates(medsched._dates_near(exdates, at), zone, 'exdates');
  END IF;
  RETURN medsched._is_occurrence(
    medsched._begin_rule(medsched._read_rule(rrule), starts_at, zone, days_on, days_off), starts_at, zone, at, added, excluded);
END
$$;

COMMENT ON FUNCTION medsched._allows(text, timestamp, text, timestamp[], timestamp[], int, int, boolean, timestamptz, timestamptz) IS
  'Internal: whether a schedule has a dose at an instant';

-- Refuses to record a dose that its schedule does not have, or that lies after the schedule's end or the medication's
-- inactivation; and one as needed beyond the schedule's limits.
--
-- It fires after the row went in, so that it judges what is stored whatever other triggers did to it, and so that recording a
-- dose again, which inserts nothing, costs and locks nothing.  The foreign key has spoken before it.
CREATE OR REPLACE FUNCTION medsched.dose_is_scheduled()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  at timestamptz;
  s record;
  m record;
  is_limited boolean;
  is_moved boolean := true;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'dose_is_scheduled');
  END IF;
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('dose_is_scheduled');
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.user_id <> NEW.user_id THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'recorded_dose_keeps_user',
      format('the dose at %s cannot become another user''s', OLD.scheduled_for),
      format('It was recorded of user "%s".', OLD.user_id), 'Delete the row, and record the dose of the other user.');
  END IF;
  at := NEW.scheduled_for;
  IF TG_OP = 'UPDATE' THEN
    is_moved := (OLD.schedule_id, OLD.scheduled_for, OLD.outcome) IS DISTINCT FROM (NEW.schedule_id, NEW.scheduled_for, NEW.outcome);
  END IF;
  -- Where the snapshot is older than a change, the lock that follows can only say that there was one.
  IF is_moved AND NOT medsched._sees_latest() THEN
    PERFORM medsched._check_late(CASE WHEN NEW.outcome = 'extra' THEN 'dose_is_extra' ELSE 'dose_is_scheduled' END,
                                 TG_RELID, NEW.user_id, NEW.schedule_id, at);
  END IF;
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = NEW.user_id AND c.id = NEW.schedule_id FOR SHARE;
  IF NOT FOUND THEN
    RAISE 'schedule "%" is gone', NEW.schedule_id USING ERRCODE = 'foreign_key_violation';
  END IF;
  -- Doses within limits lock their medication against each other, too: of two that are recorded at once, the second waits, and
  -- counts the first.  The stronger lock is taken at once, for two that both held the weaker could not both go on.
  IF coalesce(s.min_interval, '0') > '0' OR s.max_per_24h IS NOT NULL OR s.limits IS NOT NULL THEN
    SELECT c.inactivated_at, c.substance INTO m
      FROM medsched.medications AS c WHERE c.user_id = NEW.user_id AND c.id = s.medication_id FOR NO KEY UPDATE;
  ELSE
    SELECT c.inactivated_at, c.substance INTO m
      FROM medsched.medications AS c WHERE c.user_id = NEW.user_id AND c.id = s.medication_id FOR SHARE;
  END IF;
  -- So do doses of all medications with one substance.
  IF m.substance IS NOT NULL THEN
    PERFORM FROM medsched.substance_limits AS l
      WHERE l.user_id = NEW.user_id AND lower(l.substance) = lower(m.substance) ORDER BY l.substance FOR NO KEY UPDATE;
    is_limited := FOUND;
  END IF;
  IF NEW.outcome = 'extra' AND is_moved THEN
    PERFORM medsched._refuse_extra_dose(TG_RELID, s, at, m.inactivated_at);
  ELSIF is_moved AND (at >= m.inactivated_at OR NOT medsched._has_dose(s, at)
                      OR coalesce(s.after_last, s.follows_by) IS NOT NULL AND NOT medsched._holds_counted_dose(NEW.user_id, s.id, at)
                         -- The dose before it may have been taken back since, or its time corrected.
                         AND NOT medsched._is_importing(NEW.user_id)) THEN
    PERFORM medsched._refuse_dose(TG_RELID, NEW.user_id, NEW.schedule_id, at, m.inactivated_at);
  ELSIF is_moved AND coalesce(s.after_last, s.follows_by) IS NOT NULL THEN
    PERFORM medsched._keep_due_time(NEW.user_id, s.id, at, TG_OP = 'INSERT');
  END IF;
  IF s.as_needed THEN
    IF NEW.outcome = 'skipped' THEN
      PERFORM medsched._refuse_rule(TG_RELID, 'as_needed_not_skipped', 'a dose as needed cannot be skipped',
        format('Schedule "%s" has no doses but those taken.', NEW.schedule_id));
    END IF;
  END IF;
  -- Who says that it was taken all the same is obeyed.
  IF NEW.despite_limits IS NOT NULL OR NEW.outcome = 'skipped' THEN
    RETURN NULL;
  END IF;
  IF s.as_needed AND (s.min_interval IS NOT NULL OR s.max_per_24h IS NOT NULL) THEN
    IF s.max_per_24h > 100 AND medsched._sees_latest() THEN
      PERFORM medsched._look_together(NEW.user_id, s.medication_id, NEW.schedule_id, s.max_per_24h, at);
    END IF;
    PERFORM medsched._check_late('as_needed', TG_RELID, NEW.user_id, NEW.schedule_id, at);
  END IF;
  IF is_limited OR s.as_needed AND (s.limits IS NOT NULL OR s.max_per_24h IS NOT NULL AND s.dose_amount IS NOT NULL) THEN
    PERFORM medsched._check_late('dose_limits', TG_RELID, NEW.user_id, NEW.schedule_id, at);
  END IF;
  RETURN NULL;
END
$$;

-- Checks a dose as dose_is_scheduled() does, without a lock.
CREATE OR REPLACE FUNCTION medsched._check_dose_is_scheduled(relation oid, of_user uuid, of_schedule uuid, at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  inactivated timestamptz;
BEGIN
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = of_schedule;
  IF FOUND THEN
    SELECT m.inactivated_at INTO inactivated FROM medsched.medications AS m WHERE m.user_id = of_user AND m.id = s.medication_id;
    IF at >= inactivated OR NOT medsched._has_dose(s, at)
       OR coalesce(s.after_last, s.follows_by) IS NOT NULL AND NOT medsched._is_counted_dose(of_user, of_schedule, at) AND NOT medsched._is_importing(of_user) THEN
      PERFORM medsched._refuse_dose(relation, of_user, of_schedule, at, inactivated);
    END IF;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_dose_is_scheduled(oid, uuid, uuid, timestamptz) IS
  'Internal: checks that a schedule has a dose at an instant';

-- Checks an extra dose as dose_is_scheduled() does, without a lock.
CREATE OR REPLACE FUNCTION medsched._check_dose_is_extra(relation oid, of_user uuid, of_schedule uuid, at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  s record;
BEGIN
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = of_schedule;
  IF FOUND THEN
    PERFORM medsched._refuse_extra_dose(relation, s, at,
      (SELECT m.inactivated_at FROM medsched.medications AS m WHERE m.user_id = of_user AND m.id = s.medication_id));
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_dose_is_extra(oid, uuid, uuid, timestamptz) IS
  'Internal: checks that an extra dose is beside those of its schedule';

-- Refuses an extra dose that is one of its schedule's, or of a schedule that has none at set times.  No bound of the schedule
-- holds for it: it was taken.
CREATE OR REPLACE FUNCTION medsched._refuse_extra_dose(relation oid, s record, at timestamptz, inactivated timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF s.as_needed THEN
    PERFORM medsched._refuse_rule(relation, 'extra_dose_not_as_needed', 'a dose as needed cannot be extra',
      format('Schedule "%s" has no set times that a dose could be beside.', s.id), 'Call medsched.take_as_needed().');
  ELSIF date_trunc('second', at) <> at THEN
    PERFORM medsched._refuse_rule(relation, 'dose_is_scheduled', format('schedule "%s" has no dose at %s', s.id, at),
      'An extra dose is at a whole second.', 'Call medsched.record_extra_dose(), which leaves out the fraction of the second.');
  ELSIF coalesce(at < inactivated, true) AND medsched._has_dose(s, at) AND (coalesce(s.after_last, s.follows_by) IS NULL OR medsched._is_counted_dose(s.user_id, s.id, at))
        -- The schedule may have got a dose there since.
        AND NOT medsched._is_importing(s.user_id) THEN
    PERFORM medsched._refuse_rule(relation, 'extra_dose_is_extra', format('schedule "%s" has a dose at %s', s.id, at),
      'An extra dose is at none of its schedule''s.', 'To record the schedule''s dose, call medsched.mark_dose_taken().');
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._refuse_extra_dose(oid, record, timestamptz, timestamptz) IS
  'Internal: refuses an extra dose that is none';

-- Whether a dose is the one that is counted from the last one recorded before it.
CREATE OR REPLACE FUNCTION medsched._is_counted_dose(of_user uuid, of_schedule uuid, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce((medsched._counted_dose(of_user, of_schedule, at)).scheduled_for = at, false);
END
$$;

COMMENT ON FUNCTION medsched._is_counted_dose(uuid, uuid, timestamptz) IS
  'Internal: whether a dose is the one that is counted from the last one recorded before it';

-- Whether it is, with a lock on that one: whoever takes it back at the same time is waited for, and then the dose is counted from
-- the one before.  On a snapshot that may be old, _check_dose_is_scheduled() has looked.
CREATE OR REPLACE FUNCTION medsched._holds_counted_dose(of_user uuid, of_schedule uuid, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  counted record;
BEGIN
  LOOP
    SELECT c.* INTO counted FROM medsched._counted_dose(of_user, of_schedule, at) AS c;
    EXIT WHEN counted.from_schedule IS NULL;
    PERFORM FROM medsched.dose_taken AS d
      WHERE d.user_id = of_user AND d.schedule_id = counted.from_schedule AND d.scheduled_for = counted.from_dose FOR KEY SHARE;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN NOT medsched._sees_latest() OR coalesce(counted.scheduled_for = at, false);
END
$$;

COMMENT ON FUNCTION medsched._holds_counted_dose(uuid, uuid, timestamptz) IS
  'Internal: whether a dose is the one that is counted from the last one recorded before it, which is locked';

-- Whether a schedule, a row of the table, has a dose at an instant; counted from the last dose, whether it may have one.
CREATE OR REPLACE FUNCTION medsched._has_dose(s record, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(at < s.ends_at, true)
         AND medsched._allows(s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
                              s.as_needed OR coalesce(s.after_last, s.follows_by) IS NOT NULL, s.effective_from, at);
END
$$;

COMMENT ON FUNCTION medsched._has_dose(record, timestamptz) IS
  'Internal: whether a schedule has a dose at an instant';

-- Says why a schedule has no dose at an instant.  Called by dose_is_scheduled(), with its rights.
CREATE OR REPLACE FUNCTION medsched._refuse_dose(relation oid, of_user uuid, of_schedule uuid, at timestamptz, inactivated timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
  tell CONSTANT boolean := medsched._may_tell('{schedules,medications}');
  s record;
  counted record;
  r medsched._rule;
  before timestamptz;
  after timestamptz;
  successor uuid;
  in_effect CONSTANT text := 'Record it for a schedule in effect then: medsched.schedule_history() lists them.';
  rule text := 'dose_is_scheduled';
  detail text;
  hint text := 'Record a dose at the scheduled_for that medsched.upcoming_doses() gives.';
BEGIN
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = of_schedule;
  IF at >= inactivated THEN
    rule := 'dose_after_inactivation';
    detail := format('The medication was inactivated at %s.', inactivated);
    hint := 'Record a dose before that, or take the medication up again: call medsched.reactivate_medication().';
  ELSIF at >= s.ends_at THEN
    rule := 'dose_after_end';
    detail := format('The schedule ended at %s.', s.ends_at);
    SELECT c.id INTO successor FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.replaces = of_schedule;
    IF FOUND THEN
      detail := detail || format(' Schedule "%s" replaced it.', successor);
      hint := 'Record the dose of the schedule that replaced it: medsched.upcoming_doses() gives it.';
    END IF;
    IF s.as_needed THEN
      hint := in_effect;
    END IF;
  ELSIF s.as_needed THEN
    hint := in_effect;
    IF at < s.effective_from THEN
      rule := 'dose_before_start';
      detail := format('The schedule is in effect from %s on.', s.effective_from);
    ELSE
      detail := format('As needed, a dose is at a whole second from %s in %s on, until the end of the year 9999.', s.starts_at, s.time_zone);
      IF date_trunc('second', at) <> at THEN
        hint := 'Call medsched.take_as_needed(), which leaves out the fraction of the second.';
      ELSE
        rule := 'dose_before_start';
      END IF;
    END IF;
  ELSIF coalesce(s.after_last, s.follows_by) IS NOT NULL THEN
    SELECT c.* INTO counted FROM medsched._counted_dose(of_user, of_schedule, at) AS c;
    IF s.follows_by IS NOT NULL THEN
      detail := 'It has one after each dose of the schedule that it follows, and that one has none so long before.';
    ELSIF counted.scheduled_for IS NULL THEN
      detail := 'The schedule has no dose before the year 10000.';
    ELSIF counted.from_schedule IS NULL THEN
      rule := CASE WHEN at < counted.scheduled_for THEN 'dose_before_start' ELSE rule END;
      detail := format('The first dose is at %s.', counted.scheduled_for);
    ELSE
      detail := format('Counted from the dose at %s, the next is at %s.', counted.from_dose, counted.scheduled_for);
    END IF;
  ELSE
    r := medsched._check_schedule(s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off);
    before := medsched._previous_occurrence(r, s.starts_at, r.zone, at, r.added, r.excluded);
    IF before < s.effective_from THEN
      before := NULL;
    END IF;
    after := medsched._next_occurrence(r, s.starts_at, r.zone, greatest(at, s.effective_from - interval '1 microsecond'),
      r.added, r.excluded);
    IF after >= s.ends_at OR after >= inactivated THEN
      after := NULL;
    END IF;
    detail := CASE WHEN before IS NOT NULL AND after IS NOT NULL THEN format('The nearest doses are at %s and at %s.', before, after)
                   WHEN before IS NOT NULL THEN format('The last dose is at %s.', before)
                   WHEN after IS NOT NULL THEN format('The first dose is at %s.', after)
                   ELSE 'The schedule has no dose before its end.' END;
    IF before IS NULL AND after IS NOT NULL THEN
      rule := 'dose_before_start';
    END IF;
  END IF;
  -- To who may not know more.
  IF NOT tell THEN
    rule := 'dose_is_scheduled';
    detail := NULL;
    hint := 'Record a dose at the scheduled_for that medsched.upcoming_doses() gives.';
  END IF;
  PERFORM medsched._refuse_rule(relation, rule, format('schedule "%s" has no dose at %s', of_schedule, at), detail, hint);
END
$$;

COMMENT ON FUNCTION medsched._refuse_dose(oid, uuid, uuid, timestamptz, timestamptz) IS
  'Internal: raises the error of a dose that its schedule does not have';

CREATE OR REPLACE FUNCTION medsched._dose_valid(
  scheduled_for timestamptz,
  taken_at timestamptz,
  recorded_at timestamptz,
  outcome text,
  amount numeric,
  reason text,
  recorded_by text,
  despite_limits text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rule text;
BEGIN
  rule := CASE
    WHEN NOT (amount > 0 AND amount < 'Infinity') THEN 'dose_taken_amount_positive'
    WHEN amount IS NOT NULL AND outcome = 'skipped' THEN 'dose_taken_amount_when_taken'
    WHEN outcome NOT IN ('taken', 'skipped', 'extra') THEN 'dose_taken_outcome'
    WHEN reason IS NOT NULL AND outcome = 'taken' THEN 'dose_taken_reason_when_skipped'
    WHEN NOT isfinite(scheduled_for) THEN 'dose_taken_scheduled_for_finite'
    WHEN NOT isfinite(taken_at) THEN 'dose_taken_taken_at_finite'
    WHEN (taken_at IS NULL) <> (outcome = 'skipped') THEN 'dose_taken_taken_at_when_taken'
    WHEN scheduled_for < '0001-01-01 00:00+00' OR scheduled_for >= '10000-01-01 00:00+00' THEN 'dose_taken_scheduled_for_in_range'
    WHEN taken_at < '0001-01-01 00:00+00' OR taken_at >= '10000-01-01 00:00+00' THEN 'dose_taken_taken_at_in_range'
    WHEN recorded_at < '0001-01-01 00:00+00' OR recorded_at >= '10000-01-01 00:00+00' THEN 'dose_taken_recorded_at_in_range'
    WHEN amount >= 1e1000 OR scale(amount) > 1000 THEN 'dose_taken_amount_size'
    WHEN length(recorded_by) > 1000 THEN 'dose_taken_recorded_by_length'
    WHEN despite_limits IS NOT NULL AND (outcome = 'skipped' OR length(despite_limits) > 1000 OR despite_limits !~ '[^[:space:]]')
    THEN 'dose_taken_despite_limits_valid'
  END;
  IF rule IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('new row for relation "%s" violates check constraint "%s"', 'dose_taken', rule),
      TABLE = 'dose_taken', CONSTRAINT = rule;
  END IF;
  RETURN true;
END
$$;
