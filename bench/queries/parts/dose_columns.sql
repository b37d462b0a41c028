medsched.dose_id(s.id, o.at) AS dose_id, o.at AS scheduled_for,
  o.at AT TIME ZONE s.time_zone AS local_time, s.time_zone::text AS time_zone,
  s.medication_id, m.name AS medication_name, s.id AS schedule_id,
  s.dose_amount, s.dose_unit, s.instructions, t.taken_at, t.recorded_by,
  CASE WHEN t.outcome IS NOT NULL THEN t.outcome
       WHEN o.at > now() THEN 'upcoming'
       WHEN o.at > now() - interval '1 hour' THEN 'due'
       ELSE 'missed' END AS status
