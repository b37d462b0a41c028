#!/bin/bash
# The source tree itself: one version everywhere, no warning, one layout.
. test/suites/lib.bash

version=$(version_of medsched.control)
meta_versions=$(psql -XAtq -v meta="$(cat META.json)" <<-'SQL'
	SELECT concat_ws(' ', m->>'version', m->'provides'->'medsched'->>'version')
	FROM (SELECT :'meta'::json) AS _ (m)
	SQL
)
equals "META.json has the control file's version" "$meta_versions" "$version $version"
equals "so has the installed extension" \
	"$(query "SELECT extversion FROM pg_extension WHERE extname = 'medsched'")" "$version"
succeeds "CHANGELOG.md tells of it" grep -q "^## $version" CHANGELOG.md

# A released version's install script is in test/updates, as it was released.
if [ -f "test/updates/medsched--$version.sql" ]; then
	succeeds "sql/ is as released, or the version is another (medsched.control)" \
		cmp "sql/medsched--$version.sql" "test/updates/medsched--$version.sql"
fi
chain=$(for script in sql/updates/medsched--*.sql; do basename -s .sql "$script"; done | sort -V)
previous=
while IFS= read -r update; do
	from=${update#medsched--}
	from=${from%--*}
	[ -z "$previous" ] || [ "$from" = "$previous" ] || broken+=" $update"
	[ -f "test/updates/medsched--$from.sql" ] || broken+=" test/updates/medsched--$from.sql"
	previous=${update##*--}
done <<<"$chain"
equals "updates lead from each released version to the next (sql/updates, test/updates)" "${broken:-}" ""
equals "and to this one" "$previous" "$version"
for script in test/updates/medsched--*.sql; do
	from=${script#test/updates/medsched--}
	from=${from%.sql}
	[ "$from" = "$version" ] || [ "$(query "
		SELECT path FROM pg_extension_update_paths('medsched') WHERE source = '$from' AND target = '$version'")" = "$from--$version" ] ||
		pathless+=" $from"
done
equals "the installed files lead there at once" "${pathless:-}" ""

# Every function that callers may use is in the documentation.
undocumented=""
for function in $(query "
	SELECT DISTINCT p.proname
	FROM pg_depend AS d
	JOIN pg_extension AS e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	JOIN pg_proc AS p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
	WHERE e.extname = 'medsched'
	  AND p.proname NOT LIKE '\\_%'
	  AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)"); do
	grep -qw "$function" doc/*.md || undocumented+=" $function"
done
equals "doc/ tells of every function" "$undocumented" ""

# Errors that a program tells apart by name: each of these codes has one, and each name is described once, for SQL and for TypeScript.
nameless=$(perl -0777 -ne '
	while (/(ereport\(ERROR,.*?\)\);|RAISE(?: EXCEPTION)? USING ERRCODE.*?;\n)/sg) {
		my $raised = $1;
		next unless $raised =~ /\x27(?:55000|23514|23001|P0002)\x27|ERRCODE_(?:OBJECT_NOT_IN_PREREQUISITE_STATE|CHECK_VIOLATION|RESTRICT_VIOLATION|NO_DATA_FOUND)\)/;
		print "$ARGV: ", substr($raised, 0, 120) =~ s/\s+/ /gr, "\n" unless $raised =~ /CONSTRAINT = |errrule|PG_DIAG_CONSTRAINT_NAME/;
	}
	print "$ARGV: $&\n" while /_refuse\(\x27(?:55000|23514|23001|P0002)/g' \
	$(ls sql/[0-9]*.sql sql/{native,managed}/[0-9]*.sql src/*/*.c | grep -v '^src/base/former.c'))
equals "an error of 55000, 23514, 23001 or P0002 has the name of a constraint" "$nameless" ""
# What tells them from the application's, which has the same codes.
make -s "sql/medsched--$version.sql" managed
unmarked=$(perl -0777 -ne 'while (/RAISE(?: EXCEPTION)?\s+(?:USING|\x27).*?;\n/sg) { print "$ARGV: $&" unless $& =~ /\bSCHEMA = / }' \
	"sql/medsched--$version.sql" "medsched-managed--$version.sql")
equals "every error of the SQL has the schema in its fields" "$unmarked" ""
# A conflict of two transactions is PostgreSQL's, whoever finds it, and so is memory that is not to be had.
equals "so has every error of the C code" \
	"$(grep -nE '\berrcode\(' src/*/*.c | grep -v '^src/base/message.c:\|ERRCODE_T_R_SERIALIZATION_FAILURE\|ERRCODE_OUT_OF_MEMORY' || true)" ""
listed=$(sed -n '/^export const constraints = \[/,/^\]/s/.*\x27\(.*\)\x27.*/\1/p' clients/drizzle/src/errors.ts | sort)
equals "doc/errors.md describes the names that the package lists (<), and no others (>)" \
	"$(diff <(echo "$listed") <(sed -n 's/^| \(`[^|]*\) |.*/\1/p' doc/errors.md | grep -o '`[a-z0-9_]*`' | tr -d '`' | sort) || true)" ""
raised=$(cat sql/[0-9]*.sql sql/managed/[0-9]*.sql src/*/*.c)
for name in $listed; do
	grep -qw "$name" <<<"$raised" || unraised+=" $name"
done
equals "each is raised by something" "${unraised:-}" ""

# doc/sources.md states how much of what prescriptions and calendars say is taken. The files of pgTAP that have these data hold each row
# against what it gives.
equals "doc/sources.md counts the rows of test/data" "$(sed -n '/^| source | taken/,/^$/p' doc/sources.md | sed '1,2d;/^$/d')" "$(psql -XAtq -v ON_ERROR_STOP=1 -f test/data/sources.sql)"

# Both are written by dev/bench --publish, and by hand they are easily parted.
measured()
{
	sed -n '/^<!-- measured by dev\/bench -->$/,/^<!-- end of what dev\/bench measured -->$/p' "$1"
}
succeeds "README.md has measured figures" grep -qE '^[|] `upcoming_doses` [|].* 1 [(].*s[)] [|] 1 [(].*s[)] [|]$' <(measured README.md)
equals "they are those of doc/performance-results.md" "$(measured README.md)" "$(measured doc/performance-results.md)"

# CONTRIBUTING.md is the map: what it names is there, and what is there it names.
# NAME, TOPIC and the like stand for any word.
map=CONTRIBUTING.md
while IFS= read -r path; do
	glob=$(sed -E 's/NAME|TOPIC|LAYER|VERSION/*/g; s/A--B/*--*/; s/NN/[0-9][0-9]/' <<<"$path")
	compgen -G "$glob" >/dev/null || compgen -G "src/$glob" >/dev/null || nowhere+=" $path"
done < <({ grep -o '`[^`]*`' $map; grep '^    ' $map; grep -oE '\]\([^)#:]+\)' $map; } |
	grep -oE '[A-Za-z0-9_.*-]+(/[][A-Za-z0-9_.*-]*)+' | grep -vE '^build/|^PL/pgSQL$' | sort -u)
equals "every path that $map names is there" "${nowhere:-}" ""
equals "its table has every suite" \
	"$(sed -n '/^| suite |/,/^$/s/^| `\([^`]*\)` |.*/\1/p' $map | sort | xargs)" \
	"$(basename -s .sh -a test/suites/*.sh | sort | xargs)"

# What a package does not document goes without notice in its next version.
equals "the TypeScript code uses no inner file of drizzle-orm, and none of its internal methods" \
	"$(grep -rnE "from 'drizzle-orm/[^']*(query-builders|[.])|[.]_prepare" {clients/drizzle,examples/api}/{src,test} || true)" ""

# Apart from the tree's own objects, which may be there already.
copy=build/source
rm -rf $copy
mkdir -p $copy
cp -r Makefile medsched.control src sql $copy/
find $copy -name "*.o" -o -name "*.bc" -o -name "*.so" | xargs rm -f
succeeds "the build is free of warnings" make -s -j2 -C $copy all with_llvm=no COPT=-Werror
clang=$(make -npq -C $copy with_llvm=yes | sed -n 's/^CLANG = //p' || true)
if "${clang:-false}" --version >/dev/null 2>&1; then
	succeeds "so is that of its bitcode" \
		make -s -j2 -C $copy all with_llvm=yes COPT=-Werror CLANG="$clang -Wall -Wextra -Werror"
fi
# Each entry point is a function of the extension, or was one in a released version, and nothing else is for others to see.
former=$(sed -n 's/^PG_FUNCTION_INFO_V1(\(.*\));/\1/p' src/base/former.c)
for symbol in $former; do
	succeeds "released SQL declares $symbol" grep -q "'$symbol'" test/updates/medsched--*.sql
done
equals "the library exports its entry points alone" \
	"$(nm -D --defined-only $copy/medsched.so | awk '{print $3}' | sort | xargs)" \
	"$( (echo Pg_magic_func; echo _PG_init; printf '%s\npg_finfo_%s\n' $(sed 's/.*/& &/' <<<"$former"); query "
		SELECT unnest(ARRAY[prosrc, 'pg_finfo_' || prosrc]) FROM pg_proc WHERE probin LIKE '%medsched'") | sort -u | xargs)"

# Newer versions of PostgreSQL have these no more; compat.h tells what to use.
equals "it uses no name that PostgreSQL has given up" \
	"$(grep -nwE 'Abs|pg_attribute_noreturn' src/*/*.[ch] | grep -v '^src/base/compat.h' || true)" ""

equals "one file alone knows libical's versions" "$(grep -l ICAL_MAJOR_VERSION -r src)" src/libical/calendar_writer.c
equals "nothing else is built with libical" "$(grep -l 'libical/ical\.h' -r src)" src/libical/calendar_writer.c

# The folders of src/ in CONTRIBUTING's table, whose order is that of the arrows.
layers=$(sed -n 's/^| `\([a-z]*\)\/` |.*/\1/p' CONTRIBUTING.md)
equals "CONTRIBUTING.md lists the folders of src/" \
	"$(sort <<<"$layers")" "$(find src -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)"
upward=$(grep -o '^#include "[a-z]*/' src/*/*.[ch] | sed 's|^src/\([a-z]*\)/\(.*\):#include "\(.*\)/$|\1 \3 \2|' |
	awk -v layers="$layers" '
		BEGIN { for (n = split(layers, names, "\n"); n > 0; n--) floor[names[n]] = n }
		floor[$2] > floor[$1] || !($2 in floor) || ($1 == "recurrence" && $2 != $1) { print $1 "/" $3 " -> " $2 }' | sort -u)
equals "no file includes a header of a folder further down in that list; recurrence, none of another's" "$upward" ""
circles=$(for file in src/*/*.[ch]; do
	module=${file#src/}
	sed -n "s|^#include \"\([a-z]*/[a-z_]*\)\.h\".*|${module%.[ch]} \1|p" "$file"
done | awk '$1 != $2' | sort -u | tsort 2>&1 >/dev/null | sed -n 's/^tsort: //p' | grep -v '^-: ' || true)
equals "no two modules include each other, at any remove" "$circles" ""

# Who looks for the name of a function or a plan finds one thing.
homonyms=$(grep -oE '^([a-z_0-9]+\(|static SavedPlan [a-z_0-9]+)' src/*/*.[ch] |
	sed -E 's/^([^:]*):(static SavedPlan )?([a-z_0-9]+)\(?$/\3 \1/' | sort -u |
	awk '{ files[$1] = files[$1] " " $2; n[$1]++ } END { for (name in n) if (n[name] > 1) print name ":" files[name] }' | sort)
equals "no two files have a function or a plan of one name" "$homonyms" ""
equals "nor have they one name themselves" "$(basename -a src/*/*.[ch] | sort | uniq -d)" ""

# Other versions of clang-format lay some code out differently.
works clang-format-14 || as_root apt-get -qq update >&2 || true
if works clang-format-14 || [ -n "$(apt-cache pkgnames clang-format-14)" ]; then
	need clang-format-14
	for file in src/*/*.[ch]; do
		clang-format-14 --dry-run -Werror "$file" 2>/dev/null || unformatted+=" $file"
	done
	equals "src/ is laid out as .clang-format says (clang-format -i src/*/*.[ch])" "${unformatted:-}" ""
else
	echo "layout of src/ not checked: this system has no clang-format 14"
fi

finish
