\set user random(@first@, @last@)
SELECT medication_id, medication_name, count(*) AS scheduled,
       count(*) FILTER (WHERE outcome = 'taken') AS taken,
       count(*) FILTER (WHERE outcome = 'skipped') AS skipped
FROM bench.materialised
WHERE user_id = md5(:user::text)::uuid
  AND scheduled_for >= timestamptz '@reference@' - interval '30 days' AND scheduled_for < timestamptz '@reference@'
GROUP BY medication_id, medication_name
ORDER BY medication_name, medication_id;
