#!/bin/bash
# The example API: over HTTP and as a Lambda function, against a real database.
. test/suites/lib.bash
. test/suites/node.bash

build_api
(cd examples/api && node build/src/migrate.js)
node_tests examples/api
finish
