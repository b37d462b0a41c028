\set user random(@first@, @last@)
SELECT *
FROM medsched.upcoming_doses(md5(:user::text)::uuid, timestamptz '@from@', timestamptz '@to@');
