#!/bin/bash
# test/oracle/compare_editions.sh SEED RULES
#
# So many random schedules through both engines, inside dev/with-cluster, whose
# database has the native edition; a database beside it gets the managed one.
# Prints the schedules of which they differ, and fails if there are any.
set -euo pipefail

seed=$1
rules=$2
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT

make -s managed
psql -Xq -d postgres -c 'DROP DATABASE IF EXISTS medsched_managed' -c 'CREATE DATABASE medsched_managed'
PGOPTIONS='-c client_min_messages=warning' psql -Xq -v ON_ERROR_STOP=1 -d medsched_managed -f medsched-managed--*.sql

ask()
{
	psql -X -v seed="$2" -v rules="$3" -d "$1" -f test/oracle/editions.sql >"$answers/$4"
}

# The managed edition in two halves, for it takes longer.
half=$((rules / 2))
ask medsched_managed "$seed" "$half" managed.1 &
first=$!
ask medsched_managed $((seed + 1)) $((rules - half)) managed.2
wait $first
ask "$PGDATABASE" "$seed" "$half" native.1
ask "$PGDATABASE" $((seed + 1)) $((rules - half)) native.2
cat "$answers"/native.? >"$answers/native"
cat "$answers"/managed.? >"$answers/managed"

asked=$(wc -l <"$answers/native")
differ=$(diff "$answers/native" "$answers/managed" | grep -c '^<' || true)
diff "$answers/native" "$answers/managed" || true
echo "seed $seed: $asked of $rules schedules asked, $differ differ"
[ "$asked" -eq "$rules" ] && cmp -s "$answers/native" "$answers/managed"
