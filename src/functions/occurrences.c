/*-------------------------------------------------------------------------
 *
 * occurrences.c
 *		Occurrences in SQL: the set in a window, membership, the next and the
 *		previous one; and the checks of the two domains.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

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

/* The schedule's parts in the arguments of the functions for a row among many. */
enum
{
	ROW_ID,
	ROW_RRULE,
	ROW_WINDOW_START = ROW_RRULE + 3,
	ROW_WINDOW_END
};

PG_FUNCTION_INFO_V1(medsched_check_rrule);
PG_FUNCTION_INFO_V1(medsched_check_time_zone);
PG_FUNCTION_INFO_V1(medsched_check_dates);
PG_FUNCTION_INFO_V1(medsched_occurrences);
PG_FUNCTION_INFO_V1(medsched_count_occurrences);
PG_FUNCTION_INFO_V1(medsched_is_occurrence);
PG_FUNCTION_INFO_V1(medsched_next_occurrence);
PG_FUNCTION_INFO_V1(medsched_previous_occurrence);
PG_FUNCTION_INFO_V1(medsched_schedule_occurrences);
PG_FUNCTION_INFO_V1(medsched_count_schedule_occurrences);
PG_FUNCTION_INFO_V1(medsched_schedule_density_problem);

static Schedule			*schedule_from_arguments(FunctionCallInfo fcinfo, int first);
static ScheduleIterator *open_window(FunctionCallInfo fcinfo);
static ErrorData		*find_problem(FunctionCallInfo fcinfo, int first, Schedule **schedule);
static ScheduleIterator *open_row(FunctionCallInfo fcinfo);

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
	ReturnSetInfo	 *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ScheduleIterator *iterator = open_row(fcinfo);
	TimestampTz		  occurrence;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	while (iterator != NULL && schedule_next(iterator, &occurrence))
	{
		Datum value = TimestampTzGetDatum(occurrence);
		bool  isnull = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
	}
	return (Datum) 0;
}

/*
 * Open the occurrences in the window of a row among those of many people.  NULL:
 * there are none, or the row cannot be read, which must not fail the answer about
 * the others.  A window that ends before it starts is empty: the bounds of
 * schedules lie as they lie, and the planner is free to try a row before it
 * tests whether the row is in the window.
 */
static ScheduleIterator *
open_row(FunctionCallInfo fcinfo)
{
	TimestampTz window_start;
	TimestampTz window_end;
	Schedule   *schedule;
	ErrorData  *problem;

	require_argument(fcinfo, ROW_WINDOW_START, "window_start");
	require_argument(fcinfo, ROW_WINDOW_END, "window_end");
	window_start = PG_GETARG_TIMESTAMPTZ(ROW_WINDOW_START);
	window_end = PG_GETARG_TIMESTAMPTZ(ROW_WINDOW_END);
	check_window_for_all(window_start, Max(window_start, window_end));
	if (window_end <= window_start)
		return NULL;

	problem = find_problem(fcinfo, ROW_RRULE, &schedule);
	if (problem != NULL)
	{
		ereport(WARNING,
				(errcode(problem->sqlerrcode),
				 PG_ARGISNULL(ROW_ID) ? errmsg("a schedule is left out: %s", problem->message)
									  : errmsg("schedule \"%s\" is left out: %s", uuid_text(PG_GETARG_DATUM(ROW_ID)), problem->message),
				 errhint("medsched.check_integrity() lists the schedules that cannot be read.")));
		return NULL;
	}
	return schedule_open(schedule, window_start, window_end);
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
	ScheduleIterator *iterator = open_row(fcinfo);
	TimestampTz		  occurrence;
	int64			  n = 0;

	while (iterator != NULL && schedule_next(iterator, &occurrence))
		n++;
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
