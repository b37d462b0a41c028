#!/bin/bash
# The suite concurrency in the managed edition.
MEDSCHED_EDITION=managed exec dev/with-cluster test/suites/concurrency.sh "$@"
