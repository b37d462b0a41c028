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

#include "schedule/rule_cache.h"
#include "schedule/schedule.h"
#include "base/arguments.h"
#include "schedule/zone.h"

PG_FUNCTION_INFO_V1(medsched_check_rrule);
PG_FUNCTION_INFO_V1(medsched_check_time_zone);
PG_FUNCTION_INFO_V1(medsched_occurrences);
PG_FUNCTION_INFO_V1(medsched_count_occurrences);
PG_FUNCTION_INFO_V1(medsched_is_occurrence);
PG_FUNCTION_INFO_V1(medsched_next_occurrence);
PG_FUNCTION_INFO_V1(medsched_previous_occurrence);

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

/*
 * The schedule in the arguments: rule, start and zone lead; dates and cycle
 * are the last four.
 */
static Schedule *
schedule_from_arguments(FunctionCallInfo fcinfo)
{
	int			   rdates = PG_NARGS() - 4;
	int			   exdates = PG_NARGS() - 3;
	int			   days_on = PG_NARGS() - 2;
	int			   days_off = PG_NARGS() - 1;
	ScheduleSource source = {0};

	require_argument(fcinfo, 1, "starts_at");
	require_argument(fcinfo, 2, "time_zone");
	require_argument(fcinfo, rdates, "rdates");
	require_argument(fcinfo, exdates, "exdates");

	if (!PG_ARGISNULL(0))
		source.rrule = text_to_cstring(PG_GETARG_TEXT_PP(0));
	source.starts_at = PG_GETARG_TIMESTAMP(1);
	source.time_zone = text_to_cstring(PG_GETARG_TEXT_PP(2));
	source.rdates = PG_GETARG_ARRAYTYPE_P(rdates);
	source.exdates = PG_GETARG_ARRAYTYPE_P(exdates);
	source.ends_at = DT_NOEND;
	source.cycle_days_on = PG_ARGISNULL(days_on) ? 0 : PG_GETARG_INT32(days_on);
	source.cycle_days_off = PG_ARGISNULL(days_off) ? 0 : PG_GETARG_INT32(days_off);
	return schedule_create(&source);
}

/* The occurrences in the window in the arguments. */
static ScheduleIterator *
open_window(FunctionCallInfo fcinfo)
{
	require_argument(fcinfo, 3, "window_start");
	require_argument(fcinfo, 4, "window_end");
	check_window(PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4));
	return schedule_open(schedule_from_arguments(fcinfo), PG_GETARG_TIMESTAMPTZ(3), PG_GETARG_TIMESTAMPTZ(4));
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
	PG_RETURN_BOOL(schedule_is_occurrence(schedule_from_arguments(fcinfo), PG_GETARG_TIMESTAMPTZ(3)));
}

Datum
medsched_next_occurrence(PG_FUNCTION_ARGS)
{
	TimestampTz occurrence;

	require_argument(fcinfo, 3, "after");
	if (!schedule_next_occurrence(schedule_from_arguments(fcinfo), PG_GETARG_TIMESTAMPTZ(3), &occurrence))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(occurrence);
}

Datum
medsched_previous_occurrence(PG_FUNCTION_ARGS)
{
	TimestampTz occurrence;

	require_argument(fcinfo, 3, "before");
	if (!schedule_previous_occurrence(schedule_from_arguments(fcinfo), PG_GETARG_TIMESTAMPTZ(3), &occurrence))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(occurrence);
}
