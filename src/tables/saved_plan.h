/*-------------------------------------------------------------------------
 *
 * saved_plan.h
 *		The queries that the C code runs: prepared once in a backend, kept.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_SAVED_PLAN_H
#define MEDSCHED_SAVED_PLAN_H

#include "executor/spi.h"
#include "nodes/execnodes.h"

#include "tables/columns.h"
#include "tables/tables.h"

#define SAVED_PLAN_MAX_ARGS	   24
#define SAVED_PLAN_MAX_COLUMNS 24

/*
 * A query and its plan.  The query qualifies all names, operators too, so that no
 * caller's search_path matters.  plan is NULL until the first use.  columns are those
 * of its rows, checked after each run: a table can change between any two calls.
 *
 * A new library works on the tables of an earlier version, until create_tables() has
 * run: {column?this|that} in a query is "this" where the tables have a column that was
 * added later, and "that" where they have not.
 */
typedef struct PreparedPlan PreparedPlan;

typedef struct SavedPlan
{
	const char	 *query;
	int			  nargs;
	Oid			  argtypes[SAVED_PLAN_MAX_ARGS];
	PreparedPlan *plan;
	TableColumn	  columns[SAVED_PLAN_MAX_COLUMNS];
} SavedPlan;

/*
 * Give the plan, which is made on first use.  Needs an SPI connection.  Errors: those
 * of check_tables.
 */
extern SPIPlanPtr saved_plan(SavedPlan *saved);

/* Check, after a run, that it did what it is for, and gave the columns listed. */
extern void check_run(const SavedPlan *saved, int result, int expected);

/*
 * Run a query with the caller's rights; SPI_processed and SPI_tuptable hold
 * what it found.  nulls as SPI_execute_plan takes it: NULL when none is.
 * Errors: those of check_tables, and of columns.h.
 */
extern void run_plan(SavedPlan *saved, Datum *values, const char *nulls,
					 bool read_only, int expected, long limit);

/* Do the same on a snapshot; InvalidSnapshot: the usual one. */
extern void run_plan_at(SavedPlan *saved, Datum *values, const char *nulls, Snapshot snapshot,
						bool read_only, int expected, long limit);

/* Read a row of those found by its number, from 0.  Errors: 23502. */
extern void read_row(const SavedPlan *saved, uint64 row, Datum *values, bool *isnull);

/* Do the same for rows of one column.  isnull may be NULL where the column cannot be. */
extern Datum read_single(const SavedPlan *saved, uint64 row, bool *isnull);

#endif /* MEDSCHED_SAVED_PLAN_H */
