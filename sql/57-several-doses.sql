-- Several doses in one call: the tablets of a morning.
--
-- Each is recorded as if alone: a dose that is refused is told of, and stands in the way of no other.  Together they are one
-- transaction, which holds what it locked until its end.  So another session that records one of them, and then waits for a
-- limit that another of them has locked, would wait for ever for what waits for it.  Hence what comes upon a lock here gives up
-- all of its own, waits for that one dose alone, and begins anew.
--
-- All are recorded in one subtransaction, none in one within it: who waits for a row of a subtransaction that is part of another
-- waits for the whole transaction, though the other be rolled back.

-- Say whether an error is about one dose; else it is about the session, the transaction or the server.
CREATE OR REPLACE FUNCTION medsched._is_about_dose(code text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN "left"(code, 2) <> ALL ('{08,25,40,42,53,57,58,XX}'::text[]) AND code <> '55P03';

COMMENT ON FUNCTION medsched._is_about_dose(text) IS
  'Internal: whether an SQLSTATE is about one of several doses, and not about all';

CREATE OR REPLACE FUNCTION medsched._is_lock(code text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN code IN ('55P03', '40P01');

COMMENT ON FUNCTION medsched._is_lock(text) IS
  'Internal: whether an SQLSTATE is that of a lock that another session holds';

-- Record one of several.
CREATE OR REPLACE FUNCTION medsched._record_one(user_id uuid, dose_id text, outcome text, taken_at timestamptz, reason text, recorded_by text, note text,
  despite_limits text)
RETURNS medsched.dose_result
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  taken medsched.taken_dose;
  skipped medsched.skipped_dose;
  result medsched.dose_result;
BEGIN
  IF $3 OPERATOR(pg_catalog.=) 'taken' THEN
    taken := medsched.mark_dose_taken_by_id($1, $2, $4, $6, NULL::pg_catalog.numeric, $7, $8);
    result.schedule_id := taken.schedule_id; result.scheduled_for := taken.scheduled_for; result.outcome := taken.outcome;
    result.taken_at := taken.taken_at; result.amount := taken.amount; result.note := taken.note;
    result.recorded_by := taken.recorded_by; result.recorded_at := taken.recorded_at; result.despite_limits := taken.despite_limits;
    result.newly_recorded := taken.newly_taken;
  ELSE
    skipped := medsched.skip_dose_by_id($1, $2, $5, $6, $7);
    result.schedule_id := skipped.schedule_id; result.scheduled_for := skipped.scheduled_for; result.outcome := skipped.outcome;
    result.reason := skipped.reason; result.note := skipped.note;
    result.recorded_by := skipped.recorded_by; result.recorded_at := skipped.recorded_at;
    result.newly_recorded := skipped.newly_skipped;
  END IF;
  RETURN result;
END
$$;

COMMENT ON FUNCTION medsched._record_one(uuid, text, text, timestamptz, text, text, text, text) IS
  'Internal: records one of several doses';

-- Tell of an error.
CREATE OR REPLACE FUNCTION medsched._refused_one(code text, message text, detail text, hint text, constraint_name text)
RETURNS medsched.dose_result
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  result medsched.dose_result;
BEGIN
  result.error_code := $1;
  result.error_message := $2;
  result.error_detail := nullif($3, '');
  result.error_hint := nullif($4, '');
  result.error_constraint := nullif($5, '');
  RETURN result;
END
$$;

COMMENT ON FUNCTION medsched._refused_one(text, text, text, text, text) IS
  'Internal: the error of one of several doses';

-- Check what several doses are recorded with.
CREATE OR REPLACE FUNCTION medsched._check_several(user_id uuid, dose_ids text[], outcome text, taken_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id');
  IF $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'dose_ids must not be null';
  ELSIF array_ndims($2) > 1 THEN
    RAISE EXCEPTION USING ERRCODE = '2202E', MESSAGE = 'dose_ids must have one dimension';
  ELSIF $3 = 'taken' THEN
    PERFORM medsched._require_instant($4, 'taken_at');
  END IF;
  PERFORM medsched._check_tables();
END
$$;

COMMENT ON FUNCTION medsched._check_several(uuid, text[], text, timestamptz) IS
  'Internal: checks the arguments of what records several doses';

-- Record a dose and take that back: wait for what is in its way, holding nothing else, and give the error, if any.
CREATE OR REPLACE FUNCTION medsched._try_one(user_id uuid, dose_id text, outcome text, taken_at timestamptz, reason text, recorded_by text, note text,
  despite_limits text)
RETURNS medsched.dose_result
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text; constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._record_one($1, $2, $3, $4, $5, $6, $7, $8);
  RAISE SQLSTATE 'MS000';
EXCEPTION
  WHEN SQLSTATE 'MS000' THEN
    RETURN NULL;
  WHEN OTHERS THEN
    IF NOT medsched._is_about_dose(SQLSTATE::pg_catalog.text) THEN
      RAISE;
    END IF;
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, constraint_name = CONSTRAINT_NAME;
    RETURN medsched._refused_one(SQLSTATE::pg_catalog.text, message, detail, hint, constraint_name);
END
$$;

COMMENT ON FUNCTION medsched._try_one(uuid, text, text, timestamptz, text, text, text, text) IS
  'Internal: the error that recording one of several doses raises; null: none';

-- Record several doses, in the order of their handles, which is the same in every session.  It runs with its caller's
-- search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched._record_several(user_id uuid, dose_ids text[], outcome text, taken_at timestamptz, reason text, recorded_by text,
  note text, despite_limits text)
RETURNS SETOF medsched.dose_result
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_variable
DECLARE
  handles CONSTANT pg_catalog.text[] := ARRAY(SELECT h.handle FROM pg_catalog.unnest($2) WITH ORDINALITY AS h (handle, nth) ORDER BY h.nth);
  places CONSTANT pg_catalog.int4[] := ARRAY(SELECT h.nth::pg_catalog.int4 FROM pg_catalog.unnest($2) WITH ORDINALITY AS h (handle, nth)
                                              ORDER BY h.handle COLLATE pg_catalog."C", h.nth);
  former CONSTANT pg_catalog.text := pg_catalog.current_setting('lock_timeout');
  results medsched.dose_result[] := pg_catalog.array_fill(NULL::medsched.dose_result, ARRAY[pg_catalog.cardinality(handles)]);
  result medsched.dose_result;
  refused medsched.dose_result;
  place pg_catalog.int4;
  looked_at_each pg_catalog.bool := false;
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text; constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_several($1, $2, $3, $4);
  LOOP
    BEGIN
      -- Shorter than deadlock_timeout: nobody is made to give up but this.
      PERFORM pg_catalog.set_config('lock_timeout', '50ms', true);
      FOREACH place IN ARRAY places LOOP
        result := results[place];
        CONTINUE WHEN result.error_code IS NOT NULL;
        results[place] := medsched._record_one($1, handles[place], $3, $4, $5, $6, $7, $8);
      END LOOP;
      PERFORM pg_catalog.set_config('lock_timeout', former, true);
      EXIT;
    EXCEPTION WHEN OTHERS THEN
      refused := NULL;
      IF medsched._is_about_dose(SQLSTATE::pg_catalog.text) THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, constraint_name = CONSTRAINT_NAME;
        refused := medsched._refused_one(SQLSTATE::pg_catalog.text, message, detail, hint, constraint_name);
      ELSIF NOT medsched._is_lock(SQLSTATE::pg_catalog.text) THEN
        RAISE;
      END IF;
    END;
    IF refused.error_code IS NULL THEN
      results[place] := medsched._try_one($1, handles[place], $3, $4, $5, $6, $7, $8);
    ELSIF NOT looked_at_each THEN
      -- Where one is refused, more may be: so as not to begin anew for each.
      FOREACH place IN ARRAY places LOOP
        results[place] := medsched._try_one($1, handles[place], $3, $4, $5, $6, $7, $8);
      END LOOP;
      looked_at_each := true;
    ELSE
      -- Alone it is not refused, but together with those before it.
      results[place] := refused;
    END IF;
  END LOOP;
  FOR place IN 1 .. pg_catalog.cardinality(handles) LOOP
    result := results[place];
    result.nth := place;
    result.dose_id := handles[place];
    RETURN NEXT result;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._record_several(uuid, text[], text, timestamptz, text, text, text, text) IS
  'Internal: records several doses, each as if alone';

CREATE OR REPLACE FUNCTION medsched.mark_doses_taken(
  user_id uuid,
  dose_ids text[],
  taken_at timestamptz DEFAULT now(),
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL,
  despite_limits text DEFAULT NULL)
RETURNS SETOF medsched.dose_result
LANGUAGE sql VOLATILE
AS $$
  SELECT r.* FROM medsched._record_several($1, $2, 'taken'::pg_catalog.text, $3, NULL::pg_catalog.text, $4, $5, $6) AS r
$$;

COMMENT ON FUNCTION medsched.mark_doses_taken(uuid, text[], timestamptz, text, text, text) IS
  'Records several doses as taken, each as mark_dose_taken_by_id() does. Returns a row for each handle, in their order: the dose as recorded, or the error';

CREATE OR REPLACE FUNCTION medsched.skip_doses(
  user_id uuid,
  dose_ids text[],
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL)
RETURNS SETOF medsched.dose_result
LANGUAGE sql VOLATILE
AS $$
  SELECT r.* FROM medsched._record_several($1, $2, 'skipped'::pg_catalog.text, NULL::pg_catalog.timestamptz, $3, $4, $5, NULL::pg_catalog.text) AS r
$$;

COMMENT ON FUNCTION medsched.skip_doses(uuid, text[], text, text, text) IS
  'Records that several doses were not taken, on purpose, each as skip_dose_by_id() does. Returns a row for each handle, in their order: the dose as recorded, or the error';
