SELECT count(*)
FROM bench.series AS s
  CROSS JOIN LATERAL generate_series(
    timestamptz '@reference@' - interval '30 days',
    timestamptz '@reference@' - interval '30 days' + (s.rows - 1) * s.step, s.step) AS at;
