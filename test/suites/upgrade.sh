#!/bin/bash
# Every released version, installed and in use, is updated to this one: it is
# then what a fresh installation is, with the application's rows, columns,
# views, policies and grants. The released install scripts are in test/updates.
. test/suites/lib.bash

version=$(version_of medsched.control)
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
extensions=$(query "SELECT setting || '/extension' FROM pg_config WHERE name = 'SHAREDIR'")
cp test/updates/medsched--*.sql "$extensions/"
query "CREATE ROLE app LOGIN; CREATE ROLE app_reader"

fresh_database()
{
	PGUSER=postgres PGDATABASE=postgres query "CREATE DATABASE $1 OWNER app"
	export PGUSER=app PGDATABASE=$1
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

fresh_database installed
query "CREATE EXTENSION medsched" && query "SELECT medsched.create_tables()" -o /dev/null
catalog >"$files/installed"
succeeds "an installation is something to compare with" [ "$(wc -l <"$files/installed")" -gt 150 ]

for script in test/updates/medsched--*.sql; do
	from=${script#test/updates/medsched--}
	from=${from%.sql}
	[ "$from" != "$version" ] || continue

	fresh_database "from_${from//./_}"
	query "CREATE EXTENSION medsched VERSION '$from'"
	query "SELECT medsched.create_tables()" -o /dev/null
	load_regimens
	psql -Xq -v ON_ERROR_STOP=1 -f test/updates/application.sql
	PGUSER=postgres query "
		REVOKE EXECUTE ON FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) FROM PUBLIC;
		GRANT EXECUTE ON FUNCTION medsched.upcoming_doses(uuid, timestamptz, timestamptz) TO app, app_reader"
	before=$(answers)
	contains "$from: its functions answer with the new library" "$before" "12|16|25|"

	query "CREATE FUNCTION medsched._shortened(written text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'"
	contains "$from: what somebody put in a new function's place is not taken over" \
		"$(query "ALTER EXTENSION medsched UPDATE" 2>&1 || true)" \
		"function medsched._shortened(text) is not a member of extension"
	query "DROP FUNCTION medsched._shortened(text)"
	succeeds "$from: it is updated" query "ALTER EXTENSION medsched UPDATE" 2>"$files/notices"
	contains "$from: what uses a former function is named" "$(cat "$files/notices")" "view app.doses"
	equals "$from: every view answers as before" "$(answers)" "$before"
	equals "$from: a function of the application's creates as before" \
		"$(query "BEGIN; SELECT app.prescribe(gen_random_uuid()) IS NOT NULL; ROLLBACK")" t
	succeeds "$from: the tables are brought up to date" query "SELECT medsched.create_tables()" -o /dev/null

	catalog >"$files/updated"
	# But for the application's grants.
	sed -i 's/{app=X\/postgres,app_reader=X\/postgres,postgres=X\/postgres}/{=X\/postgres,postgres=X\/postgres}/' "$files/updated"
	succeeds "$from: it is what a fresh installation is" diff "$files/installed" "$files/updated"
	equals "$from: and answers as before" "$(answers)" "$before"
	equals "$from: a grant on a function stays" "$(query "
		SELECT proacl FROM pg_proc WHERE oid = 'medsched.upcoming_doses(uuid, timestamptz, timestamptz)'::regprocedure")" \
		"{postgres=X/postgres,app=X/postgres,app_reader=X/postgres}"
	# Since PostgreSQL 17 an owner has one right more.
	equals "$from: so do those on a view, and its options" "$(query "
		SELECT replace(relacl::text, 'Dxtm', 'Dxt'), reloptions FROM pg_class WHERE oid = 'app.doses'::regclass")" \
		"{app=arwdDxt/app,app_reader=r/app}|{security_barrier=true}"
	equals "$from: and columns, values, indexes, triggers and policies of its own" "$(query "
		SELECT (SELECT app_colour FROM medsched.medications WHERE name = 'metformin'),
		       to_regclass('medsched.app_by_device'),
		       (SELECT tgenabled FROM pg_trigger WHERE tgname = 'app_touch'),
		       (SELECT polname FROM pg_policy WHERE polrelid = 'medsched.medications'::regclass)")" \
		"blue|medsched.app_by_device|O|app_all"
	equals "$from: views use the new functions" "$(query "
		SELECT string_agg(pg_get_viewdef(oid), '') ~ '_of_' FROM pg_class
		WHERE oid IN ('app.doses'::regclass, 'app.due'::regclass, 'app.counted'::regclass)")" f
	equals "$from: a function that nobody used is gone" "$(query "SELECT to_regprocedure('medsched.undo_dose_of_${from//./_}(uuid, uuid, timestamptz)')")" ""
	equals "$from: a second call changes nothing" "$(query "SELECT medsched.create_tables()" 2>&1)" ""

	# What still uses former functions is made anew; then a dump restores where there never were any.
	query "DROP MATERIALIZED VIEW app.kept; DROP FUNCTION app.next_dose(uuid), app.prescribe(uuid)"
	PGUSER=postgres pg_dump -f "$files/dump.sql"
	doses=$(query "TABLE app.doses ORDER BY dose_id" | md5sum)
	fresh_database "restored_${from//./_}"
	succeeds "$from: a dump of it restores into a fresh installation" \
		env PGUSER=postgres psql -Xq -v ON_ERROR_STOP=1 -o /dev/null -f "$files/dump.sql"
	equals "$from: with its views" "$(query "TABLE app.doses ORDER BY dose_id" | md5sum)" "$doses"
	equals "$from: and grants on functions" "$(query "
		SELECT has_function_privilege('app_reader', 'medsched.upcoming_doses(uuid, timestamptz, timestamptz)', 'EXECUTE'),
		       has_function_privilege('pg_monitor', 'medsched.upcoming_doses(uuid, timestamptz, timestamptz)', 'EXECUTE')")" "t|f"
done

finish
