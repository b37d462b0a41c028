\i test/setup.psql
\i test/failure.psql
BEGIN;
SELECT plan(49);

-- The expected handles were made with coreutils: printf '%s' TEXT | basenc --base64url | tr -d =
SELECT is(medsched.dose_id('01234567-89ab-cdef-0123-456789abcdef', '2026-03-29 08:00+02'),
  'v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg',
  'a handle: 01234567-89ab-cdef-0123-456789abcdef|2026-03-29T06:00:00.000Z');
SELECT is(medsched.dose_id('ffffffff-ffff-ffff-ffff-ffffffffffff', '0001-01-01 00:00:00Z'),
  'v1:ZmZmZmZmZmYtZmZmZi1mZmZmLWZmZmYtZmZmZmZmZmZmZmZmfDAwMDEtMDEtMDFUMDA6MDA6MDAuMDAwWg',
  'the first instant');
SELECT is(medsched.dose_id('00000000-0000-0000-0000-000000000000', '9999-12-31 23:59:59.999Z'),
  'v1:MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwfDk5OTktMTItMzFUMjM6NTk6NTkuOTk5Wg',
  'the last');

SELECT is(
  convert_from(decode(rpad(translate(substr(medsched.dose_id(id, at), 4), '-_', '+/'), 84, '='), 'base64'), 'UTF8'),
  id || '|' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'any client can decode it: ' || at)
FROM (VALUES
  ('9e107d9d-372b-b682-6bd8-1d3542a419d6'::uuid, timestamptz '1969-12-31 23:59:59.5Z'),
  ('e4d909c2-90d0-fb1c-a068-ffaddf22cbd0',       '2000-01-01 00:00:00Z'),
  ('d41d8cd9-8f00-b204-e980-0998ecf8427e',       '2024-02-29 12:34:56.789Z'),
  ('fbfbfbfb-fbfb-fbfb-fbfb-fbfbfbfbfbfb',       '2038-01-19 03:14:08Z')
) AS t (id, at);

SELECT is(medsched.dose_id(NULL, now()), NULL, 'NULL for a NULL schedule');
SELECT is(medsched.dose_id('00000000-0000-0000-0000-000000000000', NULL), NULL, 'NULL for a NULL time');

SELECT is(pg_temp.failure(format('SELECT medsched.dose_id(''00000000-0000-0000-0000-000000000000'', %L)', at)),
  '22023: no dose can be scheduled for ' || at || ' | A dose is at a whole millisecond of the years 1 to 9999 in UTC.',
  'no handle for ' || at)
FROM (VALUES ('infinity'), ('-infinity'), ('10000-01-01 00:00:00+00'), ('0001-12-31 23:59:59+00 BC'), ('2026-01-01 00:00:00.0005+00')) AS t (at);

-- Back: the same dose, and only in the one spelling.
INSERT INTO medsched.medications (user_id, id, name) VALUES
  ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-0000000000a1', 'Metformin');
INSERT INTO medsched.schedules (user_id, id, medication_id, starts_at, time_zone, rrule) VALUES
  ('00000000-0000-0000-0000-00000000000a', '01234567-89ab-cdef-0123-456789abcdef',
   '00000000-0000-0000-0000-0000000000a1', '2026-01-01 08:00', 'Europe/Berlin', 'FREQ=DAILY');

SELECT is((user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason, recorded_at, newly_taken),
  ('00000000-0000-0000-0000-00000000000a'::uuid, '01234567-89ab-cdef-0123-456789abcdef'::uuid,
   timestamptz '2026-03-29 06:00Z', timestamptz '2026-03-29 06:10Z', 'carer'::text, 2.5, 'with water'::text, 'taken'::text,
   NULL::text, now(), true),
  'a handle marks its dose')
FROM medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a',
  'v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg',
  '2026-03-29 06:10Z', 'carer', 2.5, 'with water');
SELECT is((taken_at, recorded_by, newly_taken), (timestamptz '2026-03-29 06:10Z', 'carer'::text, false),
  'a second time, it returns what is there')
FROM medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a',
  'v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg');
SELECT is((taken_at, recorded_by, newly_taken), (now(), NULL::text, true), 'taken now, unless said otherwise')
FROM medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a',
  medsched.dose_id('01234567-89ab-cdef-0123-456789abcdef', '2026-03-30 06:00Z'));
SELECT throws_ok(
  $$SELECT medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000b',
      medsched.dose_id('01234567-89ab-cdef-0123-456789abcdef', '2026-03-30 06:00Z'))$$,
  'P0002', 'schedule "01234567-89ab-cdef-0123-456789abcdef" not found', 'another user''s handle is not found');
SELECT throws_ok(
  $$SELECT medsched.mark_dose_taken_by_id('00000000-0000-0000-0000-00000000000a',
      medsched.dose_id('01234567-89ab-cdef-0123-456789abcdef', '2026-03-30 07:00Z'))$$,
  '23514', 'schedule "01234567-89ab-cdef-0123-456789abcdef" has no dose at 2026-03-30 07:00:00+00', 'a handle of no dose');

SELECT is(pg_temp.failure(format('SELECT medsched.mark_dose_taken_by_id(''00000000-0000-0000-0000-00000000000a'', %L)', handle)),
  '22023: malformed dose_id | "' || handle || '" is not the handle of a dose.'
  ' | Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.', 'refused: ' || what)
FROM (VALUES
  ('',                                                                                         'nothing'),
  ('v1:',                                                                                      'a prefix'),
  ('MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg',       'no prefix'),
  ('v2:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg',    'another version'),
  ('V1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg',    'a capital V'),
  (' v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg',   'a space before'),
  ('v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWg==',  'padding'),
  ('v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWgA',   'a letter more'),
  ('v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwW',     'a letter less'),
  ('v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwWh',    'a stray bit in the last letter'),
  ('v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAw+g',    'a letter of plain base64'),
  ('v1:MDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmfDIwMjYtMDMtMjlUMDY6MDA6MDAuMDAwü',     'a letter of two bytes')
) AS t (handle, what);

-- What is base64url, but not of a dose.
SELECT is(pg_temp.failure(format('SELECT medsched.mark_dose_taken_by_id(''00000000-0000-0000-0000-00000000000a'', %L)',
  'v1:' || translate(rtrim(replace(encode(convert_to(plain, 'UTF8'), 'base64'), E'\n', ''), '='), '+/', '-_'))) ~ '^22023: malformed dose_id',
  true, 'refused: ' || plain)
FROM (VALUES
  ('01234567-89AB-CDEF-0123-456789ABCDEF|2026-03-29T06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdeg|2026-03-29T06:00:00.000Z'),
  ('{1234567-89ab-cdef-0123-456789abcde}|2026-03-29T06:00:00.000Z'),
  ('01234567x89ab-cdef-0123-456789abcdef|2026-03-29T06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef,2026-03-29T06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-29 06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-29T06:00:00.000z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-29T06:00:00,000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-02-29T06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-13-01T06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-00-01T06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-28T30:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-29T05:60:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-29T05:59:60.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|0000-03-29T06:00:00.000Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-29T06:00:00.00 Z'),
  ('01234567-89ab-cdef-0123-456789abcdef|2026-03-29T06:00:00+00:00')
) AS t (plain);

SELECT is(pg_temp.failure('SELECT medsched.mark_dose_taken_by_id(''00000000-0000-0000-0000-00000000000a'', NULL)'),
  '22004: dose_id must not be null', 'a NULL handle');

SELECT * FROM finish();
ROLLBACK;
