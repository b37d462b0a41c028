# What a suite in this directory begins with: . test/suites/lib.bash
#
# A suite runs in the source tree's root inside dev/with-cluster, counts what it
# checks, and ends with "finish".

set -euo pipefail
. dev/lib.sh

passed=0
failed=0

pass()
{
	passed=$((passed + 1))
	echo "ok - $1"
}

fail()
{
	failed=$((failed + 1))
	echo "not ok - $1"
}

# succeeds DESCRIPTION COMMAND...
succeeds()
{
	if "${@:2}"; then pass "$1"; else fail "$1"; fi
}

# equals DESCRIPTION GOT WANTED
equals()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		printf '  got:    %s\n  wanted: %s\n' "$2" "$3"
	fi
}

# contains DESCRIPTION TEXT WANTED
contains()
{
	case $2 in
		*"$3"*) pass "$1" ;;
		*)
			fail "$1"
			printf '  got:         %s\n  wanted in it: %s\n' "$2" "$3"
			;;
	esac
}

# query SQL [PSQL ARGUMENT...]: the bare answer.
query()
{
	psql -XAtq -v ON_ERROR_STOP=1 "${@:2}" -c "$1"
}

finish()
{
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}
