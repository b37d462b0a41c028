-- The rules about stocks: what is taken off one is known, and in units that convert.

-- Check a schedule, a medication or an entry of a stock against the others of the medication: each dose after the entry takes a
-- known amount off it, in a unit that converts, as that of the reserve does.  Called for the rule units_convert, as _check_units() is.
CREATE OR REPLACE FUNCTION medsched._check_stock_units(relation regclass, kind text, of_user uuid, id uuid, tell boolean)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  other record;
  stock text := 'stock';
BEGIN
  SELECT s.id, s.dose_amount, s.dose_unit, e.unit INTO other
    FROM medsched.stock_entries AS e
    JOIN medsched.schedules AS s ON s.user_id = e.user_id AND s.medication_id = e.medication_id
   WHERE e.user_id = of_user AND s.user_id = of_user AND kind <> 'medications' AND (kind <> 'schedules' OR s.id = $4) AND (kind <> 'stock_entries' OR e.id = $4)
     AND (s.ends_at IS NULL OR s.ends_at > e.occurred_at)
     AND (s.dose_amount IS NULL OR medsched._unit_factor(s.dose_unit, e.unit) IS NULL)
   ORDER BY s.dose_amount IS NOT NULL, s.id, e.id
   LIMIT 1;
  IF NOT FOUND AND kind <> 'stock_entries' THEN
    SELECT s.id, 0::numeric AS dose_amount, s.dose_unit, m.refill_reserve_unit AS unit INTO other
      FROM medsched.medications AS m
      JOIN medsched.schedules AS s ON s.user_id = m.user_id AND s.medication_id = m.id
     WHERE m.user_id = of_user AND s.user_id = of_user AND (kind <> 'schedules' OR s.id = $4) AND (kind <> 'medications' OR m.id = $4)
       AND m.refill_reserve > 0 AND (s.ends_at IS NULL OR s.ends_at > now())
       AND medsched._unit_factor(s.dose_unit, m.refill_reserve_unit) IS NULL
     ORDER BY s.id
     LIMIT 1;
    stock := 'refill_reserve';
  END IF;
  IF other IS NULL THEN
    RETURN;
  ELSIF other.dose_amount IS NULL THEN
    PERFORM medsched._refuse_rule(relation, 'schedule_has_dose_amount'::text, format('schedule "%s" must have dose_amount', other.id),
      CASE WHEN tell THEN 'Its medication has a stock, off which each dose takes so much.' END, NULL::text, '23514'::text);
  END IF;
  PERFORM medsched._refuse_rule(relation, 'units_convert'::text,
    CASE kind WHEN 'schedules' THEN format('schedule "%s" has a dose_unit that the %s of its medication does not convert to', other.id, stock)
              ELSE format('%s in %s does not convert to the doses of its medication', stock, medsched._unit_words(other.unit)) END,
    CASE WHEN tell THEN format('The %s is in %s, and doses of schedule "%s" are in %s.', stock, medsched._unit_words(other.unit), other.id,
                               medsched._unit_words(other.dose_unit)) END,
    'Use one unit, or units of mass or of volume: kg, g, mg, mcg, ng; l, dl, cl, ml, ul.'::text, '23514'::text);
END
$$;

COMMENT ON FUNCTION medsched._check_stock_units(regclass, text, uuid, uuid, boolean) IS
  'Internal: checks that doses take known amounts off a stock, in units that convert';

CREATE OR REPLACE FUNCTION medsched._unit_words(unit text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(nullif(medsched._shortened(unit), ''), 'no unit');
END
$$;

COMMENT ON FUNCTION medsched._unit_words(text) IS
  'Internal: a unit as a message names it';
