/*-------------------------------------------------------------------------
 *
 * list_doses.c
 *		The functions that list a user's doses.
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

#include "api/dose_status.h"
#include "api/dose_stream.h"
#include "base/answer.h"
#include "base/arguments.h"
#include "base/medsched.h"
#include "base/message.h"

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
	DUE_AT,
	DOSE_NCOLUMNS
};

static const AnswerColumn dose_columns[DOSE_NCOLUMNS] = {
	[DOSE_ID] = {"dose_id", TEXTOID},
	[SCHEDULED_FOR] = {"scheduled_for", TIMESTAMPTZOID},
	[LOCAL_TIME] = {"local_time", TIMESTAMPOID},
	[TIME_ZONE] = {"time_zone", TEXTOID},
	[MEDICATION_ID] = {"medication_id", UUIDOID},
	[MEDICATION_NAME] = {"medication_name", TEXTOID},
	[SCHEDULE_ID] = {"schedule_id", UUIDOID},
	[DOSE_AMOUNT] = {"dose_amount", NUMERICOID},
	[DOSE_UNIT] = {"dose_unit", TEXTOID},
	[INSTRUCTIONS] = {"instructions", TEXTOID},
	[TAKEN_AT] = {"taken_at", TIMESTAMPTZOID},
	[RECORDED_BY] = {"recorded_by", TEXTOID},
	[STATUS] = {"status", TEXTOID},
	[DUE_AT] = {"due_at", TIMESTAMPTZOID}};

PG_FUNCTION_INFO_V1(medsched_upcoming_doses);
PG_FUNCTION_INFO_V1(medsched_next_doses);

/* Which doses a function lists. */
typedef struct DoseSelection
{
	TimestampTz from;
	TimestampTz to;
	bool		recorded_too;
	uint64		most; /* then stop */
} DoseSelection;

static void		  list_doses(FunctionCallInfo fcinfo, const DoseSelection *selection);
static void		  answer_set_dose(Answer *answer, const Dose *dose, TimestampTz now, const Datum *statuses);
static DoseStatus status_of_dose(const Dose *dose, TimestampTz at);

/*
 * medsched_upcoming_doses lists a user's doses in a window, recorded or not.
 */
Datum
medsched_upcoming_doses(PG_FUNCTION_ARGS)
{
	DoseSelection selection = {.recorded_too = true, .most = PG_UINT64_MAX};

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "window_start");
	require_argument(fcinfo, 2, "window_end");
	selection.from = PG_GETARG_TIMESTAMPTZ(1);
	selection.to = PG_GETARG_TIMESTAMPTZ(2);
	check_window(selection.from, selection.to);

	list_doses(fcinfo, &selection);
	return (Datum) 0;
}

/*
 * medsched_next_doses lists a user's earliest doses after an instant that are
 * not recorded, however far ahead they lie.
 */
Datum
medsched_next_doses(PG_FUNCTION_ARGS)
{
	DoseSelection selection = {.to = DT_NOEND, .recorded_too = false};
	int			  max_doses;

	require_argument(fcinfo, 0, "user_id");
	require_argument(fcinfo, 1, "after");
	require_argument(fcinfo, 2, "max_doses");
	selection.from = PG_GETARG_TIMESTAMPTZ(1);
	max_doses = PG_GETARG_INT32(2);
	require_finite(selection.from, "after");
	if (max_doses < 0)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_doses must not be negative"),
				 errdetail("It is %d.", max_doses)));

	selection.from++;
	selection.most = max_doses;
	list_doses(fcinfo, &selection);
	return (Datum) 0;
}

/*
 * Answer with the doses selected.  It only reads, with the caller's snapshot and
 * rights, so it runs wherever a SELECT does.
 */
static void
list_doses(FunctionCallInfo fcinfo, const DoseSelection *selection)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz	   now = GetCurrentTransactionStartTimestamp();
	Datum		   statuses[DOSE_NSTATUS];
	DoseStream	  *stream;
	Dose		   dose;
	Answer		  *answer;
	uint64		   ndoses = 0;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	answer = answer_open(result->setDesc, dose_columns, DOSE_NCOLUMNS);
	SPI_connect();

	for (int i = 0; i < DOSE_NSTATUS; i++)
		statuses[i] = CStringGetTextDatum(dose_status_names[i]);
	/* One more than allowed, so that nothing is left out unnoticed. */
	stream = dose_stream_open(PG_GETARG_DATUM(0), selection->from, selection->to,
							  (int) Min(selection->most, (uint64) Min(medsched_max_doses, INT_MAX - 1) + 1));
	while (ndoses < selection->most && dose_stream_next(stream, &dose))
	{
		if (dose.recorded != NULL && !selection->recorded_too)
			continue;
		check_dose_count(++ndoses);
		answer_set_dose(answer, &dose, now, statuses);
		tuplestore_putvalues(result->setResult, result->setDesc, answer->values, answer->isnull);
	}

	SPI_finish();
}

/* Set a row of the answer to a dose. */
static void
answer_set_dose(Answer *answer, const Dose *dose, TimestampTz now, const Datum *statuses)
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
	values[STATUS] = statuses[status_of_dose(dose, now)];
	values[DUE_AT] = TimestampTzGetDatum(dose->due_at);

	isnull[DOSE_ID] = values[DOSE_ID] == 0;
	isnull[DOSE_AMOUNT] = source->dose_amount == 0;
	isnull[DOSE_UNIT] = source->dose_unit == 0;
	isnull[INSTRUCTIONS] = source->instructions == 0;
	isnull[TAKEN_AT] = recorded == NULL || recorded->status == DOSE_SKIPPED;
	isnull[RECORDED_BY] = values[RECORDED_BY] == 0;

	answer_set(answer, values, isnull);
}

static DoseStatus
status_of_dose(const Dose *dose, TimestampTz at)
{
	DoseStatus status;

	if (dose->recorded != NULL)
		return dose->recorded->status;
	status = dose_status_at(dose->due_at, dose->source->grace, at);
	if (status == DOSE_DUE && dose->source->missed_when_next && dose_next_has_come(dose, at))
		return DOSE_MISSED;
	return status;
}
