\set user random(@first@, @last@)
SELECT *
FROM medsched.upcoming_doses(
  md5(:user::text)::uuid, timestamptz '@reference@', timestamptz '@reference@' + interval '1 day');
