#!/bin/bash
# The two editions against each other: random schedules through the engine in C and the
# one in SQL, and random people with random histories through all that is above.  The
# seeds are fixed here; dev/fuzz --oracle editions and --oracle people take any.
. test/suites/lib.bash

succeeds "3,000 schedules are the same in both editions, errors too" \
	test/oracle/compare_editions.sh 20260305 3000
succeeds "150 people's lives are the same in both editions, errors too" \
	test/oracle/compare_editions.sh 20260306 150 people

finish
