\i test/setup.psql
BEGIN;

-- Words at the edges: UNTIL and ends_at at one instant, weeks, weekdays and days counted
-- from the end.  UNTIL is inclusive, ends_at is not; of the two a sentence has the earlier.
-- 2026 begins and ends on a Thursday and has 53 weeks, as 2032 has; 2027 has 52.
CREATE TEMP TABLE sentence (n int GENERATED ALWAYS AS IDENTITY, rule text, ends_at timestamptz, words text);
INSERT INTO sentence (rule, ends_at, words) VALUES
('FREQ=DAILY;UNTIL=20260103T070000Z', '2026-01-03 07:00Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until just before 3 January 2026 at 08:00'),
('FREQ=DAILY;UNTIL=20260103T070000Z', '2026-01-03 07:00:01Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until 3 January 2026 at 08:00'),
('FREQ=DAILY;UNTIL=20260103T070000Z', '2026-01-03 06:59:59Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until just before 3 January 2026 at 07:59:59'),
('FREQ=DAILY;UNTIL=20260103T080000', '2026-01-03 07:00Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until just before 3 January 2026 at 08:00'),
('FREQ=DAILY;UNTIL=20260103T080000', '2026-01-03 07:00:01Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until 3 January 2026 at 08:00'),
('FREQ=DAILY;UNTIL=20260103', '2026-01-03 22:59:59Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until just before 3 January 2026 at 23:59:59'),
('FREQ=DAILY;UNTIL=20260103', '2026-01-03 23:00Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until 3 January 2026'),
('FREQ=DAILY;UNTIL=20260103', '2026-01-02 23:00Z',
 'every day at 08:00, Europe/Berlin, from 1 January 2026 until 2 January 2026'),
('FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO', NULL,
 'on Mondays in the last week of each year at 08:00, Europe/Berlin, from 28 December 2026'),
('FREQ=YEARLY;BYWEEKNO=-1', NULL,
 'on Thursdays in the last week of each year at 08:00, Europe/Berlin, from 31 December 2026'),
('FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO', NULL,
 'on Mondays in week 1 and the last week of each year at 08:00, Europe/Berlin, from 28 December 2026'),
('FREQ=YEARLY;BYWEEKNO=-2;BYDAY=MO', NULL,
 'on Mondays in the 2nd-to-last week of each year at 08:00, Europe/Berlin, from 21 December 2026'),
('FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO', NULL,
 'on Mondays in week 53 of each year (no such day, no dose) at 08:00, Europe/Berlin, from 28 December 2026'),
('FREQ=YEARLY;BYWEEKNO=-53;BYDAY=MO', NULL,
 'on Mondays in the 53rd-to-last week of each year (no such day, no dose) at 08:00, Europe/Berlin, from 29 December 2031'),
('FREQ=MONTHLY;BYDAY=-1MO', NULL,
 'on the last Monday of each month at 08:00, Europe/Berlin, from 26 January 2026'),
('FREQ=MONTHLY;BYDAY=-5MO', NULL,
 'on the 5th-to-last Monday of each month (no such day, no dose) at 08:00, Europe/Berlin, from 2 March 2026'),
('FREQ=MONTHLY;BYMONTHDAY=-31', NULL,
 'on the 31st-to-last day of each month (no such day, no dose) at 08:00, Europe/Berlin, from 1 January 2026'),
('FREQ=YEARLY;BYYEARDAY=-1', NULL,
 'on the last day of each year at 08:00, Europe/Berlin, from 31 December 2026'),
('FREQ=YEARLY;BYYEARDAY=366', NULL,
 'on the 366th day of each year (no such day, no dose) at 08:00, Europe/Berlin, from 31 December 2028'),
('FREQ=YEARLY;BYYEARDAY=-366', NULL,
 'on the 366th-to-last day of each year (no such day, no dose) at 08:00, Europe/Berlin, from 1 January 2028'),
('FREQ=YEARLY;BYYEARDAY=365', NULL,
 'on the 365th day of each year at 08:00, Europe/Berlin, from 31 December 2026');

\i test/id.psql
INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(1), pg_temp.id(2), 'Words');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, ends_at)
SELECT pg_temp.id(1), pg_temp.id(n), pg_temp.id(2), '2026-01-01 08:00', 'Europe/Berlin', rule, ends_at::timestamptz
FROM (VALUES (11, 'FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO', NULL), (12, 'FREQ=DAILY;UNTIL=20260103T070000Z', '2026-01-03 07:00Z'),
  (13, 'FREQ=DAILY;UNTIL=20260103T080000', '2026-01-03 07:00:01Z'), (14, 'FREQ=DAILY;UNTIL=20260103T080000', NULL),
  (15, 'FREQ=DAILY;UNTIL=20260103T070000Z', NULL), (16, 'FREQ=HOURLY;INTERVAL=24;UNTIL=20260103T080000', NULL)) AS s(n, rule, ends_at);

CREATE TEMP TABLE explanation (n int GENERATED ALWAYS AS IDENTITY, schedule int, at timestamptz, words text);
INSERT INTO explanation (schedule, at, words) VALUES
(11, '2026-12-28 07:00Z',
 'A dose: the rule names Monday, 28 December 2026 at 08:00 in Europe/Berlin. Before: none. After: 2027-12-27 07:00:00+00.'),
(11, '2026-12-21 07:00Z',
 'No dose: at Monday, 21 December 2026 at 08:00 in Europe/Berlin BYWEEKNO does not include week 52. Before: none. After: 2026-12-28 07:00:00+00.'),
(11, '2027-12-27 07:00Z',
 'A dose: the rule names Monday, 27 December 2027 at 08:00 in Europe/Berlin. Before: 2026-12-28 07:00:00+00. After: 2028-12-25 07:00:00+00.'),
(11, '2027-01-04 07:00Z',
 'No dose: at Monday, 4 January 2027 at 08:00 in Europe/Berlin BYWEEKNO does not include week 1. Before: 2026-12-28 07:00:00+00. After: 2027-12-27 07:00:00+00.'),
(12, '2026-01-02 07:00Z',
 'A dose: the rule names Friday, 2 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-01 07:00:00+00. After: none.'),
(12, '2026-01-03 07:00Z',
 'No dose: the schedule ends at 2026-01-03 07:00:00+00. Before: 2026-01-02 07:00:00+00. After: none.'),
(13, '2026-01-03 07:00Z',
 'A dose: the rule names Saturday, 3 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-02 07:00:00+00. After: none.'),
(13, '2026-01-04 07:00Z',
 'No dose: the schedule ends at 2026-01-03 07:00:01+00. Before: 2026-01-03 07:00:00+00. After: none.'),
(14, '2026-01-03 07:00Z',
 'A dose: the rule names Saturday, 3 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-02 07:00:00+00. After: none.'),
(14, '2026-01-04 07:00Z',
 'No dose: the rule names Sunday, 4 January 2026 at 08:00 in Europe/Berlin, but UNTIL is over. Before: 2026-01-03 07:00:00+00. After: none.'),
(15, '2026-01-03 07:00Z',
 'A dose: the rule names Saturday, 3 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-02 07:00:00+00. After: none.'),
(15, '2026-01-04 07:00Z',
 'No dose: the rule names Sunday, 4 January 2026 at 08:00 in Europe/Berlin, but UNTIL is over. Before: 2026-01-03 07:00:00+00. After: none.'),
(16, '2026-01-03 07:00Z',
 'A dose: the rule names Saturday, 3 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-02 07:00:00+00. After: none.'),
(16, '2026-01-04 07:00Z',
 'No dose: the rule names Sunday, 4 January 2026 at 08:00 in Europe/Berlin, but UNTIL is over. Before: 2026-01-03 07:00:00+00. After: none.'),
(14, '2026-01-03 07:00:01Z',
 'No dose: at Saturday, 3 January 2026 at 08:00:01 in Europe/Berlin its time of day is 08:00. Before: 2026-01-03 07:00:00+00. After: none.');

SELECT plan((SELECT count(*)::int FROM sentence) + (SELECT count(*)::int FROM explanation));

SELECT is(medsched.describe_schedule(rule, '2026-01-01 08:00', 'Europe/Berlin', ends_at => ends_at), words, rule || coalesce(', ends at ' || ends_at, ''))
FROM sentence ORDER BY n;
SELECT is((SELECT d.explanation FROM medsched.explain_dose(pg_temp.id(1), pg_temp.id(schedule), at) AS d), words, (SELECT rrule FROM medsched.schedules WHERE id = pg_temp.id(schedule)) || ' at ' || at)
FROM explanation ORDER BY n;

SELECT * FROM finish();
ROLLBACK;
