-- What CREATE OR REPLACE cannot do: from 0.1.0 to 0.2.0.

-- Functions that returned columns of their own return a type from now on.  Set
-- them aside; the last file gives the new ones their grants, and drops those
-- that nobody uses.
ALTER FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) RENAME TO upcoming_doses_of_0_1_0;
ALTER FUNCTION medsched.next_doses(uuid, timestamptz, int) RENAME TO next_doses_of_0_1_0;
ALTER FUNCTION medsched.scheduled_doses(timestamptz, timestamptz) RENAME TO scheduled_doses_of_0_1_0;
ALTER FUNCTION medsched.due_doses(timestamptz, timestamptz) RENAME TO due_doses_of_0_1_0;
ALTER FUNCTION medsched.mark_dose_taken(uuid, uuid, timestamptz, timestamptz, text, numeric, text) RENAME TO mark_dose_taken_of_0_1_0;
ALTER FUNCTION medsched.mark_dose_taken_by_id(uuid, text, timestamptz, text, numeric, text) RENAME TO mark_dose_taken_by_id_of_0_1_0;
ALTER FUNCTION medsched.skip_dose(uuid, uuid, timestamptz, text, text, text) RENAME TO skip_dose_of_0_1_0;
ALTER FUNCTION medsched.skip_dose_by_id(uuid, text, text, text, text) RENAME TO skip_dose_by_id_of_0_1_0;
ALTER FUNCTION medsched.undo_dose(uuid, uuid, timestamptz) RENAME TO undo_dose_of_0_1_0;
ALTER FUNCTION medsched.undo_dose_by_id(uuid, text) RENAME TO undo_dose_by_id_of_0_1_0;
ALTER FUNCTION medsched.take_as_needed(uuid, uuid, timestamptz, text, numeric, text) RENAME TO take_as_needed_of_0_1_0;
ALTER FUNCTION medsched.change_time_zone(uuid, text, timestamptz) RENAME TO change_time_zone_of_0_1_0;

-- Those that have further arguments from now on, likewise: beside them, a call without those would be ambiguous.
ALTER FUNCTION medsched.create_medication(uuid, text, jsonb, text) RENAME TO create_medication_of_0_1_0;
ALTER FUNCTION medsched.adherence_by_day(uuid, timestamptz, timestamptz) RENAME TO adherence_by_day_of_0_1_0;
ALTER FUNCTION medsched.schedule_from_times(time[], date, text, int[], date) RENAME TO schedule_from_times_of_0_1_0;
ALTER FUNCTION medsched.schedule_from_sig(text, date, text, jsonb) RENAME TO schedule_from_sig_of_0_1_0;
ALTER FUNCTION medsched.schedule_from_fhir(jsonb, date, text, jsonb) RENAME TO schedule_from_fhir_of_0_1_0;
ALTER FUNCTION medsched.describe_schedule(text, timestamp, text, timestamp[], timestamp[], timestamptz, int, int, boolean, interval, int, timestamptz) RENAME TO describe_schedule_of_0_1_0;

-- It deletes with the caller's rights: the right to is DELETE, which the tables' owner gives.
GRANT EXECUTE ON FUNCTION medsched.erase_user(uuid) TO PUBLIC;

-- Gone.
DROP FUNCTION IF EXISTS medsched._as_needed_schedule(date, text, int, int);
DROP FUNCTION IF EXISTS medsched._fhir_frequency(jsonb, int[], time[]);
DROP FUNCTION IF EXISTS medsched._fhir_elements();
DROP FUNCTION IF EXISTS medsched._fhir_clocks(jsonb, jsonb);
DROP FUNCTION IF EXISTS medsched._fhir_code(jsonb);
DROP FUNCTION IF EXISTS medsched._fhir_instructions(jsonb);
