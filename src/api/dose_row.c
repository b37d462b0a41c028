/*-------------------------------------------------------------------------
 *
 * dose_row.c
 *		A row of medsched.dose_taken, from a function's arguments and back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "api/dose_row.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/message.h"
#include "functions/dose_id.h"

const AnswerColumn dose_row_columns[ROW_NSTORED] = {
	[ROW_USER_ID] = {"user_id", UUIDOID},
	[ROW_SCHEDULE_ID] = {"schedule_id", UUIDOID},
	[ROW_SCHEDULED_FOR] = {"scheduled_for", TIMESTAMPTZOID},
	[ROW_TAKEN_AT] = {"taken_at", TIMESTAMPTZOID},
	[ROW_RECORDED_BY] = {"recorded_by", TEXTOID},
	[ROW_AMOUNT] = {"amount", NUMERICOID},
	[ROW_NOTE] = {"note", TEXTOID},
	[ROW_OUTCOME] = {"outcome", TEXTOID},
	[ROW_REASON] = {"reason", TEXTOID},
	[ROW_DESPITE_LIMITS] = {"despite_limits", TEXTOID},
	[ROW_RECORDED_AT] = {"recorded_at", TIMESTAMPTZOID}};

static SavedPlan find_dose_schedule = {
	"SELECT s.as_needed FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULES_AS_NEEDED}};

PG_FUNCTION_INFO_V1(medsched_read_dose_id);

static void read_handle(FunctionCallInfo fcinfo, int argument, pg_uuid_t *schedule_id, TimestampTz *scheduled_for);
static bool has_schedule(const DoseRow *row);

/*
 * medsched_read_dose_id gives the schedule and the time of the dose that a handle names.
 */
Datum
medsched_read_dose_id(PG_FUNCTION_ARGS)
{
	pg_uuid_t	schedule_id;
	TimestampTz scheduled_for;
	TupleDesc	descriptor;
	Datum		values[2];
	bool		isnull[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	read_handle(fcinfo, 0, &schedule_id, &scheduled_for);
	values[0] = UUIDPGetDatum(&schedule_id);
	values[1] = TimestampTzGetDatum(scheduled_for);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, isnull)));
}

void
dose_row_set(DoseRow *row, DoseColumn column, Datum value)
{
	row->isnull[column] = false;
	row->values[column] = value;
}

void
dose_row_set_null(DoseRow *row, DoseColumn column)
{
	row->isnull[column] = true;
	row->values[column] = 0;
}

void
dose_row_set_argument(DoseRow *row, DoseColumn column, FunctionCallInfo fcinfo, int argument)
{
	Oid type = dose_row_columns[column].type;

	/* Read a text or a number whole now: an error that shows it cannot read a table. */
	if (PG_ARGISNULL(argument))
		dose_row_set_null(row, column);
	else if (type == TEXTOID || type == NUMERICOID)
		dose_row_set(row, column, PointerGetDatum(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(argument))));
	else
		dose_row_set(row, column, PG_GETARG_DATUM(argument));
}

void
dose_row_set_key(DoseRow *row, FunctionCallInfo fcinfo)
{
	for (DoseColumn column = 0; column < ROW_NKEYS; column++)
		dose_row_set_argument(row, column, fcinfo, column);
}

void
dose_row_set_handle(DoseRow *row, FunctionCallInfo fcinfo)
{
	pg_uuid_t  *schedule_id = palloc(sizeof(pg_uuid_t));
	TimestampTz scheduled_for;

	read_handle(fcinfo, 1, schedule_id, &scheduled_for);
	dose_row_set_argument(row, ROW_USER_ID, fcinfo, 0);
	dose_row_set(row, ROW_SCHEDULE_ID, UUIDPGetDatum(schedule_id));
	dose_row_set(row, ROW_SCHEDULED_FOR, TimestampTzGetDatum(scheduled_for));
}

/* Read the handle of a dose in an argument. */
static void
read_handle(FunctionCallInfo fcinfo, int argument, pg_uuid_t *schedule_id, TimestampTz *scheduled_for)
{
	text *handle;

	require_argument(fcinfo, argument, "dose_id");
	handle = PG_GETARG_TEXT_PP(argument);
	if (!dose_id_read(VARDATA_ANY(handle), VARSIZE_ANY_EXHDR(handle), schedule_id, scheduled_for))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("malformed dose_id"),
				 errdetail("\"%s\" is not the handle of a dose.",
						   text_to_cstring(DatumGetTextPP(DirectFunctionCall2(text_left, PG_GETARG_DATUM(argument), Int32GetDatum(120))))),
				 errhint("Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.")));
}

void
dose_row_require(const DoseRow *row, DoseColumn column)
{
	if (row->isnull[column])
		ereport(ERROR,
				(errcode_medsched(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", dose_row_columns[column].name)));
}

void
dose_row_require_key(const DoseRow *row)
{
	for (DoseColumn column = 0; column < ROW_NKEYS; column++)
		dose_row_require(row, column);
}

void
dose_row_require_instant(const DoseRow *row, DoseColumn column)
{
	require_instant(DatumGetTimestampTz(row->values[column]), dose_row_columns[column].name);
}

bool
dose_row_run(SavedPlan *saved, DoseRow *row, int expected)
{
	if (!dose_row_execute(saved, row, expected))
		return false;
	read_row(saved, 0, row->values, row->isnull);
	return true;
}

bool
dose_row_execute(SavedPlan *saved, DoseRow *row, int expected)
{
	char nulls[ROW_NPARAMETERS];

	for (int i = 0; i < saved->nargs; i++)
		nulls[i] = row->isnull[i] ? 'n' : ' ';
	run_plan(saved, row->values, nulls, false, expected, 1);
	return SPI_processed > 0;
}

void
dose_row_require_schedule(const DoseRow *row)
{
	if (!has_schedule(row))
		refuse_unknown("schedule", row->values[ROW_SCHEDULE_ID], row->values[ROW_USER_ID]);
}

bool
dose_row_is_as_needed(const DoseRow *row)
{
	return has_schedule(row) && DatumGetBool(read_single(&find_dose_schedule, 0, NULL));
}

/* Find the row's schedule, where the caller may see it. */
static bool
has_schedule(const DoseRow *row)
{
	Datum key[2] = {row->values[ROW_USER_ID], row->values[ROW_SCHEDULE_ID]};

	run_plan(&find_dose_schedule, key, NULL, false, SPI_OK_SELECT, 1);
	return SPI_processed > 0;
}
