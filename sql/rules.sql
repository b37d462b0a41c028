-- The rules of the domain, as triggers that create_tables() puts on the tables.

CREATE FUNCTION medsched.medication_has_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_medication_has_schedule';

COMMENT ON FUNCTION medsched.medication_has_schedule() IS
  'Trigger: a medication has at least one schedule when its transaction commits';

CREATE FUNCTION medsched.medications_not_deleted()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_medications_not_deleted';

COMMENT ON FUNCTION medsched.medications_not_deleted() IS
  'Trigger: medications are inactivated, not deleted';

CREATE FUNCTION medsched.tables_not_truncated()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_tables_not_truncated';

COMMENT ON FUNCTION medsched.tables_not_truncated() IS
  'Trigger: TRUNCATE, which passes by the triggers of rows, is refused';

CREATE FUNCTION medsched.schedule_has_dose()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_schedule_has_dose';

COMMENT ON FUNCTION medsched.schedule_has_dose() IS
  'Trigger: a schedule can produce a dose';

CREATE FUNCTION medsched.dose_is_scheduled()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_dose_is_scheduled';

COMMENT ON FUNCTION medsched.dose_is_scheduled() IS
  'Trigger: only a dose of its schedule can be recorded';

CREATE FUNCTION medsched.recorded_dose_keeps_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_recorded_dose_keeps_schedule';

COMMENT ON FUNCTION medsched.recorded_dose_keeps_schedule() IS
  'Trigger: a dose that was recorded stays a dose of its schedule';

CREATE FUNCTION medsched.recorded_dose_keeps_medication()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_recorded_dose_keeps_medication';

COMMENT ON FUNCTION medsched.recorded_dose_keeps_medication() IS
  'Trigger: a dose that was recorded stays before the inactivation of its medication';
