# shellcheck shell=bash
# Three servers with medsched and a proxy before them; sourced after test/suites/lib.bash, inside dev/with-cluster, whose
# server has the proxy's database.

PATH=$PATH:/usr/sbin
need plproxy pgbouncer

shards=3
shards_at=$(mktemp -d /tmp/medsched.XXXXXX)
chmod 755 "$shards_at"
[ "$(id -u)" -ne 0 ] || chown "$(server_user)" "$shards_at"
stop_shards()
{
	local data

	[ ! -f "$shards_at/pooler/pid" ] || kill "$(cat "$shards_at/pooler/pid")" || true
	for data in "$shards_at"/*/data; do
		as_server pg_ctl -s -D "$data" -m immediate stop || true
	done
	rm -rf "$shards_at"
}
trap stop_shards EXIT

# start_shard N
start_shard()
{
	as_server pg_ctl -s -w -D "$shards_at/$1/data" -l "$shards_at/$1/log" start || {
		cat "$shards_at/$1/log"
		die "shard $1 did not start"
	}
}

# stop_shard N: at once, as a machine that fails.
stop_shard()
{
	as_server pg_ctl -s -w -D "$shards_at/$1/data" -m immediate stop
}

# on_shard N SQL [PSQL ARGUMENT...]
on_shard()
{
	query "$2" -h "$shards_at/$1" -p 5432 -d medsched "${@:3}"
}

# on_each_shard SQL [PSQL ARGUMENT...]
on_each_shard()
{
	local shard

	for shard in $(seq 0 $((shards - 1))); do
		on_shard "$shard" "$@"
	done
}

# start_shards: each a server of its own, with the edition that is tested; and the proxy, in database proxy.
start_shards()
{
	local shard

	link_extension plproxy
	as_server mkdir "$shards_at/0"
	as_server initdb -D "$shards_at/0/data" -A trust -U postgres -E UTF8 --locale=C --no-sync --no-instructions >/dev/null
	for shard in $(seq 0 $((shards - 1))); do
		[ "$shard" = 0 ] || as_server cp -r "$shards_at/0" "$shards_at/$shard"
		as_server tee -a "$shards_at/$shard/data/postgresql.conf" >/dev/null <<-CONF
			listen_addresses = ''
			unix_socket_directories = '$shards_at/$shard'
			fsync = off
			full_page_writes = off
			synchronous_commit = off
			jit = off
			timezone = 'UTC'
			log_timezone = 'UTC'
		CONF
	done
	for shard in $(seq 0 $((shards - 1))); do
		(
			start_shard "$shard"
			export PGHOST=$shards_at/$shard PGPORT=5432 PGUSER=postgres
			if [ "${MEDSCHED_EDITION:-native}" = managed ]; then
				query "CREATE ROLE medsched_installer LOGIN CREATEDB" -d postgres
				query "CREATE DATABASE medsched OWNER medsched_installer" -d postgres
				export PGUSER=medsched_installer
			else
				query "CREATE DATABASE medsched" -d postgres
			fi
			install_medsched medsched
		) &
	done
	wait
	on_shard 0 "SELECT medsched.plproxy_functions('medsched')" -U postgres >"$shards_at/proxy.sql"
	(
		export PGUSER=postgres
		query "CREATE DATABASE proxy" -d postgres
		psql -Xq -v ON_ERROR_STOP=1 -d proxy -f "$shards_at/proxy.sql"
		for shard in $(seq 0 $((shards - 1))); do
			echo "INSERT INTO medsched_proxy.shards VALUES ($shard, 'host=$shards_at/$shard port=5432 dbname=medsched');"
		done | psql -Xq -v ON_ERROR_STOP=1 -d proxy
		query "INSERT INTO medsched_proxy.slots SELECT s, s % $shards FROM generate_series(0, 255) AS s" -d proxy
	)
}

# start_pooler: PgBouncer in transaction mode, with five connections to the proxy.  Its clients find it at $PGHOST then.
start_pooler()
{
	local pooler=$shards_at/pooler

	mkdir "$pooler"
	echo "\"$PGUSER\" \"\"" >"$pooler/users"
	cat >"$pooler/pgbouncer.ini" <<-INI
		[databases]
		proxy = host=$PGHOST port=$PGPORT

		[pgbouncer]
		pool_mode = transaction
		default_pool_size = 5
		listen_addr =
		listen_port = $PGPORT
		unix_socket_dir = $pooler
		auth_type = trust
		auth_file = $pooler/users
		logfile = $pooler/log
		pidfile = $pooler/pid
	INI
	[ "$(id -u)" -ne 0 ] || chown -R "$(server_user)" "$pooler"
	as_server pgbouncer -q -d "$pooler/pgbouncer.ini"
	export PGHOST=$pooler
	for _ in $(seq 50); do
		query "SELECT 1" >/dev/null 2>&1 && break
		sleep 0.1
	done
}
