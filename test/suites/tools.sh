#!/bin/bash
# What the scripts need is probed by use: half of a tool is none.
. test/suites/lib.bash

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/bin" "$dir/empty"

# program NAME: a program, before all others of that name, from standard input.
program()
{
	cat >"$dir/bin/$1"
	chmod +x "$dir/bin/$1"
}

# refuses TOOL DESCRIPTION: the tool as it is now does not work.
refuses()
{
	if (PATH=$dir/bin:$PATH works "$1"); then fail "$2"; else pass "$2"; fi
	rm -f "$dir/bin"/*
}

# pg_config_with OPTION ANSWER: a pg_config that is right but for one answer.
pg_config_with()
{
	program pg_config <<-SH
		#!/bin/sh
		[ "\$1" != "$1" ] || { echo "$2"; exit; }
		exec "$pg_config" "\$@"
	SH
}

pg_config=$(command -v "${PG_CONFIG:-pg_config}")
unset PG_CONFIG

for tool in make gcc libical postgresql pgtap; do
	succeeds "$tool works here" works "$tool"
done

for tool in make gcc npm node chromium pgbouncer clang-format-14; do
	echo 'exit 1' | program "$tool"
	refuses "$tool" "$tool that is there and fails is none"
done
program clang <<-'SH'
	#!/bin/sh
	case $* in *fuzzer*) exit 1 ;; esac
SH
refuses fuzzer "nor is clang without the fuzzer's runtime"
echo 'echo -lical-that-is-not-there' | program pkg-config
refuses libical "nor libical that only pkg-config knows"

pg_config_with --includedir-server "$dir/empty"
refuses postgresql "nor a server without its headers"
pg_config_with --bindir "$dir/empty"
refuses postgresql "nor headers without a server"
pg_config_with --pgxs "$dir/empty/pgxs.mk"
refuses postgresql "nor both without PGXS"
mkdir "$dir/other"
echo '#define PG_MAJORVERSION_NUM 14' >"$dir/other/postgres.h"
touch "$dir/other/fmgr.h"
pg_config_with --includedir-server "$dir/other"
refuses postgresql "nor a server with another's headers"
mkdir -p "$dir/share/extension"
cp "$("$pg_config" --sharedir)/extension/pgtap.control" "$dir/share/extension/"
pg_config_with --sharedir "$dir/share"
refuses pgtap "nor a control file without its extension"

# Debian's Node, when it is too old, gives way to npm's, which goes beside dev/.
mkdir "$dir/dev"
cp dev/lib.sh "$dir/dev/"
echo 'exit 1' | program node
program npm <<-'SH'
	#!/bin/sh
	for word; do
		case $word in
			*/build/node) tree=$word ;;
			node-linux-*) tree=$tree/node_modules/${word%@*}/bin ;;
		esac
	done
	[ -n "$tree" ] || exit 0
	mkdir -p "$tree"
	printf '#!/bin/sh\nexit 0\n' >"$tree/node"
	chmod +x "$tree/node"
	SH
# shellcheck disable=SC2016
succeeds "a Node that is too old gives way to another" \
	bash -euc 'PATH=$0/bin:$PATH; . "$0/dev/lib.sh"; provide_node; works node' "$dir"
rm "$dir/bin"/*

# told TOOL: what need says of it.
told()
{
	(PATH=$dir/bin:$PATH; need "$1" 2>&1) || true
	rm -f "$dir/bin"/*
}
echo 'exit 1' | program pgbouncer
echo 'exit 100' | program apt-get
contains "what cannot be installed is asked for" "$(told pgbouncer)" \
	"these do not work here: pgbouncer; please run as root: apt-get install pgbouncer"
echo 'exit 1' | program pgbouncer
echo 'exit 0' | program apt-get
contains "what is installed is probed again" "$(told pgbouncer)" \
	"pgbouncer still does not work, with its packages installed: pgbouncer"
finish
