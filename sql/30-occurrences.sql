-- When a schedule has doses, from its parts and no table.

COMMENT ON FUNCTION medsched.occurrences(text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'the occurrences of a schedule in the window [window_start, window_end), ascending and distinct; rrule NULL: the one at starts_at; cycle_days_on, cycle_days_off: the rule holds for so many days from the day of starts_at, then pauses for so many. Errors: 22004 for a NULL elsewhere, 22023 for a value that is not valid, 54000 beyond medsched.max_doses';

COMMENT ON FUNCTION medsched.count_occurrences(text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'how many occurrences a schedule has in the window: how many tablets a month takes; arguments and errors as for medsched.occurrences';

COMMENT ON FUNCTION medsched.is_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'whether an instant is an occurrence of a schedule, found without walking there from starts_at; arguments and errors as for medsched.occurrences';

COMMENT ON FUNCTION medsched.next_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'the first occurrence of a schedule after an instant (-infinity: the first of all), or NULL; arguments and errors as for medsched.occurrences';

COMMENT ON FUNCTION medsched.previous_occurrence(text, timestamp, text, timestamptz, timestamp[], timestamp[], int, int) IS
'the last occurrence of a schedule before an instant (infinity: the last of all), or NULL; arguments and errors as for medsched.occurrences';

COMMENT ON FUNCTION medsched.schedule_occurrences(uuid, text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'medsched.occurrences of a row among those of many people, which it must not stop: no bound but the window''s, none in a window that ends before it starts, and none of a row that cannot be read, with a warning that names it';

COMMENT ON FUNCTION medsched.count_schedule_occurrences(uuid, text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'how many occurrences medsched.schedule_occurrences gives';

COMMENT ON FUNCTION medsched._schedule_doses(uuid, timestamptz[], text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'Internal: what medsched.schedule_occurrences gives, and the instants recorded (NULL: none), wherever they lie; nth is the place of one among these';

COMMENT ON FUNCTION medsched._count_schedule_doses(uuid, timestamptz[], text, timestamp, text, timestamptz, timestamptz, timestamp[], timestamp[], int, int) IS
'Internal: how many medsched._schedule_doses gives';

COMMENT ON FUNCTION medsched.schedule_density_problem(text, timestamp, text, timestamp[], timestamp[], int, int) IS
'how a schedule has more doses than the rule schedule_density allows; NULL: it does not, or it cannot be read';

COMMENT ON FUNCTION medsched.check_dates(text, timestamp[]) IS
'true for wall-clock times in one dimension, each a whole second in the years 1 to 9999; else 22023 or 22004, under the name given';
