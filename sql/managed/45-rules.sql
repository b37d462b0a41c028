-- The rules of the domain, as triggers that create_tables() puts on the tables.
--
-- Those that read tables do so with the rights of the role that installed medsched,
-- which is to own the tables too; where row security would hide rows even from
-- that role they fail rather than let pass.
--
-- Recording a dose locks its schedule and medication against change, and then looks
-- at them; changing either locks its row, and then looks at the doses recorded.
-- Whichever comes second waits, and sees the first.  Above READ COMMITTED a look is as
-- old as the transaction.  There the first writes to the row that it locks, so that the
-- second fails (40001): so it is with a medication's last schedules, with limits as
-- needed, with circles of replacement, and where a dose comes after the change.  A change
-- that comes after a dose may not see it, for recording writes to no row that a change
-- locks: doc/managed.md.

-- Raise the error of a rule, of which detail and hint may be missing.
CREATE OR REPLACE FUNCTION medsched._refuse_rule(relation regclass, rule text, message text, detail text DEFAULT NULL,
  hint text DEFAULT NULL, code text DEFAULT '23514')
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place record;
BEGIN
  SELECT n.nspname AS schema, c.relname AS name INTO place
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = relation;
  IF detail IS NULL AND hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message,
      SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
  ELSIF hint IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail,
      SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
  ELSIF detail IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = hint,
      SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
  END IF;
  RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = detail, HINT = hint,
    SCHEMA = place.schema, TABLE = place.name, CONSTRAINT = rule;
END
$$;

COMMENT ON FUNCTION medsched._refuse_rule(regclass, text, text, text, text, text) IS
  'Internal: raises the error of a rule, with the table and the constraint in its fields';

-- Refuse a trigger that is not on a table of ours: it would answer questions about any row to whoever hung it on a table of
-- their own.  A row of a partitioned table fires the trigger of its partition, which may stand in any schema.
CREATE OR REPLACE FUNCTION medsched._check_trigger(relation oid, function text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class AS c
                  WHERE c.oid = coalesce(pg_partition_root(relation::regclass), relation)
                    AND c.relnamespace = 'medsched'::regnamespace) THEN
    RAISE EXCEPTION USING ERRCODE = '39P01',
      MESSAGE = format('function "%s" is for the tables of medsched', function);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_trigger(oid, text) IS
  'Internal: checks that a trigger is on a table of schema medsched';

CREATE OR REPLACE FUNCTION medsched._refuse_event(function text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '39P01',
    MESSAGE = format('function "%s" was not fired as the trigger it is made for', function),
    HINT = 'Let medsched.create_tables() create the triggers.';
END
$$;

COMMENT ON FUNCTION medsched._refuse_event(text) IS
  'Internal: raises the error of a trigger that is fired at another event';

-- Whether an error may tell of the rows of a table: the role that the session acts as may read all of them.  The functions
-- that ask run with other rights, so it is looked up.
CREATE OR REPLACE FUNCTION medsched._may_tell(tables text[])
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  role CONSTANT name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
  RETURN (SELECT bool_and(has_table_privilege(role, c.oid, 'SELECT')
                          AND NOT (c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
                                   AND (c.relforcerowsecurity OR NOT pg_has_role(role, c.relowner, 'USAGE'))))
            FROM unnest(tables) AS t (name)
            JOIN pg_class AS c ON c.oid = to_regclass('medsched.' || t.name)
            JOIN pg_roles AS r ON r.rolname = role);
END
$$;

COMMENT ON FUNCTION medsched._may_tell(text[]) IS
  'Internal: whether an error may tell of the rows of tables';

-- Whether a schedule of the table, which is valid, has a dose at an instant: as _is_occurrence, with its own bound.
CREATE OR REPLACE FUNCTION medsched._allows(rrule text, starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[],
  days_on int, days_off int, as_needed boolean, effective_from timestamptz, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  zone CONSTANT text := medsched._zone(time_zone);
BEGIN
  IF NOT isfinite(at) OR date_trunc('second', at) <> at OR at < effective_from THEN
    RETURN false;
  ELSIF as_needed THEN
    RETURN at >= medsched._instant(starts_at, zone) AND at < timestamptz '10000-01-01 00:00Z';
  END IF;
  RETURN medsched._is_occurrence(
    medsched._begin_rule(medsched._read_rule(rrule), starts_at, zone, days_on, days_off), starts_at, zone, at,
    medsched._dates(rdates, zone, 'rdates'), medsched._dates(exdates, zone, 'exdates'));
END
$$;

COMMENT ON FUNCTION medsched._allows(text, timestamp, text, timestamp[], timestamp[], int, int, boolean, timestamptz, timestamptz) IS
  'Internal: whether a schedule has a dose at an instant';

-- Whether erase_user() is at work, for this user: it makes a temporary table that only the tables' owner can make.
CREATE OR REPLACE FUNCTION medsched._is_erasing(user_id uuid)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  erasing boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner
                  WHERE c.relname = '_medsched_erasing' AND c.relnamespace = pg_my_temp_schema()
                    AND c.relkind = 'r' AND r.rolname = current_user) THEN
    RETURN false;
  END IF;
  EXECUTE 'SELECT EXISTS (SELECT FROM pg_temp._medsched_erasing AS e WHERE e.user_id = $1)' INTO erasing USING user_id;
  RETURN erasing;
END
$$;

COMMENT ON FUNCTION medsched._is_erasing(uuid) IS
  'Internal: whether erase_user() is at work for a user';

-- Refuses, at commit, a medication that came without a schedule or lost its last.
CREATE OR REPLACE FUNCTION medsched.medication_has_schedule()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
#variable_conflict use_column
DECLARE
  of_schedule boolean;
  row_user uuid;
  row_medication uuid;
BEGIN
  PERFORM medsched._check_trigger(TG_RELID, 'medication_has_schedule');
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP = 'TRUNCATE' THEN
    PERFORM medsched._refuse_event('medication_has_schedule');
  END IF;
  of_schedule := coalesce(pg_partition_root(TG_RELID), TG_RELID) = 'medsched.schedules'::regclass;
  -- The medication as it is now, or the one that the schedule belonged to.
  IF NOT of_schedule THEN
    row_user := NEW.user_id;
    row_medication := NEW.id;
    PERFORM FROM medsched.medications AS m WHERE m.user_id = row_user AND m.id = row_medication FOR NO KEY UPDATE;
  ELSE
    row_user := OLD.user_id;
    row_medication := OLD.medication_id;
    -- Of two sessions that delete one of the last two each, the second waits here.  That this writes to the row makes the
    -- second fail above READ COMMITTED, where it does not see what the first deleted.
    UPDATE medsched.medications AS m SET name = m.name WHERE m.user_id = row_user AND m.id = row_medication;
  END IF;
  IF FOUND AND NOT EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = row_user AND s.medication_id = row_medication)
     AND NOT medsched._is_erasing(row_user) THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'medication_has_schedule',
      format('medication "%s" has no schedule', row_medication),
      'A medication has at least one schedule when its transaction commits.',
      CASE WHEN of_schedule THEN 'A medication that is no longer taken keeps its schedules: call medsched.inactivate_medication().'
           ELSE 'Insert both in one transaction, or call medsched.create_medication().' END);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched.medications_not_deleted()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._check_trigger(TG_RELID, 'medications_not_deleted');
  IF TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'ROW' OR TG_OP <> 'DELETE' THEN
    PERFORM medsched._refuse_event('medications_not_deleted');
  END IF;
  IF medsched._is_erasing(OLD.user_id) THEN
    RETURN OLD;
  END IF;
  PERFORM medsched._refuse_rule(TG_RELID, 'medications_not_deleted',
    format('medication "%s" cannot be deleted', OLD.id), 'Medications are kept, with the doses recorded.',
    'Inactivate it: call medsched.inactivate_medication().', '23001');
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched.tables_not_truncated()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._check_trigger(TG_RELID, 'tables_not_truncated');
  IF TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'STATEMENT' OR TG_OP <> 'TRUNCATE' THEN
    PERFORM medsched._refuse_event('tables_not_truncated');
  END IF;
  PERFORM medsched._refuse_rule(TG_RELID, TG_NAME,
    format('table "%s" cannot be truncated', TG_TABLE_NAME), 'Medications are kept, with their schedules and the doses recorded.',
    'Inactivate a medication: call medsched.inactivate_medication().', '23001');
  RETURN NULL;
END
$$;

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
  zone text;
  first timestamptz;
  begins text;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'schedule_has_dose');
  END IF;
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('schedule_has_dose');
  END IF;
  IF NEW.as_needed THEN
    RETURN NULL;
  END IF;
  r := medsched._check_schedule(NEW.rrule, NEW.starts_at, NEW.time_zone, NEW.rdates, NEW.exdates, NEW.cycle_days_on, NEW.cycle_days_off);
  zone := medsched._zone(NEW.time_zone);
  first := medsched._next_occurrence(r, NEW.starts_at, zone,
    greatest(timezone('UTC', NEW.starts_at) - interval '48 hours', NEW.effective_from - interval '1 microsecond'),
    medsched._dates(NEW.rdates, zone, 'rdates'), medsched._dates(NEW.exdates, zone, 'exdates'));
  IF first IS NOT NULL THEN
    IF TG_OP = 'INSERT' AND first >= NEW.ends_at AND NEW.replaces IS NULL THEN
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
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('schedule_density');
  END IF;
  IF NEW.as_needed THEN
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
  IF before.as_needed IS FALSE THEN
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

CREATE OR REPLACE FUNCTION medsched._density(rrule text, starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[],
  days_on int, days_off int, OUT per_day bigint, OUT count bigint)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  zone CONSTANT text := medsched._zone(time_zone);
  r CONSTANT medsched._rule := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, days_on, days_off);
BEGIN
  per_day := medsched._most_per_day(r, medsched._dates(rdates, zone, 'rdates')
                                       || CASE WHEN rrule IS NULL THEN medsched._instant(starts_at, zone) END);
  count := r.count;
END
$$;

COMMENT ON FUNCTION medsched._density(text, timestamp, text, timestamp[], timestamp[], int, int) IS
  'Internal: how many doses a schedule can have in a day, and its COUNT';

-- The limits of what is taken as needed are each at most so many doses within so long.  The place of the first of the doses,
-- ascending, that break a limit together with one at an instant; NULL: none do.
CREATE OR REPLACE FUNCTION medsched._limit_broken(doses timestamptz[], most int, within interval, at timestamptz)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT min(d.nth) FROM unnest(doses) WITH ORDINALITY AS d (at, nth)
           WHERE d.at > _limit_broken.at - within AND d.at < _limit_broken.at + within
             AND greatest(doses[d.nth + most - 1], _limit_broken.at) - least(d.at, _limit_broken.at) < within
             AND doses[d.nth + most - 1] IS NOT NULL);
END
$$;

COMMENT ON FUNCTION medsched._limit_broken(timestamptz[], int, interval, timestamptz) IS
  'Internal: which doses break a limit together with another';

-- The first instant from one on at which a dose breaks no limit.  Doses that break one do so until the first of them is as
-- long ago as the limit is long.
CREATE OR REPLACE FUNCTION medsched._next_allowed(doses timestamptz[], min_interval interval, max_per_24h int, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  first int;
  moved boolean := true;
BEGIN
  WHILE moved LOOP
    moved := false;
    first := medsched._limit_broken(doses, 1, min_interval, at);
    IF first IS NOT NULL THEN
      at := date_trunc('second', doses[first] + min_interval + interval '0.999999 seconds');
      moved := true;
    END IF;
    first := medsched._limit_broken(doses, max_per_24h, interval '24 hours', at);
    IF first IS NOT NULL THEN
      at := date_trunc('second', doses[first] + interval '24 hours' + interval '0.999999 seconds');
      moved := true;
    END IF;
  END LOOP;
  RETURN at;
END
$$;

COMMENT ON FUNCTION medsched._next_allowed(timestamptz[], interval, int, timestamptz) IS
  'Internal: when limits allow a dose as needed';

-- Checks the limits, and gives min_interval as elapsed time.
CREATE OR REPLACE FUNCTION medsched._check_limits(min_interval interval, max_per_24h int)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  elapsed CONSTANT interval := medsched._elapsed(min_interval);
BEGIN
  IF elapsed <= interval '0' OR elapsed > interval '366 days' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'min_interval must be above 0 and at most 366 days';
  END IF;
  IF max_per_24h < 1 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'max_per_24h must be at least 1', DETAIL = format('It is %s.', max_per_24h);
  END IF;
  RETURN elapsed;
END
$$;

COMMENT ON FUNCTION medsched._check_limits(interval, int) IS
  'Internal: checks the limits of a schedule as needed';

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
DECLARE
  at timestamptz;
  s record;
  inactivated timestamptz;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'dose_is_scheduled');
  END IF;
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('dose_is_scheduled');
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.user_id <> NEW.user_id THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'recorded_dose_keeps_user',
      format('the dose at %s cannot become another user''s', OLD.scheduled_for),
      format('It was recorded of user "%s".', OLD.user_id), 'Delete the row, and record the dose of the other user.');
  END IF;
  at := NEW.scheduled_for;
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = NEW.user_id AND c.id = NEW.schedule_id FOR SHARE;
  IF NOT FOUND THEN
    RAISE 'schedule "%" is gone', NEW.schedule_id;
  END IF;
  -- Doses within limits lock their medication against each other, too: of two that are recorded at once, the second waits, and
  -- counts the first.  The stronger lock is taken at once, for two that both held the weaker could not both go on.
  IF coalesce(s.min_interval, '0') > '0' OR s.max_per_24h IS NOT NULL THEN
    UPDATE medsched.medications AS m SET name = m.name
     WHERE m.user_id = NEW.user_id AND m.id = s.medication_id RETURNING m.inactivated_at INTO inactivated;
  ELSE
    SELECT m.inactivated_at INTO inactivated
      FROM medsched.medications AS m WHERE m.user_id = NEW.user_id AND m.id = s.medication_id FOR SHARE;
  END IF;
  IF at >= inactivated OR at >= s.ends_at
     OR NOT medsched._allows(s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
                             s.as_needed, s.effective_from, at) THEN
    PERFORM medsched._refuse_dose(TG_RELID, NEW.user_id, NEW.schedule_id, at, inactivated);
  END IF;
  IF s.as_needed THEN
    IF NEW.outcome = 'skipped' THEN
      PERFORM medsched._refuse_rule(TG_RELID, 'as_needed_not_skipped', 'a dose as needed cannot be skipped',
        format('Schedule "%s" has no doses but those taken.', NEW.schedule_id));
    END IF;
    IF s.min_interval IS NOT NULL OR s.max_per_24h IS NOT NULL THEN
      PERFORM medsched._check_as_needed(TG_RELID, NEW.user_id, NEW.schedule_id, at, inactivated);
    END IF;
  END IF;
  RETURN NULL;
END
$$;

-- Says why a schedule has no dose at an instant.  Called by dose_is_scheduled(), with its rights.
CREATE OR REPLACE FUNCTION medsched._refuse_dose(relation oid, of_user uuid, of_schedule uuid, at timestamptz, inactivated timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  tell CONSTANT boolean := medsched._may_tell('{schedules,medications}');
  s record;
  r medsched._rule;
  zone text;
  before timestamptz;
  after timestamptz;
  successor uuid;
  detail text;
BEGIN
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = of_schedule;
  IF at >= inactivated THEN
    detail := format('The medication was inactivated at %s.', inactivated);
  ELSIF at >= s.ends_at THEN
    detail := format('The schedule ended at %s.', s.ends_at);
    SELECT c.id INTO successor FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.replaces = of_schedule;
    IF FOUND THEN
      detail := detail || format(' Schedule "%s" replaced it.', successor);
    END IF;
  ELSIF s.as_needed AND at < s.effective_from THEN
    detail := format('The schedule is in effect from %s on.', s.effective_from);
  ELSIF s.as_needed THEN
    detail := format('As needed, a dose is at a whole second from %s in %s on, until the end of the year 9999.', s.starts_at, s.time_zone);
  ELSE
    zone := medsched._zone(s.time_zone);
    r := medsched._begin_rule(medsched._read_rule(s.rrule), s.starts_at, zone, s.cycle_days_on, s.cycle_days_off);
    before := medsched._previous_occurrence(r, s.starts_at, zone, at,
      medsched._dates(s.rdates, zone, 'rdates'), medsched._dates(s.exdates, zone, 'exdates'));
    IF before < s.effective_from THEN
      before := NULL;
    END IF;
    after := medsched._next_occurrence(r, s.starts_at, zone, greatest(at, s.effective_from - interval '1 microsecond'),
      medsched._dates(s.rdates, zone, 'rdates'), medsched._dates(s.exdates, zone, 'exdates'));
    IF after >= s.ends_at OR after >= inactivated THEN
      after := NULL;
    END IF;
    detail := CASE WHEN before IS NOT NULL AND after IS NOT NULL THEN format('The nearest doses are at %s and at %s.', before, after)
                   WHEN before IS NOT NULL THEN format('The last dose is at %s.', before)
                   WHEN after IS NOT NULL THEN format('The first dose is at %s.', after)
                   ELSE 'The schedule has no dose before its end.' END;
  END IF;
  PERFORM medsched._refuse_rule(relation, 'dose_is_scheduled',
    format('schedule "%s" has no dose at %s', of_schedule, at),
    CASE WHEN tell THEN detail END,
    CASE WHEN NOT tell OR NOT s.as_needed THEN 'Record a dose at the scheduled_for that medsched.upcoming_doses() gives.'
         WHEN date_trunc('second', at) <> at THEN 'Call medsched.take_as_needed(), which leaves out the fraction of the second.'
         ELSE 'Record it for a schedule in effect then: medsched.schedule_history() lists them.' END);
END
$$;

COMMENT ON FUNCTION medsched._refuse_dose(oid, uuid, uuid, timestamptz, timestamptz) IS
  'Internal: raises the error of a dose that its schedule does not have';

-- Checks a dose as needed against the others.  Called by dose_is_scheduled(), with its rights.
CREATE OR REPLACE FUNCTION medsched._check_as_needed(relation oid, of_user uuid, of_schedule uuid, at timestamptz, inactivated timestamptz)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  tell boolean;
  s record;
  least_apart interval;
  reach interval;
  doses timestamptz[];
  first int;
  others text;
  next timestamptz;
  too_close boolean := true;
BEGIN
  SELECT c.* INTO s FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = of_schedule;
  least_apart := medsched._check_limits(s.min_interval, s.max_per_24h);
  reach := greatest(least_apart, CASE WHEN s.max_per_24h IS NOT NULL THEN interval '24 hours' END);
  doses := medsched._doses_as_needed(of_user, s.medication_id, at - reach, at + reach, at);
  first := medsched._limit_broken(doses, 1, least_apart, at);
  IF first IS NULL THEN
    too_close := false;
    first := medsched._limit_broken(doses, s.max_per_24h, interval '24 hours', at);
  END IF;
  IF first IS NULL THEN
    RETURN;
  END IF;

  tell := medsched._may_tell('{schedules,dose_taken}');
  others := CASE
    WHEN too_close THEN format('Doses are at least %s apart, and one was taken at %s.', s.min_interval, doses[first])
    WHEN s.max_per_24h = 1 THEN format('At most 1 dose is taken in any 24 hours, and one was taken at %s.', doses[first])
    ELSE format('At most %s doses are taken in any 24 hours, and %s were taken from %s to %s.',
                s.max_per_24h, s.max_per_24h, doses[first], doses[first + s.max_per_24h - 1]) END;
  next := medsched._next_allowed(medsched._doses_as_needed(of_user, s.medication_id, at - reach, 'infinity', at),
                                 least_apart, s.max_per_24h, at);
  PERFORM medsched._refuse_rule(relation, CASE WHEN too_close THEN 'as_needed_min_interval' ELSE 'as_needed_max_per_24h' END,
    format(CASE WHEN too_close THEN 'the dose at %s is too close to another' ELSE 'the dose at %s is one too many in 24 hours' END, at),
    CASE WHEN tell THEN others || CASE WHEN next < least(s.ends_at, inactivated, timestamptz '10000-01-01 00:00Z')
                                       THEN format(' The next is allowed at %s.', next)
                                       ELSE ' No later one is allowed before the schedule ends.' END END,
    'Call medsched.next_as_needed_at() to learn when a dose is allowed.');
END
$$;

COMMENT ON FUNCTION medsched._check_as_needed(oid, uuid, uuid, timestamptz, timestamptz) IS
  'Internal: checks a dose as needed against the limits of its schedule';

-- When doses of a medication were taken as needed, ascending, one left out.
CREATE OR REPLACE FUNCTION medsched._doses_as_needed(of_user uuid, of_medication uuid, after timestamptz, until timestamptz, but timestamptz)
RETURNS timestamptz[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN ARRAY(
    SELECT d.scheduled_for
      FROM medsched.dose_taken AS d
      JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
     WHERE d.user_id = of_user AND s.user_id = of_user AND s.medication_id = of_medication AND s.as_needed
       AND d.outcome = 'taken' AND d.scheduled_for > after AND d.scheduled_for < until AND d.scheduled_for IS DISTINCT FROM but
     ORDER BY d.scheduled_for);
END
$$;

COMMENT ON FUNCTION medsched._doses_as_needed(uuid, uuid, timestamptz, timestamptz, timestamptz) IS
  'Internal: when doses of a medication were taken as needed';

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
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._refuse_rule(relation, 'recorded_dose_keeps_schedule',
    format('%s "%s" has recorded doses that would no longer be scheduled', kind, id),
    CASE WHEN medsched._may_tell('{dose_taken}') THEN format('The first of them is the dose at %s.', at) END, hint);
END
$$;

COMMENT ON FUNCTION medsched._refuse_change(oid, text, uuid, timestamptz, text) IS
  'Internal: raises the error of a change that would leave a dose without its schedule';

-- Checks a schedule against the one that it replaces, and against the one that replaces it.
CREATE OR REPLACE FUNCTION medsched.schedule_replaces_schedule()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
  other record;
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'schedule_replaces_schedule');
  END IF;
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('schedule_replaces_schedule');
  END IF;
  IF NEW.replaces IS NOT NULL THEN
    -- Against a change of it by others, which looks at what replaces it.
    SELECT s.id, s.medication_id, s.ends_at INTO other
      FROM medsched.schedules AS s WHERE s.user_id = NEW.user_id AND s.id = NEW.replaces FOR SHARE;
    IF FOUND THEN
      PERFORM medsched._check_link(TG_RELID, other.id, other.medication_id, other.ends_at, NEW.id, NEW.medication_id, NEW.effective_from);
    END IF;
  END IF;
  SELECT s.id, s.medication_id, s.effective_from INTO other
    FROM medsched.schedules AS s WHERE s.user_id = NEW.user_id AND s.replaces = NEW.id;
  IF FOUND THEN
    PERFORM medsched._check_link(TG_RELID, NEW.id, NEW.medication_id, NEW.ends_at, other.id, other.medication_id, other.effective_from);
    IF NEW.replaces IS NOT NULL THEN
      -- Two sessions could each close one half of a circle.
      UPDATE medsched.medications AS m SET name = m.name WHERE m.user_id = NEW.user_id AND m.id = NEW.medication_id;
      -- UNION, not UNION ALL: a circle loaded with triggers off must not hold us.
      PERFORM FROM (
        WITH RECURSIVE chain AS (
          SELECT s.replaces FROM medsched.schedules AS s WHERE s.user_id = NEW.user_id AND s.id = NEW.id
          UNION
          SELECT s.replaces FROM chain AS c
            JOIN medsched.schedules AS s ON s.user_id = NEW.user_id AND s.id = c.replaces)
        SELECT FROM chain AS c WHERE c.replaces = NEW.id) AS itself;
      IF FOUND THEN
        PERFORM medsched._refuse_rule(TG_RELID, 'schedule_replaces_schedule', format('schedule "%s" replaces itself', NEW.id),
          'What it replaces replaces it in turn.', 'A schedule replaces one that was before it.');
      END IF;
    END IF;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched._check_link(relation oid, former uuid, former_medication uuid, ends_at timestamptz,
  latter uuid, latter_medication uuid, effective_from timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
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

CREATE OR REPLACE FUNCTION medsched._dose_in_range(
  scheduled_for timestamptz,
  taken_at timestamptz,
  recorded_at timestamptz,
  amount numeric,
  recorded_by text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  bound text;
BEGIN
  bound := CASE
    WHEN scheduled_for < '0001-01-01 00:00+00' OR scheduled_for >= '10000-01-01 00:00+00' THEN 'dose_taken_scheduled_for_in_range'
    WHEN taken_at < '0001-01-01 00:00+00' OR taken_at >= '10000-01-01 00:00+00' THEN 'dose_taken_taken_at_in_range'
    WHEN recorded_at < '0001-01-01 00:00+00' OR recorded_at >= '10000-01-01 00:00+00' THEN 'dose_taken_recorded_at_in_range'
    WHEN amount >= 1e1000 OR scale(amount) > 1000 THEN 'dose_taken_amount_size'
    WHEN length(recorded_by) > 1000 THEN 'dose_taken_recorded_by_length'
  END;
  IF bound IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('new row for relation "%s" violates check constraint "%s"', 'dose_taken', bound),
      SCHEMA = 'medsched', TABLE = 'dose_taken', CONSTRAINT = bound;
  END IF;
  RETURN true;
END
$$;
