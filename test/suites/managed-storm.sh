#!/bin/bash
# The suite storm in the managed edition.
export MEDSCHED_STORM_SECONDS=${MEDSCHED_STORM_SECONDS:-10}
MEDSCHED_EDITION=managed exec dev/with-cluster test/suites/storm.sh "$@"
