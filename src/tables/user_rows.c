/*-------------------------------------------------------------------------
 *
 * user_rows.c
 *		A user's rows of a table, read by its primary key without a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

#include "base/compat.h"
#include "tables/primary_key.h"
#include "tables/rights.h"
#include "tables/user_rows.h"

static bool find_numbers(UserRows *rows, Relation relation);
static bool has_entry(Relation relation, Relation index, Datum user_id);

bool
user_scan_open(UserScan *scan, UserRows *rows)
{
	Relation relation;
	Relation index = NULL;
	uint64	 changes;

	if (!tables_are_located())
		return false;
	changes = tables_changes();
	relation = try_table_open(table_oid(rows->table), AccessShareLock);
	if (relation == NULL)
		return false;

	/* The lock can have brought news of a change. */
	if (changes == tables_changes() && has_rights(RelationGetRelid(relation), ACL_SELECT) && !relation->rd_rel->relrowsecurity &&
		find_numbers(rows, relation))
	{
		int nkeys = 0;

		while (rows->keys[nkeys] != LAST_COLUMN)
			nkeys++;
		index = primary_key_open(relation, rows->keys, nkeys, AccessShareLock);
	}
	if (index == NULL)
	{
		table_close(relation, NoLock);
		return false;
	}

	scan->context = CurrentMemoryContext;
	scan->rows = rows;
	scan->relation = relation;
	scan->index = index;
	scan->scan = NULL;
	scan->slot = table_slot_create(relation, NULL);
	scan->values = palloc(sizeof(Datum) * RelationGetNumberOfAttributes(relation));
	scan->isnull = palloc(sizeof(bool) * RelationGetNumberOfAttributes(relation));
	return true;
}

/* Find the numbers of the columns; false: one is missing, or of another type. */
static bool
find_numbers(UserRows *rows, Relation relation)
{
	TupleDesc descriptor = RelationGetDescr(relation);

	if (rows->numbers[0] != InvalidAttrNumber && rows->changes == tables_changes())
		return true;
	rows->numbers[0] = InvalidAttrNumber;
	for (int i = 0; rows->columns[i] != LAST_COLUMN; i++)
	{
		rows->numbers[i] = column_number(rows->columns[i], descriptor);
		if (rows->numbers[i] == InvalidAttrNumber)
		{
			rows->numbers[0] = InvalidAttrNumber;
			return false;
		}
	}
	rows->changes = tables_changes();
	return true;
}

void
user_scan_start(UserScan *scan, ScanKey keys, int nkeys)
{
	MemoryContext before = MemoryContextSwitchTo(scan->context);

	if (scan->scan == NULL)
		scan->scan = begin_index_scan(scan->relation, scan->index, GetActiveSnapshot(), nkeys);
	index_rescan(scan->scan, keys, nkeys, NULL, 0);
	MemoryContextSwitchTo(before);
}

bool
user_scan_next(UserScan *scan)
{
	MemoryContext before = MemoryContextSwitchTo(scan->context);
	bool		  found;

	CHECK_FOR_INTERRUPTS();
	found = index_getnext_slot(scan->scan, ForwardScanDirection, scan->slot);
	MemoryContextSwitchTo(before);
	return found;
}

Datum
user_scan_value(UserScan *scan, int column, bool *isnull)
{
	return slot_getattr(scan->slot, scan->rows->numbers[column], isnull);
}

void
user_scan_read(UserScan *scan, Datum *values, bool *isnull)
{
	heap_deform_tuple(ExecCopySlotHeapTuple(scan->slot), RelationGetDescr(scan->relation), scan->values, scan->isnull);
	for (int i = 0; scan->rows->columns[i] != LAST_COLUMN; i++)
	{
		values[i] = scan->values[scan->rows->numbers[i] - 1];
		isnull[i] = scan->isnull[scan->rows->numbers[i] - 1];
		if (isnull[i])
			check_null(scan->rows->columns[i]);
	}
}

Oid
user_scan_collation(const UserScan *scan, int column)
{
	return TupleDescAttr(RelationGetDescr(scan->relation), scan->rows->numbers[column] - 1)->attcollation;
}

void
user_scan_close(UserScan *scan)
{
	if (scan->scan != NULL)
		index_endscan(scan->scan);
	ExecDropSingleTupleTableSlot(scan->slot);
	index_close(scan->index, NoLock);
	table_close(scan->relation, NoLock);
}

bool
may_have_rows(MedschedTable table, TableColumn key, Datum user_id)
{
	Oid		 oid = table_oid(table);
	Relation relation = OidIsValid(oid) ? try_table_open(oid, AccessShareLock) : NULL;
	bool	 found = true;

	if (relation == NULL)
		return OidIsValid(oid);
	if (has_rights(RelationGetRelid(relation), ACL_SELECT))
	{
		Relation index = primary_key_open(relation, &key, 1, AccessShareLock);

		if (index != NULL)
		{
			found = has_entry(relation, index, user_id);
			index_close(index, AccessShareLock);
		}
	}
	table_close(relation, AccessShareLock);
	return found;
}

/* Look for an entry, of a row that is visible or not. */
static bool
has_entry(Relation relation, Relation index, Datum user_id)
{
	IndexScanDesc scan = begin_index_scan(relation, index, GetActiveSnapshot(), 1);
	ScanKeyData	  key;
	bool		  found;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, user_id);
	index_rescan(scan, &key, 1, NULL, 0);
	found = index_getnext_tid(scan, ForwardScanDirection) != NULL;
	index_endscan(scan);
	return found;
}
