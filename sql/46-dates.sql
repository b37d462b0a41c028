-- The single dates of a schedule do something: each of its exdates leaves out a dose, and each of its rdates lies where the
-- schedule has doses.  The commonest mistake of all calendars is to leave out midnight of a day.
--
-- Only what is written is judged.  A row may keep the dates that it has when its rule or its bounds change, and the row that
-- replaces it takes them over; so does one that import_user() brings.

-- Dates of a list that another has not, each once.
CREATE OR REPLACE FUNCTION medsched._new_dates(dates timestamp[], known timestamp[])
RETURNS timestamp[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(SELECT d FROM unnest(dates) AS d EXCEPT SELECT k FROM unnest(known) AS k ORDER BY 1)
$$;

COMMENT ON FUNCTION medsched._new_dates(timestamp[], timestamp[]) IS
  'Internal: the dates of a list that another has not';

-- The first of some dates that a schedule has no dose at to leave out; NULL: it has one at each.
CREATE OR REPLACE FUNCTION medsched._idle_exdate(schedule medsched._schedule, dates timestamp[])
RETURNS timestamp
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  doses CONSTANT timestamp[] := medsched._left_out_times(dates, schedule.rrule, schedule.starts_at, schedule.time_zone, schedule.rdates,
    schedule.cycle_days_on, schedule.cycle_days_off, timestamptz '-infinity', timestamptz 'infinity');
BEGIN
  RETURN (SELECT min(d) FROM unnest(dates) AS d
           WHERE medsched._to_instant(d, schedule.time_zone) NOT IN (SELECT medsched._to_instant(t, schedule.time_zone) FROM unnest(doses) AS t));
END
$$;

COMMENT ON FUNCTION medsched._idle_exdate(medsched._schedule, timestamp[]) IS
  'Internal: the first date that leaves out nothing';

-- What would do in place of a date at which there is no dose: the doses of its day, or the nearest.
CREATE OR REPLACE FUNCTION medsched._doses_near_date(schedule medsched._schedule, date timestamp)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most CONSTANT int := 4;
  zone CONSTANT text := schedule.time_zone;
  at CONSTANT timestamptz := medsched._to_instant(date, zone);
  doses timestamp[];
BEGIN
  doses := ARRAY(
    SELECT medsched._to_local(o, zone)
      FROM medsched.schedule_occurrences(NULL::uuid, schedule.rrule, schedule.starts_at, zone,
             medsched._to_instant(date_trunc('day', date), zone), medsched._to_instant(date_trunc('day', date) + interval '1 day', zone),
             schedule.rdates, '{}'::timestamp[], schedule.cycle_days_on, schedule.cycle_days_off) AS o
     ORDER BY o LIMIT most + 1);
  IF doses <> '{}' THEN
    RETURN format('Its doses of that day: %s%s.', array_to_string(doses[:most], ', '), CASE WHEN cardinality(doses) > most THEN ' and later ones' END);
  END IF;
  doses := ARRAY[
    medsched._to_local(medsched.previous_occurrence(schedule.rrule, schedule.starts_at, zone, at, schedule.rdates, '{}'::timestamp[],
      schedule.cycle_days_on, schedule.cycle_days_off), zone),
    medsched._to_local(medsched.next_occurrence(schedule.rrule, schedule.starts_at, zone, at, schedule.rdates, '{}'::timestamp[],
      schedule.cycle_days_on, schedule.cycle_days_off), zone)];
  RETURN CASE WHEN array_to_string(doses, '') <> '' THEN format('Its nearest doses: %s.', array_to_string(doses, ', ')) END;
END
$$;

COMMENT ON FUNCTION medsched._doses_near_date(medsched._schedule, timestamp) IS
  'Internal: the doses of a schedule that are nearest to a date, in words';

-- What is wrong with dates that a schedule is given: a date that leaves out nothing, or one outside its bounds.  No rule: nothing.
CREATE OR REPLACE FUNCTION medsched._dates_problem(schedule medsched._schedule, added timestamp[], left_out timestamp[],
  OUT rule text, OUT message text, OUT detail text, OUT hint text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  zone CONSTANT text := schedule.time_zone;
  begins CONSTANT timestamptz := greatest(medsched._to_instant(schedule.starts_at, zone), schedule.effective_from);
  date timestamp;
BEGIN
  date := CASE WHEN left_out <> '{}' THEN medsched._idle_exdate(schedule, left_out) END;
  IF date IS NOT NULL THEN
    rule := 'schedule_exdates_are_doses';
    message := format('exdates has %s, when the schedule has no dose', date);
    detail := medsched._doses_near_date(schedule, date);
    hint := 'An exdate is the wall-clock time of the dose that it leaves out, in the time zone of the schedule.';
    RETURN;
  END IF;
  date := CASE WHEN added <> '{}' THEN (
    SELECT min(d) FROM unnest(added) AS d
     WHERE medsched._to_instant(d, zone) < begins OR medsched._to_instant(d, zone) >= schedule.ends_at) END;
  IF date IS NOT NULL THEN
    rule := 'schedule_rdates_in_bounds';
    message := format('rdates has %s, when the schedule is not in effect', date);
    IF medsched._to_instant(date, zone) < begins THEN
      detail := format('In time zone %s, its first possible time is %s.', zone,
                       medsched._to_local(date_trunc('second', begins + interval '999999 microseconds'), zone));
      hint := 'Use that time or a later one, or add the dose to the schedule that is in effect before.';
    ELSE
      detail := format('In time zone %s, its last possible time is %s.', zone,
                       medsched._to_local(date_trunc('second', schedule.ends_at - interval '1 microsecond'), zone));
      hint := 'Use that time or an earlier one, or add the dose to the schedule that is in effect then.';
    END IF;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._dates_problem(medsched._schedule, timestamp[], timestamp[]) IS
  'Internal: what is wrong with dates of a schedule';

-- The dates of the row that a schedule replaces; a row that the caller cannot read has none to tell of.
CREATE OR REPLACE FUNCTION medsched._dates_replaced(of_user uuid, of_schedule uuid, OUT rdates timestamp[], OUT exdates timestamp[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  SELECT s.rdates, s.exdates INTO $3, $4 FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;
END
$$;

COMMENT ON FUNCTION medsched._dates_replaced(uuid, uuid) IS
  'Internal: the dates of the schedule that another replaces';

CREATE OR REPLACE FUNCTION medsched.schedule_dates()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  rdates timestamp[] := '{}';
  exdates timestamp[] := '{}';
  problem record;
BEGIN
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    RAISE EXCEPTION USING ERRCODE = '39P01', MESSAGE = 'function "schedule_dates" was not fired as the trigger it is made for',
      HINT = 'Let medsched.create_tables() create the triggers.';
  END IF;
  IF TG_OP = 'INSERT' AND medsched._is_importing(NEW.user_id) THEN
    RETURN NULL;
  ELSIF TG_OP = 'UPDATE' THEN
    rdates := OLD.rdates;
    exdates := OLD.exdates;
  ELSIF NEW.replaces IS NOT NULL THEN
    SELECT r.rdates, r.exdates INTO rdates, exdates FROM medsched._dates_replaced(NEW.user_id, NEW.replaces) AS r;
  END IF;
  problem := medsched._dates_problem(
    (NEW.user_id, NEW.id, NEW.medication_id, NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates, NEW.cycle_days_on,
     NEW.cycle_days_off, NEW.as_needed, NEW.effective_from, NEW.ends_at, NULL::interval)::medsched._schedule,
    medsched._new_dates(NEW.rdates, rdates), medsched._new_dates(NEW.exdates, exdates));
  IF problem.rule IS NOT NULL THEN
    IF problem.detail IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = problem.message, HINT = problem.hint,
        TABLE = TG_TABLE_NAME, CONSTRAINT = problem.rule;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = problem.message, DETAIL = problem.detail, HINT = problem.hint,
      TABLE = TG_TABLE_NAME, CONSTRAINT = problem.rule;
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched.schedule_dates() IS
  'Trigger: each exdate of a schedule leaves out a dose, and each rdate is within its bounds';

-- What is wrong with the dates of a row; NULL: nothing, or that it cannot be read.  A row that was ended since may have rdates
-- beyond its end.
CREATE OR REPLACE FUNCTION medsched._dates_of_row_problem(rrule text, starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[],
  cycle_days_on int, cycle_days_off int, effective_from timestamptz, rdates_replaced timestamp[], exdates_replaced timestamp[],
  OUT rule text, OUT problem text)
LANGUAGE plpgsql STABLE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  SELECT p.rule, concat_ws(' ', p.message || '.', p.detail) INTO rule, problem
    FROM medsched._dates_problem((NULL, NULL, NULL, $2, $3, $1, $4, $5, $6, $7, false, $8, NULL, NULL)::medsched._schedule,
           medsched._new_dates($4, $9), medsched._new_dates($5, $10)) AS p;
EXCEPTION WHEN data_exception OR feature_not_supported THEN
  -- What is to be said of such a row, schedule_has_dose says.
  rule := NULL;
END
$$;

COMMENT ON FUNCTION medsched._dates_of_row_problem(text, timestamp, text, timestamp[], timestamp[], int, int, timestamptz, timestamp[], timestamp[]) IS
  'For check_integrity: what is wrong with the dates of a schedule';
