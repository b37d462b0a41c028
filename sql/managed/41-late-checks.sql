-- Checks on what is committed by now, whatever the transaction's own snapshot.
--
-- Above READ COMMITTED each statement of a transaction sees what its first one saw, and what others committed since is
-- hidden from a check.  PL/pgSQL cannot take a newer snapshot, but PostgreSQL takes one for its foreign keys: a DELETE that
-- ON DELETE CASCADE runs sees all that is committed, and so does a function that a trigger calls within it, if it is not
-- VOLATILE.  So a check is written as a row that hangs on a key.  When the key is deleted, its row goes with it, and the
-- trigger of that row runs the check.

-- Nothing is ever left in these tables, and no other role has a right to them.
CREATE UNLOGGED TABLE IF NOT EXISTS medsched._late_check_key (id uuid PRIMARY KEY);

CREATE UNLOGGED TABLE IF NOT EXISTS medsched._late_check (
  id uuid PRIMARY KEY REFERENCES medsched._late_check_key ON DELETE CASCADE,
  rule text NOT NULL,
  relation oid NOT NULL,
  user_id uuid NOT NULL,
  row_id uuid,
  at timestamptz);

ALTER TABLE medsched._late_check_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE medsched._late_check ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE medsched._late_check_key IS
  'Internal: keys of checks on the latest snapshot; always empty';
COMMENT ON TABLE medsched._late_check IS
  'Internal: checks on the latest snapshot; always empty';

-- Checks a rule of one row.  None of the functions that it calls is VOLATILE: each reads on the snapshot that this one is
-- called on.
CREATE OR REPLACE FUNCTION medsched._check_rule(rule text, relation oid, user_id uuid, row_id uuid, at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  CASE rule
    WHEN 'medication_has_schedule' THEN
      PERFORM medsched._check_medication_has_schedule(relation, user_id, row_id);
    WHEN 'replaces_schedule' THEN
      PERFORM medsched._check_replaces_schedule(relation, user_id, row_id);
    WHEN 'schedule_replaced' THEN
      PERFORM medsched._check_schedule_replaced(relation, user_id, row_id);
    WHEN 'dose_is_scheduled' THEN
      PERFORM medsched._check_dose_is_scheduled(relation, user_id, row_id, at);
    WHEN 'dose_is_extra' THEN
      PERFORM medsched._check_dose_is_extra(relation, user_id, row_id, at);
    WHEN 'as_needed' THEN
      PERFORM medsched._check_as_needed(relation, user_id, row_id, at);
    WHEN 'dose_limits' THEN
      PERFORM medsched._check_dose_limits(relation, user_id, row_id, at, medsched._may_tell('{medications,schedules,dose_taken,substance_limits}'));
    WHEN 'doses_are_scheduled' THEN
      PERFORM medsched._check_doses_are_scheduled(relation, user_id, row_id);
    WHEN 'no_dose_of_schedule' THEN
      PERFORM medsched._check_no_dose_of_schedule(relation, user_id, row_id, at);
    WHEN 'no_dose_of_medication' THEN
      PERFORM medsched._check_no_dose_of_medication(relation, user_id, row_id, at);
    WHEN 'erased' THEN
      PERFORM medsched._check_erased(relation::regclass, user_id);
    WHEN 'rest_erased' THEN
      PERFORM medsched._check_rest_erased(user_id);
  END CASE;
END
$$;

COMMENT ON FUNCTION medsched._check_rule(text, oid, uuid, uuid, timestamptz) IS
  'Internal: checks a rule of one row, on the snapshot of the query that calls it';

CREATE OR REPLACE FUNCTION medsched._run_late_check()
RETURNS trigger
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._check_rule(OLD.rule, OLD.relation, OLD.user_id, OLD.row_id, OLD.at);
  RETURN OLD;
END
$$;

COMMENT ON FUNCTION medsched._run_late_check() IS
  'Internal: trigger that runs a check on the latest snapshot';

CREATE OR REPLACE TRIGGER run_late_check
  BEFORE DELETE ON medsched._late_check
  FOR EACH ROW EXECUTE FUNCTION medsched._run_late_check();

COMMENT ON TRIGGER run_late_check ON medsched._late_check IS
  'Internal: runs the check, on the snapshot of the DELETE that a foreign key runs';

-- Checks a rule of one row on all that is committed by now.
CREATE OR REPLACE FUNCTION medsched._check_late(rule text, relation oid, user_id uuid, row_id uuid, at timestamptz DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key uuid;
BEGIN
  IF medsched._sees_latest() THEN
    PERFORM medsched._check_rule(rule, relation, user_id, row_id, at);
    RETURN;
  END IF;
  key := gen_random_uuid();
  INSERT INTO medsched._late_check_key VALUES (key);
  INSERT INTO medsched._late_check VALUES (key, rule, relation, user_id, row_id, at);
  DELETE FROM medsched._late_check_key AS k WHERE k.id = key;
  -- Where triggers are off, as in a replica, nothing was checked.
  IF EXISTS (SELECT FROM medsched._late_check AS c WHERE c.id = key) THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'could not check the rules of medsched above READ COMMITTED',
      DETAIL = 'The triggers of foreign keys do not fire in this session.',
      HINT = 'Run the transaction at READ COMMITTED.', CONSTRAINT = 'rules_are_checked';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_late(text, oid, uuid, uuid, timestamptz) IS
  'Internal: checks a rule of one row on all that is committed by now';

-- Whether each statement of this transaction sees what is committed when it begins.
CREATE OR REPLACE FUNCTION medsched._sees_latest()
RETURNS boolean
LANGUAGE sql STABLE
RETURN current_setting('transaction_isolation') IN ('read committed', 'read uncommitted');

COMMENT ON FUNCTION medsched._sees_latest() IS
  'Internal: whether the transaction is at READ COMMITTED';
