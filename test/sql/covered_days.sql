\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(43);

-- The proportion of days covered and the medication possession ratio, against published examples; each is worked out by hand, too.

CREATE FUNCTION pg_temp.id(short text) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(short, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.prescribe(person text, name text, class text DEFAULT NULL, zone text DEFAULT 'UTC') RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  medication CONSTANT uuid := medsched.create_medication(pg_temp.id(person), name, jsonb_build_array(jsonb_build_object(
    'starts_at', '2001-01-01T08:00:00', 'time_zone', zone, 'rrule', 'FREQ=DAILY', 'dose_amount', 1)));
BEGIN
  IF class IS NOT NULL THEN
    PERFORM medsched.update_medication(pg_temp.id(person), medication, jsonb_build_object('therapeutic_class', class));
  END IF;
  RETURN medication;
END
$$;
-- Fills at noon UTC: dates, each with its days' supply.
CREATE FUNCTION pg_temp.fill(person text, name text, VARIADIC fills text[]) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(medsched.record_stock_entry(m.user_id, m.id, 'dispensed', 1, NULL, (split_part(f, ' ', 1) || ' 12:00Z')::timestamptz,
                                           nullif(split_part(f, ' ', 2), '')::int))
    FROM unnest(fills) AS f
    JOIN medsched.medications AS m ON m.user_id = pg_temp.id(person) AND m.name = $2
$$;
CREATE FUNCTION pg_temp.pdc(person text, window_start text, window_end text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat(coalesce(p.therapeutic_class, array_to_string(p.medication_names, ' + ')), ': ', p.days_covered, ' of ', p.days, ' days from ', p.first_fill,
                           ', ', p.percentage, '%'), '; ' ORDER BY p.therapeutic_class, p.medication_names)
    FROM medsched.proportion_of_days_covered(pg_temp.id(person), window_start::date, window_end::date) AS p
$$;
CREATE FUNCTION pg_temp.mpr(person text, window_start text, window_end text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat(p.days_supplied, ' for ', p.days, ' days, ', p.percentage, '%'), '; ' ORDER BY p.therapeutic_class, p.medication_names)
    FROM medsched.medication_possession_ratio(pg_temp.id(person), window_start::date, window_end::date) AS p
$$;

-- The Pharmacy Quality Alliance's examples of its measure PDC-DR (https://www.pqaalliance.org/assets/Measures/pdc-dr.js.txt, which
-- gives the dates of the first and last dose that each fill covers), in the measurement year 2018.
SELECT pg_temp.prescribe(person, drug, 'diabetes')
  FROM (VALUES ('a1', 'metformin'), ('a1', 'glipizide'), ('a2', 'metformin'), ('a2', 'glipizide'), ('a3', 'metformin'), ('a4', 'metformin')) AS t (person, drug) \g /dev/null
-- 1 January to 31 March, 1 April to 29 June.
SELECT is(pg_temp.fill('a1', 'metformin', '2018-01-01 90') + pg_temp.fill('a1', 'glipizide', '2018-04-01 90'), 2::bigint, 'one drug after the other');
SELECT is(pg_temp.pdc('a1', '2018-01-01', '2019-01-01'), 'diabetes: 180 of 365 days from 2018-01-01, 49.3%', 'covers the days of both');
SELECT is(pg_temp.fill('a2', 'metformin', '2018-01-01 90') + pg_temp.fill('a2', 'glipizide', '2018-01-01 90'), 2::bigint, 'two drugs at once');
SELECT is(pg_temp.pdc('a2', '2018-01-01', '2019-01-01'), 'diabetes: 90 of 365 days from 2018-01-01, 24.7%', 'cover a day once');
-- 25 March to 22 June, 5 July to 2 October, and, of the fill of 25 September, 3 October to 31 December.
SELECT is(pg_temp.fill('a3', 'metformin', '2018-03-25 90', '2018-07-05 90', '2018-09-25 90'), 3::bigint, 'filled before it was used up');
SELECT is(pg_temp.pdc('a3', '2018-01-01', '2019-01-01'), 'diabetes: 270 of 282 days from 2018-03-25, 95.7%', 'it lasts longer, and the time begins with the first fill');
-- 1 January to 31 March, 1 April to 29 June, 5 July to 2 October, 15 October to 31 December.
SELECT is(pg_temp.fill('a4', 'metformin', '2018-01-01 90', '2018-03-25 90', '2018-07-05 90', '2018-10-15 90'), 4::bigint, 'four fills');
SELECT is(pg_temp.pdc('a4', '2018-01-01', '2019-01-01'), 'diabetes: 348 of 365 days from 2018-01-01, 95.3%', 'the last is cut off with the year');
SELECT is(pg_temp.mpr('a4', '2018-01-01', '2019-01-01'), '360 for 365 days, 98.6%', 'which the possession ratio does not do');

-- R. S. Leslie, Using Arrays to Calculate Medication Utilization (SAS Global Forum 2007, paper 043-2007), example 1: days 1 to 30,
-- 117 to 146 and 176 to 180 of 180.
SELECT pg_temp.prescribe('b', 'a') \g /dev/null
SELECT is(pg_temp.fill('b', 'a', '2005-02-17 30', '2005-06-13 30', '2005-08-11 30'), 3::bigint, 'three claims in 180 days');
SELECT is(pg_temp.pdc('b', '2005-02-17', '2005-08-16'), 'a: 65 of 180 days from 2005-02-17, 36.1%', 'cover 30, 30 and 5');

-- The two patients of the vignette of AdhereR (A. L. Dima, D. Dediu, S. Allemann, "AdhereR: Adherence to Medications", table 1).
-- Its CMA1 is the ratio up to the last event, which is not in the window then, and CMA2 the ratio of the whole window; CMA6 counts the
-- days without medication, whichever it is, so all is one drug here.
SELECT pg_temp.prescribe('37', 'any'), pg_temp.prescribe('76', 'any') \g /dev/null
SELECT is(pg_temp.fill('37', 'any', '2036-04-10 50', '2036-07-30 50', '2036-09-15 50', '2037-01-02 30', '2037-01-31 30', '2037-05-09 30', '2037-08-13 30', '2037-11-09 30'),
  8::bigint, 'patient 37');
SELECT is(pg_temp.fill('76', 'any', '2035-12-13 30', '2036-01-18 30', '2036-01-23 60', '2036-04-25 60', '2036-08-08 60', '2036-10-03 60', '2036-11-29 60', '2036-12-21 30',
  '2037-01-05 30', '2037-07-13 30', '2037-10-11 30'), 11::bigint, 'patient 76');
SELECT is(pg_temp.mpr('37', '2037-01-02', '2037-08-13'), '90 for 223 days, 40.4%', 'CMA1 of patient 37: 0.4035874');
SELECT is(pg_temp.mpr('76', '2036-08-08', '2037-01-05'), '210 for 150 days, 140.0%', 'CMA1 of patient 76: 1.4');
-- The window begins 182 days after the first event, on 12 June 2036, and has 365 days.
SELECT is(pg_temp.mpr('76', '2036-06-12', '2037-06-12'), '240 for 308 days, 77.9%', 'CMA2 of patient 76: 77.9%');
SELECT is(pg_temp.pdc('76', '2036-06-12', '2037-06-12'), 'any: 240 of 308 days from 2036-08-08, 77.9%', 'CMA6 of patient 76: the same');
-- As the measure has it, two drugs: medA to 3 February, each fill after the other; medB from 21 December to 18 February, of which 15 days are more.
SELECT pg_temp.prescribe('77', 'medA', 'both'), pg_temp.prescribe('77', 'medB', 'BOTH') \g /dev/null
SELECT is(pg_temp.fill('77', 'medA', '2036-08-08 60', '2036-10-03 60', '2036-11-29 60') + pg_temp.fill('77', 'medB', '2036-12-21 30', '2037-01-05 30'), 5::bigint,
  'the same as two drugs of a class, whose name is compared without regard to case');
SELECT is(pg_temp.pdc('77', '2036-06-12', '2037-06-12'), 'BOTH: 195 of 308 days from 2036-08-08, 63.3%', 'a fill of another drug is not put off');

-- What the examples have not ----------------------------------------------------------

-- Without a class, each medication by itself; medications with one substance are one drug.
SELECT pg_temp.prescribe('c', 'brand'), pg_temp.prescribe('c', 'generic'), pg_temp.prescribe('c', 'another') \g /dev/null
UPDATE medsched.medications SET substance = CASE name WHEN 'brand' THEN 'Ramipril' ELSE 'ramipril' END, substance_amount = 5, substance_unit = 'mg'
 WHERE user_id = pg_temp.id('c') AND name <> 'another';
SELECT is(pg_temp.fill('c', 'brand', '2026-01-01 10') + pg_temp.fill('c', 'generic', '2026-01-05 10') + pg_temp.fill('c', 'another', '2026-01-11 3'), 3::bigint, 'a generic in place of a brand');
SELECT is(pg_temp.pdc('c', '2026-01-01', '2026-01-31'), 'another: 3 of 20 days from 2026-01-11, 15.0%; brand + generic: 20 of 30 days from 2026-01-01, 66.7%', 'is put off after it');
SELECT is(pg_temp.pdc('c', '2026-01-02', '2026-01-31'), 'another: 3 of 20 days from 2026-01-11, 15.0%; generic: 10 of 26 days from 2026-01-05, 38.5%', 'of what was filled before the window, nothing counts');
SELECT is(pg_temp.pdc('c', '2026-01-01', '2026-01-01'), NULL, 'an empty window has none');
SELECT is(pg_temp.pdc('c', '2026-02-01', '2026-03-01'), NULL, 'nor has one without a fill');
-- Two fills of one day, and a gap.
SELECT pg_temp.prescribe('d', 'x') \g /dev/null
SELECT is(pg_temp.fill('d', 'x', '2026-01-01 5', '2026-01-01 5', '2026-01-12 5', '2026-01-31 5'), 4::bigint, 'two fills of one day');
-- 1 to 10, 12 to 16 and 31 January.
SELECT is(pg_temp.pdc('d', '2026-01-01', '2026-02-01'), 'x: 16 of 31 days from 2026-01-01, 51.6%', 'are one after the other');
SELECT is(pg_temp.mpr('d', '2026-01-01', '2026-02-01'), '20 for 31 days, 64.5%', 'all that was supplied');
SELECT is(pg_temp.fill('d', 'x', '2026-01-20 300'), 1::bigint, 'more than it takes');
SELECT is(pg_temp.pdc('d', '2026-01-01', '2026-02-01'), 'x: 27 of 31 days from 2026-01-01, 87.1%', 'covers to the end at most');
SELECT is(pg_temp.mpr('d', '2026-01-01', '2026-02-01'), '320 for 31 days, 1032.3%', 'and the ratio shows it');
-- A fill that does not say for how long it is.
SELECT pg_temp.prescribe('e', 'y') \g /dev/null
SELECT is(pg_temp.fill('e', 'y', '2026-01-01'), 1::bigint, 'a fill of no days'' supply');
SELECT is(p::text, format('(,{%s},{y},,,0,,0,1)', p.medication_ids[1]), 'is not guessed about, but told')
  FROM medsched.proportion_of_days_covered(pg_temp.id('e'), '2026-01-01', '2026-02-01') AS p;
SELECT is(pg_temp.fill('e', 'y', '2026-01-11 10'), 1::bigint, 'another that says so');
SELECT is((p.first_fill, p.days, p.days_covered, p.fills, p.fills_without_days_supply), (date '2026-01-11', 21, 10, 1, 1), 'counts by itself')
  FROM medsched.proportion_of_days_covered(pg_temp.id('e'), '2026-01-01', '2026-02-01') AS p;
-- The date is that of the schedule: 23:30 UTC on 31 December is the new year in Berlin.
SELECT pg_temp.prescribe('f', 'z', zone => 'Europe/Berlin') AS z \gset
SELECT medsched.record_stock_entry(pg_temp.id('f'), :'z', 'dispensed', 1, NULL, '2025-12-31 23:30Z', 7) \g /dev/null
SELECT is(pg_temp.pdc('f', '2026-01-01', '2026-01-08'), 'z: 7 of 7 days from 2026-01-01, 100.0%', 'a day is one of the person''s clock');
SELECT is(pg_temp.pdc('f', '2025-01-01', '2026-01-01'), NULL, 'and of no other');

-- Everybody's in one query: the same as each by himself.
SELECT results_eq($$SELECT user_id, therapeutic_class, medication_ids, medication_names, first_fill, days, days_covered, days_supplied, proportion_of_days_covered,
                           medication_possession_ratio, fills, fills_without_days_supply
                      FROM medsched.covered_days_of_all('2018-01-01', '2019-01-01') ORDER BY user_id$$,
  $$SELECT u.id, p.therapeutic_class, p.medication_ids, p.medication_names, p.first_fill, p.days, p.days_covered, r.days_supplied, p.percentage, r.percentage,
           p.fills, p.fills_without_days_supply
      FROM (SELECT DISTINCT user_id FROM medsched.medications ORDER BY user_id) AS u (id)
     CROSS JOIN LATERAL medsched.proportion_of_days_covered(u.id, '2018-01-01', '2019-01-01') AS p
     CROSS JOIN LATERAL medsched.medication_possession_ratio(u.id, '2018-01-01', '2019-01-01') AS r ORDER BY u.id$$, 'of all, the same');

SELECT is(pg_temp.failure(call), wanted, call)
FROM (VALUES
  ($$SELECT medsched.proportion_of_days_covered(NULL, '2026-01-01', '2026-02-01')$$, '22004: user_id must not be null'),
  ($$SELECT medsched.medication_possession_ratio(pg_temp.id('a'), NULL, '2026-02-01')$$, '22004: window_start must not be null'),
  ($$SELECT medsched.covered_days_of_all('2026-01-01', 'infinity')$$, '22023: window_end must be finite'),
  ($$SELECT medsched.covered_days_of_all('0001-12-31 BC', '2026-01-01')$$, '22023: window_start is out of range | It is 0001-12-31 BC. | Use a date in the years 1 to 9999.'),
  ($$SELECT medsched.covered_days_of_all('2026-02-01', '2026-01-01')$$, '22023: window_end must not be before window_start | The window is from 2026-02-01 to 2026-01-01.'),
  ($$SELECT medsched.update_medication(pg_temp.id('b'), (SELECT id FROM medsched.medications WHERE user_id = pg_temp.id('b')), '{"therapeutic_class": " "}')$$,
   '23514 medsched.medications.medications_therapeutic_class_not_blank: changes.therapeutic_class must have 1 to 1000 characters, and begin and end with no blank | It is " ".')
) AS t (call, wanted);

SELECT * FROM finish();
