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
  -- Most schedules have nothing that is added up.
  IF kind = 'schedules' THEN
    IF NOT NEW.as_needed
       AND NOT EXISTS (SELECT FROM medsched.medications AS m
                        WHERE m.user_id = NEW.user_id AND m.id = NEW.medication_id AND (m.substance IS NOT NULL OR m.refill_reserve > 0))
       AND NOT EXISTS (SELECT FROM medsched.stock_entries AS e WHERE e.user_id = NEW.user_id AND e.medication_id = NEW.medication_id) THEN
      RETURN NULL;
    END IF;
  END IF;
  IF kind = 'substance_limits' THEN
    PERFORM medsched._check_units(TG_RELID, kind, NEW.user_id, NULL::uuid, NEW.substance, medsched._may_tell('{medications,schedules,substance_limits,stock_entries}'));
  ELSE
    PERFORM medsched._check_units(TG_RELID, kind, NEW.user_id, NEW.id, NULL::text, medsched._may_tell('{medications,schedules,substance_limits,stock_entries}'));
  END IF;
  RETURN NULL;
END
$$;
