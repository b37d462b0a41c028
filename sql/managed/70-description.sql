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
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'not in the managed edition yet';
END
$$;

CREATE OR REPLACE FUNCTION medsched.explain_dose(user_id uuid, schedule_id uuid, at timestamptz)
RETURNS TABLE (is_dose boolean, explanation text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'not in the managed edition yet';
END
$$;
