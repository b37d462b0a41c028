#!/bin/bash
# The README's examples, run in their order but for the installation, which is told
# last, print what it says they print; only ids vary.
. test/suites/lib.bash

blocks=$(mktemp -d)
trap 'rm -rf "$blocks"' EXIT
awk -v dir="$blocks" '
	/^```(sql|text)$/ { file = sprintf("%s/%02d.%s", dir, ++n, substr($0, 4)); next }
	/^```/ { file = ""; next }
	file { print > file }
' README.md

without_ids()
{
	sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/<id>/g; s/ +$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

createdb readme
export PGDATABASE=readme
mv "$(grep -l 'CREATE EXTENSION' "$blocks"/*.sql)" "$blocks/00.sql"
for sql in "$blocks"/*.sql; do
	number=$(basename -s .sql "$sql")
	output=$(psql -Xq <"$sql" 2>&1) || true
	said=$blocks/$(printf '%02d' $((10#$number + 1))).text
	if [ -f "$said" ]; then
		equals "example $number prints what the README says" \
			"$(without_ids <<<"$output")" "$(without_ids <"$said")"
	else
		case $output in
			*ERROR*) fail "example $number: $output" ;;
			*) pass "example $number runs" ;;
		esac
	fi
done
finish
