#!/bin/bash
# The example API: over HTTP and as a Lambda function, against a real database.
. test/suites/lib.bash
. test/suites/node.bash

build_api
(cd examples/api && node build/src/migrate.js)
node_tests examples/api

# The demo, as dev/api starts it.
demo=$(mktemp)
PORT=0 dev/api inside >"$demo" 2>&1 &
trap 'kill %1 2>/dev/null || true; rm -f "$demo"' EXIT
for _ in $(seq 1200); do
	! grep -q '^listening' "$demo" && kill -0 %1 2>/dev/null || break
	sleep 0.1
done
url=$(sed -n 's/^listening on //p' "$demo")
token=$(sed -n 's/.*#token=//p' "$demo" | head -n 1)
answer=$(node -e "fetch('$url/v1/people/me/medications', { headers: { authorization: 'Bearer $token' } })
	.then((r) => r.json()).then((list) => console.log(list.map((m) => m.name).join()))" 2>&1) || true
equals "dev/api starts, and its token opens it" "$answer" "atorvastatin,levothyroxine,metformin,paracetamol"
finish
