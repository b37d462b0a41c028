\i test/setup.psql
\i test/failure.psql
\i test/id.psql
BEGIN;
SELECT plan(16);

-- Doses counted from the last one: what was noted of a dose is forgotten when it is taken back, what was taken later did not put it
-- off, and each keeps its handle.  Expected values are worked out by hand.  All in UTC.

CREATE FUNCTION pg_temp.has(schedule text, columns jsonb) RETURNS uuid LANGUAGE sql AS $$
  SELECT medsched.create_medication(pg_temp.id('a'), schedule, jsonb_build_array(
           '{"starts_at": "2030-06-01T08:00", "time_zone": "UTC", "after_last": "8 hours"}' || columns || jsonb_build_object('id', pg_temp.id(schedule))))
$$;
-- The doses of a medication: when each is due, which dose that is where it is another time, and what became of it.
CREATE FUNCTION pg_temp.doses(medication text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat(to_char(timezone('UTC', d.due_at), 'DD HH24:MI'), to_char(timezone('UTC', nullif(d.scheduled_for, d.due_at)), ' (DD HH24:MI)'),
                           ' ' || nullif(d.status, 'upcoming')), ', ' ORDER BY d.due_at)
    FROM medsched.upcoming_doses(pg_temp.id('a'), '2030-05-01Z', '2030-08-01Z') AS d WHERE d.medication_name = medication
$$;
CREATE FUNCTION pg_temp.takes(schedule uuid, dose timestamptz, taken_at timestamptz) RETURNS boolean LANGUAGE sql AS $$
  SELECT newly_taken FROM medsched.mark_dose_taken(pg_temp.id('a'), schedule, dose, taken_at)
$$;
CREATE FUNCTION pg_temp.corrects(schedule uuid, dose timestamptz, at timestamptz) RETURNS void LANGUAGE sql AS $$
  UPDATE medsched.dose_taken SET taken_at = at WHERE user_id = pg_temp.id('a') AND schedule_id = schedule AND scheduled_for = dose
$$;
CREATE FUNCTION pg_temp.undoes(schedule uuid, dose timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT outcome FROM medsched.undo_dose(pg_temp.id('a'), schedule, dose)
$$;

-- Put off by an extra dose, recorded, and taken back without the extra dose: it is due as if neither had been.
SELECT pg_temp.has('a1', '{}') \g /dev/null
SELECT outcome FROM medsched.record_extra_dose(pg_temp.id('a'), pg_temp.id('a1'), '2030-06-01 06:00Z') \g /dev/null
SELECT is(pg_temp.doses('a1'), '01 06:00 extra, 01 14:00 (01 08:00)', 'an extra dose puts the first off');
SELECT newly_skipped FROM medsched.skip_dose(pg_temp.id('a'), pg_temp.id('a1'), '2030-06-01 08:00Z') \g /dev/null
SELECT is(pg_temp.doses('a1'), '01 06:00 extra, 01 14:00 (01 08:00) skipped, 01 22:00', 'it was due then');
SELECT pg_temp.undoes(pg_temp.id('a1'), '2030-06-01 08:00Z'), pg_temp.undoes(pg_temp.id('a1'), '2030-06-01 06:00Z') \g /dev/null
SELECT is(pg_temp.doses('a1'), '01 08:00', 'taken back with the extra dose, it is due at its own time');
SELECT pg_temp.takes(pg_temp.id('a1'), '2030-06-01 08:00Z', '2030-06-01 08:10Z') \g /dev/null
SELECT is(pg_temp.doses('a1'), '01 08:00 taken, 01 16:10', 'and was, once it is taken');
SELECT pg_temp.undoes(pg_temp.id('a1'), '2030-06-01 08:00Z') \g /dev/null
SELECT outcome FROM medsched.record_extra_dose(pg_temp.id('a'), pg_temp.id('a1'), '2030-06-01 07:00Z') \g /dev/null
SELECT is(pg_temp.doses('a1'), '01 07:00 extra, 01 15:00 (01 08:00)', 'another extra dose puts it off anew');

-- What is recorded late was due when it was taken: an extra dose that was taken later did not put it off.
SELECT pg_temp.has('a2', '{}') \g /dev/null
SELECT outcome FROM medsched.record_extra_dose(pg_temp.id('a'), pg_temp.id('a2'), '2030-06-02 09:00Z') \g /dev/null
SELECT pg_temp.takes(pg_temp.id('a2'), '2030-06-01 08:00Z', '2030-06-01 08:05Z') \g /dev/null
SELECT is(pg_temp.doses('a2'), '01 08:00 taken, 02 09:00 extra, 02 17:00 (01 16:05)', 'a dose that is recorded after an extra dose of later');
SELECT is((SELECT d.on_time FROM medsched.scheduled_doses('2030-06-01Z', '2030-06-02Z') AS d WHERE d.schedule_id = pg_temp.id('a2')), true, 'is on time');

-- One whose predecessor is corrected while it is recorded keeps its handle when it is taken back.
SELECT pg_temp.has('a3', '{}') \g /dev/null
SELECT pg_temp.takes(pg_temp.id('a3'), '2030-06-01 08:00Z', '2030-06-01 08:00Z'), pg_temp.takes(pg_temp.id('a3'), '2030-06-01 16:00Z', '2030-06-01 16:00Z') \g /dev/null
SELECT pg_temp.corrects(pg_temp.id('a3'), '2030-06-01 08:00Z', '2030-06-01 09:00Z') \g /dev/null
SELECT is(pg_temp.doses('a3'), '01 08:00 taken, 01 16:00 taken, 02 00:00', 'what is recorded stays');
SELECT is_empty($$SELECT FROM medsched.check_integrity() AS i WHERE i.user_id = pg_temp.id('a')$$, 'and is a dose of its schedule');
SELECT pg_temp.undoes(pg_temp.id('a3'), '2030-06-01 16:00Z') \g /dev/null
SELECT is(pg_temp.doses('a3'), '01 08:00 taken, 01 17:00 (01 16:00)', 'taken back, it has its handle, and is due by the corrected time');

-- So does one of a schedule that was replaced while it is open.
SELECT pg_temp.has('a4', '{"after_last": "2 days"}') \g /dev/null
SELECT pg_temp.takes(pg_temp.id('a4'), '2030-06-01 08:00Z', '2030-06-01 09:00Z') \g /dev/null
SELECT medsched.revise_schedule(pg_temp.id('a'), pg_temp.id('a4'), '2030-06-05Z', '{"dose_amount": 2, "dose_unit": "mg"}') \g /dev/null
SELECT is(pg_temp.doses('a4'), '01 08:00 taken, 03 09:00, 05 00:00', 'one is open, and one is to come');
SELECT pg_temp.corrects(pg_temp.id('a4'), '2030-06-01 08:00Z', '2030-06-01 07:00Z') \g /dev/null
SELECT is(pg_temp.doses('a4'), '01 08:00 taken, 03 07:00 (03 09:00), 05 00:00', 'corrected, the open one keeps its handle');
SELECT pg_temp.corrects(pg_temp.id('a4'), '2030-06-01 08:00Z', '2030-06-01 11:00Z') \g /dev/null
SELECT is(pg_temp.doses('a4'), '01 08:00 taken, 03 11:00 (03 09:00), 05 00:00', 'and corrected again');

-- A dose is not moved onto one that is recorded, but to where that was if it was due elsewhere.
SELECT pg_temp.has('a5', '{"max_per_day": 2}') \g /dev/null
SELECT pg_temp.takes(pg_temp.id('a5'), '2030-06-01 08:00Z', '2030-06-01 04:00Z') \g /dev/null
SELECT is(pg_temp.failure($$SELECT medsched.move_dose(pg_temp.id('a'), pg_temp.id('a5'), '2030-06-01 12:00Z', '2030-06-01 08:00Z')$$),
  '23514 medsched.moved_doses.moved_dose_is_apart: the dose at 2030-06-01 12:00:00+00 cannot be moved to 2030-06-01 08:00:00+00 | Another dose of its schedule is due then.'
  ' | Choose another time, move the other dose first, or skip one of the two.', 'onto a recorded dose');
SELECT pg_temp.takes(pg_temp.id('a5'), '2030-06-01 12:00Z', '2030-06-01 13:00Z') \g /dev/null
SELECT is(pg_temp.doses('a5'), '01 08:00 taken, 01 12:00 taken, 02 00:00 (01 21:00)', 'the third is due the day after');
SELECT pg_temp.takes(pg_temp.id('a5'), '2030-06-01 21:00Z', '2030-06-02 01:00Z') \g /dev/null
SELECT is((SELECT m.due_at FROM medsched.move_dose(pg_temp.id('a'), pg_temp.id('a5'), '2030-06-02 09:00Z', '2030-06-01 21:00Z') AS m), '2030-06-01 21:00Z', 'to where a recorded dose was not due');

SELECT * FROM finish();
ROLLBACK;
