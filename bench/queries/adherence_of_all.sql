SELECT count(*), sum(scheduled), sum(taken)
FROM medsched.adherence_of_all(timestamptz '@reference@' - interval '30 days', timestamptz '@reference@');
