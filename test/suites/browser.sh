#!/bin/bash
# The example's page in a real browser.  SCREENSHOT: where to put a picture of it.
. test/suites/lib.bash
. test/suites/node.bash

need chromium
CHROMIUM=$(command -v chromium)
export CHROMIUM
build_api
(cd examples/api && node build/src/migrate.js)
node_tests examples/api build/test/browser/page.test.js
finish
