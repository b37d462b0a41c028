-- The rules of the domain, as triggers that create_tables() puts on the tables.
--
-- Those that read tables do so with the rights of the role that installed medsched,
-- which is to own the tables too; where row security would hide rows even from
-- that role they fail rather than let pass.
--
-- Recording a dose locks its schedule and medication against change, and then looks
-- at them; changing either locks its row, and then looks at the doses recorded.
-- Whichever comes second waits, and sees the first: above READ COMMITTED, too, where
-- _check_late() looks (41-late-checks.sql).

-- What they have in common: their errors, and what these may tell.

CREATE OR REPLACE FUNCTION medsched._refuse_event(function text)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '39P01',
    MESSAGE = format('function "%s" was not fired as the trigger it is made for', function),
    HINT = 'Let medsched.create_tables() create the triggers.';
END
$$;

COMMENT ON FUNCTION medsched._refuse_event(text) IS
  'Internal: raises the error of a trigger that is fired at another event';

-- Refuse a trigger that is not on a table of ours: it would answer questions about any row to whoever hung it on a table of
-- their own.  A row of a partitioned table fires the trigger of its partition, which may stand in any schema.
CREATE OR REPLACE FUNCTION medsched._check_trigger(relation oid, function text)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class AS c
                  WHERE c.oid = coalesce(pg_partition_root(relation::regclass), relation)
                    AND c.relnamespace = 'medsched'::regnamespace) THEN
    RAISE EXCEPTION USING ERRCODE = '39P01',
      MESSAGE = format('function "%s" is for the tables of medsched', function);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_trigger(oid, text) IS
  'Internal: checks that a trigger is on a table of schema medsched';

-- Refuse tables that are another's, or none: what hangs on them would run with the rights that the caller, one of the rules,
-- has from the role that installed medsched.
CREATE OR REPLACE FUNCTION medsched._check_owner()
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  relation record;
BEGIN
  SELECT c.relname AS name, c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner INTO relation
    FROM pg_class AS c
   WHERE c.oid IN (to_regclass('medsched.medications'), to_regclass('medsched.schedules'), to_regclass('medsched.dose_taken'),
                   to_regclass('medsched.substance_limits'), to_regclass('medsched.stock_entries'), to_regclass('medsched.moved_doses'))
     AND (c.relkind NOT IN ('r', 'p') OR pg_get_userbyid(c.relowner) <> current_user) LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  ELSIF relation.kind NOT IN ('r', 'p') THEN
    RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('"medsched.%s" is not a table', relation.name),
      HINT = 'Rename it or drop it, then call medsched.create_tables() again.';
  ELSE
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('table "medsched.%s" belongs to another role than medsched', relation.name),
      DETAIL = format('Its owner is "%s"; the rules have the rights of "%s", which installed medsched.', relation.owner, current_user),
      HINT = format('ALTER TABLE medsched.%I OWNER TO %I;', relation.name, current_user);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_owner() IS
  'Internal: checks that the tables belong to the role that installed medsched; for functions that run with its rights';

-- Whether an error may tell of the rows of a table: the role that the session acts as may read all of them.  The functions
-- that ask run with other rights, so it is looked up.
CREATE OR REPLACE FUNCTION medsched._may_tell(tables text[])
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  role CONSTANT name := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
  RETURN (SELECT bool_and(has_table_privilege(role, c.oid, 'SELECT')
                          AND NOT (c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
                                   AND (c.relforcerowsecurity OR NOT pg_has_role(role, c.relowner, 'USAGE'))))
            FROM unnest(tables) AS t (name)
            JOIN pg_class AS c ON c.oid = to_regclass('medsched.' || t.name)
            JOIN pg_roles AS r ON r.rolname = role);
END
$$;

COMMENT ON FUNCTION medsched._may_tell(text[]) IS
  'Internal: whether an error may tell of the rows of tables';

-- Whether erase_user() is at work, for this user: it makes a temporary table that only the tables' owner can make.
CREATE OR REPLACE FUNCTION medsched._is_erasing(user_id uuid)
RETURNS boolean
LANGUAGE plpgsql STRICT
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  erasing boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner
                  WHERE c.relname = '_medsched_erasing' AND c.relnamespace = pg_my_temp_schema()
                    AND c.relkind = 'r' AND r.rolname = current_user) THEN
    RETURN false;
  END IF;
  EXECUTE 'SELECT EXISTS (SELECT FROM pg_temp._medsched_erasing AS e WHERE e.user_id = $1)' INTO erasing USING user_id;
  RETURN erasing;
END
$$;

COMMENT ON FUNCTION medsched._is_erasing(uuid) IS
  'Internal: whether erase_user() is at work for a user';
