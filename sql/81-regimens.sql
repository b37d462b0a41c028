-- Schedules that are one to their reader: the steps of a taper.
--
-- They have one regimen_id, and are of one medication.  Those that were replaced are history: what holds is what replaced them.

-- The day of a rule's UNTIL.
CREATE OR REPLACE FUNCTION medsched._until_day(rrule text)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT make_date(d.part[1]::int, d.part[2]::int, d.part[3]::int)
    FROM regexp_match($1, '[Uu][Nn][Tt][Ii][Ll]=([0-9]{4})([0-9]{2})([0-9]{2})') AS d (part)
$$;

COMMENT ON FUNCTION medsched._until_day(text) IS
  'Internal: the day of a rule''s UNTIL';

-- The last day of a schedule by its rule; NULL: it goes on.
CREATE OR REPLACE FUNCTION medsched._last_day(schedule medsched._schedule)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (schedule).rrule IS NULL THEN (schedule).starts_at::date ELSE medsched._until_day((schedule).rrule) END;

COMMENT ON FUNCTION medsched._last_day(medsched._schedule) IS
  'Internal: the last day of a schedule by its rule';

-- A rule that ends so many days later.
CREATE OR REPLACE FUNCTION medsched._until_later(rrule text, days int)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN medsched._until_day(rrule) IS NULL THEN rrule
            ELSE regexp_replace(rrule, '[Uu][Nn][Tt][Ii][Ll]=[0-9]{8}', 'UNTIL=' || to_char(medsched._until_day(rrule) + days, 'YYYYMMDD')) END;

COMMENT ON FUNCTION medsched._until_later(text, int) IS
  'Internal: a rule that ends so many days later';

-- The schedules of a regimen, in order of time, without or with those that were replaced; P0002 where there are none.
CREATE OR REPLACE FUNCTION medsched._regimen_schedules(of_user uuid, of_regimen uuid, with_replaced boolean)
RETURNS medsched._schedule[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  schedules medsched._schedule[];
BEGIN
  SELECT array_agg(o.schedule ORDER BY medsched._last_day(o.schedule), (o.schedule).starts_at, (o.schedule).effective_from NULLS FIRST, (o.schedule).id) INTO schedules
    FROM (SELECT ROW(s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
                     s.cycle_days_on, s.cycle_days_off, s.as_needed, s.effective_from, s.ends_at, coalesce(s.after_last, s.follows_by))::medsched._schedule AS schedule
            FROM medsched.schedules AS s
           WHERE s.user_id = $1 AND s.regimen_id = $2
             AND ($3 OR NOT EXISTS (SELECT FROM medsched.schedules AS r WHERE r.user_id = $1 AND r.replaces = s.id))) AS o;
  IF schedules IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('regimen "%s" not found', $2),
      DETAIL = format('User "%s" has no schedule with that regimen_id.', $1), TABLE = 'schedules', CONSTRAINT = 'regimen_exists';
  ELSIF EXISTS (SELECT FROM unnest(schedules) AS s WHERE s.medication_id <> (schedules[1]).medication_id) THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('regimen "%s" has schedules of several medications', $2),
      HINT = 'Give those of each medication a regimen_id of their own: call medsched.correct_schedule().',
      TABLE = 'schedules', CONSTRAINT = 'regimen_has_one_medication';
  END IF;
  RETURN schedules;
END
$$;

COMMENT ON FUNCTION medsched._regimen_schedules(uuid, uuid, boolean) IS
  'Internal: the schedules of a regimen';

-- The schedules of a regimen, locked with all of their medication.
CREATE OR REPLACE FUNCTION medsched._lock_regimen(of_user uuid, of_regimen uuid)
RETURNS medsched._schedule[]
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  schedules medsched._schedule[];
  first medsched._schedule;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'regimen_id');
  PERFORM medsched._check_tables();
  schedules := medsched._regimen_schedules($1, $2, false);
  first := schedules[1];
  PERFORM medsched._lock_schedules($1, NULL::pg_catalog.uuid, first.medication_id, NULL::pg_catalog.timestamptz);
  RETURN medsched._regimen_schedules($1, $2, false);
END
$$;

COMMENT ON FUNCTION medsched._lock_regimen(uuid, uuid) IS
  'Internal: locks the schedules of a regimen';

CREATE OR REPLACE FUNCTION medsched._require_day(value date, name text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF value IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = name || ' must not be null';
  ELSIF value < make_date(1, 1, 1) OR value > make_date(9999, 12, 31) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = name || ' is out of range', DETAIL = format('%s is not a day of the years 1 to 9999.', value);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._require_day(date, text) IS
  'Internal: checks that an argument is a day of the years 1 to 9999';

-- What makes a schedule come so many days later.  One that replaces another cannot: what it replaces stays where it is.
CREATE OR REPLACE FUNCTION medsched._shifted(schedule medsched._schedule, days int)
RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
  IF (SELECT s.replaces IS NOT NULL FROM medsched.schedules AS s WHERE s.user_id = schedule.user_id AND s.id = schedule.id) THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('schedule "%s" replaces another, and cannot come on other days', schedule.id),
      HINT = 'Change it from an instant on: call medsched.revise_schedule().',
      TABLE = 'schedules', CONSTRAINT = 'regimen_not_revised';
  END IF;
  RETURN jsonb_strip_nulls(jsonb_build_object(
           'starts_at', schedule.starts_at + make_interval(days => days),
           'rrule', medsched._until_later(schedule.rrule, days)))
         || CASE WHEN schedule.rdates = '{}' THEN '{}'
                 ELSE jsonb_build_object('rdates', ARRAY(SELECT d + make_interval(days => days) FROM unnest(schedule.rdates) AS d)) END
         || CASE WHEN schedule.exdates = '{}' THEN '{}'
                 ELSE jsonb_build_object('exdates', ARRAY(SELECT d + make_interval(days => days) FROM unnest(schedule.exdates) AS d)) END
         || CASE WHEN schedule.effective_from IS NULL THEN '{}'
                 ELSE jsonb_build_object('effective_from', medsched._instant_text(
                        medsched._to_instant(medsched._to_local(schedule.effective_from, schedule.time_zone) + make_interval(days => days), schedule.time_zone))) END;
END
$$;

COMMENT ON FUNCTION medsched._shifted(medsched._schedule, int) IS
  'Internal: the changes that make a schedule come so many days later';

-- It runs with its caller's search_path, as create_medication() does.
CREATE OR REPLACE FUNCTION medsched._shift_regimen(of_user uuid, of_regimen uuid, starts_on date)
RETURNS SETOF medsched.current_schedule
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  schedules medsched._schedule[];
  schedule medsched._schedule;
  days pg_catalog.int4;
BEGIN
  PERFORM medsched._require_day($3, 'starts_on');
  schedules := medsched._lock_regimen($1, $2);
  days := $3 OPERATOR(pg_catalog.-) medsched._next_begin(schedules, NULL::pg_catalog.date);
  IF days OPERATOR(pg_catalog.=) 0 THEN
    RETURN;
  END IF;
  FOREACH schedule IN ARRAY schedules LOOP
    RETURN NEXT medsched._correct_one($1, schedule.id, medsched._shifted(schedule, days));
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._shift_regimen(uuid, uuid, date) IS
  'Internal: has a regimen begin on another day';

CREATE OR REPLACE FUNCTION medsched.shift_regimen(user_id uuid, regimen_id uuid, starts_on date)
RETURNS SETOF medsched.current_schedule
LANGUAGE sql VOLATILE
AS $$
  SELECT s.* FROM medsched._shift_regimen($1, $2, $3) AS s
$$;

COMMENT ON FUNCTION medsched.shift_regimen(uuid, uuid, date) IS
  'Has a regimen of which nothing is recorded begin on another day, and moves all its steps by as much; returns the schedules that changed, as current_schedules() does';

-- When the first step of a regimen that begins after a day does; NULL: of all.
CREATE OR REPLACE FUNCTION medsched._next_begin(schedules medsched._schedule[], after date)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT min(b.begins)
    FROM (SELECT min(s.starts_at::date) AS begins FROM unnest($1) AS s GROUP BY medsched._last_day(s.*)) AS b
   WHERE $2 IS NULL OR b.begins > $2
$$;

COMMENT ON FUNCTION medsched._next_begin(medsched._schedule[], date) IS
  'Internal: when the next step of a regimen begins';

-- When the step of a schedule begins: the schedules that end on one day are one step.
CREATE OR REPLACE FUNCTION medsched._step_begins(schedules medsched._schedule[], schedule medsched._schedule)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT min(s.starts_at::date) FROM unnest($1) AS s
   WHERE medsched._last_day(s.*) IS NOT DISTINCT FROM medsched._last_day($2)
$$;

COMMENT ON FUNCTION medsched._step_begins(medsched._schedule[], medsched._schedule) IS
  'Internal: the first day of a schedule''s step';

-- The last day of the step in force on a day; in a gap, of the gap.
CREATE OR REPLACE FUNCTION medsched._step_ends(schedules medsched._schedule[], today date)
RETURNS date
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  last_day CONSTANT date[] := ARRAY(
    SELECT DISTINCT medsched._last_day(s.*) AS last_day FROM unnest(schedules) AS s
     WHERE coalesce(medsched._last_day(s.*) >= today, true) AND medsched._step_begins(schedules, s.*) <= today ORDER BY 1);
BEGIN
  IF last_day = '{}' THEN
    RETURN medsched._next_begin(schedules, today) - 1;
  ELSIF last_day[1] IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('the step in force on %s goes on without an end', today),
      HINT = 'To change it, call medsched.revise_schedule(); to end it, medsched.end_regimen().',
      TABLE = 'schedules', CONSTRAINT = 'regimen_step_ends';
  END IF;
  RETURN last_day[1];
END
$$;

COMMENT ON FUNCTION medsched._step_ends(medsched._schedule[], date) IS
  'Internal: the last day of the step of a regimen in force';

CREATE OR REPLACE FUNCTION medsched._extend_regimen(of_user uuid, of_regimen uuid, last_day date, at timestamptz)
RETURNS SETOF medsched.current_schedule
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  schedules medsched._schedule[];
  schedule medsched._schedule;
  today pg_catalog.date;
  days pg_catalog.int4;
BEGIN
  PERFORM medsched._require_day($3, 'last_day'), medsched._require_instant($4, 'at');
  schedules := medsched._lock_regimen($1, $2);
  today := medsched._check_in_force(schedules, $3, $4);
  days := $3 OPERATOR(pg_catalog.-) medsched._step_ends(schedules, today);
  IF days OPERATOR(pg_catalog.=) 0 THEN
    RETURN;
  END IF;
  FOREACH schedule IN ARRAY schedules LOOP
    IF medsched._step_begins(schedules, schedule) OPERATOR(pg_catalog.>) today THEN
      RETURN NEXT medsched._correct_one($1, schedule.id, medsched._shifted(schedule, days));
    ELSIF medsched._last_day(schedule) OPERATOR(pg_catalog.>=) today THEN
      RETURN NEXT medsched._correct_one($1, schedule.id, pg_catalog.jsonb_build_object('rrule', medsched._until_later(schedule.rrule, days)));
    END IF;
  END LOOP;
END
$$;

COMMENT ON FUNCTION medsched._extend_regimen(uuid, uuid, date, timestamptz) IS
  'Internal: lets the step of a regimen in force end on another day';

-- Check that a regimen has begun and is not over, and that its step in force is to end on no day before; give today on its clock.
CREATE OR REPLACE FUNCTION medsched._check_in_force(schedules medsched._schedule[], new_last_day date, at timestamptz)
RETURNS date
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  today CONSTANT date := medsched._to_local($3, ($1[1]).time_zone)::date;
  first_day CONSTANT date := (SELECT min(s.starts_at::date) FROM unnest($1) AS s);
  last_day CONSTANT date := (SELECT CASE WHEN bool_and(l IS NOT NULL) THEN max(l) END FROM unnest($1) AS s, medsched._last_day(s.*) AS l);
  ended CONSTANT timestamptz := (SELECT max(s.ends_at) FROM unnest($1) AS s WHERE coalesce(medsched._last_day(s.*) >= today, true));
BEGIN
  IF first_day > today OR last_day < today OR ended IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('the regimen is not in force on %s', today),
      DETAIL = CASE WHEN first_day > today THEN format('It begins on %s.', first_day) WHEN ended IS NOT NULL THEN format('It ends at %s.', ended)
                    ELSE format('Its last day is %s.', last_day) END,
      HINT = CASE WHEN first_day > today THEN 'To have it begin on another day, call medsched.shift_regimen().'
                  ELSE 'Add a schedule: call medsched.add_schedule().' END,
      TABLE = 'schedules', CONSTRAINT = 'regimen_in_force';
  ELSIF new_last_day < today THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('last_day must not be before %s', today),
      DETAIL = format('It is %s.', new_last_day), HINT = 'To end the regimen, call medsched.end_regimen().';
  END IF;
  RETURN today;
END
$$;

COMMENT ON FUNCTION medsched._check_in_force(medsched._schedule[], date, timestamptz) IS
  'Internal: checks that a regimen has begun and is not over';

CREATE OR REPLACE FUNCTION medsched.extend_regimen(user_id uuid, regimen_id uuid, last_day date, at timestamptz DEFAULT now())
RETURNS SETOF medsched.current_schedule
LANGUAGE sql VOLATILE
AS $$
  SELECT s.* FROM medsched._extend_regimen($1, $2, $3, $4) AS s
$$;

COMMENT ON FUNCTION medsched.extend_regimen(uuid, uuid, date, timestamptz) IS
  'Lets the step of a regimen that is in force at an instant, or the gap, last until another day, and moves the steps after it by as much; returns the schedules that changed, as current_schedules() does';

CREATE OR REPLACE FUNCTION medsched._end_regimen(of_user uuid, of_regimen uuid, at timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  schedule medsched._schedule;
  ended timestamp with time zone;
BEGIN
  PERFORM medsched._require_instant($3, 'at');
  FOREACH schedule IN ARRAY medsched._lock_regimen($1, $2) LOOP
    IF medsched._has_dose(schedule, $3, NULL::pg_catalog.timestamptz) THEN
      ended := greatest(ended, medsched._end_one($1, schedule.id, $3));
    END IF;
  END LOOP;
  RETURN ended;
END
$$;

COMMENT ON FUNCTION medsched._end_regimen(uuid, uuid, timestamptz) IS
  'Internal: ends the steps of a regimen';

CREATE OR REPLACE FUNCTION medsched.end_regimen(user_id uuid, regimen_id uuid, at timestamptz DEFAULT now())
RETURNS timestamptz
LANGUAGE sql VOLATILE
AS $$
  SELECT medsched._end_regimen($1, $2, $3)
$$;

COMMENT ON FUNCTION medsched.end_regimen(uuid, uuid, timestamptz) IS
  'Ends all steps of a regimen, each as end_schedule() does: no dose from the instant on but those recorded. Returns when the last ended; NULL: none had a dose to come';

-- The schedules of a regimen as forms of times of day, with the days of their first and last dose; a problem where one has no
-- such form.  Those of one step end on one day by their rules, wherever they ended, and took effect at once.
CREATE OR REPLACE FUNCTION medsched._regimen_forms(schedules medsched._schedule[])
RETURNS TABLE (step_ends date, effective_from timestamptz, first_day date, last_day date, every int, times time[], amount numeric, unit text, problem text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT r.last_day, s.effective_from, d.first_day, d.last_day, f.every, f.times, c.dose_amount, coalesce(c.dose_unit, NULL::text),
         CASE WHEN f.problem IS NOT NULL THEN f.problem
              WHEN f.days_of_week IS NOT NULL OR f.cycle_days_on IS NOT NULL OR c.dose_amount IS NULL THEN 'has other days, or no amount'
              WHEN medsched._to_instant(d.first_day + f.times[1], s.time_zone) < s.effective_from THEN 'begins within a day'
              WHEN medsched._to_instant(d.last_day + f.times[cardinality(f.times)], s.time_zone) >= s.ends_at THEN 'ends within a day' END
    FROM unnest($1) AS s
    JOIN medsched.schedules AS c ON c.user_id = s.user_id AND c.id = s.id
   CROSS JOIN LATERAL medsched._last_day(s.*) AS r (last_day)
   CROSS JOIN LATERAL (SELECT x.* FROM medsched._form_of(ROW(s.user_id, s.id, s.medication_id, s.starts_at, s.time_zone, s.rrule, s.rdates, s.exdates,
                                s.cycle_days_on, s.cycle_days_off, s.as_needed, NULL, NULL, s.after_last)::medsched._schedule) AS x) AS f
   CROSS JOIN LATERAL (
           SELECT medsched._to_local(medsched.next_occurrence(s.rrule, s.starts_at, s.time_zone, coalesce(s.effective_from - interval '1 microsecond', '-infinity'),
                                       s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off), s.time_zone)::date,
                  CASE WHEN s.ends_at IS NOT NULL OR r.last_day IS NOT NULL
                       THEN medsched._to_local(medsched.previous_occurrence(s.rrule, s.starts_at, s.time_zone, coalesce(s.ends_at, 'infinity'), s.rdates, s.exdates,
                                                 s.cycle_days_on, s.cycle_days_off), s.time_zone)::date END) AS d (first_day, last_day)
$$;

COMMENT ON FUNCTION medsched._regimen_forms(medsched._schedule[]) IS
  'Internal: the schedules of a regimen as forms of times of day';

-- The steps of a regimen in words: "40 mg for 5 days, then 20 mg for 5 days; at 08:00"; NULL: they are none of days one after another.
CREATE OR REPLACE FUNCTION medsched._steps_in_words(language text, schedules medsched._schedule[])
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  step record;
  next_day date;
  one_time boolean;
  at text;
  dose text;
  items text[] := '{}';
BEGIN
  IF EXISTS (SELECT FROM medsched._regimen_forms(schedules) AS f WHERE f.problem IS NOT NULL) THEN
    RETURN NULL;
  END IF;
  FOR step IN
    WITH turns AS (          -- what is taken on the first day of the step, on the second
      SELECT f.step_ends, f.effective_from, f.first_day, f.every, array_agg(DISTINCT t.at ORDER BY t.at) AS times, count(DISTINCT (f.amount, f.unit)) AS doses, count(*) AS n,
             min(medsched._amount_words(language, f.amount, f.unit)) AS dose, CASE WHEN bool_and(f.last_day IS NOT NULL) THEN max(f.last_day) END AS last_day
        FROM medsched._regimen_forms(schedules) AS f CROSS JOIN LATERAL unnest(f.times) AS t (at)
       GROUP BY f.step_ends, f.effective_from, f.first_day, f.every),
    steps AS (
      SELECT CASE WHEN bool_and(t.last_day IS NOT NULL) THEN max(t.last_day) END AS last_day, min(t.first_day) AS first_day, min(t.every) AS every,
             count(*) AS turns, array_agg(t.dose ORDER BY t.first_day) AS doses, min(t.times) AS times,
             -- One amount a day, all at the same times, on one day after another.
             bool_and(t.doses = 1 AND t.n = cardinality(t.times)) AND min(t.times) = max(t.times) AND min(t.every) = max(t.every)
             AND count(*) = min(t.every) AND max(t.first_day) - min(t.first_day) = count(*) - 1 AS is_step
        FROM turns AS t GROUP BY t.step_ends, t.effective_from)
    SELECT s.*, count(*) FILTER (WHERE s.times <> f.times) OVER () = 0 AS one_time
      FROM steps AS s CROSS JOIN (SELECT i.times FROM steps AS i ORDER BY i.first_day LIMIT 1) AS f
     ORDER BY s.first_day
  LOOP
    IF NOT step.is_step OR step.first_day < next_day THEN
      RETURN NULL;
    ELSIF step.first_day > next_day THEN
      items := items || medsched._say(language, 'regimen.gap', ARRAY[medsched._quantity(language, (step.first_day - next_day)::bigint, 'day')]);
    END IF;
    one_time := step.one_time;
    at := medsched._say(language, 'at', ARRAY[medsched._joined(language,
            ARRAY(SELECT medsched._time_words(medsched._second_of_day(date '2000-01-01' + t)) FROM unnest(step.times) AS t), 'and')]);
    dose := CASE WHEN step.turns = 1 THEN step.doses[1]
                 ELSE medsched._say(language, 'regimen.in_turn', ARRAY[medsched._joined(language, step.doses, 'and')]) END
            || CASE WHEN one_time THEN '' ELSE at END;
    items := items || CASE WHEN step.last_day IS NULL THEN medsched._say(language, 'regimen.goes_on', ARRAY[dose])
                           ELSE medsched._say(language, 'regimen.for', ARRAY[dose, medsched._quantity(language, (step.last_day - step.first_day + 1)::bigint, 'day')]) END;
    next_day := step.last_day + 1;
    EXIT WHEN step.last_day IS NULL;
  END LOOP;
  RETURN array_to_string(items, medsched._say(language, 'regimen.then')) || CASE WHEN one_time THEN ';' || at ELSE '' END;
END
$$;

COMMENT ON FUNCTION medsched._steps_in_words(text, medsched._schedule[]) IS
  'Internal: the steps of a regimen in words';

CREATE OR REPLACE FUNCTION medsched.describe_regimen(user_id uuid, regimen_id uuid, language text DEFAULT 'en')
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  schedules medsched._schedule[];
  words text;
  first_day date;
  last_day date;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._require_id($2, 'regimen_id');
  PERFORM medsched._check_language($3);
  PERFORM medsched._check_tables();
  schedules := ARRAY(SELECT s::medsched._schedule FROM unnest(medsched._regimen_schedules($1, $2, true)) AS s
                      WHERE medsched._has_dose(s.*, '-infinity'::timestamptz, NULL::timestamptz));
  IF schedules = '{}' THEN
    RETURN medsched._say($3, 'at_no_time');
  END IF;
  words := medsched._steps_in_words($3, schedules);
  IF words IS NULL THEN
    RETURN (
      SELECT string_agg(medsched.describe_schedule(s.rrule::text, s.starts_at, s.time_zone::text, s.rdates, s.exdates, s.ends_at, s.cycle_days_on, s.cycle_days_off,
                          s.as_needed, s.min_interval, s.max_per_24h, s.effective_from, s.limits, s.dose_unit, s.dose_amount, s.instructions, $3, true,
                          s.after_last, s.hours_from, s.hours_until, s.max_per_day, s.follows_by, medsched._name_followed(s.user_id, s.follows), s.events),
                        medsched._say($3, 'regimen.then') ORDER BY o.nth)
        FROM unnest(schedules) WITH ORDINALITY AS o (of_user, id, medication_id, starts_at, time_zone, rrule, rdates, exdates, cycle_days_on, cycle_days_off,
               as_needed, effective_from, ends_at, after_last, nth)
        JOIN medsched.schedules AS s ON s.user_id = o.of_user AND s.id = o.id);
  END IF;
  SELECT min(f.first_day), CASE WHEN bool_and(f.last_day IS NOT NULL) THEN max(f.last_day) END INTO first_day, last_day
    FROM medsched._regimen_forms(schedules) AS f;
  words := concat(words, ', ', (schedules[1]).time_zone, ', ', medsched._say($3, 'from', ARRAY[medsched._date_words($3, first_day::timestamp)]),
                  CASE WHEN last_day IS NOT NULL THEN medsched._say($3, 'until', ARRAY[medsched._date_words($3, last_day::timestamp)]) END);
  RETURN (SELECT CASE WHEN count(DISTINCT s.instructions) = 1 THEN medsched._say($3, 'instructions', ARRAY[words, min(s.instructions)]) ELSE words END
            FROM unnest(schedules) AS o JOIN medsched.schedules AS s ON s.user_id = o.user_id AND s.id = o.id);
END
$$;

COMMENT ON FUNCTION medsched.describe_regimen(uuid, uuid, text) IS
  'A regimen in one sentence: "40 mg for 5 days, then 20 mg for 5 days; at 08:00, Europe/Berlin, from 1 March 2027 until 10 March 2027"; language is en or de';
