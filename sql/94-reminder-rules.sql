-- When a person is reminded, and hearing of a dose again later.
--
-- What writes the rows runs with its caller's search_path, as create_medication() does.

-- Raise the error of a row of rules again, in the words of the arguments.
CREATE OR REPLACE FUNCTION medsched._refuse_reminder_rules(rule text, message text, detail text, hint text, schema_name text, table_name text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words CONSTANT text := CASE rule
    WHEN 'reminder_rules_ahead_by_in_range' THEN 'ahead_by must be above 0 and at most 31 days'
    WHEN 'reminder_rules_again_every_has_at_most' THEN 'again_every and again_at_most must be given together'
    WHEN 'reminder_rules_again_every_in_range' THEN 'again_every must be from 1 minute to 31 days, and as often as again_at_most says take 31 days at most'
    WHEN 'reminder_rules_again_at_most_in_range' THEN 'again_at_most must be from 1 to 100'
    WHEN 'reminder_rules_escalate_after_has_to' THEN 'escalate_after and escalate_to must be given together'
    WHEN 'reminder_rules_escalate_after_in_range' THEN 'escalate_after must be from 0 to 31 days'
    WHEN 'reminder_rules_escalate_to_not_blank' THEN 'escalate_to must have 1 to 1000 characters that are not all blank'
    WHEN 'reminder_rules_quiet_hours_valid' THEN 'quiet_from and quiet_until must be two different times of the day'
    WHEN 'reminder_rules_urgency' THEN 'urgency must be "low", "normal" or "high"'
    WHEN 'reminder_rules_drop_after_in_range' THEN 'drop_after must be from 1 minute to 7 days' END;
BEGIN
  PERFORM medsched._raise_again('23514'::text, coalesce(words, message), CASE WHEN words IS NULL THEN detail ELSE ''::text END, hint, schema_name,
                                table_name, ''::text, rule, ''::text);
END
$$;

COMMENT ON FUNCTION medsched._refuse_reminder_rules(text, text, text, text, text, text) IS
  'Internal: raises the error of a row of rules again, in the words of set_reminder_rules()';

-- Check the arguments of what writes rules, but for those that a CHECK of the table refuses.
CREATE OR REPLACE FUNCTION medsched._check_reminder_rules(user_id uuid, schedule_id uuid, time_zone text)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables(), medsched._check_reminders(), medsched.check_time_zone($3);
  IF $2 IS NOT NULL AND NOT EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'schedule', $2);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_reminder_rules(uuid, uuid, text) IS
  'Internal: checks the arguments of set_reminder_rules()';

CREATE OR REPLACE FUNCTION medsched.set_reminder_rules(
  user_id uuid,
  schedule_id uuid DEFAULT NULL,
  ahead_by interval DEFAULT NULL,
  at_time boolean DEFAULT true,
  again_every interval DEFAULT NULL,
  again_at_most int DEFAULT NULL,
  escalate_after interval DEFAULT NULL,
  escalate_to text DEFAULT NULL,
  quiet_from time DEFAULT NULL,
  quiet_until time DEFAULT NULL,
  time_zone text DEFAULT NULL,
  urgency text DEFAULT 'normal',
  drop_after interval DEFAULT '2 hours')
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  message pg_catalog.text; detail pg_catalog.text; hint pg_catalog.text;
  schema_name pg_catalog.text; table_name pg_catalog.text; constraint_name pg_catalog.text;
BEGIN
  PERFORM medsched._check_reminder_rules($1, $2, $11);
  INSERT INTO medsched.reminder_rules AS r (user_id, schedule_id, ahead_by, at_time, again_every, again_at_most, escalate_after, escalate_to,
                                            quiet_from, quiet_until, time_zone, urgency, drop_after)
  VALUES ($1, $2, $3, coalesce($4, true), $5, $6, $7, $8, $9, $10, $11, coalesce($12, 'normal'), coalesce($13, '2 hours'))
  ON CONFLICT (user_id, schedule_id) DO UPDATE
  SET ahead_by = EXCLUDED.ahead_by, at_time = EXCLUDED.at_time, again_every = EXCLUDED.again_every, again_at_most = EXCLUDED.again_at_most,
      escalate_after = EXCLUDED.escalate_after, escalate_to = EXCLUDED.escalate_to, quiet_from = EXCLUDED.quiet_from,
      quiet_until = EXCLUDED.quiet_until, time_zone = EXCLUDED.time_zone, urgency = EXCLUDED.urgency, drop_after = EXCLUDED.drop_after,
      set_at = EXCLUDED.set_at;
EXCEPTION WHEN check_violation THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    schema_name = SCHEMA_NAME, table_name = TABLE_NAME, constraint_name = CONSTRAINT_NAME;
  PERFORM medsched._refuse_reminder_rules(constraint_name, message, detail, hint, schema_name, table_name);
END
$$;

COMMENT ON FUNCTION medsched.set_reminder_rules(uuid, uuid, interval, boolean, interval, int, interval, text, time, time, text, text, interval) IS
  'Sets when a user is reminded, of a schedule or, with schedule_id NULL, of all that have no rules of their own, in place of what was set before: ahead_by before each dose, at_time at its time, then again_every so long until it is recorded, again_at_most so often; escalate_after so long, escalate_to is told; in the hours from quiet_from to quiet_until of time_zone (NULL: the schedule''s) only what has urgency high is said; what is later than drop_after is dropped. A day is 24 hours';

CREATE OR REPLACE FUNCTION medsched.remove_reminder_rules(user_id uuid, schedule_id uuid DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._check_reminder_rules($1, $2, NULL::pg_catalog.text);
  DELETE FROM medsched.reminder_rules AS r
   WHERE r.user_id OPERATOR(pg_catalog.=) $1 AND ($2 IS NULL AND r.schedule_id IS NULL OR r.schedule_id OPERATOR(pg_catalog.=) $2);
  RETURN FOUND;
END
$$;

COMMENT ON FUNCTION medsched.remove_reminder_rules(uuid, uuid) IS
  'Removes the rules of a schedule, so that the user''s hold for it, or, with schedule_id NULL, those of the user; true: there were some';

CREATE OR REPLACE FUNCTION medsched.reminder_rules_of(user_id uuid)
RETURNS SETOF medsched.reminder_rule
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_tables(), medsched._check_reminders();
  RETURN QUERY
    SELECT r.schedule_id, r.ahead_by, r.at_time, r.again_every, r.again_at_most, r.escalate_after, coalesce(r.escalate_to, NULL::text), r.quiet_from, r.quiet_until,
           coalesce(r.time_zone, NULL::text), coalesce(r.urgency, NULL::text), r.drop_after, r.set_at
      FROM medsched.reminder_rules AS r
     WHERE r.user_id = $1
     ORDER BY r.schedule_id NULLS FIRST;
END
$$;

COMMENT ON FUNCTION medsched.reminder_rules_of(uuid) IS
  'When a user is reminded, as set_reminder_rules() set it: the user''s own rules first, then those of single schedules. No rows: at the time of each dose';

-- Check the arguments of snooze_dose().
CREATE OR REPLACE FUNCTION medsched._check_snooze(user_id uuid, schedule_id uuid, scheduled_for timestamptz, until timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  problem record;
  due_at timestamptz;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_instant($4, 'until'), medsched._check_tables(), medsched._check_reminders();
  IF $4 <= now() OR $4 > now() + interval '168 hours' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'until must be later than now, and by 7 days at most', DETAIL = format('It is %s.', $4),
      HINT = 'To take a dose at another time, call medsched.move_dose_by_id().';
  ELSIF NOT EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'schedule', $2);
  END IF;
  problem := medsched._move_problem($1, $2, $3, $3);
  IF problem.rule = 'moved_dose_not_recorded' THEN
    PERFORM medsched._refuse_rule('medsched.reminder_snoozes'::regclass, 'snoozed_dose_not_recorded'::text,
      format('the dose at %s is recorded, and cannot be snoozed', $3), NULL::text, 'If it was not taken, call medsched.undo_dose() first.'::text,
      '23514'::text);
  ELSIF problem.rule IS NOT NULL THEN
    PERFORM medsched._refuse_rule('medsched.reminder_snoozes'::regclass, 'snoozed_dose_is_scheduled'::text, problem.message, problem.detail,
      'Snooze a dose by the dose_id that medsched.upcoming_doses() or a reminder gives.'::text, '23514'::text);
  END IF;
  -- What is said is looked for among all doses from the earliest that is put off to the last.
  due_at := coalesce((SELECT v.due_at FROM medsched.moved_doses AS v WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for = $3), $3);
  IF due_at NOT BETWEEN now() - interval '744 hours' AND now() + interval '744 hours' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a dose that is snoozed must be due within 31 days of now', DETAIL = format('It is due at %s.', due_at);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_snooze(uuid, uuid, timestamptz, timestamptz) IS
  'Internal: checks the arguments of snooze_dose()';

CREATE OR REPLACE FUNCTION medsched.snooze_dose(user_id uuid, dose_id text, until timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
#variable_conflict use_column
DECLARE
  d CONSTANT pg_catalog.record := medsched._read_dose_id($2);
BEGIN
  PERFORM medsched._check_snooze($1, d.schedule_id, d.scheduled_for, $3);
  -- Those that are over.
  DELETE FROM medsched.reminder_snoozes AS z
   WHERE z.user_id OPERATOR(pg_catalog.=) $1
     AND z.until OPERATOR(pg_catalog.<) (pg_catalog.now() OPERATOR(pg_catalog.-) '8 days'::pg_catalog.interval);
  INSERT INTO medsched.reminder_snoozes AS z (user_id, schedule_id, scheduled_for, until)
  VALUES ($1, d.schedule_id, d.scheduled_for, $3)
  ON CONFLICT (user_id, schedule_id, scheduled_for) DO UPDATE SET until = EXCLUDED.until, snoozed_at = EXCLUDED.snoozed_at;
END
$$;

COMMENT ON FUNCTION medsched.snooze_dose(uuid, text, timestamptz) IS
  'Has a user reminded of a dose again at an instant, and not before: by its handle, until it is recorded. When the dose is due does not change, nor does what somebody else is told of it. Raises 23514 for a dose that is recorded or is none, 22023 for an instant that is not within 7 days from now on, and for a dose that is due more than 31 days before or after now';
