/*-------------------------------------------------------------------------
 *
 * estimate.c
 *		Planner support for occurrences: how many rows, at what cost.
 *
 * Where rule and window are known when planning, the engine itself counts, up
 * to a bound; beyond it the rest of the window is taken to be like the part
 * seen.  Where only the window is known, a schedule is taken to have two doses
 * a day.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "schedule/schedule_iterator.h"

PG_FUNCTION_INFO_V1(medsched_occurrences_support);

/* Occurrences looked at for an estimate: some twenty microseconds. */
#define MOST_LOOKED_AT 1000

/* What an unknown schedule is taken to have. */
#define DOSES_PER_DAY 2.0

/* In units of cpu_operator_cost: setting up the iteration, and one occurrence. */
#define COST_TO_START 50.0
#define COST_OF_ROW	  1.0

/* The arguments of occurrences, in their order. */
enum
{
	OCCURRENCES_RRULE,
	OCCURRENCES_STARTS_AT,
	OCCURRENCES_TIME_ZONE,
	OCCURRENCES_WINDOW_START,
	OCCURRENCES_WINDOW_END,
	OCCURRENCES_RDATES,
	OCCURRENCES_EXDATES,
	OCCURRENCES_CYCLE_DAYS_ON,
	OCCURRENCES_CYCLE_DAYS_OFF,
	OCCURRENCES_NARGS
};

/* Where the arguments are that make the schedule. */
static const int schedule_arguments[SCHEDULE_NFIELDS] = {
	[FIELD_RRULE] = OCCURRENCES_RRULE,
	[FIELD_STARTS_AT] = OCCURRENCES_STARTS_AT,
	[FIELD_TIME_ZONE] = OCCURRENCES_TIME_ZONE,
	[FIELD_RDATES] = OCCURRENCES_RDATES,
	[FIELD_EXDATES] = OCCURRENCES_EXDATES,
	[FIELD_CYCLE_DAYS_ON] = OCCURRENCES_CYCLE_DAYS_ON,
	[FIELD_CYCLE_DAYS_OFF] = OCCURRENCES_CYCLE_DAYS_OFF,
};

static void find_constants(PlannerInfo *root, Node *node, Const **constants);
static bool is_known(const Const *constant);
static bool is_schedule_known(Const **constants);
static bool count_occurrences(Const **constants, TimestampTz from, TimestampTz to, double *count);
static bool estimate_rows(PlannerInfo *root, Node *node, double *rows);

Datum
medsched_occurrences_support(PG_FUNCTION_ARGS)
{
	Node  *request = (Node *) PG_GETARG_POINTER(0);
	double rows;

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *wanted = (SupportRequestRows *) request;

		if (!estimate_rows(wanted->root, wanted->node, &wanted->rows))
			PG_RETURN_POINTER(NULL);
		PG_RETURN_POINTER(request);
	}
	if (IsA(request, SupportRequestCost))
	{
		SupportRequestCost *wanted = (SupportRequestCost *) request;

		if (wanted->node == NULL || !estimate_rows(wanted->root, wanted->node, &rows))
			PG_RETURN_POINTER(NULL);
		wanted->startup = 0;
		wanted->per_tuple = (COST_TO_START + COST_OF_ROW * rows) * cpu_operator_cost;
		PG_RETURN_POINTER(request);
	}
	PG_RETURN_POINTER(NULL);
}

static bool
estimate_rows(PlannerInfo *root, Node *node, double *rows)
{
	Const	   *constants[OCCURRENCES_NARGS];
	TimestampTz from;
	TimestampTz to;

	find_constants(root, node, constants);
	if (!is_known(constants[OCCURRENCES_WINDOW_START]) || !is_known(constants[OCCURRENCES_WINDOW_END]))
		return false;
	from = DatumGetTimestampTz(constants[OCCURRENCES_WINDOW_START]->constvalue);
	to = DatumGetTimestampTz(constants[OCCURRENCES_WINDOW_END]->constvalue);
	if (TIMESTAMP_NOT_FINITE(from) || TIMESTAMP_NOT_FINITE(to) || to <= from)
		return false;

	if (!is_schedule_known(constants))
		*rows = ((double) to - (double) from) / USECS_PER_DAY * DOSES_PER_DAY;
	else if (!count_occurrences(constants, from, to, rows))
		return false;
	*rows = clamp_row_est(*rows);
	return true;
}

/* Find the constants among the arguments, as far as the planner can tell; NULL for the others. */
static void
find_constants(PlannerInfo *root, Node *node, Const **constants)
{
	List	 *args = is_funcclause(node) ? ((FuncExpr *) node)->args : NIL;
	ListCell *cell;
	int		  i = OCCURRENCES_NARGS - list_length(args); /* the id of a row leads */

	memset(constants, 0, OCCURRENCES_NARGS * sizeof(Const *));
	foreach (cell, args)
	{
		Node *arg = estimate_expression_value(root, lfirst(cell));

		if (i >= 0 && i < OCCURRENCES_NARGS && IsA(arg, Const))
			constants[i] = (Const *) arg;
		i++;
	}
}

static bool
is_known(const Const *constant)
{
	return constant != NULL && !constant->constisnull;
}

static bool
is_schedule_known(Const **constants)
{
	return constants[OCCURRENCES_RRULE] != NULL && is_known(constants[OCCURRENCES_STARTS_AT]) && is_known(constants[OCCURRENCES_TIME_ZONE]) &&
		   is_known(constants[OCCURRENCES_RDATES]) && is_known(constants[OCCURRENCES_EXDATES]) &&
		   constants[OCCURRENCES_CYCLE_DAYS_ON] != NULL && constants[OCCURRENCES_CYCLE_DAYS_OFF] != NULL;
}

/*
 * Return false for what is no schedule: the function raises the error when it is
 * called, which a plan may never come to.
 */
static bool
count_occurrences(Const **constants, TimestampTz from, TimestampTz to, double *count)
{
	ScheduleSource	  source;
	ScheduleIterator *iterator;
	TimestampTz		  occurrence;
	TimestampTz		  first = from;
	Datum			  values[SCHEDULE_NFIELDS];
	bool			  isnull[SCHEDULE_NFIELDS];
	int				  n = 0;

	for (int field = 0; field < SCHEDULE_NFIELDS; field++)
	{
		const Const *constant = constants[schedule_arguments[field]];

		values[field] = constant->constvalue;
		isnull[field] = constant->constisnull;
	}
	source = schedule_source_read(values, isnull);
	if (!schedule_is_valid(&source))
		return false;
	iterator = schedule_open(schedule_create(&source), from, to);
	while (n < MOST_LOOKED_AT && schedule_next(iterator, &occurrence))
	{
		if (n++ == 0)
			first = occurrence;
	}
	*count = n;
	if (n == MOST_LOOKED_AT && occurrence > first)
		*count *= ((double) to - (double) first) / (double) (occurrence - first);
	return true;
}
