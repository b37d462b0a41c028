\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(51);

-- Schedules that cannot be read are left out with a warning.
SET LOCAL client_min_messages = error;

-- Every public function is called with every value that a caller may come up with in every argument,
-- the others being good. Each call returns, or raises an error of a caller's mistake, which does not
-- tell which queries it came through.

-- The history, of which dose_history tells, is there.
SELECT medsched.enable_history(), medsched.enable_reminders() \g /dev/null

SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Prednisone', '[
  {"id": "00000000-0000-0000-0000-0000000000c1", "starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"},
  {"id": "00000000-0000-0000-0000-0000000000c2", "starts_at": "2026-01-01T00:00:00", "time_zone": "Europe/Berlin", "as_needed": true}]') AS medication \gset
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Paused', '[
  {"starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY"}]') AS paused \gset
SELECT medsched.inactivate_medication(lpad('a', 32, '0')::uuid, :'paused', '2026-02-01Z') \g /dev/null
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Counted', '[
  {"starts_at": "2026-01-01T08:00:00", "time_zone": "Europe/Berlin", "rrule": "FREQ=DAILY", "dose_amount": 1, "dose_unit": "mg"}]') AS counted \gset
SELECT medsched.record_stock_entry(lpad('a', 32, '0')::uuid, :'counted', 'dispensed', 90, 'mg', '2026-01-01Z', 90, entry_id => lpad('e1', 32, '0')::uuid) \g /dev/null
SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Tapered', medsched.schedule_from_taper('[{"amount": 40, "days": 5}, {"amount": 20, "days": 5}]', '2026-03-01', 'UTC',
  regimen_id => lpad('f1', 32, '0')::uuid)) \g /dev/null
SELECT medsched.set_substance_limits(lpad('a', 32, '0')::uuid, 'caffeine', min_interval => '1 hour') \g /dev/null
SET CONSTRAINTS ALL IMMEDIATE;

-- A good value for an argument by its name, or, first, by function and name.
CREATE TEMP TABLE good (argument text PRIMARY KEY, value text);
INSERT INTO good VALUES
  ('user_id', lpad('a', 32, '0')), ('user_ids', format('{%s,%s}', lpad('a', 32, '0'), lpad('b', 32, '0'))), ('schedule_id', lpad('c1', 32, '0')), ('medication_id', :'medication'),
  ('check_dates.name', 'dates'), ('dates', '{2026-03-05 08:00}'), ('reactivate_medication.medication_id', :'paused'), ('take_as_needed.schedule_id', lpad('c2', 32, '0')),
  ('next_as_needed_at.schedule_id', lpad('c2', 32, '0')),
  ('scheduled_for', '2026-03-02 07:00Z'), ('taken_at', '2026-03-02 07:05Z'), ('dose_id', medsched.dose_id(lpad('c1', 32, '0')::uuid, '2026-03-02 07:00Z')),
  ('regimen_id', lpad('f1', 32, '0')), ('steps', '[{"amount": 40, "days": 5}, {"amount": 20}]'), ('schedule_from_taper.times', '{08:00}'), ('last_day', '2026-03-06'),
  ('reports', format('[{"schedule_id": "%s", "scheduled_for": "2026-03-02T07:00:00Z", "outcome": "taken"}]', lpad('c1', 32, '0')::uuid)),
  ('snooze_dose.dose_id', medsched.dose_id(lpad('c1', 32, '0')::uuid, medsched.next_occurrence('FREQ=DAILY', '2026-01-01 08:00', 'Europe/Berlin', now()))),
  ('dose_ids', format('{%s}', medsched.dose_id(lpad('c1', 32, '0')::uuid, '2026-03-02 07:00Z'))),
  ('window_start', '2026-03-01Z'), ('window_end', '2026-03-04Z'), ('at', '2026-03-02 07:00Z'), ('after', '2026-03-01Z'), ('before', '2026-03-01Z'),
  ('effective_from', '2026-03-01Z'), ('ends_at', '2026-09-01Z'), ('since', '2026-01-01Z'), ('horizon', '2027-01-01Z'),
  ('max_doses', '5'), ('recorded_by', 'nurse'), ('amount', '1'), ('note', 'n'), ('reason', 'r'), ('notes', 'n'), ('name', 'Aspirin'), ('alarm', '5 min'),
  ('due_at', '2026-03-02 09:00Z'), ('move_dose.local_time', NULL), ('move_dose_by_id.local_time', NULL), ('moved_by', 'nurse'), ('move_by', '1 hour'),
  ('outcome', 'taken'), ('grace', '1h'), ('former_offset', '2h'), ('tolerance_before', '10 min'), ('next_dose', '2026-03-02 19:00Z'), ('rrule', 'FREQ=DAILY'), ('starts_at', '2026-01-01 08:00'), ('time_zone', 'Europe/Berlin'),
  ('change_time_zone.time_zone', 'America/New_York'),
  ('rdates', '{2026-03-05 08:00}'), ('exdates', '{2026-03-06 08:00}'), ('cycle_days_on', '21'), ('cycle_days_off', '7'),
  ('as_needed', 'false'), ('min_interval', NULL), ('max_per_24h', NULL), ('limits', '[]'), ('dose_unit', 'mg'), ('dose_amount', '1'), ('instructions', 'with food'), ('language', 'en'), ('with_time_zone', 'true'), ('after_last', NULL), ('hours_from', '08:00'), ('hours_until', '22:00'), ('max_per_day', '2'), ('events', '["CM"]'), ('set_routine.times', '{"CM": "07:30"}'), ('follows_by', NULL), ('follows_name', 'Aspirin'), ('despite_limits', 'late'),
  ('substance', NULL), ('substance_amount', NULL), ('substance_unit', NULL), ('allowance.substance', 'caffeine'), ('remove_substance_limits.substance', 'caffeine'),
  ('set_substance_limits.substance', 'caffeine'), ('set_substance_limits.min_interval', '1 hour'), ('unit', 'mg'),
  ('record_stock_entry.medication_id', :'counted'), ('kind', 'dispensed'), ('occurred_at', '2026-03-01Z'), ('days_supply', '30'), ('entry_id', lpad('e1', 32, '0')), ('runs_out_at.medication_id', :'counted'), ('stock_entries_of.medication_id', :'counted'), ('refill_by.medication_id', :'counted'),
  ('proportion_of_days_covered.window_start', '2026-01-01'), ('proportion_of_days_covered.window_end', '2026-02-01'),
  ('medication_possession_ratio.window_start', '2026-01-01'), ('medication_possession_ratio.window_end', '2026-02-01'),
  ('covered_days_of_all.window_start', '2026-01-01'), ('covered_days_of_all.window_end', '2026-02-01'),
  ('record_stock_entry.entry_id', lpad('e2', 32, '0')),
  ('most', '5'), ('by', '1 month'), ('keep', NULL), ('ahead', '3'), ('lease', '1 minute'), ('worker', 'w'), ('token', lpad('0', 32, '0')), ('tokens', '{}'), ('retry_after', '1 minute'), ('error', 'no network'),
  ('ahead_by', '30 minutes'), ('at_time', 'true'), ('again_every', '10 minutes'), ('again_at_most', '3'), ('escalate_after', '1 hour'), ('escalate_to', 'daughter'),
  ('refill_days_ahead', '7'), ('low_doses', '3'), ('time_of_day', '09:00'), ('again_every_days', '2'),
  ('quiet_from', '22:00'), ('quiet_until', '07:00'), ('urgency', 'high'), ('drop_after', '2 hours'), ('until', (now() + interval '1 hour')::text),
  ('own_columns', '{}'), ('schedules', '[{"starts_at": "2026-01-01T08:00", "time_zone": "UTC"}]'), ('changes', '{"dose_amount": 2}'), ('update_medication.changes', '{"notes": "n"}'),
  ('schedule', '{"starts_at": "2026-01-01T08:00", "time_zone": "UTC"}'),
  ('resource', '[{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}]'), ('release', 'R4'),
  ('every', '2'), ('schedule_ids', format('{%s}', lpad('c1', 32, '0'))),
  ('calendar', concat_ws(E'\n', 'BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'SUMMARY:Aspirin', 'DTSTART:20260301T080000', 'END:VEVENT', 'END:VCALENDAR')), ('all_day_at', '08:00'),
  ('cluster', 'medsched'), ('sig', 'BID'), ('day_begins_at', '04:00'), ('starts_on', '2026-03-01'), ('ends_on', '2026-04-01'), ('times', '["08:00", "20:00"]'), ('schedule_from_times.times', '{08:00,20:00}'),
  ('document', '{"format": "medsched.person", "version": 1, "medsched": "0.1.0", "user_id": "00000000-0000-4000-8000-0000000000d0", "medications": [], "schedules": [],
                 "dose_taken": [], "person_settings": [{"day_begins_at": "04:00:00"}], "substance_limits": [], "stock_entries": [], "moved_doses": [], "routines": []}'),
  ('days_of_week', '{1,2}'), ('timing', '{"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}'), ('taken', '3'), ('skipped', '1'), ('missed', '1');

-- What is tried in an argument of a type.
CREATE TEMP TABLE tried (type regtype, value text);
INSERT INTO tried
SELECT t.type::regtype, v
FROM (VALUES
  ('timestamptz', ARRAY[NULL, 'infinity', '-infinity', '4714-11-24 00:00Z BC', '0001-01-01 00:00Z', '9999-12-31 23:59:59.999999Z',
                        '294276-12-31 23:59:59Z', '2026-03-02 07:00:00.5Z']),
  ('timestamp', ARRAY[NULL, 'infinity', '-infinity', '4714-11-24 00:00 BC', '0001-01-01 00:00', '9999-12-31 23:59:59', '294276-12-31 23:59:59',
                      '2026-03-02 07:00:00.5']),
  ('timestamp[]', ARRAY[NULL, '{}', '{NULL}', '{infinity}', '{-infinity}', '{4714-11-24 00:00 BC}', '{294276-12-31 00:00}',
                        '{2026-03-02 08:00:00.5}', '{{2026-03-02 08:00}}', '[5:5]={2026-03-02 08:00}', array_fill('2026-03-02 08:00'::timestamp, ARRAY[20000])::text]),
  ('interval', ARRAY[NULL, '0', '-1 microsecond', '-1 hour', '8 days', '366 days', '300000 years', '-300000 years', '178000000 years -2147483648 days',
                     '2147483647 months 2147483647 days', '-2147483648 months -2147483648 days -2562047788:00:54.775807']),
  ('int', ARRAY[NULL, '0', '-1', '1', '3660', '3661', '2147483647', '-2147483648']),
  ('bigint', ARRAY[NULL, '0', '-1', '9223372036854775807', '-9223372036854775808']),
  ('int[]', ARRAY[NULL, '{}', '{NULL}', '{0}', '{-1}', '{8}', '{2147483647}', '{1,1}', '{{1}}', array_fill(1, ARRAY[20000])::text]),
  ('numeric', ARRAY[NULL, '0', '-0', '-1', 'NaN', 'Infinity', '-Infinity', '1e100000', '1e-1000', '0.1', repeat('9', 100000)]),
  ('boolean', ARRAY[NULL, 'true', 'false']),
  ('uuid', ARRAY[NULL, repeat('0', 32), repeat('f', 32)]),
  ('uuid[]', ARRAY[NULL, '{}', '{NULL}', format('{%s}', repeat('f', 32)), format('{{%s}}', lpad('c1', 32, '0')), array_fill(lpad('c1', 32, '0')::uuid, ARRAY[2000])::text]),
  ('text', ARRAY[NULL, '', '   ', E'\n', 'banana', 'FREQ=', '-1', 'NaN', 'infinity', '%s%n', 'é', repeat('x', 100000), repeat('FREQ=DAILY;', 20000)]),
  ('text[]', ARRAY[NULL, '{}', '{NULL}', '{""}', '{{x}}', '{banana,banana}', format('{%s}', repeat('x', 100000)), '[5:5]={x}']),
  ('date', ARRAY[NULL, 'infinity', '-infinity', '4714-11-24 BC', '0001-01-01', '9999-12-31', '5874897-12-31']),
  ('time', ARRAY[NULL, '00:00', '24:00', '23:59:60', '08:00:00.5', '23:59:59.999999']),
  ('time[]', ARRAY[NULL, '{}', '{NULL}', '{24:00}', '{08:00:00.5}', '{08:00,08:00}', '{{08:00}}', array_fill('08:00'::time, ARRAY[20000])::text]),
  ('jsonb', ARRAY[NULL, 'null', '{}', '[]', '0', '-1', '""', '"  "', 'true', '[null]', '[[]]', '[{}]', '[""]', '{"": null}', '{"a": {}}', '[-1]',
                  repeat('[', 3000) || repeat(']', 3000)])) AS t (type, tried)
CROSS JOIN unnest(t.tried) AS v;

CREATE TEMP TABLE arguments AS
SELECT p.oid::regprocedure AS function, p.proname, a.nth, p.proargnames[a.place] AS name, a.type::regtype
FROM pg_proc AS p
CROSS JOIN LATERAL (
  SELECT i.type, i.nth, m.place
  FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS i (type, nth)
  JOIN (SELECT g.place, row_number() OVER (ORDER BY g.place) AS nth
        FROM generate_series(1, p.pronargs + coalesce(cardinality(p.proargmodes), 0)) AS g (place)
        WHERE CASE WHEN p.proargmodes IS NULL THEN g.place <= p.pronargs ELSE p.proargmodes[g.place] IN ('i', 'b') END) AS m USING (nth)) AS a
WHERE p.pronamespace = 'medsched'::regnamespace
  AND p.proname !~ '^_' AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype);

-- A call of a function with a value in one argument.
CREATE FUNCTION pg_temp.call(called regprocedure, changed int, instead text) RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT answer::text FROM medsched.%I(%s) AS answer', min(a.proname),
           string_agg(format('%L::%s', CASE WHEN a.nth = changed THEN instead ELSE g.value END, a.type), ', ' ORDER BY a.nth))
  FROM arguments AS a
  CROSS JOIN LATERAL (
    SELECT coalesce((SELECT array_agg(g.value) FROM good AS g WHERE g.argument = a.proname || '.' || a.name),
                    (SELECT array_agg(g.value) FROM good AS g WHERE g.argument = a.name)) AS found) AS f
  CROSS JOIN LATERAL (SELECT f.found[1] AS value) AS g
  WHERE a.function = called
$$;

CREATE FUNCTION pg_temp.answer(call text, OUT state text, OUT message text, OUT detail text, OUT context text, OUT answer text) LANGUAGE plpgsql AS $$
DECLARE
  row record;
BEGIN
  BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    FOR row IN EXECUTE call LOOP answer := row.answer; END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;
    RAISE EXCEPTION USING ERRCODE = 'XXYYY';
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
  END;
  IF state = 'XXYYY' THEN
    state := '00000'; message := ''; detail := ''; context := '';
  END IF;
END
$$;

CREATE TEMP TABLE answers AS
SELECT a.function, a.proname, a.name, t.value, w.state, w.message, w.detail, w.context, w.answer
FROM arguments AS a JOIN tried AS t ON t.type = a.type
CROSS JOIN LATERAL pg_temp.call(a.function, a.nth::int, t.value) AS c (call)
CROSS JOIN LATERAL pg_temp.answer(c.call) AS w;

SELECT ok(bool_and(a.found), 'there is a good value for every argument')
FROM (SELECT EXISTS (SELECT FROM good AS g WHERE g.argument IN (a.name, a.proname || '.' || a.name)) AS found FROM arguments AS a) AS a;
SELECT is(count(*), 0::bigint, 'there are values for every type') FROM arguments AS a WHERE a.type NOT IN (SELECT t.type FROM tried AS t);
SELECT is(string_agg(DISTINCT a.function::text, ', '), NULL, 'every function answers when all its arguments are good')
FROM arguments AS a CROSS JOIN LATERAL pg_temp.answer(pg_temp.call(a.function, 0, NULL)) AS w WHERE w.state <> '00000';

-- What an error of a caller's mistake is: 22004 for a null; 22023, and 2202E for an array of arrays, for what is not
-- valid; P0002 for an id; 0A000 for what is not supported; 23514 for what a rule forbids; 54000 and 55000 as documented.
SELECT is(string_agg(format('%s %s %s => %s: %s', a.proname, a.name, left(a.value, 40), a.state, left(a.message, 80)), E'\n'), NULL,
  'each error is one of a caller''s mistakes')
FROM answers AS a WHERE a.state NOT IN ('00000', '22004', '22023', '2202E', 'P0002', '0A000', '23514', '54000', '55000');
SELECT is(string_agg(format('%s %s => %s', a.proname, a.name, a.state), E'\n'), NULL, 'a null, or nothing, is 22004')
FROM answers AS a WHERE a.message ~ 'must not be null' AND (a.state <> '22004' OR a.value IS NOT NULL AND a.value !~ 'NULL');
SELECT is(string_agg(format('%s %s %s: %s', a.proname, a.name, left(a.value, 40), a.context), E'\n'), NULL, 'none tells which queries it came through')
FROM answers AS a WHERE a.context ~ 'medsched.(medications|schedules|dose_taken)\M';
SELECT is(string_agg(format('%s %s %s: %s', a.proname, a.name, left(a.value, 40), left(a.message, 80)), E'\n'), NULL, 'none comes from a CHECK in a table''s words')
FROM answers AS a WHERE a.message ~ 'violates|constraint|out of range$' AND a.message !~ format('^(%s|day of the week .*) is out of range$', a.name);
SELECT is(string_agg(format('%s %s: %s characters', a.proname, a.name, length(a.message) + length(a.detail)), E'\n'), NULL, 'a message stays short, whatever its value')
FROM answers AS a WHERE length(a.message) > 250 OR length(a.detail) > 500;

-- What some of them are in particular.
SELECT is(pg_temp.failure('SELECT medsched.' || call), error, call)
FROM (VALUES
  ($$dose_status('2026-03-02Z', 'banana', NULL)$$, '22023: unrecognized outcome "banana" | An outcome is "taken", "skipped", "extra", or null for a dose that is not recorded.'),
  ($$dose_status('2026-03-02Z', 'Taken', NULL)$$, '22023: unrecognized outcome "Taken" | An outcome is "taken", "skipped", "extra", or null for a dose that is not recorded.'),
  ($$dose_status('2026-03-02Z', '', NULL)$$, '22023: unrecognized outcome "" | An outcome is "taken", "skipped", "extra", or null for a dose that is not recorded.'),
  ($$dose_status('infinity', NULL, NULL)$$, '22023: scheduled_for must be finite'),
  ($$dose_status('-infinity', NULL, NULL)$$, '22023: scheduled_for must be finite'),
  ($$dose_status(now() - interval '1h', NULL, '300000 years')$$, '22023: grace must be from 0 to 366 days | It is 300000 years.'),
  ($$dose_status(now() - interval '1h', NULL, '-1 second')$$, '22023: grace must be from 0 to 366 days | It is -00:00:01.'),
  ($$dose_status(now() - interval '1h', NULL, '366 days 0.000001 seconds')$$, '22023: grace must be from 0 to 366 days | It is 366 days 00:00:00.000001.'),
  ($$is_on_time('-infinity', 'infinity', NULL)$$, '22023: scheduled_for must be finite'),
  ($$is_on_time('2026-03-02Z', 'infinity', NULL)$$, '22023: taken_at must be finite'),
  ($$is_on_time('2026-03-02Z', '2026-03-02Z', '300000 years')$$, '22023: grace must be from 0 to 366 days | It is 300000 years.'),
  ($$grace_ended_before('-300000 years')$$, '22023: grace must be from 0 to 366 days | It is -300000 years.'),
  ($$grace_ended_before('178956970 years 2147483647 days')$$, '22023: grace must be from 0 to 366 days | It is 178956970 years 2147483647 days.'),
  ($$mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2026-03-02 07:00Z', amount => -1)$$,
   '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is -1.'),
  ($$mark_dose_taken(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2026-03-02 07:00Z', amount => 'NaN')$$,
   '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is NaN.'),
  ($$mark_dose_taken_by_id(lpad('a', 32, '0')::uuid, medsched.dose_id(lpad('c1', 32, '0')::uuid, '2026-03-02 07:00Z'), amount => 0)$$,
   '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is 0.'),
  ($$take_as_needed(lpad('a', 32, '0')::uuid, lpad('c2', 32, '0')::uuid, '2026-03-02 07:00Z', amount => '-Infinity')$$,
   '23514 medsched.dose_taken.dose_taken_amount_positive: amount must be finite and above 0 | It is -Infinity.'),
  ($$check_time_zone('EST5EDT4')$$, '22023: time zone "EST5EDT4" is not known | Time zones are IANA names such as "Europe/Berlin"; offsets and POSIX zone strings are not'
   ' taken, because they do not follow a place when its rules change. | The names are in the view pg_timezone_names.')
) AS t (call, error);

-- And some answers at the edges.
SELECT is(answer, expected, call)
FROM (VALUES
  ($$dose_status(now() - interval '366 days', NULL, '366 days')$$, 'due'),
  ($$dose_status(now() - interval '366 days 1 microsecond', NULL, '366 days')$$, 'missed'),
  ($$dose_status(now(), NULL, '0')$$, 'due'),
  ($$dose_status(now() - interval '1 microsecond', NULL, '0')$$, 'missed'),
  ($$dose_status(now() + interval '1 microsecond', NULL, '366 days')$$, 'upcoming'),
  ($$dose_status('4714-11-24 00:00Z BC', NULL, NULL)$$, 'missed'),
  ($$dose_status('294276-12-31 23:59:59.999999Z', NULL, NULL)$$, 'upcoming'),
  ($$dose_status(now(), 'taken', '1h')$$, 'taken'),
  ($$dose_status(now(), 'skipped', '1h')$$, 'skipped'),
  -- Half an hour, in the largest numbers that an interval holds.
  ($$is_on_time('2026-03-02 08:00Z', '2026-03-02 08:30Z', '2562047788:00:00'::interval - '106751991 days'::interval - '03:30:00'::interval)$$, 'true'),
  ($$is_on_time('2026-03-02 08:00Z', '2026-03-02 08:30:01Z', '2562047788:00:00'::interval - '106751991 days'::interval - '03:30:00'::interval)$$, 'false'),
  ($$is_on_time('4714-11-24 00:00Z BC', '294276-12-31 23:59:59.999999Z', '366 days')$$, 'false'),
  ($$is_on_time('294276-12-31 23:59:59.999999Z', '4714-11-24 00:00Z BC', '366 days')$$, 'false'),
  ($$is_on_time('2026-03-02Z', NULL, '1h')$$, 'false'),
  ($$is_on_time('2026-03-02 08:00Z', '2026-03-02 09:00Z', '1h')$$, 'true'),
  ($$is_on_time('2026-03-02 08:00Z', '2026-03-02 09:00:00.000001Z', '1h')$$, 'false'),
  ($$is_on_time('2026-03-02 09:00Z', '2026-03-02 08:00Z', '1h')$$, 'true'),
  ($$grace_ended_before('366 days') = now() - interval '366 days'$$, 'true'),
  ($$percentage_taken(9223372036854775807, 9223372036854775807, 0)$$, '50.0'),
  ($$percentage_taken(0, 0, 0)$$, NULL)
) AS t (call, expected)
CROSS JOIN LATERAL pg_temp.answer('SELECT (medsched.' || call || ')::text AS answer') AS w;

-- Every key of a schedule in JSON, likewise, in a new schedule and in a revision.
CREATE TEMP TABLE key_answers AS
SELECT f.function, k.key, v.value, w.*
FROM unnest(ARRAY['id', 'starts_at', 'time_zone', 'time_zone_pinned', 'rrule', 'rdates', 'exdates', 'cycle_days_on', 'cycle_days_off', 'as_needed',
                  'min_interval', 'max_per_24h', 'limits', 'grace', 'after_last', 'hours_from', 'hours_until', 'max_per_day', 'follows_by', 'dose_amount', 'dose_unit', 'instructions', 'ends_at']) AS k (key)
CROSS JOIN unnest(ARRAY['null', '0', '-1', '1', '0.5', '-0.5', '1e400', '2147483648', '-2147483649', '9223372036854775808', repeat('9', 10000), 'true', 'false', '[]', '{}', '[null]', '[[]]', '["x"]',
                        '""', '" "', '"\u00e9"', '"NaN"', '"Infinity"', '"-Infinity"', '"infinity"', '"-infinity"', '"now"', '"today"', '"0"', '"-1"', '"1e400"', '"0000-01-01T00:00"', '"10000-01-01T00:00"', '"0001-01-01T00:00"',
                        '"2026-02-30T00:00"', '"2026-01-01T24:00:00"', '"2026-01-01T08:00:00.5"', '"2026-01-01T08:00:60"', '"0000-01-01T00:00Z"', '"2026-01-01T08:00+99:99"', '"9999-12-31T23:59:59-15:59"', '["2026-01-01T08:00", "infinity"]',
                        '"0 hours"', '"-1 hour"', '"366 days 1 second"', '"300000 years"', '"178956970 years 2147483647 days"', '"FREQ=DAILY;COUNT=0"', '"EST5EDT4"',
                        to_jsonb(repeat('x', 100000))::text]) AS v (value)
CROSS JOIN LATERAL (VALUES
  ('create_medication', format($$SELECT medsched.create_medication(lpad('a', 32, '0')::uuid, 'Aspirin',
      '[{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]'::jsonb || jsonb_build_array(
      '{"starts_at": "2026-01-01T08:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}'::jsonb || %L))::text AS answer$$, format('{%s: %s}', to_json(k.key), v.value)::jsonb)),
  ('revise_schedule', format($$SELECT medsched.revise_schedule(lpad('a', 32, '0')::uuid, lpad('c1', 32, '0')::uuid, '2026-03-01Z', %L)::text AS answer$$,
      format('{%s: %s}', to_json(k.key), v.value)::jsonb))) AS f (function, call)
CROSS JOIN LATERAL pg_temp.answer(f.call) AS w;
SELECT is(string_agg(format('%s %s %s => %s: %s', a.function, a.key, left(a.value, 40), a.state, left(a.message, 80)), E'\n'), NULL, 'each error of a key is one of a caller''s mistakes')
FROM key_answers AS a WHERE a.state NOT IN ('00000', '22023', '22007', '22008', '22009', '22P02', '22003', '0A000', '23514', '23505');
SELECT is(string_agg(format('%s %s %s: %s', a.function, a.key, left(a.value, 40), left(a.message, 80)), E'\n'), NULL, 'and says which schedule it is about')
FROM key_answers AS a WHERE a.message <> '' AND a.message !~ '^(schedules\[1\]|changes|the revised schedule|schedule can never have a dose$)[.: ]?';
SELECT is(string_agg(format('%s %s %s: %s', a.function, a.key, left(a.value, 40), a.context), E'\n'), NULL, 'and none tells which queries it came through')
FROM key_answers AS a WHERE a.context ~ 'medsched.(medications|schedules|dose_taken)\M';
SELECT is(string_agg(format('%s %s %s: %s', a.function, a.key, left(a.value, 40), left(a.message, 80)), E'\n'), NULL, 'nor comes from a CHECK in a table''s words')
FROM key_answers AS a WHERE a.message ~ 'violates|constraint';
SELECT is(string_agg(format('%s %s: %s characters', a.function, a.key, length(a.message) + length(a.detail)), E'\n'), NULL, 'and stays short')
FROM key_answers AS a WHERE length(a.message) > 250 OR length(a.detail) > 500;

SELECT * FROM finish();
ROLLBACK;
