#!/bin/bash
# The two editions against each other: random schedules through the engine in C and the
# one in SQL, and random people with random histories through all that is above.  The
# seeds are fixed here; dev/fuzz --oracle editions, --oracle people and --oracle lives take any.
. test/suites/lib.bash

need dateutil

succeeds "3,000 schedules are the same in both editions, errors too" \
	test/oracle/compare_editions.sh 20260305 3000
succeeds "150 people's lives are the same in both editions, errors too" \
	test/oracle/compare_editions.sh 20260306 150 people
# The seed is another in each release: 1,000 by dev/fuzz take longer than a suite may.
succeeds "15 people's lives are as a plain model has them, in both editions" \
	test/oracle/compare_editions.sh 20261127 15 lives

finish
