-- How many doses a schedule can have in a day.

-- How many occurrences a rule can have in a day, and extra dates in any 24 hours.
CREATE OR REPLACE FUNCTION medsched._most_per_day(r medsched._rule, added timestamptz[])
RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  most bigint := 0;
  size int;
  selected int;
  passing int;
BEGIN
  IF r.freq IS NOT NULL THEN
    size := CASE r.freq WHEN 0 THEN 1
                        WHEN 1 THEN (SELECT greatest(count(DISTINCT s), 1) FROM unnest(r.seconds) AS s)
                        WHEN 2 THEN (SELECT greatest(count(DISTINCT s), 1) FROM unnest(r.seconds) AS s)
                                    * (SELECT greatest(count(DISTINCT m), 1) FROM unnest(r.minutes) AS m)
                        ELSE cardinality(r.times) END;
    most := size;
    IF r.positions IS NOT NULL THEN
      -- What does not reach into a set of a day or less selects nothing, and two positions may be one.
      selected := (SELECT count(DISTINCT CASE WHEN r.freq <= 3 AND n < 0 THEN size + 1 + n ELSE n END)
                     FROM unnest(r.positions) AS n WHERE r.freq > 3 OR abs(n) <= size);
      most := least(most, selected);
    END IF;
    IF r.freq < 3 THEN
      most := most * least(
        (86400 + r.every * (ARRAY[1, 60, 3600])[r.freq + 1] - 1) / (r.every * (ARRAY[1, 60, 3600])[r.freq + 1]),
        coalesce((SELECT count(DISTINCT h) FROM unnest(r.hours) AS h HAVING count(*) > 0), 24)
        * CASE WHEN r.freq < 2 THEN coalesce((SELECT count(DISTINCT m) FROM unnest(r.minutes) AS m HAVING count(*) > 0), 60) ELSE 1 END
        * CASE WHEN r.freq = 0 THEN coalesce((SELECT count(DISTINCT s) FROM unnest(r.seconds) AS s HAVING count(*) > 0), 60) ELSE 1 END);
    END IF;
    most := least(most, r.count);
  END IF;
  RETURN most + coalesce((
    SELECT max(a.n) FROM (SELECT count(*) OVER (ORDER BY x.at RANGE BETWEEN CURRENT ROW AND interval '23:59:59' FOLLOWING) AS n
                            FROM (SELECT DISTINCT a.at FROM unnest(added) AS a (at) WHERE a.at IS NOT NULL) AS x) AS a), 0);
END
$$;

COMMENT ON FUNCTION medsched._most_per_day(medsched._rule, timestamptz[]) IS
  'Internal: how many doses a schedule can have in a day';

CREATE OR REPLACE FUNCTION medsched._density(rrule text, starts_at timestamp, time_zone text, rdates timestamp[], exdates timestamp[],
  days_on int, days_off int, OUT per_day bigint, OUT count bigint)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  r CONSTANT medsched._rule := medsched._check_schedule(rrule, starts_at, time_zone, rdates, exdates, days_on, days_off);
BEGIN
  per_day := medsched._most_per_day(r, r.added || CASE WHEN rrule IS NULL THEN medsched._instant(starts_at, r.zone) END);
  count := r.count;
END
$$;

COMMENT ON FUNCTION medsched._density(text, timestamp, text, timestamp[], timestamp[], int, int) IS
  'Internal: how many doses a schedule can have in a day, and its COUNT';

CREATE OR REPLACE FUNCTION medsched.schedule_density_problem(
  rrule text,
  starts_at timestamp,
  time_zone text,
  rdates timestamp[],
  exdates timestamp[],
  cycle_days_on int,
  cycle_days_off int)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most CONSTANT int := medsched._max_doses_per_day();
  density record;
BEGIN
  IF starts_at IS NULL OR time_zone IS NULL OR rdates IS NULL OR exdates IS NULL OR NOT medsched._is_zone(time_zone) THEN
    RETURN NULL;
  END IF;
  density := medsched._density(rrule, starts_at, time_zone, rdates, exdates, cycle_days_on, cycle_days_off);
  RETURN CASE WHEN density.per_day > most THEN format('It can have %s doses a day, of at most %s.', density.per_day, most)
              WHEN density.count > 100000 THEN format('It counts %s doses, of at most 100000.', density.count) END;
END
$$;
