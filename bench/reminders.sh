#!/bin/bash
# dev/bench reminders [--publish] [SCHEDULES...]
#
# What reminders cost, with so many schedules (default: 40000 400000) of which 20,000 have one due: server time of a claim of 1,000, of
# completing them and of a claim when nothing is due; then, with the first number, how many are claimed and completed in a second,
# against graphile-worker and pg-boss; then what the triggers add to creating, revising and recording.  With --publish it
# puts what it prints into doc/scaling.md.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
publish=false
if [ "${1:-}" = --publish ]; then
	publish=true
	shift
fi
[ $# -gt 0 ] || set -- 40000 400000

printed=$(mktemp)
published=$(mktemp)
trap 'rm -f "$printed" "$published"' EXIT

# A database of that name, with nothing in it but the extension.
fresh()
{
	dropdb --if-exists --force "$1" 2>&1 | grep -v NOTICE || true
	createdb "$1"
	psql -Xq -d "$1" -c "CREATE EXTENSION medsched"
}

load()
{
	fresh "$1"
	psql -XAtq -d "$1" -v schedules="$2" -f "$here/reminders/load.sql"
}

measure()
{
	local databases=()
	for schedules; do
		load "reminders_$schedules" "$schedules"
		psql -XAtq -d "reminders_$schedules" -f "$here/reminders/claim.sql"
		databases+=("reminders_$schedules=$schedules")
	done
	node "$here/reminders/claims.mjs" "${databases[@]}"
	for schedules; do
		dropdb --force "reminders_$schedules"
	done

	export PGDATABASE=reminders
	load reminders "$1"
	node "$here/reminders/jobs.mjs"

	# Triggers: the same calls by turns, with and without.
	fresh reminders
	psql -XAtq -f "$here/reminders/triggers.sql"
}

measure "$@" | tee "$printed"
if $publish; then
	awk -v printed="$printed" '
		/^<!-- measured by dev\/bench reminders -->/ { print; print "```"; while ((getline line <printed) > 0) print line; print "```"; skip = 1 }
		/^<!-- end of what dev\/bench reminders measured -->/ { skip = 0 }
		!skip' "$here/../doc/scaling.md" >"$published"
	cat "$published" >"$here/../doc/scaling.md"
fi
