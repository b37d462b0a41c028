#!/bin/bash
# The fuzz target over the corpus in the tree, once, with ASan, UBSan and leak
# check.  dev/fuzz --seconds N looks for more.
. test/suites/lib.bash

need_fuzzer
make -s -C test/fuzz

# Twenty seconds for one input would be a hang: they take milliseconds.
for input in test/fuzz/corpus/*; do
	if output=$(build/fuzz/fuzz_rrule -timeout=20 "$input" 2>&1); then
		pass "$(basename "$input")"
	else
		fail "$(basename "$input")"
		echo "$output"
	fi
done

finish
