# shellcheck shell=bash
# What the suites that run on Node share; sourced after lib.bash.

export npm_config_loglevel=error npm_config_update_notifier=false

provide_node

# node_packages DIRECTORY: what its lock file says, installed unless it is.
node_packages()
{
	if ! cmp -s "$1/package-lock.json" "$1/node_modules/.medsched-lock"; then
		(cd "$1" && npm ci)
		cp "$1/package-lock.json" "$1/node_modules/.medsched-lock"
	fi
}

# build_client: the Drizzle package and its tests.
build_client()
{
	node_packages clients/drizzle
	(cd clients/drizzle && npm run -s build && npm run -s build:test)
}

# node_tests DIRECTORY: runs its compiled tests and counts.  A test that was
# skipped or left open has not passed.
node_tests()
{
	local report status=0

	report=$(mktemp)
	(cd "$1" && node --test --test-reporter=tap build/test/*.test.js) >"$report" || status=$?
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
