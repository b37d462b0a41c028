#!/bin/bash
# The isolation specs, or those named: sessions interleaved by isolationtester.
# Of the managed edition without those that test/managed-exceptions names; where it fails
# with another 40001 than the native edition, SPEC_1.out has its output.
. test/suites/lib.bash

chosen "test/isolation/specs/*.spec" "$@"
options=()
directory=build/isolation
if [ "${MEDSCHED_EDITION:-native}" = managed ]; then
	directory=build/managed-isolation
	options=(ISOLATION_OPTS="--inputdir=test/isolation --outputdir=$directory --use-existing --dbname=$PGDATABASE")
	[ $# -gt 0 ] || mapfile -t chosen < <(printf '%s\n' "${chosen[@]}" | grep -vxFf <(sed -n 's/^spec \([^:]*\):.*/\1/p' test/managed-exceptions))
fi
installcheck "$directory" REGRESS= ISOLATION="${chosen[*]}" "${options[@]}"

# A spec counts by its permutations.
for spec in "${chosen[@]}"; do
	expected=test/isolation/expected/$spec.out
	result=$directory/results/$spec.out
	if cmp -s "$expected" "$result" ||
		{ [ "${MEDSCHED_EDITION:-native}" = managed ] && cmp -s "${expected%.out}_1.out" "$result"; }; then
		passed=$((passed + $(grep -c '^starting permutation' "$result" || true)))
	else
		fail "$spec: output differs from $expected"
	fi
done
installcheck_ended
finish
