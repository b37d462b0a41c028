# shellcheck shell=bash
# What runs on Node shares: sourced after dev/lib.sh, in the source tree's root.

export npm_config_loglevel=error npm_config_update_notifier=false

provide_node

# alone_in DIRECTORY COMMAND...: while no other of these runs in that package.
alone_in()
{
	(
		flock 9
		"${@:2}"
	) 9<"$1/package.json"
}

# node_packages DIRECTORY: what its lock file says, installed unless it is.
node_packages()
{
	alone_in "$1" install_packages "$1"
}

install_packages()
{
	if ! cmp -s "$1/package-lock.json" "$1/node_modules/.medsched-lock"; then
		(cd "$1" && npm ci >&2)
		cp "$1/package-lock.json" "$1/node_modules/.medsched-lock"
	fi
}

# sources_of DIRECTORY [FILE...]: a sum of the package's files and of these, without what npm and building make.
sources_of()
{
	{
		find "$1" \( -name node_modules -o -name dist -o -name build -o -name '*-functions.ts' -o -name managed-sql.ts \) -prune -o -type f -print0
		printf '%s\0' "${@:2}"
	} | sort -z | xargs -0 sha256sum | sha256sum
}

# build_unless_built DIRECTORY SCRIPT [FILE...]: runs SCRIPT, which makes the package's build/ anew of its sources and
# these files, unless it has done so of the same: building takes half a minute, and a dozen suites begin with it.
build_unless_built()
{
	local directory=$1 script=$2 sources

	install_packages "$directory"
	sources=$(sources_of "$directory" "${@:3}")
	if [ "$sources" != "$(cat "$directory/build/.medsched-sources" 2>/dev/null)" ]; then
		rm -f "$directory/build/.medsched-sources"
		"$script"
		echo "$sources" >"$directory/build/.medsched-sources"
	fi
}

# build_client: the Drizzle package and its tests.
build_client()
{
	flock Makefile make -s managed
	alone_in clients/drizzle build_unless_built clients/drizzle make_client medsched-managed--*.sql
}

make_client()
{
	(cd clients/drizzle && npm run -s build && npm run -s build:test)
}

# build_api: the example API, its bundles and tests, and the Drizzle package in it.
build_api()
{
	build_client
	alone_in examples/api build_unless_built examples/api make_api clients/drizzle/build/.medsched-sources
}

make_api()
{
	cp -r clients/drizzle/dist/. examples/api/node_modules/@medsched/drizzle/dist/
	(cd examples/api && npm run -s bundle)
}
