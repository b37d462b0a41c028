-- Words beside a FHIR Timing: how often, when in the day and how much they say.

-- Words in one spelling: small letters without accents, one blank between words, numbers as digits, "1 (one)" and "1½" as 1 and 1.5.
CREATE OR REPLACE FUNCTION medsched._spelt(words text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  spelt text := translate(lower(words COLLATE "C"), concat('äöüÄÖÜßàáâãåçèéêëìíîïñòóôõùúûÀÁÂÃÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÙÚÛ–—', chr(160)),
                          'aouaousaaaaaceeeeiiiinoooouuuaaaaaceeeeiiiinoooouuu-- ');
  number record;
BEGIN
  spelt := replace(replace(replace(spelt, '½', ' 1/2'), '¼', ' 1/4'), '¾', ' 3/4');
  FOR number IN
    SELECT * FROM (VALUES ('1 times', 'once|einmal'), ('2 times', 'twice|zweimal'), ('3 times', 'thrice|dreimal'), ('4 times', 'viermal'), ('1/2', '(a |1 |one )?half( a)?'),
      ('1', 'one|un|una|une|uma|ein|eine|einen|einer'), ('2', 'two|deux|zwei|dos'), ('3', 'three|trois|drei|tres'), ('4', 'four|quatre|vier|cuatro'),
      ('5', 'five|cinq|funf|cinco'), ('6', 'six|sechs|seis'), ('7', 'seven|sept|sieben|siete'), ('8', 'eight|huit|acht|ocho'), ('9', 'nine|neuf|neun'),
      ('10', 'ten|dix|zehn|diez'), ('12', 'twelve'), ('14', 'fourteen|vierzehn|quatorze')) AS n (digits, spellings)
  LOOP
    spelt := regexp_replace(spelt, concat('(?<![a-z])(', number.spellings, ')(?![a-z])'), number.digits, 'g');
  END LOOP;
  spelt := regexp_replace(spelt, '([0-9]),([0-9]{3})(?![0-9])', E'\\1\\2', 'g');
  spelt := regexp_replace(spelt, '([0-9]),([0-9])', E'\\1.\\2', 'g');
  spelt := regexp_replace(spelt, '([0-9])[.]0+(?![0-9])', E'\\1', 'g');
  spelt := regexp_replace(spelt, '(?<![0-9/.])([0-9]+) (and )?1/2(?![0-9/])', E'\\1.5', 'g');
  spelt := regexp_replace(spelt, '(?<![0-9/.])1/2(?![0-9/])', '0.5', 'g');
  spelt := regexp_replace(spelt, '(?<![0-9/.])1/4(?![0-9/])', '0.25', 'g');
  spelt := regexp_replace(spelt, '([0-9.]+) ?[(] ?[0-9.]+ ?[)]', E'\\1', 'g');
  RETURN btrim(regexp_replace(spelt, '[[:space:]]+', ' ', 'g'));
END
$$;
COMMENT ON FUNCTION medsched._spelt(text) IS
  'Internal: words in one spelling';

-- The parts of the day in words, the events that are of each, and the times that are.
CREATE OR REPLACE FUNCTION medsched._day_part_words()
RETURNS TABLE (part text, expression text, events text[], from_time time, to_time time)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT p.part, p.expression, p.events::text[], p.from_time::time, p.to_time::time
    FROM (VALUES
      ('morning', 'mornings?|mane|om|breakfast|qam|waking|(on|upon) rising|morgens?|fruh|fruhs|fruhstuck|matins?|manana|desayuno|mattin[ao]|colazione|ochtend|ontbijt|manha',
       '{MORN,MORN.early,MORN.late,WAKE,CM,ACM,PCM,C,AC,PC}', '04:00', '12:00'),
      ('noon', 'noon|midday|lunch(time)?|mittags?|midi|pranzo|middags?|almoco', '{NOON,CD,ACD,PCD,C,AC,PC}', '11:00', '15:00'),
      ('afternoon', 'afternoons?|nachmittags?|apres-midi|tarde', '{AFT,AFT.early,AFT.late,PCD}', '12:00', '19:00'),
      ('evening', 'evenings?|dinner|supper|qpm|abends?|abendessen|soirs?|cena|ser[ae]|avonds?|jantar|aften|kvall', '{EVE,EVE.early,EVE.late,CV,ACV,PCV,C,AC,PC}', '16:00', '24:00'),
      ('night', 'nights?|nightly|nocte|nachts?|nuit|noches?|notte|noite|natt(en)?', '{NIGHT,HS,PHS,EVE.late}', '20:30', '04:00'),
      ('bedtime', 'bed(time)?|q?hs|q[.]?h[.]s|h[.]s|sleep(time)?|schlafen|coucher|slapen', '{NIGHT,HS,PHS}', '20:30', '04:00'),
      ('midnight', 'midnight|mitternacht|minuit', '{}', '23:00', '01:00')) AS p (part, expression, events, from_time, to_time);
END;
COMMENT ON FUNCTION medsched._day_part_words() IS
  'Internal: the parts of the day in words';

-- How often words say that it is: so many times in so many units.  at_least: no less often than that.
CREATE OR REPLACE FUNCTION medsched._worded_rates(spelt text)
RETURNS TABLE (frequency int, period int, unit text, at_least boolean)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  times CONSTANT text := '(?<![0-9.])([1-9][0-9]?) ?(?:x|times?|mal|fois|vez|veces|vezes|volta|volte|keer|maal|gang|gange|ganger) ?(?:/ ?|a |an |1 |per |each |every |in the |am |pro |par |al |ao |por |om |i )?';
  ends CONSTANT text := '(?![a-z])';
  found boolean := false;
  rate record;
BEGIN
  FOR rate IN
    SELECT m.m[1]::int AS frequency, 1 AS period, u.unit, false AS at_least
      FROM (VALUES ('d', 'days?|daily|d|tag|taglich|tagl|tgl|jour|dia|giorno|dag|daags|daglig|dagligen|dagen|dygn|pd'), ('wk', 'weeks?|weekly|wk|woche|wochentlich|semaine|semana|settimana'), ('mo', 'months?|monthly|monat|monatlich|mois|mes')) AS u (unit, names)
     CROSS JOIN LATERAL regexp_matches(spelt, concat(times, '(?:', u.names, ')', ends), 'g') AS m (m)
    UNION
    SELECT m.m[1]::int, 1, 'd', false FROM regexp_matches(spelt, '(?<![0-9.])([1-9]) ?x ?[0-9.]{1,3} ?(?:tab|kap|stuck|st[.]|trop|hub|com|cp|cap|gel|puff|drop)', 'g') AS m (m)
    UNION
    SELECT 1, 1, 'h', false WHERE spelt ~ '(?<![a-z])(every hour|hourly|stundlich)(?![a-z])' AND spelt !~ '[0-9][ -]?(hourly|stundlich)'
    UNION
    SELECT a.frequency, 1, 'd', false
      FROM (VALUES (1, 'q[.]?d|qday'), (2, 'b[.]?i[.]?d|bd'), (3, 't[.]?i[.]?d|tds'), (4, 'q[.]?i[.]?d|qds')) AS a (frequency, names)
     WHERE spelt ~ concat('(?<![a-z])(', a.names, ')', ends)
    UNION
    -- In the right eye it is another word.
    SELECT 1, 1, 'd', false WHERE spelt ~ '(?<![a-z])od(?![a-z])' AND spelt !~ 'eye|drop|gtt|ophth'
    UNION
    SELECT 1, coalesce(m.m[1], m.m[2])::int, 'h', false
      FROM regexp_matches(spelt, '(?:(?<![a-z])(?:every|each|q|alle|toutes les|cada) ?([1-9][0-9]?) ?-?(?:h|hrs?|hours?|hourly|stunden?|heures?|horas?)|(?<![0-9-])([1-9][0-9]?)[ -]?(?:hourly|stundlich))(?![a-z])', 'g') AS m (m)
    UNION
    SELECT 1, m.m[1]::int, CASE left(m.m[2], 1) WHEN 'd' THEN 'd' WHEN 't' THEN 'd' WHEN 'j' THEN 'd' WHEN 'w' THEN 'wk' WHEN 's' THEN 'wk' ELSE 'mo' END, false
      FROM regexp_matches(spelt, '(?<![a-z])(?:every|each|q|alle|tous les|toutes les|cada) ?([1-9][0-9]?) ?(days?|tage|jours|dias|weeks?|wk|wochen|semaines|semanas|months?|monate|mois)(?![a-z])', 'g') AS m (m)
    UNION
    SELECT 1, 2, CASE WHEN spelt ~ 'week|woche' AND spelt !~ 'da(y|ily)|tag' THEN 'wk' ELSE 'd' END, false
     WHERE spelt ~ '(every|each) (other|second|2nd) (day|week)|alternate days|(?<![a-z])(qod|eod|fortnightly)(?![a-z])|jeden (zweiten|2[.]) tag'
  LOOP
    frequency := rate.frequency; period := rate.period; unit := rate.unit; at_least := rate.at_least;
    found := true;
    RETURN NEXT;
  END LOOP;
  IF NOT found THEN
    RETURN QUERY
      SELECT 1, 1, u.unit, u.unit = 'd'
        FROM (VALUES ('d', 'daily(?! (dose|max|limit))|every day|each day|a day|per day|taglich|tagl|tgl|jeden tag|am tag|par jour|tous les jours|dagligen|daglig|dagelijks|diario|al dia'),
                     ('wk', '(once )?weekly|every week|each week|a week|per week|wochentlich|jede woche|pro woche|par semaine|cada semana'),
                     ('mo', '(once )?monthly|every month|each month|a month|per month|monatlich|par mois')) AS u (unit, names)
       WHERE spelt ~ concat('(?<![a-z])(', u.names, ')', ends);
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._worded_rates(text) IS
  'Internal: how often words say that a dose is';

-- A unit of amounts as a kind and, of those of mass and volume, how many micrograms or microliters it is; NULL: not known.
CREATE OR REPLACE FUNCTION medsched._worded_unit(unit text, OUT kind text, OUT factor numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT u.kind, u.factor
    FROM (VALUES ('m', 1000000, 'g|gm|grams?|gramm'), ('m', 1000, 'mg|milligrams?|milligramm'), ('m', 1, 'mcg|ug|micrograms?|mikrogramm|µg|μg'), ('m', 0.001, 'ng'),
      ('v', 1000000, 'l|liters?|litres?'), ('v', 1000, 'ml|millilit(er|re)s?'), ('e', 1, 'units?|u|iu|[[]iu[]]|ie|i[.]e[.]|einheit(en)?|unites?|international units?'),
      ('tablet', 1, 'tab|tabs|tbl|tablets?|tablette|tabletten|comprimes?|comprimidos?|cp'), ('capsule', 1, 'caps?|capsules?|kapsel|kapseln|gelules?'),
      ('puff', 1, 'puffs?|inhalations?|actuations?|hub|hube|spruhstose?|bouffees?'), ('drop', 1, 'drops?|gtts?|tropfen|gouttes?'), ('spray', 1, 'sprays?'),
      ('patch', 1, 'patch|patches|pflaster'), ('piece', 1, 'stuck|stk'), ('sachet', 1, 'sachets?|beutel'), ('suppository', 1, 'suppository|suppositories|zapfchen'),
      ('pill', 1, 'pills?'), ('kg', 1, 'kg')) AS u (kind, factor, names)
   WHERE regexp_replace(translate(lower(btrim(unit) COLLATE "C"), 'äöüß', 'aous'), '[(]([a-z]+)[)]$|[{}]', E'\\1', 'g') ~ concat('^(', u.names, ')$');
END;
COMMENT ON FUNCTION medsched._worded_unit(text) IS
  'Internal: the kind and size of a unit of amounts in words';

-- Whether words say another amount than the dose is: NULL, or so.  Of countable units each amount must be the dose's, of mass and
-- volume one must, or so many tablets of a strength come to it.
CREATE OR REPLACE FUNCTION medsched._words_another_amount(words text, dose jsonb)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  spelt text := medsched._spelt(words);
  amount CONSTANT numeric := (dose ->> 'value')::numeric;
  unit record;
  counted boolean;
  found record;
  fits boolean;
BEGIN
  SELECT u.* INTO unit FROM medsched._worded_unit(coalesce(nullif(dose ->> 'unit', ''), dose ->> 'code')) AS u;
  counted := unit.kind IS NULL OR unit.kind NOT IN ('m', 'v', 'e');
  IF spelt ~ '[0-9] ?[a-z]+ ?/ ?(kg|m2)' THEN
    spelt := regexp_replace(spelt, '[0-9.]+ ?[a-z]+ ?/ ?(kg|m2)', ' ', 'g');
    IF NOT counted AND spelt !~ '[0-9] ?(mg|g|mcg|ml|units?)' THEN
      RETURN true;
    END IF;
  END IF;
  -- "2 x 500 mg", "two 5 ml spoonfuls".
  FOR found IN SELECT m FROM regexp_matches(spelt, '((?<![0-9./-])([0-9]{1,2}) (?:x )?([0-9]{1,6}(?:[.][0-9]{1,4})?) ?(ml|mg|g|mcg)(?![a-z]))', 'g') AS m LOOP
    spelt := replace(spelt, found.m[1], concat(found.m[2]::int * found.m[3]::numeric, ' ', found.m[4], ' ', found.m[2], ' x'));
  END LOOP;
  -- "2-0-0-2", "2 in the morning", "take 2 daily".
  IF counted AND EXISTS (
    SELECT FROM (SELECT unnest(regexp_match(spelt, '(?<![0-9.,/-])([0-9.]+) ?- ?([0-9.]+) ?- ?([0-9.]+)(?: ?- ?([0-9.]+))?(?![0-9/-])'))
                 UNION ALL
                 SELECT m[1] FROM regexp_matches(spelt, '(?<![0-9./:-])([0-9]{1,3}(?:[.][0-9]{1,3})?) (?:to be|daily|at (?:night|bedtime)|in the|(?:every|each) (?:day|morning|evening|night)|le|morgens|mittags|abends|nachts|nocte|mane|om|bd|bid|tds|tid|qds|qid|od|[0-9] times)(?![a-z])', 'g') AS m) AS a (said)
     WHERE a.said ~ '^[0-9]{1,9}([.][0-9]{1,6})?$' AND a.said::numeric NOT IN (0, amount)) THEN
    RETURN true;
  END IF;
  -- The most that may be taken, and totals, are not the dose.
  spelt := regexp_replace(spelt, '(max[a-z.]*|exceed|than|at most|up to|hochstens|in total|within|=)[^0-9.;,]{0,25}[0-9.]+ ?[a-z]+', ' ', 'g');
  spelt := regexp_replace(spelt, '[0-9.]+ ?[a-z]+ ?(a|per|each|every|in) ?(1 )?(day|24)', ' ', 'g');
  SELECT count(*)::int AS n, bool_and(f.said = amount) AS all_same, bool_or(f.said = amount) AS one_same, array_agg(f.said) AS amounts INTO found
    FROM (SELECT m.m[1]::numeric * CASE WHEN u.kind IN ('m', 'v') THEN u.factor / coalesce(unit.factor, 1) ELSE 1 END AS said
            FROM regexp_matches(spelt, '(?<![0-9./-])([0-9]{1,9}(?:[.][0-9]{1,6})?)[ -]?([a-zµμ]+(?:[(]e?[snr][)])?)', 'g') AS m (m)
           CROSS JOIN LATERAL medsched._worded_unit(m.m[2]) AS u
           WHERE u.kind = unit.kind OR unit.kind IS NULL AND dose ->> 'unit' IS NULL AND u.kind NOT IN ('m', 'v', 'e', 'kg')
              OR unit.kind IN ('tablet', 'capsule', 'piece', 'pill') AND u.kind IN ('tablet', 'capsule', 'piece', 'pill')) AS f;
  IF found.n = 0 THEN
    RETURN false;
  ELSIF counted THEN
    RETURN NOT found.all_same;
  END IF;
  fits := found.one_same OR EXISTS (
    SELECT FROM regexp_matches(spelt, '(?<![0-9./-])([0-9]{1,4}(?:[.][0-9]{1,6})?) ?(?:x|tab|cap|kaps|comp|gel|puff|spray|stuck|drop|sachet|pill|patch)', 'g') AS m (m), unnest(found.amounts) AS a
     WHERE m.m[1]::numeric * a = amount);
  RETURN NOT fits;
END
$$;
COMMENT ON FUNCTION medsched._words_another_amount(text, jsonb) IS
  'Internal: whether words say another amount than a dose is';
