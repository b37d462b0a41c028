CREATE OR REPLACE FUNCTION medsched._dose_and_next(rrule text, starts_at timestamp, time_zone text, after timestamptz, at timestamptz, since timestamptz,
  rdates timestamp[], exdates timestamp[], cycle_days_on int, cycle_days_off int)
RETURNS timestamptz[]
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_and_next';

CREATE OR REPLACE FUNCTION medsched._reminder_token(batch uuid, place tid)
RETURNS uuid
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_reminder_token';

CREATE OR REPLACE FUNCTION medsched._reminder_id(dose_id text, kind text, planned_at timestamptz)
RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_reminder_id';

CREATE OR REPLACE FUNCTION medsched._majority(ids uuid[])
RETURNS uuid
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_majority';

CREATE OR REPLACE FUNCTION medsched._lock_due(most int, at timestamptz, OUT places tid[], OUT users uuid[], OUT is_mixed boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_lock_due';

CREATE OR REPLACE FUNCTION medsched._hand_out_ready(places tid[], batch uuid, held_until timestamptz, to_worker text, at timestamptz)
RETURNS SETOF medsched.reminder
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_hand_out_ready';
