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
#include "functions/row_doses.h"
#include "schedule/rule_cache.h"
#include "schedule/schedule_search.h"
#include "schedule/zone.h"

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

static ScheduleIterator *open_window(FunctionCallInfo fcinfo);
static int				 read_recorded_at(FunctionCallInfo fcinfo, RecordedAt **recorded);

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
	bool		   readable = row_doses_open(fcinfo, NULL, 0, &doses);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	while (readable && row_doses_next(&doses, &at, &nth))
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
	RecordedAt	  *recorded;
	int			   nrecorded = read_recorded_at(fcinfo, &recorded);
	bool		   readable = row_doses_open(fcinfo, recorded, nrecorded, &doses);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	while (readable && row_doses_next(&doses, &at, &nth))
	{
		Datum values[ROW_DOSE_NCOLUMNS] = {TimestampTzGetDatum(at), Int32GetDatum(nth)};
		bool  isnull[ROW_DOSE_NCOLUMNS] = {false, nth == 0};

		tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
	}
	return (Datum) 0;
}

/* Read what is recorded, an array that is the second of the arguments if there is one before the row, and give its size. */
static int
read_recorded_at(FunctionCallInfo fcinfo, RecordedAt **recorded)
{
	Datum *elements;
	int	   n;

	*recorded = NULL;
	if (PG_NARGS() <= ROW_NARGS + 1 || PG_ARGISNULL(1))
		return 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TIMESTAMPTZOID, sizeof(TimestampTz), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, NULL, &n);
	*recorded = palloc(sizeof(RecordedAt) * Max(n, 1));
	for (int i = 0; i < n; i++)
		(*recorded)[i] = (RecordedAt){DatumGetTimestampTz(elements[i]), i + 1};
	return n;
}

Datum
medsched_count_schedule_occurrences(PG_FUNCTION_ARGS)
{
	RowDoses	doses;
	TimestampTz at;
	int			nth;
	int64		n = 0;
	RecordedAt *recorded;
	int			nrecorded = read_recorded_at(fcinfo, &recorded);

	if (row_doses_open(fcinfo, recorded, nrecorded, &doses))
	{
		while (row_doses_next(&doses, &at, &nth))
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

	if (find_schedule_problem(fcinfo, 0, &schedule) != NULL)
		PG_RETURN_NULL();
	if (schedule_most_per_day(schedule) > medsched_max_doses_per_day)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("It can have " INT64_FORMAT " doses a day, of at most %d.",
												  schedule_most_per_day(schedule), medsched_max_doses_per_day)));
	if (schedule_count(schedule) > MOST_COUNTED)
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("It counts " INT64_FORMAT " doses, of at most %d.",
												  schedule_count(schedule), MOST_COUNTED)));
	PG_RETURN_NULL();
}
