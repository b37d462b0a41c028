-- Reading a sig: its text as words, its words as phrases.

CREATE OR REPLACE FUNCTION medsched._refuse_sig(sig text, code text, problem text, detail text, hint text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM medsched._refuse(code, format('sig "%s" %s', medsched._shortened(sig), problem), detail, hint);
END
$$;
COMMENT ON FUNCTION medsched._refuse_sig(text, text, text, text, text) IS
  'Internal: raises an error about a sig';

-- A sig as words, numbers and signs, each as in the sig but in lower case.
CREATE OR REPLACE FUNCTION medsched._sig_tokens(sig text)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  number CONSTANT text := '[0-9]+(?:[.][0-9]+)?(?:/[0-9]+)?';
  number_word CONSTANT text := 'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|i|ii|iii|un|une|deux|trois|eine?|zwei|drei|vier';
  -- In "C", whatever the database's locale: in Turkish, the capital of i has a dot.
  line text COLLATE "C" := lower(medsched._sig_folded(sig) COLLATE "C");
BEGIN
  line := regexp_replace(line, '([a-z]) ?[(](e?s)[)]', E'\\1\\2', 'g');                                       -- tablet(s)
  line := regexp_replace(line, '(?<![a-z])w/o(?![a-z])', ' without ', 'g');
  line := regexp_replace(line, '(?<![a-z])w/', ' with ', 'g');
  line := regexp_replace(line, '(?<![a-z])([a-z])[.](?=[a-z0-9])', E'\\1', 'g');                            -- b.i.d., q.8 h
  line := regexp_replace(line, '([0-9])[.](?=[a-z])', E'\\1', 'g');                                         -- 8.h.
  line := regexp_replace(line, '(?<![0-9.,/])([1-9][0-9]{0,2}),000(?![0-9,.])', E'\\1000', 'g');            -- 50,000
  line := regexp_replace(line, '(?<![0-9.,/])([1-9][0-9]?),([0-9]{3})(?= ?(?:m?c?g|iu|units?)(?![a-z]))', E'\\1\\2', 'g');  -- 1,250 mg
  line := regexp_replace(line, '(?<![0-9.,/])0,([0-9]{1,3})(?![0-9,./])', E'0.\\1', 'g');                   -- 0,5
  line := regexp_replace(line, '(?<![-+0-9.,/])([1-9]),(5|25|75)(?![0-9,./])', E'\\1.\\2', 'g');             -- 2,5
  line := regexp_replace(line, format('(?<![a-z])(%1$s)-(?=(?:%1$s)(?![a-z]))', number_word), E'\\1 - ', 'g');     -- two-three
  line := regexp_replace(line, '([a-z])-(?=[a-z])', E'\\1 ', 'g');                                          -- twice-daily
  line := regexp_replace(line, '([0-9])-(?=[a-z])', E'\\1 ', 'g');                                          -- 30-minutes
  line := regexp_replace(line, '(?<![a-z])one half(?![a-z])', 'half', 'g');
  line := regexp_replace(line, '[*"]', ' ', 'g');
  RETURN ARRAY(
    SELECT regexp_replace(m[1], ' ', '', 'g')
      FROM regexp_matches(line, format('(%1$s(?: ?[-+] ?%1$s){2,}|[0-9]{1,2}:[0-9]{2}|%1$s|(?<![a-z0-9])[.][0-9]+|[a-z]+|[^[:space:]])', number), 'g')
             WITH ORDINALITY AS r (m, nth)
     ORDER BY nth);
END
$$;
COMMENT ON FUNCTION medsched._sig_tokens(text) IS
  'Internal: a sig as words, numbers and signs';

-- A number of a sig; NULL where it is none that anybody would write.  Of fractions only those: 5/325 is two strengths.
CREATE OR REPLACE FUNCTION medsched._sig_number(written text)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN CASE
    -- 0800 is a time of day, and 1.000 a thousand in Berlin and one in Boston.
    WHEN written ~ '^[1-9][0-9]{0,2}[.][0-9]{3}$' THEN NULL
    WHEN written ~ '^((0|[1-9][0-9]{0,5})([.][0-9]{1,4})?|[.][0-9]{1,4})$' THEN trim_scale(written::numeric)
    WHEN written IN ('1/2', '1/4', '3/4') THEN trim_scale(split_part(written, '/', 1)::numeric / split_part(written, '/', 2)::numeric)
  END;
END
$$;
COMMENT ON FUNCTION medsched._sig_number(text) IS
  'Internal: a number of a sig';

-- The parts of a pattern such as 1-0-1-0, or NULL: three or four, in the order of the day, of amounts that somebody may take at once.
CREATE OR REPLACE FUNCTION medsched._sig_pattern(written text)
RETURNS numeric[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parts CONSTANT numeric[] := ARRAY(SELECT medsched._sig_number(p) FROM regexp_split_to_table(written, '[-+]') WITH ORDINALITY AS r (p, nth) ORDER BY nth);
BEGIN
  IF written ~ '[-]' AND written ~ '[+]' OR cardinality(parts) NOT IN (3, 4) OR array_position(parts, NULL) IS NOT NULL
    OR 10 < ANY (parts) OR 0 = ALL (parts) OR cardinality(parts) = 3 AND written ~ '(^|[-+])[1-9][0-9]*[-+][13]/[24]'      -- "1/2-1-1/2" may be a range
  THEN
    RETURN NULL;
  END IF;
  RETURN parts;
END
$$;
COMMENT ON FUNCTION medsched._sig_pattern(text) IS
  'Internal: the parts of a pattern such as 1-0-1-0';

-- The words of a sig with what phrases are looked up by: key is the word or the sign of its class.  Numbers that are written in several
-- words are one, "1 1/2", "two (2)", "4 to 6".
CREATE OR REPLACE FUNCTION medsched._sig_words_of(sig text, OUT raw text[], OUT key text[], OUT word text[], OUT low numeric[], OUT high numeric[])
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  words CONSTANT jsonb := medsched._sig_word_index();
  t record;
  last int := 0;        -- how many are done
  whole int;            -- which of them a fraction is added to
  number numeric;
BEGIN
  raw := '{}'; key := '{}'; word := '{}'; low := '{}'; high := '{}';
  FOR t IN
    SELECT k.raw, coalesce(words -> k.raw ->> 0, k.raw) AS word, words -> k.raw ->> 1 AS class,
           CASE WHEN words -> k.raw ->> 1 = 'number' THEN (words -> k.raw ->> 0)::numeric ELSE medsched._sig_number(k.raw) END AS number
      FROM unnest(medsched._sig_tokens(sig)) WITH ORDINALITY AS k (raw, nth)
     ORDER BY k.nth
  LOOP
    number := t.number;
    -- "4-6", "4 to 6"; "1 and 1/2", "1 1/2", "one and a half"
    IF number IS NOT NULL AND last > 1 AND raw[last] IN ('-', 'to') AND key[last - 1] = '#' AND low[last - 1] < number THEN
      last := last - 1;
      raw[last] := raw[last] || CASE raw[last + 1] WHEN 'to' THEN ' to ' ELSE '-' END || t.raw;
      key[last] := '##'; high[last] := number;
      CONTINUE;
    ELSIF number < 1 AND t.raw ~ '^([13]/[24]|half|demi|demie)$' AND last > 0 THEN
      whole := CASE WHEN word[last] IN ('and', '&') THEN last - 1 WHEN last > 1 AND word[last] = 'a' AND word[last - 1] = 'and' THEN last - 2
                    -- "1 1/2"; of "one 1/2" and "1 half" nobody knows
                    WHEN raw[last] || ' ' || t.raw ~ '^[0-9]+ [13]/[24]$' THEN last END;
      IF key[whole] = '#' AND low[whole] >= 1 AND low[whole] = trunc(low[whole]) THEN
        raw[whole] := array_to_string(raw[whole:last], ' ') || ' ' || t.raw;
        last := whole;
        low[last] := low[last] + number; high[last] := low[last];
        CONTINUE;
      END IF;
    ELSIF t.raw = ')' AND last > 2 AND raw[last - 1] = '(' AND key[last] IN ('#', '##') AND key[last] = key[last - 2]
      AND low[last] = low[last - 2] AND high[last] = high[last - 2]
    THEN                                               -- "2 (two)"
      last := last - 2;
      CONTINUE;
    END IF;
    last := last + 1;
    raw[last] := t.raw;
    word[last] := CASE t.class WHEN 'refused' THEN t.raw ELSE t.word END;
    low[last] := number; high[last] := number;
    key[last] := CASE
      WHEN number IS NOT NULL THEN '#'
      -- "1 puff inhalation", "by inhalation"
      WHEN t.class = 'unit' AND (t.word <> 'inhalation' OR key[last - 1] IN ('#', '##', 'a')) THEN '~'
      WHEN t.class = 'weekday' THEN '@'
      WHEN t.raw ~ '^[0-9]+:' THEN '$'
      WHEN t.raw ~ '[0-9].*[-+]' THEN '!'
      -- Of the signs, none may pass for that of a class.
      ELSE CASE t.raw WHEN '&' THEN 'and' WHEN '/' THEN 'a' WHEN '@' THEN 'at' WHEN '!' THEN '.' WHEN '#' THEN 'number' WHEN '~' THEN 'about' WHEN '$' THEN 'dollar'
                      ELSE word[last] END END;
  END LOOP;
  raw := raw[:last]; key := key[:last]; word := word[:last]; low := low[:last]; high := high[:last];
END
$$;
COMMENT ON FUNCTION medsched._sig_words_of(text) IS
  'Internal: the words of a sig, and what phrases are looked up by';

-- The phrases of a sig in their order, as JSON: kind, n, unit, events and words of _sig_phrases(), with the numbers, days and units that
-- the sig has in the phrase; after: the connector before it, "and" or ",".
CREATE OR REPLACE FUNCTION medsched._sig_read(sig text)
RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  phrases CONSTANT jsonb := medsched._sig_phrase_index();
  words CONSTANT jsonb := medsched._sig_word_index();
  reason CONSTANT text[] := '{symptom,condition}';
  w record;
  phrase jsonb;
  read jsonb := '[]';
  i int := 1;
  size int;
  after text;
BEGIN
  w := medsched._sig_words_of(sig);
  WHILE i <= cardinality(w.key) LOOP
    size := 11;
    phrase := NULL;
    WHILE phrase IS NULL AND size > 1 LOOP
      size := size - 1;
      phrase := phrases -> array_to_string(w.key[i:i + size - 1], ' ');
    END LOOP;
    size := least(size, cardinality(w.key) - i + 1);      -- a slice that reaches over the end is as long as what there is
    IF phrase IS NULL THEN
      IF w.key[i] = ANY ('{and,",",.,;,:,(,)}'::text[]) OR w.raw[i] = '/' AND w.key[i - 1] = '@' AND w.key[i + 1] = '@' THEN
        after := CASE WHEN w.key[i] = 'and' OR after = 'and' THEN 'and' ELSE ',' END;
        i := i + 1;
        CONTINUE;
      END IF;
      PERFORM medsched._refuse_sig_word(sig, w.raw[i], w.raw[greatest(1, i - 2):least(i + 2, cardinality(w.raw))]);
    END IF;
    phrase := phrase || jsonb_strip_nulls(jsonb_build_object(
      'after', after,
      'raw', regexp_replace(array_to_string(w.raw[i:i + size - 1], ' '), ' ,', ',', 'g'),
      'low', (SELECT jsonb_agg(l ORDER BY nth) FROM unnest(w.low[i:i + size - 1]) WITH ORDINALITY AS u (l, nth) WHERE l IS NOT NULL),
      'high', (SELECT jsonb_agg(h ORDER BY nth) FROM unnest(w.high[i:i + size - 1]) WITH ORDINALITY AS u (h, nth) WHERE h IS NOT NULL),
      'units', (SELECT jsonb_agg(u.word ORDER BY u.nth) FROM unnest(w.key[i:i + size - 1], w.word[i:i + size - 1]) WITH ORDINALITY AS u (key, word, nth) WHERE u.key = '~'),
      'days', (SELECT jsonb_agg(u.word::int ORDER BY u.nth) FROM unnest(w.key[i:i + size - 1], w.word[i:i + size - 1]) WITH ORDINALITY AS u (key, word, nth) WHERE u.key = '@')));
    -- "in the evening and take at bedtime"
    after := CASE WHEN phrase ->> 'kind' = 'verb' THEN after END;
    i := i + size;
    IF phrase ->> 'kind' = 'reason' OR phrase ->> 'kind' = 'prn' AND words -> w.raw[i] ->> 1 = ANY (reason) THEN
      IF phrase ->> 'kind' = 'prn' THEN                -- "prn pain"
        read := read || jsonb_build_array(phrase);
        phrase := '{"kind": "reason"}';
      END IF;
      size := 0;
      WHILE words -> w.raw[i + size] ->> 1 = ANY (reason) OR size > 0 AND (w.key[i + size] IN ('and', ',') OR w.raw[i + size] = '/')
        AND words -> w.raw[i + size + 1] ->> 1 = ANY (reason) LOOP
        size := size + 1;
      END LOOP;
      IF size = 0 OR w.raw[i + size - 1] IN ('of', 'or', 'to') OR w.raw[i] IN ('of', 'or', 'to') THEN
        PERFORM medsched._refuse_sig_word(sig, coalesce(w.raw[i + size], w.raw[i + size - 1]), w.raw[greatest(1, i - 2):least(i + size + 2, cardinality(w.raw))]);
      END IF;
      phrase := phrase || jsonb_build_object('words', 'for ' || regexp_replace(regexp_replace(array_to_string(w.raw[i:i + size - 1], ' '), ' ,', ',', 'g'), ' / ', '/', 'g'),
        'symptom', (SELECT bool_or(words -> r ->> 1 = 'symptom') FROM unnest(w.raw[i:i + size - 1]) AS r));
      i := i + size;
    END IF;
    read := read || jsonb_build_array(phrase);
  END LOOP;
  IF after = 'and' THEN
    PERFORM medsched._refuse_sig(sig, '22023', 'is not whole', 'It ends with "and".', NULL::text);
  END IF;
  RETURN read;
END
$$;
COMMENT ON FUNCTION medsched._sig_read(text) IS
  'Internal: the phrases of a sig, in JSON';

-- Raise the error of a word that no phrase has, or not there.
CREATE OR REPLACE FUNCTION medsched._refuse_sig_word(sig text, raw text, around text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  known CONSTANT jsonb := medsched._sig_word_index() -> raw;
BEGIN
  IF known ->> 1 = 'refused' THEN
    PERFORM medsched._refuse_sig(sig, '22023', format('has "%s", which has two meanings', raw), format('It is %s.', known ->> 0), 'Say it in words.');
  ELSIF known IS NULL AND medsched._sig_number(raw) IS NULL
    AND NOT EXISTS (SELECT FROM jsonb_object_keys(medsched._sig_phrase_index()) AS p WHERE raw = ANY (string_to_array(p, ' ')))
  THEN
    PERFORM medsched._refuse_sig(sig, '22023', format('has "%s", which is not recognized', medsched._shortened(raw)), NULL::text,
      'A sig is read whole or not at all. Say it in other words, or give the times by schedule_from_times.');
  END IF;
  PERFORM medsched._refuse_sig(sig, '22023', format('is not understood at "%s"', medsched._shortened(array_to_string(around, ' '))), NULL::text,
    'A sig is read whole or not at all. Say it in other words, or give the times by schedule_from_times.');
END
$$;
COMMENT ON FUNCTION medsched._refuse_sig_word(text, text, text[]) IS
  'Internal: raises the error of a word of a sig that is not understood';
