-- The right to be forgotten.

-- Whoever may DELETE from the three tables may erase.  It runs with the caller's rights, and leaves to _erase_user() a
-- temporary table, whose owner says who the caller is: nobody can make one that is another's.
CREATE OR REPLACE FUNCTION medsched.erase_user(user_id uuid)
RETURNS TABLE (medications bigint, schedules bigint, doses bigint)
LANGUAGE plpgsql VOLATILE ROWS 1
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
#variable_conflict use_column
DECLARE
  is_inner boolean;
  missing text;
BEGIN
  PERFORM medsched.check_user($1);
  PERFORM medsched._check_tables();
  FOREACH missing IN ARRAY '{medications,schedules,dose_taken}'::text[] LOOP
    IF NOT has_table_privilege('medsched.' || missing, 'DELETE') THEN
      RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('permission denied for table %s', missing);
    END IF;
    IF row_security_active('medsched.' || missing)
       AND NOT (medsched._shows_all_rows(('medsched.' || missing)::regclass, current_user, 'r')
                AND medsched._shows_all_rows(('medsched.' || missing)::regclass, current_user, 'd')) THEN
      RAISE EXCEPTION USING ERRCODE = '42501',
        MESSAGE = format('row security may hide rows of "medsched.%s" from "%s"', missing, current_user),
        DETAIL = 'Nobody is half erased.',
        HINT = 'Call medsched.erase_user() as the tables'' owner, or as a role that a policy USING (true) shows all rows of the three tables.';
    END IF;
  END LOOP;
  -- It may be called from a trigger of what it deletes.
  is_inner := to_regclass('pg_temp._medsched_eraser') IS NOT NULL;
  IF NOT is_inner THEN
    CREATE TEMPORARY TABLE _medsched_eraser ();
  END IF;
  SELECT e.* INTO medications, schedules, doses FROM medsched._erase_user($1) AS e;
  IF NOT is_inner THEN
    DROP TABLE pg_temp._medsched_eraser;
  END IF;
  RETURN NEXT;
END
$$;

-- Deletes everything of a user for the owner of the temporary table _medsched_eraser.  The rule that keeps medications lets
-- pass what this function deletes, of this one user: it knows by another temporary table, of the role that installed medsched.
CREATE OR REPLACE FUNCTION medsched._erase_user(user_id uuid, OUT medications bigint, OUT schedules bigint, OUT doses bigint)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  eraser CONSTANT oid := (SELECT c.relowner FROM pg_class AS c
                           WHERE c.relname = '_medsched_eraser' AND c.relnamespace = pg_my_temp_schema());
  is_inner CONSTANT boolean := EXISTS (
    SELECT FROM pg_class AS c WHERE c.relname = '_medsched_erasing' AND c.relnamespace = pg_my_temp_schema()
       AND pg_get_userbyid(c.relowner) = current_user);
  missing text;
  locked record;
BEGIN
  IF eraser IS NULL OR NOT (has_table_privilege(eraser, 'medsched.dose_taken', 'DELETE')
                            AND has_table_privilege(eraser, 'medsched.schedules', 'DELETE')
                            AND has_table_privilege(eraser, 'medsched.medications', 'DELETE')) THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only medsched.erase_user() erases';
  END IF;
  PERFORM medsched._check_owner();
  FOREACH missing IN ARRAY '{medications,schedules,dose_taken}'::text[] LOOP
    IF EXISTS (SELECT FROM pg_class AS c JOIN pg_roles AS r ON r.oid = eraser
                WHERE c.oid = ('medsched.' || missing)::regclass AND c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
                  AND (c.relforcerowsecurity OR NOT pg_has_role(eraser, c.relowner, 'USAGE')))
       AND NOT (medsched._shows_all_rows(('medsched.' || missing)::regclass, pg_get_userbyid(eraser), 'r')
                AND medsched._shows_all_rows(('medsched.' || missing)::regclass, pg_get_userbyid(eraser), 'd')) THEN
      RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'only medsched.erase_user() erases';
    END IF;
  END LOOP;

  IF NOT is_inner THEN
    CREATE TEMPORARY TABLE _medsched_erasing (user_id uuid);
  END IF;
  INSERT INTO pg_temp._medsched_erasing VALUES ($1);
  SELECT l.medications, l.schedules, l.doses INTO locked FROM medsched._lock_user($1) AS l;
  -- What came meanwhile stays whole, and is told of.
  DELETE FROM medsched.dose_taken AS d WHERE d.user_id = $1;
  GET DIAGNOSTICS doses = ROW_COUNT;
  IF doses >= locked.doses THEN
    PERFORM medsched._check_late('erased', 'medsched.dose_taken'::regclass, $1, NULL);
  END IF;
  DELETE FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = ANY (locked.schedules);
  GET DIAGNOSTICS schedules = ROW_COUNT;
  IF schedules >= cardinality(locked.schedules) THEN
    PERFORM medsched._check_late('erased', 'medsched.schedules'::regclass, $1, NULL);
  END IF;
  DELETE FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = ANY (locked.medications);
  GET DIAGNOSTICS medications = ROW_COUNT;
  IF medications >= cardinality(locked.medications) THEN
    PERFORM medsched._check_late('erased', 'medsched.medications'::regclass, $1, NULL);
  END IF;
  PERFORM medsched._erase_rest($1);
  PERFORM medsched._check_late('rest_erased', 0::oid, $1, NULL::uuid);
  IF is_inner THEN
    DELETE FROM pg_temp._medsched_erasing AS e WHERE e.user_id = $1;
  ELSE
    DROP TABLE pg_temp._medsched_erasing;
  END IF;

  missing := CASE WHEN EXISTS (SELECT FROM medsched.dose_taken AS d WHERE d.user_id = $1) THEN 'dose_taken'
                  WHEN EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = $1) THEN 'schedules'
                  WHEN EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1) THEN 'medications' END;
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('not everything of user "%s" can be erased', $1),
      DETAIL = format('Rows would be left in "medsched.%s": a trigger or a rule keeps them.', missing),
      HINT = 'Look at the triggers that the application has on the table.',
      TABLE = missing, CONSTRAINT = 'user_erased_whole';
  END IF;
END
$$;

-- Locks all rows of a user, so that no dose comes to a schedule, and no schedule to a medication; and says what it locked.  It
-- holds none of them while it waits for one: sessions that come by them in another order wait for no row that it holds.
CREATE OR REPLACE FUNCTION medsched._lock_user(user_id uuid, OUT medications uuid[], OUT schedules uuid[], OUT doses bigint)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  LOOP
    BEGIN
      medications := ARRAY(SELECT m.id FROM medsched.medications AS m WHERE m.user_id = $1 FOR UPDATE NOWAIT);
      schedules := ARRAY(SELECT s.id FROM medsched.schedules AS s WHERE s.user_id = $1 FOR UPDATE NOWAIT);
      PERFORM FROM medsched.dose_taken AS d WHERE d.user_id = $1 FOR UPDATE NOWAIT;
      GET DIAGNOSTICS doses = ROW_COUNT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      NULL;
    END;
    PERFORM medsched._wait_for_user($1);
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._lock_user(uuid) IS
  'Internal: locks all rows of a user, all or none';

-- Waits for each row of a user that another session holds, one after the other, and lets go of it.
CREATE OR REPLACE FUNCTION medsched._wait_for_user(user_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  free text[];
  held text[];
  relation text;
  row text;
BEGIN
  FOREACH relation IN ARRAY '{dose_taken,schedules,medications}'::text[] LOOP
    BEGIN
      EXECUTE format('SELECT ARRAY(SELECT (t.tableoid, t.ctid)::text FROM medsched.%I AS t WHERE t.user_id = $1 FOR UPDATE SKIP LOCKED)', relation)
        INTO free USING $1;
      EXECUTE format('SELECT ARRAY(SELECT (t.tableoid, t.ctid)::text FROM medsched.%I AS t WHERE t.user_id = $1 AND (t.tableoid, t.ctid)::text <> ALL ($2))', relation)
        INTO held USING $1, free;
      RAISE SQLSTATE 'MS000';
    EXCEPTION WHEN SQLSTATE 'MS000' THEN
      NULL;
    END;
    FOREACH row IN ARRAY held LOOP
      BEGIN
        EXECUTE format('SELECT FROM medsched.%I AS t WHERE t.user_id = $1 AND (t.tableoid, t.ctid)::text = $2 FOR UPDATE', relation) USING $1, row;
        RAISE SQLSTATE 'MS000';
      EXCEPTION WHEN SQLSTATE 'MS000' THEN
        NULL;
      END;
    END LOOP;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._wait_for_user(uuid) IS
  'Internal: waits for the rows of a user that other sessions hold, and holds none';

CREATE OR REPLACE FUNCTION medsched._check_erased(relation regclass, user_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  came boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %s AS r WHERE r.user_id = $1)', relation) INTO came USING user_id;
  IF came THEN
    RAISE EXCEPTION USING ERRCODE = '40001',
      MESSAGE = format('could not erase user "%s" due to concurrent inserts', user_id),
      DETAIL = format('Rows came to "%s" meanwhile.', relation), HINT = 'Try the transaction again.';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_erased(regclass, uuid) IS
  'Internal: raises 40001 when a table has rows of a user';

COMMENT ON FUNCTION medsched._erase_user(uuid) IS
  'Internal: deletes everything of a user, for erase_user()';
