-- What a person takes and took, as resources of FHIR.

CREATE OR REPLACE FUNCTION medsched._check_release(release text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF release IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'release must not be null';
  ELSIF release NOT IN ('R4', 'R5') THEN
    RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('release "%s" is not supported', medsched._shortened(release)),
      HINT = 'Releases of FHIR are R4 and R5.';
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._check_release(text) IS
  'Internal: errors for a release of FHIR that is not supported';

-- A medication as the resources of a release name it: by its name, or, where it has a substance, contained in the resource.
CREATE OR REPLACE FUNCTION medsched._fhir_medication(name text, substance text, substance_amount numeric, substance_unit text, dose_unit text, release text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN substance IS NULL AND release = 'R4' THEN jsonb_build_object('medicationCodeableConcept', jsonb_build_object('text', name))
  WHEN substance IS NULL THEN jsonb_build_object('medication', jsonb_build_object('concept', jsonb_build_object('text', name)))
  ELSE jsonb_build_object('contained', jsonb_build_array(jsonb_build_object('resourceType', 'Medication', 'id', 'medication',
         'code', jsonb_build_object('text', name),
         'ingredient', jsonb_build_array(
           CASE release WHEN 'R4' THEN jsonb_build_object('itemCodeableConcept', jsonb_build_object('text', substance))
                        ELSE jsonb_build_object('item', jsonb_build_object('concept', jsonb_build_object('text', substance))) END
           || jsonb_build_object(CASE release WHEN 'R4' THEN 'strength' ELSE 'strengthRatio' END, jsonb_build_object(
                'numerator', medsched._fhir_quantity(substance_amount, substance_unit), 'denominator', medsched._fhir_quantity(1::numeric, dose_unit)))))))
    || CASE release WHEN 'R4' THEN jsonb_build_object('medicationReference', jsonb_build_object('reference', '#medication'))
                    ELSE jsonb_build_object('medication', jsonb_build_object('reference', jsonb_build_object('reference', '#medication'))) END END;
COMMENT ON FUNCTION medsched._fhir_medication(text, text, numeric, text, text, text) IS
  'Internal: a medication in a resource of FHIR';

CREATE OR REPLACE FUNCTION medsched.fhir_medication_statement(user_id uuid, medication_id uuid, release text DEFAULT 'R4')
RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
  m record;
  schedules jsonb;
  dosages jsonb;
  dose_units text[];
  going_on timestamptz;
  state text;
BEGIN
  PERFORM medsched._require_id($1, 'user_id'::text);
  PERFORM medsched._require_id($2, 'medication_id'::text);
  PERFORM medsched._check_release($3);
  PERFORM medsched._check_tables();
  SELECT x.name, x.notes, x.substance, x.substance_amount, x.substance_unit, x.inactivated_at INTO m
    FROM medsched.medications AS x WHERE x.user_id = $1 AND x.id = $2;
  IF NOT FOUND THEN
    PERFORM medsched._refuse_unknown($1, 'medication'::text, $2);
  END IF;
  going_on := least(now(), m.inactivated_at);
  -- Those that go on or are to come, or did when the medication was inactivated; with what is not its default.
  SELECT jsonb_agg((SELECT jsonb_object_agg(k.key, k.value) FROM jsonb_each(to_jsonb(s.*)) AS k
                     WHERE k.key = ANY (medsched._schedule_key_names()) AND k.key <> 'id' AND k.value NOT IN ('null', 'false', '[]'))
                   || jsonb_strip_nulls(jsonb_build_object('ends_at', medsched._instant_text(nullif(least(s.ends_at, m.inactivated_at), 'infinity')),
                                                           'effective_from', medsched._instant_text(s.effective_from)))
                   ORDER BY s.starts_at, s.as_needed, s.dose_amount, s.id),
         array_agg(DISTINCT coalesce(s.dose_unit, ''))
    INTO schedules, dose_units
    FROM medsched.schedules AS s
   WHERE s.user_id = $1 AND s.medication_id = $2
     AND (s.ends_at > going_on) IS NOT FALSE
     AND (s.as_needed OR medsched._next_in_json(to_jsonb(s.*), going_on - interval '1 microsecond') IS NOT NULL)
     AND (medsched._next_in_json(to_jsonb(s.*), '-infinity'::timestamptz) < m.inactivated_at) IS NOT FALSE;
  dosages := (SELECT jsonb_agg(medsched._fhir_dosage(s.value, $3)
                       || CASE WHEN jsonb_array_length(schedules) > 1 THEN '{"sequence": 1}'::jsonb ELSE '{}' END ORDER BY s.nth)
                FROM jsonb_array_elements(schedules) WITH ORDINALITY AS s (value, nth));
  state := CASE WHEN m.inactivated_at <= now() THEN 'stopped' WHEN dosages IS NULL THEN 'completed' ELSE 'active' END;
  RETURN jsonb_strip_nulls(jsonb_build_object(
           'resourceType', 'MedicationStatement',
           'id', $2,
           'status', CASE $3 WHEN 'R4' THEN state ELSE 'recorded' END,
           'subject', jsonb_build_object('reference', 'Patient/' || $1),
           'effectivePeriod', CASE WHEN m.inactivated_at <= now() THEN jsonb_build_object('end', medsched._fhir_instant(m.inactivated_at, 'UTC'::text)) END,
           'note', CASE WHEN m.notes ~ '[^[:space:]]' THEN jsonb_build_array(jsonb_build_object('text', m.notes)) END,
           'adherence', CASE WHEN $3 = 'R5' THEN jsonb_build_object('code', jsonb_build_object('coding', jsonb_build_array(jsonb_build_object(
             'system', 'http://hl7.org/fhir/CodeSystem/medication-statement-adherence',
             'code', CASE state WHEN 'active' THEN 'taking' WHEN 'stopped' THEN 'stopped' ELSE 'not-taking' END)))) END,
           'dosage', dosages))
         || medsched._fhir_medication(m.name, m.substance, m.substance_amount, m.substance_unit,
              CASE WHEN cardinality(dose_units) = 1 THEN dose_units[1] END, $3);
END
$$;
COMMENT ON FUNCTION medsched.fhir_medication_statement(uuid, uuid, text) IS
  'A medication of a user as a MedicationStatement of FHIR R4 or R5, with a Dosage for each schedule that goes on or is to come; medication_from_fhir leads back to the same schedules. P0002 where the user has no such medication, 22023 for another release';

CREATE OR REPLACE FUNCTION medsched.fhir_medication_administrations(user_id uuid, window_start timestamptz, window_end timestamptz,
  medication_id uuid DEFAULT NULL, release text DEFAULT 'R4')
RETURNS SETOF jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  PERFORM medsched._require_id($1, 'user_id'::text);
  PERFORM medsched.check_window($2, $3);
  PERFORM medsched._check_release($5);
  PERFORM medsched._check_tables();
  IF $4 IS NOT NULL AND NOT EXISTS (SELECT FROM medsched.medications AS m WHERE m.user_id = $1 AND m.id = $4) THEN
    PERFORM medsched._refuse_unknown($1, 'medication'::text, $4);
  END IF;
  RETURN QUERY
    SELECT jsonb_strip_nulls(jsonb_build_object(
             'resourceType', 'MedicationAdministration',
             'identifier', jsonb_build_array(jsonb_build_object('system', 'urn:medsched:dose', 'value', medsched.dose_id(d.schedule_id, d.scheduled_for))),
             'status', CASE d.outcome WHEN 'skipped' THEN 'not-done' ELSE 'completed' END,
             'statusReason', CASE WHEN d.outcome = 'skipped' AND d.reason ~ '[^[:space:]]' THEN jsonb_build_array(jsonb_build_object('text', d.reason)) END,
             'subject', jsonb_build_object('reference', 'Patient/' || $1),
             -- R5 spells it with one r in the middle.
             CASE $5 WHEN 'R4' THEN 'effectiveDateTime' ELSE 'occurenceDateTime' END,
             medsched._fhir_instant(coalesce(d.taken_at, v.due_at, d.scheduled_for), s.time_zone::text),
             'recorded', CASE WHEN $5 = 'R5' THEN medsched._fhir_instant(d.recorded_at, s.time_zone::text) END,
             'performer', CASE WHEN d.recorded_by ~ '[^[:space:]]' THEN jsonb_build_array(jsonb_build_object('actor',
               CASE $5 WHEN 'R4' THEN jsonb_build_object('display', d.recorded_by)
                       ELSE jsonb_build_object('reference', jsonb_build_object('display', d.recorded_by)) END)) END,
             'note', (SELECT jsonb_agg(jsonb_build_object('text', n.text) ORDER BY n.nth)
                        FROM unnest(ARRAY[d.note, CASE WHEN d.outcome = 'extra' THEN d.reason END, d.despite_limits]) WITH ORDINALITY AS n (text, nth)
                       WHERE n.text ~ '[^[:space:]]'),
             'dosage', CASE WHEN d.outcome <> 'skipped' AND coalesce(d.amount, s.dose_amount) IS NOT NULL
                            THEN jsonb_strip_nulls(jsonb_build_object('text', CASE WHEN s.instructions ~ '[^[:space:]]' THEN s.instructions END,
                                   'dose', medsched._fhir_quantity(coalesce(d.amount, s.dose_amount), s.dose_unit))) END))
           || medsched._fhir_medication(m.name, NULL::text, NULL::numeric, NULL::text, NULL::text, $5)
      FROM medsched.dose_taken AS d
      LEFT JOIN medsched.moved_doses AS v ON v.user_id = d.user_id AND v.scheduled_for = d.scheduled_for AND v.schedule_id = d.schedule_id
      JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
      JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
     WHERE d.user_id = $1 AND s.user_id = $1 AND m.user_id = $1 AND d.scheduled_for >= $2 AND d.scheduled_for < $3
       AND ($4 IS NULL OR m.id = $4)
     ORDER BY d.scheduled_for, d.schedule_id;
END
$$;
COMMENT ON FUNCTION medsched.fhir_medication_administrations(uuid, timestamptz, timestamptz, uuid, text) IS
  'The recorded doses of a user whose times are in a window, of one medication or of all, as MedicationAdministrations of FHIR R4 or R5, in the order of their times: what was skipped is not-done. Errors as for upcoming_doses; P0002 where the user has no such medication';
