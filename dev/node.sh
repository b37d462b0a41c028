# shellcheck shell=bash
# What runs on Node shares: sourced after dev/lib.sh, in the source tree's root.

export npm_config_loglevel=error npm_config_update_notifier=false

provide_node

# node_packages DIRECTORY: what its lock file says, installed unless it is.
node_packages()
{
	if ! cmp -s "$1/package-lock.json" "$1/node_modules/.medsched-lock"; then
		(cd "$1" && npm ci >&2)
		cp "$1/package-lock.json" "$1/node_modules/.medsched-lock"
	fi
}

# build_client: the Drizzle package and its tests.
build_client()
{
	node_packages clients/drizzle
	(cd clients/drizzle && npm run -s build && npm run -s build:test)
}

# build_api: the example API, its bundles and tests, and the Drizzle package in it.
build_api()
{
	build_client
	node_packages examples/api
	cp -r clients/drizzle/dist/. examples/api/node_modules/@medsched/drizzle/dist/
	(cd examples/api && npm run -s bundle)
}
