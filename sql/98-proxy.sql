-- The script for a proxy's database: the directory of persons, and every public function, declared from the catalog.

-- What does not depend on the catalog.  {cluster} is the cluster's name, as a literal.
CREATE OR REPLACE FUNCTION medsched._plproxy_directory(cluster text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $directory$
BEGIN
  RETURN replace($script$
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'medsched') OR to_regclass('medsched.medications') IS NOT NULL
     OR to_regprocedure('medsched._refusal(text, text[])') IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42710', MESSAGE = format('medsched is installed in database "%s"', current_database()),
      HINT = 'Run this script in a database of its own: the proxy has no medsched, but what this script makes.';
  END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS medsched;
CREATE SCHEMA IF NOT EXISTS medsched_proxy;
CREATE SCHEMA IF NOT EXISTS plproxy;
GRANT USAGE ON SCHEMA medsched, medsched_proxy, plproxy TO PUBLIC;
CREATE EXTENSION IF NOT EXISTS plproxy SCHEMA medsched_proxy;

-- After an error PL/Proxy connects anew, and says so in a NOTICE.
DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET client_min_messages = warning', current_database());
END
$$;

COMMENT ON SCHEMA medsched IS 'The functions of medsched, each run on the shard that has the person';
COMMENT ON SCHEMA medsched_proxy IS 'Which shard has which person, and how a call gets there';

CREATE TABLE IF NOT EXISTS medsched_proxy.shards (
  shard int PRIMARY KEY CONSTRAINT shards_from_0 CHECK (shard BETWEEN 0 AND 999),
  connection text NOT NULL CONSTRAINT shards_connection_without_name CHECK (connection !~ 'application_name|fallback_')
);
COMMENT ON TABLE medsched_proxy.shards IS 'The shards, from 0 on without a gap';
COMMENT ON COLUMN medsched_proxy.shards.connection IS
  'How libpq connects, without application_name: host=a dbname=medsched. Without user it is the caller''s role';

CREATE TABLE IF NOT EXISTS medsched_proxy.slots (
  slot int PRIMARY KEY CONSTRAINT slots_of_256 CHECK (slot BETWEEN 0 AND 255),
  shard int NOT NULL REFERENCES medsched_proxy.shards
);
COMMENT ON TABLE medsched_proxy.slots IS 'The shard of the persons of each of 256 slots; slot_of() says which slot is a person''s';

CREATE TABLE IF NOT EXISTS medsched_proxy.persons (
  user_id uuid PRIMARY KEY,
  shard int NOT NULL REFERENCES medsched_proxy.shards,
  moving_to int REFERENCES medsched_proxy.shards,
  CONSTRAINT persons_move_elsewhere CHECK (moving_to <> shard)
);
COMMENT ON TABLE medsched_proxy.persons IS 'Persons who are on another shard than their slot says, or on the way to one';
COMMENT ON COLUMN medsched_proxy.persons.shard IS 'The shard that has the person: the only one that is asked';
COMMENT ON COLUMN medsched_proxy.persons.moving_to IS 'The shard that the person is being copied to';

-- PL/Proxy asks for the version with every call, and reads the shards again when it has grown.
CREATE TABLE IF NOT EXISTS medsched_proxy.version (version int NOT NULL);
COMMENT ON TABLE medsched_proxy.version IS 'How often the shards have changed';
INSERT INTO medsched_proxy.version SELECT 1 WHERE NOT EXISTS (SELECT FROM medsched_proxy.version);

CREATE OR REPLACE FUNCTION medsched_proxy.shards_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE medsched_proxy.version SET version = version + 1;
  RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER shards_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON medsched_proxy.shards
  FOR EACH STATEMENT EXECUTE FUNCTION medsched_proxy.shards_changed();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_proc AS p WHERE p.oid IN (to_regprocedure('plproxy.get_cluster_version(text)'), to_regprocedure('plproxy.get_cluster_partitions(text)'))
                AND p.prosrc !~ 'medsched_proxy') THEN
    RAISE EXCEPTION USING ERRCODE = '42710', MESSAGE = 'the database is the proxy of another cluster already',
      HINT = 'Run this script in a database of its own.';
  END IF;
END
$$;

CREATE OR REPLACE FUNCTION plproxy.get_cluster_version(cluster text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF cluster <> {cluster} THEN
    RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('cluster "%s" does not exist', cluster);
  END IF;
  RETURN (SELECT v.version FROM medsched_proxy.version AS v);
END
$$;

CREATE OR REPLACE FUNCTION plproxy.get_cluster_config(cluster text, OUT key text, OUT val text) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
  -- There may be any number of shards, not a power of 2 alone.
  RETURN QUERY VALUES ('modular_mapping', '1'), ('connection_lifetime', '1800');
END
$$;

CREATE OR REPLACE FUNCTION plproxy.get_cluster_partitions(cluster text) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) <> max(s.shard) + 1 FROM medsched_proxy.shards AS s) IS NOT FALSE THEN
    RAISE EXCEPTION USING ERRCODE = 'F0000', MESSAGE = 'the shards are not numbered from 0 without a gap',
      HINT = 'The first shard is 0, the next 1.';
  END IF;
  -- A shard is told its number, so that its rows say where they are from.
  RETURN QUERY SELECT concat(s.connection, ' application_name=''medsched shard ', s.shard, '''') FROM medsched_proxy.shards AS s ORDER BY s.shard;
END
$$;

CREATE OR REPLACE FUNCTION medsched_proxy.slot_of(user_id uuid) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN get_byte(sha256(uuid_send(user_id)), 0);
COMMENT ON FUNCTION medsched_proxy.slot_of(uuid) IS 'Returns the slot of a person: the first byte of the SHA-256 of the 16 bytes of the id';

-- Two locks for each slot, until the transaction ends: that of writes, and that of all calls.  Who moves a person takes
-- the first alone, copies, changes the directory, takes the second alone, and erases the copy that was left: then no
-- write is lost, and no call finds an empty shard.  Whoever holds a lock looks at the directory after it was given.
CREATE OR REPLACE FUNCTION medsched_proxy.shard_of(user_id uuid, writes boolean) RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  slot CONSTANT int := medsched_proxy.slot_of(user_id);
  shard int;
BEGIN
  IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'a shard is called at READ COMMITTED alone',
      DETAIL = 'Each call is a transaction of its own on the shard.', HINT = 'Leave the isolation level as it is by default.';
  END IF;
  IF writes THEN
    IF current_setting('transaction_read_only')::boolean THEN
      RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = 'cannot write to a shard in a read-only transaction';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(1835361395, slot);
  END IF;
  PERFORM pg_advisory_xact_lock_shared(1835361396, slot);
  SELECT p.shard INTO shard FROM medsched_proxy.persons AS p WHERE p.user_id = $1;
  IF NOT FOUND THEN
    SELECT s.shard INTO shard FROM medsched_proxy.slots AS s WHERE s.slot = coalesce(slot, 0);
    IF NOT FOUND THEN
      RAISE EXCEPTION USING ERRCODE = '08001', MESSAGE = format('slot %s has no shard', slot),
        HINT = 'Each slot from 0 to 255 has one.';
    END IF;
  END IF;
  RETURN shard;
END
$$;
COMMENT ON FUNCTION medsched_proxy.shard_of(uuid, boolean) IS
  'Returns the shard that has a person, and holds it there until the transaction ends; a write waits while the person is moved';

-- Rows of all shards: none of a copy, of a person who is being moved.
CREATE OR REPLACE FUNCTION medsched_proxy.hold_all() RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') NOT LIKE 'read %' THEN
    RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'a shard is called at READ COMMITTED alone',
      DETAIL = 'Each call is a transaction of its own on the shard.', HINT = 'Leave the isolation level as it is by default.';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(1835361396, 256);
END
$$;
CREATE OR REPLACE FUNCTION medsched_proxy.is_copy(user_id uuid, shard int) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM medsched_proxy.persons AS p WHERE p.user_id = $1 AND p.shard <> $2);
END
$$;
CREATE OR REPLACE FUNCTION medsched_proxy.shards_in_turn() RETURNS int[] LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- What completes a reminder of a person who is being moved waits where they leave, and then finds it where they arrive.
  RETURN ARRAY(SELECT s.shard FROM medsched_proxy.shards AS s
                ORDER BY s.shard IN (SELECT p.shard FROM medsched_proxy.persons AS p WHERE p.moving_to IS NOT NULL) DESC, random());
END
$$;
COMMENT ON FUNCTION medsched_proxy.hold_all() IS 'Keeps, until the transaction ends, the copies of persons who were moved from being erased';
COMMENT ON FUNCTION medsched_proxy.is_copy(uuid, int) IS 'Returns whether what a shard has of a person is a copy, and another shard has the person';
COMMENT ON FUNCTION medsched_proxy.shards_in_turn() IS 'Returns the shards in an order by chance, those first that somebody leaves: for calls that any can answer';

CREATE OR REPLACE FUNCTION medsched_proxy.settings() RETURNS text[] LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN ARRAY[current_setting('TimeZone'), current_setting('medsched.changed_by', true),
               current_setting('medsched.grace', true), current_setting('medsched.max_doses', true), nullif(current_setting('lock_timeout'), '0')];
END
$$;
COMMENT ON FUNCTION medsched_proxy.settings() IS 'Returns the settings of the session that a call has on the shard, too';

CREATE OR REPLACE FUNCTION medsched_proxy.refusal(shard int, call text, settings text[], OUT code text, OUT message text, OUT detail text, OUT hint text,
  OUT schema_name text, OUT table_name text, OUT column_name text, OUT constraint_name text)
LANGUAGE plproxy AS $$
  CLUSTER {cluster};
  RUN ON $1;
  SELECT r.code, r.message, r.detail, r.hint, r.schema_name, r.table_name, r.column_name, r.constraint_name FROM medsched._refusal($2::text, $3::text[]) AS r;
$$;
COMMENT ON FUNCTION medsched_proxy.refusal(int, text, text[]) IS 'Returns the error of a call on a shard, with all its fields; what the call does is undone';

CREATE OR REPLACE FUNCTION medsched_proxy.is_lost(code text, message text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
RETURN code LIKE '08%' OR code LIKE '57P0%' OR code = 'XX000' AND message ~ '^PL/Proxy function [^:]+: ([[]|connect timeout|query timeout)';
COMMENT ON FUNCTION medsched_proxy.is_lost(text, text) IS 'Returns whether an error says that a shard does not answer';

-- An error as the shard raised it: PL/Proxy puts words before message, detail and hint, and drops the rest.
CREATE OR REPLACE FUNCTION medsched_proxy.raise(shard int, call text, code text, message text, detail text, hint text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  said CONSTANT text := substring(message, '^[^(]+[(][0-9]+[)]: [[][^]]*[]] REMOTE [^:]+: (.*)$');
  refuser int;
  r record;
BEGIN
  IF said IS NULL AND medsched_proxy.is_lost(code, message) THEN
    RAISE EXCEPTION USING ERRCODE = '08006', MESSAGE = CASE WHEN shard IS NULL THEN 'a shard does not answer' ELSE format('shard %s does not answer', shard) END,
      DETAIL = rtrim(message, chr(10)), HINT = 'Try again when it does. Persons on other shards are not concerned.';
  ELSIF said IS NULL THEN
    RETURN;
  END IF;
  detail := nullif(regexp_replace(detail, '^Remote detail: ', ''), '');
  hint := nullif(regexp_replace(hint, '^Remote hint: ', ''), '');
  SELECT NULL AS schema_name, NULL AS table_name, NULL AS column_name, NULL AS constraint_name INTO r;
  -- What waited in vain would wait once more.
  IF left(code, 2) IN ('0A', '22', '23', '39', '42', '54', '55', 'P0') AND code <> '55P03' THEN
    BEGIN
      -- A call of all is refused by the shard that has whom it is about.
      FOREACH refuser IN ARRAY CASE WHEN shard IS NULL THEN medsched_proxy.shards_in_turn() ELSE ARRAY[shard] END LOOP
        SELECT f.* INTO r FROM medsched_proxy.refusal(refuser, call, medsched_proxy.settings()) AS f
         WHERE f.code = code AND f.message = said;
        EXIT WHEN FOUND;
      END LOOP;
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
  END IF;
  EXECUTE format('DO %L', format('BEGIN RAISE USING %s; END', concat_ws(', ',
    'ERRCODE = ' || quote_literal(code), 'SCHEMA = ' || quote_literal(nullif(r.schema_name, '')), 'MESSAGE = ' || quote_literal(said),
    'DETAIL = ' || quote_literal(detail), 'HINT = ' || quote_literal(hint), 'TABLE = ' || quote_literal(nullif(r.table_name, '')),
    'COLUMN = ' || quote_literal(nullif(r.column_name, '')), 'CONSTRAINT = ' || quote_literal(nullif(r.constraint_name, '')))));
END
$$;
COMMENT ON FUNCTION medsched_proxy.raise(int, text, text, text, text, text) IS
  'Raises an error of a shard''s as it was raised there; returns where it is the proxy''s own';
$script$, '{cluster}', quote_literal(cluster));
END
$directory$;

COMMENT ON FUNCTION medsched._plproxy_directory(text) IS
  'Internal: the part of plproxy_functions() that is the same in every version of the tables';

-- How each public function is run at the proxy:
--   person  its first argument is a person: on that person's shard
--   all     its rows are of persons, whom nobody named, or several: on all shards, of which each tells of those it has
--   each    it does something to a database: on all shards
--   any     it needs no rows: on any shard that answers
--   turn    it is of a queue of all persons': on one shard after another, as far as they answer
--   none    it cannot be
CREATE OR REPLACE FUNCTION medsched._plproxy_kinds()
RETURNS TABLE (function oid, kind text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT p.oid,
         CASE
           WHEN p.proname IN ('plproxy_functions', 'import_user') OR p.prorettype = 'trigger'::regtype THEN 'none'
           WHEN p.proname IN ('claim_reminders', 'complete_reminder', 'complete_reminders', 'fail_reminder', 'extend_lease', 'next_reminder_at', 'fill_reminders') THEN 'turn'
           WHEN p.proargnames[1] = 'user_id' AND p.proargtypes[0] = 'uuid'::regtype THEN 'person'
           WHEN EXISTS (SELECT FROM medsched._result_columns(p.oid) AS c WHERE c.name = 'user_id') THEN 'all'
           WHEN p.prorettype = 'void'::regtype AND p.pronargs = 0 THEN 'each'
           WHEN p.provolatile <> 'v' THEN 'any'
           ELSE 'none'
         END
    FROM pg_proc AS p
   WHERE p.pronamespace = 'medsched'::regnamespace AND p.prokind = 'f' AND p.proname !~ '^_|_of_[0-9]+_[0-9]+_[0-9]+$'
     AND 'internal'::regtype <> ALL (p.proargtypes)
     -- Triggers of medsched's own tables, which are not there, are left out; not those that an application uses.
     AND (p.prorettype <> 'trigger'::regtype OR p.proname = 'erase_with_account')
$$;

COMMENT ON FUNCTION medsched._plproxy_kinds() IS
  'Internal: how each public function is run at a proxy';

-- The columns of a function's result: of TABLE, or of a type of ours; none of a scalar.
CREATE OR REPLACE FUNCTION medsched._result_columns(function oid)
RETURNS TABLE (nth bigint, name text, type text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c.nth, c.name, format_type(c.type, c.typmod)
    FROM pg_proc AS p
   CROSS JOIN LATERAL (
           SELECT a.nth, p.proargnames[a.nth], a.type, NULL::int
             FROM unnest(p.proallargtypes) WITH ORDINALITY AS a (type, nth) WHERE p.proargmodes[a.nth] IN ('o', 't')
           UNION ALL
           SELECT e.attnum, e.attname, e.atttypid, e.atttypmod
             FROM pg_type AS t JOIN pg_attribute AS e ON e.attrelid = t.typrelid AND e.attnum > 0 AND NOT e.attisdropped
            WHERE t.oid = p.prorettype AND t.typtype = 'c') AS c (nth, name, type, typmod)
   WHERE p.oid = $1
   ORDER BY c.nth
$$;

COMMENT ON FUNCTION medsched._result_columns(oid) IS
  'Internal: the columns of what a function returns, of which a scalar has none';

-- Fill a template: each {field} becomes what fields has of it.  What is filled in is not looked at again.
CREATE OR REPLACE FUNCTION medsched._filled(template text, fields jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(CASE WHEN p.nth = 1 THEN p.part
                         WHEN fields ? split_part(p.part, '}', 1) THEN concat(fields ->> split_part(p.part, '}', 1), substr(p.part, strpos(p.part, '}') + 1))
                         ELSE '{' || p.part END, '' ORDER BY p.nth)
    FROM string_to_table(template, '{') WITH ORDINALITY AS p (part, nth)
$$;

COMMENT ON FUNCTION medsched._filled(text, jsonb) IS
  'Internal: a template with its fields filled in';

-- The body of a function at the proxy, by how it is run: it calls {inner} and returns what that returns; of an error it makes
-- the one that the shard raised, for which it hands over the call as text.
CREATE OR REPLACE FUNCTION medsched._plproxy_body(kind text)
RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN CASE kind
  WHEN 'none' THEN $body$BEGIN
  RAISE USING ERRCODE = '0A000', SCHEMA = 'medsched', MESSAGE = {message},
    HINT = 'Call it on a shard.';
END$body$
  WHEN 'any' THEN $body$DECLARE
  _detail text;
  _hint text;
  _shards CONSTANT integer[] := medsched_proxy.shards_in_turn();
  _shard integer;
BEGIN
  FOREACH _shard IN ARRAY _shards LOOP
    BEGIN
      {call}
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS _detail = PG_EXCEPTION_DETAIL, _hint = PG_EXCEPTION_HINT;
      CONTINUE WHEN medsched_proxy.is_lost(SQLSTATE, SQLERRM) AND _shard <> _shards[cardinality(_shards)];
      PERFORM medsched_proxy.raise(_shard, {call_text}, SQLSTATE, SQLERRM, _detail, _hint);
      RAISE;
    END;
  END LOOP;
  RAISE USING ERRCODE = '08001', SCHEMA = 'medsched', MESSAGE = 'there are no shards';
END$body$
  -- A shard that does not answer is told of where none does.
  WHEN 'turn' THEN $body$DECLARE
  _detail text;
  _hint text;
  _shards CONSTANT integer[] := medsched_proxy.shards_in_turn();
  _shard integer;
  _found boolean := false;
  _code text;
  _lost text;
{declared}BEGIN
  FOREACH _shard IN ARRAY _shards LOOP
    BEGIN
      {call}
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS _detail = PG_EXCEPTION_DETAIL, _hint = PG_EXCEPTION_HINT;
      _code := SQLSTATE;
      _lost := SQLERRM;
      CONTINUE WHEN medsched_proxy.is_lost(_code, _lost);
      PERFORM medsched_proxy.raise(_shard, {call_text}, SQLSTATE, SQLERRM, _detail, _hint);
      RAISE;
    END;
  END LOOP;
  IF _lost IS NOT NULL AND NOT _found THEN
    PERFORM medsched_proxy.raise(NULL, NULL, _code, _lost, NULL, NULL);
  END IF;
  RETURN{returned};
END$body$
  ELSE $body$DECLARE
  _detail text;
  _hint text;
BEGIN
  {call}
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS _detail = PG_EXCEPTION_DETAIL, _hint = PG_EXCEPTION_HINT;
  PERFORM medsched_proxy.raise({shard}, {call_text}, SQLSTATE, SQLERRM, _detail, _hint);
  RAISE;
END$body$ END;

COMMENT ON FUNCTION medsched._plproxy_body(text) IS
  'Internal: the body of a function at a proxy, as a template';

-- Two functions for each: medsched_proxy.NAME goes to the shard; medsched.NAME is what the caller calls, and raises errors as the
-- shard did.  The second is in PL/pgSQL, too, because PL/Proxy keeps the rows of one call of a cluster at a time.
CREATE OR REPLACE FUNCTION medsched._plproxy_function(function oid, kind text, cluster text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_variable
DECLARE
  -- The arguments of the inner one have no names: PL/Proxy takes each word of the statement that is one for the argument.
  inner_template CONSTANT text := $template$CREATE OR REPLACE FUNCTION medsched_proxy.{name}({inner_arguments}) RETURNS {inner_result} LANGUAGE plproxy AS $_$
  CLUSTER {cluster};
  RUN ON {run_on};
  SELECT {inner_columns} FROM {remote};
$_$;

$template$;
  outer_template CONSTANT text := $template$CREATE OR REPLACE FUNCTION medsched.{name}({arguments}) RETURNS {result}
LANGUAGE plpgsql {volatility} SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO' SET IntervalStyle = 'postgres' AS $_$
{body}
$_$;
$template$;
  p CONSTANT record := (SELECT p FROM pg_proc AS p WHERE p.oid = function);
  types CONSTANT text[] := ARRAY(SELECT format_type(a.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, nth) ORDER BY a.nth);
  columns CONSTANT text := coalesce((SELECT string_agg(format('r.%I', c.name), ', ' ORDER BY c.nth) FROM medsched._result_columns(function) AS c), 'r');
  -- Before the arguments goes the shard, where any will do, and after them the settings, where there is an argument.
  before CONSTANT int := CASE WHEN kind IN ('any', 'turn') THEN 1 ELSE 0 END;
  has_arguments CONSTANT boolean := p.pronargs > 0;
  is_void CONSTANT boolean := p.prorettype = 'void'::regtype;
  fields jsonb := jsonb_build_object('name', quote_ident(p.proname), 'cluster', quote_literal(cluster), 'columns', columns,
    'arguments', pg_get_function_arguments(function), 'result', pg_get_function_result(function),
    -- What asks all shards looks at the directory after it holds it, which takes a snapshot of its own.
    'volatility', CASE WHEN kind IN ('all', 'turn') OR p.provolatile = 'v' THEN 'VOLATILE' WHEN p.provolatile = 's' THEN 'STABLE' ELSE 'IMMUTABLE' END
                  || CASE WHEN p.proisstrict THEN ' STRICT' ELSE '' END);
  call text;
BEGIN
  IF kind = 'none' THEN
    fields := fields || jsonb_build_object('message', quote_literal(format('medsched.%s cannot be called at a proxy', p.proname)));
    RETURN medsched._filled(outer_template, fields || jsonb_build_object('body', medsched._filled(medsched._plproxy_body(kind), fields)));
  END IF;

  -- On the shard: the settings first, and then the call, of which an argument waits for them.
  fields := fields || jsonb_build_object('remote_arguments',
    (SELECT string_agg(format(CASE a.nth WHEN 1 THEN 'CASE WHEN s.ready THEN $%s::%s END' ELSE '$%s::%s' END, a.nth + before, a.type), ', ' ORDER BY a.nth)
       FROM unnest(types) WITH ORDINALITY AS a (type, nth)), 'settings', '$' || (p.pronargs + before + 1));
  fields := fields || jsonb_build_object(
    'remote', medsched._filled(CASE WHEN has_arguments
      THEN '(SELECT medsched._adopt_settings({settings}::text[]) AS ready OFFSET 0) AS s CROSS JOIN LATERAL medsched.{name}({remote_arguments}) AS r'
      ELSE 'medsched.{name}() AS r' END, fields),
    'run_on', CASE kind WHEN 'person' THEN format('medsched_proxy.shard_of($1, %s)', (p.provolatile = 'v')::text) WHEN 'any' THEN '$1' WHEN 'turn' THEN '$1' ELSE 'ALL' END,
    'inner_arguments', concat_ws(', ', CASE before WHEN 1 THEN 'integer' END, CASE WHEN has_arguments THEN array_to_string(types, ', ') || ', text[]' END),
    'inner_result', CASE WHEN is_void THEN 'SETOF integer'
      WHEN kind = 'all' THEN format('TABLE (_shard integer, %s)',
        (SELECT string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.nth) FROM medsched._result_columns(function) AS c))
      ELSE fields ->> 'result' END,
    'inner_columns', CASE WHEN is_void THEN '1'
      WHEN kind = 'all' THEN 'split_part(current_setting(''application_name''), '' '', 3)::integer AS _shard, ' || columns
      ELSE columns END);

  call := format('medsched_proxy.%s(%s)', fields ->> 'name', concat_ws(', ', CASE before WHEN 1 THEN '_shard' END,
    CASE WHEN has_arguments THEN (SELECT string_agg('$' || n, ', ' ORDER BY n) FROM generate_series(1, p.pronargs) AS n) || ', medsched_proxy.settings()' END));
  fields := fields || jsonb_build_object('inner', call,
    'inner_of_rest', replace(call, '$1,', '$1 - _sum::integer,'), 'inner_of_left', replace(call, '$1,', '_left,'),
    -- As the function itself orders them, of which most do not.
    'order', CASE WHEN p.proname = 'move_recorded_doses' THEN ' ORDER BY r.user_id, r.former_scheduled_for, r.schedule_id'
                  WHEN p.proname IN ('upcoming_doses_of', 'next_doses_of') THEN ' ORDER BY r.due_at, r.user_id, r.medication_name, r.schedule_id, r.scheduled_for' END,
    'shard', CASE kind WHEN 'person' THEN 'medsched_proxy.shard_of($1, false)' ELSE 'NULL' END,
    'call_text', format('concat(%L, concat_ws('', '', NULL%s), '')'')', format('SELECT FROM medsched.%s(', fields ->> 'name'),
      (SELECT string_agg(format(', quote_nullable($%s) || %L', a.nth, '::' || a.type), '' ORDER BY a.nth) FROM unnest(types) WITH ORDINALITY AS a (type, nth))));
  -- Of what is claimed, the rest from the next shard; of what is of one reminder, until a shard has it.
  fields := fields || CASE
    WHEN kind <> 'turn' THEN '{}'
    WHEN p.prorettype = 'bigint'::regtype THEN jsonb_build_object('returned', ' _sum', 'declared', $declared$  _sum bigint := 0;
$declared$)
    WHEN p.proargnames[1] = 'most' THEN jsonb_build_object('declared', $declared$  _left integer := $1;
  _rows integer;
$declared$)
    WHEN p.proretset THEN '{}'
    WHEN p.prorettype = 'boolean'::regtype THEN jsonb_build_object('returned', ' _found')
    ELSE jsonb_build_object('returned', ' _least', 'declared', $declared$  _least timestamptz;
$declared$) END;
  fields := jsonb_build_object('declared', '', 'returned', '') || fields || jsonb_build_object('call', medsched._filled(CASE
    -- That nothing is left to do is said by all shards, or by none.
    WHEN kind = 'turn' AND p.prorettype = 'bigint'::regtype THEN '_sum := _sum + {inner_of_rest}; _found := _sum > 0; EXIT WHEN _sum >= $1;'
    WHEN kind = 'turn' AND p.proargnames[1] = 'most' THEN
$call$RETURN QUERY SELECT r.* FROM {inner_of_left} AS r WHERE NOT medsched_proxy.is_copy(r.user_id, _shard);
      GET DIAGNOSTICS _rows = ROW_COUNT;
      _found := true;
      _left := _left - _rows;
      EXIT WHEN _left <= 0;$call$
    WHEN kind = 'turn' AND p.proretset THEN 'RETURN QUERY SELECT r.* FROM {inner} AS r; _found := _found OR FOUND;'
    WHEN kind = 'turn' AND p.prorettype = 'boolean'::regtype THEN '_found := {inner}; EXIT WHEN _found;'
    WHEN kind = 'turn' THEN '_least := least(_least, {inner}); _found := true;'
    WHEN is_void THEN 'PERFORM FROM {inner}; RETURN;'
    WHEN kind = 'all' THEN
$call$PERFORM medsched_proxy.hold_all();
  RETURN QUERY SELECT {columns} FROM {inner} AS r WHERE NOT medsched_proxy.is_copy(r.user_id, r._shard){order}; RETURN;$call$
    WHEN p.proretset THEN 'RETURN QUERY SELECT r.* FROM {inner} AS r; RETURN;'
    ELSE 'RETURN {inner};' END, fields));
  RETURN medsched._filled(inner_template || outer_template, fields || jsonb_build_object('body', medsched._filled(medsched._plproxy_body(kind), fields)));
END
$function$;

COMMENT ON FUNCTION medsched._plproxy_function(oid, text, text) IS
  'Internal: the statements that create one function at a proxy';

-- GRANT and REVOKE for what has an ACL of its own: the roles are those of the shard.
CREATE OR REPLACE FUNCTION medsched._grants(object text, acl aclitem[], owner oid)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(format(E'REVOKE ALL ON %s FROM PUBLIC;\n', object) ||
           string_agg(format(E'GRANT %s ON %s TO %s%s;\n', a.privilege_type, object, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
             CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '' ORDER BY a.privilege_type, a.grantee) FILTER (WHERE a.grantee <> owner), '')
    FROM aclexplode(acl) AS a
$$;

COMMENT ON FUNCTION medsched._grants(text, aclitem[], oid) IS
  'Internal: the statements that grant what an access control list does';

CREATE OR REPLACE FUNCTION medsched.plproxy_functions(cluster text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $plproxy_functions$
DECLARE
  new_line CONSTANT text := chr(10);
  template CONSTANT text := $template$-- The proxy of cluster "{cluster}" of databases with medsched {version}.
-- Run it in a database of its own, as a superuser: psql -v ON_ERROR_STOP=1 -f FILE DATABASE.
-- It can be run again, by this version and by later ones.
--
-- These cannot be called at a proxy, and say so: {none}.

BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL client_min_messages = warning;
{directory}
-- Functions of another version: those that the new ones would not replace; and the calls to the shards, which nobody uses but these.
DO $$
DECLARE
  former record;
BEGIN
  FOR former IN
    SELECT p.oid::regprocedure AS signature FROM pg_proc AS p
     WHERE p.pronamespace = 'medsched'::regnamespace AND (p.proname, pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid)) NOT IN (VALUES
{signatures})
  LOOP
    EXECUTE format('DROP FUNCTION %s', former.signature);
  END LOOP;
  FOR former IN
    SELECT p.oid::regprocedure AS signature FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
     WHERE p.pronamespace = 'medsched_proxy'::regnamespace AND l.lanname = 'plproxy' AND p.proname <> 'refusal'
  LOOP
    EXECUTE format('DROP FUNCTION %s', former.signature);
  END LOOP;
END
$$;

-- Rows that functions return, which get columns at their end.
DO $$
DECLARE
  a record;
BEGIN
  FOR a IN SELECT * FROM (VALUES
{attributes}) AS a (type, name, definition)
  LOOP
    IF to_regtype(format('medsched.%I', a.type)) IS NULL THEN
      EXECUTE format('CREATE TYPE medsched.%I AS ()', a.type);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_attribute AS e WHERE e.attrelid = format('medsched.%I', a.type)::regclass AND e.attname = a.name AND NOT e.attisdropped) THEN
      EXECUTE format('ALTER TYPE medsched.%I ADD ATTRIBUTE %I %s', a.type, a.name, a.definition);
    END IF;
  END LOOP;
END
$$;

{functions}
-- Domains, whose checks are such functions; and what was said of the types.
DO $$
BEGIN
{domains}END
$$;
{comments}
COMMIT;
$template$;
BEGIN
  IF cluster IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'cluster must not be null';
  ELSIF cluster !~ '^[a-z_][a-z0-9_]{0,62}$' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid name of a cluster: "%s"', CASE WHEN length(cluster) > 63 THEN left(cluster, 60) || '...' ELSE cluster END),
      HINT = 'It has letters from a to z, digits and _, and at most 63 of them.';
  END IF;

  RETURN medsched._filled(template, jsonb_build_object(
    'cluster', cluster,
    'version', medsched.version(),
    'directory', medsched._plproxy_directory(cluster),
    'none', (SELECT string_agg(format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), ', ' ORDER BY p.proname)
               FROM medsched._plproxy_kinds() AS k JOIN pg_proc AS p ON p.oid = k.function WHERE k.kind = 'none'),
    'signatures', (SELECT string_agg(format('       (%L, %L, %L)', p.proname, pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid)), ',' || new_line
                                     ORDER BY p.proname, p.oid::regprocedure::text)
                     FROM medsched._plproxy_kinds() AS k JOIN pg_proc AS p ON p.oid = k.function),
    'attributes', (SELECT string_agg(format('    (%L, %L, %L)', t.typname, e.attname, format_type(e.atttypid, e.atttypmod)), ',' || new_line ORDER BY t.typname, e.attnum)
                     FROM pg_type AS t JOIN pg_class AS c ON c.oid = t.typrelid AND c.relkind = 'c'
                     JOIN pg_attribute AS e ON e.attrelid = c.oid AND e.attnum > 0 AND NOT e.attisdropped
                    WHERE t.typnamespace = 'medsched'::regnamespace AND t.typname !~ '^_'),
    'functions', (SELECT string_agg(concat(medsched._plproxy_function(k.function, k.kind, cluster),
                           medsched._filled('COMMENT ON {object} IS {comment};' || new_line, jsonb_build_object('object', n.object, 'comment', quote_nullable(obj_description(p.oid, 'pg_proc')))),
                           medsched._grants(n.object, p.proacl, p.proowner)), new_line ORDER BY p.proname, p.oid::regprocedure::text)
                    FROM medsched._plproxy_kinds() AS k JOIN pg_proc AS p ON p.oid = k.function
                   CROSS JOIN LATERAL format('FUNCTION medsched.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) AS n (object)),
    'domains', (SELECT string_agg(medsched._filled($domain$  IF to_regtype('medsched.{name}') IS NULL THEN
    CREATE DOMAIN medsched.{name} AS {type}{checks};
  END IF;
$domain$, jsonb_build_object('name', quote_ident(t.typname), 'type', format_type(t.typbasetype, t.typtypmod),
                  'checks', (SELECT string_agg(format(' CONSTRAINT %I %s', o.conname, pg_get_constraintdef(o.oid)), '' ORDER BY o.conname) FROM pg_constraint AS o WHERE o.contypid = t.oid))),
                  '' ORDER BY t.typname)
                  FROM pg_type AS t WHERE t.typnamespace = 'medsched'::regnamespace AND t.typtype = 'd' AND t.typname !~ '^_'),
    'comments', (SELECT string_agg(concat(format('COMMENT ON %s medsched.%I IS %L;', CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.typname, obj_description(t.oid, 'pg_type')),
                                          new_line), '' ORDER BY t.typname)
                   FROM pg_type AS t LEFT JOIN pg_class AS c ON c.oid = t.typrelid
                  WHERE t.typnamespace = 'medsched'::regnamespace AND (t.typtype = 'd' OR c.relkind = 'c') AND t.typname !~ '^_' AND obj_description(t.oid, 'pg_type') IS NOT NULL)));
END
$plproxy_functions$;

COMMENT ON FUNCTION medsched.plproxy_functions(text) IS
  'Returns an SQL script that makes a database the proxy of a cluster of databases with medsched: the directory of persons, and every public function, run by PL/Proxy on the shards. Raises 22004 for NULL, 22023 for a name that is none of a cluster';
