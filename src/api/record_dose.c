/*-------------------------------------------------------------------------
 *
 * record_dose.c
 *		The functions that record what became of a dose.
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

#include "api/dose_by_key.h"
#include "api/dose_row.h"
#include "base/arguments.h"
#include "base/compat.h"
#include "base/message.h"

/* How often a dose may be undone between our insert and our look at it. */
#define MAX_ATTEMPTS 10

typedef enum DoseOutcome
{
	OUTCOME_TAKEN,
	OUTCOME_SKIPPED
} DoseOutcome;

static const char *const outcome_names[] = {
	[OUTCOME_TAKEN] = "taken",
	[OUTCOME_SKIPPED] = "skipped"};

static const AnswerColumn newly_recorded_columns[] = {
	[OUTCOME_TAKEN] = {"newly_taken", BOOLOID},
	[OUTCOME_SKIPPED] = {"newly_skipped", BOOLOID}};

#define INSERT_DOSE                         \
	"INSERT INTO medsched.dose_taken AS d " \
	"(user_id, schedule_id, scheduled_for, taken_at, recorded_by, amount, note, outcome, reason{despite_limits?, despite_limits|}) "
#define GIVEN_VALUES "$3, $4, $5, $6, $7, $8, $9{despite_limits?, $10|}"
#define UNLESS_THERE "ON CONFLICT (user_id, scheduled_for, schedule_id) DO NOTHING "
#define PARAMETER_TYPES                                                                                           \
	{                                                                                                             \
		UUIDOID, UUIDOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID, NUMERICOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID \
	}

static SavedPlan insert_dose = {
	INSERT_DOSE "SELECT s.user_id, s.id, " GIVEN_VALUES " FROM medsched.schedules AS s "
				"WHERE s.user_id OPERATOR(pg_catalog.=) $1 AND s.id OPERATOR(pg_catalog.=) $2 " UNLESS_THERE
				"RETURNING " DOSE_ROW_COLUMNS,
	ROW_NPARAMETERS,
	PARAMETER_TYPES,
	NULL,
	{DOSE_ROW_COLUMN_LIST}};

/* The same of a schedule that was looked up. */
static SavedPlan insert_dose_of_schedule = {
	INSERT_DOSE "VALUES ($1, $2, " GIVEN_VALUES ") " UNLESS_THERE "RETURNING d.ctid",
	ROW_NPARAMETERS,
	PARAMETER_TYPES,
	NULL,
	{COMPUTED_PLACE}};

static SavedPlan find_dose = {
	"SELECT " DOSE_ROW_COLUMNS " FROM medsched.dose_taken AS d WHERE " DOSE_ROW_HAS_KEY,
	ROW_NKEYS,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_ROW_COLUMN_LIST}};

PG_FUNCTION_INFO_V1(medsched_mark_dose_taken);
PG_FUNCTION_INFO_V1(medsched_mark_dose_taken_by_id);
PG_FUNCTION_INFO_V1(medsched_skip_dose);
PG_FUNCTION_INFO_V1(medsched_skip_dose_by_id);

static Datum			mark_dose_taken(DoseRow *row, FunctionCallInfo fcinfo, int argument);
static Datum			skip_dose(DoseRow *row, FunctionCallInfo fcinfo, int argument);
static Datum			record_dose(DoseRow *row, FunctionCallInfo fcinfo, DoseOutcome outcome);
static bool				insert_new_dose(DoseRow *row, bool *recorded);
static bool				insert_dose_by_key(DoseRow *row, bool *recorded);
static bool				insert_dose_by_query(DoseByKey *by_key, DoseRow *row);
static Answer		   *open_answer(TupleDesc descriptor, DoseOutcome outcome);
pg_noreturn static void rethrow_insert_error(const DoseRow *row, ErrorData *error);
static char			   *argument_text(const DoseRow *row, DoseColumn column);
pg_noreturn static void refuse_other_outcome(const DoseRow *row);

/*
 * medsched_mark_dose_taken records that a dose was taken.
 */
Datum
medsched_mark_dose_taken(PG_FUNCTION_ARGS)
{
	DoseRow row;

	dose_row_set_key(&row, fcinfo);
	return mark_dose_taken(&row, fcinfo, 3);
}

/*
 * medsched_mark_dose_taken_by_id does so for the handle of a dose.
 */
Datum
medsched_mark_dose_taken_by_id(PG_FUNCTION_ARGS)
{
	DoseRow row;

	dose_row_set_handle(&row, fcinfo);
	return mark_dose_taken(&row, fcinfo, 2);
}

/* Record that a dose was taken; the arguments from the number given say how. */
static Datum
mark_dose_taken(DoseRow *row, FunctionCallInfo fcinfo, int argument)
{
	dose_row_set_argument(row, ROW_TAKEN_AT, fcinfo, argument);
	dose_row_set_argument(row, ROW_RECORDED_BY, fcinfo, argument + 1);
	dose_row_set_argument(row, ROW_AMOUNT, fcinfo, argument + 2);
	dose_row_set_argument(row, ROW_NOTE, fcinfo, argument + 3);
	/* The declaration of an earlier version has no more. */
	if (PG_NARGS() > argument + 4)
		dose_row_set_argument(row, ROW_DESPITE_LIMITS, fcinfo, argument + 4);
	else
		dose_row_set_null(row, ROW_DESPITE_LIMITS);
	dose_row_set_null(row, ROW_REASON);
	return record_dose(row, fcinfo, OUTCOME_TAKEN);
}

/*
 * medsched_skip_dose records that a dose was not taken, on purpose.
 */
Datum
medsched_skip_dose(PG_FUNCTION_ARGS)
{
	DoseRow row;

	dose_row_set_key(&row, fcinfo);
	return skip_dose(&row, fcinfo, 3);
}

/*
 * medsched_skip_dose_by_id does so for the handle of a dose.
 */
Datum
medsched_skip_dose_by_id(PG_FUNCTION_ARGS)
{
	DoseRow row;

	dose_row_set_handle(&row, fcinfo);
	return skip_dose(&row, fcinfo, 2);
}

/* Record that a dose was skipped; the arguments from the number given say why. */
static Datum
skip_dose(DoseRow *row, FunctionCallInfo fcinfo, int argument)
{
	dose_row_set_argument(row, ROW_REASON, fcinfo, argument);
	dose_row_set_argument(row, ROW_RECORDED_BY, fcinfo, argument + 1);
	dose_row_set_argument(row, ROW_NOTE, fcinfo, argument + 2);
	dose_row_set_null(row, ROW_TAKEN_AT);
	dose_row_set_null(row, ROW_AMOUNT);
	dose_row_set_null(row, ROW_DESPITE_LIMITS);
	return record_dose(row, fcinfo, OUTCOME_SKIPPED);
}

/*
 * Record an outcome of a dose, or find it recorded; return the row as stored and
 * whether it is new.
 *
 * When another session is recording the same dose, the insert waits for it,
 * inserts nothing, and the look that follows sees what the other recorded.  By
 * then the dose may have been undone: try again.
 */
static Datum
record_dose(DoseRow *row, FunctionCallInfo fcinfo, DoseOutcome outcome)
{
	Answer		   *answer;
	TupleDesc		descriptor;
	HeapTupleHeader result;
	bool			newly_recorded = false;
	bool			recorded = false;

	dose_row_require_key(row);
	if (outcome == OUTCOME_TAKEN)
		dose_row_require(row, ROW_TAKEN_AT);
	dose_row_require_instant(row, ROW_SCHEDULED_FOR);
	if (outcome == OUTCOME_TAKEN)
		dose_row_require_instant(row, ROW_TAKEN_AT);
	dose_row_set(row, ROW_OUTCOME, CStringGetTextDatum(outcome_names[outcome]));
	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	descriptor = BlessTupleDesc(descriptor);
	answer = open_answer(descriptor, outcome);

	SPI_connect();
	for (int attempt = 0; !recorded && attempt < MAX_ATTEMPTS; attempt++)
	{
		CHECK_FOR_INTERRUPTS();
		newly_recorded = insert_new_dose(row, &recorded);
		if (!recorded)
			recorded = dose_row_run(&find_dose, row, SPI_OK_SELECT);
		if (!recorded)
			dose_row_require_schedule(row);
	}
	if (!recorded)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not record the dose at %s", instant_text(DatumGetTimestampTz(row->values[ROW_SCHEDULED_FOR]))),
				 errdetail("It is not recorded, and inserting it inserted nothing."),
				 errhint("A trigger may suppress the insert, or other sessions record and undo the same dose: try again.")));
	if (strcmp(TextDatumGetCString(row->values[ROW_OUTCOME]), outcome_names[outcome]) != 0)
		refuse_other_outcome(row);

	dose_row_set(row, ROW_NEWLY_RECORDED, BoolGetDatum(newly_recorded));
	answer_set(answer, row->values, row->isnull);
	result = SPI_returntuple(heap_form_tuple(descriptor, answer->values, answer->isnull), descriptor);
	SPI_finish();
	PG_RETURN_HEAPTUPLEHEADER(result);
}

static Answer *
open_answer(TupleDesc descriptor, DoseOutcome outcome)
{
	AnswerColumn columns[ROW_NCOLUMNS];

	memcpy(columns, dose_row_columns, sizeof(dose_row_columns));
	columns[ROW_NEWLY_RECORDED] = newly_recorded_columns[outcome];
	return answer_open(descriptor, columns, ROW_NCOLUMNS);
}

/*
 * Insert a dose; false: it was there, or there is no such schedule.  recorded: it is in the row.
 *
 * An error is looked at after PG_CATCH, where functions may be called; no query runs
 * before it is thrown again.
 */
static bool
insert_new_dose(DoseRow *row, bool *recorded)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorData *volatile error = NULL;
	volatile bool inserted = false;

	PG_TRY();
	{
		inserted = insert_dose_by_key(row, recorded);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	if (error != NULL)
		rethrow_insert_error(row, error);
	return inserted;
}

/* Do so with as little of a query as will do. */
static bool
insert_dose_by_key(DoseRow *row, bool *recorded)
{
	DoseByKey by_key;
	bool	  inserted = false;

	if (!dose_by_key_open(&by_key))
		return *recorded = dose_row_run(&insert_dose, row, SPI_OK_INSERT_RETURNING);
	if (dose_by_key_is_recorded(&by_key, row))
		*recorded = true;
	else if (dose_by_key_has_schedule(row))
		*recorded = inserted = dose_by_key_insert(&by_key, row) || insert_dose_by_query(&by_key, row);
	else
		*recorded = inserted = dose_row_run(&insert_dose, row, SPI_OK_INSERT_RETURNING);
	keyed_row_close(&by_key.doses);
	return inserted;
}

static bool
insert_dose_by_query(DoseByKey *by_key, DoseRow *row)
{
	if (!dose_row_execute(&insert_dose_of_schedule, row, SPI_OK_INSERT_RETURNING))
		return false;
	dose_by_key_read(by_key, (ItemPointer) DatumGetPointer(read_single(&insert_dose_of_schedule, 0, NULL)), row);
	return true;
}

/*
 * Throw an error of inserting a dose again; that of a CHECK on an argument in the
 * caller's words.  A CHECK is known by its name alone: of a partition, the error
 * names the partition and its schema.
 */
static void
rethrow_insert_error(const DoseRow *row, ErrorData *error)
{
	static const struct
	{
		const char *constraint;
		DoseColumn	column;
		const char *rule;
	} checks[] = {
		{"dose_taken_amount_positive", ROW_AMOUNT, "must be finite and above 0"},
		{"dose_taken_amount_size", ROW_AMOUNT, "must have at most 1000 digits before and after the point"},
		{"dose_taken_recorded_by_length", ROW_RECORDED_BY, "must have at most 1000 characters"},
		{"dose_taken_despite_limits_valid", ROW_DESPITE_LIMITS, "must have 1 to 1000 characters that are not all blank"}};

	for (size_t i = 0; i < lengthof(checks); i++)
	{
		if (error->sqlerrcode != ERRCODE_CHECK_VIOLATION || error->constraint_name == NULL ||
			strcmp(error->constraint_name, checks[i].constraint) != 0)
			continue;
		error->message = psprintf("%s %s", dose_row_columns[checks[i].column].name, checks[i].rule);
		error->detail = psprintf("It is %s.", argument_text(row, checks[i].column));
		error->context = NULL;
		ThrowErrorData(error);
	}
	ReThrowError(error);
}

/* Write an amount or a text for a message. */
static char *
argument_text(const DoseRow *row, DoseColumn column)
{
	if (row->isnull[column])
		return "null";
	if (dose_row_columns[column].type == TEXTOID)
		return psprintf("\"%s\"", short_text(TextDatumGetCString(row->values[column])));
	return short_text(DatumGetCString(DirectFunctionCall1(numeric_out, row->values[column])));
}

/* Say what is recorded already, and how to change it. */
static void
refuse_other_outcome(const DoseRow *row)
{
	char	   *outcome = TextDatumGetCString(row->values[ROW_OUTCOME]);
	bool		skipped = row->isnull[ROW_TAKEN_AT];
	const char *at = instant_text(DatumGetTimestampTz(row->values[ROW_SCHEDULED_FOR]));
	const char *hint;

	if (strcmp(outcome, "extra") == 0)
		hint = "If it is the dose of the schedule, call medsched.undo_dose() first.";
	else if (skipped)
		hint = "If it was taken after all, call medsched.undo_dose() first.";
	else if (dose_row_is_as_needed(row))
		hint = "A dose as needed is never skipped; if it was not taken after all, call medsched.undo_dose() alone.";
	else
		hint = "If it was not taken after all, call medsched.undo_dose() first.";

	ereport(ERROR,
			(errcode_medsched(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the dose at %s is already recorded as %s", at, outcome),
			 !skipped					? errdetail("It was taken at %s.", instant_text(DatumGetTimestampTz(row->values[ROW_TAKEN_AT])))
			 : !row->isnull[ROW_REASON] ? errdetail("The reason given is \"%s\".", TextDatumGetCString(row->values[ROW_REASON]))
										: 0,
			 errhint("%s", hint),
			 err_generic_string(PG_DIAG_TABLE_NAME, "dose_taken"),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, strcmp(outcome, "extra") == 0 ? "dose_already_extra" : skipped ? "dose_already_skipped"
																														: "dose_already_taken")));
}
