#!/bin/bash
# The suite dump-restore in the managed edition.
MEDSCHED_EDITION=managed exec dev/with-cluster test/suites/dump-restore.sh "$@"
