/*-------------------------------------------------------------------------
 *
 * saved_plan.c
 *		Saved plans of the queries that the C code runs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/compat.h"
#include "tables/saved_plan.h"

pg_noreturn static void rethrow_without_query(const char *query);

/*
 * Prepare the query when this backend has not yet.
 *
 * Every query of ours names its user, so one plan is right whatever the user
 * and the window.  It is made generic at once, not anew for each of the first calls.
 */
SPIPlanPtr
saved_plan(SavedPlan *saved)
{
	check_tables();
	if (saved->plan == NULL)
	{
		SPIPlanPtr plan = SPI_prepare_cursor(saved->query, saved->nargs, saved->argtypes,
											 CURSOR_OPT_GENERIC_PLAN);

		if (plan == NULL)
			elog(ERROR, "SPI_prepare_cursor returned %s for %s",
				 SPI_result_code_string(SPI_result), saved->query);
		if (SPI_keepplan(plan) != 0)
			elog(ERROR, "SPI_keepplan failed");
		saved->plan = plan;
	}
	return saved->plan;
}

void
check_run(const SavedPlan *saved, int result, int expected)
{
	if (result != expected)
		elog(ERROR, "SPI_execute_plan returned %s for %s",
			 SPI_result_code_string(result), saved->query);
	if (SPI_tuptable != NULL)
		check_columns(saved->columns, SPI_tuptable->tupdesc);
}

void
run_plan(SavedPlan *saved, Datum *values, const char *nulls, bool read_only, int expected, long limit)
{
	run_plan_at(saved, values, nulls, InvalidSnapshot, read_only, expected, limit);
}

void
run_plan_at(SavedPlan *saved, Datum *values, const char *nulls, Snapshot snapshot, bool read_only, int expected,
			long limit)
{
	SPIPlanPtr	  plan = saved_plan(saved);
	MemoryContext context = CurrentMemoryContext;
	int			  result = 0;

	PG_TRY();
	{
		result = SPI_execute_snapshot(plan, values, nulls, snapshot, InvalidSnapshot, read_only, true, limit);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		rethrow_without_query(saved->query);
	}
	PG_END_TRY();
	check_run(saved, result, expected);
}

void
read_row(const SavedPlan *saved, uint64 row, Datum *values, bool *isnull)
{
	read_columns(saved->columns, SPI_tuptable->vals[row], SPI_tuptable->tupdesc, values, isnull);
}

Datum
read_single(const SavedPlan *saved, uint64 row, bool *isnull)
{
	Datum value;
	bool  is_null;

	Assert(saved->columns[1] == LAST_COLUMN);
	read_row(saved, row, &value, &is_null);
	if (isnull != NULL)
		*isnull = is_null;
	return value;
}

/*
 * Throw an error again, in PG_CATCH and in a memory context that is not the error's,
 * without the line of its context that is a query of ours: the caller of a function
 * wrote no query.  What an application's own triggers add stays.
 */
static void
rethrow_without_query(const char *query)
{
	ErrorData *error = CopyErrorData();
	char	  *found = error->context == NULL ? NULL : strstr(error->context, query);

	if (found != NULL)
	{
		char *line = found;
		char *rest = strchr(found, '\n');

		while (line > error->context && line[-1] != '\n')
			line--;
		if (rest != NULL)
			memmove(line, rest + 1, strlen(rest));
		else
			line[line > error->context ? -1 : 0] = '\0';
		if (error->context[0] == '\0')
			error->context = NULL;
	}
	FlushErrorState();
	ReThrowError(error);
}
