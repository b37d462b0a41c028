-- A schedule as a Dosage of FHIR, and back.
--
-- Timing says what it can: days, weeks and months with times of day, steps in hours, bounds; single dates as events.  What it
-- cannot (cycles, "the first Monday", dates left out) goes out in words.  An extension has the schedule itself, with its zone,
-- which FHIR does not have.  It is believed only where the rest of the Dosage is what the schedule goes out as: whoever changed
-- a time of day there did not change it in our extension.

-- An instant as a dateTime with the offset of a zone, in UTC where FHIR cannot write the offset.
CREATE OR REPLACE FUNCTION medsched._fhir_instant(at timestamptz, time_zone text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shown CONSTANT timestamptz := date_trunc('second', at);
  local CONSTANT timestamp := medsched._to_local(shown, time_zone);
  minutes CONSTANT numeric := extract(epoch FROM local - timezone('UTC', shown)) / 60;
BEGIN
  IF minutes <> trunc(minutes) OR abs(minutes) > 840 OR extract(year FROM local) NOT BETWEEN 1 AND 9999 THEN
    RETURN to_char(timezone('UTC', shown), 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
  END IF;
  RETURN concat(to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS'), CASE WHEN minutes < 0 THEN '-' ELSE '+' END,
                to_char(make_interval(mins => abs(minutes)::int), 'HH24:MI'));
END
$$;
COMMENT ON FUNCTION medsched._fhir_instant(timestamptz, text) IS
  'Internal: an instant as a dateTime of FHIR';

-- An amount as a Quantity, with UCUM's code where the unit is one of mass or volume.
CREATE OR REPLACE FUNCTION medsched._fhir_quantity(amount numeric, unit text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_strip_nulls(jsonb_build_object('value', amount, 'unit', nullif(btrim(unit), '')))
  || coalesce((SELECT jsonb_build_object('system', 'http://unitsofmeasure.org', 'code', u.code)
                 FROM (VALUES ('kg', 'kg'), ('g', 'g'), ('mg', 'mg'), ('mcg', 'ug'), ('ug', 'ug'), ('ng', 'ng'), ('l', 'L'), ('L', 'L'), ('dl', 'dL'),
                              ('dL', 'dL'), ('cl', 'cL'), ('cL', 'cL'), ('ml', 'mL'), ('mL', 'mL'), ('ul', 'uL'), ('uL', 'uL')) AS u (unit, code)
                WHERE u.unit = btrim($2)), '{}');
COMMENT ON FUNCTION medsched._fhir_quantity(numeric, text) IS
  'Internal: an amount as a Quantity of FHIR';

-- A length of elapsed time as period and periodUnit, or as a Quantity's value and code.
CREATE OR REPLACE FUNCTION medsched._fhir_length(length interval, OUT period bigint, OUT unit text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT s.seconds / u.seconds, u.unit
    FROM (SELECT extract(epoch FROM medsched._elapsed(length))::bigint) AS s (seconds),
         (VALUES (3600, 'h'), (60, 'min'), (1, 's')) AS u (seconds, unit)
   WHERE s.seconds % u.seconds = 0
   ORDER BY u.seconds DESC LIMIT 1;
END;
COMMENT ON FUNCTION medsched._fhir_length(interval) IS
  'Internal: a length of time as FHIR has it';

-- How often a rule is, as Timing.repeat says it, with the first of its doses; NULL: it does not.
CREATE OR REPLACE FUNCTION medsched._fhir_repeat(s medsched._schedule, first timestamp)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  written CONSTANT medsched._recurrence := medsched._rule_parts(s.rrule);
  r CONSTANT medsched._recurrence := medsched._completed(written, s.starts_at);
  every CONSTANT bigint := coalesce(r.every, 1);
  clocks text[];
  day CONSTANT int := extract(day FROM first);
  per_day int;
  unit text;
  days jsonb;
BEGIN
  IF s.rdates <> '{}' OR s.exdates <> '{}' OR s.cycle_days_on IS NOT NULL OR every > 10000
     OR coalesce(r.positions, r.yeardays, r.weeknos) IS NOT NULL OR cardinality(r.nth) > 0 THEN
    RETURN NULL;
  ELSIF r.freq < 3 THEN
    -- Steps in elapsed time, of no other part.
    IF coalesce(written.seconds, written.minutes, written.hours, written.months, written.monthdays, written.weekdays) IS NOT NULL THEN
      RETURN NULL;
    END IF;
    RETURN jsonb_build_object('frequency', 1, 'period', every, 'periodUnit', ('{s,min,h}'::text[])[r.freq + 1]);
  END IF;
  clocks := ARRAY(SELECT to_char(make_time(h, m, x), 'HH24:MI:SS') AS clock
                    FROM unnest(r.hours) AS h, unnest(r.minutes) AS m, unnest(r.seconds) AS x ORDER BY clock);
  per_day := cardinality(clocks);
  IF per_day > 100 THEN
    RETURN NULL;
  END IF;
  IF r.freq IN (3, 4) THEN
    IF coalesce(r.months, r.monthdays) IS NOT NULL
       OR r.weekdays IS NOT NULL AND every > 1 AND (r.freq = 3 OR cardinality(r.weekdays) > 1 AND coalesce(r.week_start, 0) <> 0) THEN
      RETURN NULL;
    END IF;
    unit := CASE WHEN r.weekdays IS NULL THEN 'd' ELSE 'wk' END;
    days := (SELECT jsonb_agg(('{mon,tue,wed,thu,fri,sat,sun}'::text[])[d + 1] ORDER BY d) FROM unnest(r.weekdays) AS d);
    per_day := per_day * coalesce(cardinality(r.weekdays), 1);
  ELSE
    -- Months and years, on the day of the first dose.
    IF r.weekdays IS NOT NULL OR r.monthdays IS DISTINCT FROM ARRAY[day]
       OR (CASE WHEN r.freq = 5 THEN r.months IS NOT NULL ELSE r.months IS DISTINCT FROM ARRAY[extract(month FROM first)::int] END)
       OR r.skip IS DISTINCT FROM 1 AND (r.freq = 5 AND day > 28 OR r.freq = 6 AND day = 29 AND r.months = ARRAY[2]) THEN
      RETURN NULL;
    END IF;
    unit := CASE r.freq WHEN 5 THEN 'mo' ELSE 'a' END;
  END IF;
  RETURN jsonb_strip_nulls(jsonb_build_object('frequency', per_day, 'period', every, 'periodUnit', unit, 'dayOfWeek', days, 'timeOfDay', to_jsonb(clocks)));
END
$$;
COMMENT ON FUNCTION medsched._fhir_repeat(medsched._schedule, timestamp) IS
  'Internal: how often a rule is, in FHIR';

-- The Timing of a schedule of set times.
CREATE OR REPLACE FUNCTION medsched._fhir_timing(s medsched._schedule, words text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  since CONSTANT timestamptz := coalesce(s.effective_from - interval '1 microsecond', '-infinity');
  r CONSTANT medsched._recurrence := medsched._rule_parts(s.rrule);
  ends CONSTANT boolean := s.rrule IS NULL OR r.count IS NOT NULL OR r.until IS NOT NULL OR s.ends_at < 'infinity';
  first CONSTANT timestamptz := medsched.next_occurrence(s.rrule, s.starts_at, s.time_zone, since, s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off);
  last timestamptz;
  repeat jsonb;
  events timestamptz[];
BEGIN
  IF ends THEN
    last := medsched.previous_occurrence(s.rrule, s.starts_at, s.time_zone, coalesce(s.ends_at, 'infinity'), s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off);
  END IF;
  IF first IS NULL OR ends AND (last < first) IS NOT FALSE THEN
    RETURN jsonb_build_object('code', jsonb_build_object('text', words));
  END IF;
  IF s.rrule IS NOT NULL AND (last > first) IS NOT FALSE THEN
    repeat := medsched._fhir_repeat(s, medsched._to_local(first, s.time_zone));
  END IF;
  IF repeat IS NOT NULL THEN
    RETURN jsonb_build_object('repeat', repeat || jsonb_build_object('boundsPeriod',
      jsonb_strip_nulls(jsonb_build_object('start', medsched._fhir_instant(first, s.time_zone), 'end', medsched._fhir_instant(last, s.time_zone)))));
  END IF;
  IF ends AND last <= first + interval '20 years' THEN
    events := ARRAY(SELECT o FROM medsched.occurrences(s.rrule, s.starts_at, s.time_zone, first,
                      least(last + interval '1 microsecond', first + interval '400 days'), s.rdates, s.exdates, s.cycle_days_on, s.cycle_days_off) AS o
                     ORDER BY o LIMIT 101);
    IF cardinality(events) <= 100 AND events[cardinality(events)] = last THEN
      RETURN jsonb_build_object('event', (SELECT jsonb_agg(medsched._fhir_instant(e, s.time_zone) ORDER BY e) FROM unnest(events) AS e));
    END IF;
  END IF;
  RETURN jsonb_build_object('code', jsonb_build_object('text', words));
END
$$;
COMMENT ON FUNCTION medsched._fhir_timing(medsched._schedule, text) IS
  'Internal: the Timing of FHIR of a schedule';

-- What FHIR can say of a schedule as needed: a period, one of its limits, and its amounts.
CREATE OR REPLACE FUNCTION medsched._fhir_needed(schedule jsonb, release text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  time_zone CONSTANT text := schedule ->> 'time_zone';
  begins CONSTANT timestamptz := greatest(medsched._to_instant((schedule ->> 'starts_at')::timestamp, time_zone), (schedule ->> 'effective_from')::timestamptz);
  ends CONSTANT timestamptz := nullif((schedule ->> 'ends_at')::timestamptz, 'infinity') - interval '1 second';
  repeat jsonb;
  amounts jsonb;
BEGIN
  repeat := (
    SELECT jsonb_build_object('frequency', l.most, 'period', coalesce(l.days, p.period), 'periodUnit', CASE WHEN l.days IS NULL THEN p.unit ELSE 'd' END)
      FROM medsched._limit_rows((schedule ->> 'min_interval')::interval, (schedule ->> 'max_per_24h')::int, NULL::numeric, schedule -> 'limits')
             WITH ORDINALITY AS l (rule, most, is_amount, within, days, nth)
      LEFT JOIN LATERAL medsched._fhir_length(l.within) AS p ON l.within IS NOT NULL
     WHERE NOT l.is_amount ORDER BY l.nth LIMIT 1);
  SELECT jsonb_agg(jsonb_build_object('numerator', medsched._fhir_quantity(l.most, schedule ->> 'dose_unit'),
           'denominator', jsonb_build_object('value', coalesce(l.days, p.period), 'system', 'http://unitsofmeasure.org',
                                             'code', CASE WHEN l.days IS NULL THEN p.unit ELSE 'd' END)) ORDER BY l.nth)
    INTO amounts
    FROM medsched._limit_rows(NULL::interval, NULL::int, NULL::numeric, schedule -> 'limits') WITH ORDINALITY AS l (rule, most, is_amount, within, days, nth)
    LEFT JOIN LATERAL medsched._fhir_length(l.within) AS p ON l.within IS NOT NULL
   WHERE l.is_amount;
  RETURN jsonb_build_object(CASE release WHEN 'R4' THEN 'asNeededBoolean' ELSE 'asNeeded' END, true,
      'timing', jsonb_build_object('repeat', jsonb_build_object('boundsPeriod', jsonb_strip_nulls(jsonb_build_object(
        'start', medsched._fhir_instant(begins, time_zone), 'end', medsched._fhir_instant(ends, time_zone)))) || coalesce(repeat, '{}')))
    || CASE WHEN amounts IS NULL THEN '{}' ELSE jsonb_build_object('maxDosePerPeriod', CASE release WHEN 'R4' THEN amounts -> 0 ELSE amounts END) END;
END
$$;
COMMENT ON FUNCTION medsched._fhir_needed(jsonb, text) IS
  'Internal: what FHIR can say of a schedule as needed';

-- A schedule in JSON as a Dosage.  release: R4 or R5.
CREATE OR REPLACE FUNCTION medsched._fhir_dosage(schedule jsonb, release text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s medsched._schedule := jsonb_populate_record(NULL::medsched._schedule, medsched._counted_by(schedule));
  words text;
  dosage jsonb;
BEGIN
  s.rdates := coalesce(s.rdates, '{}');
  s.exdates := coalesce(s.exdates, '{}');
  s.as_needed := coalesce(s.as_needed, false);
  words := medsched.describe_schedule(s.rrule, s.starts_at, s.time_zone, s.rdates, s.exdates, s.ends_at, s.cycle_days_on, s.cycle_days_off, s.as_needed,
    (schedule ->> 'min_interval')::interval, (schedule ->> 'max_per_24h')::int, s.effective_from, schedule -> 'limits', schedule ->> 'dose_unit',
    NULL::numeric, NULL::text, 'en'::text, true,
    (schedule ->> 'after_last')::interval, (schedule ->> 'hours_from')::time, (schedule ->> 'hours_until')::time, (schedule ->> 'max_per_day')::int,
    (schedule ->> 'follows_by')::interval, NULL::text, schedule -> 'events');
  dosage := CASE WHEN s.as_needed THEN medsched._fhir_needed(schedule, release)
                 -- No Timing counts from when a dose was taken.
                 WHEN s.after_last IS NOT NULL THEN jsonb_build_object('timing', jsonb_build_object('code', jsonb_build_object('text', words)))
                 ELSE jsonb_build_object('timing', medsched._fhir_timing(s, words)) END
    || jsonb_build_object('text', words, 'extension', jsonb_build_array(jsonb_build_object('url', medsched._fhir_url('schedule'::text),
                                                                                           'valueString', schedule::text)));
  IF schedule ->> 'instructions' ~ '[^[:space:]]' THEN
    dosage := dosage || jsonb_build_object('patientInstruction', schedule -> 'instructions');
  END IF;
  IF schedule ? 'dose_amount' THEN
    dosage := dosage || jsonb_build_object('doseAndRate', jsonb_build_array(jsonb_build_object('doseQuantity',
      medsched._fhir_quantity((schedule ->> 'dose_amount')::numeric, schedule ->> 'dose_unit'))));
  END IF;
  RETURN dosage;
END
$$;
COMMENT ON FUNCTION medsched._fhir_dosage(jsonb, text) IS
  'Internal: a schedule in JSON as a Dosage of FHIR';

-- The schedule that a Dosage has in our extension, which the rest of it must agree with.
CREATE OR REPLACE FUNCTION medsched._own_schedule(dosage jsonb, place text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  beside CONSTANT text[] := '{id,sequence,text,_text,extension}';
  schedule jsonb;
BEGIN
  BEGIN
    SELECT (e ->> 'valueString')::jsonb INTO STRICT schedule
      FROM jsonb_path_query(dosage, 'lax $.extension[*]') AS e WHERE e ->> 'url' = medsched._fhir_url('schedule'::text);
    IF schedule - medsched._schedule_key_names() = '{}' AND NOT schedule ? 'id'
       AND dosage - beside IN (medsched._fhir_dosage(schedule, 'R4'::text) - beside, medsched._fhir_dosage(schedule, 'R5'::text) - beside) THEN
      RETURN schedule;
    END IF;
  EXCEPTION WHEN data_exception OR feature_not_supported OR cardinality_violation OR no_data_found OR too_many_rows THEN
    NULL;
  END;
  PERFORM medsched._refuse('22023'::text, format('%s contradicts its extension "%s"', place, medsched._fhir_url('schedule'::text)),
    'The extension has the schedule as it went out; the Dosage has been changed since.'::text,
    'Leave the extension out, to read the Dosage as it is now.'::text);
END
$$;
COMMENT ON FUNCTION medsched._own_schedule(jsonb, text) IS
  'Internal: the schedule of medsched''s in a Dosage of FHIR';
