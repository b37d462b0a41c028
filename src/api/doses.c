/*-------------------------------------------------------------------------
 *
 * doses.c
 *		The functions that list a user's doses.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "api/list_doses.h"
#include "base/answer.h"
#include "base/arguments.h"
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
	DOSE_NCOLUMNS
};

static const AnswerColumn columns[DOSE_NCOLUMNS] = {
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
	[STATUS] = {"status", TEXTOID}};

PG_FUNCTION_INFO_V1(medsched_upcoming_doses);
PG_FUNCTION_INFO_V1(medsched_next_doses);
PG_FUNCTION_INFO_V1(medsched_dose_status);
PG_FUNCTION_INFO_V1(medsched_grace_ended_before);
PG_FUNCTION_INFO_V1(medsched_is_on_time);

/* Which doses a function lists. */
typedef struct DoseSelection
{
	TimestampTz from;
	TimestampTz to;
	bool		recorded_too;
	uint64		most; /* then stop */
} DoseSelection;

/* As the table's CHECK has it. */
#define MAX_GRACE (366 * USECS_PER_DAY)

static int64	  grace_argument(FunctionCallInfo fcinfo, int argument);
static DoseStatus recorded_status(const char *outcome);
static void		  list_doses(FunctionCallInfo fcinfo, const DoseSelection *selection);
static void		  set_dose(Answer *answer, const Dose *dose, TimestampTz now, const Datum *statuses);

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
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_doses must not be negative"),
				 errdetail("It is %d.", max_doses)));

	selection.from++;
	selection.most = max_doses;
	list_doses(fcinfo, &selection);
	return (Datum) 0;
}

/* The grace in an argument, a schedule's own: NULL where it has none. */
static int64
grace_argument(FunctionCallInfo fcinfo, int argument)
{
	int64 grace;

	if (PG_ARGISNULL(argument))
		return default_grace();
	grace = interval_microseconds(PG_GETARG_INTERVAL_P(argument));
	if (grace < 0 || grace > MAX_GRACE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grace must be from 0 to 366 days"),
				 errdetail("It is %s.", DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(argument))))));
	return grace;
}

/* The status of a dose that was recorded with an outcome. */
static DoseStatus
recorded_status(const char *outcome)
{
	static const DoseStatus statuses[] = {DOSE_TAKEN, DOSE_SKIPPED};

	for (size_t i = 0; i < lengthof(statuses); i++)
	{
		if (strcmp(outcome, dose_status_names[statuses[i]]) == 0)
			return statuses[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized outcome \"%s\"", short_text(outcome)),
			 errhint("An outcome is \"taken\", \"skipped\", or null for a dose that is not recorded.")));
}

/*
 * medsched_dose_status is the status of one dose, as the functions that list
 * doses give it: outcome is NULL for a dose not recorded.
 */
Datum
medsched_dose_status(PG_FUNCTION_ARGS)
{
	int64	   grace = grace_argument(fcinfo, 2);
	DoseStatus status;

	require_argument(fcinfo, 0, "scheduled_for");
	require_finite(PG_GETARG_TIMESTAMPTZ(0), "scheduled_for");
	if (PG_ARGISNULL(1))
		status = dose_status_at(PG_GETARG_TIMESTAMPTZ(0), grace, GetCurrentTransactionStartTimestamp());
	else
		status = recorded_status(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_TEXT_P(cstring_to_text(dose_status_names[status]));
}

/*
 * medsched_grace_ended_before is the instant before which doses that are not
 * recorded are missed.
 */
Datum
medsched_grace_ended_before(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(GetCurrentTransactionStartTimestamp() - grace_argument(fcinfo, 0));
}

/*
 * medsched_is_on_time is whether a dose was taken within the grace of its time.
 */
Datum
medsched_is_on_time(PG_FUNCTION_ARGS)
{
	int64 grace = grace_argument(fcinfo, 2);
	int64 difference;

	require_argument(fcinfo, 0, "scheduled_for");
	require_finite(PG_GETARG_TIMESTAMPTZ(0), "scheduled_for");
	if (PG_ARGISNULL(1))
		PG_RETURN_BOOL(false);
	require_finite(PG_GETARG_TIMESTAMPTZ(1), "taken_at");

	/* The first and the last instant that there are lie further apart than fits. */
	if (pg_sub_s64_overflow(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_TIMESTAMPTZ(0), &difference))
		PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(-grace <= difference && difference <= grace);
}

/*
 * It only reads, with the caller's snapshot and rights, so it runs wherever a
 * SELECT does.
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
	answer = answer_open(result->setDesc, columns, DOSE_NCOLUMNS);
	SPI_connect();

	for (int i = 0; i < DOSE_NSTATUS; i++)
		statuses[i] = CStringGetTextDatum(dose_status_names[i]);
	stream = dose_stream_open(PG_GETARG_DATUM(0), selection->from, selection->to);
	while (ndoses < selection->most && dose_stream_next(stream, &dose))
	{
		if (dose.recorded != NULL && !selection->recorded_too)
			continue;
		check_dose_count(++ndoses);
		set_dose(answer, &dose, now, statuses);
		tuplestore_putvalues(result->setResult, result->setDesc, answer->values, answer->isnull);
	}

	SPI_finish();
}

/* Set a row of the answer to a dose. */
static void
set_dose(Answer *answer, const Dose *dose, TimestampTz now, const Datum *statuses)
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

	answer_set(answer, values, isnull);
}
