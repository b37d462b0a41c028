-- Prescriptions in FHIR R4 and R5: their elements, quantities and words.

-- The elements of what is read, of both releases together.  treatment: read; words, which become instructions or notes; beside,
-- which says nothing of what is taken when; refused.
CREATE OR REPLACE FUNCTION medsched._prescription_elements()
RETURNS TABLE (kind text, element text, json_types text, treatment text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT k.kind, e.element, f.json_types, f.treatment
    FROM (VALUES
      ('MedicationRequest,MedicationStatement'::text, 'status'::text, 'string'::text, 'read'::text),
      ('MedicationRequest,MedicationStatement', 'resourceType', 'string', 'read'),
      ('MedicationRequest,MedicationStatement', 'contained', 'array', 'read'),
      ('MedicationRequest,MedicationStatement', 'medication,medicationCodeableConcept,medicationReference', 'object', 'read'),
      ('MedicationRequest,MedicationStatement', 'note', 'array', 'words'),
      ('MedicationRequest,MedicationStatement', 'renderedDosageInstruction', 'string', 'words'),
      ('MedicationRequest,MedicationStatement', 'implicitRules', 'string', 'refused'),
      ('MedicationRequest,MedicationStatement', 'modifierExtension', 'array', 'refused'),
      ('MedicationRequest,MedicationStatement', 'id,meta,language,text,extension,identifier,category,subject,encounter,basedOn,informationSource', NULL, 'beside'),
      ('MedicationRequest,MedicationStatement', 'reason,reasonCode,reasonReference,statusReason', NULL, 'beside'),
      ('MedicationRequest', 'intent', 'string', 'read'),
      ('MedicationRequest', 'doNotPerform', 'boolean', 'read'),
      ('MedicationRequest', 'courseOfTherapyType', 'object', 'read'),
      ('MedicationRequest', 'effectiveDosePeriod', 'object', 'read'),
      ('MedicationRequest', 'dosageInstruction', 'array', 'read'),
      ('MedicationRequest', 'priority,reported,reportedBoolean,reportedReference,supportingInformation,authoredOn,requester,performer,performerType', NULL, 'beside'),
      ('MedicationRequest', 'recorder,instantiatesCanonical,instantiatesUri,groupIdentifier,insurance,dispenseRequest,substitution', NULL, 'beside'),
      ('MedicationRequest', 'priorPrescription,detectedIssue,eventHistory,device,statusChanged', NULL, 'beside'),
      ('MedicationStatement', 'effectiveDateTime', 'string', 'read'),
      ('MedicationStatement', 'effectivePeriod', 'object', 'read'),
      ('MedicationStatement', 'effectiveTiming', 'object', 'refused'),
      ('MedicationStatement', 'adherence', 'object', 'read'),
      ('MedicationStatement', 'dosage', 'array', 'read'),
      ('MedicationStatement', 'partOf,context,dateAsserted,derivedFrom,relatedClinicalInformation', NULL, 'beside'),
      ('Dosage', 'sequence', 'number', 'read'),
      ('Dosage', 'text,patientInstruction', 'string', 'words'),
      ('Dosage', 'additionalInstruction', 'array', 'words'),
      ('Dosage', 'site,route,method', 'object', 'words'),
      ('Dosage', 'timing,asNeededCodeableConcept,maxDosePerAdministration', 'object', 'read'),
      ('Dosage', 'asNeeded,asNeededBoolean', 'boolean', 'read'),
      ('Dosage', 'asNeededFor,doseAndRate,extension,modifierExtension', 'array', 'read'),
      ('Dosage', 'maxDosePerPeriod', 'object or array', 'read'),
      ('Dosage', 'maxDosePerLifetime', 'object', 'refused'),
      ('Dosage', 'id', 'string', 'beside'),
      ('doseAndRate', 'type,doseQuantity', 'object', 'read'),
      ('doseAndRate', 'doseRange,rateRatio,rateRange,rateQuantity', 'object', 'refused'),
      ('doseAndRate', 'extension,modifierExtension', 'array', 'refused'),
      ('doseAndRate', 'id', 'string', 'beside'),
      ('Quantity', 'value', 'number', 'read'),
      ('Quantity', 'unit,system,code', 'string', 'read'),
      ('Quantity', 'comparator', 'string', 'refused'),
      ('Quantity', 'extension', 'array', 'refused'),
      ('Quantity', 'id', 'string', 'beside')) AS f (kinds, elements, json_types, treatment),
    LATERAL string_to_table(f.kinds, ',') AS k (kind),
    LATERAL string_to_table(f.elements, ',') AS e (element);
END;
COMMENT ON FUNCTION medsched._prescription_elements() IS
  'Internal: the elements of a prescription in FHIR, and what becomes of each';

-- Check the elements of an object.  place says which it is, in errors.
CREATE OR REPLACE FUNCTION medsched._check_elements(object jsonb, kind text, place text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  member record;
  fact record;
BEGIN
  IF jsonb_typeof(object) IS DISTINCT FROM 'object' THEN
    PERFORM medsched._refuse('22023'::text, format('%s is not a JSON object', place), NULL::text, NULL::text);
  END IF;
  FOR member IN SELECT e.key, e.value, jsonb_typeof(e.value) AS json_type FROM jsonb_each(object) AS e LOOP
    -- An empty list says nothing.
    CONTINUE WHEN member.value = '[]';
    SELECT f.* INTO fact FROM medsched._prescription_elements() AS f
     WHERE f.kind = $2 AND f.element = CASE WHEN left(member.key, 1) = '_' THEN substr(member.key, 2) ELSE member.key END;
    IF NOT FOUND THEN
      PERFORM medsched._refuse('22023'::text, format('%s has an unknown element "%s"', place, medsched._shortened(member.key)), NULL::text,
        format('The elements that are read are %s.', (SELECT string_agg(f.element, ', ') FROM medsched._prescription_elements() AS f
                                                       WHERE f.kind = $2 AND f.treatment IN ('read', 'words'))));
    -- Extensions of a primitive value: a text's translations, say.
    ELSIF left(member.key, 1) = '_' AND fact.treatment IN ('words', 'beside') THEN
      CONTINUE;
    ELSIF left(member.key, 1) = '_' OR fact.treatment = 'refused' THEN
      PERFORM medsched._refuse('0A000'::text, format('%s.%s is not supported', place, member.key),
        format('It is %s.', medsched._shortened(member.value::text)), NULL::text);
    ELSIF member.json_type <> ALL (string_to_array(fact.json_types, ' or ')) THEN
      PERFORM medsched._refuse('22023'::text, format('%s.%s is not of type %s', place, member.key, fact.json_types),
        format('It is %s.', medsched._shortened(member.value::text)), NULL::text);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._check_elements(jsonb, text, text) IS
  'Internal: errors for elements that a prescription cannot have, or that are not supported';

-- A CodeableConcept in words: its text, else what a coding displays, else a code.  NULL: it has none.
CREATE OR REPLACE FUNCTION medsched._concept_words(concept jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT coalesce(nullif(btrim(concept ->> 'text'), ''),
                  (array_agg(btrim(c.coding ->> 'display') ORDER BY (c.coding -> 'userSelected' = 'true') DESC NULLS LAST, c.nth)
                     FILTER (WHERE btrim(c.coding ->> 'display') <> ''))[1],
                  (array_agg(c.coding ->> 'code' ORDER BY c.nth) FILTER (WHERE c.coding ->> 'code' <> ''))[1])
    FROM jsonb_path_query(concept, 'lax $.coding[*]') WITH ORDINALITY AS c (coding, nth);
END;
COMMENT ON FUNCTION medsched._concept_words(jsonb) IS
  'Internal: a CodeableConcept of FHIR in words';

-- Whether a Quantity is an amount for each kilogram, or square metre, of the body.
CREATE OR REPLACE FUNCTION medsched._is_by_body(quantity jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(concat_ws(' ', quantity ->> 'code', quantity ->> 'unit') COLLATE "C" ~* '/ *(kg|lb|m2|m²|m.2)', false);
COMMENT ON FUNCTION medsched._is_by_body(jsonb) IS
  'Internal: whether a Quantity of FHIR is by the size of the body';

-- Check a Quantity, and give its unit as people write it.  UCUM's unit 1 is none; an annotation, {Piece}, is what it holds.
CREATE OR REPLACE FUNCTION medsched._quantity_unit(quantity jsonb, place text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  code CONSTANT text := nullif(btrim(quantity ->> 'code'), '');
  unit text := nullif(btrim(quantity ->> 'unit'), '');
  coded record;
  worded record;
BEGIN
  PERFORM medsched._check_elements(quantity, 'Quantity'::text, place);
  IF NOT quantity ? 'value' OR (quantity ->> 'value')::numeric <= 0 THEN
    PERFORM medsched._refuse('22023'::text, format('%s must have a value above 0', place),
      format('It is %s.', medsched._shortened(quantity::text)), NULL::text);
  END IF;
  IF medsched._is_by_body(quantity) THEN
    PERFORM medsched._refuse('0A000'::text, format('%s is by the size of the body, which is not supported', place),
      format('It is %s.', medsched._shortened(quantity::text)), 'Give the dose that was calculated from it.'::text);
  END IF;
  SELECT u.* INTO coded FROM medsched._worded_unit(code) AS u;
  SELECT u.* INTO worded FROM medsched._worded_unit(unit) AS u;
  -- "mg" whose code is g, or mL; a tablet that is a capsule may be only another word.
  IF worded.factor <> coded.factor OR worded.kind <> coded.kind AND (worded.kind IN ('m', 'v', 'e') OR coded.kind IN ('m', 'v', 'e')) THEN
    PERFORM medsched._refuse('22023'::text, format('%s has two units', place), format('It is %s.', medsched._shortened(quantity::text)), NULL::text);
  ELSIF unit IS NULL AND code ~ '^[0-9]{2,}$' THEN
    PERFORM medsched._refuse('0A000'::text, format('%s has a unit of which only a code is given', place),
      format('It is %s.', medsched._shortened(quantity::text)), 'Give the unit in words.'::text);
  END IF;
  unit := regexp_replace(coalesce(unit, code), '^[{](.+)[}]$', E'\\1');
  RETURN CASE WHEN unit <> '1' THEN unit END;
END
$$;
COMMENT ON FUNCTION medsched._quantity_unit(jsonb, text) IS
  'Internal: the unit of a FHIR Quantity; errors for one that is not valid';

-- How many of one Quantity's unit another's is; NULL: they do not convert.
CREATE OR REPLACE FUNCTION medsched._quantity_factor(of_quantity jsonb, in_quantity jsonb)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN of_quantity ->> 'system' = in_quantity ->> 'system' AND of_quantity ->> 'code' <> '' AND in_quantity ->> 'code' <> ''
  THEN medsched._unit_factor(of_quantity ->> 'code', in_quantity ->> 'code')
  WHEN lower(medsched._quantity_unit(of_quantity, ''::text) COLLATE "C") = lower(medsched._quantity_unit(in_quantity, ''::text) COLLATE "C") THEN 1
  ELSE medsched._unit_factor(medsched._quantity_unit(of_quantity, ''::text), medsched._quantity_unit(in_quantity, ''::text)) END;
COMMENT ON FUNCTION medsched._quantity_factor(jsonb, jsonb) IS
  'Internal: how many of the unit of one FHIR Quantity another''s is';

-- The extensions that are read.
CREATE OR REPLACE FUNCTION medsched._fhir_url(what text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE what
  -- A schedule as create_medication takes it, in JSON: beside what FHIR can say of it.
  WHEN 'schedule' THEN 'urn:medsched:schedule'
  -- R5's asNeededFor in R4.
  WHEN 'asNeededFor' THEN 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Dosage.asNeededFor'
  -- The least time between doses as needed, of the German digital medication process.
  WHEN 'distance' THEN 'http://ig.fhir.de/igs/medication/StructureDefinition/MindestabstandZwischenGaben' END;
COMMENT ON FUNCTION medsched._fhir_url(text) IS
  'Internal: the URLs of the extensions of FHIR that are read';

-- Whether a Dosage has a schedule of ours with it.
CREATE OR REPLACE FUNCTION medsched._is_own_dosage(dosage jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM jsonb_path_query(dosage, 'lax $.extension[*]') AS e WHERE e ->> 'url' = medsched._fhir_url('schedule'::text));
COMMENT ON FUNCTION medsched._is_own_dosage(jsonb) IS
  'Internal: whether a Dosage of FHIR has a schedule of medsched''s with it';

-- Check the elements and extensions of a Dosage.
CREATE OR REPLACE FUNCTION medsched._check_dosage(dosage jsonb, place text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  extension record;
BEGIN
  PERFORM medsched._check_elements(dosage, 'Dosage'::text, place);
  FOR extension IN SELECT k.key, e.value, e.value ->> 'url' AS url
                     FROM unnest('{extension,modifierExtension}'::text[]) AS k (key)
                    CROSS JOIN LATERAL jsonb_path_query(dosage -> k.key, 'lax $[*]') AS e (value) LOOP
    IF (CASE extension.key
         WHEN 'extension' THEN extension.url = medsched._fhir_url('schedule'::text) AND jsonb_typeof(extension.value -> 'valueString') = 'string'
                               OR extension.url = medsched._fhir_url('asNeededFor'::text) AND extension.value ? 'valueCodeableConcept'
         ELSE extension.url = medsched._fhir_url('distance'::text) AND jsonb_typeof(extension.value #> '{valueDuration,value}') = 'number' END) THEN
      CONTINUE;
    END IF;
    PERFORM medsched._refuse('0A000'::text, format('%s.%s "%s" is not supported', place, extension.key, medsched._shortened(extension.url)),
      format('It is %s.', medsched._shortened(extension.value::text)), 'What it says of when or how much is taken is not known.'::text);
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._check_dosage(jsonb, text) IS
  'Internal: errors for a Dosage of FHIR that has what is not supported';

-- When a schedule in JSON, as one is made here, has doses.
CREATE OR REPLACE FUNCTION medsched._doses_in_json(schedule jsonb, since timestamptz, until timestamptz)
RETURNS SETOF timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s CONSTANT medsched._schedule := jsonb_populate_record(NULL::medsched._schedule, schedule);
BEGIN
  since := greatest(since, s.effective_from);
  until := least(until, s.ends_at);
  IF s.as_needed IS NOT TRUE AND since < until THEN
    RETURN QUERY SELECT o FROM medsched.occurrences(s.rrule, s.starts_at, s.time_zone, since, until, coalesce(s.rdates, '{}'), coalesce(s.exdates, '{}'),
                                                    s.cycle_days_on, s.cycle_days_off) AS o;
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._doses_in_json(jsonb, timestamptz, timestamptz) IS
  'Internal: when a schedule in JSON has doses';

-- The first dose of a schedule in JSON after an instant; NULL: there is none.
CREATE OR REPLACE FUNCTION medsched._next_in_json(schedule jsonb, after timestamptz)
RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  s CONSTANT medsched._schedule := jsonb_populate_record(NULL::medsched._schedule, schedule);
  next timestamptz;
BEGIN
  IF s.as_needed IS TRUE THEN
    RETURN NULL;
  END IF;
  next := medsched.next_occurrence(s.rrule, s.starts_at, s.time_zone, greatest(after, s.effective_from - interval '1 microsecond'),
    coalesce(s.rdates, '{}'), coalesce(s.exdates, '{}'), s.cycle_days_on, s.cycle_days_off);
  RETURN CASE WHEN next >= s.ends_at THEN NULL ELSE next END;
END
$$;
COMMENT ON FUNCTION medsched._next_in_json(jsonb, timestamptz) IS
  'Internal: the next dose of a schedule in JSON';
