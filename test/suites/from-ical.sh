#!/bin/bash
# Random calendars through schedule_from_ical and libical, which come to the same
# instants; and a person's calendar_feed, read back: the same doses.
. test/suites/lib.bash

need_oracles
flock test/oracle make -s -C test/oracle ../../build/oracle/read_calendar

while read -r line; do
	echo "$line"
	case $line in
		"ok - "*) passed=$((passed + 1)) ;;
		"not ok - "*) failed=$((failed + 1)) ;;
	esac
done < <(/usr/bin/python3 test/from_ical.py 150 build/oracle/read_calendar 2>&1 || echo "not ok - test/from_ical.py ended with status $?")

# What calendar_feed writes comes back as the same doses: the sample regimens, and schedules that a calendar has other words for.
load_regimens
psql -Xq -v ON_ERROR_STOP=1 <<-'SQL' >/dev/null
	SELECT medsched.create_medication(md5(s.schedule::text)::uuid, 'Out and in', jsonb_build_array(s.schedule || '{"starts_at": "2026-01-31T02:30:00"}'))
	  FROM (SELECT jsonb_build_object('time_zone', z.name) || c.columns AS schedule
	          FROM unnest('{Europe/Berlin,America/New_York,Africa/Cairo,Asia/Jerusalem,America/Nuuk,Africa/Casablanca,Australia/Lord_Howe}'::text[]) AS z (name)
	         CROSS JOIN jsonb_array_elements('[
	           {"rrule": "FREQ=DAILY;BYHOUR=0,2,3,8,20;BYMINUTE=30", "exdates": ["2026-02-02T08:30:00"], "rdates": ["2026-07-02T09:00:00"]},
	           {"rrule": "FREQ=DAILY", "cycle_days_on": 21, "cycle_days_off": 7},
	           {"rrule": "FREQ=HOURLY;INTERVAL=8"},
	           {"rrule": "FREQ=HOURLY;INTERVAL=5;COUNT=900"},
	           {"rrule": "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU;UNTIL=20261015"},
	           {"rrule": "FREQ=YEARLY;BYMONTHDAY=5"},
	           {"rrule": "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD"},
	           {"rrule": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=9"},
	           {"rdates": ["2026-03-29T02:30:00", "2026-11-01T01:30:00"]}]') AS c (columns)) AS s (schedule)
SQL
equals "a calendar_feed, read back, has the same doses: 20,000 and more" "$(query "
	SELECT count(*) FILTER (WHERE b.feed IS NULL OR b.ours IS NULL), count(*) > 20000
	  FROM (SELECT DISTINCT m.user_id FROM medsched.medications AS m) AS u
	 CROSS JOIN LATERAL (
	   SELECT d.at AS ours, r.at AS feed
	     FROM (SELECT DISTINCT d.scheduled_for AS at FROM medsched.upcoming_doses(u.user_id, '2026-01-01Z', '2027-06-01Z') AS d
	            WHERE NOT EXISTS (SELECT FROM medsched.schedules AS s WHERE s.user_id = u.user_id AND s.id = d.schedule_id AND s.as_needed)) AS d
	     FULL JOIN (SELECT DISTINCT o.at
	                  FROM jsonb_to_recordset(medsched.schedule_from_ical(medsched.calendar_feed(u.user_id, horizon => '2027-06-01Z')))
	                    AS s (starts_at timestamp, time_zone text, rrule text, rdates timestamp[], exdates timestamp[])
	                 CROSS JOIN LATERAL medsched.occurrences(s.rrule, s.starts_at, s.time_zone, '2026-01-01Z', '2027-06-01Z',
	                   coalesce(s.rdates, '{}'), coalesce(s.exdates, '{}')) AS o (at)) AS r ON r.at = d.at) AS b")" "0|t"

finish
