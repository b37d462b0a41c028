-- The phrases of sigs: what a run of words means.
--
-- In a phrase '#' is a number and '##' a range of numbers, '~' a unit, '@' a day of the week, '$' a time as 08:00, '!' a pattern as
-- 1-0-1-0; every other word stands for its spellings in _sig_words().  The longest phrase that fits is taken.
--
-- kind says what n, unit and events are of:
--   amount                       a dose's amount; strength: said beside it
--   times, times_range           n doses a day; times_at_most: no more than that
--   daily, each_day              once a day, unless times of day say otherwise; each_day: only of one thing
--   hours, minutes               n between doses; hours_range, hours_at_least: no less than that
--   days, weeks, months          every n of them; week_times: n doses a week
--   event, meals                 when in the day, events of timing_events(); meals: with words that do not say how many
--   offset                       the number of units before or after an event
--   weekday, weekdays, clock     days and times
--   for_days, for_weeks, for_months, doses, at_most_days    how long
--   prn, limit, reason           as needed, at most so much in so long, and what for
--   words, verb                  what else to observe; verb: stands before what follows
--
-- n is NULL where the phrase has the number.  words: NULL where those of the sig are right.
CREATE OR REPLACE FUNCTION medsched._sig_phrases()
RETURNS TABLE (phrase text, kind text, n int, unit text, events text[], words text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT p.phrase, p.kind, p.n, p.unit, p.events, NULL::text
  FROM (VALUES
    ('# ~',            'amount', NULL::int, NULL::text, NULL::text[]),
    ('# of a ~',       'amount', NULL, NULL, NULL),
    ('# a ~',          'half', NULL, NULL, NULL),
    ('a # ~',          'half', NULL, NULL, NULL),
    ('a ~',            'amount', 1, NULL, NULL),
    ('# dose',         'amount', NULL, 'dose', NULL),
    ('#',              'amount', NULL, NULL, NULL),
    ('## ~',           'amount_range', NULL, NULL, NULL),
    ('##',             'amount_range', NULL, NULL, NULL),
    ('# # ~ ~',        'amount_of_strength', NULL, NULL, NULL),
    ('# # ~ spoonful', 'amount_of_spoonfuls', NULL, NULL, NULL),
    ('# # ~ spoonfuls', 'amount_of_spoonfuls', NULL, NULL, NULL),
    ('# x # ~ spoonful', 'amount_of_spoonfuls', NULL, NULL, NULL),
    ('# x # ~ spoonfuls', 'amount_of_spoonfuls', NULL, NULL, NULL),
    ('~ # ~',          'amount_after_verb', NULL, NULL, NULL),
    ('( # ~ )',        'strength', NULL, NULL, NULL),
    ('( # ~ total )',  'strength', NULL, NULL, NULL),
    ('( total # ~ )',  'strength', NULL, NULL, NULL),
    ('!',              'pattern', NULL, NULL, NULL),
    ('! ~',            'pattern', NULL, NULL, NULL),

    ('daily',          'daily', 1, NULL, NULL),
    ('every day',      'daily', 1, NULL, NULL),
    ('every # hour',   'hours', NULL, NULL, NULL),
    ('once every # hour', 'hours', NULL, NULL, NULL),
    ('every hour',     'hours', 1, NULL, NULL),
    ('hourly',         'hours', 1, NULL, NULL),
    ('# hourly',       'hours', NULL, NULL, NULL),
    ('every # hourly', 'hours', NULL, NULL, NULL),
    ('toutes the # hour', 'hours', NULL, NULL, NULL),
    ('tous the day',   'daily', 1, NULL, NULL),
    ('every ## hour',  'hours_range', NULL, NULL, NULL),
    ('## hourly',      'hours_range', NULL, NULL, NULL),
    ('every ## hourly', 'hours_range', NULL, NULL, NULL),
    ('up to every # hour', 'hours_at_least', NULL, NULL, NULL),
    ('at least # hour apart', 'hours_at_least', NULL, NULL, NULL),
    ('every # minute', 'minutes', NULL, NULL, NULL),
    ('bid',            'times', 2, NULL, NULL),
    ('tid',            'times', 3, NULL, NULL),
    ('qid',            'times', 4, NULL, NULL),
    ('qod',            'days', 2, NULL, NULL),
    ('every third day', 'days', 3, NULL, NULL),
    ('once every third day', 'days', 3, NULL, NULL),
    ('on alternate day', 'days', 2, NULL, NULL),
    ('alternate day',  'days', 2, NULL, NULL),
    ('every alternate day', 'days', 2, NULL, NULL),
    ('weekly',         'weeks', 1, NULL, NULL),
    ('monthly',        'months', 1, NULL, NULL),
    ('# time weekly',  'week_times', NULL, NULL, NULL),
    ('# time a week',  'week_times', NULL, NULL, NULL),
    ('# time every week', 'week_times', NULL, NULL, NULL),
    ('# x a week',     'week_times', NULL, NULL, NULL),
    ('# x weekly',     'week_times', NULL, NULL, NULL),
    ('# day a week',   'week_times', NULL, NULL, NULL),
    ('twice weekly',   'week_times', 2, NULL, NULL),
    ('twice a week',   'week_times', 2, NULL, NULL),
    ('thrice weekly',  'week_times', 3, NULL, NULL),

    ('@',              'weekday', NULL, NULL, NULL),
    ('on @',           'weekday', NULL, NULL, NULL),
    ('every @',        'weekday', NULL, NULL, NULL),
    ('on every @',     'weekday', NULL, NULL, NULL),
    ('every other @',  'weekday', 2, NULL, NULL),
    ('@ through @',    'weekdays', NULL, NULL, NULL),
    ('@ to @',         'weekdays', NULL, NULL, NULL),
    ('on @ through @', 'weekdays', NULL, NULL, NULL),
    ('on @ to @',      'weekdays', NULL, NULL, NULL),
    ('on weekdays',    'weekday_list', NULL, '12345', NULL),
    ('on weekends',    'weekday_list', NULL, '67', NULL),
    ('mwf',            'weekday_list', NULL, '135', NULL),
    ('$',              'clock', NULL, NULL, NULL),
    ('at $',           'clock', NULL, NULL, NULL),
    ('$ am',           'clock', NULL, 'am', NULL),
    ('$ pm',           'clock', NULL, 'pm', NULL),
    ('at $ am',        'clock', NULL, 'am', NULL),
    ('at $ pm',        'clock', NULL, 'pm', NULL),
    ('at # am',        'clock', NULL, 'am', NULL),
    ('at # pm',        'clock', NULL, 'pm', NULL),
    ('# am',           'further_clock', NULL, 'am', NULL),
    ('# pm',           'further_clock', NULL, 'pm', NULL),

    ('for # night',    'for_days', NULL, NULL, NULL),
    ('for # dose',     'doses', NULL, NULL, NULL),
    ('x # dose',       'doses', NULL, NULL, NULL),
    ('for up to # day', 'at_most_days', 1, NULL, NULL),
    ('up to # day',    'at_most_days', 1, NULL, NULL),
    ('for up to # week', 'at_most_days', 7, NULL, NULL),

    ('qam',            'event', NULL, NULL, '{MORN}'),
    ('om',             'event', NULL, NULL, '{MORN}'),
    ('first thing in the morning', 'event', NULL, NULL, '{MORN}'),
    ('qpm',            'event', NULL, NULL, '{EVE}'),
    ('on',             'omni_nocte', NULL, NULL, '{NIGHT}'),
    ('au bedtime',     'event', NULL, NULL, '{HS}'),
    ('ac',             'meals', NULL, NULL, '{AC}'),
    ('pc',             'meals', NULL, NULL, '{PC}'),
    ('achs',           'event', NULL, NULL, '{AC,HS}'),
    ('ac bedtime',     'event', NULL, NULL, '{AC,HS}'),
    ('with morning and evening meal', 'event', NULL, NULL, '{CM,CV}'),
    ('with the morning and evening meal', 'event', NULL, NULL, '{CM,CV}'),

    ('for',            'reason', NULL, NULL, NULL),
    ('for the',        'reason', NULL, NULL, NULL),
    ('for treatment of', 'reason', NULL, NULL, NULL),
    ('for the treatment of', 'reason', NULL, NULL, NULL),
    ('to treat',       'reason', NULL, NULL, NULL),
    ('due to',         'reason', NULL, NULL, NULL),
    ('to prevent',     'reason', NULL, NULL, NULL))
    AS p (phrase, kind, n, unit, events)

  UNION ALL        -- so many times a day
  SELECT concat_ws(' ', f.phrase, d.phrase), f.kind, f.n, NULL, NULL, NULL
  FROM (VALUES ('# time', 'times', NULL::int), ('# x', 'times', NULL), ('once', 'once', 1), ('twice', 'times', 2), ('thrice', 'times', 3),
               ('## time', 'times_range', NULL), ('## x', 'times_range', NULL), ('up to # time', 'times_at_most', NULL),
               ('up to once', 'times_at_most', 1), ('up to twice', 'times_at_most', 2), ('max # time', 'times_at_most', NULL), ('max of # time', 'times_at_most', NULL),
               ('no more than # time', 'times_at_most', NULL), ('not more than # time', 'times_at_most', NULL), ('not to exceed # time', 'times_at_most', NULL),
               ('no more than once', 'times_at_most', 1), ('no more than twice', 'times_at_most', 2)) AS f (phrase, kind, n)
  CROSS JOIN (VALUES ('daily'), ('a day'), ('every day'), ('day')) AS d (phrase)
  WHERE d.phrase <> 'day' OR f.phrase = '# x'

  UNION ALL        -- every so many days, weeks or months
  SELECT concat_ws(' ', o.phrase, e.phrase, u.unit), concat(u.unit, 's', CASE WHEN o.phrase = '# time' THEN '_times' END), e.n, NULL, NULL, NULL
  FROM (VALUES (NULL), ('once'), ('# time')) AS o (phrase)
  CROSS JOIN (VALUES ('every #', NULL::int), ('every other', 2), ('every second', 2), ('every', 1), ('a', 1)) AS e (phrase, n)
  CROSS JOIN (VALUES ('day'), ('week'), ('month')) AS u (unit)
  WHERE NOT (u.unit = 'day' AND e.phrase IN ('every', 'a')) AND NOT (u.unit = 'week' AND e.phrase IN ('every', 'a') AND o.phrase IS NOT DISTINCT FROM '# time')
    AND NOT (e.phrase = 'a' AND o.phrase IS NULL)
  UNION ALL
  SELECT 'once ' || u.phrase, u.kind, 1, NULL, NULL, NULL
  FROM (VALUES ('weekly', 'weeks'), ('monthly', 'months')) AS u (phrase, kind)
  UNION ALL        -- "1 tablet a day", but of "2 tablets a day" nobody knows how many at once
  SELECT 'a ' || u.unit, 'each_' || u.unit, 1, NULL, NULL, NULL
  FROM (VALUES ('day'), ('week'), ('month')) AS u (unit)

  UNION ALL        -- parts of the day
  SELECT concat_ws(' ', b.phrase, e.phrase), 'event', b.n, NULL, e.events, NULL
  FROM (VALUES (NULL, NULL::int), ('in', NULL), ('in the', NULL), ('at', NULL), ('at the', NULL), ('the', NULL), ('every', NULL),
               ('during the', NULL), ('once every', NULL), ('once in the', NULL), ('once at', NULL), ('on', NULL), ('every other', 2)) AS b (phrase, n)
  CROSS JOIN (VALUES ('morning', '{MORN}'::text[]), ('am', '{MORN}'), ('noon', '{NOON}'), ('afternoon', '{AFT}'), ('evening', '{EVE}'), ('pm', '{EVE}'),
                     ('night', '{NIGHT}'), ('bedtime', '{HS}'), ('bed time', '{HS}'), ('night time', '{NIGHT}'), ('hour of sleep', '{HS}'),
                     ('night before bed', '{HS}'), ('night at bedtime', '{HS}'), ('night before bedtime', '{HS}'),
                     ('morning and evening', '{MORN,EVE}'), ('morning and night', '{MORN,NIGHT}'),
                     ('evening before bed', '{HS}'), ('evening before bedtime', '{HS}')) AS e (phrase, events)
  WHERE b.phrase IS DISTINCT FROM 'on' OR e.phrase IN ('morning', 'evening', 'night')
  UNION ALL
  SELECT concat_ws(' ', b.phrase, e.phrase), 'event', NULL, NULL, e.events, NULL
  FROM (VALUES ('before'), ('prior to'), ('just before'), ('right before')) AS b (phrase)
  CROSS JOIN (VALUES ('bed', '{HS}'::text[]), ('bedtime', '{HS}'), ('going to bed', '{HS}'), ('sleep', '{HS}'), ('sleeping', '{HS}')) AS e (phrase, events)
  UNION ALL
  SELECT concat_ws(' ', b.phrase, e.phrase), 'event', NULL, NULL, '{WAKE}', NULL
  FROM (VALUES ('on'), ('upon'), ('after')) AS b (phrase)
  CROSS JOIN (VALUES ('waking'), ('awakening'), ('waking up'), ('arising'), ('rising')) AS e (phrase)

  UNION ALL        -- meals
  SELECT concat_ws(' ', r.phrase, t.phrase, m.phrase), 'event', NULL, NULL, ARRAY[r.event || m.meal], NULL
  FROM (VALUES ('with', 'C'), ('at', 'C'), ('before', 'AC'), ('prior to', 'AC'), ('after', 'PC'), ('following', 'PC'), ('just before', 'AC'), ('right after', 'PC')) AS r (phrase, event)
  CROSS JOIN (VALUES (NULL), ('the'), ('your'), ('every'), ('a')) AS t (phrase)
  CROSS JOIN (VALUES ('breakfast', 'M'), ('morning meal', 'M'), ('first meal of the day', 'M'), ('lunch', 'D'), ('noon meal', 'D'),
                     ('dinner', 'V'), ('evening meal', 'V')) AS m (phrase, meal)
  UNION ALL        -- "with breakfast and dinner"
  SELECT m.phrase, 'further_meal', NULL, m.meal, NULL, NULL
  FROM (VALUES ('breakfast', 'M'), ('lunch', 'D'), ('dinner', 'V'), ('evening meal', 'V'), ('the evening meal', 'V')) AS m (phrase, meal)
  UNION ALL        -- all meals, where it is said; else "with meals" are words, unless there are as many doses
  SELECT concat_ws(' ', r.phrase, t.phrase, 'meal'), CASE WHEN t.phrase = 'every' THEN 'event' ELSE 'meals' END, NULL, NULL, ARRAY[r.event], NULL
  FROM (VALUES ('with', 'C'), ('at', 'C'), ('before', 'AC'), ('prior to', 'AC'), ('after', 'PC'), ('following', 'PC'), ('immediately before', 'AC'), ('just before', 'AC'),
               ('immediately after', 'PC')) AS r (phrase, event)
  CROSS JOIN (VALUES (NULL), ('every'), ('the'), ('your')) AS t (phrase)
  UNION ALL        -- "30 minutes before breakfast"
  SELECT concat_ws(' ', l.phrase, a.phrase, u.phrase, r.phrase, e.phrase), e.kind, a.n, u.unit, ARRAY[r.event || e.event], NULL
  FROM (VALUES (NULL), ('at least'), ('about')) AS l (phrase)
  CROSS JOIN (VALUES ('#', NULL::int), ('##', NULL), ('a', 1)) AS a (phrase, n)
  CROSS JOIN (VALUES ('minute', 'minutes'), ('hour', 'hours')) AS u (phrase, unit)
  CROSS JOIN (VALUES ('before', 'A'), ('prior to', 'A'), ('after', 'P')) AS r (phrase, event)
  CROSS JOIN (VALUES ('breakfast', 'offset', 'CM'), ('the morning meal', 'offset', 'CM'), ('morning meal', 'offset', 'CM'),
                     ('first meal of the day', 'offset', 'CM'), ('the first meal of the day', 'offset', 'CM'), ('lunch', 'offset', 'CD'),
                     ('dinner', 'offset', 'CV'), ('evening meal', 'offset', 'CV'), ('the evening meal', 'offset', 'CV'), ('bedtime', 'offset', 'HS'), ('bed', 'offset', 'HS'),
                     ('every meal', 'offset', 'C'), ('meal', 'offset_meals', 'C'), ('a meal', 'words', ''), ('food', 'words', ''), ('eating', 'words', ''),
                     ('the meal', 'words', '')) AS e (phrase, kind, event)
  WHERE NOT (e.event = 'HS' AND r.event = 'P')

  UNION ALL        -- how long
  SELECT concat_ws(' ', f.phrase, u.unit), 'for_' || u.unit || 's', NULL, NULL, NULL, NULL
  FROM (VALUES ('for #'), ('x #'), ('for # full'), ('for a total of #'), ('for the next #'), ('for total of #')) AS f (phrase)
  CROSS JOIN (VALUES ('day'), ('week'), ('month')) AS u (unit)
  UNION ALL
  SELECT 'for a ' || u.unit, 'for_' || u.unit || 's', 1, NULL, NULL, NULL
  FROM (VALUES ('week'), ('month')) AS u (unit)

  UNION ALL        -- as needed
  SELECT s.phrase, 'prn', NULL, NULL, NULL, NULL
  FROM (VALUES ('prn'), ('as needed'), ('as required'), ('as necessary'), ('when needed'), ('when required'), ('when necessary'), ('if needed'),
               ('if required'), ('if necessary'), ('only if needed'), ('only when needed'), ('only as needed'), ('bei bedarf'), ('b bedarf'), ('si besoin'), ('au besoin'), ('en cas de besoin'))
    AS s (phrase)
  UNION ALL        -- "max 6 in 24 h", "not to exceed 4 g a day"
  SELECT concat_ws(' ', b.phrase, q.phrase, l.phrase), 'limit', q.n, l.unit, NULL, NULL
  FROM (VALUES ('max'), ('max of'), ('max dose'), ('max dose of'), ('up to'), ('up to a max of'), ('to a max of'), ('not to exceed'), ('do not exceed'), ('no more than'), ('not more than'),
               ('do not take more than'), ('do not use more than'), ('dont exceed')) AS b (phrase)
  CROSS JOIN (VALUES ('# ~', NULL::int), ('#', NULL), ('# dose', 1)) AS q (phrase, n)
  CROSS JOIN (VALUES ('in # hour', 'hours'), ('in any # hour', 'hours'), ('in a # hour period', 'hours'), ('a # hour', 'hours'), ('every # hour', 'hours'), ('within # hour', 'hours'), ('in # hour period', 'hours'),
                     ('a day', 'day'), ('daily', 'day'), ('in a day', 'day'), ('in # day', 'days'), ('every day', 'day'), ('a week', 'week')) AS l (phrase, unit)
  UNION ALL
  SELECT concat_ws(' ', b.phrase, q.phrase), 'limit', q.n, 'day', NULL, NULL
  FROM (VALUES ('max daily dose'), ('max daily dose of'), ('max daily dose :'), ('max daily dose is'), ('max a day'), ('max a day :')) AS b (phrase)
  CROSS JOIN (VALUES ('# ~', NULL::int), ('#', NULL), ('# dose', 1)) AS q (phrase, n)

  UNION ALL
  SELECT w.phrase, w.kind, NULL, NULL, NULL, w.words
  FROM medsched._sig_instructions() AS w;
END;
COMMENT ON FUNCTION medsched._sig_phrases() IS
  'Internal: the phrases of sigs and what they mean';
