/*-------------------------------------------------------------------------
 *
 * dose_status.c
 *		The status of a dose, and the grace after its time in which it is due.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "api/dose_status.h"
#include "base/arguments.h"
#include "base/message.h"
#include "tables/schedule_row.h"

/* As the table's CHECK has it. */
#define MAX_GRACE (366 * USECS_PER_DAY)

PG_FUNCTION_INFO_V1(medsched_dose_status);
PG_FUNCTION_INFO_V1(medsched_grace_ended_before);
PG_FUNCTION_INFO_V1(medsched_is_on_time);

static int64	  grace_argument(FunctionCallInfo fcinfo, int argument, const char *name);
static DoseStatus recorded_status(const char *outcome);

const char *const dose_status_names[DOSE_NSTATUS] = {
	[DOSE_TAKEN] = "taken",
	[DOSE_SKIPPED] = "skipped",
	[DOSE_EXTRA] = "extra",
	[DOSE_UPCOMING] = "upcoming",
	[DOSE_DUE] = "due",
	[DOSE_MISSED] = "missed"};

/*
 * medsched_dose_status is the status of one dose, as the functions that list
 * doses give it: outcome is NULL for a dose not recorded, next_dose for one that is
 * not missed when the next one's time comes.
 */
Datum
medsched_dose_status(PG_FUNCTION_ARGS)
{
	int64	   grace = grace_argument(fcinfo, 2, "grace");
	DoseStatus status;

	require_argument(fcinfo, 0, "scheduled_for");
	require_finite(PG_GETARG_TIMESTAMPTZ(0), "scheduled_for");
	if (PG_ARGISNULL(1))
	{
		TimestampTz now = GetCurrentTransactionStartTimestamp();

		status = dose_status_at(PG_GETARG_TIMESTAMPTZ(0), grace, now);
		if (status == DOSE_DUE && PG_NARGS() > 3 && !PG_ARGISNULL(3) && PG_GETARG_TIMESTAMPTZ(3) <= now)
			status = DOSE_MISSED;
	}
	else
		status = recorded_status(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_TEXT_P(cstring_to_text(dose_status_names[status]));
}

/* Give the status of a dose that was recorded with an outcome. */
static DoseStatus
recorded_status(const char *outcome)
{
	static const DoseStatus statuses[] = {DOSE_TAKEN, DOSE_SKIPPED, DOSE_EXTRA};

	for (size_t i = 0; i < lengthof(statuses); i++)
	{
		if (strcmp(outcome, dose_status_names[statuses[i]]) == 0)
			return statuses[i];
	}
	ereport(ERROR,
			(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized outcome \"%s\"", short_text(outcome)),
			 errhint("An outcome is \"taken\", \"skipped\", \"extra\", or null for a dose that is not recorded.")));
}

/*
 * medsched_grace_ended_before is the instant before which doses that are not
 * recorded are missed.
 */
Datum
medsched_grace_ended_before(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(GetCurrentTransactionStartTimestamp() - grace_argument(fcinfo, 0, "grace"));
}

/*
 * medsched_is_on_time is whether a dose was taken within the grace of its time or,
 * before it, within its tolerance.
 */
Datum
medsched_is_on_time(PG_FUNCTION_ARGS)
{
	int64 grace = grace_argument(fcinfo, 2, "grace");
	int64 early = grace;
	int64 difference;

	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		early = grace_argument(fcinfo, 3, "tolerance_before");

	require_argument(fcinfo, 0, "scheduled_for");
	require_finite(PG_GETARG_TIMESTAMPTZ(0), "scheduled_for");
	if (PG_ARGISNULL(1))
		PG_RETURN_BOOL(false);
	require_finite(PG_GETARG_TIMESTAMPTZ(1), "taken_at");

	/* The first and the last instant that there are lie further apart than fits. */
	if (pg_sub_s64_overflow(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(0), &difference))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(-early <= difference && difference <= grace);
}

/* Read a grace in an argument: a schedule's own, which is NULL where it has none. */
static int64
grace_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	int64 grace;

	if (PG_ARGISNULL(argument))
		return default_grace();
	grace = interval_microseconds(PG_GETARG_INTERVAL_P(argument));
	if (grace < 0 || grace > MAX_GRACE)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from 0 to 366 days", name),
				 errdetail("It is %s.", DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(argument))))));
	return grace;
}
