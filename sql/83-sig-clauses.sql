-- What the phrases of a sig come to: a clause for each amount, with its times, and what holds for all of them.
--
-- A sig is {"clauses": [clause, ...], ...}.  A clause has amount, unit, words, and of when: per_day, daily, hours, every and period
-- ('d', 'wk', 'mo'), week_times, weekdays, clocks, events (an array of {event, minutes, words}), meals.  The sig itself has as_needed,
-- limits, lasts (an interval), doses, words, and flags that the phrases set.

-- Parts of the day that overlap: said together they are one.
CREATE OR REPLACE FUNCTION medsched._sig_overlap(wide text, narrow text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN EXISTS (
  SELECT FROM (VALUES ('MORN', '{MORN,CM,ACM,PCM,WAKE}'::text[]), ('NOON', '{NOON,CD,ACD,PCD}'), ('AFT', '{AFT,CD,ACD,PCD}'),
                      ('EVE', '{EVE,CV,ACV,PCV,NIGHT,HS,AHS}'), ('NIGHT', '{NIGHT,HS,AHS}'), ('HS', '{HS,AHS}'), ('WAKE', '{WAKE,CM,ACM,PCM}'),
                      ('CM', '{CM,ACM,PCM}'), ('CD', '{CD,ACD,PCD}'), ('CV', '{CV,ACV,PCV}'), ('ACM', '{ACM}'), ('PCM', '{PCM,ACM}'), ('ACD', '{ACD}'),
                      ('PCD', '{PCD,ACD}'), ('ACV', '{ACV}'), ('PCV', '{PCV,ACV}'), ('C', '{C,AC,PC,CM,CD,CV}'), ('AC', '{AC,ACM,ACD,ACV}'), ('PC', '{PC,AC,PCM,PCD,PCV}'))
    AS o (part, within) WHERE o.part = $1 AND $2 = ANY (o.within));
COMMENT ON FUNCTION medsched._sig_overlap(text, text) IS
  'Internal: whether one event of the day is within another';

-- Put a fact of a sig into an object that may have it already, but not another.
CREATE OR REPLACE FUNCTION medsched._sig_with(sig text, object jsonb, key text, value jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF object ? key AND object -> key <> value THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', format('Its %s is %s, and %s.', key, object -> key, value), NULL::text);
  END IF;
  RETURN object || jsonb_build_object(key, value);
END
$$;
COMMENT ON FUNCTION medsched._sig_with(text, jsonb, text, jsonb) IS
  'Internal: an object with one fact of a sig more';

-- Put an event into a clause.  "Every morning with breakfast" is one, "in the morning and with breakfast" leaves open how many.
CREATE OR REPLACE FUNCTION medsched._sig_with_event(sig text, clause jsonb, event jsonb, apart boolean)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  events jsonb := coalesce(clause -> 'events', '[]');
  name CONSTANT text := event ->> 'event';
  other text;
  i int;
BEGIN
  FOR i IN 0..jsonb_array_length(events) - 1 LOOP
    other := events -> i ->> 'event';
    CONTINUE WHEN NOT medsched._sig_overlap(other, name) AND NOT medsched._sig_overlap(name, other);
    IF apart THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'leaves open how many doses it means', 'It names one part of the day twice.', 'Say how many times a day.');
    END IF;
    IF medsched._sig_overlap(other, name) THEN
      events := jsonb_set(events, ARRAY[i::text], event);
    END IF;
    RETURN clause || jsonb_build_object('events', events);
  END LOOP;
  RETURN clause || jsonb_build_object('events', events || jsonb_build_array(event));
END
$$;
COMMENT ON FUNCTION medsched._sig_with_event(text, jsonb, jsonb, boolean) IS
  'Internal: a clause of a sig with one event more';

-- A number of a phrase that counts something.
CREATE OR REPLACE FUNCTION medsched._sig_count(sig text, phrase jsonb, nth int, most int)
RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  n CONSTANT numeric := coalesce(CASE WHEN nth = 0 THEN (phrase ->> 'n')::numeric END, (phrase -> 'low' ->> nth)::numeric);
BEGIN
  IF n IS NULL OR n <> trunc(n) OR n NOT BETWEEN 1 AND most THEN
    PERFORM medsched._refuse_sig(sig, '22023', format('has a number that is out of range at "%s"', medsched._shortened(phrase ->> 'raw')),
      NULL::text, format('It is a whole number from 1 to %s.', most));
  END IF;
  RETURN n;
END
$$;
COMMENT ON FUNCTION medsched._sig_count(text, jsonb, int, int) IS
  'Internal: a number of a phrase that counts something';

-- A clock time of a phrase.
CREATE OR REPLACE FUNCTION medsched._sig_clock(sig text, phrase jsonb)
RETURNS time
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  half CONSTANT text := phrase ->> 'unit';
  part CONSTANT text[] := regexp_match(phrase ->> 'raw', '([0-9]{1,2})(?::([0-9]{2}))?(?: [ap]m)?$');
  hour int := part[1]::int;
BEGIN
  IF part IS NULL OR half IS NULL AND (hour > 23 OR part[1] !~ '^[0-9]{2}$') OR half IS NOT NULL AND hour NOT BETWEEN 1 AND 12 OR part[2]::int > 59 THEN
    PERFORM medsched._refuse_sig(sig, '22023', format('has no time of day at "%s"', medsched._shortened(phrase ->> 'raw')),
      NULL::text, 'A time of day is 08:00, 8 am or 8:30 pm.');
  END IF;
  RETURN make_time(CASE half WHEN 'am' THEN hour % 12 WHEN 'pm' THEN hour % 12 + 12 ELSE hour END, coalesce(part[2]::int, 0), 0);
END
$$;
COMMENT ON FUNCTION medsched._sig_clock(text, jsonb) IS
  'Internal: a clock time of a sig';

-- A limit of a phrase: of doses or an amount, in hours or on days.  unit: that of the sig's amounts.
CREATE OR REPLACE FUNCTION medsched._sig_limit(sig text, phrase jsonb, amount numeric, unit text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most CONSTANT numeric := (phrase -> 'low' ->> 0)::numeric;
  of_unit CONSTANT text := coalesce(phrase -> 'units' ->> 0, CASE WHEN NOT phrase ? 'n' THEN unit END);
  period CONSTANT jsonb := CASE phrase ->> 'unit' WHEN 'day' THEN '{"days": 1}' WHEN 'week' THEN '{"days": 7}'
                                WHEN 'days' THEN jsonb_build_object('days', medsched._sig_count(sig, phrase, 1, 366))
                                ELSE jsonb_build_object('within', medsched._sig_count(sig, phrase, 1, 744) || ' hours') END;
BEGIN
  IF phrase ? 'n' OR NOT coalesce(phrase ? 'units', false) AND amount = 1 THEN
    RETURN jsonb_build_object('doses', medsched._sig_count(sig, phrase - 'n', 0, 10000)) || period;
  END IF;
  IF amount IS NULL OR (of_unit IS NULL) <> (unit IS NULL) OR medsched._unit_factor(of_unit, unit) IS NULL
    -- "500 mg, max 8 in 24 hours" are hardly 8 mg.
    OR most * medsched._unit_factor(of_unit, unit) < amount OR NOT phrase ? 'units' AND unit IN ('mg', 'mcg', 'g', 'mL', 'L', 'mEq', 'mmol')
  THEN
    PERFORM medsched._refuse_sig(sig, '0A000', format('has a limit that its amount does not go with at "%s"', medsched._shortened(phrase ->> 'raw')),
      format('The amount is %s.', coalesce(nullif(concat_ws(' ', amount, unit), ''), 'not given')), 'Say the limit in doses, or in the unit of the amount.');
  END IF;
  RETURN jsonb_build_object('amount', trim_scale(most * medsched._unit_factor(of_unit, unit))) || period;
END
$$;
COMMENT ON FUNCTION medsched._sig_limit(text, jsonb, numeric, text) IS
  'Internal: a limit of a sig as one of a schedule';

-- Note that times (T) or a route (R) come next: "on the face in the morning, on the scalp at bedtime" is RTRT.
CREATE OR REPLACE FUNCTION medsched._sig_way(clause jsonb, what text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN right(coalesce(clause ->> 'ways', ''), 1) = what THEN clause
            ELSE clause || jsonb_build_object('ways', coalesce(clause ->> 'ways', '') || what) END;
COMMENT ON FUNCTION medsched._sig_way(jsonb, text) IS
  'Internal: a clause of a sig with the order of its times and routes';

-- Gather the phrases.
CREATE OR REPLACE FUNCTION medsched._sig_gather(sig text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  timing CONSTANT text[] := '{per_day,daily,hours,minutes,every,week_times,weekdays,clocks,events,meals,pattern}';
  no_timing CONSTANT text[] := '{amount,half,amount_of_strength,amount_of_spoonfuls,amount_after_verb,amount_range,strength,prn,limit,verb,route,words,snack,reason,
                                 until_finished,may,for_days,for_weeks,for_months,at_most_days,doses}';
  side CONSTANT text := ' (eyes?|ears?|nostril)$';
  said CONSTANT jsonb := medsched._sig_read(sig);
  whole jsonb := '{}';       -- what holds for all clauses
  clauses jsonb := '[]';
  c jsonb := '{}';           -- the clause at hand
  p jsonb;
  kind text;
  last_kind text;
  event text;
  verb boolean := false;
  words text := '';          -- instructions of all clauses
  routes text[] := '{}';
  limits jsonb := '[]';
  i int := 0;
  named int;                 -- events before the phrase
  part text;                 -- 'W' for days of the week, 'E' for times of day
BEGIN
  FOR p IN SELECT e.value FROM jsonb_array_elements(said) WITH ORDINALITY AS e (value, nth) ORDER BY e.nth LOOP
    i := i + 1;
    kind := p ->> 'kind';
    -- "2, 3 times a day" are two three times, or two to three times.
    IF p ->> 'after' = ',' AND p ->> 'raw' ~ '^[0-9]' AND said -> (i - 2) ->> 'raw' ~ '^[0-9]+$' THEN
      PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s, %s"', said -> (i - 2) ->> 'raw', p ->> 'raw'), NULL::text, NULL::text);
    END IF;
    IF kind <> ALL (no_timing) THEN
      -- What follows a length of time may be the next step of a taper.
      IF whole ?| '{lasts,doses}' THEN
        PERFORM medsched._refuse_sig(sig, '0A000', format('has "%s" after how long it lasts', p ->> 'raw'), NULL::text, 'Say how often first, and give each step of a taper as a sig of its own.');
      END IF;
      -- "with food and at bedtime", "daily and every 6 hours": more doses than are named.
      IF p ->> 'after' = 'and'
        AND NOT (kind ~ '^weekday' AND c ? 'weekdays' OR kind ~ '^(event|further|offset|clock|meals)' AND c ?| '{events,meals,clocks}')
      THEN
        PERFORM medsched._refuse_sig(sig, '0A000', format('has doses beside others at "and %s"', p ->> 'raw'), NULL::text, 'Give each as a sig of its own.');
      END IF;
      -- "with breakfast daily and with dinner on Mondays"
      IF kind ~ '^(weekday|days|weeks|months)' AND jsonb_array_length(coalesce(c -> 'events', '[]')) > 1 THEN
        PERFORM medsched._refuse_sig(sig, '0A000', 'has other times on other days', NULL::text, 'Say the days first, or give each as a sig of its own.');
      END IF;
      c := c || jsonb_build_object(CASE WHEN c ? 'amount' THEN 'behind' ELSE 'before' END, true);
      c := medsched._sig_way(c, 'T'::text);
      part := CASE WHEN kind ~ '^weekday' THEN 'W' WHEN kind IN ('event', 'further_meal', 'omni_nocte', 'offset', 'offset_meals', 'clock', 'further_clock') THEN 'E' END;
      IF part <> right(coalesce(c ->> 'order', ''), 1) THEN
        c := c || jsonb_build_object('order', concat(c ->> 'order', part));
      END IF;
    END IF;
    CASE
      WHEN kind IN ('amount', 'amount_after_verb', 'half', 'amount_of_strength', 'amount_of_spoonfuls', 'pattern') THEN
        IF c ? 'amount' AND kind <> 'pattern' THEN
          IF NOT c ?| timing OR c ? 'pattern' THEN
            PERFORM medsched._refuse_sig(sig, '22023', 'has two amounts for one dose', format('The second is "%s".', p ->> 'raw'), NULL::text);
          END IF;
          clauses := clauses || jsonb_build_array(c);
          c := '{}';
        END IF;
        IF kind = 'pattern' THEN
          c := medsched._sig_with(sig, c, 'pattern', to_jsonb(split_part(p ->> 'raw', ' ', 1)));
          IF p ? 'units' THEN
            c := medsched._sig_with(sig, c, 'unit', p -> 'units' -> 0);
          END IF;
        ELSE
          IF (p -> 'low' ->> 0)::numeric = 0 OR kind = 'half' AND (p -> 'low' ->> 0)::numeric >= 1
            OR kind = 'amount_of_spoonfuls' AND p -> 'units' ->> 0 <> 'mL' OR kind = 'amount_after_verb' AND p -> 'units' ->> 0 <> 'spray'
          THEN
            PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', p ->> 'raw'), NULL::text, NULL::text);
          END IF;
          c := c || jsonb_strip_nulls(jsonb_build_object(
            'amount', CASE WHEN kind = 'amount_of_spoonfuls' THEN to_jsonb((p -> 'low' ->> 0)::numeric * (p -> 'low' ->> 1)::numeric)
                           WHEN p ? 'n' THEN p -> 'n' ELSE p -> 'low' -> 0 END,
            'unit', CASE WHEN kind IN ('amount_of_strength', 'amount_after_verb') THEN p -> 'units' -> 1 ELSE coalesce(p -> 'unit', p -> 'units' -> 0) END,
            'words', CASE WHEN kind = 'amount_of_strength' THEN format('%s %s', p -> 'low' ->> 1, p -> 'units' ->> 0) END));
        END IF;
      WHEN kind = 'strength' THEN
        -- "1 tablet (2 tablets)"
        IF c ->> 'unit' = p -> 'units' ->> 0 AND (c ->> 'amount')::numeric <> (p -> 'low' ->> 0)::numeric THEN
          PERFORM medsched._refuse_sig(sig, '22023', 'has two amounts for one dose', format('The second is "%s".', p ->> 'raw'), NULL::text);
        END IF;
        c := medsched._sig_with(sig, c, 'words', to_jsonb(format('%s %s%s', p -> 'low' ->> 0, p -> 'units' ->> 0, CASE WHEN p ->> 'raw' ~ 'total' THEN ' total' ELSE '' END)));
      WHEN kind = 'amount_range' THEN
        PERFORM medsched._refuse_sig(sig, '0A000', format('has a range of amounts, "%s"', p ->> 'raw'), NULL::text, 'A schedule has one amount.');
      WHEN kind IN ('times', 'once') THEN
        c := medsched._sig_with(sig, c, 'per_day', to_jsonb(medsched._sig_count(sig, p, 0, 24)));
      WHEN kind IN ('times_range', 'times_at_most') THEN
        whole := whole || '{"needs_prn": true}';
        c := medsched._sig_with(sig, c, 'per_day', CASE WHEN kind = 'times_range' THEN p -> 'high' -> 0 ELSE to_jsonb(medsched._sig_count(sig, p, 0, 24)) END);
      WHEN kind IN ('daily', 'each_day') THEN
        c := c || jsonb_build_object('daily', true) || CASE WHEN kind = 'each_day' THEN '{"each": true}'::jsonb ELSE '{}' END;
      WHEN kind IN ('hours', 'hours_range', 'hours_at_least') THEN
        c := medsched._sig_with(sig, c, 'hours', to_jsonb(medsched._sig_count(sig, p, 0, 744)));
        IF kind <> 'hours' THEN
          whole := whole || '{"needs_prn": true}';
          words := concat_ws(', ', nullif(words, ''), CASE kind WHEN 'hours_range' THEN format('every %s to %s hours', p -> 'low' ->> 0, p -> 'high' ->> 0) END);
        END IF;
      WHEN kind = 'minutes' THEN
        whole := whole || '{"needs_prn": true}';
        c := medsched._sig_with(sig, c, 'minutes', to_jsonb(medsched._sig_count(sig, p, 0, 600)));
      WHEN kind IN ('days', 'weeks', 'months', 'days_times', 'weeks_times', 'months_times', 'each_week', 'each_month') THEN
        IF kind ~ '_times' THEN
          IF (p -> 'low' ->> 0)::numeric <> 1 THEN
            PERFORM medsched._refuse_sig(sig, '0A000', 'does not say on which days the doses are', format('It has "%s".', p ->> 'raw'), NULL::text);
          END IF;
          p := p || jsonb_build_object('low', (p -> 'low') - 0);
        END IF;
        c := medsched._sig_with(sig, c, 'period', to_jsonb(CASE WHEN kind ~ 'day' THEN 'd' WHEN kind ~ 'week' THEN 'wk' ELSE 'mo' END));
        c := medsched._sig_with(sig, c, 'every', to_jsonb(medsched._sig_count(sig, p, 0, 366)));
        IF kind ~ 'each' THEN
          c := c || '{"each": true}';
        END IF;
      WHEN kind = 'week_times' THEN
        c := medsched._sig_with(sig, c, 'week_times', to_jsonb(medsched._sig_count(sig, p, 0, 7)));
      WHEN kind IN ('event', 'further_meal', 'omni_nocte') THEN
        -- What ends with "on" may have been cut off.
        IF kind = 'omni_nocte' AND jsonb_path_exists(said, '$[0 to last - 1] ? (@.kind != "amount" && @.kind != "route")')
          OR kind = 'omni_nocte' AND i < jsonb_array_length(said)
          OR kind = 'further_meal' AND (last_kind IS DISTINCT FROM 'event' OR event !~ '^[AP]?C[MDV]$' OR NOT p ? 'after')
        THEN
          PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', p ->> 'raw'), NULL::text, NULL::text);
        END IF;
        -- "every morning and every other evening"
        IF p ? 'n' AND c ? 'events' OR p ? 'after' AND c ? 'apart' THEN
          PERFORM medsched._refuse_sig(sig, '0A000', format('has doses beside others at "%s"', p ->> 'raw'), NULL::text, 'Give each as a sig of its own.');
        END IF;
        IF kind = 'event' AND p ? 'n' THEN
          c := c || '{"apart": true}';
          c := medsched._sig_with(sig, medsched._sig_with(sig, c, 'period', '"d"'::jsonb), 'every', p -> 'n');
        END IF;
        -- "once at bedtime" is each day, or one dose
        IF p ->> 'raw' ~ '^once (at|in)' THEN
          c := c || '{"once": true}';
        END IF;
        named := jsonb_array_length(coalesce(c -> 'events', '[]'));
        FOR event IN SELECT e FROM jsonb_array_elements_text(coalesce(p -> 'events', jsonb_build_array(left(event, -1) || (p ->> 'unit')))) WITH ORDINALITY AS x (e, nth) ORDER BY nth LOOP
          c := medsched._sig_with_event(sig, c, jsonb_build_object('event', event), p ? 'after');
        END LOOP;
        -- "at bedtime in the morning" is one of them and a mistake, or both.
        IF named > 0 AND named < jsonb_array_length(c -> 'events') AND NOT p ? 'after' THEN
          c := c || '{"run_on": true}';
        END IF;
        IF c ? 'meals' AND p ->> 'after' = 'and' THEN
          c := c || '{"meals_too": true}';
        END IF;
        kind := 'event';
      WHEN kind IN ('offset', 'offset_meals') THEN
        event := p -> 'events' ->> 0;
        -- "take 1 1/2 hour before breakfast"
        IF (p -> 'low' ->> 0)::numeric > 1 AND (p -> 'low' ->> 0)::numeric % 1 <> 0 THEN
          PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', p ->> 'raw'), NULL::text, NULL::text);
        END IF;
        c := medsched._sig_with_event(sig, c, jsonb_build_object('event', event, 'words', p ->> 'raw',
          'minutes', coalesce((p ->> 'n')::numeric, (p -> 'low' ->> 0)::numeric) * CASE p ->> 'unit' WHEN 'hours' THEN 60 ELSE 1 END), p ? 'after');
        IF kind = 'offset_meals' THEN
          whole := whole || '{"counts_meals": true}';
        END IF;
      WHEN kind = 'meals' THEN
        c := medsched._sig_with(sig, c, 'meals', p -> 'events' -> 0);
        IF p ->> 'after' = 'and' THEN
          c := c || '{"meals_too": true}';
        END IF;
      WHEN kind IN ('weekday', 'weekdays', 'weekday_list') THEN
        IF kind = 'weekday' AND last_kind = 'weekday' AND NOT p ? 'after' THEN
          PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', p ->> 'raw'), 'Two days of the week follow each other.', 'Put a comma or "and" between them.');
        END IF;
        c := c || jsonb_build_object('weekdays', (
          SELECT jsonb_agg(DISTINCT d.day ORDER BY d.day)
            FROM (SELECT e::int AS day FROM jsonb_array_elements_text(c -> 'weekdays') AS e
                  UNION ALL SELECT e::int FROM jsonb_array_elements_text(p -> 'days') AS e
                  UNION ALL SELECT g FROM generate_series((p -> 'days' ->> 0)::int, (p -> 'days' ->> 1)::int) AS g WHERE kind = 'weekdays'
                  UNION ALL SELECT e::int FROM string_to_table(p ->> 'unit', NULL) AS e WHERE kind = 'weekday_list') AS d));
        IF kind = 'weekdays' AND p -> 'days' -> 0 >= p -> 'days' -> 1 THEN
          PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', p ->> 'raw'), NULL::text, NULL::text);
        END IF;
        kind := 'weekday';
        IF p ? 'n' THEN
          c := medsched._sig_with(sig, medsched._sig_with(sig, c, 'period', '"wk"'::jsonb), 'every', p -> 'n');
        END IF;
      WHEN kind IN ('clock', 'further_clock') THEN
        IF kind = 'further_clock' AND (last_kind IS DISTINCT FROM 'clock' OR NOT p ? 'after') THEN
          PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', p ->> 'raw'), NULL::text, 'Write "at 8 am" for a time of day.');
        END IF;
        c := c || jsonb_build_object('clocks', coalesce(c -> 'clocks', '[]') || to_jsonb(medsched._sig_clock(sig, p)));
        kind := 'clock';
      WHEN kind IN ('for_days', 'for_weeks', 'for_months', 'at_most_days') AND whole ? 'lasts' OR kind = 'doses' AND whole ? 'doses' THEN
        PERFORM medsched._refuse_sig(sig, '0A000', 'says twice how long it lasts', format('The second is "%s".', p ->> 'raw'), 'Give each step as a sig of its own.');
      WHEN kind IN ('for_days', 'for_weeks', 'for_months') THEN
        whole := medsched._sig_with(sig, whole, 'lasts', to_jsonb(medsched._sig_count(sig, p, 0, 366) || replace(kind, 'for_', ' ')));
      WHEN kind = 'at_most_days' THEN
        whole := medsched._sig_with(sig, whole, 'lasts', to_jsonb((p -> 'low' ->> 0)::int * (p ->> 'n')::int || ' days')) || '{"needs_prn": true}';
      WHEN kind = 'doses' THEN
        whole := medsched._sig_with(sig, whole, 'doses', to_jsonb(medsched._sig_count(sig, p, 0, 1000)));
      WHEN kind IN ('prn', 'snack') AND p ->> 'after' = 'and' THEN
        PERFORM medsched._refuse_sig(sig, '0A000', format('has doses beside others at "and %s"', p ->> 'raw'), NULL::text, 'Give each as a sig of its own.');
      WHEN kind = 'prn' THEN
        whole := whole || '{"as_needed": true}';
      WHEN kind = 'limit' THEN
        limits := limits || jsonb_build_array(p);
      WHEN kind IN ('verb', 'route', 'words', 'snack', 'reason', 'until_finished', 'may') THEN
        IF kind = 'reason' AND (p ->> 'symptom')::boolean OR kind = 'may' THEN
          whole := whole || '{"leaves_open": true}';
        ELSIF kind = 'until_finished' THEN
          whole := whole || '{"until_finished": true}';
        ELSIF p ->> 'raw' = 'ou' AND i < jsonb_array_length(said) AND coalesce(said -> (i - 2) ->> 'raw', '') !~ '(gtts?|drops?)$' THEN
          PERFORM medsched._refuse_sig(sig, '22023', 'has "ou", which has two meanings', 'It is each eye in Latin and "or" in French.', 'Say it in words.');
        ELSIF kind = 'route' AND p ->> 'words' = ANY (routes) THEN
          CONTINUE;
        ELSIF kind = 'route' THEN
          -- "in the right eye in the morning and in the left eye at bedtime"
          IF p ->> 'after' = 'and' AND c ?| timing OR p ->> 'words' ~ side AND EXISTS (SELECT FROM unnest(routes) AS r WHERE r ~ side) THEN
            PERFORM medsched._refuse_sig(sig, '0A000', format('has doses in two ways, the second "%s"', p ->> 'raw'), NULL::text, 'Give each as a sig of its own.');
          END IF;
          routes := routes || coalesce(p ->> 'words', p ->> 'raw');
          c := medsched._sig_way(c, 'R'::text);
        END IF;
        IF kind IN ('words', 'snack', 'until_finished') THEN
          whole := whole || jsonb_build_object('remark', p -> 'raw');
        END IF;
        IF coalesce(p ->> 'words', p ->> 'raw') <> '' THEN
          words := concat_ws(CASE WHEN verb AND kind = 'route' THEN ' ' ELSE ', ' END, nullif(words, ''), coalesce(p ->> 'words', p ->> 'raw'));
          verb := kind = 'verb';
        END IF;
    END CASE;
    last_kind := kind;
  END LOOP;
  clauses := clauses || jsonb_build_array(c);
  IF limits <> '[]' THEN
    whole := whole || jsonb_build_object('limits', (
      SELECT jsonb_agg(medsched._sig_limit(sig, l.value, (c ->> 'amount')::numeric, c ->> 'unit') ORDER BY l.nth)
        FROM jsonb_array_elements(limits) WITH ORDINALITY AS l (value, nth)));
  END IF;
  RETURN whole || jsonb_build_object('words', words, 'clauses', clauses, 'routes', cardinality(routes));
END
$$;
COMMENT ON FUNCTION medsched._sig_gather(text) IS
  'Internal: the clauses of a sig';
