#!/bin/bash
# The statements of doc/building-an-application.md, run in their order, print what it says they print; those that it
# says are refused are.
. test/suites/lib.bash

blocks=$(mktemp -d)
trap 'rm -rf "$blocks"' EXIT
awk -v dir="$blocks" '
	/^```(sql|text)$/ { file = sprintf("%s/%02d.%s", dir, ++n, substr($0, 4)); next }
	/^```/ { file = ""; next }
	file { print > file }
' doc/building-an-application.md

# Ids of the database's own making vary.
told()
{
	sed -E '/^ *$/d; s/^ +//; s/ +$//; s/medication "[0-9a-f-]{36}"/medication "<id>"/'
}

createdb building
export PGDATABASE=building PGOPTIONS='-c TimeZone=Europe/Berlin'
query "CREATE EXTENSION medsched"
query "SELECT medsched.create_tables()" >/dev/null
for sql in "$blocks"/*.sql; do
	number=$(basename -s .sql "$sql")
	output=$(psql -Xq -v SHOW_CONTEXT=never <"$sql" 2>&1) || true
	equals "statement $number prints what the document says" "$(told <<<"$output")" \
		"$(told <"$blocks/$(printf '%02d' $((10#$number + 1))).text")"
done
for function in $(grep -oE '^\| [^|]*\| `[a-z_]+`(, `[a-z_]+`)?' doc/building-an-application.md | grep -oE '`[a-z_]+`' | tr -d '`'); do
	grep -qrw "$function" clients/drizzle/src/functions/ || unknown+=" $function"
done
equals "the package has each function of its table" "${unknown:-}" ""
finish
