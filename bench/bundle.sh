#!/bin/bash
# bench/bundle.sh [ROUNDS]
#
# Size and cold start of the example API as a Lambda function: as tsc leaves it with its
# node_modules, and as a bundle.  A cold start is a new Node process that loads the function,
# connects to the database and answers /readyz; the median of ROUNDS (default 15), and of them
# the processor time, which depends less on what else the machine does.
set -euo pipefail

cd "$(dirname "$0")/.."
. dev/lib.sh
. dev/node.sh
build_api >&2
(cd examples/api && node build/src/migrate.js)
node bench/bundle.mjs "${1:-15}"
