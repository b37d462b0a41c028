/*-------------------------------------------------------------------------
 *
 * list_doses.c
 *		The functions that list the doses of a user, or of several.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "api/dose_status.h"
#include "api/dose_stream.h"
#include "base/answer.h"
#include "base/arguments.h"
#include "base/medsched.h"
#include "base/message.h"
#include "tables/tables.h"

/* The columns of the answer; an answer about one user is without the first. */
enum
{
	USER_ID,
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
	[USER_ID] = {"user_id", UUIDOID},
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
PG_FUNCTION_INFO_V1(medsched_upcoming_doses_of);
PG_FUNCTION_INFO_V1(medsched_next_doses_of);

/* As many users a call may be about: the schedules of all are in memory at once. */
#define MAX_USERS 1000

/* Whose doses a function lists. */
typedef struct Users
{
	const Datum *ids; /* ascending */
	int			 n;
	bool		 named; /* each row says whose it is */
} Users;

/* Which doses a function lists. */
typedef struct DoseSelection
{
	TimestampTz from;
	TimestampTz to;
	bool		recorded_too;
	uint64		most; /* of each user's, then stop */
} DoseSelection;

static DoseSelection select_window(FunctionCallInfo fcinfo);
static DoseSelection select_next(FunctionCallInfo fcinfo);
static Users		 user_argument(FunctionCallInfo fcinfo);
static Users		 users_argument(FunctionCallInfo fcinfo);
static void			 list_doses(FunctionCallInfo fcinfo, const Users *users, const DoseSelection *selection);
static void			 answer_set_dose(Answer *answer, int first, const Dose *dose, TimestampTz now, const Datum *statuses);
static DoseStatus	 status_of_dose(const Dose *dose, TimestampTz at);

/*
 * medsched_upcoming_doses lists a user's doses in a window, recorded or not.
 */
Datum
medsched_upcoming_doses(PG_FUNCTION_ARGS)
{
	Users		  user = user_argument(fcinfo);
	DoseSelection selection = select_window(fcinfo);

	list_doses(fcinfo, &user, &selection);
	return (Datum) 0;
}

/*
 * medsched_upcoming_doses_of lists those of several users.
 */
Datum
medsched_upcoming_doses_of(PG_FUNCTION_ARGS)
{
	Users		  users = users_argument(fcinfo);
	DoseSelection selection = select_window(fcinfo);

	list_doses(fcinfo, &users, &selection);
	return (Datum) 0;
}

/*
 * medsched_next_doses lists a user's earliest doses after an instant that are
 * not recorded, however far ahead they lie.
 */
Datum
medsched_next_doses(PG_FUNCTION_ARGS)
{
	Users		  user = user_argument(fcinfo);
	DoseSelection selection = select_next(fcinfo);

	list_doses(fcinfo, &user, &selection);
	return (Datum) 0;
}

/*
 * medsched_next_doses_of lists those of several users.
 */
Datum
medsched_next_doses_of(PG_FUNCTION_ARGS)
{
	Users		  users = users_argument(fcinfo);
	DoseSelection selection = select_next(fcinfo);

	list_doses(fcinfo, &users, &selection);
	return (Datum) 0;
}

/* Read a window: all doses in it. */
static DoseSelection
select_window(FunctionCallInfo fcinfo)
{
	DoseSelection selection = {.recorded_too = true, .most = PG_UINT64_MAX};

	require_argument(fcinfo, 1, "window_start");
	require_argument(fcinfo, 2, "window_end");
	selection.from = PG_GETARG_TIMESTAMPTZ(1);
	selection.to = PG_GETARG_TIMESTAMPTZ(2);
	check_window(selection.from, selection.to);
	return selection;
}

/* Read an instant and a number: so many after it that are not recorded. */
static DoseSelection
select_next(FunctionCallInfo fcinfo)
{
	DoseSelection selection = {.to = DT_NOEND, .recorded_too = false};
	int			  max_doses;

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
	return selection;
}

static Users
user_argument(FunctionCallInfo fcinfo)
{
	Users  user = {.n = 1, .named = false};
	Datum *id = palloc(sizeof(Datum));

	require_argument(fcinfo, 0, "user_id");
	*id = PG_GETARG_DATUM(0);
	user.ids = id;
	return user;
}

/* Read an array of users: each one once. */
static Users
users_argument(FunctionCallInfo fcinfo)
{
	Users	   users = {.n = 0, .named = true};
	ArrayType *array;
	Datum	  *ids;
	bool	  *isnull;
	int		   n;

	require_argument(fcinfo, 0, "user_ids");
	array = PG_GETARG_ARRAYTYPE_P(0);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("user_ids must have one dimension")));
	deconstruct_array(array, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &ids, &isnull, &n);
	for (int i = 0; i < n; i++)
	{
		if (isnull[i])
			ereport(ERROR,
					(errcode_medsched(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("user_ids must not contain null")));
	}
	users.n = unique_ids(ids, n);
	if (users.n > MAX_USERS)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d users", MAX_USERS),
				 errdetail("They are %d.", users.n),
				 errhint("Ask for at most 1000 at a time.")));
	users.ids = ids;
	return users;
}

/*
 * Answer with the doses selected.  It only reads, with the caller's snapshot and
 * rights, so it runs wherever a SELECT does.
 */
static void
list_doses(FunctionCallInfo fcinfo, const Users *users, const DoseSelection *selection)
{
	int			   first = users->named ? USER_ID : USER_ID + 1;
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz	   now = GetCurrentTransactionStartTimestamp();
	Datum		   statuses[DOSE_NSTATUS];
	DoseStream	  *stream;
	Dose		   dose;
	Answer		  *answer;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (users->n == 0)
	{
		check_tables();
		return;
	}
	answer = answer_open(result->setDesc, dose_columns + first, DOSE_NCOLUMNS - first);
	SPI_connect();

	for (int i = 0; i < DOSE_NSTATUS; i++)
		statuses[i] = CStringGetTextDatum(dose_status_names[i]);
	/* One more than allowed, so that nothing is left out unnoticed. */
	stream = dose_stream_open(users->ids, users->n, selection->from, selection->to,
							  (int) Min(selection->most, (uint64) Min(medsched_max_doses, INT_MAX - 1) + 1));
	while (selection->most > 0 && dose_stream_next(stream, &dose))
	{
		DoseSources *of = dose.source->of;

		if (dose.recorded != NULL && !selection->recorded_too)
			continue;
		check_dose_count(++of->nlisted);
		of->full = of->nlisted == selection->most;
		answer_set_dose(answer, first, &dose, now, statuses);
		tuplestore_putvalues(result->setResult, result->setDesc, answer->values, answer->isnull);
	}

	SPI_finish();
}

/* Set a row of the answer, of the columns from first on, to a dose. */
static void
answer_set_dose(Answer *answer, int first, const Dose *dose, TimestampTz now, const Datum *statuses)
{
	const DoseSource   *source = dose->source;
	const RecordedDose *recorded = dose->recorded;
	Datum				values[DOSE_NCOLUMNS];
	bool				isnull[DOSE_NCOLUMNS] = {0};

	values[USER_ID] = source->of->user_id;
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

	answer_set(answer, values + first, isnull + first);
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
