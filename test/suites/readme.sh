#!/bin/bash
# The statements of the README and of doc/cookbook.md, run in their order, print what is said
# that they print; only ids vary.  The README's installation, told last, comes first.
. test/suites/lib.bash

blocks=$(mktemp -d)
trap 'rm -rf "$blocks"' EXIT

# blocks_of DOCUMENT: its statements and what they print, each a file.
blocks_of()
{
	rm -f "$blocks"/*
	awk -v dir="$blocks" '
		/^```(sql|text)$/ { file = sprintf("%s/%02d.%s", dir, ++n, substr($0, 4)); next }
		/^```/ { file = ""; next }
		file { print > file }
	' "$1"
}

without_ids()
{
	sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/<id>/g; s/ +$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

# run_blocks DOCUMENT: in the database that PGDATABASE names.
run_blocks()
{
	local sql number output said

	for sql in "$blocks"/*.sql; do
		number=$(basename -s .sql "$sql")
		output=$(psql -Xq <"$sql" 2>&1) || true
		said=$blocks/$(printf '%02d' $((10#$number + 1))).text
		if [ -f "$said" ]; then
			equals "statement $number prints what $1 says" \
				"$(without_ids <<<"$output")" "$(without_ids <"$said")"
		else
			case $output in
				*ERROR*) fail "statement $number of $1: $output" ;;
				*) pass "statement $number of $1 runs" ;;
			esac
		fi
	done
}

createdb readme
export PGDATABASE=readme
blocks_of README.md
mv "$(grep -l 'CREATE EXTENSION' "$blocks"/*.sql)" "$blocks/00.sql"
run_blocks README.md

createdb cookbook
export PGDATABASE=cookbook
query "CREATE EXTENSION medsched"
query "SELECT medsched.create_tables()" >/dev/null
blocks_of doc/cookbook.md
run_blocks doc/cookbook.md
finish
