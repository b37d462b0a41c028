-- A schedule, and why a dose is one, in English.

CREATE OR REPLACE FUNCTION medsched.describe_schedule(
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  ends_at timestamptz DEFAULT NULL,
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL,
  as_needed boolean DEFAULT false,
  min_interval interval DEFAULT NULL,
  max_per_24h int DEFAULT NULL,
  effective_from timestamptz DEFAULT NULL)
RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_describe_schedule';

CREATE OR REPLACE FUNCTION medsched.explain_dose(user_id uuid, schedule_id uuid, at timestamptz)
RETURNS TABLE (is_dose boolean, explanation text)
LANGUAGE C STABLE PARALLEL SAFE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_explain_dose';
