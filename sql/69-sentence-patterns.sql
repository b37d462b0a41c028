-- The words of sentences, in each language.
--
-- A sentence is put together from patterns by one code for all languages.  A column more is a language more.  Numbers, days and names
-- go in for %s; .1 is for one of something, .n for several.

CREATE OR REPLACE FUNCTION medsched._sentence_patterns()
RETURNS TABLE (key text, en text, de text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  VALUES
    -- Lists, numbers and names
    ('and'::text,          '%s and %s'::text,               '%s und %s'::text),
    ('or',                 '%s or %s',                      '%s oder %s'),
    ('to',                 '%s to %s',                      '%s bis %s'),
    ('decimal_point',      '.',                             ','),
    ('ordinal.st',         '%sst',                          '%s.'),
    ('ordinal.nd',         '%snd',                          '%s.'),
    ('ordinal.rd',         '%srd',                          '%s.'),
    ('ordinal.th',         '%sth',                          '%s.'),
    ('position.1',         'first',                         'ersten'),
    ('position.2',         'second',                        'zweiten'),
    ('position.3',         'third',                         'dritten'),
    ('position.4',         'fourth',                        'vierten'),
    ('position.5',         'fifth',                         'fünften'),
    ('position.last',      'last',                          'letzten'),
    ('position.from_last', '%s-to-last',                    '%s-letzten'),
    ('second.1',           '1 second',                      '1 Sekunde'),
    ('second.n',           '%s seconds',                    '%s Sekunden'),
    ('minute.1',           '1 minute',                      '1 Minute'),
    ('minute.n',           '%s minutes',                    '%s Minuten'),
    ('hour.1',             '1 hour',                        '1 Stunde'),
    ('hour.n',             '%s hours',                      '%s Stunden'),
    ('day.1',              '1 day',                         '1 Tag'),
    ('day.n',              '%s days',                       '%s Tage'),
    ('week.1',             '1 week',                        '1 Woche'),
    ('week.n',             '%s weeks',                      '%s Wochen'),
    ('month.1',            '1 month',                       '1 Monat'),
    ('month.n',            '%s months',                     '%s Monate'),
    ('year.1',             '1 year',                        '1 Jahr'),
    ('year.n',             '%s years',                      '%s Jahre'),
    ('dose.1',             '1 dose',                        '1 Dosis'),
    ('dose.n',             '%s doses',                      '%s Dosen'),
    ('weekday.0',          'Monday',                        'Montag'),
    ('weekday.1',          'Tuesday',                       'Dienstag'),
    ('weekday.2',          'Wednesday',                     'Mittwoch'),
    ('weekday.3',          'Thursday',                      'Donnerstag'),
    ('weekday.4',          'Friday',                        'Freitag'),
    ('weekday.5',          'Saturday',                      'Samstag'),
    ('weekday.6',          'Sunday',                        'Sonntag'),
    ('weekdays.0',         'Mondays',                       'montags'),
    ('weekdays.1',         'Tuesdays',                      'dienstags'),
    ('weekdays.2',         'Wednesdays',                    'mittwochs'),
    ('weekdays.3',         'Thursdays',                     'donnerstags'),
    ('weekdays.4',         'Fridays',                       'freitags'),
    ('weekdays.5',         'Saturdays',                     'samstags'),
    ('weekdays.6',         'Sundays',                       'sonntags'),
    ('month_name.1',       'January',                       'Januar'),
    ('month_name.2',       'February',                      'Februar'),
    ('month_name.3',       'March',                         'März'),
    ('month_name.4',       'April',                         'April'),
    ('month_name.5',       'May',                           'Mai'),
    ('month_name.6',       'June',                          'Juni'),
    ('month_name.7',       'July',                          'Juli'),
    ('month_name.8',       'August',                        'August'),
    ('month_name.9',       'September',                     'September'),
    ('month_name.10',      'October',                       'Oktober'),
    ('month_name.11',      'November',                      'November'),
    ('month_name.12',      'December',                      'Dezember'),
    ('date',               '%s %s %s',                      '%s. %s %s'),
    ('date_and_time',      '%s at %s',                      '%s um %s'),
    ('date_in_utc',        '%s UTC',                        '%s UTC'),

    -- Days
    ('nth_day',            '%s day',                        '%s Tag'),
    ('week',               'week %s',                       'Woche %s'),
    ('nth_week',           'the %s week',                   'der %s Woche'),
    ('nth_weekday',        'the %s %s',                     '%s %s'),
    ('on_weekdays',        'on %s',                         '%s'),
    ('on_nth',             'on %s',                         'am %s'),
    ('on_date',            'on %s',                         'am %s'),
    ('day_of_month',       '%s %s',                         '%s. %s'),
    ('on_days',            'on the %s',                     'am %s'),
    ('in',                 'in %s',                         'im %s'),
    ('in_weeks',           '%s in %s',                      '%s in %s'),
    ('in_months',          '%s in %s',                      '%s im %s'),
    ('of_months',          '%s of %s',                      '%s im %s'),
    ('of_month',           '%s of the month',               '%s des Monats'),
    ('of_each_month',      '%s of each month',              '%s jedes Monats'),
    ('of_year',            '%s of the year',                '%s des Jahres'),
    ('of_each_year',       '%s of each year',               '%s jedes Jahres'),
    ('lacking.0',          '%s (no such day, no dose)',     '%s (fehlt der Tag, entfällt die Dosis)'),
    ('lacking.1',          '%s (no such day: the last one before it)', '%s (fehlt der Tag: am letzten davor)'),
    ('lacking.2',          '%s (no such day: the first one after it)', '%s (fehlt der Tag: am ersten danach)'),
    ('each_day_that',      'on each day that is %s',        'an jedem Tag, auf den zutrifft: %s'),
    ('and_also',           '%s and also %s',                '%s und zugleich %s'),
    ('that.monthday',      'the %s of the month',           'am %s des Monats'),
    ('that.yearday',       'the %s of the year',            'am %s des Jahres'),
    ('that.weekday',       'a %s',                          'ein %s'),
    ('that.nth_month',     '%s of the month',               'am %s des Monats'),
    ('that.nth_year',      '%s of the year',                'am %s des Jahres'),
    ('that.week',          'in %s of a year',               'in %s eines Jahres'),
    ('that.month',         'in %s',                         'im %s'),

    -- How often
    ('every.0.1',          'every second',                  'jede Sekunde'),
    ('every.0.n',          'every %s seconds',              'alle %s Sekunden'),
    ('every.1.1',          'every minute',                  'jede Minute'),
    ('every.1.n',          'every %s minutes',              'alle %s Minuten'),
    ('every.2.1',          'every hour',                    'jede Stunde'),
    ('every.2.n',          'every %s hours',                'alle %s Stunden'),
    ('every.3.1',          'every day',                     'jeden Tag'),
    ('every.3.n',          'every %s days',                 'alle %s Tage'),
    ('every.4.1',          'every week',                    'jede Woche'),
    ('every.4.n',          'every %s weeks',                'alle %s Wochen'),
    ('every.5.1',          'every month',                   'jeden Monat'),
    ('every.5.n',          'every %s months',               'alle %s Monate'),
    ('every.6.1',          'every year',                    'jedes Jahr'),
    ('every.6.n',          'every %s years',                'alle %s Jahre'),
    ('in_every_nth.5',     'in every %s month',             'in jedem %s Monat'),
    ('in_every_nth.6',     'in every %s year',              'in jedem %s Jahr'),
    ('times_a_day.2',      'twice a day',                   'zweimal täglich'),
    ('times_a_day.3',      'three times a day',             'dreimal täglich'),
    ('times_a_day.4',      'four times a day',              'viermal täglich'),
    ('only_these',         ', only the %s of these',        ', davon nur den %s'),
    ('but_only',           '%s, but only',                  '%s, aber nur'),
    ('but_only_in',        ', but only %s',                 ', aber nur %s'),
    ('on_each_day',        'on each day',                   'an jedem Tag'),
    ('on_each_day_in',     'on each day %s',                'an jedem Tag %s'),
    ('weeks_begin',        ', weeks beginning on %s',       ', Wochen ab %s'),

    -- Times of day
    ('at',                 ' at %s',                        ' um %s'),
    ('at_minutes',         ' at %s',                        ' in %s'),
    ('minutes_of_hours',   '%s of %s',                      '%s, %s'),
    ('numbers.hour.1',     'hour %s',                       'Stunde %s'),
    ('numbers.hour.n',     'hours %s',                      'Stunden %s'),
    ('numbers.minute.1',   'minute %s',                     'Minute %s'),
    ('numbers.minute.n',   'minutes %s',                    'Minuten %s'),
    ('numbers.second.1',   'second %s',                     'Sekunde %s'),
    ('numbers.second.n',   'seconds %s',                    'Sekunden %s'),
    ('from_to',            'from %s to %s',                 'von %s bis %s'),
    ('of_the_hour',        'in %s of the hour',             'in %s der Stunde'),
    ('of_the_minute',      'in %s of the minute',           'in %s der Minute'),

    -- From when until when
    ('from',               'from %s',                       'ab %s'),
    ('until',              ' until %s',                     ' bis %s'),
    ('until_before',       ' until just before %s',         ' bis kurz vor dem %s'),
    ('at_no_time',         'in effect at no time',          'zu keiner Zeit gültig'),
    ('never',              'never',                         'nie'),
    ('never_by_rule',      'never by this rule',            'nie nach dieser Regel'),
    ('never_by_cycle',     'never by this rule and cycle',  'nie nach dieser Regel und diesem Zyklus'),
    ('no_dose_by_rule',    'no dose by this rule %s',       'keine Dosis nach dieser Regel %s'),
    ('counting_left_out',  '%s counting those left out',    '%s einschließlich der ausgelassenen'),
    ('cycle',              '%s on, %s off',                 '%s Einnahme, %s Pause'),
    ('counted_from',       '%s counted from %s',            '%s gezählt ab %s'),
    ('cycle_doses',        '%s: %s',                        '%s: %s'),
    ('also',               ', also %s',                     ', auch %s'),
    ('but_not',            ', but not %s',                  ', nicht aber %s'),
    ('also_many',          ', also at %s single times',     ', auch zu %s einzelnen Zeiten'),
    ('but_not_many',       ', but not at %s single times',  ', nicht aber zu %s einzelnen Zeiten'),

    -- As needed, and how much
    ('as_needed',          'as needed',                     'bei Bedarf'),
    ('after_last',         '%s after the last dose',        '%s nach der letzten Dosis'),
    ('follows',            '%s after %s',                   '%s nach %s'),
    ('another_dose',       'a dose of another schedule',    'einer Dosis nach einem anderen Plan'),
    ('between_hours',      ', between %s and %s',           ', zwischen %s und %s'),
    ('apart',              ', at least %s apart',           ', mindestens %s Abstand'),
    ('at_most',            ', at most %s %s',               ', höchstens %s %s'),
    ('a_day',              'a day',                         'am Tag'),
    ('days_in_a_row',      'on any %s days in a row',       'an je %s Tagen in Folge'),
    ('in_any',             'in any %s',                     'je %s'),
    ('amount',             '%s %s',                         '%s %s'),
    ('unit.tablet.1',      'tablet',                        'Tablette'),
    ('unit.tablet.n',      'tablets',                       'Tabletten'),
    ('unit.capsule.1',     'capsule',                       'Kapsel'),
    ('unit.capsule.n',     'capsules',                      'Kapseln'),
    ('unit.drop.1',        'drop',                          'Tropfen'),
    ('unit.drop.n',        'drops',                         'Tropfen'),
    ('unit.puff.1',        'puff',                          'Hub'),
    ('unit.puff.n',        'puffs',                         'Hübe'),
    ('unit.spray.1',       'spray',                         'Sprühstoß'),
    ('unit.spray.n',       'sprays',                        'Sprühstöße'),
    ('unit.patch.1',       'patch',                         'Pflaster'),
    ('unit.patch.n',       'patches',                       'Pflaster'),
    ('unit.suppository.1', 'suppository',                   'Zäpfchen'),
    ('unit.suppository.n', 'suppositories',                 'Zäpfchen'),
    ('unit.sachet.1',      'sachet',                        'Beutel'),
    ('unit.sachet.n',      'sachets',                       'Beutel'),
    ('unit.teaspoon.1',    'teaspoon',                      'Teelöffel'),
    ('unit.teaspoon.n',    'teaspoons',                     'Teelöffel'),
    ('unit.unit.1',        'unit',                          'Einheit'),
    ('unit.unit.n',        'units',                         'Einheiten'),
    ('instructions',       '%s; %s',                        '%s; %s'),

    -- Events of a person's day
    ('with_events',        '%s %s (%s)',                    '%s %s (%s)'),
    ('event.away',         '%s %s',                         '%s %s'),
    ('event.MORN',          'in the morning',                'am Morgen'),
    ('event.MORN.early',    'in the early morning',          'am frühen Morgen'),
    ('event.MORN.late',     'in the late morning',           'am späten Morgen'),
    ('event.NOON',          'at noon',                       'mittags'),
    ('event.AFT',           'in the afternoon',              'am Nachmittag'),
    ('event.AFT.early',     'in the early afternoon',        'am frühen Nachmittag'),
    ('event.AFT.late',      'in the late afternoon',         'am späten Nachmittag'),
    ('event.EVE',           'in the evening',                'am Abend'),
    ('event.EVE.early',     'in the early evening',          'am frühen Abend'),
    ('event.EVE.late',      'in the late evening',           'am späten Abend'),
    ('event.NIGHT',         'at night',                      'in der Nacht'),
    ('event.PHS',           'after going to sleep',          'nach dem Einschlafen'),
    ('event.HS',            'before going to sleep',         'vor dem Schlafengehen'),
    ('event.WAKE',          'after waking up',               'nach dem Aufwachen'),
    ('event.C',             'with meals',                    'zu den Mahlzeiten'),
    ('event.CM',            'with breakfast',                'zum Frühstück'),
    ('event.CD',            'with lunch',                    'zum Mittagessen'),
    ('event.CV',            'with dinner',                   'zum Abendessen'),
    ('event.AC',            'before meals',                  'vor den Mahlzeiten'),
    ('event.ACM',           'before breakfast',              'vor dem Frühstück'),
    ('event.ACD',           'before lunch',                  'vor dem Mittagessen'),
    ('event.ACV',           'before dinner',                 'vor dem Abendessen'),
    ('event.PC',            'after meals',                   'nach den Mahlzeiten'),
    ('event.PCM',           'after breakfast',               'nach dem Frühstück'),
    ('event.PCD',           'after lunch',                   'nach dem Mittagessen'),
    ('event.PCV',           'after dinner',                  'nach dem Abendessen'),

    -- Steps one after another
    ('regimen.for',        '%s for %s',                     '%2$s lang %1$s'),
    ('regimen.goes_on',    '%s until further notice',       'bis auf Weiteres %s'),
    ('regimen.in_turn',    '%s in turn',                    '%s im Wechsel'),
    ('regimen.gap',        'nothing for %s',                '%s lang nichts'),
    ('regimen.then',       ', then ',                       ', dann ');
END;
COMMENT ON FUNCTION medsched._sentence_patterns() IS
  'Internal: the words of sentences, a column for each language';

-- The patterns as an object, by language and key: the function is written here, and is a constant to the planner.
DO $write$
BEGIN
  EXECUTE format('CREATE OR REPLACE FUNCTION medsched._sentence_pattern_index() RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS %L',
    format('SELECT %L::pg_catalog.jsonb', (
      SELECT jsonb_object_agg(l.language, l.patterns)
        FROM (SELECT t.key AS language, jsonb_object_agg(p.key, t.value) AS patterns
                FROM medsched._sentence_patterns() AS p CROSS JOIN jsonb_each(to_jsonb(p) - 'key') AS t GROUP BY t.key) AS l)));
END
$write$;
COMMENT ON FUNCTION medsched._sentence_pattern_index() IS
  'Internal: the words of sentences, by language and key';

CREATE OR REPLACE FUNCTION medsched._check_language(language text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF language IS NULL THEN
    RAISE 'language must not be null' USING ERRCODE = 'null_value_not_allowed';
  ELSIF NOT medsched._sentence_pattern_index() ? language THEN
    RAISE 'language "%" is not recognized', medsched._shortened(language) USING ERRCODE = 'invalid_parameter_value',
      HINT = format('Languages are %s.', (SELECT string_agg(l, ', ' ORDER BY l) FROM jsonb_object_keys(medsched._sentence_pattern_index()) AS l));
  END IF;
END
$$;
COMMENT ON FUNCTION medsched._check_language(text) IS
  'Internal: error for a language that there are no sentences in';

CREATE OR REPLACE FUNCTION medsched._say(language text, key text, parts text[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN format(medsched._sentence_pattern_index() -> language ->> key, VARIADIC parts);
END
$$;
COMMENT ON FUNCTION medsched._say(text, text, text[]) IS
  'Internal: a pattern of a language with its parts';

CREATE OR REPLACE FUNCTION medsched._say(language text, key text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN medsched._sentence_pattern_index() -> language ->> key;
END
$$;
COMMENT ON FUNCTION medsched._say(text, text) IS
  'Internal: a pattern of a language that has no parts';
