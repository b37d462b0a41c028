-- The rules of the domain, as triggers that create_tables() puts on the tables.

CREATE OR REPLACE FUNCTION medsched.medication_has_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_medication_has_schedule';

CREATE OR REPLACE FUNCTION medsched.medications_not_deleted()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_medications_not_deleted';

CREATE OR REPLACE FUNCTION medsched.tables_not_truncated()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_tables_not_truncated';

CREATE OR REPLACE FUNCTION medsched.schedule_has_dose()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_schedule_has_dose';

CREATE OR REPLACE FUNCTION medsched.dose_is_scheduled()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_dose_is_scheduled';

CREATE OR REPLACE FUNCTION medsched.recorded_dose_keeps_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_recorded_dose_keeps_schedule';

CREATE OR REPLACE FUNCTION medsched.recorded_dose_holds_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_recorded_dose_holds_schedule';

CREATE OR REPLACE FUNCTION medsched.recorded_dose_keeps_medication()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_recorded_dose_keeps_medication';

CREATE OR REPLACE FUNCTION medsched.schedule_replaces_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_schedule_replaces_schedule';

CREATE OR REPLACE FUNCTION medsched.schedule_density()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_schedule_density';

CREATE OR REPLACE FUNCTION medsched.units_convert()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_units_convert';

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
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_valid';
