-- Which doses are coming up, their states and their handles.

COMMENT ON FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) IS
  'A user''s doses in [window_start, window_end), recorded or not, in order of time';

COMMENT ON FUNCTION medsched.next_doses(uuid, timestamptz, int) IS
  'A user''s earliest doses after an instant that are not recorded, at most max_doses, however far ahead; in order of time';

COMMENT ON FUNCTION medsched.grace_ended_before(interval) IS
  'now() less the grace of a schedule (NULL: medsched.grace): a dose before that and not recorded is missed. A day is 24 hours';

COMMENT ON FUNCTION medsched.is_on_time(timestamptz, timestamptz, interval) IS
  'whether a dose was taken within the grace of its schedule (NULL: medsched.grace), before or after its time; false for taken_at NULL. A day is 24 hours';

COMMENT ON FUNCTION medsched.is_on_time(timestamptz, timestamptz, interval, interval) IS
  'whether a dose was taken within the grace of its schedule (NULL: medsched.grace) after its time, and within its tolerance_before (NULL: as grace) before it; false for taken_at NULL. A day is 24 hours';

COMMENT ON FUNCTION medsched.dose_status(timestamptz, text, interval) IS
  'taken, skipped, extra, upcoming, due or missed: of a dose with that outcome (NULL: not recorded) at now(); grace NULL: medsched.grace';

COMMENT ON FUNCTION medsched.dose_status(timestamptz, text, interval, timestamptz) IS
  'dose_status() of a dose that is missed from next_dose on, whatever its grace; next_dose NULL: it is not';

COMMENT ON FUNCTION medsched.dose_id(uuid, timestamptz) IS
  'The stable, URL-safe handle of a dose';

COMMENT ON FUNCTION medsched._read_dose_id(text) IS
  'Internal: the dose of a handle';
