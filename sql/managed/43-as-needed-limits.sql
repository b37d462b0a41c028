-- The limits of what is taken as needed.

-- The limits of what is taken as needed are each at most so many doses within so long.  The place of the first of the doses,
-- ascending, that break a limit together with one at an instant; NULL: none do.
CREATE OR REPLACE FUNCTION medsched._limit_broken(doses timestamptz[], most int, within interval, at timestamptz)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
  RETURN (SELECT min(d.nth) FROM unnest(doses) WITH ORDINALITY AS d (at, nth)
           WHERE d.at > _limit_broken.at - within AND d.at < _limit_broken.at + within
             AND greatest(doses[d.nth + most - 1], _limit_broken.at) - least(d.at, _limit_broken.at) < within
             AND doses[d.nth + most - 1] IS NOT NULL);
END
$$;

COMMENT ON FUNCTION medsched._limit_broken(timestamptz[], int, interval, timestamptz) IS
  'Internal: which doses break a limit together with another';

-- Checks a dose as needed against the others.  Called by dose_is_scheduled(), with its rights.
CREATE OR REPLACE FUNCTION medsched._check_as_needed(relation oid, of_user uuid, of_schedule uuid, at timestamptz)
RETURNS void
LANGUAGE plpgsql STABLE
AS $$
DECLARE
  tell boolean;
  s record;
  least_apart interval;
  reach interval;
  doses timestamptz[];
  first int;
  others text;
  next timestamptz;
  too_close boolean := true;
BEGIN
  SELECT c.medication_id, c.min_interval, c.max_per_24h, least(c.ends_at, m.inactivated_at) AS ends_at INTO s
    FROM medsched.schedules AS c
    JOIN medsched.medications AS m ON m.user_id = c.user_id AND m.id = c.medication_id
   WHERE c.user_id = of_user AND m.user_id = of_user AND c.id = of_schedule;
  least_apart := medsched._check_limits(s.min_interval, s.max_per_24h);
  reach := greatest(least_apart, CASE WHEN s.max_per_24h IS NOT NULL THEN interval '24 hours' END);
  doses := medsched._doses_as_needed(of_user, s.medication_id, at - reach, at + reach, at);
  first := medsched._limit_broken(doses, 1, least_apart, at);
  IF first IS NULL THEN
    too_close := false;
    first := medsched._limit_broken(doses, s.max_per_24h, interval '24 hours', at);
  END IF;
  IF first IS NULL THEN
    RETURN;
  END IF;

  tell := medsched._may_tell('{schedules,dose_taken}');
  others := CASE
    WHEN too_close THEN format('Doses are at least %s apart, and one was taken at %s.', s.min_interval, doses[first])
    WHEN s.max_per_24h = 1 THEN format('At most 1 dose is taken in any 24 hours, and one was taken at %s.', doses[first])
    ELSE format('At most %s doses are taken in any 24 hours, and %s were taken from %s to %s.',
                s.max_per_24h, s.max_per_24h, doses[first], doses[first + s.max_per_24h - 1]) END;
  next := medsched._next_allowed(medsched._doses_as_needed(of_user, s.medication_id, at - reach, 'infinity', at),
                                 least_apart, s.max_per_24h, at);
  PERFORM medsched._refuse_rule(relation, CASE WHEN too_close THEN 'as_needed_min_interval' ELSE 'as_needed_max_per_24h' END,
    format(CASE WHEN too_close THEN 'the dose at %s is too close to another' ELSE 'the dose at %s is one too many in 24 hours' END, at),
    CASE WHEN tell THEN others || CASE WHEN next < least(s.ends_at, timestamptz '10000-01-01 00:00Z')
                                       THEN format(' The next is allowed at %s.', next)
                                       ELSE ' No later one is allowed before the schedule ends.' END END,
    'Call medsched.next_as_needed_at() to learn when a dose is allowed.');
END
$$;

COMMENT ON FUNCTION medsched._check_as_needed(oid, uuid, uuid, timestamptz) IS
  'Internal: checks a dose as needed against the limits of its schedule';
