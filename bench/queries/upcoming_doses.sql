\set user random(@first@, @last@)
SELECT dose_id, scheduled_for, local_time, time_zone, medication_id, medication_name, schedule_id,
       dose_amount, dose_unit, instructions, taken_at, recorded_by, status
FROM medsched.upcoming_doses(md5(:user::text)::uuid, timestamptz '@from@', timestamptz '@to@');
