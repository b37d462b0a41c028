/*-------------------------------------------------------------------------
 *
 * dose_insert.h
 *		A new dose inserted without a query.
 *
 *		For each statement, an executor reads the table's CHECK and its defaults from
 *		their texts and plans them, which costs more than to insert a row.  Here a row
 *		goes the way that it goes in the executor, by the executor's own functions.
 *		Its triggers fire as they do there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_INSERT_H
#define MEDSCHED_DOSE_INSERT_H

#include "api/dose_row.h"
#include "tables/keyed_row.h"

/* Tell whether a table has no CHECK but ours, as it was created. */
extern bool dose_insert_has_our_check(Relation doses);

/* Check what would be inserted as the CHECK does.  Errors: 23514. */
extern void dose_insert_check(const DoseRow *row);

/*
 * Insert the row, as INSERT ... ON CONFLICT DO NOTHING does, into a table that is locked for
 * it, has no CHECK but ours, and has no rule, policy or trigger that acts before; then the row has
 * all columns.  false: nothing is done, because only the query can tell, or because another
 * session inserts the dose, too.  Errors: those of the query.
 */
extern bool dose_insert(KeyedRow *doses, DoseRow *row);

#endif /* MEDSCHED_DOSE_INSERT_H */
