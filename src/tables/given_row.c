/*-------------------------------------------------------------------------
 *
 * given_row.c
 *		A row that is inserted without a query: the values given, and NULLs.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "optimizer/planner.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "tables/given_row.h"

static bool is_given(AttrNumber number, const AttrNumber *numbers, int n);

bool
given_values_make_row(Relation relation, const AttrNumber *numbers, int n)
{
	TupleDesc descriptor = RelationGetDescr(relation);

	if (relation->rd_rel->relispartition)
		return false;
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if (!attribute->attisdropped && !is_given(attribute->attnum, numbers, n) &&
			(attribute->atthasdef || attribute->attidentity != '\0' || get_typtype(attribute->atttypid) == TYPTYPE_DOMAIN))
			return false;
	}
	return true;
}

static bool
is_given(AttrNumber number, const AttrNumber *numbers, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (numbers[i] == number)
			return true;
	}
	return false;
}

bool
given_row_fill(TupleTableSlot *slot, const AttrNumber *numbers, const Datum *values, const bool *isnull, int n)
{
	TupleDesc descriptor = slot->tts_tupleDescriptor;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, descriptor->natts * sizeof(bool));
	for (int i = 0; i < n; i++)
	{
		slot->tts_values[numbers[i] - 1] = values[i];
		slot->tts_isnull[numbers[i] - 1] = isnull[i];
	}
	for (int i = 0; i < descriptor->natts; i++)
	{
		if (slot->tts_isnull[i] && TupleDescAttr(descriptor, i)->attnotnull)
			return false;
	}
	ExecStoreVirtualTuple(slot);
	return true;
}

bool
queries_are_watched(void)
{
	return planner_hook != NULL || ExecutorStart_hook != NULL || ExecutorRun_hook != NULL || ExecutorFinish_hook != NULL ||
		   ExecutorEnd_hook != NULL;
}
