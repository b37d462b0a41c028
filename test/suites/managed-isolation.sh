#!/bin/bash
# The suite isolation in the managed edition.
MEDSCHED_EDITION=managed exec dev/with-cluster test/suites/isolation.sh "$@"
