#!/bin/bash
# Every way to dump and restore gives back every row, for an ordinary role that
# owns its database.
. test/suites/lib.bash

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

createuser app
export PGUSER=app

fresh()
{
	createdb -U postgres -O app "$1"
	PGDATABASE=$1
}

fresh original
install_medsched "$PGDATABASE"
query "SELECT medsched.create_tables(), medsched.enable_history(), medsched.enable_reminders()" >/dev/null
load_regimens
query "SELECT medsched.undo_dose(d.user_id, d.schedule_id, d.scheduled_for) FROM medsched.dose_taken AS d ORDER BY d.scheduled_for LIMIT 1" >/dev/null
query "ALTER TABLE medsched.medications ADD COLUMN colour text;
	UPDATE medsched.medications SET colour = 'white' WHERE name = 'metformin'"
before=$(fingerprint)
contains "the original holds the sample" "$before" "12|16|24|"
changes()
{
	query "SELECT count(*), count(*) FILTER (WHERE operation = 'DELETE'), md5(string_agg(h::text, ' ' ORDER BY id)) FROM medsched.change_history AS h"
}
changed=$(changes)
# Rows inserted, the column given a value, a dose undone.
contains "with the history of its changes" "$changed" "55|1|"

pg_dump -f "$files/plain.sql"
pg_dump -Fc -f "$files/custom"
pg_dump -Fd -j 4 -f "$files/directory"
pg_dump --data-only -f "$files/data.sql"

fresh by_psql
succeeds "psql restores a plain dump" psql -Xq -v ON_ERROR_STOP=1 -o /dev/null -f "$files/plain.sql"
equals "with every row and dose" "$(fingerprint)" "$before"
equals "and the column the application added" \
	"$(query "SELECT colour FROM medsched.medications WHERE name = 'metformin'")" white

equals "and the history of changes" "$(changes)" "$changed"

fresh by_pg_restore
succeeds "pg_restore restores" pg_restore -e -d by_pg_restore "$files/custom"
equals "with every row and dose" "$(fingerprint)" "$before"

fresh in_parallel
succeeds "pg_restore -j4 restores" pg_restore -e -j4 -d in_parallel "$files/directory"
equals "with every row and dose" "$(fingerprint)" "$before"

# The rules are back as well, not only the rows.
output=$(query "DELETE FROM medsched.medications" 2>&1) || true
contains "medications are not deleted in the restored database" "$output" "inactivate"
output=$(query "DELETE FROM medsched.dose_taken; DELETE FROM medsched.schedules" 2>&1) || true
contains "nor a medication's last schedule" "$output" "has no schedule"
equals "nothing was lost" "$(fingerprint)" "$before"
output=$(query "DELETE FROM medsched.change_history" 2>&1) || true
contains "nor the history" "$output" 'rows of table "change_history" cannot be changed or deleted'
query "UPDATE medsched.medications SET colour = 'blue' WHERE name = 'metformin'"
equals "which goes on" "$(query "SELECT before->>'colour', after->>'colour', changed_role FROM medsched.change_history ORDER BY id DESC LIMIT 1")" "white|blue|app"

fresh data_only
install_medsched "$PGDATABASE"
query "SELECT medsched.create_tables(), medsched.enable_history(), medsched.enable_reminders(); DELETE FROM medsched.reminder_fill; ALTER TABLE medsched.medications ADD COLUMN colour text" >/dev/null
succeeds "data alone comes back in one transaction" \
	psql -Xq -1 -v ON_ERROR_STOP=1 -o /dev/null -f "$files/data.sql"
equals "with every row and dose" "$(fingerprint)" "$before"

PGDATABASE=original
[ "${MEDSCHED_EDITION:-native}" = native ] || finish
output=$(query "DROP EXTENSION medsched" 2>&1) || true
contains "the extension cannot be dropped from under its tables" "$output" \
	"cannot drop extension medsched because other objects depend on it"
equals "and nothing was dropped" "$(fingerprint)" "$before"

finish
