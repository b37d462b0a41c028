#!/bin/bash
# The suite reminders in the managed edition.
MEDSCHED_EDITION=managed exec dev/with-cluster test/suites/reminders.sh "$@"
