\set user random(@first@, @last@)
SELECT @dose_columns@
FROM medsched.schedules AS s
  JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
  CROSS JOIN LATERAL bench.libical_occurrences(
    s.rrule, s.starts_at, s.time_zone, timestamptz '@from@', timestamptz '@to@', jump => true) AS o(at)
  LEFT JOIN medsched.dose_taken AS t
    ON t.user_id = s.user_id AND t.scheduled_for = o.at AND t.schedule_id = s.id
WHERE s.user_id = md5(:user::text)::uuid
  AND o.at < coalesce(s.ends_at, 'infinity') AND o.at < coalesce(m.inactivated_at, 'infinity')
ORDER BY o.at, m.name, s.id;
