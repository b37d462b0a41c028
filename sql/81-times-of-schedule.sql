-- Back to the form: what schedule_from_times would have to be given to make
-- schedules that have the same doses, or why nothing would.

CREATE OR REPLACE FUNCTION medsched._no_form(problem text)
RETURNS medsched.schedule_form
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  form medsched.schedule_form;
BEGIN
  form.problem := problem;
  RETURN form;
END
$$;

COMMENT ON FUNCTION medsched._no_form(text) IS
  'Internal: the answer of times_of_schedule() where no form shows the schedules';

-- What a rule, completed by its start, says that no form does; NULL: nothing.
CREATE OR REPLACE FUNCTION medsched._beyond_forms(r medsched._recurrence)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN r.freq < 3 THEN 'repeats in elapsed time'
  WHEN r.freq = 5 THEN 'repeats by months'
  WHEN r.freq = 6 THEN 'repeats by years'
  WHEN coalesce(r.months, r.monthdays, r.yeardays, r.weeknos) IS NOT NULL THEN 'has its doses on days of months or years'
  WHEN r.positions IS NOT NULL THEN 'picks from its times by position'
  WHEN r.freq = 3 AND r.every > 1 AND r.weekdays IS NOT NULL THEN 'has days of the week and repeats every ' || r.every || ' days'
  -- Rarer than schedule_from_times() takes, and more often than schedule_density allows.
  WHEN r.every > 10000 THEN 'repeats every ' || r.every || CASE r.freq WHEN 3 THEN ' days' ELSE ' weeks' END
  WHEN cardinality(r.hours) * cardinality(r.minutes) * cardinality(r.seconds) > 1440 THEN 'has more than 1440 times a day' END;

COMMENT ON FUNCTION medsched._beyond_forms(medsched._recurrence) IS
  'Internal: what a rule says that no form does';

-- The days of a rule by days of the week in four weeks that have any, from a day on; weekdays count from 0 = Monday.
CREATE OR REPLACE FUNCTION medsched._days_of_weeks(weekdays int[], week_start int, every int, from_day date)
RETURNS date[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT array_agg(d.day ORDER BY d.day)
  FROM (SELECT from_day - (extract(isodow FROM from_day)::int + 6 - week_start) % 7
                 + week * 7 * every + (weekday + 7 - week_start) % 7 AS day
        FROM unnest(weekdays) AS weekday, generate_series(0, 3) AS week) AS d
  WHERE d.day >= from_day;
END;

COMMENT ON FUNCTION medsched._days_of_weeks(int[], int, int, date) IS
  'Internal: the first days of a rule by days of the week';

-- The first day of a form, which has all its times, or the problem. A schedule that replaces another (midway) counts from
-- starts_at as that one did, and so does its form: the doses are the same from effective_from on.
CREATE OR REPLACE FUNCTION medsched._form_start(r medsched._recurrence, starts_at timestamp, times time[], midway boolean,
  OUT starts_on date, OUT problem text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  every CONSTANT int := r.every;
  days CONSTANT date[] := CASE WHEN r.weekdays IS NULL THEN ARRAY[starts_at::date, starts_at::date + every]
                               ELSE medsched._days_of_weeks(r.weekdays, r.week_start, every, starts_at::date) END;
  nth int := 1;
BEGIN
  IF days[1] = starts_at::date AND NOT midway THEN
    IF times[cardinality(times)] < starts_at::time THEN
      nth := 2;
    ELSIF times[1] < starts_at::time THEN
      problem := format('starts within a day, at %s', starts_at);
    END IF;
  END IF;
  starts_on := days[nth];
  -- Weeks that begin on another day than Monday may be others, where not each has doses.
  IF r.weekdays IS NOT NULL AND every > 1
    AND days[nth:nth + cardinality(r.weekdays)]
        <> (medsched._days_of_weeks(r.weekdays, 0, every, starts_on))[:cardinality(r.weekdays) + 1]
  THEN
    problem := format('counts weeks that begin on %s', medsched._weekday_name('en', r.week_start));
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._form_start(medsched._recurrence, timestamp, time[], boolean) IS
  'Internal: the first day of a form';

-- The last day of a form, which has all its times: NULL where the schedule does not end; or the problem.
CREATE OR REPLACE FUNCTION medsched._form_end(s medsched._schedule, r medsched._recurrence, times time[], starts_on date,
  OUT ends_on date, OUT problem text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  bound record;
  has_doses boolean;
BEGIN
  -- UNTIL on the wall clock keeps what is not after it; the others keep what is before an instant.
  FOR bound IN
    SELECT b.local::date AS day, b.local,
           (SELECT count(*) FROM unnest(times) AS t
             WHERE CASE WHEN b.before IS NULL THEN b.local::date + t <= b.local
                        ELSE medsched._to_instant(b.local::date + t, s.time_zone) < b.before END) AS kept
      FROM (SELECT r.until AS local, NULL::timestamptz AS before
             WHERE NOT r.until_utc
            UNION ALL
            SELECT medsched._to_local(e.before, s.time_zone), e.before
              FROM (VALUES
                (CASE WHEN r.until_utc THEN timezone('UTC', r.until) + '1 second'::interval END),
                (CASE WHEN r.count IS NOT NULL
                      THEN medsched.previous_occurrence(s.rrule, s.starts_at, s.time_zone, 'infinity'::timestamptz,
                             '{}'::timestamp[], '{}'::timestamp[], s.cycle_days_on, s.cycle_days_off) + '1 second'::interval END),
                (nullif(s.ends_at, 'infinity'))) AS e (before)
             WHERE e.before IS NOT NULL) AS b
  LOOP
    has_doses := CASE WHEN r.weekdays IS NULL THEN (bound.day - starts_on) % r.every = 0
                      ELSE extract(isodow FROM bound.day)::int - 1 = ANY (r.weekdays) END;
    IF bound.kept = 0 AND has_doses THEN
      bound.day := bound.day - 1;
    ELSIF bound.kept < cardinality(times) AND has_doses THEN
      problem := format('ends within a day, at %s', date_trunc('second', bound.local));
    END IF;
    ends_on := least(ends_on, bound.day);
  END LOOP;
  IF problem IS NULL AND (ends_on < starts_on
    OR s.effective_from > medsched._to_instant(ends_on + times[cardinality(times)], s.time_zone))
  THEN
    problem := 'has no dose';
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._form_end(medsched._schedule, medsched._recurrence, time[], date) IS
  'Internal: the last day of a form';

-- The form of one schedule. Its problem says what the schedule does that no form shows.
CREATE OR REPLACE FUNCTION medsched._form_of(s medsched._schedule)
RETURNS medsched.schedule_form
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  form medsched.schedule_form;
  r medsched._recurrence;
  problem text;
BEGIN
  -- Asked for the errors of a schedule's parts alone.
  PERFORM medsched.is_occurrence(s.rrule, s.starts_at, s.time_zone, '-infinity'::timestamptz, s.rdates, s.exdates,
                                 s.cycle_days_on, s.cycle_days_off);
  -- A schedule without a rule has the dose of a rule that counts one.
  r := medsched._completed(medsched._rule_parts(coalesce(s.rrule, 'FREQ=DAILY;COUNT=1')), s.starts_at);
  r.every := coalesce(r.every, 1);
  r.week_start := coalesce(r.week_start, 0);
  problem := CASE
    WHEN s.as_needed THEN 'is taken as needed'
    WHEN s.after_last IS NOT NULL THEN 'is counted from when another dose is taken'
    WHEN s.rdates <> '{}' THEN 'has single dates, in rdates'
    WHEN s.exdates <> '{}' THEN 'leaves out single dates, in exdates'
    WHEN s.ends_at <= s.effective_from THEN 'is in effect at no time'
    ELSE medsched._beyond_forms(r) END;
  IF problem IS NOT NULL THEN
    RETURN medsched._no_form(problem);
  END IF;
  IF r.every = 1 AND cardinality(r.weekdays) = 7 THEN
    r.weekdays := NULL;
  END IF;

  form.time_zone := s.time_zone;
  form.every := r.every;
  form.times := ARRAY(SELECT make_time(h, m, sec) AS clock
                        FROM unnest(r.hours) AS h, unnest(r.minutes) AS m, unnest(r.seconds) AS sec
                       ORDER BY clock);
  form.days_of_week := (SELECT array_agg(d + 1 ORDER BY d) FROM unnest(r.weekdays) AS d);
  SELECT f.starts_on, f.problem INTO form.starts_on, problem
    FROM medsched._form_start(r, s.starts_at, form.times,
           coalesce(s.effective_from > medsched._to_instant(s.starts_at, s.time_zone), false)) AS f;
  IF problem IS NULL AND s.rrule IS NOT NULL AND s.cycle_days_on IS NOT NULL THEN
    form.cycle_days_on := s.cycle_days_on;
    form.cycle_days_off := s.cycle_days_off;
    IF (form.starts_on - s.starts_at::date) % (s.cycle_days_on + s.cycle_days_off) <> 0 THEN
      problem := format('counts its cycle from %s, a day without a dose', s.starts_at::date);
    END IF;
  END IF;
  IF problem IS NULL THEN
    SELECT f.ends_on, f.problem INTO form.ends_on, problem FROM medsched._form_end(s, r, form.times, form.starts_on) AS f;
  END IF;
  IF problem IS NOT NULL THEN
    RETURN medsched._no_form(problem);
  END IF;
  RETURN form;
END
$$;

COMMENT ON FUNCTION medsched._form_of(medsched._schedule) IS
  'Internal: the form of one schedule, or what it does that no form shows';

-- The one form of several schedules, which are the same but for their times of day. others: what else each says.
CREATE OR REPLACE FUNCTION medsched._form_of_all(schedules medsched._schedule[], names text[], others jsonb[])
RETURNS medsched.schedule_form
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  form medsched.schedule_form;
  next medsched.schedule_form;
  differing text;
  twice time;
BEGIN
  FOR nth IN 1 .. cardinality(schedules) LOOP
    next := medsched._form_of(schedules[nth]);
    IF next.problem IS NOT NULL THEN
      RETURN medsched._no_form(names[nth] || ' ' || next.problem);
    ELSIF nth = 1 THEN
      form := next;
      CONTINUE;
    END IF;
    SELECT min(d.key COLLATE "C") INTO differing
      FROM (SELECT a.key, a.value, b.value AS other
              FROM jsonb_each(to_jsonb(form) || others[1]) AS a
              FULL JOIN jsonb_each(to_jsonb(next) || others[nth]) AS b USING (key)) AS d
     WHERE d.key <> 'times' AND d.value IS DISTINCT FROM d.other;
    IF differing IS NOT NULL THEN
      RETURN medsched._no_form(format('%s and %s differ in %s', names[1], names[nth], differing));
    END IF;
    SELECT min(t) INTO twice FROM unnest(next.times) AS t WHERE t = ANY (form.times);
    IF twice IS NOT NULL THEN
      RETURN medsched._no_form(format('%s has a dose at %s that another has, too', names[nth], twice));
    END IF;
    form.times := ARRAY(SELECT t FROM unnest(form.times || next.times) AS t ORDER BY t);
  END LOOP;
  RETURN form;
END
$$;

COMMENT ON FUNCTION medsched._form_of_all(medsched._schedule[], text[], jsonb[]) IS
  'Internal: the one form of several schedules, or why there is none';

-- What is left of a schedule in JSON when what makes its form is taken away.
CREATE OR REPLACE FUNCTION medsched._beside_form(object jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_strip_nulls(object) - '{id,starts_at,time_zone,rrule,rdates,exdates,cycle_days_on,cycle_days_off,as_needed,after_last,follows,follows_by,
                                     effective_from,ends_at}'::text[];

COMMENT ON FUNCTION medsched._beside_form(jsonb) IS
  'Internal: what a schedule in JSON says beside when it has doses';

CREATE OR REPLACE FUNCTION medsched.times_of_schedule(schedules jsonb)
RETURNS medsched.schedule_form
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  object jsonb;
  all_of_them medsched._schedule[] := '{}';
  names text[] := '{}';
  others jsonb[] := '{}';
BEGIN
  IF schedules IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'schedules must not be null';
  ELSIF jsonb_typeof(schedules) <> 'array' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'schedules must be a JSON array of objects';
  ELSIF jsonb_array_length(schedules) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'schedules must not be empty',
      HINT = 'Give the schedules that one form is to show.';
  END IF;
  FOR object IN SELECT e.value FROM jsonb_array_elements(schedules) AS e LOOP
    names := array_append(names, format('schedules[%s]', cardinality(names)));
    object := medsched._read_new_schedule(object, names[cardinality(names)]);
    all_of_them := array_append(all_of_them, jsonb_populate_record(NULL::medsched._schedule, medsched._counted_by(object)));
    others := array_append(others, medsched._beside_form(object));
  END LOOP;
  RETURN medsched._form_of_all(all_of_them, names, others);
END
$$;

COMMENT ON FUNCTION medsched.times_of_schedule(jsonb) IS
  'The arguments of schedule_from_times that make schedules with the same doses as these, an array as create_medication takes it; or the problem, where no form shows them. Errors as for a schedule in JSON';

CREATE OR REPLACE FUNCTION medsched.times_of_schedule(user_id uuid, schedule_ids uuid[])
RETURNS medsched.schedule_form
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  id uuid;
  at CONSTANT timestamptz := now();
  stored jsonb;
  s medsched._schedule;
  all_of_them medsched._schedule[] := '{}';
  names text[] := '{}';
  others jsonb[] := '{}';
BEGIN
  IF $1 IS NULL OR $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = CASE WHEN $1 IS NULL THEN 'user_id' ELSE 'schedule_ids' END || ' must not be null';
  ELSIF cardinality($2) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'schedule_ids must not be empty',
      HINT = 'Give the ids of the schedules that one form is to show.';
  END IF;
  FOREACH id IN ARRAY $2 LOOP
    IF id IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'schedule_ids must not contain null';
    END IF;
    SELECT to_jsonb(x.*) INTO stored FROM medsched.schedules AS x WHERE x.user_id = $1 AND x.id = id;
    IF NOT FOUND THEN
      PERFORM medsched._refuse_unknown($1, 'schedule', id);
    END IF;
    s := jsonb_populate_record(NULL::medsched._schedule, medsched._counted_by(stored));
    -- What is past is nothing that a form would change: the dates around a journey, for one.
    s.rdates := ARRAY(SELECT d FROM unnest(s.rdates) AS d WHERE medsched._to_instant(d, s.time_zone) >= at);
    s.exdates := ARRAY(SELECT d FROM unnest(s.exdates) AS d WHERE medsched._to_instant(d, s.time_zone) >= at);
    all_of_them := array_append(all_of_them, s);
    names := array_append(names, format('schedule "%s"', id));
    -- The application's own columns are not for us to compare.
    others := array_append(others, medsched._beside_form(
      (SELECT jsonb_object_agg(m.key, m.value) FROM jsonb_each(stored) AS m
        WHERE m.key = 'medication_id' OR m.key = ANY (medsched._schedule_key_names()))));
  END LOOP;
  RETURN medsched._form_of_all(all_of_them, names, others);
END
$$;

COMMENT ON FUNCTION medsched.times_of_schedule(uuid, uuid[]) IS
  'The arguments of schedule_from_times that make schedules with the same doses as these of a user''s from now on; or the problem, where no form shows them. An id that is not there, or another user''s, is P0002';
