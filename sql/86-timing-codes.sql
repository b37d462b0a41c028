-- What a FHIR Timing's code says.

-- The code systems in which a code means what HL7's abbreviation of that name does: those of R4 and R5, of the versions before, and
-- the value set, whose address is often written for them.
CREATE OR REPLACE FUNCTION medsched._timing_code_systems()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation,
         http://terminology.hl7.org/CodeSystem/timing-abbreviation,
         http://terminology.hl7.org/ValueSet/v3-GTSAbbreviation,
         http://hl7.org/fhir/timing-abbreviation,
         http://hl7.org/fhir/v3/GTSAbbreviation,
         http://hl7.org/fhir/ValueSet/timing-abbreviation,
         urn:oid:2.16.840.1.113883.5.1022}'::text[];
COMMENT ON FUNCTION medsched._timing_code_systems() IS
  'Internal: the code systems of HL7''s timing abbreviations';

-- HL7's abbreviations as FHIR has them, and the concepts of SNOMED CT that mean the same.  anchor: the event of the day that a code
-- names, whose times it shares; from_time and to_time: where in the day it is.  keys: those of a caller's times, the closest first.
CREATE OR REPLACE FUNCTION medsched._timing_fhir_codes()
RETURNS TABLE (code text, snomed text, frequency int, period int, period_unit text, times time[], keys text[],
  from_time time, to_time time)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.code, c.snomed, c.frequency, c.period, c.period_unit, c.times::time[], c.keys::text[], c.from_time::time, c.to_time::time
  FROM (VALUES
    ('QD',  '229797004', 1, 1,  'd',  '{08:00}',                   '{QD}',          NULL,    NULL),
    ('BID', '229799001', 2, 1,  'd',  '{08:00,20:00}',             '{BID}',         NULL,    NULL),
    ('TID', '229798009', 3, 1,  'd',  '{08:00,14:00,20:00}',       '{TID}',         NULL,    NULL),
    ('QID', '307439001', 4, 1,  'd',  '{08:00,12:00,16:00,20:00}', '{QID}',         NULL,    NULL),
    ('AM',  NULL,        1, 1,  'd',  '{08:00}',                   '{AM,QAM,MORN}', '00:00', '12:00'),
    ('PM',  NULL,        1, 1,  'd',  '{15:00}',                   '{PM,AFT}',      '12:00', '24:00'),
    ('BED', NULL,        1, 1,  'd',  '{22:00}',                   '{BED,QHS,HS}',  '18:00', '04:00'),
    ('QOD', NULL,        1, 2,  'd',  '{08:00}',                   '{QOD}',         NULL,    NULL),
    ('Q1H', NULL,        1, 1,  'h',  '{08:00}',                   '{Q1H}',         NULL,    NULL),
    ('Q2H', NULL,        1, 2,  'h',  '{08:00}',                   '{Q2H}',         NULL,    NULL),
    ('Q3H', NULL,        1, 3,  'h',  '{08:00}',                   '{Q3H}',         NULL,    NULL),
    ('Q4H', '225756002', 1, 4,  'h',  '{08:00}',                   '{Q4H}',         NULL,    NULL),
    ('Q6H', '307468000', 1, 6,  'h',  '{08:00}',                   '{Q6H}',         NULL,    NULL),
    ('Q8H', '307469008', 1, 8,  'h',  '{08:00}',                   '{Q8H}',         NULL,    NULL),
    -- Not among HL7's, but written as if it were.
    ('Q12H', '307470009', 1, 12, 'h', '{08:00}',                   '{Q12H}',        NULL,    NULL),
    ('WK',  NULL,        1, 1,  'wk', '{08:00}',                   '{WK,WEEKLY}',   NULL,    NULL),
    ('MO',  NULL,        1, 1,  'mo', '{08:00}',                   '{MO,MONTHLY}',  NULL,    NULL))
    AS c (code, snomed, frequency, period, period_unit, times, keys, from_time, to_time);
END;
COMMENT ON FUNCTION medsched._timing_fhir_codes() IS
  'Internal: the codes of FHIR''s Timing.code that are known';

CREATE OR REPLACE FUNCTION medsched._times_keys()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT array_agg(k.key ORDER BY k.key COLLATE "C")
  FROM (SELECT c.code AS key FROM medsched.timing_codes() c
        UNION SELECT key FROM medsched._timing_fhir_codes() f, unnest(f.keys) AS key
        UNION SELECT e.anchor FROM medsched.timing_events() e
        UNION SELECT 'dayOfWeek' UNION SELECT 'routine') k;
END;
COMMENT ON FUNCTION medsched._times_keys() IS
  'Internal: the cases for which times of day, or days of the week, can be given';

-- What is written in a code: its text, and of each coding the display, or the code of a system that is none of ours.
CREATE OR REPLACE FUNCTION medsched._timing_code_words(code jsonb)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT array_agg(w.words)
  FROM (SELECT code ->> 'text' AS words
        UNION ALL
        SELECT coalesce(c.coding ->> 'display', c.coding ->> 'code')
        FROM jsonb_path_query(code, 'lax $.coding[*]') AS c (coding)) w
  WHERE w.words IS NOT NULL;
END;
COMMENT ON FUNCTION medsched._timing_code_words(jsonb) IS
  'Internal: the words of a FHIR Timing.code';

-- The facts of the codings of Timing.code that are known, which must agree; none: NULLs.
CREATE OR REPLACE FUNCTION medsched._timing_code(timing_code jsonb,
  OUT code text, OUT frequency int, OUT period int, OUT period_unit text, OUT times time[], OUT keys text[],
  OUT from_time time, OUT to_time time)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  fact record;
BEGIN
  FOR fact IN
    SELECT t.*
    FROM jsonb_path_query(timing_code, 'lax $.coding[*]') WITH ORDINALITY AS c (coding, nth)
    JOIN medsched._timing_fhir_codes() AS t
      ON CASE WHEN c.coding ->> 'system' = 'http://snomed.info/sct' THEN t.snomed = c.coding ->> 'code'
              ELSE t.code = upper((c.coding ->> 'code') COLLATE "C")
                   AND COALESCE(regexp_replace(c.coding ->> 'system', '^https:', 'http:') = ANY (medsched._timing_code_systems()), true) END
    ORDER BY c.nth
  LOOP
    IF code IS NULL OR from_time IS NULL AND fact.from_time IS NOT NULL
      AND (frequency, period, period_unit) = (fact.frequency, fact.period, fact.period_unit)
    THEN
      -- "every day" and "every morning" agree on the second.
      SELECT fact.code, fact.frequency, fact.period, fact.period_unit, fact.times, fact.keys, fact.from_time, fact.to_time
      INTO code, frequency, period, period_unit, times, keys, from_time, to_time;
    ELSIF fact.code <> code AND (fact.from_time IS NOT NULL
      OR (frequency, period, period_unit) <> (fact.frequency, fact.period, fact.period_unit))
    THEN
      RAISE 'timing codes "%" and "%" contradict each other', code, fact.code USING ERRCODE = 'invalid_parameter_value';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._timing_code(jsonb) IS
  'Internal: the facts of the known codings of a FHIR Timing.code';

-- What the words of a code that is not known say, where they are one of these phrases and no more.  code: HL7's that means the same, or
-- NULL where the phrase has a number, in the unit.
CREATE OR REPLACE FUNCTION medsched._timing_phrases()
RETURNS TABLE (phrase text, code text, unit text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  VALUES
    ('(once |1 time |1 ?x ?)?(daily|(a|per|each|every) day)'::text,            'QD'::text, NULL::text),
    ('(twice |two times |2 times |2 ?x ?)(daily|(a|per|each|every) day)',      'BID', NULL),
    ('(three times |3 times |3 ?x ?)(daily|(a|per|each|every) day)',           'TID', NULL),
    ('(four times |4 times |4 ?x ?)(daily|(a|per|each|every) day)',            'QID', NULL),
    ('qd|daily once',                                                          'QD',  NULL),
    ('bid|bd',                                                                 'BID', NULL),
    ('tid|tds',                                                                'TID', NULL),
    ('qid|qds',                                                                'QID', NULL),
    ('every (other|second|2nd) day|(on )?alternate days|qod|eod',              'QOD', NULL),
    ('(every|each) morning|(once )?daily in the morning|qam',                  'AM',  NULL),
    ('nightly|every night|((once )?daily |every day |every night )?at bedtime|(once )?daily at night|qhs', 'BED', NULL),
    ('weekly|(once|1 time) (weekly|(a|per|each|every) week)|every week',       'WK',  NULL),
    ('monthly|(once|1 time) (monthly|(a|per|each|every) month)|every month',   'MO',  NULL),
    ('(every|q) ?([1-9][0-9]?) ?(h|hr|hrs|hour|hours)',                        NULL,  'h'),
    ('every ([1-9][0-9]?) (day|days)',                                         NULL,  'd'),
    ('every ([1-9][0-9]?) (week|weeks)',                                       NULL,  'wk');
END;
COMMENT ON FUNCTION medsched._timing_phrases() IS
  'Internal: the phrases in the words of FHIR''s Timing.code that are read';

-- The facts of the words of a code, its text and displays, which must agree; NULLs where one of them is not a phrase known.  That it is as
-- needed, which they may say too, is said elsewhere.
CREATE OR REPLACE FUNCTION medsched._timing_code_read(timing_code jsonb,
  OUT code text, OUT frequency int, OUT period int, OUT period_unit text, OUT times time[], OUT keys text[],
  OUT from_time time, OUT to_time time)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words text;
  spelt text;
  phrase record;
  number int;
  fact record;
BEGIN
  FOR words IN SELECT timing_code ->> 'text' WHERE timing_code ? 'text'
               UNION SELECT c.coding ->> 'display' FROM jsonb_path_query(timing_code, 'lax $.coding[*]') AS c (coding) WHERE c.coding ? 'display' LOOP
    spelt := regexp_replace(lower(words COLLATE "C"), concat(' ?[(,]?(', medsched._as_needed_words(), ')[)]?$'), '');
    spelt := btrim(regexp_replace(replace(spelt, '.', ''), '[[:space:]]+', ' ', 'g'));
    SELECT p.* INTO phrase FROM medsched._timing_phrases() AS p WHERE spelt ~ concat('^(', p.phrase, ')$');
    IF NOT FOUND THEN
      SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL INTO code, frequency, period, period_unit, times, keys, from_time, to_time;
      RETURN;
    END IF;
    number := (regexp_match(spelt, '[0-9]+'))[1];
    SELECT f.code, f.frequency, f.period, f.period_unit, f.times, f.keys, f.from_time, f.to_time INTO fact
    FROM medsched._timing_fhir_codes() AS f
    WHERE f.code = phrase.code
       OR phrase.code IS NULL AND f.frequency = 1 AND f.period = number AND f.period_unit = phrase.unit AND f.from_time IS NULL;
    IF NOT FOUND THEN
      SELECT upper(spelt) AS code, 1 AS frequency, number AS period, phrase.unit AS period_unit, '{08:00}'::time[] AS times, '{}'::text[] AS keys,
             NULL::time AS from_time, NULL::time AS to_time
      INTO fact;
    END IF;
    IF code IS NOT NULL AND (frequency, period, period_unit, from_time) IS DISTINCT FROM (fact.frequency, fact.period, fact.period_unit, fact.from_time) THEN
      RAISE 'timing code contradicts itself' USING ERRCODE = 'invalid_parameter_value',
        DETAIL = format('It is %s.', medsched._shortened(timing_code::text));
    END IF;
    SELECT fact.code, fact.frequency, fact.period, fact.period_unit, fact.times, fact.keys, fact.from_time, fact.to_time
    INTO code, frequency, period, period_unit, times, keys, from_time, to_time;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._timing_code_read(jsonb) IS
  'Internal: the facts of the words of a FHIR Timing.code';

-- Whether a code that is not known can say no more than so many doses on each of its days: it is a number, or made of words that say
-- how many or when in the day, and of its days of the week.
CREATE OR REPLACE FUNCTION medsched._timing_code_is_daily(timing_code jsonb, per_day int, days int[])
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  daily CONSTANT text[] := '{a,an,and,at,the,in,on,of,with,per,each,every,day,daily,times,time,x,am,pm,noon,midday,lunch,lunchtime,
    morning,mornings,afternoon,evening,evenings,night,nights,nightly,bedtime,breakfast,dinner,supper,meal,meals,food,before,after,
    clock,o,to,sleep,hs,ac,pc,qam,qpm,qhs,und,um,uhr,tag,pro,mal,taglich,morgens,mittags,abends,nachts,zur,nacht,fruh}';
  said CONSTANT jsonb := '{"once": 1, "twice": 2, "bid": 2, "bd": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4, "qd": 1, "one": 1, "two": 2,
    "three": 3, "four": 4}';
  day_names CONSTANT jsonb := '{"mo": 1, "mon": 1, "monday": 1, "mondays": 1, "tu": 2, "tue": 2, "tuesday": 2, "tuesdays": 2,
    "we": 3, "wed": 3, "wednesday": 3, "wednesdays": 3, "th": 4, "thu": 4, "thursday": 4, "thursdays": 4,
    "fr": 5, "fri": 5, "friday": 5, "fridays": 5, "sa": 6, "sat": 6, "saturday": 6, "saturdays": 6,
    "su": 7, "sun": 7, "sunday": 7, "sundays": 7}';
  words text;
  spelt text;
  tokens text[];
  token text;
  named int[] := '{}';
BEGIN
  IF EXISTS (SELECT FROM jsonb_path_query(timing_code, 'lax $.coding[*]') AS c (coding)
             WHERE c.coding ->> 'system' = 'http://snomed.info/sct' AND c.coding ->> 'display' IS NULL) THEN
    RETURN false;
  END IF;
  FOREACH words IN ARRAY COALESCE(medsched._timing_code_words(timing_code), '{}') LOOP
    spelt := translate(lower(words COLLATE "C"), 'äöü', 'aou');
    -- "every 2", "2 days" and "once" alone are said of days, or of no day at all; "3 times" and "3x" of how many.
    IF spelt ~ 'every [0-9]' OR spelt ~ '[^a-z0-9 .,:;/()+&x-]' OR spelt ~ 'once' AND spelt !~ 'da(y|ily)' THEN
      RETURN false;
    END IF;
    IF COALESCE((regexp_match(spelt, '(^|[^0-9:])([0-9]+) ?(x|times?|mal|daily|per day|a day|/ ?day|/d)([^a-z]|$)'))[2]::numeric <> per_day, false) THEN
      RETURN false;
    END IF;
    FOR token IN SELECT m[1] FROM regexp_matches(spelt, '([a-z]+)', 'g') AS m LOOP
      IF said ? token THEN
        IF (said ->> token)::int <> per_day THEN
          RETURN false;
        END IF;
      ELSIF day_names ? token THEN
        named := array_append(named, (day_names ->> token)::int);
      ELSIF token <> ALL (daily) THEN
        RETURN false;
      END IF;
    END LOOP;
  END LOOP;
  RETURN named = '{}' OR COALESCE(named @> days AND named <@ days, false);
END;
$$;
COMMENT ON FUNCTION medsched._timing_code_is_daily(jsonb, int, int[]) IS
  'Internal: whether a code that is not known leaves a Timing as it is said beside it';

-- Whether a code that is not known can say no more than that there is one dose.
CREATE OR REPLACE FUNCTION medsched._timing_code_is_once(timing_code jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT coalesce(bool_and(lower(w.words COLLATE "C") ~ '^(once|once only|one time|one-time|one time only|single|single dose|stat|now|x ?1|1 ?x|einmal|einmalig)$'), false)
  FROM unnest(medsched._timing_code_words(timing_code)) AS w (words);
END;
COMMENT ON FUNCTION medsched._timing_code_is_once(jsonb) IS
  'Internal: whether a code that is not known says once';

CREATE OR REPLACE FUNCTION medsched._as_needed_words()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN concat('prn|p[.] ?r[.] ?n[.]?|sos|(as|when|if|where|whenever)( and when)?( it is)? (needed|required|necessary)|bei bedarf|bedarfsweise|b[.] ?b[.]',
  '|(si|au) besoin|si n(é|e)cessaire|(zo|indien) nodig|al bisogno|se necess(á|a)rio|si es necesario|en caso necesario|seg(ú|u)n necesidad|vid behov');
COMMENT ON FUNCTION medsched._as_needed_words() IS
  'Internal: an expression for the words that say as needed';

-- Whether a code says as needed, and nothing else.
CREATE OR REPLACE FUNCTION medsched._timing_code_is_as_needed(timing_code jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT coalesce(bool_and(lower(w.words COLLATE "C") ~ concat('^(', medsched._as_needed_words(), ')$')), false)
  FROM unnest(medsched._timing_code_words(timing_code)) AS w (words);
END;
COMMENT ON FUNCTION medsched._timing_code_is_as_needed(jsonb) IS
  'Internal: whether a code of a FHIR Timing says as needed';

-- Refuse a code that says that doses are as needed, where they are taken for doses at set times.
CREATE OR REPLACE FUNCTION medsched._refuse_as_needed_code(timing_code jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words text;
BEGIN
  FOREACH words IN ARRAY COALESCE(medsched._timing_code_words(timing_code), '{}') LOOP
    IF lower(words COLLATE "C") ~ concat('(^|[^a-z])(', medsched._as_needed_words(), ')([^a-z]|$)') THEN
      RAISE 'timing code says as needed: "%"', medsched._shortened(words) USING ERRCODE = 'feature_not_supported',
        HINT = 'Set as_needed.';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._refuse_as_needed_code(jsonb) IS
  'Internal: error for a FHIR Timing.code as needed';

CREATE OR REPLACE FUNCTION medsched._day_words()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN concat('(mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(day)?s?|weekdays?|weekends?|(business|working) days?|'
  '(mon|diens|donners|frei|sams|sonn|werk)tags?|mittwochs?|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes|sabado|'
  'domingo|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag');
COMMENT ON FUNCTION medsched._day_words() IS
  'Internal: an expression for the words that say on which days';

-- Refuse a code whose words say when in the day, or on which days, where nothing else does: "nightly" beside "once a day" must not
-- become 08:00.  known: it is one of HL7's; of another, words that cannot be read may say it in any language.
CREATE OR REPLACE FUNCTION medsched._refuse_more_words(timing_code jsonb, known boolean, has_times boolean, has_days boolean)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  when_words CONSTANT text := concat('(^|[^a-z])(mornings?|noon|midday|afternoons?|evenings?|nights?|nightly|(bed|lunch|dinner|supper|sleep)(time)?|breakfast|meals?|food|'
    'hs|qhs|qam|qpm|ac|pc|wak(e|ing)|morgens?|fruh|mittags?|abends?|nachts?|mahlzeit(en)?|fruhstuck|essen|schlafen|'
    'matin|midi|soirs?|coucher|repas|manana|noches?|tarde|desayuno|comidas?|cena|mattin[ao]|ser[ae]|notte|pranzo|colazione|past[io]|'
    'ochtend|avond|slapen|ontbijt|maaltijd(en)?|manha|noite|almoco|jantar|aften|kvall|natt(en)?|frukost)([^a-z]|$)|[0-9] ?[ap][.]?m|[0-9]:[0-9]');
  day_words CONSTANT text := concat('(^|[^a-z])(', medsched._day_words(), ')([^a-z]|$)');
  words text;
  spelt text;
BEGIN
  FOREACH words IN ARRAY COALESCE(medsched._timing_code_words(timing_code), '{}') LOOP
    spelt := translate(lower(words COLLATE "C"), 'äöüÄÖÜß', 'aouaous');
    IF NOT has_times AND (spelt ~ when_words OR NOT known AND spelt ~ '[^ -~]') OR NOT has_days AND spelt ~ day_words THEN
      RAISE 'timing code says more than repeat: "%"', medsched._shortened(words) USING ERRCODE = 'feature_not_supported',
        HINT = 'Say it in timeOfDay, when or dayOfWeek.';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION medsched._refuse_more_words(jsonb, boolean, boolean, boolean) IS
  'Internal: error for a FHIR Timing.code that says when doses are, where repeat does not';
