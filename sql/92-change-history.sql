-- The history of changes: who changed which row of the tables when, as it was before
-- and after, in a table that only grows.
--
-- Table, triggers and the function that writes are ordinary objects of the tables' owner, as the
-- tables are.  The function writes with that owner's rights: who records a dose needs no right to the
-- history, and could not put anything else into it.

-- Check that those of some relations that there are, and a function if it is there, are tables and the caller's own: what a
-- function of the caller's makes hangs on them; the first that is not, is named.  helper NULL: there is none.
CREATE OR REPLACE FUNCTION medsched._check_owned(names text[], caller text, helper text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT c.relname AS name, c.relkind AS kind, pg_get_userbyid(c.relowner) AS owner
      FROM unnest(names) WITH ORDINALITY AS t (name, nth)
      JOIN pg_class AS c ON c.oid = to_regclass('medsched.' || quote_ident(t.name))
     ORDER BY t.nth
  LOOP
    IF found.kind NOT IN ('r', 'p') THEN
      RAISE '"medsched.%" is not a table', found.name
        USING ERRCODE = 'wrong_object_type', HINT = format('Rename it or drop it, then call medsched.%s() again.', caller);
    ELSIF found.owner <> current_user THEN
      RAISE 'must be owner of table medsched.%', found.name
        USING ERRCODE = 'insufficient_privilege', DETAIL = format('It belongs to role %I.', found.owner),
        HINT = format('Call medsched.%s() as %I.', caller, found.owner);
    END IF;
  END LOOP;
  FOR found IN
    SELECT pg_get_userbyid(p.proowner) AS owner FROM pg_proc AS p
     WHERE p.oid = to_regprocedure(helper) AND pg_get_userbyid(p.proowner) <> current_user
  LOOP
    RAISE 'must be owner of function %', helper
      USING ERRCODE = 'insufficient_privilege', DETAIL = format('It belongs to role %I.', found.owner),
      HINT = format('Drop it, then call medsched.%s() again.', caller);
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._check_owned(text[], text, text) IS
  'Internal: checks that relations are tables, and they and a function the caller''s own';

CREATE OR REPLACE FUNCTION medsched.enable_history()
RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $enable_history$
DECLARE
  found record;
BEGIN
  PERFORM medsched._check_tables();
  -- Two deployments at once: the second waits, and finds everything there.
  PERFORM pg_advisory_xact_lock(hashtextextended('medsched.create_tables', 0));

  -- What hangs on a table runs with the rights of who writes the history, and the other way round.
  PERFORM medsched._check_owned(
    '{change_history,dose_taken,medications,moved_doses,person_settings,reminder_rules,routines,schedules,stock_entries,stock_reminder_rules,substance_limits}'::text[],
    'enable_history'::text, 'medsched.record_change()'::text);

  IF to_regclass('medsched.change_history') IS NULL THEN
    CREATE TABLE medsched.change_history (
      user_id uuid NOT NULL,
      changed_at timestamptz NOT NULL,
      id bigint GENERATED ALWAYS AS IDENTITY,
      table_name text NOT NULL,
      operation text NOT NULL,
      medication_id uuid,
      schedule_id uuid,
      scheduled_for timestamptz,
      changed_by text,
      changed_role text NOT NULL,
      transaction_id bigint NOT NULL,
      before jsonb,
      after jsonb,
      CONSTRAINT change_history_pkey PRIMARY KEY (user_id, changed_at, id),
      CONSTRAINT change_history_changed_by_length CHECK (length(changed_by) <= 1000));
    COMMENT ON TABLE medsched.change_history IS 'Every change to a row of the other tables. Rows are added by triggers, never changed, and deleted by erase_user() alone.';
    COMMENT ON COLUMN medsched.change_history.user_id IS 'The person whose row it is';
    COMMENT ON COLUMN medsched.change_history.changed_at IS 'When, by the clock';
    COMMENT ON COLUMN medsched.change_history.id IS 'Orders the changes of a row';
    COMMENT ON COLUMN medsched.change_history.table_name IS 'The table: medications, schedules, dose_taken and so on';
    COMMENT ON COLUMN medsched.change_history.operation IS 'INSERT, UPDATE or DELETE';
    COMMENT ON COLUMN medsched.change_history.medication_id IS 'The medication, of a medication, a schedule, a stock entry or rules about its stock';
    COMMENT ON COLUMN medsched.change_history.schedule_id IS 'The schedule, of a schedule or a dose';
    COMMENT ON COLUMN medsched.change_history.scheduled_for IS 'The dose''s instant, of a dose';
    COMMENT ON COLUMN medsched.change_history.changed_by IS 'Who changed it as the application names them: the setting medsched.changed_by; NULL: not said';
    COMMENT ON COLUMN medsched.change_history.changed_role IS 'The database role of the session that changed it';
    COMMENT ON COLUMN medsched.change_history.transaction_id IS 'The transaction: the same for all its changes';
    COMMENT ON COLUMN medsched.change_history.before IS 'The row before; NULL: it was inserted';
    COMMENT ON COLUMN medsched.change_history.after IS 'The row after; NULL: it was deleted';
  END IF;

  EXECUTE $create$
    CREATE OR REPLACE FUNCTION medsched.record_change()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    -- Values of one meaning have one spelling, whatever the session's.
    SET TimeZone = 'UTC'
    SET IntervalStyle = 'postgres'
    AS $record_change$
    DECLARE
      was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
      becomes jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
      entry jsonb := coalesce(becomes, was);
      last jsonb := entry;
    BEGIN
      IF TG_OP = 'UPDATE' AND OLD *= NEW THEN
        RETURN NULL;
      ELSIF TG_OP = 'DELETE' AND medsched._is_erasing(OLD.user_id) OR TG_OP = 'INSERT' AND medsched._is_importing(NEW.user_id) THEN
        RETURN NULL;
      ELSIF TG_OP = 'UPDATE'
            AND (was->'user_id', was->'id', was->'schedule_id', was->'scheduled_for', was->'substance')
                IS DISTINCT FROM
                (last->'user_id', last->'id', last->'schedule_id', last->'scheduled_for', last->'substance') THEN
        -- What gets another key stands under both; what was one person's is not put under another's.
        entry := was;
        becomes := NULL;
      END IF;
      LOOP
        INSERT INTO medsched.change_history (user_id, changed_at, table_name, operation, medication_id, schedule_id, scheduled_for,
                                             changed_by, changed_role, transaction_id, before, after)
        VALUES ((entry->>'user_id')::uuid, clock_timestamp(), TG_ARGV[0], TG_OP,
                CASE TG_ARGV[0] WHEN 'medications' THEN entry->>'id' WHEN 'schedules' THEN entry->>'medication_id' WHEN 'stock_entries' THEN entry->>'medication_id'
                                WHEN 'stock_reminder_rules' THEN entry->>'medication_id' END::uuid,
                CASE WHEN TG_ARGV[0] = 'schedules' THEN entry->>'id' WHEN TG_ARGV[0] IN ('dose_taken', 'moved_doses') THEN entry->>'schedule_id' END::uuid,
                CASE WHEN TG_ARGV[0] IN ('dose_taken', 'moved_doses') THEN entry->>'scheduled_for' END::timestamptz,
                nullif(current_setting('medsched.changed_by', true), ''),
                coalesce(nullif(current_setting('role'), 'none'), session_user),
                pg_current_xact_id()::text::bigint, was, becomes);
        EXIT WHEN entry = last;
        entry := last;
        was := NULL;
        becomes := last;
      END LOOP;
      RETURN NULL;
    END
    $record_change$
  $create$;
  REVOKE EXECUTE ON FUNCTION medsched.record_change() FROM PUBLIC;
  COMMENT ON FUNCTION medsched.record_change() IS 'Trigger: adds a change to medsched.change_history, as the tables'' owner';

  -- The tables there are, of which a later version may have more.
  FOR found IN
    SELECT c.relname AS name
      FROM pg_class AS c
     WHERE c.relnamespace = 'medsched'::regnamespace
       AND c.relname IN ('medications', 'schedules', 'dose_taken', 'person_settings', 'substance_limits', 'stock_entries', 'moved_doses', 'routines', 'reminder_rules',
                         'stock_reminder_rules')
       AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname = 'record_change')
  LOOP
    EXECUTE format('CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON medsched.%I
                      FOR EACH ROW EXECUTE FUNCTION medsched.record_change(%L)', found.name, found.name);
    EXECUTE format('COMMENT ON TRIGGER record_change ON medsched.%I IS %L', found.name, 'Each change is added to the history');
  END LOOP;
  -- The condition spares the owner's own inserts, which are every change's, a call.
  FOR found IN
    SELECT t.name, t.definition, t.comment
      FROM (VALUES
              ('change_history_not_written',
               format('BEFORE INSERT ON medsched.change_history FOR EACH STATEMENT WHEN (current_user <> %L)', current_user),
               'The history is written by triggers, or restored by its owner'),
              ('change_history_not_changed', 'BEFORE UPDATE OR DELETE ON medsched.change_history FOR EACH ROW',
               'The history is not changed; erase_user() deletes a person''s'),
              ('change_history_not_truncated', 'BEFORE TRUNCATE ON medsched.change_history FOR EACH STATEMENT',
               'The history is not changed')) AS t (name, definition, comment)
     WHERE NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = 'medsched.change_history'::regclass AND g.tgname = t.name)
  LOOP
    EXECUTE format('CREATE TRIGGER %I %s EXECUTE FUNCTION medsched.change_history_kept()', found.name, found.definition);
    EXECUTE format('COMMENT ON TRIGGER %I ON medsched.change_history IS %L', found.name, found.comment);
  END LOOP;
END
$enable_history$;

COMMENT ON FUNCTION medsched.enable_history() IS
  'Creates medsched.change_history and the triggers that write it, where they are missing, as the tables'' owner, who calls it. From then on every change to a row of the tables is a row of it. Raises 42501 for another role, 42809 for a view in a table''s place';

CREATE OR REPLACE FUNCTION medsched.change_history_kept()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF current_user = (SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c WHERE c.oid = TG_RELID) THEN
      RETURN NULL;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('rows of table "%s" are added by triggers alone', TG_TABLE_NAME),
      TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
      DETAIL = 'A change of medications, schedules and doses adds its row itself.';
  ELSIF TG_OP = 'DELETE' THEN
    IF medsched._is_erasing(OLD.user_id) THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'TRUNCATE' AND medsched._is_test_database() THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = '23001',
    MESSAGE = CASE TG_OP WHEN 'TRUNCATE' THEN format('table "%s" cannot be truncated', TG_TABLE_NAME)
                         ELSE format('rows of table "%s" cannot be changed or deleted', TG_TABLE_NAME) END,
    TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME,
    DETAIL = 'The history of changes is kept as it was written.',
    HINT = 'To delete everything of a person, their history too, call medsched.erase_user().';
END
$$;

COMMENT ON FUNCTION medsched.change_history_kept() IS
  'Trigger: rows of medsched.change_history are added by triggers, and deleted by erase_user() alone';

CREATE OR REPLACE FUNCTION medsched.dose_history(user_id uuid, schedule_id uuid, scheduled_for timestamptz)
RETURNS TABLE (
  changed_at timestamptz,
  operation text,
  changed_by text,
  changed_role text,
  before jsonb,
  after jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'schedule_id'), medsched._require($3, 'scheduled_for');
  IF to_regclass('medsched.change_history') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = 'table "medsched.change_history" does not exist',
      HINT = 'Have changes recorded from now on with SELECT medsched.enable_history().';
  END IF;
  RETURN QUERY
    SELECT h.changed_at, h.operation, h.changed_by, h.changed_role, h.before, h.after
      FROM medsched.change_history AS h
     WHERE h.user_id = $1 AND h.table_name = 'dose_taken' AND h.schedule_id = $2 AND h.scheduled_for = $3
     ORDER BY h.id;
END
$$;

COMMENT ON FUNCTION medsched.dose_history(uuid, uuid, timestamptz) IS
  'What was recorded of a dose, and undone, in order: each change with the row of medsched.dose_taken before and after it. No rows: nothing since enable_history(). Raises 42P01 where that was not called';
