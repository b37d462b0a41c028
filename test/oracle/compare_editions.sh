#!/bin/bash
# test/oracle/compare_editions.sh SEED NUMBER [people | lives [TODAY]]
#
# So many random schedules, or people, through both editions, inside dev/with-cluster,
# whose database has the native one; a database beside it gets the managed one.
# Prints where they differ, and fails if they do.  Of lives, each edition is compared with
# the plain model of compare_lives.py instead.
set -euo pipefail

seed=$1
number=$2
what=${3:-schedules}
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT

make -s managed
psql -Xq -d postgres -c 'DROP DATABASE IF EXISTS medsched_managed' -c 'CREATE DATABASE medsched_managed'
PGOPTIONS='-c client_min_messages=warning' psql -Xq -v ON_ERROR_STOP=1 -d medsched_managed -f medsched-managed--*.sql
psql -Xq -v ON_ERROR_STOP=1 -d medsched_managed -c 'SELECT medsched.create_tables()' >/dev/null

if [ "$what" = lives ]; then
	live=(/usr/bin/python3 test/oracle/compare_lives.py --seed "$seed" --people "$number" ${4:+--today "$4"} --jobs 1)
	PGDATABASE=medsched_managed "${live[@]}" >"$answers/managed" &
	managed=$!
	status=0
	echo 'The native edition:'
	"${live[@]}" || status=$?
	wait $managed || status=$?
	echo 'The managed edition:'
	cat "$answers/managed"
	exit "$status"
fi

# What is not in the managed edition yet.
missing=$(psql -XAtq -d medsched_managed -c "SELECT coalesce(string_agg(DISTINCT p.proname, '|'), 'none') FROM pg_proc AS p
	WHERE p.pronamespace = 'medsched'::regnamespace AND p.prosrc ~ 'not in the managed edition yet'")

# ask DATABASE SEED NUMBER FILE
ask()
{
	case $what in
		schedules) psql -X -v seed="$2" -v rules="$3" -d "$1" -f test/oracle/editions.sql ;;
		people) psql -X -v seed="$2" -v people="$3" -v missing="$missing" -d "$1" -f test/oracle/people.sql ;;
	esac >"$answers/$4"
}

# The managed edition in two halves, for it takes longer.
half=$((number / 2))
ask medsched_managed "$seed" "$half" managed.1 &
first=$!
ask medsched_managed $((seed + 1)) $((number - half)) managed.2
wait $first
ask "$PGDATABASE" "$seed" "$half" native.1
ask "$PGDATABASE" $((seed + 1)) $((number - half)) native.2
cat "$answers"/native.? >"$answers/native"
cat "$answers"/managed.? >"$answers/managed"

# A line for each schedule; for each person 12 and more, their number first.
asked=$(wc -l <"$answers/native")
[ "$what" = schedules ] || asked=$(grep -c '^[0-9]*\.0 # ' "$answers/native" || true)
differ=$(diff "$answers/native" "$answers/managed" | grep -c '^<' || true)
diff "$answers/native" "$answers/managed" || true
echo "seed $seed: $asked of $number $what asked, $differ lines of $(wc -l <"$answers/native") differ"
[ "$asked" -eq "$number" ] && cmp -s "$answers/native" "$answers/managed"
