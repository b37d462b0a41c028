-- The right to be forgotten.

COMMENT ON FUNCTION medsched.erase_user(uuid) IS
  'Deletes everything of a user, for good: the only way to delete a medication. Requires DELETE on the three tables. Returns how many rows there were';

-- Whether row security shows a role all rows of a table to a command: by a policy that is always true, and none that
-- restricts it.
CREATE OR REPLACE FUNCTION medsched._shows_all_rows(relation regclass, role name, command "char")
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN (SELECT coalesce(bool_or(p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) = 'true'), false)
                 AND coalesce(bool_and(p.polpermissive OR pg_get_expr(p.polqual, p.polrelid) = 'true'), true)
            FROM pg_policy AS p
           WHERE p.polrelid = relation AND p.polcmd IN ('*', command)
             AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) AS o WHERE o <> 0 AND pg_has_role(role, o, 'USAGE'))));
END
$$;

COMMENT ON FUNCTION medsched._shows_all_rows(regclass, name, "char") IS
  'Internal: whether row security shows a role all rows of a table';

-- Deletes what else medsched has of a user: in tables that some versions lack, or that are made on request.  It runs as the
-- tables' owner, so these must be tables of that owner's; and fails rather than see a part of them.
CREATE OR REPLACE FUNCTION medsched._erase_rest(user_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
  found record;
  remains boolean;
BEGIN
  -- The history last: it has the others' changes.  What a worker completes meanwhile goes from those held back to the queue.
  FOR found IN
    SELECT t.name, c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner
      FROM unnest('{routines,moved_doses,stock_entries,substance_limits,person_settings,reminder_rules,reminder_snoozes,stock_reminder_rules,stock_reminder_queue,reminder_queue,reminders_held,reminder_queue,reminder_changes,reminders_dropped,change_history}'::text[]) WITH ORDINALITY AS t (name, nth)
      JOIN pg_class AS c ON c.oid = to_regclass('medsched.' || t.name)
     ORDER BY t.nth
  LOOP
    IF found.kind NOT IN ('r', 'p') THEN
      RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('"medsched.%s" is not a table', found.name),
        HINT = 'Rename it or drop it.';
    ELSIF found.owner <> current_user THEN
      RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('table "medsched.%s" must have the owner of "medsched.dose_taken"', found.name),
        DETAIL = format('Its owner is "%s", the other''s is "%s".', found.owner, current_user),
        HINT = format('ALTER TABLE medsched.%I OWNER TO %I;', found.name, current_user);
    END IF;
    EXECUTE format('DELETE FROM medsched.%I AS t WHERE t.user_id = $1', found.name) USING $1;
    EXECUTE format('SELECT EXISTS (SELECT FROM medsched.%I AS t WHERE t.user_id = $1)', found.name) INTO remains USING $1;
    IF remains THEN
      RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('not everything of user "%s" can be erased', $1),
        DETAIL = format('Rows would be left in "medsched.%s": a trigger or a rule keeps them.', found.name),
        HINT = 'Look at the triggers that the application has on the table.',
        TABLE = found.name, CONSTRAINT = 'user_erased_whole';
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._erase_rest(uuid) IS
  'Internal: deletes what medsched has of a user beside medications, schedules and doses, for erase_user()';

-- It is not VOLATILE, and so looks on the snapshot of the query that calls it, which is a later one than the deletes had.
CREATE OR REPLACE FUNCTION medsched._check_rest_erased(user_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET row_security = off
AS $$
DECLARE
  name text;
  came boolean;
BEGIN
  FOREACH name IN ARRAY '{routines,moved_doses,stock_entries,substance_limits,person_settings,reminder_rules,reminder_snoozes,stock_reminder_rules,stock_reminder_queue,reminder_queue,reminders_held,reminder_changes,reminders_dropped,change_history}'::text[] LOOP
    CONTINUE WHEN to_regclass('medsched.' || name) IS NULL;
    EXECUTE format('SELECT EXISTS (SELECT FROM medsched.%I AS t WHERE t.user_id = $1)', name) INTO came USING $1;
    IF came THEN
      RAISE EXCEPTION USING ERRCODE = '40001',
        MESSAGE = format('could not erase user "%s" due to concurrent inserts', $1),
        DETAIL = format('Rows came to "medsched.%s" meanwhile.', name), HINT = 'Try the transaction again.';
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_rest_erased(uuid) IS
  'Internal: raises 40001 when rows of a user came to a table while erase_user() was at work';
