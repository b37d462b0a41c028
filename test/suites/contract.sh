#!/bin/bash
# Both editions in one cluster, and what a caller sees of each in the catalog: names,
# arguments, results, tables, rules, comments, rights.  A name that begins with an
# underscore may be in one edition alone.
. test/suites/lib.bash

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

# catalog DATABASE
catalog()
{
	psql -XAtq -v ON_ERROR_STOP=1 -d "$1" -f test/contract.sql
}

# names FILE: kind and name of each line; of a function with its arguments.
names()
{
	awk -F ' [|] ' '{ print $1 " | " $2 }' "$1" | sort -u
}

make -s managed
query "CREATE DATABASE managed"
MEDSCHED_EDITION=managed install_medsched managed
query "SELECT medsched.create_tables()" -d managed >/dev/null
# With all that is made on request.
query "SELECT medsched.enable_history(), medsched.enable_reminders()" -d managed >/dev/null
query "SELECT medsched.enable_history(), medsched.enable_reminders()" >/dev/null

catalog "$PGDATABASE" >"$files/native"
catalog managed >"$files/managed"
for edition in native managed; do
	names "$files/$edition" >"$files/$edition.names"
done
# Of the private ones, those that one edition has alone are left out.
comm -3 "$files/native.names" "$files/managed.names" | tr -d '\t' | grep ' | _' >"$files/alone" || true
for edition in native managed; do
	awk -F ' [|] ' -v alone="$files/alone" 'BEGIN { while ((getline line < alone) > 0) private[line] = 1 }
		!(($1 " | " $2) in private)' \
		"$files/$edition" >"$files/$edition.public"
done

for kind in schema:1 function:60 type:8 'domain check:2' column:60 table:3 constraint:45 index:6 trigger:15; do
	n=$(grep -c "^${kind%:*} | " "$files/native.public" || true)
	succeeds "there are at least ${kind#*:} lines of the kind ${kind%:*} to compare" [ "$n" -ge "${kind#*:}" ]
done
succeeds "both editions have the same of all but what is private to one" diff "$files/native.public" "$files/managed.public"
equals "every function that one edition has alone is private" \
	"$(comm -3 "$files/native.names" "$files/managed.names" | tr -d '\t' | grep -v ' | _' || true)" ""

# The checks of the domains are functions: their messages, with SQLSTATE, detail and hint.
messages()
{
	psql -XAtq -v VERBOSITY=verbose -v SHOW_CONTEXT=never -d "$1" 2>&1 <<-'SQL' | sed 's/^psql:<stdin>:[0-9]*: //; /^LOCATION:/d'
		SELECT 'FREQ=SOMETIMES'::medsched.rrule;
		SELECT ''::medsched.rrule;
		SELECT 'FREQ=DAILY;BYHOUR=24'::medsched.rrule;
		SELECT 'FREQ=DAILY;COUNT=1;UNTIL=20260101'::medsched.rrule;
		SELECT 'Europe/Atlantis'::medsched.time_zone;
		SELECT 'europe/berlin'::medsched.time_zone;
		SELECT 'CET-1CEST'::medsched.time_zone;
	SQL
}
messages "$PGDATABASE" >"$files/native.messages"
messages managed >"$files/managed.messages"
equals "there are seven messages to compare" "$(grep -c '^ERROR:  22023' "$files/native.messages")" 7
succeeds "the checks of the domains say the same" diff "$files/native.messages" "$files/managed.messages"

finish
