SELECT count(*)
FROM medsched.schedules AS s
  CROSS JOIN LATERAL medsched.occurrences(
    s.rrule, s.starts_at, s.time_zone,
    timestamptz '@reference@' - interval '30 days', timestamptz '@reference@') AS at;
