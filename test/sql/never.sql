\i test/setup.psql
\i test/failure.psql
\i test/id.psql
BEGIN;

-- Rules that never have a dose, or one in thousands of years: what looks for it answers, a
-- statement each, in a quarter of a second, where a walk through the years takes minutes: ten
-- seconds tell the two apart on a machine that is busy with other suites.  From Thursday
-- 1 January 2026, 09:00 in Berlin, which is at UTC+1, and in summer at UTC+2.
CREATE TEMP TABLE never (n int GENERATED ALWAYS AS IDENTITY, rrule text, days_on int, days_off int, first timestamptz, last timestamptz);
INSERT INTO never (rrule, days_on, days_off) VALUES
  -- 1000 hours are 8 more than days: steps are at 9, 17 and 1 o'clock, in summer an hour later.
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;BYDAY=MO,TU', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;BYMONTH=6', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;BYMONTHDAY=31', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;BYYEARDAY=366', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;BYMINUTE=0,30;BYSECOND=0,1', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;COUNT=3', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;COUNT=2000000000', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;UNTIL=99991231', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14', 21, 7),
  ('FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;BYMONTH=6,7', 3660, 3659),
  ('FREQ=HOURLY;INTERVAL=48;BYHOUR=3', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=8760;BYHOUR=3', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=24;BYHOUR=15;BYMONTHDAY=31;BYDAY=MO;BYMONTH=12', NULL, NULL),
  -- Weeks: a Thursday stays one, also in summer.
  ('FREQ=HOURLY;INTERVAL=168;BYDAY=MO', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=336;BYDAY=MO;BYHOUR=9', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=336;BYDAY=MO;BYMONTHDAY=31', NULL, NULL),
  ('FREQ=MINUTELY;INTERVAL=10080;BYDAY=MO', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=604800;BYDAY=MO', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=168;BYDAY=MO', 1, 6),
  -- Minutes and seconds.
  ('FREQ=MINUTELY;INTERVAL=1000;BYHOUR=3;BYMINUTE=7', NULL, NULL),
  ('FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3', NULL, NULL),
  ('FREQ=MINUTELY;INTERVAL=14400;BYHOUR=3;BYMINUTE=59', NULL, NULL),
  ('FREQ=MINUTELY;INTERVAL=999999;BYHOUR=3;BYMINUTE=1', NULL, NULL),
  ('FREQ=MINUTELY;INTERVAL=525600;BYHOUR=3', NULL, NULL),
  ('FREQ=MINUTELY;INTERVAL=5;BYMINUTE=3', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=43200;BYHOUR=3', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=86400;BYHOUR=3', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=1000000;BYHOUR=3;BYMINUTE=1;BYSECOND=1', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=3;BYHOUR=3;BYMINUTE=3;BYSECOND=4', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=2147483647;BYHOUR=3;BYDAY=MO', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=2147483647;BYHOUR=3;BYDAY=MO', NULL, NULL),
  -- Days that there are not, or not together; days on that are other days.
  ('FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=86401;BYHOUR=3;BYMINUTE=3;BYSECOND=3;BYMONTHDAY=31;BYMONTH=2', NULL, NULL),
  ('FREQ=HOURLY;INTERVAL=3;BYHOUR=9;BYDAY=MO', 3, 4),
  ('FREQ=MINUTELY;INTERVAL=1440;BYDAY=MO', 1, 6),
  ('FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=3;BYSECOND=3;BYDAY=MO', 1, 6),
  ('FREQ=HOURLY;INTERVAL=1001;BYHOUR=3;BYMONTHDAY=30;BYMONTH=2', 3660, 3659),
  ('FREQ=DAILY;INTERVAL=7;BYDAY=MO', NULL, NULL),
  ('FREQ=DAILY;INTERVAL=1000003;BYDAY=MO;BYMONTHDAY=31', NULL, NULL),
  ('FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2,4,6,9,11', NULL, NULL),
  ('FREQ=DAILY;INTERVAL=5;BYDAY=MO', 1, 34),
  ('FREQ=DAILY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=30', 3660, 3659),
  ('FREQ=WEEKLY;INTERVAL=1000;BYDAY=MO;BYMONTH=2;BYSETPOS=2', NULL, NULL),
  ('FREQ=WEEKLY;BYDAY=TU', 1, 6),
  ('FREQ=MONTHLY;INTERVAL=12;BYMONTH=3', NULL, NULL),
  ('FREQ=MONTHLY;INTERVAL=7;BYMONTHDAY=30;BYMONTH=2', NULL, NULL),
  ('FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4', 3660, 3659),
  ('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', NULL, NULL),
  ('FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29', NULL, NULL),
  ('FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6', NULL, NULL),
  ('FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12', NULL, NULL),
  ('FREQ=YEARLY;BYDAY=53MO;BYMONTH=6', NULL, NULL);
-- Rare: hours by summer time alone; 29 February on a Monday; and steps past a second of the day.
INSERT INTO never (rrule, first, last) VALUES
  ('FREQ=HOURLY;INTERVAL=2;BYHOUR=18', '2026-03-29 16:00Z', '9999-10-30 16:00Z'),
  ('FREQ=HOURLY;INTERVAL=25;BYHOUR=3;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', '2112-02-29 02:00Z', '9988-02-29 02:00Z'),
  ('FREQ=HOURLY;INTERVAL=23;BYHOUR=3;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', '2512-02-29 02:00Z', '9560-02-29 02:00Z'),
  ('FREQ=HOURLY;INTERVAL=241;BYHOUR=3;BYYEARDAY=366;BYDAY=MO', '6356-12-31 02:00Z', '9640-12-31 02:00Z'),
  ('FREQ=MINUTELY;INTERVAL=1441;BYHOUR=3;BYMINUTE=59;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3;BYMINUTE=3;BYSECOND=3;BYYEARDAY=366', NULL, NULL),
  ('FREQ=SECONDLY;INTERVAL=59;BYSECOND=7;BYMINUTE=7;BYHOUR=7;BYMONTHDAY=31;BYDAY=MO;BYMONTH=12', '2542-12-31 06:07:07Z', '9590-12-31 06:07:07Z'),
  ('FREQ=SECONDLY;INTERVAL=2592000;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9', '2032-02-29 08:00Z', '9992-02-29 08:00Z'),
  ('FREQ=HOURLY;INTERVAL=24;BYHOUR=10;BYDAY=MO', '2026-03-30 08:00Z', '9999-10-25 08:00Z');

SELECT plan(3 * (SELECT count(*)::int FROM never) + 5);

CREATE FUNCTION pg_temp.described(rrule text, days_on int, days_off int) RETURNS text LANGUAGE sql AS $$
  SELECT medsched.describe_schedule(rrule, '2026-01-01 09:00', 'Europe/Berlin', cycle_days_on => days_on, cycle_days_off => days_off)
$$;
SET LOCAL statement_timeout = '10s';
SELECT format('SELECT is(medsched.%s_occurrence(%L, ''2026-01-01 09:00'', ''Europe/Berlin'', %L, cycle_days_on => %L, cycle_days_off => %L), %L::timestamptz, %L)',
         f, rrule, CASE f WHEN 'next' THEN '-infinity' ELSE 'infinity' END, days_on, days_off, CASE f WHEN 'next' THEN first ELSE last END,
         concat_ws(' ', f, rrule, days_on || '/' || days_off))
  FROM never, unnest('{next,previous}'::text[]) WITH ORDINALITY AS u (f, i) ORDER BY n, i
\gexec
SELECT format('SELECT is(pg_temp.described(%L, %L, %L) ~ %L, %L, %L)', rrule, days_on, days_off, 'never by this rule', first IS NULL,
         concat_ws(' ', 'in words:', rrule, days_on || '/' || days_off))
  FROM never ORDER BY n
\gexec

-- Nor does one get into the table.
INSERT INTO medsched.medications (user_id, id, name) VALUES (pg_temp.id(1), pg_temp.id(2), 'x');
SELECT is(pg_temp.failure(format($$INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
    VALUES (pg_temp.id(1), pg_temp.id(3), pg_temp.id(2), '2026-01-01 09:00', 'Europe/Berlin', %L)$$, rrule)),
  format('23514 medsched.schedules.schedule_has_dose: schedule can never have a dose'
         ' | From 2026-01-01 09:00:00 on, "%s" less the exdates names no time.'
         ' | Check that its parts can hold together, as 30 February cannot, and that UNTIL is not before starts_at.', rrule), 'refused: ' || rrule)
FROM unnest(ARRAY['FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14', 'FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3', 'FREQ=SECONDLY;INTERVAL=604800;BYDAY=MO',
  'FREQ=MINUTELY;INTERVAL=525600;BYHOUR=3', 'FREQ=HOURLY;INTERVAL=1000;BYHOUR=3,5,14;COUNT=3']) AS rrule;

SELECT * FROM finish();
ROLLBACK;
