-- Which doses of several users are coming up.

CREATE OR REPLACE FUNCTION medsched.upcoming_doses_of(
  user_ids uuid[],
  window_start timestamptz,
  window_end timestamptz)
RETURNS SETOF medsched.user_dose
LANGUAGE C STABLE PARALLEL SAFE ROWS 500 COST 50000
AS 'MODULE_PATHNAME', 'medsched_upcoming_doses_of';

CREATE OR REPLACE FUNCTION medsched.next_doses_of(
  user_ids uuid[],
  after timestamptz DEFAULT now(),
  max_doses int DEFAULT 10)
RETURNS SETOF medsched.user_dose
LANGUAGE C STABLE PARALLEL SAFE ROWS 100 COST 50000
AS 'MODULE_PATHNAME', 'medsched_next_doses_of';
