#!/bin/bash
# The Drizzle package: every wrapper with every driver, and the package against
# the catalog of the extension.
. test/suites/lib.bash
. test/suites/node.bash

build_client
node_tests clients/drizzle
# With drizzle-orm 1.0.
node_tests clients/drizzle build/drizzle-1/test/{define-relations,drivers,drizzle-orm-zod,errors,functions,holes,types}.test.js
finish
