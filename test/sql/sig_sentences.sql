\i test/setup.psql
BEGIN;
SELECT plan(733);
\i test/data/sigs.sql

CREATE FUNCTION pg_temp.short(sig text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  code text;
  message text;
  detail text;
BEGIN
  RETURN (
    SELECT string_agg(concat_ws(' | ',
             CASE WHEN s ? 'as_needed'
                  THEN concat_ws(' ', 'PRN', s ->> 'min_interval',
                         (SELECT string_agg(concat(coalesce(l ->> 'amount', (l ->> 'doses') || 'x'), '/', coalesce(l ->> 'within', (l ->> 'days') || 'd')), ' ')
                            FROM jsonb_array_elements(s -> 'limits') AS l), 'until ' || (s ->> 'ends_at'))
                  ELSE replace(replace(replace(regexp_replace(s ->> 'rrule', 'FREQ=|;BYSECOND=0|;BYMINUTE=0(?![0-9,])', '', 'g'),
                         ';BYHOUR=', ' '), ';BYMINUTE=', ':'), 'DAILY ', '')
                       || CASE WHEN s ->> 'rrule' ~ 'HOURLY' THEN ' from ' || substr(s ->> 'starts_at', 12, 5) ELSE '' END END,
             nullif(concat_ws(' ', s ->> 'dose_amount', s ->> 'dose_unit'), ''), s ->> 'instructions'), ' + ' ORDER BY nth)
      FROM jsonb_array_elements(medsched.schedule_from_sig(sig, '2027-03-01', 'Europe/Berlin')) WITH ORDINALITY AS x (s, nth));
EXCEPTION WHEN data_exception OR feature_not_supported THEN
  GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN concat(code, ' ', substr(message, length(sig) + 8), ' (' || nullif(detail, '') || ')');
END $$;

SELECT is(pg_temp.short(s.sig), s.gives, s.sig) FROM sigs AS s ORDER BY s.nth;

-- The tables.
SELECT is((SELECT string_agg(p.phrase, '; ') FROM (SELECT p.phrase FROM medsched._sig_phrases() AS p GROUP BY p.phrase HAVING count(*) > 1) AS p),
  NULL, 'each phrase has one meaning');
SELECT is((SELECT string_agg(DISTINCT format('%s: %s', p.phrase, w.spelling), '; ')
             FROM medsched._sig_phrases() AS p CROSS JOIN string_to_table(p.phrase, ' ') AS s (word)
             JOIN medsched._sig_words() AS w ON w.spelling = s.word AND w.word <> s.word AND w.class <> 'refused'),
  NULL, 'the words of phrases are those that stand for all');
SELECT is((SELECT string_agg(w.spelling, ' ') FROM (SELECT w.spelling FROM medsched._sig_words() AS w GROUP BY w.spelling HAVING count(*) > 1) AS w),
  NULL, 'each word has one meaning');

SELECT * FROM finish();
ROLLBACK;
