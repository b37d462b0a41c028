-- The rules of the domain, as triggers that create_tables() puts on the tables.

COMMENT ON FUNCTION medsched.medication_has_schedule() IS
  'Trigger: a medication has at least one schedule when its transaction commits';

COMMENT ON FUNCTION medsched.medications_not_deleted() IS
  'Trigger: medications are inactivated, not deleted';

COMMENT ON FUNCTION medsched.tables_not_truncated() IS
  'Trigger: TRUNCATE, which passes by the triggers of rows, is refused';

COMMENT ON FUNCTION medsched.schedule_has_dose() IS
  'Trigger: a schedule can produce a dose';

COMMENT ON FUNCTION medsched.dose_is_scheduled() IS
  'Trigger: only a dose of its schedule can be recorded';

COMMENT ON FUNCTION medsched.recorded_dose_keeps_schedule() IS
  'Trigger: a dose that was recorded stays a dose of its schedule';

COMMENT ON FUNCTION medsched.recorded_dose_holds_schedule() IS
  'Trigger: a schedule does not go while another session changes one of its doses';

COMMENT ON FUNCTION medsched.recorded_dose_keeps_medication() IS
  'Trigger: a dose that was recorded stays before the inactivation of its medication';

COMMENT ON FUNCTION medsched.schedule_replaces_schedule() IS
  'Trigger: a schedule replaces one of its medication, from its end on, and in no circle';

COMMENT ON FUNCTION medsched.schedule_density() IS
  'Trigger: a schedule has at most medsched.max_doses_per_day doses in 24 hours, and a COUNT of at most 100000';

COMMENT ON FUNCTION medsched._dose_valid(timestamptz, timestamptz, timestamptz, text, numeric, text, text, text) IS
  'CHECK of medsched.dose_taken: an outcome that is taken, skipped or extra, taken_at except of a skipped dose, an amount above 0 of one that was not skipped, a reason of one that was not just taken, despite_limits that is not blank nor of a skipped dose; finite instants of the years 1 to 9999, an amount of at most 1000 digits before and after the point, names of at most 1000 characters. Else 23514, by the name of the rule that the row breaks';

COMMENT ON FUNCTION medsched.units_convert() IS
  'Trigger: amounts that limits add up are in units that convert';

-- Whoever changes the key of a dose holds it, and then waits for its schedule.  So who holds the schedule waits for no dose, as
-- the foreign key of a schedule that goes would.
CREATE OR REPLACE FUNCTION medsched._has_dose_in_change(of_user uuid, of_schedule uuid)
RETURNS boolean
LANGUAGE sql VOLATILE
AS $$
  WITH free AS MATERIALIZED (
    SELECT d.scheduled_for FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2
       FOR KEY SHARE SKIP LOCKED)
  SELECT EXISTS (
    SELECT FROM medsched.dose_taken AS d
     WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2
       AND NOT EXISTS (SELECT FROM free AS f WHERE f.scheduled_for OPERATOR(pg_catalog.=) d.scheduled_for))
$$;

COMMENT ON FUNCTION medsched._has_dose_in_change(uuid, uuid) IS
  'Internal: whether another session is changing the key of a dose of a schedule, or deleting one';
