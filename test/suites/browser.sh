#!/bin/bash
# The example’s page in a real browser.  PICTURES: the folder to put pictures of it in.
. test/suites/lib.bash
. test/suites/node.bash

need chromium
need openssl
CHROMIUM=$(command -v chromium)
export CHROMIUM
build_api
(cd examples/api && node build/src/migrate.js)
node_tests examples/api --test-concurrency=3 build/test/browser/{access,offline,page,pictures,reminders}.test.js
finish
