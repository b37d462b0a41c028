-- A prescription in FHIR R4 or R5 as what create_medication takes.

-- Refuse a resource that says that the medication is not taken, or may not be.
CREATE OR REPLACE FUNCTION medsched._check_prescription(resource jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kind CONSTANT text := resource ->> 'resourceType';
  status CONSTANT text := resource ->> 'status';
  adherence text;
BEGIN
  IF kind IS NULL OR kind NOT IN ('MedicationRequest', 'MedicationStatement') THEN
    PERFORM medsched._refuse('22023'::text, CASE WHEN kind IS NULL THEN 'resource has no resourceType'
                                                 ELSE format('resource "%s" is no prescription', medsched._shortened(kind)) END, NULL::text,
      'Give a MedicationRequest, a MedicationStatement, or an array of Dosages.'::text);
  END IF;
  PERFORM medsched._check_elements(resource, kind, kind);
  IF resource -> 'doNotPerform' = 'true' THEN
    PERFORM medsched._refuse('0A000'::text, 'MedicationRequest.doNotPerform is not supported'::text,
      'It asks that the medication be not taken.'::text, NULL::text);
  ELSIF status IS NOT NULL AND status NOT IN ('active', 'completed', 'intended', 'recorded') THEN
    PERFORM medsched._refuse('0A000'::text, format('%s with status "%s" is not supported', kind, medsched._shortened(status)),
      'Its doses are not to be taken.'::text,
      'Supported are active, intended and recorded, and completed where the doses end. An array of its Dosages is read whatever its status.'::text);
  ELSIF resource ->> 'intent' IN ('proposal', 'option') THEN
    PERFORM medsched._refuse('0A000'::text, format('MedicationRequest with intent "%s" is not supported', resource ->> 'intent'),
      'It is not decided that the medication is taken.'::text, NULL::text);
  ELSIF jsonb_path_exists(resource, 'lax $.courseOfTherapyType.coding[*] ? (@.code == "seasonal")') THEN
    PERFORM medsched._refuse('0A000'::text, 'MedicationRequest.courseOfTherapyType "seasonal" is not supported'::text, NULL::text,
      'Say from when to when each dose is taken.'::text);
  END IF;
  IF resource ? 'adherence' THEN
    adherence := coalesce(resource #>> '{adherence,code,coding,0,code}', resource #>> '{adherence,code,text}', '');
    IF adherence NOT IN ('taking', 'taking-as-directed', 'unknown') THEN
      PERFORM medsched._refuse('0A000'::text, format('MedicationStatement with adherence "%s" is not supported', medsched._shortened(adherence)),
        'It is not taken so.'::text, 'Supported are taking and taking-as-directed.'::text);
    END IF;
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._check_prescription(jsonb) IS
  'Internal: errors for a resource of FHIR that does not say what is taken';

-- The Medication that a resource contains and refers to; NULL: it has none.
CREATE OR REPLACE FUNCTION medsched._contained_medication(resource jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.value
    FROM jsonb_path_query(resource, 'lax $.contained[*]') AS c (value)
   WHERE c.value ->> 'resourceType' = 'Medication'
     AND '#' || (c.value ->> 'id') = coalesce(resource #>> '{medicationReference,reference}', resource #>> '{medication,reference,reference}')
   LIMIT 1;
END;
COMMENT ON FUNCTION medsched._contained_medication(jsonb) IS
  'Internal: the Medication that a resource of FHIR contains and refers to';

-- The name of a resource's medication; NULL: it only refers to one.
CREATE OR REPLACE FUNCTION medsched._prescribed_name(resource jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(
  medsched._concept_words(coalesce(resource -> 'medicationCodeableConcept', resource #> '{medication,concept}')),
  medsched._concept_words(medsched._contained_medication(resource) -> 'code'),
  nullif(btrim(coalesce(resource #>> '{medicationReference,display}', resource #>> '{medication,reference,display}')), ''));
COMMENT ON FUNCTION medsched._prescribed_name(jsonb) IS
  'Internal: the name of the medication of a resource of FHIR';

-- The day after the last of a Dosage that another follows; NULL: it does not say how long it lasts.
CREATE OR REPLACE FUNCTION medsched._dosage_end(dosage jsonb, schedules jsonb, place text, starts_on date, time_zone text)
RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := dosage #> '{timing,repeat}';
  duration interval := medsched._fhir_bounds_duration(repeat -> 'boundsDuration');
  ends record;
  rules record;
  local timestamp;
BEGIN
  ends := medsched._fhir_datetime(repeat #> '{boundsPeriod,end}', 'repeat.boundsPeriod.end'::text, time_zone);
  IF duration IS NOT NULL THEN
    duration := justify_hours(duration);
    IF duration <> date_trunc('day', duration) THEN
      PERFORM medsched._refuse('0A000'::text, format('%s does not last whole days, and another follows', place),
        format('It lasts %s.', medsched._shortened((repeat -> 'boundsDuration')::text)), NULL::text);
    END IF;
    RETURN starts_on + duration;
  ELSIF ends.last IS NOT NULL THEN
    local := medsched._to_local(ends.instant, time_zone);
    RETURN CASE WHEN local = date_trunc('day', local) THEN ends.last ELSE ends.last + 1 END;
  ELSIF (schedules -> 0) ? 'ends_at' OR jsonb_path_exists(schedules, '$[*].rdates') OR NOT repeat ? 'count' THEN
    RETURN NULL;
  END IF;
  -- So many doses are so many periods.
  SELECT sum(r.count) AS doses, min(r.freq) AS freq, min(r.every)::int AS every, min((s.value ->> 'starts_at')::timestamp)::date AS first_day,
         sum(cardinality(r.hours) * cardinality(r.minutes) * cardinality(r.seconds) * coalesce(cardinality(r.weekdays), 1)) AS per_period
    INTO rules
    FROM jsonb_array_elements(schedules) AS s (value)
   CROSS JOIN LATERAL medsched._completed(medsched._rule_parts(coalesce(s.value ->> 'rrule', 'FREQ=DAILY;COUNT=1')),
                                          (s.value ->> 'starts_at')::timestamp) AS r;
  IF rules.freq < 3 OR rules.doses % rules.per_period <> 0 THEN
    PERFORM medsched._refuse('0A000'::text, format('%s ends within a period, and another follows', place),
      format('It has %s doses.', rules.doses), 'Say how long it lasts in boundsDuration or boundsPeriod.'::text);
  END IF;
  RETURN rules.first_day + (rules.doses / rules.per_period)::int * coalesce(rules.every, 1)
         * CASE rules.freq WHEN 3 THEN interval '1 day' WHEN 4 THEN interval '7 days' WHEN 5 THEN interval '1 month' ELSE interval '1 year' END;
END
$$;
COMMENT ON FUNCTION medsched._dosage_end(jsonb, jsonb, text, date, text) IS
  'Internal: the day after the last of a Dosage of FHIR';

-- The first of the instants at which two Dosages both have a dose; NULL: there is none in their first 400 days, or 60 where one
-- steps in hours, or 3 in minutes.
CREATE OR REPLACE FUNCTION medsched._first_together(one jsonb, other jsonb)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH parts AS (
    SELECT d.nth, s.value AS schedule, (s.value ->> 'starts_at')::timestamp AS starts_at, s.value ->> 'rrule' AS rrule
      FROM (VALUES (1, one), (2, other)) AS d (nth, schedules), jsonb_array_elements(d.schedules) AS s (value)),
  span AS (
    SELECT timezone('UTC', max(f.starts_at)) - interval '1 day' AS since,
           CASE WHEN bool_or(f.rrules ~ 'FREQ=(MINUTELY|SECONDLY)') THEN interval '3 days'
                WHEN bool_or(f.rrules ~ 'FREQ=HOURLY') THEN interval '60 days' ELSE interval '400 days' END AS length
      FROM (SELECT min(p.starts_at) AS starts_at, string_agg(p.rrule, ' ') AS rrules FROM parts AS p GROUP BY p.nth) AS f),
  doses AS (
    SELECT p.nth, o.at
      FROM parts AS p CROSS JOIN span AS w
     CROSS JOIN LATERAL medsched._doses_in_json(p.schedule, w.since, w.since + w.length) AS o (at))
  SELECT min(a.at) FROM doses AS a JOIN doses AS b ON b.at = a.at AND b.nth = 2 WHERE a.nth = 1
$$;
COMMENT ON FUNCTION medsched._first_together(jsonb, jsonb) IS
  'Internal: when two Dosages first have a dose at the same time';

-- Check the Dosages of one step beside each other, given as [{"place", "dosage", "schedules"}].
CREATE OR REPLACE FUNCTION medsched._check_together(step jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  pair record;
  together timestamptz;
BEGIN
  FOR pair IN SELECT a.value ->> 'place' AS one, b.value ->> 'place' AS other, a.value -> 'dosage' AS dosage, b.value -> 'dosage' AS other_dosage,
                     a.value -> 'schedules' AS schedules, b.value -> 'schedules' AS other_schedules
                FROM jsonb_array_elements(step) WITH ORDINALITY AS a (value, nth)
                JOIN jsonb_array_elements(step) WITH ORDINALITY AS b (value, nth) ON b.nth > a.nth
               ORDER BY b.nth, a.nth LOOP
    -- Two schedules of ours are as they were.
    CONTINUE WHEN medsched._is_own_dosage(pair.dosage) AND medsched._is_own_dosage(pair.other_dosage);
    IF pair.dosage - '{id,sequence,text}'::text[] = pair.other_dosage - '{id,sequence,text}'::text[] THEN
      PERFORM medsched._refuse('22023'::text, format('%s repeats %s', pair.other, pair.one), NULL::text, NULL::text);
    ELSIF jsonb_path_exists(pair.schedules, '$[*] ? (@.as_needed == true)') AND jsonb_path_exists(pair.other_schedules, '$[*] ? (@.as_needed == true)') THEN
      IF jsonb_path_exists(pair.schedules || pair.other_schedules, '$[*] ? (exists (@.limits) || exists (@.min_interval))') THEN
        PERFORM medsched._refuse('0A000'::text, format('%s and %s are both as needed, and have limits', pair.one, pair.other),
          'Limits of doses as needed hold for all of a medication.'::text, 'Make a medication of each.'::text);
      END IF;
    ELSIF pair.dosage ? 'maxDosePerPeriod' AND jsonb_path_exists(pair.schedules, '$[*].limits') AND NOT jsonb_path_exists(pair.other_schedules, '$[*].as_needed')
       OR pair.other_dosage ? 'maxDosePerPeriod' AND jsonb_path_exists(pair.other_schedules, '$[*].limits') AND NOT jsonb_path_exists(pair.schedules, '$[*].as_needed') THEN
      PERFORM medsched._refuse('0A000'::text, format('%s and %s: maxDosePerPeriod of doses as needed beside others is not supported', pair.one, pair.other),
        'Limits of doses as needed do not count the others.'::text, 'Limit the substance: set_substance_limits.'::text);
    ELSIF NOT pair.dosage ? 'sequence' THEN
      together := medsched._first_together(pair.schedules, pair.other_schedules);
      IF together IS NOT NULL THEN
        PERFORM medsched._refuse('0A000'::text, format('%s has a dose at a time of %s', pair.other, pair.one),
          format('It is %s.', medsched._instant_text(together)),
          'Say in sequence whether they run together, with one number, or follow one another, with rising ones.'::text);
      END IF;
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._check_together(jsonb) IS
  'Internal: errors for Dosages of FHIR that do not go together';

-- Give a Dosage the bounds of its resource, where it has none of its own.
CREATE OR REPLACE FUNCTION medsched._bounded_dosage(dosage jsonb, begins jsonb, ends jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN coalesce(begins, ends) IS NULL OR dosage #> '{timing,repeat}' ?| '{boundsDuration,boundsRange,count,countMax}'::text[]
       OR dosage -> 'timing' ? 'event' OR NOT (dosage ? 'timing' OR dosage ?| '{asNeeded,asNeededBoolean,asNeededCodeableConcept,asNeededFor}'::text[])
  THEN dosage
  ELSE dosage || jsonb_build_object('timing', coalesce(dosage -> 'timing', '{}') || jsonb_build_object('repeat',
         coalesce(dosage #> '{timing,repeat}', '{}') || jsonb_build_object('boundsPeriod',
           jsonb_strip_nulls(jsonb_build_object('start', begins, 'end', ends)) || coalesce(dosage #> '{timing,repeat,boundsPeriod}', '{}')))) END;
COMMENT ON FUNCTION medsched._bounded_dosage(jsonb, jsonb, jsonb) IS
  'Internal: a Dosage of FHIR with the bounds of its resource';

-- Check that schedules keep within the bounds of their resource.
CREATE OR REPLACE FUNCTION medsched._check_within(schedules jsonb, place text, element text, begins timestamptz, ends timestamptz)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  schedule jsonb;
BEGIN
  FOR schedule IN SELECT s FROM jsonb_array_elements(schedules) AS s LOOP
    IF (CASE WHEN schedule -> 'as_needed' = 'true'
            THEN medsched._to_instant((schedule ->> 'starts_at')::timestamp, schedule ->> 'time_zone') < begins
                 OR coalesce((schedule ->> 'ends_at')::timestamptz, 'infinity') > ends
            ELSE medsched._next_in_json(schedule, '-infinity'::timestamptz) < begins
                 OR ends IS NOT NULL AND medsched._next_in_json(schedule, ends - interval '1 microsecond') IS NOT NULL END) THEN
      PERFORM medsched._refuse('22023'::text, format('%s has doses outside of %s', place, element), NULL::text,
        'Say in timing.repeat.boundsPeriod when its doses are.'::text);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._check_within(jsonb, text, text, timestamptz, timestamptz) IS
  'Internal: checks that schedules keep within the bounds of their resource of FHIR';

-- All Dosages: those of rising sequence numbers follow one another, the others run together.  element, begins and ends: the
-- bounds of the resource.
CREATE OR REPLACE FUNCTION medsched._dosages_schedules(dosages jsonb, name text, time_zone text, starts_on date, times jsonb,
  element text, begins jsonb, ends jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dosage record;
  numbers numeric[];
  number numeric;
  last_number numeric;
  bounds record;
  first_instant timestamptz;
  end_instant timestamptz;
  start_day date;
  end_day date;
  step_end date;
  is_first boolean := true;
  own date;
  bounded jsonb;
  made jsonb;
  step jsonb;
  schedules jsonb := '[]';
BEGIN
  IF jsonb_array_length(dosages) NOT BETWEEN 1 AND 100 THEN
    PERFORM medsched._refuse('22023'::text, format('%s must have 1 to 100 entries', name), format('It has %s.', jsonb_array_length(dosages)), NULL::text);
  END IF;
  FOR dosage IN SELECT format('%s[%s]', name, e.nth - 1) AS place, e.value FROM jsonb_array_elements(dosages) WITH ORDINALITY AS e (value, nth) LOOP
    PERFORM medsched._check_dosage(dosage.value, dosage.place);
    numbers := array_append(numbers, (dosage.value ->> 'sequence')::numeric);
  END LOOP;
  last_number := (SELECT max(n) FROM unnest(numbers) AS n);
  IF last_number IS NOT NULL AND array_position(numbers, NULL) IS NOT NULL THEN
    PERFORM medsched._refuse('22023'::text, format('%s has entries with sequence and without', name), NULL::text,
      'Give each a sequence, or none.'::text);
  END IF;
  bounds := medsched._fhir_datetime(begins, element || '.start', time_zone);
  start_day := coalesce(bounds.first, starts_on);
  first_instant := coalesce(bounds.instant, medsched._to_instant(bounds.first::timestamp, time_zone));
  bounds := medsched._fhir_datetime(ends, element || '.end', time_zone);
  end_instant := coalesce(bounds.instant + interval '1 second', medsched._to_instant((bounds.last + 1)::timestamp, time_zone));

  FOR number IN SELECT DISTINCT n FROM unnest(numbers) AS n ORDER BY n LOOP
    step := '[]';
    step_end := NULL;
    FOR dosage IN SELECT format('%s[%s]', name, e.nth - 1) AS place, e.value FROM jsonb_array_elements(dosages) WITH ORDINALITY AS e (value, nth)
                   WHERE (e.value ->> 'sequence')::numeric IS NOT DISTINCT FROM number ORDER BY e.nth LOOP
      bounded := medsched._bounded_dosage(dosage.value, CASE WHEN is_first THEN begins END,
                                          CASE WHEN number IS NOT DISTINCT FROM last_number THEN ends END);
      own := (medsched._fhir_datetime(bounded #> '{timing,repeat,boundsPeriod,start}', 'repeat.boundsPeriod.start'::text, time_zone)).first;
      IF NOT is_first AND own < start_day THEN
        PERFORM medsched._refuse('0A000'::text, format('%s starts before those of a lower sequence end', dosage.place),
          format('It starts on %s, and they last until %s.', own, start_day - 1), 'Those that run together have one sequence.'::text);
      ELSIF coalesce(own, start_day) IS NULL AND NOT medsched._is_own_dosage(dosage.value) THEN
        PERFORM medsched._refuse('22004'::text, 'starts_on must not be null'::text, format('%s does not say when it starts.', dosage.place), NULL::text);
      END IF;
      made := medsched._dosage_schedules(bounded, dosage.place, start_day, time_zone, times, jsonb_array_length(dosages) = 1);
      PERFORM medsched._check_within(made, dosage.place, element, first_instant, end_instant);
      step := step || jsonb_build_array(jsonb_build_object('place', dosage.place, 'dosage', dosage.value, 'schedules', made));
      IF number < last_number THEN
        end_day := medsched._dosage_end(bounded, made, dosage.place, coalesce(own, start_day), time_zone);
        IF end_day IS NULL THEN
          PERFORM medsched._refuse('0A000'::text, format('%s does not say how long it lasts, and another follows', dosage.place),
            format('Its sequence is %s, and there is one of %s.', number, last_number),
            'Those that run together have one sequence; those that follow need boundsDuration, boundsPeriod or count before them.'::text);
        END IF;
        step_end := greatest(step_end, end_day);
      END IF;
      schedules := schedules || made;
    END LOOP;
    PERFORM medsched._check_together(step);
    start_day := step_end;
    is_first := false;
  END LOOP;
  RETURN schedules;
END
$$;
COMMENT ON FUNCTION medsched._dosages_schedules(jsonb, text, text, date, jsonb, text, jsonb, jsonb) IS
  'Internal: the schedules of all Dosages of FHIR';

-- The substance of a contained Medication of one ingredient, where its strength is by the unit of the doses, which all have an
-- amount; else NULLs.
CREATE OR REPLACE FUNCTION medsched._prescribed_substance(medication jsonb, schedules jsonb,
  OUT substance text, OUT substance_amount numeric, OUT substance_unit text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  ingredient CONSTANT jsonb := medication #> '{ingredient,0}';
  strength CONSTANT jsonb := coalesce(ingredient -> 'strengthRatio', ingredient -> 'strength');
  per CONSTANT numeric := CASE WHEN jsonb_typeof(strength #> '{denominator,value}') = 'number' THEN (strength #>> '{denominator,value}')::numeric END;
  amount CONSTANT numeric := CASE WHEN jsonb_typeof(strength #> '{numerator,value}') = 'number' THEN (strength #>> '{numerator,value}')::numeric END;
  unit CONSTANT text := coalesce(strength #>> '{denominator,unit}', strength #>> '{denominator,code}');
BEGIN
  IF jsonb_typeof(medication -> 'ingredient') IS DISTINCT FROM 'array' OR jsonb_array_length(medication -> 'ingredient') <> 1 OR ingredient -> 'isActive' = 'false'
     OR strength -> 'numerator' ? 'comparator' OR strength -> 'denominator' ? 'comparator' OR amount <= 0 OR per <= 0
     OR amount / per * per IS DISTINCT FROM amount OR strength #>> '{numerator,unit}' IS NULL AND strength #>> '{numerator,code}' IS NULL
     OR EXISTS (SELECT FROM jsonb_array_elements(schedules) AS s
                 WHERE NOT s ? 'dose_amount'
                    -- Of one that has no unit, it is one tablet, not one mg.
                    OR coalesce(unit, '1') = '1' AND (medsched._worded_unit(s ->> 'dose_unit')).kind IN ('m', 'v', 'e')
                    OR unit <> '1' AND lower(s ->> 'dose_unit' COLLATE "C") IS DISTINCT FROM lower(unit COLLATE "C")) THEN
    RETURN;
  END IF;
  substance := btrim(medsched._concept_words(coalesce(ingredient -> 'itemCodeableConcept', ingredient #> '{item,concept}')));
  IF substance <> '' THEN
    substance_amount := trim_scale(amount / per);
    substance_unit := coalesce(strength #>> '{numerator,unit}', strength #>> '{numerator,code}');
  ELSE
    substance := NULL;
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._prescribed_substance(jsonb, jsonb) IS
  'Internal: the substance of a Medication of FHIR';

CREATE OR REPLACE FUNCTION medsched.medication_from_fhir(resource jsonb, time_zone text, starts_on date DEFAULT NULL, times jsonb DEFAULT NULL,
  effective_from timestamptz DEFAULT NULL)
RETURNS medsched.prescribed_medication
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  prescribed medsched.prescribed_medication;
  name CONSTANT text := CASE resource ->> 'resourceType' WHEN 'MedicationRequest' THEN 'dosageInstruction' ELSE 'dosage' END;
  element CONSTANT text := CASE WHEN resource ? 'effectiveDosePeriod' THEN 'effectiveDosePeriod' ELSE 'effectivePeriod' END;
  bounds CONSTANT jsonb := resource -> element;
  dosage jsonb;
BEGIN
  IF resource IS NULL OR time_zone IS NULL THEN
    PERFORM medsched._refuse('22004'::text, CASE WHEN resource IS NULL THEN 'resource' ELSE 'time_zone' END || ' must not be null', NULL::text, NULL::text);
  END IF;
  PERFORM medsched._check_start(coalesce(starts_on, '2000-01-01'), time_zone);
  PERFORM medsched._check_times_json(times);
  IF jsonb_typeof(resource) = 'array' THEN
    prescribed.schedules := medsched._dosages_schedules(resource, name, time_zone, starts_on, times, element, NULL::jsonb, NULL::jsonb);
  ELSE
    IF jsonb_typeof(resource) <> 'object' THEN
      PERFORM medsched._refuse('22023'::text, 'resource is neither an object nor an array'::text, NULL::text,
        'Give a MedicationRequest, a MedicationStatement, or an array of Dosages.'::text);
    END IF;
    PERFORM medsched._check_prescription(resource);
    IF jsonb_typeof(resource -> name) IS DISTINCT FROM 'array' THEN
      PERFORM medsched._refuse('22023'::text, format('%s has no %s', resource ->> 'resourceType', name), NULL::text,
        'Words alone do not say when: schedule_from_sig reads them.'::text);
    END IF;
    prescribed.schedules := medsched._dosages_schedules(resource -> name, name, time_zone, starts_on, times, element,
      coalesce(resource -> 'effectiveDateTime', bounds -> 'start'), bounds -> 'end');
    IF resource ? 'renderedDosageInstruction' AND jsonb_array_length(resource -> name) = 1 AND NOT medsched._is_own_dosage(resource -> name -> 0) THEN
      dosage := medsched._bounded_dosage(resource -> name -> 0, coalesce(resource -> 'effectiveDateTime', bounds -> 'start'), bounds -> 'end')
        - '{text,patientInstruction,additionalInstruction}'::text[] || jsonb_build_object('text', resource -> 'renderedDosageInstruction');
      PERFORM medsched._refuse_words_beyond(dosage, prescribed.schedules, medsched._dosage_quantity(dosage, name), 'renderedDosageInstruction'::text,
        medsched._dosage_as_needed(dosage, name), coalesce(jsonb_typeof(times) = 'array', false), true);
    END IF;
    IF resource ->> 'status' = 'completed' AND EXISTS (
         SELECT FROM jsonb_array_elements(prescribed.schedules) AS s
          WHERE NOT s ? 'ends_at' AND (coalesce((s -> 'as_needed')::boolean, false) OR s ->> 'rrule' !~ '(COUNT|UNTIL)=')) THEN
      PERFORM medsched._refuse('0A000'::text, format('%s with status "completed" is not supported where the doses do not end', resource ->> 'resourceType'),
        'It is over, and does not say since when.'::text, 'An array of its Dosages is read whatever its status.'::text);
    END IF;
    prescribed.name := medsched._prescribed_name(resource);
    prescribed.notes := (SELECT nullif(concat_ws(E'\n', string_agg(nullif(n ->> 'text', ''), E'\n'), nullif(resource ->> 'renderedDosageInstruction', '')), '')
                           FROM jsonb_array_elements(resource -> 'note') AS n);
    SELECT p.* INTO prescribed.substance, prescribed.substance_amount, prescribed.substance_unit
      FROM medsched._prescribed_substance(medsched._contained_medication(resource), prescribed.schedules) AS p;
  END IF;
  IF effective_from IS NOT NULL THEN
    prescribed.schedules := (SELECT jsonb_agg(CASE WHEN (s.value ->> 'effective_from')::timestamptz >= effective_from THEN s.value
                                                   ELSE medsched._counting_from(jsonb_build_array(s.value), effective_from) -> 0 END ORDER BY s.nth)
                               FROM jsonb_array_elements(prescribed.schedules) WITH ORDINALITY AS s (value, nth));
  END IF;
  RETURN prescribed;
END
$$;
COMMENT ON FUNCTION medsched.medication_from_fhir(jsonb, text, date, jsonb, timestamptz) IS
  'What create_medication takes, for a MedicationRequest or MedicationStatement of FHIR R4 or R5, or an array of Dosages: name, schedules, notes and substance. starts_on is the first day where the resource does not say its own. What no schedule can do is 0A000 by name, what is not valid 22023';
