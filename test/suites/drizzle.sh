#!/bin/bash
# The Drizzle package: every wrapper with every driver, and the package against
# the catalog of the extension.
. test/suites/lib.bash
. test/suites/node.bash

build_client
# In the managed edition, without those that ask no database.
without='^$'
[ "${MEDSCHED_EDITION:-}" != managed ] || without='/(consumers|mistakes|schedule-input|time|types)\.test\.js$'
mapfile -t tests < <(cd clients/drizzle && ls build/test/*.test.js | grep -vE "$without")
node_tests clients/drizzle "${tests[@]}"
# With drizzle-orm 1.0.
node_tests clients/drizzle build/drizzle-1/test/{define-relations,drivers,drizzle-orm-zod,errors,functions,holes,types}.test.js
finish
