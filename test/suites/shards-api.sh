#!/bin/bash
# The example API with its database at the proxy of three shards, behind PgBouncer: it is the same application, and its tests are
# those of the suite api. What they look at in medsched's tables, past the API, they look at on the shards.
. test/suites/lib.bash
. test/suites/node.bash
. test/shards/cluster.bash

need openssl
start_shards
export PGDATABASE=proxy
build_api
(cd examples/api && node build/src/migrate.js)
export MEDSCHED_SHARDS="$shards_at/0 $shards_at/1 $shards_at/2"
# How a server itself is connected to.
node_tests examples/api build/test/connection.test.js
start_pooler
node_tests examples/api build/test/{api,reminders,server}.test.js
finish
