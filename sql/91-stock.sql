-- Stocks: how much of a medication a person has.
--
-- It is never stored.  medsched.stock_entries is a ledger of what came and went beside the doses; what is left is what was last
-- counted, with the entries since, less the doses taken since.  Without a count it begins with the first entry, before which
-- nothing is presumed to have been there.
--
-- What writes the rows runs with its caller's search_path, as create_medication() does.

-- Raise the error of an entry again, in the words of the arguments.
CREATE OR REPLACE FUNCTION medsched._refuse_stock_entry(kind text, amount numeric, unit text, days_supply int, note text, recorded_by text,
  rule text, message text, detail text, hint text, schema_name text, table_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words CONSTANT text := CASE rule
    WHEN 'stock_entries_kind' THEN 'kind must be dispensed, counted, lost, corrected or expired'
    WHEN 'stock_entries_amount_of_kind'
      THEN format('amount must be %s', CASE kind WHEN 'counted' THEN '0 or above' WHEN 'corrected' THEN 'above or below 0' ELSE 'above 0' END)
    WHEN 'stock_entries_amount_size' THEN 'amount must be finite and have at most 1000 digits before and after the point'
    WHEN 'stock_entries_unit_length' THEN 'unit must have at most 1000 characters'
    WHEN 'stock_entries_days_supply_of_dispensed' THEN 'days_supply must not be given of what is not dispensed'
    WHEN 'stock_entries_days_supply_in_range' THEN 'days_supply must be from 1 to 3660'
    WHEN 'stock_entries_note_length' THEN 'note must have at most 10000 characters'
    WHEN 'stock_entries_recorded_by_length' THEN 'recorded_by must have at most 1000 characters' END;
BEGIN
  IF words IS NOT NULL THEN
    message := words;
    detail := CASE rule
      WHEN 'stock_entries_kind' THEN format('It is "%s".', medsched._shortened(kind))
      WHEN 'stock_entries_unit_length' THEN format('It is "%s".', medsched._shortened(unit))
      WHEN 'stock_entries_days_supply_of_dispensed' THEN format('It was %s.', medsched._shortened(kind))
      WHEN 'stock_entries_days_supply_in_range' THEN format('It is %s.', days_supply)
      WHEN 'stock_entries_note_length' THEN format('It is "%s".', medsched._shortened(note))
      WHEN 'stock_entries_recorded_by_length' THEN format('It is "%s".', medsched._shortened(recorded_by))
      ELSE format('It is %s.', medsched._shortened(amount::text)) END;
    hint := CASE rule WHEN 'stock_entries_amount_of_kind' THEN 'What went is lost or expired; the difference of a correction has a sign.' ELSE '' END;
  END IF;
  PERFORM medsched._raise_again('23514', message, detail, hint, schema_name, table_name, '', rule, '');
END
$$;

COMMENT ON FUNCTION medsched._refuse_stock_entry(text, numeric, text, int, text, text, text, text, text, text, text, text) IS
  'Internal: raises the error of an entry of a stock again, in the words of record_stock_entry()';

-- Check the arguments of what records an entry, but for those that a CHECK of the table refuses.
CREATE OR REPLACE FUNCTION medsched._check_stock_entry(user_id uuid, medication_id uuid, kind text, amount numeric, occurred_at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'medication_id');
  IF $3 IS NULL OR $4 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = CASE WHEN $3 IS NULL THEN 'kind' ELSE 'amount' END || ' must not be null';
  END IF;
  PERFORM medsched._require_instant($5, 'occurred_at'), medsched._check_tables();
  IF NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_stock_entry(uuid, uuid, text, numeric, timestamptz) IS
  'Internal: checks the arguments of record_stock_entry()';

CREATE OR REPLACE FUNCTION medsched.record_stock_entry(
  user_id uuid,
  medication_id uuid,
  kind text,
  amount numeric,
  unit text DEFAULT NULL,
  occurred_at timestamptz DEFAULT now(),
  days_supply int DEFAULT NULL,
  note text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  entry_id uuid DEFAULT gen_random_uuid())
RETURNS medsched.stock_entry
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  entry medsched.stock_entry;
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text; schema_name pg_catalog.text; table_name pg_catalog.text;
  constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_stock_entry($1, $2, $3, $4, $6);
  $10 := coalesce($10, pg_catalog.gen_random_uuid());
  -- Whoever records it at the same time is waited for, and may take it back: so it tries again.
  FOR attempt IN 1 .. 10 LOOP
    INSERT INTO medsched.stock_entries AS e (user_id, id, medication_id, kind, occurred_at, amount, unit, days_supply, note, recorded_by)
    VALUES ($1, $10, $2, $3, $6, $4, $5, $7, $8, $9)
    ON CONFLICT (user_id, id) DO NOTHING
    RETURNING e.user_id, e.id, e.medication_id, e.kind, e.occurred_at, e.amount, e.unit, e.days_supply, e.note, e.recorded_by, e.recorded_at, true
      INTO entry.user_id, entry.entry_id, entry.medication_id, entry.kind, entry.occurred_at, entry.amount, entry.unit, entry.days_supply,
           entry.note, entry.recorded_by, entry.recorded_at, entry.newly_recorded;
    EXIT WHEN FOUND;
    SELECT e.user_id, e.id, e.medication_id, e.kind, e.occurred_at, e.amount, e.unit, e.days_supply, e.note, e.recorded_by, e.recorded_at, false
      INTO entry.user_id, entry.entry_id, entry.medication_id, entry.kind, entry.occurred_at, entry.amount, entry.unit, entry.days_supply,
           entry.note, entry.recorded_by, entry.recorded_at, entry.newly_recorded
      FROM medsched.stock_entries AS e
     WHERE e.user_id OPERATOR(pg_catalog.=) $1 AND e.id OPERATOR(pg_catalog.=) $10;
    EXIT WHEN FOUND;
  END LOOP;
  IF entry.entry_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = pg_catalog.format('could not record stock entry "%s"', $10),
      DETAIL = 'It is not recorded, and inserting it inserted nothing.',
      HINT = 'A trigger may suppress the insert, or other sessions record and delete the same entry: try again.';
  ELSIF NOT entry.newly_recorded AND (entry.medication_id OPERATOR(pg_catalog.<>) $2 OR entry.kind OPERATOR(pg_catalog.<>) $3
                                      OR entry.amount OPERATOR(pg_catalog.<>) $4
                                      OR NOT coalesce(entry.unit OPERATOR(pg_catalog.=) $5, entry.unit IS NULL AND $5 IS NULL)) THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = pg_catalog.format('stock entry "%s" is already recorded otherwise', $10),
      DETAIL = 'It has another medication, kind, amount or unit.', HINT = 'Give each entry an id of its own.',
      TABLE = 'stock_entries', CONSTRAINT = 'stock_entry_already_recorded';
  END IF;
  RETURN entry;
EXCEPTION
  WHEN check_violation THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, schema_name = SCHEMA_NAME,
      table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME;
    PERFORM medsched._refuse_stock_entry($3, $4, $5, $7, $8, $9, constraint_name, message, detail, hint, schema_name, table_name);
  WHEN foreign_key_violation THEN
    -- It was erased meanwhile.
    GET STACKED DIAGNOSTICS constraint_name = CONSTRAINT_NAME;
    IF constraint_name OPERATOR(pg_catalog.=) 'stock_entries_user_id_medication_id_fkey' THEN
      PERFORM medsched._refuse_unknown($1, 'medication', $2);
    END IF;
    RAISE;
END
$$;

COMMENT ON FUNCTION medsched.record_stock_entry(uuid, uuid, text, numeric, text, timestamptz, int, text, text, uuid) IS
  'Records in the ledger of a medication''s stock that an amount, in unit, was dispensed, lost or expired, corrected by (with its sign), or counted. An entry_id that is recorded already changes nothing. Returns the entry as recorded';

CREATE OR REPLACE FUNCTION medsched.delete_stock_entry(user_id uuid, entry_id uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'entry_id'), medsched._check_tables();
  DELETE FROM medsched.stock_entries AS e
   WHERE e.user_id OPERATOR(pg_catalog.=) $1 AND e.id OPERATOR(pg_catalog.=) $2;
  RETURN FOUND;
END
$$;

COMMENT ON FUNCTION medsched.delete_stock_entry(uuid, uuid) IS
  'Deletes an entry of a stock that was recorded by mistake; true: there was one';

CREATE OR REPLACE FUNCTION medsched.stock_entries_of(user_id uuid, medication_id uuid DEFAULT NULL)
RETURNS SETOF medsched.stock_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables();
  IF $2 IS NOT NULL AND NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
  RETURN QUERY
    SELECT e.user_id, e.id, e.medication_id, coalesce(e.kind, NULL::text), e.occurred_at, e.amount, coalesce(e.unit, NULL::text), e.days_supply,
           coalesce(e.note, NULL::text), coalesce(e.recorded_by, NULL::text), e.recorded_at, false
      FROM medsched.stock_entries AS e
     WHERE e.user_id = $1 AND ($2 IS NULL OR e.medication_id = $2)
     ORDER BY e.occurred_at, e.recorded_at, e.id;
END
$$;

COMMENT ON FUNCTION medsched.stock_entries_of(uuid, uuid) IS
  'The entries of a user''s stocks, of one medication or of all, in the order of time; newly_recorded is false. Raises P0002 for a medication that is not the user''s';

-- The stocks of a person, or of all (NULL), at an instant: in the unit of the last entry.  since is the instant that doses count
-- after.  What is not known, or in a unit that does not convert, makes amount NULL, and problem says what it is: the rules
-- refuse such rows, but a row can be older than its rule.  The plan for one person is not that for all: the caller's
-- plan_cache_mode decides.
CREATE OR REPLACE FUNCTION medsched._stocks(of_user uuid, of_medication uuid, at timestamptz)
RETURNS TABLE (user_id uuid, medication_id uuid, medication_name text, amount numeric, unit text, counted_at timestamptz, taken numeric,
  problem text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT m.user_id, m.id, m.name,
           CASE WHEN p.problem IS NULL THEN trim_scale(coalesce(e.amount, 0) - coalesce(d.amount, 0)) END,
           l.unit, c.occurred_at, CASE WHEN p.problem IS NULL THEN trim_scale(coalesce(d.amount, 0)) END, p.problem
      FROM (SELECT e.user_id, e.medication_id, min(e.occurred_at) AS began
              FROM medsched.stock_entries AS e
             WHERE e.user_id >= coalesce($1, '00000000-0000-0000-0000-000000000000')
               AND e.user_id <= coalesce($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
               AND ($2 IS NULL OR e.medication_id = $2) AND e.occurred_at <= $3
             GROUP BY e.user_id, e.medication_id) AS b
      JOIN medsched.medications AS m ON m.user_id = b.user_id AND m.id = b.medication_id
     CROSS JOIN LATERAL (
           SELECT e.unit FROM medsched.stock_entries AS e
            WHERE e.user_id = b.user_id AND e.medication_id = b.medication_id AND e.occurred_at <= $3
            ORDER BY e.occurred_at DESC, e.recorded_at DESC, e.id DESC LIMIT 1) AS l
      LEFT JOIN LATERAL (
           SELECT e.id, e.occurred_at FROM medsched.stock_entries AS e
            WHERE e.user_id = b.user_id AND e.medication_id = b.medication_id AND e.occurred_at <= $3 AND e.kind = 'counted'
            ORDER BY e.occurred_at DESC, e.recorded_at DESC, e.id DESC LIMIT 1) AS c ON true
     -- A count is of what is there after all that happened up to its instant.
     CROSS JOIN LATERAL (
           SELECT sum(CASE WHEN e.kind IN ('lost', 'expired') THEN - e.amount ELSE e.amount END * medsched._unit_factor(e.unit, l.unit)) AS amount,
                  min(medsched._unit_words(e.unit)) FILTER (WHERE medsched._unit_factor(e.unit, l.unit) IS NULL) AS other_unit
             FROM medsched.stock_entries AS e
            WHERE e.user_id = b.user_id AND e.medication_id = b.medication_id AND e.occurred_at <= $3
              AND (c.id IS NULL OR e.id = c.id OR e.occurred_at > c.occurred_at)) AS e
     CROSS JOIN LATERAL (
           SELECT sum(coalesce(d.amount, s.dose_amount) * medsched._unit_factor(s.dose_unit, l.unit)) AS amount,
                  bool_or(coalesce(d.amount, s.dose_amount) IS NULL) AS is_unknown,
                  min(medsched._unit_words(s.dose_unit)) FILTER (WHERE medsched._unit_factor(s.dose_unit, l.unit) IS NULL) AS other_unit
             FROM medsched.schedules AS s
             JOIN medsched.dose_taken AS d ON d.user_id = s.user_id AND d.schedule_id = s.id
            CROSS JOIN LATERAL (SELECT medsched._counts_at(false, d.scheduled_for, d.taken_at)) AS t (taken_at)
            WHERE s.user_id = b.user_id AND s.medication_id = b.medication_id AND d.user_id = b.user_id
              AND d.outcome <> 'skipped'
              AND d.scheduled_for >= coalesce(c.occurred_at, b.began) - interval '744 hours' AND d.scheduled_for <= $3 + interval '744 hours'
              AND (t.taken_at > c.occurred_at OR c.id IS NULL AND t.taken_at >= b.began) AND t.taken_at <= $3) AS d
     CROSS JOIN LATERAL (
           SELECT CASE WHEN e.other_unit IS NOT NULL THEN format('An entry is in %s, which does not convert to %s.', e.other_unit, medsched._unit_words(l.unit))
                       WHEN d.other_unit IS NOT NULL THEN format('A dose is in %s, which does not convert to %s.', d.other_unit, medsched._unit_words(l.unit))
                       WHEN d.is_unknown THEN 'How much a dose was is not known.' END) AS p (problem);
END
$$;

COMMENT ON FUNCTION medsched._stocks(uuid, uuid, timestamptz) IS
  'Internal: the stocks of a person, or of all, at an instant';

CREATE OR REPLACE FUNCTION medsched.stock(user_id uuid, at timestamptz DEFAULT now())
RETURNS TABLE (
  medication_id uuid,
  medication_name text,
  amount numeric,
  unit text,
  counted_at timestamptz,
  taken numeric,
  problem text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_instant($2, 'at'), medsched._check_tables();
  RETURN QUERY
    SELECT s.medication_id, s.medication_name, s.amount, s.unit, s.counted_at, s.taken, s.problem
      FROM medsched._stocks($1, NULL::uuid, $2) AS s
     ORDER BY s.medication_name, s.medication_id;
END
$$;

COMMENT ON FUNCTION medsched.stock(uuid, timestamptz) IS
  'How much a user has at an instant of each medication that has entries in medsched.stock_entries by then: what was counted last, at counted_at, with the entries since, less the doses taken since; counted_at NULL: all entries, less the doses taken from the first on. amount, in unit, is below 0 where more was taken than the entries have; NULL where problem says what is not known';
