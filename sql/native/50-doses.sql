-- Which doses are coming up, their states and their handles.

CREATE OR REPLACE FUNCTION medsched.upcoming_doses(
  user_id uuid,
  window_start timestamptz,
  window_end timestamptz)
RETURNS SETOF medsched.dose
LANGUAGE C STABLE PARALLEL SAFE ROWS 50 COST 5000
AS 'MODULE_PATHNAME', 'medsched_upcoming_doses';

CREATE OR REPLACE FUNCTION medsched.next_doses(
  user_id uuid,
  after timestamptz DEFAULT now(),
  max_doses int DEFAULT 10)
RETURNS SETOF medsched.dose
LANGUAGE C STABLE PARALLEL SAFE ROWS 10 COST 5000
AS 'MODULE_PATHNAME', 'medsched_next_doses';

CREATE OR REPLACE FUNCTION medsched.grace_ended_before(grace interval)
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_grace_ended_before';

CREATE OR REPLACE FUNCTION medsched.is_on_time(scheduled_for timestamptz, taken_at timestamptz, grace interval)
RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_is_on_time';

CREATE OR REPLACE FUNCTION medsched.dose_status(scheduled_for timestamptz, outcome text, grace interval)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_status';

CREATE OR REPLACE FUNCTION medsched.is_on_time(scheduled_for timestamptz, taken_at timestamptz, grace interval, tolerance_before interval)
RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_is_on_time';

CREATE OR REPLACE FUNCTION medsched.dose_status(scheduled_for timestamptz, outcome text, grace interval, next_dose timestamptz)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_status';

CREATE OR REPLACE FUNCTION medsched.dose_id(schedule_id uuid, scheduled_for timestamptz)
RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_id';

CREATE OR REPLACE FUNCTION medsched._read_dose_id(dose_id text, OUT schedule_id uuid, OUT scheduled_for timestamptz)
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_read_dose_id';
