/*-------------------------------------------------------------------------
 *
 * dose_limits.c
 *		The limits of a schedule as needed: how close together doses may be.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "base/message.h"
#include "tables/dose_limits.h"
#include "tables/schedule_row.h"

/* As the table's CHECK has it, which its owner can drop. */
#define LONGEST_INTERVAL (366 * USECS_PER_DAY)

void
dose_limits_read(DoseLimit *limits, const Datum *values, const bool *isnull)
{
	memset(limits, 0, sizeof(DoseLimit) * NLIMITS);
	if (!isnull[LIMIT_MIN_INTERVAL])
	{
		limits[LIMIT_MIN_INTERVAL].most = 1;
		limits[LIMIT_MIN_INTERVAL].within = interval_microseconds(DatumGetIntervalP(values[LIMIT_MIN_INTERVAL]));
		if (limits[LIMIT_MIN_INTERVAL].within <= 0 || limits[LIMIT_MIN_INTERVAL].within > LONGEST_INTERVAL)
			ereport(ERROR,
					(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("min_interval must be above 0 and at most 366 days")));
	}
	if (!isnull[LIMIT_MAX_PER_24H])
	{
		limits[LIMIT_MAX_PER_24H].most = DatumGetInt32(values[LIMIT_MAX_PER_24H]);
		limits[LIMIT_MAX_PER_24H].within = USECS_PER_DAY;
		if (limits[LIMIT_MAX_PER_24H].most < 1)
			ereport(ERROR,
					(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("max_per_24h must be at least 1"),
					 errdetail("It is %d.", limits[LIMIT_MAX_PER_24H].most)));
	}
}

int64
dose_limits_reach(const DoseLimit *limits)
{
	return Max(limits[LIMIT_MIN_INTERVAL].within, limits[LIMIT_MAX_PER_24H].within);
}

void
doses_taken_leave_out(DosesTaken *doses, TimestampTz at)
{
	for (int i = 0; i < doses->ndoses; i++)
	{
		if (doses->at[i] == at)
		{
			doses->ndoses--;
			memmove(doses->at + i, doses->at + i + 1, sizeof(TimestampTz) * (doses->ndoses - i));
			return;
		}
	}
}

/*
 * Look for as many consecutive doses as the limit allows that, with this one, lie
 * within less than its length.  Doses too long ago for this instant are so for
 * every later one, too: *first passes them for good.
 */
bool
dose_limit_breaks(const DoseLimit *limit, const DosesTaken *doses, TimestampTz at, int *first)
{
	if (limit->most == 0)
		return false;

	while (*first < doses->ndoses && doses->at[*first] + limit->within <= at)
		(*first)++;
	for (int i = *first; i < doses->ndoses && doses->at[i] - at < limit->within; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (limit->most > doses->ndoses - i)
			return false;
		if (Max(doses->at[i + limit->most - 1], at) - Min(doses->at[i], at) < limit->within)
		{
			*first = i;
			return true;
		}
	}
	return false;
}
