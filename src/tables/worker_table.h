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

#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "nodes/parsenodes.h"
#include "storage/block.h"
#include "storage/itemptr.h"
#include "utils/relcache.h"

#define WORKER_TABLE_MAX_COLUMNS 20

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
	TupleTableSlot *slot;	 /* the row fetched last */
	EState		   *estate;	 /* of what is inserted; NULL: nothing is */
	ResultRelInfo  *result;
} WorkerTable;

/*
 * Open a table of medsched's for reading and for what else the rights say, ACL_DELETE or
 * ACL_INSERT; false: a query is to be asked, which also tells what is missing.  What is open is
 * closed by worker_table_close(), or by an error.
 */
extern bool worker_table_open(WorkerTable *table, const char *name, const WorkerColumn *columns, int ncolumns, AclMode rights);

/* Fetch the row at a place, as the statement sees it; false: it sees none there. */
extern bool worker_table_fetch(WorkerTable *table, ItemPointer place);

/* Give a value of the row, by the column's place in the list, until the next one. */
extern Datum worker_table_value(WorkerTable *table, int column, bool *isnull);

/* Delete a row that this transaction has locked. */
extern void worker_table_delete(WorkerTable *table, ItemPointer place);

/* Insert a row.  Errors: 23505, 23502. */
extern void worker_table_insert(WorkerTable *table, const Datum *values, const bool *isnull);

/* Close it; it stays locked as after a query. */
extern void worker_table_close(WorkerTable *table);

#endif /* MEDSCHED_WORKER_TABLE_H */
