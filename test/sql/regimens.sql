\i test/setup.psql
BEGIN;
SELECT plan(12);

-- The anchor: Monday 2 March 2026.
\i test/data/regimens.sql
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', 'every medication has a schedule');

SELECT is(count(*)::int, 12, 'twelve medications') FROM medsched.medications;
SELECT is(count(*)::int, 16, 'in sixteen schedules') FROM medsched.schedules;

-- levothyroxine 7, metformin 14, alendronate 1, B12 1; amoxicillin at 72, 80,
-- ... 232 hours from Friday 06:00: 21.
SELECT is(count(*)::int, 7 + 14 + 1 + 1 + 21, 'a week in New York, 167 hours long')
FROM medsched.upcoming_doses(:'new_york', '2026-03-02 00:00-05', '2026-03-09 00:00-04');

-- warfarin 4 and 3, glargine 7, patch 3 (2, 5, 8 March), eye drops for 5 more days.
SELECT is(count(*)::int, 4 + 3 + 7 + 3 + 20, 'a week in Berlin')
FROM medsched.upcoming_doses(:'berlin', '2026-03-02 00:00+01', '2026-03-09 00:00+01');

-- methotrexate 1, prednisone 3 of 30 mg and 4 of 20 mg, vaccination 1.
SELECT is(count(*)::int, 1 + 3 + 4 + 1, 'a week in Kolkata')
FROM medsched.upcoming_doses(:'kolkata', '2026-03-02 00:00+05:30', '2026-03-09 00:00+05:30');

-- The Saturday before the change and the Sunday of it, dose by dose: what is
-- daily keeps its wall clock, what is every eight hours keeps its distance.
SELECT results_eq(
  format($$
    SELECT scheduled_for, to_char(local_time, 'Dy HH24:MI'), medication_name
    FROM medsched.upcoming_doses(%L, '2026-03-07 00:00-05', '2026-03-09 00:00-04')
  $$, :'new_york'),
  $$VALUES
    (timestamptz '2026-03-07 11:00Z', 'Sat 06:00', 'amoxicillin'),
    ('2026-03-07 11:30Z', 'Sat 06:30', 'levothyroxine'),
    ('2026-03-07 13:00Z', 'Sat 08:00', 'metformin'),
    ('2026-03-07 19:00Z', 'Sat 14:00', 'amoxicillin'),
    ('2026-03-07 23:00Z', 'Sat 18:00', 'metformin'),
    ('2026-03-08 03:00Z', 'Sat 22:00', 'amoxicillin'),
    ('2026-03-08 10:00Z', 'Sun 06:00', 'alendronate'),
    ('2026-03-08 10:30Z', 'Sun 06:30', 'levothyroxine'),
    ('2026-03-08 11:00Z', 'Sun 07:00', 'amoxicillin'),
    ('2026-03-08 12:00Z', 'Sun 08:00', 'metformin'),
    ('2026-03-08 19:00Z', 'Sun 15:00', 'amoxicillin'),
    ('2026-03-08 22:00Z', 'Sun 18:00', 'metformin'),
    ('2026-03-09 03:00Z', 'Sun 23:00', 'amoxicillin')
  $$,
  'the weekend the clocks go forward in New York');

SELECT is(count(*)::int, 30, 'the course of amoxicillin is thirty doses')
FROM medsched.upcoming_doses(:'new_york', '2026-01-01 00:00Z', '2027-01-01 00:00Z')
WHERE medication_name = 'amoxicillin';

SELECT results_eq(
  format($$
    SELECT scheduled_for
    FROM medsched.upcoming_doses(%L, '2026-03-28 00:00+01', '2026-03-30 00:00+02')
    WHERE medication_name = 'insulin glargine'
  $$, :'berlin'),
  $$VALUES (timestamptz '2026-03-28 21:00Z'), ('2026-03-29 20:00Z')$$,
  'bedtime stays at 22:00 when the clocks go forward in Berlin');

SELECT results_eq(
  format($$
    SELECT dose_amount, min(local_time)::date, max(local_time)::date, count(*)::int
    FROM medsched.upcoming_doses(%L, '2026-02-01 00:00Z', '2026-04-01 00:00Z')
    WHERE medication_name = 'prednisone'
    GROUP BY dose_amount
    ORDER BY 2
  $$, :'kolkata'),
  $$VALUES
    (40.0, date '2026-02-23', date '2026-02-27', 5),
    (30.0, '2026-02-28', '2026-03-04', 5),
    (20.0, '2026-03-05', '2026-03-09', 5),
    (10.0, '2026-03-10', '2026-03-14', 5)
  $$,
  'the taper goes down in four steps without a gap');

SELECT results_eq(
  format($$
    SELECT local_time::date, dose_amount
    FROM medsched.upcoming_doses(%L, '2026-03-02 00:00+01', '2026-03-06 00:00+01')
    WHERE medication_name = 'warfarin'
  $$, :'berlin'),
  $$VALUES (date '2026-03-02', 5.0), ('2026-03-03', 2.5), ('2026-03-04', 5.0), ('2026-03-05', 2.5)$$,
  'warfarin alternates');

-- Two days: New York 2 + 3 + 1 + 6, Berlin 2 + 2 + 7, Kolkata 2.
SELECT results_eq(
  'SELECT user_id, count(*)::int FROM medsched.dose_taken GROUP BY user_id ORDER BY user_id',
  format('VALUES (uuid %L, 12), (%L, 11), (%L, 2)', :'new_york', :'berlin', :'kolkata'),
  'the doses of the two days before are recorded, but for two');

SELECT * FROM finish();
ROLLBACK;
