-- The limits of what is taken as needed.

-- The first so many doses, of those given, ascending, that stand within less than a limit's length together with one at an
-- instant; NULL: none do.
CREATE OR REPLACE FUNCTION medsched._limit_broken(doses timestamptz[], most int, within interval, at timestamptz,
  OUT first timestamptz, OUT last timestamptz)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  SELECT f.first, f.last INTO first, last
    FROM (SELECT d.at AS first, lead(d.at, most - 1) OVER (ORDER BY d.nth) AS last FROM unnest(doses) WITH ORDINALITY AS d (at, nth)) AS f
   WHERE greatest(f.last, _limit_broken.at) - least(f.first, _limit_broken.at) < within AND f.last IS NOT NULL
   ORDER BY f.first
   LIMIT 1;
END
$$;

COMMENT ON FUNCTION medsched._limit_broken(timestamptz[], int, interval, timestamptz) IS
  'Internal: the doses that break a limit together with another';

-- When doses of a medication were taken as needed, ascending, one left out.
CREATE OR REPLACE FUNCTION medsched._doses_as_needed(user_id uuid, medication_id uuid, after timestamptz, until timestamptz,
  but timestamptz DEFAULT NULL)
RETURNS timestamptz[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN ARRAY(
    SELECT d.scheduled_for
      FROM medsched.dose_taken AS d
      JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
     WHERE d.user_id = $1 AND s.user_id = $1 AND s.medication_id = $2 AND s.as_needed
       AND d.outcome = 'taken' AND d.scheduled_for > $3 AND d.scheduled_for < $4 AND d.scheduled_for IS DISTINCT FROM $5
     ORDER BY d.scheduled_for);
END
$$;

COMMENT ON FUNCTION medsched._doses_as_needed(uuid, uuid, timestamptz, timestamptz, timestamptz) IS
  'Internal: when doses of a medication were taken as needed';

-- Whether so many doses of a medication were taken as needed between two instants, besides one at an instant.  It reads no more
-- than that many.
CREATE OR REPLACE FUNCTION medsched._are_taken(of_user uuid, of_medication uuid, after timestamptz, until timestamptz, but timestamptz, most int)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
  RETURN EXISTS (
    SELECT FROM medsched.dose_taken AS d
     WHERE d.user_id = of_user AND d.scheduled_for > after AND d.scheduled_for < until
       AND d.schedule_id = ANY (ARRAY(SELECT s.id FROM medsched.schedules AS s
                                       WHERE s.user_id = of_user AND s.medication_id = of_medication AND s.as_needed))
       AND d.outcome = 'taken' AND d.scheduled_for <> but
    OFFSET most - 1);
END
$$;

COMMENT ON FUNCTION medsched._are_taken(uuid, uuid, timestamptz, timestamptz, timestamptz, int) IS
  'Internal: whether so many doses of a medication were taken as needed';

-- Where a limit allows many doses, a statement that writes many looks at those of some days together, and remembers which
-- days: looking at each dose alone would take time that grows with the square of their number.  Every row of a statement is
-- there when the first of its triggers fires, and a dose that comes later is looked at for itself.  What is remembered is
-- gone at the end of the transaction, is seen by no other, and no other role has a right to it.
CREATE UNLOGGED TABLE IF NOT EXISTS medsched._kept_limit (
  id uuid PRIMARY KEY,
  statement text NOT NULL,
  schedule_id uuid NOT NULL,
  most int NOT NULL,
  after timestamptz NOT NULL,
  until timestamptz NOT NULL);

ALTER TABLE medsched._kept_limit ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE medsched._kept_limit IS
  'Internal: when the doses of a statement keep the limit of a schedule; empty when the transaction is over';

CREATE OR REPLACE FUNCTION medsched._forget_kept_limit()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  DELETE FROM medsched._kept_limit AS k WHERE k.id = NEW.id;
  RETURN NULL;
END
$$;

COMMENT ON FUNCTION medsched._forget_kept_limit() IS
  'Internal: trigger that empties medsched._kept_limit at the end of the transaction';

DO $forget$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = 'medsched._kept_limit'::regclass AND t.tgname = 'forget_kept_limit') THEN
    CREATE CONSTRAINT TRIGGER forget_kept_limit
      AFTER INSERT ON medsched._kept_limit
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
      EXECUTE FUNCTION medsched._forget_kept_limit();
  END IF;
END
$forget$;

COMMENT ON TRIGGER forget_kept_limit ON medsched._kept_limit IS
  'Internal: empties the table at the end of the transaction';

-- The statement that wrote a dose.
CREATE OR REPLACE FUNCTION medsched._statement(of_user uuid, of_schedule uuid, at timestamptz)
RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT concat(d.xmin, ' ', d.cmin) FROM medsched.dose_taken AS d
   WHERE d.user_id = $1 AND d.schedule_id = $2 AND d.scheduled_for = $3
$$;

COMMENT ON FUNCTION medsched._statement(uuid, uuid, timestamptz) IS
  'Internal: the statement that wrote a dose';

-- Whether it is known that a dose keeps the limit of its schedule.
CREATE OR REPLACE FUNCTION medsched._keeps_limit(of_user uuid, of_schedule uuid, most int, at timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM medsched._kept_limit AS k
                  WHERE k.schedule_id = of_schedule AND k.most = _keeps_limit.most AND at >= k.after AND at <= k.until
                    AND k.statement = medsched._statement(of_user, of_schedule, at));
END
$$;

COMMENT ON FUNCTION medsched._keeps_limit(uuid, uuid, int, timestamptz) IS
  'Internal: whether it is known that a dose keeps the limit of its schedule';

-- Looks at the doses of some days together, and remembers it when no window holds more than a limit allows.
CREATE OR REPLACE FUNCTION medsched._look_together(of_user uuid, of_medication uuid, of_schedule uuid, most int, at timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  day CONSTANT interval := '24 hours';
BEGIN
  IF medsched._keeps_limit(of_user, of_schedule, most, at)
     OR EXISTS (SELECT FROM (SELECT d.at, lead(d.at, most) OVER (ORDER BY d.nth) AS last
                               FROM unnest(medsched._doses_as_needed(of_user, of_medication, at - 3 * day, at + 3 * day))
                                    WITH ORDINALITY AS d (at, nth)) AS f
                 WHERE f.last - f.at < day) THEN
    RETURN;
  END IF;
  DELETE FROM medsched._kept_limit;
  INSERT INTO medsched._kept_limit
  SELECT gen_random_uuid(), s.statement, of_schedule, most, at - 2 * day, at + 2 * day
    FROM medsched._statement(of_user, of_schedule, at) AS s (statement)
   WHERE s.statement IS NOT NULL;
END
$$;

COMMENT ON FUNCTION medsched._look_together(uuid, uuid, uuid, int, timestamptz) IS
  'Internal: looks whether doses of some days keep the limit of a schedule';

-- Checks a dose as needed against the others.  Called by dose_is_scheduled(), with its rights.
CREATE OR REPLACE FUNCTION medsched._check_as_needed(relation oid, of_user uuid, of_schedule uuid, at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
  day CONSTANT interval := '24 hours';
  s record;
  least_apart interval;
  reach interval;
  doses timestamptz[];
  broken record;
  too_close boolean;
  next timestamptz;
BEGIN
  SELECT c.medication_id, c.min_interval, c.max_per_24h, least(c.ends_at, m.inactivated_at) AS ends_at INTO s
    FROM medsched.schedules AS c
    JOIN medsched.medications AS m ON m.user_id = c.user_id AND m.id = c.medication_id
   WHERE c.user_id = of_user AND m.user_id = of_user AND c.id = of_schedule;
  least_apart := medsched._check_limits(s.min_interval, s.max_per_24h);
  too_close := medsched._are_taken(of_user, s.medication_id, at - least_apart, at + least_apart, at, 1);
  IF NOT coalesce(too_close, false)
     AND (s.max_per_24h > 100 AND medsched._keeps_limit(of_user, of_schedule, s.max_per_24h, at)
          OR NOT coalesce(medsched._are_taken(of_user, s.medication_id, at - day, at + day, at, s.max_per_24h), false)) THEN
    RETURN;
  END IF;
  reach := greatest(least_apart, CASE WHEN s.max_per_24h IS NOT NULL THEN day END);
  doses := medsched._doses_as_needed(of_user, s.medication_id, at - reach, at + reach, at);
  broken := CASE WHEN too_close THEN medsched._limit_broken(doses, 1, least_apart, at)
                 ELSE medsched._limit_broken(doses, s.max_per_24h, day, at) END;
  IF broken.first IS NULL OR medsched._is_importing(of_user) THEN
    RETURN;
  END IF;

  next := medsched._next_allowed_at(of_user, of_schedule,
    (SELECT d.amount FROM medsched.dose_taken AS d WHERE d.user_id = of_user AND d.schedule_id = of_schedule AND d.scheduled_for = at), at, at);
  PERFORM medsched._refuse_rule(relation, CASE WHEN too_close THEN 'as_needed_min_interval' ELSE 'as_needed_max_per_24h' END,
    format(CASE WHEN too_close THEN 'the dose at %s is too close to another' ELSE 'the dose at %s is one too many in 24 hours' END, at),
    CASE WHEN medsched._may_tell('{schedules,dose_taken}') THEN
      CASE WHEN too_close THEN format('Doses are at least %s apart, and one was taken at %s.', s.min_interval, broken.first)
           WHEN s.max_per_24h = 1 THEN format('At most 1 dose is taken in any 24 hours, and one was taken at %s.', broken.first)
           ELSE format('At most %s doses are taken in any 24 hours, and %s were taken from %s to %s.',
                       s.max_per_24h, s.max_per_24h, broken.first, broken.last) END
      || CASE WHEN next < least(s.ends_at, timestamptz '10000-01-01 00:00Z') THEN format(' The next is allowed at %s.', next)
              ELSE ' No later one is allowed before the schedule ends.' END END,
    'Call medsched.next_as_needed_at() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.');
END
$$;

COMMENT ON FUNCTION medsched._check_as_needed(oid, uuid, uuid, timestamptz) IS
  'Internal: checks a dose as needed against the limits of its schedule';
