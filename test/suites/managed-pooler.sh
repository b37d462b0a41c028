#!/bin/bash
# The suite pooler in the managed edition, by a role that is no superuser.
MEDSCHED_EDITION=managed exec dev/with-cluster test/suites/pooler.sh "$@"
