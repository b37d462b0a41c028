/*-------------------------------------------------------------------------
 *
 * keyed_row.c
 *		A row of a table by its primary key, without a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "tables/keyed_row.h"
#include "tables/primary_key.h"

#define MAX_KEYS 3

static const TableColumn keys[NLINKED_TABLES][MAX_KEYS + 1] = {
	[TABLE_DOSE_TAKEN] = {DOSE_TAKEN_USER_ID, DOSE_TAKEN_SCHEDULED_FOR, DOSE_TAKEN_SCHEDULE_ID},
	[TABLE_SCHEDULES] = {SCHEDULES_USER_ID, SCHEDULES_ID},
	[TABLE_MEDICATIONS] = {MEDICATIONS_USER_ID, MEDICATIONS_ID}};

static bool open_index(KeyedRow *row, LOCKMODE mode);
static bool has_key(const KeyedRow *row, const Datum *key);

bool
keyed_row_open(KeyedRow *row, MedschedTable table, LOCKMODE mode)
{
	row->relation = try_table_open(table_oid(table), mode);
	row->key = keys[table];
	row->nkeys = 0;
	while (row->key[row->nkeys] != LAST_COLUMN)
		row->nkeys++;
	if (row->relation == NULL)
		return false;
	if (open_index(row, mode))
	{
		row->slot = table_slot_create(row->relation, NULL);
		return true;
	}
	table_close(row->relation, mode);
	return false;
}

/* Open the primary key's index, if it is over the key as it was created. */
static bool
open_index(KeyedRow *row, LOCKMODE mode)
{
	row->index = primary_key_open(row->relation, row->key, row->nkeys, mode);
	if (row->index == NULL)
		return false;
	if (row->index->rd_index->indnkeyatts == row->nkeys)
		return true;
	index_close(row->index, mode);
	return false;
}

void
keyed_row_close(KeyedRow *row)
{
	ExecDropSingleTupleTableSlot(row->slot);
	index_close(row->index, NoLock);
	table_close(row->relation, NoLock);
}

bool
keyed_row_find(KeyedRow *row, const Datum *key, Snapshot snapshot)
{
	IndexScanDesc scan = begin_index_scan(row->relation, row->index, snapshot, row->nkeys);
	ScanKeyData	  keys_to_find[MAX_KEYS];
	bool		  found;

	for (int i = 0; i < row->nkeys; i++)
		ScanKeyInit(&keys_to_find[i], i + 1, BTEqualStrategyNumber,
					row->key[i] == DOSE_TAKEN_SCHEDULED_FOR ? F_TIMESTAMPTZ_EQ : F_UUID_EQ, key[i]);
	index_rescan(scan, keys_to_find, row->nkeys, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, row->slot);
	index_endscan(scan);
	return found;
}

KeyState
keyed_row_look(KeyedRow *row, const Datum *key)
{
	SnapshotData dirty;

	InitDirtySnapshot(dirty);
	if (!keyed_row_find(row, key, &dirty))
		return KEY_IS_FREE;
	return TransactionIdIsValid(dirty.xmin) || TransactionIdIsValid(dirty.xmax) ? KEY_IS_IN_DOUBT : KEY_IS_TAKEN;
}

void
keyed_row_fetch(KeyedRow *row, ItemPointer place)
{
	if (!table_tuple_fetch_row_version(row->relation, place, SnapshotAny, row->slot))
		elog(ERROR, "failed to fetch a row that was just inserted");
}

/*
 * As ExecLockRows() does: at READ COMMITTED it goes on to the last version of a row, above
 * there is none to go on to.
 */
bool
keyed_row_lock(KeyedRow *row, const Datum *key, LockTupleMode mode)
{
	uint8		   flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;
	Snapshot	   snapshot;
	TM_FailureData failure;
	TM_Result	   result = TM_Deleted;
	bool		   found;

	if (!IsolationUsesXactSnapshot())
		flags |= TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	found = keyed_row_find(row, key, snapshot);
	if (found)
	{
		ItemPointerData place = row->slot->tts_tid;

		result = table_tuple_lock(row->relation, &place, snapshot, row->slot, GetCurrentCommandId(true), mode, LockWaitBlock, flags,
								  &failure);
	}
	UnregisterSnapshot(snapshot);
	if (!found)
		return false;

	switch (result)
	{
		case TM_Ok:
			return !failure.traversed || has_key(row, key);
		case TM_SelfModified:
			return false;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				ereport(ERROR,
						(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						 errmsg("could not serialize access due to concurrent update")));
			if (result == TM_Deleted)
				return false;
			break;
		default:
			break;
	}
	elog(ERROR, "unexpected table_tuple_lock status: %u", result);
}

/* Tell whether the row found has the key still. */
static bool
has_key(const KeyedRow *row, const Datum *key)
{
	for (int i = 0; i < row->nkeys; i++)
	{
		bool  isnull;
		Datum value = slot_getattr(row->slot, row->index->rd_index->indkey.values[i], &isnull);

		if (isnull)
			return false;
		if (row->key[i] == DOSE_TAKEN_SCHEDULED_FOR ? DatumGetTimestampTz(value) != DatumGetTimestampTz(key[i])
													: !DatumGetBool(DirectFunctionCall2(uuid_eq, value, key[i])))
			return false;
	}
	return true;
}

void
keyed_row_read(const KeyedRow *row, const TableColumn *columns, Datum *values, bool *isnull)
{
	HeapTuple tuple = ExecCopySlotHeapTuple(row->slot);
	TupleDesc descriptor = RelationGetDescr(row->relation);

	for (int i = 0; columns[i] != LAST_COLUMN; i++)
	{
		isnull[i] = false;
		if (columns[i] == COMPUTED_RELATION)
			values[i] = ObjectIdGetDatum(tuple->t_tableOid);
		else if (columns[i] == COMPUTED_PLACE)
			values[i] = PointerGetDatum(&tuple->t_self);
		else
			values[i] = column_value(columns[i], tuple, descriptor, &isnull[i]);
	}
}
