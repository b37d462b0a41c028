/*-------------------------------------------------------------------------
 *
 * worker_table.h
 *		A table that workers alone write, read and written without a query.
 *
 *		The tables of reminders have rows that come and go by the thousand, and a
 *		row's way through an executor costs more than the row.  A row is written here
 *		as the executor would write it, where nothing but the table has a say in that.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_WORKER_TABLE_H
#define MEDSCHED_WORKER_TABLE_H

#include "access/genam.h"
#include "datatype/timestamp.h"
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "nodes/parsenodes.h"
#include "storage/block.h"
#include "storage/itemptr.h"
#include "utils/relcache.h"

#define WORKER_TABLE_MAX_COLUMNS 24

/* So many rows are inserted together: a page of them is written to the log once. */
#define WORKER_TABLE_BATCH 100

typedef struct WorkerColumn
{
	const char *name;
	Oid			type;
} WorkerColumn;

typedef struct WorkerTable
{
	Relation		relation;
	AttrNumber		numbers[WORKER_TABLE_MAX_COLUMNS];
	int				ncolumns;
	BlockNumber		nblocks; /* as it was opened */
	MemoryContext	context; /* in which it was opened */
	TupleTableSlot *slot;	 /* the row found last */
	Relation		index;	 /* by which rows are found; NULL: by their places */
	IndexScanDesc	scan;
	AttrNumber		order;	 /* the column in whose order they are */
	TupleTableSlot *scanned; /* what the scan came to, before it is locked */
	EState		   *estate;	 /* of what is inserted; NULL: nothing is */
	ResultRelInfo  *result;
	TupleTableSlot *inserted[WORKER_TABLE_BATCH]; /* made on first need */
	int				ninserted;					  /* that are not written yet */
} WorkerTable;

/*
 * Open a table of medsched's for reading and for what else the rights say, ACL_DELETE or
 * ACL_INSERT; false: a query is to be asked, which also tells what is missing.  What is open is
 * closed by worker_table_close(), or by an error.
 */
extern bool worker_table_open(WorkerTable *table, const char *name, const WorkerColumn *columns, int ncolumns, AclMode rights);

/* Fetch the row at a place, as the statement sees it; false: it sees none there. */
extern bool worker_table_fetch(WorkerTable *table, ItemPointer place);

/* Have rows found by the first column, which is a uuid and the primary key; false: a query is to be asked. */
extern bool worker_table_open_key(WorkerTable *table);

/* Find the row of a key, as the statement sees it; false: it sees none. */
extern bool worker_table_find(WorkerTable *table, Datum key);

/* Have rows found in the order of a column, which is a timestamptz; false: a query is to be asked. */
extern bool worker_table_open_order(WorkerTable *table, int column);

/*
 * Find the next row, in that order, that is not after an instant, and lock it, as FOR UPDATE
 * SKIP LOCKED does at READ COMMITTED; false: there is none.
 */
extern bool worker_table_lock_next(WorkerTable *table, TimestampTz last);

/* Read all columns of the row, in the list's order, until the next one is found. */
extern void worker_table_read(WorkerTable *table, Datum *values, bool *isnull);

/* Delete a row, once nobody else locks it; false: somebody changed it, or deleted it, since the statement began. */
extern bool worker_table_delete(WorkerTable *table, ItemPointer place);

/* Insert a row, by the time the table is closed; its values are copied.  Errors: 23505, 23502. */
extern void worker_table_insert(WorkerTable *table, const Datum *values, const bool *isnull);

/* Write what is inserted and close it; it stays locked as after a query. */
extern void worker_table_close(WorkerTable *table);

#endif /* MEDSCHED_WORKER_TABLE_H */
