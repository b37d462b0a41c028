-- What holds while the files are run, for the installation, for an update and
-- for the managed edition alike.

-- Find every name that is not qualified in pg_catalog, whatever stands in a
-- schema medsched that somebody prepared.
SET LOCAL search_path = pg_catalog, pg_temp;

-- Take bodies that name the tables, which create_tables() makes later.
SET LOCAL check_function_bodies = off;
