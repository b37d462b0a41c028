-- Doses that follow those of another schedule: "30 minutes after the thyroid tablet".
--
-- A schedule with follows has a dose after each dose of the schedule that this names, and of those that replaced that one or were
-- replaced by it: whoever revises the one followed loses none and doubles none.  So it is with the steps of a regimen.  The identity of a dose, scheduled_for, is that of
-- the dose it follows and follows_by; it never changes.  When it is due, due_at, is computed until it is recorded: from when the
-- other was taken, or else from when that was due.  A time more than 24 hours before it was due, or 7 days after, says nothing of
-- the dose that comes next.

-- A schedule, those that it replaced one after the other, and those that replace it; and of a regimen, such as a taper, all its steps.
CREATE OR REPLACE FUNCTION medsched._whole_chain(of_user uuid, of_schedule uuid)
RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  chain uuid[] := ARRAY[of_schedule];
  other uuid;
  regimens uuid[];
BEGIN
  -- Rows that were loaded with triggers off may replace each other in a circle.
  LOOP
    other := (SELECT s.replaces FROM medsched.schedules AS s WHERE s.user_id = of_user AND s.id = chain[1]);
    EXIT WHEN other IS NULL OR other = ANY (chain);
    chain := other || chain;
  END LOOP;
  LOOP
    other := (SELECT s.id FROM medsched.schedules AS s WHERE s.user_id = of_user AND s.replaces = chain[cardinality(chain)]);
    EXIT WHEN other IS NULL OR other = ANY (chain);
    chain := chain || other;
  END LOOP;
  regimens := ARRAY(SELECT DISTINCT s.regimen_id FROM medsched.schedules AS s
                     WHERE s.user_id = of_user AND s.id = ANY (chain) AND s.regimen_id IS NOT NULL);
  IF regimens <> '{}' THEN
    chain := ARRAY(
      WITH RECURSIVE step (id) AS (
        SELECT s.id FROM medsched.schedules AS s WHERE s.user_id = of_user AND (s.regimen_id = ANY (regimens) OR s.id = ANY (chain))
        UNION
        SELECT s.id FROM step AS p
          JOIN medsched.schedules AS o ON o.user_id = of_user AND o.id = p.id
          JOIN medsched.schedules AS s ON s.user_id = of_user AND (s.replaces = p.id OR s.id = o.replaces))
      SELECT p.id FROM step AS p ORDER BY p.id);
  END IF;
  RETURN chain;
END
$$;

COMMENT ON FUNCTION medsched._whole_chain(uuid, uuid) IS
  'Internal: a schedule, those that it replaced and that replace it, and all steps of its regimen';

-- The doses of a schedule that another follows, and of all its chain, due in a window, recorded or not.
CREATE OR REPLACE FUNCTION medsched._doses_followed(of_user uuid, of_schedule uuid, window_start timestamptz, window_end timestamptz)
RETURNS TABLE (schedule_id uuid, scheduled_for timestamptz, due_at timestamptz, taken_at timestamptz, outcome text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  $3 := greatest($3, timestamptz '0001-01-01 00:00Z');
  $4 := least($4, timestamptz '10000-01-01 00:00Z');
  IF $3 >= $4 THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT c.id, o.scheduled_for, o.due_at, o.taken_at, o.outcome
      FROM (SELECT s.id, s.rrule::text AS rrule, s.starts_at, s.time_zone::text AS time_zone, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off,
                   s.effective_from, least(s.ends_at, m.inactivated_at) AS closed, s.after_last IS NOT NULL AS is_counted,
                   ARRAY(SELECT d.scheduled_for FROM medsched.dose_taken AS d
                          WHERE d.user_id = $1 AND d.schedule_id = s.id AND d.outcome <> 'extra' AND d.scheduled_for >= $3 AND d.scheduled_for < $4) AS recorded
              FROM medsched.schedules AS s
              JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = s.medication_id
             WHERE s.user_id = $1 AND s.id = ANY (medsched._whole_chain($1, $2)) AND NOT s.as_needed AND s.follows_by IS NULL
            OFFSET 0) AS c
     CROSS JOIN LATERAL (
            SELECT i.scheduled_for, i.due_at, i.taken_at, i.outcome
              FROM medsched._moved_schedule_doses($1, c.id, c.recorded, c.rrule, c.starts_at, c.time_zone, c.rdates, c.exdates, c.cycle_days_on,
                     c.cycle_days_off, c.effective_from, c.closed, $3, $4) AS i
             WHERE NOT c.is_counted
            UNION ALL
            SELECT i.scheduled_for, i.due_at, i.taken_at, i.outcome
              FROM medsched._counted_schedule_doses($1, c.id, c.starts_at, c.time_zone, c.closed, $3, $4) AS i
             WHERE c.is_counted) AS o
     WHERE o.outcome IS DISTINCT FROM 'extra';
END
$$;

COMMENT ON FUNCTION medsched._doses_followed(uuid, uuid, timestamptz, timestamptz) IS
  'Internal: the doses of a schedule that another follows, due in a window';

-- The one of them that is scheduled for an instant; no schedule_id: there is none.
CREATE OR REPLACE FUNCTION medsched._dose_followed(of_user uuid, of_schedule uuid, at timestamptz,
  OUT schedule_id uuid, OUT due_at timestamptz, OUT taken_at timestamptz, OUT outcome text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  moved timestamptz;
BEGIN
  FOREACH $4 IN ARRAY medsched._whole_chain($1, $2) LOOP
    moved := (SELECT v.due_at FROM medsched.moved_doses AS v WHERE v.user_id = $1 AND v.schedule_id = $4 AND v.scheduled_for = $3);
    SELECT d.taken_at, d.outcome INTO $6, $7 FROM medsched.dose_taken AS d
     WHERE d.user_id = $1 AND d.schedule_id = $4 AND d.scheduled_for = $3 AND d.outcome <> 'extra';
    IF FOUND THEN
      due_at := coalesce(moved, $3);
      RETURN;
    END IF;
    due_at := (
      SELECT CASE WHEN s.as_needed OR s.follows_by IS NOT NULL THEN NULL
                  WHEN s.after_last IS NOT NULL THEN
                    (SELECT c.due_at FROM medsched._counted_dose($1, s.id, NULL::timestamptz) AS c WHERE c.scheduled_for = $3)
                  ELSE (SELECT coalesce(moved, o.scheduled_for)
                          FROM medsched._schedule_doses(s.id, NULL::timestamptz[], s.rrule::text, s.starts_at, s.time_zone::text,
                                 greatest($3, s.effective_from), $3 + interval '1 microsecond', s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS o
                         WHERE o.scheduled_for = $3) END
        FROM medsched.schedules AS s
        JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = s.medication_id
       WHERE s.user_id = $1 AND s.id = $4 AND $3 < coalesce(least(s.ends_at, m.inactivated_at), 'infinity')
         AND coalesce(moved, $3) < coalesce(least(s.ends_at, m.inactivated_at), 'infinity'));
    IF due_at IS NOT NULL THEN
      RETURN;
    END IF;
  END LOOP;
  schedule_id := NULL;
END
$$;

COMMENT ON FUNCTION medsched._dose_followed(uuid, uuid, timestamptz) IS
  'Internal: the dose of a schedule that another follows, by the instant that it is scheduled for';

-- When a dose is due that follows another: so long after that was taken, or else was due; at a whole second, not earlier.
CREATE OR REPLACE FUNCTION medsched._due_after(due_at timestamptz, taken_at timestamptz, outcome text, follows_by interval)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN date_trunc('second', follows_by + interval '999999 microseconds'
  + CASE WHEN outcome = 'taken' AND taken_at BETWEEN due_at - interval '24 hours' AND due_at + interval '168 hours' THEN taken_at ELSE due_at END);

COMMENT ON FUNCTION medsched._due_after(timestamptz, timestamptz, text, interval) IS
  'Internal: when a dose is due that follows another';

-- The doses of a schedule that follow those of another, are not recorded and are due in a window: the first so many, NULL: all.
CREATE OR REPLACE FUNCTION medsched._doses_following(of_user uuid, of_schedule uuid, window_start timestamptz, window_end timestamptz, most int)
RETURNS TABLE (scheduled_for timestamptz, due_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  -- The window is looked through piece by piece.
  lo timestamptz := greatest($3, timestamptz '0001-01-01 00:00Z');
  hi timestamptz;
  until timestamptz;
  piece interval := '192 hours';
  found bigint := 0;
  n bigint;
  known_until timestamptz;
  following timestamptz;
BEGIN
  SELECT c.follows, medsched._elapsed(c.follows_by) AS gap, coalesce(least(c.ends_at, m.inactivated_at), 'infinity') AS closed,
         greatest(medsched._starts(c.id, c.starts_at, c.time_zone::text), c.effective_from) AS begins
    INTO s
    FROM medsched.schedules AS c
    JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = c.medication_id
   WHERE c.user_id = $1 AND c.id = $2 AND c.follows_by IS NOT NULL;
  until := least($4, s.closed, timestamptz '10000-01-01 00:00Z');
  IF s.begins IS NULL THEN
    RETURN;
  END IF;
  WHILE lo < until LOOP
    hi := CASE WHEN $5 IS NULL THEN until ELSE least(until, lo + piece) END;
    RETURN QUERY
      SELECT d.scheduled_for, d.due_at
        FROM (SELECT o.scheduled_for + s.gap AS scheduled_for, medsched._due_after(o.due_at, o.taken_at, o.outcome, s.gap) AS due_at
                     -- Two steps of a regimen at one time are one dose to follow.
                FROM (SELECT DISTINCT ON (l.scheduled_for) l.scheduled_for, l.due_at, l.taken_at, l.outcome
                        FROM medsched._doses_followed($1, s.follows, lo - s.gap - interval '168 hours', hi - s.gap + interval '24 hours') AS l
                       ORDER BY l.scheduled_for, l.taken_at DESC NULLS LAST, l.due_at, l.schedule_id) AS o
               WHERE NOT EXISTS (SELECT FROM medsched.moved_doses AS v
                                  WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for = o.scheduled_for + s.gap
                                    AND NOT v.computed)
              UNION ALL
              SELECT v.scheduled_for, v.due_at
                FROM medsched.moved_doses AS v
               WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.due_at >= lo AND v.due_at < hi AND NOT v.computed
                 AND (medsched._dose_followed($1, s.follows, v.scheduled_for - s.gap)).schedule_id IS NOT NULL) AS d
       WHERE d.due_at >= lo AND d.due_at < hi AND d.scheduled_for >= s.begins AND d.scheduled_for < s.closed
         AND NOT EXISTS (SELECT FROM medsched.dose_taken AS t WHERE t.user_id = $1 AND t.schedule_id = $2 AND t.scheduled_for = d.scheduled_for)
       ORDER BY d.due_at, d.scheduled_for
       LIMIT $5 - found;
    GET DIAGNOSTICS n = ROW_COUNT;
    found := found + n;
    EXIT WHEN found >= $5 OR hi >= until;
    lo := hi;
    piece := least(4 * piece, interval '96000 hours');
    -- Beyond what is recorded or moved, the next is after the next of the schedule that it follows.
    known_until := coalesce(known_until, greatest(
      (SELECT max(greatest(d.scheduled_for, d.taken_at)) FROM medsched.dose_taken AS d WHERE d.user_id = $1 AND d.scheduled_for >= lo - interval '400 hours'),
      (SELECT max(greatest(v.scheduled_for, v.due_at)) FROM medsched.moved_doses AS v WHERE v.user_id = $1 AND v.due_at >= lo - interval '400 hours'),
      (SELECT max(c.due_at) FROM unnest(medsched._whole_chain($1, s.follows)) AS l (id)
        CROSS JOIN LATERAL medsched._counted_dose($1, l.id, NULL::timestamptz) AS c),
      timestamptz '-infinity') + interval '400 hours');
    IF lo > known_until THEN
      following := s.gap + (
        SELECT min(o.at)
          FROM medsched.schedules AS c
          JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = c.medication_id
         CROSS JOIN LATERAL medsched.next_occurrence(c.rrule::text, c.starts_at, c.time_zone::text,
                              greatest(lo - s.gap, c.effective_from) - interval '1 microsecond', c.rdates, c.exdates, c.cycle_days_on, c.cycle_days_off) AS o (at)
         WHERE c.user_id = $1 AND c.id = ANY (medsched._whole_chain($1, s.follows)) AND NOT c.as_needed AND coalesce(c.after_last, c.follows_by) IS NULL
           AND o.at < coalesce(least(c.ends_at, m.inactivated_at), 'infinity'));
      EXIT WHEN following IS NULL;
      lo := greatest(lo, following);
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._doses_following(uuid, uuid, timestamptz, timestamptz, int) IS
  'Internal: the doses of a schedule that follow those of another, are not recorded and are due in a window';

-- The dose of a schedule that follows another which is scheduled for an instant, NULL: the first from now on that is not recorded;
-- as _counted_dose() gives one, from_schedule and from_dose where the one that it follows is recorded.
CREATE OR REPLACE FUNCTION medsched._followed_dose(of_user uuid, of_schedule uuid, at timestamptz,
  OUT scheduled_for timestamptz, OUT due_at timestamptz, OUT from_schedule uuid, OUT from_dose timestamptz, OUT counted_at timestamptz)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
DECLARE
  s record;
  leader record;
BEGIN
  IF $3 IS NULL THEN
    SELECT f.scheduled_for, f.due_at, f.due_at INTO $4, $5, $8
      FROM medsched._doses_following($1, $2, now(), timestamptz 'infinity', 1) AS f;
    RETURN;
  END IF;
  SELECT c.follows, medsched._elapsed(c.follows_by) AS gap, greatest(medsched._starts(c.id, c.starts_at, c.time_zone::text), c.effective_from) AS begins,
         (SELECT v.due_at FROM medsched.moved_doses AS v
           WHERE v.user_id = $1 AND v.schedule_id = $2 AND v.scheduled_for = $3 AND NOT v.computed) AS moved_to
    INTO s
    FROM medsched.schedules AS c
   WHERE c.user_id = $1 AND c.id = $2 AND c.follows_by IS NOT NULL;
  IF s.begins IS NULL OR $3 < s.begins OR NOT isfinite($3) THEN
    RETURN;
  END IF;
  SELECT f.schedule_id, f.due_at, f.taken_at, f.outcome INTO leader FROM medsched._dose_followed($1, s.follows, $3 - s.gap) AS f;
  IF leader.schedule_id IS NULL THEN
    RETURN;
  END IF;
  scheduled_for := $3;
  counted_at := medsched._due_after(leader.due_at, leader.taken_at, leader.outcome, s.gap);
  due_at := coalesce(s.moved_to, counted_at);
  IF leader.outcome IS NOT NULL THEN
    from_schedule := leader.schedule_id;
    from_dose := $3 - s.gap;
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._followed_dose(uuid, uuid, timestamptz) IS
  'Internal: the dose of a schedule that follows another, by the instant that it is scheduled for';

-- When the doses of a schedule that follows one that is counted from its last will be due in a window: those that there are, and after
-- each that the other is foreseen to have.
CREATE OR REPLACE FUNCTION medsched._foreseen_following(of_user uuid, of_schedule uuid, window_start timestamptz, window_end timestamptz)
RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_variable
BEGIN
  RETURN QUERY
    SELECT f.due_at FROM medsched._doses_following($1, $2, $3, $4, NULL::int) AS f
    UNION
    SELECT f.at + e.gap
      FROM (SELECT medsched._elapsed(s.follows_by) AS gap, medsched._whole_chain($1, s.follows) AS chain, least($4, s.ends_at, m.inactivated_at) AS until
              FROM medsched.schedules AS s
              JOIN medsched.medications AS m ON m.user_id = $1 AND m.id = s.medication_id
             WHERE s.user_id = $1 AND s.id = $2 AND s.follows IS NOT NULL) AS e
      JOIN medsched.schedules AS l ON l.user_id = $1 AND l.id = ANY (e.chain) AND l.after_last IS NOT NULL
     CROSS JOIN LATERAL medsched._foreseen_doses($1, l.id, e.until - e.gap) AS f (at)
     WHERE f.at + e.gap >= $3;
END
$$;

COMMENT ON FUNCTION medsched._foreseen_following(uuid, uuid, timestamptz, timestamptz) IS
  'Internal: when the doses of a schedule will be due that follows one counted from its last';
