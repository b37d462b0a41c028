/*-------------------------------------------------------------------------
 *
 * arguments.c
 *		The checks that every function with a window or a bound shares.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/arguments.h"
#include "base/medsched.h"
#include "base/message.h"

PG_FUNCTION_INFO_V1(medsched_check_user);
PG_FUNCTION_INFO_V1(medsched_check_window);
PG_FUNCTION_INFO_V1(medsched_check_window_for_all);

static int compare_uuids(const void *a, const void *b);

Datum
medsched_check_user(PG_FUNCTION_ARGS)
{
	require_argument(fcinfo, 0, "user_id");
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

Datum
medsched_check_window(PG_FUNCTION_ARGS)
{
	require_argument(fcinfo, 0, "window_start");
	require_argument(fcinfo, 1, "window_end");
	check_window(PG_GETARG_TIMESTAMPTZ(0), PG_GETARG_TIMESTAMPTZ(1));
	PG_RETURN_BOOL(true);
}

Datum
medsched_check_window_for_all(PG_FUNCTION_ARGS)
{
	require_argument(fcinfo, 0, "window_start");
	require_argument(fcinfo, 1, "window_end");
	check_window_for_all(PG_GETARG_TIMESTAMPTZ(0), PG_GETARG_TIMESTAMPTZ(1));
	PG_RETURN_BOOL(true);
}

void
require_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode_medsched(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name)));
}

int
unique_ids(Datum *ids, int n)
{
	int kept = 0;

	qsort(ids, n, sizeof(Datum), compare_uuids);
	for (int i = 0; i < n; i++)
	{
		if (kept == 0 || compare_uuids(&ids[i], &ids[kept - 1]) != 0)
			ids[kept++] = ids[i];
	}
	return kept;
}

static int
compare_uuids(const void *a, const void *b)
{
	return memcmp(DatumGetUUIDP(*(const Datum *) a), DatumGetUUIDP(*(const Datum *) b), UUID_LEN);
}

void
require_finite(TimestampTz at, const char *name)
{
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR, (errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", name)));
}

void
require_instant(TimestampTz at, const char *name)
{
	require_finite(at, name);
	if (at < INSTANT_MIN || at >= INSTANT_END)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is out of range", name),
				 errdetail("It is %s.", instant_text(at)),
				 errhint("Use an instant in the years 1 to 9999.")));
}

void
check_window(TimestampTz window_start, TimestampTz window_end)
{
	if (TIMESTAMP_NOT_FINITE(window_start) || TIMESTAMP_NOT_FINITE(window_end))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", TIMESTAMP_NOT_FINITE(window_start) ? "window_start" : "window_end"),
				 errhint("Give the window that you will show, for example one week.")));
	if (window_end < window_start)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("window_end must not be before window_start"),
				 errdetail("The window is from %s to %s.",
						   instant_text(window_start),
						   instant_text(window_end))));
}

void
check_window_for_all(TimestampTz window_start, TimestampTz window_end)
{
	check_window(window_start, window_end);
	if (window_end / USECS_PER_DAY - window_start / USECS_PER_DAY > medsched_max_doses)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the window has more than %d days", medsched_max_doses),
				 errdetail("Asked about everybody, medsched.max_doses bounds the days of the window, whatever the schedules in it."),
				 errhint("Narrow the window, or raise medsched.max_doses.")));
}

void
check_dose_count(uint64 ndoses)
{
	if (ndoses > (uint64) medsched_max_doses)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d doses in the window", medsched_max_doses),
				 errdetail("The setting medsched.max_doses bounds how many doses one call computes."),
				 errhint("Narrow the window, or raise medsched.max_doses.")));
}
