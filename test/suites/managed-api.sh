#!/bin/bash
# The suite api on the managed edition, by a role that is no superuser.
MEDSCHED_EDITION=managed exec dev/with-cluster test/suites/api.sh
