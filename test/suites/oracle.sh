#!/bin/bash
# Random rules through the engine and through others: a plain model, libical,
# python-dateutil; then through SQL, in UTC and in real time zones.  The seed is
# fixed here; dev/fuzz takes any.  doc/correctness.md explains the classes.
. test/suites/lib.bash

need_oracles
flock test/oracle make -s -C test/oracle

# compare DESCRIPTION COMMAND...: one test, and what the command prints.
compare()
{
	echo "$1:"
	succeeds "$1" "${@:2}"
}

# The longest runs beside the others.
libical_log=$(mktemp)
trap 'rm -f "$libical_log"' EXIT
build/oracle/compare_libical --seed 20260301 --rules 20000 >"$libical_log" 2>&1 &
libical=$!

compare "5,000 rules agree with dateutil" \
	/usr/bin/python3 test/oracle/compare_dateutil.py --seed 20260302 --rules 5000
compare "2,000 rules through SQL agree with dateutil and with the engine alone" \
	/usr/bin/python3 test/oracle/compare_dateutil.py --sql --seed 20260303 --rules 2000
compare "2,000 rules in real time zones agree with dateutil and zoneinfo" \
	/usr/bin/python3 test/oracle/compare_dateutil.py --zones --seed 20260304 --rules 2000

compare "20,000 rules agree with libical, and all with the model" wait "$libical"
cat "$libical_log"

finish
