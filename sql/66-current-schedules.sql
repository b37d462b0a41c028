-- The schedules of a person, with all that a form shows of them: those that go on, or all.

CREATE OR REPLACE FUNCTION medsched._schedule_state(inactivated_at timestamptz, ends_at timestamptz, replaced_by uuid, begins_at timestamptz,
  as_needed boolean, next_dose timestamptz)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
  WHEN inactivated_at <= now() THEN 'medication inactive'
  WHEN ends_at <= greatest(now(), begins_at) AND replaced_by IS NOT NULL THEN 'replaced'
  WHEN ends_at <= greatest(now(), begins_at) THEN 'ended'
  WHEN begins_at > now() THEN 'planned'
  WHEN as_needed THEN 'as needed'
  WHEN next_dose IS NULL THEN 'over'
  ELSE 'current' END;

COMMENT ON FUNCTION medsched._schedule_state(timestamptz, timestamptz, uuid, timestamptz, boolean, timestamptz) IS
  'Internal: how a schedule stands now';

-- The schedules of a person, of one medication, or, NULL, of all; or one of them alone, which is there whatever the others hold.
CREATE OR REPLACE FUNCTION medsched._schedule_rows(of_user uuid, of_medication uuid, of_schedule uuid)
RETURNS SETOF medsched.current_schedule
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  RETURN QUERY
    -- A cast to text would make text of a column of any type; this takes those of text, domains included.
    SELECT m.id, coalesce(m.name, NULL::text), coalesce(m.notes, NULL::text), to_jsonb(m.*) - medsched._columns_of_medications(),
           s.id, medsched._schedule_state(m.inactivated_at, s.ends_at, r.id, b.begins_at, s.as_needed, n.next_dose),
           s.starts_at, coalesce(s.time_zone, NULL::text), s.time_zone_pinned, coalesce(s.rrule, NULL::text), s.rdates, s.exdates,
           s.cycle_days_on, s.cycle_days_off, s.as_needed, s.min_interval, s.max_per_24h, s.grace,
           s.dose_amount, coalesce(s.dose_unit, NULL::text), coalesce(s.instructions, NULL::text),
           s.effective_from, s.ends_at, s.replaces, r.id, s.created_at, to_jsonb(s.*) - medsched._columns_of_schedules(), s.limits,
           s.after_last, s.hours_from, s.hours_until, s.max_per_day, s.regimen_id, s.follows, s.follows_by, s.events
      FROM medsched.medications AS m
      JOIN medsched.schedules AS s
        ON s.user_id = m.user_id AND s.medication_id = m.id
      LEFT JOIN medsched.schedules AS r
        ON r.user_id = s.user_id AND r.replaces = s.id
     CROSS JOIN LATERAL (
             SELECT greatest(s.effective_from, medsched.next_occurrence(
                      NULL::text, s.starts_at, s.time_zone::text, '-infinity'::timestamptz,
                      '{}'::timestamp[], '{}'::timestamp[], NULL::int, NULL::int))) AS b (begins_at)
      LEFT JOIN LATERAL medsched.next_occurrence(
             s.rrule::text, s.starts_at, s.time_zone::text,
             greatest(now(), s.effective_from - interval '1 microsecond'),
             s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS o (next_dose)
        ON NOT s.as_needed AND coalesce(s.after_last, s.follows_by) IS NULL
      -- One that is counted from the last dose goes on for as long as it does not end; one that follows another, as long as that has doses.
     CROSS JOIN LATERAL (SELECT CASE WHEN s.follows_by IS NOT NULL THEN (medsched._followed_dose(s.user_id, s.id, NULL::timestamptz)).due_at
                                     WHEN s.after_last IS NULL THEN o.next_dose ELSE 'infinity'::timestamptz END) AS n (next_dose)
     WHERE m.user_id = $1 AND ($2 IS NULL OR m.id = $2) AND ($3 IS NULL OR s.id = $3)
     ORDER BY m.name, m.id, b.begins_at, s.id;
END
$$;

COMMENT ON FUNCTION medsched._schedule_rows(uuid, uuid, uuid) IS
  'Internal: the schedules of a person, with all that a form shows';

CREATE OR REPLACE FUNCTION medsched.current_schedules(user_id uuid, medication_id uuid DEFAULT NULL)
RETURNS SETOF medsched.current_schedule
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id');
  PERFORM medsched._check_tables();
  IF $2 IS NOT NULL AND NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
  RETURN QUERY SELECT r.* FROM medsched._schedule_rows($1, $2, NULL::uuid) AS r WHERE r.state IN ('planned', 'as needed', 'current');
END
$$;

COMMENT ON FUNCTION medsched.current_schedules(uuid, uuid) IS
  'A user''s schedules that are in force or to come, of one medication or of all, with their states, all that a form shows, and the columns that the application added';

CREATE OR REPLACE FUNCTION medsched.schedules_of(user_id uuid, medication_id uuid DEFAULT NULL)
RETURNS SETOF medsched.current_schedule
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id');
  PERFORM medsched._check_tables();
  IF $2 IS NOT NULL AND NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $2) THEN
    PERFORM medsched._refuse_unknown($1, 'medication', $2);
  END IF;
  RETURN QUERY SELECT r.* FROM medsched._schedule_rows($1, $2, NULL::uuid) AS r;
END
$$;

COMMENT ON FUNCTION medsched.schedules_of(uuid, uuid) IS
  'All of a user''s schedules, of one medication or of all, those that are over or were replaced among them, as current_schedules() lists those in force: by the medication''s name, then by when they begin. Raises P0002 for a medication that is not the user''s';
