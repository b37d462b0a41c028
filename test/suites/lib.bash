# shellcheck shell=bash
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

# install_medsched DATABASE: the edition that is tested, without its tables.
install_medsched()
{
	if [ "${MEDSCHED_EDITION:-native}" = managed ]; then
		PGOPTIONS='-c client_min_messages=warning' psql -Xq -v ON_ERROR_STOP=1 -d "$1" -f medsched-managed--*.sql
	else
		query "CREATE EXTENSION medsched" -d "$1"
	fi
}

# load_regimens [PSQL ARGUMENT...]: the sample regimens, around 2 March 2026.
load_regimens()
{
	psql -Xq -1 -v ON_ERROR_STOP=1 "$@" -f test/data/regimens.sql
}

# fingerprint [PSQL ARGUMENT...]: rows of each table, and the doses of the
# sample regimens' people over half a year, but for what depends on today.
fingerprint()
{
	query "
		SELECT (SELECT count(*) FROM medsched.medications),
		  (SELECT count(*) FROM medsched.schedules),
		  (SELECT count(*) FROM medsched.dose_taken),
		  count(*), count(taken_at),
		  md5(string_agg(concat_ws('|', dose_id, scheduled_for, local_time, time_zone, medication_id,
		    medication_name, schedule_id, dose_amount, dose_unit, instructions, taken_at, recorded_by), E'\n'))
		FROM (SELECT DISTINCT user_id FROM medsched.medications ORDER BY 1) AS u
		CROSS JOIN LATERAL medsched.upcoming_doses(u.user_id, '2026-01-01 00:00Z', '2026-07-01 00:00Z')" "$@"
}

# chosen FILES NAME...: the names, or those of all files of the pattern, in ${chosen[@]}.
chosen()
{
	local all name pattern=$1

	shift
	# shellcheck disable=SC2086
	mapfile -t all < <(basename -s ".${pattern##*.}" -a $pattern)
	for name; do
		[ -f "${pattern/\*/$name}" ] || die "no file $name; there are:" "${all[*]}"
	done
	[ $# -gt 0 ] || set -- "${all[@]}"
	# shellcheck disable=SC2034
	chosen=("$@")
}

# installcheck DIRECTORY MAKE_ARGUMENT...: what the Makefile runs into the
# directory, and its status in $installed.
installcheck()
{
	rm -rf "$1"
	mkdir -p "$1"
	installed=0
	make -s installcheck "${@:2}" || installed=$?
	if [ -f "$1/regression.diffs" ]; then
		cat "$1/regression.diffs"
	fi
}

# installcheck_ended: counts a failure that no file has shown.
installcheck_ended()
{
	[ "$installed" -eq 0 ] || [ "$failed" -gt 0 ] || fail "make installcheck ended with status $installed"
}

# run_regress DIRECTORY TESTS [MAKE ARGUMENT...]: pgTAP files through pg_regress.  A file counts by its assertions: as
# many as it planned, every one ok, and not a byte of output more than expected.
run_regress()
{
	local directory=$1 tests=$2 test expected result planned good bad

	installcheck "$directory" ISOLATION= REGRESS="$tests" "${@:3}"
	for test in $tests; do
		expected=test/expected/$test.out
		result=$directory/results/$test.out
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
	installcheck_ended
}

finish()
{
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}
