#!/bin/bash
# The Drizzle package: every wrapper with every driver, and the package against
# the catalog of the extension.
. test/suites/lib.bash
. test/suites/node.bash

build_client
node_tests clients/drizzle
finish
