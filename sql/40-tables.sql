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
            WHEN ((OLD.user_id, OLD.id, OLD.medication_id,
                   OLD.starts_at, OLD.time_zone, OLD.rrule, OLD.rdates, OLD.exdates,
                   OLD.cycle_days_on, OLD.cycle_days_off, OLD.as_needed, OLD.effective_from, OLD.ends_at)
                  IS DISTINCT FROM
                  (NEW.user_id, NEW.id, NEW.medication_id,
                   NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates,
                   NEW.cycle_days_on, NEW.cycle_days_off, NEW.as_needed, NEW.effective_from, NEW.ends_at))
            EXECUTE FUNCTION medsched.recorded_dose_keeps_schedule()',
         'A dose that was recorded stays a dose of its schedule'),

        ('medsched.schedules', 'recorded_dose_keeps_schedule_deleted',
         'CREATE TRIGGER recorded_dose_keeps_schedule_deleted
            AFTER DELETE ON medsched.schedules
            FOR EACH ROW EXECUTE FUNCTION medsched.recorded_dose_keeps_schedule()',
         'Another schedule does not take the id of one with recorded doses'),

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
