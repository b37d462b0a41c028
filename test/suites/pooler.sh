#!/bin/bash
# PgBouncer in transaction mode with five server connections, as the stand-in
# for RDS Proxy: the package's and the API's tests through it, what calls leave behind in a
# connection, and five hundred clients while connections die.
. test/suites/lib.bash
. test/suites/node.bash

PATH=$PATH:/usr/sbin
need pgbouncer
build_api
(cd examples/api && node build/src/migrate.js)

# What the tests look at a server with, which is a superuser's.
query "GRANT SET ON PARAMETER track_functions TO $PGUSER" -U postgres

# Where the server is, past the pooler.
export MEDSCHED_SERVER_HOST=$PGHOST

pooler=$(mktemp -d /tmp/medsched.XXXXXX)
stop_pooler()
{
	[ ! -f "$pooler/pid" ] || kill "$(cat "$pooler/pid")" || true
	rm -rf "$pooler"
}
trap stop_pooler EXIT

echo "\"$PGUSER\" \"\"" >"$pooler/users"
cat >"$pooler/pgbouncer.ini" <<-INI
	[databases]
	$PGDATABASE = host=$PGHOST port=$PGPORT
	* = host=$PGHOST port=$PGPORT

	[pgbouncer]
	pool_mode = transaction
	default_pool_size = 5
	max_db_connections = 5
	max_client_conn = 1000
	listen_addr =
	listen_port = $PGPORT
	listen_backlog = 1000
	unix_socket_dir = $pooler
	auth_type = trust
	auth_file = $pooler/users
	admin_users = $PGUSER
	logfile = $pooler/log
	pidfile = $pooler/pid
	; A login that was killed is tried again soon, instead of after 15 s.
	server_login_retry = 0.1
INI
chmod 755 "$pooler"
[ "$(id -u)" -ne 0 ] || chown -R "$(server_user)" "$pooler"

# A client and a server connection are a file each.
ulimit -n "$(ulimit -H -n)"
as_server pgbouncer -q -d "$pooler/pgbouncer.ini"
export PGHOST=$pooler
for _ in $(seq 50); do
	query "SELECT 1" >/dev/null 2>&1 && break
	sleep 0.1
done

console()
{
	query "$1" -F ' ' -d pgbouncer
}
equals "the pooler pools transactions" \
	"$(console "SHOW CONFIG" | sed -n 's/^pool_mode \([a-z]*\).*/\1/p')" transaction
equals "over five server connections at most" \
	"$(console "SHOW CONFIG" | sed -n 's/^max_db_connections \([0-9]*\).*/\1/p')" 5

directly()
{
	query "$1" -h "$MEDSCHED_SERVER_HOST" -U postgres
}

# Timeouts: what doc/drizzle-on-lambda.md says that a pooler lets through.
directly "ALTER ROLE $PGUSER SET statement_timeout = '50s'"
console "RECONNECT" >/dev/null
equals "a role's timeouts hold through the pooler" "$(query "SHOW statement_timeout")" 50s
equals "those of a transaction end with it" \
	"$(query "BEGIN; SET LOCAL statement_timeout = '1s'; SHOW statement_timeout; COMMIT; SHOW statement_timeout")" $'1s\n50s'
contains "those that a client connects with are refused" \
	"$(PGOPTIONS='-c statement_timeout=1s' query "SELECT 1" 2>&1 || true)" "unsupported startup parameter"
directly "ALTER ROLE $PGUSER RESET statement_timeout"
console "RECONNECT" >/dev/null

# The tests of test/pooler that are named, alone.
if [ $# -gt 0 ]; then
	node_tests test/pooler "${@/%/.test.mjs}"
	finish
fi

# The package's tests and the API's.  Every statement that reaches the server is logged.
log=$MEDSCHED_SERVER_HOST/server.log
before=$(stat -c %s "$log")
directly "ALTER DATABASE $PGDATABASE SET log_statement = 'all'"
console "RECONNECT" >/dev/null
export MEDSCHED_DIRECT=0
# Without what installs the managed edition: in databases of its own, to which the pooler
# would keep connections, by statements longer than any other; and what asks no database, or
# prepares statements itself to see that they can be.
mapfile -t tests < <(cd clients/drizzle && ls build/test/*.test.js | grep -vE '/(consumers|drivers|managed|mistakes|prisma|types)\.test\.js$')
node_tests clients/drizzle "${tests[@]}"
node_tests examples/api build/test/api.test.js
directly "ALTER DATABASE $PGDATABASE RESET log_statement"
console "RECONNECT" >/dev/null

# The name of the prepared statement, a tab, and the statement.
statements=$(tail -c "+$((before + 1))" "$log" |
	sed -nE 's/.*LOG:  statement: /\t/p; s/.*LOG:  execute ([^:]*): /\1\t/p')
succeeds "hundreds of statements went through the pooler" [ "$(wc -l <<<"$statements")" -gt 500 ]
# Of statements, those for which RDS Proxy pins the connection.
pinning()
{
	grep -iE '^ *(set|reset|prepare|execute|deallocate|discard|listen|unlisten|declare|load|lock|create +(or +replace +)?(local +|global +)?temp)\b|\b(set_config|nextval|setval|pg_(try_)?advisory_(un)?lock(_shared)?) *\(' |
		grep -viE '^ *set +(local|transaction) |set_config *\([^()]*, *true *\)'
}
pinning <<-'SQL' >"$pooler/pinning"
	SET work_mem = '1MB'
	set local work_mem = '1MB'
	select set_config('medsched.grace', '2h', false)
	select set_config('medsched.grace', '2h', true)
	PREPARE p AS SELECT 1
	LISTEN doses
	create temp table t ()
	SELECT pg_advisory_lock(1)
	select pg_advisory_xact_lock(1)
	declare c cursor with hold for select 1
	select "settings" from "listen"
	SQL
equals "what would pin is known when it is seen" "$(wc -l <"$pooler/pinning")" 7
# Not the pooler's own, which tells the server the names of its clients.
equals "nothing would pin a connection" \
	"$(cut -f 2 <<<"$statements" | grep -v "^SET application_name='" | pinning | sort | uniq -c | head -n 5)" ""
equals "none is longer than the 16 kB above which one does" \
	"$(awk 'length > 16000' <<<"$statements" | cut -c 1-100)" ""
equals "none was a named prepared statement" \
	"$(cut -f 1 <<<"$statements" | grep -vE '^(<unnamed>)?$' | sort | uniq -c | head -n 5)" ""

node_tests test/pooler state.test.mjs
node_tests test/pooler lost.test.mjs
node_tests test/pooler storm.test.mjs
node_tests test/pooler afterwards.test.mjs
finish
