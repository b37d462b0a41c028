# What the benchmarks of both editions share, sourced: two databases of one cluster, calls by turns, medians of the rounds, and a
# table of a document that they write anew.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
declare -A database=([native]=$PGDATABASE [managed]=medsched_managed)
at=$(date -u +'%Y-%m-%d %H:00:00+00')
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
publish=false

# read_options COMMAND NAME=DEFAULT... -- ARGUMENT...: sets the variables to numbers that are given as --NAME N, and publish.
read_options()
{
	local usage="usage: $1" numbers=' '

	shift
	while [ "$1" != -- ]; do
		declare -g "$1"
		usage+=" [--${1%%=*} N]"
		numbers+="${1%%=*} "
		shift
	done
	shift
	while [ $# -gt 0 ]; do
		if [ "$1" = --publish ]; then
			publish=true
			shift
		elif [[ $1 == --* && $numbers == *" ${1#--} "* && ${2:-} =~ ^[0-9]+$ ]]; then
			declare -g "${1#--}=$2"
			shift 2
		else
			echo "$usage [--publish]" >&2
			exit 2
		fi
	done
}

quietly()
{
	PGOPTIONS='-c client_min_messages=warning -c timezone=UTC' psql -XAtq -v ON_ERROR_STOP=1 -v reference="$at" "$@" >/dev/null
}

# make_databases PSQL_ARGUMENT...: the second database, and both filled by psql with these arguments.
make_databases()
{
	make -s managed
	quietly -c "CREATE DATABASE ${database[managed]}"
	quietly -d "${database[managed]}" -f medsched-managed--*.sql -c 'SELECT medsched.create_tables()'
	for edition in native managed; do
		quietly -d "${database[$edition]}" "$@" -c 'VACUUM (FREEZE, ANALYZE)'
	done
}

# write_calls USERS: the scripts of the calls that are measured, of so many users of bench/sql/data.sql.
write_calls()
{
	cat >"$tmp/week.sql" <<-SQL
		\\set user random(1, $1)
		SELECT * FROM medsched.upcoming_doses(md5(:user::text)::uuid, timestamptz '$at' - interval '3 days', timestamptz '$at' + interval '4 days');
	SQL
	cat >"$tmp/take.sql" <<-SQL
		SELECT t.* FROM bench.to_take AS d, medsched.mark_dose_taken(d.user_id, d.schedule_id, d.scheduled_for) AS t
		WHERE d.n = (SELECT nextval('bench.turn'));
	SQL

	echo 'SELECT 1;' >"$tmp/one.sql"
}

# The milliseconds of the first statement of a connection, once that stands.
first_call()
{
	for _ in 1 2 3 4 5; do
		printf '\\timing on\n%s\n' "$(sed -n "s/:user/$((round + 1))/; /^SELECT/,\$p" "$tmp/$1.sql")" |
			psql -XAt -d "${database[$2]}" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
	done | median
}

# call SCRIPT EDITION [PGBENCH_ARGUMENT...]: the milliseconds of a call, in a session that has made it before: the first is left out.
call()
{
	local script=$1 edition=$2

	shift 2
	rm -f "$tmp"/log.*
	pgbench -n -M prepared -t $((calls + 1)) --random-seed "$((round + 1))" -l --log-prefix "$tmp/log" -f "$tmp/$script.sql" \
		"$@" "${database[$edition]}" >/dev/null 2>&1
	awk 'NR > 1 { sum += $3 } END { print sum / (NR - 1) / 1000 }' "$tmp"/log.*
}

median()
{
	sort -n | awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

# write_rows DOCUMENT HEAD: puts $tmp/rows between the head of the table, which is a regular expression, and the line after it.
write_rows()
{
	awk -v rows="$tmp/rows" -v head="$2" '
		/^[|]/ && table { next }
		{ table = 0; print }
		$0 ~ head { getline; print; while ((getline row <rows) > 0) print row; table = 1 }' "$1" >"$tmp/document"
	cat "$tmp/document" >"$1"
}
