/*-------------------------------------------------------------------------
 *
 * primary_key.h
 *		The index of a table's primary key, for looking into it without a query.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_PRIMARY_KEY_H
#define MEDSCHED_PRIMARY_KEY_H

#include "storage/lockdefs.h"
#include "utils/relcache.h"

#include "tables/columns.h"

/* Open the index of a key of so many columns or more, if every row and snapshot can be found by it; NULL: a query is to be asked. */
extern Relation primary_key_open_any(Relation relation, int ncolumns, LOCKMODE mode);

/*
 * Open the index, if the key begins with so many columns, and every row and snapshot can be
 * found by it, each row once; NULL: a query is to be asked.
 */
extern Relation primary_key_open(Relation relation, const TableColumn *columns, int ncolumns, LOCKMODE mode);

#endif /* MEDSCHED_PRIMARY_KEY_H */
