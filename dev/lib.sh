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

# install_packages PACKAGE...: from the distribution, or says what is wanted.
install_packages()
{
	command -v apt-get >/dev/null ||
		die "please install what Debian calls: $*"
	echo "installing: $*" >&2
	{
		as_root apt-get -qq -o DPkg::Lock::Timeout=300 update &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
				-o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
	} >&2 </dev/null || die "could not install: $*"
}

# need COMMAND PACKAGE...: installs the packages unless the command is there.
need()
{
	command -v "$1" >/dev/null || install_packages "${@:2}"
}

# provide_node: Node 20 or later, in PATH.  Where the distribution's is older
# (Debian 12 has 18), npm has it as a package.
provide_node()
{
	local arch

	need node nodejs npm
	need npm npm
	if [ "$(node -p 'parseInt(process.versions.node)')" -lt 20 ]; then
		case $(uname -m) in
			x86_64) arch=x64 ;;
			aarch64) arch=arm64 ;;
			*) die "Node 20 or later is wanted; this is $(node --version)" ;;
		esac
		npm install --loglevel=error --no-audit --no-fund --prefix build/node "node-linux-$arch@20" >&2
		PATH=$PWD/build/node/node_modules/node-linux-$arch/bin:$PATH
	fi
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
	need make make
	need gcc gcc libc6-dev
	need pkg-config pkg-config
	pkg-config --exists 'libical >= 3.0' || install_packages libical-dev
	/usr/bin/python3 -c 'import dateutil' 2>/dev/null || install_packages python3 python3-dateutil tzdata
}

# need_fuzzer: clang with libFuzzer and the sanitizers.
need_fuzzer()
{
	need make make
	need pkg-config pkg-config
	pkg-config --exists 'libical >= 3.0' || install_packages libical-dev
	if ! command -v clang >/dev/null ||
		! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
			clang -fsanitize=fuzzer,address -x c - -o /dev/null 2>/dev/null; then
		install_packages clang "$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p')"
	fi
}
