\set user random(@first@, @last@)
SELECT @dose_columns@
FROM medsched.schedules AS s
  JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
  JOIN bench.plain_schedules AS p ON p.user_id = s.user_id AND p.schedule_id = s.id
  CROSS JOIN LATERAL (
    SELECT (day + hour) AT TIME ZONE p.time_zone AS at
    FROM generate_series(
           greatest(p.starts_at::date,
                    p.starts_at::date
                    + ((timestamptz '@from@' AT TIME ZONE p.time_zone)::date - p.starts_at::date)
                      / p.every_days * p.every_days),
           timestamptz '@to@' AT TIME ZONE p.time_zone,
           p.every_days * interval '1 day') AS day
      CROSS JOIN unnest(p.times) AS hour
    WHERE p.every_days IS NOT NULL
      AND (p.weekdays IS NULL OR extract(isodow FROM day) = ANY (p.weekdays))
      AND (day + hour) AT TIME ZONE p.time_zone >= timestamptz '@from@'
      AND (day + hour) AT TIME ZONE p.time_zone < timestamptz '@to@'
      AND day + hour >= p.starts_at
    UNION ALL
    SELECT at
    FROM generate_series(
           greatest(p.starts_at AT TIME ZONE p.time_zone,
                    p.starts_at AT TIME ZONE p.time_zone
                    + ceil(extract(epoch FROM timestamptz '@from@' - p.starts_at AT TIME ZONE p.time_zone)
                           / (3600 * p.every_hours))::int
                      * p.every_hours * interval '1 hour'),
           timestamptz '@to@' - interval '1 second',
           p.every_hours * interval '1 hour') AS at
    WHERE p.every_hours IS NOT NULL
  ) AS o
  LEFT JOIN medsched.dose_taken AS t
    ON t.user_id = s.user_id AND t.scheduled_for = o.at AND t.schedule_id = s.id
WHERE s.user_id = md5(:user::text)::uuid
  AND o.at < coalesce(s.ends_at, 'infinity') AND o.at < coalesce(m.inactivated_at, 'infinity')
ORDER BY o.at, m.name, s.id;
