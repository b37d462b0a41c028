-- The words of sigs.
--
-- A sig is read whole or not at all, so each word that one may have is in this table or in one of the phrases.  Of words that mean
-- the same, one stands for all in the phrases.

-- class: 'number' (word is its value), 'unit' of an amount, 'weekday' (word is its ISO number), 'symptom' or 'condition' that a dose is
-- for, 'refused' (word is the reason), else 'word'.  Symptoms leave open whether a dose is as needed.
CREATE OR REPLACE FUNCTION medsched._sig_words()
RETURNS TABLE (spelling text, word text, class text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT s.spelling, coalesce(w.word, s.spelling), w.class
  FROM (VALUES
    ('number', '0.5',  'half demi demie halbe halb halben'),
    ('number', '1',    'one i un une ein eine einen einer'),
    ('number', '2',    'two ii deux zwei'),
    ('number', '3',    'three iii trois drei'),
    ('number', '4',    'four quatre vier'),
    ('number', '5',    'five cinq'),
    ('number', '6',    'six sechs'),
    ('number', '7',    'seven sept'),
    ('number', '8',    'eight huit acht'),
    ('number', '9',    'nine'),
    ('number', '10',   'ten dix zehn'),
    ('number', '11',   'eleven'),
    ('number', '12',   'twelve zwolf'),
    ('number', '14',   'fourteen'),
    ('number', '15',   'fifteen'),
    ('number', '20',   'twenty'),
    ('number', '30',   'thirty'),
    ('number', '60',   'sixty'),
    ('number', '90',   'ninety'),

    ('unit', 'tablet',      'tablet tablets tab tabs tabl tbl tablette tabletten comprime comprimes cp cpr'),
    ('unit', 'capsule',     'capsule capsules cap caps capsul kapsel kapseln gelule gelules'),
    ('unit', 'caplet',      'caplet caplets'),
    ('unit', 'softgel',     'softgel softgels'),
    ('unit', 'pill',        'pill pills'),
    ('unit', 'lozenge',     'lozenge lozenges'),
    ('unit', 'gummy',       'gummy gummies'),
    ('unit', 'film',        'film films'),
    ('unit', 'mL',          'ml mls milliliter milliliters millilitre millilitres cc'),
    ('unit', 'L',           'liter liters litre litres'),
    ('unit', 'mg',          'mg mgs milligram milligrams'),
    ('unit', 'mcg',         'mcg mcgs ug microgram micrograms'),
    ('unit', 'g',           'g gm gms gram grams'),
    ('unit', 'mEq',         'meq'),
    ('unit', 'mmol',        'mmol'),
    ('unit', 'unit',        'unit units iu einheit einheiten unite unites'),
    ('unit', 'puff',        'puff puffs hub hube bouffee bouffees'),
    ('unit', 'inhalation',  'inhalation inhalations'),
    ('unit', 'spray',       'spray sprays'),
    ('unit', 'drop',        'drop drops gtt gtts tropfen goutte gouttes'),
    ('unit', 'patch',       'patch patches'),
    ('unit', 'suppository', 'suppository suppositories'),
    ('unit', 'teaspoon',    'teaspoon teaspoons teaspoonful teaspoonfuls teaspoonsful tsp'),
    ('unit', 'tablespoon',  'tablespoon tablespoons tablespoonful tablespoonfuls tbsp'),
    ('unit', 'packet',      'packet packets'),
    ('unit', 'sachet',      'sachet sachets beutel'),
    ('unit', 'scoop',       'scoop scoops scoopful scoopfuls'),
    ('unit', 'capful',      'capful capfuls'),
    ('unit', 'vial',        'vial vials'),
    ('unit', 'ampule',      'ampule ampules ampoule ampoules'),
    ('unit', 'syringe',     'syringe syringes'),
    ('unit', 'pen',         'pen pens'),
    ('unit', 'application', 'application applications'),
    ('unit', 'applicator',  'applicator applicators applicatorful applicatorfuls'),
    ('unit', 'injection',   'injection injections'),
    ('unit', 'ring',        'ring rings'),

    ('weekday', '1', 'monday mondays mon montag montags lundi'),
    ('weekday', '2', 'tuesday tuesdays tue tues dienstag dienstags mardi'),
    ('weekday', '3', 'wednesday wednesdays wed weds mittwoch mittwochs mercredi'),
    ('weekday', '4', 'thursday thursdays thu thur thurs donnerstag donnerstags jeudi'),
    ('weekday', '5', 'friday fridays fri freitag freitags vendredi'),
    ('weekday', '6', 'saturday saturdays sat samstag samstags samedi'),
    ('weekday', '7', 'sunday sundays sun sonntag sonntags dimanche'),

    ('symptom', NULL, 'pain pains ache aches headache headaches migraine migraines fever nausea vomiting cough coughing wheezing wheeze '
      'breath shortness dyspnea itching itch itchy rash anxiety panic agitation insomnia sleep sleeping constipation diarrhea diarrhoea '
      'heartburn indigestion gas bloating cramps cramping spasm spasms dizziness vertigo congestion runny stuffy sneezing swelling '
      'edema sore soreness stiffness irritation dryness dry discomfort attack attacks symptoms symptom angina hives flashes '
      'sickness tremor tremors toothache tension burning loose stools outbreak outbreaks restless'),
    ('condition', NULL, 'blood pressure hypertension cholesterol hyperlipidemia diabetes thyroid hypothyroidism depression mood infection '
      'infections uti gerd reflux acid stomach heart failure afib prostate bph bladder overactive gout arthritis allergy allergies rheumatoid osteoporosis '
      'bone bones asthma copd seizure seizures epilepsy glaucoma adhd acne potassium vitamin deficiency anemia iron supplement kidney '
      'protection prevention clots clot stroke neuropathy nerve nerves inflammation cold muscle back joint joints knee neck chest '
      'throat nose nasal eye eyes ear ears skin tooth dental severe moderate mild chronic acute high low urinary fluid water retention '
      'hot menstrual motion leg legs sinus rhinitis eczema psoriasis fungal yeast rate rhythm triglycerides hormone replacement menopause '
      'birth control contraception weight appetite memory dementia parkinsons pneumonia bronchitis sinusitis strep ulcer ulcers gastritis '
      'health maintenance magnesium calcium bowel incontinence tract urine sugar of or to'),

    ('refused', 'once a day in London and the right eye in Boston', 'od'),
    ('refused', 'the left eye, or by mouth', 'os'),
    ('refused', 'the right ear, or before', 'ad'),
    ('refused', 'twice a week or every two weeks', 'biweekly fortnightly'),
    ('refused', 'twice a month or every two months', 'bimonthly'),
    ('refused', 'three times a week, and is misread as three times a day', 'tiw'),
    ('refused', 'twice a week, and is misread as twice a day', 'biw'),
    ('refused', 'every night, and is misread as every hour', 'qn'),
    ('refused', 'three times a day, or through the skin', 'td'),
    ('refused', 'units, and is misread as a zero', 'u'),
    ('refused', 'one half, or a sliding scale', 'ss'),
    ('refused', 'a grain or a gram', 'gr'),
    ('refused', 'at once, and no schedule', 'stat'),
    ('refused', 'in the morning or tomorrow', 'morgen'),

    ('word', 'a',       'a an per par pro'),
    ('word', 'every',   'every each q alle jeden jede jeder chaque'),
    ('word', 'time',    'time times fois mal'),
    ('word', 'x',       'x'),
    ('word', 'second',  'second seconds sec'),
    ('word', 'minute',  'minute minutes min mins minuten'),
    ('word', 'hour',    'hour hours hr hrs h stunde stunden heure heures'),
    ('word', 'hourly',  'hourly stundlich'),
    ('word', 'day',     'day days d jour jours tag tage tagen'),
    ('word', 'week',    'week weeks wk wks woche wochen semaine semaines'),
    ('word', 'month',   'month months mo monat monate monaten mois'),
    ('word', 'daily',   'daily everyday qd qday qdaily dly taglich tgl tagl quotidien'),
    ('word', 'weekly',  'weekly qw qwk qweek wochentlich'),
    ('word', 'monthly', 'monthly qmonth monatlich'),
    ('word', 'once',    'once einmal'),
    ('word', 'twice',   'twice zweimal'),
    ('word', 'thrice',  'thrice dreimal'),
    ('word', 'bid',     'bid bd bds'),
    ('word', 'tid',     'tid tds'),
    ('word', 'qid',     'qid qds'),
    ('word', 'qod',     'qod eod'),
    ('word', 'prn',     'prn sos'),
    ('word', 'dose',    'dose doses'),
    ('word', 'morning', 'morning mornings mane matin morgens'),
    ('word', 'noon',    'noon midday noontime mittags midi'),
    ('word', 'afternoon', 'afternoon afternoons nachmittags'),
    ('word', 'evening', 'evening evenings abends soir'),
    ('word', 'night',   'night nights nightly nocte noct nighttime nachts nacht nuit'),
    ('word', 'bedtime', 'bedtime hs qhs coucher'),
    ('word', 'breakfast', 'breakfast fruhstuck'),
    ('word', 'lunch',   'lunch lunchtime mittagessen dejeuner'),
    ('word', 'dinner',  'dinner supper dinnertime suppertime abendessen diner'),
    ('word', 'meal',    'meal meals mealtime mealtimes mahlzeit mahlzeiten repas'),
    ('word', 'max',     'max maximum maximal'),
    ('word', 'before',  'before vor avant'),
    ('word', 'after',   'after nach apres'),
    ('word', 'with',    'with mit avec'),
    ('word', 'and',     'and et und'),
    ('word', 'for',     'for fur pendant'),
    ('word', 'the',     'the dem der den die das le la les'),
    ('word', 'at',      'at zur zum'),
    ('word', 'in',      'in'),
    ('word', 'through', 'through thru'),
    ('word', 'take',    'take takes nehmen prendre'),
    ('word', 'area',    'area areas'),
    ('word', 'nostril', 'nostril nostrils'))
    AS w (class, word, spellings)
  CROSS JOIN LATERAL string_to_table(w.spellings, ' ') AS s (spelling);
END;
COMMENT ON FUNCTION medsched._sig_words() IS
  'Internal: the words of sigs, what each stands for, and of which class it is';

-- What is not ASCII in a sig, in UTF-8 as hexadecimal digits, and what is read in its place.  The digits keep the installation free of
-- characters that a database's encoding lacks.
CREATE OR REPLACE FUNCTION medsched._sig_folded(sig text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  bytes text;
  fold record;
BEGIN
  IF sig !~ '[^[:ascii:]]' THEN
    RETURN sig;
  END IF;
  bytes := regexp_replace(encode(convert_to(sig, 'UTF8'), 'hex'), '(..)', E'\\1 ', 'g');
  FOR fold IN
    SELECT f.utf8, encode(convert_to(f.ascii, 'UTF8'), 'hex') AS ascii
      FROM (VALUES
        ('c3a0 c3a1 c3a2 c3a4 c380 c381 c382 c384', 'a'), ('c3a7 c387', 'c'), ('c3a8 c3a9 c3aa c3ab c388 c389 c38a c38b', 'e'),
        ('c3ae c3af c38e c38f', 'i'), ('c3b4 c3b6 c394 c396', 'o'), ('c3b9 c3bb c3bc c399 c39b c39c', 'u'), ('c39f', 'ss'),
        ('c2b5 cebc', 'u'), ('c397', 'x'), ('c2a0 e280af e28089', ' '), ('e28090 e28091 e28092 e28093 e28094 e28892', '-'),
        ('c2bd', ' 1/2'), ('c2bc', ' 1/4'), ('c2be', ' 3/4'), ('e28098 e28099', ''''), ('e2809c e2809d', '"')) AS l (characters, ascii)
     CROSS JOIN LATERAL string_to_table(l.characters, ' ') AS f0 (utf8)
     CROSS JOIN LATERAL (SELECT regexp_replace(f0.utf8, '(..)', E'\\1 ', 'g') AS utf8, l.ascii) AS f
  LOOP
    bytes := replace(bytes, fold.utf8, regexp_replace(fold.ascii, '(..)', E'\\1 ', 'g'));
  END LOOP;
  RETURN convert_from(decode(replace(bytes, ' ', ''), 'hex'), 'UTF8');
END
$$;
COMMENT ON FUNCTION medsched._sig_folded(text) IS
  'Internal: a sig with letters of German and French, fractions and dashes in ASCII';

-- Both tables as objects, by spelling and by phrase.  To make the rows anew takes longer than to read a sig, so the functions that give
-- them are written here, and are constants to the planner.
DO $write$
BEGIN
  EXECUTE format('CREATE OR REPLACE FUNCTION medsched._sig_word_index() RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
    format('SELECT %L::pg_catalog.jsonb', (SELECT jsonb_object_agg(w.spelling, jsonb_build_array(w.word, w.class)) FROM medsched._sig_words() AS w)));
  EXECUTE format('CREATE OR REPLACE FUNCTION medsched._sig_phrase_index() RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
    format('SELECT %L::pg_catalog.jsonb', (SELECT jsonb_object_agg(p.phrase, jsonb_strip_nulls(to_jsonb(p) - 'phrase')) FROM medsched._sig_phrases() AS p)));
END
$write$;
COMMENT ON FUNCTION medsched._sig_word_index() IS
  'Internal: the words of sigs, by spelling: what each stands for, and its class';
COMMENT ON FUNCTION medsched._sig_phrase_index() IS
  'Internal: the phrases of sigs, by their words';
