-- Doses: which are coming up, their handles, and recording that one was taken.

CREATE FUNCTION medsched.upcoming_doses(
  user_id uuid,
  window_start timestamptz,
  window_end timestamptz,
  OUT dose_id text,
  OUT scheduled_for timestamptz,
  OUT local_time timestamp,
  OUT time_zone text,
  OUT medication_id uuid,
  OUT medication_name text,
  OUT schedule_id uuid,
  OUT dose_amount numeric,
  OUT dose_unit text,
  OUT instructions text,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT status text)
RETURNS SETOF record
LANGUAGE C STABLE PARALLEL SAFE ROWS 50 COST 5000
AS 'MODULE_PATHNAME', 'medsched_upcoming_doses';

COMMENT ON FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) IS
  'A user''s doses in [window_start, window_end), recorded or not, in order of time';

CREATE FUNCTION medsched.next_doses(
  user_id uuid,
  after timestamptz DEFAULT pg_catalog.now(),
  max_doses int DEFAULT 10,
  OUT dose_id text,
  OUT scheduled_for timestamptz,
  OUT local_time timestamp,
  OUT time_zone text,
  OUT medication_id uuid,
  OUT medication_name text,
  OUT schedule_id uuid,
  OUT dose_amount numeric,
  OUT dose_unit text,
  OUT instructions text,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT status text)
RETURNS SETOF record
LANGUAGE C STABLE PARALLEL SAFE ROWS 10 COST 5000
AS 'MODULE_PATHNAME', 'medsched_next_doses';

COMMENT ON FUNCTION medsched.next_doses(uuid, timestamptz, int) IS
  'A user''s earliest doses after an instant that are not recorded, at most max_doses, however far ahead; in order of time';

CREATE FUNCTION medsched.grace_ended_before(grace interval)
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_grace_ended_before';

COMMENT ON FUNCTION medsched.grace_ended_before(interval) IS
  'now() less the grace of a schedule (NULL: medsched.grace): a dose before that and not recorded is missed. A day is 24 hours';

CREATE FUNCTION medsched.is_on_time(scheduled_for timestamptz, taken_at timestamptz, grace interval)
RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_is_on_time';

COMMENT ON FUNCTION medsched.is_on_time(timestamptz, timestamptz, interval) IS
  'whether a dose was taken within the grace of its schedule (NULL: medsched.grace), before or after its time; false for taken_at NULL. A day is 24 hours';

CREATE FUNCTION medsched.dose_status(scheduled_for timestamptz, outcome text, grace interval)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_status';

COMMENT ON FUNCTION medsched.dose_status(timestamptz, text, interval) IS
  'taken, skipped, upcoming, due or missed: of a dose with that outcome (NULL: not recorded) at now(); grace NULL: medsched.grace';

CREATE FUNCTION medsched.dose_id(schedule_id uuid, scheduled_for timestamptz)
RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_id';

COMMENT ON FUNCTION medsched.dose_id(uuid, timestamptz) IS
  'The stable, URL-safe handle of a dose';

CREATE FUNCTION medsched.mark_dose_taken(
  INOUT user_id uuid,
  INOUT schedule_id uuid,
  INOUT scheduled_for timestamptz,
  INOUT taken_at timestamptz DEFAULT pg_catalog.now(),
  INOUT recorded_by text DEFAULT NULL,
  INOUT amount numeric DEFAULT NULL,
  INOUT note text DEFAULT NULL,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken';

COMMENT ON FUNCTION medsched.mark_dose_taken(uuid, uuid, timestamptz, timestamptz, text, numeric, text) IS
  'Records that a dose was taken; once recorded, changes nothing. Returns the dose as recorded';

CREATE FUNCTION medsched.mark_dose_taken_by_id(
  INOUT user_id uuid,
  dose_id text,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  INOUT taken_at timestamptz DEFAULT pg_catalog.now(),
  INOUT recorded_by text DEFAULT NULL,
  INOUT amount numeric DEFAULT NULL,
  INOUT note text DEFAULT NULL,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken_by_id';

COMMENT ON FUNCTION medsched.mark_dose_taken_by_id(uuid, text, timestamptz, text, numeric, text) IS
  'mark_dose_taken for the handle of a dose';
