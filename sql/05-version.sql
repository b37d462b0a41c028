-- The version of these files, which make writes here from medsched.control.

CREATE OR REPLACE FUNCTION medsched.version()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN '@VERSION@'::text;

COMMENT ON FUNCTION medsched.version() IS
  'Returns the version of medsched in this database, such as 0.2.0, in either edition';
