#!/bin/bash
# The answers of the functions written in SQL under other plans: each setting of
# the planner that can move a condition or a join runs the pgTAP files that look at
# those answers, which are to be the same to the byte.  Nothing is
# analyzed, but in adherence_properties.
. test/suites/lib.bash

files=(plans adherence inspect)

make -s build-directories

# run SETTINGS FILE: what the file prints.
run()
{
	PGOPTIONS="$1" psql -Xaq -v ON_ERROR_STOP=0 -f "test/sql/$2.sql" 2>&1
}

query "CREATE EXTENSION IF NOT EXISTS pgtap"

parallel="-c max_parallel_workers_per_gather=2 -c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0 -c min_parallel_index_scan_size=0"
settings=(
	""
	"-c enable_hashjoin=off"
	"-c enable_mergejoin=off -c enable_hashjoin=off"
	"-c enable_nestloop=off"
	"-c enable_nestloop=off -c enable_hashjoin=off"
	"-c enable_seqscan=off -c enable_bitmapscan=off"
	"-c enable_indexscan=off -c enable_indexonlyscan=off -c enable_bitmapscan=off"
	"-c enable_memoize=off -c enable_material=off"
	"-c join_collapse_limit=1 -c from_collapse_limit=1"
	"-c geqo_threshold=2"
	"-c random_page_cost=1 -c effective_cache_size=64GB"
	"-c random_page_cost=1000"
	"-c plan_cache_mode=force_generic_plan"
	"-c plan_cache_mode=force_custom_plan"
	"-c jit=on -c jit_above_cost=0"
	"-c cpu_operator_cost=10 -c cpu_tuple_cost=0.00001"
	"$parallel"
	"$parallel -c enable_hashjoin=off -c enable_mergejoin=off"
)

for file in "${files[@]}"; do
	for setting in "${settings[@]}"; do
		if run "$setting" "$file" | cmp -s - "test/expected/$file.out"; then
			pass "$file ${setting:-as it comes}"
		else
			fail "$file $setting"
			run "$setting" "$file" | diff "test/expected/$file.out" - | head -20
		fi
	done
done

# Many schedules, under the plans that are furthest from each other.
for setting in "${settings[2]}" "${settings[3]}" "$parallel"; do
	if run "$setting" adherence_properties | cmp -s - test/expected/adherence_properties.out; then
		pass "adherence_properties $setting"
	else
		fail "adherence_properties $setting"
	fi
done

finish
