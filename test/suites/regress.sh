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

rm -rf build/regress
status=0
make -s installcheck ISOLATION= REGRESS="${tests[*]}" || status=$?
if [ -f build/regress/regression.diffs ]; then
	cat build/regress/regression.diffs
fi

# A file counts by its assertions: as many as it planned, every one ok, and not
# a byte of output more than expected.
for test in "${tests[@]}"; do
	expected=test/expected/$test.out
	result=build/regress/results/$test.out
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$result" | awk '{n += $1} END {print n + 0}' || true)
	good=$(grep -c '^ok ' "$result" || true)
	bad=$(grep -c '^not ok ' "$result" || true)
	passed=$((passed + ${good:-0}))
	failed=$((failed + ${bad:-0}))
	if [ "${bad:-0}" -eq 0 ]; then
		if ! cmp -s "$expected" "$result"; then
			fail "$test: output differs from $expected"
		elif [ "$planned" -ne "$good" ] || [ "$good" -eq 0 ]; then
			fail "$test: planned $planned assertions, ran $good"
		fi
	fi
done
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || fail "make installcheck ended with status $status"
finish
