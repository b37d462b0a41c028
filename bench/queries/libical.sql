\set user random(@first@, @last@)
SELECT medsched.dose_id(s.id, o.at) AS dose_id, o.at AS scheduled_for,
       o.at AT TIME ZONE s.time_zone AS local_time, s.time_zone::text AS time_zone,
       s.medication_id, m.name AS medication_name, s.id AS schedule_id,
       s.dose_amount, s.dose_unit, s.instructions, t.taken_at, t.recorded_by,
       CASE WHEN t.outcome IS NOT NULL THEN t.outcome
            WHEN o.at > now() THEN 'upcoming'
            WHEN o.at > now() - interval '1 hour' THEN 'due'
            ELSE 'missed' END AS status
FROM medsched.schedules AS s
  JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
  CROSS JOIN LATERAL bench.libical_occurrences(
    s.rrule, s.starts_at, s.time_zone, timestamptz '@from@', timestamptz '@to@', jump => false) AS o(at)
  LEFT JOIN medsched.dose_taken AS t
    ON t.user_id = s.user_id AND t.scheduled_for = o.at AND t.schedule_id = s.id
WHERE s.user_id = md5(:user::text)::uuid
  AND o.at < coalesce(s.ends_at, 'infinity') AND o.at < coalesce(m.inactivated_at, 'infinity')
ORDER BY o.at, m.name, s.id;
