#!/bin/bash
# calendar_feed, read back as calendar programs do: each comes to the doses that
# upcoming_doses has.  Arguments are those of test/ical.py.
. test/suites/lib.bash
. test/suites/node.bash

python=/usr/bin/python3
need gcc libical dateutil icalendar recurring-ical-events
node_packages test/calendars
mkdir -p build
# shellcheck disable=SC2046
gcc -O1 -Wall -Wextra -Werror test/calendars/libical_reader.c -o build/libical_reader $(pkg-config --cflags --libs libical)

load_regimens
while read -r line; do
	echo "$line"
	case $line in
		"ok - "*) passed=$((passed + 1)) ;;
		"not ok - "*) failed=$((failed + 1)) ;;
	esac
done < <($python test/ical.py "$@" 2>&1 || echo "not ok - test/ical.py ended with status $?")

# One backend answers many calls, and its own memory does not grow; pages of the server's and of files come and go.
memory()
{
	psql -XAtq -v ON_ERROR_STOP=1 <<-SQL
		SET medsched.max_doses = 100000;
		CREATE TEMPORARY TABLE calls (kb int);
		CREATE FUNCTION pg_temp.memory() RETURNS int LANGUAGE sql AS
		  \$\$SELECT substring(pg_read_file('/proc/' || pg_backend_pid() || '/status') FROM 'RssAnon:\s*([0-9]+)')::int\$\$;
		CREATE FUNCTION pg_temp.feed(calls int, fails boolean) RETURNS void LANGUAGE plpgsql AS \$\$
		BEGIN
		  FOR i IN 1..calls LOOP
		    BEGIN
		      PERFORM medsched.calendar_feed('22222222-2222-4222-8222-222222222222',
		        horizon => '2027-01-01Z', alarm => CASE WHEN fails THEN interval '1 month' ELSE interval '5 min' END);
		    EXCEPTION WHEN invalid_parameter_value THEN
		      NULL;
		    END;
		    BEGIN
		      PERFORM medsched.calendar_feed(u.id, horizon => '2027-01-01Z') FROM (VALUES ('$cyclic'::uuid)) AS u (id);
		    EXCEPTION WHEN program_limit_exceeded THEN
		      NULL;
		    END;
		  END LOOP;
		END \$\$;
		SELECT pg_temp.feed(300, false);
		SET medsched.max_doses = 5;
		SELECT pg_temp.feed(100, true);
		SET medsched.max_doses = 100000;
		INSERT INTO calls SELECT pg_temp.memory();
		SELECT pg_temp.feed(2000, false);
		SET medsched.max_doses = 5;
		SELECT pg_temp.feed(2000, true);
		INSERT INTO calls SELECT pg_temp.memory();
		SELECT max(kb) - min(kb) FROM calls;
	SQL
}

# Its single dates exceed a max_doses of 5 half-way through a calendar.
cyclic=00000000-0000-4000-8000-00000000cccc
query "SELECT medsched.create_medication('$cyclic', 'Cyclic', '[
	{\"starts_at\": \"2026-03-01T08:00:00\", \"time_zone\": \"Europe/Berlin\", \"rrule\": \"FREQ=DAILY\"},
	{\"starts_at\": \"2026-03-02T08:00:00\", \"time_zone\": \"Europe/Berlin\", \"rrule\": \"FREQ=DAILY\",
	 \"cycle_days_on\": 21, \"cycle_days_off\": 7}]')" >/dev/null
growth=$(memory | grep -v '^$')
if [ "$growth" -lt 1024 ]; then
	pass "4000 calendars and 2000 errors leave the backend's size as it was ($growth kB)"
else
	fail "the backend grew by $growth kB"
fi

finish
