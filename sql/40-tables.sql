-- The tables.  They are ordinary objects of whoever calls create_tables(), not
-- members of the extension: a dump carries them whole, with the columns,
-- indexes and policies that the application added, and their triggers come
-- back after the data.

CREATE OR REPLACE FUNCTION medsched.create_tables()
RETURNS void
LANGUAGE plpgsql
VOLATILE
-- What the tables' defaults and constraints are made of is found here alone.
SET search_path = pg_catalog, pg_temp
AS $create_tables$
DECLARE
  relation record;
  owner record;
  step text;
  steps text[];
  shared boolean := to_regclass('medsched.dose_taken') IS NOT NULL AND to_regclass('medsched.moved_doses') IS NULL;
BEGIN
  -- Two deployments at once: the second waits, and finds everything there.
  PERFORM pg_advisory_xact_lock(hashtextextended('medsched.create_tables', 0));

  FOR relation IN
    SELECT t.name, c.relkind
      FROM (VALUES ('medications'), ('schedules'), ('dose_taken'), ('person_settings'), ('substance_limits'), ('stock_entries'), ('moved_doses'), ('routines')) AS t (name)
      LEFT JOIN pg_class AS c ON c.relnamespace = 'medsched'::regnamespace AND c.relname = t.name
  LOOP
    IF relation.relkind IS NULL THEN
      EXECUTE format('CREATE TABLE medsched.%I ()', relation.name);
      -- The new table of a later version is the others' owner's, where the caller is another role that may alter them.
      SELECT pg_get_userbyid(c.relowner) AS name INTO owner
        FROM pg_class AS c JOIN pg_roles AS r ON r.rolname = current_user
       WHERE c.oid = to_regclass('medsched.medications') AND c.relowner <> r.oid AND NOT r.rolsuper AND pg_has_role(r.oid, c.relowner, 'USAGE');
      IF FOUND THEN
        EXECUTE format('ALTER TABLE medsched.%I OWNER TO %I', relation.name, owner.name);
      END IF;
    ELSIF relation.relkind NOT IN ('r', 'p') THEN
      RAISE '"medsched.%" is not a table', relation.name
        USING ERRCODE = 'wrong_object_type',
        HINT = 'Rename it or drop it, then call medsched.create_tables() again.';
    END IF;
  END LOOP;

  -- What is missing: of new tables everything, of those of an earlier version
  -- what has been added since.
  WITH columns (relation, name, definition, comment) AS (
      VALUES
        ('medsched.medications', 'user_id', 'uuid NOT NULL',
         'The person who takes it; the application''s id. Leads every key'),
        ('medsched.medications', 'id', 'uuid NOT NULL DEFAULT gen_random_uuid()',
         'Unique over all users'),
        ('medsched.medications', 'name', 'text NOT NULL',
         'As the person should read it: name and strength'),
        ('medsched.medications', 'notes', 'text',
         'Free text'),
        ('medsched.medications', 'inactivated_at', 'timestamptz',
         'No dose at or after this instant; NULL: active'),
        ('medsched.medications', 'created_at', 'timestamptz NOT NULL DEFAULT now()',
         'When the row was inserted'),
        ('medsched.medications', 'substance', 'text',
         'What limits of a substance count it by: paracetamol; compared without regard to case'),
        ('medsched.medications', 'substance_amount', 'numeric',
         'How much of the substance one of its schedules'' dose_unit holds, in substance_unit'),
        ('medsched.medications', 'substance_unit', 'text',
         'Unit of substance_amount: mg'),
        ('medsched.medications', 'therapeutic_class', 'text',
         'What measures of covered days count it with: statins; compared without regard to case'),
        ('medsched.medications', 'refill_lead_time', 'interval',
         'How long before it runs short it is to be refilled; a day is 24 hours'),
        ('medsched.medications', 'refill_reserve', 'numeric',
         'How much is always to be left, in refill_reserve_unit'),
        ('medsched.medications', 'refill_reserve_unit', 'text',
         'Unit of refill_reserve, which converts to dose_unit of the schedules'),
        ('medsched.medications', 'changed_at', 'timestamptz',
         'When the row last changed; NULL: not since it was inserted'),
        ('medsched.schedules', 'user_id', 'uuid NOT NULL',
         'The medication''s user'),
        ('medsched.schedules', 'id', 'uuid NOT NULL DEFAULT gen_random_uuid()',
         'Unique over all users: (schedule_id, scheduled_for) identifies a dose'),
        ('medsched.schedules', 'medication_id', 'uuid NOT NULL',
         'The medication, of the same user'),
        ('medsched.schedules', 'starts_at', 'timestamp NOT NULL',
         'Wall clock in time_zone: what the rule counts from; no dose is earlier'),
        ('medsched.schedules', 'time_zone', 'medsched.time_zone NOT NULL',
         'IANA name; 08:00 there stays 08:00 when the clocks change'),
        ('medsched.schedules', 'time_zone_pinned', 'boolean NOT NULL DEFAULT false',
         'True: keeps its zone when the person''s changes'),
        ('medsched.schedules', 'rrule', 'medsched.rrule',
         'RFC 5545 recurrence rule; NULL: one dose at starts_at'),
        ('medsched.schedules', 'rdates', 'timestamp[] NOT NULL DEFAULT ''{}''',
         'More doses, wall clock'),
        ('medsched.schedules', 'exdates', 'timestamp[] NOT NULL DEFAULT ''{}''',
         'Doses left out, wall clock'),
        ('medsched.schedules', 'cycle_days_on', 'int',
         'Days with doses from the date of starts_at on, then cycle_days_off without, and again; NULL: no cycle'),
        ('medsched.schedules', 'cycle_days_off', 'int',
         'Days without doses after cycle_days_on'),
        ('medsched.schedules', 'as_needed', 'boolean NOT NULL DEFAULT false',
         'True: no doses at set times; each is recorded at the time it is taken'),
        ('medsched.schedules', 'min_interval', 'interval',
         'As needed: the least time from any other dose of the medication as needed; a day is 24 hours'),
        ('medsched.schedules', 'max_per_24h', 'int',
         'As needed: the most doses of the medication as needed in any 24 hours, and so many times dose_amount the most that is taken'),
        ('medsched.schedules', 'limits', 'jsonb',
         'As needed: an array of limits of the medication, each an amount (in dose_unit) or a number of doses, within a length of time or on days: [{"amount": 6000, "within": "24 hours"}, {"doses": 1, "days": 1}]'),
        ('medsched.schedules', 'grace', 'interval',
         'How long after its time a dose is due rather than missed; NULL: the setting medsched.grace; a day is 24 hours'),
        ('medsched.schedules', 'tolerance_before', 'interval',
         'How early a dose may be taken and be on time; NULL: as grace; a day is 24 hours'),
        ('medsched.schedules', 'missed_when_next', 'boolean NOT NULL DEFAULT false',
         'True: a dose is missed as soon as the time of the next one of the schedule has come, whatever its grace'),
        ('medsched.schedules', 'after_last', 'interval',
         'How long after the last dose was taken the next is due, days by the wall clock: the schedule has one dose to come, counted from that one; NULL: it has set times, or none'),
        ('medsched.schedules', 'hours_from', 'time',
         'Counted from the last dose: when a day''s hours for it begin; one due outside of them is due when they begin next'),
        ('medsched.schedules', 'hours_until', 'time',
         'Counted from the last dose: when a day''s hours for it end; before hours_from: on the day after'),
        ('medsched.schedules', 'max_per_day', 'int',
         'Counted from the last dose: the most doses on a date; the next is due on the date after'),
        ('medsched.schedules', 'follows', 'uuid',
         'The schedule, of the same person, whose doses those of this one follow: one after each, whatever replaces that schedule; NULL: none'),
        ('medsched.schedules', 'follows_by', 'interval',
         'How long after a dose of the other schedule was taken, or else was due, the dose of this one is due; a day is 24 hours'),
        ('medsched.schedules', 'dose_amount', 'numeric',
         'How much at each dose, in dose_unit'),
        ('medsched.schedules', 'dose_unit', 'text',
         'Unit of dose_amount: tablet, mg, drop'),
        ('medsched.schedules', 'instructions', 'text',
         'What to observe at each dose: with food'),
        ('medsched.schedules', 'regimen_id', 'uuid',
         'What schedules of a medication have that are one to their reader: the steps of a taper'),
        ('medsched.schedules', 'events', 'jsonb',
         'The events of the person''s routine whose times the rule has, an array of codes, or of objects with event and offset, in minutes: ["CM", {"event": "ACV", "offset": 30}]; NULL: none'),
        ('medsched.schedules', 'effective_from', 'timestamptz',
         'No dose before this instant, though rule and cycle count from starts_at; set where the schedule replaces another, or began before the application'),
        ('medsched.schedules', 'ends_at', 'timestamptz',
         'No dose at or after this instant; set when the schedule is superseded'),
        ('medsched.schedules', 'replaces', 'uuid',
         'The schedule that this one revises'),
        ('medsched.schedules', 'created_at', 'timestamptz NOT NULL DEFAULT now()',
         'When the row was inserted'),
        ('medsched.schedules', 'changed_at', 'timestamptz',
         'When the row last changed; NULL: not since it was inserted'),
        ('medsched.dose_taken', 'user_id', 'uuid NOT NULL',
         'The schedule''s user'),
        ('medsched.dose_taken', 'scheduled_for', 'timestamptz NOT NULL',
         'The dose''s instant: an occurrence of its schedule; as needed and of an extra dose, when it was taken, to the second'),
        ('medsched.dose_taken', 'schedule_id', 'uuid NOT NULL',
         'The schedule, of the same user'),
        ('medsched.dose_taken', 'outcome', 'text NOT NULL DEFAULT ''taken''',
         'taken, skipped, or extra: taken beside the doses of the schedule'),
        ('medsched.dose_taken', 'taken_at', 'timestamptz DEFAULT now()',
         'When it was taken; NULL: skipped'),
        ('medsched.dose_taken', 'amount', 'numeric',
         'How much was taken, in the schedule''s dose_unit; NULL: its dose_amount'),
        ('medsched.dose_taken', 'reason', 'text',
         'Why it was skipped, or taken beside the schedule'),
        ('medsched.dose_taken', 'note', 'text',
         'Free text'),
        ('medsched.dose_taken', 'recorded_by', 'text',
         'Who recorded it, where not the person: the application''s name for a caregiver or device'),
        ('medsched.dose_taken', 'recorded_at', 'timestamptz NOT NULL DEFAULT now()',
         'When the row was inserted'),
        ('medsched.person_settings', 'user_id', 'uuid NOT NULL',
         'The person; the application''s id'),
        ('medsched.person_settings', 'day_begins_at', 'time NOT NULL DEFAULT ''00:00''',
         'When the person''s day begins: a dose before it belongs to the day before, in reports by day'),
        ('medsched.dose_taken', 'despite_limits', 'text',
         'Why it was taken in spite of the limits; NULL: it keeps them'),
        ('medsched.stock_entries', 'user_id', 'uuid NOT NULL',
         'The medication''s user'),
        ('medsched.stock_entries', 'id', 'uuid NOT NULL DEFAULT gen_random_uuid()',
         'Unique for the user'),
        ('medsched.stock_entries', 'medication_id', 'uuid NOT NULL',
         'The medication, of the same user'),
        ('medsched.stock_entries', 'kind', 'text NOT NULL',
         'dispensed, lost or expired: so much more or less; corrected: the difference, with its sign; counted: so much is there'),
        ('medsched.stock_entries', 'occurred_at', 'timestamptz NOT NULL DEFAULT now()',
         'When it was handed over, lost or counted'),
        ('medsched.stock_entries', 'amount', 'numeric NOT NULL',
         'How much, in unit'),
        ('medsched.stock_entries', 'unit', 'text',
         'Unit of amount, which converts to dose_unit of the medication''s schedules: tablet, ml'),
        ('medsched.stock_entries', 'days_supply', 'int',
         'Dispensed: for how many days the dispenser says it lasts'),
        ('medsched.stock_entries', 'note', 'text',
         'Free text: batch, pharmacy'),
        ('medsched.stock_entries', 'recorded_by', 'text',
         'Who recorded it, where not the person: the application''s name for a caregiver or device'),
        ('medsched.stock_entries', 'recorded_at', 'timestamptz NOT NULL DEFAULT now()',
         'When the row was inserted'),
        ('medsched.dose_taken', 'next_dose_id', 'text',
         'Handle of the dose that was counted from this one before its time was corrected: it keeps the handle; NULL: not corrected'),
        ('medsched.substance_limits', 'user_id', 'uuid NOT NULL',
         'The person; the application''s id'),
        ('medsched.substance_limits', 'substance', 'text NOT NULL',
         'The substance, as medications name it; compared without regard to case'),
        ('medsched.substance_limits', 'limits', 'jsonb NOT NULL DEFAULT ''[]''',
         'An array of limits, as of schedules, amounts in unit'),
        ('medsched.substance_limits', 'unit', 'text',
         'Unit of the amounts in limits: mg'),
        ('medsched.substance_limits', 'min_interval', 'interval',
         'The least time between two doses with the substance; a day is 24 hours'),
        ('medsched.substance_limits', 'time_zone', 'medsched.time_zone',
         'IANA name: where the days of limits begin'),
        ('medsched.substance_limits', 'set_at', 'timestamptz NOT NULL DEFAULT now()',
         'Since when the limits are these'),
        ('medsched.moved_doses', 'user_id', 'uuid NOT NULL',
         'The schedule''s user'),
        ('medsched.moved_doses', 'schedule_id', 'uuid NOT NULL',
         'The schedule, of the same user'),
        ('medsched.moved_doses', 'scheduled_for', 'timestamptz NOT NULL',
         'The dose''s instant by its schedule, which identifies it still'),
        ('medsched.moved_doses', 'due_at', 'timestamptz NOT NULL',
         'When it is to be taken instead'),
        ('medsched.moved_doses', 'reason', 'text',
         'Why it was moved'),
        ('medsched.moved_doses', 'moved_by', 'text',
         'Who moved it, where not the person: the application''s name for a caregiver or device'),
        ('medsched.moved_doses', 'moved_at', 'timestamptz NOT NULL DEFAULT now()',
         'When it was last moved'),
        ('medsched.moved_doses', 'computed', 'boolean NOT NULL DEFAULT false',
         'Nobody moved it: due_at is when the dose was due, counted from another, when it was recorded'),
        ('medsched.routines', 'user_id', 'uuid NOT NULL',
         'The person; the application''s id'),
        ('medsched.routines', 'event', 'text NOT NULL',
         'The event, as timing_events() names it: WAKE, CM (breakfast), CD (lunch), CV (dinner), HS (going to bed)'),
        ('medsched.routines', 'day_of_week', 'int NOT NULL',
         'ISO number of the day of the week, 1 Monday to 7 Sunday'),
        ('medsched.routines', 'effective_from', 'timestamptz NOT NULL',
         'From when on the time holds, until the next row''s'),
        ('medsched.routines', 'at', 'time NOT NULL',
         'When it is, on the wall clock')
    ),
    constraints (relation, name, definition) AS (
      -- Keys first. Every look-up names the user, and a user has few schedules: the
      -- primary key's index serves the foreign key to medications as well.
      VALUES
        ('medsched.medications', 'medications_pkey',
         $$PRIMARY KEY (user_id, id)$$),
        ('medsched.schedules', 'schedules_pkey',
         $$PRIMARY KEY (user_id, id)$$),
        ('medsched.dose_taken', 'dose_taken_pkey',
         $$PRIMARY KEY (user_id, scheduled_for, schedule_id)$$),
        ('medsched.person_settings', 'person_settings_pkey',
         $$PRIMARY KEY (user_id)$$),
        ('medsched.stock_entries', 'stock_entries_pkey',
         $$PRIMARY KEY (user_id, id)$$),
        -- Its index finds the entries of a medication in the order of time.
        ('medsched.stock_entries', 'stock_entries_user_id_medication_id_occurred_at_id_key',
         $$UNIQUE (user_id, medication_id, occurred_at, id)$$),
        ('medsched.substance_limits', 'substance_limits_pkey',
         $$PRIMARY KEY (user_id, substance)$$),
        ('medsched.moved_doses', 'moved_doses_pkey',
         $$PRIMARY KEY (user_id, scheduled_for, schedule_id)$$),
        ('medsched.routines', 'routines_pkey',
         $$PRIMARY KEY (user_id, event, day_of_week, effective_from)$$),
        -- At the end of a statement, so that one can move several doses on.
        ('medsched.moved_doses', 'moved_doses_user_id_due_at_schedule_id_key',
         $$UNIQUE (user_id, due_at, schedule_id) DEFERRABLE$$),
        ('medsched.medications', 'medications_id_key',
         $$UNIQUE (id)$$),
        ('medsched.schedules', 'schedules_id_key',
         $$UNIQUE (id)$$),
        -- One successor each: revised twice at once, a dose would come twice.
        ('medsched.schedules', 'schedules_user_id_replaces_key',
         $$UNIQUE (user_id, replaces)$$),
        ('medsched.schedules', 'schedules_user_id_medication_id_fkey',
         $$FOREIGN KEY (user_id, medication_id) REFERENCES medsched.medications$$),
        ('medsched.schedules', 'schedules_user_id_replaces_fkey',
         $$FOREIGN KEY (user_id, replaces) REFERENCES medsched.schedules$$),
        ('medsched.schedules', 'schedules_user_id_follows_fkey',
         $$FOREIGN KEY (user_id, follows) REFERENCES medsched.schedules$$),
        ('medsched.dose_taken', 'dose_taken_user_id_schedule_id_fkey',
         $$FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules$$),
        -- A medication is deleted by erase_user() alone.
        ('medsched.stock_entries', 'stock_entries_user_id_medication_id_fkey',
         $$FOREIGN KEY (user_id, medication_id) REFERENCES medsched.medications ON DELETE CASCADE$$),
        ('medsched.moved_doses', 'moved_doses_user_id_schedule_id_fkey',
         $$FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules ON DELETE CASCADE$$),
        ('medsched.medications', 'medications_name_not_blank',
         $$CHECK (name ~ '[^[:space:]]')$$),
        ('medsched.medications', 'medications_name_length',
         $$CHECK (length(name) <= 1000)$$),
        ('medsched.medications', 'medications_inactivated_at_finite',
         $$CHECK (isfinite(inactivated_at))$$),
        ('medsched.medications', 'medications_inactivated_at_in_range',
         $$CHECK (inactivated_at >= '0001-01-01 00:00+00' AND inactivated_at < '10000-01-01 00:00+00')$$),
        ('medsched.medications', 'medications_created_at_in_range',
         $$CHECK (created_at >= '0001-01-01 00:00+00' AND created_at < '10000-01-01 00:00+00')$$),
        ('medsched.medications', 'medications_changed_at_in_range',
         $$CHECK (changed_at >= '0001-01-01 00:00+00' AND changed_at < '10000-01-01 00:00+00')$$),
        ('medsched.medications', 'medications_substance_not_blank',
         $$CHECK (substance ~ '^[^[:space:]](.*[^[:space:]])?$' AND length(substance) <= 1000)$$),
        ('medsched.medications', 'medications_substance_has_amount',
         $$CHECK ((substance IS NULL) = (substance_amount IS NULL) AND (substance IS NULL) = (substance_unit IS NULL))$$),
        ('medsched.medications', 'medications_substance_amount_positive',
         $$CHECK (substance_amount > 0 AND substance_amount < 1e1000 AND scale(substance_amount) <= 1000)$$),
        ('medsched.medications', 'medications_substance_unit_not_blank',
         $$CHECK (substance_unit ~ '[^[:space:]]' AND length(substance_unit) <= 1000)$$),
        ('medsched.medications', 'medications_therapeutic_class_not_blank',
         $$CHECK (therapeutic_class ~ '^[^[:space:]](.*[^[:space:]])?$' AND length(therapeutic_class) <= 1000)$$),
        ('medsched.medications', 'medications_refill_lead_time_in_range',
         $$CHECK (refill_lead_time >= '0' AND refill_lead_time <= '366 days')$$),
        ('medsched.medications', 'medications_refill_reserve_size',
         $$CHECK (refill_reserve >= 0 AND refill_reserve < 1e1000 AND scale(refill_reserve) <= 1000)$$),
        ('medsched.medications', 'medications_refill_reserve_unit_of_reserve',
         $$CHECK (refill_reserve_unit IS NULL OR refill_reserve IS NOT NULL)$$),
        ('medsched.medications', 'medications_refill_reserve_unit_length',
         $$CHECK (length(refill_reserve_unit) <= 1000)$$),
        ('medsched.schedules', 'schedules_starts_at_whole_second',
         $$CHECK (starts_at >= '0001-01-01' AND starts_at < '10000-01-01'
           AND starts_at = date_trunc('second', starts_at))$$),
        ('medsched.schedules', 'schedules_effective_from_finite',
         $$CHECK (isfinite(effective_from))$$),
        ('medsched.schedules', 'schedules_effective_from_in_range',
         $$CHECK (effective_from >= '0001-01-01 00:00+00' AND effective_from < '10000-01-01 00:00+00')$$),
        ('medsched.schedules', 'schedules_ends_at_finite',
         $$CHECK (isfinite(ends_at))$$),
        ('medsched.schedules', 'schedules_ends_at_in_range',
         $$CHECK (ends_at >= '0001-01-01 00:00+00' AND ends_at < '10000-01-01 00:00+00')$$),
        ('medsched.schedules', 'schedules_created_at_in_range',
         $$CHECK (created_at >= '0001-01-01 00:00+00' AND created_at < '10000-01-01 00:00+00')$$),
        ('medsched.schedules', 'schedules_changed_at_in_range',
         $$CHECK (changed_at >= '0001-01-01 00:00+00' AND changed_at < '10000-01-01 00:00+00')$$),
        ('medsched.schedules', 'schedules_dates_at_most_10000',
         $$CHECK (cardinality(rdates) <= 10000 AND cardinality(exdates) <= 10000)$$),
        ('medsched.schedules', 'schedules_rdates_valid',
         $$CHECK (medsched.check_dates('rdates', rdates))$$),
        ('medsched.schedules', 'schedules_exdates_valid',
         $$CHECK (medsched.check_dates('exdates', exdates))$$),
        ('medsched.schedules', 'schedules_dose_amount_positive',
         $$CHECK (dose_amount > 0 AND dose_amount < 'Infinity')$$),
        ('medsched.schedules', 'schedules_dose_amount_size',
         $$CHECK (dose_amount < 1e1000 AND scale(dose_amount) <= 1000)$$),
        ('medsched.schedules', 'schedules_dose_unit_length',
         $$CHECK (length(dose_unit) <= 1000)$$),
        ('medsched.schedules', 'schedules_instructions_length',
         $$CHECK (length(instructions) <= 10000)$$),
        ('medsched.schedules', 'schedules_cycle_days',
         $$CHECK ((cycle_days_on IS NULL) = (cycle_days_off IS NULL)
           AND cycle_days_on >= 1 AND cycle_days_off >= 1)$$),
        ('medsched.schedules', 'schedules_cycle_days_in_range',
         $$CHECK (cycle_days_on <= 3660 AND cycle_days_off <= 3660)$$),
        ('medsched.schedules', 'schedules_as_needed_has_no_times',
         $$CHECK (NOT as_needed
           OR (rrule IS NULL AND rdates = '{}' AND exdates = '{}' AND cycle_days_on IS NULL))$$),
        ('medsched.schedules', 'schedules_limits_are_as_needed',
         $$CHECK (as_needed OR (min_interval IS NULL AND max_per_24h IS NULL AND limits IS NULL))$$),
        ('medsched.schedules', 'schedules_limits_valid',
         $$CHECK (medsched._limits_valid(limits))$$),
        ('medsched.schedules', 'schedules_limits_have_dose_amount',
         $$CHECK (dose_amount IS NOT NULL OR NOT coalesce(jsonb_path_exists(limits, '$[*].amount'), false))$$),
        ('medsched.schedules', 'schedules_min_interval_in_range',
         $$CHECK (min_interval > '0' AND min_interval <= '366 days')$$),
        ('medsched.schedules', 'schedules_max_per_24h_positive',
         $$CHECK (max_per_24h >= 1)$$),
        ('medsched.schedules', 'schedules_grace_in_range',
         $$CHECK (grace >= '0' AND grace <= '366 days')$$),
        ('medsched.schedules', 'schedules_tolerance_before_in_range',
         $$CHECK (tolerance_before >= '0' AND tolerance_before <= '366 days')$$),
        ('medsched.schedules', 'schedules_after_last_in_range',
         $$CHECK (after_last >= '1 minute' AND after_last <= '3660 days'
           AND least(extract(year FROM after_last), extract(month FROM after_last), extract(day FROM after_last), extract(hour FROM after_last),
                     extract(minute FROM after_last), extract(second FROM after_last)) >= 0
           AND extract(second FROM after_last) = trunc(extract(second FROM after_last)))$$),
        ('medsched.schedules', 'schedules_after_last_has_no_times',
         $$CHECK (after_last IS NULL
           OR (NOT as_needed AND rrule IS NULL AND rdates = '{}' AND exdates = '{}' AND cycle_days_on IS NULL AND NOT missed_when_next))$$),
        ('medsched.schedules', 'schedules_hours_are_after_last',
         $$CHECK (after_last IS NOT NULL OR (hours_from IS NULL AND hours_until IS NULL AND max_per_day IS NULL))$$),
        ('medsched.schedules', 'schedules_hours_valid',
         $$CHECK ((hours_from IS NULL) = (hours_until IS NULL) AND hours_from <> hours_until AND hours_from < '24:00'
           AND extract(second FROM hours_from) = trunc(extract(second FROM hours_from))
           AND extract(second FROM hours_until) = trunc(extract(second FROM hours_until)))$$),
        ('medsched.schedules', 'schedules_max_per_day_in_range',
         $$CHECK (max_per_day >= 1 AND max_per_day <= 1440)$$),
        ('medsched.schedules', 'schedules_follows_by_in_range',
         $$CHECK (follows_by >= '1 minute' AND follows_by <= '7 days'
           AND least(extract(month FROM follows_by), extract(day FROM follows_by), extract(hour FROM follows_by),
                     extract(minute FROM follows_by), extract(second FROM follows_by)) >= 0
           AND extract(second FROM follows_by) = trunc(extract(second FROM follows_by)))$$),
        ('medsched.schedules', 'schedules_follows_by_of_follows',
         $$CHECK ((follows IS NULL) = (follows_by IS NULL))$$),
        ('medsched.schedules', 'schedules_follows_has_no_times',
         $$CHECK (follows IS NULL
           OR (NOT as_needed AND rrule IS NULL AND rdates = '{}' AND exdates = '{}' AND cycle_days_on IS NULL AND after_last IS NULL
               AND NOT missed_when_next))$$),
        ('medsched.schedules', 'schedules_events_valid',
         $$CHECK (medsched._events_valid(events))$$),
        ('medsched.schedules', 'schedules_events_have_rule',
         $$CHECK (events IS NULL OR (rrule IS NOT NULL AND NOT as_needed AND after_last IS NULL))$$),
        ('medsched.schedules', 'schedules_replaces_another',
         $$CHECK (replaces <> id)$$),
        -- Its error names the rule that a row breaks, as if each were a CHECK of its own: PostgreSQL reads
        -- each of them anew for every statement, and recording a dose would cost half as much again.
        ('medsched.dose_taken', 'dose_taken_valid',
         $$CHECK (medsched._dose_valid(scheduled_for, taken_at, recorded_at, outcome, amount, reason, recorded_by, despite_limits))$$),
        ('medsched.person_settings', 'person_settings_day_begins_at_in_range',
         $$CHECK (day_begins_at < '24:00')$$),
        ('medsched.stock_entries', 'stock_entries_kind',
         $$CHECK (kind IN ('dispensed', 'counted', 'lost', 'corrected', 'expired'))$$),
        ('medsched.stock_entries', 'stock_entries_amount_of_kind',
         $$CHECK (CASE kind WHEN 'counted' THEN amount >= 0 WHEN 'corrected' THEN amount <> 0 ELSE amount > 0 END)$$),
        ('medsched.stock_entries', 'stock_entries_amount_size',
         $$CHECK (abs(amount) < 1e1000 AND scale(amount) <= 1000)$$),
        ('medsched.stock_entries', 'stock_entries_unit_length',
         $$CHECK (length(unit) <= 1000)$$),
        ('medsched.stock_entries', 'stock_entries_days_supply_of_dispensed',
         $$CHECK (days_supply IS NULL OR kind = 'dispensed')$$),
        ('medsched.stock_entries', 'stock_entries_days_supply_in_range',
         $$CHECK (days_supply >= 1 AND days_supply <= 3660)$$),
        ('medsched.stock_entries', 'stock_entries_occurred_at_in_range',
         $$CHECK (occurred_at >= '0001-01-01 00:00+00' AND occurred_at < '10000-01-01 00:00+00')$$),
        ('medsched.stock_entries', 'stock_entries_recorded_at_in_range',
         $$CHECK (recorded_at >= '0001-01-01 00:00+00' AND recorded_at < '10000-01-01 00:00+00')$$),
        ('medsched.stock_entries', 'stock_entries_note_length',
         $$CHECK (length(note) <= 10000)$$),
        ('medsched.stock_entries', 'stock_entries_recorded_by_length',
         $$CHECK (length(recorded_by) <= 1000)$$),
        ('medsched.substance_limits', 'substance_limits_substance_not_blank',
         $$CHECK (substance ~ '^[^[:space:]](.*[^[:space:]])?$' AND length(substance) <= 1000)$$),
        ('medsched.substance_limits', 'substance_limits_limits_valid',
         $$CHECK (medsched._limits_valid(limits))$$),
        ('medsched.substance_limits', 'substance_limits_not_empty',
         $$CHECK (min_interval IS NOT NULL OR limits <> '[]')$$),
        ('medsched.substance_limits', 'substance_limits_min_interval_in_range',
         $$CHECK (min_interval > '0' AND min_interval <= '366 days')$$),
        ('medsched.substance_limits', 'substance_limits_set_at_in_range',
         $$CHECK (set_at >= '0001-01-01 00:00+00' AND set_at < '10000-01-01 00:00+00')$$),
        ('medsched.substance_limits', 'substance_limits_amounts_have_unit',
         $$CHECK (unit IS NOT NULL OR NOT jsonb_path_exists(limits, '$[*].amount'))$$),
        ('medsched.substance_limits', 'substance_limits_unit_not_blank',
         $$CHECK (unit ~ '[^[:space:]]' AND length(unit) <= 1000)$$),
        ('medsched.substance_limits', 'substance_limits_days_have_time_zone',
         $$CHECK (time_zone IS NOT NULL OR NOT jsonb_path_exists(limits, '$[*].days'))$$),
        ('medsched.moved_doses', 'moved_doses_due_at_is_another',
         $$CHECK (due_at <> scheduled_for)$$),
        ('medsched.moved_doses', 'moved_doses_due_at_whole_second',
         $$CHECK (due_at = date_trunc('second', due_at))$$),
        ('medsched.moved_doses', 'moved_doses_scheduled_for_in_range',
         $$CHECK (scheduled_for >= '0001-01-01 00:00+00' AND scheduled_for < '10000-01-01 00:00+00')$$),
        ('medsched.moved_doses', 'moved_doses_due_at_in_range',
         $$CHECK (due_at >= '0001-01-01 00:00+00' AND due_at < '10000-01-01 00:00+00')$$),
        ('medsched.moved_doses', 'moved_doses_moved_at_in_range',
         $$CHECK (moved_at >= '0001-01-01 00:00+00' AND moved_at < '10000-01-01 00:00+00')$$),
        ('medsched.moved_doses', 'moved_doses_reason_length',
         $$CHECK (length(reason) <= 1000)$$),
        ('medsched.moved_doses', 'moved_doses_moved_by_length',
         $$CHECK (length(moved_by) <= 1000)$$),
        ('medsched.routines', 'routines_event_known',
         $$CHECK (event IN ('WAKE', 'MORN.early', 'MORN', 'MORN.late', 'NOON', 'AFT.early', 'AFT', 'AFT.late', 'EVE.early', 'EVE', 'EVE.late',
                            'NIGHT', 'HS', 'CM', 'CD', 'CV'))$$),
        ('medsched.routines', 'routines_day_of_week_in_range',
         $$CHECK (day_of_week >= 1 AND day_of_week <= 7)$$),
        ('medsched.routines', 'routines_effective_from_in_range',
         $$CHECK (effective_from >= '0001-01-01 00:00+00' AND effective_from < '10000-01-01 00:00+00')$$),
        ('medsched.routines', 'routines_at_whole_second',
         $$CHECK (at < '24:00' AND extract(second FROM at) = trunc(extract(second FROM at)))$$)
    ),
    -- A WHEN clause compares what is stored in the end, whichever column an
    -- UPDATE names and whatever other triggers changed.
    triggers (relation, name, definition, comment) AS (
      VALUES
        ('medsched.medications', 'medication_has_schedule',
         'CREATE CONSTRAINT TRIGGER medication_has_schedule
            AFTER INSERT ON medsched.medications
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            EXECUTE FUNCTION medsched.medication_has_schedule()',
         'A medication has at least one schedule, at commit'),

        ('medsched.medications', 'medication_has_schedule_moved',
         'CREATE CONSTRAINT TRIGGER medication_has_schedule_moved
            AFTER UPDATE ON medsched.medications
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id) IS DISTINCT FROM (NEW.user_id, NEW.id))
            EXECUTE FUNCTION medsched.medication_has_schedule()',
         'A medication has at least one schedule, at commit'),

        ('medsched.schedules', 'medication_has_schedule',
         'CREATE CONSTRAINT TRIGGER medication_has_schedule
            AFTER DELETE ON medsched.schedules
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            EXECUTE FUNCTION medsched.medication_has_schedule()',
         'A medication keeps at least one schedule, at commit'),

        ('medsched.schedules', 'medication_has_schedule_moved',
         'CREATE CONSTRAINT TRIGGER medication_has_schedule_moved
            AFTER UPDATE ON medsched.schedules
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN ((OLD.user_id, OLD.medication_id) IS DISTINCT FROM (NEW.user_id, NEW.medication_id))
            EXECUTE FUNCTION medsched.medication_has_schedule()',
         'A medication keeps at least one schedule, at commit'),

        ('medsched.medications', 'medications_not_deleted',
         'CREATE TRIGGER medications_not_deleted
            BEFORE DELETE ON medsched.medications
            FOR EACH ROW EXECUTE FUNCTION medsched.medications_not_deleted()',
         'Medications are inactivated, not deleted'),

        ('medsched.medications', 'medications_not_truncated',
         'CREATE TRIGGER medications_not_truncated
            BEFORE TRUNCATE ON medsched.medications
            FOR EACH STATEMENT EXECUTE FUNCTION medsched.tables_not_truncated()',
         'Medications are inactivated, not deleted'),

        ('medsched.schedules', 'schedules_not_truncated',
         'CREATE TRIGGER schedules_not_truncated
            BEFORE TRUNCATE ON medsched.schedules
            FOR EACH STATEMENT EXECUTE FUNCTION medsched.tables_not_truncated()',
         'No medication loses its last schedule by TRUNCATE, which the other triggers do not see'),

        ('medsched.schedules', 'schedule_has_dose',
         'CREATE TRIGGER schedule_has_dose
            AFTER INSERT ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.schedule_has_dose()',
         'A schedule can produce a dose'),

        ('medsched.schedules', 'schedule_has_dose_changed',
         'CREATE TRIGGER schedule_has_dose_changed
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.starts_at, OLD.time_zone, OLD.rrule, OLD.rdates, OLD.exdates,
                   OLD.cycle_days_on, OLD.cycle_days_off, OLD.as_needed, OLD.after_last, OLD.follows, OLD.follows_by, OLD.effective_from)
                  IS DISTINCT FROM
                  (NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates,
                   NEW.cycle_days_on, NEW.cycle_days_off, NEW.as_needed, NEW.after_last, NEW.follows, NEW.follows_by, NEW.effective_from))
            EXECUTE FUNCTION medsched.schedule_has_dose()',
         'A schedule can produce a dose'),

        ('medsched.schedules', 'schedule_density',
         'CREATE TRIGGER schedule_density
            AFTER INSERT ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.schedule_density()',
         'A schedule has at most medsched.max_doses_per_day doses a day'),

        ('medsched.schedules', 'schedule_density_changed',
         'CREATE TRIGGER schedule_density_changed
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.starts_at, OLD.time_zone, OLD.rrule, OLD.rdates, OLD.as_needed)
                  IS DISTINCT FROM
                  (NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.as_needed))
            EXECUTE FUNCTION medsched.schedule_density()',
         'A schedule has at most medsched.max_doses_per_day doses a day'),

        ('medsched.schedules', 'schedule_dates',
         'CREATE TRIGGER schedule_dates
            AFTER INSERT ON medsched.schedules
            FOR EACH ROW
            WHEN (NEW.rdates <> ''{}'' OR NEW.exdates <> ''{}'')
            EXECUTE FUNCTION medsched.schedule_dates()',
         'Each exdate leaves out a dose, and each rdate is within the bounds of its schedule'),

        ('medsched.schedules', 'schedule_dates_changed',
         'CREATE TRIGGER schedule_dates_changed
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.rdates, OLD.exdates) IS DISTINCT FROM (NEW.rdates, NEW.exdates))
            EXECUTE FUNCTION medsched.schedule_dates()',
         'Each exdate leaves out a dose, and each rdate is within the bounds of its schedule'),

        ('medsched.schedules', 'recorded_dose_keeps_schedule',
         'CREATE TRIGGER recorded_dose_keeps_schedule
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id, OLD.medication_id,
                   OLD.starts_at, OLD.time_zone, OLD.rrule, OLD.rdates, OLD.exdates,
                   OLD.cycle_days_on, OLD.cycle_days_off, OLD.as_needed, OLD.after_last, OLD.follows, OLD.follows_by, OLD.effective_from, OLD.ends_at)
                  IS DISTINCT FROM
                  (NEW.user_id, NEW.id, NEW.medication_id,
                   NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates,
                   NEW.cycle_days_on, NEW.cycle_days_off, NEW.as_needed, NEW.after_last, NEW.follows, NEW.follows_by, NEW.effective_from, NEW.ends_at))
            EXECUTE FUNCTION medsched.recorded_dose_keeps_schedule()',
         'A dose that was recorded stays a dose of its schedule'),

        ('medsched.schedules', 'recorded_dose_keeps_schedule_deleted',
         'CREATE TRIGGER recorded_dose_keeps_schedule_deleted
            AFTER DELETE ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.recorded_dose_keeps_schedule()',
         'Another schedule does not take the id of one with recorded doses'),

        ('medsched.schedules', 'recorded_dose_holds_schedule',
         'CREATE TRIGGER recorded_dose_holds_schedule
            BEFORE DELETE ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.recorded_dose_holds_schedule()',
         'A schedule does not go while another session changes one of its doses'),

        ('medsched.schedules', 'recorded_dose_holds_schedule_moved',
         'CREATE TRIGGER recorded_dose_holds_schedule_moved
            BEFORE UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id) IS DISTINCT FROM (NEW.user_id, NEW.id))
            EXECUTE FUNCTION medsched.recorded_dose_holds_schedule()',
         'A schedule does not get another key while another session changes one of its doses'),

        ('medsched.schedules', 'schedule_replaces_schedule',
         'CREATE TRIGGER schedule_replaces_schedule
            AFTER INSERT ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.schedule_replaces_schedule()',
         'A schedule replaces one of its medication, from its end on, and in no circle'),

        ('medsched.schedules', 'schedule_replaces_schedule_changed',
         'CREATE TRIGGER schedule_replaces_schedule_changed
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id, OLD.medication_id, OLD.replaces, OLD.effective_from, OLD.ends_at)
                  IS DISTINCT FROM
                  (NEW.user_id, NEW.id, NEW.medication_id, NEW.replaces, NEW.effective_from, NEW.ends_at))
            EXECUTE FUNCTION medsched.schedule_replaces_schedule()',
         'A schedule replaces one of its medication, from its end on, and in no circle'),

        ('medsched.schedules', 'schedule_follows_schedule',
         'CREATE TRIGGER schedule_follows_schedule
            AFTER INSERT ON medsched.schedules
            FOR EACH ROW
            WHEN (NEW.follows IS NOT NULL OR NEW.replaces IS NOT NULL AND NEW.as_needed)
            EXECUTE FUNCTION medsched.schedule_follows_schedule()',
         'A schedule follows one that has doses of its own at set times or counted from the last'),

        ('medsched.schedules', 'schedule_follows_schedule_changed',
         'CREATE TRIGGER schedule_follows_schedule_changed
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((NEW.follows IS NOT NULL OR NEW.as_needed)
                  AND (OLD.id, OLD.follows, OLD.replaces, OLD.as_needed) IS DISTINCT FROM (NEW.id, NEW.follows, NEW.replaces, NEW.as_needed))
            EXECUTE FUNCTION medsched.schedule_follows_schedule()',
         'A schedule follows one that has doses of its own at set times or counted from the last'),

        ('medsched.schedules', 'followed_schedule_goes_on',
         'CREATE CONSTRAINT TRIGGER followed_schedule_goes_on
            AFTER INSERT ON medsched.schedules
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (NEW.follows IS NOT NULL OR NEW.replaces IS NOT NULL AND NEW.ends_at IS NOT NULL)
            EXECUTE FUNCTION medsched.followed_schedule_goes_on()',
         'A schedule that others follow does not end before them, at commit'),

        ('medsched.schedules', 'followed_schedule_goes_on_changed',
         'CREATE CONSTRAINT TRIGGER followed_schedule_goes_on_changed
            AFTER UPDATE ON medsched.schedules
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (NEW.ends_at IS NOT NULL AND OLD.ends_at IS DISTINCT FROM NEW.ends_at
                  OR OLD.replaces IS DISTINCT FROM NEW.replaces
                  OR NEW.follows IS NOT NULL AND (OLD.follows, OLD.ends_at) IS DISTINCT FROM (NEW.follows, NEW.ends_at))
            EXECUTE FUNCTION medsched.followed_schedule_goes_on()',
         'A schedule that others follow does not end before them, at commit'),

        ('medsched.schedules', 'followed_schedule_goes_on_deleted',
         'CREATE CONSTRAINT TRIGGER followed_schedule_goes_on_deleted
            AFTER DELETE ON medsched.schedules
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (OLD.replaces IS NOT NULL)
            EXECUTE FUNCTION medsched.followed_schedule_goes_on()',
         'A schedule that others follow does not end before them, at commit'),

        ('medsched.medications', 'followed_schedule_goes_on',
         'CREATE CONSTRAINT TRIGGER followed_schedule_goes_on
            AFTER UPDATE ON medsched.medications
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (OLD.inactivated_at IS DISTINCT FROM NEW.inactivated_at)
            EXECUTE FUNCTION medsched.followed_schedule_goes_on()',
         'A medication whose schedules others follow does not end before them, at commit'),

        ('medsched.medications', 'recorded_dose_keeps_medication',
         'CREATE TRIGGER recorded_dose_keeps_medication
            AFTER UPDATE ON medsched.medications
            FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id, OLD.inactivated_at)
                  IS DISTINCT FROM (NEW.user_id, NEW.id, NEW.inactivated_at))
            EXECUTE FUNCTION medsched.recorded_dose_keeps_medication()',
         'A dose that was recorded stays before the inactivation of its medication'),

        ('medsched.dose_taken', 'dose_is_scheduled',
         'CREATE TRIGGER dose_is_scheduled
            AFTER INSERT ON medsched.dose_taken
            FOR EACH ROW EXECUTE FUNCTION medsched.dose_is_scheduled()',
         'Only a dose of the schedule can be recorded'),

        ('medsched.dose_taken', 'dose_is_scheduled_moved',
         'CREATE TRIGGER dose_is_scheduled_moved
            AFTER UPDATE ON medsched.dose_taken
            FOR EACH ROW
            WHEN ((OLD.user_id, OLD.schedule_id, OLD.scheduled_for, OLD.outcome, OLD.taken_at, OLD.despite_limits)
                  IS DISTINCT FROM (NEW.user_id, NEW.schedule_id, NEW.scheduled_for, NEW.outcome, NEW.taken_at, NEW.despite_limits)
                  OR OLD.amount IS DISTINCT FROM NEW.amount AND (NEW.amount < OLD.amount) IS NOT TRUE)
            EXECUTE FUNCTION medsched.dose_is_scheduled()',
         'Only a dose of the schedule can be recorded'),

        ('medsched.dose_taken', 'next_dose_keeps_handle',
         'CREATE TRIGGER next_dose_keeps_handle
            BEFORE UPDATE ON medsched.dose_taken
            FOR EACH ROW
            WHEN ((OLD.taken_at, OLD.outcome) IS DISTINCT FROM (NEW.taken_at, NEW.outcome))
            EXECUTE FUNCTION medsched.next_dose_keeps_handle()',
         'The dose counted from one whose time is corrected keeps its handle'),

        ('medsched.schedules', 'units_convert',
         'CREATE TRIGGER units_convert
            AFTER INSERT ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.units_convert()',
         'Amounts that limits add up are in units that convert'),

        ('medsched.schedules', 'units_convert_changed',
         'CREATE TRIGGER units_convert_changed
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id, OLD.medication_id, OLD.as_needed, OLD.dose_amount, OLD.dose_unit, OLD.limits, OLD.effective_from, OLD.ends_at)
                  IS DISTINCT FROM
                  (NEW.user_id, NEW.id, NEW.medication_id, NEW.as_needed, NEW.dose_amount, NEW.dose_unit, NEW.limits, NEW.effective_from, NEW.ends_at))
            EXECUTE FUNCTION medsched.units_convert()',
         'Amounts that limits add up are in units that convert'),

        ('medsched.medications', 'units_convert',
         'CREATE TRIGGER units_convert
            AFTER INSERT ON medsched.medications
            FOR EACH ROW WHEN (NEW.substance IS NOT NULL OR NEW.refill_reserve > 0)
            EXECUTE FUNCTION medsched.units_convert()',
         'Amounts that limits add up, and those of a stock, are in units that convert'),

        ('medsched.medications', 'units_convert_changed',
         'CREATE TRIGGER units_convert_changed
            AFTER UPDATE ON medsched.medications
            FOR EACH ROW
            WHEN (NEW.substance IS NOT NULL
                  AND (OLD.user_id, OLD.id, OLD.substance, OLD.substance_unit) IS DISTINCT FROM (NEW.user_id, NEW.id, NEW.substance, NEW.substance_unit)
                  OR NEW.refill_reserve > 0
                  AND (OLD.user_id, OLD.id, OLD.refill_reserve, OLD.refill_reserve_unit)
                      IS DISTINCT FROM (NEW.user_id, NEW.id, NEW.refill_reserve, NEW.refill_reserve_unit))
            EXECUTE FUNCTION medsched.units_convert()',
         'Amounts that limits add up, and those of a stock, are in units that convert'),

        ('medsched.stock_entries', 'units_convert',
         'CREATE TRIGGER units_convert
            AFTER INSERT ON medsched.stock_entries
            FOR EACH ROW EXECUTE FUNCTION medsched.units_convert()',
         'Amounts of a stock are in units that convert to those of its doses'),

        ('medsched.stock_entries', 'units_convert_changed',
         'CREATE TRIGGER units_convert_changed
            AFTER UPDATE ON medsched.stock_entries
            FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id, OLD.medication_id, OLD.unit, OLD.occurred_at)
                  IS DISTINCT FROM (NEW.user_id, NEW.id, NEW.medication_id, NEW.unit, NEW.occurred_at))
            EXECUTE FUNCTION medsched.units_convert()',
         'Amounts of a stock are in units that convert to those of its doses'),

        ('medsched.substance_limits', 'units_convert',
         'CREATE TRIGGER units_convert
            AFTER INSERT OR UPDATE ON medsched.substance_limits
            FOR EACH ROW EXECUTE FUNCTION medsched.units_convert()',
         'Amounts that limits add up are in units that convert'),

        ('medsched.medications', 'row_changed_at',
         'CREATE TRIGGER row_changed_at
            BEFORE UPDATE ON medsched.medications
            FOR EACH ROW EXECUTE FUNCTION medsched.row_changed_at()',
         'A medication says when it last changed'),

        ('medsched.schedules', 'row_changed_at',
         'CREATE TRIGGER row_changed_at
            BEFORE UPDATE ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.row_changed_at()',
         'A schedule says when it last changed'),

        ('medsched.moved_doses', 'moved_dose_is_scheduled',
         'CREATE TRIGGER moved_dose_is_scheduled
            AFTER INSERT OR UPDATE OR DELETE ON medsched.moved_doses
            FOR EACH ROW EXECUTE FUNCTION medsched.moved_dose_is_scheduled()',
         'Only a dose that is not recorded is moved, within its schedule and to a time of its own')
    ),
    tables (relation, comment) AS (
      VALUES
        ('medsched.medications', 'What a person takes. Never deleted: a medication that is no longer taken is inactivated.'),
        ('medsched.schedules', 'When a medication is taken: a wall-clock pattern in a time zone. A medication has at least one.'),
        ('medsched.person_settings', 'What holds for a person in all reports. One row for a person; no row: the defaults.'),
        ('medsched.dose_taken', 'What became of a dose, taken or skipped, and extra doses. One row for a dose; no row: not recorded.'),
        ('medsched.stock_entries', 'What came to and went from the stock of a medication beside the doses taken, and what was counted. A ledger: rows are added.'),
        ('medsched.substance_limits', 'How much of a substance a person may take, by all medications that hold it.'),
        ('medsched.moved_doses', 'Single doses that are to be taken at another time than their schedule''s. One row for a dose; no row: at its own time.'),
        ('medsched.routines', 'When a person wakes, eats and goes to bed, by day of the week. One row for each time that it was set; the last by effective_from holds.')
    ),
    -- What an earlier version defined otherwise: a trigger or constraint is made
    -- anew where its definition, as the catalog prints it, lacks this text.
    redefined (relation, name, text) AS (
      VALUES
        ('medsched.schedules', 'recorded_dose_keeps_schedule', 'old.follows'),
        ('medsched.schedules', 'schedule_has_dose_changed', 'old.follows'),
        ('medsched.medications', 'recorded_dose_keeps_medication', 'old.user_id'),
        ('medsched.schedules', 'schedules_limits_are_as_needed', 'limits IS NULL'),
        ('medsched.dose_taken', 'dose_is_scheduled_moved', 'old.despite_limits')
    ),
    -- What an earlier version had and another constraint says now.
    former (relation, name) AS (
      VALUES
        ('medsched.dose_taken', 'dose_taken_scheduled_for_finite'),
        ('medsched.dose_taken', 'dose_taken_outcome'),
        ('medsched.dose_taken', 'dose_taken_taken_at_when_taken'),
        ('medsched.dose_taken', 'dose_taken_taken_at_finite'),
        ('medsched.dose_taken', 'dose_taken_amount_when_taken'),
        ('medsched.dose_taken', 'dose_taken_amount_positive'),
        ('medsched.dose_taken', 'dose_taken_reason_when_skipped')
    ),
    existing_constraints AS (
      SELECT c.conrelid, c.conname, d.text IS NOT NULL AS outdated
        FROM pg_constraint AS c
        LEFT JOIN redefined AS d
          ON d.relation::regclass = c.conrelid AND d.name = c.conname
         AND strpos(pg_get_constraintdef(c.oid), d.text) = 0
    ),
    existing_triggers AS (
      SELECT t.oid, t.tgrelid, t.tgname, d.text IS NOT NULL AS outdated
        FROM pg_trigger AS t
        LEFT JOIN redefined AS d
          ON d.relation::regclass = t.tgrelid AND d.name = t.tgname
         AND strpos(pg_get_triggerdef(t.oid), d.text) = 0
       WHERE NOT t.tgisinternal
    ),
    all_steps (nth, step) AS (
      SELECT 1, format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
        FROM existing_triggers AS t
       WHERE t.outdated
      UNION ALL
      SELECT 1, format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname)
        FROM existing_constraints AS c
       WHERE c.outdated
      UNION ALL
      SELECT 1, format('ALTER TABLE %s DROP CONSTRAINT %I', f.relation, f.name)
        FROM former AS f
       WHERE EXISTS (SELECT FROM existing_constraints AS e WHERE e.conrelid = f.relation::regclass AND e.conname = f.name)
      UNION ALL
      SELECT 2, format('ALTER TABLE %s %s', c.relation,
                  string_agg(format('ADD COLUMN %I %s', c.name, c.definition), ', ' ORDER BY c.nth))
        FROM (SELECT c.*, row_number() OVER () AS nth FROM columns AS c) AS c
       WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
                          WHERE a.attrelid = c.relation::regclass AND a.attname = c.name AND NOT a.attisdropped)
       GROUP BY c.relation
      UNION ALL
      SELECT 2 + c.nth, format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.relation, c.name, c.definition)
        FROM (SELECT c.*, row_number() OVER () AS nth FROM constraints AS c) AS c
       WHERE NOT EXISTS (SELECT FROM existing_constraints AS e
                          WHERE e.conrelid = c.relation::regclass AND e.conname = c.name AND NOT e.outdated)
      UNION ALL
      SELECT 10000, t.definition
        FROM triggers AS t
       WHERE NOT EXISTS (SELECT FROM existing_triggers AS e
                          WHERE e.tgrelid = t.relation::regclass AND e.tgname = t.name AND NOT e.outdated)
      UNION ALL
      SELECT 10001, format('COMMENT ON TRIGGER %I ON %s IS %L', t.name, t.relation, t.comment)
        FROM triggers AS t
       WHERE NOT EXISTS (SELECT FROM existing_triggers AS e
                          WHERE e.tgrelid = t.relation::regclass AND e.tgname = t.name AND NOT e.outdated
                            AND obj_description(e.oid, 'pg_trigger') = t.comment)
      UNION ALL
      SELECT 10001, format('COMMENT ON COLUMN %s.%I IS %L', c.relation, c.name, c.comment)
        FROM columns AS c
       WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
                          WHERE a.attrelid = c.relation::regclass AND a.attname = c.name
                            AND col_description(a.attrelid, a.attnum) = c.comment)
      UNION ALL
      SELECT 10001, format('COMMENT ON TABLE %s IS %L', t.relation, t.comment)
        FROM tables AS t
       WHERE obj_description(t.relation::regclass, 'pg_class') IS DISTINCT FROM t.comment
    )
  SELECT array_agg(s.step ORDER BY s.nth) INTO steps FROM all_steps AS s;

  -- Altering a table runs code that hangs on it, functions of its types for one,
  -- with the caller's rights: a superuser does not do so to somebody else's.
  FOR relation IN
    SELECT c.oid::regclass AS name, c.relowner::regrole AS owner
      FROM pg_class AS c
      JOIN pg_roles AS r ON r.rolname = current_user
     WHERE steps IS NOT NULL
       AND c.oid IN ('medsched.medications'::regclass, 'medsched.schedules'::regclass, 'medsched.dose_taken'::regclass,
                     'medsched.person_settings'::regclass, 'medsched.substance_limits'::regclass, 'medsched.stock_entries'::regclass, 'medsched.moved_doses'::regclass,
                     'medsched.routines'::regclass)
       AND c.relowner <> r.oid
       AND (r.rolsuper OR NOT pg_has_role(r.oid, c.relowner, 'USAGE'))
     ORDER BY array_position('{medications,schedules,dose_taken,person_settings,substance_limits,stock_entries,moved_doses,routines}', c.relname::text)
  LOOP
    RAISE 'must be owner of table %', relation.name
      USING ERRCODE = 'insufficient_privilege',
      DETAIL = format('It belongs to role %s, and lacks what this version of medsched has.', relation.owner),
      HINT = format('Call medsched.create_tables() as %s.', relation.owner);
  END LOOP;

  FOREACH step IN ARRAY coalesce(steps, '{}') LOOP
    BEGIN
      EXECUTE step;
    EXCEPTION
      -- Rows of an earlier version may stand against a new constraint: they stay.
      WHEN check_violation OR foreign_key_violation OR data_exception THEN
        RAISE WARNING '%', SQLERRM
          USING HINT = 'The constraint holds for what is written from now on. Mend the rows, then validate it: ALTER TABLE … VALIDATE CONSTRAINT ….';
        EXECUTE step || ' NOT VALID';
    END;
  END LOOP;

  -- Whoever could list and record doses before there was a table of those that are moved still can.  Row security would let
  -- them see others' rows in it: there it is on, and policies are the application's to write.
  IF shared THEN
    FOR relation IN
      SELECT string_agg(format('GRANT %s ON medsched.moved_doses TO %s%s', a.privilege_type,
               CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END), '; ') AS grants,
             c.relrowsecurity AS secured
        FROM pg_class AS c
        LEFT JOIN LATERAL aclexplode(c.relacl) AS a ON a.grantee <> c.relowner AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
       WHERE c.oid = 'medsched.dose_taken'::regclass
       GROUP BY c.oid
    LOOP
      IF relation.grants IS NOT NULL THEN
        EXECUTE relation.grants;
      END IF;
      IF relation.secured THEN
        ALTER TABLE medsched.moved_doses ENABLE ROW LEVEL SECURITY;
        RAISE WARNING 'table "medsched.moved_doses" has row security and no policy'
          USING HINT = 'Give it the policies of "medsched.dose_taken": without one, no other role than its owner sees which doses were moved.';
      END IF;
    END LOOP;
  END IF;

  -- Where changes are recorded, those of a new table are, too.
  IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = to_regclass('medsched.change_history') AND pg_get_userbyid(c.relowner) = current_user) THEN
    PERFORM medsched.enable_history();
  END IF;
  -- Where reminders are queued, a new version's tables and triggers are made.
  IF EXISTS (SELECT FROM pg_class AS c WHERE c.oid = to_regclass('medsched.reminder_queue') AND pg_get_userbyid(c.relowner) = current_user) THEN
    PERFORM medsched.enable_reminders();
  END IF;

  -- Views of the caller's that use a function which an update set aside: a dump
  -- of them could not be restored where there is only the new one.
  FOR relation IN
    SELECT DISTINCT ON (v.oid) v.oid::regclass AS name, p.proname AS former,
           format('CREATE OR REPLACE VIEW %s %s AS %s', v.oid::regclass,
             'WITH (' || nullif(array_to_string(v.reloptions, ', '), '') || ')',
             regexp_replace(pg_get_viewdef(v.oid), E'[[:<:]]medsched[.]([[:alnum:]_]+)_of_[0-9]+_[0-9]+_[0-9]+[(]', E'medsched.\\1(', 'g')) AS definition
      FROM pg_proc AS p
      JOIN pg_depend AS d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.classid = 'pg_rewrite'::regclass
      JOIN pg_rewrite AS r ON r.oid = d.objid
      JOIN pg_class AS v ON v.oid = r.ev_class AND v.relkind = 'v'
     WHERE p.pronamespace = 'medsched'::regnamespace
       AND p.proname ~ '_of_[0-9]+_[0-9]+_[0-9]+$'
       -- The role that installed medsched set it aside.
       AND p.proowner = (SELECT f.proowner FROM pg_proc AS f WHERE f.oid = 'medsched.create_tables()'::regprocedure)
       AND pg_has_role(current_user, v.relowner, 'USAGE')
  LOOP
    BEGIN
      EXECUTE relation.definition;
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'view % still uses medsched.%', relation.name, relation.former
        USING DETAIL = SQLERRM, HINT = 'Drop the view, and create it with the new function.';
    END;
  END LOOP;
END
$create_tables$;

COMMENT ON FUNCTION medsched._check_tables() IS
  'Internal: checks that the tables are there, in the native edition with their keys';

COMMENT ON FUNCTION medsched.create_tables() IS
  'Creates the tables, their columns, constraints and triggers where they are missing, as the caller''s own';
