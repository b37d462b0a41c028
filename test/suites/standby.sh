#!/bin/bash
# A hot standby answers as its primary does, and records nothing.
. test/suites/lib.bash

standby=$(mktemp -d /tmp/medsched.XXXXXX)
standby_port=$((PGPORT + 1))
stop_standby()
{
	as_server pg_ctl -s -D "$standby/data" -m immediate stop || true
	rm -rf "$standby"
}
trap stop_standby EXIT
chown "$(server_user)" "$standby"

load_regimens
as_server pg_basebackup -D "$standby/data" -R -c fast --no-sync
as_server pg_ctl -s -w -D "$standby/data" -l "$standby/log" start \
	-o "-p $standby_port -c listen_addresses='' -c unix_socket_directories=$PGHOST" || {
	cat "$standby/log"
	die "the standby did not start"
}

# Waits until the standby has replayed all that the primary has written.
caught_up()
{
	local written

	written=$(query "SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'medsched', 'so far')")
	for _ in $(seq 100); do
		if [ "$(query "SELECT pg_last_wal_replay_lsn() >= '$written'" -p "$standby_port")" = t ]; then
			return
		fi
		sleep 0.1
	done
	echo "the standby did not catch up with $written" >&2
	return 1
}

succeeds "the standby catches up" caught_up
equals "it is a standby" "$(query "SELECT pg_is_in_recovery()" -p "$standby_port")" t
equals "upcoming_doses answers as on the primary" "$(fingerprint -p "$standby_port")" "$(fingerprint)"

query "SELECT medsched.mark_dose_taken('11111111-1111-4111-8111-111111111111',
	'11111111-0000-4001-8000-000000000001', '2026-03-02 06:30-05')" >/dev/null
succeeds "a dose recorded on the primary arrives" caught_up
equals "and shows on the standby" "$(query "SELECT status
	FROM medsched.upcoming_doses('11111111-1111-4111-8111-111111111111', '2026-03-02 06:30-05', '2026-03-02 06:31-05')
	WHERE medication_name = 'levothyroxine'" -p "$standby_port")" taken

output=$(query "SELECT medsched.mark_dose_taken('11111111-1111-4111-8111-111111111111',
	'11111111-0000-4001-8000-000000000001', '2026-03-03 06:30-05')" -p "$standby_port" 2>&1) || true
contains "the standby itself records nothing" "$output" "read-only transaction"

finish
