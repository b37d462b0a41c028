#!/bin/bash
# Every released version, installed and in use, is updated to this one: it is
# then what a fresh installation is, with the application's rows, columns,
# views, policies and grants. The released install scripts are in test/updates.
# So it is with the managed edition, whose file updates where it is run again.
. test/suites/lib.bash

version=$(version_of medsched.control)
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
extensions=$(query "SELECT setting || '/extension' FROM pg_config WHERE name = 'SHAREDIR'")
cp test/updates/medsched--*.sql "$extensions/"
query "CREATE ROLE app LOGIN; CREATE ROLE app_reader"

# The managed edition's file, with the steps from 0.1.0 on: of that version, which it
# never had, test/updates has what it would have been.
mkdir "$files/source"
cp -r Makefile medsched.control sql "$files/source"
echo 'DROP FUNCTION medsched._gone(int); DROP FUNCTION medsched.percentage_taken(bigint, bigint);' \
	>"$files/source/sql/updates/medsched--0.1.1--0.2.0.sql"
make -s -C "$files/source" managed managed_updates="$(cd "$files/source" && ls sql/updates/*.sql | xargs)"
managed_file=$files/source/medsched-managed--$version.sql

fresh_database()
{
	PGUSER=postgres PGDATABASE=postgres query "CREATE DATABASE $1 OWNER app"
	export PGUSER=app PGDATABASE=$1
}

# make_installed EDITION VERSION, make_updated EDITION
make_installed()
{
	if [ "$1" = native ]; then
		query "CREATE EXTENSION medsched VERSION '$2'"
	elif [ -f "test/updates/medsched-managed--$2.sql" ]; then
		run_file "test/updates/medsched-managed--$2.sql"
	else
		run_file "$managed_file"
		[ "$2" != "$version" ] || return 0
		run_file "test/updates/managed-$2.sql"
	fi
}

make_updated()
{
	if [ "$1" = native ]; then
		query "ALTER EXTENSION medsched UPDATE"
	else
		run_file "$managed_file"
	fi
}

run_file()
{
	psql -Xq -v ON_ERROR_STOP=1 -f "$1"
}

catalog()
{
	psql -XAtq -v ON_ERROR_STOP=1 -f test/updates/catalog.sql
}

# answers: of the functions whose result does not depend on today, and of the application's views.
answers()
{
	fingerprint
	query "SELECT md5(string_agg(v::text, E'\n' ORDER BY v::text)) FROM app.doses AS v"
	query "SELECT md5(string_agg(v::text, E'\n' ORDER BY v::text)) FROM app.due AS v"
	query "SELECT md5(string_agg(v::text, E'\n' ORDER BY v::text)) FROM app.counted AS v"
	query "REFRESH MATERIALIZED VIEW app.kept; SELECT md5(string_agg(dose_id, E'\n' ORDER BY dose_id)) FROM app.kept"
	query "SELECT md5(string_agg(app.next_dose(user_id)::text, ' ' ORDER BY user_id)) FROM medsched.medications"
}

# update_from EDITION VERSION: checks an update from that version.
update_from()
{
	local edition=$1 from=$2 what="$1 $2" before doses owner=postgres grants="{postgres=X/postgres,app=X/postgres,app_reader=X/postgres}" \
		refusal="function medsched._shortened(text) is not a member of extension"

	if [ "$edition" = managed ]; then
		owner=app
		grants="{app=X/app,app_reader=X/app}"
		refusal="function medsched._shortened(text) belongs to another role than its schema"
	fi
	fresh_database "${edition}_installed"
	make_installed "$edition" "$version" && query "SELECT medsched.create_tables()" -o /dev/null
	catalog >"$files/installed"
	succeeds "$what: an installation is something to compare with" [ "$(wc -l <"$files/installed")" -gt 150 ]

	fresh_database "${edition}_${from//./_}"
	make_installed "$edition" "$from"
	query "SELECT medsched.create_tables()" -o /dev/null
	load_regimens
	run_file test/updates/application.sql
	PGUSER=$owner query "
		REVOKE EXECUTE ON FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) FROM PUBLIC;
		GRANT EXECUTE ON FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) TO app, app_reader"
	before=$(answers)
	contains "$what: its functions answer with the new library" "$before" "12|16|25|"
	if [ "$edition" = native ]; then
		contains "$what: but for those that are not in C any more, which say what to do" \
			"$(query "SELECT medsched.create_medication(gen_random_uuid(), 'x', '[]')" 2>&1 || true)" "ALTER EXTENSION medsched UPDATE"
	fi

	PGUSER=postgres query "CREATE FUNCTION medsched._shortened(written text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'"
	contains "$what: what somebody put in a new function's place is not taken over" "$(make_updated "$edition" 2>&1 || true)" "$refusal"
	PGUSER=postgres query "DROP FUNCTION medsched._shortened(text)"
	succeeds "$what: it is updated" make_updated "$edition" 2>"$files/notices"
	contains "$what: what uses a former function is named" "$(cat "$files/notices")" "view app.doses"
	equals "$what: every view answers as before" "$(answers)" "$before"
	succeeds "$what: the tables are brought up to date" query "SELECT medsched.create_tables()" -o /dev/null
	equals "$what: a function of the application's creates as before" \
		"$(query "BEGIN; SELECT app.prescribe(gen_random_uuid()) IS NOT NULL; ROLLBACK")" t

	catalog >"$files/updated"
	# But for the application's grants.
	sed -i -E "s/\{(app=X\/$owner,)?app_reader=X\/$owner(,postgres=X\/$owner)?\}/{=X\/$owner,$owner=X\/$owner}/" "$files/updated"
	succeeds "$what: it is what a fresh installation is" diff "$files/installed" "$files/updated"
	equals "$what: and answers as before" "$(answers)" "$before"
	equals "$what: a grant on a function stays" "$(query "
		SELECT proacl FROM pg_proc WHERE oid = 'medsched.upcoming_doses(uuid, timestamptz, timestamptz)'::regprocedure")" \
		"$grants"
	# Since PostgreSQL 17 an owner has one right more.
	equals "$what: so do those on a view, and its options" "$(query "
		SELECT replace(relacl::text, 'Dxtm', 'Dxt'), reloptions FROM pg_class WHERE oid = 'app.doses'::regclass")" \
		"{app=arwdDxt/app,app_reader=r/app}|{security_barrier=true}"
	equals "$what: and columns, values, indexes, triggers and policies of its own" "$(query "
		SELECT (SELECT app_colour FROM medsched.medications WHERE name = 'metformin'),
		       to_regclass('medsched.app_by_device'),
		       (SELECT tgenabled FROM pg_trigger WHERE tgname = 'app_touch'),
		       (SELECT polname FROM pg_policy WHERE polrelid = 'medsched.medications'::regclass)")" \
		"blue|medsched.app_by_device|O|app_all"
	equals "$what: views use the new functions" "$(query "
		SELECT string_agg(pg_get_viewdef(oid), '') ~ '_of_' FROM pg_class
		WHERE oid IN ('app.doses'::regclass, 'app.due'::regclass, 'app.counted'::regclass)")" f
	equals "$what: a function that nobody used is gone" "$(query "SELECT to_regprocedure('medsched.undo_dose_of_${from//./_}(uuid, uuid, timestamptz)')")" ""
	equals "$what: a second call changes nothing" "$(query "SELECT medsched.create_tables()" 2>&1)" ""

	# What still uses former functions is made anew; then a dump restores where there never were any.
	query "DROP MATERIALIZED VIEW app.kept; DROP FUNCTION app.next_dose(uuid), app.prescribe(uuid)"
	PGUSER=postgres pg_dump -f "$files/dump.sql"
	doses=$(query "TABLE app.doses ORDER BY dose_id" | md5sum)
	fresh_database "${edition}_restored_${from//./_}"
	succeeds "$what: a dump of it restores into a fresh installation" \
		env PGUSER=postgres psql -Xq -v ON_ERROR_STOP=1 -o /dev/null -f "$files/dump.sql"
	equals "$what: with its views" "$(query "TABLE app.doses ORDER BY dose_id" | md5sum)" "$doses"
	equals "$what: and grants on functions" "$(query "
		SELECT has_function_privilege('app_reader', 'medsched.upcoming_doses(uuid, timestamptz, timestamptz)', 'EXECUTE'),
		       has_function_privilege('pg_monitor', 'medsched.upcoming_doses(uuid, timestamptz, timestamptz)', 'EXECUTE')")" "t|f"
	PGUSER=postgres PGDATABASE=postgres query "DROP DATABASE ${edition}_installed"
}

for script in test/updates/medsched--*.sql; do
	from=${script#test/updates/medsched--}
	from=${from%.sql}
	[ "$from" = "$version" ] || update_from native "$from"
done
for script in test/updates/managed-*.sql test/updates/medsched-managed--*.sql; do
	[ -f "$script" ] || continue
	from=${script##*managed-}
	from=${from#-}
	[ "${from%.sql}" = "$version" ] || update_from managed "${from%.sql}"
done

# Where the managed edition's file does not go on.
fresh_database refused
make_installed managed "$version"
query "CREATE OR REPLACE FUNCTION medsched.version() RETURNS text LANGUAGE sql STABLE RETURN '0.10.0'::text"
contains "managed: a later version is not made an earlier one" "$(psql -Xq -v VERBOSITY=verbose -f "$managed_file" 2>&1)" \
	"ERROR:  55000: medsched 0.10.0 is installed, which is later than $version"
query "DROP FUNCTION medsched.version()"
contains "managed: what was there before the first release is told apart" "$(psql -Xq -v VERBOSITY=verbose -f "$managed_file" 2>&1)" \
	"ERROR:  55000: schema \"medsched\" has a state of the managed edition from before its first release"
fresh_database native
query "CREATE EXTENSION medsched"
contains "managed: nor is the extension" "$(PGUSER=postgres psql -Xq -v VERBOSITY=verbose -f "$managed_file" 2>&1)" \
	"ERROR:  55000: medsched is installed as an extension in this database"

finish
