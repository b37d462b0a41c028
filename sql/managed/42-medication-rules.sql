-- A medication has a schedule, and is not deleted.

-- Refuses, at commit, a medication that came without a schedule or lost its last.
CREATE OR REPLACE FUNCTION medsched.medication_has_schedule()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
#variable_conflict use_variable
DECLARE
  row_user uuid;
  row_medication uuid;
BEGIN
  PERFORM medsched._check_trigger(TG_RELID, 'medication_has_schedule');
  PERFORM medsched._check_owner();
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP = 'TRUNCATE' THEN
    PERFORM medsched._refuse_event('medication_has_schedule');
  END IF;
  -- The medication as it is now, or the one that the schedule belonged to.
  IF medsched._is_of_schedules(TG_RELID) THEN
    row_user := OLD.user_id;
    row_medication := OLD.medication_id;
  ELSE
    row_user := NEW.user_id;
    row_medication := NEW.id;
  END IF;
  IF medsched._is_erasing(row_user) THEN
    RETURN NULL;
  END IF;
  -- Of two sessions that delete one of the last two each, the second waits here until the first has committed.
  PERFORM FROM medsched.medications AS m WHERE m.user_id = row_user AND m.id = row_medication FOR NO KEY UPDATE;
  IF FOUND THEN
    PERFORM medsched._check_late('medication_has_schedule', TG_RELID, row_user, row_medication);
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched._is_of_schedules(relation oid)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(pg_partition_root(relation), relation) = 'medsched.schedules'::regclass;
END
$$;

COMMENT ON FUNCTION medsched._is_of_schedules(oid) IS
  'Internal: whether a trigger is on the table of schedules, or a partition of it';

CREATE OR REPLACE FUNCTION medsched._check_medication_has_schedule(relation oid, of_user uuid, of_medication uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  IF NOT EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = of_user AND s.medication_id = of_medication) THEN
    PERFORM medsched._refuse_rule(relation, 'medication_has_schedule',
      format('medication "%s" has no schedule', of_medication),
      'A medication has at least one schedule when its transaction commits.',
      CASE WHEN medsched._is_of_schedules(relation)
           THEN 'A medication that is no longer taken keeps its schedules: call medsched.inactivate_medication().'
           ELSE 'Insert both in one transaction, or call medsched.create_medication().' END);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_medication_has_schedule(oid, uuid, uuid) IS
  'Internal: checks that a medication has a schedule';

CREATE OR REPLACE FUNCTION medsched.medications_not_deleted()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._check_trigger(TG_RELID, 'medications_not_deleted');
  IF TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'ROW' OR TG_OP <> 'DELETE' THEN
    PERFORM medsched._refuse_event('medications_not_deleted');
  END IF;
  IF medsched._is_erasing(OLD.user_id) THEN
    RETURN OLD;
  END IF;
  PERFORM medsched._refuse_rule(TG_RELID, 'medications_not_deleted',
    format('medication "%s" cannot be deleted', OLD.id), 'Medications are kept, with the doses recorded.',
    'Inactivate it: call medsched.inactivate_medication(). To close an account, call medsched.erase_user().', '23001');
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION medsched.tables_not_truncated()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._check_trigger(TG_RELID, 'tables_not_truncated');
  IF TG_WHEN <> 'BEFORE' OR TG_LEVEL <> 'STATEMENT' OR TG_OP <> 'TRUNCATE' THEN
    PERFORM medsched._refuse_event('tables_not_truncated');
  END IF;
  IF medsched._is_test_database() THEN
    RETURN NULL;
  END IF;
  PERFORM medsched._refuse_rule(TG_RELID, TG_NAME,
    format('table "%s" cannot be truncated', TG_TABLE_NAME), 'Medications are kept, with their schedules and the doses recorded.',
    'To end a medication, call medsched.inactivate_medication(). To empty a database for tests, call medsched.reset_for_tests().', '23001');
  RETURN NULL;
END
$$;
