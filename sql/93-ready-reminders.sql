-- What is known of a reminder before it is due.
--
-- Where a schedule has nothing but doses at set times, and nothing but a reminder at each, all that is to be said of the next one is known
-- when its row is queued, and stands there.  Handing it out takes one look then, whether the dose is recorded: a change of the schedule, of its
-- medication, of rules, a dose that is moved or snoozed is noted in medsched.reminder_changes, and no row of which a change is noted is ready.

-- What nobody uses is not looked for of each schedule.
CREATE OR REPLACE FUNCTION medsched._nothing_is_special()
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM medsched.reminder_rules) AND NOT EXISTS (SELECT FROM medsched.moved_doses)
         AND NOT EXISTS (SELECT FROM medsched.reminder_snoozes);
END
$$;

COMMENT ON FUNCTION medsched._nothing_is_special() IS
  'Internal: whether nobody has rules of reminders, and no dose is moved or snoozed';

-- Whether a schedule has anything but doses at their times and a reminder at each.  It sets no search_path: setting it costs more than the rest.
CREATE OR REPLACE FUNCTION medsched._has_special_reminders(of_user uuid, of_schedule uuid)
RETURNS boolean
LANGUAGE plpgsql STABLE
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM medsched.reminder_rules AS u
                  WHERE u.user_id OPERATOR(pg_catalog.=) $1 AND (u.schedule_id OPERATOR(pg_catalog.=) $2 OR u.schedule_id IS NULL))
         OR EXISTS (SELECT FROM medsched.moved_doses AS v
                     WHERE v.user_id OPERATOR(pg_catalog.=) $1 AND v.schedule_id OPERATOR(pg_catalog.=) $2)
         OR EXISTS (SELECT FROM medsched.reminder_snoozes AS z
                     WHERE z.user_id OPERATOR(pg_catalog.=) $1 AND z.schedule_id OPERATOR(pg_catalog.=) $2);
END
$$;

COMMENT ON FUNCTION medsched._has_special_reminders(uuid, uuid) IS
  'Internal: whether a schedule has anything but doses at their times and a reminder at each';

-- What is to be said of the dose that is due at an instant; no row: it is to be looked up then, or there is no instant.  It is set in place of
-- its call: a SET would keep it from that.
CREATE OR REPLACE FUNCTION medsched._ready_reminder(of_user uuid, of_schedule uuid, at timestamptz, nothing_special boolean)
RETURNS TABLE (next_at timestamptz, medication_id uuid, medication_name text, dose_amount numeric, dose_unit text, instructions text, time_zone text)
LANGUAGE sql STABLE ROWS 1
AS $$
  SELECT CASE WHEN d.doses[2] OPERATOR(pg_catalog.<) s.ends_at IS NOT FALSE AND d.doses[2] OPERATOR(pg_catalog.<) s.inactivated_at IS NOT FALSE THEN d.doses[2] END,
         s.medication_id, s.name::pg_catalog.text, s.dose_amount, s.dose_unit::pg_catalog.text, s.instructions::pg_catalog.text, s.time_zone::pg_catalog.text
    -- OFFSET 0: the schedule is found before its doses are worked out.  Set in place of the call, it might be all schedules that they are worked
    -- out of otherwise, and any that cannot be read would be in the way.
    FROM (SELECT t.medication_id, t.starts_at, t.time_zone, t.rrule, t.rdates, t.exdates, t.cycle_days_on, t.cycle_days_off, t.after_last, t.follows_by,
                 t.as_needed, t.dose_amount, t.dose_unit, t.instructions, t.effective_from, t.ends_at, m.name, m.inactivated_at
            FROM medsched.schedules AS t
            JOIN medsched.medications AS m ON m.user_id OPERATOR(pg_catalog.=) t.user_id AND m.id OPERATOR(pg_catalog.=) t.medication_id
           WHERE t.user_id OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) $2
          OFFSET 0) AS s
   CROSS JOIN LATERAL (
         SELECT CASE WHEN $3 IS NOT NULL AND s.after_last IS NULL AND s.follows_by IS NULL AND NOT s.as_needed
                     THEN medsched._dose_and_next(s.rrule::pg_catalog.text, s.starts_at, s.time_zone::pg_catalog.text,
                            greatest($3, s.effective_from) OPERATOR(pg_catalog.-) interval '1 microsecond', $3, $3,
                            s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) END AS doses
         OFFSET 0) AS d
   WHERE d.doses[1] OPERATOR(pg_catalog.=) $3
     AND $3 OPERATOR(pg_catalog.<) s.ends_at IS NOT FALSE AND $3 OPERATOR(pg_catalog.<) s.inactivated_at IS NOT FALSE
     AND ($4 OR NOT medsched._has_special_reminders($1, $2))
$$;

COMMENT ON FUNCTION medsched._ready_reminder(uuid, uuid, timestamptz, boolean) IS
  'Internal: what is to be said of a schedule''s dose at an instant, where no more than that can be';
