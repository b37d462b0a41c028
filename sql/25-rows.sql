-- The rows that functions return: doses, what is recorded of them, and the parts
-- of a rule. They are types of their own so that a later version can add columns,
-- at the end, under the views that use a function.

-- Take over a type that was created by an earlier version of these files; what
-- somebody else put there is not ours: CREATE TYPE refuses it.
DO $rows$
DECLARE
  definition record;
BEGIN
  FOR definition IN
    WITH attributes (types, name, type) AS (
      VALUES
        -- Doses.
        ('{user_dose,scheduled_dose,due_dose}'::text[], 'user_id', 'uuid'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'dose_id', 'text'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'scheduled_for', 'timestamptz'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'local_time', 'timestamp'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'time_zone', 'text'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'medication_id', 'uuid'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'medication_name', 'text'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'schedule_id', 'uuid'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'dose_amount', 'numeric'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'dose_unit', 'text'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'instructions', 'text'),
        ('{dose,user_dose,scheduled_dose}', 'taken_at', 'timestamptz'),
        ('{dose,user_dose,scheduled_dose}', 'recorded_by', 'text'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'status', 'text'),
        ('{scheduled_dose}', 'outcome', 'text'),
        ('{scheduled_dose}', 'on_time', 'boolean'),
        ('{scheduled_dose}', 'missed', 'boolean'),
        ('{dose,user_dose,scheduled_dose,due_dose}', 'due_at', 'timestamptz'),
        -- What is recorded of one.
        ('{recorded_dose,taken_dose,skipped_dose}', 'user_id', 'uuid'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'schedule_id', 'uuid'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'scheduled_for', 'timestamptz'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'taken_at', 'timestamptz'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'recorded_by', 'text'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'amount', 'numeric'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'note', 'text'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'outcome', 'text'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'reason', 'text'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'recorded_at', 'timestamptz'),
        ('{taken_dose}', 'newly_taken', 'boolean'),
        ('{skipped_dose}', 'newly_skipped', 'boolean'),
        ('{recorded_dose,taken_dose,skipped_dose}', 'despite_limits', 'text'),
        -- What came of recording one of several.
        ('{dose_result}', 'nth', 'int'),
        ('{dose_result}', 'dose_id', 'text'),
        ('{dose_result}', 'schedule_id', 'uuid'),
        ('{dose_result}', 'scheduled_for', 'timestamptz'),
        ('{dose_result}', 'outcome', 'text'),
        ('{dose_result}', 'taken_at', 'timestamptz'),
        ('{dose_result}', 'amount', 'numeric'),
        ('{dose_result}', 'reason', 'text'),
        ('{dose_result}', 'note', 'text'),
        ('{dose_result}', 'recorded_by', 'text'),
        ('{dose_result}', 'recorded_at', 'timestamptz'),
        ('{dose_result}', 'despite_limits', 'text'),
        ('{dose_result}', 'newly_recorded', 'boolean'),
        ('{dose_result}', 'error_code', 'text'),
        ('{dose_result}', 'error_constraint', 'text'),
        ('{dose_result}', 'error_message', 'text'),
        ('{dose_result}', 'error_detail', 'text'),
        ('{dose_result}', 'error_hint', 'text'),
        -- An entry of a stock.
        ('{stock_entry}', 'user_id', 'uuid'),
        ('{stock_entry}', 'entry_id', 'uuid'),
        ('{stock_entry}', 'medication_id', 'uuid'),
        ('{stock_entry}', 'kind', 'text'),
        ('{stock_entry}', 'occurred_at', 'timestamptz'),
        ('{stock_entry}', 'amount', 'numeric'),
        ('{stock_entry}', 'unit', 'text'),
        ('{stock_entry}', 'days_supply', 'int'),
        ('{stock_entry}', 'note', 'text'),
        ('{stock_entry}', 'recorded_by', 'text'),
        ('{stock_entry}', 'recorded_at', 'timestamptz'),
        ('{stock_entry}', 'newly_recorded', 'boolean'),
        -- Where a dose that was moved is now.
        ('{moved_dose}', 'user_id', 'uuid'),
        ('{moved_dose}', 'schedule_id', 'uuid'),
        ('{moved_dose}', 'scheduled_for', 'timestamptz'),
        ('{moved_dose}', 'dose_id', 'text'),
        ('{moved_dose}', 'due_at', 'timestamptz'),
        ('{moved_dose}', 'reason', 'text'),
        ('{moved_dose}', 'moved_by', 'text'),
        ('{moved_dose}', 'moved_at', 'timestamptz'),
        -- What somebody is to be reminded of.
        ('{reminder}', 'token', 'uuid'),
        ('{reminder}', 'reminder_id', 'text'),
        ('{reminder}', 'kind', 'text'),
        ('{reminder}', 'nth', 'int'),
        ('{reminder}', 'attempt', 'int'),
        ('{reminder}', 'urgency', 'text'),
        ('{reminder}', 'recipient', 'text'),
        ('{reminder}', 'user_id', 'uuid'),
        ('{reminder}', 'dose_id', 'text'),
        ('{reminder}', 'scheduled_for', 'timestamptz'),
        ('{reminder}', 'due_at', 'timestamptz'),
        ('{reminder}', 'local_time', 'timestamp'),
        ('{reminder}', 'time_zone', 'text'),
        ('{reminder}', 'medication_id', 'uuid'),
        ('{reminder}', 'medication_name', 'text'),
        ('{reminder}', 'schedule_id', 'uuid'),
        ('{reminder}', 'dose_amount', 'numeric'),
        ('{reminder}', 'dose_unit', 'text'),
        ('{reminder}', 'instructions', 'text'),
        ('{reminder}', 'lease_ends_at', 'timestamptz'),
        ('{reminder}', 'stock_amount', 'numeric'),
        ('{reminder}', 'stock_unit', 'text'),
        ('{reminder}', 'runs_out_at', 'timestamptz'),
        ('{reminder}', 'runs_out_on', 'date'),
        ('{reminder}', 'is_estimate', 'boolean'),
        ('{reminder}', 'refill_by', 'timestamptz'),
        -- What holds for a person, and when they are reminded.
        ('{settings}', 'day_begins_at', 'time'),
        ('{reminder_rule}', 'schedule_id', 'uuid'),
        ('{reminder_rule}', 'ahead_by', 'interval'),
        ('{reminder_rule}', 'at_time', 'boolean'),
        ('{reminder_rule}', 'again_every', 'interval'),
        ('{reminder_rule}', 'again_at_most', 'int'),
        ('{reminder_rule}', 'escalate_after', 'interval'),
        ('{reminder_rule}', 'escalate_to', 'text'),
        ('{reminder_rule}', 'quiet_from', 'time'),
        ('{reminder_rule}', 'quiet_until', 'time'),
        ('{reminder_rule}', 'time_zone', 'text'),
        ('{reminder_rule}', 'urgency', 'text'),
        ('{reminder_rule}', 'drop_after', 'interval'),
        ('{reminder_rule}', 'set_at', 'timestamptz'),
        ('{stock_reminder_rule}', 'medication_id', 'uuid'),
        ('{stock_reminder_rule}', 'refill_days_ahead', 'int'),
        ('{stock_reminder_rule}', 'low_doses', 'int'),
        ('{stock_reminder_rule}', 'time_of_day', 'time'),
        ('{stock_reminder_rule}', 'again_every_days', 'int'),
        ('{stock_reminder_rule}', 'again_at_most', 'int'),
        ('{stock_reminder_rule}', 'time_zone', 'text'),
        ('{stock_reminder_rule}', 'set_at', 'timestamptz'),
        -- What a form shows of schedules.
        ('{schedule_form}', 'times', 'time[]'),
        ('{schedule_form}', 'starts_on', 'date'),
        ('{schedule_form}', 'time_zone', 'text'),
        ('{schedule_form}', 'days_of_week', 'int[]'),
        ('{schedule_form}', 'ends_on', 'date'),
        ('{schedule_form}', 'every', 'int'),
        ('{schedule_form}', 'cycle_days_on', 'int'),
        ('{schedule_form}', 'cycle_days_off', 'int'),
        ('{schedule_form}', 'problem', 'text'),
        -- What a prescription says: arguments of create_medication().
        ('{prescribed_medication}', 'name', 'text'),
        ('{prescribed_medication}', 'schedules', 'jsonb'),
        ('{prescribed_medication}', 'notes', 'text'),
        ('{prescribed_medication}', 'substance', 'text'),
        ('{prescribed_medication}', 'substance_amount', 'numeric'),
        ('{prescribed_medication}', 'substance_unit', 'text'),
        -- A medication, and a schedule of it, as a form shows them.
        ('{medication,current_schedule}', 'medication_id', 'uuid'),
        ('{medication}', 'name', 'text'),
        ('{medication}', 'notes', 'text'),
        ('{medication}', 'inactivated_at', 'timestamptz'),
        ('{medication}', 'created_at', 'timestamptz'),
        ('{medication}', 'own_columns', 'jsonb'),
        ('{medication}', 'substance', 'text'),
        ('{medication}', 'substance_amount', 'numeric'),
        ('{medication}', 'substance_unit', 'text'),
        ('{medication}', 'therapeutic_class', 'text'),
        ('{medication}', 'refill_lead_time', 'interval'),
        ('{medication}', 'refill_reserve', 'numeric'),
        ('{medication}', 'refill_reserve_unit', 'text'),
        ('{current_schedule}', 'medication_name', 'text'),
        ('{current_schedule}', 'medication_notes', 'text'),
        ('{current_schedule}', 'medication_own_columns', 'jsonb'),
        ('{current_schedule}', 'schedule_id', 'uuid'),
        ('{current_schedule}', 'state', 'text'),
        ('{current_schedule}', 'starts_at', 'timestamp'),
        ('{current_schedule}', 'time_zone', 'text'),
        ('{current_schedule}', 'time_zone_pinned', 'boolean'),
        ('{current_schedule}', 'rrule', 'text'),
        ('{current_schedule}', 'rdates', 'timestamp[]'),
        ('{current_schedule}', 'exdates', 'timestamp[]'),
        ('{current_schedule}', 'cycle_days_on', 'int'),
        ('{current_schedule}', 'cycle_days_off', 'int'),
        ('{current_schedule}', 'as_needed', 'boolean'),
        ('{current_schedule}', 'min_interval', 'interval'),
        ('{current_schedule}', 'max_per_24h', 'int'),
        ('{current_schedule}', 'grace', 'interval'),
        ('{current_schedule}', 'dose_amount', 'numeric'),
        ('{current_schedule}', 'dose_unit', 'text'),
        ('{current_schedule}', 'instructions', 'text'),
        ('{current_schedule}', 'effective_from', 'timestamptz'),
        ('{current_schedule}', 'ends_at', 'timestamptz'),
        ('{current_schedule}', 'replaces', 'uuid'),
        ('{current_schedule}', 'replaced_by', 'uuid'),
        ('{current_schedule}', 'created_at', 'timestamptz'),
        ('{current_schedule}', 'own_columns', 'jsonb'),
        ('{current_schedule}', 'limits', 'jsonb'),
        ('{current_schedule}', 'after_last', 'interval'),
        ('{current_schedule}', 'hours_from', 'time'),
        ('{current_schedule}', 'hours_until', 'time'),
        ('{current_schedule}', 'max_per_day', 'int'),
        ('{current_schedule}', 'regimen_id', 'uuid'),
        ('{current_schedule}', 'follows', 'uuid'),
        ('{current_schedule}', 'follows_by', 'interval'),
        ('{current_schedule}', 'events', 'jsonb'),
        -- When a schedule has doses.
        ('{_schedule}', 'user_id', 'uuid'),
        ('{_schedule}', 'id', 'uuid'),
        ('{_schedule}', 'medication_id', 'uuid'),
        ('{_schedule}', 'starts_at', 'timestamp'),
        ('{_schedule}', 'time_zone', 'text'),
        ('{_schedule}', 'rrule', 'text'),
        ('{_schedule}', 'rdates', 'timestamp[]'),
        ('{_schedule}', 'exdates', 'timestamp[]'),
        ('{_schedule}', 'cycle_days_on', 'int'),
        ('{_schedule}', 'cycle_days_off', 'int'),
        ('{_schedule}', 'as_needed', 'boolean'),
        ('{_schedule}', 'effective_from', 'timestamptz'),
        ('{_schedule}', 'ends_at', 'timestamptz'),
        ('{_schedule}', 'after_last', 'interval'),
        -- What becomes of a schedule whose person goes to another time zone.
        ('{schedule_journey}', 'old_schedule_id', 'uuid'),
        ('{schedule_journey}', 'new_schedule_id', 'uuid'),
        ('{schedule_journey}', 'outcome', 'text'),
        ('{schedule_journey}', 'effective_from', 'timestamptz'),
        ('{schedule_journey}', 'shortest_interval', 'interval'),
        ('{schedule_journey}', 'reason', 'text'),
        ('{_traveller}', 'schedule', 'medsched._schedule'),
        ('{_traveller}', 'pinned', 'boolean'),
        ('{_traveller}', 'chain', 'uuid'),
        ('{_traveller}', 'inactivated_at', 'timestamptz'),
        ('{_traveller}', 'last_recorded', 'timestamptz'),
        ('{_traveller}', 'takes_effect', 'timestamptz'),
        ('{_traveller}', 'travelling', 'medsched._schedule'),
        ('{_traveller}', 'outcome', 'text'),
        ('{_traveller}', 'reason', 'text'),
        ('{_traveller}', 'changes', 'jsonb'),
        -- What a rule says.
        ('{_recurrence}', 'freq', 'int'),
        ('{_recurrence}', 'every', 'bigint'),
        ('{_recurrence}', 'count', 'bigint'),
        ('{_recurrence}', 'until', 'timestamp'),
        ('{_recurrence}', 'until_utc', 'boolean'),
        ('{_recurrence}', 'week_start', 'int'),
        ('{_recurrence}', 'skip', 'int'),
        ('{_recurrence}', 'seconds', 'int[]'),
        ('{_recurrence}', 'minutes', 'int[]'),
        ('{_recurrence}', 'hours', 'int[]'),
        ('{_recurrence}', 'months', 'int[]'),
        ('{_recurrence}', 'monthdays', 'int[]'),
        ('{_recurrence}', 'yeardays', 'int[]'),
        ('{_recurrence}', 'weeknos', 'int[]'),
        ('{_recurrence}', 'weekdays', 'int[]'),
        ('{_recurrence}', 'nth', 'int[]'),
        ('{_recurrence}', 'positions', 'int[]')
    ),
    ours AS (
      SELECT c.oid, c.relname
        FROM pg_type AS t
        JOIN pg_class AS c ON c.oid = t.typrelid AND c.relkind = 'c'
       WHERE t.typnamespace = 'medsched'::regnamespace
         AND CASE
               WHEN EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'medsched')
               THEN EXISTS (SELECT FROM pg_depend AS m
                              JOIN pg_extension AS e ON e.oid = m.refobjid AND e.extname = 'medsched'
                             WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid
                               AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e')
               ELSE pg_has_role(current_user, t.typowner, 'USAGE')
             END
    )
    SELECT s.statement
      FROM (
        SELECT 1 AS nth, format('CREATE TYPE medsched.%I AS ()', t.type) AS statement
          FROM (SELECT DISTINCT unnest(a.types) AS type FROM attributes AS a) AS t
         WHERE t.type NOT IN (SELECT o.relname FROM ours AS o)
        UNION ALL
        SELECT 2, format('ALTER TYPE medsched.%I %s', a.type,
                    string_agg(format('ADD ATTRIBUTE %I %s', a.name, a.definition), ', ' ORDER BY a.nth))
          FROM (SELECT unnest(a.types) AS type, a.name, a.type AS definition, a.nth
                  FROM (SELECT a.*, row_number() OVER () AS nth FROM attributes AS a) AS a) AS a
         WHERE NOT EXISTS (SELECT FROM ours AS o
                             JOIN pg_attribute AS e ON e.attrelid = o.oid AND e.attname = a.name AND NOT e.attisdropped
                            WHERE o.relname = a.type)
         GROUP BY a.type) AS s
     ORDER BY s.nth
  LOOP
    EXECUTE definition.statement;
  END LOOP;
END
$rows$;

COMMENT ON TYPE medsched.dose IS
  'A dose of one user, as upcoming_doses() and next_doses() list it';
COMMENT ON TYPE medsched.user_dose IS
  'A dose with whose it is, as upcoming_doses_of() and next_doses_of() list those of several users';
COMMENT ON TYPE medsched.scheduled_dose IS
  'A dose of any user with what was recorded of it, as scheduled_doses() lists it';
COMMENT ON TYPE medsched.due_dose IS
  'A dose of any user that is not recorded, as due_doses() lists it';
COMMENT ON TYPE medsched.recorded_dose IS
  'What was recorded of a dose: the row of medsched.dose_taken';
COMMENT ON TYPE medsched.taken_dose IS
  'What is recorded of a dose that was taken, and whether it is new';
COMMENT ON TYPE medsched.skipped_dose IS
  'What is recorded of a dose that was skipped, and whether it is new';
COMMENT ON TYPE medsched.dose_result IS
  'What came of recording one of several doses: the dose as recorded, or the error';
COMMENT ON TYPE medsched.stock_entry IS
  'What is recorded in the ledger of a stock, and whether it is new';
COMMENT ON TYPE medsched.moved_dose IS
  'A dose that was moved, and when it is due now; moved_at is NULL where that is its own time';
COMMENT ON TYPE medsched.reminder IS
  'What somebody is to be reminded of, as claim_reminders() hands it out';
COMMENT ON TYPE medsched.settings IS
  'What holds for a person in all reports, as person_settings_of() returns it';
COMMENT ON TYPE medsched.reminder_rule IS
  'When a person is reminded, of a schedule or, schedule_id NULL, of all that have no rules of their own, as reminder_rules_of() lists it';
COMMENT ON TYPE medsched.stock_reminder_rule IS
  'When a person is reminded of what is left of a medication or, medication_id NULL, of all that have no rules of their own, as stock_reminder_rules_of() lists it';
COMMENT ON TYPE medsched.schedule_form IS
  'What a form shows of schedules: the arguments of schedule_from_times(), or the problem where no form shows them';
COMMENT ON TYPE medsched.prescribed_medication IS
  'What a prescription says: the arguments of create_medication(), as medication_from_fhir() returns them';
COMMENT ON TYPE medsched.schedule_journey IS
  'What became of a schedule when its person went to another time zone, or changed the routine';
COMMENT ON TYPE medsched.medication IS
  'A medication with the columns that the application added, as medications_of() lists it, and update_medication() returns it';
COMMENT ON TYPE medsched.current_schedule IS
  'A schedule with its medication, its state and the columns that the application added, as schedules_of() and current_schedules() list it';
COMMENT ON TYPE medsched._recurrence IS
  'Internal: what the text of a recurrence rule says, as _rule_parts() reads it';
COMMENT ON TYPE medsched._schedule IS
  'Internal: when a schedule has doses, of a row that is to be changed';
COMMENT ON TYPE medsched._traveller IS
  'Internal: a schedule before a journey, and what becomes of it';
