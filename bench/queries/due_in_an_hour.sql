SELECT count(*)
FROM medsched.due_doses(timestamptz '@reference@', timestamptz '@reference@' + interval '1 hour');
