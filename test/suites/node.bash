# shellcheck shell=bash
# What the suites that run on Node share; sourced after lib.bash.

. dev/node.sh

# node_tests DIRECTORY [FILE...]: runs its compiled tests, or those files of it,
# and counts.  A test that was skipped or left open has not passed.
node_tests()
{
	local report status=0

	report=$(mktemp)
	(
		cd "$1"
		shift
		[ $# -gt 0 ] || set -- build/test/*.test.js
		exec node --test --test-reporter=tap "$@"
	) >"$report" || status=$?
	grep -vE '^ *(ok |# Subtest|---|\.\.\.|duration_ms|type:|1\.\.)' "$report" || true
	passed=$((passed + $(count pass "$report")))
	failed=$((failed + $(count fail "$report") + $(count cancelled "$report") +
		$(count skipped "$report") + $(count todo "$report")))
	[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || fail "node --test in $1 ended with status $status"
	rm "$report"
}

count()
{
	sed -n "s/^# $1 \([0-9]*\)$/\1/p" "$2" | grep . || echo 0
}
