/*-------------------------------------------------------------------------
 *
 * doses.c
 *		The functions that list doses: upcoming_doses.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "dose_stream.h"
#include "medsched.h"

/* The columns of the answer. */
enum
{
	DOSE_ID,
	SCHEDULED_FOR,
	LOCAL_TIME,
	TIME_ZONE,
	MEDICATION_ID,
	MEDICATION_NAME,
	SCHEDULE_ID,
	DOSE_AMOUNT,
	DOSE_UNIT,
	INSTRUCTIONS,
	TAKEN_AT,
	RECORDED_BY,
	STATUS,
	DOSE_NCOLUMNS
};

PG_FUNCTION_INFO_V1(medsched_upcoming_doses);

static void check_window(FunctionCallInfo fcinfo);
static void put_dose(ReturnSetInfo *result, const Dose *dose, TimestampTz now, const Datum *statuses);

/*
 * medsched_upcoming_doses lists a user's doses in a window, recorded or not.
 *
 * It only reads, with the caller's snapshot and rights, so it runs wherever a
 * SELECT does.
 */
Datum
medsched_upcoming_doses(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz	   now = GetCurrentTransactionStartTimestamp();
	Datum		   statuses[DOSE_NSTATUS];
	DoseStream	  *stream;
	Dose		   dose;
	int			   ndoses = 0;

	check_window(fcinfo);
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();

	for (int i = 0; i < DOSE_NSTATUS; i++)
		statuses[i] = CStringGetTextDatum(dose_status_names[i]);
	stream = dose_stream_open(PG_GETARG_DATUM(0), PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(2));
	while (dose_stream_next(stream, &dose))
	{
		if (++ndoses > medsched_max_doses)
			refuse_too_many_doses();
		put_dose(result, &dose, now, statuses);
	}

	SPI_finish();
	return (Datum) 0;
}

/*
 * A window that is not one is an error, not an empty answer: that would read
 * as "no doses due".
 */
static void
check_window(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"user_id", "window_start", "window_end"};

	for (int i = 0; i < 3; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not be null", names[i])));
	}
	for (int i = 1; i < 3; i++)
	{
		if (TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(i)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be finite", names[i])));
	}
	if (PG_GETARG_TIMESTAMPTZ(2) < PG_GETARG_TIMESTAMPTZ(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("window_end must not be before window_start"),
				 errdetail("The window is from %s to %s.",
						   DatumGetCString(DirectFunctionCall1(timestamptz_out, PG_GETARG_DATUM(1))),
						   DatumGetCString(DirectFunctionCall1(timestamptz_out, PG_GETARG_DATUM(2))))));
}

/* Add a dose to the answer, which copies it. */
static void
put_dose(ReturnSetInfo *result, const Dose *dose, TimestampTz now, const Datum *statuses)
{
	const DoseSource   *source = dose->source;
	const RecordedDose *recorded = dose->recorded;
	Datum				values[DOSE_NCOLUMNS];
	bool				isnull[DOSE_NCOLUMNS] = {0};

	values[DOSE_ID] = PointerGetDatum(dose_handle(dose));
	values[SCHEDULED_FOR] = TimestampTzGetDatum(dose->scheduled_for);
	values[LOCAL_TIME] = TimestampGetDatum(dose_local_time(dose));
	values[TIME_ZONE] = source->time_zone;
	values[MEDICATION_ID] = source->medication_id;
	values[MEDICATION_NAME] = source->medication_name;
	values[SCHEDULE_ID] = UUIDPGetDatum(&source->schedule_id);
	values[DOSE_AMOUNT] = source->dose_amount;
	values[DOSE_UNIT] = source->dose_unit;
	values[INSTRUCTIONS] = source->instructions;
	values[TAKEN_AT] = recorded != NULL ? TimestampTzGetDatum(recorded->taken_at) : 0;
	values[RECORDED_BY] = recorded != NULL ? recorded->recorded_by : 0;
	values[STATUS] = statuses[dose_status(dose, now)];

	isnull[DOSE_AMOUNT] = source->dose_amount == 0;
	isnull[DOSE_UNIT] = source->dose_unit == 0;
	isnull[INSTRUCTIONS] = source->instructions == 0;
	isnull[TAKEN_AT] = recorded == NULL || recorded->skipped;
	isnull[RECORDED_BY] = values[RECORDED_BY] == 0;

	tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
}
