/*-------------------------------------------------------------------------
 *
 * occurrences.c
 *		Occurrences in SQL: the set in a window, membership, the next and the
 *		previous one; and the checks of the two domains.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/arguments.h"
#include "base/medsched.h"
#include "base/message.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule_iterator.h"
#include "schedule/schedule_search.h"
#include "schedule/zone.h"

/*
 * The places of the arguments of the functions for a row among many, counted from
 * its rule.  Before it come the row's id and, of some, what is recorded.
 */
enum
{
	ROW_RRULE,
	ROW_WINDOW_START = ROW_RRULE + 3,
	ROW_WINDOW_END,
	ROW_NARGS = ROW_WINDOW_END + 5
};

/* What is recorded of a dose: when it is, and its place in the array. */
typedef struct RecordedAt
{
	TimestampTz at;
	int			nth;
} RecordedAt;

/* The doses of a row among those of many people. */
typedef struct RowDoses
{
	ScheduleIterator *iterator;
	TimestampTz		  occurrence; /* the first not given yet; DT_NOEND: there are no more */
	RecordedAt		 *recorded;	  /* likewise of what is recorded, ascending */
	int				  nrecorded;
} RowDoses;

/* The columns of medsched._schedule_doses. */
enum
{
	ROW_DOSE_SCHEDULED_FOR,
	ROW_DOSE_NTH,
	ROW_DOSE_NCOLUMNS
};

PG_FUNCTION_INFO_V1(medsched_check_rrule);
PG_FUNCTION_INFO_V1(medsched_check_time_zone);
PG_FUNCTION_INFO_V1(medsched_is_zone);
PG_FUNCTION_INFO_V1(medsched_check_dates);
PG_FUNCTION_INFO_V1(medsched_occurrences);
PG_FUNCTION_INFO_V1(medsched_count_occurrences);
PG_FUNCTION_INFO_V1(medsched_is_occurrence);
PG_FUNCTION_INFO_V1(medsched_next_occurrence);
PG_FUNCTION_INFO_V1(medsched_previous_occurrence);
PG_FUNCTION_INFO_V1(medsched_schedule_occurrences);
PG_FUNCTION_INFO_V1(medsched_count_schedule_occurrences);
PG_FUNCTION_INFO_V1(medsched_schedule_doses);
PG_FUNCTION_INFO_V1(medsched_schedule_density_problem);

static Schedule			*schedule_from_arguments(FunctionCallInfo fcinfo, int first);
static ScheduleIterator *open_window(FunctionCallInfo fcinfo);
static ErrorData		*find_problem(FunctionCallInfo fcinfo, int first, Schedule **schedule);
static bool				 open_row(FunctionCallInfo fcinfo, RowDoses *doses);
static int				 read_recorded_at(ArrayType *array, RecordedAt **recorded);
static int				 compare_recorded(const void *a, const void *b);
static bool				 next_row_dose(RowDoses *doses, TimestampTz *at, int *nth);

Datum
medsched_check_rrule(PG_FUNCTION_ARGS)
{
	char *rrule = text_to_cstring(PG_GETARG_TEXT_PP(0));

	rule_cache_find(rrule);
	PG_RETURN_BOOL(true);
}

Datum
medsched_check_time_zone(PG_FUNCTION_ARGS)
{
	char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

	zone_find(name);
	PG_RETURN_BOOL(true);
}

Datum
medsched_is_zone(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(zone_lookup(text_to_cstring(PG_GETARG_TEXT_PP(0))) != NULL);
}

Datum
medsched_check_dates(PG_FUNCTION_ARGS)
{
	schedule_check_dates(PG_GETARG_ARRAYTYPE_P(1), text_to_cstring(PG_GETARG_TEXT_PP(0)));
	PG_RETURN_BOOL(true);
}

Datum
medsched_occurrences(PG_FUNCTION_ARGS)
{
	ReturnSetInfo	 *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ScheduleIterator *iterator = open_window(fcinfo);
	TimestampTz		  occurrence;
	uint64			  n = 0;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	while (schedule_next(iterator, &occurrence))
	{
		Datum value = TimestampTzGetDatum(occurrence);
		bool  isnull = false;

		check_dose_count(++n);
		tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}

/* Open the occurrences in the window in the arguments. */
static ScheduleIterator *
open_window(FunctionCallInfo fcinfo)
{
	require_argument(fcinfo, 3, "window_start");
	require_argument(fcinfo, 4, "window_end");
	check_window(PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4));
	return schedule_open(schedule_from_arguments(fcinfo, 0), PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4));
}

/* Read the schedule in the arguments: rule, start and zone from the first on; dates and cycle are the last four. */
static Schedule *
schedule_from_arguments(FunctionCallInfo fcinfo, int first)
{
	static const char *const required[SCHEDULE_NFIELDS] = {
		[FIELD_STARTS_AT] = "starts_at",
		[FIELD_TIME_ZONE] = "time_zone",
		[FIELD_RDATES] = "rdates",
		[FIELD_EXDATES] = "exdates",
	};

	ScheduleSource source;
	Datum		   values[SCHEDULE_NFIELDS];
	bool		   isnull[SCHEDULE_NFIELDS];

	for (int field = 0; field < SCHEDULE_NFIELDS; field++)
	{
		int argument = field <= FIELD_TIME_ZONE ? first + field : PG_NARGS() - SCHEDULE_NFIELDS + field;

		if (required[field] != NULL)
			require_argument(fcinfo, argument, required[field]);
		values[field] = fcinfo->args[argument].value;
		isnull[field] = fcinfo->args[argument].isnull;
	}
	source = schedule_source_read(values, isnull);
	return schedule_create(&source);
}

Datum
medsched_count_occurrences(PG_FUNCTION_ARGS)
{
	ScheduleIterator *iterator = open_window(fcinfo);
	TimestampTz		  occurrence;
	uint64			  n = 0;

	while (schedule_next(iterator, &occurrence))
		check_dose_count(++n);
	PG_RETURN_INT64((int64) n);
}

Datum
medsched_is_occurrence(PG_FUNCTION_ARGS)
{
	require_argument(fcinfo, 3, "at");
	PG_RETURN_BOOL(schedule_is_occurrence(schedule_from_arguments(fcinfo, 0), PG_GETARG_TIMESTAMPTZ(3)));
}

Datum
medsched_next_occurrence(PG_FUNCTION_ARGS)
{
	TimestampTz occurrence;

	require_argument(fcinfo, 3, "after");
	if (!schedule_next_occurrence(schedule_from_arguments(fcinfo, 0), PG_GETARG_TIMESTAMPTZ(3), &occurrence))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(occurrence);
}

Datum
medsched_previous_occurrence(PG_FUNCTION_ARGS)
{
	TimestampTz occurrence;

	require_argument(fcinfo, 3, "before");
	if (!schedule_previous_occurrence(schedule_from_arguments(fcinfo, 0), PG_GETARG_TIMESTAMPTZ(3), &occurrence))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(occurrence);
}

/*
 * medsched_schedule_occurrences gives the occurrences of one of many schedules:
 * as many as there are, for medsched.max_doses bounds the window.
 */
Datum
medsched_schedule_occurrences(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	RowDoses	   doses;
	TimestampTz	   at;
	int			   nth;
	bool		   readable = open_row(fcinfo, &doses);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	while (readable && next_row_dose(&doses, &at, &nth))
	{
		Datum value = TimestampTzGetDatum(at);
		bool  isnull = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}

/*
 * medsched_schedule_doses does so, and gives what is recorded besides; and, of what is
 * recorded, its place in the array.
 */
Datum
medsched_schedule_doses(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	RowDoses	   doses;
	TimestampTz	   at;
	int			   nth;
	bool		   readable = open_row(fcinfo, &doses);

	InitMaterializedSRF(fcinfo, 0);
	while (readable && next_row_dose(&doses, &at, &nth))
	{
		Datum values[ROW_DOSE_NCOLUMNS] = {TimestampTzGetDatum(at), Int32GetDatum(nth)};
		bool  isnull[ROW_DOSE_NCOLUMNS] = {false, nth == 0};

		tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
	}
	return (Datum) 0;
}

/*
 * Open the doses of a row among those of many people: its occurrences in the window,
 * and what is recorded.  False: the row cannot be read, which must not fail the
 * answer about the others.  A window that ends before it starts is empty: the bounds
 * of schedules lie as they lie, and the planner is free to try a row before it tests
 * whether the row is in the window.
 */
static bool
open_row(FunctionCallInfo fcinfo, RowDoses *doses)
{
	int			rule = PG_NARGS() - ROW_NARGS;
	TimestampTz window_start;
	TimestampTz window_end;
	Schedule   *schedule;
	ErrorData  *problem;

	require_argument(fcinfo, rule + ROW_WINDOW_START, "window_start");
	require_argument(fcinfo, rule + ROW_WINDOW_END, "window_end");
	window_start = PG_GETARG_TIMESTAMPTZ(rule + ROW_WINDOW_START);
	window_end = PG_GETARG_TIMESTAMPTZ(rule + ROW_WINDOW_END);
	check_window_for_all(window_start, Max(window_start, window_end));
	memset(doses, 0, sizeof(RowDoses));
	doses->occurrence = DT_NOEND;
	if (rule > 1 && !PG_ARGISNULL(1))
		doses->nrecorded = read_recorded_at(PG_GETARG_ARRAYTYPE_P(1), &doses->recorded);
	if (window_end <= window_start && doses->nrecorded == 0)
		return false;

	problem = find_problem(fcinfo, rule, &schedule);
	if (problem != NULL)
	{
		ereport(WARNING,
				(errcode_medsched(problem->sqlerrcode),
				 PG_ARGISNULL(0) ? errmsg("a schedule is left out: %s", problem->message)
								 : errmsg("schedule \"%s\" is left out: %s", uuid_text(PG_GETARG_DATUM(0)), problem->message),
				 errhint("medsched.check_integrity() lists the schedules that cannot be read.")));
		return false;
	}
	if (window_start < window_end)
	{
		doses->iterator = schedule_open(schedule, window_start, window_end);
		if (!schedule_next(doses->iterator, &doses->occurrence))
			doses->occurrence = DT_NOEND;
	}
	return true;
}

/* Read an array of what is recorded, in order of time, and give the number of its elements. */
static int
read_recorded_at(ArrayType *array, RecordedAt **recorded)
{
	Datum *elements;
	int	   n;

	deconstruct_array(array, TIMESTAMPTZOID, sizeof(TimestampTz), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, NULL, &n);
	*recorded = palloc(sizeof(RecordedAt) * Max(n, 1));
	for (int i = 0; i < n; i++)
		(*recorded)[i] = (RecordedAt){DatumGetTimestampTz(elements[i]), i + 1};
	qsort(*recorded, n, sizeof(RecordedAt), compare_recorded);
	return n;
}

static int
compare_recorded(const void *a, const void *b)
{
	TimestampTz left = ((const RecordedAt *) a)->at;
	TimestampTz right = ((const RecordedAt *) b)->at;

	return (left > right) - (left < right);
}

/* Give the next dose of a row, and its place in what is recorded, 0 for none; false: there are no more. */
static bool
next_row_dose(RowDoses *doses, TimestampTz *at, int *nth)
{
	*at = doses->nrecorded > 0 ? Min(doses->recorded[0].at, doses->occurrence) : doses->occurrence;
	*nth = 0;
	if (*at == DT_NOEND)
		return false;
	if (*at == doses->occurrence && !schedule_next(doses->iterator, &doses->occurrence))
		doses->occurrence = DT_NOEND;
	if (doses->nrecorded > 0 && *at == doses->recorded[0].at)
	{
		*nth = doses->recorded[0].nth;
		doses->recorded++;
		doses->nrecorded--;
	}
	return true;
}

/*
 * Find what is wrong with the schedule in the arguments: the error that making it
 * raises, or NULL.  Making one takes memory alone, so that no subtransaction is
 * needed to go on after an error of the values.
 */
static ErrorData *
find_problem(FunctionCallInfo fcinfo, int first, Schedule **schedule)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData *volatile error = NULL;

	PG_TRY();
	{
		*schedule = schedule_from_arguments(fcinfo, first);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
			error->sqlerrcode != ERRCODE_FEATURE_NOT_SUPPORTED)
			PG_RE_THROW();
		FlushErrorState();
	}
	PG_END_TRY();
	return error;
}

Datum
medsched_count_schedule_occurrences(PG_FUNCTION_ARGS)
{
	RowDoses	doses;
	TimestampTz at;
	int			nth;
	int64		n = 0;

	if (open_row(fcinfo, &doses))
	{
		while (next_row_dose(&doses, &at, &nth))
			n++;
	}
	PG_RETURN_INT64(n);
}

/*
 * medsched_schedule_density_problem says of what a schedule has too many, in the
 * words of the rule schedule_density; NULL: of nothing, or it cannot be read.
 */
Datum
medsched_schedule_density_problem(PG_FUNCTION_ARGS)
{
	Schedule *schedule;

	if (find_problem(fcinfo, 0, &schedule) != NULL)
		PG_RETURN_NULL();
	if (schedule_most_per_day(schedule) > medsched_max_doses_per_day)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("It can have " INT64_FORMAT " doses a day, of at most %d.",
												  schedule_most_per_day(schedule), medsched_max_doses_per_day)));
	if (schedule_count(schedule) > MOST_COUNTED)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("It counts " INT64_FORMAT " doses, of at most %d.",
												  schedule_count(schedule), MOST_COUNTED)));
	PG_RETURN_NULL();
}
