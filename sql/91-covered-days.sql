-- Covered days: for how much of a time the fills of a medication lasted, whether it was taken or not.
--
-- The proportion of days covered is that of the Pharmacy Quality Alliance, as the Centers for Medicare & Medicaid Services rate
-- plans by it.  The time begins with the first fill in the window.  A fill covers as many days as its days_supply says, from its
-- date on; of one drug, from the day after the former fill's last one, if that is later.  A day is covered by any of the drugs of
-- a class, and counts once; days after the window do not.  The medication possession ratio adds up the days supplied instead.
--
-- A drug is a substance, or else a medication; a class is therapeutic_class, or else a drug.

-- The fills of a person, or of all (NULL), in a window of dates: on the date of the schedule's time zone that was in effect.
CREATE OR REPLACE FUNCTION medsched._fills(of_user uuid, window_start date, window_end date)
RETURNS TABLE (user_id uuid, medication_id uuid, medication_name text, therapeutic_class text, class_key text, drug text,
  filled_on date, days_supply int, id uuid)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  -- A day of any time zone begins and ends within 15 hours of that in UTC.
  first CONSTANT timestamptz := timezone('UTC', $2::timestamp) - interval '15 hours';
  last CONSTANT timestamptz := timezone('UTC', $3::timestamp) + interval '15 hours';
BEGIN
  RETURN QUERY
    SELECT e.user_id, m.id, m.name, m.therapeutic_class,
           CASE WHEN m.therapeutic_class IS NOT NULL THEN 'c' || lower(m.therapeutic_class) ELSE 'd' || coalesce(lower(m.substance), m.id::text) END,
           coalesce(lower(m.substance), m.id::text), d.filled_on, e.days_supply, e.id
      FROM medsched.stock_entries AS e
      JOIN medsched.medications AS m ON m.user_id = e.user_id AND m.id = e.medication_id
     CROSS JOIN LATERAL (
           SELECT s.time_zone::text AS time_zone
             FROM medsched.schedules AS s
            WHERE s.user_id = e.user_id AND s.medication_id = e.medication_id
            ORDER BY coalesce(s.effective_from > e.occurred_at, false), s.effective_from DESC NULLS LAST, s.id
            LIMIT 1) AS s
     CROSS JOIN LATERAL (SELECT medsched._to_local(e.occurred_at, s.time_zone)::date AS filled_on) AS d
     WHERE ($1 IS NULL OR e.user_id = $1) AND e.kind = 'dispensed' AND e.occurred_at >= first AND e.occurred_at < last
       AND d.filled_on >= $2 AND d.filled_on < $3;
END
$$;

COMMENT ON FUNCTION medsched._fills(uuid, date, date) IS
  'Internal: the fills of a person, or of all, in a window of dates';

CREATE OR REPLACE FUNCTION medsched._check_days(window_start date, window_end date)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF $1 IS NULL OR $2 IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = CASE WHEN $1 IS NULL THEN 'window_start' ELSE 'window_end' END || ' must not be null';
  ELSIF NOT isfinite($1) OR NOT isfinite($2) THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = CASE WHEN NOT isfinite($1) THEN 'window_start' ELSE 'window_end' END || ' must be finite';
  ELSIF $1 < date '0001-01-01' OR $2 > date '10000-01-01' THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = CASE WHEN $1 < date '0001-01-01' THEN 'window_start' ELSE 'window_end' END || ' is out of range',
      DETAIL = format('It is %s.', CASE WHEN $1 < date '0001-01-01' THEN $1 ELSE $2 END), HINT = 'Use a date in the years 1 to 9999.';
  ELSIF $2 < $1 THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'window_end must not be before window_start',
      DETAIL = format('The window is from %s to %s.', $1, $2);
  END IF;
END
$$;

COMMENT ON FUNCTION medsched._check_days(date, date) IS
  'Internal: checks a window of dates';

-- The classes of a person, or of all (NULL), that have a fill in a window.
CREATE OR REPLACE FUNCTION medsched._covered_days(of_user uuid, window_start date, window_end date)
RETURNS TABLE (user_id uuid, therapeutic_class text, medication_ids uuid[], medication_names text[], first_fill date, days int, days_covered int,
  days_supplied bigint, fills int, fills_without_days_supply int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH fills AS MATERIALIZED (SELECT f.* FROM medsched._fills($1, $2, $3) AS f),
    -- The days supplied until a fill, and the latest that fills of the drug pushed one another to.
    supplied AS (
      SELECT f.user_id, f.class_key, f.drug, f.filled_on, f.days_supply, f.id,
             (sum(f.days_supply) OVER w)::int AS until, f.filled_on - (sum(f.days_supply) OVER w)::int + f.days_supply AS slack
        FROM fills AS f
       WHERE f.days_supply IS NOT NULL
      WINDOW w AS (PARTITION BY f.user_id, f.class_key, f.drug ORDER BY f.filled_on, f.id)),
    spans AS (
      SELECT s.user_id, s.class_key, s.days_supply,
             max(s.slack) OVER (PARTITION BY s.user_id, s.class_key, s.drug ORDER BY s.filled_on, s.id) + s.until AS ends
        FROM supplied AS s),
    covered AS (
      SELECT c.user_id, c.class_key, sum(upper(r) - lower(r))::int AS days
        FROM (SELECT s.user_id, s.class_key, range_agg(daterange(least(s.ends - s.days_supply, $3), least(s.ends, $3))) AS dates
                FROM spans AS s GROUP BY s.user_id, s.class_key) AS c
       CROSS JOIN LATERAL unnest(c.dates) AS r
       GROUP BY c.user_id, c.class_key)
    -- Of a class's spellings, the same one in every database.
    SELECT f.user_id, min(f.therapeutic_class COLLATE "C"), array_agg(DISTINCT f.medication_id), array_agg(DISTINCT f.medication_name COLLATE "C"),
           min(f.filled_on) FILTER (WHERE f.days_supply IS NOT NULL), $3 - min(f.filled_on) FILTER (WHERE f.days_supply IS NOT NULL), coalesce(min(c.days), 0), coalesce(sum(f.days_supply), 0),
           count(f.days_supply)::int, (count(*) - count(f.days_supply))::int
      FROM fills AS f
      LEFT JOIN covered AS c ON c.user_id = f.user_id AND c.class_key = f.class_key
     GROUP BY f.user_id, f.class_key;
END
$$;

COMMENT ON FUNCTION medsched._covered_days(uuid, date, date) IS
  'Internal: the days that fills covered, of a person or of all';

CREATE OR REPLACE FUNCTION medsched.proportion_of_days_covered(user_id uuid, window_start date, window_end date)
RETURNS TABLE (
  therapeutic_class text,
  medication_ids uuid[],
  medication_names text[],
  first_fill date,
  days int,
  days_covered int,
  percentage numeric,
  fills int,
  fills_without_days_supply int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_days($2, $3), medsched._check_tables();
  RETURN QUERY
    SELECT c.therapeutic_class, c.medication_ids, c.medication_names, c.first_fill, c.days, c.days_covered,
           round(100.0 * c.days_covered / nullif(c.days, 0), 1), c.fills, c.fills_without_days_supply
      FROM medsched._covered_days($1, $2, $3) AS c
     ORDER BY c.therapeutic_class, c.medication_names, c.medication_ids;
END
$$;

COMMENT ON FUNCTION medsched.proportion_of_days_covered(uuid, date, date) IS
  'The proportion of days covered (PDC) by the fills of a user in [window_start, window_end), a row per class: days, from the first fill to the end; of these the days covered, each once, a fill of the same drug beginning after the former has ended; and the percentage. A class is medications.therapeutic_class, or else a substance, or else a medication. Fills are entries of medsched.stock_entries that were dispensed; those without days_supply are counted in fills_without_days_supply alone';

CREATE OR REPLACE FUNCTION medsched.medication_possession_ratio(user_id uuid, window_start date, window_end date)
RETURNS TABLE (
  therapeutic_class text,
  medication_ids uuid[],
  medication_names text[],
  first_fill date,
  days int,
  days_supplied bigint,
  percentage numeric,
  fills int,
  fills_without_days_supply int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._require_id($1, 'user_id'), medsched._check_days($2, $3), medsched._check_tables();
  RETURN QUERY
    SELECT c.therapeutic_class, c.medication_ids, c.medication_names, c.first_fill, c.days, c.days_supplied,
           round(100.0 * c.days_supplied / nullif(c.days, 0), 1), c.fills, c.fills_without_days_supply
      FROM medsched._covered_days($1, $2, $3) AS c
     ORDER BY c.therapeutic_class, c.medication_names, c.medication_ids;
END
$$;

COMMENT ON FUNCTION medsched.medication_possession_ratio(uuid, date, date) IS
  'The medication possession ratio (MPR) of the fills of a user in [window_start, window_end), a row per class as of medsched.proportion_of_days_covered: the days supplied, all added up, among the days from the first fill to the end; above 100 where more was supplied';

CREATE OR REPLACE FUNCTION medsched.covered_days_of_all(window_start date, window_end date)
RETURNS TABLE (
  user_id uuid,
  therapeutic_class text,
  medication_ids uuid[],
  medication_names text[],
  first_fill date,
  days int,
  days_covered int,
  days_supplied bigint,
  proportion_of_days_covered numeric,
  medication_possession_ratio numeric,
  fills int,
  fills_without_days_supply int)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM medsched._check_days($1, $2), medsched._check_tables();
  RETURN QUERY
    SELECT c.user_id, c.therapeutic_class, c.medication_ids, c.medication_names, c.first_fill, c.days, c.days_covered, c.days_supplied,
           round(100.0 * c.days_covered / nullif(c.days, 0), 1), round(100.0 * c.days_supplied / nullif(c.days, 0), 1),
           c.fills, c.fills_without_days_supply
      FROM medsched._covered_days(NULL::uuid, $1, $2) AS c;
END
$$;

COMMENT ON FUNCTION medsched.covered_days_of_all(date, date) IS
  'medsched.proportion_of_days_covered and medsched.medication_possession_ratio, both in percent, for all users, in no order';
