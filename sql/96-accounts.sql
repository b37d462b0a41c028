-- An account of the application's that is closed takes along what medsched has of the person.

-- It runs with the caller's search_path, which is then that of what erase_user() fires: everything is qualified.
CREATE OR REPLACE FUNCTION medsched.erase_with_account()
RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
  account pg_catalog.jsonb;
BEGIN
  IF TG_WHEN OPERATOR(pg_catalog.<>) 'BEFORE' OR TG_LEVEL OPERATOR(pg_catalog.<>) 'ROW' OR TG_OP OPERATOR(pg_catalog.<>) 'DELETE'
     OR TG_NARGS OPERATOR(pg_catalog.<>) 1 THEN
    RAISE EXCEPTION USING ERRCODE = '39P01', MESSAGE = 'function "erase_with_account" was not fired as the trigger it is made for',
      HINT = 'Create it BEFORE DELETE … FOR EACH ROW, with one argument: the name of the column that holds the person''s id.';
  END IF;
  account := pg_catalog.to_jsonb(OLD);
  IF NOT account OPERATOR(pg_catalog.?) TG_ARGV[0] THEN
    RAISE EXCEPTION USING ERRCODE = '42703',
      MESSAGE = pg_catalog.format('column "%s" of table "%s" does not exist', TG_ARGV[0], TG_TABLE_NAME),
      HINT = 'Give the trigger the name of the column that holds the person''s id: medsched.erase_with_account(''user_id'').';
  END IF;
  IF account OPERATOR(pg_catalog.->>) TG_ARGV[0] IS NOT NULL THEN
    PERFORM FROM medsched.erase_user((account OPERATOR(pg_catalog.->>) TG_ARGV[0])::pg_catalog.uuid);
  END IF;
  RETURN OLD;
END
$$;

COMMENT ON FUNCTION medsched.erase_with_account() IS
  'Trigger for a table of the application''s, BEFORE DELETE FOR EACH ROW: calls erase_user() for the person whose id is in the column that the trigger''s argument names';
