/*-------------------------------------------------------------------------
 *
 * dose_by_key.c
 *		A dose found, or its schedule, by the key alone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/snapmgr.h"

#include "api/dose_by_key.h"
#include "api/dose_insert.h"
#include "tables/rights.h"

static const TableColumn columns[] = {DOSE_ROW_COLUMN_LIST, LAST_COLUMN};

static bool insert_is_plain(Relation relation);

bool
dose_by_key_open(DoseByKey *by_key)
{
	check_tables();
	if (!has_rights_on_all_rows(table_oid(TABLE_DOSE_TAKEN), ACL_SELECT) ||
		!keyed_row_open(&by_key->doses, TABLE_DOSE_TAKEN, RowExclusiveLock))
		return false;
	/* A table that was renamed while its lock was waited for is not the one that a query finds. */
	check_tables();
	if (RelationGetRelid(by_key->doses.relation) != table_oid(TABLE_DOSE_TAKEN))
	{
		keyed_row_close(&by_key->doses);
		return false;
	}
	by_key->is_plain = insert_is_plain(by_key->doses.relation);
	return true;
}

/*
 * Tell whether an INSERT that meets a row does nothing else: no trigger, rule or CHECK of the application's comes
 * before.  Above READ COMMITTED it compares the row with the transaction's snapshot, too.
 */
static bool
insert_is_plain(Relation relation)
{
	const TriggerDesc *triggers = relation->trigdesc;

	return !IsolationUsesXactSnapshot() && !XactReadOnly && !IsInParallelMode() &&
		   has_rights(RelationGetRelid(relation), ACL_INSERT) && has_rights_on_all_rows(table_oid(TABLE_SCHEDULES), ACL_SELECT) &&
		   relation->rd_rules == NULL &&
		   (triggers == NULL || (!triggers->trig_insert_before_row && !triggers->trig_insert_before_statement &&
								 !triggers->trig_insert_after_statement)) &&
		   dose_insert_has_our_check(relation);
}

/* The CHECK comes before the INSERT looks for the dose, and so it does here. */
bool
dose_by_key_is_recorded(DoseByKey *by_key, DoseRow *row)
{
	Datum key[ROW_NKEYS] = {row->values[ROW_USER_ID], row->values[ROW_SCHEDULED_FOR], row->values[ROW_SCHEDULE_ID]};

	by_key->is_free = false;
	if (!by_key->is_plain)
		return false;
	switch (keyed_row_look(&by_key->doses, key))
	{
		case KEY_IS_FREE:
			by_key->is_free = true;
			return false;
		case KEY_IS_IN_DOUBT:
			return false;
		case KEY_IS_TAKEN:
			break;
	}
	dose_insert_check(row);
	keyed_row_read(&by_key->doses, columns, row->values, row->isnull);
	return true;
}

/* Look on the snapshot that a query would. */
bool
dose_by_key_has_schedule(const DoseRow *row)
{
	KeyedRow schedules;
	Datum	 key[] = {row->values[ROW_USER_ID], row->values[ROW_SCHEDULE_ID]};
	Snapshot snapshot;
	bool	 found;

	if (!has_rights_on_all_rows(table_oid(TABLE_SCHEDULES), ACL_SELECT) ||
		!keyed_row_open(&schedules, TABLE_SCHEDULES, AccessShareLock))
		return false;
	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetTransactionSnapshot());
	found = keyed_row_find(&schedules, key, snapshot);
	UnregisterSnapshot(snapshot);
	keyed_row_close(&schedules);
	return found;
}

/* A trigger that sees the rows of a statement fires after each of them, too. */
bool
dose_by_key_insert(DoseByKey *by_key, DoseRow *row)
{
	const TriggerDesc *triggers = by_key->doses.relation->trigdesc;

	return by_key->is_free && (triggers == NULL || !triggers->trig_insert_new_table) && dose_insert(&by_key->doses, row);
}

void
dose_by_key_read(DoseByKey *by_key, ItemPointer place, DoseRow *row)
{
	keyed_row_fetch(&by_key->doses, place);
	keyed_row_read(&by_key->doses, columns, row->values, row->isnull);
}
