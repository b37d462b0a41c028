\echo Use "CREATE EXTENSION medsched" to load this file. \quit

-- rrule: recurrence rules as text.

CREATE FUNCTION medsched.check_rrule(rrule text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_rrule';

COMMENT ON FUNCTION medsched.check_rrule(text) IS
'true for a recurrence rule of RFC 5545 section 3.3.10 or RFC 7529; any other text is an error that says what is wrong with it (22023, or 0A000 for an RSCALE that is not supported)';

CREATE DOMAIN medsched.rrule AS text
CONSTRAINT rrule_is_valid CHECK (medsched.check_rrule(VALUE));

COMMENT ON DOMAIN medsched.rrule IS
'a recurrence rule of RFC 5545 section 3.3.10, such as FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0';
-- zone: time zones by their IANA names.

CREATE FUNCTION medsched.check_time_zone(time_zone text) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_time_zone';

COMMENT ON FUNCTION medsched.check_time_zone(text) IS
'true for a name in pg_timezone_names, in its spelling; any other text is an error (22023), POSIX zone strings too';

CREATE DOMAIN medsched.time_zone AS text
CONSTRAINT time_zone_is_known CHECK (medsched.check_time_zone(VALUE));

COMMENT ON DOMAIN medsched.time_zone IS
'the IANA name of a time zone, such as Europe/Berlin';
-- Window: the checks that functions written in SQL share with those in C.

CREATE FUNCTION medsched.check_user(user_id uuid)
RETURNS uuid
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_user';

COMMENT ON FUNCTION medsched.check_user(uuid) IS
  'the user given; NULL is 22004';

CREATE FUNCTION medsched.check_window(window_start timestamptz, window_end timestamptz)
RETURNS boolean
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_window';

COMMENT ON FUNCTION medsched.check_window(timestamptz, timestamptz) IS
  'true for a window [window_start, window_end); a NULL bound is 22004, an infinite one or an end before the start 22023';
-- occurrences: when a schedule has doses, from its parts and no table.

CREATE FUNCTION medsched.occurrences_support(internal) RETURNS internal
LANGUAGE C STRICT
AS 'MODULE_PATHNAME', 'medsched_occurrences_support';

COMMENT ON FUNCTION medsched.occurrences_support(internal) IS
'planner support: rows and cost of medsched.occurrences from its rule and window';

CREATE FUNCTION medsched.occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS SETOF timestamptz
LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 60
SUPPORT medsched.occurrences_support
AS 'MODULE_PATHNAME', 'medsched_occurrences';

COMMENT ON FUNCTION medsched.occurrences(text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'the occurrences of a schedule in the window [window_start, window_end), ascending and distinct; rrule NULL: the one at starts_at; cycle_days_on, cycle_days_off: the rule holds for so many days from the day of starts_at, then pauses for so many. Errors: 22004 for a NULL elsewhere, 22023 for a value that is not valid, 54000 beyond medsched.max_doses';

CREATE FUNCTION medsched.count_occurrences(
  rrule text,
  starts_at timestamp,
  time_zone text,
  window_start timestamptz,
  window_end timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS bigint
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_count_occurrences';

COMMENT ON FUNCTION medsched.count_occurrences(text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'how many occurrences a schedule has in the window: how many tablets a month takes; arguments and errors as for medsched.occurrences';

CREATE FUNCTION medsched.is_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  at timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS boolean
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_is_occurrence';

COMMENT ON FUNCTION medsched.is_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'whether an instant is an occurrence of a schedule, found without walking there from starts_at; arguments and errors as for medsched.occurrences';

CREATE FUNCTION medsched.next_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  after timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_next_occurrence';

COMMENT ON FUNCTION medsched.next_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'the first occurrence of a schedule after an instant (-infinity: the first of all), or NULL; arguments and errors as for medsched.occurrences';

CREATE FUNCTION medsched.previous_occurrence(
  rrule text,
  starts_at timestamp,
  time_zone text,
  before timestamptz,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL)
RETURNS timestamptz
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_previous_occurrence';

COMMENT ON FUNCTION medsched.previous_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'the last occurrence of a schedule before an instant (infinity: the last of all), or NULL; arguments and errors as for medsched.occurrences';
-- The tables.  They are ordinary objects of whoever calls create_tables(), not
-- members of the extension: a dump carries them whole, with the columns,
-- indexes and policies that the application added, and their triggers come
-- back after the data.

CREATE FUNCTION medsched.create_tables()
RETURNS void
LANGUAGE plpgsql
VOLATILE
-- What the tables' defaults and constraints are made of is found here alone.
SET search_path = pg_catalog, pg_temp
AS $create_tables$
DECLARE
  definition record;
BEGIN
  -- Two deployments at once: the second waits, and finds everything there.
  PERFORM pg_advisory_xact_lock(hashtextextended('medsched.create_tables', 0));

  IF to_regclass('medsched.medications') IS NULL THEN
    CREATE TABLE medsched.medications (
      user_id        uuid NOT NULL,
      id             uuid NOT NULL DEFAULT gen_random_uuid(),
      name           text NOT NULL,
      notes          text,
      inactivated_at timestamptz,
      created_at     timestamptz NOT NULL DEFAULT now(),

      PRIMARY KEY (user_id, id),
      UNIQUE (id),

      CONSTRAINT medications_name_not_blank
        CHECK (name ~ '[^[:space:]]'),
      CONSTRAINT medications_inactivated_at_finite
        CHECK (isfinite(inactivated_at))
    );

    COMMENT ON TABLE medsched.medications IS
      'What a person takes. Never deleted: a medication that is no longer taken is inactivated.';
    COMMENT ON COLUMN medsched.medications.user_id IS
      'The person who takes it; the application''s id. Leads every key';
    COMMENT ON COLUMN medsched.medications.id IS
      'Unique over all users';
    COMMENT ON COLUMN medsched.medications.name IS
      'As the person should read it: name and strength';
    COMMENT ON COLUMN medsched.medications.notes IS
      'Free text';
    COMMENT ON COLUMN medsched.medications.inactivated_at IS
      'No dose at or after this instant; NULL: active';
    COMMENT ON COLUMN medsched.medications.created_at IS
      'When the row was inserted';
  END IF;

  -- Every look-up names the user, and a user has few schedules: the primary
  -- key's index serves the foreign key to medications as well.
  IF to_regclass('medsched.schedules') IS NULL THEN
    CREATE TABLE medsched.schedules (
      user_id          uuid NOT NULL,
      id               uuid NOT NULL DEFAULT gen_random_uuid(),
      medication_id    uuid NOT NULL,
      starts_at        timestamp NOT NULL,
      time_zone        medsched.time_zone NOT NULL,
      time_zone_pinned boolean NOT NULL DEFAULT false,
      rrule            medsched.rrule,
      rdates           timestamp[] NOT NULL DEFAULT '{}',
      exdates          timestamp[] NOT NULL DEFAULT '{}',
      cycle_days_on    int,
      cycle_days_off   int,
      as_needed        boolean NOT NULL DEFAULT false,
      min_interval     interval,
      max_per_24h      int,
      grace            interval,
      dose_amount      numeric,
      dose_unit        text,
      instructions     text,
      effective_from   timestamptz,
      ends_at          timestamptz,
      replaces         uuid,
      created_at       timestamptz NOT NULL DEFAULT now(),

      PRIMARY KEY (user_id, id),
      UNIQUE (id),
      -- One successor each: revised twice at once, a dose would come twice.
      UNIQUE (user_id, replaces),
      FOREIGN KEY (user_id, medication_id) REFERENCES medsched.medications,
      FOREIGN KEY (user_id, replaces) REFERENCES medsched.schedules,

      CONSTRAINT schedules_starts_at_whole_second
        CHECK (starts_at >= '0001-01-01' AND starts_at < '10000-01-01'
               AND starts_at = date_trunc('second', starts_at)),
      CONSTRAINT schedules_effective_from_finite
        CHECK (isfinite(effective_from)),
      CONSTRAINT schedules_ends_at_finite
        CHECK (isfinite(ends_at)),
      CONSTRAINT schedules_dose_amount_positive
        CHECK (dose_amount > 0 AND dose_amount < 'Infinity'),
      CONSTRAINT schedules_cycle_days
        CHECK ((cycle_days_on IS NULL) = (cycle_days_off IS NULL)
               AND cycle_days_on >= 1 AND cycle_days_off >= 1),
      CONSTRAINT schedules_as_needed_has_no_times
        CHECK (NOT as_needed
               OR (rrule IS NULL AND rdates = '{}' AND exdates = '{}' AND cycle_days_on IS NULL)),
      CONSTRAINT schedules_limits_are_as_needed
        CHECK (as_needed OR (min_interval IS NULL AND max_per_24h IS NULL)),
      CONSTRAINT schedules_min_interval_in_range
        CHECK (min_interval > '0' AND min_interval <= '366 days'),
      CONSTRAINT schedules_max_per_24h_positive
        CHECK (max_per_24h >= 1),
      CONSTRAINT schedules_grace_in_range
        CHECK (grace >= '0' AND grace <= '366 days'),
      CONSTRAINT schedules_replaces_another
        CHECK (replaces <> id)
    );

    COMMENT ON TABLE medsched.schedules IS
      'When a medication is taken: a wall-clock pattern in a time zone. A medication has at least one.';
    COMMENT ON COLUMN medsched.schedules.user_id IS
      'The medication''s user';
    COMMENT ON COLUMN medsched.schedules.id IS
      'Unique over all users: (schedule_id, scheduled_for) identifies a dose';
    COMMENT ON COLUMN medsched.schedules.medication_id IS
      'The medication, of the same user';
    COMMENT ON COLUMN medsched.schedules.starts_at IS
      'Wall clock in time_zone: what the rule counts from; no dose is earlier';
    COMMENT ON COLUMN medsched.schedules.time_zone IS
      'IANA name; 08:00 there stays 08:00 when the clocks change';
    COMMENT ON COLUMN medsched.schedules.time_zone_pinned IS
      'True: keeps its zone when the person''s changes';
    COMMENT ON COLUMN medsched.schedules.rrule IS
      'RFC 5545 recurrence rule; NULL: one dose at starts_at';
    COMMENT ON COLUMN medsched.schedules.rdates IS
      'More doses, wall clock';
    COMMENT ON COLUMN medsched.schedules.exdates IS
      'Doses left out, wall clock';
    COMMENT ON COLUMN medsched.schedules.cycle_days_on IS
      'Days with doses from the date of starts_at on, then cycle_days_off without, and again; NULL: no cycle';
    COMMENT ON COLUMN medsched.schedules.cycle_days_off IS
      'Days without doses after cycle_days_on';
    COMMENT ON COLUMN medsched.schedules.as_needed IS
      'True: no doses at set times; each is recorded at the time it is taken';
    COMMENT ON COLUMN medsched.schedules.min_interval IS
      'As needed: the least time from any other dose of the medication as needed; a day is 24 hours';
    COMMENT ON COLUMN medsched.schedules.max_per_24h IS
      'As needed: the most doses of the medication as needed in any 24 hours';
    COMMENT ON COLUMN medsched.schedules.grace IS
      'How long after its time a dose is due rather than missed; NULL: the setting medsched.grace; a day is 24 hours';
    COMMENT ON COLUMN medsched.schedules.dose_amount IS
      'How much at each dose, in dose_unit';
    COMMENT ON COLUMN medsched.schedules.dose_unit IS
      'Unit of dose_amount: tablet, mg, drop';
    COMMENT ON COLUMN medsched.schedules.instructions IS
      'What to observe at each dose: with food';
    COMMENT ON COLUMN medsched.schedules.effective_from IS
      'No dose before this instant, though rule and cycle count from starts_at; set where the schedule replaces another';
    COMMENT ON COLUMN medsched.schedules.ends_at IS
      'No dose at or after this instant; set when the schedule is superseded';
    COMMENT ON COLUMN medsched.schedules.replaces IS
      'The schedule that this one revises';
    COMMENT ON COLUMN medsched.schedules.created_at IS
      'When the row was inserted';
  END IF;

  IF to_regclass('medsched.dose_taken') IS NULL THEN
    CREATE TABLE medsched.dose_taken (
      user_id       uuid NOT NULL,
      scheduled_for timestamptz NOT NULL,
      schedule_id   uuid NOT NULL,
      outcome       text NOT NULL DEFAULT 'taken',
      taken_at      timestamptz DEFAULT now(),
      amount        numeric,
      reason        text,
      note          text,
      recorded_by   text,
      recorded_at   timestamptz NOT NULL DEFAULT now(),

      PRIMARY KEY (user_id, scheduled_for, schedule_id),
      FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules,

      CONSTRAINT dose_taken_scheduled_for_finite
        CHECK (isfinite(scheduled_for)),
      CONSTRAINT dose_taken_outcome
        CHECK (outcome IN ('taken', 'skipped')),
      CONSTRAINT dose_taken_taken_at_when_taken
        CHECK ((taken_at IS NOT NULL) = (outcome = 'taken')),
      CONSTRAINT dose_taken_taken_at_finite
        CHECK (isfinite(taken_at)),
      CONSTRAINT dose_taken_amount_when_taken
        CHECK (amount IS NULL OR outcome = 'taken'),
      CONSTRAINT dose_taken_amount_positive
        CHECK (amount > 0 AND amount < 'Infinity'),
      CONSTRAINT dose_taken_reason_when_skipped
        CHECK (reason IS NULL OR outcome = 'skipped')
    );

    COMMENT ON TABLE medsched.dose_taken IS
      'What became of a dose, taken or skipped. One row for a dose; no row: not recorded.';
    COMMENT ON COLUMN medsched.dose_taken.user_id IS
      'The schedule''s user';
    COMMENT ON COLUMN medsched.dose_taken.scheduled_for IS
      'The dose''s instant: an occurrence of its schedule; as needed, when it was taken, to the second';
    COMMENT ON COLUMN medsched.dose_taken.schedule_id IS
      'The schedule, of the same user';
    COMMENT ON COLUMN medsched.dose_taken.outcome IS
      'taken or skipped';
    COMMENT ON COLUMN medsched.dose_taken.taken_at IS
      'When it was taken; NULL: skipped';
    COMMENT ON COLUMN medsched.dose_taken.amount IS
      'How much was taken, in the schedule''s dose_unit; NULL: its dose_amount';
    COMMENT ON COLUMN medsched.dose_taken.reason IS
      'Why it was skipped';
    COMMENT ON COLUMN medsched.dose_taken.note IS
      'Free text';
    COMMENT ON COLUMN medsched.dose_taken.recorded_by IS
      'Who recorded it, where not the person: the application''s name for a caregiver or device';
    COMMENT ON COLUMN medsched.dose_taken.recorded_at IS
      'When the row was inserted';
  END IF;

  -- A WHEN clause compares what is stored in the end, whichever column an
  -- UPDATE names and whatever other triggers changed.
  FOR definition IN
    SELECT t.relation, t.name, t.statement, t.comment
      FROM (VALUES
        ('medsched.medications'::regclass, 'medication_has_schedule',
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
                   OLD.cycle_days_on, OLD.cycle_days_off, OLD.as_needed, OLD.effective_from)
                  IS DISTINCT FROM
                  (NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates,
                   NEW.cycle_days_on, NEW.cycle_days_off, NEW.as_needed, NEW.effective_from))
            EXECUTE FUNCTION medsched.schedule_has_dose()',
         'A schedule can produce a dose'),

        ('medsched.schedules', 'recorded_dose_keeps_schedule',
         'CREATE TRIGGER recorded_dose_keeps_schedule
            AFTER UPDATE ON medsched.schedules
            FOR EACH ROW
            WHEN ((OLD.medication_id, OLD.starts_at, OLD.time_zone, OLD.rrule, OLD.rdates, OLD.exdates,
                   OLD.cycle_days_on, OLD.cycle_days_off, OLD.as_needed, OLD.effective_from, OLD.ends_at)
                  IS DISTINCT FROM
                  (NEW.medication_id, NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates,
                   NEW.cycle_days_on, NEW.cycle_days_off, NEW.as_needed, NEW.effective_from, NEW.ends_at))
            EXECUTE FUNCTION medsched.recorded_dose_keeps_schedule()',
         'A dose that was recorded stays a dose of its schedule'),

        ('medsched.medications', 'recorded_dose_keeps_medication',
         'CREATE TRIGGER recorded_dose_keeps_medication
            AFTER UPDATE ON medsched.medications
            FOR EACH ROW
            WHEN (NEW.inactivated_at IS NOT NULL
                  AND NEW.inactivated_at IS DISTINCT FROM OLD.inactivated_at)
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
            WHEN ((OLD.user_id, OLD.schedule_id, OLD.scheduled_for, OLD.outcome)
                  IS DISTINCT FROM (NEW.user_id, NEW.schedule_id, NEW.scheduled_for, NEW.outcome))
            EXECUTE FUNCTION medsched.dose_is_scheduled()',
         'Only a dose of the schedule can be recorded')
      ) AS t (relation, name, statement, comment)
     WHERE NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = t.relation AND g.tgname = t.name)
  LOOP
    EXECUTE definition.statement;
    EXECUTE format('COMMENT ON TRIGGER %I ON %s IS %L',
                   definition.name, definition.relation, definition.comment);
  END LOOP;
END
$create_tables$;

COMMENT ON FUNCTION medsched.create_tables() IS
  'Creates the tables, their indexes and triggers where they are missing, as the caller''s own';
-- The rules of the domain, as triggers that create_tables() puts on the tables.

CREATE FUNCTION medsched.medication_has_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_medication_has_schedule';

COMMENT ON FUNCTION medsched.medication_has_schedule() IS
  'Trigger: a medication has at least one schedule when its transaction commits';

CREATE FUNCTION medsched.medications_not_deleted()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_medications_not_deleted';

COMMENT ON FUNCTION medsched.medications_not_deleted() IS
  'Trigger: medications are inactivated, not deleted';

CREATE FUNCTION medsched.tables_not_truncated()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_tables_not_truncated';

COMMENT ON FUNCTION medsched.tables_not_truncated() IS
  'Trigger: TRUNCATE, which passes by the triggers of rows, is refused';

CREATE FUNCTION medsched.schedule_has_dose()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_schedule_has_dose';

COMMENT ON FUNCTION medsched.schedule_has_dose() IS
  'Trigger: a schedule can produce a dose';

CREATE FUNCTION medsched.dose_is_scheduled()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_dose_is_scheduled';

COMMENT ON FUNCTION medsched.dose_is_scheduled() IS
  'Trigger: only a dose of its schedule can be recorded';

CREATE FUNCTION medsched.recorded_dose_keeps_schedule()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_recorded_dose_keeps_schedule';

COMMENT ON FUNCTION medsched.recorded_dose_keeps_schedule() IS
  'Trigger: a dose that was recorded stays a dose of its schedule';

CREATE FUNCTION medsched.recorded_dose_keeps_medication()
RETURNS trigger LANGUAGE C
AS 'MODULE_PATHNAME', 'medsched_recorded_dose_keeps_medication';

COMMENT ON FUNCTION medsched.recorded_dose_keeps_medication() IS
  'Trigger: a dose that was recorded stays before the inactivation of its medication';
-- Doses: which are coming up, their handles, and recording that one was taken.

CREATE FUNCTION medsched.upcoming_doses(
  user_id uuid,
  window_start timestamptz,
  window_end timestamptz,
  OUT dose_id text,
  OUT scheduled_for timestamptz,
  OUT local_time timestamp,
  OUT time_zone text,
  OUT medication_id uuid,
  OUT medication_name text,
  OUT schedule_id uuid,
  OUT dose_amount numeric,
  OUT dose_unit text,
  OUT instructions text,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT status text)
RETURNS SETOF record
LANGUAGE C STABLE PARALLEL SAFE ROWS 50 COST 5000
AS 'MODULE_PATHNAME', 'medsched_upcoming_doses';

COMMENT ON FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) IS
  'A user''s doses in [window_start, window_end), recorded or not, in order of time';

CREATE FUNCTION medsched.next_doses(
  user_id uuid,
  after timestamptz DEFAULT pg_catalog.now(),
  max_doses int DEFAULT 10,
  OUT dose_id text,
  OUT scheduled_for timestamptz,
  OUT local_time timestamp,
  OUT time_zone text,
  OUT medication_id uuid,
  OUT medication_name text,
  OUT schedule_id uuid,
  OUT dose_amount numeric,
  OUT dose_unit text,
  OUT instructions text,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT status text)
RETURNS SETOF record
LANGUAGE C STABLE PARALLEL SAFE ROWS 10 COST 5000
AS 'MODULE_PATHNAME', 'medsched_next_doses';

COMMENT ON FUNCTION medsched.next_doses(uuid, timestamptz, int) IS
  'A user''s earliest doses after an instant that are not recorded, at most max_doses, however far ahead; in order of time';

CREATE FUNCTION medsched.grace_ended_before(grace interval)
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_grace_ended_before';

COMMENT ON FUNCTION medsched.grace_ended_before(interval) IS
  'now() less the grace of a schedule (NULL: medsched.grace): a dose before that and not recorded is missed. A day is 24 hours';

CREATE FUNCTION medsched.is_on_time(scheduled_for timestamptz, taken_at timestamptz, grace interval)
RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_is_on_time';

COMMENT ON FUNCTION medsched.is_on_time(timestamptz, timestamptz, interval) IS
  'whether a dose was taken within the grace of its schedule (NULL: medsched.grace), before or after its time; false for taken_at NULL. A day is 24 hours';

CREATE FUNCTION medsched.dose_status(scheduled_for timestamptz, outcome text, grace interval)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_status';

COMMENT ON FUNCTION medsched.dose_status(timestamptz, text, interval) IS
  'taken, skipped, upcoming, due or missed: of a dose with that outcome (NULL: not recorded) at now(); grace NULL: medsched.grace';

CREATE FUNCTION medsched.dose_id(schedule_id uuid, scheduled_for timestamptz)
RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_dose_id';

COMMENT ON FUNCTION medsched.dose_id(uuid, timestamptz) IS
  'The stable, URL-safe handle of a dose';

CREATE FUNCTION medsched.mark_dose_taken(
  INOUT user_id uuid,
  INOUT schedule_id uuid,
  INOUT scheduled_for timestamptz,
  INOUT taken_at timestamptz DEFAULT pg_catalog.now(),
  INOUT recorded_by text DEFAULT NULL,
  INOUT amount numeric DEFAULT NULL,
  INOUT note text DEFAULT NULL,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken';

COMMENT ON FUNCTION medsched.mark_dose_taken(uuid, uuid, timestamptz, timestamptz, text, numeric, text) IS
  'Records that a dose was taken; once recorded, changes nothing. Returns the dose as recorded';

CREATE FUNCTION medsched.mark_dose_taken_by_id(
  INOUT user_id uuid,
  dose_id text,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  INOUT taken_at timestamptz DEFAULT pg_catalog.now(),
  INOUT recorded_by text DEFAULT NULL,
  INOUT amount numeric DEFAULT NULL,
  INOUT note text DEFAULT NULL,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_mark_dose_taken_by_id';

COMMENT ON FUNCTION medsched.mark_dose_taken_by_id(uuid, text, timestamptz, text, numeric, text) IS
  'mark_dose_taken for the handle of a dose';
-- Medications: prescribe one, end one.

CREATE FUNCTION medsched.create_medication(
  user_id uuid,
  name text,
  schedules jsonb,
  notes text DEFAULT NULL)
RETURNS uuid
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_create_medication';

COMMENT ON FUNCTION medsched.create_medication(uuid, text, jsonb, text) IS
  'Inserts a medication and its schedules, an array of objects whose keys are columns; returns its id';

CREATE FUNCTION medsched.inactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT pg_catalog.now())
RETURNS timestamptz
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_inactivate_medication';

COMMENT ON FUNCTION medsched.inactivate_medication(uuid, uuid, timestamptz) IS
  'Ends a medication: no dose from the instant on. Returns when it ended, which a second call does not change';
-- What became of a dose: skipped, undone, taken as needed. (That a scheduled one was taken is in doses.sql.)

CREATE FUNCTION medsched.skip_dose(
  user_id uuid,
  schedule_id uuid,
  scheduled_for timestamptz,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL,
  OUT user_id uuid,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_skipped boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_skip_dose';

COMMENT ON FUNCTION medsched.skip_dose(uuid, uuid, timestamptz, text, text, text) IS
  'Records that a dose was not taken, on purpose; once recorded, changes nothing. Returns the dose as recorded';

CREATE FUNCTION medsched.skip_dose_by_id(
  user_id uuid,
  dose_id text,
  reason text DEFAULT NULL,
  recorded_by text DEFAULT NULL,
  note text DEFAULT NULL,
  OUT user_id uuid,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_skipped boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_skip_dose_by_id';

COMMENT ON FUNCTION medsched.skip_dose_by_id(uuid, text, text, text, text) IS
  'skip_dose for the handle of a dose';

CREATE FUNCTION medsched.undo_dose(
  INOUT user_id uuid,
  INOUT schedule_id uuid,
  INOUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz)
RETURNS SETOF record
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_undo_dose';

COMMENT ON FUNCTION medsched.undo_dose(uuid, uuid, timestamptz) IS
  'Removes what was recorded of a dose, taken or skipped, and returns it; no row: nothing was recorded';

CREATE FUNCTION medsched.undo_dose_by_id(
  INOUT user_id uuid,
  dose_id text,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz)
RETURNS SETOF record
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_undo_dose_by_id';

COMMENT ON FUNCTION medsched.undo_dose_by_id(uuid, text) IS
  'undo_dose for the handle of a dose';

CREATE FUNCTION medsched.take_as_needed(
  user_id uuid,
  schedule_id uuid,
  taken_at timestamptz DEFAULT pg_catalog.now(),
  recorded_by text DEFAULT NULL,
  amount numeric DEFAULT NULL,
  note text DEFAULT NULL,
  OUT user_id uuid,
  OUT schedule_id uuid,
  OUT scheduled_for timestamptz,
  OUT taken_at timestamptz,
  OUT recorded_by text,
  OUT amount numeric,
  OUT note text,
  OUT outcome text,
  OUT reason text,
  OUT recorded_at timestamptz,
  OUT newly_taken boolean)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_take_as_needed';

COMMENT ON FUNCTION medsched.take_as_needed(uuid, uuid, timestamptz, text, numeric, text) IS
  'Records a dose as needed, at the second it was taken, within the schedule''s limits; once recorded, changes nothing. Returns the dose as recorded';

CREATE FUNCTION medsched.next_as_needed_at(user_id uuid, schedule_id uuid, at timestamptz DEFAULT pg_catalog.now())
RETURNS timestamptz
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_next_as_needed_at';

COMMENT ON FUNCTION medsched.next_as_needed_at(uuid, uuid, timestamptz) IS
  'The first instant from the given one on when a dose as needed is allowed; NULL: none before the schedule or its medication ends';
-- revise: changing how a medication is taken without rewriting its history.

CREATE FUNCTION medsched.revise_schedule(
  user_id uuid,
  schedule_id uuid,
  effective_from timestamptz,
  changes jsonb)
RETURNS uuid
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_revise_schedule';

COMMENT ON FUNCTION medsched.revise_schedule(uuid, uuid, timestamptz, jsonb) IS
  'Ends a schedule at an instant and has another replace it from there on: the same but for changes, an object whose keys are columns. Returns the new id';

CREATE FUNCTION medsched.schedule_history(user_id uuid, medication_id uuid)
RETURNS TABLE (
  schedule_id uuid,
  replaces uuid,
  starts_at timestamp,
  time_zone text,
  rrule text,
  effective_from timestamptz,
  ends_at timestamptz,
  dose_amount numeric,
  dose_unit text,
  instructions text,
  created_at timestamptz,
  revision int)
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_schedule_history';

COMMENT ON FUNCTION medsched.schedule_history(uuid, uuid) IS
  'A medication''s schedules, each followed by those that replaced it; revision 1 replaces none';

CREATE FUNCTION medsched.change_time_zone(
  user_id uuid,
  time_zone text,
  effective_from timestamptz DEFAULT pg_catalog.now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_change_time_zone';

COMMENT ON FUNCTION medsched.change_time_zone(uuid, text, timestamptz) IS
  'Has every schedule of a user that is at set times, not pinned to its zone and not over go on in another zone from an instant on; each dose comes once';

CREATE FUNCTION medsched.reactivate_medication(
  user_id uuid,
  medication_id uuid,
  at timestamptz DEFAULT pg_catalog.now())
RETURNS TABLE (old_schedule_id uuid, new_schedule_id uuid)
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_reactivate_medication';

COMMENT ON FUNCTION medsched.reactivate_medication(uuid, uuid, timestamptz) IS
  'Takes a medication up again: its schedules end at the inactivation, and others replace them from an instant on, so that no dose was missed in the pause';
-- inspect: why a dose is one, and which rows break a rule.

CREATE FUNCTION medsched.explain_dose(user_id uuid, schedule_id uuid, at timestamptz)
RETURNS TABLE (is_dose boolean, explanation text)
LANGUAGE C STABLE PARALLEL SAFE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_explain_dose';

COMMENT ON FUNCTION medsched.explain_dose(uuid, uuid, timestamptz) IS
  'Whether an instant is a dose of a schedule, and why, in English, with the doses before and after';

CREATE FUNCTION medsched.check_integrity()
RETURNS TABLE (rule text, user_id uuid, row_id text, problem text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT 'medication_has_schedule', m.user_id, m.id::pg_catalog.text, 'The medication has no schedule.'
    FROM medsched.medications AS m
   WHERE NOT EXISTS (
           SELECT FROM medsched.schedules AS s
            WHERE s.user_id OPERATOR(pg_catalog.=) m.user_id AND s.medication_id OPERATOR(pg_catalog.=) m.id)
  UNION ALL
  SELECT 'schedule_has_medication', s.user_id, s.id::pg_catalog.text,
         pg_catalog.format('The user has no medication "%s".', s.medication_id)
    FROM medsched.schedules AS s
   WHERE NOT EXISTS (
           SELECT FROM medsched.medications AS m
            WHERE m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id)
  UNION ALL
  SELECT 'schedule_replaces_schedule', s.user_id, s.id::pg_catalog.text,
         pg_catalog.format('The user has no schedule "%s", which it replaces.', s.replaces)
    FROM medsched.schedules AS s
   WHERE s.replaces IS NOT NULL
     AND NOT EXISTS (
           SELECT FROM medsched.schedules AS o
            WHERE o.user_id OPERATOR(pg_catalog.=) s.user_id AND o.id OPERATOR(pg_catalog.=) s.replaces)
  UNION ALL
  SELECT 'schedule_has_dose', s.user_id, s.id::pg_catalog.text, 'The schedule can never have a dose.'
    FROM medsched.schedules AS s
   WHERE NOT s.as_needed
     AND medsched.next_occurrence(
           s.rrule, s.starts_at, s.time_zone,
           coalesce(s.effective_from OPERATOR(pg_catalog.-) interval '1 microsecond', '-infinity'),
           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) IS NULL
  UNION ALL
  SELECT 'dose_has_schedule', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for),
         pg_catalog.format('The user has no schedule "%s".', d.schedule_id)
    FROM medsched.dose_taken AS d
   WHERE NOT EXISTS (
           SELECT FROM medsched.schedules AS s
            WHERE s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id)
  UNION ALL
  SELECT 'dose_is_scheduled', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for), p.problem
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
    LEFT JOIN medsched.medications AS m
      ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
   CROSS JOIN LATERAL (
           SELECT CASE
                    WHEN d.scheduled_for OPERATOR(pg_catalog.>=) m.inactivated_at
                    THEN pg_catalog.format('The medication is inactive from %s.', m.inactivated_at)
                    WHEN d.scheduled_for OPERATOR(pg_catalog.>=) s.ends_at
                    THEN pg_catalog.format('The schedule ends at %s.', s.ends_at)
                    WHEN d.scheduled_for OPERATOR(pg_catalog.<) s.effective_from
                    THEN pg_catalog.format('The schedule takes effect at %s.', s.effective_from)
                    WHEN s.as_needed AND d.scheduled_for OPERATOR(pg_catalog.<)
                         medsched.next_occurrence(NULL, s.starts_at, s.time_zone, '-infinity')
                    THEN pg_catalog.format('The schedule starts at %s in %s.', s.starts_at, s.time_zone)
                    WHEN s.as_needed AND pg_catalog.date_trunc('second', d.scheduled_for) OPERATOR(pg_catalog.<>) d.scheduled_for
                    THEN 'A dose is at a whole second.'
                    WHEN NOT s.as_needed AND NOT medsched.is_occurrence(
                           s.rrule, s.starts_at, s.time_zone, d.scheduled_for,
                           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off)
                    THEN 'The schedule has no dose then: medsched.explain_dose() tells why.'
                  END) AS p (problem)
   WHERE p.problem IS NOT NULL
  UNION ALL
  SELECT 'as_needed_not_skipped', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for),
         'A dose as needed is taken, or it is none.'
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
   WHERE s.as_needed
     AND d.outcome OPERATOR(pg_catalog.=) 'skipped'
  UNION ALL
  SELECT 'as_needed_min_interval', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for),
         pg_catalog.format('The dose before it was at %s, less than %s earlier.', e.before, s.min_interval)
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
   CROSS JOIN LATERAL (
           SELECT pg_catalog.max(e.scheduled_for)
             FROM medsched.dose_taken AS e
            WHERE e.user_id OPERATOR(pg_catalog.=) d.user_id
              AND e.schedule_id OPERATOR(pg_catalog.=) d.schedule_id
              AND e.outcome OPERATOR(pg_catalog.=) 'taken'
              AND e.scheduled_for OPERATOR(pg_catalog.<) d.scheduled_for) AS e (before)
   WHERE s.as_needed
     AND d.outcome OPERATOR(pg_catalog.=) 'taken'
     AND (d.scheduled_for OPERATOR(pg_catalog.-) e.before) OPERATOR(pg_catalog.<) s.min_interval
  UNION ALL
  SELECT 'as_needed_max_per_24h', d.user_id, pg_catalog.concat(d.schedule_id, ' ', d.scheduled_for),
         pg_catalog.format('It is dose %s in 24 hours, of at most %s.', e.ndoses, s.max_per_24h)
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) d.user_id AND s.id OPERATOR(pg_catalog.=) d.schedule_id
   CROSS JOIN LATERAL (
           SELECT pg_catalog.count(*)
             FROM medsched.dose_taken AS e
            WHERE e.user_id OPERATOR(pg_catalog.=) d.user_id
              AND e.schedule_id OPERATOR(pg_catalog.=) d.schedule_id
              AND e.outcome OPERATOR(pg_catalog.=) 'taken'
              AND e.scheduled_for OPERATOR(pg_catalog.>) (d.scheduled_for OPERATOR(pg_catalog.-) interval '24 hours')
              AND e.scheduled_for OPERATOR(pg_catalog.<=) d.scheduled_for) AS e (ndoses)
   WHERE s.as_needed
     AND d.outcome OPERATOR(pg_catalog.=) 'taken'
     AND e.ndoses OPERATOR(pg_catalog.>) s.max_per_24h
$$;

COMMENT ON FUNCTION medsched.check_integrity() IS
  'Every row that breaks a rule, as data loaded with triggers off may: none, if all is well';

CREATE FUNCTION medsched.schedule_overview(user_id uuid)
RETURNS TABLE (
  medication_id uuid,
  medication_name text,
  schedule_id uuid,
  state text,
  description text,
  dose_amount numeric,
  dose_unit text,
  last_recorded timestamptz,
  next_dose timestamptz,
  effective_from timestamptz,
  ends_at timestamptz,
  replaces uuid,
  replaced_by uuid)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT m.id, m.name, s.id,
         CASE
           WHEN m.inactivated_at OPERATOR(pg_catalog.<=) pg_catalog.now() THEN 'medication inactive'
           WHEN s.ends_at OPERATOR(pg_catalog.<=) greatest(pg_catalog.now(), b.begins_at) AND r.id IS NOT NULL THEN 'replaced'
           WHEN s.ends_at OPERATOR(pg_catalog.<=) greatest(pg_catalog.now(), b.begins_at) THEN 'ended'
           WHEN b.begins_at OPERATOR(pg_catalog.>) pg_catalog.now() THEN 'planned'
           WHEN s.as_needed THEN 'as needed'
           WHEN n.next_dose IS NULL THEN 'over'
           ELSE 'current'
         END,
         medsched.describe_schedule(s.user_id, s.id),
         s.dose_amount,
         s.dose_unit,
         (SELECT pg_catalog.max(d.scheduled_for)
            FROM medsched.dose_taken AS d
           WHERE d.user_id OPERATOR(pg_catalog.=) s.user_id AND d.schedule_id OPERATOR(pg_catalog.=) s.id),
         CASE WHEN n.next_dose OPERATOR(pg_catalog.<) coalesce(least(s.ends_at, m.inactivated_at), 'infinity') THEN n.next_dose END,
         s.effective_from,
         s.ends_at,
         s.replaces,
         r.id
    FROM medsched.medications AS m
    JOIN medsched.schedules AS s
      ON s.user_id OPERATOR(pg_catalog.=) m.user_id AND s.medication_id OPERATOR(pg_catalog.=) m.id
    LEFT JOIN medsched.schedules AS r
      ON r.user_id OPERATOR(pg_catalog.=) s.user_id AND r.replaces OPERATOR(pg_catalog.=) s.id
   CROSS JOIN LATERAL (
           SELECT greatest(s.effective_from, medsched.next_occurrence(NULL, s.starts_at, s.time_zone, '-infinity'))) AS b (begins_at)
    LEFT JOIN LATERAL medsched.next_occurrence(
           s.rrule, s.starts_at, s.time_zone,
           greatest(pg_catalog.now(), s.effective_from OPERATOR(pg_catalog.-) interval '1 microsecond'),
           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS n (next_dose)
      ON NOT s.as_needed
   WHERE m.user_id OPERATOR(pg_catalog.=) medsched.check_user(schedule_overview.user_id)
   ORDER BY m.name, m.id, coalesce(s.effective_from, pg_catalog.timezone(s.time_zone, s.starts_at)), s.id
$$;

COMMENT ON FUNCTION medsched.schedule_overview(uuid) IS
  'A user''s schedules for who helps them: in words, what state they are in, the dose recorded last and the next to come';
-- ical: a user's schedules for calendar programs.

CREATE FUNCTION medsched.calendar_feed(
  user_id uuid,
  name text DEFAULT NULL,
  alarm interval DEFAULT NULL,
  since timestamptz DEFAULT NULL,
  horizon timestamptz DEFAULT pg_catalog.now() OPERATOR(pg_catalog.+) '2 years'::pg_catalog.interval)
RETURNS text
LANGUAGE C STABLE PARALLEL SAFE COST 10000
AS 'MODULE_PATHNAME', 'medsched_calendar_feed';

COMMENT ON FUNCTION medsched.calendar_feed(uuid, text, interval, timestamptz, timestamptz) IS
'a user''s schedules as an iCalendar object (RFC 5545), one event each: name: of the calendar; alarm: how long before a dose to remind; since: leaves out schedules without a dose from then on; horizon: where single dates end that stand in for what no RRULE can say';
-- describe: a schedule in English.

CREATE FUNCTION medsched.describe_schedule(
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[] DEFAULT '{}',
  exdates timestamp[] DEFAULT '{}',
  ends_at timestamptz DEFAULT NULL,
  cycle_days_on int DEFAULT NULL,
  cycle_days_off int DEFAULT NULL,
  as_needed boolean DEFAULT false,
  min_interval interval DEFAULT NULL,
  max_per_24h int DEFAULT NULL,
  effective_from timestamptz DEFAULT NULL)
RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_describe_schedule';

COMMENT ON FUNCTION medsched.describe_schedule(text, timestamp, text, timestamp[], timestamp[], timestamptz, int, int, boolean, interval, int, timestamptz) IS
'a schedule in English: "every day at 08:00 and 20:00, Europe/Berlin, from 1 March 2027 until 3 March 2027"; the arguments are the columns of medsched.schedules';

CREATE FUNCTION medsched.describe_schedule(user_id uuid, schedule_id uuid)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words pg_catalog.text;
BEGIN
  SELECT medsched.describe_schedule(s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates,
           s.ends_at, s.cycle_days_on, s.cycle_days_off, s.as_needed, s.min_interval, s.max_per_24h,
           s.effective_from)
    INTO words
  FROM medsched.schedules AS s
  WHERE s.user_id OPERATOR(pg_catalog.=) describe_schedule.user_id
    AND s.id OPERATOR(pg_catalog.=) describe_schedule.schedule_id;
  IF NOT FOUND THEN
    RAISE 'schedule "%" not found', schedule_id USING ERRCODE = 'no_data_found',
      DETAIL = pg_catalog.format('User "%s" has no schedule by that id.', user_id);
  END IF;
  RETURN words;
END;
$$;

COMMENT ON FUNCTION medsched.describe_schedule(uuid, uuid) IS
'a schedule of a user''s in English; an id that is not there, or another user''s, is P0002';
-- Schedules from what a form collects: times of day, days of the week.
-- Functions whose names begin with an underscore serve those of this file and
-- of sig.sql and fhir.sql.

-- Times of day as few products of hours and minutes as a rule can say at once:
-- 08:00, 20:00 are one product, 08:00, 20:30 are two.
CREATE FUNCTION medsched._time_groups(times time[])
RETURNS TABLE (hours int[], minutes int[], second int, first_time time)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH clock AS (
    SELECT DISTINCT extract(hour FROM t)::int AS hour,
           extract(minute FROM t)::int AS minute,
           extract(second FROM t)::int AS second
    FROM unnest(times) AS t
  ),
  by_minute AS (                -- minutes that share their hours
    SELECT g.hours, array_agg(g.minute ORDER BY g.minute) AS minutes, g.second
    FROM (SELECT c.second, c.minute, array_agg(c.hour ORDER BY c.hour) AS hours
          FROM clock c GROUP BY c.second, c.minute) g
    GROUP BY g.second, g.hours
  ),
  by_hour AS (                  -- hours that share their minutes
    SELECT array_agg(g.hour ORDER BY g.hour) AS hours, g.minutes, g.second
    FROM (SELECT c.second, c.hour, array_agg(c.minute ORDER BY c.minute) AS minutes
          FROM clock c GROUP BY c.second, c.hour) g
    GROUP BY g.second, g.minutes
  ),
  fewer AS (
    SELECT m.* FROM by_minute m
    WHERE (SELECT count(*) FROM by_minute) <= (SELECT count(*) FROM by_hour)
    UNION ALL
    SELECT h.* FROM by_hour h
    WHERE (SELECT count(*) FROM by_minute) > (SELECT count(*) FROM by_hour)
  )
  SELECT f.hours, f.minutes, f.second, make_time(f.hours[1], f.minutes[1], f.second)
  FROM fewer f
  ORDER BY 4;
END;
COMMENT ON FUNCTION medsched._time_groups(time[]) IS
  'Internal: times of day as products of hours and minutes';

-- The parts of a rule that say on which days, from its unit ('d', 'wk', 'mo',
-- 'a'), every how many of them, and the first of its days.  Where a month lacks
-- the day it is the month's last: no dose may go missing.
CREATE FUNCTION medsched._day_rule(unit text, every int, first_day date, days_of_week int[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT concat(
    CASE WHEN d.lacking THEN 'RSCALE=GREGORIAN;' END,
    CASE unit WHEN 'd' THEN 'FREQ=DAILY' WHEN 'wk' THEN 'FREQ=WEEKLY'
              WHEN 'mo' THEN 'FREQ=MONTHLY' WHEN 'a' THEN 'FREQ=YEARLY' END,
    CASE WHEN every > 1 THEN ';INTERVAL=' || every END,
    CASE WHEN d.lacking THEN ';SKIP=BACKWARD' END,
    CASE unit
      WHEN 'wk' THEN ';BYDAY=' || (
        SELECT string_agg(n.name, ',' ORDER BY n.day)
        FROM (VALUES (1, 'MO'), (2, 'TU'), (3, 'WE'), (4, 'TH'), (5, 'FR'), (6, 'SA'), (7, 'SU'))
          AS n (day, name)
        WHERE n.day = ANY (coalesce(days_of_week, ARRAY[extract(isodow FROM first_day)::int])))
      WHEN 'mo' THEN ';BYMONTHDAY=' || d.day
      WHEN 'a' THEN ';BYMONTH=' || d.month || ';BYMONTHDAY=' || d.day
    END)
  FROM (SELECT f.day, f.month,
               unit = 'mo' AND f.day > 28 OR unit = 'a' AND f.month = 2 AND f.day = 29 AS lacking
        FROM (SELECT extract(day FROM first_day)::int AS day,
                     extract(month FROM first_day)::int AS month) f) d;
END;
COMMENT ON FUNCTION medsched._day_rule(text, int, date, int[]) IS
  'Internal: the parts of a rule that say on which days';

-- One schedule for each product of hours and minutes, as create_medication
-- takes them.  day_rule: the rule so far; ending: its UNTIL part or ''; doses:
-- how many in all or NULL, dealt out in the order of the day.  not_before: the
-- schedules start then, where that is later than the first dose of first_day.
CREATE FUNCTION medsched._clock_schedules(day_rule text, first_day date, times time[],
  ending text, doses int, not_before timestamp, time_zone text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH slots AS (
    SELECT s.slot, row_number() OVER (ORDER BY s.slot) AS nth, count(*) OVER () AS per_day
    FROM (SELECT DISTINCT unnest(times) AS slot) s
  ),
  schedules AS (
    SELECT g.first_time, g.hours, g.minutes, g.second,
           (SELECT sum(doses / s.per_day + CASE WHEN s.nth <= doses % s.per_day THEN 1 ELSE 0 END)
            FROM slots s
            WHERE extract(hour FROM s.slot)::int = ANY (g.hours)
              AND extract(minute FROM s.slot)::int = ANY (g.minutes)
              AND extract(second FROM s.slot)::int = g.second) AS doses
    FROM medsched._time_groups(times) g
  )
  SELECT jsonb_agg(
           jsonb_build_object(
             'starts_at', greatest(first_day + c.first_time, not_before),
             'time_zone', time_zone,
             'rrule', concat(day_rule,
                             ';BYHOUR=', array_to_string(c.hours, ','),
                             ';BYMINUTE=', array_to_string(c.minutes, ','),
                             ';BYSECOND=', c.second,
                             ';COUNT=' || c.doses, ending))
           ORDER BY c.first_time)
  FROM schedules c
  WHERE c.doses IS NULL OR c.doses > 0;
END;
COMMENT ON FUNCTION medsched._clock_schedules(text, date, time[], text, int, timestamp, text) IS
  'Internal: one schedule for each product of hours and minutes';

CREATE FUNCTION medsched._check_start(starts_on date, time_zone text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF starts_on IS NULL THEN
    RAISE 'starts_on must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF time_zone IS NULL THEN
    RAISE 'time_zone must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF starts_on OPERATOR(pg_catalog.<) pg_catalog.make_date(1, 1, 1)
    OR starts_on OPERATOR(pg_catalog.>) pg_catalog.make_date(9999, 12, 31)
  THEN
    RAISE 'starts_on is out of range' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('%s is not a day of the years 1 to 9999.', starts_on);
  END IF;
  PERFORM time_zone::medsched.time_zone;
END;
$$;
COMMENT ON FUNCTION medsched._check_start(date, text) IS
  'Internal: errors for a first day or a time zone that no schedule can have';

CREATE FUNCTION medsched._check_times(times time[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  clock time;
BEGIN
  IF times IS NULL THEN
    RAISE 'times must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF pg_catalog.cardinality(times) OPERATOR(pg_catalog.=) 0 THEN
    RAISE 'times must not be empty' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A schedule needs at least one time of day.';
  END IF;
  FOREACH clock IN ARRAY times LOOP
    IF clock IS NULL THEN
      RAISE 'times must not contain null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF clock OPERATOR(pg_catalog.>=) '24:00'::time THEN
      RAISE 'time % is not a time of day', clock USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Midnight is 00:00 of the day that begins with it.';
    END IF;
    IF clock OPERATOR(pg_catalog.<>) pg_catalog.date_trunc('second', clock::interval)::time THEN
      RAISE 'time % is not a whole second', clock USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Leave out the fraction of the second.';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._check_times(time[]) IS
  'Internal: errors for times of day that no schedule can have';

CREATE FUNCTION medsched._check_days(days_of_week int[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  day int;
BEGIN
  IF pg_catalog.cardinality(days_of_week) OPERATOR(pg_catalog.=) 0 THEN
    RAISE 'days_of_week must not be empty' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Leave it null for every day.';
  END IF;
  FOREACH day IN ARRAY days_of_week LOOP
    IF day IS NULL THEN
      RAISE 'days_of_week must not contain null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF day OPERATOR(pg_catalog.<) 1 OR day OPERATOR(pg_catalog.>) 7 THEN
      RAISE 'day of the week % is out of range', day USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Days of the week are ISO numbers, 1 for Monday to 7 for Sunday.';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._check_days(int[]) IS
  'Internal: errors for days of the week that are none';

-- The first day not before another that is one of the days of the week; NULL
-- days are every day.
CREATE FUNCTION medsched._first_day(starts_on date, days_of_week int[])
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT min(starts_on + n)
  FROM generate_series(0, 6) AS n
  WHERE days_of_week IS NULL
     OR extract(isodow FROM starts_on + n)::int = ANY (days_of_week);
END;
COMMENT ON FUNCTION medsched._first_day(date, int[]) IS
  'Internal: the first day not before another that is one of the days of the week';

CREATE FUNCTION medsched.schedule_from_times(times time[], starts_on date, time_zone text,
  days_of_week int[] DEFAULT NULL, ends_on date DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  first_day pg_catalog.date;
  unit pg_catalog.text;
  ending pg_catalog.text;
BEGIN
  PERFORM medsched._check_times(times);
  PERFORM medsched._check_start(starts_on, time_zone);
  IF days_of_week IS NOT NULL THEN
    PERFORM medsched._check_days(days_of_week);
  END IF;

  first_day := medsched._first_day(starts_on, days_of_week);
  IF ends_on IS NOT NULL THEN
    IF ends_on OPERATOR(pg_catalog.<) starts_on THEN
      RAISE 'ends_on % is before starts_on %', ends_on, starts_on
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'ends_on is the last day with doses.';
    END IF;
    IF ends_on OPERATOR(pg_catalog.>) pg_catalog.make_date(9999, 12, 31) THEN
      RAISE 'ends_on is out of range' USING ERRCODE = 'invalid_parameter_value',
        DETAIL = pg_catalog.format('%s is not a day of the years 1 to 9999.', ends_on),
        HINT = 'Leave it null for a schedule that does not end.';
    END IF;
    IF first_day OPERATOR(pg_catalog.>) ends_on THEN
      RAISE 'no dose from % to %', starts_on, ends_on
        USING ERRCODE = 'invalid_parameter_value',
        DETAIL = pg_catalog.format('The first of the days of the week %s is %s.',
          days_of_week, first_day);
    END IF;
    ending := pg_catalog.concat(';UNTIL=', pg_catalog.to_char(ends_on, 'YYYYMMDD'));
  END IF;

  unit := CASE WHEN days_of_week IS NULL OR days_of_week OPERATOR(pg_catalog.@>) '{1,2,3,4,5,6,7}'
               THEN 'd' ELSE 'wk' END;
  RETURN medsched._clock_schedules(medsched._day_rule(unit, 1, first_day, days_of_week),
    first_day, times, ending, NULL, NULL, time_zone);
END;
$$;
COMMENT ON FUNCTION medsched.schedule_from_times(time[], date, text, int[], date) IS
  'Schedules, as create_medication takes them, for times of day on every day or on ISO days of the week (1 Monday to 7 Sunday), from starts_on to ends_on, both inclusive';
-- Schedules from a prescription's abbreviations.

-- The facts.  frequency times per period; times: when in the day, unless the
-- caller has others.  fhir_code is the spelling of FHIR's Timing.code.
CREATE FUNCTION medsched.timing_codes()
RETURNS TABLE (code text, fhir_code text, frequency int, period int, period_unit text,
  times time[], meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.code, c.fhir_code, c.frequency, c.period, c.period_unit, c.times::time[], c.meaning
  FROM (VALUES
    ('QD',      'QD',  1, 1,  'd',  '{08:00}',                   'once a day'),
    ('BID',     'BID', 2, 1,  'd',  '{08:00,20:00}',             'twice a day'),
    ('TID',     'TID', 3, 1,  'd',  '{08:00,14:00,20:00}',       'three times a day'),
    ('QID',     'QID', 4, 1,  'd',  '{08:00,12:00,16:00,20:00}', 'four times a day'),
    ('QAM',     'AM',  1, 1,  'd',  '{08:00}',                   'every morning'),
    ('QPM',     'PM',  1, 1,  'd',  '{20:00}',                   'every evening'),
    ('QHS',     'BED', 1, 1,  'd',  '{22:00}',                   'at bedtime'),
    ('QOD',     'QOD', 1, 2,  'd',  '{08:00}',                   'every other day'),
    ('Q1H',     'Q1H', 1, 1,  'h',  '{08:00}',                   'every hour'),
    ('Q2H',     'Q2H', 1, 2,  'h',  '{08:00}',                   'every 2 hours'),
    ('Q3H',     'Q3H', 1, 3,  'h',  '{08:00}',                   'every 3 hours'),
    ('Q4H',     'Q4H', 1, 4,  'h',  '{08:00}',                   'every 4 hours'),
    ('Q6H',     'Q6H', 1, 6,  'h',  '{08:00}',                   'every 6 hours'),
    ('Q8H',     'Q8H', 1, 8,  'h',  '{08:00}',                   'every 8 hours'),
    ('Q12H',    NULL,  1, 12, 'h',  '{08:00}',                   'every 12 hours'),
    ('WEEKLY',  'WK',  1, 1,  'wk', '{08:00}',                   'once a week'),
    ('MONTHLY', 'MO',  1, 1,  'mo', '{08:00}',                   'once a month'))
    AS c (code, fhir_code, frequency, period, period_unit, times, meaning);
END;
COMMENT ON FUNCTION medsched.timing_codes() IS
  'The abbreviations that schedule_from_sig and schedule_from_fhir know, with the times of day they stand for unless given others';

-- FHIR's EventTiming: each event and the clock times it hangs on.  direction:
-- whether an offset is counted forward (1) or back (-1) from them, or makes no
-- sense (0).  anchor: the key under which a caller may give another time.
CREATE FUNCTION medsched.timing_events()
RETURNS TABLE (event text, anchor text, at time, direction int, meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT e.event, a.anchor, a.at::time, e.direction, e.meaning
  FROM (VALUES
    ('MORN',       '{MORN}',       1,  'in the morning'),
    ('MORN.early', '{MORN.early}', 1,  'in the early morning'),
    ('MORN.late',  '{MORN.late}',  1,  'in the late morning'),
    ('NOON',       '{NOON}',       1,  'at noon'),
    ('AFT',        '{AFT}',        1,  'in the afternoon'),
    ('AFT.early',  '{AFT.early}',  1,  'in the early afternoon'),
    ('AFT.late',   '{AFT.late}',   1,  'in the late afternoon'),
    ('EVE',        '{EVE}',        1,  'in the evening'),
    ('EVE.early',  '{EVE.early}',  1,  'in the early evening'),
    ('EVE.late',   '{EVE.late}',   1,  'in the late evening'),
    ('NIGHT',      '{NIGHT}',      1,  'at night'),
    ('PHS',        '{HS}',         1,  'after going to sleep'),
    ('HS',         '{HS}',         -1, 'before going to sleep'),
    ('WAKE',       '{WAKE}',       1,  'after waking up'),
    ('C',          '{CM,CD,CV}',   0,  'with meals'),
    ('CM',         '{CM}',         0,  'with breakfast'),
    ('CD',         '{CD}',         0,  'with lunch'),
    ('CV',         '{CV}',         0,  'with dinner'),
    ('AC',         '{CM,CD,CV}',   -1, 'before meals'),
    ('ACM',        '{CM}',         -1, 'before breakfast'),
    ('ACD',        '{CD}',         -1, 'before lunch'),
    ('ACV',        '{CV}',         -1, 'before dinner'),
    ('PC',         '{CM,CD,CV}',   1,  'after meals'),
    ('PCM',        '{CM}',         1,  'after breakfast'),
    ('PCD',        '{CD}',         1,  'after lunch'),
    ('PCV',        '{CV}',         1,  'after dinner'))
    AS e (event, anchors, direction, meaning)
  JOIN (VALUES
    ('WAKE',       '07:00'),
    ('MORN.early', '07:00'),
    ('MORN',       '08:00'),
    ('MORN.late',  '10:00'),
    ('NOON',       '12:00'),
    ('AFT.early',  '13:00'),
    ('AFT',        '15:00'),
    ('AFT.late',   '17:00'),
    ('EVE.early',  '18:00'),
    ('EVE',        '20:00'),
    ('EVE.late',   '21:00'),
    ('NIGHT',      '22:00'),
    ('HS',         '22:00'),
    ('CM',         '08:00'),
    ('CD',         '12:00'),
    ('CV',         '18:00'))
    AS a (anchor, at) ON a.anchor = ANY (e.anchors::text[]);
END;
COMMENT ON FUNCTION medsched.timing_events() IS
  'The events of FHIR''s Timing.repeat.when, with the times of day they stand for unless schedule_from_fhir is given others';

-- Times of day from JSON: "08:00", or an array of such strings.
CREATE FUNCTION medsched._read_times(value jsonb)
RETURNS time[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  clock pg_catalog.jsonb;
  clocks time[] := '{}';
BEGIN
  IF pg_catalog.jsonb_typeof(value) OPERATOR(pg_catalog.<>) 'array' THEN
    value := pg_catalog.jsonb_build_array(value);
  END IF;
  FOR clock IN SELECT e.value FROM pg_catalog.jsonb_array_elements(value) AS e LOOP
    IF pg_catalog.jsonb_typeof(clock) OPERATOR(pg_catalog.<>) 'string'
      OR (clock OPERATOR(pg_catalog.#>>) '{}')
         OPERATOR(pg_catalog.!~) '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.0+)?)?$'
    THEN
      RAISE 'time % is not a time of day', clock USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Times of day are strings from "00:00" to "23:59", or with seconds "08:00:00".';
    END IF;
    clocks := pg_catalog.array_append(clocks, (clock OPERATOR(pg_catalog.#>>) '{}')::time);
  END LOOP;
  IF pg_catalog.cardinality(clocks) OPERATOR(pg_catalog.=) 0 THEN
    RAISE 'times must not be empty' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A schedule needs at least one time of day.';
  END IF;
  RETURN (SELECT pg_catalog.array_agg(DISTINCT t) FROM pg_catalog.unnest(clocks) AS t);
END;
$$;
COMMENT ON FUNCTION medsched._read_times(jsonb) IS
  'Internal: times of day from JSON';

-- What the caller's times say for one of keys, or else what is the default.
-- times: an array for the case at hand, or an object with many cases.
CREATE FUNCTION medsched._times_for(times jsonb, keys text[], otherwise time[])
RETURNS time[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key pg_catalog.text;
BEGIN
  IF times IS NULL THEN
    RETURN otherwise;
  END IF;
  IF pg_catalog.jsonb_typeof(times) OPERATOR(pg_catalog.=) 'array' THEN
    RETURN medsched._read_times(times);
  END IF;
  FOREACH key IN ARRAY keys LOOP
    IF times OPERATOR(pg_catalog.?) key THEN
      RETURN medsched._read_times(times OPERATOR(pg_catalog.->) key);
    END IF;
  END LOOP;
  RETURN otherwise;
END;
$$;
COMMENT ON FUNCTION medsched._times_for(jsonb, text[], time[]) IS
  'Internal: the times of day for a case, from the caller''s or the default ones';

-- A misspelt key would go unheard and a default time stand in its place.
CREATE FUNCTION medsched._check_times_json(times jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key pg_catalog.text;
  known pg_catalog.text[];
BEGIN
  IF times IS NULL OR pg_catalog.jsonb_typeof(times) OPERATOR(pg_catalog.=) 'array' THEN
    RETURN;
  END IF;
  IF pg_catalog.jsonb_typeof(times) OPERATOR(pg_catalog.<>) 'object' THEN
    RAISE 'times is neither an array nor an object' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('It is %s.', times),
      HINT = 'Times are ["08:00", "20:00"], or {"BID": ["08:00", "20:00"], "HS": "22:30"}.';
  END IF;
  known := medsched._times_keys();
  FOR key IN SELECT k FROM pg_catalog.jsonb_object_keys(times) AS k LOOP
    IF NOT known OPERATOR(pg_catalog.@>) ARRAY[key] THEN
      RAISE 'times has an unknown key "%"', key USING ERRCODE = 'invalid_parameter_value',
        HINT = pg_catalog.format('Known are %s.', pg_catalog.array_to_string(known, ', '));
    END IF;
    PERFORM medsched._read_times(times OPERATOR(pg_catalog.->) key);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._check_times_json(jsonb) IS
  'Internal: errors for times that name no case';

CREATE FUNCTION medsched._times_keys()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT array_agg(k.key ORDER BY k.key COLLATE "C")
  FROM (SELECT c.code AS key FROM medsched.timing_codes() c
        UNION SELECT c.fhir_code FROM medsched.timing_codes() c WHERE c.fhir_code IS NOT NULL
        UNION SELECT e.anchor FROM medsched.timing_events() e) k;
END;
COMMENT ON FUNCTION medsched._times_keys() IS
  'Internal: the cases for which times of day can be given';

-- One schedule that steps in elapsed time from its first dose.
CREATE FUNCTION medsched._interval_schedule(unit text, every int, starts_at timestamp,
  ending text, doses int, time_zone text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT jsonb_build_array(jsonb_build_object(
    'starts_at', starts_at,
    'time_zone', time_zone,
    'rrule', concat(
      CASE unit WHEN 'h' THEN 'FREQ=HOURLY' WHEN 'min' THEN 'FREQ=MINUTELY' WHEN 's' THEN 'FREQ=SECONDLY' END,
      CASE WHEN every > 1 THEN ';INTERVAL=' || every END,
      ';COUNT=' || doses, ending)));
END;
COMMENT ON FUNCTION medsched._interval_schedule(text, int, timestamp, text, int, text) IS
  'Internal: one schedule that steps in elapsed time from its first dose';

-- "every 6 hours as needed" is no more often than that; "twice a day as needed"
-- is no more than that in any 24 hours.
CREATE FUNCTION medsched._as_needed_schedule(starts_on date, time_zone text,
  min_hours int, max_per_24h int)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'starts_at', starts_on::timestamp,
    'time_zone', time_zone,
    'as_needed', true,
    'min_interval', min_hours || ' hours',
    'max_per_24h', max_per_24h)));
END;
COMMENT ON FUNCTION medsched._as_needed_schedule(date, text, int, int) IS
  'Internal: one schedule without doses of its own';

CREATE FUNCTION medsched._check_times_count(clocks time[], frequency int, what text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF pg_catalog.cardinality(clocks) OPERATOR(pg_catalog.<>) frequency THEN
    RAISE '% wants % time(s) of day, not %', what, frequency, pg_catalog.cardinality(clocks)
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('The times of day are %s.', pg_catalog.array_to_string(clocks, ', '));
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._check_times_count(time[], int, text) IS
  'Internal: error for another number of times of day than the doses of a day';

CREATE FUNCTION medsched.schedule_from_sig(sig text, starts_on date, time_zone text,
  times jsonb DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  spelling pg_catalog.text;
  as_needed boolean;
  fact record;
  clocks time[];
BEGIN
  IF sig IS NULL THEN
    RAISE 'sig must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  PERFORM medsched._check_start(starts_on, time_zone);
  PERFORM medsched._check_times_json(times);

  -- "q 8 h p.r.n." is Q8H as needed.
  spelling := pg_catalog.upper(pg_catalog.regexp_replace(sig, '[.\s]', '', 'g'));
  as_needed := spelling OPERATOR(pg_catalog.~) 'PRN$';
  spelling := pg_catalog.regexp_replace(spelling, 'PRN$', '');

  SELECT c.* INTO fact FROM medsched.timing_codes() AS c
  WHERE c.code OPERATOR(pg_catalog.=) spelling;
  IF NOT FOUND AND NOT (as_needed AND spelling OPERATOR(pg_catalog.=) '') THEN
    RAISE 'sig "%" is not known', sig USING ERRCODE = 'invalid_parameter_value',
      HINT = pg_catalog.format('Known are %s, and PRN alone or after one of them.',
        (SELECT pg_catalog.string_agg(c.code, ', ') FROM medsched.timing_codes() AS c));
  END IF;

  IF as_needed THEN
    IF pg_catalog.jsonb_typeof(times) OPERATOR(pg_catalog.=) 'array' THEN
      RAISE 'sig "%" has no times', sig USING ERRCODE = 'invalid_parameter_value',
        HINT = 'A dose as needed is recorded at the time it is taken.';
    END IF;
    IF fact.code IS NULL THEN
      RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL, NULL);
    ELSIF fact.period_unit OPERATOR(pg_catalog.=) 'h' THEN
      RETURN medsched._as_needed_schedule(starts_on, time_zone, fact.period, NULL);
    ELSIF fact.period_unit OPERATOR(pg_catalog.=) 'd' AND fact.period OPERATOR(pg_catalog.=) 1 THEN
      RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL, fact.frequency);
    END IF;
    RAISE 'sig "%" is not supported', sig USING ERRCODE = 'feature_not_supported',
      DETAIL = pg_catalog.format('A dose as needed has no limit of %s.', fact.meaning),
      HINT = 'Supported is PRN alone, after hours (Q6H PRN) or after times a day (BID PRN).';
  END IF;

  clocks := medsched._times_for(times, ARRAY[fact.code, fact.fhir_code], fact.times);
  PERFORM medsched._check_times_count(clocks, fact.frequency, fact.code);
  IF fact.period_unit OPERATOR(pg_catalog.=) 'h' THEN
    RETURN medsched._interval_schedule('h', fact.period,
      starts_on OPERATOR(pg_catalog.+) clocks[1], NULL, NULL, time_zone);
  END IF;
  RETURN medsched._clock_schedules(
    medsched._day_rule(fact.period_unit, fact.period, starts_on, NULL),
    starts_on, clocks, NULL, NULL, NULL, time_zone);
END;
$$;
COMMENT ON FUNCTION medsched.schedule_from_sig(text, date, text, jsonb) IS
  'Schedules, as create_medication takes them, for a prescription''s abbreviation such as BID, Q8H, QHS or Q6H PRN; times may be its own times of day, or an object of them by code';
-- Schedules from FHIR R4's Timing: what can be said exactly is, anything else
-- is refused by name.

-- The elements of Timing.repeat, their JSON types, and whether they can be said.
CREATE FUNCTION medsched._fhir_elements()
RETURNS TABLE (element text, json_type text, supported boolean)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  VALUES
    ('boundsDuration'::text, 'object'::text, true),
    ('boundsPeriod', 'object', true),
    ('boundsRange', 'object', false),
    ('count', 'number', true),
    ('countMax', 'number', false),
    ('dayOfWeek', 'array', true),
    ('duration', 'number', false),
    ('durationMax', 'number', false),
    ('durationUnit', 'string', false),
    ('extension', 'array', false),
    ('frequency', 'number', true),
    ('frequencyMax', 'number', false),
    ('id', 'string', true),
    ('modifierExtension', 'array', false),
    ('offset', 'number', true),
    ('period', 'number', true),
    ('periodMax', 'number', false),
    ('periodUnit', 'string', true),
    ('timeOfDay', 'array', true),
    ('when', 'array', true);
END;
COMMENT ON FUNCTION medsched._fhir_elements() IS
  'Internal: the elements of FHIR''s Timing.repeat';

-- Refuses what is not a Timing, and what no schedule can say.
CREATE FUNCTION medsched._fhir_check(timing jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  member record;
  fact record;
BEGIN
  IF timing IS NULL THEN
    RAISE 'timing must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  IF pg_catalog.jsonb_typeof(timing) OPERATOR(pg_catalog.<>) 'object' THEN
    RAISE 'timing is not a JSON object' USING ERRCODE = 'invalid_parameter_value',
      HINT = 'A FHIR R4 Timing is an object with the elements code and repeat.';
  END IF;
  FOR member IN SELECT e.key, pg_catalog.jsonb_typeof(e.value) AS json_type
                FROM pg_catalog.jsonb_each(timing) AS e LOOP
    IF member.key OPERATOR(pg_catalog.=) ANY ('{event,extension,modifierExtension}'::pg_catalog.text[]) THEN
      RAISE 'timing element "%" is not supported', member.key USING ERRCODE = 'feature_not_supported',
        HINT = 'Supported are code and repeat.';
    ELSIF member.key OPERATOR(pg_catalog.<>) ALL ('{code,repeat,id}'::pg_catalog.text[]) THEN
      RAISE 'timing has an unknown element "%"', member.key USING ERRCODE = 'invalid_parameter_value',
        HINT = 'A FHIR R4 Timing has the elements code and repeat.';
    ELSIF member.key OPERATOR(pg_catalog.<>) 'id' AND member.json_type OPERATOR(pg_catalog.<>) 'object' THEN
      RAISE 'timing element "%" is not an object', member.key USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END LOOP;

  FOR member IN SELECT e.key, e.value, pg_catalog.jsonb_typeof(e.value) AS json_type
                FROM pg_catalog.jsonb_each(timing OPERATOR(pg_catalog.->) 'repeat') AS e LOOP
    SELECT f.* INTO fact FROM medsched._fhir_elements() AS f
    WHERE f.element OPERATOR(pg_catalog.=) member.key;
    IF NOT FOUND THEN
      RAISE 'timing has an unknown element "repeat.%"', member.key
        USING ERRCODE = 'invalid_parameter_value',
        HINT = pg_catalog.format('The elements of repeat are %s.',
          (SELECT pg_catalog.string_agg(f.element, ', ') FROM medsched._fhir_elements() AS f));
    ELSIF NOT fact.supported THEN
      RAISE 'timing element "repeat.%" is not supported', member.key
        USING ERRCODE = 'feature_not_supported',
        DETAIL = pg_catalog.format('Its value is %s.', member.value),
        HINT = pg_catalog.format('Supported are %s.',
          (SELECT pg_catalog.string_agg(f.element, ', ') FROM medsched._fhir_elements() AS f
           WHERE f.supported));
    ELSIF member.json_type OPERATOR(pg_catalog.<>) fact.json_type THEN
      RAISE 'timing element "repeat.%" is not of type %', member.key, fact.json_type
        USING ERRCODE = 'invalid_parameter_value',
        DETAIL = pg_catalog.format('Its value is %s.', member.value);
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_check(jsonb) IS
  'Internal: errors for what is not a Timing, or is not supported';

-- A whole number from lowest to highest, or NULL where the element is absent.
CREATE FUNCTION medsched._fhir_integer(object jsonb, element text, lowest int, highest int)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  value numeric := (object OPERATOR(pg_catalog.->>) element)::numeric;
BEGIN
  IF value OPERATOR(pg_catalog.<>) pg_catalog.trunc(value) THEN
    RAISE 'timing element "%" is not a whole number', element USING ERRCODE = 'feature_not_supported',
      DETAIL = pg_catalog.format('Its value is %s.', value),
      HINT = 'Say it in a smaller unit.';
  END IF;
  IF value OPERATOR(pg_catalog.<) lowest OR value OPERATOR(pg_catalog.>) highest THEN
    RAISE 'timing element "%" is out of range', element USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('Its value is %s.', value),
      HINT = pg_catalog.format('It is %s to %s.', lowest, highest);
  END IF;
  RETURN value;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_integer(jsonb, text, int, int) IS
  'Internal: a whole number of a FHIR element';

-- dayOfWeek as ISO numbers, or NULL where absent.
CREATE FUNCTION medsched._fhir_days(repeat jsonb)
RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  names CONSTANT pg_catalog.text[] := '{mon,tue,wed,thu,fri,sat,sun}';
  name pg_catalog.jsonb;
  days int[] := '{}';
BEGIN
  IF NOT repeat OPERATOR(pg_catalog.?) 'dayOfWeek' THEN
    RETURN NULL;
  END IF;
  FOR name IN SELECT e.value FROM pg_catalog.jsonb_array_elements(repeat OPERATOR(pg_catalog.->) 'dayOfWeek') AS e LOOP
    IF NOT pg_catalog.to_jsonb(names) OPERATOR(pg_catalog.@>) name THEN
      RAISE 'timing has an unknown day of the week %', name USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Days of the week are mon, tue, wed, thu, fri, sat and sun.';
    END IF;
    days := pg_catalog.array_append(days, pg_catalog.array_position(names, name OPERATOR(pg_catalog.#>>) '{}'));
  END LOOP;
  IF pg_catalog.cardinality(days) OPERATOR(pg_catalog.=) 0 THEN
    RAISE 'timing element "repeat.dayOfWeek" is empty' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN (SELECT pg_catalog.array_agg(DISTINCT d) FROM pg_catalog.unnest(days) AS d);
END;
$$;
COMMENT ON FUNCTION medsched._fhir_days(jsonb) IS
  'Internal: FHIR''s dayOfWeek as ISO numbers';

-- The times of day that timeOfDay, or when with offset, says; NULL where
-- neither is there.
CREATE FUNCTION medsched._fhir_clocks(repeat jsonb, times jsonb)
RETURNS time[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  minutes CONSTANT int := medsched._fhir_integer(repeat, 'offset', 0, 1439);
  name pg_catalog.jsonb;
  fact record;
  since_midnight interval;
  clocks time[] := '{}';
  found_event boolean;
BEGIN
  IF minutes IS NOT NULL AND NOT repeat OPERATOR(pg_catalog.?) 'when' THEN
    RAISE 'timing has an offset without when' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF repeat OPERATOR(pg_catalog.?) 'timeOfDay' THEN
    IF repeat OPERATOR(pg_catalog.?) 'when' THEN
      RAISE 'timing has both timeOfDay and when' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN medsched._read_times(repeat OPERATOR(pg_catalog.->) 'timeOfDay');
  ELSIF NOT repeat OPERATOR(pg_catalog.?) 'when' THEN
    RETURN NULL;
  END IF;

  IF pg_catalog.jsonb_typeof(times) OPERATOR(pg_catalog.=) 'array' THEN
    RAISE 'an array of times does not say when the events of a timing are'
      USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Give times by event: {"CM": "07:30", "HS": "22:30"}.';
  END IF;
  FOR name IN SELECT e.value FROM pg_catalog.jsonb_array_elements(repeat OPERATOR(pg_catalog.->) 'when') AS e LOOP
    found_event := false;
    FOR fact IN SELECT e.* FROM medsched.timing_events() AS e
                WHERE pg_catalog.to_jsonb(e.event) OPERATOR(pg_catalog.=) name LOOP
      found_event := true;
      IF fact.direction OPERATOR(pg_catalog.=) 0 AND minutes IS NOT NULL THEN
        RAISE 'timing has an offset from %, which takes none', fact.event
          USING ERRCODE = 'invalid_parameter_value',
          HINT = 'Before and after meals are AC and PC.';
      END IF;
      FOR since_midnight IN
        SELECT t::interval OPERATOR(pg_catalog.+)
               pg_catalog.make_interval(mins => COALESCE(minutes OPERATOR(pg_catalog.*) fact.direction, 0))
        FROM pg_catalog.unnest(medsched._times_for(times, ARRAY[fact.anchor], ARRAY[fact.at])) AS t
      LOOP
        IF since_midnight OPERATOR(pg_catalog.<) '0'::interval
          OR since_midnight OPERATOR(pg_catalog.>=) '24 hours'::interval
        THEN
          RAISE 'timing has an offset of % minutes from %, which is another day', minutes, fact.event
            USING ERRCODE = 'feature_not_supported',
            DETAIL = pg_catalog.format('%s is at %s.', fact.anchor,
              (since_midnight OPERATOR(pg_catalog.-) pg_catalog.make_interval(mins => minutes OPERATOR(pg_catalog.*) fact.direction))::time);
        END IF;
        clocks := pg_catalog.array_append(clocks, since_midnight::time);
      END LOOP;
    END LOOP;
    IF NOT found_event THEN
      RAISE 'timing has an unknown event %', name USING ERRCODE = 'invalid_parameter_value',
        HINT = pg_catalog.format('Known are %s.',
          (SELECT pg_catalog.string_agg(k.event, ', ' ORDER BY k.event COLLATE pg_catalog."C")
           FROM (SELECT DISTINCT e.event FROM medsched.timing_events() AS e) AS k));
    END IF;
  END LOOP;
  IF pg_catalog.cardinality(clocks) OPERATOR(pg_catalog.=) 0 THEN
    RAISE 'timing element "repeat.when" is empty' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN (SELECT pg_catalog.array_agg(DISTINCT t) FROM pg_catalog.unnest(clocks) AS t);
END;
$$;
COMMENT ON FUNCTION medsched._fhir_clocks(jsonb, jsonb) IS
  'Internal: the times of day that FHIR''s timeOfDay or when says';

-- A number of days (FHIR's and UCUM's d, wk, mo, a) as an interval, or of
-- seconds (s, min, h), whichever the unit is.
CREATE FUNCTION medsched._fhir_interval(value int, unit text)
RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
  SELECT CASE unit
    WHEN 's' THEN make_interval(secs => value)
    WHEN 'min' THEN make_interval(mins => value)
    WHEN 'h' THEN make_interval(hours => value)
    WHEN 'd' THEN make_interval(days => value)
    WHEN 'wk' THEN make_interval(weeks => value)
    WHEN 'mo' THEN make_interval(months => value)
    WHEN 'a' THEN make_interval(years => value)
  END;
END;
COMMENT ON FUNCTION medsched._fhir_interval(int, text) IS
  'Internal: a FHIR quantity of time as an interval';

-- A dateTime: a year, a month, a day, or an instant with its offset.  first and
-- last are the wall-clock days it reaches from and to; an instant has its own.
CREATE FUNCTION medsched._fhir_datetime(value jsonb, element text, time_zone text,
  OUT first date, OUT last date, OUT instant timestamptz)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  written pg_catalog.text := value OPERATOR(pg_catalog.#>>) '{}';
  part pg_catalog.text[] := pg_catalog.regexp_match(written,
    '^(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d:\d\d(?:\.0+)?(?:Z|[+-]\d\d:\d\d))?)?)?$');
BEGIN
  IF value IS NULL THEN
    RETURN;
  END IF;
  IF part IS NULL OR pg_catalog.jsonb_typeof(value) OPERATOR(pg_catalog.<>) 'string' THEN
    RAISE 'timing element "%" is not a date or time', element
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('Its value is %s.', value),
      HINT = 'It is "2027", "2027-03", "2027-03-01" or "2027-03-01T08:00:00+01:00".';
  END IF;
  first := pg_catalog.make_date(part[1]::int, COALESCE(part[2]::int, 1), COALESCE(part[3]::int, 1));
  last := CASE
    WHEN part[2] IS NULL THEN pg_catalog.make_date(part[1]::int, 12, 31)
    WHEN part[3] IS NULL THEN (first OPERATOR(pg_catalog.+) '1 month -1 day'::interval)::pg_catalog.date
    ELSE first END;
  IF part[4] IS NOT NULL THEN
    instant := written::pg_catalog.timestamptz;
    first := pg_catalog.timezone(time_zone, instant)::pg_catalog.date;
    last := first;
  END IF;
EXCEPTION
  WHEN datetime_field_overflow OR invalid_datetime_format OR invalid_time_zone_displacement_value THEN
    RAISE 'timing element "%" is not a date or time', element
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('Its value is %s.', value);
END;
$$;
COMMENT ON FUNCTION medsched._fhir_datetime(jsonb, text, text) IS
  'Internal: a FHIR dateTime as days and an instant';

-- The facts of the first known code of Timing.code; none: NULLs.
CREATE FUNCTION medsched._fhir_code(code jsonb)
RETURNS TABLE (code text, frequency int, period int, period_unit text, times time[], keys text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT t.code, t.frequency, t.period, t.period_unit, t.times, ARRAY[t.code, t.fhir_code]
  FROM jsonb_path_query(code, 'lax $.coding[*]') WITH ORDINALITY AS c (coding, nth)
  JOIN medsched.timing_codes() t ON t.fhir_code = c.coding ->> 'code'
  WHERE coalesce(c.coding ->> 'system', 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation')
        = 'http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation'
  ORDER BY c.nth
  LIMIT 1;
END;
COMMENT ON FUNCTION medsched._fhir_code(jsonb) IS
  'Internal: the facts of the first known code of a FHIR Timing';

-- What boundsDuration says, as an interval; NULL where absent.
CREATE FUNCTION medsched._fhir_bounds_duration(bounds jsonb)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  duration interval;
BEGIN
  IF bounds IS NULL THEN
    RETURN NULL;
  END IF;
  IF bounds OPERATOR(pg_catalog.?) 'comparator' THEN
    RAISE 'timing element "repeat.boundsDuration.comparator" is not supported'
      USING ERRCODE = 'feature_not_supported',
      DETAIL = pg_catalog.format('Its value is %s.', bounds OPERATOR(pg_catalog.->) 'comparator');
  END IF;
  IF COALESCE(pg_catalog.jsonb_typeof(bounds OPERATOR(pg_catalog.->) 'value'), '') OPERATOR(pg_catalog.<>) 'number' THEN
    RAISE 'timing element "repeat.boundsDuration" has no value'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('It is %s.', bounds);
  END IF;
  duration := medsched._fhir_interval(medsched._fhir_integer(bounds, 'value', 1, 1000000),
    COALESCE(bounds OPERATOR(pg_catalog.->>) 'code', bounds OPERATOR(pg_catalog.->>) 'unit'));
  IF duration IS NULL THEN
    RAISE 'timing element "repeat.boundsDuration" has no known unit'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('It is %s.', bounds),
      HINT = 'Its code is s, min, h, d, wk, mo or a.';
  END IF;
  RETURN duration;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_bounds_duration(jsonb) IS
  'Internal: FHIR''s boundsDuration as an interval';

-- What the events of when say beside the time of day: "30 minutes before
-- breakfast".  NULL without when.
CREATE FUNCTION medsched._fhir_instructions(repeat jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT string_agg(
           concat(CASE WHEN m.meaning ~ '^(before|after) ' THEN (repeat ->> 'offset') || ' minutes ' END,
                  m.meaning), ', ' ORDER BY m.nth)
  FROM (SELECT w.nth, e.meaning
        FROM jsonb_array_elements_text(repeat -> 'when') WITH ORDINALITY AS w (event, nth)
        JOIN medsched.timing_events() e ON e.event = w.event
        GROUP BY w.nth, e.meaning) m;
END;
COMMENT ON FUNCTION medsched._fhir_instructions(jsonb) IS
  'Internal: FHIR''s when in words';

-- How often: the code's facts and the repeat's, which must agree, and how many
-- doses on a day that has any.
CREATE FUNCTION medsched._fhir_frequency(timing jsonb, days int[], clocks time[],
  OUT unit text, OUT every int, OUT per_day int, OUT code text, OUT default_times time[], OUT keys text[])
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT pg_catalog.jsonb := COALESCE(timing OPERATOR(pg_catalog.->) 'repeat', '{}');
  frequency int := medsched._fhir_integer(repeat, 'frequency', 1, 86400);
  fact record;
BEGIN
  every := medsched._fhir_integer(repeat, 'period', 1, 10000);
  unit := repeat OPERATOR(pg_catalog.->>) 'periodUnit';
  SELECT c.* INTO fact FROM medsched._fhir_code(timing OPERATOR(pg_catalog.->) 'code') AS c;

  IF (every IS NULL) OPERATOR(pg_catalog.<>) (unit IS NULL) OR (frequency IS NOT NULL AND every IS NULL AND fact.code IS NULL) THEN
    RAISE 'timing wants frequency, period and periodUnit together'
      USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('Its repeat is %s.', repeat);
  END IF;
  IF unit IS NOT NULL AND medsched._fhir_interval(1, unit) IS NULL THEN
    RAISE 'timing has an unknown periodUnit "%"', unit USING ERRCODE = 'invalid_parameter_value',
      HINT = 'Known are s, min, h, d, wk, mo and a.';
  END IF;

  IF fact.code IS NOT NULL THEN
    IF frequency OPERATOR(pg_catalog.<>) fact.frequency OR every OPERATOR(pg_catalog.<>) fact.period
      OR unit OPERATOR(pg_catalog.<>) fact.period_unit
    THEN
      RAISE 'timing code "%" contradicts repeat', fact.code USING ERRCODE = 'invalid_parameter_value',
        DETAIL = pg_catalog.format('The code is %s per %s %s; repeat is %s.',
          fact.frequency, fact.period, fact.period_unit, repeat);
    END IF;
    code := fact.code;
    frequency := fact.frequency;
    every := fact.period;
    unit := fact.period_unit;
  ELSIF every IS NULL THEN
    -- Of an unknown code we cannot tell what it adds to the times of day.
    IF timing OPERATOR(pg_catalog.?) 'code' THEN
      RAISE 'timing code is not supported' USING ERRCODE = 'feature_not_supported',
        DETAIL = pg_catalog.format('It is %s.', timing OPERATOR(pg_catalog.->) 'code'),
        HINT = pg_catalog.format('Supported are the v3-GTSAbbreviation codes %s; with any other code, repeat has to say frequency, period and periodUnit.',
          (SELECT pg_catalog.string_agg(c.fhir_code, ', ') FROM medsched.timing_codes() AS c));
    END IF;
    IF days IS NULL AND clocks IS NULL THEN
      RAISE 'timing says neither how often nor when' USING ERRCODE = 'invalid_parameter_value',
        HINT = 'It wants a code, or a repeat with frequency, period and periodUnit.';
    END IF;
    every := 1;
    unit := 'd';
  END IF;

  IF unit OPERATOR(pg_catalog.=) ANY ('{s,min,h}'::pg_catalog.text[]) THEN
    IF days IS NOT NULL OR clocks IS NOT NULL THEN
      RAISE 'timing with % and a period in % is not supported',
        CASE WHEN days IS NOT NULL THEN 'dayOfWeek' ELSE 'times of day' END, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'A schedule either steps in hours or has its times of day.';
    END IF;
    IF frequency OPERATOR(pg_catalog.>) 1 THEN
      RAISE 'timing with frequency % in % % is not supported', frequency, every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Say how far the doses are apart, with frequency 1.';
    END IF;
    per_day := 1;
  ELSIF days IS NOT NULL THEN
    IF unit OPERATOR(pg_catalog.=) 'wk' THEN
      IF frequency OPERATOR(pg_catalog.%) pg_catalog.cardinality(days) OPERATOR(pg_catalog.<>) 0 THEN
        RAISE 'timing with frequency % on % days of the week is not supported',
          frequency, pg_catalog.cardinality(days)
          USING ERRCODE = 'feature_not_supported',
          HINT = 'With a period in weeks, frequency counts the doses of all days of the week.';
      END IF;
      per_day := frequency OPERATOR(pg_catalog./) pg_catalog.cardinality(days);
    ELSIF unit OPERATOR(pg_catalog.=) 'd' AND every OPERATOR(pg_catalog.=) 1 THEN
      per_day := frequency;
      unit := 'wk';
    ELSE
      RAISE 'timing with dayOfWeek and a period of % % is not supported', every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'Days of the week go with a period of 1 d or of weeks.';
    END IF;
  ELSE
    IF frequency OPERATOR(pg_catalog.>) 1 AND NOT (unit OPERATOR(pg_catalog.=) 'd' AND every OPERATOR(pg_catalog.=) 1) THEN
      RAISE 'timing with frequency % in % % is not supported', frequency, every, unit
        USING ERRCODE = 'feature_not_supported',
        HINT = 'It does not say on which days the doses are.';
    END IF;
    per_day := frequency;
  END IF;

  per_day := COALESCE(per_day, pg_catalog.cardinality(clocks), 1);
  IF code IS NULL THEN
    SELECT c.times, ARRAY[c.code, c.fhir_code] INTO default_times, keys
    FROM medsched.timing_codes() AS c
    WHERE c.code OPERATOR(pg_catalog.=) ('{QD,BID,TID,QID}'::pg_catalog.text[])[per_day];
  ELSE
    default_times := fact.times;
    keys := fact.keys;
    IF per_day OPERATOR(pg_catalog.<>) pg_catalog.cardinality(default_times) THEN
      default_times := NULL;
    END IF;
  END IF;
END;
$$;
COMMENT ON FUNCTION medsched._fhir_frequency(jsonb, int[], time[]) IS
  'Internal: how often a FHIR Timing is';

CREATE FUNCTION medsched.schedule_from_fhir(timing jsonb, starts_on date, time_zone text,
  times jsonb DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat pg_catalog.jsonb;
  bounds pg_catalog.jsonb;
  begins record;
  ends record;
  days int[];
  clocks time[];
  often record;
  duration interval;
  doses int;
  first_day pg_catalog.date := starts_on;
  first_dose timestamp;
  not_before timestamp;
  ending pg_catalog.text;
  schedules pg_catalog.jsonb;
BEGIN
  PERFORM medsched._fhir_check(timing);
  PERFORM medsched._check_times_json(times);
  repeat := COALESCE(timing OPERATOR(pg_catalog.->) 'repeat', '{}');
  bounds := repeat OPERATOR(pg_catalog.->) 'boundsPeriod';
  IF bounds IS NOT NULL AND repeat OPERATOR(pg_catalog.?) 'boundsDuration' THEN
    RAISE 'timing has both boundsPeriod and boundsDuration' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM medsched._check_start(COALESCE(starts_on, '2000-01-01'), time_zone);
  begins := medsched._fhir_datetime(bounds OPERATOR(pg_catalog.->) 'start', 'repeat.boundsPeriod.start', time_zone);
  ends := medsched._fhir_datetime(bounds OPERATOR(pg_catalog.->) 'end', 'repeat.boundsPeriod.end', time_zone);
  IF begins.first IS NOT NULL THEN
    IF starts_on OPERATOR(pg_catalog.>) begins.first THEN
      RAISE 'starts_on % is after the timing''s own start %', starts_on, begins.first
        USING ERRCODE = 'invalid_parameter_value',
        HINT = 'Leave starts_on null; which doses remain of a timing under way is not for us to guess.';
    END IF;
    first_day := begins.first;
    not_before := pg_catalog.timezone(time_zone, begins.instant);
  END IF;
  PERFORM medsched._check_start(first_day, time_zone);

  days := medsched._fhir_days(repeat);
  clocks := medsched._fhir_clocks(repeat, times);
  often := medsched._fhir_frequency(timing, days, clocks);
  clocks := COALESCE(clocks, medsched._times_for(times, often.keys, often.default_times));
  IF clocks IS NULL THEN
    RAISE 'timing with % doses a day does not say when', often.per_day
      USING ERRCODE = 'feature_not_supported',
      HINT = 'Say it in timeOfDay, or give an array of times.';
  END IF;
  PERFORM medsched._check_times_count(clocks, often.per_day, COALESCE(often.code, 'timing'));

  doses := medsched._fhir_integer(repeat, 'count', 1, 2147483647);
  duration := medsched._fhir_bounds_duration(repeat OPERATOR(pg_catalog.->) 'boundsDuration');
  IF doses IS NOT NULL AND (duration IS NOT NULL OR ends.last IS NOT NULL) THEN
    RAISE 'timing with both count and an end is not supported' USING ERRCODE = 'feature_not_supported',
      HINT = 'A schedule ends after so many doses or at a time.';
  END IF;
  IF ends.last OPERATOR(pg_catalog.<) first_day OR ends.instant OPERATOR(pg_catalog.<) begins.instant THEN
    RAISE 'timing ends before it starts' USING ERRCODE = 'invalid_parameter_value',
      DETAIL = pg_catalog.format('It starts on %s; its bounds are %s.', first_day, bounds);
  END IF;
  ending := CASE
    WHEN ends.instant IS NOT NULL
      THEN pg_catalog.to_char(pg_catalog.timezone('UTC', ends.instant), '";UNTIL="YYYYMMDD"T"HH24MISS"Z"')
    ELSE pg_catalog.to_char(ends.last, '";UNTIL="YYYYMMDD') END;

  IF often.unit OPERATOR(pg_catalog.=) ANY ('{s,min,h}'::pg_catalog.text[]) THEN
    first_dose := COALESCE(not_before, first_day OPERATOR(pg_catalog.+) clocks[1]);
    IF pg_catalog.date_part('month', duration) OPERATOR(pg_catalog.>) 0 OR pg_catalog.date_part('year', duration) OPERATOR(pg_catalog.>) 0 THEN
      ending := pg_catalog.to_char(first_dose OPERATOR(pg_catalog.+) duration OPERATOR(pg_catalog.-) '1 second'::interval,
        '";UNTIL="YYYYMMDD"T"HH24MISS');
    ELSIF duration IS NOT NULL THEN
      -- In elapsed time: 10 days every 8 hours are 30 doses, whatever the clocks do.
      doses := pg_catalog.ceil(pg_catalog.date_part('epoch', duration)
        OPERATOR(pg_catalog./) pg_catalog.date_part('epoch', medsched._fhir_interval(often.every, often.unit)));
    END IF;
    schedules := medsched._interval_schedule(often.unit, often.every, first_dose, ending, doses, time_zone);
  ELSE
    IF duration IS NOT NULL THEN
      duration := pg_catalog.justify_hours(duration);
      IF duration OPERATOR(pg_catalog.<>) pg_catalog.date_trunc('day', duration) THEN
        RAISE 'timing with times of day and a boundsDuration of % is not supported', duration
          USING ERRCODE = 'feature_not_supported',
          HINT = 'Say it in whole days.';
      END IF;
      ending := pg_catalog.to_char(first_day OPERATOR(pg_catalog.+) duration OPERATOR(pg_catalog.-) '1 day'::interval,
        '";UNTIL="YYYYMMDD');
    END IF;
    -- A start after the day's last dose is the next day's.
    IF not_before::time OPERATOR(pg_catalog.>) clocks[pg_catalog.cardinality(clocks)] THEN
      first_day := first_day OPERATOR(pg_catalog.+) 1;
    END IF;
    first_day := medsched._first_day(first_day, days);
    schedules := medsched._clock_schedules(medsched._day_rule(often.unit, often.every, first_day, days),
      first_day, clocks, ending, doses, not_before, time_zone);
    IF doses IS NOT NULL AND pg_catalog.jsonb_array_length(schedules) OPERATOR(pg_catalog.>) 1
      AND not_before OPERATOR(pg_catalog.>) (first_day OPERATOR(pg_catalog.+) clocks[1])
    THEN
      RAISE 'timing with count, a start within a day and these times is not supported'
        USING ERRCODE = 'feature_not_supported',
        DETAIL = pg_catalog.format('The times of day %s make more than one schedule.',
          pg_catalog.array_to_string(clocks, ', '));
    END IF;
  END IF;

  RETURN (SELECT pg_catalog.jsonb_agg(s.value OPERATOR(pg_catalog.||) pg_catalog.jsonb_strip_nulls(
            pg_catalog.jsonb_build_object('instructions', medsched._fhir_instructions(repeat))) ORDER BY s.nth)
          FROM pg_catalog.jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth));
END;
$$;
COMMENT ON FUNCTION medsched.schedule_from_fhir(jsonb, date, text, jsonb) IS
  'Schedules, as create_medication takes them, for a FHIR R4 Timing; times may give the times of day of its codes and events';
-- Adherence: the doses of all users as one query, and what is counted from it.
--
-- The functions here are plain SQL of one SELECT, which the planner sets into
-- the caller's query: conditions reach the tables, columns that nobody asks
-- for are not computed, and large answers stream and run in parallel.

CREATE FUNCTION medsched.scheduled_doses(window_start timestamptz, window_end timestamptz)
RETURNS TABLE (
  user_id uuid,
  dose_id text,
  scheduled_for timestamptz,
  local_time timestamp,
  time_zone text,
  medication_id uuid,
  medication_name text,
  schedule_id uuid,
  dose_amount numeric,
  dose_unit text,
  instructions text,
  taken_at timestamptz,
  recorded_by text,
  status text,
  outcome text,
  on_time boolean,
  missed boolean)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT s.user_id,
         medsched.dose_id(s.id, o.scheduled_for),
         o.scheduled_for,
         pg_catalog.timezone(s.time_zone, o.scheduled_for),
         s.time_zone::pg_catalog.text,
         m.id,
         m.name,
         s.id,
         s.dose_amount,
         s.dose_unit,
         s.instructions,
         d.taken_at,
         d.recorded_by,
         medsched.dose_status(o.scheduled_for, d.outcome, s.grace),
         d.outcome,
         medsched.is_on_time(o.scheduled_for, d.taken_at, s.grace),
         d.outcome IS NULL
           AND medsched.dose_status(o.scheduled_for, NULL, s.grace) OPERATOR(pg_catalog.=) 'missed'
    FROM medsched.schedules AS s
    JOIN medsched.medications AS m
      ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
   CROSS JOIN LATERAL medsched.occurrences(
           s.rrule, s.starts_at, s.time_zone,
           greatest(window_start, s.effective_from), least(window_end, s.ends_at, m.inactivated_at),
           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS o (scheduled_for)
    LEFT JOIN medsched.dose_taken AS d
      ON d.user_id OPERATOR(pg_catalog.=) s.user_id
     AND d.schedule_id OPERATOR(pg_catalog.=) s.id
     AND d.scheduled_for OPERATOR(pg_catalog.=) o.scheduled_for
     AND d.scheduled_for OPERATOR(pg_catalog.>=) window_start
     AND d.scheduled_for OPERATOR(pg_catalog.<) window_end
   WHERE medsched.check_window(window_start, window_end)
     AND NOT s.as_needed
     AND (s.effective_from IS NULL OR s.effective_from OPERATOR(pg_catalog.<) least(window_end, s.ends_at, m.inactivated_at))
     AND (s.ends_at IS NULL OR s.ends_at OPERATOR(pg_catalog.>) window_start)
     AND (m.inactivated_at IS NULL OR m.inactivated_at OPERATOR(pg_catalog.>) window_start)
$$;

COMMENT ON FUNCTION medsched.scheduled_doses(timestamptz, timestamptz) IS
  'The doses of all users in [window_start, window_end) that are scheduled, with what was recorded; in no order. outcome is NULL for a dose not recorded; on_time and missed are as medsched.adherence counts them. For sets of users: one user''s doses are faster from medsched.upcoming_doses';

CREATE FUNCTION medsched.due_doses(window_start timestamptz, window_end timestamptz)
RETURNS TABLE (
  user_id uuid,
  dose_id text,
  scheduled_for timestamptz,
  local_time timestamp,
  time_zone text,
  medication_id uuid,
  medication_name text,
  schedule_id uuid,
  dose_amount numeric,
  dose_unit text,
  instructions text,
  status text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT o.user_id, o.dose_id, o.scheduled_for, o.local_time, o.time_zone, o.medication_id, o.medication_name,
         o.schedule_id, o.dose_amount, o.dose_unit, o.instructions, o.status
    FROM medsched.scheduled_doses(window_start, window_end) AS o
   WHERE o.outcome IS NULL
$$;

COMMENT ON FUNCTION medsched.due_doses(timestamptz, timestamptz) IS
  'The doses of all users in [window_start, window_end) that are not recorded, for a notifier; in no order';

CREATE FUNCTION medsched.percentage_taken(taken bigint, skipped bigint, missed bigint)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.round(
  100.0 OPERATOR(pg_catalog.*) taken
    OPERATOR(pg_catalog./) nullif(taken OPERATOR(pg_catalog.+) skipped OPERATOR(pg_catalog.+) missed, 0),
  1);

COMMENT ON FUNCTION medsched.percentage_taken(bigint, bigint, bigint) IS
  'taken among the doses that are taken, skipped or missed, in percent with one decimal; NULL where there are none';

CREATE FUNCTION medsched.adherence_of_all(window_start timestamptz, window_end timestamptz)
RETURNS TABLE (
  user_id uuid,
  medication_id uuid,
  medication_name text,
  scheduled bigint,
  taken bigint,
  skipped bigint,
  missed bigint,
  on_time bigint,
  percentage numeric)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT a.user_id, a.medication_id, a.medication_name, a.scheduled, a.taken, a.skipped, a.missed, a.on_time,
         medsched.percentage_taken(a.taken, a.skipped, a.missed)
    FROM (
      SELECT s.user_id,
             m.id AS medication_id,
             m.name AS medication_name,
             pg_catalog.sum(o.scheduled)::pg_catalog.int8 AS scheduled,
             coalesce(pg_catalog.sum(r.taken), 0)::pg_catalog.int8 AS taken,
             coalesce(pg_catalog.sum(r.skipped), 0)::pg_catalog.int8 AS skipped,
             pg_catalog.sum(o.over OPERATOR(pg_catalog.-) coalesce(r.over, 0))::pg_catalog.int8 AS missed,
             coalesce(pg_catalog.sum(r.on_time), 0)::pg_catalog.int8 AS on_time
        FROM medsched.schedules AS s
        JOIN medsched.medications AS m
          ON m.user_id OPERATOR(pg_catalog.=) s.user_id AND m.id OPERATOR(pg_catalog.=) s.medication_id
       CROSS JOIN LATERAL (
               SELECT greatest(window_start, s.effective_from),
                      least(window_end, s.ends_at, m.inactivated_at),
                      medsched.grace_ended_before(s.grace)) AS w (first, last, graced)
       -- All its doses, and those whose grace is over.
       CROSS JOIN LATERAL (
               SELECT medsched.count_occurrences(
                        s.rrule, s.starts_at, s.time_zone, w.first, w.last,
                        s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off),
                      medsched.count_occurrences(
                        s.rrule, s.starts_at, s.time_zone, w.first, greatest(w.first, least(w.last, w.graced)),
                        s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off)) AS o (scheduled, over)
        -- What is recorded of them: every recorded dose is an occurrence.
        LEFT JOIN (
               SELECT d.user_id,
                      d.schedule_id,
                      pg_catalog.count(*) FILTER (WHERE d.outcome OPERATOR(pg_catalog.=) 'taken') AS taken,
                      pg_catalog.count(*) FILTER (WHERE d.outcome OPERATOR(pg_catalog.=) 'skipped') AS skipped,
                      pg_catalog.count(*) FILTER (
                        WHERE d.scheduled_for OPERATOR(pg_catalog.<) medsched.grace_ended_before(g.grace)) AS over,
                      pg_catalog.count(*) FILTER (
                        WHERE medsched.is_on_time(d.scheduled_for, d.taken_at, g.grace)) AS on_time
                 FROM medsched.dose_taken AS d
                 JOIN medsched.schedules AS g
                   ON g.user_id OPERATOR(pg_catalog.=) d.user_id AND g.id OPERATOR(pg_catalog.=) d.schedule_id
                WHERE d.scheduled_for OPERATOR(pg_catalog.>=) window_start
                  AND d.scheduled_for OPERATOR(pg_catalog.<) window_end
                GROUP BY d.user_id, d.schedule_id) AS r
          ON r.user_id OPERATOR(pg_catalog.=) s.user_id AND r.schedule_id OPERATOR(pg_catalog.=) s.id
       WHERE medsched.check_window(window_start, window_end)
         AND NOT s.as_needed
         AND w.first OPERATOR(pg_catalog.<) w.last
       GROUP BY s.user_id, m.id, m.name
      HAVING pg_catalog.sum(o.scheduled) OPERATOR(pg_catalog.>) 0) AS a
$$;

COMMENT ON FUNCTION medsched.adherence_of_all(timestamptz, timestamptz) IS
  'medsched.adherence for all users, in no order';

CREATE FUNCTION medsched.adherence(user_id uuid, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (
  medication_id uuid,
  medication_name text,
  scheduled bigint,
  taken bigint,
  skipped bigint,
  missed bigint,
  on_time bigint,
  percentage numeric)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT a.medication_id, a.medication_name, a.scheduled, a.taken, a.skipped, a.missed, a.on_time, a.percentage
    FROM medsched.adherence_of_all(window_start, window_end) AS a
   WHERE a.user_id OPERATOR(pg_catalog.=) medsched.check_user(adherence.user_id)
   ORDER BY a.medication_name, a.medication_id
$$;

COMMENT ON FUNCTION medsched.adherence(uuid, timestamptz, timestamptz) IS
  'How a user''s doses in [window_start, window_end) went, a row per medication: scheduled; of these taken, skipped, missed (not recorded, and its grace over); of the taken those on time (taken_at within grace of scheduled_for, before or after); and the percentage taken of those taken, skipped or missed. Doses as needed do not count';

CREATE FUNCTION medsched.adherence_by_day(user_id uuid, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (
  day date,
  scheduled bigint,
  taken bigint,
  skipped bigint,
  missed bigint,
  on_time bigint,
  percentage numeric)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT a.day, a.scheduled, a.taken, a.skipped, a.missed, a.on_time,
         medsched.percentage_taken(a.taken, a.skipped, a.missed)
    FROM (
      SELECT o.local_time::pg_catalog.date AS day,
             pg_catalog.count(*) AS scheduled,
             pg_catalog.count(*) FILTER (WHERE o.outcome OPERATOR(pg_catalog.=) 'taken') AS taken,
             pg_catalog.count(*) FILTER (WHERE o.outcome OPERATOR(pg_catalog.=) 'skipped') AS skipped,
             pg_catalog.count(*) FILTER (WHERE o.missed) AS missed,
             pg_catalog.count(*) FILTER (WHERE o.on_time) AS on_time
        FROM medsched.scheduled_doses(window_start, window_end) AS o
       WHERE o.user_id OPERATOR(pg_catalog.=) medsched.check_user(adherence_by_day.user_id)
       GROUP BY 1) AS a
   ORDER BY a.day
$$;

COMMENT ON FUNCTION medsched.adherence_by_day(uuid, timestamptz, timestamptz) IS
  'medsched.adherence over all of a user''s medications, a row per day on the wall clock of each dose''s schedule that has a dose';
-- erase: the right to be forgotten.

CREATE FUNCTION medsched.erase_user(user_id uuid)
RETURNS TABLE (medications bigint, schedules bigint, doses bigint)
LANGUAGE C VOLATILE ROWS 1
AS 'MODULE_PATHNAME', 'medsched_erase_user';

COMMENT ON FUNCTION medsched.erase_user(uuid) IS
  'Deletes everything of a user, for good: the only way to delete a medication. Returns how many rows there were';

REVOKE EXECUTE ON FUNCTION medsched.erase_user(uuid) FROM PUBLIC;
