/*-------------------------------------------------------------------------
 *
 * rule_trigger.c
 *		What the triggers that keep the rules share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/message.h"
#include "triggers/rule_trigger.h"

/*
 * Check that a trigger function is called as the trigger it is made for.
 *
 * That the table is one of ours matters most: the checks run as its owner, and
 * would answer questions about any row to whoever could hang them on a table of
 * their own.
 */
TriggerData *
rule_trigger(FunctionCallInfo fcinfo, const char *function, TriggerEvent timing, int events)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TriggerEvent mask = TRIGGER_EVENT_TIMINGMASK | TRIGGER_EVENT_ROW;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by the trigger manager", function)));
	if ((trigger->tg_event & mask) != timing ||
		(events & 1 << (trigger->tg_event & TRIGGER_EVENT_OPMASK)) == 0)
		ereport(ERROR,
				(errcode_medsched(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not fired as the trigger it is made for", function),
				 errhint("Let medsched.create_tables() create the triggers.")));
	if (!is_medsched_table(RelationGetRelid(trigger->tg_relation)))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" is for the tables of medsched", function)));
	return trigger;
}

/*
 * Go up from a partition, whose triggers a row of the partitioned table fires.  It
 * may be in any schema; only the owner of both can have made it a partition.
 */
Oid
rule_table(TriggerData *trigger)
{
	Oid	  table = RelationGetRelid(trigger->tg_relation);
	List *ancestors;

	if (!trigger->tg_relation->rd_rel->relispartition)
		return table;
	ancestors = get_partition_ancestors(table);
	table = llast_oid(ancestors);
	list_free(ancestors);
	return table;
}

Datum
rule_column(TriggerData *trigger, HeapTuple tuple, TableColumn column)
{
	return column_value(column, tuple, RelationGetDescr(trigger->tg_relation), NULL);
}

bool
rule_column_changes(TriggerData *trigger, TableColumn column)
{
	TupleDesc		  descriptor = RelationGetDescr(trigger->tg_relation);
	int				  number = find_column(column, descriptor);
	Form_pg_attribute attribute = TupleDescAttr(descriptor, number - 1);
	bool			  was_null;
	bool			  is_null;
	Datum			  before = SPI_getbinval(trigger->tg_trigtuple, descriptor, number, &was_null);
	Datum			  after = SPI_getbinval(trigger->tg_newtuple, descriptor, number, &is_null);

	if (was_null || is_null)
		return was_null != is_null;
	return !datumIsEqual(before, after, attribute->attbyval, attribute->attlen);
}

/*
 * Run a check as the tables' owner.
 *
 * The plan, too, is made as the owner: made before, it would keep the policies
 * that FORCE ROW LEVEL SECURITY puts on an owner who is the caller.
 *
 * After an error, the end of the transaction sets the user back.
 */
uint64
rule_query(SavedPlan *saved, Datum *values, const char *nulls, long limit)
{
	Oid		 owner = tables_owner();
	Snapshot latest = InvalidSnapshot;
	Snapshot crosscheck = InvalidSnapshot;
	Oid		 user;
	int		 security_context;
	int		 result;

	/* Look past a snapshot that lasts: it would hide what others committed meanwhile. */
	if (IsolationUsesXactSnapshot())
	{
		CommandCounterIncrement();
		latest = GetLatestSnapshot();
		crosscheck = GetTransactionSnapshot();
	}

	GetUserIdAndSecContext(&user, &security_context);
	SetUserIdAndSecContext(owner,
						   security_context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	result = SPI_execute_snapshot(saved_plan(saved), values, nulls, latest, crosscheck, false, false, limit);
	SetUserIdAndSecContext(user, security_context);

	check_run(saved, result, SPI_OK_SELECT);
	return SPI_processed;
}

/* No rights are needed where no query runs: rule_trigger() has seen to it that the table is one of ours. */
bool
rule_lock_row(SavedPlan *saved, MedschedTable table, LockTupleMode mode, Datum *key, Datum *values, bool *isnull)
{
	KeyedRow row;
	bool	 found;

	if (keyed_row_open(&row, table, RowShareLock))
	{
		found = keyed_row_lock(&row, key, mode);
		if (found)
			keyed_row_read(&row, saved->columns, values, isnull);
		keyed_row_close(&row);
		return found;
	}
	found = rule_query(saved, key, NULL, 1) > 0;
	if (found)
		read_row(saved, 0, values, isnull);
	return found;
}

bool
rule_may_tell(const char *table)
{
	Oid oid = medsched_table(table);

	return check_enable_rls(oid, InvalidOid, true) != RLS_ENABLED &&
		   pg_class_aclcheck(oid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}
