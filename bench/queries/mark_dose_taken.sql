SELECT t.*
FROM bench.to_take AS d
  CROSS JOIN LATERAL medsched.mark_dose_taken(d.user_id, d.schedule_id, d.scheduled_for) AS t
WHERE d.n = (SELECT nextval('bench.turn'));
