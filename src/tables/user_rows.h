/*-------------------------------------------------------------------------
 *
 * user_rows.h
 *		A user's rows of a table, read by its primary key without a query.
 *
 * The first call of a connection would spend half its time on parsing and planning
 * what is a look into an index.  So where a query could give nothing else, the rows are read
 * as the executor would read them; where it could (row security, partitions, children,
 * rights on columns or none, a hook that watches rights, tables of an earlier version),
 * there is no scan, and the query is to be asked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_USER_ROWS_H
#define MEDSCHED_USER_ROWS_H

#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "utils/relcache.h"

#include "tables/columns.h"
#include "tables/tables.h"

#define USER_ROWS_MAX_KEYS	  3
#define USER_ROWS_MAX_COLUMNS 24

/*
 * What is read of a table.  keys are the first columns of its primary key, user_id the
 * first of them.  The numbers are filled in on first use.
 */
typedef struct UserRows
{
	MedschedTable table;
	TableColumn	  keys[USER_ROWS_MAX_KEYS + 1];
	TableColumn	  columns[USER_ROWS_MAX_COLUMNS + 1];
	uint64		  changes; /* tables_changes() when the numbers of the columns were found */
	AttrNumber	  numbers[USER_ROWS_MAX_COLUMNS];
} UserRows;

typedef struct UserScan
{
	MemoryContext	context; /* in which it was opened: what it needs lives there, whatever is called in between */
	const UserRows *rows;
	Relation		relation;
	Relation		index;
	IndexScanDesc	scan;
	TupleTableSlot *slot;
	Datum		   *values; /* of a whole row */
	bool		   *isnull;
} UserScan;

/*
 * Open a scan with the caller's rights and snapshot; false: a query is to be asked, which also
 * tells what is wrong.  What is open is closed by user_scan_close(), or by an error.
 */
extern bool user_scan_open(UserScan *scan, UserRows *rows);

/* Start from the beginning, in the key's order, with the rows that match the keys given: numbers of sk_attno count the key's columns. */
extern void user_scan_start(UserScan *scan, ScanKey keys, int nkeys);

/* Go to the next row; false: there is none. */
extern bool user_scan_next(UserScan *scan);

/* Give a value of the row, by its place in columns, until the next one. */
extern Datum user_scan_value(UserScan *scan, int column, bool *isnull);

/* Read all columns of the row, copied to CurrentMemoryContext.  Errors: 23502. */
extern void user_scan_read(UserScan *scan, Datum *values, bool *isnull);

/* Give the collation of a column, by its place in columns. */
extern Oid user_scan_collation(const UserScan *scan, int column);

/* Close the scan; the table stays locked as after a query. */
extern void user_scan_close(UserScan *scan);

/*
 * Tell whether a query of a user's rows may find some; key is the table's user_id.  Most users have none in most tables,
 * and a look into the primary key, which begins with user_id, costs a quarter of a query.
 * False is certain, true is not: the query is to be asked, also for what it refuses.
 * Needs the tables located.
 */
extern bool may_have_rows(MedschedTable table, TableColumn key, Datum user_id);

#endif /* MEDSCHED_USER_ROWS_H */
