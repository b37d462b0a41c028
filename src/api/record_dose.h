/*-------------------------------------------------------------------------
 *
 * record_dose.h
 *		Recording what became of a dose, and taking it back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RECORD_DOSE_H
#define MEDSCHED_RECORD_DOSE_H

#include "fmgr.h"

/* The columns of the answer; the first name a dose, the next are recorded too. */
typedef enum RecordColumn
{
	USER_ID,
	SCHEDULE_ID,
	SCHEDULED_FOR,
	NKEYS,
	TAKEN_AT = NKEYS,
	RECORDED_BY,
	AMOUNT,
	NOTE,
	OUTCOME,
	REASON,
	NPARAMETERS,
	RECORDED_AT = NPARAMETERS,
	NSTORED,
	NEWLY_RECORDED = NSTORED,
	NCOLUMNS
} RecordColumn;

typedef struct DoseRecord
{
	Datum values[NCOLUMNS];
	bool  isnull[NCOLUMNS];
} DoseRecord;

typedef enum DoseOutcome
{
	OUTCOME_TAKEN,
	OUTCOME_SKIPPED
} DoseOutcome;

/* Values of a record. */
extern void set_column(DoseRecord *record, RecordColumn column, Datum value);
extern void set_null(DoseRecord *record, RecordColumn column);
extern void set_argument(DoseRecord *record, RecordColumn column, FunctionCallInfo fcinfo, int argument);

/*
 * Set the dose from a function's first argument, the user, and its second, the
 * dose's handle.  Errors: 22004, 22023.
 */
extern void set_dose_from_handle(DoseRecord *record, FunctionCallInfo fcinfo);

/*
 * Record an outcome of a dose, or find it recorded; returns the function's
 * answer, the row as stored and whether it is new.  All columns up to NPARAMETERS
 * but OUTCOME are set.  Errors: 22004, 22023, P0002, 40001; 55000 when the dose
 * is recorded with another outcome; those of the table's rules.
 */
extern Datum record_dose(FunctionCallInfo fcinfo, DoseRecord *record, DoseOutcome outcome);

/*
 * Take back what is recorded of a dose: the function's answer is the row as it
 * was, or none.  Errors: 22004, 22023, P0002.
 */
extern void undo_dose(FunctionCallInfo fcinfo, DoseRecord *record);

#endif /* MEDSCHED_RECORD_DOSE_H */
