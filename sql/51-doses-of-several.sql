-- Which doses of several users are coming up.

COMMENT ON FUNCTION medsched.upcoming_doses_of(uuid[], timestamptz, timestamptz) IS
  'The doses of several users in [window_start, window_end), recorded or not: what upcoming_doses() lists of each, in order of time, and then of user. Each user counts once; 54000 for more than 1000';

COMMENT ON FUNCTION medsched.next_doses_of(uuid[], timestamptz, int) IS
  'The earliest doses of several users after an instant that are not recorded, at most max_doses of each: what next_doses() lists of each, in order of time, and then of user. Each user counts once; 54000 for more than 1000';
