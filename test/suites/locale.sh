#!/bin/bash
# In a database whose locale turns i into another letter than I, and knows other digits and blanks
# than ASCII's, the files of test/sql give the answers that they give elsewhere; but for those in
# test/locale-exceptions.
. test/suites/lib.bash

if [ "$(query "SELECT count(*) FROM pg_collation WHERE collname = 'tr-TR-x-icu'")" = 0 ]; then
	echo "this PostgreSQL has no ICU locales"
	pass "without ICU there is no database of another locale than the operating system's"
	finish
fi
query "CREATE DATABASE turkish TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'"
query "CREATE EXTENSION medsched; CREATE EXTENSION pgtap" -d turkish
equals "the locale is Turkish" "$(query "SELECT upper('bid')" -d turkish)" 'BİD'

equals "an abbreviation in small letters is known" \
	"$(query "SELECT medsched.schedule_from_sig('bid', '2026-03-01', 'UTC') = medsched.schedule_from_sig('BID', '2026-03-01', 'UTC')" -d turkish)" t
contains "digits are those of ASCII" "$(query "SELECT medsched.schedule_from_fhir('{\"repeat\": {\"frequency\": 1, \"period\": 1,
	\"periodUnit\": \"d\", \"boundsPeriod\": {\"start\": \"٢٠٢٧-03-01\"}}}', NULL, 'UTC')" -d turkish 2>&1 || true)" "is not a date or time"

mkdir -p build/locale
if [ $# -eq 0 ]; then
	mapfile -t tests < <(basename -s .sql -a test/sql/*.sql | grep -vxFf <(sed -n 's/^\([^#:]*\):.*/\1/p' test/locale-exceptions))
	set -- "${tests[@]}"
fi
for name; do
	# As pg_regress runs them, settings included.
	PGDATESTYLE='Postgres, MDY' PGTZ=PST8PDT PGOPTIONS='-c intervalstyle=postgres_verbose' \
		psql -X -a -q -d turkish -v HIDE_TABLEAM=on -v HIDE_TOAST_COMPRESSION=on \
		<"test/sql/$name.sql" >"build/locale/$name.out" 2>&1 || true
	succeeds "$name" diff -u "test/expected/$name.out" "build/locale/$name.out"
done
query "DROP DATABASE turkish WITH (FORCE)"
finish
