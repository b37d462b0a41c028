\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(24);

\set ann '''00000000-0000-4000-8000-00000000000a'''
\set ben '''00000000-0000-4000-8000-00000000000b'''

-- Ann goes to bed at one: a dose at 00:30 and one at 09:00 each day in Berlin, from Friday 27 March 2020 on.  The clocks go
-- forward on Sunday 29 March, from 02:00 to 03:00.
SELECT medsched.create_medication(:ann, 'melatonin', '[{"id": "00000000-0000-4000-8000-0000000000a1", "starts_at": "2020-03-27 00:30", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;COUNT=5"},
  {"id": "00000000-0000-4000-8000-0000000000a2", "starts_at": "2020-03-27 09:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY;COUNT=4"}]') \g /dev/null
-- Taken: Saturday's at 00:30 and at 09:00, which by the calendar are one day's.
SELECT medsched.mark_dose_taken(:ann, '00000000-0000-4000-8000-0000000000a1', '2020-03-27 23:30Z', '2020-03-27 23:30Z') \g /dev/null
SELECT medsched.mark_dose_taken(:ann, '00000000-0000-4000-8000-0000000000a2', '2020-03-28 08:00Z', '2020-03-28 08:00Z') \g /dev/null

CREATE FUNCTION pg_temp.days(person text, day_begins_at time, zone text DEFAULT 'Europe/Berlin') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('%s %s/%s', to_char(a.day, 'DD'), a.taken, a.scheduled), ', ' ORDER BY a.day)
    FROM medsched.adherence_by_day(person::uuid, '2020-03-20Z', '2020-11-10Z', day_begins_at) AS a
$$;
SELECT is(pg_temp.days(:ann, NULL), '27 0/2, 28 2/2, 29 0/2, 30 0/2, 31 0/1', 'a day begins at midnight');
SELECT is(pg_temp.days(:ann, '00:00'), '27 0/2, 28 2/2, 29 0/2, 30 0/2, 31 0/1', 'so it does when it is said');
SELECT is(pg_temp.days(:ann, '04:00'), '26 0/1, 27 1/2, 28 1/2, 29 0/2, 30 0/2', 'at four: what is taken at 00:30 belongs to the evening before');
SELECT is(pg_temp.days(:ann, '00:30'), '27 0/2, 28 2/2, 29 0/2, 30 0/2, 31 0/1', 'a dose at the very time belongs to the day that begins');
SELECT is(pg_temp.days(:ann, '00:30:01'), '26 0/1, 27 1/2, 28 1/2, 29 0/2, 30 0/2', 'a second later to the one before');
SELECT is(pg_temp.days(:ann, '23:59:59'), '26 0/2, 27 2/2, 28 0/2, 29 0/2, 30 0/1', 'at the last second, all but that second');
SELECT is(pg_temp.failure(format('SELECT pg_temp.days(%L, %L)', :ann, '24:00')),
  '22023: day_begins_at must be before 24:00 | A day that begins at midnight begins at 00:00.', '24:00 is no time at which a day begins');

-- Kept per person.
INSERT INTO medsched.person_settings (user_id, day_begins_at) VALUES (:ann, '04:00');
SELECT is(pg_temp.days(:ann, NULL), '26 0/1, 27 1/2, 28 1/2, 29 0/2, 30 0/2', 'what is kept of the person');
SELECT is(pg_temp.days(:ann, '00:00'), '27 0/2, 28 2/2, 29 0/2, 30 0/2, 31 0/1', 'gives way to the argument');
INSERT INTO medsched.person_settings (user_id, day_begins_at) VALUES (:ann, '00:15') ON CONFLICT (user_id) DO UPDATE SET day_begins_at = excluded.day_begins_at;
SELECT is(pg_temp.days(:ann, NULL), '27 0/2, 28 2/2, 29 0/2, 30 0/2, 31 0/1', 'and can be changed');
INSERT INTO medsched.person_settings (user_id) VALUES (:ben);
SELECT is((SELECT p.day_begins_at FROM medsched.person_settings AS p WHERE p.user_id = :ben), '00:00'::time, 'it is midnight when it is not given');
SELECT is(pg_temp.failure(format('UPDATE medsched.person_settings SET day_begins_at = %L', v)), e, e)
  FROM (VALUES ('24:00', '23514 medsched.person_settings.person_settings_day_begins_at_in_range: new row for relation "person_settings" violates check constraint "person_settings_day_begins_at_in_range" | Failing row contains (00000000-0000-4000-8000-00000000000a, 24:00:00).'),
               (NULL, '23502 medsched.person_settings: null value in column "day_begins_at" of relation "person_settings" violates not-null constraint | Failing row contains (00000000-0000-4000-8000-00000000000a, null).')) AS t (v, e);
SELECT is(pg_temp.failure(format('INSERT INTO medsched.person_settings (user_id) VALUES (%L)', :ben)),
  '23505 medsched.person_settings.person_settings_pkey: duplicate key value violates unique constraint "person_settings_pkey" | Key (user_id)=(00000000-0000-4000-8000-00000000000b) already exists.',
  'one row for a person');
SELECT is((SELECT string_agg(a.day::text, ' ' ORDER BY a.day) FROM medsched.adherence_by_day(:ben, '2020-03-20Z', '2020-04-10Z') AS a), NULL, 'who has no doses has no days');

-- The day of 23 hours and the one of 25: a dose every hour of the clock's changes, 24 and 25 hours from four to four.  A
-- course of 72 doses begins at 04:00 on Friday 27 March, and one at 04:00 on Friday 23 October 2020, as clocks go back on
-- Sunday 25 October.
SELECT medsched.create_medication(:ben, 'drops', '[{"starts_at": "2020-03-27 04:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=HOURLY;COUNT=72"},
  {"starts_at": "2020-10-23 04:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=HOURLY;COUNT=74"}]') \g /dev/null
SELECT is(pg_temp.days(:ben, '04:00'), '27 0/24, 28 0/23, 29 0/24, 30 0/1, 23 0/24, 24 0/25, 25 0/24, 26 0/1',
  'from four to four, Saturday has 23 hours in March, 25 in October');
SELECT is(pg_temp.days(:ben, NULL), '27 0/20, 28 0/24, 29 0/23, 30 0/5, 23 0/20, 24 0/24, 25 0/25, 26 0/5',
  'by the calendar, Sunday has');
-- In the hour that comes twice the clock decides: both doses at 02:00 are before 02:30.
SELECT is((SELECT string_agg(format('%s %s', to_char(a.day, 'DD'), a.scheduled), ', ' ORDER BY a.day)
             FROM medsched.adherence_by_day(:ben, '2020-10-24 23:00Z', '2020-10-25 03:00Z', '02:30') AS a), '24 3, 25 1',
  'doses at 01:00, 02:00, 02:00 again and 03:00');

-- The whole of a person: erased with the rest, and of nobody else.
SELECT medsched.erase_user(:ben) \g /dev/null
SELECT results_eq('SELECT user_id FROM medsched.person_settings', format('VALUES (%L::uuid)', :ann), 'erase_user deletes a person''s settings');
DELETE FROM medsched.person_settings;
INSERT INTO medsched.person_settings (user_id) VALUES (:ben);
SELECT results_eq(format('SELECT * FROM medsched.erase_user(%L)', :ben), 'VALUES (0::bigint, 0::bigint, 0::bigint)', 'of who has nothing else, too');
SELECT is_empty('TABLE medsched.person_settings', 'nothing is left');
CREATE FUNCTION pg_temp.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE DELETE ON medsched.person_settings FOR EACH ROW EXECUTE FUNCTION pg_temp.keep();
INSERT INTO medsched.person_settings (user_id) VALUES (:ben);
SELECT is(pg_temp.failure(format('SELECT medsched.erase_user(%L)', :ben)),
  '55000 medsched.person_settings.user_erased_whole: not everything of user "00000000-0000-4000-8000-00000000000b" can be erased'
  ' | Rows would be left in "medsched.person_settings": a trigger or a rule keeps them.'
  ' | Look at the triggers that the application has on the table.', 'nobody is half erased');
DROP TRIGGER keep ON medsched.person_settings;

-- Its changes are recorded with the others', where these are.
SELECT medsched.enable_history() \g /dev/null
UPDATE medsched.person_settings SET day_begins_at = '03:00' WHERE user_id = :ben;
SELECT results_eq('SELECT table_name, operation, before->>''day_begins_at'', after->>''day_begins_at'' FROM medsched.change_history',
  $$VALUES ('person_settings', 'UPDATE', '00:00:00', '03:00:00')$$, 'the history has the settings');
SELECT is(pg_temp.failure('DROP TABLE medsched.person_settings; CREATE VIEW medsched.person_settings AS SELECT gen_random_uuid() AS user_id; SELECT medsched.erase_user(gen_random_uuid())'),
  '42809: "medsched.person_settings" is not a table | Rename it or drop it.', 'what is no table is not deleted from with the owner''s rights');

SELECT * FROM finish();
ROLLBACK;
