# shellcheck shell=bash
# Shared by the scripts in dev/ and test/suites/: sourced, not run.

die()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}

# as_root COMMAND...: runs it as root, through sudo when we are not.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		return 1
	fi
}

# need TOOL...: installs those that do not work, all at once, and sees that they do.
# Of two suites that miss something at once, the second waits and finds it there.
need()
{
	(
		flock 9
		install_missing "$@"
	) 9<"${BASH_SOURCE[0]}" || exit
}

install_missing()
{
	local tool more missing=() packages=()

	for tool; do
		works "$tool" || missing+=("$tool")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	if command -v apt-get >/dev/null; then
		as_root apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 </dev/null || true
	fi
	for tool in "${missing[@]}"; do
		more=$(packages_of "$tool")
		# shellcheck disable=SC2206
		packages+=($more)
	done
	command -v apt-get >/dev/null ||
		die "these do not work here: ${missing[*]}; please install what Debian calls ${packages[*]}"
	echo "installing: ${packages[*]}" >&2
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends "${packages[@]}" >&2 </dev/null ||
		die "these do not work here: ${missing[*]}; please run as root: apt-get install ${packages[*]}"
	for tool in "${missing[@]}"; do
		works "$tool" || die "$tool still does not work, with its packages installed: $(packages_of "$tool")"
	done
}

# works TOOL: whether it does what it is needed for.  That its file is there does
# not tell: Debian has pg_config and pgxs.mk without the server's headers, clang
# without the fuzzer's runtime, and a Node that is too old.
works()
{
	case $1 in
		chromium) timeout 60 chromium --headless --no-sandbox --disable-gpu --dump-dom about:blank ;;
		dateutil) /usr/bin/python3 -c 'import dateutil.rrule, zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin")' ;;
		fuzzer) links clang -fsanitize=fuzzer,address,undefined <<<'int LLVMFuzzerTestOneInput(void) { return 0; }' ;;
		gcc) links gcc <<<$'#include <stdio.h>\nint main(void) { return 0; }' ;;
		icalendar) /usr/bin/python3 -c 'import icalendar' ;;
		libical) links_libical ;;
		recurring-ical-events) /usr/bin/python3 -c 'import recurring_ical_events' ;;
		node) node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' ;;
		openssl) openssl version ;;
		partman) server_has_extension pg_partman ;;
		pgtap | plproxy) server_has_extension "$1" ;;
		postgresql) server_works && server_builds_modules ;;
		*) "$1" --version ;;
	esac >/dev/null 2>&1
}

# packages_of TOOL: Debian's packages for it.
packages_of()
{
	case $1 in
		# Where there are time zones, they stay as they are: a newer release amid the suites would have some go by the one and some by the other.
		dateutil) echo python3 python3-dateutil "$([ "$(TZ=Europe/Berlin date -d @0 +%z)" = +0100 ] || echo tzdata)" ;;
		fuzzer) echo clang "$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p')" ;;
		gcc) echo gcc libc6-dev ;;
		icalendar) echo python3 python3-icalendar ;;
		libical) echo pkg-config libical-dev ;;
		recurring-ical-events) echo python3-recurring-ical-events ;;
		partman | pgtap | plproxy) server_packages "postgresql-@-$1" "postgresql-$1" ;;
		postgresql)
			server_packages postgresql-@ postgresql
			server_packages postgresql-server-dev-@ postgresql-server-dev-all
			;;
		*) echo "$1" ;;
	esac
}

# links COMPILER [FLAG...]: whether it makes something of the C on standard input.
links()
{
	"$1" -x c - "${@:2}" -o /dev/null
}

links_libical()
{
	local flags

	flags=$(pkg-config --cflags --libs 'libical >= 3.0') || return
	# shellcheck disable=SC2086
	links gcc $flags <<<$'#include <libical/ical.h>\nint main(void) { icalmemory_free_ring(); }'
}

pg_config_of()
{
	"${PG_CONFIG:-pg_config}" "$1"
}

server_works()
{
	local program

	for program in postgres initdb pg_ctl psql; do
		"$(pg_config_of --bindir)/$program" --version || return
	done
}

# A module is built by PGXS with the headers of the server that is to load it.
server_builds_modules()
{
	local major

	major=$("$(pg_config_of --bindir)/postgres" --version | sed 's/.*(PostgreSQL) \([0-9]*\).*/\1/')
	[ -f "$(pg_config_of --pgxs)" ] &&
		links gcc -shared -fPIC -I"$(pg_config_of --includedir-server)" <<-SOURCE
			#include "postgres.h"
			#include "fmgr.h"
			#if PG_MAJORVERSION_NUM < 15 || PG_MAJORVERSION_NUM != $major
			#error "headers of another PostgreSQL"
			#endif
		SOURCE
}

# version_of CONTROL_FILE: the version that it installs.
version_of()
{
	sed -n "s/^default_version *= *'\([^']*\)'.*/\1/p" "$1"
}

# What CREATE EXTENSION reads.
server_has_extension()
{
	local files version

	files=$(pg_config_of --sharedir)/extension
	version=$(version_of "$files/$1.control") &&
		[ -s "$files/$1--$version.sql" ]
}

# link_extension NAME: into the server of dev/with-cluster, which was copied before the extension was there.
link_extension()
{
	local root file

	root=$(dirname "$(command -v postgres)")
	root=${root%"$(pg_config_of --bindir)"}
	for file in "$(pg_config_of --sharedir)/extension/$1"* "$(pg_config_of --pkglibdir)/$1"*.so; do
		ln -sfn "$file" "$root$file"
	done
}

# server_packages NAME OTHER: NAME with, for @, the major version of the PostgreSQL
# that is here, or else of the distribution's; OTHER while that is not known.
server_packages()
{
	local major

	major=$(pg_config_of --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p') || true
	if [ "${major:-0}" -lt 15 ]; then
		major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p') || true
	fi
	[ "${major:-15}" -ge 15 ] || die "PostgreSQL 15 or later is wanted; this system offers $major"
	if [ -n "$major" ]; then echo "${1//@/$major}"; else echo "$2"; fi
}

# provide_node: Node 20 or later, in PATH.  Where the distribution's is older
# (Debian 12 has 18), npm has it as a package.
provide_node()
{
	local arch own

	need npm
	own=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build/node
	works node && return
	PATH=$own/bin:$PATH
	works node && return
	case $(uname -m) in
		x86_64) arch=x64 ;;
		aarch64) arch=arm64 ;;
		*) die "Node 20 or later is wanted; this is $(node --version)" ;;
	esac
	(
		flock 9
		works node && exit
		npm install --loglevel=error --no-audit --no-fund --prefix "$own" "node-linux-$arch@20" >&2
		ln -sfn "node_modules/node-linux-$arch/bin" "$own/bin"
	) 9<"${BASH_SOURCE[0]}"
	# The shell remembers where it found the other.
	hash -r
	works node || die "the Node of the npm package node-linux-$arch does not work"
}

# as_server COMMAND...: runs it as the user that owns the throwaway cluster,
# because PostgreSQL's server programs refuse to run as root.  That user may
# not be able to enter the directory we are in; paths are to be absolute.
as_server()
{
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && exec setpriv --reuid="$(server_user)" --regid="$(id -g "$(server_user)")" --clear-groups "$@")
	else
		"$@"
	fi
}

server_user()
{
	if [ "$(id -u)" -ne 0 ]; then
		id -un
	elif id postgres >/dev/null 2>&1; then
		echo postgres
	else
		echo nobody
	fi
}

# need_oracles: what test/oracle takes to build and run.
need_oracles()
{
	need make gcc libical dateutil
}

# need_fuzzer: clang with libFuzzer and the sanitizers.
need_fuzzer()
{
	need make fuzzer
}
