#!/bin/bash
# The two engines against each other, in C and in SQL: random schedules through
# both.  The seed is fixed here; dev/fuzz --oracle editions takes any.
. test/suites/lib.bash

succeeds "3,000 schedules are the same in both editions, errors too" \
	test/oracle/compare_editions.sh 20260305 3000

finish
