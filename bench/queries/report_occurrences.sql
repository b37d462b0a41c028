SELECT s.user_id, s.medication_id, sum(o.scheduled) AS scheduled, sum(t.taken) AS taken
FROM medsched.schedules AS s
  CROSS JOIN LATERAL (
    SELECT count(*) AS scheduled
    FROM medsched.occurrences(
      s.rrule, s.starts_at, s.time_zone,
      timestamptz '@reference@' - interval '30 days', timestamptz '@reference@', s.rdates, s.exdates)
  ) AS o
  LEFT JOIN (
    SELECT user_id, schedule_id, count(taken_at) AS taken
    FROM medsched.dose_taken
    WHERE scheduled_for >= timestamptz '@reference@' - interval '30 days'
      AND scheduled_for < timestamptz '@reference@'
    GROUP BY user_id, schedule_id
  ) AS t ON t.user_id = s.user_id AND t.schedule_id = s.id
GROUP BY s.user_id, s.medication_id
