\set user random(@first@, @last@)
SELECT dose_id, scheduled_for, local_time, time_zone, medication_id, medication_name, schedule_id,
       dose_amount, dose_unit, instructions, taken_at, recorded_by,
       CASE WHEN outcome IS NOT NULL THEN outcome
            WHEN scheduled_for > now() THEN 'upcoming'
            WHEN scheduled_for > now() - interval '1 hour' THEN 'due'
            ELSE 'missed' END AS status
FROM bench.materialised_clustered
WHERE user_id = md5(:user::text)::uuid
  AND scheduled_for >= timestamptz '@from@' AND scheduled_for < timestamptz '@to@'
ORDER BY scheduled_for, medication_name, schedule_id;
