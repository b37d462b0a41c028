#!/bin/bash
# An existing app moves over: rows, ids, history and doses before and after.
. test/suites/lib.bash

move=clients/drizzle/moving-over/move.sql
export PGOPTIONS='-c search_path=app -c TimeZone=UTC -c client_min_messages=warning'

# old_app DATABASE TYPE_OF_TIME_OF_DAY
old_app()
{
	createdb "$1"
	psql -Xq -1 -v ON_ERROR_STOP=1 -d "$1" -v "time_type=$2" -f test/data/old-app.sql
	export PGDATABASE=$1
}

run()
{
	psql -XAtq -1 -v ON_ERROR_STOP=1 "$@" 2>&1
}

old_rows()
{
	query "SELECT md5(string_agg(r, '' ORDER BY r))
		FROM (SELECT m::text FROM app.medications AS m UNION ALL SELECT s::text FROM app.schedules AS s
			UNION ALL SELECT d::text FROM app.dose_taken AS d) AS _ (r)"
}

new_rows()
{
	query "SELECT md5(string_agg(r, '' ORDER BY r))
		FROM (SELECT m::text FROM medsched.medications AS m UNION ALL SELECT s::text FROM medsched.schedules AS s
			UNION ALL SELECT d::text FROM medsched.dose_taken AS d) AS _ (r)"
}

leftovers()
{
	query "SELECT to_regnamespace('moving_over') IS NULL, to_regclass('medsched.medications') IS NULL"
}

old_app moving time
before=$(old_rows)

# What must not happen.
output=$(psql -Xq -v ON_ERROR_STOP=1 -f $move 2>&1) || true
contains "outside a transaction it is refused" "$output" "LOCK TABLE can only be used in transaction blocks"
equals "and did nothing" "$(leftovers)" "t|t"
output=$(run -f $move -c "SELECT moved FROM moving_over.summary WHERE what = 'schedules'" -c ROLLBACK) || true
contains "a trial run reports" "$output" "129"
equals "and leaves nothing" "$(leftovers)" "t|t"

# The move.
succeeds "it runs" run -f $move
equals "the app's tables are as they were" "$(old_rows)" "$before"
equals "each row was moved or is reported" "$(query "
	SELECT s.what, s.moved + s.not_moved = s.rows AND s.rows = o.rows AND s.moved = n.rows
	FROM moving_over.summary AS s
	JOIN (SELECT 'medications' AS what, count(*) AS rows FROM app.medications
		UNION ALL SELECT 'schedules', count(*) FROM app.schedules
		UNION ALL SELECT 'doses', count(*) FROM app.dose_taken) AS o USING (what)
	JOIN (SELECT 'medications' AS what, count(*) AS rows FROM medsched.medications
		UNION ALL SELECT 'schedules', count(*) FROM medsched.schedules
		UNION ALL SELECT 'doses', count(*) FROM medsched.dose_taken) AS n USING (what)")" \
	"medications|t
schedules|t
doses|t"
equals "not moved, of what was written by hand" "$(query "
	SELECT what, right(id::text, 2), problem, nearest FROM moving_over.not_moved
	WHERE id::text LIKE '%-4000-8000-0000000000__' ORDER BY what = 'dose', what = 'schedule', id")" \
	"medication|06|none of its schedules can be moved|
medication|07|has no schedule|
medication|08|has no name|
medication|09|has no user|
schedule|07|time zone 'Mars/Olympus' is not known|
schedule|08|its medication has no name|
schedule|09|its medication has no user|
schedule|11|days_of_week is empty: every day, or never?|
schedule|12|days_of_week {1,7} has others than 0 (Sunday) to 6 (Saturday)|
schedule|13|days_of_week {1,NULL} has others than 0 (Sunday) to 6 (Saturday)|
schedule|14|has no dose from start_date to end_date|
schedule|15|has no dose from start_date to end_date|
schedule|16|has no start_date from year 1 to 9999|
schedule|17|time_of_day '08:00:00.5' is no time of day in whole seconds|
schedule|18|its medication is not there|
schedule|19|time zone 'CET-1' is not known|
dose|03|2026-04-01 09:00:00 in Europe/Berlin is no dose of its schedule|2026-04-01 06:00:00+00
dose|05|2026-05-01 08:00:00 in Europe/Berlin is no dose of its schedule|
dose|06|is recorded twice; the earlier taken_at counts|
dose|08|2026-04-02 09:00:00 in Europe/Berlin is no dose of its schedule|
dose|09|has no taken_at|
dose|11|2026-03-03 21:30:00 in America/New_York is no dose of its schedule|
dose|15|its schedule: time zone 'Mars/Olympus' is not known|
dose|16|its schedule is not there|
dose|17|has no scheduled_for|
dose|18|2025-10-26 02:30:00 in Europe/Berlin is no dose of its schedule|2025-10-26 00:30:00+00"
equals "no generated row but doses in an hour that came twice is missing" "$(query "
	SELECT DISTINCT what, problem FROM moving_over.not_moved
	WHERE id::text NOT LIKE '%-4000-8000-0000000000__' ORDER BY problem")" \
	"dose|2025-10-26 02:30:00 in Europe/Berlin is no dose of its schedule
dose|2025-11-02 01:30:00 in America/New_York is no dose of its schedule
dose|2026-04-05 01:30:00 in Australia/Lord_Howe is no dose of its schedule"
equals "medications, their ends" "$(query "
	SELECT right(id::text, 2), right(user_id::text, 2), name, notes, inactivated_at, created_at
	FROM medsched.medications WHERE id::text LIKE 'a0000000%' ORDER BY id")" \
	"01|01|metformin|with food||2025-08-01 00:00:00+00
02|01|latanoprost|||2025-08-01 00:00:00+00
03|02|amoxicillin||2026-02-10 08:00:01+00|2025-08-01 00:00:00+00
04|02|never taken||2026-02-04 07:00:00+00|2025-08-01 00:00:00+00
05|02|ramipril|||2025-08-01 00:00:00+00
10|03|half good|||2025-08-01 00:00:00+00"
equals "schedules" "$(query "
	SELECT right(id::text, 2), right(medication_id::text, 2), starts_at, time_zone, rrule, ends_at,
		dose_amount, dose_unit, instructions
	FROM medsched.schedules WHERE id::text LIKE 'b0000000%-4000-%' ORDER BY id")" \
	"01|01|2026-03-01 08:00:00|Europe/Berlin|FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0;UNTIL=20260430||500|mg|
02|02|2026-03-01 21:30:00|America/New_York|FREQ=WEEKLY;BYDAY=MO,SA,SU;BYHOUR=21;BYMINUTE=30;BYSECOND=0||||two drops
03|03|2026-02-01 08:00:00|UTC|FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0||||0,5 g
04|04|2026-02-04 08:00:00|Europe/Berlin|FREQ=WEEKLY;BYDAY=WE;BYHOUR=8;BYMINUTE=0;BYSECOND=0|2026-02-04 07:00:00+00|||
05|05|2026-01-01 07:00:00|Europe/Berlin|FREQ=DAILY;BYHOUR=7;BYMINUTE=0;BYSECOND=0||2.5|mg/day|
06|05|2026-01-01 19:00:00|Europe/Berlin|FREQ=DAILY;BYHOUR=19;BYMINUTE=0;BYSECOND=0|2026-01-05 18:00:01+00|||0 mg
10|10|2026-01-01 08:00:00|UTC|FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0||||
20|10|2025-10-01 02:30:00|Europe/Berlin|FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0;UNTIL=20260401||||
21|10|2026-01-01 08:00:00|UTC|FREQ=DAILY;BYHOUR=8;BYMINUTE=0;BYSECOND=0||||"
equals "each schedule leads back to the form that it was" "$(query "
	SELECT count(*) FILTER (WHERE f.problem IS NOT NULL), count(*) FILTER (WHERE f.times <> ARRAY[s.time_of_day]), count(*) > 100
	FROM medsched.schedules AS n JOIN app.schedules AS s USING (id)
	CROSS JOIN LATERAL medsched.times_of_schedule(n.user_id, ARRAY[n.id]) AS f
	WHERE n.ends_at IS NULL")" "0|0|t"
equals "doses taken" "$(query "
	SELECT right(schedule_id::text, 2), scheduled_for, taken_at, recorded_at = taken_at
	FROM medsched.dose_taken WHERE schedule_id::text LIKE 'b0000000%-4000-%' ORDER BY 1, 2")" \
	"01|2026-03-28 07:00:00+00|2026-03-28 07:05:00.123456+00|t
01|2026-03-29 06:00:00+00|2026-03-29 06:05:00+00|t
01|2026-04-02 06:00:00+00|2026-04-02 06:05:00+00|t
01|2026-04-30 06:00:00+00|2026-04-30 06:05:00+00|t
02|2026-03-03 02:30:00+00|2026-03-03 02:31:00+00|t
03|2026-02-09 08:00:00+00|2026-02-09 08:00:00+00|t
03|2026-02-10 08:00:00+00|2026-02-11 08:00:00+00|t
06|2026-01-05 18:00:00+00|2026-01-05 18:00:00+00|t
20|2026-03-29 01:30:00+00|2026-03-29 01:35:00+00|t"
equals "a person's doses around the change of the clocks" "$(query "
	SELECT scheduled_for, local_time, medication_name, taken_at IS NOT NULL
	FROM medsched.upcoming_doses('f0000000-0000-4000-8000-000000000001', '2026-03-28Z', '2026-03-31Z')")" \
	"2026-03-28 07:00:00+00|2026-03-28 08:00:00|metformin|t
2026-03-29 01:30:00+00|2026-03-28 21:30:00|latanoprost|f
2026-03-29 06:00:00+00|2026-03-29 08:00:00|metformin|t
2026-03-30 01:30:00+00|2026-03-29 21:30:00|latanoprost|f
2026-03-30 06:00:00+00|2026-03-30 08:00:00|metformin|f"
equals "no row breaks a rule" "$(query "SELECT count(*) FROM medsched.check_integrity()")" 0

# The doses before and after.
differing="
	SELECT time_zone, local_time, difference FROM moving_over.differences('2025-09-01Z', '2026-06-01Z')
	WHERE difference NOT LIKE 'old app only: %' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
twice="America/New_York|2025-11-02 01:30:00|medsched only
America/New_York|2025-11-02 01:30:00|old app only
Australia/Lord_Howe|2026-04-05 01:30:00|medsched only
Australia/Lord_Howe|2026-04-05 01:30:00|old app only
Europe/Berlin|2025-10-26 02:30:00|medsched only
Europe/Berlin|2025-10-26 02:30:00|old app only"
equals "doses differ only where an hour came twice" "$(query "$differing")" "$twice"
equals "of the thousands compared" \
	"$(query "SELECT count(*) > 5000, count(taken_at) > 6000
		FROM moving_over.old_scheduled_doses('2025-09-01Z', '2026-06-01Z')")" "t|t"
equals "schedules not moved are named with each dose that is missing" "$(query "
	SELECT DISTINCT right(schedule_id::text, 2), difference
	FROM moving_over.differences('2025-09-01Z', '2026-06-01Z') WHERE difference LIKE '%: %' ORDER BY 1")" \
	"08|old app only: its medication has no name
09|old app only: its medication has no user
12|old app only: days_of_week {1,7} has others than 0 (Sunday) to 6 (Saturday)
13|old app only: days_of_week {1,NULL} has others than 0 (Sunday) to 6 (Saturday)"
equals "what was inactive has no dose after the last recorded" "$(query "
	SELECT count(*) FILTER (WHERE d.scheduled_for > l.last_dose OR l.last_dose IS NULL), count(*) > 500
	FROM medsched.scheduled_doses('2025-09-01Z', '2027-06-01Z') AS d
	JOIN app.medications AS m ON m.id = d.medication_id
	JOIN app.schedules AS s ON s.id = d.schedule_id
	LEFT JOIN (SELECT x.medication_id, max(t.scheduled_for) AS last_dose
		FROM app.dose_taken AS t JOIN app.schedules AS x ON x.id = t.schedule_id GROUP BY 1) AS l
		ON l.medication_id = m.id
	WHERE NOT m.is_active OR NOT s.is_active AND d.scheduled_for >
		(SELECT max(t.scheduled_for) FROM app.dose_taken AS t WHERE t.schedule_id = s.id)")" "0|t"
# That a difference is seen at all.
equals "a dose that goes missing is a difference" "$(query "BEGIN;
	UPDATE medsched.schedules SET exdates = '{2026-03-25 08:00}'
	WHERE id = 'b0000000-0000-4000-8000-000000000001';
	$differing;
	ROLLBACK")" \
	"${twice}
Europe/Berlin|2026-03-25 08:00:00|old app only"

# Again.
after=$(new_rows)
output=$(run -f $move) || true
contains "a second run is refused" "$output" 'schema "moving_over" already exists'
equals "and changed nothing" "$(new_rows)" "$after"

# Doses a little off.
near=$(query "SELECT count(*) FROM moving_over.not_moved WHERE nearest IS NOT NULL")
succeeds "doses move to the nearest" run -f clients/drizzle/moving-over/move-nearest.sql
equals "two of those written by hand" "$(query "
	SELECT right(schedule_id::text, 2), scheduled_for, taken_at, note FROM medsched.dose_taken
	WHERE note IS NOT NULL AND schedule_id::text LIKE 'b0000000%-4000-%' ORDER BY 1")" \
	"01|2026-04-01 06:00:00+00|2026-04-01 06:10:00+00|recorded for 2026-04-01T07:00:00Z before the move to medsched
20|2025-10-26 00:30:00+00|2025-10-26 01:35:00+00|recorded for 2025-10-26T01:30:00Z before the move to medsched"
equals "all that had one" "$(query "SELECT count(note) FROM medsched.dose_taken")" "$near"
after=$(new_rows)
succeeds "once" run -f clients/drizzle/moving-over/move-nearest.sql
equals "and not again" "$(new_rows)" "$after"
equals "still no row breaks a rule" "$(query "SELECT count(*) FROM medsched.check_integrity()")" 0
moved=$(query "SELECT md5(string_agg(d::text, '' ORDER BY d::text)) FROM medsched.scheduled_doses('2025-09-01Z', '2026-06-01Z') AS d")

# Done over.
query "DROP SCHEMA moving_over CASCADE; DROP TABLE medsched.routines, medsched.stock_entries, medsched.moved_doses, medsched.dose_taken, medsched.schedules, medsched.medications"
succeeds "done over it runs" run -f $move -f clients/drizzle/moving-over/move-nearest.sql
equals "to the same doses" "$(query "
	SELECT md5(string_agg(d::text, '' ORDER BY d::text)) FROM medsched.scheduled_doses('2025-09-01Z', '2026-06-01Z') AS d")" \
	"$moved"

# As a migration: statement by statement in one transaction; and times of day as text.
old_app as_migration text
mark='--> statement-breakpoint'
text=$(<$move)
statements=()
while [[ $text == *"$mark"* ]]; do
	statements+=(-c "${text%%"$mark"*}")
	text=${text#*"$mark"}
done
statements+=(-c "$text" -f clients/drizzle/moving-over/move-nearest.sql)
succeeds "as a migration it runs" run "${statements[@]}"
equals "to the same doses" "$(query "
	SELECT md5(string_agg(d::text, '' ORDER BY d::text)) FROM medsched.scheduled_doses('2025-09-01Z', '2026-06-01Z') AS d")" \
	"$moved"

# An app that knows since when a row is inactive.
old_app known_since time
adapted=$(sed "0,/(to_jsonb(m) ->> 'inactive_since')::timestamptz AS inactive_since/s//updated_at AS inactive_since/" $move)
succeeds "adapted it runs" run -f - <<<"$adapted"
equals "an end that is known is kept" "$(query "
	SELECT inactivated_at FROM medsched.medications WHERE name = 'amoxicillin'")" "2026-02-20 12:00:00+00"

# An app that has who recorded a dose, when, and why; and which schedules stay in their zone.
old_app knows_more time
query "ALTER TABLE app.dose_taken ADD recorded_by text, ADD note text, ADD recorded_at timestamptz;
	ALTER TABLE app.schedules ADD time_zone_pinned boolean;
	UPDATE app.dose_taken SET recorded_by = 'nurse ' || right(id::text, 2), note = 'note ' || right(id::text, 2), recorded_at = taken_at + interval '1 minute'
	WHERE schedule_id = 'b0000000-0000-4000-8000-000000000001';
	UPDATE app.dose_taken SET recorded_by = repeat('x', 1001) WHERE schedule_id = 'b0000000-0000-4000-8000-000000000006';
	UPDATE app.schedules SET time_zone_pinned = true WHERE id = 'b0000000-0000-4000-8000-000000000002'"
progress=$(PGOPTIONS="$PGOPTIONS -c client_min_messages=notice" run -f $move -f clients/drizzle/moving-over/move-nearest.sql)
equals "who recorded each dose, when, and its note come along" "$(query "
	SELECT recorded_by ~ '^nurse', count(*), bool_and(recorded_at = taken_at + interval '1 minute'),
		min(note) FILTER (WHERE note LIKE '%before the move%')
	FROM medsched.dose_taken WHERE schedule_id = 'b0000000-0000-4000-8000-000000000001' GROUP BY 1")" \
	"t|5|t|note 03; recorded for 2026-04-01T07:00:00Z before the move to medsched"
equals "what does not fit is named" "$(query "
	SELECT problem, count(*) FROM moving_over.not_moved WHERE problem ~ 'recorded_by' GROUP BY 1")" \
	"has a recorded_by of more than 1000 characters|1"
equals "pinned schedules stay so" "$(query "SELECT right(id::text, 2) FROM medsched.schedules WHERE time_zone_pinned")" 02
contains "it tells how far it is" "$progress" "moving doses, 10000 of "
contains "from the beginning" "$progress" "reading "
equals "each table of the app's is named once" \
	"$(grep -cE '^(FROM|JOIN) (medications|schedules|dose_taken)\b' $move)|$(grep -E '\b(medications|schedules|dose_taken)\b' $move | grep -vcE '^--|medsched\.|moving_over\.|^FROM|'"'"'' || true)" "3|0"

# What fails leaves nothing.
old_app half_moved time
query "CREATE EXTENSION medsched"
query "SELECT medsched.create_tables()" >/dev/null
query "SELECT medsched.create_medication('f0000000-0000-4000-8000-000000000009', 'already here',
	'[{\"id\": \"b0000000-0000-4000-8000-000000000021\", \"starts_at\": \"2026-01-01T08:00:00\", \"time_zone\": \"UTC\"}]')" >/dev/null
after=$(new_rows)
output=$(run -f $move) || true
contains "an id that medsched has already stops it" "$output" "schedules_id_key"
equals "nothing was moved" "$(new_rows)" "$after"
equals "and no schema is left" "$(leftovers)" "t|f"
output=$(PGOPTIONS='-c search_path=medsched' run -f $move) || true
contains "medsched's own tables are not moved" "$output" "search_path finds medsched's own tables first"

finish
