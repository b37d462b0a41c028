-- What the text of a rule says, and wall clock to instant and back.

-- Lists are ascending, each number once; a part that the text does not have is NULL.  freq: 0 SECONDLY, 1 MINUTELY,
-- 2 HOURLY, 3 DAILY, 4 WEEKLY, 5 MONTHLY, 6 YEARLY.  every: INTERVAL.  until: inclusive, on the wall clock or, where
-- until_utc, in UTC; of a date, its last second.  skip: 0 OMIT, 1 BACKWARD, 2 FORWARD.  Weekdays count from 0 = Monday.
-- nth: BYDAY with a number, 2TU as 2 * 7 + 1 and -2TU as -(2 * 7 + 1); weekdays: BYDAY without.  BYSECOND=60 is 59.
COMMENT ON FUNCTION medsched._rule_parts(text) IS
  'Internal: what the text of a recurrence rule says; errors as for medsched.check_rrule';

COMMENT ON FUNCTION medsched._to_instant(timestamp, text) IS
  'Internal: the instant of a wall-clock time: one that the clocks jump over is read with the offset before, one that they show twice is the first; errors as for medsched.check_time_zone';

COMMENT ON FUNCTION medsched._to_local(timestamptz, text) IS
  'Internal: what the wall clock shows at an instant; errors as for medsched.check_time_zone';
