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

fresh()
{
	dropdb --if-exists --force reminders 2>&1 | grep -v NOTICE || true
	createdb reminders
	export PGDATABASE=reminders
	psql -Xq -c "CREATE EXTENSION medsched"
}

medians=$(mktemp)
printed=$(mktemp)
trap 'rm -f "$medians" "$printed"' EXIT
measure()
{
	for schedules; do
		fresh
		echo "$schedules schedules"
		psql -XAtq -v schedules="$schedules" -f "$here/reminders/load.sql"
		psql -XAtq -v medians="|cat >>$medians" -f "$here/reminders/claim.sql"
	done
	awk -v from="$1" -v to="${!#}" 'NR == 1 { first = $1 } { last = $1 }
		END { if (NR > 1) printf "a claim of 1,000 with %s schedules costs %.2f times what it costs with %s (target: at most 1.3)\n", to, last / first, from }' "$medians"
	fresh
	psql -XAtq -v schedules="$1" -f "$here/reminders/load.sql"
	node "$here/reminders/jobs.mjs"

	# Triggers: the same calls by turns, with and without.
	fresh
	psql -XAtq -f "$here/reminders/triggers.sql"
}

measure "$@" | tee "$printed"
if $publish; then
	awk -v printed="$printed" '
		/^<!-- measured by dev\/bench reminders -->/ { print; print "```"; while ((getline line <printed) > 0) print line; print "```"; skip = 1 }
		/^<!-- end of what dev\/bench reminders measured -->/ { skip = 0 }
		!skip' "$here/../doc/scaling.md" >"$medians"
	cat "$medians" >"$here/../doc/scaling.md"
fi
