/*-------------------------------------------------------------------------
 *
 * undo_dose.c
 *		The functions that take back what was recorded of a dose.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/timestamp.h"

#include "api/dose_row.h"
#include "base/arguments.h"

static SavedPlan delete_dose = {
	"DELETE FROM medsched.dose_taken AS d WHERE " DOSE_ROW_HAS_KEY "RETURNING " DOSE_ROW_COLUMNS,
	ROW_NKEYS,
	{UUIDOID, UUIDOID, TIMESTAMPTZOID},
	NULL,
	{DOSE_ROW_COLUMN_LIST}};

PG_FUNCTION_INFO_V1(medsched_undo_dose);
PG_FUNCTION_INFO_V1(medsched_undo_dose_by_id);

static Datum undo_dose(DoseRow *row, FunctionCallInfo fcinfo);

/*
 * medsched_undo_dose takes back what was recorded of a dose.
 */
Datum
medsched_undo_dose(PG_FUNCTION_ARGS)
{
	DoseRow row;

	dose_row_set_key(&row, fcinfo);
	return undo_dose(&row, fcinfo);
}

/*
 * medsched_undo_dose_by_id does so for the handle of a dose.
 */
Datum
medsched_undo_dose_by_id(PG_FUNCTION_ARGS)
{
	DoseRow row;

	dose_row_set_handle(&row, fcinfo);
	return undo_dose(&row, fcinfo);
}

/* Delete a dose, and answer with the row as it was, or with none. */
static Datum
undo_dose(DoseRow *row, FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Answer		  *answer;

	dose_row_require_key(row);
	require_finite(DatumGetTimestampTz(row->values[ROW_SCHEDULED_FOR]), "scheduled_for");
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	answer = answer_open(result->setDesc, dose_row_columns, ROW_NSTORED);

	SPI_connect();
	if (dose_row_run(&delete_dose, row, SPI_OK_DELETE_RETURNING))
	{
		answer_set(answer, row->values, row->isnull);
		tuplestore_putvalues(result->setResult, result->setDesc, answer->values, answer->isnull);
	}
	else
		dose_row_require_schedule(row);
	SPI_finish();
	return (Datum) 0;
}
