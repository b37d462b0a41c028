#!/bin/bash
# The pgTAP files of test/sql, or those named, through pg_regress.
. test/suites/lib.bash

if [ $# -gt 0 ]; then
	tests=("$@")
	for name; do
		[ -f "test/sql/$name.sql" ] || die "no file $name; there are:" "$(basename -s .sql -a test/sql/*.sql | xargs)"
	done
else
	tests=(test/sql/*.sql)
	tests=("${tests[@]##*/}")
	tests=("${tests[@]%.sql}")
fi

run_regress build/regress "${tests[*]}"
finish
