#!/bin/bash
# The pgTAP files of test/sql, or those named, through pg_regress.
. test/suites/lib.bash

chosen "test/sql/*.sql" "$@"
run_regress build/regress "${chosen[*]}"
finish
