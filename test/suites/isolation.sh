#!/bin/bash
# The isolation specs, or those named: sessions interleaved by isolationtester.
. test/suites/lib.bash

if [ $# -gt 0 ]; then
	specs=("$@")
	for name; do
		[ -f "test/isolation/specs/$name.spec" ] || die "no spec $name; there are:" "$(basename -s .spec -a test/isolation/specs/*.spec | xargs)"
	done
else
	specs=(test/isolation/specs/*.spec)
	specs=("${specs[@]##*/}")
	specs=("${specs[@]%.spec}")
fi

rm -rf build/isolation
status=0
make -s installcheck REGRESS= ISOLATION="${specs[*]}" || status=$?
if [ -f build/isolation/regression.diffs ]; then
	cat build/isolation/regression.diffs
fi

# A spec counts by its permutations.
for spec in "${specs[@]}"; do
	expected=test/isolation/expected/$spec.out
	result=build/isolation/results/$spec.out
	if cmp -s "$expected" "$result"; then
		passed=$((passed + $(grep -c '^starting permutation' "$result" || true)))
	else
		fail "$spec: output differs from $expected"
	fi
done
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || fail "make installcheck ended with status $status"
finish
