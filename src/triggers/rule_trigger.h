/*-------------------------------------------------------------------------
 *
 * rule_trigger.h
 *		What the triggers that keep the rules share.
 *
 *		A rule holds whoever breaks it and at every isolation level.  So its
 *		checks run with the rights of the table's owner and past row security,
 *		and look at what is committed now rather than at the transaction's
 *		snapshot: as PostgreSQL's own foreign keys do (ri_triggers.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_RULE_TRIGGER_H
#define MEDSCHED_RULE_TRIGGER_H

#include "commands/trigger.h"
#include "fmgr.h"

#include "tables/keyed_row.h"
#include "tables/saved_plan.h"

/*
 * Give the trigger that a function was called as, which is the one it is made for:
 * after or before one of the events, for each row or statement, on one of our tables.
 * Errors: 39P01, and those of tables_owner.
 */
extern TriggerData *rule_trigger(FunctionCallInfo fcinfo, const char *function,
								 TriggerEvent timing, int events);

/* Give the table of ours that a trigger's table is, or is a partition of. */
extern Oid rule_table(TriggerData *trigger);

/* What rule_trigger is given as events: a set. */
#define ON_INSERT	(1 << TRIGGER_EVENT_INSERT)
#define ON_DELETE	(1 << TRIGGER_EVENT_DELETE)
#define ON_UPDATE	(1 << TRIGGER_EVENT_UPDATE)
#define ON_TRUNCATE (1 << TRIGGER_EVENT_TRUNCATE)

/* And as timing. */
#define AFTER_ROW		 (TRIGGER_EVENT_AFTER | TRIGGER_EVENT_ROW)
#define BEFORE_ROW		 (TRIGGER_EVENT_BEFORE | TRIGGER_EVENT_ROW)
#define BEFORE_STATEMENT TRIGGER_EVENT_BEFORE

/* Give a column of a row of a trigger's table that is never NULL.  Errors: those of columns.h. */
extern Datum rule_column(TriggerData *trigger, HeapTuple tuple, TableColumn column);

/*
 * Tell whether an UPDATE changes a column of the row.  It is true also of equal values
 * that are stored differently.
 */
extern bool rule_column_changes(TriggerData *trigger, TableColumn column);

/*
 * Run a check, as the tables' owner; returns how many rows it found, in
 * SPI_tuptable.  Needs an SPI connection.  Errors: those of tables_owner, and of
 * columns.h.
 */
extern uint64 rule_query(SavedPlan *saved, Datum *values, const char *nulls, long limit);

/*
 * Lock a row of a table by its key and read it; false: there is none.  saved is the query that does so, which
 * is run only where keyed_row.h cannot: its columns are those of the table, and at the end the row's tableoid and ctid.
 * Otherwise as rule_query.
 */
extern bool rule_lock_row(SavedPlan *saved, MedschedTable table, LockTupleMode mode, Datum *key, Datum *values, bool *isnull);

/* Tell whether an error may tell the caller of rows of the table named. */
extern bool rule_may_tell(const char *table);

#endif /* MEDSCHED_RULE_TRIGGER_H */
