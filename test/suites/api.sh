#!/bin/bash
# The example API: over HTTP and as a Lambda function, against a real database.
. test/suites/lib.bash
. test/suites/node.bash

need openssl
build_api
(cd examples/api && node build/src/migrate.js)
node_tests examples/api

# The description of the API, which is one for both editions: by two linters, whose warnings count, and by a client with
# types that are generated from it.
if [ "${MEDSCHED_EDITION:-}" != managed ]; then
	node_packages test/openapi
	export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
	redocly()
	{
		test/openapi/node_modules/.bin/redocly lint --config test/openapi/redocly.yaml "$1"
	}
	spectral()
	{
		test/openapi/node_modules/.bin/spectral lint --ruleset test/openapi/spectral.yaml --fail-severity hint "$1"
	}
	fails()
	{
		! "$@"
	}
	mkdir -p test/openapi/build
	description=test/openapi/build/openapi.json
	node test/openapi/describe.mjs >"$description"
	node -e "const api = JSON.parse(fs.readFileSync('$description')); delete api.info.license; delete Object.values(api.paths)[0].get.tags;
		fs.writeFileSync('test/openapi/build/poor.json', JSON.stringify(api))"
	succeeds "Redocly finds nothing to improve in the description of the API" redocly "$description"
	succeeds "nor does Spectral" spectral "$description"
	succeeds "Redocly finds that a licence is missing" fails redocly test/openapi/build/poor.json
	succeeds "Spectral finds that tags are" fails spectral test/openapi/build/poor.json
	(cd test/openapi && npx openapi-typescript build/openapi.json -o build/paths.d.ts && npx tsc -p tsconfig.json)
	node_tests test/openapi build/client.test.js
fi

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
