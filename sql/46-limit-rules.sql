-- The rules about limits: a dose keeps them, and amounts that they add up are in units that convert.

-- Check a dose that was just recorded against the limits of its schedule and its substance.  Called for the rule
-- dose_is_scheduled, with the rights of the tables' owner and on the latest snapshot; tell is whether the error may speak of rows.
CREATE OR REPLACE FUNCTION medsched._check_dose_limits(relation regclass, of_user uuid, of_schedule uuid, scheduled_for timestamptz, tell boolean)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  dose record;
  broken record;
  next timestamptz;
BEGIN
  IF medsched._is_importing(of_user) THEN
    RETURN true;
  END IF;
  SELECT d.amount, s.as_needed, medsched._counts_at(s.as_needed, d.scheduled_for, d.taken_at) AS at, least(s.ends_at, m.inactivated_at) AS ends_at
    INTO dose
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
    JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
   WHERE d.user_id = of_user AND s.user_id = of_user AND m.user_id = of_user
     AND d.schedule_id = of_schedule AND d.scheduled_for = $4;
  SELECT f.* INTO broken
    FROM medsched._limit_spans(of_user, of_schedule, dose.amount, dose.at, dose.at, $4, NULL::timestamptz) WITH ORDINALITY AS f
   WHERE dose.at >= f.since AND dose.at < f.until
   ORDER BY f.ordinality
   LIMIT 1;
  IF NOT FOUND THEN
    RETURN true;
  END IF;
  next := medsched._next_allowed_at(of_user, of_schedule, dose.amount, dose.at, $4);
  PERFORM medsched._refuse_rule(relation, CASE WHEN broken.substance IS NULL THEN broken.rule ELSE 'substance_limits' END,
    medsched._limit_message(broken.rule, broken.substance, broken.unit, broken.within, broken.days, dose.at),
    CASE WHEN tell THEN
      medsched._limit_detail(broken.rule, broken.substance, broken.most, broken.unit, broken.within, broken.days, broken.time_zone,
                             broken.of_amount, broken.first, broken.last, broken.taken)
      || CASE WHEN next < least(CASE WHEN dose.as_needed THEN dose.ends_at END, timestamptz '10000-01-01 00:00Z')
              THEN format(' The next is allowed at %s.', next)
              WHEN next = 'infinity' THEN ' So much is never allowed.'
              ELSE ' No later one is allowed before the schedule ends.' END END,
    format('Call medsched.%s() to learn when a dose is allowed; if it was taken all the same, record it with despite_limits.',
           CASE WHEN broken.substance IS NULL THEN 'next_as_needed_at' ELSE 'allowance' END), '23514'::text);
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._check_dose_limits(regclass, uuid, uuid, timestamptz, boolean) IS
  'Internal: checks a dose that was recorded against the limits';

CREATE OR REPLACE FUNCTION medsched._limit_message(rule text, substance text, unit text, within interval, days int, at timestamptz)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('the dose at %s is ', at)
  || CASE WHEN rule = 'as_needed_min_interval' THEN 'too close to another' || coalesce(' of ' || substance, '')
          ELSE CASE WHEN unit IS NULL THEN 'one too many' || coalesce(' of ' || substance, '') ELSE 'too much' || coalesce(' ' || substance, '') END
               || CASE WHEN days = 1 THEN ' on its day' WHEN days > 1 THEN format(' on %s days', days)
                       ELSE ' in ' || medsched._interval_words('en', within) END END
$$;

COMMENT ON FUNCTION medsched._limit_message(text, text, text, interval, int, timestamptz) IS
  'Internal: the message about a dose that breaks a limit';

CREATE OR REPLACE FUNCTION medsched._limit_detail(rule text, substance text, most numeric, unit text, within interval, days int, time_zone text,
  of_amount numeric, first timestamptz, last timestamptz, taken numeric)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  of_substance CONSTANT text := coalesce(' of ' || substance, '');
  span CONSTANT text := CASE WHEN days = 1 THEN 'on a day in ' || time_zone
                             WHEN days > 1 THEN format('on any %s days in a row in %s', days, time_zone)
                             ELSE 'in any ' || medsched._interval_words('en', within) END;
  period CONSTANT text := CASE WHEN last > first THEN format('from %s to %s', first, last) ELSE format('at %s', first) END;
BEGIN
  IF rule = 'as_needed_min_interval' THEN
    RETURN format('Doses%s are at least %s apart, and one was taken at %s.', of_substance, within, first);
  ELSIF unit IS NULL AND most = 1 THEN
    RETURN format('At most 1 dose%s is taken %s, and one was taken %s.', of_substance, span, period);
  ELSIF unit IS NULL THEN
    RETURN format('At most %s doses%s are taken %s, and %s were taken %s.', most, of_substance, span, taken, period);
  END IF;
  unit := coalesce(' ' || nullif(unit, ''), '');
  RETURN format('At most %s%s%s are taken %s, and %s.', trim_scale(most), unit, of_substance, span,
                CASE WHEN first IS NOT NULL THEN format('%s%s were taken %s', trim_scale(taken), unit, period)
                     WHEN of_amount IS NULL THEN 'how much it is is not known'
                     ELSE format('it is %s%s', trim_scale(of_amount), unit) END);
END
$$;

COMMENT ON FUNCTION medsched._limit_detail(text, text, numeric, text, interval, int, text, numeric, timestamptz, timestamptz, numeric) IS
  'Internal: the detail about a dose that breaks a limit';

-- Which limit a recorded dose broke when it was recorded, in words; NULL: none.  For check_integrity().
CREATE OR REPLACE FUNCTION medsched._limit_broken_by(of_user uuid, of_schedule uuid, scheduled_for timestamptz,
  OUT rule text, OUT problem text, OUT is_of_amounts boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
BEGIN
  SELECT CASE WHEN f.substance IS NULL THEN f.rule ELSE 'substance_limits' END,
         medsched._limit_detail(f.rule, f.substance, f.most, f.unit, f.within, f.days, f.time_zone, f.of_amount, f.first, f.last, f.taken),
         f.substance IS NOT NULL OR f.unit IS NOT NULL OR f.rule = 'as_needed_limits'
    INTO rule, problem, is_of_amounts
    FROM medsched.dose_taken AS d
    JOIN medsched.schedules AS s ON s.user_id = d.user_id AND s.id = d.schedule_id
   CROSS JOIN LATERAL (SELECT medsched._counts_at(s.as_needed, d.scheduled_for, d.taken_at)) AS c (at)
   CROSS JOIN LATERAL medsched._limit_spans(of_user, of_schedule, d.amount, c.at, c.at, $3, d.recorded_at) WITH ORDINALITY AS f
   WHERE d.user_id = of_user AND s.user_id = of_user AND d.schedule_id = of_schedule AND d.scheduled_for = $3
     AND d.outcome <> 'skipped' AND d.despite_limits IS NULL
     AND c.at >= f.since AND c.at < f.until
   ORDER BY f.ordinality
   LIMIT 1;
EXCEPTION WHEN OTHERS THEN
  -- A time zone that the server knows no more, for one: the answer about the others does not fail because of it.
  rule := 'as_needed_limits';
  problem := format('Its limits cannot be computed: %s.', SQLERRM);
  is_of_amounts := true;
END
$$;

COMMENT ON FUNCTION medsched._limit_broken_by(uuid, uuid, timestamptz) IS
  'For check_integrity: the limit that a recorded dose breaks';

-- Check that the amounts which limits add up, and those of a stock, are in units that convert, after a row of a table was written.  Called for the rule
-- units_convert, with the rights of the tables' owner; tell is whether the error may speak of other rows.
CREATE OR REPLACE FUNCTION medsched._check_units(relation regclass, kind text, of_user uuid, id uuid, of_substance text, tell boolean)
RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
  other record;
BEGIN
  IF kind = 'schedules' THEN
    SELECT s.id, s.dose_unit, o.id AS other_id, o.dose_unit AS other_unit INTO other
      FROM (SELECT c.id, c.medication_id, c.dose_unit, c.limits, c.effective_from, c.ends_at
              FROM medsched.schedules AS c WHERE c.user_id = of_user AND c.id = $4 AND c.as_needed OFFSET 0) AS s
     CROSS JOIN LATERAL (
           SELECT c.id, c.dose_unit
             FROM medsched.schedules AS c
            WHERE c.user_id = of_user AND c.medication_id = s.medication_id AND c.id <> s.id AND c.as_needed
              AND (jsonb_path_exists(s.limits, '$[*].amount') OR jsonb_path_exists(c.limits, '$[*].amount'))
              AND coalesce(s.effective_from, '-infinity') < coalesce(c.ends_at, 'infinity')
              AND coalesce(c.effective_from, '-infinity') < coalesce(s.ends_at, 'infinity')
              AND medsched._unit_factor(s.dose_unit, c.dose_unit) IS NULL
            ORDER BY c.id
            LIMIT 1) AS o;
    IF FOUND THEN
      PERFORM medsched._refuse_rule(relation, 'units_convert'::text,
        format('schedule "%s" has a dose_unit that limits of its medication cannot add up', other.id),
        CASE WHEN tell THEN format('It is %s, and that of schedule "%s" %s.', coalesce(other.dose_unit, 'not given'), other.other_id,
                                   coalesce(other.other_unit, 'not given')) END,
        'Give both one dose_unit, or the limits in numbers of doses.'::text, '23514'::text);
    END IF;
  END IF;
  IF kind <> 'substance_limits' THEN
    PERFORM medsched._check_stock_units(relation, kind, of_user, $4, tell);
  END IF;
  IF kind = 'stock_entries' THEN
    RETURN true;
  ELSIF kind <> 'substance_limits' THEN
    SELECT s.id, m.substance INTO other
      FROM medsched.schedules AS s
      JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
     WHERE s.user_id = of_user AND m.user_id = of_user AND (kind <> 'schedules' OR s.id = $4) AND (kind <> 'medications' OR m.id = $4)
       AND m.substance IS NOT NULL AND s.dose_amount IS NULL AND coalesce(s.ends_at > now(), true)
     ORDER BY s.id
     LIMIT 1;
    IF FOUND THEN
      PERFORM medsched._refuse_rule(relation, 'schedule_has_dose_amount'::text, format('schedule "%s" must have dose_amount', other.id),
        CASE WHEN tell THEN format('Its medication holds %s, and limits of that count how much is taken.', other.substance) END,
        NULL::text, '23514'::text);
    END IF;
    -- Where any two of a medication's differ, so do the first and another.  LATERAL: the one is found before the others are looked at.
    SELECT s.id, s.dose_unit, o.id AS other_id, o.dose_unit AS other_unit, s.substance INTO other
      FROM (SELECT c.id, c.medication_id, c.dose_unit, m.substance
              FROM medsched.schedules AS c
              JOIN medsched.medications AS m ON m.user_id = c.user_id AND m.id = c.medication_id
             WHERE c.user_id = of_user AND m.user_id = of_user AND m.substance IS NOT NULL
               AND (kind <> 'schedules' OR c.id = $4) AND (kind <> 'medications' OR m.id = $4)
             ORDER BY c.id
             LIMIT 1) AS s
     CROSS JOIN LATERAL (
           SELECT c.id, c.dose_unit
             FROM medsched.schedules AS c
            WHERE c.user_id = of_user AND c.medication_id = s.medication_id AND c.dose_unit IS DISTINCT FROM s.dose_unit
            ORDER BY c.id
            LIMIT 1) AS o;
    IF FOUND THEN
      PERFORM medsched._refuse_rule(relation, 'units_convert'::text,
        format('schedule "%s" must have the dose_unit of the other schedules of its medication', other.id),
        CASE WHEN tell THEN format('It is %s, and that of schedule "%s" %s; one holds so much %s.', coalesce(other.dose_unit, 'not given'),
                                   other.other_id, coalesce(other.other_unit, 'not given'), other.substance) END,
        'Prescribe what comes in another unit as another medication.'::text, '23514'::text);
    END IF;
  END IF;
  SELECT m.name, m.substance, m.substance_unit, l.unit INTO other
    FROM medsched.medications AS m
    JOIN medsched.substance_limits AS l ON l.user_id = m.user_id AND lower(l.substance) = lower(m.substance)
   WHERE m.user_id = of_user AND l.user_id = of_user
     AND kind <> 'schedules' AND (kind <> 'medications' OR m.id = $4) AND (kind <> 'substance_limits' OR l.substance = of_substance)
     AND jsonb_path_exists(l.limits, '$[*].amount') AND medsched._unit_factor(m.substance_unit, l.unit) IS NULL
   ORDER BY m.id
   LIMIT 1;
  IF FOUND THEN
    PERFORM medsched._refuse_rule(relation, 'units_convert'::text, format('limits of %s cannot add up what medications hold', other.substance),
      CASE WHEN tell THEN format('The limits are in %s, and "%s" holds it in %s.', other.unit, other.name, other.substance_unit) END,
      'Use one unit, or units of mass or of volume: kg, g, mg, mcg, ng; l, dl, cl, ml, ul.'::text, '23514'::text);
  END IF;
  RETURN true;
END
$$;

COMMENT ON FUNCTION medsched._check_units(regclass, text, uuid, uuid, text, boolean) IS
  'Internal: checks that the amounts which limits add up, and those of a stock, are in units that convert';
