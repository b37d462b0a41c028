-- The units of what limits add up, and of what doses are taken off.

CREATE OR REPLACE FUNCTION medsched.units_convert()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
  kind CONSTANT text := (SELECT c.relname FROM pg_class AS c WHERE c.oid = coalesce(pg_partition_root(TG_RELID), TG_RELID));
BEGIN
  IF TG_TABLE_SCHEMA <> 'medsched' THEN
    PERFORM medsched._check_trigger(TG_RELID, 'units_convert');
  END IF;
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    PERFORM medsched._refuse_event('units_convert');
  END IF;
  IF kind = 'substance_limits' THEN
    PERFORM medsched._check_units(TG_RELID, kind, NEW.user_id, NULL::uuid, NEW.substance, medsched._may_tell('{medications,schedules,substance_limits,stock_entries}'));
  ELSE
    PERFORM medsched._check_units(TG_RELID, kind, NEW.user_id, NEW.id, NULL::text, medsched._may_tell('{medications,schedules,substance_limits,stock_entries}'));
  END IF;
  RETURN NULL;
END
$$;
