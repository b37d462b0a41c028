\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(37);

-- One person cannot make an answer about others fail, or slow. A person who writes
-- whatever is valid, and then what was valid once, leaves the answers about the others
-- as they were.

SET LOCAL statement_timeout = '60s';

\set anchor 2026-03-02
\i test/data/regimens.sql
SET LOCAL TimeZone = 'UTC';

-- Questions about everybody, each asked for the answer about everybody but one.
CREATE TEMP TABLE questions (name text, query text);
INSERT INTO questions VALUES
  ('due_doses of a day', 'SELECT * FROM medsched.due_doses(''2026-03-01Z'', ''2026-03-02Z'') AS a'),
  ('due_doses of a week', 'SELECT * FROM medsched.due_doses(''2026-03-01Z'', ''2026-03-08Z'') AS a'),
  ('scheduled_doses of a day', 'SELECT * FROM medsched.scheduled_doses(''2026-03-02Z'', ''2026-03-03Z'') AS a'),
  ('scheduled_doses of the first year', 'SELECT * FROM medsched.scheduled_doses(''0001-01-01Z'', ''0001-01-03Z'') AS a'),
  ('scheduled_doses of the last year', 'SELECT * FROM medsched.scheduled_doses(''9999-12-31Z'', ''10000-01-01Z'') AS a'),
  ('adherence_of_all of a quarter', 'SELECT * FROM medsched.adherence_of_all(''2026-01-01Z'', ''2026-04-01Z'') AS a'),
  ('check_integrity', 'SELECT * FROM medsched.check_integrity() AS a'),
  ('reports', 'SELECT u.user_id, d::text FROM (SELECT DISTINCT user_id FROM medsched.medications'
              ' WHERE user_id <> ''00000000-0000-0000-0000-0000000000ff'') AS u'
              ' CROSS JOIN LATERAL medsched.adherence_by_day(u.user_id, ''2026-03-01Z'', ''2026-03-15Z'') AS d'),
  ('overviews', 'SELECT u.user_id, o.schedule_id, o.description FROM (SELECT DISTINCT user_id FROM medsched.medications'
                ' WHERE user_id <> ''00000000-0000-0000-0000-0000000000ff'') AS u'
                ' CROSS JOIN LATERAL medsched.schedule_overview(u.user_id) AS o'),
  ('feeds', 'SELECT u.user_id, medsched.calendar_feed(u.user_id, horizon => ''2027-01-01Z'') FROM (SELECT DISTINCT user_id FROM medsched.medications'
            ' WHERE user_id <> ''00000000-0000-0000-0000-0000000000ff'') AS u');
CREATE TEMP TABLE answers (round text, name text, answer text, failure text);
CREATE FUNCTION pg_temp.answer(round text, name text, query text, OUT answer text, OUT failure text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT concat(count(*) FILTER (WHERE o.others), '' '', md5(string_agg(a::text, E''\n'' ORDER BY a::text) FILTER (WHERE o.others)))'
                 ' FROM (%s) AS a CROSS JOIN LATERAL (SELECT a.user_id <> ''00000000-0000-0000-0000-0000000000ff'') AS o (others)', query) INTO answer;
  failure := 'no error';
EXCEPTION WHEN OTHERS OR query_canceled THEN
  failure := SQLSTATE || ': ' || SQLERRM;
END
$$;
-- A statement each, which statement_timeout bounds.
SELECT format('INSERT INTO answers SELECT %L, %L, a.* FROM pg_temp.answer(%1$L, %2$L, %3$L) AS a', 'alone', name, query) FROM questions \gexec
CREATE TEMP VIEW alone AS SELECT * FROM answers WHERE round = 'alone';
SELECT is((SELECT string_agg(name || ': ' || failure, '; ') FROM alone WHERE failure <> 'no error'), NULL, 'the answers there are to compare');
SELECT ok((SELECT answer ~ '^[1-9][0-9]+ ' FROM alone WHERE name = 'due_doses of a week'), 'doses among them');

-- What is valid, through the API -----------------------------------------------------

CREATE TEMP TABLE zoo (schedule jsonb);
INSERT INTO zoo
SELECT '{"starts_at": "0001-01-02T00:00:00", "time_zone": "Europe/Berlin"}'::jsonb || schedule
  FROM (VALUES
    -- Dense, and dense in odd ways.
    (jsonb '{"rrule": "FREQ=MINUTELY"}'),
    ('{"rrule": "FREQ=SECONDLY;INTERVAL=60"}'),
    ('{"rrule": "FREQ=SECONDLY;BYSECOND=59"}'),
    ('{"rrule": "FREQ=SECONDLY;BYHOUR=3;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23"}'),
    ('{"rrule": "FREQ=SECONDLY;INTERVAL=61", "time_zone": "Pacific/Apia"}'),
    -- Sparse, so that the next is far, or there is none.
    ('{"rrule": "FREQ=SECONDLY;INTERVAL=2147483647"}'),
    ('{"rrule": "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3;BYMINUTE=3;BYSECOND=3;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO", "rdates": ["9999-12-31T23:59:59"], "time_zone_pinned": true}'),
    ('{"rrule": "FREQ=SECONDLY;BYDAY=FR;BYHOUR=3;BYMINUTE=3;BYSECOND=3", "cycle_days_on": 1, "cycle_days_off": 6, "rdates": ["9999-01-01T00:00:00"]}'),
    ('{"rrule": "FREQ=YEARLY;INTERVAL=2147483647", "starts_at": "0001-01-02T12:00:00"}'),
    ('{"rrule": "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU;BYSETPOS=-1"}'),
    ('{"rrule": "FREQ=MONTHLY;BYMONTHDAY=31;RSCALE=GREGORIAN;SKIP=FORWARD"}'),
    ('{"starts_at": "9999-12-31T23:59:59", "time_zone_pinned": true}'),
    ('{"starts_at": "9999-12-31T23:59:59", "time_zone": "Pacific/Kiritimati", "time_zone_pinned": true}'),
    ('{"starts_at": "9999-12-31T12:00:00", "time_zone": "America/New_York", "time_zone_pinned": true, "rrule": "FREQ=HOURLY"}'),
    -- Counted: the rule is walked from starts_at to see where it ends.
    ('{"rrule": "FREQ=MINUTELY;BYDAY=MO,TU,WE,TH,FR,SA;COUNT=100000"}'),
    ('{"rrule": "FREQ=DAILY;BYDAY=MO;COUNT=100000"}'),
    ('{"rrule": "FREQ=HOURLY;BYYEARDAY=366;COUNT=100000"}'),
    ('{"rrule": "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11;BYSETPOS=1,2,3,4,5,6,-1,-2,-3,-4,-5,-6;COUNT=100000"}'),
    ('{"rrule": "FREQ=HOURLY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11;BYDAY=MO;COUNT=100000", "time_zone": "America/St_Johns"}'),
    -- Zones at their extremes.
    ('{"rrule": "FREQ=DAILY", "time_zone": "Pacific/Kiritimati"}'),
    ('{"rrule": "FREQ=DAILY", "time_zone": "Etc/GMT+12"}'),
    ('{"rrule": "FREQ=HOURLY;INTERVAL=7", "time_zone": "Antarctica/Troll"}'),
    ('{"rrule": "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,15,30,45", "time_zone": "Australia/Lord_Howe"}'),
    ('{"rrule": "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "time_zone": "America/Nuuk"}'),
    -- Numbers, intervals and texts as large as they may be.
    (jsonb_build_object('rrule', 'FREQ=MINUTELY;INTERVAL=10', 'dose_amount', repeat('9', 1000)::numeric + 1e-1000 - 1e-1000,
       'dose_unit', repeat('💊', 1000), 'instructions', repeat(E'\u202e\t%s"''\\', 1400))),
    (jsonb_build_object('rrule', 'FREQ=DAILY', 'dose_amount', 1e-1000, 'grace', '366 days')),
    ('{"rrule": "FREQ=DAILY", "grace": "2562047788:00:00 -106751626 days"}'),
    ('{"rrule": "FREQ=DAILY", "grace": "0"}'),
    ('{"as_needed": true, "min_interval": "366 days", "max_per_24h": 2147483647}'),
    ('{"as_needed": true, "min_interval": "2562047788:00:00 -106751626 days", "max_per_24h": 1}'),
    ('{"rrule": "FREQ=DAILY", "cycle_days_on": 3660, "cycle_days_off": 3660}'),
    -- As many dates as there may be, where they cost most: outside the windows.
    (jsonb_build_object('rrule', 'FREQ=DAILY',
       'rdates', (SELECT jsonb_agg(timestamp '9000-01-01' + n * interval '1 hour') FROM generate_series(1, 10000) AS n),
       'exdates', (SELECT jsonb_agg(timestamp '9100-01-01' - n * interval '1 day') FROM generate_series(1, 10000) AS n))),
    -- And inside them: every other minute of a fortnight an rdate, the minutes between an exdate each.
    (jsonb_build_object('starts_at', '2026-03-01T00:00:00', 'rrule', 'FREQ=MINUTELY;INTERVAL=2',
       'rdates', (SELECT jsonb_agg(timestamp '2026-03-01' + (2 * n - 1) * interval '1 minute') FROM generate_series(1, 10000) AS n),
       'exdates', (SELECT jsonb_agg(timestamp '2026-03-01' + n * interval '2 minutes') FROM generate_series(1, 10000) AS n)))
  ) AS t (schedule);
SELECT lives_ok($$SELECT medsched.create_medication('00000000-0000-0000-0000-0000000000ff', repeat('ﷺ', 1000), jsonb_agg(schedule)) FROM zoo$$,
  'all of it can be written');
SELECT is((SELECT count(*) FROM medsched.schedules WHERE user_id = '00000000-0000-0000-0000-0000000000ff'), (SELECT count(*) FROM zoo), 'and is');
-- Revised ahead of time, before the beginning, at the end; taken long ago and in the far future; travelling.
SELECT lives_ok($$SELECT medsched.revise_schedule(user_id, id, '2026-05-01Z', '{"dose_amount": 3}')
                    FROM medsched.schedules WHERE user_id = '00000000-0000-0000-0000-0000000000ff' AND rrule = 'FREQ=DAILY' AND time_zone = 'Etc/GMT+12'$$,
  'one is revised ahead of time');
SELECT lives_ok($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-0000000000ff', 'Asia/Kathmandu', '0001-01-02Z')$$, 'a journey at the beginning');
SELECT lives_ok($$SELECT medsched.change_time_zone('00000000-0000-0000-0000-0000000000ff', 'America/St_Johns', '9999-12-31 23:59:59.999999Z')$$, 'and one at the end');
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at, recorded_at, amount, recorded_by)
SELECT s.user_id, s.id, o, CASE n % 2 WHEN 0 THEN timestamptz '0001-01-01Z' ELSE '9999-12-31Z' END, '9999-12-31Z', 1e-1000, repeat('x', 1000)
  FROM medsched.schedules AS s
 CROSS JOIN LATERAL medsched.schedule_occurrences(s.id, s.rrule, s.starts_at, s.time_zone, '2026-03-01Z', '2026-03-02Z', s.rdates, s.exdates,
                                                  s.cycle_days_on, s.cycle_days_off) WITH ORDINALITY AS o (o, n)
 WHERE s.user_id = '00000000-0000-0000-0000-0000000000ff' AND NOT s.as_needed AND s.rrule IN ('FREQ=MINUTELY', 'FREQ=DAILY')
   AND o >= coalesce(s.effective_from, '-infinity') AND o < coalesce(s.ends_at, 'infinity') AND n < 500;

SELECT format('INSERT INTO answers SELECT %L, %L, a.* FROM pg_temp.answer(%1$L, %2$L, %3$L) AS a', 'beside', name, query) FROM questions \gexec
CREATE TEMP VIEW beside AS SELECT * FROM answers WHERE round = 'beside';
SELECT is(b.failure, 'no error', b.name || ' beside the zoo') FROM beside AS b;
SELECT is(b.answer, a.answer, b.name || ' is the same for the others') FROM beside AS b JOIN alone AS a USING (name);
SELECT is_empty($$SELECT rule, problem FROM medsched.check_integrity()$$, 'and the zoo breaks no rule');

-- What was valid once -----------------------------------------------------------------

-- Rows from before the rules, or loaded past them. A time zone that the next release of the
-- time zone data drops is the case that needs nobody's mistake.
SET CONSTRAINTS ALL IMMEDIATE;
SET LOCAL session_replication_role = replica;
ALTER TABLE medsched.schedules DROP CONSTRAINT schedules_rdates_valid, DROP CONSTRAINT schedules_exdates_valid,
  DROP CONSTRAINT schedules_cycle_days_in_range, DROP CONSTRAINT schedules_effective_from_in_range, DROP CONSTRAINT schedules_ends_at_in_range,
  DROP CONSTRAINT schedules_dates_at_most_10000, DROP CONSTRAINT schedules_starts_at_whole_second;
ALTER DOMAIN medsched.time_zone DROP CONSTRAINT time_zone_is_known;
ALTER DOMAIN medsched.rrule DROP CONSTRAINT rrule_is_valid;
ALTER TABLE medsched.dose_taken DROP CONSTRAINT dose_taken_valid;
ALTER TABLE medsched.medications DROP CONSTRAINT medications_inactivated_at_in_range;
INSERT INTO medsched.medications (user_id, id, name, inactivated_at) VALUES
  ('00000000-0000-0000-0000-0000000000ff', '00000000-0000-0000-0000-00000000f001', 'Old', NULL),
  ('00000000-0000-0000-0000-0000000000ff', '00000000-0000-0000-0000-00000000f002', 'Older', '4714-11-24 00:00Z BC'),
  ('00000000-0000-0000-0000-0000000000ff', '00000000-0000-0000-0000-00000000f003', 'Never', '294276-12-31 23:59:59.999999Z');
CREATE TEMP TABLE old AS
SELECT s.*, t.rule, t.problem
  FROM (VALUES
    ('schedule_has_dose', 'Its doses cannot be computed: time zone "US/Nowhere" is not known.', 'f101', 'US/Nowhere', 'FREQ=DAILY', '2026-01-01 08:00', '{}', NULL, NULL::timestamptz, NULL::timestamptz),
    ('schedule_has_dose', 'Its doses cannot be computed: rdates must not contain a null.', 'f102', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{NULL}', NULL, NULL, NULL),
    ('schedule_has_dose', 'Its doses cannot be computed: rdates is out of range.', 'f103', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{294276-01-01 08:00}', NULL, NULL, NULL),
    ('schedule_has_dose', 'Its doses cannot be computed: rdates must have one dimension.', 'f104', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{{2026-01-01 08:00}}', NULL, NULL, NULL),
    ('schedule_has_dose', 'Its doses cannot be computed: invalid cycle of 4000 days on and 4000 days off.', 'f105', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{}', 4000, NULL, NULL),
    ('schedule_has_dose', 'Its doses cannot be computed: starts_at is out of range.', 'f106', 'UTC', 'FREQ=DAILY', '4713-01-01 08:00 BC', '{}', NULL, NULL, NULL),
    ('schedule_has_dose', 'Its doses cannot be computed: invalid recurrence rule: FREQ value "NEVER" is not valid.', 'f107', 'UTC', 'FREQ=NEVER', '2026-01-01 08:00', '{}', NULL, NULL, NULL),
    ('schedule_density', 'It can have 86400 doses a day, of at most 1440.', 'f108', 'UTC', 'FREQ=SECONDLY;UNTIL=20260301T235959Z', '2026-03-01 00:00', '{}', NULL, NULL, NULL),
    ('schedule_density', 'It counts 2000000000 doses, of at most 100000.', 'f109', 'UTC', 'FREQ=HOURLY;COUNT=2000000000', '2020-01-01 08:00', '{}', NULL, NULL, NULL),
    (NULL, NULL, 'f10a', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{}', NULL, '4714-11-24 00:00Z BC', NULL),
    ('schedule_has_dose', 'The schedule can never have a dose.', 'f10b', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{}', NULL, '294276-12-31Z', NULL),
    (NULL, NULL, 'f10c', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{}', NULL, NULL, '4714-11-24 00:00Z BC'),
    (NULL, NULL, 'f10d', 'UTC', 'FREQ=DAILY', '2026-01-01 08:00', '{}', NULL, '2026-06-01Z', '2026-01-01Z')
  ) AS t (rule, problem, id, time_zone, rrule, starts_at, rdates, cycle_days, effective_from, ends_at)
 CROSS JOIN LATERAL (VALUES ('00000000-0000-0000-0000-0000000000ff'::uuid, lpad(t.id, 32, '0')::uuid, '00000000-0000-0000-0000-00000000f001'::uuid,
    t.starts_at::timestamp, t.time_zone, t.rrule, t.rdates::timestamp[], t.cycle_days, t.effective_from, t.ends_at))
   AS s (user_id, id, medication_id, starts_at, time_zone, rrule, rdates, cycle_days, effective_from, ends_at);
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule, rdates, cycle_days_on, cycle_days_off, effective_from, ends_at)
SELECT user_id, id, medication_id, starts_at, time_zone, rrule, rdates, cycle_days, cycle_days, effective_from, ends_at FROM old;
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule)
SELECT '00000000-0000-0000-0000-0000000000ff', lpad('f20' || n, 32, '0')::uuid, lpad('f00' || n, 32, '0')::uuid, '2026-01-01 08:00', 'UTC', 'FREQ=DAILY'
  FROM generate_series(2, 3) AS n;
INSERT INTO medsched.dose_taken (user_id, schedule_id, scheduled_for, taken_at)
SELECT user_id, id, at, at FROM old
 CROSS JOIN unnest('{4714-11-24 00:00Z BC, 2026-03-01 08:00Z, 294276-12-31 23:59:59Z}'::timestamptz[]) AS at;
SET LOCAL session_replication_role = origin;

SET LOCAL client_min_messages = error;
SELECT format('INSERT INTO answers SELECT %L, %L, a.* FROM pg_temp.answer(%1$L, %2$L, %3$L) AS a', 'beside old', name, query) FROM questions \gexec
CREATE TEMP VIEW beside_old AS SELECT * FROM answers WHERE round = 'beside old';
SELECT is(b.failure, 'no error', b.name || ' beside rows that were valid once')
  FROM beside_old AS b WHERE name IN ('due_doses of a day', 'adherence_of_all of a quarter', 'check_integrity');
SELECT is((SELECT string_agg(concat_ws(' ', b.name, b.failure), '; ') FROM beside_old AS b JOIN alone AS a USING (name)
            WHERE b.failure <> 'no error' OR b.answer <> a.answer), NULL, 'and every answer is the same for the others');
SELECT set_eq($$SELECT rule, row_id::uuid, problem FROM medsched.check_integrity() WHERE rule LIKE 'schedule%'$$,
              $$SELECT rule, id, problem FROM old WHERE rule IS NOT NULL$$, 'check_integrity names each, and why');
-- What can be read is answered right, dense or not.
SELECT is((SELECT count(*) FROM medsched.due_doses('2026-03-01Z', '2026-03-02Z') WHERE schedule_id = lpad('f108', 32, '0')::uuid), 86399::bigint,
  'a dose each second, but for the one recorded');
SELECT results_eq($$SELECT scheduled, missed FROM medsched.adherence_of_all('2026-03-01Z', '2026-03-02Z')
                     WHERE medication_id = '00000000-0000-0000-0000-00000000f001'$$,
  $$SELECT count(*), count(*) FILTER (WHERE missed)
      FROM medsched.scheduled_doses('2026-03-01Z', '2026-03-02Z') WHERE medication_id = '00000000-0000-0000-0000-00000000f001'$$,
  'the same sums');

-- And many at once.
SET CONSTRAINTS ALL DEFERRED;
SELECT lives_ok($$SELECT medsched.create_medication('00000000-0000-0000-0000-0000000000ff', 'Many', jsonb_agg(jsonb_build_object(
    'starts_at', timestamp '2020-01-01' + n * interval '1 second', 'time_zone', 'Europe/Berlin', 'rrule', 'FREQ=WEEKLY')))
  FROM generate_series(1, 10000) AS n$$, 'ten thousand schedules');
SELECT format('INSERT INTO answers SELECT %L, %L, a.* FROM pg_temp.answer(%1$L, %2$L, %3$L) AS a', 'many', name, query) FROM questions
 WHERE name IN ('due_doses of a day', 'due_doses of a week', 'adherence_of_all of a quarter', 'reports') \gexec
SELECT is((SELECT string_agg(concat_ws(' ', m.name, m.failure), '; ') FROM answers AS m JOIN alone AS a USING (name)
            WHERE m.round = 'many' AND (m.failure <> 'no error' OR m.answer <> a.answer)), NULL, 'beside ten thousand schedules, too');

-- What is left out is told.
SET LOCAL client_min_messages = warning;
SELECT count(*) FROM medsched.due_doses('2026-03-01Z', '2026-03-02Z') WHERE schedule_id = lpad('f101', 32, '0')::uuid;

SELECT * FROM finish();
ROLLBACK;
