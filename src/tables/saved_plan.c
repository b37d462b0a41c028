/*-------------------------------------------------------------------------
 *
 * saved_plan.c
 *		Saved plans of the queries that the C code runs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "tables/saved_plan.h"

/* A plan, what it was made of, and with which of the columns added later. */
struct PreparedPlan
{
	SPIPlanPtr	plan;
	const char *text;
	uint32		later_columns;
};

static const char	   *query_text(const char *query);
pg_noreturn static void rethrow_without_query(const char *query);

/*
 * Prepare the query when this backend has not yet, or has for tables that lacked a column.
 *
 * Every query of ours names its user, so one plan is right whatever the user
 * and the window.  It is made generic at once, not anew for each of the first calls.
 * A plan that was made before stays: it may be running.
 */
SPIPlanPtr
saved_plan(SavedPlan *saved)
{
	check_tables();
	if (saved->plan == NULL || saved->plan->later_columns != tables_later_columns())
	{
		uint32		  later_columns = tables_later_columns();
		const char	 *text = query_text(saved->query);
		SPIPlanPtr	  plan = SPI_prepare_cursor(text, saved->nargs, saved->argtypes, CURSOR_OPT_GENERIC_PLAN);
		PreparedPlan *made;

		if (plan == NULL)
			elog(ERROR, "SPI_prepare_cursor returned %s for %s", SPI_result_code_string(SPI_result), text);
		if (SPI_keepplan(plan) != 0)
			elog(ERROR, "SPI_keepplan failed");
		made = MemoryContextAlloc(TopMemoryContext, sizeof(PreparedPlan));
		made->plan = plan;
		made->text = text == saved->query ? text : MemoryContextStrdup(TopMemoryContext, text);
		made->later_columns = later_columns;
		saved->plan = made;
	}
	return saved->plan->plan;
}

/* Give the query as the tables allow it: itself where it has no {column?this|that}. */
static const char *
query_text(const char *query)
{
	StringInfoData text;
	const char	  *rest = query;
	const char	  *open;

	if (strchr(query, '{') == NULL)
		return query;
	initStringInfo(&text);
	while ((open = strchr(rest, '{')) != NULL)
	{
		const char *this = strchr(open, '?') + 1;
		const char *that = strchr(this, '|') + 1;
		const char *close = strchr(that, '}');
		char	   *column = pnstrdup(open + 1, this - open - 2);

		appendBinaryStringInfo(&text, rest, open - rest);
		if (tables_have_later_column(column))
			appendBinaryStringInfo(&text, this, that - this - 1);
		else
			appendBinaryStringInfo(&text, that, close - that);
		pfree(column);
		rest = close + 1;
	}
	appendStringInfoString(&text, rest);
	return text.data;
}

void
check_run(const SavedPlan *saved, int result, int expected)
{
	if (result != expected)
		elog(ERROR, "SPI_execute_plan returned %s for %s",
			 SPI_result_code_string(result), saved->plan->text);
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
		rethrow_without_query(saved->plan->text);
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
