\set user random(@first@, @last@)
SELECT *
FROM medsched.next_doses(md5(:user::text)::uuid, timestamptz '@reference@');
