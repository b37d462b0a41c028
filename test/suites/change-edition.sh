#!/bin/bash
# From one edition to the other and back, by the commands in doc/managed.md as they are
# written there, by a role that is no superuser: rows of every kind, and what the
# application added, are the same afterwards, and the rules hold.
. test/suites/lib.bash

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
make -s managed
PGUSER=postgres query "CREATE ROLE owner LOGIN CREATEDB; CREATE ROLE app_reader"
export PGUSER=owner

# database NAME EDITION: a new one with an edition, and no tables.
database()
{
	query "CREATE DATABASE $1" -d postgres
	MEDSCHED_EDITION=$2 install_medsched "$1"
}

# block NTH: an indented block of the section.
block()
{
	awk -v wanted="$1" '
		/^## / { inside = $0 == "## From one edition to the other" }
		inside && /^        / { if (!code) nth++; code = 1; if (nth == wanted) print; next }
		inside { code = 0 }' doc/managed.md
}

# rows DATABASE FILE: every row of the tables, and how they are made; without
# parentheses where a trigger's condition has others after a dump.
rows()
{
	local table

	for table in medications schedules dose_taken substance_limits stock_entries moved_doses routines reminder_queue reminders_held reminder_changes reminder_rules stock_reminder_rules stock_reminder_queue change_history; do
		echo "$table"
		query "COPY (SELECT * FROM medsched.$table AS t ORDER BY t::text) TO STDOUT" -d "$1"
	done >"$2"
	psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -f test/contract.sql |
		grep -E '^(table|column|constraint|index|trigger) \| (medications|schedules|dose_taken|substance_limits|stock_entries|moved_doses|routines|reminder_queue|reminders_held|reminder_changes|reminder_rules|stock_reminder_rules|stock_reminder_queue|change_history) ' | sed '/^trigger/s/[()]//g' >"$2.catalog"
	query "SELECT c.relname, p.polname, pg_get_expr(p.polqual, p.polrelid) FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid" -d "$1" >>"$2.catalog"
}

# answers DATABASE: what is asked about each person, and the application's view.
answers()
{
	psql -XAtq -v ON_ERROR_STOP=1 -d "$1" <<-'SQL'
		SET TimeZone = 'Asia/Tokyo';
		SELECT u.user_id, d.* FROM (SELECT DISTINCT m.user_id FROM medsched.medications AS m ORDER BY 1) AS u
		  CROSS JOIN LATERAL medsched.upcoming_doses(u.user_id, '2026-01-01Z', '2026-07-01Z') AS d;
		SELECT h.* FROM (SELECT m.* FROM medsched.medications AS m ORDER BY m.id) AS m CROSS JOIN LATERAL medsched.schedule_history(m.user_id, m.id) AS h;
		SELECT u.user_id, a.* FROM (SELECT DISTINCT m.user_id FROM medsched.medications AS m ORDER BY 1) AS u
		  CROSS JOIN LATERAL medsched.adherence(u.user_id, '2026-01-01Z', '2026-07-01Z') AS a;
		SELECT d.* FROM app.doses AS d ORDER BY d::text;
	SQL
}

# moves OLD NEW
moves()
{
	local run="cd $files; old=$1; new=$2; set -euo pipefail"

	rows "$1" "$files/before"
	answers "$1" >"$files/answers.before"
	succeeds "$1 to $2: the dump is restored" bash -c "$run; $(block 1)"
	succeeds "$1 to $2: the tables are completed, and checked" bash -c "$run; $(block 2)" >"$files/checked"
	tail -n 1 "$files/checked"
	equals "$1 to $2: as much is against the rules as before, because limits became stricter" \
		"$(grep '|' "$files/checked" | sort)" "$(query "SELECT * FROM medsched.check_integrity()" -d "$1" | sort)"
	equals "$1 to $2: and nothing else" "$(grep '|' "$files/checked" | grep -v '^as_needed_m' || true)" ""
	rows "$2" "$files/after"
	answers "$2" >"$files/answers.after" || true
	succeeds "$1 to $2: every row is there, with the application's columns" diff "$files/before" "$files/after"
	succeeds "$1 to $2: so are constraints, triggers, indexes, policies and rights" diff "$files/before.catalog" "$files/after.catalog"
	succeeds "$1 to $2: the answers are the same" diff "$files/answers.before" "$files/answers.after"
}

database at_home native
query "SELECT medsched.create_tables()" -d at_home >/dev/null
query "SELECT medsched.enable_history(), medsched.enable_reminders()" -d at_home >/dev/null
load_regimens -d at_home
psql -Xq -o /dev/null -v ON_ERROR_STOP=1 -d at_home -f test/data/rows-of-every-kind.sql
equals "there are rows of every kind to move" "$(query "
	SELECT count(*) FILTER (WHERE s.as_needed) > 0, count(s.replaces) > 6, count(s.cycle_days_on) > 1, count(s.ends_at) > 6,
	  (SELECT count(*) FROM medsched.dose_taken WHERE outcome = 'skipped') > 1, (SELECT count(inactivated_at) FROM medsched.medications) > 6
	  FROM medsched.schedules AS s" -d at_home)" "t|t|t|t|t|t"

database at_rds managed
moves at_home at_rds

# Life goes on there: a dose, one undone, a change, and what the rules refuse.
query "SET TimeZone = 'UTC';
	SELECT newly_taken FROM medsched.mark_dose_taken('44444444-4444-4444-8444-444444444444', '44444444-0000-4000-8000-000000000003', '2026-03-01 10:30Z');
	SELECT count(*) FROM medsched.undo_dose('44444444-4444-4444-8444-444444444444', '44444444-0000-4000-8000-000000000002', '2026-02-01 02:00Z');
	UPDATE medsched.schedules SET ends_at = '2026-04-01Z' WHERE id = '44444444-0000-4000-8000-000000000003'" -d at_rds >/dev/null
contains "a dose that is recorded stays one of its schedule there" \
	"$(query "UPDATE medsched.schedules SET ends_at = '2026-01-06Z' WHERE id = '44444444-0000-4000-8000-000000000001'" -d at_rds 2>&1 || true)" \
	"has recorded doses that would no longer be scheduled"

equals "and the history of changes goes on" "$(query "SELECT string_agg(operation, ' ' ORDER BY id DESC) FROM (SELECT * FROM medsched.change_history ORDER BY id DESC LIMIT 3) AS h" -d at_rds)" \
	"UPDATE DELETE INSERT"

database at_home_again native
moves at_rds at_home_again
contains "and here" \
	"$(query "UPDATE medsched.schedules SET ends_at = '2026-01-06Z' WHERE id = '44444444-0000-4000-8000-000000000001'" -d at_home_again 2>&1 || true)" \
	"has recorded doses that would no longer be scheduled"
contains "medications are not deleted" "$(query "DELETE FROM medsched.medications" -d at_home_again 2>&1 || true)" "cannot be deleted"

finish
