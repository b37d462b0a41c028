/*-------------------------------------------------------------------------
 *
 * worker_table.c
 *		A table that workers alone write, read and written without a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/message.h"
#include "tables/given_row.h"
#include "tables/primary_key.h"
#include "tables/rights.h"
#include "tables/worker_table.h"

static bool find_worker_columns(WorkerTable *table, const WorkerColumn *columns);
static bool is_plain_table(Relation relation);
static void open_indexes(WorkerTable *table);
static void write_inserted(WorkerTable *table);
static bool is_order(Relation index, AttrNumber column);
static bool lock_scanned(WorkerTable *table, TimestampTz last);

bool
worker_table_open(WorkerTable *table, const char *name, const WorkerColumn *columns, int ncolumns, AclMode rights)
{
	Oid schema = get_namespace_oid("medsched", true);
	Oid oid = OidIsValid(schema) ? get_relname_relid(name, schema) : InvalidOid;

	memset(table, 0, sizeof(WorkerTable));
	table->ncolumns = ncolumns;
	table->relation = OidIsValid(oid) ? try_table_open(oid, RowExclusiveLock) : NULL;
	if (table->relation == NULL)
		return false;
	if (!is_plain_table(table->relation) || !has_rights_on_all_rows(oid, ACL_SELECT | rights) || !find_worker_columns(table, columns) ||
		((rights & ACL_INSERT) != 0 && !given_values_make_row(table->relation, table->numbers, ncolumns)))
	{
		table_close(table->relation, NoLock);
		return false;
	}
	table->context = CurrentMemoryContext;
	table->slot = table_slot_create(table->relation, NULL);
	table->nblocks = RelationGetNumberOfBlocks(table->relation);
	if ((rights & ACL_DELETE) != 0)
		CheckCmdReplicaIdentity(table->relation, CMD_DELETE);
	if ((rights & ACL_INSERT) != 0)
		open_indexes(table);
	return true;
}

/* Tell whether a row is written to a table, and nothing else happens. */
static bool
is_plain_table(Relation relation)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;

	return relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relhassubclass && relation->trigdesc == NULL &&
		   relation->rd_rules == NULL && (constraints == NULL || constraints->num_check == 0);
}

/* Find the columns; false: one is missing, or is not of the type that it was created with. */
static bool
find_worker_columns(WorkerTable *table, const WorkerColumn *columns)
{
	TupleDesc descriptor = RelationGetDescr(table->relation);

	for (int i = 0; i < table->ncolumns; i++)
	{
		table->numbers[i] = InvalidAttrNumber;
		for (int tried = 0; tried < descriptor->natts && table->numbers[i] == InvalidAttrNumber; tried++)
		{
			/* Mostly it has the same place. */
			Form_pg_attribute attribute = TupleDescAttr(descriptor, (i + tried) % descriptor->natts);

			if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), columns[i].name) == 0 &&
				attribute->atttypid == columns[i].type && attribute->atttypmod == -1 && attribute->attgenerated == '\0')
				table->numbers[i] = attribute->attnum;
		}
		if (table->numbers[i] == InvalidAttrNumber)
			return false;
	}
	return true;
}

static void
open_indexes(WorkerTable *table)
{
	MemoryContext before;

	table->estate = CreateExecutorState();
	before = MemoryContextSwitchTo(table->estate->es_query_cxt);
	table->result = makeNode(ResultRelInfo);
	InitResultRelInfo(table->result, table->relation, 0, NULL, 0);
	table->estate->es_opened_result_relations = list_make1(table->result);
	ExecOpenIndices(table->result, false);
	MemoryContextSwitchTo(before);
}

bool
worker_table_fetch(WorkerTable *table, ItemPointer place)
{
	return ItemPointerIsValid(place) && ItemPointerGetBlockNumber(place) < table->nblocks &&
		   table_tuple_fetch_row_version(table->relation, place, GetActiveSnapshot(), table->slot);
}

bool
worker_table_open_key(WorkerTable *table)
{
	table->index = primary_key_open_any(table->relation, 1, RowExclusiveLock);
	return table->index != NULL && table->index->rd_index->indnkeyatts == 1 && table->index->rd_index->indkey.values[0] == table->numbers[0];
}

bool
worker_table_find(WorkerTable *table, Datum key)
{
	MemoryContext before = MemoryContextSwitchTo(table->context);
	ScanKeyData	  keys;
	bool		  found;

	if (table->scan == NULL)
		table->scan = begin_index_scan(table->relation, table->index, GetActiveSnapshot(), 1);
	ScanKeyInit(&keys, 1, BTEqualStrategyNumber, F_UUID_EQ, key);
	index_rescan(table->scan, &keys, 1, NULL, 0);
	found = index_getnext_slot(table->scan, ForwardScanDirection, table->slot);
	MemoryContextSwitchTo(before);
	return found;
}

bool
worker_table_open_order(WorkerTable *table, int column)
{
	List	 *indexes = RelationGetIndexList(table->relation);
	ListCell *cell;

	table->order = table->numbers[column];
	foreach (cell, indexes)
	{
		table->index = index_open(lfirst_oid(cell), RowExclusiveLock);
		if (is_order(table->index, table->order))
			break;
		index_close(table->index, RowExclusiveLock);
		table->index = NULL;
	}
	list_free(indexes);
	if (table->index != NULL)
		table->scanned = table_slot_create(table->relation, NULL);
	return table->index != NULL;
}

/* Tell whether every row and snapshot can be found by an index, in the order of a timestamptz. */
static bool
is_order(Relation index, AttrNumber column)
{
	const FormData_pg_index *form = index->rd_index;

	return index->rd_rel->relam == BTREE_AM_OID && form->indisvalid && !form->indcheckxmin && form->indkey.values[0] == column &&
		   index->rd_opcintype[0] == TIMESTAMPTZOID && (index->rd_indoption[0] & INDOPTION_DESC) == 0 &&
		   heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL);
}

bool
worker_table_lock_next(WorkerTable *table, TimestampTz last)
{
	MemoryContext before = MemoryContextSwitchTo(table->context);
	bool		  locked = false;

	if (table->scan == NULL)
	{
		ScanKeyData key;

		table->scan = begin_index_scan(table->relation, table->index, GetActiveSnapshot(), 1);
		ScanKeyInit(&key, 1, BTLessEqualStrategyNumber, F_TIMESTAMPTZ_LE, TimestampTzGetDatum(last));
		index_rescan(table->scan, &key, 1, NULL, 0);
	}
	while (!locked && index_getnext_slot(table->scan, ForwardScanDirection, table->scanned))
	{
		CHECK_FOR_INTERRUPTS();
		locked = lock_scanned(table, last);
	}
	MemoryContextSwitchTo(before);
	return locked;
}

/* Lock the row that the scan came to, in its last version; false: it is to be skipped. */
static bool
lock_scanned(WorkerTable *table, TimestampTz last)
{
	TM_FailureData failure;
	bool		   is_null;
	Datum		   value;

	switch (table_tuple_lock(table->relation, &table->scanned->tts_tid, GetActiveSnapshot(), table->slot, GetCurrentCommandId(true),
							 LockTupleExclusive, LockWaitSkip, TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS | TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							 &failure))
	{
		case TM_Ok:
			if (!failure.traversed)
				return true;
			value = slot_getattr(table->slot, table->order, &is_null);
			return !is_null && DatumGetTimestampTz(value) <= last;
		case TM_SelfModified:
		case TM_Deleted:
		case TM_WouldBlock:
			return false;
		default:
			elog(ERROR, "a row of table \"%s\" could not be locked", RelationGetRelationName(table->relation));
	}
}

void
worker_table_read(WorkerTable *table, Datum *values, bool *isnull)
{
	slot_getallattrs(table->slot);
	for (int i = 0; i < table->ncolumns; i++)
	{
		values[i] = table->slot->tts_values[table->numbers[i] - 1];
		isnull[i] = table->slot->tts_isnull[table->numbers[i] - 1];
	}
}

bool
worker_table_delete(WorkerTable *table, ItemPointer place)
{
	TM_FailureData failure;

	return table_tuple_delete(table->relation, place, GetCurrentCommandId(true), GetActiveSnapshot(), InvalidSnapshot, true, &failure,
							  false) == TM_Ok;
}

void
worker_table_insert(WorkerTable *table, const Datum *values, const bool *isnull)
{
	TupleTableSlot *slot = table->inserted[table->ninserted];
	MemoryContext	before = MemoryContextSwitchTo(table->estate->es_query_cxt);

	if (slot == NULL)
		slot = table->inserted[table->ninserted] = table_slot_create(table->relation, NULL);
	MemoryContextSwitchTo(before);
	if (!given_row_fill(slot, table->numbers, values, isnull, table->ncolumns))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a column that is added to table \"medsched.%s\" requires a value", RelationGetRelationName(table->relation))));
	ExecMaterializeSlot(slot);
	if (++table->ninserted == WORKER_TABLE_BATCH)
		write_inserted(table);
}

static void
write_inserted(WorkerTable *table)
{
	MemoryContext before = MemoryContextSwitchTo(GetPerTupleMemoryContext(table->estate));

	if (table->ninserted > 0)
		table_multi_insert(table->relation, table->inserted, table->ninserted, GetCurrentCommandId(true), 0, NULL);
	for (int i = 0; i < table->ninserted && table->result->ri_NumIndices > 0; i++)
		insert_new_index_tuples(table->result, table->inserted[i], table->estate);
	table->ninserted = 0;
	MemoryContextSwitchTo(before);
	ResetPerTupleExprContext(table->estate);
}

void
worker_table_close(WorkerTable *table)
{
	if (table->estate != NULL)
	{
		write_inserted(table);
		for (int i = 0; i < WORKER_TABLE_BATCH && table->inserted[i] != NULL; i++)
			ExecDropSingleTupleTableSlot(table->inserted[i]);
		ExecCloseResultRelations(table->estate);
		ExecResetTupleTable(table->estate->es_tupleTable, false);
		FreeExecutorState(table->estate);
	}
	if (table->scan != NULL)
		index_endscan(table->scan);
	if (table->index != NULL)
		index_close(table->index, NoLock);
	if (table->scanned != NULL)
		ExecDropSingleTupleTableSlot(table->scanned);
	ExecDropSingleTupleTableSlot(table->slot);
	table_close(table->relation, NoLock);
}
