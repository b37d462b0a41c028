SELECT user_id, medication_id, count(*) AS scheduled, count(taken_at) AS taken
FROM bench.materialised
WHERE scheduled_for >= timestamptz '@reference@' - interval '30 days'
  AND scheduled_for < timestamptz '@reference@'
GROUP BY user_id, medication_id
