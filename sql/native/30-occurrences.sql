-- When a schedule has doses, from its parts and no table.

CREATE OR REPLACE FUNCTION medsched.occurrences_support(internal) RETURNS internal
LANGUAGE C STRICT
AS 'MODULE_PATHNAME', 'medsched_occurrences_support';

COMMENT ON FUNCTION medsched.occurrences_support(internal) IS
'planner support: rows and cost of medsched.occurrences from its rule and window';

CREATE OR REPLACE FUNCTION medsched.occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS SETOF timestamptz
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 60
SUPPORT medsched.occurrences_support
AS 'MODULE_PATHNAME', 'medsched_occurrences';

CREATE OR REPLACE FUNCTION medsched.count_occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS bigint
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_count_occurrences';

CREATE OR REPLACE FUNCTION medsched.is_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  at timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS boolean
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_is_occurrence';

CREATE OR REPLACE FUNCTION medsched.next_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  after timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_next_occurrence';

CREATE OR REPLACE FUNCTION medsched.previous_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  before timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_previous_occurrence';

-- For a row among those of many people.

CREATE OR REPLACE FUNCTION medsched.schedule_occurrences(
  schedule_id uuid,
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS SETOF timestamptz
LANGUAGE C STABLE PARALLEL SAFE ROWS 60
SUPPORT medsched.occurrences_support
AS 'MODULE_PATHNAME', 'medsched_schedule_occurrences';

CREATE OR REPLACE FUNCTION medsched.count_schedule_occurrences(
  schedule_id uuid,
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS bigint
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_count_schedule_occurrences';

CREATE OR REPLACE FUNCTION medsched._schedule_doses(
  schedule_id uuid,
  recorded timestamptz[],
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int,
  OUT scheduled_for timestamptz,
  OUT nth int)
RETURNS SETOF record
LANGUAGE C STABLE PARALLEL SAFE ROWS 60
SUPPORT medsched.occurrences_support
AS 'MODULE_PATHNAME', 'medsched_schedule_doses';

CREATE OR REPLACE FUNCTION medsched._count_schedule_doses(
  schedule_id uuid,
  recorded timestamptz[],
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS bigint
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_count_schedule_occurrences';

CREATE OR REPLACE FUNCTION medsched.schedule_density_problem(
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_schedule_density_problem';

-- Of the table's CHECKs.

CREATE OR REPLACE FUNCTION medsched.check_dates(name text, dates timestamp[])
RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_dates';
