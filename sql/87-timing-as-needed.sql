-- A FHIR Timing of doses as needed: limits.

-- What a Timing says of doses as needed: that there are no more.  "Once a day" is once on a calendar day, "every 6 hours" no
-- sooner than that.
CREATE OR REPLACE FUNCTION medsched._fhir_as_needed(timing jsonb, starts_on date, time_zone text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  element text;
  often record;
  length text;
BEGIN
  PERFORM medsched._check_start(starts_on, time_zone);
  SELECT k.key INTO element FROM jsonb_object_keys(timing -> 'repeat') AS k (key)
   WHERE k.key <> ALL ('{id,frequency,period,periodUnit}'::text[]) ORDER BY k.key LIMIT 1;
  IF FOUND THEN
    RAISE 'timing element "repeat.%" is not supported for doses as needed', element USING ERRCODE = 'feature_not_supported',
      HINT = 'Supported are code, and a repeat with frequency, period and periodUnit.';
  END IF;
  IF NOT timing ? 'code' AND coalesce(timing -> 'repeat', '{}') - 'id' = '{}' THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL::text, NULL::jsonb);
  END IF;
  often := medsched._fhir_frequency(timing, NULL::int[], NULL::time[], true);
  length := often.every || CASE often.unit WHEN 's' THEN ' seconds' WHEN 'min' THEN ' minutes' WHEN 'h' THEN ' hours' END;
  IF length IS NOT NULL AND often.per_day = 1 THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, length, NULL::jsonb);
  ELSIF length IS NOT NULL THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL::text,
      jsonb_build_array(jsonb_build_object('doses', often.per_day, 'within', length)));
  ELSIF often.unit = 'd' AND often.every <= 366 OR often.unit = 'wk' AND often.every <= 52 THEN
    RETURN medsched._as_needed_schedule(starts_on, time_zone, NULL::text, medsched._doses_in_days(often.per_day, often.unit, often.every));
  END IF;
  RAISE 'timing with a period of % % is not supported for doses as needed', often.every, often.unit
    USING ERRCODE = 'feature_not_supported', HINT = 'Say so many doses in hours, days or weeks, up to 366 days.';
END;
$$;
COMMENT ON FUNCTION medsched._fhir_as_needed(jsonb, date, text) IS
  'Internal: the schedule as needed of a FHIR Timing';
