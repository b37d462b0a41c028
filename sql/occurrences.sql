-- occurrences: when a schedule has doses, from its parts and no table.

CREATE FUNCTION medsched.occurrences_support(internal) RETURNS internal
LANGUAGE C STRICT
AS 'MODULE_PATHNAME', 'medsched_occurrences_support';

COMMENT ON FUNCTION medsched.occurrences_support(internal) IS
'planner support: rows and cost of medsched.occurrences from its rule and window';

CREATE FUNCTION medsched.occurrences(
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

COMMENT ON FUNCTION medsched.occurrences(text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'the occurrences of a schedule in the window [window_start, window_end), ascending and distinct; rrule NULL: the one at starts_at; cycle_days_on, cycle_days_off: the rule holds for so many days from the day of starts_at, then pauses for so many. Errors: 22004 for a NULL elsewhere, 22023 for a value that is not valid, 54000 beyond medsched.max_doses';

CREATE FUNCTION medsched.count_occurrences(
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

COMMENT ON FUNCTION medsched.count_occurrences(text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'how many occurrences a schedule has in the window: how many tablets a month takes; arguments and errors as for medsched.occurrences';

CREATE FUNCTION medsched.is_occurrence(
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

COMMENT ON FUNCTION medsched.is_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'whether an instant is an occurrence of a schedule, found without walking there from starts_at; arguments and errors as for medsched.occurrences';

CREATE FUNCTION medsched.next_occurrence(
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

COMMENT ON FUNCTION medsched.next_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'the first occurrence of a schedule after an instant (-infinity: the first of all), or NULL; arguments and errors as for medsched.occurrences';

CREATE FUNCTION medsched.previous_occurrence(
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

COMMENT ON FUNCTION medsched.previous_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'the last occurrence of a schedule before an instant (infinity: the last of all), or NULL; arguments and errors as for medsched.occurrences';
