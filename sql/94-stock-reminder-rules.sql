-- When a person is reminded of what is left of a medication.
--
-- What writes the rows runs with its caller's search_path, as create_medication() does.

-- Raise the error of a row of rules again, in the words of the arguments.
CREATE OR REPLACE FUNCTION medsched._refuse_stock_reminder_rules(rule text, message text, detail text, hint text, schema_name text, table_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words CONSTANT text := CASE rule
    WHEN 'stock_reminder_rules_refill_days_ahead_in_range' THEN 'refill_days_ahead must be from 0 to 365'
    WHEN 'stock_reminder_rules_low_doses_in_range' THEN 'low_doses must be from 0 to 1000'
    WHEN 'stock_reminder_rules_time_of_day_valid' THEN 'time_of_day must be before 24:00'
    WHEN 'stock_reminder_rules_again_every_days_in_range' THEN 'again_every_days must be from 1 to 31'
    WHEN 'stock_reminder_rules_again_at_most_in_range' THEN 'again_at_most must be from 0 to 100' END;
BEGIN
  PERFORM medsched._raise_again('23514'::text, coalesce(words, message), CASE WHEN words IS NULL THEN detail ELSE ''::text END, hint, schema_name,
                                table_name, ''::text, rule, ''::text);
END
$$;

COMMENT ON FUNCTION medsched._refuse_stock_reminder_rules(text, text, text, text, text, text) IS
  'Internal: raises the error of a row of rules again, in the words of set_stock_reminder_rules()';

-- Check the arguments of what writes rules, but for those that a CHECK of the table refuses.
CREATE OR REPLACE FUNCTION medsched._check_stock_reminder_rules(user_id uuid, medication_id uuid, time_zone text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables(), medsched._check_reminders(), medsched.check_time_zone($3);
  IF $2 IS NOT NULL AND NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_stock_reminder_rules(uuid, uuid, text) IS
  'Internal: checks the arguments of set_stock_reminder_rules()';

CREATE OR REPLACE FUNCTION medsched.set_stock_reminder_rules(
  user_id uuid,
  medication_id uuid DEFAULT NULL,
  refill_days_ahead int DEFAULT 7,
  low_doses int DEFAULT 0,
  time_of_day time DEFAULT '09:00',
  again_every_days int DEFAULT 1,
  again_at_most int DEFAULT 6,
  time_zone text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_stock_reminder_rules($1, $2, $8);
  INSERT INTO medsched.stock_reminder_rules AS r (user_id, medication_id, refill_days_ahead, low_doses, time_of_day, again_every_days,
                                                  again_at_most, time_zone)
  VALUES ($1, $2, $3, $4, coalesce($5, '09:00'), coalesce($6, 1), coalesce($7, 6), $8)
  ON CONFLICT (user_id, medication_id) DO UPDATE
  SET refill_days_ahead = EXCLUDED.refill_days_ahead, low_doses = EXCLUDED.low_doses, time_of_day = EXCLUDED.time_of_day,
      again_every_days = EXCLUDED.again_every_days, again_at_most = EXCLUDED.again_at_most, time_zone = EXCLUDED.time_zone,
      set_at = EXCLUDED.set_at;
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    schema_name = SCHEMA_NAME, table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME;
  PERFORM medsched._refuse_stock_reminder_rules(constraint_name, message, detail, hint, schema_name, table_name);
END
$$;

COMMENT ON FUNCTION medsched.set_stock_reminder_rules(uuid, uuid, int, int, time, int, int, text) IS
  'Sets when a user is reminded of what is left of a medication or, with medication_id NULL, of all that have no rules of their own, in place of what was set before: from refill_days_ahead days before the day by which it is to be refilled (NULL: not of that), and with low_doses doses left or fewer (NULL: not of that), at time_of_day on the clock of time_zone (NULL: that of set_reminder_rules(), or else of the schedule), then again every again_every_days days, again_at_most times, while there is not more';

CREATE OR REPLACE FUNCTION medsched.remove_stock_reminder_rules(user_id uuid, medication_id uuid DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._check_stock_reminder_rules($1, $2, NULL::pg_catalog.text);
  DELETE FROM medsched.stock_reminder_rules AS r
   WHERE r.user_id OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL AND r.medication_id IS NULL OR r.medication_id OPERATOR(pg_catalog.=) $2);
  RETURN FOUND;
END
$$;

COMMENT ON FUNCTION medsched.remove_stock_reminder_rules(uuid, uuid) IS
  'Removes the rules about the stock of a medication, so that the user''s hold for it, or, with medication_id NULL, those of the user; true: there were some';

CREATE OR REPLACE FUNCTION medsched.stock_reminder_rules_of(user_id uuid)
RETURNS SETOF medsched.stock_reminder_rule
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables(), medsched._check_reminders();
  RETURN QUERY
    SELECT r.medication_id, r.refill_days_ahead, r.low_doses, r.time_of_day, r.again_every_days, r.again_at_most, coalesce(r.time_zone, NULL::text), r.set_at
      FROM medsched.stock_reminder_rules AS r
     WHERE r.user_id = $1
     ORDER BY r.medication_id NULLS FIRST;
END
$$;

COMMENT ON FUNCTION medsched.stock_reminder_rules_of(uuid) IS
  'When a user is reminded of what is left of medications, as set_stock_reminder_rules() set it: the user''s own rules first, then those of single medications. No rows: the defaults of that function';
