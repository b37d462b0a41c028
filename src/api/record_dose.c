/*-------------------------------------------------------------------------
 *
 * record_dose.c
 *		Recording what became of a dose, and taking it back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "functions/dose_id.h"
#include "base/message.h"
#include "tables/refusal.h"
#include "tables/saved_plan.h"
#include "api/record_dose.h"
#include "base/answer.h"
#include "base/arguments.h"

#define STORED_COLUMNS                                                       \
	"d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, " \
	"d.amount, d.note, d.outcome, d.reason, d.recorded_at"

#define STORED_COLUMN_LIST                                                                                 \
	DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_TAKEN_AT,             \
		DOSE_TAKEN_RECORDED_BY, DOSE_TAKEN_AMOUNT, DOSE_TAKEN_NOTE, DOSE_TAKEN_OUTCOME, DOSE_TAKEN_REASON, \
		DOSE_TAKEN_RECORDED_AT

#define IS_THE_DOSE                                                                    \
	"d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 " \
	"AND d.scheduled_for OPERATOR(pg_catalog.=) $3 "

/* How often a dose may be undone between our insert and our look at it. */
#define MAX_ATTEMPTS 10

/* NEWLY_RECORDED has a name for each outcome. */
static const AnswerColumn columns[NCOLUMNS] = {
	[USER_ID] = {"user_id", UUIDOID},
	[SCHEDULE_ID] = {"schedule_id", UUIDOID},
	[SCHEDULED_FOR] = {"scheduled_for", TIMESTAMPTZOID},
	[TAKEN_AT] = {"taken_at", TIMESTAMPTZOID},
	[RECORDED_BY] = {"recorded_by", TEXTOID},
	[AMOUNT] = {"amount", NUMERICOID},
	[NOTE] = {"note", TEXTOID},
	[OUTCOME] = {"outcome", TEXTOID},
	[REASON] = {"reason", TEXTOID},
	[RECORDED_AT] = {"recorded_at", TIMESTAMPTZOID}};

static const AnswerColumn newly_recorded_columns[] = {
	[OUTCOME_TAKEN] = {"newly_taken", BOOLOID},
	[OUTCOME_SKIPPED] = {"newly_skipped", BOOLOID}};

static const char *const outcome_names[] = {
	[OUTCOME_TAKEN] = "taken",
	[OUTCOME_SKIPPED] = "skipped"};

static SavedPlan insert_dose = {
	"INSERT INTO medsched.dose_taken AS d "
	"(user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason) "
	"SELECT s.user_id, s.id, $3, $4, $5, $6, $7, $8, $9 FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 "
	"ON CONFLICT (user_id, scheduled_for, schedule_id) DO NOTHING "
	"RETURNING " STORED_COLUMNS,
	NPARAMETERS,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, NUMERICOID, TEXTOID, TEXTOID, TEXTOID},
	NULL,
	{STORED_COLUMN_LIST}};

static SavedPlan find_dose = {
	"SELECT " STORED_COLUMNS " FROM medsched.dose_taken AS d WHERE " IS_THE_DOSE,
	NKEYS,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{STORED_COLUMN_LIST}};

static SavedPlan delete_dose = {
	"DELETE FROM medsched.dose_taken AS d WHERE " IS_THE_DOSE "RETURNING " STORED_COLUMNS,
	NKEYS,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{STORED_COLUMN_LIST}};

static SavedPlan find_schedule = {
	"SELECT s.as_needed FROM medsched.schedules AS s "
	"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2",
	2,
	{UUIDOID, UUIDOID},
	NULL,
	{SCHEDULES_AS_NEEDED}};

static void				require_column(const DoseRecord *record, RecordColumn column);
static void				require_instant_column(const DoseRecord *record, RecordColumn column);
pg_noreturn static void refuse_unknown_schedule(const DoseRecord *record);
static void				require_dose(const DoseRecord *record);
static bool				insert_new_dose(DoseRecord *record);
static bool				run_on_dose(SavedPlan *saved, DoseRecord *record, int expected);
static bool				schedule_exists(const DoseRecord *record);
static bool				schedule_is_as_needed(const DoseRecord *record);
pg_noreturn static void refuse_other_outcome(const DoseRecord *record);

void
set_column(DoseRecord *record, RecordColumn column, Datum value)
{
	record->isnull[column] = false;
	record->values[column] = value;
}

void
set_null(DoseRecord *record, RecordColumn column)
{
	record->isnull[column] = true;
	record->values[column] = 0;
}

void
set_argument(DoseRecord *record, RecordColumn column, FunctionCallInfo fcinfo, int argument)
{
	record->isnull[column] = PG_ARGISNULL(argument);
	record->values[column] = PG_ARGISNULL(argument) ? 0 : PG_GETARG_DATUM(argument);
}

void
set_dose_from_handle(DoseRecord *record, FunctionCallInfo fcinfo)
{
	pg_uuid_t  *schedule_id = palloc(sizeof(pg_uuid_t));
	text	   *handle;
	TimestampTz scheduled_for;

	require_argument(fcinfo, 1, "dose_id");
	handle = PG_GETARG_TEXT_PP(1);
	if (!dose_id_read(VARDATA_ANY(handle), VARSIZE_ANY_EXHDR(handle), schedule_id, &scheduled_for))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("malformed dose_id"),
				 errdetail("\"%s\" is not the handle of a dose.",
						   text_to_cstring(DatumGetTextPP(DirectFunctionCall2(text_left, PG_GETARG_DATUM(1), Int32GetDatum(120))))),
				 errhint("Pass a dose_id as medsched.upcoming_doses() or medsched.dose_id() gave it.")));

	set_argument(record, USER_ID, fcinfo, 0);
	set_column(record, SCHEDULE_ID, UUIDPGetDatum(schedule_id));
	set_column(record, SCHEDULED_FOR, TimestampTzGetDatum(scheduled_for));
}

static void
require_column(const DoseRecord *record, RecordColumn column)
{
	if (record->isnull[column])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", columns[column].name)));
}

static void
require_instant_column(const DoseRecord *record, RecordColumn column)
{
	require_instant(DatumGetTimestampTz(record->values[column]), columns[column].name);
}

static void
refuse_unknown_schedule(const DoseRecord *record)
{
	refuse_unknown("schedule", record->values[SCHEDULE_ID], record->values[USER_ID]);
}

/*
 * When another session is recording the same dose, the insert waits for it,
 * inserts nothing, and the look that follows sees what the other recorded.  By
 * then the dose may have been undone: try again.
 */
Datum
record_dose(FunctionCallInfo fcinfo, DoseRecord *record, DoseOutcome outcome)
{
	AnswerColumn	all_columns[NCOLUMNS];
	Answer		   *answer;
	TupleDesc		descriptor;
	HeapTupleHeader row;
	bool			newly_recorded = false;
	bool			recorded = false;

	require_dose(record);
	if (outcome == OUTCOME_TAKEN)
		require_column(record, TAKEN_AT);
	require_instant_column(record, SCHEDULED_FOR);
	if (outcome == OUTCOME_TAKEN)
		require_instant_column(record, TAKEN_AT);
	set_column(record, OUTCOME, CStringGetTextDatum(outcome_names[outcome]));
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	descriptor = BlessTupleDesc(descriptor);
	memcpy(all_columns, columns, sizeof(columns));
	all_columns[NEWLY_RECORDED] = newly_recorded_columns[outcome];
	answer = answer_open(descriptor, all_columns, NCOLUMNS);

	SPI_connect();
	for (int attempt = 0; !recorded && attempt < MAX_ATTEMPTS; attempt++)
	{
		CHECK_FOR_INTERRUPTS();
		newly_recorded = recorded = insert_new_dose(record);
		if (!recorded)
			recorded = run_on_dose(&find_dose, record, SPI_OK_SELECT);
		if (!recorded && !schedule_exists(record))
			refuse_unknown_schedule(record);
	}
	if (!recorded)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not record the dose at %s", instant_text(DatumGetTimestampTz(record->values[SCHEDULED_FOR]))),
				 errdetail("It is not recorded, and inserting it inserted nothing."),
				 errhint("A trigger may suppress the insert, or other sessions record and undo the same dose: try again.")));
	if (strcmp(TextDatumGetCString(record->values[OUTCOME]), outcome_names[outcome]) != 0)
		refuse_other_outcome(record);

	set_column(record, NEWLY_RECORDED, BoolGetDatum(newly_recorded));
	answer_set(answer, record->values, record->isnull);
	row = SPI_returntuple(heap_form_tuple(descriptor, answer->values, answer->isnull), descriptor);
	SPI_finish();
	PG_RETURN_HEAPTUPLEHEADER(row);
}

void
undo_dose(FunctionCallInfo fcinfo, DoseRecord *record)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Answer		  *answer;

	require_dose(record);
	require_finite(DatumGetTimestampTz(record->values[SCHEDULED_FOR]), columns[SCHEDULED_FOR].name);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	answer = answer_open(result->setDesc, columns, NSTORED);

	SPI_connect();
	if (run_on_dose(&delete_dose, record, SPI_OK_DELETE_RETURNING))
	{
		answer_set(answer, record->values, record->isnull);
		tuplestore_putvalues(result->setResult, result->setDesc, answer->values, answer->isnull);
	}
	else if (!schedule_exists(record))
		refuse_unknown_schedule(record);
	SPI_finish();
}

static void
require_dose(const DoseRecord *record)
{
	for (RecordColumn column = 0; column < NKEYS; column++)
		require_column(record, column);
}

/* Insert a dose; false: it was there, or there is no such schedule. */
static bool
insert_new_dose(DoseRecord *record)
{
	MemoryContext context = CurrentMemoryContext;
	bool		  inserted = false;

	PG_TRY();
	{
		inserted = run_on_dose(&insert_dose, record, SPI_OK_INSERT_RETURNING);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		rethrow_dose(record->isnull[AMOUNT] ? NULL : &record->values[AMOUNT],
					 record->isnull[RECORDED_BY] ? NULL : &record->values[RECORDED_BY]);
	}
	PG_END_TRY();
	return inserted;
}

/* Run a query whose parameters the record's columns begin with; false: no row. */
static bool
run_on_dose(SavedPlan *saved, DoseRecord *record, int expected)
{
	char nulls[NPARAMETERS];

	for (int i = 0; i < saved->nargs; i++)
		nulls[i] = record->isnull[i] ? 'n' : ' ';
	run_plan(saved, record->values, nulls, false, expected, 1);
	if (SPI_processed == 0)
		return false;
	read_row(saved, 0, record->values, record->isnull);
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

static bool
schedule_is_as_needed(const DoseRecord *record)
{
	return schedule_exists(record) && DatumGetBool(read_single(&find_schedule, 0, NULL));
}

/* Say what is there, and how to change it. */
static void
refuse_other_outcome(const DoseRecord *record)
{
	bool		skipped = record->isnull[TAKEN_AT];
	const char *at = instant_text(DatumGetTimestampTz(record->values[SCHEDULED_FOR]));
	const char *hint;

	if (skipped)
		hint = "If it was taken after all, call medsched.undo_dose() first.";
	else if (schedule_is_as_needed(record))
		hint = "A dose as needed is never skipped; if it was not taken after all, call medsched.undo_dose() alone.";
	else
		hint = "If it was not taken after all, call medsched.undo_dose() first.";

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the dose at %s is already recorded as %s", at, skipped ? "skipped" : "taken"),
			 !skipped				   ? errdetail("It was taken at %s.", instant_text(DatumGetTimestampTz(record->values[TAKEN_AT])))
			 : !record->isnull[REASON] ? errdetail("The reason given is \"%s\".", TextDatumGetCString(record->values[REASON]))
									   : 0,
			 errhint("%s", hint),
			 err_generic_string(PG_DIAG_SCHEMA_NAME, "medsched"),
			 err_generic_string(PG_DIAG_TABLE_NAME, "dose_taken"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, skipped ? "dose_already_skipped" : "dose_already_taken")));
}
