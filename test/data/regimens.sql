-- Twelve regimens as clinicians write them every day, for three people in three
-- time zones.  Loaded with psql; everything is dated from the variable anchor:
--
--   psql -1 -v anchor=2026-03-02 -f test/data/regimens.sql
--
-- In one transaction (-1): a medication without schedule is refused at its end.
-- Without a value the anchor is Monday 2 March 2026: the week that follows holds the
-- first Monday of the month, and ends with the change to daylight saving time
-- in New York, on Sunday 8 March at 02:00.
--
-- Doses are recorded for the two days before the anchor, all but those listed
-- at the end.

\if :{?anchor}
\else
\set anchor 2026-03-02
\endif
\set new_york 11111111-1111-4111-8111-111111111111
\set berlin 22222222-2222-4222-8222-222222222222
\set kolkata 33333333-3333-4333-8333-333333333333

INSERT INTO medsched.medications (user_id, id, name, notes) VALUES
  (:'new_york', '11111111-0000-4000-8000-000000000001', 'levothyroxine', 'hypothyroidism'),
  (:'new_york', '11111111-0000-4000-8000-000000000002', 'metformin', 'type 2 diabetes'),
  (:'new_york', '11111111-0000-4000-8000-000000000003', 'alendronate', 'osteoporosis'),
  (:'new_york', '11111111-0000-4000-8000-000000000004', 'cyanocobalamin', 'vitamin B12 deficiency'),
  (:'new_york', '11111111-0000-4000-8000-000000000005', 'amoxicillin', 'otitis media, a course of ten days'),
  (:'berlin', '22222222-0000-4000-8000-000000000001', 'warfarin', 'atrial fibrillation, INR 2 to 3'),
  (:'berlin', '22222222-0000-4000-8000-000000000002', 'insulin glargine', 'type 1 diabetes'),
  (:'berlin', '22222222-0000-4000-8000-000000000003', 'fentanyl patch', 'chronic pain'),
  (:'berlin', '22222222-0000-4000-8000-000000000004', 'ofloxacin eye drops', 'conjunctivitis, a course of seven days'),
  (:'kolkata', '33333333-0000-4000-8000-000000000001', 'methotrexate', 'rheumatoid arthritis: once a WEEK'),
  (:'kolkata', '33333333-0000-4000-8000-000000000002', 'prednisone', 'flare, tapered over twenty days'),
  (:'kolkata', '33333333-0000-4000-8000-000000000003', 'influenza vaccine', NULL);

INSERT INTO medsched.schedules (user_id, id, medication_id, time_zone, starts_at, rrule, dose_amount, dose_unit, instructions) VALUES
  -- Daily before breakfast.
  (:'new_york', '11111111-0000-4001-8000-000000000001', '11111111-0000-4000-8000-000000000001', 'America/New_York',
   date :'anchor' - 400 + time '06:30', 'FREQ=DAILY',
   75, 'microgram', '30 minutes before breakfast, with water only'),
  -- Twice daily with meals.
  (:'new_york', '11111111-0000-4001-8000-000000000002', '11111111-0000-4000-8000-000000000002', 'America/New_York',
   date :'anchor' - 200 + time '08:00', 'FREQ=DAILY;BYHOUR=8,18',
   500, 'mg', 'with a meal'),
  -- Weekly, on Sunday.
  (:'new_york', '11111111-0000-4001-8000-000000000003', '11111111-0000-4000-8000-000000000003', 'America/New_York',
   date :'anchor' - 90 + time '06:00', 'FREQ=WEEKLY;BYDAY=SU',
   70, 'mg', 'upright, with a full glass of water; stay upright for 30 minutes'),
  -- Monthly, on the first Monday.
  (:'new_york', '11111111-0000-4001-8000-000000000004', '11111111-0000-4000-8000-000000000004', 'America/New_York',
   date :'anchor' - 100 + time '09:00', 'FREQ=MONTHLY;BYDAY=1MO',
   1000, 'microgram', 'intramuscular'),
  -- Every 8 hours for 10 days: hours that pass, whatever the clocks do.
  (:'new_york', '11111111-0000-4001-8000-000000000005', '11111111-0000-4000-8000-000000000005', 'America/New_York',
   date :'anchor' - 3 + time '06:00', 'FREQ=HOURLY;INTERVAL=8;COUNT=30',
   500, 'mg', 'finish the course'),
  -- Two strengths on alternating days: two schedules, a day apart.
  (:'berlin', '22222222-0000-4001-8000-000000000001', '22222222-0000-4000-8000-000000000001', 'Europe/Berlin',
   date :'anchor' - 30 + time '18:00', 'FREQ=DAILY;INTERVAL=2',
   5, 'mg', NULL),
  (:'berlin', '22222222-0000-4001-8000-000000000002', '22222222-0000-4000-8000-000000000001', 'Europe/Berlin',
   date :'anchor' - 29 + time '18:00', 'FREQ=DAILY;INTERVAL=2',
   2.5, 'mg', NULL),
  -- At bedtime.
  (:'berlin', '22222222-0000-4001-8000-000000000003', '22222222-0000-4000-8000-000000000002', 'Europe/Berlin',
   date :'anchor' - 365 + time '22:00', 'FREQ=DAILY',
   20, 'units', 'at bedtime, subcutaneous'),
  -- Every 3 days.
  (:'berlin', '22222222-0000-4001-8000-000000000004', '22222222-0000-4000-8000-000000000003', 'Europe/Berlin',
   date :'anchor' - 6 + time '09:00', 'FREQ=DAILY;INTERVAL=3',
   25, 'microgram/h', 'remove the old patch; choose another place'),
  -- Four times daily for 7 days.
  (:'berlin', '22222222-0000-4001-8000-000000000005', '22222222-0000-4000-8000-000000000004', 'Europe/Berlin',
   date :'anchor' - 2 + time '08:00', 'FREQ=DAILY;BYHOUR=8,12,16,20;COUNT=28',
   1, 'drop', 'each eye'),
  -- Once weekly.
  (:'kolkata', '33333333-0000-4001-8000-000000000001', '33333333-0000-4000-8000-000000000001', 'Asia/Kolkata',
   date :'anchor' - 70 + time '19:00', 'FREQ=WEEKLY;BYDAY=WE',
   15, 'mg', 'on Wednesdays only, never daily'),
  -- A taper: successive schedules of one medication, five days each.
  (:'kolkata', '33333333-0000-4001-8000-000000000002', '33333333-0000-4000-8000-000000000002', 'Asia/Kolkata',
   date :'anchor' - 7 + time '08:00', 'FREQ=DAILY;COUNT=5',
   40, 'mg', 'with breakfast'),
  (:'kolkata', '33333333-0000-4001-8000-000000000003', '33333333-0000-4000-8000-000000000002', 'Asia/Kolkata',
   date :'anchor' - 2 + time '08:00', 'FREQ=DAILY;COUNT=5',
   30, 'mg', 'with breakfast'),
  (:'kolkata', '33333333-0000-4001-8000-000000000004', '33333333-0000-4000-8000-000000000002', 'Asia/Kolkata',
   date :'anchor' + 3 + time '08:00', 'FREQ=DAILY;COUNT=5',
   20, 'mg', 'with breakfast'),
  (:'kolkata', '33333333-0000-4001-8000-000000000005', '33333333-0000-4000-8000-000000000002', 'Asia/Kolkata',
   date :'anchor' + 8 + time '08:00', 'FREQ=DAILY;COUNT=5',
   10, 'mg', 'with breakfast'),
  -- Once.
  (:'kolkata', '33333333-0000-4001-8000-000000000006', '33333333-0000-4000-8000-000000000003', 'Asia/Kolkata',
   date :'anchor' + 1 + time '10:30', NULL,
   0.5, 'ml', 'intramuscular');

-- The two days before the anchor, by each person's own clock, were taken: but
-- for the metformin of the last evening and the eye drops of the last noon.
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_by)
SELECT u.user_id, d.schedule_id, d.scheduled_for, d.scheduled_for + interval '10 minutes', 'patient'
FROM (VALUES
    (uuid :'new_york', 'America/New_York'),
    (uuid :'berlin', 'Europe/Berlin'),
    (uuid :'kolkata', 'Asia/Kolkata')) AS u (user_id, time_zone)
CROSS JOIN LATERAL medsched.upcoming_doses(u.user_id,
    (date :'anchor' - 2)::timestamp AT TIME ZONE u.time_zone,
    (date :'anchor')::timestamp AT TIME ZONE u.time_zone) AS d
WHERE (d.medication_name, d.local_time) NOT IN (
    ('metformin', date :'anchor' - 1 + time '18:00'),
    ('ofloxacin eye drops', date :'anchor' - 1 + time '12:00'));
