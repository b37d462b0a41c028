/*-------------------------------------------------------------------------
 *
 * primary_key.c
 *		The index of a table's primary key, for looking into it without a query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "utils/rel.h"

#include "tables/primary_key.h"

static bool begins_with(Relation index, TupleDesc descriptor, const TableColumn *columns, int ncolumns);

Relation
primary_key_open(Relation relation, const TableColumn *columns, int ncolumns, LOCKMODE mode)
{
	Relation index = primary_key_open_any(relation, ncolumns, mode);

	if (index == NULL || begins_with(index, RelationGetDescr(relation), columns, ncolumns))
		return index;
	index_close(index, mode);
	return NULL;
}

Relation
primary_key_open_any(Relation relation, int ncolumns, LOCKMODE mode)
{
	const FormData_pg_index *form;
	Relation				 index;

	/* Partitions and children have indexes of their own. */
	if (relation->rd_rel->relkind != RELKIND_RELATION || relation->rd_rel->relhassubclass)
		return NULL;
	/* The list of indexes tells which is the primary key's. */
	if (!relation->rd_indexvalid)
		list_free(RelationGetIndexList(relation));
	if (!OidIsValid(relation->rd_pkindex))
		return NULL;
	index = index_open(relation->rd_pkindex, mode);
	form = index->rd_index;
	if (index->rd_rel->relam == BTREE_AM_OID && form->indnkeyatts >= ncolumns && form->indisvalid && form->indimmediate && !form->indcheckxmin)
		return index;
	index_close(index, mode);
	return NULL;
}

static bool
begins_with(Relation index, TupleDesc descriptor, const TableColumn *columns, int ncolumns)
{
	for (int i = 0; i < ncolumns; i++)
	{
		if (index->rd_index->indkey.values[i] != find_column(columns[i], descriptor) || index->rd_opcintype[i] != column_type(columns[i]))
			return false;
	}
	return true;
}
