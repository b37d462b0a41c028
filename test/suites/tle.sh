#!/bin/bash
# The managed edition wrapped for pg_tle.  What pg_tle would keep goes to files of an
# ordinary extension instead, which a role that is no superuser then creates: so does
# pg_tle run it.
. test/suites/lib.bash

version=$(version_of medsched.control)
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
extensions=$(query "SELECT setting || '/extension' FROM pg_config WHERE name = 'SHAREDIR'")
rm -f "$extensions"/medsched[.-]*

# An earlier version had a function that is gone.
mkdir "$files/source"
cp -r Makefile medsched.control sql "$files/source"
rm "$files"/source/sql/updates/*
echo 'DROP FUNCTION medsched._gone(int);' >"$files/source/sql/updates/medsched--0.1.9--$version.sql"
make -s -C "$files/source" managed tle managed_updates="sql/updates/medsched--0.1.9--$version.sql"
make -s tle
equals "no name of C is in it, nor a command of psql's" "$(grep -cE 'MODULE_PATHNAME|LANGUAGE C|^\\' medsched-tle--*.sql)" 0

query "CREATE ROLE app LOGIN CREATEDB"
fresh_database()
{
	PGUSER=postgres PGDATABASE=postgres query "CREATE DATABASE $1 OWNER app"
	export PGUSER=app PGDATABASE=$1
}

fresh_database kept
query "
	CREATE SCHEMA pgtle;
	CREATE TABLE pgtle.kept (file text, text text);
	CREATE FUNCTION pgtle.available_extensions() RETURNS TABLE (name name) LANGUAGE sql RETURN NULL::name;
	CREATE FUNCTION pgtle.install_extension(name text, version text, description text, ext text, requires text[] DEFAULT NULL, schema text DEFAULT NULL)
	RETURNS boolean LANGUAGE sql AS \$\$
	  INSERT INTO pgtle.kept VALUES (name || '--' || version || '.sql', ext),
	    (name || '.control', format(E'comment = %L\ndefault_version = %L\nschema = %s\nrelocatable = false\nsuperuser = false\n', description, version, schema))
	  RETURNING true \$\$;
	CREATE FUNCTION pgtle.install_update_path(name text, fromvers text, tovers text, ext text)
	RETURNS boolean LANGUAGE sql AS \$\$ INSERT INTO pgtle.kept VALUES (name || '--' || fromvers || '--' || tovers || '.sql', ext) RETURNING true \$\$;
	CREATE FUNCTION pgtle.set_default_version(name text, version text) RETURNS boolean LANGUAGE sql RETURN true"
succeeds "it is what pg_tle takes" psql -Xq -v ON_ERROR_STOP=1 -f "$files/source/medsched-tle--$version.sql"
for file in $(query "SELECT file FROM pgtle.kept"); do
	query "SELECT text FROM pgtle.kept WHERE file = '$file'" >"$extensions/$file"
done
{
	cat "$extensions/medsched--$version.sql"
	echo "CREATE FUNCTION medsched._gone(int) RETURNS int LANGUAGE sql RETURN \$1;"
	echo "CREATE OR REPLACE FUNCTION medsched.version() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN '0.1.9'::text;"
} >"$extensions/medsched--0.1.9.sql"

# catalog: what the same owner has installed.
catalog()
{
	psql -XAtq -v ON_ERROR_STOP=1 -f test/updates/catalog.sql | grep -v '^other'
}

fresh_database plain
psql -Xq -v ON_ERROR_STOP=1 -f "$files/source/medsched-managed--$version.sql"
query "SELECT medsched.create_tables()" -o /dev/null
load_regimens
plain=$(fingerprint)
catalog >"$files/plain"

fresh_database installed
succeeds "a role that is no superuser creates the extension" query "CREATE EXTENSION medsched"
query "SELECT medsched.create_tables()" -o /dev/null
load_regimens
equals "it answers as the managed edition's file does" "$(fingerprint | cut -d'|' -f1-5)" "$(cut -d'|' -f1-5 <<<"$plain")"
catalog >"$files/installed"
succeeds "and is the same" diff "$files/plain" "$files/installed"
contains "the file does not run beside it" "$(psql -Xq -v VERBOSITY=verbose -f "$files/source/medsched-managed--$version.sql" 2>&1)" \
	"ERROR:  55000: medsched is installed as an extension in this database"
answers=$(fingerprint)
pg_dump -f "$files/dump.sql"
fresh_database restored
succeeds "a dump restores" psql -Xq -v ON_ERROR_STOP=1 -o /dev/null -f "$files/dump.sql"
equals "with every row and answer" "$(fingerprint)" "$answers"

fresh_database updated
query "CREATE EXTENSION medsched VERSION '0.1.9'"
query "SELECT medsched.create_tables()" -o /dev/null
load_regimens
answers=$(fingerprint)
succeeds "an update leads to this version" query "ALTER EXTENSION medsched UPDATE"
query "SELECT medsched.create_tables()" -o /dev/null
equals "which says so" "$(query "SELECT medsched.version()")" "$version"
catalog >"$files/updated"
succeeds "and is the same" diff "$files/plain" "$files/updated"
equals "with the same answers" "$(fingerprint)" "$answers"

PGUSER=postgres fresh_database another
PGUSER=postgres query "CREATE SCHEMA medsched"
contains "a schema of another role's is refused" "$(psql -Xq -v VERBOSITY=verbose -c "CREATE EXTENSION medsched" 2>&1)" \
	'ERROR:  42501: '

finish
