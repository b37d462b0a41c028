-- What the text of a rule says, and wall clock to instant and back.

CREATE OR REPLACE FUNCTION medsched._rule_parts(rrule text)
RETURNS medsched._recurrence
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_rule_parts';

CREATE OR REPLACE FUNCTION medsched._to_instant(local timestamp, time_zone text)
RETURNS timestamptz
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_to_instant';

CREATE OR REPLACE FUNCTION medsched._to_local(at timestamptz, time_zone text)
RETURNS timestamp
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_to_local';
