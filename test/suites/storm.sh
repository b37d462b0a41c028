#!/bin/bash
# A storm: 16 sessions do everything there is to 3 people, at three isolation levels.
# No session ever waits for one that waits for it, what fails fails for a reason of the
# domain's or may be tried again, and afterwards every rule holds.
#
# It goes on until everything succeeded once, which a slow machine may not come to in a round.
#
#	MEDSCHED_STORM_SECONDS   how long a round lasts (default: 20)
. test/suites/lib.bash

seconds=${MEDSCHED_STORM_SECONDS:-20}
dir=build/storm-${MEDSCHED_EDITION:-native}
rm -rf $dir
mkdir -p $dir

psql -Xq -v ON_ERROR_STOP=1 -f test/storm.psql

# storm LEVEL CLIENTS: every transaction is one statement, or one call.
storm()
{
	printf 'SELECT storm();\n' >"$dir/$1.sql"
	PGOPTIONS="-c default_transaction_isolation=${1// /\\ }" pgbench -n -f "$dir/$1.sql" -c "$2" -j 1 -T "$seconds" \
		--failures-detailed >>"$dir/$1.log" 2>&1 || true
}
never_done()
{
	query "SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(operations()) AS o WHERE NOT EXISTS (SELECT FROM outcomes WHERE what = o AND code = '00000')"
}
levels=("read committed" "repeatable read" serializable)
for rounds in 1 2 3 4 5 6; do
	storm "${levels[0]}" 6 &
	storm "${levels[1]}" 5 &
	storm "${levels[2]}" 5 &
	wait
	[ -n "$(never_done)" ] || break
done

for level in "${levels[@]}"; do
	equals "$level: no session was lost" "$(grep -c 'aborted\|FATAL\|PANIC' "$dir/$level.log" || true)" 0
	equals "$level: no deadlock at commit" "$(grep -c '^number of deadlock failures: 0 ' "$dir/$level.log")" $rounds
done
equals "no call ends in a deadlock" "$(query "SELECT string_agg(DISTINCT what, ', ') FROM outcomes WHERE code = '40P01'")" ""
equals "what fails fails for a reason of the domain's" \
	"$(query "SELECT string_agg(DISTINCT what || ' ' || code || ' ' || message, E'\n') FROM outcomes
	           WHERE code NOT IN ('00000', '40001', 'P0002', '55000') AND code !~ '^2[23]'")" ""
equals "nobody is told to try again at read committed, but who erases" \
	"$(query "SELECT string_agg(DISTINCT what || ' ' || message, E'\n') FROM outcomes WHERE level = 'read committed' AND code = '40001' AND what <> 'erase_user'")" ""
equals "erasing meets no foreign key" "$(query "SELECT string_agg(DISTINCT message, E'\n') FROM outcomes WHERE what = 'erase_user' AND code = '23503'")" ""
# A rule that is changed may leave an exdate behind that leaves out nothing any more, which is allowed.
equals "every rule holds afterwards" "$(query "
	SELECT * FROM medsched.check_integrity() WHERE rule <> 'schedule_exdates_are_doses' LIMIT 5")" ""
equals "no doses twice: what replaces begins where the other ends" "$(query "
	SELECT count(*) FROM medsched.schedules AS s JOIN medsched.schedules AS p ON p.id = s.replaces WHERE s.effective_from < p.ends_at")" 0
equals "everything succeeded at some time" "$(never_done)" ""
query "SELECT format('%s: %s', what, string_agg(code || ' ' || n, ', ' ORDER BY n DESC))
         FROM (SELECT what, code, count(*) AS n FROM outcomes GROUP BY 1, 2) AS t GROUP BY what ORDER BY what"

finish
