/*-------------------------------------------------------------------------
 *
 * given_row.h
 *		A row that is inserted without a query: the values given, and NULLs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_GIVEN_ROW_H
#define MEDSCHED_GIVEN_ROW_H

#include "executor/tuptable.h"
#include "utils/relcache.h"

/* Tell whether values of some columns make a row of a table: no other column computes its own, nor checks it. */
extern bool given_values_make_row(Relation relation, const AttrNumber *numbers, int n);

/* Make the row; false: it lacks a value that a column of the application's requires. */
extern bool given_row_fill(TupleTableSlot *slot, const AttrNumber *numbers, const Datum *values, const bool *isnull, int n);

/* Tell whether other libraries are asked about a query: one may refuse it, write it down or run it elsewhere. */
extern bool queries_are_watched(void);

#endif /* MEDSCHED_GIVEN_ROW_H */
