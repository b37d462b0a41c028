-- What compare_lives.py asks of a database: a statement, and what the person has after it, as a line of JSON.
-- The person is the setting life.who; names of schedules are medication/chain/place in the chain.
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
CREATE TEMP TABLE roots (id uuid, name text);

CREATE FUNCTION pg_temp.who() RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT current_setting('life.who')::uuid
$$;

CREATE FUNCTION pg_temp.clock(instant timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT timezone('UTC', instant)::text
$$;

-- The person's schedules by name.
CREATE FUNCTION pg_temp.names() RETURNS TABLE (id uuid, name text) LANGUAGE sql VOLATILE AS $$
  WITH RECURSIVE chain (id, root, place) AS (
    SELECT s.id, r.name, 0 FROM medsched.schedules AS s JOIN roots AS r ON r.id = s.id WHERE s.user_id = pg_temp.who()
    UNION ALL
    SELECT s.id, c.root, c.place + 1 FROM chain AS c JOIN medsched.schedules AS s ON s.user_id = pg_temp.who() AND s.replaces = c.id)
  SELECT c.id, concat(c.root, '/', c.place) FROM chain AS c
$$;

CREATE FUNCTION pg_temp.named(name text) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT n.id FROM pg_temp.names() AS n WHERE n.name = named.name
$$;

CREATE FUNCTION pg_temp.name(id uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT n.name FROM pg_temp.names() AS n WHERE n.id = name.id
$$;

CREATE FUNCTION pg_temp.medication(name text) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT m.id FROM medsched.medications AS m WHERE m.user_id = pg_temp.who() AND m.name = medication.name
$$;

-- Correct when a dose was taken.
CREATE FUNCTION pg_temp.correct(schedule uuid, dose timestamptz, at timestamptz) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  number int;
BEGIN
  UPDATE medsched.dose_taken AS d SET taken_at = at
   WHERE d.user_id = pg_temp.who() AND d.schedule_id = schedule AND d.scheduled_for = dose AND d.outcome = 'taken';
  GET DIAGNOSTICS number = ROW_COUNT;
  RETURN number;
END
$$;

-- Doses as [schedule, scheduled_for, due_at, status, amount, taken_at], in their order; handle: whether each has its own.
CREATE FUNCTION pg_temp.dose(d medsched.dose, name text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(name, pg_temp.clock(d.scheduled_for), pg_temp.clock(d.due_at), d.status, trim_scale(d.dose_amount)::text, pg_temp.clock(d.taken_at),
    d.dose_id = medsched.dose_id(d.schedule_id, d.scheduled_for) AND d.local_time = timezone(d.time_zone, d.due_at))
$$;

-- Perform a statement that gives rows of jsonb; then say what doses the person has and, if whole, how the person stands.
CREATE FUNCTION pg_temp.step(statement text, lo timestamptz, hi timestamptz, at timestamptz, whole boolean) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb;
  state text; message text; detail text; rule text;
  who CONSTANT uuid := pg_temp.who();
BEGIN
  BEGIN
    EXECUTE format('SELECT coalesce(jsonb_agg(q.r), ''[]'') FROM (%s) AS q (r)', statement) INTO answer;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    answer := jsonb_build_object('rows', answer);
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, rule = CONSTRAINT_NAME;
    answer := jsonb_build_object('refused', coalesce(nullif(rule, ''), state), 'message', concat_ws(' | ', message, nullif(detail, '')));
  END;
  answer := answer || (
    WITH n AS MATERIALIZED (SELECT * FROM pg_temp.names()),
    listed AS MATERIALIZED (SELECT d, row_number() OVER () AS nth FROM medsched.upcoming_doses(who, lo, hi) AS d)
    SELECT jsonb_build_object('now', pg_temp.clock(now()),
      'doses', jsonb_agg(pg_temp.dose(l.d, n.name) ORDER BY l.nth)) FROM listed AS l LEFT JOIN n ON n.id = (l.d).schedule_id);
  IF NOT whole THEN
    RETURN answer;
  END IF;
  RETURN answer || (
    WITH n AS MATERIALIZED (SELECT * FROM pg_temp.names()),
    following AS MATERIALIZED (SELECT d, row_number() OVER () AS nth FROM medsched.next_doses(who, step.at, 6) AS d)
    SELECT jsonb_build_object(
      'next', (SELECT jsonb_agg(pg_temp.dose(f.d, n.name) ORDER BY f.nth) FROM following AS f LEFT JOIN n ON n.id = (f.d).schedule_id),
      'stock', (SELECT jsonb_agg(jsonb_build_array(s.medication_name, s.amount, s.unit, s.taken)) FROM medsched.stock(who, step.at) AS s),
      'adherence', (SELECT jsonb_agg(jsonb_build_array(a.medication_name, a.scheduled, a.taken, a.skipped, a.missed, a.on_time))
                      FROM medsched.adherence(who, lo, hi) AS a WHERE a.scheduled > 0)));
END
$$;
