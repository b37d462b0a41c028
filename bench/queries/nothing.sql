\set user random(@first@, @last@)
SELECT md5(:user::text)::uuid;
