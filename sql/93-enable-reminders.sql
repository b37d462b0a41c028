-- The queue of reminders: for every schedule the next instant at which something has to be said.
--
-- Tables, triggers and the function that they call are ordinary objects of the tables' owner, made on request, as the history is:
-- an application without reminders pays nothing.
--
-- A change adds a row to medsched.reminder_changes and touches nothing else, so that no application ever waits for a worker, nor
-- a worker for an application.  What makes a reminder unnecessary is not noted at all: that is looked at when it is handed out.

CREATE OR REPLACE FUNCTION medsched.enable_reminders()
RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $enable_reminders$
DECLARE
  found record;
BEGIN
  PERFORM medsched._check_tables();
  -- Two deployments at once: the second waits, and finds everything there.
  PERFORM pg_advisory_xact_lock(hashtextextended('medsched.create_tables', 0));

  -- What hangs on a table runs with the rights of who notes the changes, and the other way round.
  PERFORM medsched._check_owned(
    '{dose_taken,medications,moved_doses,reminder_changes,reminder_fill,reminder_queue,reminder_rules,reminder_snoozes,reminders_dropped,reminders_held,schedules}'::text[],
    'enable_reminders'::text, 'medsched.note_reminder_change()'::text);

  IF to_regclass('medsched.reminder_queue') IS NULL THEN
    -- No foreign key: deleting a schedule would wait for a worker.  A row without its schedule is deleted when it is looked at.
    CREATE TABLE medsched.reminder_queue (
      user_id uuid NOT NULL,
      schedule_id uuid NOT NULL,
      event text NOT NULL DEFAULT '',
      look_at timestamptz NOT NULL,
      looks_from timestamptz,
      until timestamptz,
      said_at timestamptz,
      said_from timestamptz,
      said_dose timestamptz,
      kind text,
      nth int,
      attempt int NOT NULL DEFAULT 0,
      unfinished boolean NOT NULL DEFAULT false,
      worker text,
      error text,
      next_at timestamptz,
      medication_id uuid,
      medication_name text,
      dose_amount numeric,
      dose_unit text,
      instructions text,
      time_zone text,
      CONSTRAINT reminder_queue_pkey PRIMARY KEY (user_id, schedule_id, event))
      -- Each reminder takes its row away and puts one back: the dead ones at the front of the index are what a claim would wade through.
      WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
    CREATE INDEX reminder_queue_look_at_idx ON medsched.reminder_queue (look_at);
    COMMENT ON TABLE medsched.reminder_queue IS 'When something has to be said of a schedule next. One row for a schedule that has doses to come, while nobody holds a reminder of it, and one for each reminder that failed or came back.';
    COMMENT ON COLUMN medsched.reminder_queue.user_id IS 'The schedule''s user';
    COMMENT ON COLUMN medsched.reminder_queue.schedule_id IS 'The schedule';
    COMMENT ON COLUMN medsched.reminder_queue.event IS 'Empty: all to come of the schedule; else the one reminder that the row is for';
    COMMENT ON COLUMN medsched.reminder_queue.look_at IS 'When the row is looked at next';
    COMMENT ON COLUMN medsched.reminder_queue.looks_from IS 'Of a schedule that could not be read: from when on it was to be looked at';
    COMMENT ON COLUMN medsched.reminder_queue.until IS 'Of a dose that was undone: when; it is reminded of if it came up from said_at until then';
    COMMENT ON COLUMN medsched.reminder_queue.said_at IS 'For when the reminder was that was last handed out; or, with no kind: until when nothing is left to be said';
    COMMENT ON COLUMN medsched.reminder_queue.said_from IS 'From when on what had come up was looked at then: nothing of it had been said before';
    COMMENT ON COLUMN medsched.reminder_queue.said_dose IS 'Its dose: scheduled_for';
    COMMENT ON COLUMN medsched.reminder_queue.kind IS 'Its kind';
    COMMENT ON COLUMN medsched.reminder_queue.nth IS 'Which one of its kind it is of the dose';
    COMMENT ON COLUMN medsched.reminder_queue.attempt IS 'How often it was handed out';
    COMMENT ON COLUMN medsched.reminder_queue.unfinished IS 'True: its lease ended before it was completed';
    COMMENT ON COLUMN medsched.reminder_queue.worker IS 'Who it was handed out to, where it failed or was not completed';
    COMMENT ON COLUMN medsched.reminder_queue.error IS 'Why it failed, or why the schedule cannot be read';
    COMMENT ON COLUMN medsched.reminder_queue.medication_id IS 'Where it is known what is to be said at look_at, of the dose that is due then, unless that is recorded or something changed: the medication; NULL: it is looked up then';
    COMMENT ON COLUMN medsched.reminder_queue.next_at IS 'With medication_id: when the dose after that one is due; NULL: there is none';
    COMMENT ON COLUMN medsched.reminder_queue.medication_name IS 'With medication_id: its name';
    COMMENT ON COLUMN medsched.reminder_queue.dose_amount IS 'With medication_id: how much is taken';
    COMMENT ON COLUMN medsched.reminder_queue.dose_unit IS 'With medication_id: of what';
    COMMENT ON COLUMN medsched.reminder_queue.instructions IS 'With medication_id: how it is taken';
    COMMENT ON COLUMN medsched.reminder_queue.time_zone IS 'With medication_id: where the schedule''s clock is';
  END IF;
  -- What is handed out stands in a table of its own, which is small: claiming writes nothing to the indexes of the queue.
  IF to_regclass('medsched.reminders_held') IS NULL THEN
    CREATE TABLE medsched.reminders_held (
      token uuid NOT NULL CONSTRAINT reminders_held_pkey PRIMARY KEY,
      user_id uuid NOT NULL,
      schedule_id uuid NOT NULL,
      event text NOT NULL,
      lease_ends_at timestamptz NOT NULL,
      next_at timestamptz,
      said_at timestamptz NOT NULL,
      said_from timestamptz,
      said_dose timestamptz NOT NULL,
      kind text NOT NULL,
      nth int NOT NULL,
      attempt int NOT NULL,
      worker text,
      own_lease boolean NOT NULL DEFAULT true)
      WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
    -- Those that are claimed are in the order of their leases by their tokens: a second index of all would cost as much as the first.
    CREATE INDEX reminders_held_lease_ends_at_idx ON medsched.reminders_held (lease_ends_at) WHERE own_lease;
    COMMENT ON TABLE medsched.reminders_held IS 'Reminders that are handed out, each in place of its row of medsched.reminder_queue until it is completed or its lease ends.';
    COMMENT ON COLUMN medsched.reminders_held.token IS 'What completes it';
    COMMENT ON COLUMN medsched.reminders_held.user_id IS 'The schedule''s user';
    COMMENT ON COLUMN medsched.reminders_held.schedule_id IS 'The schedule';
    COMMENT ON COLUMN medsched.reminders_held.event IS 'That of its row of the queue';
    COMMENT ON COLUMN medsched.reminders_held.lease_ends_at IS 'Until when it is held';
    COMMENT ON COLUMN medsched.reminders_held.next_at IS 'When the schedule is looked at next, once it is completed; NULL: its row does not come back';
    COMMENT ON COLUMN medsched.reminders_held.said_at IS 'For when the reminder is';
    COMMENT ON COLUMN medsched.reminders_held.said_from IS 'From when on what had come up was looked at then: nothing of it had been said before';
    COMMENT ON COLUMN medsched.reminders_held.said_dose IS 'Its dose: scheduled_for';
    COMMENT ON COLUMN medsched.reminders_held.kind IS 'Its kind';
    COMMENT ON COLUMN medsched.reminders_held.nth IS 'Which one of its kind it is of the dose';
    COMMENT ON COLUMN medsched.reminders_held.attempt IS 'How often it was handed out';
    COMMENT ON COLUMN medsched.reminders_held.worker IS 'Who it was handed out to, as the application names them';
    COMMENT ON COLUMN medsched.reminders_held.own_lease IS 'False: the lease ends when it did as the reminder was claimed, with which the token begins';
  END IF;
  IF to_regclass('medsched.reminder_changes') IS NULL THEN
    CREATE TABLE medsched.reminder_changes (
      since timestamptz NOT NULL DEFAULT now(),
      id bigint GENERATED ALWAYS AS IDENTITY,
      user_id uuid NOT NULL,
      schedule_id uuid NOT NULL,
      scheduled_for timestamptz,
      recorded_at timestamptz,
      texts_only boolean NOT NULL DEFAULT false,
      -- Rows of a dump and those that the triggers add while it is restored have numbers in common.
      CONSTRAINT reminder_changes_pkey PRIMARY KEY (user_id, schedule_id, since, id))
      WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
    CREATE INDEX reminder_changes_since_idx ON medsched.reminder_changes (since);
    COMMENT ON TABLE medsched.reminder_changes IS 'Schedules whose reminders may have changed. Triggers add rows, the next claim takes them.';
    COMMENT ON COLUMN medsched.reminder_changes.id IS 'In which order they came';
    COMMENT ON COLUMN medsched.reminder_changes.user_id IS 'The schedule''s user';
    COMMENT ON COLUMN medsched.reminder_changes.schedule_id IS 'The schedule';
    COMMENT ON COLUMN medsched.reminder_changes.since IS 'From when on something may have to be said';
    COMMENT ON COLUMN medsched.reminder_changes.scheduled_for IS 'The dose that was undone, or follows one that was recorded late; NULL: another change';
    COMMENT ON COLUMN medsched.reminder_changes.texts_only IS 'True: what is said of doses is another, not when';
    COMMENT ON COLUMN medsched.reminder_changes.recorded_at IS 'Since when something may not have been said of that dose, which was recorded, or not yet due by the other';
  END IF;
  IF to_regclass('medsched.reminder_rules') IS NULL THEN
    CREATE TABLE medsched.reminder_rules (
      user_id uuid NOT NULL,
      schedule_id uuid,
      ahead_by interval,
      at_time boolean NOT NULL DEFAULT true,
      again_every interval,
      again_at_most int,
      escalate_after interval,
      escalate_to text,
      quiet_from time,
      quiet_until time,
      time_zone medsched.time_zone,
      urgency text NOT NULL DEFAULT 'normal',
      drop_after interval NOT NULL DEFAULT '2 hours',
      set_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT reminder_rules_user_id_schedule_id_key UNIQUE NULLS NOT DISTINCT (user_id, schedule_id),
      CONSTRAINT reminder_rules_user_id_schedule_id_fkey FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules ON DELETE CASCADE,
      CONSTRAINT reminder_rules_ahead_by_in_range CHECK (ahead_by > '0' AND ahead_by <= '31 days'),
      CONSTRAINT reminder_rules_again_every_has_at_most CHECK ((again_every IS NULL) = (again_at_most IS NULL)),
      -- Reminders of a dose are looked for among all doses that may have some.
      CONSTRAINT reminder_rules_again_every_in_range CHECK (again_every >= '1 minute' AND again_every <= interval '31 days' / greatest(again_at_most, 1)),
      CONSTRAINT reminder_rules_again_at_most_in_range CHECK (again_at_most >= 1 AND again_at_most <= 100),
      CONSTRAINT reminder_rules_escalate_after_has_to CHECK ((escalate_after IS NULL) = (escalate_to IS NULL)),
      CONSTRAINT reminder_rules_escalate_after_in_range CHECK (escalate_after >= '0' AND escalate_after <= '31 days'),
      CONSTRAINT reminder_rules_escalate_to_not_blank CHECK (escalate_to ~ '[^[:space:]]' AND length(escalate_to) <= 1000),
      CONSTRAINT reminder_rules_quiet_hours_valid CHECK ((quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until
        AND quiet_from < '24:00' AND quiet_until < '24:00'),
      CONSTRAINT reminder_rules_urgency CHECK (urgency IN ('low', 'normal', 'high')),
      CONSTRAINT reminder_rules_drop_after_in_range CHECK (drop_after >= '1 minute' AND drop_after <= '7 days'),
      CONSTRAINT reminder_rules_set_at_in_range CHECK (set_at >= '0001-01-01 00:00+00' AND set_at < '10000-01-01 00:00+00'));
    COMMENT ON TABLE medsched.reminder_rules IS 'When a person is reminded. One row for a person, and one for each schedule that has rules of its own; no row: at the time of each dose.';
    COMMENT ON COLUMN medsched.reminder_rules.user_id IS 'The person; the application''s id';
    COMMENT ON COLUMN medsched.reminder_rules.schedule_id IS 'The schedule whose own rules these are, in place of the person''s; NULL: the person''s';
    COMMENT ON COLUMN medsched.reminder_rules.ahead_by IS 'How long before a dose is due it is announced; NULL: it is not';
    COMMENT ON COLUMN medsched.reminder_rules.at_time IS 'True: a reminder when a dose is due';
    COMMENT ON COLUMN medsched.reminder_rules.again_every IS 'How long after that, and after each other, more follow until the dose is recorded; NULL: none do';
    COMMENT ON COLUMN medsched.reminder_rules.again_at_most IS 'How many follow at most';
    COMMENT ON COLUMN medsched.reminder_rules.escalate_after IS 'How long after a dose was due somebody else is told that it is not recorded; NULL: nobody is';
    COMMENT ON COLUMN medsched.reminder_rules.escalate_to IS 'Who is told, as the application names them';
    COMMENT ON COLUMN medsched.reminder_rules.quiet_from IS 'When the hours begin in which only what is urgent is said; the rest is held back until they end';
    COMMENT ON COLUMN medsched.reminder_rules.quiet_until IS 'When those hours end; before quiet_from: on the day after';
    COMMENT ON COLUMN medsched.reminder_rules.time_zone IS 'IANA name: where the person''s clock is; NULL: where the schedule''s is';
    COMMENT ON COLUMN medsched.reminder_rules.urgency IS 'low, normal or high: high is said in quiet hours, too; an escalation always is';
    COMMENT ON COLUMN medsched.reminder_rules.drop_after IS 'How late a reminder may be handed out; later it is dropped, and counted; a day is 24 hours';
    COMMENT ON COLUMN medsched.reminder_rules.set_at IS 'Since when the rules are these';
  END IF;
  IF to_regclass('medsched.reminder_snoozes') IS NULL THEN
    CREATE TABLE medsched.reminder_snoozes (
      user_id uuid NOT NULL,
      schedule_id uuid NOT NULL,
      scheduled_for timestamptz NOT NULL,
      until timestamptz NOT NULL,
      snoozed_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT reminder_snoozes_pkey PRIMARY KEY (user_id, schedule_id, scheduled_for),
      CONSTRAINT reminder_snoozes_user_id_schedule_id_fkey FOREIGN KEY (user_id, schedule_id) REFERENCES medsched.schedules ON DELETE CASCADE,
      CONSTRAINT reminder_snoozes_scheduled_for_in_range CHECK (scheduled_for >= '0001-01-01 00:00+00' AND scheduled_for < '10000-01-01 00:00+00'),
      CONSTRAINT reminder_snoozes_until_in_range CHECK (until >= '0001-01-01 00:00+00' AND until < '10000-01-01 00:00+00'),
      CONSTRAINT reminder_snoozes_snoozed_at_in_range CHECK (snoozed_at >= '0001-01-01 00:00+00' AND snoozed_at < '10000-01-01 00:00+00'));
    COMMENT ON TABLE medsched.reminder_snoozes IS 'Doses of which the person wants to hear again later. One row for a dose.';
    COMMENT ON COLUMN medsched.reminder_snoozes.user_id IS 'The schedule''s user';
    COMMENT ON COLUMN medsched.reminder_snoozes.schedule_id IS 'The schedule';
    COMMENT ON COLUMN medsched.reminder_snoozes.scheduled_for IS 'The dose''s instant by its schedule';
    COMMENT ON COLUMN medsched.reminder_snoozes.until IS 'When the person is reminded of it, and not before';
    COMMENT ON COLUMN medsched.reminder_snoozes.snoozed_at IS 'When that was asked for';
  END IF;
  IF to_regclass('medsched.reminders_dropped') IS NULL THEN
    CREATE TABLE medsched.reminders_dropped (
      id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reminders_dropped_pkey PRIMARY KEY,
      user_id uuid NOT NULL,
      schedule_id uuid,
      medication_id uuid,
      dropped_at timestamptz NOT NULL,
      doses int NOT NULL,
      reason text NOT NULL);
    COMMENT ON TABLE medsched.reminders_dropped IS 'Reminders that nobody was given: they came too late, or failed for good. Rows are added by claims.';
    COMMENT ON COLUMN medsched.reminders_dropped.id IS 'In which order they came';
    COMMENT ON COLUMN medsched.reminders_dropped.user_id IS 'The person';
    COMMENT ON COLUMN medsched.reminders_dropped.schedule_id IS 'The schedule; NULL: it was of a stock';
    COMMENT ON COLUMN medsched.reminders_dropped.medication_id IS 'The medication whose stock it was of; NULL: it was of doses';
    COMMENT ON COLUMN medsched.reminders_dropped.dropped_at IS 'When they were dropped';
    COMMENT ON COLUMN medsched.reminders_dropped.doses IS 'How many doses were not reminded of';
    COMMENT ON COLUMN medsched.reminders_dropped.reason IS 'late, or failed';
  END IF;
  -- Where filling the queue with what was there before has come to; no row: it is done.
  IF to_regclass('medsched.reminder_fill') IS NULL THEN
    CREATE TABLE medsched.reminder_fill (
      user_id uuid NOT NULL,
      schedule_id uuid NOT NULL,
      CONSTRAINT reminder_fill_pkey PRIMARY KEY (user_id, schedule_id));
    COMMENT ON TABLE medsched.reminder_fill IS 'How far fill_reminders() has come with the schedules that were there before; no row: it is done.';
    COMMENT ON COLUMN medsched.reminder_fill.user_id IS 'The last schedule''s user';
    COMMENT ON COLUMN medsched.reminder_fill.schedule_id IS 'The last schedule';
    INSERT INTO medsched.reminder_fill VALUES ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000');
  END IF;

  EXECUTE $create$
    CREATE OR REPLACE FUNCTION medsched.note_reminder_change()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $note$
    #variable_conflict use_column
    DECLARE
      person CONSTANT uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
      changed uuid;
      former medsched.reminder_rules;
      taken_at timestamptz;
      taken_of uuid;
      taken_for timestamptz;
    BEGIN
      IF TG_OP = 'DELETE' AND medsched._is_erasing(person) THEN
        RETURN NULL;
      ELSIF TG_ARGV[0] = 'reminder_rules' THEN
        changed := CASE TG_OP WHEN 'DELETE' THEN OLD.schedule_id ELSE NEW.schedule_id END;
        IF TG_OP <> 'INSERT' THEN
          former := OLD;
        ELSIF changed IS NOT NULL THEN
          SELECT r.* INTO former FROM medsched.reminder_rules AS r WHERE r.user_id = person AND r.schedule_id IS NULL;
        END IF;
        -- What the former rules hold back is looked at by the new ones.
        INSERT INTO medsched.reminder_changes (user_id, schedule_id, since)
        SELECT c.user_id, c.id, medsched._quiet_since(CASE WHEN former.urgency <> 'high' THEN former.quiet_from END, former.quiet_until, coalesce(former.time_zone, c.time_zone)::text, now())
          FROM medsched.schedules AS c
         WHERE c.user_id = person AND NOT c.as_needed AND (c.ends_at IS NULL OR c.ends_at > now())
           AND CASE WHEN changed IS NOT NULL THEN c.id = changed
                    ELSE NOT EXISTS (SELECT FROM medsched.reminder_rules AS r WHERE r.user_id = person AND r.schedule_id = c.id) END;
        RETURN NULL;
      ELSIF TG_ARGV[0] = 'schedules' THEN
        changed := CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END;
        -- Of one that is another's now, or called otherwise, nothing is said any more.
        IF TG_OP = 'UPDATE' THEN
          INSERT INTO medsched.reminder_changes (user_id, schedule_id)
          SELECT OLD.user_id, OLD.id WHERE (OLD.user_id, OLD.id) <> (NEW.user_id, NEW.id);
        END IF;
      ELSIF TG_ARGV[0] = 'medications' THEN
        INSERT INTO medsched.reminder_changes (user_id, schedule_id)
        SELECT c.user_id, c.id FROM medsched.schedules AS c WHERE c.user_id = person AND c.medication_id = NEW.id AND NOT c.as_needed;
      ELSIF TG_ARGV[0] IN ('medication_texts', 'schedule_texts') THEN
        INSERT INTO medsched.reminder_changes (user_id, schedule_id, texts_only)
        SELECT c.user_id, c.id, true FROM medsched.schedules AS c
         WHERE c.user_id = person AND CASE TG_ARGV[0] WHEN 'schedule_texts' THEN c.id = NEW.id ELSE c.medication_id = NEW.id END
           AND NOT c.as_needed AND (c.ends_at IS NULL OR c.ends_at > now());
        RETURN NULL;
      ELSIF TG_ARGV[0] = 'reminder_snoozes' THEN
        -- One that is taken back held back what came up since it was there.
        IF TG_OP = 'DELETE' THEN
          INSERT INTO medsched.reminder_changes (user_id, schedule_id, since) VALUES (person, OLD.schedule_id, least(OLD.snoozed_at, now()));
        ELSE
          INSERT INTO medsched.reminder_changes (user_id, schedule_id) VALUES (person, NEW.schedule_id);
        END IF;
        RETURN NULL;
      ELSIF TG_ARGV[0] = 'moved_doses' THEN
        changed := CASE TG_OP WHEN 'DELETE' THEN OLD.schedule_id ELSE NEW.schedule_id END;
      ELSE
        IF TG_OP <> 'DELETE' THEN
          taken_of := NEW.schedule_id;
          taken_for := NEW.scheduled_for;
          -- What is imported was followed where it comes from.
          taken_at := CASE WHEN TG_OP = 'INSERT' AND NOT medsched._is_importing(person) OR TG_OP = 'UPDATE' AND OLD.taken_at IS DISTINCT FROM NEW.taken_at
                           THEN NEW.taken_at END;
        END IF;
        IF TG_OP <> 'INSERT' AND OLD.outcome <> 'extra'
           AND (TG_OP = 'DELETE' OR (OLD.user_id, OLD.schedule_id, OLD.scheduled_for) <> (NEW.user_id, NEW.schedule_id, NEW.scheduled_for)) THEN
          INSERT INTO medsched.reminder_changes (user_id, schedule_id, scheduled_for, recorded_at)
          VALUES (OLD.user_id, OLD.schedule_id, OLD.scheduled_for, OLD.recorded_at);
        END IF;
      END IF;
      IF changed IS NOT NULL THEN
        INSERT INTO medsched.reminder_changes (user_id, schedule_id) VALUES (person, changed);
        -- On a schedule that is new nothing depends, but on one that replaces another.
        IF TG_ARGV[0] = 'schedules' AND TG_OP = 'INSERT' THEN
          IF NEW.replaces IS NULL THEN
            RETURN NULL;
          END IF;
        END IF;
      END IF;
      -- When doses are due that are counted from others, or follow others: where one is recorded late, the next may be due already.
      -- The one that follows it is then as one that was undone: something else may have been said since.
      INSERT INTO medsched.reminder_changes (user_id, schedule_id, since, scheduled_for, recorded_at)
      SELECT c.user_id, c.id,
             CASE WHEN taken_at < now() AND c.follows_by IS NULL
                       AND c.medication_id = (SELECT o.medication_id FROM medsched.schedules AS o WHERE o.user_id = person AND o.id = taken_of)
                  THEN taken_at ELSE now() END,
             f.dose, CASE WHEN f.dose IS NOT NULL THEN taken_at - interval '1 microsecond' END
        FROM medsched.schedules AS c
       CROSS JOIN LATERAL (
             SELECT CASE WHEN taken_at < now() AND c.follows_by IS NOT NULL AND taken_of = ANY (medsched._whole_chain(person, c.follows))
                         THEN taken_for + medsched._elapsed(c.follows_by) END AS dose) AS f
       WHERE c.user_id = person AND (c.after_last IS NOT NULL OR c.follows_by IS NOT NULL) AND (c.ends_at IS NULL OR c.ends_at > now())
         AND c.id IS DISTINCT FROM changed;
      RETURN NULL;
    END
    $note$
  $create$;
  REVOKE EXECUTE ON FUNCTION medsched.note_reminder_change() FROM PUBLIC;
  COMMENT ON FUNCTION medsched.note_reminder_change() IS 'Trigger: adds a schedule to medsched.reminder_changes, as the tables'' owner';

  FOR found IN
    SELECT t.what, t.name, t.events, o.relation
      FROM (VALUES
        -- Of one as needed nothing is said, but its medication's stock lasts less long; how long depends on the amount, too.
        ('schedules', 'reminder_change', 'AFTER INSERT ON medsched.schedules FOR EACH ROW'),
        ('schedules', 'reminder_change_changed',
         'AFTER UPDATE ON medsched.schedules FOR EACH ROW
            WHEN ((OLD.user_id, OLD.id, OLD.medication_id, OLD.starts_at, OLD.time_zone, OLD.rrule, OLD.rdates, OLD.exdates, OLD.cycle_days_on,
                   OLD.cycle_days_off, OLD.as_needed, OLD.after_last, OLD.hours_from, OLD.hours_until, OLD.max_per_day, OLD.follows, OLD.follows_by,
                   OLD.effective_from, OLD.ends_at, OLD.dose_amount, OLD.dose_unit)
                  IS DISTINCT FROM
                  (NEW.user_id, NEW.id, NEW.medication_id, NEW.starts_at, NEW.time_zone, NEW.rrule, NEW.rdates, NEW.exdates, NEW.cycle_days_on,
                   NEW.cycle_days_off, NEW.as_needed, NEW.after_last, NEW.hours_from, NEW.hours_until, NEW.max_per_day, NEW.follows, NEW.follows_by,
                   NEW.effective_from, NEW.ends_at, NEW.dose_amount, NEW.dose_unit))'),
        ('schedule_texts', 'reminder_change_texts', 'AFTER UPDATE ON medsched.schedules FOR EACH ROW WHEN (OLD.instructions IS DISTINCT FROM NEW.instructions)'),
        ('schedules', 'reminder_change_deleted', 'AFTER DELETE ON medsched.schedules FOR EACH ROW'),
        ('medications', 'reminder_change',
         'AFTER UPDATE ON medsched.medications FOR EACH ROW WHEN (OLD.inactivated_at IS DISTINCT FROM NEW.inactivated_at)'),
        ('medication_texts', 'reminder_change_texts', 'AFTER UPDATE ON medsched.medications FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)'),
        -- Recording is what is done most: the condition spares it the call where no dose depends on another.
        ('dose_taken', 'reminder_change', 'AFTER INSERT OR UPDATE ON medsched.dose_taken FOR EACH ROW WHEN (medsched._has_dependents(NEW.user_id))'),
        ('dose_taken', 'reminder_change_changed',
         'AFTER UPDATE ON medsched.dose_taken FOR EACH ROW
            WHEN ((OLD.user_id, OLD.schedule_id, OLD.scheduled_for) IS DISTINCT FROM (NEW.user_id, NEW.schedule_id, NEW.scheduled_for)
                  AND NOT medsched._has_dependents(NEW.user_id))'),
        ('dose_taken', 'reminder_change_deleted', 'AFTER DELETE ON medsched.dose_taken FOR EACH ROW'),
        ('moved_doses', 'reminder_change', 'AFTER INSERT OR UPDATE OR DELETE ON medsched.moved_doses FOR EACH ROW'),
        ('reminder_rules', 'reminder_change', 'AFTER INSERT OR UPDATE OR DELETE ON medsched.reminder_rules FOR EACH ROW'),
        ('reminder_snoozes', 'reminder_change', 'AFTER INSERT OR UPDATE ON medsched.reminder_snoozes FOR EACH ROW'),
        ('reminder_snoozes', 'reminder_change_deleted', 'AFTER DELETE ON medsched.reminder_snoozes FOR EACH ROW WHEN (OLD.until > now())'))
        AS t (what, name, events)
     CROSS JOIN LATERAL (SELECT CASE t.what WHEN 'schedule_texts' THEN 'schedules' WHEN 'medication_texts' THEN 'medications' ELSE t.what END AS relation) AS o
     WHERE NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = ('medsched.' || o.relation)::regclass AND g.tgname = t.name)
  LOOP
    EXECUTE format('CREATE TRIGGER %I %s EXECUTE FUNCTION medsched.note_reminder_change(%L)', found.name, found.events, found.what);
    EXECUTE format('COMMENT ON TRIGGER %I ON medsched.%I IS %L', found.name, found.relation, 'What may have to be said earlier is looked at anew');
  END LOOP;

  PERFORM medsched._enable_stock_reminders();

  -- Where changes are recorded, those of the rules are, too.
  IF to_regclass('medsched.change_history') IS NOT NULL THEN
    PERFORM medsched.enable_history();
  END IF;
END
$enable_reminders$;

COMMENT ON FUNCTION medsched.enable_reminders() IS
  'Creates the queue of reminders, its tables and the triggers that note what changes, where they are missing, as the tables'' owner, who calls it. Schedules that are there already come into it by fill_reminders(). Raises 42501 for another role, 42809 for a view in a table''s place';

COMMENT ON FUNCTION medsched._has_dependents(uuid) IS
  'Internal: whether a person has doses that are counted from others, or follow others';

CREATE OR REPLACE FUNCTION medsched._check_reminders()
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF to_regclass('medsched.reminder_queue') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = 'table "medsched.reminder_queue" does not exist',
      HINT = 'Have reminders queued from now on with SELECT medsched.enable_reminders().';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_reminders() IS
  'Internal: raises 42P01 where reminders are not enabled';
