-- Which schedules others may follow, and what may become of them then.
--
-- A chain of schedules that replace each other is followed as a whole, and so is a regimen.  It is one level deep: what is followed follows none.  It
-- does not end before what follows it: that would stop another medication in silence.  The rules run with their caller's rights.

CREATE OR REPLACE FUNCTION medsched.schedule_follows_schedule()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  chain uuid[];
  other record;
BEGIN
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP NOT IN ('INSERT', 'UPDATE') THEN
    RAISE EXCEPTION USING ERRCODE = '39P01', MESSAGE = 'function "schedule_follows_schedule" was not fired as the trigger it is made for',
      HINT = 'Let medsched.create_tables() create the triggers.';
  END IF;
  chain := medsched._whole_chain(NEW.user_id, NEW.id);
  IF NEW.follows = ANY (chain) THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'schedule_follows_schedule'::text, format('schedule "%s" follows itself', NEW.id),
      CASE WHEN NEW.follows <> NEW.id THEN format('Schedule "%s" is replaced by it, replaces it, or is of its regimen.', NEW.follows) END,
      'Name the schedule of other doses.'::text, '23514'::text);
  END IF;
  SELECT s.id, s.as_needed INTO other
    FROM medsched.schedules AS s
   WHERE s.user_id = NEW.user_id AND s.id = ANY (medsched._whole_chain(NEW.user_id, NEW.follows)) AND (s.as_needed OR s.follows IS NOT NULL)
   LIMIT 1;
  IF FOUND THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'schedule_follows_schedule'::text, format('schedule "%s" cannot follow schedule "%s"', NEW.id, NEW.follows),
      CASE WHEN other.as_needed THEN 'As needed, that one has no times.' ELSE 'That one follows another itself.' END,
      CASE WHEN other.as_needed THEN 'Follow a schedule that has times.' ELSE 'Follow the schedule that it follows, by as much later.' END, '23514'::text);
  END IF;
  SELECT s.id INTO other FROM medsched.schedules AS s WHERE s.user_id = NEW.user_id AND s.follows = ANY (chain) LIMIT 1;
  IF FOUND THEN
    PERFORM medsched._refuse_rule(TG_RELID, 'schedule_follows_schedule'::text,
      format(CASE WHEN NEW.as_needed THEN 'schedule "%s" cannot be as needed' ELSE 'schedule "%s" cannot follow another' END, NEW.id),
      format('Schedule "%s" follows it.', other.id), 'Give that one times of its own first: medsched.revise_schedule().'::text, '23514'::text);
  END IF;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched.schedule_follows_schedule() IS
  'Trigger: a schedule follows one that has doses of its own at set times or counted from the last';

-- The schedules of a person that go on after the one that they follow has ended, and that it has: those that have to do with a
-- schedule or with a medication, NULL: all.
CREATE OR REPLACE FUNCTION medsched._left_behind(of_user uuid, of_schedule uuid, of_medication uuid)
RETURNS TABLE (schedule_id uuid, medication_name text, closed timestamptz, leader_id uuid, leader_closed timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  RETURN QUERY
    SELECT f.id, coalesce(f.name, NULL::text), f.closed, l.id, l.closed
      FROM (SELECT s.id, n.name, s.medication_id, medsched._elapsed(s.follows_by) AS gap, least(s.ends_at, n.inactivated_at) AS closed,
                   medsched._whole_chain(s.user_id, s.follows) AS chain
              FROM medsched.schedules AS s
              JOIN medsched.medications AS n ON n.user_id = s.user_id AND n.id = s.medication_id
             WHERE s.user_id = $1 AND s.follows IS NOT NULL
            OFFSET 0) AS f
     -- The last to end.
     CROSS JOIN LATERAL (
            SELECT c.id, c.medication_id, least(c.ends_at, m.inactivated_at) AS closed
              FROM medsched.schedules AS c
              JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = c.medication_id
             WHERE c.user_id = $1 AND c.id = ANY (f.chain)
             ORDER BY coalesce(least(c.ends_at, m.inactivated_at), 'infinity') DESC, c.effective_from DESC NULLS LAST, c.id
             LIMIT 1) AS l
     WHERE ($2 IS NULL OR f.id = $2 OR $2 = ANY (f.chain))
       AND ($3 IS NULL OR f.medication_id = $3 OR l.medication_id = $3)
       AND coalesce(f.closed, 'infinity') > l.closed + f.gap;
END
$$;

COMMENT ON FUNCTION medsched._left_behind(uuid, uuid, uuid) IS
  'Internal: the schedules of a person that go on after the one that they follow has ended';

CREATE OR REPLACE FUNCTION medsched.followed_schedule_goes_on()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  is_schedule CONSTANT boolean := TG_RELID = to_regclass('medsched.schedules');
  of_user uuid;
  id uuid;
  former uuid;
  left_behind record;
BEGIN
  IF TG_WHEN <> 'AFTER' OR TG_LEVEL <> 'ROW' OR TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION USING ERRCODE = '39P01', MESSAGE = 'function "followed_schedule_goes_on" was not fired as the trigger it is made for',
      HINT = 'Let medsched.create_tables() create the triggers.';
  END IF;
  -- OLD of a row inserted and NEW of one deleted are all NULL.
  of_user := coalesce(NEW.user_id, OLD.user_id);
  id := coalesce(NEW.id, OLD.id);
  IF NOT EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = of_user AND s.follows IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  IF is_schedule AND TG_OP = 'DELETE' THEN
    -- What it replaced ends for good.
    former := OLD.replaces;
  END IF;
  -- Whoever ends what is followed at the same time is waited for.
  PERFORM FROM medsched.schedules AS l
    WHERE l.user_id = of_user
      AND l.id IN (SELECT unnest(medsched._whole_chain(s.user_id, s.follows)) FROM medsched.schedules AS s
                    WHERE s.user_id = of_user AND s.follows IS NOT NULL AND CASE WHEN is_schedule THEN s.id = id ELSE s.medication_id = id END)
    ORDER BY l.id FOR SHARE;
  PERFORM FROM medsched.medications AS m
    WHERE m.user_id = of_user
      AND m.id IN (SELECT l.medication_id FROM medsched.schedules AS s
                     JOIN medsched.schedules AS l ON l.user_id = of_user AND l.id = s.follows
                    WHERE s.user_id = of_user AND CASE WHEN is_schedule THEN s.id = id ELSE s.medication_id = id END)
    ORDER BY m.id FOR SHARE;
  SELECT b.* INTO left_behind
    FROM medsched._left_behind(of_user, CASE WHEN is_schedule THEN coalesce(former, id) END, CASE WHEN NOT is_schedule THEN id END) AS b
   ORDER BY b.schedule_id LIMIT 1;
  IF FOUND THEN
    PERFORM medsched._refuse_rule('medsched.schedules'::regclass, 'followed_schedule_goes_on'::text,
      format('schedule "%s" would end before schedule "%s", which follows it', left_behind.leader_id, left_behind.schedule_id),
      format('It would end at %s. The other, of medication "%s", %s.', left_behind.leader_closed, medsched._shortened(left_behind.medication_name),
             CASE WHEN left_behind.closed IS NULL THEN 'has no end' ELSE format('ends at %s', left_behind.closed) END),
      'First, or in the same transaction, end the one that follows, or give it times of its own: medsched.revise_schedule().'::text, '23514'::text);
  END IF;
  RETURN NULL;
EXCEPTION WHEN insufficient_privilege THEN
  -- Who may end a medication and see no schedule, knows of none that follows.
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched.followed_schedule_goes_on() IS
  'Trigger: a schedule that others follow does not end before them, when the transaction commits';

-- The doses of schedules that follow one which are recorded, of its doses from an instant on, and of which each is.
CREATE OR REPLACE FUNCTION medsched._followers_recorded(of_user uuid, of_schedule uuid, from_instant timestamptz)
RETURNS TABLE (schedule_id uuid, scheduled_for timestamptz, followed timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  IF NOT EXISTS (SELECT FROM medsched.schedules AS f WHERE f.user_id = $1 AND f.follows IS NOT NULL) THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT d.schedule_id, d.scheduled_for, d.scheduled_for - medsched._elapsed(f.follows_by)
      FROM medsched.schedules AS s
      JOIN medsched.schedules AS f ON f.user_id = $1 AND f.follows = ANY (medsched._whole_chain($1, $2))
      JOIN medsched.dose_taken AS d ON d.user_id = $1 AND d.schedule_id = f.id AND d.outcome <> 'extra'
       AND d.scheduled_for >= $3 + medsched._elapsed(f.follows_by)
     WHERE s.user_id = $1 AND s.id = $2
       AND d.scheduled_for - medsched._elapsed(f.follows_by) < coalesce(s.ends_at, 'infinity');
END
$$;

COMMENT ON FUNCTION medsched._followers_recorded(uuid, uuid, timestamptz) IS
  'Internal: the doses recorded that follow those of a schedule from an instant on';

-- The handles of doses recorded that follow those of a schedule, where what each follows is a dose of it or of its chain.
CREATE OR REPLACE FUNCTION medsched._followers_held(of_user uuid, of_schedule uuid)
RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  RETURN ARRAY(SELECT medsched.dose_id(r.schedule_id, r.scheduled_for) FROM medsched._followers_recorded($1, $2, timestamptz '-infinity') AS r
                WHERE (medsched._dose_followed($1, $2, r.followed)).schedule_id IS NOT NULL
                ORDER BY r.scheduled_for, r.schedule_id);
END
$$;

COMMENT ON FUNCTION medsched._followers_held(uuid, uuid) IS
  'Internal: the doses recorded that follow those of a schedule';

-- Refuse to have rewritten a schedule so that a dose is none any more which another that is recorded follows: that would come again.
CREATE OR REPLACE FUNCTION medsched._check_followers_held(of_user uuid, of_schedule uuid, held text[])
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  lost text;
BEGIN
  IF held = '{}' THEN
    RETURN;
  END IF;
  lost := (SELECT h.id FROM unnest(held) WITH ORDINALITY AS h (id, nth) WHERE h.id <> ALL (medsched._followers_held($1, $2)) ORDER BY h.nth LIMIT 1);
  IF lost IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = format('schedule "%s" has doses that others follow which are recorded', $2),
      DETAIL = format('It would no longer have the one that dose "%s" follows.', lost),
      HINT = 'Take the records back, or call medsched.revise_schedule(), which changes it from an instant on.',
      TABLE = 'schedules', CONSTRAINT = 'recorded_dose_keeps_schedule';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_followers_held(uuid, uuid, text[]) IS
  'Internal: checks that the doses recorded that follow those of a schedule still do';

-- Refuse to change a schedule from an instant on when doses are recorded that follow its doses there: they would come again.
CREATE OR REPLACE FUNCTION medsched._check_no_follower_recorded(of_user uuid, of_schedule uuid, from_instant timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dose record;
BEGIN
  SELECT r.* INTO dose FROM medsched._followers_recorded($1, $2, $3) AS r ORDER BY r.scheduled_for DESC LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = format('doses are recorded that follow those of schedule "%s" at or after %s', $2, $3),
      DETAIL = format('The last is dose "%s", at %s, of schedule "%s". It follows the dose at %s.', medsched.dose_id(dose.schedule_id, dose.scheduled_for),
                      dose.scheduled_for, dose.schedule_id, dose.followed),
      HINT = 'Choose an instant after the dose that it follows, or take the records back: call medsched.undo_dose().',
      TABLE = 'schedules', CONSTRAINT = 'recorded_dose_keeps_schedule';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_no_follower_recorded(uuid, uuid, timestamptz) IS
  'Internal: checks that no dose is recorded that follows one of a schedule from an instant on';

-- The doses of a schedule that follow others, are not recorded, and are due at or after an instant before which they are scheduled.
CREATE OR REPLACE FUNCTION medsched._late_followers(of_user uuid, of_schedule uuid, instant timestamptz)
RETURNS TABLE (scheduled_for timestamptz, due_at timestamptz)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  follows uuid;
BEGIN
  follows := (SELECT s.follows FROM medsched.schedules AS s WHERE s.user_id = $1 AND s.id = $2);
  IF follows IS NOT NULL THEN
    RETURN QUERY
      SELECT d.scheduled_for, d.due_at
        FROM medsched._doses_following($1, $2, $3, greatest($3 + interval '192 hours',
               (SELECT max(v.due_at) + interval '350 hours' FROM medsched.moved_doses AS v
                 WHERE v.user_id = $1 AND v.schedule_id = ANY (medsched._whole_chain($1, follows)) AND v.due_at >= $3 - interval '350 hours')),
               NULL::int) AS d
       WHERE d.scheduled_for < $3;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._late_followers(uuid, uuid, timestamptz) IS
  'Internal: the doses that follow others and are due after an instant before which they are scheduled';

-- Refuse to have a schedule follow by another interval, from an instant at which a dose would come twice, by the former and by the
-- new one, or not at all.
CREATE OR REPLACE FUNCTION medsched._check_follows_once(of_user uuid, of_schedule uuid, effective_from timestamptz, changes jsonb)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  former interval;
  new interval;
  dose timestamptz;
  first_dose timestamptz;
  better timestamptz := effective_from;
BEGIN
  IF NOT changes ?| '{follows,follows_by}' THEN
    RETURN;
  END IF;
  SELECT c.follows, c.follows_by INTO s FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = of_schedule;
  former := medsched._elapsed(s.follows_by);
  new := medsched._elapsed(CASE WHEN changes ? 'follows_by' THEN (changes ->> 'follows_by')::interval ELSE s.follows_by END);
  IF former IS NULL OR new IS NULL OR new = former
     OR NOT coalesce((changes ->> 'follows')::uuid, s.follows) = ANY (medsched._whole_chain(of_user, s.follows)) THEN
    RETURN;
  END IF;
  -- Of what follows a dose that was due long before, too, because a move can have changed that.
  FOR attempt IN 0 .. 60 LOOP
    dose := (SELECT max(o.scheduled_for)
               FROM medsched._doses_followed(of_user, s.follows, better - greatest(former, new) - interval '168 hours',
                                             better - least(former, new) + interval '168 hours') AS o
              WHERE o.scheduled_for + least(former, new) < better AND o.scheduled_for + greatest(former, new) >= better);
    EXIT WHEN dose IS NULL;
    first_dose := coalesce(first_dose, dose);
    better := dose + greatest(former, new) + interval '1 second';
  END LOOP;
  IF first_dose IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '23514',
      MESSAGE = format('schedule "%s" would have %s after the dose at %s that it follows', of_schedule,
                       CASE WHEN new > former THEN 'two doses' ELSE 'no dose' END, first_dose),
      DETAIL = format('By the former interval it is at %s, by the new one at %s, and the change takes effect at %s.', first_dose + former, first_dose + new, effective_from),
      HINT = CASE WHEN dose IS NULL THEN format('Have it take effect at %s.', better)
                  ELSE 'End this schedule, and add another: medsched.end_schedule(), medsched.add_schedule().' END,
      TABLE = 'schedules', CONSTRAINT = 'schedule_follows_once';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_follows_once(uuid, uuid, timestamptz, jsonb) IS
  'Internal: checks that a schedule that is to follow by another interval has one dose after each that it follows';
