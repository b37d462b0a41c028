-- One Dosage of FHIR R4 or R5 as schedules: amount, times or limits, and instructions.

-- Whether a Dosage is taken as needed.
CREATE OR REPLACE FUNCTION medsched._dosage_as_needed(dosage jsonb, place text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  said CONSTANT boolean := (coalesce(dosage -> 'asNeeded', dosage -> 'asNeededBoolean')) :: boolean;
  for_what CONSTANT boolean := dosage ? 'asNeededCodeableConcept' OR coalesce(dosage -> 'asNeededFor' <> '[]', false)
    OR EXISTS (SELECT FROM jsonb_path_query(dosage, 'lax $.extension[*]') AS e WHERE e ->> 'url' = medsched._fhir_url('asNeededFor'::text));
BEGIN
  IF dosage -> 'asNeeded' <> dosage -> 'asNeededBoolean' OR (NOT said AND for_what) THEN
    PERFORM medsched._refuse('22023'::text, format('%s contradicts itself about asNeeded', place),
      'It says that it is not as needed, and what it is needed for.'::text, NULL::text);
  END IF;
  IF dosage -> 'asNeededCodeableConcept' = '{}' THEN
    PERFORM medsched._refuse('22023'::text, format('%s.asNeededCodeableConcept is empty', place), NULL::text, NULL::text);
  END IF;
  RETURN coalesce(said, false) OR for_what;
END
$$;
COMMENT ON FUNCTION medsched._dosage_as_needed(jsonb, text) IS
  'Internal: whether a Dosage of FHIR is taken as needed';

-- The one doseQuantity of a Dosage; NULL: it has none.  Of what was ordered by the person's weight, it is what was calculated;
-- amounts that stand by themselves must come to one.
CREATE OR REPLACE FUNCTION medsched._dosage_quantity(dosage jsonb, place text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  entry jsonb;
  nth int := 0;
  quantity jsonb;
  at_place text;
  calculated CONSTANT boolean := EXISTS (SELECT FROM jsonb_array_elements(dosage -> 'doseAndRate') AS e
                                          WHERE e ? 'doseQuantity' AND NOT medsched._is_by_body(e -> 'doseQuantity'));
BEGIN
  FOR entry IN SELECT e FROM jsonb_array_elements(dosage -> 'doseAndRate') AS e LOOP
    at_place := format('%s.doseAndRate[%s]', place, nth);
    PERFORM medsched._check_elements(entry, 'doseAndRate'::text, at_place);
    nth := nth + 1;
    CONTINUE WHEN NOT entry ? 'doseQuantity' OR calculated AND medsched._is_by_body(entry -> 'doseQuantity');
    PERFORM medsched._quantity_unit(entry -> 'doseQuantity', at_place || '.doseQuantity');
    IF (entry #>> '{doseQuantity,value}')::numeric <> (quantity ->> 'value')::numeric
       OR quantity IS NOT NULL AND medsched._quantity_factor(entry -> 'doseQuantity', quantity) IS DISTINCT FROM 1 THEN
      PERFORM medsched._refuse('0A000'::text, format('%s.doseAndRate has several amounts', place),
        format('They are %s.', medsched._shortened((dosage -> 'doseAndRate')::text)), 'Give the one that is taken.'::text);
    END IF;
    quantity := coalesce(quantity, entry -> 'doseQuantity');
  END LOOP;
  RETURN quantity;
END
$$;
COMMENT ON FUNCTION medsched._dosage_quantity(jsonb, text) IS
  'Internal: the amount of a Dosage of FHIR';

-- A length of elapsed time in one unit: "24 hours", "90 minutes".
CREATE OR REPLACE FUNCTION medsched._length_text(length interval)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT format('%s %s%s', s.seconds / u.seconds, u.name, CASE WHEN s.seconds / u.seconds <> 1 THEN 's' END)
          FROM (SELECT extract(epoch FROM length)::bigint) AS s (seconds),
               (VALUES (3600, 'hour'), (60, 'minute'), (1, 'second')) AS u (seconds, name)
         WHERE s.seconds % u.seconds = 0 ORDER BY u.seconds DESC LIMIT 1);
COMMENT ON FUNCTION medsched._length_text(interval) IS
  'Internal: a length of elapsed time in one unit';

-- The maximums of a Dosage: so much of the doses' unit, or so many doses, within a length of time, and the words for it.  A day
-- is any 24 hours here: over midnight, twice the most of a day is not meant.
CREATE OR REPLACE FUNCTION medsched._dosage_maximums(dosage jsonb, dose jsonb, place text)
RETURNS TABLE (most numeric, is_amount boolean, within interval, element text, words text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  ratio jsonb;
  amount_unit text;
BEGIN
  IF dosage ? 'maxDosePerAdministration' THEN
    element := place || '.maxDosePerAdministration';
    amount_unit := medsched._quantity_unit(dosage -> 'maxDosePerAdministration', element);
    most := (dosage #>> '{maxDosePerAdministration,value}')::numeric * medsched._quantity_factor(dosage -> 'maxDosePerAdministration', dose);
    is_amount := true;
    within := '1 minute';
    words := format('at most %s at once', concat_ws(' ', trim_scale((dosage #>> '{maxDosePerAdministration,value}')::numeric), amount_unit));
    RETURN NEXT;
  END IF;
  FOR ratio IN SELECT r FROM jsonb_path_query(dosage, 'lax $.maxDosePerPeriod[*]') AS r LOOP
    element := place || '.maxDosePerPeriod';
    IF jsonb_typeof(ratio) <> 'object' OR ratio - '{id,numerator,denominator}'::text[] <> '{}'
       OR NOT ratio ?& '{numerator,denominator}'::text[] THEN
      PERFORM medsched._refuse('22023'::text, format('%s must have a numerator and a denominator', element),
        format('It is %s.', medsched._shortened(ratio::text)), NULL::text);
    END IF;
    amount_unit := medsched._quantity_unit(ratio -> 'numerator', element || '.numerator');
    within := medsched._timing_duration(ratio -> 'denominator', 'maxDosePerPeriod.denominator'::text);
    IF extract(month FROM within) <> 0 OR extract(year FROM within) <> 0 OR medsched._elapsed(within) > interval '366 days' THEN
      PERFORM medsched._refuse('0A000'::text, format('%s has a period that is not supported', element),
        format('It is %s.', medsched._shortened((ratio -> 'denominator')::text)),
        'Supported are s, min, h, d and wk, up to 366 days.'::text);
    END IF;
    within := medsched._elapsed(within);
    most := (ratio #>> '{numerator,value}')::numeric;
    is_amount := coalesce(lower(coalesce(ratio #>> '{numerator,code}', amount_unit) COLLATE "C"), '') NOT IN ('dose', 'doses', '{dose}', '{doses}');
    words := format('at most %s in %s', concat_ws(' ', trim_scale(most), amount_unit), medsched._length_text(within));
    IF is_amount THEN
      most := most * medsched._quantity_factor(ratio -> 'numerator', dose);
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._dosage_maximums(jsonb, jsonb, text) IS
  'Internal: the maximums of a Dosage of FHIR';

-- The most doses that schedules have within a length of time, where the clocks do not change.
CREATE OR REPLACE FUNCTION medsched._most_doses(schedules jsonb, within interval)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH parts AS (
    SELECT s || '{"time_zone": "UTC"}' AS schedule, timezone('UTC', min((s ->> 'starts_at')::timestamp) OVER ()) AS first
      FROM jsonb_array_elements(schedules) AS s),
  doses AS (
    SELECT o.at FROM parts AS p CROSS JOIN LATERAL medsched._doses_in_json(p.schedule, p.first, p.first + within + interval '15 days') AS o (at))
  SELECT coalesce(max(n.n), 0)
    FROM (SELECT count(*) OVER (ORDER BY d.at RANGE BETWEEN CURRENT ROW AND within - interval '1 microsecond' FOLLOWING) AS n FROM doses AS d) AS n
$$;
COMMENT ON FUNCTION medsched._most_doses(jsonb, interval) IS
  'Internal: the most doses that schedules have within a length of time';

-- What a Dosage says in words, as instructions; NULL: nothing.  when_words: of the parts of the day.
CREATE OR REPLACE FUNCTION medsched._dosage_words(dosage jsonb, when_words text[], maximums text[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT string_agg(w.words, '; ' ORDER BY w.nth)
    FROM (SELECT btrim(a.words) AS words, min(a.nth) AS nth
            FROM unnest(when_words
                   || ARRAY[dosage ->> 'text', dosage ->> 'patientInstruction']
                   || ARRAY(SELECT medsched._concept_words(e.value)
                              FROM jsonb_path_query(dosage, 'lax $.additionalInstruction[*]') WITH ORDINALITY AS e (value, nth) ORDER BY e.nth)
                   || (SELECT 'as needed for ' || string_agg(medsched._concept_words(f.value), ' or ' ORDER BY f.nth)
                         FROM (SELECT dosage -> 'asNeededCodeableConcept', 0::bigint
                               UNION ALL SELECT e.* FROM jsonb_path_query(dosage, 'lax $.asNeededFor[*]') WITH ORDINALITY AS e
                               UNION ALL SELECT e.value -> 'valueCodeableConcept', e.nth
                                 FROM jsonb_path_query(dosage, 'lax $.extension[*]') WITH ORDINALITY AS e (value, nth)
                                WHERE e.value ? 'valueCodeableConcept') AS f (value, nth))
                   || ARRAY[medsched._concept_words(dosage -> 'method'), medsched._concept_words(dosage -> 'route'),
                            medsched._concept_words(dosage -> 'site')]
                   || maximums) WITH ORDINALITY AS a (words, nth)
           WHERE btrim(a.words) <> ''
           GROUP BY btrim(a.words)) AS w;
END;
COMMENT ON FUNCTION medsched._dosage_words(jsonb, text[], text[]) IS
  'Internal: what a Dosage of FHIR says in words';

-- The schedule of doses as needed: of its Timing, and with the maximums among its limits.
CREATE OR REPLACE FUNCTION medsched._dosage_needed(dosage jsonb, dose jsonb, place text, starts_on date, time_zone text, times jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedule jsonb := medsched.schedule_from_fhir(coalesce(dosage -> 'timing', '{}'),
    CASE WHEN dosage #> '{timing,repeat,boundsPeriod}' ? 'start' THEN NULL ELSE starts_on END, time_zone,
    CASE jsonb_typeof(times) WHEN 'array' THEN NULL ELSE times END, NULL::timestamptz, true) -> 0;
  distance CONSTANT interval := (SELECT max(medsched._elapsed(medsched._timing_duration(e -> 'valueDuration', 'modifierExtension.valueDuration'::text)))
                                   FROM jsonb_path_query(dosage, 'lax $.modifierExtension[*]') AS e);
  maximum record;
BEGIN
  IF distance IS NOT NULL THEN
    schedule := schedule || jsonb_build_object('min_interval',
      medsched._length_text(greatest(distance, medsched._elapsed((schedule ->> 'min_interval')::interval))));
  END IF;
  FOR maximum IN SELECT m.* FROM medsched._dosage_maximums(dosage, dose, place) AS m LOOP
    IF maximum.most IS NULL OR maximum.is_amount AND dose IS NULL THEN
      PERFORM medsched._refuse('0A000'::text, format('%s is in another unit than the dose', maximum.element),
        format('The dose is %s.', coalesce(medsched._shortened(dose::text), 'not said')), 'Say both in one unit.'::text);
    ELSIF NOT maximum.is_amount AND maximum.most <> trunc(maximum.most) THEN
      PERFORM medsched._refuse('22023'::text, format('%s is not a whole number of doses', maximum.element), NULL::text, NULL::text);
    END IF;
    schedule := schedule || jsonb_build_object('limits', coalesce(schedule -> 'limits', '[]') || jsonb_build_array(
      CASE WHEN maximum.is_amount THEN jsonb_build_object('amount', trim_scale(maximum.most)) ELSE jsonb_build_object('doses', maximum.most::bigint) END
      || jsonb_build_object('within', medsched._length_text(maximum.within))));
  END LOOP;
  RETURN schedule || jsonb_strip_nulls(jsonb_build_object('instructions', medsched._dosage_words(dosage, ARRAY[schedule ->> 'instructions'], '{}'::text[])));
END
$$;
COMMENT ON FUNCTION medsched._dosage_needed(jsonb, jsonb, text, date, text, jsonb) IS
  'Internal: the schedule as needed of a Dosage of FHIR';

-- The schedules of a Dosage with set times, or without.  Not in a parallel worker, where no error can be caught.
CREATE OR REPLACE FUNCTION medsched._dosage_schedules(dosage jsonb, place text, starts_on date, time_zone text, times jsonb, is_alone boolean)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dose jsonb;
  maximum record;
  maximums text[] := '{}';
  schedules jsonb;
  is_needed boolean;
  reading boolean := false;
  message text; detail text; hint text;
BEGIN
  IF medsched._is_own_dosage(dosage) THEN
    RETURN jsonb_build_array(medsched._own_schedule(dosage, place));
  END IF;
  dose := medsched._dosage_quantity(dosage, place);
  is_needed := medsched._dosage_as_needed(dosage, place);
  IF is_needed THEN
    reading := true;
    schedules := jsonb_build_array(medsched._dosage_needed(dosage, dose, place, starts_on, time_zone, times));
    reading := false;
  ELSIF NOT dosage ? 'timing' THEN
    PERFORM medsched._refuse('0A000'::text, format('%s does not say when', place),
      CASE WHEN dosage ? 'text' THEN format('It says "%s".', medsched._shortened(dosage ->> 'text')) END,
      'It must have a timing, or be as needed. schedule_from_sig reads words.'::text);
  ELSE
    IF jsonb_path_exists(dosage, 'lax $.modifierExtension[*]') THEN
      PERFORM medsched._refuse('0A000'::text, format('%s.modifierExtension is not supported for doses at set times', place),
        format('It is %s.', medsched._shortened((dosage -> 'modifierExtension')::text)), NULL::text);
    END IF;
    reading := true;
    schedules := medsched.schedule_from_fhir(dosage -> 'timing',
      CASE WHEN dosage #> '{timing,repeat,boundsPeriod}' ? 'start' THEN NULL ELSE starts_on END, time_zone, times, NULL::timestamptz, false);
    FOR maximum IN SELECT m.* FROM medsched._dosage_maximums(dosage, dose, place) AS m LOOP
      IF (CASE WHEN maximum.is_amount THEN (dose ->> 'value')::numeric ELSE 1 END)
         * medsched._most_doses(schedules, maximum.within) > maximum.most THEN
        PERFORM medsched._refuse('22023'::text, format('%s is less than the doses come to', maximum.element),
          format('It is %s.', maximum.words), NULL::text);
      END IF;
      maximums := array_append(maximums, maximum.words);
    END LOOP;
    schedules := (SELECT jsonb_agg(s.value || jsonb_strip_nulls(jsonb_build_object('instructions',
                           medsched._dosage_words(dosage, ARRAY[s.value ->> 'instructions'], maximums))) ORDER BY s.nth)
                    FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth));
  END IF;
  reading := false;
  PERFORM medsched._refuse_words_beyond(dosage, schedules, dose, place, is_needed, coalesce(jsonb_typeof(times) = 'array', false), is_alone);
  RETURN (SELECT jsonb_agg(s.value || jsonb_strip_nulls(jsonb_build_object('dose_amount', dose -> 'value',
                                        'dose_unit', medsched._quantity_unit(dose, place))) ORDER BY s.nth)
            FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth));
EXCEPTION
  -- What the reader of Timings refuses, with its place.
  WHEN data_exception OR feature_not_supported OR program_limit_exceeded THEN
    IF NOT reading THEN
      RAISE;
    END IF;
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    PERFORM medsched._refuse(SQLSTATE, CASE WHEN starts_with(message, place) THEN message ELSE format('%s: %s', place, message) END,
      nullif(detail, ''), nullif(hint, ''));
END
$$;
COMMENT ON FUNCTION medsched._dosage_schedules(jsonb, text, date, text, jsonb, boolean) IS
  'Internal: the schedules of a Dosage of FHIR';
