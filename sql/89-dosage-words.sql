-- The words beside a FHIR Timing: they are not read into schedules, but what they say that the schedules do not is refused.
-- 08:00 for "at bedtime", no end for "for 7 days" or once a day for "twice daily" would be another prescription than the words are.

-- What a Dosage says in words.
CREATE OR REPLACE FUNCTION medsched._dosage_texts(dosage jsonb)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT w.words
    FROM (VALUES (dosage ->> 'text'), (dosage ->> 'patientInstruction')) AS w (words)
   WHERE w.words <> ''
  UNION ALL
  SELECT w.words
    FROM jsonb_path_query(dosage, 'lax $.additionalInstruction[*]') AS a (concept)
   CROSS JOIN LATERAL unnest(medsched._timing_code_words(a.concept)) AS w (words);
END;
COMMENT ON FUNCTION medsched._dosage_texts(jsonb) IS
  'Internal: what a Dosage of FHIR says in words';

-- What words say that schedules do not: NULL, or what.  facts: what the schedules say, of _worded_facts().
CREATE OR REPLACE FUNCTION medsched._words_beyond(words text, facts jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  spelt text := regexp_replace(medsched._spelt(words), '(to|the|direct|from|avoid|of) sun(?![a-z])', ' ', 'g');
  is_needed CONSTANT boolean := facts -> 'as_needed' = 'true';
  clocks CONSTANT time[] := ARRAY(SELECT c::time FROM jsonb_array_elements_text(facts -> 'clocks') AS c ORDER BY 1);
  scheme text[] := regexp_match(spelt, '(?<![0-9.,/-])([0-9.]+) ?- ?([0-9.]+) ?- ?([0-9.]+)(?: ?- ?([0-9.]+))?(?![0-9/-])');
  says text;
  rate record;
  part record;
  parts text[] := '{}';
  named time[] := '{}';
  days int[];
  lasts text[];
  fits boolean;
  n int;
BEGIN
  -- "At most 4 doses in 24 hours" of what is every 6 hours is no other limit.
  FOR lasts IN SELECT m FROM regexp_matches(spelt, '((?:max[a-z.]*|not exceed|(?:no|not) more than|at most|hochstens)[^0-9.;,]{0,25}([0-9]{1,3}) ?(?:doses?|times?|x)? ?(?:a|per|in|in any|each|/) ?(?:1 |any |calendar )*(?:day|24 ?h(?:ours|rs)?)s?(?![a-z]))', 'g') AS m LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM jsonb_array_elements(facts -> 'rates') AS r
                               WHERE lasts[2]::int > 0 AND medsched._timing_same_rate(lasts[2]::int, 1, 'd', (r ->> 0)::int, (r ->> 1)::int, r ->> 2));
    spelt := replace(spelt, lasts[1], ' ');
  END LOOP;

  -- What words cannot be beside elements that say nothing of it.
  SELECT r.says INTO says
    FROM (VALUES
      (1, 'as needed', is_needed, concat(medsched._as_needed_words(),
        '|(may|can) (be )?(take|taken|use|used|repeat|repeated)|up to [0-9]+ ?(x|times?|mal|tab[a-z]*|cap[a-z]*|puffs?|doses?)|for breakthrough|(if|when|for) (you have |in )?(severe |mild |any )?(pain|fever|nausea|wheez[a-z]*|itch[a-z]*|headache|insomnia)|bei (schmerzen|fieber|ubelkeit)')),
      (2, 'that it changes', facts -> 'alone' = 'false', '(and )?then|followed by|dann|danach|puis|ensuite|daarna|taper(ing)?|increas(e|ing)|decreas(e|ing)|titrate|alternat(e|ing|ely)|(on )?day 1|first day|loading|reduc(e|ed|ing)|wean(ing)?|[0-9]+ (days?|weeks?) off'),
      (3, 'a range of hours', facts ? 'period_max', '(q ?)?[0-9]+ ?(-|to|or|bis|oder|ou|a) ?[0-9]+ ?(h|hrs?|hours?|hourly|stunden?|heures?)'),
      (4, 'a range of times', facts ? 'frequency_max', '[0-9]+ ?(-|to|or|bis|oder|ou|a) ?[0-9]+ ?(x|times?|mal|fois)'),
      (5, 'a range of amounts', false,
       concat('(?<![0-9.-])[0-9.]+ ?(-|to|or|bis|oder|ou|a) ?[0-9.]+ ?(tab(let)?s?|tab(let)?[(]s[)]|cap(sule)?s?|puffs?|drops?|sprays?|ml|mg|mcg|units?|pills?|stuck|tabletten?|tropfen|comprimes?|gouttes?)',
              '|(?<![0-9./-])1 ?(to|or|-) ?2(?![0-9./-])|(?<![0-9./-])2 ?(to|or|-) ?3(?![0-9./-])')),
      (6, 'a limit', NOT is_needed OR facts ? 'limited',
       '(max[a-z.]*|not exceed|(no|not) more than|at most|hochstens|limit)[^0-9.;,]{0,25}[0-9]+(?! ?(x |times|mal |[0-9]))|up to [0-9]+ ?(doses|tab[a-z]*|cap[a-z]*|puffs|sprays|mg|g)'),
      (8, 'a condition', false,
       'adjust[a-z]*|(after|on|before) dialysis|with ?hold|hold (if|for|when)|sliding scale|depending (on|upon)|according to (the |your )?(blood|glucose|inr|levels?|weight|protocol|response|chart|scale|yellow)|je nach|nach plan|nach schema|laut plan|(if|when) (bp|sbp|systolic|blood|glucose|heart|pulse|hr|inr|temp[a-z]*)|only (if|when)'),
      (10, 'that it is once', facts -> 'once' = 'true' OR coalesce(facts -> 'count' = '1', false),
       '(?<!as a )(?<!in a )single dose|1 times only|stat|1[ -]times? (dose|only)|1 dose only|take (now|immediately)|(take|give|use) 1 times[. ]*$|einmalig'),
      (11, 'that it is not taken', false,
       '^(do not take|stop|hold|held|on hold)[.! ]*$|not (currently )?taking|(does|did) not take|no longer (taking|takes)|discontinued|stopped'),
      (9, 'that it is not as needed', NOT is_needed, 'regularly|not as needed|scheduled'),
      (7, 'other days', false, '(except|not) (on )?(mon|tues|wednes|thurs|fri|satur|sun)days?|skip')) AS r (nth, says, holds, expression)
   WHERE NOT r.holds AND spelt ~ concat('(^|[^a-z])(', r.expression, ')([^a-z]|$)')
   ORDER BY r.nth LIMIT 1;
  IF says IS NOT NULL THEN
    RETURN says;
  END IF;

  -- How often.
  FOR rate IN SELECT w.* FROM medsched._worded_rates(regexp_replace(spelt, '(for|over) (a|another|the) (day|week|month)(?![a-z])', ' ', 'g')) AS w LOOP
    fits := EXISTS (SELECT FROM jsonb_array_elements(facts -> 'rates') AS r
                     WHERE medsched._timing_same_rate(rate.frequency, rate.period, rate.unit, (r ->> 0)::int, (r ->> 1)::int, r ->> 2)
                        OR rate.at_least AND (r ->> 2 IN ('s', 'min', 'h') OR r ->> 2 = 'd' AND (r ->> 0)::int >= (r ->> 1)::int));
    fits := fits OR rate.unit = 'wk' AND rate.frequency = 1 AND facts -> 'weeks' = to_jsonb(rate.period) AND spelt ~ concat('(^|[^a-z])(', medsched._day_words(), ')([^a-z]|$)');
    -- "Daily", of some days of the week alone, names them.
    fits := fits AND NOT (facts ? 'days' AND rate.unit = 'd' AND spelt !~ concat('(^|[^a-z])(', medsched._day_words(), ')([^a-z]|$)') AND jsonb_array_length(facts -> 'days') < 7);
    IF NOT fits OR rate.unit = 'h' AND NOT is_needed AND NOT coalesce(facts -> 'hours' = to_jsonb(rate.period), rate.period = 24) THEN
      RETURN 'how often';
    END IF;
  END LOOP;

  -- Which days.
  IF spelt ~ concat('(^|[^a-z])(', medsched._day_words(), ')([^a-z]|$)') AND NOT coalesce(facts -> 'once' = 'true', false) THEN
    IF NOT facts ? 'days' THEN
      RETURN 'on which days';
    END IF;
    days := ARRAY(SELECT d FROM generate_series(1, 7) AS d WHERE spelt ~ CASE WHEN d < 6 THEN '(^|[^a-z])(weekdays?|werktags?)([^a-z]|$)' ELSE '(^|[^a-z])weekends?([^a-z]|$)' END)
            || ARRAY(SELECT DISTINCT CASE WHEN m.m[1] ~ '^(week|work|bus|werk)' THEN (facts #>> '{days,0}')::int WHEN m.m[1] ~ '^(mon|lun|maa)' THEN 1 WHEN m.m[1] ~ '^(tue|die|mar|din)' THEN 2 WHEN m.m[1] ~ '^(wed|mit|mer|mie|woe)' THEN 3
                                  WHEN m.m[1] ~ '^(thu|don|jeu|jue|gio)' THEN 4 WHEN m.m[1] ~ '^(fri|fre|ven|vie|vri)' THEN 5 WHEN m.m[1] ~ '^(sat|sam|sab|zat)' THEN 6
                                  WHEN m.m[1] ~ '^(sun|son|dim|dom|zon)' THEN 7 END
                    FROM regexp_matches(spelt, concat('(?<![a-z])(', medsched._day_words(), ')(?![a-z])'), 'g') AS m (m) ORDER BY 1);
    IF array_position(days, NULL) IS NULL AND NOT to_jsonb(days) <@ (facts -> 'days')
       OR array_position(days, NULL) IS NULL AND NOT to_jsonb(days) @> (facts -> 'days') AND spelt !~ '-| to | bis | through | thru | a ' THEN
      RETURN 'on which days';
    END IF;
  END IF;

  -- How long.
  FOR lasts IN
    SELECT m FROM regexp_matches(spelt, concat('(?:^|[^a-z])(?:for|x|over|during|fur|wahrend|uber|pendant|durant|durante|por|per|gedurende|voor) ?(?:the next |the first |a |up to |a total of |a further |another )?([0-9]+)(?:[(][a-z]+[)])?(?: ?- ?[0-9]+| (?:to|bis) [0-9]+)? ?',
      '(?:more |consecutive )?(days?|weeks?|months?|doses?|tage?n?|wochen?|monate?n?|jours?|semaines?|mois|dias|semanas?|giorni|settiman[ae]|dagen|weken|d|wks?)(?![a-z])'), 'g') AS m
    UNION ALL SELECT ARRAY['1', m[1]] FROM regexp_matches(spelt, '(?:^|[^a-z])(?:for|over) (?:a|another|the) (day|week|month)(?![a-z])', 'g') AS m
    UNION ALL SELECT m FROM regexp_matches(regexp_replace(spelt, '(every|each|alle|q) ?[0-9]+ ?[a-z]+', ' ', 'g'), '[,;(] ?([0-9]+)[ -](days?|weeks?|tage|wochen)(?![a-z])', 'g') AS m
    UNION ALL SELECT ARRAY['0', 'until'] WHERE spelt ~ '(^|[^a-z])((until|till?|bis( zum)?|jusqu.au|hasta) [0-9]|stop (on|after)|[0-9]+ ?/ ?7)'
  LOOP
    n := CASE WHEN length(lasts[1]) < 6 THEN lasts[1]::int ELSE 0 END;
    fits := CASE WHEN facts -> 'once' = 'true' THEN true
                 WHEN NOT facts ? 'ends' THEN false
                 WHEN lasts[2] = 'until' OR lasts[2] ~ '^mo' THEN true
                 WHEN lasts[2] ~ '^dos' THEN coalesce(facts -> 'count' = to_jsonb(n), false)
                 WHEN facts ? 'lasts' THEN n * CASE WHEN lasts[2] ~ '^(w|se)' THEN 7 ELSE 1 END BETWEEN (facts #>> '{lasts,0}')::numeric AND (facts #>> '{lasts,1}')::numeric
                 ELSE true END;
    IF NOT fits THEN
      RETURN 'how long';
    END IF;
  END LOOP;

  -- How long before or after its event.
  IF facts ? 'offset' AND spelt ~ '[0-9] ?(min|minutes?|hours?|h|hrs?|stunden?|minuten) (before|after|prior|vor|nach)' AND NOT EXISTS (
    SELECT FROM regexp_matches(spelt, '([0-9]{1,3}) ?(m|h|s)[a-z]* (?:before|after|prior|vor|nach)', 'g') AS m (m)
     WHERE to_jsonb(m.m[1]::int * CASE m.m[2] WHEN 'm' THEN 1 ELSE 60 END) = facts -> 'offset')
    AND spelt !~ concat('(?<![0-9])', facts ->> 'offset', ' ?(-|to|bis) ?[0-9]') THEN
    RETURN 'when in the day';
  END IF;

  -- When in the day: of doses as needed it stays words.
  IF is_needed OR facts -> 'once' = 'true' OR facts -> 'given' = 'true' THEN
    RETURN NULL;
  END IF;
  FOR part IN SELECT * FROM medsched._day_part_words() LOOP
    CONTINUE WHEN NOT (spelt ~ concat('(^|[^a-z])(', part.expression, ')([^a-z]|$)')
      OR scheme IS NOT NULL AND coalesce(scheme[CASE part.part WHEN 'morning' THEN 1 WHEN 'noon' THEN 2 WHEN 'evening' THEN 3 WHEN 'night' THEN 4 END] !~ '^[0.]*$', false));
    parts := array_append(parts, part.part);
    IF NOT (facts -> 'events' ?| part.events OR EXISTS (
          SELECT FROM unnest(clocks) AS c
           WHERE CASE WHEN part.from_time > part.to_time THEN c >= part.from_time OR c < part.to_time ELSE c >= part.from_time AND c < part.to_time END)) THEN
      RETURN 'when in the day';
    END IF;
  END LOOP;
  IF spelt ~ '(?<![a-z])(each|every|all) (main )?meals?(?![a-z])|jeder mahlzeit|chaque repas' AND cardinality(clocks) <> 3 THEN
    RETURN 'how often';
  ELSIF scheme IS NOT NULL AND cardinality(ARRAY(SELECT s FROM unnest(scheme) AS s WHERE s !~ '^[0.]*$')) <> cardinality(clocks) THEN
    RETURN 'how often';
  ELSIF scheme IS NOT NULL AND (SELECT count(DISTINCT s) FROM unnest(scheme) AS s WHERE s !~ '^[0.]*$') > 1 THEN
    RETURN 'several amounts';
  ELSIF scheme IS NULL AND cardinality(clocks) > 1 AND parts <> '{}' AND NOT EXISTS (SELECT FROM medsched._worded_rates(spelt) AS w WHERE NOT w.at_least)
    AND spelt !~ '(meals?|food|essen|mahlzeit(en)?|repas|[0-9] ?[ap][.]?m|[0-9]:[0-9]|uhr)' AND EXISTS (
    SELECT FROM unnest(clocks) AS c
     WHERE NOT EXISTS (SELECT FROM medsched._day_part_words() AS p
                        WHERE p.part = ANY (parts)
                          AND CASE WHEN p.from_time > p.to_time THEN c >= p.from_time OR c < p.to_time ELSE c >= p.from_time AND c < p.to_time END)) THEN
    -- "In the morning" alone, of doses in the evening too.
    RETURN 'when in the day';
  END IF;
  FOR lasts IN SELECT m FROM regexp_matches(spelt, '(?<![0-9:.])([012][0-9])([0-5][0-9])(?![0-9.:]| ?[mugi])()()', 'g') AS m
                WHERE spelt ~ '(?<![0-9:.])0[0-9][0-5][0-9](?![0-9.:]| ?[mugi])'
               UNION ALL SELECT ARRAY[m[1], m[2], '', ''] FROM regexp_matches(spelt, '(?<![a-z])(?:a|et|vers|at|um|y|las) ?([0-9]{1,2}) ?h(?:rs|eures)?([0-5][0-9])?(?![a-z0-9])', 'g') AS m
               UNION ALL SELECT m FROM regexp_matches(spelt, '(?<![0-9:.])([0-9]{1,2})(?::([0-9]{2}))? ?(?:([ap])[.]?m(?![a-z])|(uhr))', 'g') AS m
               UNION ALL SELECT m FROM regexp_matches(spelt, '(?<![0-9:.])([0-9]{1,2}):([0-9]{2})(?::00)?(?! ?(?:[ap][.]?m(?![a-z])|uhr|[0-9]))()()', 'g') AS m LOOP
    n := lasts[1]::int % CASE WHEN lasts[3] <> '' THEN 12 ELSE 24 END + CASE WHEN lasts[3] = 'p' THEN 12 ELSE 0 END;
    IF coalesce(lasts[2], '00') > '59' OR make_time(n, coalesce(lasts[2], '00')::int, 0) <> ALL (clocks) THEN
      RETURN 'when in the day';
    END IF;
    named := array_append(named, make_time(n, coalesce(lasts[2], '00')::int, 0));
  END LOOP;
  RETURN CASE WHEN named <> '{}' AND NOT named @> clocks THEN 'when in the day' END;
END
$$;
COMMENT ON FUNCTION medsched._words_beyond(text, jsonb) IS
  'Internal: what words say that schedules do not';

-- What a Timing and its schedules say, to hold words beside it.  alone: no other Dosage follows; given: the caller's times.
CREATE OR REPLACE FUNCTION medsched._worded_facts(timing jsonb, schedules jsonb, is_needed boolean, given boolean, alone boolean, has_limit boolean)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  repeat CONSTANT jsonb := coalesce(timing -> 'repeat', '{}');
  said record := medsched._timing_said(CASE WHEN repeat ? 'frequencyMax' THEN jsonb_set(timing, '{repeat,frequency}', repeat -> 'frequencyMax') ELSE coalesce(timing, '{}') END);
  clocks text[];
  stepped boolean := false;
  days int[];
  per_day int;
  rates jsonb := '[]';
  begins record;
  ends record;
  lasts interval;
  facts jsonb;
BEGIN
  IF NOT is_needed AND schedules -> 0 ->> 'rrule' !~ 'FREQ=(HOURLY|MINUTELY|SECONDLY)' THEN
    -- A fortnight has all times of day, of the first days of the rule.
    clocks := ARRAY(SELECT DISTINCT to_char(make_time(h, m, 0), 'HH24:MI')
                      FROM jsonb_array_elements(schedules) AS s
                     CROSS JOIN LATERAL medsched._completed(medsched._rule_parts(s ->> 'rrule'), (s ->> 'starts_at')::timestamp) AS r
                     CROSS JOIN LATERAL unnest(r.hours) AS h CROSS JOIN LATERAL unnest(r.minutes) AS m ORDER BY 1);
  END IF;
  IF clocks IS NULL AND NOT is_needed THEN
    -- Of steps in hours it is the first.
    clocks := ARRAY[to_char((schedules -> 0 ->> 'starts_at')::timestamp, 'HH24:MI')];
    stepped := true;
  END IF;
  per_day := coalesce(CASE WHEN NOT stepped THEN nullif(cardinality(clocks), 0) END, (medsched._timing_counts(repeat))[1], (medsched._timing_counts(repeat))[2]);
  IF repeat ? 'dayOfWeek' THEN
    days := medsched._fhir_days(repeat);
    rates := jsonb_build_array(jsonb_build_array(per_day, 1, 'd'), jsonb_build_array(per_day * cardinality(days), CASE WHEN said.unit = 'wk' THEN said.every ELSE 1 END, 'wk'));
  ELSIF said.every IS NOT NULL THEN
    rates := jsonb_build_array(jsonb_build_array(coalesce(said.frequency, per_day, 1), said.every, said.unit));
  ELSIF per_day IS NOT NULL THEN
    rates := jsonb_build_array(jsonb_build_array(per_day, 1, 'd'));
  END IF;
  begins := medsched._fhir_datetime(repeat #> '{boundsPeriod,start}', 'start'::text, 'UTC'::text);
  ends := medsched._fhir_datetime(repeat #> '{boundsPeriod,end}', 'end'::text, 'UTC'::text);
  lasts := medsched._fhir_bounds_duration(repeat -> 'boundsDuration');
  facts := jsonb_build_object('as_needed', is_needed, 'given', given, 'alone', alone, 'rates', rates, 'clocks', to_jsonb(coalesce(clocks, '{}')),
    'events', coalesce(repeat -> 'when', '[]'), 'once', coalesce(timing ? 'event', false) OR NOT is_needed AND jsonb_array_length(schedules) = 1 AND schedules -> 0 ->> 'rrule' IS NULL);
  IF repeat ? 'dayOfWeek' THEN
    facts := facts || jsonb_build_object('days', medsched._fhir_days(repeat), 'weeks', CASE WHEN said.unit = 'wk' THEN said.every ELSE 1 END);
  END IF;
  IF repeat ? 'offset' THEN facts := facts || jsonb_build_object('offset', (repeat ->> 'offset')::int); END IF;
  IF repeat ? 'periodMax' THEN facts := facts || '{"period_max": true}'; END IF;
  IF repeat ? 'frequencyMax' THEN facts := facts || '{"frequency_max": true}'; END IF;
  IF has_limit THEN facts := facts || '{"limited": true}'; END IF;
  IF said.unit = 'h' THEN
    facts := facts || jsonb_build_object('hours', said.every);
  ELSIF cardinality(clocks) > 1 AND 24 % cardinality(clocks) = 0 AND NOT EXISTS (
      SELECT FROM generate_series(2, cardinality(clocks)) AS i WHERE clocks[i]::time - clocks[i - 1]::time <> make_interval(hours => 24 / cardinality(clocks))) THEN
    facts := facts || jsonb_build_object('hours', 24 / cardinality(clocks));
  END IF;
  IF repeat ?| '{boundsDuration,boundsRange,count}'::text[] OR ends.last IS NOT NULL THEN
    facts := facts || '{"ends": true}' || jsonb_strip_nulls(jsonb_build_object('count', repeat -> 'count'));
    IF lasts IS NOT NULL AND lasts < interval '1 year' AND date_part('month', lasts) = 0 THEN
      facts := facts || jsonb_build_object('lasts', jsonb_build_array(extract(epoch FROM lasts) / 86400, extract(epoch FROM lasts) / 86400));
    ELSIF ends.last IS NOT NULL AND begins.first IS NOT NULL THEN
      facts := facts || jsonb_build_object('lasts', jsonb_build_array(ends.last - begins.first, ends.last - begins.first + 1));
    ELSIF repeat ? 'count' AND rates #>> '{0,2}' IN ('s', 'min', 'h', 'd', 'wk') AND days IS NULL THEN
      facts := facts || jsonb_build_object('lasts', jsonb_build_array(l.days, l.days))
        FROM (SELECT trim_scale(round((repeat ->> 'count')::numeric * (rates #>> '{0,1}')::int / (rates #>> '{0,0}')::int
                * extract(epoch FROM medsched._fhir_interval(1, rates #>> '{0,2}')) / 86400, 6))) AS l (days);
    END IF;
  END IF;
  RETURN facts;
END
$$;
COMMENT ON FUNCTION medsched._worded_facts(jsonb, jsonb, boolean, boolean, boolean, boolean) IS
  'Internal: what a FHIR Timing says that words beside it may say too';

-- Refuse a Dosage whose words say more than its schedules do, or else.
CREATE OR REPLACE FUNCTION medsched._refuse_words_beyond(dosage jsonb, schedules jsonb, dose jsonb, place text, is_needed boolean, has_times boolean, is_alone boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  facts CONSTANT jsonb := medsched._worded_facts(dosage -> 'timing', schedules, is_needed, has_times, is_alone,
    dosage ?| '{maxDosePerPeriod,maxDosePerAdministration}'::text[]);
  says text;
  words text;
BEGIN
  FOR words IN SELECT t FROM medsched._dosage_texts(dosage) AS t LOOP
    says := coalesce(medsched._words_beyond(words, facts), CASE WHEN medsched._words_another_amount(words, dose) THEN 'another amount' END);
    IF says IS NOT NULL THEN
      PERFORM medsched._refuse('0A000'::text, format('%s says %s in words alone', place, says),
        format('It says "%s".', medsched._shortened(words)),
        'Say it in timing, asNeeded or doseAndRate; or leave the words out.'::text);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION medsched._refuse_words_beyond(jsonb, jsonb, jsonb, text, boolean, boolean, boolean) IS
  'Internal: error for a Dosage of FHIR whose words say more than its schedules';
