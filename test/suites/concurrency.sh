#!/bin/bash
# What many sessions do to one dose, and one schedule, at once.
. test/suites/lib.bash

user=00000000-0000-0000-0000-00000000000a
dir=build/concurrency-${MEDSCHED_EDITION:-native}
rm -rf $dir
mkdir -p $dir

# pgbench: CLIENTS sessions call SCRIPT once each; their answers go to a table.
at_once()
{
	pgbench -n -f "$2" -c "$1" -j 2 -t 1 >$dir/pgbench.log 2>&1 || true
	cat $dir/pgbench.log
}

query "SELECT medsched.create_medication('$user', 'Metformin', '[
		{\"id\": \"00000000-0000-0000-0000-000000000a11\", \"starts_at\": \"2026-01-01T08:00:00\", \"time_zone\": \"Europe/Berlin\", \"rrule\": \"FREQ=DAILY\"},
		{\"id\": \"00000000-0000-0000-0000-000000000a12\", \"starts_at\": \"2026-01-01T20:00:00\", \"time_zone\": \"Europe/Berlin\", \"rrule\": \"FREQ=DAILY\"}]');
	CREATE TABLE answers (newly_taken boolean NOT NULL, taken_at timestamptz NOT NULL, recorded_by text NOT NULL)" >/dev/null

# 200 sessions mark one dose: one row, one newly_taken, no error, and every
# answer is that row.
cat >$dir/mark.sql <<-SQL
	INSERT INTO answers
	SELECT newly_taken, taken_at, recorded_by
	  FROM medsched.mark_dose_taken('$user', '00000000-0000-0000-0000-000000000a11', '2026-01-02 07:00Z', clock_timestamp(), 'session :client_id');
SQL
report=$(at_once 200 $dir/mark.sql)
contains "200 sessions mark one dose without an error" "$report" "number of transactions actually processed: 200/200"
equals "of which none aborted" "$(grep -c 'aborted\|ERROR' <<<"$report" || true)" 0
equals "there is one row" "$(query "SELECT count(*) FROM medsched.dose_taken")" 1
equals "and 200 answers, one of them newly taken" \
	"$(query "SELECT count(*), count(*) FILTER (WHERE newly_taken) FROM answers")" "200|1"
equals "all of which are that row" \
	"$(query "SELECT count(*) FROM answers JOIN medsched.dose_taken USING (taken_at, recorded_by)")" 200

# The same with a handle, while others look.
cat >$dir/mark-by-id.sql <<-SQL
	SELECT count(*) FROM medsched.upcoming_doses('$user', '2026-01-01', '2026-01-08');
	SELECT newly_taken FROM medsched.mark_dose_taken_by_id('$user', medsched.dose_id('00000000-0000-0000-0000-000000000a11', '2026-01-03 07:00Z'));
SQL
report=$(at_once 50 $dir/mark-by-id.sql)
contains "50 sessions look, and mark by handle" "$report" "number of transactions actually processed: 50/50"
equals "there is one row more" "$(query "SELECT count(*) FROM medsched.dose_taken")" 2

# Sessions mark all of a month's doses, in orders of their own, in one
# transaction each, without a deadlock between them and the rules' locks.
cat >$dir/month.sql <<-SQL
	BEGIN;
	SELECT count(medsched.mark_dose_taken('$user', schedule_id, scheduled_for))
	  FROM (SELECT * FROM medsched.upcoming_doses('$user', '2026-02-01', '2026-03-01') ORDER BY scheduled_for) AS d;
	COMMIT;
SQL
report=$(at_once 20 $dir/month.sql)
contains "20 sessions mark a month" "$report" "number of transactions actually processed: 20/20"
equals "whose 56 doses are there once each" \
	"$(query "SELECT count(*) FROM medsched.dose_taken WHERE scheduled_for >= '2026-02-01' AND scheduled_for < '2026-03-01'")" 56

# Half of the sessions delete one of two schedules, half the other: one stays.
query "SELECT medsched.create_medication('$user', 'Aspirin', '[
		{\"id\": \"00000000-0000-0000-0000-000000000a21\", \"starts_at\": \"2026-01-01T08:00:00\", \"time_zone\": \"UTC\"},
		{\"id\": \"00000000-0000-0000-0000-000000000a22\", \"starts_at\": \"2026-01-01T20:00:00\", \"time_zone\": \"UTC\"}]')" >/dev/null
cat >$dir/delete.sql <<-SQL
	\set which 1 + :client_id % 2
	DELETE FROM medsched.schedules WHERE id = ('00000000-0000-0000-0000-000000000a2' || :which)::uuid;
SQL
at_once 20 $dir/delete.sql >/dev/null
equals "20 sessions delete two schedules: one stays" \
	"$(query "SELECT count(*) FROM medsched.schedules WHERE id IN ('00000000-0000-0000-0000-000000000a21', '00000000-0000-0000-0000-000000000a22')")" 1

# 40 devices at the limit at once, through two medications of one substance, at each isolation level: 4000 mg are taken, and
# no more.
limited=00000000-0000-0000-0000-00000000000b
query "SELECT medsched.create_medication('$limited', 'Tablets', '[{\"id\": \"00000000-0000-0000-0000-000000000b11\", \"starts_at\": \"2026-01-01T00:00:00\", \"time_zone\": \"UTC\",
		\"as_needed\": true, \"dose_amount\": 2}]', substance => 'paracetamol', substance_amount => 500, substance_unit => 'mg');
	SELECT medsched.create_medication('$limited', 'Sachets', '[{\"id\": \"00000000-0000-0000-0000-000000000b12\", \"starts_at\": \"2026-01-01T00:00:00\", \"time_zone\": \"UTC\",
		\"rrule\": \"FREQ=MINUTELY\", \"dose_amount\": 1}]', substance => 'Paracetamol', substance_amount => 1, substance_unit => 'g');
	SELECT medsched.set_substance_limits('$limited', 'paracetamol', '[{\"amount\": 4000, \"within\": \"24 hours\"}]', 'mg')" >/dev/null
cat >$dir/limit.sql <<-SQL
	\set which 1 + :client_id % 2
	BEGIN ISOLATION LEVEL :level;
	SELECT newly_taken FROM medsched.mark_dose_taken('$limited', ('00000000-0000-0000-0000-000000000b1' || :which)::uuid,
	  timestamptz '2026-01-02Z' + :client_id * interval '1 minute', timestamptz '2026-01-02Z' + :client_id * interval '1 minute');
	COMMIT;
SQL
for level in "READ COMMITTED" "REPEATABLE READ" "SERIALIZABLE"; do
	sed "s/:level/$level/" $dir/limit.sql >$dir/limit-at.sql
	at_once 40 $dir/limit-at.sql >/dev/null
	if [ "$level" != "SERIALIZABLE" ]; then
		equals "40 devices at the limit at once, $level: four doses of 1 g" \
			"$(query "SELECT count(*) FROM medsched.dose_taken WHERE user_id = '$limited'")" 4
	else
		# Who comes second may have to try again.
		equals "40 devices at the limit at once, $level: no more than four doses of 1 g" \
			"$(query "SELECT count(*) BETWEEN 1 AND 4 FROM medsched.dose_taken WHERE user_id = '$limited'")" t
	fi
	equals "none of them against the limit" "$(query "SELECT count(*) FROM medsched.check_integrity() WHERE user_id = '$limited'")" 0
	query "DELETE FROM medsched.dose_taken WHERE user_id = '$limited'" >/dev/null
done

# For three seconds, sessions record doses, undo doses, and move the end of the
# schedule, all at random: no dose is ever left past the end.
query "CREATE TABLE outcomes (what text, sqlstate text);
	CREATE FUNCTION attempt(what text, sql text) RETURNS void LANGUAGE plpgsql AS \$\$
	BEGIN
		EXECUTE sql;
		INSERT INTO outcomes VALUES (what, 'done');
	EXCEPTION WHEN check_violation THEN
		INSERT INTO outcomes VALUES (what, 'refused');
	END \$\$" >/dev/null
cat >$dir/race.sql <<-SQL
	\set day random(1, 20)
	\set what :client_id % 3
	SELECT attempt('record', format('SELECT medsched.mark_dose_taken(%L, %L, %L)', '$user', '00000000-0000-0000-0000-000000000a12',
	                                timestamptz '2027-01-01 19:00Z' + :day * interval '24 hours')) WHERE :what = 0;
	SELECT attempt('end', format('UPDATE medsched.schedules SET ends_at = %L WHERE id = %L',
	                             timestamptz '2027-01-01 12:00Z' + :day * interval '24 hours', '00000000-0000-0000-0000-000000000a12')) WHERE :what = 1;
	DELETE FROM medsched.dose_taken WHERE scheduled_for > '2027-01-01' AND random() < 0.5 AND :what = 2;
	SELECT 1 / (count(*) = 0)::int FROM medsched.dose_taken d JOIN medsched.schedules s ON s.id = d.schedule_id WHERE d.scheduled_for >= s.ends_at;
SQL
pgbench -n -f $dir/race.sql -c 18 -j 2 -T 3 >$dir/race.log 2>&1 || true
equals "while sessions race, no dose is seen past its schedule's end" "$(grep -c 'ERROR' $dir/race.log || true)" 0
equals "nor afterwards" \
	"$(query "SELECT count(*) FROM medsched.dose_taken d JOIN medsched.schedules s ON s.id = d.schedule_id WHERE d.scheduled_for >= s.ends_at")" 0
equals "and each had its turn at winning and losing" \
	"$(query "SELECT string_agg(DISTINCT what || ' ' || sqlstate, ', ' ORDER BY what || ' ' || sqlstate) FROM outcomes")" \
	"end done, end refused, record done, record refused"

finish
