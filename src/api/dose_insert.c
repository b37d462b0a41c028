/*-------------------------------------------------------------------------
 *
 * dose_insert.c
 *		A new dose inserted without a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "nodes/primnodes.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "api/dose_insert.h"
#include "base/compat.h"
#include "tables/given_row.h"

/* What was found of the table. */
typedef struct DoseTable
{
	uint64	   changes; /* tables_changes() when it was looked at */
	bool	   has_our_check;
	bool	   takes_values; /* a row is what is given, now() and NULLs */
	AttrNumber numbers[ROW_NSTORED];
} DoseTable;

static const TableColumn columns[ROW_NSTORED] = {DOSE_ROW_COLUMN_LIST};

/* The arguments of the CHECK. */
static const DoseColumn checked[] = {ROW_SCHEDULED_FOR, ROW_TAKEN_AT, ROW_RECORDED_AT, ROW_OUTCOME,
									 ROW_AMOUNT, ROW_REASON, ROW_RECORDED_BY, ROW_DESPITE_LIMITS};

/* The CHECK of a dose (dose_valid.c). */
extern Datum medsched_dose_valid(PG_FUNCTION_ARGS);

static const DoseTable *look_at_table(Relation doses);
static bool				find_columns(Relation doses, AttrNumber *numbers);
static bool				is_our_check(Relation doses, const AttrNumber *numbers);
static bool				takes_values(Relation doses, const AttrNumber *numbers);
static bool				defaults_to_now(Relation doses, AttrNumber number);
static bool				has_one_key(const ResultRelInfo *doses);
static bool				insert_and_fire(EState *estate, ResultRelInfo *doses, TupleTableSlot *slot);
static bool				insert_unless_there(EState *estate, ResultRelInfo *doses, TupleTableSlot *slot);

bool
dose_insert_has_our_check(Relation doses)
{
	return look_at_table(doses)->has_our_check;
}

void
dose_insert_check(const DoseRow *row)
{
	LOCAL_FCINFO(fcinfo, lengthof(checked));

	InitFunctionCallInfoData(*fcinfo, NULL, lengthof(checked), InvalidOid, NULL, NULL);
	for (size_t i = 0; i < lengthof(checked); i++)
	{
		/* It is not given, but now(). */
		fcinfo->args[i].isnull = checked[i] == ROW_RECORDED_AT || row->isnull[checked[i]];
		fcinfo->args[i].value = fcinfo->args[i].isnull ? 0 : row->values[checked[i]];
	}
	(void) medsched_dose_valid(fcinfo);
}

bool
dose_insert(KeyedRow *doses, DoseRow *row)
{
	const DoseTable *table = look_at_table(doses->relation);
	EState			*estate;
	ResultRelInfo	*result;
	MemoryContext	 before;
	bool			 inserted = false;

	dose_row_set(row, ROW_RECORDED_AT, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
	if (queries_are_watched() || !table->takes_values || !given_row_fill(doses->slot, table->numbers, row->values, row->isnull, ROW_NSTORED))
		return false;

	estate = CreateExecutorState();
	before = MemoryContextSwitchTo(estate->es_query_cxt);
	result = makeNode(ResultRelInfo);
	InitResultRelInfo(result, doses->relation, 0, NULL, 0);
	estate->es_opened_result_relations = list_make1(result);
	ExecOpenIndices(result, false);
	if (has_one_key(result))
	{
		dose_insert_check(row);
		inserted = insert_and_fire(estate, result, doses->slot);
	}
	ExecCloseResultRelations(estate);
	ExecResetTupleTable(estate->es_tupleTable, false);
	MemoryContextSwitchTo(before);
	FreeExecutorState(estate);
	return inserted;
}

/* Look at the table, or give what was found of it: it stays so until PostgreSQL tells of a change. */
static const DoseTable *
look_at_table(Relation doses)
{
	static DoseTable table = {.changes = UINT64_MAX};
	DoseTable		 found = {.changes = tables_changes()};

	if (table.changes != found.changes)
	{
		found.has_our_check = find_columns(doses, found.numbers) && is_our_check(doses, found.numbers);
		found.takes_values = found.has_our_check && takes_values(doses, found.numbers);
		table = found;
	}
	return &table;
}

/* Find the columns; false: one is missing, or is not of the type that it was created with. */
static bool
find_columns(Relation doses, AttrNumber *numbers)
{
	TupleDesc descriptor = RelationGetDescr(doses);

	for (DoseColumn column = 0; column < ROW_NSTORED; column++)
	{
		Form_pg_attribute attribute;

		numbers[column] = column_number(columns[column], descriptor);
		if (numbers[column] == InvalidAttrNumber)
			return false;
		attribute = TupleDescAttr(descriptor, numbers[column] - 1);
		if (attribute->atttypid != column_type(columns[column]) || attribute->atttypmod != -1 || attribute->attgenerated != '\0')
			return false;
	}
	return true;
}

static bool
is_our_check(Relation doses, const AttrNumber *numbers)
{
	const TupleConstr *constraints = RelationGetDescr(doses)->constr;
	const FuncExpr	  *check;
	FmgrInfo		   function;

	if (constraints == NULL || constraints->num_check != 1 || !check_is_enforced(&constraints->check[0]))
		return false;
	check = stringToNode(constraints->check[0].ccbin);
	if (!IsA(check, FuncExpr) || list_length(check->args) != lengthof(checked))
		return false;
	fmgr_info(check->funcid, &function);
	if (function.fn_addr != medsched_dose_valid)
		return false;
	for (size_t i = 0; i < lengthof(checked); i++)
	{
		const Var *argument = list_nth(check->args, i);

		if (!IsA(argument, Var) || argument->varattno != numbers[checked[i]])
			return false;
	}
	return true;
}

/* Tell whether what is given, now() and NULLs make a row. */
static bool
takes_values(Relation doses, const AttrNumber *numbers)
{
	return given_values_make_row(doses, numbers, ROW_NSTORED) && defaults_to_now(doses, numbers[ROW_RECORDED_AT]);
}

static bool
defaults_to_now(Relation doses, AttrNumber number)
{
	const TupleConstr *constraints = RelationGetDescr(doses)->constr;

	for (int i = 0; i < constraints->num_defval; i++)
	{
		if (constraints->defval[i].adnum == number)
		{
			const FuncExpr *value = stringToNode(constraints->defval[i].adbin);

			return IsA(value, FuncExpr) && value->funcid == F_NOW;
		}
	}
	return false;
}

/* Tell whether no index but the primary key's can refuse the row. */
static bool
has_one_key(const ResultRelInfo *doses)
{
	for (int i = 0; i < doses->ri_NumIndices; i++)
	{
		const FormData_pg_index *index = doses->ri_IndexRelationDescs[i]->rd_index;

		if ((index->indisunique && !index->indisprimary) || index->indisexclusion)
			return false;
	}
	return true;
}

/* Insert the row as a statement of its own: with a snapshot of its own, and with its triggers at its end. */
static bool
insert_and_fire(EState *estate, ResultRelInfo *doses, TupleTableSlot *slot)
{
	bool inserted;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	estate->es_output_cid = GetCurrentCommandId(true);
	AfterTriggerBeginQuery();
	inserted = insert_unless_there(estate, doses, slot);
	if (inserted)
		ExecARInsertTriggers(estate, doses, slot, NIL, NULL);
	AfterTriggerEndQuery(estate);
	PopActiveSnapshot();
	CommandCounterIncrement();
	return inserted;
}

/*
 * Insert the row, or take it back where the key was there by then.  What ExecInsert() does
 * before is to look for the key, which was done, and what it does after it took a row back is to
 * begin again: the query does.
 */
static bool
insert_unless_there(EState *estate, ResultRelInfo *doses, TupleTableSlot *slot)
{
	Relation relation = doses->ri_RelationDesc;
	uint32	 token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
	bool	 conflict = false;

	slot->tts_tableOid = RelationGetRelid(relation);
	table_tuple_insert_speculative(relation, slot, estate->es_output_cid, 0, NULL, token);
	(void) insert_index_tuples(doses, slot, estate, &conflict);
	table_tuple_complete_speculative(relation, slot, token, !conflict);
	SpeculativeInsertionLockRelease(GetCurrentTransactionId());
	return !conflict;
}
