-- What a device kept while it was offline, in one call: all of it, in its order, or nothing.
--
-- It holds what it locked until it ends, as what records several doses does, and goes about it alike: what comes upon a lock
-- gives up all of its own, waits for that one report alone, and begins anew.

-- Read a report in JSON; place says which it is, in errors.
CREATE OR REPLACE FUNCTION medsched._read_report(report jsonb, place text, OUT schedule_id uuid, OUT scheduled_for timestamptz, OUT outcome text,
  OUT taken_at timestamptz, OUT amount numeric, OUT reason text, OUT note text, OUT despite_limits text, OUT expected jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  instant CONSTANT text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[-+][0-9]{2}(:?[0-9]{2})?)$';
  names CONSTANT text[] := '{schedule_id,scheduled_for,outcome,taken_at,amount,reason,note,despite_limits,expected}';
  message text;
  part record;
BEGIN
  IF jsonb_typeof(report) <> 'object' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = place || ' must be a JSON object';
  END IF;
  -- JSON's null is nothing given, but of what is expected.
  report := (SELECT coalesce(jsonb_object_agg(m.key, m.value), '{}') FROM jsonb_each(report) AS m WHERE m.value <> 'null' OR m.key <> ALL (names));
  FOR part IN SELECT m.key, m.value, jsonb_typeof(m.value) AS kind, m.value #>> '{}' AS written FROM jsonb_each(report) AS m LOOP
    IF part.key <> ALL (names) THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s has an unknown key "%s"', place, left(part.key, 64)),
        HINT = format('The keys of a report are %s.', array_to_string(names, ', '));
    ELSIF NOT coalesce(CASE part.key
                WHEN 'amount' THEN part.kind IN ('number', 'string')
                WHEN 'expected' THEN part.kind = 'object' AND part.value ?& '{outcome,taken_at}' AND part.value - '{outcome,taken_at}'::text[] = '{}'
                                     AND part.value ->> 'outcome' IN ('taken', 'skipped', 'extra')
                                     AND coalesce(part.value ->> 'taken_at' ~ instant, true)
                WHEN 'scheduled_for' THEN part.kind = 'string' AND part.written ~ instant
                WHEN 'taken_at' THEN part.kind = 'string' AND part.written ~ instant
                WHEN 'outcome' THEN part.kind = 'string' AND part.written IN ('taken', 'skipped', 'extra', 'none')
                ELSE part.kind = 'string' END, false) THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s.%s must be %s', place, part.key, CASE part.key
        WHEN 'amount' THEN 'a number, or a string that holds one'
        WHEN 'expected' THEN 'what is recorded, as {"outcome": "taken", "taken_at": "2026-03-01T08:00:00Z"}'
        WHEN 'scheduled_for' THEN 'an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z'
        WHEN 'taken_at' THEN 'an instant with its offset, as "2026-03-01T08:00:00+01:00" or with Z'
        WHEN 'outcome' THEN '"taken", "skipped", "extra" or "none"'
        WHEN 'schedule_id' THEN 'a string that holds a uuid'
        ELSE 'a string' END);
    END IF;
  END LOOP;
  SELECT k.key INTO part FROM unnest('{schedule_id,scheduled_for,outcome}'::text[]) WITH ORDINALITY AS k (key, nth) WHERE NOT report ? k.key ORDER BY k.nth LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s must have %s', place, part.key);
  END IF;
  outcome := report ->> 'outcome';
  SELECT k.key, k.outcomes INTO part
    FROM (VALUES ('taken_at', '{taken}'::text[]), ('amount', '{taken,extra}'), ('despite_limits', '{taken,extra}'), ('reason', '{skipped,extra}'),
                 ('note', '{taken,skipped,extra}'), ('expected', '{none}')) AS k (key, outcomes)
   WHERE report ? k.key AND outcome <> ALL (k.outcomes) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s has %s, which the outcome "%s" does not have', place, part.key, outcome),
      HINT = format('It goes with %s.', array_to_string(part.outcomes, ', '));
  END IF;
  BEGIN
    schedule_id := report ->> 'schedule_id';
    scheduled_for := report ->> 'scheduled_for';
    taken_at := report ->> 'taken_at';
    amount := report ->> 'amount';
    PERFORM (report #>> '{expected,taken_at}')::timestamptz;
  EXCEPTION WHEN data_exception THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
    RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = format('%s: %s', place, medsched._shortened(message));
  END;
  reason := report ->> 'reason';
  note := report ->> 'note';
  despite_limits := report ->> 'despite_limits';
  expected := report -> 'expected';
END
$$;

COMMENT ON FUNCTION medsched._read_report(jsonb, text) IS
  'Internal: a report in JSON, checked';

-- Record what one report says; whether it was news.
CREATE OR REPLACE FUNCTION medsched._record_report(user_id uuid, report jsonb, place text, recorded_by text)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  r CONSTANT pg_catalog.record := medsched._read_report($2, $3);
  removed pg_catalog.record;
BEGIN
  IF r.outcome OPERATOR(pg_catalog.=) 'taken' THEN
    RETURN (medsched.mark_dose_taken($1, r.schedule_id, r.scheduled_for, coalesce(r.taken_at, pg_catalog.now()), $4, r.amount, r.note, r.despite_limits)).newly_taken;
  ELSIF r.outcome OPERATOR(pg_catalog.=) 'extra' THEN
    RETURN (medsched.record_extra_dose($1, r.schedule_id, r.scheduled_for, $4, r.amount, r.note, r.reason, r.despite_limits)).newly_taken;
  ELSIF r.outcome OPERATOR(pg_catalog.=) 'skipped' THEN
    RETURN (medsched.skip_dose($1, r.schedule_id, r.scheduled_for, r.reason, $4, r.note)).newly_skipped;
  ELSIF r.expected IS NOT NULL AND NOT EXISTS (
          SELECT FROM medsched.dose_taken AS d
           WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) r.schedule_id AND d.scheduled_for OPERATOR(pg_catalog.=) r.scheduled_for
             AND medsched._is_as_expected(d.outcome::pg_catalog.text, d.taken_at, r.expected)) THEN
    RETURN false;
  END IF;
  SELECT u.outcome, u.taken_at INTO removed FROM medsched.undo_dose($1, r.schedule_id, r.scheduled_for) AS u;
  IF FOUND AND r.expected IS NOT NULL AND NOT medsched._is_as_expected(removed.outcome, removed.taken_at, r.expected) THEN
    -- Somebody recorded it otherwise since that look.
    RAISE SQLSTATE 'MS001';
  END IF;
  RETURN removed.outcome IS NOT NULL;
END
$$;

COMMENT ON FUNCTION medsched._record_report(uuid, jsonb, text, text) IS
  'Internal: records what one report says';

CREATE OR REPLACE FUNCTION medsched._is_as_expected(outcome text, taken_at timestamptz, expected jsonb)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN outcome = expected ->> 'outcome' AND taken_at IS NOT DISTINCT FROM (expected ->> 'taken_at')::timestamptz;
END
$$;

COMMENT ON FUNCTION medsched._is_as_expected(text, timestamptz, jsonb) IS
  'Internal: whether what is recorded of a dose is what a report expects';

-- Wait for what is in the way of a report, holding nothing else.
CREATE OR REPLACE FUNCTION medsched._wait_for_report(user_id uuid, report jsonb, place text, recorded_by text)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  PERFORM medsched._record_report($1, $2, $3, $4);
  RAISE SQLSTATE 'MS000';
EXCEPTION WHEN OTHERS THEN
  -- What is about the dose is told when all before it are recorded.
  IF NOT medsched._is_about_dose(SQLSTATE::pg_catalog.text) THEN
    RAISE;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._wait_for_report(uuid, jsonb, text, text) IS
  'Internal: waits for the locks that recording one report needs, and gives them back';

-- Check the arguments of record_reports(), and give the reports.
CREATE OR REPLACE FUNCTION medsched._check_reports(user_id uuid, reports jsonb)
RETURNS jsonb[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id');
  IF $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'reports must not be null';
  ELSIF jsonb_typeof($2) <> 'array' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'reports must be a JSON array';
  END IF;
  PERFORM medsched._check_tables();
  RETURN ARRAY(SELECT e.value FROM jsonb_array_elements($2) WITH ORDINALITY AS e (value, nth) ORDER BY e.nth);
END
$$;

COMMENT ON FUNCTION medsched._check_reports(uuid, jsonb) IS
  'Internal: the reports that record_reports() is given, after a look at its arguments';

-- It runs with its caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched.record_reports(user_id uuid, reports jsonb, recorded_by text DEFAULT NULL)
RETURNS TABLE (nth int, changed boolean)
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_variable
DECLARE
  former CONSTANT pg_catalog.text := pg_catalog.current_setting('lock_timeout');
  given CONSTANT pg_catalog.jsonb[] := medsched._check_reports($1, $2);
  news pg_catalog.bool[];
  waits pg_catalog.bool;
BEGIN
  LOOP
    BEGIN
      waits := false;
      news := '{}';
      -- Shorter than deadlock_timeout: nobody is made to give up but this.
      PERFORM pg_catalog.set_config('lock_timeout', '50ms', true);
      FOR place IN 1 .. pg_catalog.cardinality(given) LOOP
        nth := place;
        news[place] := medsched._record_report($1, given[place], pg_catalog.format('reports[%s]', place OPERATOR(pg_catalog.-) 1), $3);
      END LOOP;
      PERFORM pg_catalog.set_config('lock_timeout', former, true);
      EXIT;
    EXCEPTION
      WHEN lock_not_available OR deadlock_detected THEN
        waits := true;
      WHEN SQLSTATE 'MS001' THEN
        NULL;
    END;
    IF waits THEN
      PERFORM medsched._wait_for_report($1, given[nth], pg_catalog.format('reports[%s]', nth OPERATOR(pg_catalog.-) 1), $3);
    END IF;
  END LOOP;
  RETURN QUERY SELECT n.nth::pg_catalog.int4, n.changed FROM pg_catalog.unnest(news) WITH ORDINALITY AS n (changed, nth) ORDER BY n.nth;
END
$$;

COMMENT ON FUNCTION medsched.record_reports(uuid, jsonb, text) IS
  'Records what a device kept while it was offline, a JSON array of reports: all of them, in their order, or, with an error, none. Each has the schedule_id and scheduled_for of a dose, and as outcome "taken" (with taken_at, amount, note, despite_limits), "skipped" (reason, note), "extra" (taken at scheduled_for; amount, reason, note, despite_limits) or "none", which takes back what is recorded: with expected, an outcome and taken_at, only what is recorded so still. Returns a row for each: whether it was news. Raises 22023 for what is no report, and the errors of mark_dose_taken(), record_extra_dose(), skip_dose() and undo_dose()';
