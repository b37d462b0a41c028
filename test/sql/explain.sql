\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(54);

\i test/id.psql

INSERT INTO medsched.medications (user_id, id, name)
SELECT pg_temp.id('a'), pg_temp.id(m), m FROM unnest('{a1,a2,a3}'::text[]) AS m;

-- A schedule's answer in words; its parts are changed from call to call.
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  (pg_temp.id('a'), pg_temp.id('a11'), pg_temp.id('a1'), '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY'),
  (pg_temp.id('a'), pg_temp.id('a21'), pg_temp.id('a2'), '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY'),
  (pg_temp.id('a'), pg_temp.id('a31'), pg_temp.id('a3'), '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY');
CREATE FUNCTION pg_temp.explain(parts text, at timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer record;
BEGIN
  UPDATE medsched.schedules
     SET starts_at = '2026-01-01 08:00', time_zone = 'Europe/Berlin', rrule = NULL, rdates = '{}', exdates = '{}',
         cycle_days_on = NULL, cycle_days_off = NULL, effective_from = NULL, ends_at = NULL
   WHERE id = pg_temp.id('a11');
  EXECUTE format('UPDATE medsched.schedules SET %s WHERE id = %L', parts, pg_temp.id('a11'));
  SELECT * INTO STRICT answer FROM medsched.explain_dose(pg_temp.id('a'), pg_temp.id('a11'), at);
  IF answer.is_dose <> (answer.explanation LIKE 'A dose:%') OR answer.is_dose = (answer.explanation LIKE 'No dose:%') THEN
    RETURN 'the words belie the answer';
  END IF;
  RETURN answer.explanation;
END
$$;

-- 1 January 2026 is a Thursday; Berlin is an hour ahead of UTC until 29 March,
-- two until 25 October.
SELECT is(pg_temp.explain(parts, at), explanation, parts || ', ' || at)
FROM (VALUES
  -- Doses.
  ($$rrule = 'FREQ=DAILY;BYHOUR=8,20'$$, timestamptz '2026-03-10 19:00Z',
   'A dose: the rule names Tuesday, 10 March 2026 at 20:00 in Europe/Berlin. Before: 2026-03-10 07:00:00+00. After: 2026-03-11 07:00:00+00.'),
  ($$rrule = NULL$$, '2026-01-01 07:00Z',
   'A dose: starts_at is Thursday, 1 January 2026 at 08:00 in Europe/Berlin. Before: none. After: none.'),
  ($$rrule = 'FREQ=WEEKLY', rdates = '{2026-01-03 12:00}'$$, '2026-01-03 11:00Z',
   'A dose: rdates add Saturday, 3 January 2026 at 12:00 in Europe/Berlin. Before: 2026-01-01 07:00:00+00. After: 2026-01-08 07:00:00+00.'),
  ($$rrule = 'FREQ=DAILY;COUNT=2', rdates = '{2026-01-03 08:00}'$$, '2026-01-03 07:00Z',
   'A dose: rdates add Saturday, 3 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-02 07:00:00+00. After: none.'),
  ($$rrule = 'FREQ=DAILY;BYHOUR=2;BYMINUTE=30'$$, '2026-03-29 01:30Z',
   'A dose: the rule names Sunday, 29 March 2026 at 02:30 in Europe/Berlin, which the clocks jump over: it comes at 03:30.'
   ' Before: 2026-03-28 01:30:00+00. After: 2026-03-30 00:30:00+00.'),
  ($$rrule = 'FREQ=HOURLY;INTERVAL=8'$$, '2026-01-01 23:00Z',
   'A dose: the rule names Friday, 2 January 2026 at 00:00 in Europe/Berlin. Before: 2026-01-01 15:00:00+00. After: 2026-01-02 07:00:00+00.'),
  -- Bounds.
  ($$rrule = 'FREQ=DAILY'$$, '2026-01-02 07:00:00.5Z',
   'No dose: doses are at whole seconds. Before: 2026-01-02 07:00:00+00. After: 2026-01-03 07:00:00+00.'),
  ($$rrule = 'FREQ=DAILY'$$, '2025-12-31 07:00Z',
   'No dose: the schedule starts at Thursday, 1 January 2026 at 08:00 in Europe/Berlin. Before: none. After: 2026-01-01 07:00:00+00.'),
  ($$rrule = 'FREQ=DAILY', ends_at = '2026-02-01 07:00Z'$$, '2026-02-01 07:00Z',
   'No dose: the schedule ends at 2026-02-01 07:00:00+00. Before: 2026-01-31 07:00:00+00. After: none.'),
  ($$rrule = 'FREQ=DAILY', effective_from = '2026-02-01 07:00:01Z'$$, '2026-02-01 07:00Z',
   'No dose: the schedule takes effect at 2026-02-01 07:00:01+00. Before: none. After: 2026-02-02 07:00:00+00.'),
  ($$rrule = 'FREQ=DAILY', effective_from = '2026-02-01', ends_at = '2026-02-01'$$, '2026-01-31 07:00Z',
   'No dose: the schedule is in effect at no time: to begin at 2026-02-01 00:00:00+00, it ends at 2026-02-01 00:00:00+00. Before: none. After: none.'),
  ($$rrule = 'FREQ=DAILY', effective_from = '2026-02-01', ends_at = '2026-02-01'$$, '2026-02-02 07:00Z',
   'No dose: the schedule is in effect at no time: to begin at 2026-02-01 00:00:00+00, it ends at 2026-02-01 00:00:00+00. Before: none. After: none.'),
  ($$rrule = 'FREQ=DAILY', ends_at = '2025-12-01'$$, '2026-01-02 07:00Z',
   'No dose: the schedule is in effect at no time: to begin at 2026-01-01 07:00:00+00, it ends at 2025-12-01 00:00:00+00. Before: none. After: none.'),
  -- Dates.
  ($$rrule = 'FREQ=DAILY', exdates = '{2026-01-02 08:00}'$$, '2026-01-02 07:00Z',
   'No dose: exdates leave out Friday, 2 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-01 07:00:00+00. After: 2026-01-03 07:00:00+00.'),
  ($$rrule = NULL$$, '2026-01-02 07:00Z',
   'No dose: without a rule it is at starts_at, Thursday, 1 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-01 07:00:00+00. After: none.'),
  ($$rdates = '{2026-01-05 08:00}'$$, '2026-01-02 07:00Z',
   'No dose: without a rule it is at starts_at, Thursday, 1 January 2026 at 08:00 in Europe/Berlin, and at its rdates.'
   ' Before: 2026-01-01 07:00:00+00. After: 2026-01-05 07:00:00+00.'),
  -- What ends a rule: 10 January is the 10th dose of COUNT=10, and the last day of UNTIL.
  ($$rrule = 'FREQ=DAILY;COUNT=10'$$, '2026-01-11 07:00Z',
   'No dose: the rule names Sunday, 11 January 2026 at 08:00 in Europe/Berlin, but its COUNT of 10 is used up. Before: 2026-01-10 07:00:00+00. After: none.'),
  ($$rrule = 'FREQ=DAILY;UNTIL=20260110'$$, '2026-01-11 07:00Z',
   'No dose: the rule names Sunday, 11 January 2026 at 08:00 in Europe/Berlin, but UNTIL is over. Before: 2026-01-10 07:00:00+00. After: none.'),
  ($$rrule = 'FREQ=DAILY;UNTIL=20260111T065959Z'$$, '2026-01-11 07:00Z',
   'No dose: the rule names Sunday, 11 January 2026 at 08:00 in Europe/Berlin, but UNTIL is over. Before: 2026-01-10 07:00:00+00. After: none.'),
  ($$rrule = 'FREQ=HOURLY;INTERVAL=24;UNTIL=20260111T075959'$$, '2026-01-11 07:00Z',
   'No dose: the rule names Sunday, 11 January 2026 at 08:00 in Europe/Berlin, but UNTIL is over. Before: 2026-01-10 07:00:00+00. After: none.'),
  -- Days off: 22 to 28 January are days 22 to 28.
  ($$rrule = 'FREQ=DAILY', cycle_days_on = 21, cycle_days_off = 7$$, '2026-01-24 07:00Z',
   'No dose: the rule names Saturday, 24 January 2026 at 08:00 in Europe/Berlin, but day 24 of its cycle of 21 days on and 7 off is off.'
   ' Before: 2026-01-21 07:00:00+00. After: 2026-01-29 07:00:00+00.'),
  ($$rrule = 'FREQ=DAILY;UNTIL=20260122', cycle_days_on = 21, cycle_days_off = 7$$, '2026-01-24 07:00Z',
   'No dose: the rule names Saturday, 24 January 2026 at 08:00 in Europe/Berlin, but UNTIL is over and day 24 of its cycle of 21 days on and 7 off is off.'
   ' Before: 2026-01-21 07:00:00+00. After: none.'),
  -- Parts of the rule.
  ($$rrule = 'FREQ=WEEKLY;BYDAY=MO,WE,FR'$$, '2026-03-10 07:00Z',
   'No dose: at Tuesday, 10 March 2026 at 08:00 in Europe/Berlin BYDAY does not include Tuesday. Before: 2026-03-09 07:00:00+00. After: 2026-03-11 07:00:00+00.'),
  ($$rrule = 'FREQ=WEEKLY'$$, '2026-03-10 07:00Z',
   'No dose: at Tuesday, 10 March 2026 at 08:00 in Europe/Berlin without BYDAY the rule takes that of starts_at, Thursday.'
   ' Before: 2026-03-05 07:00:00+00. After: 2026-03-12 07:00:00+00.'),
  ($$rrule = 'FREQ=DAILY;BYHOUR=8,20'$$, '2026-03-10 07:30Z',
   'No dose: at Tuesday, 10 March 2026 at 08:30 in Europe/Berlin its times of day are 08:00 and 20:00. Before: 2026-03-10 07:00:00+00. After: 2026-03-10 19:00:00+00.'),
  ($$rrule = 'FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16,17'$$, '2026-03-10 07:30:05Z',
   'No dose: at Tuesday, 10 March 2026 at 08:30:05 in Europe/Berlin its times of day have no hour 8, minute 30 or second 5.'
   ' Before: 2026-03-09 16:00:00+00. After: 2026-03-10 08:00:00+00.'),
  -- 10 March is day 68 after 1 January: 31 + 28 + 9.
  ($$rrule = 'FREQ=DAILY;INTERVAL=3'$$, '2026-03-10 07:00Z',
   'No dose: at Tuesday, 10 March 2026 at 08:00 in Europe/Berlin the day is 68 days after that of starts_at, which is no multiple of INTERVAL=3.'
   ' Before: 2026-03-08 07:00:00+00. After: 2026-03-11 07:00:00+00.'),
  -- The week of Monday 29 December and that of 5 January.
  ($$rrule = 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TH'$$, '2026-01-08 07:00Z',
   'No dose: at Thursday, 8 January 2026 at 08:00 in Europe/Berlin the week is 1 week after that of starts_at, which is no multiple of INTERVAL=2.'
   ' Before: 2026-01-01 07:00:00+00. After: 2026-01-15 07:00:00+00.'),
  ($$rrule = 'FREQ=MONTHLY;BYMONTHDAY=1,15'$$, '2026-03-10 07:00Z',
   'No dose: at Tuesday, 10 March 2026 at 08:00 in Europe/Berlin BYMONTHDAY does not include the 10th. Before: 2026-03-01 07:00:00+00. After: 2026-03-15 07:00:00+00.'),
  ($$rrule = 'FREQ=MONTHLY;BYMONTHDAY=-1'$$, '2026-03-30 06:00Z',
   'No dose: at Monday, 30 March 2026 at 08:00 in Europe/Berlin BYMONTHDAY does not include the 30th. Before: 2026-02-28 07:00:00+00. After: 2026-03-31 06:00:00+00.'),
  ($$rrule = 'FREQ=YEARLY'$$, '2026-03-10 06:00Z',
   'No dose: at Tuesday, 10 March 2026 at 07:00 in Europe/Berlin without BYMONTH the rule takes that of starts_at, January,'
   ' and without BYMONTHDAY the rule takes that of starts_at, the 1st, and its time of day is 08:00. Before: 2026-01-01 07:00:00+00. After: 2027-01-01 07:00:00+00.'),
  ($$rrule = 'FREQ=YEARLY;BYYEARDAY=69,-1'$$, '2026-03-11 07:00Z',
   'No dose: at Wednesday, 11 March 2026 at 08:00 in Europe/Berlin BYYEARDAY does not include day 70 of the year. Before: 2026-03-10 07:00:00+00. After: 2026-12-31 07:00:00+00.'),
  -- 10 March is in week 11: week 1 is from 29 December to 4 January.
  ($$rrule = 'FREQ=YEARLY;BYWEEKNO=10;BYDAY=TU'$$, '2026-03-10 07:00Z',
   'No dose: at Tuesday, 10 March 2026 at 08:00 in Europe/Berlin BYWEEKNO does not include week 11. Before: 2026-03-03 07:00:00+00. After: 2027-03-09 07:00:00+00.'),
  -- The second Monday: of March, the 9th.
  ($$rrule = 'FREQ=MONTHLY;BYDAY=2MO'$$, '2026-03-16 07:00Z',
   'No dose: at Monday, 16 March 2026 at 08:00 in Europe/Berlin its rule does not name this day. Before: 2026-03-09 07:00:00+00. After: 2026-04-13 06:00:00+00.'),
  ($$rrule = 'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1'$$, '2026-03-30 06:00Z',
   'No dose: at Monday, 30 March 2026 at 08:00 in Europe/Berlin BYSETPOS does not select it. Before: 2026-02-24 07:00:00+00. After: 2026-03-31 06:00:00+00.'),
  ($$rrule = 'RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD'$$, '2026-04-29 06:00Z',
   'No dose: at Wednesday, 29 April 2026 at 08:00 in Europe/Berlin its rule does not name this day. Before: 2026-03-31 06:00:00+00. After: 2026-04-30 06:00:00+00.'),
  -- Elapsed hours: 12:30 is in the fourth hour after that of 08:00; 01:00 is 17 hours after 08:00.
  ($$rrule = 'FREQ=HOURLY;INTERVAL=3'$$, '2026-01-01 11:30Z',
   'No dose: at Thursday, 1 January 2026 at 12:30 in Europe/Berlin the hour is 4 hours after that of starts_at, which is no multiple of INTERVAL=3,'
   ' and its times of day have no minute 30. Before: 2026-01-01 10:00:00+00. After: 2026-01-01 13:00:00+00.'),
  ($$rrule = 'FREQ=HOURLY;INTERVAL=8'$$, '2026-01-02 00:00Z',
   'No dose: at Friday, 2 January 2026 at 01:00 in Europe/Berlin the hour is 17 hours after that of starts_at, which is no multiple of INTERVAL=8.'
   ' Before: 2026-01-01 23:00:00+00. After: 2026-01-02 07:00:00+00.'),
  ($$rrule = 'FREQ=HOURLY;INTERVAL=2;BYHOUR=8,10,12'$$, '2026-01-02 13:00Z',
   'No dose: at Friday, 2 January 2026 at 14:00 in Europe/Berlin its times of day are 08:00, 10:00 and 12:00. Before: 2026-01-02 11:00:00+00. After: 2026-01-03 07:00:00+00.'),
  -- In summer the steps of 24 hours are at 09:00: 1 April is 90 days after 1 January.
  ($$rrule = 'FREQ=HOURLY;INTERVAL=24'$$, '2026-04-01 06:00Z',
   'No dose: at Wednesday, 1 April 2026 at 08:00 in Europe/Berlin the hour is 2159 hours after that of starts_at, which is no multiple of INTERVAL=24.'
   ' Before: 2026-03-31 07:00:00+00. After: 2026-04-01 07:00:00+00.'),
  -- 02:30 twice, on 25 October: at 00:30 and at 01:30 UTC.
  ($$rrule = 'FREQ=DAILY;BYHOUR=2;BYMINUTE=30'$$, '2026-10-25 01:30Z',
   'No dose: the clock shows Sunday, 25 October 2026 at 02:30 in Europe/Berlin a second time; what is at that time comes at the first, 2026-10-25 00:30:00+00.'
   ' Before: 2026-10-25 00:30:00+00. After: 2026-10-26 01:30:00+00.')
) AS t (parts, at, explanation);

-- The medication; a successor; as needed.
SELECT medsched.inactivate_medication(pg_temp.id('a'), pg_temp.id('a2'), '2026-02-01') \g /dev/null
SELECT is((e.is_dose, e.explanation)::text, ROW(false, 'No dose: the medication is inactive from 2026-02-01 00:00:00+00. Before: 2026-01-31 07:00:00+00. After: none.')::text, 'a medication inactivated')
  FROM medsched.explain_dose(pg_temp.id('a'), pg_temp.id('a21'), '2026-02-01 07:00Z') AS e;
SELECT is((e.is_dose, e.explanation)::text, ROW(true, 'A dose: the rule names Saturday, 31 January 2026 at 08:00 in Europe/Berlin. Before: 2026-01-30 07:00:00+00. After: none.')::text, 'before, it was none')
  FROM medsched.explain_dose(pg_temp.id('a'), pg_temp.id('a21'), '2026-01-31 07:00Z') AS e;

SELECT medsched.revise_schedule(pg_temp.id('a'), pg_temp.id('a31'), '2026-02-01', jsonb_build_object('id', pg_temp.id('a32'), 'dose_amount', 2)) \g /dev/null
SELECT is((e.is_dose, e.explanation)::text, ROW(false, 'No dose: the schedule ends at 2026-02-01 00:00:00+00, replaced by 00000000-0000-0000-0000-000000000a32.'
                        ' Before: 2026-01-31 07:00:00+00. After: none.')::text, 'a schedule replaced')
  FROM medsched.explain_dose(pg_temp.id('a'), pg_temp.id('a31'), '2026-02-01 07:00Z') AS e;
SELECT is((e.is_dose, e.explanation)::text, ROW(false, 'No dose: the schedule takes effect at 2026-02-01 00:00:00+00, replacing 00000000-0000-0000-0000-000000000a31.'
                        ' Before: none. After: 2026-02-01 07:00:00+00.')::text, 'and the one that replaced it')
  FROM medsched.explain_dose(pg_temp.id('a'), pg_temp.id('a32'), '2026-01-31 07:00Z') AS e;

-- Replaced before it began: by a revision of the revision.
SELECT medsched.revise_schedule(pg_temp.id('a'), pg_temp.id('a32'), '2026-01-20', jsonb_build_object('id', pg_temp.id('a34'), 'dose_amount', 3)) \g /dev/null
SELECT is(e.explanation, 'No dose: the schedule is in effect at no time: to begin at 2026-02-01 00:00:00+00, it ends at 2026-02-01 00:00:00+00,'
                         ' replaced by 00000000-0000-0000-0000-000000000a34. Before: none. After: none.', 'a schedule replaced before it began')
  FROM medsched.explain_dose(pg_temp.id('a'), pg_temp.id('a32'), '2026-01-25 07:00Z') AS e;

INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, as_needed)
VALUES (pg_temp.id('a'), pg_temp.id('a33'), pg_temp.id('a3'), '2026-01-01 08:00', 'Europe/Berlin', true);
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for) VALUES (pg_temp.id('a'), pg_temp.id('a33'), '2026-01-02 12:34:56Z');
SELECT is((e.is_dose, e.explanation)::text, ROW(t.is_dose, t.explanation)::text, 'as needed, at ' || at)
  FROM (VALUES
    (timestamptz '2026-01-02 12:34:56Z', true, 'A dose: it is recorded, and as needed that is all it takes.'),
    ('2026-01-02 12:34:57Z', false, 'No dose: as needed there is one where it is recorded, and none is recorded then.'),
    ('2026-01-01 06:59:59Z', false, 'No dose: the schedule starts at Thursday, 1 January 2026 at 08:00 in Europe/Berlin.')) AS t (at, is_dose, explanation),
  medsched.explain_dose(pg_temp.id('a'), pg_temp.id('a33'), at) AS e;

-- Refused.
SELECT is(pg_temp.failure(format('SELECT medsched.explain_dose(%s)', arguments)), message, message)
FROM (VALUES
  ($$NULL, gen_random_uuid(), now()$$, '22004: user_id must not be null'),
  ($$gen_random_uuid(), NULL, now()$$, '22004: schedule_id must not be null'),
  ($$gen_random_uuid(), gen_random_uuid(), NULL$$, '22004: at must not be null'),
  ($$gen_random_uuid(), gen_random_uuid(), '-infinity'$$, '22023: at must be finite'),
  ($$pg_temp.id('b'), pg_temp.id('a11'), now()$$,
   'P0002 medsched.schedules.schedule_exists: schedule "00000000-0000-0000-0000-000000000a11" not found | User "00000000-0000-0000-0000-00000000000b" has no schedule by that id.')
) AS t (arguments, message);

SELECT * FROM finish();
ROLLBACK;
