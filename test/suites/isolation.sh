#!/bin/bash
# The isolation specs, or those named: sessions interleaved by isolationtester.
. test/suites/lib.bash

chosen "test/isolation/specs/*.spec" "$@"
installcheck build/isolation REGRESS= ISOLATION="${chosen[*]}"

# A spec counts by its permutations.
for spec in "${chosen[@]}"; do
	expected=test/isolation/expected/$spec.out
	result=build/isolation/results/$spec.out
	if cmp -s "$expected" "$result"; then
		passed=$((passed + $(grep -c '^starting permutation' "$result" || true)))
	else
		fail "$spec: output differs from $expected"
	fi
done
installcheck_ended
finish
