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

# compare FILE: what it prints under each setting with what is expected.
compare()
{
	local setting

	for setting in "${settings[@]}"; do
		if run "$setting" "$1" >build/planner.out; cmp -s build/planner.out "test/expected/$1.out"; then
			pass "$1 ${setting:-as it comes}"
		else
			fail "$1 $setting"
			diff "test/expected/$1.out" build/planner.out | head -20
		fi
	done
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
	"-c cpu_operator_cost=10 -c cpu_tuple_cost=0.00001"
	"$parallel"
	"$parallel -c enable_hashjoin=off -c enable_mergejoin=off"
)

for file in "${files[@]}"; do
	compare "$file"
done

# Compiling takes longer than all the rest.
settings=("-c jit=on -c jit_above_cost=0 -c jit_inline_above_cost=-1 -c jit_optimize_above_cost=-1")
compare plans

# Many schedules, under the plans that are furthest from each other.
settings=("-c enable_mergejoin=off -c enable_hashjoin=off" "-c enable_nestloop=off" "$parallel")
compare adherence_properties

finish
