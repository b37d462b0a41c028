/*-------------------------------------------------------------------------
 *
 * outcome.c
 *		The functions that record what became of a dose, and take it back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "api/record_dose.h"

PG_FUNCTION_INFO_V1(medsched_mark_dose_taken);
PG_FUNCTION_INFO_V1(medsched_mark_dose_taken_by_id);
PG_FUNCTION_INFO_V1(medsched_skip_dose);
PG_FUNCTION_INFO_V1(medsched_skip_dose_by_id);
PG_FUNCTION_INFO_V1(medsched_undo_dose);
PG_FUNCTION_INFO_V1(medsched_undo_dose_by_id);

static void	 set_dose(DoseRecord *record, FunctionCallInfo fcinfo);
static Datum mark_dose_taken(DoseRecord *record, FunctionCallInfo fcinfo, int argument);
static Datum skip_dose(DoseRecord *record, FunctionCallInfo fcinfo, int argument);

/*
 * medsched_mark_dose_taken records that a dose was taken.
 */
Datum
medsched_mark_dose_taken(PG_FUNCTION_ARGS)
{
	DoseRecord record;

	set_dose(&record, fcinfo);
	return mark_dose_taken(&record, fcinfo, 3);
}

/*
 * medsched_mark_dose_taken_by_id does so for the handle of a dose.
 */
Datum
medsched_mark_dose_taken_by_id(PG_FUNCTION_ARGS)
{
	DoseRecord record;

	set_dose_from_handle(&record, fcinfo);
	return mark_dose_taken(&record, fcinfo, 2);
}

/*
 * medsched_skip_dose records that a dose was not taken, on purpose.
 */
Datum
medsched_skip_dose(PG_FUNCTION_ARGS)
{
	DoseRecord record;

	set_dose(&record, fcinfo);
	return skip_dose(&record, fcinfo, 3);
}

/*
 * medsched_skip_dose_by_id does so for the handle of a dose.
 */
Datum
medsched_skip_dose_by_id(PG_FUNCTION_ARGS)
{
	DoseRecord record;

	set_dose_from_handle(&record, fcinfo);
	return skip_dose(&record, fcinfo, 2);
}

/*
 * medsched_undo_dose takes back what was recorded of a dose.
 */
Datum
medsched_undo_dose(PG_FUNCTION_ARGS)
{
	DoseRecord record;

	set_dose(&record, fcinfo);
	undo_dose(fcinfo, &record);
	return (Datum) 0;
}

/*
 * medsched_undo_dose_by_id does so for the handle of a dose.
 */
Datum
medsched_undo_dose_by_id(PG_FUNCTION_ARGS)
{
	DoseRecord record;

	set_dose_from_handle(&record, fcinfo);
	undo_dose(fcinfo, &record);
	return (Datum) 0;
}

static void
set_dose(DoseRecord *record, FunctionCallInfo fcinfo)
{
	for (RecordColumn column = 0; column < NKEYS; column++)
		set_argument(record, column, fcinfo, column);
}

/* The dose is set; the arguments from the number given say how it was taken. */
static Datum
mark_dose_taken(DoseRecord *record, FunctionCallInfo fcinfo, int argument)
{
	set_argument(record, TAKEN_AT, fcinfo, argument);
	set_argument(record, RECORDED_BY, fcinfo, argument + 1);
	set_argument(record, AMOUNT, fcinfo, argument + 2);
	set_argument(record, NOTE, fcinfo, argument + 3);
	set_null(record, REASON);
	return record_dose(fcinfo, record, OUTCOME_TAKEN);
}

/* The dose is set; the arguments from the number given say why it was skipped. */
static Datum
skip_dose(DoseRecord *record, FunctionCallInfo fcinfo, int argument)
{
	set_argument(record, REASON, fcinfo, argument);
	set_argument(record, RECORDED_BY, fcinfo, argument + 1);
	set_argument(record, NOTE, fcinfo, argument + 2);
	set_null(record, TAKEN_AT);
	set_null(record, AMOUNT);
	return record_dose(fcinfo, record, OUTCOME_SKIPPED);
}
