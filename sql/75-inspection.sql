-- Which rows break a rule, and what state a person's schedules are in.

CREATE OR REPLACE FUNCTION medsched.check_integrity()
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
           s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
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
                         medsched.next_occurrence(
                           NULL::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
                           '-infinity'::pg_catalog.timestamptz, '{}'::pg_catalog.timestamp[], '{}'::pg_catalog.timestamp[], NULL::pg_catalog.int4, NULL::pg_catalog.int4)
                    THEN pg_catalog.format('The schedule starts at %s in %s.', s.starts_at, s.time_zone)
                    WHEN s.as_needed AND pg_catalog.date_trunc('second', d.scheduled_for) OPERATOR(pg_catalog.<>) d.scheduled_for
                    THEN 'A dose is at a whole second.'
                    WHEN NOT s.as_needed AND NOT medsched.is_occurrence(
                           s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text, d.scheduled_for,
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

CREATE OR REPLACE FUNCTION medsched.schedule_overview(user_id uuid)
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
           SELECT greatest(s.effective_from, medsched.next_occurrence(
                    NULL::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
                    '-infinity'::pg_catalog.timestamptz, '{}'::pg_catalog.timestamp[], '{}'::pg_catalog.timestamp[], NULL::pg_catalog.int4, NULL::pg_catalog.int4))) AS b (begins_at)
    LEFT JOIN LATERAL medsched.next_occurrence(
           s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
           greatest(pg_catalog.now(), s.effective_from OPERATOR(pg_catalog.-) interval '1 microsecond'),
           s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS n (next_dose)
      ON NOT s.as_needed
   WHERE m.user_id OPERATOR(pg_catalog.=) medsched.check_user(schedule_overview.user_id)
   ORDER BY m.name, m.id, coalesce(s.effective_from, pg_catalog.timezone(s.time_zone, s.starts_at)), s.id
$$;

COMMENT ON FUNCTION medsched.schedule_overview(uuid) IS
  'A user''s schedules for who helps them: in words, what state they are in, the dose recorded last and the next to come';
