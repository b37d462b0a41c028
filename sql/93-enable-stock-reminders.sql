-- The queue of what has to be said of stocks: one row for each medication that has one, when it is looked at next.
--
-- It is a queue of its own, because a look at a stock costs a forecast, which no reminder of a dose is to wait for.  A dose that is
-- recorded touches nothing of it: each stock is looked at again before it can have run low, at the time of the day at which the
-- person hears of it.

CREATE OR REPLACE FUNCTION medsched._enable_stock_reminders()
RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $enable_stock_reminders$
DECLARE
  found record;
BEGIN
  PERFORM medsched._check_owned('{stock_entries,stock_reminder_queue,stock_reminder_rules}'::text[], 'enable_reminders'::text,
                                'medsched.note_stock_change()'::text);

  IF to_regclass('medsched.stock_reminder_queue') IS NULL THEN
    -- No foreign key: deleting a medication would wait for a worker.  A row without its medication is deleted when it is looked at.
    CREATE TABLE medsched.stock_reminder_queue (
      user_id uuid NOT NULL,
      medication_id uuid NOT NULL,
      look_at timestamptz NOT NULL,
      next_at timestamptz,
      said_at timestamptz,
      kind text,
      nth int,
      attempt int NOT NULL DEFAULT 0,
      token uuid,
      worker text,
      error text,
      CONSTRAINT stock_reminder_queue_pkey PRIMARY KEY (user_id, medication_id))
      WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
    CREATE INDEX stock_reminder_queue_look_at_idx ON medsched.stock_reminder_queue (look_at);
    CREATE UNIQUE INDEX stock_reminder_queue_token_idx ON medsched.stock_reminder_queue (token) WHERE token IS NOT NULL;
    COMMENT ON TABLE medsched.stock_reminder_queue IS 'When each stock is looked at next. One row for a medication that has entries in medsched.stock_entries.';
    COMMENT ON COLUMN medsched.stock_reminder_queue.user_id IS 'The medication''s user';
    COMMENT ON COLUMN medsched.stock_reminder_queue.medication_id IS 'The medication';
    COMMENT ON COLUMN medsched.stock_reminder_queue.look_at IS 'When it is looked at next; of a reminder that is handed out, the end of the lease; infinity: the medication is not taken any more';
    COMMENT ON COLUMN medsched.stock_reminder_queue.next_at IS 'Where look_at goes when the reminder that is handed out, or failed, is completed; NULL: there is none';
    COMMENT ON COLUMN medsched.stock_reminder_queue.said_at IS 'For when the reminder was that is or was last handed out';
    COMMENT ON COLUMN medsched.stock_reminder_queue.kind IS 'Its kind; NULL: there was enough since';
    COMMENT ON COLUMN medsched.stock_reminder_queue.nth IS 'How many of its kind came before it';
    COMMENT ON COLUMN medsched.stock_reminder_queue.attempt IS 'How often it was handed out';
    COMMENT ON COLUMN medsched.stock_reminder_queue.token IS 'What completes it; NULL: nobody holds it';
    COMMENT ON COLUMN medsched.stock_reminder_queue.worker IS 'Who it was handed out to, as the application names them';
    COMMENT ON COLUMN medsched.stock_reminder_queue.error IS 'Why it failed, or why the stock cannot be looked at';
  END IF;
  IF to_regclass('medsched.stock_reminder_rules') IS NULL THEN
    CREATE TABLE medsched.stock_reminder_rules (
      user_id uuid NOT NULL,
      medication_id uuid,
      refill_days_ahead int DEFAULT 7,
      low_doses int DEFAULT 0,
      time_of_day time NOT NULL DEFAULT '09:00',
      again_every_days int NOT NULL DEFAULT 1,
      again_at_most int NOT NULL DEFAULT 6,
      time_zone medsched.time_zone,
      set_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT stock_reminder_rules_user_id_medication_id_key UNIQUE NULLS NOT DISTINCT (user_id, medication_id),
      CONSTRAINT stock_reminder_rules_user_id_medication_id_fkey FOREIGN KEY (user_id, medication_id) REFERENCES medsched.medications ON DELETE CASCADE,
      CONSTRAINT stock_reminder_rules_refill_days_ahead_in_range CHECK (refill_days_ahead >= 0 AND refill_days_ahead <= 365),
      CONSTRAINT stock_reminder_rules_low_doses_in_range CHECK (low_doses >= 0 AND low_doses <= 1000),
      CONSTRAINT stock_reminder_rules_time_of_day_valid CHECK (time_of_day < '24:00'),
      CONSTRAINT stock_reminder_rules_again_every_days_in_range CHECK (again_every_days >= 1 AND again_every_days <= 31),
      CONSTRAINT stock_reminder_rules_again_at_most_in_range CHECK (again_at_most >= 0 AND again_at_most <= 100),
      CONSTRAINT stock_reminder_rules_set_at_in_range CHECK (set_at >= '0001-01-01 00:00+00' AND set_at < '10000-01-01 00:00+00'));
    COMMENT ON TABLE medsched.stock_reminder_rules IS 'When a person is reminded of a stock. One row for a person, and one for each medication that has rules of its own; no row: what the defaults are.';
    COMMENT ON COLUMN medsched.stock_reminder_rules.user_id IS 'The person; the application''s id';
    COMMENT ON COLUMN medsched.stock_reminder_rules.medication_id IS 'The medication whose own rules these are, in place of the person''s; NULL: the person''s';
    COMMENT ON COLUMN medsched.stock_reminder_rules.refill_days_ahead IS 'So many days before the day by which it is to be refilled the person is told; NULL: they are not';
    COMMENT ON COLUMN medsched.stock_reminder_rules.low_doses IS 'With so many doses left, or fewer, the person is told; NULL: they are not';
    COMMENT ON COLUMN medsched.stock_reminder_rules.time_of_day IS 'When on the person''s clock';
    COMMENT ON COLUMN medsched.stock_reminder_rules.again_every_days IS 'After how many days they are told again, while there is not more';
    COMMENT ON COLUMN medsched.stock_reminder_rules.again_at_most IS 'How often at most';
    COMMENT ON COLUMN medsched.stock_reminder_rules.time_zone IS 'IANA name: where the person''s clock is; NULL: where that of their reminder_rules is, or else the schedule''s';
    COMMENT ON COLUMN medsched.stock_reminder_rules.set_at IS 'Since when the rules are these';
  END IF;

  -- Any schedule of the person's: all their stocks are looked at anew.
  EXECUTE $create$
    CREATE OR REPLACE FUNCTION medsched.note_stock_change()
    RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    AS $note$
    #variable_conflict use_column
    DECLARE
      person CONSTANT uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
    BEGIN
      IF TG_OP <> 'DELETE' OR NOT medsched._is_erasing(person) THEN
        INSERT INTO medsched.reminder_changes (user_id, schedule_id)
        SELECT s.user_id, s.id FROM medsched.schedules AS s WHERE s.user_id = person LIMIT 1;
      END IF;
      RETURN NULL;
    END
    $note$
  $create$;
  REVOKE EXECUTE ON FUNCTION medsched.note_stock_change() FROM PUBLIC;
  COMMENT ON FUNCTION medsched.note_stock_change() IS 'Trigger: has a person''s stocks looked at anew, as the tables'' owner';

  FOR found IN
    SELECT t.relation, t.events
      FROM (VALUES
        ('stock_entries', 'AFTER INSERT OR UPDATE OR DELETE ON medsched.stock_entries FOR EACH ROW'),
        ('medications',
         'AFTER UPDATE ON medsched.medications FOR EACH ROW
            WHEN ((OLD.inactivated_at, OLD.refill_lead_time, OLD.refill_reserve, OLD.refill_reserve_unit)
                  IS DISTINCT FROM (NEW.inactivated_at, NEW.refill_lead_time, NEW.refill_reserve, NEW.refill_reserve_unit))'),
        ('stock_reminder_rules', 'AFTER INSERT OR UPDATE OR DELETE ON medsched.stock_reminder_rules FOR EACH ROW')) AS t (relation, events)
     WHERE NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = ('medsched.' || t.relation)::regclass AND g.tgname = 'stock_change')
  LOOP
    EXECUTE format('CREATE TRIGGER stock_change %s EXECUTE FUNCTION medsched.note_stock_change()', found.events);
    EXECUTE format('COMMENT ON TRIGGER stock_change ON medsched.%I IS %L', found.relation, 'What may have to be said earlier is looked at anew');
  END LOOP;
END
$enable_stock_reminders$;

COMMENT ON FUNCTION medsched._enable_stock_reminders() IS
  'Internal: creates what is missing of the queue of reminders of stocks, for enable_reminders()';
