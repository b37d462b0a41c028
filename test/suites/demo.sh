#!/bin/bash
# What a newcomer runs first.
. test/suites/lib.bash

output=$(dev/demo inside 2>&1) || true
echo "$output"
equals "the demo ends well" "$(tail -n 1 <<<"$output")" "Every rule held."
contains "it shows what was taken" "$output" "[x] taken"
contains "and what was missed" "$output" "[!] missed"
for state in 23001 23514 23505; do
	contains "it shows the error $state" "$output" "ERROR:  $state"
done
finish
