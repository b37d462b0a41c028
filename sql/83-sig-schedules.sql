-- Schedules from a sig.

-- The times of day of a clause, each with the words of its event.
CREATE OR REPLACE FUNCTION medsched._sig_clocks(sig text, clause jsonb, given jsonb, counts_meals boolean)
RETURNS TABLE (clock time, words text, named jsonb)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  per_day int := (clause ->> 'per_day')::int;
  meals CONSTANT text := clause ->> 'meals';
  events jsonb := coalesce(clause -> 'events', '[]');
  remark text := (SELECT min(t.meaning) FROM medsched.timing_events() AS t WHERE t.event = clause ->> 'meals');
  named int;        -- doses that the events name
  code text;
  clocks time[];
  e record;
BEGIN
  IF clause ? 'clocks' THEN
    IF clause ? 'events' THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'has both clock times and parts of the day', NULL::text, NULL::text);
    END IF;
    clocks := ARRAY(SELECT t::time FROM jsonb_array_elements_text(clause -> 'clocks') AS t ORDER BY 1);
    IF cardinality(clocks) <> coalesce(per_day, cardinality(clocks)) THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', format('It says %s doses a day, and names times for %s.', per_day, cardinality(clocks)), NULL::text);
    END IF;
    RETURN QUERY SELECT t, remark, NULL::jsonb FROM unnest(clocks) AS t;
    RETURN;
  END IF;

  -- "with meals": at each where there are as many doses, or where bedtime is beside them; else the words alone.
  named := (SELECT coalesce(sum(CASE WHEN x.value ->> 'event' IN ('C', 'AC', 'PC') THEN 3 ELSE 1 END), 0) FROM jsonb_array_elements(events) AS x);
  IF meals IS NOT NULL AND (per_day = named + 3 OR per_day IS NULL AND clause ? 'meals_too' AND named = 1 AND events -> 0 ->> 'event' IN ('HS', 'NIGHT')) THEN
    events := events || jsonb_build_array(jsonb_build_object('event', meals));
    named := named + 3;
    remark := NULL;
  ELSIF meals IS NOT NULL AND per_day IS NULL AND (named > 0 OR NOT clause ?| '{daily,period,weekdays,week_times}') THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'does not say how often', 'It says with or around meals, not with each.', 'Say how many times a day.');
  END IF;
  IF counts_meals AND per_day IS DISTINCT FROM named THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'does not say before which meals', NULL::text, 'Say before which meal, or before each.');
  END IF;
  IF named > 0 AND named <> coalesce(per_day, named) THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', format('It says %s doses a day, and names times for %s.', per_day, named), NULL::text);
  END IF;

  IF named = 0 THEN
    per_day := coalesce(per_day, 1);
    SELECT t.code, medsched._times_for(given, ARRAY[t.code, t.fhir_code], t.times) INTO code, clocks
      FROM medsched.timing_codes() AS t
     WHERE t.code = CASE WHEN clause ->> 'period' = 'd' AND clause ->> 'every' = '2' THEN 'QOD' WHEN clause ->> 'period' = 'wk' THEN 'WEEKLY'
                         WHEN clause ->> 'period' = 'mo' THEN 'MONTHLY' ELSE ('{QD,BID,TID,QID}'::text[])[per_day] END;
    clocks := coalesce(clocks, CASE WHEN jsonb_typeof(given) = 'array' THEN medsched._read_times(given) END);
    IF clocks IS NULL THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'does not say when', format('It says %s times a day.', per_day), 'Give an array of times.');
    END IF;
    PERFORM medsched._check_times_count(clocks, per_day, coalesce(code, 'sig'));
    RETURN QUERY SELECT t, remark, NULL::jsonb FROM unnest(clocks) AS t;
    RETURN;
  END IF;

  IF jsonb_typeof(given) = 'array' THEN
    IF jsonb_path_exists(events, '$[*] ? (@.event like_regex "C" || exists (@.minutes))') THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'names parts of the day, which an array of times does not', NULL::text, 'Give times by event: {"CM": "07:30", "HS": "22:30"}.');
    END IF;
    clocks := medsched._read_times(given);
    PERFORM medsched._check_times_count(clocks, named, 'sig'::text);
    RETURN QUERY SELECT t, remark, NULL::jsonb FROM unnest(clocks) AS t;
    RETURN;
  END IF;
  FOR e IN
    SELECT medsched._times_for(given, ARRAY(SELECT k FROM medsched.timing_codes() AS t CROSS JOIN unnest(ARRAY[t.code, t.fhir_code]) AS k
                                             WHERE t.code = CASE v.anchor WHEN 'MORN' THEN 'QAM' WHEN 'EVE' THEN 'QPM' WHEN 'HS' THEN 'QHS' END)
                                      || v.anchor, ARRAY[v.at]) AS at,
           v.event, v.anchor, v.direction, (x.value ->> 'minutes')::numeric::int AS minutes, x.value ->> 'words' AS said, CASE WHEN v.event ~ 'C' THEN v.meaning END AS meaning,
           make_interval(mins => (x.value ->> 'minutes')::numeric::int * CASE WHEN x.value ->> 'event' ~ '^P' THEN 1 ELSE -1 END) AS away
      FROM jsonb_array_elements(events) WITH ORDINALITY AS x (value, nth)
      JOIN medsched.timing_events() AS v ON v.event = regexp_replace(x.value ->> 'event', '^AHS$', 'HS')
  LOOP
    PERFORM medsched._check_times_count(e.at, 1, e.anchor::text);
    IF e.at[1]::interval + coalesce(e.away, '0') NOT BETWEEN '0' AND '23:59:59' THEN
      PERFORM medsched._refuse_sig(sig, '0A000', format('has a dose on another day than "%s"', e.said), NULL::text, NULL::text);
    END IF;
    RETURN QUERY SELECT (e.at[1]::interval + coalesce(e.away, '0'))::time, 
      nullif(concat_ws(', ', coalesce(e.said, e.meaning), remark), ''),
      -- "30 minutes before" an event that is counted from the other way is none that a schedule names.
      CASE WHEN coalesce(e.minutes, 0) = 0 OR e.direction * e.away > '0' THEN medsched._event_as_named(e.event, e.anchor, e.minutes) END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._sig_clocks(text, jsonb, jsonb, boolean) IS
  'Internal: the times of day of a clause of a sig';

-- A clause of a sig at set times, as schedules.
CREATE OR REPLACE FUNCTION medsched._sig_fixed(sig text, whole jsonb, clause jsonb, starts_on date, time_zone text, times jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  unit text := coalesce(clause ->> 'period', 'd');
  every int := coalesce((clause ->> 'every')::int, 1);
  hours CONSTANT int := (clause ->> 'hours')::int;
  days int[] := ARRAY(SELECT d::int FROM jsonb_array_elements_text(clause -> 'weekdays') AS d);
  lasts CONSTANT interval := (whole ->> 'lasts')::interval;
  last_day CONSTANT date := starts_on + lasts - interval '1 day';
  doses int := (whole ->> 'doses')::int;
  first_day date;
  clocks time[];
  words text[];
  named jsonb[];
  groups int;
BEGIN
  IF doses IS NOT NULL AND lasts IS NOT NULL THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'has both a number of doses and a length of time', NULL::text, NULL::text);
  ELSIF clause ? 'hours' THEN
    IF clause ?| '{events,meals,clocks,weekdays,week_times,period}' OR coalesce((clause ->> 'per_day')::int, CASE WHEN clause ? 'daily' THEN 1 END) * hours <> 24 THEN
      PERFORM medsched._refuse_sig(sig, '0A000', format('has times beside "every %s hours"', hours), NULL::text, NULL::text);
    ELSIF date_part('month', lasts) > 0 OR date_part('year', lasts) > 0 THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'has doses by the hour for months', NULL::text, 'Say how many days.');
    END IF;
    clocks := medsched._times_for(times, (SELECT ARRAY[t.code, t.fhir_code] FROM medsched.timing_codes() AS t WHERE t.period_unit = 'h' AND t.period = hours), '{08:00}'::time[]);
    PERFORM medsched._check_times_count(clocks, 1, 'sig'::text);
    RETURN medsched._interval_schedule('h'::text, hours, starts_on + clocks[1], NULL::text,
      coalesce(doses, ceil(date_part('epoch', lasts) / 3600 / hours)::int), time_zone);
  END IF;

  IF days <> '{}' THEN
    IF unit = 'mo' OR unit = 'd' AND clause ? 'period' THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'has days of the week beside other days', NULL::text, NULL::text);
    ELSIF coalesce((clause ->> 'week_times')::int, CASE WHEN clause ? 'period' THEN 1 ELSE cardinality(days) END) <> cardinality(days) THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', format('It names %s days of the week.', cardinality(days)), NULL::text);
    END IF;
    unit := 'wk';
  ELSE
    days := NULL;
    IF (clause ->> 'week_times')::int > 1 THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'does not say on which days the doses are', NULL::text, 'Name the days of the week.');
    ELSIF clause ? 'week_times' THEN
      unit := 'wk';
    END IF;
    -- "twice a day, weekly"
    IF unit <> 'd' AND (clause ->> 'per_day')::int > 1 OR clause ? 'daily' AND (every > 1 OR unit <> 'd') THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', 'It says two things of how often.', NULL::text);
    END IF;
  END IF;
  first_day := medsched._first_day(starts_on, days);
  IF lasts < medsched._fhir_interval(every, unit) AND unit || every <> 'd1' THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', format('It lasts %s, and is every %s %s.', lasts, every, unit), NULL::text);
  ELSIF first_day > last_day THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'has no dose', format('The first of its days of the week is %s, and its last day is %s.', first_day, last_day), NULL::text);
  END IF;
  SELECT array_agg(c.clock), array_agg(c.words), array_agg(c.named), count(DISTINCT coalesce(c.words, '')) INTO clocks, words, named, groups
    FROM medsched._sig_clocks(sig, CASE WHEN days IS NULL AND unit <> 'd' THEN clause || jsonb_build_object('period', unit) ELSE clause END, times, whole ? 'counts_meals') AS c;
  IF cardinality(clocks) > (SELECT count(DISTINCT c) FROM unnest(clocks) AS c) THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'has two doses at one time', format('The times of day are %s.', array_to_string(clocks, ', ')), NULL::text);
  ELSIF doses IS NOT NULL AND groups > 1 THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'has a number of doses that are not all alike', NULL::text, NULL::text);
  END IF;
  RETURN medsched._naming_events((
    SELECT jsonb_agg(s.value || jsonb_strip_nulls(jsonb_build_object('instructions', g.words)) ORDER BY g.first, s.nth)
      FROM (SELECT c.words, min(c.clock) AS first, array_agg(c.clock) AS clocks
              FROM unnest(clocks, words) AS c (clock, words) GROUP BY c.words) AS g
   CROSS JOIN LATERAL jsonb_array_elements(medsched._clock_schedules(
           medsched._day_rule(CASE WHEN days IS NULL THEN unit ELSE medsched._days_unit(days, every) END, every, first_day, days),
           first_day, g.clocks, to_char(last_day, '";UNTIL="YYYYMMDD'), doses, NULL::timestamp, time_zone)) WITH ORDINALITY AS s (value, nth)), clocks, named, times);
END
$$;
COMMENT ON FUNCTION medsched._sig_fixed(text, jsonb, jsonb, date, text, jsonb) IS
  'Internal: a clause of a sig at set times, as schedules';

-- A sig as needed, as one schedule with what it says as limits.
CREATE OR REPLACE FUNCTION medsched._sig_as_needed(sig text, whole jsonb, clause jsonb, starts_on date, time_zone text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  every CONSTANT int := coalesce((clause ->> 'every')::int, 1);
  named CONSTANT text[] := ARRAY(
    SELECT coalesce(x.value ->> 'words', CASE x.value ->> 'event' WHEN 'HS' THEN 'at bedtime' END,
                    (SELECT min(t.meaning) FROM medsched.timing_events() AS t WHERE t.event = x.value ->> 'event'))
      FROM jsonb_array_elements(clause -> 'events') WITH ORDINALITY AS x (value, nth) ORDER BY x.nth);
  per_day CONSTANT int := coalesce((clause ->> 'per_day')::int, nullif(cardinality(named), 0), CASE WHEN clause ?| '{daily,period}' OR clause ->> 'week_times' = '1' THEN 1 END);
  ends CONSTANT timestamp := starts_on + (whole ->> 'lasts')::interval;
  limits jsonb := coalesce(whole -> 'limits', '[]');
BEGIN
  IF clause ?| '{clocks,weekdays,pattern}' OR clause ->> 'period' = 'mo' OR (clause ->> 'week_times')::int > 1 OR whole ? 'doses'
    OR jsonb_path_exists(clause, '$.events[*] ? (@.event == "C" || @.event == "AC" || @.event == "PC")')
    OR cardinality(named) > 1 OR cardinality(named) > 0 AND (clause ->> 'per_day')::int <> cardinality(named)
    OR clause ? 'hours' AND clause ?| '{minutes,period,events,daily}' OR clause ?& '{events,meals}'
  THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'is not supported', 'It is as needed, with times or an end that no limits say.',
      'Supported is as needed alone, after hours (every 6 hours), or after times a day or week (twice a day).');
  END IF;
  IF per_day IS NOT NULL THEN
    limits := medsched._doses_in_days(per_day, CASE WHEN clause ? 'week_times' THEN 'wk' ELSE coalesce(clause ->> 'period', 'd') END, every) || limits;
  END IF;
  RETURN jsonb_build_array(jsonb_strip_nulls(medsched._as_needed_schedule(starts_on, time_zone,
      CASE WHEN clause ? 'hours' THEN (clause ->> 'hours') || ' hours' WHEN clause ? 'minutes' THEN (clause ->> 'minutes') || ' minutes' END,
      nullif(limits, '[]')) -> 0
    || jsonb_build_object(
      'instructions', nullif(concat_ws(', ', VARIADIC named || (SELECT min(t.meaning) FROM medsched.timing_events() AS t WHERE t.event = clause ->> 'meals')), ''),
      'ends_at', to_char(timezone('UTC', medsched._to_instant(ends, time_zone)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))));
END
$$;
COMMENT ON FUNCTION medsched._sig_as_needed(text, jsonb, jsonb, date, text) IS
  'Internal: a sig as needed, as a schedule';

-- What a pattern such as 1-0-1-0 says, as clauses: one for each amount.
CREATE OR REPLACE FUNCTION medsched._sig_pattern_clauses(sig text, clause jsonb)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parts CONSTANT numeric[] := medsched._sig_pattern(clause ->> 'pattern');
BEGIN
  IF parts IS NULL OR clause ? 'amount' AND (clause ->> 'amount' <> '1' OR NOT parts <@ '{0,1}') OR clause ?| '{hours,minutes,week_times,period,clocks,events}' THEN
    PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', clause ->> 'pattern'),
      NULL::text, '1-0-1-0 are the amounts in the morning, at noon, in the evening and at night.');
  ELSIF clause ? 'per_day' AND (clause ->> 'per_day')::int <> (SELECT count(*) FROM unnest(parts) AS p WHERE p > 0) THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', format('It says %s times a day, and %s.', clause ->> 'per_day', clause ->> 'pattern'), NULL::text);
  END IF;
  RETURN (
    SELECT jsonb_agg(clause - 'pattern' - 'per_day' || jsonb_build_object('amount', g.amount, 'events', g.events) ORDER BY g.first)
      FROM (SELECT p.amount, min(p.nth) AS first, jsonb_agg(jsonb_build_object('event', ('{MORN,NOON,EVE,NIGHT}'::text[])[p.nth]) ORDER BY p.nth) AS events
              FROM unnest(parts) WITH ORDINALITY AS p (amount, nth) WHERE p.amount > 0 GROUP BY p.amount) AS g);
END
$$;
COMMENT ON FUNCTION medsched._sig_pattern_clauses(text, jsonb) IS
  'Internal: the clauses of a pattern of a sig';

-- Refuse what no schedule can say, and what leaves open what it means.
CREATE OR REPLACE FUNCTION medsched._check_sig(sig text, whole jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  clauses CONSTANT jsonb := whole -> 'clauses';
  several CONSTANT boolean := jsonb_array_length(clauses) > 1;
  timing CONSTANT text[] := '{per_day,daily,hours,minutes,every,week_times,weekdays,clocks,events,meals,pattern}';
  measures CONSTANT text[] := '{mg,mcg,g,mL,L,mEq,mmol,unit,drop}';
  clause jsonb;
  named int;
BEGIN
  IF several AND (whole ?| '{as_needed,limits,lasts,doses,remark}' OR (whole ->> 'routes')::int > 1) THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'has several amounts, and what might go with one of them or with all', NULL::text, 'Give each amount as a sig of its own.');
  ELSIF (SELECT count(DISTINCT e.value ->> 'unit') > 1 OR count(*) FILTER (WHERE e.value ?| '{events,clocks}') BETWEEN 1 AND count(*) - 1 FROM jsonb_array_elements(clauses) AS e) THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'has several amounts that are not alike', NULL::text, 'Give each amount as a sig of its own.');
  ELSIF NOT whole ? 'as_needed' AND whole ?| '{needs_prn,limits}' THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'has a range or a limit, and does not say as needed', 'Doses at set times have neither.', NULL::text);
  ELSIF NOT whole ? 'as_needed' AND whole ? 'leaves_open' THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'leaves open whether it is as needed', 'It says "may", or for which symptom it is.', 'Add "as needed", or leave out what it is for.');
  ELSIF whole ? 'until_finished' AND NOT whole ?| '{lasts,doses}' THEN
    PERFORM medsched._refuse_sig(sig, '0A000', 'does not say when it ends', NULL::text, 'Say for how many days.');
  END IF;
  FOR clause IN SELECT e FROM jsonb_array_elements(clauses) AS e LOOP
    IF clause ? 'daily' AND (clause ->> 'per_day')::int > 1 THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'contradicts itself', format('It says daily, and %s times a day.', clause ->> 'per_day'), NULL::text);
    ELSIF length(clause ->> 'order') > 2 THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'has other times on other days', NULL::text, 'Give each as a sig of its own.');
    ELSIF several AND clause ?& '{before,behind}' THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'leaves open which amount is when', NULL::text, 'Give each amount as a sig of its own.');
    END IF;
    named := jsonb_array_length(coalesce(clause -> 'events', '[]'));
    IF clause ? 'run_on' AND NOT clause ? 'per_day' THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'leaves open how many doses it means', 'It names parts of the day without "and" or a comma.', 'Say how many times a day.');
    ELSIF (whole ->> 'routes')::int > 1 AND clause ->> 'ways' ~ 'TRTR|RTRT' THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'has doses in two ways', 'It has other times for each.', 'Give each as a sig of its own.');
    ELSIF clause ? 'once' AND NOT clause ? 'daily' THEN
      PERFORM medsched._refuse_sig(sig, '22023', 'leaves open how many doses it means', 'It says once, which may be each day.', 'Say once a day.');
    -- "2 tablets daily in the morning and evening" may be one of them each time.
    ELSIF named > 1 AND clause ? 'daily' AND (clause ->> 'amount' <> '1' OR clause ? 'each')
      OR clause ->> 'amount' <> '1' AND clause ? 'daily' AND NOT clause ? 'events'
         AND (clause ->> 'unit' = 'dose' OR clause ? 'meals' AND coalesce(clause ->> 'unit', '') <> ALL (measures))
    THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'does not say how many at once', format('It is %s in the time.', clause ->> 'amount'), 'Say once a day, twice a day.');
    -- "30 tablets" are a box, and "1 tablet in the morning and 500 at night" are 500 mg.
    ELSIF (clause ->> 'amount')::numeric > (CASE WHEN clause ? 'unit' THEN 24 ELSE 10 END) AND coalesce(clause ->> 'unit', clauses -> 0 ->> 'unit') <> ALL (measures) THEN
      PERFORM medsched._refuse_sig(sig, '22023', format('has an amount that nobody takes at once, "%s"', clause ->> 'amount'), NULL::text, NULL::text);
    ELSIF (clause ->> 'amount')::numeric > 10 AND NOT clauses -> 0 ? 'unit' AND NOT clause ? 'unit' THEN
      PERFORM medsched._refuse_sig(sig, '22023', format('has "%s" without a unit', clause ->> 'amount'), 'It may be a dose, a time or how many there are.', 'Say 20 units, 500 mg.');
    END IF;
    IF NOT clause ?| timing AND NOT whole ? 'as_needed' THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'does not say how often', NULL::text, 'Say how many times a day, or when in the day.');
    ELSIF clause ? 'each' AND clause ->> 'amount' <> '1' AND NOT clause ? 'events' THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'does not say how many at once', format('It is %s in the time.', clause ->> 'amount'), 'Say once a day, twice a day.');
    ELSIF several AND (NOT clause ?| '{events,clocks,weekdays}' OR clause ?| '{period,hours,meals,pattern}') THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'has several amounts, and does not say when each is', NULL::text, 'Give each amount as a sig of its own.');
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._check_sig(text, jsonb) IS
  'Internal: errors for a sig that says too little or what no schedule can';

CREATE OR REPLACE FUNCTION medsched.schedule_from_sig(sig text, starts_on date, time_zone text,
  times jsonb DEFAULT NULL, effective_from timestamptz DEFAULT NULL)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
  squeezed text;
  whole jsonb;
  clauses jsonb;
  clause jsonb;
  unit jsonb;
  made jsonb;
  schedules jsonb := '[]';
BEGIN
  IF sig IS NULL THEN
    RAISE 'sig must not be null' USING ERRCODE = 'null_value_not_allowed';
  ELSIF length(sig) > 1000 THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'is too long', format('It has %s characters.', length(sig)), 'A sig has at most 1000 characters.');
  END IF;
  PERFORM medsched._check_start(starts_on, time_zone);
  PERFORM medsched._check_times_json(times);
  IF effective_from IS NOT NULL THEN
    PERFORM medsched._require_instant(effective_from, 'effective_from');
  END IF;
  -- A code may be written with spaces, "b. i. d.".  In "C", whatever the database's locale: in Turkish, the capital of i has a dot.
  squeezed := lower(regexp_replace(sig COLLATE "C", '[.[:space:]]', '', 'g') COLLATE "C");
  whole := medsched._sig_gather(CASE WHEN EXISTS (SELECT FROM medsched.timing_codes() AS c WHERE regexp_replace(squeezed, 'prn$', '') = lower(c.code COLLATE "C"))
                                     THEN regexp_replace(squeezed, 'prn$', ' prn') ELSE sig END);
  PERFORM medsched._check_sig(sig, whole);
  IF whole ? 'as_needed' THEN
    IF jsonb_typeof(times) = 'array' THEN
      RAISE 'sig "%" has no times', medsched._shortened(sig) USING ERRCODE = 'invalid_parameter_value',
        HINT = 'A dose as needed is recorded at the time it is taken.';
    END IF;
    clauses := whole -> 'clauses';
  ELSE
    clauses := (SELECT jsonb_agg(c.value ORDER BY e.nth, c.nth)
                  FROM jsonb_array_elements(whole -> 'clauses') WITH ORDINALITY AS e (value, nth)
                 CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN e.value ? 'pattern' THEN medsched._sig_pattern_clauses(sig, e.value)
                                                              ELSE jsonb_build_array(e.value) END) WITH ORDINALITY AS c (value, nth));
    IF jsonb_array_length(clauses) > 1 AND (whole ? 'doses' OR jsonb_typeof(times) = 'array') THEN
      PERFORM medsched._refuse_sig(sig, '0A000', 'has several amounts, and an array of times or a number of doses', NULL::text, NULL::text);
    END IF;
  END IF;

  FOR clause IN SELECT e.value FROM jsonb_array_elements(clauses) WITH ORDINALITY AS e (value, nth) ORDER BY e.nth LOOP
    unit := coalesce(clause -> 'unit', unit);       -- "2 tablets in the morning and 1 at bedtime"
    made := CASE WHEN whole ? 'as_needed' THEN medsched._sig_as_needed(sig, whole, clause, starts_on, time_zone)
                 ELSE medsched._sig_fixed(sig, whole, clause, starts_on, time_zone, times) END;
    schedules := schedules || (
      SELECT jsonb_agg(s.value || jsonb_strip_nulls(jsonb_build_object(
               'dose_amount', clause -> 'amount', 'dose_unit', CASE WHEN clause ? 'amount' THEN unit END,
               'instructions', nullif(concat_ws(', ', clause ->> 'words', nullif(whole ->> 'words', ''), s.value ->> 'instructions'), ''))) ORDER BY s.nth)
        FROM jsonb_array_elements(made) WITH ORDINALITY AS s (value, nth));
  END LOOP;
  PERFORM medsched._check_sig_apart(sig, schedules, clauses);
  RETURN medsched._counting_from(schedules, effective_from);
END
$$;
COMMENT ON FUNCTION medsched.schedule_from_sig(text, date, text, jsonb, timestamptz) IS
  'Schedules, as create_medication takes them, for a prescription''s sig, such as BID, 1-0-1-0 or "take 1 tablet by mouth twice daily with food": its times, amount, unit, instructions and limits; what is not understood whole is 22023 or 0A000. times may be its own times of day, or an object of them by code or event; those at set times have no dose before effective_from';

-- Refuse amounts of several clauses at one time: "1 tablet daily, 2 on Sundays" may be two or three.
CREATE OR REPLACE FUNCTION medsched._check_sig_apart(sig text, schedules jsonb, clauses jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
BEGIN
  IF jsonb_array_length(clauses) > 1 AND EXISTS (
    SELECT FROM jsonb_array_elements(schedules) WITH ORDINALITY AS a (value, nth)
      JOIN jsonb_array_elements(schedules) WITH ORDINALITY AS b (value, nth) ON a.nth < b.nth
     WHERE string_to_array(substring(a.value ->> 'rrule', 'BYHOUR=([0-9,]+)'), ',') && string_to_array(substring(b.value ->> 'rrule', 'BYHOUR=([0-9,]+)'), ',')
       AND string_to_array(substring(a.value ->> 'rrule', 'BYMINUTE=([0-9,]+)'), ',') && string_to_array(substring(b.value ->> 'rrule', 'BYMINUTE=([0-9,]+)'), ',')
       AND (coalesce(substring(a.value ->> 'rrule', 'BYDAY=([A-Z,]+)'), substring(b.value ->> 'rrule', 'BYDAY=([A-Z,]+)')) IS NULL
            OR string_to_array(coalesce(substring(a.value ->> 'rrule', 'BYDAY=([A-Z,]+)'), 'MO,TU,WE,TH,FR,SA,SU'), ',')
               && string_to_array(coalesce(substring(b.value ->> 'rrule', 'BYDAY=([A-Z,]+)'), 'MO,TU,WE,TH,FR,SA,SU'), ',')))
  THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'has two doses at one time', NULL::text, 'Say the days and the times of each amount.');
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._check_sig_apart(text, jsonb, jsonb) IS
  'Internal: error for amounts of a sig at one time';
