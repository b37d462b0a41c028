SELECT user_id, medication_id, scheduled, taken
FROM medsched.adherence_of_all(timestamptz '@reference@' - interval '30 days', timestamptz '@reference@')
