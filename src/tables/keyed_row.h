/*-------------------------------------------------------------------------
 *
 * keyed_row.h
 *		A row of a table by its primary key, without a query.
 *
 *		A query of one row starts and ends an executor, which costs four times what
 *		it finds.  What is found and locked here is what the query would find and lock,
 *		at every isolation level.  No permission is looked at, nor row security: the
 *		caller has, or does not need to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_KEYED_ROW_H
#define MEDSCHED_KEYED_ROW_H

#include "executor/tuptable.h"
#include "nodes/lockoptions.h"
#include "storage/itemptr.h"
#include "storage/lockdefs.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

#include "tables/columns.h"
#include "tables/tables.h"

/* A table that is open, and the row of it that was found last. */
typedef struct KeyedRow
{
	Relation		   relation;
	Relation		   index;
	const TableColumn *key;
	int				   nkeys;
	TupleTableSlot	  *slot;
} KeyedRow;

/*
 * Open a table for what follows; false: only a query can tell, because the table is
 * partitioned or inherited from, or its primary key is not the one it was created with.
 * The tables are to be checked before (check_tables).
 */
extern bool keyed_row_open(KeyedRow *row, MedschedTable table, LOCKMODE mode);

/* Close it; its lock stays until the transaction ends. */
extern void keyed_row_close(KeyedRow *row);

/* Find a row on a snapshot; the key's values are in the key's order. */
extern bool keyed_row_find(KeyedRow *row, const Datum *key, Snapshot snapshot);

/* What an INSERT of a key would meet. */
typedef enum KeyState
{
	KEY_IS_FREE,	/* no row */
	KEY_IS_TAKEN,	/* one that is committed, or this transaction's, and that no other is about to change or delete */
	KEY_IS_IN_DOUBT /* one that it would wait for */
} KeyState;

/* Look for a row as an INSERT of its key does.  Where the key is taken, the row is found. */
extern KeyState keyed_row_look(KeyedRow *row, const Datum *key);

/* Fetch a version of a row that this transaction wrote. */
extern void keyed_row_fetch(KeyedRow *row, ItemPointer place);

/*
 * Find the row that is committed by now and lock it, as a SELECT with a locking clause does,
 * with its errors.
 */
extern bool keyed_row_lock(KeyedRow *row, const Datum *key, LockTupleMode mode);

/*
 * Read columns of the row found; what they point to is copied.  A column that the tables of an
 * earlier version lack is NULL; COMPUTED_RELATION and COMPUTED_PLACE are the row's tableoid and ctid.
 * Errors: those of columns.h.
 */
extern void keyed_row_read(const KeyedRow *row, const TableColumn *columns, Datum *values, bool *isnull);

#endif /* MEDSCHED_KEYED_ROW_H */
