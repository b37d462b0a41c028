/*-------------------------------------------------------------------------
 *
 * dose_row.h
 *		A row of medsched.dose_taken, as the functions that record a dose take
 *		it from their arguments and give it back.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_ROW_H
#define MEDSCHED_DOSE_ROW_H

#include "fmgr.h"

#include "base/answer.h"
#include "tables/saved_plan.h"

/* The columns of the answer.  The first are the key, the next are given with it. */
typedef enum DoseColumn
{
	ROW_USER_ID,
	ROW_SCHEDULE_ID,
	ROW_SCHEDULED_FOR,
	ROW_NKEYS,
	ROW_TAKEN_AT = ROW_NKEYS,
	ROW_RECORDED_BY,
	ROW_AMOUNT,
	ROW_NOTE,
	ROW_OUTCOME,
	ROW_REASON,
	ROW_DESPITE_LIMITS,
	ROW_NPARAMETERS,
	ROW_RECORDED_AT = ROW_NPARAMETERS,
	ROW_NSTORED,
	ROW_NEWLY_RECORDED = ROW_NSTORED,
	ROW_NCOLUMNS
} DoseColumn;

typedef struct DoseRow
{
	Datum values[ROW_NCOLUMNS];
	bool  isnull[ROW_NCOLUMNS];
} DoseRow;

/* All columns but ROW_NEWLY_RECORDED, whose name is the outcome's. */
extern const AnswerColumn dose_row_columns[ROW_NSTORED];

/* Set a column to a value, to NULL, to a function's argument. */
extern void dose_row_set(DoseRow *row, DoseColumn column, Datum value);
extern void dose_row_set_null(DoseRow *row, DoseColumn column);
extern void dose_row_set_argument(DoseRow *row, DoseColumn column, FunctionCallInfo fcinfo, int argument);

/*
 * Set the key from a function's first three arguments, or from its first, the user,
 * and its second, the dose's handle.  Errors of a handle: 22004, 22023.
 */
extern void dose_row_set_key(DoseRow *row, FunctionCallInfo fcinfo);
extern void dose_row_set_handle(DoseRow *row, FunctionCallInfo fcinfo);

/* Refuse a column that is NULL: 22004. */
extern void dose_row_require(const DoseRow *row, DoseColumn column);

/* Refuse a key with a NULL: 22004. */
extern void dose_row_require_key(const DoseRow *row);

/* Refuse an instant that is not kept: 22023. */
extern void dose_row_require_instant(const DoseRow *row, DoseColumn column);

/* What a query of dose_taken, as d, has for the columns stored and for the key. */
#define DOSE_ROW_COLUMNS                                                     \
	"d.user_id, d.schedule_id, d.scheduled_for, d.taken_at, d.recorded_by, " \
	"d.amount, d.note, d.outcome, d.reason, "                                \
	"{despite_limits?d.despite_limits|NULL::pg_catalog.text}, d.recorded_at"

#define DOSE_ROW_COLUMN_LIST                                                                               \
	DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULE_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_TAKEN_AT,             \
		DOSE_TAKEN_RECORDED_BY, DOSE_TAKEN_AMOUNT, DOSE_TAKEN_NOTE, DOSE_TAKEN_OUTCOME, DOSE_TAKEN_REASON, \
		DOSE_TAKEN_DESPITE_LIMITS, DOSE_TAKEN_RECORDED_AT

#define DOSE_ROW_HAS_KEY                                                               \
	"d.user_id OPERATOR(pg_catalog.=) $1 AND d.schedule_id OPERATOR(pg_catalog.=) $2 " \
	"AND d.scheduled_for OPERATOR(pg_catalog.=) $3 "

/*
 * Run a query whose parameters are the first columns of the row, and read the row that
 * it finds; false: it finds none.  Needs an SPI connection, as do the functions below.
 */
extern bool dose_row_run(SavedPlan *saved, DoseRow *row, int expected);

/* Do the same, and leave what it finds in SPI_tuptable. */
extern bool dose_row_execute(SavedPlan *saved, DoseRow *row, int expected);

/* Refuse a schedule that the user does not have, or the caller may not see: P0002. */
extern void dose_row_require_schedule(const DoseRow *row);

/* Tell whether the schedule is as needed; false also where the caller may not see it. */
extern bool dose_row_is_as_needed(const DoseRow *row);

#endif /* MEDSCHED_DOSE_ROW_H */
