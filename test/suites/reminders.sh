#!/bin/bash
# Eight workers hand out reminders while people record their doses, and workers and the server are killed again and again: every reminder
# is handed out, none to two at a time, and none of a dose that is recorded.
#
#	MEDSCHED_REMINDERS_SECONDS   how long it lasts (default: 6); from 34 on, one person has 10,000 schedules
#	MEDSCHED_REMINDERS_CLOCKS    forward, back: the queue's clock is put to where Berlin's clocks change in the middle of it
. test/suites/lib.bash

seconds=${MEDSCHED_REMINDERS_SECONDS:-6}
case ${MEDSCHED_REMINDERS_CLOCKS:-} in
	forward) change=2027-03-28T01:00Z ;;
	back) change=2027-10-31T01:00Z ;;
	'') change= ;;
	*) echo "MEDSCHED_REMINDERS_CLOCKS is neither forward nor back" >&2; exit 2 ;;
esac
data=$(query "SHOW data_directory" -U postgres)
psql -Xq -v many="$((seconds < 34 ? seconds * 300 : 10000))" -v seconds="$seconds" -v change="$change" -f test/reminders.psql
until=$(query "SELECT clock_timestamp() + make_interval(secs => $seconds)")

# again COMMAND...: until it has ended well, however often the server goes down.
again()
{
	local tries=0

	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || return 1
		sleep 0.2
	done
}

for worker in 1 2 3 4 5 6 7 8; do
	again query "CALL work('$worker', '$until')" &
done
again query "CALL live('$until')" &
again query "CALL live('$until')" &

# Every second or so a worker is killed; every third time it is the server, which comes back by itself.
killed=0
crashed=0
for ((i = 0; i < seconds; i++)); do
	sleep 0.8
	if [ $((i % 3)) = 1 ]; then
		as_server pg_ctl -s -D "$data" -m immediate -w -l "$data/../server.log" restart || true
		crashed=$((crashed + 1))
	else
		again query "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL work%' ORDER BY random() LIMIT 1" -U postgres
		killed=$((killed + 1))
	fi
done
wait
# What is left, until the last instant that counts.
again query "CALL work('last', clock_timestamp() + interval '4 seconds')"
ended=$(query "SELECT clock_timestamp() - interval '3 seconds'")

succeeds "workers were killed, and servers" [ "$killed" -gt 2 ] && succeeds "more than once" [ "$crashed" -gt 1 ]
equals "every dose of which something had to be said was said" "$(query "
	SELECT s.id, o.at FROM medsched.schedules AS s
	 CROSS JOIN began AS b
	 CROSS JOIN LATERAL medsched.occurrences(s.rrule, s.starts_at, s.time_zone, b.at + b.ahead, timestamptz '$ended' + b.ahead) AS o (at)
	 WHERE NOT EXISTS (SELECT FROM handed AS h WHERE h.schedule_id = s.id AND h.scheduled_for = o.at)
	   AND NOT EXISTS (SELECT FROM medsched.dose_taken AS t WHERE t.user_id = s.user_id AND t.schedule_id = s.id AND t.scheduled_for = o.at)
	 LIMIT 5")" ""
equals "and nothing that is no dose" "$(query "
	SELECT h.reminder_id FROM handed AS h JOIN medsched.schedules AS s ON s.user_id = h.user_id AND s.id = h.schedule_id
	 WHERE NOT EXISTS (SELECT FROM medsched.occurrences(s.rrule, s.starts_at, s.time_zone, h.scheduled_for, h.scheduled_for + interval '1 second'))
	 LIMIT 5")" ""
equals "and somebody else was told" "$(query "
	SELECT s.id, o.at FROM medsched.reminder_rules AS r
	  JOIN medsched.schedules AS s ON s.user_id = r.user_id
	 CROSS JOIN began AS b
	 CROSS JOIN LATERAL medsched.occurrences(s.rrule, s.starts_at, s.time_zone, b.at + b.ahead, timestamptz '$ended' + b.ahead - r.escalate_after) AS o (at)
	 WHERE NOT EXISTS (SELECT FROM handed AS h WHERE h.schedule_id = s.id AND h.scheduled_for = o.at AND h.kind = 'escalation')
	   AND NOT EXISTS (SELECT FROM medsched.dose_taken AS t WHERE t.user_id = s.user_id AND t.schedule_id = s.id AND t.scheduled_for = o.at)
	   -- Recorded at its time, and undone: it is not said again.
	   AND NOT EXISTS (SELECT FROM recorded AS t WHERE t.user_id = s.user_id AND t.schedule_id = s.id AND t.scheduled_for = o.at)
	 LIMIT 5")" ""
equals "and who has little left" "$(query "
	SELECT e.user_id FROM medsched.stock_entries AS e
	 WHERE NOT EXISTS (SELECT FROM handed AS h WHERE h.user_id = e.user_id AND h.kind = 'stock') LIMIT 5")" ""
# Who was given it first is told by when it was given: a claim is as of when its transaction began, and sees what came until it gives.
equals "nobody was given one that somebody else held" "$(query "
	SELECT a.reminder_id, a.worker, a.claimed_at, a.completed_at, a.lease_ends_at, b.worker, b.claimed_at, b.got_at FROM handed AS a JOIN handed AS b USING (reminder_id)
	 WHERE a.id <> b.id AND a.got_at <= b.got_at AND b.got_at < least(a.lease_ends_at, a.completed_at) LIMIT 5")" ""
# But each time that a dose is undone it may be said once more, by a claim that sees it: of one that had been given before.
equals "nor one that was completed" "$(query "
	SELECT h.reminder_id, h.claimed_at, h.completed_at, f.claimed_at, f.got_at,
	       (SELECT json_agg(r) FROM recorded AS r WHERE r.user_id = h.user_id AND r.schedule_id = h.schedule_id AND r.scheduled_for = h.scheduled_for)
	  FROM handed AS h JOIN handed AS f ON f.reminder_id = h.reminder_id AND f.id > h.id AND f.attempt <= h.attempt
	 WHERE h.completed_at IS NOT NULL
	   AND NOT EXISTS (SELECT FROM recorded AS r WHERE r.user_id = h.user_id AND r.schedule_id = h.schedule_id AND r.scheduled_for = h.scheduled_for
	                      AND r.undone_at <= f.got_at AND h.claimed_at <= coalesce(r.undone_by, 'infinity')) LIMIT 5")" ""
equals "nor one of a dose that was recorded" "$(query "
	SELECT h.reminder_id, h.claimed_at, r.recorded_at FROM handed AS h JOIN recorded AS r USING (user_id, schedule_id, scheduled_for)
	 WHERE h.claimed_at > r.recorded_at AND (r.undone_at IS NULL OR h.got_at < r.undone_at) LIMIT 5")" ""
equals "nor one by a name that was another by then" "$(query "
	SELECT h.reminder_id, h.claimed_at, h.medication_name, r.name, r.renamed_at FROM handed AS h JOIN renamed AS r USING (user_id)
	 WHERE h.kind <> 'stock' AND h.claimed_at > r.renamed_at AND (h.medication_name LIKE 'Medication %' OR h.medication_name COLLATE \"C\" < r.name) LIMIT 5")" ""
equals "what is known of what is to be said is what would be looked up" "$(query "
	SELECT q.schedule_id, q.look_at FROM medsched.reminder_queue AS q
	  LEFT JOIN LATERAL medsched._ready_reminder(q.user_id, q.schedule_id, q.look_at, false) AS r ON true
	 WHERE q.medication_id IS NOT NULL
	   AND (q.next_at, q.medication_id, q.medication_name, q.dose_amount, q.dose_unit, q.instructions, q.time_zone)
	       IS DISTINCT FROM (r.next_at, r.medication_id, r.medication_name, r.dose_amount, r.dose_unit, r.instructions, r.time_zone)
	   AND NOT EXISTS (SELECT FROM medsched.reminder_changes AS c WHERE c.user_id = q.user_id AND c.schedule_id = q.schedule_id) LIMIT 5")" ""
# What was handed out of the one's while another's was due and waited, less what was of others: a claim gives them half as long as they
# wait, so of two claims of each worker, all.
waited="SELECT count(*) FILTER (WHERE m.user_id = lpad('c9', 32, '0')::uuid) - count(*) FILTER (WHERE m.user_id <> lpad('c9', 32, '0')::uuid)
  FROM (SELECT h.reminder_id, h.scheduled_for - b.ahead AS due_at, min(h.claimed_at) AS claimed_at FROM handed AS h, began AS b
	 WHERE h.kind = 'due' AND h.user_id <> lpad('c9', 32, '0')::uuid
	   AND NOT EXISTS (SELECT FROM recorded AS r WHERE r.user_id = h.user_id AND r.schedule_id = h.schedule_id AND r.scheduled_for = h.scheduled_for)
	 GROUP BY h.reminder_id, h.scheduled_for, b.ahead) AS o
	  JOIN handed AS m ON m.claimed_at > o.due_at AND m.claimed_at < o.claimed_at
	 GROUP BY o.reminder_id ORDER BY 1 DESC LIMIT 1"
most=$(query "$waited")
succeeds "one with many schedules held up nobody" [ "${most:-0}" -le 3200 ]
equals "nothing is left in hand" "$(query "SELECT (SELECT count(*) FROM medsched.reminder_queue, began AS b WHERE look_at < timestamptz '$ended' + b.ahead)
	+ (SELECT count(*) FROM medsched.reminders_held, began AS b WHERE lease_ends_at < timestamptz '$ended' + b.ahead)
	+ (SELECT count(*) FROM medsched.stock_reminder_queue WHERE look_at < '$ended')")" 0
query "SELECT format('%s handed out, %s doses, %s again, %s completed, %s of stocks, %s recorded, %s undone, %s renamed; %s workers and %s servers killed; at most ${most:-0} of the one''s before another''s',
  count(*), count(DISTINCT (schedule_id, scheduled_for)), count(*) FILTER (WHERE attempt > 1), count(completed_at), count(*) FILTER (WHERE kind = 'stock'),
  (SELECT count(*) FROM recorded), (SELECT count(undone_at) FROM recorded), (SELECT count(*) FROM renamed), $killed, $crashed) FROM handed"

finish
