/*-------------------------------------------------------------------------
 *
 * record.c
 *		Recording a dose: mark_dose_taken and mark_dose_taken_by_id.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "dose_id.h"
#include "plan.h"

/* The columns of the answer; the first are also what is recorded. */
enum
{
	USER_ID,
	SCHEDULE_ID,
	SCHEDULED_FOR,
	TAKEN_AT,
	RECORDED_BY,
	AMOUNT,
	NOTE,
	NPARAMETERS,
	OUTCOME = NPARAMETERS,
	REASON,
	RECORDED_AT,
	NSTORED,
	NEWLY_TAKEN = NSTORED,
	NCOLUMNS
};

#define STORED_COLUMNS                                                       \
	"d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, " \
	"d.amount, d.note, d.outcome, d.reason, d.recorded_at"

typedef struct DoseRecord
{
	Datum values[NCOLUMNS];
	bool  isnull[NCOLUMNS];
} DoseRecord;

/* How often a dose may be undone between our insert and our look at it. */
#define MAX_ATTEMPTS 10

PG_FUNCTION_INFO_V1(medsched_mark_dose_taken);
PG_FUNCTION_INFO_V1(medsched_mark_dose_taken_by_id);

static Datum mark_dose_taken(FunctionCallInfo fcinfo, DoseRecord *record);
static void	 take_argument(FunctionCallInfo fcinfo, int argument, DoseRecord *record, int column);
static void	 require(const DoseRecord *record, int column);
static void	 require_finite(const DoseRecord *record, int column);
static bool	 run_on_dose(SavedPlan *saved, DoseRecord *record, bool read_only, int expected);
static bool	 schedule_exists(const DoseRecord *record);
static char *column_text(PGFunction output, const DoseRecord *record, int column);

static const char *const column_names[NPARAMETERS] = {
	[USER_ID] = "user_id",
	[SCHEDULE_ID] = "schedule_id",
	[SCHEDULED_FOR] = "scheduled_for",
	[TAKEN_AT] = "taken_at",
	[RECORDED_BY] = "recorded_by",
	[AMOUNT] = "amount",
	[NOTE] = "note"};

static SavedPlan insert_dose = {
	"INSERT INTO medsched.dose_taken AS d "
	"(user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note) "
	"SELECT s.user_id, s.id, $3, $4, $5, $6, $7 FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 "
	"ON CONFLICT (user_id, scheduled_for, schedule_id) DO NOTHING "
	"RETURNING " STORED_COLUMNS,
	NPARAMETERS,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, NUMERICOID, TEXTOID},
	NULL};

static SavedPlan find_dose = {
	"SELECT " STORED_COLUMNS " FROM medsched.dose_taken AS d "
	"WHERE d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 "
	"AND d.scheduled_for OPERATOR(pg_catalog.=) $3",
	3,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL};

static SavedPlan find_schedule = {
	"SELECT FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL};

/*
 * medsched_mark_dose_taken records that a dose was taken.
 */
Datum
medsched_mark_dose_taken(PG_FUNCTION_ARGS)
{
	DoseRecord record;

	for (int i = 0; i < NPARAMETERS; i++)
		take_argument(fcinfo, i, &record, i);
	return mark_dose_taken(fcinfo, &record);
}

/*
 * medsched_mark_dose_taken_by_id does so for the handle of a dose.
 */
Datum
medsched_mark_dose_taken_by_id(PG_FUNCTION_ARGS)
{
	DoseRecord	record;
	text	   *handle;
	pg_uuid_t	schedule_id;
	TimestampTz scheduled_for;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("dose_id must not be null")));
	handle = PG_GETARG_TEXT_PP(1);
	if (!dose_id_read(VARDATA_ANY(handle), VARSIZE_ANY_EXHDR(handle), &schedule_id, &scheduled_for))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("malformed dose_id"),
				 errdetail("\"%s\" is not the handle of a dose.",
						   text_to_cstring(DatumGetTextPP(DirectFunctionCall2(text_left, PG_GETARG_DATUM(1), Int32GetDatum(120))))),
				 errhint("Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.")));

	take_argument(fcinfo, 0, &record, USER_ID);
	record.values[SCHEDULE_ID] = UUIDPGetDatum(&schedule_id);
	record.isnull[SCHEDULE_ID] = false;
	record.values[SCHEDULED_FOR] = TimestampTzGetDatum(scheduled_for);
	record.isnull[SCHEDULED_FOR] = false;
	for (int i = TAKEN_AT; i < NPARAMETERS; i++)
		take_argument(fcinfo, i - TAKEN_AT + 2, &record, i);
	return mark_dose_taken(fcinfo, &record);
}

/*
 * mark_dose_taken records the dose, or finds it recorded; returns the row.
 *
 * When another session is recording the same dose, the insert waits for it,
 * inserts nothing, and the look that follows sees what the other recorded.  By
 * then the dose may have been undone: try again.
 */
static Datum
mark_dose_taken(FunctionCallInfo fcinfo, DoseRecord *record)
{
	TupleDesc		descriptor;
	HeapTupleHeader answer;
	bool			newly_taken = false;
	bool			recorded = false;

	require(record, USER_ID);
	require(record, SCHEDULE_ID);
	require(record, SCHEDULED_FOR);
	require(record, TAKEN_AT);
	require_finite(record, SCHEDULED_FOR);
	require_finite(record, TAKEN_AT);
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	descriptor = BlessTupleDesc(descriptor);

	SPI_connect();
	for (int attempt = 0; !recorded && attempt < MAX_ATTEMPTS; attempt++)
	{
		CHECK_FOR_INTERRUPTS();
		newly_taken = recorded = run_on_dose(&insert_dose, record, false, SPI_OK_INSERT_RETURNING);
		if (!recorded)
			recorded = run_on_dose(&find_dose, record, false, SPI_OK_SELECT);
		if (!recorded && !schedule_exists(record))
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND),
					 errmsg("schedule \"%s\" not found", column_text(uuid_out, record, SCHEDULE_ID)),
					 errdetail("User \"%s\" has no schedule by that id.", column_text(uuid_out, record, USER_ID))));
	}
	if (!recorded)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not record the dose at %s", column_text(timestamptz_out, record, SCHEDULED_FOR)),
				 errdetail("It is not recorded, and inserting it inserted nothing."),
				 errhint("A trigger may suppress the insert, or other sessions record and undo the same dose: try again.")));
	if (strcmp(TextDatumGetCString(record->values[OUTCOME]), "taken") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the dose at %s is already recorded as skipped", column_text(timestamptz_out, record, SCHEDULED_FOR)),
				 errhint("If it was taken after all, call medsched.undo_dose() first."),
				 err_generic_string(PG_DIAG_SCHEMA_NAME, "medsched"),
				 err_generic_string(PG_DIAG_TABLE_NAME, "dose_taken"),
				 err_generic_string(PG_DIAG_CONSTRAINT_NAME, "dose_already_skipped")));

	record->values[NEWLY_TAKEN] = BoolGetDatum(newly_taken);
	record->isnull[NEWLY_TAKEN] = false;
	answer = SPI_returntuple(heap_form_tuple(descriptor, record->values, record->isnull), descriptor);
	SPI_finish();
	PG_RETURN_HEAPTUPLEHEADER(answer);
}

static void
take_argument(FunctionCallInfo fcinfo, int argument, DoseRecord *record, int column)
{
	record->isnull[column] = PG_ARGISNULL(argument);
	record->values[column] = PG_ARGISNULL(argument) ? 0 : PG_GETARG_DATUM(argument);
}

static void
require(const DoseRecord *record, int column)
{
	if (record->isnull[column])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", column_names[column])));
}

static void
require_finite(const DoseRecord *record, int column)
{
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(record->values[column])))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be finite", column_names[column])));
}

/* Run a query whose parameters the record's columns begin with; false: no row. */
static bool
run_on_dose(SavedPlan *saved, DoseRecord *record, bool read_only, int expected)
{
	char nulls[NPARAMETERS];

	for (int i = 0; i < saved->nargs; i++)
		nulls[i] = record->isnull[i] ? 'n' : ' ';
	run_plan(saved, record->values, nulls, read_only, expected, 1);
	if (SPI_processed == 0)
		return false;
	heap_deform_tuple(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, record->values, record->isnull);
	return true;
}

/*
 * Whether the user has the schedule, as the caller may see it.
 */
static bool
schedule_exists(const DoseRecord *record)
{
	Datum key[2] = {record->values[USER_ID], record->values[SCHEDULE_ID]};

	run_plan(&find_schedule, key, NULL, false, SPI_OK_SELECT, 1);
	return SPI_processed > 0;
}

static char *
column_text(PGFunction output, const DoseRecord *record, int column)
{
	return DatumGetCString(DirectFunctionCall1(output, record->values[column]));
}
