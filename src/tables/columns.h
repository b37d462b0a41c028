/*-------------------------------------------------------------------------
 *
 * columns.h
 *		The tables' columns that the C code reads, and what it reads them as.
 *
 *		The tables' owner may give a column another type, or drop it, at any time.
 *		So no value is read before its column was checked, in the descriptor that
 *		the value came with.  A type whose values are stored alike passes: a domain
 *		over the type expected, or varchar for text.
 *
 *		Errors: 42703 for a column that is missing, 42804 for one of another
 *		type, 23502 for a NULL where there can be none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_COLUMNS_H
#define MEDSCHED_COLUMNS_H

#include "access/htup.h"
#include "access/tupdesc.h"

typedef enum TableColumn
{
	LAST_COLUMN, /* ends a list */

	/* What a query computes. */
	COMPUTED_TEXT,
	COMPUTED_BOOLEAN,
	COMPUTED_BIGINT,
	COMPUTED_INSTANT,
	COMPUTED_WALL_CLOCK,
	COMPUTED_UUID,
	COMPUTED_PLACE,
	COMPUTED_RELATION,

	MEDICATIONS_USER_ID,
	MEDICATIONS_ID,
	MEDICATIONS_NAME,
	MEDICATIONS_INACTIVATED_AT,
	MEDICATIONS_SUBSTANCE,
	MEDICATIONS_CREATED_AT,
	MEDICATIONS_CHANGED_AT,

	SCHEDULES_USER_ID,
	SCHEDULES_ID,
	SCHEDULES_MEDICATION_ID,
	SCHEDULES_STARTS_AT,
	SCHEDULES_TIME_ZONE,
	SCHEDULES_TIME_ZONE_PINNED,
	SCHEDULES_RRULE,
	SCHEDULES_RDATES,
	SCHEDULES_EXDATES,
	SCHEDULES_CYCLE_DAYS_ON,
	SCHEDULES_CYCLE_DAYS_OFF,
	SCHEDULES_AS_NEEDED,
	SCHEDULES_MIN_INTERVAL,
	SCHEDULES_MAX_PER_24H,
	SCHEDULES_LIMITS,
	SCHEDULES_GRACE,
	SCHEDULES_TOLERANCE_BEFORE,
	SCHEDULES_MISSED_WHEN_NEXT,
	SCHEDULES_AFTER_LAST,
	SCHEDULES_FOLLOWS,
	SCHEDULES_FOLLOWS_BY,
	SCHEDULES_DOSE_AMOUNT,
	SCHEDULES_DOSE_UNIT,
	SCHEDULES_INSTRUCTIONS,
	SCHEDULES_EFFECTIVE_FROM,
	SCHEDULES_ENDS_AT,
	SCHEDULES_REPLACES,
	SCHEDULES_CREATED_AT,
	SCHEDULES_CHANGED_AT,

	DOSE_TAKEN_USER_ID,
	DOSE_TAKEN_SCHEDULED_FOR,
	DOSE_TAKEN_SCHEDULE_ID,
	DOSE_TAKEN_OUTCOME,
	DOSE_TAKEN_TAKEN_AT,
	DOSE_TAKEN_AMOUNT,
	DOSE_TAKEN_REASON,
	DOSE_TAKEN_NOTE,
	DOSE_TAKEN_RECORDED_BY,
	DOSE_TAKEN_RECORDED_AT,
	DOSE_TAKEN_DESPITE_LIMITS,

	SUBSTANCE_LIMITS_USER_ID,
	SUBSTANCE_LIMITS_SUBSTANCE,

	STOCK_ENTRIES_USER_ID,
	STOCK_ENTRIES_ID,
	STOCK_ENTRIES_MEDICATION_ID,
	STOCK_ENTRIES_OCCURRED_AT,

	MOVED_DOSES_USER_ID,
	MOVED_DOSES_SCHEDULE_ID,
	MOVED_DOSES_SCHEDULED_FOR,
	MOVED_DOSES_DUE_AT,
	MOVED_DOSES_MOVED_AT,
	MOVED_DOSES_COMPUTED,

	TABLE_NCOLUMNS
} TableColumn;

/* Check that rows have the columns listed, in this order. */
extern void check_columns(const TableColumn *columns, TupleDesc descriptor);

/* Read a row whose columns check_columns has passed. */
extern void read_columns(const TableColumn *columns, HeapTuple tuple, TupleDesc descriptor,
						 Datum *values, bool *isnull);

/* Find a column in whole rows by its name, and give its number. */
extern int find_column(TableColumn column, TupleDesc descriptor);

/* Do the same, and give InvalidAttrNumber for a column that is missing, or of another type. */
extern AttrNumber column_number(TableColumn column, TupleDesc descriptor);

/* Give the type that a column is read as. */
extern Oid column_type(TableColumn column);

/* Check that a column may be null.  Errors: 23502. */
extern void check_null(TableColumn column);

/*
 * Give the value of a column in a whole row; NULL where tables of an earlier version lack it.  isnull
 * may be NULL for a column that cannot be.
 */
extern Datum column_value(TableColumn column, HeapTuple tuple, TupleDesc descriptor, bool *isnull);

/* Check, in the catalog, the columns of a table by which queries choose rows. */
extern void check_keys(const char *table, Oid relation);

#endif /* MEDSCHED_COLUMNS_H */
