-- Random people with random histories, and all that the edition in this database says of
-- them: the same lines in both editions.  Run with -v seed=N -v people=N, and with
-- missing, a pattern of the functions that one of the editions has not.
SELECT :people * 12 AS rules \gset
\set years 30
\set freqs 'DAILY DAILY DAILY DAILY WEEKLY WEEKLY MONTHLY MONTHLY HOURLY HOURLY YEARLY MINUTELY'
\ir random_schedules.sql
\if :{?missing}
\else
\set missing none
\endif

CREATE TEMP TABLE events AS
SELECT what, row_number() OVER () AS nth, count(*) OVER () AS number
  FROM (VALUES ('take', 'mark_dose_taken'), ('take', 'mark_dose_taken'), ('take', 'mark_dose_taken'), ('take by id', 'mark_dose_taken_by_id'),
               ('skip', 'skip_dose'), ('undo', 'undo_dose'), ('take as needed', 'take_as_needed'), ('take as needed', 'take_as_needed'),
               ('revise', 'revise_schedule'), ('revise', 'revise_schedule'), ('revise', 'revise_schedule'), ('travel', 'change_time_zone'),
               ('travel', 'change_time_zone'), ('inactivate', 'inactivate_medication'), ('reactivate', 'reactivate_medication'),
               ('create', 'create_medication'), ('end', 'schedules'), ('change', 'schedules'), ('delete', 'schedules'),
               ('move dose', 'dose_taken')) AS e (what, function)
 WHERE function !~ :'missing';
CREATE TEMP TABLE missing AS SELECT :'missing' AS functions;

CREATE FUNCTION pg_temp.is_dose(c cases, date timestamp) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN medsched.is_occurrence(c.rrule, c.starts_at, c.zone, medsched._to_instant(date, c.zone),
    ARRAY(SELECT d FROM unnest(c.rdates) AS d WHERE d >= c.starts_at), '{}', c.days_on, c.days_off);
EXCEPTION WHEN OTHERS THEN
  RETURN false;
END
$$;
-- The schedule of a case as create_medication() takes it; every seventh is as needed.
CREATE FUNCTION pg_temp.schedule(n int) RETURNS jsonb LANGUAGE sql AS $$
  SELECT CASE WHEN n % 7 = 0 THEN jsonb_strip_nulls(jsonb_build_object(
           'id', md5('schedule ' || n), 'starts_at', c.starts_at, 'time_zone', c.zone, 'as_needed', true,
           'min_interval', pg_temp.pick(n, 'min_interval', '- PT30M PT4H P1D -PT1H'), 'max_per_24h', pg_temp.pick(n, 'max_per_24h', '- 1 2 4')::int))
         ELSE jsonb_strip_nulls(jsonb_build_object(
           'id', md5('schedule ' || n), 'starts_at', c.starts_at, 'time_zone', c.zone, 'rrule', c.rrule,
           -- Four of five as the rule schedule_dates has them; of texts that are no rules, none.
           'rdates', (SELECT jsonb_agg(d) FROM unnest(c.rdates) AS d WHERE n % 5 = 0 OR d >= c.starts_at),
           'exdates', (SELECT jsonb_agg(d) FROM unnest(c.exdates) AS d WHERE n % 5 = 0 OR pg_temp.is_dose(c, d)),
           'cycle_days_on', c.days_on, 'cycle_days_off', c.days_off, 'time_zone_pinned', nullif(pg_temp.chance(n, 'pinned') < 0.1, false),
           'ends_at', CASE WHEN pg_temp.chance(n, 'ends') < 0.1 THEN c.window_start + c.length END)) END
         || jsonb_strip_nulls(jsonb_build_object(
              'dose_amount', pg_temp.pick(n, 'amount', '- 1 0.5 20 0')::numeric, 'dose_unit', pg_temp.pick(n, 'unit', '- mg drop'),
              'grace', pg_temp.pick(n, 'grace', '- - PT0S PT4H P2D'), 'instructions', pg_temp.pick(n, 'instructions', '- - fasting')))
    FROM cases AS c WHERE c.n = schedule.n
$$;

-- What a statement answers, or its error; rules that are checked at commit are checked at once.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
  state text; message text; detail text; hint text; rule text; relation text;
BEGIN
  IF statement LIKE 'SELECT%' THEN
    EXECUTE format('SELECT string_agg((to_jsonb(r) - ''{recorded_at,created_at,changed_at,dose_id}''::text[])::text, '' '') FROM (%s) AS r', statement) INTO answer;
  ELSE
    EXECUTE statement;
    GET DIAGNOSTICS answer = ROW_COUNT;
  END IF;
  SET CONSTRAINTS ALL IMMEDIATE;
  SET CONSTRAINTS ALL DEFERRED;
  RETURN answer;
EXCEPTION WHEN OTHERS OR query_canceled THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
    rule = CONSTRAINT_NAME, relation = TABLE_NAME;
  RETURN concat_ws(' | ', 'ERROR', state, message, nullif(detail, ''), nullif(hint, ''), nullif(relation, ''), nullif(rule, ''));
END
$$;

-- A person's schedules in an order that depends on nothing random: medsched itself makes ids for some.
CREATE FUNCTION pg_temp.schedules_of(who uuid) RETURNS TABLE (nth bigint, s medsched.schedules) LANGUAGE sql AS $$
  SELECT row_number() OVER (ORDER BY m.name, coalesce(s.effective_from, '-infinity'), s.starts_at, s.time_zone::text, s.rrule::text,
                            s.ends_at, s.rdates, s.exdates, s.dose_amount, s.as_needed), s
    FROM medsched.schedules AS s JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id WHERE s.user_id = who
$$;

-- A text without such ids, nor when it was: a row's changes are a second apart, where all are of one transaction.
CREATE FUNCTION pg_temp.masked(line text, who uuid) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  r record;
BEGIN
  FOR r IN SELECT x.nth, (x.s).id FROM pg_temp.schedules_of(who) AS x LOOP
    line := replace(line, r.id::text, 'schedule ' || r.nth);
  END LOOP;
  FOR r IN SELECT m.id, m.name FROM medsched.medications AS m WHERE m.user_id = who LOOP
    line := replace(line, r.id::text, r.name);
  END LOOP;
  FOR second IN 0 .. 30 LOOP
    line := replace(line, (now() + second * interval '1 second')::text, concat_ws(' + ', 'now', nullif(second, 0)));
  END LOOP;
  RETURN regexp_replace(replace(line, who::text, 'who'), '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'an id', 'g');
END
$$;

-- One thing that happens to a person, as a statement: the I-th.
CREATE FUNCTION pg_temp.event(n int, who uuid, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  c cases;
  s medsched.schedules;
  dose record;
  instant timestamptz;
BEGIN
  SELECT * INTO c FROM cases WHERE cases.n = event.n;
  SELECT (x.s).* INTO s FROM pg_temp.schedules_of(who) AS x
   ORDER BY what = 'take as needed' AND (x.s).as_needed AND pg_temp.chance(n, 'as needed') < 0.8 DESC, md5(x.nth || ' ' || n) LIMIT 1;
  IF s.id IS NULL THEN
    what := 'create';
  END IF;
  -- Around the schedule's beginning, where its doses are.
  instant := date_trunc('second', timezone('UTC', greatest(s.starts_at, s.effective_from::timestamp)) + (pg_temp.chance(n, 'instant') * 90 - 5) * interval '1 day');
  IF coalesce(s.as_needed, true) THEN
    SELECT s.id AS schedule_id, instant AS scheduled_for INTO dose;
  ELSE
    -- A dose, or none by a second.
    SELECT s.id AS schedule_id, o + CASE WHEN pg_temp.chance(n, 'off') < 0.1 THEN interval '1 second' ELSE '0' END AS scheduled_for INTO dose
      FROM medsched.occurrences(s.rrule, s.starts_at, s.time_zone, instant, instant + interval '40 days', s.rdates, s.exdates,
                                s.cycle_days_on, s.cycle_days_off) AS o
     WHERE o < coalesce(s.ends_at, 'infinity') OR pg_temp.chance(n, 'late') < 0.2 ORDER BY o LIMIT 1;
  END IF;
  dose.scheduled_for := coalesce(dose.scheduled_for, instant);
  dose.schedule_id := coalesce(dose.schedule_id, s.id);
  RETURN CASE what
    WHEN 'take' THEN format('SELECT * FROM medsched.mark_dose_taken(%L, %L, %L, %L, %L, %L)', who, dose.schedule_id, dose.scheduled_for,
           dose.scheduled_for + (pg_temp.chance(n, 'delay') - 0.3) * interval '5 hours', pg_temp.pick(n, 'by', '- nurse'), pg_temp.pick(n, 'took', '- - 2 0.25 -1'))
    WHEN 'take by id' THEN format('SELECT * FROM medsched.mark_dose_taken_by_id(%L, medsched.dose_id(%L, %L), %L)', who, dose.schedule_id, dose.scheduled_for, dose.scheduled_for)
    WHEN 'skip' THEN format('SELECT * FROM medsched.skip_dose(%L, %L, %L, %L)', who, dose.schedule_id, dose.scheduled_for, pg_temp.pick(n, 'reason', '- nausea'))
    WHEN 'undo' THEN format('SELECT * FROM medsched.undo_dose(%L, %L, %L)', who,
           s.id, coalesce((SELECT max(d.scheduled_for) FROM medsched.dose_taken AS d WHERE d.user_id = who AND d.schedule_id = s.id), instant))
    WHEN 'take as needed' THEN format('SELECT * FROM medsched.take_as_needed(%L, %L, %L)', who, s.id, instant)
    WHEN 'revise' THEN format('SELECT medsched.revise_schedule(%L, %L, %L, %L)', who, s.id, instant,
           jsonb_build_object('id', md5('revision ' || n)) || CASE floor(pg_temp.chance(n, 'change') * 4)
             WHEN 0 THEN jsonb_build_object('dose_amount', n % 9)
             WHEN 1 THEN jsonb_build_object('time_zone', c.zone)
             WHEN 2 THEN jsonb_build_object('rrule', c.rrule)
             ELSE pg_temp.schedule(n) - 'id' END)
    -- Their rows come in an order of ids that medsched makes.
    WHEN 'travel' THEN format('SELECT count(*) FROM medsched.change_time_zone(%L, %L, %L)', who, c.zone, instant)
    WHEN 'inactivate' THEN format('SELECT medsched.inactivate_medication(%L, %L, %L)', who, s.medication_id, instant)
    WHEN 'reactivate' THEN format('SELECT count(*) FROM medsched.reactivate_medication(%L, %L, %L)', who, s.medication_id, instant)
    WHEN 'create' THEN format('SELECT medsched.create_medication(%L, %L, %L)', who, 'another ' || n, jsonb_build_array(pg_temp.schedule(n)))
    WHEN 'end' THEN format('UPDATE medsched.schedules SET ends_at = %L WHERE user_id = %L AND id = %L', instant, who, s.id)
    WHEN 'change' THEN format('UPDATE medsched.schedules SET rrule = %L, exdates = %L, cycle_days_on = %L, cycle_days_off = %L WHERE user_id = %L AND id = %L',
                              c.rrule, c.exdates, c.days_on, c.days_off, who, s.id)
    WHEN 'delete' THEN format('DELETE FROM medsched.schedules WHERE user_id = %L AND id = %L', who, s.id)
    WHEN 'move dose' THEN format('UPDATE medsched.dose_taken SET scheduled_for = %L WHERE user_id = %L AND schedule_id = %L', instant, who, s.id)
  END;
END
$$;

-- All that can be asked about a person.
CREATE FUNCTION pg_temp.questions(who uuid, n int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  x record;
  s medsched.schedules;
  at timestamptz;
BEGIN
  FOR x IN SELECT o.nth, o.s FROM pg_temp.schedules_of(who) AS o WHERE o.nth <= 3 ORDER BY o.nth LOOP
    s := x.s;
    at := timezone('UTC', greatest(s.starts_at, s.effective_from::timestamp)) + (pg_temp.chance(n, 'window' || x.nth) * 60 - 10) * interval '1 day';
    RETURN NEXT format('SELECT * FROM medsched.upcoming_doses(%L, %L, %L)', who, at, at + interval '17 days');
    RETURN NEXT format('SELECT * FROM medsched.next_doses(%L, %L, 7)', who, at);
    RETURN NEXT format('SELECT * FROM medsched.adherence(%L, %L, %L)', who, at, at + interval '30 days');
    RETURN NEXT format('SELECT * FROM medsched.adherence_by_day(%L, %L, %L)', who, at, at + interval '30 days');
    RETURN NEXT format('SELECT * FROM medsched.next_as_needed_at(%L, %L, %L)', who, s.id, at);
    RETURN NEXT format('SELECT * FROM medsched.explain_dose(%L, %L, %L)', who, s.id, at);
    RETURN NEXT format('SELECT medsched.describe_schedule(%L, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L)', s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates,
                       s.ends_at, s.cycle_days_on, s.cycle_days_off, s.as_needed, s.min_interval, s.max_per_24h, s.effective_from);
  END LOOP;
  RETURN QUERY SELECT format('SELECT * FROM medsched.schedule_history(%L, %L)', who, m.id) FROM medsched.medications AS m WHERE m.user_id = who ORDER BY m.name;
  RETURN NEXT format('SELECT * FROM medsched.medications AS m WHERE m.user_id = %L ORDER BY m.name', who);
  RETURN NEXT format('SELECT (x.s).* FROM pg_temp.schedules_of(%L) AS x ORDER BY x.nth', who);
  RETURN NEXT format('SELECT x.nth, d.* FROM medsched.dose_taken AS d JOIN pg_temp.schedules_of(%L) AS x ON (x.s).id = d.schedule_id WHERE d.user_id = %L ORDER BY d.scheduled_for, x.nth', who, who);
  RETURN NEXT format('SELECT * FROM medsched.check_integrity() AS i WHERE i.user_id = %L', who);
  IF pg_temp.chance(n, 'erased') < 0.1 THEN
    RETURN NEXT format('SELECT * FROM medsched.erase_user(%L)', who);
  END IF;
END
$$;

-- A life: medications, a dozen events, and the questions.  A case of the schedules for each.
CREATE FUNCTION pg_temp.life(person int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  first CONSTANT int := (SELECT min(c.n) FROM cases AS c) + (person - 1) * 12;
  who CONSTANT uuid := md5('person ' || first);
  n int;
  statement text;
BEGIN
  FOR i IN 0 .. 11 LOOP
    n := first + i;
    statement := CASE WHEN i < 2 THEN
        format('SELECT medsched.create_medication(%L, %L, %L, %L)', who, 'medication ' || i,
               jsonb_build_array(pg_temp.schedule(n)) || CASE i WHEN 0 THEN jsonb_build_array(pg_temp.schedule(n + 11)) ELSE '[]' END, pg_temp.pick(n, 'notes', '- notes'))
      ELSE pg_temp.event(n, who, (SELECT e.what FROM events AS e WHERE e.nth = 1 + floor(pg_temp.chance(n, 'event') * e.number))) END;
    RETURN NEXT pg_temp.masked(format('%s.%s # %s # %s', person, i, statement, pg_temp.attempt(statement)), who);
  END LOOP;
  FOR statement IN SELECT q FROM pg_temp.questions(who, first) AS q WHERE q !~ (SELECT m.functions FROM missing AS m) LOOP
    RETURN NEXT pg_temp.masked(format('%s # %s # %s', person, statement, pg_temp.attempt(statement)), who);
  END LOOP;
END
$$;

-- A statement for each, so that the time limit is one person's.
SELECT format('SELECT pg_temp.life(%s)', person) FROM generate_series(1, :people) AS person
\gexec
