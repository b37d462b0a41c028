SELECT count(*)
FROM bench.series AS s
  CROSS JOIN LATERAL generate_series(s.starts_at, s.starts_at + (s.rows - 1) * s.step, s.step) AS at;
