/*-------------------------------------------------------------------------
 *
 * window.c
 *		The checks that every function with a window or a bound shares.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "medsched.h"
#include "window.h"

void
require_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name)));
}

void
check_window(TimestampTz window_start, TimestampTz window_end)
{
	if (TIMESTAMP_NOT_FINITE(window_start) || TIMESTAMP_NOT_FINITE(window_end))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", TIMESTAMP_NOT_FINITE(window_start) ? "window_start" : "window_end"),
				 errhint("Give the window that you will show, for example one week.")));
	if (window_end < window_start)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("window_end is before window_start"),
				 errdetail("The window is from %s to %s.", pstrdup(timestamptz_to_str(window_start)),
						   timestamptz_to_str(window_end))));
}

void
check_dose_count(int64 n_doses)
{
	if (n_doses > medsched_max_doses)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("more than %d doses in the window", medsched_max_doses),
				 errhint("Narrow the window, or raise medsched.max_doses.")));
}
