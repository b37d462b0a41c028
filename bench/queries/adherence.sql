\set user random(@first@, @last@)
SELECT medication_id, medication_name, scheduled, taken, skipped
FROM medsched.adherence(
  md5(:user::text)::uuid, timestamptz '@reference@' - interval '30 days', timestamptz '@reference@');
