-- After move.sql: records the doses whose instant is no dose of their schedule at
-- the dose nearest to it, where moving_over.not_moved names one and it was not
-- recorded since.  The note goes on with what the app had.
WITH placed AS (
  UPDATE moving_over.doses AS d
  SET moved_to = d.nearest, problem = NULL
  WHERE d.problem IS NOT NULL AND d.nearest IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM medsched.dose_taken AS t
      WHERE (t.user_id, t.schedule_id, t.scheduled_for) = (d.user_id, d.schedule_id, d.nearest))
  RETURNING *
)
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at, recorded_by, note)
SELECT user_id, schedule_id, moved_to, taken_at, recorded_at, recorded_by,
       concat_ws('; ', note, format('recorded for %s before the move to medsched',
              to_char(scheduled_for AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
FROM placed;
